//! `AWS::DynamoDB::*`.

use serde::Serialize;

use crate::resource::{HasArn, Resource};
use crate::tag::Tag;
use crate::value::{List, Value};

/// `AWS::DynamoDB::Table`. `Ref` gives its name.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html>
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Table {
    /// `AttributeDefinitions`: the type of every attribute that is a key of the table or of an index, and of no other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute_definitions: Option<List<AttributeDefinition>>,
    /// `BillingMode`. Provisioned when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_mode: Option<Value<BillingMode>>,
    /// `DeletionProtectionEnabled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletion_protection_enabled: Option<Value<bool>>,
    /// `GlobalSecondaryIndexes`. One may be added or removed per update.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub global_secondary_indexes: Option<List<GlobalSecondaryIndex>>,
    /// `KeySchema`: the partition key, then perhaps the sort key. A change replaces the table.
    pub key_schema: List<KeySchema>,
    /// `PointInTimeRecoverySpecification`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point_in_time_recovery_specification: Option<Value<PointInTimeRecoverySpecification>>,
    /// `ProvisionedThroughput`, with provisioned billing only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisioned_throughput: Option<Value<ProvisionedThroughput>>,
    /// `SSESpecification`. When absent, DynamoDB encrypts with a key of its own at no charge.
    #[serde(rename = "SSESpecification", skip_serializing_if = "Option::is_none")]
    pub sse_specification: Option<Value<SseSpecification>>,
    /// `StreamSpecification`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_specification: Option<Value<StreamSpecification>>,
    /// `TableClass`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table_class: Option<Value<TableClass>>,
    /// `TableName`. Create-only. Without it CloudFormation makes a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table_name: Option<Value<String>>,
    /// `Tags`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<List<Tag>>,
    /// `TimeToLiveSpecification`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_to_live_specification: Option<Value<TimeToLiveSpecification>>,
}

impl Table {
    /// With what is required.
    pub fn new(key_schema: impl Into<List<KeySchema>>) -> Self {
        Self {
            attribute_definitions: None,
            billing_mode: None,
            deletion_protection_enabled: None,
            global_secondary_indexes: None,
            key_schema: key_schema.into(),
            point_in_time_recovery_specification: None,
            provisioned_throughput: None,
            sse_specification: None,
            stream_specification: None,
            table_class: None,
            table_name: None,
            tags: None,
            time_to_live_specification: None,
        }
    }
}

/// What a table's handle remembers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableFacts {
    /// Names of the global secondary indexes that are literals.
    pub indexes: Vec<String>,
}

impl Resource for Table {
    const TYPE: &'static str = "AWS::DynamoDB::Table";
    type Facts = TableFacts;

    fn facts(&self) -> TableFacts {
        let indexes = self.global_secondary_indexes.as_ref().and_then(Value::as_literal).into_iter().flatten();
        let names = indexes.filter_map(|index| index.as_literal()?.index_name.as_literal().cloned());
        TableFacts { indexes: names.collect() }
    }
}

impl HasArn for Table {}

/// The type of a key attribute.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttributeDefinition {
    /// `AttributeName`.
    pub attribute_name: Value<String>,
    /// `AttributeType`.
    pub attribute_type: Value<AttributeType>,
}

/// `AttributeType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum AttributeType {
    /// Binary.
    B,
    /// Number.
    N,
    /// String.
    S,
}

/// One attribute of a key.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct KeySchema {
    /// `AttributeName`.
    pub attribute_name: Value<String>,
    /// `KeyType`.
    pub key_type: Value<KeyType>,
}

impl KeySchema {
    /// The partition key.
    pub fn hash(attribute_name: impl Into<Value<String>>) -> Self {
        Self { attribute_name: attribute_name.into(), key_type: KeyType::Hash.into() }
    }

    /// The sort key.
    pub fn range(attribute_name: impl Into<Value<String>>) -> Self {
        Self { attribute_name: attribute_name.into(), key_type: KeyType::Range.into() }
    }
}

/// `KeyType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum KeyType {
    /// Partition key.
    #[serde(rename = "HASH")]
    Hash,
    /// Sort key.
    #[serde(rename = "RANGE")]
    Range,
}

/// `BillingMode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum BillingMode {
    /// On demand.
    #[serde(rename = "PAY_PER_REQUEST")]
    PayPerRequest,
    /// By capacity.
    #[serde(rename = "PROVISIONED")]
    Provisioned,
}

/// `TableClass`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum TableClass {
    /// The usual one.
    #[serde(rename = "STANDARD")]
    Standard,
    /// Cheaper storage, dearer requests.
    #[serde(rename = "STANDARD_INFREQUENT_ACCESS")]
    StandardInfrequentAccess,
}

/// A global secondary index.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GlobalSecondaryIndex {
    /// `IndexName`.
    pub index_name: Value<String>,
    /// `KeySchema`.
    pub key_schema: List<KeySchema>,
    /// `Projection`.
    pub projection: Value<Projection>,
    /// `ProvisionedThroughput`, with provisioned billing only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisioned_throughput: Option<Value<ProvisionedThroughput>>,
}

/// Which attributes an index holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Projection {
    /// `NonKeyAttributes`, with [`ProjectionType::Include`] only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub non_key_attributes: Option<List<String>>,
    /// `ProjectionType`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub projection_type: Option<Value<ProjectionType>>,
}

/// `ProjectionType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum ProjectionType {
    /// Every attribute.
    #[serde(rename = "ALL")]
    All,
    /// The keys and those that are named.
    #[serde(rename = "INCLUDE")]
    Include,
    /// The keys.
    #[serde(rename = "KEYS_ONLY")]
    KeysOnly,
}

/// `PointInTimeRecoverySpecification`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PointInTimeRecoverySpecification {
    /// `PointInTimeRecoveryEnabled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point_in_time_recovery_enabled: Option<Value<bool>>,
    /// `RecoveryPeriodInDays`, 1 to 35.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery_period_in_days: Option<Value<u32>>,
}

/// `ProvisionedThroughput`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ProvisionedThroughput {
    /// `ReadCapacityUnits`.
    pub read_capacity_units: Value<u32>,
    /// `WriteCapacityUnits`.
    pub write_capacity_units: Value<u32>,
}

/// `SSESpecification`: encryption with a key of KMS, which is charged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SseSpecification {
    /// `KMSMasterKeyId`. Without it, the account's `aws/dynamodb` key.
    #[serde(rename = "KMSMasterKeyId", skip_serializing_if = "Option::is_none")]
    pub kms_master_key_id: Option<Value<String>>,
    /// `SSEEnabled`.
    #[serde(rename = "SSEEnabled")]
    pub sse_enabled: Value<bool>,
}

/// `StreamSpecification`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StreamSpecification {
    /// `StreamViewType`.
    pub stream_view_type: Value<StreamViewType>,
}

/// `StreamViewType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum StreamViewType {
    /// The keys.
    #[serde(rename = "KEYS_ONLY")]
    KeysOnly,
    /// The item after the change.
    #[serde(rename = "NEW_IMAGE")]
    NewImage,
    /// The item before the change.
    #[serde(rename = "OLD_IMAGE")]
    OldImage,
    /// Both.
    #[serde(rename = "NEW_AND_OLD_IMAGES")]
    NewAndOldImages,
}

/// `TimeToLiveSpecification`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TimeToLiveSpecification {
    /// `AttributeName` of a number: seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute_name: Option<Value<String>>,
    /// `Enabled`.
    pub enabled: Value<bool>,
}
