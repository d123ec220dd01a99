//! Queues and queue policies for CloudFormation.
//!
//! Source: the CloudFormation resource reference, `AWS::SQS::Queue` and `AWS::SQS::QueuePolicy`.

use super::{attributes, engine::Engine};
use crate::provider::{Property, ProvisionError, Provisioned, Reading, ResourceProvider, ResourceRequest};
use async_trait::async_trait;
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// Longest queue name.
const MAX_NAME: usize = 80;

/// Properties that are queue attributes of the same name.
const ATTRIBUTES: [&str; 15] = [
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "DelaySeconds",
    "FifoQueue",
    "FifoThroughputLimit",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
    "VisibilityTimeout",
    "Policy",
];

/// Both providers.
pub(super) fn all(engine: &Arc<Engine>) -> Vec<Arc<dyn ResourceProvider>> {
    vec![Arc::new(Queues(engine.clone())), Arc::new(Policies(engine.clone()))]
}

struct Queues(Arc<Engine>);

/// The queue attributes that the properties ask for.
fn wanted(properties: &Map<String, Value>) -> Result<BTreeMap<String, String>, ProvisionError> {
    let mut wanted = BTreeMap::new();
    for (name, value) in properties.iter().filter(|(name, _)| ATTRIBUTES.contains(&name.as_str())) {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            Value::Object(_) if name.starts_with("Redrive") => value.to_string(),
            _ => return Err(ProvisionError::invalid(format!("{name} has a value of the wrong type"))),
        };
        // A template may say FifoQueue: false, which the API does not take.
        if !(name == "FifoQueue" && text == "false") {
            wanted.insert(name.clone(), text);
        }
    }
    Ok(wanted)
}

fn tags(properties: &Map<String, Value>) -> Result<BTreeMap<String, String>, ProvisionError> {
    let wrong = || ProvisionError::invalid("Tags must be a list of Key and Value");
    match properties.get("Tags") {
        None => Ok(BTreeMap::new()),
        Some(tags) => tags
            .as_array()
            .ok_or_else(wrong)?
            .iter()
            .map(|tag| {
                let key = tag["Key"].as_str().ok_or_else(wrong)?;
                Ok((key.to_owned(), tag["Value"].as_str().ok_or_else(wrong)?.to_owned()))
            })
            .collect(),
    }
}

impl Queues {
    fn name(request: &ResourceRequest, fifo: bool) -> Result<String, ProvisionError> {
        match request.properties.get("QueueName") {
            Some(Value::String(name)) => Ok(name.clone()),
            Some(_) => Err(ProvisionError::invalid("QueueName must be a string")),
            None => {
                let suffix = if fifo { ".fifo" } else { "" };
                // The random tail tells one creation from the next, so the front gives way.
                let name = &request.generated_name;
                let excess = (name.len() + suffix.len()).saturating_sub(MAX_NAME);
                let tail = name.rsplit_once('-').map_or("", |(_, tail)| tail);
                let front = &name[..name.len() - tail.len()];
                let kept: String = front.chars().take(front.len().saturating_sub(excess)).collect();
                Ok(format!("{kept}{tail}{suffix}"))
            }
        }
    }

    fn provisioned(&self, name: &str, physical_id: String) -> Provisioned {
        Provisioned {
            attributes: BTreeMap::from([
                ("Arn".to_owned(), json!(self.0.core.arn("sqs", name))),
                ("QueueName".to_owned(), json!(name)),
                ("QueueUrl".to_owned(), json!(self.0.url(name))),
            ]),
            physical_id,
        }
    }
}

#[async_trait]
impl ResourceProvider for Queues {
    fn type_name(&self) -> &'static str {
        "AWS::SQS::Queue"
    }

    fn properties(&self) -> &'static [Property] {
        const NO_KEYS: &str = "would encrypt messages with a KMS key; the local cloud keeps them in a plain file";
        const NO_QUOTA: &str = "would raise the throughput quota; the local cloud has none";
        const {
            &[
                Property::honoured("ContentBasedDeduplication"),
                Property::honoured("DeduplicationScope"),
                Property::honoured("DelaySeconds"),
                Property::create_only("FifoQueue"),
                Property::ignored("FifoThroughputLimit", NO_QUOTA),
                Property::ignored("KmsDataKeyReusePeriodSeconds", NO_KEYS),
                Property::ignored("KmsMasterKeyId", NO_KEYS),
                Property::honoured("MaximumMessageSize"),
                Property::honoured("MessageRetentionPeriod"),
                Property::create_only("QueueName"),
                Property::honoured("ReceiveMessageWaitTimeSeconds"),
                Property::honoured("RedriveAllowPolicy"),
                Property::honoured("RedrivePolicy"),
                Property::ignored(
                    "SqsManagedSseEnabled",
                    "would encrypt messages at rest; the local cloud keeps them in a plain file",
                ),
                Property::honoured("Tags"),
                Property::honoured("VisibilityTimeout"),
            ]
        }
    }

    async fn create(&self, request: &ResourceRequest) -> Result<Provisioned, ProvisionError> {
        let wanted = wanted(&request.properties)?;
        let name = Self::name(request, wanted.contains_key("FifoQueue"))?;
        if !self.0.create(&name, &wanted, &tags(&request.properties)?)? {
            return Err(ProvisionError::with_code("AlreadyExists", format!("A queue named {name} already exists")));
        }
        Ok(self.provisioned(&name, self.0.url(&name)))
    }

    async fn update(
        &self,
        physical_id: &str,
        _previous: &Map<String, Value>,
        request: &ResourceRequest,
    ) -> Result<Provisioned, ProvisionError> {
        let name = self.0.name_in_url(physical_id)?;
        let mut wanted = wanted(&request.properties)?;
        wanted.remove("FifoQueue");
        let new_tags = tags(&request.properties)?;
        self.0.reset_attributes(&name, &wanted)?;
        self.0.change_tags(&name, |tags| *tags = new_tags)?;
        Ok(self.provisioned(&name, physical_id.to_owned()))
    }

    async fn delete(&self, physical_id: &str, _request: &ResourceRequest) -> Result<(), ProvisionError> {
        gone_is_fine(self.0.delete(&self.0.name_in_url(physical_id)?))
    }

    async fn discard(&self, request: &ResourceRequest) -> Result<(), ProvisionError> {
        // A queue of the author's own name may have been there before, and its messages are not ours to lose.
        if request.properties.contains_key("QueueName") {
            return Ok(());
        }
        let fifo = wanted(&request.properties)?.contains_key("FifoQueue");
        gone_is_fine(self.0.delete(&Self::name(request, fifo)?))
    }

    async fn read(&self, physical_id: &str, request: &ResourceRequest) -> Result<Reading, ProvisionError> {
        let queue = match self.0.queue(&self.0.name_in_url(physical_id)?) {
            Err(error) if error.code == "QueueDoesNotExist" => return Ok(Reading::Gone),
            other => other?,
        };
        let wanted = attributes::validate(&wanted(&request.properties)?, queue.settings.fifo)?;
        let wanted = wanted.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        Ok(Reading::There {
            expected: shown(&wanted, &tags(&request.properties)?),
            actual: shown(&queue.attributes, &queue.tags),
        })
    }
}

/// Attributes and tags in one form: documents as JSON, whatever their spelling.
fn shown(attributes: &BTreeMap<String, String>, tags: &BTreeMap<String, String>) -> Map<String, Value> {
    let value = |(name, text): (String, String)| {
        let document = text.starts_with('{').then(|| serde_json::from_str(&text).ok()).flatten();
        (name, document.map_or(Value::String(text), numbers_as_text))
    };
    let mut shown: Map<String, Value> = attributes::shown(attributes).into_iter().map(value).collect();
    shown.insert("Tags".to_owned(), json!(tags));
    shown
}

/// `maxReceiveCount` may be written as a number or as text.
fn numbers_as_text(document: Value) -> Value {
    match document {
        Value::Number(number) => Value::String(number.to_string()),
        Value::Object(members) => {
            members.into_iter().map(|(name, value)| (name, numbers_as_text(value))).collect::<Map<_, _>>().into()
        }
        other => other,
    }
}

fn gone_is_fine(result: Result<(), crate::error::AwsError>) -> Result<(), ProvisionError> {
    match result {
        Err(error) if error.code == "QueueDoesNotExist" => Ok(()),
        other => Ok(other?),
    }
}

struct Policies(Arc<Engine>);

/// The queues that a `QueuePolicy` names, by URL.
fn queues(properties: &Map<String, Value>) -> Result<Vec<String>, ProvisionError> {
    let wrong = || ProvisionError::invalid("Queues must be a list of queue URLs");
    let urls = properties.get("Queues").and_then(Value::as_array).ok_or_else(wrong)?;
    urls.iter().map(|url| url.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
}

impl Policies {
    fn set(&self, urls: &[String], policy: &str) -> Result<(), ProvisionError> {
        for url in urls {
            let attributes = BTreeMap::from([("Policy".to_owned(), policy.to_owned())]);
            self.0.set_attributes(&self.0.name_in_url(url)?, &attributes)?;
        }
        Ok(())
    }

    fn clear(&self, urls: &[String]) -> Result<(), ProvisionError> {
        urls.iter().try_for_each(|url| {
            let attributes = BTreeMap::from([("Policy".to_owned(), String::new())]);
            gone_is_fine(self.0.set_attributes(&self.0.name_in_url(url)?, &attributes))
        })
    }

    fn document(properties: &Map<String, Value>) -> Result<String, ProvisionError> {
        match properties.get("PolicyDocument") {
            Some(document @ Value::Object(_)) => Ok(document.to_string()),
            Some(Value::String(text)) => Ok(text.clone()),
            _ => Err(ProvisionError::invalid("PolicyDocument must be a policy document")),
        }
    }
}

#[async_trait]
impl ResourceProvider for Policies {
    fn type_name(&self) -> &'static str {
        "AWS::SQS::QueuePolicy"
    }

    fn properties(&self) -> &'static [Property] {
        const { &[Property::honoured("PolicyDocument"), Property::honoured("Queues")] }
    }

    async fn create(&self, request: &ResourceRequest) -> Result<Provisioned, ProvisionError> {
        self.set(&queues(&request.properties)?, &Self::document(&request.properties)?)?;
        Ok(policy_provisioned(&request.generated_name))
    }

    async fn update(
        &self,
        physical_id: &str,
        previous: &Map<String, Value>,
        request: &ResourceRequest,
    ) -> Result<Provisioned, ProvisionError> {
        let urls = queues(&request.properties)?;
        self.set(&urls, &Self::document(&request.properties)?)?;
        let dropped: Vec<String> = queues(previous)?.into_iter().filter(|url| !urls.contains(url)).collect();
        self.clear(&dropped)?;
        Ok(policy_provisioned(physical_id))
    }

    async fn delete(&self, _physical_id: &str, request: &ResourceRequest) -> Result<(), ProvisionError> {
        self.clear(&queues(&request.properties)?)
    }

    /// Gone when no queue has a policy any more; otherwise the first policy that is another is shown.
    async fn read(&self, _physical_id: &str, request: &ResourceRequest) -> Result<Reading, ProvisionError> {
        let shown = |text: &str| {
            let document: Value = serde_json::from_str(text).unwrap_or_else(|_| text.into());
            Map::from_iter([("PolicyDocument".to_owned(), document)])
        };
        let expected = shown(&Self::document(&request.properties)?);
        let mut found = Vec::new();
        for url in queues(&request.properties)? {
            match self.0.queue(&self.0.name_in_url(&url)?) {
                Ok(queue) => found.extend(queue.attributes.get("Policy").map(|text| shown(text))),
                Err(error) if error.code == "QueueDoesNotExist" => {}
                Err(error) => return Err(error.into()),
            }
        }
        let actual = found.iter().find(|one| **one != expected).or(found.first());
        Ok(actual.cloned().map_or(Reading::Gone, |actual| Reading::There { expected, actual }))
    }
}

fn policy_provisioned(id: &str) -> Provisioned {
    Provisioned { physical_id: id.to_owned(), attributes: BTreeMap::from([("Id".to_owned(), json!(id))]) }
}
