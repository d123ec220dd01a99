//! `AWS::RDS::DBInstance`.
// Made by `cargo xtask generate` from `schemas/aws-rds-dbinstance.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::RDS::DBInstance`. `Ref` gives `DBInstanceIdentifier`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbinstance.html>
    DBInstance<'stack>: kind::rds::DBInstance {
        required {}
        optional {
            /// `AdditionalStorageVolumes`: a list.
            additional_storage_volumes "AdditionalStorageVolumes": Vec<Value<'stack, AdditionalStorageVolume<'stack>>>,
            /// `AllocatedStorage`: a text, pattern `^[0-9]*$`.
            allocated_storage "AllocatedStorage": String,
            /// `AllowMajorVersionUpgrade`: true or false. Write-only: it cannot be read back.
            allow_major_version_upgrade "AllowMajorVersionUpgrade": bool,
            /// `ApplyImmediately`: true or false. Write-only: it cannot be read back.
            apply_immediately "ApplyImmediately": bool,
            /// `AssociatedRoles`: a list.
            associated_roles "AssociatedRoles": Vec<Value<'stack, DBInstanceRole<'stack>>>,
            /// `AutoMinorVersionUpgrade`: true or false. A change may replace the resource.
            auto_minor_version_upgrade "AutoMinorVersionUpgrade": bool,
            /// `AutomaticBackupReplicationKmsKeyId`: a text. Write-only: it cannot be read back.
            automatic_backup_replication_kms_key_id "AutomaticBackupReplicationKmsKeyId": String,
            /// `AutomaticBackupReplicationRegion`: a text.
            automatic_backup_replication_region "AutomaticBackupReplicationRegion": String,
            /// `AutomaticBackupReplicationRetentionPeriod`: a whole number, at least 1.
            automatic_backup_replication_retention_period "AutomaticBackupReplicationRetentionPeriod": Int<1, { i64::MAX }>,
            /// `AvailabilityZone`: a text. A change may replace the resource.
            availability_zone "AvailabilityZone": String,
            /// `BackupRetentionPeriod`: a whole number, at least 0. A change may replace the resource.
            backup_retention_period "BackupRetentionPeriod": Int<0, { i64::MAX }>,
            /// `BackupTarget`: a text. Create-only: a change replaces the resource.
            backup_target "BackupTarget": String,
            /// `CACertificateIdentifier`: a text.
            ca_certificate_identifier "CACertificateIdentifier": String,
            /// `CertificateRotationRestart`: true or false. Write-only: it cannot be read back.
            certificate_rotation_restart "CertificateRotationRestart": bool,
            /// `CharacterSetName`: a text. Create-only: a change replaces the resource.
            character_set_name "CharacterSetName": String,
            /// `CopyTagsToSnapshot`: true or false.
            copy_tags_to_snapshot "CopyTagsToSnapshot": bool,
            /// `CustomIAMInstanceProfile`: a text. Create-only: a change replaces the resource.
            custom_iam_instance_profile "CustomIAMInstanceProfile": String,
            /// `DBClusterIdentifier`: a text. Create-only: a change replaces the resource.
            db_cluster_identifier "DBClusterIdentifier": Ref<kind::rds::DBCluster>,
            /// `DBClusterSnapshotIdentifier`: a text. A change may replace the resource.
            db_cluster_snapshot_identifier "DBClusterSnapshotIdentifier": String,
            /// `DBInstanceClass`: a text.
            db_instance_class "DBInstanceClass": String,
            /// `DBInstanceIdentifier`: a text of 1 to 63 characters, pattern `^$|^[a-zA-Z]{1}(?:-?[a-zA-Z0-9]){0,62}$`. Create-only: a change replaces the resource.
            db_instance_identifier "DBInstanceIdentifier": String,
            /// `DBName`: a text. Create-only: a change replaces the resource.
            db_name "DBName": String,
            /// `DBParameterGroupName`: a text. A change may replace the resource.
            db_parameter_group_name "DBParameterGroupName": String,
            /// `DBSecurityGroups`: a list.
            db_security_groups "DBSecurityGroups": Vec<Value<'stack, String>>,
            /// `DBSnapshotIdentifier`: a text. A change may replace the resource. Write-only: it cannot be read back.
            db_snapshot_identifier "DBSnapshotIdentifier": String,
            /// `DBSubnetGroupName`: a text. Create-only: a change replaces the resource.
            db_subnet_group_name "DBSubnetGroupName": Ref<kind::rds::DBSubnetGroup>,
            /// `DBSystemId`: a text. Create-only: a change replaces the resource.
            db_system_id "DBSystemId": String,
            /// `DatabaseInsightsMode`: one of `advanced`, `standard`.
            database_insights_mode "DatabaseInsightsMode": DatabaseInsightsMode,
            /// `DedicatedLogVolume`: true or false.
            dedicated_log_volume "DedicatedLogVolume": bool,
            /// `DeleteAutomatedBackups`: true or false. Write-only: it cannot be read back.
            delete_automated_backups "DeleteAutomatedBackups": bool,
            /// `DeletionProtection`: true or false.
            deletion_protection "DeletionProtection": bool,
            /// `Domain`: a text.
            domain "Domain": String,
            /// `DomainAuthSecretArn`: a text.
            domain_auth_secret_arn "DomainAuthSecretArn": String,
            /// `DomainDnsIps`: a list.
            domain_dns_ips "DomainDnsIps": Vec<Value<'stack, String>>,
            /// `DomainFqdn`: a text.
            domain_fqdn "DomainFqdn": String,
            /// `DomainIAMRoleName`: a text.
            domain_iam_role_name "DomainIAMRoleName": String,
            /// `DomainOu`: a text.
            domain_ou "DomainOu": String,
            /// `EnableCloudwatchLogsExports`: a list.
            enable_cloudwatch_logs_exports "EnableCloudwatchLogsExports": Vec<Value<'stack, String>>,
            /// `EnableIAMDatabaseAuthentication`: true or false.
            enable_iam_database_authentication "EnableIAMDatabaseAuthentication": bool,
            /// `EnablePerformanceInsights`: true or false.
            enable_performance_insights "EnablePerformanceInsights": bool,
            /// `Engine`: a text. A change may replace the resource.
            engine "Engine": String,
            /// `EngineLifecycleSupport`: one of `open-source-rds-extended-support`, `open-source-rds-extended-support-disabled`.
            engine_lifecycle_support "EngineLifecycleSupport": EngineLifecycleSupport,
            /// `EngineVersion`: a text.
            engine_version "EngineVersion": String,
            /// `Iops`: a whole number.
            iops "Iops": i64,
            /// `KmsKeyId`: a text. Create-only: a change replaces the resource.
            kms_key_id "KmsKeyId": String,
            /// `LicenseModel`: a text.
            license_model "LicenseModel": String,
            /// `ManageMasterUserPassword`: true or false.
            manage_master_user_password "ManageMasterUserPassword": bool,
            /// `MasterUserAuthenticationType`: one of `iam-db-auth`, `password`. Write-only: it cannot be read back.
            master_user_authentication_type "MasterUserAuthenticationType": MasterUserAuthenticationType,
            /// `MasterUserPassword`: a text. Write-only: it cannot be read back.
            master_user_password "MasterUserPassword": String,
            /// `MasterUserSecret`: an object.
            master_user_secret "MasterUserSecret": MasterUserSecret<'stack>,
            /// `MasterUsername`: a text of 1 to 128 characters, pattern `^[a-zA-Z][a-zA-Z0-9_]{0,127}$`. Create-only: a change replaces the resource.
            master_username "MasterUsername": String,
            /// `MaxAllocatedStorage`: a whole number.
            max_allocated_storage "MaxAllocatedStorage": i64,
            /// `MonitoringInterval`: one of 7 numbers.
            monitoring_interval "MonitoringInterval": MonitoringInterval,
            /// `MonitoringRoleArn`: a text.
            monitoring_role_arn "MonitoringRoleArn": Arn<kind::iam::Role>,
            /// `MultiAZ`: true or false. A change may replace the resource.
            multi_az "MultiAZ": bool,
            /// `NcharCharacterSetName`: a text. Create-only: a change replaces the resource.
            nchar_character_set_name "NcharCharacterSetName": String,
            /// `NetworkType`: one of `DUAL`, `IPV4`.
            network_type "NetworkType": NetworkType,
            /// `OptionGroupName`: a text.
            option_group_name "OptionGroupName": String,
            /// `PerformanceInsightsKMSKeyId`: a text. A change may replace the resource.
            performance_insights_kms_key_id "PerformanceInsightsKMSKeyId": String,
            /// `PerformanceInsightsRetentionPeriod`: one of 25 numbers.
            performance_insights_retention_period "PerformanceInsightsRetentionPeriod": PerformanceInsightsRetentionPeriod,
            /// `Port`: a text, pattern `^\d*$`.
            port "Port": String,
            /// `PreferredBackupWindow`: a text.
            preferred_backup_window "PreferredBackupWindow": String,
            /// `PreferredMaintenanceWindow`: a text. A change may replace the resource.
            preferred_maintenance_window "PreferredMaintenanceWindow": String,
            /// `ProcessorFeatures`: a list.
            processor_features "ProcessorFeatures": Vec<Value<'stack, ProcessorFeature<'stack>>>,
            /// `PromotionTier`: a whole number, 0 to 15.
            promotion_tier "PromotionTier": Int<0, 15>,
            /// `PubliclyAccessible`: true or false.
            publicly_accessible "PubliclyAccessible": bool,
            /// `ReplicaMode`: one of `mounted`, `open-read-only`.
            replica_mode "ReplicaMode": ReplicaMode,
            /// `RestoreTime`: a text. A change may replace the resource. Write-only: it cannot be read back.
            restore_time "RestoreTime": String,
            /// `SourceDBClusterIdentifier`: a text. A change may replace the resource.
            source_db_cluster_identifier "SourceDBClusterIdentifier": String,
            /// `SourceDBInstanceAutomatedBackupsArn`: a text. A change may replace the resource. Write-only: it cannot be read back.
            source_db_instance_automated_backups_arn "SourceDBInstanceAutomatedBackupsArn": String,
            /// `SourceDBInstanceIdentifier`: a text. A change may replace the resource. Write-only: it cannot be read back.
            source_db_instance_identifier "SourceDBInstanceIdentifier": String,
            /// `SourceDbiResourceId`: a text. A change may replace the resource. Write-only: it cannot be read back.
            source_dbi_resource_id "SourceDbiResourceId": String,
            /// `SourceRegion`: a text. Create-only: a change replaces the resource. Write-only: it cannot be read back.
            source_region "SourceRegion": String,
            /// `StorageEncrypted`: true or false. Create-only: a change replaces the resource.
            storage_encrypted "StorageEncrypted": bool,
            /// `StorageThroughput`: a whole number.
            storage_throughput "StorageThroughput": i64,
            /// `StorageType`: a text.
            storage_type "StorageType": String,
            /// `Tags`: a list.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
            /// `TdeCredentialArn`: a text. Deprecated.
            tde_credential_arn "TdeCredentialArn": String,
            /// `TdeCredentialPassword`: a text. Write-only: it cannot be read back. Deprecated.
            tde_credential_password "TdeCredentialPassword": String,
            /// `Timezone`: a text. Create-only: a change replaces the resource.
            timezone "Timezone": String,
            /// `UseDefaultProcessorFeatures`: true or false. Write-only: it cannot be read back.
            use_default_processor_features "UseDefaultProcessorFeatures": bool,
            /// `UseLatestRestorableTime`: true or false. A change may replace the resource. Write-only: it cannot be read back.
            use_latest_restorable_time "UseLatestRestorableTime": bool,
            /// `VPCSecurityGroups`: a list.
            vpc_security_groups "VPCSecurityGroups": Vec<Value<'stack, Ref<kind::ec2::SecurityGroup>>>,
        }
        attributes {
            /// `AutomaticRestartTime`.
            automatic_restart_time "AutomaticRestartTime": String,
            /// `CertificateDetails.CAIdentifier`.
            certificate_details_ca_identifier "CertificateDetails.CAIdentifier": String,
            /// `CertificateDetails.ValidTill`.
            certificate_details_valid_till "CertificateDetails.ValidTill": String,
            /// `DBInstanceArn`.
            db_instance_arn "DBInstanceArn": Arn<kind::rds::DBInstance>,
            /// `DBInstanceStatus`.
            db_instance_status "DBInstanceStatus": String,
            /// `DbiResourceId`.
            dbi_resource_id "DbiResourceId": String,
            /// `Endpoint.Address`.
            endpoint_address "Endpoint.Address": String,
            /// `Endpoint.HostedZoneId`.
            endpoint_hosted_zone_id "Endpoint.HostedZoneId": String,
            /// `Endpoint.Port`.
            endpoint_port "Endpoint.Port": String,
            /// `InstanceCreateTime`.
            instance_create_time "InstanceCreateTime": String,
            /// `IsStorageConfigUpgradeAvailable`.
            is_storage_config_upgrade_available "IsStorageConfigUpgradeAvailable": bool,
            /// `LatestRestorableTime`.
            latest_restorable_time "LatestRestorableTime": String,
            /// `ListenerEndpoint.Address`.
            listener_endpoint_address "ListenerEndpoint.Address": String,
            /// `ListenerEndpoint.HostedZoneId`.
            listener_endpoint_hosted_zone_id "ListenerEndpoint.HostedZoneId": String,
            /// `ListenerEndpoint.Port`.
            listener_endpoint_port "ListenerEndpoint.Port": String,
            /// `MasterUserSecret.SecretArn`.
            master_user_secret_secret_arn "MasterUserSecret.SecretArn": Arn<kind::secretsmanager::Secret>,
            /// `PercentProgress`.
            percent_progress "PercentProgress": String,
            /// `ReadReplicaDBClusterIdentifiers`.
            read_replica_db_cluster_identifiers "ReadReplicaDBClusterIdentifiers": Vec<Value<'stack, String>>,
            /// `ReadReplicaDBInstanceIdentifiers`.
            read_replica_db_instance_identifiers "ReadReplicaDBInstanceIdentifiers": Vec<Value<'stack, String>>,
            /// `ResumeFullAutomationModeTime`.
            resume_full_automation_mode_time "ResumeFullAutomationModeTime": String,
            /// `SecondaryAvailabilityZone`.
            secondary_availability_zone "SecondaryAvailabilityZone": String,
            /// `StorageOperationPercentProgress`.
            storage_operation_percent_progress "StorageOperationPercentProgress": i64,
            /// `StorageOperationStatus`.
            storage_operation_status "StorageOperationStatus": String,
        }
    }
}

object! {
    /// `AdditionalStorageVolume` of [`DBInstance`].
    AdditionalStorageVolume<'stack> {
        required {}
        optional {
            /// `AllocatedStorage`: a text, pattern `^[0-9]*$`.
            allocated_storage "AllocatedStorage": String,
            /// `Iops`: a whole number.
            iops "Iops": i64,
            /// `MaxAllocatedStorage`: a whole number.
            max_allocated_storage "MaxAllocatedStorage": i64,
            /// `StorageThroughput`: a whole number.
            storage_throughput "StorageThroughput": i64,
            /// `StorageType`: a text.
            storage_type "StorageType": String,
            /// `VolumeName`: a text.
            volume_name "VolumeName": String,
        }
    }
}

object! {
    /// `DBInstanceRole` of [`DBInstance`].
    DBInstanceRole<'stack> {
        required {
            /// `FeatureName`: a text.
            feature_name "FeatureName": String,
            /// `RoleArn`: a text.
            role_arn "RoleArn": Arn<kind::iam::Role>,
        }
        optional {}
    }
}

object! {
    /// `MasterUserSecret` of [`DBInstance`].
    MasterUserSecret<'stack> {
        required {}
        optional {
            /// `KmsKeyId`: a text.
            kms_key_id "KmsKeyId": String,
        }
    }
}

object! {
    /// `ProcessorFeature` of [`DBInstance`].
    ProcessorFeature<'stack> {
        required {}
        optional {
            /// `Name`: one of `coreCount`, `threadsPerCore`.
            name "Name": ProcessorFeatureName,
            /// `Value`: a text.
            value "Value": String,
        }
    }
}

enumeration! {
    /// `DatabaseInsightsMode` of [`DBInstance`].
    DatabaseInsightsMode {
        Advanced "advanced",
        Standard "standard",
    }
}

enumeration! {
    /// `EngineLifecycleSupport` of [`DBInstance`].
    EngineLifecycleSupport {
        OpenSourceRdsExtendedSupport "open-source-rds-extended-support",
        OpenSourceRdsExtendedSupportDisabled "open-source-rds-extended-support-disabled",
    }
}

enumeration! {
    /// `MasterUserAuthenticationType` of [`DBInstance`].
    MasterUserAuthenticationType {
        IamDbAuth "iam-db-auth",
        Password "password",
    }
}

number_enumeration! {
    /// `MonitoringInterval` of [`DBInstance`].
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
    /// `NetworkType` of [`DBInstance`].
    NetworkType {
        Dual "DUAL",
        Ipv4 "IPV4",
    }
}

number_enumeration! {
    /// `PerformanceInsightsRetentionPeriod` of [`DBInstance`].
    PerformanceInsightsRetentionPeriod {
        7,
        31,
        62,
        93,
        124,
        155,
        186,
        217,
        248,
        279,
        310,
        341,
        372,
        403,
        434,
        465,
        496,
        527,
        558,
        589,
        620,
        651,
        682,
        713,
        731,
    }
}

enumeration! {
    /// `Name` of [`DBInstance`].
    ProcessorFeatureName {
        CoreCount "coreCount",
        ThreadsPerCore "threadsPerCore",
    }
}

enumeration! {
    /// `ReplicaMode` of [`DBInstance`].
    ReplicaMode {
        Mounted "mounted",
        OpenReadOnly "open-read-only",
    }
}

default_object! {
    AdditionalStorageVolume,
    DBInstance,
    MasterUserSecret,
    ProcessorFeature,
}
