//! `AWS::SNS::Subscription`.
// Made by `cargo xtask generate` from `schemas/aws-sns-subscription.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::SNS::Subscription`. `Ref` gives `Arn`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-subscription.html>
    Subscription<'stack>: kind::sns::Subscription {
        required {
            /// `Protocol`: a text. Create-only: a change replaces the resource.
            protocol "Protocol": String,
            /// `TopicArn`: a text. Create-only: a change replaces the resource.
            topic_arn "TopicArn": Arn<kind::sns::Topic>,
        }
        optional {
            /// `DeliveryPolicy`: JSON.
            delivery_policy "DeliveryPolicy": Json,
            /// `Endpoint`: a text. Create-only: a change replaces the resource.
            endpoint "Endpoint": String,
            /// `FilterPolicy`: JSON.
            filter_policy "FilterPolicy": Json,
            /// `FilterPolicyScope`: a text.
            filter_policy_scope "FilterPolicyScope": String,
            /// `RawMessageDelivery`: true or false.
            raw_message_delivery "RawMessageDelivery": bool,
            /// `RedrivePolicy`: JSON.
            redrive_policy "RedrivePolicy": Json,
            /// `Region`: a text. A change may replace the resource. Write-only: it cannot be read back.
            region "Region": String,
            /// `ReplayPolicy`: JSON.
            replay_policy "ReplayPolicy": Json,
            /// `SubscriptionRoleArn`: a text.
            subscription_role_arn "SubscriptionRoleArn": Arn<kind::iam::Role>,
        }
        attributes {}
    }
}
