//! The resource types, a module and a feature per service.

pub mod sqs;
