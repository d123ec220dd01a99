//! Code and templates in S3: a bucket per account and region, made on demand, with keys made of contents.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, BucketLocationConstraint, CreateBucketConfiguration,
    ExpirationStatus, LifecycleRule, LifecycleRuleFilter, PublicAccessBlockConfiguration,
};
use base64::Engine as _;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use crate::archive;
use crate::build::Package;
use crate::error::{AwsKind, Error, Result};
use crate::report::{Event, Reporter};
use crate::target::Target;

/// CloudFormation takes a template of at most this many bytes in the call itself.
pub const INLINE_TEMPLATE_LIMIT: usize = 51_200;
/// CloudFormation takes a template of at most this many bytes from S3.
pub const TEMPLATE_LIMIT: usize = 1_048_576;

const UPLOADS_AT_ONCE: usize = 4;

/// The name of the bucket of an account in a region.
pub fn bucket_name(account: &str, region: &str) -> String {
    format!("cloudcart-assets-{account}-{region}")
}

/// Makes sure that the bucket is there and ours, and returns its name.
pub async fn ensure_bucket(target: &Target, reporter: &dyn Reporter) -> Result<String> {
    let account = &target.identity().account;
    let bucket = bucket_name(account, target.region());
    let s3 = target.s3();
    let head = s3.head_bucket().bucket(&bucket).expected_bucket_owner(account).send().await;
    match head.map_err(Error::aws("HeadBucket")) {
        Ok(_) => return Ok(bucket),
        Err(error) if error.as_aws().is_some_and(|aws| aws.kind == AwsKind::NotFound) => {}
        Err(error) => return Err(error),
    }
    let location = (target.region() != "us-east-1").then(|| {
        CreateBucketConfiguration::builder()
            .location_constraint(BucketLocationConstraint::from(target.region()))
            .build()
    });
    let created = s3.create_bucket().bucket(&bucket).set_create_bucket_configuration(location).send().await;
    match created {
        Ok(_) => {}
        // Another deployment made it between our two calls.
        Err(error) if error.code() == Some("BucketAlreadyOwnedByYou") => return Ok(bucket),
        Err(error) => return Err(Error::aws("CreateBucket")(error)),
    }
    reporter.event(&Event::BucketCreated { bucket: bucket.clone() });
    safeguard(target, &bucket, reporter).await?;
    Ok(bucket)
}

async fn safeguard(target: &Target, bucket: &str, reporter: &dyn Reporter) -> Result<()> {
    let s3 = target.s3();
    let account = &target.identity().account;
    let block = PublicAccessBlockConfiguration::builder()
        .block_public_acls(true)
        .ignore_public_acls(true)
        .block_public_policy(true)
        .restrict_public_buckets(true)
        .build();
    let blocked = s3
        .put_public_access_block()
        .bucket(bucket)
        .expected_bucket_owner(account)
        .public_access_block_configuration(block)
        .send()
        .await;
    tolerate(target, blocked.map_err(Error::aws("PutPublicAccessBlock")), reporter)?;

    // On an endpoint without encryption such a policy would lock us out.
    if target.is_https() {
        let policy = tls_only(partition(target.region()), bucket);
        let put = s3.put_bucket_policy().bucket(bucket).expected_bucket_owner(account).policy(policy).send().await;
        tolerate(target, put.map_err(Error::aws("PutBucketPolicy")), reporter)?;
    }

    let rule = LifecycleRule::builder()
        .id("abort-unfinished-uploads")
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix("").build())
        .abort_incomplete_multipart_upload(AbortIncompleteMultipartUpload::builder().days_after_initiation(1).build())
        .build();
    let built = rule.and_then(|rule| BucketLifecycleConfiguration::builder().rules(rule).build());
    // Every required member is set above.
    let Ok(lifecycle) = built else { return Ok(()) };
    let put = s3
        .put_bucket_lifecycle_configuration()
        .bucket(bucket)
        .expected_bucket_owner(account)
        .lifecycle_configuration(lifecycle)
        .send()
        .await;
    tolerate(target, put.map_err(Error::aws("PutBucketLifecycleConfiguration")), reporter)
}

/// An endpoint other than AWS may lack a safeguard; AWS may not.
fn tolerate<T>(target: &Target, result: Result<T>, reporter: &dyn Reporter) -> Result<()> {
    match result {
        Ok(_) => Ok(()),
        Err(Error::Aws { operation, aws }) if !target.is_aws() && aws.kind == AwsKind::NotOffered => {
            reporter.event(&Event::BucketSafeguardMissing { operation: operation.to_owned() });
            Ok(())
        }
        Err(error) => Err(error),
    }
}

fn partition(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}

fn tls_only(partition: &str, bucket: &str) -> String {
    serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [format!("arn:{partition}:s3:::{bucket}"), format!("arn:{partition}:s3:::{bucket}/*")],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}}
        }]
    })
    .to_string()
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
    stream::iter(packages.iter().map(|package| async move {
        let key = code_key(stack, package);
        let function = package.name.clone();
        if present(target, bucket, &key).await? {
            reporter.event(&Event::AssetPresent { function: function.clone(), key: key.clone() });
        } else {
            let bytes = tokio::fs::read(&package.zip).await.map_err(|source| Error::File {
                verb: "read",
                path: package.zip.clone(),
                source,
            })?;
            put(target, bucket, &key, bytes, "application/zip").await?;
            let bytes = package.zip_bytes;
            reporter.event(&Event::AssetUploaded { function: function.clone(), key: key.clone(), bytes });
        }
        Ok((function, key))
    }))
    .buffer_unordered(UPLOADS_AT_ONCE)
    .try_collect()
    .await
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

async fn present(target: &Target, bucket: &str, key: &str) -> Result<bool> {
    let owner = &target.identity().account;
    let head = target.s3().head_object().bucket(bucket).key(key).expected_bucket_owner(owner).send().await;
    match head.map_err(Error::aws("HeadObject")) {
        Ok(_) => Ok(true),
        Err(error) if error.as_aws().is_some_and(|aws| aws.kind == AwsKind::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
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
    fn the_policy_denies_whatever_is_not_encrypted() {
        let policy: serde_json::Value = serde_json::from_str(&tls_only("aws", "b")).unwrap();
        assert_eq!(policy["Statement"][0]["Effect"], "Deny");
        assert_eq!(policy["Statement"][0]["Condition"]["Bool"]["aws:SecureTransport"], "false");
    }

    #[test]
    fn template_addresses_are_path_style_everywhere() {
        assert_eq!(object_url(Some("http://127.0.0.1:1"), "x", "b", "k"), "http://127.0.0.1:1/b/k");
        assert_eq!(object_url(None, "eu-west-1", "b", "k"), "https://s3.eu-west-1.amazonaws.com/b/k");
        assert_eq!(object_url(None, "cn-north-1", "b", "k"), "https://s3.cn-north-1.amazonaws.com.cn/b/k");
    }
}
