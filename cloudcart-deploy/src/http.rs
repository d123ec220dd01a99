//! HTTP clients on `ring`: one for the AWS SDK, one for plain calls to a deployed API.

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext};
use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;

use crate::error::{Error, Result, chain};
use crate::trust;

/// The file that `AWS_CA_BUNDLE` names, if it is set.
pub fn ca_bundle_from_env() -> Option<PathBuf> {
    std::env::var_os("AWS_CA_BUNDLE").filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The SDK's HTTP client, on `ring`, trusting the platform's roots and those of `ca_bundle`, through the proxy that the
/// usual variables name.
pub fn sdk_client(ca_bundle: Option<&Path>) -> Result<SharedHttpClient> {
    Ok(SharedHttpClient::new(Client { tls: trust::context(ca_bundle)?, made: Mutex::default() }))
}

/// How long connecting, and the head of an answer, may take.
type Timeouts = (Option<Duration>, Option<Duration>);

/// Gives calls with the same timeouts the same connector, so that connections are kept for the next call.
#[derive(Debug)]
struct Client {
    tls: TlsContext,
    made: Mutex<HashMap<Timeouts, Either>>,
}

impl HttpClient for Client {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let sleep = components.sleep_impl().unwrap_or_else(|| SharedAsyncSleep::new(TokioSleep::new()));
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (settings.connect_timeout(), settings.read_timeout());
        SharedHttpConnector::new(made.entry(key).or_insert_with(|| Either::new(&self.tls, settings, &sleep)).clone())
    }
}

/// Goes through the proxy to what is far, and straight to what runs on this machine.
#[derive(Clone)]
struct Either {
    direct: Arc<Connector>,
    proxied: Arc<Connector>,
}

impl Either {
    fn new(tls: &TlsContext, settings: &HttpConnectorSettings, sleep: &SharedAsyncSleep) -> Self {
        let connector = |proxy: ProxyConfig| {
            let builder = Connector::builder()
                .tls_provider(Provider::Rustls(CryptoMode::Ring))
                .tls_context(tls.clone())
                .connector_settings(settings.clone())
                .sleep_impl(sleep.clone())
                .proxy_config(proxy);
            Arc::new(builder.build_with_resolver(LoopbackAware))
        };
        Self { direct: connector(ProxyConfig::disabled()), proxied: connector(ProxyConfig::from_env()) }
    }
}

impl fmt::Debug for Either {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Either")
    }
}

impl HttpConnector for Either {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if is_here(request.uri()) { self.direct.call(request) } else { self.proxied.call(request) }
    }
}

/// Whether an address is on this machine.
pub fn is_here(url: &str) -> bool {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    is_localhost(host) || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Resolves names as the system does, except that `localhost` and everything below it is this machine
/// (RFC 6761, section 6.3). The C library does not resolve such names everywhere, and emulators hand them out.
#[derive(Debug, Clone, Copy)]
struct LoopbackAware;

impl ResolveDns for LoopbackAware {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::new(async move {
            if is_localhost(name) {
                return Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]);
            }
            let found = tokio::net::lookup_host((name, 0)).await.map_err(ResolveDnsError::new)?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

fn is_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// A client for plain HTTP calls: the shop's API, a health probe.
#[derive(Clone)]
pub struct Http {
    connector: Either,
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Http")
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Header names in lower case, and their values.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Bytes,
}

impl Answer {
    /// The first header of that (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl Http {
    /// A client in which connecting and waiting for the head of an answer may each take up to `timeout`.
    pub fn new(ca_bundle: Option<&Path>, timeout: Duration) -> Result<Self> {
        let settings = HttpConnectorSettings::builder().connect_timeout(timeout).read_timeout(timeout).build();
        let connector = Either::new(&trust::context(ca_bundle)?, &settings, &SharedAsyncSleep::new(TokioSleep::new()));
        Ok(Self { connector })
    }

    /// Sends one request and reads the whole answer.
    pub async fn send(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Result<Answer> {
        let fail = |reason: String| Error::Http { method: method.to_owned(), url: url.to_owned(), reason };
        let mut request = HttpRequest::new(body.map_or_else(SdkBody::empty, SdkBody::from));
        request.set_method(method).map_err(|error| fail(chain(&error)))?;
        request.set_uri(url).map_err(|error| fail(chain(&error)))?;
        for (name, value) in headers {
            request
                .headers_mut()
                .try_insert((*name).to_owned(), (*value).to_owned())
                .map_err(|error| fail(chain(&error)))?;
        }
        let response = self.connector.call(request).await.map_err(|error| fail(chain(&error)))?;
        let status = response.status().as_u16();
        let headers = response.headers().iter().map(|(k, v)| (k.to_ascii_lowercase(), v.to_owned())).collect();
        let body = aws_smithy_types::byte_stream::ByteStream::new(response.into_body())
            .collect()
            .await
            .map_err(|error| fail(chain(&error)))?
            .into_bytes();
        Ok(Answer { status, headers, body })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn what_runs_here_is_told_from_what_is_far() {
        for here in ["http://127.0.0.1:80/x", "https://a.localhost", "http://[::1]:9/", "http://u:p@localhost:1?x"] {
            assert!(is_here(here), "{here}");
        }
        for far in
            ["https://sts.amazonaws.com", "http://10.0.0.1/127.0.0.1", "http://[2001:db8::1]/", "http://localhost.test"]
        {
            assert!(!is_here(far), "{far}");
        }
    }

    #[test]
    fn names_below_localhost_are_this_machine() {
        assert!(is_localhost("localhost"));
        assert!(is_localhost("ab12.execute-api.LOCALHOST."));
        assert!(!is_localhost("localhost.example.com"));
        assert!(!is_localhost("notlocalhost"));
    }

    #[test]
    fn a_missing_certificate_bundle_is_named() {
        let error = sdk_client(Some(Path::new("no/such/bundle.pem"))).unwrap_err();
        assert!(error.to_string().contains("no/such/bundle.pem"), "{error}");
    }

    #[tokio::test]
    async fn an_answer_comes_back_whole_from_a_name_below_localhost() {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"{\"a\":1}") {
                let mut chunk = [0_u8; 512];
                let got = socket.read(&mut chunk).await.unwrap();
                assert_ne!(got, 0, "the request ended early");
                head.extend_from_slice(&chunk[..got]);
            }
            socket.write_all(b"HTTP/1.1 202 Accepted\r\nX-One: 1\r\ncontent-length: 5\r\n\r\nhello").await.unwrap();
            String::from_utf8(head).unwrap()
        });
        let http = Http::new(None, Duration::from_secs(5)).unwrap();
        let url = format!("http://x.execute-api.localhost:{port}/cart");
        let answer = http.send("POST", &url, &[("x-a", "b")], Some(b"{\"a\":1}".to_vec())).await.unwrap();
        assert_eq!((answer.status, answer.header("x-one"), &answer.body[..]), (202, Some("1"), &b"hello"[..]));
        let head = server.await.unwrap().to_ascii_lowercase();
        assert!(head.starts_with("post /cart http/1.1\r\n"), "{head}");
        assert!(head.contains(&format!("host: x.execute-api.localhost:{port}\r\n")), "{head}");
    }

    #[tokio::test]
    async fn nobody_listening_is_an_error_that_names_the_address() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let http = Http::new(None, Duration::from_secs(5)).unwrap();
        let error = http.send("GET", &format!("http://127.0.0.1:{port}/x"), &[], None).await.unwrap_err();
        assert!(error.to_string().contains(&format!("127.0.0.1:{port}/x")), "{error}");
    }
}
