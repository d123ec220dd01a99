//! The worker: duplicates, stock, partial batches, deadlines.

use std::sync::Arc;

use async_trait::async_trait;
use cloudcart_handlers::clock::Clock;
use cloudcart_handlers::store::{Fulfilment, Orders, Page, Reserved, StoreError, Written};
use cloudcart_handlers::worker::{self, BatchAnswer, Worker};
use cloudcart_shop::cursor::StartKey;
use cloudcart_shop::ids::OrderId;
use cloudcart_shop::order::{Order, State};
use serde_json::{Value, json};

use crate::events::{Answer, batch, call};
use crate::world::{World, demo};

async fn order(world: &World, items: Value) -> (String, String) {
    let response = world.send(call("POST /checkout").json(json!({ "items": items }))).await;
    assert_eq!(response.status_code, 202, "{response:?}");
    let message = world.queue.take().remove(0);
    (response.value()["id"].as_str().unwrap().to_owned(), message)
}

fn status(world: &World, id: &str) -> String {
    let row = world.rows("Orders").into_iter().find(|row| row["orderId"]["S"] == id).unwrap();
    let state = row["status"]["S"].as_str().unwrap().to_owned();
    assert_eq!(row.get("pendingShard").is_some(), state == "pending", "{row}");
    state
}

fn failures(answer: &BatchAnswer) -> Vec<&str> {
    answer.batch_item_failures.iter().map(|failure| failure.item_identifier.as_str()).collect()
}

#[tokio::test]
async fn an_order_that_cannot_be_had_says_so() {
    let world = demo();
    world.set_stock("1", 5);
    let (id, message) = order(&world, json!([{ "id": "1", "qty": 2 }])).await;
    world.set_stock("1", 1);
    world.work(&[message]).await.unwrap();
    assert_eq!(status(&world, &id), "rejected");
    let shown = world.send(call("GET /orders/{id}").path("id", &id)).await.value();
    assert_eq!(shown["history"][1]["reason"], "out_of_stock");
}

#[tokio::test]
async fn exactly_the_bad_records_of_a_batch_are_reported() {
    let world = demo();
    let (first, good) = order(&world, json!([{ "id": "1", "qty": 1 }])).await;
    let (last, also_good) = order(&world, json!([{ "id": "2", "qty": 1 }])).await;
    let bodies = [
        good.clone(),
        "not json".to_owned(),
        good.replace("\"v\":1", "\"v\":2"),
        good.replace("order.placed", "order.paid"),
        good.replace(&first, "0199a3b4-0000-7000-8000-00000000000f"),
        String::new(),
        also_good,
    ];
    let answer = world.work(&bodies).await.unwrap();
    assert_eq!(failures(&answer), ["m1", "m2", "m3", "m4", "m5"]);
    assert_eq!(serde_json::to_value(&answer).unwrap()["batchItemFailures"][0], json!({ "itemIdentifier": "m1" }));
    assert_eq!((status(&world, &first).as_str(), status(&world, &last).as_str()), ("confirmed", "confirmed"));
}

#[tokio::test]
async fn a_conflict_is_tried_again_and_not_taken_for_a_rejection() {
    let world = demo();
    world.set_stock("1", 5);
    let (id, message) = order(&world, json!([{ "id": "1", "qty": 1 }])).await;
    let conflict = r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"x","CancellationReasons":[{"Code":"None"},{"Code":"TransactionConflict"}]}"#;
    world.faults.plan("TransactWriteItems", 2, conflict);
    assert_eq!(failures(&world.work(std::slice::from_ref(&message)).await.unwrap()), [""; 0]);
    assert_eq!(status(&world, &id), "confirmed");

    let (id, message) = order(&world, json!([{ "id": "1", "qty": 1 }])).await;
    world.faults.plan("TransactWriteItems", 100, conflict);
    assert_eq!(failures(&world.work(&[message]).await.unwrap()), ["m0"]);
    assert_eq!(status(&world, &id), "pending");
}

#[tokio::test]
async fn a_message_about_an_order_that_moved_on_changes_nothing() {
    let world = demo();
    world.set_stock("1", 5);
    let (id, message) = order(&world, json!([{ "id": "1", "qty": 1 }])).await;
    let id = OrderId::parse(&id).unwrap();
    let mut cancelled = world.dynamo.order(&id).await.unwrap().unwrap();
    cancelled.apply(cloudcart_shop::order::Event::Cancel, "2026-11-24T00:00:02.000Z", "asked").unwrap();
    world.put("Orders", &cancelled.to_row());
    assert_eq!(failures(&world.work(&[message]).await.unwrap()), [""; 0]);
    assert_eq!(status(&world, id.as_str()), "cancelled");
    assert_eq!(world.stock()["1"], "5");
}

#[tokio::test]
async fn what_is_no_batch_of_a_queue_is_an_error() {
    let world = demo();
    let deadline = i64::MAX;
    for event in [json!({}), json!(null), json!({ "Records": 1 }), json!({ "detail-type": "Scheduled Event" })] {
        assert!(worker::handle(&world.worker, event.clone(), deadline).await.is_err(), "{event}");
    }
    let mut foreign = batch(&["{}".to_owned()]);
    foreign["Records"][0]["eventSource"] = "aws:kinesis".into();
    assert!(worker::handle(&world.worker, foreign, deadline).await.is_err());
    // A failure that cannot be named must not be forgotten.
    let mut nameless = batch(&["{}".to_owned()]);
    nameless["Records"][0]["messageId"] = Value::Null;
    assert!(worker::handle(&world.worker, nameless, deadline).await.is_err());
}

/// Orders that panic, hang, or work, by what the last digit of their id says.
struct Odd(Order);

#[async_trait]
impl Orders for Odd {
    async fn order(&self, id: &OrderId) -> Result<Option<Order>, StoreError> {
        match id.pending_shard().as_str() {
            "1" => panic!("a bug"),
            "2" => std::future::pending().await,
            _ => Ok(Some(Order { id: id.clone(), ..self.0.clone() })),
        }
    }

    async fn orders_of(
        &self,
        _: &str,
        _: Option<State>,
        _: u32,
        _: Option<&StartKey>,
    ) -> Result<Page<Order>, StoreError> {
        unreachable!("the worker lists nothing")
    }
}

#[async_trait]
impl Fulfilment for Odd {
    async fn confirm(&self, _: &Order) -> Result<Reserved, StoreError> {
        Ok(Reserved::Yes)
    }

    async fn reject(&self, _: &Order) -> Result<Written, StoreError> {
        unreachable!("nothing is out of stock")
    }
}

/// An odd worker and the messages of orders whose ids end in these digits.
async fn odd(world: &World, digits: &str) -> (Arc<Worker>, Vec<String>) {
    let (id, message) = order(world, json!([{ "id": "1", "qty": 1 }])).await;
    let stored = world.dynamo.order(&OrderId::parse(&id).unwrap()).await.unwrap().unwrap();
    let clock: Arc<dyn Clock> = Arc::<crate::shop::ManualClock>::clone(&world.clock);
    let with = |digit: char| message.replace(&id, &format!("{}{digit}", &id[..35]));
    (Arc::new(Worker { orders: Arc::new(Odd(stored)), clock }), digits.chars().map(with).collect())
}

#[tokio::test]
async fn a_panic_fails_its_own_record_only() {
    let world = demo();
    let (worker, bodies) = odd(&world, "013").await;
    let answer = worker::handle(&worker, batch(&bodies), i64::MAX).await.unwrap();
    assert_eq!(failures(&answer), ["m1"]);
}

#[tokio::test]
async fn a_slow_record_stops_the_batch_before_its_deadline() {
    let world = demo();
    let (worker, bodies) = odd(&world, "02").await;
    let now = world.clock.now().as_millisecond();
    let answer = worker::handle(&worker, batch(&bodies), now + 2_300).await.unwrap();
    assert_eq!(failures(&answer), ["m1"]);
    let answer = worker::handle(&worker, batch(&bodies), now + 2_000).await.unwrap();
    assert_eq!(failures(&answer), ["m0", "m1"]);
}
