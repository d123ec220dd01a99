//! The functions of the shop, event by event, over a real DynamoDB engine on a loopback port.
#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
#![allow(clippy::needless_pass_by_value, reason = "literals of JSON read best by value")]

mod bodies;
mod carts;
mod catalogue;
mod checkouts;
mod contract;
mod desk;
mod events;
mod faults;
mod gateway;
mod logs;
mod metrics;
mod orders;
mod properties;
mod records;
mod roles;
mod shop;
mod stores;
mod sweeper;
mod worker;
mod world;
