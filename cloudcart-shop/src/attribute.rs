//! A table's row as plain Rust, so that whoever writes rows (seeder, handlers) and whoever reads them agree without an SDK.

use std::collections::BTreeMap;

/// The part of DynamoDB's data types that the shop's rows use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attribute {
    /// A string.
    S(String),
    /// A number, as its decimal text.
    N(String),
    /// A boolean.
    Bool(bool),
    /// A list.
    L(Vec<Attribute>),
    /// A map.
    M(Row),
}

/// A row, or a map within one: attributes by name.
pub type Row = BTreeMap<String, Attribute>;

/// Why a row cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// An attribute that every such row has is not there, or is of another type.
    #[error("attribute `{0}` is missing or of the wrong type")]
    Attribute(&'static str),
    /// An attribute's value makes no sense.
    #[error("attribute `{name}`: {problem}")]
    Value {
        /// The attribute.
        name: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}

impl Attribute {
    /// A string.
    pub fn text(text: impl Into<String>) -> Self {
        Self::S(text.into())
    }

    /// An integer.
    pub fn integer(value: impl Into<i128>) -> Self {
        Self::N(value.into().to_string())
    }
}

/// Reads a string that must be there.
pub fn text<'a>(row: &'a Row, name: &'static str) -> Result<&'a str, RowError> {
    optional_text(row, name).ok_or(RowError::Attribute(name))
}

/// Reads a string that may be missing. One of another type counts as missing.
pub fn optional_text<'a>(row: &'a Row, name: &str) -> Option<&'a str> {
    match row.get(name) {
        Some(Attribute::S(text)) => Some(text),
        _ => None,
    }
}

/// Reads a number's text that may be missing.
pub fn number<'a>(row: &'a Row, name: &str) -> Option<&'a str> {
    match row.get(name) {
        Some(Attribute::N(text)) => Some(text),
        _ => None,
    }
}

/// Reads an integer that must be there.
pub fn integer<T: std::str::FromStr>(row: &Row, name: &'static str) -> Result<T, RowError> {
    let text = number(row, name).ok_or(RowError::Attribute(name))?;
    text.parse().map_err(|_| RowError::Value { name, problem: format!("{text} is out of range") })
}

/// Reads a list of maps. A missing list is empty.
pub fn maps<'a>(row: &'a Row, name: &'static str) -> Result<Vec<&'a Row>, RowError> {
    match row.get(name) {
        None => Ok(Vec::new()),
        Some(Attribute::L(entries)) => entries
            .iter()
            .map(|entry| match entry {
                Attribute::M(map) => Ok(map),
                _ => Err(RowError::Attribute(name)),
            })
            .collect(),
        Some(_) => Err(RowError::Attribute(name)),
    }
}
