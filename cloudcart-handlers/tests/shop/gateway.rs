//! What API Gateway does to a request on its way: it decodes paths, joins headers, takes cookies apart, and may encode a body.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cloudcart_handlers::event::HttpEvent;
use cloudcart_handlers::http;
use cloudcart_shop::catalogue::ProductInput;
use serde_json::{Value, json};

use crate::events::{Answer, Call, call};
use crate::shop::INVOCATION;
use crate::world::{World, demo, standard};

const SEED: &str = r#"{"items":[{"id":"1","qty":2}],"total":199.99}"#;

fn checkout() -> Call {
    call("POST /checkout").body(SEED).header("content-type", "application/json")
}

fn id(answer: &http::GatewayResponse) -> String {
    answer.value()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn base64_body_ok() {
    let world = demo();
    let encoded = checkout().base64(&STANDARD.encode(SEED));
    assert_eq!(world.send(encoded).await.value()["totalMinor"], 19_998);
    let added = call("POST /cart").base64(&STANDARD.encode(r#"{"id":"1","qty":1}"#));
    assert_eq!(world.send(added.header("content-type", "application/json")).await.status_code, 200);
}

#[tokio::test]
async fn bad_base64_is_400_without_crash() {
    let world = demo();
    for body in ["%%%", "eyJ", "e30=e30=", "é", "{}", &STANDARD.encode(SEED)[1..]] {
        let response = world.send(checkout().base64(body)).await;
        assert_eq!((response.status_code, response.code().as_str()), (400, "malformed_body"), "{body}");
        assert!(response.value()["detail"].as_str().unwrap().contains("base64"), "{response:?}");
    }
    assert_eq!(world.rows("Orders").len(), 0);
}

#[tokio::test]
async fn header_names_count_in_any_case() {
    let world = standard();
    let first = world.send(checkout().header("IDEMPOTENCY-KEY", "k1")).await;
    for name in ["Idempotency-Key", "idempotency-key", "iDEMPOTENCY-kEY"] {
        let again = world.send(checkout().header(name, "k1")).await;
        assert_eq!((again.headers["idempotent-replayed"].as_str(), id(&again)), ("true", id(&first)), "{name}");
    }
    let token = first.value()["orderToken"].as_str().unwrap().to_owned();
    for name in ["X-Order-Token", "X-ORDER-TOKEN"] {
        let read = call("GET /orders/{id}").path("id", &id(&first)).header(name, &token);
        assert_eq!(world.send(read).await.status_code, 200, "{name}");
    }
    let shouted = call("POST /cart").body(r#"{"id":"1","qty":1}"#).header("CONTENT-TYPE", "APPLICATION/JSON");
    assert_eq!(world.send(shouted).await.status_code, 200);
}

#[tokio::test]
async fn two_idempotency_keys_400() {
    let world = demo();
    // As the gateway joins them, and as a proxy on the way may.
    for joined in ["k1,k2", "k1, k2", "\"k1\",\"k2\"", "k1,k1", "k1,", ","] {
        let response = world.send(checkout().header("idempotency-key", joined)).await;
        assert_eq!((response.status_code, response.code().as_str()), (400, "invalid_request"), "{joined}");
    }
    assert!(world.rows("Orders").is_empty());
}

#[tokio::test]
async fn cookies_come_apart_from_the_headers() {
    let world = standard();
    let added = world.send(call("POST /cart").json(json!({ "id": "1", "qty": 2 }))).await;
    let token = added.headers["x-cart-token"].clone();
    let mine = format!("__Host-cart={token}");
    let several = json!(["a=b; c=d", format!("theme=dark; {mine}"), "z=__Host-cart=no"]);
    for cookies in [json!([mine.clone()]), several, json!([format!(" {mine} ;")])] {
        let read = call("GET /cart").cookie("x").member("/cookies", cookies.clone());
        assert_eq!(world.send(read).await.value()["items"][0]["qty"], 2, "{cookies}");
    }
    // Another cookie whose name only ends, begins or is spelt like ours is not ours.
    for cookie in [format!("x__Host-cart={token}"), format!("__Host-carts={token}"), format!("__host-cart={token}")] {
        assert_eq!(world.send(call("GET /cart").cookie(&cookie)).await.value()["items"], json!([]), "{cookie}");
    }
}

/// Ids as an HTTP API hands them over, decoded once: `%2F`, `%3Fadmin=true`, `%23`, `%2525`, dots, letters of other scripts.
fn odd_ids() -> Vec<String> {
    let odd = [
        "1/",
        "/1",
        "1/2",
        "..",
        ".",
        "../1",
        "1/../2",
        "1?admin=true",
        "?",
        "1#",
        "#1",
        "1%25",
        "%2F",
        "%31",
        "1%00",
        "é",
        "e\u{301}",
        "１",
        "🛒",
        "1 ",
        " 1",
        "1\n",
        "1\u{0}",
        "1,2",
        "1;2",
        "1&2",
        "1+",
        "*",
        "{id}",
        "null",
        "1\u{200b}",
        "signing-key#1",
        "t#0",
        "' OR 1=1",
        "",
    ];
    odd.into_iter().map(str::to_owned).chain(["1".repeat(65), "x".repeat(2_048), "é".repeat(1_024)]).collect()
}

#[tokio::test]
async fn id_with_2f_3f_23_2525_dots_accents_emoji_2kb_is_never_another_id() {
    let world = demo();
    world.send(call("POST /cart").json(json!({ "id": "1", "qty": 1 }))).await;
    world.send(checkout()).await;
    for odd in odd_ids() {
        // `rawPath` is decoded as well, which is why nothing reads it.
        let at = |route: &str| {
            let path = route.split_once(' ').unwrap().1.replace("{id}", &odd);
            call(route).path("id", &odd).member("/rawPath", json!(path))
        };
        let product = world.send(at("GET /products/{id}")).await;
        assert_eq!((product.status_code, product.code().as_str()), (404, "product_not_found"), "{odd:?}");
        let order = world.send(at("GET /orders/{id}")).await;
        assert_eq!((order.status_code, order.code().as_str()), (404, "order_not_found"), "{odd:?}");
        // `null` is a well-formed id of a product that there is none of.
        let set = world.send(at("PUT /cart/items/{id}").json(json!({ "qty": 3 }))).await;
        assert_eq!(set.status_code, if odd == "null" { 422 } else { 400 }, "{odd:?}");
        let removed = world.send(at("DELETE /cart/items/{id}")).await;
        assert_eq!(removed.status_code, if odd == "null" { 200 } else { 400 }, "{odd:?}");
    }
    let cart = world.send(call("GET /cart")).await.value();
    assert_eq!((cart["items"][0]["qty"].clone(), cart["version"].clone()), (json!(1), json!(1)));
}

#[tokio::test]
async fn the_path_of_an_event_is_never_read() {
    let world = demo();
    let plain = world.send(call("GET /products/{id}").path("id", "1")).await;
    for path in ["/products/2", "/", "", "//products//1", "/products/1/", "/%zz", "/products/1?x=#", "/cart", "🛒"] {
        let event = call("GET /products/{id}").path("id", "1").member("/rawPath", json!(path));
        let event = event.member("/requestContext/http/path", json!(path));
        assert_eq!(world.send(event).await, plain, "{path}");
    }
}

#[tokio::test]
async fn a_stage_prefix_in_the_path_changes_nothing() {
    let world = demo();
    let plain = world.send(call("GET /products/{id}").path("id", "1")).await;
    let staged = call("GET /products/{id}").path("id", "1").member("/rawPath", json!("/prod/products/1"));
    let staged = staged.member("/requestContext/stage", json!("prod"));
    assert_eq!(world.send(staged.member("/requestContext/http/path", json!("/prod/products/1"))).await, plain);
}

#[tokio::test]
async fn slashes_and_methods_that_are_no_route_are_404() {
    let world = demo();
    for key in [
        "GET /products/",
        "GET //products",
        "HEAD /products",
        "OPTIONS /products",
        "get /products",
        "GET  /products",
        "POST /products",
        "ANY /{proxy+}",
        "$default",
        "",
    ] {
        let event =
            call("GET /products").member("/routeKey", json!(key)).member("/requestContext/routeKey", json!(key));
        let response = http::handle(&world.products, event.event(), INVOCATION).await;
        assert_eq!((response.status_code, response.code().as_str()), (404, "not_found"), "{key}");
    }
}

#[tokio::test]
async fn an_event_of_another_kind_is_no_route() {
    // What a REST API, a load balancer or a test console sends. Nothing of it is taken for a route.
    let world = demo();
    for event in [
        json!({ "resource": "/products", "path": "/products", "httpMethod": "GET", "headers": {}, "queryStringParameters": null,
                "pathParameters": null, "requestContext": { "resourcePath": "/products", "httpMethod": "GET", "requestId": "r" },
                "body": null, "isBase64Encoded": false }),
        json!({ "requestContext": { "elb": { "targetGroupArn": "arn" } }, "httpMethod": "GET", "path": "/products",
                "headers": {}, "body": "", "isBase64Encoded": false }),
    ] {
        // Read at all, it is no route; not read, the runtime reports it and no function sees it.
        let Ok(event) = serde_json::from_value::<HttpEvent>(event) else { continue };
        let response = http::handle(&world.products, event, INVOCATION).await;
        assert_eq!((response.status_code, response.value()["code"].as_str()), (404, Some("not_found")));
    }
    let bare = json!({ "requestContext": { "http": { "method": "GET" } } });
    let event: HttpEvent = serde_json::from_value(bare).unwrap();
    let response = http::handle(&world.products, event, INVOCATION).await;
    assert_eq!((response.status_code, response.value()["requestId"].as_str()), (404, Some(INVOCATION)));
}

#[tokio::test]
async fn two_ips_same_token_share() {
    let world = standard();
    let added = world.send(call("POST /cart").json(json!({ "id": "1", "qty": 2 })).from("203.0.113.7")).await;
    let token = added.headers["x-cart-token"].clone();
    let elsewhere = call("GET /cart").header("x-cart-token", &token).from("198.51.100.1");
    assert_eq!(world.send(elsewhere).await.value()["items"][0]["qty"], 2);
}

#[tokio::test]
async fn same_ip_two_tokens_do_not() {
    for world in [standard(), demo()] {
        let tokens = ["A".repeat(43), "B".repeat(43)];
        let mut held = Vec::new();
        for (token, qty) in tokens.iter().zip([2, 5]) {
            let add = call("POST /cart").json(json!({ "id": "1", "qty": qty })).header("x-cart-token", token);
            let answer = world.send(add).await;
            held.push((answer.headers["x-cart-token"].clone(), qty));
        }
        for (token, qty) in held {
            let cart = world.send(call("GET /cart").header("x-cart-token", &token)).await.value();
            assert_eq!(cart["items"].as_array().unwrap().len(), 1);
            assert_eq!(cart["items"][0]["qty"], qty);
        }
    }
}

#[tokio::test]
async fn category_c3a9_nfc_nfd() {
    let world = demo();
    let (nfc, nfd) = ("Caf\u{e9}", "Cafe\u{301}");
    for (id, category) in [("a", nfc), ("b", nfd)] {
        let input = ProductInput::from_fields(|name| match name {
            "id" => Some(id.to_owned()),
            "name" => Some("Cup".to_owned()),
            "price" => Some("1".to_owned()),
            "category" => Some(category.to_owned()),
            _ => None,
        });
        world.put("Products", &input.unwrap().product_row());
    }
    let ids = |value: Value| -> Vec<String> {
        value.as_array().unwrap().iter().map(|product| product["id"].as_str().unwrap().to_owned()).collect()
    };
    for name in [nfc, nfd] {
        let listed = world.send(call("GET /categories/{name}").path("name", name)).await.value();
        assert_eq!(ids(listed), ["a", "b"], "{name:?}");
        // A cursor of the one is one of the other.
        let first = world.send(call("GET /categories/{name}").path("name", nfc).query("limit=1")).await;
        let query = format!("limit=1&cursor={}", first.headers["x-next-cursor"]);
        let second = world.send(call("GET /categories/{name}").path("name", name).query(&query)).await;
        assert_eq!(ids(second.value()), ["b"], "{name:?}");
    }
    for query in ["category=Caf%C3%A9", "category=Cafe%CC%81"] {
        assert_eq!(ids(world.send(call("GET /products").query(query)).await.value()), ["a", "b"], "{query}");
    }
    for empty in [call("GET /categories/{name}").path("name", ""), call("GET /products").query("category=")] {
        assert_eq!(world.send(empty).await.code(), "invalid_request");
    }
}

/// Every text that DynamoDB reads as an expression.
fn expressions(world: &World) -> Vec<String> {
    fn walk(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    match value {
                        Value::String(text) if name.ends_with("Expression") => found.push(text.clone()),
                        Value::Object(names) if name == "ExpressionAttributeNames" => {
                            found.extend(names.values().map(|name| name.as_str().unwrap().to_owned()));
                        }
                        _ => walk(value, found),
                    }
                }
            }
            Value::Array(elements) => elements.iter().for_each(|value| walk(value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    for (_, body) in world.faults.seen() {
        walk(&serde_json::from_str(&body).unwrap(), &mut found);
    }
    found
}

/// Sends a request of every kind that leads to an expression, with this word wherever the caller has a say.
async fn say(world: &World, word: &str) -> Vec<String> {
    world.set_stock("1", 50);
    let line = json!({ "id": word, "qty": 2 });
    let items = json!([{ "id": "1", "qty": 2 }]);
    let body = json!({ "items": items, "email": "a@example.com", "clientReference": word, "userId": word, word: 1 });
    let escaped = percent_encoding::utf8_percent_encode(word, percent_encoding::NON_ALPHANUMERIC);
    for call in [
        call("GET /products").query(&format!("category={escaped}")),
        call("GET /products/{id}").path("id", word),
        call("GET /categories/{name}").path("name", word),
        call("POST /cart").json(line.clone()),
        call("PUT /cart/items/{id}").path("id", word).json(json!({ "qty": 3, word: 1 })),
        call("DELETE /cart").json(json!({ "id": word })),
        call("POST /checkout").json(body).header("idempotency-key", "k"),
        call("GET /orders").query(&format!("userId={escaped}")),
        call("GET /orders/{id}").path("id", word),
    ] {
        world.send_unchecked(call).await;
    }
    world.work(&world.queue.take()).await.unwrap();
    expressions(world)
}

#[tokio::test]
async fn nothing_of_a_request_reaches_an_expression() {
    let plain = say(&demo(), "1").await;
    assert!(plain.len() > 20, "{plain:?}");
    // An id that reads like an attribute, and what would be a second action: not one expression more or other than before.
    for word in ["price", "version", "-", "..."] {
        let said = say(&demo(), word).await;
        assert!(said.iter().all(|text| plain.contains(text)), "{word}: {said:?}");
    }
    for word in ["1 REMOVE #x", ":qty", "#price", "price = :p REMOVE #x", "1) OR attribute_exists(#key"] {
        let said = say(&demo(), word).await;
        assert!(said.iter().all(|text| plain.contains(text)), "{word}: {said:?}");
    }
}
