//! What a change set tells, and when it is refused.

use crate::world::{World, parameter, refusal, template, thing};
use aws_sdk_cloudformation::types::{ChangeSetType, ResourceChange, ResourceChangeDetail};
use serde_json::{Value, json};

impl World {
    /// The changes of an update to `body`, with or without values.
    async fn changes(&self, body: &Value, values: bool) -> Vec<ResourceChange> {
        assert_eq!(self.change_set("shop", ChangeSetType::Update, body).await, None);
        let describe = self.client.describe_change_set().stack_name("shop").change_set_name("cs");
        let answer = describe.include_property_values(values).send().await.unwrap();
        self.client.delete_change_set().stack_name("shop").change_set_name("cs").send().await.unwrap();
        answer.changes.unwrap().into_iter().map(|change| change.resource_change.unwrap()).collect()
    }
}

fn find<'a>(changes: &'a [ResourceChange], id: &str) -> &'a ResourceChange {
    changes.iter().find(|change| change.logical_resource_id() == Some(id)).unwrap()
}

fn one(change: &ResourceChange) -> &ResourceChangeDetail {
    assert_eq!(change.details().len(), 1, "{change:?}");
    &change.details()[0]
}

#[tokio::test]
async fn a_change_set_without_changes_fails_in_awss_words() {
    let world = World::new().await;
    let body = template(json!({"A": thing(json!({"Size": 1}))}));
    world.create(&body).await;
    // Neither order nor layout nor metadata is a change.
    let mut same = body.clone();
    same["Metadata"] = json!({"x": 1});
    same["Description"] = json!("other words");
    let reason = world.change_set("shop", ChangeSetType::Update, &same).await.unwrap();
    assert_eq!(
        reason,
        "The submitted information didn't contain changes. Submit different information to create a change set."
    );
    let described = world.client.describe_change_set().stack_name("shop").change_set_name("cs").send().await.unwrap();
    assert_eq!(described.status.unwrap().as_str(), "FAILED");
    assert_eq!(described.execution_status.unwrap().as_str(), "UNAVAILABLE");
    let (code, message) =
        refusal(world.client.execute_change_set().stack_name("shop").change_set_name("cs").send().await.unwrap_err());
    assert_eq!(code, "InvalidChangeSetStatus");
    assert!(message.ends_with("cannot be executed in its current status of [FAILED]"), "{message}");
    let update = world.client.update_stack().stack_name("shop").template_body(body.to_string()).send().await;
    assert_eq!(refusal(update.unwrap_err()).1, "No updates are to be performed.");
}

#[tokio::test]
async fn a_change_set_tells_what_each_change_does_and_why() {
    let world = World::new().await;
    let before = json!({
        "Parameters": {"Size": {"Type": "Number", "Default": 1}},
        "Resources": {
            "Base": thing(json!({"Name": "one"})),
            "Follows": thing(json!({"Link": {"Ref": "Base"}})),
            "Named": thing(json!({"Name": {"Fn::Sub": "x-${Base}"}})),
            "Grown": thing(json!({"Size": {"Ref": "Size"}})),
            "Reads": thing(json!({"Link": {"Fn::GetAtt": ["Grown", "Size"]}})),
            "Still": thing(json!({"Link": {"Ref": "Grown"}})),
            "Gone": {"Type": "AWS::Test::Thing", "DeletionPolicy": "Retain"},
        },
    });
    world.create(&before).await;
    let mut after = before.clone();
    after["Resources"]["Base"]["Properties"]["Name"] = json!("two");
    after["Resources"].as_object_mut().unwrap().remove("Gone");
    after["Resources"]["New"] = thing(json!({}));
    after["Parameters"]["Size"]["Default"] = json!(2);
    let changes = world.changes(&after, true).await;
    let ids: Vec<&str> = changes.iter().map(|change| change.logical_resource_id().unwrap()).collect();
    assert_eq!(ids, ["Base", "Follows", "Grown", "Named", "New", "Reads", "Gone"]);

    let base = find(&changes, "Base");
    assert_eq!((base.action().unwrap().as_str(), base.replacement().unwrap().as_str()), ("Modify", "True"));
    assert_eq!(base.policy_action().unwrap().as_str(), "ReplaceAndDelete");
    assert_eq!(base.physical_resource_id(), Some("id-Base-1"));
    assert_eq!(base.scope()[0].as_str(), "Properties");
    let detail = one(base);
    let target = detail.target().unwrap();
    assert_eq!((target.name(), target.attribute().unwrap().as_str()), (Some("Name"), "Properties"));
    assert_eq!(target.requires_recreation().unwrap().as_str(), "Always");
    assert_eq!((target.before_value(), target.after_value()), (Some("one"), Some("two")));
    assert_eq!((target.path(), target.attribute_change_type().unwrap().as_str()), (Some("/Properties/Name"), "Modify"));
    assert_eq!(detail.evaluation().unwrap().as_str(), "Static");
    assert_eq!(detail.change_source().unwrap().as_str(), "DirectModification");
    assert_eq!(base.after_context(), Some(r#"{"Properties":{"Name":"two"}}"#));

    let follows = find(&changes, "Follows");
    assert_eq!(follows.replacement().unwrap().as_str(), "False");
    let detail = one(follows);
    assert_eq!(detail.change_source().unwrap().as_str(), "ResourceReference");
    assert_eq!((detail.causing_entity(), detail.evaluation().unwrap().as_str()), (Some("Base"), "Dynamic"));
    assert_eq!(detail.target().unwrap().after_value(), Some("{{changeSet:KNOWN_AFTER_APPLY}}"));

    let named = find(&changes, "Named");
    assert_eq!(named.replacement().unwrap().as_str(), "Conditional", "whether it is replaced shows when Base is made");

    let grown = find(&changes, "Grown");
    let detail = one(grown);
    assert_eq!(detail.change_source().unwrap().as_str(), "ParameterReference");
    assert_eq!(detail.causing_entity(), Some("Size"));
    assert_eq!(detail.target().unwrap().after_value(), Some("2"));

    let reads = one(find(&changes, "Reads"));
    assert_eq!(reads.change_source().unwrap().as_str(), "ResourceAttribute");
    assert_eq!(reads.causing_entity(), Some("Grown.Size"));

    assert_eq!(find(&changes, "New").action().unwrap().as_str(), "Add");
    let gone = find(&changes, "Gone");
    assert_eq!((gone.action().unwrap().as_str(), gone.policy_action().unwrap().as_str()), ("Remove", "Retain"));

    // Without being asked for, values are not told.
    let changes = world.changes(&after, false).await;
    let target = one(find(&changes, "Base")).target().unwrap().clone();
    assert_eq!((target.before_value(), target.after_value(), target.path()), (None, None, None));
    assert_eq!(find(&changes, "Base").after_context(), None);
}

#[tokio::test]
async fn secrets_are_masked_wherever_they_are_told() {
    let world = World::new().await;
    let body = json!({
        "Parameters": {"Word": {"Type": "String", "NoEcho": true}},
        "Resources": {"A": thing(json!({"Secret": {"Fn::Sub": "say ${Word}"}, "Size": 1}))},
    });
    let client = &world.client;
    let create = client.create_stack().stack_name("shop").template_body(body.to_string());
    create.parameters(parameter("Word", "sesame")).send().await.unwrap();
    assert_eq!(world.settled("shop").await, "CREATE_COMPLETE");
    assert_eq!(world.shared.thing("A").properties["Secret"], "say sesame");
    assert_eq!(world.stack("shop").await.parameters()[0].parameter_value(), Some("****"));
    let events = format!("{:?}", world.events("shop").await);
    assert!(!events.contains("sesame"), "{events}");

    let update = client.create_change_set().stack_name("shop").change_set_name("cs");
    update.use_previous_template(true).parameters(parameter("Word", "mellon")).send().await.unwrap();
    let describe = client.describe_change_set().stack_name("shop").change_set_name("cs").include_property_values(true);
    let told = describe.send().await.unwrap();
    let change = told.changes()[0].resource_change().unwrap();
    let target = one(change).target().unwrap();
    assert_eq!((target.before_value(), target.after_value()), (Some("say ****"), Some("say ****")));
    let told = format!("{told:?}");
    assert!(!told.contains("sesame") && !told.contains("mellon"), "{told}");
    world.execute("shop").await;
    assert_eq!(world.settled("shop").await, "UPDATE_COMPLETE");
    assert_eq!(world.shared.thing("A").properties["Secret"], "say mellon");
    // And kept, when the next update says so.
    let keep =
        aws_sdk_cloudformation::types::Parameter::builder().parameter_key("Word").use_previous_value(true).build();
    let mut grown = body.clone();
    grown["Resources"]["A"]["Properties"]["Size"] = json!(2);
    let update = client.update_stack().stack_name("shop").template_body(grown.to_string()).parameters(keep);
    update.send().await.unwrap();
    assert_eq!(world.settled("shop").await, "UPDATE_COMPLETE");
    assert_eq!(world.shared.thing("A").properties["Secret"], "say mellon");
}

#[tokio::test]
async fn a_change_of_a_resources_metadata_is_a_change() {
    let world = World::new().await;
    let body = |path: &str| {
        let mut resource = thing(json!({"Size": 1}));
        resource["Metadata"] = json!({"aws:cdk:path": path});
        template(json!({"A": resource, "B": thing(json!({}))}))
    };
    world.create(&body("Shop/A")).await;
    let changes = world.changes(&body("Shop/Other"), false).await;
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].replacement().unwrap().as_str(), "False");
    assert_eq!(changes[0].scope()[0].as_str(), "Metadata");
    assert_eq!(one(&changes[0]).target().unwrap().attribute().unwrap().as_str(), "Metadata");
    world.shared.calls();
    assert_eq!(world.change_set("shop", ChangeSetType::Update, &body("Shop/Other")).await, None);
    world.execute("shop").await;
    assert_eq!(world.settled("shop").await, "UPDATE_COMPLETE");
    assert_eq!(world.shared.calls(), [""; 0], "nothing is asked of anybody");
    let update = world.client.update_stack().stack_name("shop").template_body(body("Shop/Other").to_string());
    assert_eq!(refusal(update.send().await.unwrap_err()).1, "No updates are to be performed.");
}

#[tokio::test]
async fn executing_one_change_set_ends_the_others() {
    let world = World::new().await;
    world.create(&template(json!({"A": thing(json!({"Size": 1}))}))).await;
    let bodies = [2, 3].map(|size| template(json!({"A": thing(json!({"Size": size}))})).to_string());
    for (name, body) in ["one", "two"].into_iter().zip(bodies) {
        let create = world.client.create_change_set().stack_name("shop").change_set_name(name).template_body(body);
        create.send().await.unwrap();
    }
    let listed = world.client.list_change_sets().stack_name("shop").send().await.unwrap();
    assert_eq!(listed.summaries().len(), 2);
    world.client.execute_change_set().stack_name("shop").change_set_name("one").send().await.unwrap();
    let stale = world.client.execute_change_set().stack_name("shop").change_set_name("two").send().await;
    assert_eq!(refusal(stale.unwrap_err()).0, "ChangeSetNotFound");
    assert_eq!(world.settled("shop").await, "UPDATE_COMPLETE");
    let again = world.client.execute_change_set().stack_name("shop").change_set_name("one").send().await;
    assert_eq!(refusal(again.unwrap_err()).0, "InvalidChangeSetStatus");
}

#[tokio::test]
async fn a_change_sets_name_is_taken_once_and_a_token_repeats_it() {
    let world = World::new().await;
    let body = template(json!({"A": thing(json!({}))})).to_string();
    let create = |token: &str| {
        let create = world.client.create_change_set().stack_name("shop").change_set_name("cs").client_token(token);
        create.change_set_type(ChangeSetType::Create).template_body(&body).send()
    };
    let first = create("t1").await.unwrap();
    assert_eq!(create("t1").await.unwrap().id, first.id);
    assert_eq!(refusal(create("t2").await.unwrap_err()).0, "AlreadyExistsException");
    // What is only under review is deleted at once.
    world.client.delete_change_set().stack_name("shop").change_set_name("cs").send().await.unwrap();
    assert_eq!(world.delete().await, "DELETE_COMPLETE");
}

#[tokio::test]
async fn a_missing_import_fails_the_change_set() {
    let world = World::new().await;
    let body = template(json!({"A": thing(json!({"Link": {"Fn::ImportValue": "nothing"}}))}));
    let reason = world.change_set("shop", ChangeSetType::Create, &body).await;
    assert_eq!(reason.as_deref(), Some("No export named nothing found"));
}

#[tokio::test]
async fn a_resources_type_cannot_change() {
    let world = World::new().await;
    world.create(&template(json!({"A": thing(json!({}))}))).await;
    let body = template(json!({"A": {"Type": "AWS::Test::Other"}})).to_string();
    let create = world.client.create_change_set().stack_name("shop").change_set_name("cs").template_body(body);
    let (code, message) = refusal(create.send().await.unwrap_err());
    assert_eq!(code, "ValidationError");
    assert!(message.starts_with("Update of resource type is not permitted."), "{message}");
}
