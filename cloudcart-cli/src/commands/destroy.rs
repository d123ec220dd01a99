//! `destroy`: shows what would go and what stays, asks, removes the stack, and says what is left.

use cloudcart_deploy::stack::destroy::{self, Destroyed, Survey};
use cloudcart_deploy::stack::rollback::Stuck;
use cloudcart_deploy::stack::{self, Doomed, Ending, Remaining, ending, rollback};
use cloudcart_deploy::{Error, Target, gc};
use serde_json::json;

use crate::again::again;
use crate::args::Destroy;
use crate::confirm::{confirm, confirm_by_name};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::printer::{Printer, Tone};
use crate::progress::Progress;
use crate::session::Session;

pub(crate) async fn run(session: &Session<'_>, args: &Destroy) -> Result<Exit, Failure> {
    let target = session.target().await?;
    let name = &session.settings.stack_name;
    let printer = &session.printer;
    let Some(view) = stack::describe(&target, name).await? else {
        if printer.is_json() {
            printer.json(&json!({ "stack": name, "existed": false, "remaining": [] }))?;
        } else {
            printer.note(&format!("there is no stack {name}: nothing to remove"));
        }
        return Ok(Exit::Done);
    };
    if view.protected {
        return Err(Error::Protected(name.clone()).into());
    }
    session
        .if_interrupted(format!("whatever is under way in stack `{name}` goes on without us; run the command again"));
    let status = view.status.as_str().to_owned();
    // A removal that is under way was agreed to; anything else is waited for, because it changes what there is to ask about.
    let removing = status == "DELETE_IN_PROGRESS";
    if ending(&view.status) == Ending::Running && !removing && status != "REVIEW_IN_PROGRESS" {
        rollback::wait(&target, &view, &Progress::notes(printer)).await?;
    }
    printer.busy("looking at what there is");
    let survey = match destroy::survey(&target, name).await {
        // It went away while it was waited for.
        Err(Error::NoStack(_)) => {
            printer.note(&format!("stack {name} is gone"));
            return Ok(Exit::Done);
        }
        other => other?,
    };
    printer.clear();
    check_retained(session, &target, &survey, &args.retain).await?;
    if !removing {
        show(printer, &survey, &args.retain);
        ask(session, &survey, &args.retain).await?;
    }
    session.operates(&target, name);
    printer.busy(&format!("removing {name}"));
    let removed = destroy::remove(&target, &survey, &args.retain, &Progress::notes(printer)).await;
    printer.clear();
    session.if_interrupted("");
    let destroyed = match removed {
        Ok(destroyed) => destroyed,
        Err(error @ Error::Stack(_)) => return Err(stuck(session, &target, &survey, error).await),
        Err(error) => return Err(error.into()),
    };
    tell(session, &target, &survey, &destroyed).await
}

/// CloudFormation leaves something behind only when a removal failed at it. Said before anybody is asked.
async fn check_retained(
    session: &Session<'_>,
    target: &Target,
    survey: &Survey,
    retain: &[String],
) -> Result<(), Failure> {
    if retain.is_empty() {
        return Ok(());
    }
    let name = &survey.view.name;
    if survey.view.status.as_str() != "DELETE_FAILED" {
        return Err(Failure::usage(format!(
            "--retain is for a removal that failed, and stack `{name}` is {}",
            survey.view.status.as_str()
        ))
        .hint(format!("run `{}` without it", again(session, "destroy"))));
    }
    let blockers = destroy::blockers(target, &survey.view.id).await?;
    match retain.iter().find(|id| !blockers.iter().any(|one| one.logical_id == **id)) {
        None => Ok(()),
        Some(other) => {
            let ids: Vec<&str> = blockers.iter().map(|one| one.logical_id.as_str()).collect();
            Err(Failure::usage(format!("`{other}` is not what the removal of stack `{name}` got stuck at"))
                .hint(format!("it got stuck at {}", ids.join(", "))))
        }
    }
}

fn show(printer: &Printer, survey: &Survey, retain: &[String]) {
    let (stays, goes): (Vec<&Doomed>, Vec<&Doomed>) =
        survey.goes.iter().partition(|one| retain.contains(&one.logical_id));
    if !goes.is_empty() {
        printer.note(&format!("what goes with stack {}:", survey.view.name));
    }
    for one in goes {
        let holds = match one.objects {
            Some(0) => ", empty".to_owned(),
            Some(1) => ", with 1 object".to_owned(),
            Some(count @ 2..=999) => format!(", with {count} objects and versions"),
            Some(_) => ", with 1,000 objects and versions or more".to_owned(),
            None if one.holds_data && one.snapshot => ", with its data, after a snapshot".to_owned(),
            None if one.holds_data => ", with its data".to_owned(),
            None => String::new(),
        };
        let line = format!("  - {} {} ({}){holds}", one.resource_type, one.physical_id, one.logical_id);
        if one.holds_data {
            printer.note(&printer.paint(Tone::Bad, &line));
        } else {
            printer.note(&line);
        }
    }
    if !survey.stays.is_empty() || !stays.is_empty() {
        printer.note("what stays:");
    }
    for one in &survey.stays {
        printer.note(&format!("  = {} {} ({})", one.resource_type, one.physical_id, one.logical_id));
    }
    for one in stays {
        printer.note(&format!("  = {} {} ({})", one.resource_type, one.physical_id, one.logical_id));
    }
}

async fn ask(session: &Session<'_>, survey: &Survey, retain: &[String]) -> Result<(), Failure> {
    let name = &survey.view.name;
    if survey.goes.iter().any(|one| one.holds_data && !retain.contains(&one.logical_id)) {
        return confirm_by_name(session, &format!("this removes stack `{name}` and the data in it, for ever"), name)
            .await;
    }
    confirm(session, &format!("remove stack `{name}` and everything in it?")).await
}

/// A removal that got stuck, with everything that blocks it and the ways on.
async fn stuck(session: &Session<'_>, target: &Target, survey: &Survey, error: Error) -> Failure {
    // What blocks it is a help; that it cannot be asked for is not the news.
    let blockers = destroy::blockers(target, &survey.view.id).await.unwrap_or_default();
    let failure = Failure::from(error);
    if blockers.is_empty() {
        return failure;
    }
    for one in &blockers {
        session.printer.note(&format!("  blocked by {}", describe_stuck(one)));
    }
    let flags: Vec<String> = blockers.iter().map(|one| format!("--retain {}", one.logical_id)).collect();
    failure.hint(format!(
        "mend what blocks it and run `{}` again; or leave it behind, outside of any stack: `{}`",
        again(session, "destroy"),
        again(session, &format!("destroy {}", flags.join(" ")))
    ))
}

/// A stuck resource in one line.
pub(crate) fn describe_stuck(one: &Stuck) -> String {
    let physical = if one.physical_id.is_empty() { String::new() } else { format!(" {}", one.physical_id) };
    format!("{} ({}{physical}): {}", one.logical_id, one.resource_type, stack::readable(&one.reason))
}

async fn tell(session: &Session<'_>, target: &Target, survey: &Survey, destroyed: &Destroyed) -> Result<Exit, Failure> {
    let printer = &session.printer;
    let code = gc::left_by(target, &destroyed.stack).await;
    let remaining: Vec<&Remaining> = destroyed
        .remaining
        .iter()
        .chain(survey.stays.iter().filter(|one| !destroyed.remaining.iter().any(|other| other == *one)))
        .collect();
    if printer.is_json() {
        printer.json(&json!({
            "stack": destroyed.stack,
            "existed": true,
            "remaining": remaining,
            "emptied": destroyed.emptied,
            "sweptLogGroups": destroyed.swept,
            "unsweptLogGroups": destroyed.unswept,
            "code": code,
        }))?;
        return Ok(Exit::Done);
    }
    printer.note(&printer.paint(Tone::Good, &format!("stack {} is gone", destroyed.stack)));
    if !remaining.is_empty() {
        printer.note("what was kept, outside of any stack now:");
        for left in remaining {
            printer.note(&format!("  {} {} ({})", left.resource_type, left.physical_id, left.logical_id));
        }
    }
    if let Some(first) = destroyed.unswept.first() {
        printer.note(&format!("warning: log groups that could not be deleted: {}", first.reason));
        for left in &destroyed.unswept {
            printer.note(&format!("  {}", left.group));
        }
    }
    if let Some(place) = code {
        printer.note(&format!("its code stays in {place} until `{}`", again(session, "gc")));
    }
    Ok(Exit::Done)
}
