//! How a property becomes JSON and is read back: the one codec of every type that stands in a template.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Number, Value as Json};

/// Something that stands in a template as JSON.
pub trait Property: Sized {
    /// As CloudFormation reads it.
    fn to_json(&self) -> Json;

    /// From what stands in a template. A property that the type does not have is an error, so that nothing is lost.
    fn from_json(json: &Json) -> Result<Self, ShapeError>;
}

/// Why a part of a template is not what its type says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShapeError {
    path: Vec<String>,
    message: String,
}

impl ShapeError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { path: Vec::new(), message: message.into() }
    }

    pub(crate) fn expected(what: &str, found: &Json) -> Self {
        let found = match found {
            Json::Null => "null".to_owned(),
            Json::Bool(_) | Json::Number(_) => found.to_string(),
            Json::String(text) => format!("the text {text:?}"),
            Json::Array(_) => "a list".to_owned(),
            Json::Object(_) => "an object".to_owned(),
        };
        Self::new(format!("{what} is expected, and this is {found}"))
    }

    pub(crate) fn inside(mut self, step: impl Into<String>) -> Self {
        self.path.insert(0, step.into());
        self
    }

    /// Where, from the properties down: `RedrivePolicy/maxReceiveCount`. Empty for the properties themselves.
    pub fn path(&self) -> String {
        self.path.join("/")
    }

    /// What is wrong there.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for ShapeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(formatter, "{}: ", self.path())?;
        }
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for ShapeError {}

/// Puts the properties of an object together, sorted by name: that one is required shows in the type, not in the template.
#[derive(Debug, Default)]
pub(crate) struct ObjectWriter(Map<String, Json>);

impl ObjectWriter {
    pub(crate) fn put(&mut self, key: &str, value: &impl Property) {
        self.0.insert(key.to_owned(), value.to_json());
    }

    pub(crate) fn optional<T: Property>(&mut self, key: &str, value: Option<&T>) {
        if let Some(value) = value {
            self.put(key, value);
        }
    }

    pub(crate) fn finish(mut self) -> Json {
        self.0.sort_keys();
        Json::Object(self.0)
    }
}

/// Takes an object apart, and knows which of its properties nobody asked for.
#[derive(Debug)]
pub(crate) struct ObjectReader<'a> {
    object: &'a Map<String, Json>,
    known: Vec<&'static str>,
}

impl<'a> ObjectReader<'a> {
    pub(crate) fn new(json: &'a Json) -> Result<Self, ShapeError> {
        let object = json.as_object().ok_or_else(|| ShapeError::expected("an object", json))?;
        Ok(Self { object, known: Vec::new() })
    }

    pub(crate) fn required<T: Property>(&mut self, key: &'static str) -> Result<T, ShapeError> {
        self.optional(key)?.ok_or_else(|| ShapeError::new(format!("`{key}` is required")))
    }

    pub(crate) fn optional<T: Property>(&mut self, key: &'static str) -> Result<Option<T>, ShapeError> {
        self.known.push(key);
        self.object.get(key).map(|json| T::from_json(json).map_err(|error| error.inside(key))).transpose()
    }

    pub(crate) fn finish(self) -> Result<(), ShapeError> {
        match self.object.keys().find(|key| !self.known.contains(&key.as_str())) {
            Some(key) => Err(ShapeError::new(format!("there is no property `{key}`"))),
            None => Ok(()),
        }
    }
}

impl Property for Json {
    fn to_json(&self) -> Json {
        self.clone()
    }

    fn from_json(json: &Json) -> Result<Self, ShapeError> {
        Ok(json.clone())
    }
}

impl Property for String {
    fn to_json(&self) -> Json {
        Json::String(self.clone())
    }

    /// Numbers and booleans are texts as well: CloudFormation makes them so.
    fn from_json(json: &Json) -> Result<Self, ShapeError> {
        match json {
            Json::String(text) => Ok(text.clone()),
            Json::Number(_) | Json::Bool(_) => Ok(json.to_string()),
            _ => Err(ShapeError::expected("a text", json)),
        }
    }
}

impl Property for bool {
    fn to_json(&self) -> Json {
        Json::Bool(*self)
    }

    fn from_json(json: &Json) -> Result<Self, ShapeError> {
        match json {
            Json::Bool(value) => Ok(*value),
            Json::String(text) if text == "true" => Ok(true),
            Json::String(text) if text == "false" => Ok(false),
            _ => Err(ShapeError::expected("true or false", json)),
        }
    }
}

impl Property for i64 {
    fn to_json(&self) -> Json {
        Json::from(*self)
    }

    fn from_json(json: &Json) -> Result<Self, ShapeError> {
        let number = match json {
            Json::Number(number) => number.as_i64(),
            Json::String(text) => text.parse().ok(),
            _ => None,
        };
        number.ok_or_else(|| ShapeError::expected("a whole number", json))
    }
}

impl Property for f64 {
    /// A number without a fraction is written without one. What JSON cannot hold (not a number, infinite) is written as
    /// `null`, which the checks report.
    fn to_json(&self) -> Json {
        #[expect(clippy::cast_possible_truncation, reason = "below 2^53 a whole f64 is that i64")]
        if self.fract() == 0.0 && self.abs() < 9_007_199_254_740_992.0 {
            return Json::from(*self as i64);
        }
        Number::from_f64(*self).map_or(Json::Null, Json::Number)
    }

    fn from_json(json: &Json) -> Result<Self, ShapeError> {
        let number = match json {
            Json::Number(number) => number.as_f64(),
            Json::String(text) => text.parse().ok(),
            _ => None,
        };
        number.ok_or_else(|| ShapeError::expected("a number", json))
    }
}

impl<T: Property> Property for Vec<T> {
    fn to_json(&self) -> Json {
        Json::Array(self.iter().map(Property::to_json).collect())
    }

    fn from_json(json: &Json) -> Result<Self, ShapeError> {
        let items = json.as_array().ok_or_else(|| ShapeError::expected("a list", json))?;
        let items = items.iter().enumerate();
        items.map(|(index, item)| T::from_json(item).map_err(|error| error.inside(index.to_string()))).collect()
    }
}

impl<T: Property> Property for BTreeMap<String, T> {
    fn to_json(&self) -> Json {
        Json::Object(self.iter().map(|(key, value)| (key.clone(), value.to_json())).collect())
    }

    fn from_json(json: &Json) -> Result<Self, ShapeError> {
        let entries = json.as_object().ok_or_else(|| ShapeError::expected("an object", json))?.iter();
        let read = entries.map(|(key, value)| {
            let value = T::from_json(value).map_err(|error| error.inside(key))?;
            Ok((key.clone(), value))
        });
        read.collect()
    }
}
