//! `AWS::ApiGatewayV2::Authorizer`.
// Made by `cargo xtask generate` from `schemas/aws-apigatewayv2-authorizer.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::ApiGatewayV2::Authorizer`. `Ref` gives `AuthorizerId`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-authorizer.html>
    Authorizer<'stack>: kind::apigatewayv2::Authorizer {
        required {
            /// `ApiId`: a text. Create-only: a change replaces the resource.
            api_id "ApiId": Ref<kind::apigatewayv2::Api>,
            /// `AuthorizerType`: one of `JWT`, `REQUEST`.
            authorizer_type "AuthorizerType": AuthorizerType,
            /// `Name`: a text.
            name "Name": String,
        }
        optional {
            /// `AuthorizerCredentialsArn`: a text. Write-only: it cannot be read back.
            authorizer_credentials_arn "AuthorizerCredentialsArn": Arn<kind::iam::Role>,
            /// `AuthorizerPayloadFormatVersion`: one of `1.0`, `2.0`. Write-only: it cannot be read back.
            authorizer_payload_format_version "AuthorizerPayloadFormatVersion": AuthorizerPayloadFormatVersion,
            /// `AuthorizerResultTtlInSeconds`: a whole number, 0 to 3,600. Write-only: it cannot be read back.
            authorizer_result_ttl_in_seconds "AuthorizerResultTtlInSeconds": Int<0, 3_600>,
            /// `AuthorizerUri`: a text. Write-only: it cannot be read back.
            authorizer_uri "AuthorizerUri": String,
            /// `EnableSimpleResponses`: true or false. Write-only: it cannot be read back.
            enable_simple_responses "EnableSimpleResponses": bool,
            /// `IdentitySource`: a list.
            identity_source "IdentitySource": Vec<Value<'stack, String>>,
            /// `IdentityValidationExpression`: a text.
            identity_validation_expression "IdentityValidationExpression": String,
            /// `JwtConfiguration`: an object.
            jwt_configuration "JwtConfiguration": JWTConfiguration<'stack>,
        }
        attributes {
            /// `AuthorizerId`: what `Ref` gives.
            authorizer_id "AuthorizerId": Ref<kind::apigatewayv2::Authorizer>,
        }
    }
}

object! {
    /// `JWTConfiguration` of [`Authorizer`].
    JWTConfiguration<'stack> {
        required {}
        optional {
            /// `Audience`: a list.
            audience "Audience": Vec<Value<'stack, String>>,
            /// `Issuer`: a text.
            issuer "Issuer": String,
        }
    }
}

enumeration! {
    /// `AuthorizerPayloadFormatVersion` of [`Authorizer`].
    AuthorizerPayloadFormatVersion {
        V1_0 "1.0",
        V2_0 "2.0",
    }
}

enumeration! {
    /// `AuthorizerType` of [`Authorizer`].
    AuthorizerType {
        Jwt "JWT",
        Request "REQUEST",
    }
}

default_object! {
    JWTConfiguration,
}
