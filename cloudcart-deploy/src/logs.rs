//! A function's log: which group the live function writes to, and its lines in order, each once.

use std::collections::HashSet;

use crate::error::{AwsKind, Error, Result};
use crate::target::Target;

/// A line of a log.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// The function that wrote it.
    pub function: String,
    /// When, in milliseconds since 1970.
    pub timestamp: i64,
    /// The stream.
    pub stream: String,
    /// The text, without its line end.
    pub message: String,
    /// The service's id of the event.
    #[serde(skip)]
    pub id: String,
}

/// The log group of the live function behind a logical id of a stack.
pub async fn group_of(target: &Target, stack: &str, logical_id: &str) -> Result<String> {
    let physical = crate::functions::name_of(target, stack, logical_id).await?;
    let live = target
        .lambda()
        .get_function_configuration()
        .function_name(&physical)
        .send()
        .await
        .map_err(Error::aws("GetFunctionConfiguration"))?;
    let group = live.logging_config().and_then(|config| config.log_group()).filter(|group| !group.is_empty());
    let name = live.function_name().unwrap_or(&physical);
    Ok(group.map_or_else(|| format!("/aws/lambda/{name}"), str::to_owned))
}

/// How far back each poll looks again: lines may arrive out of order by this much.
const OVERLAP_MILLIS: i64 = 30_000;

/// Follows one log group.
#[derive(Debug)]
pub struct Tail {
    function: String,
    group: String,
    filter: Option<String>,
    since: i64,
    seen: Seen,
}

impl Tail {
    /// A tail that starts with the lines of `since` (milliseconds since 1970) and takes those that `filter` matches.
    pub fn new(function: &str, group: &str, filter: Option<&str>, since: i64) -> Self {
        Self {
            function: function.to_owned(),
            group: group.to_owned(),
            filter: filter.map(str::to_owned),
            since,
            seen: Seen::default(),
        }
    }

    /// The lines that were not there before, oldest first.
    pub async fn poll(&mut self, target: &Target) -> Result<Vec<Line>> {
        let mut lines = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let page = target
                .logs()
                .filter_log_events()
                .log_group_name(&self.group)
                .set_filter_pattern(self.filter.clone())
                .start_time(self.since)
                .set_next_token(token.clone())
                .send()
                .await
                .map_err(Error::aws("FilterLogEvents"));
            let page = match page {
                Ok(page) => page,
                // The group is made with the first line where the template does not declare it.
                Err(error) if error.as_aws().is_some_and(|aws| aws.kind == AwsKind::NotFound) => return Ok(lines),
                Err(error) => return Err(error),
            };
            lines.extend(page.events().iter().map(|event| Line {
                function: self.function.clone(),
                timestamp: event.timestamp().unwrap_or_default(),
                stream: event.log_stream_name().unwrap_or_default().to_owned(),
                message: event.message().unwrap_or_default().trim_end_matches(['\n', '\r']).to_owned(),
                id: event.event_id().unwrap_or_default().to_owned(),
            }));
            let next = page.next_token().map(str::to_owned);
            if next.is_none() || next == token {
                break;
            }
            token = next;
        }
        let mut fresh = self.seen.fresh(lines);
        fresh.sort_by_key(|line| line.timestamp);
        if let Some(newest) = fresh.last().map(|line| line.timestamp) {
            self.since = self.since.max(newest - OVERLAP_MILLIS);
            self.seen.forget_before(self.since);
        }
        Ok(fresh)
    }
}

/// The events already handed out.
#[derive(Debug, Default)]
struct Seen {
    ids: HashSet<(i64, String)>,
}

impl Seen {
    fn fresh(&mut self, lines: Vec<Line>) -> Vec<Line> {
        lines
            .into_iter()
            .filter(|line| {
                let id =
                    if line.id.is_empty() { format!("{}\u{0}{}", line.stream, line.message) } else { line.id.clone() };
                self.ids.insert((line.timestamp, id))
            })
            .collect()
    }

    fn forget_before(&mut self, time: i64) {
        self.ids.retain(|(timestamp, _)| *timestamp >= time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(timestamp: i64, id: &str) -> Line {
        Line {
            function: "worker".to_owned(),
            timestamp,
            stream: "s".to_owned(),
            message: "m".to_owned(),
            id: id.to_owned(),
        }
    }

    #[test]
    fn a_line_read_twice_is_told_once() {
        let mut seen = Seen::default();
        assert_eq!(seen.fresh(vec![line(1, "a"), line(2, "b")]).len(), 2);
        let fresh = seen.fresh(vec![line(2, "b"), line(3, "c")]);
        assert_eq!(fresh, vec![line(3, "c")]);
    }

    #[test]
    fn what_is_out_of_reach_is_forgotten() {
        let mut seen = Seen::default();
        seen.fresh(vec![line(1, "a"), line(5, "b")]);
        seen.forget_before(5);
        assert_eq!(seen.ids.len(), 1);
        assert!(seen.fresh(vec![line(5, "b")]).is_empty());
    }
}
