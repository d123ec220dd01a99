//! The local cloud in the background: started detached, found through its document, stopped by a signal.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{Document, alive, ports, state_dir};
use crate::args::{Iam, Start};
use crate::config::LOCAL_REGION;
use crate::failure::Failure;
use crate::session::Session;

/// How long a start may take.
const START: Duration = Duration::from_secs(30);
/// How long a stop may take: running invocations are let finish.
const STOP: Duration = Duration::from_secs(20);
/// How much of the log a failed start shows.
const TAIL_LINES: usize = 12;

/// Where the background process writes what it has to say.
pub(crate) fn log_file(state_dir: &Path) -> PathBuf {
    state_dir.join("cloud.log")
}

/// The running cloud of this project; started if there is none.
pub(crate) async fn ensure_running(session: &Session<'_>) -> Result<Document, Failure> {
    Ok(start(session, Start::default()).await?.0)
}

/// Starts the cloud in the background if it does not run. Returns it, and whether it was started now.
pub(crate) async fn start(session: &Session<'_>, flags: Start) -> Result<(Document, bool), Failure> {
    let state = state_dir(&session.settings);
    if let Some(document) = alive(&state).await {
        return Ok((document, false));
    }
    session.printer.busy("starting the local cloud");
    let mut child = spawn(session, &state, flags)?;
    let document = wait_until_alive(&state, &mut child).await;
    session.printer.clear();
    let document = document?;
    session.printer.note(&format!("started the local cloud (pid {})", document.pid));
    Ok((document, true))
}

fn spawn(session: &Session<'_>, state: &Path, flags: Start) -> Result<Child, Failure> {
    let (port, api_port) = ports(&session.settings, flags.ports);
    let fail = |what: &str, error: std::io::Error| {
        Failure::internal(format!("cannot start the local cloud: {what}")).because(error.to_string())
    };
    private_folder(state).map_err(|error| fail(&format!("cannot make {}", state.display()), error))?;
    let log = log_file(state);
    // Each start begins its own log: what a failed one shows is its own.
    let out = OpenOptions::new().create(true).write(true).truncate(true).open(&log);
    let out = out.map_err(|error| fail(&format!("cannot write {}", log.display()), error))?;
    let err = out.try_clone().map_err(|error| fail("cannot share its log", error))?;
    let program = std::env::current_exe().map_err(|error| fail("cannot tell where this program is", error))?;
    let region = session.settings.region.as_deref().unwrap_or(LOCAL_REGION);
    let mut command = Command::new(program);
    command
        .current_dir(&session.settings.root)
        .args(["local", "serve", "--region", region, "--stage", crate::config::LOCAL])
        .arg("--state-dir")
        .arg(state)
        .args(["--port", &port.to_string(), "--api-port", &api_port.to_string()])
        .args(flags.strictness.no_freeze.then_some("--no-freeze"))
        .args(match flags.strictness.iam {
            Iam::Enforce => None,
            Iam::Warn => Some("--iam=warn"),
            Iam::Off => Some("--iam=off"),
        })
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(err)
        // What was meant for this command is not meant for the cloud.
        .env_remove("CLOUDCART_ENDPOINT_URL")
        .env_remove("CLOUDCART_QUIET");
    give_memory_back(&mut command);
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        // A group of its own: Ctrl-C in this terminal does not reach it.
        command.process_group(0);
    }
    command.spawn().map_err(|error| fail("cannot run this program again", error))
}

/// glibc keeps what it once handed out in large blocks: a cloud that has taken in a shop's packages would hold twice the memory it
/// needs for as long as it runs. Blocks from 128 KiB on are given back when this is fixed; left to itself glibc moves the limit up
/// to 32 MiB. Whoever has set it keeps it, and other libraries do not look at it.
fn give_memory_back(command: &mut Command) {
    const LIMIT: &str = "MALLOC_MMAP_THRESHOLD_";
    if std::env::var_os(LIMIT).is_none() {
        command.env(LIMIT, "131072");
    }
}

/// The state holds keys: only its owner may look.
fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

async fn wait_until_alive(state: &Path, child: &mut Child) -> Result<Document, Failure> {
    let started = Instant::now();
    let mut pause = Duration::from_millis(20);
    loop {
        if let Some(document) = alive(state).await {
            return Ok(document);
        }
        let ended = child.try_wait().ok().flatten();
        if ended.is_some() || started.elapsed() > START {
            // Another command may have started it at the same moment; then ours ends and that one answers.
            tokio::time::sleep(Duration::from_millis(300)).await;
            if let Some(document) = alive(state).await {
                return Ok(document);
            }
            if ended.is_none() {
                let _ = child.kill();
                let _ = child.wait();
            }
            let what = match ended {
                Some(_) => "the local cloud did not start".to_owned(),
                None => format!("the local cloud does not answer after {} s", START.as_secs()),
            };
            return Err(start_failure(&what, &log_file(state)));
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(200));
    }
}

fn start_failure(what: &str, log: &Path) -> Failure {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let tail = lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n    ");
    let failure = Failure::internal(what).because(format!("its last words:\n    {tail}")).at(log.display().to_string());
    let lower = text.to_ascii_lowercase();
    if lower.contains("in use") || lower.contains("eaddrinuse") {
        failure.hint("choose other ports: `[local]` `port` and `api_port` in cloudcart.toml, or 0 for free ones")
    } else {
        failure
    }
}

/// Stops the running cloud. Returns its pid, or `None` when none runs.
pub(crate) async fn stop(session: &Session<'_>) -> Result<Option<u32>, Failure> {
    let state = state_dir(&session.settings);
    // Only a process that answers with its own pid is signalled: a pid from an old file may be anybody's by now.
    let Some(document) = alive(&state).await else { return Ok(None) };
    session.printer.busy("stopping the local cloud");
    terminate(document.pid)?;
    let started = Instant::now();
    while alive(&state).await.is_some() || is_running(document.pid) {
        if started.elapsed() > STOP {
            return Err(Failure::internal(format!("the local cloud (pid {}) does not stop", document.pid))
                .hint(format!("end it with `kill -9 {}`", document.pid)));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    session.printer.clear();
    Ok(Some(document.pid))
}

#[cfg(unix)]
fn terminate(pid: u32) -> Result<(), Failure> {
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;
    let fail = |reason: String| Failure::internal(format!("cannot stop process {pid}")).because(reason);
    let raw = i32::try_from(pid).map_err(|error| fail(error.to_string()))?;
    kill(Pid::from_raw(raw), Signal::SIGTERM).map_err(|error| fail(error.to_string()))
}

#[cfg(not(unix))]
fn terminate(pid: u32) -> Result<(), Failure> {
    Err(Failure::internal(format!("cannot stop process {pid} on this system")))
}

/// Whether a process is there and has not ended. One that has ended but whose parent has not asked for its result yet
/// counts as ended.
#[cfg(unix)]
fn is_running(pid: u32) -> bool {
    let Ok(raw) = i32::try_from(pid) else { return false };
    if nix::sys::signal::kill(nix::unistd::Pid::from_raw(raw), None).is_err() {
        return false;
    }
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .map_or(true, |stat| !stat.rsplit(')').next().unwrap_or_default().trim_start().starts_with('Z'))
}

#[cfg(not(unix))]
fn is_running(_pid: u32) -> bool {
    false
}

/// Forgets everything the cloud of this project holds. It must not run.
pub(crate) fn reset(state_dir: &Path) -> Result<bool, Failure> {
    match std::fs::remove_dir_all(state_dir) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => {
            Err(Failure::internal(format!("cannot remove {}", state_dir.display())).because(error.to_string()))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn the_background_process_gives_large_blocks_back() {
        let mut command = Command::new("true");
        give_memory_back(&mut command);
        let set = command
            .get_envs()
            .any(|(name, value)| name == "MALLOC_MMAP_THRESHOLD_" && value.is_some_and(|value| value == "131072"));
        assert!(set || std::env::var_os("MALLOC_MMAP_THRESHOLD_").is_some());
    }

    #[test]
    fn a_failed_start_shows_the_log_and_a_port_in_use_has_its_hint() {
        let folder = tempfile::tempdir().unwrap();
        let log = log_file(folder.path());
        std::fs::write(&log, "one\n\nerror: Address already in use (os error 98)\n").unwrap();
        let failure = start_failure("the local cloud did not start", &log);
        assert!(failure.cause.unwrap().contains("Address already in use"));
        assert!(failure.hint.unwrap().contains("api_port"));
        std::fs::write(&log, "boom\n").unwrap();
        assert!(start_failure("x", &log).hint.is_none());
    }

    #[cfg(unix)]
    #[test]
    fn an_ended_child_that_nobody_asked_about_is_not_running() {
        assert!(is_running(std::process::id()));
        let mut child = Command::new("true").spawn().unwrap();
        let started = Instant::now();
        while is_running(child.id()) {
            assert!(started.elapsed() < Duration::from_secs(10), "a zombie counts as running");
            std::thread::yield_now();
        }
        child.wait().unwrap();
    }

    #[test]
    fn reset_is_fine_with_nothing_there() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("local");
        assert!(!reset(&state).unwrap());
        std::fs::create_dir_all(state.join("deep")).unwrap();
        assert!(reset(&state).unwrap());
        assert!(!state.exists());
    }
}
