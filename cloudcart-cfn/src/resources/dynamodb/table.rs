//! `AWS::DynamoDB::Table`.
// Made by `cargo xtask generate` from `schemas/aws-dynamodb-table.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::DynamoDB::Table`. `Ref` gives `TableName`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html>
    Table<'stack>: kind::dynamodb::Table {
        required {
            /// `KeySchema`: a list of 1 to 2 items. A change may replace the resource.
            key_schema "KeySchema": Vec<Value<'stack, KeySchema<'stack>>>,
        }
        optional {
            /// `AttributeDefinitions`: a list.
            attribute_definitions "AttributeDefinitions": Vec<Value<'stack, AttributeDefinition<'stack>>>,
            /// `BillingMode`: one of `PAY_PER_REQUEST`, `PROVISIONED`.
            billing_mode "BillingMode": BillingMode,
            /// `ContributorInsightsSpecification`: an object.
            contributor_insights_specification "ContributorInsightsSpecification": ContributorInsightsSpecification<'stack>,
            /// `DeletionProtectionEnabled`: true or false.
            deletion_protection_enabled "DeletionProtectionEnabled": bool,
            /// `GlobalSecondaryIndexes`: a list.
            global_secondary_indexes "GlobalSecondaryIndexes": Vec<Value<'stack, GlobalSecondaryIndex<'stack>>>,
            /// `ImportSourceSpecification`: an object. Create-only: a change replaces the resource. Write-only: it cannot be read back.
            import_source_specification "ImportSourceSpecification": ImportSourceSpecification<'stack>,
            /// `KinesisStreamSpecification`: an object.
            kinesis_stream_specification "KinesisStreamSpecification": KinesisStreamSpecification<'stack>,
            /// `LocalSecondaryIndexes`: a list.
            local_secondary_indexes "LocalSecondaryIndexes": Vec<Value<'stack, LocalSecondaryIndex<'stack>>>,
            /// `OnDemandThroughput`: an object.
            on_demand_throughput "OnDemandThroughput": OnDemandThroughput<'stack>,
            /// `PointInTimeRecoverySpecification`: an object.
            point_in_time_recovery_specification "PointInTimeRecoverySpecification": PointInTimeRecoverySpecification<'stack>,
            /// `ProvisionedThroughput`: an object.
            provisioned_throughput "ProvisionedThroughput": ProvisionedThroughput<'stack>,
            /// `ResourcePolicy`: an object.
            resource_policy "ResourcePolicy": ResourcePolicy<'stack>,
            /// `SSESpecification`: an object.
            sse_specification "SSESpecification": SSESpecification<'stack>,
            /// `StreamSpecification`: an object.
            stream_specification "StreamSpecification": StreamSpecification<'stack>,
            /// `TableClass`: one of `STANDARD`, `STANDARD_INFREQUENT_ACCESS`.
            table_class "TableClass": TableClass,
            /// `TableName`: a text of 1 to 1,024 characters. Create-only: a change replaces the resource.
            table_name "TableName": String,
            /// `Tags`: a list.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
            /// `TimeToLiveSpecification`: an object.
            time_to_live_specification "TimeToLiveSpecification": TimeToLiveSpecification<'stack>,
            /// `VectorIndexes`: a list of at least 1 item.
            vector_indexes "VectorIndexes": Vec<Value<'stack, VectorIndex<'stack>>>,
            /// `WarmThroughput`: an object.
            warm_throughput "WarmThroughput": WarmThroughput<'stack>,
        }
        attributes {
            /// `StreamArn`.
            stream_arn "StreamArn": String,
        }
    }
}

object! {
    /// `AttributeDefinition` of [`Table`].
    AttributeDefinition<'stack> {
        required {
            /// `AttributeName`: a text of 1 to 255 characters.
            attribute_name "AttributeName": String,
            /// `AttributeType`: one of `B`, `N`, `S`.
            attribute_type "AttributeType": AttributeType,
        }
        optional {}
    }
}

object! {
    /// `ContributorInsightsSpecification` of [`Table`].
    ContributorInsightsSpecification<'stack> {
        required {
            /// `Enabled`: true or false.
            enabled "Enabled": bool,
        }
        optional {
            /// `Mode`: one of `ACCESSED_AND_THROTTLED_KEYS`, `THROTTLED_KEYS`.
            mode "Mode": ContributorInsightsSpecificationMode,
        }
    }
}

object! {
    /// `Csv` of [`Table`].
    Csv<'stack> {
        required {}
        optional {
            /// `Delimiter`: a text.
            delimiter "Delimiter": String,
            /// `HeaderList`: a list.
            header_list "HeaderList": Vec<Value<'stack, String>>,
        }
    }
}

object! {
    /// `GlobalSecondaryIndex` of [`Table`].
    GlobalSecondaryIndex<'stack> {
        required {
            /// `IndexName`: a text of 3 to 255 characters, pattern `^[a-zA-Z0-9_.-]+$`.
            index_name "IndexName": String,
            /// `KeySchema`: a list of at least 1 item.
            key_schema "KeySchema": Vec<Value<'stack, KeySchema<'stack>>>,
            /// `Projection`: an object.
            projection "Projection": Projection<'stack>,
        }
        optional {
            /// `ContributorInsightsSpecification`: an object.
            contributor_insights_specification "ContributorInsightsSpecification": ContributorInsightsSpecification<'stack>,
            /// `OnDemandThroughput`: an object.
            on_demand_throughput "OnDemandThroughput": OnDemandThroughput<'stack>,
            /// `ProvisionedThroughput`: an object.
            provisioned_throughput "ProvisionedThroughput": ProvisionedThroughput<'stack>,
            /// `WarmThroughput`: an object.
            warm_throughput "WarmThroughput": WarmThroughput<'stack>,
        }
    }
}

object! {
    /// `ImportSourceSpecification` of [`Table`].
    ImportSourceSpecification<'stack> {
        required {
            /// `InputFormat`: one of `CSV`, `DYNAMODB_JSON`, `ION`.
            input_format "InputFormat": InputFormat,
            /// `S3BucketSource`: an object.
            s3_bucket_source "S3BucketSource": S3BucketSource<'stack>,
        }
        optional {
            /// `InputCompressionType`: one of `GZIP`, `NONE`, `ZSTD`.
            input_compression_type "InputCompressionType": InputCompressionType,
            /// `InputFormatOptions`: an object.
            input_format_options "InputFormatOptions": InputFormatOptions<'stack>,
        }
    }
}

object! {
    /// `InputFormatOptions` of [`Table`].
    InputFormatOptions<'stack> {
        required {}
        optional {
            /// `Csv`: an object.
            csv "Csv": Csv<'stack>,
        }
    }
}

object! {
    /// `KeySchema` of [`Table`].
    KeySchema<'stack> {
        required {
            /// `AttributeName`: a text of 1 to 255 characters.
            attribute_name "AttributeName": String,
            /// `KeyType`: one of `HASH`, `RANGE`.
            key_type "KeyType": KeyType,
        }
        optional {}
    }
}

object! {
    /// `KinesisStreamSpecification` of [`Table`].
    KinesisStreamSpecification<'stack> {
        required {
            /// `StreamArn`: a text.
            stream_arn "StreamArn": String,
        }
        optional {
            /// `ApproximateCreationDateTimePrecision`: one of `MICROSECOND`, `MILLISECOND`.
            approximate_creation_date_time_precision "ApproximateCreationDateTimePrecision": ApproximateCreationDateTimePrecision,
        }
    }
}

object! {
    /// `LocalSecondaryIndex` of [`Table`].
    LocalSecondaryIndex<'stack> {
        required {
            /// `IndexName`: a text of 3 to 255 characters, pattern `^[a-zA-Z0-9_.-]+$`.
            index_name "IndexName": String,
            /// `KeySchema`: a list of 2 items.
            key_schema "KeySchema": Vec<Value<'stack, KeySchema<'stack>>>,
            /// `Projection`: an object.
            projection "Projection": Projection<'stack>,
        }
        optional {}
    }
}

object! {
    /// `OnDemandThroughput` of [`Table`].
    OnDemandThroughput<'stack> {
        required {}
        optional {
            /// `MaxReadRequestUnits`: a whole number, at least 1.
            max_read_request_units "MaxReadRequestUnits": Int<1, { i64::MAX }>,
            /// `MaxWriteRequestUnits`: a whole number, at least 1.
            max_write_request_units "MaxWriteRequestUnits": Int<1, { i64::MAX }>,
        }
    }
}

object! {
    /// `PointInTimeRecoverySpecification` of [`Table`].
    PointInTimeRecoverySpecification<'stack> {
        required {}
        optional {
            /// `PointInTimeRecoveryEnabled`: true or false.
            point_in_time_recovery_enabled "PointInTimeRecoveryEnabled": bool,
            /// `RecoveryPeriodInDays`: a whole number, 1 to 35.
            recovery_period_in_days "RecoveryPeriodInDays": Int<1, 35>,
        }
    }
}

object! {
    /// `Projection` of [`Table`].
    Projection<'stack> {
        required {}
        optional {
            /// `NonKeyAttributes`: a list.
            non_key_attributes "NonKeyAttributes": Vec<Value<'stack, String>>,
            /// `ProjectionType`: one of `ALL`, `INCLUDE`, `KEYS_ONLY`.
            projection_type "ProjectionType": ProjectionType,
        }
    }
}

object! {
    /// `ProvisionedThroughput` of [`Table`].
    ProvisionedThroughput<'stack> {
        required {
            /// `ReadCapacityUnits`: a whole number, at least 0.
            read_capacity_units "ReadCapacityUnits": Int<0, { i64::MAX }>,
            /// `WriteCapacityUnits`: a whole number, at least 0.
            write_capacity_units "WriteCapacityUnits": Int<0, { i64::MAX }>,
        }
        optional {}
    }
}

object! {
    /// `ResourcePolicy` of [`Table`].
    ResourcePolicy<'stack> {
        required {
            /// `PolicyDocument`: JSON.
            policy_document "PolicyDocument": PolicyDocument<'stack>,
        }
        optional {}
    }
}

object! {
    /// `S3BucketSource` of [`Table`].
    S3BucketSource<'stack> {
        required {
            /// `S3Bucket`: a text.
            s3_bucket "S3Bucket": Ref<kind::s3::Bucket>,
        }
        optional {
            /// `S3BucketOwner`: a text.
            s3_bucket_owner "S3BucketOwner": String,
            /// `S3KeyPrefix`: a text.
            s3_key_prefix "S3KeyPrefix": String,
        }
    }
}

object! {
    /// `SSESpecification` of [`Table`].
    SSESpecification<'stack> {
        required {
            /// `SSEEnabled`: true or false.
            sse_enabled "SSEEnabled": bool,
        }
        optional {
            /// `KMSMasterKeyId`: a text.
            kms_master_key_id "KMSMasterKeyId": String,
            /// `SSEType`: `KMS`.
            sse_type "SSEType": SSEType,
        }
    }
}

object! {
    /// `SearchSchemaElement` of [`Table`].
    SearchSchemaElement<'stack> {
        required {
            /// `AttributeName`: a text of up to 65,535 characters.
            attribute_name "AttributeName": String,
            /// `SearchSchemaElementType`: one of `HASH`, `INLINE_FILTER`.
            search_schema_element_type "SearchSchemaElementType": SearchSchemaElementType,
        }
        optional {}
    }
}

object! {
    /// `StreamSpecification` of [`Table`].
    StreamSpecification<'stack> {
        required {
            /// `StreamViewType`: one of `KEYS_ONLY`, `NEW_AND_OLD_IMAGES`, `NEW_IMAGE`, `OLD_IMAGE`.
            stream_view_type "StreamViewType": StreamViewType,
        }
        optional {
            /// `ResourcePolicy`: an object.
            resource_policy "ResourcePolicy": ResourcePolicy<'stack>,
            /// `Tags`: a list.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
        }
    }
}

object! {
    /// `TimeToLiveSpecification` of [`Table`].
    TimeToLiveSpecification<'stack> {
        required {
            /// `Enabled`: true or false.
            enabled "Enabled": bool,
        }
        optional {
            /// `AttributeName`: a text.
            attribute_name "AttributeName": String,
        }
    }
}

object! {
    /// `VectorAttribute` of [`Table`].
    VectorAttribute<'stack> {
        required {
            /// `AttributeName`: a text of 1 to 255 characters.
            attribute_name "AttributeName": String,
        }
        optional {}
    }
}

object! {
    /// `VectorIndex` of [`Table`].
    VectorIndex<'stack> {
        required {
            /// `Dimensions`: a whole number, 1 to 4,096.
            dimensions "Dimensions": Int<1, 4_096>,
            /// `DistanceFunction`: one of `COSINE`, `DOT_PRODUCT`, `EUCLIDEAN`.
            distance_function "DistanceFunction": DistanceFunction,
            /// `IndexName`: a text of 3 to 255 characters, pattern `^[a-zA-Z0-9_.-]+$`.
            index_name "IndexName": String,
            /// `Projection`: an object.
            projection "Projection": Projection<'stack>,
            /// `VectorAttribute`: an object.
            vector_attribute "VectorAttribute": VectorAttribute<'stack>,
        }
        optional {
            /// `SearchSchema`: a list of at least 1 item.
            search_schema "SearchSchema": Vec<Value<'stack, SearchSchemaElement<'stack>>>,
        }
    }
}

object! {
    /// `WarmThroughput` of [`Table`].
    WarmThroughput<'stack> {
        required {}
        optional {
            /// `ReadUnitsPerSecond`: a whole number, at least 1.
            read_units_per_second "ReadUnitsPerSecond": Int<1, { i64::MAX }>,
            /// `WriteUnitsPerSecond`: a whole number, at least 1.
            write_units_per_second "WriteUnitsPerSecond": Int<1, { i64::MAX }>,
        }
    }
}

enumeration! {
    /// `ApproximateCreationDateTimePrecision` of [`Table`].
    ApproximateCreationDateTimePrecision {
        Microsecond "MICROSECOND",
        Millisecond "MILLISECOND",
    }
}

enumeration! {
    /// `AttributeType` of [`Table`].
    AttributeType {
        B "B",
        N "N",
        S "S",
    }
}

enumeration! {
    /// `BillingMode` of [`Table`].
    BillingMode {
        PayPerRequest "PAY_PER_REQUEST",
        Provisioned "PROVISIONED",
    }
}

enumeration! {
    /// `Mode` of [`Table`].
    ContributorInsightsSpecificationMode {
        AccessedAndThrottledKeys "ACCESSED_AND_THROTTLED_KEYS",
        ThrottledKeys "THROTTLED_KEYS",
    }
}

enumeration! {
    /// `DistanceFunction` of [`Table`].
    DistanceFunction {
        Cosine "COSINE",
        DotProduct "DOT_PRODUCT",
        Euclidean "EUCLIDEAN",
    }
}

enumeration! {
    /// `InputCompressionType` of [`Table`].
    InputCompressionType {
        Gzip "GZIP",
        None "NONE",
        Zstd "ZSTD",
    }
}

enumeration! {
    /// `InputFormat` of [`Table`].
    InputFormat {
        Csv "CSV",
        DynamodbJson "DYNAMODB_JSON",
        Ion "ION",
    }
}

enumeration! {
    /// `KeyType` of [`Table`].
    KeyType {
        Hash "HASH",
        Range "RANGE",
    }
}

enumeration! {
    /// `ProjectionType` of [`Table`].
    ProjectionType {
        All "ALL",
        Include "INCLUDE",
        KeysOnly "KEYS_ONLY",
    }
}

enumeration! {
    /// `SSEType` of [`Table`].
    SSEType {
        Kms "KMS",
    }
}

enumeration! {
    /// `SearchSchemaElementType` of [`Table`].
    SearchSchemaElementType {
        Hash "HASH",
        InlineFilter "INLINE_FILTER",
    }
}

enumeration! {
    /// `StreamViewType` of [`Table`].
    StreamViewType {
        KeysOnly "KEYS_ONLY",
        NewAndOldImages "NEW_AND_OLD_IMAGES",
        NewImage "NEW_IMAGE",
        OldImage "OLD_IMAGE",
    }
}

enumeration! {
    /// `TableClass` of [`Table`].
    TableClass {
        Standard "STANDARD",
        StandardInfrequentAccess "STANDARD_INFREQUENT_ACCESS",
    }
}

default_object! {
    Csv,
    InputFormatOptions,
    OnDemandThroughput,
    PointInTimeRecoverySpecification,
    Projection,
    WarmThroughput,
}
