//! `AWS::DynamoDB::Table`.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html>

use super::DynamoDb;
use crate::{
    error::AwsError,
    provider::{Property, ProvisionError, Provisioned, Reading, ResourceProvider, ResourceRequest},
};
use async_trait::async_trait;
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// Members of a table definition that go to the engine as they are.
const PASSED: [&str; 8] = [
    "AttributeDefinitions",
    "BillingMode",
    "DeletionProtectionEnabled",
    "GlobalSecondaryIndexes",
    "KeySchema",
    "LocalSecondaryIndexes",
    "ProvisionedThroughput",
    "Tags",
];
const POLLS: u32 = 100;

pub(super) struct TableProvider {
    dynamodb: Arc<DynamoDb>,
}

impl TableProvider {
    pub(super) fn new(dynamodb: Arc<DynamoDb>) -> Self {
        Self { dynamodb }
    }

    async fn update_table(&self, name: &str, change: Value) -> Result<(), ProvisionError> {
        let mut input = json!({"TableName": name});
        if let (Value::Object(input), Value::Object(change)) = (&mut input, change) {
            input.extend(change);
        }
        self.dynamodb.run("UpdateTable", &input).await?;
        self.dynamodb.schemas.forget(name);
        self.wait_until_active(name).await?;
        Ok(())
    }

    /// Waits until the table and its indexes are ready, and gives its description.
    async fn wait_until_active(&self, name: &str) -> Result<Value, ProvisionError> {
        for _ in 0..POLLS {
            let description = self.dynamodb.run("DescribeTable", &json!({"TableName": name})).await?;
            let table = &description["Table"];
            let indexes_ready = table["GlobalSecondaryIndexes"]
                .as_array()
                .is_none_or(|indexes| indexes.iter().all(|index| index["IndexStatus"] == "ACTIVE"));
            if table["TableStatus"] == "ACTIVE" && indexes_ready {
                return Ok(table.clone());
            }
            self.dynamodb.core.clock.sleep(Duration::from_millis(20)).await;
        }
        Err(ProvisionError::with_code("NotStabilized", format!("The table {name} did not become active.")))
    }

    async fn set_ttl(&self, name: &str, attribute: &str, enabled: bool) -> Result<(), ProvisionError> {
        let specification = json!({"AttributeName": attribute, "Enabled": enabled});
        let input = json!({"TableName": name, "TimeToLiveSpecification": specification});
        self.dynamodb.run("UpdateTimeToLive", &input).await?;
        Ok(())
    }

    async fn provisioned(&self, name: &str) -> Result<Provisioned, ProvisionError> {
        let table = self.wait_until_active(name).await?;
        let mut attributes = BTreeMap::from([("Arn".to_owned(), table["TableArn"].clone())]);
        if let Some(stream) = table.get("LatestStreamArn").filter(|stream| stream.is_string()) {
            attributes.insert("StreamArn".to_owned(), stream.clone());
        }
        if let Some(id) = table.get("TableId").filter(|id| id.is_string()) {
            attributes.insert("TableId".to_owned(), id.clone());
        }
        Ok(Provisioned { physical_id: name.to_owned(), attributes })
    }

    async fn remove(&self, name: &str) -> Result<(), ProvisionError> {
        let result = self.dynamodb.run("DeleteTable", &json!({"TableName": name})).await;
        self.dynamodb.schemas.forget(name);
        match result {
            Err(error) if error.code != "ResourceNotFoundException" => return Err(error.into()),
            _ => {}
        }
        for _ in 0..POLLS {
            match self.dynamodb.run("DescribeTable", &json!({"TableName": name})).await {
                Err(error) if error.code == "ResourceNotFoundException" => return Ok(()),
                Err(error) => return Err(error.into()),
                Ok(_) => self.dynamodb.core.clock.sleep(Duration::from_millis(20)).await,
            }
        }
        Err(ProvisionError::with_code("NotStabilized", format!("The table {name} did not go away.")))
    }

    async fn update_indexes(
        &self,
        name: &str,
        previous: &Map<String, Value>,
        wanted: &Map<String, Value>,
    ) -> Result<(), ProvisionError> {
        let (before, after) = (indexes(previous), indexes(wanted));
        let gone: Vec<&String> = before.keys().filter(|index| !after.contains_key(*index)).collect();
        let new: Vec<&Value> =
            after.iter().filter(|(index, _)| !before.contains_key(*index)).map(|(_, index)| *index).collect();
        if gone.len() + new.len() > 1 {
            return Err(ProvisionError::invalid(
                "Cannot perform more than one GSI creation or deletion in a single update",
            ));
        }
        for (index, definition) in &after {
            let shape = |index: &Value| (index["KeySchema"].clone(), index["Projection"].clone());
            if before.get(index).is_some_and(|old| shape(old) != shape(definition)) {
                return Err(ProvisionError::invalid(format!(
                    "Cannot update GSI's properties other than Provisioned Throughput and Contributor Insights \
                     Specification. You can create a new GSI with a different name. ({index})"
                )));
            }
        }
        for index in gone {
            let change = json!({"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": index}}]});
            self.update_table(name, change).await?;
        }
        for index in new {
            let change = json!({
                "AttributeDefinitions": wanted.get("AttributeDefinitions"),
                "GlobalSecondaryIndexUpdates": [{"Create": index}],
            });
            self.update_table(name, change).await?;
        }
        Ok(())
    }

    async fn update_tags(
        &self,
        name: &str,
        previous: &Map<String, Value>,
        wanted: &Map<String, Value>,
    ) -> Result<(), ProvisionError> {
        let keys = |properties: &Map<String, Value>| -> Vec<Value> {
            let tags = properties.get("Tags").and_then(Value::as_array).cloned().unwrap_or_default();
            tags.iter().map(|tag| tag["Key"].clone()).collect()
        };
        let arn = self.dynamodb.arns.table(name);
        let kept = keys(wanted);
        let gone: Vec<Value> = keys(previous).into_iter().filter(|key| !kept.contains(key)).collect();
        if !gone.is_empty() {
            self.dynamodb.run("UntagResource", &json!({"ResourceArn": arn, "TagKeys": gone})).await?;
        }
        if !kept.is_empty() {
            self.dynamodb.run("TagResource", &json!({"ResourceArn": arn, "Tags": wanted.get("Tags")})).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl ResourceProvider for TableProvider {
    fn type_name(&self) -> &'static str {
        "AWS::DynamoDB::Table"
    }

    fn properties(&self) -> &'static [Property] {
        const PROPERTIES: &[Property] = &[
            Property::honoured("AttributeDefinitions"),
            Property::honoured("BillingMode"),
            Property::ignored(
                "ContributorInsightsSpecification",
                "a paid report on access patterns; nothing measures them here",
            ),
            Property::honoured("DeletionProtectionEnabled"),
            Property::honoured("GlobalSecondaryIndexes"),
            Property::ignored(
                "GlobalSecondaryIndexes.ContributorInsightsSpecification",
                "a paid report on access patterns; nothing measures them here",
            ),
            Property::ignored(
                "GlobalSecondaryIndexes.OnDemandThroughput",
                "would cap capacity; local tables are not throttled",
            ),
            Property::ignored(
                "GlobalSecondaryIndexes.WarmThroughput",
                "would warm partitions up; local tables are not throttled",
            ),
            Property::create_only("KeySchema"),
            Property::create_only("LocalSecondaryIndexes"),
            Property::ignored("OnDemandThroughput", "would cap capacity; local tables are not throttled"),
            Property::ignored(
                "PointInTimeRecoverySpecification",
                "would keep backups of the last 35 days; the state is a local file",
            ),
            Property::honoured("ProvisionedThroughput"),
            Property::ignored(
                "SSESpecification",
                "would choose the key of the encryption at rest; the state is a local file",
            ),
            Property::honoured("StreamSpecification"),
            Property::ignored(
                "StreamSpecification.ResourcePolicy",
                "would let others read the stream; the local cloud evaluates policies of queues and functions only",
            ),
            Property::ignored("StreamSpecification.Tags", "tags of a stream, by which nothing is told apart here"),
            Property::ignored("TableClass", "a class changes the price only"),
            Property::create_only("TableName"),
            Property::honoured("Tags"),
            Property::honoured("TimeToLiveSpecification"),
            Property::ignored("WarmThroughput", "would warm partitions up; local tables are not throttled"),
        ];
        PROPERTIES
    }

    async fn create(&self, request: &ResourceRequest) -> Result<Provisioned, ProvisionError> {
        let properties = &request.properties;
        well_formed(properties)?;
        let name = match properties.get("TableName") {
            None => request.generated_name.clone(),
            Some(Value::String(name)) => name.clone(),
            Some(_) => return Err(ProvisionError::invalid("#/TableName: expected type: String")),
        };
        let mut input: Map<String, Value> =
            PASSED.iter().filter_map(|member| Some(((*member).to_owned(), properties.get(*member)?.clone()))).collect();
        input.insert("TableName".into(), json!(name));
        if let Some(stream) = stream(properties) {
            input.insert("StreamSpecification".into(), stream);
        }
        self.dynamodb.run("CreateTable", &Value::Object(input)).await.map_err(|error| exists(error, &name))?;
        self.dynamodb.schemas.forget(&name);
        self.wait_until_active(&name).await?;
        if let Some(attribute) = ttl(properties)
            && let Err(error) = self.set_ttl(&name, attribute, true).await
        {
            // A creation that fails leaves nothing behind.
            self.remove(&name).await?;
            return Err(error);
        }
        self.provisioned(&name).await
    }

    async fn update(
        &self,
        physical_id: &str,
        previous: &Map<String, Value>,
        request: &ResourceRequest,
    ) -> Result<Provisioned, ProvisionError> {
        let wanted = &request.properties;
        well_formed(wanted)?;
        let changed = |member: &str| previous.get(member) != wanted.get(member);
        if changed("BillingMode") || changed("ProvisionedThroughput") {
            let mode = wanted.get("BillingMode").cloned().unwrap_or_else(|| json!("PROVISIONED"));
            let mut change = json!({"BillingMode": mode});
            if let Some(throughput) = wanted.get("ProvisionedThroughput") {
                change["ProvisionedThroughput"] = throughput.clone();
            }
            self.update_table(physical_id, change).await?;
        }
        if changed("DeletionProtectionEnabled") {
            let enabled = truth(wanted.get("DeletionProtectionEnabled"));
            self.update_table(physical_id, json!({"DeletionProtectionEnabled": enabled})).await?;
        }
        let streams = (stream(previous), stream(wanted));
        if streams.0 != streams.1 {
            // The view type of a stream cannot change: the stream is ended and a new one begun.
            if streams.0.is_some() {
                self.update_table(physical_id, json!({"StreamSpecification": {"StreamEnabled": false}})).await?;
            }
            if let Some(stream) = streams.1 {
                self.update_table(physical_id, json!({"StreamSpecification": stream})).await?;
            }
        }
        self.update_indexes(physical_id, previous, wanted).await?;
        match (ttl(previous), ttl(wanted)) {
            (before, after) if before == after => {}
            (Some(_), Some(_)) => {
                return Err(ProvisionError::invalid(
                    "TimeToLive attribute cannot be changed in one update: disable it first, then enable the other.",
                ));
            }
            (Some(attribute), None) => self.set_ttl(physical_id, attribute, false).await?,
            (None, Some(attribute)) => self.set_ttl(physical_id, attribute, true).await?,
            (None, None) => {}
        }
        if changed("Tags") {
            self.update_tags(physical_id, previous, wanted).await?;
        }
        self.provisioned(physical_id).await
    }

    async fn delete(&self, physical_id: &str, _request: &ResourceRequest) -> Result<(), ProvisionError> {
        self.remove(physical_id).await
    }

    async fn read(&self, physical_id: &str, request: &ResourceRequest) -> Result<Reading, ProvisionError> {
        let name = json!({ "TableName": physical_id });
        let table = match self.dynamodb.run("DescribeTable", &name).await {
            Err(error) if error.code == "ResourceNotFoundException" => return Ok(Reading::Gone),
            other => other?["Table"].clone(),
        };
        let ttl_now = self.dynamodb.run("DescribeTimeToLive", &name).await?["TimeToLiveDescription"].clone();
        let on = matches!(ttl_now["TimeToLiveStatus"].as_str(), Some("ENABLED" | "ENABLING"));
        let arn = self.dynamodb.arns.table(physical_id);
        let tags = self.dynamodb.run("ListTagsOfResource", &json!({ "ResourceArn": arn })).await?["Tags"].clone();
        let expected = &request.properties;
        let mode = |mode: Option<&str>| mode.unwrap_or("PROVISIONED").to_owned();
        let view = table["StreamSpecification"]["StreamViewType"].as_str().filter(|view| !view.is_empty());
        Ok(Reading::There {
            expected: shown(
                &mode(expected.get("BillingMode").and_then(Value::as_str)),
                truth(expected.get("DeletionProtectionEnabled")),
                stream(expected).and_then(|one| one["StreamViewType"].as_str().map(str::to_owned)).as_deref(),
                ttl(expected),
                expected,
                expected.get("Tags"),
            ),
            actual: shown(
                &mode(table["BillingModeSummary"]["BillingMode"].as_str()),
                truth(table.get("DeletionProtectionEnabled")),
                view.filter(|_| truth(table["StreamSpecification"].get("StreamEnabled"))),
                ttl_now["AttributeName"].as_str().filter(|_| on),
                table.as_object().unwrap_or(&Map::new()),
                Some(&tags),
            ),
        })
    }
}

/// What is compared of a table. `definition` holds its keys and indexes, in the API's words or in CloudFormation's.
fn shown(
    mode: &str,
    protected: bool,
    view: Option<&str>,
    ttl: Option<&str>,
    definition: &Map<String, Value>,
    tags: Option<&Value>,
) -> Map<String, Value> {
    let indexes: Map<String, Value> = indexes(definition)
        .into_iter()
        .map(|(name, index)| (name, json!({ "KeySchema": index["KeySchema"], "Projection": index["Projection"] })))
        .collect();
    let tags: Map<String, Value> = tags
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|tag| Some((tag["Key"].as_str()?.to_owned(), tag["Value"].clone())))
        .collect();
    let mut shown = Map::from_iter([
        ("BillingMode".to_owned(), mode.into()),
        ("DeletionProtectionEnabled".to_owned(), protected.into()),
        ("GlobalSecondaryIndexes".to_owned(), indexes.into()),
        ("KeySchema".to_owned(), definition.get("KeySchema").cloned().unwrap_or_default()),
        ("StreamSpecification".to_owned(), json!({ "StreamViewType": view })),
        ("Tags".to_owned(), tags.into()),
        ("TimeToLiveSpecification".to_owned(), json!({ "AttributeName": ttl, "Enabled": ttl.is_some() })),
    ]);
    if mode == "PROVISIONED" {
        let units = |name: &str| {
            let units = definition.get("ProvisionedThroughput").and_then(|one| one.get(name));
            units.and_then(|units| units.as_i64().or_else(|| units.as_str()?.parse().ok()))
        };
        let throughput = json!({
            "ReadCapacityUnits": units("ReadCapacityUnits"),
            "WriteCapacityUnits": units("WriteCapacityUnits"),
        });
        shown.insert("ProvisionedThroughput".to_owned(), throughput);
    }
    shown
}

/// CloudFormation's stream specification has no `StreamEnabled`; the API's has.
fn stream(properties: &Map<String, Value>) -> Option<Value> {
    let view = properties.get("StreamSpecification")?.get("StreamViewType")?;
    Some(json!({"StreamEnabled": true, "StreamViewType": view}))
}

/// Refuses what would be read as if it were not there.
fn well_formed(properties: &Map<String, Value>) -> Result<(), ProvisionError> {
    let wrong = |path: &str, kind: &str| Err(ProvisionError::invalid(format!("#/{path}: expected type: {kind}")));
    for name in ["StreamSpecification", "TimeToLiveSpecification"] {
        if properties.get(name).is_some_and(|value| !(value.is_object() || value.is_null())) {
            return wrong(name, "JSONObject");
        }
    }
    let Some(ttl) = properties.get("TimeToLiveSpecification") else { return Ok(()) };
    match ttl.get("Enabled") {
        None | Some(Value::Bool(_)) => {}
        Some(Value::String(text)) if text == "true" || text == "false" => {}
        Some(_) => return wrong("TimeToLiveSpecification/Enabled", "Boolean"),
    }
    match ttl.get("AttributeName") {
        None | Some(Value::String(_)) => Ok(()),
        Some(_) => wrong("TimeToLiveSpecification/AttributeName", "String"),
    }
}

/// The attribute of an enabled time to live.
fn ttl(properties: &Map<String, Value>) -> Option<&str> {
    let specification = properties.get("TimeToLiveSpecification")?;
    truth(specification.get("Enabled")).then(|| specification.get("AttributeName")?.as_str()).flatten()
}

/// A boolean, which CloudFormation may also hand over as text.
fn truth(value: Option<&Value>) -> bool {
    matches!(value, Some(Value::Bool(true))) || value.and_then(Value::as_str) == Some("true")
}

fn indexes(properties: &Map<String, Value>) -> BTreeMap<String, &Value> {
    let list = properties.get("GlobalSecondaryIndexes").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(|index| Some((index.get("IndexName")?.as_str()?.to_owned(), index))).collect()
}

fn exists(error: AwsError, name: &str) -> ProvisionError {
    if error.code == "ResourceInUseException" {
        ProvisionError::with_code(
            "AlreadyExists",
            format!("Resource of type 'AWS::DynamoDB::Table' with identifier '{name}' already exists."),
        )
    } else {
        error.into()
    }
}
