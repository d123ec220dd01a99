//! Why an operation failed: its first cause, not its last.

mod authorization;
mod gather;
mod hints;
mod reason;
mod validation;

use std::fmt;

use serde::Serialize;

pub use hints::hint_for;
pub use reason::readable;
pub(crate) use {gather::gather, validation::refused};

use super::events::{ResourceEvent, STACK_TYPE};
use super::status::Ending;

/// The event that made an operation fail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cause {
    /// The resource.
    pub logical_id: String,
    /// Its type.
    pub resource_type: String,
    /// The status it ended in.
    pub status: String,
    /// The service's reason, as it gave it. [`readable`] makes it one for people.
    pub reason: String,
    /// When, RFC 3339; empty if the service did not say so.
    pub timestamp: String,
    /// The nested stacks that the resource is in, outermost first, by their logical ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub within: Vec<String>,
    /// Where in the template, if the service said so: `/Resources/Queue/Properties/QueueName`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

impl Cause {
    /// The logical id that the template itself declares: that of the outermost nested stack, if the resource is in one.
    pub fn declared_id(&self) -> &str {
        self.within.first().unwrap_or(&self.logical_id)
    }

    /// The resource with the nested stacks that it is in: `Storage/Table`.
    pub fn full_id(&self) -> String {
        let mut ids = self.within.clone();
        ids.push(self.logical_id.clone());
        ids.join("/")
    }

    /// What did not work, to be read after the resource: `could not be created`.
    pub fn what(&self) -> &'static str {
        match self.status.as_str() {
            "CREATE_FAILED" => "could not be created",
            "UPDATE_FAILED" => "could not be updated",
            "DELETE_FAILED" => "could not be removed",
            "IMPORT_FAILED" => "could not be imported",
            status if status.ends_with("ROLLBACK_FAILED") => "could not be put back",
            _ => "failed",
        }
    }

    /// What helps against it, if the reason is one of the common ones.
    pub fn hint(&self) -> Option<String> {
        hints::hint_for(&self.resource_type, &self.reason)
    }
}

/// A change set that CloudFormation refused for what it found in the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The service's reason.
    pub reason: String,
    /// What it found, each with the resource and the place in the template.
    pub findings: Vec<Cause>,
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
    /// What else failed on its own, in the order in which it did.
    pub others: Vec<Cause>,
}

impl fmt::Display for StackFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stack `{}` ended in {}", self.stack, self.status)?;
        if let Some(cause) = &self.cause {
            write!(f, ": {} ({}): {}", cause.full_id(), cause.resource_type, cause.reason)?;
        }
        Ok(())
    }
}

impl std::error::Error for StackFailure {}

/// The first failure of an operation, given its events, and what else failed on its own, in that order. A resource that was
/// cancelled because another failed is no cause; a nested stack is none when what failed in it is known; the stack's own lines
/// only count when no resource's do.
pub fn first_cause(events: &[ResourceEvent]) -> (Option<Cause>, Vec<Cause>) {
    let mut failures: Vec<&ResourceEvent> = own_failures(events);
    // Polls, pages and nested stacks bring events in any order; events of one instant stay as the service gave them.
    if failures.iter().all(|event| event.at().is_some()) {
        failures.sort_by_key(|event| event.at());
    }
    let mut causes: Vec<Cause> = failures.into_iter().map(|event| cause(event, events)).collect();
    if causes.is_empty() {
        return (of_the_stack(events), causes);
    }
    let first = causes.remove(0);
    (Some(first), causes)
}

/// The failures that are not merely the echo of another.
fn own_failures(events: &[ResourceEvent]) -> Vec<&ResourceEvent> {
    let failed = |event: &&ResourceEvent| event.is_failure() && !event.is_stack && !event.is_cancelled();
    let all: Vec<&ResourceEvent> = events.iter().filter(failed).collect();
    let is_echo = |event: &ResourceEvent| {
        event.resource_type == STACK_TYPE
            && all.iter().any(|other| {
                other.within.len() > event.within.len()
                    && other.within.starts_with(&event.within)
                    && other.within[event.within.len()] == event.logical_id
            })
    };
    all.iter().copied().filter(|event| !is_echo(event)).collect()
}

/// The first line of a stack itself that gives a reason for going back; that of a nested stack before that of the one around
/// it, which only repeats it.
fn of_the_stack(events: &[ResourceEvent]) -> Option<Cause> {
    let tells = |event: &&ResourceEvent| {
        event.is_stack && event.reason.is_some() && (event.is_failure() || event.status.contains("ROLLBACK"))
    };
    let deepest = events.iter().filter(tells).map(|event| event.within.len()).max()?;
    events.iter().filter(tells).find(|event| event.within.len() == deepest).map(|event| cause(event, events))
}

fn cause(event: &ResourceEvent, events: &[ResourceEvent]) -> Cause {
    let reason = hook_reason(event, events).or_else(|| event.reason.clone());
    Cause {
        logical_id: event.logical_id.clone(),
        resource_type: event.resource_type.clone(),
        status: event.status.clone(),
        reason: reason.unwrap_or_else(|| "the service gave no reason".to_owned()),
        timestamp: event.timestamp.clone(),
        within: event.within.clone(),
        path: None,
    }
}

/// A resource that a hook refused only names the hook; what it found stands in an event of the hook, just before.
fn hook_reason(event: &ResourceEvent, events: &[ResourceEvent]) -> Option<String> {
    let reason = event.reason.as_deref()?;
    if !reason.to_ascii_lowercase().contains("hook(s)") {
        return None;
    }
    let said: Vec<String> = events
        .iter()
        .filter(|other| other.logical_id == event.logical_id && other.within == event.within)
        .filter_map(|other| other.hook.as_ref())
        .filter(|hook| hook.status.ends_with("FAILED") && reason.contains(&hook.name))
        .filter_map(|hook| hook.reason.as_ref().map(|words| format!("hook {}: {words}", hook.name)))
        .collect();
    (!said.is_empty()).then(|| said.join("; "))
}

#[cfg(test)]
mod tests;
