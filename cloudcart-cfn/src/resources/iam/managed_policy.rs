//! `AWS::IAM::ManagedPolicy`.
// Made by `cargo xtask generate` from `schemas/aws-iam-managedpolicy.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::IAM::ManagedPolicy`. `Ref` gives `PolicyArn`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-managedpolicy.html>
    ManagedPolicy<'stack>: kind::iam::ManagedPolicy {
        required {
            /// `PolicyDocument`: JSON.
            policy_document "PolicyDocument": PolicyDocument<'stack>,
        }
        optional {
            /// `Description`: a text of up to 1,000 characters. Create-only: a change replaces the resource.
            description "Description": String,
            /// `Groups`: a list.
            groups "Groups": Vec<Value<'stack, String>>,
            /// `ManagedPolicyName`: a text. Create-only: a change replaces the resource.
            managed_policy_name "ManagedPolicyName": String,
            /// `Path`: a text of 1 to 512 characters, pattern `^((/[A-Za-z0-9\.,\+@=_-]+)*)/$`. Create-only: a change replaces the resource.
            path "Path": String,
            /// `Roles`: a list.
            roles "Roles": Vec<Value<'stack, Ref<kind::iam::Role>>>,
            /// `Users`: a list.
            users "Users": Vec<Value<'stack, String>>,
        }
        attributes {
            /// `AttachmentCount`.
            attachment_count "AttachmentCount": i64,
            /// `CreateDate`.
            create_date "CreateDate": String,
            /// `DefaultVersionId`.
            default_version_id "DefaultVersionId": String,
            /// `IsAttachable`.
            is_attachable "IsAttachable": bool,
            /// `PermissionsBoundaryUsageCount`.
            permissions_boundary_usage_count "PermissionsBoundaryUsageCount": i64,
            /// `PolicyArn`: what `Ref` gives.
            policy_arn "PolicyArn": Arn<kind::iam::ManagedPolicy>,
            /// `PolicyId`.
            policy_id "PolicyId": String,
            /// `UpdateDate`.
            update_date "UpdateDate": String,
        }
    }
}
