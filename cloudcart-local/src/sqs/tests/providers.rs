//! Queues and policies as CloudFormation makes them.

use super::Fixture;
use crate::provider::{ResourceProvider, ResourceRequest};
use serde_json::{Value, json};
use std::sync::Arc;

fn request(logical_id: &str, properties: Value) -> ResourceRequest {
    let Value::Object(properties) = properties else { panic!("properties are an object") };
    ResourceRequest {
        stack_name: "shop".into(),
        stack_id: "arn:aws:cloudformation:us-east-1:000000000000:stack/shop/1".into(),
        logical_id: logical_id.into(),
        properties,
        generated_name: format!("shop-{logical_id}-ABCDEFGHIJKL"),
    }
}

impl Fixture {
    fn provider(&self, type_name: &str) -> Arc<dyn ResourceProvider> {
        self.sqs.providers().into_iter().find(|provider| provider.type_name() == type_name).unwrap()
    }

    fn attribute(&self, queue: &str, name: &str) -> Option<String> {
        self.sqs.engine.queue(queue).unwrap().attributes.get(name).cloned()
    }
}

#[tokio::test]
async fn a_queue_is_made_changed_and_deleted() {
    let fixture = Fixture::new();
    let provider = fixture.provider("AWS::SQS::Queue");
    let dead = provider.create(&request("Dead", json!({"QueueName": "dead"}))).await.unwrap();
    assert_eq!(dead.physical_id, "http://127.0.0.1:4566/000000000000/dead");
    assert_eq!(dead.attributes["Arn"], "arn:aws:sqs:us-east-1:000000000000:dead");
    assert_eq!(dead.attributes["QueueName"], "dead");
    let first = json!({
        "VisibilityTimeout": 180, "DelaySeconds": "3", "FifoQueue": false,
        "RedrivePolicy": {"deadLetterTargetArn": dead.attributes["Arn"], "maxReceiveCount": 3},
        "Tags": [{"Key": "app", "Value": "shop"}],
    });
    let orders = provider.create(&request("Orders", first.clone())).await.unwrap();
    let name = orders.attributes["QueueName"].as_str().unwrap().to_owned();
    assert_eq!(name, "shop-Orders-ABCDEFGHIJKL");
    assert_eq!(fixture.attribute(&name, "VisibilityTimeout").as_deref(), Some("180"));
    assert_eq!(fixture.sqs.engine.queue(&name).unwrap().settings.redrive.unwrap().max_receives, 3);
    // A property that the template drops goes back to its default.
    let Value::Object(first) = first else { unreachable!() };
    let second = request("Orders", json!({"VisibilityTimeout": 60}));
    let updated = provider.update(&orders.physical_id, &first, &second).await.unwrap();
    assert_eq!(updated, orders);
    assert_eq!(fixture.attribute(&name, "VisibilityTimeout").as_deref(), Some("60"));
    assert_eq!(fixture.attribute(&name, "RedrivePolicy"), None);
    assert!(fixture.sqs.engine.queue(&name).unwrap().tags.is_empty());
    provider.delete(&orders.physical_id, &second).await.unwrap();
    provider.delete(&orders.physical_id, &second).await.unwrap();
    let taken = provider.create(&request("Again", json!({"QueueName": "dead"}))).await.unwrap_err();
    assert_eq!(taken.code, "AlreadyExists");
    let bad = provider.create(&request("Bad", json!({"VisibilityTimeout": 50000}))).await.unwrap_err();
    assert!(bad.message.contains("VisibilityTimeout"), "{bad}");
}

#[tokio::test]
async fn a_long_generated_name_keeps_its_tail_and_fits() {
    let fixture = Fixture::new();
    let provider = fixture.provider("AWS::SQS::Queue");
    let made = provider.create(&request(&"Long".repeat(30), json!({"FifoQueue": true}))).await.unwrap();
    let name = made.attributes["QueueName"].as_str().unwrap();
    assert_eq!(name.len(), 80);
    assert!(name.ends_with("ABCDEFGHIJKL.fifo"), "{name}");
}

#[tokio::test]
async fn a_queue_policy_is_stored_on_its_queues() {
    let fixture = Fixture::new();
    let (queues, policies) = (fixture.provider("AWS::SQS::Queue"), fixture.provider("AWS::SQS::QueuePolicy"));
    let mut urls = Vec::new();
    for name in ["a", "b"] {
        urls.push(queues.create(&request("Q", json!({"QueueName": name}))).await.unwrap().physical_id);
    }
    let document = json!({"Version": "2012-10-17", "Statement": []});
    let first = request("P", json!({"PolicyDocument": document, "Queues": urls}));
    let made = policies.create(&first).await.unwrap();
    assert_eq!(fixture.attribute("b", "Policy"), Some(document.to_string()));
    // A change of the queue itself leaves its policy alone.
    let queue = request("Q", json!({"QueueName": "a", "DelaySeconds": 1}));
    queues.update(&urls[0], &queue.properties, &queue).await.unwrap();
    assert_eq!(fixture.attribute("a", "Policy"), Some(document.to_string()));
    let second = request("P", json!({"PolicyDocument": document, "Queues": [urls[0]]}));
    policies.update(&made.physical_id, &first.properties, &second).await.unwrap();
    assert_eq!(fixture.attribute("b", "Policy"), None);
    policies.delete(&made.physical_id, &second).await.unwrap();
    assert_eq!(fixture.attribute("a", "Policy"), None);
}
