//! The metrics: that CloudWatch will find them in the lines, and that they count what they say.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use cloudcart_handlers::clock::Clock;
use cloudcart_handlers::metrics::{self, Metric, NAMESPACE};
use cloudcart_handlers::span::{Output, Sink, Span};
use cloudcart_handlers::{http, worker};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::events::{Call, batch, call};
use crate::shop::{INVOCATION, Lines};
use crate::world::{World, demo};

/// Units that CloudWatch knows, as far as they are used here.
const UNITS: [&str; 3] = ["Count", "Milliseconds", "None"];

/// Reads the metrics in a line as CloudWatch does, by the embedded metric format's specification, each with its dimensions.
fn read(line: &Value) -> BTreeMap<String, f64> {
    let mut found = BTreeMap::new();
    let Some(metadata) = line.get("_aws") else { return found };
    let members: Vec<_> = metadata.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["Timestamp", "CloudWatchMetrics"]);
    assert!(metadata["Timestamp"].as_i64().unwrap() > 1_600_000_000_000, "not in milliseconds: {line}");
    let directives = metadata["CloudWatchMetrics"].as_array().unwrap();
    assert!(!directives.is_empty());
    for directive in directives {
        assert_eq!(directive["Namespace"], NAMESPACE);
        let sets = directive["Dimensions"].as_array().unwrap();
        let [set] = &sets[..] else { panic!("each set is billed: {line}") };
        let dimensions: Vec<_> = set
            .as_array()
            .unwrap()
            .iter()
            .map(|name| {
                let value = line[name.as_str().unwrap()].as_str().unwrap();
                assert!(!value.trim().is_empty() && value.len() <= 1024 && value.is_ascii(), "{line}");
                value
            })
            .collect();
        for metric in directive["Metrics"].as_array().unwrap() {
            assert!(UNITS.contains(&metric["Unit"].as_str().unwrap()), "{line}");
            let name = metric["Name"].as_str().unwrap();
            let known = Metric::ALL.into_iter().find(|known| known.name() == name).unwrap();
            assert_eq!(metric["Unit"], known.unit());
            let value = line[name].as_f64().unwrap();
            let key = format!("{name} {}", dimensions.join(" "));
            assert!(found.insert(key, value).is_none(), "{name} stands twice in {line}");
        }
    }
    found
}

/// The metrics of all lines, added up.
fn sums(lines: &[Value]) -> BTreeMap<String, f64> {
    lines.iter().flat_map(read).fold(BTreeMap::new(), |mut sums, (name, value)| {
        *sums.entry(name).or_default() += value;
        sums
    })
}

fn expect(world: &World, expected: &[(&str, f64)]) {
    let lines = world.lines.take();
    let expected: BTreeMap<_, _> = expected.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
    assert_eq!(sums(&lines), expected, "{lines:#?}");
}

fn order(id: &str, qty: u32) -> Call {
    call("POST /checkout").json(json!({ "items": [{ "id": id, "qty": qty }] }))
}

#[tokio::test]
async fn views_of_lists_are_counted() {
    let world = demo();
    world.send(call("GET /products")).await;
    let etag = world.send(call("GET /categories/{name}").path("name", "grocery")).await.headers["etag"].clone();
    world.send(call("GET /categories/{name}").path("name", "grocery").header("if-none-match", &etag)).await;
    world.send(call("GET /products").query("limit=0")).await;
    world.send(call("GET /products/{id}").path("id", "1")).await;
    world.send(call("GET /openapi.json")).await;
    expect(&world, &[("ProductListViewed shop-test", 3.0)]);
}

#[tokio::test]
async fn what_changes_do_to_a_cart_is_counted() {
    let world = demo();
    let add = call("POST /cart").json(json!({ "id": "1", "qty": 2 }));
    let set = |qty: u32| call("PUT /cart/items/{id}").path("id", "1").json(json!({ "qty": qty }));
    let remove = call("DELETE /cart/items/{id}").path("id", "1");
    let added = ("CartItemAdded shop-test", 1.0);
    let removed = ("CartItemRemoved shop-test", 1.0);
    for (call, expected) in [
        (add.clone(), vec![added]),
        (add.clone(), vec![added]),
        (set(3), vec![]),
        (set(3), vec![]),
        (set(9), vec![added]),
        (set(0), vec![removed]),
        (remove.clone(), vec![]),
        (add, vec![added]),
        (remove, vec![removed]),
        (call("GET /cart"), vec![]),
    ] {
        assert_eq!(world.send(call.clone()).await.status_code, 200);
        expect(&world, &expected);
    }
}

#[tokio::test]
async fn an_order_is_counted_once_with_its_exact_total() {
    let world = demo();
    let keyed = order("1", 2).header("idempotency-key", "k1");
    world.send(keyed.clone()).await;
    let lines = world.lines.take();
    let [line] = &lines[..] else { panic!("{lines:?}") };
    assert!(line.to_string().contains(r#""OrderTotal":199.98"#), "{line}");
    assert_eq!(
        read(line),
        BTreeMap::from([
            ("CheckoutLatency shop-test".to_owned(), 0.0),
            ("OrderPlaced shop-test".to_owned(), 1.0),
            ("OrderTotal shop-test USD".to_owned(), 199.98),
        ])
    );
    // A replay is an accepted checkout, but no order.
    world.send(keyed).await;
    expect(&world, &[("CheckoutLatency shop-test", 0.0)]);
    // What the customer got wrong is no error of ours.
    world.send(order("9", 1)).await;
    world.send(call("POST /checkout").json(json!({ "items": [{ "id": "1", "qty": 1 }], "total": 0.01 }))).await;
    expect(&world, &[]);
}

#[tokio::test]
async fn totals_of_two_currencies_are_two_metrics() {
    let world = demo();
    let input = cloudcart_shop::catalogue::ProductInput::from_fields(|name| match name {
        "id" => Some("yen".to_owned()),
        "name" => Some("Tea".to_owned()),
        "price" => Some("500".to_owned()),
        "currency" => Some("JPY".to_owned()),
        "category" => Some("grocery".to_owned()),
        _ => None,
    });
    world.put("Products", &input.unwrap().product_row());
    world.send(order("1", 1)).await;
    world.send(order("yen", 3)).await;
    let sums = sums(&world.lines.take());
    assert_eq!((sums["OrderTotal shop-test USD"], sums["OrderTotal shop-test JPY"]), (99.99, 1500.0));
    assert!((sums["OrderPlaced shop-test"] - 2.0).abs() < f64::EPSILON);
}

#[tokio::test]
async fn a_checkout_that_we_fail_is_an_error() {
    let world = demo();
    let body = r#"{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"x"}"#;
    world.faults.plan("BatchGetItem", 1, body);
    assert_eq!(world.send(order("1", 1)).await.status_code, 500);
    expect(&world, &[("CheckoutError shop-test", 1.0)]);
}

#[tokio::test]
async fn a_message_that_was_not_taken_is_counted() {
    let world = demo();
    world.queue.down.store(true, Ordering::SeqCst);
    world.send(order("1", 1).header("idempotency-key", "k1")).await;
    let sums = sums(&world.lines.take());
    assert!((sums["EnqueueFailed shop-test"] - 1.0).abs() < f64::EPSILON, "{sums:?}");
    assert!((sums["OrderPlaced shop-test"] - 1.0).abs() < f64::EPSILON, "{sums:?}");
}

#[tokio::test]
async fn the_sweeper_counts_what_was_not_taken_and_what_is_stuck() {
    let world = demo();
    world.queue.down.store(true, Ordering::SeqCst);
    world.send(order("1", 1)).await;
    world.send(order("2", 1)).await;
    world.clock.advance(61);
    world.lines.take();
    world.sweep().await;
    expect(&world, &[("EnqueueFailed shop-test", 2.0), ("OrdersStuck shop-test", 0.0)]);
    world.queue.down.store(false, Ordering::SeqCst);
    for _ in 0..4 {
        world.sweep().await;
        world.clock.advance(15 * 60);
    }
    world.lines.take();
    world.sweep().await;
    expect(&world, &[("OrdersStuck shop-test", 2.0)]);
}

#[tokio::test]
async fn the_worker_counts_orders_and_failed_records() {
    let world = demo();
    world.set_stock("3", 1);
    world.send(order("1", 1)).await;
    world.send(order("3", 1)).await;
    let sent = world.queue.take();
    world.set_stock("3", 0);
    world.lines.take();
    world.work(&[sent[0].clone(), sent[1].clone(), sent[0].clone(), "not json".to_owned()]).await.unwrap();
    expect(
        &world,
        &[
            ("OrderProcessingErrors shop-test", 1.0),
            ("OrderProcessingTime shop-test", 0.0),
            ("OrdersProcessed shop-test", 2.0),
        ],
    );
}

/// A clock that is 7 ms later each time it is looked at.
struct Ticking(AtomicI64);

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.fetch_add(7, Ordering::SeqCst)).unwrap()
    }
}

fn ticking(world: &World) -> Arc<Span> {
    let sink: Arc<dyn Sink> = Arc::<Lines>::clone(&world.lines);
    let clock = Arc::new(Ticking(AtomicI64::new(1_795_478_400_000)));
    Span::root(Output { sink, clock, function_name: "shop-test".to_owned() })
}

#[tokio::test]
async fn durations_are_milliseconds_of_the_spans_own_clock() {
    let world = demo();
    let answered = http::handle(&world.checkout, order("1", 1).event(), INVOCATION);
    assert_eq!(ticking(&world).scope(answered).await.status_code, 202);
    let line = world.lines.take().remove(0);
    assert_eq!((line["CheckoutLatency"].as_u64(), line["durationMs"].as_u64()), (Some(7), Some(14)), "{line}");
    let handled = worker::handle(&world.worker, batch(&world.queue.take()), i64::MAX);
    ticking(&world).scope(handled).await.unwrap();
    let line = world.lines.take().remove(0);
    assert_eq!((line["OrderProcessingTime"].as_u64(), line["durationMs"].as_u64()), (Some(7), Some(14)), "{line}");
}

#[tokio::test]
async fn outside_of_any_request_a_metric_is_a_line_of_its_own() {
    let world = demo();
    world.span.scope(async { metrics::count(Metric::EnqueueFailed) }).await;
    expect(&world, &[("EnqueueFailed shop-test", 1.0)]);
    // Within a piece of work they are added up and come with its last line.
    let work = world.span.scope(async { Span::begin() }).await;
    work.scope(async {
        metrics::count(Metric::EnqueueFailed);
        metrics::count(Metric::EnqueueFailed);
    })
    .await;
    assert!(world.lines.take().is_empty());
    work.end(cloudcart_handlers::log::Level::Info, "swept", json!({}));
    expect(&world, &[("EnqueueFailed shop-test", 2.0)]);
}
