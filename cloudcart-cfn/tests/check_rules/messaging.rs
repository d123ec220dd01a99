//! Queues, mappings and topics.

use serde_json::{Value as Json, json};

use super::{Case, of};

/// A queue, a function and the mapping between them.
fn polled(queue: &Json, function: &Json, mapping: &Json) -> Json {
    let mut link = json!({"EventSourceArn": {"Fn::GetAtt": ["Jobs", "Arn"]}, "FunctionName": {"Ref": "Work"}});
    link.as_object_mut().unwrap().extend(mapping.as_object().unwrap().clone());
    json!({
        "Jobs": of("AWS::SQS::Queue", queue.clone()),
        "Work": of("AWS::Lambda::Function", function.clone()),
        "Poll": of("AWS::Lambda::EventSourceMapping", link),
    })
}

/// A function whose role has one statement, polling a queue.
fn with_rights(statement: &Json) -> Json {
    let mut all = polled(&json!({}), &json!({"Role": {"Fn::GetAtt": ["Role", "Arn"]}}), &json!({}));
    all["Role"] = of("AWS::IAM::Role", json!({"Policies": [{"PolicyDocument": {"Statement": [statement]}}]}));
    all
}

/// A queue that moves its messages to another.
fn redriven(queue: &Json, dead: &Json) -> Json {
    let mut queue = queue.clone();
    queue["RedrivePolicy"] = json!({"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 3});
    json!({"Jobs": of("AWS::SQS::Queue", queue), "Dead": of("AWS::SQS::Queue", dead.clone())})
}

/// Two policies on one queue, each under a condition.
fn two_policies(first: Option<&str>, second: Option<&str>) -> Json {
    let policy = |condition: Option<&str>| {
        let mut policy = of("AWS::SQS::QueuePolicy", json!({"Queues": [{"Ref": "Jobs"}], "PolicyDocument": {}}));
        if let Some(condition) = condition {
            policy["Condition"] = json!(condition);
        }
        policy
    };
    json!({"Jobs": of("AWS::SQS::Queue", json!({})), "First": policy(first), "Second": policy(second)})
}

#[test]
fn two_policies_of_one_resource_collide_when_both_can_be_there() {
    assert_eq!(super::broken("resource-policy-single", &two_policies(Some("Here"), None)).len(), 1);
    assert_eq!(super::broken("resource-policy-single", &two_policies(Some("Here"), Some("Here"))).len(), 1);
}

fn subscribed(policy: Option<Json>) -> Json {
    let mut all = json!({
        "Jobs": of("AWS::SQS::Queue", json!({})),
        "News": of("AWS::SNS::Subscription", json!({"Protocol": "sqs", "Endpoint": {"Fn::GetAtt": ["Jobs", "Arn"]}})),
    });
    if let Some(statement) = policy {
        let properties = json!({"Queues": [{"Ref": "Jobs"}], "PolicyDocument": {"Statement": [statement]}});
        all["Let"] = of("AWS::SQS::QueuePolicy", properties);
    }
    all
}

pub(crate) fn cases() -> Vec<Case> {
    let none = json!({});
    let unknown = json!({"Ref": "Size"});
    let rights = json!(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]);
    let jobs = json!({"Fn::GetAtt": ["Jobs", "Arn"]});
    vec![
        Case {
            rule: "mapping-batch-window",
            path: "Resources/Poll/Properties/BatchSize",
            fires: polled(&none, &none, &json!({"BatchSize": 11})),
            silent: vec![
                polled(&none, &none, &json!({"BatchSize": 10})),
                polled(&none, &none, &json!({"BatchSize": "11", "MaximumBatchingWindowInSeconds": "1"})),
                polled(&none, &none, &json!({"BatchSize": unknown})),
                polled(&none, &none, &json!({"BatchSize": 11, "MaximumBatchingWindowInSeconds": unknown})),
            ],
        },
        Case {
            rule: "mapping-fifo-batch",
            path: "Resources/Poll/Properties/MaximumBatchingWindowInSeconds",
            fires: polled(&json!({"FifoQueue": "true"}), &none, &json!({"MaximumBatchingWindowInSeconds": 1})),
            silent: vec![
                polled(&none, &none, &json!({"MaximumBatchingWindowInSeconds": 1, "BatchSize": 100})),
                polled(&json!({"FifoQueue": true}), &none, &json!({"BatchSize": 10})),
            ],
        },
        Case {
            rule: "mapping-visibility",
            path: "Resources/Jobs/Properties/VisibilityTimeout",
            fires: polled(&none, &json!({"Timeout": 31}), &none),
            silent: vec![
                polled(&none, &json!({"Timeout": 30}), &none),
                polled(&json!({"VisibilityTimeout": unknown}), &json!({"Timeout": 31}), &none),
            ],
        },
        Case {
            rule: "mapping-visibility-margin",
            path: "Resources/Jobs/Properties/VisibilityTimeout",
            fires: polled(&none, &json!({"Timeout": 6}), &none),
            silent: vec![
                polled(&none, &json!({"Timeout": 5}), &none),
                // That is the other rule's.
                polled(&none, &json!({"Timeout": 31}), &none),
            ],
        },
        Case {
            rule: "mapping-partial-failures",
            path: "Resources/Poll/Properties/FunctionResponseTypes",
            fires: polled(&none, &none, &none),
            silent: vec![
                polled(&none, &none, &json!({"FunctionResponseTypes": ["ReportBatchItemFailures"]})),
                polled(&none, &none, &json!({"FunctionResponseTypes": {"Ref": "Types"}})),
                polled(&none, &none, &json!({"BatchSize": 1})),
            ],
        },
        Case {
            rule: "mapping-starting-position",
            path: "Resources/Poll/Properties/StartingPosition",
            fires: polled(&none, &none, &json!({"StartingPosition": "LATEST"})),
            silent: vec![
                polled(&none, &none, &none),
                polled(&none, &none, &json!({"StartingPosition": {"Ref": "AWS::NoValue"}})),
            ],
        },
        Case {
            rule: "mapping-rights",
            path: "Resources/Poll/Properties/EventSourceArn",
            fires: with_rights(&json!({"Effect": "Allow", "Action": rights[0], "Resource": jobs})),
            silent: vec![
                with_rights(&json!({"Effect": "Allow", "Action": rights, "Resource": [jobs]})),
                with_rights(
                    &json!({"Effect": "Allow", "Action": "sqs:*", "Resource": {"Fn::Sub": "arn:aws:sqs:*:*:${AWS::StackName}-*"}}),
                ),
                with_rights(&json!({"Fn::If": ["Large", {}, {}]})),
            ],
        },
        Case {
            rule: "queue-fifo-name",
            path: "Resources/Jobs/Properties/QueueName",
            fires: json!({"Jobs": of("AWS::SQS::Queue", json!({"QueueName": "jobs", "FifoQueue": true}))}),
            silent: vec![
                json!({"Jobs": of("AWS::SQS::Queue", json!({"QueueName": "jobs.fifo", "FifoQueue": true}))}),
                json!({"Jobs": of("AWS::SQS::Queue", json!({"QueueName": "jobs"}))}),
                json!({"Jobs": of("AWS::SQS::Queue", json!({"QueueName": {"Ref": "Name"}, "FifoQueue": true}))}),
            ],
        },
        Case {
            rule: "queue-fifo-only",
            path: "Resources/Jobs/Properties/DeduplicationScope",
            fires: json!({"Jobs": of("AWS::SQS::Queue", json!({"DeduplicationScope": "queue"}))}),
            silent: vec![
                json!({"Jobs": of("AWS::SQS::Queue", json!({"DeduplicationScope": "queue", "FifoQueue": true}))}),
                json!({"Jobs": of("AWS::SQS::Queue", json!({"ContentBasedDeduplication": false}))}),
                json!({"Jobs": of("AWS::SQS::Queue", json!({"DeduplicationScope": "queue", "FifoQueue": {"Ref": "Fifo"}}))}),
            ],
        },
        Case {
            rule: "queue-redrive-policy",
            path: "Resources/Jobs/Properties/RedrivePolicy",
            fires: json!({"Jobs": of("AWS::SQS::Queue", json!({"RedrivePolicy": {"deadLetterTargetArn": "arn:aws:sqs:::x"}}))}),
            silent: vec![redriven(&none, &none)],
        },
        Case {
            rule: "queue-dead-letter-kind",
            path: "Resources/Jobs/Properties/RedrivePolicy/deadLetterTargetArn",
            fires: redriven(&json!({"FifoQueue": true}), &none),
            silent: vec![redriven(&json!({"FifoQueue": true}), &json!({"FifoQueue": true})), redriven(&none, &none)],
        },
        Case {
            rule: "queue-one-encryption",
            path: "Resources/Jobs/Properties/SqsManagedSseEnabled",
            fires: json!({"Jobs": of("AWS::SQS::Queue", json!({"SqsManagedSseEnabled": true, "KmsMasterKeyId": unknown}))}),
            silent: vec![
                json!({"Jobs": of("AWS::SQS::Queue", json!({"SqsManagedSseEnabled": false, "KmsMasterKeyId": "alias/jobs"}))}),
                json!({"Jobs": of("AWS::SQS::Queue", json!({"SqsManagedSseEnabled": true}))}),
                json!({"Jobs": of("AWS::SQS::Queue", json!({
                    "SqsManagedSseEnabled": unknown, "KmsMasterKeyId": "alias/jobs",
                }))}),
                json!({"Jobs": of("AWS::SQS::Queue", json!({
                    "SqsManagedSseEnabled": true,
                    "KmsMasterKeyId": {"Fn::If": ["Own", "alias/jobs", {"Ref": "AWS::NoValue"}]},
                }))}),
            ],
        },
        Case {
            rule: "resource-policy-single",
            path: "Resources/Second/Properties/Queues",
            fires: two_policies(None, None),
            silent: vec![
                two_policies(Some("Here"), Some("There")),
                json!({
                    "Files": of("AWS::S3::Bucket", json!({})),
                    "Other": of("AWS::S3::Bucket", json!({})),
                    "First": of("AWS::S3::BucketPolicy", json!({"Bucket": {"Ref": "Files"}})),
                    "Second": of("AWS::S3::BucketPolicy", json!({"Bucket": {"Ref": "Other"}})),
                    "Third": of("AWS::S3::BucketPolicy", json!({"Bucket": {"Ref": "Somewhere"}})),
                    "Fourth": of("AWS::S3::BucketPolicy", json!({"Bucket": {"Ref": "Somewhere"}})),
                }),
            ],
        },
        Case {
            rule: "queue-dead-letter-retention",
            path: "Resources/Dead/Properties/MessageRetentionPeriod",
            fires: redriven(&none, &json!({"MessageRetentionPeriod": 60})),
            silent: vec![
                redriven(&none, &none),
                redriven(&json!({"MessageRetentionPeriod": 60}), &json!({"MessageRetentionPeriod": 1_209_600})),
            ],
        },
        Case {
            rule: "topic-fifo-name",
            path: "Resources/News/Properties/TopicName",
            fires: json!({"News": of("AWS::SNS::Topic", json!({"TopicName": "news", "FifoTopic": true}))}),
            silent: vec![json!({"News": of("AWS::SNS::Topic", json!({"TopicName": "news.fifo", "FifoTopic": true}))})],
        },
        Case {
            rule: "subscription-queue-policy",
            path: "Resources/News/Properties/Endpoint",
            fires: subscribed(None),
            silent: vec![
                subscribed(Some(
                    json!({"Effect": "Allow", "Action": "sqs:SendMessage", "Principal": {"Service": "sns.amazonaws.com"}}),
                )),
                subscribed(Some(json!({"Effect": "Allow", "Action": "SQS:*", "Principal": "*"}))),
                json!({"News": of("AWS::SNS::Subscription", json!({"Protocol": "sqs", "Endpoint": {"Ref": "Arn"}}))}),
            ],
        },
    ]
}

#[test]
fn a_policy_for_another_service_does_not_let_sns_send() {
    let other = json!({"Effect": "Allow", "Action": "sqs:SendMessage", "Principal": {"Service": "s3.amazonaws.com"}});
    assert_eq!(super::broken("subscription-queue-policy", &subscribed(Some(other))).len(), 1);
    let deny = json!({"Effect": "Deny", "Action": "sqs:SendMessage", "Principal": "*"});
    assert_eq!(super::broken("subscription-queue-policy", &subscribed(Some(deny))).len(), 1);
}

#[test]
fn rights_come_from_managed_policies_and_policies_of_their_own_as_well() {
    let mut all = with_rights(&json!({"Effect": "Deny", "Action": "*", "Resource": "*"}));
    assert_eq!(super::broken("mapping-rights", &all).len(), 1);
    // Only the second of the rights is about another queue.
    let other = json!({"Effect": "Allow", "Action": "sqs:*", "Resource": {"Fn::GetAtt": ["Other", "Arn"]}});
    let mut elsewhere = with_rights(&other);
    elsewhere["Other"] = of("AWS::SQS::Queue", json!({}));
    assert_eq!(super::broken("mapping-rights", &elsewhere).len(), 1);

    let arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole";
    for arn in [
        json!(arn),
        json!({"Fn::Sub": arn.replace(":aws:iam", ":${AWS::Partition}:iam")}),
        json!("arn:aws:iam::1:policy/own"),
    ] {
        all["Role"]["Properties"]["ManagedPolicyArns"] = json!([arn]);
        assert_eq!(super::broken("mapping-rights", &all), vec![], "{arn}");
    }
    all["Role"]["Properties"]["ManagedPolicyArns"] =
        json!(["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]);
    assert_eq!(super::broken("mapping-rights", &all).len(), 1);

    let document = json!({"Statement": {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}});
    all["Own"] = of("AWS::IAM::Policy", json!({"Roles": [{"Ref": "Role"}], "PolicyDocument": document}));
    assert_eq!(super::broken("mapping-rights", &all), vec![]);
}
