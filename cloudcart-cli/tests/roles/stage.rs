//! The shop on a local cloud in the test's own process, whose roles can be changed in place.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::AttributeValue;
use cloudcart_deploy::Target;
use cloudcart_local::LocalCloud;
use cloudcart_local::ports::Identities as _;
use cloudcart_local::provider::{ResourceProvider, ResourceRequest};
use cloudcart_shop::env::SIGNING_KEY_ROW;
use serde_json::{Map, Value, json};

use crate::shop::{self, Answer, Shop};

pub(crate) type Policies = BTreeMap<String, Value>;

// Dropped in this order: the cloud must be gone before the shop looks for one to stop, which would be this process.
pub(crate) struct Stage {
    cloud: LocalCloud,
    target: Target,
    runtime: tokio::runtime::Runtime,
    /// Physical ids by logical ones.
    ids: BTreeMap<String, String>,
    pub(crate) api: String,
    starts: Cell<u32>,
    _shop: Shop,
}

impl Stage {
    /// Deploys and seeds the shop; product `s` has stock enough.
    pub(crate) fn deployed() -> Self {
        let shop = Shop::new();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let builder = LocalCloud::builder().state_dir(shop.folder().join("local")).port(0).api_port(0);
        let cloud = runtime.block_on(builder.start()).unwrap();
        shop.ok(&["deploy"]);
        let file = shop.folder().join("some.csv");
        std::fs::write(&file, "id,name,price,category,available\ns,Some,5.00,c,100000\nt,Other,6.00,c,9\n").unwrap();
        shop.ok(&["seed", file.to_str().unwrap()]);
        let api = shop.output("HttpApiUrl");
        let status = shop.status();
        let target = runtime.block_on(Target::connect(&shop::target(&status))).unwrap();
        let stacks = runtime.block_on(target.cloudformation().describe_stacks().send()).unwrap();
        let name = stacks.stacks()[0].stack_name().unwrap().to_owned();
        let resources = runtime.block_on(cloudcart_deploy::stack::resources(&target, &name)).unwrap();
        let ids = resources.into_iter().map(|one| (one.logical_id, one.physical_id)).collect();
        Self { cloud, target, runtime, ids, api, starts: Cell::new(0), _shop: shop }
    }

    pub(crate) fn id(&self, logical_id: &str) -> &str {
        self.ids.get(logical_id).unwrap_or_else(|| panic!("no {logical_id}: {:?}", self.ids.keys()))
    }

    /// Function (`Cart`) and name of its role, of each function.
    pub(crate) fn roles(&self) -> Vec<(String, String)> {
        let roles =
            self.ids.iter().filter_map(|(logical, id)| Some((logical.strip_suffix("Role")?.to_owned(), id.clone())));
        roles.collect()
    }

    pub(crate) fn policies(&self, role: &str) -> Policies {
        self.cloud.iam().find_role(role).unwrap().inline
    }

    fn provider(&self, type_name: &str) -> Arc<dyn ResourceProvider> {
        self.cloud.providers().into_iter().find(|one| one.type_name() == type_name).unwrap()
    }

    /// Gives a role other policies, as an update of the stack does.
    pub(crate) fn give(&self, role: &str, before: &Policies, after: &Policies) {
        let trust = self.cloud.iam().find_role(role).unwrap().trust;
        let properties = |policies: &Policies| -> Map<String, Value> {
            let policies: Vec<Value> = policies
                .iter()
                .map(|(name, document)| json!({"PolicyName": name, "PolicyDocument": document}))
                .collect();
            let Value::Object(properties) = json!({"AssumeRolePolicyDocument": trust, "Policies": policies}) else {
                unreachable!()
            };
            properties
        };
        let request = ResourceRequest {
            stack_name: "shop".into(),
            stack_id: "arn:aws:cloudformation:us-east-1:000000000000:stack/shop/1".into(),
            logical_id: "Role".into(),
            properties: properties(after),
            generated_name: role.to_owned(),
        };
        let provider = self.provider("AWS::IAM::Role");
        self.runtime.block_on(provider.update(role, &properties(before), &request)).unwrap();
        assert_eq!(self.policies(role), *after);
    }

    /// Whether the role lets the cloud itself act for the function.
    pub(crate) fn role_allows(&self, role: &str, action: &str, resource: &str) -> bool {
        self.cloud.iam().role_allows(&format!("arn:aws:iam::000000000000:role/{role}"), action, resource)
    }

    /// Makes a function start anew, in a shop that has not made its signing key yet.
    pub(crate) fn begin(&self, function: &str) {
        let key = AttributeValue::S(SIGNING_KEY_ROW.to_owned());
        let delete = self.target.dynamodb().delete_item().table_name(self.id("IdempotencyTable")).key("key", key);
        self.runtime.block_on(delete.send()).unwrap();
        self.starts.set(self.starts.get() + 1);
        let update = self.target.lambda().update_function_configuration();
        let update = update.function_name(self.function(function)).description(self.starts.get().to_string());
        self.runtime.block_on(update.send()).unwrap();
        if function == "Sweeper" {
            self.feed_worker(false).unwrap();
        }
    }

    /// Puts back what [`Stage::begin`] changed for the trials of a function.
    pub(crate) fn end(&self, function: &str) {
        if function == "Sweeper" {
            self.feed_worker(true).unwrap();
        }
    }

    fn function(&self, function: &str) -> &str {
        self.id(&format!("{function}Function"))
    }

    /// Turns the queue's mapping on or off; the cloud refuses it when the worker's role cannot read the queue.
    pub(crate) fn feed_worker(&self, on: bool) -> Result<(), String> {
        let lambda = self.target.lambda();
        let mappings = lambda.list_event_source_mappings().function_name(self.function("Worker")).send();
        let mappings = self.runtime.block_on(mappings).unwrap();
        let uuid = mappings.event_source_mappings()[0].uuid().unwrap();
        let update = lambda.update_event_source_mapping().uuid(uuid).enabled(on).send();
        self.runtime.block_on(update).map(drop).map_err(|error| format!("{:?}", error.into_service_error()))
    }

    pub(crate) fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        shop::call(&self.api, method, path, headers, body)
    }

    /// Calls a function that has no route.
    pub(crate) fn invoke(&self, function: &str, event: &Value) -> Result<Value, String> {
        let answer = self.runtime.block_on(async {
            let call = self.target.lambda().invoke().function_name(self.function(function));
            call.payload(event.to_string().into_bytes().into()).send().await.unwrap()
        });
        let text = String::from_utf8(answer.payload().unwrap().as_ref().to_vec()).unwrap();
        match answer.function_error() {
            Some(_) => Err(text),
            None => Ok(serde_json::from_str(&text).unwrap()),
        }
    }

    /// An attribute of an order's row that is a text, or any other as it is shown.
    pub(crate) fn order(&self, id: &str) -> BTreeMap<String, String> {
        let key = AttributeValue::S(id.to_owned());
        let get = self.target.dynamodb().get_item().table_name(self.id("OrdersTable")).key("orderId", key);
        let row = self.runtime.block_on(get.consistent_read(true).send()).unwrap().item.unwrap_or_default();
        row.into_iter()
            .map(|(name, value)| {
                let text = value.as_s().cloned().unwrap_or_else(|value| format!("{value:?}"));
                (name, text)
            })
            .collect()
    }

    /// Makes an order one that was placed long ago, is pending still and was never swept.
    pub(crate) fn age(&self, id: &str) {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let placed = self.order(id)["placedAt"].clone();
        let shard = u32::from_str_radix(&id[id.len() - 1..], 16).unwrap().to_string();
        let update = self.target.dynamodb().update_item().table_name(self.id("OrdersTable")).key("orderId", text(id));
        let update = update
            .update_expression("SET #status = :pending, placedAt = :old, pendingShard = :shard REMOVE sweeps, sweptAt")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":pending", text("pending"))
            .expression_attribute_values(":old", text(&format!("2020{}", &placed[4..])))
            .expression_attribute_values(":shard", text(&shard));
        self.runtime.block_on(update.send()).unwrap();
    }
}

/// Whether `holds` becomes true soon.
pub(crate) fn soon(mut holds: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + Duration::from_secs(3);
    while !holds() {
        if Instant::now() > deadline {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    true
}
