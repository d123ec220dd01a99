//! The shop's Lambda functions as a library: seven small binaries start what is tested here.
//!
//! A function is built from its environment once, in the init phase, and then answers events. What it stores and sends goes
//! through small traits ([`store`], [`queue`]), and time through [`clock`], so that tests own them.

pub mod cart;
pub mod checkout;
pub mod clients;
pub mod clock;
pub mod config;
pub mod crypto;
pub mod desk;
pub mod event;
pub mod http;
pub mod identity;
pub mod lambda;
pub mod log;
pub mod metrics;
pub mod orders;
pub mod paging;
pub mod products;
pub mod queue;
mod runtime;
pub mod span;
pub mod store;
pub mod sweeper;
pub mod transport;
pub mod worker;
