//! What resources lead to each other: the function behind a version, the role of a function, whether a queue is FIFO.

use serde_json::Value as Json;

use crate::check::view::{Entry, View};

pub(super) const FUNCTION: &str = "AWS::Lambda::Function";
pub(super) const QUEUE: &str = "AWS::SQS::Queue";

/// The function that a value names: itself, or by an alias or a version.
pub(super) fn function_behind<'a>(view: &View<'a>, value: &'a Json) -> Option<Entry<'a>> {
    let (target, _) = view.target(value)?;
    function_of(view, target)
}

/// As [`function_behind`], of a resource that is at hand.
pub(super) fn function_of<'a>(view: &View<'a>, target: Entry<'a>) -> Option<Entry<'a>> {
    match target.kind {
        FUNCTION => Some(target),
        "AWS::Lambda::Alias" | "AWS::Lambda::Version" => {
            view.target_at(&target, "FunctionName").filter(|function| function.kind == FUNCTION)
        }
        _ => None,
    }
}

/// The queue of the template that a place of the properties names.
pub(super) fn queue_at<'a>(view: &View<'a>, entry: &Entry<'a>, place: &str) -> Option<Entry<'a>> {
    view.target_at(entry, place).filter(|target| target.kind == QUEUE)
}

/// Whether a queue or topic is FIFO; none when nobody knows.
pub(super) fn is_fifo(entry: &Entry<'_>) -> Option<bool> {
    entry.look(if entry.kind == QUEUE { "FifoQueue" } else { "FifoTopic" }).flag()
}

/// Whether a name is one of a FIFO queue or topic. Letters of the other case do not count.
pub(super) fn is_fifo_name(name: &str) -> bool {
    name.strip_suffix(".fifo").is_some()
}

/// Whether a resource waits for another: by `DependsOn`, or because its properties speak of it.
pub(super) fn waits_for(view: &View<'_>, entry: &Entry<'_>, id: &str) -> bool {
    let named = match entry.body.get("DependsOn") {
        Some(Json::String(one)) => one == id,
        Some(Json::Array(all)) => all.iter().any(|one| one == id),
        _ => false,
    };
    named || view.mentions(entry.properties).iter().any(|target| target.id == id)
}
