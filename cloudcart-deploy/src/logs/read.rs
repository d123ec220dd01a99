//! Reads a span of a log, page by page (`FilterLogEvents`), with patience.

use std::time::Duration;

use tokio::time::Instant;

use super::{Group, Line};
use crate::error::{Aws, AwsKind, Error, Result};
use crate::target::Target;

/// One read of a group from a time on.
#[derive(Debug)]
pub(super) struct Reading {
    group: Group,
    filter: Option<String>,
    since: i64,
    token: Option<String>,
    done: bool,
}

impl Reading {
    pub(super) fn new(group: &Group, filter: Option<&str>, since: i64) -> Self {
        Self { group: group.clone(), filter: filter.map(str::to_owned), since, token: None, done: false }
    }

    /// Whether the last page was read.
    pub(super) fn is_done(&self) -> bool {
        self.done
    }

    /// Nothing more is wanted of it.
    pub(super) fn end(&mut self) {
        self.done = true;
    }

    /// The next page, in the order of time; it may be empty and still not the last. After a failure the same page is asked for
    /// again.
    pub(super) async fn page(&mut self, target: &Target) -> Result<Vec<Line>> {
        let page = target
            .logs()
            .filter_log_events()
            .log_group_name(&self.group.name)
            .set_filter_pattern(self.filter.clone())
            .start_time(self.since.max(0))
            .set_next_token(self.token.clone())
            .send()
            .await
            .map_err(Error::aws("FilterLogEvents"))?;
        let next = page.next_token().map(str::to_owned);
        self.done = next.is_none() || next == self.token;
        self.token = next;
        let function = &self.group.function;
        let lines = page.events().iter().map(|event| {
            Line::new(function, event.timestamp(), event.log_stream_name(), event.message(), event.event_id())
        });
        Ok(lines.collect())
    }
}

/// What a failed call means for whoever follows a log.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The same again, after this time.
    Again(Duration),
    /// It makes no sense to go on.
    GiveUp,
}

/// How quickly calls follow each other. The quota of `FilterLogEvents` is the account's: whoever is told to slow down does so
/// for all groups, and comes back to speed slowly.
#[derive(Debug)]
pub(super) struct Pace {
    base: Duration,
    now: Duration,
    /// How long an endpoint may be out of reach before following makes no sense.
    patience: Option<Duration>,
    out_of_reach: Option<Instant>,
}

const SLOWEST: Duration = Duration::from_secs(30);

impl Pace {
    pub(super) fn new(base: Duration, patience: Option<Duration>) -> Self {
        Self { base, now: base, patience, out_of_reach: None }
    }

    /// A call succeeded; how long to wait before the next.
    pub(super) fn good(&mut self) -> Duration {
        self.out_of_reach = None;
        self.now = (self.now * 3 / 4).max(self.base);
        self.now
    }

    /// A call failed.
    pub(super) fn bad(&mut self, aws: &Aws) -> Next {
        if !aws.is_passing() {
            return Next::GiveUp;
        }
        if aws.kind == AwsKind::Unreachable {
            let since = self.out_of_reach.get_or_insert_with(Instant::now);
            if self.patience.is_some_and(|patience| since.elapsed() > patience) {
                return Next::GiveUp;
            }
        } else {
            self.out_of_reach = None;
        }
        self.now = (self.now * 2).max(Duration::from_millis(500)).min(SLOWEST);
        Next::Again(self.now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aws(kind: AwsKind) -> Aws {
        Aws { kind, code: None, message: String::new(), status: None }
    }

    #[tokio::test(start_paused = true)]
    async fn throttling_slows_down_and_success_speeds_up_again() {
        let base = Duration::from_millis(400);
        let mut pace = Pace::new(base, None);
        assert_eq!(pace.good(), base);
        assert_eq!(pace.bad(&aws(AwsKind::Throttled)), Next::Again(base * 2));
        assert_eq!(pace.bad(&aws(AwsKind::Throttled)), Next::Again(base * 4));
        assert_eq!(pace.good(), base * 3);
        for _ in 0..50 {
            assert!(matches!(pace.bad(&aws(AwsKind::Throttled)), Next::Again(wait) if wait <= SLOWEST));
        }
        for _ in 0..50 {
            pace.good();
        }
        assert_eq!(pace.good(), base);
        assert_eq!(pace.bad(&aws(AwsKind::Denied)), Next::GiveUp);
    }

    #[tokio::test(start_paused = true)]
    async fn only_an_endpoint_that_stays_away_ends_it() {
        let mut pace = Pace::new(Duration::from_millis(400), Some(Duration::from_secs(30)));
        let gone = aws(AwsKind::Unreachable);
        assert!(matches!(pace.bad(&gone), Next::Again(_)));
        tokio::time::advance(Duration::from_secs(29)).await;
        assert!(matches!(pace.bad(&gone), Next::Again(_)));
        pace.good();
        tokio::time::advance(Duration::from_secs(29)).await;
        assert!(matches!(pace.bad(&gone), Next::Again(_)), "it was there in between");
        tokio::time::advance(Duration::from_secs(31)).await;
        assert_eq!(pace.bad(&gone), Next::GiveUp);
        let mut patient = Pace::new(Duration::from_millis(400), None);
        patient.bad(&gone);
        tokio::time::advance(Duration::from_hours(30)).await;
        assert!(matches!(patient.bad(&gone), Next::Again(_)));
    }
}
