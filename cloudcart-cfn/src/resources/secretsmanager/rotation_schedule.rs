//! `AWS::SecretsManager::RotationSchedule`.
// Made by `cargo xtask generate` from `schemas/aws-secretsmanager-rotationschedule.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::SecretsManager::RotationSchedule`. `Ref` gives `Id`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-rotationschedule.html>
    RotationSchedule<'stack>: kind::secretsmanager::RotationSchedule {
        required {
            /// `SecretId`: a text. Create-only: a change replaces the resource.
            secret_id "SecretId": Arn<kind::secretsmanager::Secret>,
        }
        optional {
            /// `ExternalSecretRotationMetadata`: a list.
            external_secret_rotation_metadata "ExternalSecretRotationMetadata": Vec<Value<'stack, ExternalSecretRotationMetadataItem<'stack>>>,
            /// `ExternalSecretRotationRoleArn`: a text.
            external_secret_rotation_role_arn "ExternalSecretRotationRoleArn": Arn<kind::iam::Role>,
            /// `HostedRotationLambda`: an object. Write-only: it cannot be read back.
            hosted_rotation_lambda "HostedRotationLambda": HostedRotationLambda<'stack>,
            /// `RotateImmediatelyOnUpdate`: true or false. Write-only: it cannot be read back.
            rotate_immediately_on_update "RotateImmediatelyOnUpdate": bool,
            /// `RotationLambdaARN`: a text.
            rotation_lambda_arn "RotationLambdaARN": Arn<kind::lambda::Function>,
            /// `RotationRules`: an object.
            rotation_rules "RotationRules": RotationRules<'stack>,
        }
        attributes {}
    }
}

object! {
    /// `ExternalSecretRotationMetadataItem` of [`RotationSchedule`].
    ExternalSecretRotationMetadataItem<'stack> {
        required {
            /// `Key`: a text.
            key "Key": String,
            /// `Value`: a text.
            value "Value": String,
        }
        optional {}
    }
}

object! {
    /// `HostedRotationLambda` of [`RotationSchedule`].
    HostedRotationLambda<'stack> {
        required {
            /// `RotationType`: a text. Write-only: it cannot be read back.
            rotation_type "RotationType": String,
        }
        optional {
            /// `ExcludeCharacters`: a text. Write-only: it cannot be read back.
            exclude_characters "ExcludeCharacters": String,
            /// `KmsKeyArn`: a text. Write-only: it cannot be read back.
            kms_key_arn "KmsKeyArn": Arn<kind::kms::Key>,
            /// `MasterSecretArn`: a text. Write-only: it cannot be read back.
            master_secret_arn "MasterSecretArn": Arn<kind::secretsmanager::Secret>,
            /// `MasterSecretKmsKeyArn`: a text. Write-only: it cannot be read back.
            master_secret_kms_key_arn "MasterSecretKmsKeyArn": Arn<kind::kms::Key>,
            /// `RotationLambdaName`: a text. Write-only: it cannot be read back.
            rotation_lambda_name "RotationLambdaName": String,
            /// `Runtime`: a text. Write-only: it cannot be read back.
            runtime "Runtime": String,
            /// `SuperuserSecretArn`: a text. Write-only: it cannot be read back.
            superuser_secret_arn "SuperuserSecretArn": Arn<kind::secretsmanager::Secret>,
            /// `SuperuserSecretKmsKeyArn`: a text. Write-only: it cannot be read back.
            superuser_secret_kms_key_arn "SuperuserSecretKmsKeyArn": Arn<kind::kms::Key>,
            /// `VpcSecurityGroupIds`: a text. Write-only: it cannot be read back.
            vpc_security_group_ids "VpcSecurityGroupIds": String,
            /// `VpcSubnetIds`: a text. Write-only: it cannot be read back.
            vpc_subnet_ids "VpcSubnetIds": String,
        }
    }
}

object! {
    /// `RotationRules` of [`RotationSchedule`].
    RotationRules<'stack> {
        required {}
        optional {
            /// `AutomaticallyAfterDays`: a whole number.
            automatically_after_days "AutomaticallyAfterDays": i64,
            /// `Duration`: a text.
            duration "Duration": String,
            /// `ScheduleExpression`: a text.
            schedule_expression "ScheduleExpression": String,
        }
    }
}

default_object! {
    RotationRules,
}
