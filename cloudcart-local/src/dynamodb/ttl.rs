//! Removes items whose time to live has passed.
//!
//! The engine does it itself, by the machine's time. For a cloud whose clock is ahead it has no way to be told, so the
//! items are looked for and deleted here; their stream records lack the mark of the service then.

use super::backend::{Backend, BackendError};
use crate::clock::Clock;
use bytes::Bytes;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Why a sweep broke off.
#[derive(Debug, thiserror::Error)]
pub(super) enum SweepError {
    #[error(transparent)]
    Backend(#[from] BackendError),
    #[error("{operation}: {answer}")]
    Refused { operation: &'static str, answer: String },
    #[error("the engine's own sweep failed: {0}")]
    Engine(String),
}

/// Deletes what has expired by the cloud's clock. Gives how many items.
pub(super) async fn sweep(backend: &Arc<Backend>, clock: &dyn Clock) -> Result<usize, SweepError> {
    if clock.now() <= clock.real_now() {
        let backend = Arc::clone(backend);
        let swept = tokio::task::spawn_blocking(move || backend.database().sweep_ttl()).await;
        return match swept {
            Ok(swept) => swept.map_err(|error| SweepError::Engine(error.to_string())),
            Err(error) => Err(SweepError::Engine(error.to_string())),
        };
    }
    let mut removed = 0;
    let mut after = None;
    loop {
        let page = call(backend, "ListTables", &json!({"ExclusiveStartTableName": after})).await?;
        for table in page["TableNames"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            removed += sweep_table(backend, table, clock.now().as_secs()).await?;
        }
        match page["LastEvaluatedTableName"].as_str() {
            Some(last) => after = Some(last.to_owned()),
            None => return Ok(removed),
        }
    }
}

async fn sweep_table(backend: &Backend, table: &str, now: u64) -> Result<usize, SweepError> {
    let described = call(backend, "DescribeTimeToLive", &json!({"TableName": table})).await?;
    let described = &described["TimeToLiveDescription"];
    let Some(attribute) = described["AttributeName"].as_str().filter(|_| described["TimeToLiveStatus"] == "ENABLED")
    else {
        return Ok(0);
    };
    let schema = call(backend, "DescribeTable", &json!({"TableName": table})).await?;
    let keys: Vec<&str> = schema["Table"]["KeySchema"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|part| part["AttributeName"].as_str())
        .collect();
    let mut removed = 0;
    let mut after = Value::Null;
    loop {
        let mut scan = json!({
            "TableName": table,
            // A value that is not a number never fits; a number below zero is no time.
            "FilterExpression": "#ttl < :now AND #ttl >= :zero",
            "ExpressionAttributeNames": {"#ttl": attribute},
            "ExpressionAttributeValues": {":now": {"N": now.to_string()}, ":zero": {"N": "0"}},
        });
        if !after.is_null() {
            scan["ExclusiveStartKey"] = after;
        }
        let page = call(backend, "Scan", &scan).await?;
        for item in page["Items"].as_array().into_iter().flatten() {
            removed += usize::from(remove(backend, table, &keys, attribute, item).await?);
        }
        after = page["LastEvaluatedKey"].clone();
        if after.is_null() {
            return Ok(removed);
        }
    }
}

/// Deletes an item unless its time was changed since it was read.
async fn remove(
    backend: &Backend,
    table: &str,
    keys: &[&str],
    attribute: &str,
    item: &Value,
) -> Result<bool, SweepError> {
    let key: Map<String, Value> = keys.iter().map(|name| ((*name).to_owned(), item[*name].clone())).collect();
    let delete = json!({
        "TableName": table,
        "Key": key,
        "ConditionExpression": "#ttl = :seen",
        "ExpressionAttributeNames": {"#ttl": attribute},
        "ExpressionAttributeValues": {":seen": item[attribute]},
    });
    match call(backend, "DeleteItem", &delete).await {
        Ok(_) => Ok(true),
        Err(SweepError::Refused { answer, .. }) if answer.contains("ConditionalCheckFailedException") => Ok(false),
        Err(error) => Err(error),
    }
}

async fn call(backend: &Backend, operation: &'static str, input: &Value) -> Result<Value, SweepError> {
    let mut input = input.clone();
    if let Some(members) = input.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    let response = backend.send(&format!("DynamoDB_20120810.{operation}"), Bytes::from(input.to_string())).await?;
    let refused = |answer: String| SweepError::Refused { operation, answer };
    if !response.status().is_success() {
        return Err(refused(String::from_utf8_lossy(response.body()).into_owned()));
    }
    serde_json::from_slice(response.body()).map_err(|error| refused(error.to_string()))
}
