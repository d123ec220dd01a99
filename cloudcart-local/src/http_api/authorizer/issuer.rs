//! Fetches what an issuer publishes: its discovery document and its keys.
//!
//! Nothing in the local cloud reaches the internet, so an issuer must be on this machine's loopback. Plain http is taken
//! there: nobody else can listen.

use bytes::Bytes;
use http::{Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::{net::IpAddr, time::Duration};
use tokio::net::TcpStream;

/// How long an issuer may take to answer one request, as on API Gateway.
const LIMIT: Duration = Duration::from_millis(1500);

/// Largest document that is read.
const MAX_DOCUMENT: usize = 1024 * 1024;

/// Where an issuer's discovery document is.
pub(super) fn discovery_of(issuer: &str) -> String {
    format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))
}

/// Whether `url` can be fetched here; the text says why not.
pub(super) fn check(url: &str) -> Result<(), String> {
    Address::of(url).map(drop)
}

/// Where the issuer's keys are, by its discovery document.
pub(super) async fn keys_url(issuer: &str) -> Result<String, String> {
    let document = fetch(&discovery_of(issuer)).await?;
    let keys = document.get("jwks_uri").and_then(Value::as_str);
    keys.map(str::to_owned).ok_or_else(|| "the discovery document has no jwks_uri".to_owned())
}

/// The JSON document at `url`.
pub(super) async fn fetch(url: &str) -> Result<Value, String> {
    let address = Address::of(url)?;
    // Real time, not the cloud's clock: it is another program that is waited for.
    match tokio::time::timeout(LIMIT, address.get()).await {
        Ok(document) => document.map_err(|reason| format!("{url}: {reason}")),
        Err(_) => Err(format!("{url}: no answer within {} ms", LIMIT.as_millis())),
    }
}

/// A place on this machine.
struct Address {
    host: String,
    authority: String,
    port: u16,
    target: String,
}

impl Address {
    fn of(url: &str) -> Result<Self, String> {
        let uri: Uri = url.parse().map_err(|_| format!("{url:?} is not a URL"))?;
        let authority = uri.scheme().and(uri.authority()).ok_or_else(|| format!("{url:?} is not a URL"))?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        let address = match host.parse::<IpAddr>() {
            Ok(address) => address.is_loopback().then_some(host),
            // Such names are this machine by definition; the system is not asked.
            Err(_) => (host == "localhost" || host.ends_with(".localhost")).then(|| "localhost".to_owned()),
        };
        let host = address.ok_or_else(|| {
            format!("the local cloud reaches nothing outside this machine, and {url} is not on its loopback")
        })?;
        if uri.scheme_str() != Some("http") {
            return Err(format!("the local cloud speaks plain http to issuers on this machine, not {url}"));
        }
        let target = uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str).to_owned();
        Ok(Self { host, authority: authority.to_string(), port: authority.port_u16().unwrap_or(80), target })
    }

    async fn connect(&self) -> std::io::Result<TcpStream> {
        if self.host != "localhost" {
            return TcpStream::connect((self.host.as_str(), self.port)).await;
        }
        match TcpStream::connect(("127.0.0.1", self.port)).await {
            Err(_) => TcpStream::connect(("::1", self.port)).await,
            connected => connected,
        }
    }

    async fn get(&self) -> Result<Value, String> {
        let stream = self.connect().await.map_err(|error| error.to_string())?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        let request = Request::get(&self.target)
            .header(header::HOST, &self.authority)
            .header(header::ACCEPT, "application/json")
            .body(Empty::<Bytes>::new())
            .map_err(|error| error.to_string())?;
        let exchange = async {
            let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
            if response.status() != StatusCode::OK {
                return Err(format!("answered {}", response.status()));
            }
            let body =
                Limited::new(response.into_body(), MAX_DOCUMENT).collect().await.map_err(|error| error.to_string())?;
            serde_json::from_slice(&body.to_bytes()).map_err(|error| format!("not JSON: {error}"))
        };
        // The connection lives only as long as this exchange.
        tokio::select! {
            document = exchange => document,
            Err(error) = connection => Err(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_issuers_on_the_loopback_are_reached() {
        for url in ["http://127.0.0.1:9000/x", "http://localhost", "http://id.localhost:80/", "http://[::1]:1/"] {
            assert_eq!(check(url), Ok(()), "{url}");
        }
        for url in [
            "https://cognito-idp.us-east-1.amazonaws.com/pool",
            "http://10.0.0.1/",
            "http://localhost.example/",
            "http://127.0.0.1.example/",
        ] {
            assert!(check(url).is_err_and(|reason| reason.contains("loopback")), "{url}");
        }
        assert!(check("https://localhost:1/").is_err_and(|reason| reason.contains("plain http")));
        assert!(check("nonsense").is_err());
        assert_eq!(discovery_of("http://localhost/a/"), "http://localhost/a/.well-known/openid-configuration");
    }
}
