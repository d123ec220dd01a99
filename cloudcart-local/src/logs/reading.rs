//! Reading events: one stream page by page both ways (GetLogEvents), and many streams interleaved (FilterLogEvents).

use super::{
    Logs,
    events::{Cursor, Event, Range, Streams},
    filter::Pattern,
    invalid, text,
};
use crate::error::AwsError;
use serde_json::{Map, Value, json};

/// A page has at most this many events and bytes.
const PAGE_EVENTS: usize = 10_000;
const PAGE_BYTES: usize = 1_048_576;
/// Events looked at in one go while filtering.
const SCAN: usize = 1_000;

impl Logs {
    pub(super) fn get_events(&self, input: &Map<String, Value>) -> Result<Value, AwsError> {
        let group = self.group_name(input)?;
        let stream = text(input, "logStreamName")?;
        self.existing(&group)?;
        if self.events.stream(&group, stream)?.is_none() {
            return Err(AwsError::bad_request("ResourceNotFoundException", "The specified log stream does not exist."));
        }
        let limit = limit(input, PAGE_EVENTS, PAGE_EVENTS)?;
        let token = input.get("nextToken").and_then(Value::as_str).map(Token::parse).transpose()?;
        let from_head = input.get("startFromHead").and_then(Value::as_bool) == Some(true);
        let backward = token.as_ref().map_or(!from_head, |token| token.backward);
        let range = Range {
            streams: Streams::Named(vec![stream.to_owned()]),
            from_ms: self.kept_from(&group, input)?,
            // The end is not part of it here, while it is for FilterLogEvents.
            to_ms: number(input, "endTime")?.map_or(i64::MAX, |end| end.saturating_sub(1)),
            beyond: token.map(|token| token.cursor),
            backward,
        };
        let mut events = self.events.read(&group, &range, limit)?;
        cut(&mut events);
        if backward {
            events.reverse();
        }
        // Without events a token stands where the caller stood, so that asking again later sees what arrived meanwhile.
        let stand = range.beyond.unwrap_or(Cursor { timestamp_ms: range.from_ms, id: 0 });
        let forward = events.last().map_or(stand, cursor);
        let backward = events.first().map_or(stand, cursor);
        Ok(json!({
            "events": events.iter().map(|event| json!({
                "timestamp": event.timestamp_ms, "message": event.message, "ingestionTime": event.ingested_ms,
            })).collect::<Vec<_>>(),
            "nextForwardToken": Token { backward: false, cursor: forward }.text(),
            "nextBackwardToken": Token { backward: true, cursor: backward }.text(),
        }))
    }

    pub(super) fn filter_events(&self, input: &Map<String, Value>) -> Result<Value, AwsError> {
        let group = self.group_name(input)?;
        self.existing(&group)?;
        let limit = limit(input, PAGE_EVENTS, PAGE_EVENTS)?;
        let pattern = Pattern::parse(input.get("filterPattern").and_then(Value::as_str).unwrap_or_default())?;
        let names = input.get("logStreamNames").and_then(Value::as_array);
        let prefix = input.get("logStreamNamePrefix").and_then(Value::as_str);
        let streams = match (names, prefix) {
            (Some(_), Some(_)) => {
                return Err(invalid("Only one of logStreamNames and logStreamNamePrefix may be given."));
            }
            (Some(names), None) => {
                Streams::Named(names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect())
            }
            (None, Some(prefix)) => Streams::Prefix(prefix.to_owned()),
            (None, None) => Streams::All,
        };
        let token = input.get("nextToken").and_then(Value::as_str).map(Token::parse).transpose()?;
        let mut range = Range {
            streams,
            from_ms: self.kept_from(&group, input)?,
            to_ms: number(input, "endTime")?.unwrap_or(i64::MAX),
            beyond: token.map(|token| token.cursor),
            backward: false,
        };
        let mut found: Vec<Event> = Vec::new();
        let mut bytes = 0;
        let mut more = true;
        'page: while more {
            let scanned = self.events.read(&group, &range, SCAN)?;
            more = scanned.len() == SCAN;
            for event in scanned {
                let at = cursor(&event);
                if pattern.matches(&event.message) {
                    if found.len() == limit || (bytes + event.message.len() > PAGE_BYTES && !found.is_empty()) {
                        more = true;
                        break 'page;
                    }
                    bytes += event.message.len();
                    found.push(event);
                }
                range.beyond = Some(at);
            }
        }
        let mut answer = json!({
            "events": found.iter().map(|event| json!({
                "logStreamName": event.stream, "timestamp": event.timestamp_ms, "message": event.message,
                "ingestionTime": event.ingested_ms, "eventId": format!("{:056}", event.id),
            })).collect::<Vec<_>>(),
            "searchedLogStreams": [],
        });
        if let (true, Some(cursor)) = (more, range.beyond) {
            answer["nextToken"] = json!(Token { backward: false, cursor }.text());
        }
        Ok(answer)
    }

    /// The first timestamp to read: what was asked for, but nothing that retention no longer keeps.
    fn kept_from(&self, group: &str, input: &Map<String, Value>) -> Result<i64, AwsError> {
        let kept =
            self.existing(group)?.retention_days.map_or(0, |days| self.core.clock.now_ms() - days * super::DAY_MS);
        Ok(number(input, "startTime")?.unwrap_or(0).max(kept))
    }
}

/// A place and a direction.
struct Token {
    backward: bool,
    cursor: Cursor,
}

impl Token {
    fn text(&self) -> String {
        let direction = if self.backward { 'b' } else { 'f' };
        format!("{direction}/{:020}/{:020}", self.cursor.timestamp_ms, self.cursor.id)
    }

    fn parse(text: &str) -> Result<Self, AwsError> {
        let parts: Vec<&str> = text.split('/').collect();
        if let [direction @ ("f" | "b"), timestamp, id] = parts[..]
            && let (Ok(timestamp_ms), Ok(id)) = (timestamp.parse(), id.parse())
        {
            return Ok(Self { backward: direction == "b", cursor: Cursor { timestamp_ms, id } });
        }
        Err(invalid("The specified nextToken is invalid."))
    }
}

fn cursor(event: &Event) -> Cursor {
    Cursor { timestamp_ms: event.timestamp_ms, id: event.id }
}

/// Cuts a page at its bytes, but keeps one event.
fn cut(events: &mut Vec<Event>) {
    let mut bytes = 0;
    let keep = events
        .iter()
        .take_while(|event| {
            bytes += event.message.len();
            bytes <= PAGE_BYTES
        })
        .count();
    events.truncate(keep.max(1));
}

fn number(input: &Map<String, Value>, name: &str) -> Result<Option<i64>, AwsError> {
    match input.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            value.as_i64().map(Some).ok_or_else(|| invalid(&format!("The parameter '{name}' is not a whole number.")))
        }
    }
}

/// The `limit` of a request.
pub(super) fn limit(input: &Map<String, Value>, default: usize, most: usize) -> Result<usize, AwsError> {
    match number(input, "limit")? {
        None => Ok(default),
        Some(limit) => usize::try_from(limit).ok().filter(|limit| (1..=most).contains(limit)).ok_or_else(|| {
            invalid(&format!(
                "1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: Member must have \
                 value between 1 and {most}"
            ))
        }),
    }
}
