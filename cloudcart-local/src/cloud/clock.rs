//! The clock of one cloud: ahead of the machine's by what it was moved, also after a restart.

use crate::{
    clock::{Clock, MovableClock},
    gateway::admin::Refused,
    store::{Store, StoreError},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{sync::Arc, time::Duration};

const NAMESPACE: &str = "cloud";
const KEY: &str = "clock";

/// The farthest that a clock may be ahead: a hundred years, far below where times stop being writable.
const FARTHEST: Duration = Duration::from_hours(24 * 36_525);

/// What time it is in a cloud. The JSON shape is that of `cloudcart local clock --format json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClockReading {
    /// The cloud's time, as RFC 3339.
    pub time: String,
    /// The machine's time, as RFC 3339.
    pub machine_time: String,
    /// How far the cloud is ahead of the machine, in milliseconds.
    pub ahead_ms: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    ahead_ms: u64,
}

/// The clock and where its position is kept.
#[derive(Clone)]
pub(super) struct CloudClock {
    clock: MovableClock,
    store: Store,
}

impl CloudClock {
    /// Takes the clock up where it was. What the state holds has times of the moved clock in it (a message that is hidden
    /// until then), so going back to the machine's time would stop them.
    pub(super) fn open(real: Arc<dyn Clock>, store: Store) -> Result<Self, StoreError> {
        let kept: Option<Kept> = store.get(NAMESPACE, KEY)?;
        let ahead = kept.map_or(Duration::ZERO, |kept| Duration::from_millis(kept.ahead_ms)).min(FARTHEST);
        Ok(Self { clock: MovableClock::new(real, ahead), store })
    }

    /// What the engines read.
    pub(super) fn shared(&self) -> Arc<dyn Clock> {
        Arc::new(self.clock.clone())
    }

    pub(super) fn read(&self) -> ClockReading {
        // Read once, so that the two times are one moment.
        let machine = self.clock.real_now();
        let ahead = self.clock.ahead();
        ClockReading {
            time: rfc3339(machine.saturating_add(ahead)),
            machine_time: rfc3339(machine),
            ahead_ms: ms(ahead),
        }
    }

    /// Moves the clock forward: kept first, then everybody who waits for a time that it passes is woken.
    pub(super) fn advance(&self, by: Duration) -> Result<ClockReading, Refused> {
        self.clock.advance(by, |ahead| {
            if ahead > FARTHEST {
                return Err(Refused::TooFar(FARTHEST));
            }
            let kept = Kept { ahead_ms: ms(ahead) };
            self.store.put(NAMESPACE, KEY, &kept).map_err(|error| Refused::NotKept(error.to_string()))
        })?;
        tracing::info!(by_ms = ms(by), "the clock was moved");
        Ok(self.read())
    }

    pub(super) fn document(&self) -> Value {
        serde_json::json!(self.read())
    }
}

fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn rfc3339(time: Duration) -> String {
    let ms = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::MAX).strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}
