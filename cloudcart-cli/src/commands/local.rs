//! `local`: the local cloud in the background.

mod clock;

use crate::args::{Local, Serve, Strictness};
use crate::config::LOCAL_REGION;
use crate::confirm::confirm;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::local;
use crate::session::Session;
use crate::table::render;

pub(crate) async fn run(session: &Session<'_>, command: &Local) -> Result<Exit, Failure> {
    let printer = &session.printer;
    match command {
        Local::Start(flags) => {
            session.if_interrupted("the local cloud may have started; `cloudcart local status` tells");
            let (document, fresh) = local::start(session, *flags).await?;
            if !fresh {
                printer.note("the local cloud is already running");
                if flags.strictness != Strictness::default() {
                    printer.note("--no-freeze and --iam count from a start on: `cloudcart local stop` first");
                }
            }
            tell(session, &document)?;
        }
        Local::Stop => match local::stop(session).await? {
            Some(pid) => printer.note(&format!("stopped the local cloud (pid {pid}); what it holds stays")),
            None => printer.note("the local cloud of this project is not running"),
        },
        Local::Status => tell(session, &running(session).await?)?,
        Local::Clock { by } => clock::run(session, by.as_deref()).await?,
        Local::Reset => {
            let state = local::state_dir(&session.settings);
            confirm(session, "forget all tables, queues, logs and stacks of the local cloud?").await?;
            local::stop(session).await?;
            if local::reset(&state)? {
                printer.note("the local cloud is empty now");
            } else {
                printer.note("the local cloud was empty already");
            }
        }
        Local::Serve(args) => serve(session, args).await?,
    }
    Ok(Exit::Done)
}

/// The document of the cloud, which must run.
async fn running(session: &Session<'_>) -> Result<local::Document, Failure> {
    let state = local::state_dir(&session.settings);
    if let Some(document) = local::alive(&state).await {
        return Ok(document);
    }
    let failure = Failure::internal("the local cloud of this project is not running")
        .hint("start it with `cloudcart local start`");
    Err(if local::read(&state).is_some() {
        failure.because("it ended without saying so").at(local::log_file(&state).display().to_string())
    } else {
        failure
    })
}

fn tell(session: &Session<'_>, document: &local::Document) -> Result<(), Failure> {
    if session.printer.is_json() {
        return session.printer.json(&document.whole);
    }
    let mut rows = vec![
        vec!["endpoint".to_owned(), document.endpoint.clone()],
        vec!["region".to_owned(), document.region.clone()],
        vec!["access key id".to_owned(), document.credentials.access_key_id.clone()],
        vec!["secret access key".to_owned(), document.credentials.secret_access_key.clone()],
        vec!["pid".to_owned(), document.pid.to_string()],
    ];
    // A clock that was moved weeks ago explains much that looks strange today.
    if let Some(ahead_ms) = document.whole["aheadMs"].as_i64().filter(|ahead_ms| *ahead_ms > 0) {
        rows.push(vec!["clock".to_owned(), format!("{} ahead of this machine", clock::span_text(ahead_ms))]);
    }
    rows.extend(document.apis.iter().map(|(name, url)| vec![format!("api {name}"), url.clone()]));
    session.printer.out(&render(&["LOCAL CLOUD", ""], &rows, &[]))?;
    match &document.fidelity {
        serde_json::Value::Array(ignored) if !ignored.is_empty() => {
            session.printer.line("\nNot imitated here:")?;
            ignored.iter().try_for_each(|entry| session.printer.line(&format!("  {}", words(entry))))
        }
        serde_json::Value::Object(ignored) if !ignored.is_empty() => {
            session.printer.line("\nNot imitated here:")?;
            ignored.iter().try_for_each(|(key, entry)| session.printer.line(&format!("  {key}: {}", words(entry))))
        }
        _ => Ok(()),
    }
}

fn words(entry: &serde_json::Value) -> String {
    entry.as_str().map_or_else(|| entry.to_string(), str::to_owned)
}

/// Runs the cloud in this process until it is told to end.
async fn serve(session: &Session<'_>, args: &Serve) -> Result<(), Failure> {
    let ports = local::ports(&session.settings, args.start.ports);
    let region = session.settings.region.as_deref().unwrap_or(LOCAL_REGION);
    let cloud = local::engine::start(&args.state_dir, ports, region, args.start.strictness).await?;
    told_to_end().await;
    cloud.shutdown().await;
    Ok(())
}

/// Ctrl-C or a termination signal. The end of the terminal it was started from is none.
async fn told_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        // Holding the stream is what keeps the signal from ending the process.
        let _hangups = signal(SignalKind::hangup());
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    crate::interrupt::interrupted().await;
}
