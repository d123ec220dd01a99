//! One run of the command: what was asked, where it prints, and how it ends.

use std::sync::{Mutex, MutexGuard, PoisonError};

use cloudcart_deploy::Target;
use cloudcart_deploy::http::ca_bundle_from_env;
use cloudcart_deploy::target::TargetOptions;

use crate::app::App;
use crate::args::Command;
use crate::commands;
use crate::config::Settings;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::{self, Stage};
use crate::printer::Printer;

/// What every command works with.
pub(crate) struct Session<'a> {
    pub(crate) app: &'a App,
    pub(crate) settings: Settings,
    pub(crate) printer: Printer,
    /// Why the settings are not those that were asked for; the command that goes on all the same says so.
    pub(crate) broken: Option<Failure>,
    stage: Mutex<Stage>,
}

impl<'a> Session<'a> {
    pub(crate) fn new(app: &'a App, settings: Settings, printer: Printer) -> Self {
        Self { app, settings, printer, broken: None, stage: Mutex::default() }
    }

    /// Runs a command to its end, or until Ctrl-C.
    pub(crate) async fn run(&self, command: &Command) -> Exit {
        let work = commands::dispatch(self, command);
        let result = if minds_signals_itself(command) {
            work.await
        } else {
            Box::pin(interrupt::unless_interrupted(self, work)).await
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
        *self.stage() = Stage::Words(words.into());
    }

    /// From now on Ctrl-C throws the change set of that name away, and the empty stack that came with it.
    pub(crate) fn plans(&self, target: &Target, stack: &str, change_set: &str) {
        let (target, stack, change_set) = (target.clone(), stack.to_owned(), change_set.to_owned());
        *self.stage() = Stage::Plan { target, stack, change_set };
    }

    /// From now on an operation on the stack goes on without this command: Ctrl-C stops watching it, and twice cancels it.
    pub(crate) fn operates(&self, target: &Target, stack: &str) {
        *self.stage() = Stage::Operation { target: target.clone(), stack: stack.to_owned() };
    }

    /// How things stand when somebody presses Ctrl-C now.
    pub(crate) fn stage(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The failure that an interruption is.
    pub(crate) fn interruption(&self) -> Failure {
        interrupt::failure(&self.stage())
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
