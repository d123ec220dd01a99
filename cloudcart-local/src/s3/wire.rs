//! S3's XML, times and answers.

use crate::error::{AwsError, escape};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use quick_xml::{Reader, events::Event};

const XMLNS: &str = "http://s3.amazonaws.com/doc/2006-03-01/";
/// What `encoding-type=url` leaves as it is.
const URL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/').remove(b'*');

/// An answer without a body.
pub(super) fn empty(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}

/// An XML answer: `inner` within `root`.
pub(super) fn xml(root: &str, inner: &str) -> Response<Bytes> {
    document(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"{XMLNS}\">{inner}</{root}>"))
}

/// An XML document as it is.
pub(super) fn document(body: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    response
}

/// Sets a header; a value that HTTP cannot carry is left out.
pub(super) fn set(response: &mut Response<Bytes>, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
        response.headers_mut().insert(name, value);
    }
}

/// `<name>text</name>`, escaped.
pub(super) fn tag(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escape(text))
}

/// A key in a listing: escaped, and percent-encoded when the client asked for it.
pub(super) fn key_text(key: &str, url: bool) -> String {
    if url { utf8_percent_encode(key, URL).to_string() } else { key.to_owned() }
}

/// `2026-11-24T02:13:56.000Z`.
pub(super) fn iso(ms: i64) -> String {
    let moment = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
    moment.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

/// `Tue, 24 Nov 2026 02:13:56 GMT`.
pub(super) fn http_date(ms: i64) -> String {
    let moment = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
    moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Milliseconds of an HTTP date.
pub(super) fn parse_http_date(text: &str) -> Option<i64> {
    jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp().as_millisecond())
}

/// The leaves of an XML document in order: path from the root (`Delete/Object/Key`) and text. An element that begins is
/// given with its path and no text, so that groups can be told apart.
pub(super) fn leaves(body: &[u8]) -> Result<Vec<(String, Option<String>)>, AwsError> {
    let malformed = || {
        AwsError::bad_request(
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema",
        )
    };
    let mut reader = Reader::from_reader(body);
    let mut path: Vec<String> = Vec::new();
    let mut text = String::new();
    let mut found = Vec::new();
    let mut buffer = Vec::new();
    loop {
        match reader.read_event_into(&mut buffer).map_err(|_| malformed())? {
            Event::Start(start) => {
                path.push(String::from_utf8_lossy(start.local_name().as_ref()).into_owned());
                found.push((path.join("/"), None));
                text.clear();
            }
            Event::End(_) => {
                found.push((path.join("/"), Some(std::mem::take(&mut text))));
                path.pop();
            }
            Event::Text(part) => text.push_str(&part.decode().map_err(|_| malformed())?),
            Event::CData(part) => text.push_str(&String::from_utf8_lossy(&part)),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().map_err(|_| malformed())?;
                let name = String::from_utf8_lossy(&reference).into_owned();
                match character {
                    Some(character) => text.push(character),
                    None => text.push_str(quick_xml::escape::resolve_xml_entity(&name).ok_or_else(malformed)?),
                }
            }
            Event::Eof => break,
            _ => {}
        }
        buffer.clear();
    }
    if path.is_empty() { Ok(found) } else { Err(malformed()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn keys_are_read_with_their_entities() {
        let body = b"<Delete xmlns=\"x\"><Object><Key>a&amp;b &#233; &lt;</Key></Object><Quiet>true</Quiet></Delete>";
        let texts: Vec<_> = leaves(body).unwrap().into_iter().filter_map(|(path, text)| Some((path, text?))).collect();
        assert_eq!(texts[0], ("Delete/Object/Key".to_owned(), "a&b é <".to_owned()));
        assert!(texts.contains(&("Delete/Quiet".to_owned(), "true".to_owned())));
        assert_eq!(leaves(b"<Delete><Object>").unwrap_err().code, "MalformedXML");
    }

    #[test]
    fn http_dates_go_both_ways() {
        let text = http_date(1_700_000_000_000);
        assert_eq!(text, "Tue, 14 Nov 2023 22:13:20 GMT");
        assert_eq!(parse_http_date(&text), Some(1_700_000_000_000));
    }
}
