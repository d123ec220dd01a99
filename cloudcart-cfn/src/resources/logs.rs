//! `AWS::Logs`.
// Made by `cargo xtask generate` from the schemas in `schemas/`. Edit `schemas/resources.toml`, not this.

pub mod log_group;
pub mod metric_filter;
pub mod subscription_filter;

pub use log_group::LogGroup;
pub use metric_filter::MetricFilter;
pub use subscription_filter::SubscriptionFilter;
