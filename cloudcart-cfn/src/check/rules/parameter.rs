//! Parameters of the template.

use serde_json::Value as Json;

use super::{Broken, Rule, error};
use crate::check::view::{View, see};

const DOCS: &str = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html";

pub(super) const RULES: &[Rule] = &[error("parameter-default", DOCS, default)];

/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>
fn default(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for (id, parameter) in view.section("Parameters") {
        let kind = parameter.get("Type").and_then(Json::as_str).unwrap_or_default();
        let Some(default) = parameter.get("Default").and_then(text) else { continue };
        // Of a parameter that is read from SSM the default is a name.
        if kind.starts_with("AWS::SSM::") {
            continue;
        }
        let values: Vec<&str> =
            if kind.contains("List") { default.split(',').map(str::trim).collect() } else { vec![&default] };
        let limit = |key: &str| parameter.get(key).and_then(|json| see(json).number());
        let length = f64::from(u32::try_from(default.chars().count()).unwrap_or(u32::MAX));
        let number = default.trim().parse::<f64>().ok();
        let allowed: Vec<String> =
            parameter.get("AllowedValues").and_then(Json::as_array).into_iter().flatten().filter_map(text).collect();
        let is_number = kind == "Number";
        let wrong = if !allowed.is_empty()
            && !allowed.contains(&default)
            && !values.iter().all(|value| allowed.iter().any(|one| one == value))
        {
            format!("is none of the allowed values `{}`", allowed.join("`, `"))
        } else if is_number && number.is_none() {
            "is no number".to_owned()
        } else if is_number && number < limit("MinValue") || kind == "String" && Some(length) < limit("MinLength") {
            "is under the parameter's own minimum".to_owned()
        } else if is_number && limit("MaxValue").is_some_and(|most| number > Some(most))
            || kind == "String" && limit("MaxLength").is_some_and(|most| length > most)
        {
            "is over the parameter's own maximum".to_owned()
        } else {
            continue;
        };
        let hint = "choose a default that the parameter takes, or none";
        broken.at(format!("Parameters/{id}/Default"), format!("the default `{default}` {wrong}"), hint);
    }
}

fn text(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}
