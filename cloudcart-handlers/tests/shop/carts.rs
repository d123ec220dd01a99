//! The cart, in the table and in memory, for both identities.

use serde_json::{Value, json};

use crate::events::{Answer, Call, call};
use crate::world::{World, demo, standard};
use cloudcart_shop::env::Identity;
use std::sync::Arc;

fn add(id: &str, qty: u32) -> Call {
    call("POST /cart").json(json!({ "id": id, "qty": qty }))
}

fn lines(value: &Value) -> Vec<(String, u64)> {
    let items = value["items"].as_array().unwrap();
    items.iter().map(|item| (item["id"].as_str().unwrap().to_owned(), item["qty"].as_u64().unwrap())).collect()
}

async fn shown(world: &World) -> Vec<(String, u64)> {
    lines(&world.send(call("GET /cart")).await.value())
}

#[tokio::test]
async fn the_seeds_three_calls_work_in_both_stores() {
    for memory in [false, true] {
        let world = World::new(Identity::Demo, memory);
        let response = world.send(add("1", 2)).await;
        assert_eq!(
            response.body,
            r#"{"items":[{"id":"1","qty":2,"name":"Wireless Headphones","price":99.99,"lineTotal":199.98,"available":true}],"subtotal":199.98,"subtotalMinor":19998,"currency":"USD","version":1,"expiresAt":"2026-11-24T01:00:00.000Z"}"#
        );
        assert_eq!(response.headers["etag"], "\"1\"");
        assert_eq!(world.send(call("GET /cart")).await.body, response.body);
        let response = world.send(call("DELETE /cart").json(json!({ "id": "1" }))).await;
        assert_eq!((response.status_code, response.value()["items"].clone()), (200, json!([])));
        assert_eq!(world.rows("Carts").len(), usize::from(!memory));
    }
}

#[tokio::test]
async fn carts_of_two_addresses_do_not_meet_and_no_address_is_stored() {
    let world = demo();
    world.send(add("1", 2)).await;
    let other = world.send(call("GET /cart").from("198.51.100.1")).await;
    assert_eq!(other.value()["items"], json!([]));
    assert!(!world.rows("Carts")[0].to_string().contains("203.0.113.7"));
}

#[tokio::test]
async fn a_token_is_issued_once_and_only_its_digest_is_stored() {
    let world = standard();
    let empty = world.send(call("GET /cart")).await;
    assert_eq!((empty.status_code, empty.value()["items"].clone()), (200, json!([])));
    assert!(empty.cookies.is_empty());

    let first = world.send(add("1", 2)).await;
    let token = first.value()["cartToken"].as_str().unwrap().to_owned();
    assert_eq!(first.headers["x-cart-token"], token);
    assert_eq!(first.cookies, [format!("__Host-cart={token}; Max-Age=604800; HttpOnly; Secure; SameSite=Lax; Path=/")]);
    assert!(!world.rows("Carts")[0].to_string().contains(&token));

    let by_header = world.send(call("GET /cart").header("x-cart-token", &token)).await;
    let by_cookie = world.send(call("GET /cart").cookie(&format!("a=b; __Host-cart={token}"))).await;
    assert_eq!(lines(&by_header.value()), [("1".to_owned(), 2)]);
    assert_eq!(by_cookie.body, by_header.body);
    assert!(by_header.value().get("cartToken").is_none());

    // Without the token the same caller starts anew.
    assert_eq!(shown(&world).await, []);
    let second = world.send(add("2", 1)).await;
    assert_ne!(second.value()["cartToken"], json!(token));
}

#[tokio::test]
async fn a_token_that_the_caller_made_up_is_replaced() {
    let world = standard();
    let mine = "A".repeat(43);
    let response = world.send(add("1", 1).header("x-cart-token", &mine)).await;
    assert_ne!(response.value()["cartToken"].as_str().unwrap(), mine);
}

#[tokio::test]
async fn a_quantity_that_is_no_small_integer_is_a_400_and_changes_nothing() {
    let world = demo();
    world.send(add("1", 2)).await;
    for qty in [
        "-1",
        "0",
        "1.5",
        "\"2\"",
        "1e1",
        "2147483648",
        "99999999999999999999",
        "null",
        "[]",
        "{}",
        "true",
        "100",
        "-0",
        "2.0",
    ] {
        for call in [
            call("POST /cart").body(&format!("{{\"id\":\"1\",\"qty\":{qty}}}")),
            call("PUT /cart/items/{id}").path("id", "1").body(&format!("{{\"qty\":{qty}}}")),
        ] {
            // Setting to 0 is how a line is removed.
            if qty == "0" && call.event().request_context.route_key.as_deref() != Some("POST /cart") {
                continue;
            }
            let response = world.send(call.header("content-type", "application/json")).await;
            assert_eq!((response.status_code, response.code().as_str()), (400, "invalid_request"), "{qty}");
            assert_eq!(response.value()["errors"][0]["pointer"], "#/qty", "{qty}");
        }
    }
    assert_eq!(shown(&world).await, [("1".to_owned(), 2)]);
}

#[tokio::test]
async fn bad_bodies_are_told_apart() {
    let world = demo();
    let json = "application/json";
    let good = r#"{"id":"1","qty":1}"#;
    let large = format!("{{\"id\":\"1\",\"qty\":1,\"x\":\"{}\"}}", "x".repeat(64 * 1024));
    for (call, status, code) in [
        (call("POST /cart"), 400, "malformed_body"),
        (call("POST /cart").body("").header("content-type", json), 400, "malformed_body"),
        (call("POST /cart").body("{").header("content-type", json), 400, "malformed_body"),
        (call("POST /cart").body("null").header("content-type", json), 400, "malformed_body"),
        (call("POST /cart").body("[]").header("content-type", json), 400, "malformed_body"),
        (call("POST /cart").base64("%%%").header("content-type", json), 400, "malformed_body"),
        (call("POST /cart").base64("/w==").header("content-type", json), 400, "malformed_body"),
        (call("POST /cart").body("{}").header("content-type", json), 400, "invalid_request"),
        (call("POST /cart").body(r#"{"id":1,"qty":1}"#).header("content-type", json), 400, "invalid_request"),
        (call("POST /cart").body(good), 415, "unsupported_media_type"),
        (call("POST /cart").body(good).header("content-type", "text/plain"), 415, "unsupported_media_type"),
        (call("POST /cart").body(&large).header("content-type", json), 413, "body_too_large"),
        (call("POST /cart").body(r#"{"id":"9","qty":1}"#).header("content-type", json), 422, "unknown_product"),
        (call("PUT /cart/items/{id}").path("id", "a/b").json(json!({ "qty": 1 })), 400, "invalid_request"),
        (call("DELETE /cart/items/{id}").path("id", "é"), 400, "invalid_request"),
    ] {
        let response = world.send(call).await;
        assert_eq!((response.status_code, response.code().as_str()), (status, code), "{response:?}");
    }
    assert_eq!(shown(&world).await, []);
    let encoded =
        call("POST /cart").base64("eyJpZCI6IjEiLCJxdHkiOjF9").header("content-type", "Application/JSON; charset=utf-8");
    assert_eq!(world.send(encoded).await.status_code, 200);
}

#[tokio::test]
async fn a_delete_without_an_id_says_what_the_original_said() {
    let world = demo();
    for call in [call("DELETE /cart"), call("DELETE /cart").json(json!({}))] {
        let response = world.send(call).await;
        assert_eq!(response.status_code, 400);
        assert_eq!(response.value()["error"], "id required");
    }
}

#[tokio::test]
async fn setting_and_removing_can_be_repeated() {
    let world = demo();
    let set = |qty: u32| call("PUT /cart/items/{id}").path("id", "2").json(json!({ "qty": qty }));
    for _ in 0..2 {
        let response = world.send(set(3)).await;
        assert_eq!(lines(&response.value()), [("2".to_owned(), 3)]);
        assert_eq!(response.value()["version"], 1);
    }
    assert_eq!(lines(&world.send(set(0)).await.value()), []);
    for call in [call("DELETE /cart/items/{id}").path("id", "2"), call("DELETE /cart").json(json!({ "id": "9" }))] {
        assert_eq!(world.send(call).await.status_code, 200);
    }
}

#[tokio::test]
async fn if_match_guards_a_change() {
    let world = demo();
    let first = world.send(add("1", 1).header("if-match", "\"0\"")).await;
    assert_eq!(first.status_code, 200);
    for (tag, status) in [("\"0\"", 412), ("W/\"1\"", 412), ("1", 412), ("é", 412), ("\"7\", \"1\"", 200), ("*", 200)]
    {
        let response = world.send(add("1", 1).header("if-match", tag)).await;
        assert_eq!(response.status_code, status, "{tag}");
    }
    assert_eq!(shown(&world).await, [("1".to_owned(), 3)]);
}

#[tokio::test]
async fn a_cart_says_what_cannot_be_had() {
    let world = demo();
    world.set_stock("1", 1);
    let response = world.send(add("1", 2)).await;
    assert_eq!(response.value()["items"][0]["available"], false);
    world.delete("Products", json!({ "id": { "S": "1" } }));
    let response = world.send(call("GET /cart")).await.value();
    assert_eq!(response["items"], json!([{ "id": "1", "qty": 2, "available": false }]));
    assert_eq!(response["subtotalMinor"], 0);
}

#[tokio::test]
async fn adds_at_the_same_time_are_all_counted() {
    for memory in [false, true] {
        let world = Arc::new(World::new(Identity::Demo, memory));
        let adds = (0..12).map(|_| {
            let world = Arc::clone(&world);
            tokio::spawn(async move { world.send(add("1", 1)).await.status_code })
        });
        for done in adds.collect::<Vec<_>>() {
            assert_eq!(done.await.unwrap(), 200);
        }
        assert_eq!(shown(&world).await, [("1".to_owned(), 12)]);
    }
}
