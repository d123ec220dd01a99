//! The checkout queue and its dead-letter queue.

use cloudcart_cfn::policy::Action;
use cloudcart_cfn::prelude::*;
use cloudcart_cfn::resources::sqs::{Queue, QueuePolicy, RedrivePolicy};

use super::functions::WORKER_TIMEOUT_SECONDS;
use super::{goes_with_the_stack, project_tags};

/// Lambda's advice for a queue behind an event source mapping is six times the function's timeout: throttled polls must
/// not use up a message's receives.
const VISIBILITY_SECONDS: u32 = 6 * WORKER_TIMEOUT_SECONDS;
/// An order of 50 lines is below 8 KiB; what is larger is not one of ours.
const MAXIMUM_MESSAGE_BYTES: u32 = 64 * 1024;
/// Receives before a message is put aside.
const MAX_RECEIVE_COUNT: u32 = 5;
const DAY_SECONDS: u32 = 24 * 60 * 60;

/// The queues of a shop.
pub(super) struct Queues {
    pub(super) checkout: Handle<Queue>,
    pub(super) dead_letters: Handle<Queue>,
}

pub(super) fn add(template: &mut Template) -> Queues {
    // No RedriveAllowPolicy: naming the checkout queue here, which names this one, would be a cycle, and a physical name
    // that breaks it keeps a destroyed stack from coming back within a minute.
    let dead_letters = template.add_with(
        "CheckoutDlq",
        Queue {
            maximum_message_size: Some(MAXIMUM_MESSAGE_BYTES.into()),
            // A message keeps its age when it moves here, so this has to be longer than the queue's own four days.
            message_retention_period: Some((14 * DAY_SECONDS).into()),
            sqs_managed_sse_enabled: Some(true.into()),
            tags: Some(project_tags()),
            ..Queue::default()
        },
        goes_with_the_stack(),
    );
    let checkout = template.add_with(
        "CheckoutQueue",
        Queue {
            maximum_message_size: Some(MAXIMUM_MESSAGE_BYTES.into()),
            message_retention_period: Some((4 * DAY_SECONDS).into()),
            receive_message_wait_time_seconds: Some(20.into()),
            redrive_policy: Some(
                RedrivePolicy {
                    dead_letter_target_arn: dead_letters.arn(),
                    max_receive_count: MAX_RECEIVE_COUNT.into(),
                }
                .into(),
            ),
            sqs_managed_sse_enabled: Some(true.into()),
            tags: Some(project_tags()),
            visibility_timeout: Some(VISIBILITY_SECONDS.into()),
            ..Queue::default()
        },
        goes_with_the_stack(),
    );
    for queue in [&dead_letters, &checkout] {
        template.add(format!("{}Policy", queue.id()), tls_only(queue));
    }
    Queues { checkout, dead_letters }
}

/// Refuses whoever does not come by TLS. It allows nothing: that is for the roles.
fn tls_only(queue: &Handle<Queue>) -> QueuePolicy {
    let statement = Statement::deny(Principal::Any, [Action::raw("sqs:*")], [queue.arn().into()])
        .named("TlsOnly")
        .when("Bool", "aws:SecureTransport", ["false"]);
    QueuePolicy { policy_document: PolicyDocument::new([statement]).into(), queues: list([queue.reference()]) }
}
