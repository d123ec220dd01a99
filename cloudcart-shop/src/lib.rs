//! The shop, pure: no AWS, no clock, no randomness, no I/O.
//!
//! What the stack, the handlers and the tests must agree on stands here once.

pub mod attribute;
pub mod body;
pub mod cart;
pub mod catalogue;
pub mod category;
pub mod checkout;
pub mod cursor;
pub mod desk;
pub mod env;
pub mod functions;
pub mod ids;
pub mod message;
pub mod money;
pub mod openapi;
pub mod order;
pub mod pricing;
pub mod problem;
pub mod product;
pub mod routes;
pub mod sweep;
