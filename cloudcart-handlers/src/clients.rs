//! The AWS clients. Made once per execution environment, from environment variables alone: reading profiles and probing for
//! roles costs start-up time and finds nothing on Lambda.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_runtime::invocation_id::InvocationIdInterceptor;
use aws_runtime::request_info::RequestInfoInterceptor;
use aws_runtime::user_agent::UserAgentInterceptor;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, IdentityCache, Region, SharedHttpClient, StalledStreamProtectionConfig,
};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeSerializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, disable_interceptor};
use aws_smithy_types::config_bag::ConfigBag;

use crate::config::{ConfigError, Env};
use crate::transport::Transport;

/// What all clients share.
#[derive(Debug, Clone)]
pub struct Aws {
    region: String,
    credentials: Credentials,
    endpoint: Option<String>,
    dynamodb_endpoint: Option<String>,
    sqs_endpoint: Option<String>,
    http: SharedHttpClient,
}

impl Aws {
    /// Reads `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` and the endpoint variables
    /// (`AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_DYNAMODB`, `AWS_ENDPOINT_URL_SQS`), and `AWS_CA_BUNDLE`.
    pub fn from_env(env: &Env<'_>) -> Result<Self, ConfigError> {
        let credentials = Credentials::new(
            env.require("AWS_ACCESS_KEY_ID")?,
            env.require("AWS_SECRET_ACCESS_KEY")?,
            env.get("AWS_SESSION_TOKEN"),
            // Lambda replaces the whole environment before its credentials expire.
            None,
            "environment",
        );
        Ok(Self {
            region: env.require("AWS_REGION")?,
            credentials,
            endpoint: endpoint(env, "AWS_ENDPOINT_URL")?,
            dynamodb_endpoint: endpoint(env, "AWS_ENDPOINT_URL_DYNAMODB")?,
            sqs_endpoint: endpoint(env, "AWS_ENDPOINT_URL_SQS")?,
            http: SharedHttpClient::new(Transport::from_env(env)?),
        })
    }

    /// The same, speaking through another HTTP client.
    #[must_use]
    pub fn with_http(self, http: SharedHttpClient) -> Self {
        Self { http, ..self }
    }

    /// A DynamoDB client.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let mut config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(self.region.clone()))
            .credentials_provider(self.credentials.clone())
            .http_client(self.http.clone())
            .sleep_impl(TokioSleep::new())
            .timeout_config(timeouts())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .identity_cache(IdentityCache::no_cache())
            .interceptor(Terse)
            .retry_config(retries());
        config.set_endpoint_url(self.dynamodb_endpoint.clone().or_else(|| self.endpoint.clone()));
        aws_sdk_dynamodb::Client::from_conf(config.build())
    }

    /// An SQS client.
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        let mut config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(self.region.clone()))
            .credentials_provider(self.credentials.clone())
            .http_client(self.http.clone())
            .sleep_impl(TokioSleep::new())
            .timeout_config(timeouts())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .identity_cache(IdentityCache::no_cache())
            .interceptor(Terse)
            .retry_config(retries());
        config.set_endpoint_url(self.sqs_endpoint.clone().or_else(|| self.endpoint.clone()));
        aws_sdk_sqs::Client::from_conf(config.build())
    }
}

fn endpoint(env: &Env<'_>, name: &'static str) -> Result<Option<String>, ConfigError> {
    let Some(value) = env.get(name) else { return Ok(None) };
    if value.starts_with("http://") || value.starts_with("https://") {
        return Ok(Some(value));
    }
    Err(ConfigError::Invalid { name, value, expected: "a URL that starts with http:// or https://" })
}

/// Leaves out what the SDK tells AWS of itself with every call: its version, platform and features, an id of the call, and which
/// attempt it is. Made, signed and sent anew each time, that is a twelfth of a warm call. The transport says who calls.
#[derive(Debug)]
struct Terse;

impl Intercept for Terse {
    fn name(&self) -> &'static str {
        "Terse"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        const WHY: &str = "costs more than it tells";
        config
            .interceptor_state()
            .store_put(disable_interceptor::<UserAgentInterceptor>(WHY))
            .store_put(disable_interceptor::<InvocationIdInterceptor>(WHY))
            .store_put(disable_interceptor::<RequestInfoInterceptor>(WHY));
        Ok(())
    }
}

/// Three attempts of three seconds fit into the gateway's patience, and a caller hears of trouble before the function's own
/// timeout cuts it off. They bound an answer to its end, so nothing else has to watch how fast it flows.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(3))
        .operation_timeout(Duration::from_secs(8))
        .build()
}

fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(50))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use std::sync::{Arc, Mutex};

    use aws_smithy_runtime_api::client::http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
    };
    use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

    use super::*;

    fn aws(changed: (&'static str, Option<&'static str>)) -> Result<Aws, ConfigError> {
        Aws::from_env(&Env::new(move |name| match name {
            _ if name == changed.0 => changed.1.map(str::to_owned),
            "AWS_REGION" => Some("eu-west-1".to_owned()),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("x".to_owned()),
            _ => None,
        }))
    }

    #[test]
    fn clients_need_region_and_keys_and_say_so() {
        for name in ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
            assert_eq!(aws((name, None)).unwrap_err(), ConfigError::Missing(name));
        }
        assert!(aws(("AWS_SESSION_TOKEN", None)).is_ok());
        let error = aws(("AWS_ENDPOINT_URL_SQS", Some("localhost:4566"))).unwrap_err();
        assert!(error.to_string().contains("AWS_ENDPOINT_URL_SQS"));
    }

    /// Keeps the names of the headers that it is sent, and breaks off.
    #[derive(Debug, Clone, Default)]
    struct Heard(Arc<Mutex<Vec<String>>>);

    impl HttpConnector for Heard {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            self.0.lock().unwrap().extend(request.headers().iter().map(|(name, _)| name.to_owned()));
            HttpConnectorFuture::ready(Err(ConnectorError::user("that is all".into())))
        }
    }

    impl HttpClient for Heard {
        fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
            SharedHttpConnector::new(self.clone())
        }
    }

    #[tokio::test]
    async fn a_call_is_signed_and_says_nothing_of_the_sdk() {
        let heard = Heard::default();
        let aws = aws(("AWS_REGION", Some("eu-west-1"))).unwrap().with_http(SharedHttpClient::new(heard.clone()));
        assert!(aws.dynamodb().list_tables().send().await.is_err());
        assert!(aws.sqs().list_queues().send().await.is_err());
        let mut names = heard.0.lock().unwrap().clone();
        names.sort();
        names.dedup();
        assert_eq!(
            names,
            ["authorization", "content-length", "content-type", "x-amz-date", "x-amz-target", "x-amzn-query-mode"]
        );
    }
}
