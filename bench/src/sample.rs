//! One execution environment: a process is started, handed events, and looked at.

use std::fs::File;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};
use serde_json::Value;

use crate::account;
use crate::runtime_api::{Did, RuntimeApi};
use crate::throttle::{Group, Throttle};

/// Longer than any handler takes, throttled or not.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is measured.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its name in the table.
    pub name: String,
    /// The program and its arguments.
    pub command: Vec<String>,
    /// What a deployment consists of, and what is taken out of the page cache.
    pub files: Vec<PathBuf>,
}

/// What surrounds every subject alike.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The environment, beside what the Runtime API adds.
    pub env: Vec<(String, String)>,
    /// The event.
    pub event: Vec<u8>,
    /// What every answer has to contain: each of these texts.
    pub expected: Vec<String>,
}

/// Under which conditions a process starts.
#[derive(Debug, Clone, Copy)]
pub enum Start<'a> {
    /// Its files are in the page cache.
    Cached,
    /// Its files have to be read from the disk.
    Evicted,
    /// In the page cache, and throttled from the end of the init phase on.
    Throttled(&'a Throttle),
}

/// A cold start.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub struct Cold {
    /// From the start of the process to its first question for an event.
    pub init: Duration,
    /// From the first event to its answer.
    pub first: Duration,
    /// CPU time of both.
    pub cpu: Duration,
}

impl Cold {
    /// What the first caller waits.
    pub fn whole(&self) -> Duration {
        self.init + self.first
    }
}

/// Calls to an environment that is warm.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Warm {
    /// From event to answer, one each.
    pub latencies: Vec<Duration>,
    /// CPU time per call.
    pub cpu: Duration,
    /// The most memory resident at once, in bytes.
    pub peak_memory: u64,
}

/// A running environment, ended when dropped.
#[derive(Debug)]
struct Environment {
    child: Child,
    api: RuntimeApi,
    /// What throttles it. Dropped after the process has ended.
    throttle: Option<Group>,
}

impl Drop for Environment {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts a process and gives it its first event.
pub fn cold(subject: &Subject, around: &Surroundings, start: Start<'_>) -> Result<Cold> {
    begin(subject, around, start).map(|(_, cold)| cold)
}

/// Starts a process and gives it that many events after the first hundredth of as many, which warms it up.
pub fn warm(subject: &Subject, around: &Surroundings, calls: usize) -> Result<Warm> {
    let (environment, _) = begin(subject, around, Start::Cached)?;
    for _ in 0..calls.div_ceil(100) {
        environment.invoke(around)?;
    }
    let pid = environment.child.id();
    let before = account::cpu(pid)?;
    let latencies = (0..calls).map(|_| environment.invoke(around)).collect::<Result<Vec<_>>>()?;
    let used = account::cpu(pid)?.saturating_sub(before);
    let cpu = used / u32::try_from(calls.max(1)).context("too many calls")?;
    Ok(Warm { latencies, cpu, peak_memory: account::peak_memory(pid)? })
}

fn begin(subject: &Subject, around: &Surroundings, start: Start<'_>) -> Result<(Environment, Cold)> {
    let name = &subject.name;
    begin_nameless(subject, around, start).with_context(|| format!("`{name}` cannot be measured"))
}

fn begin_nameless(subject: &Subject, around: &Surroundings, start: Start<'_>) -> Result<(Environment, Cold)> {
    let api = RuntimeApi::start()?;
    let (program, arguments) = subject.command.split_first().context("no program")?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env_clear()
        .envs(around.env.iter().map(|(name, value)| (name, value)))
        .env("AWS_LAMBDA_RUNTIME_API", api.address())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if matches!(start, Start::Evicted) {
        subject.files.iter().try_for_each(|file| evict(file))?;
    }
    let throttle = if let Start::Throttled(throttle) = start { Some(throttle.group()?) } else { None };
    let started = Instant::now();
    let child = command.spawn().with_context(|| format!("{program} cannot be started"))?;
    let mut environment = Environment { child, api, throttle };
    let Did::Next(ready) = environment.did()? else { bail!("it answered before it was asked") };
    let pid = environment.child.id();
    if let Some(throttle) = &environment.throttle {
        throttle.hold(pid)?;
    }
    let first = environment.answered(around)?;
    let cpu = account::cpu(pid)?;
    environment.idle()?;
    Ok((environment, Cold { init: ready - started, first, cpu }))
}

impl Environment {
    fn did(&mut self) -> Result<Did> {
        let patience = Instant::now();
        loop {
            match self.api.did(Duration::from_millis(200)) {
                Err(_) if patience.elapsed() < PATIENCE => {
                    if let Some(status) = self.child.try_wait()? {
                        bail!("it ended: {status}");
                    }
                }
                other => return other,
            }
        }
    }

    /// Gives an event and waits for the answer and for the next question: what is done in between belongs to the call.
    fn invoke(&self, around: &Surroundings) -> Result<Duration> {
        let latency = self.answered(around)?;
        self.idle()?;
        Ok(latency)
    }

    fn answered(&self, around: &Surroundings) -> Result<Duration> {
        self.api.give(around.event.clone());
        let Did::Given(given) = self.api.did(PATIENCE)? else { bail!("it did something before it had an event") };
        let Did::Answered(answered, body) = self.api.did(PATIENCE)? else { bail!("it did not answer its event") };
        right(&body, &around.expected)?;
        Ok(answered - given)
    }

    /// Waits until it asks for the next event.
    fn idle(&self) -> Result<()> {
        match self.api.did(PATIENCE)? {
            Did::Next(_) => Ok(()),
            other => bail!("unexpected: {other:?}"),
        }
    }
}

/// A fast wrong answer is worth nothing.
fn right(answer: &[u8], expected: &[String]) -> Result<()> {
    let answer: Value = serde_json::from_slice(answer).context("the answer is no JSON")?;
    let text = answer["body"].as_str().map_or_else(|| answer.to_string(), str::to_owned);
    if answer["statusCode"].as_u64().is_some_and(|status| status != 200) {
        bail!("the answer is not a success: {answer}");
    }
    match expected.iter().find(|part| !text.contains(part.as_str())) {
        Some(part) => bail!("the answer lacks {part}: {answer}"),
        None => Ok(()),
    }
}

/// Takes a file's pages out of the page cache, so that the next start reads it from the disk.
fn evict(path: &Path) -> Result<()> {
    let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    // Pages that were never written to the disk stay.
    file.sync_all()?;
    posix_fadvise(file.as_fd(), 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED)
        .with_context(|| format!("{} stays in the page cache", path.display()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn a_wrong_answer_is_an_error() {
        let expected = ["Cable".to_owned()];
        assert!(right(br#"{"statusCode":200,"body":"{\"name\":\"Cable\"}"}"#, &expected).is_ok());
        assert!(
            right(br#"{"statusCode":200,"body":"{}"}"#, &expected).unwrap_err().to_string().contains("lacks Cable")
        );
        assert!(right(br#"{"statusCode":500,"body":"Cable"}"#, &expected).is_err());
        assert!(right(b"Cable", &expected).is_err());
    }
}
