//! What `deploy` and `dev` share: build, render, upload, plan, consent, execute.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use cloudcart_cfn::Schema;
use cloudcart_deploy::build::{self, BuildRequest, Built, Environment, Package, Purpose};
use cloudcart_deploy::code::{self, Wanted};
use cloudcart_deploy::elf::Machine;
use cloudcart_deploy::stack::{self, DeployRequest, OnFailure, Plan, Prepared, StackView};
use cloudcart_deploy::{Reporter, Target, assets};

use crate::app::{Context, RenderedStack};
use crate::confirm::confirm;
use crate::diagnosis::explained;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::plan::{self, Detail};
use crate::session::Session;

/// How to deploy.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    pub(crate) on_failure: OnFailure,
    pub(crate) express: bool,
    pub(crate) direct: bool,
    pub(crate) allow_replace: Vec<String>,
}

/// What a deployment came to.
#[derive(Debug)]
pub(crate) enum Deployed {
    Unchanged(StackView),
    Changed(StackView),
}

/// Builds functions for the stage.
pub(crate) async fn build(
    session: &Session<'_>,
    functions: Vec<String>,
    reporter: &dyn Reporter,
) -> Result<Built, Failure> {
    let settings = &session.settings;
    let request = BuildRequest {
        root: settings.root.clone(),
        package: session.app.handlers_package.to_owned(),
        functions,
        out: settings.dot_folder().join("build").join(&settings.stage),
        purpose: if settings.is_local() { Purpose::Local } else { Purpose::Lambda },
        profile: if settings.is_local() { None } else { settings.cargo_profile.clone() },
        machine: if settings.is_local() { None } else { settings.machine },
        builder: settings.builder,
        colour: session.printer.colours_words(),
        environment: Environment::of_process(),
    };
    let built = build::build(&request, reporter).await;
    session.printer.clear();
    Ok(built?)
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

/// What is deployed: the functions' code and the template.
pub(crate) struct Made {
    pub(crate) packages: Vec<Package>,
    pub(crate) rendered: RenderedStack,
}

/// Builds every function and renders the stack for them.
pub(crate) async fn make(session: &Session<'_>, reporter: &dyn Reporter) -> Result<Made, Failure> {
    session.if_interrupted("nothing was changed; run the command again");
    let names = session.app.functions.iter().map(|function| function.name.to_owned()).collect();
    let packages = build(session, names, reporter).await?.packages;
    let rendered = render(session, packages.first().map(|package| package.arch.as_str()))?;
    Ok(Made { packages, rendered })
}

/// Each function with its package.
pub(crate) fn wanted<'a>(session: &Session<'a>, packages: &'a [Package]) -> Vec<Wanted<'a>> {
    let functions = session.app.functions.iter();
    let pairs = functions.filter_map(|function| {
        let package = packages.iter().find(|package| package.name == function.name)?;
        Some(Wanted { logical_id: function.logical_id, package })
    });
    pairs.collect()
}

/// The deployment of what was made. The code's keys follow from its contents, whether it is uploaded yet or not.
pub(crate) fn request(
    session: &Session<'_>,
    target: &Target,
    made: &Made,
    options: &Options,
) -> Result<DeployRequest, Failure> {
    let stack = session.settings.stack_name.clone();
    let bucket = assets::bucket_name(&target.identity().account, target.region());
    let keys = made.packages.iter().map(|package| (package.name.clone(), assets::code_key(&stack, package))).collect();
    Ok(DeployRequest {
        template: made.rendered.json.clone(),
        parameters: parameters(session, &bucket, &keys)?,
        tags: BTreeMap::from([
            ("cloudcart:stage".to_owned(), session.settings.stage.clone()),
            ("cloudcart:stack".to_owned(), stack.clone()),
        ]),
        on_failure: options.on_failure,
        express: options.express,
        change_set: change_set_name(),
        bucket,
        stack,
    })
}

/// What a deployment would change; `None` when nothing would. Nothing is left behind.
pub(crate) async fn preview(
    session: &Session<'_>,
    target: &Target,
    made: &Made,
    reporter: &dyn Reporter,
) -> Result<Option<Plan>, Failure> {
    let request = request(session, target, made, &Options::default())?;
    session.printer.busy("planning");
    session.plans(target, &request.stack, &request.change_set);
    let plan = stack::preview(target, &request, &create_only, reporter).await;
    session.printer.clear();
    session.if_interrupted("");
    plan.map_err(|error| explained(&error, &made.rendered.sources))
}

/// Brings the stack of the stage up to date.
pub(crate) async fn deploy(
    session: &Session<'_>,
    target: &Target,
    options: &Options,
    reporter: &dyn Reporter,
) -> Result<Deployed, Failure> {
    let made = make(session, reporter).await?;
    let request = request(session, target, &made, options)?;
    session.printer.busy("uploading");
    let bucket = assets::ensure_bucket(target, reporter).await?;
    assets::upload(target, &bucket, &request.stack, &made.packages, reporter).await?;
    session.printer.busy("planning");
    let prepared = if options.direct {
        stack::prepare_direct(target, &request, &create_only, reporter).await
    } else {
        session.plans(target, &request.stack, &request.change_set);
        stack::prepare(target, &request, reporter).await
    };
    session.printer.clear();
    let ready = match prepared.map_err(|error| explained(&error, &made.rendered.sources))? {
        Prepared::NoChanges(view) => {
            // Nobody was asked yet, for there was nothing to ask about.
            agree_to_reconcile(session, target, &made).await?;
            let restored = reconcile(session, target, &made, reporter).await?;
            return Ok(if restored { Deployed::Changed(view) } else { Deployed::Unchanged(view) });
        }
        Prepared::Ready(ready) => ready,
    };
    if let Err(refusal) = consent(session, target, &ready.plan, options).await {
        // The refusal is the news; a change set left behind does nothing.
        let _ = stack::discard(target, &ready).await;
        return Err(refusal);
    }
    session.operates(target, &ready.plan.stack);
    let executed = stack::execute(target, &ready, reporter).await;
    let executed = executed.map_err(|error| explained(&error, &made.rendered.sources))?;
    let restored = reconcile(session, target, &made, reporter).await?;
    Ok(if executed.changed || restored { Deployed::Changed(executed.view) } else { Deployed::Unchanged(executed.view) })
}

/// Asks before code that was changed beside an otherwise unchanged stack is put back.
async fn agree_to_reconcile(session: &Session<'_>, target: &Target, made: &Made) -> Result<(), Failure> {
    session.if_interrupted("nothing was changed; run the command again");
    if session.settings.is_local() || session.settings.yes {
        return Ok(());
    }
    let stack = &session.settings.stack_name;
    let found = code::compare(target, stack, &wanted(session, &made.packages)).await?;
    let other: Vec<&str> =
        found.iter().filter(|(_, differs)| *differs).map(|(live, _)| live.logical_id.as_str()).collect();
    if other.is_empty() {
        return Ok(());
    }
    let question = format!(
        "{} of stack `{stack}` at {} runs other code than the stack says: put it back?",
        other.join(", "),
        place(target)
    );
    confirm(session, &question).await
}

/// Whether some function did not run what the stack says, and now does.
async fn reconcile(
    session: &Session<'_>,
    target: &Target,
    made: &Made,
    reporter: &dyn Reporter,
) -> Result<bool, Failure> {
    let stack = &session.settings.stack_name;
    session
        .if_interrupted("the stack is deployed; some function may run other code than it says, run the command again");
    let restored = code::reconcile(target, stack, &wanted(session, &made.packages), reporter).await?;
    session.if_interrupted("");
    for one in &restored {
        session.printer.note(&format!(
            "{} did not run the code of the stack, as after `deploy --code-only`; now it does",
            one.live.logical_id
        ));
    }
    Ok(!restored.is_empty())
}

/// Whether a change of that property makes a new resource, as AWS's schema of the type says.
pub(crate) fn create_only(resource_type: &str, path: &str) -> Option<bool> {
    let schema = Schema::of(resource_type)?;
    // Setting something below a create-only property, or the whole around one, changes it as well.
    let within =
        |one: &str, other: &str| one.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    Some(schema.create_only().any(|known| within(path, known) || within(known, path)))
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

async fn consent(session: &Session<'_>, target: &Target, plan: &Plan, options: &Options) -> Result<(), Failure> {
    let lost: Vec<&str> = plan
        .changes
        .iter()
        .filter(|change| change.loses_data() && !options.allow_replace.contains(&change.logical_id))
        .map(|change| change.logical_id.as_str())
        .collect();
    if !lost.is_empty() {
        let flags: Vec<String> = lost.iter().map(|id| format!("--allow-replace {id}")).collect();
        return Err(Failure::refused(format!(
            "the change would replace or remove {}, and what is in it would be lost",
            lost.join(", ")
        ))
        .hint(format!("to agree, pass {}", flags.join(" "))));
    }
    if session.settings.is_local() {
        return Ok(());
    }
    if plan.creates && !session.printer.is_json() {
        // The rights that a new stack gets; the counts were told when the plan was there.
        for line in plan::painted(&session.printer, &plan::lines(plan, Detail::Changes)).iter().skip(1) {
            session.printer.note(line);
        }
    }
    confirm(session, &format!("apply these changes to stack `{}` at {}?", plan.stack, place(target))).await
}

/// Where a question is about.
pub(crate) fn place(target: &Target) -> String {
    match target.endpoint() {
        None => format!("AWS {} {}", target.identity().account, target.region()),
        Some(endpoint) => endpoint.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schemas_tell_what_makes_a_new_resource() {
        assert_eq!(create_only("AWS::DynamoDB::Table", "TableName"), Some(true));
        assert_eq!(create_only("AWS::DynamoDB::Table", "BillingMode"), Some(false));
        assert_eq!(create_only("AWS::Lambda::Function", "Environment/Variables/A"), Some(false));
        assert_eq!(create_only("AWS::X::Y", "Z"), None);
    }
}
