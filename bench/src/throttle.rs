//! The share of a CPU that Lambda leaves a function after its init phase, by the kernel's own bandwidth control.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// A function has one vCPU per 1,769 MB of memory
/// (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>).
const MEGABYTES_PER_CPU: f64 = 1769.0;
/// The period over which the share counts, in microseconds.
const PERIOD: u32 = 20_000;

/// A control group with a share of a CPU. Removed when dropped.
#[derive(Debug)]
pub struct Throttle {
    folder: PathBuf,
}

impl Throttle {
    /// As a function of that much memory is throttled. Needs the right to make control groups.
    pub fn like(megabytes: u32) -> Result<Self> {
        let root = Path::new("/sys/fs/cgroup");
        let unified = fs::read_to_string(root.join("cgroup.controllers")).is_ok_and(|text| text.contains("cpu"));
        let name = format!("cloudcart-bench-{}-{megabytes}", std::process::id());
        let folder = if unified { root.join(name) } else { root.join("cpu").join(name) };
        fs::create_dir(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        let throttle = Self { folder };
        let quota = quota(megabytes);
        if unified {
            throttle.write("cpu.max", &format!("{quota} {PERIOD}"))?;
        } else {
            throttle.write("cpu.cfs_period_us", &PERIOD.to_string())?;
            throttle.write("cpu.cfs_quota_us", &quota.to_string())?;
        }
        Ok(throttle)
    }

    /// Moves a process with all its threads in.
    pub fn hold(&self, pid: u32) -> Result<()> {
        self.write("cgroup.procs", &pid.to_string())
    }

    /// Waits until what was held before is charged no more: the end of a process counts too, and whoever comes next in the same period
    /// would pay for it. It keeps the core awake meanwhile: a core that slept starts any process later, and the other kinds of starts
    /// find one that did not.
    pub fn rest(&self) {
        let until = Instant::now() + 2 * Duration::from_micros(PERIOD.into());
        while Instant::now() < until {
            std::hint::spin_loop();
        }
    }

    fn write(&self, file: &str, value: &str) -> Result<()> {
        let path = self.folder.join(file);
        if !path.exists() {
            bail!("{} is not there: no CPU bandwidth control", path.display());
        }
        fs::write(&path, value).with_context(|| format!("{} does not take {value}", path.display()))
    }
}

impl Drop for Throttle {
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
