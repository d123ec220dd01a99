//! Filter criteria: which messages a mapping hands to its function.
//! Source: "Control which events Lambda sends to your function" and the EventBridge pattern reference.

use serde_json::Value;

/// A parsed pattern.
#[derive(Debug, Clone)]
pub(super) struct Filter(Value);

impl Filter {
    /// Parses and checks a pattern; the error says what is wrong with it.
    pub(super) fn parse(pattern: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(pattern).map_err(|error| error.to_string())?;
        if !value.is_object() {
            return Err("a pattern is a JSON object".to_owned());
        }
        check(&value)?;
        Ok(Self(value))
    }

    /// Whether a record of the event matches. A pattern for the fields of `body` reads the body as JSON.
    pub(super) fn matches(&self, record: &Value) -> bool {
        let Some(pattern) = self.0.as_object() else { return false };
        pattern.iter().all(|(name, wanted)| {
            let value = record.get(name);
            if name == "body" && wanted.is_object() {
                let body = value.and_then(Value::as_str).and_then(|text| serde_json::from_str::<Value>(text).ok());
                return body.is_some_and(|body| body.is_object() && fits(wanted, Some(&body)));
            }
            fits(wanted, value)
        })
    }
}

fn check(pattern: &Value) -> Result<(), String> {
    match pattern {
        Value::Object(members) => members.iter().try_for_each(|(name, member)| {
            if name.starts_with('$') {
                return Err(format!("the local cloud does not know {name}"));
            }
            check(member)
        }),
        Value::Array(options) if options.is_empty() => Err("an empty list matches nothing".to_owned()),
        Value::Array(options) => options.iter().try_for_each(|option| match option {
            Value::Object(rule) => check_rule(rule),
            Value::Array(_) => Err("lists do not nest".to_owned()),
            _ => Ok(()),
        }),
        other => Err(format!("a leaf must be a list, not {other}")),
    }
}

fn check_rule(rule: &serde_json::Map<String, Value>) -> Result<(), String> {
    let Some((name, operand)) = rule.iter().next().filter(|_| rule.len() == 1) else {
        return Err("a rule has exactly one operator".to_owned());
    };
    let fits = match name.as_str() {
        "prefix" | "suffix" | "equals-ignore-case" => operand.is_string(),
        "exists" => operand.is_boolean(),
        "anything-but" => match operand {
            Value::Array(items) => !items.is_empty() && items.iter().all(|item| item.is_string() || item.is_number()),
            Value::Object(inner) => {
                inner.len() == 1 && inner.get("prefix").or(inner.get("suffix")).is_some_and(Value::is_string)
            }
            other => other.is_string() || other.is_number(),
        },
        "numeric" => operand.as_array().is_some_and(|parts| {
            !parts.is_empty()
                && parts.len().is_multiple_of(2)
                && parts.chunks(2).all(|pair| {
                    pair[0].as_str().is_some_and(|operator| ["=", "<", "<=", ">", ">="].contains(&operator))
                        && pair[1].is_number()
                })
        }),
        other => return Err(format!("the local cloud does not know the operator {other}")),
    };
    if fits { Ok(()) } else { Err(format!("{name} does not take {operand}")) }
}

fn fits(pattern: &Value, value: Option<&Value>) -> bool {
    match pattern {
        Value::Object(members) => {
            members.iter().all(|(name, member)| fits(member, value.and_then(|value| value.get(name))))
        }
        Value::Array(options) => options.iter().any(|option| match value {
            Some(Value::Array(items)) if !is_exists(option) => items.iter().any(|item| option_fits(option, Some(item))),
            other => option_fits(option, other),
        }),
        _ => false,
    }
}

fn is_exists(option: &Value) -> bool {
    option.get("exists").is_some()
}

fn option_fits(option: &Value, value: Option<&Value>) -> bool {
    let Some((name, operand)) = option.as_object().and_then(|rule| rule.iter().next()) else {
        return value.is_some_and(|value| same(option, value));
    };
    let text = value.and_then(Value::as_str);
    match name.as_str() {
        // A leaf only: an object is not there in the sense of the rule.
        "exists" => Some(value.is_some_and(|value| !value.is_object())) == operand.as_bool(),
        "prefix" => text.zip(operand.as_str()).is_some_and(|(text, prefix)| text.starts_with(prefix)),
        "suffix" => text.zip(operand.as_str()).is_some_and(|(text, suffix)| text.ends_with(suffix)),
        "equals-ignore-case" => {
            text.zip(operand.as_str()).is_some_and(|(text, other)| text.to_lowercase() == other.to_lowercase())
        }
        "anything-but" => value.is_some_and(|value| match operand {
            Value::Array(items) => !items.iter().any(|item| same(item, value)),
            Value::Object(_) => !option_fits(operand, Some(value)),
            other => !same(other, value),
        }),
        "numeric" => value.and_then(Value::as_f64).is_some_and(|number| {
            operand.as_array().is_some_and(|parts| {
                parts.chunks(2).all(|pair| match (pair[0].as_str(), pair.get(1).and_then(Value::as_f64)) {
                    (Some("="), Some(limit)) => number.total_cmp(&limit).is_eq(),
                    (Some("<"), Some(limit)) => number < limit,
                    (Some("<="), Some(limit)) => number <= limit,
                    (Some(">"), Some(limit)) => number > limit,
                    (Some(">="), Some(limit)) => number >= limit,
                    _ => false,
                })
            })
        }),
        _ => false,
    }
}

/// Equal as JSON values; numbers by value, so that 300 is 300.0.
fn same(left: &Value, right: &Value) -> bool {
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => left.total_cmp(&right).is_eq(),
        _ => left == right,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    fn matches(pattern: &Value, body: &str) -> bool {
        let record = json!({"body": body, "attributes": {"ApproximateReceiveCount": "1"}});
        Filter::parse(&pattern.to_string()).unwrap().matches(&record)
    }

    #[test]
    fn fields_of_a_json_body_and_plain_bodies_and_metadata_match() {
        let body = r#"{"kind":"order","total":300,"tags":["new","gift"],"at":{"city":"Rome"}}"#;
        for (pattern, expected) in [
            (json!({"body": {"kind": ["order", "refund"]}}), true),
            (json!({"body": {"kind": ["refund"]}}), false),
            (json!({"body": {"kind": [{"prefix": "or"}], "total": [{"numeric": [">", 100, "<=", 300]}]}}), true),
            (json!({"body": {"total": [300.0]}}), true),
            (json!({"body": {"total": [{"numeric": ["<", 300]}]}}), false),
            (json!({"body": {"tags": ["gift"]}}), true),
            (json!({"body": {"at": {"city": [{"anything-but": ["Paris"]}]}}}), true),
            (json!({"body": {"at": {"city": [{"anything-but": {"prefix": "Ro"}}]}}}), false),
            (json!({"body": {"missing": [{"exists": false}]}}), true),
            (json!({"body": {"kind": [{"exists": true}]}}), true),
            (json!({"body": {"kind": [{"equals-ignore-case": "ORDER"}]}}), true),
            (json!({"attributes": {"ApproximateReceiveCount": ["1"]}}), true),
            (json!({"attributes": {"ApproximateReceiveCount": ["2"]}}), false),
        ] {
            assert_eq!(matches(&pattern, body), expected, "{pattern}");
        }
        assert!(matches(&json!({"body": ["plain"]}), "plain"));
        assert!(!matches(&json!({"body": {"kind": ["order"]}}), "plain"), "a plain body has no fields");
    }

    #[test]
    fn patterns_that_are_wrong_or_unknown_are_refused() {
        for pattern in [
            "{",
            "[]",
            r#"{"body": "x"}"#,
            r#"{"body": []}"#,
            r#"{"body": {"a": [{"wildcard": "*x"}]}}"#,
            r#"{"body": {"a": [{"numeric": [">"]}]}}"#,
            r#"{"body": {"$or": [{"a": ["x"]}]}}"#,
        ] {
            assert!(Filter::parse(pattern).is_err(), "{pattern}");
        }
    }
}
