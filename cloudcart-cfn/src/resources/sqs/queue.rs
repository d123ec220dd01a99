//! `AWS::SQS::Queue`.
// Made by `cargo xtask generate` from `schemas/aws-sqs-queue.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::SQS::Queue`. `Ref` gives `QueueUrl`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html>
    Queue<'stack>: kind::sqs::Queue {
        required {}
        optional {
            /// `ContentBasedDeduplication`: true or false.
            content_based_deduplication "ContentBasedDeduplication": bool,
            /// `DeduplicationScope`: one of `messageGroup`, `queue`.
            deduplication_scope "DeduplicationScope": DeduplicationScope,
            /// `DelaySeconds`: a whole number, 0 to 900.
            delay_seconds "DelaySeconds": Int<0, 900>,
            /// `FifoQueue`: true or false. Create-only: a change replaces the resource.
            fifo_queue "FifoQueue": bool,
            /// `FifoThroughputLimit`: one of `perMessageGroupId`, `perQueue`.
            fifo_throughput_limit "FifoThroughputLimit": FifoThroughputLimit,
            /// `KmsDataKeyReusePeriodSeconds`: a whole number, 60 to 86,400.
            kms_data_key_reuse_period_seconds "KmsDataKeyReusePeriodSeconds": Int<60, 86_400>,
            /// `KmsMasterKeyId`: a text.
            kms_master_key_id "KmsMasterKeyId": String,
            /// `MaximumMessageSize`: a whole number, 1,024 to 1,048,576.
            maximum_message_size "MaximumMessageSize": Int<1_024, 1_048_576>,
            /// `MessageRetentionPeriod`: a whole number, 60 to 1,209,600.
            message_retention_period "MessageRetentionPeriod": Int<60, 1_209_600>,
            /// `QueueName`: a text of up to 80 characters. Create-only: a change replaces the resource.
            queue_name "QueueName": String,
            /// `ReceiveMessageWaitTimeSeconds`: a whole number, 0 to 20.
            receive_message_wait_time_seconds "ReceiveMessageWaitTimeSeconds": Int<0, 20>,
            /// `RedriveAllowPolicy`: an object.
            redrive_allow_policy "RedriveAllowPolicy": RedriveAllowPolicy<'stack>,
            /// `RedrivePolicy`: an object.
            redrive_policy "RedrivePolicy": RedrivePolicy<'stack>,
            /// `SqsManagedSseEnabled`: true or false.
            sqs_managed_sse_enabled "SqsManagedSseEnabled": bool,
            /// `Tags`: a list.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
            /// `VisibilityTimeout`: a whole number, 0 to 43,200.
            visibility_timeout "VisibilityTimeout": Int<0, 43_200>,
        }
        attributes {
            /// `QueueName`.
            queue_name "QueueName": String,
            /// `QueueUrl`: what `Ref` gives.
            queue_url "QueueUrl": Ref<kind::sqs::Queue>,
        }
    }
}

object! {
    /// `RedriveAllowPolicy` of [`Queue`].
    RedriveAllowPolicy<'stack> {
        required {
            /// `redrivePermission`: one of `allowAll`, `byQueue`, `denyAll`.
            redrive_permission "redrivePermission": RedrivePermission,
        }
        optional {
            /// `sourceQueueArns`: a list of up to 10 items.
            source_queue_arns "sourceQueueArns": Vec<Value<'stack, Arn<kind::sqs::Queue>>>,
        }
    }
}

object! {
    /// `RedrivePolicy` of [`Queue`].
    RedrivePolicy<'stack> {
        required {
            /// `deadLetterTargetArn`: a text.
            dead_letter_target_arn "deadLetterTargetArn": Arn<kind::sqs::Queue>,
            /// `maxReceiveCount`: a whole number, 1 to 1,000.
            max_receive_count "maxReceiveCount": Int<1, 1_000>,
        }
        optional {}
    }
}

enumeration! {
    /// `DeduplicationScope` of [`Queue`].
    DeduplicationScope {
        MessageGroup "messageGroup",
        Queue "queue",
    }
}

enumeration! {
    /// `FifoThroughputLimit` of [`Queue`].
    FifoThroughputLimit {
        PerMessageGroupId "perMessageGroupId",
        PerQueue "perQueue",
    }
}

enumeration! {
    /// `redrivePermission` of [`Queue`].
    RedrivePermission {
        AllowAll "allowAll",
        ByQueue "byQueue",
        DenyAll "denyAll",
    }
}

default_object! {
    Queue,
}
