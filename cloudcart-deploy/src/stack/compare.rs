//! A plan from two templates, made without asking anybody: for a stack that does not exist yet, for an operation without a
//! change set, and for the values that an endpoint leaves out of its change sets.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::leaves;
use super::plan::{Basis, Change, Plan, PropertyChange, Recreation, Replacement, plain};

/// A template with the values of its parameters.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    /// The template.
    pub template: &'a Value,
    /// The parameters' values; the template's defaults fill in for those that are missing.
    pub parameters: &'a BTreeMap<String, String>,
}

/// Says whether changing a property makes a new resource: given the type and the path with `/` between, `None` when that
/// is not known.
pub type CreateOnly<'a> = &'a dyn Fn(&str, &str) -> Option<bool>;

/// What would change from one template to another, as far as the templates tell. A resource under a condition counts as
/// there.
pub fn compare(stack: &str, before: Option<Written<'_>>, after: Written<'_>, create_only: CreateOnly<'_>) -> Plan {
    let empty = Map::new();
    let resources = |written: &Written<'_>| -> Map<String, Value> {
        let declared = written.template["Resources"].as_object().unwrap_or(&empty);
        declared.iter().map(|(id, resource)| (id.clone(), with_parameters(resource, written))).collect()
    };
    let old = before.as_ref().map(resources).unwrap_or_default();
    let new = resources(&after);
    let ids: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let changes = ids.into_iter().filter_map(|id| change(id, old.get(id), new.get(id), create_only)).collect();
    Plan { stack: stack.to_owned(), creates: before.is_none(), basis: Basis::Templates, changes }
}

fn change(id: &str, old: Option<&Value>, new: Option<&Value>, create_only: CreateOnly<'_>) -> Option<Change> {
    let kind = |resource: &Value| resource["Type"].as_str().unwrap_or_default().to_owned();
    let policy = |resource: &Value, name: &str| resource[name].as_str().unwrap_or("Delete").to_owned();
    let base = |action: &str, resource: &Value| Change {
        action: action.to_owned(),
        logical_id: id.to_owned(),
        physical_id: None,
        resource_type: kind(resource),
        replacement: Replacement::No,
        policy_action: None,
        scope: Vec::new(),
        properties: Vec::new(),
    };
    match (old, new) {
        (None, Some(new)) => {
            let made = leaves::between("", None, Some(&new["Properties"]));
            Some(Change { properties: made.into_iter().map(plain).collect(), ..base("Add", new) })
        }
        (Some(old), None) => Some(Change { policy_action: Some(policy(old, "DeletionPolicy")), ..base("Remove", old) }),
        (Some(old), Some(new)) if old != new => {
            let mut properties = leaves::between("", Some(&old["Properties"]), Some(&new["Properties"]))
                .into_iter()
                .map(|leaf| recreating(&kind(new), plain(leaf), create_only))
                .collect::<Vec<_>>();
            let mut scope = Vec::new();
            if !properties.is_empty() {
                scope.push("Properties".to_owned());
            }
            for name in
                ["Condition", "CreationPolicy", "DeletionPolicy", "Metadata", "UpdatePolicy", "UpdateReplacePolicy"]
            {
                let leaves = leaves::between(name, old.get(name), new.get(name));
                if !leaves.is_empty() {
                    scope.push(name.to_owned());
                    properties.extend(leaves.into_iter().map(plain));
                }
            }
            // `DependsOn` alone changes the order of work, not the resource.
            if properties.is_empty() && kind(old) == kind(new) {
                return None;
            }
            let replacement = if kind(old) == kind(new) {
                match properties.iter().map(|property| property.recreation).max() {
                    Some(Recreation::Always) => Replacement::Yes,
                    Some(Recreation::Conditionally) => Replacement::Maybe,
                    _ => Replacement::No,
                }
            } else {
                Replacement::Yes
            };
            let policy_action =
                (replacement != Replacement::No).then(|| format!("ReplaceAnd{}", policy(new, "UpdateReplacePolicy")));
            Some(Change { replacement, policy_action, scope, properties, ..base("Modify", new) })
        }
        _ => None,
    }
}

fn recreating(kind: &str, property: PropertyChange, create_only: CreateOnly<'_>) -> PropertyChange {
    let path: String = property.path.split('[').next().unwrap_or_default().replace('.', "/");
    let recreation = match create_only(kind, &path) {
        Some(true) => Recreation::Always,
        Some(false) => Recreation::Never,
        None => Recreation::Conditionally,
    };
    PropertyChange { recreation, ..property }
}

/// The resource with the value of a parameter in the place of each plain reference to one.
fn with_parameters(value: &Value, written: &Written<'_>) -> Value {
    match value {
        Value::Object(object) => {
            if let (1, Some(name)) = (object.len(), object.get("Ref").and_then(Value::as_str))
                && let Some(known) = parameter(name, written)
            {
                return known;
            }
            Value::Object(object.iter().map(|(key, value)| (key.clone(), with_parameters(value, written))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| with_parameters(item, written)).collect()),
        other => other.clone(),
    }
}

fn parameter(name: &str, written: &Written<'_>) -> Option<Value> {
    let declared = written.template["Parameters"].get(name)?;
    let secret = declared["NoEcho"] == true || declared["NoEcho"] == "true";
    if secret {
        return Some(Value::String("****".to_owned()));
    }
    let given = written.parameters.get(name).map(|value| Value::String(value.clone()));
    given.or_else(|| declared.get("Default").cloned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn create_only(kind: &str, path: &str) -> Option<bool> {
        (kind == "AWS::SQS::Queue").then_some(path == "QueueName")
    }

    fn plan(before: Option<&Value>, after: &Value, old: &[(&str, &str)], new: &[(&str, &str)]) -> Plan {
        let values = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let (old, new) = (values(old), values(new));
        let before = before.map(|template| Written { template, parameters: &old });
        compare("s", before, Written { template: after, parameters: &new }, &create_only)
    }

    #[test]
    fn a_stack_that_is_not_there_is_all_additions() {
        let after = json!({ "Resources": { "Q": { "Type": "AWS::SQS::Queue", "Properties": { "DelaySeconds": 1 } } } });
        let plan = plan(None, &after, &[], &[]);
        assert!(plan.creates);
        assert_eq!(plan.changes.len(), 1);
        assert_eq!(plan.changes[0].action, "Add");
        assert_eq!(plan.changes[0].properties[0].after.as_deref(), Some("1"));
    }

    #[test]
    fn a_parameter_that_changes_changes_whoever_refers_to_it() {
        let template = json!({
            "Parameters": { "Key": { "Type": "String" }, "Same": { "Type": "String", "Default": "x" } },
            "Resources": {
                "F": { "Type": "AWS::Lambda::Function", "Properties": { "Code": { "S3Key": { "Ref": "Key" } } } },
                "G": { "Type": "AWS::Lambda::Function", "Properties": { "Handler": { "Ref": "Same" } } },
            }
        });
        let plan = plan(Some(&template), &template, &[("Key", "a")], &[("Key", "b")]);
        assert_eq!(plan.changes.len(), 1);
        let property = &plan.changes[0].properties[0];
        assert_eq!(
            (property.path.as_str(), property.before.as_deref(), property.after.as_deref()),
            ("Code.S3Key", Some("a"), Some("b"))
        );
        // Nothing is known of the type: it may be replaced.
        assert_eq!(plan.changes[0].replacement, Replacement::Maybe);
    }

    #[test]
    fn what_a_schema_calls_create_only_replaces() {
        let named = |name: &str, delay: u32| {
            json!({ "Resources": { "Q": {
                "Type": "AWS::SQS::Queue",
                "UpdateReplacePolicy": "Retain",
                "Properties": { "QueueName": name, "DelaySeconds": delay },
            } } })
        };
        let replaced = plan(Some(&named("a", 1)), &named("b", 1), &[], &[]);
        assert_eq!(replaced.changes[0].replacement, Replacement::Yes);
        assert_eq!(replaced.changes[0].policy_action.as_deref(), Some("ReplaceAndRetain"));
        assert!(replaced.changes[0].loses_data());
        let updated = plan(Some(&named("a", 1)), &named("a", 2), &[], &[]);
        assert_eq!(updated.changes[0].replacement, Replacement::No);
        assert!(plan(Some(&named("a", 1)), &named("a", 1), &[], &[]).changes.is_empty());
    }

    #[test]
    fn what_is_gone_is_removed_as_its_policy_says() {
        let before = json!({ "Resources": { "T": { "Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain" } } });
        let plan = plan(Some(&before), &json!({ "Resources": {} }), &[], &[]);
        assert_eq!(plan.changes[0].action, "Remove");
        assert_eq!(plan.changes[0].policy_action.as_deref(), Some("Retain"));
        assert!(!plan.changes[0].loses_data());
    }

    #[test]
    fn the_order_of_work_alone_is_no_change_and_another_type_is_a_replacement() {
        let of = |kind: &str, after: &str| json!({ "Resources": { "X": { "Type": kind, "DependsOn": after } } });
        assert!(plan(Some(&of("A::B::C", "Y")), &of("A::B::C", "Z"), &[], &[]).changes.is_empty());
        let other = plan(Some(&of("A::B::C", "Y")), &of("A::B::D", "Y"), &[], &[]);
        assert_eq!(other.changes[0].replacement, Replacement::Yes);
    }

    #[test]
    fn a_secret_parameter_is_masked() {
        let template = |value: &str| {
            json!({
                "Parameters": { "P": { "Type": "String", "NoEcho": true } },
                "Resources": { "X": { "Type": "A::B::C", "Properties": { "V": { "Ref": "P" }, "W": value } } },
            })
        };
        let plan = plan(Some(&template("1")), &template("2"), &[("P", "old")], &[("P", "new")]);
        assert_eq!(plan.changes[0].properties.len(), 1);
        assert_eq!(plan.changes[0].properties[0].path, "W");
    }
}
