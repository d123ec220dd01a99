//! A local cloud and unmodified AWS SDK clients for it.

#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses its part; a failed unwrap is a failed test")]

use aws_credential_types::Credentials;
use cloudcart_local::{LocalCloud, clock::Clock};
use futures_util::future::BoxFuture;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

/// A cloud of its own on free ports.
pub(crate) async fn cloud() -> LocalCloud {
    LocalCloud::builder().ephemeral().start().await.unwrap()
}

/// Credentials for a client.
pub(crate) fn keys(id: impl Into<String>, secret: impl Into<String>, token: Option<String>) -> Credentials {
    Credentials::new(id, secret, token, None, "test")
}

/// The account's own keys.
pub(crate) fn root(cloud: &LocalCloud) -> Credentials {
    let root = cloud.credentials();
    keys(root.access_key_id, root.secret_access_key, None)
}

/// A configuration of an SDK client with these keys.
#[macro_export]
macro_rules! config {
    ($sdk:ident, $cloud:expr, $credentials:expr) => {
        $sdk::Config::builder()
            .behavior_version($sdk::config::BehaviorVersion::latest())
            .endpoint_url($cloud.endpoint())
            .region($sdk::config::Region::new($cloud.region().to_owned()))
            .credentials_provider($credentials)
            .retry_config($sdk::config::retry::RetryConfig::disabled())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
    };
}

/// A DynamoDB client.
pub(crate) fn dynamodb(cloud: &LocalCloud, credentials: Credentials) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::from_conf(config!(aws_sdk_dynamodb, cloud, credentials).build())
}

/// A path-style S3 client.
pub(crate) fn s3(cloud: &LocalCloud, credentials: Credentials) -> aws_sdk_s3::Client {
    aws_sdk_s3::Client::from_conf(config!(aws_sdk_s3, cloud, credentials).force_path_style(true).build())
}

/// A CloudWatch Logs client.
pub(crate) fn logs(cloud: &LocalCloud, credentials: Credentials) -> aws_sdk_cloudwatchlogs::Client {
    aws_sdk_cloudwatchlogs::Client::from_conf(config!(aws_sdk_cloudwatchlogs, cloud, credentials).build())
}

/// An STS client.
pub(crate) fn sts(cloud: &LocalCloud, credentials: Credentials) -> aws_sdk_sts::Client {
    aws_sdk_sts::Client::from_conf(config!(aws_sdk_sts, cloud, credentials).build())
}

/// A resource of a stack called `test`.
pub(crate) fn resource(logical_id: &str, properties: serde_json::Value) -> cloudcart_local::provider::ResourceRequest {
    let serde_json::Value::Object(properties) = properties else { panic!("properties are an object") };
    cloudcart_local::provider::ResourceRequest {
        stack_name: "test".into(),
        stack_id: "arn:aws:cloudformation:us-east-1:000000000000:stack/test/1".into(),
        logical_id: logical_id.into(),
        properties,
        generated_name: format!("test-{logical_id}-ABCDEFGHIJKL"),
    }
}

/// The provider of a resource type.
pub(crate) fn provider(cloud: &LocalCloud, type_name: &str) -> Arc<dyn cloudcart_local::provider::ResourceProvider> {
    cloud.providers().into_iter().find(|provider| provider.type_name() == type_name).unwrap()
}

/// Makes a role with one inline policy that a Lambda function may assume, and gives its ARN.
pub(crate) async fn role(cloud: &LocalCloud, logical_id: &str, statements: serde_json::Value) -> String {
    let made = provider(cloud, "AWS::IAM::Role")
        .create(&resource(
            logical_id,
            serde_json::json!({
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{
                    "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
                "Policies": [{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}}],
            }),
        ))
        .await
        .unwrap();
    made.attributes["Arn"].as_str().unwrap().to_owned()
}

/// Credentials of a function under a role.
pub(crate) fn assume(cloud: &LocalCloud, role_arn: &str, function: &str) -> Credentials {
    use cloudcart_local::ports::Identities;
    let role = cloud.iam().assume(role_arn, function, "lambda.amazonaws.com").unwrap();
    keys(role.access_key_id, role.secret_access_key, Some(role.session_token))
}

/// The system's clock, moved by hand.
#[derive(Default)]
pub(crate) struct ShiftedClock(Mutex<Duration>);

impl ShiftedClock {
    /// Moves the clock forward.
    pub(crate) fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> Duration {
        cloudcart_local::clock::SystemClock.now() + *self.0.lock().unwrap()
    }

    fn sleep_until(&self, until: Duration) -> BoxFuture<'static, ()> {
        cloudcart_local::clock::SystemClock.sleep(until.saturating_sub(self.now()))
    }
}
