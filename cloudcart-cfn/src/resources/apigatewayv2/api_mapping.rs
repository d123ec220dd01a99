//! `AWS::ApiGatewayV2::ApiMapping`.
// Made by `cargo xtask generate` from `schemas/aws-apigatewayv2-apimapping.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::ApiGatewayV2::ApiMapping`. `Ref` gives `ApiMappingId`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-apimapping.html>
    ApiMapping<'stack>: kind::apigatewayv2::ApiMapping {
        required {
            /// `ApiId`: a text.
            api_id "ApiId": Ref<kind::apigatewayv2::Api>,
            /// `DomainName`: a text. Create-only: a change replaces the resource.
            domain_name "DomainName": Ref<kind::apigatewayv2::DomainName>,
            /// `Stage`: a text.
            stage "Stage": Ref<kind::apigatewayv2::Stage>,
        }
        optional {
            /// `ApiMappingKey`: a text.
            api_mapping_key "ApiMappingKey": String,
        }
        attributes {
            /// `ApiMappingId`: what `Ref` gives.
            api_mapping_id "ApiMappingId": Ref<kind::apigatewayv2::ApiMapping>,
        }
    }
}
