//! `$context` variables that a request has from the start: before it is authorized, and whatever becomes of it.
//!
//! Source: API Gateway developer guide, "Customize HTTP API access logs".

use super::event::{self, Context};
use http::request::Parts;
use std::net::IpAddr;

/// The names that [`Facts::variable`] knows.
const NAMES: [&str; 15] = [
    "accountId",
    "apiId",
    "domainName",
    "domainPrefix",
    "extendedRequestId",
    "httpMethod",
    "identity.sourceIp",
    "identity.userAgent",
    "path",
    "protocol",
    "requestId",
    "requestTime",
    "requestTimeEpoch",
    "routeKey",
    "stage",
];

/// Whether a request has the variable from the start.
pub(super) fn of_requests(name: &str) -> bool {
    NAMES.contains(&name)
}

/// What is known of a request.
pub(super) struct Facts<'a> {
    pub(super) parts: &'a Parts,
    pub(super) account: &'a str,
    pub(super) api_id: &'a str,
    pub(super) stage: &'a str,
    /// None when no route fits.
    pub(super) route_key: Option<&'a str>,
    pub(super) request_id: &'a str,
    pub(super) source_ip: IpAddr,
    /// Milliseconds since the epoch.
    pub(super) time: i64,
}

impl<'a> Facts<'a> {
    /// Those of a request at its route.
    pub(super) fn of(parts: &'a Parts, context: &Context<'a>) -> Self {
        Self {
            parts,
            account: context.account,
            api_id: context.api_id,
            stage: context.stage,
            route_key: Some(context.route_key),
            request_id: context.request_id,
            source_ip: context.source_ip,
            time: context.time,
        }
    }

    /// The value of `$context.<name>`.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        let value = match name {
            "accountId" => self.account.to_owned(),
            "apiId" | "domainPrefix" => self.api_id.to_owned(),
            "domainName" => event::host_of(self.parts),
            "extendedRequestId" | "requestId" => self.request_id.to_owned(),
            "httpMethod" => self.parts.method.to_string(),
            "identity.sourceIp" => self.source_ip.to_string(),
            "identity.userAgent" => event::joined(&self.parts.headers, http::header::USER_AGENT.as_str())?.into_owned(),
            "path" => self.parts.uri.path().to_owned(),
            "protocol" => format!("{:?}", self.parts.version),
            "requestTime" => event::log_time(self.time),
            "requestTimeEpoch" => self.time.to_string(),
            "routeKey" => self.route_key?.to_owned(),
            "stage" => self.stage.to_owned(),
            _ => return None,
        };
        Some(value)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_the_list_has_a_value() {
        let request = http::Request::get("/a").header("host", "h").header("user-agent", "u").body(()).unwrap();
        let (parts, ()) = request.into_parts();
        let facts = Facts {
            parts: &parts,
            account: "1",
            api_id: "a",
            stage: "s",
            route_key: Some("GET /a"),
            request_id: "r",
            source_ip: "127.0.0.1".parse().unwrap(),
            time: 0,
        };
        for name in NAMES {
            assert!(facts.variable(name).is_some_and(|value| !value.is_empty()), "{name}");
        }
        assert!(!of_requests("status") && facts.variable("status").is_none());
    }
}
