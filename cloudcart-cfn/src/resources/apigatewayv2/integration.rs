//! `AWS::ApiGatewayV2::Integration`.
// Made by `cargo xtask generate` from `schemas/aws-apigatewayv2-integration.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::ApiGatewayV2::Integration`. `Ref` gives `IntegrationId`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-integration.html>
    Integration<'stack>: kind::apigatewayv2::Integration {
        required {
            /// `ApiId`: a text. Create-only: a change replaces the resource.
            api_id "ApiId": String,
            /// `IntegrationType`: a text.
            integration_type "IntegrationType": String,
        }
        optional {
            /// `ConnectionId`: a text.
            connection_id "ConnectionId": String,
            /// `ConnectionType`: a text.
            connection_type "ConnectionType": String,
            /// `ContentHandlingStrategy`: a text.
            content_handling_strategy "ContentHandlingStrategy": String,
            /// `CredentialsArn`: a text, pattern `arn:(aws|aws-cn|aws-us-gov):iam::[0-9]*:(role|user|group)\/.*`.
            credentials_arn "CredentialsArn": String,
            /// `Description`: a text.
            description "Description": String,
            /// `IntegrationMethod`: a text.
            integration_method "IntegrationMethod": String,
            /// `IntegrationSubtype`: a text.
            integration_subtype "IntegrationSubtype": String,
            /// `IntegrationUri`: a text.
            integration_uri "IntegrationUri": String,
            /// `PassthroughBehavior`: a text.
            passthrough_behavior "PassthroughBehavior": String,
            /// `PayloadFormatVersion`: a text.
            payload_format_version "PayloadFormatVersion": String,
            /// `RequestParameters`: an object.
            request_parameters "RequestParameters": BTreeMap<String, Value<'stack, String>>,
            /// `RequestTemplates`: an object.
            request_templates "RequestTemplates": BTreeMap<String, Value<'stack, String>>,
            /// `ResponseParameters`: an object.
            response_parameters "ResponseParameters": BTreeMap<String, Value<'stack, ResponseParameterMap<'stack>>>,
            /// `TemplateSelectionExpression`: a text.
            template_selection_expression "TemplateSelectionExpression": String,
            /// `TimeoutInMillis`: a whole number.
            timeout_in_millis "TimeoutInMillis": i64,
            /// `TlsConfig`: an object.
            tls_config "TlsConfig": TlsConfig<'stack>,
        }
        attributes {
            /// `IntegrationId`: what `Ref` gives.
            integration_id "IntegrationId": Ref<kind::apigatewayv2::Integration>,
        }
    }
}

object! {
    /// `ResponseParameter` of [`Integration`].
    ResponseParameter<'stack> {
        required {}
        optional {
            /// `Destination`: a text.
            destination "Destination": String,
            /// `Source`: a text.
            source "Source": String,
        }
    }
}

object! {
    /// `ResponseParameterMap` of [`Integration`].
    ResponseParameterMap<'stack> {
        required {}
        optional {
            /// `ResponseParameters`: a list.
            response_parameters "ResponseParameters": Vec<Value<'stack, ResponseParameter<'stack>>>,
        }
    }
}

object! {
    /// `TlsConfig` of [`Integration`].
    TlsConfig<'stack> {
        required {}
        optional {
            /// `ServerNameToVerify`: a text.
            server_name_to_verify "ServerNameToVerify": String,
        }
    }
}

default_object! {
    ResponseParameter,
    ResponseParameterMap,
    TlsConfig,
}
