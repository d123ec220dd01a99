//! `deploy --code-only`: new code for the functions that differ, and nothing else.

use cloudcart_deploy::code::{self, Updated, Wanted};
use cloudcart_deploy::stack::{self, NextAction, StackView, Written, next_action};
use cloudcart_deploy::{Error, Reporter, Target};
use serde_json::json;

use crate::confirm::confirm;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::pipeline::{self, Made, place, wanted};
use crate::printer::Tone;
use crate::session::Session;
use crate::table::render;

pub(super) async fn run(
    session: &Session<'_>,
    target: &Target,
    dry_run: bool,
    reporter: &dyn Reporter,
) -> Result<Exit, Failure> {
    let stack = &session.settings.stack_name;
    let printer = &session.printer;
    let view = working(target, stack, reporter).await?;
    let made = pipeline::make(session, reporter).await?;
    if template_differs(target, &view, &made).await? {
        printer.note(
            "code only: the template differs from the deployed one, and stays undeployed; rights, settings and resources are as \
             they were until a full `deploy`",
        );
    } else {
        printer.note(
            "code only: the stack still names the old code until the next full `deploy`, which brings both together",
        );
    }
    let wanted = deployed(session, target, &view, &made).await?;
    let found = code::compare(target, stack, &wanted).await?;
    let differing: Vec<&str> = wanted
        .iter()
        .zip(&found)
        .filter(|(_, (_, differs))| *differs)
        .map(|(one, _)| one.package.name.as_str())
        .collect();
    if dry_run || differing.is_empty() {
        let updated: Vec<Updated> = found.into_iter().map(|(live, changed)| Updated { live, changed }).collect();
        return tell(session, &updated, if dry_run { "DRY_RUN" } else { "NO_CHANGES" });
    }
    if !session.settings.is_local() {
        let question = format!("change the code of {} in stack `{stack}` at {}?", differing.join(", "), place(target));
        confirm(session, &question).await?;
    }
    session.if_interrupted("some functions may have the new code already; run the command again, it does the rest");
    printer.busy("changing code");
    let updated = code::update(target, stack, &wanted, reporter).await;
    printer.clear();
    session.if_interrupted("");
    tell(session, &updated?, "CODE_DEPLOYED")
}

/// Each function of the stack with its package. One that the stack does not have yet is not for this way.
async fn deployed<'a>(
    session: &Session<'a>,
    target: &Target,
    view: &StackView,
    made: &'a Made,
) -> Result<Vec<Wanted<'a>>, Failure> {
    let resources = stack::resources(target, &view.id).await?;
    let is_there =
        |one: &Wanted<'_>| resources.iter().any(|resource| resource.exists() && resource.logical_id == one.logical_id);
    let (there, missing): (Vec<_>, Vec<_>) = wanted(session, &made.packages).into_iter().partition(is_there);
    for one in missing {
        session.printer.note(&format!("{} is not in the stack yet: a full `deploy` adds it", one.logical_id));
    }
    Ok(there)
}

/// The stack, once nothing else works on it. Code is changed in a stack that works; in any other state the full way leads on.
async fn working(target: &Target, stack: &str, reporter: &dyn Reporter) -> Result<StackView, Failure> {
    let view = stack::settled(target, stack, reporter).await?;
    let action = next_action(view.as_ref().map(|view| &view.status));
    match view {
        Some(view) if action == NextAction::Update => Ok(view),
        Some(view) if action != NextAction::Create => {
            Err(Failure::refused(format!("stack `{stack}` is {}: no code is changed in it", view.status.as_str()))
                .hint("a full `cloudcart deploy` goes on from there"))
        }
        _ => Err(Error::NoStack(stack.to_owned()).into()),
    }
}

/// Whether anything but code differs from what is deployed.
async fn template_differs(target: &Target, view: &StackView, made: &Made) -> Result<bool, Failure> {
    let live = stack::live_template(target, &view.id).await?;
    let (Ok(live), Ok(ours)) = (serde_json::from_str(&live), serde_json::from_str(&made.rendered.json)) else {
        return Ok(true);
    };
    let written = |template| Written { template, parameters: &view.parameters };
    let plan = stack::compare(&view.name, Some(written(&live)), written(&ours), &pipeline::create_only);
    Ok(!plan.changes.is_empty())
}

fn tell(session: &Session<'_>, updated: &[Updated], code: &str) -> Result<Exit, Failure> {
    let printer = &session.printer;
    if printer.is_json() {
        let stack = &session.settings.stack_name;
        printer.event(&json!({ "code": code, "stack": stack, "functions": updated }))?;
        return Ok(Exit::Done);
    }
    let verb = if code == "DRY_RUN" { "would change" } else { "changed" };
    let rows: Vec<Vec<String>> = updated
        .iter()
        .map(|one| {
            let state = if one.changed { verb } else { "same" };
            let hash = one.live.sha256.chars().take(12).collect();
            vec![state.to_owned(), one.live.logical_id.clone(), one.live.name.clone(), hash]
        })
        .collect();
    let changed = updated.iter().filter(|one| one.changed).count();
    match code {
        "DRY_RUN" => printer.note("dry run: nothing was changed"),
        "NO_CHANGES" => printer.note("no changes: every function runs this code already"),
        _ => {
            let words = format!("{changed} of {} functions run new code", updated.len());
            printer.note(&printer.paint(Tone::Good, &words));
        }
    }
    printer.out(&render(&["CODE", "FUNCTION", "NAME", "LIVE SHA-256"], &rows, &[]))?;
    Ok(Exit::Done)
}
