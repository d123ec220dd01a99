//! Jobs by the clock: a schedule, a bus, a table whose changes are followed, a key, a secret that rotates, and what differs
//! from stage to stage.
//!
//! `cargo run -p cloudcart-cfn --example scheduled_jobs` prints the template.

use cloudcart_cfn::dynamodb::table::{SSESpecification, SSEType, StreamSpecification, StreamViewType};
use cloudcart_cfn::lambda::event_source_mapping::{
    DestinationConfig, Filter, FilterCriteria, FunctionResponseType, OnFailure, StartingPosition,
};
use cloudcart_cfn::prelude::*;
use cloudcart_cfn::scheduler::schedule as job;
use cloudcart_cfn::secretsmanager::rotation_schedule::RotationRules;
use cloudcart_cfn::secretsmanager::secret::GenerateSecretString;
use cloudcart_cfn::{
    Mapping, easy, events, find_in_map, iam, kms, lambda, policy, scheduler, secretsmanager, sqs, ssm,
};
use serde_json::json;

fn main() {
    let template = Template::build("Scheduled jobs, a bus and a stream.", |stack| {
        let stage = stack.parameter("Stage", Parameter::one_of("Which one.", ["dev", "prod"]).or("dev"));
        let bucket = stack.parameter("CodeBucket", Parameter::text("Bucket of the zips."));
        let production = stack.condition("Production", Condition::equals(&stage, "prod"));
        let settings = stack.mapping(
            "Settings",
            Mapping::new()
                .with("dev", "Memory", 256)
                .with("prod", "Memory", 1024)
                .with("dev", "Schedule", "rate(1 day)")
                .with("prod", "Schedule", "rate(1 hour)"),
        );

        // In a key's policy, `*` is the key: this leaves to IAM who may use it.
        let root = Statement::allow([policy::Action::raw("kms:*")], [Value::Literal("*".to_owned())])
            .principal(Principal::Aws(sub!("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")));
        let key = stack.add_with(
            "Key",
            kms::Key::new()
                .description("Key of the jobs.")
                .enable_key_rotation(true)
                .key_policy(PolicyDocument::new([root])),
            Attributes::new().on_removal(DeletionPolicy::Retain),
        );
        stack.add("KeyAlias", kms::Alias::new(sub!("alias/${AWS::StackName}"), &key));

        let table = easy::Table::new("job")
            .customize(|table| {
                table
                    .stream_specification(StreamSpecification::new(StreamViewType::NewAndOldImages))
                    .sse_specification(SSESpecification::new(true).sse_type(SSEType::Kms).kms_master_key_id(key.arn()))
                    .deletion_protection_enabled(Value::when(&production, true, false))
            })
            .add_to(stack, "Jobs");

        let secret = stack.add_with(
            "Token",
            secretsmanager::Secret::new()
                .description("Token of the partner.")
                .kms_key_id(key.arn())
                .generate_secret_string(GenerateSecretString::new().password_length(40).exclude_punctuation(true)),
            Attributes::new().on_removal(DeletionPolicy::Delete),
        );
        let rotate = easy::Function::from_s3(&bucket, "rotate.zip")
            .grant(secret.read().env("SECRET"))
            .grant(Grant::new(
                [
                    policy::secretsmanager::Action::PutSecretValue,
                    policy::secretsmanager::Action::UpdateSecretVersionStage,
                ],
                [secret.arn().into_value()],
            ))
            .grant(key.decrypt().and(key.encrypt()))
            .add_to(stack, "Rotate");
        let may_rotate = stack.add(
            "SecretsMayInvokeRotate",
            lambda::Permission::new(
                "lambda:InvokeFunction",
                rotate.function.reference(),
                "secretsmanager.amazonaws.com",
            )
            .source_arn(secret.arn()),
        );
        stack.add_with(
            "TokenRotation",
            secretsmanager::RotationSchedule::new(&secret)
                .rotation_lambda_arn(&rotate.function)
                .rotation_rules(RotationRules::new().schedule_expression("rate(30 days)").duration("2h")),
            Attributes::new().after(&may_rotate).after(&rotate.policy),
        );

        let limit = stack.add(
            "Limit",
            ssm::Parameter::new(ssm::parameter::ParameterType::String, "100")
                .name(sub!("/${AWS::StackName}/limit"))
                .description("How many jobs at once."),
        );
        let failed = stack
            .add("Failed", sqs::Queue::new().message_retention_period(int!(1_209_600)).sqs_managed_sse_enabled(true));
        let bus = stack.add("Bus", events::EventBus::new(pseudo::stack_name()));
        let run = easy::Function::from_s3(&bucket, "run.zip")
            .grant(table.read_write().env("TABLE"))
            .grant(bus.put_events().env("BUS"))
            .grant(limit.read().env("LIMIT"))
            .grant(key.decrypt())
            .customize(|function| function.memory_size(find_in_map(&settings, &stage, "Memory")))
            .add_to(stack, "Run");
        let stream = easy::Function::from_s3(&bucket, "stream.zip")
            .grant(table.read_stream().expect("the table has a stream"))
            .grant(failed.send())
            .grant(key.decrypt())
            .add_to(stack, "Changes");
        stack.add_with(
            "ChangesFromJobs",
            lambda::EventSourceMapping::new(stream.function.reference())
                .event_source_arn(table.stream_arn())
                .starting_position(StartingPosition::Latest)
                .batch_size(int!(100))
                .bisect_batch_on_function_error(true)
                .maximum_retry_attempts(int!(3))
                .function_response_types([FunctionResponseType::ReportBatchItemFailures])
                .destination_config(DestinationConfig::new().on_failure(OnFailure::new().destination(failed.arn())))
                .filter_criteria(
                    FilterCriteria::new()
                        .filters([Filter::new().pattern(json!({"eventName": ["MODIFY"]}).to_string())]),
                ),
            Attributes::new().after(&stream.policy),
        );
        let schedule_role = stack.add(
            "SchedulerRole",
            iam::Role::new(PolicyDocument::trusting("scheduler.amazonaws.com")).policies([iam::role::Policy::new(
                PolicyDocument::granting([run.function.invoke(), failed.send()]),
                "Invoke",
            )]),
        );
        let group = stack.add("Group", scheduler::ScheduleGroup::new().name(pseudo::stack_name()));
        stack.add(
            "Nightly",
            scheduler::Schedule::new(
                job::FlexibleTimeWindow::new(job::FlexibleTimeWindowMode::Flexible).maximum_window_in_minutes(15),
                find_in_map::<String>(&settings, &stage, "Schedule"),
                job::Target::new(run.function.arn(), &schedule_role)
                    .dead_letter_config(job::DeadLetterConfig::new().arn(&failed))
                    .retry_policy(job::RetryPolicy::new().maximum_retry_attempts(2).maximum_event_age_in_seconds(3600))
                    .input(json!({"job": "nightly"}).to_string()),
            )
            .group_name(&group)
            .state(Value::when(&production, job::ScheduleState::Enabled, job::ScheduleState::Disabled))
            .schedule_expression_timezone("Europe/Berlin"),
        );
        let rule = stack.add_with(
            "Done",
            events::Rule::new()
                .event_bus_name(&bus)
                .event_pattern(json!({"source": ["jobs"], "detail-type": ["done"]}))
                .targets([events::rule::Target::new(failed.arn(), "audit")]),
            Attributes::new().only_if(&production),
        );
        let statement = Statement::allow([policy::sqs::Action::SendMessage], [failed.arn().into_value()])
            .principal(Principal::service("events.amazonaws.com"))
            .when("ArnEquals", "aws:SourceArn", [rule.arn()]);
        stack.add_with(
            "FailedFromDone",
            sqs::QueuePolicy::new(PolicyDocument::new([statement]), [&failed]),
            Attributes::new().only_if(&production),
        );
        stack.output("BusName", Output::new(bus.reference()).exported_as(sub!("${AWS::StackName}-Bus")));
        stack.output("DoneRule", Output::new(rule.arn()).only_if(&production));
    });
    #[expect(clippy::print_stdout, reason = "printing is what this example is for")]
    {
        print!("{}", template.to_json());
    }
}
