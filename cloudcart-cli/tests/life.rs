//! End to end: the real command drives the real binaries on the local cloud, in a folder and on ports of the test's own.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[path = "life/shop.rs"]
mod shop;
#[path = "life/tail.rs"]
mod tail;

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shop::Shop;

const JSON: (&str, &str) = ("content-type", "application/json");

/// Method, path, headers, body, and the status that answers it.
type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str, u16);

/// What the shop's own people do with a confirmed order, each step once.
fn take_it_on_by_hand(shop: &Shop, order: &str) {
    let shown = shop.ok(&["orders", "show", order]).out;
    assert!(
        shown.contains("199.98") && shown.contains("confirmed") && shown.contains("Wireless Headphones"),
        "{shown}"
    );
    shop.ok(&["orders", "fulfil", order]);
    let early = shop.run(&["orders", "deliver", order]);
    assert_eq!(early.code, 9, "{}", early.err);
    assert!(early.err.contains("the order is fulfilled") && early.out.is_empty(), "{}", early.err);
    let shipped = shop.ok(&["--format", "json", "orders", "ship", order, "--reason", "by train"]).out;
    assert!(shipped.contains(r#""total": 199.98"#) || shipped.contains(r#""total":199.98"#), "{shipped}");
    let shipped: Value = serde_json::from_str(&shipped).unwrap();
    assert_eq!((&shipped["order"]["status"], &shipped["returned"]), (&json!("shipped"), &json!([])));
    assert_eq!(shipped["order"]["history"][3]["reason"], "by train");
    assert_eq!(shop.run(&["orders", "show", "0199a3b4-0000-7000-8000-00000000000f"]).code, 2, "no such order");
    assert_eq!(shop.run(&["orders", "cancel", "seven"]).code, 2, "no order's id");
    let swept: Value = serde_json::from_str(&shop.ok(&["--format", "json", "orders", "sweep"]).out).unwrap();
    assert_eq!((&swept["found"], &swept["complete"]), (&json!(0), &json!(true)));
}

/// The seed's quick start, in its order, typed as there; then the order's way through queue and worker.
#[test]
fn the_whole_life_of_the_shop_in_the_order_of_the_quick_start() {
    let shop = Shop::new();
    shop.ok(&["deploy"]);
    let again = shop.ok(&["deploy"]);
    assert!(again.err.to_lowercase().contains("no changes"), "{}", again.err);
    let seeded = shop.ok(&["seed"]);
    let lines: Vec<&str> = seeded.out.lines().collect();
    let table = shop.output("ProductsTable");
    assert_eq!(
        lines,
        [
            "Seeded 1 Wireless Headphones",
            "Seeded 2 Coffee Beans",
            "Seeded 3 Gaming Mouse",
            &format!("Done. Table: {table}")
        ]
    );
    let verdict: Value = serde_json::from_str(&shop.ok(&["--format", "json", "smoke-test"]).out).unwrap();
    assert!(verdict["checks"].as_array().is_some_and(|checks| checks.len() >= 10), "{verdict}");

    let api = shop.output("HttpApiUrl");
    let products = shop::call(&api, "GET", "/products", &[], "");
    assert_eq!(products.status, 200);
    assert_eq!(products.json()[0]["name"], "Wireless Headphones");
    assert_eq!(shop::call(&api, "GET", "/products/1", &[], "").json()["priceMinor"], 9999);
    let electronics = shop::call(&api, "GET", "/categories/electronics", &[], "").json();
    assert_eq!(electronics.as_array().unwrap().len(), 2);

    let added = shop::call(&api, "POST", "/cart", &[JSON], r#"{"id":"1","qty":2}"#);
    assert_eq!((added.status, &added.json()["items"][0]["qty"]), (200, &json!(2)));
    assert_eq!(shop::call(&api, "GET", "/cart", &[], "").json()["subtotalMinor"], 19998);
    let removed = shop::call(&api, "DELETE", "/cart", &[JSON], r#"{"id":"1"}"#);
    assert_eq!((removed.status, &removed.json()["items"]), (200, &json!([])));

    let placed = shop::call(&api, "POST", "/checkout", &[JSON], r#"{"items":[{"id":"1","qty":2}],"total":199.99}"#);
    assert_eq!(placed.status, 202, "{}", placed.body);
    let placed = placed.json();
    assert_eq!((&placed["status"], &placed["totalMinor"]), (&json!("pending"), &json!(19998)));
    assert_eq!(placed["warnings"][0]["code"], "total_adjusted");
    let order = placed["id"].as_str().unwrap();
    // The promise: within two seconds of the answer, both in the log and as the order's status.
    let deadline = Instant::now() + Duration::from_secs(2);
    shop.wait(deadline, "the order is confirmed", || {
        shop::call(&api, "GET", &format!("/orders/{order}"), &[], "").json()["status"] == "confirmed"
    });
    shop.wait(deadline, "the worker's log has the order", || {
        shop.ok(&["logs", "worker", "--no-follow"])
            .out
            .lines()
            .any(|line| line.contains(order) && line.contains("confirmed"))
    });

    take_it_on_by_hand(&shop, order);

    shop.ok(&["destroy", "--yes"]);
    assert_eq!(shop.run(&["outputs", "HttpApiUrl"]).code, 2, "outputs of a stack that is gone");
    assert!(shop.status()["apis"].as_object().unwrap().is_empty());
}

/// What a client sends by mistake is answered with what is wrong, and changes nothing.
#[test]
fn bad_requests_get_a_problem_document_and_change_nothing() {
    let shop = Shop::deployed();
    let api = shop.output("HttpApiUrl");
    let large = format!(r#"{{"id":"1","qty":1,"note":"{}"}}"#, "x".repeat(70_000));
    let cases: &[Case<'_>] = &[
        ("POST", "/cart", &[JSON], "{\"id\":", 400),
        ("POST", "/cart", &[JSON], r#"{"id":"1","qty":"2"}"#, 400),
        ("POST", "/cart", &[JSON], r#"{"id":"1","qty":0}"#, 400),
        ("POST", "/cart", &[JSON], r#"{"id":"nobody-sells-this","qty":1}"#, 422),
        ("POST", "/cart", &[("content-type", "text/plain")], r#"{"id":"1","qty":1}"#, 415),
        ("POST", "/cart", &[JSON], &large, 413),
        ("DELETE", "/cart", &[JSON], "", 400),
        ("GET", "/products/nobody-sells-this", &[], "", 404),
        ("GET", "/products?limit=0", &[], "", 400),
        ("GET", "/products?cursor=forged", &[], "", 400),
        ("GET", "/orders/not-an-order", &[], "", 404),
        ("POST", "/checkout", &[JSON], r#"{"items":[]}"#, 422),
        ("POST", "/checkout", &[JSON], r#"{"items":[{"id":"1","qty":2}],"total":-1}"#, 400),
        ("POST", "/checkout", &[JSON], r#"{"items":[{"id":"1","qty":2}],"total":1e400}"#, 400),
        ("POST", "/checkout", &[JSON], r#"{"items":[{"id":"1","qty":2}],"total":1.00}"#, 409),
    ];
    for (method, path, headers, body, status) in cases {
        let answer = shop::call(&api, method, path, headers, body);
        let shown = &body[..body.len().min(80)];
        assert_eq!(answer.status, *status, "{method} {path} {shown}: {}", answer.body);
        let problem = answer.json();
        assert_eq!(problem["status"], *status, "{method} {path} {shown}: {}", answer.body);
        assert_eq!(problem["error"], problem["detail"], "{method} {path} {shown}");
        assert!(answer.head.contains("application/problem+json"), "{method} {path} {shown}: {}", answer.head);
    }
    assert_eq!(shop::call(&api, "GET", "/cart", &[], "").json()["items"], json!([]));
    let unrouted = shop::call(&api, "GET", "/no-such-route", &[], "");
    assert_eq!((unrouted.status, unrouted.json()), (404, json!({"message": "Not Found"})));
}

/// What the worker refuses lands in the dead-letter queue by SQS's own count; here it is put there by hand, looked at without
/// being taken, moved back, refused again, and the routes are those that are declared.
#[test]
fn dead_letters_are_seen_moved_back_and_purged_with_consent() {
    let shop = Shop::deployed();
    let queue = shop.output("CheckoutDlqUrl");
    for n in 0..12 {
        shop.send(&queue, &format!("{{\"v\":9,\"n\":{n}}}"));
    }
    for _ in 0..2 {
        let peeked = shop.ok(&["--format", "json", "dlq", "peek", "--limit", "20"]);
        let peeked: Value = serde_json::from_str(&peeked.out).unwrap();
        assert_eq!(peeked["messages"].as_array().unwrap().len(), 12, "{peeked}");
    }
    assert!(shop.ok(&["dlq", "redrive"]).out.contains("moved 12 messages back"));
    assert!(shop.ok(&["dlq", "peek"]).err.contains("empty"));
    let deadline = Instant::now() + Duration::from_secs(20);
    shop.wait(deadline, "the worker refused the message that came back", || {
        shop.ok(&["logs", "worker", "--no-follow"]).out.contains("unknown")
    });
    shop.send(&queue, "x");
    assert_eq!(shop.run(&["dlq", "purge"]).code, 9, "purged without consent");
    shop.ok(&["--yes", "dlq", "purge"]);
    assert!(shop.ok(&["dlq", "peek"]).err.contains("empty"));

    let routes: Value = serde_json::from_str(&shop.ok(&["--format", "json", "routes"]).out).unwrap();
    let routes = routes["routes"].as_array().unwrap();
    assert_eq!(routes.len(), cloudcart_shop::routes::ROUTES.len());
    assert!(routes.iter().all(|route| route["live"] == true && route["logicalId"].is_string()), "{routes:?}");
}

/// The same key is the same order, however often it is sent, and one unit of stock is sold once.
#[test]
fn retried_checkouts_are_one_order_and_stock_is_sold_once() {
    let shop = Shop::deployed();
    let file = shop.folder().join("one.csv");
    std::fs::write(&file, "id,name,price,category,available\nlast,The Last One,5.00,rare,1\n").unwrap();
    shop.ok(&["seed", file.to_str().unwrap()]);
    let api = shop.output("HttpApiUrl");
    let buy = |key: &str| {
        let headers = [JSON, ("idempotency-key", key)];
        shop::call(&api, "POST", "/checkout", &headers, r#"{"items":[{"id":"last","qty":1}]}"#)
    };
    // Both are accepted before the worker has seen either: the stock is reserved by the worker, not by the request.
    let (first, retried, second) = (buy("one"), buy("one"), buy("two"));
    assert_eq!(first.status, 202, "{}", first.body);
    assert_eq!(first.json()["id"], retried.json()["id"]);
    assert!(retried.head.to_lowercase().contains("idempotent-replayed: true"), "{}", retried.head);
    let mut ids = vec![first.json()["id"].clone()];
    if second.status == 202 {
        ids.push(second.json()["id"].clone());
    } else {
        assert_eq!(second.status, 409, "{}", second.body);
    }
    let state = |id: &Value| {
        let path = format!("/orders/{}", id.as_str().unwrap());
        shop::call(&api, "GET", &path, &[], "").json()["status"].as_str().unwrap().to_owned()
    };
    let deadline = Instant::now() + Duration::from_secs(20);
    shop.wait(deadline, "every order has its end", || ids.iter().all(|id| state(id) != "pending"));
    let states: Vec<String> = ids.iter().map(state).collect();
    assert_eq!(states.iter().filter(|state| *state == "confirmed").count(), 1, "{states:?}");
    assert_eq!(shop::call(&api, "GET", "/products/last", &[], "").json()["availability"], "out_of_stock");
}

/// Whatever is killed, what was promised stays: a handler in the middle of its life, then the whole cloud.
#[test]
fn killed_handlers_and_a_killed_cloud_lose_nothing() {
    let shop = Shop::deployed();
    let api = shop.output("HttpApiUrl");
    assert_eq!(shop::call(&api, "GET", "/products", &[], "").status, 200);
    let handlers = shop.handlers();
    assert!(!handlers.is_empty(), "no handler runs");
    for pid in handlers {
        shop::signal("-KILL", pid);
    }
    // The environment that died may answer one request with the error that AWS would give; then there is a new one.
    let deadline = Instant::now() + Duration::from_secs(10);
    shop.wait(deadline, "the shop answers again", || shop::call(&api, "GET", "/products", &[], "").status == 200);

    let placed = shop::call(&api, "POST", "/checkout", &[JSON], r#"{"items":[{"id":"2","qty":1}]}"#);
    assert_eq!(placed.status, 202, "{}", placed.body);
    let order = placed.json()["id"].as_str().unwrap().to_owned();
    let handlers = shop.handlers();
    assert!(!handlers.is_empty(), "no handler runs, so none could outlive the cloud");
    let cloud = u32::try_from(shop.status()["pid"].as_u64().unwrap()).unwrap();
    shop::signal("-KILL", cloud);
    let deadline = Instant::now() + Duration::from_secs(10);
    shop.wait(deadline, "no handler outlives the cloud", || handlers.iter().all(|pid| !shop::runs(*pid)));

    shop.ok(&["local", "start"]);
    assert_eq!(shop.output("HttpApiUrl"), api, "the shop moved");
    assert_eq!(shop::call(&api, "GET", "/products/1", &[], "").json()["name"], "Wireless Headphones");
    // A message that the worker had in hand comes back when its visibility timeout (180 s) is over; one that was still in
    // the queue is taken at once. Either way the order is there, and in no state that it was not in.
    let status = shop::call(&api, "GET", &format!("/orders/{order}"), &[], "").json()["status"].clone();
    assert!(status == "pending" || status == "confirmed", "{status}");
}

/// A second cloud on a taken port, and a command that is interrupted: a clear end each, and the next command works.
#[test]
fn a_port_in_use_is_named_and_an_interrupted_command_can_be_repeated() {
    let shop = Shop::deployed();
    let taken = shop.status()["endpoint"].as_str().unwrap().rsplit(':').next().unwrap().to_owned();
    let other = Shop::new();
    let refused = other.run_with(&["local", "start"], &[("CLOUDCART_LOCAL_PORT", &taken)]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains(&taken) && refused.err.contains("in use"), "{}", refused.err);
    assert!(refused.err.contains("hint:"), "{}", refused.err);

    let mut following = shop.command(&["logs", "worker"]).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    let mut ended = None;
    shop.wait(deadline, "the interrupted command ends", || {
        // Again and again: where whoever runs the tests ignores the signal, it is lost until the program has its handler.
        shop::signal("-INT", following.id());
        ended = following.try_wait().unwrap();
        ended.is_some()
    });
    let ended = ended.unwrap();
    // Before its first line the program has no handler of its own yet, and the signal itself ends it.
    let by_signal = std::os::unix::process::ExitStatusExt::signal(&ended) == Some(2);
    assert!(ended.code() == Some(130) || by_signal, "{ended:?}");
    shop.ok(&["smoke-test"]);
}

/// `dev --once`: the verdict of the whole life is its exit code, and nothing of it stays behind.
#[test]
fn dev_once_runs_the_whole_life_and_leaves_nothing_running() {
    let shop = Shop::new();
    let ran = shop.ok(&["dev", "--once"]);
    assert!(ran.err.contains("the shop works"), "{}", ran.err);
    assert_eq!(shop.run(&["local", "status"]).code, 1, "the cloud still runs");
    let left = Command::new("pgrep").args(["-f", shop.folder().to_str().unwrap()]).output();
    if let Ok(left) = left {
        assert_eq!(String::from_utf8_lossy(&left.stdout), "", "a process of the cloud is left");
    }
}
