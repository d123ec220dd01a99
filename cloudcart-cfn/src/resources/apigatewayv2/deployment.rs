//! `AWS::ApiGatewayV2::Deployment`.
// Made by `cargo xtask generate` from `schemas/aws-apigatewayv2-deployment.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::ApiGatewayV2::Deployment`. `Ref` gives `DeploymentId`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-deployment.html>
    Deployment<'stack>: kind::apigatewayv2::Deployment {
        required {
            /// `ApiId`: a text. Create-only: a change replaces the resource.
            api_id "ApiId": Ref<kind::apigatewayv2::Api>,
        }
        optional {
            /// `Description`: a text.
            description "Description": String,
            /// `StageName`: a text. Write-only: it cannot be read back.
            stage_name "StageName": String,
        }
        attributes {
            /// `DeploymentId`: what `Ref` gives.
            deployment_id "DeploymentId": Ref<kind::apigatewayv2::Deployment>,
        }
    }
}
