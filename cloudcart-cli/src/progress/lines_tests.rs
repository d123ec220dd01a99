//! Golden pictures of operations, and what holds for every picture.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::fmt::Write as _;

use cloudcart_deploy::stack::ResourceEvent;

use super::*;

const WIDE: Look = Look { width: 80, height: 23, colour: false, unicode: true };

/// `at` is seconds after noon.
fn time(at: f64) -> Timestamp {
    let noon: Timestamp = "2026-03-02T12:00:00Z".parse().unwrap();
    noon + jiff::SignedDuration::from_secs_f64(at)
}

/// A scene: an operation told by lines such as `3.5 CREATE_FAILED Api AWS::Lambda::Function: reason`.
fn scene(stack: &str, planned: usize, script: &str) -> Tree {
    let mut tree = Tree::new(stack, planned);
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (head, reason) = line.split_once(": ").map_or((line, None), |(head, reason)| (head, Some(reason)));
        let words: Vec<&str> = head.split(' ').collect();
        let at = time(words[0].parse().unwrap());
        let event = ResourceEvent {
            timestamp: at.to_string(),
            status: words[1].to_owned(),
            logical_id: words[2].to_owned(),
            resource_type: (*words.get(3).unwrap_or(&"AWS::CloudFormation::Stack")).to_owned(),
            physical_id: words.get(4).map(|id| (*id).to_owned()).unwrap_or_default(),
            reason: reason.map(str::to_owned),
            is_stack: words[2] == stack,
            ..ResourceEvent::default()
        };
        tree.take(&event, at);
    }
    tree
}

fn picture(scene: &Tree, at: f64, look: Look) -> String {
    tree(scene, time(at), look).join("\n")
}

const CREATION: &str = "
    0 CREATE_IN_PROGRESS shop
    1 CREATE_IN_PROGRESS Role AWS::IAM::Role
    1 CREATE_IN_PROGRESS Orders AWS::DynamoDB::Table
    1.2 CREATE_IN_PROGRESS CheckoutQueue AWS::SQS::Queue
    2 CREATE_IN_PROGRESS Role AWS::IAM::Role shop-Role-1: Resource creation Initiated
    3 CREATE_COMPLETE CheckoutQueue AWS::SQS::Queue
    17.4 CREATE_COMPLETE Role AWS::IAM::Role shop-Role-1
    18 CREATE_IN_PROGRESS Api AWS::Lambda::Function
    18 CREATE_IN_PROGRESS Worker AWS::Lambda::Function
    19 CREATE_IN_PROGRESS Worker AWS::Lambda::Function w: Eventual consistency check initiated
    20.4 CREATE_COMPLETE Api AWS::Lambda::Function
";

#[test]
fn a_creation_under_way() {
    insta::assert_snapshot!(picture(&scene("shop", 9, CREATION), 42.0, WIDE));
}

#[test]
fn a_failure_and_the_way_back() {
    let script = format!(
        "{CREATION}
        21 CREATE_FAILED Worker AWS::Lambda::Function: Resource handler returned message: \"Unzipped size must be smaller than 262144000 bytes (Service: Lambda, Status Code: 400, Request ID: 1)\" (RequestToken: 1, HandlerErrorCode: InvalidRequest)
        21 CREATE_FAILED Orders AWS::DynamoDB::Table: Resource creation cancelled
        22 ROLLBACK_IN_PROGRESS shop: The following resource(s) failed to create: [Orders, Worker].
        23 DELETE_IN_PROGRESS Worker AWS::Lambda::Function
        23 DELETE_IN_PROGRESS Orders AWS::DynamoDB::Table
        24 DELETE_COMPLETE Worker AWS::Lambda::Function
        24 DELETE_IN_PROGRESS CheckoutQueue AWS::SQS::Queue"
    );
    let tree = scene("shop", 9, &script);
    insta::assert_snapshot!(picture(&tree, 30.0, WIDE));
    let narrow = Look { width: 40, ..WIDE };
    insta::assert_snapshot!("a_failure_forty_columns_wide", picture(&tree, 30.0, narrow));
    let ascii = Look { unicode: false, ..WIDE };
    insta::assert_snapshot!("a_failure_in_ascii", picture(&tree, 30.0, ascii));
    let coloured = Look { colour: true, ..WIDE };
    let text = picture(&tree, 30.0, coloured);
    assert_eq!(strip(&text), picture(&tree, 30.0, WIDE), "colour adds nothing but colour");
    assert!(text.contains("\u{1b}[1;31m✗ ") || text.contains("\u{1b}[1;31m    ✗ "), "{text:?}");
}

#[test]
fn an_update_with_a_replacement_and_a_removal() {
    let script = "
        0 UPDATE_IN_PROGRESS shop
        1 UPDATE_IN_PROGRESS Queue AWS::SQS::Queue old
        1 UPDATE_IN_PROGRESS Queue AWS::SQS::Queue old: Requested update requires the creation of a new physical resource; hence creating one.
        2 UPDATE_IN_PROGRESS Queue AWS::SQS::Queue new: Resource creation Initiated
        3 UPDATE_COMPLETE Queue AWS::SQS::Queue new
        3 UPDATE_IN_PROGRESS Api AWS::Lambda::Function api
        5 UPDATE_COMPLETE Api AWS::Lambda::Function api
        6 UPDATE_COMPLETE_CLEANUP_IN_PROGRESS shop
        7 DELETE_IN_PROGRESS Queue AWS::SQS::Queue old
        7 DELETE_IN_PROGRESS Gone AWS::Logs::LogGroup gone
        7 DELETE_SKIPPED Uploads AWS::S3::Bucket uploads";
    let tree = scene("shop", 4, script);
    insta::assert_snapshot!(picture(&tree, 9.0, WIDE));
    let script = format!(
        "{script}
        67 DELETE_COMPLETE Queue AWS::SQS::Queue old
        8 DELETE_COMPLETE Gone AWS::Logs::LogGroup gone
        68 UPDATE_COMPLETE shop"
    );
    let done = scene("shop", 4, &script);
    insta::assert_snapshot!("an_update_that_is_done", picture(&done, 90.0, WIDE));
    insta::assert_snapshot!("the_summary_of_an_update", summary(&done, WIDE).join("\n"));
}

#[test]
fn an_update_that_is_put_back() {
    let script = "
        0 UPDATE_IN_PROGRESS shop
        1 UPDATE_IN_PROGRESS Queue AWS::SQS::Queue q
        2 UPDATE_COMPLETE Queue AWS::SQS::Queue q
        2 UPDATE_IN_PROGRESS Orders AWS::DynamoDB::Table o
        3 UPDATE_FAILED Orders AWS::DynamoDB::Table o: Cannot perform more than one GSI creation or deletion in a single update
        4 UPDATE_ROLLBACK_IN_PROGRESS shop
        5 UPDATE_IN_PROGRESS Queue AWS::SQS::Queue q
        5 UPDATE_IN_PROGRESS Orders AWS::DynamoDB::Table o
        7 UPDATE_COMPLETE Orders AWS::DynamoDB::Table o
        8 UPDATE_COMPLETE Queue AWS::SQS::Queue q
        9 UPDATE_ROLLBACK_COMPLETE shop";
    let tree = scene("shop", 2, script);
    insta::assert_snapshot!(picture(&tree, 9.0, WIDE));
    insta::assert_snapshot!("the_failures_of_somebody_else_s_update", failures(&tree, WIDE).join("\n"));
    assert_eq!(summary(&tree, WIDE)[0], "shop: 1 put back, 1 failed in 9.0s");
}

#[test]
fn a_removal() {
    let script = "
        0 DELETE_IN_PROGRESS shop
        1 DELETE_IN_PROGRESS Api AWS::Lambda::Function
        1 DELETE_IN_PROGRESS Uploads AWS::S3::Bucket
        2 DELETE_COMPLETE Api AWS::Lambda::Function
        3 DELETE_FAILED Uploads AWS::S3::Bucket: The bucket you tried to delete is not empty (Service: Amazon S3; Status Code: 409; Error Code: BucketNotEmpty; Request ID: 1)
        3 DELETE_SKIPPED Orders AWS::DynamoDB::Table
        4 DELETE_FAILED shop: The following resource(s) failed to delete: [Uploads].";
    let tree = scene("shop", 0, script);
    insta::assert_snapshot!(picture(&tree, 9.0, WIDE));
    insta::assert_snapshot!("the_summary_of_a_removal", summary(&tree, WIDE).join("\n"));
}

/// 500 resources of ten services: 380 done, 100 under way, 20 failed.
fn large() -> Tree {
    let mut script = String::from("0 CREATE_IN_PROGRESS shop\n");
    for n in 0..500 {
        let kind = format!("AWS::Service{}::Thing", n % 10);
        let start = f64::from(n) / 10.0;
        let _ = writeln!(script, "{start} CREATE_IN_PROGRESS Thing{n:03} {kind}");
        if n < 380 {
            let _ = writeln!(script, "{} CREATE_COMPLETE Thing{n:03} {kind}", start + 2.0);
        } else if n < 400 {
            let _ = writeln!(script, "{} CREATE_FAILED Thing{n:03} {kind}: no {n}", start + 2.0);
        }
    }
    scene("shop", 500, &script)
}

#[test]
fn five_hundred_resources_on_twenty_four_lines() {
    insta::assert_snapshot!(picture(&large(), 90.0, WIDE));
    // With a few under way their services are shown, and what is done is a number.
    let mut script = String::from("0 UPDATE_IN_PROGRESS shop\n");
    for n in 0..500 {
        let kind = format!("AWS::Service{}::Thing", n % 10);
        let _ = writeln!(script, "1 UPDATE_IN_PROGRESS Thing{n:03} {kind}");
        if n >= 4 {
            let _ = writeln!(script, "2 UPDATE_COMPLETE Thing{n:03} {kind}");
        }
    }
    insta::assert_snapshot!(
        "five_hundred_of_which_four_are_under_way",
        picture(&scene("shop", 500, &script), 5.0, WIDE)
    );
}

#[test]
fn a_picture_never_exceeds_the_terminal_and_failures_are_the_last_to_go() {
    let tree = large();
    for width in [1, 2, 3, 10, 39, 80, 200] {
        for height in [1, 2, 3, 5, 12, 23, 60, 700] {
            for unicode in [true, false] {
                for colour in [true, false] {
                    let look = Look { width, height, colour, unicode };
                    let lines = super::tree(&tree, time(90.0), look);
                    assert!(lines.len() <= height, "{} lines on {height}", lines.len());
                    for line in &lines {
                        let columns = strip(line).chars().count();
                        assert!(columns <= width.max(3), "{columns} columns on {width}: {line:?}");
                        assert!(!line.contains('\n'), "{line:?}");
                    }
                    if width >= 80 && height >= 23 {
                        let failed = lines.iter().filter(|line| line.contains("failed to create")).count();
                        assert_eq!(failed, 20, "on {height} lines");
                    }
                }
            }
        }
    }
}

#[test]
fn clocks_that_differ_do_not_bend_the_timers() {
    let mut tree = Tree::new("shop", 1);
    // The local clock is ten minutes ahead, and the first event takes three seconds to get here.
    for (at, arrived, status, id) in
        [(0.0, 603.0, "CREATE_IN_PROGRESS", "shop"), (1.0, 601.5, "CREATE_IN_PROGRESS", "Queue")]
    {
        let event = ResourceEvent {
            timestamp: time(at).to_string(),
            status: status.to_owned(),
            logical_id: id.to_owned(),
            resource_type: "AWS::SQS::Queue".to_owned(),
            is_stack: id == "shop",
            ..ResourceEvent::default()
        };
        tree.take(&event, time(arrived));
    }
    let text = picture(&tree, 631.5, WIDE);
    assert!(text.contains("creating 30s") && text.lines().next().unwrap().ends_with("31s"), "{text}");
}

#[test]
fn text_of_a_service_cannot_steer_the_terminal() {
    let tree = scene("shop", 1, "1 CREATE_FAILED Q AWS::SQS::Queue: bad \u{1b}[2J\u{7}\tname");
    let text = picture(&tree, 2.0, WIDE);
    assert!(text.contains("bad [2J name") && !text.contains('\u{1b}'), "{text:?}");
}

#[test]
fn spans_read_well() {
    let cases = [(400, "0.4s"), (9_990, "9.9s"), (12_000, "12s"), (65_000, "1m05s"), (3_725_000, "1h02m")];
    for (millis, expected) in cases {
        assert_eq!(span(Duration::from_millis(millis), true), expected);
    }
    assert_eq!(span(Duration::from_millis(9_990), false), "9s");
}

#[test]
fn an_operation_without_resources_has_no_summary() {
    assert!(summary(&scene("shop", 0, "0 UPDATE_IN_PROGRESS shop"), WIDE).is_empty());
}

/// Text without its colours.
fn strip(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    plain + rest
}
