//! `AWS::IAM::Role`.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html>

use super::{list, path, text};
use crate::{
    iam::{Iam, Role},
    provider::{Property, ProvisionError, Provisioned, Reading, ResourceProvider, ResourceRequest, fit},
};
use async_trait::async_trait;
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
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
        let id = format!("AROA{}", self.iam.core.random.upper(17));
        let role = read(name, id, &request.properties)?;
        self.iam.edit(|draft| {
            if draft.roles.contains_key(&role.name) {
                let message = format!("Role with name {} already exists.", role.name);
                return Err(ProvisionError::with_code("AlreadyExists", message));
            }
            draft.roles.insert(role.name.clone(), role.clone());
            Ok(())
        })?;
        Ok(self.provisioned(&role))
    }

    /// What other resources gave the role stays: only the role's own policies that the template changes or drops are touched.
    async fn update(
        &self,
        physical_id: &str,
        previous: &Map<String, Value>,
        request: &ResourceRequest,
    ) -> Result<Provisioned, ProvisionError> {
        let before = inline(previous)?;
        let role = self.iam.edit(|draft| {
            let role = draft.role(physical_id)?;
            let mut wanted = read(role.name.clone(), role.id.clone(), &request.properties)?;
            let own = std::mem::replace(&mut wanted.inline, role.inline.clone());
            wanted.put_by.clone_from(&role.put_by);
            wanted.attached.clone_from(&role.attached);
            for name in before.keys().filter(|name| !own.contains_key(*name)) {
                wanted.delete_policy(name);
            }
            for (name, document) in own {
                if before.get(&name) != Some(&document) {
                    wanted.put_policy(&name, document, None);
                }
            }
            role.clone_from(&wanted);
            Ok::<_, ProvisionError>(wanted)
        })?;
        Ok(self.provisioned(&role))
    }

    async fn delete(&self, physical_id: &str, _request: &ResourceRequest) -> Result<(), ProvisionError> {
        self.iam.edit(|draft| {
            let refused = |why: &str| Err(ProvisionError::with_code("GeneralServiceException", why));
            match draft.roles.get(physical_id) {
                Some(role) if !role.attached.is_empty() => {
                    refused("Cannot delete entity, must detach all policies first.")
                }
                Some(role) if !role.put_by.is_empty() => refused("Cannot delete entity, must delete policies first."),
                _ => {
                    draft.roles.remove(physical_id);
                    Ok(())
                }
            }
        })?;
        Ok(self.iam.keys.remove_role(physical_id)?)
    }

    async fn discard(&self, request: &ResourceRequest) -> Result<(), ProvisionError> {
        self.delete(&fit(&request.generated_name, NAME_LIMIT), request).await
    }

    /// Policies that other resources put there are not the role's own, and not compared.
    async fn read(&self, physical_id: &str, request: &ResourceRequest) -> Result<Reading, ProvisionError> {
        let Some(role) = self.iam.find_role(physical_id) else { return Ok(Reading::Gone) };
        let wanted = read(role.name.clone(), role.id.clone(), &request.properties)?;
        Ok(Reading::There { expected: shown(&wanted), actual: shown(&role) })
    }
}

fn shown(role: &Role) -> Map<String, Value> {
    let own: Map<String, Value> = role
        .inline
        .iter()
        .filter(|(name, _)| !role.put_by.contains_key(*name))
        .map(|(name, document)| (name.clone(), document.clone()))
        .collect();
    let managed: BTreeSet<&String> = role.managed.iter().collect();
    Map::from_iter([
        ("AssumeRolePolicyDocument".to_owned(), role.trust.clone()),
        ("ManagedPolicyArns".to_owned(), serde_json::json!(managed)),
        ("MaxSessionDuration".to_owned(), role.max_session_seconds.into()),
        ("PermissionsBoundary".to_owned(), serde_json::json!(role.boundary)),
        ("Policies".to_owned(), own.into()),
    ])
}

fn read(name: String, id: String, properties: &Map<String, Value>) -> Result<Role, ProvisionError> {
    let path = path(properties)?;
    let trust = properties
        .get("AssumeRolePolicyDocument")
        .cloned()
        .ok_or_else(|| ProvisionError::invalid("required key [AssumeRolePolicyDocument] not found"))?;
    let inline = inline(properties)?;
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
    Ok(Role {
        name,
        path,
        id,
        trust,
        inline,
        put_by: BTreeMap::new(),
        managed,
        attached: BTreeSet::new(),
        boundary,
        max_session_seconds,
    })
}

/// The role's own inline policies, by name.
fn inline(properties: &Map<String, Value>) -> Result<BTreeMap<String, Value>, ProvisionError> {
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
    Ok(inline)
}
