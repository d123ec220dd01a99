//! A message's parts: body, attributes, what is allowed in them and how they look in JSON.

use super::errors;
use crate::error::AwsError;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Most attributes that a message carries.
const MAX_ATTRIBUTES: usize = 10;

/// Message attributes by name.
pub(super) type Attributes = BTreeMap<String, AttributeValue>;

/// One message attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AttributeValue {
    /// `String`, `Number` or `Binary`, perhaps with a label after a dot.
    pub(super) data_type: String,
    pub(super) content: Content,
}

/// What a message attribute holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    Text(String),
    Binary(Vec<u8>),
}

/// A message on its way into a queue.
#[derive(Debug, Clone, Default)]
pub(super) struct NewMessage {
    pub(super) body: String,
    pub(super) attributes: Attributes,
    /// System attribute `AWSTraceHeader`.
    pub(super) trace_header: Option<String>,
    /// Seconds, in place of the queue's delay.
    pub(super) delay: Option<u32>,
    pub(super) group: Option<String>,
    pub(super) deduplication: Option<String>,
    /// `SenderId`.
    pub(super) sender: String,
}

impl NewMessage {
    /// Bytes that count against the size limits: the body and each attribute's name, type and value.
    pub(super) fn size(&self) -> usize {
        let attributes = self.attributes.iter().map(|(name, value)| {
            let content = match &value.content {
                Content::Text(text) => text.len(),
                Content::Binary(bytes) => bytes.len(),
            };
            name.len() + value.data_type.len() + content
        });
        self.body.len() + attributes.sum::<usize>()
    }

    /// Checks the characters that SQS takes in bodies and attribute values (those of XML 1.0).
    pub(super) fn check_contents(&self) -> Result<(), AwsError> {
        let values = self.attributes.values().filter_map(|value| match &value.content {
            Content::Text(text) => Some(text.as_str()),
            Content::Binary(_) => None,
        });
        let legal = |text: &str| {
            text.chars().all(|character| {
                matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
            })
        };
        if std::iter::once(self.body.as_str()).chain(values).all(legal) {
            Ok(())
        } else {
            Err(errors::invalid_contents())
        }
    }
}

/// Reads `MessageAttributes` as the API takes them.
pub(super) fn parse_attributes(members: &Map<String, Value>) -> Result<Attributes, AwsError> {
    if members.len() > MAX_ATTRIBUTES {
        return Err(errors::invalid_value(format!(
            "Number of message attributes [{}] exceeds the allowed maximum [{MAX_ATTRIBUTES}].",
            members.len()
        )));
    }
    members.iter().map(|(name, value)| Ok((name.clone(), parse_attribute(name, value)?))).collect()
}

fn parse_attribute(name: &str, value: &Value) -> Result<AttributeValue, AwsError> {
    let name_is_legal = (1..=256).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
        && !name.starts_with('.')
        && !name.ends_with('.')
        && !name.contains("..")
        && !["aws.", "amazon."].iter().any(|prefix| name.to_ascii_lowercase().starts_with(prefix));
    if !name_is_legal {
        return Err(errors::invalid_value(format!("The message attribute name '{name}' is invalid.")));
    }
    let data_type = value["DataType"].as_str().unwrap_or_default();
    let (kind, label) = data_type.split_once('.').map_or((data_type, None), |(kind, label)| (kind, Some(label)));
    if data_type.is_empty() {
        return Err(errors::invalid_value(format!(
            "The message attribute '{name}' must contain a non-empty message attribute type."
        )));
    }
    if !["String", "Number", "Binary"].contains(&kind) || label == Some("") || data_type.len() > 256 {
        return Err(errors::invalid_value(format!(
            "The message attribute '{name}' has an invalid message attribute type, the set of supported type prefixes is \
             Binary, Number, and String."
        )));
    }
    let empty = || {
        errors::invalid_value(format!(
            "The message attribute '{name}' must contain a non-empty message attribute value for message attribute type \
             '{kind}'."
        ))
    };
    let content = if kind == "Binary" {
        let encoded = value["BinaryValue"].as_str().filter(|text| !text.is_empty()).ok_or_else(empty)?;
        let bytes = BASE64.decode(encoded).map_err(|_| errors::wrong_type("BinaryValue", "base64"))?;
        Content::Binary(bytes)
    } else {
        let text = value["StringValue"].as_str().filter(|text| !text.is_empty()).ok_or_else(empty)?;
        if kind == "Number" && !is_number(text) {
            return Err(errors::invalid_value(format!(
                "Can't cast the value of message (user) attribute '{name}' to a number."
            )));
        }
        Content::Text(text.to_owned())
    };
    Ok(AttributeValue { data_type: data_type.to_owned(), content })
}

/// A decimal number, as `Number` attributes hold; `inf` and `NaN`, which a float also reads, are none.
fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) && text.parse::<f64>().is_ok()
}

/// One attribute as the API gives it.
pub(super) fn attribute_to_json(value: &AttributeValue) -> Value {
    match &value.content {
        Content::Text(text) => json!({ "StringValue": text, "DataType": value.data_type }),
        Content::Binary(bytes) => json!({ "BinaryValue": BASE64.encode(bytes), "DataType": value.data_type }),
    }
}

/// All attributes as the API gives them.
pub(super) fn attributes_to_json(attributes: &Attributes) -> Map<String, Value> {
    attributes.iter().map(|(name, value)| (name.clone(), attribute_to_json(value))).collect()
}

/// All attributes as Lambda's SQS event shows them.
pub(super) fn attributes_to_event(attributes: &Attributes) -> Map<String, Value> {
    let shown = |value: &AttributeValue| {
        let mut members = Map::new();
        match &value.content {
            Content::Text(text) => members.insert("stringValue".into(), json!(text)),
            Content::Binary(bytes) => members.insert("binaryValue".into(), json!(BASE64.encode(bytes))),
        };
        members.insert("stringListValues".into(), json!([]));
        members.insert("binaryListValues".into(), json!([]));
        members.insert("dataType".into(), json!(value.data_type));
        Value::Object(members)
    };
    attributes.iter().map(|(name, value)| (name.clone(), shown(value))).collect()
}

/// Those attributes that `wanted` asks for: `All`, `.*`, `prefix.*` or exact names.
pub(super) fn select_attributes(attributes: &Attributes, wanted: &[String]) -> Attributes {
    let asked = |name: &str| {
        wanted.iter().any(|pattern| match pattern.as_str() {
            "All" | ".*" => true,
            pattern => pattern
                .strip_suffix(".*")
                .map_or(pattern == name, |prefix| name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.'))),
        })
    };
    attributes.iter().filter(|(name, _)| asked(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// A receipt handle: which row of which queue, and which receive of it. Opaque to clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Handle {
    pub(super) queue: i64,
    pub(super) row: i64,
    pub(super) receive: String,
}

impl Handle {
    /// The handle as clients carry it.
    pub(super) fn encode(&self) -> String {
        BASE64.encode(format!("1 {} {} {}", self.queue, self.row, self.receive))
    }

    /// Reads what [`Handle::encode`] wrote.
    pub(super) fn decode(text: &str) -> Result<Self, AwsError> {
        let read = || {
            let plain = String::from_utf8(BASE64.decode(text).ok()?).ok()?;
            let mut parts = plain.split(' ');
            let handle = match (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()) {
                ("1", queue, row, receive, None) => {
                    Self { queue: queue.parse().ok()?, row: row.parse().ok()?, receive: receive.to_owned() }
                }
                _ => return None,
            };
            Some(handle)
        };
        read().ok_or_else(|| errors::invalid_handle(text))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_handle_survives_its_encoding_and_rubbish_does_not_decode() {
        let handle = Handle { queue: 3, row: 77, receive: "ab".into() };
        assert_eq!(Handle::decode(&handle.encode()).unwrap(), handle);
        for rubbish in ["", "x", "MSAzIDc3", "MiAzIDc3IGFi", "1 3 77 ab"] {
            assert_eq!(Handle::decode(rubbish).unwrap_err().code, "ReceiptHandleIsInvalid", "{rubbish}");
        }
    }

    #[test]
    fn attribute_types_names_and_values_are_checked() {
        let parse = |name: &str, value: Value| {
            let mut members = Map::new();
            members.insert(name.into(), value);
            parse_attributes(&members).map(|_| ())
        };
        assert!(parse("a-b_c.d", json!({"DataType": "String.x", "StringValue": "v"})).is_ok());
        assert!(parse("n", json!({"DataType": "Number", "StringValue": "-1.5e3"})).is_ok());
        for (name, value) in [
            ("AWS.x", json!({"DataType": "String", "StringValue": "v"})),
            ("a..b", json!({"DataType": "String", "StringValue": "v"})),
            ("", json!({"DataType": "String", "StringValue": "v"})),
            ("a b", json!({"DataType": "String", "StringValue": "v"})),
            ("a", json!({"DataType": "Text", "StringValue": "v"})),
            ("a", json!({"DataType": "String."  , "StringValue": "v"})),
            ("a", json!({"DataType": "String", "StringValue": ""})),
            ("a", json!({"DataType": "Number", "StringValue": "NaN"})),
            ("a", json!({"StringValue": "v"})),
        ] {
            assert_eq!(parse(name, value.clone()).unwrap_err().code, "InvalidParameterValue", "{name} {value}");
        }
    }

    #[test]
    fn attributes_are_selected_by_name_prefix_or_all() {
        let attributes: Attributes = ["foo", "foo.a", "foobar", "x"]
            .into_iter()
            .map(|name| {
                (name.into(), AttributeValue { data_type: "String".into(), content: Content::Text("v".into()) })
            })
            .collect();
        let names = |wanted: &[&str]| {
            let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
            select_attributes(&attributes, &wanted).into_keys().collect::<Vec<_>>()
        };
        assert_eq!(names(&[]), Vec::<String>::new());
        assert_eq!(names(&["x", "absent"]), ["x"]);
        assert_eq!(names(&["foo.*"]), ["foo.a"]);
        assert_eq!(names(&[".*"]).len(), 4);
        assert_eq!(names(&["All"]).len(), 4);
    }
}
