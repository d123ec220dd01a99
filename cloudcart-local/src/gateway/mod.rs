//! The front of the local cloud: one loopback listener that checks who asks and whether they may, then hands over to a
//! service.
//!
//! A request goes through: the `Host` check (DNS rebinding), the body (limited), the route (service and operation), the
//! signature, the framing of the body, the caller's rights, the service.

pub(crate) mod admin;
mod chunked;
mod host;
mod refusal;
mod route;
mod sigv4;

pub use admin::{Admin, CLOCK_PATH, STATUS_PATH};
pub(crate) use host::loopback_name;
pub(crate) use route::form_pairs;
pub(crate) use sigv4::{Parts, Signed, decode, query_pairs, sha256_hex};

use crate::{
    api::{ApiRequest, Caller, Reply, Service},
    core::Core,
    error::{AwsError, Protocol},
    iam::{Iam, IamMode, policy::Verdict},
};
use bytes::Bytes;
use futures_util::StreamExt as _;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header, request};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    body::{Frame, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use route::Route;
use serde_json::{Value, json};
use sigv4::Payload;
use std::{collections::BTreeMap, convert::Infallible, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

/// The largest body that is taken. Function code and its uploads stay well below.
pub const MAX_BODY: usize = 256 * 1024 * 1024;

/// How long requests under way may take once the cloud is told to stop.
const DRAIN: Duration = Duration::from_secs(3);

/// The front, with everything it needs to answer.
pub struct Gateway {
    core: Arc<Core>,
    iam: Arc<Iam>,
    mode: IamMode,
    services: BTreeMap<&'static str, Arc<dyn Service>>,
    admin: Arc<dyn Admin>,
}

impl Gateway {
    /// Puts `services` behind a front. `admin` is what [`STATUS_PATH`] and [`CLOCK_PATH`] answer for.
    pub fn new(
        core: Arc<Core>,
        iam: Arc<Iam>,
        mode: IamMode,
        services: Vec<Arc<dyn Service>>,
        admin: Arc<dyn Admin>,
    ) -> Arc<Self> {
        let services = services.into_iter().map(|service| (service.name(), service)).collect();
        Arc::new(Self { core, iam, mode, services, admin })
    }

    /// Answers on `listener` until `stop` says true, then lets requests under way end.
    pub async fn serve(self: Arc<Self>, listener: TcpListener, stop: watch::Receiver<bool>) {
        let mut stopping = stop.clone();
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        connections.spawn(Arc::clone(&self).connection(stream, stop.clone()));
                    }
                    Err(error) => {
                        // Out of file descriptors, most likely: give the open connections a moment to end.
                        tracing::warn!(%error, "cannot accept a connection");
                        self.core.clock.real_sleep(Duration::from_millis(50)).await;
                    }
                },
                Some(_) = connections.join_next() => {}
                () = stopped(&mut stopping) => break,
            }
        }
        drop(listener);
        // Real time, not the cloud's clock: a test that stopped the clock must still be able to stop the cloud.
        let _ = tokio::time::timeout(DRAIN, async { while connections.join_next().await.is_some() {} }).await;
    }

    async fn connection(self: Arc<Self>, stream: TcpStream, mut stop: watch::Receiver<bool>) {
        // Answers are small and whole; waiting for more would only add latency.
        let _ = stream.set_nodelay(true);
        let gateway = Arc::clone(&self);
        let until = stop.clone();
        let service = service_fn(move |request| {
            let (gateway, until) = (Arc::clone(&gateway), until.clone());
            async move { Ok::<_, Infallible>(gateway.answer(request).await.map(|reply| body(reply, until))) }
        });
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        tokio::pin!(connection);
        let stopping = tokio::select! {
            _ = connection.as_mut() => false,
            () = stopped(&mut stop) => true,
        };
        if stopping {
            connection.as_mut().graceful_shutdown();
            // A client that broke off is no concern of ours.
            let _ = connection.await;
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Reply> {
        let request_id = self.core.random.uuid();
        let (head, body) = request.into_parts();
        let host_name = head
            .headers
            .get(header::HOST)
            .and_then(|value| value.to_str().ok())
            .or_else(|| head.uri.authority().map(http::uri::Authority::as_str))
            .and_then(host::loopback_name);
        let Some(host_name) = host_name else {
            return plain(StatusCode::FORBIDDEN, &json!({"message": "the local cloud answers only to loopback names"}));
        };
        let body = match Limited::new(body, MAX_BODY).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => {
                return plain(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    &json!({"message": format!("the local cloud takes bodies of at most {MAX_BODY} bytes")}),
                );
            }
            Err(error) => {
                return plain(StatusCode::BAD_REQUEST, &json!({"message": format!("the body broke off: {error}")}));
            }
        };
        if admin::is_admin(head.uri.path()) {
            let (status, document) =
                admin::answer(self.admin.as_ref(), &head.method, head.uri.path(), &head.headers, &body);
            return plain(status, &document);
        }
        let mut response = self.dispatch(head, body, &host_name, &request_id).await;
        let headers = response.headers_mut();
        if let Ok(value) = HeaderValue::from_str(&request_id) {
            headers.entry("x-amzn-requestid").or_insert(value);
        }
        response
    }

    async fn dispatch(&self, head: request::Parts, body: Bytes, host_name: &str, request_id: &str) -> Response<Reply> {
        let path = head.uri.path().to_owned();
        let query = head.uri.query().unwrap_or_default().to_owned();
        let signed = Signed::read(&head.headers, &query);
        let route = route::route(&head.headers, &path, &query, &body, signed.as_ref().ok().and_then(Option::as_ref));
        let Some(service) = self.services.get(route.service.as_str()) else {
            return self
                .unknown_service(&route, &head, &path)
                .into_response(guess_protocol(&head.headers, &route), request_id)
                .map(Reply::Whole);
        };
        let protocol = service.protocol_of(&head.headers);
        let request = match signed {
            Ok(signed) => self.verified(service.name(), protocol, &route, signed, head, path, query, body),
            Err(error) => Err(refusal::signature(&error, service.name(), protocol)),
        };
        let result = match request {
            Ok(mut request) => {
                request_id.clone_into(&mut request.request_id);
                if service.name() == "s3"
                    && let Some(bucket) = host::virtual_bucket(host_name)
                {
                    request.path = format!("/{bucket}{}", request.path);
                }
                match self.authorize(service.as_ref(), &request) {
                    Ok(()) => {
                        tracing::debug!(
                            service = service.name(),
                            operation = %request.operation,
                            method = %request.method,
                            path = %request.path,
                            request_id,
                            "request"
                        );
                        service.answer(request).await
                    }
                    Err(error) => Err(error),
                }
            }
            Err(error) => Err(error),
        };
        result.unwrap_or_else(|error| {
            tracing::debug!(service = service.name(), code = %error.code, message = %error.message, request_id, "refused");
            error.into_response(protocol, request_id).map(Reply::Whole)
        })
    }

    fn unknown_service(&self, route: &Route, head: &request::Parts, path: &str) -> AwsError {
        let what = if route.operation.is_empty() {
            format!("the service {} ({} {path})", route.service, head.method)
        } else {
            format!("{}:{}", route.service, route.operation)
        };
        let offered: Vec<&str> = self.services.keys().copied().collect();
        let mut error = AwsError::not_offered(&what);
        error.message = format!("{}; it offers {}", error.message, offered.join(", "));
        error
    }

    /// Checks who signed the request, and takes the framing off its body.
    #[allow(clippy::too_many_arguments, reason = "the parts of one request; a struct for one call would say no more")]
    fn verified(
        &self,
        service: &str,
        protocol: Protocol,
        route: &Route,
        signed: Option<Signed>,
        head: request::Parts,
        path: String,
        query: String,
        body: Bytes,
    ) -> Result<ApiRequest, AwsError> {
        let signed = signed.ok_or_else(|| refusal::unsigned(service, protocol))?;
        if route.by_target && signed.service != service {
            return Err(refusal::scope("service", service, service, protocol));
        }
        // STS and IAM are global: their clients sign for us-east-1 wherever they are.
        let global = matches!(service, "sts" | "iam");
        if signed.region != self.core.region && !(global && signed.region == "us-east-1") {
            return Err(refusal::scope("region", &self.core.region, service, protocol));
        }
        let key = self
            .iam
            .key(&signed.access_key_id)
            .filter(|key| key.token.is_none() || key.token == token(&signed, &head.headers))
            .ok_or_else(|| refusal::unknown_key(service, protocol))?;
        let parts = Parts { method: &head.method, path: &path, query: &query, headers: &head.headers, body: &body };
        let refused = |error: &sigv4::SignatureError| refusal::signature(error, service, protocol);
        // Clients date their signatures by the real time, wherever the cloud's clock was moved.
        let payload =
            signed.verify(&parts, &key.secret, self.core.clock.real_now_ms()).map_err(|error| refused(&error))?;

        let mut headers = head.headers;
        let body = match payload {
            Payload::Plain => body,
            Payload::Chunked { signed: chunks_signed, .. } => {
                let signatures = chunks_signed.then(|| signed.chunks(&key.secret));
                let decoded = chunked::decode(&body, signatures).map_err(|error| match error {
                    chunked::ChunkError::Signature(error) => refused(&error),
                    chunked::ChunkError::Malformed(_) => AwsError::bad_request("IncompleteBody", error.to_string()),
                })?;
                unframe(&mut headers, &decoded)?;
                decoded.data
            }
        };
        let caller = key.caller();
        Ok(ApiRequest {
            method: head.method,
            path,
            query,
            headers,
            body,
            caller,
            request_id: String::new(),
            operation: route.operation.clone(),
        })
    }

    fn authorize(&self, service: &dyn Service, request: &ApiRequest) -> Result<(), AwsError> {
        if self.mode == IamMode::Off || request.caller == Caller::Root {
            return Ok(());
        }
        for need in service.needs(request)? {
            let policy = service.resource_policy(&need.resource);
            let verdict = self.iam.decide_with(&request.caller, &need, policy.as_ref());
            if verdict == Verdict::Allowed {
                continue;
            }
            let role = match &request.caller {
                Caller::Role { role, .. } => role.as_str(),
                Caller::Root => "root",
            };
            let statement = json!({"Effect": "Allow", "Action": need.action, "Resource": need.resource});
            tracing::warn!(
                role,
                action = %need.action,
                resource = %need.resource,
                context = ?need.context,
                enforced = self.mode == IamMode::Enforce,
                "{}",
                match verdict {
                    Verdict::ExplicitDeny => format!("a statement of the role {role} denies this"),
                    Verdict::ResourceDeny => format!("a statement of the policy of {} denies this", need.resource),
                    Verdict::NoBoundaryAllow => format!("the permissions boundary of the role {role} does not allow this"),
                    _ => format!("the role {role} lacks a statement; grant it in the stack: {statement}"),
                }
            );
            if self.mode == IamMode::Enforce {
                let arn = self.iam.caller_arn(&request.caller);
                let protocol = service.protocol_of(&request.headers);
                return Err(refusal::denied(&arn, &need, verdict, service.name(), protocol));
            }
        }
        Ok(())
    }
}

/// Completes when told to stop; a teller that is gone has stopped too.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

fn token(signed: &Signed, headers: &HeaderMap) -> Option<String> {
    signed
        .token
        .clone()
        .or_else(|| headers.get("x-amz-security-token").and_then(|value| value.to_str().ok()).map(str::to_owned))
}

/// Makes the headers those of the decoded body: no `aws-chunked`, its own length, the trailers among them.
fn unframe(headers: &mut HeaderMap, decoded: &chunked::Decoded) -> Result<(), AwsError> {
    let length =
        headers.get("x-amz-decoded-content-length").and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length != decoded.data.len()) {
        return Err(AwsError::bad_request(
            "IncompleteBody",
            "You did not provide the number of bytes specified by the x-amz-decoded-content-length HTTP header",
        ));
    }
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(decoded.data.len()));
    headers.remove("x-amz-decoded-content-length");
    let left = headers.get(header::CONTENT_ENCODING).and_then(|value| value.to_str().ok()).map(|value| {
        value.split(',').map(str::trim).filter(|coding| *coding != "aws-chunked").collect::<Vec<_>>().join(",")
    });
    match left.filter(|left| !left.is_empty()).and_then(|left| HeaderValue::from_str(&left).ok()) {
        Some(left) => {
            headers.insert(header::CONTENT_ENCODING, left);
        }
        None => {
            headers.remove(header::CONTENT_ENCODING);
        }
    }
    for (name, value) in decoded.trailers.iter().filter(|(name, _)| name.starts_with("x-amz-checksum-")) {
        if let (Ok(name), Ok(value)) = (name.parse::<header::HeaderName>(), HeaderValue::from_str(value)) {
            headers.insert(name, value);
        }
    }
    Ok(())
}

/// The protocol of a service that is not offered, so that a client can read the 501.
fn guess_protocol(headers: &HeaderMap, route: &Route) -> Protocol {
    if headers.contains_key("x-amz-target") {
        Protocol::Json11
    } else if route.operation.is_empty() {
        Protocol::RestJson
    } else {
        Protocol::Query { xmlns: "http://webservices.amazon.com/" }
    }
}

/// The body as hyper sends it. A stream ends when the cloud stops, so that no listener holds it up.
fn body(reply: Reply, mut stop: watch::Receiver<bool>) -> UnsyncBoxBody<Bytes, Infallible> {
    match reply {
        Reply::Whole(bytes) => Full::new(bytes).boxed_unsync(),
        Reply::Stream(parts) => {
            let until = Box::pin(async move { stopped(&mut stop).await });
            StreamBody::new(parts.take_until(until).map(|part| Ok(Frame::data(part)))).boxed_unsync()
        }
    }
}

fn plain(status: StatusCode, body: &Value) -> Response<Reply> {
    let mut response = Response::new(Reply::Whole(Bytes::from(body.to_string())));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
