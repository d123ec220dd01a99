//! SQS queues.

use super::links::{QUEUE, is_fifo, is_fifo_name, queue_at};
use super::{Broken, Rule, error, note};
use crate::check::view::{View, function};

const FIFO: &str = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues.html";
const DEAD: &str =
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html";
const SET: &str = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html";

pub(super) const RULES: &[Rule] = &[
    error("queue-fifo-name", FIFO, fifo_name),
    error("queue-fifo-only", SET, fifo_only),
    error("queue-one-encryption", SET, one_encryption),
    error("queue-redrive-policy", SET, redrive_policy),
    error("queue-dead-letter-kind", DEAD, dead_letter_kind),
    note("queue-dead-letter-retention", DEAD, dead_letter_retention),
];

/// Four days, in seconds.
const RETENTION: f64 = 345_600.0;

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues.html>
fn fifo_name(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for queue in view.of_kind(QUEUE) {
        let (Some(name), Some(fifo)) = (queue.look("QueueName").text(), is_fifo(&queue)) else { continue };
        if fifo && !is_fifo_name(name) {
            let message = format!("`{name}` is the name of a FIFO queue, and must end in `.fifo`");
            broken.at(queue.at("QueueName"), message, format!("name it `{name}.fifo`"));
        } else if !fifo && is_fifo_name(name) {
            let message = format!("`{name}` is the name of a FIFO queue, and the queue is none");
            broken.at(queue.at("QueueName"), message, "set `FifoQueue` to true, or choose another name");
        }
    }
}

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html>
fn fifo_only(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for queue in view.of_kind(QUEUE).filter(|queue| is_fifo(queue) == Some(false)) {
        for place in ["ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit"] {
            let seen = queue.look(place);
            if seen.is_present() && seen.flag() != Some(false) {
                let message = format!("`{place}` is for FIFO queues only");
                broken.at(queue.at(place), message, "leave it out, or set `FifoQueue` to true");
            }
        }
    }
}

/// Encrypted with keys of SQS or with a key of KMS.
fn one_encryption(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for queue in view.of_kind(QUEUE) {
        let own = queue.look("SqsManagedSseEnabled");
        let key = queue.look("KmsMasterKeyId");
        // What `Fn::If` gives may be nothing.
        let is_set = key.json().is_some_and(|json| !matches!(function(json), Some(("Fn::If", _))));
        if own.flag() == Some(true) && is_set {
            let message = "a queue is encrypted with keys of SQS or with a key of KMS, and not with both";
            broken.at(queue.at("SqsManagedSseEnabled"), message, "leave one of the two out");
        }
    }
}

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html>
fn redrive_policy(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    let keys = ["deadLetterTargetArn", "maxReceiveCount"];
    for queue in view.of_kind(QUEUE) {
        let Some(policy) = queue.look("RedrivePolicy").object() else { continue };
        let hint = "give `deadLetterTargetArn` and `maxReceiveCount`, in this spelling";
        for key in policy.keys().filter(|key| !keys.contains(&key.as_str())) {
            broken.at(queue.at(&format!("RedrivePolicy/{key}")), format!("a redrive policy has no `{key}`"), hint);
        }
        for key in keys {
            if queue.look(&format!("RedrivePolicy/{key}")).is_absent() {
                broken.at(queue.at("RedrivePolicy"), format!("a redrive policy needs `{key}`"), hint);
            }
        }
        let place = "RedrivePolicy/maxReceiveCount";
        if queue.look(place).number().is_some_and(|count| !(1.0..=1000.0).contains(&count)) {
            broken.at(
                queue.at(place),
                "a message can be received 1 to 1000 times before it is moved",
                "choose from 1 to 1000",
            );
        }
    }
}

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html>
fn dead_letter_kind(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    let place = "RedrivePolicy/deadLetterTargetArn";
    for queue in view.of_kind(QUEUE) {
        let Some(dead) = queue_at(view, &queue, place) else { continue };
        let kind = |fifo| if fifo { "FIFO" } else { "standard" };
        if let (Some(here), Some(there)) = (is_fifo(&queue), is_fifo(&dead))
            && here != there
        {
            let message =
                format!("a {} queue cannot move messages to `{}`, a {} queue", kind(here), dead.id, kind(there));
            broken.at(queue.at(place), message, format!("make `{}` a {} queue", dead.id, kind(here)));
        }
    }
}

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html>
fn dead_letter_retention(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for queue in view.of_kind(QUEUE) {
        let Some(dead) = queue_at(view, &queue, "RedrivePolicy/deadLetterTargetArn") else { continue };
        let kept = |queue: &crate::check::view::Entry<'_>| queue.look("MessageRetentionPeriod").number_or(RETENTION);
        if let (Some(here), Some(there)) = (kept(&queue), kept(&dead))
            && there < here
        {
            let message = format!(
                "keeps messages for {there} s and `{}` for {here} s; their age counts from the first of them, so that one \
                 may be gone as soon as it comes here",
                queue.id
            );
            let hint = "set `MessageRetentionPeriod` to 1209600, the most there is";
            broken.at(dead.at("MessageRetentionPeriod"), message, hint);
        }
    }
}
