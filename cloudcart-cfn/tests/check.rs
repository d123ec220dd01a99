//! What `Template::check` finds, and that it says where.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use cloudcart_cfn::prelude::*;
use cloudcart_cfn::resources::logs::LogGroup;
use cloudcart_cfn::resources::sqs::{Queue, RedrivePolicy};
use cloudcart_cfn::{Finding, Problem, Raw, Severity, limits};
use serde_json::{Value as Json, json};

fn raw(properties: Json) -> Raw {
    Raw { type_name: "AWS::CloudFormation::WaitConditionHandle".to_owned(), properties }
}

fn with(properties: Json) -> Template {
    let mut template = Template::default();
    template.add("Other", Queue::default());
    template.parameter("Name", Parameter::text("A name."));
    template.add_raw("Thing", raw(properties), Attributes::default());
    template
}

fn only(template: &Template) -> Finding {
    let findings = template.check();
    assert_eq!(findings.len(), 1, "{findings:#?}");
    findings.into_iter().next().unwrap()
}

#[test]
fn a_good_template_has_no_findings() {
    let template = with(json!({
        "A": {"Ref": "Name"},
        "B": {"Fn::GetAtt": ["Other", "Arn"]},
        "C": {"Fn::GetAtt": "Other.Arn"},
        "D": {"Fn::Sub": "${AWS::Region} ${Other} ${Other.QueueName} ${Name} ${!NotAName}"},
        "E": {"Fn::Sub": ["${own} ${Other}", {"own": {"Ref": "Name"}}]},
        "F": {"Ref": "AWS::NoValue"},
    }));
    assert_eq!(template.check(), vec![]);
}

#[test]
fn unknown_names_are_found_in_every_kind_of_reference() {
    for (properties, path) in [
        (json!({"A": {"Ref": "Nobody"}}), "Resources/Thing/Properties/A"),
        (json!({"A": [1, {"Fn::GetAtt": ["Nobody", "Arn"]}]}), "Resources/Thing/Properties/A/1"),
        (json!({"A": {"Fn::GetAtt": "Nobody.Arn"}}), "Resources/Thing/Properties/A"),
        (json!({"A": {"Fn::Sub": "x${Nobody}"}}), "Resources/Thing/Properties/A"),
        (json!({"A": {"Fn::Sub": "x${Nobody.Arn}"}}), "Resources/Thing/Properties/A"),
        (json!({"A": {"Fn::Join": ["", ["a", {"Ref": "Nobody"}]]}}), "Resources/Thing/Properties/A/1/1"),
        (json!({"A": {"Fn::Sub": ["${own}", {"own": {"Ref": "Nobody"}}]}}), "Resources/Thing/Properties/A/1/own"),
    ] {
        let finding = only(&with(properties));
        assert_eq!(finding.problem, Problem::UnknownName { name: "Nobody".to_owned(), nearest: None });
        assert_eq!(finding.path, path);
        assert_eq!(finding.logical_id.as_deref(), Some("Thing"));
        assert_eq!(finding.source.unwrap().file(), file!());
    }
}

#[test]
fn an_attribute_of_a_parameter_is_an_error() {
    let finding = only(&with(json!({"A": {"Fn::GetAtt": ["Name", "Arn"]}})));
    assert_eq!(finding.problem, Problem::NotAResource("Name".to_owned()));
}

#[test]
fn a_placeholder_that_is_not_closed_is_an_error() {
    assert_eq!(
        only(&with(json!({"A": {"Fn::Sub": "a${Other"}}))).problem,
        Problem::BadPlaceholder("${Other".to_owned())
    );
    assert_eq!(only(&with(json!({"A": {"Fn::Sub": "a${}"}}))).problem, Problem::BadPlaceholder("${}".to_owned()));
}

#[test]
fn a_function_with_wrong_arguments_is_an_error() {
    for (properties, name) in [
        (json!({"A": {"Ref": 1}}), "Ref"),
        (json!({"A": {"Fn::GetAtt": ["Other"]}}), "Fn::GetAtt"),
        (json!({"A": {"Fn::GetAtt": "Other"}}), "Fn::GetAtt"),
        (json!({"A": {"Fn::Sub": ["only text"]}}), "Fn::Sub"),
        (json!({"A": {"Fn::If": ["Condition", 1]}}), "Fn::If"),
    ] {
        assert_eq!(only(&with(properties)).problem, Problem::BadFunction(name.to_owned()));
    }
}

#[test]
fn unknown_conditions_are_found_in_properties_resources_and_outputs() {
    let mut template = with(json!({"A": {"Fn::If": ["Maybe", 1, 2]}}));
    assert_eq!(only(&template).problem, Problem::UnknownCondition("Maybe".to_owned()));
    let maybe = template.condition("Maybe", Condition::equals(pseudo::region(), "eu-west-1"));
    assert_eq!(template.check(), vec![]);

    template.add_with("Logs", LogGroup::default(), Attributes::default().only_if(&maybe));
    template.output("Out", Output::new("x").only_if(&maybe));
    assert_eq!(template.check(), vec![]);

    let mut other = Template::default();
    other.add_with("Logs", LogGroup::default(), Attributes::default().only_if(&maybe));
    assert_eq!(only(&other).path, "Resources/Logs/Condition");
}

#[test]
fn names_are_letters_and_digits() {
    for name in ["", "with-hyphen", "dé", "a_b", &"x".repeat(256)] {
        let mut template = Template::default();
        template.add(name, Queue::default());
        assert_eq!(only(&template).problem, Problem::InvalidName(name.to_owned()));
    }
    let mut template = Template::default();
    template.add("x".repeat(255), Queue::default());
    assert_eq!(template.check(), vec![]);
}

#[test]
fn a_name_declared_twice_is_told_with_both_places() {
    let mut template = Template::default();
    template.add("Twin", Queue::default());
    template.parameter("Twin", Parameter::text("Shares the name space of resources."));
    let finding = only(&template);
    // Parameters are looked at first, whichever was declared first.
    let Problem::DuplicateName(name, first) = &finding.problem else { panic!("{finding}") };
    assert_eq!(name, "Twin");
    assert!(first.starts_with(file!()), "{first}");

    // An output may be named like a resource.
    let mut template = Template::default();
    let queue = template.add("Jobs", Queue::default());
    template.output("Jobs", Output::new(queue.reference()));
    assert_eq!(template.check(), vec![]);
}

#[test]
fn a_cycle_is_told_as_a_path() {
    let mut template = Template::default();
    let ring = |target: &str| Queue {
        redrive_policy: Some(
            RedrivePolicy { dead_letter_target_arn: Value::attribute(target, "Arn"), max_receive_count: 3.into() }
                .into(),
        ),
        ..Queue::default()
    };
    template.add("A", ring("B"));
    let c = template.add("C", ring("A"));
    template.add_with("B", Queue::default(), Attributes::default().after(&c));
    let finding = only(&template);
    assert_eq!(
        finding.problem.to_string(),
        "waits for itself: A.Properties.RedrivePolicy.deadLetterTargetArn → B.DependsOn → \
         C.Properties.RedrivePolicy.deadLetterTargetArn → A"
    );
    assert_eq!(finding.logical_id.as_deref(), Some("A"));
}

#[test]
fn a_resource_that_needs_itself_is_a_cycle() {
    let mut template = Template::default();
    template.add_raw("Self1", raw(json!({"A": {"Ref": "Self1"}})), Attributes::default());
    assert_eq!(only(&template).problem, Problem::Cycle(vec!["Self1.Properties.A".to_owned(), "Self1".to_owned()]));
}

#[test]
fn limits_are_errors_and_a_large_body_is_a_note() {
    let mut template = Template::default();
    assert_eq!(only(&template).problem, Problem::NoResources);
    for number in 0..=limits::RESOURCES {
        template.add(format!("Queue{number}"), Queue::default());
    }
    let limit = Problem::Limit { what: "resources", used: 501, limit: 500 };
    assert_eq!(only(&template).problem, limit);
    assert_eq!(template.counts().resources, 501);

    let mut large = with(json!({"A": "x".repeat(limits::INLINE_BYTES)}));
    let finding = only(&large);
    assert_eq!(finding.severity, Severity::Note);
    assert!(!large.counts().fits_inline());
    large.add_raw("More", raw(json!({"A": "x".repeat(limits::S3_BYTES)})), Attributes::default());
    assert!(matches!(only(&large).problem, Problem::Limit { what: "bytes", .. }));
}

#[test]
fn many_parameters_outputs_and_a_long_description_are_errors() {
    let mut template = Template::new("x".repeat(1025));
    template.add("Jobs", Queue::default());
    for number in 0..201 {
        template.parameter(format!("P{number}"), Parameter::text("One."));
        template.output(format!("O{number}"), Output::new("1"));
    }
    let texts: Vec<String> = template.check().iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "201 parameters, and CloudFormation takes 200",
            "201 outputs, and CloudFormation takes 200",
            "1025 bytes of description, and CloudFormation takes 1024"
        ]
    );
}

#[test]
fn properties_that_are_no_object_are_an_error() {
    let finding = only(&with(json!([1])));
    assert_eq!(finding.path, "Resources/Thing/Properties");
    assert!(finding.to_string().contains("not an object"), "{finding}");
}

#[test]
fn a_finding_reads_path_problem_and_line() {
    let mut template = Template::default();
    let line = line!() + 1;
    template.add_raw("Thing", raw(json!({"A": {"Ref": "Nobody"}})), Attributes::default());
    assert_eq!(
        only(&template).to_string(),
        format!(
            "Resources/Thing/Properties/A: refers to `Nobody`, which the template does not declare ({}:{line})",
            file!()
        )
    );
    assert_eq!(template.source_of("Thing").unwrap().line(), line);
    assert_eq!(template.source_of("Nobody"), None);
}
