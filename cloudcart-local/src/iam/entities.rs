//! Roles and managed policies: as they are kept, as they are asked, and the one way to change them.
//!
//! A change is made on a draft and taken as a whole: its documents are read before anything is written, and it is in force
//! when `Iam::edit` returns.

use super::{
    managed,
    policy::{Policies, Policy, PolicyError},
};
use crate::{error::AwsError, store::Store};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

const ROLES: &str = "iam.roles";
const MANAGED: &str = "iam.managed-policies";

/// A role as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Role {
    /// Name, unique in the account.
    pub name: String,
    /// `/` or `/some/path/`.
    pub path: String,
    /// `AROA…`.
    pub id: String,
    /// The trust policy.
    pub trust: Value,
    /// Inline policies by name.
    pub inline: BTreeMap<String, Value>,
    /// Which `AWS::IAM::Policy` put an inline policy there, by the policy's name. The role's own are not listed.
    #[serde(default)]
    pub put_by: BTreeMap<String, String>,
    /// ARNs of managed policies that the role itself names.
    pub managed: Vec<String>,
    /// ARNs of managed policies that name the role.
    #[serde(default)]
    pub attached: BTreeSet<String>,
    /// ARN of the managed policy that bounds the role.
    pub boundary: Option<String>,
    /// Longest session in seconds.
    pub max_session_seconds: i64,
}

impl Role {
    /// Writes an inline policy over one of the same name, as `PutRolePolicy` does. `by` is the resource that does it, unless
    /// it is the role.
    pub(super) fn put_policy(&mut self, name: &str, document: Value, by: Option<&str>) {
        self.inline.insert(name.to_owned(), document);
        match by {
            Some(by) => self.put_by.insert(name.to_owned(), by.to_owned()),
            None => self.put_by.remove(name),
        };
    }

    /// Removes an inline policy, whoever put it there.
    pub(super) fn delete_policy(&mut self, name: &str) {
        self.inline.remove(name);
        self.put_by.remove(name);
    }

    /// ARNs of the managed policies in force, each once.
    fn attachments(&self) -> BTreeSet<&String> {
        self.managed.iter().chain(&self.attached).collect()
    }

    /// Whether the role's rights depend on a managed policy.
    fn names(&self, arn: &str) -> bool {
        self.attachments().iter().any(|one| *one == arn) || self.boundary.as_deref() == Some(arn)
    }
}

/// A managed policy of the account as it is kept, by ARN.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ManagedPolicy {
    pub(super) name: String,
    /// `/` or `/some/path/`.
    pub(super) path: String,
    /// `ANPA…`.
    pub(super) id: String,
    /// Number of its default version.
    pub(super) version: u32,
    pub(super) document: Value,
    pub(super) created_ms: i64,
    pub(super) updated_ms: i64,
    /// The generated name of its creation, by which one that was cut off is found again.
    pub(super) made_by: String,
}

/// A role with its documents read.
pub(super) struct Compiled {
    pub(super) role: Role,
    /// Its ARN, once somebody has asked: most questions to IAM do.
    pub(super) arn: OnceLock<String>,
    pub(super) trust: Policy,
    pub(super) identity: Policies,
    pub(super) boundary: Option<Policy>,
}

impl Compiled {
    fn new(role: Role, account: &BTreeMap<String, ManagedPolicy>) -> Result<Self, AwsError> {
        let managed = |arn: &String| {
            let own = account.get(arn).map(|policy| policy.document.clone());
            let document = own.or_else(|| managed::document(arn)).ok_or_else(|| {
                AwsError::new(404, "NoSuchEntity", format!("Policy {arn} does not exist or is not attachable."))
            })?;
            Policy::identity(arn, &document).map_err(|error| malformed(&error))
        };
        let trust = Policy::trust(&role.trust).map_err(|error| malformed(&error))?;
        let mut identity = Vec::new();
        for (name, document) in &role.inline {
            identity.push(Policy::identity(name, document).map_err(|error| malformed(&error))?);
        }
        for arn in role.attachments() {
            identity.push(managed(arn)?);
        }
        let boundary = role.boundary.as_ref().map(managed).transpose()?;
        Ok(Self { role, arn: OnceLock::new(), trust, identity: identity.into_iter().collect(), boundary })
    }
}

fn malformed(error: &PolicyError) -> AwsError {
    AwsError::bad_request("MalformedPolicyDocument", error.to_string())
}

/// What a change is made on.
pub(super) struct Draft {
    /// By name.
    pub(super) roles: BTreeMap<String, Role>,
    /// By ARN.
    pub(super) managed: BTreeMap<String, ManagedPolicy>,
}

impl Draft {
    /// A role that must be there.
    pub(super) fn role(&mut self, name: &str) -> Result<&mut Role, AwsError> {
        self.roles
            .get_mut(name)
            .ok_or_else(|| AwsError::new(404, "NoSuchEntity", format!("The role with name {name} cannot be found.")))
    }

    /// How many roles a managed policy is attached to, and how many it bounds.
    pub(super) fn usage(&self, arn: &str) -> (usize, usize) {
        let roles = || self.roles.values();
        (
            roles().filter(|role| role.attachments().iter().any(|one| *one == arn)).count(),
            roles().filter(|role| role.boundary.as_deref() == Some(arn)).count(),
        )
    }
}

/// Everything in force.
pub(super) struct Entities {
    roles: BTreeMap<String, Arc<Compiled>>,
    managed: BTreeMap<String, ManagedPolicy>,
}

impl Entities {
    /// Reads them from the state.
    pub(super) fn open(store: &Store) -> Result<Self, AwsError> {
        let managed: BTreeMap<String, ManagedPolicy> = store.list(MANAGED)?.into_iter().collect();
        let mut roles = BTreeMap::new();
        for (name, role) in store.list::<Role>(ROLES)? {
            roles.insert(name, Arc::new(Compiled::new(role, &managed)?));
        }
        Ok(Self { roles, managed })
    }

    /// A role by name.
    pub(super) fn role(&self, name: &str) -> Option<Arc<Compiled>> {
        self.roles.get(name).cloned()
    }

    /// A copy to change.
    pub(super) fn draft(&self) -> Draft {
        let roles = self.roles.iter().map(|(name, compiled)| (name.clone(), compiled.role.clone())).collect();
        Draft { roles, managed: self.managed.clone() }
    }

    /// Puts a draft in force, if every document of it can be read; nothing changes otherwise.
    pub(super) fn take(&mut self, draft: Draft, store: &Store) -> Result<(), AwsError> {
        let Draft { roles, managed } = draft;
        let changed: Vec<&String> =
            managed.iter().filter(|(arn, policy)| self.managed.get(*arn) != Some(policy)).map(|(arn, _)| arn).collect();
        let gone: Vec<String> = self.managed.keys().filter(|arn| !managed.contains_key(*arn)).cloned().collect();
        for arn in &changed {
            Policy::identity(arn, &managed[*arn].document).map_err(|error| malformed(&error))?;
        }
        let mut compiled = Vec::new();
        for (name, role) in &roles {
            let same = self.roles.get(name).is_some_and(|before| before.role == *role);
            let moved = changed.iter().any(|arn| role.names(arn)) || gone.iter().any(|arn| role.names(arn));
            if !same || moved {
                compiled.push(Compiled::new(role.clone(), &managed)?);
            }
        }
        let removed: Vec<String> = self.roles.keys().filter(|name| !roles.contains_key(*name)).cloned().collect();

        // A policy is on disk before the roles that name it, and longer than they: each moment can be read again.
        for arn in &changed {
            store.put(MANAGED, arn, &managed[*arn])?;
        }
        for one in compiled {
            store.put(ROLES, &one.role.name, &one.role)?;
            self.roles.insert(one.role.name.clone(), Arc::new(one));
        }
        for name in removed {
            store.delete(ROLES, &name)?;
            self.roles.remove(&name);
        }
        for arn in gone {
            store.delete(MANAGED, &arn)?;
        }
        self.managed = managed;
        Ok(())
    }
}
