//! Carts: one atomic write a change, a cap that holds, an end on time.

use std::sync::Arc;
use std::time::Duration;

use cloudcart_handlers::store::memory::Table;
use cloudcart_handlers::store::{Carts, MemoryCarts, Written};
use cloudcart_shop::attribute::Attribute;
use cloudcart_shop::cart::Cart;
use cloudcart_shop::env::Identity;
use cloudcart_shop::ids::ProductId;
use serde_json::{Value, json};

use super::bench::{Bench, Kind};
use crate::events::{Answer, Call, call};
use crate::world::demo;

super::every_store![
    a_cart_is_saved_over_the_version_that_was_seen,
    add_60_twice_422_and_60_kept,
    parallel_adds_100_of_1_equal_100_or_cap,
    a_cart_ends_on_time_although_its_row_is_still_there,
];

fn add(id: &str, qty: u32) -> Call {
    call("POST /cart").json(json!({ "id": id, "qty": qty }))
}

async fn items(bench: &Bench) -> Value {
    let cart = bench.send(call("GET /cart")).await.value();
    cart["items"].as_array().unwrap().iter().map(|item| json!([item["id"], item["qty"]])).collect()
}

/// What any store of carts must do.
async fn keeps_versions(carts: &dyn Carts) {
    let mut cart = Cart { version: 1, expires_at: 2_000_000_000, ..Cart::default() };
    cart.add(&ProductId::parse("1").unwrap(), 2).unwrap();
    assert_eq!(carts.load("a").await.unwrap(), None);
    assert_eq!(carts.save("a", &cart, 1).await.unwrap(), Written::Conflict);
    assert_eq!(carts.load("a").await.unwrap(), None);
    assert_eq!(carts.save("a", &cart, 0).await.unwrap(), Written::Yes);
    assert_eq!(carts.save("a", &cart, 0).await.unwrap(), Written::Conflict);
    assert_eq!(carts.load("a").await.unwrap().as_ref(), Some(&cart));
    let emptied = Cart { version: 2, lines: Vec::new(), ..cart.clone() };
    assert_eq!(carts.save("a", &emptied, 1).await.unwrap(), Written::Yes);
    assert_eq!(carts.save("a", &cart, 1).await.unwrap(), Written::Conflict);
    assert_eq!(carts.load("a").await.unwrap(), Some(emptied));
    assert_eq!(carts.load("b").await.unwrap(), None);
}

async fn a_cart_is_saved_over_the_version_that_was_seen(kind: Kind) {
    let bench = Bench::start(kind, Identity::Demo).await;
    keeps_versions(bench.stores.carts.as_ref()).await;
}

#[tokio::test]
async fn carts_in_the_functions_memory_keep_versions_too() {
    keeps_versions(&MemoryCarts::new(demo().cart.clock.clone())).await;
}

async fn add_60_twice_422_and_60_kept(kind: Kind) {
    let bench = Bench::start(kind, Identity::Demo).await;
    assert_eq!(bench.send(add("1", 60)).await.status_code, 200);
    let response = bench.send(add("1", 60)).await;
    assert_eq!((response.status_code, response.code().as_str()), (422, "qty_limit"));
    assert_eq!(items(&bench).await, json!([["1", 60]]));
}

async fn parallel_adds_100_of_1_equal_100_or_cap(kind: Kind) {
    let bench = Arc::new(Bench::start(kind, Identity::Demo).await);
    let adds = (0..100).map(|_| {
        let bench = Arc::clone(&bench);
        tokio::spawn(async move {
            loop {
                let response = bench.send(add("1", 1)).await;
                if response.status_code != 503 {
                    return response.status_code;
                }
                // So many at once may be too many for one request, but whoever is told so has changed nothing.
                let wait = response.headers["retry-after"].parse().unwrap();
                tokio::time::sleep(Duration::from_secs(wait)).await;
            }
        })
    });
    let mut statuses = Vec::new();
    for done in adds.collect::<Vec<_>>() {
        statuses.push(done.await.unwrap());
    }
    let count = |status: u16| statuses.iter().filter(|one| **one == status).count();
    assert_eq!((count(200), count(422)), (99, 1));
    assert_eq!(items(&bench).await, json!([["1", 99]]));
    let rows = bench.rows(Table::Carts).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["version"], Attribute::integer(99));
}

async fn a_cart_ends_on_time_although_its_row_is_still_there(kind: Kind) {
    let bench = Bench::start(kind, Identity::Demo).await;
    bench.send(add("1", 2)).await;
    bench.clock.advance(3_599);
    assert_eq!(items(&bench).await, json!([["1", 2]]));
    bench.clock.advance(1);
    assert_eq!(items(&bench).await, json!([]));
    let checkout = bench.send(call("POST /checkout").json(json!({}))).await;
    assert_eq!(checkout.code(), "empty_order");
    assert_eq!(bench.rows(Table::Carts).await.len(), 1);
    // The version goes on, so that an old tag does not fit the new cart.
    let response = bench.send(add("2", 1)).await.value();
    assert_eq!((items(&bench).await, response["version"].clone()), (json!([["2", 1]]), json!(2)));
}
