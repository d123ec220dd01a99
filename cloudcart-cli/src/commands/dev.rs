//! `dev`: everything here, in the foreground; and `dev --once`, the whole life of the shop as one verdict.

use std::path::PathBuf;
use std::time::Duration;

use cloudcart_deploy::logs::FollowOptions;
use cloudcart_deploy::stack::StackView;
use cloudcart_deploy::{Target, build, rows};

use super::logs::{Follower, Style};
use super::{outputs, seed, smoke_test};
use crate::app::FunctionSpec;
use crate::args::Dev;
use crate::config::LOCAL_REGION;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::interrupted;
use crate::local::{self, engine::Cloud};
use crate::pipeline::{self, Deployed, Options};
use crate::printer::Tone;
use crate::progress::Progress;
use crate::session::Session;
use crate::watch::Watch;

/// How long the order of the smoke test may take here.
const ORDER_DEADLINE: Duration = Duration::from_secs(30);

pub(crate) async fn run(session: &Session<'_>, args: &Dev) -> Result<Exit, Failure> {
    if !session.settings.is_local() {
        return Err(Failure::usage(format!("`dev` runs stage `local`, not `{}`", session.settings.stage)));
    }
    let (cloud, document) = tokio::select! {
        started = start(session, args) => started?,
        _ = interrupted() => return Err(session.interruption()),
    };
    let work = async {
        let target = local::connect(session, &document).await?;
        if args.once { once(session, &target).await } else { forever(session, &target).await }
    };
    let result = tokio::select! {
        result = work => result,
        _ = interrupted() => Err(session.interruption()),
    };
    // Functions are processes of this one: they end here, whatever the result.
    session.printer.clear();
    if let Some(cloud) = cloud {
        cloud.shutdown().await;
    }
    result
}

/// The cloud in this process; or the one of this project that already runs in the background, which then is left running.
async fn start(session: &Session<'_>, args: &Dev) -> Result<(Option<Cloud>, local::Document), Failure> {
    let settings = &session.settings;
    let state = local::state_dir(settings);
    session.if_interrupted("nothing was changed; run the command again");
    if let Some(document) = local::alive(&state).await {
        if args.fresh {
            return Err(Failure::refused("--fresh would wipe a local cloud that is running")
                .hint("stop it first, with `cloudcart local stop`"));
        }
        session.printer.note(&format!("using the local cloud that already runs (pid {})", document.pid));
        return Ok((None, document));
    }
    if args.fresh {
        local::reset(&state)?;
    }
    let ports = local::ports(settings, args.ports);
    let region = settings.region.as_deref().unwrap_or(LOCAL_REGION);
    let cloud = local::engine::start(&state, ports, region, args.strictness).await?;
    if let Some(document) = local::read(&state) {
        return Ok((Some(cloud), document));
    }
    cloud.shutdown().await;
    Err(Failure::internal("the local cloud left no status document").at(state.display().to_string()))
}

async fn deploy_and_seed(session: &Session<'_>, target: &Target) -> Result<StackView, Failure> {
    let reporter = Progress::notes(&session.printer);
    let view = match pipeline::deploy(session, target, &Options::default(), &reporter).await? {
        Deployed::Unchanged(view) | Deployed::Changed(view) => view,
    };
    let table = outputs::value(&view, "ProductsTableName")?;
    if rows::is_empty(target, table).await? {
        let items = crate::seed::sample()?;
        seed::write(session, target, &view, &items, false).await?;
        session.printer.note(&format!("seeded {} sample products", items.len()));
    }
    Ok(view)
}

async fn once(session: &Session<'_>, target: &Target) -> Result<Exit, Failure> {
    let view = deploy_and_seed(session, target).await?;
    let report = smoke_test::prove(session, target, &view, ORDER_DEADLINE).await?;
    smoke_test::tell(session, &report)
}

/// Deploys, follows the logs, and deploys again whenever a source changes. Only Ctrl-C ends it: a mistake in the source is
/// shown, and the next save tries again.
async fn forever(session: &Session<'_>, target: &Target) -> Result<Exit, Failure> {
    let mut watch = Watch::new(watched(session)?, vec![session.settings.root.join("Cargo.lock")]);
    let mut since = super::now_millis();
    let mut first = true;
    loop {
        match deploy_and_seed(session, target).await {
            Ok(view) => {
                if first {
                    welcome(session, &view)?;
                    first = false;
                }
                session.if_interrupted("what the local cloud holds stays; `cloudcart dev` goes on from there");
                let functions: Vec<&FunctionSpec> = session.app.functions.iter().collect();
                let options = FollowOptions { since, ..FollowOptions::default() };
                let style = Style { pretty: true, least: None };
                let mut follower = Follower::new(session, target, &functions, options, style).await?;
                tokio::select! {
                    ended = follower.follow() => return ended,
                    changed = watch.changed() => say_what_changed(session, &changed),
                }
                since = super::now_millis();
            }
            Err(failure) if failure.exit == Exit::Internal => return Err(failure),
            Err(failure) => {
                session.printer.failure(&failure);
                session.printer.note("waiting for a change of the source");
                let changed = watch.changed().await;
                say_what_changed(session, &changed);
            }
        }
    }
}

/// The folders that make the handlers. The stack is part of this program: a change of it needs a new start.
fn watched(session: &Session<'_>) -> Result<Vec<PathBuf>, Failure> {
    Ok(build::source_folders(&session.settings.root, session.app.handlers_package)?)
}

fn say_what_changed(session: &Session<'_>, changed: &[PathBuf]) {
    let root = &session.settings.root;
    let short = |path: &PathBuf| path.strip_prefix(root).unwrap_or(path.as_path()).display().to_string();
    let more = changed.len().saturating_sub(3);
    let mut names: Vec<String> = changed.iter().take(3).map(short).collect();
    if more > 0 {
        names.push(format!("{more} more"));
    }
    session.printer.note(&session.printer.paint(Tone::Dim, &format!("changed: {}", names.join(", "))));
}

fn welcome(session: &Session<'_>, view: &StackView) -> Result<(), Failure> {
    let printer = &session.printer;
    if printer.is_json() {
        return printer.event(&serde_json::json!({ "code": "DEPLOYED", "stack": view.name, "outputs": view.outputs }));
    }
    printer.out(&outputs::table(view))?;
    let url = outputs::value(view, "HttpApiUrl")?.trim_end_matches('/');
    printer.out(&curls(url))?;
    printer.note("following all logs; Ctrl-C ends");
    Ok(())
}

/// The calls of the quick start, ready to copy.
fn curls(url: &str) -> String {
    let json = "-H 'content-type: application/json'";
    format!(
        "\nAPI={url}\n\
         curl $API/products\n\
         curl $API/products/1\n\
         curl $API/categories/electronics\n\
         curl -X POST $API/cart {json} -d '{{\"id\":\"1\",\"qty\":2}}'\n\
         curl $API/cart\n\
         curl -X DELETE $API/cart {json} -d '{{\"id\":\"1\"}}'\n\
         curl -X POST $API/checkout {json} -d '{{\"items\":[{{\"id\":\"1\",\"qty\":2}}],\"total\":199.99}}'\n\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curls_are_those_of_the_quick_start() {
        let text = curls("http://127.0.0.1:3000");
        assert!(text.contains("API=http://127.0.0.1:3000\n"));
        assert!(text.contains("-d '{\"items\":[{\"id\":\"1\",\"qty\":2}],\"total\":199.99}'"));
        assert_eq!(text.matches("curl ").count(), 7);
    }
}
