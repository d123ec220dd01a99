//! A template as data: its sections read and checked for shape.

use super::{form::invalid, rules::Rule};
use crate::error::AwsError;
use cloudcart_cfn::read::{self, ReadError, ReadProblem};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A template's declarations.
#[derive(Debug, Clone, Default)]
pub(super) struct Template {
    pub(super) version: Option<String>,
    pub(super) description: Option<String>,
    pub(super) metadata: Option<Value>,
    pub(super) parameters: BTreeMap<String, Parameter>,
    /// Map name → top-level key → second-level key → value.
    pub(super) mappings: Map<String, Value>,
    pub(super) conditions: Map<String, Value>,
    pub(super) rules: BTreeMap<String, Rule>,
    pub(super) resources: BTreeMap<String, Resource>,
    pub(super) outputs: BTreeMap<String, Output>,
}

/// A parameter's declaration.
#[derive(Debug, Clone, Default)]
pub(super) struct Parameter {
    pub(super) kind: String,
    pub(super) default: Option<String>,
    pub(super) description: Option<String>,
    pub(super) no_echo: bool,
    pub(super) allowed_values: Vec<String>,
    pub(super) allowed_pattern: Option<String>,
    pub(super) min_length: Option<usize>,
    pub(super) max_length: Option<usize>,
    pub(super) min_value: Option<f64>,
    pub(super) max_value: Option<f64>,
    pub(super) constraint_description: Option<String>,
}

/// What happens to a resource that leaves the stack or is replaced.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) enum Policy {
    #[default]
    Delete,
    Retain,
    RetainExceptOnCreate,
}

/// A resource's declaration.
#[derive(Debug, Clone, Default)]
pub(super) struct Resource {
    pub(super) kind: String,
    pub(super) properties: Map<String, Value>,
    pub(super) depends_on: Vec<String>,
    pub(super) condition: Option<String>,
    pub(super) deletion_policy: Policy,
    pub(super) update_replace_policy: Policy,
    /// `Metadata`, `CreationPolicy` and `UpdatePolicy` as written: they do nothing here, but a change of them is a change.
    pub(super) remarks: BTreeMap<&'static str, Value>,
}

/// An output's declaration.
#[derive(Debug, Clone)]
pub(super) struct Output {
    pub(super) value: Value,
    pub(super) description: Option<String>,
    pub(super) condition: Option<String>,
    pub(super) export: Option<Value>,
}

pub(super) fn format_error(message: impl AsRef<str>) -> AwsError {
    invalid(format!("Template format error: {}", message.as_ref()))
}

/// Bytes of a template's description. Source: CloudFormation quotas.
const DESCRIPTION_LIMIT: usize = 1_024;

/// Keys of one mapping. Source: CloudFormation quotas.
const MAPPING_LIMIT: usize = 200;

/// Characters of a logical id or a name of a section's member. Source: CloudFormation quotas.
const NAME_LIMIT: usize = 255;

/// How a template with this transform can be deployed all the same.
fn hint(transform: &Value) -> &'static str {
    let names = |name: &str| match transform {
        Value::Array(many) => many.iter().any(|one| one == name),
        one => one == name,
    };
    if names("AWS::Serverless-2016-10-31") {
        ". hint: transform it first, with the Python package aws-sam-translator, and deploy what comes out"
    } else {
        ""
    }
}

/// What CloudFormation says of a text that it cannot read, with the place and what to do.
fn unreadable(error: &ReadError) -> AwsError {
    let ReadError { line, column, format, problem, .. } = error;
    if *problem == ReadProblem::Alias {
        return invalid(format!("Template error: {problem} (line {line}, column {column})"));
    }
    let hint = error.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
    format_error(format!("{format} not well-formed. ({error}{hint})"))
}

impl Template {
    /// Reads JSON or YAML.
    pub(super) fn parse(text: &str) -> Result<Self, AwsError> {
        let root = read::parse_deployable(text).map_err(|error| unreadable(&error))?;
        let Value::Object(root) = root else {
            return Err(format_error("unsupported structure."));
        };
        Self::read(&root)
    }

    fn read(root: &Map<String, Value>) -> Result<Self, AwsError> {
        const KNOWN: [&str; 9] = [
            "AWSTemplateFormatVersion",
            "Description",
            "Metadata",
            "Parameters",
            "Mappings",
            "Conditions",
            "Rules",
            "Resources",
            "Outputs",
        ];
        if let Some(transform) = root.get("Transform") {
            return Err(invalid(format!(
                "the local cloud does not offer template transforms: {transform}{}",
                hint(transform)
            )));
        }
        if root.contains_key("Hooks") {
            return Err(invalid("the local cloud does not offer the template section Hooks"));
        }
        let unknown: Vec<&str> = root.keys().map(String::as_str).filter(|key| !KNOWN.contains(key)).collect();
        if !unknown.is_empty() {
            return Err(invalid(format!("Invalid template property or properties [{}]", unknown.join(", "))));
        }
        let version = root.get("AWSTemplateFormatVersion").map(|value| match value.as_str() {
            Some("2010-09-09") => Ok("2010-09-09".to_owned()),
            _ => Err(format_error(format!("Template format version {value} is not supported."))),
        });
        let description = root.get("Description").map(|value| match value.as_str() {
            Some(text) if text.len() > DESCRIPTION_LIMIT => Err(format_error(format!(
                "Template description must not be longer than {DESCRIPTION_LIMIT} bytes, and this one has {}",
                text.len()
            ))),
            Some(text) => Ok(text.to_owned()),
            None => Err(format_error("Every Description member must be a string.")),
        });
        let template = Self {
            version: version.transpose()?,
            description: description.transpose()?,
            metadata: root.get("Metadata").cloned(),
            parameters: section(root, "Parameters", 200)?
                .iter()
                .map(|(name, value)| Ok((name.clone(), parameter(name, value)?)))
                .collect::<Result<_, AwsError>>()?,
            mappings: section(root, "Mappings", 200)?,
            conditions: section(root, "Conditions", 500)?,
            rules: section(root, "Rules", 500)?
                .iter()
                .map(|(name, value)| Ok((name.clone(), Rule::read(name, value)?)))
                .collect::<Result<_, AwsError>>()?,
            resources: section(root, "Resources", 500)?
                .iter()
                .map(|(id, value)| Ok((id.clone(), resource(id, value)?)))
                .collect::<Result<_, AwsError>>()?,
            outputs: section(root, "Outputs", 200)?
                .iter()
                .map(|(id, value)| Ok((id.clone(), output(id, value)?)))
                .collect::<Result<_, AwsError>>()?,
        };
        for (name, mapping) in &template.mappings {
            let well_formed =
                mapping.as_object().is_some_and(|keys| !keys.is_empty() && keys.values().all(Value::is_object));
            if !well_formed {
                return Err(format_error(format!("Every Mappings member {name} must be a map of maps.")));
            }
            let attributes = mapping.as_object().map_or(0, Map::len);
            if attributes > MAPPING_LIMIT {
                return Err(format_error(format!(
                    "Number of attributes of mapping {name}, {attributes}, is greater than maximum allowed, {MAPPING_LIMIT}"
                )));
            }
        }
        if template.resources.is_empty() {
            return Err(format_error("At least one Resources member must be defined."));
        }
        Ok(template)
    }

    /// The IAM capabilities this template needs, and the resources that need them.
    pub(super) fn capabilities(&self) -> (BTreeSet<&'static str>, Vec<String>) {
        let mut needed = BTreeSet::new();
        let mut kinds = BTreeSet::new();
        for resource in self.resources.values() {
            // The property that gives an IAM resource a name of one's own.
            let name = match resource.kind.as_str() {
                "AWS::IAM::Role" => "RoleName",
                "AWS::IAM::User" => "UserName",
                "AWS::IAM::Group" => "GroupName",
                "AWS::IAM::ManagedPolicy" => "ManagedPolicyName",
                "AWS::IAM::InstanceProfile" => "InstanceProfileName",
                "AWS::IAM::Policy" | "AWS::IAM::AccessKey" | "AWS::IAM::UserToGroupAddition" => "",
                _ => continue,
            };
            kinds.insert(resource.kind.clone());
            needed.insert(if resource.properties.contains_key(name) {
                "CAPABILITY_NAMED_IAM"
            } else {
                "CAPABILITY_IAM"
            });
        }
        // Named covers unnamed, so that one is asked for.
        if needed.contains("CAPABILITY_NAMED_IAM") {
            needed.remove("CAPABILITY_IAM");
        }
        (needed, kinds.into_iter().collect())
    }
}

fn section(root: &Map<String, Value>, name: &str, limit: usize) -> Result<Map<String, Value>, AwsError> {
    let members = match root.get(name) {
        None => return Ok(Map::new()),
        Some(Value::Object(members)) => members.clone(),
        Some(_) => return Err(format_error(format!("{name} must be a map."))),
    };
    if members.len() > limit {
        return Err(format_error(format!(
            "Number of {}, {}, is greater than maximum allowed, {limit}",
            name.to_lowercase(),
            members.len()
        )));
    }
    let kind = name.trim_end_matches('s');
    if let Some(bad) = members.keys().find(|id| id.len() > NAME_LIMIT) {
        return Err(format_error(format!("{kind} name {bad} is longer than {NAME_LIMIT} characters.")));
    }
    let logical = matches!(name, "Parameters" | "Resources" | "Outputs" | "Rules");
    let alphanumeric = |id: &str| !id.is_empty() && id.chars().all(|character| character.is_ascii_alphanumeric());
    if let Some(bad) = members.keys().find(|id| logical && !alphanumeric(id)) {
        return Err(format_error(format!("{kind} name {bad} is non alphanumeric.")));
    }
    Ok(members)
}

fn object<'a>(id: &str, what: &str, value: &'a Value) -> Result<&'a Map<String, Value>, AwsError> {
    value.as_object().ok_or_else(|| format_error(format!("Any {what} member must be an object ({id}).")))
}

/// A scalar as the text CloudFormation keeps it as.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

fn parameter(name: &str, value: &Value) -> Result<Parameter, AwsError> {
    const KNOWN: [&str; 11] = [
        "Type",
        "Default",
        "Description",
        "NoEcho",
        "AllowedValues",
        "AllowedPattern",
        "MinLength",
        "MaxLength",
        "MinValue",
        "MaxValue",
        "ConstraintDescription",
    ];
    let fields = object(name, "Parameters", value)?;
    if let Some(unknown) = fields.keys().find(|key| !KNOWN.contains(&key.as_str())) {
        return Err(invalid(format!("Invalid template parameter property '{unknown}'")));
    }
    let text = |key: &str| fields.get(key).and_then(scalar);
    let number = |key: &str| -> Result<Option<f64>, AwsError> {
        text(key)
            .map(|text| {
                text.parse().map_err(|_| format_error(format!("Parameter {name} has a {key} that is no number.")))
            })
            .transpose()
    };
    let length = |key: &str| -> Result<Option<usize>, AwsError> {
        text(key)
            .map(|text| {
                text.parse().map_err(|_| format_error(format!("Parameter {name} has a {key} that is no length.")))
            })
            .transpose()
    };
    let kind = fields
        .get("Type")
        .and_then(Value::as_str)
        .ok_or_else(|| format_error(format!("Every Parameters object must contain a Type member. ({name})")))?
        .to_owned();
    let plain =
        |kind: &str| matches!(kind, "String" | "Number" | "CommaDelimitedList" | "List<Number>" | "List<String>");
    let typed = |kind: &str| kind.starts_with("AWS::") || kind.starts_with("List<AWS::");
    let known = match kind.strip_prefix("AWS::SSM::") {
        None => plain(&kind) || typed(&kind),
        Some("Parameter::Name") => true,
        Some(rest) => rest
            .strip_prefix("Parameter::Value<")
            .and_then(|rest| rest.strip_suffix('>'))
            .is_some_and(|inner| matches!(inner, "String" | "List<String>" | "CommaDelimitedList") || typed(inner)),
    };
    if !known {
        return Err(format_error(format!("Unrecognized parameter type: {kind}")));
    }
    let allowed_values = match fields.get("AllowedValues") {
        None => Vec::new(),
        Some(Value::Array(values)) => values.iter().filter_map(scalar).collect(),
        Some(_) => return Err(format_error(format!("AllowedValues of parameter {name} must be a list."))),
    };
    Ok(Parameter {
        kind,
        default: match fields.get("Default") {
            None => None,
            Some(value) => Some(
                scalar(value)
                    .ok_or_else(|| format_error(format!("Every Default member must be a string. ({name})")))?,
            ),
        },
        description: text("Description"),
        no_echo: text("NoEcho").is_some_and(|text| text.eq_ignore_ascii_case("true")),
        allowed_values,
        allowed_pattern: text("AllowedPattern"),
        min_length: length("MinLength")?,
        max_length: length("MaxLength")?,
        min_value: number("MinValue")?,
        max_value: number("MaxValue")?,
        constraint_description: text("ConstraintDescription"),
    })
}

fn policy(id: &str, kind: &str, attribute: &str, value: Option<&Value>) -> Result<Policy, AwsError> {
    match value.map(Value::as_str) {
        None | Some(Some("Delete")) => Ok(Policy::Delete),
        Some(Some("Retain")) => Ok(Policy::Retain),
        Some(Some("RetainExceptOnCreate")) if attribute == "DeletionPolicy" => Ok(Policy::RetainExceptOnCreate),
        // None of the types here makes snapshots; AWS refuses the policy for such types in these words.
        Some(Some("Snapshot")) => Err(invalid(format!(
            "Template error: resource type {kind} does not support {} policy Snapshot",
            if attribute == "DeletionPolicy" { "deletion" } else { "update replace" }
        ))),
        Some(_) => Err(format_error(format!("Unrecognized {attribute} for resource {id}"))),
    }
}

fn resource(id: &str, value: &Value) -> Result<Resource, AwsError> {
    const KNOWN: [&str; 9] = [
        "Type",
        "Properties",
        "DependsOn",
        "Condition",
        "DeletionPolicy",
        "UpdateReplacePolicy",
        "Metadata",
        "CreationPolicy",
        "UpdatePolicy",
    ];
    let fields = object(id, "Resources", value)?;
    if let Some(unknown) = fields.keys().find(|key| !KNOWN.contains(&key.as_str())) {
        return Err(invalid(format!("Invalid template resource property '{unknown}'")));
    }
    let kind = fields
        .get("Type")
        .and_then(Value::as_str)
        .ok_or_else(|| format_error(format!("[/Resources/{id}] Every Resources object must contain a Type member.")))?
        .to_owned();
    let properties = match fields.get("Properties") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(properties)) => properties.clone(),
        Some(_) => return Err(format_error(format!("[/Resources/{id}/Properties] Properties must be an object."))),
    };
    let depends_on = match fields.get("DependsOn") {
        None => Vec::new(),
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(many)) if many.iter().all(Value::is_string) => many.iter().filter_map(scalar).collect(),
        Some(_) => {
            return Err(format_error("DependsOn must be a string or list of strings."));
        }
    };
    let deletion_policy = policy(id, &kind, "DeletionPolicy", fields.get("DeletionPolicy"))?;
    let update_replace_policy = policy(id, &kind, "UpdateReplacePolicy", fields.get("UpdateReplacePolicy"))?;
    Ok(Resource {
        kind,
        properties,
        depends_on,
        condition: condition(id, fields)?,
        deletion_policy,
        update_replace_policy,
        remarks: ["Metadata", "CreationPolicy", "UpdatePolicy"]
            .into_iter()
            .filter_map(|attribute| Some((attribute, fields.get(attribute)?.clone())))
            .collect(),
    })
}

fn condition(id: &str, fields: &Map<String, Value>) -> Result<Option<String>, AwsError> {
    match fields.get("Condition") {
        None => Ok(None),
        Some(Value::String(name)) => Ok(Some(name.clone())),
        Some(_) => Err(format_error(format!("Every Condition member must be a string. ({id})"))),
    }
}

fn output(id: &str, value: &Value) -> Result<Output, AwsError> {
    let fields = object(id, "Outputs", value)?;
    if let Some(unknown) =
        fields.keys().find(|key| !["Value", "Description", "Condition", "Export"].contains(&key.as_str()))
    {
        return Err(invalid(format!("Invalid template output property '{unknown}'")));
    }
    let export = match fields.get("Export") {
        None => None,
        Some(Value::Object(export)) if export.len() == 1 && export.contains_key("Name") => export.get("Name").cloned(),
        Some(_) => return Err(format_error(format!("Export of output {id} must have the one member Name."))),
    };
    Ok(Output {
        value: fields
            .get("Value")
            .cloned()
            .ok_or_else(|| format_error("Every Outputs member must contain a Value object"))?,
        description: fields.get("Description").and_then(scalar),
        condition: condition(id, fields)?,
        export,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    fn refusal(text: &str) -> String {
        Template::parse(text).unwrap_err().message
    }

    #[test]
    fn json_and_yaml_read_the_same() {
        let json = Template::parse(r#"{"Resources":{"Q":{"Type":"T","DependsOn":"R"},"R":{"Type":"T"}}}"#).unwrap();
        let yaml = Template::parse(
            "AWSTemplateFormatVersion: 2010-09-09\nResources:\n  Q:\n    Type: T\n    DependsOn: [R]\n  R: {Type: T}\n",
        )
        .unwrap();
        assert_eq!(json.resources["Q"].depends_on, yaml.resources["Q"].depends_on);
        assert_eq!(json.resources.len(), yaml.resources.len());
    }

    #[test]
    fn malformed_templates_are_refused_with_their_fault() {
        assert!(refusal("{").contains("JSON not well-formed. (line 1, column 2: "));
        assert_eq!(
            refusal("Resources:\n\tA: {}\n"),
            "Template format error: YAML not well-formed. (line 2, column 2: tabs disallowed within this context \
             (block indentation); indent with spaces)"
        );
        assert!(refusal("Resources: {}\nResources: {}\n").contains("the key Resources stands on line 1 already"));
        assert!(refusal(r#"{"Resources":{},"Resources":{}}"#).contains("the key Resources stands on line 1 already"));
        assert!(refusal("").contains("there is no template"));
        assert_eq!(
            refusal("A: &a {}\nResources: *a\n"),
            "Template error: YAML aliases are not allowed in CloudFormation templates (line 2, column 12)"
        );
        assert!(refusal("[1]").contains("unsupported structure"));
        assert!(refusal("{}").contains("At least one Resources member must be defined"));
        assert!(refusal(r#"{"Bad":1,"Resources":{"A":{"Type":"T"}}}"#).contains("[Bad]"));
        assert!(refusal(r#"{"Transform":"AWS::Serverless-2016-10-31","Resources":{}}"#).contains("AWS::Serverless"));
        assert!(refusal(r#"{"Resources":{"A-b":{"Type":"T"}}}"#).contains("A-b is non alphanumeric"));
        assert!(refusal(r#"{"Resources":{"A":{}}}"#).contains("/Resources/A"));
        assert!(refusal(r#"{"Resources":{"A":{"Type":"T","Propertis":{}}}}"#).contains("'Propertis'"));
        assert!(refusal(r#"{"Resources":{"A":{"Type":"T","DeletionPolicy":"Snapshot"}}}"#).contains("Snapshot"));
        assert!(refusal(r#"{"Parameters":{"P":{"Type":"Strng"}},"Resources":{"A":{"Type":"T"}}}"#).contains("Strng"));
    }

    #[test]
    fn a_named_role_needs_the_named_capability() {
        let text =
            |name: &str| format!(r#"{{"Resources":{{"R":{{"Type":"AWS::IAM::Role","Properties":{{{name}}}}}}}}}"#);
        let plain = Template::parse(&text("")).unwrap();
        assert_eq!(plain.capabilities().0, BTreeSet::from(["CAPABILITY_IAM"]));
        let named = Template::parse(&text(r#""RoleName":"x""#)).unwrap();
        assert_eq!(named.capabilities().0, BTreeSet::from(["CAPABILITY_NAMED_IAM"]));
    }
}
