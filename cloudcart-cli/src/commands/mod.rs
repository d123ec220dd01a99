//! One module per command; each returns how it ended.

mod build;
mod code_only;
mod completions;
mod deploy;
mod deployer_policy;
mod destroy;
#[cfg(feature = "local")]
mod dev;
mod diff;
mod dlq;
mod doctor;
mod gc;
#[cfg(feature = "local")]
mod local;
mod logs;
mod orders;
mod outputs;
mod protect;
mod rollback;
mod routes;
mod seed;
mod smoke_test;
mod status;
mod synth;

pub(crate) use logs::now_millis;
pub(crate) use outputs::value as outputs_value;

use crate::args::{Command, Format};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;

/// Runs a command.
pub(crate) async fn dispatch(session: &Session<'_>, command: &Command) -> Result<Exit, Failure> {
    if session.settings.format == Format::Yaml && !matches!(command, Command::Synth(_)) {
        return Err(Failure::usage("only `synth` prints YAML").hint("use --format json or --format text"));
    }
    match command {
        Command::Build(args) => build::run(session, args).await,
        Command::Completions(args) => completions::run(session, args),
        Command::Deploy(args) => deploy::run(session, args).await,
        Command::Diff(args) => diff::run(session, args).await,
        Command::Routes => routes::run(session).await,
        Command::Dlq { command } => dlq::run(session, command).await,
        Command::Doctor(args) => Box::pin(doctor::run(session, args)).await,
        Command::DeployerPolicy(args) => deployer_policy::run(session, args).await,
        Command::Destroy(args) => destroy::run(session, args).await,
        Command::Gc(args) => gc::run(session, args).await,
        Command::Protect(args) => protect::run(session, args).await,
        Command::Rollback(args) => rollback::run(session, args).await,
        Command::Logs(args) => logs::run(session, args).await,
        Command::Orders { command } => orders::run(session, command).await,
        Command::Outputs(args) => outputs::run(session, args).await,
        Command::Seed(args) => seed::run(session, args).await,
        Command::SmokeTest(args) => smoke_test::run(session, args).await,
        Command::Status => status::run(session).await,
        Command::Synth(args) => synth::run(session, args),
        #[cfg(feature = "local")]
        Command::Dev(args) => dev::run(session, args).await,
        #[cfg(feature = "local")]
        Command::Local { command } => local::run(session, command).await,
    }
}
