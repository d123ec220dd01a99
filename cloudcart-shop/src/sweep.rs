//! When an order that stays pending is sent to the queue again.
//!
//! An order may be pending because its message was never sent, because the worker is behind, or because its message failed and lies
//! among the dead letters. Its row does not say which. So the row remembers how often and when the sweeper has sent it: a message
//! that could not be sent is not counted and is tried again a minute later, while one that was sent is given the time that the queue
//! gives it before another follows, and after a few the sweeper stops and calls the order stuck. Without that, a worker that is
//! behind would get every order once a minute, and one bad order would fill the dead-letter queue.

use crate::attribute::{Attribute, Row, RowError, integer, text};
use crate::ids::OrderId;

/// How old a pending order is when the sweeper first looks at it, in seconds: by then the worker is mostly done with it.
pub const AFTER_SECONDS: i64 = 60;
/// How long after a message the next one may follow, in seconds. A message that always fails becomes a dead letter in this time, so
/// that there is about one message of an order in the queue.
pub const AGAIN_AFTER_SECONDS: i64 = 15 * 60;
/// How many messages the sweeper sends about one order. What these do not move needs somebody who looks.
pub const MAX_SWEEPS: u32 = 4;

/// The attribute of an order's row that counts the messages that the sweeper has sent.
pub const SWEEPS: &str = "sweeps";
/// The attribute of an order's row that says when it last sent one, in seconds since 1970.
pub const SWEPT_AT: &str = "sweptAt";

/// An order in the index of pending orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its id.
    pub id: OrderId,
    /// When it was placed (RFC 3339).
    pub placed_at: String,
    /// How many messages the sweeper has sent about it.
    pub sweeps: u32,
    /// When it sent the last of them, in seconds since 1970.
    pub swept_at: Option<i64>,
}

/// Whether a waiting order is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// It is.
    Now,
    /// The last message may still do it.
    Later,
    /// Enough messages were sent, and none did it.
    Stuck,
}

impl Waiting {
    /// Reads an entry of the index.
    pub fn from_row(row: &Row) -> Result<Self, RowError> {
        let id = text(row, "orderId")?;
        let number = |name| matches!(row.get(name), Some(Attribute::N(_)));
        Ok(Self {
            id: OrderId::parse(id).ok_or_else(|| RowError::Value { name: "orderId", problem: format!("{id:?}") })?,
            placed_at: text(row, "placedAt")?.to_owned(),
            sweeps: if number(SWEEPS) { integer(row, SWEEPS)? } else { 0 },
            swept_at: if number(SWEPT_AT) { Some(integer(row, SWEPT_AT)?) } else { None },
        })
    }

    /// Whether it is to be sent at a time, in seconds since 1970.
    pub fn due(&self, now: i64) -> Due {
        match self.swept_at {
            Some(at) if now.saturating_sub(at) < AGAIN_AFTER_SECONDS => Due::Later,
            _ if self.sweeps >= MAX_SWEEPS => Due::Stuck,
            _ => Due::Now,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::*;
    use crate::order::tests::order;

    #[test]
    fn an_order_is_sent_a_few_times_and_then_stuck() {
        let mut waiting = Waiting::from_row(&order().to_row()).unwrap();
        assert_eq!((waiting.sweeps, waiting.swept_at), (0, None));
        let mut sent = Vec::new();
        for now in (0..1_000_000).step_by(60) {
            if waiting.due(now) == Due::Now {
                sent.push(now);
                waiting.sweeps += 1;
                waiting.swept_at = Some(now);
            }
        }
        assert_eq!(sent, [0, 900, 1_800, 2_700]);
        assert_eq!(waiting.due(2_700 + 899), Due::Later);
        assert_eq!(waiting.due(2_700 + 900), Due::Stuck);
    }

    #[test]
    fn a_clock_that_runs_behind_sends_nothing_twice() {
        let mut row = order().to_row();
        row.insert(SWEEPS.to_owned(), Attribute::integer(1));
        row.insert(SWEPT_AT.to_owned(), Attribute::integer(1_000));
        assert_eq!(Waiting::from_row(&row).unwrap().due(0), Due::Later);
        row.insert(SWEPT_AT.to_owned(), Attribute::integer(i64::MIN));
        assert_eq!(Waiting::from_row(&row).unwrap().due(i64::MAX), Due::Now);
    }

    #[test]
    fn an_entry_that_makes_no_sense_is_an_error() {
        for (name, value) in [
            ("orderId", Attribute::text("x")),
            ("placedAt", Attribute::integer(1)),
            (SWEEPS, Attribute::integer(-1)),
            (SWEPT_AT, Attribute::N("soon".to_owned())),
        ] {
            let mut row = order().to_row();
            row.insert(name.to_owned(), value);
            assert!(Waiting::from_row(&row).unwrap_err().to_string().contains(name), "{name}");
        }
    }
}
