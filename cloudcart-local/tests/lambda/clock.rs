//! Functions of a whole cloud whose clock is moved: what is due comes at once, what runs is not hurried.

use crate::{
    support,
    world::{World, invocation},
};
use serde_json::{Value, json};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

pub(crate) async fn an_asynchronous_event_is_retried_after_one_minute_and_two_more() {
    let world = World::new().await;
    world.function(5).await;
    world.cloud.functions().invoke_later(invocation(json!({"do": "error"}))).unwrap();
    world.retry_waits(1).await;
    world.pass(1);
    world.retry_waits(2).await;
    world.pass(2);
    world.started(3).await;
    world.pass(360);
    // Nothing is left that could be due.
    assert_eq!(world.starts().await, 3);
    world.cloud.shutdown().await;
}

pub(crate) async fn a_cron_rule_fires_when_the_clock_passes_its_time() {
    let world = World::new().await;
    let function = world.function(5).await;
    let rule = json!({"Name": "nightly", "ScheduleExpression": "cron(0 3 * * ? *)",
        "Targets": [{"Id": "f", "Arn": function, "Input": "{}"}]});
    let rule = world.make("AWS::Events::Rule", "Nightly", rule).await;
    let permission = json!({"FunctionName": "f", "Action": "lambda:InvokeFunction",
        "Principal": "events.amazonaws.com", "SourceArn": rule["Arn"]});
    world.make("AWS::Lambda::Permission", "Permission", permission).await;
    // Wherever the day is now, three o'clock comes once in a day.
    world.pass(24 * 60);
    world.started(1).await;
    world.pass(24 * 60);
    world.started(2).await;
    world.cloud.shutdown().await;
}

pub(crate) async fn a_batching_window_of_five_minutes_ends_when_the_clock_passes_it() {
    let world = World::new().await;
    world.function(5).await;
    let queue = world.make("AWS::SQS::Queue", "Queue", json!({"VisibilityTimeout": 900})).await;
    let mapping = json!({"FunctionName": "f", "EventSourceArn": queue["Arn"], "BatchSize": 100,
        "MaximumBatchingWindowInSeconds": 300});
    world.make("AWS::Lambda::EventSourceMapping", "Mapping", mapping).await;
    let client = world.sqs();
    let url = queue["QueueUrl"].as_str().unwrap();
    client.send_message().queue_url(url).message_body("one").send().await.unwrap();
    // In flight: the window is open.
    let began = Instant::now();
    loop {
        let name = aws_sdk_sqs::types::QueueAttributeName::ApproximateNumberOfMessagesNotVisible;
        let asked = client.get_queue_attributes().queue_url(url).attribute_names(name.clone()).send().await.unwrap();
        if asked.attributes().unwrap()[&name] == "1" {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(10), "the message is not taken");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    world.pass(4);
    assert_eq!(world.starts().await, 0);
    // Whenever within these lines the window was opened, it is over now.
    world.pass(6);
    world.started(1).await;
    world.cloud.shutdown().await;
}

pub(crate) async fn a_running_function_keeps_its_real_deadline_and_an_idle_one_is_ended() {
    let world = World::new().await;
    world.function(30).await;
    let (started, until) = (world.path("started"), world.path("until"));
    let functions = world.cloud.functions();
    let running = tokio::spawn({
        let (functions, event) = (Arc::clone(&functions), json!({"do": "wait", "started": started, "until": until}));
        async move { functions.invoke(invocation(event)).await.unwrap() }
    });
    support::eventually("the call runs", || std::fs::exists(&started).unwrap()).await;
    world.pass(60);
    std::fs::write(&until, "").unwrap();
    let outcome = running.await.unwrap();
    assert!(outcome.function_error.is_none() && !outcome.timed_out, "{outcome:?}");
    let pid = async || {
        let outcome = functions.invoke(invocation(json!({}))).await.unwrap();
        serde_json::from_slice::<Value>(&outcome.payload).unwrap()["pid"].as_u64().unwrap()
    };
    let first = pid().await;
    assert!(support::alive(first));
    // It is idle a moment after its answer, so one move may come too early.
    support::eventually("the idle environment is ended", || {
        world.pass(60);
        !support::alive(first)
    })
    .await;
    assert_ne!(pid().await, first);
    world.cloud.shutdown().await;
}
