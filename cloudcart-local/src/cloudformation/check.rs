//! Checks a template against itself and against what this cloud can make, before anything is made.

use super::{
    form::invalid,
    graph,
    intrinsics::{Reference, is_pseudo, references},
    template::Template,
};
use crate::{
    error::AwsError,
    provider::{OnChange, ResourceProvider, Support},
};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The resource types on offer.
#[derive(Clone)]
pub(super) struct Catalogue(BTreeMap<&'static str, Arc<dyn ResourceProvider>>);

impl Catalogue {
    pub(super) fn new(providers: Vec<Arc<dyn ResourceProvider>>) -> Self {
        Self(providers.into_iter().map(|provider| (provider.type_name(), provider)).collect())
    }

    /// The provider of a type.
    pub(super) fn get(&self, kind: &str) -> Option<Arc<dyn ResourceProvider>> {
        self.0.get(kind).cloned()
    }

    /// What a change of a top-level property means. An unknown one was refused long before.
    pub(super) fn on_change(&self, kind: &str, property: &str) -> OnChange {
        self.0
            .get(kind)
            .and_then(|provider| provider.properties().iter().find(|known| known.name == property))
            .map_or(OnChange::Update, |known| known.on_change)
    }

    /// What of a property does nothing here, or not what it does on AWS: its path, and why. `value` is as in the template.
    pub(super) fn ignored(&self, kind: &str, property: &str, value: &Value) -> Vec<(&'static str, &'static str)> {
        let properties = self.0.get(kind).map(|provider| provider.properties()).unwrap_or_default();
        let told = properties.iter().filter_map(|known| match known.support {
            Support::Honoured => None,
            Support::Ignored(why) | Support::Differing(why) => Some((known.name, why)),
        });
        told.filter(|(name, _)| {
            let path: Vec<&str> = name.split('.').collect();
            path.split_first().is_some_and(|(first, rest)| *first == property && present(value, rest))
        })
        .collect()
    }

    /// Refuses a template with unknown types or properties, or with references to nothing or in a circle.
    pub(super) fn check(&self, template: &Template) -> Result<(), AwsError> {
        let kinds: BTreeSet<&str> = template.resources.values().map(|resource| resource.kind.as_str()).collect();
        let unknown: Vec<&str> = kinds.into_iter().filter(|kind| !self.0.contains_key(kind)).collect();
        if !unknown.is_empty() {
            return Err(invalid(format!(
                "Template format error: Unrecognized resource types: [{}]",
                unknown.join(", ")
            )));
        }
        references_resolve(template)?;
        let everything = template.resources.keys().cloned().collect();
        if let Err(circle) = graph::order(&graph::dependencies(template, &everything)) {
            return Err(invalid(format!("Circular dependency between resources: [{}]", circle.join(", "))));
        }
        for (id, resource) in &template.resources {
            for (property, value) in &resource.properties {
                if let Some(text) = dynamic_reference(value) {
                    return Err(invalid(format!(
                        "the local cloud does not offer dynamic references, which {property} of resource {id} has: {text}. \
                         hint: give the value by a parameter"
                    )));
                }
                let provider = self.0.get(resource.kind.as_str());
                if !provider.is_some_and(|one| one.properties().iter().any(|known| known.name == property)) {
                    return Err(invalid(format!(
                        "Encountered unsupported property {property} (resource {id} of type {})",
                        resource.kind
                    )));
                }
            }
        }
        Ok(())
    }
}

/// Whether a value has a member at a path: in any item of a list, and in either branch of a condition.
fn present(value: &Value, path: &[&str]) -> bool {
    let Some((first, rest)) = path.split_first() else { return true };
    match value {
        Value::Array(items) => items.iter().any(|item| present(item, path)),
        Value::Object(fields) => match fields.get("Fn::If") {
            Some(Value::Array(parts)) if fields.len() == 1 => parts.iter().skip(1).any(|part| present(part, path)),
            _ if *first == "*" => fields.values().any(|field| present(field, rest)),
            _ => fields.get(*first).is_some_and(|field| present(field, rest)),
        },
        _ => false,
    }
}

/// The first text with a dynamic reference.
fn dynamic_reference(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => text.contains("{{resolve:").then_some(text),
        Value::Array(items) => items.iter().find_map(dynamic_reference),
        Value::Object(fields) => fields.values().find_map(dynamic_reference),
        _ => None,
    }
}

fn references_resolve(template: &Template) -> Result<(), AwsError> {
    let conditions = |names: &BTreeSet<&str>, block: &str| -> Result<(), AwsError> {
        match names.iter().find(|name| !template.conditions.contains_key(**name)) {
            None => Ok(()),
            Some(name) => Err(invalid(format!(
                "Template format error: Unresolved condition dependency {name} in the {block} block of the template"
            ))),
        }
    };
    let blocks: [(&str, Vec<&Value>); 2] = [
        ("Resources", template.resources.values().flat_map(|resource| resource.properties.values()).collect()),
        (
            "Outputs",
            template
                .outputs
                .values()
                .flat_map(|output| [Some(&output.value), output.export.as_ref()])
                .flatten()
                .collect(),
        ),
    ];
    for (block, values) in blocks {
        let mut found = BTreeSet::new();
        for value in values {
            references(value, &mut found);
        }
        let mut unresolved = BTreeSet::new();
        let mut named = BTreeSet::new();
        for reference in &found {
            match reference {
                Reference::Ref(name) => {
                    if !(template.resources.contains_key(name)
                        || template.parameters.contains_key(name)
                        || is_pseudo(name))
                    {
                        unresolved.insert(name.as_str());
                    }
                }
                Reference::Attribute(name, _) => {
                    if !template.resources.contains_key(name) {
                        unresolved.insert(name.as_str());
                    }
                }
                Reference::Condition(name) => {
                    named.insert(name.as_str());
                }
            }
        }
        let ids = template.resources.values().flat_map(|resource| &resource.depends_on);
        if block == "Resources" {
            unresolved.extend(ids.filter(|id| !template.resources.contains_key(*id)).map(String::as_str));
            named.extend(template.resources.values().filter_map(|resource| resource.condition.as_deref()));
        } else {
            named.extend(template.outputs.values().filter_map(|output| output.condition.as_deref()));
        }
        if !unresolved.is_empty() {
            let names: Vec<&str> = unresolved.into_iter().collect();
            return Err(invalid(format!(
                "Template format error: Unresolved resource dependencies [{}] in the {block} block of the template",
                names.join(", ")
            )));
        }
        conditions(&named, block)?;
    }
    let rules = template
        .rules
        .values()
        .flat_map(|rule| rule.condition.iter().chain(rule.assertions.iter().map(|assertion| &assertion.assert)));
    let blocks: [(&str, Vec<&Value>); 2] =
        [("Conditions", template.conditions.values().collect()), ("Rules", rules.collect())];
    for (block, values) in blocks {
        let mut found = BTreeSet::new();
        for value in values {
            references(value, &mut found);
        }
        for reference in found {
            if let Reference::Ref(name) | Reference::Attribute(name, _) = reference
                && !(template.parameters.contains_key(&name) || is_pseudo(&name))
            {
                return Err(invalid(format!(
                    "Template format error: Unresolved dependencies [{name}]. Cannot reference resources in the {block} block \
                     of the template"
                )));
            }
        }
    }
    Ok(())
}
