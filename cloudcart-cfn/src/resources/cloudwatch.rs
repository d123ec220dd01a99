//! `AWS::CloudWatch`.
// Made by `cargo xtask generate` from the schemas in `schemas/`. Edit `schemas/resources.toml`, not this.

pub mod alarm;
pub mod composite_alarm;
pub mod dashboard;

pub use alarm::Alarm;
pub use composite_alarm::CompositeAlarm;
pub use dashboard::Dashboard;
