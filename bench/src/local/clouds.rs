//! What is measured: our local cloud and others', each a process of its own in a folder of its own.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use super::aws::Endpoint;
use super::wire::{self, Connection};

/// Longer than any of them takes to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// Which cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Ours.
    Ours,
    /// MiniStack, a Python package.
    MiniStack,
    /// The server of moto, a Python package. It runs functions in Docker only.
    Moto,
}

impl Kind {
    /// Its key in the results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::MiniStack => "ministack",
            Self::Moto => "moto",
        }
    }

    /// Its name in the tables.
    pub fn title(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::MiniStack => "MiniStack",
            Self::Moto => "moto",
        }
    }

    /// Whether it runs functions on a machine without Docker.
    pub fn runs_functions(self) -> bool {
        self != Self::Moto
    }
}

/// A cloud that runs.
#[derive(Debug)]
pub struct Cloud {
    /// Which.
    pub kind: Kind,
    /// Where.
    pub endpoint: Endpoint,
    /// From the start of its process to its first answer, if it was started here.
    pub started: Option<Duration>,
    /// Its process.
    pub pid: u32,
    process: Option<Process>,
}

impl Cloud {
    /// One that runs already, in the process `pid`.
    pub fn running(endpoint: Endpoint, pid: u32) -> Self {
        Self { kind: Kind::Ours, endpoint, started: None, pid, process: None }
    }

    /// Starts ours as its users do, with `cloudcart local start`; its state goes below `folder`.
    pub fn ours(program: &Path, folder: &Path) -> Result<Self> {
        let port = free_port()?;
        let mut command = clean(program, folder)?;
        command.args(["local", "start", "--api-port", "0", "--port", &port.to_string()]);
        let (mut starter, started) = start(&mut command, &folder.join("log"), port, "/_cloudcart/status")?;
        let document = document(&folder.join(".cloudcart/local/cloud.json"))?;
        let pid =
            document["pid"].as_u64().and_then(|pid| u32::try_from(pid).ok()).context("the cloud has no process")?;
        let process = Process::Other(pid);
        let status = starter.wait()?;
        if !status.success() {
            bail!("{command:?} ended: {status}");
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let endpoint = Endpoint {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            key: text(&document["credentials"]["accessKeyId"]),
            secret: text(&document["credentials"]["secretAccessKey"]),
            region: text(&document["region"]),
        };
        Ok(Self { kind: Kind::Ours, endpoint, started: Some(started), pid, process: Some(process) })
    }

    /// Starts MiniStack from the `bin` folder of a Python environment.
    pub fn ministack(bin: &Path, folder: &Path) -> Result<Self> {
        let port = free_port()?;
        let mut command = clean(&bin.join("ministack"), folder)?;
        command
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("SERVICES", "s3,sqs,dynamodb,lambda,iam,sts,logs,apigateway,events,cloudformation,monitoring")
            .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}"));
        let (process, started) = start(&mut command, &folder.join("log"), port, "/_ministack/ready")?;
        let endpoint = Endpoint {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            key: "test".to_owned(),
            secret: "test".to_owned(),
            region: "us-east-1".to_owned(),
        };
        Ok(Self { kind: Kind::MiniStack, endpoint, started: Some(started), pid: process.id(), process: Some(process) })
    }

    /// Starts moto's server from the `bin` folder of a Python environment.
    pub fn moto(bin: &Path, folder: &Path) -> Result<Self> {
        let port = free_port()?;
        let mut command = clean(&bin.join("moto_server"), folder)?;
        command.args(["--host", "127.0.0.1", "--port", &port.to_string()]);
        let (process, started) = start(&mut command, &folder.join("log"), port, "/moto-api/")?;
        let endpoint = Endpoint {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            key: "test".to_owned(),
            secret: "test".to_owned(),
            region: "us-east-1".to_owned(),
        };
        Ok(Self { kind: Kind::Moto, endpoint, started: Some(started), pid: process.id(), process: Some(process) })
    }

    /// Stops it until [`Cloud::resume`], so that it takes nothing from another that is measured. Ours takes nothing at rest and
    /// goes on, and so does one that was not started here.
    pub fn pause(&self) {
        self.tell(Signal::SIGSTOP);
    }

    /// Lets it go on after [`Cloud::pause`].
    pub fn resume(&self) {
        self.tell(Signal::SIGCONT);
    }

    fn tell(&self, signal: Signal) {
        if let Some(process) = self.process.as_ref().filter(|_| self.kind != Kind::Ours) {
            process.signal(signal);
        }
    }

    /// Resident memory of the cloud's process in bytes, and of it with all that it started.
    pub fn memory(&self) -> Result<(u64, u64)> {
        let alone = resident(self.pid).context("the cloud has ended")?;
        let children = descendants(self.pid);
        Ok((alone, alone + children.into_iter().filter_map(resident).sum::<u64>()))
    }
}

/// A process that is ended when it is dropped.
#[derive(Debug)]
enum Process {
    /// Started here.
    Child(Child),
    /// Started by one that has ended since.
    Other(u32),
}

impl Process {
    fn id(&self) -> u32 {
        match self {
            Self::Child(child) => child.id(),
            Self::Other(pid) => *pid,
        }
    }

    fn runs(&mut self) -> bool {
        match self {
            Self::Child(child) => matches!(child.try_wait(), Ok(None)),
            // A zombie has no memory; whoever adopted it is to reap it.
            Self::Other(pid) => resident(*pid).is_some(),
        }
    }

    fn wait(&mut self) -> Result<std::process::ExitStatus> {
        match self {
            Self::Child(child) => Ok(child.wait()?),
            Self::Other(_) => bail!("only a child can be waited for"),
        }
    }

    fn signal(&self, signal: Signal) {
        if let Ok(pid) = i32::try_from(self.id()) {
            // It may have ended by itself.
            let _ = kill(Pid::from_raw(pid), signal);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Asked first: it has children of its own to end. One that is paused would not hear it.
        self.signal(Signal::SIGTERM);
        self.signal(Signal::SIGCONT);
        let until = Instant::now() + Duration::from_secs(20);
        while self.runs() {
            if Instant::now() > until {
                self.signal(Signal::SIGKILL);
                let _ = self.wait();
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// A command in an environment that nobody's settings reach, in a folder that has its log.
fn clean(program: &Path, folder: &Path) -> Result<Command> {
    std::fs::create_dir_all(folder)?;
    let log = File::create(folder.join("log"))?;
    let mut command = Command::new(program.canonicalize().with_context(|| program.display().to_string())?);
    command
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .env("TMPDIR", folder)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    Ok(command)
}

/// Starts it and asks `path` until it answers.
fn start(command: &mut Command, log: &Path, port: u16, path: &str) -> Result<(Process, Duration)> {
    let request = wire::plain("GET", &format!("127.0.0.1:{port}"), path, &[], b"");
    let mut connection = Connection::to(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let begin = Instant::now();
    let mut process = Process::Child(command.spawn().with_context(|| format!("{command:?} cannot be started"))?);
    while begin.elapsed() < PATIENCE {
        if connection.call(&request).is_ok_and(|answer| answer.status == 200) {
            return Ok((process, begin.elapsed()));
        }
        // One that starts another has done its part; one that failed has not.
        if !process.runs() && !process.wait()?.success() {
            bail!("{command:?} failed: {}", std::fs::read_to_string(log).unwrap_or_default());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    bail!("{command:?} does not answer")
}

/// The document of a cloud that answers already, and writes it at this moment.
fn document(path: &Path) -> Result<Value> {
    let begin = Instant::now();
    loop {
        match std::fs::read(path).ok().and_then(|text| serde_json::from_slice(&text).ok()) {
            Some(document) => return Ok(document),
            None if begin.elapsed() > PATIENCE => bail!("the cloud leaves no document at {}", path.display()),
            None => std::thread::sleep(Duration::from_millis(1)),
        }
    }
}

/// Nobody else takes it in the moment between.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port")?.local_addr()?.port())
}

/// Resident memory in bytes.
pub fn resident(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib * 1024)
}

/// All that a process started and that still runs.
fn descendants(pid: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let parents: Vec<(u32, u32)> = processes
        .filter_map(|entry| {
            let child = entry.file_name().to_str()?.parse().ok()?;
            let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
            // The name in brackets may hold anything.
            let (_, rest) = stat.rsplit_once(')')?;
            Some((child, rest.split_whitespace().nth(1)?.parse().ok()?))
        })
        .collect();
    let mut all = vec![pid];
    let mut at = 0;
    while let Some(parent) = all.get(at).copied() {
        all.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(child, _)| *child));
        at += 1;
    }
    all.split_off(1)
}

/// A program beside this one: where `cargo build` puts all of a workspace's.
pub fn beside(program: &Path, name: &str) -> PathBuf {
    program.with_file_name(name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_s_memory_and_children_are_found() {
        assert!(resident(std::process::id()).unwrap() > 100_000);
        let child = Process::Child(Command::new("sleep").arg("60").spawn().unwrap());
        let pid = child.id();
        assert!(descendants(std::process::id()).contains(&pid));
        drop(child);
        assert!(!descendants(std::process::id()).contains(&pid));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_rival_stands_still_while_it_is_paused_and_ends_all_the_same() {
        let process = Process::Child(Command::new("sleep").arg("60").spawn().unwrap());
        let pid = process.id();
        let endpoint = Endpoint {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 1)),
            key: String::new(),
            secret: String::new(),
            region: String::new(),
        };
        let cloud = Cloud { kind: Kind::MiniStack, endpoint, started: None, pid, process: Some(process) };
        let stopped = || std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap().contains(") T ");
        let until = |wanted: bool| {
            let begin = Instant::now();
            while stopped() != wanted {
                assert!(begin.elapsed() < PATIENCE, "stopped: {}", !wanted);
                std::thread::sleep(Duration::from_millis(1));
            }
        };
        cloud.pause();
        until(true);
        cloud.resume();
        until(false);
        cloud.pause();
        until(true);
        let begin = Instant::now();
        drop(cloud);
        assert!(
            resident(pid).is_none() && begin.elapsed() < Duration::from_secs(10),
            "it did not hear that it should end"
        );
    }
}
