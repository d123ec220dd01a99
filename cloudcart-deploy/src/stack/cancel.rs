//! Takes back what was begun: an operation under way, or a change set that was never executed.

use std::time::Duration;

use aws_sdk_cloudformation::types::StackStatus;

use super::describe;
use crate::error::{Aws, AwsKind, Error, Result};
use crate::target::Target;

/// What cancelling an operation sets in motion, or why it cannot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cancel {
    /// An update goes back to what was.
    RollBack,
    /// A first creation is removed: nothing of it was ever in use.
    Remove,
    /// There is nothing to cancel: the operation is over, or on its way back, or past the point of return. With its status.
    TooLate(String),
}

/// What cancelling an operation of a stack in that status would do.
pub fn cancellation(status: &StackStatus) -> Cancel {
    match status {
        StackStatus::UpdateInProgress => Cancel::RollBack,
        StackStatus::CreateInProgress => Cancel::Remove,
        other => Cancel::TooLate(other.as_str().to_owned()),
    }
}

/// Cancels the operation that is under way; whoever watches it then sees the way back. Of an update that is
/// `CancelUpdateStack`. A first creation cannot be cancelled, so its stack is deleted, which ends the creation as well.
pub async fn cancel(target: &Target, stack: &str) -> Result<Cancel> {
    let view = describe(target, stack).await?.ok_or_else(|| Error::NoStack(stack.to_owned()))?;
    let way = cancellation(&view.status);
    let done = match way {
        Cancel::RollBack => {
            let call = target.cloudformation().cancel_update_stack().stack_name(&view.id);
            call.send().await.map(|_| ()).map_err(Error::aws("CancelUpdateStack"))
        }
        Cancel::Remove => {
            let call = target.cloudformation().delete_stack().stack_name(&view.id);
            call.send().await.map(|_| ()).map_err(Error::aws("DeleteStack"))
        }
        Cancel::TooLate(_) => Ok(()),
    };
    match done {
        Ok(()) => Ok(way),
        // It may have gone on between the question and the call.
        Err(error) => match describe(target, stack).await {
            Ok(Some(now)) if now.status != view.status => Ok(Cancel::TooLate(now.status.as_str().to_owned())),
            _ => Err(error),
        },
    }
}

/// How often, and how long between, a change set is looked for whose creation was cut short.
const LOOKS: u32 = 4;
const BETWEEN_LOOKS: Duration = Duration::from_millis(400);

/// Removes a change set that was not executed, by its name, and the empty stack around it if nothing else is in it. Returns
/// whether anything was removed. Its creation may have been cut short, so that it only appears now.
pub async fn abandon(target: &Target, stack: &str, change_set: &str) -> Result<bool> {
    for look in 0..LOOKS {
        if look > 0 {
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
        let call = target.cloudformation().describe_change_set().stack_name(stack).change_set_name(change_set);
        let found = match call.send().await.map_err(Error::aws("DescribeChangeSet")) {
            Ok(found) => found,
            Err(error) if is_missing(&error) => continue,
            Err(error) => return Err(error),
        };
        let id = found.stack_id().unwrap_or(stack).to_owned();
        let call = target.cloudformation().delete_change_set().stack_name(&id).change_set_name(change_set);
        call.send().await.map_err(Error::aws("DeleteChangeSet"))?;
        remove_shell(target, &id, change_set).await?;
        return Ok(true);
    }
    Ok(false)
}

/// Removes a stack that never was more than the shell of a change set, unless another change set is in it.
async fn remove_shell(target: &Target, stack_id: &str, change_set: &str) -> Result<()> {
    let Some(view) = describe(target, stack_id).await? else { return Ok(()) };
    if view.status != StackStatus::ReviewInProgress {
        return Ok(());
    }
    let others = target.cloudformation().list_change_sets().stack_name(stack_id).send().await;
    let others = others.map_err(Error::aws("ListChangeSets"))?;
    if others.summaries().iter().any(|other| other.change_set_name() != Some(change_set)) {
        return Ok(());
    }
    let call = target.cloudformation().delete_stack().stack_name(stack_id);
    call.send().await.map(|_| ()).map_err(Error::aws("DeleteStack"))
}

fn is_missing(error: &Error) -> bool {
    super::is_absent(error) || error.as_aws().is_some_and(|aws: &Aws| aws.kind == AwsKind::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_update_and_a_creation_in_progress_can_be_cancelled() {
        for value in StackStatus::values() {
            let expected = match *value {
                "UPDATE_IN_PROGRESS" => Cancel::RollBack,
                "CREATE_IN_PROGRESS" => Cancel::Remove,
                other => Cancel::TooLate(other.to_owned()),
            };
            assert_eq!(cancellation(&StackStatus::from(*value)), expected, "{value}");
        }
    }
}
