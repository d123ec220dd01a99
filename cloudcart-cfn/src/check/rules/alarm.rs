//! CloudWatch alarms.

use super::{Broken, Rule, error};
use crate::check::view::{Entry, View};

const PUT: &str = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html";

pub(super) const RULES: &[Rule] =
    &[error("alarm-metric", PUT, metric), error("alarm-statistic", PUT, statistic), error("alarm-period", PUT, period)];

fn alarms<'a>(view: &View<'a>) -> impl Iterator<Item = Entry<'a>> {
    view.of_kind("AWS::CloudWatch::Alarm")
}

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>
fn metric(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for alarm in alarms(view) {
        let there = |place: &str| alarm.look(place).is_present();
        // Later ways to say what is watched.
        let other = alarm.properties.as_object().is_some_and(|all| {
            all.keys().any(|key| matches!(key.as_str(), "EvaluationCriteria" | "PromQLExpression"))
                || all.contains_key("Fn::Transform")
        });
        match (there("MetricName"), there("Metrics")) {
            (true, true) => {
                let message = "watches one metric by `MetricName`, or several by `Metrics`, and not both";
                broken.at(alarm.at("Metrics"), message, "leave one of them out");
            }
            (false, false) if !other && !view.has_schema(alarm.kind) => {
                let message = "an alarm needs something to watch: `MetricName`, or `Metrics`";
                broken.at(alarm.at(""), message, "name one metric by `Namespace` and `MetricName`");
            }
            _ => {}
        }
    }
}

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>
fn statistic(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for alarm in alarms(view).filter(|alarm| alarm.look("MetricName").is_present()) {
        for place in ["Namespace", "Period"] {
            if alarm.look(place).is_absent() {
                let message = format!("an alarm on one metric needs `{place}`");
                broken.at(alarm.at(""), message, format!("give `{place}`"));
            }
        }
        let there = |place: &str| alarm.look(place).is_present();
        if there("Statistic") == there("ExtendedStatistic") {
            let message = "an alarm on one metric needs `Statistic` or `ExtendedStatistic`, and not both";
            broken.at(alarm.at(""), message, "give `Statistic`, or `ExtendedStatistic` for a percentile");
        }
    }
}

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>
fn period(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for alarm in alarms(view) {
        if let Some(period) = alarm.look("Period").number() {
            let fits = [10.0, 20.0, 30.0].contains(&period) || period >= 60.0 && period % 60.0 == 0.0;
            if !fits {
                let message = format!("a period is 10, 20 or 30 s, or a multiple of 60, and not {period}");
                broken.at(alarm.at("Period"), message, "take a multiple of 60");
            }
        }
    }
}
