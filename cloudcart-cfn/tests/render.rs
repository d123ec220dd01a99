//! What a template looks like as text.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use cloudcart_cfn::policy::dynamodb::Action;
use cloudcart_cfn::prelude::*;
use cloudcart_cfn::resources::dynamodb::{GlobalSecondaryIndex, KeySchema, Projection, Table};
use cloudcart_cfn::resources::iam::Role;
use cloudcart_cfn::resources::sqs::Queue;
use cloudcart_cfn::{Intrinsic, Raw};
use proptest::prelude::{Strategy, any, prop};
use serde_json::{Value as Json, json};

fn json_of(value: &impl serde::Serialize) -> Json {
    serde_json::to_value(value).unwrap()
}

#[test]
fn every_function_has_its_exact_shape() {
    let mut template = Template::default();
    let prod = template.condition("IsProd", Condition::equals(pseudo::region(), "eu-west-1"));
    for (value, expected) in [
        (Value::<String>::from("text"), json!("text")),
        (Value::reference("A"), json!({"Ref": "A"})),
        (Value::attribute("A", "B.C"), json!({"Fn::GetAtt": ["A", "B.C"]})),
        (sub("${A}"), json!({"Fn::Sub": "${A}"})),
        (sub_with("${a}", [("a", "b")]), json!({"Fn::Sub": ["${a}", {"a": "b"}]})),
        (join("-", ["a", "b"]), json!({"Fn::Join": ["-", ["a", "b"]]})),
        (
            Value::when(&prod, "a", Value::<String>::absent()),
            json!({"Fn::If": ["IsProd", "a", {"Ref": "AWS::NoValue"}]}),
        ),
        (
            Value::intrinsic(Intrinsic::Select { index: 1, from: list(["a", "b"]) }),
            json!({"Fn::Select": [1, ["a", "b"]]}),
        ),
        (
            Value::intrinsic(Intrinsic::Split { delimiter: ",".to_owned(), source: "a,b".into() }),
            json!({"Fn::Split": [",", "a,b"]}),
        ),
        (Value::intrinsic(Intrinsic::ImportValue("x".into())), json!({"Fn::ImportValue": "x"})),
        (Value::intrinsic(Intrinsic::Base64("x".into())), json!({"Fn::Base64": "x"})),
    ] {
        assert_eq!(json_of(&value), expected);
    }
    let both = Condition::And(vec![Condition::Named(prod.clone()), Condition::Not(Box::new(Condition::Named(prod)))]);
    assert_eq!(json_of(&both), json!({"Fn::And": [{"Condition": "IsProd"}, {"Fn::Not": [{"Condition": "IsProd"}]}]}));
}

#[test]
fn grants_name_exact_actions_and_index_arns() {
    let mut template = Template::default();
    let index = |name: &str| GlobalSecondaryIndex {
        index_name: name.into(),
        key_schema: list([KeySchema::hash("a")]),
        projection: Projection::default().into(),
        provisioned_throughput: None,
    };
    let table = template.add(
        "Things",
        Table {
            global_secondary_indexes: Some(list([index("by_a"), index("by_b")])),
            ..Table::new(list([KeySchema::hash("id")]))
        },
    );
    let queue = template.add("Jobs", Queue::default());
    assert_eq!(
        json_of(&table.read()),
        json!({
            "Effect": "Allow",
            "Action": [
                "dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"
            ],
            "Resource": [
                {"Fn::GetAtt": ["Things", "Arn"]},
                {"Fn::Sub": "${Things.Arn}/index/by_a"},
                {"Fn::Sub": "${Things.Arn}/index/by_b"}
            ]
        })
    );
    assert_eq!(
        json_of(&table.allow([Action::GetItem]).named("One").when("StringEquals", "dynamodb:LeadingKeys", ["k"])),
        json!({
            "Sid": "One",
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem"],
            "Resource": [{"Fn::GetAtt": ["Things", "Arn"]}],
            "Condition": {"StringEquals": {"dynamodb:LeadingKeys": ["k"]}}
        })
    );
    assert_eq!(
        json_of(&queue.send()),
        json!({"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": [{"Fn::GetAtt": ["Jobs", "Arn"]}]})
    );
}

#[test]
fn attributes_stand_beside_the_properties() {
    let mut template = Template::default();
    let first = template.add("First", Queue::default());
    let maybe = template.condition("Maybe", Condition::equals("a", "b"));
    let attributes =
        Attributes::default().after(&first).only_if(&maybe).on_removal(DeletionPolicy::RetainExceptOnCreate);
    template.add_with("Second", Role::new(PolicyDocument::trusting("lambda.amazonaws.com")), attributes);
    template.metadata("Tool", json!({"Version": 1}));
    assert_eq!(
        template.to_value(),
        json!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "Metadata": {"Tool": {"Version": 1}},
            "Conditions": {"Maybe": {"Fn::Equals": ["a", "b"]}},
            "Resources": {
                "First": {"Type": "AWS::SQS::Queue"},
                "Second": {
                    "Type": "AWS::IAM::Role",
                    "Condition": "Maybe",
                    "DependsOn": ["First"],
                    "DeletionPolicy": "RetainExceptOnCreate",
                    "UpdateReplacePolicy": "Retain",
                    "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{
                        "Effect": "Allow",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                        "Action": ["sts:AssumeRole"]
                    }]}}
                }
            }
        })
    );
}

#[test]
fn the_order_of_declarations_does_not_show() {
    let queue = |seconds: u32| Queue { visibility_timeout: Some(seconds.into()), ..Queue::default() };
    let mut one = Template::new("Two queues.");
    one.add("A", queue(1));
    one.add("B", queue(2));
    let mut other = Template::new("Two queues.");
    other.add("B", queue(2));
    other.add("A", queue(1));
    assert_eq!(one.to_json(), other.to_json());
    assert!(one.to_json().ends_with("}\n"));
    assert_eq!(serde_json::from_str::<Json>(&one.to_json()).unwrap(), one.to_value());
    assert_eq!(serde_json::from_str::<Json>(&one.to_json_compact()).unwrap(), one.to_value());
}

fn with_properties(properties: Json) -> Template {
    let mut template = Template::new("A raw resource.");
    template.add_raw("Raw", Raw { type_name: "Custom::Any".to_owned(), properties }, Attributes::default());
    template
}

fn yaml_reads_back(properties: Json) {
    let template = with_properties(properties);
    let yaml = template.to_yaml().unwrap();
    let read: Json = serde_yaml::from_str(&yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"));
    assert_eq!(read, template.to_value(), "{yaml}");
}

#[test]
fn yaml_quotes_what_yaml_1_1_would_misread() {
    // Dates, booleans, nulls and numbers (also to base 60, 8 and 16) of YAML 1.1. A 1.2 reader would not show the harm.
    let other_types = [
        "2010-09-09",
        "2012-10-17",
        "yes",
        "no",
        "on",
        "off",
        "y",
        "n",
        "Yes",
        "NO",
        "true",
        "null",
        "~",
        "",
        "12:34",
        "12:34:56",
        "1_000",
        "0777",
        "0x1F",
        "0b1",
        "1e3",
        "1.10",
        "012345678901",
        "123456789012",
        ".inf",
        ".nan",
        "<<",
        "=",
    ];
    for text in other_types {
        let yaml = with_properties(json!({ "A": text })).to_yaml().unwrap();
        let line = yaml.lines().find(|line| line.trim_start().starts_with("A:")).unwrap();
        assert!(line.ends_with('"') || line.ends_with('\''), "{line}");
    }
    let strings = [
        "80:80",
        "*",
        "&a",
        "!x",
        "%",
        "@",
        "`",
        "- a",
        "a: b",
        "a #b",
        " lead",
        "trail ",
        "tab\t",
        "line\nline",
        "line\n",
        "\n",
        "\r\n",
        "'",
        "\"",
        "\\",
        "{a}",
        "[a]",
        "?",
        "|",
        ">",
        "---",
        "...",
        "\u{feff}x",
        "\u{85}",
        "\u{2028}",
        "emoji 🛒",
        "${AWS::Region}",
        "$default",
    ];
    for text in other_types.into_iter().chain(strings) {
        yaml_reads_back(json!({ "A": text, text: "as a key", "list": [text, [text]] }));
    }
    let long = "word ".repeat(100);
    assert!(
        with_properties(json!({ "A": long })).to_yaml().unwrap().lines().any(|line| line.contains(long.trim_end()))
    );
    yaml_reads_back(
        json!({"A": 1, "B": true, "C": [], "D": {}, "E": 1.5, "F": -3, "G": [[], {}], "H": [{"a": 1, "b": 2}]}),
    );
}

proptest::proptest! {
    #[test]
    fn any_text_reads_back_from_yaml(texts in prop::collection::vec(any::<String>(), 1..4)) {
        yaml_reads_back(json!({ "A": texts, texts[0].as_str(): texts[0] }));
    }

    #[test]
    fn any_shape_reads_back_from_yaml(shape in shapes()) {
        yaml_reads_back(json!({ "A": shape }));
    }
}

fn shapes() -> impl Strategy<Value = Json> {
    let leaf = proptest::prop_oneof![
        any::<bool>().prop_map(Json::from),
        any::<i32>().prop_map(Json::from),
        "[a-z0-9:.#' -]{0,12}".prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        proptest::prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map("[A-Za-z0-9:]{1,8}", inner, 0..4)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}
