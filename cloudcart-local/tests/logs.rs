//! CloudWatch Logs through the unmodified SDK, and the log group resource.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use aws_sdk_cloudwatchlogs::{Client, error::ProvideErrorMetadata as _, types::InputLogEvent};
use cloudcart_local::LocalCloud;
use serde_json::json;
use std::time::{SystemTime, UNIX_EPOCH};
use support::{cloud, logs, provider, resource, root};

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

async fn group(cloud: &LocalCloud, name: &str) -> Client {
    let client = logs(cloud, root(cloud));
    client.create_log_group().log_group_name(name).send().await.unwrap();
    client
}

async fn put(client: &Client, group: &str, stream: &str, events: &[(i64, &str)]) {
    // The stream may be there from an earlier call.
    let _ = client.create_log_stream().log_group_name(group).log_stream_name(stream).send().await;
    let events = events
        .iter()
        .map(|(at, message)| InputLogEvent::builder().timestamp(*at).message(*message).build().unwrap())
        .collect();
    client
        .put_log_events()
        .log_group_name(group)
        .log_stream_name(stream)
        .set_log_events(Some(events))
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn events_of_many_streams_are_found_interleaved_by_time() {
    let cloud = cloud().await;
    let client = group(&cloud, "/aws/lambda/f").await;
    let t = now() - 10_000;
    put(&client, "/aws/lambda/f", "one", &[(t, "START"), (t + 20, "ERROR timeout"), (t + 40, "END")]).await;
    put(&client, "/aws/lambda/f", "two", &[(t + 10, "START"), (t + 30, "ERROR EXITING")]).await;
    let all = client.filter_log_events().log_group_name("/aws/lambda/f").send().await.unwrap();
    let times: Vec<i64> = all.events().iter().map(|event| event.timestamp().unwrap() - t).collect();
    assert_eq!(times, [0, 10, 20, 30, 40]);
    assert_eq!(all.next_token(), None);

    let arn = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/f:*";
    let errors = client
        .filter_log_events()
        .log_group_identifier(arn)
        .filter_pattern("ERROR -EXITING")
        .start_time(t + 1)
        .end_time(t + 20)
        .send()
        .await
        .unwrap();
    assert_eq!(errors.events().len(), 1);
    assert_eq!(errors.events()[0].log_stream_name(), Some("one"));

    let mut pages = client.filter_log_events().log_group_name("/aws/lambda/f").limit(2).into_paginator().send();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        sizes.push(page.unwrap().events().len());
    }
    assert_eq!(sizes, [2, 2, 1]);
    cloud.shutdown().await;
}

#[tokio::test]
async fn one_stream_is_read_both_ways_and_its_end_waits_for_more() {
    let cloud = cloud().await;
    let client = group(&cloud, "g").await;
    let t = now() - 1000;
    put(&client, "g", "s", &[(t, "1"), (t + 1, "2"), (t + 2, "3")]).await;
    let read = || client.get_log_events().log_group_name("g").log_stream_name("s");
    let messages = |output: &aws_sdk_cloudwatchlogs::operation::get_log_events::GetLogEventsOutput| {
        output.events().iter().map(|event| event.message().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let newest = read().limit(2).send().await.unwrap();
    assert_eq!(messages(&newest), ["2", "3"]);
    let older = read().next_token(newest.next_backward_token().unwrap()).send().await.unwrap();
    assert_eq!(messages(&older), ["1"]);
    let end = read().next_token(newest.next_forward_token().unwrap()).send().await.unwrap();
    assert_eq!(end.next_forward_token(), newest.next_forward_token(), "the end gives the same token");
    put(&client, "g", "s", &[(t + 3, "4")]).await;
    let more = read().next_token(end.next_forward_token().unwrap()).send().await.unwrap();
    assert_eq!(messages(&more), ["4"]);
    cloud.shutdown().await;
}

#[tokio::test]
async fn a_functions_first_line_makes_group_and_stream() {
    let cloud = cloud().await;
    let t = now();
    cloud.log_sink().append("/aws/lambda/new", "2026/11/24/[$LATEST]abc", &[(t, "hello".into()), (t, "again".into())]);
    let client = logs(&cloud, root(&cloud));
    let found = client.filter_log_events().log_group_name("/aws/lambda/new").send().await.unwrap();
    let messages: Vec<_> = found.events().iter().map(|event| event.message().unwrap()).collect();
    assert_eq!(messages, ["hello", "again"], "events of one moment keep their order");
    let streams = client.describe_log_streams().log_group_name("/aws/lambda/new").send().await.unwrap();
    assert_eq!(streams.log_streams()[0].last_event_timestamp(), Some(t));
    cloud.shutdown().await;
}

#[tokio::test]
async fn refusals_are_those_of_the_service() {
    let cloud = cloud().await;
    let client = group(&cloud, "g").await;
    let again = client.create_log_group().log_group_name("g").send().await.unwrap_err();
    assert_eq!(again.code(), Some("ResourceAlreadyExistsException"));
    let absent = client.filter_log_events().log_group_name("none").send().await.unwrap_err();
    assert_eq!(absent.message(), Some("The specified log group does not exist."));
    client.create_log_stream().log_group_name("g").log_stream_name("s").send().await.unwrap();
    let event = |at: i64| InputLogEvent::builder().timestamp(at).message("m").build().unwrap();
    let put =
        |events| client.put_log_events().log_group_name("g").log_stream_name("s").set_log_events(Some(events)).send();
    let disordered = put(vec![event(now()), event(now() - 1000)]).await.unwrap_err();
    assert_eq!(disordered.code(), Some("InvalidParameterException"));
    let ancient = put(vec![event(1), event(now())]).await.unwrap();
    assert_eq!(ancient.rejected_log_events_info().unwrap().too_old_log_event_end_index(), Some(1));
    let kept = client.filter_log_events().log_group_name("g").send().await.unwrap();
    assert_eq!(kept.events().len(), 1);
    let odd = client.put_retention_policy().log_group_name("g").retention_in_days(2).send().await.unwrap_err();
    assert_eq!(odd.code(), Some("InvalidParameterException"));
    cloud.shutdown().await;
}

#[tokio::test]
async fn a_log_group_of_a_template_has_its_retention() {
    let cloud = cloud().await;
    let groups = provider(&cloud, "AWS::Logs::LogGroup");
    let request = resource("Logs", json!({"RetentionInDays": 14}));
    let made = groups.create(&request).await.unwrap();
    assert_eq!(made.physical_id, "test-Logs-ABCDEFGHIJKL");
    assert_eq!(made.attributes["Arn"], "arn:aws:logs:us-east-1:000000000000:log-group:test-Logs-ABCDEFGHIJKL:*");
    let client = logs(&cloud, root(&cloud));
    let retention = || async {
        let found = client.describe_log_groups().log_group_name_prefix("test-Logs").send().await.unwrap();
        found.log_groups()[0].retention_in_days()
    };
    assert_eq!(retention().await, Some(14));
    let previous = request.properties.clone();
    groups.update(&made.physical_id, &previous, &resource("Logs", json!({"RetentionInDays": "30"}))).await.unwrap();
    assert_eq!(retention().await, Some(30));
    groups.update(&made.physical_id, &previous, &resource("Logs", json!({}))).await.unwrap();
    assert_eq!(retention().await, None);
    assert_eq!(groups.create(&request).await.unwrap_err().code, "AlreadyExists");
    groups.delete(&made.physical_id, &request).await.unwrap();
    groups.delete(&made.physical_id, &request).await.unwrap();
    cloud.shutdown().await;
}

/// The messages of updates until `wanted` came, and whether one of the updates was a sample.
async fn follow(
    session: &mut aws_sdk_cloudwatchlogs::operation::start_live_tail::StartLiveTailOutput,
    wanted: usize,
) -> (Vec<String>, bool) {
    use aws_sdk_cloudwatchlogs::types::StartLiveTailResponseStream as Frame;
    let (mut messages, mut sampled) = (Vec::new(), false);
    while messages.len() < wanted {
        let frame = tokio::time::timeout(std::time::Duration::from_secs(20), session.response_stream.recv()).await;
        if let Frame::SessionUpdate(update) = frame.unwrap().unwrap().unwrap() {
            sampled |= update.session_metadata().unwrap().sampled();
            messages.extend(update.session_results().iter().map(|event| event.message().unwrap().to_owned()));
        }
    }
    (messages, sampled)
}

/// A session over these groups; asked for at the endpoint itself, since no resolver knows `stream-127.0.0.1`.
async fn live(
    cloud: &LocalCloud,
    groups: &[&str],
    filter: Option<&str>,
) -> aws_sdk_cloudwatchlogs::operation::start_live_tail::StartLiveTailOutput {
    let arn = |group: &&str| format!("arn:aws:logs:us-east-1:000000000000:log-group:{group}");
    logs(cloud, root(cloud))
        .start_live_tail()
        .set_log_group_identifiers(Some(groups.iter().map(arn).collect()))
        .set_log_event_filter_pattern(filter.map(str::to_owned))
        .customize()
        .mutate_request(|request| {
            let uri = request.uri().replace("//stream-", "//");
            request.set_uri(uri).unwrap();
        })
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_live_session_gives_what_arrives_and_nothing_from_before() {
    use aws_sdk_cloudwatchlogs::types::StartLiveTailResponseStream as Frame;
    let cloud = cloud().await;
    let client = group(&cloud, "/a").await;
    client.create_log_group().log_group_name("/b").send().await.unwrap();
    put(&client, "/a", "s", &[(now(), "before")]).await;
    let mut session = live(&cloud, &["/a", "/b"], Some("{ $.n >= 1 }")).await;
    let Some(Frame::SessionStart(start)) = session.response_stream.recv().await.unwrap() else { panic!("no start") };
    assert_eq!(start.log_group_identifiers().len(), 2);
    put(&client, "/a", "s", &[(now(), r#"{"n":0}"#), (now(), r#"{"n":1}"#)]).await;
    put(&client, "/b", "s", &[(now(), r#"{"n":2}"#)]).await;
    let (messages, sampled) = follow(&mut session, 2).await;
    assert_eq!((messages, sampled), (vec![r#"{"n":1}"#.to_owned(), r#"{"n":2}"#.to_owned()], false));
    // A session that is open does not hold up the end of the cloud, and its own end is an ordinary one.
    let stopping = std::time::Instant::now();
    cloud.shutdown().await;
    assert!(stopping.elapsed() < std::time::Duration::from_secs(2), "{:?}", stopping.elapsed());
    while session.response_stream.recv().await.unwrap().is_some() {}
}

#[tokio::test]
async fn a_live_session_takes_a_sample_of_more_than_it_carries() {
    let cloud = cloud().await;
    let client = group(&cloud, "g").await;
    let mut session = live(&cloud, &["g"], None).await;
    let t = now();
    let texts: Vec<String> = (0..1_200).map(|number| number.to_string()).collect();
    let events: Vec<(i64, &str)> = texts.iter().map(|text| (t, text.as_str())).collect();
    put(&client, "g", "s", &events).await;
    let (messages, sampled) = follow(&mut session, 500).await;
    assert_eq!((messages.len(), sampled), (500, true));
    assert!(messages.iter().any(|message| message.len() == 4) && messages.iter().any(|message| message.len() <= 2));
    cloud.shutdown().await;
}

#[tokio::test]
async fn a_live_session_is_refused_as_the_service_refuses_it() {
    let cloud = cloud().await;
    let client = group(&cloud, "g").await;
    let refused = |identifiers: Vec<String>| {
        let request = client.start_live_tail().set_log_group_identifiers(Some(identifiers)).customize();
        async move {
            let same_host = request.mutate_request(|request| {
                let uri = request.uri().replace("//stream-", "//");
                request.set_uri(uri).unwrap();
            });
            same_host.send().await.err().and_then(|error| error.code().map(str::to_owned))
        }
    };
    let arn = |name: &str| format!("arn:aws:logs:us-east-1:000000000000:log-group:{name}");
    assert_eq!(refused(vec![arn("none")]).await.as_deref(), Some("ResourceNotFoundException"));
    assert_eq!(refused(vec!["g".to_owned()]).await.as_deref(), Some("InvalidParameterException"));
    assert_eq!(refused(vec![arn("g:*")]).await.as_deref(), Some("InvalidParameterException"));
    assert_eq!(refused(vec![arn("g"); 11]).await.as_deref(), Some("InvalidParameterException"));
    cloud.shutdown().await;
}
