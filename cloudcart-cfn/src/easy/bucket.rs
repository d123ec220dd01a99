//! A bucket that nobody can open to the world.

use super::{Customize, customized};
use crate::kind;
use crate::policy::{Action, PolicyDocument, Principal, Statement};
use crate::resource::{Attributes, DeletionPolicy, Handle};
use crate::s3::bucket::{
    AbortIncompleteMultipartUpload, LifecycleConfiguration, ObjectOwnership, OwnershipControls, OwnershipControlsRule,
    PublicAccessBlockConfiguration, Rule, RuleStatus, VersioningConfiguration, VersioningConfigurationStatus,
};
use crate::s3::{self, BucketPolicy};
use crate::stack::Stack;
use crate::value::IntoValue;

/// An S3 bucket for data.
///
/// Adds, under the id `Media`:
/// - `Media`, `AWS::S3::Bucket`;
/// - `MediaPolicy`, `AWS::S3::BucketPolicy`, which refuses whoever does not come by TLS. [`BucketParts::add_statement`] says
///   more in it: a bucket has one policy.
///
/// Decided, and why:
/// - Public access is blocked in all four ways, and access lists are off (`BucketOwnerEnforced`): rights come from policies.
/// - Versioned: an object that is overwritten or deleted can be had back.
/// - Parts of uploads that were never finished are swept after a week; they cost money and show up nowhere.
/// - Retained when it leaves the stack or is replaced. [`Bucket::removal`] changes it.
/// - Encrypted with keys of S3, which is so without a property.
///
/// ```
/// use cloudcart_cfn::easy;
/// use cloudcart_cfn::prelude::*;
///
/// let template = Template::build("Example.", |stack| {
///     let media = easy::Bucket::new()
///         .customize(|bucket| bucket.bucket_name("media-of-the-shop"))
///         .add_to(stack, "Media");
///     stack.output("Media", Output::new(media.bucket.reference()));
/// });
/// assert!(!template.report().has_errors());
/// ```
#[must_use = "`add_to` adds it"]
pub struct Bucket<'stack, 'change> {
    removal: DeletionPolicy,
    customize: Option<Customize<'change, s3::Bucket<'stack>>>,
}

/// What [`Bucket`] added.
#[derive(Debug, Clone)]
pub struct BucketParts<'stack> {
    /// The bucket.
    pub bucket: Handle<'stack, kind::s3::Bucket>,
    /// Its policy.
    pub policy: Handle<'stack, kind::s3::BucketPolicy>,
}

impl<'stack> BucketParts<'stack> {
    /// Adds a statement to the bucket's policy. A second `BucketPolicy` beside it would be refused.
    pub fn add_statement(&self, stack: &mut Stack<'stack>, statement: Statement<'stack>) {
        stack.extend_policy(&self.policy, statement);
    }
}

impl<'stack, 'change> Bucket<'stack, 'change> {
    /// A bucket.
    #[expect(clippy::new_without_default, reason = "a builder, which is started on purpose")]
    pub fn new() -> Self {
        Self { removal: DeletionPolicy::Retain, customize: None }
    }

    /// What happens to the bucket when it leaves the stack or is replaced. Only an empty one can be deleted.
    pub fn removal(mut self, policy: DeletionPolicy) -> Self {
        self.removal = policy;
        self
    }

    /// Changes the properties before the bucket is added.
    pub fn customize(mut self, change: impl FnOnce(s3::Bucket<'stack>) -> s3::Bucket<'stack> + 'change) -> Self {
        self.customize = Some(Box::new(change));
        self
    }

    /// Adds it.
    #[track_caller]
    pub fn add_to(self, stack: &mut Stack<'stack>, id: &str) -> BucketParts<'stack> {
        let outer = stack.begin_part(id);
        let sweep = Rule::new(RuleStatus::Enabled)
            .id("UnfinishedUploads")
            .abort_incomplete_multipart_upload(AbortIncompleteMultipartUpload::new(crate::int!(7)));
        let bucket = s3::Bucket::new()
            .lifecycle_configuration(LifecycleConfiguration::new([sweep]))
            .ownership_controls(OwnershipControls::new([
                OwnershipControlsRule::new().object_ownership(ObjectOwnership::BucketOwnerEnforced)
            ]))
            .public_access_block_configuration(
                PublicAccessBlockConfiguration::new()
                    .block_public_acls(true)
                    .block_public_policy(true)
                    .ignore_public_acls(true)
                    .restrict_public_buckets(true),
            )
            .versioning_configuration(VersioningConfiguration::new(VersioningConfigurationStatus::Enabled));
        let attributes = Attributes::new().on_removal(self.removal);
        let bucket = stack.add_with(id, customized(bucket, self.customize), attributes);
        let everything = [bucket.arn().into_value(), bucket.arn_with("/*")];
        let tls_only = Statement::deny(Principal::Any, [Action::raw("s3:*")], everything).named("TlsOnly").when(
            "Bool",
            "aws:SecureTransport",
            ["false"],
        );
        let policy = BucketPolicy::new(&bucket, PolicyDocument::new([tls_only]));
        let policy = stack.add(format!("{id}Policy"), policy);
        stack.end_part(outer);
        BucketParts { bucket, policy }
    }
}
