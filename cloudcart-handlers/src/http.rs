//! Events of an HTTP API (payload format 2.0) in, answers out. What every function of the shop does alike stands here: ids,
//! bodies, problems, headers, the log.
//!
//! `lambda_http` would make an `http::Request` of the events, panics on bad base64 and parses the already decoded path once more.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cloudcart_shop::body::MAX_BYTES;
use cloudcart_shop::cart::TOKEN_HEADER;
use cloudcart_shop::functions::Function;
use cloudcart_shop::order;
use cloudcart_shop::problem::{self, Code, FieldError, Problem};
use cloudcart_shop::routes::{self, Operation};
use futures_util::FutureExt;
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::json;

use crate::event::{Headers, HttpEvent};
use crate::log::{self, Level};
use crate::metrics;
use crate::span::Span;
use crate::store::StoreError;

/// Headers whose values are somebody's and nobody else's business.
const SECRET_HEADERS: [&str; 5] = ["authorization", "idempotency-key", "x-api-key", TOKEN_HEADER, order::TOKEN_HEADER];

/// A request, as far as the shop looks at it.
pub struct Request {
    /// What is asked for.
    pub operation: Operation,
    /// API Gateway's id of the request.
    pub id: String,
    /// Where the caller calls from.
    pub source_ip: String,
    /// Who is signed in: the `sub` claim that the gateway's JWT authorizer verified.
    pub subject: Option<String>,
    path_parameters: std::collections::HashMap<String, String>,
    query: Vec<(String, String)>,
    headers: Headers,
    cookies: Vec<String>,
    body: Result<Vec<u8>, Problem>,
}

/// Most of it is nobody's business, so it is not in here.
impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request").field("operation", &self.operation).field("id", &self.id).finish_non_exhaustive()
    }
}

impl Request {
    fn new(event: HttpEvent, operation: Operation, id: String) -> Self {
        let jwt = event.request_context.authorizer.and_then(|authorizer| authorizer.jwt);
        Self {
            operation,
            id,
            source_ip: event.request_context.http.source_ip.unwrap_or_default(),
            subject: jwt.and_then(|jwt| jwt.claims.sub).filter(|subject| !subject.is_empty()),
            path_parameters: event.path_parameters,
            query: parse_query(event.raw_query_string.as_deref().unwrap_or_default()),
            headers: event.headers,
            cookies: event.cookies.unwrap_or_default(),
            body: decode(event.body, event.is_base64_encoded),
        }
    }

    /// What of it must not stand in a log.
    fn secrets(&self) -> impl Iterator<Item = &str> {
        let headers = SECRET_HEADERS.into_iter().flat_map(|name| self.headers.all(name));
        let cookies = self.cookies.iter().flat_map(|line| line.split(';'));
        let cookies = cookies.map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value).trim());
        headers
            // Of `Bearer x` it is the x.
            .flat_map(|value| std::iter::once(value).chain(value.split_once(' ').map(|(_, token)| token)))
            .chain(cookies)
            .chain([self.source_ip.as_str()])
            .map(|value| value.trim_matches('"'))
    }

    /// A parameter of the path, decoded by the gateway.
    pub fn path(&self, name: &str) -> &str {
        self.path_parameters.get(name).map_or("", String::as_str)
    }

    /// A parameter of the query, decoded. The first one counts.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A header, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).filter(|value| is_text(value))
    }

    /// A header that must not be overlooked: an error if it is there but is not text.
    pub fn strict_header(&self, name: &'static str) -> Result<Option<&str>, Problem> {
        match self.headers.get(name) {
            Some(value) if !is_text(value) => {
                Err(Problem::new(Code::InvalidRequest, format!("{name} must be visible ASCII")))
            }
            value => Ok(value),
        }
    }

    /// A cookie. The gateway hands them over apart from the headers.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let pairs = self.cookies.iter().flat_map(|line| line.split(';'));
        let mut found = pairs.filter_map(|pair| pair.trim().split_once('=')).filter(|(key, _)| *key == name);
        found.next().map(|(_, value)| value.to_owned())
    }

    /// Whether there is a body.
    pub fn has_body(&self) -> bool {
        self.body.as_ref().map_or(true, |body| !body.is_empty())
    }

    /// The body, decoded, of a size and of a kind that the shop takes.
    pub fn json(&self) -> Result<&[u8], Problem> {
        let body = self.body.as_ref().map_err(Clone::clone)?;
        if body.len() > MAX_BYTES {
            return Err(Problem::new(Code::BodyTooLarge, format!("the body is over {MAX_BYTES} bytes")));
        }
        if body.is_empty() {
            return Err(Problem::new(Code::MalformedBody, "a JSON body is required"));
        }
        let media_type = self.header("content-type").and_then(|value| value.split(';').next()).map(str::trim);
        if !media_type.is_some_and(|media_type| media_type.eq_ignore_ascii_case("application/json")) {
            return Err(Problem::new(Code::UnsupportedMediaType, "content-type must be application/json"));
        }
        Ok(body)
    }

    /// Whether `If-None-Match` names this tag. Weak comparison (RFC 9110, section 8.8.3.2).
    pub fn knows(&self, etag: &str) -> bool {
        let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        self.header("if-none-match")
            .is_some_and(|value| value.trim() == "*" || value.split(',').any(|tag| bare(tag) == bare(etag)))
    }

    /// Whether `If-Match`, if there is one, allows a change of what has this tag. Strong comparison.
    pub fn may_change(&self, etag: &str) -> bool {
        let Some(value) = self.headers.get("if-match") else { return true };
        let value = Some(value).filter(|value| is_text(value)).unwrap_or_default();
        value.trim() == "*" || value.split(',').any(|tag| tag.trim() == etag)
    }
}

/// Whether a header's value is visible ASCII, with blanks and tabs: what RFC 9110 (section 5.5) leaves to new fields.
fn is_text(value: &str) -> bool {
    value.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t'))
}

fn decode(body: Option<String>, base64: bool) -> Result<Vec<u8>, Problem> {
    let body = body.unwrap_or_default();
    if !base64 {
        return Ok(body.into_bytes());
    }
    STANDARD.decode(body).map_err(|_| Problem::new(Code::MalformedBody, "the body is not the base64 it is said to be"))
}

fn parse_query(raw: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    raw.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Response {
    status: u16,
    headers: BTreeMap<&'static str, String>,
    cookies: Vec<String>,
    body: String,
}

impl Response {
    /// An answer with a JSON body.
    pub fn json(status: u16, body: &impl Serialize) -> Result<Self, Failure> {
        serde_json::to_string(body).map(|body| Self::text(status, body)).map_err(Failure::Unwritable)
    }

    /// An answer whose JSON is written already.
    pub fn text(status: u16, body: String) -> Self {
        let headers = BTreeMap::from([("content-type", "application/json".to_owned())]);
        Self { status, headers, cookies: Vec::new(), body }
    }

    /// The body alone.
    pub fn into_body(self) -> String {
        self.body
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.insert(name, value.into());
        self
    }

    /// With a `Set-Cookie`.
    #[must_use]
    pub fn cookie(mut self, cookie: String) -> Self {
        self.cookies.push(cookie);
        self
    }

    /// With a weak tag of the body, and without the body if the caller has it already.
    #[must_use]
    pub fn tagged(self, request: &Request) -> Self {
        let etag = format!("W/\"{}\"", &crate::crypto::sha256(self.body.as_bytes())[..32]);
        let mut response = if request.knows(&etag) {
            let mut headers = self.headers;
            headers.remove("content-type");
            Self { status: 304, headers, cookies: self.cookies, body: String::new() }
        } else {
            self
        };
        response.headers.insert("etag", etag);
        response
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The request's fault, or the state's.
    #[error(transparent)]
    Problem(#[from] Problem),
    /// A table's or the queue's.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The random generator's.
    #[error(transparent)]
    Random(#[from] crate::crypto::NoRandomness),
    /// The answer cannot be written as JSON.
    #[error("the answer cannot be written")]
    Unwritable(#[source] serde_json::Error),
    /// A bug's.
    #[error("panicked: {0}")]
    Panic(String),
}

impl From<FieldError> for Failure {
    fn from(error: FieldError) -> Self {
        Self::Problem(Problem::invalid(vec![error]))
    }
}

impl Failure {
    fn problem(&self) -> Problem {
        match self {
            Self::Problem(problem) => problem.clone(),
            Self::Store(StoreError::Busy { .. }) => Problem::new(Code::Busy, "a dependency is busy; try again"),
            Self::Store(_) | Self::Random(_) | Self::Unwritable(_) | Self::Panic(_) => Problem::internal(),
        }
    }
}

/// A function that answers HTTP requests.
#[async_trait]
pub trait HttpHandler: Send + Sync + 'static {
    /// Which one it is: it answers that one's routes.
    const FUNCTION: Function;

    /// Opens the connections it will need, in the init phase, where CPU is plenty. What fails here is tried again when it is
    /// needed.
    async fn prime(&self) -> Result<(), StoreError>;

    /// Answers.
    async fn answer(&self, request: &Request) -> Result<Response, Failure>;
}

/// An answer as API Gateway takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GatewayResponse {
    /// HTTP status.
    pub status_code: u16,
    /// Headers, names in lower case.
    pub headers: BTreeMap<&'static str, String>,
    /// `Set-Cookie` lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cookies: Vec<String>,
    /// The body.
    pub body: String,
    /// Never: all bodies are text.
    pub is_base64_encoded: bool,
}

/// Answers an event as the runtime hands it over: JSON. What is no request of an HTTP API is answered as well, with a 400: as an error
/// of the function it would be a 500 to the caller, and an alarm to whoever runs the shop.
pub async fn handle_json<H: HttpHandler>(handler: &Arc<H>, event: &str, invocation_id: &str) -> GatewayResponse {
    match serde_json::from_str(event) {
        Ok(event) => handle(handler, event, invocation_id).await,
        Err(error) => {
            let span = Span::begin();
            span.note("requestId", invocation_id);
            // Not the error's own text, which quotes the event, and there could be a token in it.
            span.note("error", format!("the event is no request: line {} column {}", error.line(), error.column()));
            let problem = Problem::new(Code::InvalidRequest, "the request cannot be read");
            gateway(failed(&Failure::Problem(problem), invocation_id, &span), invocation_id.to_owned())
        }
    }
}

/// Answers an event. Never fails: whatever goes wrong is an answer too. Each request is one line in the log, with its outcome and
/// its metrics.
pub async fn handle<H: HttpHandler>(handler: &Arc<H>, event: HttpEvent, invocation_id: &str) -> GatewayResponse {
    let id = event
        .request_context
        .request_id
        .clone()
        .filter(|id| !id.is_empty())
        .unwrap_or_else(|| invocation_id.to_owned());
    let route_key = event.request_context.route_key.clone().unwrap_or_default();
    let span = Span::begin();
    span.note("requestId", id.as_str());
    span.note("invocationId", Some(invocation_id).filter(|invocation| *invocation != id));
    let trace = event.headers.get("x-amzn-trace-id");
    span.note("trace", trace.and_then(log::trace_root));
    span.note("route", route_key.as_str());
    let route = routes::ROUTES.iter().find(|route| route.has_key(&route_key));
    let operation = route.filter(|route| route.function == H::FUNCTION).map(|route| route.operation);
    let result = match operation {
        None => Err(Failure::Problem(Problem::new(Code::NotFound, "there is no such route"))),
        Some(operation) => {
            let request = Request::new(event, operation, id.clone());
            request.secrets().for_each(|secret| span.conceal(secret));
            AssertUnwindSafe(span.scope(handler.answer(&request)))
                .catch_unwind()
                .await
                .unwrap_or_else(|panic| Err(Failure::Panic(panic_text(panic.as_ref()))))
        }
    };
    let status = result.as_ref().map_or_else(|failure| failure.problem().status(), |response| response.status);
    if let Some(operation) = operation {
        metrics::answered(&span, operation, status);
    }
    let response = match result {
        Ok(response) => {
            span.end(Level::Info, "request answered", json!({ "status": status, "outcome": "ok" }));
            response
        }
        Err(failure) => failed(&failure, &id, &span),
    };
    gateway(response, id)
}

/// An answer with what every answer has.
fn gateway(response: Response, id: String) -> GatewayResponse {
    let mut headers = response.headers;
    headers.entry("cache-control").or_insert_with(|| "no-store".to_owned());
    headers.insert("x-request-id", id);
    GatewayResponse {
        status_code: response.status,
        headers,
        cookies: response.cookies,
        body: response.body,
        is_base64_encoded: false,
    }
}

/// What a panic said.
pub(crate) fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "unknown".to_owned())
}

fn failed(failure: &Failure, id: &str, span: &Span) -> Response {
    let problem = failure.problem();
    let fields = json!({ "status": problem.status(), "outcome": problem.code.as_str() });
    if problem.status() >= 500 {
        // Whose fault it is, the caller must not learn, and we must.
        span.note("error", log::chain(failure));
        span.end(Level::Error, "request failed", fields);
    } else {
        span.end(Level::Info, "request refused", fields);
    }
    let response = Response::text(problem.status(), problem.to_json(id)).header("content-type", problem::MEDIA_TYPE);
    match problem.retry_after {
        Some(seconds) => response.header("retry-after", seconds.to_string()),
        None => response,
    }
}
