//! How the SDK's requests get to AWS: HTTP/1.1 over TLS, by hyper and rustls, with as much around them as a function needs.
//!
//! The SDK's own client reads the platform's whole certificate bundle at its start, speaks HTTP/2 as well, and has a pool made for
//! servers. A function answers one event at a time and speaks to two services; `docs/performance.md` has what the difference is.

mod connect;
mod trust;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http::header::{HOST, USER_AGENT};
use http::uri::PathAndQuery;
use http::{HeaderValue, Request, Response, Uri};
use http_body_util::BodyExt;
use hyper::client::conn::http1::SendRequest;

use self::connect::{Connection, Connector, Origin};
use crate::config::{ConfigError, Env};
use crate::runtime;

/// Connections that wait for a request, at most so many; a function rarely has more than two calls under way.
const MOST_IDLE: usize = 8;

/// The HTTP client of all SDK clients of a function. A clone shares the connections.
#[derive(Debug, Clone)]
pub struct Transport(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    connector: Connector,
    idle: Mutex<Vec<(Origin, Connection)>>,
}

impl Transport {
    /// Trusts Amazon's roots, those of `AWS_CA_BUNDLE`, and for what these do not vouch for those of the platform.
    pub fn from_env(env: &Env<'_>) -> Result<Self, ConfigError> {
        let connector = Connector::new(trust::client_config(env)?);
        Ok(Self(Arc::new(Shared { connector, idle: Mutex::default() })))
    }
}

impl HttpClient for Transport {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        let timeouts = Timeouts { connect: settings.connect_timeout(), read: settings.read_timeout() };
        SharedHttpConnector::new(Connecting { shared: Arc::clone(&self.0), timeouts })
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        Some(ConnectorMetadata::new("hyper", Some("1.x".into())))
    }
}

#[derive(Debug, Clone, Copy)]
struct Timeouts {
    connect: Option<Duration>,
    read: Option<Duration>,
}

/// The connections, as seen with a client's timeouts.
#[derive(Debug)]
struct Connecting {
    shared: Arc<Shared>,
    timeouts: Timeouts,
}

impl HttpConnector for Connecting {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (shared, timeouts) = (Arc::clone(&self.shared), self.timeouts);
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let response = within(timeouts.read, "read", shared.send(request, timeouts.connect)).await?;
            HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

impl Shared {
    /// Sends a request and reads the whole answer: none that this shop asks for is larger than what DynamoDB puts in a page, 1 MB.
    async fn send(
        &self,
        request: Request<SdkBody>,
        patience: Option<Duration>,
    ) -> Result<Response<SdkBody>, ConnectorError> {
        let (origin, mut request) = addressed(request)?;
        loop {
            let waiting = self.idle(&origin).await;
            let used_before = waiting.is_some();
            let mut connection = if let Some(connection) = waiting {
                connection
            } else {
                // Boxed, since a handshake holds much, and what waits for an answer would carry it around.
                let connecting = Box::pin(self.connector.connect(&origin));
                within(patience, "connect", connecting).await?
            };
            match connection.with(async |sender| exchange(sender, request).await).await {
                Ok(response) => {
                    self.keep(origin, connection);
                    return Ok(response);
                }
                // The other side had closed it before anything was sent.
                Err(Failed { unsent: Some(unsent), .. }) if used_before => request = *unsent,
                Err(failed) => return Err(ConnectorError::io(failed.error.into())),
            }
        }
    }

    /// A connection there that waits for a request. Those that have ended are forgotten.
    async fn idle(&self, origin: &Origin) -> Option<Connection> {
        loop {
            let mut connection = {
                let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
                let place = idle.iter().rposition(|(other, _)| other == origin)?;
                idle.remove(place).1
            };
            if connection.is_open().await {
                return Some(connection);
            }
        }
    }

    /// Keeps a connection for the next request. Whether it is still open then is looked at then.
    fn keep(&self, origin: Origin, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MOST_IDLE {
            idle.push((origin, connection));
        }
    }
}

/// A request without an answer, and the request itself if nothing of it was sent.
struct Failed {
    error: hyper::Error,
    unsent: Option<Box<Request<SdkBody>>>,
}

async fn exchange(sender: &mut SendRequest<SdkBody>, request: Request<SdkBody>) -> Result<Response<SdkBody>, Failed> {
    let lost = |error| Failed { error, unsent: None };
    // Another one's answer may just have been read: the connection has to hear of it first.
    if let Err(error) = sender.ready().await {
        return Err(Failed { error, unsent: Some(Box::new(request)) });
    }
    match sender.try_send_request(request).await {
        Ok(response) => {
            let (head, body) = response.into_parts();
            let body = body.collect().await.map_err(lost)?.to_bytes();
            Ok(Response::from_parts(head, SdkBody::from(body)))
        }
        Err(mut failed) => {
            let unsent = failed.take_message().map(Box::new);
            Err(Failed { error: failed.into_error(), unsent })
        }
    }
}

/// Who calls. Not signed, so whoever passes a request on may change it.
const AGENT: &str = concat!("cloudcart/", env!("CARGO_PKG_VERSION"), " lang/rust");

/// Where a request goes, and the request as HTTP/1.1 has it: the path alone, the host in a header.
fn addressed(mut request: Request<SdkBody>) -> Result<(Origin, Request<SdkBody>), ConnectorError> {
    let origin = Origin::of(request.uri()).map_err(|what| ConnectorError::user(what.into()))?;
    if !request.headers().contains_key(HOST) {
        let host = HeaderValue::try_from(origin.authority()).map_err(|error| ConnectorError::user(error.into()))?;
        request.headers_mut().insert(HOST, host);
    }
    request.headers_mut().entry(USER_AGENT).or_insert(HeaderValue::from_static(AGENT));
    // The SDK takes it from a variable of the process, which only unsafe code could set for each invocation. It is not signed.
    if let Some(trace) = runtime::trace() {
        request.headers_mut().entry(runtime::TRACE_HEADER).or_insert(trace);
    }
    let path = request.uri().path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
    *request.uri_mut() = Uri::from(path);
    Ok((origin, request))
}

async fn within<T>(
    limit: Option<Duration>,
    what: &'static str,
    work: impl Future<Output = Result<T, ConnectorError>>,
) -> Result<T, ConnectorError> {
    let Some(limit) = limit else { return work.await };
    tokio::time::timeout(limit, work).await.unwrap_or_else(|_| {
        Err(ConnectorError::timeout(format!("{what} took longer than {} ms", limit.as_millis()).into()))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::sync::mpsc::{Receiver, channel};

    use super::*;

    fn transport() -> Transport {
        Transport::from_env(&Env::new(|_| None)).unwrap()
    }

    fn request(url: &str) -> Request<SdkBody> {
        Request::post(format!("{url}/table?x=1")).body(SdkBody::from("{}")).unwrap()
    }

    /// Answers requests on each connection as the script says, then closes it. Tells what it read.
    fn server(script: &'static [usize]) -> (String, Receiver<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, heard) = channel();
        std::thread::spawn(move || {
            for requests in script {
                let (mut stream, _) = listener.accept().unwrap();
                for _ in 0..*requests {
                    sender.send(read(&mut stream)).unwrap();
                    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").unwrap();
                }
            }
        });
        (url, heard)
    }

    fn read(stream: &mut TcpStream) -> String {
        let mut text = String::new();
        let mut buffer = [0; 4096];
        while !text.ends_with("{}") {
            let read = stream.read(&mut buffer).unwrap();
            assert_ne!(read, 0, "ended early: {text}");
            text.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
        }
        text
    }

    #[tokio::test]
    async fn requests_share_a_connection_and_name_path_and_host() {
        let (url, heard) = server(&[2]);
        let transport = transport();
        for _ in 0..2 {
            let response = transport.0.send(request(&url), None).await.unwrap();
            assert_eq!(response.body().bytes(), Some(&b"ok"[..]));
            let heard = heard.recv().unwrap();
            assert!(heard.starts_with("POST /table?x=1 HTTP/1.1\r\n"), "{heard}");
            assert!(heard.contains(&format!("host: {}\r\n", url.trim_start_matches("http://"))), "{heard}");
            assert!(heard.contains("user-agent: cloudcart/"), "{heard}");
        }
    }

    /// The loop over invocations blocks while it waits. A request into a connection that ended meanwhile would be lost, and the SDK's
    /// retry would wait.
    #[tokio::test]
    async fn a_connection_that_ends_while_the_function_waits_for_an_event_is_made_anew() {
        let (service, api) = (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
        let url = format!("http://{}", service.local_addr().unwrap());
        let runtime = runtime::Runtime::new(api.local_addr().unwrap().to_string()).unwrap();
        let (end, ended) = channel::<()>();
        let (closed, is_closed) = channel();
        std::thread::spawn(move || {
            for _ in 0..2 {
                let (mut stream, _) = service.accept().unwrap();
                read(&mut stream);
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").unwrap();
                ended.recv().unwrap();
                drop(stream);
                closed.send(()).unwrap();
            }
        });
        std::thread::spawn(move || {
            let (mut stream, _) = api.accept().unwrap();
            let mut buffer = [0; 4096];
            for event in 0..2 {
                assert_ne!(stream.read(&mut buffer).unwrap(), 0, "asked for an event");
                if event > 0 {
                    end.send(()).unwrap();
                    is_closed.recv().unwrap();
                }
                let event = b"HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: r\r\ncontent-length: 2\r\n\r\n{}";
                stream.write_all(event).unwrap();
                assert_ne!(stream.read(&mut buffer).unwrap(), 0, "answered it");
                stream.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n").unwrap();
            }
        });
        let (transport, mut statuses) = (transport(), Vec::new());
        let answer = async |_, _| {
            statuses.push(transport.0.send(request(&url), None).await.map(|response| response.status().as_u16()).ok());
            Ok(Vec::new())
        };
        // The API ends after two, and so does the function.
        assert!(runtime.serve(answer).await.is_err());
        assert_eq!(statuses, [Some(200), Some(200)]);
    }

    #[tokio::test]
    async fn the_trace_of_the_invocation_goes_along() {
        let (url, heard) = server(&[2]);
        let transport = transport();
        transport.0.send(request(&url), None).await.unwrap();
        assert!(!heard.recv().unwrap().contains(runtime::TRACE_HEADER));
        runtime::with_trace("Root=1-5bef4de7;Sampled=0", transport.0.send(request(&url), None)).await.unwrap();
        assert!(heard.recv().unwrap().contains("x-amzn-trace-id: Root=1-5bef4de7;Sampled=0\r\n"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_says_nothing_ends_in_a_timeout_and_nobody_there_in_an_io_error() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = silent.local_addr().unwrap().port();
        // Accepted by the kernel, and never answered: the handshake waits.
        let (transport, patience) = (transport(), Some(Duration::from_secs(1)));
        let error = transport.0.send(request(&format!("https://127.0.0.1:{port}")), patience).await.unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
        drop(silent);
        let error = transport.0.send(request(&format!("http://127.0.0.1:{port}")), None).await.unwrap_err();
        assert!(error.is_io(), "{error:?}");
    }
}
