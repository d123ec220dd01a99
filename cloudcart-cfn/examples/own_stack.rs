//! A stack of one's own: a table, a queue and a function that may do exactly what it needs.
//!
//! `cargo run -p cloudcart-cfn --example own_stack` prints the template.

use std::collections::BTreeMap;

use cloudcart_cfn::prelude::*;
use cloudcart_cfn::resources::{dynamodb, iam, lambda, logs, sqs};

fn main() {
    let mut template =
        Template::new("Thumbnails: a queue of jobs, a function that does them, a table of what is done.");
    let bucket = template.parameter("CodeBucket", Parameter::text("Bucket that holds the function's zip."));
    let key = template.parameter("CodeKey", Parameter::text("Key of the function's zip."));

    let jobs = template.add(
        "Jobs",
        sqs::Queue {
            sqs_managed_sse_enabled: Some(true.into()),
            visibility_timeout: Some(180.into()),
            ..sqs::Queue::default()
        },
    );
    let done = template.add_with(
        "Done",
        dynamodb::Table {
            attribute_definitions: Some(list([dynamodb::AttributeDefinition {
                attribute_name: "jobId".into(),
                attribute_type: dynamodb::AttributeType::S.into(),
            }])),
            billing_mode: Some(dynamodb::BillingMode::PayPerRequest.into()),
            ..dynamodb::Table::new(list([dynamodb::KeySchema::hash("jobId")]))
        },
        Attributes::default().on_removal(DeletionPolicy::Retain),
    );
    let logs = template.add(
        "WorkerLogs",
        logs::LogGroup {
            retention_in_days: logs::RetentionInDays::new(14).map(Value::from),
            ..logs::LogGroup::default()
        },
    );
    let rights = PolicyDocument::new([jobs.consume(), done.write(), logs.write()]);
    let role = template.add(
        "WorkerRole",
        iam::Role {
            policies: Some(list([iam::Policy { policy_document: rights.into(), policy_name: "worker".into() }])),
            ..iam::Role::new(PolicyDocument::trusting("lambda.amazonaws.com"))
        },
    );
    let code = lambda::Code { s3_bucket: Some(bucket), s3_key: Some(key), ..lambda::Code::default() };
    let worker = template.add(
        "Worker",
        lambda::Function {
            environment: Some(
                lambda::Environment {
                    variables: Some(BTreeMap::from([("DONE_TABLE".to_owned(), done.reference().into())]).into()),
                }
                .into(),
            ),
            handler: Some("bootstrap".into()),
            logging_config: Some(
                lambda::LoggingConfig { log_group: Some(logs.reference()), ..lambda::LoggingConfig::default() }.into(),
            ),
            runtime: Some(lambda::Runtime::ProvidedAl2023.into()),
            timeout: Some(30.into()),
            // A queue's ARN here would not compile.
            ..lambda::Function::new(code, role.arn())
        },
    );
    template.add(
        "WorkerJobs",
        lambda::EventSourceMapping {
            event_source_arn: Some(jobs.arn().into()),
            function_response_types: Some(list([lambda::FunctionResponseType::ReportBatchItemFailures])),
            ..lambda::EventSourceMapping::new(worker.reference())
        },
    );
    template.output("JobsUrl", Output::new(jobs.reference()).described("Where to send jobs."));

    let findings = template.check();
    assert!(findings.is_empty(), "{findings:?}");
    #[expect(clippy::print_stdout, reason = "printing is what this example is for")]
    {
        print!("{}", template.to_json());
    }
}
