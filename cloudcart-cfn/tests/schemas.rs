//! Every property of every vendored schema is there, under its exact name, and holds what the schema says.
//!
//! The schemas are read here on their own, without the generator: what it drops, misspells or types wrongly shows.
#![cfg(feature = "all")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use cloudcart_cfn::{Property, Schema, ShapeError};
use serde_json::{Map, Value as Json, json};

macro_rules! round_trips {
    ($($name:literal $type:ty,)*) => {
        use super::*;

        /// Reads JSON as a type and writes it again; none when there is no such type.
        pub(crate) fn round_trip(type_name: &str, json: &Json) -> Option<Result<Json, ShapeError>> {
            match type_name {
                $($name => Some(<$type>::from_json(json).map(|resource| resource.to_json())),)*
                _ => None,
            }
        }
    };
}

#[path = "generated/types.rs"]
mod types;

use types::round_trip;

fn schemas() -> Vec<Json> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let mut paths: Vec<_> =
        fs::read_dir(directory).expect("readable").map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "json") && !path.ends_with("actions.json"));
    let schemas: Vec<Json> = paths
        .iter()
        .map(|path| serde_json::from_str(&fs::read_to_string(path).expect("readable")).expect("JSON"))
        .collect();
    assert!(schemas.len() >= 80, "only {} schemas were found", schemas.len());
    schemas
}

/// A place in a sample, and how it can be spoilt.
#[derive(Debug, Clone)]
enum Spoilt {
    /// An object: anything unknown.
    Unknown,
    /// An object: without something that it needs.
    Missing(String),
    /// A word that is not on the list.
    Word,
    /// A number that is not allowed.
    Number(i64),
}

/// One sample of a schema: everything that can be set, with one choice of words and bounds.
struct Sample<'a> {
    root: &'a Json,
    choice: usize,
    read_only: BTreeSet<String>,
    /// The longest list of words, or 2 for both ends of a range.
    choices: usize,
    spoilt: Vec<(String, Spoilt)>,
}

impl<'a> Sample<'a> {
    fn of(root: &'a Json, choice: usize) -> (Json, Self) {
        let read_only = texts(root, "readOnlyProperties").map(str::to_owned).collect();
        let mut sample = Self { root, choice, read_only, choices: 2, spoilt: Vec::new() };
        let json = sample.object(root, "/properties", "", &mut Vec::new());
        (json, sample)
    }

    fn resolved(&self, schema: &'a Json) -> (&'a Json, Option<&'a str>) {
        match schema["$ref"].as_str() {
            Some(to) => (self.root.pointer(to.trim_start_matches('#')).expect("a definition"), Some(to)),
            None => (schema, None),
        }
    }

    /// None where a definition would contain itself without an end.
    fn value(&mut self, schema: &'a Json, path: &str, at: &str, within: &mut Vec<&'a str>) -> Option<Json> {
        let (schema, definition) = self.resolved(schema);
        if let Some(definition) = definition {
            if within.contains(&definition) {
                return None;
            }
            within.push(definition);
        }
        let value = self.plain(schema, path, at, within);
        if definition.is_some() {
            within.pop();
        }
        Some(value)
    }

    fn plain(&mut self, schema: &'a Json, path: &str, at: &str, within: &mut Vec<&'a str>) -> Json {
        let several = schema["type"].is_array();
        let words = schema["enum"].as_array().or_else(|| schema["enumCaseInsensitive"].as_array());
        let constant = [schema["const"].clone()];
        let words = words.map(Vec::as_slice).or_else(|| schema.get("const").map(|_| &constant[..]));
        if let Some(words) = words.filter(|_| schema["type"] != "boolean" && !schema["type"].is_array()) {
            self.choices = self.choices.max(words.len());
            self.spoilt.push((at.to_owned(), if words[0].is_string() { Spoilt::Word } else { Spoilt::Number(-77) }));
            return words[self.choice % words.len()].clone();
        }
        let properties = properties(schema);
        let of = schema["type"].as_str();
        if !properties.is_empty() && of != Some("array") {
            return self.object(schema, path, at, within);
        }
        if let Some(values) = values(schema) {
            let mut map = Map::new();
            for key in ["first", "second"] {
                if let Some(value) = self.value(values, &format!("{path}/*"), &format!("{at}/{key}"), within) {
                    map.insert(key.to_owned(), value);
                }
            }
            return Json::Object(map);
        }
        match of {
            Some("boolean") => json!(self.choice.is_multiple_of(2)),
            Some("integer") => self.whole(schema, at),
            Some("number") => {
                let bound = if self.choice.is_multiple_of(2) { &schema["minimum"] } else { &schema["maximum"] };
                match bound.as_f64() {
                    Some(whole) if whole.fract() == 0.0 => format!("{whole:.0}").parse().expect("a number"),
                    Some(bound) => json!(bound),
                    None => json!(0.25),
                }
            }
            Some("array") => {
                let Some(items) = schema.get("items").filter(|items| items.is_object()) else { return json!(["any"]) };
                let items = (0..2)
                    .filter_map(|index| self.value(items, &format!("{path}/*"), &format!("{at}/{index}"), within));
                Json::Array(items.collect())
            }
            Some("object") if schema["additionalProperties"] == false => self.object(schema, path, at, within),
            Some("object") => json!({"Any": [1, {"thing": null}]}),
            _ if several && self.choice.is_multiple_of(2) => json!("text or JSON"),
            _ => json!(format!("text at {at}")),
        }
    }

    fn whole(&mut self, schema: &Json, at: &str) -> Json {
        let bound =
            |key: &str| schema[key].as_f64().map(|bound| format!("{bound:.0}").parse::<i64>().expect("a whole number"));
        let (least, most) = (bound("minimum"), bound("maximum"));
        self.spoilt.extend(least.map(|least| (at.to_owned(), Spoilt::Number(least - 1))));
        self.spoilt.extend(most.map(|most| (at.to_owned(), Spoilt::Number(most + 1))));
        let (first, second) = if self.choice.is_multiple_of(2) { (least, most) } else { (most, least) };
        json!(first.or(second).unwrap_or(-4))
    }

    fn object(&mut self, schema: &'a Json, path: &str, at: &str, within: &mut Vec<&'a str>) -> Json {
        self.spoilt.push((at.to_owned(), Spoilt::Unknown));
        let mut object = Map::new();
        for (key, property) in properties(schema) {
            let path = format!("{path}/{key}");
            if self.is_read_only(property, &path) {
                continue;
            }
            if let Some(value) = self.value(property, &path, &format!("{at}/{key}"), within) {
                object.insert(key.clone(), value);
            }
        }
        let required: Vec<&str> = texts(schema, "required").collect();
        let required = required.into_iter().filter(|name| object.contains_key(*name));
        self.spoilt.extend(required.map(|name| (at.to_owned(), Spoilt::Missing(name.to_owned()))));
        Json::Object(object)
    }

    /// Read-only itself, or an object of which everything is.
    fn is_read_only(&self, schema: &'a Json, path: &str) -> bool {
        let inside = properties(self.resolved(schema).0);
        self.read_only.contains(path)
            || (!inside.is_empty() && inside.iter().all(|(key, _)| self.read_only.contains(&format!("{path}/{key}"))))
    }
}

fn texts<'a>(schema: &'a Json, key: &str) -> impl Iterator<Item = &'a str> {
    schema[key].as_array().into_iter().flatten().filter_map(Json::as_str)
}

/// The properties of an object; those of all its alternatives when it has none of its own.
fn properties(schema: &Json) -> Vec<(&String, &Json)> {
    if let Some(own) = schema["properties"].as_object().filter(|own| !own.is_empty()) {
        return own.iter().collect();
    }
    let alternatives = ["oneOf", "anyOf"].into_iter().filter_map(|key| schema[key].as_array()).flatten();
    alternatives.filter_map(|one| one["properties"].as_object()).flatten().collect()
}

fn values(schema: &Json) -> Option<&Json> {
    let named = schema["patternProperties"].as_object().and_then(|patterns| patterns.values().next());
    named.or_else(|| schema.get("additionalProperties").filter(|values| values.is_object()))
}

/// Every sample that it takes for each word and both ends of each range to occur.
fn samples(root: &Json) -> impl Iterator<Item = (Json, Sample<'_>)> {
    let choices = Sample::of(root, 0).1.choices;
    (0..choices).map(|choice| Sample::of(root, choice))
}

fn type_name(root: &Json) -> &str {
    root["typeName"].as_str().expect("a type's name")
}

#[test]
fn every_vendored_type_is_there_with_its_schema() {
    let names: BTreeSet<String> = schemas().iter().map(|root| type_name(root).to_owned()).collect();
    for name in &names {
        assert!(round_trip(name, &json!({})).is_some(), "{name} has no type");
    }
    assert_eq!(Schema::types().map(str::to_owned).collect::<BTreeSet<_>>(), names);
}

#[test]
fn everything_that_a_schema_lets_set_is_read_and_written_under_its_name() {
    for root in &schemas() {
        for (sample, _) in samples(root) {
            let written = round_trip(type_name(root), &sample).expect("a type");
            let written = written.unwrap_or_else(|error| panic!("{}: {error}", type_name(root)));
            assert_eq!(written, sample, "{}", type_name(root));
        }
    }
}

#[test]
fn what_a_schema_forbids_is_refused_and_the_place_is_named() {
    let mut refused = [0_usize; 4];
    for root in &schemas() {
        for choice in 0..2 {
            let (sample, made) = Sample::of(root, choice);
            for (at, spoilt) in &made.spoilt {
                let mut wrong = sample.clone();
                let place = wrong.pointer_mut(at).expect("a place");
                match spoilt {
                    Spoilt::Unknown => {
                        place.as_object_mut().expect("an object").insert("Kettle".to_owned(), json!("on"));
                        refused[0] += 1;
                    }
                    Spoilt::Missing(name) => {
                        place.as_object_mut().expect("an object").remove(name);
                        refused[1] += 1;
                    }
                    Spoilt::Word => {
                        *place = json!("kettle");
                        refused[2] += 1;
                    }
                    Spoilt::Number(number) => {
                        *place = json!(number);
                        refused[3] += 1;
                    }
                }
                let read = round_trip(type_name(root), &wrong).expect("a type");
                let error = read.expect_err(&format!("{} at `{at}`: {spoilt:?} was taken", type_name(root)));
                assert_eq!(error.path(), at.trim_start_matches('/'), "{}: {spoilt:?}: {error}", type_name(root));
            }
        }
    }
    assert!(refused.iter().all(|count| *count > 100), "too little was tried: {refused:?}");
}

#[test]
fn types_that_have_an_arn_name_an_attribute_of_their_schema() {
    for root in &schemas() {
        let facts = &root["cloudcart"];
        if let Some(attribute) = facts["arn"].as_str().filter(|attribute| *attribute != "Ref") {
            let schema = Schema::of(type_name(root)).expect("known");
            assert!(schema.attributes().any(|name| name == attribute), "{}: {attribute}", type_name(root));
        }
        if let Some(property) = facts["ref"].as_str() {
            assert!(root["properties"].get(property).is_some(), "{}: {property}", type_name(root));
        }
    }
}
