//! `AWS::SQS`.
// Made by `cargo xtask generate` from the schemas in `schemas/`. Edit `schemas/resources.toml`, not this.

pub mod queue;
pub mod queue_policy;

pub use queue::Queue;
pub use queue_policy::QueuePolicy;
