//! Turns what a function's process writes into log events, in order with the platform's own lines.

use super::{platform, record::Logging};
use crate::{clock::Clock, ports::LogSink};
use std::{
    fs::File,
    io::{self, ErrorKind, Read},
    os::fd::OwnedFd,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::net::unix::pipe::Receiver;

/// Bytes of log that `LogType: Tail` gives back.
const TAIL: usize = 4096;
/// Longest single log event; CloudWatch Logs takes 1 MiB, Lambda cuts at 256 KiB.
const LONGEST_LINE: usize = 256 * 1024;
/// No pipe holds more than this (64 KiB is usual): reading this much gives everything written before.
const DRAIN: usize = 1024 * 1024;

/// The log of one execution environment.
pub(super) struct Output {
    sink: Arc<dyn LogSink>,
    clock: Arc<dyn Clock>,
    logging: Logging,
    group: String,
    stream: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Reading end of the process's pipe; none before the start and after the end.
    pipe: Option<File>,
    partial: Vec<u8>,
    pending: Vec<(i64, String)>,
    tail: String,
}

impl Output {
    pub(super) fn new(
        sink: Arc<dyn LogSink>,
        clock: Arc<dyn Clock>,
        logging: Logging,
        group: String,
        stream: String,
    ) -> Arc<Self> {
        Arc::new(Self { sink, clock, logging, group, stream, state: Mutex::default() })
    }

    /// Reads `pipe`, which must not block, from now on until it ends. Must run inside a Tokio runtime.
    pub(super) fn attach(self: &Arc<Self>, pipe: File) -> io::Result<()> {
        // Two handles on one pipe: this one tells when there is something; the other reads whether or not the runtime
        // has noticed yet, which `drain` needs.
        let receiver = Receiver::from_owned_fd(OwnedFd::from(pipe.try_clone()?))?;
        self.lock().pipe = Some(pipe);
        let output = Arc::downgrade(self);
        tokio::spawn(async move {
            while receiver.readable().await.is_ok() {
                // The environment is gone: what a grandchild may still write has no reader, as on Lambda.
                let Some(output) = output.upgrade() else { return };
                let mut state = output.lock();
                let end = state.read(|buffer| receiver.try_read(buffer), output.clock.now_ms(), &output.logging);
                output.flush(&mut state);
                if end == ReadEnd::Closed {
                    return;
                }
            }
        });
        Ok(())
    }

    /// Takes in what an ended process has left in the pipe and hands everything to the sink.
    pub(super) fn finish(&self) {
        self.drain();
        self.flush(&mut self.lock());
    }

    /// Takes in everything the process has written up to now; the next line of the platform carries it to the sink.
    pub(super) fn drain(&self) {
        let mut state = self.lock();
        if let Some(mut pipe) = state.pipe.take() {
            let end = state.read(|buffer| pipe.read(buffer), self.clock.now_ms(), &self.logging);
            state.pipe = (end == ReadEnd::Open).then_some(pipe);
        }
        state.end_line(self.clock.now_ms(), &self.logging);
    }

    /// Appends a line of the platform itself and hands everything so far to the sink.
    pub(super) fn platform(&self, line: String) {
        let mut state = self.lock();
        state.push(self.clock.now_ms(), line);
        self.flush(&mut state);
    }

    /// Forgets the tail of the invocation before.
    pub(super) fn begin(&self) {
        self.lock().tail.clear();
    }

    /// The log stream.
    pub(super) fn stream(&self) -> &str {
        &self.stream
    }

    /// The last 4 KiB since [`Output::begin`].
    pub(super) fn tail(&self) -> String {
        self.lock().tail.clone()
    }

    fn flush(&self, state: &mut State) {
        if !state.pending.is_empty() {
            self.sink.append(&self.group, &self.stream, &state.pending);
            state.pending.clear();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic in a log sink must not silence the function's later lines.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReadEnd {
    Open,
    Closed,
}

impl State {
    /// Takes in what `read` gives until it would block, or a pipe's worth.
    fn read(&mut self, mut read: impl FnMut(&mut [u8]) -> io::Result<usize>, now: i64, logging: &Logging) -> ReadEnd {
        let mut buffer = [0; 16 * 1024];
        let mut total = 0;
        while total < DRAIN {
            match read(&mut buffer) {
                Ok(0) => {
                    self.end_line(now, logging);
                    return ReadEnd::Closed;
                }
                Ok(count) => {
                    total += count;
                    self.take_in(&buffer[..count], now, logging);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => {
                    tracing::warn!(%error, "could not read a function's output");
                    return ReadEnd::Closed;
                }
            }
        }
        ReadEnd::Open
    }

    fn take_in(&mut self, mut bytes: &[u8], now: i64, logging: &Logging) {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.partial.extend_from_slice(&bytes[..end]);
            self.end_line(now, logging);
            bytes = &bytes[end + 1..];
        }
        self.partial.extend_from_slice(bytes);
        if self.partial.len() >= LONGEST_LINE {
            self.end_line(now, logging);
        }
    }

    fn end_line(&mut self, now: i64, logging: &Logging) {
        if self.partial.is_empty() {
            return;
        }
        let line = String::from_utf8_lossy(&self.partial).trim_end_matches('\r').to_owned();
        self.partial.clear();
        if !line.is_empty() && platform::passes_level(&line, logging) {
            self.push(now, line);
        }
    }

    fn push(&mut self, now: i64, line: String) {
        self.tail.push_str(&line);
        self.tail.push('\n');
        if self.tail.len() > TAIL {
            let mut cut = self.tail.len() - TAIL;
            while !self.tail.is_char_boundary(cut) {
                cut += 1;
            }
            self.tail.drain(..cut);
        }
        self.pending.push((now, line));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_line_written_in_pieces_is_one_event_and_crlf_is_trimmed() {
        let mut state = State::default();
        let logging = Logging::default();
        state.take_in(b"one", 1, &logging);
        state.take_in(b" line\r\nsecond\nrest", 2, &logging);
        assert_eq!(state.pending, [(2, "one line".to_owned()), (2, "second".to_owned())]);
        state.end_line(3, &logging);
        assert_eq!(state.pending.last().unwrap(), &(3, "rest".to_owned()));
    }

    #[test]
    fn the_tail_keeps_the_last_4_kib_and_never_splits_a_character() {
        let mut state = State::default();
        for _ in 0..2000 {
            state.push(0, "é".to_owned());
        }
        assert!(state.tail.len() <= TAIL);
        assert!(state.tail.ends_with("é\n"));
        assert!(state.tail.len() > TAIL - 4);
    }

    #[test]
    fn output_without_a_newline_is_cut_into_events() {
        let mut state = State::default();
        state.take_in(&vec![b'x'; LONGEST_LINE + 5], 0, &Logging::default());
        assert_eq!(state.pending.len(), 1);
    }
}
