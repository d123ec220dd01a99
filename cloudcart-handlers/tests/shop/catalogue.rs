//! `GET /products`, `GET /products/{id}`, `GET /categories/{name}`.

use std::collections::BTreeSet;

use cloudcart_shop::attribute::{Attribute, Row};
use cloudcart_shop::catalogue::ProductInput;
use serde_json::{Value, json};

use crate::events::{Answer, call};
use crate::shop::answer;
use crate::world::{World, demo};

fn product(world: &World, id: &str, category: &str) {
    let input = ProductInput::from_fields(|name| match name {
        "id" => Some(id.to_owned()),
        "name" => Some(format!("Product {id}")),
        "price" => Some("100".to_owned()),
        "category" => Some(category.to_owned()),
        _ => None,
    });
    world.put("Products", &input.unwrap().product_row());
}

#[tokio::test]
async fn the_catalogue_is_an_array_of_products_with_exact_prices() {
    let world = demo();
    let response = world.send(call("GET /products")).await;
    assert_eq!(response.status_code, 200);
    assert_eq!(response.headers["cache-control"], "public, max-age=30");
    assert!(response.headers["etag"].starts_with("W/\""));
    assert!(!response.headers.contains_key("link"));
    let mut products = response.value().as_array().unwrap().clone();
    products.sort_by_key(|product| product["id"].as_str().unwrap().to_owned());
    assert_eq!(products.len(), 3);
    assert_eq!(
        products[0],
        json!({"id":"1","name":"Wireless Headphones","price":99.99,"priceMinor":9999,"currency":"USD","category":"electronics"})
    );
    assert!(response.body.contains("\"price\":99.99,"), "{}", response.body);
}

#[tokio::test]
async fn rows_of_the_node_seeder_read_well_and_a_broken_row_takes_nothing_down() {
    let world = demo();
    let row = |id: &str, price: &str| {
        Row::from([
            ("id".to_owned(), Attribute::text(id)),
            ("name".to_owned(), Attribute::text("Old")),
            ("price".to_owned(), Attribute::N(price.to_owned())),
            ("category".to_owned(), Attribute::text("old")),
        ])
    };
    world.put("Products", &row("good", "99.9"));
    world.put("Products", &row("broken", "1.23456"));
    let response = world.send(call("GET /categories/{name}").path("name", "old")).await;
    assert_eq!(
        response.body,
        r#"[{"id":"good","name":"Old","price":99.90,"priceMinor":9990,"currency":"USD","category":"old"}]"#
    );
    assert_eq!(world.send(call("GET /products")).await.value().as_array().unwrap().len(), 4);
    let response = world.send(call("GET /products/{id}").path("id", "broken")).await;
    assert_eq!((response.status_code, response.code().as_str()), (500, "internal"));
    assert!(!response.body.contains("1.23456"), "{}", response.body);
}

#[tokio::test]
async fn pages_give_every_product_exactly_once() {
    let world = demo();
    for at in 0..27 {
        product(&world, &format!("p{at}"), "many");
    }
    for limit in [1, 7, 100] {
        for (start, count) in [(call("GET /products"), 30), (call("GET /categories/{name}").path("name", "many"), 27)] {
            let mut seen = BTreeSet::new();
            let mut query = format!("limit={limit}");
            let mut pages = 0;
            loop {
                let response = world.send(start.clone().query(&query)).await;
                assert_eq!(response.status_code, 200, "{response:?}");
                for product in response.value().as_array().unwrap() {
                    assert!(seen.insert(product["id"].as_str().unwrap().to_owned()), "twice: {product}");
                }
                pages += 1;
                assert!(pages < 100);
                let Some(cursor) = response.headers.get("x-next-cursor") else { break };
                assert!(response.headers["link"].ends_with("; rel=\"next\""));
                assert!(response.headers["link"].contains(cursor));
                query = format!("limit={limit}&cursor={cursor}");
            }
            assert_eq!(seen.len(), count, "limit {limit}");
        }
    }
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_list_only() {
    let world = demo();
    let first = world.send(call("GET /categories/{name}").path("name", "electronics").query("limit=1")).await;
    let cursor = first.headers["x-next-cursor"].clone();
    let next =
        world.send(call("GET /categories/{name}").path("name", "electronics").query(&format!("cursor={cursor}"))).await;
    assert_eq!(next.value().as_array().unwrap().len(), 1);

    let query = format!("cursor={cursor}");
    let mut forged = cursor.clone();
    forged.replace_range(5..6, if &cursor[5..6] == "A" { "B" } else { "A" });
    for (call, query) in [
        (call("GET /categories/{name}").path("name", "grocery"), query.clone()),
        (call("GET /products"), query.clone()),
        (call("GET /products"), format!("{query}&category=electronics")),
        (call("GET /categories/{name}").path("name", "electronics"), format!("cursor={forged}")),
        (call("GET /categories/{name}").path("name", "electronics"), "cursor=".to_owned()),
        (call("GET /categories/{name}").path("name", "electronics"), "cursor=%00.%ff".to_owned()),
    ] {
        let response = world.send(call.query(&query)).await;
        assert_eq!((response.status_code, response.code().as_str()), (400, "invalid_cursor"), "{query}");
    }
}

#[tokio::test]
async fn a_limit_is_1_to_100() {
    let world = demo();
    for limit in ["0", "101", "-1", "1.5", "abc", "", "+5", "99999999999"] {
        let response = world.send(call("GET /products").query(&format!("limit={limit}"))).await;
        assert_eq!((response.status_code, response.code().as_str()), (400, "invalid_limit"), "{limit}");
    }
}

#[tokio::test]
async fn categories_filter_and_an_unknown_one_is_empty() {
    let world = demo();
    let ids = |value: Value| -> BTreeSet<String> {
        value.as_array().unwrap().iter().map(|product| product["id"].as_str().unwrap().to_owned()).collect()
    };
    let electronics = BTreeSet::from(["1".to_owned(), "3".to_owned()]);
    assert_eq!(ids(world.send(call("GET /categories/{name}").path("name", "electronics")).await.value()), electronics);
    assert_eq!(ids(world.send(call("GET /products").query("category=electronics")).await.value()), electronics);
    assert_eq!(world.send(call("GET /categories/{name}").path("name", "nothing")).await.body, "[]");
    for bad in ["", &"x".repeat(101), "a\nb"] {
        assert_eq!(world.send(call("GET /categories/{name}").path("name", bad)).await.status_code, 400);
    }
    product(&world, "k", "Küche & Bad");
    product(&world, "l", "Küche & Bad");
    let page = world.send(call("GET /categories/{name}").path("name", "Küche & Bad").query("limit=1")).await;
    assert!(page.headers["link"].starts_with("</categories/K%C3%BCche%20%26%20Bad?limit=1&cursor="), "{page:?}");
}

#[tokio::test]
async fn a_product_tells_its_availability_and_is_not_sent_twice() {
    let world = demo();
    world.set_stock("2", 3);
    world.set_stock("3", 0);
    for (id, availability) in [("1", "untracked"), ("2", "in_stock"), ("3", "out_of_stock")] {
        let call = call("GET /products/{id}").path("id", id);
        let response = world.send(call.clone()).await;
        assert_eq!(response.value()["availability"], availability);
        let again = world.send(call.header("if-none-match", &response.headers["etag"])).await;
        assert_eq!((again.status_code, again.body.as_str()), (304, ""));
        assert_eq!(again.headers["etag"], response.headers["etag"]);
    }
}

#[tokio::test]
async fn an_id_that_is_none_is_a_404() {
    let world = demo();
    for id in ["9", "", "..", "a/b", "?admin=true", "é", "#", "1 ", &"x".repeat(2048)] {
        let response = world.send(call("GET /products/{id}").path("id", id)).await;
        assert_eq!((response.status_code, response.code().as_str()), (404, "product_not_found"), "{id}");
    }
}

#[tokio::test]
async fn a_route_of_another_function_is_a_404() {
    let world = demo();
    let response = answer(&world.products, call("GET /cart")).await;
    assert_eq!((response.status_code, response.code().as_str()), (404, "not_found"));
    assert_eq!(answer(&world.products, call("PATCH /products")).await.status_code, 404);
}

#[tokio::test]
async fn throttling_is_a_503_that_says_when_to_return() {
    let world = demo();
    world.send(call("GET /products")).await;
    let body = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"secret words"}"#;
    world.faults.plan("Scan", 10, body);
    let response = world.send(call("GET /products")).await;
    assert_eq!((response.status_code, response.code().as_str()), (503, "busy"));
    assert_eq!(response.headers["retry-after"], "1");
    assert!(!response.body.contains("secret words"));
}

#[tokio::test]
async fn one_throttled_call_is_tried_again_unseen() {
    let world = demo();
    world.faults.plan("Scan", 1, r#"{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException"}"#);
    assert_eq!(world.send(call("GET /products")).await.status_code, 200);
}

#[tokio::test]
async fn a_denied_call_is_a_500_without_internals() {
    let world = demo();
    world.faults.plan(
        "Scan",
        1,
        r#"{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"arn:aws:iam::1:role/x"}"#,
    );
    let response = world.send(call("GET /products")).await;
    assert_eq!((response.status_code, response.code().as_str()), (500, "internal"));
    assert!(!response.body.contains("arn:"), "{}", response.body);
}
