//! IAM policies: statements as data, with actions that are checked by the compiler.

mod action;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

pub use action::*;

use crate::property::{Property, ShapeError};
use crate::value::{IntoValue, Value};

/// A policy document.
#[derive(Debug, Clone, PartialEq)]
pub enum PolicyDocument<'stack> {
    /// Statements, in order, of version `2012-10-17`.
    Statements(Vec<Statement<'stack>>),
    /// A document as it stands in a template that was read, or that this library has no words for.
    Raw(Json),
}

impl<'stack> PolicyDocument<'stack> {
    /// A document of those statements.
    pub fn new(statements: impl IntoIterator<Item = Statement<'stack>>) -> Self {
        Self::Statements(statements.into_iter().collect())
    }

    /// The trust policy by which an AWS service assumes a role: `trusting("lambda.amazonaws.com")`.
    pub fn trusting(service: impl Into<String>) -> Self {
        Self::new([Statement::allow([sts::Action::AssumeRole], []).principal(Principal::service(service))])
    }
}

impl Property for PolicyDocument<'_> {
    fn to_json(&self) -> Json {
        match self {
            Self::Statements(statements) => {
                let statements: Vec<Json> = statements.iter().map(Statement::to_json).collect();
                json!({"Version": "2012-10-17", "Statement": statements})
            }
            Self::Raw(document) => document.clone(),
        }
    }

    /// Kept as it is: IAM takes one statement, action or resource where it takes several, and order matters to nobody.
    fn from_json(json: &Json) -> Result<Self, ShapeError> {
        match json {
            Json::Object(_) | Json::String(_) => Ok(Self::Raw(json.clone())),
            _ => Err(ShapeError::expected("a policy document", json)),
        }
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
pub enum Principal<'stack> {
    /// Anybody.
    Any,
    /// An AWS service, for example `lambda.amazonaws.com`.
    Service(String),
    /// An account, role or user by its ARN.
    Aws(Value<'stack, String>),
    /// An identity provider by its ARN or domain, in trust policies.
    Federated(Value<'stack, String>),
}

impl Principal<'_> {
    /// An AWS service: `Principal::service("sns.amazonaws.com")`.
    pub fn service(name: impl Into<String>) -> Self {
        Self::Service(name.into())
    }

    fn to_json(&self) -> Json {
        match self {
            Self::Any => json!("*"),
            Self::Service(service) => json!({"Service": service}),
            Self::Aws(arn) => json!({"AWS": arn.to_json()}),
            Self::Federated(provider) => json!({"Federated": provider.to_json()}),
        }
    }
}

/// Operator → key → values, as IAM nests them.
pub type Conditions<'stack> = BTreeMap<String, BTreeMap<String, Vec<Value<'stack, String>>>>;

/// One statement of a policy. Grants (`table.read()`, `queue.send()`) are statements.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement<'stack> {
    /// `Sid`: letters and digits.
    pub sid: Option<String>,
    /// `Effect`.
    pub effect: Effect,
    /// `Principal`, in trust and resource policies only.
    pub principal: Option<Principal<'stack>>,
    /// `Action`.
    pub actions: Vec<Action>,
    /// `Resource`; left out when empty, as in trust policies.
    pub resources: Vec<Value<'stack, String>>,
    /// `Condition`.
    pub conditions: Conditions<'stack>,
}

impl<'stack> Statement<'stack> {
    /// Allows actions on resources.
    pub fn allow<A: Into<Action>>(
        actions: impl IntoIterator<Item = A>,
        resources: impl IntoIterator<Item = Value<'stack, String>>,
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
        principal: Principal<'stack>,
        actions: impl IntoIterator<Item = A>,
        resources: impl IntoIterator<Item = Value<'stack, String>>,
    ) -> Self {
        Self { effect: Effect::Deny, principal: Some(principal), ..Self::allow(actions, resources) }
    }

    /// The same, speaking of a principal, as a trust or resource policy asks:
    /// `Statement::allow(…).principal(Principal::service("sns.amazonaws.com"))`.
    #[must_use]
    pub fn principal(mut self, principal: Principal<'stack>) -> Self {
        self.principal = Some(principal);
        self
    }

    /// The same, with a `Sid`.
    #[must_use]
    pub fn named(mut self, sid: impl Into<String>) -> Self {
        self.sid = Some(sid.into());
        self
    }

    /// The same, only when a condition holds: `when("Bool", "aws:SecureTransport", ["false"])`. All of several have to hold; a
    /// second one of the same operator and key takes the place of the first.
    #[must_use]
    pub fn when<V: IntoValue<'stack, String>>(
        mut self,
        operator: impl Into<String>,
        key: impl Into<String>,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let values = values.into_iter().map(IntoValue::into_value).collect();
        self.conditions.entry(operator.into()).or_default().insert(key.into(), values);
        self
    }
}

impl Statement<'_> {
    pub(crate) fn to_json(&self) -> Json {
        let mut map = Map::new();
        if let Some(sid) = &self.sid {
            map.insert("Sid".to_owned(), json!(sid));
        }
        let effect = match self.effect {
            Effect::Allow => "Allow",
            Effect::Deny => "Deny",
        };
        map.insert("Effect".to_owned(), json!(effect));
        if let Some(principal) = &self.principal {
            map.insert("Principal".to_owned(), principal.to_json());
        }
        map.insert("Action".to_owned(), self.actions.iter().map(Action::as_str).collect());
        if !self.resources.is_empty() {
            map.insert("Resource".to_owned(), self.resources.to_json());
        }
        if !self.conditions.is_empty() {
            let operators = self.conditions.iter().map(|(operator, keys)| (operator.clone(), keys.to_json()));
            map.insert("Condition".to_owned(), Json::Object(operators.collect()));
        }
        Json::Object(map)
    }
}
