//! `AWS::Cognito::UserPoolGroup`.
// Made by `cargo xtask generate` from `schemas/aws-cognito-userpoolgroup.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::Cognito::UserPoolGroup`. `Ref` gives `GroupName`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cognito-userpoolgroup.html>
    UserPoolGroup<'stack>: kind::cognito::UserPoolGroup {
        required {
            /// `UserPoolId`: a text of 1 to 55 characters, pattern `^[\w-]+_[0-9a-zA-Z]+$`. Create-only: a change replaces the resource.
            user_pool_id "UserPoolId": Ref<kind::cognito::UserPool>,
        }
        optional {
            /// `Description`: a text of up to 2,048 characters.
            description "Description": String,
            /// `GroupName`: a text of 1 to 128 characters, pattern `^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$`. Create-only: a change replaces the resource.
            group_name "GroupName": String,
            /// `Precedence`: a whole number, at least 0.
            precedence "Precedence": Int<0, { i64::MAX }>,
            /// `RoleArn`: a text of 20 to 2,048 characters.
            role_arn "RoleArn": Arn<kind::iam::Role>,
        }
        attributes {}
    }
}
