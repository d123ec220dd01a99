//! The event that a Lambda proxy integration gets: payload format 2.0.
//!
//! Source: API Gateway developer guide, "Working with AWS Lambda proxy integrations for HTTP APIs". What the guide leaves out
//! follows captures of the real service: `rawPath` is decoded and ends at a decoded question mark, cookies leave the headers,
//! a member without content is absent, and bodies count as text for few content types only.

use super::percent;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use http::{HeaderMap, header, request::Parts};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, net::IpAddr};

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

/// The event for one request.
pub(super) fn build(request: &Parts, body: &Bytes, context: &Context<'_>) -> Value {
    let decoded = percent::decode(request.uri.path());
    let raw_path = decoded.split('?').next().unwrap_or_default();
    let raw_query = request.uri.query().unwrap_or_default();
    let host = host_of(request);
    let mut event = Map::new();
    event.insert("version".into(), json!("2.0"));
    event.insert("routeKey".into(), json!(context.route_key));
    event.insert("rawPath".into(), json!(raw_path));
    event.insert("rawQueryString".into(), json!(raw_query));
    let cookies = cookies(&request.headers);
    if !cookies.is_empty() {
        event.insert("cookies".into(), json!(cookies));
    }
    event.insert("headers".into(), headers(request, body.len(), &host, context));
    let parameters = percent::query(raw_query);
    if !parameters.is_empty() {
        event.insert("queryStringParameters".into(), json!(parameters));
    }
    let mut http = Map::new();
    http.insert("method".into(), json!(request.method.as_str()));
    http.insert("path".into(), json!(raw_path));
    http.insert("protocol".into(), json!(format!("{:?}", request.version)));
    http.insert("sourceIp".into(), json!(context.source_ip.to_string()));
    if let Some(agent) = joined(&request.headers, header::USER_AGENT.as_str()) {
        http.insert("userAgent".into(), json!(agent));
    }
    let mut request_context = json!({
            "accountId": context.account,
            "apiId": context.api_id,
            "domainName": host,
            "domainPrefix": context.api_id,
            "http": http,
            "requestId": context.request_id,
            "routeKey": context.route_key,
            "stage": context.stage,
            "time": log_time(context.time),
            "timeEpoch": context.time,
    });
    if let (Some(authorizer), Value::Object(members)) = (context.authorizer, &mut request_context) {
        members.insert("authorizer".into(), authorizer.clone());
    }
    event.insert("requestContext".into(), request_context);
    if !context.path_parameters.is_empty() {
        event.insert("pathParameters".into(), json!(context.path_parameters));
    }
    if !context.stage_variables.is_empty() {
        event.insert("stageVariables".into(), json!(context.stage_variables));
    }
    let text = std::str::from_utf8(body).ok().filter(|_| is_text(&request.headers));
    if !body.is_empty() {
        event.insert("body".into(), text.map_or_else(|| json!(BASE64.encode(body)), |text| json!(text)));
    }
    event.insert("isBase64Encoded".into(), json!(!body.is_empty() && text.is_none()));
    Value::Object(event)
}

/// The host that the client asked for, with its port.
pub(super) fn host_of(request: &Parts) -> String {
    let named = joined(&request.headers, header::HOST.as_str());
    named.or_else(|| request.uri.authority().map(ToString::to_string)).unwrap_or_default()
}

/// All values of a header joined with commas; bytes that are not UTF-8 become U+FFFD.
pub(super) fn joined(headers: &HeaderMap, name: &str) -> Option<String> {
    let values: Vec<_> =
        headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect();
    (!values.is_empty()).then(|| values.join(","))
}

fn headers(request: &Parts, length: usize, host: &str, context: &Context<'_>) -> Value {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for name in request.headers.keys().map(http::HeaderName::as_str) {
        if name != "cookie" && !HOP_BY_HOP.contains(&name) {
            all.insert(name.to_owned(), joined(&request.headers, name).unwrap_or_default());
        }
    }
    all.insert("content-length".into(), length.to_string());
    all.insert("host".into(), host.to_owned());
    all.insert("x-amzn-trace-id".into(), context.trace_id.to_owned());
    let source = context.source_ip.to_string();
    all.entry("x-forwarded-for".into())
        .and_modify(|chain| {
            chain.push_str(", ");
            chain.push_str(&source);
        })
        .or_insert(source);
    all.insert("x-forwarded-port".into(), context.port.to_string());
    all.insert("x-forwarded-proto".into(), "http".into());
    json!(all)
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
        build(&parts, &Bytes::from_static(body), &context)
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
