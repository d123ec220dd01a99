//! SNS topics and what they deliver to.

use serde_json::Value as Json;

use super::links::{QUEUE, is_fifo, is_fifo_name};
use super::{Broken, Rule, error};
use crate::check::statements::{Document, allows, may_mean_action, principals};
use crate::check::view::{Entry, View, function, look};

const FIFO: &str = "https://docs.aws.amazon.com/sns/latest/dg/fifo-topic-message-ordering.html";
const QUEUES: &str = "https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html";

pub(super) const RULES: &[Rule] =
    &[error("topic-fifo-name", FIFO, fifo_name), error("subscription-queue-policy", QUEUES, queue_policy)];

/// <https://docs.aws.amazon.com/sns/latest/dg/fifo-topic-message-ordering.html>
fn fifo_name(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for topic in view.of_kind("AWS::SNS::Topic") {
        let (Some(name), Some(fifo)) = (topic.look("TopicName").text(), is_fifo(&topic)) else { continue };
        if fifo != is_fifo_name(name) {
            let message = format!("the name of a FIFO topic, and of no other, ends in `.fifo`: `{name}`");
            broken.at(topic.at("TopicName"), message, "let `FifoTopic` and the name agree");
        }
    }
}

/// <https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html>
fn queue_policy(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    let own = view.of_kind("AWS::SNS::Subscription").map(|entry| (entry.at("Endpoint"), entry.properties));
    let within = view.of_kind("AWS::SNS::Topic").flat_map(|topic| {
        let place = |index| topic.at(&format!("Subscription/{index}/Endpoint"));
        topic.items("Subscription").iter().enumerate().map(move |(index, one)| (place(index), one)).collect::<Vec<_>>()
    });
    for (path, subscription) in own.chain(within) {
        if look(subscription, "Protocol").text() != Some("sqs") {
            continue;
        }
        let target = look(subscription, "Endpoint").json().and_then(|endpoint| view.target(endpoint));
        let Some((queue, attribute)) = target.filter(|(target, _)| target.kind == QUEUE) else { continue };
        if attribute != Some("Arn") {
            let message = format!("the endpoint is a queue's ARN, and not another of its names: `{}`", queue.id);
            broken.at(path.clone(), message, "write `Fn::GetAtt` of `Arn`");
        }
        if !may_send(view, &queue) {
            let message = format!("no policy of `{}` lets SNS send to it: no message arrives", queue.id);
            let hint =
                "add an `AWS::SQS::QueuePolicy` that allows `sqs:SendMessage` to `sns.amazonaws.com` for this topic";
            broken.at(path, message, hint);
        }
    }
}

/// Whether SNS can have the right; what is unknown can give it.
fn may_send(view: &View<'_>, queue: &Entry<'_>) -> bool {
    let policies = view.of_kind("AWS::SQS::QueuePolicy").chain(view.of_kind("AWS::SQS::QueueInlinePolicy"));
    policies.into_iter().any(|policy| {
        let names = [policy.look("Queues"), policy.look("Queue")];
        let about = names.iter().filter_map(|seen| seen.json()).any(|json| match json.as_array() {
            Some(all) => all.iter().any(|one| view.target(one).is_none_or(|(target, _)| target.id == queue.id)),
            None => view.target(json).is_none_or(|(target, _)| target.id == queue.id),
        });
        let Some(json) = policy.look("PolicyDocument").json().filter(|_| about) else { return false };
        if function(json).is_some() {
            return true;
        }
        let document = Document { path: String::new(), json };
        document.statements().iter().any(|(_, statement)| {
            function(statement).is_some()
                || allows(statement) && may_mean_action(statement, "sqs:SendMessage") && may_mean_sns(statement)
        })
    })
}

fn may_mean_sns(statement: &Json) -> bool {
    let service = |one: &Json| one.as_str().is_none_or(|name| matches!(name, "sns.amazonaws.com" | "*"));
    principals(statement, "Service").iter().any(service)
        || principals(statement, "AWS").iter().any(|one| one == "*")
        || statement.get("NotPrincipal").is_some()
}
