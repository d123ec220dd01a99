//! Sends what became of an asynchronous event to where the function wants it: a record to a destination, the event itself
//! to a dead-letter queue.
//! Source: "Capturing records of Lambda asynchronous invocations" in the Lambda developer guide.

use super::{
    dispatcher::{Dispatcher, Request},
    event_config, platform,
    record::FunctionRecord,
    rights::Rights,
};
use crate::{error::AwsError, ports::QueueSend};
use bytes::Bytes;
use serde_json::{Value, json};
use std::sync::Arc;

/// Characters of an error message that go with a dead letter.
const MESSAGE_LIMIT: usize = 1024;

/// How the work on an event ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    Success,
    RetriesExhausted,
    EventAgeExceeded,
    /// The function is switched off.
    ZeroReservedConcurrency,
}

/// An event that is worked on no more.
pub(super) struct Ended<'a> {
    pub(super) id: &'a str,
    pub(super) event: &'a Bytes,
    pub(super) attempts: usize,
    pub(super) condition: Condition,
    /// The last answer, if the function ever ran.
    pub(super) answer: Option<&'a [u8]>,
}

impl Ended<'_> {
    fn record(&self, now_ms: i64, function_arn: &str) -> Value {
        let condition = match self.condition {
            Condition::Success => "Success",
            Condition::RetriesExhausted => "RetriesExhausted",
            Condition::EventAgeExceeded => "EventAgeExceeded",
            Condition::ZeroReservedConcurrency => "ZeroReservedConcurrency",
        };
        let mut record = json!({
            "version": "1.0",
            "timestamp": platform::timestamp(now_ms),
            "requestContext": {
                "requestId": self.id,
                "functionArn": format!("{function_arn}:$LATEST"),
                "condition": condition,
                "approximateInvokeCount": self.attempts,
            },
            "requestPayload": as_json(self.event),
        });
        if let Some(answer) = self.answer {
            record["responseContext"] = json!({"statusCode": 200, "executedVersion": "$LATEST"});
            if self.condition != Condition::Success {
                record["responseContext"]["functionError"] = json!("Unhandled");
            }
            record["responsePayload"] = as_json(answer);
        }
        record
    }

    /// The event as a dead letter.
    fn letter(&self, sender: &str) -> QueueSend {
        let (code, message) = match self.answer {
            Some(answer) => {
                let answer = as_json(answer);
                let message = answer["errorMessage"].as_str().map_or_else(|| answer.to_string(), str::to_owned);
                ("200", message)
            }
            // Every attempt was turned away.
            None => ("429", "Rate Exceeded.".to_owned()),
        };
        let message: String = message.chars().take(MESSAGE_LIMIT).collect();
        QueueSend {
            body: String::from_utf8_lossy(self.event).into_owned(),
            sender: sender.to_owned(),
            attributes: vec![
                ("RequestID".to_owned(), "String", self.id.to_owned()),
                ("ErrorCode".to_owned(), "Number", code.to_owned()),
                ("ErrorMessage".to_owned(), "String", message),
            ],
        }
    }
}

fn as_json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_else(|_| json!(String::from_utf8_lossy(bytes)))
}

impl Dispatcher {
    /// Sends on what the function wants to be sent on. What cannot be sent is lost, as on Lambda, and a warning says why.
    pub(super) fn tell_destinations(self: &Arc<Self>, function: &FunctionRecord, ended: &Ended<'_>) {
        let config = function.event_config.as_ref();
        let succeeded = ended.condition == Condition::Success;
        let target =
            config.and_then(|config| if succeeded { config.on_success.as_ref() } else { config.on_failure.as_ref() });
        if let Some(target) = target {
            let record = ended.record(self.core.clock.now_ms(), &function.arn(&self.core));
            let message = QueueSend { body: record.to_string(), sender: sender(function), attributes: Vec::new() };
            self.tell(function, target, message);
        }
        if let Some(target) = function.settings.dead_letter.as_ref().filter(|_| !succeeded) {
            self.tell(function, target, ended.letter(&sender(function)));
        }
    }

    fn tell(self: &Arc<Self>, function: &FunctionRecord, target: &str, message: QueueSend) {
        if let Err(error) = self.try_tell(function, target, message) {
            tracing::warn!(function = function.name, target, error = error.message, "a result could not be delivered");
        }
    }

    fn try_tell(self: &Arc<Self>, function: &FunctionRecord, target: &str, message: QueueSend) -> Result<(), AwsError> {
        let (action, _) = event_config::action(target)?;
        let policy = self.queues.policy(target);
        if !Rights::of(self, function).permit("a result is lost", action, target, policy.as_ref()) {
            return Ok(());
        }
        if action == "sqs:SendMessage" {
            if self.queues.facts(target).is_some_and(|facts| facts.fifo) {
                let message = "Lambda delivers to standard queues only, and this is a FIFO queue";
                return Err(AwsError::bad_request("InvalidParameterValue", message));
            }
            return self.queues.send(target, message);
        }
        let request = Request {
            function: target.to_owned(),
            payload: Bytes::from(message.body),
            trace_id: None,
            client_context: None,
            tail: false,
        };
        self.enqueue(request).map(drop).map_err(|error| AwsError::bad_request("InvokeFailed", error.to_string()))
    }
}

/// Who sent a message, in SQS's words.
fn sender(function: &FunctionRecord) -> String {
    format!("{}:{}", function.settings.role.rsplit('/').next().unwrap_or_default(), function.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_reads_as_lambda_writes_it() {
        let event = Bytes::from_static(b"{\"id\":7}");
        let mut ended = Ended {
            id: "r-1",
            event: &event,
            attempts: 3,
            condition: Condition::RetriesExhausted,
            answer: Some(b"{\"errorMessage\":\"no\"}"),
        };
        let record = ended.record(1_000, "arn:f");
        let expected = json!({
            "version": "1.0", "timestamp": "1970-01-01T00:00:01.000Z",
            "requestContext": {"requestId": "r-1", "functionArn": "arn:f:$LATEST", "condition": "RetriesExhausted",
                "approximateInvokeCount": 3},
            "requestPayload": {"id": 7},
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "responsePayload": {"errorMessage": "no"},
        });
        assert_eq!(record, expected);
        ended.answer = None;
        ended.condition = Condition::EventAgeExceeded;
        let record = ended.record(1_000, "arn:f");
        assert!(record.get("responseContext").is_none() && record.get("responsePayload").is_none(), "{record}");
        assert_eq!(ended.letter("r:f").attributes[1].2, "429");
    }
}
