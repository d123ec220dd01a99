//! Which execution environments exist, which are free, and who may start another: the concurrency accounting.

use super::environment::Job;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{Notify, oneshot};

/// A version of a function that environments are made for. Changes with code and configuration.
pub(super) type Generation = u64;

/// The environments of one local cloud.
#[derive(Debug)]
pub(super) struct Pool {
    limit: usize,
    state: Mutex<State>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct State {
    entries: HashMap<u64, Entry>,
    current: HashMap<String, Generation>,
    waiting: HashMap<String, usize>,
    last: u64,
    closed: bool,
}

#[derive(Debug)]
struct Entry {
    function: String,
    generation: Generation,
    phase: Phase,
}

#[derive(Debug)]
enum Phase {
    Busy,
    /// Has answered and will ask for the next event at any moment.
    Settling,
    /// Waits for a job; ordered by when it became idle.
    Idle {
        order: u64,
        job: oneshot::Sender<Job>,
    },
}

/// Why there is no environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The function's own reserved concurrency is used up.
    Reserved,
    /// The local cloud's limit is reached.
    Account,
    /// The cloud is stopping.
    Closed,
}

/// What the pool gives.
#[derive(Debug)]
pub(super) enum Taken {
    /// A free environment: send it the job.
    Warm(oneshot::Sender<Job>),
    /// Start one; the slot is its place in the pool.
    Cold(Slot),
    /// One is about to be free: wait for [`Pool::freed`] while holding this.
    Soon(Waiting),
}

impl Pool {
    /// A pool of at most `limit` environments.
    pub(super) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { limit: limit.max(1), state: Mutex::default(), freed: Notify::new() })
    }

    /// Completes when an environment may have become free. Enable it before asking [`Pool::take`].
    pub(super) fn freed(&self) -> tokio::sync::futures::Notified<'_> {
        self.freed.notified()
    }

    /// An environment for `function`. With `patient`, one that is about to be free is waited for in place of starting
    /// another: a caller that has just got its answer and calls again must not meet a cold start.
    pub(super) fn take(
        self: &Arc<Self>,
        function: &str,
        generation: Generation,
        reserved: Option<u32>,
        patient: bool,
    ) -> Result<Taken, Refusal> {
        let mut state = self.lock();
        if state.closed {
            return Err(Refusal::Closed);
        }
        // The one used last is the warmest, and lets the others grow idle.
        let warm = state
            .entries
            .iter()
            .filter(|(_, entry)| entry.function == function && entry.generation == generation)
            .filter_map(|(id, entry)| match entry.phase {
                Phase::Idle { order, .. } => Some((order, *id)),
                _ => None,
            })
            .max();
        let own = state.entries.values().filter(|entry| entry.function == function && !entry.is_idle()).count();
        let used = state.entries.values().filter(|entry| !entry.is_idle()).count();
        let settling = state
            .entries
            .values()
            .filter(|entry| entry.function == function && entry.generation == generation)
            .filter(|entry| matches!(entry.phase, Phase::Settling))
            .count();
        let waiting = state.waiting.get(function).copied().unwrap_or_default();
        if warm.is_none() && patient && settling > waiting {
            return Ok(self.wait_in(&mut state, function));
        }
        if reserved.is_some_and(|reserved| own >= reserved as usize) {
            return Err(Refusal::Reserved);
        }
        if used >= self.limit {
            // One that has just answered, whosever it is, makes room at any moment.
            let settling = state.entries.values().filter(|entry| matches!(entry.phase, Phase::Settling)).count();
            if patient && settling > state.waiting.values().sum() {
                return Ok(self.wait_in(&mut state, function));
            }
            return Err(Refusal::Account);
        }
        if let Some(entry) = warm.and_then(|(_, id)| state.entries.get_mut(&id))
            && let Phase::Idle { job, .. } = std::mem::replace(&mut entry.phase, Phase::Busy)
        {
            return Ok(Taken::Warm(job));
        }
        if state.entries.len() >= self.limit {
            state.evict_oldest();
        }
        state.last += 1;
        let id = state.last;
        state.entries.insert(id, Entry { function: function.to_owned(), generation, phase: Phase::Busy });
        Ok(Taken::Cold(Slot { pool: Arc::clone(self), id }))
    }

    fn wait_in(self: &Arc<Self>, state: &mut State, function: &str) -> Taken {
        *state.waiting.entry(function.to_owned()).or_default() += 1;
        Taken::Soon(Waiting { pool: Arc::clone(self), function: function.to_owned() })
    }

    /// Makes `generation` the one that new environments of `function` have; idle ones of others end, busy ones end when
    /// they have finished. `None` when the function is deleted.
    pub(super) fn set_current(&self, function: &str, generation: Option<Generation>) {
        let mut state = self.lock();
        match generation {
            Some(generation) => {
                state.current.insert(function.to_owned(), generation);
            }
            None => {
                state.current.remove(function);
            }
        }
        // Dropping an idle entry drops its job channel, which its driver takes as the order to end.
        state.entries.retain(|_, entry| {
            !(entry.function == function && entry.is_idle() && Some(entry.generation) != generation)
        });
    }

    /// Ends all idle environments and gives no more.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.entries.retain(|_, entry| !entry.is_idle());
        drop(state);
        self.freed.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code between lock and unlock leaves the maps half-changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn is_idle(&self) -> bool {
        matches!(self.phase, Phase::Idle { .. })
    }
}

impl State {
    fn evict_oldest(&mut self) {
        let oldest = self
            .entries
            .iter()
            .filter_map(|(id, entry)| match entry.phase {
                Phase::Idle { order, .. } => Some((order, *id)),
                _ => None,
            })
            .min();
        if let Some((_, id)) = oldest {
            self.entries.remove(&id);
        }
    }
}

/// One environment's place in the pool. Dropping it gives the place back.
#[derive(Debug)]
pub(super) struct Slot {
    pool: Arc<Pool>,
    id: u64,
}

impl Slot {
    /// The answer is out; the runtime will ask for the next event soon.
    pub(super) fn settle(&self) {
        if let Some(entry) = self.pool.lock().entries.get_mut(&self.id) {
            entry.phase = Phase::Settling;
        }
    }

    /// Offers the environment. `None`: its function has changed or the cloud is stopping, so it must end.
    pub(super) fn park(&self) -> Option<oneshot::Receiver<Job>> {
        let mut state = self.pool.lock();
        let order = state.last + 1;
        state.last = order;
        let State { entries, current, closed, .. } = &mut *state;
        let entry = entries.get_mut(&self.id)?;
        if *closed || current.get(&entry.function) != Some(&entry.generation) {
            return None;
        }
        let (job, receiver) = oneshot::channel();
        entry.phase = Phase::Idle { order, job };
        drop(state);
        self.pool.freed.notify_waiters();
        Some(receiver)
    }

    /// Takes the offer back. False: a job is on its way already.
    pub(super) fn withdraw(&self) -> bool {
        let mut state = self.pool.lock();
        match state.entries.get_mut(&self.id) {
            Some(entry) if entry.is_idle() => {
                entry.phase = Phase::Busy;
                true
            }
            Some(_) => false,
            None => true,
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.pool.lock().entries.remove(&self.id);
        self.pool.freed.notify_waiters();
    }
}

/// A place in the short queue for an environment that is about to be free.
#[derive(Debug)]
pub(super) struct Waiting {
    pool: Arc<Pool>,
    function: String,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(count) = self.pool.lock().waiting.get_mut(&self.function) {
            *count = count.saturating_sub(1);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn cold(pool: &Arc<Pool>, function: &str) -> Slot {
        match pool.take(function, 1, None, true).unwrap() {
            Taken::Cold(slot) => slot,
            other => panic!("{other:?}"),
        }
    }

    fn pool(limit: usize) -> Arc<Pool> {
        let pool = Pool::new(limit);
        for function in ["a", "b"] {
            pool.set_current(function, Some(1));
        }
        pool
    }

    #[test]
    fn the_limit_counts_busy_environments_and_idle_ones_make_room() {
        let pool = pool(2);
        let first = cold(&pool, "a");
        let second = cold(&pool, "a");
        assert_eq!(pool.take("b", 1, None, true).unwrap_err(), Refusal::Account);
        let mut parked = first.park().unwrap();
        let third = cold(&pool, "b");
        assert!(parked.try_recv().is_err_and(|error| error == oneshot::error::TryRecvError::Closed), "evicted");
        drop((second, third));
        cold(&pool, "a");
    }

    #[test]
    fn reserved_concurrency_limits_one_function_and_zero_stops_it() {
        let pool = pool(9);
        assert_eq!(pool.take("a", 1, Some(0), true).unwrap_err(), Refusal::Reserved);
        let _one = match pool.take("a", 1, Some(1), true).unwrap() {
            Taken::Cold(slot) => slot,
            other => panic!("{other:?}"),
        };
        assert_eq!(pool.take("a", 1, Some(1), true).unwrap_err(), Refusal::Reserved);
        cold(&pool, "b");
    }

    #[test]
    fn the_environment_used_last_is_taken_first() {
        let pool = pool(9);
        let (one, two) = (cold(&pool, "a"), cold(&pool, "a"));
        let (mut first, mut second) = (two.park().unwrap(), one.park().unwrap());
        assert!(matches!(pool.take("a", 1, None, true).unwrap(), Taken::Warm(_)));
        assert!(second.try_recv().is_err_and(|error| error == oneshot::error::TryRecvError::Closed));
        assert!(first.try_recv().is_err_and(|error| error == oneshot::error::TryRecvError::Empty));
        assert!(!one.withdraw(), "taken already");
        assert!(two.withdraw());
    }

    #[test]
    fn one_caller_waits_for_each_environment_that_is_about_to_be_free() {
        let pool = pool(9);
        let slot = cold(&pool, "a");
        slot.settle();
        let waiting = pool.take("a", 1, None, true).unwrap();
        assert!(matches!(waiting, Taken::Soon(_)));
        cold(&pool, "a");
        drop(waiting);
        let again = pool.take("a", 1, None, true).unwrap();
        assert!(matches!(again, Taken::Soon(_)));
        drop(again);
        assert!(matches!(pool.take("a", 1, None, false).unwrap(), Taken::Cold(_)));
    }

    #[test]
    fn at_the_limit_any_function_waits_for_an_environment_that_has_answered() {
        let pool = pool(1);
        let slot = cold(&pool, "a");
        assert_eq!(pool.take("b", 1, None, true).unwrap_err(), Refusal::Account);
        slot.settle();
        let waiting = pool.take("b", 1, None, true).unwrap();
        assert!(matches!(waiting, Taken::Soon(_)));
        assert_eq!(pool.take("b", 1, None, true).unwrap_err(), Refusal::Account, "there is room for one");
        assert_eq!(pool.take("b", 1, None, false).unwrap_err(), Refusal::Account);
        drop(waiting);
        let _offer = slot.park().unwrap();
        cold(&pool, "b");
    }

    #[test]
    fn a_changed_function_gets_new_environments_only() {
        let pool = pool(9);
        let (idle, busy) = (cold(&pool, "a"), cold(&pool, "a"));
        let mut parked = idle.park().unwrap();
        pool.set_current("a", Some(2));
        assert!(parked.try_recv().is_err_and(|error| error == oneshot::error::TryRecvError::Closed));
        assert!(busy.park().is_none());
        assert!(matches!(pool.take("a", 2, None, true).unwrap(), Taken::Cold(_)));
    }
}
