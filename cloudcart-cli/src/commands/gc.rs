//! `gc`: removes code and templates that no stack uses any more.

use std::time::Duration;

use cloudcart_deploy::gc::{self, Survey};
use serde_json::json;

use crate::args::Gc;
use crate::confirm::confirm;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::printer::Tone;
use crate::session::Session;
use crate::table::{render, size};

pub(crate) async fn run(session: &Session<'_>, args: &Gc) -> Result<Exit, Failure> {
    let grace = span(&args.older_than)?;
    let target = session.target().await?;
    let printer = &session.printer;
    printer.busy("looking at what the stacks use");
    let found = gc::survey(&target, now(), grace).await?;
    printer.clear();
    for stack in &found.unreadable {
        printer.note(&format!("stack {stack} cannot be read: whatever may be its stays"));
    }
    let count = found.unused.len();
    if count == 0 || args.dry_run {
        if printer.is_json() {
            printer.json(&document(&found, args.dry_run))?;
        } else if count == 0 {
            printer.note(&nothing(&found, &args.older_than));
        } else {
            printer.out(&table(&found))?;
            printer.note(&format!("dry run: {} would be freed in {}", size(found.bytes()), found.bucket));
        }
        return Ok(Exit::Done);
    }
    if !printer.is_json() {
        printer.out(&table(&found))?;
    }
    let what = if count == 1 { "1 object".to_owned() } else { format!("{count} objects") };
    confirm(session, &format!("delete {what} ({}) from bucket `{}`?", size(found.bytes()), found.bucket)).await?;
    printer.busy("deleting");
    let removed = gc::remove(&target, &found, now(), grace).await?;
    printer.clear();
    if printer.is_json() {
        printer.json(&document(&removed, false))?;
        return Ok(Exit::Done);
    }
    let gone = removed.unused.len();
    printer.note(&printer.paint(
        Tone::Good,
        &format!("freed {} in {}: {gone} deleted, {} kept", size(removed.bytes()), removed.bucket, removed.kept),
    ));
    if gone < count {
        printer.note(&format!("{} came into use meanwhile and stayed", count - gone));
    }
    Ok(Exit::Done)
}

fn nothing(found: &Survey, older_than: &str) -> String {
    if found.exists {
        format!("nothing in {} is unused and older than {older_than}: {} kept", found.bucket, found.kept)
    } else {
        format!("there is no bucket {}: nothing to remove", found.bucket)
    }
}

fn document(found: &Survey, dry_run: bool) -> serde_json::Value {
    let objects: Vec<serde_json::Value> = found
        .unused
        .iter()
        .map(|one| json!({ "key": one.key, "bytes": one.bytes, "modified": time(one.modified) }))
        .collect();
    json!({
        "bucket": found.bucket,
        "exists": found.exists,
        "dryRun": dry_run,
        "objects": objects,
        "bytes": found.bytes(),
        "kept": found.kept,
        "unreadable": found.unreadable,
    })
}

fn table(found: &Survey) -> String {
    let rows: Vec<Vec<String>> =
        found.unused.iter().map(|one| vec![one.key.clone(), size(one.bytes), time(one.modified)]).collect();
    render(&["UNUSED", "SIZE", "WRITTEN"], &rows, &[1])
}

fn time(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map(|at| at.to_string()).unwrap_or_default()
}

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// A span such as `7d`, `12h` or `1d 6h`; a day has 24 hours.
fn span(text: &str) -> Result<Duration, Failure> {
    let wrong = || {
        Failure::usage(format!("`{text}` is no age")).hint("write it as a number and a unit, such as 7d, 36h or 90m")
    };
    let span: jiff::Span = text.parse().map_err(|_| wrong())?;
    let duration = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    Duration::try_from(duration).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn ages_have_units_and_are_not_negative() {
        assert_eq!(span("7d").unwrap(), Duration::from_hours(7 * 24));
        assert_eq!(span("36h").unwrap(), Duration::from_hours(36));
        assert_eq!(span("0s").unwrap(), Duration::ZERO);
        for wrong in ["", "7", "seven", "-1d", "1 fortnight"] {
            assert_eq!(span(wrong).unwrap_err().exit, Exit::Usage, "{wrong}");
        }
    }
}
