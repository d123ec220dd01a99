//! A span: one piece of work, such as a request or a record of a batch. It holds what all log lines of that work have in common,
//! where they go, what must not stand in them, and the metrics of the work.
//!
//! The span of a task is found by [`current`], so that a table which leaves out a broken row can say for whose request, without
//! every call between carrying it along. Tests put a root of their own around what they call, and own its lines and its clock.

use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use cloudcart_shop::money::Money;
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::clock::{Clock, SystemClock};
use crate::config::Env;
use crate::log::{self, Level};
use crate::metrics::{Metric, Metrics};

/// What stands in place of a secret.
const CONCEALED: &str = "[concealed]";
/// Shorter texts hide nothing worth hiding, and would take the sense out of whatever they happen to stand in.
const SHORTEST_SECRET: usize = 4;
/// Longest error text of a line, in characters. A poison message may quote itself.
const LONGEST_ERROR: usize = 4_096;

tokio::task_local! {
    static CURRENT: Arc<Span>;
}

/// The span of whatever is no request and no batch: the init phase, and the end.
static PROCESS: LazyLock<Arc<Span>> = LazyLock::new(|| {
    let env = Env::process();
    let function_name = env.get("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|| "unknown".to_owned());
    let span = Span::root(Output { sink: Arc::new(Stdout), clock: Arc::new(SystemClock), function_name });
    let secrets = ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"].into_iter().filter_map(|name| env.get(name));
    secrets.for_each(|secret| span.conceal(&secret));
    span
});

/// Takes lines.
pub trait Sink: Send + Sync {
    /// Takes one, its newline included.
    fn write(&self, line: &str) -> std::io::Result<()>;
}

/// Where Lambda takes lines from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stdout;

impl Sink for Stdout {
    fn write(&self, line: &str) -> std::io::Result<()> {
        let mut stdout = std::io::stdout().lock();
        stdout.write_all(line.as_bytes())?;
        stdout.flush()
    }
}

/// Where lines go, and what else a line needs to be made.
#[derive(Clone)]
pub struct Output {
    /// Where they go.
    pub sink: Arc<dyn Sink>,
    /// What their times and durations are taken from.
    pub clock: Arc<dyn Clock>,
    /// The Lambda function's own name, which tells metrics of two stacks apart.
    pub function_name: String,
}

/// One piece of work.
pub struct Span {
    output: Output,
    started: Timestamp,
    /// A root never ends, so its metrics go out at once.
    root: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    fields: Map<String, Value>,
    secrets: Vec<String>,
    metrics: Metrics,
}

/// The span that the caller runs in.
pub fn current() -> Arc<Span> {
    CURRENT.try_with(Arc::clone).unwrap_or_else(|_| Arc::clone(&PROCESS))
}

impl Span {
    /// A span that writes to a place of its own.
    pub fn root(output: Output) -> Arc<Self> {
        let started = output.clock.now();
        Arc::new(Self { output, started, root: true, state: Mutex::default() })
    }

    /// A span within the current one: it writes to the same place, conceals the same secrets, and begins with its fields.
    pub fn begin() -> Arc<Self> {
        let parent = current();
        let state = parent.state();
        let state = State { fields: state.fields.clone(), secrets: state.secrets.clone(), metrics: Metrics::default() };
        let output = parent.output.clone();
        Arc::new(Self { started: output.clock.now(), output, root: false, state: Mutex::new(state) })
    }

    /// Runs work as this span's.
    pub async fn scope<F: Future>(self: &Arc<Self>, work: F) -> F::Output {
        CURRENT.scope(Arc::clone(self), work).await
    }

    /// Adds a field to all lines from now on. An absent value adds none.
    pub fn note(&self, name: &'static str, value: impl Into<Value>) {
        let value = value.into();
        if !value.is_null() {
            self.state().fields.insert(name.to_owned(), value);
        }
    }

    /// Keeps a text out of this span's error texts. What the shop writes itself names no secret, but an error may quote what it
    /// stumbled over.
    pub fn conceal(&self, secret: &str) {
        if secret.len() >= SHORTEST_SECRET {
            self.state().secrets.push(secret.to_owned());
        }
    }

    /// Counts one more.
    pub fn count(&self, metric: Metric) {
        self.state().metrics.count(metric);
        self.flush();
    }

    /// Takes a number of things. A span has one of each, the last counts.
    pub fn set(&self, metric: Metric, value: usize) {
        self.state().metrics.set(metric, value.into());
        self.flush();
    }

    /// Takes a duration in milliseconds. A span has one of each, the last counts.
    pub fn time(&self, metric: Metric, milliseconds: u64) {
        self.state().metrics.set(metric, milliseconds.into());
        self.flush();
    }

    /// Takes the total of the order that this span has placed.
    pub fn order_total(&self, total: Money) {
        self.state().metrics.order_total(total);
        self.flush();
    }

    /// How long it has lasted, in milliseconds. Clocks are set back at times; then it is 0.
    pub fn milliseconds(&self) -> u64 {
        let elapsed = self.output.clock.now().as_millisecond() - self.started.as_millisecond();
        u64::try_from(elapsed).unwrap_or(0)
    }

    /// Writes a line. A log that cannot be written to must not fail a request, so errors are dropped.
    pub fn write(&self, level: Level, message: &str, fields: Value) {
        self.emit(level, message, fields, Map::new());
    }

    /// Writes the last line, which has the duration and the metrics.
    pub fn end(&self, level: Level, message: &str, mut fields: Value) {
        if let Some(fields) = fields.as_object_mut() {
            fields.insert("durationMs".to_owned(), self.milliseconds().into());
        }
        let metrics = std::mem::take(&mut self.state().metrics);
        self.emit(level, message, fields, metrics.members(&self.output.function_name, self.output.clock.now()));
    }

    fn flush(&self) {
        if self.root {
            let metrics = std::mem::take(&mut self.state().metrics);
            let members = metrics.members(&self.output.function_name, self.output.clock.now());
            self.emit(Level::Info, "metrics", Value::Null, members);
        }
    }

    fn emit(&self, level: Level, message: &str, fields: Value, metrics: Map<String, Value>) {
        let line = {
            let state = self.state();
            let mut fields = match fields {
                Value::Object(fields) => fields,
                Value::Null => Map::new(),
                other => Map::from_iter([("value".to_owned(), other)]),
            };
            // Of the line, else of the span.
            if let Some(Value::String(error)) = fields.get("error").or_else(|| state.fields.get("error")) {
                let error = state.presentable(error).into();
                fields.insert("error".to_owned(), error);
            }
            fields.extend(metrics);
            let before = state.fields.iter().filter(|(name, _)| !fields.contains_key(name.as_str()));
            let all = before.chain(&fields).map(|(name, value)| (name.as_str(), value));
            let mut line = log::line(level, message, all);
            line.push('\n');
            line
        };
        let _ = self.output.sink.write(&line);
    }

    /// Nothing that is done under this lock runs foreign code, so it cannot be taken twice.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// An error text without secrets, and not longer than a line should be.
    fn presentable(&self, error: &str) -> String {
        // Concealed first: cut off in its middle, a secret would no longer be found.
        let concealed = self.secrets.iter().fold(error.to_owned(), |text, secret| text.replace(secret, CONCEALED));
        match concealed.char_indices().nth(LONGEST_ERROR) {
            Some((end, _)) => format!("{}…", &concealed[..end]),
            None => concealed,
        }
    }
}
