//! The function that is measured where the shop's would hide the cloud behind their own work: this very program, when it finds itself
//! started as one. Answers HTTP, sleeps when asked to, and notes when a message reached it.

use std::fs::OpenOptions;
use std::io::{BufReader, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::http;

/// The variable that Lambda sets.
const RUNTIME_API: &str = "AWS_LAMBDA_RUNTIME_API";
/// The variable with the file that arrivals are written to.
pub const FILE: &str = "ARRIVALS";
/// How long `/sleep` takes.
pub const NAP: Duration = Duration::from_millis(300);
/// What every answer contains.
pub const ANSWER: &str = "\"own_ns\"";

/// Whether this process was started as a function.
pub fn is_one() -> bool {
    std::env::var_os(RUNTIME_API).is_some()
}

/// Answers events until the environment ends.
pub fn run() -> Result<()> {
    let address = std::env::var(RUNTIME_API)?;
    let stream = TcpStream::connect(&address).context("no Runtime API")?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    loop {
        let head = format!("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nhost: {address}\r\n\r\n");
        reader.get_mut().write_all(head.as_bytes())?;
        prompt(reader.get_ref())?;
        let given = http::read(&mut reader)?.context("the Runtime API closed the connection")?;
        let arrived = Instant::now();
        let id = given.header("lambda-runtime-aws-request-id").context("an event without an id")?.to_owned();
        let body = answer(&serde_json::from_slice(&given.body)?, arrived)?.to_string();
        // In one piece: two would wait for each other's acknowledgement.
        let request = format!(
            "POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\nhost: {address}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        reader.get_mut().write_all(request.as_bytes())?;
        prompt(reader.get_ref())?;
        http::read(&mut reader)?.context("the Runtime API closed the connection")?;
    }
}

/// Acknowledges at once what comes next. A Runtime API that sends head and body apart waits for it, and a function that lets it wait
/// would add its 40 ms to the cloud's time.
fn prompt(stream: &TcpStream) -> Result<()> {
    #[cfg(target_os = "linux")]
    std::os::linux::net::TcpStreamExt::set_quickack(stream, true)?;
    let _ = stream;
    Ok(())
}

/// As much of an event as is read: the rest would be the function's own time.
#[derive(Debug, Deserialize)]
struct Event {
    #[serde(rename = "Records")]
    records: Option<Vec<Record>>,
    #[serde(rename = "rawPath")]
    path: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Record {
    body: String,
}

fn answer(event: &Event, arrived: Instant) -> Result<Value> {
    if let Some(records) = &event.records {
        note(records)?;
        return Ok(json!({"batchItemFailures": []}));
    }
    if event.path.as_ref().is_some_and(|path| path.ends_with("/sleep")) {
        std::thread::sleep(NAP);
    }
    let own = u64::try_from(arrived.elapsed().as_nanos()).unwrap_or(u64::MAX);
    Ok(json!({
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": format!("{{\"own_ns\":{own}}}"),
    }))
}

/// A line for each message: its text, and when it was here. All of a batch in one write, so that several environments may share the file.
fn note(records: &[Record]) -> Result<()> {
    let path = std::env::var(FILE).context("there is no file for arrivals")?;
    let now = now_ns().to_string();
    let mut lines = String::new();
    for record in records {
        lines.push_str(&record.body);
        lines.extend([" ", now.as_str(), "\n"]);
    }
    OpenOptions::new().append(true).create(true).open(&path).context(path)?.write_all(lines.as_bytes())?;
    Ok(())
}

/// The machine's time in nanoseconds, which all processes on it share.
pub fn now_ns() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_nanos()).unwrap_or(u64::MAX)
}
