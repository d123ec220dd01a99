//! The functions of a deployed stack: what they are called, and a call to one.

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use serde::Deserialize;
use serde_json::Value;

use crate::error::{Error, Result};
use crate::target::Target;

/// The name of the function behind a logical id of a stack.
pub async fn name_of(target: &Target, stack: &str, logical_id: &str) -> Result<String> {
    let resource = target
        .cloudformation()
        .describe_stack_resource()
        .stack_name(stack)
        .logical_resource_id(logical_id)
        .send()
        .await
        .map_err(Error::aws("DescribeStackResource"))
        .map_err(|error| crate::stack::absent_as_no_stack(stack, error))?;
    let physical = resource.stack_resource_detail().and_then(|detail| detail.physical_resource_id());
    Ok(physical.filter(|id| !id.is_empty()).unwrap_or(logical_id).to_owned())
}

/// Invokes a function of a stack, waits for its answer, and gives the answer's JSON as it was sent.
pub async fn invoke(target: &Target, stack: &str, logical_id: &str, event: &Value) -> Result<String> {
    let name = name_of(target, stack, logical_id).await?;
    let answer = target
        .lambda()
        .invoke()
        .function_name(&name)
        .invocation_type(InvocationType::RequestResponse)
        .payload(Blob::new(event.to_string()))
        .send()
        .await
        .map_err(Error::aws("Invoke"))?;
    let payload = answer.payload().map(|payload| String::from_utf8_lossy(payload.as_ref()).into_owned());
    let payload = payload.unwrap_or_default();
    match answer.function_error() {
        None => Ok(payload),
        Some(_) => Err(Error::Function { function: name, reason: reason(&payload) }),
    }
}

/// Why a function failed, from the payload that Lambda answers then.
fn reason(payload: &str) -> String {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Told {
        error_message: String,
    }
    serde_json::from_str(payload).map_or_else(|_| payload.to_owned(), |told: Told| told.error_message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_function_is_quoted_as_it_speaks() {
        assert_eq!(reason(r#"{"errorType":"X","errorMessage":"GetItem on Orders: busy"}"#), "GetItem on Orders: busy");
        assert_eq!(reason("Task timed out"), "Task timed out");
        assert_eq!(reason(r#"{"errorType":"X"}"#), r#"{"errorType":"X"}"#);
    }
}
