//! What Ctrl-C does. It depends on how far a command is: before anything began it ends the command; a change set that nobody
//! executed goes with it; an operation that runs is left alone the first time, and cancelled the second.

use std::future::Future;
use std::io::IsTerminal as _;
use std::pin::pin;
use std::time::Duration;

use cloudcart_deploy::Target;
use cloudcart_deploy::stack::{self, Cancel, Ending, StackStatus, cancellation, ending};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;

/// How far a command is.
#[derive(Debug, Clone)]
pub(crate) enum Stage {
    /// What to say to whoever interrupts it; nothing if that is empty.
    Words(String),
    /// It makes a change set, or asks for consent to one.
    Plan { target: Target, stack: String, change_set: String },
    /// It watches an operation that goes on without it.
    Operation { target: Target, stack: String },
}

impl Default for Stage {
    fn default() -> Self {
        Self::Words(String::new())
    }
}

/// How somebody asked for the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Ctrl-C: somebody is there, perhaps.
    Interrupt,
    /// A program or the system wants us gone.
    Terminate,
}

/// How long a second Ctrl-C is waited for.
const SECOND_PRESS: Duration = Duration::from_secs(5);

/// How long the end of a command may be held up for a last look at the stack, and for taking a change set away.
const LAST_LOOK: Duration = Duration::from_secs(5);
const CLEANING: Duration = Duration::from_secs(15);

/// How long an operation that was just asked for is given to begin.
const TO_BEGIN: Duration = Duration::from_secs(2);

/// Runs a command to its end, or until Ctrl-C and what follows from it.
pub(crate) async fn unless_interrupted(
    session: &Session<'_>,
    work: impl Future<Output = Result<Exit, Failure>>,
) -> Result<Exit, Failure> {
    let mut work = pin!(work);
    let mut signals = Signals::listen();
    let signal = tokio::select! {
        result = &mut work => return result,
        signal = signals.next() => signal,
    };
    let stage = session.stage().clone();
    match stage {
        Stage::Words(_) => Err(session.interruption()),
        // The work is not polled any more: nothing of it goes on.
        Stage::Plan { target, stack, change_set } => {
            Err(discard(session, &mut signals, &target, &stack, &change_set).await)
        }
        Stage::Operation { target, stack } => {
            let mut view = tokio::select! {
                result = &mut work => return result,
                view = look(&target, &stack) => view,
            };
            if !view.runs() {
                // The call that starts it may be on its way.
                tokio::select! {
                    result = &mut work => return result,
                    () = tokio::time::sleep(TO_BEGIN) => {}
                }
                view = look(&target, &stack).await;
            }
            let offered = signal == Signal::Interrupt && somebody_is_there(session);
            let (Some(way @ (Cancel::RollBack | Cancel::Remove)), true) = (view.way_back(), offered) else {
                return Err(detached(session, &stack, &view));
            };
            // Only who has read what a second press does can have meant it.
            signals.forget();
            session.printer.note(&offer(&stack, &view, &way));
            tokio::select! {
                result = &mut work => return result,
                () = tokio::time::sleep(SECOND_PRESS) => {
                    return Err(detached(session, &stack, &look(&target, &stack).await));
                }
                signal = signals.next() => if signal == Signal::Terminate {
                    return Err(detached(session, &stack, &view));
                }
            }
            // From here on the work shows the way back; a third press leaves it alone.
            tokio::select! {
                outcome = async {
                    match stack::cancel(&target, &stack).await {
                        Ok(Cancel::TooLate(status)) => {
                            session.printer.note(&format!("too late to cancel: stack {stack} is {status}"));
                        }
                        Ok(Cancel::RollBack) => session.printer.note("cancelling: the stack goes back to what it was"),
                        Ok(Cancel::Remove) => session.printer.note("cancelling: the new stack is removed"),
                        Err(error) => return Err(Failure::from(error)),
                    }
                    (&mut work).await
                } => cancelled(&stack, outcome),
                _ = signals.next() => Err(detached(session, &stack, &look(&target, &stack).await)),
            }
        }
    }
}

/// The end of an operation that was cancelled.
fn cancelled(stack: &str, outcome: Result<Exit, Failure>) -> Result<Exit, Failure> {
    match outcome {
        Ok(exit) => Ok(exit),
        Err(failure) if matches!(failure.exit, Exit::RolledBack) => {
            Err(Failure::new(Exit::Interrupted, format!("cancelled: stack `{stack}` is as it was")))
        }
        Err(failure) if failure.what.contains("DELETE_COMPLETE") => {
            Err(Failure::new(Exit::Interrupted, format!("cancelled: stack `{stack}` is gone, as before")))
        }
        Err(failure) => Err(failure),
    }
}

/// How a stack stands, as far as it can be seen.
enum Standing {
    Seen(StackStatus),
    Gone,
    /// It could not be asked.
    Unknown,
}

impl Standing {
    fn runs(&self) -> bool {
        matches!(self, Self::Seen(status) if ending(status) == Ending::Running)
    }

    fn way_back(&self) -> Option<Cancel> {
        match self {
            Self::Seen(status) => Some(cancellation(status)),
            _ => None,
        }
    }

    fn in_words(&self, stack: &str) -> String {
        match self {
            Self::Seen(status) if self.runs() => {
                format!("stack `{stack}` is {}; the operation goes on without this command", status.as_str())
            }
            Self::Seen(status) => format!("stack `{stack}` is {}", status.as_str()),
            Self::Gone => format!("stack `{stack}` is gone"),
            Self::Unknown => {
                format!("how stack `{stack}` stands is not known; the operation may go on without this command")
            }
        }
    }
}

async fn look(target: &Target, stack: &str) -> Standing {
    match tokio::time::timeout(LAST_LOOK, stack::describe(target, stack)).await {
        Ok(Ok(Some(view))) => Standing::Seen(view.status),
        Ok(Ok(None)) => Standing::Gone,
        Ok(Err(_)) | Err(_) => Standing::Unknown,
    }
}

/// What the first press says while a second one is waited for.
fn offer(stack: &str, standing: &Standing, way: &Cancel) -> String {
    let what = match way {
        Cancel::Remove => "cancels it: the stack is new, so it is removed with all that is in it",
        _ => "cancels it: the stack goes back to what it was",
    };
    let seconds = SECOND_PRESS.as_secs();
    format!("{}\npress Ctrl-C again within {seconds} s and that {what}", standing.in_words(stack))
}

/// Stops watching.
fn detached(session: &Session<'_>, stack: &str, standing: &Standing) -> Failure {
    Failure::new(Exit::Interrupted, format!("interrupted: {}", standing.in_words(stack)))
        .hint(format!("to watch it again: {}", again(session.app.name, std::env::args().skip(1))))
}

/// Throws the change set away that this command made. A second Ctrl-C leaves it.
async fn discard(
    session: &Session<'_>,
    signals: &mut Signals,
    target: &Target,
    stack: &str,
    change_set: &str,
) -> Failure {
    session.printer.busy("removing the change set");
    let failure = Failure::new(Exit::Interrupted, "interrupted");
    let outcome = tokio::select! {
        outcome = tokio::time::timeout(CLEANING, stack::abandon(target, stack, change_set)) => outcome.ok(),
        _ = signals.next() => None,
    };
    session.printer.clear();
    match outcome {
        Some(Ok(true)) => failure.hint("nothing was changed: the change set was removed; run the command again"),
        Some(Ok(false)) => failure.hint("nothing was changed; run the command again"),
        Some(Err(error)) => failure
            .because(format!("the change set `{change_set}` of stack `{stack}` could not be removed: {error}"))
            .hint("nothing was changed: a change set that nobody executes does nothing"),
        None => failure.hint(format!(
            "nothing was changed; a change set `{change_set}` may be left in stack `{stack}`, which does nothing"
        )),
    }
}

/// The failure that an interruption is.
pub(crate) fn failure(stage: &Stage) -> Failure {
    let failure = Failure::new(Exit::Interrupted, "interrupted");
    match stage {
        Stage::Words(words) if words.is_empty() => failure,
        Stage::Words(words) => failure.hint(words.clone()),
        Stage::Plan { .. } => failure.hint("nothing was changed; run the command again"),
        Stage::Operation { stack, .. } => {
            failure.hint(format!("the change of stack `{stack}` was under way; run the command again to see"))
        }
    }
}

fn somebody_is_there(session: &Session<'_>) -> bool {
    session.printer.is_terminal() && std::io::stdin().is_terminal()
}

/// The command as somebody would type it again.
fn again(name: &str, arguments: impl Iterator<Item = String>) -> String {
    let plain =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c));
    let quoted = arguments
        .map(|argument| if plain(&argument) { argument } else { format!("'{}'", argument.replace('\'', r"'\''")) });
    std::iter::once(name.to_owned()).chain(quoted).collect::<Vec<_>>().join(" ")
}

/// Listens for Ctrl-C and termination from its making on: none is lost between two looks.
struct Signals {
    #[cfg(unix)]
    streams: Option<[tokio::signal::unix::Signal; 3]>,
}

impl Signals {
    #[cfg(unix)]
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let streams = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()), signal(SignalKind::hangup()));
        match streams {
            (Ok(interrupt), Ok(terminate), Ok(hangup)) => Self { streams: Some([interrupt, terminate, hangup]) },
            // Without a handler a signal has its usual effect; there is nothing to wait for.
            _ => Self { streams: None },
        }
    }

    #[cfg(not(unix))]
    fn listen() -> Self {
        Self {}
    }

    /// Returns at the next signal.
    #[cfg(unix)]
    async fn next(&mut self) -> Signal {
        match &mut self.streams {
            Some([interrupt, terminate, hangup]) => tokio::select! {
                _ = interrupt.recv() => Signal::Interrupt,
                _ = terminate.recv() => Signal::Terminate,
                _ = hangup.recv() => Signal::Terminate,
            },
            None => std::future::pending().await,
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) -> Signal {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Signal::Interrupt
    }

    /// Forgets what came and was not looked at.
    fn forget(&mut self) {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        while pin!(self.next()).poll(&mut context).is_ready() {}
    }
}

/// Returns at the next Ctrl-C or termination signal.
pub(crate) async fn interrupted() -> Signal {
    Signals::listen().next().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_shown_as_it_would_be_typed() {
        let arguments = ["--stage", "dev", "deploy", "--outputs-file", "my outputs.json", "it's"];
        assert_eq!(
            again("cloudcart", arguments.into_iter().map(str::to_owned)),
            r"cloudcart --stage dev deploy --outputs-file 'my outputs.json' 'it'\''s'"
        );
        assert_eq!(again("cloudcart", std::iter::empty()), "cloudcart");
    }

    #[test]
    fn a_cancelled_operation_ends_as_an_interruption_and_one_that_was_done_as_done() {
        assert_eq!(cancelled("shop", Ok(Exit::Done)), Ok(Exit::Done));
        let back = cancelled("shop", Err(Failure::new(Exit::RolledBack, "x")));
        assert_eq!(back.map_err(|failure| failure.exit), Err(Exit::Interrupted));
        let stuck =
            cancelled("shop", Err(Failure::new(Exit::NeedsPerson, "stack `shop` ended in UPDATE_ROLLBACK_FAILED")));
        assert_eq!(stuck.map_err(|failure| failure.exit), Err(Exit::NeedsPerson));
        let gone = cancelled("shop", Err(Failure::new(Exit::NeedsPerson, "stack `shop` ended in DELETE_COMPLETE")));
        assert_eq!(gone.map_err(|failure| failure.exit), Err(Exit::Interrupted));
    }
}
