//! Tests of the queue engine on a clock they own, and of the service through the AWS SDK.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod engine;
mod listener;
mod providers;
mod sdk;

use super::Sqs;
use crate::{
    clock::{Clock, ManualClock, SystemClock},
    core::Core,
    random::SystemRandomness,
    store::Store,
};
use std::{path::Path, sync::Arc, time::Duration};
use tempfile::TempDir;

const ACCOUNT: &str = "000000000000";

fn core(folder: &Path, clock: Arc<dyn Clock>, endpoint: &str) -> Arc<Core> {
    Arc::new(Core {
        region: "us-east-1".into(),
        account: ACCOUNT.into(),
        endpoint: endpoint.into(),
        state_dir: folder.to_owned(),
        clock,
        random: Arc::new(SystemRandomness::default()),
        store: Store::open(&folder.join("state.db")).unwrap(),
    })
}

/// A service in a folder of its own on a clock that the test moves.
struct Fixture {
    folder: TempDir,
    clock: ManualClock,
    sqs: Arc<Sqs>,
}

impl Fixture {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let clock = ManualClock::new(Duration::from_hours(500_000));
        let sqs = Self::open(&folder, &clock);
        Self { folder, clock, sqs }
    }

    fn open(folder: &TempDir, clock: &ManualClock) -> Arc<Sqs> {
        Sqs::open(core(folder.path(), Arc::new(clock.clone()), "http://127.0.0.1:4566")).unwrap()
    }

    /// The process dies and another opens the same folder.
    fn reopen(self) -> Self {
        let Self { folder, clock, sqs } = self;
        drop(sqs);
        let sqs = Self::open(&folder, &clock);
        Self { folder, clock, sqs }
    }

    fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

fn system_core(folder: &TempDir, endpoint: &str) -> Arc<Core> {
    core(folder.path(), Arc::new(SystemClock), endpoint)
}
