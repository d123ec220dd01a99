//! From a process to a Lambda function: the init phase, and the loop over events.

use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::FutureExt;
use serde::Serialize;
use serde_json::{Value, json};

use crate::config::{ConfigError, Env};
use crate::http::{self, HttpHandler};
use crate::log::{self, Level};
pub use crate::runtime::Invocation;
use crate::runtime::{Failed, Runtime, RuntimeError};
use crate::span::Span;
use crate::store::StoreError;
use crate::worker::{self, Worker};

/// How long the init phase waits for its connections. Beyond it the first request waits instead.
const PRIMING: Duration = Duration::from_secs(2);

/// A function that is invoked as itself, not behind an API or a queue. It ends its span itself, unless it fails.
#[async_trait]
pub trait EventHandler: Send + Sync {
    /// What it answers.
    type Answer: Serialize + Send;
    /// Why it fails.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Answers an event.
    async fn handle(&self, event: Value, invocation: &Invocation) -> Result<Self::Answer, Self::Error>;
}

/// Runs an HTTP function until the environment ends.
pub fn serve<H: HttpHandler>(build: fn(&Env<'_>) -> Result<H, ConfigError>) -> ExitCode {
    run(build, |handler, runtime| async move {
        primed(handler.prime()).await;
        let handler = Arc::new(handler);
        runtime
            .serve(async |event, invocation| {
                // Read here and not before: an event that cannot be read has to get an answer too.
                let event = String::from_utf8_lossy(&event);
                encoded(&http::handle_json(&handler, &event, &invocation.id).await)
            })
            .await
    })
}

/// Runs the worker until the environment ends.
pub fn work(build: fn(&Env<'_>) -> Result<Worker, ConfigError>) -> ExitCode {
    run(build, |worker, runtime| async move {
        primed(worker.prime()).await;
        let worker = Arc::new(worker);
        runtime
            .serve(async |event, invocation| {
                let deadline = invocation.deadline;
                let batch = async |event| worker::handle(&worker, event, deadline).await;
                invoked(&event, &invocation, "batch failed", batch).await
            })
            .await
    })
}

/// Runs a function that is invoked as itself until the environment ends.
pub fn invoke<H: EventHandler>(build: fn(&Env<'_>) -> Result<H, ConfigError>) -> ExitCode {
    run(build, |handler, runtime| async move {
        runtime
            .serve(async |event, invocation| {
                let handled = async |event| handler.handle(event, &invocation).await;
                invoked(&event, &invocation, "invocation failed", handled).await
            })
            .await
    })
}

/// Answers an event in a span of its own. Whatever comes between, a panic as well, is told to Lambda and stands in the log.
async fn invoked<T, E>(
    event: &Bytes,
    invocation: &Invocation,
    failure: &str,
    handle: impl AsyncFnOnce(Value) -> Result<T, E>,
) -> Result<Vec<u8>, Failed>
where
    T: Serialize,
    E: std::error::Error + 'static,
{
    let span = Span::begin();
    span.note("invocationId", invocation.id.as_str());
    span.note("trace", invocation.trace.as_deref().and_then(log::trace_root));
    let event = match serde_json::from_slice(event) {
        Ok(event) => event,
        Err(error) => return Err(failed(&span, failure, "Event.Unreadable", &error)),
    };
    let handled = AssertUnwindSafe(span.scope(handle(event))).catch_unwind().await;
    // The hook has written where it panicked.
    let answer =
        handled.map_err(|_| Failed { kind: "Function.Panicked", message: "the function panicked".to_owned() })?;
    let answer = answer.map_err(|error| failed(&span, failure, "Function.Failed", &error))?;
    encoded(&answer)
}

/// Ends the span of an invocation that failed. What it failed of is told to Lambda as well.
fn failed(span: &Span, message: &str, kind: &'static str, error: &(dyn std::error::Error + 'static)) -> Failed {
    let text = log::chain(error);
    span.end(Level::Error, message, json!({ "outcome": "failed", "error": text.as_str() }));
    Failed { kind, message: text }
}

fn encoded(answer: &impl Serialize) -> Result<Vec<u8>, Failed> {
    serde_json::to_vec(answer).map_err(|error| Failed { kind: "Answer.Unwritable", message: error.to_string() })
}

fn run<H, F>(build: fn(&Env<'_>) -> Result<H, ConfigError>, serve: impl FnOnce(H, Runtime) -> F) -> ExitCode
where
    F: Future<Output = Result<(), RuntimeError>>,
{
    panic::set_hook(Box::new(panicked));
    let env = Env::process();
    let address = env.require("AWS_LAMBDA_RUNTIME_API");
    // It tells the metrics of two stacks apart, so it is not left to chance.
    let named = address.and_then(|address| env.require("AWS_LAMBDA_FUNCTION_NAME").map(|_| address));
    let (address, handler) = match named.and_then(|address| Ok((address, build(&env)?))) {
        Ok(both) => both,
        Err(error) => return refuse(&env, "Init.Configuration", &error.to_string()),
    };
    // One thread: a function answers one event at a time, and more threads only cost CPU.
    let tokio = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(tokio) => tokio,
        Err(error) => return refuse(&env, "Init.Runtime", &error.to_string()),
    };
    let served = Runtime::new(address).and_then(|runtime| tokio.block_on(serve(handler, runtime)));
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::write(Level::Error, "the runtime ended", json!({ "error": log::chain(&error) }));
            ExitCode::FAILURE
        }
    }
}

/// The standard hook writes lines on stderr that are no JSON and conceal nothing.
fn panicked(info: &PanicHookInfo<'_>) {
    let fields = json!({ "location": info.location().map(ToString::to_string), "error": info.payload_as_str() });
    log::write(Level::Error, "panicked", fields);
}

async fn primed(priming: impl Future<Output = Result<(), StoreError>>) {
    let error = match tokio::time::timeout(PRIMING, priming).await {
        Ok(Ok(())) => return,
        Ok(Err(error)) => log::chain(&error),
        Err(_) => format!("not done after {} s", PRIMING.as_secs()),
    };
    log::write(Level::Warn, "priming failed; the first request will connect", json!({ "error": error }));
}

/// Fails the init phase: a line in the log, and a word to Lambda, which then tells it to whoever invokes.
fn refuse(env: &Env<'_>, kind: &'static str, message: &str) -> ExitCode {
    log::write(Level::Error, "the function cannot start", json!({ "error": message }));
    if let Some(mut runtime) = env.get("AWS_LAMBDA_RUNTIME_API").and_then(|address| Runtime::new(address).ok()) {
        // Best effort: the log line and the exit code say the same.
        let _ = runtime.refuse(&Failed { kind, message: message.to_owned() });
    }
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::*;
    use crate::clock::SystemClock;
    use crate::span::{Output, Sink};
    use std::convert::Infallible;
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::Mutex;

    #[derive(Default)]
    struct Lines(Mutex<String>);

    impl Sink for Lines {
        fn write(&self, line: &str) -> std::io::Result<()> {
            self.0.lock().unwrap().push_str(line);
            Ok(())
        }
    }

    #[test]
    fn a_panic_is_a_line_of_json_that_says_where() {
        let lines = Arc::new(Lines::default());
        let sink: Arc<dyn Sink> = Arc::<Lines>::clone(&lines);
        let span = Span::root(Output { sink, clock: Arc::new(SystemClock), function_name: "f".to_owned() });
        span.note("requestId", "r-1");
        span.conceal("ot_secret");
        let standard = panic::take_hook();
        panic::set_hook(Box::new(panicked));
        let bug = span.scope(async { drop(panic::catch_unwind(|| panic!("{} is odd", "ot_secret"))) });
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(bug);
        panic::set_hook(standard);
        let line: Value = serde_json::from_str(&lines.0.lock().unwrap()).unwrap();
        assert_eq!((line["message"].as_str(), line["requestId"].as_str()), (Some("panicked"), Some("r-1")));
        assert_eq!(line["error"], "[concealed] is odd");
        assert!(line["location"].as_str().unwrap().contains("lambda.rs:"), "{line}");
    }

    #[tokio::test]
    async fn a_panic_and_an_event_that_cannot_be_read_fail_their_invocation_alone() {
        let lines = Arc::new(Lines::default());
        let sink: Arc<dyn Sink> = Arc::<Lines>::clone(&lines);
        let root = Span::root(Output { sink, clock: Arc::new(SystemClock), function_name: "f".to_owned() });
        let invocation = Invocation { id: "i-1".to_owned(), deadline: 0, trace: None };
        let handle = async |event: Value| if event["bug"] == true { panic!("odd") } else { Ok::<_, Infallible>(event) };
        let answers = root.scope(async {
            let mut answers = Vec::new();
            for event in [r#"{"bug":true}"#, "{", r#"{"n":1}"#] {
                answers.push(invoked(&Bytes::from(event), &invocation, "invocation failed", handle).await);
            }
            answers
        });
        let answers = answers.await;
        assert_eq!(answers[0].as_ref().unwrap_err().kind, "Function.Panicked");
        assert_eq!(answers[1].as_ref().unwrap_err().kind, "Event.Unreadable");
        assert_eq!(answers[2].as_deref(), Ok(&br#"{"n":1}"#[..]));
        assert!(lines.0.lock().unwrap().contains("i-1"));
    }

    #[test]
    fn a_wrong_environment_is_told_to_lambda_by_name() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let api = listener.local_addr().unwrap().to_string();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = String::new();
            let mut buffer = [0; 4096];
            while !request.ends_with('}') {
                let read = stream.read(&mut buffer).unwrap();
                assert_ne!(read, 0, "ended early: {request}");
                request.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
            }
            stream.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n").unwrap();
            request
        });
        let env = Env::new(move |name| (name == "AWS_LAMBDA_RUNTIME_API").then(|| api.clone()));
        let message = ConfigError::Missing("PRODUCTS_TABLE").to_string();
        assert_eq!(refuse(&env, "Init.Configuration", &message), ExitCode::FAILURE);
        let request = server.join().unwrap();
        assert!(request.starts_with("POST /2018-06-01/runtime/init/error HTTP/1.1\r\n"), "{request}");
        assert!(request.contains("environment variable PRODUCTS_TABLE is not set"), "{request}");
    }
}
