//! `AWS::Logs::LogGroup`.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html>

use super::Logs;
use crate::provider::{Property, ProvisionError, Provisioned, Reading, ResourceProvider, ResourceRequest};
use async_trait::async_trait;
use serde_json::{Map, Value};
use std::{collections::BTreeMap, sync::Arc};

pub(super) struct LogGroupProvider {
    logs: Arc<Logs>,
}

impl LogGroupProvider {
    pub(super) fn new(logs: Arc<Logs>) -> Self {
        Self { logs }
    }

    fn provisioned(&self, name: &str) -> Provisioned {
        let arn = format!("{}:*", self.logs.group_arn(name));
        Provisioned {
            physical_id: name.to_owned(),
            attributes: BTreeMap::from([("Arn".to_owned(), Value::String(arn))]),
        }
    }
}

#[async_trait]
impl ResourceProvider for LogGroupProvider {
    fn type_name(&self) -> &'static str {
        "AWS::Logs::LogGroup"
    }

    fn properties(&self) -> &'static [Property] {
        const PROPERTIES: &[Property] = &[
            Property::ignored(
                "DataProtectionPolicy",
                "would mask sensitive data; the local cloud keeps messages as they are",
            ),
            Property::ignored("KmsKeyId", "would encrypt the group with a key of one's own; the state is a local file"),
            Property::ignored("LogGroupClass", "a class changes price and some queries; every local group is STANDARD"),
            Property::create_only("LogGroupName"),
            Property::honoured("RetentionInDays"),
            Property::ignored(
                "Tags",
                "tags for cost and for tag-based policies, which the local cloud does not evaluate",
            ),
        ];
        PROPERTIES
    }

    async fn create(&self, request: &ResourceRequest) -> Result<Provisioned, ProvisionError> {
        let name = match request.properties.get("LogGroupName") {
            None => request.generated_name.clone(),
            Some(Value::String(name)) => name.clone(),
            Some(_) => return Err(ProvisionError::invalid("#/LogGroupName: expected type: String")),
        };
        let days = retention(&request.properties)?;
        self.logs.create_group(&name, &Value::Null).map_err(|error| {
            if error.code == "ResourceAlreadyExistsException" {
                ProvisionError::with_code("AlreadyExists", format!("The log group {name} already exists."))
            } else {
                error.into()
            }
        })?;
        if let Err(error) = self.logs.set_retention(&name, days) {
            // A creation that fails leaves nothing behind.
            self.logs.delete_group(&name)?;
            return Err(error.into());
        }
        Ok(self.provisioned(&name))
    }

    async fn update(
        &self,
        physical_id: &str,
        _previous: &Map<String, Value>,
        request: &ResourceRequest,
    ) -> Result<Provisioned, ProvisionError> {
        self.logs.set_retention(physical_id, retention(&request.properties)?)?;
        Ok(self.provisioned(physical_id))
    }

    async fn delete(&self, physical_id: &str, _request: &ResourceRequest) -> Result<(), ProvisionError> {
        match self.logs.delete_group(physical_id) {
            Err(error) if error.code != "ResourceNotFoundException" => Err(error.into()),
            _ => Ok(()),
        }
    }

    async fn read(&self, physical_id: &str, request: &ResourceRequest) -> Result<Reading, ProvisionError> {
        let Some(group) = self.logs.events.group(physical_id)? else { return Ok(Reading::Gone) };
        let shown =
            |days: Option<i64>| days.map(|days| ("RetentionInDays".to_owned(), days.into())).into_iter().collect();
        Ok(Reading::There { expected: shown(retention(&request.properties)?), actual: shown(group.retention_days) })
    }
}

fn retention(properties: &Map<String, Value>) -> Result<Option<i64>, ProvisionError> {
    match properties.get("RetentionInDays") {
        None => Ok(None),
        Some(value) => value
            .as_i64()
            .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
            .map(Some)
            .ok_or_else(|| ProvisionError::invalid("#/RetentionInDays: expected type: Integer")),
    }
}
