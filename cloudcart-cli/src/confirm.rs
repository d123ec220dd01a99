//! Consent: asked for on a terminal, and given by `--yes` everywhere else.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use crate::failure::Failure;
use crate::session::Session;

/// Returns when the person types `name`, for what cannot be undone. Off a terminal nothing is asked: without `--yes` the answer
/// is no.
pub(crate) async fn confirm_by_name(session: &Session<'_>, what: &str, name: &str) -> Result<(), Failure> {
    let hint = "pass --yes to agree; on a terminal, type its name to agree";
    ask(session, what, &format!("{what}; type its name to agree: "), hint, |answer| answer == name).await
}

/// Returns when the person agrees. Off a terminal nothing is asked: without `--yes` the answer is no.
pub(crate) async fn confirm(session: &Session<'_>, question: &str) -> Result<(), Failure> {
    let agrees = |answer: &str| matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes");
    ask(session, question, &format!("{question} [y/N] "), "pass --yes to agree", agrees).await
}

async fn ask(
    session: &Session<'_>,
    question: &str,
    prompt: &str,
    hint: &str,
    agrees: impl FnOnce(&str) -> bool,
) -> Result<(), Failure> {
    if session.settings.yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Failure::refused(format!("not confirmed: {question}")).hint(hint));
    }
    session.printer.clear();
    let prompt = prompt.to_owned();
    let answer = tokio::task::spawn_blocking(move || {
        let mut stderr = std::io::stderr();
        stderr.write_all(prompt.as_bytes())?;
        stderr.flush()?;
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map(|_| line)
    });
    let answer = answer.await.map_err(|error| Failure::internal("cannot ask").because(error.to_string()))?;
    let answer = answer.map_err(|error| Failure::internal("cannot ask").because(error.to_string()))?;
    if agrees(answer.trim()) { Ok(()) } else { Err(Failure::refused(format!("not confirmed: {question}"))) }
}
