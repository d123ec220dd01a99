//! Keys that are looked up in a mapping which does not have them.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::nearest::nearest;
use super::problem::Problem;

/// A second key has to be in the entry of the first, or where the first is not known, in one at least.
pub(super) fn missing(name: &str, mapping: &Json, keys: &[Option<String>; 2]) -> Option<Problem> {
    // What a transform puts in is not known here.
    let entries = mapping.as_object().filter(|entries| !entries.keys().any(|key| key.starts_with("Fn::")))?;
    let [first, second] = keys;
    if let Some(key) = first.as_deref().filter(|key| !entries.contains_key(*key)) {
        return Some(unknown(name, key, entries.keys().map(String::as_str)));
    }
    let second = second.as_deref()?;
    let mut known = BTreeSet::new();
    for (_, values) in entries.iter().filter(|(key, _)| first.as_ref().is_none_or(|first| first == *key)) {
        known.extend(values.as_object()?.keys().map(String::as_str));
    }
    let open = known.iter().any(|key| key.starts_with("Fn::"));
    (!open && !known.contains(second)).then(|| unknown(name, second, known))
}

fn unknown<'a>(mapping: &str, key: &str, known: impl IntoIterator<Item = &'a str>) -> Problem {
    Problem::UnknownMappingKey { mapping: mapping.to_owned(), key: key.to_owned(), nearest: nearest(key, known) }
}
