//! Placing orders: the total's ceiling, idempotency, the queue.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_trait::async_trait;
use cloudcart_handlers::checkout::Checkout;
use cloudcart_handlers::queue::Queue;
use cloudcart_handlers::store::{Carts, Dynamo, Keys, StoreError, Written};
use cloudcart_shop::cart::Cart;
use cloudcart_shop::env::Identity;
use cloudcart_shop::message::OrderPlaced;
use serde_json::{Value, json};

use crate::events::{Answer, Call, call};
use crate::world::{World, demo, standard};

fn seed() -> Value {
    json!({ "items": [{ "id": "1", "qty": 2 }], "total": 199.99 })
}

fn checkout(body: Value) -> Call {
    call("POST /checkout").json(body)
}

fn keyed(body: Value, key: &str) -> Call {
    checkout(body).header("idempotency-key", key)
}

#[tokio::test]
async fn the_seeds_order_is_queued_at_the_servers_price() {
    let world = demo();
    let response = world.send(checkout(seed())).await;
    assert_eq!(response.status_code, 202, "{response:?}");
    let body = response.value();
    let id = body["id"].as_str().unwrap();
    assert_eq!(response.headers["location"], format!("/orders/{id}"));
    assert!(response.body.starts_with(&format!(
        r#"{{"queued":true,"id":"{id}","status":"pending","total":199.98,"totalMinor":19998,"currency":"USD","items":[{{"id":"1","name":"Wireless Headphones","qty":2,"price":99.99,"lineTotal":199.98}}],"warnings":[{{"code":"total_adjusted","clientTotal":199.99,"chargedTotal":199.98}}],"orderToken":"ot_"#
    )), "{}", response.body);
    assert!(!response.headers.contains_key("idempotent-replayed"));

    let sent = world.queue.take();
    assert_eq!(sent.len(), 1);
    assert_eq!(OrderPlaced::order_id(&sent[0]).unwrap().as_str(), id);
    let message: Value = serde_json::from_str(&sent[0]).unwrap();
    assert_eq!(message["requestId"], "JKJaXmPLvHcESHA=");

    let rows = world.rows("Orders");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["status"]["S"], "pending");
    assert!(rows[0]["pendingShard"]["S"].as_str().unwrap().parse::<u8>().unwrap() < 16);
    assert!(!rows[0].to_string().contains(body["orderToken"].as_str().unwrap()));
}

#[tokio::test]
async fn a_refused_order_leaves_no_trace() {
    let world = demo();
    world.set_stock("3", 1);
    let line = |id: &str, qty: u32| json!({ "id": id, "qty": qty });
    let many: Vec<_> = (0..51).map(|at| line(&format!("p{at}"), 1)).collect();
    for (body, status, code) in [
        (json!({ "items": [line("1", 2)], "total": 0.01 }), 409, "total_exceeds_expected"),
        (json!({ "items": [line("3", 2)] }), 409, "out_of_stock"),
        (json!({ "items": [line("1", 2)], "total": -1 }), 400, "invalid_request"),
        (json!({ "items": [line("1", 2)], "total": "199.99" }), 400, "invalid_request"),
        (json!({ "items": [line("1", 2)], "total": 199.999 }), 400, "invalid_request"),
        (json!({ "items": "1" }), 400, "invalid_request"),
        (json!({ "items": [] }), 422, "empty_order"),
        (json!({}), 422, "empty_order"),
        (json!({ "items": [line("9", 1)] }), 422, "unknown_product"),
        (json!({ "items": many }), 422, "line_limit"),
        (json!({ "items": [line("1", 60), line("1", 60)] }), 422, "qty_limit"),
    ] {
        let response = world.send(keyed(body.clone(), "k")).await;
        assert_eq!((response.status_code, response.code().as_str()), (status, code), "{body}");
    }
    let huge = call("POST /checkout").body(r#"{"items":[{"id":"1","qty":1}],"total":1e400}"#);
    assert_eq!(world.send(huge.header("content-type", "application/json")).await.status_code, 400);
    let long = "x".repeat(256);
    for key in ["a b", "é", &long] {
        assert_eq!(world.send(keyed(seed(), key)).await.status_code, 400, "{key}");
    }
    assert!(world.rows("Orders").is_empty());
    assert!(world.queue.take().is_empty());
    // None of it has burnt the key.
    assert_eq!(world.send(keyed(seed(), "k")).await.status_code, 202);
}

#[tokio::test]
async fn a_409_tells_the_current_total() {
    let world = demo();
    let body = world.send(checkout(json!({ "items": [{ "id": "1", "qty": 2 }], "total": 0.01 }))).await;
    assert!(body.body.contains(r#""currentTotal":199.98,"currentTotalMinor":19998"#), "{}", body.body);
}

#[tokio::test]
async fn a_replay_survives_a_change_of_price_and_stock() {
    let world = demo();
    let first = world.send(keyed(seed(), "k1")).await;
    world.delete("Products", json!({ "id": { "S": "1" } }));
    assert_eq!(world.send(keyed(seed(), "k1")).await.body, first.body);
}

#[tokio::test]
async fn a_confirmed_order_is_replayed_but_not_sent_again() {
    let world = demo();
    world.send(keyed(seed(), "k1")).await;
    world.work(&world.queue.take()).await.unwrap();
    assert_eq!(world.send(keyed(seed(), "k1")).await.headers["idempotent-replayed"], "true");
    assert!(world.queue.take().is_empty());
}

#[tokio::test]
async fn a_key_belongs_to_one_request_and_one_caller() {
    let world = demo();
    let first = world.send(keyed(seed(), "k1")).await.value()["id"].clone();
    let response = world.send(keyed(json!({ "items": [{ "id": "1", "qty": 3 }] }), "k1")).await;
    assert_eq!((response.status_code, response.code().as_str()), (422, "idempotency_key_reused"));

    let neighbour = world.send(keyed(seed(), "k1").from("198.51.100.1")).await;
    assert_eq!(neighbour.status_code, 202);
    assert_ne!(neighbour.value()["id"], first);
    let mut body = seed();
    body["userId"] = "u1".into();
    assert_ne!(world.send(keyed(body, "k1")).await.value()["id"], first);
}

#[tokio::test]
async fn the_originals_id_is_a_reference_and_a_key_but_never_the_orders_id() {
    let world = demo();
    let mut body = seed();
    body["id"] = "order-7".into();
    let first = world.send(checkout(body.clone())).await.value();
    assert_ne!(first["id"], "order-7");
    assert_eq!(world.send(checkout(body)).await.value()["id"], first["id"]);
    assert_eq!(world.rows("Orders")[0]["clientReference"]["S"], "order-7");
}

#[tokio::test]
async fn a_queue_that_is_down_is_no_error_and_a_retry_sends_the_order() {
    let world = demo();
    world.queue.down.store(true, Ordering::SeqCst);
    let first = world.send(keyed(seed(), "k1")).await;
    assert_eq!((first.status_code, &first.value()["status"]), (202, &json!("pending")), "{first:?}");
    let again = world.send(keyed(seed(), "k1")).await;
    assert_eq!((again.status_code, &again.body), (202, &first.body));
    world.queue.down.store(false, Ordering::SeqCst);
    assert_eq!(world.send(keyed(seed(), "k1")).await.body, first.body);
    assert_eq!(world.rows("Orders").len(), 1);
    let sent = world.queue.take();
    assert_eq!(sent.len(), 1);
    world.work(&sent).await.unwrap();
    assert_eq!(world.rows("Orders")[0]["status"]["S"], "confirmed");
}

/// A queue that never answers.
struct Silent;

#[async_trait]
impl Queue for Silent {
    async fn send(&self, _: String) -> Result<(), StoreError> {
        std::future::pending().await
    }
}

/// A table of carts that can be read, and never answers when written to.
struct Frozen(Dynamo);

#[async_trait]
impl Carts for Frozen {
    async fn load(&self, id: &str) -> Result<Option<Cart>, StoreError> {
        Carts::load(&self.0, id).await
    }

    async fn save(&self, _: &str, _: &Cart, _: u64) -> Result<Written, StoreError> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn what_does_not_answer_after_the_order_is_written_is_not_waited_for() {
    let world = demo();
    let checkout = Arc::new(Checkout {
        orders: Arc::new(world.dynamo.clone()),
        catalogue: Arc::new(world.dynamo.clone()),
        carts: Some(Arc::new(Frozen(world.dynamo.clone()))),
        queue: Arc::new(Silent),
        keys: Keys::new(world.dynamo.clone()),
        identity: Identity::Demo,
        clock: Arc::<crate::shop::ManualClock>::clone(&world.clock),
    });
    world.send(call("POST /cart").json(json!({ "id": "2", "qty": 3 }))).await;
    let call = call("POST /checkout").json(json!({}));
    // Far below the function's ten seconds.
    let answered = tokio::time::timeout(Duration::from_secs(5), crate::shop::answer(&checkout, call)).await;
    assert_eq!(answered.unwrap().status_code, 202);
    assert_eq!(world.rows("Orders").len(), 1);
}

#[tokio::test]
async fn without_items_the_cart_is_the_order_and_is_empty_after() {
    let world = standard();
    let added = world.send(call("POST /cart").json(json!({ "id": "2", "qty": 3 }))).await;
    let token = added.headers["x-cart-token"].clone();
    let response = world.send(keyed(json!({ "total": 44.97 }), "k1").header("x-cart-token", &token)).await;
    assert_eq!(response.status_code, 202, "{response:?}");
    assert_eq!(response.value()["totalMinor"], 4_497);
    assert_eq!(response.value()["warnings"], json!([]));
    let cart = world.send(call("GET /cart").header("x-cart-token", &token)).await.value();
    assert_eq!((cart["items"].clone(), cart["version"].clone()), (json!([]), json!(2)));
    // The cart is empty now, but the key still knows its order.
    let again = world.send(keyed(json!({ "total": 44.97 }), "k1").header("x-cart-token", &token)).await;
    assert_eq!(again.body, response.body);
    assert_eq!(world.send(checkout(json!({})).header("x-cart-token", &token)).await.code(), "empty_order");
}

#[tokio::test]
async fn carts_in_memory_cannot_be_checked_out() {
    let world = World::new(Identity::Demo, true);
    world.send(call("POST /cart").json(json!({ "id": "2", "qty": 3 }))).await;
    assert_eq!(world.send(checkout(json!({}))).await.code(), "empty_order");
    assert_eq!(world.send(checkout(seed())).await.status_code, 202);
}

#[tokio::test]
async fn who_is_signed_in_needs_no_token_and_nobody_else_can_claim_to_be() {
    let world = standard();
    let mut body = seed();
    body["userId"] = "somebody".into();
    let response = world.send(checkout(body).signed_in("u1")).await;
    assert!(response.value().get("orderToken").is_none());
    assert_eq!(world.rows("Orders")[0]["userId"]["S"], "u1");
    let guest = world.send(checkout({
        let mut body = seed();
        body["userId"] = "u1".into();
        body
    }));
    let id = guest.await.value()["id"].as_str().unwrap().to_owned();
    let row = world.rows("Orders").into_iter().find(|row| row["orderId"]["S"] == id.as_str()).unwrap();
    assert!(row.get("userId").is_none());
}

#[tokio::test]
async fn a_conflict_while_placing_is_tried_again() {
    let world = demo();
    let body = r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"x","CancellationReasons":[{"Code":"TransactionConflict"},{"Code":"None"}]}"#;
    world.faults.plan("TransactWriteItems", 2, body);
    assert_eq!(world.send(keyed(seed(), "k1")).await.status_code, 202);
    assert_eq!(world.rows("Orders").len(), 1);
}
