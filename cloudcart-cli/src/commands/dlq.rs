//! `dlq`: looks into the dead-letter queue, moves its messages back, or deletes them.

use cloudcart_deploy::dead_letters::{self, DeadLetter};
use cloudcart_deploy::stack;
use serde_json::json;

use super::outputs_value;
use crate::args::Dlq;
use crate::confirm::confirm;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::log_lines::harmless;
use crate::session::Session;
use crate::table::render;

pub(crate) async fn run(session: &Session<'_>, command: &Dlq) -> Result<Exit, Failure> {
    let target = session.target().await?;
    let view = stack::outputs(&target, &session.settings.stack_name).await?;
    let queue = outputs_value(&view, session.app.dead_letter_output)?;
    let printer = &session.printer;
    match command {
        Dlq::Peek { limit } => {
            let letters = dead_letters::peek(&target, queue, *limit).await?;
            if printer.is_json() {
                printer.json(&json!({ "queue": queue, "messages": letters }))?;
            } else if letters.is_empty() {
                printer.note("the dead-letter queue is empty");
            } else {
                printer.out(&table(&letters))?;
                if let Some(letter) = letters.first() {
                    // The worker's lines about a message name it.
                    printer.note(&format!(
                        "why: {} logs all --no-follow --since 7d --level warn --filter '\"{}\"', and so on",
                        session.app.name, letter.id
                    ));
                }
            }
        }
        Dlq::Redrive => {
            session.if_interrupted("the messages go on moving; `dlq peek` shows what is left");
            let moved = |moved: i64| printer.busy(&format!("moving messages back: {moved} so far"));
            moved(0);
            let redriven = dead_letters::redrive(&target, queue, &moved).await;
            printer.clear();
            session.if_interrupted("");
            let redriven = redriven?;
            if printer.is_json() {
                printer.json(&redriven)?;
            } else {
                printer.line(&format!("moved {} messages back: {}", redriven.moved, redriven.status))?;
            }
            if redriven.status != "COMPLETED" {
                let failure = Failure::internal(format!("the redrive ended as {}", redriven.status));
                return Err(match redriven.reason {
                    Some(reason) => failure.because(reason),
                    None => failure,
                });
            }
        }
        Dlq::Purge => {
            let depth = dead_letters::depth(&target, queue).await?;
            confirm(session, &format!("delete about {depth} messages of the dead-letter queue for ever?")).await?;
            dead_letters::purge(&target, queue).await?;
            printer.note("the dead-letter queue is emptied");
        }
    }
    Ok(Exit::Done)
}

fn table(letters: &[DeadLetter]) -> String {
    let rows: Vec<Vec<String>> = letters
        .iter()
        .map(|letter| {
            let sent = jiff::Timestamp::from_millisecond(letter.sent).map(|at| format!("{at:.3}")).unwrap_or_default();
            vec![letter.id.clone(), sent, letter.receives.to_string(), harmless(&letter.body).replace('\n', " ")]
        })
        .collect();
    render(&["MESSAGE", "SENT", "RECEIVES", "BODY"], &rows, &[2])
}
