//! Requests that start or end a stack's operation: create, update, execute, delete, cancel, continue.

use super::{
    engine::Engine,
    form::{Form, invalid},
    intrinsics::{ResolveError, Scope},
    parameters::{choose, referable},
    plan::{Comparison, Plan},
    rules,
    state::{ChangeSet, Execution, OnFailure, Operation, Revision, Stack, StackStatus},
    template::Template,
};
use crate::error::AwsError;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// Bytes of `TemplateBody`. Source: CloudFormation quotas.
const BODY_LIMIT: usize = 51_200;

/// Bytes of a template at `TemplateURL`. Source: CloudFormation quotas.
const URL_LIMIT: usize = 1_000_000;

/// Options of requests that do nothing here, and why.
pub(super) const OPTIONS: [(&str, &str); 8] = [
    ("NotificationARNs", "topics would be told of every event; the local cloud has no topics"),
    ("ResourceTypes", "it would refuse templates with other types; here the caller's own rights are asked alone"),
    ("RoleARN", "the role's rights would be asked for every resource; here the stack's owner makes them"),
    ("RollbackConfiguration", "alarms would roll the operation back; the local cloud evaluates no alarms"),
    ("StackPolicyBody", "it would protect resources from updates; here nothing asks it"),
    ("StackPolicyDuringUpdateBody", "it would protect resources from updates; here nothing asks it"),
    ("StackPolicyURL", "it would protect resources from updates; here nothing asks it"),
    ("TimeoutInMinutes", "a creation would fail after this time; here it takes as long as it takes"),
];

/// Tags of a stack. Source: CloudFormation quotas.
const TAG_LIMIT: usize = 50;

/// Refuses a template that is too large to be sent in a request.
pub(super) fn fits(body: &str) -> Result<(), AwsError> {
    if body.len() > BODY_LIMIT {
        return Err(invalid(format!(
            "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less \
             than or equal to {BODY_LIMIT}"
        )));
    }
    Ok(())
}

/// A template with what a request gave for it.
pub(super) struct Prepared {
    pub(super) template: Template,
    pub(super) desired: Revision,
}

impl Engine {
    /// The stack that a name or an id means; a deleted one only by its id.
    pub(super) fn find(&self, name_or_id: &str) -> Option<Stack> {
        if name_or_id.starts_with("arn:") {
            return self.stack(name_or_id);
        }
        self.stacks(|stack| stack.name == name_or_id && stack.status != StackStatus::DeleteComplete).pop()
    }

    /// Reads the template and everything given for it, and checks both. `before`: the stack that `UsePrevious…` means.
    pub(super) async fn prepare(&self, form: &Form, before: Option<&Stack>) -> Result<Prepared, AwsError> {
        let previous = form.flag("UsePreviousTemplate")? == Some(true);
        let (body, url) = (form.text("TemplateBody"), form.text("TemplateURL"));
        let text = match (body.filter(|text| !text.is_empty()), url.filter(|text| !text.is_empty()), previous) {
            (Some(body), None, false) => {
                fits(body)?;
                body.to_owned()
            }
            (None, Some(url), false) => self.fetch(url).await?,
            (None, None, true) => match before {
                Some(stack) => self.template_body(&stack.revision)?,
                None => return Err(invalid("UsePreviousTemplate needs a stack that has a template.")),
            },
            (None, None, false) => {
                return Err(invalid("Either Template URL or Template Body must be specified."));
            }
            _ => {
                return Err(invalid("Only one of TemplateBody, TemplateURL and UsePreviousTemplate may be specified."));
            }
        };
        let template = Template::parse(&text)?;
        self.catalogue.check(&template)?;
        let nothing = BTreeMap::new();
        let given = form.members("Parameters");
        let parameters = choose(&template, &given, before.map_or(&nothing, |stack| &stack.revision.parameters))?;
        let capabilities = form.list("Capabilities");
        let (needed, _) = template.capabilities();
        let given = |name: &str| capabilities.iter().any(|capability| capability == name);
        let missing: Vec<&str> = needed
            .into_iter()
            .filter(|name| !(given(name) || (*name == "CAPABILITY_IAM" && given("CAPABILITY_NAMED_IAM"))))
            .collect();
        if !missing.is_empty() {
            return Err(AwsError::bad_request(
                "InsufficientCapabilitiesException",
                format!("Requires capabilities : [{}]", missing.join(", ")),
            ));
        }
        let mut tags: Vec<(String, String)> = Vec::new();
        for tag in form.members("Tags") {
            let pair = (tag.required("Key")?.to_owned(), tag.text("Value").unwrap_or_default().to_owned());
            if tags.iter().any(|(key, _)| *key == pair.0) {
                return Err(invalid(format!("Duplicate tag key: {}", pair.0)));
            }
            tags.push(pair);
        }
        if tags.len() > TAG_LIMIT {
            return Err(invalid(format!(
                "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than \
                 or equal to {TAG_LIMIT}"
            )));
        }
        // Nothing was said of tags: they stay.
        if form.text("Tags").is_none()
            && tags.is_empty()
            && let Some(stack) = before
        {
            tags.clone_from(&stack.revision.tags);
        }
        let given = |option: &str| {
            form.has(option) || before.is_some_and(|stack| stack.revision.options.iter().any(|one| one == option))
        };
        let options = OPTIONS.iter().map(|(name, _)| *name).filter(|name| given(name)).map(str::to_owned).collect();
        let pseudo = self.pseudo(
            before.map_or_else(String::new, |stack| stack.id.clone()),
            form.text("StackName").unwrap_or_default().to_owned(),
        );
        let referable = referable(&template, &parameters);
        // A template whose conditions fail is refused where it is compared, with what it would change.
        if let Ok(scope) = Scope::new(&template, &referable, pseudo, BTreeMap::new()) {
            rules::hold(&template, &scope)?;
        }
        let secrets = template.parameters.iter().filter(|(_, one)| one.no_echo).map(|(name, _)| name.clone()).collect();
        let desired = Revision {
            template_id: self.records.save_template(&text)?,
            description: template.description.clone(),
            parameters,
            secrets,
            capabilities,
            tags,
            options,
        };
        Ok(Prepared { template, desired })
    }

    /// A template kept in S3.
    pub(super) async fn fetch(&self, url: &str) -> Result<String, AwsError> {
        let (bucket, key) = super::url::object(url, &self.core.endpoint)?;
        let bytes = self
            .objects
            .object(&bucket, &key)
            .await
            .map_err(|error| invalid(format!("S3 error: {} (s3://{bucket}/{key})", error.message)))?;
        if bytes.len() > URL_LIMIT {
            return Err(invalid(format!("Template may not exceed {URL_LIMIT} bytes in size.")));
        }
        String::from_utf8(bytes.to_vec()).map_err(|_| invalid("Template format error: the template is not UTF-8."))
    }

    /// What `prepared` would change in `stack`.
    pub(super) fn compare(&self, stack: &Stack, prepared: &Prepared) -> Result<Result<Plan, ResolveError>, AwsError> {
        let Prepared { template, desired } = prepared;
        let parameters = referable(template, &desired.parameters);
        let scope = match self.scope(&stack.id, &stack.name, template, &parameters) {
            Ok(scope) => scope,
            Err(error) => return Ok(Err(error)),
        };
        let shaped = stack.status != StackStatus::ReviewInProgress;
        let old = if shaped { Some(self.template(&stack.revision)?) } else { None };
        let old_parameters = old.as_ref().map(|old| referable(old, &stack.revision.parameters)).unwrap_or_default();
        // Exports may be gone since; then the comparison does without the old values.
        let old_scope = old.as_ref().and_then(|old| self.scope(&stack.id, &stack.name, old, &old_parameters).ok());
        if let Some(old) = &old {
            let other: Vec<&str> = template
                .resources
                .iter()
                .filter(|(id, resource)| {
                    old.resources.get(*id).is_some_and(|before| before.kind != resource.kind)
                        && stack.resources.get(*id).is_some_and(|one| one.instance.is_some())
                })
                .map(|(id, _)| id.as_str())
                .collect();
            if !other.is_empty() {
                return Err(invalid(format!(
                    "Update of resource type is not permitted. The new template modifies resource type of the following \
                     resources: [{}]",
                    other.join(", ")
                )));
            }
        }
        let comparison = Comparison {
            catalogue: &self.catalogue,
            stack,
            before: old.as_ref().zip(old_scope.as_ref()),
            template,
            scope: &scope,
            desired,
        };
        Ok(comparison.plan())
    }

    /// A stack that has nothing yet.
    pub(super) fn new_stack(&self, name: &str, status: StackStatus) -> Stack {
        Stack {
            id: self.core.arn("cloudformation", &format!("stack/{name}/{}", self.core.random.uuid())),
            name: name.to_owned(),
            status,
            reason: Some("User Initiated".to_owned()),
            created_ms: self.core.clock.now_ms(),
            updated_ms: None,
            deleted_ms: None,
            revision: Revision::default(),
            stable: false,
            operation: Operation::default(),
            resources: BTreeMap::new(),
            leftovers: Vec::new(),
            outputs: Vec::new(),
            imports: Vec::new(),
            termination_protection: false,
            disable_rollback: false,
            change_set_id: None,
            detections: Vec::new(),
        }
    }

    /// `CreateStack`.
    pub(super) async fn create_stack(self: &Arc<Self>, form: &Form) -> Result<Value, AwsError> {
        let name = stack_name(form)?;
        let on_failure = match (form.text("OnFailure"), form.flag("DisableRollback")?.or(rollback_disabled(form)?)) {
            (Some(_), Some(_)) => return Err(invalid("Only one of OnFailure and DisableRollback may be specified.")),
            (Some(text), None) => on_failure(text)?,
            (None, Some(true)) => OnFailure::DoNothing,
            (None, _) => OnFailure::Rollback,
        };
        let prepared = self.prepare(form, None).await?;
        let mut stack = self.new_stack(name, StackStatus::CreateInProgress);
        if let Err(error) =
            self.compare(&Stack { status: StackStatus::ReviewInProgress, ..stack.clone() }, &prepared)?
        {
            return Err(invalid(error.to_string()));
        }
        stack.termination_protection = form.flag("EnableTerminationProtection")? == Some(true);
        stack.disable_rollback = on_failure == OnFailure::DoNothing;
        stack.revision = prepared.desired.clone();
        stack.operation = Operation {
            token: form.text("ClientRequestToken").map(str::to_owned),
            desired: prepared.desired,
            on_failure,
            retain_except_on_create: form.flag("RetainExceptOnCreate")? == Some(true),
            ..Operation::default()
        };
        let id = stack.id.clone();
        if !self.insert_unless_named(stack)? {
            return Err(AwsError::bad_request("AlreadyExistsException", format!("Stack [{name}] already exists")));
        }
        self.start(&id);
        Ok(json!({ "StackId": id }))
    }

    /// `UpdateStack`.
    pub(super) async fn update_stack(self: &Arc<Self>, form: &Form) -> Result<Value, AwsError> {
        let stack = self.existing(form.required("StackName")?)?;
        may_update(&stack)?;
        let prepared = self.prepare(form, Some(&stack)).await?;
        let plan = self.compare(&stack, &prepared)?.map_err(|error| invalid(error.to_string()))?;
        if !plan.any {
            return Err(invalid("No updates are to be performed."));
        }
        let disable = form.flag("DisableRollback")?.or(rollback_disabled(form)?) == Some(true);
        let operation = Operation {
            token: form.text("ClientRequestToken").map(str::to_owned),
            desired: prepared.desired,
            on_failure: if disable { OnFailure::DoNothing } else { OnFailure::Rollback },
            retain_except_on_create: form.flag("RetainExceptOnCreate")? == Some(true),
            ..Operation::default()
        };
        self.begin_update(&stack, operation)?;
        Ok(json!({ "StackId": stack.id }))
    }

    fn begin_update(self: &Arc<Self>, seen: &Stack, operation: Operation) -> Result<(), AwsError> {
        let now = self.core.clock.now_ms();
        let begun = self.edit_if(&seen.id, |draft| {
            // Another request may have come between the look and this.
            if draft.stack.status != seen.status || draft.stack.revision != seen.revision {
                return None;
            }
            draft.stack.updated_ms = Some(now);
            draft.stack.forget_drift();
            draft.stack.disable_rollback = operation.on_failure == OnFailure::DoNothing;
            draft.stack.change_set_id.clone_from(&operation.change_set_id);
            draft.stack.operation = operation;
            draft.status(StackStatus::UpdateInProgress, Some("User Initiated".to_owned()));
            Some(())
        })?;
        if begun.is_none() {
            let now = self.stack(&seen.id).map_or(StackStatus::DeleteComplete, |stack| stack.status);
            return Err(invalid(format!("Stack:{} is in {} state and can not be updated.", seen.id, now.as_str())));
        }
        self.start(&seen.id);
        Ok(())
    }

    /// `ExecuteChangeSet`.
    pub(super) fn execute_change_set(self: &Arc<Self>, form: &Form) -> Result<Value, AwsError> {
        let mut change_set = self.change_set(form)?;
        if change_set.failed || change_set.execution != Execution::Available {
            let status = match change_set.execution {
                Execution::Unavailable | Execution::Available => "FAILED",
                other => other.as_str(),
            };
            return Err(AwsError::bad_request(
                "InvalidChangeSetStatus",
                format!("ChangeSet [{}] cannot be executed in its current status of [{status}]", change_set.id),
            ));
        }
        let stack = self.existing(&change_set.stack_id)?;
        let disable = form.flag("DisableRollback")?;
        if disable.is_some() && change_set.on_failure.is_some() {
            return Err(invalid(
                "DisableRollback cannot be used on a change set that was created with OnStackFailure.",
            ));
        }
        let on_failure = match (change_set.on_failure, disable) {
            (Some(on_failure), _) => on_failure,
            (None, Some(true)) => OnFailure::DoNothing,
            (None, _) => OnFailure::Rollback,
        };
        let operation = Operation {
            token: form.text("ClientRequestToken").map(str::to_owned),
            desired: change_set.desired.clone(),
            on_failure,
            retain_except_on_create: form.flag("RetainExceptOnCreate")? == Some(true),
            change_set_id: Some(change_set.id.clone()),
            ..Operation::default()
        };
        change_set.execution = Execution::InProgress;
        if change_set.creates {
            let begun = self.edit_if(&stack.id, |draft| {
                if draft.stack.status != StackStatus::ReviewInProgress {
                    return None;
                }
                draft.stack.revision = operation.desired.clone();
                draft.stack.disable_rollback = operation.on_failure == OnFailure::DoNothing;
                draft.stack.change_set_id.clone_from(&operation.change_set_id);
                draft.stack.operation = operation;
                draft.status(StackStatus::CreateInProgress, Some("User Initiated".to_owned()));
                Some(())
            })?;
            if begun.is_none() {
                return Err(AwsError::bad_request(
                    "InvalidChangeSetStatus",
                    format!(
                        "ChangeSet [{}] cannot be executed in its current stack status of [{}]",
                        change_set.id,
                        stack.status.as_str()
                    ),
                ));
            }
            self.close_siblings(change_set)?;
            self.start(&stack.id);
        } else {
            may_update(&stack)?;
            // Written first: the operation may be over, and look for it, before this function is.
            self.close_siblings(change_set.clone())?;
            if let Err(error) = self.begin_update(&stack, operation) {
                change_set.execution = Execution::Available;
                self.put_change_set(change_set)?;
                return Err(error);
            }
        }
        Ok(json!({}))
    }

    /// Keeps the change set that runs; the stack's others no longer fit it.
    fn close_siblings(&self, change_set: ChangeSet) -> Result<(), AwsError> {
        let (id, stack_id) = (change_set.id.clone(), change_set.stack_id.clone());
        self.put_change_set(change_set)?;
        self.remove_change_sets(|other| other.stack_id == stack_id && other.id != id)?;
        Ok(())
    }

    /// `DeleteStack`. One that does not exist is a success.
    pub(super) fn delete_stack(self: &Arc<Self>, form: &Form) -> Result<Value, AwsError> {
        let Some(stack) = self.find(form.required("StackName")?) else { return Ok(Value::Null) };
        if matches!(stack.status, StackStatus::DeleteComplete | StackStatus::DeleteInProgress) {
            return Ok(Value::Null);
        }
        if stack.termination_protection {
            return Err(invalid(format!(
                "Stack [{}] cannot be deleted while TerminationProtection is enabled",
                stack.name
            )));
        }
        let stoppable = matches!(stack.status, StackStatus::CreateInProgress | StackStatus::RollbackInProgress);
        if stack.status.is_running() && !stoppable {
            return Err(invalid(format!(
                "Stack [{}] cannot be deleted while in status {}",
                stack.id,
                stack.status.as_str()
            )));
        }
        let retain = form.list("RetainResources");
        if !retain.is_empty() && stack.status != StackStatus::DeleteFailed {
            return Err(invalid(format!(
                "Invalid operation on stack [{}]. When you delete a stack, specify which resources to retain only when the \
                 stack is in the DELETE_FAILED state.",
                stack.id
            )));
        }
        let used: Vec<String> = stack
            .outputs
            .iter()
            .filter_map(|output| output.export.as_ref())
            .filter_map(|export| {
                let importers = self.importers(export);
                (!importers.is_empty())
                    .then(|| format!("Export {export} cannot be deleted as it is in use by {}", importers.join(", ")))
            })
            .collect();
        let token = form.text("ClientRequestToken").map(str::to_owned);
        let begun = self.edit_if(&stack.id, |draft| {
            if draft.stack.status != stack.status {
                return None;
            }
            draft.stack.operation.token = token;
            draft.stack.operation.retain = retain;
            draft.status(StackStatus::DeleteInProgress, Some("User Initiated".to_owned()));
            if let Some(why) = used.first() {
                draft.status(StackStatus::DeleteFailed, Some(why.clone()));
            }
            Some(())
        })?;
        if begun.is_none() {
            return Err(invalid(format!("Stack [{}] changed its status meanwhile; try again", stack.id)));
        }
        self.start(&stack.id);
        Ok(Value::Null)
    }

    /// `UpdateTerminationProtection`.
    pub(super) fn update_termination_protection(&self, form: &Form) -> Result<Value, AwsError> {
        let stack = self.existing(form.required("StackName")?)?;
        form.required("EnableTerminationProtection")?;
        let enable = form.flag("EnableTerminationProtection")? == Some(true);
        self.edit(&stack.id, |draft| draft.stack.termination_protection = enable)?;
        Ok(json!({ "StackId": stack.id }))
    }

    /// `CancelUpdateStack`.
    pub(super) fn cancel_update_stack(self: &Arc<Self>, form: &Form) -> Result<Value, AwsError> {
        let stack = self.existing(form.required("StackName")?)?;
        let token = form.text("ClientRequestToken").map(str::to_owned);
        let begun = self.edit_if(&stack.id, |draft| {
            if draft.stack.status != StackStatus::UpdateInProgress {
                return None;
            }
            if token.is_some() {
                draft.stack.operation.token = token;
            }
            let next = if draft.stack.stable {
                StackStatus::UpdateRollbackInProgress
            } else {
                StackStatus::RollbackInProgress
            };
            draft.status(next, Some("User Initiated".to_owned()));
            Some(())
        })?;
        if begun.is_none() {
            return Err(invalid("CancelUpdateStack cannot be called from current stack status"));
        }
        self.start(&stack.id);
        Ok(Value::Null)
    }

    /// `ContinueUpdateRollback`.
    pub(super) fn continue_update_rollback(self: &Arc<Self>, form: &Form) -> Result<Value, AwsError> {
        let stack = self.existing(form.required("StackName")?)?;
        let skip = form.list("ResourcesToSkip");
        if let Some(unknown) = skip.iter().find(|id| !stack.resources.contains_key(*id)) {
            return Err(invalid(format!("Resource {unknown} is not one of stack {} that can be skipped", stack.name)));
        }
        let token = form.text("ClientRequestToken").map(str::to_owned);
        let begun = self.edit_if(&stack.id, |draft| {
            if draft.stack.status != StackStatus::UpdateRollbackFailed {
                return None;
            }
            draft.stack.operation.skip = skip;
            draft.stack.forget_drift();
            draft.stack.operation.token = token;
            draft.status(StackStatus::UpdateRollbackInProgress, Some("User Initiated".to_owned()));
            Some(())
        })?;
        if begun.is_none() {
            return Err(invalid(format!(
                "Stack:{} is in {} state and can not continue update rollback.",
                stack.id,
                stack.status.as_str()
            )));
        }
        self.start(&stack.id);
        Ok(json!({}))
    }

    /// `RollbackStack`: takes back what an operation with `DO_NOTHING` kept.
    pub(super) fn rollback_stack(self: &Arc<Self>, form: &Form) -> Result<Value, AwsError> {
        let stack = self.existing(form.required("StackName")?)?;
        let token = form.text("ClientRequestToken").map(str::to_owned);
        let begun = self.edit_if(&stack.id, |draft| {
            let next = match (draft.stack.status, draft.stack.stable) {
                (StackStatus::CreateFailed | StackStatus::UpdateFailed, false) => StackStatus::RollbackInProgress,
                (StackStatus::UpdateFailed, true) => StackStatus::UpdateRollbackInProgress,
                _ => return None,
            };
            draft.stack.operation.token = token;
            draft.status(next, Some("User Initiated".to_owned()));
            Some(())
        })?;
        if begun.is_none() {
            return Err(invalid(format!(
                "Stack:{} is in {} state and can not be rolled back.",
                stack.id,
                stack.status.as_str()
            )));
        }
        self.start(&stack.id);
        Ok(json!({ "StackId": stack.id }))
    }

    /// The stack a request names, or AWS's refusal.
    pub(super) fn existing(&self, name_or_id: &str) -> Result<Stack, AwsError> {
        self.find(name_or_id).ok_or_else(|| invalid(format!("Stack with id {name_or_id} does not exist")))
    }
}

/// Refuses to update a stack that is busy or broken.
pub(super) fn may_update(stack: &Stack) -> Result<(), AwsError> {
    if stack.status.may_update() {
        return Ok(());
    }
    Err(invalid(format!("Stack:{} is in {} state and can not be updated.", stack.id, stack.status.as_str())))
}

/// The name for a stack to be.
pub(super) fn stack_name(form: &Form) -> Result<&str, AwsError> {
    let name = form.required("StackName")?;
    let shaped = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '-');
    if !shaped {
        return Err(invalid(format!(
            "1 validation error detected: Value '{name}' at 'stackName' failed to satisfy constraint: Member must satisfy \
             regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
        )));
    }
    if name.len() > 128 {
        return Err(invalid(
            "1 validation error detected: Value at 'stackName' failed to satisfy constraint: Member must have length less \
             than or equal to 128",
        ));
    }
    Ok(name)
}

/// Whether `DeploymentConfig` turns the rollback off. Its mode is heard and changes nothing: whatever is configured here
/// serves at once, which is all that `EXPRESS` does not wait for.
pub(super) fn rollback_disabled(form: &Form) -> Result<Option<bool>, AwsError> {
    match form.text("DeploymentConfig.Mode") {
        None | Some("" | "STANDARD" | "EXPRESS") => form.flag("DeploymentConfig.DisableRollback"),
        Some(other) => Err(invalid(format!(
            "1 validation error detected: Value '{other}' at 'deploymentConfig.mode' failed to satisfy constraint: Member must \
             satisfy enum value set: [STANDARD, EXPRESS]"
        ))),
    }
}

/// `OnStackFailure` and `OnFailure`.
pub(super) fn on_failure(text: &str) -> Result<OnFailure, AwsError> {
    match text {
        "ROLLBACK" => Ok(OnFailure::Rollback),
        "DELETE" => Ok(OnFailure::Delete),
        "DO_NOTHING" => Ok(OnFailure::DoNothing),
        other => Err(invalid(format!(
            "1 validation error detected: Value '{other}' at 'onStackFailure' failed to satisfy constraint: Member must \
             satisfy enum value set: [ROLLBACK, DELETE, DO_NOTHING]"
        ))),
    }
}
