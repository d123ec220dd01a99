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
    /// A resource, and its attribute where one is read whose name is known.
    Resource { id: String, attribute: Option<String> },
    /// A condition.
    Condition(String),
    /// A mapping, and the keys that are looked up in it, where they are known. With a default, any key will do.
    Mapping { name: String, keys: [Option<String>; 2] },
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
            let mut path = format!("{section}/{id}");
            let parts: &[&str] = match section {
                // Beside the properties, only metadata may hold functions.
                "Resources" => &["Properties", "Metadata"],
                "Outputs" => &["Value", "Export"],
                _ => {
                    walk(body, &mut path, &mut references);
                    continue;
                }
            };
            attributes(body, &path, &mut references);
            for part in parts {
                if let Some(body) = body.get(part) {
                    walk(body, &mut format!("{path}/{part}"), &mut references);
                }
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
    let depends_on = body.get("DependsOn");
    let single = depends_on.filter(|json| json.is_string()).into_iter();
    for name in single.chain(depends_on.and_then(Json::as_array).into_iter().flatten()).filter_map(Json::as_str) {
        let target = Target::Resource { id: name.to_owned(), attribute: None };
        references.push(Reference { path: format!("{path}/DependsOn"), target });
    }
}

/// One buffer holds the path: most places hold no reference and need no text of their own.
pub(super) fn walk(json: &Json, path: &mut String, references: &mut Vec<Reference>) {
    let length = path.len();
    match json {
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push('/');
                path.push_str(&index.to_string());
                walk(item, path, references);
                path.truncate(length);
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
                if key != "Ref" && !key.starts_with("Fn::") {
                    path.push('/');
                    path.push_str(key);
                }
                walk(value, path, references);
                path.truncate(length);
            }
        }
        _ => {}
    }
}

fn function(name: &str, arguments: &Json, path: &str, references: &mut Vec<Reference>) {
    // What a transform puts in its place is not known here.
    if arguments.get("Fn::Transform").is_some() {
        return;
    }
    let mut found = |target| references.push(Reference { path: path.to_owned(), target });
    match (name, arguments) {
        ("Ref", Json::String(name)) => found(Target::Name(name.clone())),
        ("Fn::GetAtt", Json::String(text)) if text.contains('.') => found(attribute(text)),
        ("Fn::GetAtt", Json::Array(parts)) if parts.len() >= 2 && parts[0].is_string() => {
            let rest: Option<Vec<&str>> = parts[1..].iter().map(Json::as_str).collect();
            let id = parts[0].as_str().unwrap_or_default().to_owned();
            found(Target::Resource { id, attribute: rest.map(|rest| rest.join(".")) });
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
        // The fourth is a default, of the transform that extends the language.
        ("Fn::FindInMap", Json::Array(parts)) if matches!(parts.len(), 3 | 4) => {
            if let Some(name) = parts[0].as_str() {
                let key = |at: usize| parts[at].as_str().filter(|_| parts.len() == 3).map(str::to_owned);
                found(Target::Mapping { name: name.to_owned(), keys: [key(1), key(2)] });
            }
        }
        ("Fn::Join" | "Fn::Select" | "Fn::Split", Json::Array(parts)) if parts.len() == 2 => {}
        ("Fn::And" | "Fn::Or", Json::Array(parts)) if (2..=10).contains(&parts.len()) => {}
        ("Fn::Equals", Json::Array(parts)) if parts.len() == 2 => {}
        ("Fn::Not", Json::Array(parts)) if parts.len() == 1 => {}
        (
            "Ref" | "Fn::GetAtt" | "Fn::Sub" | "Fn::If" | "Fn::FindInMap" | "Fn::Join" | "Fn::Select" | "Fn::Split"
            | "Fn::And" | "Fn::Or" | "Fn::Equals" | "Fn::Not",
            _,
        ) => found(Target::BadFunction(name.to_owned())),
        _ => {}
    }
}

/// `Id.Attribute.With.Dots`.
fn attribute(text: &str) -> Target {
    let (id, rest) = text.split_once('.').unwrap_or((text, ""));
    Target::Resource { id: id.to_owned(), attribute: Some(rest.to_owned()) }
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
            found(attribute(name));
        } else {
            found(Target::Name(name.to_owned()));
        }
    }
}
