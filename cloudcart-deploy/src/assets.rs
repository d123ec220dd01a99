//! Code and templates in S3: a bucket per account and region, made on demand, with keys made of contents.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration, MetadataDirective};
use base64::Engine as _;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use crate::build::Package;
use crate::error::{AwsKind, Error, Result};
use crate::report::{Event, Reporter};
use crate::target::Target;
use crate::{archive, safeguards};

/// CloudFormation takes a template of at most this many bytes in the call itself.
pub const INLINE_TEMPLATE_LIMIT: usize = 51_200;
/// CloudFormation takes a template of at most this many bytes from S3.
pub const TEMPLATE_LIMIT: usize = 1_048_576;

const UPLOADS_AT_ONCE: usize = 4;

/// For how many seconds an object counts as just written.
const FRESH: i64 = 24 * 60 * 60;

const ZIP: &str = "application/zip";

/// The name of the bucket of an account in a region.
pub fn bucket_name(account: &str, region: &str) -> String {
    format!("cloudcart-assets-{account}-{region}")
}

/// Makes sure that the bucket is there, ours and safe, and returns its name.
pub async fn ensure_bucket(target: &Target, reporter: &dyn Reporter) -> Result<String> {
    let account = &target.identity().account;
    let bucket = bucket_name(account, target.region());
    let s3 = target.s3();
    let not_ours = || Error::BucketNotOurs { bucket: bucket.clone(), account: account.clone() };
    let head = s3.head_bucket().bucket(&bucket).expected_bucket_owner(account).send().await;
    match head.map_err(Error::aws("HeadBucket")) {
        Ok(_) => {
            safeguards::ensure(target, &bucket, false, reporter).await?;
            return Ok(bucket);
        }
        Err(error) => match error.as_aws().map(|aws| aws.kind) {
            Some(AwsKind::NotFound) => {}
            // S3 does not tell a foreign bucket from one of ours that we may not see.
            Some(AwsKind::Denied) => return Err(not_ours()),
            _ => return Err(error),
        },
    }
    let location = (target.region() != "us-east-1").then(|| {
        CreateBucketConfiguration::builder()
            .location_constraint(BucketLocationConstraint::from(target.region()))
            .build()
    });
    let created = s3.create_bucket().bucket(&bucket).set_create_bucket_configuration(location).send().await;
    let is_new = match created {
        Ok(_) => true,
        // Another deployment made it between our two calls, and may not be done with it.
        Err(error) if error.code() == Some("BucketAlreadyOwnedByYou") => false,
        Err(error) if error.code() == Some("BucketAlreadyExists") => return Err(not_ours()),
        Err(error) => return Err(Error::aws("CreateBucket")(error)),
    };
    if is_new {
        reporter.event(&Event::BucketCreated { bucket: bucket.clone() });
    }
    safeguards::ensure(target, &bucket, is_new, reporter).await?;
    Ok(bucket)
}

/// The key of an archive.
pub fn code_key(stack: &str, package: &Package) -> String {
    format!("{stack}/{}/{}.zip", package.name, package.sha256)
}

/// Uploads the archives that are not there yet, a few at a time. Returns each function's key.
pub async fn upload(
    target: &Target,
    bucket: &str,
    stack: &str,
    packages: &[Package],
    reporter: &dyn Reporter,
) -> Result<BTreeMap<String, String>> {
    let looked: Vec<(&Package, String, bool)> = stream::iter(packages.iter().map(|package| async move {
        let key = code_key(stack, package);
        let there = present(target, bucket, &key).await?;
        Ok::<_, Error>((package, key, there))
    }))
    .buffer_unordered(UPLOADS_AT_ONCE)
    .try_collect()
    .await?;
    let mut keys = BTreeMap::new();
    let mut missing = Vec::new();
    for (package, key, there) in looked {
        keys.insert(package.name.clone(), key.clone());
        if there {
            reporter.event(&Event::AssetPresent { function: package.name.clone(), key });
        } else {
            missing.push((package, key));
        }
    }
    let progress = Mutex::new(Uploads {
        files: missing.len(),
        bytes: missing.iter().map(|(package, _)| package.zip_bytes).sum(),
        ..Uploads::default()
    });
    let progress = &progress;
    if !missing.is_empty() {
        progress.lock().unwrap_or_else(PoisonError::into_inner).tell(reporter);
    }
    stream::iter(missing.into_iter().map(|(package, key)| async move {
        let bytes = tokio::fs::read(&package.zip).await.map_err(|source| Error::File {
            verb: "read",
            path: package.zip.clone(),
            source,
        })?;
        put(target, bucket, &key, bytes, ZIP).await?;
        let (function, bytes) = (package.name.clone(), package.zip_bytes);
        reporter.event(&Event::AssetUploaded { function, key, bytes });
        // Told under the lock, so that the numbers never go back.
        let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
        progress.files_done += 1;
        progress.bytes_done += bytes;
        progress.tell(reporter);
        Ok::<_, Error>(())
    }))
    .buffer_unordered(UPLOADS_AT_ONCE)
    .try_collect::<Vec<()>>()
    .await?;
    Ok(keys)
}

/// How far the uploads are.
#[derive(Debug, Default)]
struct Uploads {
    files_done: usize,
    files: usize,
    bytes_done: u64,
    bytes: u64,
}

impl Uploads {
    fn tell(&self, reporter: &dyn Reporter) {
        let Self { files_done, files, bytes_done, bytes } = *self;
        reporter.event(&Event::UploadProgress { files_done, files, bytes_done, bytes });
    }
}

/// Puts a template where CloudFormation can read it, and returns its address.
pub async fn put_template(target: &Target, bucket: &str, stack: &str, template: &str) -> Result<String> {
    let key = format!("{stack}/templates/{}.json", archive::sha256_hex(template.as_bytes()));
    if !present(target, bucket, &key).await? {
        put(target, bucket, &key, template.as_bytes().to_vec(), "application/json").await?;
    }
    Ok(object_url(target.endpoint(), target.region(), bucket, &key))
}

fn object_url(endpoint: Option<&str>, region: &str, bucket: &str, key: &str) -> String {
    if let Some(endpoint) = endpoint {
        return format!("{endpoint}/{bucket}/{key}");
    }
    let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    format!("https://s3.{region}.{suffix}/{bucket}/{key}")
}

/// Whether an object is there. One that was written long ago is written anew: [`crate::gc`] spares what is young, and must not
/// take it away while this deployment begins to use it.
async fn present(target: &Target, bucket: &str, key: &str) -> Result<bool> {
    let owner = &target.identity().account;
    let head = target.s3().head_object().bucket(bucket).key(key).expected_bucket_owner(owner).send().await;
    let head = match head.map_err(Error::aws("HeadObject")) {
        Ok(head) => head,
        Err(error) if error.as_aws().is_some_and(|aws| aws.kind == AwsKind::NotFound) => return Ok(false),
        Err(error) => return Err(error),
    };
    let modified = head.last_modified().map(aws_sdk_s3::primitives::DateTime::secs);
    let now = aws_sdk_s3::primitives::DateTime::from(std::time::SystemTime::now()).secs();
    if is_fresh(modified, now) {
        return Ok(true);
    }
    Ok(write_anew(target, bucket, key, head.content_type()).await)
}

fn is_fresh(modified: Option<i64>, now: i64) -> bool {
    modified.is_none_or(|modified| now - modified < FRESH)
}

/// Copies an object onto itself, so that it is as young as a new one. Within S3 nothing travels. Whether that worked: where it
/// does not, the object is to be sent again.
pub async fn write_anew(target: &Target, bucket: &str, key: &str, content_type: Option<&str>) -> bool {
    let owner = &target.identity().account;
    let copied = target
        .s3()
        .copy_object()
        .bucket(bucket)
        .key(key)
        // Our keys hold nothing that an address must escape.
        .copy_source(format!("{bucket}/{key}"))
        .expected_bucket_owner(owner)
        .expected_source_bucket_owner(owner)
        .metadata_directive(MetadataDirective::Replace)
        .set_content_type(content_type.map(str::to_owned))
        .send()
        .await;
    copied.is_ok()
}

async fn put(target: &Target, bucket: &str, key: &str, bytes: Vec<u8>, content_type: &str) -> Result<()> {
    // The service compares this with what arrives, so a damaged upload never becomes code.
    let digest = ring::digest::digest(&ring::digest::SHA256, &bytes);
    let checksum = base64::engine::general_purpose::STANDARD.encode(digest);
    let timeout = aws_sdk_s3::config::timeout::TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_mins(10))
        .build();
    target
        .s3()
        .put_object()
        .bucket(bucket)
        .key(key)
        .expected_bucket_owner(&target.identity().account)
        .content_type(content_type)
        .checksum_sha256(checksum)
        .body(ByteStream::from(bytes))
        .customize()
        .config_override(aws_sdk_s3::config::Builder::new().timeout_config(timeout))
        .send()
        .await
        .map(|_| ())
        .map_err(Error::aws("PutObject"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn a_key_changes_with_the_contents_alone() {
        let package = Package {
            name: "cart".to_owned(),
            arch: "arm64".to_owned(),
            zip: "x.zip".into(),
            zip_bytes: 1,
            binary_bytes: 2,
            sha256: "ab".to_owned(),
            glibc: None,
            rebuilt: true,
        };
        assert_eq!(code_key("cloudcart-dev", &package), "cloudcart-dev/cart/ab.zip");
    }

    #[test]
    fn only_what_was_written_within_a_day_is_fresh() {
        assert!(is_fresh(Some(1_000_000), 1_000_000 + FRESH - 1));
        assert!(!is_fresh(Some(1_000_000), 1_000_000 + FRESH));
        assert!(is_fresh(None, 1), "an endpoint that does not say is not asked for more");
    }

    /// A target whose answers are these, in their order: status and body.
    fn answering(answers: &[(u16, &str)]) -> Target {
        let keys = aws_credential_types::Credentials::new("AKID", "secret", None, None, "test");
        let config = aws_config::SdkConfig::builder()
            .behavior_version(aws_config::BehaviorVersion::latest())
            .region(aws_config::Region::new("eu-west-1"))
            .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(keys))
            .http_client(crate::answering::Answering::with(answers))
            .retry_config(aws_config::retry::RetryConfig::disabled())
            .build();
        let identity = crate::target::Identity { account: "123456789012".to_owned(), arn: String::new() };
        Target::from_config(config, identity).unwrap()
    }

    #[tokio::test]
    async fn a_bucket_of_somebody_else_is_refused_by_name() {
        let taken = "<Error><Code>BucketAlreadyExists</Code><Message>Not yours.</Message></Error>";
        for answers in [&[(403, "")][..], &[(404, ""), (409, taken)]] {
            let refused = ensure_bucket(&answering(answers), &crate::Silent).await.unwrap_err();
            assert!(matches!(refused, Error::BucketNotOurs { .. }), "{refused}");
            assert!(refused.to_string().contains("cloudcart-assets-123456789012-eu-west-1"), "{refused}");
        }
    }

    #[test]
    fn template_addresses_are_path_style_everywhere() {
        assert_eq!(object_url(Some("http://127.0.0.1:1"), "x", "b", "k"), "http://127.0.0.1:1/b/k");
        assert_eq!(object_url(None, "eu-west-1", "b", "k"), "https://s3.eu-west-1.amazonaws.com/b/k");
        assert_eq!(object_url(None, "cn-north-1", "b", "k"), "https://s3.cn-north-1.amazonaws.com.cn/b/k");
    }
}
