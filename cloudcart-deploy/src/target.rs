//! Where a command works: an account and a region of AWS, or another endpoint that speaks its API.

use std::path::PathBuf;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};

use aws_types::service_config::ServiceConfigKey;

use crate::error::{AwsKind, Error, Result};
use crate::http;
use crate::profile::Profiles;

/// How to find the target.
#[derive(Debug, Clone, Default)]
pub struct TargetOptions {
    /// Named profile; otherwise what `AWS_PROFILE` says.
    pub profile: Option<String>,
    /// Region; otherwise what the environment or the profile says.
    pub region: Option<String>,
    /// Endpoint for every service; otherwise what `AWS_ENDPOINT_URL` or the profile says, else AWS itself.
    pub endpoint_url: Option<String>,
    /// Fixed credentials. With these (and a region and an endpoint) neither environment nor profile is read.
    pub credentials: Option<StaticCredentials>,
    /// More trusted certificates, PEM; [`http::ca_bundle_from_env`] reads the usual variable.
    pub ca_bundle: Option<PathBuf>,
}

/// An access key.
#[derive(Clone)]
pub struct StaticCredentials {
    /// The access key's id.
    pub access_key_id: String,
    /// Its secret, which no debug output shows.
    pub secret_access_key: String,
}

impl std::fmt::Debug for StaticCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StaticCredentials").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

/// Who the credentials belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The account, twelve digits.
    pub account: String,
    /// The principal.
    pub arn: String,
}

/// A target that answered, and who we are there.
#[derive(Debug, Clone)]
pub struct Target {
    config: SdkConfig,
    identity: Identity,
    region: String,
    endpoint: Option<String>,
}

impl Target {
    /// Finds region and credentials and asks STS who they belong to.
    pub async fn connect(options: &TargetOptions) -> Result<Self> {
        // Fixed credentials are what the caller asks for; then no profile has a say.
        let profiles = match options.credentials {
            Some(_) => None,
            None => Some(Profiles::read(options.profile.as_deref()).await?),
        };
        let config = load(options, profiles.as_ref()).await?;
        if config.region().is_none_or(|region| region.as_ref().is_empty()) {
            return Err(Error::NoRegion);
        }
        let caller = aws_sdk_sts::Client::new(&config).get_caller_identity().send().await;
        let caller = caller.map_err(Error::aws("GetCallerIdentity")).map_err(|error| match error.as_aws() {
            Some(aws) if aws.kind == AwsKind::Credentials && aws.status.is_none() => match &profiles {
                Some(profiles) => profiles.refused(aws.message.clone()),
                None => Error::NoCredentials(aws.message.clone()),
            },
            _ => error,
        })?;
        let identity = Identity {
            account: caller.account().unwrap_or_default().to_owned(),
            arn: caller.arn().unwrap_or_default().to_owned(),
        };
        Self::from_config(config, identity)
    }

    /// A target from a finished configuration, which is not asked who its credentials belong to: for a program that brings
    /// its own HTTP client, such as one that replays recorded conversations.
    pub fn from_config(config: SdkConfig, identity: Identity) -> Result<Self> {
        let region = config.region().map(ToString::to_string).filter(|region| !region.is_empty());
        let region = region.ok_or(Error::NoRegion)?;
        // One that is set for CloudFormation alone is as little AWS as one that is set for all services.
        let endpoint = config.endpoint_url().map(str::to_owned).or_else(|| own_endpoint(&config, "cloudformation"));
        let endpoint = endpoint.map(|url| url.trim_end_matches('/').to_owned());
        Ok(Self { config, identity, region, endpoint })
    }

    /// Who we are.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The region.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The endpoint, when it is not AWS.
    pub fn endpoint(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    /// Whether this is AWS itself.
    pub fn is_aws(&self) -> bool {
        self.endpoint.is_none()
    }

    /// Whether calls are encrypted on the way.
    pub fn is_https(&self) -> bool {
        self.endpoint.as_deref().is_none_or(|url| url.starts_with("https://"))
    }

    /// CloudFormation.
    pub fn cloudformation(&self) -> aws_sdk_cloudformation::Client {
        aws_sdk_cloudformation::Client::new(&self.config)
    }

    /// STS.
    pub fn sts(&self) -> aws_sdk_sts::Client {
        aws_sdk_sts::Client::new(&self.config)
    }

    /// Lambda.
    pub fn lambda(&self) -> aws_sdk_lambda::Client {
        aws_sdk_lambda::Client::new(&self.config)
    }

    /// CloudWatch Logs.
    pub fn logs(&self) -> aws_sdk_cloudwatchlogs::Client {
        aws_sdk_cloudwatchlogs::Client::new(&self.config)
    }

    /// CloudWatch.
    pub fn cloudwatch(&self) -> aws_sdk_cloudwatch::Client {
        aws_sdk_cloudwatch::Client::new(&self.config)
    }

    /// SQS.
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.config)
    }

    /// API Gateway's HTTP APIs.
    pub fn api_gateway(&self) -> aws_sdk_apigatewayv2::Client {
        aws_sdk_apigatewayv2::Client::new(&self.config)
    }

    /// DynamoDB.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.config)
    }

    /// S3; with the bucket in the path for any endpoint but AWS, whose wildcard names nobody else has.
    pub fn s3(&self) -> aws_sdk_s3::Client {
        let elsewhere = !self.is_aws() || own_endpoint(&self.config, "s3").is_some();
        let config = aws_sdk_s3::config::Builder::from(&self.config).force_path_style(elsewhere).build();
        aws_sdk_s3::Client::from_conf(config)
    }
}

/// The endpoint that environment or profile set for one service, as `AWS_ENDPOINT_URL_S3` does.
pub(crate) fn own_endpoint(config: &SdkConfig, service: &str) -> Option<String> {
    let key = ServiceConfigKey::builder().service_id(service).env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
    config.service_config()?.load_config(key.ok()?).filter(|url| !url.is_empty())
}

pub(crate) async fn load(options: &TargetOptions, profiles: Option<&Profiles>) -> Result<SdkConfig> {
    let client = http::sdk_client(options.ca_bundle.as_deref())?;
    let retries = RetryConfig::standard().with_max_attempts(5);
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_mins(2))
        .build();
    if let (Some(credentials), Some(region), Some(endpoint)) =
        (&options.credentials, &options.region, &options.endpoint_url)
    {
        let fixed =
            Credentials::new(&credentials.access_key_id, &credentials.secret_access_key, None, None, "cloudcart");
        return Ok(SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.clone()))
            .endpoint_url(endpoint)
            .credentials_provider(SharedCredentialsProvider::new(fixed))
            .http_client(client)
            .retry_config(retries)
            .timeout_config(timeouts)
            .sleep_impl(SharedAsyncSleep::new(aws_smithy_async::rt::sleep::TokioSleep::new()))
            .time_source(SharedTimeSource::new(SystemTimeSource::new()))
            .build());
    }
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(client.clone())
        .retry_config(retries)
        .timeout_config(timeouts);
    if let Some(profile) = &options.profile {
        loader = loader.profile_name(profile);
        if let Some(profiles) = profiles {
            // By itself the SDK prefers keys of the environment to a profile that was asked for.
            loader = loader.credentials_provider(profiles.credentials(options.region.clone().map(Region::new), client));
        }
    }
    if let Some(region) = &options.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(endpoint) = &options.endpoint_url {
        loader = loader.endpoint_url(endpoint);
    }
    if let Some(credentials) = &options.credentials {
        let fixed =
            Credentials::new(&credentials.access_key_id, &credentials.secret_access_key, None, None, "cloudcart");
        loader = loader.credentials_provider(fixed);
    }
    Ok(loader.load().await)
}
