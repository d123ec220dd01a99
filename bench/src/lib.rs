//! Measures Lambda handler binaries, ours and others', under one harness: a Runtime API, a DynamoDB that answers over TLS, and one
//! process per cold start. Measures our local cloud beside others' too.

pub mod account;
pub mod build;
pub mod compare;
pub mod document;
pub mod dynamodb;
pub mod figures;
pub mod harness;
pub mod http;
pub mod local;
pub mod machine;
pub mod one_core;
pub mod pack;
pub mod results;
pub mod runtime_api;
pub mod sample;
pub mod tables;
pub mod throttle;
pub mod variants;
