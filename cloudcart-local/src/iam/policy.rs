//! Policy documents and what they decide. The one place that knows the evaluating crate.

use awsim_iam_policy as engine;
use serde_json::{Map, Value};
use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
};

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
    /// The condition keys that it asks for, in lower case.
    keys: BTreeSet<String>,
    /// It has a variable.
    variable: bool,
}

/// Policies that are asked together, of which any may allow.
#[derive(Debug, Clone, Default)]
pub struct Policies {
    documents: Vec<engine::PolicyDocument>,
    keys: BTreeSet<String>,
    variable: bool,
}

impl Policies {
    /// Whether what they say can depend on a question's context at all.
    #[must_use]
    pub fn are_contextual(&self) -> bool {
        self.variable || !self.keys.is_empty()
    }
}

impl From<Policy> for Policies {
    fn from(policy: Policy) -> Self {
        std::iter::once(policy).collect()
    }
}

impl FromIterator<Policy> for Policies {
    fn from_iter<I: IntoIterator<Item = Policy>>(policies: I) -> Self {
        let mut all = Self::default();
        for Policy { document, keys, variable, .. } in policies {
            all.documents.push(document);
            all.keys.extend(keys);
            all.variable |= variable;
        }
        all
    }
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
    /// Condition keys and their values. Keys are compared without regard to case, as IAM does. Looked at only where a policy is
    /// [contextual](Policies::are_contextual).
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
    fn decide(&self, identity: &Policies, boundary: Option<&Policy>, question: &Question<'_>) -> Verdict;
}

/// The evaluator in use.
#[derive(Debug, Default, Clone, Copy)]
pub struct Evaluator;

impl Evaluate for Evaluator {
    fn decide(&self, identity: &Policies, boundary: Option<&Policy>, question: &Question<'_>) -> Verdict {
        // Policy documents carry their condition keys lower-case (see `lower_condition_keys`), so the context does too.
        let asked =
            |key: &String| identity.keys.contains(key) || boundary.is_some_and(|boundary| boundary.keys.contains(key));
        let context: HashMap<String, engine::ContextValue> = question
            .context
            .iter()
            .map(|(key, values)| (key.to_ascii_lowercase(), values))
            .filter(|(key, _)| asked(key))
            .map(|(key, values)| (key, engine::ContextValue::StringList(values.clone())))
            .collect();
        let request = engine::AuthzRequest {
            principal_arn: question.principal_arn,
            principal_account: question.account,
            action: question.action,
            resource_arn: question.resource,
            context: &context,
        };
        let resolve = |document: &engine::PolicyDocument| with_values(document, question.context);
        let resolved: Option<Vec<_>> = identity.variable.then(|| identity.documents.iter().map(resolve).collect());
        let boundary = boundary.map(|policy| {
            if policy.variable { Cow::Owned(resolve(&policy.document)) } else { Cow::Borrowed(&policy.document) }
        });
        let ask = |boundary| {
            engine::evaluate(
                &request,
                &engine::EvalContext {
                    identity_policies: resolved.as_ref().unwrap_or(&identity.documents),
                    permissions_boundary: boundary,
                    resource_policy: None,
                    scps: &[],
                    session_policy: None,
                },
            )
        };
        match ask(boundary.as_deref()) {
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
    /// Whether what it says can depend on a question's context at all.
    pub(crate) fn is_contextual(&self) -> bool {
        self.variable || !self.keys.is_empty()
    }

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
        Self { name: self.name.clone(), document, keys: self.keys.clone(), variable: self.variable }
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
        let value = lower_condition_keys(document);
        let document = engine::parse_value(&value)
            .map_err(|error| PolicyError(format!("The policy {name} is malformed: {error}")))?;
        let conditions = document.statements.iter().filter_map(|statement| statement.condition.as_ref());
        let keys =
            conditions.flat_map(|block| block.conditions.iter().map(|condition| condition.key.clone())).collect();
        Ok(Self { name: name.to_owned(), document, keys, variable: has_variable(&value) })
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

/// A document with the values of the request in place of policy variables, in resources and conditions. The evaluator looks for them in
/// conditions alone, and takes the role's name for `aws:userid`.
fn with_values(document: &engine::PolicyDocument, context: &[(String, Vec<String>)]) -> engine::PolicyDocument {
    use engine::ResourceList::{Multiple, Single};
    let resources = |list: &mut Option<engine::ResourceList>| match list {
        Some(Single(resource)) => *resource = with_value(resource, context),
        Some(Multiple(resources)) => {
            for resource in resources {
                *resource = with_value(resource, context);
            }
        }
        None => {}
    };
    let mut document = document.clone();
    for statement in &mut document.statements {
        resources(&mut statement.resource);
        resources(&mut statement.not_resource);
        let conditions = statement.condition.iter_mut().flat_map(|block| &mut block.conditions);
        for value in conditions.flat_map(|condition| &mut condition.values) {
            *value = with_value(value, context);
        }
    }
    document
}

/// A text with its variables replaced, each `${key}` or `${key, 'default'}`. One that has no value, or several, stays as it is and so
/// matches nothing; so does one whose value would be a pattern, which a value never is.
fn with_value(text: &str, context: &[(String, Vec<String>)]) -> String {
    let (mut whole, mut rest) = (String::new(), text);
    while let Some((before, variable, after)) = rest
        .split_once("${")
        .and_then(|(before, rest)| rest.split_once('}').map(|(variable, after)| (before, variable, after)))
    {
        let (key, default) = variable.split_once(',').unwrap_or((variable, ""));
        let default = default.trim().strip_prefix('\'').and_then(|default| default.strip_suffix('\''));
        let known = context.iter().find(|(name, _)| name.eq_ignore_ascii_case(key.trim()));
        let value = match known.map(|(_, values)| values.as_slice()) {
            Some([value]) => Some(value.as_str()),
            Some(_) => None,
            None => default,
        };
        whole.push_str(before);
        match value.filter(|value| !value.contains(['*', '?'])) {
            Some(value) => whole.push_str(value),
            None => whole.extend(["${", variable, "}"]),
        }
        rest = after;
    }
    whole + rest
}

/// Whether a policy variable stands anywhere in a document.
fn has_variable(document: &Value) -> bool {
    match document {
        Value::String(text) => text.contains("${"),
        Value::Array(values) => values.iter().any(has_variable),
        Value::Object(members) => members.values().any(has_variable),
        _ => false,
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
            &Policy::identity("test", document).unwrap().into(),
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
    fn a_policy_variable_is_looked_up_and_only_what_is_contextual_needs_a_context() {
        let statement = |more: Value| {
            let mut statement = json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"});
            statement.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            json!({"Version": "2012-10-17", "Statement": [statement]})
        };
        let own = statement(json!({"Resource": ["arn:aws:s3:::b/${aws:userid}/*"]}));
        let user: &[(&str, &[&str])] = &[("aws:userid", &["me"])];
        assert_eq!(ask(&own, "s3:GetObject", "arn:aws:s3:::b/me/x", user), Verdict::Allowed);
        assert_eq!(ask(&own, "s3:GetObject", "arn:aws:s3:::b/you/x", user), Verdict::NoIdentityAllow);
        assert_eq!(
            ask(&own, "s3:GetObject", "arn:aws:s3:::b/you/x", &[("aws:userid", &["*"])]),
            Verdict::NoIdentityAllow
        );
        assert_eq!(ask(&own, "s3:GetObject", "arn:aws:s3:::b/me/x", &[]), Verdict::NoIdentityAllow);
        let named = statement(json!({"Resource": "arn:aws:s3:::b/${aws:PrincipalTag/team, 'all'}/*"}));
        assert_eq!(ask(&named, "s3:GetObject", "arn:aws:s3:::b/all/x", &[]), Verdict::Allowed);
        let tagged: &[(&str, &[&str])] = &[("aws:PrincipalTag/team", &["blue"])];
        assert_eq!(ask(&named, "s3:GetObject", "arn:aws:s3:::b/all/x", tagged), Verdict::NoIdentityAllow);
        let itself = statement(json!({"Condition": {"StringLike": {"s3:prefix": "${AWS:userid}/*"}}}));
        let asked = |prefix| [("aws:userid", &["AROA:me"][..]), ("s3:prefix", prefix)];
        assert_eq!(ask(&itself, "s3:GetObject", "arn:aws:s3:::b/x", &asked(&["AROA:me/x"])), Verdict::Allowed);
        assert_eq!(ask(&itself, "s3:GetObject", "arn:aws:s3:::b/x", &asked(&["you/x"])), Verdict::NoIdentityAllow);
        let conditional = statement(json!({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}));
        for (document, contextual) in [(statement(json!({})), false), (own, true), (conditional, true)] {
            let policy = Policy::identity("p", &document).unwrap();
            assert_eq!(policy.is_contextual(), contextual, "{document}");
            let plain = Policy::identity("q", &statement(json!({}))).unwrap();
            assert_eq!([policy, plain].into_iter().collect::<Policies>().are_contextual(), contextual, "{document}");
        }
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
