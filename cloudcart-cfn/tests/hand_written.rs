//! A template that somebody wrote by hand is read, understood as types, changed in one place and added to, and nothing else
//! of it changes.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use cloudcart_cfn::prelude::*;
use cloudcart_cfn::{Severity, dynamodb, easy, iam, lambda, logs, sqs};
use serde_json::{Value as Json, json};

const WRITTEN: &str = include_str!("hand_written/template.yaml");

/// The value at a pointer, which has to be there.
fn at<'a>(json: &'a Json, pointer: &str) -> &'a Json {
    json.pointer(pointer).unwrap()
}

#[test]
fn it_renders_back_equal() {
    let template = Template::read(WRITTEN).unwrap();
    let value = template.to_value();
    assert_eq!(value, cloudcart_cfn::read::parse(WRITTEN).unwrap());
    assert_eq!(Template::read(&template.to_json()).unwrap().to_value(), value);
    assert_eq!(Template::read(&template.to_yaml().unwrap()).unwrap().to_value(), value);
    assert_eq!(at(&value, "/Description"), "A web hook that keeps what it is told, as somebody wrote it by hand.");
    assert_eq!(at(&value, "/Resources/Role/Properties/AssumeRolePolicyDocument/Version"), "2012-10-17");
}

#[test]
fn every_resource_of_it_is_its_type_and_means_the_same() {
    fn same<'stack, R: Resource<'stack> + PartialEq>(template: &Template, id: &str) {
        let read: R = template.resource(id).unwrap().unwrap_or_else(|error| panic!("{id}: {error}"));
        let mut again = template.clone();
        assert!(again.set_resource(id, &read));
        let again: R = again.resource(id).unwrap().unwrap();
        assert!(again == read, "{id}");
    }
    let template = Template::read(WRITTEN).unwrap();
    same::<dynamodb::Table<'_>>(&template, "Events");
    same::<sqs::Queue<'_>>(&template, "Dead");
    same::<sqs::Queue<'_>>(&template, "Inbox");
    same::<logs::LogGroup<'_>>(&template, "Logs");
    same::<iam::Role<'_>>(&template, "Role");
    same::<lambda::Function<'_>>(&template, "Hook");
    same::<lambda::EventSourceMapping<'_>>(&template, "Poll");
    assert_eq!(template.resource_types().len(), 7);
}

#[test]
fn only_what_is_changed_changes() {
    let before = Template::read(WRITTEN).unwrap();
    let mut template = before.clone();
    let hook: lambda::Function<'_> = template.resource("Hook").unwrap().unwrap();
    assert_eq!(hook.timeout, Some(Value::Literal(int!(30))));
    assert!(template.set_resource("Hook", &hook.timeout(int!(20))));
    let template = template.extend(|stack| {
        let dead = stack.existing::<sqs::Queue<'_>>("Dead").unwrap();
        easy::Alarm::on_messages(&dead).add_to(stack, "HookFails");
    });
    let mut expected = before.to_value();
    expected["Resources"]["Hook"]["Properties"]["Timeout"] = json!(20);
    let alarm = template.to_value()["Resources"]["HookFails"].clone();
    assert_eq!(at(&alarm, "/Properties/Dimensions/0/Value"), &json!({"Fn::GetAtt": ["Dead", "QueueName"]}));
    expected["Resources"]["HookFails"] = alarm;
    assert_eq!(template.to_value(), expected);
}

#[test]
fn it_is_found_to_be_good() {
    let found = Template::read(WRITTEN).unwrap().check();
    let errors: Vec<_> = found.iter().filter(|finding| finding.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
