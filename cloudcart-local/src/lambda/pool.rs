//! Which execution environments exist, which are free, and who may start another: the concurrency accounting.

use super::environment::Job;
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::oneshot;

/// A version of a function that environments are made for. Changes with code and configuration.
pub(super) type Generation = u64;

/// The environments of one local cloud.
#[derive(Debug)]
pub(super) struct Pool {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Environments at most, idle ones included.
    limit: usize,
    entries: HashMap<u64, Entry>,
    functions: HashMap<Arc<str>, Own>,
    /// Callers that wait, of all functions, by when they came.
    waiting: VecDeque<Waiter>,
    last: u64,
    closed: bool,
}

/// What belongs to one function.
#[derive(Debug, Default)]
struct Own {
    current: Option<Generation>,
    /// Entries that are not idle.
    busy: usize,
    /// Those of them that are settling, of the current generation.
    settling: usize,
    /// Entries of [`State::waiting`].
    waiting: usize,
    /// Idle entries by when they became idle. All are of the current generation.
    idle: BTreeMap<u64, u64>,
}

#[derive(Debug)]
struct Entry {
    function: Arc<str>,
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

#[derive(Debug)]
struct Waiter {
    ticket: u64,
    function: Arc<str>,
    wake: oneshot::Sender<Woken>,
}

/// What a waiting caller is woken with.
#[derive(Debug)]
enum Woken {
    /// An environment of the function, which is the caller's now.
    With { id: u64, job: oneshot::Sender<Job> },
    /// There may be room: ask again.
    Ask,
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
    /// One is about to be free: see [`Waiting::within`].
    Soon(Waiting),
}

impl Pool {
    /// A pool of at most `limit` environments.
    pub(super) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { state: Mutex::new(State { limit: limit.max(1), ..State::default() }) })
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
        let mut guard = self.lock();
        let state = &mut *guard;
        if state.closed {
            return Err(Refusal::Closed);
        }
        let full = state.used() >= state.limit;
        let (name, own) = state.own(function);
        let current = own.current == Some(generation);
        // The one used last is the warmest, and lets the others grow idle.
        let warm = own.idle.last_key_value().map(|(order, id)| (*order, *id)).filter(|_| current);
        if warm.is_none() && patient && current && own.settling > own.waiting {
            return Ok(Taken::Soon(self.wait_in(state, name)));
        }
        if reserved.is_some_and(|reserved| own.busy >= reserved as usize) {
            return Err(Refusal::Reserved);
        }
        if full {
            // One that has just answered, whosever it is, makes room at any moment.
            let settling = state.entries.values().filter(|entry| matches!(entry.phase, Phase::Settling)).count();
            if patient && settling > state.waiting.len() {
                return Ok(Taken::Soon(self.wait_in(state, name)));
            }
            return Err(Refusal::Account);
        }
        own.busy += 1;
        if let Some((order, id)) = warm {
            own.idle.remove(&order);
            if let Some(entry) = state.entries.get_mut(&id)
                && let Phase::Idle { job, .. } = std::mem::replace(&mut entry.phase, Phase::Busy)
            {
                return Ok(Taken::Warm(job));
            }
        }
        if state.entries.len() >= state.limit {
            state.evict_oldest();
        }
        let id = state.next();
        state.entries.insert(id, Entry { function: name, generation, phase: Phase::Busy });
        Ok(Taken::Cold(Slot { pool: Arc::clone(self), id }))
    }

    fn wait_in(self: &Arc<Self>, state: &mut State, function: Arc<str>) -> Waiting {
        let ticket = state.next();
        let (wake, woken) = oneshot::channel();
        state.own(&function).1.waiting += 1;
        state.waiting.push_back(Waiter { ticket, function, wake });
        Waiting { pool: Arc::clone(self), ticket, woken }
    }

    /// Makes `generation` the one that new environments of `function` have; idle ones of others end, busy ones end when
    /// they have finished. `None` when the function is deleted.
    pub(super) fn set_current(&self, function: &str, generation: Option<Generation>) {
        let mut guard = self.lock();
        let State { entries, functions, .. } = &mut *guard;
        let own = functions.entry(function.into()).or_default();
        if own.current == generation {
            return;
        }
        own.current = generation;
        own.settling = 0;
        // Dropping an idle entry drops its job channel, which its driver takes as the order to end.
        for id in std::mem::take(&mut own.idle).into_values() {
            entries.remove(&id);
        }
        guard.forget_if_nothing(function);
    }

    /// Ends all idle environments and gives no more.
    pub(super) fn close(&self) {
        let mut guard = self.lock();
        let state = &mut *guard;
        state.closed = true;
        for own in state.functions.values_mut() {
            for id in std::mem::take(&mut own.idle).into_values() {
                state.entries.remove(&id);
            }
        }
        while let Some(waiter) = state.waiting.front() {
            let ticket = waiter.ticket;
            state.wake(ticket, Woken::Ask);
        }
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
    fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    fn own(&mut self, function: &str) -> (Arc<str>, &mut Own) {
        let name = match self.functions.get_key_value(function) {
            Some((name, _)) => Arc::clone(name),
            None => function.into(),
        };
        let own = self.functions.entry(Arc::clone(&name)).or_default();
        (name, own)
    }

    /// Functions come and go; of one that is gone nothing stays.
    fn forget_if_nothing(&mut self, function: &str) {
        if self
            .functions
            .get(function)
            .is_some_and(|own| own.current.is_none() && own.busy == 0 && own.waiting == 0 && own.idle.is_empty())
        {
            self.functions.remove(function);
        }
    }

    fn evict_oldest(&mut self) {
        let oldest = self
            .functions
            .values_mut()
            .filter(|own| !own.idle.is_empty())
            .min_by_key(|own| own.idle.first_key_value().map(|(order, _)| *order));
        if let Some((_, id)) = oldest.and_then(|own| own.idle.pop_first()) {
            self.entries.remove(&id);
        }
    }

    /// An entry that was busy or settling is so no more.
    fn leaves(&mut self, id: u64) -> Option<&mut Entry> {
        let entry = self.entries.get_mut(&id)?;
        let own = self.functions.entry(Arc::clone(&entry.function)).or_default();
        match entry.phase {
            Phase::Busy => own.busy -= 1,
            Phase::Settling => {
                own.busy -= 1;
                if own.current == Some(entry.generation) {
                    own.settling = own.settling.saturating_sub(1);
                }
            }
            Phase::Idle { order, .. } => {
                own.idle.remove(&order);
            }
        }
        Some(entry)
    }

    /// Gives a free environment to whoever has waited longest for one of its function, or keeps it for the next caller. False: its
    /// function has changed or the cloud is stopping, so it must end, which its driver sees by its job's channel too.
    fn offer(&mut self, id: u64, mut job: oneshot::Sender<Job>) -> bool {
        let Some(entry) = self.entries.get(&id) else { return false };
        let current = self.functions.get(&entry.function).and_then(|own| own.current);
        if self.closed || current != Some(entry.generation) {
            return false;
        }
        let Some(entry) = self.leaves(id) else { return false };
        let function = Arc::clone(&entry.function);
        entry.phase = Phase::Busy;
        self.own(&function).1.busy += 1;
        while let Some(waiter) = self.waiting.iter().find(|waiter| waiter.function == function) {
            match self.wake(waiter.ticket, Woken::With { id, job }) {
                Some(Woken::With { job: back, .. }) => job = back,
                Some(Woken::Ask) | None => return true,
            }
        }
        let order = self.next();
        let own = self.own(&function).1;
        own.busy -= 1;
        own.idle.insert(order, id);
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.phase = Phase::Idle { order, job };
        }
        self.wake_first();
        true
    }

    /// Environments that are at work, or about to be free.
    fn used(&self) -> usize {
        self.entries.len() - self.functions.values().map(|own| own.idle.len()).sum::<usize>()
    }

    /// Lets the caller that has waited longest ask again, if it may be the limit that it waits for: one has just made room.
    fn wake_first(&mut self) {
        if self.used() + 1 < self.limit {
            return;
        }
        while let Some(ticket) = self.waiting.front().map(|waiter| waiter.ticket) {
            if self.wake(ticket, Woken::Ask).is_none() {
                return;
            }
        }
    }

    /// Wakes one caller; gives back what it no longer takes.
    fn wake(&mut self, ticket: u64, with: Woken) -> Option<Woken> {
        let waiter = self.stop_waiting(ticket)?;
        waiter.wake.send(with).err()
    }

    fn stop_waiting(&mut self, ticket: u64) -> Option<Waiter> {
        let at = self.waiting.iter().position(|waiter| waiter.ticket == ticket)?;
        let waiter = self.waiting.remove(at)?;
        let own = self.own(&waiter.function).1;
        own.waiting = own.waiting.saturating_sub(1);
        self.forget_if_nothing(&waiter.function);
        Some(waiter)
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
        let mut guard = self.pool.lock();
        let State { entries, functions, .. } = &mut *guard;
        let Some(entry) = entries.get_mut(&self.id).filter(|entry| matches!(entry.phase, Phase::Busy)) else { return };
        entry.phase = Phase::Settling;
        if let Some(own) = functions.get_mut(&entry.function)
            && own.current == Some(entry.generation)
        {
            own.settling += 1;
        }
    }

    /// Offers the environment. `None`: its function has changed or the cloud is stopping, so it must end.
    pub(super) fn park(&self) -> Option<oneshot::Receiver<Job>> {
        let (job, receiver) = oneshot::channel();
        self.pool.lock().offer(self.id, job).then_some(receiver)
    }

    /// Takes the offer back. False: a job is on its way already.
    pub(super) fn withdraw(&self) -> bool {
        let mut state = self.pool.lock();
        match state.entries.get(&self.id) {
            Some(entry) if entry.is_idle() => {
                if let Some(entry) = state.leaves(self.id) {
                    entry.phase = Phase::Busy;
                    let function = Arc::clone(&entry.function);
                    state.own(&function).1.busy += 1;
                }
                true
            }
            Some(_) => false,
            None => true,
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut state = self.pool.lock();
        if state.leaves(self.id).is_some()
            && let Some(entry) = state.entries.remove(&self.id)
        {
            // Those who waited for this one may start another.
            let tickets: Vec<u64> = state
                .waiting
                .iter()
                .filter(|waiter| waiter.function == entry.function)
                .map(|waiter| waiter.ticket)
                .collect();
            for ticket in tickets {
                state.wake(ticket, Woken::Ask);
            }
            state.forget_if_nothing(&entry.function);
        }
        state.wake_first();
    }
}

/// A place in the queue for an environment that is about to be free.
#[derive(Debug)]
pub(super) struct Waiting {
    pool: Arc<Pool>,
    ticket: u64,
    woken: oneshot::Receiver<Woken>,
}

impl Waiting {
    /// Waits no longer than `patience` lasts. An environment; or `Ok(None)`, ask again; or the error, it was for nothing.
    pub(super) async fn within(
        mut self,
        patience: impl Future<Output = ()>,
    ) -> Result<Option<oneshot::Sender<Job>>, Late> {
        let woken = tokio::select! {
            biased;
            woken = &mut self.woken => woken.ok(),
            () = patience => return Err(Late),
        };
        match woken {
            Some(Woken::With { job, .. }) => Ok(Some(job)),
            Some(Woken::Ask) | None => Ok(None),
        }
    }
}

/// Nothing became free in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Late;

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut state = self.pool.lock();
        state.stop_waiting(self.ticket);
        self.woken.close();
        // It came when nobody looked any more: the next one has it.
        match self.woken.try_recv() {
            Ok(Woken::With { id, job }) => {
                state.offer(id, job);
            }
            Ok(Woken::Ask) => state.wake_first(),
            Err(_) => {}
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

    /// Two environments that have just answered.
    fn two_settling(pool: &Arc<Pool>, function: &str) -> (Slot, Slot) {
        let both = (cold(pool, function), cold(pool, function));
        both.0.settle();
        both.1.settle();
        both
    }

    fn soon(pool: &Arc<Pool>, function: &str) -> Waiting {
        match pool.take(function, 1, None, true).unwrap() {
            Taken::Soon(waiting) => waiting,
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

    #[tokio::test]
    async fn an_environment_that_becomes_free_goes_to_whoever_waited_longest_and_to_nobody_else() {
        let pool = pool(9);
        let (one, _two) = two_settling(&pool, "a");
        let (first, second) = (soon(&pool, "a"), soon(&pool, "a"));
        let mut offer = one.park().unwrap();
        let given = first.within(std::future::pending()).await.unwrap().expect("handed over");
        assert!(offer.try_recv().is_err_and(|error| error == oneshot::error::TryRecvError::Empty));
        assert!(!one.withdraw(), "it is somebody's");
        drop(given);
        assert!(offer.try_recv().is_err_and(|error| error == oneshot::error::TryRecvError::Closed));
        assert_eq!(second.within(std::future::ready(())).await.unwrap_err(), Late);
    }

    #[tokio::test]
    async fn an_environment_for_a_caller_that_has_gone_is_the_next_ones() {
        let pool = pool(9);
        let (one, two) = two_settling(&pool, "a");
        let (first, second) = (soon(&pool, "a"), soon(&pool, "a"));
        let mut offer = one.park().unwrap();
        drop(first);
        let given = second.within(std::future::pending()).await.unwrap().expect("handed on");
        assert!(offer.try_recv().is_err_and(|error| error == oneshot::error::TryRecvError::Empty));
        drop(given);
        let third = soon(&pool, "a");
        let mut offer = two.park().unwrap();
        drop(third);
        assert!(matches!(pool.take("a", 1, None, true).unwrap(), Taken::Warm(_)), "kept for the next caller");
        assert!(offer.try_recv().is_err_and(|error| error == oneshot::error::TryRecvError::Closed));
    }

    #[test]
    fn an_environment_that_was_handed_over_before_its_function_changed_and_not_taken_ends() {
        let pool = pool(9);
        let slot = cold(&pool, "a");
        slot.settle();
        let waiting = soon(&pool, "a");
        let mut offer = slot.park().unwrap();
        pool.set_current("a", Some(2));
        drop(waiting);
        assert!(offer.try_recv().is_err_and(|error| error == oneshot::error::TryRecvError::Closed));
        assert!(matches!(pool.take("a", 2, None, true).unwrap(), Taken::Cold(_)));
    }

    #[tokio::test]
    async fn whoever_waits_for_an_environment_that_ends_asks_again() {
        let pool = pool(9);
        let slot = cold(&pool, "a");
        slot.settle();
        let waiting = soon(&pool, "a");
        drop(slot);
        assert!(waiting.within(std::future::pending()).await.unwrap().is_none());
        let slot = cold(&pool, "a");
        slot.settle();
        let waiting = soon(&pool, "a");
        pool.close();
        assert!(waiting.within(std::future::pending()).await.unwrap().is_none());
        assert_eq!(pool.take("a", 1, None, true).unwrap_err(), Refusal::Closed);
    }

    #[tokio::test]
    async fn a_free_place_wakes_one_of_those_that_the_limit_holds_up() {
        let pool = pool(2);
        let (one, two) = two_settling(&pool, "a");
        let (first, second) = (soon(&pool, "b"), soon(&pool, "b"));
        let _offer = one.park().unwrap();
        assert!(first.within(std::future::pending()).await.unwrap().is_none());
        assert_eq!(second.within(std::future::ready(())).await.unwrap_err(), Late);
        let third = cold(&pool, "b");
        drop((two, third));
        cold(&pool, "b");
    }

    #[test]
    fn of_a_function_that_is_gone_nothing_stays() {
        let pool = pool(9);
        let (idle, settling) = (cold(&pool, "a"), cold(&pool, "a"));
        let _offer = idle.park().unwrap();
        settling.settle();
        pool.set_current("a", None);
        pool.set_current("b", None);
        assert!(settling.park().is_none());
        drop((idle, settling));
        assert!(pool.lock().functions.is_empty() && pool.lock().entries.is_empty(), "{pool:?}");
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
