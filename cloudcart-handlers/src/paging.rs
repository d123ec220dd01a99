//! Pages of lists: the limit, the cursor, and the way to the next page.

use cloudcart_shop::cursor::{self, MAX_LIMIT, StartKey};
use cloudcart_shop::problem::{Code, Problem};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::crypto::SigningKey;
use crate::http::{Request, Response};

/// What may stand in a URL as it is (RFC 3986, section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Escapes a text for any part of a URL.
pub fn escape(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// The `limit` of a request, 1 to 100.
pub fn limit(request: &Request) -> Result<u32, Problem> {
    let Some(text) = request.query("limit") else { return Ok(MAX_LIMIT) };
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let limit = text.parse().ok().filter(|limit| digits && (1..=MAX_LIMIT).contains(limit));
    limit.ok_or_else(|| Problem::new(Code::InvalidLimit, "limit must be a whole number, 1..=100"))
}

/// Where the page of a request starts.
pub fn start(request: &Request, key: &SigningKey, scope: &str) -> Result<Option<StartKey>, Problem> {
    request.query("cursor").map(|text| cursor::decode(key, scope, text)).transpose()
}

/// The cursor of the page after this one.
pub fn next(key: &SigningKey, scope: &str, last: Option<&StartKey>) -> Option<String> {
    last.map(|last| cursor::encode(key, scope, last))
}

/// Adds `Link` and `x-next-cursor`. `path` is the list's, `filters` its other parameters.
pub fn link(response: Response, path: &str, filters: &[(&str, &str)], limit: u32, next: Option<&str>) -> Response {
    let Some(next) = next else { return response };
    let mut target = format!("{path}?limit={limit}");
    for (name, value) in filters.iter().chain(&[("cursor", next)]) {
        target.extend(["&", name, "=", &escape(value)]);
    }
    let target = format!("<{target}>; rel=\"next\"");
    response.header("link", target).header("x-next-cursor", next)
}
