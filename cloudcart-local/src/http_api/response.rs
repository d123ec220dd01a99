//! What the client gets for what the function returned.
//!
//! Source: API Gateway developer guide, "Lambda function response for format 2.0".

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

/// Headers of an answer that belong to the connection, which the API makes itself.
const HOP_BY_HOP: [&str; 9] = [
    "connection",
    "content-length",
    "keep-alive",
    "proxy-authenticate",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The message of an answer that the API made by itself: an extension of the answer.
#[derive(Debug, Clone)]
pub(super) struct Own(pub(super) String);

/// An answer that the API makes by itself.
pub(super) fn own(status: StatusCode, message: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(json!({ "message": message }).to_string()));
    response.extensions_mut().insert(Own(message.to_owned()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The function failed or returned what cannot be an answer.
pub(super) fn server_error() -> Response<Bytes> {
    own(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
}

/// The function took too long, or there was no room for another call.
pub(super) fn unavailable() -> Response<Bytes> {
    own(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
}

/// The answer that a function's payload asks for; the text says why there is none.
pub(super) fn from_payload(payload: &Bytes) -> Result<Response<Bytes>, String> {
    let value: Value =
        serde_json::from_slice(payload).map_err(|error| format!("the function's answer is not JSON: {error}"))?;
    if value.get("statusCode").is_some() {
        return structured(&value);
    }
    // Without a status the whole answer is the body; a string is taken at its text.
    let body = match value {
        Value::String(text) => Bytes::from(text),
        _ => payload.clone(),
    };
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

fn structured(value: &Value) -> Result<Response<Bytes>, String> {
    let status = &value["statusCode"];
    let status = status
        .as_u64()
        .or_else(|| status.as_str()?.parse().ok())
        .and_then(|status| u16::try_from(status).ok())
        .filter(|status| (200..=599).contains(status))
        .and_then(|status| StatusCode::from_u16(status).ok())
        .ok_or_else(|| format!("statusCode {status} is none"))?;
    let mut response = Response::new(body(value)?);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    match &value["headers"] {
        Value::Null => {}
        Value::Object(members) => {
            for (name, value) in members {
                let text = match value {
                    Value::Null => continue,
                    Value::String(text) => text.clone(),
                    Value::Number(_) | Value::Bool(_) => value.to_string(),
                    _ => return Err(format!("header {name} is not a string")),
                };
                let name = HeaderName::try_from(name.as_str()).map_err(|error| format!("header {name:?}: {error}"))?;
                if !HOP_BY_HOP.contains(&name.as_str()) {
                    let value =
                        HeaderValue::from_bytes(text.as_bytes()).map_err(|error| format!("header {name}: {error}"))?;
                    headers.append(name, value);
                }
            }
        }
        _ => return Err("headers is not an object".to_owned()),
    }
    match &value["cookies"] {
        Value::Null => {}
        Value::Array(cookies) => {
            for cookie in cookies {
                let value = cookie
                    .as_str()
                    .and_then(|text| HeaderValue::from_bytes(text.as_bytes()).ok())
                    .ok_or_else(|| format!("cookie {cookie} is none"))?;
                headers.append(header::SET_COOKIE, value);
            }
        }
        _ => return Err("cookies is not a list".to_owned()),
    }
    headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static("text/plain;charset=UTF-8"));
    if status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED {
        // HTTP allows these no body.
        *response.body_mut() = Bytes::new();
    }
    Ok(response)
}

fn body(value: &Value) -> Result<Bytes, String> {
    let text = match &value["body"] {
        Value::Null => "",
        Value::String(text) => text.as_str(),
        _ => return Err("body is not a string".to_owned()),
    };
    match &value["isBase64Encoded"] {
        Value::Null | Value::Bool(false) => Ok(Bytes::from(text.to_owned())),
        Value::Bool(true) => {
            BASE64.decode(text).map(Bytes::from).map_err(|error| format!("body is not base64: {error}"))
        }
        _ => Err("isBase64Encoded is not a boolean".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn answer(payload: &str) -> Result<Response<Bytes>, String> {
        from_payload(&Bytes::from(payload.to_owned()))
    }

    #[test]
    fn an_answer_without_a_status_is_200_json() {
        for (payload, body) in [
            (r#"{"a": 1}"#, r#"{"a": 1}"#),
            (r#""Hello""#, "Hello"),
            ("[1]", "[1]"),
            ("null", "null"),
            (r#"{"body":"x"}"#, r#"{"body":"x"}"#),
        ] {
            let response = answer(payload).unwrap();
            assert_eq!((response.status(), response.body().as_ref()), (StatusCode::OK, body.as_bytes()));
            assert_eq!(response.headers()["content-type"], "application/json");
        }
    }

    #[test]
    fn a_structured_answer_is_followed() {
        let response = answer(
            r#"{"statusCode":"201","headers":{"X-A":"1","x-n":2,"x-null":null,"Content-Length":"999","connection":"close"},
                "multiValueHeaders":{"x-m":["1"]},"cookies":["a=1","b=2"],"isBase64Encoded":true,"body":"AP8="}"#,
        )
        .unwrap();
        assert_eq!(response.status(), 201);
        assert_eq!(response.body().as_ref(), [0, 255]);
        let headers = response.headers();
        assert_eq!((&headers["x-a"], &headers["x-n"]), (&"1".parse().unwrap(), &"2".parse().unwrap()));
        for absent in ["x-null", "x-m", "content-length", "connection"] {
            assert!(!headers.contains_key(absent), "{absent}");
        }
        assert_eq!(headers.get_all("set-cookie").iter().collect::<Vec<_>>(), ["a=1", "b=2"]);
        assert_eq!(headers["content-type"], "text/plain;charset=UTF-8");
    }

    #[test]
    fn malformed_answers_are_refused() {
        for payload in [
            "not json",
            r#"{"statusCode":"abc"}"#,
            r#"{"statusCode":99}"#,
            r#"{"statusCode":100}"#,
            r#"{"statusCode":600}"#,
            r#"{"statusCode":null}"#,
            r#"{"statusCode":200,"body":{}}"#,
            r#"{"statusCode":200,"headers":[]}"#,
            r#"{"statusCode":200,"headers":{"a":["b"]}}"#,
            r#"{"statusCode":200,"headers":{"a b":"c"}}"#,
            r#"{"statusCode":200,"headers":{"a":"b\r\nc"}}"#,
            r#"{"statusCode":200,"cookies":"a=1"}"#,
            r#"{"statusCode":200,"body":"%","isBase64Encoded":true}"#,
            r#"{"statusCode":200,"isBase64Encoded":"true"}"#,
        ] {
            assert!(answer(payload).is_err(), "{payload}");
        }
    }
}
