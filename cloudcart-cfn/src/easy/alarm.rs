//! An alarm.

use super::{Customize, customized};
use crate::cloudwatch;
use crate::cloudwatch::alarm::{ComparisonOperator, Dimension, Statistic, TreatMissingData};
use crate::int::Int;
use crate::kind;
use crate::resource::Handle;
use crate::stack::Stack;
use crate::value::IntoValue;

/// A CloudWatch alarm on one metric. Adds one resource, `AWS::CloudWatch::Alarm`, under the id.
///
/// Decided, and why:
/// - One period of 60 s is enough to raise it: what it is for, dead letters and errors, is never normal.
/// - Missing data is no alarm: a queue and a function that nobody uses report nothing.
/// - It is raised at the threshold, not only above it.
///
/// ```
/// use cloudcart_cfn::prelude::*;
/// use cloudcart_cfn::{easy, sns};
///
/// let template = Template::build("Example.", |stack| {
///     let alarms = stack.add("Alarms", sns::Topic::new());
///     let jobs = easy::Queue::new().add_to(stack, "Jobs");
///     easy::Alarm::on_messages(&jobs.dead_letters).notify(&alarms).add_to(stack, "JobsFail");
/// });
/// assert!(!template.report().has_errors());
/// ```
#[must_use = "`add_to` adds it"]
pub struct Alarm<'stack, 'change> {
    properties: cloudwatch::Alarm<'stack>,
    customize: Option<Customize<'change, cloudwatch::Alarm<'stack>>>,
    notified: Vec<Handle<'stack, kind::sns::Topic>>,
}

impl<'stack, 'change> Alarm<'stack, 'change> {
    /// On a metric of a service, by the resource's dimension: `Alarm::on("AWS/SQS", "ApproximateNumberOfMessagesVisible", ("QueueName", queue.queue_name()), Statistic::Maximum, 1.0)`.
    pub fn on(
        namespace: &str,
        metric: &str,
        dimension: (&str, impl IntoValue<'stack, String>),
        statistic: Statistic,
        threshold: f64,
    ) -> Self {
        let alarm = cloudwatch::Alarm::new()
            .comparison_operator(ComparisonOperator::GreaterThanOrEqualToThreshold)
            .evaluation_periods(const { Int::new(1) })
            .dimensions([Dimension::new(dimension.0, dimension.1)])
            .metric_name(metric)
            .namespace(namespace)
            .period(const { Int::new(60) })
            .statistic(statistic)
            .threshold(threshold)
            .treat_missing_data(TreatMissingData::NotBreaching);
        Self { properties: alarm, customize: None, notified: Vec::new() }
    }

    /// On the first message in a dead-letter queue.
    #[cfg(feature = "sqs")]
    pub fn on_messages(queue: &Handle<'stack, kind::sqs::Queue>) -> Self {
        let dimension = ("QueueName", queue.queue_name());
        Self::on("AWS/SQS", "ApproximateNumberOfMessagesVisible", dimension, Statistic::Maximum, 1.0)
    }

    /// On the first invocation in a minute that ends in an error.
    #[cfg(feature = "lambda")]
    pub fn on_errors(function: &Handle<'stack, kind::lambda::Function>) -> Self {
        Self::on("AWS/Lambda", "Errors", ("FunctionName", function.reference()), Statistic::Sum, 1.0)
    }

    /// Tells a topic when it is raised and when it is over.
    pub fn notify(mut self, topic: &Handle<'stack, kind::sns::Topic>) -> Self {
        self.notified.push(topic.clone());
        self
    }

    /// Changes the properties before the alarm is added.
    pub fn customize(
        mut self,
        change: impl FnOnce(cloudwatch::Alarm<'stack>) -> cloudwatch::Alarm<'stack> + 'change,
    ) -> Self {
        self.customize = Some(Box::new(change));
        self
    }

    /// Adds it.
    #[track_caller]
    pub fn add_to(self, stack: &mut Stack<'stack>, id: &str) -> Handle<'stack, kind::cloudwatch::Alarm> {
        let outer = stack.begin_part(id);
        let mut alarm = self.properties;
        if !self.notified.is_empty() {
            let topics = || crate::list(self.notified.iter().map(Handle::arn));
            alarm = alarm.alarm_actions(topics()).ok_actions(topics());
        }
        let alarm = stack.add(id, customized(alarm, self.customize));
        stack.end_part(outer);
        alarm
    }
}
