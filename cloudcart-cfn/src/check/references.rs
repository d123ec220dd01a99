//! Finds every reference in a rendered template.

use serde_json::Value as Json;

/// One reference, and where it stands.
#[derive(Debug)]
pub(super) struct Reference {
    /// For example `Resources/Orders/Properties/TableName`.
    pub(super) path: String,
    pub(super) target: Target,
}

#[derive(Debug)]
pub(super) enum Target {
    /// A resource, a parameter or a pseudo parameter.
    Name(String),
    /// A resource.
    Resource(String),
    /// A condition.
    Condition(String),
    /// Part of a text of `Fn::Sub` that cannot be read.
    BadPlaceholder(String),
    /// An intrinsic function whose arguments cannot be read.
    BadFunction(String),
}

pub(super) fn collect(template: &Json) -> Vec<Reference> {
    let mut references = Vec::new();
    for section in ["Conditions", "Resources", "Outputs"] {
        let Some(entries) = template.get(section).and_then(Json::as_object) else { continue };
        for (id, body) in entries {
            let path = format!("{section}/{id}");
            if section != "Conditions" {
                attributes(body, &path, &mut references);
            }
            match section {
                // Beside the properties, only metadata may hold functions.
                "Resources" => {
                    for part in ["Properties", "Metadata"] {
                        if let Some(body) = body.get(part) {
                            walk(body, &format!("{path}/{part}"), &mut references);
                        }
                    }
                }
                "Outputs" => {
                    for part in ["Value", "Export"] {
                        if let Some(body) = body.get(part) {
                            walk(body, &format!("{path}/{part}"), &mut references);
                        }
                    }
                }
                _ => walk(body, &path, &mut references),
            }
        }
    }
    references
}

/// `Condition` and `DependsOn` of a resource or an output, which are plain names.
fn attributes(body: &Json, path: &str, references: &mut Vec<Reference>) {
    if let Some(name) = body.get("Condition").and_then(Json::as_str) {
        let target = Target::Condition(name.to_owned());
        references.push(Reference { path: format!("{path}/Condition"), target });
    }
    for name in body.get("DependsOn").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str) {
        references.push(Reference { path: format!("{path}/DependsOn"), target: Target::Resource(name.to_owned()) });
    }
}

fn walk(json: &Json, path: &str, references: &mut Vec<Reference>) {
    match json {
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{path}/{index}"), references);
            }
        }
        Json::Object(map) => {
            if map.len() == 1
                && let Some((name, arguments)) = map.iter().next()
            {
                function(name, arguments, path, references);
            }
            for (key, value) in map {
                // A function's arguments are part of the place where it stands.
                let inside =
                    if key == "Ref" || key.starts_with("Fn::") { path.to_owned() } else { format!("{path}/{key}") };
                walk(value, &inside, references);
            }
        }
        _ => {}
    }
}

fn function(name: &str, arguments: &Json, path: &str, references: &mut Vec<Reference>) {
    let mut found = |target| references.push(Reference { path: path.to_owned(), target });
    match (name, arguments) {
        ("Ref", Json::String(name)) => found(Target::Name(name.clone())),
        ("Fn::GetAtt", Json::String(text)) if text.contains('.') => found(Target::Resource(head(text).to_owned())),
        ("Fn::GetAtt", Json::Array(parts)) if parts.len() == 2 && parts[0].is_string() => {
            found(Target::Resource(parts[0].as_str().unwrap_or_default().to_owned()));
        }
        ("Fn::Sub", Json::String(text)) => placeholders(text, |_| false, &mut found),
        ("Fn::Sub", Json::Array(parts)) if parts.len() == 2 && parts[0].is_string() && parts[1].is_object() => {
            let text = parts[0].as_str().unwrap_or_default();
            placeholders(text, |name| parts[1].get(name).is_some(), &mut found);
        }
        ("Fn::If", Json::Array(parts)) if parts.len() == 3 && parts[0].is_string() => {
            found(Target::Condition(parts[0].as_str().unwrap_or_default().to_owned()));
        }
        // Inside a condition; a property that happens to be called so holds an object.
        ("Condition", Json::String(name)) if path.starts_with("Conditions/") => found(Target::Condition(name.clone())),
        ("Ref" | "Fn::GetAtt" | "Fn::Sub" | "Fn::If", _) => found(Target::BadFunction(name.to_owned())),
        _ => {}
    }
}

fn head(text: &str) -> &str {
    text.split('.').next().unwrap_or(text)
}

/// Calls back for each `${…}` of a text that is not one of its own variables.
fn placeholders(text: &str, own: impl Fn(&str) -> bool, found: &mut impl FnMut(Target)) {
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let after = &rest[start + 2..];
        let Some(end) = after.find('}') else {
            return found(Target::BadPlaceholder(rest[start..].to_owned()));
        };
        let name = &after[..end];
        rest = &after[end + 1..];
        if name.starts_with('!') || own(name) {
            continue;
        }
        let legal = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | ':');
        if name.is_empty() || !name.chars().all(legal) {
            found(Target::BadPlaceholder(format!("${{{name}}}")));
        } else if name.contains('.') {
            found(Target::Resource(head(name).to_owned()));
        } else {
            found(Target::Name(name.to_owned()));
        }
    }
}
