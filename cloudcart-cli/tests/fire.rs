//! Under fire: two thousand checkouts on the local cloud while clients retry and hang up, messages come twice, a tenth of them
//! is poison, and the worker is killed. Nothing may be lost, nothing doubled.
//!
//! `CLOUDCART_FIRE_SEED` (a number) chooses the plan: who orders what, what is sent how often, where poison stands, after which
//! checkout the worker is killed. The same seed is the same plan. In which order processes then come to their turn no seed
//! decides, so what is asserted holds for every order of things.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[path = "fire/cloud.rs"]
mod cloud;
#[path = "fire/plan.rs"]
mod plan;
#[path = "life/shop.rs"]
#[allow(dead_code, reason = "what the tests of the shop's life need, of which this one needs a part")]
mod shop;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{Shutdown, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cloud::{Cloud, Row};
use plan::{Checkout, Echo, KILLS, Manner, Plan, Seeded};
use serde_json::{Value, json};
use shop::Shop;

/// The seed when none is given.
const SEED: u64 = 20_261_124;
/// Clients at once, each with up to three requests at a time.
const CLIENTS: usize = 3;
/// Workers at once. The local cloud has ten environments for all functions together; were clients and workers to want more
/// than those, most of the run would be throttling and cold starts.
const WORKERS: i32 = 4;
/// The template hides a message for 180 s, which five receives of poison make a quarter of an hour. An operator may set
/// less; a batch has to be done within it, or its messages come once more.
const HIDDEN_SECONDS: u32 = 5;
/// Orders that have ended and whose messages are put among the dead letters.
const LATE_LETTERS: usize = 20;
/// The end of patience for the whole run.
const PATIENCE: Duration = Duration::from_mins(6);
/// How often a client asks again that was told to come back later.
const TRIES: u32 = 60;

/// Says the seed when the test fails, whatever it fails of.
struct Announced(u64);

impl Drop for Announced {
    fn drop(&mut self) {
        if std::thread::panicking() {
            say(&format!("failed with CLOUDCART_FIRE_SEED={}", self.0));
        }
    }
}

#[allow(clippy::print_stderr, reason = "what a run did is read with --nocapture")]
fn say(text: &str) {
    eprintln!("{text}");
}

/// What happened, in numbers.
#[derive(Default)]
struct Counts {
    requests: AtomicUsize,
    retried: AtomicUsize,
    turned_away: AtomicUsize,
    echoes: AtomicUsize,
    kills: AtomicUsize,
}

fn add(count: &AtomicUsize) {
    count.fetch_add(1, Ordering::Relaxed);
}

/// What the shop said to the copies of one checkout.
#[derive(Default, Clone)]
struct Outcome {
    accepted: Option<Value>,
}

struct Run {
    shop: Shop,
    cloud: Cloud,
    plan: Plan,
    counts: Counts,
    began: Instant,
    deadline: Instant,
}

#[test]
fn nothing_is_lost_and_nothing_doubled_under_fire() {
    let seed = std::env::var("CLOUDCART_FIRE_SEED").map_or(SEED, |text| text.parse().unwrap());
    say(&format!("CLOUDCART_FIRE_SEED={seed}"));
    let _announced = Announced(seed);
    let run = Run::new(&mut Seeded::new(seed));
    let mut outcomes = run.fire();
    run.late_echoes(&outcomes);
    run.settle("every order has its end");
    run.ask_again(&mut outcomes);
    run.settle("what asking again has sent is done");
    let placed = Instant::now();

    let orders = run.cloud.orders();
    run.every_accepted_order_is_there_once(&outcomes, &orders);
    let rejected = every_order_has_one_legal_end(&orders);
    run.stock_adds_up(&orders);
    let poison = run.plan.poison();
    run.the_dead_letters_are(&poison);
    run.a_redrive_changes_nothing(&outcomes, &orders);

    let hits = run.cloud.killed_invocations();
    assert!(hits >= KILLS, "{hits} of {KILLS} kills hit a worker at work");
    assert!(rejected > 0, "nobody came too late, so the race for stock was not run");
    let count = |count: &AtomicUsize| count.load(Ordering::Relaxed);
    say(&format!(
        "fire: {} checkouts in {} requests, {} accepted, {} confirmed, {rejected} rejected, {} retried, {} turned away, \
         {} duplicates, {} poison, {} kills of which {hits} hit a batch, {} s and {} s of redrive",
        run.plan.checkouts.len(),
        count(&run.counts.requests),
        orders.len(),
        orders.len() - rejected,
        count(&run.counts.retried),
        count(&run.counts.turned_away),
        count(&run.counts.echoes),
        poison.len(),
        count(&run.counts.kills),
        placed.duration_since(run.began).as_secs(),
        placed.elapsed().as_secs(),
    ));
}

impl Run {
    fn new(random: &mut Seeded) -> Self {
        let plan = Plan::new(random);
        let shop = Shop::new();
        shop.ok(&["deploy"]);
        let mut catalogue = "id,name,price,category,available\n".to_owned();
        for product in &plan.products {
            let stock = product.stock.map(|stock| stock.to_string()).unwrap_or_default();
            writeln!(catalogue, "{0},Product {0},5.00,fire,{stock}", product.id).unwrap();
        }
        let file = shop.folder().join("fire.csv");
        std::fs::write(&file, catalogue).unwrap();
        shop.ok(&["seed", file.to_str().unwrap()]);
        let cloud = Cloud::of(&shop);
        // In this order: Lambda takes no change of a mapping whose queue hides messages for less than the function may take.
        cloud.work_with(WORKERS);
        cloud.hide_for(HIDDEN_SECONDS);
        let began = Instant::now();
        Self { shop, cloud, plan, counts: Counts::default(), began, deadline: began + PATIENCE }
    }

    /// All checkouts, poison between them, and the killer at work.
    fn fire(&self) -> Vec<Outcome> {
        let next = AtomicUsize::new(0);
        let outcomes = Mutex::new(vec![Outcome::default(); self.plan.checkouts.len()]);
        std::thread::scope(|scope| {
            let clients: Vec<_> = (0..CLIENTS)
                .map(|_| {
                    scope.spawn(|| {
                        while let Some((n, checkout)) = self.take(&next) {
                            for body in &checkout.poison {
                                self.cloud.send(&self.cloud.queue, body);
                            }
                            let outcome = self.buy(checkout);
                            if checkout.echo == Some(Echo::Soon) {
                                self.echo(&outcome, &self.cloud.queue);
                            }
                            outcomes.lock().unwrap()[n] = outcome;
                        }
                    })
                })
                .collect();
            let killer = scope.spawn(|| self.kill(&next));
            let results: Vec<_> = clients.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
            // The killer waits for the clients to get on: a client that failed must not leave it waiting.
            next.store(usize::MAX, Ordering::SeqCst);
            killer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            for result in results {
                result.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            }
        });
        outcomes.into_inner().unwrap()
    }

    fn take(&self, next: &AtomicUsize) -> Option<(usize, &Checkout)> {
        let n = next.fetch_add(1, Ordering::SeqCst);
        self.plan.checkouts.get(n).map(|checkout| (n, checkout))
    }

    /// Kills workers at the plan's moments, each time until an invocation has died of it: a worker between two batches has
    /// nothing to lose.
    fn kill(&self, next: &AtomicUsize) {
        let mut random = Seeded::new(self.plan.kills.iter().sum::<usize>() as u64);
        for (n, after) in self.plan.kills.iter().enumerate() {
            while next.load(Ordering::SeqCst) < *after {
                self.in_time("a kill's moment comes");
                std::thread::sleep(Duration::from_millis(5));
            }
            while self.cloud.killed_invocations() <= n {
                self.in_time("a kill hits a worker at work");
                let workers = self.cloud.workers();
                if let Some(victim) = workers.get(random.below(workers.len().max(1))) {
                    // It may have ended by itself since.
                    if shop::try_signal("-KILL", *victim) {
                        add(&self.counts.kills);
                    }
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }

    /// Sends the copies of a checkout as planned, and comes back while the shop is too busy to say yes or no.
    fn buy(&self, checkout: &Checkout) -> Outcome {
        for _ in 1..checkout.copies {
            add(&self.counts.retried);
        }
        let answers = match checkout.manner {
            Manner::InTurn => (0..checkout.copies).map(|_| self.post(checkout)).collect(),
            Manner::AtOnce => std::thread::scope(|scope| {
                let copies: Vec<_> = (0..checkout.copies).map(|_| scope.spawn(|| self.post(checkout))).collect();
                copies.into_iter().map(|copy| copy.join().unwrap()).collect::<Vec<_>>()
            }),
            Manner::HangsUp => {
                for _ in 1..checkout.copies {
                    self.hang_up(checkout);
                }
                vec![self.post(checkout)]
            }
        };
        let mut outcome = Outcome::default();
        for answer in answers {
            outcome.hear(checkout, answer);
        }
        outcome
    }

    /// One request, repeated while the answer is no decision. `None`: out of stock.
    fn post(&self, checkout: &Checkout) -> Option<Value> {
        for attempt in 1..=TRIES {
            self.in_time("a checkout is answered");
            add(&self.counts.requests);
            let headers = [("content-type", "application/json"), ("idempotency-key", checkout.key.as_str())];
            let answer = shop::call(&self.cloud.api, "POST", "/checkout", &headers, &body(checkout));
            match answer.status {
                202 => return Some(answer.json()),
                409 => {
                    assert_eq!(answer.json()["code"], "out_of_stock", "{}: {}", checkout.key, answer.body);
                    return None;
                }
                // What a client takes for "later": throttled, or broken on the way.
                429 | 500 | 502..=504 => add(&self.counts.turned_away),
                other => panic!("{}: {other} {}", checkout.key, answer.body),
            }
            std::thread::sleep(Duration::from_millis(25 * u64::from(attempt.min(20))));
        }
        panic!("{} was turned away {TRIES} times", checkout.key)
    }

    /// Sends a request and is gone before there is an answer.
    fn hang_up(&self, checkout: &Checkout) {
        add(&self.counts.requests);
        let address = self.cloud.api.strip_prefix("http://").unwrap();
        let (key, body) = (&checkout.key, body(checkout));
        let mut stream = TcpStream::connect(address).unwrap();
        let request = format!(
            "POST /checkout HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\nidempotency-key: {key}\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        // It may be gone already on the other side too.
        let _ = stream.shutdown(Shutdown::Both);
    }

    /// Sends the message of an accepted order once more.
    fn echo(&self, outcome: &Outcome, queue: &str) {
        if let Some(accepted) = &outcome.accepted {
            self.cloud.send(queue, &message(accepted));
            add(&self.counts.echoes);
        }
    }

    fn late_echoes(&self, outcomes: &[Outcome]) {
        for (checkout, outcome) in self.plan.checkouts.iter().zip(outcomes) {
            if checkout.echo == Some(Echo::Late) {
                self.echo(outcome, &self.cloud.queue);
            }
        }
    }

    /// Asks once more for each checkout that was refused: a copy whose answer nobody read may have been accepted before the
    /// stock ran out, and only the key can tell. Asks for some that were accepted too, whose stock may be gone by now.
    fn ask_again(&self, outcomes: &mut [Outcome]) {
        for (checkout, outcome) in self.plan.checkouts.iter().zip(outcomes) {
            if outcome.accepted.is_none() {
                outcome.hear(checkout, self.post(checkout));
            } else if checkout.echo.is_some() {
                let again = self.post(checkout);
                assert!(again.is_some(), "{} was accepted and is now refused", checkout.key);
                outcome.hear(checkout, again);
            }
        }
    }

    /// Waits until the queue is empty, which it is once every message is done or a dead letter, and no order is pending.
    fn settle(&self, what: &str) {
        loop {
            let queued = self.cloud.queued();
            let late = Instant::now() >= self.deadline;
            if queued == 0 || late {
                let orders = self.cloud.orders();
                let pending: Vec<_> = orders.iter().filter(|(_, row)| row["status"] == "pending").collect();
                if queued == 0 && pending.is_empty() {
                    return;
                }
                let shown: Vec<_> = pending.iter().map(|(id, _)| id).take(10).collect();
                assert!(
                    !late,
                    "not in time: {what}; {queued} messages are in the queue, {} of {} orders are pending: {shown:?}",
                    pending.len(),
                    orders.len()
                );
            }
            std::thread::sleep(Duration::from_millis(250));
        }
    }

    fn in_time(&self, what: &str) {
        assert!(Instant::now() < self.deadline, "not in time: {what}");
    }

    /// The rows are those that clients know of, no more and no fewer, and each is what was ordered.
    fn every_accepted_order_is_there_once(&self, outcomes: &[Outcome], orders: &BTreeMap<String, Row>) {
        let mut known = BTreeSet::new();
        for (checkout, outcome) in self.plan.checkouts.iter().zip(outcomes) {
            let Some(accepted) = &outcome.accepted else { continue };
            let id = accepted["id"].as_str().unwrap();
            assert!(known.insert(id), "{id} is the order of {} and of another key", checkout.key);
            let row = orders.get(id).unwrap_or_else(|| panic!("{id} was accepted and is lost: {}", checkout.key));
            assert_eq!(lines(row), checkout.lines, "{id} is not what {} ordered", checkout.key);
        }
        let unknown: Vec<_> = orders.keys().filter(|id| !known.contains(id.as_str())).take(10).collect();
        assert!(unknown.is_empty(), "orders that no client was told of: {unknown:?}");
    }

    /// What was there is what is left and what was confirmed.
    fn stock_adds_up(&self, orders: &BTreeMap<String, Row>) {
        let mut sold = BTreeMap::<String, i64>::new();
        for row in orders.values().filter(|row| row["status"] == "confirmed") {
            for (id, qty) in lines(row) {
                *sold.entry(id).or_default() += qty;
            }
        }
        let left = self.cloud.inventory();
        for product in &self.plan.products {
            let Some(stock) = product.stock else {
                assert!(!left.contains_key(&product.id), "{} has become tracked", product.id);
                continue;
            };
            let left = number(&left[&product.id]["available"]);
            assert!(left >= 0, "{}: {left} left", product.id);
            let sold = sold.get(&product.id).copied().unwrap_or_default();
            assert_eq!(stock - sold, left, "{}: {stock} of stock, {sold} confirmed", product.id);
        }
    }

    /// By their bodies; `expected` is sorted.
    fn the_dead_letters_are(&self, expected: &[String]) {
        let limit = (expected.len() + 1_000).to_string();
        let peeked = self.shop.ok(&["--format", "json", "dlq", "peek", "--limit", &limit]).out;
        let peeked: Value = serde_json::from_str(&peeked).unwrap();
        let text = |letter: &Value| letter["body"].as_str().unwrap().to_owned();
        let mut found: Vec<String> = peeked["messages"].as_array().unwrap().iter().map(text).collect();
        found.sort();
        let short = |body: &&String| body.chars().take(200).collect::<String>();
        let missing: Vec<_> = expected.iter().filter(|body| !found.contains(body)).take(5).map(|b| short(&b)).collect();
        let strange: Vec<_> = found.iter().filter(|body| !expected.contains(body)).take(5).map(|b| short(&b)).collect();
        assert!(missing.is_empty() && strange.is_empty(), "missing: {missing:?}; not poison: {strange:?}");
        assert_eq!(found.len(), expected.len(), "dead letters that are there twice, or once too few");
    }

    /// Everything goes round again, late messages of ended orders among it: those vanish, poison comes back, no row changes.
    fn a_redrive_changes_nothing(&self, outcomes: &[Outcome], orders: &BTreeMap<String, Row>) {
        let stock = self.cloud.inventory();
        let ended: Vec<_> = outcomes.iter().filter(|outcome| outcome.accepted.is_some()).collect();
        for outcome in ended.iter().step_by(ended.len() / LATE_LETTERS).take(LATE_LETTERS) {
            self.echo(outcome, &self.cloud.dead_letters);
        }
        let poison = self.plan.poison();
        let redriven = self.shop.ok(&["--format", "json", "dlq", "redrive"]).out;
        let redriven: Value = serde_json::from_str(&redriven).unwrap();
        assert_eq!(redriven["moved"], poison.len() + LATE_LETTERS, "{redriven}");
        self.settle("what was moved back is done");
        self.the_dead_letters_are(&poison);
        let after = self.cloud.orders();
        let changed: Vec<_> = after.iter().filter(|(id, row)| orders.get(*id) != Some(row)).take(5).collect();
        assert!(changed.is_empty() && after.len() == orders.len(), "a redrive has changed {changed:?}");
        assert_eq!(self.cloud.inventory(), stock, "a redrive has moved stock");
    }
}

impl Outcome {
    /// Every answer for a key names the same order. Copies that are under way together may be refused beside one that is
    /// accepted; one that is sent after an answer may not.
    fn hear(&mut self, checkout: &Checkout, answer: Option<Value>) {
        let Some(answer) = answer else {
            let in_turn = checkout.manner == Manner::InTurn;
            assert!(!in_turn || self.accepted.is_none(), "{} was accepted and then refused", checkout.key);
            return;
        };
        if let Some(before) = &self.accepted {
            assert_eq!(before["id"], answer["id"], "{} is two orders", checkout.key);
        }
        self.accepted = Some(answer);
    }
}

/// Each order took exactly one step, from `pending` to an end. How many were rejected.
fn every_order_has_one_legal_end(orders: &BTreeMap<String, Row>) -> usize {
    let mut rejected = 0;
    for (id, row) in orders {
        let status = row["status"].as_str().unwrap();
        let reason = match status {
            "confirmed" => "reserved",
            "rejected" => {
                rejected += 1;
                "out_of_stock"
            }
            other => panic!("{id} is {other}: {row:?}"),
        };
        let history = row["history"].as_array().unwrap();
        assert_eq!(history.len(), 2, "{id}: {history:?}");
        assert_eq!((&history[0]["to"], &history[0]["from"]), (&json!("pending"), &Value::Null), "{id}: {history:?}");
        let step = (&history[1]["from"], &history[1]["to"], &history[1]["reason"]);
        assert_eq!(step, (&json!("pending"), &json!(status), &json!(reason)), "{id}: {history:?}");
        assert_eq!(number(&row["version"]), 2, "{id}");
        assert!(!row.contains_key("pendingShard"), "{id} has ended and is still in the index of pending orders");
    }
    rejected
}

fn number(value: &Value) -> i64 {
    value["N"].as_str().unwrap().parse().unwrap()
}

fn lines(row: &Row) -> BTreeMap<String, i64> {
    let items = row["items"].as_array().unwrap().iter();
    items.map(|item| (item["id"].as_str().unwrap().to_owned(), number(&item["qty"]))).collect()
}

fn body(checkout: &Checkout) -> String {
    let items: Vec<Value> = checkout.lines.iter().map(|(id, qty)| json!({ "id": id, "qty": qty })).collect();
    json!({ "items": items }).to_string()
}

/// The message about an order, as checkout sends it, from the answer to its client.
fn message(accepted: &Value) -> String {
    let item = |item: &Value| json!({ "id": item["id"], "qty": item["qty"], "priceMinor": 500 });
    json!({
        "v": 1,
        "type": "order.placed",
        "orderId": accepted["id"],
        "placedAt": "2026-11-24T00:00:00.000Z",
        "requestId": "once more",
        "items": accepted["items"].as_array().unwrap().iter().map(item).collect::<Vec<_>>(),
        "totalMinor": accepted["totalMinor"],
        "currency": accepted["currency"],
    })
    .to_string()
}
