//! The Runtime API of one execution environment: a loopback listener whose requests become messages to its driver.
//! Source: "Using the Lambda runtime API for custom runtimes".

use crate::gateway::loopback_name;
use bytes::{Bytes, BytesMut};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::json;
use std::{convert::Infallible, io, net::SocketAddr};
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
    task::JoinSet,
};

/// Bytes that a synchronous response may have: 6 MiB and a little for the envelope.
pub(super) const RESPONSE_LIMIT: usize = 6 * 1024 * 1024 + 100;

/// An event for the runtime.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) request_id: String,
    pub(super) deadline_ms: i64,
    pub(super) function_arn: String,
    pub(super) trace_id: String,
    pub(super) client_context: Option<String>,
    pub(super) payload: Bytes,
}

/// How the driver took a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Accepted,
    /// The id is not the one being worked on.
    UnknownId,
    /// The call does not fit the environment's state.
    WrongState,
}

/// What the runtime asked for.
#[derive(Debug)]
pub(super) enum Call {
    /// Give me an event. Answered when there is one.
    Next(oneshot::Sender<Event>),
    /// The response of an invocation; `None` when it was larger than allowed.
    Response { request_id: String, body: Option<Bytes>, verdict: oneshot::Sender<Verdict> },
    /// The error of an invocation.
    Error { request_id: String, body: Bytes, verdict: oneshot::Sender<Verdict> },
    /// The runtime could not initialise.
    InitError { kind: Option<String>, body: Bytes, verdict: oneshot::Sender<Verdict> },
}

/// A listening Runtime API. Dropping it closes the listener and every connection.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    address: SocketAddr,
    calls: mpsc::Receiver<Call>,
    _connections: JoinSet<()>,
}

impl RuntimeApi {
    /// Listens on a free loopback port.
    pub(super) async fn listen() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (sender, calls) = mpsc::channel(8);
        let mut connections = JoinSet::new();
        connections.spawn(accept(listener, sender));
        Ok(Self { address, calls, _connections: connections })
    }

    /// `AWS_LAMBDA_RUNTIME_API`.
    pub(super) fn address(&self) -> String {
        self.address.to_string()
    }

    /// The next call. Never ends while this value lives.
    pub(super) async fn call(&mut self) -> Call {
        match self.calls.recv().await {
            Some(call) => call,
            // The accepting task holds a sender as long as it lives, and it lives as long as `self`.
            None => std::future::pending().await,
        }
    }
}

async fn accept(listener: TcpListener, calls: mpsc::Sender<Call>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let _ = stream.set_nodelay(true);
                    let calls = calls.clone();
                    connections.spawn(async move {
                        let service = service_fn(move |request| {
                            let calls = calls.clone();
                            async move { Ok::<_, Infallible>(answer(request, &calls).await) }
                        });
                        // A connection that breaks is the runtime's end, which the driver sees by itself.
                        let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "the Runtime API could not accept a connection");
                    tokio::task::yield_now().await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn answer(request: Request<Incoming>, calls: &mpsc::Sender<Call>) -> Response<Full<Bytes>> {
    // Never another name of this machine: a page of the internet may have pointed its own here.
    let host = request.headers().get(http::header::HOST).and_then(|host| host.to_str().ok());
    if host.and_then(loopback_name).is_none() {
        return error(
            StatusCode::FORBIDDEN,
            "AccessDenied",
            "the Runtime API answers to this machine's loopback names",
        );
    }
    let path = request.uri().path().to_owned();
    let Some(rest) = path.strip_prefix("/2018-06-01/runtime/") else {
        let message = format!("the local cloud does not offer {} {path} on the Runtime API", request.method());
        return error(StatusCode::NOT_IMPLEMENTED, "NotImplemented", &message);
    };
    let parts: Vec<&str> = rest.split('/').collect();
    match (request.method(), parts.as_slice()) {
        (&Method::GET, ["invocation", "next"]) => next(calls).await,
        (&Method::POST, ["invocation", id, "response"]) => {
            let request_id = (*id).to_owned();
            let Ok(body) = read(request.into_body(), RESPONSE_LIMIT).await else {
                return error(StatusCode::BAD_REQUEST, "InvalidRequest", "the body ended early");
            };
            let too_large = body.is_none();
            let verdict = ask(calls, |verdict| Call::Response { request_id, body, verdict }).await;
            if too_large && verdict == Verdict::Accepted {
                let message = format!("Exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes).");
                return error(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message);
            }
            judged(verdict)
        }
        (&Method::POST, ["invocation", id, "error"]) => {
            let request_id = (*id).to_owned();
            match read(request.into_body(), RESPONSE_LIMIT).await {
                Ok(Some(body)) => judged(ask(calls, |verdict| Call::Error { request_id, body, verdict }).await),
                Ok(None) => error(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", "the error is too large"),
                Err(_) => error(StatusCode::BAD_REQUEST, "InvalidRequest", "the body ended early"),
            }
        }
        (&Method::POST, ["init", "error"]) => {
            let kind = request
                .headers()
                .get("lambda-runtime-function-error-type")
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned);
            match read(request.into_body(), RESPONSE_LIMIT).await {
                Ok(Some(body)) => judged(ask(calls, |verdict| Call::InitError { kind, body, verdict }).await),
                _ => error(StatusCode::BAD_REQUEST, "InvalidRequest", "the body ended early or is too large"),
            }
        }
        _ => error(StatusCode::NOT_FOUND, "NotFound", &format!("no such Runtime API path: {path}")),
    }
}

async fn next(calls: &mpsc::Sender<Call>) -> Response<Full<Bytes>> {
    let (reply, event) = oneshot::channel();
    if calls.send(Call::Next(reply)).await.is_err() {
        return error(StatusCode::INTERNAL_SERVER_ERROR, "ContainerError", "the environment is ending");
    }
    let Ok(event) = event.await else {
        return error(StatusCode::FORBIDDEN, "InvalidStateTransition", "an event is still being worked on");
    };
    let mut response = Response::builder()
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", &event.request_id)
        .header("lambda-runtime-deadline-ms", event.deadline_ms)
        .header("lambda-runtime-invoked-function-arn", &event.function_arn)
        .header("lambda-runtime-trace-id", &event.trace_id);
    if let Some(context) = &event.client_context {
        response = response.header("lambda-runtime-client-context", context);
    }
    response.body(Full::new(event.payload)).unwrap_or_else(|cause| {
        // A caller's trace id or client context that is no header value.
        error(StatusCode::INTERNAL_SERVER_ERROR, "ContainerError", &cause.to_string())
    })
}

async fn ask(calls: &mpsc::Sender<Call>, call: impl FnOnce(oneshot::Sender<Verdict>) -> Call) -> Verdict {
    let (verdict, answer) = oneshot::channel();
    if calls.send(call(verdict)).await.is_err() {
        return Verdict::WrongState;
    }
    answer.await.unwrap_or(Verdict::WrongState)
}

fn judged(verdict: Verdict) -> Response<Full<Bytes>> {
    match verdict {
        Verdict::Accepted => reply(StatusCode::ACCEPTED, json!({"status": "OK"}).to_string()),
        Verdict::UnknownId => error(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID"),
        Verdict::WrongState => {
            error(StatusCode::FORBIDDEN, "InvalidStateTransition", "the call does not fit the state")
        }
    }
}

/// The whole body; `None` when it is larger than `limit`. Even then it is read to its end, because a client that is still
/// writing would see a broken connection and not the answer.
async fn read(mut body: Incoming, limit: usize) -> Result<Option<Bytes>, hyper::Error> {
    let mut whole = BytesMut::new();
    let mut size = 0;
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            size += data.len();
            if size <= limit {
                whole.extend_from_slice(&data);
            } else {
                whole = BytesMut::new();
            }
        }
    }
    Ok((size <= limit).then(|| whole.freeze()))
}

fn error(status: StatusCode, kind: &str, message: &str) -> Response<Full<Bytes>> {
    reply(status, json!({"errorType": kind, "errorMessage": message}).to_string())
}

fn reply(status: StatusCode, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", http::HeaderValue::from_static("application/json"));
    response
}
