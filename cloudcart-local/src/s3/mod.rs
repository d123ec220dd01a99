//! S3: buckets and objects, path-style and virtual-hosted. Protocol restXml.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html>

mod checksum;
mod configuration;
mod listing;
mod objects;
mod provider;
mod reading;
mod uploads;
mod versions;
mod wire;
mod writing;

use crate::{
    api::{ApiRequest, Need, Service},
    core::Core,
    error::{AwsError, Protocol},
    gateway::{decode, query_pairs},
    ports::ObjectSource,
    provider::ResourceProvider,
};
use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use configuration::Kind;
use http::{HeaderName, HeaderValue, Method, Response, StatusCode};
use md5::{Digest as _, Md5};
use objects::{Object, Objects};
use std::{borrow::Cow, collections::BTreeMap, fmt::Write as _, sync::Arc};

/// Buckets of one page, at most.
const MOST_BUCKETS: usize = 10_000;

/// The service.
pub struct S3 {
    core: Arc<Core>,
    objects: Objects,
}

/// What a request asks for.
enum Operation {
    ListBuckets,
    CreateBucket,
    HeadBucket,
    DeleteBucket,
    Location,
    List,
    ListUploads,
    ListVersions,
    DeleteMany,
    Configuration(&'static Kind),
    Get,
    Put,
    Copy,
    Delete(Option<String>),
    CreateUpload,
    UploadPart(String, String),
    CompleteUpload(String),
    AbortUpload(String),
    ListParts(String),
    Unknown(String),
}

/// A request's bucket, key and operation.
struct Target {
    bucket: String,
    key: String,
    operation: Operation,
}

impl S3 {
    /// Over the state.
    pub fn open(core: Arc<Core>) -> Result<Arc<Self>, AwsError> {
        let objects = Objects::open(&core)?;
        Ok(Arc::new(Self { core, objects }))
    }

    /// The resource types of S3.
    pub fn providers(self: &Arc<Self>) -> Vec<Arc<dyn ResourceProvider>> {
        vec![Arc::new(provider::BucketProvider(Arc::clone(self)))]
    }

    fn existing_bucket(&self, bucket: &str) -> Result<(), AwsError> {
        if self.objects.bucket_exists(bucket)? {
            Ok(())
        } else {
            Err(AwsError::new(404, "NoSuchBucket", "The specified bucket does not exist"))
        }
    }

    fn existing_object(&self, bucket: &str, key: &str) -> Result<Object, AwsError> {
        self.existing_bucket(bucket)?;
        self.objects.object(bucket, key)?.ok_or_else(no_such_key)
    }

    fn create_bucket(&self, bucket: &str, request: &ApiRequest) -> Result<Response<Bytes>, AwsError> {
        check_bucket_name(bucket)?;
        if !request.body.is_empty() {
            let leaves = wire::leaves(&request.body)?;
            let constraint = leaves.iter().find(|(path, text)| path.ends_with("/LocationConstraint") && text.is_some());
            if let Some((_, Some(region))) = constraint
                && *region != self.core.region
            {
                return Err(AwsError::bad_request(
                    "IllegalLocationConstraintException",
                    format!(
                        "The {region} location constraint is incompatible for the region specific endpoint this request was \
                         sent to ({}).",
                        self.core.region
                    ),
                ));
            }
        }
        let made = self.objects.create_bucket(bucket, self.core.clock.now_ms())?;
        // In us-east-1 alone, making one's own bucket again succeeds.
        if !made && self.core.region != "us-east-1" {
            return Err(AwsError::new(
                409,
                "BucketAlreadyOwnedByYou",
                "Your previous request to create the named bucket succeeded and you already own it.",
            ));
        }
        let mut response = wire::empty(StatusCode::OK);
        wire::set(&mut response, "location", &format!("/{bucket}"));
        Ok(response)
    }

    fn list_buckets(&self, request: &ApiRequest) -> Result<Response<Bytes>, AwsError> {
        let query: BTreeMap<String, String> = query_pairs(&request.query).collect();
        let parameter = |name: &str| query.get(name).map(String::as_str);
        let invalid =
            |name: &str| AwsError::bad_request("InvalidArgument", format!("The {name} provided is incorrect"));
        let limit = match parameter("max-buckets") {
            None => MOST_BUCKETS,
            Some(text) => text
                .parse()
                .ok()
                .filter(|limit| (1..=MOST_BUCKETS).contains(limit))
                .ok_or_else(|| invalid("max-buckets"))?,
        };
        let after = match parameter("continuation-token") {
            None => String::new(),
            Some(token) => URL_SAFE_NO_PAD
                .decode(token)
                .ok()
                .and_then(|name| String::from_utf8(name).ok())
                .ok_or_else(|| invalid("continuation token"))?,
        };
        let prefix = parameter("prefix").unwrap_or_default();
        let elsewhere = parameter("bucket-region").is_some_and(|region| region != self.core.region);
        let mut buckets = self.objects.buckets()?;
        buckets.retain(|(name, _)| !elsewhere && name.starts_with(prefix) && *name > after);
        let more = buckets.len() > limit;
        buckets.truncate(limit);
        let mut inner = format!("<Owner>{}</Owner><Buckets>", wire::tag("ID", &self.core.account));
        for (name, created_ms) in &buckets {
            let _ = write!(
                inner,
                "<Bucket>{}<CreationDate>{}</CreationDate>{}</Bucket>",
                wire::tag("Name", name),
                wire::iso(*created_ms),
                wire::tag("BucketRegion", &self.core.region)
            );
        }
        inner += "</Buckets>";
        if let Some((last, _)) = buckets.last().filter(|_| more) {
            inner += &wire::tag("ContinuationToken", &URL_SAFE_NO_PAD.encode(last));
        }
        if parameter("prefix").is_some() {
            inner += &wire::tag("Prefix", prefix);
        }
        Ok(wire::xml("ListAllMyBucketsResult", &inner))
    }

    fn head_bucket(&self, bucket: &str) -> Result<Response<Bytes>, AwsError> {
        self.existing_bucket(bucket)?;
        let mut response = wire::empty(StatusCode::OK);
        wire::set(&mut response, "x-amz-bucket-region", &self.core.region);
        Ok(response)
    }

    fn delete_bucket(&self, bucket: &str) -> Result<Response<Bytes>, AwsError> {
        self.existing_bucket(bucket)?;
        if self.objects.delete_bucket(bucket)? {
            Ok(wire::empty(StatusCode::NO_CONTENT))
        } else {
            Err(AwsError::new(409, "BucketNotEmpty", "The bucket you tried to delete is not empty"))
        }
    }

    fn location(&self, bucket: &str) -> Result<Response<Bytes>, AwsError> {
        self.existing_bucket(bucket)?;
        // us-east-1 is told by nothing at all.
        let region = if self.core.region == "us-east-1" { "" } else { &self.core.region };
        Ok(wire::xml("LocationConstraint", region))
    }

    /// `x-amz-expected-bucket-owner` guards against another account's bucket of the same name.
    fn check_owner(&self, request: &ApiRequest) -> Result<(), AwsError> {
        for name in ["x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"] {
            if reading::text(&request.headers, name).is_some_and(|owner| owner != self.core.account) {
                return Err(AwsError::new(403, "AccessDenied", "Access Denied"));
            }
        }
        Ok(())
    }
}

fn is_amz(name: &str) -> bool {
    name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("x-amz-"))
}

/// The request with the headers that a presigned URL carries in its query: metadata, for example, or the source of a copy.
/// Checksums stay out, as in S3: whoever signs a URL does not know the body yet, and the JavaScript SDK puts the checksum of
/// an empty one there (<https://github.com/aws/aws-sdk-go-v2/issues/2610>).
fn with_query_headers(request: &ApiRequest) -> Cow<'_, ApiRequest> {
    let mut request = Cow::Borrowed(request);
    let hoisted: Vec<(String, String)> = query_pairs(&request.query)
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .filter(|(name, _)| is_amz(name) && (name == "x-amz-checksum-mode" || !name.contains("-checksum-")))
        .collect();
    for (name, value) in hoisted {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(&value))
            && !request.headers.contains_key(&name)
        {
            request.to_mut().headers.insert(name, value);
        }
    }
    request
}

impl Target {
    fn read(request: &ApiRequest) -> Self {
        let path = request.path.strip_prefix('/').unwrap_or(&request.path);
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let (bucket, key) = (decode(bucket), decode(key));
        let query: BTreeMap<String, String> = query_pairs(&request.query).collect();
        let operation = if bucket.is_empty() {
            match request.method {
                Method::GET => Operation::ListBuckets,
                _ => Operation::Unknown(format!("{} /", request.method)),
            }
        } else if key.is_empty() {
            Self::on_bucket(&request.method, &query)
        } else {
            Self::on_object(request, &query)
        };
        Self { bucket, key, operation }
    }

    fn on_bucket(method: &Method, query: &BTreeMap<String, String>) -> Operation {
        const PLAIN: [&str; 9] = [
            "list-type",
            "prefix",
            "delimiter",
            "marker",
            "max-keys",
            "encoding-type",
            "continuation-token",
            "start-after",
            "fetch-owner",
        ];
        if let Some(kind) = query.keys().find_map(|name| configuration::kind(name)) {
            return Operation::Configuration(kind);
        }
        let has = |name: &str| query.contains_key(name);
        // A sub-resource that is not known must not be taken for the bucket itself.
        let other = query.keys().find(|name| {
            !PLAIN.contains(&name.as_str()) && *name != "x-id" && !is_amz(name) && !name.starts_with("optional-")
        });
        match (method.as_str(), other.map(String::as_str)) {
            ("GET", Some("location")) => Operation::Location,
            ("GET", Some("uploads" | "key-marker" | "upload-id-marker" | "max-uploads")) if has("uploads") => {
                Operation::ListUploads
            }
            ("GET", Some("versions" | "key-marker" | "version-id-marker")) if has("versions") => {
                Operation::ListVersions
            }
            ("POST", Some("delete")) => Operation::DeleteMany,
            ("GET", None) => Operation::List,
            ("HEAD", None) => Operation::HeadBucket,
            ("PUT", None) => Operation::CreateBucket,
            ("DELETE", None) => Operation::DeleteBucket,
            (_, other) => Operation::Unknown(format!("{method} /<bucket>?{}", other.unwrap_or_default())),
        }
    }

    fn on_object(request: &ApiRequest, query: &BTreeMap<String, String>) -> Operation {
        let upload = query.get("uploadId").cloned();
        let version = query.get("versionId").cloned();
        let may_name_a_version = matches!(request.method, Method::GET | Method::HEAD | Method::DELETE);
        let other = query.keys().find(|name| match name.as_str() {
            "uploadId" | "partNumber" | "uploads" | "x-id" | "max-parts" | "part-number-marker" => false,
            "versionId" => !may_name_a_version,
            other => !is_amz(other) && !other.starts_with("response-"),
        });
        let copies = request.headers.contains_key("x-amz-copy-source");
        match (request.method.as_str(), upload, query.get("partNumber"), other) {
            ("GET" | "HEAD", None, _, None) => Operation::Get,
            ("PUT", None, None, None) if copies => Operation::Copy,
            ("PUT", None, None, None) => Operation::Put,
            ("DELETE", None, None, None) => Operation::Delete(version),
            ("POST", None, None, None) if query.contains_key("uploads") => Operation::CreateUpload,
            ("PUT", Some(id), Some(number), None) => Operation::UploadPart(id, number.clone()),
            ("POST", Some(id), None, None) => Operation::CompleteUpload(id),
            ("DELETE", Some(id), None, None) => Operation::AbortUpload(id),
            ("GET", Some(id), None, None) => Operation::ListParts(id),
            (method, ..) => {
                Operation::Unknown(format!("{method} /<bucket>/<key>?{}", other.map_or("partNumber", String::as_str)))
            }
        }
    }
}

#[async_trait]
impl Service for S3 {
    fn name(&self) -> &'static str {
        "s3"
    }

    fn protocol(&self) -> Protocol {
        Protocol::RestXml
    }

    fn needs(&self, request: &ApiRequest) -> Result<Vec<Need>, AwsError> {
        let request = &with_query_headers(request);
        let target = Target::read(request);
        let bucket = format!("arn:aws:s3:::{}", target.bucket);
        let object = format!("{bucket}/{}", target.key);
        Ok(match target.operation {
            Operation::ListBuckets => vec![Need::new("s3:ListAllMyBuckets", "*")],
            Operation::CreateBucket => vec![Need::new("s3:CreateBucket", bucket)],
            Operation::DeleteBucket => vec![Need::new("s3:DeleteBucket", bucket)],
            Operation::HeadBucket => vec![Need::new("s3:ListBucket", bucket)],
            Operation::List => {
                let mut need = Need::new("s3:ListBucket", bucket);
                for (name, value) in query_pairs(&request.query) {
                    if matches!(name.as_str(), "prefix" | "delimiter" | "max-keys") {
                        need.context.push((format!("s3:{name}"), vec![value]));
                    }
                }
                vec![need]
            }
            Operation::ListVersions => vec![Need::new("s3:ListBucketVersions", bucket)],
            Operation::Location => vec![Need::new("s3:GetBucketLocation", bucket)],
            Operation::ListUploads => vec![Need::new("s3:ListBucketMultipartUploads", bucket)],
            Operation::Configuration(kind) => {
                // Removing is the right to write, except for the policy.
                let verb = match request.method {
                    Method::GET => "Get",
                    Method::DELETE if kind.parameter == "policy" => "Delete",
                    _ => "Put",
                };
                vec![Need::new(format!("s3:{verb}{}", kind.action), bucket)]
            }
            Operation::DeleteMany => writing::objects_of(&wire::leaves(&request.body)?)
                .into_iter()
                .map(|(key, version)| Need::new(deletion(version), format!("{bucket}/{key}")))
                .collect(),
            Operation::Get => {
                let of_version = query_pairs(&request.query).any(|(name, _)| name == "versionId");
                vec![Need::new(if of_version { "s3:GetObjectVersion" } else { "s3:GetObject" }, object)]
            }
            Operation::Copy => {
                let (from_bucket, from_key) = writing::copy_source(&request.headers)?;
                vec![
                    Need::new("s3:GetObject", format!("arn:aws:s3:::{from_bucket}/{from_key}")),
                    Need::new("s3:PutObject", object),
                ]
            }
            Operation::Put | Operation::CreateUpload | Operation::UploadPart(..) | Operation::CompleteUpload(_) => {
                vec![Need::new("s3:PutObject", object)]
            }
            Operation::Delete(version) => vec![Need::new(deletion(version.as_deref()), object)],
            Operation::AbortUpload(_) => vec![Need::new("s3:AbortMultipartUpload", object)],
            Operation::ListParts(_) => vec![Need::new("s3:ListMultipartUploadParts", object)],
            Operation::Unknown(_) => Vec::new(),
        })
    }

    async fn call(&self, request: ApiRequest) -> Result<Response<Bytes>, AwsError> {
        let request = with_query_headers(&request).into_owned();
        self.check_owner(&request)?;
        let Target { bucket, key, operation } = Target::read(&request);
        let mut response = match operation {
            Operation::ListBuckets => self.list_buckets(&request),
            Operation::CreateBucket => self.create_bucket(&bucket, &request),
            Operation::HeadBucket => self.head_bucket(&bucket),
            Operation::DeleteBucket => self.delete_bucket(&bucket),
            Operation::Location => self.location(&bucket),
            Operation::List => self.list(&bucket, &request),
            Operation::ListUploads => self.list_uploads(&bucket, &request),
            Operation::ListVersions => self.list_versions(&bucket, &request),
            Operation::DeleteMany => self.delete_many(&bucket, &request),
            Operation::Configuration(kind) => self.configuration(&bucket, kind, &request),
            Operation::Get => self.get(&bucket, &key, &request).await,
            Operation::Put => self.put(&bucket, &key, &request).await,
            Operation::Copy => self.copy(&bucket, &key, &request).await,
            Operation::Delete(version) => {
                self.existing_bucket(&bucket)?;
                let deleted = self.delete(&bucket, &key, version.as_deref())?;
                let mut response = wire::empty(StatusCode::NO_CONTENT);
                if deleted.marker {
                    wire::set(&mut response, "x-amz-delete-marker", "true");
                }
                if let Some(version) = &deleted.version {
                    wire::set(&mut response, "x-amz-version-id", version);
                }
                Ok(response)
            }
            Operation::CreateUpload => self.create_upload(&bucket, &key, &request),
            Operation::UploadPart(id, number) => self.upload_part(&bucket, &key, &id, &number, &request).await,
            Operation::CompleteUpload(id) => self.complete_upload(&bucket, &key, &id, &request).await,
            Operation::AbortUpload(id) => self.abort_upload(&bucket, &key, &id),
            Operation::ListParts(id) => self.list_parts(&bucket, &key, &id, &request).await,
            Operation::Unknown(what) => Err(AwsError::not_offered(&format!("s3: {what}"))),
        }?;
        if let Ok(value) = HeaderValue::from_str(&request.request_id) {
            response.headers_mut().insert("x-amz-request-id", value);
        }
        Ok(response)
    }
}

#[async_trait]
impl ObjectSource for S3 {
    async fn object(&self, bucket: &str, key: &str) -> Result<Bytes, AwsError> {
        let object = self.existing_object(bucket, key)?;
        self.objects.content(&object).await
    }
}

/// The right that a deletion needs.
fn deletion(version: Option<&str>) -> &'static str {
    if version.is_some() { "s3:DeleteObjectVersion" } else { "s3:DeleteObject" }
}

fn no_such_key() -> AwsError {
    AwsError::new(404, "NoSuchKey", "The specified key does not exist.")
}

fn check_bucket_name(name: &str) -> Result<(), AwsError> {
    let edge = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let bytes = name.as_bytes();
    let valid = (3..=63).contains(&bytes.len())
        && edge(bytes.first())
        && edge(bytes.last())
        && bytes.iter().all(|byte| edge(Some(byte)) || matches!(byte, b'-' | b'.'))
        && !name.contains("..")
        && name.parse::<std::net::Ipv4Addr>().is_err();
    if valid { Ok(()) } else { Err(AwsError::bad_request("InvalidBucketName", "The specified bucket is not valid.")) }
}

fn md5_bytes(data: &[u8]) -> Vec<u8> {
    Md5::digest(data).to_vec()
}

fn md5_of(data: &[u8]) -> String {
    hex::encode(md5_bytes(data))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Caller;

    fn asked(method: Method, query: &str) -> ApiRequest {
        ApiRequest {
            method,
            path: "/shop/k".into(),
            query: query.into(),
            headers: [(http::header::HOST, HeaderValue::from_static("localhost"))].into_iter().collect(),
            body: Bytes::new(),
            caller: Caller::Root,
            request_id: "r".into(),
            operation: String::new(),
        }
    }

    /// The parameters that the presigner of the JavaScript SDK makes of headers.
    #[test]
    fn a_presigned_url_may_carry_headers_but_no_checksum() {
        let put = asked(
            Method::PUT,
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-meta-by=an%20url\
             &x-amz-sdk-checksum-algorithm=CRC32&x-id=PutObject",
        );
        let read = with_query_headers(&put);
        assert!(matches!(Target::read(&read).operation, Operation::Put));
        assert_eq!(read.headers["x-amz-meta-by"], "an url");
        assert!(read.headers.keys().all(|name| !name.as_str().contains("checksum")), "{:?}", read.headers);
        let get = asked(Method::GET, "x-amz-checksum-mode=ENABLED&x-id=GetObject");
        let read = with_query_headers(&get);
        assert!(matches!(Target::read(&read).operation, Operation::Get));
        assert_eq!(read.headers["x-amz-checksum-mode"], "ENABLED");
        let copy = asked(Method::PUT, "x-amz-copy-source=shop%2Fother");
        assert!(matches!(Target::read(&with_query_headers(&copy)).operation, Operation::Copy));
        // A header that was sent counts more.
        let mut both = asked(Method::PUT, "x-amz-meta-by=query");
        both.headers.insert("x-amz-meta-by", HeaderValue::from_static("header"));
        assert_eq!(with_query_headers(&both).headers["x-amz-meta-by"], "header");
        assert!(matches!(Target::read(&asked(Method::GET, "acl")).operation, Operation::Unknown(_)));
    }
}
