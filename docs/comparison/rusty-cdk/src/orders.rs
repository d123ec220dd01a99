//! The small stack "orders" with rusty-cdk, as far as it goes.

use rusty_cdk::apigateway::ApiGatewayV2Builder;
use rusty_cdk::cloudwatch::{AlarmBuilder, ComparisonOperator, DimensionBuilder, Namespace, Statistic};
use rusty_cdk::cloudwatch_logs::LogGroupBuilder;
use rusty_cdk::dynamodb::{AttributeType, Key, TableBuilder};
use rusty_cdk::iam::{CustomPermission, Effect, Permission, StatementBuilder};
use rusty_cdk::lambda::{Architecture, Code, FunctionBuilder, Runtime, Zip};
use rusty_cdk::shared::{DeletionPolicy, HttpMethod, UpdateReplacePolicy};
use rusty_cdk::sqs::QueueBuilder;
use rusty_cdk::stack::StackBuilder;
use rusty_cdk::wrappers::*;
use rusty_cdk::{
    cloudwatch_metric_name, env_var_key, iam_action, log_retention, memory, period, policy_name,
    string_with_only_alphanumerics_and_underscores, timeout, visibility_timeout, zip_file,
};
use serde_json::json;

/// Left out, because 0.9.0 has no way to say it: parameters, the index, point-in-time recovery, the redrive policy to a
/// queue of the same stack, the mapping's batch size and partial failures, a role without the managed policy, and the
/// second route: each route of an API makes the same ids, so that two end in `DuplicateIds`.
pub fn orders() -> String {
    let mut stack = StackBuilder::new();
    let order_id = string_with_only_alphanumerics_and_underscores!("orderId");
    let table = TableBuilder::new("Orders", Key::new(order_id, AttributeType::String))
        .pay_per_request_billing()
        .update_replace_and_deletion_policy(UpdateReplacePolicy::Retain, DeletionPolicy::Retain)
        .build(&mut stack);
    let dead_letters = QueueBuilder::new("DeadLetters").standard_queue().build(&mut stack);
    let jobs =
        QueueBuilder::new("Jobs").standard_queue().visibility_timeout(visibility_timeout!(180)).build(&mut stack);

    let worker_logs = LogGroupBuilder::new("WorkerLogs").log_group_retention(log_retention!(14)).build(&mut stack);
    let index = StatementBuilder::new(vec![iam_action!("dynamodb:Query"), iam_action!("dynamodb:Scan")], Effect::Allow)
        .resources(vec![json!({ "Fn::Join": ["", [table.get_arn(), "/index/*"]] })])
        .build();
    FunctionBuilder::new("Worker", Architecture::ARM64, memory!(256), timeout!(30))
        .code(Code::Zip(Zip::new(Bucket("code-bucket".to_owned()), zip_file!("code.zip"))))
        .handler("bootstrap")
        .runtime(Runtime::ProvidedAl2023)
        .log_group(&worker_logs)
        .add_permission(Permission::DynamoDBReadWrite(&table))
        .add_permission(Permission::Custom(CustomPermission::new(policy_name!("OrdersIndex"), index)))
        .env_var(env_var_key!("TABLE_NAME"), table.get_ref())
        .sqs_event_source_mapping(&jobs, None)
        .build(&mut stack);

    let api_logs = LogGroupBuilder::new("ApiLogs").log_group_retention(log_retention!(14)).build(&mut stack);
    let send = StatementBuilder::new(vec![iam_action!("sqs:SendMessage")], Effect::Allow)
        .resources(vec![jobs.get_arn()])
        .build();
    let (api, _, _) = FunctionBuilder::new("Api", Architecture::ARM64, memory!(256), timeout!(30))
        .code(Code::Zip(Zip::new(Bucket("code-bucket".to_owned()), zip_file!("code.zip"))))
        .handler("bootstrap")
        .runtime(Runtime::ProvidedAl2023)
        .log_group(&api_logs)
        .add_permission(Permission::Custom(CustomPermission::new(policy_name!("SendJobs"), send)))
        .env_var(env_var_key!("QUEUE_URL"), jobs.get_ref())
        .build(&mut stack);
    let (http, _) = ApiGatewayV2Builder::new("Http", "orders")
        .http()
        .add_route_lambda("/orders", HttpMethod::Post, &api)
        .build(&mut stack);

    AlarmBuilder::new("DeadLettersAlarm")
        .metric_alarm(period!(300), cloudwatch_metric_name!("ApproximateNumberOfMessagesVisible"), Namespace::SQS)
        .statistic(Statistic::Maximum)
        .dimensions(vec![DimensionBuilder::new("QueueName".to_owned(), dead_letters.get_att("QueueName")).build()])
        .comparison_operator(ComparisonOperator::GreaterThanOrEqualToThreshold)
        .evaluation_periods(1)
        .threshold(1)
        .build(&mut stack);

    stack
        .add_output("ApiUrl", http.get_att("ApiEndpoint"))
        .add_output("JobsUrl", jobs.get_ref())
        .build()
        .expect("the ids are unique")
        .synth()
        .expect("the stack is plain data")
}
