//! A rendered template as the rules read it: resources by id and type, values that are known, absent or unknown, and
//! where a reference leads.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::input::Input;
use super::references::{Reference, Target};

/// A resource of the template.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) id: &'a str,
    pub(super) kind: &'a str,
    pub(super) body: &'a Json,
    pub(super) properties: &'a Json,
}

impl<'a> Entry<'a> {
    /// `Resources/<id>/Properties/<place>`.
    pub(super) fn at(&self, place: &str) -> String {
        let id = self.id;
        if place.is_empty() {
            format!("Resources/{id}/Properties")
        } else {
            format!("Resources/{id}/Properties/{place}")
        }
    }

    /// What stands at a place of the properties, for example `Environment/Variables`.
    pub(super) fn look(&self, place: &str) -> Seen<'a> {
        look(self.properties, place)
    }

    /// A list that is written out; empty when it is absent or unknown.
    pub(super) fn items(&self, place: &str) -> &'a [Json] {
        self.look(place).items()
    }
}

/// What is known of a value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Seen<'a> {
    /// There is none.
    Absent,
    /// An intrinsic function, or something inside one.
    Unknown(&'a Json),
    /// Written out.
    Is(&'a Json),
}

impl<'a> Seen<'a> {
    pub(super) const fn is_absent(self) -> bool {
        matches!(self, Self::Absent)
    }

    pub(super) const fn is_present(self) -> bool {
        !self.is_absent()
    }

    /// The value as it stands, a function included.
    pub(super) const fn json(self) -> Option<&'a Json> {
        match self {
            Self::Absent => None,
            Self::Unknown(json) | Self::Is(json) => Some(json),
        }
    }

    pub(super) fn text(self) -> Option<&'a str> {
        if let Self::Is(json) = self { json.as_str().filter(|text| !is_dynamic(text)) } else { None }
    }

    /// A number, which CloudFormation also takes as a text.
    pub(super) fn number(self) -> Option<f64> {
        match self {
            Self::Is(Json::Number(number)) => number.as_f64(),
            Self::Is(Json::String(text)) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// A number, or the default of an absent one.
    pub(super) fn number_or(self, default: f64) -> Option<f64> {
        if self.is_absent() { Some(default) } else { self.number() }
    }

    /// A truth value, which CloudFormation also takes as a text; absent is no.
    pub(super) fn flag(self) -> Option<bool> {
        match self {
            Self::Absent => Some(false),
            Self::Is(Json::Bool(flag)) => Some(*flag),
            Self::Is(Json::String(text)) if text.eq_ignore_ascii_case("true") => Some(true),
            Self::Is(Json::String(text)) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    pub(super) fn items(self) -> &'a [Json] {
        if let Self::Is(Json::Array(items)) = self { items } else { &[] }
    }

    pub(super) fn object(self) -> Option<&'a Map<String, Json>> {
        if let Self::Is(Json::Object(map)) = self { Some(map) } else { None }
    }
}

/// The name of the intrinsic function that a value is.
pub(super) fn function(json: &Json) -> Option<(&str, &Json)> {
    let map = json.as_object().filter(|map| map.len() == 1)?;
    let (name, arguments) = map.iter().next()?;
    (name == "Ref" || name.starts_with("Fn::")).then_some((name.as_str(), arguments))
}

/// `{"Ref": "AWS::NoValue"}`: as if the property were not there.
pub(super) fn is_no_value(json: &Json) -> bool {
    matches!(function(json), Some(("Ref", Json::String(name))) if name == "AWS::NoValue")
}

/// A text with a dynamic reference, which CloudFormation replaces by a value that is not in the template.
pub(super) fn is_dynamic(text: &str) -> bool {
    text.contains("{{resolve:")
}

pub(super) fn see(json: &Json) -> Seen<'_> {
    match json {
        _ if is_no_value(json) => Seen::Absent,
        _ if function(json).is_some() => Seen::Unknown(json),
        _ => Seen::Is(json),
    }
}

pub(super) fn look<'a>(json: &'a Json, place: &str) -> Seen<'a> {
    let mut here = json;
    for key in place.split('/') {
        if function(here).is_some() {
            return Seen::Unknown(here);
        }
        match here.get(key) {
            None => return Seen::Absent,
            Some(next) => here = next,
        }
    }
    see(here)
}

/// The template, with its resources by id and by type.
pub(super) struct View<'a> {
    pub(super) template: &'a Json,
    resources: BTreeMap<&'a str, Entry<'a>>,
    by_kind: BTreeMap<&'a str, Vec<&'a str>>,
    with_schema: BTreeSet<&'a str>,
}

impl<'a> View<'a> {
    pub(super) fn of(input: &Input<'a>) -> Self {
        let template = input.rendered;
        let mut view =
            Self { template, resources: BTreeMap::new(), by_kind: BTreeMap::new(), with_schema: BTreeSet::new() };
        for (id, body) in template.get("Resources").and_then(Json::as_object).into_iter().flatten() {
            let kind = body.get("Type").and_then(Json::as_str).unwrap_or_default();
            let properties = body.get("Properties").unwrap_or(&Json::Null);
            view.resources.insert(id, Entry { id, kind, body, properties });
            view.by_kind.entry(kind).or_default().push(id);
        }
        view.with_schema = view.by_kind.keys().copied().filter(|kind| (input.schema_of)(kind).is_some()).collect();
        view
    }

    /// Whether the properties of a type were checked against its schema, which then told what is missing.
    pub(super) fn has_schema(&self, kind: &str) -> bool {
        self.with_schema.contains(kind)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Entry<'a>> {
        self.resources.values().copied()
    }

    pub(super) fn of_kind(&self, kind: &str) -> impl Iterator<Item = Entry<'a>> {
        self.by_kind.get(kind).into_iter().flatten().filter_map(|id| self.get(id))
    }

    pub(super) fn get(&self, id: &str) -> Option<Entry<'a>> {
        self.resources.get(id).copied()
    }

    /// Entries of another section.
    pub(super) fn section(&self, name: &str) -> impl Iterator<Item = (&'a String, &'a Json)> {
        self.template.get(name).and_then(Json::as_object).into_iter().flatten()
    }

    /// The resource that a value is a reference to, and the attribute; none for `Ref`.
    pub(super) fn target(&self, value: &'a Json) -> Option<(Entry<'a>, Option<&'a str>)> {
        let (id, attribute) = match function(value)? {
            ("Ref", Json::String(id)) => (id.as_str(), None),
            ("Fn::GetAtt", Json::String(text)) => text.split_once('.').map(|(id, rest)| (id, Some(rest)))?,
            ("Fn::GetAtt", Json::Array(parts)) => (parts.first()?.as_str()?, Some(parts.get(1)?.as_str()?)),
            ("Fn::Sub", Json::String(text)) => {
                let name = text.strip_prefix("${")?.strip_suffix('}').filter(|name| !name.contains('$'))?;
                name.split_once('.').map_or((name, None), |(id, rest)| (id, Some(rest)))
            }
            _ => return None,
        };
        Some((self.get(id)?, attribute))
    }

    /// As [`View::target`], of a place of a resource's properties.
    pub(super) fn target_at(&self, entry: &Entry<'a>, place: &str) -> Option<Entry<'a>> {
        self.target(entry.look(place).json()?).map(|(target, _)| target)
    }

    /// Every resource that a value speaks of, at any depth.
    pub(super) fn mentions(&self, value: &Json) -> Vec<Entry<'a>> {
        let mut references = Vec::new();
        super::references::walk(value, &mut String::new(), &mut references);
        let ids = references.iter().filter_map(|Reference { target, .. }| match target {
            Target::Name(id) | Target::Resource { id, .. } => Some(id.as_str()),
            _ => None,
        });
        ids.filter_map(|id| self.get(id)).collect()
    }
}
