//! Drift: compares what the stack says with what the providers read.
//!
//! A detection is over when its request is answered: reading here costs nothing. Its result stays with the stack until the
//! stack is changed.

use super::{
    answer::timestamp,
    describe::page,
    engine::{Engine, request},
    form::{Form, invalid},
    parameters::MASK,
    state::{Drift, DriftRecord, DriftStatus, Stack, StackStatus},
};
use crate::{
    error::AwsError,
    provider::{ProvisionError, Reading},
};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Detections of a stack that can still be asked about.
const KEPT: usize = 20;

impl Engine {
    /// `DetectStackDrift`.
    pub(super) async fn detect_stack_drift(self: &Arc<Self>, form: &Form) -> Result<Value, AwsError> {
        let stack = self.readable(form)?;
        let wanted = form.list("LogicalResourceIds");
        if let Some(unknown) = wanted.iter().find(|id| !stack.resources.contains_key(*id)) {
            return Err(invalid(format!("Resource {unknown} does not exist for stack {}", stack.name)));
        }
        let mut drifts = Vec::new();
        for id in stack.resources.keys().filter(|id| wanted.is_empty() || wanted.contains(id)) {
            if let Some(drift) = self.read_resource(&stack, id).await {
                drifts.push((id.clone(), drift));
            }
        }
        let id = self.core.random.uuid();
        let record = DriftRecord {
            id: id.clone(),
            at_ms: self.core.clock.now_ms(),
            drifted: drifts.iter().filter(|(_, drift)| drift.status.is_drift()).count(),
            unread: drifts
                .iter()
                .filter(|(_, drift)| drift.status == DriftStatus::Unknown)
                .map(|(id, _)| id.clone())
                .collect(),
        };
        self.edit(&stack.id, |draft| {
            for (logical_id, drift) in drifts {
                if let Some(resource) = draft.stack.resources.get_mut(&logical_id) {
                    resource.drift = Some(drift);
                }
            }
            draft.stack.detections.push(record);
            let old = draft.stack.detections.len().saturating_sub(KEPT);
            draft.stack.detections.drain(..old);
        })?;
        Ok(json!({ "StackDriftDetectionId": id }))
    }

    /// `DescribeStackDriftDetectionStatus`.
    pub(super) fn describe_drift_detection(&self, form: &Form) -> Result<Value, AwsError> {
        let id = form.required("StackDriftDetectionId")?;
        let found = self.stacks(|stack| stack.detections.iter().any(|one| one.id == id)).pop();
        let found = found.and_then(|stack| Some((stack.detections.into_iter().find(|one| one.id == id)?, stack.id)));
        let (detection, stack_id) =
            found.ok_or_else(|| invalid(format!("StackDriftDetectionId {id} does not exist")))?;
        let failed = !detection.unread.is_empty();
        Ok(json!({
            "StackId": stack_id,
            "StackDriftDetectionId": id,
            "StackDriftStatus": if detection.drifted > 0 { "DRIFTED" } else { "IN_SYNC" },
            "DetectionStatus": if failed { "DETECTION_FAILED" } else { "DETECTION_COMPLETE" },
            "DetectionStatusReason": failed.then(|| {
                format!("Failed to detect drift on resource(s): [{}]", detection.unread.join(", "))
            }),
            "DriftedStackResourceCount": detection.drifted,
            "Timestamp": timestamp(detection.at_ms),
        }))
    }

    /// `DescribeStackResourceDrifts`: those that were looked at.
    pub(super) fn describe_resource_drifts(&self, form: &Form) -> Result<Value, AwsError> {
        let stack = self.existing(form.required("StackName")?)?;
        let wanted = form.list("StackResourceDriftStatusFilters");
        let all: Vec<Value> = stack
            .resources
            .iter()
            .filter_map(|(id, resource)| Some((id, resource.drift.as_ref()?)))
            .filter(|(_, drift)| wanted.is_empty() || wanted.iter().any(|status| status == drift.status.as_str()))
            .map(|(id, drift)| shape(&stack, id, drift))
            .collect();
        let (drifts, next) = page(all, form)?;
        Ok(json!({ "StackResourceDrifts": drifts, "NextToken": next }))
    }

    /// `DetectStackResourceDrift`.
    pub(super) async fn detect_resource_drift(self: &Arc<Self>, form: &Form) -> Result<Value, AwsError> {
        let stack = self.readable(form)?;
        let id = form.required("LogicalResourceId")?;
        if !stack.resources.contains_key(id) {
            return Err(invalid(format!("Resource {id} does not exist for stack {}", stack.name)));
        }
        let Some(drift) = self.read_resource(&stack, id).await else {
            return Err(invalid(format!("Drift detection is not supported for resource {id} by the local cloud")));
        };
        let answer = shape(&stack, id, &drift);
        self.edit(&stack.id, |draft| {
            if let Some(resource) = draft.stack.resources.get_mut(id) {
                resource.drift = Some(drift);
            }
        })?;
        Ok(json!({ "StackResourceDrift": answer }))
    }

    fn readable(&self, form: &Form) -> Result<Stack, AwsError> {
        let stack = self.existing(form.required("StackName")?)?;
        let rests = matches!(
            stack.status,
            StackStatus::CreateComplete
                | StackStatus::UpdateComplete
                | StackStatus::UpdateRollbackComplete
                | StackStatus::UpdateRollbackFailed
        );
        if rests {
            return Ok(stack);
        }
        Err(invalid(format!(
            "Drift detection cannot be run on stack [{}] while it is in status {}",
            stack.name,
            stack.status.as_str()
        )))
    }

    /// `None`: the type cannot be read, or nothing was made.
    async fn read_resource(&self, stack: &Stack, logical_id: &str) -> Option<Drift> {
        let instance = stack.resources.get(logical_id)?.instance.as_ref()?;
        let provider = self.catalogue.get(&instance.kind)?;
        let reading = provider.read(&instance.physical_id, &request(stack, logical_id, instance)).await;
        let at_ms = self.core.clock.now_ms();
        let plain = |status| Drift { status, at_ms, ..Drift::default() };
        Some(match reading {
            Ok(Reading::NotOffered) => return None,
            Ok(Reading::Gone) | Err(ProvisionError { code: "NotFound", .. }) => plain(DriftStatus::Deleted),
            Ok(Reading::There { expected, actual }) => {
                // As on AWS, only what the template says counts: a default that somebody changed is not the stack's.
                let declared = |properties: Map<String, Value>| -> Map<String, Value> {
                    properties.into_iter().filter(|(name, _)| instance.properties.contains_key(name)).collect()
                };
                let (expected, actual) = (declared(expected), declared(actual));
                let mut differences = Vec::new();
                compare("", &Value::Object(expected.clone()), &Value::Object(actual.clone()), &mut differences);
                let status = if differences.is_empty() { DriftStatus::InSync } else { DriftStatus::Modified };
                // A secret may be anywhere in the properties.
                if stack.revision.secrets.is_empty() {
                    Drift { status, at_ms, expected, actual, differences, reason: None }
                } else {
                    for difference in &mut differences {
                        for name in ["ExpectedValue", "ActualValue"] {
                            difference[name] = MASK.into();
                        }
                    }
                    Drift { status, at_ms, differences, ..Drift::default() }
                }
            }
            Err(error) => Drift { reason: Some(error.message), ..plain(DriftStatus::Unknown) },
        })
    }
}

/// Where two values differ, each in the shape of the answer. Objects are compared member by member, lists as a whole.
fn compare(path: &str, expected: &Value, actual: &Value, differences: &mut Vec<Value>) {
    if expected == actual {
        return;
    }
    if let (Value::Object(one), Value::Object(other)) = (expected, actual) {
        let added = other.keys().filter(|name| !one.contains_key(*name));
        for name in one.keys().chain(added) {
            let step = name.replace('~', "~0").replace('/', "~1");
            let member = |object: &Map<String, Value>| object.get(name).cloned().unwrap_or(Value::Null);
            compare(&format!("{path}/{step}"), &member(one), &member(other), differences);
        }
        return;
    }
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let kind = match (expected, actual) {
        (Value::Null, _) => "ADD",
        (_, Value::Null) => "REMOVE",
        _ => "NOT_EQUAL",
    };
    differences.push(json!({
        "PropertyPath": path,
        "ExpectedValue": text(expected),
        "ActualValue": text(actual),
        "DifferenceType": kind,
    }));
}

fn shape(stack: &Stack, id: &str, drift: &Drift) -> Value {
    let resource = stack.resources.get(id);
    let properties = |properties: &Map<String, Value>| {
        (!properties.is_empty()).then(|| Value::Object(properties.clone()).to_string())
    };
    json!({
        "StackId": stack.id,
        "LogicalResourceId": id,
        "PhysicalResourceId": resource.and_then(|one| one.instance.as_ref()).map(|one| one.physical_id.clone()),
        "ResourceType": resource.map(|one| one.kind.clone()),
        "ExpectedProperties": properties(&drift.expected),
        "ActualProperties": properties(&drift.actual),
        "PropertyDifferences": drift.differences,
        "StackResourceDriftStatus": drift.status.as_str(),
        "DriftStatusReason": drift.reason,
        "Timestamp": timestamp(drift.at_ms),
    })
}

/// `DriftInformation` of a stack.
pub(super) fn of_stack(stack: &Stack) -> Value {
    match stack.detections.last() {
        Some(last) => json!({
            "StackDriftStatus": if last.drifted > 0 { "DRIFTED" } else { "IN_SYNC" },
            "LastCheckTimestamp": timestamp(last.at_ms),
        }),
        None => json!({ "StackDriftStatus": "NOT_CHECKED" }),
    }
}

/// `DriftInformation` of a resource.
pub(super) fn of_resource(drift: Option<&Drift>) -> Value {
    match drift {
        Some(drift) => json!({
            "StackResourceDriftStatus": drift.status.as_str(),
            "LastCheckTimestamp": timestamp(drift.at_ms),
        }),
        None => json!({ "StackResourceDriftStatus": "NOT_CHECKED" }),
    }
}

impl Stack {
    /// What was found out no longer holds: the stack is about to change.
    pub(super) fn forget_drift(&mut self) {
        self.detections.clear();
        for resource in self.resources.values_mut() {
            resource.drift = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_differ_by_member_and_lists_as_a_whole() {
        let expected = json!({"A": 1, "L": [1, 2], "E": {"V": {"x/y": "1", "gone": "g"}}});
        let actual = json!({"A": 1, "L": [2, 1], "E": {"V": {"x/y": "2", "new": "n"}}});
        let mut found = Vec::new();
        compare("", &expected, &actual, &mut found);
        let told: Vec<String> = found
            .iter()
            .map(|one| {
                let text = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
                [text("PropertyPath"), text("ExpectedValue"), text("ActualValue"), text("DifferenceType")].join(" ")
            })
            .collect();
        let wanted =
            ["/L [1,2] [2,1] NOT_EQUAL", "/E/V/x~1y 1 2 NOT_EQUAL", "/E/V/gone g null REMOVE", "/E/V/new null n ADD"];
        assert_eq!(told, wanted);
    }
}
