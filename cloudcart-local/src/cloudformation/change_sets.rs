//! Change sets: made, listed, described, deleted.

use super::{
    answer::timestamp,
    engine::Engine,
    form::{Form, invalid},
    parameters::{masked, stored},
    plan::without_values,
    stacks::{may_update, on_failure, rollback_disabled, stack_name},
    state::{ChangeSet, Execution, OnFailure, Revision, StackStatus},
};
use crate::error::AwsError;
use serde_json::{Value, json};

/// AWS's words for a change set without changes; tools compare them.
const NO_CHANGES: &str =
    "The submitted information didn't contain changes. Submit different information to create a change set.";

impl Engine {
    /// `CreateChangeSet`.
    pub(super) async fn create_change_set(&self, form: &Form) -> Result<Value, AwsError> {
        let stack_ref = form.required("StackName")?;
        let name = change_set_name(form)?;
        let creates = match form.text("ChangeSetType").unwrap_or("UPDATE") {
            "CREATE" => true,
            "UPDATE" => false,
            other => {
                return Err(invalid(format!("the local cloud does not offer change sets of type {other}")));
            }
        };
        let on_failure = form.text("OnStackFailure").filter(|text| !text.is_empty()).map(on_failure).transpose()?;
        let by_mode =
            rollback_disabled(form)?.map(|disabled| if disabled { OnFailure::DoNothing } else { OnFailure::Rollback });
        let on_failure = on_failure.or(by_mode);
        if !creates && on_failure == Some(OnFailure::Delete) {
            return Err(invalid("OnStackFailure DELETE is only for change sets of type CREATE."));
        }
        let found = self.find(stack_ref);
        let token = form.text("ClientToken").map(str::to_owned);
        if let Some(stack) = &found {
            let twin = self.change_sets(|one| one.stack_id == stack.id && one.name == name).pop();
            if let Some(twin) = twin {
                // The same request again is the same change set.
                if token.is_some() && twin.token == token {
                    return Ok(json!({ "Id": twin.id, "StackId": twin.stack_id }));
                }
                return Err(AwsError::bad_request(
                    "AlreadyExistsException",
                    format!(
                        "ChangeSet {name} cannot be created because a ChangeSet with the same name already exists for this stack"
                    ),
                ));
            }
        }
        let stack = match (creates, found) {
            (true, None) => {
                stack_name(form)?;
                None
            }
            (true, Some(stack)) if stack.status == StackStatus::ReviewInProgress => Some(stack),
            (true, Some(stack)) => {
                return Err(invalid(format!(
                    "Stack [{}] already exists and cannot be created again with the changeSet [{name}].",
                    stack.name
                )));
            }
            (false, Some(stack)) => {
                may_update(&stack)?;
                Some(stack)
            }
            (false, None) => return Err(invalid(format!("Stack [{stack_ref}] does not exist"))),
        };
        let prepared = self.prepare(form, stack.as_ref().filter(|_| !creates)).await?;
        let new = stack.is_none();
        let stack = stack.unwrap_or_else(|| self.new_stack(stack_ref, StackStatus::ReviewInProgress));
        let plan = self.compare(&stack, &prepared)?;
        let (changes, reason) = match plan {
            Ok(plan) if plan.any => (plan.changes, None),
            Ok(_) => (Vec::new(), Some(NO_CHANGES.to_owned())),
            Err(super::intrinsics::ResolveError::Template(message)) => return Err(invalid(message)),
            Err(error) => (Vec::new(), Some(error.to_string())),
        };
        if new && !self.insert_unless_named(stack.clone())? {
            return Err(invalid(format!("Stack [{stack_ref}] was made meanwhile; try again")));
        }
        let failed = reason.is_some();
        let id = self.core.arn("cloudformation", &format!("changeSet/{name}/{}", self.core.random.uuid()));
        self.put_change_set(ChangeSet {
            id: id.clone(),
            name: name.to_owned(),
            stack_id: stack.id.clone(),
            stack_name: stack.name.clone(),
            creates,
            failed,
            reason,
            execution: if failed { Execution::Unavailable } else { Execution::Available },
            created_ms: self.core.clock.now_ms(),
            description: form.text("Description").map(str::to_owned),
            token,
            desired: prepared.desired,
            on_failure,
            changes,
        })?;
        Ok(json!({ "Id": id, "StackId": stack.id }))
    }

    /// The change set that a request names: by id, or by name and stack.
    pub(super) fn change_set(&self, form: &Form) -> Result<ChangeSet, AwsError> {
        let name = form.required("ChangeSetName")?;
        let missing = || AwsError::new(404, "ChangeSetNotFound", format!("ChangeSet [{name}] does not exist"));
        if name.starts_with("arn:") {
            return self.change_sets(|one| one.id == name).pop().ok_or_else(missing);
        }
        let Some(stack_ref) = form.text("StackName").filter(|text| !text.is_empty()) else {
            return Err(invalid("StackName must be specified if ChangeSetName is not specified as an ARN."));
        };
        let stack = self.find(stack_ref).ok_or_else(|| invalid(format!("Stack [{stack_ref}] does not exist")))?;
        self.change_sets(|one| one.stack_id == stack.id && one.name == name).pop().ok_or_else(missing)
    }

    /// `DescribeChangeSet`.
    pub(super) fn describe_change_set(&self, form: &Form) -> Result<Value, AwsError> {
        let one = self.change_set(form)?;
        let values = form.flag("IncludePropertyValues")? == Some(true);
        let changes: Vec<Value> =
            one.changes.iter().map(|change| if values { change.clone() } else { without_values(change) }).collect();
        let mut answer = summary(&one);
        if let Value::Object(fields) = &mut answer {
            fields.insert("Parameters".into(), self.parameters(&one.desired));
            fields.insert("Capabilities".into(), json!(one.desired.capabilities));
            fields.insert("Tags".into(), tags(&one.desired));
            fields.insert("NotificationARNs".into(), json!([]));
            fields.insert("RollbackConfiguration".into(), json!({}));
            fields.insert("Changes".into(), changes.into());
            fields.insert(
                "OnStackFailure".into(),
                match one.on_failure {
                    None => Value::Null,
                    Some(OnFailure::Rollback) => "ROLLBACK".into(),
                    Some(OnFailure::Delete) => "DELETE".into(),
                    Some(OnFailure::DoNothing) => "DO_NOTHING".into(),
                },
            );
        }
        Ok(answer)
    }

    /// `ListChangeSets`.
    pub(super) fn list_change_sets(&self, form: &Form) -> Result<Value, AwsError> {
        let stack_ref = form.required("StackName")?;
        let stack = self.find(stack_ref).ok_or_else(|| invalid(format!("Stack [{stack_ref}] does not exist")))?;
        let mut all = self.change_sets(|one| one.stack_id == stack.id);
        all.sort_by_key(|one| std::cmp::Reverse(one.created_ms));
        Ok(json!({ "Summaries": all.iter().map(summary).collect::<Vec<_>>() }))
    }

    /// `DeleteChangeSet`. One that does not exist is a success when it is named by its id.
    pub(super) fn delete_change_set(&self, form: &Form) -> Result<Value, AwsError> {
        let one = match self.change_set(form) {
            Ok(one) => one,
            Err(error) if error.code == "ChangeSetNotFound" => return Ok(json!({})),
            Err(error) => return Err(error),
        };
        if one.execution == Execution::InProgress {
            return Err(AwsError::bad_request(
                "InvalidChangeSetStatus",
                format!("ChangeSet [{}] cannot be deleted in its current status of [EXECUTE_IN_PROGRESS]", one.id),
            ));
        }
        self.remove_change_sets(|other| other.id == one.id)?;
        Ok(json!({}))
    }

    /// `Parameters` of a revision, with secrets masked.
    pub(super) fn parameters(&self, revision: &Revision) -> Value {
        let template = self.template(revision);
        let shown = match &template {
            Ok(template) => masked(template, &revision.parameters),
            // A stack that was never given a template has no parameters.
            Err(_) => revision.parameters.clone(),
        };
        let resolved = |key: &str, value: &str| template.as_ref().ok().and_then(|one| stored(one, key, value));
        shown
            .iter()
            .map(|(key, value)| {
                json!({ "ParameterKey": key, "ParameterValue": value, "ResolvedValue": resolved(key, value) })
            })
            .collect::<Vec<_>>()
            .into()
    }
}

/// `Tags` of a revision.
pub(super) fn tags(revision: &Revision) -> Value {
    revision.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect::<Vec<_>>().into()
}

/// The members that the list and the description share.
fn summary(one: &ChangeSet) -> Value {
    json!({
        "ChangeSetName": one.name,
        "ChangeSetId": one.id,
        "StackId": one.stack_id,
        "StackName": one.stack_name,
        "Description": one.description,
        "CreationTime": timestamp(one.created_ms),
        "ExecutionStatus": one.execution.as_str(),
        "Status": if one.failed { "FAILED" } else { "CREATE_COMPLETE" },
        "StatusReason": one.reason,
        "IncludeNestedStacks": false,
        "ImportExistingResources": false,
    })
}

fn change_set_name(form: &Form) -> Result<&str, AwsError> {
    let name = form.required("ChangeSetName")?;
    let shaped = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.len() <= 128
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '-');
    if shaped {
        return Ok(name);
    }
    Err(invalid(format!(
        "1 validation error detected: Value '{name}' at 'changeSetName' failed to satisfy constraint: Member must satisfy \
         regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
    )))
}
