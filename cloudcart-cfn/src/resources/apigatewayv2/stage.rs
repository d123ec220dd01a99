//! `AWS::ApiGatewayV2::Stage`.
// Made by `cargo xtask generate` from `schemas/aws-apigatewayv2-stage.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::ApiGatewayV2::Stage`. `Ref` gives `StageName`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-stage.html>
    Stage<'stack>: kind::apigatewayv2::Stage {
        required {
            /// `ApiId`: a text. Create-only: a change replaces the resource.
            api_id "ApiId": Ref<kind::apigatewayv2::Api>,
            /// `StageName`: a text. Create-only: a change replaces the resource.
            stage_name "StageName": String,
        }
        optional {
            /// `AccessLogSettings`: an object.
            access_log_settings "AccessLogSettings": AccessLogSettings<'stack>,
            /// `AutoDeploy`: true or false.
            auto_deploy "AutoDeploy": bool,
            /// `ClientCertificateId`: a text.
            client_certificate_id "ClientCertificateId": String,
            /// `DefaultRouteSettings`: an object.
            default_route_settings "DefaultRouteSettings": RouteSettings<'stack>,
            /// `DeploymentId`: a text.
            deployment_id "DeploymentId": Ref<kind::apigatewayv2::Deployment>,
            /// `Description`: a text.
            description "Description": String,
            /// `RouteSettings`: an object.
            route_settings "RouteSettings": BTreeMap<String, Value<'stack, RouteSettings<'stack>>>,
            /// `StageVariables`: an object.
            stage_variables "StageVariables": BTreeMap<String, Value<'stack, String>>,
            /// `Tags`: an object.
            tags "Tags": BTreeMap<String, Value<'stack, String>>,
        }
        attributes {}
    }
}

object! {
    /// `AccessLogSettings` of [`Stage`].
    AccessLogSettings<'stack> {
        required {}
        optional {
            /// `DestinationArn`: a text.
            destination_arn "DestinationArn": String,
            /// `Format`: a text.
            format "Format": String,
        }
    }
}

object! {
    /// `RouteSettings` of [`Stage`].
    RouteSettings<'stack> {
        required {}
        optional {
            /// `DataTraceEnabled`: true or false.
            data_trace_enabled "DataTraceEnabled": bool,
            /// `DetailedMetricsEnabled`: true or false.
            detailed_metrics_enabled "DetailedMetricsEnabled": bool,
            /// `LoggingLevel`: one of `ERROR`, `INFO`, `OFF`.
            logging_level "LoggingLevel": LoggingLevel,
            /// `ThrottlingBurstLimit`: a whole number.
            throttling_burst_limit "ThrottlingBurstLimit": i64,
            /// `ThrottlingRateLimit`: a number.
            throttling_rate_limit "ThrottlingRateLimit": f64,
        }
    }
}

enumeration! {
    /// `LoggingLevel` of [`Stage`].
    LoggingLevel {
        Error "ERROR",
        Info "INFO",
        Off "OFF",
    }
}

default_object! {
    AccessLogSettings,
    RouteSettings,
}
