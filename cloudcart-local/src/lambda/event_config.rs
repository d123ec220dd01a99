//! What becomes of asynchronous events: how often and how long a function is tried, and where the result goes.
//! Source: PutFunctionEventInvokeConfig in the Lambda API reference.

use super::{
    Lambda,
    input::{self, invalid_parameter, user_error},
    record::{self, FunctionRecord},
};
use crate::{core::Core, error::AwsError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Retries unless fewer are asked for.
const RETRIES: u32 = 2;
/// How long an event is kept unless a shorter time is asked for.
const OLDEST_EVENT: Duration = Duration::from_hours(6);

/// `AWS::Lambda::EventInvokeConfig`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EventConfig {
    pub(super) retries: Option<u32>,
    /// Seconds.
    pub(super) oldest: Option<u32>,
    /// ARN.
    pub(super) on_success: Option<String>,
    /// ARN.
    pub(super) on_failure: Option<String>,
    pub(super) last_modified_ms: i64,
    /// The generated name of the CloudFormation resource that made it.
    pub(super) origin: Option<String>,
}

impl EventConfig {
    /// Reads a configuration; what is absent comes from `base` or is not set.
    pub(super) fn read(members: &Map<String, Value>, base: Option<&Self>) -> Result<Self, AwsError> {
        let mut config = base.cloned().unwrap_or_default();
        if let Some(retries) = input::integer(members, "MaximumRetryAttempts", 0, RETRIES)? {
            config.retries = Some(retries);
        }
        if let Some(oldest) = input::integer(members, "MaximumEventAgeInSeconds", 60, 21_600)? {
            config.oldest = Some(oldest);
        }
        if let Some(destinations) = input::object(members, "DestinationConfig")? {
            let destination = |name| match input::object(destinations, name)? {
                Some(one) => input::text(one, "Destination"),
                None => Ok(None),
            };
            config.on_success = destination("OnSuccess")?;
            config.on_failure = destination("OnFailure")?;
        }
        Ok(config)
    }

    /// Retries after a failed attempt.
    pub(super) fn retries(config: Option<&Self>) -> usize {
        config.and_then(|config| config.retries).unwrap_or(RETRIES) as usize
    }

    /// How long an event is kept.
    pub(super) fn oldest(config: Option<&Self>) -> Duration {
        config.and_then(|config| config.oldest).map_or(OLDEST_EVENT, |seconds| Duration::from_secs(seconds.into()))
    }

    fn destinations(&self) -> impl Iterator<Item = &String> {
        [&self.on_success, &self.on_failure].into_iter().flatten()
    }

    /// What a template may say of it, as it is.
    pub(super) fn shown(&self) -> Map<String, Value> {
        let destination =
            |arn: &Option<String>| arn.as_ref().map_or_else(|| json!({}), |arn| json!({"Destination": arn}));
        Map::from_iter([
            ("MaximumRetryAttempts".to_owned(), json!(self.retries)),
            ("MaximumEventAgeInSeconds".to_owned(), json!(self.oldest)),
            (
                "DestinationConfig".to_owned(),
                json!({"OnSuccess": destination(&self.on_success), "OnFailure": destination(&self.on_failure)}),
            ),
        ])
    }

    /// `FunctionEventInvokeConfig`.
    pub(super) fn describe(&self, core: &Core, function: &str) -> Value {
        let mut shown = self.shown();
        shown.retain(|_, value| !value.is_null());
        // Three decimals: an SDK reads seconds here.
        let (seconds, ms) = (self.last_modified_ms / 1000, self.last_modified_ms % 1000);
        let time: serde_json::Number = format!("{seconds}.{ms:03}").parse().unwrap_or_else(|_| seconds.into());
        shown.insert("LastModified".to_owned(), Value::Number(time));
        shown.insert("FunctionArn".to_owned(), json!(format!("{}:$LATEST", record::arn(core, function))));
        Value::Object(shown)
    }
}

/// What Lambda sends to and the local cloud does not: the start of an ARN, and its name.
const ELSEWHERE: [(&str, &str); 3] =
    [("arn:aws:sns:", "SNS topics"), ("arn:aws:s3:::", "S3 buckets"), ("arn:aws:events:", "EventBridge event buses")];

/// A refusal that names what kind of target is not offered.
fn not_offered(what: &str, offered: &str, target: &str) -> AwsError {
    match ELSEWHERE.iter().find(|(start, _)| target.starts_with(start)) {
        Some((_, kind)) => invalid_parameter(format!(
            "the local cloud does not send {what} to {kind}, so {target} is refused; it sends them to {offered}"
        )),
        None => invalid_parameter(format!("the local cloud sends {what} to {offered} only, and {target} is none")),
    }
}

/// The right that sending to a target takes, and its name in Lambda's refusals. Fails for targets that are not offered.
pub(super) fn action(target: &str) -> Result<(&'static str, &'static str), AwsError> {
    if target.starts_with("arn:aws:sqs:") {
        Ok(("sqs:SendMessage", "SendMessage"))
    } else if target.starts_with("arn:aws:lambda:") {
        Ok(("lambda:InvokeFunction", "InvokeFunction"))
    } else {
        Err(not_offered("results of asynchronous invocations", "SQS queues and Lambda functions", target))
    }
}

impl Lambda {
    /// Sets a function's configuration. `change` makes the new one of the old.
    pub(super) async fn set_event_config(
        &self,
        name: &str,
        change: impl FnOnce(Option<&EventConfig>) -> Result<EventConfig, AwsError> + Send,
    ) -> Result<EventConfig, AwsError> {
        let now = self.core.clock.now_ms();
        let record = self
            .change_function(name, None, |record| {
                let config = change(record.event_config.as_ref())?;
                self.check_event_config(record, &config)?;
                record.event_config = Some(EventConfig { last_modified_ms: now, ..config });
                Ok(())
            })
            .await?;
        Ok(record.event_config.clone().unwrap_or_default())
    }

    /// Takes a function's configuration away.
    pub(super) async fn remove_event_config(&self, name: &str) -> Result<(), AwsError> {
        self.existing_event_config(name)?;
        self.change_function(name, None, |record| {
            record.event_config = None;
            Ok(())
        })
        .await
        .map(drop)
    }

    /// A function's configuration, or Lambda's 404.
    pub(super) fn existing_event_config(&self, name: &str) -> Result<EventConfig, AwsError> {
        let function = self.existing(name)?;
        function.event_config.clone().ok_or_else(|| {
            let arn = format!("{}:$LATEST", function.arn(&self.core));
            let message = format!("The function {arn} doesn't have an EventInvokeConfig");
            user_error(404, "ResourceNotFoundException", message)
        })
    }

    /// Lambda refuses a dead-letter queue that the function's role may not send to.
    pub(super) fn check_dead_letters(&self, role: &str, target: &str) -> Result<(), AwsError> {
        if !target.starts_with("arn:aws:sqs:") {
            return Err(not_offered("dead letters", "SQS queues", target));
        }
        if self.dispatcher.identities.role_allows(role, "sqs:SendMessage", target) {
            return Ok(());
        }
        Err(invalid_parameter("The provided execution role does not have permissions to call SendMessage on SQS"))
    }

    fn check_event_config(&self, function: &FunctionRecord, config: &EventConfig) -> Result<(), AwsError> {
        let empty = EventConfig {
            last_modified_ms: config.last_modified_ms,
            origin: config.origin.clone(),
            ..EventConfig::default()
        };
        if *config == empty {
            return Err(invalid_parameter("You must specify at least one of error handling or destination setting."));
        }
        for target in config.destinations() {
            let (action, word) = action(target)?;
            if *target == function.arn(&self.core) {
                return Err(invalid_parameter("You can't specify the function as a destination for itself."));
            }
            if !self.dispatcher.identities.role_allows(&function.settings.role, action, target) {
                return Err(invalid_parameter(format!(
                    "The function's execution role does not have permissions to call {word} on {target}"
                )));
            }
        }
        Ok(())
    }
}
