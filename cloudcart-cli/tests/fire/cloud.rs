//! The local cloud of a run, seen as its operator sees it: queues, tables, logs and processes.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_lambda::types::ScalingConfig;
use cloudcart_deploy::Target;
use serde_json::{Value, json};

use crate::shop::{self, Shop};

/// A row of a table: its attributes as JSON, numbers as DynamoDB writes them.
pub(crate) type Row = BTreeMap<String, Value>;

/// The shop's cloud and the names of what is in it.
pub(crate) struct Cloud {
    runtime: tokio::runtime::Runtime,
    target: Target,
    pid: u32,
    worker: String,
    worker_log: String,
    pub(crate) api: String,
    pub(crate) queue: String,
    pub(crate) dead_letters: String,
    orders: String,
    inventory: String,
}

impl Cloud {
    pub(crate) fn of(shop: &Shop) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let status = shop.status();
        let target = runtime.block_on(Target::connect(&shop::target(&status))).unwrap();
        let functions = runtime.block_on(target.lambda().list_functions().send()).unwrap();
        let worker = functions
            .functions()
            .iter()
            .find(|function| function.function_name().is_some_and(|name| name.contains("WorkerFunction")));
        let worker = worker.unwrap();
        Self {
            worker: worker.function_name().unwrap().to_owned(),
            worker_log: worker.logging_config().unwrap().log_group().unwrap().to_owned(),
            pid: u32::try_from(status["pid"].as_u64().unwrap()).unwrap(),
            api: shop.output("HttpApiUrl"),
            queue: shop.output("CheckoutQueueUrl"),
            dead_letters: shop.output("CheckoutDlqUrl"),
            orders: shop.output("OrdersTableName"),
            inventory: shop.output("InventoryTableName"),
            target,
            runtime,
        }
    }

    pub(crate) fn send(&self, queue_url: &str, body: &str) {
        let sent = self.target.sqs().send_message().queue_url(queue_url).message_body(body).send();
        self.runtime.block_on(sent).unwrap();
    }

    /// How long a taken message stays hidden.
    pub(crate) fn hide_for(&self, seconds: u32) {
        let set = self.target.sqs().set_queue_attributes().queue_url(&self.queue);
        let set = set.attributes("VisibilityTimeout".into(), seconds.to_string()).send();
        self.runtime.block_on(set).unwrap();
    }

    /// How many workers there are at most, as the queue's mapping says.
    pub(crate) fn work_with(&self, workers: i32) {
        let lambda = self.target.lambda();
        let mappings = lambda.list_event_source_mappings().function_name(&self.worker).send();
        let mappings = self.runtime.block_on(mappings).unwrap();
        let [mapping] = mappings.event_source_mappings() else { panic!("the worker has more than one mapping") };
        let scaling = ScalingConfig::builder().maximum_concurrency(workers).build();
        let update = lambda.update_event_source_mapping().uuid(mapping.uuid().unwrap()).scaling_config(scaling);
        self.runtime.block_on(update.send()).unwrap();
    }

    /// Messages of the checkout queue: visible, hidden and delayed together.
    pub(crate) fn queued(&self) -> u64 {
        let attributes = self.target.sqs().get_queue_attributes().queue_url(&self.queue);
        let attributes = self.runtime.block_on(attributes.attribute_names("All".into()).send()).unwrap();
        let counts = attributes.attributes().unwrap().iter();
        counts
            .filter(|(name, _)| name.as_str().starts_with("ApproximateNumberOfMessages"))
            .map(|(_, count)| count.parse::<u64>().unwrap())
            .sum()
    }

    /// Process ids of the worker's environments: children of this cloud that have the function's name in their environment.
    pub(crate) fn workers(&self) -> Vec<u32> {
        let mark = format!("AWS_LAMBDA_FUNCTION_NAME={}", self.worker);
        shop::children(self.pid)
            .into_iter()
            .filter(|pid| {
                // One that has ended meanwhile has none.
                let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
                environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
            })
            .collect()
    }

    /// How many invocations of the worker ended because its process was killed: Lambda writes a line for each.
    pub(crate) fn killed_invocations(&self) -> usize {
        let logs = self.target.logs();
        let lines = logs.filter_log_events().log_group_name(&self.worker_log).filter_pattern("\"signal: killed\"");
        let lines = lines.into_paginator().send().collect::<Result<Vec<_>, _>>();
        let pages = self.runtime.block_on(lines).unwrap();
        let events = pages.iter().filter_map(|page| page.events.as_ref()).flatten();
        events.filter(|event| event.message().is_some_and(|text| text.contains("RequestId: "))).count()
    }

    pub(crate) fn orders(&self) -> BTreeMap<String, Row> {
        self.scan(&self.orders, "orderId")
    }

    pub(crate) fn inventory(&self) -> BTreeMap<String, Row> {
        self.scan(&self.inventory, "id")
    }

    /// Every row of a table by its key, read strongly consistent.
    fn scan(&self, table: &str, key: &str) -> BTreeMap<String, Row> {
        let scan = self.target.dynamodb().scan().table_name(table).consistent_read(true);
        let items = scan.into_paginator().items().send().collect::<Result<Vec<_>, _>>();
        let items = self.runtime.block_on(items).unwrap();
        let count = items.len();
        let rows: BTreeMap<String, Row> = items
            .into_iter()
            .map(|item| {
                let row: Row = item.iter().map(|(name, value)| (name.clone(), json_of(value))).collect();
                (row[key].as_str().unwrap().to_owned(), row)
            })
            .collect();
        assert_eq!(rows.len(), count, "a key is in {table} twice");
        rows
    }
}

fn json_of(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!(text),
        // As text: DynamoDB's numbers have more digits than JSON readers keep.
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::L(list) => list.iter().map(json_of).collect(),
        AttributeValue::M(map) => map.iter().map(|(name, value)| (name.clone(), json_of(value))).collect(),
        other => json!(format!("{other:?}")),
    }
}
