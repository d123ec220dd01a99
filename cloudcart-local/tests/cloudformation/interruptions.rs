//! The process is killed in the middle of an operation, and another takes up what it left.

use crate::world::{Act, World, template, thing, until};
use serde_json::{Value, json};
use std::time::Duration;

const STOPPED: &str = "the local cloud was stopped during this operation";

fn chain() -> Value {
    template(json!({
        "A": thing(json!({})),
        "B": thing(json!({"Link": {"Ref": "A"}})),
        "C": thing(json!({"Link": {"Ref": "B"}})),
    }))
}

fn version(size: u8, name: &str) -> Value {
    template(json!({
        "Grown": thing(json!({"Size": size})),
        "Renamed": thing(json!({"Name": name, "Link": {"Fn::GetAtt": ["Grown", "Arn"]}})),
        "Last": thing(json!({"Link": {"Ref": "Renamed"}, "Size": size})),
    }))
}

impl World {
    /// Kills the service once `call` hangs, and starts another on what is left.
    async fn kill_at(&self, call: &str) {
        self.shared.until_called(call).await;
        self.kill();
        self.shared.unscript();
        self.open();
    }
}

#[tokio::test]
async fn a_creation_killed_before_or_after_the_provider_did_its_work_leaks_nothing() {
    for act in [Act::HangBefore, Act::HangAfter] {
        let world = World::new().await;
        world.shared.script("create B", act);
        world.client.create_stack().stack_name("shop").template_body(chain().to_string()).send().await.unwrap();
        world.kill_at("create B").await;
        assert_eq!(world.settled("shop").await, "ROLLBACK_COMPLETE");
        assert_eq!(world.reason("shop", "B", "CREATE_FAILED").await, STOPPED);
        let why = world.reason("shop", "shop", "ROLLBACK_IN_PROGRESS").await;
        assert!(why.contains(STOPPED), "{why}");
        assert!(world.shared.alive().is_empty(), "{:?}", world.shared.alive());
        assert_eq!(world.delete().await, "DELETE_COMPLETE");
        assert_eq!(world.create(&chain()).await, "CREATE_COMPLETE");
        assert_eq!(world.shared.alive(), ["A", "B", "C"]);
    }
}

#[tokio::test]
async fn a_killed_creation_that_is_to_be_kept_stays_and_goes_on_with_the_next_update() {
    let world = World::new().await;
    world.shared.script("create B", Act::HangAfter);
    let create = world.client.create_stack().stack_name("shop").disable_rollback(true);
    create.template_body(chain().to_string()).send().await.unwrap();
    world.kill_at("create B").await;
    assert_eq!(world.settled("shop").await, "CREATE_FAILED");
    assert_eq!(world.update(&chain()).await, "UPDATE_COMPLETE");
    assert_eq!(world.shared.alive(), ["A", "B", "C"], "the first B is gone");
}

#[tokio::test]
async fn an_update_killed_at_any_call_is_rolled_back() {
    for call in ["update Grown", "create Renamed", "update Last"] {
        for act in [Act::HangBefore, Act::HangAfter] {
            let world = World::new().await;
            world.create(&version(1, "one")).await;
            let things = world.shared.0.lock().unwrap().things.clone();
            world.shared.calls();
            world.shared.script(call, act);
            let update = world.client.update_stack().stack_name("shop");
            update.template_body(version(2, "two").to_string()).send().await.unwrap();
            world.kill_at(call).await;
            assert_eq!(world.settled("shop").await, "UPDATE_ROLLBACK_COMPLETE", "{call}");
            assert_eq!(world.shared.0.lock().unwrap().things, things, "{call}");
            assert_eq!(world.update(&version(2, "two")).await, "UPDATE_COMPLETE", "{call}");
            assert_eq!(world.delete().await, "DELETE_COMPLETE", "{call}");
            assert!(world.shared.alive().is_empty(), "{call}");
        }
    }
}

#[tokio::test]
async fn a_killed_cleanup_goes_on() {
    for act in [Act::HangBefore, Act::HangAfter] {
        let world = World::new().await;
        world.create(&version(1, "one")).await;
        world.shared.script("delete Renamed", act);
        world
            .client
            .update_stack()
            .stack_name("shop")
            .template_body(version(2, "two").to_string())
            .send()
            .await
            .unwrap();
        world.kill_at("delete Renamed").await;
        assert_eq!(world.settled("shop").await, "UPDATE_COMPLETE");
        assert_eq!(world.shared.alive(), ["Grown", "Last", "Renamed"]);
        assert_eq!(world.shared.thing("Renamed").properties["Name"], "two");
    }
}

#[tokio::test]
async fn a_killed_rollback_goes_on() {
    let world = World::new().await;
    world.shared.script("create C", Act::Fail("no"));
    world.shared.script("delete B", Act::HangAfter);
    world.client.create_stack().stack_name("shop").template_body(chain().to_string()).send().await.unwrap();
    world.kill_at("delete B").await;
    assert_eq!(world.settled("shop").await, "ROLLBACK_COMPLETE");
    assert!(world.shared.alive().is_empty());

    let world = World::new().await;
    world.create(&version(1, "one")).await;
    let things = world.shared.0.lock().unwrap().things.clone();
    world.shared.calls();
    world.shared.script("update Last", Act::Fail("no"));
    world.client.update_stack().stack_name("shop").template_body(version(2, "two").to_string()).send().await.unwrap();
    assert_eq!(world.settled("shop").await, "UPDATE_ROLLBACK_FAILED");
    world.shared.calls();
    world.shared.unscript();
    world.shared.script("update Last", Act::HangAfter);
    world.client.continue_update_rollback().stack_name("shop").send().await.unwrap();
    world.kill_at("update Last").await;
    assert_eq!(world.settled("shop").await, "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(world.shared.0.lock().unwrap().things, things);
}

#[tokio::test]
async fn a_killed_deletion_goes_on() {
    for act in [Act::HangBefore, Act::HangAfter] {
        let world = World::new().await;
        world.create(&chain()).await;
        let id = world.stack("shop").await.stack_id.unwrap();
        world.shared.calls();
        world.shared.script("delete B", act);
        world.client.delete_stack().stack_name("shop").send().await.unwrap();
        world.kill_at("delete B").await;
        assert_eq!(world.settled(&id).await, "DELETE_COMPLETE");
        assert!(world.shared.alive().is_empty());
    }
}

#[tokio::test]
async fn what_cannot_be_undone_stays_on_record_until_it_can() {
    let world = World::new().await;
    world.shared.script("create B", Act::HangAfter);
    world.client.create_stack().stack_name("shop").template_body(chain().to_string()).send().await.unwrap();
    world.shared.until_called("create B").await;
    world.kill();
    world.shared.unscript();
    world.shared.script("discard B", Act::Fail("not now"));
    world.open();
    assert_eq!(world.settled("shop").await, "ROLLBACK_FAILED");
    assert!(world.reason("shop", "B", "DELETE_FAILED").await.contains("interrupted creation"));
    world.shared.unscript();
    assert_eq!(world.delete().await, "DELETE_COMPLETE");
    assert!(world.shared.alive().is_empty());
}

#[tokio::test]
async fn everything_at_rest_is_there_after_a_restart() {
    let world = World::new().await;
    let mut body = chain();
    body["Outputs"] = json!({"C": {"Value": {"Ref": "C"}}});
    world.create(&body).await;
    let (stack, history) = (world.stack("shop").await, world.history("shop").await);
    world.kill();
    world.open();
    assert_eq!(world.stack("shop").await, stack);
    assert_eq!(world.history("shop").await, history);
    world.shared.calls();
    assert_eq!(world.delete().await, "DELETE_COMPLETE");
    assert_eq!(world.shared.calls(), ["delete C", "delete B", "delete A"]);
}

#[tokio::test]
async fn a_stop_waits_for_the_call_under_way_and_begins_no_other() {
    let world = World::new().await;
    let meeting = std::sync::Arc::new(tokio::sync::Barrier::new(2));
    world.shared.script("create B", Act::Meet(meeting.clone()));
    world.client.create_stack().stack_name("shop").template_body(chain().to_string()).send().await.unwrap();
    world.shared.until_called("create B").await;
    let service = world.service();
    let stop = tokio::spawn(async move { service.shutdown().await });
    tokio::task::yield_now().await;
    assert!(!stop.is_finished());
    meeting.wait().await;
    stop.await.unwrap();
    assert_eq!(world.shared.alive(), ["A", "B"]);
    until(async || std::sync::Arc::strong_count(&world.service()) == 2).await;
    world.kill();
    world.open();
    assert_eq!(world.settled("shop").await, "ROLLBACK_COMPLETE");
    assert!(world.shared.alive().is_empty());
    assert!(!world.shared.calls().contains(&"discard B".to_owned()), "its end was known");
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever() {
    let world = World::new().await;
    world.shared.script("create B", Act::HangBefore);
    world.client.create_stack().stack_name("shop").template_body(chain().to_string()).send().await.unwrap();
    world.shared.until_called("create B").await;
    let service = world.service();
    let mut stop = tokio::spawn(async move { service.shutdown().await });
    tokio::task::yield_now().await;
    assert!(!stop.is_finished());
    let passed = async {
        while !stop.is_finished() {
            world.clock.advance(Duration::from_secs(1));
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(crate::world::DEADLINE, passed).await.unwrap();
    (&mut stop).await.unwrap();
}

#[tokio::test]
async fn a_deleted_stack_is_forgotten_after_ninety_days() {
    let world = World::new().await;
    world.create(&chain()).await;
    let id = world.stack("shop").await.stack_id.unwrap();
    world.delete().await;
    let restart_after = async |days: u64| {
        world.kill();
        world.clock.advance(Duration::from_hours(24 * days));
        world.open();
        world.client.describe_stacks().stack_name(&id).send().await
    };
    assert!(restart_after(89).await.is_ok());
    assert!(restart_after(2).await.is_err());
}
