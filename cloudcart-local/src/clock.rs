//! The time every engine reads, so that tests (and a virtual clock) own it.

use futures_util::future::BoxFuture;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::sync::{Notify, oneshot, watch};

/// Where the local cloud gets its time. No engine calls `SystemTime::now()` or `Instant::now()` itself.
pub trait Clock: Send + Sync + 'static {
    /// Time since the Unix epoch.
    fn now(&self) -> Duration;

    /// Completes once this clock reads `until`, or later. What is due at a time waits so: a clock that is moved between the
    /// reckoning and the waiting is not missed.
    fn sleep_until(&self, until: Duration) -> BoxFuture<'static, ()>;

    /// Completes once `duration` has passed on this clock.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.sleep_until(self.now().saturating_add(duration))
    }

    /// Completes once this clock reads `until_ms` milliseconds since the Unix epoch, or more.
    fn sleep_until_ms(&self, until_ms: i64) -> BoxFuture<'static, ()> {
        self.sleep_until(Duration::from_millis(u64::try_from(until_ms).unwrap_or_default()))
    }

    /// The time that is not moved: what processes and clients outside of the cloud read. For the dates of signatures, for
    /// a function's own deadline, and for how long something really ran.
    fn real_now(&self) -> Duration {
        self.now()
    }

    /// Completes once `duration` has passed on the clock that is not moved.
    fn real_sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.sleep(duration)
    }

    /// Milliseconds since the Unix epoch on the clock that is not moved.
    fn real_now_ms(&self) -> i64 {
        i64::try_from(self.real_now().as_millis()).unwrap_or(i64::MAX)
    }

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

    fn sleep_until(&self, until: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(until.saturating_sub(self.now())))
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        // Not by way of the time of day, which may be set while somebody sleeps.
        Box::pin(tokio::time::sleep(duration))
    }
}

/// A clock that runs as another does, ahead of it by what it was moved. It never goes back.
#[derive(Clone)]
pub struct MovableClock {
    real: Arc<dyn Clock>,
    ahead: watch::Sender<Duration>,
}

impl MovableClock {
    /// A clock that is `ahead` of `real`.
    pub fn new(real: Arc<dyn Clock>, ahead: Duration) -> Self {
        Self { real, ahead: watch::Sender::new(ahead) }
    }

    /// How far it is ahead.
    pub fn ahead(&self) -> Duration {
        *self.ahead.borrow()
    }

    /// Moves it forward and wakes whoever waits for a time that it passes. `keep` is given how far it is ahead then, and
    /// writes that down before anybody reads it; when it fails the clock stays.
    pub fn advance<E>(&self, by: Duration, keep: impl FnOnce(Duration) -> Result<(), E>) -> Result<Duration, E> {
        let mut result = Ok(());
        let moved = self.ahead.send_if_modified(|ahead| {
            let wanted = ahead.saturating_add(by);
            result = keep(wanted);
            let moved = result.is_ok();
            if moved {
                *ahead = wanted;
            }
            moved
        });
        debug_assert_eq!(moved, result.is_ok());
        result.map(|()| self.ahead())
    }
}

impl Clock for MovableClock {
    fn now(&self) -> Duration {
        self.real.now().saturating_add(self.ahead())
    }

    fn sleep_until(&self, until: Duration) -> BoxFuture<'static, ()> {
        // Watched from now on, so that a move before the first poll is seen too.
        let mut ahead = self.ahead.subscribe();
        let clock = self.clone();
        Box::pin(async move {
            loop {
                let real = until.saturating_sub(*ahead.borrow_and_update());
                if clock.real.now() >= real {
                    return;
                }
                tokio::select! {
                    () = clock.real.sleep_until(real) => return,
                    // `clock` holds the sender, so this is always a move.
                    _ = ahead.changed() => {}
                }
            }
        })
    }

    fn real_now(&self) -> Duration {
        self.real.real_now()
    }

    fn real_sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.real.real_sleep(duration)
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

    fn sleep_until(&self, until: Duration) -> BoxFuture<'static, ()> {
        let (wake, woken) = oneshot::channel();
        {
            let mut state = self.state();
            if until <= state.now {
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

    #[tokio::test]
    async fn a_moved_clock_wakes_who_waits_for_a_time_it_passes_and_nobody_else() {
        let real = ManualClock::new(Duration::from_secs(1_000));
        let clock = MovableClock::new(Arc::new(real.clone()), Duration::from_secs(5));
        assert_eq!((clock.now(), clock.real_now()), (Duration::from_secs(1_005), Duration::from_secs(1_000)));
        let mut quarter = clock.sleep(Duration::from_mins(15)).fuse();
        let mut hour = clock.sleep(Duration::from_hours(1)).fuse();
        let mut really = clock.real_sleep(Duration::from_mins(15)).fuse();
        assert!((&mut quarter).now_or_never().is_none());
        // Before its first poll too: `hour` has not been polled yet.
        let ahead = clock.advance(Duration::from_mins(14), |_| Ok::<(), ()>(()));
        assert_eq!(ahead, Ok(Duration::from_secs(5 + 14 * 60)));
        assert!((&mut quarter).now_or_never().is_none());
        assert!((&mut hour).now_or_never().is_none());
        // The rest of it passes by itself.
        real.advance(Duration::from_mins(1));
        assert!((&mut quarter).now_or_never().is_some());
        assert!((&mut hour).now_or_never().is_none());
        assert!((&mut really).now_or_never().is_none(), "what really runs is not hurried");
        assert!(clock.advance(Duration::from_mins(45), |_| Ok::<(), ()>(())).is_ok());
        assert!((&mut hour).now_or_never().is_some());
    }

    #[tokio::test]
    async fn a_sleep_until_a_time_that_a_move_has_passed_already_ends_at_once() {
        let clock = MovableClock::new(Arc::new(ManualClock::new(Duration::from_secs(1_000))), Duration::ZERO);
        let due = clock.now() + Duration::from_hours(1);
        assert!(clock.advance(Duration::from_hours(2), |_| Ok::<(), ()>(())).is_ok());
        assert!(clock.sleep_until(due).now_or_never().is_some());
    }

    #[test]
    fn a_move_that_cannot_be_kept_is_no_move() {
        let clock = MovableClock::new(Arc::new(ManualClock::new(Duration::ZERO)), Duration::ZERO);
        let mut told = Duration::ZERO;
        let refused = clock.advance(Duration::from_secs(9), |ahead| {
            told = ahead;
            Err("disk full")
        });
        assert_eq!((refused, told, clock.ahead()), (Err("disk full"), Duration::from_secs(9), Duration::ZERO));
    }
}
