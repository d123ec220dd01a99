//! What functions write, on its way into the table: a function does not wait for the disk, and many lines share one transaction.
//!
//! A killed process loses what arrived in its last moments, as a line does on AWS that has not left the machine yet. Whoever asks for
//! events gets all that were written before: every question lets the queue be written first.

use super::events::{Events, Line};
use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

/// Lines that may wait; whoever brings more writes them itself.
const MOST: usize = 10_000;
/// How long the thread lets lines gather: each transaction writes whole pages, and the row of each stream in it, once.
const GATHER: Duration = Duration::from_millis(20);

/// The queue, and the thread that empties it.
pub(super) struct Writer {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
}

struct Queue {
    events: Events,
    waiting: Mutex<Waiting>,
    arrived: Condvar,
    /// Held while lines are taken and written, so that they stay in order and a question waits for them.
    writing: Mutex<()>,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<Line>,
    closed: bool,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(events: Events) -> std::io::Result<Self> {
        let queue =
            Arc::new(Queue { events, waiting: Mutex::default(), arrived: Condvar::new(), writing: Mutex::new(()) });
        let worker = Arc::clone(&queue);
        let thread = std::thread::Builder::new().name("logs".to_owned()).spawn(move || worker.work())?;
        Ok(Self { queue, thread: Some(thread) })
    }

    /// Takes lines in.
    pub(super) fn push(&self, lines: impl IntoIterator<Item = Line>) {
        let mut waiting = self.queue.waiting();
        let first = waiting.lines.is_empty();
        waiting.lines.extend(lines);
        let full = waiting.lines.len() > MOST;
        drop(waiting);
        // Of later ones the thread need not hear: it takes all that there are.
        if first {
            self.queue.arrived.notify_one();
        }
        if full {
            self.queue.settle();
        }
    }

    /// Returns when all that was taken in before is in the table.
    pub(super) fn settle(&self) {
        self.queue.settle();
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.waiting().closed = true;
        self.queue.arrived.notify_one();
        if let Some(thread) = self.thread.take() {
            // One that panicked has said so.
            let _ = thread.join();
        }
    }
}

impl Queue {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // Taking and adding leave it whole.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        loop {
            let mut waiting = self.waiting();
            while waiting.lines.is_empty() && !waiting.closed {
                waiting = self.arrived.wait(waiting).unwrap_or_else(PoisonError::into_inner);
            }
            let gathered = self.arrived.wait_timeout_while(waiting, GATHER, |waiting| !waiting.closed);
            let (waiting, _) = gathered.unwrap_or_else(PoisonError::into_inner);
            let last = waiting.closed;
            drop(waiting);
            self.settle();
            if last {
                return;
            }
        }
    }

    fn settle(&self) {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = std::mem::take(&mut self.waiting().lines);
        if lines.is_empty() {
            return;
        }
        if let Err(error) = self.events.append_lines(&lines) {
            tracing::warn!(%error, lines = lines.len(), "log events are lost");
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::super::events::{Range, Streams};
    use super::*;
    use crate::store::Store;

    fn line(stream: &str, message: &str) -> Line {
        let (group, stream, message) = ("/g".into(), stream.into(), message.to_owned());
        Line { group, stream, timestamp_ms: 5, ingested_ms: 6, message }
    }

    fn all(events: &Events) -> Vec<(String, String)> {
        let range = Range { streams: Streams::All, from_ms: 0, to_ms: i64::MAX, beyond: None, backward: false };
        let read = events.read("/g", &range, usize::MAX >> 1).unwrap();
        read.into_iter().map(|event| (event.stream, event.message)).collect()
    }

    #[test]
    fn what_was_taken_in_is_there_after_settling_in_its_order() {
        let folder = tempfile::tempdir().unwrap();
        let events = Events::open(Store::open(&folder.path().join("state.db")).unwrap()).unwrap();
        let writer = Writer::start(events.clone()).unwrap();
        let expected: Vec<_> = (0..500).map(|n| (format!("s{}", n % 3), n.to_string())).collect();
        for (stream, message) in &expected {
            writer.push([line(stream, message)]);
        }
        writer.settle();
        assert_eq!(all(&events), expected);
        let stream = events.stream("/g", "s1").unwrap().unwrap();
        assert_eq!((stream.first_ms, stream.last_ms, stream.ingested_ms), (Some(5), Some(5), Some(6)));
    }

    #[test]
    fn a_stream_s_times_are_those_of_all_its_lines_however_they_are_mixed() {
        let folder = tempfile::tempdir().unwrap();
        let events = Events::open(Store::open(&folder.path().join("state.db")).unwrap()).unwrap();
        let at = |stream: &str, timestamp_ms, ingested_ms| Line { timestamp_ms, ingested_ms, ..line(stream, "x") };
        events.append_lines(&[at("a", 20, 31), at("b", 7, 32), at("a", 10, 33), at("a", 15, 34)]).unwrap();
        let times = |name: &str| {
            let stream = events.stream("/g", name).unwrap().unwrap();
            (stream.created_ms, stream.first_ms.unwrap(), stream.last_ms.unwrap(), stream.ingested_ms.unwrap())
        };
        assert_eq!((times("a"), times("b")), ((31, 10, 20, 34), (32, 7, 7, 32)));
        events.append_lines(&[at("b", 5, 41), at("a", 12, 42)]).unwrap();
        assert_eq!((times("a"), times("b")), ((31, 10, 20, 42), (32, 5, 7, 41)));
        assert_eq!(events.group("/g").unwrap().unwrap().created_ms, 31);
    }

    #[test]
    fn the_thread_writes_unasked_and_the_end_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let events = Events::open(Store::open(&folder.path().join("state.db")).unwrap()).unwrap();
        let writer = Writer::start(events.clone()).unwrap();
        writer.push([line("s", "first")]);
        let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while all(&events).is_empty() {
            assert!(std::time::Instant::now() < until, "nobody wrote it");
            std::thread::yield_now();
        }
        writer.push((0..300).map(|n| line("s", &n.to_string())));
        drop(writer);
        assert_eq!(all(&events).len(), 301);
    }

    #[test]
    fn more_than_may_wait_is_written_by_whoever_brings_it() {
        let folder = tempfile::tempdir().unwrap();
        let events = Events::open(Store::open(&folder.path().join("state.db")).unwrap()).unwrap();
        let writer = Writer::start(events.clone()).unwrap();
        writer.push((0..=MOST).map(|n| line("s", &n.to_string())));
        assert!(all(&events).len() > MOST, "it returned before");
        assert!(writer.queue.waiting().lines.is_empty());
    }
}
