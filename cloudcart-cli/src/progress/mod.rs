//! Tells the events of the lifecycle library: on a terminal a tree that is redrawn in place, elsewhere a line for each, all of
//! them as JSON if asked for.

mod lines;
mod tree;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cloudcart_deploy::stack::{Plan, ResourceEvent};
use cloudcart_deploy::{Event, Reporter};
use jiff::Timestamp;

pub(crate) use lines::Look;
use tree::Tree;

use crate::plan::{self, Detail};
use crate::printer::{Printer, Tone};
use crate::table::size;

/// A reporter that prints.
pub(crate) struct Progress<'a> {
    printer: &'a Printer,
    /// With `--format json`: whether events are what was asked for, rather than one document at the end.
    stream: bool,
    /// The operation that is under way.
    operation: Mutex<Option<Operation>>,
    /// How many resources the last plan changes.
    planned: Mutex<usize>,
}

struct Operation {
    tree: Arc<Mutex<Tree>>,
    /// Whether this command began it; then it also reports what failed.
    ours: bool,
}

impl<'a> Progress<'a> {
    /// Prints notes; with `--format json` also every event, as a line on standard output.
    pub(crate) fn streaming(printer: &'a Printer) -> Self {
        Self { printer, stream: true, operation: Mutex::new(None), planned: Mutex::new(0) }
    }

    /// Prints notes alone.
    pub(crate) fn notes(printer: &'a Printer) -> Self {
        Self { stream: false, ..Self::streaming(printer) }
    }

    /// An operation begins, or is met under way.
    fn begin(&self, stack: &str, ours: bool) {
        let planned = if ours { std::mem::take(&mut *locked(&self.planned)) } else { 0 };
        let tree = Arc::new(Mutex::new(Tree::new(stack, planned)));
        let drawn = Arc::clone(&tree);
        self.printer.live(move |look| lines::tree(&locked(&drawn), Timestamp::now(), look));
        *locked(&self.operation) = Some(Operation { tree, ours });
    }

    fn resource(&self, event: &ResourceEvent) {
        if locked(&self.operation).is_none() {
            // Nobody said what begins: a removal.
            self.begin(if event.is_stack { &event.logical_id } else { "stack" }, true);
        }
        if let Some(operation) = &*locked(&self.operation) {
            locked(&operation.tree).take(event, Timestamp::now());
        }
        self.line(event);
    }

    fn settled(&self, stack: &str, status: &str) {
        self.printer.clear();
        let Some(Operation { tree, ours }) = locked(&self.operation).take() else { return };
        let mut tree = locked(&tree);
        tree.settle(status, Timestamp::now());
        let look = self.printer.look();
        for line in lines::summary(&tree, look) {
            self.printer.note(&line);
        }
        if !ours {
            self.printer.note(&format!("stack {stack} is {status}"));
            for line in lines::failures(&tree, look) {
                self.printer.note(&line);
            }
        }
    }

    /// An event as a line with its time: for whoever has no tree to look at, or wants to see everything.
    fn line(&self, event: &ResourceEvent) {
        let printer = self.printer;
        let time = event.at().map_or_else(String::new, |at| format!("{} ", at.strftime("%H:%M:%SZ")));
        let line = format!("  {time}{} {} {}", event.status, event.logical_id, event.resource_type);
        let hook = event.hook.as_ref().map(|hook| {
            let reason = hook.reason.as_ref().map(|words| format!(": {words}")).unwrap_or_default();
            format!(" (hook {} {}{reason})", hook.name, hook.status)
        });
        let line = line + &hook.unwrap_or_default();
        if printer.is_live() {
            printer.detail(&line);
            return;
        }
        if event.is_failure() {
            let reason = event.reason.as_deref().unwrap_or("no reason given");
            printer.note(&printer.paint(Tone::Bad, &format!("{line}: {reason}")));
        } else if event.status.ends_with("_IN_PROGRESS") {
            printer.note(&line);
        } else {
            printer.note(&printer.paint(Tone::Dim, &line));
        }
    }
}

/// What a panicking thread left half-done here is a picture at most.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Reporter for Progress<'_> {
    fn event(&self, event: &Event) {
        let printer = self.printer;
        if self.stream && printer.is_json() {
            // A reader that went away is noticed when the result is printed.
            let _ = printer.event(event);
            return;
        }
        match event {
            Event::BuildStarted { functions, profile, builder, target } => {
                let by = target.as_ref().map(|target| format!(", {builder} for {target}")).unwrap_or_default();
                let text = format!("building {} (profile {profile}{by})", functions.join(", "));
                printer.note(&text);
                printer.busy(&text);
            }
            Event::BuilderChanged { builder, reason } => {
                printer.note(&format!("{reason}: going on with {builder}, as later builds will from the start"));
            }
            Event::CargoLine { line } => cargo_line(printer, line),
            Event::CargoProgress { done, total, current } => printer.progress("compiling", *done, *total, current),
            Event::Compiled { warnings, .. } => {
                printer.clear();
                // With --verbose each line was told when it came.
                if !warnings.trim().is_empty() && !printer.is_verbose() {
                    printer.note(warnings.trim_end());
                }
                printer.busy("packing");
            }
            Event::FolderInBinary { function, folder } => printer.note(&format!(
                "`{function}` names {}: built in another folder it would be another binary; look for env!(\"…\")",
                folder.display()
            )),
            Event::Packed(package) => {
                let state = if package.rebuilt { "packed" } else { "unchanged" };
                printer.detail(&format!("{state} {} ({})", package.name, size(package.zip_bytes)));
            }
            Event::BucketCreated { bucket } => printer.note(&format!("made the bucket {bucket} for code")),
            Event::BucketSafeguardMissing { operation } => {
                printer.detail(&format!("{operation}: this endpoint does not offer that"));
            }
            Event::UploadProgress { files_done, files, bytes_done, bytes } => {
                let (done, all) = (size(*bytes_done), size(*bytes));
                printer.busy(&format!("uploading: {files_done} of {files}, {done} of {all}"));
            }
            Event::BucketEmptied { bucket, objects } => {
                printer.note(&format!("emptied bucket {bucket}: {objects} objects and versions"));
            }
            Event::LogGroupSwept { group } => printer.note(&format!("deleted the log group {group}")),
            Event::DriftDetection { stack } => printer.busy(&format!("comparing {stack} with what is there")),
            Event::DriftIncomplete { reason, .. } => printer.note(&format!("some could not be compared: {reason}")),
            Event::AssetPresent { function, .. } => printer.detail(&format!("code of {function} is already there")),
            Event::AssetUploaded { function, bytes, .. } => {
                printer.note(&format!("uploaded {function} ({})", size(*bytes)));
            }
            Event::StackBusy { stack, status } => {
                printer.note(&format!("stack {stack} is {status}; waiting for it to end"));
                self.begin(stack, false);
            }
            Event::RemovingFailedStack { stack, status } => {
                printer.note(&format!("stack {stack} is {status}: its first creation failed; removing what is left"));
                self.begin(stack, true);
            }
            Event::Planned(plan) => {
                *locked(&self.planned) = plan.changes.len();
                planned(printer, plan);
            }
            Event::CodeUpdated { function, .. } => printer.note(&format!("new code runs in {function}")),
            Event::NoChanges { stack } => printer.note(&format!("no changes: stack {stack} is as asked")),
            Event::Executing { stack } => self.begin(stack, true),
            Event::Resource(event) => self.resource(event),
            Event::PollRepeated { reason, next_in_millis } => {
                printer.detail(&format!("{reason}; asking again in {next_in_millis} ms"));
            }
            Event::StackSettled { stack, status } => self.settled(stack, status),
            _ => {}
        }
    }
}

fn cargo_line(printer: &Printer, line: &str) {
    if printer.is_verbose() {
        printer.detail(line);
        return;
    }
    let text = line.trim();
    // A person who waits wants to know why; on a terminal the spinner tells the rest.
    if text.starts_with("Blocking waiting for file lock") {
        printer.note(&format!("cargo: {text}"));
    }
    // Cargo's bar tells what is compiled; before it there is none.
    if ["Downloading", "Downloaded", "Updating"].iter().any(|word| text.starts_with(word)) {
        printer.busy(text);
    }
}

/// A new stack is all additions: the counts will do until somebody is asked.
fn planned(printer: &Printer, plan: &Plan) {
    let detail = match (printer.is_verbose(), plan.creates) {
        (true, _) => Detail::Everything,
        (false, true) => Detail::Counts,
        (false, false) => Detail::Changes,
    };
    for line in plan::painted(printer, &plan::lines(plan, detail)) {
        printer.note(&line);
    }
}
