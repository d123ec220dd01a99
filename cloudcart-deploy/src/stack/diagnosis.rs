//! Why an operation failed: its first cause, not its last.

use std::fmt;

use serde::Serialize;

use super::events::ResourceEvent;
use super::status::Ending;

/// The event that made an operation fail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cause {
    /// The resource.
    pub logical_id: String,
    /// Its type.
    pub resource_type: String,
    /// The status it ended in.
    pub status: String,
    /// The service's reason.
    pub reason: String,
}

/// A failed operation.
#[derive(Debug, Clone)]
pub struct StackFailure {
    /// The stack.
    pub stack: String,
    /// The status it ended in.
    pub status: String,
    /// How it ended.
    pub ending: Ending,
    /// What failed first.
    pub cause: Option<Cause>,
    /// How many further resources failed on their own.
    pub others: usize,
}

impl fmt::Display for StackFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stack `{}` ended in {}", self.stack, self.status)?;
        if let Some(cause) = &self.cause {
            write!(f, ": {} ({}): {}", cause.logical_id, cause.resource_type, cause.reason)?;
        }
        Ok(())
    }
}

impl std::error::Error for StackFailure {}

/// The first failure of an operation, given its events oldest first, and how many others failed on their own. A resource that
/// was cancelled because another failed is no cause; the stack's own lines only count when no resource's do.
pub fn first_cause(events: &[ResourceEvent]) -> (Option<Cause>, usize) {
    let own: Vec<_> =
        events.iter().filter(|event| event.is_failure() && !event.is_stack && !is_cancelled(event)).collect();
    let first = own.first().copied().or_else(|| {
        events.iter().find(|event| {
            event.is_stack && event.reason.is_some() && (event.is_failure() || event.status.contains("ROLLBACK"))
        })
    });
    (first.map(cause), own.len().saturating_sub(1))
}

fn cause(event: &ResourceEvent) -> Cause {
    Cause {
        logical_id: event.logical_id.clone(),
        resource_type: event.resource_type.clone(),
        status: event.status.clone(),
        reason: event.reason.clone().unwrap_or_else(|| "the service gave no reason".to_owned()),
    }
}

pub(super) fn is_cancelled(event: &ResourceEvent) -> bool {
    event.reason.as_deref().is_some_and(|reason| {
        let reason = reason.to_ascii_lowercase();
        ["resource creation cancelled", "resource update cancelled", "resource deletion cancelled"]
            .iter()
            .any(|words| reason.starts_with(words))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(logical_id: &str, status: &str, reason: Option<&str>, is_stack: bool) -> ResourceEvent {
        ResourceEvent {
            id: format!("{logical_id}{status}"),
            timestamp: String::new(),
            logical_id: logical_id.to_owned(),
            physical_id: String::new(),
            resource_type: "AWS::X::Y".to_owned(),
            status: status.to_owned(),
            reason: reason.map(str::to_owned),
            is_stack,
        }
    }

    #[test]
    fn the_first_failure_is_the_cause_and_cancelled_ones_are_not() {
        let events = [
            event("s", "CREATE_IN_PROGRESS", Some("User Initiated"), true),
            event("A", "CREATE_FAILED", Some("Resource creation cancelled"), false),
            event("B", "CREATE_FAILED", Some("Queue name is taken"), false),
            event("C", "CREATE_FAILED", Some("No such role"), false),
            event("s", "ROLLBACK_IN_PROGRESS", Some("The following resource(s) failed to create: [A, B]"), true),
        ];
        let (cause, others) = first_cause(&events);
        let cause = cause.unwrap_or_else(|| panic!("no cause"));
        assert_eq!((cause.logical_id.as_str(), cause.reason.as_str(), others), ("B", "Queue name is taken", 1));
    }

    #[test]
    fn without_a_failed_resource_the_stack_s_own_reason_counts() {
        let events = [event("s", "ROLLBACK_IN_PROGRESS", Some("Circular dependency"), true)];
        assert_eq!(first_cause(&events).0.map(|cause| cause.reason).as_deref(), Some("Circular dependency"));
        assert_eq!(first_cause(&[]), (None, 0));
    }
}
