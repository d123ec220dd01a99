//! SQS: our own engine on SQLite, spoken to in the JSON protocol.
//!
//! Messages, who has them in flight and until when live in `sqs.db`, so a killed cloud behaves as a crashed consumer would:
//! what was in flight shows again when its visibility timeout ends.
//!
//! Two differences from AWS: a deleted queue's name is free at once (AWS: after 60 seconds), and queue attributes take
//! effect at once (AWS: within 60 seconds).

mod attributes;
mod delivery;
mod engine;
mod errors;
mod input;
mod md5;
mod message;
mod moves;
mod operations;
mod provider;
#[cfg(test)]
mod tests;

use crate::{
    api::{ApiRequest, Need, Service},
    core::Core,
    error::{AwsError, Protocol},
    iam::policy::Policy,
    ports::{QueueFacts, QueueMessage, QueueSend, QueueSource},
    provider::ResourceProvider,
};
use async_trait::async_trait;
use bytes::Bytes;
use engine::Engine;
use http::Response;
use message::{AttributeValue, Content, NewMessage};
use std::{sync::Arc, time::Duration};

/// The SQS service.
pub struct Sqs {
    engine: Arc<Engine>,
}

impl Sqs {
    /// Opens (or creates) `sqs.db` in the core's state folder. Must run inside a Tokio runtime: message move tasks that were
    /// under way go on.
    ///
    /// # Errors
    /// The file cannot be opened or is malformed.
    pub fn open(core: Arc<Core>) -> Result<Arc<Self>, AwsError> {
        let engine = Arc::new(Engine::open(core)?);
        if tokio::runtime::Handle::try_current().is_ok() {
            engine.resume_moves()?;
        }
        Ok(Arc::new(Self { engine }))
    }

    /// Providers of `AWS::SQS::Queue` and `AWS::SQS::QueuePolicy`.
    pub fn providers(self: &Arc<Self>) -> Vec<Arc<dyn ResourceProvider>> {
        provider::all(&self.engine)
    }

    /// Name of the queue with this ARN, when there is one.
    fn name_of(&self, arn: &str) -> Result<String, AwsError> {
        self.engine.state().queue_by_arn(arn).map(|queue| queue.name.clone()).ok_or_else(errors::queue_does_not_exist)
    }
}

#[async_trait]
impl Service for Sqs {
    fn name(&self) -> &'static str {
        "sqs"
    }

    fn protocol(&self) -> Protocol {
        Protocol::Json10 { namespace: "com.amazonaws.sqs" }
    }

    fn needs(&self, request: &ApiRequest) -> Result<Vec<Need>, AwsError> {
        operations::needs(&self.engine, request)
    }

    fn resource_policy(&self, arn: &str) -> Option<Policy> {
        let state = self.engine.state();
        attributes::policy(state.queue_by_arn(arn)?.attributes.get("Policy")?).ok()
    }

    async fn call(&self, request: ApiRequest) -> Result<Response<Bytes>, AwsError> {
        operations::call(&self.engine, request).await
    }
}

#[async_trait]
impl QueueSource for Sqs {
    fn facts(&self, queue_arn: &str) -> Option<QueueFacts> {
        self.engine.state().queue_by_arn(queue_arn).map(|queue| QueueFacts {
            visibility_timeout: queue.settings.visibility_timeout,
            fifo: queue.settings.fifo,
        })
    }

    fn policy(&self, queue_arn: &str) -> Option<Policy> {
        self.resource_policy(queue_arn)
    }

    async fn receive(&self, queue_arn: &str, max: usize, wait: Duration) -> Result<Vec<QueueMessage>, AwsError> {
        let name = self.name_of(queue_arn)?;
        let received = self.engine.receive(&name, max.clamp(1, 10), None, wait).await?;
        Ok(received
            .into_iter()
            .map(|message| QueueMessage {
                md5_of_message_attributes: md5::of_attributes(&message.attributes),
                message_attributes: message::attributes_to_event(&message.attributes),
                message_id: message.message_id,
                receipt_handle: message.handle,
                body: message.body,
                attributes: message.system,
                md5_of_body: message.md5_of_body,
            })
            .collect())
    }

    fn send(&self, queue_arn: &str, message: QueueSend) -> Result<(), AwsError> {
        let name = self.name_of(queue_arn)?;
        let attributes = message.attributes.into_iter().map(|(name, data_type, value)| {
            let value = AttributeValue { data_type: data_type.to_owned(), content: Content::Text(value) };
            (name, value)
        });
        let new = NewMessage {
            body: message.body,
            attributes: attributes.collect(),
            sender: message.sender,
            ..NewMessage::default()
        };
        Engine::check(&self.engine.queue(&name)?, &new)?;
        self.engine.send(&name, &[new]).map(drop)
    }

    fn delete(&self, queue_arn: &str, receipt_handles: &[String]) -> Result<(), AwsError> {
        let name = self.name_of(queue_arn)?;
        let handles: Vec<&str> = receipt_handles.iter().map(String::as_str).collect();
        self.engine.remove_all(&name, &handles)?.into_iter().collect()
    }

    fn change_visibility(&self, queue_arn: &str, receipt_handle: &str, seconds: u32) -> Result<(), AwsError> {
        self.engine.change_visibility(&self.name_of(queue_arn)?, receipt_handle, seconds)
    }
}
