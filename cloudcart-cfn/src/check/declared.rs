//! Names, resource attributes and references: what holds for every template, whatever its resources are.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry as MapEntry};

use serde_json::Value as Json;

use super::input::{Declaration, Input};
use super::nearest::nearest;
use super::problem::Problem;
use super::references::{Reference, Target};
use super::{Findings, attributes, graph, lookup};
use crate::limits;
use crate::template::{OTHER_SECTIONS, OWN_SECTIONS};

/// Ids that are no ids, and ids that are declared twice.
pub(super) fn names(input: &Input<'_>, findings: &mut Findings<'_>) {
    // Resources and parameters are one name space, because `Ref` speaks of both.
    let space = |section| if section == "Parameters" { "Resources" } else { section };
    let mut seen: BTreeMap<(&str, &str), &Declaration<'_>> = BTreeMap::new();
    for declaration in &input.declarations {
        let Declaration { section, id, source } = *declaration;
        let path = format!("{section}/{id}");
        // A loop and what a transform puts in have no id of their own.
        if id.starts_with("Fn::") {
            continue;
        }
        let alphanumeric = id.chars().all(|letter| letter.is_ascii_alphanumeric());
        // Conditions are taken with other letters as well.
        let letters = alphanumeric || section == "Conditions";
        if section != "Metadata" && (id.is_empty() || id.len() > limits::NAME_CHARS || !letters) {
            findings.add_from(source, path.clone(), Problem::InvalidName(id.to_owned()));
        }
        match seen.entry((space(section), id)) {
            MapEntry::Occupied(first) => {
                let place = first.get().source.map(|at| format!("{}:{}", at.file(), at.line()));
                let place = place.unwrap_or_else(|| format!("{}/{id}", first.get().section));
                findings.add_from(source, path, Problem::DuplicateName(id.to_owned(), place));
            }
            MapEntry::Vacant(new) => {
                new.insert(declaration);
            }
        }
    }
}

/// Sections that were set as they are.
pub(super) fn sections(input: &Input<'_>, findings: &mut Findings<'_>) {
    for (index, name) in input.sections.iter().enumerate() {
        let why = if OWN_SECTIONS.contains(&name.as_str()) {
            "has a method of its own, and what was set past it is left out"
        } else if input.sections[..index].contains(name) {
            "is set twice, and the first counts"
        } else if !OTHER_SECTIONS.contains(&name.as_str()) {
            "is none that a template has"
        } else {
            continue;
        };
        findings.add(name.clone(), Problem::Section { name: name.clone(), why });
    }
}

/// What may stand in a resource. `Version` is of custom resources.
const ATTRIBUTES: [&str; 10] = [
    "Condition",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
    "Version",
];

/// Whether a macro reads the template before CloudFormation does, and may know more than it.
fn has_macro(template: &Json) -> bool {
    let is_macro = |one: &Json| one.as_str() != Some("AWS::LanguageExtensions");
    template.get("Transform").is_some_and(|transform| match transform {
        Json::Array(all) => all.iter().any(is_macro),
        one => is_macro(one),
    })
}

/// What stands in a resource beside its properties.
pub(super) fn resources(input: &Input<'_>, findings: &mut Findings<'_>) {
    for one in &input.misplaced {
        let path = format!("Resources/{}/Properties/{}", one.logical_id, one.property);
        findings.add(path, Problem::MisplacedOverride(one.property.clone()));
    }
    for (id, body) in input.rendered.get("Resources").and_then(Json::as_object).into_iter().flatten() {
        if body.get("Properties").is_some_and(|properties| !properties.is_object()) {
            let problem = Problem::Unrenderable("the properties are not an object".to_owned());
            findings.add(format!("Resources/{id}/Properties"), problem);
        }
        if !id.starts_with("Fn::") && !has_macro(input.rendered) {
            for name in body.as_object().into_iter().flat_map(serde_json::Map::keys) {
                if !ATTRIBUTES.contains(&name.as_str()) && !name.starts_with("Fn::") {
                    let nearest = nearest(name, ATTRIBUTES);
                    let problem = Problem::UnknownProperty { name: name.clone(), nearest };
                    findings.add(format!("Resources/{id}/{name}"), problem);
                }
            }
        }
        let words = ["Delete", "Retain", "RetainExceptOnCreate", "Snapshot"];
        for name in ["DeletionPolicy", "UpdateReplacePolicy"] {
            if let Some(word) = body.get(name).and_then(Json::as_str).filter(|word| !words.contains(word)) {
                let why = "is none of `Delete`, `Retain`, `RetainExceptOnCreate`, `Snapshot`".to_owned();
                let problem = Problem::BadValue { value: word.to_owned(), why, nearest: nearest(word, words) };
                findings.add(format!("Resources/{id}/{name}"), problem);
            }
        }
        if body.get("UpdateReplacePolicy").and_then(Json::as_str) == Some("RetainExceptOnCreate") {
            findings.add(format!("Resources/{id}/UpdateReplacePolicy"), Problem::UpdateReplacePolicy);
        }
    }
}

/// References to what is not there.
pub(super) fn references(input: &Input<'_>, references: &[Reference], findings: &mut Findings<'_>) {
    let ids = |section: &str| -> BTreeSet<&str> {
        input.declarations.iter().filter(|one| one.section == section).map(|one| one.id).collect()
    };
    let (resources, parameters) = (ids("Resources"), ids("Parameters"));
    let (conditions, mappings) = (ids("Conditions"), ids("Mappings"));
    // A module brings resources whose ids begin with its own.
    let kinds = input.rendered.get("Resources").and_then(Json::as_object).into_iter().flatten();
    let modules: Vec<&String> = kinds
        .filter(|(_, body)| body.get("Type").and_then(Json::as_str).is_some_and(|kind| kind.ends_with("::MODULE")))
        .map(|(id, _)| id)
        .collect();
    // What a macro or a loop declares is not in sight.
    let whole = input.rendered.get("Fn::Transform").is_some() || has_macro(input.rendered);
    let open = |section: &BTreeSet<&str>| whole || section.iter().any(|id| id.starts_with("Fn::"));
    let unknown = |name: &String| {
        let known = resources.iter().chain(&parameters).chain(&crate::functions::pseudo::NAMES);
        Problem::UnknownName { name: name.clone(), nearest: nearest(name, known.copied()) }
    };
    for reference in references {
        let problem = match &reference.target {
            Target::Name(name) => {
                let known = resources.contains(name.as_str())
                    || parameters.contains(name.as_str())
                    || crate::functions::pseudo::NAMES.contains(&name.as_str());
                (!known && !open(&resources)).then(|| unknown(name))
            }
            Target::Resource { id, attribute } if resources.contains(id.as_str()) => {
                attribute.as_ref().and_then(|attribute| {
                    let type_name = input.rendered.get("Resources")?.get(id)?.get("Type")?.as_str()?;
                    attributes::check(type_name, (input.schema_of)(type_name), attribute)
                })
            }
            Target::Resource { id, .. } if parameters.contains(id.as_str()) => Some(Problem::NotAResource(id.clone())),
            Target::Resource { id, .. } => (!open(&resources)).then(|| unknown(id)),
            Target::Condition(name) => (!conditions.contains(name.as_str()) && !open(&conditions))
                .then(|| Problem::UnknownCondition(name.clone())),
            Target::Mapping { name, keys } if mappings.contains(name.as_str()) => {
                let mapping = input.rendered.get("Mappings").and_then(|all| all.get(name));
                mapping.and_then(|mapping| lookup::missing(name, mapping, keys))
            }
            Target::Mapping { name, .. } => (!open(&mappings)).then(|| Problem::UnknownMapping(name.clone())),
            Target::BadPlaceholder(at) => Some(Problem::BadPlaceholder(at.clone())),
            Target::BadFunction(name) => Some(Problem::BadFunction(name.clone())),
        };
        let of_module = matches!(&problem, Some(Problem::UnknownName { name, .. })
            if modules.iter().any(|module| name.starts_with(module.as_str())));
        if let Some(problem) = problem.filter(|_| !of_module) {
            findings.add(reference.path.clone(), problem);
        }
    }
}

/// Resources that wait for each other.
pub(super) fn cycles(references: &[Reference], findings: &mut Findings<'_>) {
    for cycle in graph::cycles(references) {
        findings.add(format!("Resources/{}", cycle.first), Problem::Cycle(cycle.steps));
    }
}
