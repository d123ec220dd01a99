//! What stands between somebody and a deployment, as facts: each check says what it found and the line that mends it.
//!
//! Nothing here changes or starts anything, prints, or ends early: what one check finds never hides the next. A check that
//! cannot be made says for want of what.

mod builder;
mod clock;
mod credentials;
mod endpoint;
mod folder;
mod project;
mod region;
mod services;
mod target;
mod toolchain;

use serde::Serialize;

pub use clock::{Clock, SystemClock};
pub use folder::{FolderFacts, folder};
pub use project::{Project, Wanted, project};
pub use region::judge as region;
pub use target::{NAMES, Question, examine};
pub use toolchain::{Needs, toolchain};

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Ok,
    /// It will do, or do for some commands only.
    Warn,
    /// Something will fail for this.
    Fail,
    /// It could not be looked at.
    Skipped,
}

impl State {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Skipped => "skipped",
        }
    }
}

/// What a check is about; from this follows what its failure means to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Area {
    /// The project's files and settings, and this machine's folders and ports.
    Configuration,
    /// What builds the functions.
    Build,
    /// Keys, who they belong to, and the clock that signatures depend on.
    Credentials,
    /// The region, the endpoint, and the way there.
    Endpoint,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at: stable, in lower case.
    pub name: &'static str,
    /// How it ended.
    pub state: State,
    /// What was found; one line.
    pub found: String,
    /// What mends it, unless it is well.
    pub hint: Option<String>,
    /// What it is about.
    #[serde(skip)]
    pub area: Area,
}

impl Check {
    /// It is as it should be.
    pub fn ok(area: Area, name: &'static str, found: impl Into<String>) -> Self {
        Self { name, state: State::Ok, found: line(&found.into()), hint: None, area }
    }

    /// It will do, with a reservation.
    pub fn warn(area: Area, name: &'static str, found: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { name, state: State::Warn, found: line(&found.into()), hint: Some(hint.into()), area }
    }

    /// It will not do.
    pub fn fail(area: Area, name: &'static str, found: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { name, state: State::Fail, found: line(&found.into()), hint: Some(hint.into()), area }
    }

    /// It could not be looked at, for want of something.
    pub fn skipped(area: Area, name: &'static str, want: &str) -> Self {
        Self { name, state: State::Skipped, found: format!("for want of {want}"), hint: None, area }
    }
}

/// What others say may have several lines; a cell of a table has one.
fn line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_one_line() {
        assert_eq!(Check::ok(Area::Build, "cargo", "a\n  b\n").found, "a b");
    }
}
