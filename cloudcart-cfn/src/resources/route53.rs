//! `AWS::Route53`.
// Made by `cargo xtask generate` from the schemas in `schemas/`. Edit `schemas/resources.toml`, not this.

pub mod hosted_zone;
pub mod record_set;

pub use hosted_zone::HostedZone;
pub use record_set::RecordSet;
