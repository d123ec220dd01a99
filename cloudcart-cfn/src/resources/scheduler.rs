//! `AWS::Scheduler`.
// Made by `cargo xtask generate` from the schemas in `schemas/`. Edit `schemas/resources.toml`, not this.

pub mod schedule;
pub mod schedule_group;

pub use schedule::Schedule;
pub use schedule_group::ScheduleGroup;
