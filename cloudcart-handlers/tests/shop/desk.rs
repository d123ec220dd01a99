//! The desk: steps of an order by hand, what goes back into the stock, and races with the worker.

use std::sync::Arc;

use cloudcart_handlers::store::{Advanced, Orders, Steps};
use cloudcart_shop::attribute::Attribute;
use cloudcart_shop::desk::EVENTS;
use cloudcart_shop::ids::OrderId;
use cloudcart_shop::order::{Event, Order, State, next};
use serde_json::{Value, json};

use crate::events::{Answer, call};
use crate::world::{World, demo};

/// Places an order; its id and its message.
async fn placed(world: &World, items: Value) -> (String, String) {
    let response = world.send(call("POST /checkout").json(json!({ "items": items }))).await;
    assert_eq!(response.status_code, 202, "{response:?}");
    (response.value()["id"].as_str().unwrap().to_owned(), world.queue.take().remove(0))
}

/// Two of product 1, of which five are in stock, confirmed.
async fn confirmed(world: &World) -> (String, String) {
    world.set_stock("1", 5);
    let (id, message) = placed(world, json!([{ "id": "1", "qty": 2 }])).await;
    work(world, &message).await;
    assert_eq!((status(world, &id).as_str(), world.stock()["1"].as_str()), ("confirmed", "3"));
    (id, message)
}

async fn work(world: &World, message: &str) {
    let answer = world.work(&[message.to_owned()]).await.unwrap();
    assert!(answer.batch_item_failures.is_empty());
}

fn row(world: &World, id: &str) -> Value {
    world.rows("Orders").into_iter().find(|row| row["orderId"]["S"] == id).unwrap()
}

fn status(world: &World, id: &str) -> String {
    row(world, id)["status"]["S"].as_str().unwrap().to_owned()
}

async fn stored(world: &World, id: &str) -> Order {
    world.dynamo.order(&OrderId::parse(id).unwrap()).await.unwrap().unwrap()
}

async fn cancel(world: &World, id: &str) -> Value {
    world.ask(json!({ "orderId": id, "event": "cancel" })).await
}

#[tokio::test]
async fn an_order_goes_its_way_step_by_step() {
    let world = demo();
    let (id, _) = confirmed(&world).await;
    for (event, state) in [("fulfil", "fulfilled"), ("ship", "shipped"), ("deliver", "delivered")] {
        let answer = world.ask(json!({ "orderId": id, "event": event })).await;
        assert_eq!((&answer["order"]["status"], &answer["returned"]), (&json!(state), &json!([])));
    }
    let shown = world.ask(json!({ "orderId": id })).await;
    let steps: Vec<_> =
        shown["order"]["history"].as_array().unwrap().iter().map(|step| step["reason"].clone()).collect();
    assert_eq!(steps, ["placed", "reserved", "packed", "sent", "arrived"]);
    assert_eq!((&shown["order"]["version"], &shown["order"]["total"]), (&json!(5), &json!(199.98)));
    assert_eq!(world.stock()["1"], "3");
    // Its owner sees the same.
    let owners = world.send(call("GET /orders/{id}").path("id", &id)).await.value();
    assert_eq!(owners, shown["order"]);
}

#[tokio::test]
async fn a_cancelled_order_gives_its_goods_back_with_the_reason_that_was_given() {
    let world = demo();
    let (id, _) = confirmed(&world).await;
    let answer = world.ask(json!({ "orderId": id, "event": "cancel", "reason": "customer rang" })).await;
    assert_eq!(answer["returned"], json!([{ "id": "1", "qty": 2 }]));
    assert_eq!(answer["order"]["history"][2]["reason"], "customer rang");
    assert_eq!((status(&world, &id).as_str(), world.stock()["1"].as_str()), ("cancelled", "5"));
}

#[tokio::test]
async fn worker_replay_after_cancel_is_noop() {
    let world = demo();
    let (id, message) = confirmed(&world).await;
    cancel(&world, &id).await;
    work(&world, &message).await;
    assert_eq!((status(&world, &id).as_str(), world.stock()["1"].as_str()), ("cancelled", "5"));
}

#[tokio::test]
async fn worker_sees_cancelled_pending() {
    let world = demo();
    world.set_stock("1", 5);
    let (id, message) = placed(&world, json!([{ "id": "1", "qty": 2 }])).await;
    let answer = cancel(&world, &id).await;
    assert_eq!((&answer["order"]["status"], &answer["returned"]), (&json!("cancelled"), &json!([])));
    // It has left the index of pending orders.
    assert_eq!(row(&world, &id).get("pendingShard"), None);
    world.clock.advance(61);
    assert_eq!(world.sweep().await.found, 0);
    work(&world, &message).await;
    assert_eq!((status(&world, &id).as_str(), world.stock()["1"].as_str()), ("cancelled", "5"));
}

#[tokio::test]
async fn eight_cancellations_at_once_return_the_stock_once() {
    let world = Arc::new(demo());
    let (id, _) = confirmed(&world).await;
    let asks = (0..8).map(|_| {
        let (world, id) = (Arc::clone(&world), id.clone());
        tokio::spawn(async move { cancel(&world, &id).await })
    });
    let mut taken = 0;
    for ask in asks.collect::<Vec<_>>() {
        let answer = ask.await.unwrap();
        if answer["order"]["status"] == "cancelled" {
            taken += 1;
        } else {
            assert_eq!(
                (&answer["problem"]["status"], &answer["problem"]["code"]),
                (&json!(409), &json!("illegal_step"))
            );
        }
    }
    assert_eq!((taken, status(&world, &id).as_str(), world.stock()["1"].as_str()), (1, "cancelled", "5"));
}

#[tokio::test]
async fn a_cancellation_and_a_confirmation_at_once_leave_the_sum_as_it_was() {
    let world = Arc::new(demo());
    world.set_stock("1", 100);
    let mut orders = Vec::new();
    for _ in 0..24 {
        orders.push(placed(&world, json!([{ "id": "1", "qty": 2 }])).await);
    }
    let tasks: Vec<_> = orders
        .iter()
        .enumerate()
        .flat_map(|(at, (id, message))| {
            let (worker, desk, id, message) = (Arc::clone(&world), Arc::clone(&world), id.clone(), message.clone());
            let confirm = tokio::spawn(async move { drop(worker.work(&[message]).await.unwrap()) });
            // Every other order is only confirmed, so that there is something left to count.
            let cancel = (at % 2 == 0).then(|| tokio::spawn(async move { drop(cancel(&desk, &id).await) }));
            std::iter::once(confirm).chain(cancel)
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    // What found no way through the crowd comes again.
    for (_, message) in &orders {
        world.clock.advance(1);
        work(&world, message).await;
    }
    for (at, (id, _)) in orders.iter().enumerate() {
        if at % 2 == 0 {
            let answer = cancel(&world, id).await;
            assert!(answer["order"].is_object() || answer["problem"]["orderStatus"] == "cancelled", "{answer}");
        }
        assert_eq!(status(&world, id), if at % 2 == 0 { "cancelled" } else { "confirmed" });
    }
    assert_eq!(world.stock()["1"], (100 - 12 * 2).to_string());
}

#[tokio::test]
async fn illegal_moves_are_a_409_and_change_nothing() {
    let world = demo();
    let (id, _) = placed(&world, json!([{ "id": "1", "qty": 1 }])).await;
    let order = stored(&world, &id).await;
    let mut refused = 0;
    for from in State::ALL {
        for (word, event, _) in EVENTS {
            world.put("Orders", &Order { state: from, ..order.clone() }.to_row());
            let before = row(&world, &id);
            let answer = world.ask(json!({ "orderId": id, "event": word })).await;
            if let Ok(to) = next(from, event) {
                assert_eq!((&answer["order"]["status"], status(&world, &id).as_str()), (&json!(to), to.as_str()));
                continue;
            }
            refused += 1;
            let problem = &answer["problem"];
            assert_eq!((&problem["status"], &problem["code"]), (&json!(409), &json!("illegal_step")), "{answer}");
            assert_eq!(problem["detail"], format!("the order is {from}, and cannot take the step `{word}` from there"));
            assert_eq!((&problem["requestId"], &problem["orderStatus"]), (&json!("ask-1"), &json!(from)));
            assert_eq!(row(&world, &id), before);
        }
    }
    assert_eq!(refused, 7 * 4 - 5);
}

#[tokio::test]
async fn only_what_was_counted_then_and_is_counted_now_goes_back() {
    let world = demo();
    world.set_stock("1", 5);
    world.set_stock("3", 5);
    let items = json!([{ "id": "1", "qty": 2 }, { "id": "2", "qty": 3 }, { "id": "3", "qty": 1 }]);
    let (id, message) = placed(&world, items).await;
    work(&world, &message).await;
    assert_eq!(row(&world, &id)["reserved"], json!({ "L": [{ "S": "1" }, { "S": "3" }] }));
    // Since then product 2 has been counted for the first time, and nobody counts product 3 any more.
    world.set_stock("2", 7);
    world.delete("Inventory", json!({ "id": { "S": "3" } }));
    let answer = cancel(&world, &id).await;
    assert_eq!(answer["returned"], json!([{ "id": "1", "qty": 2 }]));
    let stock = world.stock();
    assert_eq!((stock["1"].as_str(), stock["2"].as_str(), stock.get("3")), ("5", "7", None));
}

#[tokio::test]
async fn a_row_that_does_not_say_what_it_took_gives_nothing_back() {
    let world = demo();
    let (id, _) = confirmed(&world).await;
    let mut old = stored(&world, &id).await.to_row();
    assert!(old.remove("reserved").is_some());
    world.put("Orders", &old);
    let answer = cancel(&world, &id).await;
    assert_eq!((&answer["order"]["status"], &answer["returned"]), (&json!("cancelled"), &json!([])));
    assert_eq!(world.stock()["1"], "3");
}

#[tokio::test]
async fn a_step_of_an_order_that_has_changed_since_is_a_conflict() {
    let world = demo();
    let (id, _) = confirmed(&world).await;
    let mut order = stored(&world, &id).await;
    let mut row = order.to_row();
    row.insert("version".to_owned(), Attribute::integer(3));
    world.put("Orders", &row);
    order.apply(Event::Cancel, "2026-11-24T00:00:02.000Z", "called_off").unwrap();
    assert_eq!(world.dynamo.advance(&order, State::Confirmed).await.unwrap(), Advanced::Conflict);
    assert_eq!((status(&world, &id).as_str(), world.stock()["1"].as_str()), ("confirmed", "3"));
}

#[tokio::test]
async fn a_conflict_is_tried_again() {
    let world = demo();
    let (id, _) = confirmed(&world).await;
    let conflict = r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"x","CancellationReasons":[{"Code":"None"},{"Code":"TransactionConflict"}]}"#;
    world.faults.plan("TransactWriteItems", 2, conflict);
    assert_eq!(cancel(&world, &id).await["order"]["status"], "cancelled");
    assert_eq!(world.stock()["1"], "5");
}

#[tokio::test]
async fn what_cannot_be_asked_is_a_problem() {
    let world = demo();
    let answer = world.ask(json!({ "orderId": "0199a3b4-0000-7000-8000-00000000000f", "event": "cancel" })).await;
    assert_eq!((&answer["problem"]["status"], &answer["problem"]["code"]), (&json!(404), &json!("order_not_found")));
    let answer = world.ask(json!({ "orderId": "7", "event": "confirm" })).await;
    assert_eq!(answer["problem"]["status"], 400);
    assert_eq!(answer["problem"]["errors"][1]["pointer"], "#/event");
    assert_eq!(world.ask(json!(null)).await["problem"]["status"], 400);
}
