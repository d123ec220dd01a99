//! Waits for an operation to end. A throttled or dropped poll never ends a wait; only an end state does.

use std::time::Duration;

use aws_sdk_cloudformation::types::StackStatus;
use tokio::time::Instant;

use super::diagnosis::{StackFailure, first_cause, gather};
use super::events::{Cursor, ResourceEvent, STACK_TYPE, ends_an_operation};
use super::status::{Ending, ending};
use super::{StackView, describe};
use crate::error::{Aws, AwsKind, Error, Result};
use crate::report::{Event, Reporter};
use crate::target::Target;

/// How long between polls: quick at first, for a local target answers at once; then slower, and much slower after failures.
#[derive(Debug)]
pub(crate) struct Pace {
    next: Duration,
    ceiling: Duration,
}

impl Pace {
    pub(crate) fn new(target: &Target) -> Self {
        if target.is_aws() {
            Self { next: Duration::from_millis(700), ceiling: Duration::from_secs(3) }
        } else {
            Self { next: Duration::from_millis(50), ceiling: Duration::from_millis(500) }
        }
    }

    pub(crate) fn after_success(&mut self) -> Duration {
        let now = self.next.min(self.ceiling);
        self.next = now.mul_f64(1.3).min(self.ceiling);
        now
    }

    pub(crate) fn after_failure(&mut self) -> Duration {
        self.next = (self.next * 2).clamp(Duration::from_millis(500), Duration::from_secs(20));
        self.next
    }
}

/// How long an endpoint may be out of reach before waiting makes no sense: AWS comes back, a stopped process does not.
pub(crate) fn patience(target: &Target) -> Duration {
    if target.is_aws() { Duration::from_mins(10) } else { Duration::from_secs(20) }
}

/// How long a read before or after an operation is repeated. Nothing runs meanwhile, so a person is told sooner.
fn brief(target: &Target) -> Duration {
    if target.is_aws() { Duration::from_secs(90) } else { Duration::from_secs(5) }
}

/// Endures failures that pass, for so long.
#[derive(Debug)]
pub(crate) struct Patience {
    pace: Pace,
    limit: Duration,
    since: Option<Instant>,
}

impl Patience {
    /// For a call with which nothing runs yet.
    pub(crate) fn brief(target: &Target) -> Self {
        Self { pace: Pace::new(target), limit: brief(target), since: None }
    }

    /// For a running operation.
    fn long(target: &Target) -> Self {
        Self { pace: Pace::new(target), limit: patience(target), since: None }
    }

    /// A call worked: the next failure is the first again.
    pub(crate) fn restored(&mut self) {
        self.since = None;
    }

    /// Waits before the next attempt. An error that does not pass, or has not passed for too long, is given back.
    pub(crate) async fn endure(&mut self, error: Error, reporter: &dyn Reporter) -> Result<()> {
        let since = *self.since.get_or_insert_with(Instant::now);
        if !error.as_aws().is_some_and(Aws::is_passing) || since.elapsed() > self.limit {
            return Err(error);
        }
        let next = self.pace.after_failure();
        let next_in_millis = u64::try_from(next.as_millis()).unwrap_or(u64::MAX);
        reporter.event(&Event::PollRepeated { reason: error.to_string(), next_in_millis });
        tokio::time::sleep(next).await;
        Ok(())
    }
}

/// A read that is repeated while it fails in a way that passes.
pub(crate) async fn persist<T, F: Future<Output = Result<T>>>(
    target: &Target,
    reporter: &dyn Reporter,
    read: impl Fn() -> F,
) -> Result<T> {
    let mut patience = Patience::brief(target);
    loop {
        match read().await {
            Err(error) => patience.endure(error, reporter).await?,
            done => return done,
        }
    }
}

/// For how long an end state without an event of the stack itself may still be the state from before the operation.
const STALE: Duration = Duration::from_secs(8);

/// Waits until the stack (by id) is in an end state, telling its events. Returns the stack and what happened.
///
/// Reads of the status may lag behind the call that started the operation, and a working stack is in the same state before
/// and after an update. So an end state counts once an event of the stack itself was seen, or after [`STALE`].
///
/// Somebody else may start the next operation before this end is noticed. Where the service tells operations apart, what
/// happens after the end of this one is not taken for a part of it.
pub(crate) async fn settle(
    target: &Target,
    stack: &str,
    name: &str,
    cursor: &mut Cursor,
    reporter: &dyn Reporter,
) -> Result<(Option<StackView>, Vec<ResourceEvent>)> {
    let mut pace = Pace::new(target);
    let mut history = Vec::new();
    let mut patience = Patience::long(target);
    let started = Instant::now();
    let mut moved = false;
    loop {
        match look(target, stack, cursor).await {
            Ok((view, events)) => {
                patience.restored();
                let (events, ended) = of_this_operation(events);
                for event in &events {
                    moved |= event.is_stack;
                    reporter.event(&Event::Resource(event.clone()));
                }
                history.extend(events);
                let Some(mut view) = view else { return Ok((None, history)) };
                if let Some(end) = ended {
                    view.status = StackStatus::from(end.status.as_str());
                    view.reason = end.reason;
                }
                if is_over(&view, moved || started.elapsed() > STALE) {
                    gather(target, stack, ending(&view.status), &mut history).await;
                    let status = view.status.as_str().to_owned();
                    reporter.event(&Event::StackSettled { stack: name.to_owned(), status });
                    return Ok((Some(view), history));
                }
                tokio::time::sleep(pace.after_success()).await;
            }
            Err(error) => patience.endure(error, reporter).await.map_err(|error| unwatched(name, error))?,
        }
    }
}

/// Of events, oldest first, those up to the end of the operation, and that end if another operation follows it.
fn of_this_operation(mut events: Vec<ResourceEvent>) -> (Vec<ResourceEvent>, Option<ResourceEvent>) {
    let Some(end) = events.iter().position(ends_an_operation) else { return (events, None) };
    let ours = &events[end];
    let foreign = ours.operation.is_some()
        && events[end + 1..].iter().any(|event| event.operation.is_some() && event.operation != ours.operation);
    if !foreign {
        return (events, None);
    }
    let ours = ours.clone();
    events.truncate(end + 1);
    (events, Some(ours))
}

/// What a failure to watch means: the operation is CloudFormation's, and goes on whoever watches.
fn unwatched(stack: &str, error: Error) -> Error {
    let stack = stack.to_owned();
    match error {
        Error::Aws { operation, aws } if aws.is_passing() => {
            Error::LostContact { stack, reason: format!("{operation} failed: {aws}") }
        }
        Error::Aws { operation, aws }
            if matches!(aws.kind, AwsKind::Credentials | AwsKind::Clock | AwsKind::Denied) =>
        {
            Error::Unwatched { stack, operation, aws }
        }
        other => other,
    }
}

/// A stack that is gone was not gone before the operation.
fn is_over(view: &StackView, counts: bool) -> bool {
    match ending(&view.status) {
        Ending::Running => false,
        Ending::Gone => true,
        Ending::Done | Ending::RolledBack | Ending::Stuck => counts,
    }
}

/// The status before the events: when it is an end state, the events read after it are complete.
async fn look(target: &Target, stack: &str, cursor: &mut Cursor) -> Result<(Option<StackView>, Vec<ResourceEvent>)> {
    let view = describe(target, stack).await?;
    let events = match cursor.read(target, stack).await {
        Ok(events) => events,
        // A stack that was deleted can no longer be asked by name.
        Err(_) if view.as_ref().is_none_or(|view| ending(&view.status) == Ending::Gone) => Vec::new(),
        Err(error) => return Err(error),
    };
    Ok((view, events))
}

/// The failure of an operation that ended badly.
pub(crate) fn failure(name: &str, view: &StackView, history: &[ResourceEvent]) -> Error {
    let (mut cause, others) = first_cause(history);
    if cause.is_none() {
        cause = view.reason.clone().map(|reason| super::Cause {
            logical_id: name.to_owned(),
            resource_type: STACK_TYPE.to_owned(),
            status: view.status.as_str().to_owned(),
            reason,
            ..super::Cause::default()
        });
    }
    Error::Stack(Box::new(StackFailure {
        stack: name.to_owned(),
        status: view.status.as_str().to_owned(),
        ending: ending(&view.status),
        cause,
        others,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_operation_does_after_the_end_of_this_one_is_left_out() {
        let event = |operation: &str, status: &str, is_stack| ResourceEvent {
            status: status.to_owned(),
            is_stack,
            operation: Some(operation.to_owned()),
            ..ResourceEvent::default()
        };
        let mine = [event("1", "UPDATE_IN_PROGRESS", true), event("1", "UPDATE_COMPLETE", true)];
        let theirs = [event("2", "UPDATE_IN_PROGRESS", true), event("2", "UPDATE_FAILED", false)];
        let (kept, end) = of_this_operation([mine.clone(), theirs].concat());
        assert_eq!((kept.len(), end.map(|end| end.status).as_deref()), (2, Some("UPDATE_COMPLETE")));
        // A rollback is an operation of its own, but the update that it undoes has not ended before.
        let rollback = [
            event("1", "UPDATE_IN_PROGRESS", true),
            event("2", "UPDATE_ROLLBACK_IN_PROGRESS", true),
            event("2", "UPDATE_ROLLBACK_COMPLETE", true),
        ];
        let (kept, end) = of_this_operation(rollback.to_vec());
        assert_eq!((kept.len(), end), (3, None));
        // Without operation ids nothing can be told apart.
        let nameless: Vec<_> = mine.iter().cloned().map(|event| ResourceEvent { operation: None, ..event }).collect();
        assert_eq!(of_this_operation([nameless.clone(), nameless].concat()).0.len(), 4);
    }

    #[test]
    fn polls_slow_down_to_a_ceiling_and_recover_after_failures() {
        let mut pace = Pace { next: Duration::from_millis(50), ceiling: Duration::from_millis(500) };
        let mut last = Duration::ZERO;
        for _ in 0..30 {
            let next = pace.after_success();
            assert!(next >= last && next <= Duration::from_millis(500));
            last = next;
        }
        assert_eq!(last, Duration::from_millis(500));
        for _ in 0..10 {
            assert!(pace.after_failure() <= Duration::from_secs(20));
        }
        assert_eq!(pace.after_failure(), Duration::from_secs(20));
        assert_eq!(pace.after_success(), Duration::from_millis(500));
    }
}
