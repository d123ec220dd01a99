//! What the checks are given: the rendered template, and what only its author's program knows.

use std::panic::Location;

use serde_json::Value as Json;

use super::lint::Allowance;
use super::problem::Problem;
use crate::schema::Schema;
use crate::template::OWN_SECTIONS;

/// The sections whose entries are declared under a name.
pub(super) const SECTIONS: [&str; 6] = ["Metadata", "Parameters", "Mappings", "Conditions", "Resources", "Outputs"];

/// One declaration of a name.
#[derive(Debug, Clone, Copy)]
pub struct Declaration<'a> {
    /// The section: `Parameters`, `Mappings`, `Conditions`, `Resources`, `Outputs` or `Metadata`.
    pub section: &'a str,
    /// The logical id.
    pub id: &'a str,
    /// The line of Rust that declared it; none in a template that was read from a file.
    pub source: Option<&'static Location<'static>>,
}

/// A property that was set past the typed struct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// The resource.
    pub logical_id: String,
    /// The property, for example `Environment/Variables`.
    pub property: String,
}

/// Everything that the checks read.
pub struct Input<'a> {
    /// The template as CloudFormation reads it.
    pub rendered: &'a Json,
    /// Every declaration in the order of the program, twins included: a rendered object cannot hold two of a name.
    pub declarations: Vec<Declaration<'a>>,
    /// Resources of a type that has no struct.
    pub untyped: Vec<String>,
    /// Properties that were set past their struct.
    pub overrides: Vec<Override>,
    /// Those of them that lead nowhere.
    pub misplaced: Vec<Override>,
    /// Sections that were set as they are, such as `Transform`, in order.
    pub sections: Vec<String>,
    /// What was found wrong while the template was declared: path and problem.
    pub problems: Vec<(String, Problem)>,
    /// What the author allows, and why.
    pub allowances: Vec<Allowance>,
    /// The resource provider schema of a type, where one is at hand.
    pub schema_of: &'a dyn Fn(&str) -> Option<&'a Json>,
}

impl<'a> Input<'a> {
    /// A rendered template of which nothing else is known. Its resource types are looked up in the schemas of this library.
    pub fn of(rendered: &'a Json) -> Self {
        let entries = SECTIONS.into_iter().flat_map(|section| {
            let names = rendered.get(section).and_then(Json::as_object).into_iter().flat_map(serde_json::Map::keys);
            names.map(move |id| Declaration { section, id, source: None })
        });
        Self {
            rendered,
            declarations: entries.collect(),
            untyped: Vec::new(),
            overrides: Vec::new(),
            misplaced: Vec::new(),
            sections: rendered
                .as_object()
                .into_iter()
                .flat_map(serde_json::Map::keys)
                .filter(|name| !OWN_SECTIONS.contains(&name.as_str()))
                .cloned()
                .collect(),
            problems: Vec::new(),
            allowances: Vec::new(),
            schema_of: &|type_name| Schema::of(type_name).map(Schema::json),
        }
    }
}
