//! What happens when a resource fails: rollbacks, and rollbacks that fail.

use crate::world::{Act, World, refusal, template, thing, until};
use aws_sdk_cloudformation::types::{ChangeSetType, OnStackFailure};
use serde_json::{Value, json};

fn chain() -> Value {
    template(json!({
        "A": thing(json!({})),
        "B": thing(json!({"Link": {"Ref": "A"}})),
        "C": thing(json!({"Link": {"Ref": "B"}})),
    }))
}

#[tokio::test]
async fn a_failed_creation_is_rolled_back_and_says_why() {
    let world = World::new().await;
    world.shared.script("create C", Act::Fail("no <more> room"));
    assert_eq!(world.change_set("shop", ChangeSetType::Create, &chain()).await, None);
    world.execute("shop").await;
    assert_eq!(world.settled("shop").await, "ROLLBACK_COMPLETE");
    assert!(world.shared.alive().is_empty());
    assert_eq!(world.shared.calls(), ["create A", "create B", "create C", "delete B", "delete A"]);
    let why = world.reason("shop", "C", "CREATE_FAILED").await;
    assert!(why.starts_with("Resource handler returned message: \"no <more> room\" (RequestToken: "), "{why}");
    assert!(why.ends_with(", HandlerErrorCode: InvalidRequest)"), "{why}");
    assert_eq!(
        world.reason("shop", "shop", "ROLLBACK_IN_PROGRESS").await,
        "The following resource(s) failed to create: [C]. Rollback requested by user."
    );
    // Such a stack can only be deleted.
    let create = world.client.create_change_set().stack_name("shop").change_set_name("again");
    let (code, message) = refusal(
        create.change_set_type(ChangeSetType::Create).template_body(chain().to_string()).send().await.unwrap_err(),
    );
    assert_eq!(code, "ValidationError");
    assert_eq!(message, "Stack [shop] already exists and cannot be created again with the changeSet [again].");
    let update = world.client.update_stack().stack_name("shop").template_body(chain().to_string());
    let (_, message) = refusal(update.send().await.unwrap_err());
    assert!(message.ends_with("is in ROLLBACK_COMPLETE state and can not be updated."), "{message}");
    assert_eq!(world.delete().await, "DELETE_COMPLETE");
    world.shared.unscript();
    assert_eq!(world.create(&chain()).await, "CREATE_COMPLETE");
}

#[tokio::test]
async fn what_is_under_way_when_another_fails_is_cancelled_and_undone() {
    let world = World::new().await;
    let meeting = std::sync::Arc::new(tokio::sync::Barrier::new(2));
    world.shared.script("create Slow", Act::Meet(meeting.clone()));
    world.shared.script("create Bad", Act::Fail("no"));
    let body = template(json!({
        "Bad": thing(json!({})),
        "Slow": thing(json!({})),
        "Never": thing(json!({"Link": {"Ref": "Slow"}})),
    }));
    world.client.create_stack().stack_name("shop").template_body(body.to_string()).send().await.unwrap();
    until(async || world.history("shop").await.contains(&"Bad CREATE_FAILED".to_owned())).await;
    meeting.wait().await;
    assert_eq!(world.settled("shop").await, "ROLLBACK_COMPLETE");
    assert_eq!(world.reason("shop", "Slow", "CREATE_FAILED").await, "Resource creation cancelled");
    assert!(world.shared.alive().is_empty());
    assert!(!world.history("shop").await.iter().any(|line| line.starts_with("Never")));
}

#[tokio::test]
async fn on_stack_failure_deletes_or_does_nothing_when_told() {
    for (choice, status) in [(OnStackFailure::Delete, "DELETE_COMPLETE"), (OnStackFailure::DoNothing, "CREATE_FAILED")]
    {
        let world = World::new().await;
        world.shared.script("create C", Act::Fail("no"));
        let create = world.client.create_change_set().stack_name("shop").change_set_name("cs");
        let made = create
            .change_set_type(ChangeSetType::Create)
            .on_stack_failure(choice.clone())
            .template_body(chain().to_string())
            .send()
            .await
            .unwrap();
        world.execute("shop").await;
        assert_eq!(world.settled(&made.stack_id.unwrap()).await, status);
        if choice == OnStackFailure::Delete {
            assert!(world.shared.alive().is_empty());
        } else {
            assert_eq!(world.shared.alive(), ["A", "B"]);
            // What is there is kept, and an update goes on from it.
            world.shared.unscript();
            world.shared.calls();
            assert_eq!(world.update(&chain()).await, "UPDATE_COMPLETE");
            assert_eq!(world.shared.calls(), ["create C"]);
        }
    }
}

#[tokio::test]
async fn a_failed_first_creation_that_was_kept_can_be_rolled_back_later() {
    let world = World::new().await;
    world.shared.script("create C", Act::Fail("no"));
    let create = world.client.create_stack().stack_name("shop").disable_rollback(true);
    create.template_body(chain().to_string()).send().await.unwrap();
    assert_eq!(world.settled("shop").await, "CREATE_FAILED");
    world.client.rollback_stack().stack_name("shop").send().await.unwrap();
    assert_eq!(world.settled("shop").await, "ROLLBACK_COMPLETE");
    assert!(world.shared.alive().is_empty());
}

fn version(size: u8, name: &str, more: Value) -> Value {
    let mut resources = json!({
        "Grown": thing(json!({"Size": size})),
        "Renamed": thing(json!({"Name": name, "Link": {"Ref": "Grown"}})),
    });
    for (id, resource) in more.as_object().unwrap() {
        resources[id] = resource.clone();
    }
    template(resources)
}

#[tokio::test]
async fn a_failed_update_restores_everything_as_it_was() {
    let world = World::new().await;
    let mut before = version(1, "one", json!({}));
    before["Outputs"] = json!({"Name": {"Value": {"Ref": "Renamed"}}});
    world.create(&before).await;
    let things = world.shared.0.lock().unwrap().things.clone();
    let outputs = world.stack("shop").await.outputs.unwrap();
    world.shared.script("create Bad", Act::Fail("no"));
    let bad = json!({
        "Added": thing(json!({"Link": {"Ref": "Renamed"}})),
        "Bad": thing(json!({"Link": {"Ref": "Added"}})),
    });
    assert_eq!(world.update(&version(2, "two", bad)).await, "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(world.shared.0.lock().unwrap().things, things);
    assert_eq!(world.stack("shop").await.outputs.unwrap(), outputs);
    let history = world.history("shop").await;
    let tail: Vec<&str> = history.iter().map(String::as_str).filter(|line| line.starts_with("shop UPDATE")).collect();
    assert_eq!(
        tail,
        [
            "shop UPDATE_IN_PROGRESS",
            "shop UPDATE_ROLLBACK_IN_PROGRESS",
            "shop UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
            "shop UPDATE_ROLLBACK_COMPLETE",
        ]
    );
    assert_eq!(
        world.reason("shop", "shop", "UPDATE_ROLLBACK_IN_PROGRESS").await,
        "The following resource(s) failed to create: [Bad]. "
    );
    let kept = world.client.get_template().stack_name("shop").send().await.unwrap();
    assert_eq!(kept.template_body(), Some(before.to_string().as_str()));
    // The stack works on.
    world.shared.unscript();
    assert_eq!(world.update(&version(3, "three", json!({}))).await, "UPDATE_COMPLETE");
    assert_eq!(world.shared.alive(), ["Grown", "Renamed"]);
    assert_eq!(world.delete().await, "DELETE_COMPLETE");
    assert!(world.shared.alive().is_empty());
}

#[tokio::test]
async fn a_resource_whose_update_failed_is_put_back_too() {
    let world = World::new().await;
    world.create(&version(1, "one", json!({}))).await;
    world.shared.calls();
    world.shared.script("update Grown", Act::Fail("too big"));
    world
        .client
        .update_stack()
        .stack_name("shop")
        .template_body(version(9, "one", json!({})).to_string())
        .send()
        .await
        .unwrap();
    // The way back needs the same call, which still fails.
    assert_eq!(world.settled("shop").await, "UPDATE_ROLLBACK_FAILED");
    assert_eq!(world.shared.calls(), ["update Grown", "update Grown"]);
    assert_eq!(
        world.stack("shop").await.stack_status_reason.unwrap(),
        "The following resource(s) failed to update: [Grown]. "
    );
    let update = world.client.update_stack().stack_name("shop").template_body(version(3, "one", json!({})).to_string());
    let (_, message) = refusal(update.send().await.unwrap_err());
    assert!(message.contains("is in UPDATE_ROLLBACK_FAILED state"), "{message}");

    world.shared.unscript();
    world.client.continue_update_rollback().stack_name("shop").send().await.unwrap();
    assert_eq!(world.settled("shop").await, "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(world.shared.thing("Grown").properties["Size"], 1);
}

#[tokio::test]
async fn a_rollback_goes_on_without_the_resources_to_skip() {
    let world = World::new().await;
    world.create(&version(1, "one", json!({}))).await;
    world.shared.script("update Grown", Act::Fail("too big"));
    world
        .client
        .update_stack()
        .stack_name("shop")
        .template_body(version(9, "one", json!({})).to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(world.settled("shop").await, "UPDATE_ROLLBACK_FAILED");
    let unknown = world.client.continue_update_rollback().stack_name("shop").resources_to_skip("Nope").send().await;
    assert_eq!(refusal(unknown.unwrap_err()).0, "ValidationError");
    world.client.continue_update_rollback().stack_name("shop").resources_to_skip("Grown").send().await.unwrap();
    assert_eq!(world.settled("shop").await, "UPDATE_ROLLBACK_COMPLETE");
    let again = world.client.continue_update_rollback().stack_name("shop").send().await;
    assert!(refusal(again.unwrap_err()).1.contains("UPDATE_ROLLBACK_COMPLETE"));
}

#[tokio::test]
async fn an_update_that_fails_may_keep_what_it_did_and_go_on() {
    let world = World::new().await;
    world.create(&version(1, "one", json!({}))).await;
    world.shared.script("create Bad", Act::Fail("no"));
    let bad = version(2, "two", json!({"Bad": thing(json!({"Link": {"Ref": "Renamed"}}))}));
    let update = world.client.update_stack().stack_name("shop").disable_rollback(true);
    update.template_body(bad.to_string()).send().await.unwrap();
    assert_eq!(world.settled("shop").await, "UPDATE_FAILED");
    assert_eq!(world.shared.thing("Grown").properties["Size"], 2);
    assert_eq!(world.shared.alive(), ["Grown", "Renamed", "Renamed"], "the old one waits for the outcome");

    // Back to the last stable state, not only to the last attempt.
    world.client.rollback_stack().stack_name("shop").send().await.unwrap();
    assert_eq!(world.settled("shop").await, "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(world.shared.thing("Grown").properties["Size"], 1);
    assert_eq!(world.shared.thing("Renamed").properties["Name"], "one");
    assert_eq!(world.shared.alive(), ["Grown", "Renamed"]);

    let update = world.client.update_stack().stack_name("shop").disable_rollback(true);
    update.template_body(bad.to_string()).send().await.unwrap();
    assert_eq!(world.settled("shop").await, "UPDATE_FAILED");
    world.shared.unscript();
    assert_eq!(world.update(&bad).await, "UPDATE_COMPLETE");
    assert_eq!(world.shared.alive(), ["Bad", "Grown", "Renamed"]);
}

#[tokio::test]
async fn a_failed_deletion_is_told_and_can_be_tried_again() {
    let world = World::new().await;
    world.create(&chain()).await;
    world.shared.calls();
    world.shared.script("delete B", Act::Fail("not empty"));
    assert_eq!(world.delete().await, "DELETE_FAILED");
    assert_eq!(world.shared.calls(), ["delete C", "delete B"], "A is still needed by B");
    let stack = world.stack("shop").await;
    assert_eq!(stack.stack_status_reason(), Some("The following resource(s) failed to delete: [B]. "));
    assert!(world.reason("shop", "B", "DELETE_FAILED").await.contains("not empty"));
    world.shared.unscript();
    assert_eq!(world.delete().await, "DELETE_COMPLETE");
    assert!(world.shared.alive().is_empty());
}

#[tokio::test]
async fn a_resource_that_cannot_be_deleted_may_be_left() {
    let world = World::new().await;
    world.create(&chain()).await;
    let early = world.client.delete_stack().stack_name("shop").retain_resources("B").send().await;
    assert!(refusal(early.unwrap_err()).1.contains("DELETE_FAILED state"));
    world.shared.script("delete B", Act::Fail("not empty"));
    assert_eq!(world.delete().await, "DELETE_FAILED");
    let id = world.stack("shop").await.stack_id.unwrap();
    world.client.delete_stack().stack_name("shop").retain_resources("B").send().await.unwrap();
    assert_eq!(world.settled(&id).await, "DELETE_COMPLETE");
    assert_eq!(world.shared.alive(), ["B"]);
}

#[tokio::test]
async fn a_cleanup_that_fails_leaves_the_update_complete_and_is_tried_again() {
    let world = World::new().await;
    world.create(&version(1, "one", json!({}))).await;
    world.shared.script("delete Renamed", Act::Fail("in use"));
    assert_eq!(world.update(&version(1, "two", json!({}))).await, "UPDATE_COMPLETE");
    let why = world.stack("shop").await.stack_status_reason.unwrap();
    assert_eq!(why, "Update successful. One or more resources could not be deleted.");
    assert_eq!(world.shared.alive(), ["Grown", "Renamed", "Renamed"]);
    world.shared.unscript();
    assert_eq!(world.update(&version(2, "two", json!({}))).await, "UPDATE_COMPLETE");
    assert_eq!(world.shared.alive(), ["Grown", "Renamed"]);
}

#[tokio::test]
async fn a_panicking_provider_fails_its_resource_alone() {
    let world = World::new().await;
    world.shared.script("create B", Act::PanicAfter);
    assert_eq!(world.create(&chain()).await, "ROLLBACK_COMPLETE");
    assert!(world.shared.alive().is_empty(), "what it made before the panic is found");
    assert!(world.reason("shop", "B", "CREATE_FAILED").await.contains("InternalFailure"));
}

#[tokio::test]
async fn a_missing_attribute_fails_its_resource() {
    let world = World::new().await;
    let body = template(json!({"A": thing(json!({})), "B": thing(json!({"Link": {"Fn::GetAtt": ["A", "Nope"]}}))}));
    assert_eq!(world.create(&body).await, "ROLLBACK_COMPLETE");
    let why = world.reason("shop", "B", "CREATE_FAILED").await;
    assert_eq!(why, "Template error: resource A does not support attribute type Nope in Fn::GetAtt");
}

#[tokio::test]
async fn retain_except_on_create_is_deleted_by_the_rollback_and_retain_is_not() {
    let world = World::new().await;
    world.shared.script("create Bad", Act::Fail("no"));
    let kept = |policy: &str| json!({"Type": "AWS::Test::Thing", "DeletionPolicy": policy});
    let body = template(json!({
        "Kept": kept("Retain"),
        "Undone": kept("RetainExceptOnCreate"),
        "Bad": {"Type": "AWS::Test::Thing", "DependsOn": ["Kept", "Undone"]},
    }));
    assert_eq!(world.create(&body).await, "ROLLBACK_COMPLETE");
    assert_eq!(world.shared.alive(), ["Kept"]);
}

#[tokio::test]
async fn an_update_can_be_cancelled() {
    let world = World::new().await;
    world.create(&version(1, "one", json!({}))).await;
    let early = world.client.cancel_update_stack().stack_name("shop").send().await;
    assert_eq!(refusal(early.unwrap_err()).1, "CancelUpdateStack cannot be called from current stack status");
    let meeting = std::sync::Arc::new(tokio::sync::Barrier::new(2));
    world.shared.script("update Grown", Act::Meet(meeting.clone()));
    world
        .client
        .update_stack()
        .stack_name("shop")
        .template_body(version(2, "two", json!({})).to_string())
        .send()
        .await
        .unwrap();
    world.shared.until_called("update Grown").await;
    world.client.cancel_update_stack().stack_name("shop").send().await.unwrap();
    // The way back meets nobody.
    world.shared.unscript();
    meeting.wait().await;
    assert_eq!(world.settled("shop").await, "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(world.shared.thing("Grown").properties["Size"], 1);
    assert_eq!(world.shared.thing("Renamed").properties["Name"], "one");
}

#[tokio::test]
async fn a_stack_can_be_deleted_while_it_is_created() {
    let world = World::new().await;
    let meeting = std::sync::Arc::new(tokio::sync::Barrier::new(2));
    world.shared.script("create B", Act::Meet(meeting.clone()));
    world.client.create_stack().stack_name("shop").template_body(chain().to_string()).send().await.unwrap();
    world.shared.until_called("create B").await;
    let id = world.stack("shop").await.stack_id.unwrap();
    world.client.delete_stack().stack_name("shop").send().await.unwrap();
    meeting.wait().await;
    assert_eq!(world.settled(&id).await, "DELETE_COMPLETE");
    assert!(world.shared.alive().is_empty());
    assert!(!world.shared.calls().contains(&"create C".to_owned()));
}
