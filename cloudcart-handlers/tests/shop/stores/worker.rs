//! Fulfilling orders: stock taken once, by those who were first, all lines or none.

use std::sync::Arc;

use cloudcart_handlers::worker::BatchAnswer;
use cloudcart_shop::env::Identity;
use cloudcart_shop::order::{Order, State};
use cloudcart_shop::product::Stock;
use serde_json::json;
use tokio::sync::Barrier;

use super::bench::{Bench, Kind};
use crate::events::{Answer, call};

super::every_store![
    worker_same_message_10x,
    worker_same_message_8_parallel,
    stock_5_with_100_parallel_orders_qty_1,
    two_lines_second_out_of_stock_reserves_nothing,
    conflict_is_retried_not_rejected,
    redrive_of_confirmed_orders_is_noop,
];

fn failures(answer: &BatchAnswer) -> Vec<&str> {
    answer.batch_item_failures.iter().map(|failure| failure.item_identifier.as_str()).collect()
}

/// Works on each message on its own, at the same time, until none is left. Each may fail for being one of too many, as often as
/// a queue would bring it again.
async fn work_at_once(bench: &Arc<Bench>, messages: impl IntoIterator<Item = String>) {
    let messages: Vec<_> = messages.into_iter().collect();
    // None is done before the last one begins.
    let start = Arc::new(Barrier::new(messages.len()));
    let works = messages.into_iter().map(|message| {
        let (bench, start) = (Arc::clone(bench), Arc::clone(&start));
        tokio::spawn(async move {
            start.wait().await;
            for _ in 0..5 {
                let answer = bench.work(std::slice::from_ref(&message)).await.unwrap();
                if failures(&answer).is_empty() {
                    return;
                }
            }
            panic!("failed five times: {message}");
        })
    });
    for done in works.collect::<Vec<_>>() {
        done.await.unwrap();
    }
}

fn assert_confirmed_once(order: &Order) {
    assert_eq!((order.state, order.version), (State::Confirmed, 2));
    let steps: Vec<_> = order.history.iter().map(|step| step.to).collect();
    assert_eq!(steps, [State::Pending, State::Confirmed]);
}

async fn worker_same_message_10x(kind: Kind) {
    let bench = Bench::start(kind, Identity::Demo).await;
    bench.set_stock("1", 5).await;
    let (id, message) = bench.place(json!([{ "id": "1", "qty": 2 }, { "id": "2", "qty": 1 }])).await;
    let answer = bench.work(&vec![message; 10]).await.unwrap();
    assert_eq!(failures(&answer), [""; 0]);
    assert_eq!(serde_json::to_string(&answer).unwrap(), r#"{"batchItemFailures":[]}"#);
    assert_confirmed_once(&bench.order(&id).await);
    assert_eq!(bench.available("1").await, Stock::Tracked(3));
    // Nobody counts product 2, and nobody begins to.
    assert_eq!(bench.available("2").await, Stock::Untracked);
}

async fn worker_same_message_8_parallel(kind: Kind) {
    let bench = Arc::new(Bench::start(kind, Identity::Demo).await);
    bench.set_stock("1", 5).await;
    let (id, message) = bench.place(json!([{ "id": "1", "qty": 2 }])).await;
    work_at_once(&bench, vec![message; 8]).await;
    assert_confirmed_once(&bench.order(&id).await);
    assert_eq!(bench.available("1").await, Stock::Tracked(3));
}

async fn stock_5_with_100_parallel_orders_qty_1(kind: Kind) {
    let bench = Arc::new(Bench::start(kind, Identity::Demo).await);
    bench.set_stock("1", 5).await;
    let (mut ids, mut messages) = (Vec::new(), Vec::new());
    for _ in 0..100 {
        let (id, message) = bench.place(json!([{ "id": "1", "qty": 1 }])).await;
        ids.push(id);
        messages.push(message);
    }
    work_at_once(&bench, messages).await;
    let mut states = Vec::new();
    for id in &ids {
        let order = bench.send(call("GET /orders/{id}").path("id", id)).await.value();
        states.push(order["status"].as_str().unwrap().to_owned());
    }
    let count = |state: &str| states.iter().filter(|one| *one == state).count();
    assert_eq!((count("confirmed"), count("rejected")), (5, 95));
    assert_eq!(bench.available("1").await, Stock::Tracked(0));
}

async fn two_lines_second_out_of_stock_reserves_nothing(kind: Kind) {
    let bench = Bench::start(kind, Identity::Demo).await;
    bench.set_stock("1", 5).await;
    bench.set_stock("2", 5).await;
    let (id, message) = bench.place(json!([{ "id": "1", "qty": 2 }, { "id": "2", "qty": 2 }])).await;
    bench.set_stock("2", 1).await;
    assert_eq!(failures(&bench.work(&[message]).await.unwrap()), [""; 0]);
    let order = bench.order(&id).await;
    assert_eq!((order.state, order.version), (State::Rejected, 2));
    assert_eq!(order.history[1].reason.as_deref(), Some("out_of_stock"));
    assert_eq!(bench.available("1").await, Stock::Tracked(5));
    assert_eq!(bench.available("2").await, Stock::Tracked(1));
}

async fn conflict_is_retried_not_rejected(kind: Kind) {
    let bench = Bench::start(kind, Identity::Demo).await;
    bench.set_stock("1", 5).await;
    let (id, message) = bench.place(json!([{ "id": "1", "qty": 1 }])).await;
    // DynamoDB's client tries four times before the store gives up on a message; memory gives up at once.
    bench.conflicts("confirm", 4);
    let message = std::slice::from_ref(&message);
    assert_eq!(failures(&bench.work(message).await.unwrap()), ["m0"]);
    assert_eq!(bench.order(&id).await.state, State::Pending);
    assert_eq!(bench.available("1").await, Stock::Tracked(5));
    for _ in 0..4 {
        bench.work(message).await.unwrap();
    }
    assert_confirmed_once(&bench.order(&id).await);
    assert_eq!(bench.available("1").await, Stock::Tracked(4));
}

async fn redrive_of_confirmed_orders_is_noop(kind: Kind) {
    let bench = Bench::start(kind, Identity::Demo).await;
    bench.set_stock("1", 5).await;
    let (first, confirmed) = bench.place(json!([{ "id": "1", "qty": 2 }])).await;
    let (second, rejected) = bench.place(json!([{ "id": "1", "qty": 4 }])).await;
    let batch = [confirmed, rejected];
    bench.work(&batch).await.unwrap();
    let orders = || async { (bench.order(&first).await, bench.order(&second).await) };
    let before = orders().await;
    assert_eq!((before.0.state, before.1.state), (State::Confirmed, State::Rejected));
    // Days later, and with goods enough for both.
    bench.clock.advance(3 * 24 * 60 * 60);
    bench.set_stock("1", 50).await;
    assert_eq!(failures(&bench.work(&batch).await.unwrap()), [""; 0]);
    assert_eq!(orders().await, before);
    assert_eq!(bench.available("1").await, Stock::Tracked(50));
}
