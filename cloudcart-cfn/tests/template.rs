//! A template as a whole: sections, attributes, order, overrides, reading.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use cloudcart_cfn::prelude::*;
use cloudcart_cfn::{Mapping, iam, sqs};
use serde_json::{Value as Json, json};

#[test]
fn attributes_stand_beside_the_properties() {
    let template = Template::build("Two.", |stack| {
        let first = stack.add("First", sqs::Queue::new());
        let maybe = stack.condition("Maybe", Condition::equals("a", "b"));
        let attributes =
            Attributes::new().after(&first).only_if(&maybe).on_removal(DeletionPolicy::RetainExceptOnCreate);
        stack.add_with("Second", iam::Role::new(PolicyDocument::trusting("lambda.amazonaws.com")), attributes);
        stack.metadata("Tool", json!({"Version": 1}));
    });
    assert_eq!(
        template.to_value(),
        json!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": "Two.",
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
fn every_section_stands_in_the_order_in_which_people_read() {
    let template = Template::build("All.", |stack| {
        stack.output("Url", Output::new("x").described("The URL.").exported_as(sub!("${AWS::StackName}-url")));
        let queue = stack.add("Queue", sqs::Queue::new());
        let stage = stack.parameter("Stage", Parameter::one_of("The stage.", ["dev", "prod"]).or("dev"));
        stack.parameter::<Int<1, 10>>("Count", Parameter::number("How many."));
        stack.parameter("Key", Parameter::secret("A key."));
        stack.mapping("Sizes", Mapping::new().with("dev", "Memory", 128).with("prod", "Memory", 512));
        let prod = stack.condition("IsProd", Condition::equals(stage, "prod"));
        stack.metadata("Tool", "cloudcart");
        stack.section("Transform", "AWS::LanguageExtensions");
        stack.output("Queue", Output::new(queue.reference()).only_if(&prod));
    });
    let value = template.to_value();
    let sections: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        sections,
        [
            "AWSTemplateFormatVersion",
            "Description",
            "Metadata",
            "Parameters",
            "Mappings",
            "Conditions",
            "Transform",
            "Resources",
            "Outputs"
        ]
    );
    assert_eq!(
        value["Parameters"],
        json!({
            "Count": {"Type": "Number", "Description": "How many."},
            "Key": {"Type": "String", "Description": "A key.", "MinLength": 1, "NoEcho": true},
            "Stage": {"Type": "String", "Description": "The stage.", "Default": "dev", "AllowedValues": ["dev", "prod"]}
        })
    );
    assert_eq!(value["Mappings"], json!({"Sizes": {"dev": {"Memory": 128}, "prod": {"Memory": 512}}}));
    assert_eq!(
        value["Outputs"],
        json!({
            "Queue": {"Condition": "IsProd", "Value": {"Ref": "Queue"}},
            "Url": {"Description": "The URL.", "Value": "x", "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-url"}}}
        })
    );
}

#[test]
fn the_order_of_declarations_does_not_show() {
    let with = |order: [&'static str; 3]| {
        Template::build("Three queues.", |stack| {
            for id in order {
                stack.add(id, sqs::Queue::new().queue_name(id));
                stack.output(id, Output::new(id));
            }
        })
    };
    let one = with(["A", "B", "C"]);
    assert_eq!(one.to_json(), with(["C", "A", "B"]).to_json());
    assert!(one.to_json().ends_with("}\n"));
    assert_eq!(serde_json::from_str::<Json>(&one.to_json()).unwrap(), one.to_value());
    assert_eq!(serde_json::from_str::<Json>(&one.to_json_compact()).unwrap(), one.to_value());
}

#[test]
fn of_two_declarations_with_one_id_the_first_is_rendered() {
    let template = Template::build("Twice.", |stack| {
        stack.add("Queue", sqs::Queue::new().queue_name("first"));
        stack.add("Queue", sqs::Queue::new().queue_name("second"));
    });
    assert_eq!(template.to_value()["Resources"]["Queue"]["Properties"]["QueueName"], "first");
    assert!(!template.to_json_compact().contains("second"));
}

#[test]
fn an_override_sets_adds_and_removes() {
    let template = Template::build("Overrides.", |stack| {
        let attributes = Attributes::new()
            .override_property("VisibilityTimeout", 99)
            .override_property("New/Inner/0/Deep", "value")
            .override_property("Tags/0/Value", "changed")
            .override_property("Tags/1", json!({"Key": "added", "Value": "b"}))
            .override_property("QueueName", Json::Null)
            .override_property("RedrivePolicy/maxReceiveCount", Json::Null)
            .override_property("Tags/2", Json::Null);
        let queue = sqs::Queue::new().visibility_timeout(int!(1)).queue_name("gone").tags(tags([("a", "b")]));
        stack.add_with("Queue", queue, attributes);
    });
    assert_eq!(
        template.properties_of("Queue").unwrap(),
        &json!({
            "Tags": [{"Key": "a", "Value": "changed"}, {"Key": "added", "Value": "b"}],
            "VisibilityTimeout": 99,
            "New": {"Inner": [{"Deep": "value"}]}
        })
    );
}

#[test]
fn an_override_that_leads_nowhere_is_an_error() {
    let through = |path: &str| {
        let template = Template::build("Overrides.", |stack| {
            let queue = sqs::Queue::new().queue_name(pseudo::stack_name()).tags(tags([("a", "b")]));
            stack.add_with("Queue", queue, Attributes::new().override_property(path, 1));
        });
        template.report().errors().map(|finding| finding.path.clone()).collect::<Vec<_>>()
    };
    let empty = ["", "/QueueName", "Tags/", "A//B"];
    for path in
        ["QueueName/Inner", "Tags/5/Key", "Tags/first", "Tags/+0/Key", "Tags/0/Key/Inner"].into_iter().chain(empty)
    {
        assert_eq!(through(path), [format!("Resources/Queue/Properties/{path}")], "{path}");
    }
}

#[test]
fn a_template_is_read_and_renders_back() {
    let text = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Read.",
        "Transform": "AWS::LanguageExtensions",
        "Rules": {"R": {"Assertions": []}},
        "Parameters": {"P": {"Type": "String"}},
        "Resources": {
            "Queue": {
                "Type": "AWS::SQS::Queue",
                "DeletionPolicy": "Retain",
                "Properties": {"VisibilityTimeout": {"Ref": "P"}, "FifoQueue": "true"}
            },
            "Other": {"Type": "Custom::Thing", "Properties": {"ServiceToken": {"Ref": "P"}}}
        }
    });
    let template = Template::from_value(&text).unwrap();
    assert_eq!(template.to_value(), text);
    let queue: sqs::Queue<'_> = template.resource("Queue").unwrap().unwrap();
    assert_eq!(queue.fifo_queue, Some(Value::Literal(true)));
    assert_eq!(queue.visibility_timeout, Some(Value::reference("P")));
    assert!(template.resource::<sqs::Queue<'_>>("Other").is_none());
}

#[test]
fn what_is_no_template_is_refused_with_its_place() {
    let error = |value: Json| Template::from_value(&value).unwrap_err().to_string();
    assert_eq!(error(json!([])), "an object is expected, and this is a list");
    assert_eq!(error(json!({"Resource": {}})), "`Resource` is no section of a template");
    assert_eq!(error(json!({"Resources": {"Q": {}}})), "Resources/Q: `Type` is required");
    assert_eq!(
        error(json!({"Resources": {"Q": {"Type": "A::B::C", "Properties": 1}}})),
        "Resources/Q/Properties: an object is expected, and this is 1"
    );
}

#[test]
fn a_closure_that_fails_gives_its_error() {
    let template = Template::try_build("Fails.", |stack| {
        let seconds: i64 = "901".parse().map_err(|_| "not a number".to_owned())?;
        let timeout = Int::try_from(seconds * 1_000).map_err(|error| error.to_string())?;
        stack.add("Queue", sqs::Queue::new().visibility_timeout(timeout));
        Ok::<(), String>(())
    });
    assert_eq!(template.unwrap_err(), "901000 is out of range: it may be 0 to 43200");
}

#[test]
fn what_a_transform_makes_resources_of_is_kept() {
    let text = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"],
        "Globals": {"Function": {"Timeout": 3}},
        "Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://parts/more.yaml"}},
        "Resources": {
            "Queue": {"Type": "AWS::SQS::Queue"},
            "Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://parts/resources.yaml"}},
            "Included": {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://parts/one.yaml"}}},
            "Fn::ForEach::Topics": [
                "Name",
                ["News", "Trouble"],
                {"${Name}Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "Name"}}}}
            ]
        },
        "Outputs": {"News": {"Value": {"Ref": "NewsTopic"}}}
    });
    let template = Template::read(&text.to_string()).unwrap();
    assert_eq!(template.to_value(), text);
    assert_eq!(Template::read(&template.to_yaml().unwrap()).unwrap().to_value(), text);
    assert_eq!(template.resource_types(), [("Queue", "AWS::SQS::Queue")]);
    let errors: Vec<_> = template.report().errors().map(ToString::to_string).collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn a_resource_that_was_read_is_changed_and_rendered_back() {
    let mut template = Template::read(
        "Conditions: {Big: !Equals [!Ref AWS::Region, eu-west-1]}
Resources:
  Queue: {Type: AWS::SQS::Queue, Condition: Big, DeletionPolicy: Retain, Properties: {DelaySeconds: '5', Tags: []}}
",
    )
    .unwrap();
    let queue: sqs::Queue<'_> = template.resource("Queue").unwrap().unwrap();
    assert!(template.set_resource("Queue", &queue.visibility_timeout(int!(60))));
    let role = iam::Role::new(PolicyDocument::trusting("lambda.amazonaws.com"));
    assert!(!template.set_resource("Queue", &role), "it is no role");
    assert!(!template.set_resource("Other", &role), "there is none");
    let body = json!({
        "Type": "AWS::SQS::Queue",
        "Condition": "Big",
        "DeletionPolicy": "Retain",
        "Properties": {"DelaySeconds": 5, "Tags": [], "VisibilityTimeout": 60}
    });
    assert_eq!(template.to_value()["Resources"], json!({"Queue": body}));

    let template = template.extend(|stack| {
        assert!(stack.existing::<iam::Role<'_>>("Queue").is_none());
        let queue = stack.existing::<sqs::Queue<'_>>("Queue").unwrap();
        stack.output("Url", Output::new(queue.reference()));
    });
    assert_eq!(template.to_value()["Outputs"]["Url"]["Value"], json!({"Ref": "Queue"}));
    assert_eq!(template.to_value()["Resources"]["Queue"], body);
}

#[test]
fn a_section_that_does_not_come_to_be_is_an_error() {
    let template = Template::build("Sections.", |stack| {
        stack.add("Queue", sqs::Queue::new());
        stack.section("Transform", "AWS::LanguageExtensions");
        stack.section("Resources", json!({"Other": {"Type": "AWS::SQS::Queue"}}));
        stack.section("Transform", "AWS::Serverless-2016-10-31");
        stack.section("Modules", json!({}));
    });
    let errors: Vec<_> = template.report().errors().map(|finding| finding.path.clone()).collect();
    assert_eq!(errors, ["Resources", "Transform", "Modules"]);
    assert_eq!(template.to_json_compact().matches("\"Resources\"").count(), 1);
    assert_eq!(template.to_value()["Resources"], json!({"Queue": {"Type": "AWS::SQS::Queue"}}));
}

#[test]
fn a_word_beside_the_properties_that_cloudformation_does_not_know_is_an_error() {
    let errors = |text: &str| -> Vec<String> {
        let template = Template::read(text).unwrap();
        template.report().errors().map(|finding| finding.path.clone()).collect()
    };
    let resource =
        "Resources: {Queue: {Type: AWS::SQS::Queue, Propertiez: {}, DeletionPolicy: Retain, Fn::Transform: {}}}";
    assert_eq!(errors(resource), ["Resources/Queue/Propertiez"]);
    assert_eq!(errors(&format!("Transform: AWS::LanguageExtensions\n{resource}")), ["Resources/Queue/Propertiez"]);
    assert_eq!(errors(&format!("Transform: My::Macro\n{resource}")), Vec::<String>::new());
}

#[test]
fn templates_of_other_tools_are_read_and_render_back() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/templates");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let mut written = cloudcart_cfn::read::parse(&text).unwrap();
        let mut rendered =
            Template::read(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())).to_value();
        // What is empty says nothing, and the version is one that everybody has.
        for template in [&mut written, &mut rendered] {
            let sections = template.as_object_mut().unwrap();
            sections.insert("AWSTemplateFormatVersion".to_owned(), json!("2010-09-09"));
            for (_, resource) in sections["Resources"].as_object_mut().unwrap() {
                if resource.get("Properties") == Some(&json!({})) {
                    resource.as_object_mut().unwrap().remove("Properties");
                }
            }
        }
        assert_eq!(rendered, written, "{}", path.display());
        count += 1;
    }
    assert!(count > 3, "{count}");
}
