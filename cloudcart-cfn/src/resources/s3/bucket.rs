//! `AWS::S3::Bucket`.
// Made by `cargo xtask generate` from `schemas/aws-s3-bucket.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::S3::Bucket`. `Ref` gives `BucketName`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html>
    Bucket<'stack>: kind::s3::Bucket {
        required {}
        optional {
            /// `AbacStatus`: one of `Disabled`, `Enabled`.
            abac_status "AbacStatus": AbacStatus,
            /// `AccelerateConfiguration`: an object.
            accelerate_configuration "AccelerateConfiguration": AccelerateConfiguration<'stack>,
            /// `AccessControl`: one of 8 words. Write-only: it cannot be read back.
            access_control "AccessControl": AccessControl,
            /// `AnalyticsConfigurations`: a list.
            analytics_configurations "AnalyticsConfigurations": Vec<Value<'stack, AnalyticsConfiguration<'stack>>>,
            /// `BucketEncryption`: an object.
            bucket_encryption "BucketEncryption": BucketEncryption<'stack>,
            /// `BucketName`: a text of up to 63 characters, pattern `^([a-z0-9][a-z0-9.-]*[a-z0-9])?$`. Create-only: a change replaces the resource.
            bucket_name "BucketName": String,
            /// `BucketNamePrefix`: a text. Create-only: a change replaces the resource. Write-only: it cannot be read back.
            bucket_name_prefix "BucketNamePrefix": String,
            /// `BucketNamespace`: one of `account-regional`, `global`. Create-only: a change replaces the resource. Write-only: it cannot be read back.
            bucket_namespace "BucketNamespace": BucketNamespace,
            /// `CorsConfiguration`: an object.
            cors_configuration "CorsConfiguration": CorsConfiguration<'stack>,
            /// `IntelligentTieringConfigurations`: a list.
            intelligent_tiering_configurations "IntelligentTieringConfigurations": Vec<Value<'stack, IntelligentTieringConfiguration<'stack>>>,
            /// `InventoryConfigurations`: a list.
            inventory_configurations "InventoryConfigurations": Vec<Value<'stack, InventoryConfiguration<'stack>>>,
            /// `LifecycleConfiguration`: an object.
            lifecycle_configuration "LifecycleConfiguration": LifecycleConfiguration<'stack>,
            /// `LoggingConfiguration`: an object.
            logging_configuration "LoggingConfiguration": LoggingConfiguration<'stack>,
            /// `MetadataConfiguration`: an object.
            metadata_configuration "MetadataConfiguration": MetadataConfiguration<'stack>,
            /// `MetadataTableConfiguration`: an object.
            metadata_table_configuration "MetadataTableConfiguration": MetadataTableConfiguration<'stack>,
            /// `MetricsConfigurations`: a list.
            metrics_configurations "MetricsConfigurations": Vec<Value<'stack, MetricsConfiguration<'stack>>>,
            /// `NotificationConfiguration`: an object.
            notification_configuration "NotificationConfiguration": NotificationConfiguration<'stack>,
            /// `ObjectLockConfiguration`: an object.
            object_lock_configuration "ObjectLockConfiguration": ObjectLockConfiguration<'stack>,
            /// `ObjectLockEnabled`: true or false.
            object_lock_enabled "ObjectLockEnabled": bool,
            /// `OwnershipControls`: an object.
            ownership_controls "OwnershipControls": OwnershipControls<'stack>,
            /// `PublicAccessBlockConfiguration`: an object.
            public_access_block_configuration "PublicAccessBlockConfiguration": PublicAccessBlockConfiguration<'stack>,
            /// `ReplicationConfiguration`: an object.
            replication_configuration "ReplicationConfiguration": ReplicationConfiguration<'stack>,
            /// `Tags`: a list.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
            /// `VersioningConfiguration`: an object.
            versioning_configuration "VersioningConfiguration": VersioningConfiguration<'stack>,
            /// `WebsiteConfiguration`: an object.
            website_configuration "WebsiteConfiguration": WebsiteConfiguration<'stack>,
        }
        attributes {
            /// `DomainName`.
            domain_name "DomainName": String,
            /// `DualStackDomainName`.
            dual_stack_domain_name "DualStackDomainName": String,
            /// `MetadataConfiguration.AnnotationTableConfiguration.TableArn`.
            metadata_configuration_annotation_table_configuration_table_arn "MetadataConfiguration.AnnotationTableConfiguration.TableArn": String,
            /// `MetadataConfiguration.AnnotationTableConfiguration.TableName`.
            metadata_configuration_annotation_table_configuration_table_name "MetadataConfiguration.AnnotationTableConfiguration.TableName": String,
            /// `MetadataConfiguration.InventoryTableConfiguration.TableArn`.
            metadata_configuration_inventory_table_configuration_table_arn "MetadataConfiguration.InventoryTableConfiguration.TableArn": String,
            /// `MetadataConfiguration.InventoryTableConfiguration.TableName`.
            metadata_configuration_inventory_table_configuration_table_name "MetadataConfiguration.InventoryTableConfiguration.TableName": String,
            /// `MetadataConfiguration.JournalTableConfiguration.TableArn`.
            metadata_configuration_journal_table_configuration_table_arn "MetadataConfiguration.JournalTableConfiguration.TableArn": String,
            /// `MetadataConfiguration.JournalTableConfiguration.TableName`.
            metadata_configuration_journal_table_configuration_table_name "MetadataConfiguration.JournalTableConfiguration.TableName": String,
            /// `MetadataTableConfiguration.S3TablesDestination.TableArn`.
            metadata_table_configuration_s3_tables_destination_table_arn "MetadataTableConfiguration.S3TablesDestination.TableArn": String,
            /// `MetadataTableConfiguration.S3TablesDestination.TableNamespace`.
            metadata_table_configuration_s3_tables_destination_table_namespace "MetadataTableConfiguration.S3TablesDestination.TableNamespace": String,
            /// `RegionalDomainName`.
            regional_domain_name "RegionalDomainName": String,
            /// `WebsiteURL`.
            website_url "WebsiteURL": String,
        }
    }
}

object! {
    /// `AbortIncompleteMultipartUpload` of [`Bucket`].
    AbortIncompleteMultipartUpload<'stack> {
        required {
            /// `DaysAfterInitiation`: a whole number, at least 0.
            days_after_initiation "DaysAfterInitiation": Int<0, { i64::MAX }>,
        }
        optional {}
    }
}

object! {
    /// `AccelerateConfiguration` of [`Bucket`].
    AccelerateConfiguration<'stack> {
        required {
            /// `AccelerationStatus`: one of `Enabled`, `Suspended`.
            acceleration_status "AccelerationStatus": AccelerationStatus,
        }
        optional {}
    }
}

object! {
    /// `AccessControlTranslation` of [`Bucket`].
    AccessControlTranslation<'stack> {
        required {
            /// `Owner`: `Destination`.
            owner "Owner": Owner,
        }
        optional {}
    }
}

object! {
    /// `AnalyticsConfiguration` of [`Bucket`].
    AnalyticsConfiguration<'stack> {
        required {
            /// `Id`: a text.
            id "Id": String,
            /// `StorageClassAnalysis`: an object.
            storage_class_analysis "StorageClassAnalysis": StorageClassAnalysis<'stack>,
        }
        optional {
            /// `Prefix`: a text.
            prefix "Prefix": String,
            /// `TagFilters`: a list.
            tag_filters "TagFilters": Vec<Value<'stack, TagFilter<'stack>>>,
        }
    }
}

object! {
    /// `AnnotationTableConfiguration` of [`Bucket`].
    AnnotationTableConfiguration<'stack> {
        required {
            /// `ConfigurationState`: one of `DISABLED`, `ENABLED`.
            configuration_state "ConfigurationState": ConfigurationState,
        }
        optional {
            /// `EncryptionConfiguration`: an object. Write-only: it cannot be read back.
            encryption_configuration "EncryptionConfiguration": MetadataTableEncryptionConfiguration<'stack>,
            /// `Role`: a text.
            role "Role": Arn<kind::iam::Role>,
        }
    }
}

object! {
    /// `BlockedEncryptionTypes` of [`Bucket`].
    BlockedEncryptionTypes<'stack> {
        required {}
        optional {
            /// `EncryptionType`: a list.
            encryption_type "EncryptionType": Vec<Value<'stack, EncryptionType>>,
        }
    }
}

object! {
    /// `BucketEncryption` of [`Bucket`].
    BucketEncryption<'stack> {
        required {
            /// `ServerSideEncryptionConfiguration`: a list.
            server_side_encryption_configuration "ServerSideEncryptionConfiguration": Vec<Value<'stack, ServerSideEncryptionRule<'stack>>>,
        }
        optional {}
    }
}

object! {
    /// `CorsConfiguration` of [`Bucket`].
    CorsConfiguration<'stack> {
        required {
            /// `CorsRules`: a list.
            cors_rules "CorsRules": Vec<Value<'stack, CorsRule<'stack>>>,
        }
        optional {}
    }
}

object! {
    /// `CorsRule` of [`Bucket`].
    CorsRule<'stack> {
        required {
            /// `AllowedMethods`: a list.
            allowed_methods "AllowedMethods": Vec<Value<'stack, AllowedMethod>>,
            /// `AllowedOrigins`: a list.
            allowed_origins "AllowedOrigins": Vec<Value<'stack, String>>,
        }
        optional {
            /// `AllowedHeaders`: a list.
            allowed_headers "AllowedHeaders": Vec<Value<'stack, String>>,
            /// `ExposedHeaders`: a list.
            exposed_headers "ExposedHeaders": Vec<Value<'stack, String>>,
            /// `Id`: a text of up to 255 characters.
            id "Id": String,
            /// `MaxAge`: a whole number, at least 0.
            max_age "MaxAge": Int<0, { i64::MAX }>,
        }
    }
}

object! {
    /// `DataExport` of [`Bucket`].
    DataExport<'stack> {
        required {
            /// `Destination`: an object.
            destination "Destination": Destination<'stack>,
            /// `OutputSchemaVersion`: `V_1`.
            output_schema_version "OutputSchemaVersion": OutputSchemaVersion,
        }
        optional {}
    }
}

object! {
    /// `DefaultEventHold` of [`Bucket`].
    DefaultEventHold<'stack> {
        required {}
        optional {
            /// `Days`: a whole number.
            days "Days": i64,
            /// `Years`: a whole number.
            years "Years": i64,
        }
    }
}

object! {
    /// `DefaultRetention` of [`Bucket`].
    DefaultRetention<'stack> {
        required {}
        optional {
            /// `Days`: a whole number.
            days "Days": i64,
            /// `DefaultEventHold`: an object.
            default_event_hold "DefaultEventHold": DefaultEventHold<'stack>,
            /// `Mode`: one of `COMPLIANCE`, `GOVERNANCE`.
            mode "Mode": DefaultRetentionMode,
            /// `Years`: a whole number.
            years "Years": i64,
        }
    }
}

object! {
    /// `DeleteMarkerReplication` of [`Bucket`].
    DeleteMarkerReplication<'stack> {
        required {}
        optional {
            /// `Status`: one of `Disabled`, `Enabled`.
            status "Status": DeleteMarkerReplicationStatus,
        }
    }
}

object! {
    /// `Destination` of [`Bucket`].
    Destination<'stack> {
        required {
            /// `BucketArn`: a text.
            bucket_arn "BucketArn": Arn<kind::s3::Bucket>,
            /// `Format`: one of `CSV`, `ORC`, `Parquet`.
            format "Format": Format,
        }
        optional {
            /// `BucketAccountId`: a text.
            bucket_account_id "BucketAccountId": String,
            /// `Prefix`: a text.
            prefix "Prefix": String,
        }
    }
}

object! {
    /// `EncryptionConfiguration` of [`Bucket`].
    EncryptionConfiguration<'stack> {
        required {
            /// `ReplicaKmsKeyID`: a text.
            replica_kms_key_id "ReplicaKmsKeyID": String,
        }
        optional {}
    }
}

object! {
    /// `EventBridgeConfiguration` of [`Bucket`].
    EventBridgeConfiguration<'stack> {
        required {
            /// `EventBridgeEnabled`: true or false.
            event_bridge_enabled "EventBridgeEnabled": bool,
        }
        optional {}
    }
}

object! {
    /// `FilterRule` of [`Bucket`].
    FilterRule<'stack> {
        required {
            /// `Name`: a text of up to 1,024 characters.
            name "Name": String,
            /// `Value`: a text.
            value "Value": String,
        }
        optional {}
    }
}

object! {
    /// `IntelligentTieringConfiguration` of [`Bucket`].
    IntelligentTieringConfiguration<'stack> {
        required {
            /// `Id`: a text.
            id "Id": String,
            /// `Status`: one of `Disabled`, `Enabled`.
            status "Status": IntelligentTieringConfigurationStatus,
            /// `Tierings`: a list.
            tierings "Tierings": Vec<Value<'stack, Tiering<'stack>>>,
        }
        optional {
            /// `Prefix`: a text.
            prefix "Prefix": String,
            /// `TagFilters`: a list.
            tag_filters "TagFilters": Vec<Value<'stack, TagFilter<'stack>>>,
        }
    }
}

object! {
    /// `InventoryConfiguration` of [`Bucket`].
    InventoryConfiguration<'stack> {
        required {
            /// `Destination`: an object.
            destination "Destination": Destination<'stack>,
            /// `Enabled`: true or false.
            enabled "Enabled": bool,
            /// `Id`: a text.
            id "Id": String,
            /// `IncludedObjectVersions`: one of `All`, `Current`.
            included_object_versions "IncludedObjectVersions": IncludedObjectVersions,
            /// `ScheduleFrequency`: one of `Daily`, `Weekly`.
            schedule_frequency "ScheduleFrequency": ScheduleFrequency,
        }
        optional {
            /// `OptionalFields`: a list.
            optional_fields "OptionalFields": Vec<Value<'stack, OptionalField>>,
            /// `Prefix`: a text.
            prefix "Prefix": String,
        }
    }
}

object! {
    /// `InventoryTableConfiguration` of [`Bucket`].
    InventoryTableConfiguration<'stack> {
        required {
            /// `ConfigurationState`: one of `DISABLED`, `ENABLED`.
            configuration_state "ConfigurationState": ConfigurationState,
        }
        optional {
            /// `EncryptionConfiguration`: an object. Write-only: it cannot be read back.
            encryption_configuration "EncryptionConfiguration": MetadataTableEncryptionConfiguration<'stack>,
        }
    }
}

object! {
    /// `JournalTableConfiguration` of [`Bucket`].
    JournalTableConfiguration<'stack> {
        required {
            /// `RecordExpiration`: an object.
            record_expiration "RecordExpiration": RecordExpiration<'stack>,
        }
        optional {
            /// `EncryptionConfiguration`: an object. Write-only: it cannot be read back.
            encryption_configuration "EncryptionConfiguration": MetadataTableEncryptionConfiguration<'stack>,
        }
    }
}

object! {
    /// `LambdaConfiguration` of [`Bucket`].
    LambdaConfiguration<'stack> {
        required {
            /// `Event`: a text.
            event "Event": String,
            /// `Function`: a text.
            function "Function": Arn<kind::lambda::Function>,
        }
        optional {
            /// `Filter`: an object.
            filter "Filter": NotificationFilter<'stack>,
        }
    }
}

object! {
    /// `LifecycleConfiguration` of [`Bucket`].
    LifecycleConfiguration<'stack> {
        required {
            /// `Rules`: a list.
            rules "Rules": Vec<Value<'stack, Rule<'stack>>>,
        }
        optional {
            /// `TransitionDefaultMinimumObjectSize`: one of `all_storage_classes_128K`, `varies_by_storage_class`.
            transition_default_minimum_object_size "TransitionDefaultMinimumObjectSize": TransitionDefaultMinimumObjectSize,
        }
    }
}

object! {
    /// `LoggingConfiguration` of [`Bucket`].
    LoggingConfiguration<'stack> {
        required {}
        optional {
            /// `DestinationBucketName`: a text.
            destination_bucket_name "DestinationBucketName": Ref<kind::s3::Bucket>,
            /// `LogFilePrefix`: a text.
            log_file_prefix "LogFilePrefix": String,
            /// `TargetObjectKeyFormat`: an object.
            target_object_key_format "TargetObjectKeyFormat": TargetObjectKeyFormat<'stack>,
        }
    }
}

object! {
    /// `MetadataConfiguration` of [`Bucket`].
    MetadataConfiguration<'stack> {
        required {
            /// `JournalTableConfiguration`: an object.
            journal_table_configuration "JournalTableConfiguration": JournalTableConfiguration<'stack>,
        }
        optional {
            /// `AnnotationTableConfiguration`: an object.
            annotation_table_configuration "AnnotationTableConfiguration": AnnotationTableConfiguration<'stack>,
            /// `InventoryTableConfiguration`: an object.
            inventory_table_configuration "InventoryTableConfiguration": InventoryTableConfiguration<'stack>,
        }
    }
}

object! {
    /// `MetadataTableConfiguration` of [`Bucket`].
    MetadataTableConfiguration<'stack> {
        required {
            /// `S3TablesDestination`: an object.
            s3_tables_destination "S3TablesDestination": S3TablesDestination<'stack>,
        }
        optional {}
    }
}

object! {
    /// `MetadataTableEncryptionConfiguration` of [`Bucket`].
    MetadataTableEncryptionConfiguration<'stack> {
        required {
            /// `SseAlgorithm`: one of `AES256`, `aws:kms`.
            sse_algorithm "SseAlgorithm": SseAlgorithm,
        }
        optional {
            /// `KmsKeyArn`: a text.
            kms_key_arn "KmsKeyArn": Arn<kind::kms::Key>,
        }
    }
}

object! {
    /// `Metrics` of [`Bucket`].
    Metrics<'stack> {
        required {
            /// `Status`: one of `Disabled`, `Enabled`.
            status "Status": MetricsStatus,
        }
        optional {
            /// `EventThreshold`: an object.
            event_threshold "EventThreshold": ReplicationTimeValue<'stack>,
        }
    }
}

object! {
    /// `MetricsConfiguration` of [`Bucket`].
    MetricsConfiguration<'stack> {
        required {
            /// `Id`: a text.
            id "Id": String,
        }
        optional {
            /// `AccessPointArn`: a text.
            access_point_arn "AccessPointArn": String,
            /// `Prefix`: a text.
            prefix "Prefix": String,
            /// `TagFilters`: a list.
            tag_filters "TagFilters": Vec<Value<'stack, TagFilter<'stack>>>,
        }
    }
}

object! {
    /// `NoncurrentVersionExpiration` of [`Bucket`].
    NoncurrentVersionExpiration<'stack> {
        required {
            /// `NoncurrentDays`: a whole number.
            noncurrent_days "NoncurrentDays": i64,
        }
        optional {
            /// `NewerNoncurrentVersions`: a whole number.
            newer_noncurrent_versions "NewerNoncurrentVersions": i64,
        }
    }
}

object! {
    /// `NoncurrentVersionTransition` of [`Bucket`].
    NoncurrentVersionTransition<'stack> {
        required {
            /// `StorageClass`: one of 7 words.
            storage_class "StorageClass": NoncurrentVersionTransitionStorageClass,
            /// `TransitionInDays`: a whole number.
            transition_in_days "TransitionInDays": i64,
        }
        optional {
            /// `NewerNoncurrentVersions`: a whole number.
            newer_noncurrent_versions "NewerNoncurrentVersions": i64,
        }
    }
}

object! {
    /// `NotificationConfiguration` of [`Bucket`].
    NotificationConfiguration<'stack> {
        required {}
        optional {
            /// `EventBridgeConfiguration`: an object.
            event_bridge_configuration "EventBridgeConfiguration": EventBridgeConfiguration<'stack>,
            /// `LambdaConfigurations`: a list.
            lambda_configurations "LambdaConfigurations": Vec<Value<'stack, LambdaConfiguration<'stack>>>,
            /// `QueueConfigurations`: a list.
            queue_configurations "QueueConfigurations": Vec<Value<'stack, QueueConfiguration<'stack>>>,
            /// `TopicConfigurations`: a list.
            topic_configurations "TopicConfigurations": Vec<Value<'stack, TopicConfiguration<'stack>>>,
        }
    }
}

object! {
    /// `NotificationFilter` of [`Bucket`].
    NotificationFilter<'stack> {
        required {
            /// `S3Key`: an object.
            s3_key "S3Key": S3KeyFilter<'stack>,
        }
        optional {}
    }
}

object! {
    /// `ObjectLockConfiguration` of [`Bucket`].
    ObjectLockConfiguration<'stack> {
        required {}
        optional {
            /// `ObjectLockEnabled`: `Enabled`.
            object_lock_enabled "ObjectLockEnabled": ObjectLockEnabled,
            /// `Rule`: an object.
            rule "Rule": ObjectLockRule<'stack>,
        }
    }
}

object! {
    /// `ObjectLockRule` of [`Bucket`].
    ObjectLockRule<'stack> {
        required {}
        optional {
            /// `DefaultRetention`: an object.
            default_retention "DefaultRetention": DefaultRetention<'stack>,
        }
    }
}

object! {
    /// `OwnershipControls` of [`Bucket`].
    OwnershipControls<'stack> {
        required {
            /// `Rules`: a list.
            rules "Rules": Vec<Value<'stack, OwnershipControlsRule<'stack>>>,
        }
        optional {}
    }
}

object! {
    /// `OwnershipControlsRule` of [`Bucket`].
    OwnershipControlsRule<'stack> {
        required {}
        optional {
            /// `ObjectOwnership`: one of `BucketOwnerEnforced`, `BucketOwnerPreferred`, `ObjectWriter`.
            object_ownership "ObjectOwnership": ObjectOwnership,
        }
    }
}

object! {
    /// `PartitionedPrefix` of [`Bucket`].
    PartitionedPrefix<'stack> {
        required {}
        optional {
            /// `PartitionDateSource`: one of `DeliveryTime`, `EventTime`.
            partition_date_source "PartitionDateSource": PartitionDateSource,
        }
    }
}

object! {
    /// `PublicAccessBlockConfiguration` of [`Bucket`].
    PublicAccessBlockConfiguration<'stack> {
        required {}
        optional {
            /// `BlockPublicAcls`: true or false.
            block_public_acls "BlockPublicAcls": bool,
            /// `BlockPublicPolicy`: true or false.
            block_public_policy "BlockPublicPolicy": bool,
            /// `IgnorePublicAcls`: true or false.
            ignore_public_acls "IgnorePublicAcls": bool,
            /// `RestrictPublicBuckets`: true or false.
            restrict_public_buckets "RestrictPublicBuckets": bool,
        }
    }
}

object! {
    /// `QueueConfiguration` of [`Bucket`].
    QueueConfiguration<'stack> {
        required {
            /// `Event`: a text.
            event "Event": String,
            /// `Queue`: a text.
            queue "Queue": Arn<kind::sqs::Queue>,
        }
        optional {
            /// `Filter`: an object.
            filter "Filter": NotificationFilter<'stack>,
        }
    }
}

object! {
    /// `RecordExpiration` of [`Bucket`].
    RecordExpiration<'stack> {
        required {
            /// `Expiration`: one of `DISABLED`, `ENABLED`.
            expiration "Expiration": Expiration,
        }
        optional {
            /// `Days`: a whole number.
            days "Days": i64,
        }
    }
}

object! {
    /// `RedirectAllRequestsTo` of [`Bucket`].
    RedirectAllRequestsTo<'stack> {
        required {
            /// `HostName`: a text.
            host_name "HostName": String,
        }
        optional {
            /// `Protocol`: one of `http`, `https`.
            protocol "Protocol": Protocol,
        }
    }
}

object! {
    /// `RedirectRule` of [`Bucket`].
    RedirectRule<'stack> {
        required {}
        optional {
            /// `HostName`: a text.
            host_name "HostName": String,
            /// `HttpRedirectCode`: a text.
            http_redirect_code "HttpRedirectCode": String,
            /// `Protocol`: one of `http`, `https`.
            protocol "Protocol": Protocol,
            /// `ReplaceKeyPrefixWith`: a text.
            replace_key_prefix_with "ReplaceKeyPrefixWith": String,
            /// `ReplaceKeyWith`: a text.
            replace_key_with "ReplaceKeyWith": String,
        }
    }
}

object! {
    /// `ReplicaModifications` of [`Bucket`].
    ReplicaModifications<'stack> {
        required {
            /// `Status`: one of `Disabled`, `Enabled`.
            status "Status": ReplicaModificationsStatus,
        }
        optional {}
    }
}

object! {
    /// `ReplicationConfiguration` of [`Bucket`].
    ReplicationConfiguration<'stack> {
        required {
            /// `Role`: a text.
            role "Role": Arn<kind::iam::Role>,
            /// `Rules`: a list.
            rules "Rules": Vec<Value<'stack, ReplicationRule<'stack>>>,
        }
        optional {}
    }
}

object! {
    /// `ReplicationDestination` of [`Bucket`].
    ReplicationDestination<'stack> {
        required {
            /// `Bucket`: a text.
            bucket "Bucket": Arn<kind::s3::Bucket>,
        }
        optional {
            /// `AccessControlTranslation`: an object.
            access_control_translation "AccessControlTranslation": AccessControlTranslation<'stack>,
            /// `Account`: a text.
            account "Account": String,
            /// `EncryptionConfiguration`: an object.
            encryption_configuration "EncryptionConfiguration": EncryptionConfiguration<'stack>,
            /// `Metrics`: an object.
            metrics "Metrics": Metrics<'stack>,
            /// `ReplicationTime`: an object.
            replication_time "ReplicationTime": ReplicationTime<'stack>,
            /// `StorageClass`: one of 8 words.
            storage_class "StorageClass": ReplicationDestinationStorageClass,
        }
    }
}

object! {
    /// `ReplicationRule` of [`Bucket`].
    ReplicationRule<'stack> {
        required {
            /// `Destination`: an object.
            destination "Destination": ReplicationDestination<'stack>,
            /// `Status`: one of `Disabled`, `Enabled`.
            status "Status": ReplicationRuleStatus,
        }
        optional {
            /// `DeleteMarkerReplication`: an object.
            delete_marker_replication "DeleteMarkerReplication": DeleteMarkerReplication<'stack>,
            /// `Filter`: an object.
            filter "Filter": ReplicationRuleFilter<'stack>,
            /// `Id`: a text of up to 255 characters.
            id "Id": String,
            /// `Prefix`: a text of up to 1,024 characters. Write-only: it cannot be read back.
            prefix "Prefix": String,
            /// `Priority`: a whole number.
            priority "Priority": i64,
            /// `SourceSelectionCriteria`: an object.
            source_selection_criteria "SourceSelectionCriteria": SourceSelectionCriteria<'stack>,
        }
    }
}

object! {
    /// `ReplicationRuleAndOperator` of [`Bucket`].
    ReplicationRuleAndOperator<'stack> {
        required {}
        optional {
            /// `Prefix`: a text.
            prefix "Prefix": String,
            /// `TagFilters`: a list.
            tag_filters "TagFilters": Vec<Value<'stack, TagFilter<'stack>>>,
        }
    }
}

object! {
    /// `ReplicationRuleFilter` of [`Bucket`].
    ReplicationRuleFilter<'stack> {
        required {}
        optional {
            /// `And`: an object.
            and "And": ReplicationRuleAndOperator<'stack>,
            /// `Prefix`: a text.
            prefix "Prefix": String,
            /// `TagFilter`: an object.
            tag_filter "TagFilter": TagFilter<'stack>,
        }
    }
}

object! {
    /// `ReplicationTime` of [`Bucket`].
    ReplicationTime<'stack> {
        required {
            /// `Status`: one of `Disabled`, `Enabled`.
            status "Status": ReplicationTimeStatus,
            /// `Time`: an object.
            time "Time": ReplicationTimeValue<'stack>,
        }
        optional {}
    }
}

object! {
    /// `ReplicationTimeValue` of [`Bucket`].
    ReplicationTimeValue<'stack> {
        required {
            /// `Minutes`: a whole number.
            minutes "Minutes": i64,
        }
        optional {}
    }
}

object! {
    /// `RoutingRule` of [`Bucket`].
    RoutingRule<'stack> {
        required {
            /// `RedirectRule`: an object.
            redirect_rule "RedirectRule": RedirectRule<'stack>,
        }
        optional {
            /// `RoutingRuleCondition`: an object.
            routing_rule_condition "RoutingRuleCondition": RoutingRuleCondition<'stack>,
        }
    }
}

object! {
    /// `RoutingRuleCondition` of [`Bucket`].
    RoutingRuleCondition<'stack> {
        required {}
        optional {
            /// `HttpErrorCodeReturnedEquals`: a text.
            http_error_code_returned_equals "HttpErrorCodeReturnedEquals": String,
            /// `KeyPrefixEquals`: a text.
            key_prefix_equals "KeyPrefixEquals": String,
        }
    }
}

object! {
    /// `Rule` of [`Bucket`].
    Rule<'stack> {
        required {
            /// `Status`: one of `Disabled`, `Enabled`.
            status "Status": RuleStatus,
        }
        optional {
            /// `AbortIncompleteMultipartUpload`: an object.
            abort_incomplete_multipart_upload "AbortIncompleteMultipartUpload": AbortIncompleteMultipartUpload<'stack>,
            /// `ExpirationDate`: a text.
            expiration_date "ExpirationDate": String,
            /// `ExpirationInDays`: a whole number.
            expiration_in_days "ExpirationInDays": i64,
            /// `ExpiredObjectDeleteMarker`: true or false. Write-only: it cannot be read back.
            expired_object_delete_marker "ExpiredObjectDeleteMarker": bool,
            /// `Id`: a text of up to 255 characters.
            id "Id": String,
            /// `NoncurrentVersionExpiration`: an object.
            noncurrent_version_expiration "NoncurrentVersionExpiration": NoncurrentVersionExpiration<'stack>,
            /// `NoncurrentVersionExpirationInDays`: a whole number. Write-only: it cannot be read back.
            noncurrent_version_expiration_in_days "NoncurrentVersionExpirationInDays": i64,
            /// `NoncurrentVersionTransition`: an object. Write-only: it cannot be read back.
            noncurrent_version_transition "NoncurrentVersionTransition": NoncurrentVersionTransition<'stack>,
            /// `NoncurrentVersionTransitions`: a list.
            noncurrent_version_transitions "NoncurrentVersionTransitions": Vec<Value<'stack, NoncurrentVersionTransition<'stack>>>,
            /// `ObjectSizeGreaterThan`: a text of up to 20 characters, pattern `[0-9]+`.
            object_size_greater_than "ObjectSizeGreaterThan": String,
            /// `ObjectSizeLessThan`: a text of up to 20 characters, pattern `[0-9]+`.
            object_size_less_than "ObjectSizeLessThan": String,
            /// `Prefix`: a text.
            prefix "Prefix": String,
            /// `TagFilters`: a list.
            tag_filters "TagFilters": Vec<Value<'stack, TagFilter<'stack>>>,
            /// `Transition`: an object. Write-only: it cannot be read back.
            transition "Transition": Transition<'stack>,
            /// `Transitions`: a list.
            transitions "Transitions": Vec<Value<'stack, Transition<'stack>>>,
        }
    }
}

object! {
    /// `S3KeyFilter` of [`Bucket`].
    S3KeyFilter<'stack> {
        required {
            /// `Rules`: a list.
            rules "Rules": Vec<Value<'stack, FilterRule<'stack>>>,
        }
        optional {}
    }
}

object! {
    /// `S3TablesDestination` of [`Bucket`].
    S3TablesDestination<'stack> {
        required {
            /// `TableBucketArn`: a text.
            table_bucket_arn "TableBucketArn": String,
            /// `TableName`: a text.
            table_name "TableName": String,
        }
        optional {}
    }
}

object! {
    /// `ServerSideEncryptionByDefault` of [`Bucket`].
    ServerSideEncryptionByDefault<'stack> {
        required {
            /// `SSEAlgorithm`: one of `AES256`, `aws:kms`, `aws:kms:dsse`.
            sse_algorithm "SSEAlgorithm": SSEAlgorithm,
        }
        optional {
            /// `KMSMasterKeyID`: a text.
            kms_master_key_id "KMSMasterKeyID": String,
        }
    }
}

object! {
    /// `ServerSideEncryptionRule` of [`Bucket`].
    ServerSideEncryptionRule<'stack> {
        required {}
        optional {
            /// `BlockedEncryptionTypes`: an object.
            blocked_encryption_types "BlockedEncryptionTypes": BlockedEncryptionTypes<'stack>,
            /// `BucketKeyEnabled`: true or false.
            bucket_key_enabled "BucketKeyEnabled": bool,
            /// `ServerSideEncryptionByDefault`: an object.
            server_side_encryption_by_default "ServerSideEncryptionByDefault": ServerSideEncryptionByDefault<'stack>,
        }
    }
}

empty_object! {
    /// `SimplePrefix` of [`Bucket`].
    SimplePrefix
}

object! {
    /// `SourceSelectionCriteria` of [`Bucket`].
    SourceSelectionCriteria<'stack> {
        required {}
        optional {
            /// `ReplicaModifications`: an object.
            replica_modifications "ReplicaModifications": ReplicaModifications<'stack>,
            /// `SseKmsEncryptedObjects`: an object.
            sse_kms_encrypted_objects "SseKmsEncryptedObjects": SseKmsEncryptedObjects<'stack>,
        }
    }
}

object! {
    /// `SseKmsEncryptedObjects` of [`Bucket`].
    SseKmsEncryptedObjects<'stack> {
        required {
            /// `Status`: one of `Disabled`, `Enabled`.
            status "Status": SseKmsEncryptedObjectsStatus,
        }
        optional {}
    }
}

object! {
    /// `StorageClassAnalysis` of [`Bucket`].
    StorageClassAnalysis<'stack> {
        required {}
        optional {
            /// `DataExport`: an object.
            data_export "DataExport": DataExport<'stack>,
        }
    }
}

object! {
    /// `TagFilter` of [`Bucket`].
    TagFilter<'stack> {
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
    /// `TargetObjectKeyFormat` of [`Bucket`].
    TargetObjectKeyFormat<'stack> {
        required {}
        optional {
            /// `PartitionedPrefix`: an object.
            partitioned_prefix "PartitionedPrefix": PartitionedPrefix<'stack>,
            /// `SimplePrefix`: an object.
            simple_prefix "SimplePrefix": SimplePrefix,
        }
    }
}

object! {
    /// `Tiering` of [`Bucket`].
    Tiering<'stack> {
        required {
            /// `AccessTier`: one of `ARCHIVE_ACCESS`, `DEEP_ARCHIVE_ACCESS`.
            access_tier "AccessTier": AccessTier,
            /// `Days`: a whole number.
            days "Days": i64,
        }
        optional {}
    }
}

object! {
    /// `TopicConfiguration` of [`Bucket`].
    TopicConfiguration<'stack> {
        required {
            /// `Event`: a text.
            event "Event": String,
            /// `Topic`: a text.
            topic "Topic": Arn<kind::sns::Topic>,
        }
        optional {
            /// `Filter`: an object.
            filter "Filter": NotificationFilter<'stack>,
        }
    }
}

object! {
    /// `Transition` of [`Bucket`].
    Transition<'stack> {
        required {
            /// `StorageClass`: one of 7 words.
            storage_class "StorageClass": TransitionStorageClass,
        }
        optional {
            /// `TransitionDate`: a text.
            transition_date "TransitionDate": String,
            /// `TransitionInDays`: a whole number.
            transition_in_days "TransitionInDays": i64,
        }
    }
}

object! {
    /// `VersioningConfiguration` of [`Bucket`].
    VersioningConfiguration<'stack> {
        required {
            /// `Status`: one of `Enabled`, `Suspended`.
            status "Status": VersioningConfigurationStatus,
        }
        optional {}
    }
}

object! {
    /// `WebsiteConfiguration` of [`Bucket`].
    WebsiteConfiguration<'stack> {
        required {}
        optional {
            /// `ErrorDocument`: a text.
            error_document "ErrorDocument": String,
            /// `IndexDocument`: a text.
            index_document "IndexDocument": String,
            /// `RedirectAllRequestsTo`: an object.
            redirect_all_requests_to "RedirectAllRequestsTo": RedirectAllRequestsTo<'stack>,
            /// `RoutingRules`: a list.
            routing_rules "RoutingRules": Vec<Value<'stack, RoutingRule<'stack>>>,
        }
    }
}

enumeration! {
    /// `AbacStatus` of [`Bucket`].
    AbacStatus {
        Disabled "Disabled",
        Enabled "Enabled",
    }
}

enumeration! {
    /// `AccelerationStatus` of [`Bucket`].
    AccelerationStatus {
        Enabled "Enabled",
        Suspended "Suspended",
    }
}

enumeration! {
    /// `AccessControl` of [`Bucket`].
    AccessControl {
        AuthenticatedRead "AuthenticatedRead",
        AwsExecRead "AwsExecRead",
        BucketOwnerFullControl "BucketOwnerFullControl",
        BucketOwnerRead "BucketOwnerRead",
        LogDeliveryWrite "LogDeliveryWrite",
        Private "Private",
        PublicRead "PublicRead",
        PublicReadWrite "PublicReadWrite",
    }
}

enumeration! {
    /// `AccessTier` of [`Bucket`].
    AccessTier {
        ArchiveAccess "ARCHIVE_ACCESS",
        DeepArchiveAccess "DEEP_ARCHIVE_ACCESS",
    }
}

enumeration! {
    /// `AllowedMethod` of [`Bucket`].
    AllowedMethod {
        Delete "DELETE",
        Get "GET",
        Head "HEAD",
        Post "POST",
        Put "PUT",
    }
}

enumeration! {
    /// `BucketNamespace` of [`Bucket`].
    BucketNamespace {
        AccountRegional "account-regional",
        Global "global",
    }
}

enumeration! {
    /// `ConfigurationState` of [`Bucket`].
    ConfigurationState {
        Disabled "DISABLED",
        Enabled "ENABLED",
    }
}

enumeration! {
    /// `Mode` of [`Bucket`].
    DefaultRetentionMode {
        Compliance "COMPLIANCE",
        Governance "GOVERNANCE",
    }
}

enumeration! {
    /// `Status` of [`Bucket`].
    DeleteMarkerReplicationStatus {
        Disabled "Disabled",
        Enabled "Enabled",
    }
}

enumeration! {
    /// `EncryptionType` of [`Bucket`].
    EncryptionType {
        None "NONE",
        SseC "SSE-C",
    }
}

enumeration! {
    /// `Expiration` of [`Bucket`].
    Expiration {
        Disabled "DISABLED",
        Enabled "ENABLED",
    }
}

enumeration! {
    /// `Format` of [`Bucket`].
    Format {
        Csv "CSV",
        Orc "ORC",
        Parquet "Parquet",
    }
}

enumeration! {
    /// `IncludedObjectVersions` of [`Bucket`].
    IncludedObjectVersions {
        All "All",
        Current "Current",
    }
}

enumeration! {
    /// `Status` of [`Bucket`].
    IntelligentTieringConfigurationStatus {
        Disabled "Disabled",
        Enabled "Enabled",
    }
}

enumeration! {
    /// `Status` of [`Bucket`].
    MetricsStatus {
        Disabled "Disabled",
        Enabled "Enabled",
    }
}

enumeration! {
    /// `StorageClass` of [`Bucket`].
    NoncurrentVersionTransitionStorageClass {
        DeepArchive "DEEP_ARCHIVE",
        Glacier "GLACIER",
        GlacierIr "GLACIER_IR",
        GlacierMixedCase "Glacier",
        IntelligentTiering "INTELLIGENT_TIERING",
        OnezoneIa "ONEZONE_IA",
        StandardIa "STANDARD_IA",
    }
}

enumeration! {
    /// `ObjectLockEnabled` of [`Bucket`].
    ObjectLockEnabled {
        Enabled "Enabled",
    }
}

enumeration! {
    /// `ObjectOwnership` of [`Bucket`].
    ObjectOwnership {
        BucketOwnerEnforced "BucketOwnerEnforced",
        BucketOwnerPreferred "BucketOwnerPreferred",
        ObjectWriter "ObjectWriter",
    }
}

enumeration! {
    /// `OptionalField` of [`Bucket`].
    OptionalField {
        BucketKeyStatus "BucketKeyStatus",
        ChecksumAlgorithm "ChecksumAlgorithm",
        ETag "ETag",
        EncryptionStatus "EncryptionStatus",
        IntelligentTieringAccessTier "IntelligentTieringAccessTier",
        IntelligentTieringReferenceDate "IntelligentTieringReferenceDate",
        IsMultipartUploaded "IsMultipartUploaded",
        LastModifiedDate "LastModifiedDate",
        LifecycleExpirationDate "LifecycleExpirationDate",
        ObjectAccessControlList "ObjectAccessControlList",
        ObjectLockEventHoldDuration "ObjectLockEventHoldDuration",
        ObjectLockEventHoldStatus "ObjectLockEventHoldStatus",
        ObjectLockLegalHoldStatus "ObjectLockLegalHoldStatus",
        ObjectLockMode "ObjectLockMode",
        ObjectLockRetainUntilDate "ObjectLockRetainUntilDate",
        ObjectOwner "ObjectOwner",
        ReplicationStatus "ReplicationStatus",
        Size "Size",
        StorageClass "StorageClass",
    }
}

enumeration! {
    /// `OutputSchemaVersion` of [`Bucket`].
    OutputSchemaVersion {
        V1 "V_1",
    }
}

enumeration! {
    /// `Owner` of [`Bucket`].
    Owner {
        Destination "Destination",
    }
}

enumeration! {
    /// `PartitionDateSource` of [`Bucket`].
    PartitionDateSource {
        DeliveryTime "DeliveryTime",
        EventTime "EventTime",
    }
}

enumeration! {
    /// `Protocol` of [`Bucket`].
    Protocol {
        Http "http",
        Https "https",
    }
}

enumeration! {
    /// `Status` of [`Bucket`].
    ReplicaModificationsStatus {
        Disabled "Disabled",
        Enabled "Enabled",
    }
}

enumeration! {
    /// `StorageClass` of [`Bucket`].
    ReplicationDestinationStorageClass {
        DeepArchive "DEEP_ARCHIVE",
        Glacier "GLACIER",
        GlacierIr "GLACIER_IR",
        IntelligentTiering "INTELLIGENT_TIERING",
        OnezoneIa "ONEZONE_IA",
        ReducedRedundancy "REDUCED_REDUNDANCY",
        Standard "STANDARD",
        StandardIa "STANDARD_IA",
    }
}

enumeration! {
    /// `Status` of [`Bucket`].
    ReplicationRuleStatus {
        Disabled "Disabled",
        Enabled "Enabled",
    }
}

enumeration! {
    /// `Status` of [`Bucket`].
    ReplicationTimeStatus {
        Disabled "Disabled",
        Enabled "Enabled",
    }
}

enumeration! {
    /// `Status` of [`Bucket`].
    RuleStatus {
        Disabled "Disabled",
        Enabled "Enabled",
    }
}

enumeration! {
    /// `SSEAlgorithm` of [`Bucket`].
    SSEAlgorithm {
        Aes256 "AES256",
        AwsKms "aws:kms",
        AwsKmsDsse "aws:kms:dsse",
    }
}

enumeration! {
    /// `ScheduleFrequency` of [`Bucket`].
    ScheduleFrequency {
        Daily "Daily",
        Weekly "Weekly",
    }
}

enumeration! {
    /// `SseAlgorithm` of [`Bucket`].
    SseAlgorithm {
        Aes256 "AES256",
        AwsKms "aws:kms",
    }
}

enumeration! {
    /// `Status` of [`Bucket`].
    SseKmsEncryptedObjectsStatus {
        Disabled "Disabled",
        Enabled "Enabled",
    }
}

enumeration! {
    /// `TransitionDefaultMinimumObjectSize` of [`Bucket`].
    TransitionDefaultMinimumObjectSize {
        AllStorageClasses128k "all_storage_classes_128K",
        VariesByStorageClass "varies_by_storage_class",
    }
}

enumeration! {
    /// `StorageClass` of [`Bucket`].
    TransitionStorageClass {
        DeepArchive "DEEP_ARCHIVE",
        Glacier "GLACIER",
        GlacierIr "GLACIER_IR",
        GlacierMixedCase "Glacier",
        IntelligentTiering "INTELLIGENT_TIERING",
        OnezoneIa "ONEZONE_IA",
        StandardIa "STANDARD_IA",
    }
}

enumeration! {
    /// `Status` of [`Bucket`].
    VersioningConfigurationStatus {
        Enabled "Enabled",
        Suspended "Suspended",
    }
}

default_object! {
    BlockedEncryptionTypes,
    Bucket,
    DefaultEventHold,
    DefaultRetention,
    DeleteMarkerReplication,
    LoggingConfiguration,
    NotificationConfiguration,
    ObjectLockConfiguration,
    ObjectLockRule,
    OwnershipControlsRule,
    PartitionedPrefix,
    PublicAccessBlockConfiguration,
    RedirectRule,
    ReplicationRuleAndOperator,
    ReplicationRuleFilter,
    RoutingRuleCondition,
    ServerSideEncryptionRule,
    SourceSelectionCriteria,
    StorageClassAnalysis,
    TargetObjectKeyFormat,
    WebsiteConfiguration,
}
