//! `AWS::CloudFront::Function`.
// Made by `cargo xtask generate` from `schemas/aws-cloudfront-function.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::CloudFront::Function`. `Ref` gives `FunctionARN`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudfront-function.html>
    Function<'stack>: kind::cloudfront::Function {
        required {
            /// `FunctionCode`: a text.
            function_code "FunctionCode": String,
            /// `FunctionConfig`: an object.
            function_config "FunctionConfig": FunctionConfig<'stack>,
            /// `Name`: a text of 1 to 64 characters, pattern `^[a-zA-Z0-9-_]{1,64}$`. Create-only: a change replaces the resource.
            name "Name": String,
        }
        optional {
            /// `AutoPublish`: true or false. Write-only: it cannot be read back.
            auto_publish "AutoPublish": bool,
            /// `Tags`: a list.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
        }
        attributes {
            /// `FunctionARN`: what `Ref` gives.
            function_arn "FunctionARN": Arn<kind::cloudfront::Function>,
            /// `FunctionMetadata.FunctionARN`.
            function_metadata_function_arn "FunctionMetadata.FunctionARN": String,
            /// `Stage`.
            stage "Stage": String,
        }
    }
}

object! {
    /// `FunctionConfig` of [`Function`].
    FunctionConfig<'stack> {
        required {
            /// `Comment`: a text.
            comment "Comment": String,
            /// `Runtime`: one of `cloudfront-js-1.0`, `cloudfront-js-2.0`.
            runtime "Runtime": Runtime,
        }
        optional {
            /// `KeyValueStoreAssociations`: a list.
            key_value_store_associations "KeyValueStoreAssociations": Vec<Value<'stack, KeyValueStoreAssociation<'stack>>>,
        }
    }
}

object! {
    /// `KeyValueStoreAssociation` of [`Function`].
    KeyValueStoreAssociation<'stack> {
        required {
            /// `KeyValueStoreARN`: a text.
            key_value_store_arn "KeyValueStoreARN": String,
        }
        optional {}
    }
}

enumeration! {
    /// `Runtime` of [`Function`].
    Runtime {
        CloudfrontJs10 "cloudfront-js-1.0",
        CloudfrontJs20 "cloudfront-js-2.0",
    }
}
