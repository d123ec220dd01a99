//! Reads members of a request or of a resource's properties, with the refusals that Lambda writes.

use crate::error::AwsError;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// An error that Lambda calls the user's.
pub(super) fn user_error(status: u16, code: &str, message: impl Into<String>) -> AwsError {
    let mut error = AwsError::new(status, code, message);
    error.fields.insert("Type".to_owned(), json!("User"));
    error
}

/// `InvalidParameterValueException`.
pub(super) fn invalid_parameter(message: impl Into<String>) -> AwsError {
    user_error(400, "InvalidParameterValueException", message)
}

/// `ValidationException` about one member.
pub(super) fn validation(value: &str, member: &str, constraint: &str) -> AwsError {
    user_error(
        400,
        "ValidationException",
        format!(
            "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"
        ),
    )
}

fn wrong_type(name: &str, wanted: &str, value: &Value) -> AwsError {
    user_error(400, "SerializationException", format!("{name} must be {wanted}, not {value}"))
}

fn present<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    members.get(name).filter(|value| !value.is_null())
}

/// A string; `None` when absent or null.
pub(super) fn text(members: &Map<String, Value>, name: &str) -> Result<Option<String>, AwsError> {
    match present(members, name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(other) => Err(wrong_type(name, "a string", other)),
    }
}

/// A string that must be there.
pub(super) fn required_text(members: &Map<String, Value>, name: &str) -> Result<String, AwsError> {
    text(members, name)?.ok_or_else(|| validation("null", &camel(name), "Member must not be null"))
}

/// A whole number within limits. Text is taken too: a template's parameters are text.
pub(super) fn integer(
    members: &Map<String, Value>,
    name: &str,
    least: u32,
    most: u32,
) -> Result<Option<u32>, AwsError> {
    let Some(value) = present(members, name) else { return Ok(None) };
    let number = match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
    .ok_or_else(|| wrong_type(name, "a whole number", value))?;
    if number < i64::from(least) {
        return Err(validation(
            &number.to_string(),
            &camel(name),
            &format!("Member must have value greater than or equal to {least}"),
        ));
    }
    match u32::try_from(number) {
        Ok(number) if number <= most => Ok(Some(number)),
        _ => Err(validation(
            &number.to_string(),
            &camel(name),
            &format!("Member must have value less than or equal to {most}"),
        )),
    }
}

/// A boolean. The text `true` or `false` is taken too.
pub(super) fn boolean(members: &Map<String, Value>, name: &str) -> Result<Option<bool>, AwsError> {
    match present(members, name) {
        None => Ok(None),
        Some(Value::Bool(value)) => Ok(Some(*value)),
        Some(Value::String(text)) if text == "true" || text == "false" => Ok(Some(text == "true")),
        Some(other) => Err(wrong_type(name, "a boolean", other)),
    }
}

/// An object.
pub(super) fn object<'a>(
    members: &'a Map<String, Value>,
    name: &str,
) -> Result<Option<&'a Map<String, Value>>, AwsError> {
    match present(members, name) {
        None => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(other) => Err(wrong_type(name, "an object", other)),
    }
}

/// An object of strings.
pub(super) fn strings(members: &Map<String, Value>, name: &str) -> Result<Option<BTreeMap<String, String>>, AwsError> {
    let Some(object) = object(members, name)? else { return Ok(None) };
    object
        .iter()
        .map(|(key, value)| match value {
            Value::String(text) => Ok((key.clone(), text.clone())),
            Value::Number(_) | Value::Bool(_) => Ok((key.clone(), value.to_string())),
            other => Err(wrong_type(&format!("{name}.{key}"), "a string", other)),
        })
        .collect::<Result<_, _>>()
        .map(Some)
}

/// A list of strings.
pub(super) fn string_list(members: &Map<String, Value>, name: &str) -> Result<Option<Vec<String>>, AwsError> {
    match present(members, name) {
        None => Ok(None),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().map(str::to_owned).ok_or_else(|| wrong_type(name, "a list of strings", item)))
            .collect::<Result<_, _>>()
            .map(Some),
        Some(other) => Err(wrong_type(name, "a list of strings", other)),
    }
}

/// Tags, as the API's object or as CloudFormation's list of `Key` and `Value`.
pub(super) fn tags(members: &Map<String, Value>, name: &str) -> Result<Option<BTreeMap<String, String>>, AwsError> {
    let Some(Value::Array(items)) = present(members, name) else { return strings(members, name) };
    items
        .iter()
        .map(|item| {
            let pair = item.as_object().ok_or_else(|| wrong_type(name, "a list of objects", item))?;
            Ok((required_text(pair, "Key")?, text(pair, "Value")?.unwrap_or_default()))
        })
        .collect::<Result<_, _>>()
        .map(Some)
}

fn camel(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().map(|first| first.to_ascii_lowercase().to_string() + characters.as_str()).unwrap_or_default()
}
