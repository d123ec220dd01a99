//! The checkout queue, seen from the sender.

use async_trait::async_trait;

use crate::store::{StoreError, failed};

/// Takes messages.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Sends one.
    async fn send(&self, body: String) -> Result<(), StoreError>;
}

/// An SQS queue.
#[derive(Debug, Clone)]
pub struct SqsQueue {
    client: aws_sdk_sqs::Client,
    url: String,
}

impl SqsQueue {
    /// The queue at a URL.
    pub fn new(client: aws_sdk_sqs::Client, url: String) -> Self {
        Self { client, url }
    }
}

#[async_trait]
impl Queue for SqsQueue {
    async fn send(&self, body: String) -> Result<(), StoreError> {
        let sent = self.client.send_message().queue_url(&self.url).message_body(body).send().await;
        sent.map(drop).map_err(|error| failed("SendMessage to the checkout queue", error))
    }
}
