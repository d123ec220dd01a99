//! The lifecycle of a CloudFormation stack: build, assets, change sets, events, diagnosis, logs, rows.
//!
//! Everything here speaks the AWS API to a [`target::Target`] and tells what happens as typed [`report::Event`]s. Nothing
//! here prints, prompts or exits: that is the command's part.

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod answering;
pub mod archive;
pub mod assets;
pub mod bucket;
pub mod build;
pub mod code;
pub mod dead_letters;
pub mod doctor;
pub mod elf;
pub mod error;
pub mod functions;
pub mod gc;
pub mod http;
pub mod log_groups;
pub mod logs;
pub mod permissions;
mod profile;
pub mod report;
pub mod routes;
pub mod rows;
mod safeguards;
pub mod stack;
pub mod survey;
pub mod target;
mod trust;

pub use error::{Aws, AwsKind, Error, Result};
pub use report::{Event, Reporter, Silent};
pub use target::Target;
