//! Calls that change something, made once: when an answer is lost, it is read what became of the call before it is repeated.

use aws_sdk_cloudformation::operation::create_change_set::builders::CreateChangeSetFluentBuilder;
use aws_sdk_cloudformation::operation::describe_change_set::DescribeChangeSetOutput;
use aws_sdk_cloudformation::types::ExecutionStatus;

use super::is_absent;
use super::wait::{Patience, persist};
use crate::error::{Aws, AwsKind, Error, Result};
use crate::report::Reporter;
use crate::target::Target;

/// Makes a change set whose name nobody else uses. Returns the stack's id and the change set's.
pub(super) async fn create(
    target: &Target,
    (stack, change_set): (&str, &str),
    call: CreateChangeSetFluentBuilder,
    reporter: &dyn Reporter,
) -> Result<(String, String)> {
    let ids = |stack_id: Option<&str>, id: Option<&str>| {
        (stack_id.unwrap_or(stack).to_owned(), id.unwrap_or(change_set).to_owned())
    };
    let call = call.client_token(change_set);
    let mut patience = Patience::brief(target);
    loop {
        let error = match call.clone().send().await {
            Ok(answer) => return Ok(ids(answer.stack_id(), answer.id())),
            Err(error) => Error::aws("CreateChangeSet")(error),
        };
        // The name is this deployment's own: one that is there already was made by an attempt whose answer was lost.
        let made = error.as_aws().is_some_and(|aws| aws.code.as_deref() == Some("AlreadyExistsException"));
        if (made || error.as_aws().is_some_and(Aws::is_in_doubt))
            && let Some(found) = find(target, stack, change_set, reporter).await?
        {
            return Ok(ids(found.stack_id(), found.change_set_id()));
        }
        patience.endure(error, reporter).await?;
    }
}

/// Starts a change set.
pub(super) async fn execute(target: &Target, stack: &str, change_set: &str, reporter: &dyn Reporter) -> Result<()> {
    // With the same token a service that knows it takes a repeated call for the first one.
    let token: String =
        change_set.rsplit('/').next().unwrap_or(change_set).chars().filter(char::is_ascii_alphanumeric).collect();
    let call = target.cloudformation().execute_change_set();
    let call = call.stack_name(stack).change_set_name(change_set).client_request_token(format!("execute-{token}"));
    let mut patience = Patience::brief(target);
    loop {
        let error = match call.clone().send().await {
            Ok(_) => return Ok(()),
            Err(error) => Error::aws("ExecuteChangeSet")(error),
        };
        // The SDK repeats a call whose connection broke; one that had arrived then finds itself under way.
        let begun = |code: &str| ["InvalidChangeSetStatus", "TokenAlreadyExistsException"].contains(&code);
        let begun = error.as_aws().and_then(|aws| aws.code.as_deref()).is_some_and(begun);
        if begun || error.as_aws().is_some_and(Aws::is_in_doubt) {
            let found = find(target, stack, change_set, reporter).await?;
            match found.as_ref().and_then(DescribeChangeSetOutput::execution_status) {
                Some(ExecutionStatus::ExecuteInProgress | ExecutionStatus::ExecuteComplete) => return Ok(()),
                // It waits: the call never arrived, or the state is read too early; the token makes repeating harmless.
                Some(ExecutionStatus::Available) => {}
                _ => return Err(error),
            }
        }
        patience.endure(error, reporter).await?;
    }
}

/// The change set, if there is one of that name.
async fn find(
    target: &Target,
    stack: &str,
    change_set: &str,
    reporter: &dyn Reporter,
) -> Result<Option<DescribeChangeSetOutput>> {
    persist(target, reporter, || async {
        let call = target.cloudformation().describe_change_set().stack_name(stack).change_set_name(change_set);
        match call.send().await.map_err(Error::aws("DescribeChangeSet")) {
            Ok(found) => Ok(Some(found)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) if error.as_aws().is_some_and(|aws| aws.kind == AwsKind::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    })
    .await
}
