//! Checks a resource's properties against its resource provider schema, a dialect of JSON Schema draft-07.
//!
//! An intrinsic function stands for any value: it fits wherever it is put, and what follows from it stays open. The
//! branches of `Fn::If` are each checked, and `AWS::NoValue` is as if nothing were there. CloudFormation turns numbers
//! and truth values into texts and back where a resource wants the other, so that `"5"` is a number here as well.

mod array;
mod combine;
mod object;
mod pattern;
mod scalar;

use serde_json::Value as Json;

use super::problem::Problem;
use super::view::{function, is_dynamic, is_no_value};

/// So deep may `$ref` lead on without coming to another value; a schema that refers to itself would never end.
const REFERENCES: usize = 32;

/// Checks properties against the schema of their resource type, and calls back with each problem and its path.
pub fn check_properties(schema: &Json, properties: &Json, at: &str, report: &mut dyn FnMut(String, Problem)) {
    let nothing = Json::Object(serde_json::Map::new());
    let properties = if properties.is_null() { &nothing } else { properties };
    let checker = Checker { root: schema };
    let mut verdict = Verdict::default();
    checker.listed(properties, at, &mut verdict);
    checker.node(schema, properties, &mut at.to_owned(), REFERENCES, &mut verdict);
    for (path, problem) in verdict.problems {
        report(path, problem);
    }
}

/// What a value is worth under a schema.
#[derive(Default)]
struct Verdict {
    problems: Vec<(String, Problem)>,
    /// Whether a function stood for a value that was taken to fit.
    unsure: bool,
}

impl Verdict {
    const fn fits(&self) -> bool {
        self.problems.is_empty()
    }

    fn add(&mut self, at: &str, problem: Problem) {
        let finding = (at.to_owned(), problem);
        // Two schemas of an `allOf` may say the same.
        if !self.problems.contains(&finding) {
            self.problems.push(finding);
        }
    }

    fn merge(&mut self, other: Self) {
        self.unsure |= other.unsure;
        for (at, problem) in other.problems {
            self.add(&at, problem);
        }
    }
}

/// Whether a key is there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    No,
    Yes,
    /// A condition decides.
    Maybe,
}

fn presence(value: Option<&Json>) -> Presence {
    let Some(value) = value.filter(|value| !is_no_value(value)) else { return Presence::No };
    if let Some(("Fn::If", Json::Array(parts))) = function(value)
        && parts.len() == 3
    {
        return match (presence(parts.get(1)), presence(parts.get(2))) {
            (left, right) if left == right => left,
            _ => Presence::Maybe,
        };
    }
    Presence::Yes
}

struct Checker<'s> {
    root: &'s Json,
}

impl<'s> Checker<'s> {
    fn node(&self, schema: &'s Json, value: &Json, at: &mut String, references: usize, verdict: &mut Verdict) {
        if is_no_value(value) || schema == &Json::Bool(true) {
            return;
        }
        if let Some((name, arguments)) = function(value) {
            verdict.unsure = true;
            if name == "Fn::If" {
                self.branches(schema, arguments, at, references, verdict);
            }
            return;
        }
        // A transform puts in what nobody knows here, and a dynamic reference is read at deployment.
        let transformed = value.as_object().is_some_and(|map| map.contains_key("Fn::Transform"));
        if transformed || value.as_str().is_some_and(is_dynamic) {
            verdict.unsure = true;
            return;
        }
        if schema == &Json::Bool(false) {
            verdict.add(at, Problem::Combination("may not be given here".to_owned()));
            return;
        }
        if let Some(target) = schema.get("$ref").and_then(Json::as_str)
            && references > 0
            && let Some(target) = target.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer))
        {
            self.node(target, value, at, references - 1, verdict);
        }
        if let Some(problem) = scalar::wrong_type(schema, value) {
            verdict.add(at, problem);
            return;
        }
        match value {
            Json::Object(map) => self.object(schema, map, at, verdict),
            Json::Array(items) => self.array(schema, items, at, verdict),
            _ => {}
        }
        scalar::check(schema, value, at, verdict);
        self.combined(schema, value, at, references, verdict);
    }

    fn branches(&self, schema: &'s Json, arguments: &Json, at: &mut String, references: usize, verdict: &mut Verdict) {
        let length = at.len();
        for (index, branch) in arguments.as_array().into_iter().flatten().enumerate().skip(1) {
            at.push_str(if index == 1 { "/1" } else { "/2" });
            self.node(schema, branch, at, references, verdict);
            at.truncate(length);
        }
    }

    /// Properties that only AWS sets, and those on their way out: listed once for the whole resource.
    fn listed(&self, properties: &Json, at: &str, verdict: &mut Verdict) {
        let list = |name: &str| {
            let pointers = self.root.get(name).and_then(Json::as_array).into_iter().flatten();
            pointers.filter_map(Json::as_str).filter_map(|pointer| pointer.strip_prefix("/properties/"))
        };
        let required = |name: &str| {
            self.root.get("required").and_then(Json::as_array).is_some_and(|all| all.iter().any(|one| one == name))
        };
        for place in list("readOnlyProperties") {
            // Some schemas list what must be given, at creation, as read-only as well.
            let given =
                ["createOnlyProperties", "writeOnlyProperties"].iter().any(|name| list(name).any(|one| one == place));
            if !given && !required(place) {
                reach(properties, place, at, &mut |path| {
                    verdict.add(&path, Problem::ReadOnlyProperty(place.replace('/', ".")));
                });
            }
        }
        for place in list("deprecatedProperties") {
            reach(properties, place, at, &mut |path| {
                verdict.add(&path, Problem::DeprecatedProperty(place.replace('/', ".")));
            });
        }
    }
}

/// Calls back with the path of each value at a place such as `Endpoint/Address` or `Rules/*/Id`.
fn reach(value: &Json, place: &str, at: &str, found: &mut impl FnMut(String)) {
    let (key, rest) = place.split_once('/').map_or((place, None), |(key, rest)| (key, Some(rest)));
    let children: Vec<(String, &Json)> = match (key, value) {
        ("*", Json::Array(items)) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
        // Older schemas write the path through the schema, not through the value.
        ("properties" | "items", _) if rest.is_some() && value.get(key).is_none() => {
            return reach(value, rest.unwrap_or_default(), at, found);
        }
        (_, Json::Object(map)) => map.get(key).map(|child| (key.to_owned(), child)).into_iter().collect(),
        _ => Vec::new(),
    };
    for (key, child) in children.into_iter().filter(|(_, child)| !is_no_value(child)) {
        let path = format!("{at}/{key}");
        match rest {
            Some(rest) => reach(child, rest, &path, found),
            None => found(path),
        }
    }
}

/// Texts of an array.
fn texts(json: Option<&Json>) -> impl Iterator<Item = &str> {
    json.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str)
}

/// `` `A`, `B` ``.
fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
