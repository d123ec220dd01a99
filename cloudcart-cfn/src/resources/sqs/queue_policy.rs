//! `AWS::SQS::QueuePolicy`.
// Made by `cargo xtask generate` from `schemas/aws-sqs-queuepolicy.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::SQS::QueuePolicy`. `Ref` gives `Id`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queuepolicy.html>
    QueuePolicy<'stack>: kind::sqs::QueuePolicy {
        required {
            /// `PolicyDocument`: JSON.
            policy_document "PolicyDocument": PolicyDocument<'stack>,
            /// `Queues`: a list.
            queues "Queues": Vec<Value<'stack, Ref<kind::sqs::Queue>>>,
        }
        optional {}
        attributes {}
    }
}
