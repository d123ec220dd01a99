//! The asset bucket's safeguards: nobody outside, nothing in the clear, nothing left over for ever.
//!
//! They are put in place one by one, each added to what somebody may have set beside it, and a tag says at the end that all
//! of them are there. So a bucket whose making was interrupted gets the rest, and one that is complete costs a single call.

use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, ExpirationStatus, LifecycleExpiration, LifecycleRule,
    LifecycleRuleFilter, NoncurrentVersionExpiration, PublicAccessBlockConfiguration, ServerSideEncryption,
    ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule, Tag, Tagging,
};
use serde_json::{Value, json};

use crate::error::{AwsKind, Error, Result};
use crate::report::{Event, Reporter};
use crate::target::Target;

/// The tag that says which safeguards are in place.
const TAG: &str = "cloudcart:safeguards";
/// Goes up when a safeguard is added, so that older buckets get it.
const EDITION: &str = "1";
/// The name of our statement in the bucket's policy.
const TLS_ONLY: &str = "TlsOnly";
const UNFINISHED: &str = "abort-unfinished-uploads";
const OLD: &str = "expire-old-versions";

/// Puts every safeguard in place that is not there yet. In a bucket that `is_new` each must work; one that may not be read
/// or set in an older bucket is told and does not stop a deployment.
pub(crate) async fn ensure(target: &Target, bucket: &str, is_new: bool, reporter: &dyn Reporter) -> Result<()> {
    let guard = Guard { target, bucket, owner: &target.identity().account, is_new, reporter };
    let Some(tags) = guard.tags().await? else { return Ok(()) };
    if tags.iter().any(|tag| tag.key() == TAG && tag.value() == EDITION) {
        return Ok(());
    }
    let mut all = guard.block_public().await?;
    // On an endpoint without encryption such a policy would lock us out.
    if target.is_https() {
        all &= guard.refuse_plain_http().await?;
    }
    all &= guard.encrypt().await?;
    all &= guard.clean_up().await?;
    if all {
        guard.say_so(tags).await?;
    }
    Ok(())
}

struct Guard<'a> {
    target: &'a Target,
    bucket: &'a str,
    owner: &'a str,
    is_new: bool,
    reporter: &'a dyn Reporter,
}

impl Guard<'_> {
    /// The bucket's tags. `None` when they may not be read: then nothing is known, and nothing is done.
    async fn tags(&self) -> Result<Option<Vec<Tag>>> {
        let answer = self.target.s3().get_bucket_tagging().bucket(self.bucket).expected_bucket_owner(self.owner).send();
        match answer.await.map_err(Error::aws("GetBucketTagging")) {
            Ok(answer) => Ok(Some(answer.tag_set().to_vec())),
            Err(error) if is_absent(&error, "NoSuchTagSet") => Ok(Some(Vec::new())),
            // A new bucket gets its safeguards whatever it can be asked.
            Err(error) if self.is_new && error.as_aws().is_some_and(|aws| aws.kind == AwsKind::NotOffered) => {
                Ok(Some(Vec::new()))
            }
            Err(error) => self.tolerate(Err(error)).map(|_| None),
        }
    }

    async fn block_public(&self) -> Result<bool> {
        let block = PublicAccessBlockConfiguration::builder()
            .block_public_acls(true)
            .ignore_public_acls(true)
            .block_public_policy(true)
            .restrict_public_buckets(true)
            .build();
        let call = self.target.s3().put_public_access_block().bucket(self.bucket).expected_bucket_owner(self.owner);
        let done = call.public_access_block_configuration(block).send().await;
        self.tolerate(done.map(drop).map_err(Error::aws("PutPublicAccessBlock")))
    }

    async fn refuse_plain_http(&self) -> Result<bool> {
        let answer = self.target.s3().get_bucket_policy().bucket(self.bucket).expected_bucket_owner(self.owner).send();
        let present = match answer.await.map_err(Error::aws("GetBucketPolicy")) {
            Ok(answer) => answer.policy().map(str::to_owned),
            Err(error) if is_absent(&error, "NoSuchBucketPolicy") => None,
            Err(error) => return self.tolerate(Err(error)),
        };
        let wanted = tls_only(partition(self.target.region()), self.bucket);
        let Some(policy) = with_statement(present.as_deref(), wanted) else { return Ok(true) };
        let call = self.target.s3().put_bucket_policy().bucket(self.bucket).expected_bucket_owner(self.owner);
        let done = call.policy(policy).send().await;
        self.tolerate(done.map(drop).map_err(Error::aws("PutBucketPolicy")))
    }

    async fn encrypt(&self) -> Result<bool> {
        let answer =
            self.target.s3().get_bucket_encryption().bucket(self.bucket).expected_bucket_owner(self.owner).send();
        match answer.await.map_err(Error::aws("GetBucketEncryption")) {
            // Somebody may have chosen a key of their own, which is as good.
            Ok(answer) if answer.server_side_encryption_configuration().is_some_and(|one| !one.rules().is_empty()) => {
                return Ok(true);
            }
            Ok(_) => {}
            Err(error) if is_absent(&error, "ServerSideEncryptionConfigurationNotFoundError") => {}
            Err(error) => return self.tolerate(Err(error)),
        }
        let default = ServerSideEncryptionByDefault::builder().sse_algorithm(ServerSideEncryption::Aes256).build();
        let rule = default.map(|default| {
            ServerSideEncryptionRule::builder().apply_server_side_encryption_by_default(default).build()
        });
        let built = rule.and_then(|rule| ServerSideEncryptionConfiguration::builder().rules(rule).build());
        // Every required member is set above.
        let Ok(configuration) = built else { return Ok(true) };
        let call = self.target.s3().put_bucket_encryption().bucket(self.bucket).expected_bucket_owner(self.owner);
        let done = call.server_side_encryption_configuration(configuration).send().await;
        self.tolerate(done.map(drop).map_err(Error::aws("PutBucketEncryption")))
    }

    async fn clean_up(&self) -> Result<bool> {
        let s3 = self.target.s3();
        let call = s3.get_bucket_lifecycle_configuration().bucket(self.bucket).expected_bucket_owner(self.owner);
        let mut rules = match call.send().await.map_err(Error::aws("GetBucketLifecycleConfiguration")) {
            Ok(answer) => answer.rules().to_vec(),
            Err(error) if is_absent(&error, "NoSuchLifecycleConfiguration") => Vec::new(),
            Err(error) => return self.tolerate(Err(error)),
        };
        rules.retain(|rule| !matches!(rule.id(), Some(UNFINISHED | OLD)));
        rules.extend(lifecycle_rules());
        let built = BucketLifecycleConfiguration::builder().set_rules(Some(rules)).build();
        // Every required member is set above.
        let Ok(configuration) = built else { return Ok(true) };
        let call = s3.put_bucket_lifecycle_configuration().bucket(self.bucket).expected_bucket_owner(self.owner);
        let done = call.lifecycle_configuration(configuration).send().await;
        self.tolerate(done.map(drop).map_err(Error::aws("PutBucketLifecycleConfiguration")))
    }

    async fn say_so(&self, mut tags: Vec<Tag>) -> Result<bool> {
        tags.retain(|tag| tag.key() != TAG);
        tags.extend(Tag::builder().key(TAG).value(EDITION).build());
        let built = Tagging::builder().set_tag_set(Some(tags)).build();
        // Every required member is set above.
        let Ok(tagging) = built else { return Ok(true) };
        let call = self.target.s3().put_bucket_tagging().bucket(self.bucket).expected_bucket_owner(self.owner);
        let done = call.tagging(tagging).send().await;
        self.tolerate(done.map(drop).map_err(Error::aws("PutBucketTagging")))
    }

    /// Whether it worked. An endpoint other than AWS may lack a safeguard; AWS may not. In an older bucket somebody with more
    /// rights may have to put it in place.
    fn tolerate(&self, result: Result<()>) -> Result<bool> {
        let Err(error) = result else { return Ok(true) };
        let Error::Aws { operation, aws } = &error else { return Err(error) };
        let lacking = aws.kind == AwsKind::NotOffered && !self.target.is_aws();
        let denied = aws.kind == AwsKind::Denied && !self.is_new;
        if !lacking && !denied {
            return Err(error);
        }
        self.reporter.event(&Event::BucketSafeguardMissing { operation: (*operation).to_owned() });
        // What an endpoint can never do is as good as done; what somebody else may do is not.
        Ok(lacking)
    }
}

/// S3 says that there is no such configuration with a code of its own for each; others say at least that it is not found.
fn is_absent(error: &Error, code: &str) -> bool {
    error.as_aws().is_some_and(|aws| {
        let said = aws.code.as_deref();
        said == Some(code) || (aws.kind == AwsKind::NotFound && said != Some("NoSuchBucket"))
    })
}

fn lifecycle_rules() -> impl Iterator<Item = LifecycleRule> {
    let filter = || LifecycleRuleFilter::builder().prefix("").build();
    let unfinished = LifecycleRule::builder()
        .id(UNFINISHED)
        .status(ExpirationStatus::Enabled)
        .filter(filter())
        .abort_incomplete_multipart_upload(AbortIncompleteMultipartUpload::builder().days_after_initiation(1).build());
    // Without versioning this says nothing; where somebody switches it on, old versions do not stay for ever.
    let old = LifecycleRule::builder()
        .id(OLD)
        .status(ExpirationStatus::Enabled)
        .filter(filter())
        .noncurrent_version_expiration(NoncurrentVersionExpiration::builder().noncurrent_days(30).build())
        .expiration(LifecycleExpiration::builder().expired_object_delete_marker(true).build());
    [unfinished, old].into_iter().filter_map(|rule| rule.build().ok())
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

fn tls_only(partition: &str, bucket: &str) -> Value {
    json!({
        "Sid": TLS_ONLY,
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [format!("arn:{partition}:s3:::{bucket}"), format!("arn:{partition}:s3:::{bucket}/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}}
    })
}

/// The policy with our statement in it; `None` when it is there already.
fn with_statement(policy: Option<&str>, statement: Value) -> Option<String> {
    let mut policy = policy
        .and_then(|text| serde_json::from_str::<Value>(text).ok())
        .filter(Value::is_object)
        .unwrap_or_else(|| json!({ "Version": "2012-10-17", "Statement": [] }));
    // A single statement may stand without a list.
    let mut statements = match policy["Statement"].take() {
        Value::Array(statements) => statements,
        Value::Null => Vec::new(),
        one => vec![one],
    };
    if statements.contains(&statement) {
        return None;
    }
    statements.retain(|one| one["Sid"] != statement["Sid"]);
    statements.push(statement);
    policy["Statement"] = statements.into();
    Some(policy.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn the_policy_denies_whatever_is_not_encrypted_beside_what_was_there() {
        let ours = tls_only("aws", "b");
        let alone: Value = serde_json::from_str(&with_statement(None, ours.clone()).unwrap()).unwrap();
        assert_eq!(alone["Statement"][0]["Effect"], "Deny");
        assert_eq!(alone["Statement"][0]["Condition"]["Bool"]["aws:SecureTransport"], "false");
        let theirs = json!({"Sid": "Audit", "Effect": "Allow"});
        let before = json!({"Version": "2012-10-17", "Id": "x", "Statement": theirs});
        let both: Value =
            serde_json::from_str(&with_statement(Some(&before.to_string()), ours.clone()).unwrap()).unwrap();
        assert_eq!(both["Statement"], json!([theirs, ours]));
        assert_eq!(both["Id"], "x");
        assert_eq!(with_statement(Some(&both.to_string()), ours), None, "it is there already");
    }

    #[test]
    fn an_older_statement_of_ours_is_replaced() {
        let old = json!({"Version": "2012-10-17", "Statement": [{"Sid": TLS_ONLY, "Effect": "Deny"}]});
        let ours = tls_only("aws", "b");
        let new: Value = serde_json::from_str(&with_statement(Some(&old.to_string()), ours.clone()).unwrap()).unwrap();
        assert_eq!(new["Statement"], json!([ours]));
    }

    #[test]
    fn both_lifecycle_rules_can_be_built() {
        assert_eq!(lifecycle_rules().count(), 2);
    }
}
