//! Roles and policies.

use serde_json::{Value as Json, json};

use super::{Case, of};

fn role(properties: Json) -> Json {
    json!({"Role": of("AWS::IAM::Role", properties)})
}

fn trusting(statement: &Json) -> Json {
    role(json!({"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}))
}

fn policy(document: &Json) -> Json {
    json!({"Policy": of("AWS::IAM::ManagedPolicy", json!({"PolicyDocument": document}))})
}

/// A document of one statement that allows something, with more in it.
fn allowing(more: &Json) -> Json {
    let mut statement = json!({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:a:1:q"});
    statement.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

pub(crate) fn cases() -> Vec<Case> {
    let none = json!({});
    let trust =
        json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}});
    let long = "x".repeat(6_200);
    let inline = |length| json!({"PolicyDocument": allowing(&json!({"Resource": "x".repeat(length)}))});
    vec![
        Case {
            rule: "role-trust",
            path: "Resources/Role/Properties/AssumeRolePolicyDocument/Statement/0",
            fires: trusting(&json!({"Effect": "Allow", "Action": "sts:AssumeRole"})),
            silent: vec![trusting(&trust), role(json!({"AssumeRolePolicyDocument": {"Ref": "Trust"}}))],
        },
        Case {
            rule: "role-trust-size",
            path: "Resources/Role/Properties/AssumeRolePolicyDocument",
            fires: trusting(&json!({"Effect": "Allow", "Action": "x".repeat(2_000)})),
            silent: vec![trusting(&trust), trusting(&json!({"Effect": "Allow", "Action": {"Ref": "x".repeat(2_000)}}))],
        },
        Case {
            rule: "policy-size",
            path: "Resources/Role/Properties/Policies",
            fires: role(json!({"Policies": [inline(5_000), inline(5_200)]})),
            silent: vec![role(json!({"Policies": [inline(5_000), inline(4_900)]})), policy(&allowing(&none))],
        },
        Case {
            rule: "policy-identity-principal",
            path: "Resources/Policy/Properties/PolicyDocument/Statement/0/Principal",
            fires: policy(&allowing(&json!({"Principal": "*"}))),
            silent: vec![
                policy(&allowing(&none)),
                trusting(&trust),
                json!({"Let": of("AWS::SQS::QueuePolicy", json!({"PolicyDocument": allowing(&json!({"Principal": "*"}))}))}),
            ],
        },
        Case {
            rule: "policy-statement",
            path: "Resources/Policy/Properties/PolicyDocument/Statement/0",
            fires: policy(&json!({"Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage"}]})),
            silent: vec![
                policy(&allowing(&none)),
                trusting(&trust),
                policy(&json!({"Statement": [{"Fn::If": ["Large", {}, {}]}]})),
            ],
        },
        Case {
            rule: "policy-version",
            path: "Resources/Policy/Properties/PolicyDocument",
            fires: policy(&json!({"Statement": []})),
            silent: vec![policy(&allowing(&none)), policy(&json!({"Statement": [], "Version": {"Ref": "Version"}}))],
        },
        Case {
            rule: "policy-sid",
            path: "Resources/Policy/Properties/PolicyDocument/Statement/0/Sid",
            fires: policy(&allowing(&json!({"Sid": "send it"}))),
            silent: vec![
                policy(&allowing(&json!({"Sid": "SendIt1"}))),
                json!({"Let": of("AWS::SQS::QueuePolicy", json!({"PolicyDocument": allowing(&json!({"Sid": "a b"}))}))}),
                json!({"Large": of("AWS::S3::BucketPolicy", json!({"PolicyDocument": allowing(&json!({"Resource": long}))}))}),
            ],
        },
    ]
}

#[test]
fn a_managed_policy_has_a_size_of_its_own() {
    let large = policy(&allowing(&json!({"Resource": "x".repeat(6_100)})));
    assert_eq!(super::broken("policy-size", &large)[0].path, "Resources/Policy/Properties/PolicyDocument");
}

#[test]
fn policies_of_their_own_count_to_the_role_that_they_are_written_into() {
    let mut all = role(json!({"Policies": [{"PolicyDocument": allowing(&json!({"Resource": "x".repeat(6_000)}))}]}));
    let own = |name: &str| {
        let document = allowing(&json!({"Resource": "x".repeat(5_000)}));
        of("AWS::IAM::Policy", json!({"Roles": [{"Ref": name}], "PolicyDocument": document}))
    };
    all["Own"] = own("Other");
    assert_eq!(super::broken("policy-size", &all), vec![]);
    all["Own"] = own("Role");
    assert_eq!(super::broken("policy-size", &all).len(), 1);
}

#[test]
fn a_role_that_trusts_nobody_is_found() {
    for properties in [json!({}), json!({"AssumeRolePolicyDocument": {"Statement": []}})] {
        assert_eq!(super::broken("role-trust", &role(properties.clone())).len(), 1, "{properties}");
    }
}

#[test]
fn two_statements_of_one_policy_have_two_names() {
    let mut document = allowing(&json!({"Sid": "One"}));
    let statement = document["Statement"][0].clone();
    document["Statement"].as_array_mut().unwrap().push(statement);
    assert_eq!(super::broken("policy-sid", &policy(&document)).len(), 1);
}
