//! Resources that wait for each other, in small and in large.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use cloudcart_cfn::check::{Input, Problem, run};
use cloudcart_cfn::limits;
use serde_json::{Map, Value as Json, json};

/// The rings of a template, each as it is told.
fn rings(resources: &Json) -> Vec<String> {
    let template = json!({"Resources": resources});
    let findings = run(&Input::of(&template)).findings;
    let cycles = findings.into_iter().filter(|one| matches!(one.problem, Problem::Cycle(_)));
    cycles.map(|one| one.problem.to_string().replace("waits for itself: ", "")).collect()
}

fn needs(targets: &[&str]) -> Json {
    let references: Vec<Json> = targets.iter().map(|id| json!({"Ref": id})).collect();
    json!({"Type": "AWS::SNS::Topic", "Properties": {"Needs": references}})
}

#[test]
fn each_step_names_the_property_by_which_the_next_is_needed() {
    let resources = json!({
        "Api": {"Type": "Custom::A", "Properties": {"Env": {"Vars": {"Fn::If": ["Large", {"Fn::Sub": "${Role.Arn}"}, ""]}}}},
        "Role": {"Type": "Custom::B", "DependsOn": "Policy"},
        "Policy": {"Type": "Custom::C", "Properties": {"Arn": {"Fn::Join": ["", [{"Fn::GetAtt": "Api.Arn"}]]}}},
    });
    assert_eq!(rings(&resources), ["Api.Properties.Env.Vars.1 → Role.DependsOn → Policy.Properties.Arn.1.0 → Api"]);
}

#[test]
fn each_ring_is_found_once() {
    // Two rings share A.
    let two = json!({"A": needs(&["B", "C"]), "B": needs(&["A"]), "C": needs(&["A"])});
    assert_eq!(
        rings(&two),
        ["A.Properties.Needs.0 → B.Properties.Needs.0 → A", "A.Properties.Needs.1 → C.Properties.Needs.0 → A"]
    );
    // The long ring runs over a resource that is done when it is found.
    let across = json!({"A": needs(&["B", "C"]), "B": needs(&["A"]), "C": needs(&["B"])});
    assert_eq!(
        rings(&across),
        [
            "A.Properties.Needs.0 → B.Properties.Needs.0 → A",
            "A.Properties.Needs.1 → C.Properties.Needs.0 → B.Properties.Needs.0 → A"
        ]
    );
    let apart = json!({"A": needs(&["A"]), "B": needs(&["C"]), "C": needs(&["B"]), "D": needs(&["A", "B"])});
    assert_eq!(rings(&apart), ["A.Properties.Needs.0 → A", "B.Properties.Needs.0 → C.Properties.Needs.0 → B"]);
}

#[test]
fn resources_that_only_meet_are_no_ring() {
    let diamond = json!({"A": needs(&["B", "C"]), "B": needs(&["D"]), "C": needs(&["D"]), "D": needs(&[])});
    assert_eq!(rings(&diamond), [""; 0]);
}

fn chain(length: usize, closed: bool) -> Json {
    let id = |number: usize| format!("R{number:05}");
    let mut resources = Map::new();
    for number in 0..length {
        let next = (number + 1) % length;
        let targets = if next == 0 && !closed { vec![] } else { vec![id(next)] };
        let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
        resources.insert(id(number), needs(&targets));
    }
    Json::Object(resources)
}

#[test]
fn a_chain_of_ten_thousand_does_not_overflow_the_stack() {
    // Less stack than a thread has by default, so that a step a resource would not fit.
    let small = std::thread::Builder::new().stack_size(256 * 1024);
    let found =
        small.spawn(|| (rings(&chain(10_000, false)).len(), rings(&chain(10_000, true)))).unwrap().join().unwrap();
    assert_eq!(found.0, 0);
    assert_eq!(found.1.len(), 1);
    assert_eq!(found.1[0].matches(" → ").count(), 10_000);
}

#[test]
fn a_knot_of_many_rings_tells_some_of_them() {
    let ids: Vec<String> = (0..60).map(|number| format!("R{number:02}")).collect();
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    let resources: Map<String, Json> = ids.iter().map(|id| (id.clone(), needs(&all))).collect();
    assert_eq!(rings(&Json::Object(resources)).len(), 20);
}

/// A template as large as can be: queues, functions and their mappings.
fn stack(units: usize) -> Json {
    let mut resources = Map::new();
    for number in 0..units {
        resources.insert(
            format!("Queue{number}"),
            json!({"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 180}}),
        );
        let variables = json!({"QUEUE": {"Ref": format!("Queue{number}")}, "NEXT": {"Fn::Sub": format!("${{Queue{}}}", (number + 1) % units)}});
        let properties = json!({"Code": {"S3Bucket": "b", "S3Key": "k"}, "Handler": "h", "Runtime": "provided.al2023", "Timeout": 30,
            "Role": "arn:aws:iam::123456789012:role/x", "Environment": {"Variables": variables}});
        resources.insert(format!("Work{number}"), json!({"Type": "AWS::Lambda::Function", "Properties": properties}));
        let properties = json!({"EventSourceArn": {"Fn::GetAtt": [format!("Queue{number}"), "Arn"]},
            "FunctionName": {"Ref": format!("Work{number}")}, "FunctionResponseTypes": ["ReportBatchItemFailures"]});
        resources.insert(
            format!("Poll{number}"),
            json!({"Type": "AWS::Lambda::EventSourceMapping", "Properties": properties}),
        );
        let properties = json!({"AlarmName": {"Ref": "AWS::StackName"}, "Period": 61});
        resources.insert(format!("Bell{number}"), json!({"Type": "AWS::CloudWatch::Alarm", "Properties": properties}));
    }
    json!({"Resources": resources})
}

#[test]
fn large_templates_are_checked_whole() {
    for resources in [500, 5_000] {
        let template = stack(resources / 4);
        let mut input = Input::of(&template);
        input.schema_of = &|_| None;
        let findings = run(&input).findings;
        let count = |rule: &str| {
            findings
                .iter()
                .filter(|one| matches!(&one.problem, Problem::Rule { rule: name, .. } if *name == rule))
                .count()
        };
        assert_eq!(count("alarm-period"), resources / 4);
        assert_eq!(count("alarm-metric"), resources / 4);
        let over = Problem::Limit { what: "resources", used: resources, limit: limits::RESOURCES };
        assert_eq!(
            findings.iter().filter(|one| one.problem == over).count(),
            usize::from(resources > limits::RESOURCES)
        );
        assert_eq!(findings.iter().filter(|one| matches!(one.problem, Problem::Cycle(_))).count(), 0);
    }
}
