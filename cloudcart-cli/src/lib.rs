//! placeholder

pub mod stack;
