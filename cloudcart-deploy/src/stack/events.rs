//! Stack events: read newest first until a known one, told oldest first, each once.

use std::collections::HashSet;

use aws_sdk_cloudformation::types::{StackEvent, StackStatus};
use serde::Serialize;

use super::status::{Ending, ending};
use crate::error::{Error, Result};
use crate::target::Target;

/// The type of a stack within a stack.
pub(crate) const STACK_TYPE: &str = "AWS::CloudFormation::Stack";

/// A step of a resource, or of the stack itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceEvent {
    /// The event's id.
    #[serde(skip)]
    pub id: String,
    /// When, RFC 3339.
    pub timestamp: String,
    /// The logical id.
    pub logical_id: String,
    /// The physical id, once there is one.
    pub physical_id: String,
    /// The type.
    pub resource_type: String,
    /// The status.
    pub status: String,
    /// Why, if the service said so.
    pub reason: Option<String>,
    /// Whether this is about the stack itself.
    pub is_stack: bool,
    /// The nested stacks that it happened in, outermost first, by their logical ids; empty for the stack that was asked about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub within: Vec<String>,
    /// The operation that it belongs to, where the service tells operations apart.
    #[serde(rename = "operationId", skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The hook that looked at the resource, if this is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hook: Option<Hook>,
}

/// What a hook said of a resource.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Hook {
    /// Its type, for example `Acme::S3::Encrypted`.
    pub name: String,
    /// How it stands: `HOOK_COMPLETE_FAILED` and the like.
    pub status: String,
    /// Its own words.
    pub reason: Option<String>,
    /// The id of this invocation, under which the service keeps the whole result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invocation: Option<String>,
}

impl ResourceEvent {
    /// Whether the status is a failure.
    pub fn is_failure(&self) -> bool {
        self.status.ends_with("_FAILED")
    }

    /// Whether the resource was only stopped because another failed, or because somebody cancelled the operation.
    pub fn is_cancelled(&self) -> bool {
        const WORDS: [&str; 3] =
            ["resource creation cancelled", "resource update cancelled", "resource deletion cancelled"];
        self.reason.as_deref().is_some_and(|reason| {
            let reason = reason.trim_start().to_ascii_lowercase();
            WORDS.iter().any(|words| reason.starts_with(words))
        })
    }

    /// When it happened, if the service said so.
    pub fn at(&self) -> Option<jiff::Timestamp> {
        self.timestamp.parse().ok()
    }
}

pub(crate) fn read(event: &StackEvent) -> ResourceEvent {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let filled = |value: Option<&str>| value.filter(|text| !text.is_empty()).map(str::to_owned);
    let hook = filled(event.hook_type()).map(|name| Hook {
        name,
        status: event.hook_status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
        reason: filled(event.hook_status_reason()),
        invocation: filled(event.hook_invocation_id()),
    });
    ResourceEvent {
        id: text(event.event_id()),
        timestamp: event.timestamp().and_then(instant).unwrap_or_default(),
        logical_id: text(event.logical_resource_id()),
        physical_id: text(event.physical_resource_id()),
        resource_type: text(event.resource_type()),
        status: event.resource_status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
        reason: filled(event.resource_status_reason()),
        is_stack: event.physical_resource_id().is_some() && event.physical_resource_id() == event.stack_id(),
        within: Vec::new(),
        operation: filled(event.operation_id()),
        hook,
    }
}

pub(crate) fn instant(at: &aws_smithy_types::DateTime) -> Option<String> {
    let at = jiff::Timestamp::from_millisecond(at.to_millis().ok()?).ok()?;
    Some(at.to_string())
}

/// Whether an event says that an operation of its stack is over, so that whatever follows belongs to another.
pub(crate) fn ends_an_operation(event: &ResourceEvent) -> bool {
    event.is_stack && {
        let status = StackStatus::from(event.status.as_str());
        status == StackStatus::ReviewInProgress || ending(&status) != Ending::Running
    }
}

/// Where reading stands.
#[derive(Debug, Default)]
pub(crate) struct Cursor {
    seen: HashSet<String>,
}

impl Cursor {
    /// A cursor after everything that has happened so far.
    pub(crate) async fn after_now(target: &Target, stack: &str) -> Result<Self> {
        let mut cursor = Self::default();
        // The newest page holds the newest event, at which every later read stops.
        let (events, _) = page(target, stack, None).await?;
        cursor.take(events);
        Ok(cursor)
    }

    /// A cursor at the start of the operation that is under way, so that the next read tells all of it.
    pub(crate) async fn at_start(target: &Target, stack: &str) -> Result<Self> {
        let mut cursor = Self::default();
        let mut token = None;
        loop {
            let (events, next) = page(target, stack, token).await?;
            if let Some(end) = events.iter().position(ends_an_operation) {
                cursor.take(events.into_iter().skip(end).collect());
                return Ok(cursor);
            }
            token = next;
            if token.is_none() {
                return Ok(cursor);
            }
        }
    }

    /// What happened since the last read, oldest first.
    pub(crate) async fn read(&mut self, target: &Target, stack: &str) -> Result<Vec<ResourceEvent>> {
        let mut fresh = Vec::new();
        let mut token = None;
        loop {
            let (events, next) = page(target, stack, token).await?;
            let met_known = events.iter().any(|event| self.seen.contains(&event.id));
            // Nothing is marked as seen until every page is read: a failed page must not lose those before it.
            fresh.extend(events.into_iter().filter(|event| !self.seen.contains(&event.id)));
            if met_known || next.is_none() {
                return Ok(self.take(fresh));
            }
            token = next;
        }
    }

    /// Takes events, newest first; returns those not seen before, oldest first.
    fn take(&mut self, newest_first: Vec<ResourceEvent>) -> Vec<ResourceEvent> {
        let mut fresh: Vec<_> = newest_first.into_iter().filter(|event| self.seen.insert(event.id.clone())).collect();
        fresh.reverse();
        fresh
    }
}

/// The events of a stack that are not older than `since`, oldest first.
pub(crate) async fn since(target: &Target, stack: &str, since: Option<jiff::Timestamp>) -> Result<Vec<ResourceEvent>> {
    let mut found = Vec::new();
    let mut token = None;
    loop {
        let (events, next) = page(target, stack, token).await?;
        let older = |event: &ResourceEvent| event.at().zip(since).is_some_and(|(at, since)| at < since);
        let met_older = events.iter().any(older);
        found.extend(events.into_iter().filter(|event| !older(event)));
        if met_older || next.is_none() {
            found.reverse();
            return Ok(found);
        }
        token = next;
    }
}

/// What happened since the newest event that `is_begin`, that one included, oldest first. Everything, if there is none.
pub(super) async fn since_begin(
    target: &Target,
    stack: &str,
    is_begin: impl Fn(&ResourceEvent) -> bool,
) -> Result<Vec<ResourceEvent>> {
    let mut history = Vec::new();
    let mut token = None;
    loop {
        let (events, next) = page(target, stack, token).await?;
        for event in events {
            let found = is_begin(&event);
            history.push(event);
            if found {
                history.reverse();
                return Ok(history);
            }
        }
        if next.is_none() {
            history.reverse();
            return Ok(history);
        }
        token = next;
    }
}

async fn page(target: &Target, stack: &str, token: Option<String>) -> Result<(Vec<ResourceEvent>, Option<String>)> {
    let answer = target.cloudformation().describe_stack_events().stack_name(stack).set_next_token(token).send().await;
    let answer = answer.map_err(Error::aws("DescribeStackEvents"))?;
    let next = answer.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
    Ok((answer.stack_events().iter().map(read).collect(), next))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str) -> ResourceEvent {
        ResourceEvent { id: id.to_owned(), logical_id: id.to_owned(), ..ResourceEvent::default() }
    }

    fn ids(events: &[ResourceEvent]) -> Vec<&str> {
        events.iter().map(|event| event.id.as_str()).collect()
    }

    #[test]
    fn events_are_told_oldest_first_and_once() {
        let mut cursor = Cursor::default();
        assert_eq!(ids(&cursor.take(vec![event("2"), event("1")])), ["1", "2"]);
        assert_eq!(ids(&cursor.take(vec![event("4"), event("3"), event("2"), event("1")])), ["3", "4"]);
        assert!(cursor.take(vec![event("4"), event("3")]).is_empty());
    }

    #[test]
    fn only_the_stack_s_own_end_states_end_an_operation() {
        let stack = |status: &str| ResourceEvent { status: status.to_owned(), is_stack: true, ..event("s") };
        for status in ["CREATE_COMPLETE", "UPDATE_ROLLBACK_FAILED", "DELETE_COMPLETE", "REVIEW_IN_PROGRESS"] {
            assert!(ends_an_operation(&stack(status)), "{status}");
        }
        for status in ["CREATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"] {
            assert!(!ends_an_operation(&stack(status)), "{status}");
        }
        assert!(!ends_an_operation(&ResourceEvent { status: "CREATE_COMPLETE".to_owned(), ..event("Q") }));
    }
}
