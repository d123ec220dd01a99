//! IAM policies: statements as data, with actions that are checked by the compiler.

mod actions;

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, Serializer};

pub use actions::{Action, dynamodb, lambda, logs, sqs, sts};

use crate::value::Value;

/// A policy document of version `2012-10-17`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PolicyDocument {
    /// The statements, in order.
    pub statements: Vec<Statement>,
}

impl PolicyDocument {
    /// A document of those statements.
    pub fn new(statements: impl IntoIterator<Item = Statement>) -> Self {
        Self { statements: statements.into_iter().collect() }
    }

    /// The trust policy by which an AWS service assumes a role: `trusting("lambda.amazonaws.com")`.
    pub fn trusting(service: impl Into<String>) -> Self {
        let principal = Principal::Service(service.into());
        Self::new([Statement { principal: Some(principal), ..Statement::allow([sts::Action::AssumeRole], []) }])
    }
}

impl Serialize for PolicyDocument {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("Version", "2012-10-17")?;
        map.serialize_entry("Statement", &self.statements)?;
        map.end()
    }
}

/// Whether a statement allows or denies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// `Allow`.
    Allow,
    /// `Deny`, which beats every `Allow`.
    Deny,
}

/// Whom a statement of a trust or resource policy speaks of.
#[derive(Debug, Clone, PartialEq)]
pub enum Principal {
    /// Anybody.
    Any,
    /// An AWS service, for example `lambda.amazonaws.com`.
    Service(String),
    /// An account, role or user by its ARN.
    Aws(Value<String>),
}

impl Serialize for Principal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Any => serializer.serialize_str("*"),
            Self::Service(service) => one_entry(serializer, "Service", service),
            Self::Aws(arn) => one_entry(serializer, "AWS", arn),
        }
    }
}

fn one_entry<S: Serializer>(serializer: S, key: &str, value: &impl Serialize) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(key, value)?;
    map.end()
}

/// Operator → key → values, as IAM nests them.
pub type Conditions = BTreeMap<String, BTreeMap<String, Vec<Value<String>>>>;

/// One statement of a policy. Grants (`table.read()`, `queue.send()`) are statements.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// `Sid`: letters and digits.
    pub sid: Option<String>,
    /// `Effect`.
    pub effect: Effect,
    /// `Principal`, in trust and resource policies only.
    pub principal: Option<Principal>,
    /// `Action`.
    pub actions: Vec<Action>,
    /// `Resource`; left out when empty, as in trust policies.
    pub resources: Vec<Value<String>>,
    /// `Condition`.
    pub conditions: Conditions,
}

impl Statement {
    /// Allows actions on resources.
    pub fn allow<A: Into<Action>>(
        actions: impl IntoIterator<Item = A>,
        resources: impl IntoIterator<Item = Value<String>>,
    ) -> Self {
        Self {
            sid: None,
            effect: Effect::Allow,
            principal: None,
            actions: actions.into_iter().map(Into::into).collect(),
            resources: resources.into_iter().collect(),
            conditions: Conditions::new(),
        }
    }

    /// Denies actions on resources to a principal.
    pub fn deny<A: Into<Action>>(
        principal: Principal,
        actions: impl IntoIterator<Item = A>,
        resources: impl IntoIterator<Item = Value<String>>,
    ) -> Self {
        Self { effect: Effect::Deny, principal: Some(principal), ..Self::allow(actions, resources) }
    }

    /// The same, with a `Sid`.
    #[must_use]
    pub fn named(mut self, sid: impl Into<String>) -> Self {
        self.sid = Some(sid.into());
        self
    }

    /// The same, only when a condition holds: `when("Bool", "aws:SecureTransport", ["false"])`.
    #[must_use]
    pub fn when<V: Into<Value<String>>>(
        mut self,
        operator: impl Into<String>,
        key: impl Into<String>,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        self.conditions.entry(operator.into()).or_default().insert(key.into(), values);
        self
    }
}

impl Serialize for Statement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(sid) = &self.sid {
            map.serialize_entry("Sid", sid)?;
        }
        let effect = match self.effect {
            Effect::Allow => "Allow",
            Effect::Deny => "Deny",
        };
        map.serialize_entry("Effect", effect)?;
        if let Some(principal) = &self.principal {
            map.serialize_entry("Principal", principal)?;
        }
        map.serialize_entry("Action", &self.actions)?;
        if !self.resources.is_empty() {
            map.serialize_entry("Resource", &self.resources)?;
        }
        if !self.conditions.is_empty() {
            map.serialize_entry("Condition", &self.conditions)?;
        }
        map.end()
    }
}
