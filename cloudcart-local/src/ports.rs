//! What one engine needs of another, as small traits, so that each can be tested alone.

use crate::{error::AwsError, iam::policy::Policy};
use async_trait::async_trait;
use bytes::Bytes;

/// Where functions' log lines go (CloudWatch Logs).
pub trait LogSink: Send + Sync + 'static {
    /// Appends events (milliseconds since the epoch, message) to a stream. Group and stream are made when absent, as
    /// Lambda makes them. Must not block for long.
    fn append(&self, group: &str, stream: &str, events: &[(i64, String)]);

    /// Whether there is such a group: for writers that must not make it.
    fn has_group(&self, group: &str) -> bool {
        let _ = group;
        true
    }
}

/// Credentials of an assumed role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleCredentials {
    /// `ASIA…`.
    pub access_key_id: String,
    /// Secret key.
    pub secret_access_key: String,
    /// Session token.
    pub session_token: String,
}

/// Hands out credentials of a role (STS) and knows what a role allows (IAM).
pub trait Identities: Send + Sync + 'static {
    /// Credentials for `role_arn` under a session name. Fails when the role does not exist or does not trust
    /// `service` (for example `lambda.amazonaws.com`).
    fn assume(&self, role_arn: &str, session: &str, service: &str) -> Result<RoleCredentials, AwsError>;

    /// Whether the role's policies allow `action` on `resource`.
    fn role_allows(&self, role_arn: &str, action: &str, resource: &str) -> bool;

    /// The same for a session of the role, and with the resource's own policy if it has one: either allows, and a denial
    /// in either wins.
    fn session_allows(
        &self,
        role_arn: &str,
        session: &str,
        action: &str,
        resource: &str,
        policy: Option<&Policy>,
    ) -> bool;

    /// Another number after every change of what these answer, conditions on the time apart; none where that is not known.
    fn version(&self) -> Option<u64> {
        None
    }
}

/// Reads objects (S3), for function code.
#[async_trait]
pub trait ObjectSource: Send + Sync + 'static {
    /// The whole object.
    async fn object(&self, bucket: &str, key: &str) -> Result<Bytes, AwsError>;
}

/// One call of a function.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// Name, ARN or partial ARN.
    pub function: String,
    /// The event.
    pub payload: Bytes,
    /// `X-Amzn-Trace-Id` of the caller, if it has one.
    pub trace_id: Option<String>,
    /// Value of `x-amz-client-context` after base64 decoding, if any.
    pub client_context: Option<String>,
}

/// What a function answered.
#[derive(Debug, Clone)]
pub struct InvokeOutcome {
    /// The response, or the error document when `function_error` is set.
    pub payload: Bytes,
    /// `Unhandled` when the function failed, timed out or crashed.
    pub function_error: Option<String>,
    /// The invocation's request id.
    pub request_id: String,
    /// The last 4 KiB of the invocation's log.
    pub log_tail: String,
    /// The function hit its timeout (`Sandbox.Timedout`): an HTTP API answers 503 then, not 500.
    pub timed_out: bool,
}

/// Why an invocation did not happen.
#[derive(Debug, Clone, thiserror::Error)]
pub enum InvokeError {
    /// No such function.
    #[error("Function not found: {0}")]
    NotFound(String),
    /// All execution environments are busy and the concurrency limit is reached.
    #[error("Rate Exceeded.")]
    Throttled,
    /// The event is larger than Lambda takes (6 MiB synchronously).
    #[error("the event of {size} bytes is larger than {limit}")]
    TooLarge {
        /// Bytes of the event.
        size: usize,
        /// Bytes that Lambda takes.
        limit: usize,
    },
    /// The local cloud is stopping, or could not start the process.
    #[error("{0}")]
    Unavailable(String),
}

/// Calls functions (Lambda).
#[async_trait]
pub trait FunctionInvoker: Send + Sync + 'static {
    /// Calls and waits for the answer.
    async fn invoke(&self, invocation: Invocation) -> Result<InvokeOutcome, InvokeError>;

    /// Accepts the event, to be worked on later with the retries of an asynchronous invocation. Gives its request id.
    fn invoke_later(&self, invocation: Invocation) -> Result<String, InvokeError>;

    /// Whether the function's resource policy lets a service principal (`apigateway.amazonaws.com`) call it on behalf of
    /// `source_arn` (`AWS::Lambda::Permission`).
    fn permits(&self, function: &str, service: &str, source_arn: &str) -> bool;
}

/// A message as an event source mapping hands it to a function.
#[derive(Debug, Clone)]
pub struct QueueMessage {
    /// Message id.
    pub message_id: String,
    /// Receipt handle of this receive.
    pub receipt_handle: String,
    /// Body.
    pub body: String,
    /// System attributes, for example `ApproximateReceiveCount`.
    pub attributes: std::collections::BTreeMap<String, String>,
    /// Message attributes in the event's own shape: `{"name": {"stringValue": …, "dataType": …}}`.
    pub message_attributes: serde_json::Map<String, serde_json::Value>,
    /// MD5 of the body.
    pub md5_of_body: String,
    /// MD5 of the message attributes, when there are any.
    pub md5_of_message_attributes: Option<String>,
}

/// What an event source mapping must know of a queue before it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueFacts {
    /// Seconds.
    pub visibility_timeout: u32,
    /// A FIFO queue.
    pub fifo: bool,
}

/// A message that the cloud itself sends to a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueSend {
    /// Body.
    pub body: String,
    /// `SenderId`.
    pub sender: String,
    /// Message attributes: name, data type, value.
    pub attributes: Vec<(String, &'static str, String)>,
}

/// Receives from queues (SQS), by ARN, on behalf of event source mappings.
#[async_trait]
pub trait QueueSource: Send + Sync + 'static {
    /// The queue's facts; `None` when there is no such queue.
    fn facts(&self, queue_arn: &str) -> Option<QueueFacts>;

    /// The queue's own policy, when it has one.
    fn policy(&self, queue_arn: &str) -> Option<Policy> {
        let _ = queue_arn;
        None
    }

    /// Waits up to `wait` for messages and takes at most `max` (1..=10), hiding them for the queue's visibility timeout.
    /// Wakes at once when a message arrives.
    async fn receive(
        &self,
        queue_arn: &str,
        max: usize,
        wait: std::time::Duration,
    ) -> Result<Vec<QueueMessage>, AwsError>;

    /// Sends a message.
    fn send(&self, queue_arn: &str, message: QueueSend) -> Result<(), AwsError>;

    /// Deletes messages by receipt handle. A handle that is gone already is fine.
    fn delete(&self, queue_arn: &str, receipt_handles: &[String]) -> Result<(), AwsError>;

    /// Sets the remaining visibility timeout, in seconds; 0 releases.
    fn change_visibility(&self, queue_arn: &str, receipt_handle: &str, seconds: u32) -> Result<(), AwsError>;
}
