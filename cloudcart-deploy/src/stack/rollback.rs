//! Takes a failed operation back: continues a rollback that got stuck, or begins one that was put off.

use aws_sdk_cloudformation::types::StackStatus;
use serde::Serialize;

use super::events::{Cursor, ResourceEvent, since_begin};
use super::status::{Ending, ending};
use super::wait::{failure, settle};
use super::{StackView, describe};
use crate::error::{Error, Result};
use crate::report::{Event, Reporter};
use crate::target::Target;

/// What there is to roll back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rollback {
    /// The rollback of an update got stuck at these resources.
    Stuck(Vec<Stuck>),
    /// An operation failed and what it did was kept; these resources failed.
    Kept(Vec<Stuck>),
    /// An operation is under way.
    Busy,
    /// Nothing.
    Nothing,
}

/// A resource that an operation got stuck at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stuck {
    /// Its logical id.
    pub logical_id: String,
    /// Its own name; empty when it has none.
    pub physical_id: String,
    /// Its type.
    pub resource_type: String,
    /// The service's reason.
    pub reason: String,
}

/// Looks at a stack for something to roll back. A stack that is not there is [`Error::NoStack`].
pub async fn look(target: &Target, stack: &str) -> Result<(StackView, Rollback)> {
    use StackStatus as S;
    let view = describe(target, stack).await?.ok_or_else(|| Error::NoStack(stack.to_owned()))?;
    let found = match &view.status {
        S::UpdateRollbackFailed => Rollback::Stuck(stuck(target, &view, &["UPDATE_ROLLBACK_IN_PROGRESS"]).await?),
        S::UpdateFailed | S::CreateFailed => {
            Rollback::Kept(stuck(target, &view, &["CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"]).await?)
        }
        // An empty shell waits for its change set; nothing works on it.
        S::ReviewInProgress => Rollback::Nothing,
        status if ending(status) == Ending::Running => Rollback::Busy,
        _ => Rollback::Nothing,
    };
    Ok((view, found))
}

/// What failed since the operation began whose first status is one of `begun`.
async fn stuck(target: &Target, view: &StackView, begun: &[&str]) -> Result<Vec<Stuck>> {
    let history =
        since_begin(target, &view.id, |event| event.is_stack && begun.contains(&event.status.as_str())).await?;
    Ok(failed(&history))
}

/// Each resource that failed on its own and stayed so, with its last reason, in the order of failing.
fn failed(history: &[ResourceEvent]) -> Vec<Stuck> {
    let mut found: Vec<Stuck> = Vec::new();
    for event in history.iter().filter(|event| !event.is_stack) {
        // A later step of the same resource is the better word.
        found.retain(|one| one.logical_id != event.logical_id);
        if event.is_failure() && !event.is_cancelled() {
            found.push(Stuck {
                logical_id: event.logical_id.clone(),
                physical_id: event.physical_id.clone(),
                resource_type: event.resource_type.clone(),
                reason: event.reason.clone().unwrap_or_else(|| "the service gave no reason".to_owned()),
            });
        }
    }
    found
}

/// Continues the rollback of an update that got stuck, and waits for its end. The resources in `skip` are left as they are,
/// and the stack then takes them for what they should be.
pub async fn continue_rollback(
    target: &Target,
    view: &StackView,
    skip: &[String],
    reporter: &dyn Reporter,
) -> Result<StackView> {
    let mut cursor = Cursor::after_now(target, &view.id).await?;
    reporter.event(&Event::Executing { stack: view.name.clone() });
    let skip = (!skip.is_empty()).then(|| skip.to_vec());
    let call = target.cloudformation().continue_update_rollback().stack_name(&view.id).set_resources_to_skip(skip);
    call.send().await.map_err(Error::aws("ContinueUpdateRollback"))?;
    ended(target, view, &mut cursor, reporter).await
}

/// Takes back an operation that failed and was kept, and waits for the end.
pub async fn roll_back(target: &Target, view: &StackView, reporter: &dyn Reporter) -> Result<StackView> {
    let mut cursor = Cursor::after_now(target, &view.id).await?;
    reporter.event(&Event::Executing { stack: view.name.clone() });
    let call = target.cloudformation().rollback_stack().stack_name(&view.id);
    call.send().await.map_err(Error::aws("RollbackStack"))?;
    ended(target, view, &mut cursor, reporter).await
}

/// Waits for what is under way in a stack, whatever it is.
pub async fn wait(target: &Target, view: &StackView, reporter: &dyn Reporter) -> Result<()> {
    let mut cursor = Cursor::after_now(target, &view.id).await?;
    let status = view.status.as_str().to_owned();
    reporter.event(&Event::StackBusy { stack: view.name.clone(), status });
    settle(target, &view.id, &view.name, &mut cursor, reporter).await.map(|_| ())
}

async fn ended(target: &Target, view: &StackView, cursor: &mut Cursor, reporter: &dyn Reporter) -> Result<StackView> {
    let (settled, history) = settle(target, &view.id, &view.name, cursor, reporter).await?;
    let settled = settled.ok_or_else(|| Error::NoStack(view.name.clone()))?;
    match ending(&settled.status) {
        Ending::RolledBack | Ending::Done | Ending::Gone => Ok(settled),
        Ending::Running | Ending::Stuck => Err(failure(&view.name, &settled, &history)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(logical_id: &str, status: &str, reason: Option<&str>) -> ResourceEvent {
        ResourceEvent {
            id: format!("{logical_id}{status}"),
            timestamp: String::new(),
            logical_id: logical_id.to_owned(),
            physical_id: format!("phys-{logical_id}"),
            resource_type: "AWS::X::Y".to_owned(),
            status: status.to_owned(),
            reason: reason.map(str::to_owned),
            is_stack: logical_id == "s",
            ..ResourceEvent::default()
        }
    }

    #[test]
    fn only_what_failed_on_its_own_and_stayed_so_is_stuck() {
        let history = [
            event("s", "UPDATE_ROLLBACK_IN_PROGRESS", None),
            event("A", "UPDATE_FAILED", Some("at first")),
            event("B", "UPDATE_FAILED", Some("Resource update cancelled")),
            event("C", "UPDATE_FAILED", Some("for a while")),
            event("C", "UPDATE_COMPLETE", None),
            event("D", "UPDATE_FAILED", None),
            event("A", "UPDATE_IN_PROGRESS", None),
            event("A", "UPDATE_FAILED", Some("again")),
            event("s", "UPDATE_ROLLBACK_FAILED", Some("The following resource(s) failed to update: [D, A].")),
        ];
        let told: Vec<(String, String)> =
            failed(&history).into_iter().map(|one| (one.logical_id, one.reason)).collect();
        let wanted = [("D", "the service gave no reason"), ("A", "again")];
        assert_eq!(told, wanted.map(|(id, reason)| (id.to_owned(), reason.to_owned())));
    }
}
