//! `AWS::S3`.
// Made by `cargo xtask generate` from the schemas in `schemas/`. Edit `schemas/resources.toml`, not this.

pub mod bucket;
pub mod bucket_policy;

pub use bucket::Bucket;
pub use bucket_policy::BucketPolicy;
