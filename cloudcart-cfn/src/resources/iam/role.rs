//! `AWS::IAM::Role`.
// Made by `cargo xtask generate` from `schemas/aws-iam-role.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::IAM::Role`. `Ref` gives `RoleName`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html>
    Role<'stack>: kind::iam::Role {
        required {
            /// `AssumeRolePolicyDocument`: JSON.
            assume_role_policy_document "AssumeRolePolicyDocument": PolicyDocument<'stack>,
        }
        optional {
            /// `Description`: a text of up to 1,000 characters, pattern `^[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*$`.
            description "Description": String,
            /// `ManagedPolicyArns`: a list.
            managed_policy_arns "ManagedPolicyArns": Vec<Value<'stack, Arn<kind::iam::ManagedPolicy>>>,
            /// `MaxSessionDuration`: a whole number, 3,600 to 43,200.
            max_session_duration "MaxSessionDuration": Int<3_600, 43_200>,
            /// `Path`: a text of 1 to 512 characters, pattern `^(\u002F)|(\u002F[\u0021-\u007E]+\u002F)$`. Create-only: a change replaces the resource.
            path "Path": String,
            /// `PermissionsBoundary`: a text of 20 to 2,048 characters.
            permissions_boundary "PermissionsBoundary": Arn<kind::iam::ManagedPolicy>,
            /// `Policies`: a list.
            policies "Policies": Vec<Value<'stack, Policy<'stack>>>,
            /// `RoleName`: a text of 1 to 64 characters, pattern `^[\w+=,.@-]+$`. Create-only: a change replaces the resource.
            role_name "RoleName": String,
            /// `Tags`: a list of up to 50 items.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
        }
        attributes {
            /// `RoleId`.
            role_id "RoleId": String,
        }
    }
}

object! {
    /// `Policy` of [`Role`].
    Policy<'stack> {
        required {
            /// `PolicyDocument`: JSON.
            policy_document "PolicyDocument": PolicyDocument<'stack>,
            /// `PolicyName`: a text.
            policy_name "PolicyName": String,
        }
        optional {}
    }
}
