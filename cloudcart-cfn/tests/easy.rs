//! The conveniences add what they say and nothing else, with the defaults that they say.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use cloudcart_cfn::easy::{self, Key};
use cloudcart_cfn::lambda::function::Architecture;
use cloudcart_cfn::prelude::*;
use cloudcart_cfn::{Severity, kms, policy, s3, sns, sqs};
use serde_json::{Value as Json, json};

fn errors(template: &Template) -> Vec<String> {
    template.report().errors().map(ToString::to_string).collect()
}

fn properties(template: &Template, id: &str) -> Json {
    template.properties_of(id).unwrap().clone()
}

#[test]
fn a_queue_comes_with_its_dead_letters() {
    let mut line = 0;
    let template = Template::build("A queue.", |stack| {
        line = line!() + 1;
        let parts = easy::Queue::new().consumer_timeout(int!(60)).add_to(stack, "Jobs");
        assert_eq!((parts.queue.id(), parts.dead_letters.id()), ("Jobs", "JobsDeadLetters"));
    });
    assert_eq!(
        template.parts_of("Jobs"),
        [
            ("JobsDeadLetters", "AWS::SQS::Queue"),
            ("Jobs", "AWS::SQS::Queue"),
            ("JobsPolicy", "AWS::SQS::QueuePolicy"),
            ("JobsDeadLettersPolicy", "AWS::SQS::QueuePolicy")
        ]
    );
    assert_eq!(template.resource_types().len(), 4);
    assert_eq!(
        properties(&template, "Jobs"),
        json!({
            "MessageRetentionPeriod": 345_600,
            "ReceiveMessageWaitTimeSeconds": 20,
            "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["JobsDeadLetters", "Arn"]}, "maxReceiveCount": 5},
            "SqsManagedSseEnabled": true,
            "VisibilityTimeout": 360
        })
    );
    assert_eq!(
        properties(&template, "JobsDeadLetters"),
        json!({"MessageRetentionPeriod": 1_209_600, "SqsManagedSseEnabled": true})
    );
    assert_eq!(
        properties(&template, "JobsPolicy")["PolicyDocument"]["Statement"][0],
        json!({
            "Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": ["sqs:*"],
            "Resource": [{"Fn::GetAtt": ["Jobs", "Arn"]}], "Condition": {"Bool": {"aws:SecureTransport": ["false"]}}
        })
    );
    // The author's line, not one of the library's.
    for (id, _) in template.parts_of("Jobs") {
        let source = template.source_of(id).unwrap();
        assert_eq!((source.file(), source.line()), (file!(), line), "{id}");
    }
    assert_eq!(errors(&template), [] as [&str; 0]);
}

#[test]
fn a_table_is_kept_and_can_be_restored() {
    let template = Template::build("Tables.", |stack| {
        easy::Table::new("orderId")
            .sort(Key::number("line"))
            .sorted_index("byUser", "userId", Key::number("placedAt"))
            .index("byState", "state")
            .time_to_live("expiresAt")
            .add_to(stack, "Orders");
        easy::Table::new("id").removal(DeletionPolicy::Delete).add_to(stack, "Scratch");
    });
    assert_eq!(template.parts_of("Orders"), [("Orders", "AWS::DynamoDB::Table")]);
    let value = template.to_value();
    let orders = &value["Resources"]["Orders"];
    assert_eq!((&orders["DeletionPolicy"], &orders["UpdateReplacePolicy"]), (&json!("Retain"), &json!("Retain")));
    assert_eq!(value["Resources"]["Scratch"]["DeletionPolicy"], "Delete");
    let definition = |name: &str, kind: &str| json!({"AttributeName": name, "AttributeType": kind});
    let key = |name: &str, kind: &str| json!({"AttributeName": name, "KeyType": kind});
    assert_eq!(
        orders["Properties"],
        json!({
            "AttributeDefinitions": [
                definition("line", "N"), definition("orderId", "S"), definition("placedAt", "N"), definition("state", "S"),
                definition("userId", "S")
            ],
            "BillingMode": "PAY_PER_REQUEST",
            "GlobalSecondaryIndexes": [
                {
                    "IndexName": "byUser", "KeySchema": [key("userId", "HASH"), key("placedAt", "RANGE")],
                    "Projection": {"ProjectionType": "ALL"}
                },
                {"IndexName": "byState", "KeySchema": [key("state", "HASH")], "Projection": {"ProjectionType": "ALL"}}
            ],
            "KeySchema": [key("orderId", "HASH"), key("line", "RANGE")],
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true},
            "TimeToLiveSpecification": {"AttributeName": "expiresAt", "Enabled": true}
        })
    );
    assert_eq!(errors(&template), [] as [&str; 0]);
}

#[test]
fn a_function_comes_with_its_role_its_rights_and_its_logs() {
    let template = Template::build("A worker.", |stack| {
        let jobs = easy::Queue::new().consumer_timeout(int!(30)).add_to(stack, "Jobs");
        let orders = easy::Table::new("orderId").add_to(stack, "Orders");
        easy::Function::from_s3("bucket", "key")
            .architecture(Architecture::X86_64)
            .memory(int!(512))
            .timeout(int!(30))
            .env("MODE", "fast")
            .grant(orders.write().env("TABLE"))
            .consume(&jobs.queue)
            .customize(|function| function.description("Does the jobs"))
            .add_to(stack, "Worker");
    });
    assert_eq!(
        template.parts_of("Worker"),
        [
            ("WorkerLogs", "AWS::Logs::LogGroup"),
            ("WorkerRole", "AWS::IAM::Role"),
            ("WorkerPolicy", "AWS::IAM::Policy"),
            ("Worker", "AWS::Lambda::Function"),
            ("WorkerFromJobs", "AWS::Lambda::EventSourceMapping")
        ]
    );
    assert_eq!(
        properties(&template, "Worker"),
        json!({
            "Architectures": ["x86_64"],
            "Code": {"S3Bucket": "bucket", "S3Key": "key"},
            "Description": "Does the jobs",
            "Environment": {"Variables": {"MODE": "fast", "TABLE": {"Ref": "Orders"}}},
            "Handler": "bootstrap",
            "LoggingConfig": {"LogGroup": {"Ref": "WorkerLogs"}},
            "MemorySize": 512,
            "Role": {"Fn::GetAtt": ["WorkerRole", "Arn"]},
            "Runtime": "provided.al2023",
            "Timeout": 30
        })
    );
    let policy = properties(&template, "WorkerPolicy");
    let actions: Vec<&Json> =
        policy["PolicyDocument"]["Statement"].as_array().unwrap().iter().map(|one| &one["Action"]).collect();
    assert_eq!(
        actions,
        [
            &json!(["logs:CreateLogStream", "logs:PutLogEvents"]),
            &json!(["dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]),
            &json!(["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"])
        ]
    );
    assert_eq!(policy["Roles"], json!([{"Ref": "WorkerRole"}]));
    let value = template.to_value();
    let mapping = &value["Resources"]["WorkerFromJobs"];
    assert_eq!(mapping["DependsOn"], json!(["WorkerPolicy"]), "Lambda looks at the rights when it is created");
    assert_eq!(
        mapping["Properties"],
        json!({
            "BatchSize": 10,
            "EventSourceArn": {"Fn::GetAtt": ["Jobs", "Arn"]},
            "FunctionName": {"Ref": "Worker"},
            "FunctionResponseTypes": ["ReportBatchItemFailures"]
        })
    );
    assert_eq!(value["Resources"]["WorkerLogs"]["Properties"]["RetentionInDays"], 30);
    assert_eq!(value["Resources"]["WorkerLogs"]["DeletionPolicy"], "Delete");
    assert_eq!(errors(&template), [] as [&str; 0]);
}

#[test]
fn an_api_has_one_integration_and_one_permission_per_function() {
    let template = Template::build("An API.", |stack| {
        let function = |stack: &mut Stack<'_>, id: &str| {
            easy::Function::from_s3("bucket", "key").add_to(stack, id).function.id().to_owned()
        };
        assert_eq!(function(stack, "Unused"), "Unused");
        let orders = easy::Function::from_s3("bucket", "key").add_to(stack, "Orders").function;
        let rest = easy::Function::from_s3("bucket", "key").add_to(stack, "Rest").function;
        let parts = easy::HttpApi::new()
            .route("GET /orders/{id}", &orders)
            .route("GET /orders/id", &orders)
            .route("POST /orders", &orders)
            .route("$default", &rest)
            .add_to(stack, "Shop");
        stack.output("Url", Output::new(parts.api.api_endpoint()));
    });
    assert_eq!(
        template.parts_of("Shop").into_iter().map(|(id, _)| id).collect::<Vec<_>>(),
        [
            "Shop",
            "ShopStage",
            "ShopToOrders",
            "ShopMayInvokeOrders",
            "ShopToRest",
            "ShopMayInvokeRest",
            "ShopGetOrdersId",
            "ShopGetOrdersId2",
            "ShopPostOrders",
            "ShopDefault"
        ]
    );
    assert_eq!(
        properties(&template, "ShopGetOrdersId"),
        json!({
            "ApiId": {"Ref": "Shop"},
            "RouteKey": "GET /orders/{id}",
            "Target": {"Fn::Join": ["/", ["integrations", {"Ref": "ShopToOrders"}]]}
        })
    );
    assert_eq!(
        properties(&template, "ShopMayInvokeOrders"),
        json!({
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Ref": "Orders"},
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": {"Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Shop}/*"}
        })
    );
    assert_eq!(errors(&template), [] as [&str; 0]);
}

#[test]
fn an_alarm_tells_its_topic() {
    let template = Template::build("Alarms.", |stack| {
        let topic = stack.add("Alarms", sns::Topic::new());
        let jobs = easy::Queue::new().add_to(stack, "Jobs");
        easy::Alarm::on_messages(&jobs.dead_letters).notify(&topic).add_to(stack, "JobsFail");
    });
    assert_eq!(template.parts_of("JobsFail"), [("JobsFail", "AWS::CloudWatch::Alarm")]);
    assert_eq!(
        properties(&template, "JobsFail"),
        json!({
            "AlarmActions": [{"Ref": "Alarms"}],
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "Dimensions": [{"Name": "QueueName", "Value": {"Fn::GetAtt": ["JobsDeadLetters", "QueueName"]}}],
            "EvaluationPeriods": 1,
            "MetricName": "ApproximateNumberOfMessagesVisible",
            "Namespace": "AWS/SQS",
            "OKActions": [{"Ref": "Alarms"}],
            "Period": 60,
            "Statistic": "Maximum",
            "Threshold": 1,
            "TreatMissingData": "notBreaching"
        })
    );
    assert_eq!(errors(&template), [] as [&str; 0]);
}

#[test]
fn a_bucket_is_closed_to_the_world() {
    let template = Template::build("A bucket.", |stack| {
        easy::Bucket::new().customize(|bucket| bucket.bucket_name("media-of-the-shop")).add_to(stack, "Media");
    });
    assert_eq!(template.parts_of("Media"), [("Media", "AWS::S3::Bucket"), ("MediaPolicy", "AWS::S3::BucketPolicy")]);
    let media = properties(&template, "Media");
    assert_eq!(media["BucketName"], "media-of-the-shop");
    assert_eq!(
        media["PublicAccessBlockConfiguration"],
        json!({
            "BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true
        })
    );
    assert_eq!(media["OwnershipControls"], json!({"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}));
    assert_eq!(media["VersioningConfiguration"], json!({"Status": "Enabled"}));
    assert_eq!(
        properties(&template, "MediaPolicy")["PolicyDocument"]["Statement"][0]["Resource"],
        json!([{"Fn::GetAtt": ["Media", "Arn"]}, {"Fn::Sub": "${Media.Arn}/*"}])
    );
    assert_eq!(template.to_value()["Resources"]["Media"]["DeletionPolicy"], "Retain");
    assert!(template.check().iter().all(|finding| finding.severity == Severity::Note), "{:#?}", template.check());
}

#[test]
fn a_change_may_borrow_what_the_stack_already_has() {
    let name = String::from("jobs");
    let template = Template::build("Test.", |stack| {
        let key = stack.add("Key", kms::Key::new());
        let production = stack.condition("Production", Condition::equals(pseudo::region(), "eu-west-1"));
        let jobs = easy::Queue::new()
            .customize(|queue| queue.queue_name(&name).kms_master_key_id(key.arn()))
            .add_to(stack, "Jobs");
        easy::Function::from_s3("artifacts", "worker.zip")
            .customize(|function| function.memory_size(Value::when(&production, int!(1024), int!(256))))
            .consume(&jobs.queue)
            .grant(key.decrypt())
            .add_to(stack, "Worker");
    });
    assert_eq!(template.properties_of("Jobs").unwrap()["QueueName"], "jobs");
    let memory = &template.properties_of("Worker").unwrap()["MemorySize"];
    assert_eq!(*memory, json!({"Fn::If": ["Production", 1024, 256]}));
}

#[test]
fn a_queue_with_a_key_of_kms_has_no_second_encryption() {
    let template = Template::build("Test.", |stack| {
        easy::Queue::new().customize(|queue| queue.kms_master_key_id("alias/jobs")).add_to(stack, "Jobs");
    });
    assert_eq!(template.properties_of("Jobs").unwrap().get("SqsManagedSseEnabled"), None);
    assert_eq!(errors(&template), Vec::<String>::new());
}

#[test]
fn what_is_added_to_a_policy_stands_beside_what_was_there() {
    let template = Template::build("Test.", |stack| {
        let queue = easy::Queue::new().add_to(stack, "Jobs");
        let send = Statement::allow([policy::sqs::Action::SendMessage], [queue.queue.arn().into_value()])
            .principal(Principal::service("sns.amazonaws.com"));
        queue.add_statement(stack, send.named("Send"));
        let bucket = easy::Bucket::new().add_to(stack, "Media");
        let get = Statement::allow([policy::s3::Action::GetObject], [sub!("${Media}/*", Media = bucket.bucket.arn())]);
        bucket.add_statement(stack, get.principal(Principal::service("cloudfront.amazonaws.com")).named("Get"));
    });
    let sids = |id: &str| -> Vec<Json> {
        let policy = properties(&template, id);
        policy["PolicyDocument"]["Statement"].as_array().unwrap().iter().map(|one| one["Sid"].clone()).collect()
    };
    assert_eq!(sids("JobsPolicy"), ["TlsOnly", "Send"]);
    assert_eq!(sids("JobsDeadLettersPolicy"), ["TlsOnly"]);
    assert_eq!(sids("MediaPolicy"), ["TlsOnly", "Get"]);
}

#[test]
fn a_policy_beside_that_of_a_convenience_is_found() {
    let template = Template::build("Test.", |stack| {
        let queue = easy::Queue::new().add_to(stack, "Jobs").queue;
        let bucket = easy::Bucket::new().add_to(stack, "Media").bucket;
        let document = || PolicyDocument::Raw(json!({"Version": "2012-10-17", "Statement": []}));
        stack.add("AlsoJobs", sqs::QueuePolicy::new(document(), [&queue]));
        stack.add("AlsoMedia", s3::BucketPolicy::new(&bucket, document()));
    });
    let found = errors(&template);
    for text in ["`Jobs` already has the policy", "`Media` already has the policy"] {
        assert!(found.iter().any(|error| error.contains(text)), "{found:#?}");
    }
}

#[test]
fn routes_whose_words_collide_have_ids_of_their_own() {
    let template = Template::build("Test.", |stack| {
        let function = easy::Function::from_s3("artifacts", "api.zip").add_to(stack, "Read").function;
        let mut api = easy::HttpApi::new();
        for key in ["GET /a", "GET /a/", "GET /a2", "GET /{a}", "GET /a/2"] {
            api = api.route(key, &function);
        }
        let routes = api.add_to(stack, "Api").routes;
        let ids: Vec<&str> = routes.values().map(Handle::id).collect();
        assert_eq!(ids, ["ApiGetA", "ApiGetA3", "ApiGetA22", "ApiGetA2", "ApiGetA4"]);
    });
    assert_eq!(errors(&template), Vec::<String>::new());
}

#[test]
fn a_variable_that_two_grants_give_different_values_is_an_error() {
    let template = Template::build("Test.", |stack| {
        let jobs = easy::Queue::new().add_to(stack, "Jobs").queue;
        let mails = easy::Queue::new().add_to(stack, "Mails").queue;
        easy::Function::from_s3("artifacts", "api.zip")
            .grant(jobs.send().env("QUEUE"))
            .grant(jobs.allow([policy::sqs::Action::GetQueueAttributes]).env("QUEUE"))
            .add_to(stack, "Fine");
        easy::Function::from_s3("artifacts", "api.zip")
            .grant(jobs.send().env("QUEUE"))
            .grant(mails.send().env("QUEUE"))
            .add_to(stack, "Api");
    });
    let text = "Resources/Api/Properties/Environment/Variables/QUEUE: `QUEUE` is given twice";
    let errors = errors(&template);
    assert!(errors.len() == 1 && errors[0].starts_with(text), "{errors:#?}");
    let variables = &properties(&template, "Api")["Environment"]["Variables"];
    assert_eq!(*variables, json!({"QUEUE": {"Ref": "Jobs"}}));
}
