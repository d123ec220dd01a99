//! `smoke-test`: proves that the deployed shop works.

use std::time::Duration;

use cloudcart_deploy::Target;
use cloudcart_deploy::stack::{self, StackView};

use crate::args::SmokeTest;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::printer::Tone;
use crate::session::Session;
use crate::smoke::{self, Report};

pub(crate) async fn run(session: &Session<'_>, args: &SmokeTest) -> Result<Exit, Failure> {
    let target = session.target().await?;
    let view = stack::outputs(&target, &session.settings.stack_name).await?;
    let report = prove(session, &target, &view, Duration::from_secs(args.timeout)).await?;
    if let Some(path) = &args.junit {
        std::fs::write(path, smoke::junit(&report)).map_err(|error| {
            Failure::internal(format!("cannot write {}", path.display())).because(error.to_string())
        })?;
    }
    tell(session, &report)
}

/// Runs every check.
pub(crate) async fn prove(
    session: &Session<'_>,
    target: &Target,
    view: &StackView,
    deadline: Duration,
) -> Result<Report, Failure> {
    session.printer.busy("testing");
    session.if_interrupted("a test order may be on its way; it is an order like any other");
    let report = smoke::run(session, target, view, deadline).await;
    session.printer.clear();
    session.if_interrupted("");
    report
}

/// Prints the report; its verdict is the exit code.
pub(crate) fn tell(session: &Session<'_>, report: &Report) -> Result<Exit, Failure> {
    let printer = &session.printer;
    if printer.is_json() {
        printer.json(report)?;
    } else {
        printer.out(&smoke::table(report))?;
    }
    if report.ok {
        printer.note(&printer.paint(Tone::Good, &format!("the shop works: {} checks passed", report.checks.len())));
        return Ok(Exit::Done);
    }
    let failed: Vec<&str> = report.checks.iter().filter(|check| !check.ok).map(|check| check.name.as_str()).collect();
    let mut failure = Failure::new(Exit::Smoke, format!("{} of {} checks failed", failed.len(), report.checks.len()))
        .because(failed.join(", "));
    if report.hint.is_some() {
        failure.hint.clone_from(&report.hint);
    }
    Err(failure)
}
