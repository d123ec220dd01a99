//! `AWS::CloudWatch::CompositeAlarm`.
// Made by `cargo xtask generate` from `schemas/aws-cloudwatch-compositealarm.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::CloudWatch::CompositeAlarm`. `Ref` gives `AlarmName`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-compositealarm.html>
    CompositeAlarm<'stack>: kind::cloudwatch::CompositeAlarm {
        required {
            /// `AlarmRule`: a text of 1 to 10,240 characters.
            alarm_rule "AlarmRule": String,
        }
        optional {
            /// `ActionConfiguration`: an object.
            action_configuration "ActionConfiguration": ActionConfiguration<'stack>,
            /// `ActionsEnabled`: true or false.
            actions_enabled "ActionsEnabled": bool,
            /// `ActionsSuppressor`: a text of 1 to 1,600 characters.
            actions_suppressor "ActionsSuppressor": String,
            /// `ActionsSuppressorExtensionPeriod`: a whole number, at least 0.
            actions_suppressor_extension_period "ActionsSuppressorExtensionPeriod": Int<0, { i64::MAX }>,
            /// `ActionsSuppressorWaitPeriod`: a whole number, at least 0.
            actions_suppressor_wait_period "ActionsSuppressorWaitPeriod": Int<0, { i64::MAX }>,
            /// `AlarmActions`: a list of up to 5 items.
            alarm_actions "AlarmActions": Vec<Value<'stack, String>>,
            /// `AlarmDescription`: a text of up to 1,024 characters.
            alarm_description "AlarmDescription": String,
            /// `AlarmName`: a text of 1 to 255 characters. Create-only: a change replaces the resource.
            alarm_name "AlarmName": String,
            /// `InsufficientDataActions`: a list of up to 5 items.
            insufficient_data_actions "InsufficientDataActions": Vec<Value<'stack, String>>,
            /// `OKActions`: a list of up to 5 items.
            ok_actions "OKActions": Vec<Value<'stack, String>>,
            /// `Tags`: a list of up to 50 items.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
        }
        attributes {}
    }
}

object! {
    /// `ActionConfiguration` of [`CompositeAlarm`].
    ActionConfiguration<'stack> {
        required {}
        optional {
            /// `AlarmTagsPropagation`: an object.
            alarm_tags_propagation "AlarmTagsPropagation": AlarmTagsPropagation<'stack>,
        }
    }
}

object! {
    /// `AlarmTagsPropagation` of [`CompositeAlarm`].
    AlarmTagsPropagation<'stack> {
        required {
            /// `Enabled`: true or false.
            enabled "Enabled": bool,
        }
        optional {
            /// `ExcludedTagKeys`: a list of 1 to 50 items.
            excluded_tag_keys "ExcludedTagKeys": Vec<Value<'stack, String>>,
            /// `IncludedTagKeys`: a list of 1 to 50 items.
            included_tag_keys "IncludedTagKeys": Vec<Value<'stack, String>>,
        }
    }
}

default_object! {
    ActionConfiguration,
}
