//! `AWS::Events`.
// Made by `cargo xtask generate` from the schemas in `schemas/`. Edit `schemas/resources.toml`, not this.

pub mod event_bus;
pub mod rule;

pub use event_bus::EventBus;
pub use rule::Rule;
