//! Filter patterns of log events: terms, quoted phrases, `-` to exclude, `?` for alternatives; and those of JSON events, which
//! are read in [`super::json_pattern`].
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>. Matching is case-sensitive.

use super::json_pattern::JsonPattern;
use crate::error::AwsError;

/// A pattern, read.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Pattern {
    Text(Terms),
    Json(JsonPattern),
}

impl Pattern {
    /// Reads a pattern; an empty one matches everything. Array and regular expression patterns are refused by name.
    pub(super) fn parse(text: &str) -> Result<Self, AwsError> {
        if text.trim_start().starts_with('{') {
            return JsonPattern::parse(text).map(Self::Json);
        }
        Terms::parse(text).map(Self::Text)
    }

    pub(super) fn matches(&self, message: &str) -> bool {
        match self {
            Self::Text(terms) => terms.matches(message),
            Self::Json(pattern) => pattern.matches(message),
        }
    }
}

/// The terms of an unstructured pattern.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Terms {
    /// Each must occur.
    all: Vec<String>,
    /// None may occur.
    none: Vec<String>,
    /// One must occur, if there are any; ignored beside terms that must occur, as on AWS.
    any: Vec<String>,
}

impl Terms {
    fn parse(text: &str) -> Result<Self, AwsError> {
        let trimmed = text.trim();
        match trimmed.as_bytes().first() {
            Some(b'[') => return Err(AwsError::not_offered("space-delimited filter patterns ([ … ])")),
            Some(b'%') => return Err(AwsError::not_offered("regular expressions in filter patterns (%…%)")),
            _ => {}
        }
        let mut pattern = Self::default();
        let mut rest = trimmed;
        while !rest.is_empty() {
            let (list, after): (&mut Vec<String>, &str) = if let Some(after) = rest.strip_prefix('-') {
                (&mut pattern.none, after)
            } else if let Some(after) = rest.strip_prefix('?') {
                (&mut pattern.any, after)
            } else {
                (&mut pattern.all, rest)
            };
            let (term, after) = term(after)?;
            if !term.is_empty() {
                list.push(term);
            }
            rest = after.trim_start();
        }
        Ok(pattern)
    }

    fn matches(&self, message: &str) -> bool {
        let has = |term: &String| message.contains(term.as_str());
        self.all.iter().all(has)
            && !self.none.iter().any(has)
            && (!self.all.is_empty() || self.any.is_empty() || self.any.iter().any(has))
    }
}

/// The first term, and what is left.
fn term(text: &str) -> Result<(String, &str), AwsError> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        return Ok((text[..end].to_owned(), &text[end..]));
    };
    let mut term = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Ok((term, &quoted[at + 1..])),
            '\\' => match characters.next() {
                Some((_, escaped @ ('"' | '\\'))) => term.push(escaped),
                Some((_, other)) => term.extend(['\\', other]),
                None => break,
            },
            other => term.push(other),
        }
    }
    Err(AwsError::bad_request("InvalidParameterException", "Invalid filter pattern: a quotation mark has no end"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn terms_phrases_exclusions_and_alternatives() {
        let cases = [
            ("", "anything", true),
            ("ERROR", "an ERROR here", true),
            ("ERROR", "an error here", false),
            ("ERROR timeout", "timeout ERROR", true),
            ("ERROR timeout", "ERROR", false),
            ("\"order placed\"", "an order placed today", true),
            ("\"order placed\"", "placed order", false),
            ("\"say \\\"hi\\\"\"", "say \"hi\" now", true),
            ("ERROR -EXITING", "ERROR 1", true),
            ("ERROR -EXITING", "ERROR EXITING", false),
            ("-\"not this\"", "but not this", false),
            ("?ERROR ?WARN", "WARN", true),
            ("?ERROR ?WARN", "INFO", false),
        ];
        for (pattern, message, expected) in cases {
            assert_eq!(Pattern::parse(pattern).unwrap().matches(message), expected, "{pattern} on {message}");
        }
    }

    #[test]
    fn what_is_not_offered_is_said() {
        assert_eq!(Pattern::parse("[ip, user]").unwrap_err().status, 501);
        assert_eq!(Pattern::parse("\"open").unwrap_err().code, "InvalidParameterException");
    }
}
