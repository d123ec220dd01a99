//! Reading a request's members, with SQS's own words for what is missing or out of range.

use super::errors;
use crate::error::AwsError;
use serde_json::{Map, Value};
use std::{collections::BTreeMap, fmt::Display};

/// A request's members. A member that is null counts as absent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Input<'a>(pub(super) &'a Map<String, Value>);

impl<'a> Input<'a> {
    fn get(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn text(self, name: &str) -> Result<Option<&'a str>, AwsError> {
        self.get(name).map(|value| value.as_str().ok_or_else(|| errors::wrong_type(name, "a string"))).transpose()
    }

    /// A text that must be there. An empty one counts as missing.
    pub(super) fn required(self, name: &str) -> Result<&'a str, AwsError> {
        self.text(name)?.filter(|text| !text.is_empty()).ok_or_else(|| errors::missing(name))
    }

    /// An integer within a range.
    pub(super) fn number(self, name: &str, from: u32, to: u32) -> Result<Option<u32>, AwsError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let number = value.as_i64().ok_or_else(|| errors::wrong_type(name, "an integer"))?;
        match u32::try_from(number) {
            Ok(number) if (from..=to).contains(&number) => Ok(Some(number)),
            _ => Err(out_of_range(name, number, from, to)),
        }
    }

    pub(super) fn object(self, name: &str) -> Result<Option<&'a Map<String, Value>>, AwsError> {
        self.get(name).map(|value| value.as_object().ok_or_else(|| errors::wrong_type(name, "an object"))).transpose()
    }

    /// A map of strings. The SDKs send strings; numbers and booleans written by hand are taken at their text.
    pub(super) fn texts_by_name(self, name: &str) -> Result<BTreeMap<String, String>, AwsError> {
        let Some(members) = self.object(name)? else { return Ok(BTreeMap::new()) };
        members
            .iter()
            .map(|(key, value)| match value {
                Value::String(text) => Ok((key.clone(), text.clone())),
                Value::Number(_) | Value::Bool(_) => Ok((key.clone(), value.to_string())),
                _ => Err(errors::wrong_type(&format!("{name}.{key}"), "a string")),
            })
            .collect()
    }

    pub(super) fn texts(self, name: &str) -> Result<Vec<String>, AwsError> {
        let wrong = || errors::wrong_type(name, "a list of strings");
        let Some(value) = self.get(name) else { return Ok(Vec::new()) };
        let items = value.as_array().ok_or_else(wrong)?;
        items.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
    }

    /// The entries of a batch with their ids: 1 to 10, distinct, well named.
    pub(super) fn entries(self) -> Result<Vec<(&'a str, Input<'a>)>, AwsError> {
        const MOST: usize = 10;
        let wrong = || errors::wrong_type("Entries", "a list of objects");
        let items = match self.get("Entries") {
            Some(value) => value.as_array().ok_or_else(wrong)?.as_slice(),
            None => &[],
        };
        if items.is_empty() {
            return Err(errors::batch("EmptyBatchRequest", "There should be at least one entry in the request."));
        }
        if items.len() > MOST {
            return Err(errors::batch(
                "TooManyEntriesInBatchRequest",
                format!("Maximum number of entries per request are {MOST}. You have sent {}.", items.len()),
            ));
        }
        let mut entries: Vec<(&str, Input<'_>)> = Vec::with_capacity(items.len());
        for item in items {
            let entry = Input(item.as_object().ok_or_else(wrong)?);
            let id = entry.required("Id")?;
            if id.len() > 80 || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_') {
                return Err(errors::batch(
                    "InvalidBatchEntryId",
                    "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at \
                     most 80 letters long.",
                ));
            }
            if entries.iter().any(|(known, _)| *known == id) {
                return Err(errors::batch("BatchEntryIdsNotDistinct", format!("Id {id} repeated.")));
            }
            entries.push((id, entry));
        }
        Ok(entries)
    }
}

fn out_of_range(name: &str, value: impl Display, from: u32, to: u32) -> AwsError {
    errors::out_of_range(name, value, from.into(), to.into())
}
