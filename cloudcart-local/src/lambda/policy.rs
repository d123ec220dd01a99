//! A function's resource policy: who may call it besides roles that are allowed to.
//! Source: AddPermission in the Lambda API reference, and ArnLike in the IAM user guide.

use super::input::{self, invalid_parameter, user_error, validation};
use crate::error::AwsError;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// One statement, as AddPermission (or AWS::Lambda::Permission) makes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Statement {
    pub(super) sid: String,
    pub(super) action: String,
    /// A service such as `apigateway.amazonaws.com`, an account, an ARN, or `*`.
    pub(super) principal: String,
    pub(super) source_arn: Option<String>,
    pub(super) source_account: Option<String>,
}

impl Statement {
    /// Reads a statement from the API's or CloudFormation's members, which have the same names.
    pub(super) fn read(members: &Map<String, Value>, sid: String) -> Result<Self, AwsError> {
        let pattern = "Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)";
        if sid.is_empty() || sid.len() > 100 || !sid.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        {
            return Err(validation(&sid, "statementId", pattern));
        }
        let action = input::required_text(members, "Action")?;
        if !(action == "lambda:*" || action.starts_with("lambda:") && action[7..].chars().all(char::is_alphabetic)) {
            let pattern = "Member must satisfy regular expression pattern: (lambda:[*]|lambda:[a-zA-Z]+|[*])";
            return Err(validation(&action, "action", pattern));
        }
        for (name, what) in [
            ("PrincipalOrgID", "organizations"),
            ("EventSourceToken", "Alexa tokens"),
            ("FunctionUrlAuthType", "function URLs"),
        ] {
            if members.get(name).is_some_and(|value| !value.is_null()) {
                return Err(invalid_parameter(format!("the local cloud has no {what}, so {name} is refused")));
            }
        }
        Ok(Self {
            sid,
            action,
            principal: input::required_text(members, "Principal")?,
            source_arn: input::text(members, "SourceArn")?,
            source_account: input::text(members, "SourceAccount")?,
        })
    }

    /// The statement as policy JSON.
    pub(super) fn document(&self, function_arn: &str) -> Value {
        let principal = if self.principal == "*" {
            json!("*")
        } else if self.principal.contains(".amazonaws.com") {
            json!({"Service": self.principal})
        } else if self.principal.starts_with("arn:") {
            json!({"AWS": self.principal})
        } else {
            json!({"AWS": format!("arn:aws:iam::{}:root", self.principal)})
        };
        let mut statement = json!({
            "Sid": self.sid,
            "Effect": "Allow",
            "Principal": principal,
            "Action": self.action,
            "Resource": function_arn,
        });
        let mut condition = Map::new();
        if let Some(account) = &self.source_account {
            condition.insert("StringEquals".to_owned(), json!({"AWS:SourceAccount": account}));
        }
        if let Some(arn) = &self.source_arn {
            condition.insert("ArnLike".to_owned(), json!({"AWS:SourceArn": arn}));
        }
        if !condition.is_empty() {
            statement["Condition"] = Value::Object(condition);
        }
        statement
    }

    /// Whether it lets `service` invoke on behalf of `source_arn`, which belongs to `account`.
    fn permits(&self, service: &str, source_arn: &str, account: &str) -> bool {
        (self.principal == service || self.principal == "*")
            && (self.action == "lambda:InvokeFunction" || self.action == "lambda:*")
            && self.source_arn.as_deref().is_none_or(|pattern| arn_like(pattern, source_arn))
            && self.source_account.as_deref().is_none_or(|wanted| wanted == account)
    }
}

/// Whether any statement lets `service` invoke on behalf of `source_arn`.
pub(super) fn permits(policy: &[Statement], service: &str, source_arn: &str, account: &str) -> bool {
    policy.iter().any(|statement| statement.permits(service, source_arn, account))
}

/// Adds a statement.
pub(super) fn add(policy: &mut Vec<Statement>, statement: Statement) -> Result<(), AwsError> {
    if policy.iter().any(|existing| existing.sid == statement.sid) {
        return Err(user_error(
            409,
            "ResourceConflictException",
            format!(
                "The statement id ({}) provided already exists. Please provide a new statement id, or remove the existing statement.",
                statement.sid
            ),
        ));
    }
    policy.push(statement);
    Ok(())
}

/// `ArnLike`: the six parts of an ARN are compared one by one; `*` and `?` stand for any text within a part. The last part
/// may hold colons itself.
fn arn_like(pattern: &str, arn: &str) -> bool {
    let patterns: Vec<&str> = pattern.splitn(6, ':').collect();
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    patterns.len() == parts.len()
        && patterns.iter().zip(&parts).all(|(pattern, part)| glob(pattern.as_bytes(), part.as_bytes()))
}

/// `*` stands for any run of bytes, `?` for one.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut position) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while position < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, position));
                at += 1;
            }
            Some(wanted) if *wanted == b'?' || *wanted == text[position] => {
                at += 1;
                position += 1;
            }
            // The last star takes one byte more, and what follows it is tried again.
            _ => match star {
                Some((star_at, taken)) => {
                    star = Some((star_at, taken + 1));
                    at = star_at + 1;
                    position = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|rest| *rest == b'*')
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn statement(more: &Value) -> Statement {
        let mut members = json!({"Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com"});
        for (name, value) in more.as_object().unwrap() {
            members[name] = value.clone();
        }
        Statement::read(members.as_object().unwrap(), "s1".to_owned()).unwrap()
    }

    #[test]
    fn source_arns_match_part_by_part_with_wildcards() {
        let source = "arn:aws:execute-api:us-east-1:123456789012:abc123/$default/GET/products/{id}";
        for (pattern, matches) in [
            ("arn:aws:execute-api:us-east-1:123456789012:abc123/*/*/products/{id}", true),
            ("arn:aws:execute-api:us-east-1:123456789012:abc123/*/*", true),
            ("arn:aws:execute-api:us-east-1:123456789012:abc123/*", true),
            ("arn:aws:execute-api:*:*:abc12?/*", true),
            ("arn:aws:execute-api:us-east-1:123456789012:other/*", false),
            ("arn:aws:execute-api:us-east-1:123456789012:abc123/*/POST/*", false),
            ("arn:aws:execute-api:us-east-1:123456789012:abc123", false),
            ("arn:*:abc123/*", false),
        ] {
            assert_eq!(arn_like(pattern, source), matches, "{pattern}");
        }
    }

    #[test]
    fn principal_action_source_and_account_all_count() {
        let source = "arn:aws:execute-api:us-east-1:123456789012:abc/*";
        let allows = |more: &Value| statement(more).permits("apigateway.amazonaws.com", source, "123456789012");
        assert!(allows(&json!({})));
        assert!(allows(&json!({"SourceAccount": "123456789012", "SourceArn": source})));
        assert!(!allows(&json!({"SourceAccount": "999999999999"})));
        assert!(!allows(&json!({"Principal": "sqs.amazonaws.com"})));
        assert!(!allows(&json!({"Action": "lambda:GetFunction"})));
        assert!(!allows(&json!({"SourceArn": "arn:aws:execute-api:us-east-1:123456789012:other/*"})));
    }

    #[test]
    fn a_second_statement_with_the_same_id_is_a_conflict() {
        let mut policy = vec![statement(&json!({}))];
        assert_eq!(add(&mut policy, statement(&json!({}))).unwrap_err().status, 409);
    }
}
