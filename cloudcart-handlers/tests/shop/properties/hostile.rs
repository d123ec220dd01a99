//! No event makes a function fail: whatever comes in, what goes out is an answer that the OpenAPI document names, and never a 5xx.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cloudcart_handlers::event::HttpEvent;
use cloudcart_handlers::http::{self, HttpHandler};
use cloudcart_handlers::store::memory::{Memory, Table};
use cloudcart_shop::catalogue;
use cloudcart_shop::env::Identity;
use cloudcart_shop::functions::Function;
use cloudcart_shop::ids::ProductId;
use cloudcart_shop::product::Stock;
use cloudcart_shop::routes::ROUTES;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};
use std::sync::Arc;

use super::{cases, runtime};
use crate::contract;
use crate::events::Answer;
use crate::shop::Shop;

const TOKEN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const ODD_TEXTS: [&str; 22] = [
    "",
    "1",
    "2",
    "9",
    "0199a3b4-0000-7000-8000-00000000000f",
    "..",
    "a/b",
    "%2F",
    "%2525",
    "?admin=true",
    "#",
    "é",
    "e\u{301}",
    "\u{1f6d2}",
    "\u{feff}",
    "\u{fffe}",
    "\u{202e}x",
    "\0",
    "\n\u{1b}[0m",
    "' OR 1=1 --",
    "price = :p REMOVE #x",
    "electronics",
];
const ODD_NUMBERS: [&str; 20] = [
    "0",
    "-0",
    "-1",
    "1",
    "2",
    "99",
    "100",
    "1.5",
    "1e1",
    "1e400",
    "-1e400",
    "1E-400",
    "0.001",
    "199.98",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "99999999999999999999999999999999999999999",
    "0.0000000000000000000000000000000000000001",
    "1e-2147483649",
];

/// A text: plain, odd, or any.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(ODD_TEXTS.as_slice()).prop_map(str::to_owned),
        2 => "[ -~]{0,40}",
        1 => any::<String>(),
        1 => (1_usize..3_000).prop_map(|times| "x".repeat(times)),
    ]
}

/// JSON text: a value of any kind, numbers included that no type holds.
fn json_text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        3 => select(ODD_NUMBERS.as_slice()).prop_map(str::to_owned),
        2 => text().prop_map(|text| json!(text).to_string()),
        1 => select(vec!["null", "true", "false", "[]", "{}", "\"\\ud800\"", "\"\\u0000\"", "NaN", ""]).prop_map(str::to_owned),
        1 => any::<f64>().prop_map(|number| json!(number).to_string()),
        1 => (1_usize..300).prop_map(|depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth))),
        1 => (1_usize..300).prop_map(|depth| format!("{}1{}", "{\"id\":".repeat(depth), "}".repeat(depth))),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![vec(inner.clone(), 0..5).prop_map(|values| format!("[{}]", values.join(","))), members(inner),]
    })
}

/// The text of an object whose members have the shop's names, or others. A name may stand twice.
fn members(value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let name = prop_oneof![
        6 => select(vec!["id", "qty", "items", "total", "email", "clientReference", "userId"]).prop_map(str::to_owned),
        1 => text(),
    ];
    let member = (name, value).prop_map(|(name, value)| format!("{}:{value}", json!(name)));
    vec(member, 0..6).prop_map(|members| format!("{{{}}}", members.join(",")))
}

/// A body that is right but for, perhaps, one member.
fn near_miss() -> impl Strategy<Value = String> {
    let good = vec![
        json!({ "id": "1", "qty": 2 }),
        json!({ "qty": 3 }),
        json!({ "id": "1" }),
        json!({ "items": [{ "id": "1", "qty": 2 }, { "id": "2", "qty": 1 }], "total": 500.5, "userId": "u1" }),
        json!({ "items": [{ "id": "1", "qty": 2 }], "email": "a@b", "id": "order-7", "clientReference": "x" }),
        json!({ "total": 100 }),
    ];
    (select(good), any::<prop::sample::Index>(), option::weighted(0.7, json_text())).prop_map(|(good, at, other)| {
        let mut members: Vec<(String, String)> = good
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (json!(name).to_string(), value.to_string()))
            .collect();
        let at = at.index(members.len());
        match other {
            Some(other) if other.is_empty() => drop(members.remove(at)),
            Some(other) => members[at].1 = other,
            None => {}
        }
        let members: Vec<_> = members.into_iter().map(|(name, value)| format!("{name}:{value}")).collect();
        format!("{{{}}}", members.join(","))
    })
}

/// The members `body` and `isBase64Encoded` of an event, whether they fit or not.
fn body() -> impl Strategy<Value = (Option<String>, bool)> {
    prop_oneof![
        1 => Just((None, false)),
        6 => near_miss().prop_map(|body| (Some(body), false)),
        2 => near_miss().prop_map(|body| (Some(STANDARD.encode(body)), true)),
        3 => json_text().prop_map(|body| (Some(body), false)),
        1 => vec(any::<u8>(), 0..200).prop_map(|bytes| (Some(STANDARD.encode(bytes)), true)),
        1 => (text(), any::<bool>()).prop_map(|(body, base64)| (Some(body), base64)),
        1 => Just((Some(format!("{{\"id\":\"{}\"}}", "x".repeat(64 * 1024))), false)),
    ]
}

fn query() -> impl Strategy<Value = String> {
    let name = select(vec!["limit", "cursor", "category", "userId", "status", "x", ""]);
    let value = prop_oneof![
        2 => select(vec!["1", "0", "100", "101", "-1", "pending", "u1", "electronics", "%", "%ff", "%00", "e30.e30"]).prop_map(str::to_owned),
        2 => text().prop_map(|text| utf8_percent_encode(&text, NON_ALPHANUMERIC).to_string()),
        1 => text(),
    ];
    let pair =
        (name, select(vec!["=", "", "=="]), value).prop_map(|(name, equals, value)| format!("{name}{equals}{value}"));
    vec(pair, 0..4).prop_map(|pairs| pairs.join("&"))
}

fn headers() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = prop_oneof![
        8 => select(vec![
            "content-type", "Content-Type", "idempotency-key", "IDEMPOTENCY-KEY", "x-cart-token", "x-order-token", "if-match",
            "if-none-match", "cookie", "authorization", "content-length",
        ]).prop_map(str::to_owned),
        1 => "[a-z-]{1,12}",
    ];
    let value = prop_oneof![
        4 => select(vec![
            "application/json", "application/json; charset=utf-8", "k1", "k1,k2", "\"k1\"", TOKEN, "ot_x", "\"1\"", "W/\"1\"", "*", "",
        ]).prop_map(str::to_owned),
        2 => "[ -~]{0,60}",
        // Not every one of these is a header's value, and then the event is no request.
        1 => text(),
    ];
    vec((name, value), 0..6)
}

fn cookies() -> impl Strategy<Value = Vec<String>> {
    let cookie = prop_oneof![
        Just(format!("__Host-cart={TOKEN}")),
        Just("__Host-cart=".to_owned()),
        Just("=;;=".to_owned()),
        text()
    ];
    vec(cookie, 0..3)
}

/// What to do to `requestContext`.
fn context() -> impl Strategy<Value = Vec<(&'static str, Value)>> {
    let change = prop_oneof![
        Just(("/requestContext", Value::Null)),
        Just(("/requestContext/http", Value::Null)),
        Just(("/requestContext/http/sourceIp", Value::Null)),
        Just(("/requestContext/http/method", json!("BREW"))),
        Just(("/requestContext/http/method", json!("no method"))),
        Just(("/requestContext/requestId", Value::Null)),
        Just(("/requestContext/requestId", json!(""))),
        Just(("/requestContext/routeKey", Value::Null)),
        Just(("/requestContext/routeKey", json!("$default"))),
        Just(("/requestContext/timeEpoch", json!("soon"))),
        Just(("/requestContext/authorizer", json!({ "jwt": { "claims": { "sub": "u1" }, "scopes": null } }))),
        Just(("/requestContext/authorizer", json!({ "jwt": { "claims": { "sub": "" }, "scopes": ["a"] } }))),
        Just(("/requestContext/authorizer", json!({ "jwt": { "claims": {}, "scopes": null } }))),
        Just(("/requestContext/authorizer", json!({ "lambda": { "sub": [1] } }))),
        Just(("/pathParameters", Value::Null)),
        Just(("/headers", Value::Null)),
        text().prop_map(|text| ("/rawPath", json!(text))),
        text().prop_map(|text| ("/requestContext/http/sourceIp", json!(text))),
    ];
    vec(change, 0..2)
}

fn event() -> impl Strategy<Value = (Function, String)> {
    let parameter = prop_oneof![3 => select(vec!["1", "2", "electronics"]).prop_map(str::to_owned), 2 => text()];
    let parts = (select(ROUTES), parameter, query(), headers(), cookies(), body(), context());
    parts.prop_map(|(route, parameter, query, headers, cookies, (body, base64), context)| {
        // Most requests have a type, or they would all end there.
        let mut named = Map::from_iter([("content-type".to_owned(), json!("application/json"))]);
        named.extend(headers.into_iter().map(|(name, value)| (name, json!(value))));
        let mut event = json!({
            "version": "2.0",
            "routeKey": route.key(),
            "rawPath": route.path,
            "rawQueryString": query,
            "headers": named,
            "cookies": cookies,
            "pathParameters": { "id": parameter, "name": parameter },
            "requestContext": {
                "http": { "method": route.method, "path": route.path, "sourceIp": "203.0.113.7" },
                "requestId": "r-1",
                "routeKey": route.key(),
            },
            "body": body,
            "isBase64Encoded": base64,
        });
        for (pointer, value) in context {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            if let Some(Value::Object(parent)) = event.pointer_mut(parent) {
                parent.insert(name.to_owned(), value);
            }
        }
        (route.function, event.to_string())
    })
}

/// Sends an event as it is, and gives the status.
async fn send<H: HttpHandler>(handler: &Arc<H>, event: &str) -> u16 {
    let response = http::handle_json(handler, event, "invocation").await;
    assert!(response.status_code < 500, "{event}\n{response:?}");
    match serde_json::from_str::<HttpEvent>(event) {
        Ok(request) => contract::check_any(H::FUNCTION, &request, &response),
        Err(_) => assert_eq!((response.status_code, response.value()["code"].clone()), (400, json!("invalid_request"))),
    }
    response.status_code
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn no_event_makes_a_function_fail(
        standard in any::<bool>(),
        memory_carts in any::<bool>(),
        events in vec(event(), 1..12),
    ) {
        let memory = Memory::new();
        for input in catalogue::sample() {
            memory.put(Table::Products, input.product.id.as_str(), input.product_row());
        }
        memory.put(Table::Inventory, "2", Stock::row(&ProductId::parse("2").unwrap(), 3));
        let shop = Shop::new(&memory, if standard { Identity::Standard } else { Identity::Demo }, memory_carts);
        runtime().block_on(shop.span.scope(async {
            for (function, event) in &events {
                match function {
                    Function::Products => send(&shop.products, event).await,
                    Function::Cart => send(&shop.cart, event).await,
                    Function::Checkout => send(&shop.checkout, event).await,
                    Function::Orders => send(&shop.orders, event).await,
                    Function::Worker | Function::Sweeper | Function::Desk => unreachable!("it has no route"),
                };
            }
        }));
    }
}
