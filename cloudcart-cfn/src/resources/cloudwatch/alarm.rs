//! `AWS::CloudWatch::Alarm`.
// Made by `cargo xtask generate` from `schemas/aws-cloudwatch-alarm.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::CloudWatch::Alarm`. `Ref` gives `AlarmName`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html>
    Alarm<'stack>: kind::cloudwatch::Alarm {
        required {}
        optional {
            /// `ActionConfiguration`: an object.
            action_configuration "ActionConfiguration": ActionConfiguration<'stack>,
            /// `ActionsEnabled`: true or false.
            actions_enabled "ActionsEnabled": bool,
            /// `AlarmActions`: a list.
            alarm_actions "AlarmActions": Vec<Value<'stack, String>>,
            /// `AlarmDescription`: a text of up to 1,024 characters.
            alarm_description "AlarmDescription": String,
            /// `AlarmName`: a text of up to 255 characters. Create-only: a change replaces the resource.
            alarm_name "AlarmName": String,
            /// `ComparisonOperator`: one of 7 words.
            comparison_operator "ComparisonOperator": ComparisonOperator,
            /// `DatapointsToAlarm`: a whole number, at least 1.
            datapoints_to_alarm "DatapointsToAlarm": Int<1, { i64::MAX }>,
            /// `Dimensions`: a list of up to 30 items.
            dimensions "Dimensions": Vec<Value<'stack, Dimension<'stack>>>,
            /// `EvaluateLowSampleCountPercentile`: a text of 1 to 255 characters.
            evaluate_low_sample_count_percentile "EvaluateLowSampleCountPercentile": String,
            /// `EvaluationCriteria`: an object.
            evaluation_criteria "EvaluationCriteria": EvaluationCriteria<'stack>,
            /// `EvaluationInterval`: a whole number, 10 to 3,600.
            evaluation_interval "EvaluationInterval": Int<10, 3_600>,
            /// `EvaluationPeriods`: a whole number, at least 1.
            evaluation_periods "EvaluationPeriods": Int<1, { i64::MAX }>,
            /// `EvaluationWindow`: an object.
            evaluation_window "EvaluationWindow": EvaluationWindow<'stack>,
            /// `ExtendedStatistic`: a text.
            extended_statistic "ExtendedStatistic": String,
            /// `InsufficientDataActions`: a list.
            insufficient_data_actions "InsufficientDataActions": Vec<Value<'stack, String>>,
            /// `MetricName`: a text of 1 to 255 characters.
            metric_name "MetricName": String,
            /// `Metrics`: a list.
            metrics "Metrics": Vec<Value<'stack, MetricDataQuery<'stack>>>,
            /// `Namespace`: a text of 1 to 255 characters, pattern `^[^:]`.
            namespace "Namespace": String,
            /// `OKActions`: a list.
            ok_actions "OKActions": Vec<Value<'stack, String>>,
            /// `Period`: a whole number, at least 1.
            period "Period": Int<1, { i64::MAX }>,
            /// `Statistic`: one of `Average`, `Maximum`, `Minimum`, `SampleCount`, `Sum`.
            statistic "Statistic": Statistic,
            /// `Tags`: a list of up to 50 items.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
            /// `Threshold`: a number.
            threshold "Threshold": f64,
            /// `ThresholdMetricId`: a text of 1 to 255 characters.
            threshold_metric_id "ThresholdMetricId": String,
            /// `TreatMissingData`: one of `breaching`, `ignore`, `missing`, `notBreaching`.
            treat_missing_data "TreatMissingData": TreatMissingData,
            /// `Unit`: one of 27 words.
            unit "Unit": Unit,
            /// `WarmUpConfiguration`: an object.
            warm_up_configuration "WarmUpConfiguration": WarmUpConfiguration<'stack>,
        }
        attributes {}
    }
}

object! {
    /// `ActionConfiguration` of [`Alarm`].
    ActionConfiguration<'stack> {
        required {}
        optional {
            /// `AlarmTagsPropagation`: an object.
            alarm_tags_propagation "AlarmTagsPropagation": AlarmTagsPropagation<'stack>,
        }
    }
}

object! {
    /// `AlarmPromQLCriteria` of [`Alarm`].
    AlarmPromQLCriteria<'stack> {
        required {}
        optional {
            /// `PendingPeriod`: a whole number.
            pending_period "PendingPeriod": i64,
            /// `Query`: a text.
            query "Query": String,
            /// `RecoveryPeriod`: a whole number.
            recovery_period "RecoveryPeriod": i64,
        }
    }
}

object! {
    /// `AlarmTagsPropagation` of [`Alarm`].
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

object! {
    /// `Dimension` of [`Alarm`].
    Dimension<'stack> {
        required {
            /// `Name`: a text of 1 to 255 characters.
            name "Name": String,
            /// `Value`: a text of 1 to 1,024 characters.
            value "Value": String,
        }
        optional {}
    }
}

object! {
    /// `EvaluationCriteria` of [`Alarm`].
    EvaluationCriteria<'stack> {
        required {}
        optional {
            /// `PromQLCriteria`: an object.
            prom_ql_criteria "PromQLCriteria": AlarmPromQLCriteria<'stack>,
        }
    }
}

object! {
    /// `EvaluationWindow` of [`Alarm`].
    EvaluationWindow<'stack> {
        required {}
        optional {
            /// `SlidingWindow`: an object.
            sliding_window "SlidingWindow": SlidingWindow,
            /// `WallClockWindow`: an object.
            wall_clock_window "WallClockWindow": WallClockWindow<'stack>,
        }
    }
}

object! {
    /// `Metric` of [`Alarm`].
    Metric<'stack> {
        required {}
        optional {
            /// `Dimensions`: a list of up to 30 items.
            dimensions "Dimensions": Vec<Value<'stack, Dimension<'stack>>>,
            /// `MetricName`: a text of 1 to 255 characters.
            metric_name "MetricName": String,
            /// `Namespace`: a text of 1 to 255 characters, pattern `^[^:]`.
            namespace "Namespace": String,
        }
    }
}

object! {
    /// `MetricDataQuery` of [`Alarm`].
    MetricDataQuery<'stack> {
        required {
            /// `Id`: a text of 1 to 255 characters, pattern `^([a-z])([A-Za-z0-9\_]*)$`.
            id "Id": String,
        }
        optional {
            /// `AccountId`: a text of 1 to 255 characters.
            account_id "AccountId": String,
            /// `Expression`: a text of 1 to 2,048 characters.
            expression "Expression": String,
            /// `Label`: a text.
            label "Label": String,
            /// `MetricStat`: an object.
            metric_stat "MetricStat": MetricStat<'stack>,
            /// `Period`: a whole number, at least 1.
            period "Period": Int<1, { i64::MAX }>,
            /// `ReturnData`: true or false.
            return_data "ReturnData": bool,
        }
    }
}

object! {
    /// `MetricStat` of [`Alarm`].
    MetricStat<'stack> {
        required {
            /// `Metric`: an object.
            metric "Metric": Metric<'stack>,
            /// `Period`: a whole number, at least 1.
            period "Period": Int<1, { i64::MAX }>,
            /// `Stat`: a text.
            stat "Stat": String,
        }
        optional {
            /// `Unit`: one of 27 words.
            unit "Unit": Unit,
        }
    }
}

empty_object! {
    /// `SlidingWindow` of [`Alarm`].
    SlidingWindow
}

object! {
    /// `WallClockWindow` of [`Alarm`].
    WallClockWindow<'stack> {
        required {}
        optional {
            /// `Timezone`: a text.
            timezone "Timezone": String,
        }
    }
}

object! {
    /// `WarmUpConfiguration` of [`Alarm`].
    WarmUpConfiguration<'stack> {
        required {}
        optional {
            /// `OnlyStartEvaluatingAfterWarmUpPeriodEnds`: true or false.
            only_start_evaluating_after_warm_up_period_ends "OnlyStartEvaluatingAfterWarmUpPeriodEnds": bool,
            /// `WarmUpPeriodDurationInMinutes`: a whole number, 1 to 2,880.
            warm_up_period_duration_in_minutes "WarmUpPeriodDurationInMinutes": Int<1, 2_880>,
        }
    }
}

enumeration! {
    /// `ComparisonOperator` of [`Alarm`].
    ComparisonOperator {
        GreaterThanOrEqualToThreshold "GreaterThanOrEqualToThreshold",
        GreaterThanThreshold "GreaterThanThreshold",
        GreaterThanUpperThreshold "GreaterThanUpperThreshold",
        LessThanLowerOrGreaterThanUpperThreshold "LessThanLowerOrGreaterThanUpperThreshold",
        LessThanLowerThreshold "LessThanLowerThreshold",
        LessThanOrEqualToThreshold "LessThanOrEqualToThreshold",
        LessThanThreshold "LessThanThreshold",
    }
}

enumeration! {
    /// `Statistic` of [`Alarm`].
    Statistic {
        Average "Average",
        Maximum "Maximum",
        Minimum "Minimum",
        SampleCount "SampleCount",
        Sum "Sum",
    }
}

enumeration! {
    /// `TreatMissingData` of [`Alarm`].
    TreatMissingData {
        Breaching "breaching",
        Ignore "ignore",
        Missing "missing",
        NotBreaching "notBreaching",
    }
}

enumeration! {
    /// `Unit` of [`Alarm`].
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

default_object! {
    ActionConfiguration,
    Alarm,
    AlarmPromQLCriteria,
    EvaluationCriteria,
    EvaluationWindow,
    Metric,
    WallClockWindow,
    WarmUpConfiguration,
}
