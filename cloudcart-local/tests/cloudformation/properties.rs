//! No property is ignored silently: for every type on offer, everything its schema knows is read, reported or refused.

use crate::support::{self, cloud, provider, resource, role, root, s3};
use aws_sdk_cloudformation::error::ProvideErrorMetadata as _;
use cloudcart_cfn::Schema;
use cloudcart_local::{
    LocalCloud,
    provider::{OnChange, Property, Support},
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Cursor, Write as _},
};
use zip::{ZipWriter, write::SimpleFileOptions};

const OWN: &str = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };

/// One member of a type's properties: where it is and what JSON type it has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Member {
    /// `*` is any key of a map; items of lists have no step of their own.
    path: Vec<String>,
    kind: String,
}

/// Everything that a schema knows, to the leaves.
fn members(schema: &Value) -> BTreeSet<Member> {
    fn walk(
        part: &Value,
        root: &Value,
        path: &mut Vec<String>,
        within: &mut Vec<String>,
        found: &mut BTreeSet<Member>,
    ) {
        if let Some(name) = part["$ref"].as_str() {
            // A definition that holds itself has nothing new to say.
            if !within.iter().any(|one| one == name) {
                within.push(name.to_owned());
                walk(root.pointer(name.trim_start_matches('#')).unwrap(), root, path, within, found);
                within.pop();
            }
            return;
        }
        let named = part["properties"].as_object().into_iter().flatten();
        let mapped = part["patternProperties"].as_object().into_iter().flatten();
        for (step, below) in
            named.map(|(name, below)| (name.as_str(), below)).chain(mapped.map(|(_, below)| ("*", below)))
        {
            path.push(step.to_owned());
            found.insert(Member { path: path.clone(), kind: kind(below, root) });
            walk(below, root, path, within, found);
            path.pop();
        }
        walk_all(part, root, path, within, found);
    }
    fn walk_all(
        part: &Value,
        root: &Value,
        path: &mut Vec<String>,
        within: &mut Vec<String>,
        found: &mut BTreeSet<Member>,
    ) {
        let lists = ["oneOf", "anyOf", "allOf"].into_iter().filter_map(|name| part[name].as_array()).flatten();
        for below in part.get("items").into_iter().chain(lists) {
            walk(below, root, path, within, found);
        }
    }
    let mut found = BTreeSet::new();
    let top = json!({"properties": schema["properties"]});
    walk(&top, schema, &mut Vec::new(), &mut Vec::new(), &mut found);
    let read_only: Vec<&str> =
        schema["readOnlyProperties"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    found.retain(|member| !read_only.contains(&format!("/properties/{}", member.path[0]).as_str()));
    found
}

fn kind(part: &Value, root: &Value) -> String {
    if let Some(name) = part["$ref"].as_str() {
        return kind(root.pointer(name.trim_start_matches('#')).unwrap(), root);
    }
    match &part["type"] {
        Value::String(one) => one.clone(),
        Value::Array(_) => "mixed".to_owned(),
        _ => "object".to_owned(),
    }
}

/// Words of engines that refuse a type without saying where, some of them AWS's own.
const ENGINES: [&str; 5] = [
    "Start of structure or map found where not expected",
    "Unexpected field type",
    "policy must be object",
    "runs Zip packages only",
    "route settings",
];

/// A value of no type that a member may have.
fn wrong(member: &Member) -> Value {
    if member.path.ends_with(&["*".to_owned()]) {
        return json!({"Wrong": ["value"]});
    }
    match member.kind.as_str() {
        "object" | "mixed" => json!(7),
        _ => json!({"Wrong": ["value"]}),
    }
}

/// The value with another one at a path, through the first item of each list and the first key of each map.
fn with(value: &mut Value, path: &[String], new: Value) {
    let Some((step, rest)) = path.split_first() else {
        *value = new;
        return;
    };
    if let Value::Array(items) = value {
        if items.is_empty() {
            items.push(json!({}));
        }
        with(&mut items[0], path, new);
        return;
    }
    if !value.is_object() {
        *value = json!({});
    }
    let fields = value.as_object_mut().unwrap();
    let step = match step.as_str() {
        "*" => fields.keys().next().cloned().unwrap_or_else(|| "Any".to_owned()),
        step => step.to_owned(),
    };
    with(fields.entry(step).or_insert(Value::Null), rest, new);
}

/// Properties of a working resource of each type, with every member that is read; what others refuse is not in them.
struct Samples {
    cloud: LocalCloud,
    of: BTreeMap<&'static str, Value>,
    made: u32,
}

impl Samples {
    async fn new() -> Self {
        let cloud = cloud().await;
        let objects = s3(&cloud, root(&cloud));
        objects.create_bucket().bucket("assets").send().await.unwrap();
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file("bootstrap", SimpleFileOptions::default().unix_permissions(0o755)).unwrap();
        writer.write_all(b"#!/bin/sh\n").unwrap();
        let code = writer.finish().unwrap().into_inner().into();
        objects.put_object().bucket("assets").key("code.zip").body(code).send().await.unwrap();
        let role = role(&cloud, "Role", json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}])).await;
        let mut samples = Self { cloud, of: BTreeMap::new(), made: 0 };
        let queue = samples.make("AWS::SQS::Queue", json!({"VisibilityTimeout": 60})).await;
        let (queue, url) = (queue.1, queue.0);
        let code = json!({"S3Bucket": "assets", "S3Key": "code.zip"});
        let plain = json!({
            "Code": code, "Handler": "bootstrap", "Runtime": "provided.al2023", "Role": role, "Architectures": [OWN],
        });
        let (name, function) = samples.make("AWS::Lambda::Function", plain).await;
        let (api, _) = samples.make("AWS::ApiGatewayV2::Api", json!({"Name": "a", "ProtocolType": "HTTP"})).await;
        let call = json!({
            "ApiId": api, "IntegrationType": "AWS_PROXY", "IntegrationUri": function, "PayloadFormatVersion": "2.0",
            "ConnectionType": "INTERNET", "IntegrationMethod": "POST", "TimeoutInMillis": 1000, "Description": "d",
        });
        let (integration, _) = samples.make("AWS::ApiGatewayV2::Integration", call.clone()).await;
        let group = samples.make("AWS::Logs::LogGroup", json!({})).await.0;
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}]});
        let trust = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
        let basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
        let to_queue = json!({"Destination": queue});
        let limits = json!({"ThrottlingBurstLimit": 5, "ThrottlingRateLimit": 5});
        let tags = json!([{"Key": "a", "Value": "b"}]);
        let role_name = role.rsplit('/').next().unwrap();
        let keys = json!([{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}]);
        let other = json!([{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "by", "KeyType": "RANGE"}]);
        let some = json!({"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x"]});
        let units = json!({"ReadCapacityUnits": 1, "WriteCapacityUnits": 1});
        samples.of = BTreeMap::from([
            (
                "AWS::ApiGatewayV2::Api",
                json!({
                    "Name": "a", "ProtocolType": "HTTP", "Description": "d", "Version": "1", "Tags": {"a": "b"},
                    "CorsConfiguration": {
                        "AllowCredentials": true, "AllowHeaders": ["a"], "AllowMethods": ["GET"], "AllowOrigins": ["http://a"],
                        "ExposeHeaders": ["b"], "MaxAge": 5,
                    },
                }),
            ),
            (
                "AWS::ApiGatewayV2::Authorizer",
                json!({
                    "ApiId": api, "Name": "a", "AuthorizerType": "REQUEST", "AuthorizerPayloadFormatVersion": "2.0",
                    "AuthorizerUri":
                        format!("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations"),
                    "IdentitySource": ["$request.header.a"], "EnableSimpleResponses": true, "AuthorizerResultTtlInSeconds": 5,
                }),
            ),
            ("AWS::ApiGatewayV2::Integration", call),
            (
                "AWS::ApiGatewayV2::Route",
                json!({
                    "ApiId": api, "RouteKey": "GET /a", "Target": format!("integrations/{integration}"), "OperationName": "a",
                    "AuthorizationType": "NONE",
                }),
            ),
            (
                "AWS::ApiGatewayV2::Stage",
                json!({
                    "ApiId": api, "StageName": "$default", "AutoDeploy": true, "Description": "d", "Tags": {"a": "b"},
                    "AccessLogSettings": {
                        "DestinationArn": format!("arn:aws:logs:us-east-1:000000000000:log-group:{group}"),
                        "Format": "$context.requestId",
                    },
                    "DefaultRouteSettings": limits, "RouteSettings": {"GET /a": limits}, "StageVariables": {"a": "b"},
                }),
            ),
            ("AWS::CDK::Metadata", json!({"Analytics": "v2:"})),
            ("AWS::CloudWatch::Alarm", json!({"ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1})),
            (
                "AWS::DynamoDB::Table",
                json!({
                    "AttributeDefinitions": [
                        {"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "at", "AttributeType": "S"},
                        {"AttributeName": "by", "AttributeType": "S"},
                    ],
                    "KeySchema": keys, "BillingMode": "PROVISIONED", "ProvisionedThroughput": units,
                    "GlobalSecondaryIndexes": [
                        {"IndexName": "one", "KeySchema": other, "Projection": some, "ProvisionedThroughput": units},
                    ],
                    "LocalSecondaryIndexes": [{"IndexName": "two", "KeySchema": other, "Projection": some}],
                    "StreamSpecification": {"StreamViewType": "NEW_IMAGE"}, "Tags": tags,
                    "TimeToLiveSpecification": {"AttributeName": "ends", "Enabled": true},
                }),
            ),
            (
                "AWS::Events::Rule",
                json!({
                    "Description": "d", "ScheduleExpression": "rate(1 hour)", "State": "DISABLED",
                    "Targets": [{"Id": "a", "Arn": function, "Input": "{}"}],
                }),
            ),
            ("AWS::IAM::ManagedPolicy", json!({"PolicyDocument": policy, "Roles": [role_name]})),
            ("AWS::IAM::Policy", json!({"PolicyName": "a", "PolicyDocument": policy, "Roles": [role_name]})),
            (
                "AWS::IAM::Role",
                json!({
                    "AssumeRolePolicyDocument": trust, "ManagedPolicyArns": [basic], "PermissionsBoundary": basic,
                    "MaxSessionDuration": 3600, "Policies": [{"PolicyName": "a", "PolicyDocument": policy}],
                }),
            ),
            (
                "AWS::Lambda::EventInvokeConfig",
                json!({
                    "FunctionName": name, "Qualifier": "$LATEST", "MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 1,
                    "DestinationConfig": {"OnSuccess": to_queue, "OnFailure": to_queue},
                }),
            ),
            (
                "AWS::Lambda::EventSourceMapping",
                json!({
                    "FunctionName": name, "EventSourceArn": queue, "BatchSize": 5, "Enabled": false, "Tags": tags,
                    "FilterCriteria": {"Filters": [{"Pattern": "{\"body\":[\"a\"]}"}]},
                    "FunctionResponseTypes": ["ReportBatchItemFailures"], "MaximumBatchingWindowInSeconds": 1,
                    "ScalingConfig": {"MaximumConcurrency": 2},
                }),
            ),
            (
                "AWS::Lambda::Function",
                json!({
                    "Code": code, "Handler": "bootstrap", "Runtime": "provided.al2023", "Role": role, "Architectures": [OWN],
                    "DeadLetterConfig": {"TargetArn": queue}, "Description": "d", "Environment": {"Variables": {"AB": "b"}},
                    "LoggingConfig": {
                        "LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "WARN", "LogGroup": group,
                    },
                    "MemorySize": 128, "ReservedConcurrentExecutions": 1, "Tags": tags, "Timeout": 3,
                }),
            ),
            (
                "AWS::Lambda::Permission",
                json!({
                    "Action": "lambda:InvokeFunction", "FunctionName": name, "Principal": "apigateway.amazonaws.com",
                    "SourceAccount": "000000000000", "SourceArn": "arn:aws:execute-api:us-east-1:000000000000:a/*",
                }),
            ),
            ("AWS::Logs::LogGroup", json!({"RetentionInDays": 7})),
            ("AWS::S3::Bucket", json!({"VersioningConfiguration": {"Status": "Enabled"}})),
            (
                "AWS::SQS::Queue",
                json!({
                    "DelaySeconds": 1, "MaximumMessageSize": 1024, "MessageRetentionPeriod": 60, "VisibilityTimeout": 1,
                    "ReceiveMessageWaitTimeSeconds": 1, "Tags": tags,
                    "RedriveAllowPolicy": {"redrivePermission": "byQueue", "sourceQueueArns": [queue]},
                    "RedrivePolicy": {"deadLetterTargetArn": queue, "maxReceiveCount": 1},
                }),
            ),
            (
                "AWS::SQS::QueuePolicy",
                json!({
                    "Queues": [url],
                    "PolicyDocument": {"Version": "2012-10-17", "Statement": [
                        {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": queue}]},
                }),
            ),
        ]);
        samples
    }

    /// Makes a resource and gives its id and ARN.
    async fn make(&mut self, kind: &str, properties: Value) -> (String, String) {
        self.made += 1;
        let request = resource(&format!("R{}", self.made), properties);
        let made = provider(&self.cloud, kind).create(&request).await.unwrap();
        let arn = made.attributes.get("Arn").and_then(Value::as_str).unwrap_or_default().to_owned();
        (made.physical_id, arn)
    }

    /// Why such a resource is refused; it is removed again if it is not.
    async fn refusal(&mut self, kind: &str, properties: Value) -> Option<String> {
        self.made += 1;
        let request = resource(&format!("R{}", self.made), properties);
        let provider = provider(&self.cloud, kind);
        match provider.create(&request).await {
            Ok(made) => {
                // What took a wrong value in may not find its way out with it.
                let _ = provider.delete(&made.physical_id, &request).await;
                None
            }
            Err(error) => Some(error.message),
        }
    }
}

/// Whether a path is in the fidelity report: itself or something above it.
fn reported(listed: &[Property], path: &[String]) -> bool {
    (1..=path.len()).any(|length| {
        let name = path[..length].join(".");
        listed.iter().any(|one| one.name == name && one.support != Support::Honoured)
    })
}

#[tokio::test]
async fn every_property_of_every_type_is_read_or_reported_or_refused_by_name() {
    let mut samples = Box::pin(Samples::new()).await;
    let config = crate::config!(aws_sdk_cloudformation, samples.cloud, root(&samples.cloud)).build();
    let stacks = aws_sdk_cloudformation::Client::from_conf(config);
    let mut silent = Vec::new();
    let (mut read, mut told, mut refused) = (0, 0, 0);
    for provider in samples.cloud.providers() {
        let kind = provider.type_name();
        let sample = samples.of.get(kind).unwrap_or_else(|| panic!("a sample of {kind}")).clone();
        assert_eq!(samples.refusal(kind, sample.clone()).await, None, "the sample of {kind} works");
        let Some(schema) = Schema::of(kind) else {
            assert_eq!(kind, "AWS::CDK::Metadata", "the one type without a schema");
            continue;
        };
        let listed = provider.properties();
        let known: BTreeSet<&str> = schema.properties().collect();
        for one in listed {
            let top = one.name.split('.').next().unwrap();
            assert!(known.contains(top), "{kind} has no {top}");
        }
        for member in members(schema.json()) {
            let top = member.path[0].as_str();
            if !listed.iter().any(|one| one.name == top) {
                if member.path.len() == 1 {
                    let body = json!({"Resources": {"R": {"Type": kind, "Properties": {top: "x"}}}});
                    let sent = stacks.validate_template().template_body(body.to_string()).send().await;
                    let message = sent.unwrap_err().message().unwrap().to_owned();
                    assert!(message.contains(&format!("unsupported property {top} ")), "{kind} {top}: {message}");
                    refused += 1;
                }
                continue;
            }
            if reported(listed, &member.path) {
                told += 1;
                continue;
            }
            let mut properties = sample.clone();
            with(&mut properties, &member.path, wrong(&member));
            let path = member.path.join(".");
            match samples.refusal(kind, properties).await {
                Some(message) => {
                    // The refusal is of this member, not of something else that the sample lacks.
                    let said = message.to_lowercase();
                    let named = ENGINES.iter().any(|words| message.contains(words));
                    let steps = member.path.iter().map(|step| step.to_lowercase());
                    if named || steps.into_iter().any(|step| said.contains(&step)) {
                        read += 1;
                    } else {
                        silent.push(format!("{kind} {path}: refused without its name: {message}"));
                    }
                }
                None => silent.push(format!("{kind} {path}: neither read nor reported")),
            }
        }
    }
    assert!(
        silent.is_empty(),
        "{} of {read} read, {told} told, {refused} refused:\n{}",
        silent.len(),
        silent.join("\n")
    );
    assert!(read > 80 && told > 60 && refused > 60, "{read} read, {told} told, {refused} refused");
    samples.cloud.shutdown().await;
}

#[tokio::test]
async fn what_replaces_a_resource_is_what_its_schema_says() {
    let cloud = support::cloud().await;
    let mut differing = Vec::new();
    for provider in cloud.providers() {
        let Some(schema) = Schema::of(provider.type_name()) else { continue };
        for property in provider.properties().iter().filter(|one| !one.name.contains('.')) {
            // On some changes of these the service replaces, and which is for it to say.
            let conditional = schema.json()["conditionalCreateOnlyProperties"].as_array().into_iter().flatten();
            if conditional.into_iter().any(|path| *path == format!("/properties/{}", property.name)) {
                continue;
            }
            // A table's local indexes cannot be changed, whatever the schema leaves open.
            if property.name == "LocalSecondaryIndexes" {
                assert_eq!(property.on_change, OnChange::Replace);
                continue;
            }
            let replaces = schema.create_only().any(|path| path == property.name);
            if replaces != (property.on_change == OnChange::Replace) {
                differing.push(format!("{} {}: the schema says {replaces}", provider.type_name(), property.name));
            }
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    cloud.shutdown().await;
}
