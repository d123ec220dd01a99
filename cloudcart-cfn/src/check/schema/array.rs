//! Keywords of arrays.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{Checker, Presence, REFERENCES, Verdict, presence, texts};
use crate::check::problem::Problem;
use crate::check::view::function;

impl<'s> Checker<'s> {
    pub(super) fn array(&self, schema: &'s Json, items: &[Json], at: &mut String, verdict: &mut Verdict) {
        let count = |wanted| items.iter().filter(|item| presence(Some(item)) == wanted).count();
        let (yes, maybe) = (count(Presence::Yes), count(Presence::Maybe));
        verdict.unsure |= maybe > 0;
        let limit = |name: &str| schema.get(name).and_then(Json::as_u64).and_then(|limit| usize::try_from(limit).ok());
        if let Some(limit) = limit("maxItems").filter(|limit| yes > *limit) {
            verdict.add(at, Problem::Limit { what: "items", used: yes, limit });
        }
        if let Some(limit) = limit("minItems").filter(|limit| yes + maybe < *limit) {
            verdict.add(at, Problem::Combination(format!("needs {limit} items at least, and has {yes}")));
        }
        let prefix = schema.get("prefixItems").or_else(|| schema.get("items").filter(|items| items.is_array()));
        let prefix = prefix.and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
        let rest = schema.get("items").filter(|items| !items.is_array()).or_else(|| schema.get("additionalItems"));
        for (index, item) in items.iter().enumerate() {
            if let Some(item_schema) = prefix.get(index).or(rest) {
                let length = at.len();
                at.push('/');
                at.push_str(&index.to_string());
                self.node(item_schema, item, at, REFERENCES, verdict);
                at.truncate(length);
            }
        }
        unique(schema, items, at, verdict);
    }
}

fn unique(schema: &Json, items: &[Json], at: &str, verdict: &mut Verdict) {
    let twice = |index: usize, what: String| (format!("{at}/{index}"), Problem::Combination(what));
    let there = items.iter().enumerate().filter(|(_, item)| presence(Some(item)) == Presence::Yes);
    if schema.get("uniqueItems") == Some(&Json::Bool(true)) {
        let mut seen = BTreeSet::new();
        for (index, item) in there.clone().filter(|(_, item)| !seen.insert(item.to_string())) {
            let (path, problem) = twice(index, format!("`{}` is there twice", super::scalar::shown(item)));
            verdict.add(&path, problem);
        }
    }
    let keys: Vec<&str> = texts(schema.get("uniqueKeys")).collect();
    if !keys.is_empty() {
        let mut seen = BTreeSet::new();
        for (index, item) in there {
            let values: Vec<Option<&Json>> = keys.iter().map(|key| item.get(key)).collect();
            // An item that is made by a function, or has no key, is like no other.
            let plain =
                function(item).is_none() && values.iter().all(|value| value.is_some_and(|one| !one.is_object()));
            let text = values.iter().flatten().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            if plain && !seen.insert(text.clone()) {
                let (path, problem) = twice(index, format!("an item of `{}` {text} is there twice", keys.join("`, `")));
                verdict.add(&path, problem);
            }
        }
    }
}
