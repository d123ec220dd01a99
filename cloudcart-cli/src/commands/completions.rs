//! `completions`: a script for a shell, made from the command line's own definition.

use clap::CommandFactory as _;

use crate::args::{Cli, Completions};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;

pub(crate) fn run(session: &Session<'_>, args: &Completions) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), session.app.name, &mut script);
    session.printer.out(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
