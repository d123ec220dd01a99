//! `AWS::KMS::Alias`.
// Made by `cargo xtask generate` from `schemas/aws-kms-alias.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::KMS::Alias`. `Ref` gives `AliasName`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-alias.html>
    Alias<'stack>: kind::kms::Alias {
        required {
            /// `AliasName`: a text of 1 to 256 characters, pattern `^(alias/)[a-zA-Z0-9:/_-]+$`. Create-only: a change replaces the resource.
            alias_name "AliasName": String,
            /// `TargetKeyId`: a text of 1 to 256 characters.
            target_key_id "TargetKeyId": Ref<kind::kms::Key>,
        }
        optional {}
        attributes {}
    }
}
