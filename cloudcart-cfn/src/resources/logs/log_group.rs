//! `AWS::Logs::LogGroup`.
// Made by `cargo xtask generate` from `schemas/aws-logs-loggroup.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::Logs::LogGroup`. `Ref` gives `LogGroupName`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html>
    LogGroup<'stack>: kind::logs::LogGroup {
        required {}
        optional {
            /// `BearerTokenAuthenticationEnabled`: true or false.
            bearer_token_authentication_enabled "BearerTokenAuthenticationEnabled": bool,
            /// `DataProtectionPolicy`: JSON.
            data_protection_policy "DataProtectionPolicy": Json,
            /// `DeletionProtectionEnabled`: true or false.
            deletion_protection_enabled "DeletionProtectionEnabled": bool,
            /// `FieldIndexPolicies`: a list.
            field_index_policies "FieldIndexPolicies": Vec<Value<'stack, Json>>,
            /// `KmsKeyId`: a text of up to 256 characters, pattern `^arn:[a-z0-9-]+:kms:[a-z0-9-]+:\d{12}:(key|alias)/.+\Z`.
            kms_key_id "KmsKeyId": String,
            /// `LogGroupClass`: one of `DELIVERY`, `INFREQUENT_ACCESS`, `STANDARD`.
            log_group_class "LogGroupClass": LogGroupClass,
            /// `LogGroupName`: a text of 1 to 512 characters, pattern `^[.\-_/#A-Za-z0-9]{1,512}\Z`. Create-only: a change replaces the resource.
            log_group_name "LogGroupName": String,
            /// `ResourcePolicyDocument`: an object.
            resource_policy_document "ResourcePolicyDocument": PolicyDocument<'stack>,
            /// `RetentionInDays`: one of 22 numbers.
            retention_in_days "RetentionInDays": RetentionInDays,
            /// `Tags`: a list.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
        }
        attributes {}
    }
}

enumeration! {
    /// `LogGroupClass` of [`LogGroup`].
    LogGroupClass {
        Delivery "DELIVERY",
        InfrequentAccess "INFREQUENT_ACCESS",
        Standard "STANDARD",
    }
}

number_enumeration! {
    /// `RetentionInDays` of [`LogGroup`].
    RetentionInDays {
        1,
        3,
        5,
        7,
        14,
        30,
        60,
        90,
        120,
        150,
        180,
        365,
        400,
        545,
        731,
        1_096,
        1_827,
        2_192,
        2_557,
        2_922,
        3_288,
        3_653,
    }
}

default_object! {
    LogGroup,
}
