//! `diff`: what a deployment would change.

use cloudcart_deploy::code;
use cloudcart_deploy::stack::{self, Plan};
use cloudcart_deploy::{Event, Reporter, Target};
use serde_json::json;

use crate::args::Diff;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::pipeline::{self, Made, wanted};
use crate::plan::{self, Detail};
use crate::progress::Progress;
use crate::session::Session;

pub(crate) async fn run(session: &Session<'_>, args: &Diff) -> Result<Exit, Failure> {
    let target = session.target().await?;
    let reporter = WithoutPlan(Progress::notes(&session.printer));
    let made = pipeline::make(session, &reporter).await?;
    let plan = pipeline::preview(session, &target, &made, &reporter).await?;
    let beside = code_beside_the_stack(session, &target, &made, plan.as_ref()).await?;
    tell(session, plan.as_ref(), &beside)?;
    let found = plan.is_some() || !beside.is_empty();
    Ok(if found && args.exit_code { Exit::Changes } else { Exit::Done })
}

/// Functions that run other code than the stack says, and that the plan does not touch: somebody changed them beside it.
async fn code_beside_the_stack(
    session: &Session<'_>,
    target: &Target,
    made: &Made,
    plan: Option<&Plan>,
) -> Result<Vec<String>, Failure> {
    let stack = &session.settings.stack_name;
    if plan.is_some_and(|plan| plan.creates) || stack::describe(target, stack).await?.is_none() {
        return Ok(Vec::new());
    }
    let planned = |id: &str| plan.is_some_and(|plan| plan.changes.iter().any(|change| change.logical_id == id));
    let untouched: Vec<_> =
        wanted(session, &made.packages).into_iter().filter(|one| !planned(one.logical_id)).collect();
    let found = code::compare(target, stack, &untouched).await?;
    Ok(found.into_iter().filter(|(_, differs)| *differs).map(|(live, _)| live.logical_id).collect())
}

fn tell(session: &Session<'_>, plan: Option<&Plan>, beside: &[String]) -> Result<(), Failure> {
    let printer = &session.printer;
    if printer.is_json() {
        return printer.json(&json!({
            "stack": session.settings.stack_name,
            "changes": plan.is_some() || !beside.is_empty(),
            "plan": plan,
            "codeBesideTheStack": beside,
        }));
    }
    match plan {
        Some(plan) => {
            for line in plan::painted(printer, &plan::lines(plan, Detail::Everything)) {
                printer.line(&line)?;
            }
        }
        None => printer.note(&format!("no changes: stack {} is as asked", session.settings.stack_name)),
    }
    for id in beside {
        printer.line(&format!("  ~ {id} runs other code than the stack says; a full deploy puts it back"))?;
    }
    Ok(())
}

/// Tells everything but the plan, which is the result.
struct WithoutPlan<'a>(Progress<'a>);

impl Reporter for WithoutPlan<'_> {
    fn event(&self, event: &Event) {
        if !matches!(event, Event::Planned(_) | Event::NoChanges { .. }) {
            self.0.event(event);
        }
    }
}
