//! `AWS::SSM`.
// Made by `cargo xtask generate` from the schemas in `schemas/`. Edit `schemas/resources.toml`, not this.

pub mod parameter;

pub use parameter::Parameter;
