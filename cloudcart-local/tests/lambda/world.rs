//! A whole local cloud with functions made of this program.

use crate::{
    bootstrap,
    clients::{self, provider, resource, role, root, s3},
    config, support,
};
use cloudcart_local::{LocalCloud, ports::Invocation, store::Store};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

pub(crate) struct World {
    pub(crate) cloud: LocalCloud,
    pub(crate) role: String,
    pub(crate) folder: tempfile::TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::on(clients::cloud().await).await
    }

    pub(crate) async fn on(cloud: LocalCloud) -> Self {
        let objects = s3(&cloud, root(&cloud));
        objects.create_bucket().bucket("assets").send().await.unwrap();
        let code = support::package("v1").into();
        objects.put_object().bucket("assets").key("code.zip").body(code).send().await.unwrap();
        let statements =
            json!([{"Effect": "Allow", "Action": ["sqs:*", "lambda:InvokeFunction", "logs:*"], "Resource": "*"}]);
        let role = role(&cloud, "Role", statements).await;
        Self { cloud, role, folder: tempfile::tempdir().unwrap() }
    }

    /// Makes a resource and gives its attributes.
    pub(crate) async fn make(&self, kind: &str, logical_id: &str, properties: Value) -> serde_json::Map<String, Value> {
        let made = provider(&self.cloud, kind).create(&resource(logical_id, properties)).await.unwrap();
        made.attributes.into_iter().collect()
    }

    /// Makes the function `f` and gives its ARN.
    pub(crate) async fn function(&self, timeout: u32) -> String {
        self.function_named("f", json!({"Timeout": timeout})).await
    }

    /// Makes a function with these properties beside the usual ones.
    pub(crate) async fn function_named(&self, name: &str, more: Value) -> String {
        let mut properties = json!({
            "FunctionName": name, "Runtime": "provided.al2023", "Handler": "bootstrap", "Role": self.role,
            "Timeout": 5, "Code": {"S3Bucket": "assets", "S3Key": "code.zip"},
            "Environment": {"Variables": {bootstrap::ROLE: "function"}},
        });
        for (name, value) in more.as_object().unwrap() {
            properties[name] = value.clone();
        }
        let made = self.make("AWS::Lambda::Function", name, properties).await;
        made["Arn"].as_str().unwrap().to_owned()
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    pub(crate) fn pass(&self, minutes: u64) {
        self.cloud.advance_clock(Duration::from_mins(minutes)).unwrap();
    }

    /// How often the function was started on an event.
    pub(crate) async fn starts(&self) -> usize {
        let client = clients::logs(&self.cloud, root(&self.cloud));
        let request = client.filter_log_events().log_group_name("/aws/lambda/f").filter_pattern("REPORT");
        request.send().await.map_or(0, |found| found.events().len())
    }

    /// Waits until an asynchronous event has failed so often and waits for its next attempt.
    pub(crate) async fn retry_waits(&self, failures: u64) {
        let store = Store::open(&self.cloud.state_dir().join("state.db")).unwrap();
        support::eventually("the retry waits", || {
            let events = store.list::<Value>("lambda.async").unwrap();
            events.iter().any(|(_, event)| event["failures"].as_u64() == Some(failures))
        })
        .await;
    }

    pub(crate) fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::from_conf(config!(aws_sdk_sqs, self.cloud, root(&self.cloud)).build())
    }

    pub(crate) fn lambda(&self) -> aws_sdk_lambda::Client {
        aws_sdk_lambda::Client::from_conf(config!(aws_sdk_lambda, self.cloud, root(&self.cloud)).build())
    }

    /// Waits until it was started so often.
    pub(crate) async fn started(&self, times: usize) {
        let began = Instant::now();
        while self.starts().await < times {
            assert!(began.elapsed() < Duration::from_secs(10), "{} of {times} starts", self.starts().await);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

pub(crate) fn invocation(event: Value) -> Invocation {
    Invocation { function: "f".to_owned(), payload: event.to_string().into(), trace_id: None, client_context: None }
}
