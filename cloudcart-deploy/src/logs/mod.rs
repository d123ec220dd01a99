//! A function's log: which group the live function writes to, and its lines in order, each once.
//!
//! [`Follow`] gives what was written and then what is written, of any number of functions. [`Tail`] reads one group whenever
//! it is asked.

mod follow;
mod live;
mod merge;
mod order;
mod read;

use crate::error::{AwsKind, Error, Result};
use crate::target::Target;

pub use follow::{Follow, FollowOptions, News, Notice};

use merge::{Pass, Told};
use read::Reading;

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
    /// The service's id of the event; a live session gives none.
    #[serde(skip)]
    pub id: String,
}

impl Line {
    /// A line from what the service gives.
    fn new(
        function: &str,
        timestamp: Option<i64>,
        stream: Option<&str>,
        message: Option<&str>,
        id: Option<&str>,
    ) -> Self {
        Self {
            function: function.to_owned(),
            timestamp: timestamp.unwrap_or_default(),
            stream: stream.unwrap_or_default().to_owned(),
            message: message.unwrap_or_default().trim_end_matches(['\n', '\r']).to_owned(),
            id: id.unwrap_or_default().to_owned(),
        }
    }
}

/// A log group, and the function that writes there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The function, by the name that people know.
    pub function: String,
    /// The group's name.
    pub name: String,
    /// Its ARN, without `:*` at the end.
    pub arn: String,
}

/// The log group of the live function behind a logical id of a stack; `function` is how people call it.
pub async fn group_of(target: &Target, stack: &str, logical_id: &str, function: &str) -> Result<Group> {
    let physical = crate::functions::name_of(target, stack, logical_id).await?;
    let live = target
        .lambda()
        .get_function_configuration()
        .function_name(&physical)
        .send()
        .await
        .map_err(Error::aws("GetFunctionConfiguration"))?;
    let group = live.logging_config().and_then(|config| config.log_group()).filter(|group| !group.is_empty());
    let name =
        group.map_or_else(|| format!("/aws/lambda/{}", live.function_name().unwrap_or(&physical)), str::to_owned);
    let arn = group_arn(live.function_arn().unwrap_or_default(), &name)
        .unwrap_or_else(|| format!("arn:aws:logs:{}:{}:log-group:{name}", target.region(), target.identity().account));
    Ok(Group { function: function.to_owned(), name, arn })
}

/// The group's ARN: partition, region and account are those of the function, which may write nowhere else.
fn group_arn(function_arn: &str, group: &str) -> Option<String> {
    let parts: Vec<&str> = function_arn.splitn(6, ':').collect();
    match parts[..] {
        ["arn", partition, "lambda", region, account, _] => {
            Some(format!("arn:{partition}:logs:{region}:{account}:log-group:{group}"))
        }
        _ => None,
    }
}

/// How far back each read looks again: lines may arrive out of order by this much.
const OVERLAP_MILLIS: i64 = 60_000;
/// How long a line is remembered that no read will reach again: a session may bring it late.
const REMEMBERED_MILLIS: i64 = 300_000;

/// A log group and what was told of it.
#[derive(Debug)]
struct Tracked {
    group: Group,
    told: Told,
    /// The session that goes on, or the last one.
    session: Pass,
    /// Where the next read begins. What is older was told.
    since: i64,
    /// The newest line that was met.
    newest: i64,
}

impl Tracked {
    fn new(group: Group, since: i64) -> Self {
        Self { group, told: Told::default(), session: Pass::default(), since, newest: since }
    }

    /// The lines of a read that are new.
    fn new_of_read(&mut self, pass: &mut Pass, lines: Vec<Line>, now: i64) -> Vec<Line> {
        self.meet(&lines, now);
        lines.into_iter().filter(|line| self.told.is_new(pass, line, now)).collect()
    }

    /// Whether a line of the session is new; if not, how long ago its equal was told, in milliseconds.
    fn new_of_session(&mut self, line: &Line, now: i64) -> Result<(), i64> {
        self.meet(std::slice::from_ref(line), now);
        let told = self.told.told_at(line).unwrap_or(now);
        if self.told.is_new(&mut self.session, line, now) { Ok(()) } else { Err(now - told) }
    }

    /// A line from the future, by a clock that is wrong, must not keep the reads from what is to come.
    fn meet(&mut self, lines: &[Line], now: i64) {
        let newest = lines.iter().map(|line| line.timestamp).max().unwrap_or(i64::MIN);
        self.newest = self.newest.max(newest.min(now));
    }

    /// Says that nothing is missing up to now: later reads begin a moment before the newest line.
    fn complete(&mut self, now: i64) {
        self.since = self.since.max(self.newest - OVERLAP_MILLIS);
        self.told.forget(self.since, now - REMEMBERED_MILLIS, &mut self.session);
    }
}

/// Milliseconds since 1970.
fn now_millis() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Reads one log group whenever it is asked.
#[derive(Debug)]
pub struct Tail {
    tracked: Tracked,
    filter: Option<String>,
}

impl Tail {
    /// A tail that starts with the lines of `since` (milliseconds since 1970) and takes those that `filter` matches.
    pub fn new(group: Group, filter: Option<&str>, since: i64) -> Self {
        Self { tracked: Tracked::new(group, since), filter: filter.map(str::to_owned) }
    }

    /// The lines that were not there before, oldest first.
    pub async fn poll(&mut self, target: &Target) -> Result<Vec<Line>> {
        let mut reading = Reading::new(&self.tracked.group, self.filter.as_deref(), self.tracked.since);
        let mut pass = Pass::default();
        let mut fresh = Vec::new();
        while !reading.is_done() {
            match reading.page(target).await {
                Ok(lines) => fresh.extend(self.tracked.new_of_read(&mut pass, lines, now_millis())),
                // The group is made with the first line where the template does not declare it.
                Err(error) if error.as_aws().is_some_and(|aws| aws.kind == AwsKind::NotFound) => return Ok(fresh),
                Err(error) => return Err(error),
            }
        }
        self.tracked.complete(now_millis());
        fresh.sort_by_key(|line| line.timestamp);
        Ok(fresh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_groups_arn_is_where_the_function_is() {
        let arn = group_arn("arn:aws-cn:lambda:cn-north-1:123456789012:function:f", "/a/b");
        assert_eq!(arn.as_deref(), Some("arn:aws-cn:logs:cn-north-1:123456789012:log-group:/a/b"));
        assert_eq!(group_arn("", "/a/b"), None);
    }

    #[test]
    fn a_line_from_the_future_does_not_move_the_reads_past_the_present() {
        let group = Group { function: "f".to_owned(), name: "g".to_owned(), arn: String::new() };
        let mut tracked = Tracked::new(group, 0);
        let line = |timestamp| Line::new("f", Some(timestamp), Some("s"), Some("text\r\n"), None);
        assert_eq!(line(1).message, "text");
        let fresh = tracked.new_of_read(&mut Pass::default(), vec![line(9_000_000), line(1_000)], 500_000);
        assert_eq!(fresh.len(), 2);
        tracked.complete(500_000);
        assert_eq!(tracked.since, 500_000 - OVERLAP_MILLIS);
        assert!(tracked.new_of_session(&line(9_000_000), 500_000).is_err(), "and it is not forgotten either");
    }
}
