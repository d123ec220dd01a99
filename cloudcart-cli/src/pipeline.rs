//! What `deploy` and `dev` share: build, render, upload, plan, consent, execute.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use cloudcart_deploy::build::{self, BuildRequest, Package, Purpose};
use cloudcart_deploy::elf::Machine;
use cloudcart_deploy::stack::{self, Change, DeployRequest, OnFailure, Plan, Prepared, Replacement, StackView};
use cloudcart_deploy::{Reporter, Target, assets};

use crate::app::{Context, RenderedStack};
use crate::confirm::confirm;
use crate::diagnosis::explained;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;

/// How to deploy.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    pub(crate) dry_run: bool,
    pub(crate) on_failure: OnFailure,
    pub(crate) allow_replace: Vec<String>,
}

/// What a deployment came to.
#[derive(Debug)]
pub(crate) enum Deployed {
    Unchanged(StackView),
    Changed(StackView),
    Planned(Plan),
}

/// Builds functions for the stage.
pub(crate) async fn build(
    session: &Session<'_>,
    functions: Vec<String>,
    reporter: &dyn Reporter,
) -> Result<Vec<Package>, Failure> {
    let settings = &session.settings;
    let request = BuildRequest {
        root: settings.root.clone(),
        package: session.app.handlers_package.to_owned(),
        functions,
        out: settings.dot_folder().join("build").join(&settings.stage),
        purpose: if settings.is_local() { Purpose::Local } else { Purpose::Lambda },
        profile: if settings.is_local() { None } else { settings.cargo_profile.clone() },
        machine: if settings.is_local() { None } else { settings.machine },
    };
    let packages = build::build(&request, reporter).await;
    session.printer.clear();
    Ok(packages?)
}

/// Renders the stack and refuses one in which the checks found something.
pub(crate) fn render(session: &Session<'_>, architecture: Option<&str>) -> Result<RenderedStack, Failure> {
    let settings = &session.settings;
    let machine = settings.machine.filter(|_| !settings.is_local()).or(Machine::host());
    let architecture = architecture.map_or_else(|| machine.map_or("x86_64", Machine::as_str).to_owned(), str::to_owned);
    let context = Context {
        stage: settings.stage.clone(),
        local: settings.is_local(),
        architecture,
        identity: settings.shop.identity.clone(),
        cart: settings.shop.cart.clone(),
        log_retention_days: settings.shop.log_retention_days,
        retain_data: settings.shop.retain_data,
    };
    let rendered = (session.app.stack)(&context)
        .map_err(|error| Failure::new(Exit::Template, "the stack cannot be rendered").because(format!("{error:#}")))?;
    if rendered.errors.is_empty() {
        return Ok(rendered);
    }
    Err(Failure::new(Exit::Template, "the template is not valid")
        .because(format!("\n    {}", rendered.errors.join("\n    "))))
}

/// Brings the stack of the stage up to date.
pub(crate) async fn deploy(
    session: &Session<'_>,
    target: &Target,
    options: &Options,
    reporter: &dyn Reporter,
) -> Result<Deployed, Failure> {
    session.if_interrupted("nothing was changed; run the command again");
    let names = session.app.functions.iter().map(|function| function.name.to_owned()).collect();
    let packages = build(session, names, reporter).await?;
    let rendered = render(session, packages.first().map(|package| package.arch.as_str()))?;

    session.printer.busy("uploading");
    let stack = session.settings.stack_name.clone();
    let bucket = assets::ensure_bucket(target, reporter).await?;
    let keys = assets::upload(target, &bucket, &stack, &packages, reporter).await?;
    let request = DeployRequest {
        template: rendered.json.clone(),
        parameters: parameters(session, &bucket, &keys)?,
        tags: BTreeMap::from([
            ("cloudcart:stage".to_owned(), session.settings.stage.clone()),
            ("cloudcart:stack".to_owned(), stack.clone()),
        ]),
        on_failure: options.on_failure,
        change_set: change_set_name(),
        bucket,
        stack,
    };
    session.printer.busy("planning");
    session.plans(target, &request.stack, &request.change_set);
    let prepared =
        stack::prepare(target, &request, reporter).await.map_err(|error| explained(&error, &rendered.sources));
    session.printer.clear();
    let ready = match prepared? {
        Prepared::NoChanges(view) => return Ok(Deployed::Unchanged(view)),
        Prepared::Ready(ready) => ready,
    };
    if options.dry_run {
        stack::discard(target, &ready).await?;
        return Ok(Deployed::Planned(ready.plan));
    }
    if let Err(refusal) = consent(session, target, &ready.plan, options).await {
        // The refusal is the news; a change set left behind does nothing.
        let _ = stack::discard(target, &ready).await;
        return Err(refusal);
    }
    session.operates(target, &ready.plan.stack);
    let view = stack::execute(target, &ready, reporter).await.map_err(|error| explained(&error, &rendered.sources))?;
    session.if_interrupted("");
    Ok(Deployed::Changed(view))
}

fn parameters(
    session: &Session<'_>,
    bucket: &str,
    keys: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, Failure> {
    let mut parameters = BTreeMap::from([("CodeBucket".to_owned(), bucket.to_owned())]);
    for function in &session.app.functions {
        let key =
            keys.get(function.name).ok_or_else(|| Failure::internal(format!("`{}` has no code", function.name)))?;
        parameters.insert(function.code_parameter.clone(), key.clone());
    }
    Ok(parameters)
}

/// Unique within a stack: no two deployments of one start in the same millisecond of the same process.
fn change_set_name() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("cloudcart-{}-{}", since.as_millis(), std::process::id())
}

/// Types whose replacement or removal loses what somebody stored.
const STATEFUL: [&str; 9] = [
    "AWS::Cognito::UserPool",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::EFS::FileSystem",
    "AWS::KMS::Key",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
];

fn loses_data(change: &Change) -> bool {
    STATEFUL.contains(&change.resource_type.as_str())
        && (change.action == "Remove" || change.replacement == Replacement::Yes)
}

async fn consent(session: &Session<'_>, target: &Target, plan: &Plan, options: &Options) -> Result<(), Failure> {
    let lost: Vec<&str> = plan
        .changes
        .iter()
        .filter(|change| loses_data(change) && !options.allow_replace.contains(&change.logical_id))
        .map(|change| change.logical_id.as_str())
        .collect();
    if !lost.is_empty() {
        let flags: Vec<String> = lost.iter().map(|id| format!("--allow-replace {id}")).collect();
        return Err(Failure::refused(format!(
            "the change would replace or remove {}, and the data in it would be lost",
            lost.join(", ")
        ))
        .hint(format!("to agree, pass {}", flags.join(" "))));
    }
    if session.settings.is_local() {
        return Ok(());
    }
    let place = match target.endpoint() {
        None => format!("AWS {} {}", target.identity().account, target.region()),
        Some(endpoint) => endpoint.to_owned(),
    };
    confirm(session, &format!("apply these changes to stack `{}` at {place}?", plan.stack)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(kind: &str, action: &str, replacement: Replacement) -> Change {
        Change {
            action: action.to_owned(),
            logical_id: "X".to_owned(),
            resource_type: kind.to_owned(),
            replacement,
            scope: Vec::new(),
        }
    }

    #[test]
    fn only_replacing_or_removing_what_holds_data_loses_it() {
        assert!(loses_data(&change("AWS::DynamoDB::Table", "Remove", Replacement::No)));
        assert!(loses_data(&change("AWS::DynamoDB::Table", "Modify", Replacement::Yes)));
        assert!(!loses_data(&change("AWS::DynamoDB::Table", "Modify", Replacement::Maybe)));
        assert!(!loses_data(&change("AWS::Lambda::Function", "Remove", Replacement::No)));
        assert!(!loses_data(&change("AWS::DynamoDB::Table", "Add", Replacement::No)));
    }
}
