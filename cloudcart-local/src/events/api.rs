//! EventBridge's own API, to look at rules and to switch them on and off. `awsJson1_1`.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Operations.html>. Rules are made by templates.

use super::{Rule, Rules};
use crate::{
    api::{ApiRequest, Need, Service},
    error::{AwsError, Protocol},
};
use async_trait::async_trait;
use bytes::Bytes;
use http::{Response, header};
use serde_json::{Map, Value, json};

#[async_trait]
impl Service for Rules {
    fn name(&self) -> &'static str {
        "events"
    }

    fn protocol(&self) -> Protocol {
        Protocol::Json11
    }

    fn needs(&self, request: &ApiRequest) -> Result<Vec<Need>, AwsError> {
        let resource = match request.operation.as_str() {
            "ListRules" => self.arn("*"),
            "DescribeRule" | "EnableRule" | "DisableRule" => self.arn(text(&request.json()?, "Name")?),
            "ListTargetsByRule" => self.arn(text(&request.json()?, "Rule")?),
            _ => return Ok(Vec::new()),
        };
        Ok(vec![Need::new(format!("events:{}", request.operation), resource)])
    }

    async fn call(&self, request: ApiRequest) -> Result<Response<Bytes>, AwsError> {
        let input = request.json()?;
        let body = match request.operation.as_str() {
            "ListRules" => {
                let prefix = input.get("NamePrefix").and_then(Value::as_str).unwrap_or_default();
                let rules = self.all()?;
                let rules = rules.into_iter().filter(|(name, _)| name.starts_with(prefix));
                page(&input, "Rules", rules.map(|(_, rule)| self.described(&rule)).collect())?
            }
            "DescribeRule" => self.described(&self.existing(text(&input, "Name")?)?),
            "ListTargetsByRule" => {
                let rule = self.existing(text(&input, "Rule")?)?;
                let target = |target: &super::Target| {
                    let mut shown = json!({ "Id": target.id, "Arn": target.arn });
                    if let Some(input) = &target.input {
                        shown["Input"] = json!(input);
                    }
                    shown
                };
                page(&input, "Targets", rule.targets.iter().map(target).collect())?
            }
            "EnableRule" => self.switch(text(&input, "Name")?, true)?,
            "DisableRule" => self.switch(text(&input, "Name")?, false)?,
            other => return Err(AwsError::not_offered(&format!("events:{other}"))),
        };
        Response::builder()
            .header(header::CONTENT_TYPE, "application/x-amz-json-1.1")
            .body(Bytes::from(body.to_string()))
            .map_err(|error| AwsError::internal(&error))
    }
}

impl Rules {
    fn existing(&self, name: &str) -> Result<Rule, AwsError> {
        self.find(name)?.ok_or_else(|| missing(name))
    }

    /// A rule that is switched on again is due one period later, not for what it missed.
    fn switch(&self, name: &str, on: bool) -> Result<Value, AwsError> {
        let changed = self.change(name, |rule, now| {
            rule.enabled = on;
            if on {
                rule.plan(now, now);
            }
        });
        changed?.map(|_| json!({})).ok_or_else(|| missing(name))
    }

    fn described(&self, rule: &Rule) -> Value {
        let mut shown = json!({
            "Name": rule.name,
            "Arn": self.arn(&rule.name),
            "State": if rule.enabled { "ENABLED" } else { "DISABLED" },
            "EventBusName": "default",
        });
        let optional = [
            ("Description", &rule.description),
            ("ScheduleExpression", &rule.schedule),
            ("EventPattern", &rule.pattern),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                shown[name] = json!(value);
            }
        }
        shown
    }
}

/// One page of `all`: at most `Limit` (100, the most, unless given), from where `NextToken` says.
fn page(input: &Map<String, Value>, member: &str, all: Vec<Value>) -> Result<Value, AwsError> {
    const MOST: usize = 100;
    let limit = match input.get("Limit") {
        None | Some(Value::Null) => MOST,
        Some(limit) => limit
            .as_u64()
            .and_then(|limit| usize::try_from(limit).ok())
            .filter(|limit| (1..=MOST).contains(limit))
            .ok_or_else(|| {
                let why = format!(
                    "1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: Member must be \
                     between 1 and {MOST}"
                );
                AwsError::bad_request("ValidationException", why)
            })?,
    };
    let start = match input.get("NextToken").and_then(Value::as_str) {
        None => 0,
        Some(token) => token
            .parse::<usize>()
            .map_err(|_| AwsError::bad_request("ValidationException", "Parameter NextToken is not valid."))?,
    };
    let count = all.len();
    let shown: Vec<Value> = all.into_iter().skip(start).take(limit).collect();
    let end = start.saturating_add(shown.len());
    let mut answer = json!({ member: shown });
    if end < count {
        answer["NextToken"] = json!(end.to_string());
    }
    Ok(answer)
}

fn missing(name: &str) -> AwsError {
    AwsError::bad_request("ResourceNotFoundException", format!("Rule {name} does not exist on EventBus default."))
}

fn text<'a>(input: &'a Map<String, Value>, name: &str) -> Result<&'a str, AwsError> {
    input.get(name).and_then(Value::as_str).ok_or_else(|| {
        let name = name.to_lowercase();
        let why = format!(
            "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
        );
        AwsError::bad_request("ValidationException", why)
    })
}
