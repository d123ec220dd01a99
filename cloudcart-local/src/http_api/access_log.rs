//! Access logs: a line for each request of a stage that asks for them, whatever became of the request.
//!
//! Source: API Gateway developer guide, "Configure logging for HTTP APIs". Lines go through a queue to a task of their own,
//! so that no client waits for the log.

use super::{response::Own, variables::Facts};
use crate::{core::Core, gateway::sha256_hex, ports::LogSink};
use bytes::Bytes;
use http::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::{mpsc, oneshot};

/// Lines that may wait to be written.
const QUEUE: usize = 4096;

/// `AccessLogSettings` of a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AccessLog {
    /// ARN as given.
    arn: String,
    /// Name of the log group.
    group: String,
    format: String,
}

impl AccessLog {
    /// Reads the settings.
    pub(super) fn read(settings: &Value) -> Result<Self, String> {
        let members = settings.as_object().ok_or("AccessLogSettings must be an object")?;
        if let Some(name) = members.keys().find(|name| !["DestinationArn", "Format"].contains(&name.as_str())) {
            return Err(format!("AccessLogSettings have no {name}"));
        }
        let text = |name: &str| {
            members
                .get(name)
                .and_then(Value::as_str)
                .filter(|text| !text.is_empty())
                .ok_or_else(|| format!("AccessLogSettings need a {name}"))
        };
        let (arn, format) = (text("DestinationArn")?, text("Format")?);
        let group = match arn.splitn(7, ':').collect::<Vec<_>>().as_slice() {
            ["arn", "aws", "logs", _, _, "log-group", name] => name.strip_suffix(":*").unwrap_or(name),
            _ => "",
        };
        if group.is_empty() || group.contains(':') {
            return Err(format!(
                "DestinationArn {arn:?} of AccessLogSettings must be the ARN of a log group; the local cloud has no other \
                 place for access logs"
            ));
        }
        if format.contains(['\n', '\r']) {
            return Err("Format of AccessLogSettings must be a single line".to_owned());
        }
        Ok(Self { arn: arn.to_owned(), group: group.to_owned(), format: format.to_owned() })
    }

    pub(super) fn to_json(&self) -> Value {
        json!({"destinationArn": self.arn, "format": self.format})
    }
}

/// What became of a request, as far as it came.
#[derive(Debug, Default)]
pub(super) struct Trail {
    pub(super) route_key: Option<String>,
    /// `requestContext.authorizer`.
    pub(super) authorizer: Option<Value>,
    pub(super) principal: Option<String>,
    pub(super) authorizer_error: Option<String>,
    pub(super) integration: Option<Integrated>,
}

/// What became of the call of the function.
#[derive(Debug, Default)]
pub(super) struct Integrated {
    pub(super) latency_ms: i64,
    /// What Lambda answered.
    pub(super) lambda_status: u16,
    /// The status that the function's answer asks for.
    pub(super) status: Option<u16>,
    pub(super) request_id: Option<String>,
    pub(super) error: Option<String>,
}

/// A request that has its answer.
pub(super) struct Done<'a> {
    pub(super) facts: Facts<'a>,
    pub(super) trail: &'a Trail,
    pub(super) response: &'a Response<Bytes>,
    pub(super) latency_ms: i64,
}

impl Done<'_> {
    /// The line of `format`: a variable that is unknown or has no value is `-`.
    fn line(&self, format: &str) -> String {
        const PREFIX: &str = "$context.";
        let mut line = String::with_capacity(format.len() * 2);
        let mut rest = format;
        while let Some(at) = rest.find(PREFIX) {
            line.push_str(&rest[..at]);
            rest = &rest[at + PREFIX.len()..];
            let legal = |character: char| character.is_ascii_alphanumeric() || "._:-".contains(character);
            let end = rest.find(|character| !legal(character)).unwrap_or(rest.len());
            // A full stop or a hyphen after a name belongs to the text.
            let name = rest[..end].trim_end_matches(['.', ':', '-']);
            let value = self.variable(name).filter(|value| !value.is_empty());
            // One line for each request, whatever stands in a claim.
            line.extend(value.as_deref().unwrap_or("-").chars().map(|one| if one.is_control() { ' ' } else { one }));
            rest = &rest[name.len()..];
        }
        line.push_str(rest);
        line
    }

    fn variable(&self, name: &str) -> Option<String> {
        let own = self.response.extensions().get::<Own>().map(|own| own.0.as_str());
        let integration = self.trail.integration.as_ref();
        match name {
            "status" => Some(self.response.status().as_u16().to_string()),
            "responseLength" | "dataProcessed" => Some(self.response.body().len().to_string()),
            "responseLatency" => Some(self.latency_ms.to_string()),
            "error.message" => own.map(str::to_owned),
            "error.messageString" => own.map(|message| format!("\"{message}\"")),
            "integrationLatency" | "integration.latency" => integration.map(|done| done.latency_ms.to_string()),
            "integrationStatus" | "integration.integrationStatus" => {
                integration.map(|done| done.lambda_status.to_string())
            }
            "integration.status" => integration?.status.map(|status| status.to_string()),
            "integration.requestId" | "awsEndpointRequestId" => integration?.request_id.clone(),
            "integrationErrorMessage" | "integration.error" => integration?.error.clone(),
            "authorizer.error" => self.trail.authorizer_error.clone(),
            "authorizer.principalId" => self.trail.principal.clone(),
            _ => self.of_caller(name).or_else(|| self.facts.variable(name)),
        }
    }

    /// A variable of who called.
    fn of_caller(&self, name: &str) -> Option<String> {
        let authorizer = self.trail.authorizer.as_ref()?;
        if let Some(claim) = name.strip_prefix("authorizer.claims.") {
            return text(&authorizer["jwt"]["claims"][claim]);
        }
        if let Some(property) = name.strip_prefix("authorizer.") {
            return text(&authorizer["lambda"][property]);
        }
        let iam = &authorizer["iam"];
        match name {
            "identity.accountId" => text(&iam["accountId"]),
            "identity.caller" => text(&iam["callerId"]),
            "identity.user" => text(&iam["userId"]),
            "identity.userArn" => text(&iam["userArn"]),
            _ => None,
        }
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

enum Message {
    Line {
        group: String,
        stream: String,
        time: i64,
        line: String,
    },
    /// Answered once everything before it is written.
    Flush(oneshot::Sender<()>),
}

/// Where lines are handed in.
pub(super) struct Writer(mpsc::Sender<Message>);

impl Writer {
    /// Starts the task that writes. It ends with the writer.
    pub(super) fn start(logs: Arc<dyn LogSink>) -> Self {
        let (lines, queue) = mpsc::channel(QUEUE);
        tokio::spawn(write(queue, logs));
        Self(lines)
    }

    /// Queues the line of a request to the stage's log.
    pub(super) async fn put(&self, core: &Core, settings: &AccessLog, done: &Done<'_>) {
        let seed = format!("{}/{}", done.facts.api_id, done.facts.stage);
        let stream = sha256_hex(seed.as_bytes())[..32].to_owned();
        let line = done.line(&settings.format);
        let message = Message::Line { group: settings.group.clone(), stream, time: core.clock.now_ms(), line };
        if self.0.send(message).await.is_err() {
            tracing::warn!(group = settings.group, "a line of an access log is lost: the cloud is stopping");
        }
    }

    /// Completes once every line that was handed in is written.
    pub(super) async fn flush(&self) {
        let (done, flushed) = oneshot::channel();
        if self.0.send(Message::Flush(done)).await.is_ok() {
            // A task that is gone has nothing more to write.
            let _ = flushed.await;
        }
    }
}

async fn write(mut queue: mpsc::Receiver<Message>, logs: Arc<dyn LogSink>) {
    let mut messages = Vec::new();
    while queue.recv_many(&mut messages, QUEUE).await > 0 {
        let mut batches: BTreeMap<(String, String), Vec<(i64, String)>> = BTreeMap::new();
        let mut waiting = Vec::new();
        for message in messages.drain(..) {
            match message {
                Message::Line { group, stream, time, line } => {
                    batches.entry((group, stream)).or_default().push((time, line));
                }
                Message::Flush(done) => waiting.push(done),
            }
        }
        let logs = logs.clone();
        let written = tokio::task::spawn_blocking(move || {
            for ((group, stream), lines) in batches {
                if logs.has_group(&group) {
                    logs.append(&group, &stream, &lines);
                } else {
                    tracing::warn!(group, lines = lines.len(), "access log lines are lost: there is no such log group");
                }
            }
        });
        if let Err(error) = written.await {
            tracing::warn!(%error, "access log lines are lost");
        }
        for done in waiting {
            let _ = done.send(());
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn settings_name_a_log_group_and_a_format() {
        let read = |arn: &str, format: &str| AccessLog::read(&json!({"DestinationArn": arn, "Format": format}));
        for arn in [
            "arn:aws:logs:us-east-1:000000000000:log-group:/shop/api",
            "arn:aws:logs:us-east-1:000000000000:log-group:/shop/api:*",
        ] {
            assert_eq!(read(arn, "$context.requestId").unwrap().group, "/shop/api");
        }
        for (arn, format) in [
            ("arn:aws:firehose:us-east-1:000000000000:deliverystream/amazon-apigateway-x", "f"),
            ("arn:aws:logs:us-east-1:000000000000:log-group:", "f"),
            ("/shop/api", "f"),
            ("arn:aws:logs:us-east-1:000000000000:log-group:/shop/api", ""),
            ("arn:aws:logs:us-east-1:000000000000:log-group:/shop/api", "a\nb"),
        ] {
            assert!(read(arn, format).is_err(), "{arn} {format}");
        }
        assert!(AccessLog::read(&json!({"Destination": "x"})).unwrap_err().contains("Destination"));
    }
}
