//! SQS errors: the JSON protocol's code beside the code that clients of the older Query protocol know.
//!
//! The AWS SDKs match on the Query code (`awsQueryCompatible`), so both have to be right.
//! Source: the SQS API reference, section "Errors" of each action.

use crate::error::AwsError;
use std::fmt::Display;

fn both(code: &str, query_code: &str, message: impl Into<String>) -> AwsError {
    AwsError { query_code: Some(query_code.to_owned()), ..AwsError::bad_request(code, message) }
}

/// An error whose Query code carries the service's prefix.
fn prefixed(code: &str, message: impl Into<String>) -> AwsError {
    both(code, &format!("AWS.SimpleQueueService.{code}"), message)
}

/// An error with the same code in both protocols.
fn plain(code: &str, message: impl Into<String>) -> AwsError {
    both(code, code, message)
}

pub(super) fn queue_does_not_exist() -> AwsError {
    both("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")
}

pub(super) fn queue_name_exists(attribute: &str) -> AwsError {
    both(
        "QueueNameExists",
        "QueueAlreadyExists",
        format!("A queue already exists with the same name and a different value for attribute {attribute}"),
    )
}

pub(super) fn purge_in_progress(name: &str) -> AwsError {
    let message = format!("Only one PurgeQueue operation on {name} is allowed every 60 seconds.");
    AwsError { status: 403, ..prefixed("PurgeQueueInProgress", message) }
}

pub(super) fn not_in_flight() -> AwsError {
    prefixed("MessageNotInflight", "The specified message isn't in flight.")
}

pub(super) fn unsupported(message: impl Into<String>) -> AwsError {
    prefixed("UnsupportedOperation", message)
}

pub(super) fn batch(code: &str, message: impl Into<String>) -> AwsError {
    prefixed(code, message)
}

pub(super) fn invalid_handle(handle: &str) -> AwsError {
    plain("ReceiptHandleIsInvalid", format!("The input receipt handle \"{handle}\" is not a valid receipt handle."))
}

pub(super) fn unknown_attribute(name: &str) -> AwsError {
    plain("InvalidAttributeName", format!("Unknown Attribute {name}."))
}

pub(super) fn invalid_attribute(name: &str, reason: impl Display) -> AwsError {
    plain("InvalidAttributeValue", format!("Invalid value for the parameter {name}. Reason: {reason}"))
}

pub(super) fn invalid_contents() -> AwsError {
    plain(
        "InvalidMessageContents",
        "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | \
         #x10000 to #x10FFFF",
    )
}

pub(super) fn invalid_address(address: &str) -> AwsError {
    AwsError {
        status: 404,
        ..plain("InvalidAddress", format!("The address {address} is not valid for this endpoint."))
    }
}

pub(super) fn over_limit(message: impl Into<String>) -> AwsError {
    AwsError { status: 403, ..plain("OverLimit", message) }
}

pub(super) fn resource_not_found(message: impl Into<String>) -> AwsError {
    AwsError { status: 404, ..plain("ResourceNotFoundException", message) }
}

pub(super) fn missing(parameter: &str) -> AwsError {
    plain("MissingParameter", format!("The request must contain the parameter {parameter}."))
}

pub(super) fn invalid_value(message: impl Into<String>) -> AwsError {
    plain("InvalidParameterValue", message)
}

/// A parameter out of its range.
pub(super) fn out_of_range(parameter: &str, value: impl Display, from: i64, to: i64) -> AwsError {
    invalid_value(format!(
        "Value {value} for parameter {parameter} is invalid. Reason: Must be between {from} and {to}, if provided."
    ))
}

/// A member with the wrong JSON type.
pub(super) fn wrong_type(member: &str, wanted: &str) -> AwsError {
    plain("SerializationException", format!("{member} must be {wanted}"))
}
