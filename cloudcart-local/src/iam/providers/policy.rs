//! `AWS::IAM::Policy`: an inline policy that is a resource beside its roles.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-policy.html>

use super::{NO_GROUPS, NO_USERS, document, names, policy_name, text};
use crate::{
    iam::Iam,
    provider::{Property, ProvisionError, Provisioned, Reading, ResourceProvider, ResourceRequest},
};
use async_trait::async_trait;
use serde_json::{Map, Value, json};
use std::sync::Arc;

pub(super) struct PolicyProvider {
    iam: Arc<Iam>,
}

/// What a template asks for.
struct Wanted<'a> {
    name: String,
    document: Value,
    roles: Vec<&'a str>,
}

impl<'a> Wanted<'a> {
    fn read(properties: &'a Map<String, Value>) -> Result<Self, ProvisionError> {
        let roles = names(properties, "Roles")?;
        if roles.is_empty() && names(properties, "Groups")?.is_empty() && names(properties, "Users")?.is_empty() {
            return Err(ProvisionError::invalid("At least one of [Groups,Roles,Users] must be non-empty."));
        }
        Ok(Self { name: name(properties)?, document: document(properties)?, roles })
    }
}

fn name(properties: &Map<String, Value>) -> Result<String, ProvisionError> {
    let name = text(properties, "PolicyName")?;
    policy_name(name.ok_or_else(|| ProvisionError::invalid("required key [PolicyName] not found"))?)
}

/// The physical id is the creation's own: a policy that gets another name stays the same resource.
fn provisioned(id: &str) -> Provisioned {
    Provisioned { physical_id: id.to_owned(), attributes: [("Id".to_owned(), json!(id))].into() }
}

impl PolicyProvider {
    pub(super) fn new(iam: Arc<Iam>) -> Self {
        Self { iam }
    }
}

#[async_trait]
impl ResourceProvider for PolicyProvider {
    fn type_name(&self) -> &'static str {
        "AWS::IAM::Policy"
    }

    fn properties(&self) -> &'static [Property] {
        const PROPERTIES: &[Property] = &[
            Property::ignored("Groups", NO_GROUPS),
            Property::honoured("PolicyDocument"),
            Property::honoured("PolicyName"),
            Property::honoured("Roles"),
            Property::ignored("Users", NO_USERS),
        ];
        PROPERTIES
    }

    async fn create(&self, request: &ResourceRequest) -> Result<Provisioned, ProvisionError> {
        let id = &request.generated_name;
        let wanted = Wanted::read(&request.properties)?;
        self.iam.edit(|draft| {
            for role in &wanted.roles {
                draft.role(role)?.put_policy(&wanted.name, wanted.document.clone(), Some(id));
            }
            Ok::<_, ProvisionError>(())
        })?;
        Ok(provisioned(id))
    }

    async fn update(
        &self,
        physical_id: &str,
        previous: &Map<String, Value>,
        request: &ResourceRequest,
    ) -> Result<Provisioned, ProvisionError> {
        let wanted = Wanted::read(&request.properties)?;
        let (old_name, old_roles) = (name(previous)?, names(previous, "Roles")?);
        self.iam.edit(|draft| {
            for role in old_roles.iter().filter(|role| old_name != wanted.name || !wanted.roles.contains(role)) {
                if let Some(role) = draft.roles.get_mut(*role) {
                    role.delete_policy(&old_name);
                }
            }
            for role in &wanted.roles {
                draft.role(role)?.put_policy(&wanted.name, wanted.document.clone(), Some(physical_id));
            }
            Ok::<_, ProvisionError>(())
        })?;
        Ok(provisioned(physical_id))
    }

    /// By name, as `DeleteRolePolicy` does: were the policy written over since, what it was written over with goes.
    async fn delete(&self, _physical_id: &str, request: &ResourceRequest) -> Result<(), ProvisionError> {
        let (name, roles) = (name(&request.properties)?, names(&request.properties, "Roles")?);
        self.iam.edit(|draft| {
            for role in roles {
                if let Some(role) = draft.roles.get_mut(role) {
                    role.delete_policy(&name);
                }
            }
            Ok(())
        })
    }

    /// Gone when no role has it any more; otherwise the roles that do, and the first document that is another.
    async fn read(&self, _physical_id: &str, request: &ResourceRequest) -> Result<Reading, ProvisionError> {
        let wanted = Wanted::read(&request.properties)?;
        let (mut roles, mut document) = (Vec::new(), None);
        for name in &wanted.roles {
            let found = self.iam.find_role(name).and_then(|mut role| role.inline.remove(&wanted.name));
            if let Some(found) = found {
                roles.push(*name);
                if document.is_none() || found != wanted.document {
                    document = Some(found);
                }
            }
        }
        let shown = |roles: &[&str], document: &Value| {
            Map::from_iter([("PolicyDocument".to_owned(), document.clone()), ("Roles".to_owned(), json!(roles))])
        };
        Ok(document.map_or(Reading::Gone, |document| Reading::There {
            expected: shown(&wanted.roles, &wanted.document),
            actual: shown(&roles, &document),
        }))
    }

    async fn discard(&self, request: &ResourceRequest) -> Result<(), ProvisionError> {
        self.iam.edit(|draft| {
            for role in draft.roles.values_mut() {
                let made: Vec<String> = role
                    .put_by
                    .iter()
                    .filter(|(_, by)| **by == request.generated_name)
                    .map(|(name, _)| name.clone())
                    .collect();
                for name in made {
                    role.delete_policy(&name);
                }
            }
            Ok(())
        })
    }
}
