//! This machine's clock beside the endpoint's: signatures carry the time, and AWS takes none that is five minutes off.
//!
//! The SDK signs again with the endpoint's time once it was refused, so its calls may go through all the same. Other tools
//! do not, and what checks certificates or expiries here goes by the wrong time in any case. So this measures for itself.

use std::time::{Duration, Instant, SystemTime};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::{Area, Check};

/// What tells the time. Tests bring their own.
pub trait Clock: Send + Sync {
    /// The time of day, which may be wrong.
    fn wall(&self) -> SystemTime;
    /// A time that only goes on, for durations.
    fn monotonic(&self) -> Instant;
}

/// This machine's clocks.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    fn monotonic(&self) -> Instant {
        Instant::now()
    }
}

/// How far off a signature may be: SigV4's limit.
const LIMIT: Duration = Duration::from_mins(5);
/// From here on somebody should know.
const WORTH_A_WORD: Duration = Duration::from_mins(1);
/// A `Date` header has whole seconds: it is right for half a second on either side of its middle.
const HALF_A_SECOND: Duration = Duration::from_millis(500);

/// An answer's head and when it was asked for.
#[derive(Debug, Clone)]
pub(super) struct Stamp {
    /// The `Date` header.
    pub(super) date: Option<String>,
    /// Whether a cache gave the answer: its date is not now's.
    pub(super) cached: bool,
    /// Our time of day when the request went out.
    pub(super) sent: SystemTime,
    /// How long the answer took, by a clock that nobody sets.
    pub(super) took: Duration,
}

/// How two clocks stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Offset {
    by: Duration,
    ours_is_ahead: bool,
    /// How much of it may be the way's and the header's doing.
    slack: Duration,
}

fn offset(stamp: &Stamp) -> Option<Offset> {
    let date = DateTime::from_str(stamp.date.as_deref()?.trim(), Format::HttpDate).ok()?;
    let theirs = SystemTime::try_from(date).ok()?.checked_add(HALF_A_SECOND)?;
    // They looked at their clock somewhere between request and answer.
    let ours = stamp.sent.checked_add(stamp.took / 2)?;
    let slack = stamp.took / 2 + HALF_A_SECOND;
    Some(match ours.duration_since(theirs) {
        Ok(by) => Offset { by, ours_is_ahead: true, slack },
        Err(before) => Offset { by: before.duration(), ours_is_ahead: false, slack },
    })
}

pub(super) const NAME: &str = "clock";

/// What to say of an answer's time.
pub(super) fn judge(stamp: &Stamp) -> Check {
    let area = Area::Credentials;
    if stamp.cached {
        return Check::skipped(area, NAME, "an answer of the endpoint itself: a cache on the way gave this one");
    }
    let Some(offset) = offset(stamp) else {
        return Check::skipped(area, NAME, "a Date in the endpoint's answer");
    };
    let side = if offset.ours_is_ahead { "ahead of" } else { "behind" };
    let found = format!("{} {side} the endpoint's", span(offset.by));
    // Only what is certain counts.
    let certain = offset.by.saturating_sub(offset.slack);
    if certain > LIMIT {
        let hint = format!("set this machine's clock: {SET}; AWS refuses signatures that are more than 5 minutes off");
        Check::fail(area, NAME, found, hint)
    } else if certain > WORTH_A_WORD {
        Check::warn(area, NAME, found, format!("let this machine's clock be set by itself: {SET}; AWS takes 5 minutes"))
    } else {
        let within = offset.by + offset.slack;
        Check::ok(area, NAME, format!("agrees with the endpoint's within {} s", within.as_secs() + 1))
    }
}

/// The line that sets the clock on this system.
const SET: &str = if cfg!(target_os = "macos") {
    "`sudo sntp -sS time.apple.com`"
} else if cfg!(windows) {
    "`w32tm /resync`"
} else {
    "`sudo timedatectl set-ntp true`"
};

/// A span of time in its two largest units.
pub(super) fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    if days > 0 {
        format!("{days} d {hours} h")
    } else if hours > 0 {
        format!("{hours} h {minutes} min")
    } else if minutes > 0 {
        format!("{minutes} min {} s", seconds % 60)
    } else {
        format!("{seconds} s")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::doctor::State;

    /// `Sun, 06 Nov 1994 08:49:37 GMT`
    const DATE: u64 = 784_111_777;

    fn stamp(ours: i64, took: u64) -> Stamp {
        let sent = SystemTime::UNIX_EPOCH + Duration::from_secs(DATE.checked_add_signed(ours).unwrap());
        let date = Some("Sun, 06 Nov 1994 08:49:37 GMT".to_owned());
        Stamp { date, cached: false, sent, took: Duration::from_secs(took) }
    }

    #[test]
    fn five_minutes_are_the_limit_and_one_is_worth_a_word() {
        for (ours, state, words) in [
            (0, State::Ok, "within"),
            (45, State::Ok, "within"),
            (-75, State::Warn, "1 min 15 s behind"),
            (290, State::Warn, "4 min 49 s ahead of"),
            (310, State::Fail, "5 min 9 s ahead of"),
            (-86_400 * 3, State::Fail, "3 d 0 h behind"),
        ] {
            let check = judge(&stamp(ours, 0));
            assert_eq!(check.state, state, "{ours}: {}", check.found);
            assert!(check.found.contains(words), "{ours}: {}", check.found);
            assert_eq!(check.hint.is_some(), state != State::Ok);
        }
    }

    #[test]
    fn a_slow_answer_is_no_wrong_clock() {
        // Asked 100 s before their time of day, answered after 200 s: the clocks may agree.
        assert_eq!(judge(&stamp(-100, 200)).state, State::Ok);
        assert_eq!(judge(&stamp(-100, 0)).state, State::Warn);
        assert_eq!(judge(&stamp(-500, 200)).state, State::Warn, "300 s are certain, and a second is in doubt");
        assert_eq!(judge(&stamp(-620, 200)).state, State::Fail);
    }

    #[test]
    fn without_a_date_of_the_endpoint_nothing_is_said() {
        let none = Stamp { date: None, ..stamp(0, 0) };
        assert_eq!(judge(&none).state, State::Skipped);
        let odd = Stamp { date: Some("yesterday".to_owned()), ..stamp(0, 0) };
        assert_eq!(judge(&odd).state, State::Skipped);
        let cached = Stamp { cached: true, ..stamp(9_999, 0) };
        assert_eq!(judge(&cached).state, State::Skipped);
    }
}
