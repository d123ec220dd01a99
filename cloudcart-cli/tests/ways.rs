//! The ways out: the real command takes back what failed, removes what is there, and sweeps what nobody uses.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[path = "ways/cloud.rs"]
mod cloud;

use std::sync::Arc;
use std::time::Duration;

use cloud::{Behind, CODE, Cloud, function, role, template};
use cloudcart_deploy::build::Package;
use cloudcart_deploy::stack::drift::{self, DriftStatus};
use cloudcart_deploy::{Event, Reporter, Silent, assets, bucket, gc};
use cloudcart_local::LocalCloud;
use serde_json::{Value, json};

/// An update that fails after the function has its new code, so that the function must be taken back to its old code.
fn broken_update() -> Value {
    let mut function = function("new");
    function["Properties"]["Description"] = json!("new");
    template(&json!({
        "Role": role(),
        "F": function,
        // No queue can hide a message for so long.
        "Bad": { "Type": "AWS::SQS::Queue", "DependsOn": "F", "Properties": { "VisibilityTimeout": 99_999 } },
    }))
}

/// A stack whose rollback got stuck for a real reason: the old code is gone.
async fn stuck(cloud: &Cloud, stack: &str) {
    cloud.code("old").await;
    cloud.code("new").await;
    let made = cloud.create(stack, &template(&json!({ "Role": role(), "F": function("old") })), false).await;
    assert_eq!(made, "CREATE_COMPLETE");
    cloud.delete_object(CODE, "old.zip").await;
    assert_eq!(cloud.update(stack, &broken_update(), false).await, "UPDATE_ROLLBACK_FAILED");
}

#[tokio::test]
async fn a_stuck_rollback_is_explained_never_skipped_by_itself_and_goes_through_with_the_hinted_command() {
    let cloud = Cloud::new().await;
    stuck(&cloud, "shop").await;

    let asked = cloud.run("shop", &["rollback"]).await;
    assert_eq!(asked.code, 9, "{}", asked.err);
    assert!(asked.err.contains("F (AWS::Lambda::Function") && asked.err.contains("NoSuchKey"), "{}", asked.err);
    assert!(!asked.err.contains("Bad ("), "what was never made is not stuck: {}", asked.err);
    assert_eq!(cloud.status("shop").await.as_deref(), Some("UPDATE_ROLLBACK_FAILED"), "nothing without consent");

    let again = cloud.run("shop", &["--yes", "rollback"]).await;
    assert_eq!(again.code, 7, "{}", again.err);
    let command = "cloudcart --stage dev --stack-name shop rollback --skip F`";
    assert!(again.err.contains(command) && again.err.contains("stays as it is"), "{}", again.err);

    let wrong = cloud.run("shop", &["--yes", "rollback", "--skip", "Role"]).await;
    assert_eq!(wrong.code, 2, "{}", wrong.err);
    assert!(wrong.err.contains("it got stuck at F"), "{}", wrong.err);

    let skipped = cloud.ok("shop", &["--yes", "--format", "json", "rollback", "--skip", "F"]).await.json();
    assert_eq!(
        skipped,
        json!({ "stack": "shop", "status": "UPDATE_ROLLBACK_COMPLETE", "rolledBack": true, "skipped": ["F"] })
    );

    let nothing = cloud.ok("shop", &["--format", "json", "rollback"]).await.json();
    assert_eq!(nothing["rolledBack"], false);
    assert_eq!(cloud.run("shop", &["rollback", "--skip", "F"]).await.code, 2, "nothing is stuck any more");
    assert_eq!(cloud.run("nobody", &["rollback"]).await.code, 2, "no such stack");
}

#[tokio::test]
async fn a_stuck_rollback_goes_through_once_its_cause_is_mended() {
    let cloud = Cloud::new().await;
    stuck(&cloud, "shop").await;
    cloud.code("old").await;
    let ran = cloud.ok("shop", &["--yes", "rollback"]).await;
    assert!(ran.err.contains("stack shop is UPDATE_ROLLBACK_COMPLETE"), "{}", ran.err);
    let function = cloud.physical("shop", "F").await;
    let live = cloud.target.lambda().get_function_configuration().function_name(&function).send().await.unwrap();
    assert_eq!(live.description(), Some(""), "the update is taken back");
    assert!(drift::detect(&cloud.target, "shop", &Silent).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_failed_operation_that_was_kept_is_taken_back() {
    let cloud = Cloud::new().await;
    let good = json!({ "Type": "AWS::SQS::Queue" });
    let bad = json!({ "Type": "AWS::SQS::Queue", "DependsOn": "Good", "Properties": { "VisibilityTimeout": 99_999 } });
    let both = template(&json!({ "Good": good, "Bad": bad }));
    assert_eq!(cloud.create("one", &both, true).await, "CREATE_FAILED");
    let asked = cloud.run("one", &["rollback"]).await;
    assert_eq!(asked.code, 9, "{}", asked.err);
    assert!(asked.err.contains("Bad (AWS::SQS::Queue") && !asked.err.contains("Good ("), "{}", asked.err);
    cloud.ok("one", &["--yes", "rollback"]).await;
    assert_eq!(cloud.status("one").await.as_deref(), Some("ROLLBACK_COMPLETE"));

    assert_eq!(cloud.create("two", &template(&json!({ "Good": good })), false).await, "CREATE_COMPLETE");
    assert_eq!(cloud.update("two", &both, true).await, "UPDATE_FAILED");
    cloud.ok("two", &["--yes", "rollback"]).await;
    assert_eq!(cloud.status("two").await.as_deref(), Some("UPDATE_ROLLBACK_COMPLETE"));
}

#[tokio::test]
async fn destroy_shows_what_goes_empties_buckets_sweeps_own_log_groups_and_is_repeatable() {
    let cloud = Cloud::new().await;
    cloud.code("old").await;
    let versioned = json!({ "VersioningConfiguration": { "Status": "Enabled" } });
    let stack = template(&json!({
        "Role": role(),
        "F": function("old"),
        "Files": { "Type": "AWS::S3::Bucket", "Properties": versioned },
        "Kept": { "Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain" },
        "Empty": { "Type": "AWS::S3::Bucket" },
    }));
    assert_eq!(cloud.create("shop", &stack, false).await, "CREATE_COMPLETE");
    let (files, kept) = (cloud.physical("shop", "Files").await, cloud.physical("shop", "Kept").await);
    for text in ["one", "two", "three"] {
        cloud.put(&files, "a.txt", text.as_bytes()).await;
    }
    cloud.delete_object(&files, "a.txt").await;
    cloud.put(&kept, "b.txt", b"stays").await;
    let own = format!("/aws/lambda/{}", cloud.physical("shop", "F").await);
    let foreign = format!("{own}-of-somebody-else");
    for group in [&own, &foreign] {
        cloud.target.logs().create_log_group().log_group_name(group).send().await.unwrap();
    }

    let asked = cloud.run("shop", &["destroy"]).await;
    assert_eq!(asked.code, 9, "{}", asked.err);
    assert!(asked.err.contains(&format!("{files} (Files), with 4 objects and versions")), "{}", asked.err);
    assert!(asked.err.contains("(Empty), empty"), "{}", asked.err);
    assert!(asked.err.contains(&format!("= AWS::S3::Bucket {kept} (Kept)")), "{}", asked.err);
    assert!(asked.err.contains("type its name to agree") && asked.err.contains("--yes"), "{}", asked.err);
    assert_eq!(cloud.status("shop").await.as_deref(), Some("CREATE_COMPLETE"), "nothing without consent");
    assert_eq!(bucket::count(&cloud.target, &files).await.unwrap(), Some(4));

    let gone = cloud.ok("shop", &["--yes", "--format", "json", "destroy"]).await.json();
    assert_eq!(gone["existed"], true);
    assert_eq!(
        gone["remaining"],
        json!([{ "logicalId": "Kept", "physicalId": kept, "resourceType": "AWS::S3::Bucket" }])
    );
    assert_eq!(gone["emptied"], json!([{ "bucket": files, "objects": 4 }]));
    assert_eq!((&gone["sweptLogGroups"], &gone["unsweptLogGroups"]), (&json!([own]), &json!([])));
    assert!(!cloud.has_group(&own).await && cloud.has_group(&foreign).await);
    assert_eq!(bucket::count(&cloud.target, &kept).await.unwrap(), Some(1), "what is retained is untouched");

    let again = cloud.ok("shop", &["--yes", "--format", "json", "destroy"]).await.json();
    assert_eq!(again["existed"], false);
}

#[tokio::test]
async fn an_empty_shell_goes_with_a_plain_question() {
    let cloud = Cloud::new().await;
    let call = cloud.target.cloudformation().create_change_set().stack_name("shop").change_set_name("one");
    let queue = template(&json!({ "Q": { "Type": "AWS::SQS::Queue" } }));
    call.change_set_type("CREATE".into()).template_body(queue.to_string()).send().await.unwrap();
    assert_eq!(cloud.status("shop").await.as_deref(), Some("REVIEW_IN_PROGRESS"));
    assert!(cloud.ok("shop", &["rollback"]).await.err.contains("nothing to roll back"));
    let asked = cloud.run("shop", &["destroy"]).await;
    assert!(asked.code == 9 && !asked.err.contains("type its name"), "{}", asked.err);
    cloud.ok("shop", &["--yes", "destroy"]).await;
    assert_eq!(cloud.status("shop").await, None);
}

#[tokio::test]
async fn a_bucket_of_more_than_a_thousand_objects_is_emptied_in_batches() {
    let cloud = Cloud::new().await;
    let stack = template(&json!({ "Files": { "Type": "AWS::S3::Bucket" } }));
    assert_eq!(cloud.create("shop", &stack, false).await, "CREATE_COMPLETE");
    let files = cloud.physical("shop", "Files").await;
    for n in 0..1003 {
        cloud.put(&files, &format!("{n}"), b"x").await;
    }
    let gone = cloud.ok("shop", &["--yes", "--format", "json", "destroy"]).await;
    assert_eq!(gone.json()["emptied"][0]["objects"], 1003);
    assert!(gone.err.contains("1,000 objects and versions or more"), "{}", gone.err);
}

#[tokio::test]
async fn a_removal_that_gets_stuck_names_its_blocker_and_can_leave_it_behind() {
    let cloud = Cloud::new().await;
    assert_eq!(
        cloud.create("shop", &template(&json!({ "Role": role(), "Q": { "Type": "AWS::SQS::Queue" } })), false).await,
        "CREATE_COMPLETE"
    );
    let role = cloud.physical("shop", "Role").await;
    let policy = template(&json!({ "P": { "Type": "AWS::IAM::Policy", "Properties": {
        "PolicyName": "p",
        "Roles": [role],
        "PolicyDocument": { "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*" }] },
    } } }));
    assert_eq!(cloud.create("other", &policy, false).await, "CREATE_COMPLETE");

    let early = cloud.run("shop", &["--yes", "destroy", "--retain", "Role"]).await;
    assert_eq!(early.code, 2, "nothing has failed yet: {}", early.err);
    let stuck = cloud.run("shop", &["--yes", "destroy"]).await;
    assert_eq!(stuck.code, 7, "{}", stuck.err);
    assert!(
        stuck.err.contains("blocked by Role (AWS::IAM::Role") && stuck.err.contains("must delete policies first"),
        "{}",
        stuck.err
    );
    assert!(stuck.err.contains("destroy --retain Role`"), "{}", stuck.err);
    assert_eq!(cloud.run("shop", &["--yes", "destroy", "--retain", "Q"]).await.code, 2, "the queue did not fail");

    let gone = cloud.ok("shop", &["--yes", "--format", "json", "destroy", "--retain", "Role"]).await.json();
    assert_eq!(gone["remaining"][0]["physicalId"], json!(role));
    assert_eq!(cloud.status("shop").await, None);
    assert!(cloud.local.iam().find_role(&role).is_some());
}

#[tokio::test]
async fn a_protected_stack_is_refused_before_anything_else_and_protection_has_a_command() {
    let cloud = Cloud::new().await;
    assert_eq!(
        cloud.create("shop", &template(&json!({ "Q": { "Type": "AWS::SQS::Queue" } })), false).await,
        "CREATE_COMPLETE"
    );
    let on = cloud.ok("shop", &["--format", "json", "protect", "on"]).await.json();
    assert_eq!(on, json!({ "stack": "shop", "protected": true, "changed": true }));
    assert_eq!(cloud.ok("shop", &["--format", "json", "protect", "on"]).await.json()["changed"], false);
    let refused = cloud.run("shop", &["--yes", "destroy"]).await;
    assert_eq!(refused.code, 9, "{}", refused.err);
    assert!(refused.err.contains("protect off") && !refused.err.contains("what goes"), "{}", refused.err);
    assert_eq!(cloud.run("shop", &["protect", "off"]).await.code, 9, "off is asked for");
    cloud.ok("shop", &["--yes", "protect", "off"]).await;
    cloud.ok("shop", &["--yes", "destroy"]).await;
    assert_eq!(cloud.run("shop", &["protect", "on"]).await.code, 2, "no such stack");
}

#[tokio::test]
async fn log_groups_that_may_not_be_deleted_are_listed_and_fail_nothing() {
    let cloud = Cloud::new().await;
    cloud.code("old").await;
    let mut deployer = role();
    deployer["Properties"]["Policies"] = json!([{ "PolicyName": "p", "PolicyDocument": {
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": ["cloudformation:*", "s3:*"], "Resource": "*" }],
    } }]);
    assert_eq!(cloud.create("people", &template(&json!({ "Role": deployer })), false).await, "CREATE_COMPLETE");
    assert_eq!(
        cloud.create("shop", &template(&json!({ "Role": role(), "F": function("old") })), false).await,
        "CREATE_COMPLETE"
    );
    let group = format!("/aws/lambda/{}", cloud.physical("shop", "F").await);
    cloud.target.logs().create_log_group().log_group_name(&group).send().await.unwrap();

    let arn = cloud
        .local
        .iam()
        .find_role(&cloud.physical("people", "Role").await)
        .map(|role| cloud.local.iam().role_arn(&role));
    let keys = {
        use cloudcart_local::ports::Identities as _;
        cloud.local.iam().assume(&arn.unwrap(), "deployer", "lambda.amazonaws.com").unwrap()
    };
    let keys = [keys.access_key_id.as_str(), keys.secret_access_key.as_str(), keys.session_token.as_str()];
    let gone = cloud.run_as("shop", &["--yes", "destroy"], Some(keys)).await;
    assert_eq!(gone.code, 0, "{}", gone.err);
    assert!(gone.err.contains("warning: log groups") && gone.err.contains(&group), "{}", gone.err);
    assert!(cloud.has_group(&group).await);
    assert_eq!(cloud.status("shop").await, None);
}

/// A key of the asset bucket as the library makes them.
fn key(stack: &str, digit: char) -> String {
    format!("{stack}/f/{}.zip", digit.to_string().repeat(64))
}

fn with_parameter(value: &str) -> Value {
    json!({
        "Parameters": { "Key": { "Type": "String", "Default": value } },
        "Resources": { "Q": { "Type": "AWS::SQS::Queue" } },
    })
}

#[tokio::test]
async fn gc_removes_only_what_is_old_and_used_by_no_stack() {
    const GRACE: Duration = Duration::from_mins(5);
    let clock = Arc::new(Behind::default());
    *clock.0.lock().unwrap() = Duration::from_mins(10);
    let cloud = Cloud::of(LocalCloud::builder().ephemeral().clock(clock.clone()).start().await.unwrap()).await;
    let bucket = assets::ensure_bucket(&cloud.target, &Silent).await.unwrap();
    let template_key = format!("a/templates/{}.json", "e".repeat(64));
    for old in [
        key("a", '1'),
        key("a", '2'),
        key("b", '1'),
        key("c", '1'),
        key("c", '2'),
        "notes.txt".to_owned(),
        template_key.clone(),
    ] {
        cloud.put(&bucket, &old, b"old").await;
    }
    assert_eq!(cloud.create("a", &with_parameter(&key("a", '1')), false).await, "CREATE_COMPLETE");
    assert_eq!(cloud.create("b", &with_parameter(&key("b", '1')), false).await, "CREATE_COMPLETE");
    // A stack that is not at rest keeps everything below its name: its rollback may need it.
    let mut broken = with_parameter(&key("c", '1'));
    broken["Resources"]["Q"]["Properties"] = json!({ "VisibilityTimeout": 99_999 });
    assert_eq!(cloud.create("c", &broken, true).await, "CREATE_FAILED");
    *clock.0.lock().unwrap() = Duration::ZERO;
    cloud.put(&bucket, &key("a", '3'), b"young").await;

    let now = jiff::Timestamp::now().as_second();
    let found = gc::survey(&cloud.target, now, GRACE).await.unwrap();
    let keys = |survey: &gc::Survey| survey.unused.iter().map(|one| one.key.clone()).collect::<Vec<_>>();
    assert_eq!(keys(&found), [key("a", '2'), template_key.clone()]);
    assert_eq!((found.bytes(), found.kept, found.unreadable.len()), (6, 6, 0));
    assert!(gc::survey(&cloud.target, now, Duration::from_hours(1)).await.unwrap().unused.is_empty());

    // The command: a dry run and a refusal change nothing, consent does.
    let dry = cloud.ok("a", &["--format", "json", "gc", "--older-than", "5m", "--dry-run"]).await.json();
    assert_eq!((&dry["bytes"], dry["objects"].as_array().unwrap().len()), (&json!(6), 2));
    assert_eq!(cloud.run("a", &["gc", "--older-than", "5m"]).await.code, 9);
    assert_eq!(cloud.run("a", &["gc", "--older-than", "soon"]).await.code, 2);
    assert_eq!(bucket::count(&cloud.target, &bucket).await.unwrap(), Some(8));

    // What comes into use while somebody thinks about it stays.
    let update = cloud
        .update(
            "b",
            &{
                let mut t = with_parameter(&key("b", '1'));
                t["Parameters"]["Other"] = json!({ "Type": "String", "Default": template_key });
                t["Resources"]["Q"]["Properties"] = json!({ "DelaySeconds": 1 });
                t
            },
            false,
        )
        .await;
    assert_eq!(update, "UPDATE_COMPLETE");
    let removed = gc::remove(&cloud.target, &found, now, GRACE).await.unwrap();
    assert_eq!(keys(&removed), [key("a", '2')]);
    let left = bucket::versions(&cloud.target, &bucket, "").await.unwrap();
    assert_eq!(left.len(), 7);
    assert!(left.iter().all(|one| one.key != key("a", '2')));

    // Once the stacks are gone, so is what they used; what is young or not ours is not.
    for stack in ["a", "b", "c"] {
        cloud.ok(stack, &["--yes", "destroy"]).await;
    }
    let swept = cloud.ok("a", &["--yes", "--format", "json", "gc", "--older-than", "5m"]).await.json();
    assert_eq!(swept["kept"], 2, "{swept}");
    assert!(cloud.ok("a", &["gc", "--older-than", "5m"]).await.err.contains("nothing in"));
}

#[tokio::test]
async fn gc_keeps_whatever_may_belong_to_a_stack_that_cannot_be_read() {
    let clock = Arc::new(Behind::default());
    *clock.0.lock().unwrap() = Duration::from_mins(1);
    let cloud = Cloud::of(LocalCloud::builder().ephemeral().clock(clock.clone()).start().await.unwrap()).await;
    let bucket = assets::ensure_bucket(&cloud.target, &Silent).await.unwrap();
    let mut reader = role();
    reader["Properties"]["Policies"] = json!([{ "PolicyName": "p", "PolicyDocument": {
        "Version": "2012-10-17",
        "Statement": [
            { "Effect": "Allow", "Action": ["cloudformation:*", "s3:*"], "Resource": "*" },
            { "Effect": "Deny", "Action": "cloudformation:GetTemplate", "Resource": "arn:aws:cloudformation:*:*:stack/secret/*" },
        ],
    } }]);
    assert_eq!(cloud.create("people", &template(&json!({ "Role": reader })), false).await, "CREATE_COMPLETE");
    assert_eq!(
        cloud.create("secret", &template(&json!({ "Q": { "Type": "AWS::SQS::Queue" } })), false).await,
        "CREATE_COMPLETE"
    );
    for one in [key("secret", '1'), key("gone", '1')] {
        cloud.put(&bucket, &one, b"x").await;
    }
    let role = cloud.local.iam().find_role(&cloud.physical("people", "Role").await).unwrap();
    let keys = {
        use cloudcart_local::ports::Identities as _;
        cloud.local.iam().assume(&cloud.local.iam().role_arn(&role), "reader", "lambda.amazonaws.com").unwrap()
    };
    let keys = [keys.access_key_id.as_str(), keys.secret_access_key.as_str(), keys.session_token.as_str()];
    *clock.0.lock().unwrap() = Duration::ZERO;
    let ran = cloud.run_as("x", &["--yes", "--format", "json", "gc", "--older-than", "0s"], Some(keys)).await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    let swept = ran.json();
    assert_eq!(swept["unreadable"], json!(["secret"]));
    assert_eq!(swept["objects"][0]["key"], json!(key("gone", '1')));
    assert_eq!(bucket::count(&cloud.target, &bucket).await.unwrap(), Some(1));
}

#[tokio::test]
async fn drift_is_read_from_what_is_there() {
    let cloud = Cloud::new().await;
    cloud.code("old").await;
    cloud.code("new").await;
    let table = json!({ "Type": "AWS::DynamoDB::Table", "Properties": {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
        "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
        "TimeToLiveSpecification": { "AttributeName": "expires", "Enabled": true },
        "Tags": [{ "Key": "project", "Value": "x" }],
    } });
    let stack = template(&json!({
        "Role": role(),
        "F": function("old"),
        "Logs": { "Type": "AWS::Logs::LogGroup", "Properties": { "RetentionInDays": 7 } },
        "Q": { "Type": "AWS::SQS::Queue", "Properties": { "VisibilityTimeout": 30, "RedrivePolicy": {
            "deadLetterTargetArn": { "Fn::GetAtt": ["Dead", "Arn"] }, "maxReceiveCount": 3 } } },
        "Dead": { "Type": "AWS::SQS::Queue" },
        "T": table,
        "Files": { "Type": "AWS::S3::Bucket" },
        "Api": { "Type": "AWS::ApiGatewayV2::Api", "Properties": { "Name": "a", "ProtocolType": "HTTP" } },
    }));
    assert_eq!(cloud.create("shop", &stack, false).await, "CREATE_COMPLETE");
    let target = &cloud.target;
    let told = drift::detect(target, "shop", &Silent).await.unwrap();
    let told: Vec<(&str, DriftStatus)> = told.iter().map(|one| (one.logical_id.as_str(), one.status)).collect();
    assert_eq!(told, [("Api", DriftStatus::NotChecked)], "a fresh stack has not drifted");

    let id = async |logical: &str| cloud.physical("shop", logical).await;
    let function = id("F").await;
    let variables =
        aws_sdk_lambda::types::Environment::builder().variables("GREETING", "bye").variables("MORE", "1").build();
    let call = target.lambda().update_function_configuration().function_name(&function);
    call.environment(variables).timeout(9).send().await.unwrap();
    let call = target.lambda().update_function_code().function_name(&function).s3_bucket(CODE).s3_key("new.zip");
    call.send().await.unwrap();
    target.logs().put_retention_policy().log_group_name(id("Logs").await).retention_in_days(14).send().await.unwrap();
    let call = target.sqs().set_queue_attributes().queue_url(id("Q").await);
    call.attributes("VisibilityTimeout".into(), "60").send().await.unwrap();
    target.sqs().delete_queue().queue_url(id("Dead").await).send().await.unwrap();
    target.dynamodb().delete_table().table_name(id("T").await).send().await.unwrap();

    let told = drift::detect(target, "shop", &Silent).await.unwrap();
    let lines: Vec<String> = told
        .iter()
        .flat_map(|one| {
            let head = format!("{} {:?}", one.logical_id, one.status);
            let differences = one.differences.iter().map(|one| {
                let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
                // Digests are another test's.
                let short = |value: String| if one.path.starts_with("/Code") { String::new() } else { value };
                format!("  {} {} {}", one.path, short(text(&one.expected)), short(text(&one.actual)))
            });
            std::iter::once(head).chain(differences).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(
        lines,
        [
            "Api NotChecked",
            "Dead Deleted",
            "F Modified",
            "  /Code/CodeSha256  ",
            "  /Environment/Variables/GREETING hello bye",
            "  /Environment/Variables/MORE - 1",
            "Logs Modified",
            "  /RetentionInDays 7 14",
            "Q Modified",
            "  /VisibilityTimeout 30 60",
            "T Deleted",
        ],
        "a timeout that the template does not name is nobody's"
    );
}

/// A deployment of a queue, as `deploy` asks for it.
fn of_a_queue(stack: &str) -> cloudcart_deploy::stack::DeployRequest {
    cloudcart_deploy::stack::DeployRequest {
        stack: stack.to_owned(),
        template: template(&json!({ "Good": { "Type": "AWS::SQS::Queue" } })).to_string(),
        bucket: String::new(),
        parameters: std::collections::BTreeMap::new(),
        tags: std::collections::BTreeMap::from([("fresh".to_owned(), stack.to_owned())]),
        express: false,
        on_failure: cloudcart_deploy::stack::OnFailure::Rollback,
        change_set: "mended".to_owned(),
    }
}

#[tokio::test]
async fn a_deployment_goes_on_from_every_failure_that_needs_no_person() {
    use cloudcart_deploy::stack::{Prepared, execute, prepare};
    let cloud = Cloud::new().await;
    let good = json!({ "Type": "AWS::SQS::Queue" });
    let bad = json!({ "Type": "AWS::SQS::Queue", "DependsOn": "Good", "Properties": { "VisibilityTimeout": 99_999 } });
    let (one, both) = (template(&json!({ "Good": good })), template(&json!({ "Good": good, "Bad": bad })));
    assert_eq!(cloud.create("gone", &both, false).await, "ROLLBACK_COMPLETE");
    assert_eq!(cloud.create("kept", &both, true).await, "CREATE_FAILED");
    for (stack, keep, status) in [("back", false, "UPDATE_ROLLBACK_COMPLETE"), ("half", true, "UPDATE_FAILED")] {
        assert_eq!(cloud.create(stack, &one, false).await, "CREATE_COMPLETE");
        assert_eq!(cloud.update(stack, &both, keep).await, status);
    }
    let call = cloud.target.cloudformation().create_change_set().stack_name("shell").change_set_name("one");
    call.change_set_type("CREATE".into()).template_body(both.to_string()).send().await.unwrap();
    for stack in ["gone", "kept", "back", "half", "shell"] {
        let Prepared::Ready(ready) = prepare(&cloud.target, &of_a_queue(stack), &Silent).await.unwrap() else {
            panic!("{stack}: nothing to do")
        };
        execute(&cloud.target, &ready, &Silent).await.unwrap_or_else(|error| panic!("{stack}: {error}"));
        let status = cloud.status(stack).await.unwrap();
        assert!(matches!(status.as_str(), "CREATE_COMPLETE" | "UPDATE_COMPLETE"), "{stack}: {status}");
    }
    stuck(&cloud, "shop").await;
    let refused = prepare(&cloud.target, &of_a_queue("shop"), &Silent).await.unwrap_err();
    let cloudcart_deploy::Error::StackNeedsPerson { remedy, .. } = refused else { panic!("{refused}") };
    assert!(remedy.contains("`cloudcart rollback`"), "{remedy}");
}

#[tokio::test]
async fn a_template_over_the_inline_limit_goes_through_the_bucket_and_a_huge_one_is_refused_here() {
    use cloudcart_deploy::stack::{DeployRequest, OnFailure, Prepared, execute, prepare};
    let cloud = Cloud::new().await;
    let bucket = assets::ensure_bucket(&cloud.target, &Silent).await.unwrap();
    let sized = |bytes: usize| {
        let template = json!({ "Metadata": { "Padding": "x".repeat(bytes) }, "Resources": { "Q": { "Type": "AWS::SQS::Queue" } } });
        DeployRequest {
            stack: "shop".to_owned(),
            template: template.to_string(),
            bucket: bucket.clone(),
            parameters: std::collections::BTreeMap::new(),
            tags: std::collections::BTreeMap::new(),
            express: false,
            on_failure: OnFailure::Rollback,
            change_set: "one".to_owned(),
        }
    };
    let large = sized(60_000);
    assert!(large.template.len() > assets::INLINE_TEMPLATE_LIMIT);
    let Prepared::Ready(ready) = prepare(&cloud.target, &large, &Silent).await.unwrap() else {
        panic!("nothing to do")
    };
    execute(&cloud.target, &ready, &Silent).await.unwrap();
    assert_eq!(cloud.status("shop").await.as_deref(), Some("CREATE_COMPLETE"));
    let stored = bucket::versions(&cloud.target, &bucket, "shop/templates/").await.unwrap();
    assert_eq!(stored.len(), 1);
    let refused = prepare(&cloud.target, &sized(1_100_000), &Silent).await.unwrap_err();
    assert!(matches!(refused, cloudcart_deploy::Error::TemplateTooLarge { .. }), "{refused}");
}

/// Remembers what is told.
#[derive(Default)]
struct Told(std::sync::Mutex<Vec<Event>>);

impl Reporter for Told {
    fn event(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

#[tokio::test]
async fn uploads_tell_how_far_they_are_and_happen_once() {
    let clock = Arc::new(Behind::default());
    *clock.0.lock().unwrap() = Duration::from_mins(5);
    let cloud = Cloud::of(LocalCloud::builder().ephemeral().clock(clock.clone()).start().await.unwrap()).await;
    let bucket = assets::ensure_bucket(&cloud.target, &Silent).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let packages: Vec<Package> = (0..6_u64)
        .map(|n| {
            let zip = folder.path().join(format!("{n}.zip"));
            std::fs::write(&zip, vec![b'x'; 1000 * usize::try_from(n + 1).unwrap()]).unwrap();
            Package {
                name: format!("f{n}"),
                arch: "arm64".to_owned(),
                zip,
                zip_bytes: 1000 * (n + 1),
                binary_bytes: 0,
                sha256: n.to_string().repeat(64),
                glibc: None,
                rebuilt: true,
            }
        })
        .collect();
    let told = Told::default();
    let keys = assets::upload(&cloud.target, &bucket, "shop", &packages, &told).await.unwrap();
    assert_eq!(keys["f5"], format!("shop/f5/{}.zip", "5".repeat(64)));
    let told = told.0.into_inner().unwrap();
    let progress: Vec<(usize, usize, u64, u64)> = told
        .iter()
        .filter_map(|event| match event {
            Event::UploadProgress { files_done, files, bytes_done, bytes } => {
                Some((*files_done, *files, *bytes_done, *bytes))
            }
            _ => None,
        })
        .collect();
    assert_eq!((progress.first(), progress.last()), (Some(&(0, 6, 0, 21_000)), Some(&(6, 6, 21_000, 21_000))));
    assert!(progress.is_sorted(), "{progress:?}");
    assert_eq!(told.iter().filter(|event| matches!(event, Event::AssetUploaded { .. })).count(), 6);

    let again = Told::default();
    assets::upload(&cloud.target, &bucket, "shop", &packages, &again).await.unwrap();
    let again = again.0.into_inner().unwrap();
    assert!(again.len() == 6 && again.iter().all(|event| matches!(event, Event::AssetPresent { .. })), "{again:?}");

    // What a deployment finds and begins to use is as young as if it had been sent.
    let written = async || bucket::versions(&cloud.target, &bucket, "shop/f0/").await.unwrap()[0].clone();
    let before = written().await;
    *clock.0.lock().unwrap() = Duration::ZERO;
    assert!(assets::write_anew(&cloud.target, &bucket, &keys["f0"], Some("application/zip")).await);
    let after = written().await;
    assert!(after.modified >= before.modified + 290 && after.bytes == before.bytes, "{before:?} {after:?}");
}

#[tokio::test]
async fn a_bucket_that_lacks_safeguards_gets_them_beside_what_somebody_set() {
    let cloud = Cloud::new().await;
    let name = assets::bucket_name(cloud.local.account(), cloud.local.region());
    let s3 = cloud.target.s3();
    // Somebody was interrupted after the first call, and somebody else tagged it since.
    s3.create_bucket().bucket(&name).send().await.unwrap();
    let tag = aws_sdk_s3::types::Tag::builder().key("team").value("shop").build().unwrap();
    let tags = aws_sdk_s3::types::Tagging::builder().tag_set(tag).build().unwrap();
    s3.put_bucket_tagging().bucket(&name).tagging(tags).send().await.unwrap();
    assert!(s3.get_public_access_block().bucket(&name).send().await.is_err());
    for _ in 0..2 {
        assets::ensure_bucket(&cloud.target, &Silent).await.unwrap();
    }
    let block = s3.get_public_access_block().bucket(&name).send().await.unwrap();
    assert_eq!(block.public_access_block_configuration().unwrap().restrict_public_buckets(), Some(true));
    let rules = s3.get_bucket_lifecycle_configuration().bucket(&name).send().await.unwrap();
    let ids: Vec<_> = rules.rules().iter().filter_map(|rule| rule.id()).collect();
    assert_eq!(ids, ["abort-unfinished-uploads", "expire-old-versions"]);
    let tags = s3.get_bucket_tagging().bucket(&name).send().await.unwrap();
    let tags: Vec<_> = tags.tag_set().iter().map(|tag| (tag.key(), tag.value())).collect();
    assert_eq!(tags, [("team", "shop"), ("cloudcart:safeguards", "1")]);
}
