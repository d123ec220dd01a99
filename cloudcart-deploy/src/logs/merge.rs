//! Which lines were told already, whatever way they came. Pure: no clock, no network.
//!
//! A line comes by two ways: reads of a span of time (`FilterLogEvents`) give every line that is there, with an id; a live
//! session (`StartLiveTail`) gives every line that arrives, perhaps sampled, without one. So a line is known by what it says:
//! stream, time, text. Two lines may say the same; then they are counted. One pass (a read, or a session) meets each line at
//! most once, so its n-th equal line is new only when fewer than n were told before, by whatever pass. That never tells a line
//! twice; and what a session left out, the next read over that time tells.
//!
//! One case is left. A line whose equal (stream, millisecond, text) arrived before the session opened, and was told by a read only a
//! moment before the session brings this one, is taken for that one. If no read is due any more, the next session's first read
//! tells it if its overlap reaches back that far; otherwise it is never told.

use std::collections::hash_map::RandomState;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher as _;

use super::Line;

/// What a line says, shortened: 128 bits, so that no two lines of a log are ever taken for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Saying {
    timestamp: i64,
    digest: (u64, u64),
}

/// How many equal lines were told, when the last of them was, and when one of them was met.
#[derive(Debug, Clone, Copy)]
struct Count {
    told: u32,
    told_at: i64,
    met: i64,
}

/// The lines of one group that were told.
#[derive(Debug, Default)]
pub(super) struct Told {
    counts: HashMap<Saying, Count>,
    hashers: (RandomState, RandomState),
}

/// One way through a log that meets each of its lines at most once.
#[derive(Debug, Default)]
pub(super) struct Pass {
    counts: HashMap<Saying, u32>,
    /// Ids, where the service gives some: pages of a read may overlap.
    ids: HashSet<String>,
}

impl Told {
    /// Whether this line, met in `pass` at `now` (milliseconds), is to be told.
    pub(super) fn is_new(&mut self, pass: &mut Pass, line: &Line, now: i64) -> bool {
        if !line.id.is_empty() && !pass.ids.insert(line.id.clone()) {
            return false;
        }
        let saying = self.saying(line);
        let met = pass.counts.entry(saying).or_default();
        *met += 1;
        let count = self.counts.entry(saying).or_insert(Count { told: 0, told_at: now, met: now });
        count.met = now;
        if *met <= count.told {
            return false;
        }
        count.told = *met;
        count.told_at = now;
        true
    }

    /// When an equal line was told last.
    pub(super) fn told_at(&self, line: &Line) -> Option<i64> {
        self.counts.get(&self.saying(line)).map(|count| count.told_at)
    }

    /// Forgets lines from before `timestamp` that were last met before `met`: no read will reach them again. The pass of a
    /// session that goes on forgets the same ones.
    pub(super) fn forget(&mut self, timestamp: i64, met: i64, session: &mut Pass) {
        self.counts.retain(|saying, count| {
            let keep = saying.timestamp >= timestamp || count.met >= met;
            if !keep {
                session.counts.remove(saying);
            }
            keep
        });
    }

    fn saying(&self, line: &Line) -> Saying {
        let said = (&line.stream, &line.message);
        Saying { timestamp: line.timestamp, digest: (self.hashers.0.hash_one(said), self.hashers.1.hash_one(said)) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn line(timestamp: i64, message: &str, id: &str) -> Line {
        Line {
            function: "worker".to_owned(),
            timestamp,
            stream: "s".to_owned(),
            message: message.to_owned(),
            id: id.to_owned(),
        }
    }

    #[test]
    fn a_line_read_twice_is_told_once() {
        let mut told = Told::default();
        let mut read = |lines: &[Line]| {
            let mut pass = Pass::default();
            lines.iter().filter(|line| told.is_new(&mut pass, line, 0)).count()
        };
        assert_eq!(read(&[line(1, "a", "1"), line(2, "b", "2")]), 2);
        assert_eq!(read(&[line(2, "b", "2"), line(3, "c", "3")]), 1);
        assert_eq!(read(&[line(3, "c", "3"), line(3, "c", "3")]), 0, "pages that overlap");
    }

    #[test]
    fn two_lines_that_say_the_same_are_two() {
        let mut told = Told::default();
        let mut session = Pass::default();
        assert!(told.is_new(&mut session, &line(1, "a", ""), 0));
        let mut read = Pass::default();
        assert!(!told.is_new(&mut read, &line(1, "a", "1"), 0));
        assert!(told.is_new(&mut read, &line(1, "a", "2"), 0));
        assert!(!told.is_new(&mut session, &line(1, "a", ""), 0), "the session meets the second one as well");
    }

    #[test]
    fn what_is_out_of_reach_is_forgotten() {
        let mut told = Told::default();
        let mut session = Pass::default();
        told.is_new(&mut session, &line(1, "old", ""), 100);
        told.is_new(&mut session, &line(2, "old, but met just now", ""), 900);
        told.is_new(&mut session, &line(7, "young", ""), 100);
        told.forget(5, 500, &mut session);
        assert_eq!((told.counts.len(), session.counts.len()), (2, 2));
    }

    /// What happens to a log and to whoever follows it.
    #[derive(Debug, Clone)]
    enum Step {
        /// Lines are written.
        Written(Vec<(i64, u8)>),
        /// A read of what is there from a time on, page by page, some pages overlapping.
        Read { from: i64, page: usize, overlap: usize },
        /// A new session; the one before ends, wherever it stood.
        Session,
        /// The session gives some of what was written since it began and it has not given: sampled ones never come.
        Live { lines: usize, left_out: u8 },
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            // Few times and few texts, so that equal lines are common.
            prop::collection::vec((0_i64..6, 0_u8..3), 1..8).prop_map(Step::Written),
            (0_i64..6, 1_usize..5, 0_usize..3).prop_map(|(from, page, overlap)| Step::Read { from, page, overlap }),
            Just(Step::Session),
            (1_usize..6, any::<u8>()).prop_map(|(lines, left_out)| Step::Live { lines, left_out }),
        ]
    }

    type Bag = BTreeMap<(i64, u8), usize>;

    proptest! {
        /// Whatever the order of reads, sessions, seams and samples: never a line too many, and after a read none too few.
        #[test]
        fn no_line_is_doubled_and_none_is_lost(steps in prop::collection::vec(step(), 1..40)) {
            let mut log: Vec<(i64, u8)> = Vec::new();
            let mut told = Told::default();
            let mut session = Pass::default();
            let mut at = 0;
            let mut out = Bag::new();
            let whole = Step::Read { from: 0, page: 3, overlap: 1 };
            for step in steps.into_iter().chain([whole]) {
                let mut covered = None;
                match step {
                    Step::Written(lines) => log.extend(lines),
                    Step::Session => {
                        session = Pass::default();
                        at = log.len();
                    }
                    Step::Live { lines, left_out } => {
                        for index in 0..lines {
                            let Some(&(timestamp, text)) = log.get(at) else { break };
                            at += 1;
                            let sampled = left_out & (1 << (index % 8)) != 0;
                            if !sampled && told.is_new(&mut session, &line(timestamp, &text.to_string(), ""), 0) {
                                *out.entry((timestamp, text)).or_default() += 1;
                            }
                        }
                    }
                    Step::Read { from, page, overlap } => {
                        let mut there: Vec<(usize, (i64, u8))> =
                            log.iter().copied().enumerate().filter(|(_, (timestamp, _))| *timestamp >= from).collect();
                        there.sort_by_key(|(_, (timestamp, _))| *timestamp);
                        let mut read = Pass::default();
                        let mut start = 0_usize;
                        while start < there.len() {
                            for (id, (timestamp, text)) in &there[start.saturating_sub(overlap)..there.len().min(start + page)] {
                                let line = line(*timestamp, &text.to_string(), &format!("id-{id}"));
                                if told.is_new(&mut read, &line, 0) {
                                    *out.entry((*timestamp, *text)).or_default() += 1;
                                }
                            }
                            start += page;
                        }
                        covered = Some(from);
                    }
                }
                let mut truth = Bag::new();
                for saying in &log {
                    *truth.entry(*saying).or_default() += 1;
                }
                for (saying, count) in &out {
                    prop_assert!(*count <= truth[saying], "{saying:?} is told {count} times");
                }
                if let Some(from) = covered {
                    for (saying, count) in truth.range((from, 0)..) {
                        prop_assert_eq!(out.get(saying), Some(count), "{:?} after a read", saying);
                    }
                }
            }
        }
    }
}
