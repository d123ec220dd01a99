//! `AWS::Logs::MetricFilter`.
// Made by `cargo xtask generate` from `schemas/aws-logs-metricfilter.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::Logs::MetricFilter`. `Ref` gives `FilterName`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-metricfilter.html>
    MetricFilter<'stack>: kind::logs::MetricFilter {
        required {
            /// `FilterPattern`: a text of up to 1,024 characters.
            filter_pattern "FilterPattern": String,
            /// `LogGroupName`: a text of 1 to 512 characters, pattern `^[.\-_/#A-Za-z0-9]{1,512}`. Create-only: a change replaces the resource.
            log_group_name "LogGroupName": Ref<kind::logs::LogGroup>,
            /// `MetricTransformations`: a list of 1 item.
            metric_transformations "MetricTransformations": Vec<Value<'stack, MetricTransformation<'stack>>>,
        }
        optional {
            /// `ApplyOnTransformedLogs`: true or false.
            apply_on_transformed_logs "ApplyOnTransformedLogs": bool,
            /// `EmitSystemFieldDimensions`: a list.
            emit_system_field_dimensions "EmitSystemFieldDimensions": Vec<Value<'stack, String>>,
            /// `FieldSelectionCriteria`: a text of up to 2,000 characters.
            field_selection_criteria "FieldSelectionCriteria": String,
            /// `FilterName`: a text of 1 to 512 characters, pattern `^[^:*]{1,512}`. Create-only: a change replaces the resource.
            filter_name "FilterName": String,
        }
        attributes {}
    }
}

object! {
    /// `Dimension` of [`MetricFilter`].
    Dimension<'stack> {
        required {
            /// `Key`: a text of 1 to 255 characters.
            key "Key": String,
            /// `Value`: a text of 1 to 255 characters.
            value "Value": String,
        }
        optional {}
    }
}

object! {
    /// `MetricTransformation` of [`MetricFilter`].
    MetricTransformation<'stack> {
        required {
            /// `MetricName`: a text of 1 to 255 characters, pattern `^((?![:*$])[\x00-\x7F]){1,255}`.
            metric_name "MetricName": String,
            /// `MetricNamespace`: a text of 1 to 256 characters, pattern `^[0-9a-zA-Z\.\-_\/#]{1,256}`.
            metric_namespace "MetricNamespace": String,
            /// `MetricValue`: a text of 1 to 100 characters, pattern `^([+-]?([0-9]*\.?[0-9]*)|(\$.*))$`.
            metric_value "MetricValue": String,
        }
        optional {
            /// `DefaultValue`: a number.
            default_value "DefaultValue": f64,
            /// `Dimensions`: a list of 1 to 3 items.
            dimensions "Dimensions": Vec<Value<'stack, Dimension<'stack>>>,
            /// `Unit`: one of 27 words.
            unit "Unit": Unit,
        }
    }
}

enumeration! {
    /// `Unit` of [`MetricFilter`].
    Unit {
        Bits "Bits",
        BitsSecond "Bits/Second",
        Bytes "Bytes",
        BytesSecond "Bytes/Second",
        Count "Count",
        CountSecond "Count/Second",
        Gigabits "Gigabits",
        GigabitsSecond "Gigabits/Second",
        Gigabytes "Gigabytes",
        GigabytesSecond "Gigabytes/Second",
        Kilobits "Kilobits",
        KilobitsSecond "Kilobits/Second",
        Kilobytes "Kilobytes",
        KilobytesSecond "Kilobytes/Second",
        Megabits "Megabits",
        MegabitsSecond "Megabits/Second",
        Megabytes "Megabytes",
        MegabytesSecond "Megabytes/Second",
        Microseconds "Microseconds",
        Milliseconds "Milliseconds",
        None "None",
        Percent "Percent",
        Seconds "Seconds",
        Terabits "Terabits",
        TerabitsSecond "Terabits/Second",
        Terabytes "Terabytes",
        TerabytesSecond "Terabytes/Second",
    }
}
