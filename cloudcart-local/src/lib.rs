//! The local cloud: an AWS endpoint in one process.
//!
//! What `cloudcart deploy` sends to AWS it can send here. The rendered template and the built handler binaries run as they
//! are; nothing reaches the internet.

pub mod api;
mod cbor;
pub mod clock;
pub mod cloud;
pub mod cloudformation;
pub mod cloudwatch;
pub mod core;
pub mod dynamodb;
pub mod error;
pub mod events;
pub mod gateway;
pub mod http_api;
pub mod iam;
pub mod lambda;
pub mod logs;
pub mod ports;
pub mod provider;
pub mod random;
pub mod s3;
pub mod sqs;
pub mod store;
pub mod sts;

pub use cloud::LocalCloud;
