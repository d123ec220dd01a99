//! What a process used so far, as the kernel counts it (Linux, `/proc`).

use std::time::Duration;

use anyhow::{Context as _, Result};

/// CPU time of all threads that live, from `schedstat`, which counts nanoseconds.
pub fn cpu(pid: u32) -> Result<Duration> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).context("the process has ended")?;
    let mut nanoseconds = 0;
    for task in tasks {
        // A thread may end between the listing and the reading.
        if let Ok(text) = std::fs::read_to_string(task?.path().join("schedstat")) {
            nanoseconds += first_number(&text).context("no number in schedstat")?;
        }
    }
    Ok(Duration::from_nanos(nanoseconds))
}

/// The most memory that was resident at once, in bytes.
pub fn peak_memory(pid: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).context("the process has ended")?;
    high_water(&status).context("no VmHWM in its status")
}

fn first_number(text: &str) -> Option<u64> {
    text.split_whitespace().next()?.parse().ok()
}

fn high_water(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    first_number(line).map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn peaks_are_read_in_bytes() {
        assert_eq!(high_water("Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t 10 kB\n"), Some(2 << 20));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_used_both() {
        assert!(cpu(std::process::id()).unwrap() > Duration::ZERO);
        assert!(peak_memory(std::process::id()).unwrap() > 100_000);
    }
}
