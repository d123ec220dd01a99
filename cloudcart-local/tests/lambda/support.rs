//! A Lambda service among fakes, and packages for it.

use crate::{
    bootstrap,
    fakes::{Logs, Objects, Queue, Roles},
};
use bytes::Bytes;
use cloudcart_local::{
    api::{ApiRequest, Caller, Service as _},
    clock::{Clock, SystemClock},
    core::Core,
    error::AwsError,
    lambda::{Lambda, LambdaOptions},
    ports::{FunctionInvoker as _, Invocation, InvokeError, InvokeOutcome},
    random::SystemRandomness,
    store::Store,
};
use http::{HeaderMap, Method, Response};
use serde_json::{Value, json};
use std::{
    io::{Cursor, Write as _},
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use zip::{ZipWriter, write::SimpleFileOptions};

pub(crate) const ROLE_ARN: &str = "arn:aws:iam::123456789012:role/shop";

/// Runs an asynchronous test.
pub(crate) fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(test);
}

/// One Lambda with everything around it.
pub(crate) struct Cloud {
    pub(crate) lambda: Arc<Lambda>,
    pub(crate) logs: Arc<Logs>,
    pub(crate) roles: Arc<Roles>,
    pub(crate) objects: Arc<Objects>,
    pub(crate) queue: Arc<Queue>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) options: LambdaOptions,
    pub(crate) folder: tempfile::TempDir,
}

impl Cloud {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(adjust: impl FnOnce(&mut LambdaOptions)) -> Self {
        Self::on(Arc::new(SystemClock), adjust)
    }

    pub(crate) fn on(clock: Arc<dyn Clock>, adjust: impl FnOnce(&mut LambdaOptions)) -> Self {
        let mut options = LambdaOptions::default();
        adjust(&mut options);
        let folder = tempfile::tempdir().unwrap();
        let (logs, roles) = (Arc::new(Logs::default()), Arc::new(Roles::default()));
        let (objects, queue) = (Arc::new(Objects::default()), Arc::new(Queue::default()));
        let core = core(folder.path(), Arc::clone(&clock));
        let lambda =
            Lambda::open(core, options.clone(), logs.clone(), roles.clone(), objects.clone(), queue.clone()).unwrap();
        Self { lambda, logs, roles, objects, queue, clock, options, folder }
    }

    /// The same cloud after a stop and a start.
    pub(crate) async fn restarted(self) -> Self {
        let Self { lambda, logs, roles, objects, queue, clock, options, folder } = self;
        lambda.shutdown().await;
        drop(lambda);
        let core = core(folder.path(), Arc::clone(&clock));
        let lambda =
            Lambda::open(core, options.clone(), logs.clone(), roles.clone(), objects.clone(), queue.clone()).unwrap();
        Self { lambda, logs, roles, objects, queue, clock, options, folder }
    }

    /// A path in this test's own folder.
    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Makes function `f` from the usual package; `members` override.
    pub(crate) async fn function(&self, members: Value) {
        self.function_named("f", members).await;
    }

    pub(crate) async fn function_named(&self, name: &str, members: Value) {
        let body = definition(name, members);
        self.call("POST", "/2015-03-31/functions", body).await.unwrap();
    }

    pub(crate) async fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&'static str, &str)],
        body: Bytes,
    ) -> Result<Response<Bytes>, AwsError> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        self.lambda
            .call(ApiRequest {
                method: Method::from_bytes(method.as_bytes()).unwrap(),
                path: path.to_owned(),
                query: query.to_owned(),
                headers: map,
                body,
                caller: Caller::Root,
                request_id: "r".to_owned(),
                operation: String::new(),
            })
            .await
    }

    /// Calls Lambda's API with JSON.
    pub(crate) async fn call(&self, method: &str, path: &str, body: Value) -> Result<Value, AwsError> {
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let response = self.request(method, path, &[], body).await?;
        assert!(response.status().is_success());
        Ok(serde_json::from_slice(response.body()).unwrap_or_default())
    }

    /// Invokes `f`.
    pub(crate) async fn invoke(&self, event: Value) -> Result<InvokeOutcome, InvokeError> {
        invoke(&self.lambda, "f", event).await
    }

    /// Invokes `f`, which must succeed; gives its answer.
    pub(crate) async fn answer(&self, event: Value) -> Value {
        let outcome = self.invoke(event).await.unwrap();
        let text = String::from_utf8_lossy(&outcome.payload).into_owned();
        assert_eq!(outcome.function_error, None, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Invokes `f`, which must fail; gives the error document.
    pub(crate) async fn failure(&self, event: Value) -> Value {
        let outcome = self.invoke(event).await.unwrap();
        assert_eq!(outcome.function_error.as_deref(), Some("Unhandled"));
        serde_json::from_slice(&outcome.payload).unwrap()
    }
}

pub(crate) async fn invoke(lambda: &Arc<Lambda>, function: &str, event: Value) -> Result<InvokeOutcome, InvokeError> {
    let invocation = Invocation {
        function: function.to_owned(),
        payload: Bytes::from(event.to_string()),
        trace_id: None,
        client_context: None,
    };
    lambda.invoke(invocation).await
}

pub(crate) fn core(folder: &Path, clock: Arc<dyn Clock>) -> Arc<Core> {
    Arc::new(Core {
        region: "us-east-1".to_owned(),
        account: "123456789012".to_owned(),
        endpoint: "http://127.0.0.1:4566".to_owned(),
        state_dir: folder.to_owned(),
        clock,
        random: Arc::new(SystemRandomness::default()),
        store: Store::open(&folder.join("state.db")).unwrap(),
    })
}

/// CreateFunction's body.
pub(crate) fn definition(name: &str, members: Value) -> Value {
    let mut body = json!({
        "FunctionName": name,
        "Runtime": "provided.al2023",
        "Handler": "bootstrap",
        "Role": ROLE_ARN,
        "Timeout": 5,
        "Code": {"ZipFile": base64(&package("v1"))},
        "Environment": {"Variables": {bootstrap::ROLE: "function"}},
    });
    for (member, value) in members.as_object().unwrap() {
        body[member] = value.clone();
    }
    body
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// A package whose bootstrap is this program and whose answers carry `mark`.
pub(crate) fn package(mark: &str) -> Bytes {
    let interpreter = format!("#!{}\n", std::env::current_exe().unwrap().display());
    zip(&[("bootstrap", 0o755, interpreter.as_bytes()), ("mark", 0o644, mark.as_bytes())])
}

pub(crate) fn zip(entries: &[(&str, u32, &[u8])]) -> Bytes {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, mode, content) in entries {
        let options =
            SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored).unix_permissions(*mode);
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner().into()
}

/// Waits until `condition` holds; fails after ten seconds.
pub(crate) async fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < Duration::from_secs(10), "it did not happen: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Calls a function with the wish for its log; its answer, and START to REPORT.
pub(crate) async fn tail(cloud: &Cloud, function: &str, event: Value) -> (Value, String) {
    use base64::Engine as _;
    let path = format!("/2015-03-31/functions/{function}/invocations");
    let response = cloud.request("POST", &path, &[("x-amz-log-type", "Tail")], event.to_string().into()).await.unwrap();
    let text = response.headers()["x-amz-log-result"].to_str().unwrap();
    let log = String::from_utf8(base64::engine::general_purpose::STANDARD.decode(text).unwrap()).unwrap();
    (serde_json::from_slice(response.body()).unwrap(), log)
}

/// What the clouds of this process have warned of: the function and the words.
static WARNINGS: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());

/// Keeps warnings about functions, and nothing else of what is told.
pub(crate) struct Warnings;

impl tracing::Subscriber for Warnings {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() <= tracing::Level::WARN
    }

    fn new_span(&self, _span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _span: &tracing::span::Id, _values: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _span: &tracing::span::Id, _follows: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        struct Fields(String, String);
        impl tracing::field::Visit for Fields {
            fn record_str(&mut self, field: &tracing::field::Field, value: &str) {
                if field.name() == "function" {
                    value.clone_into(&mut self.0);
                }
            }

            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                match field.name() {
                    "function" => format!("{value:?}").trim_matches('"').clone_into(&mut self.0),
                    "message" => self.1 = format!("{value:?}"),
                    _ => {}
                }
            }
        }
        let mut fields = Fields(String::new(), String::new());
        event.record(&mut fields);
        WARNINGS.lock().unwrap().push((fields.0, fields.1));
    }

    fn enter(&self, _span: &tracing::span::Id) {}

    fn exit(&self, _span: &tracing::span::Id) {}
}

/// What was warned of about a function. Its name is one that no other test uses.
pub(crate) fn warnings_about(function: &str) -> Vec<String> {
    let told = WARNINGS.lock().unwrap();
    told.iter().filter(|(about, _)| about == function).map(|(_, words)| words.clone()).collect()
}

/// Whether a process exists and is no zombie.
pub(crate) fn alive(pid: u64) -> bool {
    let pid = nix::unistd::Pid::from_raw(i32::try_from(pid).unwrap());
    if nix::sys::signal::kill(pid, None).is_err() {
        return false;
    }
    // A zombie that nobody has reaped yet (its parent may be a container's idle init) has ended.
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .map_or(true, |stat| !stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z')))
}
