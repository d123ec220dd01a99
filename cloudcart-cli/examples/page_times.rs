//! Walks `GET /products` of a running shop and compares the first pages with the last ones of the same walk, in milliseconds.
//!
//! `cargo run -p cloudcart-cli --example page_times -- "$(cloudcart outputs HttpApiUrl)"`, after `cloudcart seed --count 100000`.
//! Times belong to the machine and its load; the ratio is what to look at. The test `size` counts instead.
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

/// Pages at either end.
const ENDS: usize = 50;

fn main() -> anyhow::Result<()> {
    let api = std::env::args().nth(1).context("the URL of a shop's API is the only argument")?;
    let address = api.trim_end_matches('/').strip_prefix("http://").context("the URL begins with http://")?;
    let mut times = Vec::new();
    let mut path = Some("/products?limit=100".to_owned());
    while let Some(at) = path {
        let began = Instant::now();
        let answer = get(address, &at).with_context(|| format!("GET {at} at {address}"))?;
        times.push(began.elapsed());
        path = next(&answer).map(str::to_owned);
    }
    if times.len() < 2 * ENDS {
        bail!("{} pages are too few; `cloudcart seed --count 100000` makes more", times.len());
    }
    let (first, last) = (median(&times[..ENDS]), median(&times[times.len() - ENDS..]));
    println!("{} pages: the first {ENDS} take {first:.1} ms each, the last {ENDS} take {last:.1} ms", times.len());
    println!("ratio {:.2}", last / first);
    Ok(())
}

/// The head of the answer, which has to be a 200.
fn get(address: &str, path: &str) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("the answer broke off")?;
    if head.split(' ').nth(1) != Some("200") {
        bail!("it answered {head}\n{body}");
    }
    Ok(head.to_owned())
}

/// The target of the `Link` to the next page.
fn next(head: &str) -> Option<&str> {
    let link =
        head.lines().filter_map(|line| line.split_once(": ")).find(|(name, _)| name.eq_ignore_ascii_case("link"));
    link.and_then(|(_, value)| value.strip_prefix('<')?.split('>').next())
}

/// In milliseconds.
fn median(times: &[Duration]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}
