//! Many at once: nothing is lost, and no limit is passed.

use std::sync::Arc;

use cloudcart_shop::env::Identity;
use cloudcart_shop::order::State;
use cloudcart_shop::product::Stock;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use super::{cases, runtime};
use crate::events::{Answer, call};
use crate::stores::bench::{Bench, Kind};

const PRODUCTS: [&str; 2] = ["1", "2"];

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn adds_at_once_are_neither_lost_nor_over_the_cap(adders in vec((0..2_usize, 1..=60_u32), 1..40)) {
        runtime().block_on(async {
            let bench = Arc::new(Bench::start(Kind::Memory, Identity::Demo).await);
            let adds = adders.iter().map(|(product, qty)| {
                let bench = Arc::clone(&bench);
                let add = call("POST /cart").json(json!({ "id": PRODUCTS[*product], "qty": qty }));
                tokio::spawn(async move {
                    loop {
                        let response = bench.send(add.clone()).await;
                        if response.status_code != 503 {
                            return response;
                        }
                    }
                })
            });
            let mut held = [0; 2];
            let mut refused = Vec::new();
            for (done, (product, qty)) in adds.collect::<Vec<_>>().into_iter().zip(&adders) {
                let response = done.await.unwrap();
                if response.status_code == 200 {
                    held[*product] += qty;
                } else {
                    assert_eq!((response.status_code, response.code().as_str()), (422, "qty_limit"));
                    refused.push((*product, *qty));
                }
            }
            let cart = bench.send(call("GET /cart")).await.value();
            for (id, held) in PRODUCTS.iter().zip(held) {
                let line = cart["items"].as_array().unwrap().iter().find(|item| item["id"] == *id);
                assert_eq!(line.map_or(0, |line| line["qty"].as_u64().unwrap()), u64::from(held));
                assert!(held <= 99);
            }
            // Lines only grew, so what did not fit then does not fit now.
            assert!(refused.iter().all(|(product, qty)| held[*product] + qty > 99), "{refused:?} {held:?}");
        });
    }

    #[test]
    fn n_orders_for_m_pieces_confirm_the_smaller_number(orders in 1..30_usize, pieces in 0..30_usize, copies in 1..3_usize) {
        runtime().block_on(async {
            let bench = Arc::new(Bench::start(Kind::Memory, Identity::Demo).await);
            let wanted = vec![vec![("1", 1)]; orders];
            let (confirmed, left) = fulfil(&bench, &wanted, [pieces as u64, 0], copies).await;
            assert_eq!(confirmed.iter().filter(|confirmed| **confirmed).count(), orders.min(pieces));
            assert_eq!(left[0], (pieces - orders.min(pieces)) as u64);
        });
    }

    #[test]
    fn stock_is_what_was_not_confirmed(
        wanted in vec((0..4_u32, 0..4_u32).prop_filter("something", |(one, two)| one + two > 0), 1..25),
        stock in [0..30_u64, 0..30_u64],
        copies in 1..3_usize,
    ) {
        runtime().block_on(async {
            let bench = Arc::new(Bench::start(Kind::Memory, Identity::Demo).await);
            let lines = |(one, two): &(u32, u32)| -> Vec<_> {
                PRODUCTS.into_iter().zip([*one, *two]).filter(|(_, qty)| *qty > 0).collect()
            };
            let orders: Vec<Vec<(&str, u32)>> = wanted.iter().map(lines).collect();
            let (confirmed, left) = fulfil(&bench, &orders, stock, copies).await;
            for (at, id) in PRODUCTS.into_iter().enumerate() {
                let taken = orders.iter().zip(&confirmed).filter(|(_, confirmed)| **confirmed).flat_map(|(lines, _)| lines);
                let taken: u32 = taken.filter(|line| line.0 == id).map(|line| line.1).sum();
                assert_eq!(left[at] + u64::from(taken), stock[at]);
            }
            // Stock only fell, so what could not be had then cannot be had now.
            let short = |line: &(&str, u32)| left[usize::from(line.0 == PRODUCTS[1])] < u64::from(line.1);
            for (lines, _) in orders.iter().zip(&confirmed).filter(|(_, confirmed)| !**confirmed) {
                assert!(lines.iter().any(short), "{lines:?} {left:?}");
            }
        });
    }
}

/// Places orders, sets the stock, and lets workers take so many copies of each message at once. Gives which orders were confirmed,
/// and what is left.
async fn fulfil(
    bench: &Arc<Bench>,
    orders: &[Vec<(&str, u32)>],
    stock: [u64; 2],
    copies: usize,
) -> (Vec<bool>, [u64; 2]) {
    let mut placed = Vec::new();
    for lines in orders {
        let items = lines.iter().map(|(id, qty)| json!({ "id": id, "qty": qty })).collect();
        placed.push(bench.place(items).await);
    }
    for (id, available) in PRODUCTS.into_iter().zip(stock) {
        bench.set_stock(id, available).await;
    }
    let messages = (0..copies).flat_map(|_| placed.iter().map(|(_, message)| message.clone()));
    let works = messages.map(|message| {
        let bench = Arc::clone(bench);
        tokio::spawn(async move { bench.work(&[message]).await.unwrap() })
    });
    for done in works.collect::<Vec<_>>() {
        assert!(done.await.unwrap().batch_item_failures.is_empty());
    }
    let mut confirmed = Vec::new();
    for (id, _) in &placed {
        let order = bench.order(id).await;
        assert!(matches!(order.state, State::Confirmed | State::Rejected), "{order:?}");
        assert_eq!((order.version, order.history.len()), (2, 2));
        confirmed.push(order.state == State::Confirmed);
    }
    let mut left = [0; 2];
    for (at, id) in PRODUCTS.into_iter().enumerate() {
        let Stock::Tracked(available) = bench.available(id).await else { panic!("{id} is counted") };
        left[at] = available;
    }
    (confirmed, left)
}
