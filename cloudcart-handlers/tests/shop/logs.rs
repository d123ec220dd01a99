//! What the functions write: one line for each request and record that says what became of it, and never a secret.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use cloudcart_handlers::http::{self, Failure, GatewayResponse, HttpHandler, Request, Response};
use cloudcart_handlers::store::StoreError;
use cloudcart_shop::functions::Function;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::events::{Answer, Call, batch, call};
use crate::faults::QUOTE;
use crate::shop::INVOCATION;
use crate::world::{SECRET_ACCESS_KEY, World, demo, standard};

const ADDRESS: &str = "198.51.100.77";
const EMAIL: &str = "ada.lovelace+shop@example.com";
const IDEMPOTENCY_KEY: &str = "idem-5f3a9c1e7b";
const BEARER: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1MSJ9.c2ln";
const API_KEY: &str = "ak_live_0c6d2f9b1e";
const OTHER_COOKIE: &str = "session-81b7d2e4";
const TRACE: &str = "1-6924e1b2-0123456789abcdef01234567";

/// Secrets of a request that the shop did not make itself.
const GIVEN: [&str; 7] = [ADDRESS, EMAIL, IDEMPOTENCY_KEY, BEARER, API_KEY, OTHER_COOKIE, SECRET_ACCESS_KEY];

/// The request with everything in it that somebody could regret to find in a log.
fn armed(call: Call, cart: &str, order: &str) -> Call {
    let cookies = format!("session={OTHER_COOKIE}; __Host-cart={cart}");
    call.from(ADDRESS)
        .header("x-forwarded-for", ADDRESS)
        .header("authorization", &format!("Bearer {BEARER}"))
        .header("x-api-key", API_KEY)
        .header("idempotency-key", IDEMPOTENCY_KEY)
        .header("x-cart-token", cart)
        .header("x-order-token", order)
        .cookie(&cookies)
}

/// The forms in which a secret could stand somewhere.
fn forms(secret: &str) -> Vec<String> {
    let percent = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    vec![secret.to_owned(), STANDARD.encode(secret), URL_SAFE_NO_PAD.encode(secret), percent]
}

fn assert_no_secret(text: &str, secrets: &[String]) {
    for form in secrets.iter().flat_map(|secret| forms(secret)) {
        assert!(!text.contains(&form), "{form} stands in {text}");
    }
}

/// A DynamoDB error.
fn fault(kind: &str, message: &str) -> String {
    json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{kind}"), "message": message }).to_string()
}

const OPERATIONS: [&str; 6] = ["Scan", "Query", "GetItem", "BatchGetItem", "UpdateItem", "TransactWriteItems"];

/// What the shop made: the row of its signing key, as base64.
fn signing_key(world: &World) -> String {
    let row = world.rows("Idempotency").into_iter().find(|row| row.get("bytes").is_some()).unwrap();
    row["bytes"]["B"].as_str().unwrap().to_owned()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Sends every route's requests, good ones and bad ones, and gives the answers.
async fn every_route(world: &World, cart: &str, order: &str, id: &str) -> Vec<GatewayResponse> {
    let line = json!({ "id": "1", "qty": 1 });
    let place = |items: Value| json!({ "items": items, "email": EMAIL, "clientReference": "order 7", "userId": "u1" });
    let calls = [
        call("GET /products"),
        call("GET /products").query("cursor=forged"),
        call("GET /products/{id}").path("id", "1"),
        call("GET /products/{id}").path("id", "9"),
        call("GET /categories/{name}").path("name", "grocery"),
        call("GET /openapi.json"),
        call("POST /cart").json(line.clone()),
        call("POST /cart").json(json!({ "id": "9", "qty": 1 })),
        call("POST /cart").body("not json"),
        call("PUT /cart/items/{id}").path("id", "1").json(json!({ "qty": 2 })),
        call("GET /cart"),
        call("DELETE /cart").json(json!({ "id": "1" })),
        call("DELETE /cart/items/{id}").path("id", "1"),
        call("POST /checkout").json(place(json!([line]))),
        call("POST /checkout").json(place(json!([line]))),
        call("POST /checkout").json(place(json!([{ "id": "1", "qty": 3 }]))),
        call("POST /checkout").json(json!({ "items": [{ "id": "3", "qty": 9 }], "email": EMAIL })),
        call("POST /checkout").json(json!({ "items": [{ "id": "1", "qty": 1 }], "total": 0.01, "email": EMAIL })),
        call("POST /checkout").json(json!({ "items": [], "email": EMAIL })),
        call("GET /orders").query("userId=u1"),
        call("GET /orders/{id}").path("id", id),
        call("GET /orders/{id}").path("id", "0199a3b4-0000-7000-8000-00000000000f"),
    ];
    let mut answers = Vec::new();
    for call in calls {
        answers.push(world.send_unchecked(armed(call, cart, order)).await);
    }
    answers
}

#[tokio::test]
async fn no_secret_ever_stands_in_a_line() {
    for world in [demo(), standard()] {
        world.set_stock("3", 1);
        let added = world.send(call("POST /cart").json(json!({ "id": "2", "qty": 1 }))).await;
        let made_up = "A".repeat(42) + "x";
        let cart = added.headers.get("x-cart-token").cloned().unwrap_or(made_up);
        let placed =
            world.send(call("POST /checkout").json(json!({ "items": [{ "id": "1", "qty": 1 }] }))).await.value();
        let (id, token) = (placed["id"].as_str().unwrap(), placed["orderToken"].as_str().unwrap());
        let messages = world.queue.take();
        // What an error can quote: the request that failed, and what came with ours.
        let given = [ADDRESS, IDEMPOTENCY_KEY, BEARER, API_KEY, OTHER_COOKIE, &cart, token].join(" ");
        let quoting = format!("{given} {QUOTE}");
        let mut secrets: Vec<String> = GIVEN.iter().map(|secret| (*secret).to_owned()).collect();
        secrets.extend([cart.clone(), token.to_owned(), signing_key(&world)]);

        let mut answers = every_route(&world, &cart, token, id).await;
        // Then each operation fails in its turn, and then all are throttled.
        for operation in OPERATIONS {
            world.faults.plan(operation, 200, &fault("AccessDeniedException", &quoting));
            world.clock.advance(25 * 60 * 60);
            answers.extend(every_route(&world, &cart, token, id).await);
            world.faults.forget();
            world.faults.plan(operation, 200, &fault("AccessDeniedException", QUOTE));
            world.work(&messages).await.unwrap();
            world.faults.forget();
        }
        for operation in OPERATIONS {
            world.faults.plan(operation, 200, &fault("ThrottlingException", &quoting));
        }
        answers.extend(every_route(&world, &cart, token, id).await);
        world.faults.forget();
        world.queue.down.store(true, Ordering::SeqCst);
        let unsent = call("POST /checkout").json(json!({ "items": [{ "id": "1", "qty": 1 }], "email": EMAIL }));
        answers.push(world.send_unchecked(armed(unsent, &cart, token).header("idempotency-key", "other-key-55")).await);
        secrets.push("other-key-55".to_owned());
        world.work(&messages).await.unwrap();

        let statuses: BTreeSet<u16> = answers.iter().map(|answer| answer.status_code).collect();
        for status in [200, 202, 400, 404, 409, 415, 422, 500, 503] {
            assert!(statuses.contains(&status), "{status} is not among {statuses:?}");
        }
        let text = world.lines.text();
        assert_no_secret(&text, &secrets);
        let lines = lines(&text);
        // The errors were not left out: they were cleaned.
        assert!(lines.iter().filter(|line| line["error"].to_string().contains("[concealed]")).count() > 10);
        for answer in answers.iter().filter(|answer| answer.status_code >= 400) {
            let others: Vec<String> = secrets.iter().filter(|secret| **secret != cart).cloned().collect();
            assert_no_secret(&answer.body, &others);
        }
    }
}

#[tokio::test]
async fn each_request_is_one_line_with_its_outcome() {
    let world = standard();
    world.set_stock("3", 1);
    let placed = world.send(call("POST /checkout").json(json!({ "items": [{ "id": "1", "qty": 1 }] }))).await.value();
    let (id, token) = (placed["id"].as_str().unwrap(), placed["orderToken"].as_str().unwrap());
    world.lines.take();
    let answers = every_route(&world, &"A".repeat(43), token, id).await;
    let lines = world.lines.take();
    assert_eq!(lines.len(), answers.len(), "{lines:#?}");
    for (line, answer) in lines.iter().zip(&answers) {
        assert_eq!(line["requestId"], answer.headers["x-request-id"]);
        assert_eq!(line["invocationId"], INVOCATION);
        assert_eq!(line["trace"], TRACE);
        assert_eq!(line["status"], answer.status_code);
        assert_eq!(line["durationMs"], 0);
        assert!(line["route"].as_str().unwrap().contains(" /"), "{line}");
        let refused = answer.status_code >= 400;
        let outcome = if refused { answer.code() } else { "ok".to_owned() };
        assert_eq!(line["outcome"], outcome);
        assert_eq!(line["message"], if refused { "request refused" } else { "request answered" });
        assert_eq!(line["level"], "INFO");
        // Wherever the answer is about an order, the line says which.
        if answer.status_code == 202 || line["route"] == "GET /orders/{id}" && !refused {
            assert_eq!(line["orderId"], answer.value().get("id").or(answer.value().get("orderId")).unwrap().clone());
        }
    }
    let reused = lines.iter().find(|line| line["outcome"] == "idempotency_key_reused").unwrap();
    assert!(lines.iter().any(|line| line["status"] == 202 && line["orderId"] == reused["orderId"]), "{reused}");
}

#[tokio::test]
async fn a_failure_is_an_error_line_whose_request_id_the_caller_has() {
    let world = demo();
    world.send(call("GET /cart")).await;
    world.lines.take();
    world.faults.plan("Scan", 1, &fault("AccessDeniedException", "not on this table"));
    let response = world.send(call("GET /products")).await;
    assert!(!response.body.contains("not on this table"));
    let lines = world.lines.take();
    let [line] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!((line["level"].as_str(), line["message"].as_str()), (Some("ERROR"), Some("request failed")));
    assert_eq!((line["status"].as_u64(), line["outcome"].as_str()), (Some(500), Some("internal")));
    assert!(line["error"].as_str().unwrap().contains("not on this table"), "{line}");
    assert_eq!(line["requestId"], response.value()["requestId"]);
}

#[tokio::test]
async fn store_error_text_not_in_body() {
    let world = demo();
    let id = world.send(call("POST /checkout").json(json!({ "items": [{ "id": "1", "qty": 1 }] }))).await.value();
    let id = id["id"].as_str().unwrap();
    let inside = ["arn:aws:iam::123456789012:role/x", "Products", "dynamodb", "GetItem", "gsi_"];
    let line = json!({ "id": "1", "qty": 1 });
    for kind in ["AccessDeniedException", "ValidationException", "ResourceNotFoundException", "ThrottlingException"] {
        for operation in OPERATIONS {
            world.faults.plan(operation, 200, &fault(kind, &inside.join(" ")));
        }
        for call in [
            call("GET /products"),
            call("GET /products/{id}").path("id", "1"),
            call("GET /categories/{name}").path("name", "grocery"),
            call("GET /cart"),
            call("POST /cart").json(line.clone()),
            call("DELETE /cart").json(line.clone()),
            call("POST /checkout").json(json!({ "items": [line] })),
            call("GET /orders").query("userId=u1"),
            call("GET /orders/{id}").path("id", id),
        ] {
            let response = world.send(call).await;
            let expected = if kind == "ThrottlingException" { (503, "busy") } else { (500, "internal") };
            assert_eq!((response.status_code, response.code().as_str()), expected);
            for text in inside.iter().chain([&kind]) {
                assert!(!response.body.to_lowercase().contains(&text.to_lowercase()), "{text} in {}", response.body);
            }
        }
        world.faults.forget();
    }
}

#[tokio::test]
async fn the_signing_key_is_not_logged_even_when_it_cannot_be_stored() {
    let world = demo();
    world.faults.plan("PutItem", 1, &fault("AccessDeniedException", QUOTE));
    assert_eq!(world.send(call("GET /cart")).await.status_code, 500);
    let line = world.lines.take().remove(0);
    assert!(line["error"].as_str().unwrap().contains(r#"\"B\":\"[concealed]\""#), "{line}");
}

#[tokio::test]
async fn what_is_a_secret_of_the_process_is_one_of_its_requests() {
    let world = demo();
    world.send(call("GET /cart")).await;
    world.lines.take();
    world.span.conceal("FwoGZXIvYXdzEBYa");
    world.faults.plan("Scan", 1, &fault("AccessDeniedException", "signed with FwoGZXIvYXdzEBYa"));
    world.send(call("GET /products")).await;
    let line = world.lines.take().remove(0);
    assert!(line["error"].as_str().unwrap().contains("signed with [concealed]"), "{line}");
}

/// A function with a bug that shows the caller's secrets.
struct Buggy;

#[async_trait]
impl HttpHandler for Buggy {
    const FUNCTION: Function = Function::Products;

    async fn prime(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn answer(&self, request: &Request) -> Result<Response, Failure> {
        let token = request.header("x-cart-token").unwrap();
        panic!("no cart {token} of {} in {request:?}", request.source_ip)
    }
}

#[tokio::test]
async fn a_panic_that_shows_secrets_is_logged_without_them() {
    let world = demo();
    let event = armed(call("GET /products"), &"c".repeat(43), "ot_x").event();
    let response = world.span.scope(http::handle(&Arc::new(Buggy), event, INVOCATION)).await;
    assert_eq!((response.status_code, response.code().as_str()), (500, "internal"));
    assert!(!response.body.contains("no cart"), "{}", response.body);
    let lines = world.lines.take();
    assert_eq!(
        lines[0]["error"],
        "panicked: no cart [concealed] of [concealed] in Request { operation: ListProducts, id: \"JKJaXmPLvHcESHA=\", .. }"
    );
    assert_eq!((lines[0]["outcome"].as_str(), lines[0]["route"].as_str()), (Some("internal"), Some("GET /products")));
}

#[tokio::test]
async fn a_row_left_out_is_logged_for_the_request_that_met_it() {
    let world = demo();
    let row = cloudcart_shop::attribute::Row::from([(
        "id".to_owned(),
        cloudcart_shop::attribute::Attribute::S("odd".to_owned()),
    )]);
    world.put("Products", &row);
    world.send(call("GET /products")).await;
    let lines = world.lines.take();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!((lines[0]["message"].as_str(), lines[0]["level"].as_str()), (Some("row left out"), Some("WARN")));
    assert_eq!(lines[0]["requestId"], lines[1]["requestId"]);
}

#[tokio::test]
async fn each_record_is_one_line_with_its_outcome() {
    let world = demo();
    world.set_stock("3", 1);
    let mut orders = Vec::new();
    for id in ["1", "3", "1"] {
        let response = world.send(call("POST /checkout").json(json!({ "items": [{ "id": id, "qty": 1 }] }))).await;
        orders.push(response.value()["id"].clone());
    }
    let sent = world.queue.take();
    world.set_stock("3", 0);
    world.lines.take();
    let gone = sent[2].replace(orders[2].as_str().unwrap(), "0199a3b4-0000-7000-8000-00000000000f");
    let newer = sent[2].replace("\"v\":1", "\"v\":2");
    let forged = sent[2].replace("JKJaXmPLvHcESHA=", "two words");
    let bodies = [&sent[0], &sent[1], &sent[0], &gone, &newer, &forged, &"not json".to_owned()].map(Clone::clone);
    let mut event = batch(&bodies);
    event["Records"][1]["attributes"]["ApproximateReceiveCount"] = "3".into();
    event["Records"][1]["attributes"]["AWSTraceHeader"] = format!("Root={TRACE};Sampled=1").into();
    let handled = cloudcart_handlers::worker::handle(&world.worker, event, i64::MAX);
    world.span.scope(handled).await.unwrap();

    let lines = world.lines.take();
    let said = |name: &str| lines.iter().map(|line| line[name].clone()).collect::<Vec<_>>();
    let request = "JKJaXmPLvHcESHA=";
    assert_eq!(
        said("message"),
        [
            "order confirmed",
            "order rejected",
            "order already handled",
            "record failed",
            "record failed",
            "order confirmed",
            "record failed"
        ]
    );
    assert_eq!(
        said("outcome"),
        [
            "confirmed",
            "rejected",
            "already_handled",
            "order_not_found",
            "unknown_version",
            "confirmed",
            "malformed_message"
        ]
    );
    let none = Value::Null;
    assert_eq!(said("messageId"), ["m0", "m1", "m2", "m3", "m4", "m5", "m6"]);
    assert_eq!(
        said("requestId"),
        [json!(request), json!(request), json!(request), json!(request), json!(request), none.clone(), none.clone()]
    );
    let [first, second, third] = &orders[..] else { panic!("{orders:?}") };
    let unknown = json!("0199a3b4-0000-7000-8000-00000000000f");
    assert_eq!(said("orderId"), [first, second, first, &unknown, third, third, &none].map(Clone::clone));
    assert_eq!(said("receiveCount"), [1, 3, 1, 1, 1, 1, 1].map(Value::from));
    assert_eq!(lines[1]["trace"], TRACE);
    assert_eq!(lines[1]["product"], "3");
    assert_eq!(lines[0]["totalMinor"], 9999);
}

#[tokio::test]
async fn a_poison_message_cannot_forge_or_flood_the_log() {
    let world = demo();
    let forged = json!({ "v": "\n{\"level\":\"INFO\",\"message\":\"order confirmed\"}\u{9b}2J", "requestId": "a\nb", "orderId": "x" });
    let flood = json!({ "v": "x".repeat(200_000) });
    world.work(&[forged.to_string(), flood.to_string()]).await.unwrap();
    let text = world.lines.text();
    let lines = lines(&text);
    assert_eq!(
        lines.iter().map(|line| line["message"].clone()).collect::<Vec<_>>(),
        ["record failed", "record failed"]
    );
    assert!(!text.contains('\u{9b}'));
    assert!(text.len() < 16_384, "{}", text.len());
}

#[tokio::test]
async fn checkout_with_broken_metrics_sink_still_202() {
    let world = demo();
    world.lines.broken.store(true, Ordering::SeqCst);
    let response = world.send(call("POST /checkout").json(json!({ "items": [{ "id": "1", "qty": 1 }] }))).await;
    assert_eq!(response.status_code, 202, "{response:?}");
    let answer = world.work(&world.queue.take()).await.unwrap();
    assert!(answer.batch_item_failures.is_empty());
    assert_eq!(world.rows("Orders")[0]["status"]["S"], "confirmed");
    assert!(world.lines.take().is_empty());
}
