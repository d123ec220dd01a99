//! `destroy`: removes the stack, and says what stays.

use cloudcart_deploy::stack;

use crate::confirm::confirm;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::printer::Tone;
use crate::progress::Progress;
use crate::session::Session;

pub(crate) async fn run(session: &Session<'_>) -> Result<Exit, Failure> {
    let target = session.target().await?;
    let name = &session.settings.stack_name;
    let printer = &session.printer;
    let Some(view) = stack::describe(&target, name).await? else {
        if printer.is_json() {
            printer.json(&serde_json::json!({ "stack": name, "existed": false, "remaining": [] }))?;
        } else {
            printer.note(&format!("there is no stack {name}: nothing to remove"));
        }
        return Ok(Exit::Done);
    };
    if view.protected {
        return Err(cloudcart_deploy::Error::Protected(name.clone()).into());
    }
    confirm(session, &format!("remove stack `{name}` and everything in it?")).await?;
    session.operates(&target, name);
    printer.busy(&format!("removing {name}"));
    let destroyed = stack::destroy(&target, name, &Progress::notes(printer)).await?;
    session.if_interrupted("");
    if printer.is_json() {
        printer.json(&serde_json::json!({ "stack": name, "existed": true, "remaining": destroyed.remaining }))?;
        return Ok(Exit::Done);
    }
    printer.note(&printer.paint(Tone::Good, &format!("stack {name} is gone")));
    if !destroyed.remaining.is_empty() {
        printer.note("what its policies keep:");
        for left in &destroyed.remaining {
            printer.note(&format!("  {} {} ({})", left.resource_type, left.physical_id, left.logical_id));
        }
    }
    Ok(Exit::Done)
}
