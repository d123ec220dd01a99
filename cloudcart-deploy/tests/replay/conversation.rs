//! A conversation with AWS, written down in a file in the shapes that AWS uses, and played through the SDK.
//!
//! A file of `conversations/` is a list of exchanges: `=== Operation`, perhaps ` x3`; then `reset` for a connection that
//! breaks, or the status (`200 cut` for a body that breaks off); headers; an empty line; the body. `@ file` takes in another.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex};

use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use cloudcart_deploy::Target;
use cloudcart_deploy::target::Identity;
use futures_util::stream;
use http_body_util::StreamBody;
use hyper::body::{Bytes, Frame};

/// What answers a request.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// The connection breaks before anything comes.
    Reset,
    /// An answer; `cut` breaks its body off.
    Http { status: u16, headers: Vec<(String, String)>, body: String, cut: bool },
}

impl Answer {
    pub(crate) fn http(status: u16, content_type: &str, body: &str) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Self::Http { status, headers, body: body.to_owned(), cut: false }
    }

    fn response(&self) -> Option<HttpResponse> {
        let Self::Http { status, headers, body, cut } = self else { return None };
        let body = if *cut { broken_off(body) } else { SdkBody::from(body.as_str()) };
        let mut response = HttpResponse::new((*status).try_into().unwrap(), body);
        for (name, value) in headers {
            response.headers_mut().insert(name.clone(), value.clone());
        }
        Some(response)
    }
}

fn broken_off(body: &str) -> SdkBody {
    let part = Ok(Frame::data(Bytes::from(body.to_owned())));
    let end = Err(std::io::Error::new(std::io::ErrorKind::UnexpectedEof, "connection closed before message completed"));
    SdkBody::from_body_1_x(StreamBody::new(stream::iter([part, end])))
}

/// A request and its answer.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    pub(crate) operation: String,
    pub(crate) answer: Answer,
}

/// The exchanges of a file.
pub(crate) fn read(name: &str) -> Vec<Exchange> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conversations");
    let text = std::fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut exchanges = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(part) = line.strip_prefix("@ ") {
            exchanges.extend(read(part));
        } else if let Some(head) = line.strip_prefix("=== ") {
            let (operation, times) = match head.rsplit_once(" x") {
                Some((operation, times)) => (operation, times.parse().unwrap()),
                None => (head, 1),
            };
            let mut own: Vec<&str> = Vec::new();
            while let Some(next) = lines.next_if(|line| !line.starts_with("=== ") && !line.starts_with("@ ")) {
                own.push(next);
            }
            let exchange = Exchange { operation: operation.to_owned(), answer: answer(&own) };
            exchanges.extend(std::iter::repeat_n(exchange, times));
        } else {
            assert!(line.is_empty() || line.starts_with('#'), "{name}: {line}");
        }
    }
    exchanges
}

fn answer(lines: &[&str]) -> Answer {
    if lines[0] == "reset" {
        return Answer::Reset;
    }
    let cut = lines[0].ends_with(" cut");
    let status = lines[0].trim_end_matches(" cut").parse().unwrap();
    let end = lines.iter().position(|line| line.is_empty()).unwrap_or(lines.len());
    let headers = lines[1..end].iter().map(|line| line.split_once(": ").unwrap());
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let body = lines[end..].join("\n").trim().to_owned();
    Answer::Http { status, headers, body, cut }
}

/// A request that was made.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub(crate) operation: String,
    pub(crate) body: String,
}

/// Plays a conversation: each request must be the one that is written next.
#[derive(Debug, Clone)]
pub(crate) struct Player {
    left: Arc<Mutex<VecDeque<Exchange>>>,
    made: Arc<Mutex<Vec<Made>>>,
    /// The last state of the stack that was told, when a look that failed halfway may begin anew with it.
    state: Arc<Mutex<Option<Answer>>>,
    looks_again: bool,
}

impl Player {
    pub(crate) fn new(exchanges: Vec<Exchange>) -> Self {
        Self {
            left: Arc::new(Mutex::new(exchanges.into())),
            made: Arc::default(),
            state: Arc::default(),
            looks_again: false,
        }
    }

    /// The same, except that the stack's state may be asked for again before its events are, and is then what it was.
    pub(crate) fn looking_again(exchanges: Vec<Exchange>) -> Self {
        Self { looks_again: true, ..Self::new(exchanges) }
    }

    /// The operations that were asked for, in order.
    pub(crate) fn operations(&self) -> Vec<String> {
        self.made.lock().unwrap().iter().map(|made| made.operation.clone()).collect()
    }

    /// The bodies of the requests for that operation.
    pub(crate) fn bodies(&self, operation: &str) -> Vec<String> {
        let made = self.made.lock().unwrap();
        made.iter().filter(|made| made.operation == operation).map(|made| made.body.clone()).collect()
    }

    /// Nothing that is written was left out.
    pub(crate) fn assert_over(&self) {
        let left: Vec<String> = self.left.lock().unwrap().iter().map(|exchange| exchange.operation.clone()).collect();
        assert!(left.is_empty(), "never asked for: {left:?}, after {:?}", self.operations());
    }

    /// AWS, as far as the conversation goes.
    pub(crate) fn target(&self) -> Target {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::for_tests()))
            .http_client(self.clone())
            .retry_config(RetryConfig::standard().with_max_attempts(5))
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .time_source(SharedTimeSource::new(SystemTimeSource::new()))
            .build();
        let arn = "arn:aws:sts::123456789012:assumed-role/Deployer/somebody".to_owned();
        Target::from_config(config, Identity { account: "123456789012".to_owned(), arn }).unwrap()
    }
}

/// What a request asks for: the operation's name where the protocol has one, else method and path.
fn operation_of(request: &HttpRequest) -> Made {
    let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
    let target = request.headers().get("x-amz-target").and_then(|target| target.rsplit('.').next()).map(str::to_owned);
    let action = || body.strip_prefix("Action=").and_then(|rest| rest.split('&').next()).map(str::to_owned);
    let path = || {
        let path =
            request.uri().split_once("://").map_or("", |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
        format!("{} /{}", request.method(), path.split('?').next().unwrap_or_default())
    };
    Made { operation: target.or_else(action).unwrap_or_else(path), body }
}

impl HttpConnector for Player {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let made = operation_of(&request);
        let so_far = self.operations();
        let waits_for = self.left.lock().unwrap().front().map(|next| next.operation.clone());
        if self.looks_again
            && made.operation == "DescribeStacks"
            && waits_for.as_deref() == Some("DescribeStackEvents")
            && let Some(state) = self.state.lock().unwrap().as_ref().and_then(Answer::response)
        {
            self.made.lock().unwrap().push(made);
            return HttpConnectorFuture::ready(Ok(state));
        }
        let next = self.left.lock().unwrap().pop_front();
        let Some(next) = next else {
            panic!("the conversation is over, yet {} is asked for after {so_far:?}", made.operation)
        };
        assert_eq!(made.operation, next.operation, "after {so_far:?}");
        if made.operation == "DescribeStacks" {
            *self.state.lock().unwrap() = Some(next.answer.clone());
        }
        self.made.lock().unwrap().push(made);
        HttpConnectorFuture::ready(next.answer.response().ok_or_else(|| {
            let error = std::io::Error::new(std::io::ErrorKind::ConnectionReset, "connection reset by peer");
            ConnectorError::io(error.into())
        }))
    }
}

impl HttpClient for Player {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
