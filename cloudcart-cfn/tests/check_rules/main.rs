//! Every rule of a service: a template that breaks it, and templates that do not.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod api;
mod data;
mod function;
mod messaging;
mod policy;

use std::collections::BTreeSet;

use cloudcart_cfn::check::{Finding, Input, Problem, Severity, rules, run};
use serde_json::{Value as Json, json};

/// Resources that break a rule, and variants of them that do not.
struct Case {
    rule: &'static str,
    /// Where it is broken.
    path: &'static str,
    fires: Json,
    silent: Vec<Json>,
}

fn cases() -> Vec<Case> {
    [messaging::cases(), function::cases(), api::cases(), data::cases(), policy::cases()]
        .into_iter()
        .flatten()
        .collect()
}

/// A resource of a type, with properties.
#[expect(clippy::needless_pass_by_value, reason = "a case reads better with its JSON written in place")]
fn of(kind: &str, properties: Json) -> Json {
    json!({"Type": kind, "Properties": properties})
}

/// The findings of a rule in a template of those resources; an entry `Parameters` is another section.
fn broken(rule: &str, resources: &Json) -> Vec<Finding> {
    let mut template = json!({"Resources": resources});
    if let Some(parameters) = template["Resources"].as_object_mut().unwrap().remove("Parameters") {
        template["Parameters"] = parameters;
    }
    let mut input = Input::of(&template);
    // The rules must hold without the schemas.
    input.schema_of = &|_| None;
    let of_rule = |finding: &Finding| matches!(&finding.problem, Problem::Rule { rule: name, .. } if *name == rule);
    run(&input).findings.into_iter().filter(of_rule).collect()
}

#[test]
fn every_rule_has_a_case_that_breaks_it_and_one_that_does_not() {
    let listed: BTreeSet<&str> = rules().map(|rule| rule.name).collect();
    let tested: BTreeSet<&str> = cases().iter().map(|case| case.rule).collect();
    assert_eq!(listed, tested);
    assert_eq!(listed.len(), rules().count(), "two rules have one name");
    for case in cases() {
        assert!(!case.silent.is_empty(), "{}", case.rule);
    }
}

#[test]
fn a_broken_rule_is_found_where_it_is_broken() {
    for case in cases() {
        let findings = broken(case.rule, &case.fires);
        let paths: Vec<&str> = findings.iter().map(|finding| finding.path.as_str()).collect();
        assert_eq!(paths, [case.path], "{}: {findings:#?}", case.rule);
    }
}

#[test]
fn a_rule_is_silent_where_it_holds_or_nobody_knows() {
    for case in cases() {
        for (index, resources) in case.silent.iter().enumerate() {
            let findings = broken(case.rule, resources);
            assert_eq!(findings, vec![], "{} {index}", case.rule);
        }
    }
}

#[test]
fn a_finding_says_what_to_do_and_where_aws_says_so() {
    for case in cases() {
        let severity = rules().find(|rule| rule.name == case.rule).unwrap().severity;
        for finding in broken(case.rule, &case.fires) {
            let problem = &finding.problem;
            assert!(problem.hint().is_some_and(|hint| !hint.is_empty()), "{problem}");
            assert!(problem.docs().unwrap().starts_with("https://docs.aws.amazon.com/"), "{problem}");
            assert_eq!(finding.severity, severity, "{problem}");
            assert_eq!(finding.logical_id.as_deref(), case.path.split('/').nth(1), "{problem}");
        }
    }
}

#[test]
fn advice_is_a_note_and_refusal_an_error() {
    let severity = |name| rules().find(|rule| rule.name == name).unwrap().severity;
    assert_eq!(severity("mapping-visibility"), Severity::Error);
    assert_eq!(severity("mapping-visibility-margin"), Severity::Note);
    assert_eq!(severity("stateful-policy"), Severity::Note);
}
