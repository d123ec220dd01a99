//! Tells the events of the lifecycle library: a line each for what people want to know, all of them as JSON if asked for.

use cloudcart_deploy::stack::{Plan, Replacement, ResourceEvent};
use cloudcart_deploy::{Event, Reporter};

use crate::printer::{Printer, Tone};
use crate::table::size;

/// A reporter that prints.
pub(crate) struct Progress<'a> {
    printer: &'a Printer,
    /// With `--format json`: whether events are what was asked for, rather than one document at the end.
    stream: bool,
}

impl<'a> Progress<'a> {
    /// Prints notes; with `--format json` also every event, as a line on standard output.
    pub(crate) fn streaming(printer: &'a Printer) -> Self {
        Self { printer, stream: true }
    }

    /// Prints notes alone.
    pub(crate) fn notes(printer: &'a Printer) -> Self {
        Self { printer, stream: false }
    }
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
            Event::BuildStarted { functions, profile } => {
                let text = format!("building {} (profile {profile})", functions.join(", "));
                printer.note(&text);
                printer.busy(&text);
            }
            Event::CargoLine { line } => cargo_line(printer, line),
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
                printer.busy("waiting");
            }
            Event::RemovingFailedStack { stack, status } => {
                printer.note(&format!("stack {stack} is {status}: its first creation failed; removing what is left"));
            }
            Event::Planned(plan) => planned(printer, plan),
            Event::NoChanges { stack } => printer.note(&format!("no changes: stack {stack} is as asked")),
            Event::Executing { stack } => printer.busy(&format!("changing {stack}")),
            Event::Resource(event) => resource(printer, event),
            Event::PollRepeated { reason, next_in_millis } => {
                printer.detail(&format!("{reason}; asking again in {next_in_millis} ms"));
            }
            Event::StackSettled { stack, status } => {
                printer.clear();
                printer.detail(&format!("stack {stack} is {status}"));
            }
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
    if ["Compiling", "Downloading", "Downloaded", "Building", "Updating"].iter().any(|word| text.starts_with(word)) {
        printer.busy(text);
    }
}

fn planned(printer: &Printer, plan: &Plan) {
    let count = |action: &str| plan.changes.iter().filter(|change| change.action == action).count();
    let replaced = plan.changes.iter().filter(|change| change.replacement == Replacement::Yes).count();
    printer.note(&format!(
        "changes to {}: {} added, {} modified ({replaced} replaced), {} removed",
        plan.stack,
        count("Add"),
        count("Modify"),
        count("Remove")
    ));
    for change in &plan.changes {
        let sign = match change.action.as_str() {
            "Add" => "+",
            "Remove" => "-",
            _ => "~",
        };
        let mut line = format!("  {sign} {} {}", change.logical_id, change.resource_type);
        match change.replacement {
            Replacement::Yes => line.push_str(" (replaced)"),
            Replacement::Maybe => line.push_str(" (replaced, depending on values not known yet)"),
            Replacement::No => {}
        }
        // A new stack is all additions: the number says it.
        if plan.creates {
            printer.detail(&line);
        } else if change.loses_the_resource() {
            printer.note(&printer.paint(Tone::Bad, &line));
        } else {
            printer.note(&line);
        }
    }
}

fn resource(printer: &Printer, event: &ResourceEvent) {
    let line = format!("  {} {} {}", event.status, event.logical_id, event.resource_type);
    if event.is_failure() {
        let reason = event.reason.as_deref().unwrap_or("no reason given");
        printer.note(&printer.paint(Tone::Bad, &format!("{line}: {reason}")));
    } else if event.status.ends_with("_COMPLETE") || event.status == "DELETE_SKIPPED" {
        printer.note(&printer.paint(Tone::Dim, &line));
    } else {
        printer.detail(&line);
        printer.busy(line.trim());
    }
}
