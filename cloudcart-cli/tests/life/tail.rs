//! Logs as they are followed, the stack's status, and a smoke test that leaves nothing behind.

use std::io::{BufRead as _, BufReader};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use cloudcart_deploy::rows::{self, Cell};
use serde_json::{Value, json};

use crate::JSON;
use crate::shop::{self, Shop};

/// What of product 1 is in stock, and whether there are orders.
fn rows_of(shop: &Shop) -> (Option<Cell>, bool) {
    let (stock, orders) = (shop.output("InventoryTableName"), shop.output("OrdersTableName"));
    shop.on_target(async |target| {
        let found = rows::existing(target, &stock, "id", &["1".to_owned()]).await.unwrap();
        let available = found.get("1").and_then(|row| row.get("available")).cloned();
        (available, !rows::is_empty(target, &orders).await.unwrap())
    })
}

fn number(text: &str) -> Cell {
    Cell::Number(text.to_owned())
}

/// With counted stock, something in the cart, and once with a worker that never gets the order.
#[test]
fn a_smoke_test_leaves_the_shop_as_it_found_it() {
    let shop = Shop::deployed();
    let api = shop.output("HttpApiUrl");
    let file = shop.folder().join("counted.csv");
    std::fs::write(&file, "id,name,price,category,available\n1,Wireless Headphones,99.99,electronics,5\n").unwrap();
    shop.ok(&["seed", file.to_str().unwrap()]);
    let cart = r#"{"id":"2","qty":3}"#;
    assert_eq!(shop::call(&api, "POST", "/cart", &[JSON], cart).status, 200);
    assert_eq!(shop::call(&api, "POST", "/cart", &[JSON], r#"{"id":"1","qty":4}"#).status, 200);
    let before = shop::call(&api, "GET", "/cart", &[], "").json()["items"].clone();
    for _ in 0..2 {
        let report: Value = serde_json::from_str(&shop.ok(&["--format", "json", "smoke-test"]).out).unwrap();
        let checks: Vec<&str> =
            report["checks"].as_array().unwrap().iter().map(|check| check["name"].as_str().unwrap()).collect();
        for name in ["order is cancelled", "order is removed", "cart is as it was found", "stock is as it was found"] {
            assert!(checks.contains(&name), "{checks:?}");
        }
        assert_eq!(rows_of(&shop), (Some(number("5")), false));
        assert_eq!(shop::call(&api, "GET", "/cart", &[], "").json()["items"], before);
    }

    // Orders took from the stock: a catalogue that is written again does not give it back, unless it is told to.
    let bought = shop::call(&api, "POST", "/checkout", &[JSON], r#"{"items":[{"id":"1","qty":2}]}"#).json();
    let path = format!("/orders/{}", bought["id"].as_str().unwrap());
    shop.wait(Instant::now() + Duration::from_secs(20), "the order is confirmed", || {
        shop::call(&api, "GET", &path, &[], "").json()["status"] == "confirmed"
    });
    let kept = shop.ok(&["seed", file.to_str().unwrap()]);
    assert!(kept.err.contains("--reset-stock") && kept.err.contains("rows/s"), "{}", kept.err);
    assert_eq!(rows_of(&shop), (Some(number("3")), true));
    shop.ok(&["seed", "--reset-stock", file.to_str().unwrap()]);
    assert_eq!(rows_of(&shop).0, Some(number("5")));

    // A shop without the product: the test fails, says so, and leaves nothing either.
    let order = bought["id"].as_str().unwrap();
    shop.ok(&["orders", "cancel", order]);
    let products = shop.output("ProductsTable");
    shop.on_target(async |target| {
        assert!(
            rows::remove_if(target, &products, ("id", "1"), &[("name", "Somebody Else's")])
                .await
                .is_ok_and(|gone| !gone)
        );
        assert!(rows::remove_if(target, &products, ("id", "1"), &[("name", "Wireless Headphones")]).await.unwrap());
    });
    let failed = shop.run(&["smoke-test"]);
    assert_eq!(failed.code, 8, "{}", failed.err);
    assert!(failed.err.contains("cloudcart seed"), "{}", failed.err);
    assert_eq!(rows_of(&shop).0, Some(number("7")), "the cancelled order's two came back, and nothing else moved");
}

/// Follows all logs while orders are placed: each line once, in time, laid out for people or as it was written.
#[test]
fn logs_are_followed_through_past_and_present() {
    let shop = Shop::deployed();
    let api = shop.output("HttpApiUrl");
    let buy = || {
        let placed = shop::call(&api, "POST", "/checkout", &[JSON], r#"{"items":[{"id":"2","qty":1}]}"#).json();
        placed["id"].as_str().unwrap().to_owned()
    };
    let mut orders = vec![buy()];
    let mut following = shop.command(&["logs", "all", "--pretty", "-v"]).spawn().unwrap();
    let (sender, lines) = mpsc::channel();
    let out = BufReader::new(following.stdout.take().unwrap());
    std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
    let mut seen: Vec<String> = Vec::new();
    let confirmed = |seen: &[String], order: &str| {
        seen.iter().filter(|line| line.contains("order confirmed") && line.contains(order)).count()
    };
    let deadline = Instant::now() + Duration::from_mins(1);
    for _ in 0..4 {
        let newest = orders.last().unwrap().clone();
        while confirmed(&seen, &newest) == 0 {
            assert!(Instant::now() < deadline, "order {newest} is not told: {seen:#?}");
            seen.extend(lines.recv_timeout(Duration::from_millis(100)));
        }
        orders.push(buy());
    }
    // Past the reads that follow the beginning of a session: what they bring again is not told again.
    let quiet = Instant::now() + Duration::from_secs(7);
    while Instant::now() < quiet {
        seen.extend(lines.recv_timeout(Duration::from_millis(100)));
    }
    shop::signal("-INT", following.id());
    assert_eq!(following.wait().unwrap().code(), Some(130));
    for order in &orders {
        assert_eq!(confirmed(&seen, order), 1, "{order}: {seen:#?}");
    }
    let worker = seen.iter().find(|line| line.contains("order confirmed")).unwrap();
    assert!(worker.contains("Z worker   INFO ") && worker.contains("orderId=") && !worker.contains('{'), "{worker}");
    assert!(seen.iter().any(|line| line.contains("REPORT ") && line.contains("billed")), "{seen:#?}");

    let raw =
        shop.ok(&["logs", "worker", "--no-follow", "--filter", "{ $.level = \"INFO\" && $.orderId = \"*\" }"]).out;
    assert!(raw.lines().all(|line| serde_json::from_str::<Value>(line).is_ok_and(|line| line["orderId"].is_string())));
    assert_eq!(raw.lines().filter(|line| line.contains("order confirmed")).count(), orders.len(), "{raw}");
    let turns =
        shop.ok(&["--format", "json", "logs", "worker", "--no-follow", "--no-live-tail", "--level", "error"]).out;
    assert!(turns.lines().all(|line| !line.contains("order confirmed")), "{turns}");
}

#[test]
fn status_shows_the_stack_its_functions_queues_and_alarms() {
    let shop = Shop::new();
    let absent = shop.run(&["status"]);
    assert_eq!(absent.code, 2, "{}", absent.err);
    assert!(absent.err.contains("there is no stack"), "{}", absent.err);
    shop.ok(&["deploy"]);
    shop.send(&shop.output("CheckoutDlqUrl"), "odd");
    let status: Value = serde_json::from_str(&shop.ok(&["--format", "json", "status"]).out).unwrap();
    assert_eq!((&status["stack"]["status"], &status["stack"]["protected"]), (&json!("CREATE_COMPLETE"), &json!(false)));
    let functions = status["functions"].as_array().unwrap();
    assert_eq!(functions.len(), cloudcart_shop::functions::Function::ALL.len());
    for function in functions {
        assert_eq!(
            (&function["asDeployed"], &function["live"]["state"]),
            (&json!(true), &json!("Active")),
            "{function}"
        );
    }
    let queues = status["queues"].as_array().unwrap();
    let dead = queues.iter().find(|queue| queue["logicalId"] == "CheckoutDlq").unwrap();
    assert_eq!(dead["messages"], json!({"visible": 1, "inFlight": 0, "delayed": 0}));
    let alarms = status["alarms"].as_array().unwrap();
    assert_eq!(alarms.len(), 6, "{alarms:?}");
    assert!(alarms.iter().all(|alarm| alarm["current"]["state"] == "INSUFFICIENT_DATA"), "{alarms:?}");
    assert_eq!(status["notes"], json!([]));
    let text = shop.ok(&["status"]).out;
    for words in ["worker", "as deployed", "CheckoutDlq", "DeadLettersAlarm", "HttpApiUrl"] {
        assert!(text.contains(words), "{text}");
    }

    // Somebody replaces the code behind the stack's back.
    shop.on_target(async |target| {
        let name = cloudcart_deploy::functions::name_of(target, "cloudcart-local", "DeskFunction").await.unwrap();
        let view = cloudcart_deploy::survey::survey(target, "cloudcart-local").await.unwrap();
        let code = target.lambda().update_function_code().function_name(name);
        let code = code.s3_bucket(&view.parameters["CodeBucket"]).s3_key(&view.parameters["CartCodeKey"]);
        code.send().await.unwrap();
    });
    let changed = shop.ok(&["status"]);
    assert!(changed.out.contains("DIFFERS") && changed.err.contains("the live code of desk is not"), "{}", changed.err);
}
