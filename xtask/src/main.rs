//! The workspace's own chores: `cargo xtask generate`.

mod generate;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "The workspace's own chores")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Writes what is made from the resource schemas: types, kinds, IAM actions.
    Generate {
        /// Write nothing; fail, naming the files that are not what they should be.
        #[arg(long)]
        check: bool,
        /// Take the schemas anew from the `cfnlint/data/schemas` of an unpacked cfn-lint, instead of the ones in the repository.
        #[arg(long, value_name = "DIR")]
        schemas: Option<PathBuf>,
    },
}

#[allow(clippy::print_stdout, clippy::print_stderr, reason = "a command says what it did")]
fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[allow(clippy::print_stdout, clippy::print_stderr, reason = "a command says what it did")]
fn run() -> anyhow::Result<ExitCode> {
    let Command::Generate { check, schemas } = Arguments::parse().command;
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask stands in the workspace")?;
    let changes = generate::changes(&workspace.join("cloudcart-cfn"), schemas.as_deref())?;
    if check {
        for change in &changes {
            eprintln!("{change}");
        }
        if !changes.is_empty() {
            eprintln!("run `cargo xtask generate`");
            return Ok(ExitCode::FAILURE);
        }
        return Ok(ExitCode::SUCCESS);
    }
    for change in &changes {
        change.apply()?;
        println!("{change}");
    }
    Ok(ExitCode::SUCCESS)
}
