//! `AWS::SES::ConfigurationSetEventDestination`.
// Made by `cargo xtask generate` from `schemas/aws-ses-configurationseteventdestination.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::SES::ConfigurationSetEventDestination`. `Ref` gives `Id`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ses-configurationseteventdestination.html>
    ConfigurationSetEventDestination<'stack>: kind::ses::ConfigurationSetEventDestination {
        required {
            /// `ConfigurationSetName`: a text. Create-only: a change replaces the resource.
            configuration_set_name "ConfigurationSetName": Ref<kind::ses::ConfigurationSet>,
            /// `EventDestination`: an object.
            event_destination "EventDestination": EventDestination<'stack>,
        }
        optional {}
        attributes {}
    }
}

object! {
    /// `CloudWatchDestination` of [`ConfigurationSetEventDestination`].
    CloudWatchDestination<'stack> {
        required {}
        optional {
            /// `DimensionConfigurations`: a list.
            dimension_configurations "DimensionConfigurations": Vec<Value<'stack, DimensionConfiguration<'stack>>>,
        }
    }
}

object! {
    /// `DimensionConfiguration` of [`ConfigurationSetEventDestination`].
    DimensionConfiguration<'stack> {
        required {
            /// `DefaultDimensionValue`: a text of 1 to 256 characters, pattern `^[a-zA-Z0-9_-]{1,256}$`.
            default_dimension_value "DefaultDimensionValue": String,
            /// `DimensionName`: a text of 1 to 256 characters, pattern `^[a-zA-Z0-9_:-]{1,256}$`.
            dimension_name "DimensionName": String,
            /// `DimensionValueSource`: one of 6 words.
            dimension_value_source "DimensionValueSource": DimensionValueSource,
        }
        optional {}
    }
}

object! {
    /// `EventBridgeDestination` of [`ConfigurationSetEventDestination`].
    EventBridgeDestination<'stack> {
        required {
            /// `EventBusArn`: a text of 36 to 1,024 characters, pattern `^arn:aws[a-z0-9-]*:events:[a-z0-9-]+:\d{12}:event-bus/[^:]+$`.
            event_bus_arn "EventBusArn": Arn<kind::events::EventBus>,
        }
        optional {}
    }
}

object! {
    /// `EventDestination` of [`ConfigurationSetEventDestination`].
    EventDestination<'stack> {
        required {
            /// `MatchingEventTypes`: a list.
            matching_event_types "MatchingEventTypes": Vec<Value<'stack, String>>,
        }
        optional {
            /// `CloudWatchDestination`: an object.
            cloud_watch_destination "CloudWatchDestination": CloudWatchDestination<'stack>,
            /// `Enabled`: true or false.
            enabled "Enabled": bool,
            /// `EventBridgeDestination`: an object.
            event_bridge_destination "EventBridgeDestination": EventBridgeDestination<'stack>,
            /// `KinesisFirehoseDestination`: an object.
            kinesis_firehose_destination "KinesisFirehoseDestination": KinesisFirehoseDestination<'stack>,
            /// `Name`: a text, pattern `^[a-zA-Z0-9_-]{0,64}$`. A change may replace the resource.
            name "Name": String,
            /// `SnsDestination`: an object.
            sns_destination "SnsDestination": SnsDestination<'stack>,
        }
    }
}

object! {
    /// `KinesisFirehoseDestination` of [`ConfigurationSetEventDestination`].
    KinesisFirehoseDestination<'stack> {
        required {
            /// `DeliveryStreamARN`: a text.
            delivery_stream_arn "DeliveryStreamARN": String,
            /// `IAMRoleARN`: a text.
            iam_role_arn "IAMRoleARN": Arn<kind::iam::Role>,
        }
        optional {}
    }
}

object! {
    /// `SnsDestination` of [`ConfigurationSetEventDestination`].
    SnsDestination<'stack> {
        required {
            /// `TopicARN`: a text of 36 to 1,024 characters, pattern `^arn:aws[a-z0-9-]*:sns:[a-z0-9-]+:\d{12}:[^:]+$`.
            topic_arn "TopicARN": Arn<kind::sns::Topic>,
        }
        optional {}
    }
}

enumeration! {
    /// `DimensionValueSource` of [`ConfigurationSetEventDestination`].
    DimensionValueSource {
        EmailHeader "EMAIL_HEADER",
        LinkTag "LINK_TAG",
        MessageTag "MESSAGE_TAG",
        EmailHeaderMixedCase "emailHeader",
        LinkTagMixedCase "linkTag",
        MessageTagMixedCase "messageTag",
    }
}

default_object! {
    CloudWatchDestination,
}
