//! Removes a stack: looks at what would go and what stays, empties its buckets, deletes it, and sweeps its log groups.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudformation::types::StackStatus;
use serde::Serialize;
use serde_json::Value;

use super::events::{Cursor, ResourceEvent};
use super::resources::{StackResource, resources};
use super::rollback::Stuck;
use super::stateful::holds_data;
use super::status::{Ending, ending};
use super::wait::{failure, settle};
use super::{StackView, describe};
use crate::bucket::{self, Emptied};
use crate::error::{AwsKind, Error, Result};
use crate::log_groups::{self, LeftGroup};
use crate::report::{Event, Reporter};
use crate::target::Target;

const BUCKET: &str = "AWS::S3::Bucket";
const FUNCTION: &str = "AWS::Lambda::Function";
const LOG_GROUP: &str = "AWS::Logs::LogGroup";

/// A removed stack.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Destroyed {
    /// Its name.
    pub stack: String,
    /// What stays: its `DeletionPolicy` says so, or the caller did.
    pub remaining: Vec<Remaining>,
    /// The buckets that were emptied.
    pub emptied: Vec<Emptied>,
    /// Log groups that functions of the stack had left behind, and that are gone now.
    pub swept: Vec<String>,
    /// Log groups that could not be swept.
    pub unswept: Vec<LeftGroup>,
}

/// A resource that outlives its stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Remaining {
    /// Its logical id in the stack.
    pub logical_id: String,
    /// Its own name.
    pub physical_id: String,
    /// Its type.
    pub resource_type: String,
}

/// A resource that goes with its stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Doomed {
    /// Its logical id in the stack.
    pub logical_id: String,
    /// Its own name.
    pub physical_id: String,
    /// Its type.
    pub resource_type: String,
    /// Whether data goes with it.
    pub holds_data: bool,
    /// Whether its `DeletionPolicy` makes a snapshot first.
    pub snapshot: bool,
    /// For a bucket: how many objects, old versions and delete markers are in it, counted up to a thousand.
    pub objects: Option<usize>,
}

/// What the removal of a stack would take, and what it would leave.
#[derive(Debug, Clone)]
pub struct Survey {
    /// The stack.
    pub view: StackView,
    /// What goes.
    pub goes: Vec<Doomed>,
    /// What stays, because its `DeletionPolicy` says so.
    pub stays: Vec<Remaining>,
}

impl Survey {
    /// Whether data would be lost.
    pub fn loses_data(&self) -> bool {
        self.goes.iter().any(|one| one.holds_data)
    }
}

/// Looks at what the removal of a stack would take. A stack that is not there is [`Error::NoStack`], a protected one
/// [`Error::Protected`], which is found out before anything else is asked.
pub async fn survey(target: &Target, stack: &str) -> Result<Survey> {
    let view = describe(target, stack).await?.ok_or_else(|| Error::NoStack(stack.to_owned()))?;
    if view.protected {
        return Err(Error::Protected(stack.to_owned()));
    }
    let all: Vec<StackResource> =
        resources(target, &view.id).await?.into_iter().filter(StackResource::exists).collect();
    let policies = if all.is_empty() { BTreeMap::new() } else { policies(target, &view.id).await? };
    let (mut goes, mut stays) = (Vec::new(), Vec::new());
    for resource in all {
        let policy = policies.get(&resource.logical_id).map_or("Delete", String::as_str);
        let StackResource { logical_id, physical_id, resource_type, .. } = resource;
        if matches!(policy, "Retain" | "RetainExceptOnCreate") {
            stays.push(Remaining { logical_id, physical_id, resource_type });
            continue;
        }
        let mut doomed = Doomed {
            holds_data: holds_data(&resource_type),
            snapshot: policy == "Snapshot",
            objects: None,
            logical_id,
            physical_id,
            resource_type,
        };
        if doomed.resource_type == BUCKET {
            doomed.objects = bucket::count(target, &doomed.physical_id).await?;
            // What cannot be counted may be there.
            doomed.holds_data = doomed.objects != Some(0);
        }
        goes.push(doomed);
    }
    Ok(Survey { view, goes, stays })
}

/// The `DeletionPolicy` of each resource that has one in the stack's template. Without the right to read the template, or with
/// one that is not JSON, nothing counts as retained: the question before the removal then asks for more than it must.
async fn policies(target: &Target, stack: &str) -> Result<BTreeMap<String, String>> {
    let answer = target.cloudformation().get_template().stack_name(stack).send().await;
    let text = match answer.map_err(Error::aws("GetTemplate")) {
        Ok(answer) => answer.template_body().unwrap_or_default().to_owned(),
        Err(error) if error.as_aws().is_some_and(|aws| matches!(aws.kind, AwsKind::Denied | AwsKind::NotOffered)) => {
            String::new()
        }
        Err(error) => return Err(error),
    };
    Ok(policies_in(&text))
}

fn policies_in(template: &str) -> BTreeMap<String, String> {
    let template: Value = serde_json::from_str(template).unwrap_or_default();
    let resources = template.get("Resources").and_then(Value::as_object);
    resources
        .into_iter()
        .flatten()
        .filter_map(|(id, resource)| Some((id.clone(), resource.get("DeletionPolicy")?.as_str()?.to_owned())))
        .collect()
}

/// What a failed removal got stuck at.
pub async fn blockers(target: &Target, stack: &str) -> Result<Vec<Stuck>> {
    let all = resources(target, stack).await?;
    Ok(all
        .into_iter()
        .filter(|resource| resource.status == "DELETE_FAILED")
        .map(|resource| Stuck {
            logical_id: resource.logical_id,
            physical_id: resource.physical_id,
            resource_type: resource.resource_type,
            reason: resource.reason.unwrap_or_else(|| "the service gave no reason".to_owned()),
        })
        .collect())
}

/// Removes a stack that was looked at, with everything in its buckets, and waits for the end; then sweeps the log groups that
/// its functions left. The resources in `retain` stay; only a removal that failed before can leave something behind like this.
pub async fn remove(target: &Target, survey: &Survey, retain: &[String], reporter: &dyn Reporter) -> Result<Destroyed> {
    let name = &survey.view.name;
    let mut destroyed = Destroyed { stack: name.clone(), ..Destroyed::default() };
    let kept = |one: &&Doomed| !retain.contains(&one.logical_id);
    let buckets: Vec<&Doomed> = survey.goes.iter().filter(|one| one.resource_type == BUCKET).filter(kept).collect();
    for doomed in &buckets {
        let emptied = bucket::empty(target, &doomed.physical_id, reporter).await?;
        destroyed.emptied.extend((emptied.objects > 0).then_some(emptied));
    }
    let mut ended = delete(target, &survey.view, retain, reporter).await;
    if let Err(Error::Stack(_)) = &ended {
        // Something wrote to a bucket between its emptying and its deletion.
        let stuck = blockers(target, &survey.view.id).await.unwrap_or_default();
        let refilled: Vec<&Doomed> = buckets
            .iter()
            .filter(|one| stuck.iter().any(|other| other.logical_id == one.logical_id))
            .copied()
            .collect();
        let mut again = 0;
        for doomed in &refilled {
            again += bucket::empty(target, &doomed.physical_id, reporter).await?.objects;
        }
        if again > 0 {
            ended = delete(target, &survey.view, retain, reporter).await;
        }
    }
    destroyed.remaining = ended?;
    // Those that the caller retained are told as skipped where the service does so; none is told twice.
    for doomed in survey.goes.iter().filter(|one| retain.contains(&one.logical_id)) {
        if !destroyed.remaining.iter().any(|one| one.logical_id == doomed.logical_id) {
            destroyed.remaining.push(Remaining {
                logical_id: doomed.logical_id.clone(),
                physical_id: doomed.physical_id.clone(),
                resource_type: doomed.resource_type.clone(),
            });
        }
    }
    let sweep = groups_to_sweep(survey, &destroyed.remaining);
    (destroyed.swept, destroyed.unswept) = log_groups::sweep(target, &sweep, reporter).await;
    Ok(destroyed)
}

/// The log groups that are this stack's own: those it declared, which a late line of a function may have made anew, and those
/// that Lambda makes for its functions. One that stays, or whose function does, is left alone.
fn groups_to_sweep(survey: &Survey, remaining: &[Remaining]) -> BTreeSet<String> {
    let stays = |logical_id: &str| remaining.iter().any(|one| one.logical_id == logical_id);
    let retained = |name: &str| {
        let mut all = remaining.iter().chain(&survey.stays);
        all.any(|one| one.resource_type == LOG_GROUP && one.physical_id == name)
    };
    survey
        .goes
        .iter()
        .filter(|one| !stays(&one.logical_id))
        .filter_map(|one| match one.resource_type.as_str() {
            LOG_GROUP => Some(one.physical_id.clone()),
            FUNCTION => Some(format!("/aws/lambda/{}", one.physical_id)),
            _ => None,
        })
        .filter(|name| !retained(name))
        .collect()
}

/// Deletes the stack and waits. Gives what its policies left.
async fn delete(
    target: &Target,
    view: &StackView,
    retain: &[String],
    reporter: &dyn Reporter,
) -> Result<Vec<Remaining>> {
    let mut cursor = Cursor::after_now(target, &view.id).await?;
    let retain = (!retain.is_empty()).then(|| retain.to_vec());
    let call = target.cloudformation().delete_stack().stack_name(&view.id).set_retain_resources(retain);
    call.send().await.map_err(Error::aws("DeleteStack"))?;
    let (settled, events) = settle(target, &view.id, &view.name, &mut cursor, reporter).await?;
    match settled {
        Some(settled) if ending(&settled.status) != Ending::Gone => Err(failure(&view.name, &settled, &events)),
        _ => Ok(remaining(&events)),
    }
}

/// Removes a stack as it is and waits for the end: nothing is emptied or swept. For the remains of a failed first creation,
/// which nobody used. A stack that is not there is [`Error::NoStack`].
pub async fn destroy(target: &Target, stack: &str, reporter: &dyn Reporter) -> Result<Destroyed> {
    let Some(mut view) = describe(target, stack).await? else { return Err(Error::NoStack(stack.to_owned())) };
    if view.protected {
        return Err(Error::Protected(stack.to_owned()));
    }
    let busy = ending(&view.status) == Ending::Running && view.status != StackStatus::ReviewInProgress;
    if busy && view.status != StackStatus::DeleteInProgress {
        let mut cursor = Cursor::after_now(target, &view.id).await?;
        reporter.event(&Event::StackBusy { stack: stack.to_owned(), status: view.status.as_str().to_owned() });
        let (settled, _) = settle(target, &view.id, stack, &mut cursor, reporter).await?;
        let Some(settled) = settled else {
            return Ok(Destroyed { stack: stack.to_owned(), ..Destroyed::default() });
        };
        view = settled;
    }
    let remaining = delete(target, &view, &[], reporter).await?;
    Ok(Destroyed { stack: stack.to_owned(), remaining, ..Destroyed::default() })
}

fn remaining(history: &[ResourceEvent]) -> Vec<Remaining> {
    history
        .iter()
        .filter(|event| event.status == "DELETE_SKIPPED")
        .map(|event| Remaining {
            logical_id: event.logical_id.clone(),
            physical_id: event.physical_id.clone(),
            resource_type: event.resource_type.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_deletion_skipped_remains() {
        let event = |id: &str, status: &str| ResourceEvent {
            id: id.to_owned(),
            logical_id: id.to_owned(),
            physical_id: format!("phys-{id}"),
            resource_type: "AWS::S3::Bucket".to_owned(),
            status: status.to_owned(),
            ..ResourceEvent::default()
        };
        let left = remaining(&[event("A", "DELETE_COMPLETE"), event("B", "DELETE_SKIPPED")]);
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].physical_id, "phys-B");
    }

    #[test]
    fn policies_are_read_from_json_and_absent_elsewhere() {
        let template = r#"{"Resources": {"A": {"Type": "T", "DeletionPolicy": "Retain"}, "B": {"Type": "T"}}}"#;
        assert_eq!(policies_in(template), BTreeMap::from([("A".to_owned(), "Retain".to_owned())]));
        assert!(policies_in("Resources:\n  A:\n    DeletionPolicy: Retain\n").is_empty());
        assert!(policies_in("").is_empty());
    }

    #[test]
    fn only_groups_of_the_stack_s_own_are_swept() {
        let doomed = |id: &str, kind: &str, physical: &str| Doomed {
            logical_id: id.to_owned(),
            physical_id: physical.to_owned(),
            resource_type: kind.to_owned(),
            holds_data: false,
            snapshot: false,
            objects: None,
        };
        let left = |id: &str, kind: &str, physical: &str| Remaining {
            logical_id: id.to_owned(),
            physical_id: physical.to_owned(),
            resource_type: kind.to_owned(),
        };
        let view = StackView {
            id: String::new(),
            name: "s".to_owned(),
            status: StackStatus::CreateComplete,
            reason: None,
            outputs: BTreeMap::new(),
            descriptions: BTreeMap::new(),
            parameters: BTreeMap::new(),
            protected: false,
        };
        let survey = Survey {
            view,
            goes: vec![
                doomed("F", FUNCTION, "s-F-1"),
                doomed("G", FUNCTION, "s-G-1"),
                doomed("Stays", FUNCTION, "s-Stays-1"),
                doomed("L", LOG_GROUP, "s-L-1"),
                doomed("T", "AWS::DynamoDB::Table", "s-T-1"),
            ],
            stays: vec![left("Kept", LOG_GROUP, "/aws/lambda/s-G-1")],
        };
        let swept = groups_to_sweep(&survey, &[left("Stays", FUNCTION, "s-Stays-1")]);
        assert_eq!(swept.into_iter().collect::<Vec<_>>(), ["/aws/lambda/s-F-1", "s-L-1"]);
    }
}
