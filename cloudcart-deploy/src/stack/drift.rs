//! Drift: where what is there differs from what the stack says.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types::{StackDriftDetectionStatus, StackResourceDrift};
use serde::Serialize;
use tokio::time::Instant;

use super::resources::{StackResource, resources};
use super::wait::{Pace, patience};
use super::{absent_as_no_stack, describe};
use crate::error::{Aws, Error, Result};
use crate::report::{Event, Reporter};
use crate::target::Target;

/// A resource that is not, or may not be, as its stack says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Drifted {
    /// Its logical id in the stack.
    pub logical_id: String,
    /// Its own name.
    pub physical_id: String,
    /// Its type.
    pub resource_type: String,
    /// How it stands to its stack.
    pub status: DriftStatus,
    /// Where it differs, for a modified one.
    pub differences: Vec<Difference>,
}

/// How a resource stands to its stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DriftStatus {
    /// It is there, and differs.
    Modified,
    /// It is gone.
    Deleted,
    /// Nobody looked, because the service cannot read this type, or could not read this resource.
    NotChecked,
}

impl DriftStatus {
    /// Whether this is a difference for certain.
    pub fn is_drift(self) -> bool {
        self != Self::NotChecked
    }
}

/// A property that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// Where in the resource's properties: `/Environment/Variables/TABLE`.
    pub path: String,
    /// What the stack says; absent when only the resource has it.
    pub expected: Option<String>,
    /// What is there; absent when only the stack has it.
    pub actual: Option<String>,
}

/// Compares every resource of a stack with what is there, as far as the service can, and gives those that differ and those
/// that were not looked at, in the order of the stack. A stack that is not there is [`Error::NoStack`]; an endpoint without
/// drift detection fails with [`crate::AwsKind::NotOffered`].
pub async fn detect(target: &Target, stack: &str, reporter: &dyn Reporter) -> Result<Vec<Drifted>> {
    let view = describe(target, stack).await?.ok_or_else(|| Error::NoStack(stack.to_owned()))?;
    reporter.event(&Event::DriftDetection { stack: view.name.clone() });
    let cloudformation = target.cloudformation();
    let begun = cloudformation.detect_stack_drift().stack_name(&view.id).send().await;
    let begun = begun.map_err(Error::aws("DetectStackDrift")).map_err(|error| absent_as_no_stack(stack, error))?;
    let detection = begun.stack_drift_detection_id().unwrap_or_default().to_owned();
    if let Some(reason) = finished(target, stack, &detection, reporter).await? {
        // The service still has a result for every resource that it could read.
        reporter.event(&Event::DriftIncomplete { stack: view.name, reason });
    }
    let looked_at = looked_at(target, &view.id).await?;
    let all = resources(target, &view.id).await?;
    Ok(all.into_iter().filter_map(|resource| judge(resource, &looked_at)).collect())
}

/// Waits for a detection. Gives a reason when it failed for some of the resources.
async fn finished(target: &Target, stack: &str, id: &str, reporter: &dyn Reporter) -> Result<Option<String>> {
    let mut pace = Pace::new(target);
    let mut out_of_reach: Option<Instant> = None;
    loop {
        let poll = target.cloudformation().describe_stack_drift_detection_status().stack_drift_detection_id(id);
        match poll.send().await.map_err(Error::aws("DescribeStackDriftDetectionStatus")) {
            Ok(answer) => {
                out_of_reach = None;
                match answer.detection_status() {
                    Some(StackDriftDetectionStatus::DetectionInProgress) | None => {}
                    Some(StackDriftDetectionStatus::DetectionComplete) => return Ok(None),
                    Some(_) => {
                        let reason = answer.detection_status_reason().unwrap_or("the service gave no reason");
                        return Ok(Some(reason.to_owned()));
                    }
                }
                tokio::time::sleep(pace.after_success()).await;
            }
            Err(error) if error.as_aws().is_some_and(Aws::is_passing) => {
                let since = *out_of_reach.get_or_insert_with(Instant::now);
                if since.elapsed() > patience(target) {
                    return Err(Error::LostContact { stack: stack.to_owned(), reason: error.to_string() });
                }
                let next = pace.after_failure();
                let next_in_millis = u64::try_from(next.as_millis()).unwrap_or(u64::MAX);
                reporter.event(&Event::PollRepeated { reason: error.to_string(), next_in_millis });
                tokio::time::sleep(next).await;
            }
            Err(error) => return Err(error),
        }
    }
}

/// What the service found out about a resource: nothing for one that is as it should be.
type Finding = Option<(DriftStatus, Vec<Difference>)>;

async fn looked_at(target: &Target, stack: &str) -> Result<BTreeMap<String, Finding>> {
    let mut found = BTreeMap::new();
    let mut token = None;
    loop {
        let call = target.cloudformation().describe_stack_resource_drifts().stack_name(stack).set_next_token(token);
        let page = call.send().await.map_err(Error::aws("DescribeStackResourceDrifts"))?;
        for drift in page.stack_resource_drifts() {
            found.insert(drift.logical_resource_id().unwrap_or_default().to_owned(), finding(drift));
        }
        token = page.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            return Ok(found);
        }
    }
}

fn finding(drift: &StackResourceDrift) -> Finding {
    let differences = || {
        let value = |text: Option<&str>| text.filter(|text| !matches!(*text, "" | "null")).map(str::to_owned);
        let mut all: Vec<Difference> = drift
            .property_differences()
            .iter()
            .map(|one| Difference {
                path: one.property_path().unwrap_or_default().to_owned(),
                expected: value(one.expected_value()),
                actual: value(one.actual_value()),
            })
            .collect();
        all.sort_by(|one, other| one.path.cmp(&other.path));
        all
    };
    match drift.stack_resource_drift_status().map(aws_sdk_cloudformation::types::StackResourceDriftStatus::as_str) {
        Some("IN_SYNC") => None,
        Some("MODIFIED") => Some((DriftStatus::Modified, differences())),
        Some("DELETED") => Some((DriftStatus::Deleted, Vec::new())),
        _ => Some((DriftStatus::NotChecked, Vec::new())),
    }
}

fn judge(resource: StackResource, looked_at: &BTreeMap<String, Finding>) -> Option<Drifted> {
    if !resource.exists() {
        return None;
    }
    let (status, differences) = match looked_at.get(&resource.logical_id) {
        Some(finding) => finding.clone()?,
        None => (DriftStatus::NotChecked, Vec::new()),
    };
    Some(Drifted {
        logical_id: resource.logical_id,
        physical_id: resource.physical_id,
        resource_type: resource.resource_type,
        status,
        differences,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use aws_sdk_cloudformation::primitives::DateTime;
    use aws_sdk_cloudformation::types::{DifferenceType, PropertyDifference, StackResourceDriftStatus};

    use super::*;

    fn resource(logical_id: &str, status: &str) -> StackResource {
        StackResource {
            logical_id: logical_id.to_owned(),
            physical_id: format!("phys-{logical_id}"),
            resource_type: "AWS::X::Y".to_owned(),
            status: status.to_owned(),
            reason: None,
        }
    }

    fn drift(status: StackResourceDriftStatus) -> StackResourceDrift {
        let difference = |path: &str, expected: &str, actual: &str, kind| {
            PropertyDifference::builder()
                .property_path(path)
                .expected_value(expected)
                .actual_value(actual)
                .difference_type(kind)
                .build()
        };
        StackResourceDrift::builder()
            .stack_id("s")
            .logical_resource_id("A")
            .resource_type("AWS::X::Y")
            .stack_resource_drift_status(status)
            .timestamp(DateTime::from_secs(0))
            .property_differences(difference("/Z", "1", "2", DifferenceType::NotEqual))
            .property_differences(difference("/A", "null", "2", DifferenceType::Add))
            .build()
    }

    #[test]
    fn only_what_differs_or_was_not_looked_at_is_told_and_differences_are_in_order() {
        let found = BTreeMap::from([
            ("Same".to_owned(), finding(&drift(StackResourceDriftStatus::InSync))),
            ("Other".to_owned(), finding(&drift(StackResourceDriftStatus::Modified))),
            ("Gone".to_owned(), finding(&drift(StackResourceDriftStatus::Deleted))),
            ("Odd".to_owned(), finding(&drift(StackResourceDriftStatus::UnknownValue))),
        ]);
        let told = |id: &str, status: &str| judge(resource(id, status), &found).map(|one| one.status);
        assert_eq!(told("Same", "CREATE_COMPLETE"), None);
        assert_eq!(told("Other", "UPDATE_COMPLETE"), Some(DriftStatus::Modified));
        assert_eq!(told("Gone", "CREATE_COMPLETE"), Some(DriftStatus::Deleted));
        assert_eq!(told("Odd", "CREATE_COMPLETE"), Some(DriftStatus::NotChecked));
        assert_eq!(told("Unseen", "CREATE_COMPLETE"), Some(DriftStatus::NotChecked));
        assert_eq!(told("Unseen", "DELETE_COMPLETE"), None, "what the stack itself deleted has not drifted");
        let differences = judge(resource("Other", "CREATE_COMPLETE"), &found).unwrap().differences;
        let paths: Vec<&str> = differences.iter().map(|one| one.path.as_str()).collect();
        assert_eq!(paths, ["/A", "/Z"]);
        assert_eq!((&differences[0].expected, differences[0].actual.as_deref()), (&None, Some("2")));
    }
}
