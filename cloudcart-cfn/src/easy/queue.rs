//! A queue with its dead-letter queue.

use super::{Customize, customized};
use crate::int::Int;
use crate::kind;
use crate::policy::{Action, PolicyDocument, Principal, Statement};
use crate::resource::Handle;
use crate::sqs::{self, queue::RedrivePolicy};
use crate::stack::Stack;
use crate::value::IntoValue;

const DAY_SECONDS: i64 = 24 * 60 * 60;
/// AWS's advice: six times the consumer's timeout, so that a message that is still being worked on is not handed out again.
const VISIBILITY_PER_TIMEOUT: i64 = 6;

/// A standard queue whose messages go to a dead-letter queue when they fail too often.
///
/// Adds, under the id `Jobs`:
/// - `Jobs` and `JobsDeadLetters`, `AWS::SQS::Queue`;
/// - `JobsPolicy` and `JobsDeadLettersPolicy`, `AWS::SQS::QueuePolicy`, which refuse whoever does not come by TLS.
///   [`QueueParts::add_statement`] says more in the first: a queue has one policy.
///
/// Decided, and why:
/// - Five receives before a message counts as dead: a short outage of what the worker needs is not the end of it.
/// - Dead letters stay for 14 days, the longest there is; a message keeps its age when it moves, so this has to be longer than
///   the queue's own retention, which is four days.
/// - Visibility timeout of six times the consumer's timeout, as AWS advises; [`Queue::consumer_timeout`] asks for it.
/// - Long polling of 20 s, so that receivers that do not say do not poll an empty queue for money.
/// - Encrypted with keys of SQS, which costs nothing; not when the change names a key of KMS. The dead letters are, either way.
///
/// ```
/// use cloudcart_cfn::easy;
/// use cloudcart_cfn::prelude::*;
///
/// let template = Template::build("Example.", |stack| {
///     let jobs = easy::Queue::new().consumer_timeout(int!(60)).add_to(stack, "Jobs");
///     stack.output("JobsUrl", Output::new(jobs.queue.reference()));
/// });
/// assert!(!template.report().has_errors());
/// ```
#[must_use = "`add_to` adds it"]
pub struct Queue<'stack, 'change> {
    consumer_timeout: i64,
    max_receive_count: Int<1, 1_000>,
    customize: Option<Customize<'change, sqs::Queue<'stack>>>,
}

/// What [`Queue`] added.
#[derive(Debug, Clone)]
pub struct QueueParts<'stack> {
    /// The queue.
    pub queue: Handle<'stack, kind::sqs::Queue>,
    /// Where messages go that are received too often.
    pub dead_letters: Handle<'stack, kind::sqs::Queue>,
    /// The queue's policy.
    pub policy: Handle<'stack, kind::sqs::QueuePolicy>,
}

impl<'stack> QueueParts<'stack> {
    /// Adds a statement to the queue's policy, for example to let a topic send. Of a second `QueuePolicy` beside it, one would
    /// overwrite the other.
    ///
    /// ```
    /// use cloudcart_cfn::prelude::*;
    /// use cloudcart_cfn::{easy, policy, sns};
    ///
    /// let template = Template::build("Example.", |stack| {
    ///     let news = stack.add("News", sns::Topic::new());
    ///     let jobs = easy::Queue::new().add_to(stack, "Jobs");
    ///     let send = Statement::allow([policy::sqs::Action::SendMessage], [jobs.queue.arn().into_value()])
    ///         .principal(Principal::service("sns.amazonaws.com"))
    ///         .when("ArnEquals", "aws:SourceArn", [news.arn()]);
    ///     jobs.add_statement(stack, send);
    ///     stack.add("NewsToJobs", sns::Subscription::new(sns::subscription::Protocol::Sqs, &news).endpoint(jobs.queue.arn()));
    /// });
    /// assert!(!template.report().has_errors());
    /// ```
    pub fn add_statement(&self, stack: &mut Stack<'stack>, statement: Statement<'stack>) {
        stack.extend_policy(&self.policy, statement);
    }
}

impl<'stack, 'change> Queue<'stack, 'change> {
    /// A queue whose consumer is a function with a timeout of 30 s.
    #[expect(clippy::new_without_default, reason = "a builder, which is started on purpose")]
    pub fn new() -> Self {
        Self { consumer_timeout: 30, max_receive_count: const { Int::new(5) }, customize: None }
    }

    /// The timeout in seconds of the function that consumes it.
    pub fn consumer_timeout(mut self, seconds: Int<1, 5_400>) -> Self {
        self.consumer_timeout = seconds.get();
        self
    }

    /// How often a message may be received before it is dead.
    pub fn max_receive_count(mut self, count: Int<1, 1_000>) -> Self {
        self.max_receive_count = count;
        self
    }

    /// Changes the queue's properties before it is added.
    pub fn customize(mut self, change: impl FnOnce(sqs::Queue<'stack>) -> sqs::Queue<'stack> + 'change) -> Self {
        self.customize = Some(Box::new(change));
        self
    }

    /// Adds it.
    #[track_caller]
    pub fn add_to(self, stack: &mut Stack<'stack>, id: &str) -> QueueParts<'stack> {
        let outer = stack.begin_part(id);
        let dead_letters = sqs::Queue::new()
            .message_retention_period(const { Int::new(14 * DAY_SECONDS) })
            .sqs_managed_sse_enabled(true);
        let dead_letters = stack.add(format!("{id}DeadLetters"), dead_letters);
        let visibility = (self.consumer_timeout * VISIBILITY_PER_TIMEOUT).clamp(0, 43_200);
        let queue = sqs::Queue::new()
            .message_retention_period(const { Int::new(4 * DAY_SECONDS) })
            .receive_message_wait_time_seconds(const { Int::new(20) })
            .redrive_policy(RedrivePolicy::new(&dead_letters, self.max_receive_count))
            .sqs_managed_sse_enabled(true)
            .visibility_timeout(Int::clamped(visibility));
        let mut queue = customized(queue, self.customize);
        if queue.kms_master_key_id.is_some() {
            // SQS refuses two ways of encryption, and the key is the one that was asked for.
            queue.sqs_managed_sse_enabled = None;
        }
        let queue = stack.add(id, queue);
        let policy = stack.add(format!("{id}Policy"), tls_only(&queue));
        stack.add(format!("{}Policy", dead_letters.id()), tls_only(&dead_letters));
        stack.end_part(outer);
        QueueParts { queue, dead_letters, policy }
    }
}

/// Refuses whoever does not come by TLS. It allows nothing: that is for the roles.
fn tls_only<'stack>(queue: &Handle<'stack, kind::sqs::Queue>) -> sqs::QueuePolicy<'stack> {
    let statement = Statement::deny(Principal::Any, [Action::raw("sqs:*")], [queue.arn().into_value()])
        .named("TlsOnly")
        .when("Bool", "aws:SecureTransport", ["false"]);
    sqs::QueuePolicy::new(PolicyDocument::new([statement]), [queue.reference()])
}
