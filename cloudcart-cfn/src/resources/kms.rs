//! `AWS::KMS`.
// Made by `cargo xtask generate` from the schemas in `schemas/`. Edit `schemas/resources.toml`, not this.

pub mod alias;
pub mod key;

pub use alias::Alias;
pub use key::Key;
