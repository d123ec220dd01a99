//! Keywords of single values: types, choices, ranges, lengths, patterns and a few formats.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde_json::Value as Json;

use super::{Verdict, pattern, quoted};
use crate::check::nearest::nearest;
use crate::check::problem::Problem;

/// So many choices are named in a message.
const CHOICES: usize = 12;

/// A value as it is quoted in a message.
pub(super) fn shown(value: &Json) -> String {
    let text = scalar(value).unwrap_or_else(|| value.to_string());
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The text that CloudFormation makes of a value.
fn scalar(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

fn number(value: &Json) -> Option<f64> {
    match value {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

fn is(value: &Json, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "null" => value.is_null(),
        "string" => scalar(value).is_some(),
        "boolean" => {
            let text = value.as_str().map(str::to_ascii_lowercase);
            value.is_boolean() || matches!(text.as_deref(), Some("true" | "false"))
        }
        "number" => number(value).is_some(),
        "integer" => number(value).is_some_and(|number| number.fract() == 0.0),
        // A word of a later draft.
        _ => true,
    }
}

fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}

pub(super) fn wrong_type(schema: &Json, value: &Json) -> Option<Problem> {
    let kinds: Vec<&str> = match schema.get("type")? {
        Json::String(kind) => vec![kind],
        other => super::texts(Some(other)).collect(),
    };
    if kinds.is_empty() || kinds.iter().any(|kind| is(value, kind)) {
        return None;
    }
    let expected = kinds
        .iter()
        .map(|kind| format!("{} {kind}", if matches!(*kind, "object" | "array" | "integer") { "an" } else { "a" }))
        .collect::<Vec<_>>()
        .join(" or ");
    // `is a string` explains nothing about a text that is not a number.
    Some(if let (Some(text), false) = (value.as_str(), kinds.iter().all(|kind| matches!(*kind, "object" | "array"))) {
        Problem::BadValue { value: shown(&text.into()), why: format!("is not {expected}"), nearest: None }
    } else {
        Problem::WrongType { expected, found: kind(value) }
    })
}

pub(super) fn check(schema: &Json, value: &Json, at: &str, verdict: &mut Verdict) {
    let Json::Object(keywords) = schema else { return };
    let bad = |why: String| Problem::BadValue { value: shown(value), why, nearest: None };
    for (keyword, wanted) in keywords {
        let problem = match keyword.as_str() {
            "enum" => choice(wanted, value, false),
            "enumCaseInsensitive" => choice(wanted, value, true),
            "const" => (!same(wanted, value, false)).then(|| bad(format!("must be `{}`", shown(wanted)))),
            "pattern" => scalar(value)
                .and_then(|text| pattern::matches(wanted.as_str()?, &text))
                .and_then(|fits| (!fits).then(|| bad(format!("does not fit the pattern {}", shown(wanted))))),
            "format" => wanted.as_str().and_then(|format| wrong_format(format, value)).map(|why| bad(why.to_owned())),
            "maxLength" => length(wanted, value)
                .filter(|(length, limit)| length > limit)
                .map(|(used, limit)| Problem::Limit { what: "characters", used, limit }),
            "minLength" => length(wanted, value)
                .filter(|(length, limit)| length < limit)
                .map(|(_, limit)| bad(format!("is shorter than {limit} characters"))),
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
                number(value).zip(wanted.as_f64()).and_then(|(number, limit)| range(keyword, number, limit)).map(bad)
            }
            _ => None,
        };
        if let Some(problem) = problem {
            verdict.add(at, problem);
        }
    }
}

fn range(keyword: &str, number: f64, limit: f64) -> Option<String> {
    let (fits, text) = match keyword {
        "minimum" => (number >= limit, "is less than"),
        "maximum" => (number <= limit, "is more than"),
        "exclusiveMinimum" => (number > limit, "must be more than"),
        "exclusiveMaximum" => (number < limit, "must be less than"),
        _ => (((number / limit) - (number / limit).round()).abs() < 1e-9, "is no multiple of"),
    };
    (!fits).then(|| format!("{text} {limit}"))
}

fn length(limit: &Json, value: &Json) -> Option<(usize, usize)> {
    Some((value.as_str()?.chars().count(), usize::try_from(limit.as_u64()?).ok()?))
}

fn same(wanted: &Json, value: &Json, any_case: bool) -> bool {
    match (scalar(wanted), scalar(value)) {
        (Some(wanted), Some(value)) if any_case => wanted.eq_ignore_ascii_case(&value),
        (Some(left), Some(right)) => {
            // `1` and `1.0`, and the `True` of a text where a boolean is wanted.
            left == right
                || wanted.is_boolean() && left.eq_ignore_ascii_case(&right)
                || wanted.is_number() && number(wanted) == number(value)
        }
        _ => wanted == value,
    }
}

fn choice(wanted: &Json, value: &Json, any_case: bool) -> Option<Problem> {
    let wanted = wanted.as_array()?;
    if wanted.iter().any(|one| same(one, value, any_case)) {
        return None;
    }
    let texts: Vec<String> = wanted.iter().filter_map(scalar).collect();
    let all = texts.iter().map(String::as_str);
    let value_text = shown(value);
    let nearest = nearest(&value_text, all.clone());
    let more = if texts.len() > CHOICES { format!(" and {} more", texts.len() - CHOICES) } else { String::new() };
    let why = format!("is none of {}{more}", quoted(all.take(CHOICES)));
    Some(Problem::BadValue { value: value_text, why, nearest })
}

/// Only what is surely wrong: many formats are names of what a text means to AWS.
fn wrong_format(format: &str, value: &Json) -> Option<&'static str> {
    let text = value.as_str()?;
    let network = |is_address: &dyn Fn(&str) -> bool, bits: u8| {
        let (address, length) = text.split_once('/')?;
        (is_address(address) && length.parse::<u8>().is_ok_and(|length| length <= bits)).then_some(())
    };
    match format {
        "ipv4-network" if network(&|text| text.parse::<Ipv4Addr>().is_ok(), 32).is_none() => {
            Some("is no IPv4 range such as `10.0.0.0/16`")
        }
        "ipv6-network" if network(&|text| text.parse::<Ipv6Addr>().is_ok(), 128).is_none() => {
            Some("is no IPv6 range such as `2001:db8::/32`")
        }
        "AWS::IAM::Role.Arn" if !text.starts_with("arn:") => Some("is no ARN of a role"),
        _ => None,
    }
}
