//! `AWS::SNS`.
// Made by `cargo xtask generate` from the schemas in `schemas/`. Edit `schemas/resources.toml`, not this.

pub mod subscription;
pub mod topic;
pub mod topic_policy;

pub use subscription::Subscription;
pub use topic::Topic;
pub use topic_policy::TopicPolicy;
