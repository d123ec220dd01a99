//! `rollback`: continues a rollback that got stuck, or takes back a failed operation that was kept.

use cloudcart_deploy::stack::StackView;
use cloudcart_deploy::stack::rollback::{self, Rollback, Stuck};
use cloudcart_deploy::{Error, Target};
use serde_json::json;

use super::destroy::describe_stuck;
use crate::again::again;
use crate::args;
use crate::confirm::confirm;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::printer::Tone;
use crate::progress::Progress;
use crate::session::Session;

/// What leaving a resource out of a rollback means.
const SKIPPING: &str = "a skipped resource stays as it is, and CloudFormation takes it for what it was before the update: bring the \
                        two together before the next deployment";

pub(crate) async fn run(session: &Session<'_>, args: &args::Rollback) -> Result<Exit, Failure> {
    let target = session.target().await?;
    let name = &session.settings.stack_name;
    let printer = &session.printer;
    let (mut view, mut found) = rollback::look(&target, name).await?;
    if found == Rollback::Busy {
        session
            .if_interrupted(format!("what is under way in stack `{name}` goes on without us; run the command again"));
        rollback::wait(&target, &view, &Progress::notes(printer)).await?;
        (view, found) = rollback::look(&target, name).await?;
    }
    let status = view.status.as_str().to_owned();
    if !args.skip.is_empty() && !matches!(found, Rollback::Stuck(_)) {
        return Err(Failure::usage(format!("--skip is for a rollback that got stuck, and stack `{name}` is {status}"))
            .hint(format!("run `{}` without it", again(session, "rollback"))));
    }
    let settled = match &found {
        Rollback::Stuck(stuck) => continue_stuck(session, &target, &view, stuck, &args.skip).await?,
        Rollback::Kept(failed) => {
            if !printer.is_json() {
                printer.note(&format!("stack {name} is {status}; what failed:"));
                list(session, failed);
            }
            confirm(session, &format!("take back what the failed operation did to stack `{name}`?")).await?;
            begin(session, &target);
            rollback::roll_back(&target, &view, &Progress::notes(printer)).await?
        }
        Rollback::Busy => {
            return Err(Failure::new(Exit::NeedsPerson, format!("stack `{name}` is {status} again"))
                .hint("somebody else works on it; run the command again when they are done"));
        }
        Rollback::Nothing => {
            if printer.is_json() {
                printer.json(&json!({ "stack": name, "status": status, "rolledBack": false, "skipped": [] }))?;
            } else {
                printer.note(&format!("stack {name} is {status}: there is nothing to roll back"));
            }
            return Ok(Exit::Done);
        }
    };
    printer.clear();
    let status = settled.status.as_str();
    if printer.is_json() {
        printer.json(&json!({ "stack": name, "status": status, "rolledBack": true, "skipped": args.skip }))?;
        return Ok(Exit::Done);
    }
    printer.note(&printer.paint(Tone::Good, &format!("stack {name} is {status}")));
    if !args.skip.is_empty() {
        printer.note(&format!("skipped: {}; {SKIPPING}", args.skip.join(", ")));
    }
    Ok(Exit::Done)
}

fn list(session: &Session<'_>, stuck: &[Stuck]) {
    for one in stuck {
        session.printer.note(&format!("  {}", describe_stuck(one)));
    }
}

fn begin(session: &Session<'_>, target: &Target) {
    let name = &session.settings.stack_name;
    session.operates(target, name);
    session.printer.busy(&format!("rolling {name} back"));
}

async fn continue_stuck(
    session: &Session<'_>,
    target: &Target,
    view: &StackView,
    stuck: &[Stuck],
    skip: &[String],
) -> Result<StackView, Failure> {
    let (name, printer) = (&view.name, &session.printer);
    if let Some(other) = skip.iter().find(|id| !stuck.iter().any(|one| one.logical_id == **id)) {
        let ids: Vec<&str> = stuck.iter().map(|one| one.logical_id.as_str()).collect();
        return Err(Failure::usage(format!("`{other}` is not what the rollback of stack `{name}` got stuck at"))
            .hint(format!("it got stuck at {}", ids.join(", "))));
    }
    if !printer.is_json() {
        printer.note(&format!("the rollback of stack {name} got stuck at:"));
        list(session, stuck);
    }
    let question = if skip.is_empty() {
        format!("continue the rollback of stack `{name}`?")
    } else {
        if !printer.is_json() {
            printer.note(SKIPPING);
        }
        format!("continue the rollback of stack `{name}` without {}?", skip.join(", "))
    };
    confirm(session, &question).await?;
    begin(session, target);
    match rollback::continue_rollback(target, view, skip, &Progress::notes(printer)).await {
        Ok(settled) => Ok(settled),
        Err(error @ Error::Stack(_)) => {
            printer.clear();
            Err(stuck_again(session, target, error).await)
        }
        Err(error) => Err(error.into()),
    }
}

/// The failure of a rollback, with the command that leaves out exactly what it got stuck at.
async fn stuck_again(session: &Session<'_>, target: &Target, error: Error) -> Failure {
    let failure = Failure::from(error);
    // What it got stuck at is a help; that it cannot be asked for is not the news.
    let Ok((_, Rollback::Stuck(stuck))) = rollback::look(target, &session.settings.stack_name).await else {
        return failure;
    };
    if stuck.is_empty() {
        return failure;
    }
    let flags: Vec<String> = stuck.iter().map(|one| format!("--skip {}", one.logical_id)).collect();
    failure.hint(format!(
        "mend what it got stuck at and run `{}` again; or leave that as it is: `{}` ({SKIPPING})",
        again(session, "rollback"),
        again(session, &format!("rollback {}", flags.join(" ")))
    ))
}
