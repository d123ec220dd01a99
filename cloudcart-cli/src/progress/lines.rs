//! Pictures of an operation: pure functions of what is known, the time, and the size of the terminal.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::tree::{Row, State, Tree};
use crate::printer::Tone;

/// How text is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    /// Columns.
    pub(crate) width: usize,
    /// Lines.
    pub(crate) height: usize,
    pub(crate) colour: bool,
    /// Whether signs beyond ASCII can be shown.
    pub(crate) unicode: bool,
}

impl Look {
    fn sign(self, state: State) -> &'static str {
        match (state, self.unicode) {
            (State::Running, true) => "↻",
            (State::Running, false) => ">",
            (State::Done, true) => "✓",
            (State::Done, false) => "+",
            (State::Failed, true) => "✗",
            (State::Failed, false) => "x",
            (State::Cancelled, true) => "·",
            (State::Cancelled, false) => "-",
        }
    }

    fn ellipsis(self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }
}

/// A piece of a line.
type Piece = (Option<Tone>, String);

/// The operation as a tree that fits the terminal: the stack, below it its services, below those their resources. What is done
/// gives way to what runs, and what runs to what failed, when the lines are short.
pub(crate) fn tree(tree: &Tree, now: Timestamp, look: Look) -> Vec<String> {
    let now = tree.service_time(now);
    let root = fit(&root(tree, now), look);
    let room = look.height.saturating_sub(1);
    let mut lines = vec![root];
    lines.extend(body(tree, now, room).iter().map(|line| fit(&pieces(line, now, look), look)));
    lines.truncate(look.height.max(1));
    lines
}

/// What a line of the tree is about.
enum Line<'a> {
    Group {
        name: &'a str,
        done: usize,
        total: usize,
    },
    Row {
        row: &'a Row,
        depth: usize,
    },
    /// Resources for which there is no line of their own.
    More {
        count: usize,
        what: &'static str,
    },
}

fn root(tree: &Tree, now: Timestamp) -> Vec<Piece> {
    let tone = if tree.count(State::Failed) > 0 || tree.goes_back() {
        Some(Tone::Bad)
    } else if tree.ended.is_some() {
        Some(Tone::Good)
    } else {
        None
    };
    let status = if tree.status.is_empty() { "starting" } else { &tree.status };
    let mut pieces = vec![(None, format!("{}  ", tree.stack)), (tone, status.to_owned())];
    let finished = tree.rows.iter().filter(|row| row.state != State::Running).count();
    if tree.total() > 0 {
        pieces.push((None, format!("  {finished} of {}", tree.total())));
    }
    if let Some(started) = tree.started {
        let until = tree.ended.unwrap_or(now);
        pieces.push((Some(Tone::Dim), format!("  {}", span(between(started, until), false))));
    }
    pieces
}

fn body(tree: &Tree, now: Timestamp, room: usize) -> Vec<Line<'_>> {
    let mut groups: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in &tree.rows {
        groups.entry(service(&row.kind)).or_default().push(row);
    }
    let open = |row: &&&Row| row.state == State::Running || row.failure.is_some();
    let all: usize = groups.values().map(|rows| rows.len() + 1).sum();
    let some: usize = groups.values().map(|rows| rows.iter().filter(open).count()).map(|open| open + 1).sum();
    if all <= room || some <= room {
        let mut lines = Vec::new();
        for (name, rows) in &groups {
            let done = rows.iter().filter(|row| row.state != State::Running).count();
            lines.push(Line::Group { name, done, total: rows.len() });
            let shown = rows.iter().filter(|row| all <= room || open(row));
            lines.extend(shown.map(|row| Line::Row { row, depth: 2 }));
        }
        return lines;
    }
    few(tree, now, room)
}

/// The lines for a tree that is too large even without what is done: no groups; failures first, then what runs longest.
fn few(tree: &Tree, now: Timestamp, room: usize) -> Vec<Line<'_>> {
    let mut open: Vec<&Row> =
        tree.rows.iter().filter(|row| row.state == State::Running || row.failure.is_some()).collect();
    open.sort_by_key(|row| (row.failure.is_none(), std::cmp::Reverse(between(row.since, now))));
    let done = tree.rows.len() - open.len();
    // One line is kept for what is done, one for what does not fit.
    let spare = usize::from(done > 0);
    let fits = room.saturating_sub(spare);
    let shown = if open.len() <= fits { open.len() } else { fits.saturating_sub(1) };
    let mut lines: Vec<Line<'_>> = open[..shown].iter().map(|row| Line::Row { row, depth: 1 }).collect();
    if shown < open.len() {
        let failed = open[shown..].iter().any(|row| row.failure.is_some());
        let what = if failed { "more failed or under way" } else { "more under way" };
        lines.push(Line::More { count: open.len() - shown, what });
    }
    if done > 0 {
        lines.push(Line::More { count: done, what: "done" });
    }
    lines
}

fn pieces(line: &Line<'_>, now: Timestamp, look: Look) -> Vec<Piece> {
    match line {
        Line::Group { name, done, total } => {
            vec![(None, format!("  {name}")), (Some(Tone::Dim), format!("  {done} of {total}"))]
        }
        Line::More { count, what } => vec![(Some(Tone::Dim), format!("  {} {count} {what}", look.ellipsis()))],
        Line::Row { row, depth } => row_pieces(row, *depth, now, look),
    }
}

fn row_pieces(row: &Row, depth: usize, now: Timestamp, look: Look) -> Vec<Piece> {
    let indent = "  ".repeat(depth);
    let state = if row.failure.is_some() { State::Failed } else { row.state };
    let tone = match state {
        State::Done | State::Cancelled => Some(Tone::Dim),
        State::Failed => Some(Tone::Bad),
        State::Running => None,
    };
    let mut pieces = vec![
        (tone, format!("{indent}{} ", look.sign(state))),
        (tone, row.id.clone()),
        (
            Some(Tone::Dim),
            if row.id == short(&row.kind) { "  ".to_owned() } else { format!(" {}  ", short(&row.kind)) },
        ),
    ];
    let time = match row.state {
        State::Running => Some(span(between(row.since, now), false)),
        _ => row.took.map(|took| span(took, true)),
    };
    if let Some(failure) = &row.failure {
        // What was done with it since comes first: the reason may fill the line.
        let since = if row.state == State::Failed { String::new() } else { format!(" (now {})", row.word) };
        pieces.push((tone, format!("{}{since}", failure.word)));
        if !failure.reason.is_empty() {
            pieces.push((tone, format!(": {}", one_line(&failure.reason))));
        }
    } else {
        pieces.push((tone, row.word.to_owned()));
        pieces.push((Some(Tone::Dim), time.map(|time| format!(" {time}")).unwrap_or_default()));
    }
    pieces
}

/// What an operation leaves behind on the screen: how many of each, how long it took, what took longest.
pub(crate) fn summary(tree: &Tree, look: Look) -> Vec<String> {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for row in &tree.rows {
        // A failure is not made good by what came after it.
        let word = match row.state {
            _ if row.failure.is_some() => "failed",
            State::Running => "unfinished",
            _ => row.word,
        };
        match counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word, 1)),
        }
    }
    if counts.is_empty() {
        return Vec::new();
    }
    let counts: Vec<String> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
    let took = tree.started.zip(tree.ended).map(|(started, ended)| between(started, ended));
    let took = took.map(|took| format!(" in {}", span(took, true))).unwrap_or_default();
    let mut lines = vec![fit(&[(None, format!("{}: {}{took}", tree.stack, counts.join(", ")))], look)];
    let mut slow: Vec<&Row> = tree.rows.iter().filter(|row| row.longest >= WORTH_TELLING).collect();
    slow.sort_by_key(|row| std::cmp::Reverse(row.longest));
    let slow: Vec<String> =
        slow.iter().take(SLOWEST).map(|row| format!("{} {}", row.id, span(row.longest, true))).collect();
    if !slow.is_empty() {
        lines.push(fit(&[(Some(Tone::Dim), format!("slowest: {}", slow.join(", ")))], look));
    }
    lines
}

/// The failures of an operation that nobody reports otherwise, a line each.
pub(crate) fn failures(tree: &Tree, look: Look) -> Vec<String> {
    let failed = tree.rows.iter().filter_map(|row| Some((row, row.failure.as_ref()?)));
    failed
        .map(|(row, failure)| {
            let text = format!("  {} {}: {}", row.id, failure.word, one_line(&failure.reason));
            fit(&[(Some(Tone::Bad), text)], look)
        })
        .collect()
}

/// How many of the slowest resources are told, and from which time on it is worth it.
const SLOWEST: usize = 5;
const WORTH_TELLING: Duration = Duration::from_secs(1);

fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

/// A span of time for people: `0.4s`, `12s`, `1m05s`, `1h02m`. Tenths only where time does not run any more.
pub(crate) fn span(time: Duration, tenths: bool) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 if tenths => format!("{}.{}s", seconds, time.subsec_millis() / 100),
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h{:02}m", seconds / 3600, seconds / 60 % 60),
    }
}

/// `Lambda` of `AWS::Lambda::Function`.
fn service(kind: &str) -> &str {
    kind.split("::").nth(1).filter(|name| !name.is_empty()).unwrap_or("other")
}

/// `Function` of `AWS::Lambda::Function`.
fn short(kind: &str) -> &str {
    kind.rsplit("::").next().unwrap_or(kind)
}

/// Text from a service must neither break the line nor steer the terminal.
fn one_line(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A line of at most the terminal's width, coloured after it was cut.
fn fit(pieces: &[Piece], look: Look) -> String {
    let length: usize = pieces.iter().map(|(_, text)| text.chars().count()).sum();
    let mut room = look.width.max(1);
    let cut = length > room;
    if cut {
        room = room.saturating_sub(look.ellipsis().chars().count());
    }
    let mut line = String::new();
    for (tone, text) in pieces {
        let text: String = text.chars().take(room).collect();
        room -= text.chars().count();
        match tone {
            Some(tone) if look.colour && !text.trim().is_empty() => line.push_str(&tone.paint(&text)),
            _ => line.push_str(&text),
        }
    }
    if cut {
        line.push_str(look.ellipsis());
    }
    line
}

#[cfg(test)]
#[path = "lines_tests.rs"]
mod tests;
