//! What the shop does by each function, as its customers, its people and the cloud would see it.

use cloudcart_shop::cart::TOKEN_HEADER;
use serde_json::{Value, json};

use crate::shop::Answer;
use crate::stage::{Stage, soon};

const JSON: (&str, &str) = ("content-type", "application/json");

/// Tries everything that a function is for; the text says what went wrong.
pub(crate) fn of(stage: &Stage, function: &str, role: &str) -> Result<(), String> {
    own_logs(stage, function, role)?;
    match function {
        "Products" => products(stage),
        "Cart" => cart(stage),
        "Checkout" => checkout(stage),
        "Orders" => orders(stage),
        "Worker" => worker(stage),
        "Sweeper" => sweeper(stage),
        "Desk" => desk(stage),
        other => panic!("no trials for {other}: add them here"),
    }
}

/// Lambda writes a function's log with the function's role.
fn own_logs(stage: &Stage, function: &str, role: &str) -> Result<(), String> {
    let group = stage.id(&format!("{function}Logs"));
    let stream = format!("arn:aws:logs:us-east-1:000000000000:log-group:{group}:log-stream:2026/11/28/[$LATEST]0");
    for action in ["logs:CreateLogStream", "logs:PutLogEvents"] {
        if !stage.role_allows(role, action, &stream) {
            return Err(format!("the function's log: {action} is refused"));
        }
    }
    Ok(())
}

fn answered(what: &str, answer: &Answer, status: u16) -> Result<Value, String> {
    if answer.status != status {
        return Err(format!("{what}: answered {} {}", answer.status, answer.body));
    }
    Ok(answer.json())
}

fn holds(what: &str, truth: bool, shown: &Value) -> Result<(), String> {
    if truth { Ok(()) } else { Err(format!("{what}: {shown}")) }
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let line = answer.head.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}: ")))?;
    line.split_once(": ").map(|(_, value)| value)
}

fn products(stage: &Stage) -> Result<(), String> {
    let first = stage.call("GET", "/products?limit=1", &[], "");
    let page = answered("the first page of products", &first, 200)?;
    holds("the first page of products", page[0]["id"].is_string(), &page)?;
    let next = header(&first, "x-next-cursor").ok_or("the first page of products names no next one")?;
    let second = stage.call("GET", &format!("/products?limit=1&cursor={next}"), &[], "");
    answered("the second page of products", &second, 200)?;
    let one = answered("a product", &stage.call("GET", "/products/s", &[], ""), 200)?;
    holds("a product", one["availability"] == "in_stock", &one)?;
    let category = answered("a category", &stage.call("GET", "/categories/c", &[], ""), 200)?;
    holds("a category", category.as_array().is_some_and(|all| all.len() == 2), &category)
}

fn cart(stage: &Stage) -> Result<(), String> {
    let added = answered("adding", &stage.call("POST", "/cart", &[JSON], r#"{"id":"s","qty":2}"#), 200)?;
    holds("adding", added["items"][0]["id"] == "s", &added)?;
    let set = answered("a quantity", &stage.call("PUT", "/cart/items/s", &[JSON], r#"{"qty":3}"#), 200)?;
    holds("a quantity", set["items"][0]["qty"] == 3, &set)?;
    let read = answered("the cart", &stage.call("GET", "/cart", &[], ""), 200)?;
    holds("the cart", read["subtotalMinor"] == 1500, &read)?;
    let removed = answered("removing", &stage.call("DELETE", "/cart", &[JSON], r#"{"id":"s"}"#), 200)?;
    holds("removing", removed["items"] == json!([]), &removed)?;
    let by_id = stage.call("POST", "/cart", &[JSON], r#"{"id":"t","qty":1}"#);
    answered("adding again", &by_id, 200)?;
    answered("removing by id", &stage.call("DELETE", "/cart/items/t", &[], ""), 200).map(drop)
}

/// Places an order of product `s`; its id.
fn place(stage: &Stage, key: &str) -> Result<String, String> {
    let body = r#"{"items":[{"id":"s","qty":1}],"userId":"u1"}"#;
    let placed = stage.call("POST", "/checkout", &[JSON, ("idempotency-key", key)], body);
    let placed = answered("placing an order", &placed, 202)?;
    Ok(placed["id"].as_str().unwrap_or_default().to_owned())
}

/// A key that was not used before.
fn key() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("key-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

fn confirmed(stage: &Stage, order: &str) -> Result<(), String> {
    let confirmed = soon(|| stage.order(order).get("status").is_some_and(|status| status == "confirmed"));
    holds("the order reaches the worker and is confirmed", confirmed, &json!(stage.order(order)["status"]))
}

fn checkout(stage: &Stage) -> Result<(), String> {
    let key = key();
    let order = place(stage, &key)?;
    confirmed(stage, &order)?;
    let again = place(stage, &key).map_err(|reason| format!("the same key again: {reason}"))?;
    holds("the same key again", again == order, &json!([order, again]))?;
    // A cart becomes an order and is empty then. It is known by a token: the other function keeps the key of addresses that
    // it started with.
    let token = format!("{:A>43}", key.replace('-', ""));
    let own = [JSON, (TOKEN_HEADER, token.as_str())];
    answered("filling a cart", &stage.call("POST", "/cart", &own, r#"{"id":"s","qty":1}"#), 200)?;
    answered("a cart as an order", &stage.call("POST", "/checkout", &own, "{}"), 202)?;
    let left = answered("the cart", &stage.call("GET", "/cart", &own, ""), 200)?;
    holds("the cart is empty after its order", left["items"] == json!([]), &left)
}

fn orders(stage: &Stage) -> Result<(), String> {
    let order = place(stage, &key()).unwrap();
    place(stage, &key()).unwrap();
    let one = answered("an order", &stage.call("GET", &format!("/orders/{order}"), &[], ""), 200)?;
    holds("an order", one["id"] == order.as_str(), &one)?;
    let first = stage.call("GET", "/orders?userId=u1&limit=1", &[], "");
    answered("a customer's orders", &first, 200)?;
    let next = header(&first, "x-next-cursor").ok_or("a customer's orders name no next page")?;
    let second = stage.call("GET", &format!("/orders?userId=u1&limit=1&cursor={next}"), &[], "");
    answered("the next page of orders", &second, 200).map(drop)
}

fn worker(stage: &Stage) -> Result<(), String> {
    stage.feed_worker(true).map_err(|reason| format!("the queue feeds the worker: {reason}"))?;
    confirmed(stage, &place(stage, &key()).unwrap())
}

fn sweeper(stage: &Stage) -> Result<(), String> {
    // The worker is not fed meanwhile, so the order stays pending.
    let order = place(stage, &key()).unwrap();
    stage.age(&order);
    let summary = stage.invoke("Sweeper", &json!({}))?;
    holds("sweeping", summary["complete"] == true && summary["failed"] == 0, &summary)?;
    holds("an order is sent again", summary["sent"].as_u64() >= Some(1), &summary)?;
    let row = stage.order(&order);
    holds("the order is marked as swept", row.contains_key("sweeps"), &json!(row))
}

fn desk(stage: &Stage) -> Result<(), String> {
    let order = place(stage, &key()).unwrap();
    confirmed(stage, &order).unwrap();
    let shown = stage.invoke("Desk", &json!({"orderId": order}))?;
    holds("an order is shown", shown["order"]["status"] == "confirmed", &shown)?;
    let cancelled = stage.invoke("Desk", &json!({"orderId": order, "event": "cancel"}))?;
    holds("an order is cancelled", cancelled["order"]["status"] == "cancelled", &cancelled)?;
    holds("its stock goes back", cancelled["returned"][0]["id"] == "s", &cancelled)
}
