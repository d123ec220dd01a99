//! The command line: every flag and argument, once.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Parser, Subcommand, ValueEnum};

/// Deploys a serverless shop, seeds it, proves that it works, and tails its logs.
#[derive(Debug, Parser)]
#[command(
    name = "cloudcart",
    max_term_width = 110,
    after_help = "Exit codes: 0 done · 1 internal · 2 usage or config · 3 credentials or permission · 4 build failed · \
                  5 template invalid · 6 failed and rolled back · 7 failed and needs a person · 8 smoke test failed · \
                  9 refused for safety · 20 diff found changes · 130 interrupted"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags of every command. A flag beats its environment variable, which beats cloudcart.toml.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The stage: `local` is the local cloud of this project; any other is AWS, or what --endpoint-url says
    #[arg(long, global = true, env = "CLOUDCART_STAGE", value_name = "S")]
    pub(crate) stage: Option<String>,
    /// The region; otherwise what AWS_REGION or the profile says
    #[arg(long, global = true, env = "CLOUDCART_REGION", value_name = "R")]
    pub(crate) region: Option<String>,
    /// The named profile; otherwise what AWS_PROFILE says
    #[arg(long, global = true, env = "CLOUDCART_PROFILE", value_name = "P")]
    pub(crate) profile: Option<String>,
    /// An endpoint that speaks the AWS API, in place of AWS
    #[arg(long, global = true, env = "CLOUDCART_ENDPOINT_URL", value_name = "U")]
    pub(crate) endpoint_url: Option<String>,
    /// The stack's name [default: cloudcart-<stage>]
    #[arg(long, global = true, env = "CLOUDCART_STACK_NAME", value_name = "N")]
    pub(crate) stack_name: Option<String>,
    /// The configuration file [default: the nearest cloudcart.toml]
    #[arg(long, global = true, env = "CLOUDCART_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Where this project keeps its builds and its local cloud [default: .cloudcart]
    #[arg(long, global = true, env = "CLOUDCART_FOLDER", value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
    /// Who compiles for Lambda: auto takes cargo where its binary will run there, else cargo zigbuild
    #[arg(long, global = true, env = "CLOUDCART_BUILDER", value_enum, value_name = "B")]
    pub(crate) builder: Option<BuilderChoice>,
    /// How results are printed; yaml is for synth
    #[arg(long, global = true, env = "CLOUDCART_FORMAT", value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// Only results and errors
    #[arg(short, long, global = true, env = "CLOUDCART_QUIET", conflicts_with = "verbose", value_parser = BoolishValueParser::new())]
    pub(crate) quiet: bool,
    /// Everything that happens
    #[arg(short, long, global = true, env = "CLOUDCART_VERBOSE", value_parser = BoolishValueParser::new())]
    pub(crate) verbose: bool,
    /// When to colour; auto heeds NO_COLOR and colours on a terminal
    #[arg(long, global = true, env = "CLOUDCART_COLOR", value_enum, value_name = "WHEN")]
    pub(crate) color: Option<Color>,
    /// Agree to whatever would be asked
    #[arg(long, global = true, env = "CLOUDCART_YES", value_parser = BoolishValueParser::new())]
    pub(crate) yes: bool,
    /// Those of them, by their field's name, that a variable gave.
    #[arg(skip)]
    pub(crate) variables: Vec<&'static str>,
}

impl Global {
    /// Notes which of the values came from variables.
    pub(crate) fn note_variables(&mut self, matches: &ArgMatches) {
        const NAMES: [&str; 7] = ["stage", "region", "profile", "endpoint_url", "stack_name", "config", "folder"];
        let from_variable = |name: &&str| matches.value_source(name) == Some(ValueSource::EnvVariable);
        self.variables = NAMES.into_iter().filter(from_variable).collect();
    }
}

/// The variable of `--port`: also read by commands that start the local cloud without having the flag.
pub(crate) const LOCAL_PORT: &str = "CLOUDCART_LOCAL_PORT";
/// The variable of `--api-port`.
pub(crate) const LOCAL_API_PORT: &str = "CLOUDCART_LOCAL_API_PORT";

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON document, or one event a line.
    Json,
    /// YAML; for synth.
    Yaml,
}

/// Who compiles for Lambda.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum BuilderChoice {
    /// Whoever makes a binary that Lambda runs.
    #[default]
    Auto,
    /// `cargo build`.
    Cargo,
    /// `cargo zigbuild`.
    Zigbuild,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run everything here, in the foreground: cloud, build, deploy, seed, logs, rebuild on change
    #[cfg(feature = "local")]
    Dev(Dev),
    /// The local cloud in the background
    #[cfg(feature = "local")]
    Local {
        #[command(subcommand)]
        command: Local,
    },
    /// Build the handlers and pack each into a reproducible archive
    Build(Build),
    /// Render the CloudFormation template
    Synth(Synth),
    /// Show what a deployment would change: each property before and after, rights apart
    Diff(Diff),
    /// Build, upload, show the changes, apply them, print the outputs
    Deploy(Deploy),
    /// Write products: the sample catalogue, a file, or a synthetic catalogue
    Seed(Seed),
    /// Prove that the deployed shop works, from the catalogue to the confirmed order
    SmokeTest(SmokeTest),
    /// Follow a function's log
    Logs(Logs),
    /// Print how the stack stands, and how its functions, queues and alarms do
    Status,
    /// Print the stack's outputs, or one of them
    Outputs(Outputs),
    /// Print the template's routes beside those that the deployed API answers
    Routes,
    /// The dead-letter queue: orders that could not be processed
    Dlq {
        #[command(subcommand)]
        command: Dlq,
    },
    /// Orders by hand: see one, take it a step on, send what is still pending
    Orders {
        #[command(subcommand)]
        command: Orders,
    },
    /// Take back what failed: continue a rollback that got stuck, or undo a failed deployment that was kept
    Rollback(Rollback),
    /// Remove the stack; what goes and what stays is shown first
    Destroy(Destroy),
    /// Switch the stack's termination protection on or off
    Protect(Protect),
    /// Remove code and templates that no stack of the account and region uses any more
    Gc(Gc),
    /// Print the IAM policies for whoever deploys this stack, made from the calls and the template
    DeployerPolicy(DeployerPolicy),
    /// Look for what would keep the stage from working: toolchain, folders, credentials, region, endpoint, clock
    Doctor(Doctor),
    /// Print a completion script
    Completions(Completions),
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// How long each look at the network may take
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) timeout: u64,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Orders {
    /// Show an order
    Show {
        /// Its id
        #[arg(value_name = "ID")]
        id: String,
    },
    /// A confirmed order is packed
    Fulfil(Step),
    /// A fulfilled order is on its way
    Ship(Step),
    /// A shipped order has arrived
    Deliver(Step),
    /// Call a pending or confirmed order off, and give back the stock that it took
    Cancel(Step),
    /// Send orders that have been pending for more than a minute to the queue again, as happens every minute
    Sweep {
        /// Also those that were sent as often as it is done by itself
        #[arg(long)]
        stuck: bool,
    },
}

/// A step of an order.
#[derive(Debug, Args)]
pub(crate) struct Step {
    /// The order's id
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Why, for the order's history
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Dlq {
    /// Show messages, and leave them where they are
    Peek {
        /// How many at the most
        #[arg(long, value_name = "N", default_value_t = 10)]
        limit: usize,
    },
    /// Move every message back to the queue it came from
    Redrive,
    /// Delete every message
    Purge,
}

#[derive(Debug, Args)]
pub(crate) struct DeployerPolicy {
    /// The account's twelve digits; with it and --region no target is asked
    #[arg(long, value_name = "ID", value_parser = account)]
    pub(crate) account: Option<String>,
}

fn account(text: &str) -> Result<String, String> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("an account has twelve digits".to_owned())
    }
}

#[derive(Debug, Args)]
pub(crate) struct Rollback {
    /// Leave this resource as it is and go on without it; may be repeated. Only for what a rollback got stuck at
    #[arg(long, value_name = "LOGICAL_ID")]
    pub(crate) skip: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Destroy {
    /// Leave this resource behind, outside of any stack; may be repeated. Only for what a removal got stuck at
    #[arg(long, value_name = "LOGICAL_ID")]
    pub(crate) retain: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Protect {
    /// on: `destroy` refuses; off: it may remove the stack
    #[arg(value_enum, value_name = "STATE")]
    pub(crate) state: Switch,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    /// Protected.
    On,
    /// Not protected.
    Off,
}

#[derive(Debug, Args)]
pub(crate) struct Gc {
    /// Spare what was written within this time: a deployment may be about to use it
    #[arg(long, value_name = "AGE", default_value = "7d")]
    pub(crate) older_than: String,
    /// Show what would be removed and stop there
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

#[cfg(feature = "local")]
#[derive(Debug, Args)]
pub(crate) struct Dev {
    /// Deploy, seed, smoke-test, stop; the exit code is the verdict
    #[arg(long)]
    pub(crate) once: bool,
    /// Start from nothing: forget tables, queues, logs and stacks of the local cloud
    #[arg(long)]
    pub(crate) fresh: bool,
    #[command(flatten)]
    pub(crate) ports: Ports,
    #[command(flatten)]
    pub(crate) strictness: Strictness,
}

/// Where the local cloud may be less strict than AWS is.
#[cfg(feature = "local")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Args)]
pub(crate) struct Strictness {
    /// Let functions go on between two invocations, where Lambda freezes them
    #[arg(long)]
    pub(crate) no_freeze: bool,
    /// What becomes of a request without the right to it
    #[arg(long, value_enum, value_name = "MODE", default_value_t)]
    pub(crate) iam: Iam,
}

/// How the local cloud takes policies.
#[cfg(feature = "local")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Iam {
    /// It is refused, as on AWS.
    #[default]
    Enforce,
    /// It is let through, and the cloud's log warns of it.
    Warn,
    /// It is let through.
    Off,
}

#[cfg(feature = "local")]
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct Ports {
    /// Port of the AWS endpoint on 127.0.0.1; 0 takes a free one [default: 4566]
    #[arg(long, env = LOCAL_PORT, value_name = "PORT")]
    pub(crate) port: Option<u16>,
    /// Port of the first HTTP API on 127.0.0.1; 0 takes a free one [default: 3000]
    #[arg(long, env = LOCAL_API_PORT, value_name = "PORT")]
    pub(crate) api_port: Option<u16>,
}

#[cfg(feature = "local")]
#[derive(Debug, Subcommand)]
pub(crate) enum Local {
    /// Start it, if it does not run
    Start(Start),
    /// Stop it; what it holds stays
    Stop,
    /// Say whether it runs, where, and what of the template it ignores
    Status,
    /// Tell the cloud's time, or move it forward: what was due in between is due at once
    Clock {
        /// How far to move it, such as +15m, +90s, +4d or +1h30m
        #[arg(value_name = "+DURATION", allow_hyphen_values = true)]
        by: Option<String>,
    },
    /// Stop it and forget everything it holds
    Reset,
    /// Run it in this process
    #[command(hide = true)]
    Serve(Serve),
}

#[cfg(feature = "local")]
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct Start {
    #[command(flatten)]
    pub(crate) ports: Ports,
    #[command(flatten)]
    pub(crate) strictness: Strictness,
}

#[cfg(feature = "local")]
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The folder of its state
    #[arg(long, value_name = "DIR")]
    pub(crate) state_dir: PathBuf,
    #[command(flatten)]
    pub(crate) start: Start,
}

#[derive(Debug, Args)]
pub(crate) struct Build {
    /// The functions [default: all]
    #[arg(value_name = "FUNCTION")]
    pub(crate) functions: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Synth {
    /// Write the templates into this folder in place of printing one
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Fail when the templates in the folder differ from what would be written
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// Also compare what is there with what the stack says
    #[arg(long)]
    pub(crate) drift: bool,
    /// End with 20 when there are changes
    #[arg(long)]
    pub(crate) exit_code: bool,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Deploy {
    /// Only bring functions the code that differs, past CloudFormation: in seconds. Template, settings and rights stay as
    /// they are, and the stack names the old code until the next full deployment, which brings both together
    #[arg(long, conflicts_with_all = ["express", "direct", "allow_replace", "outputs_file"])]
    pub(crate) code_only: bool,
    /// CloudFormation's express mode: end when everything is configured, without waiting until it can serve
    #[arg(long)]
    pub(crate) express: bool,
    /// Without a change set, for endpoints that lack them: the changes are worked out from the templates, so what follows from
    /// them in other resources is not seen beforehand
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) direct: bool,
    /// Show the changes and stop there
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// What to do when it fails
    #[arg(long, value_enum, default_value_t = OnFailure::Rollback, value_name = "WHAT")]
    pub(crate) on_failure: OnFailure,
    /// Agree that this resource is replaced or removed although it holds data; may be repeated
    #[arg(long, value_name = "ID")]
    pub(crate) allow_replace: Vec<String>,
    /// Also write the outputs to this file, as JSON
    #[arg(long, value_name = "F")]
    pub(crate) outputs_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnFailure {
    /// Go back to what was.
    Rollback,
    /// Keep what there is, to look at it.
    Keep,
    /// Remove a stack whose creation failed.
    Delete,
}

#[derive(Debug, Args)]
pub(crate) struct Seed {
    /// Products as JSON, NDJSON, YAML or CSV; told by the name's ending
    #[arg(value_name = "FILE", conflicts_with = "count")]
    pub(crate) file: Option<PathBuf>,
    /// Write a synthetic catalogue of this many products, the same each time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) count: Option<u32>,
    /// Set the stock also of products whose stock is counted already, whatever orders have taken from it
    #[arg(long)]
    pub(crate) reset_stock: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SmokeTest {
    /// Also write the result to this file, as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// How long the order may take through queue and worker
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=900))]
    pub(crate) timeout: u64,
}

#[derive(Debug, Args)]
pub(crate) struct Logs {
    /// The function, or `all`
    #[arg(value_name = "FUNCTION")]
    pub(crate) function: String,
    /// How far back to start: 30s, 10m, 2h, 1d
    #[arg(long, value_name = "SPAN", default_value = "10m")]
    pub(crate) since: String,
    /// A CloudWatch Logs filter pattern
    #[arg(long, value_name = "PATTERN")]
    pub(crate) filter: Option<String>,
    /// Print what there is and end
    #[arg(long)]
    pub(crate) no_follow: bool,
    /// Leave out lines that say they are less than this
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(crate) level: Option<crate::log_lines::Level>,
    /// Lines as the function wrote them, also on a terminal
    #[arg(long, conflicts_with = "pretty")]
    pub(crate) raw: bool,
    /// Lines for people, also off a terminal
    #[arg(long)]
    pub(crate) pretty: bool,
    /// Read the logs in turns; Live Tail costs money by the minute on AWS
    #[arg(long)]
    pub(crate) no_live_tail: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Outputs {
    /// Print only the value of this one
    #[arg(value_name = "KEY")]
    pub(crate) key: Option<String>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn global_flags_stand_before_and_after_the_command() {
        let before = Cli::try_parse_from(["cloudcart", "--stage", "dev", "destroy"]).unwrap();
        let after = Cli::try_parse_from(["cloudcart", "destroy", "--stage", "dev"]).unwrap();
        assert_eq!(before.global.stage.as_deref(), Some("dev"));
        assert_eq!(after.global.stage.as_deref(), Some("dev"));
    }
}
