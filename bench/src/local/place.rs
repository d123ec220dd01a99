//! What is put into a cloud before it is measured: a stack of our own around one function, and the shop from its rendered template. The
//! same bytes through the same calls into each.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::aws::{element, output};
use super::clouds::{Cloud, Kind};
use super::function;
use super::wire::{self, Connection};

/// Longer than any stack takes.
const PATIENCE: Duration = Duration::from_mins(1);
/// The bucket of the functions' code.
const BUCKET: &str = "measured-code";

/// How an HTTP API is reached.
#[derive(Debug, Clone)]
pub struct Front {
    /// Where.
    pub address: SocketAddr,
    prefix: String,
}

impl Front {
    /// From the address in the stack's output.
    fn of(cloud: &Cloud, url: &str) -> Result<Self> {
        let name = url.strip_prefix("http://").with_context(|| format!("{url} is no address of an HTTP API"))?;
        Ok(match cloud.kind {
            Kind::Ours => Self {
                address: name.trim_end_matches('/').parse().with_context(|| url.to_owned())?,
                prefix: String::new(),
            },
            Kind::Moto => bail!("moto serves no HTTP API"),
            // The name in the output is one that not every resolver knows; this form is its documented equal.
            Kind::MiniStack => {
                let id = name.split('.').next().unwrap_or_default();
                Self { address: cloud.endpoint.address, prefix: format!("/_aws/execute-api/{id}/$default") }
            }
        })
    }

    /// A request to one of its routes.
    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
        let path = format!("{}{path}", self.prefix);
        wire::plain(method, &self.address.to_string(), &path, headers, body.as_bytes())
    }
}

/// Our own stack.
#[derive(Debug, Clone)]
pub struct Own {
    /// Its HTTP API.
    pub front: Front,
    /// The name of the function behind it.
    pub function: String,
    /// URL of the queue with a function behind it.
    pub work: String,
    /// URL of a queue that only the measurement reads.
    pub plain: String,
    /// The name of a table.
    pub table: String,
}

/// Makes the bucket and puts packages into it.
pub fn packages(cloud: &Cloud, packages: &[(String, Vec<u8>)]) -> Result<()> {
    let mut to = Connection::to(cloud.endpoint.address);
    cloud.endpoint.rest(&mut to, "s3", "PUT", &format!("/{BUCKET}"), b"")?;
    for (key, package) in packages {
        cloud.endpoint.rest(&mut to, "s3", "PUT", &format!("/{BUCKET}/{key}"), package)?;
    }
    Ok(())
}

/// Deploys our own stack from the package `key`; messages that arrive are noted in the file. Where functions do not run, it is a function,
/// a queue and a table, and the function's address is nobody's.
pub fn own(cloud: &Cloud, key: &str, arrivals: &Path) -> Result<Own> {
    let mut template = own_template(key, arrivals);
    if !cloud.kind.runs_functions() {
        for part in ["Resources", "Outputs"] {
            let kept = ["Role", "Hello", "Plain", "Table", "Function"];
            template[part].as_object_mut().context("no template")?.retain(|name, _| kept.contains(&name.as_str()));
        }
    }
    let (said, _) = create(cloud, "measured", &template.to_string(), &[])?;
    let find = |name: &str| output(&said, name).with_context(|| format!("the stack has no output {name}"));
    let (function, plain, table) = (find("Function")?, find("Plain")?, find("Table")?);
    if !cloud.kind.runs_functions() {
        let front = Front { address: cloud.endpoint.address, prefix: String::new() };
        return Ok(Own { front, function, work: String::new(), plain, table });
    }
    Ok(Own { front: Front::of(cloud, &find("Url")?)?, function, work: find("Work")?, plain, table })
}

/// Deploys the shop from its template. The package of each function is `<function>.zip`. Tells how long it took.
pub fn shop(cloud: &Cloud, template: &str) -> Result<(Front, Duration)> {
    let mut parameters = vec![("CodeBucket".to_owned(), BUCKET.to_owned())];
    for function in FUNCTIONS {
        let (first, rest) = function.split_at(1);
        parameters.push((format!("{}{rest}CodeKey", first.to_uppercase()), format!("{function}.zip")));
    }
    // The template names the processor that it was rendered for.
    let (own, other) = if cfg!(target_arch = "aarch64") { ("arm64", "x86_64") } else { ("x86_64", "arm64") };
    let template = template.replace(&format!("- {other}\n"), &format!("- {own}\n"));
    let (said, took) = create(cloud, "shop", &template, &parameters)?;
    let mut to = Connection::to(cloud.endpoint.address);
    let products = output(&said, "ProductsTable").context("the shop has no table of products")?;
    for (id, name) in [("1", "Wireless Headphones"), ("2", "Coffee Beans"), ("3", "Gaming Mouse")] {
        let item = json!({
            "id": {"S": id}, "name": {"S": name}, "price": {"N": "49.99"}, "priceMinor": {"N": "4999"},
            "currency": {"S": "USD"}, "category": {"S": "electronics"},
        });
        cloud.endpoint.ask(&mut to, "DynamoDB_20120810.PutItem", &json!({"TableName": products, "Item": item}))?;
    }
    let url = output(&said, "HttpApiUrl").context("the shop has no address")?;
    Ok((Front::of(cloud, &url)?, took))
}

/// The shop's functions, and the names of their programs.
pub const FUNCTIONS: [&str; 7] = ["cart", "checkout", "desk", "orders", "products", "sweeper", "worker"];

/// Creates a stack; gives what `DescribeStacks` said at last, and the time from the call to CREATE_COMPLETE.
fn create(cloud: &Cloud, name: &str, template: &str, parameters: &[(String, String)]) -> Result<(String, Duration)> {
    let mut members = vec![
        ("StackName".to_owned(), name.to_owned()),
        ("TemplateBody".to_owned(), template.to_owned()),
        ("Capabilities.member.1".to_owned(), "CAPABILITY_IAM".to_owned()),
        ("Capabilities.member.2".to_owned(), "CAPABILITY_NAMED_IAM".to_owned()),
    ];
    for (at, (key, value)) in parameters.iter().enumerate() {
        members.push((format!("Parameters.member.{}.ParameterKey", at + 1), key.clone()));
        members.push((format!("Parameters.member.{}.ParameterValue", at + 1), value.clone()));
    }
    let mut to = Connection::to(cloud.endpoint.address);
    let begin = Instant::now();
    cloud.endpoint.form(&mut to, "CreateStack", &members)?;
    while begin.elapsed() < PATIENCE {
        let said = cloud.endpoint.form(&mut to, "DescribeStacks", &members[..1])?;
        match element(&said, "StackStatus") {
            Some("CREATE_COMPLETE") => return Ok((said, begin.elapsed())),
            Some("CREATE_IN_PROGRESS") => std::thread::sleep(Duration::from_millis(1)),
            _ => {
                let events = cloud.endpoint.form(&mut to, "DescribeStackEvents", &members[..1])?;
                let failed = events.split("<member>").filter(|event| event.contains("_FAILED<"));
                let reasons: Vec<&str> = failed.filter_map(|event| element(event, "ResourceStatusReason")).collect();
                bail!("the stack {name} was not created: {}", reasons.join("; "));
            }
        }
    }
    bail!("the stack {name} takes longer than {} s", PATIENCE.as_secs())
}

fn own_template(key: &str, arrivals: &Path) -> Value {
    let code = json!({"S3Bucket": BUCKET, "S3Key": key});
    let function = |timeout: u32| {
        json!({"Type": "AWS::Lambda::Function", "Properties": {
            "Runtime": "provided.al2023", "Handler": "bootstrap", "Code": code, "MemorySize": 256, "Timeout": timeout,
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Environment": {"Variables": {function::FILE: arrivals.to_string_lossy()}},
        }})
    };
    let route = |path: &str| {
        json!({"Type": "AWS::ApiGatewayV2::Route", "Properties": {
            "ApiId": {"Ref": "Api"}, "RouteKey": format!("GET {path}"),
            "Target": {"Fn::Join": ["/", ["integrations", {"Ref": "Integration"}]]},
        }})
    };
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": {
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{
                    "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": ["sts:AssumeRole"]}]},
                "Policies": [{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": [{
                    "Effect": "Allow", "Resource": "*",
                    "Action": ["logs:*", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]}]}}],
            }},
            "Hello": function(10),
            "Worker": function(10),
            "Work": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 60}},
            "Plain": {"Type": "AWS::SQS::Queue", "Properties": {}},
            "Mapping": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {
                "BatchSize": 10, "EventSourceArn": {"Fn::GetAtt": ["Work", "Arn"]}, "FunctionName": {"Ref": "Worker"},
                "FunctionResponseTypes": ["ReportBatchItemFailures"]}},
            "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}},
            "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "measured", "ProtocolType": "HTTP"}},
            "Stage": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {
                "ApiId": {"Ref": "Api"}, "StageName": "$default", "AutoDeploy": true}},
            "Integration": {"Type": "AWS::ApiGatewayV2::Integration", "Properties": {
                "ApiId": {"Ref": "Api"}, "IntegrationType": "AWS_PROXY", "PayloadFormatVersion": "2.0",
                "IntegrationUri": {"Fn::GetAtt": ["Hello", "Arn"]}}},
            "HelloRoute": route("/hello"),
            "SleepRoute": route("/sleep"),
            "Permission": {"Type": "AWS::Lambda::Permission", "Properties": {
                "Action": "lambda:InvokeFunction", "FunctionName": {"Ref": "Hello"}, "Principal": "apigateway.amazonaws.com",
                "SourceArn": {"Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*"}}},
        },
        "Outputs": {
            "Url": {"Value": {"Fn::GetAtt": ["Api", "ApiEndpoint"]}},
            "Function": {"Value": {"Ref": "Hello"}},
            "Work": {"Value": {"Ref": "Work"}},
            "Plain": {"Value": {"Ref": "Plain"}},
            "Table": {"Value": {"Ref": "Table"}},
        },
    })
}
