//! Policy documents and what they decide. The one place that knows the evaluating crate.

use awsim_iam_policy as engine;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// A document that cannot be a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PolicyError(String);

/// A policy document, read.
#[derive(Debug, Clone)]
pub struct Policy {
    /// What messages call it: its name or ARN.
    pub name: String,
    document: engine::PolicyDocument,
}

/// One question to a set of policies.
#[derive(Debug)]
pub struct Question<'a> {
    /// ARN of the role that asks.
    pub principal_arn: &'a str,
    /// Its account.
    pub account: &'a str,
    /// For example `dynamodb:GetItem`.
    pub action: &'a str,
    /// The ARN acted on, or `*`.
    pub resource: &'a str,
    /// Condition keys and their values. Keys are compared without regard to case, as IAM does.
    pub context: &'a [(String, Vec<String>)],
}

/// What policies say to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A statement allows it and none denies it.
    Allowed,
    /// A statement denies it.
    ExplicitDeny,
    /// A statement of the resource's own policy denies it.
    ResourceDeny,
    /// No identity policy allows it.
    NoIdentityAllow,
    /// Identity policies allow it; the permissions boundary does not.
    NoBoundaryAllow,
}

/// Decides by policies. A seam, so that another evaluator can take this one's place.
pub trait Evaluate: Send + Sync + 'static {
    /// What `identity`, within `boundary` if there is one, says to `question`.
    fn decide(&self, identity: &[Policy], boundary: Option<&Policy>, question: &Question<'_>) -> Verdict;
}

/// The evaluator in use.
#[derive(Debug, Default, Clone, Copy)]
pub struct Evaluator;

impl Evaluate for Evaluator {
    fn decide(&self, identity: &[Policy], boundary: Option<&Policy>, question: &Question<'_>) -> Verdict {
        // Policy documents carry their condition keys lower-case (see `lower_condition_keys`), so the context does too. The
        // names as given stay beside them, for policy variables.
        let mut context = HashMap::new();
        for (key, values) in question.context {
            let value = engine::ContextValue::StringList(values.clone());
            context.insert(key.to_ascii_lowercase(), value.clone());
            context.insert(key.clone(), value);
        }
        let request = engine::AuthzRequest {
            principal_arn: question.principal_arn,
            principal_account: question.account,
            action: question.action,
            resource_arn: question.resource,
            context: &context,
        };
        let documents: Vec<engine::PolicyDocument> = identity.iter().map(|policy| policy.document.clone()).collect();
        let ask = |boundary| {
            engine::evaluate(
                &request,
                &engine::EvalContext {
                    identity_policies: &documents,
                    permissions_boundary: boundary,
                    resource_policy: None,
                    scps: &[],
                    session_policy: None,
                },
            )
        };
        match ask(boundary.map(|policy| &policy.document)) {
            engine::Decision::Allow => Verdict::Allowed,
            engine::Decision::ExplicitDeny => Verdict::ExplicitDeny,
            engine::Decision::ImplicitDeny if boundary.is_some() && ask(None) == engine::Decision::Allow => {
                Verdict::NoBoundaryAllow
            }
            engine::Decision::ImplicitDeny => Verdict::NoIdentityAllow,
        }
    }
}

impl Policy {
    /// An identity policy: no principals, and each statement names actions and resources.
    pub fn identity(name: &str, document: &Value) -> Result<Self, PolicyError> {
        let policy = Self::read(name, document)?;
        for statement in &policy.document.statements {
            if statement.principal.is_some() || statement.not_principal.is_some() {
                return Err(PolicyError("Policy document should not specify a principal.".into()));
            }
            if statement.action.is_none() && statement.not_action.is_none() {
                return Err(PolicyError("Policy statement must contain actions.".into()));
            }
            if statement.resource.is_none() && statement.not_resource.is_none() {
                return Err(PolicyError("Policy statement must contain resources.".into()));
            }
        }
        Ok(policy)
    }

    /// A resource's policy: each statement names principals, actions and resources.
    pub fn resource(name: &str, document: &Value) -> Result<Self, PolicyError> {
        let policy = Self::read(name, document)?;
        for statement in &policy.document.statements {
            if statement.principal.is_none() && statement.not_principal.is_none() {
                return Err(PolicyError("Policy statement must contain principals.".into()));
            }
            if statement.action.is_none() && statement.not_action.is_none() {
                return Err(PolicyError("Policy statement must contain actions.".into()));
            }
            if statement.resource.is_none() && statement.not_resource.is_none() {
                return Err(PolicyError("Policy statement must contain resources.".into()));
            }
        }
        Ok(policy)
    }

    /// The statements of a resource's policy that deny something to `caller`, as a policy that can be asked.
    #[must_use]
    pub(crate) fn denials(&self, caller: &SessionOf<'_>) -> Self {
        self.filtered(|statement| {
            statement.effect == engine::Effect::Deny
                && match (&statement.principal, &statement.not_principal) {
                    (Some(named), _) => caller.is_in(named, true),
                    (None, Some(named)) => !caller.is_in(named, true),
                    (None, None) => false,
                }
        })
    }

    /// The statements of a resource's policy that allow something to `caller` itself. One that names the whole account only
    /// lets the account's own policies decide, so it is not among them.
    #[must_use]
    pub(crate) fn grants(&self, caller: &SessionOf<'_>) -> Self {
        self.filtered(|statement| {
            statement.effect == engine::Effect::Allow
                && match (&statement.principal, &statement.not_principal) {
                    (Some(named), _) => caller.is_in(named, false),
                    (None, Some(named)) => !caller.is_in(named, true),
                    (None, None) => false,
                }
        })
    }

    fn filtered(&self, wanted: impl Fn(&engine::Statement) -> bool) -> Self {
        let statements = self.document.statements.iter().filter(|statement| wanted(statement)).cloned().collect();
        let document = engine::PolicyDocument { version: None, id: None, statements };
        Self { name: self.name.clone(), document }
    }

    /// A role's trust policy: each statement names principals and actions, and no resource.
    pub fn trust(document: &Value) -> Result<Self, PolicyError> {
        let policy = Self::read("trust", document)?;
        for statement in &policy.document.statements {
            if statement.principal.is_none() && statement.not_principal.is_none() {
                return Err(PolicyError("AssumeRole policy must contain a principal.".into()));
            }
            if statement.action.is_none() && statement.not_action.is_none() {
                return Err(PolicyError("AssumeRole policy must contain actions.".into()));
            }
            if statement.resource.is_some() || statement.not_resource.is_some() {
                return Err(PolicyError("Has prohibited field Resource".into()));
            }
        }
        Ok(policy)
    }

    fn read(name: &str, document: &Value) -> Result<Self, PolicyError> {
        let document = lower_condition_keys(document);
        let document = engine::parse_value(&document)
            .map_err(|error| PolicyError(format!("The policy {name} is malformed: {error}")))?;
        Ok(Self { name: name.to_owned(), document })
    }

    /// The statements of a trust policy that `principal` matches, as a policy that can be asked.
    #[must_use]
    pub fn trusting(&self, principal: &TrustedAs<'_>) -> Self {
        self.filtered(|statement| match (&statement.principal, &statement.not_principal) {
            (Some(named), _) => principal.is_in(named),
            (None, Some(named)) => !principal.is_in(named),
            (None, None) => false,
        })
    }
}

/// A session of a role, as the policies of resources name it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SessionOf<'a> {
    /// ARN of the role.
    pub(crate) role: &'a str,
    /// ARN of the session.
    pub(crate) session: &'a str,
    /// Their account.
    pub(crate) account: &'a str,
}

impl SessionOf<'_> {
    /// Whether it is among these principals; with `account`, also when the whole account is.
    fn is_in(&self, principal: &engine::Principal, account: bool) -> bool {
        use engine::Principal as P;
        match principal {
            P::Wildcard => true,
            P::Aws(names) | P::Mixed { aws: names, .. } => names.iter().any(|name| {
                name == "*"
                    || name == self.role
                    || name == self.session
                    || account && (name == self.account || *name == format!("arn:aws:iam::{}:root", self.account))
            }),
            _ => false,
        }
    }
}

/// Who wants to assume a role.
#[derive(Debug, Clone, Copy)]
pub enum TrustedAs<'a> {
    /// An AWS service, for example `lambda.amazonaws.com`.
    Service(&'a str),
    /// An identity of an account.
    Identity {
        /// Its ARN.
        arn: &'a str,
        /// Its account.
        account: &'a str,
    },
}

impl TrustedAs<'_> {
    fn is_in(&self, principal: &engine::Principal) -> bool {
        use engine::Principal as P;
        let named = |list: &[String], wanted: &str| list.iter().any(|entry| entry == wanted);
        match (self, principal) {
            (Self::Service(service), P::Service(services) | P::Mixed { service: services, .. }) => {
                named(services, service)
            }
            (Self::Identity { .. }, P::Wildcard) => true,
            (Self::Identity { arn, account }, P::Aws(names) | P::Mixed { aws: names, .. }) => {
                named(names, "*")
                    || named(names, arn)
                    || named(names, account)
                    || named(names, &format!("arn:aws:iam::{account}:root"))
            }
            _ => false,
        }
    }
}

/// IAM compares the names of condition keys without regard to case, the evaluator does not: so they are made lower-case
/// here, and in the context of each question.
fn lower_condition_keys(document: &Value) -> Value {
    let mut document = document.clone();
    let statements = match document.get_mut("Statement") {
        Some(Value::Array(statements)) => statements.iter_mut().collect(),
        Some(statement @ Value::Object(_)) => vec![statement],
        _ => Vec::new(),
    };
    for statement in statements {
        let Some(operators) = statement.get_mut("Condition").and_then(Value::as_object_mut) else { continue };
        for keys in operators.values_mut() {
            if let Value::Object(map) = keys {
                let lowered: Map<String, Value> =
                    map.iter().map(|(key, value)| (key.to_ascii_lowercase(), value.clone())).collect();
                *map = lowered;
            }
        }
    }
    document
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use serde_json::json;

    fn ask(document: &Value, action: &str, resource: &str, context: &[(&str, &[&str])]) -> Verdict {
        let context: Vec<(String, Vec<String>)> = context
            .iter()
            .map(|(key, values)| ((*key).to_owned(), values.iter().map(|value| (*value).to_owned()).collect()))
            .collect();
        Evaluator.decide(
            &[Policy::identity("test", document).unwrap()],
            None,
            &Question {
                principal_arn: "arn:aws:iam::000000000000:role/r",
                account: "000000000000",
                action,
                resource,
                context: &context,
            },
        )
    }

    #[test]
    fn leading_keys_bind_every_key_of_a_request() {
        let policy = json!({"Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:BatchGetItem"], "Resource": "arn:aws:dynamodb:*:*:table/t",
            "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["cart", "order"]}},
        }});
        let table = "arn:aws:dynamodb:us-east-1:000000000000:table/t";
        assert_eq!(ask(&policy, "dynamodb:GetItem", table, &[("dynamodb:LeadingKeys", &["cart"])]), Verdict::Allowed);
        assert_eq!(
            ask(&policy, "dynamodb:BatchGetItem", table, &[("dynamodb:LeadingKeys", &["cart", "admin"])]),
            Verdict::NoIdentityAllow
        );
        assert_eq!(ask(&policy, "dynamodb:PutItem", table, &[]), Verdict::NoIdentityAllow);
    }

    #[test]
    fn condition_keys_are_compared_without_regard_to_case() {
        let policy = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "sqs:*", "Resource": "*",
            "Condition": {"StringEquals": {"AWS:RequestedRegion": "us-east-1"}},
        }]});
        assert_eq!(ask(&policy, "sqs:SendMessage", "*", &[("aws:RequestedRegion", &["us-east-1"])]), Verdict::Allowed);
        assert_eq!(
            ask(&policy, "sqs:SendMessage", "*", &[("aws:RequestedRegion", &["eu-west-1"])]),
            Verdict::NoIdentityAllow
        );
    }

    #[test]
    fn a_deny_beats_an_allow() {
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": "sqs:Purge*", "Resource": "*"},
        ]});
        assert_eq!(ask(&policy, "sqs:PurgeQueue", "*", &[]), Verdict::ExplicitDeny);
        assert_eq!(ask(&policy, "sqs:SendMessage", "*", &[]), Verdict::Allowed);
    }

    #[test]
    fn a_policy_without_resources_or_with_principals_is_refused() {
        let bare = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*"}]});
        assert_eq!(Policy::identity("p", &bare).unwrap_err().to_string(), "Policy statement must contain resources.");
        let principal = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}]});
        assert!(Policy::identity("p", &principal).is_err());
        assert!(Policy::identity("p", &json!({"Statement": [{"Effect": "Maybe"}]})).is_err());
    }
}
