//! `logs`: what a function wrote, then what it writes.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use cloudcart_deploy::Target;
use cloudcart_deploy::logs::{Line, Tail, group_of};

use crate::app::FunctionSpec;
use crate::args::Logs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::printer::Tone;
use crate::session::Session;

/// How long an endpoint may be out of reach before following makes no sense.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) async fn run(session: &Session<'_>, args: &Logs) -> Result<Exit, Failure> {
    let since = span(&args.since)?;
    let functions: Vec<&FunctionSpec> = if args.function == "all" {
        session.app.functions.iter().collect()
    } else {
        let found = session.app.function(&args.function).ok_or_else(|| {
            let known: Vec<&str> = session.app.functions.iter().map(|function| function.name).collect();
            Failure::usage(format!("there is no function `{}`", args.function))
                .hint(format!("there are {}, and `all`", known.join(", ")))
        })?;
        vec![found]
    };
    let target = session.target().await?;
    let start = now_millis().saturating_sub(i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
    let mut follower = Follower::new(session, &target, &functions, args.filter.as_deref(), start).await?;
    if args.no_follow {
        let lines = follower_poll(&mut follower.tails, &target).await?;
        follower.print(lines)?;
        return Ok(Exit::Done);
    }
    follower.follow().await
}

/// Milliseconds since 1970.
pub(crate) fn now_millis() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Follows the logs of some functions.
pub(crate) struct Follower<'a> {
    session: &'a Session<'a>,
    target: &'a Target,
    tails: Vec<Tail>,
    /// The widest function name, when there is more than one function.
    width: Option<usize>,
}

impl<'a> Follower<'a> {
    pub(crate) async fn new(
        session: &'a Session<'a>,
        target: &'a Target,
        functions: &[&FunctionSpec],
        filter: Option<&str>,
        since: i64,
    ) -> Result<Self, Failure> {
        let stack = &session.settings.stack_name;
        let mut tails = Vec::new();
        for function in functions {
            let group = group_of(target, stack, function.logical_id).await?;
            tails.push(Tail::new(function.name, &group, filter, since));
        }
        let width = functions.iter().map(|function| function.name.len()).max().filter(|_| functions.len() > 1);
        Ok(Self { session, target, tails, width })
    }

    /// Prints lines as they come; ends only with a failure.
    pub(crate) async fn follow(&mut self) -> Result<Exit, Failure> {
        let pace = Duration::from_millis(if self.target.is_aws() { 1_000 } else { 400 });
        let mut out_of_reach: Option<Instant> = None;
        loop {
            match follower_poll(&mut self.tails, self.target).await {
                Ok(lines) => {
                    out_of_reach = None;
                    self.print(lines)?;
                    tokio::time::sleep(pace).await;
                }
                Err(error) if error.as_aws().is_some_and(cloudcart_deploy::Aws::is_passing) => {
                    if out_of_reach.get_or_insert_with(Instant::now).elapsed() > PATIENCE {
                        return Err(error.into());
                    }
                    self.session.printer.detail(&error.to_string());
                    tokio::time::sleep(pace * 4).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn print(&self, lines: Vec<Line>) -> Result<(), Failure> {
        let printer = &self.session.printer;
        for line in lines {
            if printer.is_json() {
                printer.event(&serde_json::json!({
                    "code": "LOG",
                    "function": line.function,
                    "timestamp": time(line.timestamp),
                    "stream": line.stream,
                    "message": line.message,
                }))?;
                continue;
            }
            let time = printer.paint(Tone::Dim, &time(line.timestamp));
            let text = match self.width {
                Some(width) => format!("{time} {:<width$} {}", line.function, line.message),
                None => format!("{time} {}", line.message),
            };
            printer.line(&text)?;
        }
        Ok(())
    }
}

async fn follower_poll(tails: &mut [Tail], target: &Target) -> cloudcart_deploy::Result<Vec<Line>> {
    let mut lines = Vec::new();
    for tail in tails {
        lines.extend(tail.poll(target).await?);
    }
    lines.sort_by_key(|line| line.timestamp);
    Ok(lines)
}

fn time(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis).map_or_else(|_| millis.to_string(), |at| format!("{at:.3}"))
}

/// Reads `30s`, `10m`, `2h`, `1d`.
fn span(text: &str) -> Result<Duration, Failure> {
    let wrong = || Failure::usage(format!("`{text}` is no span of time")).hint("write it like 30s, 10m, 2h or 1d");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let number: u64 = text[..text.len() - unit.len_utf8()].parse().map_err(|_| wrong())?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn spans_of_time_are_read_and_nonsense_is_refused() {
        assert_eq!(span("30s").unwrap(), Duration::from_secs(30));
        assert_eq!(span("2h").unwrap(), Duration::from_hours(2));
        for bad in ["", "m", "10", "-1m", "1.5h", "10x", "1é", "99999999999999999999d"] {
            assert!(span(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn times_have_milliseconds() {
        assert_eq!(time(0), "1970-01-01T00:00:00.000Z");
    }
}
