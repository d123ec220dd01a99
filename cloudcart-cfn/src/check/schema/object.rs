//! Keywords of objects: which properties there are, must be, and may not be together.

use serde_json::{Map, Value as Json};

use super::{Checker, Presence, REFERENCES, Verdict, pattern, presence, quoted, texts};
use crate::check::nearest::nearest;
use crate::check::problem::Problem;
use crate::check::view::is_no_value;

fn is_empty(value: &Json) -> bool {
    value.as_object().is_some_and(Map::is_empty) || value.as_array().is_some_and(Vec::is_empty)
}

impl<'s> Checker<'s> {
    pub(super) fn object(&self, schema: &'s Json, map: &Map<String, Json>, at: &mut String, verdict: &mut Verdict) {
        for name in texts(schema.get("required")) {
            match presence(map.get(name)) {
                Presence::No => verdict.add(at, Problem::MissingProperty(name.to_owned())),
                Presence::Maybe => verdict.unsure = true,
                // Something empty is often taken as nothing, where forms exclude each other.
                Presence::Yes => verdict.unsure |= map.get(name).is_some_and(is_empty),
            }
        }
        for (name, value) in map.iter().filter(|(_, value)| !is_no_value(value)) {
            let length = at.len();
            at.push('/');
            at.push_str(name);
            self.property(schema, name, value, at, verdict);
            at.truncate(length);
        }
        let count = map.values().filter(|value| !is_no_value(value)).count();
        let limit = |name: &str| schema.get(name).and_then(Json::as_u64).and_then(|limit| usize::try_from(limit).ok());
        if let Some(limit) = limit("maxProperties").filter(|limit| count > *limit) {
            verdict.add(at, Problem::Limit { what: "entries", used: count, limit });
        }
        if let Some(limit) = limit("minProperties").filter(|limit| count < *limit) {
            verdict.add(at, Problem::Combination(format!("needs {limit} entries at least, and has {count}")));
        }
        self.together(schema, map, at, verdict);
    }

    fn property(&self, schema: &'s Json, name: &str, value: &Json, at: &mut String, verdict: &mut Verdict) {
        let known = schema.get("properties").and_then(Json::as_object);
        let mut matched = false;
        if let Some(property) = known.and_then(|known| known.get(name)) {
            matched = true;
            self.node(property, value, at, REFERENCES, verdict);
        }
        for (text, property) in schema.get("patternProperties").and_then(Json::as_object).into_iter().flatten() {
            // A pattern that cannot be read may mean this name.
            match pattern::matches(text, name) {
                Some(false) => {}
                Some(true) => {
                    matched = true;
                    self.node(property, value, at, REFERENCES, verdict);
                }
                None => matched = true,
            }
        }
        // Only a function has such a name, beside other keys.
        if matched || name.starts_with("Fn::") {
            return;
        }
        match schema.get("additionalProperties") {
            Some(Json::Bool(false)) => {
                // Names of one's own, whose form the schema says.
                let patterns =
                    schema.get("patternProperties").and_then(Json::as_object).into_iter().flat_map(Map::keys);
                let patterns: Vec<&str> = patterns.map(String::as_str).collect();
                if known.is_none_or(Map::is_empty) && !patterns.is_empty() {
                    let why = format!("is no name that may stand here: it does not fit {}", quoted(patterns));
                    verdict.add(at, Problem::BadValue { value: name.to_owned(), why, nearest: None });
                    return;
                }
                let known = known.into_iter().flat_map(Map::keys).map(String::as_str);
                let problem = Problem::UnknownProperty { name: name.to_owned(), nearest: nearest(name, known) };
                verdict.add(at, problem);
            }
            Some(other) => self.node(other, value, at, REFERENCES, verdict),
            None => {}
        }
    }

    /// Properties that need or exclude others.
    fn together(&self, schema: &'s Json, map: &Map<String, Json>, at: &mut String, verdict: &mut Verdict) {
        let there = |name: &str| presence(map.get(name));
        let object = |name: &str| schema.get(name).and_then(Json::as_object).into_iter().flatten();
        for (name, needs) in object("dependentRequired").chain(object("dependencies")) {
            match there(name) {
                Presence::No => {}
                Presence::Maybe => verdict.unsure = true,
                Presence::Yes if needs.is_object() => {
                    self.node(needs, &Json::Object(map.clone()), at, REFERENCES, verdict);
                }
                Presence::Yes => {
                    for need in texts(Some(needs)) {
                        match there(need) {
                            Presence::No => {
                                let text = format!("`{name}` needs `{need}` beside it, and there is none");
                                verdict.add(at, Problem::Combination(text));
                            }
                            Presence::Maybe => verdict.unsure = true,
                            Presence::Yes => {}
                        }
                    }
                }
            }
        }
        let filled = |name: &str| there(name) == Presence::Yes && !map.get(name).is_some_and(is_empty);
        for (name, excluded) in object("dependentExcluded").filter(|(name, _)| filled(name)) {
            for other in texts(Some(excluded)).filter(|other| filled(other)) {
                // Both may exclude each other, which is one mistake.
                let (first, second) =
                    if name.as_str() < other { (name.as_str(), other) } else { (other, name.as_str()) };
                let text = format!("`{first}` and `{second}` may not be given together");
                verdict.add(at, Problem::Combination(text));
            }
        }
        for (keyword, one_only) in [("requiredXor", true), ("requiredOr", false)] {
            let names: Vec<&str> = texts(schema.get(keyword)).collect();
            let count = |wanted| names.iter().filter(|name| there(name) == wanted).count();
            let (yes, maybe) = (count(Presence::Yes), count(Presence::Maybe));
            verdict.unsure |= maybe > 0;
            if one_only && names.iter().filter(|name| filled(name)).count() > 1 {
                let text = format!("only one of {} may be given", quoted(names.iter().copied()));
                verdict.add(at, Problem::Combination(text));
            } else if !names.is_empty() && yes + maybe == 0 {
                let text = format!("one of {} is needed", quoted(names.iter().copied()));
                verdict.add(at, Problem::Combination(text));
            }
        }
    }
}
