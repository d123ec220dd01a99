//! `AWS::ApiGatewayV2::Authorizer` for CloudFormation.
//!
//! As on AWS, the issuer of a JWT authorizer is asked when the authorizer is made: one that does not answer, or that is not
//! on this machine, fails there and not at the first call.

use super::{
    Authorizer, Kind,
    function::{self, Format, Source},
    issuer, jwt,
};
use crate::{
    http_api::{
        HttpApis,
        model::{as_bool, as_integer},
        provider::{Properties, function_of, gone_is_fine, id_of, invalid, list, made, owned, required, text},
    },
    provider::{Property, ProvisionError, Provisioned, ResourceProvider, ResourceRequest},
};
use async_trait::async_trait;
use serde_json::{Value, json};
use std::sync::Arc;

/// How long answers are kept when the template does not say, as API Gateway does where there is an identity to keep them by.
const DEFAULT_TTL: i64 = 300;

/// The provider.
pub(in crate::http_api) struct Authorizers(pub(in crate::http_api) Arc<HttpApis>);

/// Names of properties that only the other kind of authorizer has.
const OF_REQUEST: [&str; 5] = [
    "AuthorizerCredentialsArn",
    "AuthorizerPayloadFormatVersion",
    "AuthorizerResultTtlInSeconds",
    "AuthorizerUri",
    "EnableSimpleResponses",
];

fn given<'a>(properties: &'a Properties, name: &str) -> Option<&'a Value> {
    properties.get(name).filter(|value| !value.is_null())
}

/// The authorizer that the properties describe.
pub(in crate::http_api) fn read(properties: &Properties) -> Result<Authorizer, ProvisionError> {
    let sources = list(properties.get("IdentitySource"), "IdentitySource")?;
    let sources: Vec<Source> =
        sources.iter().map(|source| Source::parse(source)).collect::<Result<_, _>>().map_err(invalid)?;
    let kind = match required(properties, "AuthorizerType")? {
        "JWT" => Kind::Jwt(read_jwt(properties, sources)?),
        "REQUEST" => Kind::Request(read_request(properties, sources)?),
        other => return Err(invalid(format!("AuthorizerType {other:?} must be JWT or REQUEST"))),
    };
    Ok(Authorizer { name: required(properties, "Name")?.to_owned(), kind })
}

fn read_jwt(properties: &Properties, sources: Vec<Source>) -> Result<jwt::Settings, ProvisionError> {
    if let Some(name) = OF_REQUEST.into_iter().find(|name| given(properties, name).is_some()) {
        return Err(invalid(format!("{name} is for REQUEST authorizers only")));
    }
    let mut sources = sources.into_iter();
    let (Some(source @ (Source::Header(_) | Source::Query(_))), None) = (sources.next(), sources.next()) else {
        return Err(invalid(
            "IdentitySource of a JWT authorizer must be one header or query parameter, for example \
             $request.header.Authorization",
        ));
    };
    let settings = given(properties, "JwtConfiguration").and_then(Value::as_object);
    let settings = settings.ok_or_else(|| invalid("JwtConfiguration is required for a JWT authorizer"))?;
    let audience = list(settings.get("Audience"), "JwtConfiguration.Audience")?;
    if audience.is_empty() {
        return Err(invalid("JwtConfiguration.Audience must have at least one entry"));
    }
    let issuer = text(settings, "Issuer")?.ok_or_else(|| invalid("JwtConfiguration.Issuer is required"))?.to_owned();
    issuer::check(&issuer).map_err(|reason| {
        invalid(format!(
            "Invalid issuer: {issuer}: {reason}. hint: for the local stage give the URL of an issuer on this machine, such \
             as http://localhost:9000, by a parameter or a condition of the template"
        ))
    })?;
    Ok(jwt::Settings { issuer, audience, source })
}

fn read_request(properties: &Properties, sources: Vec<Source>) -> Result<function::Settings, ProvisionError> {
    if given(properties, "JwtConfiguration").is_some() {
        return Err(invalid("JwtConfiguration is for JWT authorizers only"));
    }
    let format = match text(properties, "AuthorizerPayloadFormatVersion")? {
        Some("1.0") => Format::V1,
        Some("2.0") => Format::V2,
        Some(other) => return Err(invalid(format!("AuthorizerPayloadFormatVersion {other:?} must be 1.0 or 2.0"))),
        None => {
            return Err(invalid(
                "AuthorizerPayloadFormatVersion is required for the REQUEST authorizer of an HTTP API",
            ));
        }
    };
    let simple = given(properties, "EnableSimpleResponses").map_or(Some(false), as_bool);
    let simple = simple.ok_or_else(|| invalid("EnableSimpleResponses must be true or false"))?;
    if simple && format == Format::V1 {
        return Err(invalid("EnableSimpleResponses goes with AuthorizerPayloadFormatVersion 2.0 only"));
    }
    let default = if sources.is_empty() { 0 } else { DEFAULT_TTL };
    let ttl = given(properties, "AuthorizerResultTtlInSeconds").map_or(Some(default), as_integer);
    let ttl = ttl
        .and_then(|ttl| u32::try_from(ttl).ok())
        .filter(|ttl| *ttl <= 3600)
        .ok_or_else(|| invalid("AuthorizerResultTtlInSeconds must be an integer from 0 to 3600"))?;
    if ttl > 0 && sources.is_empty() {
        return Err(invalid("AuthorizerResultTtlInSeconds above 0 needs an IdentitySource to keep answers by"));
    }
    let uri = required(properties, "AuthorizerUri")?;
    let function = function_of(uri).ok_or_else(|| {
        invalid(format!(
            "AuthorizerUri {uri:?} must be arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<ARN of the \
             function>/invocations"
        ))
    })?;
    Ok(function::Settings {
        function: function.to_owned(),
        uri: uri.to_owned(),
        credentials: owned(properties, "AuthorizerCredentialsArn")?,
        format,
        simple,
        sources,
        ttl,
    })
}

/// Refuses a JWT authorizer whose issuer does not answer.
pub(in crate::http_api) async fn ask_issuer(authorizer: &Authorizer) -> Result<(), ProvisionError> {
    let Kind::Jwt(settings) = &authorizer.kind else { return Ok(()) };
    issuer::keys_url(&settings.issuer).await.map(drop).map_err(|reason| {
        let url = issuer::discovery_of(&settings.issuer);
        invalid(format!(
            "Caught exception when connecting to {url} for issuer {}. Please try again later. Error: {reason}",
            settings.issuer
        ))
    })
}

impl Authorizers {
    async fn put(&self, id: &str, properties: &Properties) -> Result<Provisioned, ProvisionError> {
        let api_id = required(properties, "ApiId")?;
        let authorizer = read(properties)?;
        ask_issuer(&authorizer).await?;
        self.0.change(api_id, |api| {
            api.authorizers.insert(id.to_owned(), authorizer);
            Ok(())
        })?;
        self.0.shared.caches.forget(api_id, id);
        Ok(made(id, &[("AuthorizerId", json!(id))]))
    }
}

#[async_trait]
impl ResourceProvider for Authorizers {
    fn type_name(&self) -> &'static str {
        "AWS::ApiGatewayV2::Authorizer"
    }

    fn properties(&self) -> &'static [Property] {
        const {
            &[
                Property::create_only("ApiId"),
                Property::honoured("AuthorizerCredentialsArn"),
                Property::honoured("AuthorizerPayloadFormatVersion"),
                Property::honoured("AuthorizerResultTtlInSeconds"),
                Property::honoured("AuthorizerType"),
                Property::honoured("AuthorizerUri"),
                Property::honoured("EnableSimpleResponses"),
                Property::honoured("IdentitySource"),
                Property::ignored("IdentityValidationExpression", "HTTP APIs do not use it"),
                Property::differing(
                    "JwtConfiguration",
                    "tokens are verified, but the issuer must be on this machine and is asked over plain http, where AWS \
                     demands https",
                ),
                Property::honoured("Name"),
            ]
        }
    }

    async fn create(&self, request: &ResourceRequest) -> Result<Provisioned, ProvisionError> {
        self.put(&id_of(request, 6), &request.properties).await
    }

    async fn update(
        &self,
        physical_id: &str,
        _previous: &Properties,
        request: &ResourceRequest,
    ) -> Result<Provisioned, ProvisionError> {
        self.put(physical_id, &request.properties).await
    }

    async fn delete(&self, physical_id: &str, request: &ResourceRequest) -> Result<(), ProvisionError> {
        let api_id = required(&request.properties, "ApiId")?;
        self.0.shared.caches.forget(api_id, physical_id);
        gone_is_fine(self.0.change(api_id, |api| {
            api.authorizers.remove(physical_id);
            Ok(())
        }))
    }

    async fn discard(&self, request: &ResourceRequest) -> Result<(), ProvisionError> {
        self.delete(&id_of(request, 6), request).await
    }
}
