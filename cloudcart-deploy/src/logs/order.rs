//! Brings the lines of several functions into the order of their times, as far as waiting for a moment can. Pure: whoever
//! calls says what time it is.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use super::Line;

/// Lines that wait for earlier ones.
#[derive(Debug)]
pub(super) struct Order {
    /// How long a line waits at the most.
    hold: Duration,
    /// By time, then by arrival.
    held: BTreeMap<(i64, u64), (Instant, Line)>,
    arrived: u64,
}

impl Order {
    pub(super) fn new(hold: Duration) -> Self {
        Self { hold, held: BTreeMap::new(), arrived: 0 }
    }

    /// Takes a line that arrives now.
    pub(super) fn put(&mut self, line: Line, now: Instant) {
        self.held.insert((line.timestamp, self.arrived), (now, line));
        self.arrived += 1;
    }

    /// The lines that have waited long enough, and all that come before them, in order.
    pub(super) fn ready(&mut self, now: Instant) -> Vec<Line> {
        let waited = |arrived: &Instant| now.duration_since(*arrived) >= self.hold;
        let last = self.held.iter().rev().find(|(_, (arrived, _))| waited(arrived)).map(|(key, _)| *key);
        let Some((timestamp, arrived)) = last else { return Vec::new() };
        let later = self.held.split_off(&(timestamp, arrived + 1));
        std::mem::replace(&mut self.held, later).into_values().map(|(_, line)| line).collect()
    }

    /// When the next line is ready.
    pub(super) fn due(&self) -> Option<Instant> {
        self.held.values().map(|(arrived, _)| *arrived + self.hold).min()
    }

    /// Everything, in order.
    pub(super) fn rest(&mut self) -> Vec<Line> {
        std::mem::take(&mut self.held).into_values().map(|(_, line)| line).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(timestamp: i64, id: usize) -> Line {
        Line { function: "f".to_owned(), timestamp, stream: String::new(), message: id.to_string(), id: String::new() }
    }

    proptest! {
        /// Lines that come at most `late` after their time leave in order when they are held that long; each leaves once, and
        /// none waits longer than it must.
        #[test]
        fn what_is_late_by_less_than_the_hold_leaves_in_order(
            lines in prop::collection::vec((0_i64..500, 0_u64..=100), 0..60),
            hold in 0_u64..=150,
        ) {
            let start = Instant::now();
            let mut arrivals: Vec<(u64, i64, usize)> = lines
                .iter()
                .enumerate()
                .map(|(id, (timestamp, late))| (u64::try_from(*timestamp).unwrap_or(0) + late, *timestamp, id))
                .collect();
            arrivals.sort_unstable();
            let mut order = Order::new(Duration::from_millis(hold));
            let mut out = Vec::new();
            let mut next = arrivals.iter().peekable();
            for millis in 0..=800_u64 {
                let now = start + Duration::from_millis(millis);
                while let Some((_, timestamp, id)) = next.next_if(|(at, _, _)| *at == millis) {
                    order.put(line(*timestamp, *id), now);
                }
                prop_assert!(order.due().is_none_or(|due| due >= now), "a line is overdue");
                let ready = order.ready(now);
                prop_assert!(order.due().is_none_or(|due| due > now), "a line waits longer than it must");
                out.extend(ready);
            }
            prop_assert_eq!(order.rest().len(), 0);
            let mut ids: Vec<&str> = out.iter().map(|line| line.message.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            prop_assert_eq!(ids.len(), lines.len());
            if hold >= 100 {
                prop_assert!(out.is_sorted_by_key(|line| line.timestamp));
            }
        }
    }
}
