//! `AWS::RDS::DBCluster`.
// Made by `cargo xtask generate` from `schemas/aws-rds-dbcluster.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::RDS::DBCluster`. `Ref` gives `DBClusterIdentifier`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbcluster.html>
    DBCluster<'stack>: kind::rds::DBCluster {
        required {}
        optional {
            /// `AllocatedStorage`: a whole number.
            allocated_storage "AllocatedStorage": i64,
            /// `AssociatedRoles`: a list of up to 15 items.
            associated_roles "AssociatedRoles": Vec<Value<'stack, DBClusterRole<'stack>>>,
            /// `AutoMinorVersionUpgrade`: true or false.
            auto_minor_version_upgrade "AutoMinorVersionUpgrade": bool,
            /// `AvailabilityZones`: a list. A change may replace the resource.
            availability_zones "AvailabilityZones": Vec<Value<'stack, String>>,
            /// `BacktrackWindow`: a whole number, at least 0.
            backtrack_window "BacktrackWindow": Int<0, { i64::MAX }>,
            /// `BackupRetentionPeriod`: a whole number, 1 to 35.
            backup_retention_period "BackupRetentionPeriod": Int<1, 35>,
            /// `ClusterScalabilityType`: one of `limitless`, `standard`. Create-only: a change replaces the resource. Write-only: it cannot be read back.
            cluster_scalability_type "ClusterScalabilityType": ClusterScalabilityType,
            /// `CopyTagsToSnapshot`: true or false.
            copy_tags_to_snapshot "CopyTagsToSnapshot": bool,
            /// `DBClusterIdentifier`: a text of 1 to 63 characters, pattern `^[a-zA-Z]{1}(?:-?[a-zA-Z0-9]){0,62}$`. Create-only: a change replaces the resource.
            db_cluster_identifier "DBClusterIdentifier": String,
            /// `DBClusterInstanceClass`: a text.
            db_cluster_instance_class "DBClusterInstanceClass": String,
            /// `DBClusterParameterGroupName`: a text.
            db_cluster_parameter_group_name "DBClusterParameterGroupName": Ref<kind::rds::DBClusterParameterGroup>,
            /// `DBInstanceParameterGroupName`: a text. Write-only: it cannot be read back.
            db_instance_parameter_group_name "DBInstanceParameterGroupName": String,
            /// `DBSubnetGroupName`: a text. Create-only: a change replaces the resource.
            db_subnet_group_name "DBSubnetGroupName": Ref<kind::rds::DBSubnetGroup>,
            /// `DBSystemId`: a text. Create-only: a change replaces the resource.
            db_system_id "DBSystemId": String,
            /// `DatabaseInsightsMode`: one of `advanced`, `standard`.
            database_insights_mode "DatabaseInsightsMode": DatabaseInsightsMode,
            /// `DatabaseName`: a text. Create-only: a change replaces the resource.
            database_name "DatabaseName": String,
            /// `DeleteAutomatedBackups`: true or false. Write-only: it cannot be read back.
            delete_automated_backups "DeleteAutomatedBackups": bool,
            /// `DeletionProtection`: true or false.
            deletion_protection "DeletionProtection": bool,
            /// `Domain`: a text.
            domain "Domain": String,
            /// `DomainIAMRoleName`: a text.
            domain_iam_role_name "DomainIAMRoleName": String,
            /// `EnableCloudwatchLogsExports`: a list.
            enable_cloudwatch_logs_exports "EnableCloudwatchLogsExports": Vec<Value<'stack, String>>,
            /// `EnableGlobalWriteForwarding`: true or false.
            enable_global_write_forwarding "EnableGlobalWriteForwarding": bool,
            /// `EnableHttpEndpoint`: true or false.
            enable_http_endpoint "EnableHttpEndpoint": bool,
            /// `EnableIAMDatabaseAuthentication`: true or false.
            enable_iam_database_authentication "EnableIAMDatabaseAuthentication": bool,
            /// `EnableLocalWriteForwarding`: true or false.
            enable_local_write_forwarding "EnableLocalWriteForwarding": bool,
            /// `Engine`: a text. A change may replace the resource.
            engine "Engine": String,
            /// `EngineLifecycleSupport`: one of `open-source-rds-extended-support`, `open-source-rds-extended-support-disabled`.
            engine_lifecycle_support "EngineLifecycleSupport": EngineLifecycleSupport,
            /// `EngineMode`: one of `provisioned`, `serverless`. Create-only: a change replaces the resource.
            engine_mode "EngineMode": EngineMode,
            /// `EngineVersion`: a text.
            engine_version "EngineVersion": String,
            /// `GlobalClusterIdentifier`: a text of up to 63 characters, pattern `^$|^[a-zA-Z]{1}(?:-?[a-zA-Z0-9]){0,62}$`. A change may replace the resource.
            global_cluster_identifier "GlobalClusterIdentifier": String,
            /// `Iops`: a whole number.
            iops "Iops": i64,
            /// `KmsKeyId`: a text. Create-only: a change replaces the resource.
            kms_key_id "KmsKeyId": String,
            /// `ManageMasterUserPassword`: true or false.
            manage_master_user_password "ManageMasterUserPassword": bool,
            /// `MasterUserAuthenticationType`: one of `iam-db-auth`, `password`. Write-only: it cannot be read back.
            master_user_authentication_type "MasterUserAuthenticationType": MasterUserAuthenticationType,
            /// `MasterUserPassword`: a text. Write-only: it cannot be read back.
            master_user_password "MasterUserPassword": String,
            /// `MasterUserSecret`: an object.
            master_user_secret "MasterUserSecret": MasterUserSecret<'stack>,
            /// `MasterUsername`: a text of at least 1 character, pattern `^[a-zA-Z]{1}[a-zA-Z0-9_]*$`. A change may replace the resource.
            master_username "MasterUsername": String,
            /// `MonitoringInterval`: one of 7 numbers.
            monitoring_interval "MonitoringInterval": MonitoringInterval,
            /// `MonitoringRoleArn`: a text.
            monitoring_role_arn "MonitoringRoleArn": Arn<kind::iam::Role>,
            /// `NetworkType`: one of `DUAL`, `IPV4`.
            network_type "NetworkType": NetworkType,
            /// `PerformanceInsightsEnabled`: true or false.
            performance_insights_enabled "PerformanceInsightsEnabled": bool,
            /// `PerformanceInsightsKmsKeyId`: a text.
            performance_insights_kms_key_id "PerformanceInsightsKmsKeyId": String,
            /// `PerformanceInsightsRetentionPeriod`: a whole number.
            performance_insights_retention_period "PerformanceInsightsRetentionPeriod": i64,
            /// `Port`: a whole number.
            port "Port": i64,
            /// `PreferredBackupWindow`: a text.
            preferred_backup_window "PreferredBackupWindow": String,
            /// `PreferredMaintenanceWindow`: a text.
            preferred_maintenance_window "PreferredMaintenanceWindow": String,
            /// `PubliclyAccessible`: true or false. Create-only: a change replaces the resource.
            publicly_accessible "PubliclyAccessible": bool,
            /// `ReplicationSourceIdentifier`: a text.
            replication_source_identifier "ReplicationSourceIdentifier": String,
            /// `RestoreToTime`: a text. Create-only: a change replaces the resource. Write-only: it cannot be read back.
            restore_to_time "RestoreToTime": String,
            /// `RestoreType`: one of `copy-on-write`, `full-copy`. Create-only: a change replaces the resource. Write-only: it cannot be read back.
            restore_type "RestoreType": RestoreType,
            /// `ScalingConfiguration`: an object.
            scaling_configuration "ScalingConfiguration": ScalingConfiguration<'stack>,
            /// `ServerlessV2ScalingConfiguration`: an object.
            serverless_v2_scaling_configuration "ServerlessV2ScalingConfiguration": ServerlessV2ScalingConfiguration<'stack>,
            /// `SnapshotIdentifier`: a text. Create-only: a change replaces the resource. Write-only: it cannot be read back.
            snapshot_identifier "SnapshotIdentifier": String,
            /// `SourceDBClusterIdentifier`: a text. Create-only: a change replaces the resource. Write-only: it cannot be read back.
            source_db_cluster_identifier "SourceDBClusterIdentifier": String,
            /// `SourceDbClusterResourceId`: a text. Create-only: a change replaces the resource. Write-only: it cannot be read back.
            source_db_cluster_resource_id "SourceDbClusterResourceId": String,
            /// `SourceRegion`: a text. Create-only: a change replaces the resource. Write-only: it cannot be read back.
            source_region "SourceRegion": String,
            /// `StorageEncrypted`: true or false. Create-only: a change replaces the resource.
            storage_encrypted "StorageEncrypted": bool,
            /// `StorageType`: a text.
            storage_type "StorageType": String,
            /// `Tags`: a list of up to 50 items.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
            /// `UseLatestRestorableTime`: true or false. Create-only: a change replaces the resource. Write-only: it cannot be read back.
            use_latest_restorable_time "UseLatestRestorableTime": bool,
            /// `VpcSecurityGroupIds`: a list.
            vpc_security_group_ids "VpcSecurityGroupIds": Vec<Value<'stack, Ref<kind::ec2::SecurityGroup>>>,
        }
        attributes {
            /// `DBClusterArn`.
            db_cluster_arn "DBClusterArn": Arn<kind::rds::DBCluster>,
            /// `DBClusterResourceId`.
            db_cluster_resource_id "DBClusterResourceId": String,
            /// `Endpoint.Address`.
            endpoint_address "Endpoint.Address": String,
            /// `Endpoint.Port`.
            endpoint_port "Endpoint.Port": String,
            /// `MasterUserSecret.SecretArn`.
            master_user_secret_secret_arn "MasterUserSecret.SecretArn": Arn<kind::secretsmanager::Secret>,
            /// `ReadEndpoint.Address`.
            read_endpoint_address "ReadEndpoint.Address": String,
            /// `StorageEncryptionType`.
            storage_encryption_type "StorageEncryptionType": String,
            /// `StorageThroughput`.
            storage_throughput "StorageThroughput": i64,
        }
    }
}

object! {
    /// `DBClusterRole` of [`DBCluster`].
    DBClusterRole<'stack> {
        required {
            /// `RoleArn`: a text of 20 to 2,048 characters, pattern `^arn:aws[a-z-]*:iam::[0-9]*:role/.*$`.
            role_arn "RoleArn": Arn<kind::iam::Role>,
        }
        optional {
            /// `FeatureName`: a text.
            feature_name "FeatureName": String,
        }
    }
}

object! {
    /// `MasterUserSecret` of [`DBCluster`].
    MasterUserSecret<'stack> {
        required {}
        optional {
            /// `KmsKeyId`: a text.
            kms_key_id "KmsKeyId": String,
        }
    }
}

object! {
    /// `ScalingConfiguration` of [`DBCluster`].
    ScalingConfiguration<'stack> {
        required {}
        optional {
            /// `AutoPause`: true or false.
            auto_pause "AutoPause": bool,
            /// `MaxCapacity`: a whole number.
            max_capacity "MaxCapacity": i64,
            /// `MinCapacity`: a whole number.
            min_capacity "MinCapacity": i64,
            /// `SecondsBeforeTimeout`: a whole number.
            seconds_before_timeout "SecondsBeforeTimeout": i64,
            /// `SecondsUntilAutoPause`: a whole number.
            seconds_until_auto_pause "SecondsUntilAutoPause": i64,
            /// `TimeoutAction`: a text.
            timeout_action "TimeoutAction": String,
        }
    }
}

object! {
    /// `ServerlessV2ScalingConfiguration` of [`DBCluster`].
    ServerlessV2ScalingConfiguration<'stack> {
        required {}
        optional {
            /// `MaxCapacity`: a number.
            max_capacity "MaxCapacity": f64,
            /// `MinCapacity`: a number.
            min_capacity "MinCapacity": f64,
            /// `SecondsUntilAutoPause`: a whole number, 300 to 86,400.
            seconds_until_auto_pause "SecondsUntilAutoPause": Int<300, 86_400>,
        }
    }
}

enumeration! {
    /// `ClusterScalabilityType` of [`DBCluster`].
    ClusterScalabilityType {
        Limitless "limitless",
        Standard "standard",
    }
}

enumeration! {
    /// `DatabaseInsightsMode` of [`DBCluster`].
    DatabaseInsightsMode {
        Advanced "advanced",
        Standard "standard",
    }
}

enumeration! {
    /// `EngineLifecycleSupport` of [`DBCluster`].
    EngineLifecycleSupport {
        OpenSourceRdsExtendedSupport "open-source-rds-extended-support",
        OpenSourceRdsExtendedSupportDisabled "open-source-rds-extended-support-disabled",
    }
}

enumeration! {
    /// `EngineMode` of [`DBCluster`].
    EngineMode {
        Provisioned "provisioned",
        Serverless "serverless",
    }
}

enumeration! {
    /// `MasterUserAuthenticationType` of [`DBCluster`].
    MasterUserAuthenticationType {
        IamDbAuth "iam-db-auth",
        Password "password",
    }
}

number_enumeration! {
    /// `MonitoringInterval` of [`DBCluster`].
    MonitoringInterval {
        0,
        1,
        5,
        10,
        15,
        30,
        60,
    }
}

enumeration! {
    /// `NetworkType` of [`DBCluster`].
    NetworkType {
        Dual "DUAL",
        Ipv4 "IPV4",
    }
}

enumeration! {
    /// `RestoreType` of [`DBCluster`].
    RestoreType {
        CopyOnWrite "copy-on-write",
        FullCopy "full-copy",
    }
}

default_object! {
    DBCluster,
    MasterUserSecret,
    ScalingConfiguration,
    ServerlessV2ScalingConfiguration,
}
