//! Stack events: read newest first until a known one, told oldest first, each once.

use std::collections::HashSet;

use aws_sdk_cloudformation::types::StackEvent;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::target::Target;

/// A step of a resource, or of the stack itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
}

impl ResourceEvent {
    /// Whether the status is a failure.
    pub fn is_failure(&self) -> bool {
        self.status.ends_with("_FAILED")
    }
}

fn read(event: &StackEvent) -> ResourceEvent {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let timestamp = event
        .timestamp()
        .and_then(|at| jiff::Timestamp::from_millisecond(at.to_millis().ok()?).ok())
        .map(|at| at.to_string());
    ResourceEvent {
        id: text(event.event_id()),
        timestamp: timestamp.unwrap_or_default(),
        logical_id: text(event.logical_resource_id()),
        physical_id: text(event.physical_resource_id()),
        resource_type: text(event.resource_type()),
        status: event.resource_status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
        reason: event.resource_status_reason().filter(|reason| !reason.is_empty()).map(str::to_owned),
        is_stack: event.physical_resource_id().is_some() && event.physical_resource_id() == event.stack_id(),
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

/// What happened since the newest event that `is_begin`, that one included, oldest first. Everything, if there is none.
pub(super) async fn since(
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
        ResourceEvent {
            id: id.to_owned(),
            timestamp: String::new(),
            logical_id: id.to_owned(),
            physical_id: String::new(),
            resource_type: String::new(),
            status: String::new(),
            reason: None,
            is_stack: false,
        }
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
}
