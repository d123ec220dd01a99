//! Deploys through a change set: create, read all of it, let the caller decide, execute, wait.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types::{
    Capability, ChangeSetStatus, ChangeSetType, OnStackFailure, Parameter, Replacement as SdkReplacement, Tag,
};
use serde::Serialize;

use super::begin;
use super::events::Cursor;
use super::status::{Ending, NextAction, ending, next_action};
use super::wait::{Pace, Patience, failure, persist, settle};
use super::{StackView, describe};
use crate::assets;
use crate::error::{Error, Result};
use crate::report::{Event, Reporter};
use crate::target::Target;

/// A deployment.
#[derive(Debug, Clone)]
pub struct DeployRequest {
    /// The stack's name.
    pub stack: String,
    /// The template, JSON.
    pub template: String,
    /// Where a template too large for the call itself is put.
    pub bucket: String,
    /// The template's parameters.
    pub parameters: BTreeMap<String, String>,
    /// Tags for the stack and what is in it.
    pub tags: BTreeMap<String, String>,
    /// What to do when it fails.
    pub on_failure: OnFailure,
    /// A name for the change set that no other one of this stack has.
    pub change_set: String,
}

/// What to do when a deployment fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnFailure {
    /// Back to what was.
    #[default]
    Rollback,
    /// Keep what there is, to look at it.
    Keep,
    /// Remove the stack, if this was its creation; otherwise back to what was.
    Delete,
}

/// What a change set would do.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The stack.
    pub stack: String,
    /// Whether the stack is new.
    pub creates: bool,
    /// The changes, in the order the service gave them.
    pub changes: Vec<Change>,
}

/// A change of one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// `Add`, `Modify`, `Remove`, …
    pub action: String,
    /// The logical id.
    pub logical_id: String,
    /// The type.
    pub resource_type: String,
    /// Whether the resource is replaced by a new one.
    pub replacement: Replacement,
    /// What of it changes: `Properties`, `Metadata`, …
    pub scope: Vec<String>,
}

impl Change {
    /// Whether this takes away, or may take away, what the resource holds.
    pub fn loses_the_resource(&self) -> bool {
        self.action == "Remove" || self.replacement != Replacement::No
    }
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

/// A change set, or the finding that there is nothing to do.
#[derive(Debug)]
pub enum Prepared {
    /// The stack is already as asked.
    NoChanges(StackView),
    /// A change set that can be executed or discarded.
    Ready(Ready),
}

/// A change set that waits for a decision.
#[derive(Debug)]
pub struct Ready {
    /// What it would do.
    pub plan: Plan,
    stack_id: String,
    change_set_id: String,
    on_failure: OnFailure,
    /// Whether the empty stack came with this change set. One that was there before may hold another's change set.
    own_shell: bool,
}

/// Brings the stack into a state that can be deployed to, makes the change set and reads it.
pub async fn prepare(target: &Target, request: &DeployRequest, reporter: &dyn Reporter) -> Result<Prepared> {
    if request.template.len() > assets::TEMPLATE_LIMIT {
        let (bytes, limit) = (request.template.len(), assets::TEMPLATE_LIMIT);
        return Err(Error::TemplateTooLarge { bytes, limit });
    }
    let existing = clear_the_way(target, &request.stack, reporter).await?;
    let create = next_action(existing.as_ref().map(|view| &view.status)) == NextAction::Create;
    let own_shell = create && existing.is_none_or(|view| ending(&view.status) == Ending::Gone);
    let (stack_id, change_set_id) = create_change_set(target, request, create, reporter).await?;
    match read_change_set(target, request, (&stack_id, &change_set_id), create, reporter).await {
        Ok(Some(plan)) => {
            reporter.event(&Event::Planned(plan.clone()));
            let on_failure = request.on_failure;
            Ok(Prepared::Ready(Ready { plan, stack_id, change_set_id, on_failure, own_shell }))
        }
        Ok(None) => {
            delete_change_set(target, &stack_id, &change_set_id).await?;
            reporter.event(&Event::NoChanges { stack: request.stack.clone() });
            let view = describe(target, &request.stack).await?;
            view.map(Prepared::NoChanges).ok_or_else(|| Error::NoStack(request.stack.clone()))
        }
        Err(error) => {
            // The refusal is what matters; a change set that could not be removed does no harm.
            let _ = delete_change_set(target, &stack_id, &change_set_id).await;
            if own_shell {
                let _ = target.cloudformation().delete_stack().stack_name(&stack_id).send().await;
            }
            Err(error)
        }
    }
}

/// Waits for a running operation and removes a failed first creation.
async fn clear_the_way(target: &Target, stack: &str, reporter: &dyn Reporter) -> Result<Option<StackView>> {
    loop {
        let view = persist(target, reporter, || describe(target, stack)).await?;
        let Some(found) = &view else { return Ok(None) };
        let (stack, status) = (stack.to_owned(), found.status.as_str().to_owned());
        match next_action(Some(&found.status)) {
            NextAction::Create | NextAction::Update => return Ok(view),
            NextAction::Wait => {
                reporter.event(&Event::StackBusy { stack: stack.clone(), status });
                let mut cursor = persist(target, reporter, || Cursor::after_now(target, &found.id)).await?;
                settle(target, &found.id, &stack, &mut cursor, reporter).await?;
            }
            NextAction::DeleteThenCreate => {
                reporter.event(&Event::RemovingFailedStack { stack: stack.clone(), status });
                super::destroy(target, &stack, reporter).await?;
            }
            NextAction::NeedsPerson(remedy) => {
                return Err(Error::StackNeedsPerson { stack, status, remedy: remedy.to_owned() });
            }
        }
    }
}

async fn create_change_set(
    target: &Target,
    request: &DeployRequest,
    create: bool,
    reporter: &dyn Reporter,
) -> Result<(String, String)> {
    let parameters = request
        .parameters
        .iter()
        .map(|(key, value)| Parameter::builder().parameter_key(key).parameter_value(value).build())
        .collect();
    let tags = request.tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
    let mut call = target
        .cloudformation()
        .create_change_set()
        .stack_name(&request.stack)
        .change_set_name(&request.change_set)
        .change_set_type(if create { ChangeSetType::Create } else { ChangeSetType::Update })
        .set_parameters(Some(parameters))
        .set_tags(Some(tags))
        .capabilities(Capability::CapabilityIam)
        .capabilities(Capability::CapabilityNamedIam)
        .on_stack_failure(match (request.on_failure, create) {
            (OnFailure::Rollback, _) | (OnFailure::Delete, false) => OnStackFailure::Rollback,
            (OnFailure::Keep, _) => OnStackFailure::DoNothing,
            (OnFailure::Delete, true) => OnStackFailure::Delete,
        });
    if request.template.len() > assets::INLINE_TEMPLATE_LIMIT {
        let url = assets::put_template(target, &request.bucket, &request.stack, &request.template).await?;
        call = call.template_url(url);
    } else {
        call = call.template_body(&request.template);
    }
    let made = begin::create(target, (&request.stack, &request.change_set), call, reporter).await;
    made.map_err(|error| match error {
        Error::Aws { aws, .. } if aws.code.as_deref() == Some("ValidationError") => {
            Error::ChangeSetRefused(aws.message)
        }
        other => other,
    })
}

/// Waits until the change set is made and reads all of its pages. `None` means that there is nothing to change.
async fn read_change_set(
    target: &Target,
    request: &DeployRequest,
    (stack_id, change_set_id): (&str, &str),
    creates: bool,
    reporter: &dyn Reporter,
) -> Result<Option<Plan>> {
    let mut pace = Pace::new(target);
    let mut patience = Patience::brief(target);
    let mut changes = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let page = target
            .cloudformation()
            .describe_change_set()
            .stack_name(stack_id)
            .change_set_name(change_set_id)
            .set_next_token(token.clone())
            .send()
            .await
            .map_err(Error::aws("DescribeChangeSet"));
        let page = match page {
            Ok(page) => page,
            Err(error) => {
                patience.endure(error, reporter).await?;
                continue;
            }
        };
        patience.restored();
        match page.status() {
            Some(ChangeSetStatus::CreateComplete) => {}
            Some(ChangeSetStatus::CreatePending | ChangeSetStatus::CreateInProgress) | None => {
                tokio::time::sleep(pace.after_success()).await;
                continue;
            }
            Some(_) => {
                let reason = page.status_reason().unwrap_or_default();
                if says_no_changes(reason) {
                    return Ok(None);
                }
                return Err(Error::ChangeSetRefused(reason.to_owned()));
            }
        }
        changes.extend(page.changes().iter().filter_map(|change| change.resource_change()).map(read_change));
        token = page.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            return Ok(Some(Plan { stack: request.stack.clone(), creates, changes }));
        }
    }
}

fn says_no_changes(reason: &str) -> bool {
    reason.contains("didn't contain changes") || reason.contains("No updates are to be performed")
}

fn read_change(change: &aws_sdk_cloudformation::types::ResourceChange) -> Change {
    Change {
        action: change.action().map(|action| action.as_str().to_owned()).unwrap_or_default(),
        logical_id: change.logical_resource_id().unwrap_or_default().to_owned(),
        resource_type: change.resource_type().unwrap_or_default().to_owned(),
        replacement: match change.replacement() {
            Some(SdkReplacement::True) => Replacement::Yes,
            Some(SdkReplacement::Conditional) => Replacement::Maybe,
            _ => Replacement::No,
        },
        scope: change.scope().iter().map(|scope| scope.as_str().to_owned()).collect(),
    }
}

async fn delete_change_set(target: &Target, stack_id: &str, change_set_id: &str) -> Result<()> {
    let call = target.cloudformation().delete_change_set().stack_name(stack_id).change_set_name(change_set_id);
    call.send().await.map(|_| ()).map_err(Error::aws("DeleteChangeSet"))
}

/// Throws a change set away, and the empty stack that came with it if there was none before.
pub async fn discard(target: &Target, ready: &Ready) -> Result<()> {
    delete_change_set(target, &ready.stack_id, &ready.change_set_id).await?;
    if ready.own_shell {
        let call = target.cloudformation().delete_stack().stack_name(&ready.stack_id);
        call.send().await.map_err(Error::aws("DeleteStack"))?;
    }
    Ok(())
}

/// Executes a change set and waits for the end.
pub async fn execute(target: &Target, ready: &Ready, reporter: &dyn Reporter) -> Result<StackView> {
    let name = &ready.plan.stack;
    let mut cursor = persist(target, reporter, || Cursor::after_now(target, &ready.stack_id)).await?;
    reporter.event(&Event::Executing { stack: name.clone() });
    begin::execute(target, &ready.stack_id, &ready.change_set_id, reporter).await?;
    let (view, history) = settle(target, &ready.stack_id, name, &mut cursor, reporter).await?;
    let view = view.ok_or_else(|| Error::NoStack(name.clone()))?;
    if ending(&view.status) == Ending::Done {
        return Ok(view);
    }
    let mut error = failure(name, &view, &history);
    if let (Error::Stack(failure), Ending::Gone) = (&mut error, ending(&view.status)) {
        // Asked for: a failed creation that is removed leaves things as they were.
        failure.ending = if ready.on_failure == OnFailure::Delete { Ending::RolledBack } else { Ending::Gone };
    }
    Err(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_wordings_of_no_changes_are_known() {
        assert!(says_no_changes(
            "The submitted information didn't contain changes. Submit different information to create a change set."
        ));
        assert!(says_no_changes("No updates are to be performed."));
        assert!(!says_no_changes("Parameters: [CodeBucket] must have values"));
    }

    #[test]
    fn removal_and_replacement_lose_the_resource() {
        let change = |action: &str, replacement| Change {
            action: action.to_owned(),
            logical_id: "T".to_owned(),
            resource_type: "AWS::DynamoDB::Table".to_owned(),
            replacement,
            scope: Vec::new(),
        };
        assert!(change("Remove", Replacement::No).loses_the_resource());
        assert!(change("Modify", Replacement::Yes).loses_the_resource());
        assert!(change("Modify", Replacement::Maybe).loses_the_resource());
        assert!(!change("Modify", Replacement::No).loses_the_resource());
        assert!(!change("Add", Replacement::No).loses_the_resource());
    }
}
