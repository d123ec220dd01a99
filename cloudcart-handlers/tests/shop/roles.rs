//! Each function calls only what its role in the stack allows, and primes itself as its role allows.

use std::collections::BTreeSet;

use cloudcart_handlers::http::HttpHandler;
use cloudcart_shop::env::SIGNING_KEY_ROW;
use serde_json::{Value, json};

use crate::events::call;
use crate::world::{World, demo};

/// The calls so far, each as `Operation Table`, and for tables with a key in the request the operations on each.
fn calls(world: &World) -> BTreeSet<String> {
    let mut calls = BTreeSet::new();
    for (operation, body) in world.faults.seen() {
        let body: Value = serde_json::from_str(&body).unwrap();
        if let Some(writes) = body["TransactItems"].as_array() {
            for (kind, write) in writes.iter().flat_map(|write| write.as_object().unwrap()) {
                calls.insert(format!("{kind}Item {}", write["TableName"].as_str().unwrap()));
            }
        } else if let Some(tables) = body["RequestItems"].as_object() {
            calls.extend(tables.keys().map(|table| format!("{operation} {table}")));
        } else {
            let index = body["IndexName"].as_str().map(|index| format!("/{index}")).unwrap_or_default();
            calls.insert(format!("{operation} {}{index}", body["TableName"].as_str().unwrap()));
        }
    }
    calls
}

fn set(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[tokio::test]
async fn priming_makes_one_signing_key_for_all() {
    let world = demo();
    world.products.prime().await.unwrap();
    assert_eq!(calls(&world), set(&["GetItem Idempotency", "PutItem Idempotency"]));
    world.cart.prime().await.unwrap();
    world.checkout.prime().await.unwrap();
    world.orders.prime().await.unwrap();
    assert_eq!(calls(&world), set(&["GetItem Idempotency"]));
    let rows = world.rows("Idempotency");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["key"]["S"], SIGNING_KEY_ROW);
    assert!(rows[0].get("expiresAt").is_none());
    world.worker.prime().await.unwrap();
    assert_eq!(calls(&world), set(&["GetItem Orders"]));
    // Once primed, nobody reads it again.
    world.send(call("GET /cart")).await;
    assert!(!calls(&world).contains("GetItem Idempotency"));
}

#[tokio::test]
async fn two_that_make_the_key_at_once_agree_on_it() {
    let world = demo();
    let (first, second) = tokio::join!(world.cart.keys.get(), world.checkout.keys.get());
    let id = cloudcart_shop::ids::OrderId::parse("0199a3b4-0000-7000-8000-00000000000f").unwrap();
    assert_eq!(first.unwrap().order_token(&id), second.unwrap().order_token(&id));
    assert_eq!(world.rows("Idempotency").len(), 1);
}

#[tokio::test]
async fn no_function_calls_more_than_its_role_allows() {
    let world = demo();
    world.set_stock("1", 50);
    world.products.prime().await.unwrap();
    world.cart.prime().await.unwrap();
    world.checkout.prime().await.unwrap();
    world.orders.prime().await.unwrap();
    calls(&world);

    world.send(call("GET /products")).await;
    world.send(call("GET /products").query("category=grocery")).await;
    world.send(call("GET /products/{id}").path("id", "1")).await;
    assert_eq!(
        calls(&world),
        set(&["Scan Products", "Query Products/gsi_category", "BatchGetItem Products", "BatchGetItem Inventory"])
    );

    let line = json!({ "id": "1", "qty": 1 });
    world.send(call("POST /cart").json(line.clone())).await;
    world.send(call("PUT /cart/items/{id}").path("id", "1").json(line.clone())).await;
    world.send(call("DELETE /cart").json(line.clone())).await;
    world.send(call("POST /cart").json(line.clone())).await;
    assert_eq!(
        calls(&world),
        set(&["BatchGetItem Products", "BatchGetItem Inventory", "GetItem Carts", "UpdateItem Carts"])
    );

    let checkout = call("POST /checkout").json(json!({})).header("idempotency-key", "k");
    assert_eq!(world.send(checkout.clone()).await.status_code, 202);
    assert_eq!(world.send(checkout).await.status_code, 202);
    world.queue.down.store(true, std::sync::atomic::Ordering::SeqCst);
    let unsent = world.send(call("POST /checkout").json(json!({ "items": [line] }))).await;
    assert_eq!(unsent.status_code, 202);
    assert_eq!(
        calls(&world),
        set(&[
            "BatchGetItem Products",
            "BatchGetItem Inventory",
            "GetItem Carts",
            "UpdateItem Carts",
            "GetItem Idempotency",
            "PutItem Idempotency",
            "PutItem Orders",
            "GetItem Orders",
        ])
    );

    world.work(&world.queue.take()).await.unwrap();
    assert_eq!(
        calls(&world),
        set(&["GetItem Orders", "UpdateItem Orders", "GetItem Inventory", "UpdateItem Inventory"])
    );

    world.queue.down.store(false, std::sync::atomic::Ordering::SeqCst);
    world.clock.advance(61);
    assert_eq!(world.sweep().await.sent, 1);
    assert_eq!(calls(&world), set(&["Query Orders/gsi_pending", "GetItem Orders", "UpdateItem Orders"]));

    // Both orders hold stock by now.
    world.work(&world.queue.take()).await.unwrap();
    let id = world.rows("Orders")[0]["orderId"]["S"].clone();
    calls(&world);
    let cancelled = world.ask(json!({ "orderId": id, "event": "cancel" })).await;
    assert_eq!(cancelled["returned"], json!([{ "id": "1", "qty": 1 }]));
    assert_eq!(
        calls(&world),
        set(&["GetItem Orders", "UpdateItem Orders", "GetItem Inventory", "UpdateItem Inventory"])
    );

    world.send(call("GET /orders").query("userId=u")).await;
    world.send(call("GET /orders/{id}").path("id", "0199a3b4-0000-7000-8000-00000000000f")).await;
    assert_eq!(calls(&world), set(&["Query Orders/gsi_user", "GetItem Orders"]));
}
