//! The log: one JSON object a line. Where lines go and what all lines of a request have in common is a matter of [`span`].

use serde::Serializer as _;
use serde_json::Value;

use crate::span;

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

/// Makes a line: `{"level":…,"message":…,` and the fields in their order `}`. No field may be there twice.
pub fn line<'a>(level: Level, message: &str, fields: impl IntoIterator<Item = (&'a str, &'a Value)>) -> String {
    let (level, message) = (Value::from(level.as_str()), Value::from(message));
    let mut line = vec![("level", &level), ("message", &message)];
    for (name, value) in fields {
        line.push((name, value));
    }
    let mut json = Vec::with_capacity(512);
    // Keys are texts and the rest are values already, so nothing can fail.
    let _ = serde_json::Serializer::new(&mut json).collect_map(line);
    printable(String::from_utf8_lossy(&json).into_owned())
}

/// JSON lets characters stand in a text that end a line for some readers, or steer a terminal. They are escaped.
fn printable(json: String) -> String {
    let odd = |char: char| char.is_control() || matches!(char, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if !json.contains(odd) {
        return json;
    }
    let escaped = |char: char| if odd(char) { format!("\\u{:04x}", u32::from(char)) } else { char.to_string() };
    json.chars().map(escaped).collect()
}

/// Writes a line of the current span.
pub fn write(level: Level, message: &str, fields: Value) {
    span::current().write(level, message, fields);
}

/// The id of a trace in an `X-Amzn-Trace-Id`: `1-5759e988-bd862e3fe1be46a994272793`. A caller may send that header too, so whatever
/// else stands in it is left where it is.
pub fn trace_root(header: &str) -> Option<&str> {
    let root = header.split(';').find_map(|part| part.trim().strip_prefix("Root="))?;
    let mut parts = root.split('-');
    let hex = |part: Option<&str>, length| {
        part.is_some_and(|part| part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    let good = hex(parts.next(), 1) && hex(parts.next(), 8) && hex(parts.next(), 24) && parts.next().is_none();
    good.then_some(root)
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
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::*;
    use serde_json::json;

    fn fields(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
        value.as_object().unwrap().iter().map(|(name, value)| (name.as_str(), value))
    }

    #[test]
    fn a_line_is_json_that_people_can_read() {
        let line = line(Level::Info, "order confirmed", fields(&json!({ "orderId": "1", "totalMinor": 5 })));
        assert_eq!(line, r#"{"level":"INFO","message":"order confirmed","orderId":"1","totalMinor":5}"#);
    }

    #[test]
    fn of_a_trace_header_only_the_trace_is_taken() {
        let root = "1-5759e988-bd862e3fe1be46a994272793";
        for header in [format!("Root={root}"), format!("Self=1-x; Root={root};Parent=53995c3f42cd8ad8;Sampled=1")] {
            assert_eq!(trace_root(&header), Some(root));
        }
        for header in ["", "Root=", "Root=ot_secret", &format!("Root={root}-x"), &format!("root {root}"), &root[..34]] {
            assert_eq!(trace_root(header), None, "{header}");
        }
    }

    #[test]
    fn control_characters_cannot_forge_a_line() {
        let text = "a\nb\r\u{1b}[2J\u{7f}\u{85}\u{9b}\u{2028}\u{2029}\u{202e}\u{2066}é🛒";
        let line = line(Level::Error, text, fields(&json!({ "x": text })));
        assert!(!line.contains(|char: char| char.is_control()), "{line:?}");
        assert!(!line.contains(['\u{2028}', '\u{2029}', '\u{202e}', '\u{2066}']), "{line:?}");
        let read: Value = serde_json::from_str(&line).unwrap();
        assert_eq!((read["message"].as_str(), read["x"].as_str()), (Some(text), Some(text)));
    }
}
