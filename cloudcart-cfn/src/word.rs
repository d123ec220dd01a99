//! Words of enumerations that are given at run time.

use std::str::FromStr;

use serde_json::Value as Json;

use crate::property::ShapeError;

/// A word that an enumeration does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is not one of {}", .allowed.join(", "))]
pub struct UnknownWord {
    /// The word.
    pub word: String,
    /// Those that there are.
    pub allowed: Vec<&'static str>,
}

impl UnknownWord {
    pub(crate) fn new(word: &str, allowed: impl Iterator<Item = &'static str>) -> Self {
        Self { word: word.to_owned(), allowed: allowed.collect() }
    }
}

pub(crate) fn read<T: FromStr<Err = UnknownWord>>(json: &Json) -> Result<T, ShapeError> {
    let word = json.as_str().ok_or_else(|| ShapeError::expected("a word", json))?;
    word.parse().map_err(|error: UnknownWord| ShapeError::new(error.to_string()))
}
