//! A stack's life: what to do next, change sets, waiting, diagnosis, outputs, removal.

mod begin;
mod cancel;
mod change_set;
mod compare;
pub mod destroy;
mod diagnosis;
mod direct;
pub mod drift;
mod events;
mod leaves;
mod plan;
mod protection;
mod resources;
pub mod rollback;
mod stateful;
mod status;
mod wait;

use std::collections::BTreeMap;

pub use aws_sdk_cloudformation::types::StackStatus;

pub use cancel::{Cancel, abandon, cancel, cancellation};
pub use change_set::{
    DeployRequest, Executed, OnFailure, Prepared, Ready, discard, execute, live_template, prepare, prepare_direct,
    preview, settled,
};
pub use compare::{CreateOnly, Written, compare};
pub use destroy::{Destroyed, Doomed, Remaining, destroy};
pub use diagnosis::{Cause, Refusal, StackFailure, first_cause, hint_for, readable};
pub use events::{Hook, ResourceEvent};
pub use plan::{Basis, Change, Plan, PropertyChange, Recreation, Replacement};
pub use protection::protect;
pub use resources::{StackResource, resources};
pub use rollback::{Rollback, Stuck};
pub use stateful::holds_data;
pub use status::{Ending, NextAction, ending, next_action, way_out};

use crate::error::{Error, Result};
use crate::target::Target;

/// A stack as it stands.
#[derive(Debug, Clone)]
pub struct StackView {
    /// Its id (ARN).
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: StackStatus,
    /// The service's reason for the status, if it gave one.
    pub reason: Option<String>,
    /// Outputs by name.
    pub outputs: BTreeMap<String, String>,
    /// What each output is, by name.
    pub descriptions: BTreeMap<String, String>,
    /// The template's parameters by name; secret ones are masked by the service.
    pub parameters: BTreeMap<String, String>,
    /// Whether it is protected from deletion.
    pub protected: bool,
}

/// The stack of that name or id, if there is one.
pub async fn describe(target: &Target, stack: &str) -> Result<Option<StackView>> {
    let answer = target.cloudformation().describe_stacks().stack_name(stack).send().await;
    let answer = match answer.map_err(Error::aws("DescribeStacks")) {
        Ok(answer) => answer,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(answer.stacks().first().map(view))
}

fn view(stack: &aws_sdk_cloudformation::types::Stack) -> StackView {
    let mut outputs = BTreeMap::new();
    let mut descriptions = BTreeMap::new();
    for output in stack.outputs() {
        if let (Some(key), Some(value)) = (output.output_key(), output.output_value()) {
            outputs.insert(key.to_owned(), value.to_owned());
            if let Some(text) = output.description().filter(|text| !text.is_empty()) {
                descriptions.insert(key.to_owned(), text.to_owned());
            }
        }
    }
    StackView {
        id: stack.stack_id().unwrap_or_default().to_owned(),
        name: stack.stack_name().unwrap_or_default().to_owned(),
        status: stack.stack_status().cloned().unwrap_or_else(|| StackStatus::from("UNKNOWN")),
        reason: stack.stack_status_reason().filter(|reason| !reason.is_empty()).map(str::to_owned),
        outputs,
        descriptions,
        parameters: stack
            .parameters()
            .iter()
            .filter_map(|one| Some((one.parameter_key()?.to_owned(), one.parameter_value()?.to_owned())))
            .collect(),
        protected: stack.enable_termination_protection().unwrap_or(false),
    }
}

/// The outputs of a stack that is there and not merely an empty shell.
pub async fn outputs(target: &Target, stack: &str) -> Result<StackView> {
    match describe(target, stack).await? {
        Some(view) if view.status != StackStatus::ReviewInProgress && view.status != StackStatus::DeleteComplete => {
            Ok(view)
        }
        _ => Err(Error::NoStack(stack.to_owned())),
    }
}

/// CloudFormation has no code of its own for a stack that is not there, only these words.
pub(crate) fn is_absent(error: &Error) -> bool {
    error.as_aws().is_some_and(|aws| aws.code.as_deref() == Some("ValidationError") && says_absent(&aws.message))
}

/// `Stack with id x does not exist` or `Stack [x] does not exist`, and nothing longer that merely holds those words.
fn says_absent(message: &str) -> bool {
    message.trim().trim_end_matches('.').strip_suffix(" does not exist").is_some_and(|head| {
        head.strip_prefix("Stack with id ")
            .or_else(|| head.strip_prefix("Stack [").and_then(|rest| rest.strip_suffix(']')))
            .or_else(|| head.strip_prefix("Stack '").and_then(|rest| rest.strip_suffix('\'')))
            .or_else(|| head.strip_prefix("Stack "))
            .is_some_and(|name| !name.is_empty() && !name.contains(' '))
    })
}

pub(crate) fn absent_as_no_stack(stack: &str, error: Error) -> Error {
    if is_absent(&error) { Error::NoStack(stack.to_owned()) } else { error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_absent_stack_reads_as_absent() {
        assert!(says_absent("Stack with id cloudcart-dev does not exist"));
        assert!(says_absent("Stack [cloudcart-dev] does not exist"));
        assert!(!says_absent("Role arn:aws:iam::1:role/x does not exist"));
        assert!(!says_absent("Stack with id x has a role that does not exist"));
        assert!(!says_absent("Template does not exist"));
        assert!(!says_absent(" does not exist"));
    }
}
