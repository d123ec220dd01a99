//! The loop of a function: asks the Runtime API for an invocation, has it answered, asks again (version 2018-06-01,
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>).
//!
//! By hand over hyper's bare connection. `lambda_runtime` brings a connection pool, a stack of services and a second tracing with
//! it; `docs/performance.md` has what that costs a function of this size.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpStream;

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
        source: std::io::Error,
    },
    /// The connection broke.
    #[error("the connection to the Runtime API broke")]
    Broken(#[from] hyper::Error),
    /// An answer that does not go with its documentation.
    #[error("the Runtime API answered {0}")]
    Answer(String),
}

/// The Runtime API, and the connection to it.
pub(crate) struct Runtime {
    address: String,
    host: HeaderValue,
    connection: Option<SendRequest<Full<Bytes>>>,
}

impl Runtime {
    /// At an address as `AWS_LAMBDA_RUNTIME_API` has it: host and port.
    pub(crate) fn new(address: String) -> Result<Self, RuntimeError> {
        let host = HeaderValue::try_from(&address);
        let host = host.map_err(|_| RuntimeError::Answer(format!("nothing: {address:?} is no address")))?;
        Ok(Self { address, host, connection: None })
    }

    /// Has every invocation answered until the environment ends or the connection is lost.
    pub(crate) async fn serve(
        mut self,
        mut answer: impl AsyncFnMut(Bytes, Arc<Invocation>) -> Result<Vec<u8>, Failed>,
    ) -> Result<(), RuntimeError> {
        loop {
            let (event, invocation) = self.next().await?;
            let trace = invocation.trace.as_deref().and_then(|trace| HeaderValue::try_from(trace).ok());
            let invocation = Arc::new(invocation);
            let answered = TRACE.scope(trace, answer(event, Arc::clone(&invocation))).await;
            self.tell(&invocation.id, answered).await?;
        }
    }

    async fn next(&mut self) -> Result<(Bytes, Invocation), RuntimeError> {
        let next = Request::builder().method(Method::GET).uri(format!("{VERSION}/invocation/next"));
        let (head, event) = self.send(next, Bytes::new()).await?.into_parts();
        if head.status != StatusCode::OK {
            let text = String::from_utf8_lossy(&event).into_owned();
            return Err(RuntimeError::Answer(format!("{} to a request for an invocation: {text}", head.status)));
        }
        let text = |name: &str| header(&head.headers, name).map(str::to_owned);
        let id = text("lambda-runtime-aws-request-id");
        let id = id.ok_or_else(|| RuntimeError::Answer("an invocation without an id".to_owned()))?;
        let deadline = text("lambda-runtime-deadline-ms").and_then(|deadline| deadline.parse().ok());
        let trace = text("lambda-runtime-trace-id");
        Ok((event, Invocation { id, deadline: deadline.unwrap_or(i64::MAX), trace }))
    }

    async fn tell(&mut self, id: &str, answered: Result<Vec<u8>, Failed>) -> Result<(), RuntimeError> {
        let told = Request::builder().method(Method::POST).header(CONTENT_TYPE, "application/json");
        let (told, body) = match answered {
            Ok(body) => (told.uri(format!("{VERSION}/invocation/{id}/response")), body),
            Err(failed) => {
                let body = json!({ "errorType": failed.kind, "errorMessage": failed.message, "stackTrace": [] });
                let told = told.header("lambda-runtime-function-error-type", failed.kind);
                (told.uri(format!("{VERSION}/invocation/{id}/error")), body.to_string().into_bytes())
            }
        };
        let response = self.send(told, Bytes::from(body)).await?;
        if !response.status().is_success() {
            // Lambda has told whoever invoked, of an answer over 6 MB for example; the next invocation is another one.
            let fields = json!({ "invocationId": id, "status": response.status().as_u16(),
                "error": String::from_utf8_lossy(response.body()) });
            log::write(Level::Error, "the answer was not taken", fields);
        }
        Ok(())
    }

    /// Sends a request and reads the whole answer. A connection that was closed while nobody used it is made anew.
    async fn send(&mut self, request: http::request::Builder, body: Bytes) -> Result<Response<Bytes>, RuntimeError> {
        let request = request.header(HOST, &self.host).header(USER_AGENT, AGENT).body(Full::new(body));
        let mut request = request.map_err(|error| RuntimeError::Answer(format!("nothing: {error}")))?;
        loop {
            let used_before = self.connection.is_some();
            let mut connection = match self.connection.take() {
                Some(connection) => connection,
                None => self.connect().await?,
            };
            if let Err(error) = connection.ready().await {
                if used_before {
                    continue;
                }
                return Err(error.into());
            }
            match connection.try_send_request(request).await {
                Ok(response) => {
                    let (head, body) = response.into_parts();
                    let body = body.collect().await?.to_bytes();
                    self.connection = Some(connection);
                    return Ok(Response::from_parts(head, body));
                }
                Err(mut failed) => match failed.take_message() {
                    Some(unsent) if used_before => request = unsent,
                    _ => return Err(failed.into_error().into()),
                },
            }
        }
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, RuntimeError> {
        let failed = |source| RuntimeError::Connect { address: self.address.clone(), source };
        let stream = TcpStream::connect(&self.address).await.map_err(failed)?;
        stream.set_nodelay(true).map_err(failed)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // What ends it reaches whoever waits for an answer on it.
        tokio::spawn(async move { drop(connection.await) });
        Ok(sender)
    }
}

const AGENT: &str = concat!("cloudcart/", env!("CARGO_PKG_VERSION"));

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().filter(|value| !value.is_empty())
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

    #[tokio::test]
    async fn a_connection_closed_between_requests_is_made_anew() {
        let (mut runtime, _asked) = api(&[EVENT, "", TAKEN]);
        let (_, invocation) = runtime.next().await.unwrap();
        runtime.tell(&invocation.id, Ok(b"{}".to_vec())).await.unwrap();
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
