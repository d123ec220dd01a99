//! Conversations that no emulator has with us: throttling, lost and halved answers, refusals, ends that nobody wants. Each
//! test holds what came of it and which requests were made, in their order. Time moves on by itself.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[path = "replay/conversation.rs"]
mod conversation;

use std::collections::BTreeMap;
use std::sync::Mutex;

use cloudcart_deploy::build::Package;
use cloudcart_deploy::stack::{self, DeployRequest, Ending, OnFailure, Prepared, Replacement, StackView};
use cloudcart_deploy::{AwsKind, Error, Event, Reporter, Result, Silent, assets, logs, rows};
use conversation::{Answer, Exchange, Player, read};
use tokio::time::Instant;

const STACK: &str = "cloudcart-dev";

fn request() -> DeployRequest {
    DeployRequest {
        stack: STACK.to_owned(),
        template: r#"{"Resources":{"Queue":{"Type":"AWS::SQS::Queue"}}}"#.to_owned(),
        bucket: "cloudcart-assets-123456789012-eu-west-1".to_owned(),
        parameters: BTreeMap::new(),
        tags: BTreeMap::new(),
        on_failure: OnFailure::Rollback,
        express: false,
        change_set: "cloudcart-1764322200000-77".to_owned(),
    }
}

async fn deploy(player: &Player, reporter: &dyn Reporter) -> Result<StackView> {
    let target = player.target();
    match stack::prepare(&target, &request(), reporter).await? {
        Prepared::NoChanges(view) => Ok(view),
        Prepared::Ready(ready) => stack::execute(&target, &ready, reporter).await.map(|executed| executed.view),
    }
}

/// Plays a file to a deployment.
async fn play(file: &str) -> (Player, Result<StackView>) {
    let player = Player::new(read(file));
    let ended = deploy(&player, &Silent).await;
    player.assert_over();
    (player, ended)
}

fn names(exchanges: &[Exchange]) -> Vec<String> {
    exchanges.iter().map(|exchange| exchange.operation.clone()).collect()
}

fn count(player: &Player, operation: &str) -> usize {
    player.bodies(operation).len()
}

#[derive(Default)]
struct Told(Mutex<Vec<Event>>);

impl Reporter for Told {
    fn event(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

impl Told {
    /// `logical id STATUS` of every resource event.
    fn resources(&self) -> Vec<String> {
        let told = self.0.lock().unwrap();
        let lines = told.iter().filter_map(|event| match event {
            Event::Resource(event) => Some(format!("{} {}", event.logical_id, event.status)),
            _ => None,
        });
        lines.collect()
    }
}

#[tokio::test(start_paused = true)]
async fn a_first_deployment_is_a_change_set_of_type_create_that_is_executed_once() {
    let told = Told::default();
    let player = Player::new(read("create.http"));
    let view = deploy(&player, &told).await.unwrap();
    player.assert_over();
    assert_eq!(view.outputs["HttpApiUrl"], "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com");
    let created = player.bodies("CreateChangeSet");
    assert!(created[0].contains("ChangeSetType=CREATE"), "{created:?}");
    assert!(created[0].contains("ClientToken=cloudcart-1764322200000-77"), "{created:?}");
    assert!(player.bodies("ExecuteChangeSet")[0].contains("ClientRequestToken="));
    assert_eq!(
        told.resources(),
        [
            "cloudcart-dev CREATE_IN_PROGRESS",
            "Queue CREATE_IN_PROGRESS",
            "Queue CREATE_COMPLETE",
            "cloudcart-dev CREATE_COMPLETE"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn an_update_is_a_change_set_of_type_update() {
    let (player, ended) = play("update.http").await;
    assert_eq!(ended.unwrap().status.as_str(), "UPDATE_COMPLETE");
    assert!(player.bodies("CreateChangeSet")[0].contains("ChangeSetType=UPDATE"));
}

/// What a service says when it is asked too often.
fn throttled() -> Vec<Answer> {
    let xml = |code: &str| {
        format!(
            "<ErrorResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><Error><Type>Sender</Type><Code>{code}</Code><Message>Rate exceeded</Message></Error><RequestId>1</RequestId></ErrorResponse>"
        )
    };
    vec![
        Answer::http(400, "text/xml", &xml("Throttling")),
        Answer::http(429, "text/xml", &xml("TooManyRequestsException")),
        Answer::http(429, "text/plain", ""),
        Answer::http(503, "text/xml", &xml("SlowDown")),
    ]
}

/// What comes, or does not, when the way to the service is broken.
fn broken() -> Vec<Answer> {
    let half = "<DescribeStacksResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\">\n  <DescribeSta";
    let page = "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>";
    let portal = "<html><head><title>Welcome to the hotel</title></head><body>Sign in</body></html>";
    let cut = Answer::Http { status: 200, headers: Vec::new(), body: half.to_owned(), cut: true };
    vec![
        Answer::Reset,
        cut,
        Answer::http(200, "text/xml", half),
        Answer::http(500, "text/xml", half),
        Answer::http(502, "text/html", page),
        Answer::http(200, "text/html", portal),
        Answer::http(503, "text/plain", ""),
        Answer::http(504, "text/html", "<html><body>Gateway Time-out</body></html>"),
    ]
}

/// Without those that only read.
fn changing(mut operations: Vec<String>) -> Vec<String> {
    operations.retain(|operation| !operation.starts_with("Describe"));
    operations
}

/// Puts a failure before each exchange in turn, once and then more often than the SDK tries, and expects the same end, the
/// last poll included.
async fn survives(file: &str, failures: &[Answer], spares: &[&str]) {
    let whole = read(file);
    for position in 0..whole.len() {
        let operation = &whole[position].operation;
        if spares.contains(&operation.as_str()) {
            continue;
        }
        for (index, failure) in failures.iter().enumerate() {
            // The first few stand for how they are told apart; how often is the same for all.
            for times in if index < 3 { &[1, 6][..] } else { &[1] } {
                let times = *times;
                let mut script = whole.clone();
                let exchange = Exchange { operation: operation.clone(), answer: failure.clone() };
                script.splice(position..position, std::iter::repeat_n(exchange, times));
                let expected = changing(names(&script));
                let player = Player::looking_again(script);
                let ended = deploy(&player, &Silent).await;
                let place = format!("{file}: {operation} at {position}, {times} times {failure:?}");
                assert!(ended.is_ok(), "{place}: {ended:?}");
                player.assert_over();
                assert_eq!(changing(player.operations()), expected, "{place}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn throttling_in_any_phase_only_delays_a_deployment() {
    survives("create.http", &throttled(), &[]).await;
    survives("update.http", &throttled(), &[]).await;
}

#[tokio::test(start_paused = true)]
async fn whatever_breaks_a_read_in_any_phase_only_delays_a_deployment() {
    // What changes something is not simply repeated; the tests below see to it.
    let spares = ["CreateChangeSet", "ExecuteChangeSet"];
    survives("create.http", &broken(), &spares).await;
    survives("update.http", &broken(), &spares).await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_an_execution_is_looked_up_and_the_running_change_is_waited_for() {
    for file in ["execute-lost-and-running.http", "execute-cut.http", "execute-met-itself.http"] {
        let (_, ended) = play(file).await;
        assert_eq!(
            ended.unwrap_or_else(|error| panic!("{file}: {error}")).status.as_str(),
            "UPDATE_COMPLETE",
            "{file}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_execution_that_never_arrived_is_sent_again_with_the_same_token() {
    let (player, ended) = play("execute-lost-on-the-way.http").await;
    assert_eq!(ended.unwrap().status.as_str(), "UPDATE_COMPLETE");
    let sent = player.bodies("ExecuteChangeSet");
    assert_eq!(sent.len(), 6);
    assert!(sent.iter().all(|body| *body == sent[0]), "{sent:?}");
}

#[tokio::test(start_paused = true)]
async fn a_change_set_that_another_update_overtook_is_an_error_and_not_ours() {
    let (_, ended) = play("execute-obsolete.http").await;
    let error = ended.unwrap_err();
    assert!(matches!(&error, Error::Aws { operation: "ExecuteChangeSet", .. }), "{error:?}");
    assert!(error.to_string().contains("OBSOLETE"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_the_making_of_a_change_set_does_not_make_a_second_one() {
    for file in ["create-met-itself.http", "create-lost-on-the-way.http"] {
        let player = Player::new(read(file));
        let prepared = stack::prepare(&player.target(), &request(), &Silent).await;
        assert!(matches!(prepared, Ok(Prepared::Ready(_))), "{file}: {prepared:?}");
        player.assert_over();
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_update_is_told_by_what_failed_first() {
    let (_, ended) = play("rolled-back.http").await;
    let Err(Error::Stack(failed)) = ended else { panic!("{ended:?}") };
    assert_eq!((failed.ending, failed.status.as_str()), (Ending::RolledBack, "UPDATE_ROLLBACK_COMPLETE"));
    let cause = failed.cause.unwrap();
    assert_eq!(cause.logical_id, "Queue");
    assert!(cause.reason.contains("RedrivePolicy"), "{}", cause.reason);
}

#[tokio::test(start_paused = true)]
async fn a_rollback_that_fails_needs_a_person_at_its_end_and_at_the_next_deployment() {
    let (_, ended) = play("rollback-failed.http").await;
    let Err(Error::Stack(failed)) = ended else { panic!("{ended:?}") };
    assert_eq!((failed.ending, failed.status.as_str()), (Ending::Stuck, "UPDATE_ROLLBACK_FAILED"));
    assert!(failed.cause.unwrap().reason.contains("RedrivePolicy"));
    let (player, ended) = play("found-rollback-failed.http").await;
    assert!(matches!(ended, Err(Error::StackNeedsPerson { .. })), "{ended:?}");
    assert_eq!(player.operations(), ["DescribeStacks"]);
}

/// IAM's words for a missing right.
fn denied(operation: &str) -> Answer {
    Answer::http(
        403,
        "text/xml",
        &format!(
            "<ErrorResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: arn:aws:sts::123456789012:assumed-role/Deployer/somebody is not authorized to perform: cloudformation:{operation} on resource: arn:aws:cloudformation:eu-west-1:123456789012:stack/cloudcart-dev/* because no identity-based policy allows the cloudformation:{operation} action</Message></Error><RequestId>1</RequestId></ErrorResponse>"
        ),
    )
}

#[tokio::test(start_paused = true)]
async fn a_missing_right_is_named_wherever_it_is_missing_and_what_was_made_is_taken_away() {
    let whole = read("create.http");
    for position in 0..whole.len() {
        let operation = whole[position].operation.clone();
        let mut script = whole[..position].to_vec();
        script.push(Exchange { operation: operation.clone(), answer: denied(&operation) });
        if operation == "DescribeChangeSet" {
            // The change set, and the stack that came with it.
            script.extend(read("refused-plan.http").split_off(4));
        }
        let expected = names(&script);
        let player = Player::new(script);
        let error = deploy(&player, &Silent).await.unwrap_err();
        assert_eq!(player.operations(), expected, "{operation} at {position}");
        assert_eq!(error.as_aws().map(|aws| aws.kind), Some(AwsKind::Denied), "{error:?}");
        assert!(error.to_string().contains(&format!("cloudformation:{operation}")), "{error}");
        let running = count(&player, "ExecuteChangeSet") == 1 && operation != "ExecuteChangeSet";
        assert_eq!(matches!(error, Error::Unwatched { .. }), running, "{operation} at {position}: {error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_that_ends_during_a_wait_leaves_the_operation_to_itself() {
    let (_, ended) = play("expired-while-waiting.http").await;
    let Err(Error::Unwatched { stack, aws, .. }) = ended else { panic!("{ended:?}") };
    assert_eq!((stack.as_str(), aws.kind), (STACK, AwsKind::Credentials));
}

#[tokio::test(start_paused = true)]
async fn nothing_to_change_is_no_failure_in_either_wording_and_leaves_no_change_set() {
    for file in ["no-changes.http", "no-updates.http"] {
        let (player, ended) = play(file).await;
        assert_eq!(ended.unwrap().status.as_str(), "CREATE_COMPLETE", "{file}");
        assert_eq!((count(&player, "DeleteChangeSet"), count(&player, "DeleteStack")), (1, 0), "{file}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_set_may_take_its_time() {
    let before = Instant::now();
    let player = Player::new(read("slow-plan.http"));
    let prepared = stack::prepare(&player.target(), &request(), &Silent).await;
    assert!(matches!(prepared, Ok(Prepared::Ready(_))), "{prepared:?}");
    player.assert_over();
    assert!(before.elapsed().as_secs() > 300, "{:?}", before.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_refused_change_set_goes_and_so_does_the_stack_that_came_with_it() {
    let (player, ended) = play("refused-plan.http").await;
    let Err(Error::ChangeSetRefused(reason)) = ended else { panic!("{ended:?}") };
    assert!(reason.contains("Fn::GetAtt"), "{reason}");
    assert_eq!(player.operations()[4..], ["DeleteChangeSet", "DeleteStack"]);
}

#[tokio::test(start_paused = true)]
async fn a_stack_that_was_left_in_review_is_created() {
    let (player, ended) = play("left-in-review.http").await;
    assert_eq!(ended.unwrap().status.as_str(), "CREATE_COMPLETE");
    assert!(player.bodies("CreateChangeSet")[0].contains("ChangeSetType=CREATE"));
}

#[tokio::test(start_paused = true)]
async fn a_failed_first_creation_is_removed_before_the_next() {
    let player = Player::new(read("after-failed-create.http"));
    let prepared = stack::prepare(&player.target(), &request(), &Silent).await;
    assert!(matches!(prepared, Ok(Prepared::Ready(_))), "{prepared:?}");
    player.assert_over();
    let operations = player.operations();
    let at = |name: &str| operations.iter().position(|operation| operation == name).unwrap();
    assert!(at("DeleteStack") < at("CreateChangeSet"), "{operations:?}");
    assert!(player.bodies("CreateChangeSet")[0].contains("ChangeSetType=CREATE"));
}

#[tokio::test(start_paused = true)]
async fn only_the_exact_words_mean_that_a_stack_is_absent() {
    let (player, ended) = play("almost-absent.http").await;
    assert!(matches!(ended, Err(Error::Aws { operation: "DescribeStacks", .. })), "{ended:?}");
    assert_eq!(player.operations(), ["DescribeStacks"]);
}

#[tokio::test(start_paused = true)]
async fn every_page_of_changes_and_of_events_is_read() {
    let told = Told::default();
    let player = Player::new(read("paged.http"));
    let target = player.target();
    let Prepared::Ready(ready) = stack::prepare(&target, &request(), &told).await.unwrap() else { panic!() };
    let changes: Vec<_> = ready.plan.changes.iter().map(|c| (c.action.as_str(), c.logical_id.as_str())).collect();
    assert_eq!(changes, [("Add", "Queue"), ("Add", "Second"), ("Remove", "Third")]);
    assert!(ready.plan.changes.iter().all(|change| change.replacement == Replacement::No));
    stack::execute(&target, &ready, &told).await.unwrap();
    // The page beyond the last known event is not asked for.
    player.assert_over();
    let tokens = |operation: &str| -> Vec<String> {
        let token = |body: &String| body.split('&').find_map(|pair| pair.strip_prefix("NextToken=")).map(str::to_owned);
        player.bodies(operation).iter().filter_map(token).collect()
    };
    assert_eq!(tokens("DescribeChangeSet"), ["page-2", "page-3"]);
    assert_eq!(tokens("DescribeStackEvents"), ["events-2", "events-3"]);
    assert_eq!(
        told.resources(),
        [
            "cloudcart-dev UPDATE_IN_PROGRESS",
            "Queue UPDATE_COMPLETE",
            "cloudcart-dev UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
            "cloudcart-dev UPDATE_COMPLETE"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_stack_that_somebody_deletes_meanwhile_is_gone_and_not_done() {
    let (_, ended) = play("deleted-meanwhile.http").await;
    let Err(Error::Stack(failed)) = ended else { panic!("{ended:?}") };
    assert_eq!((failed.ending, failed.status.as_str()), (Ending::Gone, "DELETE_COMPLETE"));
}

#[tokio::test(start_paused = true)]
async fn a_running_operation_of_another_is_waited_for() {
    let told = Told::default();
    let player = Player::new(read("busy.http"));
    let prepared = stack::prepare(&player.target(), &request(), &told).await;
    assert!(matches!(prepared, Ok(Prepared::Ready(_))), "{prepared:?}");
    player.assert_over();
    assert!(told.0.lock().unwrap().iter().any(|event| matches!(event, Event::StackBusy { .. })));
}

/// Plays a file of which the SDK may repeat the last exchange as often as it likes.
fn refused_again_and_again(file: &str) -> Player {
    let mut script = read(file);
    let last = script.last().unwrap().clone();
    script.extend(std::iter::repeat_n(last, 4));
    Player::new(script)
}

#[tokio::test(start_paused = true)]
async fn a_wrong_clock_is_called_by_its_name_and_both_times_are_told() {
    let player = refused_again_and_again("clock-query.http");
    let error = deploy(&player, &Silent).await.unwrap_err();
    assert_eq!(error.as_aws().map(|aws| aws.kind), Some(AwsKind::Clock), "{error:?}");
    let words = error.to_string();
    assert!(words.contains("20261128T094500Z") && words.contains("Sat, 28 Nov 2026 10:17:12 GMT"), "{words}");

    let player = refused_again_and_again("clock-s3.http");
    let error = upload(&player).await.unwrap_err();
    assert_eq!(error.as_aws().map(|aws| aws.kind), Some(AwsKind::Clock), "{error:?}");
    assert!(error.to_string().contains("Sat, 28 Nov 2026 10:17:12 GMT"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_page_in_place_of_every_answer_is_told_as_what_it_is() {
    for (status, title) in [(502, "502 Bad Gateway"), (200, "Welcome to the hotel"), (403, "Blocked by policy")] {
        let page = format!("<!DOCTYPE html>\n<html><head><title>{title}</title></head><body></body></html>");
        let answer = Answer::http(status, "text/html", &page);
        let script = vec![Exchange { operation: "DescribeStacks".to_owned(), answer }; 200];
        let player = Player::new(script);
        let before = Instant::now();
        let error = deploy(&player, &Silent).await.unwrap_err();
        assert_eq!(error.as_aws().map(|aws| aws.kind), Some(AwsKind::Unreadable), "{error:?}");
        assert!(error.to_string().contains(title), "{error}");
        let waited = before.elapsed().as_secs();
        assert!((60..300).contains(&waited), "{waited} s for HTTP {status}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_does_not_offer_a_call_says_so_at_once() {
    let whole = read("update.http");
    for position in 0..5 {
        let operation = whole[position].operation.clone();
        let mut script = whole[..position].to_vec();
        script.push(Exchange {
            operation: operation.clone(),
            answer: Answer::http(501, "text/plain", "not implemented"),
        });
        if operation == "DescribeChangeSet" {
            script.extend(read("no-changes.http").drain(4..5));
        }
        let player = Player::new(script);
        let error = deploy(&player, &Silent).await.unwrap_err();
        player.assert_over();
        assert_eq!(error.as_aws().map(|aws| aws.kind), Some(AwsKind::NotOffered), "{operation}: {error:?}");
        assert!(
            error.to_string().starts_with(&format!("{operation} failed: this endpoint does not offer that")),
            "{error}"
        );
    }
}

async fn upload(player: &Player) -> Result<BTreeMap<String, String>> {
    let folder = tempfile::tempdir().unwrap();
    let zip = folder.path().join("cart.zip");
    std::fs::write(&zip, b"PK").unwrap();
    let package = Package {
        name: "cart".to_owned(),
        arch: "arm64".to_owned(),
        zip,
        zip_bytes: 2,
        binary_bytes: 2,
        sha256: "ab".to_owned(),
        glibc: None,
        rebuilt: true,
    };
    let target = player.target();
    assets::upload(&target, &request().bucket, STACK, &[package], &Silent).await
}

#[tokio::test(start_paused = true)]
async fn a_slow_and_dropping_s3_gets_its_archive() {
    let player = Player::new(read("upload-throttled.http"));
    let keys = upload(&player).await.unwrap();
    player.assert_over();
    assert_eq!(keys["cart"], "cloudcart-dev/cart/ab.zip");
}

#[tokio::test(start_paused = true)]
async fn a_bucket_of_another_account_is_refused_and_nothing_is_put_into_it() {
    let player = Player::new(read("bucket-of-another.http"));
    let error = assets::ensure_bucket(&player.target(), &Silent).await.unwrap_err();
    assert_eq!(player.operations(), ["HEAD /"]);
    assert!(matches!(error, Error::BucketNotOurs { .. }), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn rows_that_a_busy_table_leaves_are_sent_again_alone() {
    let player = Player::new(read("rows-throttled.http"));
    let row = |id: &str| rows::Row::from([("id".to_owned(), rows::Cell::Text(id.to_owned()))]);
    rows::write(&player.target(), "Products", &[row("1"), row("2")], &|_| ()).await.unwrap();
    player.assert_over();
    let sent = player.bodies("BatchWriteItem");
    assert_eq!(sent[0], sent[1]);
    assert!(!sent[2].contains("\"1\"") && sent[2].contains("\"2\""), "{}", sent[2]);
}

#[tokio::test(start_paused = true)]
async fn a_log_behind_failures_comes_whole_and_in_order() {
    let player = Player::new(read("logs-throttled.http"));
    let group = logs::Group {
        function: "worker".to_owned(),
        name: "/shop/worker".to_owned(),
        arn: "arn:aws:logs:eu-west-1:123456789012:log-group:/shop/worker".to_owned(),
    };
    let mut tail = logs::Tail::new(group, None, 0);
    let lines = tail.poll(&player.target()).await.unwrap();
    player.assert_over();
    let messages: Vec<_> = lines.iter().map(|line| line.message.as_str()).collect();
    assert_eq!(messages, ["first", "second"]);
}

#[tokio::test(start_paused = true)]
async fn a_busy_lambda_is_asked_again_for_where_a_function_logs_to() {
    let player = Player::new(read("function-throttled.http"));
    let group = logs::group_of(&player.target(), STACK, "Worker", "worker").await.unwrap();
    player.assert_over();
    assert_eq!(group.name, "/shop/worker");
}
