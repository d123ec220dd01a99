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
            api_id "ApiId": Ref<kind::apigatewayv2::Api>,
            /// `IntegrationType`: one of `AWS`, `AWS_PROXY`, `HTTP`, `HTTP_PROXY`, `MOCK`.
            integration_type "IntegrationType": IntegrationType,
        }
        optional {
            /// `ConnectionId`: a text.
            connection_id "ConnectionId": Ref<kind::apigatewayv2::VpcLink>,
            /// `ConnectionType`: one of `INTERNET`, `VPC_LINK`.
            connection_type "ConnectionType": ConnectionType,
            /// `ContentHandlingStrategy`: one of `CONVERT_TO_BINARY`, `CONVERT_TO_TEXT`.
            content_handling_strategy "ContentHandlingStrategy": ContentHandlingStrategy,
            /// `CredentialsArn`: a text, pattern `arn:(aws|aws-cn|aws-us-gov):iam::[0-9]*:(role|user|group)\/.*`.
            credentials_arn "CredentialsArn": Arn<kind::iam::Role>,
            /// `Description`: a text.
            description "Description": String,
            /// `IntegrationMethod`: a text.
            integration_method "IntegrationMethod": String,
            /// `IntegrationSubtype`: a text.
            integration_subtype "IntegrationSubtype": String,
            /// `IntegrationUri`: a text.
            integration_uri "IntegrationUri": String,
            /// `PassthroughBehavior`: one of `NEVER`, `WHEN_NO_MATCH`, `WHEN_NO_TEMPLATES`.
            passthrough_behavior "PassthroughBehavior": PassthroughBehavior,
            /// `PayloadFormatVersion`: one of `1.0`, `2.0`.
            payload_format_version "PayloadFormatVersion": PayloadFormatVersion,
            /// `RequestParameters`: an object.
            request_parameters "RequestParameters": BTreeMap<String, Value<'stack, String>>,
            /// `RequestTemplates`: an object.
            request_templates "RequestTemplates": BTreeMap<String, Value<'stack, String>>,
            /// `ResponseParameters`: an object.
            response_parameters "ResponseParameters": BTreeMap<String, Value<'stack, ResponseParameterMap<'stack>>>,
            /// `TemplateSelectionExpression`: a text.
            template_selection_expression "TemplateSelectionExpression": String,
            /// `TimeoutInMillis`: a whole number, 50 to 30,000.
            timeout_in_millis "TimeoutInMillis": Int<50, 30_000>,
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

enumeration! {
    /// `ConnectionType` of [`Integration`].
    ConnectionType {
        Internet "INTERNET",
        VpcLink "VPC_LINK",
    }
}

enumeration! {
    /// `ContentHandlingStrategy` of [`Integration`].
    ContentHandlingStrategy {
        ConvertToBinary "CONVERT_TO_BINARY",
        ConvertToText "CONVERT_TO_TEXT",
    }
}

enumeration! {
    /// `IntegrationType` of [`Integration`].
    IntegrationType {
        Aws "AWS",
        AwsProxy "AWS_PROXY",
        Http "HTTP",
        HttpProxy "HTTP_PROXY",
        Mock "MOCK",
    }
}

enumeration! {
    /// `PassthroughBehavior` of [`Integration`].
    PassthroughBehavior {
        Never "NEVER",
        WhenNoMatch "WHEN_NO_MATCH",
        WhenNoTemplates "WHEN_NO_TEMPLATES",
    }
}

enumeration! {
    /// `PayloadFormatVersion` of [`Integration`].
    PayloadFormatVersion {
        V1_0 "1.0",
        V2_0 "2.0",
    }
}

default_object! {
    ResponseParameter,
    ResponseParameterMap,
    TlsConfig,
}
