//! The loop of a function: asks the Runtime API for an invocation, has it answered, asks again (version 2018-06-01,
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>).
//!
//! By hand, and it blocks. `lambda_runtime` brings a connection pool, a stack of services and a second tracing with it;
//! `docs/performance.md` has what that costs a function of this size.

mod wire;

use std::fmt::Write as _;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;
use serde_json::json;

use self::wire::{Answer, Connection, Trouble};
use crate::log::{self, Level};

const VERSION: &str = "/2018-06-01/runtime";
/// The header under which services pass a trace on. Lambda finds functions that call each other without end by it.
pub(crate) const TRACE_HEADER: &str = "x-amzn-trace-id";

tokio::task_local! {
    static TRACE: Option<HeaderValue>;
}

/// The trace of the invocation that the caller runs in, as [`TRACE_HEADER`] has it.
pub(crate) fn trace() -> Option<HeaderValue> {
    TRACE.try_with(Clone::clone).ok().flatten()
}

/// What a function is told about an invocation beside its event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// Its id.
    pub id: String,
    /// When the function will be stopped, in milliseconds since 1970.
    pub deadline: i64,
    /// Its trace, as X-Ray's header has it.
    pub trace: Option<String>,
}

/// An invocation that came to nothing, as Lambda tells whoever invoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failed {
    /// `Category.Reason`.
    pub(crate) kind: &'static str,
    pub(crate) message: String,
}

/// The conversation cannot go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RuntimeError {
    /// No connection to the Runtime API.
    #[error("there is no connection to the Runtime API at {address}")]
    Connect {
        address: String,
        #[source]
        source: io::Error,
    },
    /// The connection broke.
    #[error("the connection to the Runtime API broke")]
    Broken(#[from] io::Error),
    /// An answer that does not go with its documentation.
    #[error("the Runtime API answered {0}")]
    Answer(String),
}

/// The Runtime API, and the connection to it.
pub(crate) struct Runtime {
    address: String,
    connection: Option<Connection>,
}

impl Runtime {
    /// At an address as `AWS_LAMBDA_RUNTIME_API` has it: host and port.
    pub(crate) fn new(address: String) -> Result<Self, RuntimeError> {
        if address.is_empty() || address.contains(|char: char| char.is_control() || char == ' ') {
            return Err(RuntimeError::Answer(format!("nothing: {address:?} is no address")));
        }
        Ok(Self { address, connection: None })
    }

    /// Has every invocation answered until the environment ends or the connection is lost.
    pub(crate) async fn serve(
        mut self,
        mut answer: impl AsyncFnMut(Bytes, Arc<Invocation>) -> Result<Vec<u8>, Failed>,
    ) -> Result<(), RuntimeError> {
        loop {
            let (event, invocation) = self.next()?;
            // It blocked. What came in the meantime, such as the end of a connection that nobody used, is heard of first.
            tokio::task::yield_now().await;
            let trace = invocation.trace.as_deref().and_then(|trace| HeaderValue::try_from(trace).ok());
            let invocation = Arc::new(invocation);
            let answered = TRACE.scope(trace, answer(event, Arc::clone(&invocation))).await;
            self.tell(&invocation.id, answered)?;
        }
    }

    fn next(&mut self) -> Result<(Bytes, Invocation), RuntimeError> {
        let next = self.request("GET", "/invocation/next", &[], None);
        let answer = self.send(&next)?;
        if answer.status != 200 {
            let (status, text) = (answer.status, String::from_utf8_lossy(&answer.body));
            return Err(RuntimeError::Answer(format!("{status} to a request for an invocation: {text}")));
        }
        let text = |name: &str| answer.header(name).map(str::to_owned);
        let id = text("lambda-runtime-aws-request-id");
        let id = id.ok_or_else(|| RuntimeError::Answer("an invocation without an id".to_owned()))?;
        let deadline = text("lambda-runtime-deadline-ms").and_then(|deadline| deadline.parse().ok());
        let trace = text("lambda-runtime-trace-id");
        Ok((Bytes::from(answer.body), Invocation { id, deadline: deadline.unwrap_or(i64::MAX), trace }))
    }

    fn tell(&mut self, id: &str, answered: Result<Vec<u8>, Failed>) -> Result<(), RuntimeError> {
        let told = match answered {
            Ok(body) => self.request("POST", &format!("/invocation/{id}/response"), &body, None),
            Err(failed) => self.request("POST", &format!("/invocation/{id}/error"), &failed.body(), Some(failed.kind)),
        };
        let answer = self.send(&told)?;
        if !answer.is_success() {
            // Lambda has told whoever invoked, of an answer over 6 MB for example; the next invocation is another one.
            let fields = json!({ "invocationId": id, "status": answer.status,
                "error": String::from_utf8_lossy(&answer.body) });
            log::write(Level::Error, "the answer was not taken", fields);
        }
        Ok(())
    }

    /// Tells that the init phase has failed. Waits no longer than a second: the line in the log and the exit code say the same.
    pub(crate) fn refuse(&mut self, failed: &Failed) -> Result<(), RuntimeError> {
        let told = self.request("POST", "/init/error", &failed.body(), Some(failed.kind));
        self.connection = Some(self.connect(Some(Duration::from_secs(1)))?);
        self.send(&told).map(drop)
    }

    fn request(&self, method: &str, path: &str, body: &[u8], failed: Option<&str>) -> Vec<u8> {
        let mut head =
            format!("{method} {VERSION}{path} HTTP/1.1\r\nhost: {}\r\nuser-agent: {AGENT}\r\n", self.address);
        if method == "POST" {
            // To a text, so it cannot fail.
            let _ = write!(head, "content-type: application/json\r\ncontent-length: {}\r\n", body.len());
        }
        if let Some(kind) = failed {
            let _ = write!(head, "lambda-runtime-function-error-type: {kind}\r\n");
        }
        head.push_str("\r\n");
        let mut request = head.into_bytes();
        request.extend_from_slice(body);
        request
    }

    /// Sends a request and reads the whole answer. A connection that was closed while nobody used it is made anew.
    fn send(&mut self, request: &[u8]) -> Result<Answer, RuntimeError> {
        loop {
            let connection = match self.connection.take() {
                Some(connection) => connection,
                None => self.connect(None)?,
            };
            match connection.exchange(request) {
                Ok((answer, connection)) => {
                    self.connection = connection;
                    return Ok(answer);
                }
                // Only of one that was used before, so this ends.
                Err(Trouble::Stale) => {}
                Err(Trouble::Io(error)) => return Err(error.into()),
            }
        }
    }

    fn connect(&self, patience: Option<Duration>) -> Result<Connection, RuntimeError> {
        let failed = |source| RuntimeError::Connect { address: self.address.clone(), source };
        Connection::open(&self.address, patience).map_err(failed)
    }
}

const AGENT: &str = concat!("cloudcart/", env!("CARGO_PKG_VERSION"));

impl Failed {
    fn body(&self) -> Vec<u8> {
        json!({ "errorType": self.kind, "errorMessage": self.message, "stackTrace": [] }).to_string().into_bytes()
    }
}

/// Runs work as part of an invocation with that trace.
#[cfg(test)]
pub(crate) async fn with_trace<F: Future>(trace: &'static str, work: F) -> F::Output {
    TRACE.scope(Some(HeaderValue::from_static(trace)), work).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpListener;
    use std::sync::mpsc::{Receiver, channel};

    use super::*;

    const EVENT: &str = "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: r-1\r\nlambda-runtime-deadline-ms: 99\r\n\
                         lambda-runtime-trace-id: Root=1-5\r\ncontent-length: 7\r\n\r\n{\"a\":1}";
    const TAKEN: &str = "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";
    const TOO_LARGE: &str = "HTTP/1.1 413 Payload Too Large\r\ncontent-length: 9\r\n\r\ntoo large";

    /// Gives one answer after the other; an empty one closes the connection and waits for the next. Tells what it was asked.
    fn api(script: &'static [&'static str]) -> (Runtime, Receiver<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let runtime = Runtime::new(listener.local_addr().unwrap().to_string()).unwrap();
        let (sender, asked) = channel();
        std::thread::spawn(move || {
            let accept = || BufReader::new(listener.accept().unwrap().0);
            let mut stream = accept();
            for answer in script {
                if answer.is_empty() {
                    drop(stream);
                    stream = accept();
                    continue;
                }
                let mut request = String::new();
                let mut length = 0;
                while !request.ends_with("\r\n\r\n") {
                    let start = request.len();
                    assert_ne!(stream.read_line(&mut request).unwrap(), 0, "ended early: {request}");
                    if let Some(value) = request[start..].strip_prefix("content-length: ") {
                        length = value.trim().parse().unwrap();
                    }
                }
                let mut body = vec![0; length];
                stream.read_exact(&mut body).unwrap();
                request.push_str(std::str::from_utf8(&body).unwrap());
                sender.send(request).unwrap();
                stream.get_mut().write_all(answer.as_bytes()).unwrap();
            }
        });
        (runtime, asked)
    }

    async fn echo(event: Bytes, invocation: Arc<Invocation>) -> Result<Vec<u8>, Failed> {
        assert_eq!((invocation.id.as_str(), invocation.deadline), ("r-1", 99));
        assert_eq!(trace().unwrap(), "Root=1-5");
        Ok(event.to_vec())
    }

    #[tokio::test]
    async fn an_invocation_is_fetched_answered_and_followed_by_the_next() {
        let (runtime, asked) = api(&[EVENT, TAKEN, EVENT, TAKEN]);
        // The API ends after two, and so does the function.
        assert!(runtime.serve(echo).await.is_err());
        assert!(trace().is_none());
        for _ in 0..2 {
            assert!(asked.recv().unwrap().starts_with("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n"));
            let answer = asked.recv().unwrap();
            assert!(answer.starts_with("POST /2018-06-01/runtime/invocation/r-1/response HTTP/1.1\r\n"), "{answer}");
            assert!(answer.ends_with("{\"a\":1}"), "{answer}");
        }
    }

    #[tokio::test]
    async fn a_failure_is_told_with_its_type_and_the_loop_goes_on() {
        let (runtime, asked) = api(&[EVENT, TAKEN, EVENT, TAKEN]);
        let fail = async |_, _| Err(Failed { kind: "Function.Failed", message: "no \"table\"".to_owned() });
        assert!(runtime.serve(fail).await.is_err());
        let told: Vec<String> = asked.iter().filter(|request| request.starts_with("POST")).collect();
        assert_eq!(told.len(), 2);
        assert!(told[0].starts_with("POST /2018-06-01/runtime/invocation/r-1/error HTTP/1.1\r\n"), "{}", told[0]);
        assert!(told[0].contains("lambda-runtime-function-error-type: Function.Failed\r\n"), "{}", told[0]);
        assert!(told[0].ends_with(r#"{"errorType":"Function.Failed","errorMessage":"no \"table\"","stackTrace":[]}"#));
    }

    #[tokio::test]
    async fn an_answer_that_is_not_taken_ends_nothing() {
        let (runtime, asked) = api(&[EVENT, TOO_LARGE, EVENT, TAKEN]);
        assert!(runtime.serve(echo).await.is_err());
        assert_eq!(asked.iter().count(), 4);
    }

    #[test]
    fn a_connection_closed_between_requests_is_made_anew() {
        let (mut runtime, _asked) = api(&[EVENT, "", TAKEN]);
        let (_, invocation) = runtime.next().unwrap();
        runtime.tell(&invocation.id, Ok(b"{}".to_vec())).unwrap();
    }

    #[tokio::test]
    async fn nobody_there_and_an_answer_without_an_id_are_told_apart() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        drop(listener);
        let error = Runtime::new(address.clone()).unwrap().serve(echo).await.unwrap_err();
        assert_eq!(error.to_string(), format!("there is no connection to the Runtime API at {address}"));
        let (runtime, _asked) = api(&["HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"]);
        let error = runtime.serve(echo).await.unwrap_err();
        assert_eq!(error.to_string(), "the Runtime API answered an invocation without an id");
    }
}
