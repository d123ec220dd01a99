//! `AWS::SNS::Subscription`.
// Made by `cargo xtask generate` from `schemas/aws-sns-subscription.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::SNS::Subscription`. `Ref` gives `Arn`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-subscription.html>
    Subscription<'stack>: kind::sns::Subscription {
        required {
            /// `Protocol`: one of 9 words. Create-only: a change replaces the resource.
            protocol "Protocol": Protocol,
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
            /// `FilterPolicyScope`: one of `MessageAttributes`, `MessageBody`.
            filter_policy_scope "FilterPolicyScope": FilterPolicyScope,
            /// `RawMessageDelivery`: true or false.
            raw_message_delivery "RawMessageDelivery": bool,
            /// `RedrivePolicy`: an object.
            redrive_policy "RedrivePolicy": RedrivePolicy<'stack>,
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

object! {
    /// `RedrivePolicy` of [`Subscription`].
    RedrivePolicy<'stack> {
        required {
            /// `deadLetterTargetArn`: a text.
            dead_letter_target_arn "deadLetterTargetArn": Arn<kind::sqs::Queue>,
        }
        optional {}
    }
}

enumeration! {
    /// `FilterPolicyScope` of [`Subscription`].
    FilterPolicyScope {
        MessageAttributes "MessageAttributes",
        MessageBody "MessageBody",
    }
}

enumeration! {
    /// `Protocol` of [`Subscription`].
    Protocol {
        Application "application",
        Email "email",
        EmailJson "email-json",
        Firehose "firehose",
        Http "http",
        Https "https",
        Lambda "lambda",
        Sms "sms",
        Sqs "sqs",
    }
}
