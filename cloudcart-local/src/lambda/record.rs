//! What is kept of a function, and how its settings are read and judged as Lambda does.
//! Source: CreateFunction and FunctionConfiguration in the Lambda API reference.

use super::input::{self, invalid_parameter, validation};
use crate::{core::Core, error::AwsError};
use cloudcart_cfn::limits;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The longest function name.
pub(super) const LONGEST_NAME: usize = 64;
const RUNTIMES: [&str; 2] = ["provided.al2023", "provided.al2"];

/// `LoggingConfig.LogFormat`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum LogFormat {
    #[default]
    Text,
    Json,
}

/// `LoggingConfig`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Logging {
    pub(super) format: LogFormat,
    pub(super) group: Option<String>,
    pub(super) application_level: Option<String>,
    pub(super) system_level: Option<String>,
}

/// Everything that a caller may set of a function besides its name, code and reserved concurrency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    pub(super) runtime: String,
    pub(super) role: String,
    pub(super) handler: String,
    pub(super) description: String,
    /// Seconds.
    pub(super) timeout: u32,
    /// MiB.
    pub(super) memory: u32,
    pub(super) variables: BTreeMap<String, String>,
    pub(super) logging: Logging,
    /// ARN of the queue that takes asynchronous events which could not be worked on.
    #[serde(default)]
    pub(super) dead_letter: Option<String>,
}

/// The code of a function: its zip's digest and size. Unpacked, it lies in a folder named after the digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CodeRef {
    /// Hexadecimal.
    pub(super) sha256: String,
    /// Bytes of the zip.
    pub(super) size: u64,
}

/// A function, as kept in the store.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct FunctionRecord {
    pub(super) name: String,
    pub(super) settings: Settings,
    pub(super) code: CodeRef,
    pub(super) reserved_concurrency: Option<u32>,
    pub(super) tags: BTreeMap<String, String>,
    /// `2026-11-24T02:21:23.000+0000`.
    pub(super) last_modified: String,
    pub(super) revision: String,
    /// The generated name of the CloudFormation resource that made it.
    pub(super) origin: Option<String>,
    /// The resource policy.
    #[serde(default)]
    pub(super) policy: Vec<super::policy::Statement>,
    /// The digest of the code that CloudFormation gave it, hexadecimal.
    #[serde(default)]
    pub(super) declared_code: Option<String>,
    /// What becomes of asynchronous events.
    #[serde(default)]
    pub(super) event_config: Option<super::event_config::EventConfig>,
}

impl FunctionRecord {
    pub(super) fn arn(&self, core: &Core) -> String {
        arn(core, &self.name)
    }

    pub(super) fn log_group(&self) -> String {
        self.settings.logging.group.clone().unwrap_or_else(|| format!("/aws/lambda/{}", self.name))
    }

    /// What a template may say of a function, as it is.
    pub(super) fn shown(&self, core: &Core) -> Map<String, Value> {
        let configuration = self.configuration(core);
        let named =
            ["Runtime", "Role", "Handler", "Description", "Timeout", "MemorySize", "LoggingConfig", "Architectures"];
        let mut shown: Map<String, Value> =
            named.iter().filter_map(|name| Some(((*name).to_owned(), configuration.get(*name)?.clone()))).collect();
        shown.insert("Environment".to_owned(), json!({ "Variables": self.settings.variables }));
        shown.insert("Code".to_owned(), json!({ "CodeSha256": self.code.base64() }));
        shown.insert("ReservedConcurrentExecutions".to_owned(), json!(self.reserved_concurrency));
        shown.insert("DeadLetterConfig".to_owned(), json!({ "TargetArn": self.settings.dead_letter }));
        shown.insert("Tags".to_owned(), json!(self.tags));
        shown
    }

    /// `FunctionConfiguration`.
    pub(super) fn configuration(&self, core: &Core) -> Map<String, Value> {
        let settings = &self.settings;
        let mut logging = json!({
            "LogFormat": match settings.logging.format { LogFormat::Text => "Text", LogFormat::Json => "JSON" },
            "LogGroup": self.log_group(),
        });
        if settings.logging.format == LogFormat::Json {
            logging["ApplicationLogLevel"] = json!(settings.logging.application_level.as_deref().unwrap_or("INFO"));
            logging["SystemLogLevel"] = json!(settings.logging.system_level.as_deref().unwrap_or("INFO"));
        }
        let mut body = json!({
            "FunctionName": self.name,
            "FunctionArn": self.arn(core),
            "Runtime": settings.runtime,
            "Role": settings.role,
            "Handler": settings.handler,
            "CodeSize": self.code.size,
            "Description": settings.description,
            "Timeout": settings.timeout,
            "MemorySize": settings.memory,
            "LastModified": self.last_modified,
            "CodeSha256": self.code.base64(),
            "Version": "$LATEST",
            "TracingConfig": {"Mode": "PassThrough"},
            "RevisionId": self.revision,
            "State": "Active",
            "LastUpdateStatus": "Successful",
            "PackageType": "Zip",
            "Architectures": [machine_architecture()],
            "EphemeralStorage": {"Size": 512},
            "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
            "LoggingConfig": logging,
        });
        if let Some(target) = &settings.dead_letter {
            body["DeadLetterConfig"] = json!({"TargetArn": target});
        }
        if !settings.variables.is_empty() {
            body["Environment"] = json!({"Variables": settings.variables});
        }
        match body {
            Value::Object(body) => body,
            _ => Map::new(),
        }
    }
}

impl CodeRef {
    /// The digest as the API shows it.
    pub(super) fn base64(&self) -> String {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(hex::decode(&self.sha256).unwrap_or_default())
    }
}

/// ARN of a function.
pub(super) fn arn(core: &Core, name: &str) -> String {
    core.arn("lambda", &format!("function:{name}"))
}

/// The name in a function's name, ARN or partial ARN. A qualifier other than `$LATEST` names nothing here: versions and
/// aliases are not offered.
pub(super) fn name_of(core: &Core, identifier: &str) -> Result<String, AwsError> {
    let unknown = || not_found(core, identifier);
    let rest = match identifier.split_once(":function:") {
        Some((prefix, rest)) => {
            let owner = prefix.strip_prefix("arn:aws:lambda:").unwrap_or(prefix);
            let whole = format!("{}:{}", core.region, core.account);
            if owner != whole && owner != core.account {
                return Err(unknown());
            }
            rest
        }
        None => identifier,
    };
    match rest.split_once(':') {
        None | Some((_, "$LATEST")) => Ok(rest.split(':').next().unwrap_or_default().to_owned()),
        Some(_) => Err(unknown()),
    }
}

/// The 404 of a function.
pub(super) fn not_found(core: &Core, identifier: &str) -> AwsError {
    let arn = if identifier.starts_with("arn:") { identifier.to_owned() } else { arn(core, identifier) };
    input::user_error(404, "ResourceNotFoundException", format!("Function not found: {arn}"))
}

/// This machine's architecture in Lambda's words.
pub(super) fn machine_architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" }
}

/// Checks a new function's name.
pub(super) fn check_name(name: &str) -> Result<(), AwsError> {
    let fits = !name.is_empty()
        && name.len() <= LONGEST_NAME
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if fits {
        return Ok(());
    }
    Err(validation(
        name,
        "functionName",
        "Member must satisfy regular expression pattern: [a-zA-Z0-9-_]+ and have length less than or equal to 64",
    ))
}

impl Settings {
    /// The settings that `properties` (of the API or of CloudFormation: both use the same names) ask for. What is absent
    /// comes from `base`, or is Lambda's default.
    pub(super) fn read(properties: &Map<String, Value>, base: Option<&Self>) -> Result<Self, AwsError> {
        check_package(properties)?;
        let runtime = match (input::text(properties, "Runtime")?, base) {
            (Some(runtime), _) => runtime,
            (None, Some(base)) => base.runtime.clone(),
            (None, None) => {
                return Err(invalid_parameter(
                    "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
                ));
            }
        };
        if !RUNTIMES.contains(&runtime.as_str()) {
            return Err(invalid_parameter(format!(
                "the local cloud runs programs built for {} and has no interpreter for runtime {runtime}",
                RUNTIMES.join(" or ")
            )));
        }
        let handler = match (input::text(properties, "Handler")?, base) {
            (Some(handler), _) => handler,
            (None, Some(base)) => base.handler.clone(),
            (None, None) => {
                return Err(invalid_parameter(
                    "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
                ));
            }
        };
        if handler.is_empty() || handler.len() > 128 || handler.chars().any(char::is_whitespace) {
            return Err(validation(&handler, "handler", "Member must satisfy regular expression pattern: [^\\s]+"));
        }
        let role = match (input::text(properties, "Role")?, base) {
            (Some(role), _) => role,
            (None, Some(base)) => base.role.clone(),
            (None, None) => return Err(validation("null", "role", "Member must not be null")),
        };
        if !role.starts_with("arn:aws") || !role.contains(":iam::") || !role.contains(":role/") {
            return Err(validation(
                &role,
                "role",
                "Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+",
            ));
        }
        Ok(Self {
            runtime,
            role,
            handler,
            description: input::text(properties, "Description")?
                .unwrap_or_else(|| base.map(|base| base.description.clone()).unwrap_or_default()),
            timeout: input::integer(properties, "Timeout", 1, 900)?.unwrap_or(base.map_or(3, |base| base.timeout)),
            memory: input::integer(properties, "MemorySize", 128, 10_240)?
                .unwrap_or(base.map_or(128, |base| base.memory)),
            variables: match read_variables(properties)? {
                Some(variables) => variables,
                None => base.map(|base| base.variables.clone()).unwrap_or_default(),
            },
            logging: match read_logging(properties)? {
                Some(logging) => logging,
                None => base.map(|base| base.logging.clone()).unwrap_or_default(),
            },
            // An empty ARN takes it away, as on Lambda.
            dead_letter: match input::object(properties, "DeadLetterConfig")? {
                Some(config) => input::text(config, "TargetArn")?.filter(|arn| !arn.is_empty()),
                None => base.and_then(|base| base.dead_letter.clone()),
            },
        })
    }
}

fn check_package(properties: &Map<String, Value>) -> Result<(), AwsError> {
    if input::text(properties, "PackageType")?.is_some_and(|package| package != "Zip") {
        return Err(invalid_parameter("the local cloud runs Zip packages only; it has no container images"));
    }
    let Some(architectures) = properties.get("Architectures").filter(|value| !value.is_null()) else { return Ok(()) };
    let machine = machine_architecture();
    match architectures.as_array().map(Vec::as_slice) {
        Some([Value::String(one)]) if one == machine => Ok(()),
        Some([Value::String(one)]) if one == "arm64" || one == "x86_64" => Err(invalid_parameter(format!(
            "the function is built for {one}, and the local cloud runs functions on this machine, which is {machine}: \
             build and declare it for {machine}"
        ))),
        _ => Err(validation(
            &architectures.to_string(),
            "architectures",
            "Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64]], exactly one",
        )),
    }
}

fn read_variables(properties: &Map<String, Value>) -> Result<Option<BTreeMap<String, String>>, AwsError> {
    let Some(environment) = input::object(properties, "Environment")? else { return Ok(None) };
    let variables = input::strings(environment, "Variables")?.unwrap_or_default();
    let reserved: Vec<&str> =
        variables.keys().map(String::as_str).filter(|name| limits::RESERVED_ENVIRONMENT.contains(name)).collect();
    if !reserved.is_empty() {
        return Err(invalid_parameter(format!(
            "Lambda was unable to configure your environment variables because the environment variables you have provided \
             contains reserved keys that are currently not supported for modification. Reserved keys used in this request: {}",
            reserved.join(", ")
        )));
    }
    for name in variables.keys() {
        let mut characters = name.chars();
        let fits = characters.next().is_some_and(|first| first.is_ascii_alphabetic())
            && name.len() >= 2
            && characters.all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !fits {
            return Err(validation(
                name,
                "environment.variables",
                "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]",
            ));
        }
    }
    let measured = json!(variables).to_string();
    if measured.len() > limits::ENVIRONMENT_BYTES {
        return Err(invalid_parameter(format!(
            "Lambda was unable to configure your environment variables because the environment variables you have provided \
             exceeded the 4KB limit. String measured: {measured}"
        )));
    }
    Ok(Some(variables))
}

fn read_logging(properties: &Map<String, Value>) -> Result<Option<Logging>, AwsError> {
    let Some(config) = input::object(properties, "LoggingConfig")? else { return Ok(None) };
    let format = match input::text(config, "LogFormat")?.as_deref() {
        None | Some("Text") => LogFormat::Text,
        Some("JSON") => LogFormat::Json,
        Some(other) => {
            return Err(validation(
                other,
                "loggingConfig.logFormat",
                "Member must satisfy enum value set: [JSON, Text]",
            ));
        }
    };
    let level = |name: &str, allowed: &[&str]| -> Result<Option<String>, AwsError> {
        let level = input::text(config, name)?;
        match &level {
            Some(_) if format == LogFormat::Text => Err(invalid_parameter(format!(
                "{name} is not supported when LogFormat is set to \"Text\". Remove {name} from your request or change the LogFormat to \"JSON\" and try again."
            ))),
            Some(text) if !allowed.contains(&text.as_str()) => {
                Err(validation(text, name, &format!("Member must satisfy enum value set: [{}]", allowed.join(", "))))
            }
            _ => Ok(level),
        }
    };
    Ok(Some(Logging {
        format,
        group: input::text(config, "LogGroup")?,
        application_level: level("ApplicationLogLevel", &["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"])?,
        system_level: level("SystemLogLevel", &["DEBUG", "INFO", "WARN"])?,
    }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn properties(more: &Value) -> Map<String, Value> {
        let mut base = json!({
            "Runtime": "provided.al2023", "Handler": "bootstrap", "Role": "arn:aws:iam::123456789012:role/r",
        });
        for (name, value) in more.as_object().unwrap() {
            base[name] = value.clone();
        }
        base.as_object().unwrap().clone()
    }

    fn refusal(more: &Value) -> String {
        Settings::read(&properties(more), None).unwrap_err().message
    }

    #[test]
    fn defaults_are_those_of_lambda_and_numbers_may_be_text_as_parameters_are() {
        let settings = Settings::read(&properties(&json!({})), None).unwrap();
        assert_eq!((settings.timeout, settings.memory), (3, 128));
        let settings = Settings::read(&properties(&json!({"Timeout": "30", "MemorySize": 256})), None).unwrap();
        assert_eq!((settings.timeout, settings.memory), (30, 256));
    }

    #[test]
    fn limits_and_enumerations_are_refused_with_the_offending_value() {
        assert!(refusal(&json!({"Timeout": 901})).contains("'901' at 'timeout'"));
        assert!(refusal(&json!({"Timeout": 0})).contains("'0' at 'timeout'"));
        assert!(refusal(&json!({"MemorySize": 127})).contains("'127' at 'memorySize'"));
        assert!(refusal(&json!({"Runtime": "nodejs22.x"})).contains("nodejs22.x"));
        assert!(refusal(&json!({"PackageType": "Image"})).contains("Zip"));
        assert!(refusal(&json!({"Role": "my-role"})).contains("my-role"));
        let other = if machine_architecture() == "arm64" { "x86_64" } else { "arm64" };
        assert!(refusal(&json!({"Architectures": [other]})).contains(machine_architecture()));
    }

    #[test]
    fn reserved_and_oversize_environments_are_refused_in_lambdas_words() {
        let text = refusal(&json!({"Environment": {"Variables": {"AWS_REGION": "x", "OK_1": "y"}}}));
        assert!(text.ends_with("Reserved keys used in this request: AWS_REGION"), "{text}");
        let text = refusal(&json!({"Environment": {"Variables": {"BIG": "x".repeat(4096)}}}));
        assert!(text.contains("exceeded the 4KB limit"), "{text}");
        assert!(refusal(&json!({"Environment": {"Variables": {"1A": "x"}}})).contains("1A"));
        assert!(
            Settings::read(&properties(&json!({"Environment": {"Variables": {"BIG": "x".repeat(4000)}}})), None)
                .is_ok()
        );
    }

    #[test]
    fn a_name_may_be_an_arn_and_only_the_latest_version_exists() {
        let folder = tempfile::tempdir().unwrap();
        let core = crate::lambda::tests_core(folder.path());
        for identifier in [
            "shop",
            "shop:$LATEST",
            "123456789012:function:shop",
            "arn:aws:lambda:us-east-1:123456789012:function:shop",
            "arn:aws:lambda:us-east-1:123456789012:function:shop:$LATEST",
        ] {
            assert_eq!(name_of(&core, identifier).unwrap(), "shop", "{identifier}");
        }
        for identifier in
            ["shop:1", "arn:aws:lambda:eu-west-1:123456789012:function:shop", "999999999999:function:shop"]
        {
            assert_eq!(name_of(&core, identifier).unwrap_err().status, 404, "{identifier}");
        }
    }

    #[test]
    fn the_digest_is_shown_in_base64() {
        let code = CodeRef { sha256: "00ff10".to_owned(), size: 3 };
        assert_eq!(code.base64(), "AP8Q");
    }
}
