//! Removes a stack, and says what its policies left behind.

use serde::Serialize;

use super::describe;
use super::events::{Cursor, ResourceEvent};
use super::status::{Ending, ending};
use super::wait::{failure, settle};
use crate::error::{Error, Result};
use crate::report::{Event, Reporter};
use crate::target::Target;

/// A removed stack.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Destroyed {
    /// Its name.
    pub stack: String,
    /// What stays, because its `DeletionPolicy` says so.
    pub remaining: Vec<Remaining>,
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

/// Removes a stack and waits for the end. A stack that is not there is [`Error::NoStack`].
pub async fn destroy(target: &Target, stack: &str, reporter: &dyn Reporter) -> Result<Destroyed> {
    let Some(mut view) = describe(target, stack).await? else { return Err(Error::NoStack(stack.to_owned())) };
    if view.protected {
        return Err(Error::Protected(stack.to_owned()));
    }
    let mut cursor = Cursor::after_now(target, &view.id).await?;
    let busy = ending(&view.status) == Ending::Running && view.status.as_str() != "REVIEW_IN_PROGRESS";
    if busy && view.status.as_str() != "DELETE_IN_PROGRESS" {
        reporter.event(&Event::StackBusy { stack: stack.to_owned(), status: view.status.as_str().to_owned() });
        let (settled, _) = settle(target, &view.id, stack, &mut cursor, reporter).await?;
        let Some(settled) = settled else { return Ok(Destroyed { stack: stack.to_owned(), remaining: Vec::new() }) };
        view = settled;
    }
    let call = target.cloudformation().delete_stack().stack_name(&view.id);
    call.send().await.map_err(Error::aws("DeleteStack"))?;
    let (settled, events) = settle(target, &view.id, stack, &mut cursor, reporter).await?;
    match settled {
        Some(view) if ending(&view.status) != Ending::Gone => Err(failure(stack, &view, &events)),
        _ => Ok(Destroyed { stack: stack.to_owned(), remaining: remaining(&events) }),
    }
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
}
