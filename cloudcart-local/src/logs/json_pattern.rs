//! Filter patterns of JSON log events: `{ $.level = "ERROR" && ($.durationMs > 100 || $.order.lines[0].id = "a*") }`.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>. A property that is not there meets no
//! condition but `NOT EXISTS`.

use super::invalid;
use crate::error::AwsError;
use serde_json::Value;

/// How deep conditions may be nested: a pattern of brackets must not use up the stack.
const DEPTH: usize = 32;

/// A pattern, read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct JsonPattern(Condition);

#[derive(Debug, Clone, PartialEq)]
enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    One(Vec<Step>, Test),
}

/// A step into an event.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    Member(String),
    Index(usize),
}

#[derive(Debug, Clone, PartialEq)]
enum Test {
    /// Equal to a text in which `*` is anything; or, with false, unlike it.
    Text(String, bool),
    Number(Comparison, f64),
    Is(Value),
    Absent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    Unlike,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl JsonPattern {
    pub(super) fn parse(text: &str) -> Result<Self, AwsError> {
        let inner = text.trim().strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let mut reader = Reader { rest: inner.ok_or_else(|| bad("it does not end with '}'"))? };
        let condition = reader.any(0)?;
        if reader.rest.trim().is_empty() { Ok(Self(condition)) } else { Err(bad(&format!("'{}'", reader.rest.trim()))) }
    }

    /// A message that is no JSON matches nothing.
    pub(super) fn matches(&self, message: &str) -> bool {
        serde_json::from_str(message).is_ok_and(|event: Value| self.0.holds(&event))
    }
}

impl Condition {
    fn holds(&self, event: &Value) -> bool {
        match self {
            Self::All(conditions) => conditions.iter().all(|condition| condition.holds(event)),
            Self::Any(conditions) => conditions.iter().any(|condition| condition.holds(event)),
            Self::One(steps, test) => {
                let found = steps.iter().try_fold(event, |value, step| match step {
                    Step::Member(name) => value.get(name),
                    Step::Index(index) => value.get(index),
                });
                match (found, test) {
                    (found, Test::Absent) => found.is_none(),
                    (None, _) => false,
                    (Some(value), Test::Is(expected)) => value == expected,
                    (Some(value), Test::Text(expected, wanted)) => {
                        let text = match value {
                            Value::String(text) => text.clone(),
                            Value::Number(_) | Value::Bool(_) => value.to_string(),
                            _ => return false,
                        };
                        like(expected, &text) == *wanted
                    }
                    (Some(value), Test::Number(comparison, expected)) => value
                        .as_f64()
                        .and_then(|value| value.partial_cmp(expected))
                        .is_some_and(|order| match comparison {
                            Comparison::Equal => order.is_eq(),
                            Comparison::Unlike => order.is_ne(),
                            Comparison::Less => order.is_lt(),
                            Comparison::AtMost => order.is_le(),
                            Comparison::More => order.is_gt(),
                            Comparison::AtLeast => order.is_ge(),
                        }),
                }
            }
        }
    }
}

/// Whether `text` is like `pattern`, in which `*` is any number of characters.
fn like(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn takes(&mut self, token: &str) -> bool {
        let Some(rest) = self.rest.trim_start().strip_prefix(token) else { return false };
        self.rest = rest;
        true
    }

    /// A word as it is written in any case, such as `IS`.
    fn takes_word(&mut self, word: &str) -> bool {
        let start = self.rest.trim_start();
        let Some(found) = start.get(..word.len()) else { return false };
        let after = &start[word.len()..];
        if !found.eq_ignore_ascii_case(word) || after.starts_with(|c: char| c.is_alphanumeric()) {
            return false;
        }
        self.rest = after;
        true
    }

    fn any(&mut self, depth: usize) -> Result<Condition, AwsError> {
        let mut conditions = vec![self.all(depth)?];
        while self.takes("||") {
            conditions.push(self.all(depth)?);
        }
        Ok(Condition::Any(conditions))
    }

    fn all(&mut self, depth: usize) -> Result<Condition, AwsError> {
        let mut conditions = vec![self.one(depth)?];
        while self.takes("&&") {
            conditions.push(self.one(depth)?);
        }
        Ok(Condition::All(conditions))
    }

    fn one(&mut self, depth: usize) -> Result<Condition, AwsError> {
        if self.takes("(") {
            if depth == DEPTH {
                return Err(bad("its brackets are nested too deeply"));
            }
            let inner = self.any(depth + 1)?;
            return if self.takes(")") { Ok(inner) } else { Err(bad("a bracket has no end")) };
        }
        let steps = self.steps()?;
        Ok(Condition::One(steps, self.test()?))
    }

    fn steps(&mut self) -> Result<Vec<Step>, AwsError> {
        if !self.takes("$") {
            return Err(bad("a condition begins with a property such as $.level"));
        }
        let mut steps = Vec::new();
        loop {
            if let Some(rest) = self.rest.strip_prefix('.') {
                let end = rest.find(|c: char| !(c.is_alphanumeric() || "_-@".contains(c))).unwrap_or(rest.len());
                if end == 0 && rest.starts_with('[') {
                    self.rest = rest;
                    continue;
                }
                if end == 0 {
                    return Err(bad("a property has no name"));
                }
                steps.push(Step::Member(rest[..end].to_owned()));
                self.rest = &rest[end..];
            } else if let Some(rest) = self.rest.strip_prefix('[') {
                let (inner, after) = rest.split_once(']').ok_or_else(|| bad("a bracket has no end"))?;
                let name = ['\'', '"'].iter().find_map(|mark| inner.strip_prefix(*mark)?.strip_suffix(*mark));
                steps.push(match name {
                    Some(name) => Step::Member(name.to_owned()),
                    None => Step::Index(inner.trim().parse().map_err(|_| bad("an index is no whole number"))?),
                });
                self.rest = after;
            } else if steps.is_empty() {
                return Err(bad("a condition begins with a property such as $.level"));
            } else {
                return Ok(steps);
            }
        }
    }

    fn test(&mut self) -> Result<Test, AwsError> {
        if self.takes_word("NOT") {
            return if self.takes_word("EXISTS") { Ok(Test::Absent) } else { Err(bad("NOT is followed by EXISTS")) };
        }
        if self.takes_word("IS") {
            let words = [("TRUE", Value::Bool(true)), ("FALSE", Value::Bool(false)), ("NULL", Value::Null)];
            let found = words.into_iter().find(|(word, _)| self.takes_word(word));
            return found.map(|(_, value)| Test::Is(value)).ok_or_else(|| bad("IS is followed by TRUE, FALSE or NULL"));
        }
        let operators = [
            ("!=", Comparison::Unlike),
            (">=", Comparison::AtLeast),
            ("<=", Comparison::AtMost),
            ("=", Comparison::Equal),
            (">", Comparison::More),
            ("<", Comparison::Less),
        ];
        let found = operators.into_iter().find(|(sign, _)| self.takes(sign));
        let (_, comparison) =
            found.ok_or_else(|| bad("a property is followed by =, !=, <, <=, >, >=, IS or NOT EXISTS"))?;
        let (value, quoted) = self.value()?;
        if !quoted && let Ok(number) = value.parse::<f64>() {
            return Ok(Test::Number(comparison, number));
        }
        match comparison {
            Comparison::Equal => Ok(Test::Text(value, true)),
            Comparison::Unlike => Ok(Test::Text(value, false)),
            _ => Err(bad("<, <=, > and >= compare with a number")),
        }
    }

    /// A value, and whether it stands in quotation marks.
    fn value(&mut self) -> Result<(String, bool), AwsError> {
        self.rest = self.rest.trim_start();
        if self.rest.starts_with('%') {
            return Err(AwsError::not_offered("regular expressions in filter patterns (%…%)"));
        }
        if let Some(quoted) = self.rest.strip_prefix('"') {
            let mut text = String::new();
            let mut characters = quoted.char_indices();
            while let Some((at, character)) = characters.next() {
                match character {
                    '"' => {
                        self.rest = &quoted[at + 1..];
                        return Ok((text, true));
                    }
                    '\\' => text.extend(characters.next().map(|(_, escaped)| escaped)),
                    other => text.push(other),
                }
            }
            return Err(bad("a quotation mark has no end"));
        }
        let end = self.rest.find(|c: char| c.is_whitespace() || "&|()".contains(c)).unwrap_or(self.rest.len());
        if end == 0 {
            return Err(bad("a comparison has no value"));
        }
        let value = self.rest[..end].to_owned();
        self.rest = &self.rest[end..];
        Ok((value, false))
    }
}

fn bad(why: &str) -> AwsError {
    invalid(&format!("Invalid filter pattern: {why}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use proptest::prelude::*;

    const EVENT: &str =
        r#"{"level":"ERROR","durationMs":120.5,"order":{"lines":[{"id":"abc"}],"a.b":1},"ok":true,"none":null}"#;

    #[test]
    fn conditions_on_the_properties_of_an_event() {
        for (pattern, expected) in [
            (r#"{ $.level = "ERROR" }"#, true),
            ("{$.level=ERROR}", true),
            (r#"{ $.level = "ERR*" }"#, true),
            (r#"{ $.level = "*RR*" }"#, true),
            (r#"{ $.level = "*INFO*" }"#, false),
            (r#"{ $.level != "ERROR" }"#, false),
            (r#"{ $.level = "ERROR" && $.durationMs > 100 }"#, true),
            (r#"{ $.level = "ERROR" && $.durationMs > 1.3e2 }"#, false),
            (r#"{ $.level = "INFO" || $.durationMs <= 120.5 }"#, true),
            (r#"{ $.level = "INFO" && ($.ok IS TRUE || $.ok IS FALSE) }"#, false),
            (r#"{ ($.level = "INFO" || $.ok IS TRUE) && $.none is null }"#, true),
            (r#"{ $.order.lines[0].id = "a*c" }"#, true),
            (r#"{ $.order.lines[1].id = "*" }"#, false),
            ("{ $.order['a.b'] = 1 }", true),
            ("{ $.gone NOT EXISTS }", true),
            ("{ $.none NOT EXISTS }", false),
            (r#"{ $.gone != "x" }"#, false),
            ("{ $.level > 1 }", false),
        ] {
            assert_eq!(JsonPattern::parse(pattern).unwrap().matches(EVENT), expected, "{pattern}");
        }
        assert!(!JsonPattern::parse(r#"{ $.level != "x" }"#).unwrap().matches("plain text"));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for pattern in [
            "{",
            "{}",
            "{ $.a }",
            "{ $.a = }",
            "{ $. = 1 }",
            "{ $.a > \"x\" }",
            "{ $.a = 1 && }",
            "{ ($.a = 1 }",
            "{ $.a = \"x }",
        ] {
            assert_eq!(JsonPattern::parse(pattern).unwrap_err().code, "InvalidParameterException", "{pattern}");
        }
        assert_eq!(JsonPattern::parse("{ $.a = %x% }").unwrap_err().status, 501);
        assert!(JsonPattern::parse(&format!("{{ {}", "(".repeat(100_000))).is_err());
        assert!(JsonPattern::parse(&format!("{{ {}}}", "(".repeat(100_000))).is_err());
    }

    proptest! {
        #[test]
        fn no_pattern_makes_it_panic(pattern in r#"\{[ $.a\[\]'"(){}=!<>&|*%0-9ISNULTRE\\é]{0,40}\}"#) {
            if let Ok(pattern) = JsonPattern::parse(&pattern) {
                pattern.matches(EVENT);
            }
        }
    }
}
