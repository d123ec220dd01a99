//! What is said of a property: facts from its schema, in words of our own.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::schema::{self, Kind};

/// The longest pattern that is shown.
const PATTERN: usize = 80;

/// So many words are shown; of more, the enumeration shows them.
const WORDS: usize = 5;

/// What a property takes: `a text of 1 to 80 characters`.
fn takes(found: &Json, kind: Kind) -> String {
    if let Some(words) = schema::words(found) {
        let shown = words.iter().map(|word| match word {
            Json::String(word) => format!("`{word}`"),
            other => other.to_string(),
        });
        return match shown.collect::<Vec<_>>().as_slice() {
            [only] => only.clone(),
            few if few.len() <= WORDS => format!("one of {}", few.join(", ")),
            many => format!("one of {} {}", many.len(), if kind == Kind::Whole { "numbers" } else { "words" }),
        };
    }
    let mut text = match kind {
        Kind::Text => format!("a text{}", counted(found, "minLength", "maxLength", "character")),
        Kind::Whole => format!("a whole number{}", range(found)),
        Kind::Number => format!("a number{}", range(found)),
        Kind::Boolean => "true or false".to_owned(),
        Kind::List => format!("a list{}", counted(found, "minItems", "maxItems", "item")),
        Kind::Object => "an object".to_owned(),
        Kind::Anything => "JSON".to_owned(),
    };
    if let Some(pattern) = found.get("pattern").and_then(Json::as_str)
        && kind == Kind::Text
        && pattern.len() <= PATTERN
        && !pattern.contains(|character: char| character == '`' || character.is_control())
    {
        let _ = write!(text, ", pattern `{pattern}`");
    }
    text
}

fn counted(found: &Json, least: &str, most: &str, what: &str) -> String {
    let least = found.get(least).and_then(Json::as_u64).filter(|least| *least > 0);
    let most = found.get(most).and_then(Json::as_u64);
    let plural = |number: u64| if number == 1 { "" } else { "s" };
    match (least, most) {
        (Some(least), Some(most)) if least == most => format!(" of {} {what}{}", grouped(least), plural(most)),
        (Some(least), Some(most)) => format!(" of {} to {} {what}{}", grouped(least), grouped(most), plural(most)),
        (Some(least), None) => format!(" of at least {} {what}{}", grouped(least), plural(least)),
        (None, Some(most)) => format!(" of up to {} {what}{}", grouped(most), plural(most)),
        (None, None) => String::new(),
    }
}

fn range(found: &Json) -> String {
    let bound = |key: &str| match found.get(key)? {
        Json::Number(number) => number.as_u64().map(grouped).or_else(|| Some(number.to_string())),
        _ => None,
    };
    match (bound("minimum"), bound("maximum")) {
        (Some(least), Some(most)) => format!(", {least} to {most}"),
        (Some(least), None) => format!(", at least {least}"),
        (None, Some(most)) => format!(", at most {most}"),
        (None, None) => String::new(),
    }
}

/// `43,200`.
fn grouped(number: u64) -> String {
    separated(&number.to_string(), ',')
}

/// Digits in groups of three.
pub(crate) fn separated(digits: &str, separator: char) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

/// How a property behaves over its life, by the lists at the top of a schema.
pub(crate) struct Lives {
    marks: Vec<(String, String, &'static str)>,
}

impl Lives {
    pub(crate) fn of(root: &Json) -> Self {
        let mut marks = Vec::new();
        for (key, words) in [
            ("createOnlyProperties", "Create-only: a change replaces the resource."),
            ("conditionalCreateOnlyProperties", "A change may replace the resource."),
            ("writeOnlyProperties", "Write-only: it cannot be read back."),
            ("deprecatedProperties", "Deprecated."),
        ] {
            for path in schema::texts(root, key) {
                if let Some((owner, property)) = schema::place(root, path) {
                    marks.push((owner, property, words));
                }
            }
        }
        Self { marks }
    }

    /// A property's line.
    pub(crate) fn line(&self, owner: &str, property: &str, found: &Json, kind: Kind) -> String {
        let mut line = format!("`{property}`: {}.", takes(found, kind));
        for (at, name, words) in &self.marks {
            if at == owner && name == property && !line.contains(words) {
                let _ = write!(line, " {words}");
            }
        }
        line
    }
}
