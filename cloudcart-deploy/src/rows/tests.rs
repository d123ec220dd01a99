//! Writing against a table in memory that leaves rows, throttles, breaks off and refuses.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::sync::{Arc, Mutex};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::answering::{Answering, response};
use crate::target::Identity;

/// What the service does with one call.
#[derive(Debug, Clone, Copy)]
enum Deed {
    /// Writes the first so many rows of the batch and leaves the others.
    Write(usize),
    Throttle,
    /// Fails without a word about what was written; it was.
    Break,
    Refuse,
}

/// A table: how often each id was written, and what comes next; once it is through, everything is written.
#[derive(Default)]
struct Table {
    rows: BTreeMap<String, usize>,
    deeds: Vec<Deed>,
}

fn target(table: &Arc<Mutex<Table>>) -> Target {
    let table = Arc::clone(table);
    let client = Answering::by(move |request| {
        let input: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        let batch = input["RequestItems"]["t"].as_array().unwrap().clone();
        assert!(batch.len() <= BATCH);
        let mut table = table.lock().unwrap();
        let deed = table.deeds.pop().unwrap_or(Deed::Write(BATCH));
        let (status, body, taken) = match deed {
            Deed::Write(most) => {
                let most = most.min(batch.len());
                let left = &batch[most..];
                let left = if left.is_empty() { json!({}) } else { json!({ "t": left }) };
                (200, json!({ "UnprocessedItems": left }), most)
            }
            Deed::Throttle => {
                (400, json!({ "__type": "ProvisionedThroughputExceededException", "message": "slowly" }), 0)
            }
            Deed::Break => (500, json!({ "__type": "InternalServerError", "message": "?" }), batch.len()),
            Deed::Refuse => (400, json!({ "__type": "ValidationException", "message": "no" }), 0),
        };
        for put in &batch[..taken] {
            let id = put["PutRequest"]["Item"]["id"]["S"].as_str().unwrap().to_owned();
            *table.rows.entry(id).or_default() += 1;
        }
        response(status, body.to_string())
    });
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .endpoint_url("https://dynamodb.example")
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("a", "s", None, None, "test")))
        .http_client(client)
        .retry_config(aws_config::retry::RetryConfig::disabled())
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .build();
    Target::from_config(config, Identity { account: "1".to_owned(), arn: String::new() }).unwrap()
}

fn catalogue(count: usize) -> Vec<Row> {
    (0..count).map(|id| Row::from([("id".to_owned(), Cell::Text(format!("p-{id}")))])).collect()
}

/// Writes `count` rows to a table with these deeds.
async fn run(count: usize, deeds: Vec<Deed>) -> (Result<()>, usize, BTreeMap<String, usize>) {
    let table = Arc::new(Mutex::new(Table { deeds, ..Table::default() }));
    let told = AtomicUsize::new(0);
    let count_told = |rows: usize| {
        told.fetch_add(rows, Ordering::Relaxed);
    };
    let result = write(&target(&table), "t", &catalogue(count), &count_told).await;
    let rows = std::mem::take(&mut table.lock().unwrap().rows);
    (result, told.into_inner(), rows)
}

fn paused() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => (0_usize..=BATCH).prop_map(Deed::Write),
        2 => Just(Deed::Throttle),
        1 => Just(Deed::Break),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// However much is left, throttled and broken off in passing: in the end every row is there, and each is counted once.
    #[test]
    fn every_row_is_written_and_counted_once(count in 0_usize..300, deeds in prop::collection::vec(deed(), 0..12)) {
        // Fewer troubles than a batch has attempts, so that none of them may be given up.
        let deeds: Vec<Deed> = deeds.into_iter().take(usize::try_from(ATTEMPTS).unwrap() - 1).collect();
        let (result, told, rows) = paused().block_on(run(count, deeds));
        prop_assert!(result.is_ok(), "{:?}", result);
        prop_assert_eq!((told, rows.len()), (count, count));
    }

    /// When a batch is refused, what is said to be written is what is written.
    #[test]
    fn a_failure_half_way_says_how_far_it_came(
        count in 1_usize..300,
        before in prop::collection::vec(deed(), 0..6),
    ) {
        let deeds: Vec<Deed> = std::iter::once(Deed::Refuse).chain(before).collect();
        let (result, told, rows) = paused().block_on(run(count, deeds));
        // A small catalogue may be through before the refusal's turn comes.
        if let Err(error) = result {
            let Error::RowsPartly { total, written, unsure, cause, .. } = error else { panic!("{error}") };
            prop_assert_eq!((total, written), (count, told));
            prop_assert!(cause.to_string().contains("BatchWriteItem"), "{}", cause);
            prop_assert!((written..=written + unsure).contains(&rows.len()), "{} of {} and {}", rows.len(), written, unsure);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_table_that_takes_nothing_is_given_up_and_one_that_stays_broken_leaves_doubt() {
    let (result, told, rows) = run(25, vec![Deed::Write(0); 200]).await;
    let Err(Error::RowsPartly { written: 0, unsure: 0, cause, .. }) = result else { panic!("{result:?}") };
    assert!(matches!(*cause, Error::RowsLeft { left: 25, .. }), "{cause}");
    assert_eq!((told, rows.len()), (0, 0));

    let (result, told, rows) = run(25, vec![Deed::Break; 200]).await;
    let Err(Error::RowsPartly { written: 0, unsure: 25, .. }) = result else { panic!("{result:?}") };
    assert_eq!((told, rows.len()), (0, 25), "it was written all the same");
}

#[test]
fn waiting_grows_is_bounded_and_differs() {
    for (attempt, most) in [(1, 50), (2, 100), (40, 5_000)] {
        let waits: Vec<Duration> = (0..50).map(|_| backoff(attempt)).collect();
        let (least, most) = (Duration::from_millis(most / 2), Duration::from_millis(most));
        assert!(waits.iter().all(|wait| (least..=most).contains(wait)), "{waits:?}");
        assert!(waits.iter().any(|wait| wait != &waits[0]), "{waits:?}");
    }
}

#[test]
fn numbers_stay_exact_text() {
    let row = Row::from([
        ("id".to_owned(), Cell::Text("1".to_owned())),
        ("price".to_owned(), Cell::Number("99.99".to_owned())),
    ]);
    let request = put_request(&row);
    let item = request.put_request().map(|put| put.item().clone()).unwrap_or_default();
    assert_eq!(item["price"], AttributeValue::N("99.99".to_owned()));
    assert_eq!(item["id"], AttributeValue::S("1".to_owned()));
}
