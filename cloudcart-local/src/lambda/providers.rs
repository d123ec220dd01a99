//! What CloudFormation makes of Lambda: functions, permissions and event source mappings.

use super::{
    Lambda,
    event_config::EventConfig,
    functions::NewFunction,
    input,
    policy::Statement,
    record::{self, CodeRef, FunctionRecord, LONGEST_NAME, Settings},
};
use crate::{
    error::AwsError,
    provider::{OnChange, Property, ProvisionError, Provisioned, Reading, ResourceProvider, ResourceRequest, Support},
};
use async_trait::async_trait;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// `AWS::Lambda::Function`.
pub(super) struct FunctionProvider(pub(super) Arc<Lambda>);
/// `AWS::Lambda::Permission`.
pub(super) struct PermissionProvider(pub(super) Arc<Lambda>);
/// `AWS::Lambda::EventInvokeConfig`.
pub(super) struct EventConfigProvider(pub(super) Arc<Lambda>);
/// `AWS::Lambda::EventSourceMapping`.
pub(super) struct MappingProvider(pub(super) Arc<Lambda>);

const FUNCTION: &[Property] = &[
    Property::honoured("Architectures"),
    Property::honoured("Code"),
    Property::ignored("Code.S3ObjectStorageMode", "would run the package from where it lies; here it is copied"),
    Property::ignored("Code.SourceKMSKeyArn", "would decrypt the package with a key; nothing is encrypted here"),
    Property::honoured("DeadLetterConfig"),
    Property::honoured("Description"),
    Property::honoured("Environment"),
    Property::create_only("FunctionName"),
    Property::honoured("Handler"),
    Property::honoured("LoggingConfig"),
    Property::honoured("MemorySize"),
    Property::create_only("PackageType"),
    Property::honoured("ReservedConcurrentExecutions"),
    Property::honoured("Role"),
    Property::honoured("Runtime"),
    Property::honoured("Tags"),
    Property::honoured("Timeout"),
    Property::ignored("EphemeralStorage", "would size /tmp; here functions share this machine's /tmp"),
    Property::ignored("KmsKeyArn", "would encrypt the environment variables at rest; nothing is encrypted here"),
    Property::ignored("RecursiveLoop", "would stop loops between functions and queues; loops are not detected here"),
    Property::ignored(
        "RuntimeManagementConfig",
        "would pin the runtime's patches; here functions run on this machine's system",
    ),
    Property::ignored(
        "TracingConfig",
        "would send traces to X-Ray; here the trace header is passed on and nothing is recorded",
    ),
    Property::ignored("VpcConfig", "would place the function in a VPC; here functions use this machine's network"),
];

const PERMISSION: &[Property] = &[
    Property::create_only("Action"),
    Property::create_only("FunctionName"),
    Property::create_only("Principal"),
    Property::create_only("SourceAccount"),
    Property::create_only("SourceArn"),
];

const MAPPING: &[Property] = &[
    Property::honoured("BatchSize"),
    Property::honoured("Enabled"),
    Property::create_only("EventSourceArn"),
    Property::honoured("FilterCriteria"),
    Property::honoured("FunctionName"),
    Property::honoured("FunctionResponseTypes"),
    Property::honoured("MaximumBatchingWindowInSeconds"),
    Property::honoured("ScalingConfig"),
    Property::honoured("Tags"),
    Property {
        name: "KmsKeyArn",
        support: Support::Ignored("would encrypt the filter criteria at rest; nothing is encrypted here"),
        on_change: OnChange::Update,
    },
    Property::ignored("MetricsConfig", "would publish metrics to CloudWatch; there are none here"),
];

const EVENT_CONFIG: &[Property] = &[
    Property::honoured("DestinationConfig"),
    Property::create_only("FunctionName"),
    Property::honoured("MaximumEventAgeInSeconds"),
    Property::honoured("MaximumRetryAttempts"),
    Property::create_only("Qualifier"),
];

#[async_trait]
impl ResourceProvider for FunctionProvider {
    fn type_name(&self) -> &'static str {
        "AWS::Lambda::Function"
    }

    fn properties(&self) -> &'static [Property] {
        FUNCTION
    }

    async fn create(&self, request: &ResourceRequest) -> Result<Provisioned, ProvisionError> {
        let properties = &request.properties;
        let name = match input::text(properties, "FunctionName")? {
            Some(name) => name,
            None => shortened(&request.generated_name),
        };
        let settings = Settings::read(properties, None)?;
        let code = self.0.load_code(source(properties)?).await?;
        let reserved_concurrency = input::integer(properties, "ReservedConcurrentExecutions", 0, 1_000_000)?;
        let tags = input::tags(properties, "Tags")?.unwrap_or_default();
        let new = NewFunction {
            name,
            settings,
            code,
            reserved_concurrency,
            tags,
            origin: Some(request.generated_name.clone()),
        };
        Ok(self.provisioned(&*self.0.create_function(new).await?))
    }

    /// Done once new invocations get the new code and settings; those that run finish in the old.
    async fn update(
        &self,
        physical_id: &str,
        previous: &Map<String, Value>,
        request: &ResourceRequest,
    ) -> Result<Provisioned, ProvisionError> {
        let properties = &request.properties;
        // From nothing, not from what is there: a property that the template drops returns to its default.
        let settings = Settings::read(properties, None)?;
        let code = if previous.get("Code") == properties.get("Code") {
            None
        } else {
            Some(self.0.load_code(source(properties)?).await?)
        };
        let reserved_concurrency = input::integer(properties, "ReservedConcurrentExecutions", 0, 1_000_000)?;
        let tags = input::tags(properties, "Tags")?.unwrap_or_default();
        let record = self
            .0
            .change_function(physical_id, None, |record| {
                record.settings = settings;
                record.reserved_concurrency = reserved_concurrency;
                record.tags = tags;
                if let Some(code) = code {
                    record.declared_code = Some(code.sha256.clone());
                    record.code = code;
                }
                Ok(())
            })
            .await?;
        Ok(self.provisioned(&record))
    }

    async fn delete(&self, physical_id: &str, _request: &ResourceRequest) -> Result<(), ProvisionError> {
        gone_is_fine(self.0.delete_function(physical_id).await)
    }

    async fn discard(&self, request: &ResourceRequest) -> Result<(), ProvisionError> {
        let made = |record: &&Arc<FunctionRecord>| record.origin.as_deref() == Some(request.generated_name.as_str());
        match self.0.all_functions().iter().find(made) {
            Some(record) => self.delete(&record.name, request).await,
            None => Ok(()),
        }
    }

    /// The code is compared by digest. AWS does not look at it; here nothing stands in the way.
    async fn read(&self, physical_id: &str, request: &ResourceRequest) -> Result<Reading, ProvisionError> {
        let record = match self.0.existing(physical_id) {
            Err(error) if error.status == 404 => return Ok(Reading::Gone),
            other => other?,
        };
        let properties = &request.properties;
        let declared = record.declared_code.clone().unwrap_or_else(|| record.code.sha256.clone());
        let wanted = FunctionRecord {
            settings: Settings::read(properties, None)?,
            code: CodeRef { sha256: declared, size: record.code.size },
            reserved_concurrency: input::integer(properties, "ReservedConcurrentExecutions", 0, 1_000_000)?,
            tags: input::tags(properties, "Tags")?.unwrap_or_default(),
            ..(*record).clone()
        };
        let core = &self.0.core;
        Ok(Reading::There { expected: wanted.shown(core), actual: record.shown(core) })
    }
}

impl FunctionProvider {
    fn provisioned(&self, record: &FunctionRecord) -> Provisioned {
        Provisioned {
            physical_id: record.name.clone(),
            attributes: [("Arn".to_owned(), json!(record.arn(&self.0.core)))].into(),
        }
    }
}

/// The `Code` property. Its `ZipFile` is source text, which no program can be.
fn source(properties: &Map<String, Value>) -> Result<&Map<String, Value>, ProvisionError> {
    let code = input::object(properties, "Code")?
        .ok_or_else(|| ProvisionError::invalid("#: required key [Code] not found"))?;
    if code.contains_key("ZipFile") {
        return Err(ProvisionError::invalid(
            "ZipFile is not supported for provided runtimes: it holds the source text of a script, and they run a program",
        ));
    }
    Ok(code)
}

/// A generated name within Lambda's limit. Its random end stays, so that it remains unique.
fn shortened(name: &str) -> String {
    let name: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' }).collect();
    if name.len() <= LONGEST_NAME {
        return name;
    }
    let end = name.rsplit('-').next().unwrap_or_default().to_owned();
    let end = if end.len() < LONGEST_NAME / 2 { end } else { String::new() };
    let start = name[..LONGEST_NAME - end.len() - 1].trim_end_matches('-').to_owned();
    format!("{start}-{end}").trim_end_matches('-').to_owned()
}

fn gone_is_fine(result: Result<(), AwsError>) -> Result<(), ProvisionError> {
    match result {
        Err(error) if error.status == 404 => Ok(()),
        result => Ok(result?),
    }
}

#[async_trait]
impl ResourceProvider for PermissionProvider {
    fn type_name(&self) -> &'static str {
        "AWS::Lambda::Permission"
    }

    fn properties(&self) -> &'static [Property] {
        PERMISSION
    }

    async fn create(&self, request: &ResourceRequest) -> Result<Provisioned, ProvisionError> {
        let statement = Statement::read(&request.properties, sid(&request.generated_name))?;
        let physical_id = statement.sid.clone();
        self.0.add_permission(&self.function(request)?, statement).await?;
        Ok(Provisioned { attributes: [("Id".to_owned(), json!(physical_id))].into(), physical_id })
    }

    /// Every property replaces, so there is nothing to do.
    async fn update(
        &self,
        physical_id: &str,
        _previous: &Map<String, Value>,
        _request: &ResourceRequest,
    ) -> Result<Provisioned, ProvisionError> {
        Ok(Provisioned {
            physical_id: physical_id.to_owned(),
            attributes: [("Id".to_owned(), json!(physical_id))].into(),
        })
    }

    async fn delete(&self, physical_id: &str, request: &ResourceRequest) -> Result<(), ProvisionError> {
        gone_is_fine(self.0.remove_permission(&self.function(request)?, physical_id).await)
    }

    async fn discard(&self, request: &ResourceRequest) -> Result<(), ProvisionError> {
        self.delete(&sid(&request.generated_name), request).await
    }

    async fn read(&self, physical_id: &str, request: &ResourceRequest) -> Result<Reading, ProvisionError> {
        let function = match self.0.existing(&self.function(request)?) {
            Err(error) if error.status == 404 => return Ok(Reading::Gone),
            other => other?,
        };
        let Some(statement) = function.policy.iter().find(|one| one.sid == physical_id) else {
            return Ok(Reading::Gone);
        };
        let shown = |one: &Statement| {
            Map::from_iter([
                ("Action".to_owned(), json!(one.action)),
                ("Principal".to_owned(), json!(one.principal)),
                ("SourceArn".to_owned(), json!(one.source_arn)),
                ("SourceAccount".to_owned(), json!(one.source_account)),
            ])
        };
        let wanted = Statement::read(&request.properties, physical_id.to_owned())?;
        Ok(Reading::There { expected: shown(&wanted), actual: shown(statement) })
    }
}

impl PermissionProvider {
    fn function(&self, request: &ResourceRequest) -> Result<String, ProvisionError> {
        let identifier = input::required_text(&request.properties, "FunctionName")?;
        Ok(record::name_of(&self.0.core, &identifier)?)
    }
}

/// A generated name as a statement id.
fn sid(name: &str) -> String {
    let mut sid: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' }).collect();
    if sid.len() > 100 {
        sid.drain(..sid.len() - 100);
    }
    sid
}

#[async_trait]
impl ResourceProvider for MappingProvider {
    fn type_name(&self) -> &'static str {
        "AWS::Lambda::EventSourceMapping"
    }

    fn properties(&self) -> &'static [Property] {
        MAPPING
    }

    async fn create(&self, request: &ResourceRequest) -> Result<Provisioned, ProvisionError> {
        let record = self.0.create_mapping(&request.properties, Some(request.generated_name.clone())).await?;
        Ok(self.provisioned(&record))
    }

    async fn update(
        &self,
        physical_id: &str,
        _previous: &Map<String, Value>,
        request: &ResourceRequest,
    ) -> Result<Provisioned, ProvisionError> {
        // A property that the template drops returns to its default.
        let mut members = request.properties.clone();
        for (name, default) in [
            ("BatchSize", json!(10)),
            ("Enabled", json!(true)),
            ("FilterCriteria", json!({})),
            ("FunctionResponseTypes", json!([])),
            ("MaximumBatchingWindowInSeconds", json!(0)),
            ("ScalingConfig", json!({})),
            ("Tags", json!([])),
        ] {
            members.entry(name).or_insert(default);
        }
        let record = self.0.update_mapping(physical_id, &members).await?;
        Ok(self.provisioned(&record))
    }

    async fn delete(&self, physical_id: &str, _request: &ResourceRequest) -> Result<(), ProvisionError> {
        gone_is_fine(self.0.delete_mapping(physical_id).await.map(drop))
    }

    async fn discard(&self, request: &ResourceRequest) -> Result<(), ProvisionError> {
        let made = self.0.all_mappings()?;
        match made.iter().find(|mapping| mapping.origin.as_deref() == Some(request.generated_name.as_str())) {
            Some(mapping) => self.delete(&mapping.uuid, request).await,
            None => Ok(()),
        }
    }

    async fn read(&self, physical_id: &str, request: &ResourceRequest) -> Result<Reading, ProvisionError> {
        let mapping = match self.0.existing_mapping(physical_id) {
            Err(error) if error.status == 404 => return Ok(Reading::Gone),
            other => other?,
        };
        let properties = &request.properties;
        let wanted = super::mapping::MappingRecord {
            function: record::name_of(&self.0.core, &input::required_text(properties, "FunctionName")?)?,
            queue_arn: input::required_text(properties, "EventSourceArn")?,
            settings: super::mapping::MappingSettings::read(properties, None)?,
            tags: input::tags(properties, "Tags")?.unwrap_or_default(),
            ..mapping.clone()
        };
        Ok(Reading::There { expected: wanted.shown(), actual: mapping.shown() })
    }
}

impl MappingProvider {
    fn provisioned(&self, record: &super::mapping::MappingRecord) -> Provisioned {
        Provisioned {
            physical_id: record.uuid.clone(),
            attributes: [
                ("Id".to_owned(), json!(record.uuid)),
                ("EventSourceMappingArn".to_owned(), json!(record.arn(&self.0.core))),
            ]
            .into(),
        }
    }
}

#[async_trait]
impl ResourceProvider for EventConfigProvider {
    fn type_name(&self) -> &'static str {
        "AWS::Lambda::EventInvokeConfig"
    }

    fn properties(&self) -> &'static [Property] {
        EVENT_CONFIG
    }

    async fn create(&self, request: &ResourceRequest) -> Result<Provisioned, ProvisionError> {
        let name = self.function(request)?;
        let origin = Some(request.generated_name.clone());
        self.0
            .set_event_config(&name, |old| match old {
                Some(_) => Err(input::user_error(
                    409,
                    "ResourceConflictException",
                    format!("the function {name} has an EventInvokeConfig already"),
                )),
                None => Ok(EventConfig { origin, ..EventConfig::read(&request.properties, None)? }),
            })
            .await?;
        Ok(provisioned_config(&name))
    }

    async fn update(
        &self,
        _physical_id: &str,
        _previous: &Map<String, Value>,
        request: &ResourceRequest,
    ) -> Result<Provisioned, ProvisionError> {
        let name = self.function(request)?;
        let config = |old: Option<&EventConfig>| {
            let origin = old.and_then(|old| old.origin.clone());
            // From nothing: what the template drops returns to its default.
            Ok(EventConfig { origin, ..EventConfig::read(&request.properties, None)? })
        };
        self.0.set_event_config(&name, config).await?;
        Ok(provisioned_config(&name))
    }

    async fn delete(&self, _physical_id: &str, request: &ResourceRequest) -> Result<(), ProvisionError> {
        gone_is_fine(self.0.remove_event_config(&self.function(request)?).await)
    }

    async fn discard(&self, request: &ResourceRequest) -> Result<(), ProvisionError> {
        let name = self.function(request)?;
        match self.0.existing_event_config(&name) {
            Ok(config) if config.origin.as_deref() == Some(request.generated_name.as_str()) => {
                gone_is_fine(self.0.remove_event_config(&name).await)
            }
            _ => Ok(()),
        }
    }

    async fn read(&self, _physical_id: &str, request: &ResourceRequest) -> Result<Reading, ProvisionError> {
        let actual = match self.0.existing_event_config(&self.function(request)?) {
            Err(error) if error.status == 404 => return Ok(Reading::Gone),
            other => other?,
        };
        let expected = EventConfig::read(&request.properties, None)?;
        Ok(Reading::There { expected: expected.shown(), actual: actual.shown() })
    }
}

impl EventConfigProvider {
    fn function(&self, request: &ResourceRequest) -> Result<String, ProvisionError> {
        let properties = &request.properties;
        let qualifier = input::required_text(properties, "Qualifier")?;
        if qualifier != "$LATEST" {
            return Err(ProvisionError::invalid(format!(
                "the local cloud keeps no versions of functions, so the Qualifier is $LATEST and not {qualifier}"
            )));
        }
        Ok(record::name_of(&self.0.core, &input::required_text(properties, "FunctionName")?)?)
    }
}

fn provisioned_config(function: &str) -> Provisioned {
    Provisioned { physical_id: format!("{function}|$LATEST"), attributes: Map::new().into_iter().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_names_fit_and_keep_their_random_end() {
        let name = shortened(&format!("{}-CheckoutFunction-ABCDEFGHIJKL", "s".repeat(80)));
        assert!(name.len() <= LONGEST_NAME && name.ends_with("-ABCDEFGHIJKL"), "{name}");
        assert_eq!(shortened("shop-Cart-ABCDEFGHIJKL"), "shop-Cart-ABCDEFGHIJKL");
        assert_eq!(sid(&"x".repeat(120)).len(), 100);
    }
}
