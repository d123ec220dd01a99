//! `AWS::SecretsManager`.
// Made by `cargo xtask generate` from the schemas in `schemas/`. Edit `schemas/resources.toml`, not this.

pub mod resource_policy;
pub mod rotation_schedule;
pub mod secret;
pub mod secret_target_attachment;

pub use resource_policy::ResourcePolicy;
pub use rotation_schedule::RotationSchedule;
pub use secret::Secret;
pub use secret_target_attachment::SecretTargetAttachment;
