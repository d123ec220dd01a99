//! The event that carries a batch of SQS messages, and what a function's answer to it means.
//! Source: "Process messages from an Amazon SQS queue" and "Implementing partial batch responses".

use crate::ports::QueueMessage;
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// One message as a record of the event.
pub(super) fn record(message: &QueueMessage, queue_arn: &str, region: &str) -> Value {
    let mut record = Map::new();
    record.insert("messageId".to_owned(), json!(message.message_id));
    record.insert("receiptHandle".to_owned(), json!(message.receipt_handle));
    record.insert("body".to_owned(), json!(message.body));
    record.insert("attributes".to_owned(), json!(message.attributes));
    record.insert("messageAttributes".to_owned(), Value::Object(message.message_attributes.clone()));
    if let Some(md5) = &message.md5_of_message_attributes {
        record.insert("md5OfMessageAttributes".to_owned(), json!(md5));
    }
    record.insert("md5OfBody".to_owned(), json!(message.md5_of_body));
    record.insert("eventSource".to_owned(), json!("aws:sqs"));
    record.insert("eventSourceARN".to_owned(), json!(queue_arn));
    record.insert("awsRegion".to_owned(), json!(region));
    Value::Object(record)
}

/// Cuts messages (each with its record as JSON text) into events of at most `limit` bytes, in order.
pub(super) fn cut(records: Vec<(QueueMessage, String)>, limit: usize) -> Vec<(Vec<QueueMessage>, String)> {
    const FRAME: usize = r#"{"Records":[]}"#.len();
    let mut events = Vec::new();
    let mut messages = Vec::new();
    let mut text = String::new();
    for (message, record) in records {
        if !messages.is_empty() && FRAME + text.len() + 1 + record.len() > limit {
            events.push((std::mem::take(&mut messages), format!("{{\"Records\":[{}]}}", std::mem::take(&mut text))));
        }
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(&record);
        messages.push(message);
    }
    if !messages.is_empty() {
        events.push((messages, format!("{{\"Records\":[{text}]}}")));
    }
    events
}

/// Which messages of a batch are done, from the answer of a function that reports item failures. An error means that the
/// whole batch has failed; the text says why.
pub(super) fn done<'a>(batch: &'a [QueueMessage], answer: &[u8]) -> Result<Vec<&'a QueueMessage>, String> {
    let everything = || Ok(batch.iter().collect());
    if answer.is_empty() {
        return everything();
    }
    let answer: Value = serde_json::from_slice(answer).map_err(|error| format!("the answer is not JSON: {error}"))?;
    let failures = match answer {
        Value::Null => return everything(),
        Value::String(text) if text.is_empty() => return everything(),
        Value::Object(mut answer) => match answer.remove("batchItemFailures") {
            None | Some(Value::Null) => return everything(),
            Some(Value::Array(failures)) => failures,
            Some(other) => return Err(format!("batchItemFailures is not a list: {other}")),
        },
        other => return Err(format!("the answer is not an object: {other}")),
    };
    let known: HashSet<&str> = batch.iter().map(|message| message.message_id.as_str()).collect();
    let mut failed = HashSet::new();
    for failure in &failures {
        let id = failure
            .get("itemIdentifier")
            .and_then(Value::as_str)
            .ok_or_else(|| format!("a batch item failure without an itemIdentifier: {failure}"))?;
        if !known.contains(id) {
            return Err(format!("a batch item failure with an itemIdentifier that is not in the batch: {id:?}"));
        }
        failed.insert(id);
    }
    Ok(batch.iter().filter(|message| !failed.contains(message.message_id.as_str())).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn message(id: &str) -> QueueMessage {
        QueueMessage {
            message_id: id.to_owned(),
            receipt_handle: format!("r-{id}"),
            body: "hello".to_owned(),
            attributes: [("ApproximateReceiveCount".to_owned(), "1".to_owned())].into(),
            message_attributes: Map::new(),
            md5_of_body: "5d41402abc4b2a76b9719d911017c592".to_owned(),
            md5_of_message_attributes: None,
        }
    }

    fn ids(answer: &str) -> Result<Vec<String>, String> {
        let batch = [message("a"), message("b")];
        done(&batch, answer.as_bytes()).map(|done| done.iter().map(|message| message.message_id.clone()).collect())
    }

    #[test]
    fn an_empty_or_absent_list_is_success() {
        for answer in ["", "null", "\"\"", "{}", r#"{"batchItemFailures":null}"#, r#"{"batchItemFailures":[]}"#] {
            assert_eq!(ids(answer).unwrap(), ["a", "b"], "{answer}");
        }
    }

    #[test]
    fn reported_items_stay_and_the_others_are_done() {
        assert_eq!(ids(r#"{"batchItemFailures":[{"itemIdentifier":"a"}]}"#).unwrap(), ["b"]);
        let both = r#"{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"b"}]}"#;
        assert_eq!(ids(both).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn an_answer_that_cannot_be_read_fails_the_whole_batch() {
        for answer in [
            "{",
            "7",
            "\"done\"",
            r#"{"batchItemFailures":"a"}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":"zzz"}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
            r#"{"batchItemFailures":[{"id":"a"}]}"#,
            r#"{"batchItemFailures":["a"]}"#,
        ] {
            assert!(ids(answer).is_err(), "{answer}");
        }
    }

    #[test]
    fn a_record_has_the_names_of_the_sqs_event() {
        let record = record(&message("a"), "arn:aws:sqs:us-east-1:1:q", "us-east-1");
        let names: Vec<&str> = record.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "messageId",
                "receiptHandle",
                "body",
                "attributes",
                "messageAttributes",
                "md5OfBody",
                "eventSource",
                "eventSourceARN",
                "awsRegion"
            ]
        );
    }

    #[test]
    fn events_are_cut_before_they_grow_over_the_limit() {
        let records = ["a", "b", "c"].map(|id| (message(id), format!("\"{}\"", id.repeat(10)))).to_vec();
        let events = cut(records, 14 + 25);
        let sizes: Vec<usize> = events.iter().map(|(messages, _)| messages.len()).collect();
        assert_eq!(sizes, [2, 1]);
        assert!(events.iter().all(|(_, text)| text.len() <= 39 && serde_json::from_str::<Value>(text).is_ok()));
    }
}
