//! The `cloudcart` command as a library: `main` is one line over [`run`], so that a program with a stack of its own gets the
//! same command.

mod again;
pub mod app;
mod args;
mod commands;
mod config;
mod confirm;
mod deployer;
mod diagnosis;
mod exit;
mod failure;
mod interrupt;
#[cfg(feature = "local")]
mod local;
mod log_lines;
mod pipeline;
mod plan;
mod printer;
mod progress;
mod project;
mod screen;
mod seed;
mod session;
pub mod shop_app;
mod smoke;
pub mod stack;
mod table;
mod watch;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};

pub use app::{App, Context, FunctionSpec, RenderedStack};
pub use exit::Exit;
pub use failure::Failure;

/// Runs the command with the arguments of this process and returns its exit code.
pub fn run(app: &App) -> ExitCode {
    ExitCode::from(outcome(app).code())
}

fn outcome(app: &App) -> Exit {
    let command = args::Cli::command().name(app.name).bin_name(app.name).version(app.version);
    let cli = command.try_get_matches().and_then(|matches| {
        let mut cli = args::Cli::from_arg_matches(&matches)?;
        cli.global.note_variables(&matches);
        Ok(cli)
    });
    let cli = match cli {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to standard output, usage errors to standard error. A closed pipe is nobody's fault.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Done };
        }
    };
    let (settings, broken) = match config::Settings::resolve(&cli.global) {
        Ok(settings) => (settings, None),
        // What is wrong with the settings is one of the things that the doctor tells.
        Err(failure) if matches!(cli.command, args::Command::Doctor(_)) => {
            (config::Settings::bare(&cli.global), Some(failure))
        }
        Err(failure) => {
            printer::Printer::plain(cli.global.color.unwrap_or_default()).failure(&failure);
            return failure.exit;
        }
    };
    let printer = printer::Printer::new(&settings);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            let failure = Failure::internal("cannot start").because(error.to_string());
            printer.failure(&failure);
            return failure.exit;
        }
    };
    init_tracing(settings.verbose);
    let mut session = session::Session::new(app, settings, printer);
    session.broken = broken;
    let exit = runtime.block_on(session.run(&cli.command));
    // A task that still waits for a file or a child must not keep an interrupted command alive.
    runtime.shutdown_background();
    exit
}

/// Diagnostics of the libraries, on standard error: off unless asked for with `-v` or `CLOUDCART_LOG`.
fn init_tracing(verbose: bool) {
    use tracing_subscriber::EnvFilter;
    let filter = match std::env::var("CLOUDCART_LOG") {
        Ok(text) if !text.is_empty() => EnvFilter::new(text),
        _ if verbose => EnvFilter::new("warn,cloudcart=debug"),
        _ => EnvFilter::new("off"),
    };
    // A host program may have set its own subscriber; then that one counts.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}
