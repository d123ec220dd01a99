//! Reading objects: conditions, ranges, headers.
//!
//! Conditions and their order: RFC 9110, section 13.2.2.

use super::{S3, objects::Object, wire, writing};
use crate::{api::ApiRequest, error::AwsError, gateway::query_pairs};
use bytes::Bytes;
use http::{HeaderMap, Method, Response, StatusCode};

/// Query parameters of a signed GET that set a header of the answer.
const OVERRIDES: [(&str, &str); 6] = [
    ("response-content-type", "content-type"),
    ("response-content-language", "content-language"),
    ("response-expires", "expires"),
    ("response-cache-control", "cache-control"),
    ("response-content-disposition", "content-disposition"),
    ("response-content-encoding", "content-encoding"),
];

impl S3 {
    /// GetObject and HeadObject.
    pub(super) async fn get(&self, bucket: &str, key: &str, request: &ApiRequest) -> Result<Response<Bytes>, AwsError> {
        let version = query_pairs(&request.query).find(|(name, _)| name == "versionId").map(|(_, version)| version);
        let object = match &version {
            Some(version) => {
                self.existing_bucket(bucket)?;
                self.objects
                    .version(bucket, key, version)?
                    .ok_or_else(|| AwsError::new(404, "NoSuchVersion", "The specified version does not exist."))?
            }
            None => self.existing_object(bucket, key)?,
        };
        let not_modified = check_conditions(&object, &request.headers)?;
        let mut response = Response::new(Bytes::new());
        wire::set(&mut response, "etag", &format!("\"{}\"", object.etag));
        wire::set(&mut response, "last-modified", &wire::http_date(object.modified_ms));
        if object.meta.version.is_some() || version.is_some() {
            wire::set(&mut response, "x-amz-version-id", object.version());
        }
        if not_modified {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return Ok(response);
        }
        wire::set(&mut response, "accept-ranges", "bytes");
        wire::set(&mut response, "content-type", "binary/octet-stream");
        for (name, value) in &object.meta.headers {
            wire::set(&mut response, name, value);
        }
        for (parameter, value) in query_pairs(&request.query) {
            if let Some((_, name)) = OVERRIDES.iter().find(|(known, _)| *known == parameter) {
                wire::set(&mut response, name, &value);
            }
        }
        let part = query_pairs(&request.query).find(|(name, _)| name == "partNumber").map(|(_, number)| number);
        let range = match (text(&request.headers, "range"), part) {
            (Some(_), Some(_)) => {
                return Err(AwsError::bad_request(
                    "InvalidRequest",
                    "Cannot specify both Range header and partNumber query parameter",
                ));
            }
            (Some(range), None) => parse_range(range, object.size)?,
            (None, Some(number)) => {
                if !object.meta.parts.is_empty() {
                    wire::set(&mut response, "x-amz-mp-parts-count", &object.meta.parts.len().to_string());
                }
                part_range(&number, &object)?
            }
            (None, None) => None,
        };
        let wants_checksum =
            text(&request.headers, "x-amz-checksum-mode").is_some_and(|mode| mode.eq_ignore_ascii_case("enabled"));
        if wants_checksum && range.is_none() {
            for (name, value) in &object.meta.checksums {
                wire::set(&mut response, name, value);
            }
            wire::set(&mut response, "x-amz-checksum-type", writing::checksum_type(object.meta.composite));
        }
        let (first, last) = match range {
            Some((first, last)) => {
                *response.status_mut() = StatusCode::PARTIAL_CONTENT;
                wire::set(&mut response, "content-range", &format!("bytes {first}-{last}/{}", object.size));
                (first, last + 1)
            }
            None => (0, object.size),
        };
        wire::set(&mut response, "content-length", &(last - first).to_string());
        if request.method == Method::GET {
            let content = self.objects.content(&object).await?;
            // The range lies within the object's size, which is the length of its content.
            let at = |position: u64| usize::try_from(position).unwrap_or(usize::MAX).min(content.len());
            *response.body_mut() = content.slice(at(first)..at(last));
        }
        Ok(response)
    }
}

/// Whether the object is what the client has already (304); a failed precondition is a 412.
pub(super) fn check_conditions(object: &Object, headers: &HeaderMap) -> Result<bool, AwsError> {
    let failed = |condition: &str| {
        let mut error =
            AwsError::new(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
        error.fields.insert("Condition".into(), condition.into());
        error
    };
    // HTTP dates have whole seconds.
    let modified = object.modified_ms / 1000 * 1000;
    let date = |name: &str| text(headers, name).and_then(wire::parse_http_date);
    if let Some(tags) = text(headers, "if-match") {
        if !names(tags, &object.etag) {
            return Err(failed("If-Match"));
        }
    } else if date("if-unmodified-since").is_some_and(|since| modified > since) {
        return Err(failed("If-Unmodified-Since"));
    }
    if let Some(tags) = text(headers, "if-none-match") {
        return Ok(names(tags, &object.etag));
    }
    Ok(date("if-modified-since").is_some_and(|since| modified <= since))
}

/// Whether a list of entity tags names `etag`.
pub(super) fn names(tags: &str, etag: &str) -> bool {
    tags.split(',')
        .map(|tag| tag.trim().trim_start_matches("W/").trim_matches('"'))
        .any(|tag| tag == "*" || tag == etag)
}

/// First and last byte of a part; `None` for one without bytes. What was not uploaded in parts is a single one.
fn part_range(number: &str, object: &Object) -> Result<Option<(u64, u64)>, AwsError> {
    let at = number.parse::<usize>().ok().filter(|number| (1..=10_000).contains(number)).ok_or_else(|| {
        AwsError::bad_request("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
    })?;
    let whole = [object.size];
    let parts = if object.meta.parts.is_empty() { &whole[..] } else { &object.meta.parts };
    let size = parts
        .get(at - 1)
        .ok_or_else(|| AwsError::new(416, "InvalidPartNumber", "The requested partnumber is not satisfiable"))?;
    let first: u64 = parts[..at - 1].iter().sum();
    Ok(size.checked_sub(1).map(|last| (first, first + last)))
}

/// First and last byte of a range; `None` for a header that is not a single byte range, which is ignored.
fn parse_range(range: &str, size: u64) -> Result<Option<(u64, u64)>, AwsError> {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Ok(None);
    };
    let unsatisfiable = || AwsError::new(416, "InvalidRange", "The requested range is not satisfiable");
    let bounds = match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => (first, last.min(size.saturating_sub(1))),
        (Ok(first), Err(_)) if last.trim().is_empty() => (first, size.saturating_sub(1)),
        (Err(_), Ok(length)) if first.trim().is_empty() => {
            if length == 0 {
                return Err(unsatisfiable());
            }
            (size.saturating_sub(length), size.saturating_sub(1))
        }
        _ => return Ok(None),
    };
    if bounds.0 >= size { Err(unsatisfiable()) } else { Ok(Some(bounds)) }
}

pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn ranges_are_cut_to_the_object() {
        assert_eq!(parse_range("bytes=0-3", 10).unwrap(), Some((0, 3)));
        assert_eq!(parse_range("bytes=8-99", 10).unwrap(), Some((8, 9)));
        assert_eq!(parse_range("bytes=4-", 10).unwrap(), Some((4, 9)));
        assert_eq!(parse_range("bytes=-3", 10).unwrap(), Some((7, 9)));
        assert_eq!(parse_range("bytes=-99", 10).unwrap(), Some((0, 9)));
        assert_eq!(parse_range("lines=1-2", 10).unwrap(), None);
        assert_eq!(parse_range("bytes=10-", 10).unwrap_err().status, 416);
        assert_eq!(parse_range("bytes=0-0", 0).unwrap_err().status, 416);
    }
}
