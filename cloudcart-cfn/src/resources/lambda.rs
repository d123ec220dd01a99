//! `AWS::Lambda::*`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{iam, logs, resource};
use crate::resource::{Arn, Ref};
use crate::tag::Tag;
use crate::value::{List, Value};

/// `AWS::Lambda::Function`. `Ref` gives its name.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html>
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Function {
    /// `Architectures`: one of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architectures: Option<List<Architecture>>,
    /// `Code`.
    pub code: Value<Code>,
    /// `DeadLetterConfig`, for asynchronous invocations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dead_letter_config: Option<Value<DeadLetterConfig>>,
    /// `Description`, up to 256 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Value<String>>,
    /// `Environment`, up to 4 KB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<Value<Environment>>,
    /// `EphemeralStorage`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ephemeral_storage: Option<Value<EphemeralStorage>>,
    /// `FunctionName`. Create-only. Without it CloudFormation makes a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function_name: Option<Value<String>>,
    /// `Handler`. Required with a zip.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handler: Option<Value<String>>,
    /// `KmsKeyArn`, for the environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key_arn: Option<Value<String>>,
    /// `Layers`: ARNs of layer versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layers: Option<List<String>>,
    /// `LoggingConfig`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logging_config: Option<Value<LoggingConfig>>,
    /// `MemorySize` in MB, 128 to 10,240 on most accounts. CPU follows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_size: Option<Value<u32>>,
    /// `PackageType`. Create-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package_type: Option<Value<PackageType>>,
    /// `ReservedConcurrentExecutions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reserved_concurrent_executions: Option<Value<u32>>,
    /// `Role` that the function runs as.
    pub role: Value<Arn<iam::Role>>,
    /// `Runtime`. Required with a zip.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime: Option<Value<Runtime>>,
    /// `Tags`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<List<Tag>>,
    /// `Timeout` in seconds, 1 to 900.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Value<u32>>,
    /// `TracingConfig`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracing_config: Option<Value<TracingConfig>>,
    /// `VpcConfig`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_config: Option<Value<VpcConfig>>,
}

impl Function {
    /// With what is required.
    pub fn new(code: impl Into<Value<Code>>, role: impl Into<Value<Arn<iam::Role>>>) -> Self {
        Self {
            architectures: None,
            code: code.into(),
            dead_letter_config: None,
            description: None,
            environment: None,
            ephemeral_storage: None,
            function_name: None,
            handler: None,
            kms_key_arn: None,
            layers: None,
            logging_config: None,
            memory_size: None,
            package_type: None,
            reserved_concurrent_executions: None,
            role: role.into(),
            runtime: None,
            tags: None,
            timeout: None,
            tracing_config: None,
            vpc_config: None,
        }
    }
}

resource!(Function, "AWS::Lambda::Function", arn);

/// `Architectures`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum Architecture {
    /// 64-bit Intel and AMD.
    #[serde(rename = "x86_64")]
    X86_64,
    /// Graviton.
    #[serde(rename = "arm64")]
    Arm64,
}

impl Architecture {
    /// Lambda's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }
}

/// `Code`: a zip in S3, an image, or the source itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Code {
    /// `ImageUri`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_uri: Option<Value<String>>,
    /// `S3Bucket`.
    #[serde(rename = "S3Bucket", skip_serializing_if = "Option::is_none")]
    pub s3_bucket: Option<Value<String>>,
    /// `S3Key`.
    #[serde(rename = "S3Key", skip_serializing_if = "Option::is_none")]
    pub s3_key: Option<Value<String>>,
    /// `S3ObjectVersion`.
    #[serde(rename = "S3ObjectVersion", skip_serializing_if = "Option::is_none")]
    pub s3_object_version: Option<Value<String>>,
    /// `ZipFile`: the source of a Node.js or Python function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zip_file: Option<Value<String>>,
}

/// `DeadLetterConfig`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeadLetterConfig {
    /// `TargetArn` of a queue or a topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_arn: Option<Value<String>>,
}

/// `Environment`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Environment {
    /// `Variables`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variables: Option<Value<BTreeMap<String, Value<String>>>>,
}

/// `EphemeralStorage`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct EphemeralStorage {
    /// `Size` of `/tmp` in MB, 512 to 10,240.
    pub size: Value<u32>,
}

/// `LoggingConfig` of a function.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LoggingConfig {
    /// `ApplicationLogLevel`, with JSON only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_log_level: Option<Value<ApplicationLogLevel>>,
    /// `LogFormat`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_format: Option<Value<LogFormat>>,
    /// `LogGroup`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_group: Option<Value<Ref<logs::LogGroup>>>,
    /// `SystemLogLevel`, with JSON only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_log_level: Option<Value<SystemLogLevel>>,
}

/// `LogFormat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum LogFormat {
    /// Lines as the function writes them.
    Text,
    /// Objects.
    #[serde(rename = "JSON")]
    Json,
}

/// `ApplicationLogLevel`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ApplicationLogLevel {
    /// `TRACE`.
    Trace,
    /// `DEBUG`.
    Debug,
    /// `INFO`.
    Info,
    /// `WARN`.
    Warn,
    /// `ERROR`.
    Error,
    /// `FATAL`.
    Fatal,
}

/// `SystemLogLevel`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SystemLogLevel {
    /// `DEBUG`.
    Debug,
    /// `INFO`.
    Info,
    /// `WARN`.
    Warn,
}

/// `PackageType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum PackageType {
    /// A container image.
    Image,
    /// A zip.
    Zip,
}

/// `Runtime`: those for binaries. The schema has many more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Runtime {
    /// Amazon Linux 2023 without a language.
    #[serde(rename = "provided.al2023")]
    ProvidedAl2023,
    /// Amazon Linux 2 without a language.
    #[serde(rename = "provided.al2")]
    ProvidedAl2,
}

/// `TracingConfig`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TracingConfig {
    /// `Mode`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Value<TracingMode>>,
}

/// `TracingConfig.Mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum TracingMode {
    /// Samples by itself.
    Active,
    /// Follows the caller.
    PassThrough,
}

/// `VpcConfig`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct VpcConfig {
    /// `SecurityGroupIds`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_group_ids: Option<List<String>>,
    /// `SubnetIds`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subnet_ids: Option<List<String>>,
}

/// `AWS::Lambda::Permission`: who else may invoke a function.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html>
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Permission {
    /// `Action`, for example `lambda:InvokeFunction`.
    pub action: Value<String>,
    /// `FunctionName`.
    pub function_name: Value<Ref<Function>>,
    /// `Principal`: a service, an account or an ARN.
    pub principal: Value<String>,
    /// `SourceAccount`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_account: Option<Value<String>>,
    /// `SourceArn`: only when called on behalf of this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_arn: Option<Value<String>>,
}

impl Permission {
    /// With what is required.
    pub fn new(
        action: impl Into<Value<String>>,
        function_name: impl Into<Value<Ref<Function>>>,
        principal: impl Into<Value<String>>,
    ) -> Self {
        Self {
            action: action.into(),
            function_name: function_name.into(),
            principal: principal.into(),
            source_account: None,
            source_arn: None,
        }
    }
}

resource!(Permission, "AWS::Lambda::Permission");

/// `AWS::Lambda::EventSourceMapping`. `Ref` gives its id.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html>
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct EventSourceMapping {
    /// `BatchSize`. Above 10, a queue's mapping needs a window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_size: Option<Value<u32>>,
    /// `Enabled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<Value<bool>>,
    /// `EventSourceArn` of a queue or a stream. Create-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_source_arn: Option<Value<String>>,
    /// `FilterCriteria`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter_criteria: Option<Value<FilterCriteria>>,
    /// `FunctionName`.
    pub function_name: Value<Ref<Function>>,
    /// `FunctionResponseTypes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function_response_types: Option<List<FunctionResponseType>>,
    /// `MaximumBatchingWindowInSeconds`, 0 to 300.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum_batching_window_in_seconds: Option<Value<u32>>,
    /// `ScalingConfig`, for queues.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scaling_config: Option<Value<ScalingConfig>>,
    /// `Tags`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<List<Tag>>,
}

impl EventSourceMapping {
    /// With what is required.
    pub fn new(function_name: impl Into<Value<Ref<Function>>>) -> Self {
        Self {
            batch_size: None,
            enabled: None,
            event_source_arn: None,
            filter_criteria: None,
            function_name: function_name.into(),
            function_response_types: None,
            maximum_batching_window_in_seconds: None,
            scaling_config: None,
            tags: None,
        }
    }
}

resource!(EventSourceMapping, "AWS::Lambda::EventSourceMapping");

/// `FunctionResponseTypes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum FunctionResponseType {
    /// The function names the records that failed; the others are done.
    ReportBatchItemFailures,
}

/// `FilterCriteria`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct FilterCriteria {
    /// `Filters`, up to 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filters: Option<List<Filter>>,
}

/// One filter.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Filter {
    /// `Pattern`, JSON in a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<Value<String>>,
}

/// `ScalingConfig`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ScalingConfig {
    /// `MaximumConcurrency`, 2 to 1,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum_concurrency: Option<Value<u32>>,
}
