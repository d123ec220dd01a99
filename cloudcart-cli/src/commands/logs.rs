//! `logs`: what a function wrote, then what it writes.

use std::io::IsTerminal as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cloudcart_deploy::Target;
use cloudcart_deploy::logs::{Follow, FollowOptions, Line, News, Notice, group_of};

use crate::app::FunctionSpec;
use crate::args::{Color, Logs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::log_lines::{Level, Look, pretty};
use crate::session::Session;

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
    let options = FollowOptions {
        filter: args.filter.clone(),
        since: now_millis().saturating_sub(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)),
        only_past: args.no_follow,
        no_sessions: args.no_live_tail,
    };
    let style = Style { pretty: args.pretty || (!args.raw && std::io::stdout().is_terminal()), least: args.level };
    Follower::new(session, &target, &functions, options, style).await?.follow().await
}

/// Milliseconds since 1970.
pub(crate) fn now_millis() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// How lines are printed, and which.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    /// For people, rather than as the function wrote them.
    pub(crate) pretty: bool,
    /// Lines that say they are less than this are left out.
    pub(crate) least: Option<Level>,
}

/// Follows the logs of some functions.
pub(crate) struct Follower<'a> {
    session: &'a Session<'a>,
    target: &'a Target,
    follow: Follow,
    style: Style,
    look: Look,
    told: Told,
}

/// What was said once already.
#[derive(Debug, Default)]
struct Told {
    live: bool,
    sampled: bool,
    polling: bool,
}

impl<'a> Follower<'a> {
    pub(crate) async fn new(
        session: &'a Session<'a>,
        target: &'a Target,
        functions: &[&FunctionSpec],
        options: FollowOptions,
        style: Style,
    ) -> Result<Self, Failure> {
        let stack = &session.settings.stack_name;
        let find = functions.iter().map(|function| group_of(target, stack, function.logical_id, function.name));
        let mut groups = Vec::new();
        for group in find {
            groups.push(group.await?);
        }
        let width = functions.iter().map(|function| function.name.len()).max().filter(|_| functions.len() > 1);
        let look = Look { colour: colours(session.settings.color), width };
        let follow = Follow::start(target, groups, options);
        Ok(Self { session, target, follow, style, look, told: Told::default() })
    }

    /// Prints lines as they come, until there are none to come or the following fails.
    pub(crate) async fn follow(&mut self) -> Result<Exit, Failure> {
        while let Some(news) = self.follow.next().await? {
            match news {
                News::Lines(lines) => self.print(lines)?,
                News::Notice(notice) => self.say(&notice),
            }
        }
        Ok(Exit::Done)
    }

    fn print(&self, lines: Vec<Line>) -> Result<(), Failure> {
        let printer = &self.session.printer;
        let wanted = |line: &Line| {
            self.style.least.is_none_or(|least| Level::of(&line.message).is_none_or(|level| level >= least))
        };
        let mut text = String::new();
        for line in lines.into_iter().filter(wanted) {
            if printer.is_json() {
                printer.event(&serde_json::json!({
                    "code": "LOG",
                    "function": line.function,
                    "timestamp": time(line.timestamp),
                    "stream": line.stream,
                    "message": line.message,
                }))?;
            } else if self.style.pretty {
                text.push_str(&pretty(&line, self.look));
                text.push('\n');
            } else {
                text.push_str(&line.message);
                text.push('\n');
            }
        }
        if text.is_empty() { Ok(()) } else { printer.out(&text) }
    }

    fn say(&mut self, notice: &Notice) {
        let printer = &self.session.printer;
        match notice {
            Notice::Live if self.target.is_aws() && !self.told.live => {
                self.told.live = true;
                printer.note(
                    "following by Live Tail, which AWS charges by the minute and which leaves lines out above 500 a second \
                     (they are read afterwards); --no-live-tail reads in turns instead",
                );
            }
            Notice::Live => printer.detail("following by a live session"),
            Notice::Polling { reason } if self.target.is_aws() && !self.told.polling => {
                self.told.polling = true;
                printer.note(&format!("no Live Tail, so the logs are read in turns: {reason}"));
            }
            Notice::Polling { reason } => printer.detail(&format!("the logs are read in turns: {reason}")),
            Notice::Sampled if !self.told.sampled => {
                self.told.sampled = true;
                printer.note("more is written than a live session carries; what it leaves out follows a moment later");
            }
            Notice::PastUnreadable { reason } => {
                printer.note(&format!("what was written before cannot be read: {reason}"));
            }
            Notice::Waiting { reason, next_in_millis, .. } => {
                printer.detail(&format!("{reason}; asking again in {next_in_millis} ms"));
            }
            _ => {}
        }
    }
}

/// Whether lines on standard output are coloured.
fn colours(color: Color) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            std::io::stdout().is_terminal()
                && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        }
    }
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
