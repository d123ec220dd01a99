//! `outputs`: all of the stack's outputs, or the bare value of one.

use cloudcart_deploy::stack::{self, StackView};

use crate::args::Outputs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::table::render;

pub(crate) async fn run(session: &Session<'_>, args: &Outputs) -> Result<Exit, Failure> {
    let target = session.target().await?;
    let view = stack::outputs(&target, &session.settings.stack_name).await?;
    match &args.key {
        Some(key) => {
            let value = value(&view, key)?;
            if session.printer.is_json() {
                session.printer.json(value)?;
            } else {
                session.printer.line(value)?;
            }
        }
        None if session.printer.is_json() => session.printer.json(&view.outputs)?,
        None => session.printer.out(&table(&view))?,
    }
    Ok(Exit::Done)
}

/// The output of that name, or a failure that names those there are.
pub(crate) fn value<'a>(view: &'a StackView, key: &str) -> Result<&'a String, Failure> {
    view.outputs.get(key).ok_or_else(|| {
        let known: Vec<&str> = view.outputs.keys().map(String::as_str).collect();
        Failure::usage(format!("stack `{}` has no output `{key}`", view.name))
            .hint(format!("it has {}", known.join(", ")))
    })
}

pub(crate) fn table(view: &StackView) -> String {
    let rows: Vec<Vec<String>> = view.outputs.iter().map(|(key, value)| vec![key.clone(), value.clone()]).collect();
    render(&["OUTPUT", "VALUE"], &rows, &[])
}
