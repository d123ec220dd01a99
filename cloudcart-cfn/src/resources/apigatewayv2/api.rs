//! `AWS::ApiGatewayV2::Api`.
// Made by `cargo xtask generate` from `schemas/aws-apigatewayv2-api.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::ApiGatewayV2::Api`. `Ref` gives `ApiId`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-api.html>
    Api<'stack>: kind::apigatewayv2::Api {
        required {}
        optional {
            /// `ApiKeySelectionExpression`: a text.
            api_key_selection_expression "ApiKeySelectionExpression": String,
            /// `BasePath`: one of `ignore`, `prepend`, `split`. Write-only: it cannot be read back.
            base_path "BasePath": BasePath,
            /// `Body`: JSON. Write-only: it cannot be read back.
            body "Body": Json,
            /// `BodyS3Location`: an object. Write-only: it cannot be read back.
            body_s3_location "BodyS3Location": BodyS3Location<'stack>,
            /// `CorsConfiguration`: an object.
            cors_configuration "CorsConfiguration": Cors<'stack>,
            /// `CredentialsArn`: a text. Write-only: it cannot be read back.
            credentials_arn "CredentialsArn": Arn<kind::iam::Role>,
            /// `Description`: a text.
            description "Description": String,
            /// `DisableExecuteApiEndpoint`: true or false.
            disable_execute_api_endpoint "DisableExecuteApiEndpoint": bool,
            /// `DisableSchemaValidation`: true or false. Write-only: it cannot be read back.
            disable_schema_validation "DisableSchemaValidation": bool,
            /// `FailOnWarnings`: true or false. Write-only: it cannot be read back.
            fail_on_warnings "FailOnWarnings": bool,
            /// `IpAddressType`: one of `dualstack`, `ipv4`.
            ip_address_type "IpAddressType": IpAddressType,
            /// `Name`: a text.
            name "Name": String,
            /// `ProtocolType`: one of `HTTP`, `WEBSOCKET`. Create-only: a change replaces the resource.
            protocol_type "ProtocolType": ProtocolType,
            /// `RouteKey`: a text. Write-only: it cannot be read back.
            route_key "RouteKey": String,
            /// `RouteSelectionExpression`: a text.
            route_selection_expression "RouteSelectionExpression": String,
            /// `Tags`: an object.
            tags "Tags": BTreeMap<String, Value<'stack, String>>,
            /// `Target`: a text. Write-only: it cannot be read back.
            target "Target": String,
            /// `Version`: a text.
            version "Version": String,
        }
        attributes {
            /// `ApiEndpoint`.
            api_endpoint "ApiEndpoint": String,
            /// `ApiId`: what `Ref` gives.
            api_id "ApiId": Ref<kind::apigatewayv2::Api>,
            /// `ExecuteApiArn`.
            execute_api_arn "ExecuteApiArn": String,
        }
    }
}

object! {
    /// `BodyS3Location` of [`Api`].
    BodyS3Location<'stack> {
        required {}
        optional {
            /// `Bucket`: a text. Write-only: it cannot be read back.
            bucket "Bucket": String,
            /// `Etag`: a text. Write-only: it cannot be read back.
            etag "Etag": String,
            /// `Key`: a text. Write-only: it cannot be read back.
            key "Key": String,
            /// `Version`: a text. Write-only: it cannot be read back.
            version "Version": String,
        }
    }
}

object! {
    /// `Cors` of [`Api`].
    Cors<'stack> {
        required {}
        optional {
            /// `AllowCredentials`: true or false.
            allow_credentials "AllowCredentials": bool,
            /// `AllowHeaders`: a list.
            allow_headers "AllowHeaders": Vec<Value<'stack, String>>,
            /// `AllowMethods`: a list.
            allow_methods "AllowMethods": Vec<Value<'stack, String>>,
            /// `AllowOrigins`: a list.
            allow_origins "AllowOrigins": Vec<Value<'stack, String>>,
            /// `ExposeHeaders`: a list.
            expose_headers "ExposeHeaders": Vec<Value<'stack, String>>,
            /// `MaxAge`: a whole number, -1 to 86,400.
            max_age "MaxAge": Int<-1, 86_400>,
        }
    }
}

enumeration! {
    /// `BasePath` of [`Api`].
    BasePath {
        Ignore "ignore",
        Prepend "prepend",
        Split "split",
    }
}

enumeration! {
    /// `IpAddressType` of [`Api`].
    IpAddressType {
        Dualstack "dualstack",
        Ipv4 "ipv4",
    }
}

enumeration! {
    /// `ProtocolType` of [`Api`].
    ProtocolType {
        Http "HTTP",
        Websocket "WEBSOCKET",
    }
}

default_object! {
    Api,
    BodyS3Location,
    Cors,
}
