//! `AWS::SecretsManager::SecretTargetAttachment`.
// Made by `cargo xtask generate` from `schemas/aws-secretsmanager-secrettargetattachment.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::SecretsManager::SecretTargetAttachment`. `Ref` gives `Id`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secrettargetattachment.html>
    SecretTargetAttachment<'stack>: kind::secretsmanager::SecretTargetAttachment {
        required {
            /// `SecretId`: a text of 1 to 2,048 characters. Create-only: a change replaces the resource.
            secret_id "SecretId": Arn<kind::secretsmanager::Secret>,
            /// `TargetId`: a text.
            target_id "TargetId": String,
            /// `TargetType`: one of 7 words.
            target_type "TargetType": TargetType,
        }
        optional {}
        attributes {}
    }
}

enumeration! {
    /// `TargetType` of [`SecretTargetAttachment`].
    TargetType {
        AwsDocDBDBCluster "AWS::DocDB::DBCluster",
        AwsDocDBDBInstance "AWS::DocDB::DBInstance",
        AwsDocDBElasticCluster "AWS::DocDBElastic::Cluster",
        AwsRdsDBCluster "AWS::RDS::DBCluster",
        AwsRdsDBInstance "AWS::RDS::DBInstance",
        AwsRedshiftCluster "AWS::Redshift::Cluster",
        AwsRedshiftServerlessNamespace "AWS::RedshiftServerless::Namespace",
    }
}
