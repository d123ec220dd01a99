//! What an operation would change, down to each property's value before and after.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types::{
    EvaluationType, Replacement as SdkReplacement, RequiresRecreation, ResourceAttribute, ResourceChange,
    ResourceChangeDetail,
};
use serde::Serialize;
use serde_json::Value;

use super::leaves::{self, Leaf};
use super::stateful::holds_data;

/// What an operation would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The stack.
    pub stack: String,
    /// Whether the stack is new.
    pub creates: bool,
    /// Who worked the plan out.
    pub basis: Basis,
    /// The changes, in the order of the logical ids.
    pub changes: Vec<Change>,
}

/// Who worked a plan out, which says how far it can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// CloudFormation, in a change set.
    ChangeSet,
    /// This library, from the two templates and the schemas: it does not know what the live resources are like, nor which
    /// change follows from another.
    Templates,
}

/// A change of one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// `Add`, `Modify`, `Remove`, …
    pub action: String,
    /// The logical id.
    pub logical_id: String,
    /// The resource's own name, if there is one yet.
    pub physical_id: Option<String>,
    /// The type.
    pub resource_type: String,
    /// Whether the resource is replaced by a new one.
    pub replacement: Replacement,
    /// What becomes of the old resource when it is removed or replaced: `Delete`, `Retain`, `Snapshot`, `ReplaceAndDelete`, …
    pub policy_action: Option<String>,
    /// What of it changes: `Properties`, `Metadata`, …
    pub scope: Vec<String>,
    /// Each changed property; of a new resource each property it is made with.
    pub properties: Vec<PropertyChange>,
}

/// A change of one property, or of another attribute of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PropertyChange {
    /// Where: `Environment.Variables.SHOP_CART`, `Policies[cart].PolicyDocument`, `DeletionPolicy`.
    pub path: String,
    /// The value now; none when there is none, or the endpoint does not tell.
    pub before: Option<String>,
    /// The value to come; none when there will be none, or nobody knows yet.
    pub after: Option<String>,
    /// Whether this change makes a new resource.
    pub recreation: Recreation,
    /// Whether it depends on a value that is only known when the operation runs.
    pub dynamic: bool,
    /// What the change follows from: a parameter, or an attribute of another resource.
    pub causes: Vec<String>,
}

/// Whether a resource is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Replacement {
    /// It stays.
    No,
    /// It depends on values that are not known yet.
    Maybe,
    /// It is replaced.
    Yes,
}

/// Whether the change of a property makes a new resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Recreation {
    /// Never.
    Never,
    /// It depends on the values.
    Conditionally,
    /// Always.
    Always,
}

impl Change {
    /// Whether this takes away, or may take away, the resource that there is.
    pub fn loses_the_resource(&self) -> bool {
        self.action == "Remove" || self.replacement != Replacement::No
    }

    /// Whether it takes away, or may take away, what somebody stored. A removed resource that its policy keeps is not lost; a
    /// replaced one is, even if it is kept: the stack goes on with an empty one.
    pub fn loses_data(&self) -> bool {
        let kept = matches!(self.policy_action.as_deref(), Some("Retain" | "Snapshot"));
        holds_data(&self.resource_type)
            && ((self.action == "Remove" && !kept) || (self.action != "Remove" && self.replacement != Replacement::No))
    }

    /// Whether it is about who may do what.
    pub fn is_about_rights(&self) -> bool {
        self.resource_type.starts_with("AWS::IAM::")
            || ["AWS::Lambda::Permission", "AWS::KMS::Grant"].contains(&self.resource_type.as_str())
            || self.resource_type.ends_with("Policy")
            || self.properties.iter().any(|property| {
                property.path.ends_with("PolicyDocument") || ["KeyPolicy", "Policy"].contains(&property.path.as_str())
            })
    }
}

impl Plan {
    /// Removed and added resources of one type, which may be one resource under a new logical id: CloudFormation makes the
    /// new one empty and removes the old one. Pairs of ids, old and new.
    pub fn likely_renamings(&self) -> Vec<(&str, &str)> {
        let of = |action: &'static str| self.changes.iter().filter(move |change| change.action == action);
        let mut pairs = Vec::new();
        for removed in of("Remove") {
            let mut same = of("Add").filter(|added| added.resource_type == removed.resource_type);
            if let (Some(added), None) = (same.next(), same.next()) {
                pairs.push((removed.logical_id.as_str(), added.logical_id.as_str()));
            }
        }
        pairs
    }

    /// Whether some change came without its values, which the templates may then tell.
    pub(super) fn lacks_values(&self) -> bool {
        let bare = |change: &Change| match change.action.as_str() {
            "Add" => change.properties.is_empty(),
            _ => change.properties.iter().any(|property| property.before.is_none() && property.after.is_none()),
        };
        self.changes.iter().any(bare)
    }

    /// Adds the values of a plan that was made from the templates, where this one has none.
    pub(super) fn fill_from(&mut self, written: &Self) {
        for change in &mut self.changes {
            let Some(known) = written.changes.iter().find(|known| known.logical_id == change.logical_id) else {
                continue;
            };
            if change.action == "Add" && change.properties.is_empty() {
                change.properties.clone_from(&known.properties);
                continue;
            }
            let mut filled = Rows::default();
            for property in std::mem::take(&mut change.properties) {
                let below: Vec<_> =
                    known.properties.iter().filter(|other| is_below(&other.path, &property.path)).collect();
                if property.before.is_some() || property.after.is_some() || below.is_empty() {
                    filled.add(property);
                    continue;
                }
                for other in below {
                    filled.add(PropertyChange {
                        path: other.path.clone(),
                        before: other.before.clone(),
                        after: other.after.clone(),
                        ..property.clone()
                    });
                }
            }
            change.properties = filled.into_vec();
        }
    }
}

/// Whether a path is another one, or leads into it.
fn is_below(path: &str, top: &str) -> bool {
    path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Property changes by path, each path once.
#[derive(Default)]
struct Rows(BTreeMap<String, PropertyChange>);

impl Rows {
    fn add(&mut self, row: PropertyChange) {
        match self.0.get_mut(&row.path) {
            None => {
                self.0.insert(row.path.clone(), row);
            }
            Some(known) => {
                known.recreation = known.recreation.max(row.recreation);
                // What is certain for one reason is certain.
                known.dynamic &= row.dynamic;
                known.before = known.before.take().or(row.before);
                known.after = known.after.take().or(row.after);
                for cause in row.causes {
                    if !known.causes.contains(&cause) {
                        known.causes.push(cause);
                    }
                }
            }
        }
    }

    fn into_vec(self) -> Vec<PropertyChange> {
        self.0.into_values().collect()
    }
}

/// Reads a change of a change set.
pub(super) fn read(change: &ResourceChange) -> Change {
    let action = change.action().map(|action| action.as_str().to_owned()).unwrap_or_default();
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let mut rows = Rows::default();
    for detail in change.details() {
        read_detail(detail, &mut rows);
    }
    if action == "Add"
        && let Some(made) = change.after_context().and_then(|context| serde_json::from_str::<Value>(context).ok())
    {
        for leaf in leaves::between("", None, Some(&made["Properties"])) {
            rows.add(plain(leaf));
        }
    }
    Change {
        logical_id: change.logical_resource_id().unwrap_or_default().to_owned(),
        physical_id: text(change.physical_resource_id()),
        resource_type: change.resource_type().unwrap_or_default().to_owned(),
        replacement: match change.replacement() {
            Some(SdkReplacement::True) => Replacement::Yes,
            Some(SdkReplacement::Conditional) => Replacement::Maybe,
            _ => Replacement::No,
        },
        policy_action: change.policy_action().map(|policy| policy.as_str().to_owned()),
        scope: change.scope().iter().map(|scope| scope.as_str().to_owned()).collect(),
        properties: rows.into_vec(),
        action,
    }
}

fn read_detail(detail: &ResourceChangeDetail, rows: &mut Rows) {
    let Some(target) = detail.target() else { return };
    let recreation = match target.requires_recreation() {
        Some(RequiresRecreation::Always) => Recreation::Always,
        Some(RequiresRecreation::Conditionally) => Recreation::Conditionally,
        _ => Recreation::Never,
    };
    let path = match (target.path().filter(|path| !path.is_empty()), target.name()) {
        (Some(path), _) => leaves::dotted(path),
        (None, Some(name)) if target.attribute() == Some(&ResourceAttribute::Properties) => name.to_owned(),
        _ => target.attribute().map(|attribute| attribute.as_str().to_owned()).unwrap_or_default(),
    };
    let found = leaves::between_texts(&path, target.before_value(), target.after_value());
    let found = if found.is_empty() { vec![Leaf { path, before: None, after: None }] } else { found };
    for leaf in found {
        rows.add(PropertyChange {
            recreation,
            dynamic: detail.evaluation() == Some(&EvaluationType::Dynamic),
            causes: detail.causing_entity().filter(|cause| !cause.is_empty()).map(str::to_owned).into_iter().collect(),
            ..plain(leaf)
        });
    }
}

/// A property's change that is certain and replaces nothing.
pub(super) fn plain(leaf: Leaf) -> PropertyChange {
    PropertyChange {
        path: leaf.path,
        before: leaf.before,
        after: leaf.after,
        recreation: Recreation::Never,
        dynamic: false,
        causes: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudformation::types::{ChangeAction, PolicyAction, ResourceTargetDefinition};

    use super::*;

    fn change(kind: &str, action: &str, replacement: Replacement) -> Change {
        Change {
            action: action.to_owned(),
            logical_id: "T".to_owned(),
            physical_id: None,
            resource_type: kind.to_owned(),
            replacement,
            policy_action: None,
            scope: Vec::new(),
            properties: Vec::new(),
        }
    }

    #[test]
    fn removal_and_replacement_lose_the_resource() {
        let table = |action: &str, replacement| change("AWS::DynamoDB::Table", action, replacement);
        assert!(table("Remove", Replacement::No).loses_the_resource());
        assert!(table("Modify", Replacement::Yes).loses_the_resource());
        assert!(table("Modify", Replacement::Maybe).loses_the_resource());
        assert!(!table("Modify", Replacement::No).loses_the_resource());
        assert!(!table("Add", Replacement::No).loses_the_resource());
    }

    #[test]
    fn only_replacing_or_removing_what_holds_data_loses_it() {
        let table = |action: &str, replacement| change("AWS::DynamoDB::Table", action, replacement);
        assert!(table("Remove", Replacement::No).loses_data());
        assert!(table("Modify", Replacement::Yes).loses_data());
        assert!(table("Modify", Replacement::Maybe).loses_data());
        assert!(!table("Modify", Replacement::No).loses_data());
        assert!(!table("Add", Replacement::No).loses_data());
        assert!(!change("AWS::Lambda::Function", "Remove", Replacement::No).loses_data());
        let kept = Change { policy_action: Some("Retain".to_owned()), ..table("Remove", Replacement::No) };
        assert!(!kept.loses_data());
        let replaced =
            Change { policy_action: Some("ReplaceAndRetain".to_owned()), ..table("Modify", Replacement::Yes) };
        assert!(replaced.loses_data());
    }

    fn detail(path: &str, before: Option<&str>, after: Option<&str>) -> ResourceTargetDefinition {
        ResourceTargetDefinition::builder()
            .attribute(ResourceAttribute::Properties)
            .name(path.split('/').nth(2).unwrap_or_default())
            .path(path)
            .requires_recreation(RequiresRecreation::Never)
            .set_before_value(before.map(str::to_owned))
            .set_after_value(after.map(str::to_owned))
            .build()
    }

    #[test]
    fn a_change_is_read_down_to_its_leaves() {
        let environment = detail(
            "/Properties/Environment",
            Some(r#"{"Variables":{"A":"1","B":"2"}}"#),
            Some(r#"{"Variables":{"A":"1","B":"3","C":"4"}}"#),
        );
        let sdk = ResourceChange::builder()
            .action(ChangeAction::Modify)
            .logical_resource_id("F")
            .resource_type("AWS::Lambda::Function")
            .replacement(SdkReplacement::False)
            .policy_action(PolicyAction::Retain)
            .details(ResourceChangeDetail::builder().target(environment.clone()).build())
            .details(ResourceChangeDetail::builder().target(environment).causing_entity("Cart").build())
            .build();
        let change = read(&sdk);
        let rows: Vec<_> = change
            .properties
            .iter()
            .map(|row| (row.path.as_str(), row.before.as_deref(), row.after.as_deref(), row.causes.len()))
            .collect();
        assert_eq!(
            rows,
            [("Environment.Variables.B", Some("2"), Some("3"), 1), ("Environment.Variables.C", None, Some("4"), 1)]
        );
        assert_eq!(change.policy_action.as_deref(), Some("Retain"));
    }

    #[test]
    fn a_new_resource_is_read_with_what_it_is_made_with() {
        let sdk = ResourceChange::builder()
            .action(ChangeAction::Add)
            .logical_resource_id("Q")
            .resource_type("AWS::SQS::Queue")
            .after_context(r#"{"Properties":{"VisibilityTimeout":180,"RedrivePolicy":{"maxReceiveCount":3}}}"#)
            .build();
        let paths: Vec<_> = read(&sdk).properties.into_iter().map(|row| (row.path, row.after)).collect();
        assert_eq!(
            paths,
            [
                ("RedrivePolicy.maxReceiveCount".to_owned(), Some("3".to_owned())),
                ("VisibilityTimeout".to_owned(), Some("180".to_owned()))
            ]
        );
    }

    #[test]
    fn values_that_an_endpoint_withholds_come_from_the_templates() {
        let row = |path: &str, before: Option<&str>, after: Option<&str>, recreation| PropertyChange {
            path: path.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
            recreation,
            dynamic: false,
            causes: Vec::new(),
        };
        let plan = |properties| Plan {
            stack: "s".to_owned(),
            creates: false,
            basis: Basis::ChangeSet,
            changes: vec![Change { properties, ..change("AWS::SQS::Queue", "Modify", Replacement::No) }],
        };
        let mut bare = plan(vec![row("Environment", None, None, Recreation::Always)]);
        assert!(bare.lacks_values());
        let written = plan(vec![
            row("Environment.A", Some("1"), Some("2"), Recreation::Never),
            row("EnvironmentX", Some("1"), Some("2"), Recreation::Never),
        ]);
        bare.fill_from(&written);
        assert_eq!(bare.changes[0].properties, [row("Environment.A", Some("1"), Some("2"), Recreation::Always)]);
        assert!(!bare.lacks_values());
    }

    #[test]
    fn a_removed_and_an_added_one_of_a_type_may_be_a_renaming() {
        let named = |id: &str, action: &str, kind: &str| Change {
            logical_id: id.to_owned(),
            ..change(kind, action, Replacement::No)
        };
        let mut plan = Plan {
            stack: "s".to_owned(),
            creates: false,
            basis: Basis::ChangeSet,
            changes: vec![
                named("Old", "Remove", "AWS::SQS::Queue"),
                named("New", "Add", "AWS::SQS::Queue"),
                named("Gone", "Remove", "AWS::Lambda::Function"),
            ],
        };
        assert_eq!(plan.likely_renamings(), [("Old", "New")]);
        plan.changes.push(named("Other", "Add", "AWS::SQS::Queue"));
        assert!(plan.likely_renamings().is_empty());
    }

    #[test]
    fn rights_are_told_apart() {
        assert!(change("AWS::IAM::Role", "Modify", Replacement::No).is_about_rights());
        assert!(change("AWS::SQS::QueuePolicy", "Add", Replacement::No).is_about_rights());
        assert!(change("AWS::Lambda::Permission", "Add", Replacement::No).is_about_rights());
        assert!(!change("AWS::Lambda::Function", "Modify", Replacement::No).is_about_rights());
    }
}
