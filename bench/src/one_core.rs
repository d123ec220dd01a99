//! One core for all, while warm calls are measured.
//!
//! A function of less than 1,769 MB has at most one virtual CPU, and Lambda's side of the Runtime API runs on it as well. Where the
//! scheduler may spread them over cores instead, every message wakes another core, and a virtual machine pays for that as the
//! host pleases: the CPU time of a small handler is then half the machine's.

use anyhow::{Context as _, Result};
use nix::errno::Errno;
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

/// Holds this process, and what it starts meanwhile, on one core. Let go when dropped.
#[derive(Debug)]
pub struct OneCore {
    before: CpuSet,
}

impl OneCore {
    /// Holds every thread that there is; those that come later are started by one of them.
    pub fn hold() -> Result<Self> {
        let before = sched_getaffinity(Pid::from_raw(0)).context("on which cores this may run")?;
        // The last: interrupts come to the first, where nobody has spread them.
        let last = (0..CpuSet::count()).rev().find(|core| before.is_set(*core).unwrap_or(false));
        let mut one = CpuSet::new();
        one.set(last.context("no core to run on")?).context("a core that there is")?;
        let held = Self { before };
        every_thread(&one)?;
        Ok(held)
    }
}

impl Drop for OneCore {
    fn drop(&mut self) {
        // What was allowed before is allowed still.
        let _ = every_thread(&self.before);
    }
}

fn every_thread(cores: &CpuSet) -> Result<()> {
    for thread in std::fs::read_dir("/proc/self/task").context("the threads of this process")? {
        let id = thread?.file_name();
        let id = id.to_str().and_then(|id| id.parse().ok()).context("a thread without a number")?;
        match sched_setaffinity(Pid::from_raw(id), cores) {
            // One that has ended since needs no core.
            Ok(()) | Err(Errno::ESRCH) => {}
            Err(error) => return Err(error).context("this thread stays on its cores"),
        }
    }
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use std::process::Command;

    use super::*;

    fn allowed() -> usize {
        // A process of its own, since other tests share this one.
        let output = Command::new("nproc").output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
    }

    #[test]
    fn what_is_started_meanwhile_has_one_core_and_what_comes_later_has_all() {
        let before = allowed();
        let held = OneCore::hold().unwrap();
        assert_eq!(allowed(), 1);
        drop(held);
        assert_eq!(allowed(), before);
    }
}
