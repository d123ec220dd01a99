//! `AWS::CertificateManager`.
// Made by `cargo xtask generate` from the schemas in `schemas/`. Edit `schemas/resources.toml`, not this.

pub mod certificate;

pub use certificate::Certificate;
