//! `AWS::IAM::Policy`.
// Made by `cargo xtask generate` from `schemas/aws-iam-policy.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::IAM::Policy`. `Ref` gives `Id`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-policy.html>
    Policy<'stack>: kind::iam::Policy {
        required {
            /// `PolicyDocument`: JSON.
            policy_document "PolicyDocument": PolicyDocument<'stack>,
            /// `PolicyName`: a text of 1 to 128 characters, pattern `^[\w+=,.@-]+$`.
            policy_name "PolicyName": String,
        }
        optional {
            /// `Groups`: a list.
            groups "Groups": Vec<Value<'stack, String>>,
            /// `Roles`: a list.
            roles "Roles": Vec<Value<'stack, Ref<kind::iam::Role>>>,
            /// `Users`: a list.
            users "Users": Vec<Value<'stack, String>>,
        }
        attributes {}
    }
}
