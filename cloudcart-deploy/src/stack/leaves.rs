//! The differences of two JSON values, leaf by leaf, with a path that people read.

use serde_json::Value;

/// A place at which two values differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) path: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

/// Members that are told whole: whoever reads a policy reads statements.
const WHOLE: [&str; 3] = ["PolicyDocument", "AssumeRolePolicyDocument", "KeyPolicy"];

/// Members by which an item of a list is known, whatever its place is.
const NAMES: [&str; 6] = ["Key", "PolicyName", "IndexName", "AttributeName", "Id", "Name"];

/// Words in the name of a variable or property whose value nobody should read over a shoulder or in a CI log.
const SECRET: [&str; 7] = ["secret", "password", "passwd", "apikey", "api_key", "privatekey", "private_key"];

/// What stands in the place of a secret's value.
const CONCEALED: &str = "(concealed)";

/// The differences between two values, either of which may be absent.
pub(super) fn between(path: &str, before: Option<&Value>, after: Option<&Value>) -> Vec<Leaf> {
    let mut found = Vec::new();
    walk(path, present(before), present(after), &mut found);
    for leaf in &mut found {
        conceal(leaf);
    }
    found
}

/// The same, of values as a change set tells them: plain text, or JSON for whatever has members.
pub(super) fn between_texts(path: &str, before: Option<&str>, after: Option<&str>) -> Vec<Leaf> {
    let read = |text: Option<&str>| {
        text.map(|text| match serde_json::from_str::<Value>(text) {
            Ok(value @ (Value::Object(_) | Value::Array(_))) => value,
            _ => Value::String(text.to_owned()),
        })
    };
    between(path, read(before).as_ref(), read(after).as_ref())
}

/// `/Properties/Environment/Variables/A` as `Environment.Variables.A`.
pub(super) fn dotted(path: &str) -> String {
    let path = path.trim_start_matches('/');
    let path = path.strip_prefix("Properties/").unwrap_or(path);
    path.replace('/', ".").replace("~1", "/").replace("~0", "~")
}

fn present(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| !value.is_null())
}

fn walk(path: &str, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Leaf>) {
    if before == after {
        return;
    }
    let last = path.rsplit('.').next().unwrap_or(path);
    let whole = WHOLE.contains(&last);
    match (before, after) {
        (Some(Value::Object(old)), Some(Value::Object(new))) if !whole && !is_function(old) && !is_function(new) => {
            let added = new.keys().filter(|name| !old.contains_key(*name));
            for name in old.keys().chain(added) {
                walk(&join(path, name), present(old.get(name)), present(new.get(name)), found);
            }
        }
        (None, Some(Value::Object(new))) if !whole && !new.is_empty() && !is_function(new) => {
            new.iter().for_each(|(name, value)| walk(&join(path, name), None, Some(value), found));
        }
        (Some(Value::Object(old)), None) if !whole && !old.is_empty() && !is_function(old) => {
            old.iter().for_each(|(name, value)| walk(&join(path, name), Some(value), None, found));
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) => items(path, Some(old), Some(new), found),
        (None, Some(Value::Array(new))) => items(path, None, Some(new), found),
        (Some(Value::Array(old)), None) => items(path, Some(old), None, found),
        _ => found.push(Leaf { path: path.to_owned(), before: before.map(text), after: after.map(text) }),
    }
}

/// Items that have names are compared by name; other lists are told whole.
fn items(path: &str, before: Option<&[Value]>, after: Option<&[Value]>, found: &mut Vec<Leaf>) {
    let (old, new) = (before.unwrap_or_default(), after.unwrap_or_default());
    let name = NAMES.into_iter().find(|name| old.iter().chain(new).all(|item| item[*name].is_string()));
    let Some(name) = name.filter(|_| !(old.is_empty() && new.is_empty())) else {
        let told = |list: &[Value]| text(&Value::Array(list.to_vec()));
        found.push(Leaf { path: path.to_owned(), before: before.map(told), after: after.map(told) });
        return;
    };
    let find = |list: &'_ [Value], wanted: &Value| list.iter().position(|item| item[name] == *wanted);
    for item in old {
        let twin = find(new, &item[name]).map(|place| &new[place]);
        walk(&format!("{path}[{}]", text(&item[name])), Some(item), twin, found);
    }
    for item in new.iter().filter(|item| find(old, &item[name]).is_none()) {
        walk(&format!("{path}[{}]", text(&item[name])), None, Some(item), found);
    }
}

/// `{"Ref": …}` or `{"Fn::…": …}`: one value, not a container.
fn is_function(object: &serde_json::Map<String, Value>) -> bool {
    object.len() == 1 && object.keys().all(|key| key == "Ref" || key == "Condition" || key.starts_with("Fn::"))
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A reference is no secret, whatever it is called.
fn conceal(leaf: &mut Leaf) {
    let name = leaf.path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    if !SECRET.iter().any(|word| name.contains(word)) {
        return;
    }
    for value in [&mut leaf.before, &mut leaf.after].into_iter().flatten() {
        let reference = value.starts_with('{') || value.starts_with("arn:") || value.starts_with("****");
        if !reference {
            CONCEALED.clone_into(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(before: &Value, after: &Value) -> Vec<String> {
        between("", Some(before), Some(after))
            .into_iter()
            .map(|leaf| {
                let shown = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
                format!("{} {} {}", leaf.path, shown(leaf.before), shown(leaf.after))
            })
            .collect()
    }

    #[test]
    fn only_what_differs_is_told() {
        let before = json!({ "A": 1, "B": { "C": "x", "D": true }, "Gone": "y" });
        let after = json!({ "A": 1, "B": { "C": "z", "D": true }, "New": { "E": [] } });
        assert_eq!(told(&before, &after), ["B.C x z", "Gone y -", "New.E - []"]);
        assert!(told(&before, &before).is_empty());
    }

    #[test]
    fn items_with_names_are_compared_by_name_and_other_lists_whole() {
        let before = json!({ "Tags": [{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "2" }], "L": [1, 2] });
        let after = json!({ "Tags": [{ "Key": "b", "Value": "3" }, { "Key": "a", "Value": "1" }], "L": [2] });
        assert_eq!(told(&before, &after), ["Tags[b].Value 2 3", "L [1,2] [2]"]);
    }

    #[test]
    fn functions_and_policies_are_told_whole() {
        let before = json!({ "R": { "Ref": "A" }, "PolicyDocument": { "Statement": [1] } });
        let after = json!({ "R": { "Fn::GetAtt": ["A", "Arn"] }, "PolicyDocument": { "Statement": [2] } });
        assert_eq!(
            told(&before, &after),
            [r#"R {"Ref":"A"} {"Fn::GetAtt":["A","Arn"]}"#, r#"PolicyDocument {"Statement":[1]} {"Statement":[2]}"#]
        );
    }

    #[test]
    fn secrets_are_concealed_and_references_to_them_are_not() {
        let before = json!({ "DB_PASSWORD": "hunter2", "SECRET_ARN": "arn:aws:x" });
        let after = json!({ "DB_PASSWORD": "hunter3", "SECRET_ARN": "arn:aws:y" });
        assert_eq!(told(&before, &after), ["DB_PASSWORD (concealed) (concealed)", "SECRET_ARN arn:aws:x arn:aws:y"]);
    }

    #[test]
    fn texts_of_a_change_set_are_read_as_json_only_when_they_have_members() {
        let leaves = between_texts("M", Some("128"), Some("256"));
        assert_eq!(leaves, [Leaf { path: "M".to_owned(), before: Some("128".into()), after: Some("256".into()) }]);
        let leaves = between_texts("E", Some(r#"{"V":{"A":"1"}}"#), Some(r#"{"V":{"A":"2"}}"#));
        assert_eq!(leaves[0].path, "E.V.A");
    }

    #[test]
    fn paths_read_with_dots() {
        assert_eq!(dotted("/Properties/Environment/Variables/A"), "Environment.Variables.A");
        assert_eq!(dotted("/Properties/a~1b"), "a/b");
    }
}
