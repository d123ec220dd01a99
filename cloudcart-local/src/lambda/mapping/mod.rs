//! Event source mappings: what they are, which of them run, and what Lambda refuses at their making.
//! Source: CreateEventSourceMapping in the Lambda API reference, and "Using Lambda with Amazon SQS".

mod batch;
mod filter;
mod poller;

use self::{filter::Filter, poller::Poller};
use super::{
    Lambda,
    input::{self, invalid_parameter, user_error},
    record,
};
use crate::{core::Core, error::AwsError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::watch;

const NAMESPACE: &str = "lambda.mappings";
/// The largest batch without a batching window, and of a FIFO queue.
const PLAIN_BATCH: u32 = 10;

/// A mapping, as kept in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct MappingRecord {
    pub(super) uuid: String,
    /// Name.
    pub(super) function: String,
    pub(super) queue_arn: String,
    pub(super) settings: MappingSettings,
    pub(super) tags: BTreeMap<String, String>,
    /// The generated name of the CloudFormation resource that made it.
    pub(super) origin: Option<String>,
    pub(super) last_modified_ms: i64,
}

/// What may be changed of a mapping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct MappingSettings {
    pub(super) enabled: bool,
    pub(super) batch_size: u32,
    /// Seconds.
    pub(super) window: u32,
    pub(super) max_concurrency: Option<u32>,
    pub(super) report_item_failures: bool,
    /// Patterns as given.
    pub(super) filters: Vec<String>,
}

impl MappingRecord {
    /// `EventSourceMappingConfiguration`.
    pub(super) fn describe(&self, core: &Core) -> Value {
        let settings = &self.settings;
        let mut body = json!({
            "UUID": self.uuid,
            "BatchSize": settings.batch_size,
            "MaximumBatchingWindowInSeconds": settings.window,
            "EventSourceArn": self.queue_arn,
            "EventSourceMappingArn": self.arn(core),
            "FunctionArn": record::arn(core, &self.function),
            "LastModified": self.last_modified_ms / 1000,
            "State": if settings.enabled { "Enabled" } else { "Disabled" },
            "StateTransitionReason": "USER_INITIATED",
            "FunctionResponseTypes": if settings.report_item_failures { json!(["ReportBatchItemFailures"]) } else { json!([]) },
        });
        if let Some(most) = settings.max_concurrency {
            body["ScalingConfig"] = json!({"MaximumConcurrency": most});
        }
        if !settings.filters.is_empty() {
            let filters: Vec<Value> = settings.filters.iter().map(|pattern| json!({"Pattern": pattern})).collect();
            body["FilterCriteria"] = json!({"Filters": filters});
        }
        body
    }

    /// What a template may say of a mapping, as it is.
    pub(super) fn shown(&self) -> Map<String, Value> {
        let settings = &self.settings;
        let filters: Vec<Value> = settings.filters.iter().map(|pattern| json!({ "Pattern": pattern })).collect();
        let types: &[&str] = if settings.report_item_failures { &["ReportBatchItemFailures"] } else { &[] };
        Map::from_iter([
            ("BatchSize".to_owned(), json!(settings.batch_size)),
            ("Enabled".to_owned(), json!(settings.enabled)),
            ("EventSourceArn".to_owned(), json!(self.queue_arn)),
            ("FilterCriteria".to_owned(), json!({ "Filters": filters })),
            ("FunctionName".to_owned(), json!(self.function)),
            ("FunctionResponseTypes".to_owned(), json!(types)),
            ("MaximumBatchingWindowInSeconds".to_owned(), json!(settings.window)),
            ("ScalingConfig".to_owned(), json!({ "MaximumConcurrency": settings.max_concurrency })),
            ("Tags".to_owned(), json!(self.tags)),
        ])
    }

    pub(super) fn arn(&self, core: &Core) -> String {
        core.arn("lambda", &format!("event-source-mapping:{}", self.uuid))
    }
}

impl MappingSettings {
    /// Reads settings; what is absent comes from `base` or is Lambda's default.
    pub(super) fn read(members: &Map<String, Value>, base: Option<&Self>) -> Result<Self, AwsError> {
        for name in [
            "StartingPosition",
            "ParallelizationFactor",
            "MaximumRetryAttempts",
            "MaximumRecordAgeInSeconds",
            "DestinationConfig",
        ] {
            if members.get(name).is_some_and(|value| !value.is_null()) {
                return Err(invalid_parameter(format!("{name} is not supported for event source SQS")));
            }
        }
        if members.get("ProvisionedPollerConfig").is_some_and(|value| !value.is_null() && *value != json!({})) {
            return Err(invalid_parameter(
                "the local cloud has no provisioned pollers, so ProvisionedPollerConfig is refused",
            ));
        }
        let max_concurrency = match input::object(members, "ScalingConfig")? {
            Some(scaling) => input::integer(scaling, "MaximumConcurrency", 2, 1000)?,
            None => base.and_then(|base| base.max_concurrency),
        };
        let report_item_failures = match input::string_list(members, "FunctionResponseTypes")? {
            Some(types) => {
                if let Some(other) = types.iter().find(|kind| *kind != "ReportBatchItemFailures") {
                    let constraint = "Member must satisfy enum value set: [ReportBatchItemFailures]";
                    return Err(input::validation(other, "functionResponseTypes", constraint));
                }
                !types.is_empty()
            }
            None => base.is_some_and(|base| base.report_item_failures),
        };
        let settings = Self {
            enabled: input::boolean(members, "Enabled")?.unwrap_or(base.is_none_or(|base| base.enabled)),
            batch_size: input::integer(members, "BatchSize", 1, 10_000)?
                .unwrap_or(base.map_or(PLAIN_BATCH, |base| base.batch_size)),
            window: input::integer(members, "MaximumBatchingWindowInSeconds", 0, 300)?
                .unwrap_or(base.map_or(0, |base| base.window)),
            max_concurrency,
            report_item_failures,
            filters: match read_filters(members)? {
                Some(filters) => filters,
                None => base.map(|base| base.filters.clone()).unwrap_or_default(),
            },
        };
        if settings.batch_size > PLAIN_BATCH && settings.window == 0 {
            return Err(invalid_parameter(
                "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
            ));
        }
        Ok(settings)
    }
}

fn read_filters(members: &Map<String, Value>) -> Result<Option<Vec<String>>, AwsError> {
    let Some(criteria) = input::object(members, "FilterCriteria")? else { return Ok(None) };
    let filters = match criteria.get("Filters") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(filters)) => filters.clone(),
        Some(_) => return Err(invalid_parameter("Filters of FilterCriteria must be a list")),
    };
    if filters.len() > 5 {
        return Err(invalid_parameter("FilterCriteria holds at most 5 filters"));
    }
    filters
        .iter()
        .map(|filter| {
            let pattern = filter.as_object().map(|filter| input::required_text(filter, "Pattern")).transpose()?;
            let pattern = pattern.ok_or_else(|| invalid_parameter("a filter is an object with a Pattern"))?;
            Filter::parse(&pattern)
                .map_err(|reason| invalid_parameter(format!("Invalid filter pattern definition. ({reason})")))?;
            Ok(pattern)
        })
        .collect::<Result<_, _>>()
        .map(Some)
}

/// The mappings that are being polled, by UUID.
#[derive(Debug, Default)]
pub(super) struct Mappings {
    running: Mutex<HashMap<String, Running>>,
}

/// A running poller: it ends once this is dropped.
#[derive(Debug)]
struct Running {
    _stop: watch::Sender<bool>,
}

impl Lambda {
    /// Makes a mapping and starts to poll.
    pub(super) async fn create_mapping(
        &self,
        members: &Map<String, Value>,
        origin: Option<String>,
    ) -> Result<MappingRecord, AwsError> {
        let _changing = self.changes.lock().await;
        let queue_arn = input::required_text(members, "EventSourceArn")?;
        if !queue_arn.starts_with("arn:aws:sqs:") {
            return Err(invalid_parameter(format!(
                "the local cloud polls SQS queues only, and {queue_arn} is not the ARN of one"
            )));
        }
        let function = record::name_of(&self.core, &input::required_text(members, "FunctionName")?)?;
        let settings = MappingSettings::read(members, None)?;
        self.check_mapping(&function, &queue_arn, &settings)?;
        if let Some(existing) = self.all_mappings()?.iter().find(|m| m.queue_arn == queue_arn && m.function == function)
        {
            return Err(user_error(
                409,
                "ResourceConflictException",
                format!(
                    "An event source mapping with SQS arn (\" {queue_arn} \") and function (\" {function} \") already exists. \
                     Please update or delete the existing mapping with UUID {}",
                    existing.uuid
                ),
            ));
        }
        let record = MappingRecord {
            uuid: self.core.random.uuid(),
            function,
            queue_arn,
            settings,
            tags: input::tags(members, "Tags")?.unwrap_or_default(),
            origin,
            last_modified_ms: self.core.clock.now_ms(),
        };
        self.core.store.put(NAMESPACE, &record.uuid, &record)?;
        self.run_mapping(&record);
        Ok(record)
    }

    /// Changes a mapping. Batches that are being worked on finish under the old settings.
    pub(super) async fn update_mapping(
        &self,
        uuid: &str,
        members: &Map<String, Value>,
    ) -> Result<MappingRecord, AwsError> {
        let _changing = self.changes.lock().await;
        let mut record = self.existing_mapping(uuid)?;
        if let Some(function) = input::text(members, "FunctionName")? {
            record.function = record::name_of(&self.core, &function)?;
        }
        record.settings = MappingSettings::read(members, Some(&record.settings))?;
        if let Some(tags) = input::tags(members, "Tags")? {
            record.tags = tags;
        }
        self.check_mapping(&record.function, &record.queue_arn, &record.settings)?;
        record.last_modified_ms = self.core.clock.now_ms();
        self.core.store.put(NAMESPACE, uuid, &record)?;
        self.run_mapping(&record);
        Ok(record)
    }

    /// Stops polling and forgets the mapping. Batches that are being worked on finish.
    pub(super) async fn delete_mapping(&self, uuid: &str) -> Result<MappingRecord, AwsError> {
        let _changing = self.changes.lock().await;
        let record = self.existing_mapping(uuid)?;
        self.core.store.delete(NAMESPACE, uuid)?;
        self.mappings.running.lock().unwrap_or_else(PoisonError::into_inner).remove(uuid);
        Ok(record)
    }

    /// The mapping, or Lambda's 404.
    pub(super) fn existing_mapping(&self, uuid: &str) -> Result<MappingRecord, AwsError> {
        self.core
            .store
            .get(NAMESPACE, uuid)?
            .ok_or_else(|| user_error(404, "ResourceNotFoundException", "The resource you requested does not exist."))
    }

    /// All mappings by UUID.
    pub(super) fn all_mappings(&self) -> Result<Vec<MappingRecord>, AwsError> {
        Ok(self.core.store.list(NAMESPACE)?.into_iter().map(|(_, record)| record).collect())
    }

    /// Starts what was enabled when the cloud stopped.
    pub(super) fn resume_mappings(&self) -> Result<(), AwsError> {
        for record in self.all_mappings()? {
            self.run_mapping(&record);
        }
        Ok(())
    }

    /// Lambda refuses a function timeout longer than the visibility timeout of a queue that feeds the function.
    pub(super) fn check_visibility_of_queues(&self, function: &str, timeout: u32) -> Result<(), AwsError> {
        for mapping in self.all_mappings()?.iter().filter(|mapping| mapping.function == function) {
            if let Some(facts) = self.queues.facts(&mapping.queue_arn) {
                check_visibility(facts.visibility_timeout, timeout)?;
            }
        }
        Ok(())
    }

    fn check_mapping(&self, function: &str, queue_arn: &str, settings: &MappingSettings) -> Result<(), AwsError> {
        let function = self.existing(function)?;
        for action in ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"] {
            let allowed =
                self.dispatcher.identities.role_allows(&function.settings.role, &format!("sqs:{action}"), queue_arn);
            if !allowed {
                return Err(invalid_parameter(format!(
                    "The provided execution role does not have permissions to call {action} on SQS"
                )));
            }
        }
        let Some(facts) = self.queues.facts(queue_arn) else {
            return Err(invalid_parameter(format!(
                "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error \
                 Message: The specified queue does not exist. ({queue_arn})"
            )));
        };
        check_visibility(facts.visibility_timeout, function.settings.timeout)?;
        if facts.fifo && settings.window > 0 {
            return Err(invalid_parameter("Batching window is not supported for FIFO queues"));
        }
        Ok(())
    }

    fn run_mapping(&self, record: &MappingRecord) {
        let mut running = self.mappings.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.remove(&record.uuid);
        if record.settings.enabled {
            let (stop, stopped) = watch::channel(false);
            let poller = Poller::new(Arc::clone(&self.dispatcher), Arc::clone(&self.queues), record, stopped);
            self.dispatcher.spawn(poller.run());
            running.insert(record.uuid.clone(), Running { _stop: stop });
        }
    }
}

fn check_visibility(visibility: u32, timeout: u32) -> Result<(), AwsError> {
    if visibility < timeout {
        return Err(invalid_parameter(format!(
            "Queue visibility timeout: {visibility} seconds is less than Function timeout: {timeout} seconds"
        )));
    }
    Ok(())
}
