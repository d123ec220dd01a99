//! APIs, routes, integrations and stages for CloudFormation.
//!
//! Source: the CloudFormation resource reference, `AWS::ApiGatewayV2::*`. What cannot be done truthfully is refused when it is
//! made.

use super::{
    HttpApis,
    access_log::AccessLog,
    authorizer::{Authorization, Authorizers, Kind, ask_issuer},
    import::Document,
    model::{Api, Cors, Integration, Limits, Route, Stage, as_bool, as_integer},
    router::RouteKey,
};
use crate::provider::{Property, ProvisionError, Provisioned, ResourceProvider, ResourceRequest};
use async_trait::async_trait;
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

pub(super) type Properties = Map<String, Value>;

/// All providers.
pub(super) fn all(apis: &Arc<HttpApis>) -> Vec<Arc<dyn ResourceProvider>> {
    vec![
        Arc::new(Apis(apis.clone())),
        Arc::new(Routes(apis.clone())),
        Arc::new(Integrations(apis.clone())),
        Arc::new(Stages(apis.clone())),
        Arc::new(Authorizers(apis.clone())),
    ]
}

pub(super) fn invalid(message: impl Into<String>) -> ProvisionError {
    ProvisionError::invalid(message)
}

pub(super) fn text<'a>(properties: &'a Properties, name: &str) -> Result<Option<&'a str>, ProvisionError> {
    match properties.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(invalid(format!("{name} must be a string"))),
    }
}

/// A list of strings.
pub(super) fn list(value: Option<&Value>, name: &str) -> Result<Vec<String>, ProvisionError> {
    let wrong = || invalid(format!("{name} must be a list of strings"));
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => {
            items.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
        }
        Some(_) => Err(wrong()),
    }
}

pub(super) fn owned(properties: &Properties, name: &str) -> Result<Option<String>, ProvisionError> {
    Ok(text(properties, name)?.map(str::to_owned))
}

pub(super) fn required<'a>(properties: &'a Properties, name: &str) -> Result<&'a str, ProvisionError> {
    text(properties, name)?.filter(|text| !text.is_empty()).ok_or_else(|| invalid(format!("{name} is required")))
}

fn truth(properties: &Properties, name: &str) -> Result<bool, ProvisionError> {
    properties.get(name).map_or(Some(false), as_bool).ok_or_else(|| invalid(format!("{name} must be true or false")))
}

/// A map of strings, such as tags and stage variables.
fn texts(properties: &Properties, name: &str) -> Result<BTreeMap<String, String>, ProvisionError> {
    let Some(value) = properties.get(name) else { return Ok(BTreeMap::new()) };
    let members = value.as_object().ok_or_else(|| invalid(format!("{name} must be an object")))?;
    members
        .iter()
        .map(|(key, value)| match value {
            Value::String(text) => Ok((key.clone(), text.clone())),
            Value::Number(_) | Value::Bool(_) => Ok((key.clone(), value.to_string())),
            _ => Err(invalid(format!("{name}.{key} must be a string"))),
        })
        .collect()
}

/// Refuses a property unless it has the one value that is offered.
fn only(properties: &Properties, name: &str, offered: &str, why: &str) -> Result<(), ProvisionError> {
    match text(properties, name)? {
        Some(value) if value != offered => Err(invalid(format!("{name} {value} is not offered: {why}"))),
        _ => Ok(()),
    }
}

pub(super) fn made(id: &str, attributes: &[(&str, Value)]) -> Provisioned {
    let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Provisioned { physical_id: id.to_owned(), attributes }
}

/// Something that is gone already was deleted.
pub(super) fn gone_is_fine(result: Result<(), crate::error::AwsError>) -> Result<(), ProvisionError> {
    match result {
        Err(error) if error.status == 404 => Ok(()),
        other => Ok(other?),
    }
}

struct Apis(Arc<HttpApis>);

/// The part of an API that its own properties describe.
struct ApiProperties {
    name: String,
    description: Option<String>,
    version: Option<String>,
    cors: Option<Cors>,
    tags: BTreeMap<String, String>,
    document: Option<Document>,
}

impl ApiProperties {
    /// Reads the properties of the API `id`. Its own properties win over what its document says.
    async fn read(id: &str, properties: &Properties) -> Result<Self, ProvisionError> {
        let mut document =
            properties.get("Body").filter(|body| !body.is_null()).map(|body| Document::read(id, body)).transpose()?;
        for authorizer in document.iter().flat_map(|document| document.authorizers.values()) {
            ask_issuer(authorizer).await?;
        }
        let protocol = match (text(properties, "ProtocolType")?, &document) {
            (None, Some(_)) => "HTTP",
            _ => required(properties, "ProtocolType")?,
        };
        if protocol != "HTTP" {
            return Err(invalid(format!("ProtocolType {protocol} is not offered by the local cloud, only HTTP")));
        }
        if let Some(expression) = text(properties, "RouteSelectionExpression")? {
            let plain: String = expression.chars().filter(|character| !"{}".contains(*character)).collect();
            if plain != "$request.method $request.path" {
                return Err(invalid("RouteSelectionExpression of an HTTP API is $request.method $request.path"));
            }
        }
        if truth(properties, "DisableExecuteApiEndpoint")? {
            return Err(invalid(
                "DisableExecuteApiEndpoint is not offered: the local cloud has no custom domain to reach the API by",
            ));
        }
        let cors = match properties.get("CorsConfiguration") {
            None | Some(Value::Null) => None,
            Some(value) => {
                let cors: Cors = serde_json::from_value(value.clone())
                    .map_err(|error| invalid(format!("CorsConfiguration: {error}")))?;
                cors.check().map_err(invalid)?;
                Some(cors)
            }
        };
        let said = document.as_mut();
        let (title, about, version, policy, mut tags) = said.map_or_else(Default::default, |said| {
            (
                said.title.take(),
                said.description.take(),
                said.version.take(),
                said.cors.take(),
                std::mem::take(&mut said.tags),
            )
        });
        tags.extend(texts(properties, "Tags")?);
        Ok(Self {
            name: match (text(properties, "Name")?, title) {
                (None, Some(title)) => title,
                _ => required(properties, "Name")?.to_owned(),
            },
            description: owned(properties, "Description")?.or(about),
            version: owned(properties, "Version")?.or(version),
            cors: cors.or(policy),
            tags,
            document,
        })
    }
}

fn api_made(api: &Api) -> Provisioned {
    made(&api.id, &[("ApiId", json!(api.id)), ("ApiEndpoint", json!(api.endpoint()))])
}

#[async_trait]
impl ResourceProvider for Apis {
    fn type_name(&self) -> &'static str {
        "AWS::ApiGatewayV2::Api"
    }

    fn properties(&self) -> &'static [Property] {
        const {
            &[
                Property::differing(
                    "Body",
                    "imported, but what the import does not understand is refused, where AWS warns",
                ),
                Property::honoured("CorsConfiguration"),
                Property::honoured("Description"),
                Property::honoured("DisableExecuteApiEndpoint"),
                Property::ignored("DisableSchemaValidation", "concerns WebSocket APIs only"),
                Property::ignored("FailOnWarnings", "imports have no warnings here: they fail"),
                Property::ignored("IpAddressType", "would add IPv6 addresses; the local cloud listens on 127.0.0.1"),
                Property::honoured("Name"),
                Property::create_only("ProtocolType"),
                Property::honoured("RouteSelectionExpression"),
                Property::honoured("Tags"),
                Property::honoured("Version"),
            ]
        }
    }

    async fn create(&self, request: &ResourceRequest) -> Result<Provisioned, ProvisionError> {
        let id = id_of(request, 10);
        let wanted = ApiProperties::read(&id, &request.properties).await?;
        let created = self.0.shared.core.clock.now_ms();
        let api = self.0.create(|port| Api {
            id,
            name: wanted.name,
            description: wanted.description,
            version: wanted.version,
            cors: wanted.cors,
            tags: wanted.tags,
            port,
            created,
            routes: BTreeMap::new(),
            integrations: BTreeMap::new(),
            stages: BTreeMap::new(),
            authorizers: BTreeMap::new(),
            imported: BTreeSet::new(),
        })?;
        if let Some(document) = wanted.document
            && let Err(error) = self.0.change(&api.id, |api| document.put(api))
        {
            self.0.remove(&api.id).await?;
            return Err(error.into());
        }
        Ok(api_made(&api))
    }

    async fn update(
        &self,
        physical_id: &str,
        _previous: &Properties,
        request: &ResourceRequest,
    ) -> Result<Provisioned, ProvisionError> {
        let wanted = ApiProperties::read(physical_id, &request.properties).await?;
        let imported = self.0.shared.api(physical_id).map(|api| api.imported.clone()).unwrap_or_default();
        let made = self.0.change(physical_id, |api| {
            match wanted.document {
                Some(document) => document.put(api)?,
                None => Document::clear(api),
            }
            api.name = wanted.name;
            api.description = wanted.description;
            api.version = wanted.version;
            api.cors = wanted.cors;
            api.tags = wanted.tags;
            Ok(api_made(api))
        })?;
        for id in imported {
            self.0.shared.caches.forget(physical_id, &id);
        }
        Ok(made)
    }

    async fn delete(&self, physical_id: &str, _request: &ResourceRequest) -> Result<(), ProvisionError> {
        Ok(self.0.remove(physical_id).await?)
    }

    async fn discard(&self, request: &ResourceRequest) -> Result<(), ProvisionError> {
        self.delete(&id_of(request, 10), request).await
    }
}

/// The id of what `request` makes: `length` characters `a-z2-7`, made from the generated name, which is new for each creation.
/// So whoever must undo a creation whose end is not known finds what it made, and nothing else.
pub(super) fn id_of(request: &ResourceRequest, length: usize) -> String {
    id_from(&format!("{}/{}", request.stack_id, request.generated_name), length)
}

/// An id that is made from a seed: `length` characters `a-z2-7`.
pub(super) fn id_from(seed: &str, length: usize) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let digest = ring::digest::digest(&ring::digest::SHA256, seed.as_bytes());
    digest.as_ref().iter().take(length).map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

struct Routes(Arc<HttpApis>);

impl Routes {
    fn read(properties: &Properties) -> Result<Route, ProvisionError> {
        if truth(properties, "ApiKeyRequired")? {
            return Err(invalid("ApiKeyRequired is supported for WebSocket APIs only"));
        }
        let integration = match text(properties, "Target")? {
            None => None,
            Some(target) => Some(
                target
                    .strip_prefix("integrations/")
                    .filter(|id| !id.is_empty() && !id.contains('/'))
                    .ok_or_else(|| invalid(format!("Target {target:?} must be integrations/<integration id>")))?
                    .to_owned(),
            ),
        };
        Ok(Route {
            key: RouteKey::parse(required(properties, "RouteKey")?).map_err(invalid)?,
            integration,
            operation_name: owned(properties, "OperationName")?,
            authorization: authorization(properties)?,
        })
    }

    /// Puts a route under `id`, unless another one has its key.
    fn put(&self, api_id: &str, id: &str, route: Route) -> Result<(), ProvisionError> {
        Ok(self.0.change(api_id, |api| {
            if api.routes.iter().any(|(other, known)| other != id && known.key == route.key) {
                return Err(crate::error::AwsError::new(
                    409,
                    "ConflictException",
                    format!("Route with key {} already exists for this API", route.key),
                ));
            }
            if let Some(target) = route.integration.as_ref().filter(|target| !api.integrations.contains_key(*target)) {
                return Err(crate::error::AwsError::new(
                    404,
                    "NotFoundException",
                    format!("Invalid Integration identifier specified {target}"),
                ));
            }
            check_authorizer(api, &route.authorization)?;
            api.routes.insert(id.to_owned(), route);
            Ok(())
        })?)
    }
}

#[async_trait]
impl ResourceProvider for Routes {
    fn type_name(&self) -> &'static str {
        "AWS::ApiGatewayV2::Route"
    }

    fn properties(&self) -> &'static [Property] {
        const {
            &[
                Property::create_only("ApiId"),
                Property::honoured("ApiKeyRequired"),
                Property::honoured("AuthorizationScopes"),
                Property::honoured("AuthorizationType"),
                Property::honoured("AuthorizerId"),
                Property::honoured("OperationName"),
                Property::honoured("RouteKey"),
                Property::honoured("Target"),
            ]
        }
    }

    async fn create(&self, request: &ResourceRequest) -> Result<Provisioned, ProvisionError> {
        let id = id_of(request, 7);
        self.put(required(&request.properties, "ApiId")?, &id, Self::read(&request.properties)?)?;
        Ok(made(&id, &[("RouteId", json!(id))]))
    }

    async fn update(
        &self,
        physical_id: &str,
        _previous: &Properties,
        request: &ResourceRequest,
    ) -> Result<Provisioned, ProvisionError> {
        self.put(required(&request.properties, "ApiId")?, physical_id, Self::read(&request.properties)?)?;
        Ok(made(physical_id, &[("RouteId", json!(physical_id))]))
    }

    async fn delete(&self, physical_id: &str, request: &ResourceRequest) -> Result<(), ProvisionError> {
        gone_is_fine(self.0.change(required(&request.properties, "ApiId")?, |api| {
            api.routes.remove(physical_id);
            Ok(())
        }))
    }

    async fn discard(&self, request: &ResourceRequest) -> Result<(), ProvisionError> {
        self.delete(&id_of(request, 7), request).await
    }
}

/// What a route asks of its callers.
fn authorization(properties: &Properties) -> Result<Authorization, ProvisionError> {
    let kind = text(properties, "AuthorizationType")?.unwrap_or("NONE");
    let id = owned(properties, "AuthorizerId")?;
    let scopes = list(properties.get("AuthorizationScopes"), "AuthorizationScopes")?;
    if !scopes.is_empty() && kind != "JWT" {
        return Err(invalid("AuthorizationScopes go with AuthorizationType JWT only"));
    }
    match (kind, id) {
        ("NONE", None) => Ok(Authorization::None),
        ("AWS_IAM", None) => Ok(Authorization::Iam),
        ("JWT", Some(authorizer)) => Ok(Authorization::Jwt { authorizer, scopes }),
        ("CUSTOM", Some(authorizer)) => Ok(Authorization::Custom { authorizer }),
        ("JWT" | "CUSTOM", None) => Err(invalid(format!("AuthorizerId is required with AuthorizationType {kind}"))),
        ("NONE" | "AWS_IAM", Some(_)) => {
            Err(invalid(format!("AuthorizerId goes with AuthorizationType JWT or CUSTOM, not with {kind}")))
        }
        (other, _) => Err(invalid(format!("AuthorizationType {other:?} must be NONE, AWS_IAM, JWT or CUSTOM"))),
    }
}

/// Refuses a route whose authorizer is not there, or is of the other kind.
fn check_authorizer(api: &Api, authorization: &Authorization) -> Result<(), crate::error::AwsError> {
    let (id, jwt) = match authorization {
        Authorization::None | Authorization::Iam => return Ok(()),
        Authorization::Jwt { authorizer, .. } => (authorizer, true),
        Authorization::Custom { authorizer } => (authorizer, false),
    };
    match api.authorizers.get(id).map(|authorizer| matches!(authorizer.kind, Kind::Jwt(_))) {
        Some(found) if found == jwt => Ok(()),
        Some(_) => Err(crate::error::AwsError::bad_request(
            "BadRequestException",
            format!("the authorizer {id} is for AuthorizationType {}", if jwt { "CUSTOM" } else { "JWT" }),
        )),
        None => Err(crate::error::AwsError::new(
            404,
            "NotFoundException",
            format!("Invalid Authorizer identifier specified {id}"),
        )),
    }
}

pub(super) struct Integrations(Arc<HttpApis>);

impl Integrations {
    pub(super) fn read(properties: &Properties) -> Result<Integration, ProvisionError> {
        let kind = required(properties, "IntegrationType")?;
        if kind != "AWS_PROXY" {
            return Err(invalid(format!(
                "IntegrationType {kind} is not offered by the local cloud, only AWS_PROXY with a Lambda function"
            )));
        }
        match text(properties, "PayloadFormatVersion")? {
            Some("2.0") => {}
            Some(other) => {
                return Err(invalid(format!(
                    "PayloadFormatVersion {other} is not offered by the local cloud, only 2.0"
                )));
            }
            // CloudFormation's default is 1.0.
            None => {
                return Err(invalid(
                    "PayloadFormatVersion must be given as 2.0; without it, it is 1.0, which the local \
                                        cloud does not offer",
                ));
            }
        }
        only(properties, "ConnectionType", "INTERNET", "the local cloud has no VPC links")?;
        only(properties, "IntegrationMethod", "POST", "a Lambda function is invoked with POST")?;
        let uri = required(properties, "IntegrationUri")?;
        let timeout = properties.get("TimeoutInMillis").map_or(Some(30_000), as_integer);
        let timeout_ms = timeout
            .and_then(|timeout| u32::try_from(timeout).ok())
            .filter(|timeout| (50..=30_000).contains(timeout))
            .ok_or_else(|| invalid("TimeoutInMillis must be an integer from 50 to 30000"))?;
        Ok(Integration {
            function: function_of(uri)
                .ok_or_else(|| {
                    invalid(format!(
                        "IntegrationUri {uri:?} must be the ARN of a Lambda function, or API Gateway's invocation ARN of one"
                    ))
                })?
                .to_owned(),
            uri: uri.to_owned(),
            description: owned(properties, "Description")?,
            timeout_ms,
        })
    }

    fn put(&self, api_id: &str, id: &str, integration: Integration) -> Result<(), ProvisionError> {
        Ok(self.0.change(api_id, |api| {
            api.integrations.insert(id.to_owned(), integration);
            Ok(())
        })?)
    }
}

/// The function's ARN in an integration URI: itself, or
/// `arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<ARN>/invocations`.
pub(super) fn function_of(uri: &str) -> Option<&str> {
    let arn = match uri.split_once(":lambda:path/2015-03-31/functions/") {
        Some((gateway, rest)) if gateway.starts_with("arn:aws:apigateway:") => rest.strip_suffix("/invocations")?,
        _ => uri,
    };
    let parts: Vec<&str> = arn.split(':').collect();
    let legal = parts.iter().all(|part| !part.is_empty() && !part.contains(['/', '{', ' ']));
    (matches!(
        parts.as_slice(),
        ["arn", "aws", "lambda", _, _, "function", _] | ["arn", "aws", "lambda", _, _, "function", _, _]
    ) && legal)
        .then_some(arn)
}

#[async_trait]
impl ResourceProvider for Integrations {
    fn type_name(&self) -> &'static str {
        "AWS::ApiGatewayV2::Integration"
    }

    fn properties(&self) -> &'static [Property] {
        const {
            &[
                Property::create_only("ApiId"),
                Property::honoured("ConnectionType"),
                Property::honoured("Description"),
                Property::honoured("IntegrationMethod"),
                Property::honoured("IntegrationType"),
                Property::honoured("IntegrationUri"),
                Property::honoured("PayloadFormatVersion"),
                Property::honoured("TimeoutInMillis"),
            ]
        }
    }

    async fn create(&self, request: &ResourceRequest) -> Result<Provisioned, ProvisionError> {
        let id = id_of(request, 7);
        self.put(required(&request.properties, "ApiId")?, &id, Self::read(&request.properties)?)?;
        Ok(made(&id, &[("IntegrationId", json!(id))]))
    }

    async fn update(
        &self,
        physical_id: &str,
        _previous: &Properties,
        request: &ResourceRequest,
    ) -> Result<Provisioned, ProvisionError> {
        self.put(required(&request.properties, "ApiId")?, physical_id, Self::read(&request.properties)?)?;
        Ok(made(physical_id, &[("IntegrationId", json!(physical_id))]))
    }

    async fn delete(&self, physical_id: &str, request: &ResourceRequest) -> Result<(), ProvisionError> {
        gone_is_fine(self.0.change(required(&request.properties, "ApiId")?, |api| {
            api.integrations.remove(physical_id);
            Ok(())
        }))
    }

    async fn discard(&self, request: &ResourceRequest) -> Result<(), ProvisionError> {
        self.delete(&id_of(request, 7), request).await
    }
}

/// Why a route's metrics are not there.
const NO_METRICS: &str = "would publish metrics of each route to CloudWatch; there are none here";
/// Why a route's execution log is not there.
const NO_TRACE: &str = "concerns WebSocket APIs only";

struct Stages(Arc<HttpApis>);

impl Stages {
    fn read(properties: &Properties, created: i64) -> Result<(String, Stage), ProvisionError> {
        let name = required(properties, "StageName")?;
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if name != "$default" && (name.len() > 128 || !name.bytes().all(legal)) {
            return Err(invalid(format!(
                "StageName {name:?} may hold letters, digits, hyphens and underscores only, or be $default"
            )));
        }
        let limits = |value: &Value| Limits::read(value).map_err(invalid);
        let route_limits = match properties.get("RouteSettings") {
            None | Some(Value::Null) => BTreeMap::new(),
            Some(Value::Object(routes)) => routes
                .iter()
                .map(|(key, value)| {
                    let key = RouteKey::parse(key).map_err(|reason| invalid(format!("RouteSettings: {reason}")))?;
                    Ok((key.to_string(), limits(value)?))
                })
                .collect::<Result<_, ProvisionError>>()?,
            Some(_) => return Err(invalid("RouteSettings must be an object")),
        };
        let stage = Stage {
            auto_deploy: truth(properties, "AutoDeploy")?,
            description: owned(properties, "Description")?,
            variables: texts(properties, "StageVariables")?,
            tags: texts(properties, "Tags")?,
            default_limits: properties.get("DefaultRouteSettings").map(limits).transpose()?.unwrap_or_default(),
            route_limits,
            created,
            access_log: properties
                .get("AccessLogSettings")
                .filter(|settings| !settings.is_null())
                .map(|settings| AccessLog::read(settings).map_err(invalid))
                .transpose()?,
        };
        if !stage.auto_deploy {
            tracing::warn!(stage = name, "a stage without AutoDeploy serves nothing here: deployments are not offered");
        }
        Ok((name.to_owned(), stage))
    }
}

#[async_trait]
impl ResourceProvider for Stages {
    fn type_name(&self) -> &'static str {
        "AWS::ApiGatewayV2::Stage"
    }

    fn properties(&self) -> &'static [Property] {
        const {
            &[
                Property::honoured("AccessLogSettings"),
                Property::create_only("ApiId"),
                Property::honoured("AutoDeploy"),
                Property::honoured("DefaultRouteSettings"),
                Property::ignored("DefaultRouteSettings.DataTraceEnabled", NO_TRACE),
                Property::ignored("DefaultRouteSettings.DetailedMetricsEnabled", NO_METRICS),
                Property::ignored("DefaultRouteSettings.LoggingLevel", NO_TRACE),
                Property::honoured("Description"),
                Property::honoured("RouteSettings"),
                Property::ignored("RouteSettings.*.DataTraceEnabled", NO_TRACE),
                Property::ignored("RouteSettings.*.DetailedMetricsEnabled", NO_METRICS),
                Property::ignored("RouteSettings.*.LoggingLevel", NO_TRACE),
                Property::create_only("StageName"),
                Property::honoured("StageVariables"),
                Property::honoured("Tags"),
            ]
        }
    }

    async fn create(&self, request: &ResourceRequest) -> Result<Provisioned, ProvisionError> {
        let (name, stage) = Self::read(&request.properties, self.0.shared.core.clock.now_ms())?;
        self.0.change(required(&request.properties, "ApiId")?, |api| {
            if api.stages.contains_key(&name) {
                return Err(crate::error::AwsError::new(409, "ConflictException", "Stage already exists"));
            }
            api.stages.insert(name.clone(), stage);
            Ok(())
        })?;
        Ok(made(&name, &[]))
    }

    async fn update(
        &self,
        physical_id: &str,
        _previous: &Properties,
        request: &ResourceRequest,
    ) -> Result<Provisioned, ProvisionError> {
        let (name, mut stage) = Self::read(&request.properties, self.0.shared.core.clock.now_ms())?;
        self.0.change(required(&request.properties, "ApiId")?, |api| {
            if let Some(known) = api.stages.get(&name) {
                stage.created = known.created;
            }
            api.stages.insert(name, stage);
            Ok(())
        })?;
        Ok(made(physical_id, &[]))
    }

    async fn delete(&self, physical_id: &str, request: &ResourceRequest) -> Result<(), ProvisionError> {
        gone_is_fine(self.0.change(required(&request.properties, "ApiId")?, |api| {
            api.stages.remove(physical_id);
            Ok(())
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::function_of;

    #[test]
    fn both_forms_of_an_integration_uri_name_the_function() {
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:shop";
        assert_eq!(function_of(arn), Some(arn));
        let alias = format!("{arn}:live");
        assert_eq!(function_of(&alias), Some(alias.as_str()));
        let wrapped = format!("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations");
        assert_eq!(function_of(&wrapped), Some(arn));
        for wrong in
            ["", "shop", "https://example.com", &format!("{arn}:${{stageVariables.x}}"), &format!("x{wrapped}")]
        {
            assert_eq!(function_of(wrong), None, "{wrong}");
        }
    }
}
