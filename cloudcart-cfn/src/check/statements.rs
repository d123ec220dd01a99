//! Policy documents wherever they stand, and what their statements say.

use serde_json::Value as Json;

use super::view::{Entry, View, function};

/// A policy document within a resource.
#[derive(Debug, Clone)]
pub(super) struct Document<'a> {
    pub(super) path: String,
    pub(super) json: &'a Json,
}

impl<'a> Document<'a> {
    /// The statements and their paths; the branches of conditions are not read.
    pub(super) fn statements(&self) -> Vec<(String, &'a Json)> {
        match self.json.get("Statement") {
            Some(Json::Array(all)) => {
                let path = |index| format!("{}/Statement/{index}", self.path);
                all.iter()
                    .enumerate()
                    .filter(|(_, one)| one.is_object())
                    .map(|(index, one)| (path(index), one))
                    .collect()
            }
            Some(one) if one.is_object() => vec![(format!("{}/Statement", self.path), one)],
            _ => Vec::new(),
        }
    }
}

/// Every object of the properties that has the shape of a policy document.
pub(super) fn documents<'a>(entry: &Entry<'a>) -> Vec<Document<'a>> {
    let mut found = Vec::new();
    // An own stack, so that the order is that of the template and no depth is too deep.
    let mut work = vec![(entry.at(""), entry.properties)];
    while let Some((path, json)) = work.pop() {
        if json.get("Statement").is_some_and(|statements| statements.is_array() || is_statement(statements)) {
            found.push(Document { path, json });
            continue;
        }
        let children: Vec<(String, &Json)> = match json {
            Json::Object(map) => map.iter().map(|(key, child)| (format!("{path}/{key}"), child)).collect(),
            Json::Array(items) => {
                items.iter().enumerate().map(|(index, child)| (format!("{path}/{index}"), child)).collect()
            }
            _ => Vec::new(),
        };
        work.extend(children.into_iter().filter(|(_, child)| child.is_object() || child.is_array()).rev());
    }
    found
}

fn is_statement(json: &Json) -> bool {
    json.get("Effect").is_some()
}

/// One value or a list of them.
pub(super) fn list(json: Option<&Json>) -> &[Json] {
    match json {
        Some(Json::Array(items)) => items,
        Some(one) => std::slice::from_ref(one),
        None => &[],
    }
}

/// Whether a statement allows.
pub(super) fn allows(statement: &Json) -> bool {
    statement.get("Effect").and_then(Json::as_str) == Some("Allow")
}

/// Whether a text with `*` and `?` means another; upper and lower case are alike, as in actions.
pub(super) fn pattern_means(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_ascii_lowercase().into_bytes(), text.to_ascii_lowercase().into_bytes());
    let (mut at, mut here) = (0, 0);
    // The last star, and how much of the text it stands for.
    let mut star: Option<(usize, usize)> = None;
    while here < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, here));
                at += 1;
            }
            Some(letter) if *letter == b'?' || *letter == text[here] => {
                at += 1;
                here += 1;
            }
            _ => {
                let Some((place, taken)) = star else { return false };
                star = Some((place, taken + 1));
                (at, here) = (place + 1, taken + 1);
            }
        }
    }
    pattern[at..].iter().all(|letter| *letter == b'*')
}

/// Whether a statement of the policy can be about the action: what is unknown can be.
pub(super) fn may_mean_action(statement: &Json, action: &str) -> bool {
    if statement.get("NotAction").is_some() {
        return true;
    }
    list(statement.get("Action")).iter().any(|one| one.as_str().is_none_or(|text| pattern_means(text, action)))
}

/// Whether a statement can be about the resource: only a reference to another resource of the template is surely not.
pub(super) fn may_mean_resource(view: &View<'_>, statement: &Json, id: &str) -> bool {
    if statement.get("NotResource").is_some() {
        return true;
    }
    list(statement.get("Resource")).iter().any(|one| match function(one) {
        Some(("Ref" | "Fn::GetAtt", _)) => view.target(one).is_none_or(|(target, _)| target.id == id),
        Some(_) => {
            let mentioned = view.mentions(one);
            mentioned.is_empty() || mentioned.iter().any(|target| target.id == id)
        }
        None => true,
    })
}

/// The values of a principal: `*`, or those under a key such as `Service` and `AWS`.
pub(super) fn principals<'a>(statement: &'a Json, key: &str) -> &'a [Json] {
    match statement.get("Principal") {
        Some(Json::Object(map)) => list(map.get(key)),
        Some(Json::String(_)) => list(statement.get("Principal")),
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::pattern_means;

    #[test]
    fn stars_and_question_marks_of_actions_mean_texts() {
        for (pattern, text, means) in [
            ("*", "sqs:SendMessage", true),
            ("sqs:*", "sqs:SendMessage", true),
            ("sqs:Send*", "SQS:sendmessage", true),
            ("sqs:*Message", "sqs:SendMessageBatch", false),
            ("sqs:*Message*", "sqs:SendMessageBatch", true),
            ("s?s:SendMessage", "sqs:SendMessage", true),
            ("sns:*", "sqs:SendMessage", false),
            ("sqs:SendMessage", "sqs:SendMessages", false),
            ("sqs:SendMessage*", "sqs:SendMessage", true),
        ] {
            assert_eq!(pattern_means(pattern, text), means, "{pattern} {text}");
        }
    }
}
