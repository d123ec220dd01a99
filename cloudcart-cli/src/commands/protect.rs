//! `protect`: switches a stack's termination protection on or off.

use cloudcart_deploy::{Error, stack};
use serde_json::json;

use crate::args::{Protect, Switch};
use crate::confirm::confirm;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;

pub(crate) async fn run(session: &Session<'_>, args: &Protect) -> Result<Exit, Failure> {
    let target = session.target().await?;
    let name = &session.settings.stack_name;
    let printer = &session.printer;
    let on = args.state == Switch::On;
    let word = if on { "on" } else { "off" };
    if !on {
        let view = stack::describe(&target, name).await?.ok_or_else(|| Error::NoStack(name.clone()))?;
        if view.protected {
            confirm(session, &format!("let stack `{name}` be removed by `destroy`?")).await?;
        }
    }
    let changed = stack::protect(&target, name, on).await?;
    if printer.is_json() {
        printer.json(&json!({ "stack": name, "protected": on, "changed": changed }))?;
    } else {
        let was = if changed { "is now" } else { "was already" };
        printer.note(&format!("termination protection of stack {name} {was} {word}"));
    }
    Ok(Exit::Done)
}
