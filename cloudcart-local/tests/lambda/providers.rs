//! Lambda's resources as CloudFormation makes them.

use crate::{
    bootstrap,
    fakes::QUEUE,
    support::{Cloud, ROLE_ARN, alive, eventually, invoke, package},
};
use cloudcart_local::{
    ports::FunctionInvoker as _,
    provider::{ResourceProvider, ResourceRequest},
};
use serde_json::{Value, json};
use std::sync::Arc;

fn provider(cloud: &Cloud, kind: &str) -> Arc<dyn ResourceProvider> {
    cloud.lambda.providers().into_iter().find(|provider| provider.type_name() == kind).unwrap()
}

fn request(logical_id: &str, properties: Value) -> ResourceRequest {
    ResourceRequest {
        stack_name: "shop".to_owned(),
        stack_id: "arn:aws:cloudformation:us-east-1:123456789012:stack/shop/1".to_owned(),
        logical_id: logical_id.to_owned(),
        properties: properties.as_object().unwrap().clone(),
        generated_name: format!("shop-{logical_id}-ABCDEFGHIJKL"),
    }
}

fn function(cloud: &Cloud, mark: &str) -> Value {
    let key = format!("{mark}.zip");
    cloud.objects.objects.lock().unwrap().insert(format!("assets/{key}"), package(mark));
    json!({
        "Runtime": "provided.al2023",
        "Handler": "bootstrap",
        "Role": ROLE_ARN,
        "Code": {"S3Bucket": "assets", "S3Key": key},
        "Timeout": "10",
        "Environment": {"Variables": {bootstrap::ROLE: "function"}},
        "Tags": [{"Key": "app", "Value": "shop"}],
    })
}

async fn mark(cloud: &Cloud, name: &str) -> (Value, u64) {
    let outcome = invoke(&cloud.lambda, name, json!({})).await.unwrap();
    let answer: Value = serde_json::from_slice(&outcome.payload).unwrap();
    (answer["mark"].clone(), answer["pid"].as_u64().unwrap())
}

pub(crate) async fn a_function_is_made_changed_and_removed() {
    let cloud = Cloud::new();
    let functions = provider(&cloud, "AWS::Lambda::Function");
    let first = request("Cart", function(&cloud, "v1"));
    let made = functions.create(&first).await.unwrap();
    assert_eq!(made.physical_id, "shop-Cart-ABCDEFGHIJKL");
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:shop-Cart-ABCDEFGHIJKL";
    assert_eq!(made.attributes["Arn"], arn);
    let (version, pid) = mark(&cloud, arn).await;
    assert_eq!(version, "v1");
    let mut second = request("Cart", function(&cloud, "v2"));
    second.properties.remove("Timeout");
    functions.update(&made.physical_id, &first.properties, &second).await.unwrap();
    assert_eq!(mark(&cloud, arn).await.0, "v2");
    eventually("the old environment is gone", || !alive(pid)).await;
    let path = format!("/2015-03-31/functions/{}", made.physical_id);
    let found = cloud.call("GET", &path, Value::Null).await.unwrap();
    assert_eq!(found["Configuration"]["Timeout"], 3, "a dropped property returns to its default");
    assert_eq!(found["Tags"], json!({"app": "shop"}));
    let missing = request(
        "Other",
        json!({"Code": {"S3Bucket": "assets", "S3Key": "no.zip"},
        "Runtime": "provided.al2023", "Handler": "h", "Role": ROLE_ARN}),
    );
    let error = functions.create(&missing).await.unwrap_err();
    assert!(error.message.contains("S3 Error Code: NoSuchKey"), "{error}");
    functions.delete(&made.physical_id, &second).await.unwrap();
    functions.delete(&made.physical_id, &second).await.unwrap();
    assert_eq!(cloud.call("GET", &path, Value::Null).await.unwrap_err().status, 404);
    cloud.lambda.shutdown().await;
}

pub(crate) async fn a_permission_lets_its_source_in_and_no_other() {
    let cloud = Cloud::new();
    cloud.function(json!({})).await;
    let permissions = provider(&cloud, "AWS::Lambda::Permission");
    let api = "arn:aws:execute-api:us-east-1:123456789012:abc";
    let wanted = request(
        "CartPermission",
        json!({
            "Action": "lambda:InvokeFunction",
            "FunctionName": "arn:aws:lambda:us-east-1:123456789012:function:f",
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": format!("{api}/*/*/cart"),
        }),
    );
    let permits = |service: &str, arn: &str| cloud.lambda.permits("f", service, arn);
    let source = format!("{api}/$default/GET/cart");
    assert!(!permits("apigateway.amazonaws.com", &source));
    let made = permissions.create(&wanted).await.unwrap();
    assert_eq!(made.physical_id, "shop-CartPermission-ABCDEFGHIJKL");
    assert!(permits("apigateway.amazonaws.com", &source));
    assert!(!permits("apigateway.amazonaws.com", &format!("{api}/$default/GET/orders")));
    assert!(!permits("sqs.amazonaws.com", &source));
    assert!(!cloud.lambda.permits("g", "apigateway.amazonaws.com", &source));
    permissions.delete(&made.physical_id, &wanted).await.unwrap();
    assert!(!permits("apigateway.amazonaws.com", &source));
    permissions.delete(&made.physical_id, &wanted).await.unwrap();
    cloud.lambda.shutdown().await;
}

pub(crate) async fn a_mapping_is_made_changed_and_removed() {
    let cloud = Cloud::new();
    cloud.function(json!({})).await;
    let mappings = provider(&cloud, "AWS::Lambda::EventSourceMapping");
    let first = request("WorkerSource", json!({"EventSourceArn": QUEUE, "FunctionName": "f", "BatchSize": 5}));
    let made = mappings.create(&first).await.unwrap();
    assert_eq!(made.attributes["Id"], json!(made.physical_id));
    cloud.queue.send(&["a"]);
    eventually("it polls", || cloud.queue.deleted() == ["a"]).await;
    let second = request("WorkerSource", json!({"EventSourceArn": QUEUE, "FunctionName": "f"}));
    mappings.update(&made.physical_id, &first.properties, &second).await.unwrap();
    let path = format!("/2015-03-31/event-source-mappings/{}", made.physical_id);
    assert_eq!(cloud.call("GET", &path, Value::Null).await.unwrap()["BatchSize"], 10);
    mappings.delete(&made.physical_id, &second).await.unwrap();
    mappings.delete(&made.physical_id, &second).await.unwrap();
    cloud.lambda.shutdown().await;
}

pub(crate) async fn an_interrupted_creation_is_found_again() {
    let cloud = Cloud::new();
    let mut named = function(&cloud, "v1");
    named["FunctionName"] = json!("f");
    let own = request("Own", named.clone());
    cloud.function(json!({})).await;
    let functions = provider(&cloud, "AWS::Lambda::Function");
    assert_eq!(functions.create(&own).await.unwrap_err().code, "AlreadyExists");
    functions.discard(&own).await.unwrap();
    cloud.answer(json!({})).await;
    cloud.call("DELETE", "/2015-03-31/functions/f", Value::Null).await.unwrap();
    functions.create(&own).await.unwrap();
    let mappings = provider(&cloud, "AWS::Lambda::EventSourceMapping");
    let source = request("Source", json!({"EventSourceArn": QUEUE, "FunctionName": "f"}));
    mappings.create(&source).await.unwrap();
    mappings.discard(&source).await.unwrap();
    let left = cloud.call("GET", "/2015-03-31/event-source-mappings", Value::Null).await.unwrap();
    assert_eq!(left["EventSourceMappings"], json!([]));
    functions.discard(&own).await.unwrap();
    functions.discard(&own).await.unwrap();
    assert_eq!(cloud.call("GET", "/2015-03-31/functions/f", Value::Null).await.unwrap_err().status, 404);
    cloud.lambda.shutdown().await;
}
