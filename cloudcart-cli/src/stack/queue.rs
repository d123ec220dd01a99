//! The checkout queue and its dead-letter queue.

use cloudcart_cfn::policy::Action;
use cloudcart_cfn::prelude::*;
use cloudcart_cfn::sqs::queue::RedrivePolicy;
use cloudcart_cfn::sqs::{Queue, QueuePolicy};

use super::functions::WORKER_TIMEOUT_SECONDS;
use super::{goes_with_the_stack, project_tags};

/// Lambda's advice for a queue behind an event source mapping is six times the function's timeout: throttled polls must
/// not use up a message's receives.
const VISIBILITY_SECONDS: i64 = 6 * WORKER_TIMEOUT_SECONDS;
/// An order of 50 lines is below 8 KiB; what is larger is not one of ours.
const MAXIMUM_MESSAGE_BYTES: i64 = 64 * 1024;
/// Receives before a message is put aside.
const MAX_RECEIVE_COUNT: i64 = 5;
const DAY_SECONDS: i64 = 24 * 60 * 60;

/// The queues of a shop.
pub(super) struct Queues<'stack> {
    pub(super) checkout: Handle<'stack, kind::sqs::Queue>,
    pub(super) dead_letters: Handle<'stack, kind::sqs::Queue>,
}

pub(super) fn add<'stack>(stack: &mut Stack<'stack>) -> Queues<'stack> {
    // No RedriveAllowPolicy: naming the checkout queue here, which names this one, would be a cycle, and a physical name
    // that breaks it keeps a destroyed stack from coming back within a minute.
    let dead_letters = Queue::new()
        .maximum_message_size(int!(MAXIMUM_MESSAGE_BYTES))
        // A message keeps its age when it moves here, so this has to be longer than the queue's own four days.
        .message_retention_period(int!(14 * DAY_SECONDS))
        .sqs_managed_sse_enabled(true)
        .tags(project_tags());
    let dead_letters = stack.add_with("CheckoutDlq", dead_letters, goes_with_the_stack());
    let checkout = Queue::new()
        .maximum_message_size(int!(MAXIMUM_MESSAGE_BYTES))
        .message_retention_period(int!(4 * DAY_SECONDS))
        .receive_message_wait_time_seconds(int!(20))
        .redrive_policy(RedrivePolicy::new(&dead_letters, int!(MAX_RECEIVE_COUNT)))
        .sqs_managed_sse_enabled(true)
        .tags(project_tags())
        .visibility_timeout(int!(VISIBILITY_SECONDS));
    let checkout = stack.add_with("CheckoutQueue", checkout, goes_with_the_stack());
    for queue in [&dead_letters, &checkout] {
        stack.add(format!("{}Policy", queue.id()), tls_only(queue));
    }
    Queues { checkout, dead_letters }
}

/// Refuses whoever does not come by TLS. It allows nothing: that is for the roles.
fn tls_only<'stack>(queue: &Handle<'stack, kind::sqs::Queue>) -> QueuePolicy<'stack> {
    let statement = Statement::deny(Principal::Any, [Action::raw("sqs:*")], [queue.arn().into_value()])
        .named("TlsOnly")
        .when("Bool", "aws:SecureTransport", ["false"]);
    QueuePolicy::new(PolicyDocument::new([statement]), [queue.reference()])
}
