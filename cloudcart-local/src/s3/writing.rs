//! Writing objects: checksums, conditions, copies, deletions.

use super::{
    S3,
    checksum::Algorithm,
    md5_bytes, md5_of,
    objects::Meta,
    reading::{self, text},
    versions::{Deleted, Marker},
    wire,
};
use crate::{api::ApiRequest, error::AwsError, gateway::decode};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use std::collections::BTreeMap;

const KEPT: [&str; 7] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
    "x-amz-website-redirect-location",
];

impl S3 {
    pub(super) async fn put(&self, bucket: &str, key: &str, request: &ApiRequest) -> Result<Response<Bytes>, AwsError> {
        self.existing_bucket(bucket)?;
        if key.len() > 1024 {
            return Err(AwsError::bad_request("KeyTooLongError", "Your key is too long"));
        }
        check_write_conditions(self, bucket, key, &request.headers)?;
        let mut meta = kept_headers(&request.headers);
        meta.checksums = verified_checksums(request)?;
        let object = self.objects.put(&self.core, bucket, key, &request.body, md5_of(&request.body), meta).await?;
        let mut response = wire::empty(StatusCode::OK);
        wire::set(&mut response, "etag", &format!("\"{}\"", object.etag));
        if let Some(version) = &object.meta.version {
            wire::set(&mut response, "x-amz-version-id", version);
        }
        wire::set(&mut response, "x-amz-checksum-type", "FULL_OBJECT");
        for (name, value) in &object.meta.checksums {
            wire::set(&mut response, name, value);
        }
        Ok(response)
    }

    pub(super) async fn copy(
        &self,
        bucket: &str,
        key: &str,
        request: &ApiRequest,
    ) -> Result<Response<Bytes>, AwsError> {
        self.existing_bucket(bucket)?;
        let (from_bucket, from_key) = copy_source(&request.headers)?;
        let source = self.existing_object(&from_bucket, &from_key)?;
        let replaces = text(&request.headers, "x-amz-metadata-directive") == Some("REPLACE");
        if (&*from_bucket, &*from_key) == (bucket, key) && !replaces {
            return Err(AwsError::bad_request(
                "InvalidRequest",
                "This copy request is illegal because it is trying to copy an object to itself without changing the \
                 object's metadata, storage class, website redirect location or encryption attributes.",
            ));
        }
        let content = self.objects.content(&source).await?;
        let asked = match text(&request.headers, "x-amz-checksum-algorithm") {
            Some(name) => Some(known_algorithm(name)?),
            None => None,
        };
        // A copy is written whole, however its source was uploaded.
        let algorithms: Vec<Algorithm> = match asked {
            Some(algorithm) => vec![algorithm],
            None => source.meta.checksums.keys().filter_map(|header| Algorithm::of_header(header)).collect(),
        };
        let meta = Meta {
            headers: if replaces { kept_headers(&request.headers).headers } else { source.meta.headers.clone() },
            checksums: algorithms
                .into_iter()
                .map(|algorithm| (algorithm.header().to_owned(), algorithm.of(&content)))
                .collect(),
            ..Meta::default()
        };
        let copy = self.objects.put(&self.core, bucket, key, &content, md5_of(&content), meta).await?;
        let inner = wire::tag("LastModified", &wire::iso(copy.modified_ms))
            + &wire::tag("ETag", &format!("\"{}\"", copy.etag))
            + &checksum_elements(&copy.meta);
        let mut response = wire::xml("CopyObjectResult", &inner);
        if let Some(version) = &copy.meta.version {
            wire::set(&mut response, "x-amz-version-id", version);
        }
        Ok(response)
    }

    /// Deletes an object or a version of it. In a versioned bucket an object is hidden by a delete marker instead.
    pub(super) fn delete(&self, bucket: &str, key: &str, version: Option<&str>) -> Result<Deleted, AwsError> {
        let id = self.new_version();
        let marker = Marker { id: &id, now_ms: self.core.clock.now_ms() };
        Ok(self.objects.delete(bucket, key, version, marker)?)
    }

    /// DeleteObjects: up to a thousand keys in one request.
    pub(super) fn delete_many(&self, bucket: &str, request: &ApiRequest) -> Result<Response<Bytes>, AwsError> {
        self.existing_bucket(bucket)?;
        let leaves = wire::leaves(&request.body)?;
        let quiet = leaves.iter().any(|(path, text)| path == "Delete/Quiet" && text.as_deref() == Some("true"));
        let named = objects_of(&leaves);
        if named.is_empty() || named.len() > 1000 {
            return Err(AwsError::bad_request("MalformedXML", "A deletion names 1 to 1000 keys"));
        }
        let mut inner = String::new();
        for (key, version) in named {
            let deleted = self.delete(bucket, key, version)?;
            if quiet {
                continue;
            }
            inner += "<Deleted>";
            inner += &wire::tag("Key", key);
            match deleted.version.filter(|_| deleted.marker || version.is_some()) {
                Some(marker) if deleted.marker => {
                    inner += &version.map(|version| wire::tag("VersionId", version)).unwrap_or_default();
                    inner += "<DeleteMarker>true</DeleteMarker>";
                    inner += &wire::tag("DeleteMarkerVersionId", &marker);
                }
                Some(version) => inner += &wire::tag("VersionId", &version),
                None => {}
            }
            inner += "</Deleted>";
        }
        Ok(wire::xml("DeleteResult", &inner))
    }
}

/// The algorithm that a request asks for.
pub(super) fn known_algorithm(name: &str) -> Result<Algorithm, AwsError> {
    Algorithm::of_name(name).ok_or_else(|| {
        AwsError::bad_request("InvalidRequest", "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]")
    })
}

/// Whether an object's checksums are of its content or of its parts' checksums, in S3's word.
pub(super) fn checksum_type(composite: bool) -> &'static str {
    if composite { "COMPOSITE" } else { "FULL_OBJECT" }
}

/// An object's checksums as members of an XML document.
pub(super) fn checksum_elements(meta: &Meta) -> String {
    let known = meta.checksums.iter().filter_map(|(header, value)| Some((Algorithm::of_header(header)?, value)));
    let elements: String = known.map(|(algorithm, value)| wire::tag(algorithm.element(), value)).collect();
    elements + &wire::tag("ChecksumType", checksum_type(meta.composite))
}

/// The keys that a deletion names, each with the version it names.
pub(super) fn objects_of(leaves: &[(String, Option<String>)]) -> Vec<(&str, Option<&str>)> {
    let mut named: Vec<(&str, Option<&str>)> = Vec::new();
    for (path, text) in leaves {
        match (path.as_str(), text.as_deref()) {
            // The start of an element is a leaf without text.
            ("Delete/Object", None) => named.push(("", None)),
            ("Delete/Object/Key", Some(key)) => {
                if let Some(last) = named.last_mut() {
                    last.0 = key;
                }
            }
            ("Delete/Object/VersionId", Some(version)) => {
                if let Some(last) = named.last_mut() {
                    last.1 = Some(version);
                }
            }
            _ => {}
        }
    }
    named.retain(|(key, _)| !key.is_empty());
    named
}

/// Bucket and key of `x-amz-copy-source`.
pub(super) fn copy_source(headers: &HeaderMap) -> Result<(String, String), AwsError> {
    let invalid = || {
        AwsError::bad_request(
            "InvalidArgument",
            "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
        )
    };
    let source = decode(text(headers, "x-amz-copy-source").ok_or_else(invalid)?);
    let path = source.trim_start_matches('/');
    if path.contains("?versionId=") {
        return Err(AwsError::not_offered("s3: a copy of an older version"));
    }
    let (bucket, key) = path.split_once('/').ok_or_else(invalid)?;
    Ok((bucket.to_owned(), key.to_owned()))
}

/// `If-None-Match: *` and `If-Match` of writes.
pub(super) fn check_write_conditions(s3: &S3, bucket: &str, key: &str, headers: &HeaderMap) -> Result<(), AwsError> {
    let (if_match, if_none_match) = (text(headers, "if-match"), text(headers, "if-none-match"));
    if if_match.is_none() && if_none_match.is_none() {
        return Ok(());
    }
    let current = s3.objects.object(bucket, key)?;
    if if_match.is_some() && current.is_none() {
        return Err(super::no_such_key());
    }
    let etag = current.map(|object| object.etag);
    let held = match (&etag, if_match, if_none_match) {
        (Some(etag), Some(tags), _) => reading::names(tags, etag),
        (Some(etag), None, Some(tags)) => !reading::names(tags, etag),
        _ => true,
    };
    if held {
        Ok(())
    } else {
        Err(AwsError::new(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold"))
    }
}

/// The headers that an object gives back.
pub(super) fn kept_headers(headers: &HeaderMap) -> Meta {
    let kept = |name: &str| KEPT.contains(&name) || name.starts_with("x-amz-meta-");
    let headers = headers
        .iter()
        .filter(|(name, _)| kept(name.as_str()))
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    Meta { headers, ..Meta::default() }
}

/// The body's checksums, each compared with what the client says; without one it is S3's own default.
pub(super) fn verified_checksums(request: &ApiRequest) -> Result<BTreeMap<String, String>, AwsError> {
    if let Some(md5) = text(&request.headers, "content-md5") {
        let digest = STANDARD
            .decode(md5)
            .map_err(|_| AwsError::bad_request("InvalidDigest", "The Content-MD5 you specified is not valid."))?;
        if digest != md5_bytes(&request.body) {
            return Err(AwsError::bad_request(
                "BadDigest",
                "The Content-MD5 you specified did not match what we received.",
            ));
        }
    }
    let mut checksums = BTreeMap::new();
    for (name, value) in &request.headers {
        let Some(algorithm) = Algorithm::of_header(name.as_str()) else {
            let about = ["x-amz-checksum-algorithm", "x-amz-checksum-type", "x-amz-checksum-mode"];
            if name.as_str().starts_with("x-amz-checksum-") && !about.contains(&name.as_str()) {
                // Taken unseen it would look verified.
                return Err(AwsError::not_offered(&format!("s3: the checksum {name}")));
            }
            continue;
        };
        let computed = algorithm.of(&request.body);
        if value.as_bytes() != computed.as_bytes() {
            return Err(AwsError::bad_request(
                "BadDigest",
                format!("The {} you specified did not match the calculated checksum.", algorithm.header()),
            ));
        }
        checksums.insert(algorithm.header().to_owned(), computed);
    }
    if checksums.is_empty() {
        let algorithm = Algorithm::Crc64Nvme;
        checksums.insert(algorithm.header().to_owned(), algorithm.of(&request.body));
    }
    Ok(checksums)
}
