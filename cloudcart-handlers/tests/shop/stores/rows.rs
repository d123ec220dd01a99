//! Rows that come back as they went in, and writes that happen whole or not at all.

use cloudcart_handlers::store::memory::Table;
use cloudcart_handlers::store::{Placed, Record, Reserved, Written};
use cloudcart_shop::cart::{Cart, Line};
use cloudcart_shop::env::Identity;
use cloudcart_shop::ids::{OrderId, ProductId};
use cloudcart_shop::money::{Currency, MAX_PRICE_MINOR, Money};
use cloudcart_shop::order::{Event, Order, State, Step};
use cloudcart_shop::pricing::PricedLine;
use cloudcart_shop::product::{Product, Stock};

use super::bench::{Bench, Kind};

super::every_store![
    numbers_come_back_as_they_were_written,
    an_order_and_its_record_are_written_together_or_not_at_all,
    an_order_leaves_pending_once,
    the_first_signing_key_is_kept,
];

const NOW: i64 = 1_795_478_400;

fn id(text: &str) -> ProductId {
    ProductId::parse(text).unwrap()
}

fn order(last: char, lines: &[(&str, u32, i64)]) -> Order {
    let at = "2026-11-24T00:00:00.000Z".to_owned();
    let line = |(product, qty, minor): &(&str, u32, i64)| {
        let price = Money::new(*minor, Currency::USD);
        let total = price.times(*qty).unwrap();
        PricedLine { id: id(product), name: "Ünïcödé \u{1f6d2} \"x\"".to_owned(), qty: *qty, price, total }
    };
    let lines: Vec<_> = lines.iter().map(line).collect();
    Order {
        id: OrderId::parse(&format!("0199a3b4-0000-7000-8000-00000000000{last}")).unwrap(),
        state: State::Pending,
        version: 1,
        user_id: Some("u1".to_owned()),
        total: lines.iter().fold(Money::new(0, Currency::USD), |sum, line| sum.plus(line.total).unwrap()),
        reserved: None,
        lines,
        placed_at: at.clone(),
        updated_at: at.clone(),
        history: vec![Step { at, from: None, to: State::Pending, reason: None }],
        token_hash: None,
        email: Some("a@b".to_owned()),
        client_reference: Some(String::from("\u{7f}\u{fffd}")),
    }
}

fn record(order: &Order, expires_at: i64) -> Record {
    Record {
        key: "checkout#k".to_owned(),
        request_hash: "h".to_owned(),
        order_id: order.id.clone(),
        body: "{}".to_owned(),
        expires_at,
    }
}

async fn numbers_come_back_as_they_were_written(kind: Kind) {
    let bench = Bench::start(kind, Identity::Demo).await;
    for minor in [0, 1, 10, 100, 9_990, 10_000, MAX_PRICE_MINOR] {
        for currency in ["USD", "JPY", "KWD"] {
            let price = Money::new(minor, Currency::parse(currency).unwrap());
            let product = Product { id: id("n"), name: "n".to_owned(), price, category: None, image_url: None };
            bench.put(Table::Products, "n", &product.to_row()).await;
            assert_eq!(bench.stores.catalogue.product(&id("n")).await.unwrap().0, Some(product));
        }
    }
    for available in [0, 1, 100, u64::MAX] {
        bench.set_stock("n", available).await;
        assert_eq!(bench.available("n").await, Stock::Tracked(available));
        assert_eq!(bench.stores.catalogue.stock(&[id("n"), id("m")]).await.unwrap().len(), 1);
    }
    let cart = Cart { lines: vec![Line { id: id("1"), qty: 99 }], version: u64::MAX, expires_at: i64::MAX };
    assert_eq!(bench.stores.carts.save("a", &cart, 0).await.unwrap(), Written::Yes);
    assert_eq!(bench.stores.carts.load("a").await.unwrap(), Some(cart));
    let most = order('1', &[("1", 99, MAX_PRICE_MINOR), ("2", 1, 0)]);
    assert_eq!(bench.stores.checkouts.place(&most, None, NOW).await.unwrap(), Placed::Yes);
    assert_eq!(bench.order(most.id.as_str()).await, most);
    let record = Record { body: "\u{1f6d2}".repeat(1_000), ..record(&most, i64::MAX) };
    let next = order('2', &[("1", 1, 1)]);
    assert_eq!(bench.stores.checkouts.place(&next, Some(&record), NOW).await.unwrap(), Placed::Yes);
    assert_eq!(bench.stores.checkouts.record(&record.key, NOW).await.unwrap(), Some(record));
}

async fn an_order_and_its_record_are_written_together_or_not_at_all(kind: Kind) {
    let bench = Bench::start(kind, Identity::Demo).await;
    let store = &bench.stores.checkouts;
    let (first, second) = (order('1', &[("1", 1, 1)]), order('2', &[("1", 2, 1)]));
    let live = record(&first, NOW + 1);
    assert_eq!(store.record(&live.key, NOW).await.unwrap(), None);
    assert_eq!(store.place(&first, Some(&live), NOW).await.unwrap(), Placed::Yes);
    // The key is taken: no second order.
    let other = record(&second, NOW + 100);
    assert_eq!(store.place(&second, Some(&other), NOW).await.unwrap(), Placed::KeyTaken(live.clone()));
    assert_eq!(store.order(&second.id).await.unwrap(), None);
    assert_eq!(store.record(&live.key, NOW).await.unwrap(), Some(live.clone()));
    // The order is there: no record for it under another key.
    let fresh = Record { key: "checkout#other".to_owned(), ..live.clone() };
    assert!(store.place(&first, Some(&fresh), NOW).await.is_err());
    assert_eq!(store.record(&fresh.key, NOW).await.unwrap(), None);
    // The record has ended to the second, and its key is free.
    assert_eq!(store.record(&live.key, NOW + 1).await.unwrap(), None);
    assert_eq!(store.place(&second, Some(&other), NOW + 1).await.unwrap(), Placed::Yes);
    assert_eq!(store.record(&live.key, NOW + 1).await.unwrap(), Some(other));
}

async fn an_order_leaves_pending_once(kind: Kind) {
    let bench = Bench::start(kind, Identity::Demo).await;
    let store = &bench.stores.fulfilment;
    bench.set_stock("1", 3).await;
    let moved = |order: &Order, event: Event| {
        let mut order = order.clone();
        order.apply(event, "2026-11-24T00:00:01.000Z", "why").unwrap();
        order
    };
    let (first, second) = (order('1', &[("1", 2, 5), ("2", 9, 5)]), order('2', &[("2", 1, 5), ("1", 2, 5)]));
    for order in [&first, &second] {
        bench.stores.checkouts.place(order, None, NOW).await.unwrap();
    }
    let missing = moved(&order('3', &[("1", 1, 1)]), Event::Confirm);
    assert_eq!(store.confirm(&missing).await.unwrap(), Reserved::NotPending);
    assert_eq!(store.reject(&missing).await.unwrap(), Written::Conflict);
    assert_eq!(store.order(&missing.id).await.unwrap(), None);

    let confirmed = moved(&first, Event::Confirm);
    assert_eq!(store.confirm(&confirmed).await.unwrap(), Reserved::Yes);
    assert_eq!(store.confirm(&confirmed).await.unwrap(), Reserved::NotPending);
    assert_eq!(store.reject(&moved(&first, Event::Reject)).await.unwrap(), Written::Conflict);
    // What is counted was noted with it: product 2 is not.
    let noted = Order { reserved: Some(vec![id("1")]), ..confirmed };
    assert_eq!(bench.order(first.id.as_str()).await, noted);
    assert_eq!(bench.available("1").await, Stock::Tracked(1));

    // The line that is short is named by its place in the order, untracked lines counted.
    assert_eq!(store.confirm(&moved(&second, Event::Confirm)).await.unwrap(), Reserved::OutOfStock(1));
    assert_eq!(bench.order(second.id.as_str()).await, second);
    let rejected = moved(&second, Event::Reject);
    assert_eq!(store.reject(&rejected).await.unwrap(), Written::Yes);
    assert_eq!(store.confirm(&moved(&second, Event::Confirm)).await.unwrap(), Reserved::NotPending);
    assert_eq!(bench.order(second.id.as_str()).await, rejected);
    assert_eq!(bench.available("1").await, Stock::Tracked(1));
}

async fn the_first_signing_key_is_kept(kind: Kind) {
    let bench = Bench::start(kind, Identity::Demo).await;
    let (keys, others) = (bench.keys(), bench.keys());
    let (first, second) = tokio::join!(keys.get(), others.get());
    let id = order('1', &[("1", 1, 1)]).id;
    let token = first.unwrap().order_token(&id);
    assert_eq!(second.unwrap().order_token(&id), token);
    assert_eq!(bench.keys().get().await.unwrap().order_token(&id), token);
}
