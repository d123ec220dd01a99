//! `AWS::SQS::Queue`.
// Made by `cargo xtask generate` from `schemas/aws-sqs-queue.json`. Edit that or `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::SQS::Queue`. `Ref` gives `QueueUrl`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html>
    Queue<'stack>: kind::sqs::Queue {
        required {}
        optional {
            /// `DelaySeconds`: 0 to 900.
            delay_seconds "DelaySeconds": Int<0, 900>,
            /// `FifoQueue`. Create-only.
            fifo_queue "FifoQueue": bool,
            /// `QueueName`. Create-only.
            queue_name "QueueName": String,
            /// `RedrivePolicy`.
            redrive_policy "RedrivePolicy": RedrivePolicy<'stack>,
            /// `Tags`.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
            /// `VisibilityTimeout`: 0 to 43,200.
            visibility_timeout "VisibilityTimeout": Int<0, 43_200>,
        }
        attributes {
            /// `QueueUrl`: what `Ref` gives.
            queue_url "QueueUrl": Ref<kind::sqs::Queue>,
        }
    }
}

object! {
    /// `RedrivePolicy` of [`Queue`].
    RedrivePolicy<'stack> {
        required {
            /// `deadLetterTargetArn`.
            dead_letter_target_arn "deadLetterTargetArn": Arn<kind::sqs::Queue>,
            /// `maxReceiveCount`: 1 to 1,000.
            max_receive_count "maxReceiveCount": Int<1, 1_000>,
        }
        optional {}
    }
}

default_object!(Queue);
