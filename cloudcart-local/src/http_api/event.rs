//! The event that a Lambda proxy integration gets: payload format 2.0.
//!
//! Source: API Gateway developer guide, "Working with AWS Lambda proxy integrations for HTTP APIs". What the guide leaves out
//! follows captures of the real service: `rawPath` is decoded and ends at a decoded question mark, cookies leave the headers,
//! a member without content is absent, and bodies count as text for few content types only.

use super::percent;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use http::{HeaderMap, header, request::Parts};
use serde::Serialize;
use serde_json::Value;
use std::{borrow::Cow, collections::BTreeMap, net::IpAddr};

/// What the event says beyond the request itself.
pub(super) struct Context<'a> {
    pub(super) account: &'a str,
    pub(super) api_id: &'a str,
    pub(super) stage: &'a str,
    pub(super) stage_variables: &'a BTreeMap<String, String>,
    pub(super) route_key: &'a str,
    pub(super) path_parameters: &'a BTreeMap<String, String>,
    pub(super) request_id: &'a str,
    pub(super) trace_id: &'a str,
    pub(super) source_ip: IpAddr,
    pub(super) port: u16,
    /// Milliseconds since the epoch.
    pub(super) time: i64,
    /// `requestContext.authorizer`.
    pub(super) authorizer: Option<&'a Value>,
}

/// Headers that concern one connection and never reach the function.
const HOP_BY_HOP: [&str; 9] = [
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "transfer-encoding",
    "upgrade",
];

/// The event for one request. Borrows what it can: it is written once, for each request.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event<'a> {
    version: &'static str,
    route_key: &'a str,
    raw_path: String,
    raw_query_string: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<String>,
    headers: BTreeMap<&'a str, Cow<'a, str>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    query_string_parameters: BTreeMap<String, String>,
    request_context: RequestContext<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_parameters: Option<&'a BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stage_variables: Option<&'a BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Cow<'a, str>>,
    is_base64_encoded: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext<'a> {
    account_id: &'a str,
    api_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorizer: Option<&'a Value>,
    domain_name: String,
    domain_prefix: &'a str,
    http: Http<'a>,
    request_id: &'a str,
    route_key: &'a str,
    stage: &'a str,
    time: String,
    time_epoch: i64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Http<'a> {
    method: &'a str,
    path: String,
    protocol: String,
    source_ip: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<Cow<'a, str>>,
}

impl<'a> Event<'a> {
    /// The event of `request` with `body`.
    pub(super) fn of(request: &'a Parts, body: &'a Bytes, context: &Context<'a>) -> Self {
        let mut raw_path = percent::decode(request.uri.path());
        if let Some(end) = raw_path.find('?') {
            raw_path.truncate(end);
        }
        let raw_query_string = request.uri.query().unwrap_or_default();
        let domain_name = host_of(request);
        let source_ip = context.source_ip.to_string();
        let text = std::str::from_utf8(body).ok().filter(|_| is_text(&request.headers));
        Self {
            version: "2.0",
            route_key: context.route_key,
            raw_query_string,
            cookies: cookies(&request.headers),
            headers: headers(request, body.len(), &domain_name, &source_ip, context),
            query_string_parameters: percent::query(raw_query_string),
            request_context: RequestContext {
                account_id: context.account,
                api_id: context.api_id,
                authorizer: context.authorizer,
                domain_name,
                domain_prefix: context.api_id,
                http: Http {
                    method: request.method.as_str(),
                    path: raw_path.clone(),
                    protocol: format!("{:?}", request.version),
                    source_ip,
                    user_agent: joined(&request.headers, header::USER_AGENT.as_str()),
                },
                request_id: context.request_id,
                route_key: context.route_key,
                stage: context.stage,
                time: log_time(context.time),
                time_epoch: context.time,
            },
            raw_path,
            path_parameters: Some(context.path_parameters).filter(|parameters| !parameters.is_empty()),
            stage_variables: Some(context.stage_variables).filter(|variables| !variables.is_empty()),
            body: (!body.is_empty()).then(|| text.map_or_else(|| BASE64.encode(body).into(), Cow::from)),
            is_base64_encoded: !body.is_empty() && text.is_none(),
        }
    }

    /// As the function gets it.
    pub(super) fn to_bytes(&self) -> serde_json::Result<Bytes> {
        serde_json::to_vec(self).map(Bytes::from)
    }

    /// As a document to change.
    pub(super) fn to_value(&self) -> serde_json::Result<Value> {
        serde_json::to_value(self)
    }
}

/// The host that the client asked for, with its port.
pub(super) fn host_of(request: &Parts) -> String {
    match joined(&request.headers, header::HOST.as_str()) {
        Some(named) => named.into_owned(),
        None => request.uri.authority().map(ToString::to_string).unwrap_or_default(),
    }
}

/// All values of a header joined with commas; bytes that are not UTF-8 become U+FFFD.
pub(super) fn joined<'a>(headers: &'a HeaderMap, name: &str) -> Option<Cow<'a, str>> {
    let mut values = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    let mut all = values.next()?;
    for value in values {
        let all = all.to_mut();
        all.push(',');
        all.push_str(&value);
    }
    Some(all)
}

fn headers<'a>(
    request: &'a Parts,
    length: usize,
    host: &str,
    source_ip: &str,
    context: &Context<'a>,
) -> BTreeMap<&'a str, Cow<'a, str>> {
    let mut all: BTreeMap<&str, Cow<'_, str>> = BTreeMap::new();
    for name in request.headers.keys().map(http::HeaderName::as_str) {
        if name != "cookie" && !HOP_BY_HOP.contains(&name) {
            all.insert(name, joined(&request.headers, name).unwrap_or_default());
        }
    }
    all.insert("content-length", length.to_string().into());
    all.insert("host", host.to_owned().into());
    all.insert("x-amzn-trace-id", context.trace_id.into());
    all.entry("x-forwarded-for")
        .and_modify(|chain| {
            let chain = chain.to_mut();
            chain.push_str(", ");
            chain.push_str(source_ip);
        })
        .or_insert_with(|| source_ip.to_owned().into());
    all.insert("x-forwarded-port", context.port.to_string().into());
    all.insert("x-forwarded-proto", "http".into());
    all
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let all =
        headers.get_all(header::COOKIE).iter().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    all.flat_map(|value| value.split(';').map(|cookie| cookie.trim().to_owned()).collect::<Vec<_>>())
        .filter(|cookie| !cookie.is_empty())
        .collect()
}

/// Whether a body of this content type is handed over as text. A missing content type, a form and every other type is not.
fn is_text(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.starts_with("text/")
        || ["application/json", "application/xml", "application/javascript"].contains(&essence.as_str())
}

/// `12/Mar/2020:19:03:58 +0000`.
pub(super) fn log_time(milliseconds: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(milliseconds).unwrap_or_default();
    time.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use http::Request;
    use serde_json::json;

    fn event(request: http::request::Builder, body: &'static [u8]) -> Value {
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let none = BTreeMap::new();
        let context = Context {
            account: "000000000000",
            api_id: "api",
            stage: "$default",
            stage_variables: &none,
            route_key: "$default",
            path_parameters: &none,
            request_id: "id",
            trace_id: "Root=1-0-0",
            source_ip: "127.0.0.1".parse().unwrap(),
            port: 3000,
            time: 1_584_039_838_123,
            authorizer: None,
        };
        Event::of(&parts, &Bytes::from_static(body), &context).to_value().unwrap()
    }

    #[test]
    fn only_a_few_content_types_are_text() {
        for (content_type, text) in [
            (Some("application/json"), true),
            (Some("Application/JSON; charset=utf-8"), true),
            (Some("text/csv"), true),
            (Some("application/xml"), true),
            (Some("application/javascript"), true),
            (Some("application/x-www-form-urlencoded"), false),
            (Some("application/problem+json"), false),
            (Some("image/png"), false),
            (None, false),
        ] {
            let mut request = Request::post("/");
            if let Some(content_type) = content_type {
                request = request.header("content-type", content_type);
            }
            let event = event(request, b"hi");
            assert_eq!(event["isBase64Encoded"], !text, "{content_type:?}");
            assert_eq!(event["body"], if text { "hi" } else { "aGk=" }, "{content_type:?}");
        }
        let broken = event(Request::post("/").header("content-type", "text/plain"), b"\xff");
        assert_eq!((&broken["body"], &broken["isBase64Encoded"]), (&json!("/w=="), &json!(true)));
    }

    #[test]
    fn the_path_is_decoded_and_ends_at_a_decoded_question_mark_and_the_query_stays_encoded() {
        let event = event(Request::get("/a%2Fb/%C3%A9%3Fadmin=1/c?x=%20%3F&y"), b"");
        assert_eq!(event["rawPath"], "/a/b/é");
        assert_eq!(event["rawQueryString"], "x=%20%3F&y");
        assert_eq!(event["queryStringParameters"], json!({"x": " ?", "y": ""}));
    }

    #[test]
    fn times_are_in_the_log_format() {
        let event = event(Request::get("/"), b"");
        assert_eq!(event["requestContext"]["time"], "12/Mar/2020:19:03:58 +0000");
        assert_eq!(event["requestContext"]["timeEpoch"], 1_584_039_838_123_i64);
    }

    #[test]
    fn what_has_no_content_is_absent() {
        let event = event(Request::get("/"), b"");
        for member in ["body", "cookies", "queryStringParameters", "pathParameters", "stageVariables"] {
            assert!(event.get(member).is_none(), "{member}");
        }
        assert_eq!(event["isBase64Encoded"], false);
    }
}
