//! The template's `Rules`: assertions on parameters, evaluated before anything is made.
//!
//! Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html> and the page on
//! rule-specific intrinsic functions. `Fn::RefAll`, `Fn::ValueOf` and `Fn::ValueOfAll` ask EC2 and Route 53 for things that this
//! cloud has none of, and are refused by name.

use super::{
    form::invalid,
    intrinsics::{NoResources, ResolveError, Scope, wrong},
    template::{Template, format_error, scalar},
};
use crate::error::AwsError;
use serde_json::{Map, Value};

/// One rule.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    /// The assertions count only where this holds.
    pub(super) condition: Option<Value>,
    pub(super) assertions: Vec<Assertion>,
}

/// What must hold.
#[derive(Debug, Clone)]
pub(super) struct Assertion {
    pub(super) assert: Value,
    pub(super) description: Option<String>,
}

impl Rule {
    /// Reads the declaration of the rule `name`.
    pub(super) fn read(name: &str, value: &Value) -> Result<Self, AwsError> {
        let shape = |why: &str| format_error(format!("Rules member {name}: {why}"));
        let only = |fields: &Map<String, Value>, known: [&str; 2]| match fields
            .keys()
            .find(|key| !known.contains(&key.as_str()))
        {
            Some(unknown) => Err(invalid(format!("Invalid template rule property '{unknown}'"))),
            None => Ok(()),
        };
        let fields = value.as_object().ok_or_else(|| shape("it must be an object"))?;
        only(fields, ["RuleCondition", "Assertions"])?;
        let listed = fields.get("Assertions").and_then(Value::as_array).filter(|list| !list.is_empty());
        let assertions = listed.ok_or_else(|| shape("it must have a list of Assertions"))?.iter().map(|one| {
            let fields = one.as_object().ok_or_else(|| shape("every assertion must be an object"))?;
            only(fields, ["Assert", "AssertDescription"])?;
            Ok(Assertion {
                assert: fields.get("Assert").cloned().ok_or_else(|| shape("every assertion must have an Assert"))?,
                description: fields.get("AssertDescription").and_then(scalar),
            })
        });
        Ok(Self {
            condition: fields.get("RuleCondition").cloned(),
            assertions: assertions.collect::<Result<_, AwsError>>()?,
        })
    }
}

/// Refuses parameters that an assertion does not hold for.
pub(super) fn hold(template: &Template, scope: &Scope<'_>) -> Result<(), AwsError> {
    for (name, rule) in &template.rules {
        let told = |error: ResolveError| invalid(format!("{error} (rule {name})"));
        if let Some(condition) = &rule.condition
            && !truth(condition, scope).map_err(told)?
        {
            continue;
        }
        for assertion in &rule.assertions {
            if !truth(&assertion.assert, scope).map_err(told)? {
                let why = assertion.description.clone().unwrap_or_else(|| assertion.assert.to_string());
                return Err(invalid(format!("Template error: rule {name} does not hold: {why}")));
            }
        }
    }
    Ok(())
}

fn truth(expression: &Value, scope: &Scope<'_>) -> Result<bool, ResolveError> {
    let one = expression.as_object().filter(|fields| fields.len() == 1).and_then(|fields| fields.iter().next());
    let Some((function, Value::Array(parts))) = one else {
        return wrong(format!("every rule must be a rule-specific function with a list: {expression}"));
    };
    match (function.as_str(), parts.as_slice()) {
        ("Fn::And", [_, _, ..]) => parts.iter().try_fold(true, |all, part| Ok(truth(part, scope)? && all)),
        ("Fn::Or", [_, _, ..]) => parts.iter().try_fold(false, |any, part| Ok(truth(part, scope)? || any)),
        ("Fn::Not", [part]) => Ok(!truth(part, scope)?),
        ("Fn::Equals", [one, other]) => Ok(plain(scope, one)? == plain(scope, other)?),
        // At least one member is the value.
        ("Fn::Contains", [list, value]) => {
            let value = plain(scope, value)?;
            Ok(texts(scope, function, list)?.iter().any(|member| value == *member))
        }
        ("Fn::EachMemberEquals", [list, value]) => {
            let value = plain(scope, value)?;
            Ok(texts(scope, function, list)?.iter().all(|member| value == *member))
        }
        ("Fn::EachMemberIn", [list, among]) => {
            let among = texts(scope, function, among)?;
            Ok(texts(scope, function, list)?.iter().all(|member| among.contains(member)))
        }
        (
            "Fn::And"
            | "Fn::Or"
            | "Fn::Not"
            | "Fn::Equals"
            | "Fn::Contains"
            | "Fn::EachMemberEquals"
            | "Fn::EachMemberIn",
            _,
        ) => wrong(format!("{function} has the wrong number of parts: {expression}")),
        _ => wrong(format!("the local cloud does not offer {function} in a rule")),
    }
}

/// A value with every scalar as text, so that 1 and "1" are equal.
fn plain(scope: &Scope<'_>, value: &Value) -> Result<Value, ResolveError> {
    let resolved = scope.value(value, &NoResources)?.unwrap_or_default();
    Ok(scalar(&resolved).map_or(resolved, Value::from))
}

fn texts(scope: &Scope<'_>, function: &str, value: &Value) -> Result<Vec<String>, ResolveError> {
    let resolved = scope.value(value, &NoResources)?;
    let list = resolved.as_ref().and_then(Value::as_array);
    let texts = list.and_then(|items| items.iter().map(scalar).collect::<Option<Vec<_>>>());
    match texts {
        Some(texts) => Ok(texts),
        None => wrong(format!("{function} expects a list of texts where it has {value}")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;
    use crate::cloudformation::{intrinsics::Pseudo, parameters::referable};
    use serde_json::json;
    use std::collections::BTreeMap;

    /// What a rule says of the parameters `One` = `a`, `Many` = `a,b` and `Count` = `2`.
    fn outcome(rule: &Value) -> Result<(), String> {
        let text = json!({
            "Parameters": {
                "One": {"Type": "String"}, "Many": {"Type": "CommaDelimitedList"}, "Count": {"Type": "Number"},
            },
            "Rules": {"Sound": rule},
            "Resources": {"R": {"Type": "T"}},
        });
        let template = Template::parse(&text.to_string()).map_err(|error| error.message)?;
        let given = [("One", "a"), ("Many", "a,b"), ("Count", "2")];
        let values = given.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let parameters = referable(&template, &values);
        let pseudo = Pseudo {
            account: "123456789012".into(),
            region: "us-east-1".into(),
            stack_id: "sid".into(),
            stack_name: "sn".into(),
        };
        let scope = Scope::new(&template, &parameters, pseudo, BTreeMap::new()).unwrap();
        hold(&template, &scope).map_err(|error| error.message)
    }

    #[test]
    fn each_rule_function_says_what_its_page_says() {
        let (one, many) = (json!({"Ref": "One"}), json!({"Ref": "Many"}));
        let yes = json!({"Fn::Equals": [one, "a"]});
        let no = json!({"Fn::Equals": [one, "b"]});
        for (assert, holds) in [
            (yes.clone(), true),
            (no.clone(), false),
            (json!({"Fn::Equals": [{"Ref": "Count"}, 2]}), true),
            (json!({"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}), true),
            (json!({"Fn::Not": [no]}), true),
            (json!({"Fn::And": [yes, no]}), false),
            (json!({"Fn::And": [yes, yes]}), true),
            (json!({"Fn::Or": [no, yes]}), true),
            (json!({"Fn::Or": [no, no]}), false),
            (json!({"Fn::Contains": [["a", "c"], one]}), true),
            (json!({"Fn::Contains": [[1, 2], {"Ref": "Count"}]}), true),
            (json!({"Fn::Contains": [many, "c"]}), false),
            (json!({"Fn::EachMemberEquals": [many, "a"]}), false),
            (json!({"Fn::EachMemberEquals": [["a", "a"], one]}), true),
            (json!({"Fn::EachMemberIn": [many, ["a", "b", "c"]]}), true),
            (json!({"Fn::EachMemberIn": [many, ["a"]]}), false),
        ] {
            let outcome = outcome(&json!({"Assertions": [{"Assert": assert, "AssertDescription": "say a"}]}));
            let expected =
                if holds { Ok(()) } else { Err("Template error: rule Sound does not hold: say a".to_owned()) };
            assert_eq!(outcome, expected, "{assert}");
        }
    }

    #[test]
    fn a_rule_counts_only_where_its_condition_holds() {
        let no = json!({"Fn::Equals": [{"Ref": "One"}, "b"]});
        let rule = |condition: &Value| json!({"RuleCondition": condition, "Assertions": [{"Assert": no}]});
        assert_eq!(outcome(&rule(&no)), Ok(()));
        let error = outcome(&rule(&json!({"Fn::Not": [no]}))).unwrap_err();
        assert!(error.contains(r#"{"Fn::Equals":[{"Ref":"One"},"b"]}"#), "{error}");
    }

    #[test]
    fn what_a_rule_cannot_say_is_refused_by_name() {
        for (rule, words) in [
            (
                json!({"Assertions": [{"Assert": {"Fn::ValueOf": ["Vpc", "Tags.a"]}}]}),
                "does not offer Fn::ValueOf in a rule",
            ),
            (json!({"Assertions": [{"Assert": {"Fn::Not": []}}]}), "Fn::Not has the wrong number of parts"),
            (json!({"Assertions": [{"Assert": {"Fn::Contains": ["a", "a"]}}]}), "Fn::Contains expects a list of texts"),
            (json!({"Assertions": [{"Assert": true}]}), "every rule must be a rule-specific function"),
            (json!({"Assertions": []}), "Rules member Sound: it must have a list of Assertions"),
            (json!({"Assertions": [{"Asert": {}}]}), "Invalid template rule property 'Asert'"),
            (json!({"Asertions": []}), "Invalid template rule property 'Asertions'"),
        ] {
            let error = outcome(&rule).unwrap_err();
            assert!(error.contains(words), "{rule}: {error}");
        }
    }
}
