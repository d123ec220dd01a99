//! What CloudFormation found before it touched anything: validations of a change set, and the words of hooks.
//!
//! `DescribeEvents` tells it, an operation newer than many emulators; an endpoint that lacks it, or credentials that may not
//! call it, leave the failure as it was.

use std::time::Duration;

use aws_sdk_cloudformation::types::{EventFilter, EventType, HookFailureMode, OperationEvent};

use super::super::events::{ResourceEvent, instant};
use super::{Cause, Refusal};
use crate::error::Error;
use crate::target::Target;

/// How long the question may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// As many pages as are read: a template has at most 500 resources.
const PAGES: usize = 20;

/// A refused change set, with what was found in the template if the endpoint tells it.
pub(crate) async fn refused(target: &Target, change_set_id: &str, error: Error) -> Error {
    let Error::ChangeSetRefused(reason) = &error else { return error };
    let call = target.cloudformation().describe_events().change_set_name(change_set_id);
    let events = tokio::time::timeout(PATIENCE, read_all(call)).await.unwrap_or_default();
    let findings: Vec<Cause> = events.iter().filter_map(finding).collect();
    if findings.is_empty() {
        return error;
    }
    Error::ChangeSetInvalid(Box::new(Refusal { reason: reason.clone(), findings }))
}

/// What failed in the last operation of a stack, as events.
pub(super) async fn failed_in(target: &Target, stack: &str) -> Vec<ResourceEvent> {
    let call = target.cloudformation().describe_events().stack_name(stack);
    let mut events = read_all(call).await;
    // The newest operation comes first; what older ones left does not explain this one.
    let newest = events.first().and_then(|event| event.operation_id().map(str::to_owned));
    events.retain(|event| event.operation_id() == newest.as_deref());
    events
        .iter()
        .filter_map(|event| {
            let cause = finding(event)?;
            Some(ResourceEvent {
                id: event.event_id().unwrap_or_default().to_owned(),
                timestamp: cause.timestamp,
                logical_id: cause.logical_id,
                resource_type: cause.resource_type,
                // A finding counts as a failure whatever the resource's status was.
                status: if cause.status.ends_with("_FAILED") { cause.status } else { "VALIDATION_FAILED".to_owned() },
                reason: Some(cause.reason),
                ..ResourceEvent::default()
            })
        })
        .collect()
}

/// Fills in what hooks found, for those that said nothing in their event.
pub(super) async fn ask_hooks(target: &Target, events: &mut [ResourceEvent]) {
    for hook in events.iter_mut().filter_map(|event| event.hook.as_mut()) {
        if hook.reason.is_some() || !hook.status.ends_with("FAILED") {
            continue;
        }
        let Some(id) = hook.invocation.clone() else { continue };
        let Ok(result) = target.cloudformation().get_hook_result().hook_result_id(id).send().await else { continue };
        let mut words: Vec<String> = result.hook_status_reason().map(str::to_owned).into_iter().collect();
        for annotation in result.annotations() {
            let parts = [annotation.annotation_name(), annotation.status_message(), annotation.remediation_message()];
            words.push(parts.into_iter().flatten().collect::<Vec<_>>().join(": "));
        }
        words.retain(|text| !text.is_empty());
        if !words.is_empty() {
            hook.reason = Some(words.join("; "));
        }
    }
}

async fn read_all(
    call: aws_sdk_cloudformation::operation::describe_events::builders::DescribeEventsFluentBuilder,
) -> Vec<OperationEvent> {
    let call = call.filters(EventFilter::builder().failed_events(true).build());
    let mut found = Vec::new();
    let mut token: Option<String> = None;
    for _ in 0..PAGES {
        let Ok(page) = call.clone().set_next_token(token).send().await else { break };
        found.extend(page.operation_events().iter().cloned());
        token = page.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    found
}

/// What an event says was wrong; nothing for a mere warning.
fn finding(event: &OperationEvent) -> Option<Cause> {
    let filled = |value: Option<&str>| value.filter(|text| !text.is_empty()).map(str::to_owned);
    let path = filled(event.validation_path());
    let (reason, status) = match event.event_type()? {
        EventType::ValidationError if event.validation_failure_mode() != Some(&HookFailureMode::Warn) => {
            (filled(event.validation_status_reason())?, "VALIDATION_FAILED".to_owned())
        }
        EventType::HookInvocationError if event.hook_failure_mode() != Some(&HookFailureMode::Warn) => {
            let hook = event.hook_type().unwrap_or("unknown");
            (format!("hook {hook}: {}", filled(event.hook_status_reason())?), "VALIDATION_FAILED".to_owned())
        }
        EventType::ProvisioningError => {
            let status = event.resource_status().map(|status| status.as_str().to_owned());
            (filled(event.resource_status_reason())?, status.unwrap_or_default())
        }
        _ => return None,
    };
    let logical_id = filled(event.logical_resource_id()).or_else(|| path.as_deref().and_then(id_in_path));
    Some(Cause {
        logical_id: logical_id.unwrap_or_default(),
        resource_type: event.resource_type().unwrap_or_default().to_owned(),
        status,
        reason,
        timestamp: event.timestamp().and_then(instant).unwrap_or_default(),
        within: Vec::new(),
        path,
    })
}

/// `Queue` of `/Resources/Queue/Properties/QueueName`.
fn id_in_path(path: &str) -> Option<String> {
    path.strip_prefix("/Resources/")?.split('/').next().filter(|id| !id.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use aws_sdk_cloudformation::types::ValidationStatus;

    use super::*;

    #[test]
    fn a_validation_error_names_resource_path_and_reason() {
        let event = OperationEvent::builder()
            .event_type(EventType::ValidationError)
            .validation_failure_mode(HookFailureMode::Fail)
            .validation_status(ValidationStatus::Failed)
            .validation_name("NAME_CONFLICT_VALIDATION")
            .validation_path("/Resources/Uploads/Properties/BucketName")
            .validation_status_reason("Resource of type 'AWS::S3::Bucket' with identifier 'uploads' already exists.")
            .resource_type("AWS::S3::Bucket")
            .build();
        let cause = finding(&event).unwrap();
        assert_eq!(cause.logical_id, "Uploads");
        assert_eq!(cause.path.as_deref(), Some("/Resources/Uploads/Properties/BucketName"));
        assert!(cause.hint().unwrap().contains("whole world"), "{:?}", cause.hint());
    }

    #[test]
    fn warnings_and_progress_are_no_findings() {
        let warning = OperationEvent::builder()
            .event_type(EventType::ValidationError)
            .validation_failure_mode(HookFailureMode::Warn)
            .validation_status_reason("a thought")
            .build();
        let progress = OperationEvent::builder().event_type(EventType::ProgressEvent).build();
        assert_eq!((finding(&warning), finding(&progress)), (None, None));
    }

    #[test]
    fn a_hook_s_refusal_says_which_hook() {
        let event = OperationEvent::builder()
            .event_type(EventType::HookInvocationError)
            .hook_type("Acme::S3::Encrypted")
            .hook_status_reason("bucket encryption is off")
            .logical_resource_id("Uploads")
            .build();
        assert_eq!(finding(&event).unwrap().reason, "hook Acme::S3::Encrypted: bucket encryption is off");
    }
}
