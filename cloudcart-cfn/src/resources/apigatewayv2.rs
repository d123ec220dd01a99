//! `AWS::ApiGatewayV2::*`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::resource;
use crate::resource::Ref;
use crate::value::{List, Value};

/// `AWS::ApiGatewayV2::Api`. `Ref` gives its id.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-api.html>
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Api {
    /// `CorsConfiguration` of an HTTP API, which then answers preflights by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cors_configuration: Option<Value<Cors>>,
    /// `Description`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Value<String>>,
    /// `DisableExecuteApiEndpoint`, for APIs with a domain of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_execute_api_endpoint: Option<Value<bool>>,
    /// `Name`. Required unless the API is imported from OpenAPI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Value<String>>,
    /// `ProtocolType`. Create-only. Required unless the API is imported from OpenAPI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol_type: Option<Value<ProtocolType>>,
    /// `RouteSelectionExpression` of a WebSocket API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route_selection_expression: Option<Value<String>>,
    /// `Tags`: a map, unlike elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Value<BTreeMap<String, Value<String>>>>,
    /// `Version` of the API, a free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<Value<String>>,
}

resource!(Api, "AWS::ApiGatewayV2::Api");

/// `ProtocolType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum ProtocolType {
    /// HTTP.
    #[serde(rename = "HTTP")]
    Http,
    /// WebSocket.
    #[serde(rename = "WEBSOCKET")]
    Websocket,
}

/// `CorsConfiguration`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Cors {
    /// `AllowCredentials`. Not together with the origin `*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_credentials: Option<Value<bool>>,
    /// `AllowHeaders`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_headers: Option<List<String>>,
    /// `AllowMethods`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_methods: Option<List<String>>,
    /// `AllowOrigins`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_origins: Option<List<String>>,
    /// `ExposeHeaders`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expose_headers: Option<List<String>>,
    /// `MaxAge` in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Value<u32>>,
}

/// `AWS::ApiGatewayV2::Route`. `Ref` gives its id.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-route.html>
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Route {
    /// `ApiId`. Create-only.
    pub api_id: Value<Ref<Api>>,
    /// `AuthorizationScopes`, with a JWT authorizer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_scopes: Option<List<String>>,
    /// `AuthorizationType`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_type: Option<Value<AuthorizationType>>,
    /// `AuthorizerId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorizer_id: Option<Value<String>>,
    /// `OperationName`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_name: Option<Value<String>>,
    /// `RouteKey`: `GET /things/{id}` or `$default`.
    pub route_key: Value<String>,
    /// `Target`: `integrations/` and the integration's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Value<String>>,
}

impl Route {
    /// With what is required.
    pub fn new(api_id: impl Into<Value<Ref<Api>>>, route_key: impl Into<Value<String>>) -> Self {
        Self {
            api_id: api_id.into(),
            authorization_scopes: None,
            authorization_type: None,
            authorizer_id: None,
            operation_name: None,
            route_key: route_key.into(),
            target: None,
        }
    }
}

resource!(Route, "AWS::ApiGatewayV2::Route");

/// `AuthorizationType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum AuthorizationType {
    /// Anybody.
    #[serde(rename = "NONE")]
    None,
    /// Signed requests.
    #[serde(rename = "AWS_IAM")]
    AwsIam,
    /// A Lambda authorizer.
    #[serde(rename = "CUSTOM")]
    Custom,
    /// A JWT authorizer.
    #[serde(rename = "JWT")]
    Jwt,
}

/// `AWS::ApiGatewayV2::Integration`. `Ref` gives its id.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-integration.html>
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Integration {
    /// `ApiId`. Create-only.
    pub api_id: Value<Ref<Api>>,
    /// `CredentialsArn` of a role, instead of a Lambda permission.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials_arn: Option<Value<String>>,
    /// `Description`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Value<String>>,
    /// `IntegrationMethod`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integration_method: Option<Value<String>>,
    /// `IntegrationType`.
    pub integration_type: Value<IntegrationType>,
    /// `IntegrationUri`: for Lambda, the function's ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integration_uri: Option<Value<String>>,
    /// `PayloadFormatVersion`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload_format_version: Option<Value<PayloadFormatVersion>>,
    /// `TimeoutInMillis`, 50 to 30,000 for an HTTP API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_in_millis: Option<Value<u32>>,
}

impl Integration {
    /// With what is required.
    pub fn new(api_id: impl Into<Value<Ref<Api>>>, integration_type: impl Into<Value<IntegrationType>>) -> Self {
        Self {
            api_id: api_id.into(),
            credentials_arn: None,
            description: None,
            integration_method: None,
            integration_type: integration_type.into(),
            integration_uri: None,
            payload_format_version: None,
            timeout_in_millis: None,
        }
    }
}

resource!(Integration, "AWS::ApiGatewayV2::Integration");

/// `IntegrationType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum IntegrationType {
    /// An AWS service, WebSocket only.
    #[serde(rename = "AWS")]
    Aws,
    /// A Lambda function or a service of AWS, with the request passed through.
    #[serde(rename = "AWS_PROXY")]
    AwsProxy,
    /// An HTTP endpoint, WebSocket only.
    #[serde(rename = "HTTP")]
    Http,
    /// An HTTP endpoint, with the request passed through.
    #[serde(rename = "HTTP_PROXY")]
    HttpProxy,
    /// The gateway itself, WebSocket only.
    #[serde(rename = "MOCK")]
    Mock,
}

/// `PayloadFormatVersion`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum PayloadFormatVersion {
    /// The format of REST APIs.
    #[serde(rename = "1.0")]
    V1,
    /// The format of HTTP APIs.
    #[serde(rename = "2.0")]
    V2,
}

/// `AWS::ApiGatewayV2::Stage`.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-stage.html>
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Stage {
    /// `AccessLogSettings`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_log_settings: Option<Value<AccessLogSettings>>,
    /// `ApiId`. Create-only.
    pub api_id: Value<Ref<Api>>,
    /// `AutoDeploy`: changes of routes go live by themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_deploy: Option<Value<bool>>,
    /// `DefaultRouteSettings`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_route_settings: Option<Value<RouteSettings>>,
    /// `Description`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Value<String>>,
    /// `StageName`. Create-only. `$default` is served at the root.
    pub stage_name: Value<String>,
    /// `Tags`: a map, unlike elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Value<BTreeMap<String, Value<String>>>>,
}

impl Stage {
    /// With what is required.
    pub fn new(api_id: impl Into<Value<Ref<Api>>>, stage_name: impl Into<Value<String>>) -> Self {
        Self {
            access_log_settings: None,
            api_id: api_id.into(),
            auto_deploy: None,
            default_route_settings: None,
            description: None,
            stage_name: stage_name.into(),
            tags: None,
        }
    }
}

resource!(Stage, "AWS::ApiGatewayV2::Stage");

/// `AccessLogSettings`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AccessLogSettings {
    /// `DestinationArn` of a log group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination_arn: Option<Value<String>>,
    /// `Format` of a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Value<String>>,
}

/// `DefaultRouteSettings`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RouteSettings {
    /// `DetailedMetricsEnabled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detailed_metrics_enabled: Option<Value<bool>>,
    /// `ThrottlingBurstLimit` in requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throttling_burst_limit: Option<Value<u32>>,
    /// `ThrottlingRateLimit` in requests per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throttling_rate_limit: Option<Value<f64>>,
}
