//! How a property becomes JSON and is read back: the one codec of every type that stands in a template.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Number, Value as Json};

/// Something that stands in a template as JSON.
pub trait Property: Sized {
    /// As CloudFormation reads it.
    fn to_json(&self) -> Json;

    /// From what stands in a template. A property that the type does not have is an error, so that nothing is lost. What it
    /// refers to are names, of whichever stack it is put into.
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

    fn missing(key: &str) -> Self {
        Self::new(format!("`{key}` is required"))
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

// What follows is compiled once for each of several hundred types: what does not depend on the type stands in functions of
// its own, and loops stand where chains of iterators would read better.

/// Puts the properties of an object together, sorted by name: that one is required shows in the type, not in the template.
#[derive(Debug, Default)]
pub(crate) struct ObjectWriter(Map<String, Json>);

impl ObjectWriter {
    pub(crate) fn put(&mut self, key: &str, value: &impl Property) {
        self.insert(key, value.to_json());
    }

    fn insert(&mut self, key: &str, value: Json) {
        self.0.insert(key.to_owned(), value);
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
        match self.take(key) {
            Some(json) => T::from_json(json).map_err(|error| error.inside(key)),
            None => Err(ShapeError::missing(key)),
        }
    }

    pub(crate) fn optional<T: Property>(&mut self, key: &'static str) -> Result<Option<T>, ShapeError> {
        match self.take(key) {
            Some(json) => T::from_json(json).map(Some).map_err(|error| error.inside(key)),
            None => Ok(None),
        }
    }

    fn take(&mut self, key: &'static str) -> Option<&'a Json> {
        self.known.push(key);
        self.object.get(key)
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
            Json::String(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Json::String(text) if text.eq_ignore_ascii_case("false") => Ok(false),
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
            // `5.0` is whole as well.
            Json::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
            Json::String(text) => text.parse().ok(),
            _ => None,
        };
        number.ok_or_else(|| ShapeError::expected("a whole number", json))
    }
}

/// From here on, whole numbers have no `f64` of their own.
const PRECISE: f64 = 9_007_199_254_740_992.0;

/// The whole number that a float is.
#[expect(clippy::cast_possible_truncation, reason = "below 2^53 a whole f64 is that i64")]
fn whole(float: f64) -> Option<i64> {
    (float.fract() == 0.0 && float.abs() < PRECISE).then_some(float as i64)
}

impl Property for f64 {
    /// A number without a fraction is written without one. What JSON cannot hold (not a number, infinite) is written as
    /// `null`, which the checks report.
    fn to_json(&self) -> Json {
        match whole(*self) {
            Some(whole) => Json::from(whole),
            None => Number::from_f64(*self).map_or(Json::Null, Json::Number),
        }
    }

    /// A whole number that would lose digits is refused, and so is a text that is no number to JSON: `inf`, `NaN`.
    fn from_json(json: &Json) -> Result<Self, ShapeError> {
        let number = match json {
            Json::Number(number) => number.as_f64().filter(|float| number.is_f64() || float.abs() < PRECISE),
            Json::String(text) => text.parse().ok().filter(|float: &Self| float.is_finite()),
            _ => None,
        };
        number.ok_or_else(|| ShapeError::expected("a number", json))
    }
}

impl<T: Property> Property for Vec<T> {
    fn to_json(&self) -> Json {
        let mut items = Vec::with_capacity(self.len());
        for item in self {
            items.push(item.to_json());
        }
        Json::Array(items)
    }

    fn from_json(json: &Json) -> Result<Self, ShapeError> {
        let items = list(json)?;
        let mut read = Self::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            read.push(T::from_json(item).map_err(|error| error.inside(index.to_string()))?);
        }
        Ok(read)
    }
}

fn list(json: &Json) -> Result<&[Json], ShapeError> {
    json.as_array().map(Vec::as_slice).ok_or_else(|| ShapeError::expected("a list", json))
}

impl<T: Property> Property for BTreeMap<String, T> {
    fn to_json(&self) -> Json {
        let mut object = ObjectWriter::default();
        for (key, value) in self {
            object.put(key, value);
        }
        object.finish()
    }

    fn from_json(json: &Json) -> Result<Self, ShapeError> {
        let mut read = Self::new();
        for (key, value) in json.as_object().ok_or_else(|| ShapeError::expected("an object", json))? {
            read.insert(key.clone(), T::from_json(value).map_err(|error| error.inside(key))?);
        }
        Ok(read)
    }
}
