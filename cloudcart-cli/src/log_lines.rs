//! A line of a log as people read it: time, function, level, request, message, and the rest of a JSON line as `name=value`.
//!
//! Whoever can write to a log must not be able to steer the terminal of whoever reads it: control characters are written out.

use std::fmt::Write as _;

use cloudcart_deploy::logs::Line;
use serde_json::{Map, Value};

/// How bad a line says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Level {
    /// Everything.
    Trace,
    /// What helps to find a mistake.
    Debug,
    /// What happens.
    Info,
    /// What someone should look at some day.
    Warn,
    /// What someone should look at.
    Error,
}

impl Level {
    /// From the words that loggers use.
    fn parse(word: &str) -> Option<Self> {
        Some(match word.to_ascii_uppercase().as_str() {
            "TRACE" => Self::Trace,
            "DEBUG" => Self::Debug,
            "INFO" | "NOTICE" => Self::Info,
            "WARN" | "WARNING" => Self::Warn,
            "ERROR" | "FATAL" | "CRITICAL" | "PANIC" => Self::Error,
            _ => return None,
        })
    }

    /// Of a whole line; `None` where it does not say, as a panic of the runtime does not.
    pub(crate) fn of(message: &str) -> Option<Self> {
        if let Some(members) = object(message) {
            return level_of(&members).map(|(_, level)| level);
        }
        if Platform::parse(message).is_some() {
            return Some(Self::Info);
        }
        let word = message.split_whitespace().next()?.trim_matches(['[', ']', ':']);
        Self::parse(word)
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }

    /// Colour only repeats the word.
    const fn paint(self) -> &'static str {
        match self {
            Self::Trace | Self::Debug => DIM,
            Self::Info => "32",
            Self::Warn => "33",
            Self::Error => "1;31",
        }
    }
}

const DIM: &str = "2";
const FAINT_NAME: &str = "36";

/// How lines are shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub(crate) colour: bool,
    /// The widest function name, when there is more than one function.
    pub(crate) width: Option<usize>,
}

/// A line for people; lines within its text are indented below it.
pub(crate) fn pretty(line: &Line, look: Look) -> String {
    let paint = |code: &str, text: &str| {
        if look.colour && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    };
    let mut out = paint(DIM, &time(line.timestamp));
    if let Some(width) = look.width {
        let _ = write!(out, " {:<width$}", harmless(&line.function));
    }
    if let Some(platform) = Platform::parse(&line.message) {
        let _ = write!(out, " {}", paint(DIM, &harmless(&platform.compact())));
        return out;
    }
    let Some(mut members) = object(&line.message) else {
        let text = harmless(&line.message).replace('\n', "\n    ");
        let level = Level::of(&line.message).map(Level::paint).filter(|code| *code == Level::Error.paint());
        let _ = write!(out, " {}", level.map_or_else(|| text.clone(), |code| paint(code, &text)));
        return out;
    };
    match level_of(&members) {
        Some((name, level)) => {
            members.shift_remove(name);
            let _ = write!(out, " {}", paint(level.paint(), &format!("{:<5}", level.word())));
        }
        None => out.push_str("      "),
    }
    // The time stands in front already; how CloudWatch makes metrics of the line is nothing to read.
    for name in ["timestamp", "time", "_aws"] {
        members.shift_remove(name);
    }
    if let Some(request) =
        ["requestId", "AWSRequestId", "aws_request_id"].iter().find_map(|name| text_of(&mut members, name))
    {
        let _ = write!(out, " {}", paint(DIM, &harmless(&short(&request))));
    }
    if let Some(message) = ["message", "msg"].iter().find_map(|name| text_of(&mut members, name)) {
        let _ = write!(out, " {}", harmless(&message).replace('\n', "\n    "));
    }
    let mut pairs = Vec::new();
    for (name, value) in &members {
        unfold(name, value, &mut pairs);
    }
    for (name, value) in pairs {
        let _ = write!(out, " {}{}", paint(FAINT_NAME, &format!("{}=", harmless(&name))), harmless(&value));
    }
    out
}

fn object(message: &str) -> Option<Map<String, Value>> {
    if !message.starts_with('{') {
        return None;
    }
    serde_json::from_str(message).ok()
}

fn level_of(members: &Map<String, Value>) -> Option<(&'static str, Level)> {
    ["level", "severity", "lvl"].iter().find_map(|name| Some((*name, Level::parse(members.get(*name)?.as_str()?)?)))
}

/// Takes a text out.
fn text_of(members: &mut Map<String, Value>, name: &str) -> Option<String> {
    let text = members.get(name)?.as_str()?.to_owned();
    members.shift_remove(name);
    Some(text)
}

/// Members of members, each with its way: `order.items[0].id`.
fn unfold(name: &str, value: &Value, pairs: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (member, value) in members {
                unfold(&format!("{name}.{member}"), value, pairs);
            }
        }
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            for (index, item) in items.iter().enumerate() {
                unfold(&format!("{name}[{index}]"), item, pairs);
            }
        }
        Value::String(text) if is_plain(text) => pairs.push((name.to_owned(), text.clone())),
        other => pairs.push((name.to_owned(), other.to_string())),
    }
}

/// Needs no quotation marks to be told from what stands beside it.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '=' | '\\'))
}

/// Enough of an id to tell it from others nearby.
fn short(id: &str) -> String {
    id.chars().take(8).collect()
}

/// `15:04:05.123Z`; the day as well when it is not today.
fn time(millis: i64) -> String {
    let Ok(at) = jiff::Timestamp::from_millisecond(millis) else { return millis.to_string() };
    let text = format!("{at:.3}");
    let today = jiff::Timestamp::now().to_string();
    match text.split_once('T') {
        Some((day, time)) if today.starts_with(day) => time.to_owned(),
        _ => text.replace('T', " "),
    }
}

/// Text that cannot steer a terminal: control characters and those that turn the direction of writing, written out. A line
/// feed and a tab stay.
pub(crate) fn harmless(text: &str) -> String {
    let odd = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\t'))
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    if !text.contains(odd) {
        return text.to_owned();
    }
    text.chars().map(|c| if odd(c) { format!("\\u{{{:x}}}", u32::from(c)) } else { c.to_string() }).collect()
}

/// A line that Lambda itself writes around an invocation.
#[derive(Debug, PartialEq, Eq)]
struct Platform<'a> {
    word: &'a str,
    request: &'a str,
    /// Names and values of a report.
    figures: Vec<(&'a str, &'a str)>,
}

impl<'a> Platform<'a> {
    fn parse(message: &'a str) -> Option<Self> {
        let (word, rest) = message.split_once(' ')?;
        if !matches!(word, "START" | "END" | "REPORT") {
            return None;
        }
        let mut parts = rest.strip_prefix("RequestId: ")?.split('\t');
        let request = parts.next()?.split(' ').next()?;
        let figures = parts.filter_map(|part| part.trim().split_once(": ")).collect();
        Some(Self { word, request, figures })
    }

    /// `REPORT 0199a3b4 12.3 ms, billed 13 ms, 45 of 256 MB`.
    fn compact(&self) -> String {
        let figure = |name: &str| self.figures.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        let mut parts: Vec<String> = figure("Duration").map(str::to_owned).into_iter().collect();
        parts.extend(figure("Billed Duration").map(|billed| format!("billed {billed}")));
        parts.extend(match (figure("Max Memory Used"), figure("Memory Size")) {
            (Some(used), Some(size)) => Some(format!("{} of {size}", used.trim_end_matches(" MB"))),
            _ => None,
        });
        parts.extend(figure("Init Duration").map(|init| format!("init {init}")));
        parts.extend(figure("Status").map(|status| format!("status {status}")));
        parts.extend(figure("Error Type").map(|kind| format!("error {kind}")));
        format!("{:<5} {} {}", self.word, short(self.request), parts.join(", ")).trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Look = Look { colour: false, width: None };

    fn line(message: &str) -> Line {
        Line {
            function: "worker".to_owned(),
            timestamp: 0,
            stream: String::new(),
            message: message.to_owned(),
            id: String::new(),
        }
    }

    fn shown(message: &str) -> String {
        pretty(&line(message), PLAIN)
    }

    #[test]
    fn a_json_line_is_unfolded() {
        let message = r#"{"level":"INFO","message":"order confirmed","requestId":"0199a3b4-0000-7000","orderId":"o-1","order":{"lines":[{"id":"1","qty":2}],"tags":["a","b"],"note":"two words"},"total":199.90,"gone":null,"_aws":{"Timestamp":1}}"#;
        assert_eq!(
            shown(message),
            "1970-01-01 00:00:00.000Z INFO  0199a3b4 order confirmed orderId=o-1 order.lines[0].id=1 order.lines[0].qty=2 \
             order.tags=[\"a\",\"b\"] order.note=\"two words\" total=199.9 gone=null"
        );
    }

    #[test]
    fn what_lambda_writes_itself_is_short() {
        assert_eq!(
            shown(
                "REPORT RequestId: 0199a3b4-77\tDuration: 1.23 ms\tBilled Duration: 6 ms\tMemory Size: 128 MB\tMax Memory Used: 20 MB\tInit Duration: 4.00 ms\t"
            ),
            "1970-01-01 00:00:00.000Z REPORT 0199a3b4 1.23 ms, billed 6 ms, 20 of 128 MB, init 4.00 ms"
        );
        assert_eq!(shown("START RequestId: 0199a3b4-77 Version: $LATEST"), "1970-01-01 00:00:00.000Z START 0199a3b4");
        assert_eq!(shown("START of something"), "1970-01-01 00:00:00.000Z START of something");
    }

    #[test]
    fn text_of_a_log_cannot_steer_the_terminal() {
        for message in [
            "\u{1b}]0;owned\u{7} \u{9b}2J \r back \u{202e}",
            "{\"message\":\"\\u001b[2J\",\"a\\u001b[31m\":\"x\\u009b y\",\"b\":{\"c\":[\"\\u202e\"]}}",
            "START RequestId: \u{1b}[2J\u{7}",
        ] {
            let look = Look { colour: false, width: Some(8) };
            let text = pretty(&Line { function: "w\u{1b}".to_owned(), ..line(message) }, look);
            assert!(!text.contains(|c: char| c.is_control() || c == '\u{202e}'), "{text:?}");
        }
        assert_eq!(
            shown("two\nlines"),
            "1970-01-01 00:00:00.000Z two\n    lines",
            "a line cannot look like another one"
        );
    }

    #[test]
    fn levels_are_read_wherever_they_stand() {
        assert_eq!(Level::of(r#"{"level":"warning","message":"x"}"#), Some(Level::Warn));
        assert_eq!(Level::of(r#"{"severity":"ERROR"}"#), Some(Level::Error));
        assert_eq!(Level::of("[ERROR] broken"), Some(Level::Error));
        assert_eq!(Level::of("END RequestId: 1"), Some(Level::Info));
        assert_eq!(Level::of("thread 'main' panicked at src/main.rs:1:1:"), None);
        assert_eq!(Level::of("{\"level\":7}"), None);
        assert!(Level::Warn > Level::Info);
    }

    #[test]
    fn colour_repeats_what_the_word_says() {
        let coloured = pretty(&line(r#"{"level":"ERROR","message":"x"}"#), Look { colour: true, width: Some(8) });
        assert!(coloured.contains("worker  ") && coloured.contains("\u{1b}[1;31mERROR\u{1b}[0m x"), "{coloured:?}");
    }
}
