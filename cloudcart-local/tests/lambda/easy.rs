//! Stacks of the library's conveniences on a whole local cloud: what was granted is in force, and nothing else.

use crate::{
    bootstrap,
    clients::{self, dynamodb, logs, root, s3},
    config, support,
};
use aws_sdk_cloudformation::types::Capability;
use cloudcart_cfn::{easy, lambda::function::Architecture, prelude::*};
use cloudcart_local::{LocalCloud, ports::Identities as _, store::Store};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// The one that this machine's programs are built for.
const OWN: Architecture = if cfg!(target_arch = "aarch64") { Architecture::Arm64 } else { Architecture::X86_64 };

/// Orders come in by HTTP, wait in a queue and are put into a table by a worker, which may do so if it is `granted`.
fn orders(granted: bool) -> Value {
    let template = Template::build("Orders.", |stack| {
        let table = easy::Table::new("id").removal(DeletionPolicy::Delete).add_to(stack, "Orders");
        let jobs = easy::Queue::new().consumer_timeout(int!(10)).add_to(stack, "Jobs");
        // In the environment without a grant, so that only the right differs.
        let function = || {
            let names =
                easy::Function::from_s3("assets", "code.zip").architecture(OWN).env(bootstrap::ROLE, "function");
            names.env("TABLE", table.reference()).env("QUEUE", jobs.queue.reference())
        };
        let worker = function().consume(&jobs.queue);
        let worker = if granted { worker.grant(table.write()) } else { worker };
        let worker = worker.add_to(stack, "Worker");
        let api = function().grant(jobs.queue.send()).add_to(stack, "Api");
        let http = easy::HttpApi::new().route("POST /orders/{id}", &api.function).add_to(stack, "Http");
        let alarm = easy::Alarm::on_messages(&jobs.dead_letters).add_to(stack, "JobsFail");
        stack.output("Alarm", Output::new(alarm.arn()));
        stack.output("Logs", Output::new(worker.logs.reference()));
        stack.output("Policy", Output::new(worker.policy.reference()));
        stack.output("Role", Output::new(worker.role.arn()));
        stack.output("Table", Output::new(table.reference()));
        stack.output("TableArn", Output::new(table.arn()));
        stack.output("Url", Output::new(http.api.api_endpoint()));
        stack.output("Worker", Output::new(worker.function.reference()));
    });
    template.to_value()
}

/// A whole cloud that has the functions' code.
struct World {
    cloud: LocalCloud,
    stacks: aws_sdk_cloudformation::Client,
}

impl World {
    async fn new() -> Self {
        let cloud = clients::cloud().await;
        let objects = s3(&cloud, root(&cloud));
        objects.create_bucket().bucket("assets").send().await.unwrap();
        let code = support::package("v1").into();
        objects.put_object().bucket("assets").key("code.zip").body(code).send().await.unwrap();
        let config = config!(aws_sdk_cloudformation, cloud, root(&cloud)).build();
        Self { cloud, stacks: aws_sdk_cloudformation::Client::from_conf(config) }
    }

    /// Makes the stack `shop` and gives its outputs.
    async fn create(&self, template: &Value) -> BTreeMap<String, String> {
        let request = self.stacks.create_stack().stack_name("shop").template_body(template.to_string());
        request.capabilities(Capability::CapabilityIam).send().await.unwrap();
        assert_eq!(self.settled("shop").await, "CREATE_COMPLETE", "{:#?}", self.reasons().await);
        let described = self.stacks.describe_stacks().stack_name("shop").send().await.unwrap();
        let outputs = described.stacks()[0].outputs().iter();
        outputs.map(|one| (one.output_key().unwrap().to_owned(), one.output_value().unwrap().to_owned())).collect()
    }

    /// Changes it and gives its status.
    async fn update(&self, template: &Value) -> String {
        let request = self.stacks.update_stack().stack_name("shop").template_body(template.to_string());
        request.capabilities(Capability::CapabilityIam).send().await.unwrap();
        self.settled("shop").await
    }

    /// The status in which the stack comes to rest.
    async fn settled(&self, stack: &str) -> String {
        let began = Instant::now();
        loop {
            let described = self.stacks.describe_stacks().stack_name(stack).send().await.unwrap();
            let status = described.stacks()[0].stack_status().unwrap().as_str().to_owned();
            if !status.ends_with("_IN_PROGRESS") {
                return status;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "{status}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// What went wrong, for the message of a failed test.
    async fn reasons(&self) -> Vec<String> {
        let events = self.stacks.describe_stack_events().stack_name("shop").send().await.unwrap();
        events.stack_events().iter().filter_map(|event| event.resource_status_reason().map(str::to_owned)).collect()
    }

    /// Places an order by HTTP; it must be accepted.
    async fn order(&self, url: &str, id: &str) {
        let host = url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(host).await.unwrap();
        let head =
            format!("POST /orders/{id} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
    }

    /// Ids in the table.
    async fn placed(&self, table: &str) -> Vec<String> {
        let scanned = dynamodb(&self.cloud, root(&self.cloud)).scan().table_name(table).send().await.unwrap();
        scanned.items().iter().map(|item| item["id"].as_s().unwrap().clone()).collect()
    }

    /// The first line of a log group with these words.
    async fn line(&self, group: &str, words: &str) -> Option<String> {
        let request = logs(&self.cloud, root(&self.cloud)).filter_log_events().log_group_name(group);
        let found = request.filter_pattern(format!("\"{words}\"")).send().await.unwrap();
        found.events().first().map(|event| event.message().unwrap().trim_end().to_owned())
    }

    /// Whether the worker's role may put into its table.
    fn may_put(&self, outputs: &BTreeMap<String, String>) -> bool {
        self.cloud.iam().role_allows(&outputs["Role"], "dynamodb:PutItem", &outputs["TableArn"])
    }
}

/// Waits until `found` gives something; fails after ten seconds.
async fn eventually<T>(what: &str, found: impl AsyncFn() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = found().await {
            return found;
        }
        assert!(began.elapsed() < Duration::from_secs(10), "it did not happen: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The line by which the worker tells that it may not put.
fn denial(outputs: &BTreeMap<String, String>) -> String {
    let role = outputs["Role"].rsplit('/').next().unwrap();
    format!(
        "refused: User: arn:aws:sts::000000000000:assumed-role/{role}/{} is not authorized to perform: dynamodb:PutItem on \
         resource: {} because no identity-based policy allows the dynamodb:PutItem action",
        outputs["Worker"], outputs["TableArn"]
    )
}

pub(crate) async fn a_granted_right_is_in_force_until_an_update_takes_it_away_and_deletion_leaves_nothing() {
    let world = World::new().await;
    let outputs = world.create(&orders(true)).await;
    assert!(outputs["Policy"].starts_with("shop-WorkerPolicy-"), "{}", outputs["Policy"]);
    assert!(outputs["Alarm"].starts_with("arn:aws:cloudwatch:us-east-1:000000000000:alarm:shop-JobsFail-"));
    let told = world.cloud.status().fidelity;
    let alarm = "shop/JobsFail (AWS::CloudWatch::Alarm) Threshold: would say when the alarm is raised";
    assert!(told.iter().any(|line| line.starts_with(alarm)), "{told:#?}");

    world.order(&outputs["Url"], "one").await;
    let put = async || (world.placed(&outputs["Table"]).await == ["one"]).then_some(());
    eventually("the worker puts the order into its table", put).await;
    assert_eq!(world.line(&outputs["Logs"], "refused").await, None);

    assert_eq!(world.update(&orders(false)).await, "UPDATE_COMPLETE");
    world.order(&outputs["Url"], "two").await;
    let refused = async || world.line(&outputs["Logs"], "refused").await;
    assert_eq!(eventually("the worker is refused", refused).await, denial(&outputs));
    assert_eq!(world.placed(&outputs["Table"]).await, ["one"]);

    let id = world.stacks.describe_stacks().stack_name("shop").send().await.unwrap();
    let id = id.stacks()[0].stack_id().unwrap().to_owned();
    world.stacks.delete_stack().stack_name("shop").send().await.unwrap();
    assert_eq!(world.settled(&id).await, "DELETE_COMPLETE");
    let state = Store::open(&world.cloud.state_dir().join("state.db")).unwrap();
    for namespace in ["iam.roles", "iam.managed-policies", "cloudwatch.alarms"] {
        assert_eq!(state.list::<Value>(namespace).unwrap(), [], "{namespace}");
    }
    assert_eq!(state.list::<Value>("iam.keys").unwrap().len(), 1, "the account's own");
    let tables = dynamodb(&world.cloud, root(&world.cloud)).list_tables().send().await.unwrap();
    assert_eq!(tables.table_names(), [""; 0]);
    let groups = logs(&world.cloud, root(&world.cloud)).describe_log_groups().send().await.unwrap();
    assert_eq!(groups.log_groups(), []);
    let queues = aws_sdk_sqs::Client::from_conf(config!(aws_sdk_sqs, world.cloud, root(&world.cloud)).build());
    assert_eq!(queues.list_queues().send().await.unwrap().queue_urls(), [""; 0]);
    let functions = aws_sdk_lambda::Client::from_conf(config!(aws_sdk_lambda, world.cloud, root(&world.cloud)).build());
    assert_eq!(functions.list_functions().send().await.unwrap().functions(), []);
    assert_eq!(world.cloud.apis(), BTreeMap::new());
    assert_eq!(world.cloud.status().fidelity, [""; 0]);
    world.cloud.shutdown().await;
}

pub(crate) async fn without_the_grant_a_function_is_denied_in_awss_words() {
    let world = World::new().await;
    let outputs = world.create(&orders(false)).await;
    world.order(&outputs["Url"], "one").await;
    let refused = async || world.line(&outputs["Logs"], "refused").await;
    assert_eq!(eventually("the worker is refused", refused).await, denial(&outputs));
    assert_eq!(world.placed(&outputs["Table"]).await, [""; 0]);
    world.cloud.shutdown().await;
}

pub(crate) async fn a_failed_update_gives_the_right_back() {
    let world = World::new().await;
    let outputs = world.create(&orders(true)).await;
    assert!(world.may_put(&outputs));
    let mut broken = orders(false);
    broken["Resources"]["Broken"] = json!({
        "Type": "AWS::IAM::Policy", "DependsOn": "WorkerPolicy",
        "Properties": {"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": []}, "Roles": ["nobody"]},
    });
    assert_eq!(world.update(&broken).await, "UPDATE_ROLLBACK_COMPLETE");
    let reasons = world.reasons().await;
    let why = "The role with name nobody cannot be found.";
    assert!(reasons.iter().any(|reason| reason.contains(why)), "{reasons:#?}");
    let events = world.stacks.describe_stack_events().stack_name("shop").send().await.unwrap();
    let changes = events.stack_events().iter().filter(|event| {
        event.logical_resource_id() == Some("WorkerPolicy")
            && event.resource_status().is_some_and(|status| status.as_str() == "UPDATE_COMPLETE")
    });
    assert_eq!(changes.count(), 2, "the right was taken away and given back");
    assert!(world.may_put(&outputs));
    world.cloud.shutdown().await;
}
