//! Many samples to few figures.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::sample::{Cold, Warm};

/// What one subject came to. Times in milliseconds, except where a name says otherwise; medians.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// Start of the process to its first question for an event, files in the page cache.
    pub init: f64,
    /// First event to its answer.
    pub first: f64,
    /// Both together.
    pub cold: f64,
    /// CPU time of both.
    pub cold_cpu: f64,
    /// Both, with the files read from the disk.
    pub evicted: f64,
    /// Both, throttled like a function of 128 MB after init; none where this machine has no such control.
    pub throttled_128: Option<f64>,
    /// Like one of 512 MB.
    pub throttled_512: Option<f64>,
    /// Latency of a warm call in microseconds, on all cores.
    pub warm_p50_us: f64,
    /// The same, 99th percentile.
    pub warm_p99_us: f64,
    /// CPU time of a warm call in microseconds, where function and harness may run on all cores.
    pub warm_cpu_us: f64,
    /// The same, on one core. Runs of before that was measured have none.
    #[serde(default)]
    pub warm_cpu_one_core_us: Option<f64>,
    /// Peak of resident memory in MB (10^6 bytes).
    pub peak_mb: f64,
}

impl Figures {
    /// From samples.
    pub fn of(cached: &[Cold], evicted: &[Cold], throttled: [&[Cold]; 2], warm: &[Warm], one_core: &[Warm]) -> Self {
        let of = |samples: &[Cold], part: fn(&Cold) -> Duration| millis(median(samples.iter().map(part)));
        let cpu = |runs: &[Warm]| micros(median(runs.iter().map(|run| run.cpu)));
        let some = |samples: &[Cold]| (!samples.is_empty()).then(|| of(samples, Cold::whole));
        let mut latencies: Vec<Duration> = warm.iter().flat_map(|run| run.latencies.iter().copied()).collect();
        latencies.sort_unstable();
        #[expect(clippy::cast_precision_loss, reason = "memory in bytes is far below 2^52")]
        let peak = warm.iter().chain(one_core).map(|run| run.peak_memory).max().unwrap_or_default() as f64 / 1e6;
        Self {
            init: of(cached, |cold| cold.init),
            first: of(cached, |cold| cold.first),
            cold: of(cached, Cold::whole),
            cold_cpu: of(cached, |cold| cold.cpu),
            evicted: of(evicted, Cold::whole),
            throttled_128: some(throttled[0]),
            throttled_512: some(throttled[1]),
            warm_p50_us: micros(percentile(&latencies, 50)),
            warm_p99_us: micros(percentile(&latencies, 99)),
            warm_cpu_us: cpu(warm),
            warm_cpu_one_core_us: (!one_core.is_empty()).then(|| cpu(one_core)),
            peak_mb: peak,
        }
    }
}

/// The middle one; of an even number the lower of the two.
pub fn median(samples: impl Iterator<Item = Duration>) -> Duration {
    let mut samples: Vec<Duration> = samples.collect();
    samples.sort_unstable();
    percentile(&samples, 50)
}

/// The smallest sample that so many hundredths do not exceed, of samples in order (nearest rank).
fn percentile(sorted: &[Duration], hundredths: usize) -> Duration {
    let rank = (sorted.len() * hundredths).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_samples() {
        let samples: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(percentile(&samples, 50), Duration::from_millis(100));
        assert_eq!(percentile(&samples, 99), Duration::from_millis(198));
        assert_eq!(percentile(&samples[..1], 99), Duration::from_millis(1));
        assert_eq!(percentile(&[], 50), Duration::ZERO);
        assert_eq!(median([3, 1, 2].into_iter().map(Duration::from_secs)), Duration::from_secs(2));
    }
}
