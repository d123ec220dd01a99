//! Writes an answer of the Query protocol: a JSON-shaped tree becomes XML.
//!
//! An object's members are elements, an array's are `<member>` elements, and `null` is left out, which is how the
//! protocol says that something is absent. Source: Smithy's awsQuery protocol.

use bytes::Bytes;
use http::{Response, StatusCode, header};
use serde_json::Value;

/// The namespace of CloudFormation's answers.
pub(super) const XMLNS: &str = "http://cloudformation.amazonaws.com/doc/2010-05-15/";

/// `<OpResponse><OpResult>…</OpResult><ResponseMetadata>…`. An operation without a result (`null`) has no result element.
pub(super) fn response(operation: &str, result: &Value, request_id: &str) -> Response<Bytes> {
    let mut body = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{operation}Response xmlns=\"{XMLNS}\">");
    element(&mut body, &format!("{operation}Result"), result);
    body.push_str("<ResponseMetadata>");
    element(&mut body, "RequestId", &Value::from(request_id));
    body.push_str("</ResponseMetadata></");
    body.push_str(operation);
    body.push_str("Response>");
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::OK;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/xml"));
    if let Ok(id) = header::HeaderValue::from_str(request_id) {
        response.headers_mut().insert("x-amzn-requestid", id);
    }
    response
}

fn element(out: &mut String, name: &str, value: &Value) {
    if value.is_null() {
        return;
    }
    out.push('<');
    out.push_str(name);
    out.push('>');
    match value {
        Value::Null => {}
        Value::String(text) => out.push_str(&character_data(text)),
        Value::Bool(_) | Value::Number(_) => out.push_str(&value.to_string()),
        Value::Array(items) => items.iter().for_each(|item| element(out, "member", item)),
        Value::Object(fields) => fields.iter().for_each(|(field, value)| element(out, field, value)),
    }
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

/// Text for an element: escaped, without the control characters that XML 1.0 cannot hold, and with carriage returns kept
/// through a reference (a parser would read a bare one as a line feed).
fn character_data(text: &str) -> String {
    let allowed: String = text
        .chars()
        .map(|character| match character {
            '\t' | '\n' | '\r' => character,
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
            _ => character,
        })
        .collect();
    crate::error::escape(&allowed).replace('\r', "&#13;")
}

/// A time as CloudFormation writes it: ISO 8601 in UTC with milliseconds.
pub(super) fn timestamp(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .strftime("%Y-%m-%dT%H:%M:%S.%3fZ")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_is_escaped_and_absent_members_are_left_out() {
        let answer = response("Op", &json!({"A": "<&>\"'\u{1}\r", "B": null, "C": [{"D": true}, "x"], "E": []}), "r-1");
        let body = String::from_utf8_lossy(answer.body()).into_owned();
        assert!(body.contains("&lt;&amp;&gt;"), "{body}");
        assert!(body.contains("\u{fffd}&#13;</A>"), "{body}");
        assert!(body.contains("<C><member><D>true</D></member><member>x</member></C><E></E></OpResult>"), "{body}");
        assert!(!body.contains("<B>"), "{body}");
        assert!(
            body.ends_with("<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></OpResponse>"),
            "{body}"
        );
    }

    #[test]
    fn an_operation_without_a_result_has_no_result_element() {
        let answer = response("DeleteStack", &Value::Null, "r");
        assert!(!String::from_utf8_lossy(answer.body()).contains("DeleteStackResult"));
    }

    #[test]
    fn times_carry_milliseconds() {
        assert_eq!(timestamp(1_700_000_000_007), "2023-11-14T22:13:20.007Z");
    }
}
