//! The schemas in the repository: from cfn-lint's copy of the official ones, without what nobody reads here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use serde_json::{Map, Value as Json, json};

use super::manifest::{Manifest, Settings};
use super::{facts, names};

/// What everything else is made from.
pub(crate) struct Vendored {
    /// By type.
    pub(crate) schemas: BTreeMap<String, Json>,
    /// Names of IAM actions, by prefix.
    pub(crate) actions: BTreeMap<String, BTreeSet<String>>,
    pub(crate) readme: String,
}

/// The version of cfn-lint that the schemas are taken from; `.ci/requirements.txt` installs the same.
const CFN_LINT: &str = "1.58.0";

/// Keys whose value is one schema.
const SCHEMA: &[&str] = &["additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then"];
/// Keys whose value is a list of schemas.
const SCHEMAS: &[&str] = &["allOf", "anyOf", "oneOf", "prefixItems"];
/// Keys whose value has a schema for each name.
const NAMED: &[&str] = &["definitions", "patternProperties", "properties"];
/// Other keys that are kept, as they are.
const KEPT: &[&str] = &[
    "$ref",
    "additionalIdentifiers",
    "cloudcart",
    "conditionalCreateOnlyProperties",
    "const",
    "createOnlyProperties",
    "dependencies",
    "dependentExcluded",
    "dependentRequired",
    "deprecatedProperties",
    "enum",
    "enumCaseInsensitive",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maxUniqueItems",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "primaryIdentifier",
    "readOnlyProperties",
    "relationshipRef",
    "required",
    "requiredOr",
    "requiredXor",
    "type",
    "typeName",
    "uniqueItems",
    "uniqueKeys",
    "writeOnlyProperties",
];

/// `aws-sqs-queue.json`.
pub(crate) fn file_name(type_name: &str) -> String {
    format!("{}.json", type_name.to_ascii_lowercase().replace("::", "-"))
}

/// From the repository's own copies.
pub(crate) fn from_repository(manifest: &Manifest, crate_directory: &Path) -> anyhow::Result<Vendored> {
    let directory = crate_directory.join("schemas");
    let mut schemas = BTreeMap::new();
    for (type_name, settings) in manifest.types() {
        let path = directory.join(file_name(type_name));
        ensure!(
            path.exists(),
            "there is no schema of {type_name} in the repository yet: `cargo xtask generate --schemas DIR` takes it from there"
        );
        let mut schema = read(&path)?;
        complete(type_name, &mut schema, settings).with_context(|| format!("in {type_name}"))?;
        schemas.insert(type_name.to_owned(), schema);
    }
    let actions = read_actions(&directory)?;
    for prefix in &manifest.actions {
        ensure!(
            actions.contains_key(prefix),
            "there are no actions of `{prefix}` in the repository yet: `cargo xtask generate --schemas DIR` takes them from there"
        );
    }
    let readme = directory.join("README.md");
    let readme = std::fs::read_to_string(&readme).with_context(|| format!("cannot read {}", readme.display()))?;
    Ok(Vendored { schemas, actions, readme })
}

/// From cfn-lint's `cfnlint/data/schemas`.
pub(crate) fn from_cfn_lint(manifest: &Manifest, crate_directory: &Path, origin: &Path) -> anyhow::Result<Vendored> {
    let provided = read(&origin.join("providers/us-east-1.json"))?;
    let stateful = read(&origin.join("../AdditionalSpecs/StatefulResources.json"))?;
    let stateful = stateful["ResourceTypes"].as_object().context("StatefulResources.json has no `ResourceTypes`")?;
    let policies = read(&origin.join("../AdditionalSpecs/Policies.json"))?;
    let mut schemas = BTreeMap::new();
    for (type_name, settings) in manifest.types() {
        let Some(hash) = provided.get(type_name).and_then(Json::as_str) else {
            bail!("{type_name} is not a type that CloudFormation has in us-east-1");
        };
        let schema = read(&origin.join(format!("resources/{hash}.json")))?;
        let mut facts = json!({"stateful": stateful.contains_key(type_name)});
        if let Some(permissions) = permissions(&schema, &policies) {
            facts["permissions"] = permissions;
        }
        let mut schema = strip(&schema);
        if let Json::Object(schema) = &mut schema {
            schema.insert("cloudcart".to_owned(), facts);
        }
        for pointer in &settings.remove {
            remove(&mut schema, pointer).with_context(|| format!("in {type_name}: there is no `{pointer}`"))?;
        }
        complete(type_name, &mut schema, settings).with_context(|| format!("in {type_name}"))?;
        schemas.insert(type_name.to_owned(), schema);
    }
    let spelt = spelling(origin, &provided, &crate_directory.join("schemas"))?;
    let actions = actions(manifest, &policies, &spelt)?;
    let date = read(&origin.join("version.json"))?;
    let date = date["schema_date"].as_str().context("version.json has no `schema_date`")?.to_owned();
    Ok(Vendored { schemas, actions, readme: readme(&date) })
}

/// What CloudFormation needs to be allowed, in the name of its caller, by what it does with a resource. Lists of all resources
/// of a type are nothing that a stack asks for.
fn permissions(schema: &Json, policies: &Json) -> Option<Json> {
    let mut done = Map::new();
    for (handler, body) in schema.get("handlers")?.as_object()? {
        let mut actions: Vec<String> = super::schema::texts(body, "permissions")
            .into_iter()
            .filter(|action| is_action(action, policies))
            .map(str::to_owned)
            .collect();
        actions.sort_unstable();
        actions.dedup();
        if handler != "list" && !actions.is_empty() {
            done.insert(handler.clone(), json!(actions));
        }
    }
    (!done.is_empty()).then_some(Json::Object(done))
}

/// Whether IAM knows such an action: some schemas name others, and things that are none.
fn is_action(text: &str, policies: &Json) -> bool {
    text.split_once(':').is_some_and(|(service, name)| policies[service]["Actions"].get(name.to_lowercase()).is_some())
}

/// What the manifest says is put into the schema. Doing it twice changes nothing.
fn complete(type_name: &str, schema: &mut Json, settings: &Settings) -> anyhow::Result<()> {
    if let Some(add) = &settings.add {
        merge(schema, add);
        known(schema, add, "")?;
    }
    facts::complete(type_name, schema, settings)?;
    prune(schema);
    Ok(())
}

/// A property that is only added to has to be there: else its name is misspelt, or the official schema has left it out.
fn known(schema: &Json, add: &Json, at: &str) -> anyhow::Result<()> {
    for (key, added) in add.as_object().into_iter().flatten() {
        let at = format!("{at}/{key}");
        if at.rsplit('/').nth(1) == Some("properties") {
            let merged = schema.pointer(&at);
            let typed = merged.is_some_and(|merged| ["type", "$ref"].iter().any(|key| merged.get(key).is_some()));
            ensure!(typed, "`add` gives `{at}` no type, and neither does the official schema");
        }
        known(schema, added, &at)?;
    }
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<Json> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no JSON", path.display()))
}

/// Without prose, handlers and everything else that is not a fact about properties.
pub(crate) fn strip(schema: &Json) -> Json {
    let Json::Object(object) = schema else { return schema.clone() };
    let mut kept = Map::new();
    for (key, value) in object {
        let stripped = match (key.as_str(), value) {
            (key, Json::Object(_)) if SCHEMA.contains(&key) => strip(value),
            (key, Json::Array(items)) if SCHEMA.contains(&key) || SCHEMAS.contains(&key) => {
                items.iter().map(strip).collect()
            }
            (key, Json::Object(named)) if NAMED.contains(&key) => {
                Json::Object(named.iter().map(|(name, schema)| (name.clone(), strip(schema))).collect())
            }
            (key, _) if KEPT.contains(&key) || SCHEMA.contains(&key) => value.clone(),
            _ => continue,
        };
        kept.insert(key.clone(), stripped);
    }
    if let Some(words) = kept.get("pattern").and_then(Json::as_str).and_then(words_of) {
        kept.shift_remove("pattern");
        kept.insert("enum".to_owned(), words);
    }
    Json::Object(kept)
}

/// The words of a pattern that is nothing but a choice of words, as `^(none|all)$` is.
fn words_of(pattern: &str) -> Option<Json> {
    let words: Vec<&str> = pattern.strip_prefix("^(")?.strip_suffix(")$")?.split('|').collect();
    let plain = |word: &&str| {
        !word.is_empty() && word.chars().all(|character| character.is_ascii_alphanumeric() || "-_ ".contains(character))
    };
    (words.len() > 1 && words.iter().all(plain)).then(|| json!(words))
}

/// Objects are merged, everything else is replaced.
pub(crate) fn merge(into: &mut Json, from: &Json) {
    match (into, from) {
        (Json::Object(into), Json::Object(from)) => {
            for (key, value) in from {
                match into.get_mut(key) {
                    Some(present) => merge(present, value),
                    None => {
                        into.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        (into, from) => *into = from.clone(),
    }
}

/// Takes out what is at a pointer, if anything is.
fn remove(json: &mut Json, pointer: &str) -> anyhow::Result<()> {
    let (parent, last) = pointer.rsplit_once('/').context("a pointer has a `/`")?;
    let parent = json.pointer_mut(parent).and_then(Json::as_object_mut).context("it leads nowhere")?;
    parent.shift_remove(last).map(|_| ()).context("it leads nowhere")
}

/// Definitions that nothing leads to are left out.
pub(crate) fn prune(schema: &mut Json) {
    let mut reached = BTreeSet::new();
    let mut rest: Vec<String> = Vec::new();
    if let Json::Object(object) = &*schema {
        for (key, value) in object {
            if key != "definitions" {
                references(value, &mut rest);
            }
        }
    }
    while let Some(name) = rest.pop() {
        if reached.insert(name.clone())
            && let Some(definition) = schema.pointer(&format!("/definitions/{name}"))
        {
            references(definition, &mut rest);
        }
    }
    let Json::Object(object) = schema else { return };
    if let Some(Json::Object(definitions)) = object.get_mut("definitions") {
        definitions.retain(|name, _| reached.contains(name));
        if definitions.is_empty() {
            object.shift_remove("definitions");
        }
    }
}

fn references(json: &Json, found: &mut Vec<String>) {
    match json {
        Json::Object(object) => {
            if let Some(Json::String(to)) = object.get("$ref")
                && let Some(rest) = to.strip_prefix("#/definitions/")
            {
                found.push(rest.split('/').next().unwrap_or(rest).to_owned());
            }
            object.values().for_each(|value| references(value, found));
        }
        Json::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

/// One property per line, sorted by name, so that a change of a property is a change of a line.
pub(crate) fn print(schema: &Json) -> String {
    let mut text = String::new();
    expanded(schema, 0, true, &mut text);
    text.push('\n');
    text
}

fn expanded(json: &Json, depth: usize, is_schema: bool, text: &mut String) {
    let Json::Object(object) = json else {
        let _ = write!(text, "{json}");
        return;
    };
    let mut entries: Vec<(&String, &Json)> = object.iter().collect();
    entries.sort_by_key(|(key, _)| *key);
    text.push_str("{\n");
    for (index, (key, value)) in entries.iter().enumerate() {
        let _ = write!(text, "{}{}: ", " ".repeat(depth + 1), Json::from(key.as_str()));
        let opens = match key.as_str() {
            "definitions" | "properties" if is_schema && value.is_object() => Some(false),
            _ if !is_schema && depth == 1 && value.get("properties").is_some() => Some(true),
            _ => None,
        };
        match opens {
            Some(is_schema) => expanded(value, depth + 1, is_schema, text),
            None => {
                let _ = write!(text, "{}", sorted(value));
            }
        }
        text.push_str(if index + 1 == entries.len() { "\n" } else { ",\n" });
    }
    let _ = write!(text, "{}}}", " ".repeat(depth));
}

fn sorted(json: &Json) -> Json {
    match json {
        Json::Object(object) => {
            let mut entries: Vec<(String, Json)> =
                object.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Json::Object(entries.into_iter().collect())
        }
        Json::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

fn read_actions(directory: &Path) -> anyhow::Result<BTreeMap<String, BTreeSet<String>>> {
    let path = directory.join("actions.json");
    if !path.exists() {
        return Ok(BTreeMap::new());
    }
    serde_json::from_value(read(&path)?).with_context(|| format!("{} is no list of actions", path.display()))
}

/// The spelling of actions by their lower case, which is all that the list of actions has: from the repository's own list,
/// and from the permissions that the handlers of all resource types name.
fn spelling(origin: &Path, provided: &Json, directory: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let mut spelt = BTreeMap::new();
    for hash in provided.as_object().into_iter().flat_map(Map::values).filter_map(Json::as_str) {
        let schema = read(&origin.join(format!("resources/{hash}.json")))?;
        for handler in schema.get("handlers").and_then(Json::as_object).into_iter().flat_map(Map::values) {
            for permission in super::schema::texts(handler, "permissions") {
                // Some are written carelessly; a capital at the start is what makes one believable.
                if permission
                    .split_once(':')
                    .is_some_and(|(_, name)| name.starts_with(|first: char| first.is_uppercase()))
                {
                    spelt.insert(
                        permission.to_lowercase(),
                        permission.split_once(':').map_or("", |(_, name)| name).to_owned(),
                    );
                }
            }
        }
    }
    for (prefix, names) in read_actions(directory)? {
        spelt.extend(names.into_iter().map(|name| (format!("{prefix}:{name}").to_lowercase(), name)));
    }
    Ok(spelt)
}

fn actions(
    manifest: &Manifest,
    policies: &Json,
    spelt: &BTreeMap<String, String>,
) -> anyhow::Result<BTreeMap<String, BTreeSet<String>>> {
    let mut actions = BTreeMap::new();
    let mut unknown = Vec::new();
    for prefix in &manifest.actions {
        let named = policies[prefix.as_str()]["Actions"].as_object();
        let named = named.with_context(|| format!("there is no service `{prefix}` among IAM's"))?;
        let mut names = BTreeSet::new();
        for name in named.keys() {
            let full = format!("{prefix}:{name}");
            match spelt.get(&full) {
                Some(name) => {
                    names.insert(name.clone());
                }
                None => unknown.push(full),
            }
        }
        actions.insert(prefix.clone(), names);
    }
    ensure!(
        unknown.is_empty(),
        "nothing says how these actions are spelt; write them into schemas/actions.json with their capitals: {}",
        unknown.join(", ")
    );
    Ok(actions)
}

/// One action per line.
pub(crate) fn print_actions(actions: &BTreeMap<String, BTreeSet<String>>) -> String {
    // Maps of texts: they cannot fail to be JSON.
    let mut text = serde_json::to_string_pretty(actions).unwrap_or_default();
    text.push('\n');
    text
}

fn readme(date: &str) -> String {
    format!(
        "# Resource schemas\n\n\
        Made by `cargo xtask generate`, except for `resources.toml`, which says which types there are; see\n\
        `docs/adding-a-resource-type.md`.\n\n\
        They are AWS's resource provider schemas of {date} (us-east-1), as cfn-lint {CFN_LINT} carries them\n\
        with its patches. What is no fact about a property (texts, tagging) is left out, so are definitions that\n\
        nothing leads to; what `add` in `resources.toml` says is merged in, and `cloudcart` holds what the official schema has no\n\
        word for: whether the resource keeps data, what `Ref` gives, and which attribute is the ARN; and the handlers' permissions,\n\
        which is what CloudFormation does in the name of whoever deploys.\n\n\
        `actions.json` holds the names of IAM actions. Which there are is from the same package, which has them in lower case;\n\
        their capitals are those of AWS's Service Authorization Reference.\n\n\
        cfn-lint's files are licensed under MIT-0 (MIT No Attribution), Copyright Amazon.com, Inc. or its affiliates.\n"
    )
}

/// Whether a type's name is one.
pub(crate) fn is_type_name(name: &str) -> bool {
    names::parts(name).is_some_and(|(service, resource)| !service.is_empty() && !resource.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{merge, permissions, print, prune, strip};

    #[test]
    fn prose_goes_and_facts_and_properties_of_the_same_name_stay() {
        let schema = json!({
            "typeName": "AWS::Tea::Kettle",
            "description": "A kettle.",
            "handlers": {"create": {"permissions": ["tea:CreateKettle"]}},
            "properties": {
                "description": {"type": "string", "description": "What it is.", "maxLength": 10, "default": "kettle"},
                "Lid": {"oneOf": [{"title": "On", "type": "string"}, {"items": {"$comment": "?", "type": "integer"}}]},
                "Mode": {"type": "string", "pattern": "^(slow|fast-boil)$"},
                "Name": {"type": "string", "pattern": "^(a|b+)$"}
            }
        });
        let expected = json!({
            "typeName": "AWS::Tea::Kettle",
            "properties": {
                "description": {"type": "string", "maxLength": 10},
                "Lid": {"oneOf": [{"type": "string"}, {"items": {"type": "integer"}}]},
                "Mode": {"type": "string", "enum": ["slow", "fast-boil"]},
                "Name": {"type": "string", "pattern": "^(a|b+)$"}
            }
        });
        assert_eq!(strip(&schema), expected);
    }

    #[test]
    fn a_handler_s_actions_are_kept_and_words_that_are_none_are_not() {
        let policies = json!({"tea": {"Actions": {"boil": {}}}, "iam": {"Actions": {"passrole": {}}}});
        let schema = json!({"handlers": {
            "create": {"permissions": ["tea:Boil", "s3:REST.PUT.OBJECT", "tea:Boil", "tea:Juggle", "iam:PassRole"]},
            "list": {"permissions": ["tea:Boil"]},
            "read": {"permissions": []}
        }});
        assert_eq!(permissions(&schema, &policies), Some(json!({"create": ["iam:PassRole", "tea:Boil"]})));
        assert_eq!(permissions(&json!({}), &policies), None);
    }

    #[test]
    fn objects_are_merged_and_lists_are_replaced() {
        let mut schema = json!({"properties": {"Lid": {"type": ["object", "string"], "required": ["A"]}}});
        merge(&mut schema, &json!({"properties": {"Lid": {"type": "object", "minProperties": 1}, "Base": {}}}));
        let expected =
            json!({"properties": {"Lid": {"type": "object", "required": ["A"], "minProperties": 1}, "Base": {}}});
        assert_eq!(schema, expected);
    }

    #[test]
    fn definitions_that_only_unreachable_ones_lead_to_are_left_out() {
        let mut schema = json!({
            "properties": {"Lid": {"items": {"$ref": "#/definitions/Lid"}}},
            "definitions": {
                "Lid": {"properties": {"Knob": {"$ref": "#/definitions/Knob"}}},
                "Knob": {"properties": {"Lid": {"$ref": "#/definitions/Lid"}}},
                "Spout": {"properties": {"Tip": {"$ref": "#/definitions/Tip"}}},
                "Tip": {}
            }
        });
        prune(&mut schema);
        let left: Vec<&String> = schema["definitions"].as_object().expect("some are left").keys().collect();
        assert_eq!(left, ["Lid", "Knob"]);
    }

    #[test]
    fn a_property_is_a_line() {
        let schema = json!({"typeName": "T", "properties": {"B": {"type": "string", "maxLength": 1}, "A": {"type": "object", "properties": {"C": {}}}}});
        let expected = r#"{
 "properties": {
  "A": {
   "properties": {
    "C": {}
   },
   "type": "object"
  },
  "B": {"maxLength":1,"type":"string"}
 },
 "typeName": "T"
}
"#;
        assert_eq!(print(&schema), expected);
    }
}
