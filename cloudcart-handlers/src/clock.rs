//! Time, as something that tests can own.

use jiff::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A time as rows and answers carry it: RFC 3339 in UTC, always with three decimals, so that texts sort as times do.
pub fn words(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// A number of seconds since 1970 in the same words, if it is a time at all.
pub fn words_of_second(second: i64) -> Option<String> {
    Timestamp::from_second(second).ok().map(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_decimals() {
        assert_eq!(words(Timestamp::UNIX_EPOCH), "1970-01-01T00:00:00.000Z");
        assert_eq!(words_of_second(1_800_000_000).as_deref(), Some("2027-01-15T08:00:00.000Z"));
        assert_eq!(words_of_second(i64::MAX), None);
    }
}
