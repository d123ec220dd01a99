//! `AWS::SNS::Topic`.
// Made by `cargo xtask generate` from `schemas/aws-sns-topic.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::SNS::Topic`. `Ref` gives `TopicArn`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topic.html>
    Topic<'stack>: kind::sns::Topic {
        required {}
        optional {
            /// `ArchivePolicy`: JSON.
            archive_policy "ArchivePolicy": Json,
            /// `ContentBasedDeduplication`: true or false.
            content_based_deduplication "ContentBasedDeduplication": bool,
            /// `DataProtectionPolicy`: JSON.
            data_protection_policy "DataProtectionPolicy": Json,
            /// `DeliveryStatusLogging`: a list.
            delivery_status_logging "DeliveryStatusLogging": Vec<Value<'stack, LoggingConfig<'stack>>>,
            /// `DisplayName`: a text.
            display_name "DisplayName": String,
            /// `FifoThroughputScope`: one of `MessageGroup`, `Topic`.
            fifo_throughput_scope "FifoThroughputScope": FifoThroughputScope,
            /// `FifoTopic`: true or false. Create-only: a change replaces the resource.
            fifo_topic "FifoTopic": bool,
            /// `KmsMasterKeyId`: a text.
            kms_master_key_id "KmsMasterKeyId": String,
            /// `MaximumMessageSize`: a whole number, 1,024 to 1,048,576.
            maximum_message_size "MaximumMessageSize": Int<1_024, 1_048_576>,
            /// `SignatureVersion`: one of `1`, `2`.
            signature_version "SignatureVersion": SignatureVersion,
            /// `Subscription`: a list.
            subscription "Subscription": Vec<Value<'stack, Subscription<'stack>>>,
            /// `Tags`: a list.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
            /// `TopicName`: a text of up to 256 characters. Create-only: a change replaces the resource.
            topic_name "TopicName": String,
            /// `TracingConfig`: a text.
            tracing_config "TracingConfig": String,
        }
        attributes {
            /// `TopicArn`: what `Ref` gives.
            topic_arn "TopicArn": Arn<kind::sns::Topic>,
            /// `TopicName`.
            topic_name "TopicName": String,
        }
    }
}

object! {
    /// `LoggingConfig` of [`Topic`].
    LoggingConfig<'stack> {
        required {
            /// `Protocol`: one of `application`, `firehose`, `http/s`, `lambda`, `sqs`.
            protocol "Protocol": LoggingConfigProtocol,
        }
        optional {
            /// `FailureFeedbackRoleArn`: a text.
            failure_feedback_role_arn "FailureFeedbackRoleArn": Arn<kind::iam::Role>,
            /// `SuccessFeedbackRoleArn`: a text.
            success_feedback_role_arn "SuccessFeedbackRoleArn": Arn<kind::iam::Role>,
            /// `SuccessFeedbackSampleRate`: a text.
            success_feedback_sample_rate "SuccessFeedbackSampleRate": String,
        }
    }
}

object! {
    /// `Subscription` of [`Topic`].
    Subscription<'stack> {
        required {
            /// `Endpoint`: a text.
            endpoint "Endpoint": String,
            /// `Protocol`: one of 9 words.
            protocol "Protocol": SubscriptionProtocol,
        }
        optional {}
    }
}

enumeration! {
    /// `FifoThroughputScope` of [`Topic`].
    FifoThroughputScope {
        MessageGroup "MessageGroup",
        Topic "Topic",
    }
}

enumeration! {
    /// `Protocol` of [`Topic`].
    LoggingConfigProtocol {
        Application "application",
        Firehose "firehose",
        HttpS "http/s",
        Lambda "lambda",
        Sqs "sqs",
    }
}

enumeration! {
    /// `SignatureVersion` of [`Topic`].
    SignatureVersion {
        V1 "1",
        V2 "2",
    }
}

enumeration! {
    /// `Protocol` of [`Topic`].
    SubscriptionProtocol {
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

default_object! {
    Topic,
}
