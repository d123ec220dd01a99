//! The short forms of intrinsic functions, which YAML writes as tags.

use serde_json::{Value, json};

use super::error::ReadProblem;

/// The long form's key for a tag's name, which goes without its exclamation mark.
pub(super) fn function(name: &str) -> Option<String> {
    match name {
        "Ref" | "Condition" => Some(name.to_owned()),
        "And" | "Base64" | "Cidr" | "Equals" | "FindInMap" | "GetAZs" | "GetAtt" | "GetStackOutput" | "If" | "ImportValue"
        | "Join" | "Length" | "Not" | "Or" | "Select" | "Split" | "Sub" | "ToJsonString" | "Transform"
        // In the rules of parameters.
        | "Contains" | "EachMemberEquals" | "EachMemberIn" | "RefAll" | "ValueOf" | "ValueOfAll" => {
            Some(format!("Fn::{name}"))
        }
        _ => None,
    }
}

/// The long form of a function with its argument.
pub(super) fn long_form(function: &str, argument: Value) -> Result<Value, ReadProblem> {
    let argument = match argument {
        // A resource's name has no dot; an attribute's may have several (`Db.Endpoint.Port`).
        Value::String(text) if function == "Fn::GetAtt" => match text.split_once('.') {
            Some((resource, attribute)) if !resource.is_empty() && !attribute.is_empty() => {
                json!([resource, attribute])
            }
            _ => return Err(ReadProblem::NoAttribute { text }),
        },
        argument => argument,
    };
    Ok(json!({ function: argument }))
}
