//! Batches as SQS sends them, and records in them that are odd.

use cloudcart_handlers::worker::{self, BatchAnswer};
use serde_json::{Value, json};

use crate::events::{Answer, batch, call};
use crate::world::{World, demo};

/// Places orders of one piece each and gives their messages.
async fn messages(world: &World, count: usize) -> Vec<String> {
    for _ in 0..count {
        let placed = world.send(call("POST /checkout").json(json!({ "items": [{ "id": "1", "qty": 1 }] }))).await;
        assert_eq!(placed.status_code, 202, "{}", placed.value());
    }
    world.queue.take()
}

fn confirmed(world: &World) -> usize {
    world.rows("Orders").iter().filter(|row| row["status"]["S"] == "confirmed").count()
}

async fn handle(world: &World, event: Value) -> Result<BatchAnswer, worker::BatchError> {
    world.span.scope(worker::handle(&world.worker, event, i64::MAX)).await
}

#[tokio::test]
async fn batch_of_10_with_3_bad() {
    let world = demo();
    let mut bodies = messages(&world, 10).await;
    bodies[2] = bodies[2].replace("\"v\":1", "\"v\":99");
    bodies[5] = "{\"v\":1".to_owned();
    bodies[9] = "[]".to_owned();
    let answer = handle(&world, batch(&bodies)).await.unwrap();
    assert_eq!(
        serde_json::to_string(&answer).unwrap(),
        r#"{"batchItemFailures":[{"itemIdentifier":"m2"},{"itemIdentifier":"m5"},{"itemIdentifier":"m9"}]}"#
    );
    assert_eq!(confirmed(&world), 7);
}

#[tokio::test]
async fn empty_failures_is_empty_list() {
    let world = demo();
    for event in [batch(&messages(&world, 2).await), json!({ "Records": [] })] {
        let answer = handle(&world, event).await.unwrap();
        assert_eq!(serde_json::to_string(&answer).unwrap(), r#"{"batchItemFailures":[]}"#);
    }
}

#[tokio::test]
async fn record_without_message_id() {
    let world = demo();
    // An empty identifier in the answer makes Lambda retry the whole batch. So does an error, which at least says why.
    for id in [json!(""), Value::Null] {
        let mut bad = batch(&["not json".to_owned()]);
        bad["Records"][0]["messageId"] = id.clone();
        let error = handle(&world, bad).await.unwrap_err();
        assert_eq!(error.to_string(), "a record without messageId failed", "{id}");
    }
    let mut missing = batch(&["not json".to_owned()]);
    missing["Records"][0].as_object_mut().unwrap().remove("messageId");
    assert!(handle(&world, missing).await.is_err());
    // One that has been worked on needs no name.
    let mut good = batch(&messages(&world, 1).await);
    good["Records"][0]["messageId"] = Value::Null;
    assert!(handle(&world, good).await.unwrap().batch_item_failures.is_empty());
    assert_eq!(confirmed(&world), 1);
}

#[tokio::test]
async fn records_with_odd_members_are_read_for_what_they_have() {
    let world = demo();
    let bodies = messages(&world, 2).await;
    let mut event = batch(&bodies);
    let record = event["Records"][0].as_object_mut().unwrap();
    record.remove("attributes");
    record.insert("messageAttributes".to_owned(), json!({ "x": { "stringValue": "y", "dataType": "String" } }));
    record.insert("unknown".to_owned(), json!([{ "deep": [1] }]));
    event["Records"][1]["attributes"]["ApproximateReceiveCount"] = "many".into();
    assert!(handle(&world, event).await.unwrap().batch_item_failures.is_empty());
    assert_eq!(confirmed(&world), 2);
}
