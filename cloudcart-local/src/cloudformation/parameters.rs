//! Parameter values: taken from the request, the stack before it or the default, and checked.

use super::{
    cdk,
    form::{Form, invalid},
    template::{Parameter, Template},
};
use crate::error::AwsError;
use serde_json::Value;
use std::collections::BTreeMap;

/// What a masked value reads as.
pub(super) const MASK: &str = "****";

/// Bytes of a parameter's value. Source: CloudFormation quotas.
const VALUE_LIMIT: usize = 4_096;

/// The value of every declared parameter as text. `previous` are the stack's values before this request.
pub(super) fn choose(
    template: &Template,
    given: &[Form],
    previous: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, AwsError> {
    let mut values = BTreeMap::new();
    let mut undeclared = Vec::new();
    for member in given {
        let key = member.required("ParameterKey")?;
        if !template.parameters.contains_key(key) {
            undeclared.push(key.to_owned());
            continue;
        }
        let value = if member.flag("UsePreviousValue")? == Some(true) {
            previous.get(key).cloned().ok_or_else(|| {
                invalid(format!(
                    "Invalid input for parameter key {key}. Cannot specify usePreviousValue as true for a parameter key \
                     not in the previous template"
                ))
            })?
        } else {
            member.text("ParameterValue").unwrap_or_default().to_owned()
        };
        values.insert(key.to_owned(), value);
    }
    if !undeclared.is_empty() {
        return Err(invalid(format!("Parameters: [{}] do not exist in the template", undeclared.join(", "))));
    }
    let mut missing = Vec::new();
    for (name, parameter) in &template.parameters {
        if !values.contains_key(name) {
            match &parameter.default {
                Some(default) => {
                    values.insert(name.clone(), default.clone());
                }
                None => missing.push(name.as_str()),
            }
        }
    }
    if !missing.is_empty() {
        return Err(invalid(format!("Parameters: [{}] must have values", missing.join(", "))));
    }
    if let Some(name) = values.iter().find_map(|(name, value)| value.contains("{{resolve:").then_some(name)) {
        return Err(invalid(format!(
            "the local cloud does not offer dynamic references, which the value of parameter {name} has. hint: give the value \
             itself"
        )));
    }
    let mut unknown = Vec::new();
    for (name, parameter) in &template.parameters {
        let value = values[name].as_str();
        // The constraints of a parameter of Parameter Store are on its name.
        check(name, parameter, value)?;
        if value.len() > VALUE_LIMIT {
            return Err(invalid(format!(
                "1 validation error detected: Value of parameter '{name}' at 'parameterValue' failed to satisfy constraint: \
                 Member must have length less than or equal to {VALUE_LIMIT}"
            )));
        }
        if parameter.kind.starts_with("AWS::SSM::") && cdk::stored(value).is_none() {
            unknown.push(value);
        }
    }
    if !unknown.is_empty() {
        return Err(invalid(format!(
            "Unable to fetch parameters [{}] from parameter store for this account. hint: the local cloud has no Parameter \
             Store and knows the names /cdk-bootstrap/<qualifier>/version alone; give the value by a parameter of type String",
            unknown.join(",")
        )));
    }
    Ok(values)
}

/// What stands in Parameter Store under the name that a parameter of such a type has as its value.
pub(super) fn stored(template: &Template, name: &str, value: &str) -> Option<&'static str> {
    let kind = &template.parameters.get(name)?.kind;
    kind.starts_with("AWS::SSM::Parameter::Value<").then(|| cdk::stored(value)).flatten()
}

/// The values as `Ref` gives them: text, or a list for the list types.
pub(super) fn referable(template: &Template, values: &BTreeMap<String, String>) -> BTreeMap<String, Value> {
    let list = |name: &str| template.parameters.get(name).is_some_and(Parameter::is_list);
    values
        .iter()
        .map(|(name, value)| {
            let value = stored(template, name, value).unwrap_or(value);
            let value =
                if list(name) { items(value).map(Value::from).collect::<Vec<_>>().into() } else { value.into() };
            (name.clone(), value)
        })
        .collect()
}

/// The same with every NoEcho value masked.
pub(super) fn masked(template: &Template, values: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    values
        .iter()
        .map(|(name, value)| {
            let secret = template.parameters.get(name).is_some_and(|parameter| parameter.no_echo);
            (name.clone(), if secret { MASK.to_owned() } else { value.clone() })
        })
        .collect()
}

impl Parameter {
    fn is_list(&self) -> bool {
        let kind = self.kind.strip_prefix("AWS::SSM::Parameter::Value<").unwrap_or(&self.kind);
        kind.starts_with("CommaDelimitedList") || kind.starts_with("List<")
    }
}

fn items(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(move |_| !value.is_empty())
}

fn check(name: &str, parameter: &Parameter, value: &str) -> Result<(), AwsError> {
    let refuse = |message: String| {
        Err(invalid(match &parameter.constraint_description {
            Some(description) => format!("Parameter '{name}' failed to satisfy constraint: {description}"),
            None => message,
        }))
    };
    let singles: Vec<&str> = if parameter.is_list() { items(value).collect() } else { vec![value] };
    if !parameter.allowed_values.is_empty()
        && !singles.iter().all(|single| parameter.allowed_values.iter().any(|allowed| allowed == single))
    {
        return refuse(format!("Parameter '{name}' must be one of AllowedValues"));
    }
    if matches!(parameter.kind.as_str(), "Number" | "List<Number>") {
        for single in &singles {
            let Ok(number) = single.trim().parse::<f64>() else {
                return Err(invalid(if parameter.is_list() {
                    format!("Parameter '{name}' must be a list of numbers")
                } else {
                    format!("Parameter '{name}' must be a number")
                }));
            };
            if let Some(least) = parameter.min_value.filter(|least| number < *least) {
                return refuse(format!("Parameter '{name}' must be a number not less than {least}"));
            }
            if let Some(most) = parameter.max_value.filter(|most| number > *most) {
                return refuse(format!("Parameter '{name}' must be a number not greater than {most}"));
            }
        }
        return Ok(());
    }
    if let Some(pattern) = &parameter.allowed_pattern {
        let regex = regex_lite::Regex::new(&format!("^(?:{pattern})$"))
            .map_err(|error| invalid(format!("Template format error: AllowedPattern of parameter {name}: {error}")))?;
        if !singles.iter().all(|single| regex.is_match(single)) {
            return refuse(format!("Parameter '{name}' must match pattern {pattern}"));
        }
    }
    let length = value.chars().count();
    if let Some(least) = parameter.min_length.filter(|least| length < *least) {
        return refuse(format!("Parameter '{name}' must contain at least {least} characters"));
    }
    if let Some(most) = parameter.max_length.filter(|most| length > *most) {
        return refuse(format!("Parameter '{name}' must contain at most {most} characters"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;
    use crate::api::{ApiRequest, Caller};
    use serde_json::json;

    fn given(body: &str) -> Vec<Form> {
        let request = ApiRequest {
            method: http::Method::POST,
            path: "/".into(),
            query: String::new(),
            headers: http::HeaderMap::new(),
            body: body.to_owned().into(),
            caller: Caller::Root,
            request_id: String::new(),
            operation: String::new(),
        };
        Form::of(&request).unwrap().members("Parameters")
    }

    fn try_one(declaration: &Value, value: &str) -> Result<BTreeMap<String, Value>, String> {
        let text = json!({"Parameters": {"P": declaration}, "Resources": {"R": {"Type": "T"}}}).to_string();
        let template = Template::parse(&text).unwrap();
        let form = given(&format!("Parameters.member.1.ParameterKey=P&Parameters.member.1.ParameterValue={value}"));
        choose(&template, &form, &BTreeMap::new())
            .map(|values| referable(&template, &values))
            .map_err(|error| error.message)
    }

    #[test]
    fn constraints_are_held_in_awss_words() {
        for (declaration, bad, words) in [
            (json!({"Type": "String", "AllowedValues": ["a", 1]}), "b", "Parameter 'P' must be one of AllowedValues"),
            (json!({"Type": "String", "AllowedPattern": "[a-z]+"}), "aB", "Parameter 'P' must match pattern [a-z]+"),
            (json!({"Type": "String", "MinLength": 2}), "a", "must contain at least 2 characters"),
            (json!({"Type": "String", "MaxLength": "2"}), "abc", "must contain at most 2 characters"),
            (json!({"Type": "Number"}), "x", "Parameter 'P' must be a number"),
            (json!({"Type": "Number", "MinValue": 3}), "2", "must be a number not less than 3"),
            (json!({"Type": "Number", "MaxValue": 3}), "4", "must be a number not greater than 3"),
            (json!({"Type": "List<Number>"}), "1,x", "must be a list of numbers"),
            (
                json!({"Type": "String", "AllowedPattern": "a", "ConstraintDescription": "say a"}),
                "b",
                "Parameter 'P' failed to satisfy constraint: say a",
            ),
        ] {
            let error = try_one(&declaration, bad).unwrap_err();
            assert!(error.contains(words), "{declaration}: {error}");
        }
    }

    #[test]
    fn good_values_are_referable() {
        assert_eq!(try_one(&json!({"Type": "Number", "MaxValue": 3}), "3").unwrap()["P"], json!("3"));
        assert_eq!(try_one(&json!({"Type": "CommaDelimitedList"}), "a%2C+b").unwrap()["P"], json!(["a", "b"]));
        assert_eq!(try_one(&json!({"Type": "List<Number>"}), "1%2C2").unwrap()["P"], json!(["1", "2"]));
    }

    #[test]
    fn a_bootstrap_version_is_built_in_and_other_stored_parameters_are_unknown() {
        for kind in ["AWS::SSM::Parameter::Value<String>", "AWS::SSM::Parameter::Name"] {
            let given = try_one(&json!({"Type": kind}), "/cdk-bootstrap/hnb659fds/version").unwrap();
            let expected = if kind.ends_with("Name") { "/cdk-bootstrap/hnb659fds/version" } else { "33" };
            assert_eq!(given["P"], json!(expected), "{kind}");
            let error = try_one(&json!({"Type": kind}), "/shop/price").unwrap_err();
            let words = "Unable to fetch parameters [/shop/price] from parameter store for this account. hint: ";
            assert!(error.starts_with(words), "{error}");
        }
        let list = json!({"Type": "AWS::SSM::Parameter::Value<List<String>>"});
        assert_eq!(try_one(&list, "/cdk-bootstrap/a/version").unwrap()["P"], json!(["33"]));
    }

    #[test]
    fn previous_default_missing_and_undeclared_values() {
        let text = r#"{"Parameters":{"A":{"Type":"String"},"B":{"Type":"String","Default":5},"S":{"Type":"String","NoEcho":true}},
            "Resources":{"R":{"Type":"T"}}}"#;
        let template = Template::parse(text).unwrap();
        let previous = BTreeMap::from([("A".to_owned(), "old".to_owned()), ("B".to_owned(), "9".to_owned())]);
        let keep = "Parameters.member.1.ParameterKey=A&Parameters.member.1.UsePreviousValue=true";
        let secret = "&Parameters.member.2.ParameterKey=S&Parameters.member.2.ParameterValue=x";
        let values = choose(&template, &given(&format!("{keep}{secret}")), &previous).unwrap();
        assert_eq!((values["A"].as_str(), values["B"].as_str()), ("old", "5"));
        assert_eq!(masked(&template, &values)["S"], MASK);

        let error = choose(&template, &given(keep), &previous).unwrap_err().message;
        assert_eq!(error, "Parameters: [S] must have values");
        let error = choose(&template, &given(keep), &BTreeMap::new()).unwrap_err().message;
        assert!(error.contains("usePreviousValue"), "{error}");
        let error = choose(&template, &given("Parameters.member.1.ParameterKey=Z"), &previous).unwrap_err().message;
        assert_eq!(error, "Parameters: [Z] do not exist in the template");
    }
}
