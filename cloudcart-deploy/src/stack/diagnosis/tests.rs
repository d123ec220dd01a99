//! The diagnosis of recorded operations, in the shape in which `DescribeStackEvents` gives them. They hold the orderings that
//! mislead whoever takes the first or the last failure.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use aws_sdk_cloudformation::types::{HookStatus, ResourceStatus, StackEvent};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde_json::Value;

use super::super::events::read;
use super::*;

/// The events of a recording, oldest first.
fn recorded(json: &str) -> Vec<ResourceEvent> {
    let document: Value = serde_json::from_str(json).unwrap();
    let mut events: Vec<ResourceEvent> =
        document["StackEvents"].as_array().unwrap().iter().map(|event| read(&stack_event(event))).collect();
    events.reverse();
    events
}

fn stack_event(event: &Value) -> StackEvent {
    let text = |key: &str| event[key].as_str().map(str::to_owned);
    StackEvent::builder()
        .set_stack_id(text("StackId"))
        .set_event_id(text("EventId"))
        .set_stack_name(text("StackName"))
        .set_operation_id(text("OperationId"))
        .set_logical_resource_id(text("LogicalResourceId"))
        .set_physical_resource_id(text("PhysicalResourceId"))
        .set_resource_type(text("ResourceType"))
        .set_timestamp(text("Timestamp").map(|at| DateTime::from_str(&at, Format::DateTime).unwrap()))
        .set_resource_status(text("ResourceStatus").map(|status| ResourceStatus::from(status.as_str())))
        .set_resource_status_reason(text("ResourceStatusReason"))
        .set_hook_type(text("HookType"))
        .set_hook_status(text("HookStatus").map(|status| HookStatus::from(status.as_str())))
        .set_hook_status_reason(text("HookStatusReason"))
        .build()
}

macro_rules! recording {
    ($name:literal) => {
        recorded(include_str!(concat!("testdata/", $name, ".json")))
    };
}

fn ids(causes: &[Cause]) -> Vec<String> {
    causes.iter().map(Cause::full_id).collect()
}

#[test]
fn cancelled_resources_around_the_cause_are_none() {
    let (cause, others) = first_cause(&recording!("cancelled_before_the_cause"));
    let cause = cause.unwrap();
    assert_eq!((cause.logical_id.as_str(), cause.what()), ("Api", "could not be created"));
    assert!(cause.hint().unwrap().contains("trust policy"));
    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn the_first_own_failure_leads_and_the_others_follow_in_order() {
    let (cause, others) = first_cause(&recording!("two_failures_and_a_failed_cleanup"));
    let cause = cause.unwrap();
    assert_eq!((cause.logical_id.as_str(), cause.what()), ("Orders", "could not be updated"));
    assert!(cause.hint().unwrap().contains("index per deployment"));
    assert_eq!(ids(&others), ["Audit", "Audit"]);
    assert_eq!(others[1].what(), "could not be removed");
}

#[test]
fn time_orders_failures_not_delivery_nor_the_text_of_a_time() {
    let (cause, others) = first_cause(&recording!("delivered_out_of_order"));
    assert_eq!(cause.unwrap().logical_id, "Queue");
    assert_eq!(ids(&others), ["Worker"]);
}

#[test]
fn the_stack_s_own_line_counts_only_without_a_failed_resource() {
    let (cause, others) = first_cause(&recording!("only_the_stack_says_why"));
    let cause = cause.unwrap();
    assert_eq!(readable(&cause.reason), "No export named shop-vpc found.");
    assert!(cause.hint().unwrap().contains("`shop-vpc`"));
    assert!(others.is_empty());
    assert_eq!(first_cause(&[]), (None, Vec::new()));
}

#[test]
fn a_failure_in_a_stack_within_a_stack_is_the_cause_of_all() {
    let mut events = recording!("nested_root");
    let alone = first_cause(&events).0.unwrap();
    assert_eq!(alone.logical_id, "Storage", "what is known without the nested stack's events");
    for (within, nested) in
        [(vec!["Storage"], recording!("nested_storage")), (vec!["Storage", "Inner"], recording!("nested_inner"))]
    {
        events.extend(
            nested
                .into_iter()
                .map(|event| ResourceEvent { within: within.iter().map(|id| (*id).to_owned()).collect(), ..event }),
        );
    }
    let (cause, others) = first_cause(&events);
    let cause = cause.unwrap();
    assert_eq!((cause.full_id().as_str(), cause.declared_id()), ("Storage/Inner/Table", "Storage"));
    assert_eq!(cause.reason, "ample-dev-project already exists");
    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn a_hook_s_own_words_stand_for_the_mere_name_of_it() {
    let (cause, _) = first_cause(&recording!("refused_by_a_hook"));
    let cause = cause.unwrap();
    assert_eq!(cause.logical_id, "Logs");
    assert_eq!(cause.reason, "hook Acme::S3::Encrypted: bucket encryption is off");
}

#[test]
fn a_rollback_that_failed_keeps_the_first_cause_and_names_what_blocks_it() {
    let (cause, others) = first_cause(&recording!("rollback_that_failed"));
    assert!(cause.unwrap().reason.contains("Unzipped size"));
    assert_eq!(ids(&others), ["Api"]);
    assert!(others[0].hint().unwrap().contains("old archive"));
}

#[test]
fn a_deletion_that_failed_names_the_blocker() {
    let cause = first_cause(&recording!("deletion_that_failed")).0.unwrap();
    assert_eq!((cause.logical_id.as_str(), cause.what()), ("Uploads", "could not be removed"));
    assert!(cause.hint().unwrap().contains("empty the bucket"));
}

#[test]
fn an_operation_that_somebody_cancelled_blames_no_resource() {
    let cause = first_cause(&recording!("cancelled_by_somebody")).0.unwrap();
    assert_eq!((cause.resource_type.as_str(), cause.reason.as_str()), (STACK_TYPE, "User Initiated"));
    assert!(cause.hint().unwrap().contains("cancelled"));
}
