//! `AWS::IAM::OIDCProvider`.
// Made by `cargo xtask generate` from `schemas/aws-iam-oidcprovider.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::IAM::OIDCProvider`. `Ref` gives `Arn`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-oidcprovider.html>
    OIDCProvider<'stack>: kind::iam::OIDCProvider {
        required {}
        optional {
            /// `ClientIdList`: a list.
            client_id_list "ClientIdList": Vec<Value<'stack, String>>,
            /// `Tags`: a list of up to 50 items.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
            /// `ThumbprintList`: a list of up to 5 items.
            thumbprint_list "ThumbprintList": Vec<Value<'stack, String>>,
            /// `Url`: a text of 1 to 255 characters. Create-only: a change replaces the resource.
            url "Url": String,
        }
        attributes {}
    }
}

default_object! {
    OIDCProvider,
}
