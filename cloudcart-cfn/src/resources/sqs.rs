//! `AWS::SQS::*`.

use serde::Serialize;

use super::resource;
use crate::policy::PolicyDocument;
use crate::resource::{Arn, Ref};
use crate::tag::Tag;
use crate::value::{List, Value};

/// `AWS::SQS::Queue`. `Ref` gives its URL.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html>
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Queue {
    /// `ContentBasedDeduplication` of a FIFO queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_based_deduplication: Option<Value<bool>>,
    /// `DelaySeconds`, 0 to 900.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_seconds: Option<Value<u32>>,
    /// `FifoQueue`. Create-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fifo_queue: Option<Value<bool>>,
    /// `KmsMasterKeyId`, instead of `SqsManagedSseEnabled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_master_key_id: Option<Value<String>>,
    /// `MaximumMessageSize` in bytes, 1,024 to 1,048,576.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum_message_size: Option<Value<u32>>,
    /// `MessageRetentionPeriod` in seconds, 60 to 1,209,600.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_retention_period: Option<Value<u32>>,
    /// `QueueName`. Create-only. Without it CloudFormation makes a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_name: Option<Value<String>>,
    /// `ReceiveMessageWaitTimeSeconds`, 0 to 20: long polling for receivers that do not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receive_message_wait_time_seconds: Option<Value<u32>>,
    /// `RedriveAllowPolicy`: which queues may use this one as their dead-letter queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redrive_allow_policy: Option<Value<RedriveAllowPolicy>>,
    /// `RedrivePolicy`: where messages go that are received too often.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redrive_policy: Option<Value<RedrivePolicy>>,
    /// `SqsManagedSseEnabled`: encryption with keys of SQS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sqs_managed_sse_enabled: Option<Value<bool>>,
    /// `Tags`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<List<Tag>>,
    /// `VisibilityTimeout` in seconds, 0 to 43,200.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility_timeout: Option<Value<u32>>,
}

resource!(Queue, "AWS::SQS::Queue", arn);

/// `RedrivePolicy`. Its names are SQS's own, in lower camel case.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RedrivePolicy {
    /// `deadLetterTargetArn`.
    pub dead_letter_target_arn: Value<Arn<Queue>>,
    /// `maxReceiveCount`, 1 to 1,000.
    pub max_receive_count: Value<u32>,
}

/// `RedriveAllowPolicy`.
///
/// Naming the source queue here while it names this queue in its `RedrivePolicy` is a cycle, unless one of them has a
/// physical name from which its ARN is put together.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RedriveAllowPolicy {
    /// `redrivePermission`.
    pub redrive_permission: Value<RedrivePermission>,
    /// `sourceQueueArns`, with [`RedrivePermission::ByQueue`] only; up to 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_queue_arns: Option<List<Arn<Queue>>>,
}

/// `redrivePermission`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum RedrivePermission {
    /// Any queue of the account and region.
    AllowAll,
    /// None.
    DenyAll,
    /// Those that are listed.
    ByQueue,
}

/// `AWS::SQS::QueuePolicy`.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queuepolicy.html>
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct QueuePolicy {
    /// `PolicyDocument`.
    pub policy_document: Value<PolicyDocument>,
    /// `Queues`: URLs of the queues that it is for.
    pub queues: List<Ref<Queue>>,
}

resource!(QueuePolicy, "AWS::SQS::QueuePolicy");
