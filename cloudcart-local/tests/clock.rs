//! The clock of a whole cloud, moved: what would take minutes or days is seen in milliseconds, by unmodified clients.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    TimeToLiveSpecification,
};
use aws_sdk_sqs::types::QueueAttributeName;
use cloudcart_local::{LocalCloud, cloud::Refused};
use std::time::{Duration, Instant};
use support::{cloud, dynamodb, keys, logs, resource, root, sts};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// What "at once" means on a busy machine: far from the shortest time that any of these tests leaps over.
const AT_ONCE: Duration = Duration::from_secs(10);

fn sqs(cloud: &LocalCloud) -> aws_sdk_sqs::Client {
    aws_sdk_sqs::Client::from_conf(config!(aws_sdk_sqs, cloud, root(cloud)).build())
}

async fn queue(client: &aws_sdk_sqs::Client, name: &str, attributes: &[(QueueAttributeName, &str)]) -> String {
    let mut request = client.create_queue().queue_name(name);
    for (name, value) in attributes {
        request = request.attributes(name.clone(), *value);
    }
    request.send().await.unwrap().queue_url.unwrap()
}

/// How many messages a receive gives without waiting.
async fn received(client: &aws_sdk_sqs::Client, url: &str) -> usize {
    client.receive_message().queue_url(url).max_number_of_messages(10).send().await.unwrap().messages().len()
}

/// Sends a request as it is; gives the status and the body.
async fn raw(cloud: &LocalCloud, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(cloud.endpoint().strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

#[tokio::test]
async fn a_visibility_timeout_of_fifteen_minutes_ends_when_the_clock_passes_it_and_wakes_who_polls() {
    let cloud = cloud().await;
    let client = sqs(&cloud);
    let url = queue(&client, "orders", &[(QueueAttributeName::VisibilityTimeout, "900")]).await;
    client.send_message().queue_url(&url).message_body("one").send().await.unwrap();
    assert_eq!(received(&client, &url).await, 1);
    cloud.advance_clock(Duration::from_mins(14)).unwrap();
    assert_eq!(received(&client, &url).await, 0, "a minute too early");
    let began = Instant::now();
    let poll = tokio::spawn({
        let (client, url) = (client.clone(), url.clone());
        async move { client.receive_message().queue_url(url).wait_time_seconds(20).send().await.unwrap() }
    });
    // The move may come before the poll or during it; either way the poll has the message at once.
    cloud.advance_clock(Duration::from_mins(1)).unwrap();
    let message = poll.await.unwrap();
    assert_eq!(message.messages()[0].body(), Some("one"));
    assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());
    cloud.shutdown().await;
}

#[tokio::test]
async fn a_message_is_gone_after_its_four_days() {
    let cloud = cloud().await;
    let client = sqs(&cloud);
    let url = queue(&client, "orders", &[(QueueAttributeName::VisibilityTimeout, "0")]).await;
    client.send_message().queue_url(&url).message_body("one").send().await.unwrap();
    cloud.advance_clock(Duration::from_hours(4 * 24) - Duration::from_mins(1)).unwrap();
    assert_eq!(received(&client, &url).await, 1);
    cloud.advance_clock(Duration::from_mins(1)).unwrap();
    assert_eq!(received(&client, &url).await, 0);
    cloud.shutdown().await;
}

#[tokio::test]
async fn a_fifo_queue_forgets_what_it_deduplicates_after_five_minutes() {
    let cloud = cloud().await;
    let client = sqs(&cloud);
    let url = queue(&client, "orders.fifo", &[(QueueAttributeName::FifoQueue, "true")]).await;
    let send = || {
        let request = client.send_message().queue_url(&url).message_body("one").message_group_id("g");
        async { request.message_deduplication_id("d").send().await.unwrap().message_id.unwrap() }
    };
    let first = send().await;
    cloud.advance_clock(Duration::from_mins(4)).unwrap();
    assert_eq!(send().await, first, "the same message to the queue");
    cloud.advance_clock(Duration::from_mins(1)).unwrap();
    assert_ne!(send().await, first);
    cloud.shutdown().await;
}

#[tokio::test]
async fn an_item_goes_when_its_time_to_live_has_passed_and_the_others_stay() {
    let cloud = cloud().await;
    let client = dynamodb(&cloud, root(&cloud));
    let key = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash).build().unwrap();
    let id =
        AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::S).build().unwrap();
    let table = client.create_table().table_name("carts").key_schema(key).attribute_definitions(id);
    table.billing_mode(BillingMode::PayPerRequest).send().await.unwrap();
    let ttl = TimeToLiveSpecification::builder().attribute_name("expires").enabled(true).build().unwrap();
    client.update_time_to_live().table_name("carts").time_to_live_specification(ttl).send().await.unwrap();
    let now = jiff::Timestamp::now().as_second();
    let number = |number: i64| AttributeValue::N(number.to_string());
    for (id, expires) in [
        ("an hour", number(now + 3_600)),
        ("a week", number(now + 7 * 86_400)),
        ("below zero", number(-5)),
        ("text", AttributeValue::S("1".to_owned())),
    ] {
        let put = client.put_item().table_name("carts").item("id", AttributeValue::S(id.to_owned()));
        put.item("expires", expires).send().await.unwrap();
    }
    let ids = async || {
        let scanned = client.scan().table_name("carts").send().await.unwrap();
        let mut ids: Vec<_> = scanned.items().iter().map(|item| item["id"].as_s().unwrap().clone()).collect();
        ids.sort();
        ids
    };
    cloud.advance_clock(Duration::from_hours(2)).unwrap();
    let began = Instant::now();
    while ids().await.len() == 4 {
        // Sooner than the next look that would have come by itself.
        assert!(began.elapsed() < Duration::from_secs(4), "the item stays");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(ids().await, ["a week", "below zero", "text"]);
    cloud.shutdown().await;
}

#[tokio::test]
async fn temporary_credentials_end_by_the_clock_and_signatures_stay_good_by_the_machines() {
    let cloud = cloud().await;
    let trust = serde_json::json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "sts:AssumeRole"}]});
    let made = support::provider(&cloud, "AWS::IAM::Role")
        .create(&resource("Operator", serde_json::json!({"AssumeRolePolicyDocument": trust})))
        .await
        .unwrap();
    let request = sts(&cloud, root(&cloud)).assume_role().role_arn(made.attributes["Arn"].as_str().unwrap());
    let assumed =
        request.role_session_name("operator").duration_seconds(3_600).send().await.unwrap().credentials.unwrap();
    let temporary = keys(assumed.access_key_id, assumed.secret_access_key, Some(assumed.session_token));
    sts(&cloud, temporary.clone()).get_caller_identity().send().await.unwrap();
    cloud.advance_clock(Duration::from_mins(61)).unwrap();
    assert!(sts(&cloud, temporary).get_caller_identity().send().await.is_err(), "they have expired");
    sts(&cloud, root(&cloud)).get_caller_identity().send().await.unwrap();
    cloud.shutdown().await;
}

#[tokio::test]
async fn log_lines_bear_the_clouds_time_and_go_with_their_retention() {
    let cloud = cloud().await;
    let client = logs(&cloud, root(&cloud));
    client.create_log_group().log_group_name("g").send().await.unwrap();
    client.put_retention_policy().log_group_name("g").retention_in_days(1).send().await.unwrap();
    let lines = async || client.filter_log_events().log_group_name("g").send().await.unwrap();
    cloud.log_sink().append("g", "s", &[(jiff::Timestamp::now().as_millisecond(), "one".to_owned())]);
    assert_eq!(lines().await.events().len(), 1);
    cloud.advance_clock(Duration::from_hours(25)).unwrap();
    assert_eq!(lines().await.events().len(), 0);
    client.create_log_stream().log_group_name("g").log_stream_name("later").send().await.unwrap();
    let streams =
        client.describe_log_streams().log_group_name("g").log_stream_name_prefix("later").send().await.unwrap();
    let made = streams.log_streams()[0].creation_time().unwrap() - jiff::Timestamp::now().as_millisecond();
    assert!((86_400_000..=90_001_000).contains(&made), "{made}");
    cloud.shutdown().await;
}

#[tokio::test]
async fn a_moved_clock_is_taken_up_by_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let start = || LocalCloud::builder().ephemeral().state_dir(folder.path()).start();
    let cloud = start().await.unwrap();
    let client = sqs(&cloud);
    let url = queue(&client, "orders", &[(QueueAttributeName::VisibilityTimeout, "900")]).await;
    cloud.advance_clock(Duration::from_hours(24)).unwrap();
    client.send_message().queue_url(&url).message_body("one").send().await.unwrap();
    assert_eq!(received(&client, &url).await, 1);
    cloud.shutdown().await;
    let cloud = start().await.unwrap();
    let client = sqs(&cloud);
    assert_eq!(cloud.clock().ahead_ms, 86_400_000);
    let url = client.get_queue_url().queue_name("orders").send().await.unwrap().queue_url.unwrap();
    cloud.advance_clock(Duration::from_mins(15)).unwrap();
    assert_eq!(received(&client, &url).await, 1, "in flight across the restart, and shown again in its time");
    cloud.shutdown().await;
}

#[tokio::test]
async fn the_clock_is_read_by_anybody_here_and_moved_by_the_owner_only_and_only_forward() {
    let cloud = cloud().await;
    let get = |host: &str| format!("GET /_cloudcart/clock HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let post = |secret: &str, body: &str| {
        format!(
            "POST /_cloudcart/clock HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {secret}\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
    };
    let (status, body) = raw(&cloud, &get("localhost")).await;
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, &body["aheadMs"]), (200, &serde_json::json!(0)));
    assert_eq!(body["time"], body["machineTime"]);
    assert_eq!(raw(&cloud, &get("rebound.example")).await.0, 403);

    let secret = cloud.credentials().secret_access_key;
    let forward = "{\"forwardMs\": 900000}";
    for wrong in ["", "x", &secret[1..], &"x".repeat(secret.len())] {
        assert_eq!(raw(&cloud, &post(wrong, forward)).await.0, 403);
    }
    for wrong in ["", "{}", "{\"forwardMs\": 0}", "{\"forwardMs\": -900000}", "{\"forwardMs\": 1, \"back\": 1}"] {
        let (status, body) = raw(&cloud, &post(&secret, wrong)).await;
        assert!(status == 400 && body.contains("only moves forward"), "{wrong}: {status} {body}");
    }
    let (status, body) = raw(&cloud, &post(&secret, "{\"forwardMs\": 18446744073709551615}")).await;
    assert!(status == 400 && body.contains("36525 days"), "{status} {body}");
    assert_eq!(cloud.clock().ahead_ms, 0, "nothing of all that moved it");
    assert!(matches!(cloud.advance_clock(Duration::MAX), Err(Refused::TooFar(_))));

    let (status, body) = raw(&cloud, &post(&secret, forward)).await;
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, &body["aheadMs"]), (200, &serde_json::json!(900_000)));
    let delete = get("localhost").replace("GET", "DELETE");
    assert_eq!(raw(&cloud, &delete).await.0, 405);
    cloud.shutdown().await;
}
