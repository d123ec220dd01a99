//! Who prints what where: results on standard output, everything else on standard error, progress only on a terminal.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::args::{Color, Format};
use crate::config::Settings;
use crate::exit::Exit;
use crate::failure::Failure;

/// The version of the JSON that this command prints.
pub(crate) const JSON_VERSION: u32 = 1;

/// The one place that prints.
#[derive(Debug)]
pub(crate) struct Printer {
    format: Format,
    quiet: bool,
    verbose: bool,
    colour: bool,
    terminal: bool,
    bar: Mutex<Option<ProgressBar>>,
}

/// What a piece of text means; colour only repeats what the words say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Bad,
    Dim,
    Hint,
}

impl Printer {
    pub(crate) fn new(settings: &Settings) -> Self {
        let terminal = std::io::stderr().is_terminal();
        Self {
            format: settings.format,
            quiet: settings.quiet,
            verbose: settings.verbose,
            colour: colours(settings.color, terminal),
            terminal,
            bar: Mutex::new(None),
        }
    }

    /// A printer for the time before the settings are known.
    pub(crate) fn plain(color: Color) -> Self {
        let terminal = std::io::stderr().is_terminal();
        Self {
            format: Format::Text,
            quiet: false,
            verbose: false,
            colour: colours(color, terminal),
            terminal,
            bar: Mutex::new(None),
        }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }

    pub(crate) fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Text on standard output, as it is.
    pub(crate) fn out(&self, text: &str) -> Result<(), Failure> {
        self.beside_the_bar(|| {
            let mut out = std::io::stdout().lock();
            out.write_all(text.as_bytes())?;
            out.flush()
        })
        .map_err(Failure::from)
    }

    /// A line on standard output.
    pub(crate) fn line(&self, text: &str) -> Result<(), Failure> {
        self.out(&format!("{text}\n"))
    }

    /// A JSON document on standard output.
    pub(crate) fn json<T: Serialize>(&self, value: &T) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(value)
            .map_err(|error| Failure::internal("cannot write JSON").because(error.to_string()))?;
        self.line(&text)
    }

    /// An event on standard output: one line of JSON with a version, and a code that the event brings along.
    pub(crate) fn event<T: Serialize>(&self, value: &T) -> Result<(), Failure> {
        #[derive(Serialize)]
        struct Versioned<'a, T> {
            version: u32,
            #[serde(flatten)]
            event: &'a T,
        }
        let text = serde_json::to_string(&Versioned { version: JSON_VERSION, event: value })
            .map_err(|error| Failure::internal("cannot write JSON").because(error.to_string()))?;
        self.line(&text)
    }

    /// A note on standard error; silent with --quiet.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            self.err(text);
        }
    }

    /// A detail on standard error; only with --verbose.
    pub(crate) fn detail(&self, text: &str) {
        if self.verbose {
            self.err(text);
        }
    }

    /// A failure, on standard error: what, cause, where, hint.
    pub(crate) fn failure(&self, failure: &Failure) {
        self.clear();
        if failure.silent {
            return;
        }
        if self.is_json() {
            let document = serde_json::json!({
                "version": JSON_VERSION,
                "code": "ERROR",
                "exit": failure.exit.code(),
                "what": failure.what,
                "cause": failure.cause,
                "where": failure.place,
                "hint": failure.hint,
            });
            self.err(&document.to_string());
            return;
        }
        if failure.exit == Exit::Interrupted {
            self.err(&failure.what);
        } else {
            self.err(&format!("{} {}", self.paint(Tone::Bad, "error:"), failure.what));
        }
        if let Some(cause) = &failure.cause {
            self.err(&format!("  cause: {cause}"));
        }
        if let Some(place) = &failure.place {
            self.err(&format!("  where: {place}"));
        }
        if let Some(hint) = &failure.hint {
            self.err(&format!("{} {hint}", self.paint(Tone::Hint, "hint:")));
        }
    }

    /// Text in the colour of its tone, if colours are on.
    pub(crate) fn paint(&self, tone: Tone, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let code = match tone {
            Tone::Good => "32",
            Tone::Bad => "1;31",
            Tone::Dim => "2",
            Tone::Hint => "1;33",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    /// What is going on right now: a spinner on a terminal, nothing elsewhere.
    pub(crate) fn busy(&self, text: &str) {
        if self.quiet || !self.terminal {
            return;
        }
        let mut bar = self.lock();
        let bar = bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}");
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = style {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        bar.set_message(text.to_owned());
    }

    /// A bar that counts to `total`: on a terminal, nothing elsewhere.
    pub(crate) fn counter(&self, total: u64, text: &str) -> ProgressBar {
        self.clear();
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
        if !self.quiet && self.terminal {
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {per_sec} {eta} left") {
            bar.set_style(style);
        }
        bar.set_message(text.to_owned());
        bar
    }

    /// Takes the spinner away.
    pub(crate) fn clear(&self) {
        if let Some(bar) = self.lock().take() {
            bar.finish_and_clear();
        }
    }

    fn err(&self, text: &str) {
        // There is no place left to report that standard error is closed.
        let _ = self.beside_the_bar(|| {
            let mut err = std::io::stderr().lock();
            err.write_all(text.as_bytes())?;
            err.write_all(b"\n")
        });
    }

    fn beside_the_bar<T>(&self, print: impl FnOnce() -> T) -> T {
        match &*self.lock() {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<ProgressBar>> {
        self.bar.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn colours(color: Color, terminal: bool) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            terminal
                && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        }
    }
}
