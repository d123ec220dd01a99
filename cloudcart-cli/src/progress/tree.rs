//! What is known of a stack operation: how the stack stands, and each of its resources. Events go in; [`super::lines`] makes
//! pictures of it. It has no clock: times are those of the events, or come from whoever calls.

use std::collections::HashMap;
use std::time::Duration;

use cloudcart_deploy::stack::{ResourceEvent, readable};
use jiff::Timestamp;

/// How a resource stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Something is done with it.
    Running,
    /// Done.
    Done,
    /// It failed on its own.
    Failed,
    /// It was stopped because another failed.
    Cancelled,
}

/// A resource of the stack.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) state: State,
    /// What is or was done with it: `creating`, `created`, `kept`.
    pub(crate) word: &'static str,
    /// Since when it is in this state.
    pub(crate) since: Timestamp,
    /// How long the last work on it took, once it is over.
    pub(crate) took: Option<Duration>,
    /// Why it failed. It stays when the resource is put back or removed afterwards.
    pub(crate) failure: Option<Failure>,
    /// The longest work on it.
    pub(crate) longest: Duration,
    /// What was done with it before a rollback undid it, for the counts.
    replaced: bool,
    physical_id: String,
}

/// A failure of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// `failed to create`
    pub(crate) word: &'static str,
    pub(crate) reason: String,
}

/// An operation on a stack.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    pub(crate) stack: String,
    /// The stack's status; empty before its first event.
    pub(crate) status: String,
    pub(crate) started: Option<Timestamp>,
    pub(crate) ended: Option<Timestamp>,
    /// In the order in which they were first heard of.
    pub(crate) rows: Vec<Row>,
    index: HashMap<String, usize>,
    planned: usize,
    /// How far the local clock is ahead of the service's, as far as events tell: the least that any of them took to get here.
    ahead: Option<jiff::SignedDuration>,
}

impl Tree {
    /// A tree of a stack of which `planned` resources are expected to change; 0 if that is not known.
    pub(crate) fn new(stack: &str, planned: usize) -> Self {
        Self {
            stack: stack.to_owned(),
            status: String::new(),
            started: None,
            ended: None,
            rows: Vec::new(),
            index: HashMap::new(),
            planned,
            ahead: None,
        }
    }

    /// Takes an event that arrived at `arrived` by the local clock.
    pub(crate) fn take(&mut self, event: &ResourceEvent, arrived: Timestamp) {
        let at = event.at().unwrap_or(arrived);
        let ahead = arrived.duration_since(at);
        self.ahead = Some(self.ahead.map_or(ahead, |known| known.min(ahead)));
        // Events of nested stacks come after the end, for the diagnosis alone.
        if !event.within.is_empty() {
            return;
        }
        if event.is_stack {
            self.status.clone_from(&event.status);
            self.started.get_or_insert(at);
            self.ended = (!event.status.ends_with("_IN_PROGRESS")).then_some(at);
        } else {
            self.resource(event, at);
        }
    }

    /// The stack is in this status, which no event has told.
    pub(crate) fn settle(&mut self, status: &str, now: Timestamp) {
        status.clone_into(&mut self.status);
        let now = self.service_time(now);
        self.ended.get_or_insert(now);
    }

    /// The service's clock when the local one shows `now`: the two may differ by minutes, and timers must not.
    pub(crate) fn service_time(&self, now: Timestamp) -> Timestamp {
        now.checked_sub(self.ahead.unwrap_or_default()).unwrap_or(now)
    }

    /// How many resources there are to change, as far as is known.
    pub(crate) fn total(&self) -> usize {
        self.planned.max(self.rows.len())
    }

    /// How many of them are in that state.
    pub(crate) fn count(&self, state: State) -> usize {
        self.rows.iter().filter(|row| row.state == state).count()
    }

    /// Whether the stack is on its way back.
    pub(crate) fn goes_back(&self) -> bool {
        self.status.contains("ROLLBACK")
    }

    fn resource(&mut self, event: &ResourceEvent, at: Timestamp) {
        let back = self.goes_back();
        let index = *self.index.entry(event.logical_id.clone()).or_insert_with(|| {
            self.rows.push(Row {
                id: event.logical_id.clone(),
                kind: event.resource_type.clone(),
                state: State::Running,
                word: "starting",
                since: at,
                took: None,
                failure: None,
                longest: Duration::ZERO,
                replaced: false,
                physical_id: String::new(),
            });
            self.rows.len() - 1
        });
        let row = &mut self.rows[index];
        let (verb, end) = split(&event.status);
        let reason = event.reason.as_deref().unwrap_or_default();
        if end == "IN_PROGRESS" {
            row.replaced |= verb == "UPDATE" && reason.contains("requires the creation of a new physical resource");
            // The second event of a start ("Initiated") does not start it again.
            let word = running(verb, row.replaced, back, is_old(row, verb, &event.physical_id), reason);
            if row.state != State::Running || row.word == "starting" {
                row.since = at;
                row.took = None;
            }
            row.state = State::Running;
            row.word = word;
        } else {
            let took = Duration::try_from(at.duration_since(row.since)).unwrap_or_default();
            let worked = row.state == State::Running && row.word != "starting";
            if worked {
                row.took = Some(took);
                row.longest = row.longest.max(took);
            }
            row.since = at;
            let old = is_old(row, verb, &event.physical_id);
            match end {
                "FAILED" if event.is_cancelled() => {
                    row.state = State::Cancelled;
                    row.word = "cancelled";
                }
                "FAILED" => {
                    let word = failed(verb);
                    row.state = State::Failed;
                    row.word = word;
                    // The first failure explains the later ones.
                    row.failure.get_or_insert_with(|| Failure { word, reason: readable(reason) });
                }
                _ => {
                    row.state = State::Done;
                    row.word = done(verb, end, row.replaced, back, old);
                }
            }
        }
        let is_gone = verb == "DELETE" && row.replaced;
        if !event.physical_id.is_empty() && !is_gone {
            row.physical_id.clone_from(&event.physical_id);
        }
    }
}

/// Whether a deletion is that of the resource which a replacement has left behind.
fn is_old(row: &Row, verb: &str, physical_id: &str) -> bool {
    verb == "DELETE" && row.replaced && !row.physical_id.is_empty() && row.physical_id != physical_id
}

/// `UPDATE` and `IN_PROGRESS` of `UPDATE_IN_PROGRESS`.
fn split(status: &str) -> (&str, &str) {
    for end in ["IN_PROGRESS", "COMPLETE", "FAILED", "SKIPPED"] {
        if let Some(verb) = status.strip_suffix(end) {
            return (verb.trim_end_matches('_'), end);
        }
    }
    (status, "")
}

fn running(verb: &str, replaced: bool, back: bool, old: bool, reason: &str) -> &'static str {
    if reason.starts_with("Eventual consistency check") {
        return "settling";
    }
    match verb {
        _ if old => "removing the old one",
        "CREATE" => "creating",
        "UPDATE" if back => "putting back",
        "UPDATE" if replaced => "replacing",
        "UPDATE" => "updating",
        "DELETE" => "removing",
        "IMPORT" => "importing",
        _ if verb.contains("ROLLBACK") => "putting back",
        _ => "working",
    }
}

fn done(verb: &str, end: &str, replaced: bool, back: bool, old: bool) -> &'static str {
    match verb {
        "DELETE" if end == "SKIPPED" => "kept",
        _ if old => "replaced",
        "CREATE" => "created",
        "UPDATE" if back => "put back",
        "UPDATE" if replaced => "replaced",
        "UPDATE" => "updated",
        "DELETE" => "removed",
        "IMPORT" => "imported",
        _ if verb.contains("ROLLBACK") => "put back",
        _ => "done",
    }
}

fn failed(verb: &str) -> &'static str {
    match verb {
        "CREATE" => "failed to create",
        "UPDATE" => "failed to update",
        "DELETE" => "failed to remove",
        "IMPORT" => "failed to import",
        _ if verb.contains("ROLLBACK") => "failed to put back",
        _ => "failed",
    }
}
