//! The shop, pure: no AWS, no clock, no randomness, no I/O.
//!
//! What the stack, the handlers and the tests must agree on stands here once.

pub mod env;
pub mod functions;
pub mod routes;
