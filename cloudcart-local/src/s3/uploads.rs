//! Uploads in parts.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html>

use super::{
    S3,
    checksum::Algorithm,
    md5_of,
    objects::{Part, Upload},
    wire, writing,
};
use crate::{api::ApiRequest, error::AwsError};
use bytes::Bytes;
use http::{Response, StatusCode};
use std::fmt::Write as _;

/// Each part but the last has at least this many bytes.
const SMALLEST_PART: u64 = 5 * 1024 * 1024;

impl S3 {
    pub(super) fn create_upload(
        &self,
        bucket: &str,
        key: &str,
        request: &ApiRequest,
    ) -> Result<Response<Bytes>, AwsError> {
        self.existing_bucket(bucket)?;
        let upload = Upload {
            id: self.core.random.hex(32),
            key: key.to_owned(),
            created_ms: self.core.clock.now_ms(),
            meta: writing::kept_headers(&request.headers),
        };
        self.objects.begin(bucket, &upload)?;
        let inner = wire::tag("Bucket", bucket) + &wire::tag("Key", key) + &wire::tag("UploadId", &upload.id);
        let mut response = wire::xml("InitiateMultipartUploadResult", &inner);
        if let Some(algorithm) = request.headers.get("x-amz-checksum-algorithm").and_then(|value| value.to_str().ok()) {
            wire::set(&mut response, "x-amz-checksum-algorithm", algorithm);
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
        self.existing_upload(bucket, key, id)?;
        let number = number.parse::<u32>().ok().filter(|number| (1..=10_000).contains(number)).ok_or_else(|| {
            AwsError::bad_request("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
        })?;
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
        let mut content = Vec::new();
        let mut digests = Vec::new();
        for part in &parts {
            let data = self.objects.part_content(part).await?;
            digests.extend(super::md5_bytes(&data));
            content.extend(data);
        }
        let etag = format!("{}-{}", md5_of(&digests), parts.len());
        let mut meta = upload.meta;
        let algorithm = Algorithm::Crc64Nvme;
        meta.checksums.insert(algorithm.header().to_owned(), algorithm.of(&content));
        self.objects.put(&self.core, bucket, key, &content, etag.clone(), meta).await?;
        self.objects.abort(id)?;
        let inner = wire::tag("Location", &format!("{}/{bucket}/{key}", self.core.endpoint))
            + &wire::tag("Bucket", bucket)
            + &wire::tag("Key", key)
            + &wire::tag("ETag", &format!("\"{etag}\""));
        Ok(wire::xml("CompleteMultipartUploadResult", &inner))
    }

    pub(super) fn abort_upload(&self, bucket: &str, key: &str, id: &str) -> Result<Response<Bytes>, AwsError> {
        self.existing_upload(bucket, key, id)?;
        self.objects.abort(id)?;
        Ok(wire::empty(StatusCode::NO_CONTENT))
    }

    pub(super) fn list_parts(&self, bucket: &str, key: &str, id: &str) -> Result<Response<Bytes>, AwsError> {
        self.existing_upload(bucket, key, id)?;
        let mut inner = wire::tag("Bucket", bucket)
            + &wire::tag("Key", key)
            + &wire::tag("UploadId", id)
            + "<IsTruncated>false</IsTruncated>";
        for part in self.objects.parts(id)? {
            let _ = write!(
                inner,
                "<Part><PartNumber>{}</PartNumber><LastModified>{}</LastModified><ETag>&quot;{}&quot;</ETag>\
                 <Size>{}</Size></Part>",
                part.number,
                wire::iso(part.modified_ms),
                part.etag,
                part.size
            );
        }
        Ok(wire::xml("ListPartsResult", &inner))
    }

    pub(super) fn list_uploads(&self, bucket: &str) -> Result<Response<Bytes>, AwsError> {
        self.existing_bucket(bucket)?;
        let mut inner = wire::tag("Bucket", bucket) + "<IsTruncated>false</IsTruncated>";
        for upload in self.objects.uploads(bucket)? {
            let _ = write!(
                inner,
                "<Upload>{}{}<Initiated>{}</Initiated></Upload>",
                wire::tag("Key", &upload.key),
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

/// The parts that a completion names, in its order.
fn chosen(body: &[u8], stored: &[Part]) -> Result<Vec<Part>, AwsError> {
    let mut named: Vec<(u32, String)> = Vec::new();
    for (path, text) in wire::leaves(body)? {
        match (path.as_str(), text) {
            ("CompleteMultipartUpload/Part", None) => named.push((0, String::new())),
            (path, Some(text)) => {
                if let Some(part) = named.last_mut() {
                    match path {
                        "CompleteMultipartUpload/Part/PartNumber" => part.0 = text.trim().parse().unwrap_or_default(),
                        "CompleteMultipartUpload/Part/ETag" => text.trim().trim_matches('"').clone_into(&mut part.1),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    if named.is_empty() {
        return Err(AwsError::bad_request("MalformedXML", "You must specify at least one part"));
    }
    if !named.is_sorted_by(|left, right| left.0 < right.0) {
        return Err(AwsError::bad_request(
            "InvalidPartOrder",
            "The list of parts was not in ascending order. Parts must be ordered by part number.",
        ));
    }
    let last = named.len() - 1;
    named
        .iter()
        .enumerate()
        .map(|(at, (number, etag))| {
            let part = stored.iter().find(|part| part.number == *number && part.etag == *etag).ok_or_else(|| {
                AwsError::bad_request(
                    "InvalidPart",
                    "One or more of the specified parts could not be found. The part may not have been uploaded, or the \
                     specified entity tag may not match the part's entity tag.",
                )
            })?;
            if at != last && part.size < SMALLEST_PART {
                return Err(AwsError::bad_request(
                    "EntityTooSmall",
                    "Your proposed upload is smaller than the minimum allowed size",
                ));
            }
            Ok(part.clone())
        })
        .collect()
}
