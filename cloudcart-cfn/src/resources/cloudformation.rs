//! `AWS::CloudFormation`.
// Made by `cargo xtask generate` from the schemas in `schemas/`. Edit `schemas/resources.toml`, not this.

pub mod stack;
pub mod wait_condition;
pub mod wait_condition_handle;

pub use stack::Stack;
pub use wait_condition::WaitCondition;
pub use wait_condition_handle::WaitConditionHandle;
