//! The lifecycle of a CloudFormation stack: build, assets, change sets, events, diagnosis, logs, rows.
//!
//! Everything here speaks the AWS API to a [`target::Target`] and tells what happens as typed [`report::Event`]s. Nothing
//! here prints, prompts or exits: that is the command's part.

pub mod archive;
pub mod assets;
pub mod build;
pub mod dead_letters;
pub mod elf;
pub mod error;
pub mod functions;
pub mod http;
pub mod logs;
pub mod report;
pub mod routes;
pub mod rows;
pub mod stack;
pub mod survey;
pub mod target;

pub use error::{Aws, AwsKind, Error, Result};
pub use report::{Event, Reporter, Silent};
pub use target::Target;
