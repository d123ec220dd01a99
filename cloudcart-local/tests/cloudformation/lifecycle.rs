//! A stack's life when nothing goes wrong.

use crate::world::{Act, World, parameter, refusal, template, thing};
use aws_sdk_cloudformation::{
    client::Waiters,
    types::{ChangeSetType, Parameter, ResourceStatus, Tag},
};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio::sync::Barrier;

const LONG: Duration = Duration::from_mins(1);

#[tokio::test]
async fn a_stack_is_made_through_a_change_set_in_dependency_order() {
    let world = World::new().await;
    let client = &world.client;
    let body = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "A <shop> & more",
        "Parameters": {"Size": {"Type": "Number", "Default": 3}},
        "Resources": {
            "A": thing(json!({"Link": {"Fn::GetAtt": ["B", "Arn"]}, "Size": {"Ref": "Size"}})),
            "B": thing(json!({"Link": {"Fn::Sub": "${C}-${AWS::StackName}"}})),
            "C": {"Type": "AWS::Test::Other", "DependsOn": "D"},
            "D": thing(json!({})),
        },
        "Outputs": {"Url": {"Value": {"Fn::Sub": "http://${A.Arn}/"}, "Description": "where", "Export": {"Name": "shop-url"}}},
    });
    let made = client
        .create_change_set()
        .stack_name("shop")
        .change_set_name("first")
        .change_set_type(ChangeSetType::Create)
        .template_body(body.to_string())
        .tags(Tag::builder().key("stage").value("local").build())
        .send()
        .await
        .unwrap();
    assert_eq!(world.stack("shop").await.stack_status.unwrap().as_str(), "REVIEW_IN_PROGRESS");
    let ready = client.wait_until_change_set_create_complete().stack_name("shop").change_set_name("first").wait(LONG);
    ready.await.unwrap();
    let described = client.describe_change_set().change_set_name(made.id.as_ref().unwrap()).send().await.unwrap();
    assert_eq!(described.execution_status.unwrap().as_str(), "AVAILABLE");
    let added: Vec<&str> = described
        .changes
        .as_ref()
        .unwrap()
        .iter()
        .map(|change| {
            let change = change.resource_change().unwrap();
            assert_eq!(change.action().unwrap().as_str(), "Add");
            change.logical_resource_id().unwrap()
        })
        .collect();
    assert_eq!(added, ["A", "B", "C", "D"]);

    client
        .execute_change_set()
        .stack_name("shop")
        .change_set_name("first")
        .client_request_token("token-1")
        .send()
        .await
        .unwrap();
    client.wait_until_stack_create_complete().stack_name("shop").wait(LONG).await.unwrap();
    assert_eq!(world.shared.calls(), ["create D", "create C", "create B", "create A"]);
    assert_eq!(world.shared.thing("A").properties["Size"], "3");
    let b = world.shared.thing("B");
    assert_eq!(b.properties["Link"], "id-C-2-shop");
    assert!(b.generated_name.starts_with("shop-B-"), "{}", b.generated_name);
    assert_eq!(b.generated_name.len(), "shop-B-".len() + 12);

    let stack = world.stack("shop").await;
    assert_eq!(stack.description(), Some("A <shop> & more"));
    let output = &stack.outputs()[0];
    assert_eq!(output.output_value(), Some("http://arn:test:id-A-4/"));
    assert_eq!((output.description(), output.export_name()), (Some("where"), Some("shop-url")));
    assert_eq!(stack.parameters()[0].parameter_value(), Some("3"));
    assert_eq!(stack.tags()[0].value(), Some("local"));
    assert_eq!(stack.change_set_id(), made.id());

    assert_eq!(
        world.history("shop").await,
        [
            "shop REVIEW_IN_PROGRESS",
            "shop CREATE_IN_PROGRESS",
            "D CREATE_IN_PROGRESS",
            "D CREATE_IN_PROGRESS",
            "D CREATE_COMPLETE",
            "C CREATE_IN_PROGRESS",
            "C CREATE_IN_PROGRESS",
            "C CREATE_COMPLETE",
            "B CREATE_IN_PROGRESS",
            "B CREATE_IN_PROGRESS",
            "B CREATE_COMPLETE",
            "A CREATE_IN_PROGRESS",
            "A CREATE_IN_PROGRESS",
            "A CREATE_COMPLETE",
            "shop CREATE_COMPLETE",
        ]
    );
    let events = world.events("shop").await;
    assert_eq!(events[2].physical_resource_id(), Some(""));
    assert_eq!(events[3].resource_status_reason(), Some("Resource creation Initiated"));
    assert_eq!(events[3].physical_resource_id(), Some("id-D-1"));
    assert_eq!(events[11].resource_properties(), Some(r#"{"Link":"arn:test:id-B-3","Size":"3"}"#));
    assert!(events[1..].iter().all(|event| event.client_request_token() == Some("token-1")));
    let mut ids: Vec<&str> = events.iter().map(|event| event.event_id().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), events.len(), "event ids are unique");

    let resources = client.describe_stack_resources().stack_name("shop").send().await.unwrap();
    assert_eq!(resources.stack_resources().len(), 4);
    assert_eq!(resources.stack_resources()[0].physical_resource_id(), Some("id-A-4"));
    let listed = client.list_stack_resources().stack_name("shop").send().await.unwrap();
    assert_eq!(listed.stack_resource_summaries().len(), 4);
    let one = client.describe_stack_resource().stack_name("shop").logical_resource_id("B").send().await.unwrap();
    let one = one.stack_resource_detail.unwrap();
    assert_eq!(one.resource_status(), Some(&ResourceStatus::CreateComplete));
    let kept = client.get_template().stack_name("shop").send().await.unwrap();
    assert_eq!(kept.template_body(), Some(body.to_string().as_str()));
    let executed = client.describe_change_set().change_set_name(made.id.unwrap()).send().await.unwrap();
    assert_eq!(executed.execution_status.unwrap().as_str(), "EXECUTE_COMPLETE");
}

#[tokio::test]
async fn independent_resources_are_made_at_the_same_time() {
    let world = World::new().await;
    let meeting = Arc::new(Barrier::new(2));
    world.shared.script("create A", Act::Meet(meeting.clone()));
    world.shared.script("create B", Act::Meet(meeting));
    assert_eq!(world.create(&template(json!({"A": thing(json!({})), "B": thing(json!({}))}))).await, "CREATE_COMPLETE");
}

#[tokio::test]
async fn an_update_changes_replaces_adds_and_removes_only_what_differs() {
    let world = World::new().await;
    let before = template(json!({
        "Same": thing(json!({"Size": 1})),
        "Grown": thing(json!({"Size": 1})),
        "Renamed": thing(json!({"Name": "one"})),
        "Follows": thing(json!({"Link": {"Ref": "Renamed"}})),
        "Gone": thing(json!({"Link": {"Ref": "Same"}})),
    }));
    assert_eq!(world.create(&before).await, "CREATE_COMPLETE");
    world.shared.calls();
    let seen = world.events("shop").await.len();
    let first_name = world.shared.thing("Renamed").generated_name;
    let after = template(json!({
        "Same": thing(json!({"Size": 1})),
        "Grown": thing(json!({"Size": 2})),
        "Renamed": thing(json!({"Name": "two"})),
        "Follows": thing(json!({"Link": {"Ref": "Renamed"}})),
        "New": thing(json!({"Link": {"Fn::GetAtt": "Follows.Arn"}})),
    }));
    assert_eq!(world.update(&after).await, "UPDATE_COMPLETE");
    let calls = world.shared.calls();
    assert_eq!(calls.iter().filter(|call| call.contains("Same")).count(), 0, "{calls:?}");
    for call in ["update Grown", "create Renamed", "update Follows", "create New", "delete Renamed", "delete Gone"] {
        assert_eq!(calls.iter().filter(|one| *one == call).count(), 1, "{call}: {calls:?}");
    }
    assert_eq!(world.shared.alive(), ["Follows", "Grown", "New", "Renamed", "Same"]);
    assert_eq!(world.shared.thing("Grown").properties["Size"], 2);
    assert_ne!(world.shared.thing("Renamed").generated_name, first_name, "a replacement has a name of its own");
    let resources = world.client.describe_stack_resources().stack_name("shop").send().await.unwrap();
    let renamed = resources.stack_resources().iter().find(|one| one.logical_resource_id() == Some("Renamed")).unwrap();
    assert_eq!(world.shared.thing("Follows").properties["Link"], renamed.physical_resource_id().unwrap());

    let history = world.history("shop").await.split_off(seen);
    assert!(!history.iter().any(|line| line.starts_with("Same")), "{history:?}");
    let at = |line: &str| history.iter().position(|one| one == line).unwrap_or_else(|| panic!("{line}: {history:?}"));
    assert!(at("Renamed UPDATE_COMPLETE") < at("Follows UPDATE_IN_PROGRESS"));
    assert!(at("New CREATE_COMPLETE") < at("shop UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"));
    assert!(at("shop UPDATE_COMPLETE_CLEANUP_IN_PROGRESS") < at("Renamed DELETE_IN_PROGRESS"));
    assert!(at("Gone DELETE_COMPLETE") < at("shop UPDATE_COMPLETE"));
}

#[tokio::test]
async fn outputs_alone_can_change() {
    let world = World::new().await;
    let mut body = template(json!({"A": thing(json!({}))}));
    world.create(&body).await;
    world.shared.calls();
    body["Outputs"] = json!({"Name": {"Value": {"Ref": "A"}}});
    assert_eq!(world.update(&body).await, "UPDATE_COMPLETE");
    assert_eq!(world.stack("shop").await.outputs()[0].output_value(), Some("id-A-1"));
    assert!(world.shared.calls().is_empty());
}

#[tokio::test]
async fn a_condition_adds_and_removes_resources() {
    let world = World::new().await;
    let body = json!({
        "Parameters": {"Big": {"Type": "String", "AllowedValues": ["yes", "no"]}},
        "Conditions": {"IsBig": {"Fn::Equals": [{"Ref": "Big"}, "yes"]}},
        "Resources": {
            "A": thing(json!({"Link": {"Fn::If": ["IsBig", {"Ref": "B"}, {"Ref": "AWS::NoValue"}]}})),
            "B": {"Type": "AWS::Test::Thing", "Condition": "IsBig"},
        },
        "Outputs": {"B": {"Condition": "IsBig", "Value": {"Ref": "B"}}},
    });
    let client = &world.client;
    let create = client.create_stack().stack_name("shop").template_body(body.to_string());
    create.parameters(parameter("Big", "no")).send().await.unwrap();
    assert_eq!(world.settled("shop").await, "CREATE_COMPLETE");
    assert_eq!(world.shared.alive(), ["A"]);
    assert!(world.shared.thing("A").properties.is_empty());
    assert!(world.stack("shop").await.outputs().is_empty());
    for (value, alive) in [("yes", vec!["A", "B"]), ("no", vec!["A"])] {
        let update = client.update_stack().stack_name("shop").use_previous_template(true);
        update.parameters(parameter("Big", value)).send().await.unwrap();
        assert_eq!(world.settled("shop").await, "UPDATE_COMPLETE");
        assert_eq!(world.shared.alive(), alive);
    }
}

#[tokio::test]
async fn a_deletion_goes_backwards_and_keeps_what_is_retained() {
    let world = World::new().await;
    let body = template(json!({
        "A": thing(json!({"Link": {"Ref": "B"}})),
        "B": thing(json!({"Link": {"Ref": "C"}})),
        "C": {"Type": "AWS::Test::Thing", "DeletionPolicy": "Retain"},
    }));
    world.create(&body).await;
    world.shared.calls();
    let id = world.stack("shop").await.stack_id.unwrap();
    world.client.delete_stack().stack_name("shop").send().await.unwrap();
    world.client.wait_until_stack_delete_complete().stack_name("shop").wait(LONG).await.unwrap();
    assert_eq!(world.shared.calls(), ["delete A", "delete B"]);
    assert_eq!(world.shared.alive(), ["C"]);
    let history = world.history(&id).await;
    assert!(history.contains(&"C DELETE_SKIPPED".to_owned()), "{history:?}");
    // Deleted: found by its id alone, and the name is free.
    let (code, message) = refusal(world.client.describe_stacks().stack_name("shop").send().await.unwrap_err());
    assert_eq!((code.as_str(), message.as_str()), ("ValidationError", "Stack with id shop does not exist"));
    assert_eq!(world.stack(&id).await.stack_status.unwrap().as_str(), "DELETE_COMPLETE");
    assert!(world.stack(&id).await.deletion_time().is_some());
    world.client.delete_stack().stack_name("shop").send().await.unwrap();
    assert_eq!(world.create(&template(json!({"A": thing(json!({}))}))).await, "CREATE_COMPLETE");
    let all = world.client.list_stacks().send().await.unwrap();
    assert_eq!(all.stack_summaries().len(), 2);
}

#[tokio::test]
async fn replaced_and_removed_resources_are_kept_where_a_policy_says_so() {
    let world = World::new().await;
    let kept = |name: &str| {
        json!({"Type": "AWS::Test::Thing", "UpdateReplacePolicy": "Retain", "DeletionPolicy": "Retain",
               "Properties": {"Name": name}})
    };
    world.create(&template(json!({"A": kept("one"), "B": kept("b"), "C": thing(json!({}))}))).await;
    assert_eq!(world.update(&template(json!({"A": kept("two"), "C": thing(json!({}))}))).await, "UPDATE_COMPLETE");
    assert_eq!(world.shared.alive(), ["A", "A", "B", "C"]);
}

#[tokio::test]
async fn a_parameter_keeps_its_previous_value_when_told_and_else_takes_its_default() {
    let world = World::new().await;
    let mut body = template(json!({"A": thing(json!({"Size": {"Ref": "Size"}, "Secret": {"Ref": "Secret"}}))}));
    body["Parameters"] = json!({
        "Size": {"Type": "Number", "Default": 1}, "Secret": {"Type": "String", "NoEcho": true, "Default": "none"},
    });
    let create = world.client.create_stack().stack_name("shop").template_body(body.to_string());
    create.parameters(parameter("Size", "5")).parameters(parameter("Secret", "s3cret")).send().await.unwrap();
    assert_eq!(world.settled("shop").await, "CREATE_COMPLETE");
    let previous = |key: &str| Parameter::builder().parameter_key(key).use_previous_value(true).build();
    let update = |with: Vec<Parameter>| {
        let request = world.client.update_stack().stack_name("shop").use_previous_template(true);
        request.set_parameters(Some(with)).send()
    };
    let unchanged = update(vec![previous("Size"), previous("Secret")]).await.unwrap_err();
    assert_eq!(refusal(unchanged).1, "No updates are to be performed.");
    update(vec![previous("Secret"), parameter("Size", "6")]).await.unwrap();
    assert_eq!(world.settled("shop").await, "UPDATE_COMPLETE");
    let properties = world.shared.thing("A").properties;
    assert_eq!((&properties["Size"], &properties["Secret"]), (&json!("6"), &json!("s3cret")));
    let shown = world.stack("shop").await.parameters.unwrap();
    let secret = shown.iter().find(|one| one.parameter_key() == Some("Secret")).unwrap();
    assert_eq!(secret.parameter_value(), Some("****"));

    // What is not named takes its default, not its previous value.
    update(vec![previous("Size")]).await.unwrap();
    assert_eq!(world.settled("shop").await, "UPDATE_COMPLETE");
    let properties = world.shared.thing("A").properties;
    assert_eq!((&properties["Size"], &properties["Secret"]), (&json!("6"), &json!("none")));
}

#[tokio::test]
async fn an_export_in_use_cannot_be_removed_by_an_update() {
    let world = World::new().await;
    let mut body = template(json!({"A": thing(json!({"Size": 1}))}));
    body["Outputs"] = json!({"Size": {"Value": "1", "Export": {"Name": "size"}}});
    world.create(&body).await;
    let user = template(json!({"U": thing(json!({"Link": {"Fn::ImportValue": "size"}}))}));
    world.client.create_stack().stack_name("user").template_body(user.to_string()).send().await.unwrap();
    world.settled("user").await;
    let without = template(json!({"A": thing(json!({"Size": 2}))}));
    assert_eq!(world.update(&without).await, "UPDATE_ROLLBACK_COMPLETE");
    let why = world.reason("shop", "shop", "UPDATE_ROLLBACK_IN_PROGRESS").await;
    assert!(why.contains("Export size cannot be deleted as it is in use by user"), "{why}");
    assert_eq!(world.shared.thing("A").properties["Size"], 1);
    assert_eq!(world.client.list_exports().send().await.unwrap().exports().len(), 1);
}

#[tokio::test]
async fn a_replacement_is_there_before_the_old_one_goes() {
    let world = World::new().await;
    let named = |name: &str| template(json!({"A": thing(json!({"Name": name}))}));
    world.create(&named("one")).await;
    world.shared.calls();
    assert_eq!(world.update(&named("two")).await, "UPDATE_COMPLETE");
    assert_eq!(world.shared.calls(), ["create A", "delete A"]);
    // One that cannot be made leaves the old one untouched.
    let before = world.shared.thing("A");
    world.shared.script("create A", Act::Fail("no"));
    assert_eq!(world.update(&named("three")).await, "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(world.shared.thing("A"), before);
}

#[tokio::test]
async fn termination_protection_refuses_the_deletion() {
    let world = World::new().await;
    world.create(&template(json!({"A": thing(json!({}))}))).await;
    let protect = |on: bool| {
        world.client.update_termination_protection().stack_name("shop").enable_termination_protection(on).send()
    };
    protect(true).await.unwrap();
    let (code, message) = refusal(world.client.delete_stack().stack_name("shop").send().await.unwrap_err());
    assert_eq!(code, "ValidationError");
    assert_eq!(message, "Stack [shop] cannot be deleted while TerminationProtection is enabled");
    protect(false).await.unwrap();
    assert_eq!(world.delete().await, "DELETE_COMPLETE");
}

#[tokio::test]
async fn an_export_is_imported_and_cannot_go_while_it_is() {
    let world = World::new().await;
    let mut body = template(json!({"A": thing(json!({"Size": 1}))}));
    body["Outputs"] = json!({"Size": {"Value": {"Fn::GetAtt": ["A", "Size"]}, "Export": {"Name": "size"}}});
    world.create(&body).await;
    let user = template(json!({"U": thing(json!({"Link": {"Fn::ImportValue": "size"}}))}));
    world.client.create_stack().stack_name("user").template_body(user.to_string()).send().await.unwrap();
    assert_eq!(world.settled("user").await, "CREATE_COMPLETE");
    assert_eq!(world.shared.thing("U").properties["Link"], "1");
    let exports = world.client.list_exports().send().await.unwrap();
    assert_eq!(exports.exports()[0].value(), Some("1"));
    assert_eq!(world.client.list_imports().export_name("size").send().await.unwrap().imports(), ["user"]);

    assert_eq!(world.delete().await, "DELETE_FAILED");
    let why = world.stack("shop").await.stack_status_reason.unwrap();
    assert_eq!(why, "Export size cannot be deleted as it is in use by user");
    world.client.delete_stack().stack_name("user").send().await.unwrap();
    crate::world::until(async || world.shared.alive() == ["A"]).await;
    crate::world::until(async || world.client.describe_stacks().stack_name("user").send().await.is_err()).await;
    assert_eq!(world.delete().await, "DELETE_COMPLETE");
}

#[tokio::test]
async fn a_changed_export_in_use_rolls_the_update_back() {
    let world = World::new().await;
    let body = |size: u8| {
        let mut body = template(json!({"A": thing(json!({"Size": size}))}));
        body["Outputs"] = json!({"Size": {"Value": {"Fn::GetAtt": ["A", "Size"]}, "Export": {"Name": "size"}}});
        body
    };
    world.create(&body(1)).await;
    let user = template(json!({"U": thing(json!({"Link": {"Fn::ImportValue": "size"}}))}));
    world.client.create_stack().stack_name("user").template_body(user.to_string()).send().await.unwrap();
    world.settled("user").await;
    assert_eq!(world.update(&body(2)).await, "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(world.shared.thing("A").properties["Size"], 1);
    let why = world.reason("shop", "shop", "UPDATE_ROLLBACK_IN_PROGRESS").await;
    assert!(why.contains("Export size cannot be updated as it is in use by user"), "{why}");
}
