//! `diff`: what a deployment would change.

use cloudcart_deploy::code;
use cloudcart_deploy::stack::drift::{self, DriftStatus, Drifted};
use cloudcart_deploy::stack::{self, Plan};
use cloudcart_deploy::{Error, Event, Reporter, Target};
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
    let drifted = if args.drift { Some(drifted(session, &target, &reporter).await?) } else { None };
    tell(session, plan.as_ref(), &beside, drifted.as_deref())?;
    let drifts = drifted.iter().flatten().any(|one| one.status.is_drift());
    let found = plan.is_some() || !beside.is_empty() || drifts;
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

/// What differs from what the stack says. A stack that is not there has nothing that could.
async fn drifted(session: &Session<'_>, target: &Target, reporter: &dyn Reporter) -> Result<Vec<Drifted>, Failure> {
    let found = drift::detect(target, &session.settings.stack_name, reporter).await;
    session.printer.clear();
    match found {
        Err(Error::NoStack(_)) => Ok(Vec::new()),
        other => Ok(other?),
    }
}

fn tell(
    session: &Session<'_>,
    plan: Option<&Plan>,
    beside: &[String],
    drifted: Option<&[Drifted]>,
) -> Result<(), Failure> {
    let printer = &session.printer;
    if printer.is_json() {
        return printer.json(&json!({
            "stack": session.settings.stack_name,
            "changes": plan.is_some() || !beside.is_empty(),
            "plan": plan,
            "codeBesideTheStack": beside,
            "drift": drifted,
        }));
    }
    match plan {
        Some(plan) => {
            let detail = if printer.is_verbose() { Detail::Everything } else { Detail::Made };
            for line in plan::painted(printer, &plan::lines(plan, detail)) {
                printer.line(&line)?;
            }
        }
        None => printer.note(&format!("no changes: stack {} is as asked", session.settings.stack_name)),
    }
    for id in beside {
        printer.line(&format!("  ~ {id} runs other code than the stack says; a full deploy puts it back"))?;
    }
    for line in drifted.map(drift_lines).unwrap_or_default() {
        printer.line(&line)?;
    }
    Ok(())
}

fn drift_lines(drifted: &[Drifted]) -> Vec<String> {
    let mut lines = Vec::new();
    for one in drifted.iter().filter(|one| one.status.is_drift()) {
        let what = if one.status == DriftStatus::Deleted { "IS GONE" } else { "is not as the stack says" };
        lines.push(format!("  ≠ {} {} ({}) {what}", one.logical_id, one.resource_type, one.physical_id));
        for difference in &one.differences {
            let path = difference.path.trim_start_matches('/').replace('/', ".");
            let value = |value: &Option<String>| value.as_deref().map_or_else(|| "(none)".to_owned(), plan::shown);
            let (expected, actual) = (value(&difference.expected), value(&difference.actual));
            lines.push(format!("      {path}: {expected} in the stack, {actual} live"));
        }
    }
    if lines.is_empty() {
        lines.push("drift: none found".to_owned());
    }
    let unchecked = drifted.iter().filter(|one| !one.status.is_drift()).count();
    if unchecked > 0 {
        lines.push(format!("drift: {unchecked} resources are of types that cannot be compared"));
    }
    lines
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
