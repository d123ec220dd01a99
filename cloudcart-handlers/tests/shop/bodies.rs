//! What stands in a body: JSON that is none, sizes, numbers, quantities, and prices that the client makes up.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cloudcart_shop::attribute::{Attribute, Row};
use cloudcart_shop::catalogue::ProductInput;
use serde_json::{Value, json};

use crate::events::{Answer, Call, call};
use crate::world::{World, demo};

fn with(route: &str, body: &str) -> Call {
    call(route).path("id", "1").body(body).header("content-type", "application/json")
}

const WITH_A_BODY: [&str; 4] = ["POST /cart", "PUT /cart/items/{id}", "DELETE /cart", "POST /checkout"];

fn product(world: &World, id: &str, price: &str, currency: &str) {
    let input = ProductInput::from_fields(|name| match name {
        "id" | "name" => Some(id.to_owned()),
        "price" => Some(price.to_owned()),
        "currency" => Some(currency.to_owned()),
        "category" => Some("c".to_owned()),
        _ => None,
    });
    world.put("Products", &input.unwrap().product_row());
}

#[tokio::test]
async fn malformed_bodies_are_400_with_a_pointer() {
    let world = demo();
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let deep_object = "{\"items\":".repeat(200);
    for route in WITH_A_BODY {
        for body in [
            "{",
            "null",
            "[]",
            "1",
            "\"x\"",
            "true",
            "{'id':1}",
            "{} {}",
            "{\"id\"}",
            "\u{feff}{}",
            "\u{0}",
            "NaN",
            &deep,
            &deep_object,
        ] {
            let response = world.send(with(route, body)).await;
            assert_eq!((response.status_code, response.code().as_str()), (400, "malformed_body"), "{route} {body}");
            assert_eq!(response.value()["errors"][0]["pointer"], "#", "{route} {body}");
        }
        for bytes in [&[b'{', 0xff, b'}'][..], &[0xed, 0xa0, 0x80], &[0xc0, 0xaf]] {
            let response = world.send(with(route, "").base64(&STANDARD.encode(bytes))).await;
            assert_eq!((response.status_code, response.code().as_str()), (400, "malformed_body"), "{route}");
        }
        let twice = world.send(with(route, r#"{"id":"1","qty":1,"qty":2}"#)).await;
        assert_eq!(
            (twice.status_code, twice.value()["errors"][0]["pointer"].as_str()),
            (400, Some("#/qty")),
            "{route}"
        );
    }
    for route in ["POST /cart", "PUT /cart/items/{id}", "POST /checkout"] {
        assert_eq!(world.send(with(route, "")).await.code(), "malformed_body", "{route}");
    }
    let deep = format!(r#"{{"items":{deep}}}"#);
    let nested = world.send(with("POST /checkout", &deep)).await;
    assert_eq!((nested.status_code, nested.value()["errors"][0]["pointer"].as_str()), (400, Some("#/items/0")));
    assert!(world.rows("Orders").is_empty());
    assert!(world.rows("Carts").is_empty());
}

#[tokio::test]
async fn body_64k_plus_1_413() {
    let world = demo();
    let body = |bytes: usize| {
        let frame = r#"{"id":"1","qty":1,"x":""}"#;
        frame.replace("\"\"", &format!("\"{}\"", "x".repeat(bytes - frame.len())))
    };
    for (bytes, status) in [(64 * 1024, 200), (64 * 1024 + 1, 413), (1024 * 1024, 413)] {
        let body = body(bytes);
        assert_eq!(body.len(), bytes);
        assert_eq!(world.send(with("POST /cart", &body)).await.status_code, status, "{bytes}");
        // What counts is the body, not the third that base64 adds to it.
        let encoded = with("POST /cart", "").base64(&STANDARD.encode(&body));
        assert_eq!(world.send(encoded).await.status_code, status, "{bytes} in base64");
    }
    for route in WITH_A_BODY {
        assert_eq!(world.send(with(route, &body(64 * 1024 + 1))).await.code(), "body_too_large", "{route}");
    }
    assert_eq!(world.send(call("GET /cart")).await.value()["items"][0]["qty"], 2);
}

#[tokio::test]
async fn total_1e400_400() {
    let world = demo();
    let order = |total: &str| with("POST /checkout", &format!(r#"{{"items":[{{"id":"1","qty":1}}],"total":{total}}}"#));
    let forty = "1".repeat(40);
    for total in [
        "1e400",
        "1E400",
        "-1e400",
        "-0",
        "-1",
        "0.001",
        "99.999",
        &forty,
        &format!("0.{forty}"),
        "1e-400",
        "\"99.99\"",
        "{}",
        "[]",
        "true",
    ] {
        let response = world.send(order(total)).await;
        assert_eq!((response.status_code, response.code().as_str()), (400, "invalid_request"), "{total}");
        assert_eq!(response.value()["errors"][0]["pointer"], "#/total", "{total}");
    }
    // JSON has neither of these.
    for total in ["NaN", "Infinity", "-Infinity", "01", "1.", "+1", "0x1"] {
        assert_eq!(world.send(order(total)).await.code(), "malformed_body", "{total}");
    }
    assert!(world.rows("Orders").is_empty());
    // All of these are numbers, and are read exactly.
    for (total, minor) in [("1e2", 10_000), ("1E2", 10_000), ("99.990", 9_999), ("9999e-2", 9_999), ("99.99", 9_999)] {
        let response = world.send(order(total)).await;
        assert_eq!(response.status_code, 202, "{total}");
        let shown = response.value()["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|warning| warning["clientTotal"].clone())
            .next();
        assert_eq!(shown.is_some(), minor != 9_999, "{total}");
    }
}

#[tokio::test]
async fn quantities_of_an_order_that_are_no_small_integers_are_400() {
    let world = demo();
    for qty in
        ["-1", "0", "1.5", "\"2\"", "1e1", "2147483648", "99999999999999999999", "null", "[]", "{}", "true", "100"]
    {
        let body = format!(r#"{{"items":[{{"id":"1","qty":1}},{{"id":"2","qty":{qty}}}]}}"#);
        let response = world.send(with("POST /checkout", &body)).await;
        assert_eq!((response.status_code, response.code().as_str()), (400, "invalid_request"), "{qty}");
        assert_eq!(response.value()["errors"][0]["pointer"], "#/items/1/qty", "{qty}");
    }
    assert!(world.rows("Orders").is_empty());
    assert!(world.queue.take().is_empty());
}

#[tokio::test]
async fn mixed_currency_422() {
    let world = demo();
    product(&world, "tea", "5", "EUR");
    let both = json!({ "items": [{ "id": "1", "qty": 1 }, { "id": "tea", "qty": 1 }] });
    assert_eq!(world.send(call("POST /checkout").json(both)).await.code(), "mixed_currency");
    assert!(world.rows("Orders").is_empty());
    let add = |id: &str| call("POST /cart").json(json!({ "id": id, "qty": 1 }));
    assert_eq!(world.send(add("1")).await.status_code, 200);
    let response = world.send(add("tea")).await;
    assert_eq!((response.status_code, response.code().as_str()), (422, "mixed_currency"));
    let cart = world.send(call("GET /cart")).await.value();
    assert_eq!((cart["items"].as_array().unwrap().len(), cart["currency"].as_str()), (1, Some("USD")));
}

#[tokio::test]
async fn a_price_that_the_client_names_is_no_price() {
    let world = demo();
    let tampered = json!({
        "items": [{ "id": "1", "qty": 2, "price": 0.01, "priceMinor": 1, "lineTotal": 0.02, "currency": "JPY", "name": "x" }],
        "totalMinor": 1, "currency": "JPY", "status": "confirmed", "orderId": "0199a3b4-0000-7000-8000-00000000000f", "v": 9
    });
    let response = world.send(call("POST /checkout").json(tampered)).await;
    assert_eq!(response.status_code, 202, "{response:?}");
    let body = response.value();
    assert_eq!((&body["totalMinor"], &body["currency"]), (&json!(19_998), &json!("USD")));
    assert_eq!((&body["items"][0]["price"], &body["status"]), (&json!(99.99), &json!("pending")));
    assert_ne!(body["id"], "0199a3b4-0000-7000-8000-00000000000f");
    let message: Value = serde_json::from_str(&world.queue.take()[0]).unwrap();
    assert_eq!((&message["items"][0]["priceMinor"], &message["totalMinor"]), (&json!(9_999), &json!(19_998)));
    let line = json!({ "id": "1", "qty": 1, "price": 0.01, "lineTotal": 0.01 });
    assert_eq!(world.send(call("POST /cart").json(line)).await.value()["subtotalMinor"], 9_999);
}

#[tokio::test]
async fn total_0_01_409_and_total_199_99_202_charged_199_98() {
    let world = demo();
    let order = |total: f64| call("POST /checkout").json(json!({ "items": [{ "id": "1", "qty": 2 }], "total": total }));
    let refused = world.send(order(0.01)).await;
    assert_eq!((refused.status_code, refused.code().as_str()), (409, "total_exceeds_expected"));
    assert_eq!(refused.value()["currentTotalMinor"], 19_998);
    assert!(world.rows("Orders").is_empty());
    let charged = world.send(order(199.99)).await;
    assert_eq!((charged.status_code, &charged.value()["totalMinor"]), (202, &json!(19_998)));
    assert_eq!(world.rows("Orders").len(), 1);
}

#[tokio::test]
async fn overflow_is_422_not_panic() {
    let world = demo();
    // The dearest price that the seeder takes, as often as an order can hold it, is still an exact number.
    let lines: Vec<Value> = (0..50).map(|at| json!({ "id": format!("p{at}"), "qty": 99 })).collect();
    for at in 0..50 {
        product(&world, &format!("p{at}"), "10000000000.00", "USD");
    }
    let response = world.send(call("POST /checkout").json(json!({ "items": lines }))).await;
    assert_eq!((response.status_code, &response.value()["totalMinor"]), (202, &json!(4_950_000_000_000_000_i64)));
    // A row that somebody else wrote may say more. Nobody can order it, and nothing wraps.
    for price in ["92233720368547758.07", "99999999999999999999999999999999999999", "1E+125"] {
        let row = Row::from([
            ("id".to_owned(), Attribute::text("dear")),
            ("name".to_owned(), Attribute::text("Dear")),
            ("price".to_owned(), Attribute::N(price.to_owned())),
            ("category".to_owned(), Attribute::text("c")),
        ]);
        world.put("Products", &row);
        let order = call("POST /checkout").json(json!({ "items": [{ "id": "dear", "qty": 99 }] }));
        assert_eq!(world.send(order).await.status_code, 422, "{price}");
        let add = call("POST /cart").json(json!({ "id": "dear", "qty": 99 }));
        assert_eq!(world.send(add).await.status_code, 422, "{price}");
    }
}

#[tokio::test]
async fn duplicate_lines_merged() {
    let world = demo();
    world.set_stock("1", 9);
    let twice = json!({ "items": [{ "id": "1", "qty": 2 }, { "id": "2", "qty": 1 }, { "id": "1", "qty": 3 }] });
    let response = world.send(call("POST /checkout").json(twice)).await;
    assert_eq!(response.status_code, 202, "{response:?}");
    let lines: Vec<_> = response.value()["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["id"].clone(), line["qty"].clone()))
        .collect();
    assert_eq!(lines, [(json!("1"), json!(5)), (json!("2"), json!(1))]);
    world.faults.seen();
    world.work(&world.queue.take()).await.unwrap();
    assert_eq!(world.stock()["1"], "4");
    let writes: Vec<Value> = world
        .faults
        .seen()
        .into_iter()
        .filter(|(name, _)| name == "TransactWriteItems")
        .map(|(_, body)| serde_json::from_str(&body).unwrap())
        .collect();
    // The order, and the one row that is counted, once.
    assert_eq!(writes.iter().map(|write| write["TransactItems"].as_array().unwrap().len()).collect::<Vec<_>>(), [2]);
}

#[tokio::test]
async fn invalid_then_fixed_with_same_key_succeeds() {
    let world = demo();
    let order = |body: Value| call("POST /checkout").json(body).header("idempotency-key", "k1");
    for wrong in [
        json!({ "items": [{ "id": "1", "qty": 0 }] }),
        json!({ "items": [{ "id": "9", "qty": 1 }] }),
        json!({ "items": [{ "id": "1", "qty": 1 }], "total": 1 }),
    ] {
        assert!(world.send(order(wrong)).await.status_code >= 400);
    }
    let fixed = world.send(order(json!({ "items": [{ "id": "1", "qty": 1 }] }))).await;
    assert_eq!((fixed.status_code, fixed.headers.contains_key("idempotent-replayed")), (202, false));
}
