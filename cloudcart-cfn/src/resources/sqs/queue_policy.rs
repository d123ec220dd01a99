//! `AWS::SQS::QueuePolicy`.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::SQS::QueuePolicy`.
    QueuePolicy<'stack>: kind::sqs::QueuePolicy {
        required {
            /// `PolicyDocument`.
            policy_document "PolicyDocument": PolicyDocument<'stack>,
            /// `Queues`.
            queues "Queues": Vec<Value<'stack, Ref<kind::sqs::Queue>>>,
        }
        optional {}
        attributes {}
    }
}
