//! The environment variables of a function's process: Lambda's own, the template's, and where the services are.
//! Source: "Working with Lambda environment variables" (defined runtime environment variables).

use super::record::{FunctionRecord, LogFormat};
use crate::{core::Core, ports::RoleCredentials};
use std::{collections::BTreeMap, path::Path};

/// Services (as the SDKs spell them in `AWS_ENDPOINT_URL_…`) that the local endpoint offers or may offer.
const SERVICES: [&str; 12] = [
    "API_GATEWAYV2",
    "CLOUDFORMATION",
    "CLOUDWATCH",
    "CLOUDWATCH_LOGS",
    "DYNAMODB",
    "DYNAMODB_STREAMS",
    "EVENTBRIDGE",
    "IAM",
    "LAMBDA",
    "S3",
    "SQS",
    "STS",
];

/// Where one environment is.
pub(super) struct Place<'a> {
    pub(super) task_root: &'a Path,
    pub(super) runtime_api: &'a str,
    pub(super) log_stream: &'a str,
    pub(super) credentials: &'a RoleCredentials,
}

/// All variables. Nothing of the developer's own environment is among them. `AWS_EXECUTION_ENV` is not set, as on the
/// provided runtimes of Lambda.
pub(super) fn of(
    core: &Core,
    endpoints: &BTreeMap<String, String>,
    function: &FunctionRecord,
    place: &Place<'_>,
) -> Vec<(String, String)> {
    let settings = &function.settings;
    let root = place.task_root.display();
    let mut variables: BTreeMap<String, String> = BTreeMap::new();
    let mut set = |name: &str, value: &str| {
        variables.insert(name.to_owned(), value.to_owned());
    };
    set("LANG", "en_US.UTF-8");
    set("TZ", ":UTC");
    set("PATH", "/usr/local/bin:/usr/bin/:/bin:/opt/bin");
    set("LD_LIBRARY_PATH", &format!("/lib64:/usr/lib64:{root}:{root}/lib:/opt/lib"));
    set("AWS_EC2_METADATA_DISABLED", "true");
    set("AWS_ENDPOINT_URL", &core.endpoint);
    for service in SERVICES {
        set(&format!("AWS_ENDPOINT_URL_{service}"), &core.endpoint);
    }
    for (service, url) in endpoints {
        set(&format!("AWS_ENDPOINT_URL_{service}"), url);
    }
    // What the template says goes above; what Lambda reserves goes above that.
    for (name, value) in &settings.variables {
        set(name, value);
    }
    set("_HANDLER", &settings.handler);
    set("AWS_REGION", &core.region);
    set("AWS_DEFAULT_REGION", &core.region);
    set("AWS_ACCESS_KEY_ID", &place.credentials.access_key_id);
    set("AWS_SECRET_ACCESS_KEY", &place.credentials.secret_access_key);
    set("AWS_SESSION_TOKEN", &place.credentials.session_token);
    set("AWS_LAMBDA_FUNCTION_NAME", &function.name);
    set("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST");
    set("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &settings.memory.to_string());
    set("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
    set("AWS_LAMBDA_LOG_GROUP_NAME", &function.log_group());
    set("AWS_LAMBDA_LOG_STREAM_NAME", place.log_stream);
    set("AWS_LAMBDA_RUNTIME_API", place.runtime_api);
    set("LAMBDA_TASK_ROOT", &root.to_string());
    set("LAMBDA_RUNTIME_DIR", "/var/runtime");
    if settings.logging.format == LogFormat::Json {
        set("AWS_LAMBDA_LOG_FORMAT", "JSON");
        set("AWS_LAMBDA_LOG_LEVEL", settings.logging.application_level.as_deref().unwrap_or("INFO"));
    }
    variables.into_iter().collect()
}
