//! Starts a function's process so that nothing of it can outlive the cloud, and signals it as a group.
#![allow(
    unsafe_code,
    reason = "limits and the parent-death signal must be set between fork and exec, which only pre_exec can do"
)]

use super::guardian::Guardian;
use nix::{
    fcntl::{FcntlArg, OFlag, fcntl},
    sys::{
        resource::{Resource, setrlimit},
        signal::{Signal, killpg},
    },
    unistd::Pid,
};
use std::{
    fs::File,
    io,
    os::{
        fd::OwnedFd,
        unix::{fs::FileExt, process::ExitStatusExt},
    },
    path::PathBuf,
    process::{ExitStatus, Stdio},
    sync::mpsc,
    time::Duration,
};
use tokio::{
    process::{Child, Command},
    sync::oneshot,
};

/// How often a start is tried again while the kernel says that the program's file is still open for writing. Another
/// thread that forked while the file was being unpacked holds it for the moment until its own exec.
const BUSY_TRIES: u32 = 100;

/// What to start.
#[derive(Debug)]
pub(super) struct ProgramSpec {
    /// The executable.
    pub(super) program: PathBuf,
    /// Its working directory.
    pub(super) directory: PathBuf,
    /// Its whole environment; nothing is inherited.
    pub(super) variables: Vec<(String, String)>,
    /// MiB of data (heap and private mappings) that it may use.
    pub(super) memory_mb: u32,
}

/// A running process with its group. Dropping it kills the group.
#[derive(Debug)]
pub(super) struct Program {
    child: Child,
    group: Pid,
    guardian: Guardian,
    /// What the kernel says of the process (Linux). Kept open: it is read after every invocation.
    status: Option<File>,
}

impl Program {
    /// The process id, which is the group's as well.
    pub(super) fn id(&self) -> i32 {
        self.group.as_raw()
    }

    /// Completes when the process has ended. Safe to drop and call again.
    pub(super) async fn wait(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Stops the group until [`Program::thaw`].
    pub(super) fn freeze(&self) {
        self.signal(Signal::SIGSTOP);
    }

    /// Lets the group run again.
    pub(super) fn thaw(&self) {
        self.signal(Signal::SIGCONT);
    }

    /// Kills the group and reaps the process.
    pub(super) async fn kill(&mut self) {
        self.signal(Signal::SIGKILL);
        if let Err(error) = self.child.wait().await {
            tracing::warn!(pid = self.id(), %error, "could not reap a function's process");
        }
    }

    /// MiB of memory the process had at its peak; `None` where the system does not tell (or it has ended).
    pub(super) fn peak_memory_mb(&self) -> Option<u32> {
        // All of it has some 1,400 bytes, and this stands in its first third.
        let mut buffer = [0; 4096];
        let length = self.status.as_ref()?.read_at(&mut buffer, 0).ok()?;
        let status = String::from_utf8_lossy(&buffer[..length]);
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kib: u32 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kib.div_ceil(1024))
    }

    fn signal(&self, signal: Signal) {
        // ESRCH: the whole group has ended already, which is what every caller can live with.
        let _ = killpg(self.group, signal);
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.signal(Signal::SIGKILL);
        // Its number may become another's from now on.
        self.guardian.forget(self.group);
    }
}

/// How a process ended, in the words that Lambda uses.
pub(super) fn describe_exit(status: ExitStatus) -> String {
    if let Some(code) = status.code() {
        return if code == 0 {
            "Runtime exited without providing a reason".to_owned()
        } else {
            format!("Runtime exited with error: exit status {code}")
        };
    }
    let signal = match status.signal() {
        Some(2) => "interrupt".to_owned(),
        Some(4) => "illegal instruction".to_owned(),
        Some(5) => "trace/breakpoint trap".to_owned(),
        Some(6) => "aborted".to_owned(),
        Some(8) => "floating point exception".to_owned(),
        Some(9) => "killed".to_owned(),
        Some(11) => "segmentation fault".to_owned(),
        Some(13) => "broken pipe".to_owned(),
        Some(15) => "terminated".to_owned(),
        Some(other) => format!("signal {other}"),
        None => "unknown".to_owned(),
    };
    format!("Runtime exited with error: signal: {signal}")
}

type Started = io::Result<(Program, File)>;

/// Starts processes from one thread that lives as long as this value. Linux sends the parent-death signal when the
/// *thread* that forked ends, so a thread of a pool, which may end at any time, must not fork.
#[derive(Debug)]
pub(super) struct Spawner {
    orders: mpsc::Sender<(ProgramSpec, oneshot::Sender<Started>)>,
}

impl Spawner {
    /// Starts the thread. `runtime` is the one that will wait for the processes.
    pub(super) fn start(runtime: tokio::runtime::Handle) -> io::Result<Self> {
        let (orders, inbox) = mpsc::channel::<(ProgramSpec, oneshot::Sender<Started>)>();
        std::thread::Builder::new().name("lambda-spawner".to_owned()).spawn(move || {
            // With the first function: a cloud that runs none needs none.
            let mut guardian: Option<(Guardian, Option<std::process::Child>)> = None;
            while let Ok((spec, reply)) = inbox.recv() {
                let (guardian, _) = guardian.get_or_insert_with(Guardian::start);
                let started = {
                    let _context = runtime.enter();
                    start(&spec, guardian)
                };
                // Nobody waits any more: dropping the program kills it.
                let _ = reply.send(started);
            }
            if let Some((guardian, Some(mut child))) = guardian {
                drop(guardian);
                // It ends once the last program has let go of it.
                let _ = child.wait();
            }
        })?;
        Ok(Self { orders })
    }

    /// Starts `spec`; gives the process and the reading end of its output (stdout and stderr in one pipe, in the order
    /// written, not blocking).
    pub(super) async fn spawn(&self, spec: ProgramSpec) -> Started {
        let gone = || io::Error::other("the thread that starts processes has ended");
        let (reply, answer) = oneshot::channel();
        self.orders.send((spec, reply)).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

fn start(spec: &ProgramSpec, guardian: &Guardian) -> Started {
    let (reader, writer) = io::pipe()?;
    fcntl(&reader, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    let parent = std::process::id();
    let data_limit = u64::from(spec.memory_mb) * 1024 * 1024;
    let mut command = Command::new(&spec.program);
    command
        .current_dir(&spec.directory)
        .env_clear()
        .envs(spec.variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .process_group(0)
        .kill_on_drop(true);
    let prepare = move || {
        #[cfg(target_os = "linux")]
        nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)?;
        // The parent may have died before the line above: then no signal will come any more.
        if std::os::unix::process::parent_id() != parent {
            return Err(io::Error::from_raw_os_error(nix::libc::ESRCH));
        }
        // RLIMIT_DATA and not RLIMIT_AS: address space that is only reserved (thread stacks, allocator arenas) is not
        // memory, and counting it kills programs at half their real limit.
        setrlimit(Resource::RLIMIT_DATA, data_limit, data_limit)?;
        setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
        Ok(())
    };
    // SAFETY: `prepare` runs in the forked child before exec. It only makes system calls (prctl, getppid, setrlimit),
    // which are async-signal-safe; it neither allocates nor takes locks.
    unsafe { command.pre_exec(prepare) };
    let mut tries = 0;
    let child = loop {
        match command.spawn() {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy && tries < BUSY_TRIES => {
                tries += 1;
                std::thread::sleep(Duration::from_millis(5));
            }
            result => break result?,
        }
    };
    // The command holds the writing ends; the pipe must end with the process, not with this value.
    drop(command);
    let group = child
        .id()
        .and_then(|id| i32::try_from(id).ok())
        .map(Pid::from_raw)
        .ok_or_else(|| io::Error::other("the process has no id"))?;
    guardian.watch(group);
    let status = File::open(format!("/proc/{group}/status")).ok();
    Ok((Program { child, group, guardian: guardian.clone(), status }, File::from(OwnedFd::from(reader))))
}
