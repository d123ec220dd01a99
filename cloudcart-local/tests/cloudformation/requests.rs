//! Requests and templates that are refused, and how answers are written.

use crate::world::{World, parameter, refusal, template, thing};
use aws_sdk_cloudformation::types::{Capability, ChangeSetType};
use cloudcart_local::api::{ApiRequest, Caller, Need, Service};
use serde_json::{Value, json};

#[tokio::test]
async fn templates_are_refused_before_anything_is_made() {
    let world = World::new().await;
    for (body, words) in [
        (
            template(json!({"A": {"Type": "AWS::EC2::Instance"}, "B": {"Type": "AWS::Nope::X"}})),
            "Template format error: Unrecognized resource types: [AWS::EC2::Instance, AWS::Nope::X]",
        ),
        (template(json!({"A": thing(json!({"Sise": 1}))})), "Encountered unsupported property Sise (resource A"),
        (
            template(json!({"A": thing(json!({"Link": {"Ref": "Nope"}}))})),
            "Template format error: Unresolved resource dependencies [Nope] in the Resources block of the template",
        ),
        (
            template(json!({"A": {"Type": "AWS::Test::Thing", "DependsOn": "Nope"}})),
            "Unresolved resource dependencies [Nope] in the Resources block",
        ),
        (
            json!({"Resources": {"A": thing(json!({}))}, "Outputs": {"O": {"Value": {"Fn::Sub": "${Nope.Arn}"}}}}),
            "Unresolved resource dependencies [Nope] in the Outputs block",
        ),
        (
            template(json!({"A": thing(json!({"Link": {"Ref": "B"}})), "B": thing(json!({"Link": {"Ref": "A"}}))})),
            "Circular dependency between resources: [A, B]",
        ),
        (template(json!({"A": thing(json!({"Link": {"Fn::If": ["Nope", 1, 2]}}))})), "condition dependency Nope"),
        (
            json!({"Conditions": {"C": {"Fn::Equals": [{"Ref": "A"}, 1]}}, "Resources": {"A": thing(json!({}))}}),
            "Unresolved dependencies [A]. Cannot reference resources in the Conditions block",
        ),
        (
            json!({"Conditions": {"C": {"Condition": "D"}, "D": {"Condition": "C"}}, "Resources": {"A": thing(json!({}))}}),
            "circular condition dependency",
        ),
        (
            json!({"Parameters": {"P": {"Type": "String"}}, "Resources": {"A": thing(json!({}))}}),
            "Parameters: [P] must have values",
        ),
        (
            json!({"Conditions": {"Off": {"Fn::Equals": [1, 2]}},
                   "Resources": {"A": thing(json!({"Link": {"Ref": "B"}})), "B": {"Type": "AWS::Test::Thing", "Condition": "Off"}}}),
            "Unresolved resource dependencies [B]",
        ),
        (json!({"Resources": {}}), "At least one Resources member must be defined"),
        (
            json!({"Rules": {"R": {"Assertions": [{"Assert": {"Fn::Equals": [{"Ref": "A"}, 1]}}]}},
                   "Resources": {"A": thing(json!({}))}}),
            "Unresolved dependencies [A]. Cannot reference resources in the Rules block",
        ),
        (
            json!({"Rules": {"R": {"Assertions": [
                       {"Assert": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}, "AssertDescription": "only there"}]}},
                   "Resources": {"A": thing(json!({}))}}),
            "rule R does not hold: only there",
        ),
        (
            json!({"Parameters": {"P": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/shop/price"}},
                   "Resources": {"A": thing(json!({}))}}),
            "Unable to fetch parameters [/shop/price] from parameter store for this account.",
        ),
        (
            template(json!({"A": thing(json!({"Link": {"Fn::Sub": "{{resolve:ssm:/${AWS::StackName}}}"}}))})),
            "does not offer dynamic references, which Link of resource A has",
        ),
        (
            json!({"Parameters": {"P": {"Type": "String", "Default": "{{resolve:secretsmanager:s}}"}},
                   "Resources": {"A": thing(json!({}))}}),
            "does not offer dynamic references, which the value of parameter P has",
        ),
        (
            json!({"Transform": "AWS::Serverless-2016-10-31", "Resources": {"A": thing(json!({}))}}),
            "hint: transform it first, with the Python package aws-sam-translator",
        ),
        (json!({"Hooks": {}, "Resources": {"A": thing(json!({}))}}), "does not offer the template section Hooks"),
        (
            template(json!({"A": thing(json!({})), "N": {"Type": "AWS::CloudFormation::Stack"}})),
            "Unrecognized resource types: [AWS::CloudFormation::Stack]",
        ),
        (
            template(json!({"A": thing(json!({"Link": {"Fn::Cidr": ["10.0.0.0/16", 2, 8]}}))})),
            "does not offer the function Fn::Cidr",
        ),
    ] {
        let create = world.client.create_change_set().stack_name("shop").change_set_name("cs");
        let create = create.change_set_type(ChangeSetType::Create).template_body(body.to_string());
        let (code, message) = refusal(create.send().await.unwrap_err());
        assert_eq!(code, "ValidationError");
        assert!(message.contains(words), "{message}");
        assert!(world.client.describe_stacks().stack_name("shop").send().await.is_err(), "no stack was begun");
    }
}

#[tokio::test]
async fn iam_resources_need_their_capability() {
    let world = World::new().await;
    let body =
        |properties: Value| template(json!({"R": {"Type": "AWS::IAM::Role", "Properties": properties}})).to_string();
    let create = || world.client.create_stack().stack_name("shop");
    let (code, message) = refusal(create().template_body(body(json!({}))).send().await.unwrap_err());
    assert_eq!(code, "InsufficientCapabilitiesException");
    assert_eq!(message, "Requires capabilities : [CAPABILITY_IAM]");
    let named = body(json!({"RoleName": "x"}));
    let (_, message) =
        refusal(create().template_body(&named).capabilities(Capability::CapabilityIam).send().await.unwrap_err());
    assert_eq!(message, "Requires capabilities : [CAPABILITY_NAMED_IAM]");
    create().template_body(&named).capabilities(Capability::CapabilityNamedIam).send().await.unwrap();
    assert_eq!(world.settled("shop").await, "CREATE_COMPLETE");
}

#[tokio::test]
async fn stacks_that_are_not_there_are_told_in_awss_words() {
    let world = World::new().await;
    let client = &world.client;
    let (code, message) = refusal(client.describe_stacks().stack_name("x").send().await.unwrap_err());
    assert_eq!((code.as_str(), message.as_str()), ("ValidationError", "Stack with id x does not exist"));
    let update = client.create_change_set().stack_name("x").change_set_name("cs").template_body("{}").send().await;
    assert_eq!(refusal(update.unwrap_err()).1, "Stack [x] does not exist");
    let id = "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/x/1";
    let missing = client.describe_change_set().change_set_name(id).send().await.unwrap_err();
    assert!(missing.as_service_error().unwrap().is_change_set_not_found_exception());
    client.delete_stack().stack_name("x").send().await.unwrap();
    let (_, message) = refusal(client.create_stack().stack_name("1x").template_body("{}").send().await.unwrap_err());
    assert!(message.contains("'stackName' failed to satisfy constraint"), "{message}");
    let drift = refusal(client.detect_stack_drift().stack_name("x").send().await.unwrap_err());
    assert_eq!(drift.0, "ValidationError");
    assert!(drift.1.contains("does not exist"), "{}", drift.1);
    let cost = refusal(client.estimate_template_cost().template_body("{}").send().await.unwrap_err());
    assert_eq!(cost.0, "NotImplemented");
    assert!(cost.1.contains("EstimateTemplateCost"), "{}", cost.1);
}

#[tokio::test]
async fn a_stack_that_waits_for_its_first_change_set_has_an_empty_template() {
    let world = World::new().await;
    let body = template(json!({"A": thing(json!({}))}));
    assert_eq!(world.change_set("shop", ChangeSetType::Create, &body).await, None);
    let kept = world.client.get_template().stack_name("shop").send().await.unwrap();
    assert_eq!(kept.template_body().unwrap_or_default(), "");
    world.execute("shop").await;
    assert_eq!(world.settled("shop").await, "CREATE_COMPLETE");
    let kept = world.client.get_template().stack_name("shop").send().await.unwrap();
    assert_eq!(kept.template_body(), Some(body.to_string().as_str()));
}

#[tokio::test]
async fn every_character_survives_the_wire() {
    let world = World::new().await;
    let text = "<a href=\"x\">&amp; 'q' \u{e9}\u{1F600}\r\n\ttab </Value>]]>";
    let body = json!({
        "Description": text,
        "Parameters": {"P": {"Type": "String"}},
        "Resources": {"A": thing(json!({"Link": {"Ref": "P"}}))},
        "Outputs": {"O": {"Value": {"Ref": "P"}}},
    });
    let create = world.client.create_stack().stack_name("shop").template_body(body.to_string());
    create.parameters(parameter("P", text)).send().await.unwrap();
    assert_eq!(world.settled("shop").await, "CREATE_COMPLETE");
    assert_eq!(world.shared.thing("A").properties["Link"], text);
    let stack = world.stack("shop").await;
    assert_eq!(stack.description(), Some(text));
    assert_eq!(stack.parameters()[0].parameter_value(), Some(text));
    assert_eq!(stack.outputs()[0].output_value(), Some(text));
    let kept = world.client.get_template().stack_name("shop").send().await.unwrap();
    assert_eq!(kept.template_body(), Some(body.to_string().as_str()));
}

#[tokio::test]
async fn a_template_may_be_an_object_in_this_clouds_s3() {
    let world = World::new().await;
    world.put_object(
        "assets/t/shop.yaml",
        "Resources:\n  A:\n    Type: AWS::Test::Thing\n    Properties:\n      Link: !Sub '${AWS::StackName}!'\n",
    );
    let create = |url: String| world.client.create_stack().stack_name("shop").template_url(url);
    let missing = create(format!("{}/assets/nope", world.endpoint)).send().await.unwrap_err();
    assert!(refusal(missing).1.starts_with("S3 error: The specified key does not exist."));
    let foreign = create("https://example.org/assets/t/shop.yaml".into()).send().await.unwrap_err();
    assert!(refusal(foreign).1.contains("is not a valid S3 domain"));
    create(format!("{}/assets/t/shop.yaml", world.endpoint)).send().await.unwrap();
    assert_eq!(world.settled("shop").await, "CREATE_COMPLETE");
    assert_eq!(world.shared.thing("A").properties["Link"], "shop!");
}

#[tokio::test]
async fn long_histories_come_in_pages() {
    let world = World::new().await;
    let resources: serde_json::Map<String, Value> =
        (0..40).map(|number| (format!("R{number}"), thing(json!({})))).collect();
    assert_eq!(world.create(&template(Value::Object(resources))).await, "CREATE_COMPLETE");
    let first = world.client.describe_stack_events().stack_name("shop").send().await.unwrap();
    assert_eq!(first.stack_events().len(), 100);
    assert_eq!(first.stack_events()[0].logical_resource_id(), Some("shop"), "newest first");
    assert!(first.next_token().is_some());
    assert_eq!(world.events("shop").await.len(), 122);
}

#[tokio::test]
async fn validation_and_summary_tell_what_a_template_wants() {
    let world = World::new().await;
    let body = json!({
        "Description": "d",
        "Parameters": {"P": {"Type": "String", "Default": "x", "NoEcho": true, "AllowedValues": ["x", "y"]}},
        "Resources": {"R": {"Type": "AWS::IAM::Role"}, "T": thing(json!({}))},
    })
    .to_string();
    let valid = world.client.validate_template().template_body(&body).send().await.unwrap();
    assert_eq!(valid.description(), Some("d"));
    assert_eq!(valid.parameters()[0].default_value(), Some("x"));
    assert_eq!(valid.capabilities(), [Capability::CapabilityIam]);
    let summary = world.client.get_template_summary().template_body(&body).send().await.unwrap();
    assert_eq!(summary.resource_types(), ["AWS::IAM::Role", "AWS::Test::Thing"]);
    let constraints = summary.parameters()[0].parameter_constraints().unwrap();
    assert_eq!(constraints.allowed_values(), ["x", "y"]);
    let bad = world.client.validate_template().template_body("{\"Resources\": 1}").send().await.unwrap_err();
    assert_eq!(refusal(bad).0, "ValidationError");
}

#[tokio::test]
async fn what_does_nothing_here_is_in_the_fidelity_report() {
    let world = World::new().await;
    let body = template(json!({
        "A": {"Type": "AWS::Test::Thing", "Properties": {"Tracing": true, "Size": 1}, "UpdatePolicy": {}},
    }));
    world.create(&body).await;
    let report = serde_json::to_value(world.service().fidelity()).unwrap();
    assert_eq!(report.as_array().unwrap().len(), 2, "{report}");
    assert_eq!(report[0]["property"], "Tracing");
    assert_eq!(report[0]["reason"], "there is nothing to trace to");
    assert_eq!((&report[0]["stack"], &report[0]["logical_id"]), (&json!("shop"), &json!("A")));
    assert_eq!(report[1]["property"], "UpdatePolicy");
    world.delete().await;
    assert!(world.service().fidelity().is_empty());
}

#[tokio::test]
async fn members_of_a_property_that_do_nothing_are_in_the_report_wherever_they_stand() {
    let world = World::new().await;
    let mut body = template(json!({
        "InAList": thing(json!({"Link": [{"Other": 1}, {"Trace": 1}]})),
        "InABranch": thing(json!({"Link": {"Fn::If": ["On", {"Ref": "AWS::NoValue"}, {"Trace": 1}]}})),
        "InAMap": thing(json!({"Link": {"By": {"any": {"Depth": 1}, "other": {}}}})),
        "Nowhere": thing(json!({"Link": {"By": {"Depth": {}}, "Within": {"Trace": 1}}, "Size": {"Trace": 1}})),
    }));
    body["Conditions"] = json!({"On": {"Fn::Equals": ["a", "a"]}});
    assert_eq!(world.create(&body).await, "CREATE_COMPLETE");
    let told: Vec<String> =
        world.service().fidelity().iter().map(|one| format!("{} {}", one.logical_id, one.property)).collect();
    assert_eq!(told, ["InABranch Link.Trace", "InAList Link.Trace", "InAMap Link.By.*.Depth"]);
}

#[tokio::test]
async fn options_and_tags_of_a_stack_that_do_nothing_are_in_the_report() {
    let world = World::new().await;
    let body = template(json!({"A": thing(json!({"Size": 1}))}));
    let create = world.client.create_stack().stack_name("shop").template_body(body.to_string());
    let tag = aws_sdk_cloudformation::types::Tag::builder().key("a").value("b").build();
    let role = "arn:aws:iam::123456789012:role/r";
    create.role_arn(role).timeout_in_minutes(5).tags(tag).send().await.unwrap();
    world.settled("shop").await;
    let told = || -> Vec<String> {
        world.service().fidelity().iter().map(|one| format!("{} {}", one.resource_type, one.property)).collect()
    };
    let kind = "AWS::CloudFormation::Stack";
    let expected = ["Tags", "RoleARN", "TimeoutInMinutes"].map(|option| format!("{kind} {option}"));
    assert_eq!(told(), expected);
    // They stay the stack's own.
    world.update(&template(json!({"A": thing(json!({"Size": 2}))}))).await;
    assert_eq!(told(), expected);
}

#[tokio::test]
async fn a_request_needs_its_own_action_on_its_own_stack() {
    let world = World::new().await;
    world.create(&template(json!({"A": thing(json!({}))}))).await;
    let id = world.stack("shop").await.stack_id.unwrap();
    let needs = |operation: &str, body: String| {
        let request = ApiRequest {
            method: http::Method::POST,
            path: "/".into(),
            query: String::new(),
            headers: http::HeaderMap::new(),
            body: body.into(),
            caller: Caller::Root,
            request_id: "r".into(),
            operation: operation.into(),
        };
        world.service().needs(&request).unwrap()
    };
    let on = |action: &str, resource: &str| vec![Need::new(action, resource)];
    assert_eq!(needs("DescribeStacks", "StackName=shop".into()), on("cloudformation:DescribeStacks", &id));
    assert_eq!(needs("ListStacks", String::new()), on("cloudformation:ListStacks", "*"));
    let other = "arn:aws:cloudformation:eu-west-1:123456789012:stack/other/*";
    assert_eq!(needs("DeleteStack", "StackName=other".into()), on("cloudformation:DeleteStack", other));
    assert_eq!(needs("DetectStackDrift", "StackName=shop".into()), on("cloudformation:DetectStackDrift", &id));
    assert!(needs("EstimateTemplateCost", "TemplateBody={}".into()).is_empty());
    let url = format!("StackName=other&TemplateURL={}/b/k", world.endpoint);
    assert_eq!(needs("CreateStack", url)[1], Need::new("s3:GetObject", "arn:aws:s3:::b/k"));
}
