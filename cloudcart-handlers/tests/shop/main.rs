//! The functions of the shop, event by event, over a real DynamoDB engine on a loopback port.
#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
#![allow(clippy::needless_pass_by_value, reason = "literals of JSON read best by value")]

mod carts;
mod catalogue;
mod checkouts;
mod contract;
mod events;
mod faults;
mod orders;
mod properties;
mod roles;
mod shop;
mod stores;
mod worker;
mod world;
