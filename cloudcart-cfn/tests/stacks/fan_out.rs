//! A topic that fans out to two queues, their workers, alarms and a dashboard.

use cloudcart_cfn::cloudwatch::alarm::{
    ComparisonOperator, Dimension, Metric, MetricDataQuery, MetricStat, TreatMissingData,
};
use cloudcart_cfn::prelude::*;
use cloudcart_cfn::sns::subscription::{FilterPolicyScope, Protocol};
use cloudcart_cfn::{cloudwatch, easy, policy, sns};
use serde_json::json;

pub(crate) fn template() -> Template {
    Template::build("A topic that fans out to two queues.", |stack| {
        let bucket = stack.parameter("CodeBucket", Parameter::text("Bucket of the zips."));
        let mail = stack.parameter("Mail", Parameter::text("Who is told of trouble."));
        let orders = stack.add("Orders", sns::Topic::new().tracing_config("Active"));
        let trouble = stack.add(
            "Trouble",
            sns::Topic::new()
                .subscription([sns::topic::Subscription::new(&mail, sns::topic::SubscriptionProtocol::Email)]),
        );
        let mut alarms = Vec::new();
        let mut workers = Vec::new();
        for (id, filter) in [
            ("Billing", json!({"event": ["paid", "refunded"]})),
            ("Shipping", json!({"event": ["paid"], "weight": [{"numeric": [">", 0]}]})),
        ] {
            let queue = easy::Queue::new().consumer_timeout(int!(60)).add_to(stack, id);
            let send = Statement::allow([policy::sqs::Action::SendMessage], [queue.queue.arn().into_value()])
                .principal(Principal::service("sns.amazonaws.com"))
                .when("ArnEquals", "aws:SourceArn", [orders.arn()]);
            queue.add_statement(stack, send);
            stack.add(
                format!("OrdersTo{id}"),
                sns::Subscription::new(Protocol::Sqs, &orders)
                    .endpoint(queue.queue.arn())
                    .filter_policy(filter)
                    .filter_policy_scope(FilterPolicyScope::MessageAttributes)
                    .raw_message_delivery(true)
                    .redrive_policy(sns::subscription::RedrivePolicy::new(&queue.dead_letters)),
            );
            let worker = easy::Function::from_s3(&bucket, format!("{}.zip", id.to_lowercase()))
                .timeout(int!(60))
                .consume(&queue.queue)
                .add_to(stack, &format!("{id}Worker"));
            alarms.push(easy::Alarm::on_messages(&queue.dead_letters).add_to(stack, &format!("{id}Fails")));
            workers.push((id, worker.function, queue));
        }
        let rule = join(" OR ", alarms.iter().map(|alarm| sub!("ALARM(\"${A}\")", A = alarm.reference())));
        stack.add(
            "AnyFails",
            cloudwatch::CompositeAlarm::new(rule)
                .alarm_description("Some messages could not be worked on.")
                .alarm_actions([trouble.arn()])
                .ok_actions([trouble.arn()]),
        );
        stack.add(
            "Slow",
            cloudwatch::Alarm::new()
                .comparison_operator(ComparisonOperator::GreaterThanThreshold)
                .evaluation_periods(int!(3))
                .threshold(300)
                .treat_missing_data(TreatMissingData::NotBreaching)
                .metrics(list(
                    workers
                        .iter()
                        .enumerate()
                        .map(|(index, (_, _, queue))| {
                            MetricDataQuery::new(format!("age{index}"))
                                .metric_stat(MetricStat::new(
                                    Metric::new()
                                        .namespace("AWS/SQS")
                                        .metric_name("ApproximateAgeOfOldestMessage")
                                        .dimensions([Dimension::new("QueueName", queue.queue.queue_name())]),
                                    int!(60),
                                    "Maximum",
                                ))
                                .return_data(false)
                        })
                        .chain([MetricDataQuery::new("oldest").expression("MAX(METRICS())").return_data(true)]),
                ))
                .alarm_actions([trouble.arn()]),
        );
        let widgets: Vec<_> = workers
            .iter()
            .enumerate()
            .map(|(index, (id, _, _))| {
                json!({"type": "metric", "x": 0, "y": index * 6, "width": 12, "height": 6, "properties": {
                    "title": id, "region": "${AWS::Region}", "stat": "Sum",
                    "metrics": [["AWS/Lambda", "Errors", "FunctionName", format!("${{{id}Worker}}")]],
                }})
            })
            .collect();
        stack.add(
            "Board",
            cloudwatch::Dashboard::new(sub_with(json!({"widgets": widgets}).to_string(), [] as [(&str, &str); 0]))
                .dashboard_name(pseudo::stack_name()),
        );
        stack.output("Orders", Output::new(orders.arn()));
    })
}
