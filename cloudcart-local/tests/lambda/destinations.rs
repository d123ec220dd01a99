//! Where asynchronous events go when their work has ended.

use crate::{
    clients::{provider, resource},
    world::{World, invocation},
};
use serde_json::{Map, Value, json};

const EVENT_CONFIG: &str = "AWS::Lambda::EventInvokeConfig";

/// A queue: its URL and ARN.
async fn queue(world: &World, name: &str, more: Value) -> (String, String) {
    let made = world.make("AWS::SQS::Queue", name, more).await;
    (made["QueueUrl"].as_str().unwrap().to_owned(), made["Arn"].as_str().unwrap().to_owned())
}

/// The next message of a queue: its body and attributes.
async fn message(world: &World, url: &str) -> (Value, Map<String, Value>) {
    let request = world.sqs().receive_message().queue_url(url).wait_time_seconds(10);
    let received = request.message_attribute_names("All").send().await.unwrap();
    let message = received.messages().first().expect("a message in time").clone();
    let handle = message.receipt_handle().unwrap();
    world.sqs().delete_message().queue_url(url).receipt_handle(handle).send().await.unwrap();
    let attributes = message.message_attributes.unwrap_or_default().into_iter();
    let attributes = attributes.map(|(name, value)| (name, json!([value.data_type, value.string_value.unwrap()])));
    (serde_json::from_str(&message.body.unwrap()).unwrap(), attributes.collect())
}

async fn is_empty(world: &World, url: &str) -> bool {
    world.sqs().receive_message().queue_url(url).send().await.unwrap().messages().is_empty()
}

pub(crate) async fn a_success_and_an_exhausted_failure_are_told_to_their_queues() {
    let world = World::new().await;
    let (good, good_arn) = queue(&world, "Good", json!({})).await;
    let (bad, bad_arn) = queue(&world, "Bad", json!({})).await;
    let (dead, dead_arn) = queue(&world, "Dead", json!({})).await;
    let function = world.function_named("f", json!({"DeadLetterConfig": {"TargetArn": dead_arn}})).await;
    let destinations = json!({"OnSuccess": {"Destination": good_arn}, "OnFailure": {"Destination": bad_arn}});
    let config = json!({"FunctionName": "f", "Qualifier": "$LATEST", "MaximumRetryAttempts": 1, "DestinationConfig": destinations});
    world.make(EVENT_CONFIG, "Config", config).await;

    let id = world.cloud.functions().invoke_later(invocation(json!({"n": 1}))).unwrap();
    let (record, _) = message(&world, &good).await;
    assert_eq!(
        record["requestContext"],
        json!({"requestId": id, "functionArn": format!("{function}:$LATEST"),
        "condition": "Success", "approximateInvokeCount": 1})
    );
    assert_eq!(record["requestPayload"], json!({"n": 1}));
    assert_eq!(record["responseContext"], json!({"statusCode": 200, "executedVersion": "$LATEST"}));
    assert!(record["responsePayload"].is_object(), "{record}");

    let id = world.cloud.functions().invoke_later(invocation(json!({"do": "error"}))).unwrap();
    world.retry_waits(1).await;
    assert!(is_empty(&world, &bad).await, "one retry is left");
    world.pass(1);
    let (record, _) = message(&world, &bad).await;
    assert_eq!(record["requestContext"]["condition"], "RetriesExhausted");
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 2);
    assert_eq!(record["responseContext"]["functionError"], "Unhandled");
    assert_eq!(record["responsePayload"]["errorMessage"], "nothing to buy");
    let (letter, attributes) = message(&world, &dead).await;
    assert_eq!(letter, json!({"do": "error"}), "a dead letter is the event itself");
    assert_eq!(
        Value::Object(attributes),
        json!({"RequestID": ["String", id], "ErrorCode": ["Number", "200"], "ErrorMessage": ["String", "nothing to buy"]})
    );
    assert!(is_empty(&world, &good).await);
    world.cloud.shutdown().await;
}

pub(crate) async fn an_event_that_grew_too_old_or_met_a_function_switched_off_is_told_as_such() {
    let world = World::new().await;
    let (bad, bad_arn) = queue(&world, "Bad", json!({})).await;
    world.function(5).await;
    let config = json!({"FunctionName": "f", "Qualifier": "$LATEST", "MaximumEventAgeInSeconds": 60,
        "DestinationConfig": {"OnFailure": {"Destination": bad_arn}}});
    world.make(EVENT_CONFIG, "Config", config).await;
    world.cloud.functions().invoke_later(invocation(json!({"do": "error"}))).unwrap();
    world.started(1).await;
    world.pass(1);
    let (record, _) = message(&world, &bad).await;
    assert_eq!(record["requestContext"]["condition"], "EventAgeExceeded");
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 1);
    assert_eq!(world.starts().await, 1);

    let lambda = world.lambda();
    lambda.put_function_concurrency().function_name("f").reserved_concurrent_executions(0).send().await.unwrap();
    world.cloud.functions().invoke_later(invocation(json!({}))).unwrap();
    let (record, _) = message(&world, &bad).await;
    assert_eq!(record["requestContext"]["condition"], "ZeroReservedConcurrency");
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 0);
    assert!(record.get("responseContext").is_none());
    world.cloud.shutdown().await;
}

pub(crate) async fn a_function_as_destination_is_invoked_with_the_record() {
    let world = World::new().await;
    let (seen, seen_arn) = queue(&world, "Seen", json!({})).await;
    let next = world.function_named("next", json!({})).await;
    world.function(5).await;
    for (name, target) in [("f", &next), ("next", &seen_arn)] {
        let config = json!({"FunctionName": name, "Qualifier": "$LATEST",
            "DestinationConfig": {"OnSuccess": {"Destination": target}}});
        world.make(EVENT_CONFIG, name, config).await;
    }
    let id = world.cloud.functions().invoke_later(invocation(json!({"n": 1}))).unwrap();
    let (record, _) = message(&world, &seen).await;
    assert_eq!(record["requestPayload"]["requestContext"]["requestId"], id, "{record}");
    world.cloud.shutdown().await;
}

pub(crate) async fn destinations_that_lambda_refuses_are_refused_at_creation() {
    let world = World::new().await;
    let (_, arn) = queue(&world, "Bad", json!({})).await;
    let function = world.function(5).await;
    let statements = json!([{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]);
    let poor = crate::clients::role(&world.cloud, "Poor", statements).await;
    world.function_named("poor", json!({"Role": poor})).await;
    let refusal = async |name: &str, more: Value| {
        let mut properties = json!({"FunctionName": name, "Qualifier": "$LATEST"});
        properties.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let config = provider(&world.cloud, EVENT_CONFIG);
        config.create(&resource("Config", properties)).await.unwrap_err().to_string()
    };
    let to = |arn: &str| json!({"DestinationConfig": {"OnFailure": {"Destination": arn}}});
    for (name, more, words) in [
        ("poor", to(&arn), "does not have permissions to call SendMessage on arn:aws:sqs"),
        ("f", to(&function), "You can't specify the function as a destination for itself."),
        ("f", to("arn:aws:sns:us-east-1:000000000000:topic"), "invocations to SNS topics, so arn:aws:sns:"),
        ("f", to("arn:aws:s3:::bucket"), "invocations to S3 buckets, so arn:aws:s3:::bucket is refused"),
        (
            "f",
            to("arn:aws:events:us-east-1:000000000000:event-bus/b"),
            "to EventBridge event buses, so arn:aws:events:",
        ),
        ("f", to("arn:aws:kinesis:us-east-1:000000000000:stream/s"), "SQS queues and Lambda functions only"),
        ("f", json!({}), "at least one of error handling or destination setting"),
        ("f", json!({"MaximumRetryAttempts": 3}), "less than or equal to 2"),
        ("f", json!({"MaximumEventAgeInSeconds": 59}), "greater than or equal to 60"),
        ("f", json!({"Qualifier": "1", "MaximumRetryAttempts": 0}), "no versions"),
    ] {
        let refused = refusal(name, more).await;
        assert!(refused.contains(words), "{words}: {refused}");
    }
    let properties = json!({"FunctionName": "dead", "Runtime": "provided.al2023", "Handler": "bootstrap", "Role": poor,
        "Code": {"S3Bucket": "assets", "S3Key": "code.zip"}, "DeadLetterConfig": {"TargetArn": arn}});
    let functions = provider(&world.cloud, "AWS::Lambda::Function");
    let refused = functions.create(&resource("Dead", properties)).await.unwrap_err().to_string();
    assert!(refused.contains("does not have permissions to call SendMessage on SQS"), "{refused}");
    let topic = "arn:aws:sns:us-east-1:000000000000:topic";
    let properties = json!({"FunctionName": "dead", "Runtime": "provided.al2023", "Handler": "bootstrap", "Role": poor,
        "Code": {"S3Bucket": "assets", "S3Key": "code.zip"}, "DeadLetterConfig": {"TargetArn": topic}});
    let refused = functions.create(&resource("Dead", properties)).await.unwrap_err().to_string();
    assert!(refused.contains("dead letters to SNS topics, so arn:aws:sns:"), "{refused}");
    world.cloud.shutdown().await;
}

pub(crate) async fn an_sdk_puts_changes_reads_and_deletes_the_configuration() {
    let world = World::new().await;
    let (_, arn) = queue(&world, "Bad", json!({})).await;
    world.function(5).await;
    let lambda = world.lambda();
    let absent = lambda.get_function_event_invoke_config().function_name("f").send().await.unwrap_err();
    assert!(absent.into_service_error().is_resource_not_found_exception());
    let put = lambda.put_function_event_invoke_config().function_name("f").maximum_retry_attempts(0);
    let put = put.send().await.unwrap();
    assert!(put.last_modified().unwrap().secs() > 1_700_000_000);
    assert!(put.function_arn().unwrap().ends_with(":function:f:$LATEST"));
    let to = aws_sdk_lambda::types::OnFailure::builder().destination(&arn).build();
    let to = aws_sdk_lambda::types::DestinationConfig::builder().on_failure(to).build();
    let updated = lambda.update_function_event_invoke_config().function_name("f").destination_config(to);
    assert_eq!(updated.send().await.unwrap().maximum_retry_attempts(), Some(0), "what is not named stays");
    let listed = lambda.list_function_event_invoke_configs().function_name("f").send().await.unwrap();
    let config = &listed.function_event_invoke_configs()[0];
    assert_eq!(config.destination_config().unwrap().on_failure().unwrap().destination(), Some(arn.as_str()));
    lambda.delete_function_event_invoke_config().function_name("f").send().await.unwrap();
    assert!(lambda.get_function_event_invoke_config().function_name("f").send().await.is_err());
    world.cloud.shutdown().await;
}
