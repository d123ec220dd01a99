//! Event source mappings over a queue: what is deleted, what stays, what is refused.

use crate::{
    clients::{provider, resource},
    fakes::QUEUE,
    support::{Cloud, eventually, warnings_about},
    world::World,
};
use serde_json::{Value, json};
use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

const PATH: &str = "/2015-03-31/event-source-mappings";

fn members(more: Value) -> Value {
    let mut body = json!({
        "EventSourceArn": QUEUE, "FunctionName": "f", "FunctionResponseTypes": ["ReportBatchItemFailures"],
    });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

async fn mapped(cloud: &Cloud, more: Value) -> String {
    cloud.function(json!({})).await;
    let mapping = cloud.call("POST", PATH, members(more)).await.unwrap();
    assert_eq!(mapping["State"], "Enabled");
    mapping["UUID"].as_str().unwrap().to_owned()
}

pub(crate) async fn a_batch_that_succeeds_is_deleted() {
    let cloud = Cloud::new();
    mapped(&cloud, json!({})).await;
    cloud.queue.send(&["a", "b", "c"]);
    eventually("all are deleted", || cloud.queue.deleted() == ["a", "b", "c"]).await;
    eventually("all came in one batch", || cloud.logs.has("got a of 3")).await;
    cloud.lambda.shutdown().await;
}

pub(crate) async fn only_reported_items_stay() {
    let cloud = Cloud::new();
    mapped(&cloud, json!({})).await;
    cloud.queue.send(&["a", "fail", "c"]);
    eventually("the others are deleted", || cloud.queue.deleted() == ["a", "c"]).await;
    assert_eq!(cloud.queue.hidden(), ["fail"], "until its visibility timeout");
    cloud.lambda.shutdown().await;
}

pub(crate) async fn a_failed_batch_stays_hidden_and_whole() {
    let cloud = Cloud::new();
    mapped(&cloud, json!({})).await;
    cloud.queue.send(&["a", "error", "c"]);
    eventually("the batch was worked on", || cloud.logs.has("REPORT")).await;
    cloud.queue.send(&["later"]);
    eventually("the next batch", || cloud.queue.deleted() == ["later"]).await;
    assert_eq!(cloud.queue.hidden(), ["a", "c", "error"]);
    assert_eq!(cloud.queue.visible(), 0, "nothing is released early");
    cloud.lambda.shutdown().await;
}

pub(crate) async fn an_unreadable_report_fails_the_whole_batch() {
    let cloud = Cloud::new();
    mapped(&cloud, json!({})).await;
    cloud.queue.send(&["a", "unknown"]);
    eventually("the batch was worked on", || cloud.logs.has("REPORT")).await;
    cloud.queue.send(&["later"]);
    eventually("the next batch", || cloud.queue.deleted() == ["later"]).await;
    assert_eq!(cloud.queue.hidden(), ["a", "unknown"]);
    cloud.lambda.shutdown().await;
}

pub(crate) async fn a_batch_whose_function_crashes_or_times_out_stays_whole() {
    let cloud = Cloud::new();
    cloud.function(json!({"Timeout": 1})).await;
    cloud.call("POST", PATH, members(json!({}))).await.unwrap();
    cloud.queue.send(&["a", "exit"]);
    eventually("the function crashes", || cloud.logs.has("Error Type: Runtime.ExitError")).await;
    cloud.queue.send(&["b", "sleep:60000"]);
    eventually("the function times out", || cloud.logs.has("Task timed out after 1.00 seconds")).await;
    cloud.queue.send(&["later"]);
    eventually("the next batch", || cloud.queue.deleted() == ["later"]).await;
    assert_eq!(cloud.queue.hidden(), ["a", "b", "exit", "sleep:60000"]);
    assert_eq!(cloud.queue.visible(), 0, "nothing is released early");
    cloud.lambda.shutdown().await;
}

pub(crate) async fn a_failed_batch_comes_again_after_its_visibility_timeout_and_then_goes_to_the_dead_letters() {
    let world = World::new().await;
    world.function(5).await;
    let dead = world.make("AWS::SQS::Queue", "Dead", json!({})).await;
    let redrive = json!({"deadLetterTargetArn": dead["Arn"], "maxReceiveCount": 2});
    let queue =
        world.make("AWS::SQS::Queue", "Queue", json!({"VisibilityTimeout": 120, "RedrivePolicy": redrive})).await;
    let mapping = json!({"FunctionName": "f", "EventSourceArn": queue["Arn"]});
    world.make("AWS::Lambda::EventSourceMapping", "Mapping", mapping).await;
    let url = queue["QueueUrl"].as_str().unwrap();
    world.sqs().send_message().queue_url(url).message_body("error").send().await.unwrap();
    world.started(1).await;
    world.pass(1);
    assert_eq!(world.starts().await, 1, "a minute is not enough");
    world.pass(1);
    world.started(2).await;
    world.pass(2);
    let received = world.sqs().receive_message().queue_url(dead["QueueUrl"].as_str().unwrap()).wait_time_seconds(10);
    let received = received.message_system_attribute_names("All".into()).send().await.unwrap();
    let message = received.messages().first().expect("a dead letter in time");
    assert_eq!(message.body(), Some("error"));
    assert_eq!(world.starts().await, 2);
    world.cloud.shutdown().await;
}

pub(crate) async fn without_the_response_type_a_report_means_nothing() {
    let cloud = Cloud::new();
    mapped(&cloud, json!({"FunctionResponseTypes": []})).await;
    cloud.queue.send(&["a", "fail", "unknown"]);
    eventually("all are deleted", || cloud.queue.deleted() == ["a", "fail", "unknown"]).await;
    cloud.lambda.shutdown().await;
}

pub(crate) async fn a_throttled_batch_is_handed_over_later() {
    let cloud = Cloud::new();
    mapped(&cloud, json!({})).await;
    let path = "/2017-10-31/functions/f/concurrency";
    cloud.call("PUT", path, json!({"ReservedConcurrentExecutions": 0})).await.unwrap();
    cloud.queue.send(&["a", "b"]);
    eventually("the batch is taken", || cloud.queue.hidden() == ["a", "b"]).await;
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert_eq!((cloud.queue.visible(), cloud.logs.messages().len()), (0, 0), "neither given back nor handed over");
    cloud.call("DELETE", path, Value::Null).await.unwrap();
    eventually("it is worked on", || cloud.queue.deleted() == ["a", "b"]).await;
    eventually("it came whole", || cloud.logs.has("got a of 2")).await;
    cloud.lambda.shutdown().await;
}

pub(crate) async fn a_queue_is_polled_by_the_rights_that_the_role_has_now() {
    let cloud = Cloud::new();
    cloud.function_named("polled", json!({})).await;
    let mapping = cloud.call("POST", PATH, members(json!({"FunctionName": "polled"}))).await.unwrap();
    let denied = |actions: &[&str]| {
        *cloud.roles.denied.lock().unwrap() = actions.iter().map(|action| (*action).to_owned()).collect();
    };
    denied(&["sqs:DeleteMessage"]);
    cloud.queue.send(&["a"]);
    let told = |words: &str| warnings_about("polled").iter().any(|told| told.starts_with(words));
    eventually("it cannot be deleted", || told("messages that were worked on come again")).await;
    assert_eq!((cloud.queue.deleted().len(), cloud.queue.hidden()), (0, vec!["a".to_owned()]));
    // A poll that is under way goes on; the next one is not made.
    denied(&["sqs:ReceiveMessage"]);
    let path = format!("{PATH}/{}", mapping["UUID"].as_str().unwrap());
    cloud.queue.send(&["b"]);
    eventually("no other poll", || told("the queue is not polled")).await;
    cloud.queue.send(&["c"]);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(cloud.queue.visible() >= 1);
    denied(&[]);
    eventually("it is polled again", || cloud.queue.deleted().contains(&"c".to_owned())).await;
    cloud.call("DELETE", &path, Value::Null).await.unwrap();
    cloud.lambda.shutdown().await;
}

pub(crate) async fn lambdas_refusals_at_creation() {
    let cloud = Cloud::new();
    cloud.function(json!({"Timeout": 31})).await;
    let refusal = async |more: Value| {
        let error = cloud.call("POST", PATH, members(more)).await.unwrap_err();
        (error.status, error.message)
    };
    assert_eq!(
        refusal(json!({})).await,
        (400, "Queue visibility timeout: 30 seconds is less than Function timeout: 31 seconds".to_owned())
    );
    cloud.queue.visibility.store(31, Ordering::SeqCst);
    for action in ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"] {
        cloud.roles.denied.lock().unwrap().insert(format!("sqs:{action}"));
        let expected = format!("The provided execution role does not have permissions to call {action} on SQS");
        assert_eq!(refusal(json!({})).await, (400, expected));
        cloud.roles.denied.lock().unwrap().clear();
    }
    let expected = "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10";
    assert_eq!(refusal(json!({"BatchSize": 11})).await, (400, expected.to_owned()));
    assert!(refusal(json!({"EventSourceArn": format!("{QUEUE}-no")})).await.1.contains("NonExistentQueue"));
    assert_eq!(refusal(json!({"FunctionName": "nobody"})).await.0, 404);
    assert!(refusal(json!({"ScalingConfig": {"MaximumConcurrency": 1}})).await.1.contains("maximumConcurrency"));
    assert!(refusal(json!({"FilterCriteria": {"Filters": [{"Pattern": "{"}]}})).await.1.contains("filter pattern"));
    cloud.call("POST", PATH, members(json!({}))).await.unwrap();
    assert_eq!(refusal(json!({})).await.0, 409);
    // The function's timeout cannot grow over the queue's visibility timeout later either.
    let path = "/2015-03-31/functions/f/configuration";
    let error = cloud.call("PUT", path, json!({"Timeout": 32})).await.unwrap_err();
    assert!(error.message.contains("less than Function timeout: 32"), "{}", error.message);
    cloud.lambda.shutdown().await;
}

pub(crate) async fn a_batching_window_gathers_messages() {
    let cloud = Cloud::new();
    mapped(&cloud, json!({"BatchSize": 15, "MaximumBatchingWindowInSeconds": 60})).await;
    for _ in 0..15 {
        cloud.queue.send(&["x"]);
    }
    eventually("a full batch does not wait for the window's end", || cloud.queue.deleted().len() == 15).await;
    eventually("all came in one batch", || cloud.logs.count("got x of 15") == 15).await;
    cloud.queue.send(&["y"]);
    eventually("it is collected", || cloud.queue.hidden() == ["y"]).await;
    cloud.lambda.shutdown().await;
    assert_eq!(cloud.queue.visible(), 1, "what was collected and not handed over is released");
}

pub(crate) async fn a_filter_drops_what_does_not_match() {
    let cloud = Cloud::new();
    let pattern = json!({"body": {"kind": ["order"]}}).to_string();
    mapped(&cloud, json!({"FilterCriteria": {"Filters": [{"Pattern": pattern}]}})).await;
    let (order, other) = (r#"{"kind":"order"}"#, r#"{"kind":"other"}"#);
    cloud.queue.send(&[order, other]);
    eventually("both are deleted", || cloud.queue.deleted() == [order, other]).await;
    eventually("the other came", || cloud.logs.has("got {\"kind\":\"order\"} of 1")).await;
    assert!(!cloud.logs.has("\"other\""));
    cloud.lambda.shutdown().await;
}

pub(crate) async fn concurrency_is_limited_and_used() {
    let cloud = Cloud::new();
    mapped(&cloud, json!({"BatchSize": 1, "ScalingConfig": {"MaximumConcurrency": 2}})).await;
    cloud.queue.send(&["sleep:400", "sleep:400", "sleep:400"]);
    let began = Instant::now();
    eventually("two are in flight", || cloud.queue.hidden().len() == 2).await;
    assert_eq!(cloud.queue.visible(), 1, "the third is not received before there is room for it");
    eventually("all are done", || cloud.queue.deleted().len() == 3).await;
    assert!(began.elapsed() >= Duration::from_millis(800));
    let streams: std::collections::HashSet<String> =
        cloud.logs.lines.lock().unwrap().iter().map(|line| line.stream.clone()).collect();
    assert_eq!(streams.len(), 2);
    cloud.lambda.shutdown().await;
}

pub(crate) async fn a_mapping_resumes_after_a_restart_and_stops_when_disabled() {
    let cloud = Cloud::new();
    let uuid = mapped(&cloud, json!({})).await;
    let cloud = cloud.restarted().await;
    cloud.queue.send(&["a"]);
    eventually("it is worked on", || cloud.queue.deleted() == ["a"]).await;
    let path = format!("{PATH}/{uuid}");
    let mapping = cloud.call("PUT", &path, json!({"Enabled": false})).await.unwrap();
    assert_eq!(mapping["State"], "Disabled");
    let receives = cloud.queue.receives.load(Ordering::SeqCst);
    cloud.queue.send(&["b"]);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!((cloud.queue.visible(), cloud.queue.receives.load(Ordering::SeqCst)), (1, receives));
    cloud.call("PUT", &path, json!({"Enabled": true})).await.unwrap();
    eventually("it goes on", || cloud.queue.deleted() == ["a", "b"]).await;
    cloud.call("DELETE", &path, Value::Null).await.unwrap();
    assert_eq!(cloud.call("GET", &path, Value::Null).await.unwrap_err().status, 404);
    cloud.queue.send(&["c"]);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(cloud.queue.visible(), 1);
    cloud.lambda.shutdown().await;
}

pub(crate) async fn a_failing_queue_is_tried_again() {
    let cloud = Cloud::new();
    cloud.queue.broken.store(true, Ordering::SeqCst);
    mapped(&cloud, json!({})).await;
    eventually("it backs off", || cloud.queue.receives.load(Ordering::SeqCst) >= 2).await;
    assert!(cloud.queue.receives.load(Ordering::SeqCst) < 10);
    cloud.queue.broken.store(false, Ordering::SeqCst);
    cloud.queue.send(&["a"]);
    eventually("it recovers", || cloud.queue.deleted() == ["a"]).await;
    cloud.lambda.shutdown().await;
}

pub(crate) async fn a_fifo_queue_is_worked_on_in_order_and_a_failure_holds_its_group_only() {
    let world = World::new().await;
    world.function(5).await;
    let properties = json!({"FifoQueue": true, "ContentBasedDeduplication": true, "VisibilityTimeout": 900});
    let queue = world.make("AWS::SQS::Queue", "Queue", properties).await;
    let mapping = json!({"FunctionName": "f", "EventSourceArn": queue["Arn"], "BatchSize": 1,
        "FunctionResponseTypes": ["ReportBatchItemFailures"]});
    for (name, value, words) in
        [("MaximumBatchingWindowInSeconds", 1, "not supported for FIFO"), ("BatchSize", 11, "Maximum batch window")]
    {
        let mut wrong = mapping.clone();
        wrong[name] = json!(value);
        let mappings = provider(&world.cloud, "AWS::Lambda::EventSourceMapping");
        let refused = mappings.create(&resource("Mapping", wrong)).await.unwrap_err().to_string();
        assert!(refused.contains(words), "{refused}");
    }
    let url = queue["QueueUrl"].as_str().unwrap();
    for (body, group) in [("a1", "a"), ("fail", "b"), ("a2", "a"), ("b2", "b"), ("a3", "a")] {
        let send = world.sqs().send_message().queue_url(url).message_body(body).message_group_id(group);
        send.send().await.unwrap();
    }
    world.make("AWS::Lambda::EventSourceMapping", "Mapping", mapping).await;
    world.started(4).await;
    assert_eq!(seen(&world, "a").await, ["a1", "a2", "a3"], "in order");
    assert!(seen(&world, "b").await.is_empty(), "what is behind a failed message waits");
    // Once more the failed one, again in vain; still nothing passes it.
    world.pass(15);
    world.started(5).await;
    assert!(seen(&world, "b").await.is_empty());
    world.cloud.shutdown().await;
}

/// Bodies that the function got and that begin so, in order.
async fn seen(world: &World, start: &str) -> Vec<String> {
    let client = crate::clients::logs(&world.cloud, crate::clients::root(&world.cloud));
    let found = client.filter_log_events().log_group_name("/aws/lambda/f").filter_pattern("got").send().await.unwrap();
    let mut lines: Vec<_> = found.events().iter().map(|event| (event.timestamp(), event.message().unwrap())).collect();
    lines.sort_by_key(|(time, _)| *time);
    let bodies = lines.iter().filter_map(|(_, line)| line.strip_prefix("got ")?.split(' ').next());
    bodies.filter(|body| body.starts_with(start)).map(str::to_owned).collect()
}
