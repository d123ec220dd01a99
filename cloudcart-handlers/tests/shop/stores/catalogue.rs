//! Pages of the catalogue: everything once, whatever the page size.

use std::collections::BTreeSet;

use cloudcart_handlers::store::Page;
use cloudcart_handlers::store::memory::Table;
use cloudcart_shop::attribute::{Attribute, Row};
use cloudcart_shop::env::Identity;
use cloudcart_shop::product::Product;
use serde_json::json;

use super::bench::{Bench, Kind};
use crate::events::{Answer, call};

super::every_store![
    products_250_paged_exactly_once,
    page_may_be_empty_with_next,
    a_users_orders_come_newest_first_in_pages_of_any_size,
    throttled_is_503,
];

fn row(id: &str, category: &str, price: &str) -> Row {
    Row::from([
        ("id".to_owned(), Attribute::text(id)),
        ("name".to_owned(), Attribute::text(format!("Product {id}"))),
        ("price".to_owned(), Attribute::N(price.to_owned())),
        ("category".to_owned(), Attribute::text(category)),
    ])
}

/// Walks a list by its `Link` headers, and gives every id in the order of its coming.
pub(crate) async fn walk(bench: &Bench, category: Option<&str>, limit: usize) -> Vec<String> {
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let cursor_query = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let query = format!("limit={limit}{cursor_query}");
        let request = match category {
            Some(name) => call("GET /categories/{name}").path("name", name).query(&query),
            None => call("GET /products").query(&query),
        };
        let response = bench.send(request).await;
        assert_eq!(response.status_code, 200, "{response:?}");
        let page = response.value().as_array().unwrap().clone();
        assert!(page.len() <= limit);
        seen.extend(page.iter().map(|product| product["id"].as_str().unwrap().to_owned()));
        match response.headers.get("x-next-cursor") {
            Some(next) => cursor = Some(next.clone()),
            None => return seen,
        }
    }
}

async fn products_250_paged_exactly_once(kind: Kind) {
    let bench = Bench::start(kind, Identity::Demo).await;
    // Three are in the sample catalogue.
    for at in 0..247 {
        let id = format!("p{at}");
        bench.put(Table::Products, &id, &row(&id, if at % 5 == 0 { "fifth" } else { "other" }, "1.50")).await;
    }
    for limit in [1, 7, 100] {
        let all = walk(&bench, None, limit).await;
        assert_eq!(all.len(), 250, "{limit}");
        assert_eq!(all.into_iter().collect::<BTreeSet<_>>().len(), 250, "{limit}");
        let fifth = walk(&bench, Some("fifth"), limit).await;
        assert_eq!(fifth.len(), 50, "{limit}");
        assert!(fifth.is_sorted(), "{fifth:?}");
        assert_eq!(fifth.into_iter().collect::<BTreeSet<_>>().len(), 50, "{limit}");
    }
}

async fn page_may_be_empty_with_next(kind: Kind) {
    let bench = Bench::start(kind, Identity::Demo).await;
    for id in ["a", "b", "c"] {
        // Only the last one can be read.
        bench.put(Table::Products, id, &row(id, "odd", if id == "c" { "1" } else { "1.23456" })).await;
    }
    let Page { items, last } = bench.stores.catalogue.page(Some("odd"), 2, None).await.unwrap();
    assert_eq!(items, [] as [Product; 0]);
    let names: Vec<_> = last.as_ref().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["category", "id"]);
    let Page { items, .. } = bench.stores.catalogue.page(Some("odd"), 2, last.as_ref()).await.unwrap();
    assert_eq!(items[0].id.as_str(), "c");
    assert_eq!(walk(&bench, Some("odd"), 1).await, ["c"]);

    // Orders of another state count towards a page's limit too.
    let order = |qty: u32| call("POST /checkout").json(json!({ "items": [{ "id": "1", "qty": qty }], "userId": "u1" }));
    bench.send(order(1)).await;
    let first = bench.queue.take();
    bench.clock.advance(1);
    bench.send(order(2)).await;
    bench.work(&first).await.unwrap();
    let query = "userId=u1&status=confirmed&limit=1";
    let page = bench.send(call("GET /orders").query(query)).await.value();
    assert_eq!(page["count"], 0);
    let next = page["next"].as_str().unwrap();
    let page = bench.send(call("GET /orders").query(&format!("{query}&cursor={next}"))).await.value();
    assert_eq!(page["orders"][0]["status"], "confirmed");
}

async fn a_users_orders_come_newest_first_in_pages_of_any_size(kind: Kind) {
    let bench = Bench::start(kind, Identity::Demo).await;
    let mut placed = Vec::new();
    for at in 0..5 {
        for user in ["u1", "u2"] {
            let body = json!({ "items": [{ "id": "1", "qty": at + 1 }], "userId": user });
            let order = bench.send(call("POST /checkout").json(body)).await.value();
            if user == "u1" {
                placed.insert(0, order["id"].as_str().unwrap().to_owned());
            }
        }
        bench.clock.advance(1);
    }
    for limit in 1..=6 {
        let mut seen = Vec::new();
        let mut start = None;
        loop {
            let page = bench.stores.checkouts.orders_of("u1", None, limit, start.as_ref()).await.unwrap();
            seen.extend(page.items.into_iter().map(|order| order.id.to_string()));
            start = page.last;
            if start.is_none() {
                break;
            }
        }
        assert_eq!(seen, placed, "{limit}");
    }
}

async fn throttled_is_503(kind: Kind) {
    let bench = Bench::start(kind, Identity::Demo).await;
    bench.send(call("GET /products")).await;
    bench.throttle("page", "Scan", 1);
    let response = bench.send(call("GET /products")).await;
    assert_eq!((response.status_code, response.code().as_str()), (503, "busy"));
    assert_eq!(response.headers["retry-after"], "1");
    assert_eq!(bench.send(call("GET /products")).await.status_code, 200);
}
