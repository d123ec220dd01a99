//! `AWS::IAM`.
// Made by `cargo xtask generate` from the schemas in `schemas/`. Edit `schemas/resources.toml`, not this.

pub mod managed_policy;
pub mod oidc_provider;
pub mod policy;
pub mod role;

pub use managed_policy::ManagedPolicy;
pub use oidc_provider::OIDCProvider;
pub use policy::Policy;
pub use role::Role;
