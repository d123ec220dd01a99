//! One run of the command: what was asked, where it prints, and how it ends.

use std::sync::Mutex;

use cloudcart_deploy::Target;
use cloudcart_deploy::http::ca_bundle_from_env;
use cloudcart_deploy::target::TargetOptions;

use crate::app::App;
use crate::args::Command;
use crate::commands;
use crate::config::Settings;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::printer::Printer;

/// What every command works with.
pub(crate) struct Session<'a> {
    pub(crate) app: &'a App,
    pub(crate) settings: Settings,
    pub(crate) printer: Printer,
    resume: Mutex<String>,
}

impl<'a> Session<'a> {
    pub(crate) fn new(app: &'a App, settings: Settings, printer: Printer) -> Self {
        Self { app, settings, printer, resume: Mutex::new(String::new()) }
    }

    /// Runs a command to its end, or until Ctrl-C.
    pub(crate) async fn run(&self, command: &Command) -> Exit {
        let work = commands::dispatch(self, command);
        let result = if minds_signals_itself(command) {
            work.await
        } else {
            tokio::select! {
                result = work => result,
                () = interrupted() => Err(self.interruption()),
            }
        };
        self.printer.clear();
        match result {
            Ok(exit) => exit,
            Err(failure) => {
                self.printer.failure(&failure);
                failure.exit
            }
        }
    }

    /// What to say about work that Ctrl-C stops from now on: how things stand, and how to go on.
    pub(crate) fn if_interrupted(&self, words: impl Into<String>) {
        *self.resume.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = words.into();
    }

    /// The failure that an interruption is.
    pub(crate) fn interruption(&self) -> Failure {
        let words = self.resume.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        let failure = Failure::new(Exit::Interrupted, "interrupted");
        if words.is_empty() { failure } else { failure.hint(words) }
    }

    /// Connects to the stage's target and names it, as the first line on standard error.
    pub(crate) async fn target(&self) -> Result<Target, Failure> {
        let settings = &self.settings;
        if settings.is_local() {
            return self.local_target().await;
        }
        let options = TargetOptions {
            profile: settings.profile.clone(),
            region: settings.region.clone(),
            endpoint_url: settings.endpoint_url.clone(),
            credentials: None,
            ca_bundle: ca_bundle_from_env(),
        };
        self.printer.busy("connecting");
        let target = Target::connect(&options).await?;
        self.printer.clear();
        let account = &target.identity().account;
        self.printer.note(&match target.endpoint() {
            None => format!("target: AWS {account} {}", target.region()),
            Some(endpoint) => format!("target: {endpoint} (account {account}, {})", target.region()),
        });
        Ok(target)
    }

    #[cfg(feature = "local")]
    async fn local_target(&self) -> Result<Target, Failure> {
        let status = crate::local::ensure_running(self).await?;
        crate::local::connect(self, &status).await
    }

    #[cfg(not(feature = "local"))]
    #[allow(clippy::unused_async, reason = "the same shape with and without the local cloud")]
    async fn local_target(&self) -> Result<Target, Failure> {
        Err(Failure::usage("this build of the command has no local cloud")
            .hint("pass --stage dev and an endpoint or a profile"))
    }
}

fn minds_signals_itself(command: &Command) -> bool {
    match command {
        #[cfg(feature = "local")]
        Command::Dev(_) | Command::Local { command: crate::args::Local::Serve(_) } => true,
        _ => false,
    }
}

/// Returns at the first Ctrl-C or termination signal.
pub(crate) async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut terminate), Ok(mut hangup)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup())) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
                _ = hangup.recv() => {}
            }
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        // Without a handler the signal has its usual effect; there is nothing to wait for.
        std::future::pending::<()>().await;
    }
}
