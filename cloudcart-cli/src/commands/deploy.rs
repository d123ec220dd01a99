//! `deploy`: from source to a running stack.

use std::io::IsTerminal as _;

use cloudcart_deploy::Target;
use cloudcart_deploy::stack::{self, StackView};
use serde_json::json;

use super::{code_only, outputs};
use crate::args::{Deploy, OnFailure};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::pipeline::{self, Deployed, Options};
use crate::printer::Tone;
use crate::progress::Progress;
use crate::session::Session;

pub(crate) async fn run(session: &Session<'_>, args: &Deploy) -> Result<Exit, Failure> {
    refuse_early(session, args)?;
    let target = session.target().await?;
    let reporter = Progress::streaming(&session.printer);
    if args.code_only {
        return code_only::run(session, &target, args.dry_run, &reporter).await;
    }
    if args.dry_run {
        return dry_run(session, &target, &reporter).await;
    }
    let options = Options {
        on_failure: match args.on_failure {
            OnFailure::Rollback => stack::OnFailure::Rollback,
            OnFailure::Keep => stack::OnFailure::Keep,
            OnFailure::Delete => stack::OnFailure::Delete,
        },
        express: args.express,
        direct: args.direct,
        allow_replace: args.allow_replace.clone(),
    };
    what_is_given_up(session, args);
    let (view, changed) = match pipeline::deploy(session, &target, &options, &reporter).await? {
        Deployed::Unchanged(view) => (view, false),
        Deployed::Changed(view) => (view, true),
    };
    if let Some(path) = &args.outputs_file {
        let text = serde_json::to_string_pretty(&view.outputs).unwrap_or_default();
        std::fs::write(path, text + "\n").map_err(|error| {
            Failure::internal(format!("the stack is deployed, but {} cannot be written", path.display()))
                .because(error.to_string())
        })?;
    }
    if session.settings.stage == PRODUCTION && stack::protect(&target, &view.name, true).await? {
        session.printer.note("termination protection is on: `destroy` refuses until `cloudcart protect off`");
    }
    tell(session, &view, changed)?;
    Ok(Exit::Done)
}

/// The stage that is somebody's production: it is protected, and refuses what is for trying out.
const PRODUCTION: &str = "prod";

/// Shows the changes. Nothing is uploaded, and no change set stays.
async fn dry_run(session: &Session<'_>, target: &Target, reporter: &Progress<'_>) -> Result<Exit, Failure> {
    let made = pipeline::make(session, reporter).await?;
    pipeline::preview(session, target, &made, reporter).await?;
    if session.printer.is_json() {
        session.printer.event(&json!({ "code": "DRY_RUN", "stack": session.settings.stack_name }))?;
    } else {
        session.printer.note("dry run: nothing was changed");
    }
    Ok(Exit::Done)
}

/// A shorter way is a choice between two goods: the one that is given up is named.
fn what_is_given_up(session: &Session<'_>, args: &Deploy) {
    if args.express {
        session.printer.note(
            "express: the deployment ends as soon as everything is configured; some resource may not serve yet, and its failure \
             to start is not seen",
        );
    }
    if args.direct {
        session.printer.note(
            "direct: no change set; the changes are worked out from the templates, and CloudFormation looks at them only while it \
             makes them",
        );
    }
}

/// What is certain to be refused is refused before the long work.
fn refuse_early(session: &Session<'_>, args: &Deploy) -> Result<(), Failure> {
    let settings = &session.settings;
    if settings.stage == PRODUCTION && settings.shop.identity == "demo" {
        return Err(Failure::refused("stage `prod` cannot run with `shop.identity = \"demo\"`")
            .because("in demo mode anybody can read anybody's orders")
            .hint("set `shop.identity = \"standard\"`"));
    }
    if args.express && args.on_failure == OnFailure::Delete {
        return Err(Failure::usage("express mode has no `--on-failure delete`").hint("use `rollback` or `keep`"));
    }
    let nobody_to_ask = !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal();
    if !settings.is_local() && !settings.yes && !args.dry_run && nobody_to_ask {
        return Err(Failure::refused(format!("a deployment to stage `{}` needs consent", settings.stage))
            .hint("pass --yes to agree, or --dry-run to see the changes"));
    }
    Ok(())
}

fn tell(session: &Session<'_>, view: &StackView, changed: bool) -> Result<(), Failure> {
    let printer = &session.printer;
    if printer.is_json() {
        return printer.event(&json!({
            "code": "DEPLOYED",
            "stack": view.name,
            "status": view.status.as_str(),
            "changed": changed,
            "outputs": view.outputs,
        }));
    }
    if changed {
        printer.note(&printer.paint(Tone::Good, &format!("stack {} is {}", view.name, view.status.as_str())));
    }
    printer.out(&outputs::table(view))
}
