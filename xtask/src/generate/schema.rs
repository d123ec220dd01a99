//! Reading JSON schemas: references, paths, facts.

use serde_json::{Map, Value as Json};

/// What a schema's `$ref` leads to, with the pointer to it; itself when there is none.
pub(crate) fn resolve<'a>(root: &'a Json, pointer: &str) -> Option<(String, &'a Json)> {
    let mut pointer = pointer.to_owned();
    // A reference to a reference is rare, a circle of them a mistake.
    for _ in 0..8 {
        let schema = root.pointer(pointer.trim_start_matches('#'))?;
        match schema.get("$ref").and_then(Json::as_str) {
            Some(next) => next.clone_into(&mut pointer),
            None => return Some((pointer, schema)),
        }
    }
    None
}

/// A list of texts at a key.
pub(crate) fn texts<'a>(schema: &'a Json, key: &str) -> Vec<&'a str> {
    schema.get(key).and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect()
}

/// The steps of `/properties/Endpoint/Address`.
pub(crate) fn steps(path: &str) -> Vec<&str> {
    path.trim_start_matches("/properties/").split('/').filter(|step| *step != "properties").collect()
}

/// Where a path such as `/properties/Code/S3Key` ends: the pointer of the object, and the property.
pub(crate) fn place(root: &Json, path: &str) -> Option<(String, String)> {
    let steps = steps(path);
    let mut pointer = "#".to_owned();
    let mut place = None;
    for step in steps {
        if step == "*" {
            pointer = resolve(root, &format!("{pointer}/items"))?.0;
            continue;
        }
        let (at, schema) = resolve(root, &pointer)?;
        pointer = at;
        if schema.get("properties").is_none() && schema.get("items").is_some() {
            pointer = resolve(root, &format!("{pointer}/items"))?.0;
        }
        place = Some((pointer.clone(), step.to_owned()));
        pointer = format!("{pointer}/properties/{step}");
        match resolve(root, &pointer) {
            Some((at, _)) => pointer = at,
            None => break,
        }
    }
    place
}

/// The schema of a property, by path.
pub(crate) fn at_path<'a>(root: &'a Json, path: &str) -> Option<&'a Json> {
    let (owner, property) = place(root, path)?;
    resolve(root, &format!("{owner}/properties/{property}")).map(|(_, schema)| schema)
}

/// The one type, or what is left of several: an object that may also come as a text is an object.
pub(crate) fn kind(schema: &Json) -> Kind {
    match schema.get("type") {
        Some(Json::String(name)) => Kind::of(name),
        Some(Json::Array(names)) => {
            let names: Vec<&str> = names.iter().filter_map(Json::as_str).collect();
            match names.as_slice() {
                [one] => Kind::of(one),
                _ if names.contains(&"object") && (has(schema, "properties") || has(schema, "patternProperties")) => {
                    Kind::Object
                }
                _ => Kind::Anything,
            }
        }
        _ if has(schema, "properties") => Kind::Object,
        _ if has(schema, "items") => Kind::List,
        _ if schema.get("format").is_some_and(|format| format == "json") => Kind::Anything,
        _ => Kind::Text,
    }
}

fn has(schema: &Json, key: &str) -> bool {
    schema.get(key).is_some_and(|value| value.as_object().is_some_and(|object| !object.is_empty()))
}

/// What a schema asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Whole,
    Number,
    Boolean,
    List,
    Object,
    Anything,
}

impl Kind {
    fn of(name: &str) -> Self {
        match name {
            "integer" => Self::Whole,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            "array" => Self::List,
            "object" => Self::Object,
            _ => Self::Text,
        }
    }
}

/// The properties of an object: its own, or those of its alternatives together when it has none of its own.
pub(crate) fn properties(schema: &Json) -> Map<String, Json> {
    if let Some(Json::Object(own)) = schema.get("properties")
        && !own.is_empty()
    {
        return own.clone();
    }
    let mut together = Map::new();
    for key in ["oneOf", "anyOf"] {
        for alternative in schema.get(key).and_then(Json::as_array).into_iter().flatten() {
            if let Some(Json::Object(properties)) = alternative.get("properties") {
                together.extend(properties.clone());
            }
        }
    }
    together
}

/// What every value of a map is: from `patternProperties` or `additionalProperties`, when there are no named properties.
pub(crate) fn map_values(schema: &Json) -> Option<(&'static str, &Json)> {
    if !properties(schema).is_empty() {
        return None;
    }
    if let Some(Json::Object(patterns)) = schema.get("patternProperties") {
        return patterns.values().next().map(|values| ("patternProperties", values));
    }
    schema
        .get("additionalProperties")
        .filter(|values| values.is_object())
        .map(|values| ("additionalProperties", values))
}

/// The words that a schema lists, texts or whole numbers.
pub(crate) fn words(found: &Json) -> Option<Vec<Json>> {
    if matches!(kind(found), Kind::List | Kind::Object | Kind::Boolean | Kind::Number) {
        return None;
    }
    let listed = found.get("enum").or_else(|| found.get("enumCaseInsensitive"));
    let mut words = match (listed, found.get("const")) {
        (Some(Json::Array(words)), _) => words.clone(),
        (_, Some(word)) => vec![word.clone()],
        _ => return None,
    };
    let whole = kind(found) == Kind::Whole;
    let uniform = if whole { words.iter().all(Json::is_i64) } else { words.iter().all(Json::is_string) };
    if words.is_empty() || !uniform {
        return None;
    }
    if whole {
        words.sort_by_key(Json::as_i64);
    } else {
        words.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    }
    words.dedup();
    Some(words)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Kind, at_path, kind, place, words};

    #[test]
    fn paths_lead_through_references_and_lists() {
        let root = json!({
            "properties": {"Volumes": {"type": "array", "items": {"$ref": "#/definitions/Volume"}}},
            "definitions": {"Volume": {"type": "object", "properties": {"Status": {"type": "string", "maxLength": 3}}}}
        });
        let expected = ("#/definitions/Volume".to_owned(), "Status".to_owned());
        assert_eq!(place(&root, "/properties/Volumes/*/Status"), Some(expected));
        assert_eq!(at_path(&root, "/properties/Volumes/*/Status"), Some(&json!({"type": "string", "maxLength": 3})));
        assert_eq!(at_path(&root, "/properties/Kettle"), None);
    }

    #[test]
    fn an_object_that_may_come_as_a_text_is_an_object_only_when_its_properties_are_known() {
        assert_eq!(kind(&json!({"type": ["object", "string"]})), Kind::Anything);
        assert_eq!(kind(&json!({"type": ["object", "string"], "properties": {"A": {}}})), Kind::Object);
    }

    #[test]
    fn words_are_sorted_and_mixed_lists_are_none() {
        assert_eq!(words(&json!({"type": "string", "enum": ["b", "a"]})), Some(vec![json!("a"), json!("b")]));
        assert_eq!(words(&json!({"type": "integer", "enum": [60, 5]})), Some(vec![json!(5), json!(60)]));
        assert_eq!(words(&json!({"type": "integer", "enum": [60, "60"]})), None);
        assert_eq!(words(&json!({"const": "only"})), Some(vec![json!("only")]));
    }
}
