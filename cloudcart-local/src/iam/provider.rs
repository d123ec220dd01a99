//! `AWS::IAM::Role`.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html>

use super::{Iam, Role};
use crate::{
    error::AwsError,
    provider::{Property, ProvisionError, Provisioned, ResourceProvider, ResourceRequest},
};
use async_trait::async_trait;
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

/// The longest name of a role.
const NAME_LIMIT: usize = 64;

pub(super) struct RoleProvider {
    iam: Arc<Iam>,
}

impl RoleProvider {
    pub(super) fn new(iam: Arc<Iam>) -> Self {
        Self { iam }
    }

    fn provisioned(&self, role: &Role) -> Provisioned {
        Provisioned {
            physical_id: role.name.clone(),
            attributes: BTreeMap::from([
                ("Arn".to_owned(), Value::String(self.iam.role_arn(role))),
                ("RoleId".to_owned(), Value::String(role.id.clone())),
            ]),
        }
    }
}

#[async_trait]
impl ResourceProvider for RoleProvider {
    fn type_name(&self) -> &'static str {
        "AWS::IAM::Role"
    }

    fn properties(&self) -> &'static [Property] {
        const PROPERTIES: &[Property] = &[
            Property::honoured("AssumeRolePolicyDocument"),
            Property::ignored("Description", "a remark for people; nothing reads it"),
            Property::honoured("ManagedPolicyArns"),
            Property::honoured("MaxSessionDuration"),
            Property::create_only("Path"),
            Property::honoured("PermissionsBoundary"),
            Property::honoured("Policies"),
            Property::create_only("RoleName"),
            Property::ignored(
                "Tags",
                "tags for cost and for tag-based policies, which the local cloud does not evaluate",
            ),
        ];
        PROPERTIES
    }

    async fn create(&self, request: &ResourceRequest) -> Result<Provisioned, ProvisionError> {
        let name = match text(&request.properties, "RoleName")? {
            Some(name) => name,
            None => fit(&request.generated_name, NAME_LIMIT),
        };
        let valid = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
        if name.is_empty() || name.len() > NAME_LIMIT || !name.bytes().all(valid) {
            return Err(ProvisionError::invalid(format!(
                "The specified value for roleName is invalid: {name:?}. It must contain only alphanumeric characters and/or \
                 the following: +=,.@_- and at most 64 of them."
            )));
        }
        if self.iam.find_role(&name).is_some() {
            let message = format!("Role with name {name} already exists.");
            return Err(ProvisionError::with_code("AlreadyExists", message));
        }
        let id = format!("AROA{}", self.iam.core.random.upper(17));
        let role = read(name, id, &request.properties)?;
        self.iam.put_role(role.clone()).map_err(refused)?;
        Ok(self.provisioned(&role))
    }

    async fn update(
        &self,
        physical_id: &str,
        _previous: &Map<String, Value>,
        request: &ResourceRequest,
    ) -> Result<Provisioned, ProvisionError> {
        let current = self.iam.find_role(physical_id).ok_or_else(|| {
            ProvisionError::with_code("NotFound", format!("The role with name {physical_id} cannot be found."))
        })?;
        let role = read(current.name, current.id, &request.properties)?;
        self.iam.put_role(role.clone()).map_err(refused)?;
        Ok(self.provisioned(&role))
    }

    async fn delete(&self, physical_id: &str, _request: &ResourceRequest) -> Result<(), ProvisionError> {
        Ok(self.iam.remove_role(physical_id)?)
    }

    async fn discard(&self, request: &ResourceRequest) -> Result<(), ProvisionError> {
        Ok(self.iam.remove_role(&fit(&request.generated_name, NAME_LIMIT))?)
    }
}

fn read(name: String, id: String, properties: &Map<String, Value>) -> Result<Role, ProvisionError> {
    let path = text(properties, "Path")?.unwrap_or_else(|| "/".to_owned());
    if !(path.starts_with('/') && path.ends_with('/')) {
        return Err(ProvisionError::invalid(format!("The specified value for path is invalid: {path:?}.")));
    }
    let trust = properties
        .get("AssumeRolePolicyDocument")
        .cloned()
        .ok_or_else(|| ProvisionError::invalid("required key [AssumeRolePolicyDocument] not found"))?;
    let mut inline = BTreeMap::new();
    for policy in list(properties, "Policies")? {
        let (Some(name), Some(document)) =
            (policy.get("PolicyName").and_then(Value::as_str), policy.get("PolicyDocument"))
        else {
            return Err(ProvisionError::invalid("#/Policies: each needs a PolicyName and a PolicyDocument"));
        };
        if inline.insert(name.to_owned(), document.clone()).is_some() {
            return Err(ProvisionError::invalid(format!("#/Policies: two are named {name}")));
        }
    }
    let mut managed = Vec::new();
    let mut seen = HashSet::new();
    for arn in list(properties, "ManagedPolicyArns")? {
        let arn = arn.as_str().ok_or_else(|| ProvisionError::invalid("#/ManagedPolicyArns: expected type: String"))?;
        if !seen.insert(arn) {
            return Err(ProvisionError::invalid("#/ManagedPolicyArns: array items are not unique"));
        }
        managed.push(arn.to_owned());
    }
    let max_session_seconds = match properties.get("MaxSessionDuration") {
        None => 3600,
        Some(value) => value
            .as_i64()
            .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
            .filter(|seconds| (3600..=43200).contains(seconds))
            .ok_or_else(|| ProvisionError::invalid("#/MaxSessionDuration: must be between 3600 and 43200"))?,
    };
    let boundary = text(properties, "PermissionsBoundary")?;
    Ok(Role { name, path, id, trust, inline, managed, boundary, max_session_seconds })
}

fn refused(error: AwsError) -> ProvisionError {
    error.into()
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

/// A generated name cut to `limit` bytes; its random end stays, so that it stays unique.
fn fit(generated: &str, limit: usize) -> String {
    if generated.len() <= limit {
        return generated.to_owned();
    }
    let (front, random) = generated.rsplit_once('-').unwrap_or((generated, ""));
    let room = limit.saturating_sub(random.len() + 1).min(front.len());
    format!("{}-{random}", front[..room].trim_end_matches('-'))
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn a_long_generated_name_keeps_its_random_end() {
        let name = fit(&format!("{}-Role-ABCDEFGHIJKL", "s".repeat(70)), 64);
        assert_eq!(name.len(), 64);
        assert!(name.ends_with("-ABCDEFGHIJKL"));
        assert_eq!(fit("stack-Role-ABC", 64), "stack-Role-ABC");
    }
}
