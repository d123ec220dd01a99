//! CloudWatch Logs: groups, streams and events. Protocol awsJson1_1.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/Welcome.html>

mod events;
mod filter;
mod json_pattern;
mod live;
mod provider;
mod reading;
mod schema;
mod writer;

use crate::{
    api::{ApiRequest, Need, Reply, Service},
    core::Core,
    error::{AwsError, Protocol},
    ports::LogSink,
    provider::ResourceProvider,
};
use async_trait::async_trait;
use bytes::Bytes;
use events::{Events, Group, Line};
use http::{HeaderValue, Response, header};
use serde_json::{Map, Value, json};
use std::{sync::Arc, time::Duration};
use tokio::sync::Notify;
use writer::Writer;

const DAY_MS: i64 = 86_400_000;
/// PutLogEvents refuses what is older than this, and newer than the other.
const TOO_OLD_MS: i64 = 14 * DAY_MS;
const TOO_NEW_MS: i64 = 2 * 3_600_000;
/// How often retention is applied.
const SWEEP: Duration = Duration::from_hours(1);
/// The retentions that exist, in days.
const RETENTIONS: [i64; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// The service.
pub struct Logs {
    core: Arc<Core>,
    events: Events,
    /// What is on its way into `events`.
    writer: Arc<Writer>,
    /// Told whenever events arrive.
    arrived: Arc<Notify>,
}

impl Logs {
    /// Over the state; starts the task that applies retention.
    pub fn open(core: Arc<Core>) -> Result<Arc<Self>, AwsError> {
        let events = Events::open(core.store.clone())?;
        let writer = Writer::start(events.clone()).map_err(|error| AwsError::internal(&error))?;
        let logs = Arc::new(Self { core, events, writer: Arc::new(writer), arrived: Arc::default() });
        let weak = Arc::downgrade(&logs);
        tokio::spawn(async move {
            while let Some(logs) = weak.upgrade() {
                if let Err(error) = logs.events.expire(logs.core.clock.now_ms()) {
                    tracing::warn!(%error, "cannot apply the retention of log groups");
                }
                let sleep = logs.core.clock.sleep(SWEEP);
                drop(logs);
                sleep.await;
            }
        });
        Ok(logs)
    }

    /// Puts what is on its way into the state.
    pub fn settle(&self) {
        self.writer.settle();
    }

    /// The resource types of CloudWatch Logs.
    pub fn providers(self: &Arc<Self>) -> Vec<Arc<dyn ResourceProvider>> {
        vec![Arc::new(provider::LogGroupProvider::new(Arc::clone(self)))]
    }

    /// `arn:…:log-group:<name>`, without the `:*` that policies and attributes carry.
    fn group_arn(&self, name: &str) -> String {
        self.core.arn("logs", &format!("log-group:{name}"))
    }

    /// The name in a `logGroupName`, or in a `logGroupIdentifier` that may be an ARN with or without `:*`.
    fn group_name(&self, input: &Map<String, Value>) -> Result<String, AwsError> {
        let given = ["logGroupName", "logGroupIdentifier"].iter().find_map(|member| input.get(*member)?.as_str());
        let given = given.ok_or_else(|| invalid("The parameter 'logGroupName' is missing."))?;
        Ok(self.name_of(given))
    }

    fn name_of(&self, identifier: &str) -> String {
        let arn = self.group_arn("");
        let name = identifier.strip_prefix(&arn).unwrap_or(identifier);
        name.strip_suffix(":*").unwrap_or(name).to_owned()
    }

    fn existing(&self, name: &str) -> Result<Group, AwsError> {
        self.writer.settle();
        self.events.group(name)?.ok_or_else(no_group)
    }

    fn create_group(&self, name: &str, tags: &Value) -> Result<(), AwsError> {
        let valid = |byte: u8| byte.is_ascii_alphanumeric() || b"_-/.#".contains(&byte);
        if name.is_empty() || name.len() > 512 || !name.bytes().all(valid) {
            return Err(invalid(&format!(
                "1 validation error detected: Value '{name}' at 'logGroupName' failed to satisfy constraint: Member must \
                 satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+"
            )));
        }
        let tags = if tags.is_object() { tags.to_string() } else { "{}".to_owned() };
        self.writer.settle();
        if self.events.create_group(name, self.core.clock.now_ms(), &tags)? {
            Ok(())
        } else {
            Err(AwsError::bad_request("ResourceAlreadyExistsException", "The specified log group already exists"))
        }
    }

    fn delete_group(&self, name: &str) -> Result<(), AwsError> {
        // What was written before would make it again.
        self.writer.settle();
        if self.events.delete_group(name)? { Ok(()) } else { Err(no_group()) }
    }

    fn set_retention(&self, name: &str, days: Option<i64>) -> Result<(), AwsError> {
        if days.is_some_and(|days| !RETENTIONS.contains(&days)) {
            return Err(invalid(&format!(
                "1 validation error detected: Value '{}' at 'retentionInDays' failed to satisfy constraint: Member must \
                 satisfy enum value set: {:?}",
                days.unwrap_or_default(),
                RETENTIONS
            )));
        }
        if self.events.set_retention(name, days)? { Ok(()) } else { Err(no_group()) }
    }

    fn describe_groups(&self, input: &Map<String, Value>) -> Result<Value, AwsError> {
        let limit = reading::limit(input, 50, 50)?;
        let text = |name: &str| input.get(name).and_then(Value::as_str).unwrap_or_default();
        let mut groups = self.events.groups(
            text("logGroupNamePrefix"),
            text("logGroupNamePattern"),
            text("nextToken"),
            limit + 1,
        )?;
        let next = (groups.len() > limit).then(|| {
            groups.truncate(limit);
            groups.last().map(|group| group.name.clone())
        });
        let entry = |group: &Group| {
            let arn = self.group_arn(&group.name);
            let stored = self.events.stored_bytes(&group.name)?;
            let mut entry = json!({
                "logGroupName": group.name, "creationTime": group.created_ms, "metricFilterCount": 0,
                "arn": format!("{arn}:*"), "logGroupArn": arn, "storedBytes": stored, "logGroupClass": "STANDARD",
            });
            if let Some(days) = group.retention_days {
                entry["retentionInDays"] = json!(days);
            }
            Ok(entry)
        };
        let mut answer = json!({"logGroups": groups.iter().map(entry).collect::<Result<Vec<_>, AwsError>>()?});
        if let Some(Some(next)) = next {
            answer["nextToken"] = json!(next);
        }
        Ok(answer)
    }

    fn create_stream(&self, input: &Map<String, Value>) -> Result<Value, AwsError> {
        let group = self.group_name(input)?;
        let stream = text(input, "logStreamName")?;
        if stream.is_empty() || stream.len() > 512 || stream.contains([':', '*']) {
            return Err(invalid(&format!(
                "1 validation error detected: Value '{stream}' at 'logStreamName' failed to satisfy constraint: Member must \
                 satisfy regular expression pattern: [^:*]*"
            )));
        }
        self.existing(&group)?;
        if self.events.create_stream(&group, stream, self.core.clock.now_ms())? {
            Ok(json!({}))
        } else {
            Err(AwsError::bad_request("ResourceAlreadyExistsException", "The specified log stream already exists"))
        }
    }

    fn describe_streams(&self, input: &Map<String, Value>) -> Result<Value, AwsError> {
        let group = self.group_name(input)?;
        self.existing(&group)?;
        let limit = reading::limit(input, 50, 50)?;
        let prefix = input.get("logStreamNamePrefix").and_then(Value::as_str).unwrap_or_default();
        let by_time = input.get("orderBy").and_then(Value::as_str) == Some("LastEventTime");
        if by_time && !prefix.is_empty() {
            return Err(invalid("Cannot order by LastEventTime with a logStreamNamePrefix."));
        }
        let mut streams = self.events.streams(&group, prefix)?;
        if by_time {
            streams.sort_by_key(|stream| stream.last_ms);
        }
        if input.get("descending").and_then(Value::as_bool) == Some(true) {
            streams.reverse();
        }
        let skip = match input.get("nextToken").and_then(Value::as_str) {
            Some(token) => token.parse().map_err(|_| invalid("The specified nextToken is invalid."))?,
            None => 0,
        };
        let total = streams.len();
        let page: Vec<Value> = streams
            .into_iter()
            .skip(skip)
            .take(limit)
            .map(|stream| {
                let mut entry = json!({
                    "logStreamName": stream.name, "creationTime": stream.created_ms, "storedBytes": 0,
                    "arn": format!("{}:log-stream:{}", self.group_arn(&group), stream.name),
                });
                let times = [
                    ("firstEventTimestamp", stream.first_ms),
                    ("lastEventTimestamp", stream.last_ms),
                    ("lastIngestionTime", stream.ingested_ms),
                ];
                for (member, time) in times {
                    if let Some(time) = time {
                        entry[member] = json!(time);
                    }
                }
                entry
            })
            .collect();
        let end = skip + page.len();
        let mut answer = json!({"logStreams": page});
        if end < total {
            answer["nextToken"] = json!(end.to_string());
        }
        Ok(answer)
    }

    fn put_events(&self, input: &Map<String, Value>) -> Result<Value, AwsError> {
        let group_name = self.group_name(input)?;
        let stream = text(input, "logStreamName")?;
        let group = self.existing(&group_name)?;
        if self.events.stream(&group_name, stream)?.is_none() {
            return Err(AwsError::bad_request("ResourceNotFoundException", "The specified log stream does not exist."));
        }
        let given = input.get("logEvents").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        if given.is_empty() || given.len() > 10_000 {
            return Err(invalid("A batch of log events must have 1 to 10000 of them."));
        }
        let mut events = Vec::with_capacity(given.len());
        for event in given {
            match (event.get("timestamp").and_then(Value::as_i64), event.get("message").and_then(Value::as_str)) {
                (Some(timestamp), Some(message)) if !message.is_empty() => events.push((timestamp, message.to_owned())),
                _ => return Err(invalid("Each log event needs a timestamp and a message.")),
            }
        }
        if events.iter().map(|(_, message)| message.len() + 26).sum::<usize>() > 1_048_576 {
            return Err(invalid("Upload too large: a batch of log events has at most 1048576 bytes."));
        }
        if !events.is_sorted_by_key(|(timestamp, _)| *timestamp) {
            return Err(invalid("Log events in a single PutLogEvents request must be in chronological order."));
        }
        let now = self.core.clock.now_ms();
        let expired = group.retention_days.map_or(i64::MIN, |days| now - days * DAY_MS);
        // In order, so each kind of refusal is at one end.
        let too_old = events.partition_point(|(at, _)| *at < now - TOO_OLD_MS);
        let too_expired = events.partition_point(|(at, _)| *at < expired);
        let too_new = events.partition_point(|(at, _)| *at <= now + TOO_NEW_MS);
        let accepted = too_old.max(too_expired).min(too_new)..too_new;
        // Nothing that was acknowledged may be lost: it is in the table before the answer.
        self.events.append_lines(&lines(&group_name, stream, now, &events[accepted]))?;
        self.arrived.notify_waiters();
        let mut rejected = Map::new();
        if too_new < events.len() {
            rejected.insert("tooNewLogEventStartIndex".into(), json!(too_new));
        }
        if too_old > 0 {
            rejected.insert("tooOldLogEventEndIndex".into(), json!(too_old));
        }
        if too_expired > 0 {
            rejected.insert("expiredLogEventEndIndex".into(), json!(too_expired));
        }
        let mut answer = json!({"nextSequenceToken": format!("{now:056}")});
        if !rejected.is_empty() {
            answer["rejectedLogEventsInfo"] = Value::Object(rejected);
        }
        Ok(answer)
    }

    /// Reads, changes and writes a group's tags.
    fn tags(&self, group: &str, change: impl FnOnce(&mut Map<String, Value>)) -> Result<Map<String, Value>, AwsError> {
        let group = self.existing(group)?;
        let mut tags: Map<String, Value> = serde_json::from_str(&group.tags).unwrap_or_default();
        let before = tags.clone();
        change(&mut tags);
        if tags != before {
            self.events.set_tags(&group.name, &Value::Object(tags.clone()).to_string())?;
        }
        Ok(tags)
    }

    /// The group that a tagging operation names by ARN.
    fn tagged(&self, input: &Map<String, Value>) -> Result<String, AwsError> {
        Ok(match input.get("resourceArn").and_then(Value::as_str) {
            Some(arn) => self.name_of(arn),
            None => self.group_name(input)?,
        })
    }

    fn run(&self, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
        // Whatever is asked or changed, what functions wrote before it comes before it.
        self.writer.settle();
        let done = |()| json!({});
        match operation {
            "CreateLogGroup" => {
                let name = self.group_name(input)?;
                self.create_group(&name, input.get("tags").unwrap_or(&Value::Null)).map(done)
            }
            "DeleteLogGroup" => self.delete_group(&self.group_name(input)?).map(done),
            "DescribeLogGroups" => self.describe_groups(input),
            "CreateLogStream" => self.create_stream(input),
            "DeleteLogStream" => {
                let group = self.group_name(input)?;
                self.existing(&group)?;
                if self.events.delete_stream(&group, text(input, "logStreamName")?)? {
                    Ok(json!({}))
                } else {
                    Err(AwsError::bad_request("ResourceNotFoundException", "The specified log stream does not exist."))
                }
            }
            "DescribeLogStreams" => self.describe_streams(input),
            "PutLogEvents" => self.put_events(input),
            "GetLogEvents" => self.get_events(input),
            "FilterLogEvents" => self.filter_events(input),
            "PutRetentionPolicy" => {
                let days = input.get("retentionInDays").and_then(Value::as_i64);
                let days = days.ok_or_else(|| invalid("The parameter 'retentionInDays' is missing."))?;
                self.set_retention(&self.group_name(input)?, Some(days)).map(done)
            }
            "DeleteRetentionPolicy" => self.set_retention(&self.group_name(input)?, None).map(done),
            "TagResource" | "TagLogGroup" => {
                let new = input.get("tags").and_then(Value::as_object).cloned().unwrap_or_default();
                self.tags(&self.tagged(input)?, |tags| tags.extend(new))?;
                Ok(json!({}))
            }
            "UntagResource" | "UntagLogGroup" => {
                let keys = ["tagKeys", "tags"].iter().find_map(|member| input.get(*member)?.as_array());
                let keys = keys.cloned().unwrap_or_default();
                self.tags(&self.tagged(input)?, |tags| {
                    tags.retain(|key, _| !keys.iter().any(|gone| gone.as_str() == Some(key)));
                })?;
                Ok(json!({}))
            }
            "ListTagsForResource" | "ListTagsLogGroup" => Ok(json!({"tags": self.tags(&self.tagged(input)?, |_| {})?})),
            other => Err(AwsError::not_offered(&format!("logs:{other}"))),
        }
    }
}

#[async_trait]
impl Service for Logs {
    fn name(&self) -> &'static str {
        "logs"
    }

    fn protocol(&self) -> Protocol {
        Protocol::Json11
    }

    fn needs(&self, request: &ApiRequest) -> Result<Vec<Need>, AwsError> {
        let input = request.json()?;
        let group = || self.group_name(&input).map(|name| self.group_arn(&name));
        let stream = |stream: &str| group().map(|arn| format!("{arn}:log-stream:{stream}"));
        if request.operation == "StartLiveTail" {
            let groups = input.get("logGroupIdentifiers").and_then(Value::as_array).into_iter().flatten();
            let arn = |group: &str| self.group_arn(&self.name_of(group)) + ":*";
            let needs = groups.filter_map(Value::as_str).map(|group| Need::new("logs:StartLiveTail", arn(group)));
            return Ok(needs.collect());
        }
        let resource = match request.operation.as_str() {
            "DescribeLogGroups" => {
                self.group_arn(input.get("logGroupNamePrefix").and_then(Value::as_str).unwrap_or_default()) + ":*"
            }
            "CreateLogStream"
            | "DescribeLogStreams"
            | "FilterLogEvents"
            | "CreateLogGroup"
            | "DeleteLogGroup"
            | "PutRetentionPolicy"
            | "DeleteRetentionPolicy" => group()? + ":*",
            "PutLogEvents" | "GetLogEvents" | "DeleteLogStream" => stream(text(&input, "logStreamName")?)?,
            "TagResource"
            | "UntagResource"
            | "ListTagsForResource"
            | "TagLogGroup"
            | "UntagLogGroup"
            | "ListTagsLogGroup" => self.group_arn(&self.tagged(&input)?),
            _ => return Ok(Vec::new()),
        };
        Ok(vec![Need::new(format!("logs:{}", request.operation), resource)])
    }

    async fn answer(&self, request: ApiRequest) -> Result<Response<Reply>, AwsError> {
        if request.operation == "StartLiveTail" {
            return self.start_live_tail(&request.json()?, &request.request_id);
        }
        Ok(self.call(request).await?.map(Reply::Whole))
    }

    async fn call(&self, request: ApiRequest) -> Result<Response<Bytes>, AwsError> {
        let answer = self.run(&request.operation, &request.json()?)?;
        // Operations without an answer send an empty body, as AWS does.
        let body = if answer.as_object().is_some_and(Map::is_empty) { String::new() } else { answer.to_string() };
        let mut response = Response::new(Bytes::from(body));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.1"));
        Ok(response)
    }
}

impl LogSink for Logs {
    fn append(&self, group: &str, stream: &str, events: &[(i64, String)]) {
        self.writer.push(lines(group, stream, self.core.clock.now_ms(), events));
        self.arrived.notify_waiters();
    }

    fn has_group(&self, group: &str) -> bool {
        let found = || self.events.group(group).is_ok_and(|found| found.is_some());
        // A function's lines on their way make its group.
        found() || {
            self.writer.settle();
            found()
        }
    }
}

fn lines(group: &str, stream: &str, now_ms: i64, events: &[(i64, String)]) -> Vec<Line> {
    let (group, stream): (Arc<str>, Arc<str>) = (group.into(), stream.into());
    let line = |(timestamp_ms, message): &(i64, String)| Line {
        group: Arc::clone(&group),
        stream: Arc::clone(&stream),
        timestamp_ms: *timestamp_ms,
        ingested_ms: now_ms,
        message: message.clone(),
    };
    events.iter().map(line).collect()
}

fn invalid(message: &str) -> AwsError {
    AwsError::bad_request("InvalidParameterException", message)
}

fn no_group() -> AwsError {
    AwsError::bad_request("ResourceNotFoundException", "The specified log group does not exist.")
}

fn text<'a>(input: &'a Map<String, Value>, name: &str) -> Result<&'a str, AwsError> {
    input.get(name).and_then(Value::as_str).ok_or_else(|| invalid(&format!("The parameter '{name}' is missing.")))
}
