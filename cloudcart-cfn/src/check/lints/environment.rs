//! Secrets in environment variables.

use serde_json::{Map, Value as Json};

use crate::check::lint::Lint;
use crate::check::view::{Entry, View};

/// What a name of a secret has in it.
const NAMES: [&str; 8] = ["SECRET", "TOKEN", "PASSWORD", "PASSWD", "API_KEY", "APIKEY", "PRIVATE", "CREDENTIAL"];

/// What the name of something that only leads to a secret, or speaks about it, ends in.
const ABOUT: [&str; 14] = [
    "_ARN",
    "_NAME",
    "_ID",
    "_PATH",
    "_URL",
    "_URI",
    "_TABLE",
    "_TTL",
    "_SECONDS",
    "_MINUTES",
    "_LENGTH",
    "_LIMIT",
    "_FILE",
    "_PARAMETER",
];

/// How the keys of some services begin.
const KEYS: [&str; 14] = [
    "AKIA",
    "ASIA",
    "-----BEGIN",
    "xoxb-",
    "xoxp-",
    "sk_live_",
    "rk_live_",
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "AIza",
    "whsec_",
];

pub(super) fn check(view: &View<'_>, found: &mut impl FnMut(String, Lint, String)) {
    for function in view.of_kind("AWS::Lambda::Function") {
        for (name, value) in function.look("Environment/Variables").object().into_iter().flatten() {
            one(function.at(&format!("Environment/Variables/{name}")), name, value, found);
        }
    }
    for task in view.of_kind("AWS::ECS::TaskDefinition") {
        for (index, container) in task.items("ContainerDefinitions").iter().enumerate() {
            pairs(&task, &format!("ContainerDefinitions/{index}/Environment"), container.get("Environment"), found);
        }
    }
    for project in view.of_kind("AWS::CodeBuild::Project") {
        let place = "Environment/EnvironmentVariables";
        // Those of another type name where the secret is.
        let plain = |one: &Map<String, Json>| one.get("Type").is_none_or(|kind| kind == "PLAINTEXT");
        for (index, variable) in project.items(place).iter().enumerate() {
            if variable.as_object().is_some_and(plain) {
                pair(&project, &format!("{place}/{index}"), variable, found);
            }
        }
    }
}

fn pairs(entry: &Entry<'_>, place: &str, list: Option<&Json>, found: &mut impl FnMut(String, Lint, String)) {
    for (index, variable) in list.and_then(Json::as_array).into_iter().flatten().enumerate() {
        pair(entry, &format!("{place}/{index}"), variable, found);
    }
}

fn pair(entry: &Entry<'_>, place: &str, variable: &Json, found: &mut impl FnMut(String, Lint, String)) {
    if let (Some(name), Some(value)) = (variable.get("Name").and_then(Json::as_str), variable.get("Value")) {
        one(entry.at(&format!("{place}/Value")), name, value, found);
    }
}

/// The value is never part of the message.
fn one(path: String, name: &str, value: &Json, found: &mut impl FnMut(String, Lint, String)) {
    let texts = literals(value);
    let upper = name.to_ascii_uppercase();
    let named = NAMES.iter().any(|part| upper.contains(part)) && !ABOUT.iter().any(|end| upper.ends_with(end));
    let message = if texts
        .iter()
        .any(|text| text.contains("{{resolve:secretsmanager") || text.contains("{{resolve:ssm-secure"))
    {
        format!(
            "`{name}` is read from a secret at deployment: it is visible from then on, and does not follow the secret"
        )
    } else if texts.iter().any(|text| shaped_like_a_key(text)) {
        format!("the value of `{name}` has the shape of a key")
    } else if named && value.as_str().is_some_and(|text| !matches!(text, "" | "true" | "false")) {
        format!("`{name}` sounds like a secret and is written in the template")
    } else {
        return;
    };
    found(path, Lint::SecretInEnvironment, message);
}

fn shaped_like_a_key(text: &str) -> bool {
    let long_enough = |prefix: &&str| text.len() >= 16.max(prefix.len() + 6);
    KEYS.iter().any(|prefix| text.trim_start().starts_with(prefix) && long_enough(prefix))
}

/// The texts of a value, those within functions as well.
fn literals(value: &Json) -> Vec<&str> {
    match value {
        Json::String(text) => vec![text],
        Json::Array(items) => items.iter().flat_map(literals).collect(),
        Json::Object(map) => map
            .iter()
            .filter(|(key, _)| !matches!(key.as_str(), "Ref" | "Fn::GetAtt"))
            .flat_map(|(_, one)| literals(one))
            .collect(),
        _ => Vec::new(),
    }
}
