//! Deploys through a change set: create, read all of it, let the caller decide, execute, wait.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types::{
    Capability, ChangeSetStatus, ChangeSetType, DeploymentConfig, DeploymentConfigMode, OnStackFailure, Parameter, Tag,
    TemplateStage,
};
use serde_json::Value;

use super::begin;
use super::compare::{CreateOnly, Written, compare};
use super::events::Cursor;
use super::plan::{self, Basis, Plan};
use super::status::{Ending, NextAction, ending, next_action};
use super::wait::{Pace, Patience, failure, persist, settle};
use super::{StackView, describe, direct};
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
    /// End as soon as every resource is configured, without waiting until each can serve (CloudFormation's express mode).
    pub express: bool,
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

/// A change set, or the finding that there is nothing to do.
#[derive(Debug)]
pub enum Prepared {
    /// The stack is already as asked.
    NoChanges(StackView),
    /// A change set that can be executed or discarded.
    Ready(Ready),
}

/// An operation that waits for a decision.
#[derive(Debug)]
pub struct Ready {
    /// What it would do.
    pub plan: Plan,
    pub(super) on_failure: OnFailure,
    pub(super) way: Way,
}

/// How a prepared operation is begun.
#[derive(Debug)]
pub(super) enum Way {
    /// By a change set that is there.
    ChangeSet(Made),
    /// By a call that creates or updates the stack.
    Direct(Box<DeployRequest>),
}

/// A change set that was made.
#[derive(Debug)]
pub(super) struct Made {
    stack_id: String,
    change_set_id: String,
    /// Whether the empty stack came with this change set. One that was there before may hold another's change set.
    own_shell: bool,
}

/// A stack after an operation.
#[derive(Debug)]
pub struct Executed {
    /// The stack.
    pub view: StackView,
    /// Whether there was anything to do; a plan made from templates alone cannot always tell beforehand.
    pub changed: bool,
}

/// Brings the stack into a state that can be deployed to, makes the change set and reads it.
pub async fn prepare(target: &Target, request: &DeployRequest, reporter: &dyn Reporter) -> Result<Prepared> {
    check_size(request)?;
    let existing = clear_the_way(target, &request.stack, reporter).await?;
    let create = next_action(existing.as_ref().map(|view| &view.status)) == NextAction::Create;
    let own_shell = create && existing.is_none_or(|view| ending(&view.status) == Ending::Gone);
    let (stack_id, change_set_id) = create_change_set(target, request, create, reporter).await?;
    match read_change_set(target, request, (&stack_id, &change_set_id), create, reporter).await {
        Ok(Some(mut plan)) => {
            if plan.lacks_values() {
                fill_values(target, request, &mut plan).await;
            }
            reporter.event(&Event::Planned(plan.clone()));
            let way = Way::ChangeSet(Made { stack_id, change_set_id, own_shell });
            Ok(Prepared::Ready(Ready { plan, on_failure: request.on_failure, way }))
        }
        Ok(None) => {
            delete_change_set(target, &stack_id, &change_set_id).await?;
            reporter.event(&Event::NoChanges { stack: request.stack.clone() });
            let view = describe(target, &request.stack).await?;
            view.map(Prepared::NoChanges).ok_or_else(|| Error::NoStack(request.stack.clone()))
        }
        Err(error) => {
            let error = super::diagnosis::refused(target, &change_set_id, error).await;
            // The refusal is what matters; a change set that could not be removed does no harm.
            let _ = delete_change_set(target, &stack_id, &change_set_id).await;
            if own_shell {
                let _ = target.cloudformation().delete_stack().stack_name(&stack_id).send().await;
            }
            Err(error)
        }
    }
}

fn check_size(request: &DeployRequest) -> Result<()> {
    let (bytes, limit) = (request.template.len(), assets::TEMPLATE_LIMIT);
    if bytes > limit { Err(Error::TemplateTooLarge { bytes, limit }) } else { Ok(()) }
}

/// Prepares an operation without a change set: the plan comes from the templates, and CloudFormation sees the new one only
/// when it is executed.
pub async fn prepare_direct(
    target: &Target,
    request: &DeployRequest,
    create_only: CreateOnly<'_>,
    reporter: &dyn Reporter,
) -> Result<Prepared> {
    check_size(request)?;
    let existing = clear_the_way(target, &request.stack, reporter).await?;
    let create = next_action(existing.as_ref().map(|view| &view.status)) == NextAction::Create;
    let plan = from_templates(target, request, existing.as_ref().filter(|_| !create), create_only).await?;
    reporter.event(&Event::Planned(plan.clone()));
    let way = Way::Direct(Box::new(request.clone()));
    Ok(Prepared::Ready(Ready { plan, on_failure: request.on_failure, way }))
}

/// What a deployment would change, and nothing is left behind: neither a change set nor an empty stack, a bucket or an
/// object. `None` means that there is nothing to change.
pub async fn preview(
    target: &Target,
    request: &DeployRequest,
    create_only: CreateOnly<'_>,
    reporter: &dyn Reporter,
) -> Result<Option<Plan>> {
    check_size(request)?;
    let existing = settled(target, &request.stack, reporter).await?;
    let status = existing.as_ref().map(|view| &view.status);
    let plan = match next_action(status) {
        // A change set would need the bucket for a large template, and leave an object there.
        NextAction::Update if request.template.len() <= assets::INLINE_TEMPLATE_LIMIT => {
            return match prepare(target, request, reporter).await? {
                Prepared::NoChanges(_) => Ok(None),
                Prepared::Ready(ready) => {
                    discard(target, &ready).await?;
                    Ok(Some(ready.plan))
                }
            };
        }
        NextAction::NeedsPerson(remedy) => {
            let status = status.map(|status| status.as_str().to_owned()).unwrap_or_default();
            return Err(Error::StackNeedsPerson { stack: request.stack.clone(), status, remedy: remedy.to_owned() });
        }
        NextAction::Update => from_templates(target, request, existing.as_ref(), create_only).await?,
        NextAction::Create | NextAction::DeleteThenCreate | NextAction::Wait => {
            validate(target, &request.template).await?;
            from_templates(target, request, None, create_only).await?
        }
    };
    if plan.changes.is_empty() {
        reporter.event(&Event::NoChanges { stack: request.stack.clone() });
        return Ok(None);
    }
    reporter.event(&Event::Planned(plan.clone()));
    Ok(Some(plan))
}

/// Lets CloudFormation look at a template that is small enough for the call. An endpoint may lack the operation.
async fn validate(target: &Target, template: &str) -> Result<()> {
    if template.len() > assets::INLINE_TEMPLATE_LIMIT {
        return Ok(());
    }
    let answer = target.cloudformation().validate_template().template_body(template).send().await;
    match answer.map_err(Error::aws("ValidateTemplate")).map_err(refused) {
        Err(Error::Aws { aws, .. }) if aws.kind == crate::AwsKind::NotOffered => Ok(()),
        other => other.map(|_| ()),
    }
}

/// A plan from the stack's present template and the new one.
async fn from_templates(
    target: &Target,
    request: &DeployRequest,
    existing: Option<&StackView>,
    create_only: CreateOnly<'_>,
) -> Result<Plan> {
    let after = parse(&request.template)?;
    let before = match existing {
        Some(view) => Some((parse(&live_template(target, &view.id).await?)?, &view.parameters)),
        None => None,
    };
    let before = before.as_ref().map(|(template, parameters)| Written { template, parameters });
    let after = Written { template: &after, parameters: &request.parameters };
    Ok(compare(&request.stack, before, after, create_only))
}

/// The template of a stack, as it was given.
pub async fn live_template(target: &Target, stack: &str) -> Result<String> {
    let call = target.cloudformation().get_template().stack_name(stack).template_stage(TemplateStage::Original);
    let answer = call.send().await.map_err(Error::aws("GetTemplate"))?;
    Ok(answer.template_body().unwrap_or_default().to_owned())
}

/// A template in JSON, as this library deploys them.
fn parse(template: &str) -> Result<Value> {
    serde_json::from_str(template).map_err(|error| Error::TemplateUnreadable(error.to_string()))
}

/// Takes the values that the endpoint does not tell from the templates. Without them the plan still says what changes, so
/// no failure of this stops a deployment.
async fn fill_values(target: &Target, request: &DeployRequest, plan: &mut Plan) {
    let existing = if plan.creates { None } else { describe(target, &request.stack).await.ok().flatten() };
    if let Ok(written) = from_templates(target, request, existing.as_ref(), &|_, _| None).await {
        plan.fill_from(&written);
    }
}

/// The stack, after the end of the operation that may be under way.
pub async fn settled(target: &Target, stack: &str, reporter: &dyn Reporter) -> Result<Option<StackView>> {
    loop {
        let view = persist(target, reporter, || describe(target, stack)).await?;
        let Some(found) = view.as_ref().filter(|view| next_action(Some(&view.status)) == NextAction::Wait) else {
            return Ok(view);
        };
        let status = found.status.as_str().to_owned();
        reporter.event(&Event::StackBusy { stack: stack.to_owned(), status });
        let mut cursor = persist(target, reporter, || Cursor::at_start(target, &found.id)).await?;
        settle(target, &found.id, stack, &mut cursor, reporter).await?;
    }
}

/// Waits for a running operation and removes a failed first creation.
async fn clear_the_way(target: &Target, stack: &str, reporter: &dyn Reporter) -> Result<Option<StackView>> {
    loop {
        let view = settled(target, stack, reporter).await?;
        let Some(found) = &view else { return Ok(None) };
        let (stack, status) = (stack.to_owned(), found.status.as_str().to_owned());
        match next_action(Some(&found.status)) {
            NextAction::Create | NextAction::Update => return Ok(view),
            NextAction::Wait => {}
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
    let mut call = target
        .cloudformation()
        .create_change_set()
        .stack_name(&request.stack)
        .change_set_name(&request.change_set)
        .change_set_type(if create { ChangeSetType::Create } else { ChangeSetType::Update })
        .set_parameters(Some(request.sdk_parameters()))
        .set_tags(Some(request.sdk_tags()))
        .set_capabilities(Some(capabilities()))
        .set_deployment_config(request.sdk_mode());
    // Express mode has its own word for it, and takes no other.
    if !request.express {
        call = call.on_stack_failure(match (request.on_failure, create) {
            (OnFailure::Rollback, _) | (OnFailure::Delete, false) => OnStackFailure::Rollback,
            (OnFailure::Keep, _) => OnStackFailure::DoNothing,
            (OnFailure::Delete, true) => OnStackFailure::Delete,
        });
    }
    call = match request.template_source(target).await? {
        TemplateSource::Body(body) => call.template_body(body),
        TemplateSource::Url(url) => call.template_url(url),
    };
    begin::create(target, (&request.stack, &request.change_set), call, reporter).await.map_err(refused)
}

/// A refusal of the template or of its parameters, told as such.
pub(super) fn refused(error: Error) -> Error {
    match error {
        Error::Aws { aws, .. } if aws.code.as_deref() == Some("ValidationError") => {
            Error::ChangeSetRefused(aws.message)
        }
        other => other,
    }
}

/// What the templates of this library need: they declare roles, some of them with names.
pub(super) fn capabilities() -> Vec<Capability> {
    vec![Capability::CapabilityIam, Capability::CapabilityNamedIam]
}

/// How a template is given in a call.
pub(super) enum TemplateSource {
    Body(String),
    Url(String),
}

impl DeployRequest {
    pub(super) fn sdk_parameters(&self) -> Vec<Parameter> {
        let pairs = self.parameters.iter();
        pairs.map(|(key, value)| Parameter::builder().parameter_key(key).parameter_value(value).build()).collect()
    }

    pub(super) fn sdk_tags(&self) -> Vec<Tag> {
        self.tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
    }

    /// Express mode with its rollback said aloud: AWS's own pages disagree about what its silence means.
    pub(super) fn sdk_mode(&self) -> Option<DeploymentConfig> {
        let keep = self.on_failure == OnFailure::Keep;
        let express = DeploymentConfig::builder().mode(DeploymentConfigMode::Express).disable_rollback(keep);
        self.express.then(|| express.build())
    }

    /// The template itself, or where it was put because the call takes only a small one.
    pub(super) async fn template_source(&self, target: &Target) -> Result<TemplateSource> {
        if self.template.len() <= assets::INLINE_TEMPLATE_LIMIT {
            return Ok(TemplateSource::Body(self.template.clone()));
        }
        assets::put_template(target, &self.bucket, &self.stack, &self.template).await.map(TemplateSource::Url)
    }
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
            .include_property_values(true)
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
        changes.extend(page.changes().iter().filter_map(|change| change.resource_change()).map(plan::read));
        token = page.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            changes.sort_by(|one: &plan::Change, other| one.logical_id.cmp(&other.logical_id));
            return Ok(Some(Plan { stack: request.stack.clone(), creates, basis: Basis::ChangeSet, changes }));
        }
    }
}

pub(super) fn says_no_changes(reason: &str) -> bool {
    reason.contains("didn't contain changes") || reason.contains("No updates are to be performed")
}

async fn delete_change_set(target: &Target, stack_id: &str, change_set_id: &str) -> Result<()> {
    let call = target.cloudformation().delete_change_set().stack_name(stack_id).change_set_name(change_set_id);
    call.send().await.map(|_| ()).map_err(Error::aws("DeleteChangeSet"))
}

/// Throws a change set away, and the empty stack that came with it if there was none before.
pub async fn discard(target: &Target, ready: &Ready) -> Result<()> {
    let Way::ChangeSet(made) = &ready.way else { return Ok(()) };
    delete_change_set(target, &made.stack_id, &made.change_set_id).await?;
    if made.own_shell {
        let call = target.cloudformation().delete_stack().stack_name(&made.stack_id);
        call.send().await.map_err(Error::aws("DeleteStack"))?;
    }
    Ok(())
}

/// Begins a prepared operation and waits for its end.
pub async fn execute(target: &Target, ready: &Ready, reporter: &dyn Reporter) -> Result<Executed> {
    match &ready.way {
        Way::ChangeSet(made) => execute_change_set(target, ready, made, reporter).await,
        Way::Direct(request) => direct::execute(target, ready, request, reporter).await,
    }
}

async fn execute_change_set(target: &Target, ready: &Ready, made: &Made, reporter: &dyn Reporter) -> Result<Executed> {
    let name = &ready.plan.stack;
    let mut cursor = persist(target, reporter, || Cursor::after_now(target, &made.stack_id)).await?;
    reporter.event(&Event::Executing { stack: name.clone() });
    begin::execute(target, &made.stack_id, &made.change_set_id, reporter).await?;
    wait_for_end(target, ready, &made.stack_id, &mut cursor, reporter).await
}

/// Waits until a begun operation is over, and judges how it ended.
pub(super) async fn wait_for_end(
    target: &Target,
    ready: &Ready,
    stack_id: &str,
    cursor: &mut Cursor,
    reporter: &dyn Reporter,
) -> Result<Executed> {
    let name = &ready.plan.stack;
    let (view, history) = settle(target, stack_id, name, cursor, reporter).await?;
    let view = view.ok_or_else(|| Error::NoStack(name.clone()))?;
    if ending(&view.status) == Ending::Done {
        return Ok(Executed { view, changed: true });
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
}
