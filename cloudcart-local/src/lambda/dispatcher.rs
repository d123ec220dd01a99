//! Finds or starts an environment for each invocation, synchronous or asynchronous.

use super::{
    LambdaOptions,
    code::CodeStore,
    destinations::{Condition, Ended},
    environment::{Answer, Environment, Job},
    event_config::EventConfig,
    pool::{Generation, Late, Pool, Refusal, Taken},
    process::Spawner,
    record::{self, FunctionRecord},
};
use crate::{
    core::Core,
    ports::{Identities, Invocation, InvokeError, InvokeOutcome, LogSink, QueueSource},
};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};
use tokio::sync::{mpsc, oneshot, watch};

/// Bytes of a synchronous event.
pub(super) const SYNC_LIMIT: usize = 6 * 1024 * 1024;
/// Bytes of an asynchronous event.
pub(super) const ASYNC_LIMIT: usize = 1024 * 1024;
/// How long a caller waits for an environment that has just answered, before another is started.
const PATIENCE: Duration = Duration::from_millis(50);
/// Waits before the first and the second retry of an asynchronous invocation.
const RETRY_AFTER: [Duration; 2] = [Duration::from_mins(1), Duration::from_mins(2)];
const ASYNC: &str = "lambda.async";

/// A function as it is now.
#[derive(Debug, Clone)]
pub(super) struct Function {
    pub(super) record: Arc<FunctionRecord>,
    pub(super) generation: Generation,
}

/// One invocation, as the engine passes it on.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) function: String,
    pub(super) payload: Bytes,
    pub(super) trace_id: Option<String>,
    pub(super) client_context: Option<String>,
    pub(super) tail: bool,
}

impl From<Invocation> for Request {
    fn from(invocation: Invocation) -> Self {
        Self {
            function: invocation.function,
            payload: invocation.payload,
            trace_id: invocation.trace_id,
            client_context: invocation.client_context,
            tail: false,
        }
    }
}

/// Why an invocation did not happen.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum DispatchError {
    #[error("Function not found: {0}")]
    NotFound(String),
    #[error("Rate Exceeded.")]
    Throttled {
        /// The function's own limit, not the cloud's.
        reserved: bool,
    },
    #[error("the event of {size} bytes is larger than {limit}")]
    TooLarge { size: usize, limit: usize },
    #[error("{0}")]
    Unavailable(String),
}

impl From<DispatchError> for InvokeError {
    fn from(error: DispatchError) -> Self {
        match error {
            DispatchError::NotFound(name) => Self::NotFound(name),
            DispatchError::Throttled { .. } => Self::Throttled,
            DispatchError::TooLarge { size, limit } => Self::TooLarge { size, limit },
            DispatchError::Unavailable(reason) => Self::Unavailable(reason),
        }
    }
}

/// An asynchronous event that waits for its (next) attempt; survives a restart.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Queued {
    function: String,
    /// Base64.
    payload: String,
    trace_id: Option<String>,
    client_context: Option<String>,
    accepted_ms: i64,
    /// Attempts that failed in the function.
    failures: usize,
    due_ms: i64,
    /// The answer of the last attempt.
    #[serde(default)]
    answer: Option<String>,
}

/// What every invocation needs.
pub(super) struct Dispatcher {
    pub(super) core: Arc<Core>,
    pub(super) options: LambdaOptions,
    pub(super) logs: Arc<dyn LogSink>,
    pub(super) identities: Arc<dyn Identities>,
    pub(super) queues: Arc<dyn QueueSource>,
    pub(super) code: CodeStore,
    pub(super) spawner: Spawner,
    pub(super) pool: Arc<Pool>,
    pub(super) functions: RwLock<BTreeMap<String, Function>>,
    /// True once the cloud is stopping.
    pub(super) stop: watch::Sender<bool>,
    /// Cloned by every task that must have ended before the cloud has; taken at shutdown.
    pub(super) alive: Mutex<Option<mpsc::Sender<Infallible>>>,
}

impl Dispatcher {
    /// The function of that name.
    pub(super) fn function(&self, name: &str) -> Option<Function> {
        self.functions.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Runs `task` unless the cloud is stopping; shutdown waits for it.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let alive = self.alive.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(alive) = alive {
            tokio::spawn(async move {
                task.await;
                drop(alive);
            });
        }
    }

    /// Completes when the cloud is stopping.
    pub(super) async fn stopping(&self) {
        let _ = self.stop.subscribe().wait_for(|stop| *stop).await;
    }

    /// Invokes and waits for the answer.
    pub(super) async fn invoke(self: &Arc<Self>, request: Request) -> Result<InvokeOutcome, DispatchError> {
        self.invoke_as(self.core.random.uuid(), request).await
    }

    async fn invoke_as(self: &Arc<Self>, id: String, request: Request) -> Result<InvokeOutcome, DispatchError> {
        let name = record::name_of(&self.core, &request.function)
            .map_err(|_| DispatchError::NotFound(request.function.clone()))?;
        let size = request.payload.len();
        if size > SYNC_LIMIT {
            return Err(DispatchError::TooLarge { size, limit: SYNC_LIMIT });
        }
        let payload = if size == 0 { Bytes::from_static(b"{}") } else { request.payload };
        let trace_id = request.trace_id.filter(|id| id.bytes().all(|b| b.is_ascii_graphic())).unwrap_or_else(|| {
            let seconds = self.core.clock.now().as_secs();
            let random = &self.core.random;
            format!("Root=1-{seconds:08x}-{};Parent={};Sampled=0", random.hex(12), random.hex(8))
        });
        // It travels as a header, which holds no line breaks.
        let client_context = request.client_context.map(|text| text.replace(char::is_control, " "));
        loop {
            let (answer, answered) = oneshot::channel();
            let job = Job {
                request_id: id.clone(),
                payload: payload.clone(),
                trace_id: trace_id.clone(),
                client_context: client_context.clone(),
                tail: request.tail,
                answer,
            };
            self.place(&name, job).await?;
            match answered.await {
                Ok(Answer::Done(outcome)) => return Ok(outcome),
                Ok(Answer::Stale) => {}
                Ok(Answer::Failed(reason)) => return Err(DispatchError::Unavailable(reason)),
                // Whether the function ran is unknown then, so it is not run again here.
                Err(_) if *self.stop.borrow() => return Err(stopping()),
                Err(_) => return Err(DispatchError::Unavailable("the execution environment broke".to_owned())),
            }
        }
    }

    /// Gives `job` to a free environment, or starts one.
    async fn place(self: &Arc<Self>, name: &str, mut job: Job) -> Result<(), DispatchError> {
        let mut patient = true;
        loop {
            let function = self.function(name).ok_or_else(|| DispatchError::NotFound(name.to_owned()))?;
            let reserved = function.record.reserved_concurrency;
            match self.pool.take(name, function.generation, reserved, patient) {
                Ok(Taken::Warm(environment)) => match environment.send(job) {
                    Ok(()) => return Ok(()),
                    // It ended at this very moment.
                    Err(back) => job = back,
                },
                Ok(Taken::Cold(slot)) => {
                    let environment = Environment { dispatcher: Arc::clone(self), function: function.record, slot };
                    self.spawn(environment.run(job));
                    return Ok(());
                }
                Ok(Taken::Soon(waiting)) => match waiting.within(self.core.clock.real_sleep(PATIENCE)).await {
                    Ok(Some(environment)) => match environment.send(job) {
                        Ok(()) => return Ok(()),
                        Err(back) => job = back,
                    },
                    Ok(None) => {}
                    Err(Late) => patient = false,
                },
                Err(Refusal::Closed) => return Err(stopping()),
                Err(refusal) => return Err(DispatchError::Throttled { reserved: refusal == Refusal::Reserved }),
            }
        }
    }

    /// Accepts an event to be worked on later; gives its request id.
    pub(super) fn enqueue(self: &Arc<Self>, request: Request) -> Result<String, DispatchError> {
        use base64::Engine as _;
        let name = record::name_of(&self.core, &request.function)
            .map_err(|_| DispatchError::NotFound(request.function.clone()))?;
        if self.function(&name).is_none() {
            return Err(DispatchError::NotFound(request.function));
        }
        let size = request.payload.len();
        if size > ASYNC_LIMIT {
            return Err(DispatchError::TooLarge { size, limit: ASYNC_LIMIT });
        }
        let id = self.core.random.uuid();
        let now = self.core.clock.now_ms();
        let queued = Queued {
            function: name,
            payload: base64::engine::general_purpose::STANDARD.encode(&request.payload),
            trace_id: request.trace_id,
            client_context: request.client_context,
            accepted_ms: now,
            failures: 0,
            due_ms: now,
            answer: None,
        };
        self.core.store.put(ASYNC, &id, &queued).map_err(|error| DispatchError::Unavailable(error.to_string()))?;
        let dispatcher = Arc::clone(self);
        let worker = id.clone();
        self.spawn(async move { dispatcher.work_off(worker, queued).await });
        Ok(id)
    }

    /// Takes up the asynchronous events that were waiting when the cloud stopped.
    pub(super) fn resume(self: &Arc<Self>) -> Result<(), crate::store::StoreError> {
        for (id, queued) in self.core.store.list::<Queued>(ASYNC)? {
            let dispatcher = Arc::clone(self);
            self.spawn(async move { dispatcher.work_off(id, queued).await });
        }
        Ok(())
    }

    /// Works on one asynchronous event until it succeeds or is given up.
    async fn work_off(self: Arc<Self>, id: String, mut queued: Queued) {
        use base64::Engine as _;
        let payload = base64::engine::general_purpose::STANDARD.decode(&queued.payload).unwrap_or_default();
        let payload = Bytes::from(payload);
        let mut throttled: u32 = 0;
        loop {
            let Some(function) = self.function(&queued.function).map(|function| function.record) else {
                return self.forget(&id);
            };
            let config = function.event_config.as_ref();
            let oldest = i64::try_from(EventConfig::oldest(config).as_millis()).unwrap_or(i64::MAX);
            let expires_ms = queued.accepted_ms.saturating_add(oldest);
            let until = queued.due_ms.min(expires_ms);
            if until > self.core.clock.now_ms() {
                tokio::select! {
                    () = self.core.clock.sleep_until_ms(until) => {}
                    () = self.stopping() => return,
                }
                // It may have been changed meanwhile.
                continue;
            }
            let give_up = |queued: &Queued, condition| {
                tracing::warn!(id, function = queued.function, ?condition, "an asynchronous event is given up");
                let answer = queued.answer.as_deref().map(str::as_bytes);
                let ended = Ended { id: &id, event: &payload, attempts: queued.failures, condition, answer };
                self.tell_destinations(&function, &ended);
                self.forget(&id);
            };
            if self.core.clock.now_ms() >= expires_ms {
                return give_up(&queued, Condition::EventAgeExceeded);
            }
            if function.reserved_concurrency == Some(0) {
                return give_up(&queued, Condition::ZeroReservedConcurrency);
            }
            let request = Request {
                function: queued.function.clone(),
                payload: payload.clone(),
                trace_id: queued.trace_id.clone(),
                client_context: queued.client_context.clone(),
                tail: false,
            };
            let result = self.invoke_as(id.clone(), request).await;
            if *self.stop.borrow() {
                // It was interrupted, not failed: the next start takes it up again.
                return;
            }
            let again = match result {
                Ok(outcome) if outcome.function_error.is_none() => {
                    let (attempts, answer) = (queued.failures + 1, Some(outcome.payload.as_ref()));
                    let condition = Condition::Success;
                    let ended = Ended { id: &id, event: &payload, attempts, condition, answer };
                    self.tell_destinations(&function, &ended);
                    return self.forget(&id);
                }
                Ok(outcome) => {
                    queued.failures += 1;
                    queued.answer = Some(String::from_utf8_lossy(&outcome.payload).into_owned());
                    let retries = EventConfig::retries(config);
                    match RETRY_AFTER.get(queued.failures - 1).filter(|_| queued.failures <= retries) {
                        Some(again) => *again,
                        None => return give_up(&queued, Condition::RetriesExhausted),
                    }
                }
                Err(DispatchError::NotFound(_) | DispatchError::TooLarge { .. }) => return self.forget(&id),
                Err(DispatchError::Throttled { .. } | DispatchError::Unavailable(_)) => {
                    throttled += 1;
                    // From one second up to five minutes, as Lambda backs off.
                    Duration::from_secs((1 << throttled.min(9).saturating_sub(1)).min(300))
                }
            };
            queued.due_ms = self.core.clock.now_ms() + i64::try_from(again.as_millis()).unwrap_or(i64::MAX);
            if let Err(error) = self.core.store.put(ASYNC, &id, &queued) {
                tracing::error!(%error, id, "could not keep an asynchronous event");
            }
        }
    }

    /// Works no more on an asynchronous event.
    fn forget(&self, id: &str) {
        if let Err(error) = self.core.store.delete(ASYNC, id) {
            tracing::error!(%error, id, "could not remove an asynchronous event");
        }
    }
}

fn stopping() -> DispatchError {
    DispatchError::Unavailable("the local cloud is stopping".to_owned())
}
