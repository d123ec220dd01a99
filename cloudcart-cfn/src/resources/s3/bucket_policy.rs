//! `AWS::S3::BucketPolicy`.
// Made by `cargo xtask generate` from `schemas/aws-s3-bucketpolicy.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::S3::BucketPolicy`. `Ref` gives `Bucket`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucketpolicy.html>
    BucketPolicy<'stack>: kind::s3::BucketPolicy {
        required {
            /// `Bucket`: a text. Create-only: a change replaces the resource.
            bucket "Bucket": Ref<kind::s3::Bucket>,
            /// `PolicyDocument`: JSON.
            policy_document "PolicyDocument": PolicyDocument<'stack>,
        }
        optional {}
        attributes {}
    }
}
