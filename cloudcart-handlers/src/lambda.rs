//! From a process to a Lambda function: the init phase, and the loop over events.

use std::convert::Infallible;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::config::{ConfigError, Env};
use crate::http::{self, HttpHandler};
use crate::log::{self, Level};
use crate::store::StoreError;
use crate::worker::{self, Worker};

/// How long the init phase waits for its connections. Beyond it the first request waits instead.
const PRIMING: Duration = Duration::from_secs(2);

/// What the Lambda runtime needs; outside of Lambda they are missing, and the runtime crate would panic.
const RUNTIME_VARIABLES: [&str; 4] = [
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
];

/// Runs an HTTP function until the environment ends.
pub fn serve<H: HttpHandler>(build: fn(&Env<'_>) -> Result<H, ConfigError>) -> ExitCode {
    run(build, |handler| async move {
        primed(handler.prime()).await;
        let handler = Arc::new(handler);
        // As text: were it read by the runtime, an event that cannot be would never get here.
        let service = service_fn(move |event: LambdaEvent<Box<RawValue>>| {
            let handler = Arc::clone(&handler);
            async move {
                Ok::<_, Infallible>(http::handle_json(&handler, event.payload.get(), &event.context.request_id).await)
            }
        });
        lambda_runtime::run(service).await
    })
}

/// Runs the worker until the environment ends.
pub fn work(build: fn(&Env<'_>) -> Result<Worker, ConfigError>) -> ExitCode {
    run(build, |worker| async move {
        primed(worker.prime()).await;
        let worker = Arc::new(worker);
        let service = service_fn(move |event: LambdaEvent<Value>| {
            let worker = Arc::clone(&worker);
            async move {
                let deadline = i64::try_from(event.context.deadline).unwrap_or(i64::MAX);
                let answer = worker::handle(&worker, event.payload, deadline).await;
                answer.map_err(|error| {
                    let text = log::chain(&error);
                    log::write(Level::Error, "batch failed", json!({ "error": text.as_str() }));
                    lambda_runtime::Error::from(text)
                })
            }
        });
        lambda_runtime::run(service).await
    })
}

fn run<H, F>(build: fn(&Env<'_>) -> Result<H, ConfigError>, serve: impl FnOnce(H) -> F) -> ExitCode
where
    F: Future<Output = Result<(), lambda_runtime::Error>>,
{
    let env = Env::process();
    let handler =
        RUNTIME_VARIABLES.into_iter().try_for_each(|name| env.require(name).map(drop)).and_then(|()| build(&env));
    let handler = match handler {
        Ok(handler) => handler,
        Err(error) => return refuse(&env, "Init.Configuration", &error.to_string()),
    };
    // One thread: a function answers one event at a time, and more threads only cost CPU.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return refuse(&env, "Init.Runtime", &error.to_string()),
    };
    match runtime.block_on(serve(handler)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::write(Level::Error, "the runtime ended", json!({ "error": error.to_string() }));
            ExitCode::FAILURE
        }
    }
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
fn refuse(env: &Env<'_>, kind: &str, message: &str) -> ExitCode {
    log::write(Level::Error, "the function cannot start", json!({ "error": message }));
    if let Some(api) = env.get("AWS_LAMBDA_RUNTIME_API") {
        // Best effort: the log line and the exit code say the same.
        let _ = report(&api, kind, message);
    }
    ExitCode::FAILURE
}

/// `POST /runtime/init/error` (Lambda runtime API, 2018-06-01). By hand, since the runtime crate has no call for it.
fn report(api: &str, kind: &str, message: &str) -> std::io::Result<()> {
    let body = json!({ "errorType": kind, "errorMessage": message, "stackTrace": [] }).to_string();
    let mut stream = TcpStream::connect(api)?;
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    write!(
        stream,
        "POST /2018-06-01/runtime/init/error HTTP/1.1\r\nHost: {api}\r\nContent-Type: application/json\r\n\
         Lambda-Runtime-Function-Error-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    stream.flush()?;
    // Leaving before the answer could reset the connection under the request.
    let _ = stream.read(&mut [0; 256])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::*;
    use std::net::TcpListener;

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
