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
use http::header::HOST;
use http::uri::PathAndQuery;
use http::{HeaderValue, Request, Response, Uri};
use http_body_util::BodyExt;
use hyper::client::conn::http1::SendRequest;

use self::connect::{Connector, Origin};
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
    idle: Mutex<Vec<(Origin, SendRequest<SdkBody>)>>,
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
            let waiting = self.idle(&origin);
            let used_before = waiting.is_some();
            let mut sender = if let Some(sender) = waiting {
                sender
            } else {
                // Boxed, since a handshake holds much, and what waits for an answer would carry it around.
                let connecting = Box::pin(self.connector.connect(&origin));
                within(patience, "connect", connecting).await?
            };
            // Another one's answer may just have been read: the connection has to hear of it first.
            if let Err(error) = sender.ready().await {
                if used_before {
                    continue;
                }
                return Err(ConnectorError::io(error.into()));
            }
            match sender.try_send_request(request).await {
                Ok(response) => {
                    let (head, body) = response.into_parts();
                    let body = body.collect().await.map_err(|error| ConnectorError::io(error.into()))?.to_bytes();
                    self.keep(origin, sender);
                    return Ok(Response::from_parts(head, SdkBody::from(body)));
                }
                Err(mut failed) => match failed.take_message() {
                    // The other side had closed it before anything was sent.
                    Some(unsent) if used_before => request = unsent,
                    _ => return Err(ConnectorError::io(failed.into_error().into())),
                },
            }
        }
    }

    fn idle(&self, origin: &Origin) -> Option<SendRequest<SdkBody>> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(_, sender)| !sender.is_closed());
        let place = idle.iter().rposition(|(other, _)| other == origin)?;
        Some(idle.remove(place).1)
    }

    fn keep(&self, origin: Origin, sender: SendRequest<SdkBody>) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if !sender.is_closed() && idle.len() < MOST_IDLE {
            idle.push((origin, sender));
        }
    }
}

/// Where a request goes, and the request as HTTP/1.1 has it: the path alone, the host in a header.
fn addressed(mut request: Request<SdkBody>) -> Result<(Origin, Request<SdkBody>), ConnectorError> {
    let origin = Origin::of(request.uri()).map_err(|what| ConnectorError::user(what.into()))?;
    if !request.headers().contains_key(HOST) {
        let host = HeaderValue::try_from(origin.authority()).map_err(|error| ConnectorError::user(error.into()))?;
        request.headers_mut().insert(HOST, host);
    }
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
        }
    }

    #[tokio::test]
    async fn a_connection_closed_while_idle_is_made_anew() {
        let (url, heard) = server(&[1, 1]);
        let transport = transport();
        transport.0.send(request(&url), None).await.unwrap();
        // The server has closed it by the time it accepts the next one; the function only hears of it when it looks.
        let response = transport.0.send(request(&url), None).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(heard.try_iter().count(), 2);
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
