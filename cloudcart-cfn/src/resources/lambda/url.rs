//! `AWS::Lambda::Url`.
// Made by `cargo xtask generate` from `schemas/aws-lambda-url.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::Lambda::Url`. `Ref` gives `FunctionArn`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-url.html>
    Url<'stack>: kind::lambda::Url {
        required {
            /// `AuthType`: one of `AWS_IAM`, `NONE`.
            auth_type "AuthType": AuthType,
            /// `TargetFunctionArn`: a text. Create-only: a change replaces the resource.
            target_function_arn "TargetFunctionArn": Arn<kind::lambda::Function>,
        }
        optional {
            /// `Cors`: an object.
            cors "Cors": Cors<'stack>,
            /// `InvokeMode`: one of `BUFFERED`, `RESPONSE_STREAM`.
            invoke_mode "InvokeMode": InvokeMode,
            /// `Qualifier`: a text of 1 to 128 characters, pattern `((?!^[0-9]+$)([a-zA-Z0-9-_]+))`. Create-only: a change replaces the resource.
            qualifier "Qualifier": String,
        }
        attributes {
            /// `FunctionArn`: what `Ref` gives.
            function_arn "FunctionArn": String,
            /// `FunctionUrl`.
            function_url "FunctionUrl": String,
        }
    }
}

object! {
    /// `Cors` of [`Url`].
    Cors<'stack> {
        required {}
        optional {
            /// `AllowCredentials`: true or false.
            allow_credentials "AllowCredentials": bool,
            /// `AllowHeaders`: a list of 1 to 100 items.
            allow_headers "AllowHeaders": Vec<Value<'stack, String>>,
            /// `AllowMethods`: a list of 1 to 6 items.
            allow_methods "AllowMethods": Vec<Value<'stack, AllowMethod>>,
            /// `AllowOrigins`: a list of 1 to 100 items.
            allow_origins "AllowOrigins": Vec<Value<'stack, String>>,
            /// `ExposeHeaders`: a list of 1 to 100 items.
            expose_headers "ExposeHeaders": Vec<Value<'stack, String>>,
            /// `MaxAge`: a whole number, 0 to 86,400.
            max_age "MaxAge": Int<0, 86_400>,
        }
    }
}

enumeration! {
    /// `AllowMethod` of [`Url`].
    AllowMethod {
        Any "*",
        Delete "DELETE",
        Get "GET",
        Head "HEAD",
        Patch "PATCH",
        Post "POST",
        Put "PUT",
    }
}

enumeration! {
    /// `AuthType` of [`Url`].
    AuthType {
        AwsIam "AWS_IAM",
        None "NONE",
    }
}

enumeration! {
    /// `InvokeMode` of [`Url`].
    InvokeMode {
        Buffered "BUFFERED",
        ResponseStream "RESPONSE_STREAM",
    }
}

default_object! {
    Cors,
}
