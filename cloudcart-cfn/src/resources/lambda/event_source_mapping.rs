//! `AWS::Lambda::EventSourceMapping`.
// Made by `cargo xtask generate` from `schemas/aws-lambda-eventsourcemapping.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::Lambda::EventSourceMapping`. `Ref` gives `Id`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html>
    EventSourceMapping<'stack>: kind::lambda::EventSourceMapping {
        required {
            /// `FunctionName`: a text of 1 to 140 characters.
            function_name "FunctionName": String,
        }
        optional {
            /// `AmazonManagedKafkaEventSourceConfig`: an object.
            amazon_managed_kafka_event_source_config "AmazonManagedKafkaEventSourceConfig": AmazonManagedKafkaEventSourceConfig<'stack>,
            /// `BatchSize`: a whole number, 1 to 10,000.
            batch_size "BatchSize": Int<1, 10_000>,
            /// `BisectBatchOnFunctionError`: true or false.
            bisect_batch_on_function_error "BisectBatchOnFunctionError": bool,
            /// `DestinationConfig`: an object.
            destination_config "DestinationConfig": DestinationConfig<'stack>,
            /// `DocumentDBEventSourceConfig`: an object.
            document_db_event_source_config "DocumentDBEventSourceConfig": DocumentDBEventSourceConfig<'stack>,
            /// `Enabled`: true or false.
            enabled "Enabled": bool,
            /// `EventSourceArn`: a text of 12 to 1,024 characters. Create-only: a change replaces the resource.
            event_source_arn "EventSourceArn": String,
            /// `FilterCriteria`: an object.
            filter_criteria "FilterCriteria": FilterCriteria<'stack>,
            /// `FunctionResponseTypes`: a list of up to 1 item.
            function_response_types "FunctionResponseTypes": Vec<Value<'stack, FunctionResponseType>>,
            /// `KmsKeyArn`: a text of 12 to 2,048 characters, pattern `(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()`.
            kms_key_arn "KmsKeyArn": Arn<kind::kms::Key>,
            /// `LoggingConfig`: an object.
            logging_config "LoggingConfig": LoggingConfig<'stack>,
            /// `MaximumBatchingWindowInSeconds`: a whole number, 0 to 300.
            maximum_batching_window_in_seconds "MaximumBatchingWindowInSeconds": Int<0, 300>,
            /// `MaximumRecordAgeInSeconds`: a whole number, -1 to 604,800.
            maximum_record_age_in_seconds "MaximumRecordAgeInSeconds": Int<-1, 604_800>,
            /// `MaximumRetryAttempts`: a whole number, -1 to 10,000.
            maximum_retry_attempts "MaximumRetryAttempts": Int<-1, 10_000>,
            /// `MetricsConfig`: an object.
            metrics_config "MetricsConfig": MetricsConfig<'stack>,
            /// `ParallelizationFactor`: a whole number, 1 to 10.
            parallelization_factor "ParallelizationFactor": Int<1, 10>,
            /// `ProvisionedPollerConfig`: an object.
            provisioned_poller_config "ProvisionedPollerConfig": ProvisionedPollerConfig<'stack>,
            /// `Queues`: a list of 1 item.
            queues "Queues": Vec<Value<'stack, String>>,
            /// `ScalingConfig`: an object.
            scaling_config "ScalingConfig": ScalingConfig<'stack>,
            /// `SelfManagedEventSource`: an object. Create-only: a change replaces the resource.
            self_managed_event_source "SelfManagedEventSource": SelfManagedEventSource<'stack>,
            /// `SelfManagedKafkaEventSourceConfig`: an object.
            self_managed_kafka_event_source_config "SelfManagedKafkaEventSourceConfig": SelfManagedKafkaEventSourceConfig<'stack>,
            /// `SourceAccessConfigurations`: a list of 1 to 29 items.
            source_access_configurations "SourceAccessConfigurations": Vec<Value<'stack, SourceAccessConfiguration<'stack>>>,
            /// `StartingPosition`: one of `AT_TIMESTAMP`, `LATEST`, `TRIM_HORIZON`. Create-only: a change replaces the resource.
            starting_position "StartingPosition": StartingPosition,
            /// `StartingPositionTimestamp`: a number. Create-only: a change replaces the resource.
            starting_position_timestamp "StartingPositionTimestamp": f64,
            /// `Tags`: a list.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
            /// `Topics`: a list of 1 item.
            topics "Topics": Vec<Value<'stack, String>>,
            /// `TumblingWindowInSeconds`: a whole number, 0 to 900.
            tumbling_window_in_seconds "TumblingWindowInSeconds": Int<0, 900>,
        }
        attributes {
            /// `EventSourceMappingArn`.
            event_source_mapping_arn "EventSourceMappingArn": Arn<kind::lambda::EventSourceMapping>,
        }
    }
}

object! {
    /// `AmazonManagedKafkaEventSourceConfig` of [`EventSourceMapping`].
    AmazonManagedKafkaEventSourceConfig<'stack> {
        required {}
        optional {
            /// `ConsumerGroupId`: a text of 1 to 200 characters, pattern `[a-zA-Z0-9-\/*:_+=.@-]*`.
            consumer_group_id "ConsumerGroupId": String,
            /// `SchemaRegistryConfig`: an object.
            schema_registry_config "SchemaRegistryConfig": SchemaRegistryConfig<'stack>,
        }
    }
}

object! {
    /// `DestinationConfig` of [`EventSourceMapping`].
    DestinationConfig<'stack> {
        required {}
        optional {
            /// `OnFailure`: an object.
            on_failure "OnFailure": OnFailure<'stack>,
        }
    }
}

object! {
    /// `DocumentDBEventSourceConfig` of [`EventSourceMapping`].
    DocumentDBEventSourceConfig<'stack> {
        required {}
        optional {
            /// `CollectionName`: a text of 1 to 57 characters, pattern `^(^(?!(system\x2e)))(^[_a-zA-Z0-9])([^$]*)$`.
            collection_name "CollectionName": String,
            /// `DatabaseName`: a text of 1 to 63 characters, pattern `^[^ /\.$\x22]*$`.
            database_name "DatabaseName": String,
            /// `FullDocument`: one of `Default`, `UpdateLookup`.
            full_document "FullDocument": FullDocument,
        }
    }
}

object! {
    /// `Endpoints` of [`EventSourceMapping`].
    Endpoints<'stack> {
        required {}
        optional {
            /// `KafkaBootstrapServers`: a list of 1 to 10 items.
            kafka_bootstrap_servers "KafkaBootstrapServers": Vec<Value<'stack, String>>,
        }
    }
}

object! {
    /// `Filter` of [`EventSourceMapping`].
    Filter<'stack> {
        required {}
        optional {
            /// `Pattern`: a text of up to 4,096 characters, pattern `.*`.
            pattern "Pattern": String,
        }
    }
}

object! {
    /// `FilterCriteria` of [`EventSourceMapping`].
    FilterCriteria<'stack> {
        required {}
        optional {
            /// `Filters`: a list of 1 to 20 items.
            filters "Filters": Vec<Value<'stack, Filter<'stack>>>,
        }
    }
}

object! {
    /// `LoggingConfig` of [`EventSourceMapping`].
    LoggingConfig<'stack> {
        required {}
        optional {
            /// `SystemLogLevel`: one of `DEBUG`, `INFO`, `WARN`.
            system_log_level "SystemLogLevel": SystemLogLevel,
        }
    }
}

object! {
    /// `MetricsConfig` of [`EventSourceMapping`].
    MetricsConfig<'stack> {
        required {}
        optional {
            /// `Metrics`: a list of up to 3 items.
            metrics "Metrics": Vec<Value<'stack, Metric>>,
        }
    }
}

object! {
    /// `OnFailure` of [`EventSourceMapping`].
    OnFailure<'stack> {
        required {}
        optional {
            /// `Destination`: a text of 12 to 1,024 characters.
            destination "Destination": String,
        }
    }
}

object! {
    /// `ProvisionedPollerConfig` of [`EventSourceMapping`].
    ProvisionedPollerConfig<'stack> {
        required {}
        optional {
            /// `MaximumPollers`: a whole number, 1 to 10,000.
            maximum_pollers "MaximumPollers": Int<1, 10_000>,
            /// `MinimumPollers`: a whole number, 1 to 200.
            minimum_pollers "MinimumPollers": Int<1, 200>,
            /// `PollerGroupName`: a text of up to 128 characters, pattern `^[a-zA-Z0-9-_]*$`.
            poller_group_name "PollerGroupName": String,
        }
    }
}

object! {
    /// `ScalingConfig` of [`EventSourceMapping`].
    ScalingConfig<'stack> {
        required {}
        optional {
            /// `MaximumConcurrency`: a whole number, 2 to 1,000.
            maximum_concurrency "MaximumConcurrency": Int<2, 1_000>,
        }
    }
}

object! {
    /// `SchemaRegistryAccessConfig` of [`EventSourceMapping`].
    SchemaRegistryAccessConfig<'stack> {
        required {}
        optional {
            /// `Type`: one of `BASIC_AUTH`, `CLIENT_CERTIFICATE_TLS_AUTH`, `OAUTHBEARER_AUTH`, `SERVER_ROOT_CA_CERTIFICATE`.
            r#type "Type": SchemaRegistryAccessConfigType,
            /// `URI`: a text of 1 to 10,000 characters.
            uri "URI": String,
        }
    }
}

object! {
    /// `SchemaRegistryConfig` of [`EventSourceMapping`].
    SchemaRegistryConfig<'stack> {
        required {}
        optional {
            /// `AccessConfigs`: a list of up to 2 items.
            access_configs "AccessConfigs": Vec<Value<'stack, SchemaRegistryAccessConfig<'stack>>>,
            /// `EventRecordFormat`: one of `JSON`, `SOURCE`.
            event_record_format "EventRecordFormat": EventRecordFormat,
            /// `SchemaRegistryURI`: a text of 1 to 10,000 characters, pattern `[a-zA-Z0-9-/*:_+=.@-]*`.
            schema_registry_uri "SchemaRegistryURI": String,
            /// `SchemaValidationConfigs`: a list of 1 to 2 items.
            schema_validation_configs "SchemaValidationConfigs": Vec<Value<'stack, SchemaValidationConfig<'stack>>>,
        }
    }
}

object! {
    /// `SchemaValidationConfig` of [`EventSourceMapping`].
    SchemaValidationConfig<'stack> {
        required {}
        optional {
            /// `Attribute`: one of `KEY`, `VALUE`.
            attribute "Attribute": Attribute,
        }
    }
}

object! {
    /// `SelfManagedEventSource` of [`EventSourceMapping`].
    SelfManagedEventSource<'stack> {
        required {}
        optional {
            /// `Endpoints`: an object.
            endpoints "Endpoints": Endpoints<'stack>,
        }
    }
}

object! {
    /// `SelfManagedKafkaEventSourceConfig` of [`EventSourceMapping`].
    SelfManagedKafkaEventSourceConfig<'stack> {
        required {}
        optional {
            /// `ConsumerGroupId`: a text of 1 to 200 characters, pattern `[a-zA-Z0-9-\/*:_+=.@-]*`.
            consumer_group_id "ConsumerGroupId": String,
            /// `ConsumptionMode`: one of `Queue`, `Stream`.
            consumption_mode "ConsumptionMode": ConsumptionMode,
            /// `SchemaRegistryConfig`: an object.
            schema_registry_config "SchemaRegistryConfig": SchemaRegistryConfig<'stack>,
        }
    }
}

object! {
    /// `SourceAccessConfiguration` of [`EventSourceMapping`].
    SourceAccessConfiguration<'stack> {
        required {}
        optional {
            /// `Type`: one of 15 words.
            r#type "Type": SourceAccessConfigurationType,
            /// `URI`: a text of 1 to 200 characters, pattern `[a-zA-Z0-9-\/*:_+=.@-]*`.
            uri "URI": String,
        }
    }
}

enumeration! {
    /// `Attribute` of [`EventSourceMapping`].
    Attribute {
        Key "KEY",
        Value "VALUE",
    }
}

enumeration! {
    /// `ConsumptionMode` of [`EventSourceMapping`].
    ConsumptionMode {
        Queue "Queue",
        Stream "Stream",
    }
}

enumeration! {
    /// `EventRecordFormat` of [`EventSourceMapping`].
    EventRecordFormat {
        Json "JSON",
        Source "SOURCE",
    }
}

enumeration! {
    /// `FullDocument` of [`EventSourceMapping`].
    FullDocument {
        Default "Default",
        UpdateLookup "UpdateLookup",
    }
}

enumeration! {
    /// `FunctionResponseType` of [`EventSourceMapping`].
    FunctionResponseType {
        ReportBatchItemFailures "ReportBatchItemFailures",
    }
}

enumeration! {
    /// `Metric` of [`EventSourceMapping`].
    Metric {
        ErrorCount "ErrorCount",
        EventCount "EventCount",
        KafkaMetrics "KafkaMetrics",
    }
}

enumeration! {
    /// `Type` of [`EventSourceMapping`].
    SchemaRegistryAccessConfigType {
        BasicAuth "BASIC_AUTH",
        ClientCertificateTlsAuth "CLIENT_CERTIFICATE_TLS_AUTH",
        OauthbearerAuth "OAUTHBEARER_AUTH",
        ServerRootCaCertificate "SERVER_ROOT_CA_CERTIFICATE",
    }
}

enumeration! {
    /// `Type` of [`EventSourceMapping`].
    SourceAccessConfigurationType {
        BasicAuth "BASIC_AUTH",
        ClientCertificateTlsAuth "CLIENT_CERTIFICATE_TLS_AUTH",
        IamAuth "IAM_AUTH",
        IamOauthbearerAuth "IAM_OAUTHBEARER_AUTH",
        OauthbearerAudience "OAUTHBEARER_AUDIENCE",
        OauthbearerAuth "OAUTHBEARER_AUTH",
        OauthbearerIdentityPool "OAUTHBEARER_IDENTITY_POOL",
        OauthbearerLogicalCluster "OAUTHBEARER_LOGICAL_CLUSTER",
        OauthbearerScope "OAUTHBEARER_SCOPE",
        SaslScram256Auth "SASL_SCRAM_256_AUTH",
        SaslScram512Auth "SASL_SCRAM_512_AUTH",
        ServerRootCaCertificate "SERVER_ROOT_CA_CERTIFICATE",
        VirtualHost "VIRTUAL_HOST",
        VpcSecurityGroup "VPC_SECURITY_GROUP",
        VpcSubnet "VPC_SUBNET",
    }
}

enumeration! {
    /// `StartingPosition` of [`EventSourceMapping`].
    StartingPosition {
        AtTimestamp "AT_TIMESTAMP",
        Latest "LATEST",
        TrimHorizon "TRIM_HORIZON",
    }
}

enumeration! {
    /// `SystemLogLevel` of [`EventSourceMapping`].
    SystemLogLevel {
        Debug "DEBUG",
        Info "INFO",
        Warn "WARN",
    }
}

default_object! {
    AmazonManagedKafkaEventSourceConfig,
    DestinationConfig,
    DocumentDBEventSourceConfig,
    Endpoints,
    Filter,
    FilterCriteria,
    LoggingConfig,
    MetricsConfig,
    OnFailure,
    ProvisionedPollerConfig,
    ScalingConfig,
    SchemaRegistryAccessConfig,
    SchemaRegistryConfig,
    SchemaValidationConfig,
    SelfManagedEventSource,
    SelfManagedKafkaEventSourceConfig,
    SourceAccessConfiguration,
}
