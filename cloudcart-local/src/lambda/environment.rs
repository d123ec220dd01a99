//! One execution environment: starts the process, gives it one event at a time, and ends it.
//! Source: "Understanding the Lambda execution environment lifecycle".

use super::{
    dispatcher::Dispatcher,
    output::Output,
    platform::{self, Report, Status},
    pool::Slot,
    process::{Program, ProgramSpec, describe_exit},
    record::FunctionRecord,
    rights::Rights,
    role_logs::RoleLogs,
    runtime_api::{Call, Event, RESPONSE_LIMIT, RuntimeApi, Verdict},
    variables,
};
use crate::ports::InvokeOutcome;
use bytes::Bytes;
use serde_json::json;
use std::{process::ExitStatus, sync::Arc, time::Duration};
use tokio::sync::{oneshot, watch};

/// The init phase's own limit.
const INIT_LIMIT: Duration = Duration::from_secs(10);

/// One invocation on its way to an environment.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) request_id: String,
    pub(super) payload: Bytes,
    pub(super) trace_id: String,
    pub(super) client_context: Option<String>,
    /// The caller wants the whole invocation's log: answer only when it is written.
    pub(super) tail: bool,
    pub(super) answer: oneshot::Sender<Answer>,
}

/// What becomes of a job.
#[derive(Debug)]
pub(super) enum Answer {
    Done(InvokeOutcome),
    /// The environment ended before it could take the job: ask another.
    Stale,
    /// No environment could be made; the reason.
    Failed(String),
}

/// An environment that is about to start.
pub(super) struct Environment {
    pub(super) dispatcher: Arc<Dispatcher>,
    pub(super) function: Arc<FunctionRecord>,
    pub(super) slot: Slot,
}

/// A started process with what belongs to it.
struct Sandbox {
    program: Program,
    api: RuntimeApi,
    next: Option<oneshot::Sender<Event>>,
    stop: watch::Receiver<bool>,
    peak_mb: Option<u32>,
}

/// How an init ended.
enum Init {
    Ready,
    Failed { status: Status, document: Bytes },
    Stopped,
}

/// What happened next in a running environment.
enum Happening {
    Call(Call),
    Exited(Option<ExitStatus>),
    Limit,
    Stopped,
}

/// Whether the environment can take another event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Keep,
    Discard,
}

impl Environment {
    /// Lives until the environment ends. `first` is the invocation that it was started for.
    pub(super) async fn run(self, first: Job) {
        let output = self.output();
        let Some((mut sandbox, mut job, mut init)) = self.initialise(&output, first).await else { return };
        loop {
            let fate = self.invoke(&mut sandbox, &output, job, init.take()).await;
            if fate == Fate::Discard {
                break;
            }
            match self.rest(&mut sandbox).await {
                Some(next) => job = next,
                None => break,
            }
        }
        // The process ends before the slot is free, so that there are never more processes than the limit.
        sandbox.program.kill().await;
        output.finish();
    }

    fn output(&self) -> Arc<Output> {
        let core = &self.dispatcher.core;
        let date = jiff::Timestamp::from_millisecond(core.clock.now_ms()).unwrap_or_default().strftime("%Y/%m/%d");
        Output::new(
            Arc::new(RoleLogs::new(Arc::clone(&self.dispatcher.logs), Rights::of(&self.dispatcher, &self.function))),
            Arc::clone(&core.clock),
            self.function.settings.logging.clone(),
            self.function.log_group(),
            format!("{date}/[$LATEST]{}", core.random.hex(16)),
        )
    }

    /// The init phase: at most ten seconds. One that fails is tried once more, then as part of the invocation and under
    /// the function's own timeout. Gives the time that the successful init took, unless it counts as invocation.
    async fn initialise(&self, output: &Arc<Output>, job: Job) -> Option<(Sandbox, Job, Option<Duration>)> {
        let clock = &self.dispatcher.core.clock;
        let settings = &self.function.settings;
        if let Some(line) = platform::init_start(&settings.logging, clock.now_ms(), &settings.runtime) {
            output.platform(line);
        }
        for phase in ["init", "invoke"] {
            let limit = if phase == "init" { INIT_LIMIT } else { Duration::from_secs(settings.timeout.into()) };
            let began = clock.real_now();
            let mut sandbox = match self.start(output).await {
                Ok(sandbox) => sandbox,
                Err(reason) => {
                    let _ = job.answer.send(Answer::Failed(reason));
                    return None;
                }
            };
            let end = sandbox.until_ready(clock.real_sleep(limit)).await;
            let took = clock.real_now().saturating_sub(began);
            match end {
                Init::Ready => return Some((sandbox, job, (phase == "init").then_some(took))),
                Init::Stopped => {
                    sandbox.program.kill().await;
                    let _ = job.answer.send(Answer::Failed("the local cloud is stopping".to_owned()));
                    return None;
                }
                Init::Failed { status, document } => {
                    sandbox.sample();
                    sandbox.program.kill().await;
                    output.drain();
                    let report = platform::init_report(&settings.logging, clock.now_ms(), took, phase, status);
                    if let Some(line) = report {
                        output.platform(line);
                    }
                    if phase == "invoke" {
                        self.report_failed_init(output, job, &sandbox, status, document, took);
                        return None;
                    }
                }
            }
        }
        None
    }

    /// Writes the invocation's lines and answers, after the second init failed too.
    fn report_failed_init(
        &self,
        output: &Output,
        job: Job,
        sandbox: &Sandbox,
        status: Status,
        document: Bytes,
        took: Duration,
    ) {
        let settings = &self.function.settings;
        output.begin();
        let now = self.dispatcher.core.clock.now_ms();
        if let Some(line) = platform::start(&settings.logging, now, &job.request_id) {
            output.platform(line);
        }
        let payload = match status {
            Status::Timeout => self.timed_out(output, &job.request_id),
            _ if document.is_empty() => runtime_exit(output, &job.request_id, None),
            _ => with_request_id(document, &job.request_id),
        };
        let report =
            Report { duration: took, init: None, memory_mb: settings.memory, peak_mb: sandbox.peak_mb, status };
        for line in platform::end(&settings.logging, now, &job.request_id, report) {
            output.platform(line);
        }
        let outcome = InvokeOutcome {
            payload,
            function_error: Some("Unhandled".to_owned()),
            request_id: job.request_id,
            log_tail: output.tail(),
            timed_out: status == Status::Timeout,
        };
        let _ = job.answer.send(Answer::Done(outcome));
    }

    async fn start(&self, output: &Arc<Output>) -> Result<Sandbox, String> {
        let dispatcher = &self.dispatcher;
        let function = &self.function;
        let credentials = dispatcher
            .identities
            .assume(&function.settings.role, &function.name, "lambda.amazonaws.com")
            .map_err(|error| format!("The role defined for the function cannot be assumed by Lambda. ({error})"))?;
        let api = RuntimeApi::listen().await.map_err(|error| format!("could not listen for the runtime: {error}"))?;
        let folder = dispatcher.code.folder(&function.code);
        let spec = ProgramSpec {
            program: folder.join("bootstrap"),
            variables: variables::of(
                &dispatcher.core,
                &dispatcher.options.endpoints,
                function,
                &variables::Place {
                    task_root: &folder,
                    runtime_api: &api.address(),
                    log_stream: output.stream(),
                    credentials: &credentials,
                },
            ),
            directory: folder,
            memory_mb: function.settings.memory,
        };
        let program = spec.program.display().to_string();
        let (program, pipe) = dispatcher
            .spawner
            .spawn(spec)
            .await
            .map_err(|error| format!("Runtime.InvalidEntrypoint: could not start {program}: {error}"))?;
        output.attach(pipe).map_err(|error| format!("could not read the function's output: {error}"))?;
        Ok(Sandbox { program, api, next: None, stop: dispatcher.stop.subscribe(), peak_mb: None })
    }

    /// One invocation, from START to REPORT.
    async fn invoke(&self, sandbox: &mut Sandbox, output: &Output, job: Job, init: Option<Duration>) -> Fate {
        let clock = &self.dispatcher.core.clock;
        let settings = &self.function.settings;
        let timeout = Duration::from_secs(settings.timeout.into());
        let request_id = job.request_id.clone();
        output.begin();
        // A function's deadline and its duration are real: its process reads the machine's time and runs in it.
        let began = clock.real_now();
        let limit = clock.real_sleep(timeout);
        let event = Event {
            request_id: job.request_id.clone(),
            deadline_ms: clock.real_now_ms() + i64::from(settings.timeout) * 1000,
            function_arn: self.function.arn(&self.dispatcher.core),
            trace_id: job.trace_id.clone(),
            client_context: job.client_context.clone(),
            payload: job.payload.clone(),
        };
        // START is in the log before anything that the function can write about this event.
        if let Some(line) = platform::start(&settings.logging, clock.now_ms(), &request_id) {
            output.platform(line);
        }
        let delivered = sandbox.next.take().is_some_and(|next| next.send(event).is_ok());
        if !delivered {
            tracing::debug!(function = self.function.name, "the runtime hung up; its next request gets nothing");
        }
        let (fate, status, unanswered) = self.work(sandbox, output, job, limit).await;
        sandbox.sample();
        if fate == Fate::Discard {
            sandbox.program.kill().await;
        }
        output.drain();
        // The words about a crash come after what the function wrote before it.
        let last = unanswered.map(|(job, end)| {
            let payload = match end {
                Ending::TimedOut => self.timed_out(output, &request_id),
                Ending::Exited(exit) => runtime_exit(output, &request_id, exit),
                Ending::Answered { ref payload, .. } => payload.clone(),
            };
            (job, payload, end)
        });
        let duration = clock.real_now().saturating_sub(began).min(timeout);
        let report = Report { duration, init, memory_mb: settings.memory, peak_mb: sandbox.peak_mb, status };
        for line in platform::end(&settings.logging, clock.now_ms(), &request_id, report) {
            output.platform(line);
        }
        if let Some((job, payload, end)) = last {
            let (failed, timed_out) = match end {
                Ending::Answered { failed, .. } => (failed, false),
                Ending::TimedOut => (true, true),
                Ending::Exited(_) => (true, false),
            };
            let _ = job.answer.send(Answer::Done(InvokeOutcome {
                payload,
                function_error: failed.then(|| "Unhandled".to_owned()),
                request_id,
                log_tail: output.tail(),
                timed_out,
            }));
        }
        fate
    }

    /// Waits for the response and then for the runtime to ask for the next event. Answers the caller as soon as there is
    /// a response, unless it wants the log too; gives back a job that still has to be answered.
    async fn work(
        &self,
        sandbox: &mut Sandbox,
        output: &Output,
        job: Job,
        mut limit: futures_util::future::BoxFuture<'static, ()>,
    ) -> (Fate, Status, Option<(Job, Ending)>) {
        let mut job = Some(job);
        let mut answered: Option<(Job, Ending)> = None;
        let request_id = job.as_ref().map(|job| job.request_id.clone()).unwrap_or_default();
        loop {
            match sandbox.happening(&mut limit).await {
                Happening::Call(Call::Next(reply)) if job.is_none() => {
                    sandbox.next = Some(reply);
                    return (Fate::Keep, Status::Success, answered);
                }
                // Dropping the reply answers that an event is still being worked on.
                Happening::Call(Call::Next(_)) => {}
                Happening::Call(Call::InitError { verdict, .. }) => {
                    let _ = verdict.send(Verdict::WrongState);
                }
                Happening::Call(
                    Call::Response { request_id: id, verdict, .. } | Call::Error { request_id: id, verdict, .. },
                ) if id != request_id => {
                    let _ = verdict.send(Verdict::UnknownId);
                }
                Happening::Call(Call::Response { body, verdict, .. }) => {
                    let Some(taken) = job.take() else {
                        let _ = verdict.send(Verdict::WrongState);
                        continue;
                    };
                    let failed = body.is_none();
                    let payload = body.unwrap_or_else(response_too_large);
                    answered = self.answer(output, taken, payload, failed);
                    let _ = verdict.send(Verdict::Accepted);
                }
                Happening::Call(Call::Error { body, verdict, .. }) => {
                    let Some(taken) = job.take() else {
                        let _ = verdict.send(Verdict::WrongState);
                        continue;
                    };
                    answered = self.answer(output, taken, body, true);
                    let _ = verdict.send(Verdict::Accepted);
                }
                Happening::Exited(exit) => {
                    let unanswered = job.map(|job| (job, Ending::Exited(exit)));
                    return (Fate::Discard, Status::Error("Runtime.ExitError"), unanswered.or(answered));
                }
                Happening::Limit => {
                    let unanswered = job.map(|job| (job, Ending::TimedOut));
                    return (Fate::Discard, Status::Timeout, unanswered.or(answered));
                }
                Happening::Stopped => {
                    if let Some(job) = job {
                        let _ = job.answer.send(Answer::Failed("the local cloud is stopping".to_owned()));
                    }
                    return (Fate::Discard, Status::Error("Runtime.ExitError"), answered);
                }
            }
        }
    }

    /// Answers the caller, or keeps the answer until the log is whole.
    fn answer(&self, output: &Output, job: Job, payload: Bytes, failed: bool) -> Option<(Job, Ending)> {
        self.slot.settle();
        if job.tail {
            return Some((job, Ending::Answered { payload, failed }));
        }
        let outcome = InvokeOutcome {
            payload,
            function_error: failed.then(|| "Unhandled".to_owned()),
            request_id: job.request_id,
            log_tail: output.tail(),
            timed_out: false,
        };
        let _ = job.answer.send(Answer::Done(outcome));
        None
    }

    /// Frozen between two invocations. Gives the next job; `None` when the environment must end.
    async fn rest(&self, sandbox: &mut Sandbox) -> Option<Job> {
        let options = &self.dispatcher.options;
        if options.freeze {
            sandbox.program.freeze();
        }
        let mut offer = self.slot.park()?;
        let mut idle = self.dispatcher.core.clock.sleep(options.idle);
        let job = loop {
            tokio::select! {
                biased;
                job = &mut offer => break job.ok()?,
                happening = sandbox.happening(&mut idle) => match happening {
                    // The runtime reconnected.
                    Happening::Call(Call::Next(reply)) => sandbox.next = Some(reply),
                    Happening::Call(
                        Call::Response { verdict, .. } | Call::Error { verdict, .. } | Call::InitError { verdict, .. },
                    ) => {
                        let _ = verdict.send(Verdict::WrongState);
                    }
                    Happening::Exited(exit) => {
                        tracing::info!(
                            function = self.function.name,
                            reason = exit.map(describe_exit).unwrap_or_default(),
                            "an execution environment ended between two invocations"
                        );
                        self.give_back(offer).await;
                        return None;
                    }
                    Happening::Limit | Happening::Stopped => {
                        self.give_back(offer).await;
                        return None;
                    }
                },
            }
        };
        if options.freeze {
            sandbox.program.thaw();
        }
        Some(job)
    }

    /// Withdraws the offer; a job that was on its way already is told to ask another environment.
    async fn give_back(&self, offer: oneshot::Receiver<Job>) {
        if !self.slot.withdraw()
            && let Ok(job) = offer.await
        {
            let _ = job.answer.send(Answer::Stale);
        }
    }

    /// Writes the line about a timeout; gives the error document.
    fn timed_out(&self, output: &Output, request_id: &str) -> Bytes {
        let text = format!("Task timed out after {}.00 seconds", self.function.settings.timeout);
        let now = platform::timestamp(self.dispatcher.core.clock.now_ms());
        output.platform(format!("{now} {request_id} {text}"));
        let message = format!("RequestId: {request_id} Error: {text}");
        json!({"errorType": "Sandbox.Timedout", "errorMessage": message}).to_string().into()
    }
}

/// How an invocation ended, as far as its caller is concerned.
enum Ending {
    Answered { payload: Bytes, failed: bool },
    TimedOut,
    Exited(Option<ExitStatus>),
}

/// Writes the line about an ended process; gives the error document.
fn runtime_exit(output: &Output, request_id: &str, exit: Option<ExitStatus>) -> Bytes {
    let text = exit.map_or_else(|| "Runtime exited without providing a reason".to_owned(), describe_exit);
    let message = format!("RequestId: {request_id} Error: {text}");
    output.platform(format!("{message}\nRuntime.ExitError"));
    json!({"errorType": "Runtime.ExitError", "errorMessage": message}).to_string().into()
}

/// An error document of the init phase, in which the invocation's id was not known yet.
fn with_request_id(document: Bytes, request_id: &str) -> Bytes {
    let Ok(mut value) = serde_json::from_slice::<serde_json::Value>(&document) else { return document };
    if value["errorType"] == "Runtime.ExitError" {
        let text = value["errorMessage"].as_str().unwrap_or_default().to_owned();
        value["errorMessage"] = json!(format!("RequestId: {request_id} Error: {text}"));
        return value.to_string().into();
    }
    document
}

fn response_too_large() -> Bytes {
    json!({
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": format!("Response payload size exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes)."),
    })
    .to_string()
    .into()
}

impl Sandbox {
    /// The next thing that happens. The end of the cloud and the limit come first, so that no runtime can talk over them;
    /// what the runtime says comes before its end.
    async fn happening(&mut self, limit: &mut futures_util::future::BoxFuture<'static, ()>) -> Happening {
        tokio::select! {
            biased;
            _ = self.stop.wait_for(|stop| *stop) => Happening::Stopped,
            () = limit => Happening::Limit,
            call = self.api.call() => Happening::Call(call),
            exit = self.program.wait() => Happening::Exited(exit.ok()),
        }
    }

    /// Waits until the runtime asks for its first event.
    async fn until_ready(&mut self, mut limit: futures_util::future::BoxFuture<'static, ()>) -> Init {
        loop {
            match self.happening(&mut limit).await {
                Happening::Call(Call::Next(reply)) => {
                    self.next = Some(reply);
                    return Init::Ready;
                }
                Happening::Call(Call::InitError { kind, body, verdict }) => {
                    let _ = verdict.send(Verdict::Accepted);
                    let document = if body.is_empty() {
                        json!({"errorType": kind.unwrap_or_else(|| "Runtime.Unknown".to_owned()), "errorMessage": ""})
                            .to_string()
                            .into()
                    } else {
                        body
                    };
                    return Init::Failed { status: Status::Error("Runtime.InitError"), document };
                }
                Happening::Call(Call::Response { verdict, .. } | Call::Error { verdict, .. }) => {
                    let _ = verdict.send(Verdict::UnknownId);
                }
                Happening::Exited(exit) => {
                    let text =
                        exit.map_or_else(|| "Runtime exited without providing a reason".to_owned(), describe_exit);
                    let document = json!({"errorType": "Runtime.ExitError", "errorMessage": text}).to_string().into();
                    return Init::Failed { status: Status::Error("Runtime.ExitError"), document };
                }
                Happening::Limit => return Init::Failed { status: Status::Timeout, document: Bytes::new() },
                Happening::Stopped => return Init::Stopped,
            }
        }
    }

    /// Remembers the process's peak memory while it can still be asked.
    fn sample(&mut self) {
        self.peak_mb = self.program.peak_memory_mb().or(self.peak_mb);
    }
}
