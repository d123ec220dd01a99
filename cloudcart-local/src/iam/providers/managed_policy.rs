//! `AWS::IAM::ManagedPolicy`: a policy with an ARN, which roles name or which names roles.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-managedpolicy.html>

use super::{NO_GROUPS, NO_USERS, POLICY_NAME_LIMIT, document, names, path, policy_name, text};
use crate::{
    error::AwsError,
    iam::{
        Iam,
        entities::{Draft, ManagedPolicy},
    },
    provider::{OnChange, Property, ProvisionError, Provisioned, ResourceProvider, ResourceRequest, fit},
};
use async_trait::async_trait;
use serde_json::{Map, Value, json};
use std::sync::Arc;

pub(super) struct ManagedPolicyProvider {
    iam: Arc<Iam>,
}

impl ManagedPolicyProvider {
    pub(super) fn new(iam: Arc<Iam>) -> Self {
        Self { iam }
    }
}

/// Attaches the policy to roles.
fn attach(draft: &mut Draft, arn: &str, roles: &[&str]) -> Result<(), AwsError> {
    roles.iter().try_for_each(|role| {
        draft.role(role)?.attached.insert(arn.to_owned());
        Ok(())
    })
}

fn provisioned(draft: &Draft, arn: &str, policy: &ManagedPolicy) -> Provisioned {
    let time = |ms| jiff::Timestamp::from_millisecond(ms).map(|time| time.to_string()).unwrap_or_default();
    let (attachments, bounds) = draft.usage(arn);
    let attributes = [
        ("AttachmentCount", json!(attachments)),
        ("CreateDate", json!(time(policy.created_ms))),
        ("DefaultVersionId", json!(format!("v{}", policy.version))),
        ("IsAttachable", json!(true)),
        ("PermissionsBoundaryUsageCount", json!(bounds)),
        ("PolicyArn", json!(arn)),
        ("PolicyId", json!(policy.id)),
        ("UpdateDate", json!(time(policy.updated_ms))),
    ];
    Provisioned {
        physical_id: arn.to_owned(),
        attributes: attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    }
}

#[async_trait]
impl ResourceProvider for ManagedPolicyProvider {
    fn type_name(&self) -> &'static str {
        "AWS::IAM::ManagedPolicy"
    }

    fn properties(&self) -> &'static [Property] {
        const PROPERTIES: &[Property] = &[
            Property {
                on_change: OnChange::Replace,
                ..Property::ignored("Description", "a remark for people; nothing reads it")
            },
            Property::ignored("Groups", NO_GROUPS),
            Property::create_only("ManagedPolicyName"),
            Property::create_only("Path"),
            Property::honoured("PolicyDocument"),
            Property::honoured("Roles"),
            Property::ignored("Users", NO_USERS),
        ];
        PROPERTIES
    }

    async fn create(&self, request: &ResourceRequest) -> Result<Provisioned, ProvisionError> {
        let name = match text(&request.properties, "ManagedPolicyName")? {
            Some(name) => policy_name(name)?,
            None => fit(&request.generated_name, POLICY_NAME_LIMIT),
        };
        let now = self.iam.core.clock.now_ms();
        let policy = ManagedPolicy {
            path: path(&request.properties)?,
            id: format!("ANPA{}", self.iam.core.random.upper(17)),
            version: 1,
            document: document(&request.properties)?,
            created_ms: now,
            updated_ms: now,
            made_by: request.generated_name.clone(),
            name,
        };
        let arn = self.iam.core.global_arn("iam", &format!("policy{}{}", policy.path, policy.name));
        let roles = names(&request.properties, "Roles")?;
        self.iam.edit(|draft| {
            // Names are unique in the account, whatever the paths.
            if draft.managed.values().any(|other| other.name == policy.name) {
                let why = format!("A policy called {} already exists. Duplicate names are not allowed.", policy.name);
                return Err(ProvisionError::with_code("AlreadyExists", why));
            }
            draft.managed.insert(arn.clone(), policy.clone());
            attach(draft, &arn, &roles)?;
            Ok(provisioned(draft, &arn, &policy))
        })
    }

    async fn update(
        &self,
        physical_id: &str,
        previous: &Map<String, Value>,
        request: &ResourceRequest,
    ) -> Result<Provisioned, ProvisionError> {
        let document = document(&request.properties)?;
        let (before, roles) = (names(previous, "Roles")?, names(&request.properties, "Roles")?);
        let now = self.iam.core.clock.now_ms();
        self.iam.edit(|draft| {
            let Some(policy) = draft.managed.get_mut(physical_id) else {
                let why = format!("Policy {physical_id} was not found.");
                return Err(ProvisionError::with_code("NotFound", why));
            };
            if policy.document != document {
                policy.document = document;
                policy.version += 1;
                policy.updated_ms = now;
            }
            let policy = policy.clone();
            for role in before.iter().filter(|role| !roles.contains(role)) {
                if let Some(role) = draft.roles.get_mut(*role) {
                    role.attached.remove(physical_id);
                }
            }
            attach(draft, physical_id, &roles)?;
            Ok(provisioned(draft, physical_id, &policy))
        })
    }

    async fn delete(&self, physical_id: &str, _request: &ResourceRequest) -> Result<(), ProvisionError> {
        self.iam.edit(|draft| {
            for role in draft.roles.values_mut() {
                role.attached.remove(physical_id);
            }
            if draft.usage(physical_id) != (0, 0) {
                let why = "Cannot delete a policy attached to entities.";
                return Err(ProvisionError::with_code("GeneralServiceException", why));
            }
            draft.managed.remove(physical_id);
            Ok(())
        })
    }

    async fn discard(&self, request: &ResourceRequest) -> Result<(), ProvisionError> {
        let made = |policy: &ManagedPolicy| policy.made_by == request.generated_name;
        let found = self.iam.edit(|draft| {
            let mut all = draft.managed.iter();
            Ok::<_, ProvisionError>(all.find(|(_, policy)| made(policy)).map(|(arn, _)| arn.clone()))
        })?;
        match found {
            Some(arn) => self.delete(&arn, request).await,
            None => Ok(()),
        }
    }
}
