//! ListObjectsV2 and its older form: prefixes, delimiters, pages.

use super::{S3, checksum::Algorithm, objects::Meta, wire, writing};
use crate::{api::ApiRequest, error::AwsError, gateway::query_pairs};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::Response;
use std::{collections::BTreeMap, fmt::Write as _};

const MOST: usize = 1000;
/// Follows every key that starts with the text before it: no key of valid UTF-8 sorts after it.
const LAST: char = char::MAX;

/// The algorithms of an object's checksums, as members of a listing.
pub(super) fn algorithms(meta: &Meta) -> String {
    let known = meta.checksums.keys().filter_map(|header| Algorithm::of_header(header));
    known.map(|algorithm| wire::tag("ChecksumAlgorithm", algorithm.name())).collect()
}

enum Entry {
    Object(Box<super::objects::Object>),
    Prefix(String),
}

struct Page {
    entries: Vec<Entry>,
    /// Where the next page starts: after this key or group.
    next: Option<String>,
}

impl S3 {
    pub(super) fn list(&self, bucket: &str, request: &ApiRequest) -> Result<Response<Bytes>, AwsError> {
        self.existing_bucket(bucket)?;
        let query: BTreeMap<String, String> = query_pairs(&request.query).collect();
        let parameter = |name: &str| query.get(name).map(String::as_str);
        let second = parameter("list-type") == Some("2");
        let url = parameter("encoding-type") == Some("url");
        let prefix = parameter("prefix").unwrap_or_default();
        let delimiter = parameter("delimiter").filter(|delimiter| !delimiter.is_empty());
        let limit = match parameter("max-keys") {
            None => MOST,
            Some(text) => text.parse::<usize>().map(|limit| limit.min(MOST)).map_err(|_| {
                AwsError::bad_request("InvalidArgument", "Provided max-keys not an integer or within integer range")
            })?,
        };
        let after = if second {
            match parameter("continuation-token") {
                Some(token) => {
                    URL_SAFE_NO_PAD.decode(token).ok().and_then(|key| String::from_utf8(key).ok()).ok_or_else(|| {
                        AwsError::bad_request("InvalidArgument", "The continuation token provided is incorrect")
                    })?
                }
                None => parameter("start-after").unwrap_or_default().to_owned(),
            }
        } else {
            // A marker that is a group's prefix means: after the whole group.
            let marker = parameter("marker").unwrap_or_default();
            match delimiter {
                Some(delimiter) if marker.ends_with(delimiter) => format!("{marker}{LAST}"),
                _ => marker.to_owned(),
            }
        };
        let page = self.page(bucket, prefix, delimiter, after, limit)?;

        let mut inner = wire::tag("Name", bucket) + &wire::tag("Prefix", &wire::key_text(prefix, url));
        if let Some(delimiter) = delimiter {
            inner += &wire::tag("Delimiter", &wire::key_text(delimiter, url));
        }
        if url {
            inner += "<EncodingType>url</EncodingType>";
        }
        let _ = write!(inner, "<MaxKeys>{limit}</MaxKeys><IsTruncated>{}</IsTruncated>", page.next.is_some());
        if second {
            let _ = write!(inner, "<KeyCount>{}</KeyCount>", page.entries.len());
            for (name, element) in [("continuation-token", "ContinuationToken"), ("start-after", "StartAfter")] {
                if let Some(value) = parameter(name) {
                    inner += &wire::tag(element, value);
                }
            }
            if let Some(next) = &page.next {
                inner += &wire::tag("NextContinuationToken", &URL_SAFE_NO_PAD.encode(next));
            }
        } else {
            inner += &wire::tag("Marker", &wire::key_text(parameter("marker").unwrap_or_default(), url));
            if let Some(next) = &page.next {
                inner += &wire::tag("NextMarker", &wire::key_text(next.trim_end_matches(LAST), url));
            }
        }
        for entry in &page.entries {
            match entry {
                Entry::Object(object) => {
                    let _ = write!(
                        inner,
                        "<Contents>{}<LastModified>{}</LastModified><ETag>&quot;{}&quot;</ETag>{}\
                         <ChecksumType>{}</ChecksumType><Size>{}</Size><StorageClass>STANDARD</StorageClass></Contents>",
                        wire::tag("Key", &wire::key_text(&object.key, url)),
                        wire::iso(object.modified_ms),
                        object.etag,
                        algorithms(&object.meta),
                        writing::checksum_type(object.meta.composite),
                        object.size,
                    );
                }
                Entry::Prefix(prefix) => {
                    let _ = write!(
                        inner,
                        "<CommonPrefixes>{}</CommonPrefixes>",
                        wire::tag("Prefix", &wire::key_text(prefix, url))
                    );
                }
            }
        }
        Ok(wire::xml("ListBucketResult", &inner))
    }

    fn page(
        &self,
        bucket: &str,
        prefix: &str,
        delimiter: Option<&str>,
        mut after: String,
        limit: usize,
    ) -> Result<Page, AwsError> {
        let mut entries = Vec::new();
        if limit == 0 {
            return Ok(Page { entries, next: None });
        }
        loop {
            let batch = self.objects.list(bucket, prefix, &after, limit + 1)?;
            let last_batch = batch.len() <= limit;
            let mut skipped_group = false;
            for object in batch {
                if object.key <= after {
                    // Within the group that was just listed.
                    continue;
                }
                if entries.len() == limit {
                    return Ok(Page { entries, next: Some(after) });
                }
                let group = delimiter.and_then(|delimiter| {
                    let rest = &object.key[prefix.len()..];
                    rest.find(delimiter).map(|at| object.key[..prefix.len() + at + delimiter.len()].to_owned())
                });
                if let Some(group) = group {
                    after = format!("{group}{LAST}");
                    entries.push(Entry::Prefix(group));
                    skipped_group = true;
                } else {
                    after.clone_from(&object.key);
                    entries.push(Entry::Object(Box::new(object)));
                }
            }
            if last_batch {
                return Ok(Page { entries, next: None });
            }
            if !skipped_group && entries.len() == limit {
                return Ok(Page { entries, next: Some(after) });
            }
        }
    }
}
