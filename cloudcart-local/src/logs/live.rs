//! StartLiveTail: what arrives in up to ten log groups, as an event stream.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html>. As on AWS: a start, an update
//! every second even when nothing came (and here sooner when something did), at most 500 events a second, of more a sample that
//! says so, and an end after three hours. The stream ends as well when the client goes away, or the cloud stops.

use super::{
    Logs,
    events::{Event, Events},
    filter::Pattern,
    invalid, no_group,
    writer::Writer,
};
use crate::{api::Reply, core::Core, error::AwsError, ports::LogSink as _};
use bytes::{BufMut as _, Bytes, BytesMut};
use futures_util::StreamExt as _;
use http::{HeaderValue, Response, header};
use serde_json::{Map, Value, json};
use std::{sync::Arc, time::Duration};
use tokio::sync::Notify;

/// Groups of one session.
const GROUPS: usize = 10;
/// Events of one second; of more a sample is sent.
const PER_SECOND: usize = 500;
/// Between two updates when nothing comes.
const HEARTBEAT_MS: i64 = 1_000;
/// Between two updates when something does: lines that belong together come together.
const GATHER_MS: i64 = 100;
/// How long a session lives.
const SESSION_MS: i64 = 3 * 3_600_000;
/// Events that are read in one go. What waits beyond them is read by the next.
const READ: usize = 5_000;

impl Logs {
    /// Opens a session.
    pub(super) fn start_live_tail(
        &self,
        input: &Map<String, Value>,
        request_id: &str,
    ) -> Result<Response<Reply>, AwsError> {
        let texts = |name: &str| -> Vec<String> {
            let list = input.get(name).and_then(Value::as_array).into_iter().flatten();
            list.filter_map(|item| item.as_str().map(str::to_owned)).collect()
        };
        let identifiers = texts("logGroupIdentifiers");
        if identifiers.is_empty() || identifiers.len() > GROUPS {
            return Err(invalid(&format!("logGroupIdentifiers must have 1 to {GROUPS} log groups.")));
        }
        let mut groups = Vec::with_capacity(identifiers.len());
        for identifier in &identifiers {
            if !identifier.starts_with("arn:") || identifier.ends_with('*') {
                return Err(invalid(&format!(
                    "logGroupIdentifiers takes ARNs of log groups without an asterisk at the end, not '{identifier}'."
                )));
            }
            let name = self.name_of(identifier);
            if !self.has_group(&name) {
                return Err(no_group());
            }
            groups.push(name);
        }
        let (streams, prefixes) = (texts("logStreamNames"), texts("logStreamNamePrefixes"));
        if (!streams.is_empty() || !prefixes.is_empty()) && groups.len() > 1 {
            return Err(invalid("Log streams can be named only with a single log group."));
        }
        if !streams.is_empty() && !prefixes.is_empty() {
            return Err(invalid("Only one of logStreamNames and logStreamNamePrefixes may be given."));
        }
        let text = input.get("logEventFilterPattern").and_then(Value::as_str).unwrap_or_default();
        let pattern = Pattern::parse(text)?;
        // A session is a connection, and its pace is for who reads it: a moved clock neither ends nor hurries it.
        let now = self.core.clock.real_now_ms();
        let start = json!({
            "requestId": request_id, "sessionId": self.core.random.uuid(), "logGroupIdentifiers": identifiers,
            "logStreamNames": streams, "logStreamNamePrefixes": prefixes, "logEventFilterPattern": text,
        });
        self.writer.settle();
        let session = Session {
            seen: self.events.last_id()?,
            core: Arc::clone(&self.core),
            events: self.events.clone(),
            writer: Arc::clone(&self.writer),
            arrived: Arc::clone(&self.arrived),
            groups,
            streams,
            prefixes,
            pattern,
            opened: now,
            start: Some(start),
            waiting: Vec::new(),
            updated: now,
            second: now,
            sent: 0,
            over: false,
        };
        // Whoever sends a body may ask again after its end.
        let frames = futures_util::stream::unfold(session, Session::next).fuse();
        let mut response = Response::new(Reply::Stream(frames.boxed()));
        let kind = HeaderValue::from_static("application/vnd.amazon.eventstream");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        Ok(response)
    }
}

/// A session under way.
struct Session {
    core: Arc<Core>,
    events: Events,
    writer: Arc<Writer>,
    arrived: Arc<Notify>,
    groups: Vec<String>,
    streams: Vec<String>,
    prefixes: Vec<String>,
    pattern: Pattern,
    opened: i64,
    /// What the first frame says, until it is sent.
    start: Option<Value>,
    /// The last event that was read.
    seen: i64,
    /// Events that were not sent yet.
    waiting: Vec<Value>,
    /// When the last update was sent.
    updated: i64,
    /// When the second began in which events are counted, and how many were sent in it.
    second: i64,
    sent: usize,
    over: bool,
}

impl Session {
    async fn next(mut self) -> Option<(Bytes, Self)> {
        if let Some(start) = self.start.take() {
            return Some((opening(&start), self));
        }
        if self.over {
            return None;
        }
        loop {
            let notify = Arc::clone(&self.arrived);
            let arrived = notify.notified();
            tokio::pin!(arrived);
            // From here on no arrival is missed, so it is safe to look first and to wait then.
            arrived.as_mut().enable();
            let now = self.core.clock.real_now_ms();
            if now - self.opened >= SESSION_MS {
                self.over = true;
                let told = json!({"message": "Live tail session has timed out."});
                return Some((exception("SessionTimeoutException", &told), self));
            }
            if let Err(error) = self.read() {
                self.over = true;
                return Some((exception("SessionStreamingException", &json!({"message": error.message})), self));
            }
            if now - self.second >= HEARTBEAT_MS {
                (self.second, self.sent) = (now, 0);
            }
            let since = now - self.updated;
            let fits = !self.waiting.is_empty() && self.sent + self.waiting.len() <= PER_SECOND;
            if since >= HEARTBEAT_MS || (fits && since >= GATHER_MS) {
                let frame = self.update(now);
                return Some((frame, self));
            }
            let wait = if fits { GATHER_MS - since } else { HEARTBEAT_MS - since };
            let sleep = self.core.clock.real_sleep(Duration::from_millis(u64::try_from(wait).unwrap_or(1)));
            if self.waiting.is_empty() {
                tokio::select! {
                    () = arrived => {}
                    () = sleep => {}
                }
            } else {
                sleep.await;
            }
        }
    }

    /// Reads what arrived, as far as somebody wants it.
    fn read(&mut self) -> Result<(), AwsError> {
        self.writer.settle();
        let events = self.events.after(&self.groups, self.seen, READ)?;
        for (group, event) in events {
            self.seen = event.id;
            let named = |name: &String| *name == event.stream;
            let begun = |prefix: &String| event.stream.starts_with(prefix.as_str());
            let wanted = (self.streams.is_empty() || self.streams.iter().any(named))
                && (self.prefixes.is_empty() || self.prefixes.iter().any(begun))
                && self.pattern.matches(&event.message);
            if wanted {
                self.waiting.push(self.result(&group, &event));
            }
        }
        Ok(())
    }

    fn result(&self, group: &str, event: &Event) -> Value {
        json!({
            "logGroupIdentifier": format!("{}:{group}", self.core.account), "logStreamName": event.stream,
            "message": event.message, "timestamp": event.timestamp_ms, "ingestionTime": event.ingested_ms,
        })
    }

    fn update(&mut self, now: i64) -> Bytes {
        let mut results = std::mem::take(&mut self.waiting);
        let sampled = results.len() > PER_SECOND;
        if sampled {
            let count = results.len();
            let mut index = 0;
            // Evenly from all of them: one in every `count / 500`.
            results.retain(|_| {
                let kept = index * PER_SECOND / count != (index + 1) * PER_SECOND / count;
                index += 1;
                kept
            });
        }
        self.updated = now;
        self.sent += results.len();
        event("sessionUpdate", &json!({"sessionMetadata": {"sampled": sampled}, "sessionResults": results}))
    }
}

/// The answer itself, which in a JSON protocol is the first message of its stream (Python's SDK reads no stream without it),
/// and the start of the session.
fn opening(start: &Value) -> Bytes {
    let mut opening = BytesMut::from(event("initial-response", &json!({})));
    opening.put(event("sessionStart", start));
    opening.freeze()
}

fn event(kind: &str, payload: &Value) -> Bytes {
    frame(&[(":message-type", "event"), (":event-type", kind), (":content-type", "application/json")], payload)
}

fn exception(kind: &str, payload: &Value) -> Bytes {
    frame(&[(":message-type", "exception"), (":exception-type", kind), (":content-type", "application/json")], payload)
}

/// One message of an event stream: lengths and their checksum, headers, payload, a checksum of it all.
///
/// <https://smithy.io/2.0/aws/amazon-eventstream.html>
fn frame(headers: &[(&str, &str)], payload: &Value) -> Bytes {
    /// The type of a header that is a text.
    const TEXT: u8 = 7;
    /// Two lengths and their checksum before, a checksum after.
    const AROUND: usize = 16;
    let payload = payload.to_string();
    let mut head = BytesMut::new();
    for (name, value) in headers {
        // Names and values are constants of this file, far below 256 bytes.
        head.put_u8(u8::try_from(name.len()).unwrap_or(u8::MAX));
        head.put_slice(name.as_bytes());
        head.put_u8(TEXT);
        head.put_u16(u16::try_from(value.len()).unwrap_or(u16::MAX));
        head.put_slice(value.as_bytes());
    }
    let mut message = BytesMut::new();
    // 5000 events of 256 KiB are below 4 GiB.
    message.put_u32(u32::try_from(AROUND + head.len() + payload.len()).unwrap_or(u32::MAX));
    message.put_u32(u32::try_from(head.len()).unwrap_or(u32::MAX));
    message.put_u32(crc32fast::hash(&message));
    message.put_slice(&head);
    message.put_slice(payload.as_bytes());
    message.put_u32(crc32fast::hash(&message));
    message.freeze()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use bytes::Buf as _;

    /// Headers and payload of each message, as text.
    fn messages(mut stream: Bytes) -> Vec<String> {
        let mut all = Vec::new();
        while stream.has_remaining() {
            let length = usize::try_from(u32::from_be_bytes(stream[..4].try_into().unwrap())).unwrap();
            let message = stream.split_to(length);
            assert_eq!(crc32fast::hash(&message[..length - 4]).to_be_bytes(), message[length - 4..]);
            all.push(String::from_utf8_lossy(&message[12..length - 4]).into_owned());
        }
        all
    }

    #[test]
    fn a_session_begins_with_its_answer() {
        let sent = messages(opening(&json!({"sessionId": "s"})));
        assert_eq!(sent.len(), 2);
        assert!(sent[0].contains("initial-response") && sent[0].ends_with("{}"), "{sent:?}");
        assert!(sent[1].contains("sessionStart") && sent[1].ends_with(r#"{"sessionId":"s"}"#), "{sent:?}");
    }
}
