//! `Body` of `AWS::ApiGatewayV2::Api`: an OpenAPI 3.0 document that makes routes, integrations and authorizers.
//!
//! Source: API Gateway developer guide, "Working with OpenAPI definitions for HTTP APIs" and the pages on its extensions.
//! What only describes (`responses`, `parameters`, `requestBody`, `schemas` and the like) does nothing on AWS either, because
//! HTTP APIs validate no requests. Where AWS passes over what it does not understand with a warning, it is refused here.

use super::{
    authorizer::{Authorization, Authorizer, Kind, read_authorizer},
    model::{Api, Cors, Integration, Route, as_bool},
    provider::{Integrations, Properties, id_from, invalid},
    router::RouteKey,
};
use crate::provider::ProvisionError;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What a document makes. Ids are the same for the same API and key, so that what an update leaves in the document stays.
pub(super) struct Document {
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) version: Option<String>,
    pub(super) cors: Option<Cors>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) authorizers: BTreeMap<String, Authorizer>,
    integrations: BTreeMap<String, Integration>,
    routes: BTreeMap<String, Route>,
}

/// What an operation asks of its callers, by the name of the security scheme.
enum Scheme {
    Iam,
    /// Id of an authorizer, and whether it reads tokens.
    Authorizer {
        id: String,
        jwt: bool,
    },
}

/// The keys of an object, each of which must be one of `known`.
fn members<'a>(value: &'a Value, place: &str, known: &[&str]) -> Result<&'a Map<String, Value>, ProvisionError> {
    let object = value.as_object().ok_or_else(|| invalid(format!("Body: {place} must be an object")))?;
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        Some(unknown) => Err(invalid(format!("Body: the local cloud does not offer {unknown} in {place}"))),
        None => Ok(object),
    }
}

fn text(object: &Map<String, Value>, place: &str, name: &str) -> Result<Option<String>, ProvisionError> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(invalid(format!("Body: {name} in {place} must be a string"))),
    }
}

/// The same object with its keys in CloudFormation's writing.
fn capitalised(object: &Map<String, Value>) -> Properties {
    let capital = |key: &str| {
        let mut letters = key.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
    };
    object.iter().map(|(key, value)| (capital(key), value.clone())).collect()
}

impl Document {
    /// Reads the document of the API that has, or will have, the id `api`.
    pub(super) fn read(api: &str, body: &Value) -> Result<Self, ProvisionError> {
        const KNOWN: [&str; 8] = [
            "openapi",
            "info",
            "paths",
            "components",
            "tags",
            "externalDocs",
            "x-amazon-apigateway-cors",
            "x-amazon-apigateway-importexport-version",
        ];
        if body.get("swagger").is_some() {
            return Err(invalid("Body: HTTP APIs import OpenAPI 3.0 documents only, and this is a Swagger document"));
        }
        let root = members(body, "the document", &KNOWN)?;
        match root.get("openapi").and_then(Value::as_str) {
            Some(version) if version.starts_with("3.0") => {}
            other => return Err(invalid(format!("Body: openapi must be 3.0.x, and is {}", json!(other)))),
        }
        let nothing = json!({});
        let told = ["title", "description", "version", "termsOfService", "contact", "license"];
        let info = members(root.get("info").unwrap_or(&nothing), "info", &told)?;
        let mut document = Self {
            title: text(info, "info", "title")?,
            description: text(info, "info", "description")?,
            version: text(info, "info", "version")?,
            cors: root.get("x-amazon-apigateway-cors").map(cors).transpose()?,
            tags: tags(root.get("tags"))?,
            authorizers: BTreeMap::new(),
            integrations: BTreeMap::new(),
            routes: BTreeMap::new(),
        };
        let schemes = document.schemes(api, root.get("components").unwrap_or(&nothing))?;
        let paths = root.get("paths").unwrap_or(&nothing);
        let paths = paths.as_object().ok_or_else(|| invalid("Body: paths must be an object"))?;
        for (path, operations) in paths {
            const METHODS: [&str; 8] =
                ["get", "put", "post", "delete", "options", "head", "patch", "x-amazon-apigateway-any-method"];
            const REMARKS: [&str; 3] = ["parameters", "summary", "description"];
            let known: Vec<&str> = METHODS.into_iter().chain(REMARKS).collect();
            for (method, operation) in members(operations, path, &known)? {
                if !REMARKS.contains(&method.as_str()) {
                    document.operation(api, path, method, operation, &schemes)?;
                }
            }
        }
        Ok(document)
    }

    fn schemes(&mut self, api: &str, components: &Value) -> Result<BTreeMap<String, Scheme>, ProvisionError> {
        const DESCRIBING: [&str; 8] =
            ["securitySchemes", "schemas", "responses", "parameters", "examples", "requestBodies", "headers", "links"];
        let mut schemes = BTreeMap::new();
        let components = members(components, "components", &DESCRIBING)?;
        let declared = components.get("securitySchemes").and_then(Value::as_object);
        for (name, scheme) in declared.into_iter().flatten() {
            const AUTHORIZER: &str = "x-amazon-apigateway-authorizer";
            let place = format!("the security scheme {name}");
            let known = [
                "type",
                "description",
                "name",
                "in",
                "flows",
                "openIdConnectUrl",
                AUTHORIZER,
                "x-amazon-apigateway-authtype",
            ];
            let scheme = members(scheme, &place, &known)?;
            if let Some(authorizer) = scheme.get(AUTHORIZER) {
                let id = id_from(&format!("{api}/authorizer/{name}"), 6);
                let authorizer = self::authorizer(name, &place, authorizer)?;
                let jwt = matches!(authorizer.kind, Kind::Jwt(_));
                self.authorizers.insert(id.clone(), authorizer);
                schemes.insert(name.clone(), Scheme::Authorizer { id, jwt });
            } else if scheme.get("x-amazon-apigateway-authtype").is_some_and(|kind| kind == "awsSigv4") {
                schemes.insert(name.clone(), Scheme::Iam);
            } else {
                return Err(invalid(format!("Body: {place} has no {AUTHORIZER}, so nothing would be asked")));
            }
        }
        Ok(schemes)
    }

    fn operation(
        &mut self,
        api: &str,
        path: &str,
        method: &str,
        operation: &Value,
        schemes: &BTreeMap<String, Scheme>,
    ) -> Result<(), ProvisionError> {
        const INTEGRATION: &str = "x-amazon-apigateway-integration";
        const ANY: &str = "x-amazon-apigateway-any-method";
        let place = format!("{method} {path}");
        let known = [
            INTEGRATION,
            "security",
            "operationId",
            "isDefaultRoute",
            "responses",
            "parameters",
            "requestBody",
            "summary",
            "description",
            "tags",
            "deprecated",
            "externalDocs",
        ];
        let operation = members(operation, &place, &known)?;
        let default = path == "/$default" || path == "$default";
        if operation.get("isDefaultRoute").and_then(as_bool) == Some(true) && !default {
            return Err(invalid(format!("Body: isDefaultRoute in {place} goes with the path $default only")));
        }
        let key = match (default, method) {
            (true, ANY) => "$default".to_owned(),
            (true, _) => return Err(invalid(format!("Body: the path $default has {ANY} only, and not {method}"))),
            (false, ANY) => format!("ANY {path}"),
            (false, method) => format!("{} {path}", method.to_ascii_uppercase()),
        };
        let key = RouteKey::parse(&key).map_err(|reason| invalid(format!("Body: {place}: {reason}")))?;
        let integration = operation
            .get(INTEGRATION)
            .ok_or_else(|| invalid(format!("Body: {place} has no {INTEGRATION}, so it would answer nothing")))?;
        let id = id_from(&format!("{api}/integration/{key}"), 7);
        self.integrations.insert(id.clone(), self::integration(&place, integration)?);
        let route = Route {
            integration: Some(id),
            operation_name: text(operation, &place, "operationId")?,
            authorization: authorization(&place, operation.get("security"), schemes)?,
            key,
        };
        let id = id_from(&format!("{api}/route/{}", route.key), 7);
        if self.routes.insert(id, route).is_some() {
            return Err(invalid(format!("Body: {place} makes a route that is there already")));
        }
        Ok(())
    }

    /// Puts everything into an API, in place of what an earlier document made.
    pub(super) fn put(self, api: &mut Api) -> Result<(), crate::error::AwsError> {
        Self::clear(api);
        for route in self.routes.values() {
            if api.routes.values().any(|known| known.key == route.key) {
                return Err(crate::error::AwsError::new(
                    409,
                    "ConflictException",
                    format!("Route with key {} already exists for this API", route.key),
                ));
            }
        }
        let ids = self.routes.keys().chain(self.integrations.keys()).chain(self.authorizers.keys());
        api.imported = ids.cloned().collect();
        api.routes.extend(self.routes);
        api.integrations.extend(self.integrations);
        api.authorizers.extend(self.authorizers);
        Ok(())
    }

    /// Takes everything out of an API that a document made.
    pub(super) fn clear(api: &mut Api) {
        let imported = std::mem::take(&mut api.imported);
        api.routes.retain(|id, _| !imported.contains(id));
        api.integrations.retain(|id, _| !imported.contains(id));
        api.authorizers.retain(|id, _| !imported.contains(id));
    }
}

fn cors(value: &Value) -> Result<Cors, ProvisionError> {
    let object = value.as_object().ok_or_else(|| invalid("Body: x-amazon-apigateway-cors must be an object"))?;
    let cors: Cors = serde_json::from_value(Value::Object(capitalised(object)))
        .map_err(|error| invalid(format!("Body: x-amazon-apigateway-cors: {error}")))?;
    cors.check().map_err(invalid)?;
    Ok(cors)
}

/// The document's tags that are tags of the API: those with a value.
fn tags(value: Option<&Value>) -> Result<BTreeMap<String, String>, ProvisionError> {
    const VALUE: &str = "x-amazon-apigateway-tag-value";
    let mut tags = BTreeMap::new();
    for tag in value.and_then(Value::as_array).into_iter().flatten() {
        let tag = members(tag, "tags", &["name", "description", "externalDocs", VALUE])?;
        if let (Some(name), Some(value)) = (text(tag, "tags", "name")?, text(tag, "tags", VALUE)?) {
            tags.insert(name, value);
        }
    }
    Ok(tags)
}

fn authorizer(name: &str, place: &str, value: &Value) -> Result<Authorizer, ProvisionError> {
    let known = [
        "type",
        "identitySource",
        "jwtConfiguration",
        "authorizerUri",
        "authorizerPayloadFormatVersion",
        "authorizerResultTtlInSeconds",
        "authorizerCredentials",
        "enableSimpleResponses",
    ];
    let mut properties = capitalised(members(value, place, &known)?);
    properties.insert("Name".into(), name.into());
    let kind = properties.remove("Type").and_then(|kind| kind.as_str().map(str::to_ascii_uppercase));
    properties.insert("AuthorizerType".into(), json!(kind.unwrap_or_default()));
    if let Some(credentials) = properties.remove("AuthorizerCredentials") {
        properties.insert("AuthorizerCredentialsArn".into(), credentials);
    }
    if let Some(Value::String(sources)) = properties.get("IdentitySource") {
        let sources: Vec<&str> = sources.split(',').map(str::trim).filter(|source| !source.is_empty()).collect();
        let sources = json!(sources);
        properties.insert("IdentitySource".into(), sources);
    }
    if let Some(configuration) = properties.get("JwtConfiguration") {
        let configuration = capitalised(members(configuration, place, &["issuer", "audience"])?);
        properties.insert("JwtConfiguration".into(), Value::Object(configuration));
    }
    read_authorizer(&properties).map_err(|error| invalid(format!("Body: {place}: {}", error.message)))
}

fn integration(place: &str, value: &Value) -> Result<Integration, ProvisionError> {
    let known =
        ["type", "uri", "httpMethod", "payloadFormatVersion", "connectionType", "timeoutInMillis", "description"];
    let mut properties = capitalised(members(value, &format!("the integration of {place}"), &known)?);
    for (written, name) in [("Type", "IntegrationType"), ("Uri", "IntegrationUri"), ("HttpMethod", "IntegrationMethod")]
    {
        if let Some(value) = properties.remove(written) {
            let value = value
                .as_str()
                .filter(|_| name != "IntegrationUri")
                .map(str::to_ascii_uppercase)
                .map_or(value, Value::from);
            properties.insert(name.into(), value);
        }
    }
    // YAML reads an unquoted 2.0 as a number.
    if properties.get("PayloadFormatVersion").and_then(Value::as_f64) == Some(2.0) {
        properties.insert("PayloadFormatVersion".into(), "2.0".into());
    }
    Integrations::read(&properties).map_err(|error| invalid(format!("Body: {place}: {}", error.message)))
}

fn authorization(
    place: &str,
    security: Option<&Value>,
    schemes: &BTreeMap<String, Scheme>,
) -> Result<Authorization, ProvisionError> {
    let wrong = |why: String| Err(invalid(format!("Body: security of {place}: {why}")));
    let listed = match security {
        None => return Ok(Authorization::None),
        Some(Value::Array(listed)) => listed,
        Some(_) => return wrong("it must be a list".into()),
    };
    let mut asked = listed.iter().filter_map(Value::as_object).flatten();
    let (Some((name, scopes)), None) = (asked.next(), asked.next()) else {
        return if listed.is_empty() { Ok(Authorization::None) } else { wrong("a route has one authorizer".into()) };
    };
    let scopes = scopes
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|scope| scope.as_str().map(str::to_owned))
        .collect::<Vec<_>>();
    match schemes.get(name) {
        // SAM's way to say that a route is open although the API has a default.
        None if name == "NONE" => Ok(Authorization::None),
        None => wrong(format!("components.securitySchemes has no {name}")),
        Some(Scheme::Authorizer { id, jwt: true }) => Ok(Authorization::Jwt { authorizer: id.clone(), scopes }),
        Some(_) if !scopes.is_empty() => wrong(format!("{name} is for no tokens, so it has no scopes")),
        Some(Scheme::Authorizer { id, jwt: false }) => Ok(Authorization::Custom { authorizer: id.clone() }),
        Some(Scheme::Iam) => Ok(Authorization::Iam),
    }
}
