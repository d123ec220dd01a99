//! Lambda functions: role, limits, environment and logs.

use serde_json::Value as Json;

use super::links::{FUNCTION, waits_for};
use super::{Broken, Rule, error, note};
use crate::check::view::{Entry, View, function};
use crate::limits::{ENVIRONMENT_BYTES, RESERVED_ENVIRONMENT};

const ENVIRONMENT: &str = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html";
const LIMITS: &str = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html";
const LOGS: &str = "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html";
const LEVELS: &str = "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html";

const ROLE: &str = "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html";

pub(super) const RULES: &[Rule] = &[
    error("function-role", ROLE, role),
    error("function-managed-instances", LIMITS, managed_instances),
    error("function-environment-name", ENVIRONMENT, environment_name),
    error("function-environment-size", LIMITS, environment_size),
    note("function-log-group-order", LOGS, log_group_order),
    error("function-log-level", LEVELS, log_level),
];

/// What only functions on managed instances may have more of: property, the most of a plain function, unit.
const PLAIN: [(&str, f64, &str); 2] = [("MemorySize", 10_240.0, "MB"), ("Timeout", 900.0, "s")];

/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html>
fn role(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for entry in view.of_kind(FUNCTION) {
        let Some(target) = view.target_at(&entry, "Role") else { continue };
        // A nested stack and a custom resource may well hand over a role's ARN.
        let may_have_one = target.kind.starts_with("AWS::CloudFormation::") || !target.kind.starts_with("AWS::");
        if target.kind != "AWS::IAM::Role" && !may_have_one {
            let message = format!("`{}` is no role: it is of type `{}`", target.id, target.kind);
            broken.at(entry.at("Role"), message, "give the `Arn` of an `AWS::IAM::Role`");
        }
    }
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
fn managed_instances(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for entry in view.of_kind(FUNCTION).filter(|entry| entry.look("CapacityProviderConfig").is_absent()) {
        for (place, most, unit) in PLAIN {
            if let Some(number) = entry.look(place).number().filter(|number| *number > most) {
                let message = format!("{number} {unit}, and a function without a capacity provider has {most} at most");
                broken.at(entry.at(place), message, format!("set it to {most} or less, or `CapacityProviderConfig`"));
            }
        }
    }
}

fn variables<'a>(entry: &Entry<'a>) -> impl Iterator<Item = (&'a String, &'a Json)> {
    entry.look("Environment/Variables").object().into_iter().flatten()
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>
fn environment_name(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for entry in view.of_kind(FUNCTION) {
        for (name, _) in variables(&entry) {
            let mut letters = name.chars();
            let legal = letters.next().is_some_and(|first| first.is_ascii_alphabetic())
                && name.len() > 1
                && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
            let message = if RESERVED_ENVIRONMENT.contains(&name.as_str()) {
                format!("Lambda sets `{name}` itself and refuses it here")
            } else if !legal {
                format!("`{name}` is no name: a letter, then one letter, digit or underscore at least")
            } else {
                continue;
            };
            broken.at(entry.at(&format!("Environment/Variables/{name}")), message, "choose another name");
        }
    }
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
fn environment_size(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for entry in view.of_kind(FUNCTION) {
        let bytes: usize = variables(&entry).map(|(name, value)| name.len() + literal_bytes(value)).sum();
        if bytes > ENVIRONMENT_BYTES {
            let message = format!("the variables take {bytes} bytes at least, and Lambda takes {ENVIRONMENT_BYTES}");
            let hint = "put what is long in a parameter of SSM or an object of S3, and give its name";
            broken.at(entry.at("Environment/Variables"), message, hint);
        }
    }
}

/// How long a value is at least: of a function only what is written out counts.
fn literal_bytes(value: &Json) -> usize {
    let written = |text: &str| {
        let mut parts = text.split("${");
        let first = parts.next().map_or(0, str::len);
        first + parts.map(|part| part.split_once('}').map_or(0, |(_, rest)| rest.len())).sum::<usize>()
    };
    match (function(value), value) {
        (Some(("Fn::Sub", Json::String(text))), _) => written(text),
        (Some(("Fn::Sub", Json::Array(parts))), _) => parts.first().and_then(Json::as_str).map_or(0, written),
        (Some(_), _) => 0,
        (None, Json::String(text)) if text.contains("{{resolve:") => 0,
        (None, Json::String(text)) => text.len(),
        (None, other) => other.to_string().len(),
    }
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html>
fn log_group_order(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for group in view.of_kind("AWS::Logs::LogGroup") {
        let Some(name) = group.look("LogGroupName").json() else { continue };
        let function = match name.as_str() {
            Some(text) => text.strip_prefix("/aws/lambda/").and_then(|name| {
                view.of_kind(FUNCTION).find(|function| function.look("FunctionName").text() == Some(name))
            }),
            None if name.to_string().contains("\"/aws/lambda/") => {
                view.mentions(name).into_iter().find(|target| target.kind == FUNCTION)
            }
            None => None,
        };
        if let Some(function) = function.filter(|function| !waits_for(view, function, group.id)) {
            let message = format!(
                "`{}` does not wait for this group: if it runs first, Lambda makes a group of the same name and this one \
                 fails",
                function.id
            );
            let hint = "give the group a name of its own, and name it in the function's `LoggingConfig`";
            broken.at(group.at("LogGroupName"), message, hint);
        }
    }
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html>
fn log_level(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for entry in view.of_kind(FUNCTION) {
        let format = entry.look("LoggingConfig/LogFormat");
        if format.is_present() && format.text() != Some("Text") {
            continue;
        }
        for place in ["LoggingConfig/ApplicationLogLevel", "LoggingConfig/SystemLogLevel"] {
            if entry.look(place).is_present() {
                let message = "a log level can only be set for logs in JSON";
                broken.at(entry.at(place), message, "set `LoggingConfig.LogFormat` to `JSON`");
            }
        }
    }
}
