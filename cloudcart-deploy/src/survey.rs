//! A look at a deployed stack: how it stands, and how its functions, queues and alarms do. Nothing is changed.
//!
//! Whoever may see only some of it gets that: each part fails by itself.

use std::collections::BTreeMap;

use aws_sdk_sqs::types::QueueAttributeName;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::stack::absent_as_no_stack;
use crate::target::Target;

/// A stack and what it is made of.
#[derive(Debug, Clone)]
pub struct Survey {
    /// Its id (ARN).
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: String,
    /// The service's reason for the status, if it gave one.
    pub reason: Option<String>,
    /// When it was made, in milliseconds since 1970.
    pub created: Option<i64>,
    /// When it was last changed, in milliseconds since 1970.
    pub updated: Option<i64>,
    /// Whether it is protected from deletion.
    pub protected: bool,
    /// Outputs by name.
    pub outputs: BTreeMap<String, String>,
    /// Parameters by name, as they were deployed.
    pub parameters: BTreeMap<String, String>,
    /// Its resources.
    pub resources: Vec<Resource>,
}

/// A resource of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its id in the template.
    pub logical_id: String,
    /// For example `AWS::SQS::Queue`.
    pub resource_type: String,
    /// What the service calls it.
    pub physical_id: String,
}

impl Survey {
    /// The resources of a type.
    pub fn of_type(&self, resource_type: &str) -> impl Iterator<Item = &Resource> {
        self.resources.iter().filter(move |resource| resource.resource_type == resource_type)
    }
}

/// Looks at a stack.
pub async fn survey(target: &Target, stack: &str) -> Result<Survey> {
    let answer = target.cloudformation().describe_stacks().stack_name(stack).send().await;
    let answer = answer.map_err(Error::aws("DescribeStacks")).map_err(|error| absent_as_no_stack(stack, error))?;
    let found = answer.stacks().first().ok_or_else(|| Error::NoStack(stack.to_owned()))?;
    let pairs = |pair: (Option<&str>, Option<&str>)| Some((pair.0?.to_owned(), pair.1?.to_owned()));
    let millis = |time: Option<&aws_smithy_types::DateTime>| time.and_then(|time| time.to_millis().ok());
    let mut survey = Survey {
        id: found.stack_id().unwrap_or_default().to_owned(),
        name: found.stack_name().unwrap_or_default().to_owned(),
        status: found.stack_status().map_or_else(|| "UNKNOWN".to_owned(), |status| status.as_str().to_owned()),
        reason: found.stack_status_reason().filter(|reason| !reason.is_empty()).map(str::to_owned),
        created: millis(found.creation_time()),
        updated: millis(found.last_updated_time()),
        protected: found.enable_termination_protection().unwrap_or(false),
        outputs: found.outputs().iter().filter_map(|out| pairs((out.output_key(), out.output_value()))).collect(),
        parameters: found
            .parameters()
            .iter()
            .filter_map(|given| pairs((given.parameter_key(), given.parameter_value())))
            .collect(),
        resources: Vec::new(),
    };
    let mut pages = target.cloudformation().list_stack_resources().stack_name(stack).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(Error::aws("ListStackResources"))?;
        survey.resources.extend(page.stack_resource_summaries().iter().filter_map(|resource| {
            Some(Resource {
                logical_id: resource.logical_resource_id()?.to_owned(),
                resource_type: resource.resource_type()?.to_owned(),
                physical_id: resource.physical_resource_id().filter(|id| !id.is_empty())?.to_owned(),
            })
        }));
    }
    Ok(survey)
}

/// A function as it lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LiveFunction {
    /// SHA-256 of its archive, in hex.
    pub sha256: String,
    /// When it was last changed, as Lambda writes it.
    pub modified: String,
    /// `Active`, `Pending`, `Inactive` or `Failed`.
    pub state: String,
}

/// Looks at a function.
pub async fn function(target: &Target, name: &str) -> Result<LiveFunction> {
    let live = target.lambda().get_function_configuration().function_name(name).send().await;
    let live = live.map_err(Error::aws("GetFunctionConfiguration"))?;
    Ok(LiveFunction {
        sha256: hex(live.code_sha256().unwrap_or_default()),
        modified: live.last_modified().unwrap_or_default().to_owned(),
        // Functions from before Lambda had states have none, and are active.
        state: live.state().map_or_else(|| "Active".to_owned(), |state| state.as_str().to_owned()),
    })
}

/// Lambda writes a digest in base64, we in hex.
fn hex(base64: &str) -> String {
    hex::encode(STANDARD.decode(base64).unwrap_or_default())
}

/// How many messages a queue has, about: SQS counts approximately.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Depth {
    /// To be received.
    pub visible: u64,
    /// Received, and not deleted yet.
    pub in_flight: u64,
    /// Sent, and not to be received yet.
    pub delayed: u64,
}

/// Looks at a queue.
pub async fn queue(target: &Target, url: &str) -> Result<Depth> {
    let names = [
        QueueAttributeName::ApproximateNumberOfMessages,
        QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        QueueAttributeName::ApproximateNumberOfMessagesDelayed,
    ];
    let asked =
        target.sqs().get_queue_attributes().queue_url(url).set_attribute_names(Some(names.to_vec())).send().await;
    let answer = asked.map_err(Error::aws("GetQueueAttributes"))?;
    let [visible, in_flight, delayed] = names.map(|name| {
        answer.attributes().and_then(|all| all.get(&name)).and_then(|text| text.parse().ok()).unwrap_or_default()
    });
    Ok(Depth { visible, in_flight, delayed })
}

/// An alarm's state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AlarmState {
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub state: String,
    /// The service's reason.
    pub reason: String,
    /// Since when, in milliseconds since 1970.
    pub since: Option<i64>,
}

/// `DescribeAlarms` takes at most this many names.
const ALARMS: usize = 100;

/// Looks at alarms; by name.
pub async fn alarms(target: &Target, names: &[String]) -> Result<BTreeMap<String, AlarmState>> {
    let mut states = BTreeMap::new();
    for names in names.chunks(ALARMS) {
        let asked = target.cloudwatch().describe_alarms().set_alarm_names(Some(names.to_vec()));
        let answer = asked.max_records(100).send().await.map_err(Error::aws("DescribeAlarms"))?;
        states.extend(answer.metric_alarms().iter().filter_map(|alarm| {
            let state = AlarmState {
                state: alarm.state_value()?.as_str().to_owned(),
                reason: alarm.state_reason().unwrap_or_default().to_owned(),
                since: alarm.state_updated_timestamp().and_then(|time| time.to_millis().ok()),
            };
            Some((alarm.alarm_name()?.to_owned(), state))
        }));
    }
    Ok(states)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_the_same_in_both_ways_of_writing() {
        assert_eq!(hex("AAEC/w=="), "000102ff");
        assert_eq!(hex("no digest"), "");
    }
}
