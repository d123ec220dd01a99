//! `AWS::SES`.
// Made by `cargo xtask generate` from the schemas in `schemas/`. Edit `schemas/resources.toml`, not this.

pub mod configuration_set;
pub mod configuration_set_event_destination;
pub mod email_identity;

pub use configuration_set::ConfigurationSet;
pub use configuration_set_event_destination::ConfigurationSetEventDestination;
pub use email_identity::EmailIdentity;
