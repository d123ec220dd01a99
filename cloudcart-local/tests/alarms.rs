//! CloudWatch through the unmodified SDK: declared alarms, which nobody evaluates here.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use aws_sdk_cloudwatch::{error::ProvideErrorMetadata as _, types::StateValue};
use serde_json::json;
use support::{cloud, keys, provider, resource, root};

#[tokio::test]
async fn declared_alarms_are_told_and_say_that_nobody_evaluates_them() {
    let cloud = cloud().await;
    let client = aws_sdk_cloudwatch::Client::from_conf(config!(aws_sdk_cloudwatch, cloud, root(&cloud)).build());
    let alarms = provider(&cloud, "AWS::CloudWatch::Alarm");
    for (name, threshold) in [("b", json!("1.5")), ("a", json!(1)), ("c", json!(2))] {
        let properties = json!({"AlarmName": name, "MetricName": "Errors", "Threshold": threshold, "Period": "60"});
        alarms.create(&resource(name, properties)).await.unwrap();
    }
    let named = client.describe_alarms().set_alarm_names(Some(vec!["a".into(), "b".into(), "none".into()]));
    let found = named.send().await.unwrap();
    let seen: Vec<_> =
        found.metric_alarms().iter().map(|alarm| (alarm.alarm_name().unwrap(), alarm.threshold().unwrap())).collect();
    assert_eq!(seen, [("a", 1.0), ("b", 1.5)]);
    let alarm = &found.metric_alarms()[0];
    assert_eq!(alarm.state_value(), Some(&StateValue::InsufficientData));
    assert!(alarm.state_reason().unwrap().contains("evaluates no alarms"), "{alarm:?}");
    assert!(alarm.state_updated_timestamp().unwrap().secs() > 1_700_000_000, "{alarm:?}");
    assert_eq!((alarm.metric_name(), alarm.period()), (Some("Errors"), Some(60)));

    let mut pages = client.describe_alarms().max_records(2).into_paginator().send();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        sizes.push(page.unwrap().metric_alarms().len());
    }
    assert_eq!(sizes, [2, 1]);
    let wrong = client.describe_alarms().max_records(101).send().await.unwrap_err();
    assert_eq!(wrong.code(), Some("ValidationError"));
    let metrics = client.list_metrics().send().await.unwrap_err();
    assert_eq!(metrics.raw_response().unwrap().status().as_u16(), 501);
    let stranger = keys("AKIAIOSFODNN7EXAMPLE", "wrong", None);
    let stranger = aws_sdk_cloudwatch::Client::from_conf(config!(aws_sdk_cloudwatch, cloud, stranger).build());
    assert_eq!(stranger.describe_alarms().send().await.unwrap_err().code(), Some("UnrecognizedClientException"));
    cloud.shutdown().await;
}
