//! The time every engine reads, so that tests (and a virtual clock) own it.

use futures_util::future::BoxFuture;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::sync::{Notify, oneshot};

/// Where the local cloud gets its time. No engine calls `SystemTime::now()` or `Instant::now()` itself.
pub trait Clock: Send + Sync + 'static {
    /// Time since the Unix epoch.
    fn now(&self) -> Duration;

    /// Completes once `duration` has passed on this clock.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;

    /// Milliseconds since the Unix epoch.
    fn now_ms(&self) -> i64 {
        i64::try_from(self.now().as_millis()).unwrap_or(i64::MAX)
    }
}

/// The machine's own clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        // A clock before 1970 reads as 1970: nothing here can do better with it.
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// A clock that stands still until it is advanced: for tests of anything that waits.
#[derive(Debug, Clone, Default)]
pub struct ManualClock {
    state: Arc<Mutex<ManualState>>,
    slept: Arc<Notify>,
}

#[derive(Debug, Default)]
struct ManualState {
    now: Duration,
    sleepers: Vec<(Duration, oneshot::Sender<()>)>,
}

impl ManualClock {
    /// A clock that reads `now` (time since the Unix epoch).
    pub fn new(now: Duration) -> Self {
        let clock = Self::default();
        clock.state().now = now;
        clock
    }

    /// Moves the time forward and wakes whoever sleeps until then.
    pub fn advance(&self, by: Duration) {
        let mut state = self.state();
        state.now += by;
        let now = state.now;
        for (_, wake) in state.sleepers.extract_if(.., |(until, _)| *until <= now) {
            // A sleeper that gave up needs no waking.
            let _ = wake.send(());
        }
    }

    /// How many sleeps are under way now.
    pub fn sleepers(&self) -> usize {
        let mut state = self.state();
        state.sleepers.retain(|(_, wake)| !wake.is_closed());
        state.sleepers.len()
    }

    /// Completes once at least `count` sleeps are under way: what a test awaits before it advances the time.
    pub async fn wait_for_sleepers(&self, count: usize) {
        loop {
            let slept = self.slept.notified();
            if self.sleepers() >= count {
                return;
            }
            slept.await;
        }
    }

    fn state(&self) -> MutexGuard<'_, ManualState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Duration {
        self.state().now
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let (wake, woken) = oneshot::channel();
        {
            let mut state = self.state();
            let until = state.now + duration;
            if duration.is_zero() {
                let _ = wake.send(());
            } else {
                state.sleepers.push((until, wake));
            }
        }
        self.slept.notify_waiters();
        let clock = self.clone();
        Box::pin(async move {
            // Holding the clock keeps the sender alive, so this ends only when the time has come.
            let _ = woken.await;
            drop(clock);
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn a_manual_sleep_ends_when_the_time_is_reached_and_not_before() {
        let clock = ManualClock::new(Duration::from_secs(100));
        let mut sleep = clock.sleep(Duration::from_secs(10)).fuse();
        clock.wait_for_sleepers(1).await;
        clock.advance(Duration::from_secs(9));
        assert!((&mut sleep).now_or_never().is_none());
        clock.advance(Duration::from_secs(1));
        assert!((&mut sleep).now_or_never().is_some());
        assert_eq!((clock.now(), clock.sleepers()), (Duration::from_secs(110), 0));
    }
}
