//! The service as the AWS SDK for Rust sees it, over HTTP.

use super::{ACCOUNT, listener, system_core};
use crate::sqs::Sqs;
use aws_sdk_sqs::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
    error::ProvideErrorMetadata,
    primitives::Blob,
    types::{
        ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, DeleteMessageBatchResultEntry,
        MessageAttributeValue, MessageSystemAttributeName, QueueAttributeName, SendMessageBatchRequestEntry,
    },
};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::net::TcpListener;

struct Endpoint {
    client: Client,
    url: String,
    _folder: TempDir,
}

async fn endpoint() -> Endpoint {
    let folder = TempDir::new().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    listener::serve(listener, Sqs::open(system_core(&folder, &url)).unwrap());
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("AKIDTEST", "secret", None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(&url)
        .build();
    Endpoint { client: Client::from_conf(config), url, _folder: folder }
}

impl Endpoint {
    async fn queue(&self, name: &str) -> String {
        self.client.create_queue().queue_name(name).send().await.unwrap().queue_url.unwrap()
    }
}

#[tokio::test]
async fn a_message_with_attributes_goes_through_a_queue() {
    let endpoint = endpoint().await;
    let client = &endpoint.client;
    let url = endpoint.queue("orders").await;
    assert_eq!(url, format!("{}/{ACCOUNT}/orders", endpoint.url));
    let text = MessageAttributeValue::builder().data_type("String").string_value("Example Store").build().unwrap();
    let blob = MessageAttributeValue::builder().data_type("Binary").binary_value(Blob::new([0, 255])).build().unwrap();
    let sent = client
        .send_message()
        .queue_url(&url)
        .message_body("hello world")
        .message_attributes("SellerName", text)
        .message_attributes("blob", blob)
        .send()
        .await
        .unwrap();
    assert_eq!(sent.md5_of_message_body(), Some("5eb63bbbe01eeed093cb22bb8f5acdc3"));
    let got = client
        .receive_message()
        .queue_url(&url)
        .message_attribute_names("SellerName")
        .message_system_attribute_names(MessageSystemAttributeName::All)
        .send()
        .await
        .unwrap();
    let message = &got.messages()[0];
    assert_eq!(message.body(), Some("hello world"));
    assert_eq!(message.message_id(), sent.message_id());
    let attributes = message.message_attributes().unwrap();
    assert_eq!(attributes.len(), 1);
    assert_eq!(attributes["SellerName"].string_value(), Some("Example Store"));
    // Of the attribute that was asked for alone.
    assert_eq!(message.md5_of_message_attributes(), Some("cd28f3b68aeee4b2eac9c66f2f694b58"));
    assert_eq!(message.attributes().unwrap()[&MessageSystemAttributeName::SenderId], ACCOUNT);
    client.delete_message().queue_url(&url).receipt_handle(message.receipt_handle().unwrap()).send().await.unwrap();
}

#[tokio::test]
async fn errors_are_the_typed_ones() {
    let endpoint = endpoint().await;
    let client = &endpoint.client;
    let absent = format!("{}/{ACCOUNT}/absent", endpoint.url);
    let error =
        client.send_message().queue_url(&absent).message_body("x").send().await.unwrap_err().into_service_error();
    assert!(error.is_queue_does_not_exist(), "{error:?}");
    assert_eq!(error.message(), Some("The specified queue does not exist."));
    let url = endpoint.queue("q").await;
    let clash = client.create_queue().queue_name("q").attributes(QueueAttributeName::DelaySeconds, "9").send().await;
    assert!(clash.unwrap_err().into_service_error().is_queue_name_exists());
    let bad = client.create_queue().queue_name("r").attributes(QueueAttributeName::DelaySeconds, "901").send().await;
    assert!(bad.unwrap_err().into_service_error().is_invalid_attribute_value());
    let unknown = client.create_queue().queue_name("r").attributes("Colour".into(), "red").send().await;
    assert!(unknown.unwrap_err().into_service_error().is_invalid_attribute_name());
    let rubbish = client.delete_message().queue_url(&url).receipt_handle("x").send().await;
    assert!(rubbish.unwrap_err().into_service_error().is_receipt_handle_is_invalid());
    let eleven = client.receive_message().queue_url(&url).max_number_of_messages(11).send().await;
    let eleven = eleven.unwrap_err().into_service_error();
    assert_eq!(eleven.code(), Some("InvalidParameterValue"));
    client.purge_queue().queue_url(&url).send().await.unwrap();
    let twice = client.purge_queue().queue_url(&url).send().await;
    let twice = twice.unwrap_err();
    assert_eq!(twice.raw_response().unwrap().status().as_u16(), 403);
    assert!(twice.into_service_error().is_purge_queue_in_progress());
    let empty = client.send_message_batch().queue_url(&url).set_entries(Some(Vec::new())).send().await;
    assert!(empty.unwrap_err().into_service_error().is_empty_batch_request());
    let permission = client.add_permission().queue_url(&url).label("l").aws_account_ids("1").actions("*").send().await;
    assert_eq!(permission.unwrap_err().raw_response().unwrap().status().as_u16(), 501);
}

#[tokio::test]
async fn an_error_has_both_shapes_that_clients_read() {
    let endpoint = endpoint().await;
    let absent = format!("{}/{ACCOUNT}/absent", endpoint.url);
    let error = endpoint.client.send_message().queue_url(&absent).message_body("x").send().await.unwrap_err();
    let raw = error.raw_response().unwrap();
    assert_eq!(raw.status().as_u16(), 400);
    let body: serde_json::Value = serde_json::from_slice(raw.body().bytes().unwrap()).unwrap();
    assert_eq!(body["__type"], "com.amazonaws.sqs#QueueDoesNotExist");
    assert_eq!(raw.headers().get("x-amzn-query-error"), Some("AWS.SimpleQueueService.NonExistentQueue;Sender"));
}

#[tokio::test]
async fn batches_succeed_and_fail_entry_by_entry() {
    let endpoint = endpoint().await;
    let client = &endpoint.client;
    let url = endpoint.queue("q").await;
    let entry =
        |id: &str, body: &str| SendMessageBatchRequestEntry::builder().id(id).message_body(body).build().unwrap();
    let sent = client
        .send_message_batch()
        .queue_url(&url)
        .set_entries(Some(vec![entry("1", "a"), entry("2", "bad \u{1}"), entry("3", "c")]))
        .send()
        .await
        .unwrap();
    assert_eq!(
        sent.successful().iter().map(aws_sdk_sqs::types::SendMessageBatchResultEntry::id).collect::<Vec<_>>(),
        ["1", "3"]
    );
    assert_eq!(sent.failed()[0].id(), "2");
    assert_eq!(sent.failed()[0].code(), "InvalidMessageContents");
    let same = client
        .send_message_batch()
        .queue_url(&url)
        .set_entries(Some(vec![entry("1", "a"), entry("1", "b")]))
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert!(same.is_batch_entry_ids_not_distinct());
    let named = |ids: Vec<String>| {
        let entries = ids.iter().map(|id| entry(id, "x")).collect();
        client.send_message_batch().queue_url(&url).set_entries(Some(entries)).send()
    };
    let eleven = named((0..11).map(|id| id.to_string()).collect()).await.unwrap_err().into_service_error();
    assert!(eleven.is_too_many_entries_in_batch_request());
    let misnamed = named(vec!["no spaces".to_owned()]).await.unwrap_err().into_service_error();
    assert!(misnamed.is_invalid_batch_entry_id());
    let too_long = client
        .send_message_batch()
        .queue_url(&url)
        .set_entries(Some(vec![entry("1", &"x".repeat(600_000)), entry("2", &"x".repeat(600_000))]))
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert!(too_long.is_batch_request_too_long());

    let got = client.receive_message().queue_url(&url).max_number_of_messages(10).send().await.unwrap();
    let handles: Vec<&str> = got.messages().iter().map(|message| message.receipt_handle().unwrap()).collect();
    assert_eq!(handles.len(), 2);
    let released = client
        .change_message_visibility_batch()
        .queue_url(&url)
        .entries(
            ChangeMessageVisibilityBatchRequestEntry::builder()
                .id("ok")
                .receipt_handle(handles[0])
                .visibility_timeout(0)
                .build()
                .unwrap(),
        )
        .entries(
            ChangeMessageVisibilityBatchRequestEntry::builder()
                .id("no")
                .receipt_handle("rubbish")
                .visibility_timeout(0)
                .build()
                .unwrap(),
        )
        .send()
        .await
        .unwrap();
    assert_eq!((released.successful()[0].id(), released.failed()[0].id()), ("ok", "no"));
    // A bad handle keeps no other back, wherever it stands.
    let entries = [handles[0], "rubbish", handles[1]].into_iter().enumerate().map(|(number, handle)| {
        DeleteMessageBatchRequestEntry::builder().id(number.to_string()).receipt_handle(handle).build().unwrap()
    });
    let deleted =
        client.delete_message_batch().queue_url(&url).set_entries(Some(entries.collect())).send().await.unwrap();
    let successful: Vec<&str> = deleted.successful().iter().map(DeleteMessageBatchResultEntry::id).collect();
    let failed: Vec<(&str, &str)> = deleted.failed().iter().map(|entry| (entry.id(), entry.code())).collect();
    assert_eq!((successful, failed), (vec!["0", "2"], vec![("1", "ReceiptHandleIsInvalid")]));
    let left = client.get_queue_attributes().queue_url(&url).attribute_names(QueueAttributeName::All).send().await;
    let left = left.unwrap().attributes.unwrap_or_default();
    let count = |name| left.get(&name).map(String::as_str);
    assert_eq!(count(QueueAttributeName::ApproximateNumberOfMessages), Some("0"));
    assert_eq!(count(QueueAttributeName::ApproximateNumberOfMessagesNotVisible), Some("0"));
}

#[tokio::test]
async fn queues_are_listed_described_tagged_and_deleted() {
    let endpoint = endpoint().await;
    let client = &endpoint.client;
    for name in ["a-1", "a-2", "a-3", "b"] {
        endpoint.queue(name).await;
    }
    let first = client.list_queues().queue_name_prefix("a-").max_results(2).send().await.unwrap();
    assert_eq!(first.queue_urls().len(), 2);
    let second = client
        .list_queues()
        .queue_name_prefix("a-")
        .max_results(2)
        .set_next_token(first.next_token)
        .send()
        .await
        .unwrap();
    assert_eq!(second.queue_urls(), [format!("{}/{ACCOUNT}/a-3", endpoint.url)]);
    assert_eq!(second.next_token(), None);
    let url = client.get_queue_url().queue_name("b").send().await.unwrap().queue_url.unwrap();
    client
        .set_queue_attributes()
        .queue_url(&url)
        .attributes(QueueAttributeName::VisibilityTimeout, "77")
        .send()
        .await
        .unwrap();
    let described =
        client.get_queue_attributes().queue_url(&url).attribute_names(QueueAttributeName::All).send().await.unwrap();
    let attributes = described.attributes().unwrap();
    assert_eq!(attributes[&QueueAttributeName::VisibilityTimeout], "77");
    assert_eq!(attributes[&QueueAttributeName::MaximumMessageSize], "1048576");
    assert_eq!(attributes[&QueueAttributeName::QueueArn], format!("arn:aws:sqs:us-east-1:{ACCOUNT}:b"));
    assert_eq!(attributes[&QueueAttributeName::ApproximateNumberOfMessages], "0");
    client.tag_queue().queue_url(&url).tags("k", "v").tags("l", "w").send().await.unwrap();
    client.untag_queue().queue_url(&url).tag_keys("l").send().await.unwrap();
    let tags = client.list_queue_tags().queue_url(&url).send().await.unwrap();
    assert_eq!(tags.tags().unwrap().iter().collect::<Vec<_>>(), [(&"k".to_owned(), &"v".to_owned())]);
    client.delete_queue().queue_url(&url).send().await.unwrap();
    let gone = client.get_queue_url().queue_name("b").send().await.unwrap_err().into_service_error();
    assert!(gone.is_queue_does_not_exist());
}

#[tokio::test]
async fn a_long_poll_over_http_wakes_at_once() {
    let endpoint = endpoint().await;
    let url = endpoint.queue("q").await;
    let (client, queue) = (endpoint.client.clone(), url.clone());
    let poll = tokio::spawn(async move {
        let got = client.receive_message().queue_url(queue).wait_time_seconds(20).send().await.unwrap();
        (got.messages().len(), Instant::now())
    });
    // Whether the poll is already waiting or not, the message must not wait for the poll's end.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let sent = Instant::now();
    endpoint.client.send_message().queue_url(&url).message_body("x").send().await.unwrap();
    let (count, at) = tokio::time::timeout(Duration::from_secs(10), poll).await.unwrap().unwrap();
    assert_eq!(count, 1);
    assert!(at - sent < Duration::from_secs(5), "woke after {:?}", at - sent);
}
