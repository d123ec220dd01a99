//! What has to be allowed by name, and the allowances.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use cloudcart_cfn::check::{Allowance, Input, Lint, Override, Problem, Report, Severity, run};
use serde_json::{Value as Json, json};

fn report(resources: &Json, change: impl FnOnce(&mut Input<'_>)) -> Report {
    let template = json!({"Resources": resources});
    let mut input = Input::of(&template);
    input.schema_of = &|_| None;
    change(&mut input);
    run(&input)
}

/// The paths of a lint's findings.
fn found(lint: Lint, resources: &Json) -> Vec<String> {
    let findings = report(resources, |_| {}).findings.into_iter();
    findings.filter(|finding| finding.lint == Some(lint)).map(|finding| finding.path).collect()
}

fn of(kind: &str, properties: &Json) -> Json {
    json!({"One": {"Type": kind, "Properties": properties}})
}

fn policy(statement: &Json) -> Json {
    of("AWS::IAM::ManagedPolicy", &json!({"PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}))
}

fn shared(statement: &Json) -> Json {
    of("AWS::SQS::QueuePolicy", &json!({"PolicyDocument": {"Version": "2012-10-17", "Statement": statement}}))
}

fn variables(all: &Json) -> Json {
    of("AWS::Lambda::Function", &json!({"Environment": {"Variables": all}}))
}

fn ingress(rule: &Json) -> Json {
    of("AWS::EC2::SecurityGroup", &json!({"SecurityGroupIngress": [rule]}))
}

/// Lint, where, a template that it finds, and templates that it leaves alone.
fn cases() -> Vec<(Lint, &'static str, Json, Vec<Json>)> {
    let arn = "arn:aws:sqs:eu-west-1:1:q";
    vec![
        (
            Lint::WildcardAction,
            "Resources/One/Properties/PolicyDocument/Statement/0/Action",
            policy(&json!({"Effect": "Allow", "Action": ["sqs:SendMessage", "sqs:Get*"], "Resource": arn})),
            vec![
                policy(&json!({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn})),
                policy(&json!({"Effect": "Deny", "Action": "*", "Resource": "*"})),
                shared(&json!({"Effect": "Allow", "Action": "sqs:*", "Principal": {"AWS": "1"}})),
            ],
        ),
        (
            Lint::UnknownAction,
            "Resources/One/Properties/PolicyDocument/Statement/0/Action",
            policy(&json!({"Effect": "Deny", "Action": ["sqs:SendMesage", "sqs:SendMessage"], "Resource": arn})),
            vec![
                policy(&json!({"Effect": "Allow", "Action": ["SQS:sendmessage", "s3:GetObject"], "Resource": arn})),
                policy(&json!({"Effect": "Deny", "Action": ["sqs:Send*", "*", "sqs:*"], "Resource": arn})),
                policy(&json!({"Effect": "Allow", "Action": "no-such-service:Send", "Resource": arn})),
                policy(&json!({"Effect": "Allow", "Action": {"Ref": "Action"}, "Resource": arn})),
            ],
        ),
        (
            Lint::WildcardResource,
            "Resources/One/Properties/PolicyDocument/Statement/0/Resource",
            policy(&json!({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"})),
            vec![
                policy(
                    &json!({"Effect": "Allow", "Action": ["xray:PutTraceSegments", "sqs:ListQueues"], "Resource": "*"}),
                ),
                policy(
                    &json!({"Effect": "Allow", "Action": "dynamodb:Query", "Resource": "arn:aws:dynamodb:a:1:table/x/index/*"}),
                ),
                of(
                    "AWS::KMS::Key",
                    &json!({"KeyPolicy": {"Version": "2012-10-17", "Statement": {
                    "Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": {"AWS": "1"}}}}),
                ),
            ],
        ),
        (
            Lint::WildcardPrincipal,
            "Resources/One/Properties/PolicyDocument/Statement/Principal",
            shared(&json!({"Effect": "Allow", "Action": "sqs:SendMessage", "Principal": {"AWS": "*"}})),
            vec![
                shared(
                    &json!({"Effect": "Allow", "Principal": "*", "Condition": {"StringEquals": {"aws:SourceAccount": "1"}}}),
                ),
                shared(&json!({"Effect": "Deny", "Principal": "*"})),
                shared(&json!({"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}})),
            ],
        ),
        (
            Lint::SecretInEnvironment,
            "Resources/One/Properties/Environment/Variables/STRIPE_API_KEY",
            variables(&json!({"STRIPE_API_KEY": "abc"})),
            vec![variables(&json!({
                "STRIPE_API_KEY": {"Ref": "Key"}, "TOKEN_TABLE": "tokens", "SECRET_ARN": "arn:x", "USE_TOKEN": "true", "KEYS": "a",
                "NEXT": "AKIA", "PLAIN": "{{resolve:ssm:/plain}}",
            }))],
        ),
        (
            Lint::PublicBucket,
            "Resources/One/Properties/PublicAccessBlockConfiguration/BlockPublicPolicy",
            of(
                "AWS::S3::Bucket",
                &json!({"PublicAccessBlockConfiguration": {
                "BlockPublicAcls": true, "BlockPublicPolicy": false, "IgnorePublicAcls": true, "RestrictPublicBuckets": {"Ref": "X"}}}),
            ),
            vec![of("AWS::S3::Bucket", &json!({"AccessControl": "Private"}))],
        ),
        (
            Lint::OpenSecurityGroup,
            "Resources/One/Properties/SecurityGroupIngress/0",
            ingress(&json!({"CidrIp": "0.0.0.0/0", "IpProtocol": "tcp", "FromPort": 22, "ToPort": "22"})),
            vec![
                ingress(&json!({"CidrIp": "0.0.0.0/0", "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443})),
                ingress(&json!({"CidrIp": "10.0.0.0/8", "IpProtocol": "-1"})),
                ingress(
                    &json!({"CidrIp": "0.0.0.0/0", "IpProtocol": "tcp", "FromPort": {"Ref": "Port"}, "ToPort": 22}),
                ),
                ingress(&json!({"CidrIp": "0.0.0.0/0", "IpProtocol": "icmp", "FromPort": -1, "ToPort": -1})),
            ],
        ),
    ]
}

#[test]
fn every_lint_finds_what_it_is_about_and_leaves_the_rest_alone() {
    let mut tested: Vec<Lint> = cases().iter().map(|case| case.0).collect();
    // These two are told by the program and have a test of their own.
    tested.extend([Lint::RawResource, Lint::PropertyOverride]);
    assert_eq!(tested, Lint::ALL);
    for (lint, path, fires, silent) in cases() {
        assert_eq!(found(lint, &fires), [path], "{lint}");
        for resources in silent {
            assert_eq!(found(lint, &resources), [""; 0], "{lint} {resources}");
        }
    }
}

#[test]
fn lints_have_names_by_which_they_are_found_again() {
    for lint in Lint::ALL {
        assert_eq!(Lint::named(lint.name()), Some(lint));
        assert!(lint.name().chars().all(|letter| letter.is_ascii_lowercase() || letter == '-'), "{lint}");
        assert!(lint.about().ends_with('.'), "{lint}");
    }
    assert_eq!(Lint::named("no-such-lint"), None);
}

#[test]
fn statements_that_say_what_is_left_out_are_wide_as_well() {
    let all_but = policy(&json!({"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::x"}));
    assert_eq!(
        found(Lint::WildcardAction, &all_but),
        ["Resources/One/Properties/PolicyDocument/Statement/0/NotAction"]
    );
    assert_eq!(
        found(Lint::WildcardResource, &all_but),
        ["Resources/One/Properties/PolicyDocument/Statement/0/NotResource"]
    );
    let every = policy(
        &json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": ["arn:aws:s3:::*", "arn:aws:s3:::x/*"]}),
    );
    assert_eq!(found(Lint::WildcardResource, &every).len(), 1);
}

#[test]
fn an_action_that_is_none_comes_with_the_one_that_was_meant() {
    let message = |action: &str| {
        let report = report(&policy(&json!({"Effect": "Deny", "Action": action, "Resource": "arn:x"})), |_| {});
        report.findings.iter().find(|one| one.lint == Some(Lint::UnknownAction)).unwrap().problem.to_string()
    };
    assert_eq!(message("sqs:SendMesage"), "`sqs:SendMesage` is no action: `sqs:SendMessage`? (unknown-action)");
    assert_eq!(message("sqs:Drain*"), "`sqs:Drain*` is no action (unknown-action)");
}

#[test]
fn inline_policies_are_read_wherever_they_stand() {
    let role = of(
        "AWS::IAM::Role",
        &json!({"Policies": [{"PolicyDocument": {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "x"}}}]}),
    );
    assert_eq!(
        found(Lint::WildcardAction, &role),
        ["Resources/One/Properties/Policies/0/PolicyDocument/Statement/Action"]
    );
}

#[test]
fn keys_are_known_by_their_shape_and_never_shown() {
    for key in [
        "AKIAIOSFODNN7EXAMPLE",
        "-----BEGIN RSA PRIVATE KEY-----",
        "xoxb-123456789012-abc",
        "sk_live_0123456789abcdef",
        "ghp_0123456789abcdef",
    ] {
        let report = report(&variables(&json!({"HARMLESS": key})), |_| {});
        let finding = report.findings.iter().find(|one| one.lint == Some(Lint::SecretInEnvironment)).unwrap();
        assert!(!finding.to_string().contains(key), "{finding}");
    }
    let resolved = variables(&json!({"HARMLESS": {"Fn::Sub": "{{resolve:secretsmanager:${Name}}}"}}));
    assert_eq!(found(Lint::SecretInEnvironment, &resolved).len(), 1);
}

#[test]
fn containers_and_builds_have_environments_too() {
    let task = of(
        "AWS::ECS::TaskDefinition",
        &json!({"ContainerDefinitions": [{"Environment": [{"Name": "DB_PASSWORD", "Value": "x"}]}]}),
    );
    assert_eq!(
        found(Lint::SecretInEnvironment, &task),
        ["Resources/One/Properties/ContainerDefinitions/0/Environment/0/Value"]
    );
    let build = |kind: &str| {
        let variable = json!({"Name": "DB_PASSWORD", "Value": "x", "Type": kind});
        of("AWS::CodeBuild::Project", &json!({"Environment": {"EnvironmentVariables": [variable]}}))
    };
    assert_eq!(found(Lint::SecretInEnvironment, &build("PLAINTEXT")).len(), 1);
    assert_eq!(found(Lint::SecretInEnvironment, &build("SECRETS_MANAGER")).len(), 0);
}

#[test]
fn the_world_is_told_from_every_port_and_every_form_of_rule() {
    let any = ingress(&json!({"CidrIpv6": "::/0", "IpProtocol": -1}));
    assert_eq!(found(Lint::OpenSecurityGroup, &any).len(), 1);
    let range = of(
        "AWS::EC2::SecurityGroupIngress",
        &json!({"CidrIp": "0.0.0.0/0", "IpProtocol": "tcp", "FromPort": 80, "ToPort": 443}),
    );
    assert_eq!(found(Lint::OpenSecurityGroup, &range), ["Resources/One/Properties"]);
    let acl = of("AWS::S3::Bucket", &json!({"AccessControl": "PublicRead"}));
    assert_eq!(found(Lint::PublicBucket, &acl), ["Resources/One/Properties/AccessControl"]);
}

#[test]
fn raw_resources_and_overrides_are_notes_that_can_be_allowed() {
    let resources = of("AWS::Brand::New", &json!({}));
    let tell = |input: &mut Input<'_>| {
        input.untyped = vec!["One".to_owned()];
        input.overrides = vec![Override { logical_id: "One".to_owned(), property: "A/B".to_owned() }];
    };
    let open = report(&resources, tell).findings;
    let told: Vec<_> = open.iter().map(|one| (one.severity, one.lint, one.path.as_str())).collect();
    assert_eq!(
        told,
        [
            (Severity::Note, Some(Lint::RawResource), "Resources/One"),
            (Severity::Note, Some(Lint::PropertyOverride), "Resources/One/Properties/A/B"),
        ]
    );
    let allowed = report(&resources, |input| {
        tell(input);
        input.allowances = vec![
            Allowance::on("One", Lint::RawResource, "Too new."),
            Allowance::everywhere(Lint::PropertyOverride, "Old."),
        ];
    });
    assert_eq!(allowed.findings, vec![]);
    let reasons: Vec<&str> = allowed.allowed.iter().map(|one| one.reason.as_str()).collect();
    assert_eq!(reasons, ["Too new.", "Old."]);
}

#[test]
fn an_allowance_silences_its_lint_on_its_resource_only() {
    let mut resources = policy(&json!({"Effect": "Allow", "Action": "*", "Resource": "*"}));
    resources["Two"] = resources["One"].clone();
    let report = report(&resources, |input| {
        input.allowances = vec![Allowance::on("One", Lint::WildcardAction, "It is the administrator's.")];
    });
    let open: Vec<_> =
        report.findings.iter().map(|one| (one.logical_id.as_deref().unwrap(), one.lint.unwrap())).collect();
    assert_eq!(open, [("One", Lint::WildcardResource), ("Two", Lint::WildcardAction), ("Two", Lint::WildcardResource)]);
    assert!(report.has_errors());
    assert_eq!(report.allowed.len(), 1);
    assert_eq!(report.allowed[0].finding.logical_id.as_deref(), Some("One"));
}

#[test]
fn an_allowance_needs_a_reason_and_something_to_allow() {
    let resources = policy(&json!({"Effect": "Allow", "Action": "*", "Resource": "arn:x"}));
    let blank = report(&resources, |input| input.allowances = vec![Allowance::on("One", Lint::WildcardAction, " ")]);
    let problems: Vec<&Problem> = blank.findings.iter().map(|one| &one.problem).collect();
    assert!(
        matches!(problems[..], [Problem::Lint { .. }, Problem::AllowedWithoutReason(Lint::WildcardAction)]),
        "{problems:?}"
    );
    assert_eq!(blank.findings[1].severity, Severity::Error);

    let idle = report(&of("AWS::SQS::Queue", &json!({})), |input| {
        input.allowances = vec![Allowance::on("One", Lint::PublicBucket, "It is public.")];
    });
    assert_eq!(idle.findings.len(), 1);
    assert_eq!(idle.findings[0].problem, Problem::IdleAllowance(Lint::PublicBucket));
    assert_eq!(idle.findings[0].severity, Severity::Note);
    assert_eq!(idle.findings[0].path, "Resources/One");
}
