//! Connections: a name to addresses, TCP, TLS, HTTP/1.1.

use std::future::{self, Future};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use http::Uri;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Where connections go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin {
    tls: bool,
    host: String,
    port: u16,
}

impl Origin {
    /// That of an absolute URI with `http` or `https`. The error says in words what is wrong with it.
    pub(super) fn of(uri: &Uri) -> Result<Self, String> {
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(format!("`{uri}` is neither http nor https")),
        };
        let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(|| format!("`{uri}` names no host"))?;
        let port = uri.port_u16().unwrap_or_else(|| Self::standard_port(tls));
        Ok(Self { tls, host: host.to_owned(), port })
    }

    const fn standard_port(tls: bool) -> u16 {
        if tls { 443 } else { 80 }
    }

    /// As in a `Host` header, which is signed: without a port that the scheme implies.
    pub(super) fn authority(&self) -> String {
        if self.port == Self::standard_port(self.tls) {
            return self.host.clone();
        }
        format!("{}:{}", self.host, self.port)
    }

    /// Without the brackets of an IPv6 address.
    fn bare_host(&self) -> &str {
        self.host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(&self.host)
    }
}

/// Makes connections.
#[derive(Clone)]
pub(super) struct Connector(TlsConnector);

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Connector")
    }
}

impl Connector {
    pub(super) fn new(tls: Arc<rustls::ClientConfig>) -> Self {
        Self(TlsConnector::from(tls))
    }

    /// Connects.
    pub(super) async fn connect(&self, origin: &Origin) -> Result<Connection, ConnectorError> {
        let host = origin.bare_host();
        let stream = TcpStream::connect((host, origin.port)).await.map_err(failed)?;
        // A request is written in one piece; waiting for more to send would only cost time.
        stream.set_nodelay(true).map_err(failed)?;
        if !origin.tls {
            return speak(TokioIo::new(stream)).await;
        }
        let name = ServerName::try_from(host.to_owned()).map_err(|error| ConnectorError::user(error.into()))?;
        speak(TokioIo::new(self.0.connect(name, stream).await.map_err(failed)?)).await
    }
}

fn failed(error: std::io::Error) -> ConnectorError {
    ConnectorError::io(error.into()).never_connected()
}

async fn speak(stream: impl Read + Write + Unpin + Send + 'static) -> Result<Connection, ConnectorError> {
    let (sender, connection) = http1::handshake(stream).await.map_err(|error| ConnectorError::io(error.into()))?;
    // What ends it reaches whoever waits for an answer on it; if nobody does, nobody needs to know.
    let motion = Box::pin(async move { drop(connection.await) });
    Ok(Connection { sender, motion: Motion { future: motion, over: false } })
}

/// A connection. It moves while whoever has sent on it waits for the answer; a task of its own would be woken for every message.
pub(super) struct Connection {
    sender: SendRequest<SdkBody>,
    motion: Motion,
}

struct Motion {
    future: Pin<Box<dyn Future<Output = ()> + Send>>,
    over: bool,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("over", &self.motion.over).finish_non_exhaustive()
    }
}

impl Connection {
    /// Whether another request can be sent, as far as this side has heard.
    pub(super) async fn is_open(&mut self) -> bool {
        future::poll_fn(|context| {
            self.motion.on(context);
            Poll::Ready(())
        })
        .await;
        !self.motion.over && !self.sender.is_closed()
    }

    /// Waits for what comes of work with the sender, and moves the connection meanwhile.
    pub(super) async fn with<T>(&mut self, work: impl AsyncFnOnce(&mut SendRequest<SdkBody>) -> T) -> T {
        let Self { sender, motion } = self;
        let mut work = pin!(work(sender));
        future::poll_fn(|context| {
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                return Poll::Ready(done);
            }
            motion.on(context);
            // What has come in by that need not wait for another turn.
            work.as_mut().poll(context)
        })
        .await
    }
}

impl Motion {
    fn on(&mut self, context: &mut Context<'_>) {
        if !self.over {
            self.over = self.future.as_mut().poll(context).is_ready();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::*;

    fn origin(uri: &str) -> Result<Origin, String> {
        Origin::of(&uri.parse().unwrap())
    }

    #[test]
    fn the_host_header_names_a_port_only_where_the_scheme_does_not() {
        for (uri, authority) in [
            ("https://dynamodb.eu-west-1.amazonaws.com/", "dynamodb.eu-west-1.amazonaws.com"),
            ("https://dynamodb.eu-west-1.amazonaws.com:443/", "dynamodb.eu-west-1.amazonaws.com"),
            ("https://localhost:4566/x?y", "localhost:4566"),
            ("http://localhost/", "localhost"),
            ("http://localhost:443/", "localhost:443"),
            ("http://[::1]:4566/", "[::1]:4566"),
        ] {
            assert_eq!(origin(uri).unwrap().authority(), authority, "{uri}");
        }
        assert_eq!(origin("http://[::1]:4566/").unwrap().bare_host(), "::1");
    }

    #[test]
    fn what_is_no_absolute_http_address_is_refused() {
        for uri in ["/path", "ftp://host/", "localhost:4566"] {
            assert!(origin(uri).is_err(), "{uri}");
        }
    }
}
