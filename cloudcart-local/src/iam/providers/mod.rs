//! What CloudFormation makes of IAM: roles and their policies.

mod managed_policy;
mod policy;
mod role;

#[cfg(test)]
mod tests;

use super::Iam;
use crate::provider::{ProvisionError, ResourceProvider};
use serde_json::{Map, Value};
use std::sync::Arc;

/// The longest name of a policy.
const POLICY_NAME_LIMIT: usize = 128;

const NO_USERS: &str = "would give the rights to users; the local cloud has none, only roles";
const NO_GROUPS: &str = "would give the rights to groups of users; the local cloud has none, only roles";

/// The resource types of IAM.
pub(super) fn all(iam: &Arc<Iam>) -> Vec<Arc<dyn ResourceProvider>> {
    vec![
        Arc::new(role::RoleProvider::new(Arc::clone(iam))),
        Arc::new(policy::PolicyProvider::new(Arc::clone(iam))),
        Arc::new(managed_policy::ManagedPolicyProvider::new(Arc::clone(iam))),
    ]
}

fn text(properties: &Map<String, Value>, name: &str) -> Result<Option<String>, ProvisionError> {
    match properties.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(ProvisionError::invalid(format!("#/{name}: expected type: String"))),
    }
}

fn list<'a>(properties: &'a Map<String, Value>, name: &str) -> Result<&'a [Value], ProvisionError> {
    match properties.get(name) {
        None => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(ProvisionError::invalid(format!("#/{name}: expected type: JSONArray"))),
    }
}

/// Names of roles, groups or users.
fn names<'a>(properties: &'a Map<String, Value>, property: &str) -> Result<Vec<&'a str>, ProvisionError> {
    let text = |name: &'a Value| name.as_str();
    list(properties, property)?
        .iter()
        .map(|name| text(name).ok_or_else(|| ProvisionError::invalid(format!("#/{property}: expected type: String"))))
        .collect()
}

fn path(properties: &Map<String, Value>) -> Result<String, ProvisionError> {
    let path = text(properties, "Path")?.unwrap_or_else(|| "/".to_owned());
    if path.starts_with('/') && path.ends_with('/') {
        return Ok(path);
    }
    Err(ProvisionError::invalid(format!("The specified value for path is invalid: {path:?}.")))
}

/// A name of a policy, if IAM takes it.
fn policy_name(name: String) -> Result<String, ProvisionError> {
    let valid = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    if !name.is_empty() && name.len() <= POLICY_NAME_LIMIT && name.bytes().all(valid) {
        return Ok(name);
    }
    Err(ProvisionError::invalid(format!(
        "The specified value for policyName is invalid: {name:?}. It must contain only alphanumeric characters and/or the \
         following: +=,.@_- and at most {POLICY_NAME_LIMIT} of them."
    )))
}

/// The policy document, which may also stand there as JSON text.
fn document(properties: &Map<String, Value>) -> Result<Value, ProvisionError> {
    match properties.get("PolicyDocument") {
        None => Err(ProvisionError::invalid("required key [PolicyDocument] not found")),
        Some(Value::String(text)) => serde_json::from_str(text)
            .map_err(|error| ProvisionError::invalid(format!("Syntax errors in policy: {error}"))),
        Some(document) => Ok(document.clone()),
    }
}
