//! Queue attributes: their names, ranges and defaults.
//!
//! Source: the SQS API reference, `SetQueueAttributes`.

use super::errors;
use crate::{error::AwsError, iam::policy::Policy};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The most bytes a message may have, and the default limit (1 MiB since August 2025).
pub(super) const MAX_MESSAGE_SIZE: u32 = 1_048_576;

/// Name, least, greatest and default value of the integer attributes.
const NUMBERS: [(&str, u32, u32, u32); 6] = [
    ("VisibilityTimeout", 0, 43_200, 30),
    ("MaximumMessageSize", 1024, MAX_MESSAGE_SIZE, MAX_MESSAGE_SIZE),
    ("MessageRetentionPeriod", 60, 1_209_600, 345_600),
    ("DelaySeconds", 0, 900, 0),
    ("ReceiveMessageWaitTimeSeconds", 0, 20, 0),
    ("KmsDataKeyReusePeriodSeconds", 60, 86_400, 300),
];

/// Attributes that a caller reads but never sets.
pub(super) const COMPUTED: [&str; 6] = [
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
    "CreatedTimestamp",
    "LastModifiedTimestamp",
    "QueueArn",
];

/// Attributes of FIFO queues only, with their defaults.
const FIFO: [(&str, &[&str]); 4] = [
    ("FifoQueue", &["true"]),
    ("ContentBasedDeduplication", &["false", "true"]),
    ("DeduplicationScope", &["queue", "messageGroup"]),
    ("FifoThroughputLimit", &["perQueue", "perMessageGroupId"]),
];

/// Attributes that are absent until set; an empty value unsets them.
const TEXTS: [&str; 4] = ["Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId"];

/// Where messages go that were received too often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Redrive {
    pub(super) target_arn: String,
    pub(super) max_receives: u32,
}

/// The attributes of a queue in the types the engine works with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settings {
    /// Seconds.
    pub(super) visibility_timeout: u32,
    /// Bytes.
    pub(super) max_size: u32,
    /// Seconds.
    pub(super) retention: u32,
    /// Seconds.
    pub(super) delay: u32,
    /// Seconds.
    pub(super) wait: u32,
    pub(super) redrive: Option<Redrive>,
    pub(super) fifo: bool,
    pub(super) content_deduplication: bool,
    /// Deduplication looks at the message group only.
    pub(super) deduplicate_in_group: bool,
}

impl Settings {
    /// The settings behind `attributes`, which [`validate`] accepted.
    pub(super) fn of(attributes: &BTreeMap<String, String>) -> Self {
        let number = |name: &str| {
            let default = NUMBERS.iter().find(|number| number.0 == name).map_or(0, |number| number.3);
            attributes.get(name).and_then(|text| text.parse().ok()).unwrap_or(default)
        };
        let is = |name: &str, value: &str| attributes.get(name).is_some_and(|text| text == value);
        Self {
            visibility_timeout: number("VisibilityTimeout"),
            max_size: number("MaximumMessageSize"),
            retention: number("MessageRetentionPeriod"),
            delay: number("DelaySeconds"),
            wait: number("ReceiveMessageWaitTimeSeconds"),
            redrive: attributes.get("RedrivePolicy").and_then(|text| parse_redrive(text).ok()),
            fifo: is("FifoQueue", "true"),
            content_deduplication: is("ContentBasedDeduplication", "true"),
            deduplicate_in_group: is("DeduplicationScope", "messageGroup"),
        }
    }
}

/// Every settable attribute with its value or its default, as `GetQueueAttributes` shows them.
pub(super) fn shown(attributes: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut shown = BTreeMap::new();
    for (name, _, _, default) in NUMBERS {
        if name != "KmsDataKeyReusePeriodSeconds" || attributes.contains_key("KmsMasterKeyId") {
            shown.insert(name.to_owned(), default.to_string());
        }
    }
    let own_encryption = !attributes.contains_key("KmsMasterKeyId");
    shown.insert("SqsManagedSseEnabled".to_owned(), own_encryption.to_string());
    if attributes.contains_key("FifoQueue") {
        shown.extend(FIFO.iter().map(|(name, values)| ((*name).to_owned(), values[0].to_owned())));
    }
    shown.extend(attributes.clone());
    shown
}

/// Whether `GetQueueAttributes` may be asked for `name`.
pub(super) fn is_known(name: &str) -> bool {
    name == "All"
        || name == "SqsManagedSseEnabled"
        || COMPUTED.contains(&name)
        || TEXTS.contains(&name)
        || NUMBERS.iter().any(|number| number.0 == name)
        || FIFO.iter().any(|(known, _)| *known == name)
}

/// Checks attributes that a caller wants to set on a queue that is (or will be) FIFO or not. `None` unsets.
pub(super) fn validate(
    wanted: &BTreeMap<String, String>,
    fifo: bool,
) -> Result<BTreeMap<String, Option<String>>, AwsError> {
    wanted.iter().map(|(name, value)| Ok((name.clone(), check(name, value, fifo)?))).collect()
}

fn check(name: &str, value: &str, fifo: bool) -> Result<Option<String>, AwsError> {
    if let Some((_, least, most, _)) = NUMBERS.iter().find(|number| number.0 == name) {
        let number = value.parse::<u32>().ok().filter(|number| (least..=most).contains(&number));
        return number.map(|number| Some(number.to_string())).ok_or_else(|| {
            errors::invalid_attribute(name, format_args!("Must be an integer from {least} to {most}."))
        });
    }
    if let Some((_, values)) = FIFO.iter().find(|(known, _)| *known == name) {
        if !fifo {
            return Err(errors::unknown_attribute(name));
        }
        return if values.contains(&value) {
            Ok(Some(value.to_owned()))
        } else {
            Err(errors::invalid_attribute(name, format_args!("Must be one of {}.", values.join(", "))))
        };
    }
    if name == "SqsManagedSseEnabled" {
        return match value {
            "true" | "false" => Ok(Some(value.to_owned())),
            _ => Err(errors::invalid_attribute(name, "Must be true or false.")),
        };
    }
    if !TEXTS.contains(&name) {
        return Err(errors::unknown_attribute(name));
    }
    if value.is_empty() {
        return Ok(None);
    }
    match name {
        "Policy" => {
            policy(value).map_err(|reason| errors::invalid_attribute(name, reason))?;
        }
        "RedrivePolicy" => {
            parse_redrive(value).map_err(|reason| errors::invalid_attribute(name, reason))?;
        }
        "RedriveAllowPolicy" => {
            Allow::parse(value).map_err(|reason| errors::invalid_attribute(name, reason))?;
        }
        _ => {}
    }
    Ok(Some(value.to_owned()))
}

/// Reads a `Policy`.
pub(super) fn policy(text: &str) -> Result<Policy, String> {
    let document = serde_json::from_str::<Value>(text).ok().filter(Value::is_object);
    let document = document.ok_or("Must be a policy document in JSON.")?;
    if document.get("Statement").is_none() {
        // A policy that says nothing.
        return Policy::resource("of the queue", &json!({"Statement": []})).map_err(|error| error.to_string());
    }
    Policy::resource("of the queue", &document).map_err(|error| error.to_string())
}

/// Reads a `RedrivePolicy`. The count may be a number or a string, as callers write both.
fn parse_redrive(text: &str) -> Result<Redrive, String> {
    let policy: Value = serde_json::from_str(text).map_err(|error| format!("Must be JSON: {error}."))?;
    let target_arn = policy["deadLetterTargetArn"]
        .as_str()
        .filter(|arn| arn.starts_with("arn:"))
        .ok_or("deadLetterTargetArn must be the ARN of a queue.")?;
    let count = &policy["maxReceiveCount"];
    let max_receives = count
        .as_u64()
        .or_else(|| count.as_str()?.parse().ok())
        .and_then(|count| u32::try_from(count).ok())
        .filter(|count| (1..=1000).contains(count))
        .ok_or("maxReceiveCount must be an integer from 1 to 1000.")?;
    Ok(Redrive { target_arn: target_arn.to_owned(), max_receives })
}

/// Which queues may name a queue as their dead-letter queue.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Allow {
    All,
    None,
    Queues(Vec<String>),
}

impl Allow {
    /// Reads a `RedriveAllowPolicy`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let policy: Value = serde_json::from_str(text).map_err(|error| format!("Must be JSON: {error}."))?;
        let sources = policy.get("sourceQueueArns");
        match (policy["redrivePermission"].as_str(), sources) {
            (Some("allowAll"), None) => Ok(Self::All),
            (Some("denyAll"), None) => Ok(Self::None),
            (Some("byQueue"), Some(Value::Array(sources))) if (1..=10).contains(&sources.len()) => sources
                .iter()
                .map(|source| source.as_str().map(str::to_owned).ok_or("sourceQueueArns must hold ARNs.".to_owned()))
                .collect::<Result<_, _>>()
                .map(Self::Queues),
            (Some("byQueue"), _) => Err("byQueue needs 1 to 10 sourceQueueArns.".to_owned()),
            (Some("allowAll" | "denyAll"), Some(_)) => Err("sourceQueueArns goes with byQueue only.".to_owned()),
            _ => Err("redrivePermission must be allowAll, denyAll or byQueue.".to_owned()),
        }
    }

    /// Whether `source_arn` may redrive into the queue.
    pub(super) fn admits(&self, source_arn: &str) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Queues(sources) => sources.iter().any(|source| source == source_arn),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn ranges_names_and_fifo_attributes_are_checked() {
        for (name, good, bad) in [
            ("VisibilityTimeout", "0", "43201"),
            ("MaximumMessageSize", "1048576", "1048577"),
            ("MaximumMessageSize", "1024", "1023"),
            ("MessageRetentionPeriod", "60", "59"),
            ("DelaySeconds", "900", "-1"),
            ("ReceiveMessageWaitTimeSeconds", "20", "1.5"),
            ("SqsManagedSseEnabled", "false", "no"),
            ("Policy", "{}", "[]"),
            ("RedrivePolicy", r#"{"deadLetterTargetArn":"arn:x","maxReceiveCount":"3"}"#, r#"{"maxReceiveCount":3}"#),
            ("RedriveAllowPolicy", r#"{"redrivePermission":"denyAll"}"#, r#"{"redrivePermission":"byQueue"}"#),
        ] {
            assert!(check(name, good, false).is_ok(), "{name}={good}");
            assert_eq!(check(name, bad, false).unwrap_err().code, "InvalidAttributeValue", "{name}={bad}");
        }
        for name in ["Foo", "QueueArn", "All", "FifoQueue"] {
            assert_eq!(check(name, "true", false).unwrap_err().code, "InvalidAttributeName", "{name}");
        }
        assert!(check("FifoQueue", "true", true).is_ok());
        assert_eq!(check("Policy", "", false).unwrap(), None);
    }
}
