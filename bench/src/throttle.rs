//! The share of a CPU that Lambda leaves a function after its init phase, by the kernel's own bandwidth control.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

/// A function has one vCPU per 1,769 MB of memory
/// (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>).
const MEGABYTES_PER_CPU: f64 = 1769.0;
/// The period over which the share counts, in microseconds.
const PERIOD: u32 = 20_000;

/// A share of a CPU, for one process after the other.
#[derive(Debug)]
pub struct Throttle {
    megabytes: u32,
    made: Cell<u32>,
}

impl Throttle {
    /// As a function of that much memory is throttled. Needs the right to make control groups.
    pub fn like(megabytes: u32) -> Result<Self> {
        let throttle = Self { megabytes, made: Cell::new(0) };
        throttle.group()?;
        Ok(throttle)
    }

    /// A control group with the share, for one process. Not one for all: what was held before is charged for until its period is over,
    /// the end of a process as well, so that the next one would have to wait; and after a pause of two periods, asleep or busy, every
    /// program starts a fifth slower than right after another, as the other kinds of starts do.
    pub fn group(&self) -> Result<Group> {
        let root = Path::new("/sys/fs/cgroup");
        let unified = fs::read_to_string(root.join("cgroup.controllers")).is_ok_and(|text| text.contains("cpu"));
        let number = self.made.replace(self.made.get() + 1);
        let name = format!("cloudcart-bench-{}-{}-{number}", std::process::id(), self.megabytes);
        let folder = if unified { root.join(name) } else { root.join("cpu").join(name) };
        fs::create_dir(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        let group = Group { folder };
        let quota = quota(self.megabytes);
        if unified {
            group.write("cpu.max", &format!("{quota} {PERIOD}"))?;
        } else {
            group.write("cpu.cfs_period_us", &PERIOD.to_string())?;
            group.write("cpu.cfs_quota_us", &quota.to_string())?;
        }
        Ok(group)
    }
}

/// A control group. Removed when dropped, after the process that it held has ended.
#[derive(Debug)]
pub struct Group {
    folder: PathBuf,
}

impl Group {
    /// Moves a process with all its threads in.
    pub fn hold(&self, pid: u32) -> Result<()> {
        self.write("cgroup.procs", &pid.to_string())
    }

    fn write(&self, file: &str, value: &str) -> Result<()> {
        let path = self.folder.join(file);
        if !path.exists() {
            bail!("{} is not there: no CPU bandwidth control", path.display());
        }
        fs::write(&path, value).with_context(|| format!("{} does not take {value}", path.display()))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Fails while a process is still in it, and is of no harm then.
        let _ = fs::remove_dir(&self.folder);
    }
}

/// Microseconds of each period.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most a few periods, never negative")]
fn quota(megabytes: u32) -> u64 {
    (f64::from(megabytes) / MEGABYTES_PER_CPU * f64::from(PERIOD)).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_function_has_seven_hundredths_of_a_cpu() {
        assert_eq!(quota(128), 1447);
        assert_eq!(quota(1769), u64::from(PERIOD));
    }
}
