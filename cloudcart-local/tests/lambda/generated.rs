//! Templates that the AWS CDK and SAM make, unchanged, on a whole local cloud: `tests/cloudformation/fixtures`.

use crate::{
    clients::{self, dynamodb, root, s3},
    config, support,
};
use aws_sdk_cloudformation::{
    error::ProvideErrorMetadata as _,
    types::{Capability, Parameter},
};
use cloudcart_local::LocalCloud;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

const LEVEL_1: &str = include_str!("../cloudformation/fixtures/cdk-level-1.json");
const LEVEL_2: &str = include_str!("../cloudformation/fixtures/cdk-level-2.json");
const SAM: &str = include_str!("../cloudformation/fixtures/sam.json");

/// This machine's, by the name of Lambda's.
const OWN: &str = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };

struct World {
    cloud: LocalCloud,
    stacks: aws_sdk_cloudformation::Client,
}

impl World {
    /// A cloud with the functions' code where the template looks for it, as `cdk deploy` and `sam package` put it.
    async fn new(bucket: &str, template: &Value) -> Self {
        let cloud = clients::cloud().await;
        let objects = s3(&cloud, root(&cloud));
        objects.create_bucket().bucket(bucket).send().await.unwrap();
        for resource in template["Resources"].as_object().unwrap().values() {
            if let Some(key) = resource["Properties"]["Code"]["S3Key"].as_str() {
                let code = support::package("v1").into();
                objects.put_object().bucket(bucket).key(key).body(code).send().await.unwrap();
            }
        }
        let config = config!(aws_sdk_cloudformation, cloud, root(&cloud)).build();
        Self { cloud, stacks: aws_sdk_cloudformation::Client::from_conf(config) }
    }

    async fn create(&self, template: &str) {
        let request = self.stacks.create_stack().stack_name("orders").template_body(template);
        let architecture = Parameter::builder().parameter_key("Architecture").parameter_value(OWN).build();
        request.parameters(architecture).capabilities(Capability::CapabilityIam).send().await.unwrap();
        assert_eq!(self.settled("orders").await, "CREATE_COMPLETE", "{:#?}", self.reasons().await);
    }

    /// Changes the stack; the error is CloudFormation's message.
    /// An update that goes through.
    async fn changed(&self, template: &Value) {
        let updated = self.update(&template.to_string()).await;
        assert_eq!(updated, Ok("UPDATE_COMPLETE".to_owned()), "{:#?}", self.reasons().await);
    }

    async fn update(&self, template: &str) -> Result<String, String> {
        let request = self.stacks.update_stack().stack_name("orders").template_body(template);
        let architecture = Parameter::builder().parameter_key("Architecture").use_previous_value(true).build();
        let sent = request.parameters(architecture).capabilities(Capability::CapabilityIam).send().await;
        sent.map_err(|error| error.message().unwrap_or_default().to_owned())?;
        Ok(self.settled("orders").await)
    }

    async fn described(&self, stack: &str) -> aws_sdk_cloudformation::types::Stack {
        self.stacks.describe_stacks().stack_name(stack).send().await.unwrap().stacks.unwrap().remove(0)
    }

    async fn outputs(&self) -> BTreeMap<String, String> {
        let stack = self.described("orders").await;
        let outputs = stack.outputs().iter();
        outputs.map(|one| (one.output_key().unwrap().to_owned(), one.output_value().unwrap().to_owned())).collect()
    }

    async fn settled(&self, stack: &str) -> String {
        let began = Instant::now();
        loop {
            let status = self.described(stack).await.stack_status.unwrap().as_str().to_owned();
            if !status.ends_with("_IN_PROGRESS") {
                return status;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "{status}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn reasons(&self) -> Vec<String> {
        let events = self.stacks.describe_stack_events().stack_name("orders").send().await.unwrap();
        events.stack_events().iter().filter_map(|event| event.resource_status_reason().map(str::to_owned)).collect()
    }

    /// Places an order by HTTP and waits until the worker put it into the table.
    async fn order(&self, path: &str, id: &str) {
        let outputs = self.outputs().await;
        let host = outputs["Url"].strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(host).await.unwrap();
        let head =
            format!("POST {path}/{id} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
        let began = Instant::now();
        let placed = async || {
            let items = dynamodb(&self.cloud, root(&self.cloud)).scan().table_name(&outputs["Table"]).send().await;
            items.unwrap().items().iter().any(|item| item["id"].as_s().unwrap() == id)
        };
        while !placed().await {
            assert!(began.elapsed() < Duration::from_secs(10), "the worker puts {id} into its table");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Deletes the stack; nothing may be left of it.
    async fn delete(self) {
        let id = self.described("orders").await.stack_id.unwrap();
        self.stacks.delete_stack().stack_name("orders").send().await.unwrap();
        assert_eq!(self.settled(&id).await, "DELETE_COMPLETE", "{:#?}", self.cloud.status().fidelity);
        let tables = dynamodb(&self.cloud, root(&self.cloud)).list_tables().send().await.unwrap();
        assert_eq!(tables.table_names(), [""; 0]);
        let functions =
            aws_sdk_lambda::Client::from_conf(config!(aws_sdk_lambda, self.cloud, root(&self.cloud)).build());
        assert_eq!(functions.list_functions().send().await.unwrap().functions(), []);
        let buckets = s3(&self.cloud, root(&self.cloud)).list_buckets().send().await.unwrap();
        assert_eq!(buckets.buckets().len(), 1, "that of the code");
        assert_eq!(self.cloud.apis(), BTreeMap::new());
        assert_eq!(self.cloud.status().fidelity, [""; 0]);
        self.cloud.shutdown().await;
    }

    fn assert_told(&self, beginnings: &[&str]) {
        let told = self.cloud.status().fidelity;
        for beginning in beginnings {
            assert!(told.iter().any(|line| line.starts_with(beginning)), "{beginning}: {told:#?}");
        }
    }
}

fn read(template: &str) -> Value {
    serde_json::from_str(template).unwrap()
}

/// The resource of a type, by the beginning of its logical id.
fn resource<'a>(template: &'a mut Value, beginning: &str, kind: &str) -> &'a mut Value {
    let resources = template["Resources"].as_object_mut().unwrap();
    resources.iter_mut().find(|(id, one)| id.starts_with(beginning) && one["Type"] == kind).unwrap().1
}

const ASSETS: &str = "cdk-hnb659fds-assets-000000000000-us-east-1";

const OF_THE_CDK: [&str; 2] = [
    "orders/CDKMetadata (AWS::CDK::Metadata) Analytics: ",
    "orders/BootstrapVersion (AWS::SSM::Parameter::Value<String>) /cdk-bootstrap/hnb659fds/version: ",
];

pub(crate) async fn a_cdk_stack_of_level_2_is_made_answers_changes_and_goes() {
    let mut template = read(LEVEL_2);
    let world = World::new(ASSETS, &template).await;
    world.create(LEVEL_2).await;
    world.assert_told(&OF_THE_CDK);
    world.order("/orders", "one").await;

    let stack = world.described("orders").await;
    let version = stack.parameters().iter().find(|one| one.parameter_key() == Some("BootstrapVersion")).unwrap();
    assert_eq!(version.parameter_value(), Some("/cdk-bootstrap/hnb659fds/version"));
    assert_eq!(version.resolved_value(), Some("33"));
    let exports = world.stacks.list_exports().send().await.unwrap();
    assert_eq!(exports.exports()[0].name(), Some("orders-table"));

    assert_eq!(world.update(LEVEL_2).await, Err("No updates are to be performed.".to_owned()));
    resource(&mut template, "Jobs", "AWS::SQS::Queue")["Properties"]["VisibilityTimeout"] = json!(90);
    resource(&mut template, "Worker", "AWS::Lambda::Function")["Properties"]["MemorySize"] = json!(256);
    let resources = template["Resources"].as_object_mut().unwrap();
    resources.retain(|id, _| !id.starts_with("Nightly"));
    world.changed(&template).await;
    world.order("/orders", "two").await;
    world.delete().await;
}

pub(crate) async fn a_cdk_stack_of_level_1_is_made_answers_changes_and_goes() {
    let mut template = read(LEVEL_1);
    let world = World::new(ASSETS, &template).await;
    world.create(LEVEL_1).await;
    world.assert_told(&OF_THE_CDK);
    world.order("/orders", "one").await;
    template["Parameters"]["Memory"]["Default"] = json!(256);
    resource(&mut template, "Post", "AWS::ApiGatewayV2::Route")["Properties"]["RouteKey"] =
        json!("POST /requests/{id}");
    world.changed(&template).await;
    world.order("/requests", "two").await;
    world.delete().await;
}

pub(crate) async fn a_cdk_rule_on_the_bootstrap_version_is_evaluated() {
    let mut template = read(LEVEL_1);
    let world = World::new(ASSETS, &template).await;
    let assert = &mut template["Rules"]["CheckBootstrapVersion"]["Assertions"][0]["Assert"];
    assert["Fn::Not"][0]["Fn::Contains"][0].as_array_mut().unwrap().push(json!("33"));
    let request = world.stacks.create_stack().stack_name("orders").template_body(template.to_string());
    let refused = request.capabilities(Capability::CapabilityIam).send().await.unwrap_err();
    assert_eq!(refused.code(), Some("ValidationError"));
    let words = "rule CheckBootstrapVersion does not hold: CDK bootstrap stack version 6 required.";
    assert!(refused.message().unwrap().contains(words), "{refused:?}");
    world.cloud.shutdown().await;
}

pub(crate) async fn a_transformed_sam_template_is_made_answers_changes_and_goes() {
    let mut template = read(SAM);
    let world = World::new("assets", &template).await;
    world.create(SAM).await;
    world.assert_told(&["orders/Http (AWS::ApiGatewayV2::Api) Body: imported"]);
    world.order("/orders", "one").await;
    assert_eq!(world.update(SAM).await, Err("No updates are to be performed.".to_owned()));
    let paths =
        resource(&mut template, "Http", "AWS::ApiGatewayV2::Api")["Properties"]["Body"]["paths"].as_object_mut();
    let paths = paths.unwrap();
    let operation = paths.remove("/orders/{id}").unwrap();
    paths.insert("/requests/{id}".to_owned(), operation);
    world.changed(&template).await;
    world.order("/requests", "two").await;
    world.delete().await;
}

pub(crate) async fn an_untransformed_sam_template_is_refused_with_what_to_do() {
    let template = include_str!("../cloudformation/fixtures/sam-source.json");
    let world = World::new("assets", &json!({"Resources": {}})).await;
    let refused = world.stacks.create_stack().stack_name("orders").template_body(template).send().await.unwrap_err();
    let message = refused.message().unwrap();
    assert!(
        message.contains("AWS::Serverless-2016-10-31") && message.contains("hint: transform it first"),
        "{message}"
    );
    world.cloud.shutdown().await;
}
