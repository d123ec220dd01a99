//! What a new template would change in a stack, told as `DescribeChangeSet` tells it.
//!
//! References to what is made or replaced are not known yet, so the values are worked out with a stand-in; a property
//! that depends on something that merely *may* change is listed with a dynamic evaluation and makes the replacement
//! conditional. Source: the API reference's `ResourceChange`, `ResourceChangeDetail` and `ResourceTargetDefinition`.

use super::{
    check::Catalogue,
    forward::{changed, outputs},
    graph::{dependencies, order},
    intrinsics::{KNOWN_AFTER_APPLY, Reference, ResolveError, Resources, Scope, attribute_of, references},
    parameters::{MASK, masked, referable},
    state::{Instance, Output, Revision, Stack},
    template::{Policy, Template},
};
use crate::provider::OnChange;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What is to be compared.
pub(super) struct Comparison<'a> {
    pub(super) catalogue: &'a Catalogue,
    /// `None` for a stack that does not exist yet.
    pub(super) stack: &'a Stack,
    /// The template of the stack's revision; `None` when there is none yet.
    pub(super) before: Option<(&'a Template, &'a Scope<'a>)>,
    pub(super) template: &'a Template,
    pub(super) scope: &'a Scope<'a>,
    pub(super) desired: &'a Revision,
}

/// The changes.
pub(super) struct Plan {
    /// In the shape of `Changes`, with property values.
    pub(super) changes: Vec<Value>,
    /// Something changes, be it only an output or a tag.
    pub(super) any: bool,
}

/// What becomes of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Same,
    Modified,
    MaybeReplaced,
    /// Its id and attributes will be others.
    New,
}

/// The resources as they would be.
struct Planned<'a> {
    stack: &'a Stack,
    fates: &'a BTreeMap<String, Fate>,
}

impl Planned<'_> {
    fn fate(&self, logical_id: &str) -> Result<(Fate, Option<&Instance>), ResolveError> {
        let fate = *self.fates.get(logical_id).ok_or_else(|| super::engine::unresolved(logical_id))?;
        Ok((fate, self.stack.resources.get(logical_id).and_then(|resource| resource.instance.as_ref())))
    }
}

impl Resources for Planned<'_> {
    fn reference(&self, logical_id: &str) -> Result<Value, ResolveError> {
        Ok(match self.fate(logical_id)? {
            (Fate::New, _) | (_, None) => KNOWN_AFTER_APPLY.into(),
            (_, Some(instance)) => instance.physical_id.as_str().into(),
        })
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Result<Value, ResolveError> {
        match self.fate(logical_id)? {
            (Fate::New, _) | (_, None) => Ok(KNOWN_AFTER_APPLY.into()),
            (Fate::Same, Some(instance)) => attribute_of(logical_id, &instance.attributes, attribute),
            // The change may bring the attribute.
            (_, Some(instance)) => {
                Ok(attribute_of(logical_id, &instance.attributes, attribute)
                    .unwrap_or_else(|_| KNOWN_AFTER_APPLY.into()))
            }
        }
    }
}

impl Comparison<'_> {
    /// Compares.
    pub(super) fn plan(&self) -> Result<Plan, ResolveError> {
        let active = self.scope.active();
        let graph = dependencies(self.template, &active);
        // The template was checked for circles when it came.
        let order = order(&graph).unwrap_or_else(|circle| circle);
        let mut fates = BTreeMap::new();
        let mut changes = Vec::new();
        for id in &order {
            let (fate, change) = self.resource(id, &fates)?;
            fates.insert(id.clone(), fate);
            changes.extend(change);
        }
        changes.sort_by(|one, other| {
            one["ResourceChange"]["LogicalResourceId"]
                .as_str()
                .cmp(&other["ResourceChange"]["LogicalResourceId"].as_str())
        });
        for (id, resource) in &self.stack.resources {
            if let Some(instance) = resource.instance.as_ref().filter(|_| !active.contains(id)) {
                changes.push(removal(id, instance));
            }
        }
        let outputs = outputs(self.template, self.scope, &Planned { stack: self.stack, fates: &fates })?;
        let outputs_change = self.outputs_change(&outputs);
        let tags_change = self.stack.revision.tags != self.desired.tags;
        let any = !changes.is_empty() || outputs_change || tags_change;
        Ok(Plan { changes, any })
    }

    fn outputs_change(&self, outputs: &[Output]) -> bool {
        self.stack.outputs != outputs
    }

    fn resource(&self, id: &str, fates: &BTreeMap<String, Fate>) -> Result<(Fate, Option<Value>), ResolveError> {
        let declared = &self.template.resources[id];
        let known = Planned { stack: self.stack, fates };
        let after = self.scope.object(&declared.properties, &known)?;
        let resource = self.stack.resources.get(id);
        let Some(live) = resource.and_then(|resource| resource.instance.as_ref()) else {
            let mut change = Map::from_iter([
                ("Action".to_owned(), json!("Add")),
                ("LogicalResourceId".to_owned(), json!(id)),
                ("ResourceType".to_owned(), json!(declared.kind)),
                ("Scope".to_owned(), json!([])),
                ("Details".to_owned(), json!([])),
            ]);
            let shown = self.shown(id, &known, &after);
            change.insert("AfterContext".into(), context(&shown).into());
            return Ok((Fate::New, Some(json!({ "Type": "Resource", "ResourceChange": change }))));
        };
        let certain = changed(&live.properties, &after);
        let mut details = Vec::new();
        let mut replacement = "False";
        let mut touched = certain.clone();
        for (property, value) in &declared.properties {
            if self.may_change(value, fates) {
                touched.insert(property.clone());
            }
        }
        let before_shown = self.shown_before(id, live);
        let after_shown = self.shown(id, &known, &after);
        for property in &touched {
            let always = self.catalogue.on_change(&declared.kind, property) == OnChange::Replace;
            let sources = self.sources(id, property, fates, certain.contains(property));
            for source in sources {
                let dynamic = source["Evaluation"] == "Dynamic";
                replacement = match (always, dynamic, replacement) {
                    (true, false, _) => "True",
                    (true, true, "False") => "Conditional",
                    (_, _, before) => before,
                };
                details.push(detail(
                    property,
                    always,
                    &source,
                    &before_shown,
                    &after_shown,
                    !certain.contains(property),
                ));
            }
        }
        let mut scope = Vec::new();
        if !touched.is_empty() {
            scope.push("Properties");
        }
        for (name, before, after) in [
            ("DeletionPolicy", live.deletion_policy, declared.deletion_policy),
            ("UpdateReplacePolicy", live.update_replace_policy, declared.update_replace_policy),
        ] {
            if before != after {
                scope.push(name);
                details.push(json!({
                    "Target": { "Attribute": name, "RequiresRecreation": "Never" },
                    "Evaluation": "Static",
                    "ChangeSource": "DirectModification",
                }));
            }
        }
        let old = self.before.and_then(|(template, _)| template.resources.get(id)).map(|old| &old.remarks);
        for name in ["Metadata", "CreationPolicy", "UpdatePolicy"] {
            if old.is_some_and(|old| old.get(name) != declared.remarks.get(name)) {
                scope.push(name);
                details.push(json!({
                    "Target": { "Attribute": name, "RequiresRecreation": "Never" },
                    "Evaluation": "Static",
                    "ChangeSource": "DirectModification",
                }));
            }
        }
        // An update that failed before is to be done again, even to what it was.
        let unfinished = resource.is_some_and(|resource| resource.attempt.is_some());
        if scope.is_empty() && !unfinished {
            return Ok((Fate::Same, None));
        }
        let fate = match replacement {
            "True" => Fate::New,
            "Conditional" => Fate::MaybeReplaced,
            _ if touched.is_empty() => Fate::Same,
            _ => Fate::Modified,
        };
        let mut change = Map::from_iter([
            ("Action".to_owned(), json!("Modify")),
            ("LogicalResourceId".to_owned(), json!(id)),
            ("PhysicalResourceId".to_owned(), json!(live.physical_id)),
            ("ResourceType".to_owned(), json!(declared.kind)),
            ("Replacement".to_owned(), json!(replacement)),
            ("Scope".to_owned(), json!(scope)),
            ("Details".to_owned(), json!(details)),
            ("BeforeContext".to_owned(), context(&before_shown).into()),
            ("AfterContext".to_owned(), context(&after_shown).into()),
        ]);
        if replacement == "True" {
            let policy =
                if declared.update_replace_policy == Policy::Delete { "ReplaceAndDelete" } else { "ReplaceAndRetain" };
            change.insert("PolicyAction".into(), policy.into());
        }
        Ok((fate, Some(json!({ "Type": "Resource", "ResourceChange": change }))))
    }

    /// Whether a value hangs on something that may come out different.
    fn may_change(&self, value: &Value, fates: &BTreeMap<String, Fate>) -> bool {
        let mut found = BTreeSet::new();
        references(value, &mut found);
        found.iter().any(|reference| match reference {
            Reference::Ref(name) => {
                matches!(fates.get(name), Some(Fate::MaybeReplaced | Fate::New)) && self.used(value, name)
            }
            Reference::Attribute(name, _) => {
                matches!(fates.get(name), Some(Fate::Modified | Fate::MaybeReplaced | Fate::New))
                    && self.used(value, name)
            }
            Reference::Condition(_) => false,
        })
    }

    /// Whether a reference stands in a branch that the conditions take.
    fn used(&self, value: &Value, name: &str) -> bool {
        struct Seen<'a>(&'a str, std::sync::atomic::AtomicBool);
        impl Resources for Seen<'_> {
            fn reference(&self, logical_id: &str) -> Result<Value, ResolveError> {
                if logical_id == self.0 {
                    self.1.store(true, std::sync::atomic::Ordering::Relaxed);
                }
                Ok(KNOWN_AFTER_APPLY.into())
            }

            fn attribute(&self, logical_id: &str, _: &str) -> Result<Value, ResolveError> {
                self.reference(logical_id)
            }
        }
        let seen = Seen(name, false.into());
        // An error means that the stand-in did not fit; then the reference counts as used.
        self.scope.value(value, &seen).is_err() || seen.1.into_inner()
    }

    /// Why a property changes: each source in the shape of a detail without its target.
    fn sources(&self, id: &str, property: &str, fates: &BTreeMap<String, Fate>, certain: bool) -> Vec<Value> {
        let new = self.template.resources[id].properties.get(property);
        let old = self
            .before
            .and_then(|(template, _)| template.resources.get(id))
            .and_then(|resource| resource.properties.get(property));
        let mut sources = Vec::new();
        if new != old {
            sources.push(json!({ "Evaluation": "Static", "ChangeSource": "DirectModification" }));
        }
        let mut found = BTreeSet::new();
        if let Some(value) = new {
            references(value, &mut found);
        }
        for reference in found {
            match reference {
                Reference::Ref(name) => {
                    if certain && self.parameter_changes(&name) {
                        sources.push(json!({
                            "Evaluation": "Static", "ChangeSource": "ParameterReference", "CausingEntity": name,
                        }));
                    } else if matches!(fates.get(&name), Some(Fate::MaybeReplaced | Fate::New)) {
                        sources.push(json!({
                            "Evaluation": "Dynamic", "ChangeSource": "ResourceReference", "CausingEntity": name,
                        }));
                    }
                }
                Reference::Attribute(name, attribute) => {
                    if matches!(fates.get(&name), Some(Fate::Modified | Fate::MaybeReplaced | Fate::New)) {
                        sources.push(json!({
                            "Evaluation": "Dynamic",
                            "ChangeSource": "ResourceAttribute",
                            "CausingEntity": format!("{name}.{attribute}"),
                        }));
                    }
                }
                Reference::Condition(_) => {}
            }
        }
        if sources.is_empty() {
            // A condition, a mapping or an import came out different.
            sources.push(json!({ "Evaluation": "Static", "ChangeSource": "DirectModification" }));
        }
        sources
    }

    fn parameter_changes(&self, name: &str) -> bool {
        self.template.parameters.contains_key(name)
            && self.stack.revision.parameters.get(name) != self.desired.parameters.get(name)
    }

    /// The new properties for showing: what a NoEcho parameter is part of is masked.
    fn shown(&self, id: &str, known: &Planned<'_>, after: &Map<String, Value>) -> Map<String, Value> {
        if self.desired.secrets.is_empty() {
            return after.clone();
        }
        let parameters = referable(self.template, &masked(self.template, &self.desired.parameters));
        let scope = self.scope.with_parameters(&parameters);
        scope
            .object(&self.template.resources[id].properties, known)
            .unwrap_or_else(|_| after.keys().map(|name| (name.clone(), MASK.into())).collect())
    }

    /// The present properties for showing.
    fn shown_before(&self, id: &str, live: &Instance) -> Map<String, Value> {
        if self.stack.revision.secrets.is_empty() && self.stack.operation.desired.secrets.is_empty() {
            return live.properties.clone();
        }
        let hidden = || live.properties.keys().map(|name| (name.clone(), MASK.into())).collect();
        let Some((template, scope)) = self.before else { return hidden() };
        let Some(declared) = template.resources.get(id) else { return hidden() };
        let parameters = referable(template, &masked(template, &self.stack.revision.parameters));
        let resources = super::engine::Live(self.stack);
        scope.with_parameters(&parameters).object(&declared.properties, &resources).unwrap_or_else(|_| hidden())
    }
}

/// The properties as the JSON text that a change set carries.
fn context(properties: &Map<String, Value>) -> String {
    json!({ "Properties": properties }).to_string()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A detail with its target. `unknown`: the value may or may not change.
fn detail(
    property: &str,
    always: bool,
    source: &Value,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    unknown: bool,
) -> Value {
    let (old, new) = (before.get(property), after.get(property));
    let kind = match (old, new) {
        (None, _) => "Add",
        (_, None) => "Remove",
        _ => "Modify",
    };
    let shown = if unknown { Some(KNOWN_AFTER_APPLY.to_owned()) } else { new.map(text) };
    let mut detail = Map::from_iter([(
        "Target".to_owned(),
        json!({
            "Attribute": "Properties",
            "Name": property,
            "RequiresRecreation": if always { "Always" } else { "Never" },
            "Path": format!("/Properties/{property}"),
            "BeforeValue": old.map(text),
            "AfterValue": shown,
            "AttributeChangeType": kind,
        }),
    )]);
    if let Value::Object(source) = source {
        detail.extend(source.clone());
    }
    Value::Object(detail)
}

fn removal(id: &str, instance: &Instance) -> Value {
    json!({
        "Type": "Resource",
        "ResourceChange": {
            "PolicyAction": if instance.deletion_policy == Policy::Delete { "Delete" } else { "Retain" },
            "Action": "Remove",
            "LogicalResourceId": id,
            "PhysicalResourceId": instance.physical_id,
            "ResourceType": instance.kind,
            "Scope": [],
            "Details": [],
        }
    })
}

/// The members that `IncludePropertyValues` adds, taken out again.
pub(super) fn without_values(change: &Value) -> Value {
    let mut change = change.clone();
    if let Some(fields) = change["ResourceChange"].as_object_mut() {
        fields.shift_remove("BeforeContext");
        fields.shift_remove("AfterContext");
        for detail in fields.get_mut("Details").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(target) = detail.get_mut("Target").and_then(Value::as_object_mut) {
                for name in ["Path", "BeforeValue", "AfterValue", "AttributeChangeType"] {
                    target.shift_remove(name);
                }
            }
        }
    }
    change
}
