//! `AWS::DynamoDB`.
// Made by `cargo xtask generate` from the schemas in `schemas/`. Edit `schemas/resources.toml`, not this.

pub mod table;

pub use table::Table;
