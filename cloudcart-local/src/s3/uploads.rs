//! Uploads in parts.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html>

use super::{
    S3,
    checksum::Algorithm,
    md5_of,
    objects::{Meta, Part, Plan, Upload},
    reading::text,
    wire, writing,
};
use crate::{api::ApiRequest, error::AwsError, gateway::query_pairs};
use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use std::{collections::BTreeMap, fmt::Write as _};

/// Each part but the last has at least this many bytes.
const SMALLEST_PART: u64 = 5 * 1024 * 1024;
/// Parts or uploads of one page.
const PAGE: usize = 1000;

impl S3 {
    pub(super) fn create_upload(
        &self,
        bucket: &str,
        key: &str,
        request: &ApiRequest,
    ) -> Result<Response<Bytes>, AwsError> {
        self.existing_bucket(bucket)?;
        let algorithm = text(&request.headers, "x-amz-checksum-algorithm").map(writing::known_algorithm).transpose()?;
        let composite = composite(algorithm, text(&request.headers, "x-amz-checksum-type"))?;
        let upload = Upload {
            id: self.core.random.hex(32),
            key: key.to_owned(),
            created_ms: self.core.clock.now_ms(),
            plan: Plan { meta: Meta { composite, ..writing::kept_headers(&request.headers) }, algorithm },
        };
        self.objects.begin(bucket, &upload)?;
        let inner = wire::tag("Bucket", bucket) + &wire::tag("Key", key) + &wire::tag("UploadId", &upload.id);
        let mut response = wire::xml("InitiateMultipartUploadResult", &inner);
        if let Some(algorithm) = algorithm {
            wire::set(&mut response, "x-amz-checksum-algorithm", algorithm.name());
            wire::set(&mut response, "x-amz-checksum-type", writing::checksum_type(composite));
        }
        Ok(response)
    }

    pub(super) async fn upload_part(
        &self,
        bucket: &str,
        key: &str,
        id: &str,
        number: &str,
        request: &ApiRequest,
    ) -> Result<Response<Bytes>, AwsError> {
        if request.headers.contains_key("x-amz-copy-source") {
            return Err(AwsError::not_offered("s3:UploadPartCopy"));
        }
        let upload = self.existing_upload(bucket, key, id)?;
        let number = number.parse::<u32>().ok().filter(|number| (1..=10_000).contains(number)).ok_or_else(|| {
            AwsError::bad_request("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
        })?;
        if let Some(wanted) = upload.plan.algorithm {
            let given = request.headers.keys().find_map(|name| Algorithm::of_header(name.as_str()));
            // The checksum of a whole object can be made without those of its parts.
            if given != Some(wanted) && (given.is_some() || upload.plan.meta.composite) {
                let word = |algorithm: Algorithm| algorithm.name().to_ascii_lowercase();
                let given = given.map_or_else(|| "null".to_owned(), word);
                return Err(AwsError::bad_request(
                    "InvalidRequest",
                    format!(
                        "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {given}",
                        word(wanted)
                    ),
                ));
            }
        }
        let checksums = writing::verified_checksums(request)?;
        let etag = md5_of(&request.body);
        self.objects.put_part(&self.core, id, number, &request.body, &etag).await?;
        let mut response = wire::empty(StatusCode::OK);
        wire::set(&mut response, "etag", &format!("\"{etag}\""));
        for (name, value) in checksums {
            wire::set(&mut response, &name, &value);
        }
        Ok(response)
    }

    pub(super) async fn complete_upload(
        &self,
        bucket: &str,
        key: &str,
        id: &str,
        request: &ApiRequest,
    ) -> Result<Response<Bytes>, AwsError> {
        let upload = self.existing_upload(bucket, key, id)?;
        writing::check_write_conditions(self, bucket, key, &request.headers)?;
        let stored = self.objects.parts(id)?;
        let parts = chosen(&request.body, &stored)?;
        let Plan { mut meta, algorithm } = upload.plan;
        let algorithm = algorithm.unwrap_or(Algorithm::Crc64Nvme);
        let mut content = Vec::new();
        let mut digests = Vec::new();
        let mut sums = Vec::new();
        for (part, named) in &parts {
            let data = self.objects.part_content(part).await?;
            if named.iter().any(|(algorithm, sum)| algorithm.of(&data) != *sum) {
                return Err(invalid_part());
            }
            if meta.composite && !named.iter().any(|(named, _)| *named == algorithm) {
                return Err(AwsError::bad_request(
                    "InvalidRequest",
                    format!(
                        "The upload was created using a {} checksum. The complete request must include the checksum for \
                         each part. It was missing for part {} in the request.",
                        algorithm.name().to_ascii_lowercase(),
                        part.number
                    ),
                ));
            }
            digests.extend(super::md5_bytes(&data));
            sums.push(algorithm.of(&data));
            content.extend(data);
        }
        check_whole(&request.headers, &content, &sums, meta.composite)?;
        let etag = format!("{}-{}", md5_of(&digests), parts.len());
        let sum = if meta.composite { algorithm.composite(sums.iter()) } else { algorithm.of(&content) };
        meta.checksums.insert(algorithm.header().to_owned(), sum);
        meta.parts = parts.iter().map(|(part, _)| part.size).collect();
        let object = self.objects.put(&self.core, bucket, key, &content, etag.clone(), meta).await?;
        self.objects.abort(id)?;
        let inner = wire::tag("Location", &format!("{}/{bucket}/{key}", self.core.endpoint))
            + &wire::tag("Bucket", bucket)
            + &wire::tag("Key", key)
            + &wire::tag("ETag", &format!("\"{etag}\""))
            + &writing::checksum_elements(&object.meta);
        let mut response = wire::xml("CompleteMultipartUploadResult", &inner);
        if let Some(version) = &object.meta.version {
            wire::set(&mut response, "x-amz-version-id", version);
        }
        Ok(response)
    }

    pub(super) fn abort_upload(&self, bucket: &str, key: &str, id: &str) -> Result<Response<Bytes>, AwsError> {
        self.existing_upload(bucket, key, id)?;
        self.objects.abort(id)?;
        Ok(wire::empty(StatusCode::NO_CONTENT))
    }

    pub(super) async fn list_parts(
        &self,
        bucket: &str,
        key: &str,
        id: &str,
        request: &ApiRequest,
    ) -> Result<Response<Bytes>, AwsError> {
        let Plan { meta, algorithm } = self.existing_upload(bucket, key, id)?.plan;
        let query: BTreeMap<String, String> = query_pairs(&request.query).collect();
        let limit = limit(&query, "max-parts")?;
        let after = match query.get("part-number-marker") {
            None => 0,
            Some(text) => text
                .parse::<u32>()
                .map_err(|_| AwsError::bad_request("InvalidArgument", "Provided part-number-marker not an integer"))?,
        };
        let mut parts = self.objects.parts(id)?;
        parts.retain(|part| part.number > after);
        let truncated = parts.len() > limit;
        parts.truncate(limit);
        let mut inner = wire::tag("Bucket", bucket) + &wire::tag("Key", key) + &wire::tag("UploadId", id);
        let _ = write!(
            inner,
            "<PartNumberMarker>{after}</PartNumberMarker><MaxParts>{limit}</MaxParts><IsTruncated>{truncated}</IsTruncated>"
        );
        if let Some(last) = parts.last().filter(|_| truncated) {
            let _ = write!(inner, "<NextPartNumberMarker>{}</NextPartNumberMarker>", last.number);
        }
        if let Some(algorithm) = algorithm {
            inner += &wire::tag("ChecksumAlgorithm", algorithm.name());
            inner += &wire::tag("ChecksumType", writing::checksum_type(meta.composite));
        }
        for part in parts {
            let sum = match algorithm {
                Some(algorithm) => {
                    wire::tag(algorithm.element(), &algorithm.of(&self.objects.part_content(&part).await?))
                }
                None => String::new(),
            };
            let _ = write!(
                inner,
                "<Part><PartNumber>{}</PartNumber><LastModified>{}</LastModified><ETag>&quot;{}&quot;</ETag>\
                 <Size>{}</Size>{sum}</Part>",
                part.number,
                wire::iso(part.modified_ms),
                part.etag,
                part.size
            );
        }
        Ok(wire::xml("ListPartsResult", &inner))
    }

    pub(super) fn list_uploads(&self, bucket: &str, request: &ApiRequest) -> Result<Response<Bytes>, AwsError> {
        self.existing_bucket(bucket)?;
        let query: BTreeMap<String, String> = query_pairs(&request.query).collect();
        let parameter = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
        if !parameter("delimiter").is_empty() {
            return Err(AwsError::not_offered("s3: a delimiter in a listing of uploads"));
        }
        let url = parameter("encoding-type") == "url";
        let limit = limit(&query, "max-uploads")?;
        let (prefix, key_marker, id_marker) =
            (parameter("prefix"), parameter("key-marker"), parameter("upload-id-marker"));
        let mut uploads = self.objects.uploads(bucket)?;
        uploads.retain(|upload| upload.key.starts_with(prefix));
        // A marker without an upload means: after every upload of that key.
        let start = match uploads.iter().position(|upload| upload.key == key_marker && upload.id == id_marker) {
            Some(at) => at + 1,
            None => uploads.partition_point(|upload| !key_marker.is_empty() && upload.key.as_str() <= key_marker),
        };
        let mut uploads = uploads.split_off(start);
        let truncated = uploads.len() > limit;
        uploads.truncate(limit);
        let mut inner = wire::tag("Bucket", bucket)
            + &wire::tag("KeyMarker", &wire::key_text(key_marker, url))
            + &wire::tag("UploadIdMarker", id_marker)
            + &wire::tag("Prefix", &wire::key_text(prefix, url));
        if url {
            inner += "<EncodingType>url</EncodingType>";
        }
        let _ = write!(inner, "<MaxUploads>{limit}</MaxUploads><IsTruncated>{truncated}</IsTruncated>");
        if let Some(last) = uploads.last().filter(|_| truncated) {
            inner += &wire::tag("NextKeyMarker", &wire::key_text(&last.key, url));
            inner += &wire::tag("NextUploadIdMarker", &last.id);
        }
        for upload in uploads {
            let mut sum = String::new();
            if let Some(algorithm) = upload.plan.algorithm {
                sum = wire::tag("ChecksumAlgorithm", algorithm.name())
                    + &wire::tag("ChecksumType", writing::checksum_type(upload.plan.meta.composite));
            }
            let _ = write!(
                inner,
                "<Upload>{}{}<Initiated>{}</Initiated>{sum}</Upload>",
                wire::tag("Key", &wire::key_text(&upload.key, url)),
                wire::tag("UploadId", &upload.id),
                wire::iso(upload.created_ms)
            );
        }
        Ok(wire::xml("ListMultipartUploadsResult", &inner))
    }

    fn existing_upload(&self, bucket: &str, key: &str, id: &str) -> Result<Upload, AwsError> {
        self.existing_bucket(bucket)?;
        self.objects.uploads(bucket)?.into_iter().find(|upload| upload.id == id && upload.key == key).ok_or_else(|| {
            AwsError::new(
                404,
                "NoSuchUpload",
                "The specified multipart upload does not exist. The upload ID might be invalid, or the multipart upload \
                 might have been aborted or completed.",
            )
        })
    }
}

/// Whether the checksum will be that of the parts' checksums. `asked` is `x-amz-checksum-type`.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html>
fn composite(algorithm: Option<Algorithm>, asked: Option<&str>) -> Result<bool, AwsError> {
    let Some(algorithm) = algorithm else {
        return match asked {
            None => Ok(false),
            Some(_) => Err(AwsError::bad_request(
                "InvalidRequest",
                "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
            )),
        };
    };
    let whole = matches!(algorithm, Algorithm::Crc32 | Algorithm::Crc32c | Algorithm::Crc64Nvme);
    let parts = algorithm != Algorithm::Crc64Nvme;
    match asked {
        None => Ok(parts),
        Some("COMPOSITE") if parts => Ok(true),
        Some("FULL_OBJECT") if whole => Ok(false),
        Some(other @ ("COMPOSITE" | "FULL_OBJECT")) => Err(AwsError::bad_request(
            "InvalidRequest",
            format!(
                "The {other} checksum type cannot be used with the {} checksum algorithm.",
                algorithm.name().to_ascii_lowercase()
            ),
        )),
        Some(_) => Err(AwsError::bad_request("InvalidRequest", "Value for x-amz-checksum-type header is invalid.")),
    }
}

/// What a completion says of the whole object: its checksum and its size.
fn check_whole(headers: &HeaderMap, content: &[u8], sums: &[String], composite: bool) -> Result<(), AwsError> {
    for (name, value) in headers {
        let Some(algorithm) = Algorithm::of_header(name.as_str()) else { continue };
        let computed = if composite { algorithm.composite(sums.iter()) } else { algorithm.of(content) };
        // The number of parts may be left out.
        let bare = computed.split('-').next().unwrap_or_default();
        if value.as_bytes() != computed.as_bytes() && value.as_bytes() != bare.as_bytes() {
            return Err(AwsError::bad_request(
                "BadDigest",
                format!("The {} you specified did not match the calculated checksum.", algorithm.header()),
            ));
        }
    }
    let size = text(headers, "x-amz-mp-object-size");
    if size.is_some_and(|size| size.parse() != Ok(content.len())) {
        return Err(AwsError::bad_request(
            "InvalidRequest",
            "The provided 'x-amz-mp-object-size' header does not match the size of the uploaded parts.",
        ));
    }
    Ok(())
}

/// The most entries that a listing may have.
fn limit(query: &BTreeMap<String, String>, name: &str) -> Result<usize, AwsError> {
    let Some(text) = query.get(name) else { return Ok(PAGE) };
    text.parse::<usize>().map(|limit| limit.min(PAGE)).map_err(|_| {
        AwsError::bad_request("InvalidArgument", format!("Provided {name} not an integer or within integer range"))
    })
}

fn invalid_part() -> AwsError {
    AwsError::bad_request(
        "InvalidPart",
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified \
         entity tag may not match the part's entity tag.",
    )
}

/// A part that a completion names, and the checksums that it says of it.
type Chosen = (Part, Vec<(Algorithm, String)>);

/// The parts that a completion names, in its order.
fn chosen(body: &[u8], stored: &[Part]) -> Result<Vec<Chosen>, AwsError> {
    #[derive(Default)]
    struct Named {
        number: u32,
        etag: String,
        sums: Vec<(Algorithm, String)>,
    }
    let mut named: Vec<Named> = Vec::new();
    for (path, text) in wire::leaves(body)? {
        match (path.strip_prefix("CompleteMultipartUpload/Part"), text) {
            (Some(""), None) => named.push(Named::default()),
            (Some(member), Some(text)) => {
                let Some(part) = named.last_mut() else { continue };
                let (member, text) = (member.trim_start_matches('/'), text.trim());
                match member {
                    "PartNumber" => part.number = text.parse().unwrap_or_default(),
                    "ETag" => text.trim_matches('"').clone_into(&mut part.etag),
                    _ => {
                        let known = Algorithm::ALL.into_iter().find(|algorithm| algorithm.element() == member);
                        part.sums.extend(known.map(|algorithm| (algorithm, text.to_owned())));
                    }
                }
            }
            _ => {}
        }
    }
    if named.is_empty() {
        return Err(AwsError::bad_request("MalformedXML", "You must specify at least one part"));
    }
    if !named.is_sorted_by(|left, right| left.number < right.number) {
        return Err(AwsError::bad_request(
            "InvalidPartOrder",
            "The list of parts was not in ascending order. Parts must be ordered by part number.",
        ));
    }
    let last = named.len() - 1;
    named
        .into_iter()
        .enumerate()
        .map(|(at, Named { number, etag, sums })| {
            let part =
                stored.iter().find(|part| part.number == number && part.etag == etag).ok_or_else(invalid_part)?;
            if at != last && part.size < SMALLEST_PART {
                return Err(AwsError::bad_request(
                    "EntityTooSmall",
                    "Your proposed upload is smaller than the minimum allowed size",
                ));
            }
            Ok((part.clone(), sums))
        })
        .collect()
}
