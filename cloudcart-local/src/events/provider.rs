//! `AWS::Events::Rule`.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html>

use super::{Rule, Rules, Target, expression::Schedule};
use crate::provider::{Property, ProvisionError, Provisioned, Reading, ResourceProvider, ResourceRequest, fit};
use async_trait::async_trait;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The longest name of a rule.
const NAME_LIMIT: usize = 64;
/// Targets of one rule.
const MOST_TARGETS: usize = 5;

pub(super) struct RuleProvider(pub(super) Arc<Rules>);

#[async_trait]
impl ResourceProvider for RuleProvider {
    fn type_name(&self) -> &'static str {
        "AWS::Events::Rule"
    }

    fn properties(&self) -> &'static [Property] {
        const PROPERTIES: &[Property] = &[
            Property::honoured("Description"),
            Property::create_only("EventBusName"),
            Property::ignored(
                "EventPattern",
                "would match events; the local cloud has no event bus, so nothing matches",
            ),
            Property::create_only("Name"),
            Property::ignored(
                "RoleArn",
                "would be assumed to reach the targets; functions are reached by their permissions",
            ),
            Property::honoured("ScheduleExpression"),
            Property::honoured("State"),
            Property::ignored(
                "Tags",
                "tags for cost and for tag-based policies, which the local cloud does not evaluate",
            ),
            Property::honoured("Targets"),
        ];
        PROPERTIES
    }

    async fn create(&self, request: &ResourceRequest) -> Result<Provisioned, ProvisionError> {
        let name = match text(&request.properties, "Name")? {
            None => fit(&request.generated_name, NAME_LIMIT),
            Some(name) if is_name(&name) => name,
            Some(name) => {
                let why = format!("1 validation error detected: Value '{name}' at 'name' failed to satisfy constraint");
                return Err(ProvisionError::invalid(why));
            }
        };
        let rule = self.rule(name, request)?;
        if !self.0.add(&rule)? {
            return Err(ProvisionError::with_code("AlreadyExists", format!("{} already exists.", rule.name)));
        }
        Ok(self.provisioned(&rule.name))
    }

    async fn update(
        &self,
        physical_id: &str,
        _previous: &Map<String, Value>,
        request: &ResourceRequest,
    ) -> Result<Provisioned, ProvisionError> {
        // A rule whose schedule stays the same stays due when it was, except for what it missed while it was disabled.
        let mut wanted = self.rule(physical_id.to_owned(), request)?;
        let changed = self.0.change(physical_id, |rule, now| {
            if rule.schedule == wanted.schedule {
                wanted.due_ms = rule.due_ms;
                if !rule.enabled {
                    wanted.skip_missed(now);
                }
            }
            wanted.made_by.clone_from(&rule.made_by);
            *rule = wanted;
        })?;
        if changed.is_none() {
            return Err(ProvisionError::with_code("NotFound", format!("Rule {physical_id} does not exist.")));
        }
        Ok(self.provisioned(physical_id))
    }

    async fn delete(&self, physical_id: &str, _request: &ResourceRequest) -> Result<(), ProvisionError> {
        Ok(self.0.remove(physical_id)?)
    }

    async fn discard(&self, request: &ResourceRequest) -> Result<(), ProvisionError> {
        for (name, rule) in self.0.all()? {
            if rule.made_by == request.generated_name {
                self.0.remove(&name)?;
            }
        }
        Ok(())
    }

    async fn read(&self, physical_id: &str, request: &ResourceRequest) -> Result<Reading, ProvisionError> {
        let Some(rule) = self.0.find(physical_id)? else { return Ok(Reading::Gone) };
        let wanted = self.rule(physical_id.to_owned(), request)?;
        Ok(Reading::There { expected: shown(&wanted), actual: shown(&rule) })
    }
}

fn shown(rule: &Rule) -> Map<String, Value> {
    let targets: Vec<Value> = rule
        .targets
        .iter()
        .map(|target| json!({ "Id": target.id, "Arn": target.arn, "Input": target.input }))
        .collect();
    Map::from_iter([
        ("Description".to_owned(), json!(rule.description)),
        ("ScheduleExpression".to_owned(), json!(rule.schedule)),
        ("State".to_owned(), json!(if rule.enabled { "ENABLED" } else { "DISABLED" })),
        ("Targets".to_owned(), targets.into()),
    ])
}

impl RuleProvider {
    fn provisioned(&self, name: &str) -> Provisioned {
        let arn = self.0.arn(name);
        Provisioned { physical_id: name.to_owned(), attributes: [("Arn".to_owned(), json!(arn))].into() }
    }

    /// The rule that the properties describe, with its schedule beginning now.
    fn rule(&self, name: String, request: &ResourceRequest) -> Result<Rule, ProvisionError> {
        let properties = &request.properties;
        if let Some(bus) = text(properties, "EventBusName")?.filter(|bus| bus != "default") {
            return Err(ProvisionError::invalid(format!(
                "the local cloud has no event bus {bus}: rules are for schedules"
            )));
        }
        let schedule = text(properties, "ScheduleExpression")?;
        if let Some(schedule) = &schedule {
            Schedule::parse(schedule).map_err(ProvisionError::invalid)?;
        }
        let pattern = properties.get("EventPattern").filter(|pattern| !pattern.is_null()).map(Value::to_string);
        if schedule.is_none() && pattern.is_none() {
            return Err(ProvisionError::invalid("Parameter(s) EventPattern or ScheduleExpression must be specified."));
        }
        let enabled = match text(properties, "State")?.as_deref() {
            None | Some("ENABLED" | "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS") => true,
            Some("DISABLED") => false,
            Some(other) => {
                let why = format!(
                    "Value '{other}' at 'state' failed to satisfy constraint: Member must satisfy enum value set: [ENABLED, DISABLED, ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS]"
                );
                return Err(ProvisionError::invalid(why));
            }
        };
        let now = self.0.core.clock.now_ms();
        let mut rule = Rule {
            name,
            description: text(properties, "Description")?,
            schedule,
            pattern,
            enabled,
            targets: targets(properties)?,
            due_ms: None,
            made_by: request.generated_name.clone(),
        };
        rule.plan(now, now);
        Ok(rule)
    }
}

fn text(object: &Map<String, Value>, name: &str) -> Result<Option<String>, ProvisionError> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(ProvisionError::invalid(format!("#/{name}: expected a text"))),
    }
}

fn is_name(name: &str) -> bool {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    (1..=NAME_LIMIT).contains(&name.len()) && name.chars().all(allowed)
}

/// The targets. What a target says beyond its function and its input would not be done, so it is refused.
fn targets(properties: &Map<String, Value>) -> Result<Vec<Target>, ProvisionError> {
    let none = Vec::new();
    let list = match properties.get("Targets") {
        None | Some(Value::Null) => &none,
        Some(Value::Array(list)) => list,
        Some(_) => return Err(ProvisionError::invalid("#/Targets: expected a list")),
    };
    if list.len() > MOST_TARGETS {
        return Err(ProvisionError::invalid(format!("a rule has at most {MOST_TARGETS} targets")));
    }
    let mut targets: Vec<Target> = Vec::with_capacity(list.len());
    for (at, value) in list.iter().enumerate() {
        let wrong = |why: &str| ProvisionError::invalid(format!("#/Targets/{at}: {why}"));
        let target = value.as_object().ok_or_else(|| wrong("expected an object"))?;
        if let Some(name) = target.keys().find(|name| !matches!(name.as_str(), "Arn" | "Id" | "Input")) {
            return Err(wrong(&format!("the local cloud does not offer {name} of a target")));
        }
        let id = text(target, "Id")?.filter(|id| is_name(id)).ok_or_else(|| wrong("expected an Id"))?;
        let arn = text(target, "Arn")?.ok_or_else(|| wrong("expected an Arn"))?;
        if !(arn.starts_with("arn:") && arn.split(':').nth(2) == Some("lambda")) {
            return Err(wrong(&format!("the local cloud's rules invoke functions only, and {arn} is none")));
        }
        let input = text(target, "Input")?;
        if input.as_ref().is_some_and(|input| serde_json::from_str::<Value>(input).is_err()) {
            return Err(wrong("Input is not JSON"));
        }
        if targets.iter().any(|known| known.id == id) {
            return Err(wrong(&format!("the Id {id} is there twice")));
        }
        targets.push(Target { id, arn, input });
    }
    Ok(targets)
}
