//! What an HTTP API is made of, as it is stored: one document per API, with its routes, integrations and stages.

use super::{
    access_log::AccessLog,
    authorizer::{Authorization, Authorizer},
    router::RouteKey,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// One API with everything in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Api {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) version: Option<String>,
    pub(super) cors: Option<Cors>,
    pub(super) tags: BTreeMap<String, String>,
    /// The loopback port it is served on.
    pub(super) port: u16,
    /// Milliseconds since the epoch.
    pub(super) created: i64,
    pub(super) routes: BTreeMap<String, Route>,
    pub(super) integrations: BTreeMap<String, Integration>,
    pub(super) stages: BTreeMap<String, Stage>,
    #[serde(default)]
    pub(super) authorizers: BTreeMap<String, Authorizer>,
    /// Ids of the routes, integrations and authorizers that an OpenAPI document made.
    #[serde(default)]
    pub(super) imported: BTreeSet<String>,
}

impl Api {
    /// Root URL, without a trailing slash.
    pub(super) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// `CorsConfiguration`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Cors {
    #[serde(deserialize_with = "truth")]
    pub(super) allow_credentials: bool,
    pub(super) allow_headers: Vec<String>,
    pub(super) allow_methods: Vec<String>,
    pub(super) allow_origins: Vec<String>,
    pub(super) expose_headers: Vec<String>,
    /// Seconds.
    #[serde(deserialize_with = "integer")]
    pub(super) max_age: Option<i64>,
}

/// A route and where it leads.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Route {
    pub(super) key: RouteKey,
    /// Id of an integration.
    pub(super) integration: Option<String>,
    pub(super) operation_name: Option<String>,
    #[serde(default)]
    pub(super) authorization: Authorization,
}

/// A Lambda proxy integration, payload format 2.0.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Integration {
    /// As given: a function's ARN or API Gateway's invocation ARN around it.
    pub(super) uri: String,
    /// ARN of the function.
    pub(super) function: String,
    pub(super) description: Option<String>,
    /// 50..=30000.
    pub(super) timeout_ms: u32,
}

/// A stage.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Stage {
    pub(super) auto_deploy: bool,
    pub(super) description: Option<String>,
    pub(super) variables: BTreeMap<String, String>,
    pub(super) tags: BTreeMap<String, String>,
    /// Limits of every route without its own.
    pub(super) default_limits: Limits,
    /// Limits by route key.
    pub(super) route_limits: BTreeMap<String, Limits>,
    /// Milliseconds since the epoch.
    pub(super) created: i64,
    #[serde(default)]
    pub(super) access_log: Option<AccessLog>,
}

/// `DefaultRouteSettings` or one of `RouteSettings`, as far as it limits traffic.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Limits {
    /// Requests per second.
    pub(super) rate: Option<f64>,
    /// Requests at once.
    pub(super) burst: Option<u32>,
}

impl Limits {
    /// Reads route settings; members that only concern metrics and logs are passed over.
    pub(super) fn read(settings: &Value) -> Result<Self, String> {
        const METRICS: [&str; 3] = ["DetailedMetricsEnabled", "DataTraceEnabled", "LoggingLevel"];
        let members = settings.as_object().ok_or("route settings must be an object")?;
        let mut limits = Self::default();
        for (name, value) in members {
            let number = value.as_f64().or_else(|| value.as_str()?.parse().ok()).filter(|number| *number >= 0.0);
            match name.as_str() {
                "ThrottlingRateLimit" => {
                    limits.rate = Some(number.ok_or("ThrottlingRateLimit must be a number of requests per second")?);
                }
                "ThrottlingBurstLimit" => {
                    let burst = value.as_u64().or_else(|| value.as_str()?.parse().ok());
                    let burst = burst.and_then(|burst| u32::try_from(burst).ok());
                    limits.burst = Some(burst.ok_or("ThrottlingBurstLimit must be a number of requests")?);
                }
                name if METRICS.contains(&name) => {}
                name => return Err(format!("route settings have no {name}")),
            }
        }
        Ok(limits)
    }

    fn to_json(self) -> Value {
        let mut shown = Map::new();
        if let Some(rate) = self.rate {
            shown.insert("throttlingRateLimit".into(), json!(rate));
        }
        if let Some(burst) = self.burst {
            shown.insert("throttlingBurstLimit".into(), json!(burst));
        }
        Value::Object(shown)
    }
}

/// A boolean, also as the string that CloudFormation parameters make of it.
fn truth<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    as_bool(&Value::deserialize(deserializer)?).ok_or_else(|| serde::de::Error::custom("expected true or false"))
}

/// An integer, also as a string.
fn integer<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        value => as_integer(&value).map(Some).ok_or_else(|| serde::de::Error::custom("expected an integer")),
    }
}

/// A boolean, also as a string.
pub(super) fn as_bool(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// An integer, also as a string.
pub(super) fn as_integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// Time as the management API shows it.
fn shown_time(milliseconds: i64) -> Value {
    jiff::Timestamp::from_millisecond(milliseconds)
        .map(|time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
        .map_or(Value::Null, Value::String)
}

/// An object without its null members.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(members.into_iter().filter(|(_, value)| !value.is_null()).collect()),
        other => other,
    }
}

/// The shapes of the management API (`apigatewayv2`).
impl Api {
    pub(super) fn to_json(&self) -> Value {
        without_nulls(json!({
            "apiEndpoint": self.endpoint(),
            "apiId": self.id,
            "apiKeySelectionExpression": "$request.header.x-api-key",
            "corsConfiguration": self.cors.as_ref().map(Cors::to_json),
            "createdDate": shown_time(self.created),
            "description": self.description,
            "disableExecuteApiEndpoint": false,
            "name": self.name,
            "protocolType": "HTTP",
            "routeSelectionExpression": "$request.method $request.path",
            "tags": self.tags,
            "version": self.version,
        }))
    }
}

impl Cors {
    fn to_json(&self) -> Value {
        let list = |items: &[String]| if items.is_empty() { Value::Null } else { json!(items) };
        without_nulls(json!({
            "allowCredentials": self.allow_credentials,
            "allowHeaders": list(&self.allow_headers),
            "allowMethods": list(&self.allow_methods),
            "allowOrigins": list(&self.allow_origins),
            "exposeHeaders": list(&self.expose_headers),
            "maxAge": self.max_age,
        }))
    }
}

impl Route {
    pub(super) fn to_json(&self, id: &str) -> Value {
        let mut shown = without_nulls(json!({
            "apiKeyRequired": false,
            "operationName": self.operation_name,
            "routeId": id,
            "routeKey": self.key.to_string(),
            "target": self.integration.as_ref().map(|id| format!("integrations/{id}")),
        }));
        if let Value::Object(members) = &mut shown {
            self.authorization.show(members);
        }
        shown
    }
}

impl Integration {
    pub(super) fn to_json(&self, id: &str) -> Value {
        without_nulls(json!({
            "connectionType": "INTERNET",
            "description": self.description,
            "integrationId": id,
            "integrationMethod": "POST",
            "integrationType": "AWS_PROXY",
            "integrationUri": self.uri,
            "payloadFormatVersion": "2.0",
            "timeoutInMillis": self.timeout_ms,
        }))
    }
}

impl Stage {
    pub(super) fn to_json(&self, name: &str) -> Value {
        let routes: Map<String, Value> =
            self.route_limits.iter().map(|(key, limits)| (key.clone(), limits.to_json())).collect();
        without_nulls(json!({
            "accessLogSettings": self.access_log.as_ref().map(AccessLog::to_json),
            "autoDeploy": self.auto_deploy,
            "createdDate": shown_time(self.created),
            "defaultRouteSettings": self.default_limits.to_json(),
            "description": self.description,
            "lastUpdatedDate": shown_time(self.created),
            "routeSettings": routes,
            "stageName": name,
            "stageVariables": self.variables,
            "tags": self.tags,
        }))
    }
}
