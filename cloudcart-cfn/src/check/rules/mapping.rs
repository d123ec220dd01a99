//! Event source mappings: the polling between a queue or stream and a function.

use super::links::{QUEUE, function_behind, is_fifo, queue_at};
use super::{Broken, Rule, error, note};
use crate::check::view::{Entry, View};

const SQS: &str = "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html";
const BATCH: &str = "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html";
const API: &str = "https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html";

pub(super) const RULES: &[Rule] = &[
    error("mapping-batch-window", API, batch_window),
    error("mapping-fifo-batch", API, fifo_batch),
    error("mapping-visibility", SQS, visibility),
    note("mapping-visibility-margin", SQS, visibility_margin),
    note("mapping-partial-failures", BATCH, partial_failures),
    error("mapping-starting-position", API, starting_position),
];

/// What Lambda and SQS take when nothing is said.
const FUNCTION_TIMEOUT: f64 = 3.0;
const VISIBILITY_TIMEOUT: f64 = 30.0;
/// The largest batch that needs no window, and the largest of a FIFO queue.
const PLAIN_BATCH: f64 = 10.0;
/// How many times the function's timeout the queue should hide a message.
const MARGIN: f64 = 6.0;

fn mappings<'a>(view: &View<'a>) -> impl Iterator<Item = Entry<'a>> {
    view.of_kind("AWS::Lambda::EventSourceMapping")
}

/// The mappings of queues of the template.
fn of_queues<'a>(view: &View<'a>) -> impl Iterator<Item = (Entry<'a>, Entry<'a>)> {
    mappings(view).filter_map(|mapping| Some((mapping, queue_at(view, &mapping, "EventSourceArn")?)))
}

/// <https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html>
fn batch_window(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for (mapping, queue) in of_queues(view).filter(|(_, queue)| is_fifo(queue) == Some(false)) {
        let window = mapping.look("MaximumBatchingWindowInSeconds").number_or(0.0);
        if let (Some(batch), Some(window)) = (mapping.look("BatchSize").number(), window)
            && batch > PLAIN_BATCH
            && window < 1.0
        {
            let message = format!("a batch of {batch} from `{}` needs a batching window", queue.id);
            let hint = "set `MaximumBatchingWindowInSeconds` to 1 or more, or `BatchSize` to 10 or less";
            broken.at(mapping.at("BatchSize"), message, hint);
        }
    }
}

/// <https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html>
fn fifo_batch(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for (mapping, queue) in of_queues(view).filter(|(_, queue)| is_fifo(queue) == Some(true)) {
        let window = "MaximumBatchingWindowInSeconds";
        if mapping.look(window).number().is_some_and(|window| window > 0.0) {
            let message = format!("`{}` is a FIFO queue, whose batches have no window", queue.id);
            broken.at(mapping.at(window), message, "leave the window out");
        }
        if mapping.look("BatchSize").number().is_some_and(|batch| batch > PLAIN_BATCH) {
            let message = format!("`{}` is a FIFO queue, whose batches hold 10 messages at most", queue.id);
            broken.at(mapping.at("BatchSize"), message, "set `BatchSize` to 10 or less");
        }
    }
}

/// Mapping, queue, its visibility timeout, function, its timeout.
fn timeouts<'a>(view: &View<'a>) -> impl Iterator<Item = (Entry<'a>, Entry<'a>, f64, Entry<'a>, f64)> {
    of_queues(view).filter_map(|(mapping, queue)| {
        let function = function_behind(view, mapping.look("FunctionName").json()?)?;
        let visibility = queue.look("VisibilityTimeout").number_or(VISIBILITY_TIMEOUT)?;
        let timeout = function.look("Timeout").number_or(FUNCTION_TIMEOUT)?;
        Some((mapping, queue, visibility, function, timeout))
    })
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>
fn visibility(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for (_, queue, visibility, function, timeout) in timeouts(view).filter(|(_, _, visible, _, time)| visible < time) {
        let message = format!(
            "a message is hidden for {visibility} s, and `{}` may take {timeout} s over it: Lambda refuses the mapping",
            function.id
        );
        let hint = format!("set `VisibilityTimeout` to {} s, or the function's `Timeout` lower", timeout * MARGIN);
        broken.at(queue.at("VisibilityTimeout"), message, hint);
    }
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>
fn visibility_margin(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    let window = |mapping: &Entry<'_>| mapping.look("MaximumBatchingWindowInSeconds").number_or(0.0);
    for (mapping, queue, visibility, function, timeout) in timeouts(view) {
        let Some(wanted) = window(&mapping).map(|window| timeout * MARGIN + window) else { continue };
        if visibility >= timeout && visibility < wanted {
            let message = format!(
                "a message is hidden for {visibility} s; AWS advises {wanted} s, six times the timeout of `{}` and its \
                 batching window, so that a throttled batch is tried again before others see it",
                function.id
            );
            broken.at(queue.at("VisibilityTimeout"), message, format!("set `VisibilityTimeout` to {wanted}"));
        }
    }
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>
fn partial_failures(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for mapping in mappings(view) {
        let Some(source) = view.target_at(&mapping, "EventSourceArn") else { continue };
        if ![QUEUE, "AWS::DynamoDB::Table", "AWS::Kinesis::Stream"].contains(&source.kind) {
            continue;
        }
        let place = "FunctionResponseTypes";
        let types = mapping.look(place);
        // One record a batch fails alone anyway.
        let alone = mapping.look("BatchSize").number() == Some(1.0);
        let unsure =
            types.json().is_some_and(|json| !json.is_array() || types.items().iter().any(|one| !one.is_string()));
        if !alone && !unsure && !types.items().iter().any(|one| one == "ReportBatchItemFailures") {
            let message = "when one record of a batch fails, all of them are handled again";
            let hint =
                "set `FunctionResponseTypes` to `ReportBatchItemFailures`, and answer with the records that failed";
            broken.at(mapping.at(place), message, hint);
        }
    }
}

/// <https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html>
fn starting_position(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for mapping in mappings(view) {
        let Some(source) = view.target_at(&mapping, "EventSourceArn") else { continue };
        let position = mapping.look("StartingPosition");
        match source.kind {
            QUEUE if position.is_present() => {
                let message = format!("`{}` is a queue, which has no position to start from", source.id);
                broken.at(mapping.at("StartingPosition"), message, "leave `StartingPosition` out");
            }
            "AWS::DynamoDB::Table" | "AWS::Kinesis::Stream" if position.is_absent() => {
                let message = format!("the stream of `{}` needs a position to start from", source.id);
                let hint = "set `StartingPosition` to `TRIM_HORIZON` or `LATEST`";
                broken.at(mapping.at("StartingPosition"), message, hint);
            }
            _ => {}
        }
    }
}
