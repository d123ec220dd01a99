//! Placing orders: one key, one order, whatever goes on around it.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use cloudcart_handlers::cart::CartFunction;
use cloudcart_handlers::checkout::Checkout;
use cloudcart_handlers::store::memory::Table;
use cloudcart_handlers::store::{Carts, StoreError, Written};
use cloudcart_shop::cart::Cart;
use cloudcart_shop::env::Identity;
use serde_json::{Value, json};

use super::bench::{Bench, Kind};
use crate::events::{Answer, Call, call};
use crate::shop::answer;

super::every_store![
    checkout_same_key_twice_one_order,
    checkout_same_key_concurrent,
    same_key_two_carts_two_orders,
    expired_key_not_yet_deleted_is_reusable,
    price_raised_after_display_409_with_new_total,
    add_during_checkout_survives,
    a_busy_store_leaves_no_order_and_burns_no_key,
];

fn seed() -> Value {
    json!({ "items": [{ "id": "1", "qty": 2 }], "total": 199.99 })
}

fn keyed(body: Value, key: &str) -> Call {
    call("POST /checkout").json(body).header("idempotency-key", key)
}

async fn checkout_same_key_twice_one_order(kind: Kind) {
    let bench = Bench::start(kind, Identity::Demo).await;
    let first = bench.send(keyed(seed(), "k1")).await;
    assert_eq!(first.status_code, 202, "{first:?}");
    assert!(!first.headers.contains_key("idempotent-replayed"));
    // Written otherwise, meant alike.
    let again = json!({ "total": 199.990, "items": [{ "qty": 1, "id": "1" }, { "qty": 1, "id": "1" }] });
    let second = bench.send(keyed(again, "\"k1\"")).await;
    assert_eq!(second.body, first.body);
    assert_eq!(second.headers["idempotent-replayed"], "true");
    assert_eq!(second.headers["location"], first.headers["location"]);
    assert_eq!(bench.rows(Table::Orders).await.len(), 1);
    assert_eq!(bench.rows(Table::Idempotency).await.len(), 1);
    // Still pending, so the replay has sent it once more.
    assert_eq!(bench.queue.take().len(), 2);
}

async fn checkout_same_key_concurrent(kind: Kind) {
    let bench = Arc::new(Bench::start(kind, Identity::Demo).await);
    let calls = (0..50).map(|_| {
        let bench = Arc::clone(&bench);
        tokio::spawn(async move {
            loop {
                let response = bench.send(keyed(seed(), "k1")).await;
                // Fifty transactions on one row can be too many for four attempts. Whoever is told so asks again.
                if response.status_code != 503 {
                    return response;
                }
            }
        })
    });
    let (mut ids, mut firsts) = (BTreeSet::new(), 0);
    for done in calls.collect::<Vec<_>>() {
        let response = done.await.unwrap();
        assert_eq!(response.status_code, 202, "{response:?}");
        ids.insert(response.value()["id"].to_string());
        firsts += u32::from(!response.headers.contains_key("idempotent-replayed"));
    }
    assert_eq!((ids.len(), firsts), (1, 1));
    assert_eq!(bench.rows(Table::Orders).await.len(), 1);
}

async fn same_key_two_carts_two_orders(kind: Kind) {
    let bench = Bench::start(kind, Identity::Standard).await;
    let mut ids = BTreeSet::new();
    for _ in 0..2 {
        let added = bench.send(call("POST /cart").json(json!({ "id": "2", "qty": 3 }))).await;
        let token = added.headers["x-cart-token"].clone();
        let checkout = keyed(json!({}), "k1").header("x-cart-token", &token);
        let response = bench.send(checkout.clone()).await;
        assert_eq!(response.status_code, 202, "{response:?}");
        assert_eq!(bench.send(checkout).await.body, response.body);
        ids.insert(response.value()["id"].to_string());
    }
    assert_eq!(ids.len(), 2);
    assert_eq!(bench.rows(Table::Orders).await.len(), 2);
}

async fn expired_key_not_yet_deleted_is_reusable(kind: Kind) {
    let bench = Bench::start(kind, Identity::Demo).await;
    let first = bench.send(keyed(seed(), "k1")).await.value()["id"].clone();
    bench.clock.advance(24 * 60 * 60 - 1);
    assert_eq!(bench.send(keyed(seed(), "k1")).await.value()["id"], first);
    bench.clock.advance(1);
    assert_eq!(bench.rows(Table::Idempotency).await.len(), 1);
    let second = bench.send(keyed(seed(), "k1")).await;
    assert_eq!(second.status_code, 202);
    assert_ne!(second.value()["id"], first);
    assert_eq!(bench.rows(Table::Idempotency).await.len(), 1);
    assert_eq!(bench.rows(Table::Orders).await.len(), 2);
    // The new record counts from now on.
    assert_eq!(bench.send(keyed(seed(), "k1")).await.value()["id"], second.value()["id"]);
}

async fn price_raised_after_display_409_with_new_total(kind: Kind) {
    let bench = Bench::start(kind, Identity::Demo).await;
    let shown = bench.send(call("POST /cart").json(json!({ "id": "1", "qty": 2 }))).await.value();
    bench.set_price("1", 10_001).await;
    let response = bench.send(keyed(json!({ "total": shown["subtotal"] }), "k1")).await;
    assert_eq!((response.status_code, response.code().as_str()), (409, "total_exceeds_expected"));
    assert_eq!(response.value()["currentTotalMinor"], 20_002);
    assert!(bench.rows(Table::Orders).await.is_empty());
    // Whoever agrees to the new total may use the same key.
    let response = bench.send(keyed(json!({ "total": 200.02 }), "k1")).await;
    assert_eq!((response.status_code, response.value()["totalMinor"].clone()), (202, json!(20_002)));
}

/// A cart to which its owner adds just before checkout empties it.
struct Meanwhile(Arc<dyn Carts>, Arc<CartFunction>);

#[async_trait]
impl Carts for Meanwhile {
    async fn load(&self, id: &str) -> Result<Option<Cart>, StoreError> {
        self.0.load(id).await
    }

    async fn save(&self, id: &str, cart: &Cart, seen: u64) -> Result<Written, StoreError> {
        let added = answer(&self.1, call("POST /cart").json(json!({ "id": "2", "qty": 1 }))).await;
        assert_eq!(added.status_code, 200);
        self.0.save(id, cart, seen).await
    }
}

async fn add_during_checkout_survives(kind: Kind) {
    let bench = Bench::start(kind, Identity::Demo).await;
    bench.send(call("POST /cart").json(json!({ "id": "1", "qty": 2 }))).await;
    let checkout = Arc::new(Checkout {
        orders: Arc::clone(&bench.checkout.orders),
        catalogue: Arc::clone(&bench.checkout.catalogue),
        carts: bench
            .checkout
            .carts
            .clone()
            .map(|carts| Arc::new(Meanwhile(carts, Arc::clone(&bench.cart))) as Arc<dyn Carts>),
        queue: Arc::clone(&bench.checkout.queue),
        keys: bench.keys(),
        identity: Identity::Demo,
        clock: Arc::clone(&bench.checkout.clock),
    });
    let response = answer(&checkout, call("POST /checkout").json(json!({}))).await;
    assert_eq!(response.status_code, 202, "{response:?}");
    assert_eq!(response.value()["items"].as_array().unwrap().len(), 1);
    let cart = bench.send(call("GET /cart")).await.value();
    assert_eq!(cart["items"][1]["id"], "2", "{cart}");
}

async fn a_busy_store_leaves_no_order_and_burns_no_key(kind: Kind) {
    let bench = Bench::start(kind, Identity::Demo).await;
    bench.throttle("place", "TransactWriteItems", 1);
    let response = bench.send(keyed(seed(), "k1")).await;
    assert_eq!((response.status_code, response.code().as_str()), (503, "busy"));
    assert!(bench.rows(Table::Orders).await.is_empty());
    assert!(bench.rows(Table::Idempotency).await.is_empty());
    assert!(bench.queue.take().is_empty());
    let response = bench.send(keyed(seed(), "k1")).await;
    assert_eq!(response.status_code, 202);
    assert!(!response.headers.contains_key("idempotent-replayed"));
}
