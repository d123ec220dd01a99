//! The local cloud: an AWS endpoint in one process.
//!
//! What `cloudcart deploy` sends to AWS it can send here. The rendered template and the built handler binaries run as they
//! are; nothing reaches the internet.

pub mod api;
pub mod clock;
pub mod core;
pub mod error;
pub mod lambda;
pub mod ports;
pub mod provider;
pub mod random;
pub mod store;
