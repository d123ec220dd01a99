//! The world of a test: a store in a temporary folder, providers that do as they are told, a clock, a client.

use async_trait::async_trait;
use aws_sdk_cloudformation::{
    Client,
    config::{BehaviorVersion, Credentials, Region, retry::RetryConfig},
    types::{ChangeSetType, Parameter, Stack, StackEvent},
};
use bytes::Bytes;
use cloudcart_local::{
    api::{ApiRequest, Caller, Service},
    clock::ManualClock,
    cloudformation::CloudFormation,
    core::Core,
    error::AwsError,
    ports::ObjectSource,
    provider::{Property, ProvisionError, Provisioned, ResourceProvider, ResourceRequest},
    random::SystemRandomness,
    store::Store,
};
use http_body_util::{BodyExt, Full};
use serde_json::{Map, Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use tempfile::TempDir;
use tokio::sync::Barrier;

/// How long a condition may take to come true.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// What a provider does instead of its work.
#[derive(Clone)]
pub(crate) enum Act {
    /// Refuses.
    Fail(&'static str),
    /// Never answers, before it did anything.
    HangBefore,
    /// Never answers, after it did its work.
    HangAfter,
    /// Panics, after it did its work.
    PanicAfter,
    /// Waits for another call that meets here.
    Meet(Arc<Barrier>),
}

/// Something a provider made.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Thing {
    pub(crate) logical_id: String,
    pub(crate) generated_name: String,
    pub(crate) properties: Map<String, Value>,
}

/// What the providers share: what exists, what was asked, what is scripted.
#[derive(Default)]
pub(crate) struct Book {
    /// By physical id.
    pub(crate) things: BTreeMap<String, Thing>,
    /// `create A`, `update A`, `delete A`, `discard A`.
    pub(crate) calls: Vec<String>,
    script: BTreeMap<String, Act>,
    made: u32,
}

#[derive(Clone, Default)]
pub(crate) struct Shared(pub(crate) Arc<Mutex<Book>>);

impl Shared {
    pub(crate) fn script(&self, call: &str, act: Act) {
        self.0.lock().unwrap().script.insert(call.to_owned(), act);
    }

    pub(crate) fn unscript(&self) {
        self.0.lock().unwrap().script.clear();
    }

    pub(crate) fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().calls)
    }

    /// Logical ids of what exists.
    pub(crate) fn alive(&self) -> Vec<String> {
        let mut ids: Vec<String> =
            self.0.lock().unwrap().things.values().map(|thing| thing.logical_id.clone()).collect();
        ids.sort();
        ids
    }

    pub(crate) fn thing(&self, logical_id: &str) -> Thing {
        self.0.lock().unwrap().things.values().find(|thing| thing.logical_id == logical_id).unwrap().clone()
    }

    pub(crate) async fn until_called(&self, call: &str) {
        until(async || self.0.lock().unwrap().calls.iter().any(|one| one == call)).await;
    }

    async fn work(
        &self,
        verb: &str,
        request: &ResourceRequest,
        work: impl FnOnce(&mut Book) -> Provisioned + Send,
    ) -> Result<Provisioned, ProvisionError> {
        let call = format!("{verb} {}", request.logical_id);
        let act = {
            let mut book = self.0.lock().unwrap();
            book.calls.push(call.clone());
            book.script.get(&call).cloned()
        };
        match act {
            Some(Act::Fail(message)) => return Err(ProvisionError::invalid(message)),
            Some(Act::HangBefore) => std::future::pending().await,
            Some(Act::Meet(ref barrier)) => {
                barrier.wait().await;
            }
            _ => {}
        }
        let made = work(&mut self.0.lock().unwrap());
        match act {
            Some(Act::HangAfter) => std::future::pending().await,
            Some(Act::PanicAfter) => panic!("scripted"),
            _ => Ok(made),
        }
    }
}

/// A provider of one type. Its ids are made by the service, so that nothing but the generated name finds what was made.
struct Fake {
    kind: &'static str,
    shared: Shared,
}

const PROPERTIES: &[Property] = &[
    Property::create_only("Name"),
    Property::honoured("Size"),
    Property::honoured("Link"),
    Property::honoured("Secret"),
    Property::ignored("Tracing", "there is nothing to trace to"),
    Property::ignored("Link.Trace", "a link is not traced"),
    Property::ignored("Link.By.*.Depth", "there is no depth"),
    Property::create_only("RoleName"),
];

fn provisioned(id: &str, request: &ResourceRequest) -> Provisioned {
    Provisioned {
        physical_id: id.to_owned(),
        attributes: BTreeMap::from([
            ("Arn".to_owned(), json!(format!("arn:test:{id}"))),
            ("Size".to_owned(), request.properties.get("Size").cloned().unwrap_or(json!("none"))),
        ]),
    }
}

#[async_trait]
impl ResourceProvider for Fake {
    fn type_name(&self) -> &'static str {
        self.kind
    }

    fn properties(&self) -> &'static [Property] {
        PROPERTIES
    }

    async fn create(&self, request: &ResourceRequest) -> Result<Provisioned, ProvisionError> {
        self.shared
            .work("create", request, |book| {
                book.made += 1;
                let id = format!("id-{}-{}", request.logical_id, book.made);
                book.things.insert(
                    id.clone(),
                    Thing {
                        logical_id: request.logical_id.clone(),
                        generated_name: request.generated_name.clone(),
                        properties: request.properties.clone(),
                    },
                );
                provisioned(&id, request)
            })
            .await
    }

    async fn update(
        &self,
        physical_id: &str,
        previous: &Map<String, Value>,
        request: &ResourceRequest,
    ) -> Result<Provisioned, ProvisionError> {
        let known = self.shared.0.lock().unwrap().things.get(physical_id).map(|thing| thing.properties.clone());
        assert!(known.is_some(), "only what exists is updated: {physical_id}");
        assert_ne!(previous, &request.properties, "an update is asked for only where something differs");
        self.shared
            .work("update", request, |book| {
                book.things.get_mut(physical_id).unwrap().properties.clone_from(&request.properties);
                provisioned(physical_id, request)
            })
            .await
    }

    async fn delete(&self, physical_id: &str, request: &ResourceRequest) -> Result<(), ProvisionError> {
        self.shared
            .work("delete", request, |book| {
                book.things.remove(physical_id);
                Provisioned::default()
            })
            .await
            .map(drop)
    }

    async fn discard(&self, request: &ResourceRequest) -> Result<(), ProvisionError> {
        self.shared
            .work("discard", request, |book| {
                book.things.retain(|_, thing| thing.generated_name != request.generated_name);
                Provisioned::default()
            })
            .await
            .map(drop)
    }
}

/// Objects by `bucket/key`.
#[derive(Default)]
struct Objects(Mutex<BTreeMap<String, String>>);

#[async_trait]
impl ObjectSource for Objects {
    async fn object(&self, bucket: &str, key: &str) -> Result<Bytes, AwsError> {
        let found = self.0.lock().unwrap().get(&format!("{bucket}/{key}")).cloned();
        found.map(Bytes::from).ok_or_else(|| AwsError::new(404, "NoSuchKey", "The specified key does not exist."))
    }
}

type Current = Arc<Mutex<Option<Arc<CloudFormation>>>>;

pub(crate) struct World {
    pub(crate) shared: Shared,
    pub(crate) client: Client,
    pub(crate) clock: ManualClock,
    pub(crate) endpoint: String,
    objects: Arc<Objects>,
    current: Current,
    state: TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let current = Current::default();
        tokio::spawn(serve(listener, Arc::clone(&current)));
        let config = aws_sdk_cloudformation::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .endpoint_url(&endpoint)
            .credentials_provider(Credentials::new("AKIDTEST", "secret", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        let world = Self {
            shared: Shared::default(),
            client: Client::from_conf(config),
            clock: ManualClock::new(Duration::from_secs(1_750_000_000)),
            endpoint,
            objects: Arc::default(),
            current,
            state: TempDir::new().unwrap(),
        };
        world.open();
        world
    }

    /// Starts the service on the state that is there.
    pub(crate) fn open(&self) {
        let core = Core {
            region: "eu-west-1".into(),
            account: "123456789012".into(),
            endpoint: self.endpoint.clone(),
            state_dir: self.state.path().to_owned(),
            clock: Arc::new(self.clock.clone()),
            random: Arc::new(SystemRandomness::default()),
            store: Store::open(&self.state.path().join("state.db")).unwrap(),
        };
        let kinds = ["AWS::Test::Thing", "AWS::Test::Other", "AWS::IAM::Role"];
        let providers =
            kinds.map(|kind| -> Arc<dyn ResourceProvider> { Arc::new(Fake { kind, shared: self.shared.clone() }) });
        let opened = CloudFormation::open(Arc::new(core), providers.into(), self.objects.clone()).unwrap();
        *self.current.lock().unwrap() = Some(opened);
    }

    pub(crate) fn service(&self) -> Arc<CloudFormation> {
        self.current.lock().unwrap().clone().unwrap()
    }

    /// Ends the service as a killed process ends: nothing is told to anybody.
    pub(crate) fn kill(&self) {
        let service = self.current.lock().unwrap().take();
        assert_eq!(service.as_ref().map(Arc::strong_count), Some(1), "nothing else keeps the service alive");
    }

    pub(crate) fn put_object(&self, path: &str, body: &str) {
        self.objects.0.lock().unwrap().insert(path.to_owned(), body.to_owned());
    }

    /// Makes a change set and gives its status reason, if it failed.
    pub(crate) async fn change_set(&self, stack: &str, kind: ChangeSetType, template: &Value) -> Option<String> {
        self.client
            .create_change_set()
            .stack_name(stack)
            .change_set_name("cs")
            .change_set_type(kind)
            .template_body(template.to_string())
            .send()
            .await
            .unwrap();
        let described = self.client.describe_change_set().stack_name(stack).change_set_name("cs").send().await.unwrap();
        described.status_reason
    }

    pub(crate) async fn execute(&self, stack: &str) {
        self.client.execute_change_set().stack_name(stack).change_set_name("cs").send().await.unwrap();
    }

    /// Makes a stack, waits, and gives its status.
    pub(crate) async fn create(&self, template: &Value) -> String {
        self.client.create_stack().stack_name("shop").template_body(template.to_string()).send().await.unwrap();
        self.settled("shop").await
    }

    /// Updates the stack, waits, and gives its status.
    pub(crate) async fn update(&self, template: &Value) -> String {
        self.client.update_stack().stack_name("shop").template_body(template.to_string()).send().await.unwrap();
        self.settled("shop").await
    }

    /// Deletes the stack, waits, and gives its status.
    pub(crate) async fn delete(&self) -> String {
        let id = self.stack("shop").await.stack_id.unwrap();
        self.client.delete_stack().stack_name("shop").send().await.unwrap();
        self.settled(&id).await
    }

    pub(crate) async fn stack(&self, name: &str) -> Stack {
        let answer = self.client.describe_stacks().stack_name(name).send().await.unwrap();
        answer.stacks.unwrap().remove(0)
    }

    /// Waits for the stack's operation to end and gives the status.
    pub(crate) async fn settled(&self, name: &str) -> String {
        let status = async || self.stack(name).await.stack_status.unwrap().as_str().to_owned();
        until(async || !status().await.ends_with("_IN_PROGRESS")).await;
        status().await
    }

    /// The stack's events, oldest first.
    pub(crate) async fn events(&self, name: &str) -> Vec<StackEvent> {
        let mut pages = self.client.describe_stack_events().stack_name(name).into_paginator().send();
        let mut events = Vec::new();
        while let Some(page) = pages.next().await {
            events.extend(page.unwrap().stack_events.unwrap());
        }
        events.reverse();
        events
    }

    /// The same as `<logical id> <status>`.
    pub(crate) async fn history(&self, name: &str) -> Vec<String> {
        let told = |event: &StackEvent| {
            format!("{} {}", event.logical_resource_id().unwrap(), event.resource_status().unwrap().as_str())
        };
        self.events(name).await.iter().map(told).collect()
    }

    /// The reason of the last event of a logical id with a status.
    pub(crate) async fn reason(&self, name: &str, logical_id: &str, status: &str) -> String {
        let events = self.events(name).await;
        let found = events.iter().rev().find(|event| {
            event.logical_resource_id() == Some(logical_id)
                && event.resource_status().map(aws_sdk_cloudformation::types::ResourceStatus::as_str) == Some(status)
        });
        found.unwrap().resource_status_reason().unwrap_or_default().to_owned()
    }
}

async fn serve(listener: tokio::net::TcpListener, current: Current) {
    while let Ok((stream, _)) = listener.accept().await {
        let current = Arc::clone(&current);
        let answer = hyper::service::service_fn(move |request: http::Request<hyper::body::Incoming>| {
            let current = Arc::clone(&current);
            async move {
                let (parts, body) = request.into_parts();
                let body = body.collect().await?.to_bytes();
                let operation = String::from_utf8_lossy(&body)
                    .split('&')
                    .find_map(|pair| pair.strip_prefix("Action=").map(str::to_owned))
                    .unwrap_or_default();
                let request = ApiRequest {
                    method: parts.method,
                    path: parts.uri.path().to_owned(),
                    query: parts.uri.query().unwrap_or_default().to_owned(),
                    headers: parts.headers,
                    body,
                    caller: Caller::Root,
                    request_id: "request-1".into(),
                    operation,
                };
                let service = current.lock().unwrap().clone().unwrap();
                let answered = match service.needs(&request) {
                    Ok(_) => service.call(request).await,
                    Err(error) => Err(error),
                };
                let answer = answered.unwrap_or_else(|error| error.into_response(service.protocol(), "request-1"));
                Ok::<_, hyper::Error>(answer.map(Full::new))
            }
        });
        tokio::spawn(
            hyper::server::conn::http1::Builder::new().serve_connection(hyper_util::rt::TokioIo::new(stream), answer),
        );
    }
}

/// Waits until `condition` holds.
pub(crate) async fn until(mut condition: impl AsyncFnMut() -> bool) {
    let wait = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(DEADLINE, wait).await.expect("the condition came true in time");
}

/// A resource.
pub(crate) fn thing(properties: Value) -> Value {
    json!({ "Type": "AWS::Test::Thing", "Properties": properties })
}

/// A template of resources.
pub(crate) fn template(resources: Value) -> Value {
    json!({ "Resources": resources })
}

pub(crate) fn parameter(key: &str, value: &str) -> Parameter {
    Parameter::builder().parameter_key(key).parameter_value(value).build()
}

/// The service's code and message in an SDK error.
pub(crate) fn refusal(error: impl aws_sdk_cloudformation::error::ProvideErrorMetadata) -> (String, String) {
    (error.code().unwrap_or_default().to_owned(), error.message().unwrap_or_default().to_owned())
}
