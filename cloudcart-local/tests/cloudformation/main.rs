//! CloudFormation through the real SDK: a listener hands its requests to the service, scripted providers stand for the
//! other services. `properties` has no scripted ones: there the whole cloud says what it does with what.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test stops at the first surprise")]
#![allow(clippy::needless_pass_by_value, reason = "templates read best where they stand")]

mod change_sets;
mod failures;
mod interruptions;
mod lifecycle;
mod limits;
mod properties;
mod requests;
#[path = "../support/mod.rs"]
mod support;
mod world;
