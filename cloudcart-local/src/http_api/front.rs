//! The front of one API: its listener, and a request's way from the socket to the function and back.

use super::{
    Shared,
    access_log::{Done, Integrated, Trail},
    authorizer::{self, Asked},
    cors,
    event::{Context, Event},
    model::{Api, Limits, Stage},
    response, router,
    variables::Facts,
};
use crate::ports::{Invocation, InvokeError, InvokeOutcome};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header, request::Parts};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    pin::pin,
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{oneshot, watch},
    task::{JoinHandle, JoinSet},
};

/// Largest request body: 10 MB.
const MAX_BODY: usize = 10 * 1024 * 1024;

/// Most bytes of request line and headers together.
const MAX_HEAD: usize = 10_240;

/// What a function may be invoked by.
const PRINCIPAL: &str = "apigateway.amazonaws.com";

/// A running listener.
pub(super) struct Front {
    stop: watch::Sender<bool>,
    closed: oneshot::Receiver<()>,
    task: JoinHandle<()>,
}

impl Front {
    /// Serves the API `id` on `listener`.
    pub(super) fn start(shared: Arc<Shared>, id: String, listener: TcpListener) -> Self {
        let (stop, stopped) = watch::channel(false);
        let (close, closed) = oneshot::channel();
        let task = tokio::spawn(serve(shared, id, listener, stopped, close));
        Self { stop, closed, task }
    }

    /// Frees the port; connections end after the requests they are at.
    pub(super) async fn stop(self) -> JoinHandle<()> {
        // The task is gone already when nobody listens.
        let _ = self.stop.send(true);
        let _ = self.closed.await;
        self.task
    }
}

async fn serve(
    shared: Arc<Shared>,
    id: String,
    listener: TcpListener,
    mut stopped: watch::Receiver<bool>,
    close: oneshot::Sender<()>,
) {
    let port = listener.local_addr().map_or(0, |address| address.port());
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = told_to_stop(&mut stopped) => break,
        };
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((stream, peer)) => {
                connections.spawn(connection(shared.clone(), id.clone(), port, stream, peer, stopped.clone()));
            }
            Err(error) => {
                // Out of file descriptors, mostly: give others time to end.
                tracing::warn!(api = id, %error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }
    drop(listener);
    // Whoever waits for the port may have gone.
    let _ = close.send(());
    while connections.join_next().await.is_some() {}
}

/// Completes when the front is to stop, also when it is gone.
async fn told_to_stop(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await;
}

async fn connection(
    shared: Arc<Shared>,
    id: String,
    port: u16,
    stream: TcpStream,
    peer: SocketAddr,
    mut stopped: watch::Receiver<bool>,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY could not be set");
    }
    let service = service_fn(move |request| {
        let (shared, id) = (shared.clone(), id.clone());
        async move { Ok::<_, Infallible>(handle(&shared, &id, port, peer.ip(), request).await.map(Full::new)) }
    });
    let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = told_to_stop(&mut stopped) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "a connection broke off");
    }
}

/// Answers one request.
async fn handle(
    shared: &Arc<Shared>,
    id: &str,
    port: u16,
    source_ip: IpAddr,
    request: Request<Incoming>,
) -> Response<Bytes> {
    let request_id = request_id(shared);
    let (parts, body) = request.into_parts();
    let clock = &shared.core.clock;
    let (time, began) = (clock.now_ms(), clock.real_now_ms());
    let mut response = match shared.api(id) {
        Some(api) => {
            let mut trail = Trail::default();
            let from = From { request_id: &request_id, source_ip, port, time };
            let mut response = answer(shared, &api, &parts, body, from, &mut trail).await;
            if let Some(cors) = &api.cors
                && !cors::is_preflight(&parts.method, &parts.headers)
            {
                cors.apply(&parts.headers, response.headers_mut());
            }
            log(shared, &api, &parts, from, &trail, &response, clock.real_now_ms() - began).await;
            response
        }
        // Deleted while this connection was open.
        None => not_found(),
    };
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert("apigw-requestid", value);
    }
    response
}

fn not_found() -> Response<Bytes> {
    response::own(StatusCode::NOT_FOUND, "Not Found")
}

/// Sixteen characters in the manner of API Gateway's request ids.
fn request_id(shared: &Shared) -> String {
    let mut bytes = [0; 11];
    shared.core.random.fill(&mut bytes);
    BASE64.encode(bytes)
}

/// Where and when a request came from.
#[derive(Clone, Copy)]
struct From<'a> {
    request_id: &'a str,
    source_ip: IpAddr,
    /// The port that it came to.
    port: u16,
    /// Milliseconds since the epoch.
    time: i64,
}

/// Writes the line that the request's stage asks for.
async fn log(
    shared: &Shared,
    api: &Api,
    parts: &Parts,
    from: From<'_>,
    trail: &Trail,
    response: &Response<Bytes>,
    latency_ms: i64,
) {
    let Some((stage, Stage { access_log: Some(settings), .. }, _)) = stage_of(api, parts.uri.path()) else { return };
    let facts = Facts {
        parts,
        account: &shared.core.account,
        api_id: &api.id,
        stage,
        route_key: trail.route_key.as_deref(),
        request_id: from.request_id,
        source_ip: from.source_ip,
        time: from.time,
    };
    shared.access_log.put(&shared.core, settings, &Done { facts, trail, response, latency_ms }).await;
}

async fn answer(
    shared: &Arc<Shared>,
    api: &Api,
    parts: &Parts,
    body: Incoming,
    from: From<'_>,
    trail: &mut Trail,
) -> Response<Bytes> {
    if !is_loopback_host(parts) {
        // A name that someone else's page made point here (DNS rebinding).
        return response::own(StatusCode::FORBIDDEN, "Forbidden");
    }
    if head_size(parts) > MAX_HEAD {
        return response::own(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "Request Header Fields Too Large");
    }
    let body = match read(parts, body).await {
        Ok(body) => body,
        Err(response) => return response,
    };
    if let Some(cors) = api.cors.as_ref().filter(|_| cors::is_preflight(&parts.method, &parts.headers)) {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::NO_CONTENT;
        *response.headers_mut() = cors.preflight(&parts.headers);
        return response;
    }
    let path = parts.uri.path();
    let Some((stage_name, stage, path)) = stage_of(api, path) else { return not_found() };
    let routes = api.routes.values().map(|route| (&route.key, route));
    let Some((key, route, variables)) = router::select(routes, parts.method.as_str(), path) else {
        if parts.method == Method::OPTIONS && api.cors.is_some() {
            // An API with CORS answers every OPTIONS.
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = StatusCode::NO_CONTENT;
            return response;
        }
        return not_found();
    };
    let route_key = key.to_string();
    trail.route_key = Some(route_key.clone());
    let limits: Limits = stage.route_limits.get(&route_key).copied().unwrap_or(stage.default_limits);
    if !shared.throttle.admit(format!("{} {stage_name} {route_key}", api.id), limits, shared.core.clock.now()) {
        return response::own(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests");
    }
    let trace_id = trace_id(shared, parts);
    let resource = key.arn_path();
    let mut context = Context {
        account: &shared.core.account,
        api_id: &api.id,
        stage: stage_name,
        stage_variables: &stage.variables,
        route_key: &route_key,
        path_parameters: &variables,
        request_id: from.request_id,
        trace_id: &trace_id,
        source_ip: from.source_ip,
        port: from.port,
        time: from.time,
        authorizer: None,
    };
    let asked = Asked { api, parts, body: &body, context: &context, path, resource: &resource };
    match authorizer::check(shared, &route.authorization, &asked).await {
        Ok(passed) => {
            trail.authorizer = passed.context;
            trail.principal = passed.principal;
        }
        Err(refused) => {
            let response = refused.response();
            trail.authorizer_error = Some(refused.reason);
            return response;
        }
    }
    context.authorizer = trail.authorizer.as_ref();
    let Some(integration) = route.integration.as_ref().and_then(|id| api.integrations.get(id)) else {
        tracing::warn!(api = api.id, route = route_key, "the route has no integration");
        return response::server_error();
    };
    let source_arn = match key {
        router::RouteKey::Default => format!("{}/{stage_name}{resource}", api.id),
        router::RouteKey::Path { .. } => format!("{}/{stage_name}/{}{resource}", api.id, parts.method),
    };
    let source_arn = shared.core.arn("execute-api", &source_arn);
    if !shared.functions.permits(&integration.function, PRINCIPAL, &source_arn) {
        let reason = format!(
            "the function {} does not permit {PRINCIPAL} to invoke it for {source_arn}: an AWS::Lambda::Permission is missing",
            integration.function
        );
        tracing::warn!(api = api.id, route = route_key, "{reason}");
        trail.integration = Some(Integrated { lambda_status: 403, error: Some(reason), ..Integrated::default() });
        return response::server_error();
    }
    let payload = match Event::of(parts, &body, &context).to_bytes() {
        Ok(payload) => payload,
        Err(error) => {
            tracing::error!(route = route_key, %error, "the event could not be written");
            return response::server_error();
        }
    };
    let invocation = Invocation {
        function: integration.function.clone(),
        payload,
        trace_id: Some(trace_id.clone()),
        client_context: None,
    };
    let called = shared.core.clock.real_now_ms();
    let (response, mut integrated) = invoke(shared, &route_key, invocation, integration.timeout_ms).await;
    integrated.latency_ms = shared.core.clock.real_now_ms() - called;
    trail.integration = Some(integrated);
    response
}

/// Calls the function. The call is a task of its own: it goes on when the client leaves or the integration times out.
async fn invoke(
    shared: &Arc<Shared>,
    route: &str,
    invocation: Invocation,
    timeout_ms: u32,
) -> (Response<Bytes>, Integrated) {
    let functions = shared.functions.clone();
    let call = tokio::spawn(async move { functions.invoke(invocation).await });
    let failed =
        |lambda_status: u16, error: String| Integrated { lambda_status, error: Some(error), ..Integrated::default() };
    let outcome = tokio::select! {
        outcome = call => outcome,
        () = shared.core.clock.real_sleep(Duration::from_millis(timeout_ms.into())) => {
            tracing::warn!(route, timeout_ms, "the integration timed out");
            return (response::unavailable(), failed(504, "the integration timed out".to_owned()));
        }
    };
    match outcome {
        Ok(Ok(outcome)) => {
            let request_id = Some(outcome.request_id.clone());
            let (response, done) = answered(route, &outcome);
            (response, Integrated { request_id, ..done })
        }
        Ok(Err(error @ (InvokeError::Throttled | InvokeError::Unavailable(_)))) => {
            let status = if matches!(error, InvokeError::Throttled) { 429 } else { 503 };
            (response::unavailable(), failed(status, error.to_string()))
        }
        Ok(Err(error @ InvokeError::TooLarge { .. })) => (too_large(), failed(413, error.to_string())),
        Ok(Err(error @ InvokeError::NotFound(_))) => {
            tracing::warn!(route, %error, "the integration failed");
            (response::server_error(), failed(404, error.to_string()))
        }
        Err(error) => {
            tracing::error!(route, %error, "the invocation broke off");
            (response::server_error(), failed(500, error.to_string()))
        }
    }
}

/// What the client gets for what the function did.
fn answered(route: &str, outcome: &InvokeOutcome) -> (Response<Bytes>, Integrated) {
    let done = |error: String| Integrated { lambda_status: 200, error: Some(error), ..Integrated::default() };
    if outcome.timed_out {
        return (response::unavailable(), done("the function timed out".to_owned()));
    }
    if outcome.function_error.is_some() {
        let error = String::from_utf8_lossy(&outcome.payload).into_owned();
        return (response::server_error(), done(error));
    }
    match response::from_payload(&outcome.payload) {
        Ok(response) => {
            let status = Some(response.status().as_u16());
            (response, Integrated { lambda_status: 200, status, ..Integrated::default() })
        }
        Err(reason) => {
            tracing::warn!(route, reason, "the function's answer is malformed");
            (response::server_error(), done(reason))
        }
    }
}

fn too_large() -> Response<Bytes> {
    response::own(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large")
}

/// The whole body, unless it is too large or breaks off.
async fn read(parts: &Parts, body: Incoming) -> Result<Bytes, Response<Bytes>> {
    let announced = parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > MAX_BODY) {
        return Err(too_large());
    }
    match Limited::new(body, MAX_BODY).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(_) => Err(response::own(StatusCode::BAD_REQUEST, "Bad Request")),
    }
}

/// The stage that a path belongs to, and the rest of the path that routes see.
fn stage_of<'a, 'p>(api: &'a Api, path: &'p str) -> Option<(&'a str, &'a Stage, &'p str)> {
    let rest = path.strip_prefix('/').unwrap_or(path);
    let (first, rest) = rest.find('/').map_or((rest, "/"), |slash| rest.split_at(slash));
    let (name, stage, path) = match api.stages.get_key_value(first) {
        Some((name, stage)) => (name, stage, rest),
        None => api.stages.get_key_value("$default").map(|(name, stage)| (name, stage, path))?,
    };
    // Nothing is deployed to a stage that does not deploy by itself: deployments are not offered here.
    stage.auto_deploy.then_some((name, stage, path))
}

/// Bytes of the request line and the headers as they came.
fn head_size(parts: &Parts) -> usize {
    let line = parts.method.as_str().len() + parts.uri.to_string().len() + " HTTP/1.1 \r\n".len();
    line + parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len()).sum::<usize>()
}

/// Whether the request was meant for this machine. A request without a host (HTTP/1.0) is.
fn is_loopback_host(parts: &Parts) -> bool {
    let host = parts.headers.get(header::HOST).map(|value| value.to_str().unwrap_or_default());
    let Some(host) = parts.uri.authority().map(http::uri::Authority::as_str).or(host) else { return true };
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The caller's trace id, or a new one.
fn trace_id(shared: &Shared, parts: &Parts) -> String {
    let given = parts.headers.get("x-amzn-trace-id").and_then(|value| value.to_str().ok());
    given.filter(|given| given.contains("Root=")).map_or_else(
        || format!("Root=1-{:08x}-{}", shared.core.clock.now().as_secs(), shared.core.random.hex(12)),
        str::to_owned,
    )
}
