//! `AWS::SecretsManager::ResourcePolicy`.
// Made by `cargo xtask generate` from `schemas/aws-secretsmanager-resourcepolicy.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::SecretsManager::ResourcePolicy`. `Ref` gives `Id`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-resourcepolicy.html>
    ResourcePolicy<'stack>: kind::secretsmanager::ResourcePolicy {
        required {
            /// `ResourcePolicy`: JSON.
            resource_policy "ResourcePolicy": PolicyDocument<'stack>,
            /// `SecretId`: a text of 1 to 2,048 characters. Create-only: a change replaces the resource.
            secret_id "SecretId": Arn<kind::secretsmanager::Secret>,
        }
        optional {
            /// `BlockPublicPolicy`: true or false. Write-only: it cannot be read back.
            block_public_policy "BlockPublicPolicy": bool,
        }
        attributes {}
    }
}
