//! The worker takes whatever comes: no event makes it panic, and of a batch exactly the bad records are reported.

use cloudcart_handlers::worker;
use cloudcart_shop::env::Identity;
use cloudcart_shop::order::State;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::{cases, runtime};
use crate::stores::bench::{Bench, Kind};

/// Any JSON, with the names that an SQS event has in it.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(json!("aws:sqs")),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let name = prop_oneof![
            4 => select(vec!["Records", "messageId", "body", "eventSource", "attributes"]).prop_map(str::to_owned),
            1 => any::<String>(),
        ];
        let object = vec((name, inner.clone()), 0..6).prop_map(|members| Value::Object(Map::from_iter(members)));
        prop_oneof![vec(inner, 0..6).prop_map(Value::Array), object]
    })
}

/// A record of a batch: the message about an order, perhaps with something more in it, or what is none.
#[derive(Debug, Clone)]
enum Record {
    Good(usize, Option<Value>),
    Broken(usize, &'static str, Value),
    Noise(String),
}

fn record() -> impl Strategy<Value = Record> {
    let broken = select(vec![
        ("v", json!(2)),
        ("v", json!("1")),
        ("v", Value::Null),
        ("type", json!("order.paid")),
        ("orderId", json!("1")),
        ("orderId", Value::Null),
        ("orderId", json!("0199a3b4-0000-7000-8000-00000000000f")),
    ]);
    prop_oneof![
        3 => (0..3_usize, proptest::option::of(value())).prop_map(|(order, more)| Record::Good(order, more)),
        2 => (0..3_usize, broken).prop_map(|(order, (name, value))| Record::Broken(order, name, value)),
        1 => any::<String>().prop_map(Record::Noise),
        1 => value().prop_map(|value| Record::Noise(value.to_string())),
    ]
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn no_event_makes_the_worker_panic(event in value(), records in vec(value(), 0..4)) {
        runtime().block_on(async {
            let bench = Bench::start(Kind::Memory, Identity::Demo).await;
            // An answer or an error is all the same here; what is no record cannot have been worked on.
            let _ = bench.span.scope(worker::handle(&bench.worker, event, i64::MAX)).await;
            let batch = json!({ "Records": records });
            let _ = bench.span.scope(worker::handle(&bench.worker, batch, i64::MAX)).await;
        });
    }

    #[test]
    fn exactly_the_bad_records_are_reported(records in vec(record(), 0..12)) {
        runtime().block_on(async {
            let bench = Bench::start(Kind::Memory, Identity::Demo).await;
            let mut placed = Vec::new();
            for qty in 1..=3 {
                placed.push(bench.place(json!([{ "id": "1", "qty": qty }])).await);
            }
            let with = |order: usize, name: &str, value: &Value| {
                let mut message: Value = serde_json::from_str(&placed[order].1).unwrap();
                message[name] = value.clone();
                message.to_string()
            };
            let bodies: Vec<String> = records
                .iter()
                .map(|record| match record {
                    Record::Good(order, None) => placed[*order].1.clone(),
                    Record::Good(order, Some(more)) => with(*order, "more", more),
                    Record::Broken(order, name, value) => with(*order, name, value),
                    Record::Noise(body) => body.clone(),
                })
                .collect();
            let answer = bench.work(&bodies).await.unwrap();
            let reported: Vec<_> = answer.batch_item_failures.into_iter().map(|one| one.item_identifier).collect();
            let bad = records.iter().enumerate().filter(|(_, record)| !matches!(record, Record::Good(..)));
            assert_eq!(reported, bad.map(|(at, _)| format!("m{at}")).collect::<Vec<_>>());
            for (at, (id, _)) in placed.iter().enumerate() {
                let told = records.iter().any(|record| matches!(record, Record::Good(order, _) if *order == at));
                let state = if told { State::Confirmed } else { State::Pending };
                assert_eq!(bench.order(id).await.state, state);
            }
        });
    }
}
