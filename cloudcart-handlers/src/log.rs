//! The log: one JSON object a line on stdout, which is where Lambda takes it from.

use std::io::Write;

use serde_json::{Map, Value};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// As it should be.
    Info,
    /// Someone should look some day.
    Warn,
    /// Someone should look.
    Error,
}

impl Level {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }
}

/// Makes a line: `{"level":…,"message":…,` and the fields in their order `}`.
pub fn line(level: Level, message: &str, fields: Value) -> String {
    let mut line = Map::new();
    line.insert("level".to_owned(), level.as_str().into());
    line.insert("message".to_owned(), message.into());
    match fields {
        Value::Object(fields) => line.extend(fields),
        Value::Null => {}
        other => {
            line.insert("value".to_owned(), other);
        }
    }
    Value::Object(line).to_string()
}

/// Writes a line. A log that cannot be written to must not fail a request, so errors are dropped.
pub fn write(level: Level, message: &str, fields: Value) {
    let mut text = line(level, message, fields);
    text.push('\n');
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes());
    let _ = stdout.flush();
}

/// An error and what caused it, on one line.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // Wrappers that repeat their source say nothing new.
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_json_that_people_can_read() {
        let line = line(Level::Info, "order confirmed", serde_json::json!({ "orderId": "1", "totalMinor": 5 }));
        assert_eq!(line, r#"{"level":"INFO","message":"order confirmed","orderId":"1","totalMinor":5}"#);
    }

    #[test]
    fn control_characters_cannot_forge_a_line() {
        assert!(!line(Level::Error, "a\nb\u{1b}", serde_json::json!({ "x": "\n" })).contains(['\n', '\u{1b}']));
    }
}
