//! The measurements, each of one cloud and once a round.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use super::clouds::Cloud;
use super::figures::{Samples, quantile};
use super::function;
use super::place::{Front, Own};
use super::wire::{Connection, load, same};

/// Longer than anything measured takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// How much of each is done in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Amount {
    /// Rounds, in each of which every cloud has its turn.
    pub rounds: usize,
    /// Milliseconds of each load.
    pub load_ms: u64,
    /// Starts of the process.
    pub starts: usize,
    /// Repetitions of what is done one at a time.
    pub times: usize,
    /// Connections of the largest load.
    pub connections: usize,
    /// Messages of the flood.
    pub flood: usize,
    /// Seconds after which the flood of a rival is cut short.
    pub rival_flood_s: u64,
}

impl Amount {
    /// For figures that are kept.
    pub const USUAL: Self =
        Self { rounds: 3, load_ms: 1000, starts: 5, times: 10, connections: 64, flood: 50_000, rival_flood_s: 60 };
    /// To see that it works.
    pub const QUICK: Self =
        Self { rounds: 1, load_ms: 100, starts: 1, times: 3, connections: 8, flood: 500, rival_flood_s: 5 };
}

/// A cloud with all that was put into it.
#[derive(Debug)]
pub struct Subject {
    /// The cloud.
    pub cloud: Cloud,
    /// Our own stack in it.
    pub own: Own,
    /// The shop in it, if its functions are there.
    pub shop: Option<Front>,
    /// Where messages that arrived are noted.
    pub arrivals: PathBuf,
    /// What was measured of it.
    pub samples: Samples,
    /// Memory over the flood, in MB, evenly spaced.
    pub curve: Vec<f64>,
    /// Configurations that were given to the function.
    changes: usize,
}

/// The loads: key of the result and connections.
const HELLO: [(&str, usize); 3] = [("hello_1", 1), ("hello_8", 8), ("hello_64", 64)];
const PRODUCTS: [(&str, usize); 3] = [("products_1", 1), ("products_8", 8), ("products_64", 64)];
const SQS: [(&str, usize); 2] = [("sqs_1", 1), ("sqs_8", 8)];
const PUT: [(&str, usize); 2] = [("put_1", 1), ("put_8", 8)];
const GET: [(&str, usize); 2] = [("get_1", 1), ("get_8", 8)];

impl Subject {
    /// Nothing measured yet.
    pub fn new(cloud: Cloud, own: Own, shop: Option<Front>, arrivals: PathBuf) -> Self {
        Self { cloud, own, shop, arrivals, samples: Samples::default(), curve: Vec::new(), changes: 0 }
    }

    /// Lets it do everything once that its first time would cost more.
    pub fn warm_up(&mut self, amount: Amount) -> Result<()> {
        let short = Amount { load_ms: amount.load_ms / 4, times: 3, ..amount };
        let before = std::mem::take(&mut self.samples);
        self.calls(short)?;
        self.rates(short)?;
        self.wake(short)?;
        self.worker(short)?;
        self.orders(short)?;
        self.samples = before;
        Ok(())
    }

    /// Invokes the function once, through its service.
    pub fn invoke(&self) -> Result<()> {
        let mut to = Connection::to(self.cloud.endpoint.address);
        let path = format!("/2015-03-31/functions/{}/invocations", self.own.function);
        let event = json!({"rawPath": "/hello"}).to_string();
        let answer = self.cloud.endpoint.rest(&mut to, "lambda", "POST", &path, event.as_bytes())?;
        let text = String::from_utf8_lossy(&answer);
        ensure!(text.contains("own_ns"), "the function does not answer: {}", text.trim());
        Ok(())
    }

    /// Warm calls at one connection.
    pub fn calls(&mut self, amount: Amount) -> Result<()> {
        let request = self.own.front.request("GET", "/hello", &[], "");
        let (mut whole, mut over) = (Vec::new(), Vec::new());
        let mut connection = Connection::to(self.own.front.address);
        connection.call(&request)?;
        let until = Instant::now() + Duration::from_millis(amount.load_ms);
        while Instant::now() < until || whole.len() < amount.times {
            let (took, own) = hello(&mut connection, &request)?;
            whole.push(ms(took));
            over.push(ms(took.saturating_sub(own)));
        }
        self.quantiles(&whole, "warm_p50", "warm_p99");
        self.samples.add("warm_over_p50", quantile(&over, 0.5).unwrap_or_default());
        if let Some(shop) = &self.shop {
            let request = shop.request("GET", "/products", &[], "");
            let loaded = load(shop.address, 1, Duration::from_millis(amount.load_ms), |_| same(&request, "Coffee"))?;
            let all: Vec<f64> = loaded.latencies.into_iter().map(ms).collect();
            self.quantiles(&all, "products_p50", "products_p99");
        }
        Ok(())
    }

    fn quantiles(&mut self, values: &[f64], half: &'static str, tail: &'static str) {
        self.samples.add(half, quantile(values, 0.5).unwrap_or_default());
        self.samples.add(tail, quantile(values, 0.99).unwrap_or_default());
    }

    /// Requests a second.
    pub fn rates(&mut self, amount: Amount) -> Result<()> {
        let time = Duration::from_millis(amount.load_ms);
        let front = self.own.front.clone();
        let hello = front.request("GET", "/hello", &[], "");
        for (id, connections) in HELLO {
            let connections = connections.min(amount.connections);
            // The environments that it needs are started before.
            load(front.address, connections, time / 10, |_| same(&hello, function::ANSWER))?;
            let loaded = load(front.address, connections, time, |_| same(&hello, function::ANSWER))?;
            self.samples.add(id, loaded.rate());
        }
        if let Some(shop) = self.shop.clone() {
            let request = shop.request("GET", "/products", &[], "");
            for (id, connections) in PRODUCTS {
                let connections = connections.min(amount.connections);
                load(shop.address, connections, time / 10, |_| same(&request, "Coffee"))?;
                let loaded = load(shop.address, connections, time, |_| same(&request, "Coffee"))?;
                self.samples.add(id, loaded.rate());
            }
        }
        Ok(())
    }

    /// SQS and DynamoDB by themselves.
    pub fn services(&mut self, amount: Amount) -> Result<()> {
        let time = Duration::from_millis(amount.load_ms);
        let (endpoint, own) = (self.cloud.endpoint.clone(), self.own.clone());
        let send =
            endpoint.json("AmazonSQS.SendMessage", &json!({"QueueUrl": own.plain, "MessageBody": "x".repeat(200)}))?;
        let receive = endpoint.json("AmazonSQS.ReceiveMessage", &json!({"QueueUrl": own.plain}))?;
        for (id, connections) in SQS {
            let loaded = load(endpoint.address, connections, time, |_| {
                let (endpoint, send, receive, queue) = (&endpoint, &send, &receive, &own.plain);
                move |connection: &mut Connection| {
                    let sent = connection.call(send)?;
                    ensure!(sent.status == 200, "SendMessage: {}", sent.text());
                    // Another connection may have taken it in between, and leaves its own.
                    let begin = Instant::now();
                    let handle = loop {
                        let received: Value = serde_json::from_slice(&connection.call(receive)?.body)?;
                        match received["Messages"][0]["ReceiptHandle"].as_str() {
                            Some(handle) => break handle.to_owned(),
                            None => ensure!(begin.elapsed() < PATIENCE, "a message that was sent is not there"),
                        }
                    };
                    let which = json!({"QueueUrl": queue, "ReceiptHandle": handle});
                    endpoint.ask(connection, "AmazonSQS.DeleteMessage", &which)?;
                    Ok(())
                }
            })?;
            self.samples.add(id, loaded.rate());
        }
        let item = |id: usize| json!({"id": {"S": id.to_string()}, "text": {"S": "x".repeat(200)}, "n": {"N": "42"}});
        let puts = (0..8)
            .map(|id| endpoint.json("DynamoDB_20120810.PutItem", &json!({"TableName": own.table, "Item": item(id)})))
            .collect::<Result<Vec<_>>>()?;
        for (id, connections) in PUT {
            let loaded = load(endpoint.address, connections, time, |at| same(&puts[at], "{"))?;
            self.samples.add(id, loaded.rate());
        }
        let gets = (0..8)
            .map(|id| {
                let key = json!({"TableName": own.table, "Key": {"id": {"S": id.to_string()}}});
                endpoint.json("DynamoDB_20120810.GetItem", &key)
            })
            .collect::<Result<Vec<_>>>()?;
        for (id, connections) in GET {
            let loaded = load(endpoint.address, connections, time, |at| same(&gets[at], "xxx"))?;
            self.samples.add(id, loaded.rate());
        }
        Ok(())
    }

    /// First calls after the function's configuration changed. `init` is what the function takes by itself from the start of its
    /// process to its first question for an event.
    pub fn cold(&mut self, amount: Amount, init: Duration) -> Result<()> {
        let request = self.own.front.request("GET", "/hello", &[], "");
        let mut connection = Connection::to(self.own.front.address);
        connection.call(&request)?;
        for _ in 0..amount.times {
            self.change()?;
            let (took, own) = hello(&mut connection, &request)?;
            self.samples.add("cold", ms(took));
            self.samples.add("cold_over", ms(took.saturating_sub(init + own)));
        }
        Ok(())
    }

    /// Changes the function, so that its next call needs a new environment.
    fn change(&mut self) -> Result<()> {
        let endpoint = &self.cloud.endpoint;
        let path = format!("/2015-03-31/functions/{}/configuration", self.own.function);
        let mut to = Connection::to(endpoint.address);
        self.changes += 1;
        let file = self.arrivals.to_string_lossy();
        let variables = json!({function::FILE: file, "CHANGE": self.changes.to_string()});
        let body = json!({"Environment": {"Variables": variables}}).to_string();
        endpoint.rest(&mut to, "lambda", "PUT", &path, body.as_bytes())?;
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            let said: Value = serde_json::from_slice(&endpoint.rest(&mut to, "lambda", "GET", &path, b"")?)?;
            if said["LastUpdateStatus"].as_str().is_none_or(|status| status == "Successful") {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        bail!("the function's change does not end")
    }

    /// Twenty sleepers at once: first where each needs an environment, then where there are some.
    pub fn naps(&mut self) -> Result<()> {
        self.change()?;
        let front = self.own.front.clone();
        let request = front.request("GET", "/sleep", &[], "");
        for id in ["naps_cold", "naps_warm"] {
            let loaded = load(front.address, 20, Duration::ZERO, |_| same(&request, function::ANSWER))?;
            self.samples.add(id, ms(loaded.time));
        }
        Ok(())
    }

    /// From the sending of a message to the end of the long poll that waits for it.
    pub fn wake(&mut self, amount: Amount) -> Result<()> {
        let (endpoint, queue) = (&self.cloud.endpoint, &self.own.plain);
        let send = endpoint.json("AmazonSQS.SendMessage", &json!({"QueueUrl": queue, "MessageBody": "wake up"}))?;
        let (mut sender, mut receiver) = (Connection::to(endpoint.address), Connection::to(endpoint.address));
        for _ in 0..amount.times {
            let receive = json!({"QueueUrl": queue, "WaitTimeSeconds": 20});
            let waiting = endpoint.json("AmazonSQS.ReceiveMessage", &receive)?;
            let (began, (ended, received)) = std::thread::scope(|scope| {
                let receiver = scope.spawn(|| receiver.call(&waiting).map(|answer| (Instant::now(), answer)));
                // Whether it polls already cannot be asked; it surely does by now.
                std::thread::sleep(Duration::from_millis(30));
                let began = Instant::now();
                let sent = sender.call(&send)?;
                ensure!(sent.status == 200, "SendMessage: {}", sent.text());
                let received = receiver.join().map_err(|_| anyhow::anyhow!("the receiver panicked"))??;
                anyhow::Ok((began, received))
            })?;
            self.samples.add("wake", ms(ended.saturating_duration_since(began)));
            let received: Value = serde_json::from_slice(&received.body)?;
            let handle = received["Messages"][0]["ReceiptHandle"].as_str().context("the long poll brought nothing")?;
            let which = json!({"QueueUrl": queue, "ReceiptHandle": handle});
            endpoint.ask(&mut sender, "AmazonSQS.DeleteMessage", &which)?;
        }
        Ok(())
    }

    /// From the sending of a message to its arrival in the function behind the queue.
    pub fn worker(&mut self, amount: Amount) -> Result<()> {
        let mut to = Connection::to(self.cloud.endpoint.address);
        for _ in 0..amount.times {
            let mut arrivals = Arrivals::from_now(&self.arrivals);
            let began = function::now_ns();
            let body = json!({"QueueUrl": self.own.work, "MessageBody": began.to_string()});
            self.cloud.endpoint.ask(&mut to, "AmazonSQS.SendMessage", &body)?;
            let until = Instant::now() + PATIENCE;
            while arrivals.count()? == 0 {
                ensure!(Instant::now() < until, "the function does not get the message");
                std::thread::sleep(Duration::from_micros(500));
            }
            let at =
                arrivals.text.lines().find_map(|line| line.strip_prefix(&format!("{began} "))?.parse::<u64>().ok());
            let at = at.context("another message arrived")?;
            self.samples.add("worker", ms(Duration::from_nanos(at.saturating_sub(began))));
        }
        Ok(())
    }

    /// From the answer to a checkout until the order is confirmed, as its customer sees it.
    pub fn orders(&mut self, amount: Amount) -> Result<()> {
        let Some(shop) = self.shop.clone() else { return Ok(()) };
        let json = [("content-type", "application/json")];
        let checkout = shop.request("POST", "/checkout", &json, r#"{"items":[{"id":"3","qty":1}]}"#);
        let mut to = Connection::to(shop.address);
        for _ in 0..amount.times {
            let placed = to.call(&checkout)?;
            let begin = Instant::now();
            let order: Value = serde_json::from_slice(&placed.body)?;
            let text = |name: &str| find(&order, name).with_context(|| format!("no {name} in {order}"));
            let (id, token) = (text("id")?, text("orderToken")?);
            let look = shop.request("GET", &format!("/orders/{id}"), &[("x-order-token", &token)], "");
            loop {
                let seen: Value = serde_json::from_slice(&to.call(&look)?.body)?;
                if seen["status"] == "confirmed" {
                    break;
                }
                ensure!(begin.elapsed() < PATIENCE, "the order is not confirmed: {seen}");
            }
            self.samples.add("order", ms(begin.elapsed()));
        }
        Ok(())
    }

    /// Many messages through queue and function, never more than a thousand under way, while memory is watched. Ends early after
    /// `limit`, and tells what was done until then.
    pub fn flood(&mut self, messages: usize, limit: Option<Duration>) -> Result<()> {
        const UNDER_WAY: usize = 1000;
        let endpoint = self.cloud.endpoint.clone();
        let mut to = Connection::to(endpoint.address);
        let mut arrivals = Arrivals::from_now(&self.arrivals);
        let begin = Instant::now();
        let (mut sent, mut progress) = (0, (0, Instant::now()));
        let mut curve = Vec::new();
        loop {
            let done = arrivals.count()?;
            if done != progress.0 {
                progress = (done, Instant::now());
            }
            ensure!(progress.1.elapsed() < PATIENCE, "{done} of {sent} messages arrived, and no more");
            let late = limit.is_some_and(|limit| begin.elapsed() > limit);
            if done >= messages || (late && done >= sent) {
                break;
            }
            let wanted = begin.elapsed().as_millis() / 100;
            if (curve.len() as u128) <= wanted {
                curve.push((done, mb(self.cloud.memory()?.0)));
            }
            if sent < messages && sent < done + UNDER_WAY && !late {
                let entries: Vec<Value> = (0..10.min(messages - sent))
                    .map(|at| json!({"Id": at.to_string(), "MessageBody": format!("{:08}", sent + at)}))
                    .collect();
                let count = entries.len();
                let body = json!({"QueueUrl": self.own.work, "Entries": entries});
                let said = endpoint.ask(&mut to, "AmazonSQS.SendMessageBatch", &body)?;
                let taken = said["Successful"].as_array().map_or(0, Vec::len);
                ensure!(taken == count, "SendMessageBatch: {said}");
                sent += count;
            } else {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        let time = begin.elapsed();
        #[allow(clippy::cast_precision_loss, reason = "counts far below 2^52")]
        let (count, rate) = (sent as f64, sent as f64 / time.as_secs_f64());
        each_arrived(&arrivals.text, sent)?;
        self.samples.add("flood_count", count);
        self.samples.add("flood_rate", rate);
        if let Some((growth, slope)) = trend(&curve) {
            self.samples.add("flood_growth", growth);
            self.samples.add("flood_slope", slope);
        }
        self.curve = thinned(&curve);
        Ok(())
    }

    /// Memory of now, under the names of what it is.
    pub fn memory(&mut self, alone: &'static str, tree: Option<&'static str>) -> Result<()> {
        let (own, all) = self.cloud.memory()?;
        self.samples.add(alone, mb(own));
        if let Some(tree) = tree {
            self.samples.add(tree, mb(all));
        }
        Ok(())
    }
}

/// One call of the empty function: how long it took, and how long the function had it.
fn hello(connection: &mut Connection, request: &[u8]) -> Result<(Duration, Duration)> {
    let begin = Instant::now();
    let answer = connection.call(request)?;
    let took = begin.elapsed();
    let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let own = said["own_ns"].as_u64().with_context(|| format!("status {}: {}", answer.status, answer.text()))?;
    Ok((took, Duration::from_nanos(own)))
}

/// A member of that name, wherever it is.
fn find(value: &Value, name: &str) -> Option<String> {
    if let Some(text) = value[name].as_str() {
        return Some(text.to_owned());
    }
    value.as_object()?.values().find_map(|inner| find(inner, name))
}

/// Each message of a flood arrived. That one does twice is allowed: a standard queue promises no more.
fn each_arrived(text: &str, sent: usize) -> Result<()> {
    let mut seen = vec![false; sent];
    for number in text.lines().filter_map(|line| line.split(' ').next()?.parse::<usize>().ok()) {
        if let Some(seen) = seen.get_mut(number) {
            *seen = true;
        }
    }
    let missing = seen.iter().filter(|seen| !**seen).count();
    ensure!(missing == 0, "{missing} of {sent} messages were not processed");
    Ok(())
}

/// The messages that were noted since this was made.
#[derive(Debug)]
struct Arrivals {
    path: PathBuf,
    seen: u64,
    text: String,
    lines: usize,
}

impl Arrivals {
    fn from_now(path: &Path) -> Self {
        let seen = std::fs::metadata(path).map_or(0, |file| file.len());
        Self { path: path.to_owned(), seen, text: String::new(), lines: 0 }
    }

    /// How many by now. Only what is new is read.
    fn count(&mut self) -> Result<usize> {
        // There is no file before the first message.
        let Ok(mut file) = File::open(&self.path) else { return Ok(0) };
        file.seek(SeekFrom::Start(self.seen))?;
        let before = self.text.len();
        let new = file.read_to_string(&mut self.text)?;
        self.seen += u64::try_from(new)?;
        self.lines += self.text[before..].matches('\n').count();
        Ok(self.lines)
    }
}

/// How memory moves over a flood, from its points of messages done and MB: the mean of the last third above that of the first, and
/// the slope of the last two thirds for 10,000 messages. None of fewer than six points.
#[allow(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn trend(curve: &[(usize, f64)]) -> Option<(f64, f64)> {
    let third = curve.len() / 3;
    if third < 2 {
        return None;
    }
    let mean = |values: &mut dyn Iterator<Item = f64>, of: usize| values.sum::<f64>() / of as f64;
    let memory = |points: &[(usize, f64)]| mean(&mut points.iter().map(|(_, mb)| *mb), points.len());
    let growth = memory(&curve[curve.len() - third..]) - memory(&curve[..third]);
    let later = &curve[third..];
    let centre = mean(&mut later.iter().map(|(done, _)| *done as f64), later.len());
    let level = memory(later);
    let (mut above, mut below) = (0.0, 0.0);
    for (done, mb) in later {
        above += (*done as f64 - centre) * (mb - level);
        below += (*done as f64 - centre).powi(2);
    }
    (below > 0.0).then(|| (growth, above / below * 1e4))
}

/// Twelve points of a curve, enough to see its shape.
fn thinned(curve: &[(usize, f64)]) -> Vec<f64> {
    const POINTS: usize = 12;
    let Some(last) = curve.len().checked_sub(1) else { return Vec::new() };
    (0..POINTS.min(curve.len())).map(|at| curve[at * last / (POINTS - 1).min(last).max(1)].1).collect()
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[allow(clippy::cast_precision_loss, reason = "bytes of memory, far below 2^52")]
pub(super) fn mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn a_curve_s_trend_is_its_growth_and_its_slope() {
        let flat: Vec<(usize, f64)> = (0..30).map(|at| (at * 100, 50.0)).collect();
        assert_eq!(trend(&flat), Some((0.0, 0.0)));
        // A MB for each 1,000 messages.
        let steep: Vec<(usize, f64)> = (0..30_u32).map(|at| (at as usize * 100, f64::from(at) / 10.0)).collect();
        let (growth, slope) = trend(&steep).unwrap();
        assert!((growth - 2.0).abs() < 1e-9 && (slope - 10.0).abs() < 1e-9, "{growth} {slope}");
        assert_eq!(trend(&flat[..5]), None);
    }

    #[test]
    fn a_thinned_curve_keeps_its_ends() {
        let curve: Vec<(usize, f64)> = (0..100_u32).map(|at| (0, f64::from(at))).collect();
        let thin = thinned(&curve);
        assert_eq!((thin.len(), thin[0], thin[11]), (12, 0.0, 99.0));
        assert_eq!(thinned(&curve[..2]), [0.0, 1.0]);
        assert_eq!(thinned(&curve[..1]), [0.0]);
    }

    #[test]
    fn a_message_that_never_arrived_is_missed() {
        assert!(each_arrived("00000001 5\n00000000 5\n00000001 6\n", 2).is_ok());
        let error = each_arrived("00000000 5\n00000000 6\n", 2).unwrap_err();
        assert_eq!(error.to_string(), "1 of 2 messages were not processed");
    }

    #[test]
    fn arrivals_are_counted_from_the_moment_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("arrivals");
        let mut early = Arrivals::from_now(&path);
        assert_eq!(early.count().unwrap(), 0);
        std::fs::write(&path, "1 2\n3 4\n").unwrap();
        assert_eq!(early.count().unwrap(), 2);
        let mut late = Arrivals::from_now(&path);
        std::fs::write(&path, "1 2\n3 4\n5 6\n").unwrap();
        assert_eq!((early.count().unwrap(), late.count().unwrap(), late.text.as_str()), (3, 1, "5 6\n"));
    }
}
