//! Reading a request's body by hand: exact number texts, and an error that points at the member that is wrong.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::ids::ProductId;
use crate::money::Decimal;
use crate::problem::{Code, FieldError, Problem};

/// Largest body, in bytes, once decoded.
pub const MAX_BYTES: usize = 64 * 1024;

/// A JSON value that still has its text, and knows where it stands.
#[derive(Debug, Clone)]
pub struct Node<'a> {
    raw: &'a RawValue,
    pointer: String,
}

/// The members of a JSON object.
#[derive(Debug, Clone)]
pub struct Object<'a> {
    pointer: String,
    members: Vec<(String, &'a RawValue)>,
}

impl<'a> Object<'a> {
    /// The body as an object. Anything else is a 400.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Problem> {
        let malformed = |detail: String| Problem::new(Code::MalformedBody, detail);
        let text = std::str::from_utf8(bytes).map_err(|_| malformed("the body is not UTF-8".to_owned()))?;
        let object = Node::parse(text).and_then(|node| node.object());
        object.map_err(|error| malformed(format!("the body: {error}")).with_error(error))
    }

    /// A member. `null` is a value, not an absence.
    pub fn get(&self, name: &str) -> Option<Node<'a>> {
        let (_, raw) = self.members.iter().find(|(member, _)| member == name)?;
        Some(Node { raw, pointer: self.pointer_to(name) })
    }

    /// A member that must be there.
    pub fn require(&self, name: &str) -> Result<Node<'a>, FieldError> {
        self.get(name).ok_or_else(|| FieldError::new(self.pointer_to(name), "required", "is required"))
    }

    fn pointer_to(&self, name: &str) -> String {
        format!("{}/{}", self.pointer, name.replace('~', "~0").replace('/', "~1"))
    }
}

impl<'a> Node<'a> {
    /// A whole JSON document.
    pub fn parse(text: &'a str) -> Result<Self, FieldError> {
        let raw = serde_json::from_str(text).map_err(|error| {
            let detail = format!("not JSON: line {} column {}", error.line(), error.column());
            FieldError::new("#", "format", detail)
        })?;
        Ok(Self { raw, pointer: "#".to_owned() })
    }

    /// An error about this value.
    pub fn error(&self, code: &'static str, detail: impl Into<String>) -> FieldError {
        FieldError::new(self.pointer.clone(), code, detail)
    }

    /// The value's own text.
    pub fn text(&self) -> &'a str {
        self.raw.get()
    }

    /// As an object. A member that stands twice is an error, since readers disagree on which one counts.
    pub fn object(&self) -> Result<Object<'a>, FieldError> {
        if !self.text().starts_with('{') {
            return Err(self.error("type", "must be an object"));
        }
        let members: Members<'a> =
            serde_json::from_str(self.text()).map_err(|error| self.error("format", error.to_string()))?;
        let object = Object { pointer: self.pointer.clone(), members: members.0 };
        for (at, (name, _)) in object.members.iter().enumerate() {
            if object.members[..at].iter().any(|(earlier, _)| earlier == name) {
                return Err(FieldError::new(object.pointer_to(name), "duplicate", "stands twice"));
            }
        }
        Ok(object)
    }

    /// As an array.
    pub fn array(&self) -> Result<Vec<Node<'a>>, FieldError> {
        if !self.text().starts_with('[') {
            return Err(self.error("type", "must be an array"));
        }
        let elements: Elements<'a> =
            serde_json::from_str(self.text()).map_err(|error| self.error("format", error.to_string()))?;
        Ok(elements
            .0
            .into_iter()
            .enumerate()
            .map(|(at, raw)| Node { raw, pointer: format!("{}/{at}", self.pointer) })
            .collect())
    }

    /// As a string.
    pub fn string(&self) -> Result<String, FieldError> {
        if !self.text().starts_with('"') {
            return Err(self.error("type", "must be a string"));
        }
        serde_json::from_str(self.text()).map_err(|error| self.error("format", error.to_string()))
    }

    /// As a string of 1 to `max` characters, none of them a control character.
    pub fn line(&self, max: usize) -> Result<String, FieldError> {
        let text = self.string()?;
        if text.is_empty() || text.chars().count() > max {
            return Err(self.error("range", format!("1 to {max} characters")));
        }
        if text.chars().any(char::is_control) {
            return Err(self.error("format", "has a control character"));
        }
        Ok(text)
    }

    /// As an integer of a range, written as one: no sign, fraction or exponent.
    pub fn integer(&self, range: std::ops::RangeInclusive<u32>) -> Result<u32, FieldError> {
        let text = self.text();
        let first = text.as_bytes().first().copied().unwrap_or_default();
        if !(first == b'-' || first.is_ascii_digit()) {
            return Err(self.error("type", "must be an integer"));
        }
        let shown = format!("{}..={}", range.start(), range.end());
        if text.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E')) {
            return Err(self.error("type", format!("must be an integer, {shown}")));
        }
        match text.parse() {
            Ok(value) if range.contains(&value) => Ok(value),
            _ => Err(self.error("range", shown)),
        }
    }

    /// As an exact decimal that is not negative.
    pub fn decimal(&self) -> Result<Decimal, FieldError> {
        let first = self.text().as_bytes().first().copied().unwrap_or_default();
        if !(first == b'-' || first.is_ascii_digit()) {
            return Err(self.error("type", "must be a number"));
        }
        Decimal::parse(self.text()).map_err(|error| self.error("range", error.to_string()))
    }

    /// As a product's id.
    pub fn product_id(&self) -> Result<ProductId, FieldError> {
        let text = self.string()?;
        ProductId::parse(&text).ok_or_else(|| self.error("format", "must match [A-Za-z0-9._~-]{1,64}"))
    }
}

/// Gathers results, so that an answer names everything that is wrong at once.
#[derive(Debug, Default)]
pub struct Errors(Vec<FieldError>);

impl Errors {
    /// Keeps the value, or notes the error.
    pub fn take<T>(&mut self, result: Result<T, FieldError>) -> Option<T> {
        result.map_err(|error| self.0.push(error)).ok()
    }

    /// The problem that they are, if there are any.
    pub fn into_result(self) -> Result<(), Problem> {
        if self.0.is_empty() { Ok(()) } else { Err(Problem::invalid(self.0)) }
    }
}

struct Members<'a>(Vec<(String, &'a RawValue)>);
struct Elements<'a>(Vec<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Vec<(String, &'de RawValue)>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Collect).map(Self)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Elements<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Vec<&'de RawValue>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an array")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut elements = Vec::new();
                while let Some(element) = seq.next_element()? {
                    elements.push(element);
                }
                Ok(elements)
            }
        }
        deserializer.deserialize_seq(Collect).map(Self)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::*;

    #[test]
    fn what_is_no_object_is_malformed() {
        for body in ["", " ", "null", "[]", "1", "\"x\"", "{", "{\"a\":}", "\u{feff}{}", "{} x", "{'a':1}"] {
            let problem = Object::parse(body.as_bytes()).unwrap_err();
            assert_eq!(problem.code, Code::MalformedBody, "{body}");
            assert!(!problem.detail.is_empty(), "{body}");
        }
        assert_eq!(Object::parse(&[b'{', 0xff, b'}']).unwrap_err().code, Code::MalformedBody);
    }

    #[test]
    fn a_member_that_stands_twice_is_refused() {
        let problem = Object::parse(br#"{"qty":1,"qty":2}"#).unwrap_err();
        assert_eq!(problem.errors[0].pointer, "#/qty");
        assert_eq!(problem.errors[0].code, "duplicate");
    }

    #[test]
    fn a_quantity_is_an_integer_written_as_one() {
        for bad in [
            "-1",
            "0",
            "100",
            "1.5",
            "1.0",
            "\"2\"",
            "1e1",
            "2147483648",
            "99999999999999999999",
            "null",
            "[]",
            "{}",
            "true",
            "-0",
        ] {
            let body = format!("{{\"qty\":{bad}}}");
            let error = Object::parse(body.as_bytes()).unwrap().require("qty").unwrap().integer(1..=99).unwrap_err();
            assert_eq!(error.pointer, "#/qty", "{bad}");
        }
        for good in ["1", " 99 ", "42"] {
            let body = format!("{{\"qty\":{good}}}");
            let qty = Object::parse(body.as_bytes()).unwrap().require("qty").unwrap().integer(1..=99).unwrap();
            assert_eq!(qty, good.trim().parse::<u32>().unwrap());
        }
    }

    #[test]
    fn deep_nesting_in_a_member_nobody_reads_is_harmless() {
        let body = format!("{{\"x\":{}{},\"id\":\"1\"}}", "[".repeat(20_000), "]".repeat(20_000));
        let object = Object::parse(body.as_bytes()).unwrap();
        assert_eq!(object.require("id").unwrap().product_id().unwrap().as_str(), "1");
    }

    #[test]
    fn pointers_lead_into_arrays() {
        let object = Object::parse(br#"{"items":[{"qty":1},{"qty":"x"}]}"#).unwrap();
        let items = object.require("items").unwrap().array().unwrap();
        let error = items[1].object().unwrap().require("qty").unwrap().integer(1..=99).unwrap_err();
        assert_eq!(error.pointer, "#/items/1/qty");
    }
}
