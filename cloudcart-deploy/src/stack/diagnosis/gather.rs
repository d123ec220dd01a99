//! Gathers what a failed operation left elsewhere: in nested stacks, in hooks, in validations, in encoded messages. All of it
//! is best effort: what an endpoint lacks or forbids leaves the diagnosis as it was.

use std::time::Duration;

use super::super::events::{ResourceEvent, STACK_TYPE, since};
use super::super::status::Ending;
use super::{authorization, own_failures, validation};
use crate::target::Target;

/// How deep nested stacks are followed.
const DEPTH: usize = 4;

/// How long a diagnosis may take beyond what is known: it must not hold up the news that the operation failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// Adds to the events of an operation what explains its failure.
pub(crate) async fn gather(target: &Target, stack: &str, ending: Ending, events: &mut Vec<ResourceEvent>) {
    let went_well = matches!(ending, Ending::Done | Ending::Running);
    if went_well || (ending == Ending::Gone && own_failures(events).is_empty()) {
        return;
    }
    let found = tokio::time::timeout(PATIENCE, explain(target, stack, ending, events.clone())).await;
    if let Ok(found) = found {
        *events = found;
    }
}

async fn explain(target: &Target, stack: &str, ending: Ending, mut events: Vec<ResourceEvent>) -> Vec<ResourceEvent> {
    follow(target, &mut events).await;
    if own_failures(&events).is_empty() && ending != Ending::Gone {
        events.extend(validation::failed_in(target, stack).await);
    }
    validation::ask_hooks(target, &mut events).await;
    authorization::decode(target, &mut events).await;
    events
}

/// Reads the events of every nested stack that failed, level by level.
async fn follow(target: &Target, events: &mut Vec<ResourceEvent>) {
    let started = events.iter().filter_map(ResourceEvent::at).min();
    let mut level: Vec<(String, Vec<String>)> = failed_stacks(events);
    for _ in 0..DEPTH {
        let mut below = Vec::new();
        for (id, within) in level {
            let Ok(mut found) = since(target, &id, started).await else { continue };
            for event in &mut found {
                event.within.clone_from(&within);
            }
            below.extend(failed_stacks(&found));
            events.extend(found);
        }
        if below.is_empty() {
            return;
        }
        level = below;
    }
}

/// The ids of nested stacks that failed on their own, each with the logical ids that lead to it.
fn failed_stacks(events: &[ResourceEvent]) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for event in events {
        let is_failed_stack = event.resource_type == STACK_TYPE
            && !event.is_stack
            && event.is_failure()
            && !event.is_cancelled()
            && event.physical_id.starts_with("arn:");
        if is_failed_stack && !found.iter().any(|(id, _)| *id == event.physical_id) {
            let mut within = event.within.clone();
            within.push(event.logical_id.clone());
            found.push((event.physical_id.clone(), within));
        }
    }
    found
}

#[cfg(test)]
#[path = "gather_tests.rs"]
mod tests;
