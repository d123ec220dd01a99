//! What holds for any input, tried with much of it.

mod hostile;
mod messages;
mod model;
mod pages;
mod parallel;

use proptest::test_runner::Config;

/// So many cases. A failure is told by its input; it is not written to a file.
fn cases(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

/// A runtime whose clock moves on by itself when all wait, so that a wait costs nothing.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}
