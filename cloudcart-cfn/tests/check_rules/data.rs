//! Tables, buckets, alarms, parameters, and what becomes of data.

use serde_json::{Value as Json, json};

use super::{Case, of};

fn key(names: &[&str]) -> Json {
    let kinds = ["HASH", "RANGE"];
    names.iter().zip(kinds).map(|(name, kind)| json!({"AttributeName": name, "KeyType": kind})).collect()
}

fn defined(names: &[&str]) -> Json {
    names.iter().map(|name| json!({"AttributeName": name, "AttributeType": "S"})).collect()
}

/// A table on demand with that key, whose attributes are defined, and more properties.
fn table(names: &[&str], more: Json) -> Json {
    let mut properties =
        json!({"KeySchema": key(names), "AttributeDefinitions": defined(names), "BillingMode": "PAY_PER_REQUEST"});
    let Json::Object(more) = more else { panic!("{more}") };
    properties.as_object_mut().unwrap().extend(more);
    json!({"Stock": of("AWS::DynamoDB::Table", properties)})
}

fn indexes(count: usize) -> Json {
    (0..count).map(|number| json!({"IndexName": format!("By{number}"), "KeySchema": key(&["pk"])})).collect()
}

fn bucket(name: &Json) -> Json {
    json!({"Files": of("AWS::S3::Bucket", json!({"BucketName": name}))})
}

fn alarm(properties: Json) -> Json {
    json!({"Bell": of("AWS::CloudWatch::Alarm", properties)})
}

#[expect(clippy::needless_pass_by_value, reason = "a case reads better with its JSON written in place")]
fn parameter(properties: Json) -> Json {
    json!({"Parameters": {"Size": properties}})
}

pub(crate) fn cases() -> Vec<Case> {
    let metric = json!({"Namespace": "AWS/SQS", "MetricName": "Age", "Period": 60, "Statistic": "Maximum"});
    let units = json!({"ReadCapacityUnits": 1, "WriteCapacityUnits": 1});
    let kept = |deletion: &str| json!({"Stock": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": deletion, "UpdateReplacePolicy": "Retain"}});
    vec![
        Case {
            rule: "table-key-schema",
            path: "Resources/Stock/Properties/KeySchema",
            fires: table(&[], json!({"KeySchema": [{"AttributeName": "pk", "KeyType": "RANGE"}]})),
            silent: vec![table(&["pk"], json!({})), table(&["pk", "sk"], json!({}))],
        },
        Case {
            rule: "table-key-attribute",
            path: "Resources/Stock/Properties/GlobalSecondaryIndexes/0/KeySchema/0/AttributeName",
            fires: table(
                &["pk"],
                json!({"GlobalSecondaryIndexes": [{"IndexName": "By", "KeySchema": key(&["other"])}]}),
            ),
            silent: vec![table(&["pk"], json!({})), table(&["pk"], json!({"AttributeDefinitions": {"Ref": "All"}}))],
        },
        Case {
            rule: "table-unused-attribute",
            path: "Resources/Stock/Properties/AttributeDefinitions/1",
            fires: table(&["pk"], json!({"AttributeDefinitions": defined(&["pk", "price"])})),
            silent: vec![
                table(&["pk", "sk"], json!({})),
                table(
                    &["pk"],
                    json!({"AttributeDefinitions": defined(&["pk", "x"]), "GlobalSecondaryIndexes": {"Ref": "All"}}),
                ),
            ],
        },
        Case {
            rule: "table-index-limit",
            path: "Resources/Stock/Properties/GlobalSecondaryIndexes",
            fires: table(&["pk"], json!({"GlobalSecondaryIndexes": indexes(21)})),
            silent: vec![table(
                &["pk"],
                json!({"GlobalSecondaryIndexes": indexes(20), "LocalSecondaryIndexes": indexes(5)}),
            )],
        },
        Case {
            rule: "table-index-name",
            path: "Resources/Stock/Properties/LocalSecondaryIndexes/0/IndexName",
            fires: table(&["pk"], json!({"GlobalSecondaryIndexes": indexes(2), "LocalSecondaryIndexes": indexes(1)})),
            silent: vec![table(&["pk"], json!({"GlobalSecondaryIndexes": indexes(2)}))],
        },
        Case {
            rule: "table-local-index",
            path: "Resources/Stock/Properties/LocalSecondaryIndexes/0/KeySchema",
            fires: table(
                &["pk"],
                json!({"LocalSecondaryIndexes": [{"IndexName": "By", "KeySchema": key(&["pk", "price"])}]}),
            ),
            silent: vec![table(
                &["pk", "sk"],
                json!({"LocalSecondaryIndexes": [{"IndexName": "By", "KeySchema": key(&["pk", "price"])}]}),
            )],
        },
        Case {
            rule: "table-on-demand-capacity",
            path: "Resources/Stock/Properties/ProvisionedThroughput",
            fires: table(&["pk"], json!({"ProvisionedThroughput": units})),
            silent: vec![
                table(&["pk"], json!({"BillingMode": "PROVISIONED", "ProvisionedThroughput": units})),
                table(&["pk"], json!({"BillingMode": {"Ref": "Mode"}, "ProvisionedThroughput": units})),
                table(&["pk"], json!({"ProvisionedThroughput": {"Ref": "AWS::NoValue"}})),
            ],
        },
        Case {
            rule: "table-provisioned-capacity",
            path: "Resources/Stock/Properties/GlobalSecondaryIndexes/0",
            fires: table(
                &["pk"],
                json!({"BillingMode": "PROVISIONED", "ProvisionedThroughput": units, "GlobalSecondaryIndexes": indexes(1)}),
            ),
            silent: vec![
                table(&["pk"], json!({"GlobalSecondaryIndexes": indexes(1)})),
                table(&["pk"], json!({"BillingMode": "PROVISIONED", "ProvisionedThroughput": units})),
            ],
        },
        Case {
            rule: "table-ttl",
            path: "Resources/Stock/Properties/TimeToLiveSpecification",
            fires: table(&["pk"], json!({"TimeToLiveSpecification": {"Enabled": true}})),
            silent: vec![
                table(&["pk"], json!({"TimeToLiveSpecification": {"Enabled": false}})),
                table(&["pk"], json!({"TimeToLiveSpecification": {"Enabled": true, "AttributeName": "ends"}})),
            ],
        },
        Case {
            rule: "bucket-name",
            path: "Resources/Files/Properties/BucketName",
            fires: bucket(&json!("Files")),
            silent: vec![
                bucket(&json!("files.of-2026")),
                bucket(&json!({"Fn::Sub": "files-${AWS::AccountId}-${Stage}"})),
                bucket(&json!({"Ref": "Name"})),
            ],
        },
        Case {
            rule: "alarm-metric",
            path: "Resources/Bell/Properties",
            fires: alarm(json!({"Period": 60})),
            silent: vec![
                alarm(metric.clone()),
                alarm(json!({"Metrics": []})),
                alarm(json!({"MetricName": {"Ref": "Name"}})),
            ],
        },
        Case {
            rule: "alarm-statistic",
            path: "Resources/Bell/Properties",
            fires: alarm(json!({"Namespace": "AWS/SQS", "MetricName": "Age", "Period": 60})),
            silent: vec![alarm(metric), alarm(json!({"Metrics": []}))],
        },
        Case {
            rule: "alarm-period",
            path: "Resources/Bell/Properties/Period",
            fires: alarm(json!({"Period": 90})),
            silent: [json!(10), json!("300"), json!({"Ref": "Period"})].map(|one| alarm(json!({"Period": one}))).into(),
        },
        Case {
            rule: "stateful-policy",
            path: "Resources/Stock",
            fires: json!({"Stock": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain"}}),
            silent: vec![
                kept("Delete"),
                json!({"Jobs": {"Type": "AWS::SQS::Queue"}, "Logs": {"Type": "AWS::Logs::LogGroup"}}),
            ],
        },
        Case {
            rule: "snapshot-policy",
            path: "Resources/Stock/DeletionPolicy",
            fires: kept("Snapshot"),
            silent: vec![
                kept("Retain"),
                json!({"Data": {"Type": "AWS::RDS::DBInstance", "DeletionPolicy": "Snapshot"}}),
            ],
        },
        Case {
            rule: "parameter-default",
            path: "Parameters/Size/Default",
            fires: parameter(json!({"Type": "String", "Default": "huge", "AllowedValues": ["small", "large"]})),
            silent: vec![
                parameter(json!({"Type": "String", "Default": "small", "AllowedValues": ["small", "large"]})),
                parameter(json!({"Type": "CommaDelimitedList", "Default": "a, b", "AllowedValues": ["a", "b"]})),
                parameter(json!({"Type": "Number", "Default": 5, "MinValue": 5, "MaxValue": "5"})),
                parameter(
                    json!({"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/x", "AllowedValues": ["y"]}),
                ),
            ],
        },
    ]
}

#[test]
fn names_of_buckets_follow_all_their_rules() {
    for name in ["ab", "UPPER", "a_b", "-ab", "ab.", "a..b", "10.0.0.1", "xn--abc", "abc--ol-s3", &"x".repeat(64)] {
        assert_eq!(super::broken("bucket-name", &bucket(&json!(name))).len(), 1, "{name}");
    }
    assert_eq!(super::broken("bucket-name", &bucket(&json!({"Fn::Sub": "Files-${AWS::Region}"}))).len(), 1);
}

#[test]
fn defaults_are_within_the_bounds_of_their_parameter() {
    for one in [
        json!({"Type": "Number", "Default": "x"}),
        json!({"Type": "Number", "Default": 4, "MinValue": 5}),
        json!({"Type": "Number", "Default": "6", "MaxValue": 5}),
        json!({"Type": "String", "Default": "", "MinLength": 1}),
        json!({"Type": "String", "Default": "abc", "MaxLength": "2"}),
        json!({"Type": "CommaDelimitedList", "Default": "a,c", "AllowedValues": ["a", "b"]}),
    ] {
        assert_eq!(super::broken("parameter-default", &parameter(one.clone())).len(), 1, "{one}");
    }
}
