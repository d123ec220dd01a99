//! `AWS::SNS::TopicPolicy`.
// Made by `cargo xtask generate` from `schemas/aws-sns-topicpolicy.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::SNS::TopicPolicy`. `Ref` gives `Id`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topicpolicy.html>
    TopicPolicy<'stack>: kind::sns::TopicPolicy {
        required {
            /// `PolicyDocument`: JSON.
            policy_document "PolicyDocument": PolicyDocument<'stack>,
            /// `Topics`: a list.
            topics "Topics": Vec<Value<'stack, Arn<kind::sns::Topic>>>,
        }
        optional {}
        attributes {}
    }
}
