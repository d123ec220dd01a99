//! Roles, their policies and credentials, and what a caller may do.

pub mod managed;
pub mod policy;

mod entities;
pub(crate) mod keys;
mod providers;

pub use entities::Role;

use crate::{
    api::{Caller, Need},
    core::Core,
    error::AwsError,
    ports::{Identities, RoleCredentials},
    provider::ResourceProvider,
};
use entities::{Compiled, Draft, Entities};
use keys::{Key, KeyRing, Owner};
use policy::{Evaluate, Evaluator, Policies, Policy, Question, SessionOf, TrustedAs, Verdict};
use serde::{Deserialize, Serialize};
use std::sync::{
    Arc, PoisonError, RwLock,
    atomic::{AtomicU64, Ordering},
};

/// Whether denials are refusals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IamMode {
    /// A request without the right is refused.
    #[default]
    Enforce,
    /// It is let through, with a warning in the log.
    Warn,
    /// Nothing is evaluated.
    Off,
}

/// A key pair, as `cloudcart local status` hands it out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credentials {
    /// `AKIA…`.
    pub access_key_id: String,
    /// Secret key.
    pub secret_access_key: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Credentials").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

/// The account's identities.
pub struct Iam {
    core: Arc<Core>,
    keys: KeyRing,
    entities: RwLock<Entities>,
    /// Edits of `entities` that were begun.
    edits: AtomicU64,
    evaluator: Box<dyn Evaluate>,
}

impl Iam {
    /// Reads roles, policies and keys from the state.
    pub fn open(core: Arc<Core>) -> Result<Arc<Self>, AwsError> {
        let keys = KeyRing::open(&core)?;
        let entities = RwLock::new(Entities::open(&core.store)?);
        Ok(Arc::new(Self { core, keys, entities, edits: AtomicU64::new(0), evaluator: Box::new(Evaluator) }))
    }

    /// The resource types of IAM.
    pub fn providers(self: &Arc<Self>) -> Vec<Arc<dyn ResourceProvider>> {
        providers::all(self)
    }

    /// The account's own key pair.
    pub fn root_credentials(&self) -> Credentials {
        // `KeyRing::open` made the pair, and nothing removes it.
        let (access_key_id, key) = self.keys.root().expect("the account has a key pair");
        Credentials { access_key_id, secret_access_key: key.secret.clone() }
    }

    /// The key of an access key id, while it holds: not expired, and its role still the same.
    pub(crate) fn key(&self, access_key_id: &str) -> Option<Arc<Key>> {
        let key = self.keys.get(access_key_id)?;
        let expired = key.expires_ms.is_some_and(|expires| expires < self.core.clock.now_ms());
        let orphaned = matches!(&key.owner, Owner::Session { role, role_id, .. }
            if self.role(role).is_none_or(|compiled| compiled.role.id != *role_id));
        (!expired && !orphaned).then_some(key)
    }

    /// A caller's ARN as STS gives it.
    pub fn caller_arn(&self, caller: &Caller) -> String {
        match caller {
            Caller::Root => self.core.global_arn("iam", "root"),
            Caller::Role { role, session } => self.core.global_arn("sts", &format!("assumed-role/{role}/{session}")),
        }
    }

    /// A caller's unique id as STS gives it.
    pub fn caller_id(&self, caller: &Caller) -> String {
        match caller {
            Caller::Root => self.core.account.clone(),
            Caller::Role { role, session } => {
                format!("{}:{session}", self.role(role).map(|compiled| compiled.role.id.clone()).unwrap_or_default())
            }
        }
    }

    /// Whether `caller` has the right `need`.
    pub fn decide(&self, caller: &Caller, need: &Need) -> Verdict {
        match caller {
            Caller::Root => Verdict::Allowed,
            Caller::Role { role, session } => match self.role(role) {
                Some(compiled) => self.decide_for(&compiled, Some(session), need),
                None => Verdict::NoIdentityAllow,
            },
        }
    }

    /// The same where the resource has a policy of its own: in one account either of the two allows, and a denial in either
    /// wins. A grant to the role is still bound by the role's permissions boundary.
    pub fn decide_with(&self, caller: &Caller, need: &Need, resource: Option<&Policy>) -> Verdict {
        let identity = self.decide(caller, need);
        let (Caller::Role { role, session }, Some(resource)) = (caller, resource) else { return identity };
        let Some(compiled) = self.role(role) else { return identity };
        if identity == Verdict::ExplicitDeny {
            return identity;
        }
        let (role_arn, session_arn) = (self.role_arn(&compiled.role), self.caller_arn(caller));
        let who = SessionOf { role: &role_arn, session: &session_arn, account: &self.core.account };
        let ask = |policy: Policy, boundary| self.ask(&compiled, Some(session), need, &policy.into(), boundary);
        if ask(resource.denials(&who), None) == Verdict::ExplicitDeny {
            return Verdict::ResourceDeny;
        }
        if identity != Verdict::Allowed && ask(resource.grants(&who), compiled.boundary.as_ref()) == Verdict::Allowed {
            return Verdict::Allowed;
        }
        identity
    }

    fn decide_for(&self, compiled: &Compiled, session: Option<&str>, need: &Need) -> Verdict {
        self.ask(compiled, session, need, &compiled.identity, compiled.boundary.as_ref())
    }

    /// What `policies` within `boundary` say to a role's `need`.
    fn ask(
        &self,
        compiled: &Compiled,
        session: Option<&str>,
        need: &Need,
        policies: &Policies,
        boundary: Option<&Policy>,
    ) -> Verdict {
        let arn = self.arn_of(compiled);
        let contextual = policies.are_contextual() || boundary.is_some_and(Policy::is_contextual);
        let context = if contextual { self.context(compiled, arn, session, need) } else { Vec::new() };
        self.evaluator.decide(
            policies,
            boundary,
            &Question {
                principal_arn: arn,
                account: &self.core.account,
                action: &need.action,
                resource: &need.resource,
                context: &context,
            },
        )
    }

    /// What is known of the caller and the request.
    fn context(
        &self,
        compiled: &Compiled,
        arn: &str,
        session: Option<&str>,
        need: &Need,
    ) -> Vec<(String, Vec<String>)> {
        let one = |key: &str, value: String| (key.to_owned(), vec![value]);
        let now = self.core.clock.now_ms();
        let mut context = need.context.clone();
        context.extend([
            one("aws:PrincipalArn", arn.to_owned()),
            one("aws:PrincipalAccount", self.core.account.clone()),
            one("aws:PrincipalType", "AssumedRole".to_owned()),
            one("aws:RequestedRegion", self.core.region.clone()),
            one("aws:SourceIp", "127.0.0.1".to_owned()),
            // Requests never leave the machine; a policy that asks for TLS asks for what loopback gives.
            one("aws:SecureTransport", "true".to_owned()),
            one("aws:EpochTime", (now / 1000).to_string()),
            one(
                "aws:CurrentTime",
                jiff::Timestamp::from_millisecond(now).map(|time| time.to_string()).unwrap_or_default(),
            ),
        ]);
        if let Some(session) = session {
            context.push(one("aws:userid", format!("{}:{session}", compiled.role.id)));
        }
        context
    }

    /// The role's ARN.
    pub fn role_arn(&self, role: &Role) -> String {
        self.core.global_arn("iam", &format!("role{}{}", role.path, role.name))
    }

    fn arn_of<'a>(&self, compiled: &'a Compiled) -> &'a str {
        compiled.arn.get_or_init(|| self.role_arn(&compiled.role))
    }

    /// A role by name.
    pub fn find_role(&self, name: &str) -> Option<Role> {
        self.role(name).map(|compiled| compiled.role.clone())
    }

    /// Whether `caller` may assume the role, by the role's trust policy.
    pub(crate) fn trusts(&self, role_name: &str, caller: &Caller) -> bool {
        let Some(compiled) = self.role(role_name) else { return false };
        let arn = match caller {
            Caller::Root => self.caller_arn(caller),
            Caller::Role { role, .. } => match self.role(role) {
                Some(other) => self.role_arn(&other.role),
                None => return false,
            },
        };
        self.trust_allows(&compiled, &TrustedAs::Identity { arn: &arn, account: &self.core.account })
    }

    fn trust_allows(&self, compiled: &Compiled, principal: &TrustedAs<'_>) -> bool {
        let arn = self.role_arn(&compiled.role);
        let context = [("aws:SourceAccount".to_owned(), vec![self.core.account.clone()])];
        let question = Question {
            principal_arn: &arn,
            account: &self.core.account,
            action: "sts:AssumeRole",
            resource: &arn,
            context: &context,
        };
        self.evaluator.decide(&compiled.trust.trusting(principal).into(), None, &question) == Verdict::Allowed
    }

    /// Temporary credentials for a session of a role that ends at `expires_ms`; those without an end are made once for each
    /// session name and handed out again.
    pub(crate) fn session(
        &self,
        role_name: &str,
        session: &str,
        expires_ms: Option<i64>,
    ) -> Result<RoleCredentials, AwsError> {
        let compiled = self.role(role_name).ok_or_else(|| no_such_role(role_name))?;
        let owner = Owner::Session {
            role: compiled.role.name.clone(),
            role_id: compiled.role.id.clone(),
            session: session.to_owned(),
        };
        let lasting = || self.keys.find(|key| key.owner == owner && key.expires_ms.is_none());
        let (access_key_id, key) = match if expires_ms.is_none() { lasting() } else { None } {
            Some(found) => found,
            None => self.keys.add(&self.core, "ASIA", owner, expires_ms)?,
        };
        Ok(RoleCredentials {
            access_key_id,
            secret_access_key: key.secret.clone(),
            session_token: key.token.clone().unwrap_or_default(),
        })
    }

    /// Changes roles and managed policies, all of it or nothing.
    fn edit<T, E: From<AwsError>>(&self, change: impl FnOnce(&mut Draft) -> Result<T, E>) -> Result<T, E> {
        // Held throughout, so that of two changes to one role neither is lost. What a panic leaves is whole: see `take`.
        let mut entities = self.entities.write().unwrap_or_else(PoisonError::into_inner);
        let mut draft = entities.draft();
        let answer = change(&mut draft)?;
        // Before it is in force: whoever reads the new number cannot look at the roles before the lock is free.
        self.edits.fetch_add(1, Ordering::SeqCst);
        entities.take(draft, &self.core.store)?;
        Ok(answer)
    }

    fn role(&self, name: &str) -> Option<Arc<Compiled>> {
        self.entities.read().unwrap_or_else(PoisonError::into_inner).role(name)
    }

    fn role_by_arn(&self, arn: &str) -> Option<Arc<Compiled>> {
        let name = arn.rsplit('/').next()?;
        self.role(name).filter(|compiled| self.arn_of(compiled) == arn)
    }
}

impl Identities for Iam {
    fn assume(&self, role_arn: &str, session: &str, service: &str) -> Result<RoleCredentials, AwsError> {
        let compiled = self.role_by_arn(role_arn).ok_or_else(|| no_such_role(role_arn))?;
        if !self.trust_allows(&compiled, &TrustedAs::Service(service)) {
            return Err(AwsError::new(
                403,
                "AccessDenied",
                format!("The role {role_arn} cannot be assumed by {service}: its trust policy does not allow it."),
            ));
        }
        self.session(&compiled.role.name, session, None)
    }

    fn role_allows(&self, role_arn: &str, action: &str, resource: &str) -> bool {
        self.role_by_arn(role_arn)
            .is_some_and(|compiled| self.decide_for(&compiled, None, &Need::new(action, resource)) == Verdict::Allowed)
    }

    fn session_allows(
        &self,
        role_arn: &str,
        session: &str,
        action: &str,
        resource: &str,
        policy: Option<&Policy>,
    ) -> bool {
        let Some(compiled) = self.role_by_arn(role_arn) else { return false };
        let caller = Caller::Role { role: compiled.role.name.clone(), session: session.to_owned() };
        self.decide_with(&caller, &Need::new(action, resource), policy) == Verdict::Allowed
    }

    fn version(&self) -> Option<u64> {
        Some(self.edits.load(Ordering::SeqCst))
    }
}

fn no_such_role(role: &str) -> AwsError {
    AwsError::new(404, "NoSuchEntity", format!("The role {role} cannot be found."))
}
