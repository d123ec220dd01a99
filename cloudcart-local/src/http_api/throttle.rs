//! Throttling of routes as stage settings ask for it: one token bucket per stage and route.

use super::model::Limits;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// What an account grants when only one of the two limits is set.
const ACCOUNT: (f64, u32) = (10_000.0, 5_000);

struct Bucket {
    tokens: f64,
    at: Duration,
}

/// The buckets of all APIs.
#[derive(Default)]
pub(super) struct Throttle {
    buckets: Mutex<HashMap<String, Bucket>>,
}

impl Throttle {
    /// Whether one more request under `key` may pass at `now`.
    pub(super) fn admit(&self, key: String, limits: Limits, now: Duration) -> bool {
        if limits == Limits::default() {
            return true;
        }
        let rate = limits.rate.unwrap_or(ACCOUNT.0);
        let burst = f64::from(limits.burst.unwrap_or(ACCOUNT.1));
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(key).or_insert(Bucket { tokens: burst, at: now });
        bucket.tokens = (bucket.tokens + now.saturating_sub(bucket.at).as_secs_f64() * rate).min(burst);
        bucket.at = now;
        let admitted = rate > 0.0 && bucket.tokens >= 1.0;
        if admitted {
            bucket.tokens -= 1.0;
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_rate() {
        let throttle = Throttle::default();
        let limits = Limits { rate: Some(2.0), burst: Some(3) };
        let admitted = |milliseconds| throttle.admit("k".into(), limits, Duration::from_millis(milliseconds));
        assert_eq!([0, 0, 0, 0].map(admitted), [true, true, true, false]);
        assert_eq!([499, 500, 500].map(admitted), [false, true, false]);
        assert!(throttle.admit("other".into(), limits, Duration::ZERO));
        assert!(!throttle.admit("none".into(), Limits { rate: Some(5.0), burst: Some(0) }, Duration::ZERO));
    }
}
