//! What is found in any template, and that it says where.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use cloudcart_cfn::check::{Finding, Input, Override, Problem, Severity, run};
use cloudcart_cfn::prelude::*;
use cloudcart_cfn::{Lint, Mapping, find_in_map, limits, sqs};
use serde_json::{Map, Value as Json, json};

/// A template with a queue, a parameter and a resource of these properties.
fn with(properties: &Json) -> Json {
    json!({
        "Parameters": {"Name": {"Type": "String"}},
        "Resources": {"Other": {"Type": "AWS::SQS::Queue"}, "Thing": {"Type": "Custom::Thing", "Properties": properties}},
    })
}

fn findings(template: &Json) -> Vec<Finding> {
    run(&Input::of(template)).findings
}

fn only(template: &Json) -> Finding {
    let findings = findings(template);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    findings.into_iter().next().unwrap()
}

#[test]
fn a_good_template_has_no_findings() {
    let template = with(&json!({
        "A": {"Ref": "Name"},
        "B": {"Fn::GetAtt": ["Other", "Arn"]},
        "C": {"Fn::GetAtt": "Other.Arn"},
        "D": {"Fn::Sub": "${AWS::Region} ${Other} ${Other.QueueName} ${Name} ${!NotAName}"},
        "E": {"Fn::Sub": ["${own} ${Other}", {"own": {"Ref": "Name"}}]},
        "F": {"Ref": "AWS::NoValue"},
    }));
    assert_eq!(findings(&template), vec![]);
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
        let finding = only(&with(&properties));
        assert_eq!(finding.problem, Problem::UnknownName { name: "Nobody".to_owned(), nearest: None });
        assert_eq!(finding.path, path);
        assert_eq!(finding.logical_id.as_deref(), Some("Thing"));
    }
}

#[test]
fn an_attribute_of_a_parameter_is_an_error() {
    let finding = only(&with(&json!({"A": {"Fn::GetAtt": ["Name", "Arn"]}})));
    assert_eq!(finding.problem, Problem::NotAResource("Name".to_owned()));
}

#[test]
fn a_placeholder_that_is_not_closed_is_an_error() {
    for (text, at) in [("a${Other", "${Other"), ("a${}", "${}")] {
        let problem = only(&with(&json!({"A": {"Fn::Sub": text}}))).problem;
        assert_eq!(problem, Problem::BadPlaceholder(at.to_owned()));
    }
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
        assert_eq!(only(&with(&properties)).problem, Problem::BadFunction(name.to_owned()));
    }
}

#[test]
fn unknown_conditions_are_found_in_properties_resources_and_outputs() {
    let conditions = json!({"Maybe": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}});
    let mut inside = with(&json!({"A": {"Fn::If": ["Maybe", 1, 2]}}));
    let mut beside = with(&json!({}));
    beside["Resources"]["Thing"]["Condition"] = json!("Maybe");
    let mut output = with(&json!({}));
    output["Outputs"] = json!({"Out": {"Value": "x", "Condition": "Maybe"}});
    for (template, path) in [
        (&mut inside, "Resources/Thing/Properties/A"),
        (&mut beside, "Resources/Thing/Condition"),
        (&mut output, "Outputs/Out/Condition"),
    ] {
        let finding = only(template);
        assert_eq!(finding.problem, Problem::UnknownCondition("Maybe".to_owned()));
        assert_eq!(finding.path, path);
        template["Conditions"] = conditions.clone();
        assert_eq!(findings(template), vec![]);
    }
}

#[test]
fn names_are_letters_and_digits() {
    let named = |name: &str| json!({"Resources": {name: {"Type": "AWS::SQS::Queue"}}});
    for name in ["", "with-hyphen", "dé", "a_b", &"x".repeat(256)] {
        assert_eq!(only(&named(name)).problem, Problem::InvalidName(name.to_owned()));
    }
    assert_eq!(findings(&named(&"x".repeat(255))), vec![]);
}

#[test]
fn resources_and_parameters_share_their_names_and_outputs_do_not() {
    let mut template =
        json!({"Parameters": {"Twin": {"Type": "String"}}, "Resources": {"Twin": {"Type": "AWS::SQS::Queue"}}});
    let twin = Problem::DuplicateName("Twin".to_owned(), "Parameters/Twin".to_owned());
    assert_eq!(only(&template).problem, twin);
    template["Outputs"] = json!({"Twin": {"Value": "x"}});
    assert_eq!(only(&template).problem, twin);
}

#[test]
fn counts_are_errors_and_a_large_body_is_a_note() {
    assert_eq!(only(&json!({})).problem, Problem::NoResources);
    let queue = || json!({"Type": "AWS::SQS::Queue"});
    let many: Map<String, Json> = (0..=limits::RESOURCES).map(|number| (format!("Queue{number}"), queue())).collect();
    let limit = Problem::Limit { what: "resources", used: 501, limit: 500 };
    assert_eq!(only(&json!({"Resources": many})).problem, limit);

    assert_eq!(only(&with(&json!({"A": "x".repeat(limits::INLINE_BYTES)}))).severity, Severity::Note);
    let larger = only(&with(&json!({"A": "x".repeat(limits::S3_BYTES)})));
    assert!(matches!(larger.problem, Problem::Limit { what: "bytes", .. }));
    assert_eq!(larger.severity, Severity::Error);
}

#[test]
fn many_parameters_outputs_and_a_long_description_are_errors() {
    let many =
        |entry: Json| -> Map<String, Json> { (0..201).map(|number| (format!("N{number}"), entry.clone())).collect() };
    let jobs = json!({"Jobs": {"Type": "AWS::SQS::Queue"}});
    let mut template = json!({"Description": "x".repeat(1025), "Resources": jobs});
    template["Parameters"] = many(json!({"Type": "String"})).into();
    template["Outputs"] = many(json!({"Value": "1"})).into();
    let texts: Vec<String> = findings(&template).iter().map(ToString::to_string).collect();
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
    let finding = only(&with(&json!([1])));
    assert_eq!(finding.path, "Resources/Thing/Properties");
    assert!(finding.to_string().contains("not an object"), "{finding}");
}

#[test]
fn what_is_replaced_cannot_be_kept_except_on_creation() {
    let mut template = with(&json!({}));
    template["Resources"]["Thing"]["DeletionPolicy"] = json!("RetainExceptOnCreate");
    assert_eq!(findings(&template), vec![]);
    template["Resources"]["Thing"]["UpdateReplacePolicy"] = json!("RetainExceptOnCreate");
    assert_eq!(only(&template).problem, Problem::UpdateReplacePolicy);
}

#[test]
fn a_finding_reads_path_problem_and_line() {
    let mut line = 0;
    let template = Template::build("", |stack| {
        line = line!() + 1;
        stack.add("Jobs", sqs::Queue { delay_seconds: Some(Value::reference("Nobody")), ..sqs::Queue::new() });
    });
    let found = template.check();
    let text = "refers to `Nobody`, which the template does not declare";
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].to_string(), format!("Resources/Jobs/Properties/DelaySeconds: {text} ({}:{line})", file!()));
}

#[test]
fn a_stack_tells_of_raw_resources_and_of_what_is_set_past_its_structs() {
    let template = Template::build("", |stack| {
        let raw = Raw { type_name: "AWS::Brand::New".to_owned(), properties: json!({}) };
        stack.add_raw("New", raw, Attributes::default());
        stack.add_with(
            "Jobs",
            sqs::Queue::new(),
            Attributes::default().override_property("Tags", json!([{"Key": "a", "Value": "b"}])),
        );
    });
    let lints: Vec<Option<Lint>> = template.check().iter().map(|finding| finding.lint).collect();
    assert_eq!(lints, [Some(Lint::RawResource), Some(Lint::PropertyOverride)]);
}

#[test]
fn a_lint_is_allowed_where_it_is_meant_with_a_reason() {
    let with = |reason: &str, everywhere: bool| {
        Template::build("", |stack| {
            let raw = Raw { type_name: "AWS::Brand::New".to_owned(), properties: json!({}) };
            let mut attributes = Attributes::new();
            if everywhere {
                stack.allow(Lint::RawResource, reason);
            } else {
                attributes = attributes.allow(Lint::RawResource, reason);
            }
            stack.add_raw("New", raw, attributes);
        })
    };
    for everywhere in [true, false] {
        let report = with("The library does not know it yet.", everywhere).report();
        assert_eq!(report.findings, []);
        assert_eq!(report.allowed.len(), 1);
        assert_eq!(report.allowed[0].reason, "The library does not know it yet.");
        let problems: Vec<Problem> = with(" ", everywhere).check().into_iter().map(|one| one.problem).collect();
        assert!(problems.contains(&Problem::AllowedWithoutReason(Lint::RawResource)), "{problems:?}");
    }
    let idle = Template::build("", |stack| {
        stack.add_with("Jobs", sqs::Queue::new(), Attributes::new().allow(Lint::RawResource, "It was raw once."));
    });
    assert_eq!(idle.check()[0].problem, Problem::IdleAllowance(Lint::RawResource));
}

#[test]
fn a_property_that_cannot_be_set_is_an_error() {
    let template = with(&json!({}));
    let mut input = Input::of(&template);
    input.misplaced = vec![Override { logical_id: "Thing".to_owned(), property: "A/B".to_owned() }];
    let found = run(&input).findings;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].path, "Resources/Thing/Properties/A/B");
    assert_eq!(found[0].problem, Problem::MisplacedOverride("A/B".to_owned()));
}

#[test]
fn what_is_always_there_does_not_refer_to_what_a_condition_leaves_out() {
    let template = Template::build("Conditions.", |stack| {
        let production = stack.condition("Production", Condition::equals(pseudo::region(), "eu-west-1"));
        let other = stack.condition("Other", Condition::equals(pseudo::region(), "eu-west-2"));
        let only = |condition| Attributes::new().only_if(condition);
        let maybe = stack.add_with("Maybe", sqs::Queue::new(), only(&production));
        let guarded = Value::<String>::when(&production, maybe.queue_name(), "none");
        stack.add("Guarded", sqs::Queue::new().queue_name(guarded));
        stack.add_with("Same", sqs::Queue::new().queue_name(maybe.queue_name()), only(&production));
        stack.add_with("Unknown", sqs::Queue::new().queue_name(maybe.queue_name()), only(&other));
        stack.add_with("After", sqs::Queue::new(), Attributes::new().after(&maybe));
        stack.add("Bare", sqs::Queue::new().queue_name(sub!("${Maybe}-2", Maybe = maybe.queue_name())));
        stack.output("Fine", Output::new(maybe.reference()).only_if(&production));
        stack.output("Url", Output::new(maybe.reference()));
    });
    let found: Vec<_> = template.report().errors().map(|finding| finding.path.clone()).collect();
    assert_eq!(found, ["Resources/Bare/Properties/QueueName", "Outputs/Url/Value"]);
}

#[test]
fn keys_are_looked_up_in_the_mapping() {
    let template = Template::build("Mappings.", |stack| {
        let mapping = Mapping::new().with("dev", "Name", "a").with("prod", "Name", "b").with("prod", "Other", "c");
        let names = stack.mapping("Names", mapping);
        stack.add("Queue", sqs::Queue::new());
        stack.output("Fine", Output::new(find_in_map::<String>(&names, "dev", "Name")));
        stack.output("Open", Output::new(find_in_map::<String>(&names, pseudo::region(), "Other")));
        stack.output("First", Output::new(find_in_map::<String>(&names, "prd", "Name")));
        stack.output("Second", Output::new(find_in_map::<String>(&names, "dev", "Other")));
        stack.output("Nowhere", Output::new(find_in_map::<String>(&names, pseudo::region(), "Names")));
    });
    let report = template.report();
    let found: Vec<_> = report.errors().map(|finding| (finding.path.as_str(), finding.problem.hint())).collect();
    let meant = |name: &str| Some(format!("did you mean `{name}`?"));
    assert_eq!(
        found,
        [
            ("Outputs/First/Value", meant("prod")),
            ("Outputs/Nowhere/Value", meant("Name")),
            ("Outputs/Second/Value", None)
        ]
    );
}

#[test]
fn a_deletion_policy_is_one_of_its_words() {
    let template = Template::read("Resources: {Queue: {Type: AWS::SQS::Queue, DeletionPolicy: retain}}").unwrap();
    let found: Vec<_> =
        template.report().errors().map(|finding| (finding.path.clone(), finding.problem.hint())).collect();
    let meant = Some("did you mean `Retain`?".to_owned());
    assert_eq!(found, [("Resources/Queue/DeletionPolicy".to_owned(), meant)]);
}
