//! Who prints what where: results on standard output, everything else on standard error, progress only on a terminal.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use serde::Serialize;

use crate::args::{Color, Format};
use crate::config::Settings;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::progress::Look;
use crate::screen;

/// The version of the JSON that this command prints.
pub(crate) const JSON_VERSION: u32 = 1;

/// The one place that prints.
#[derive(Debug)]
pub(crate) struct Printer {
    format: Format,
    quiet: bool,
    verbose: bool,
    colour: bool,
    /// Whether standard output is coloured: it may go elsewhere than standard error.
    colour_out: bool,
    terminal: bool,
    unicode: bool,
    bar: Mutex<Option<Live>>,
}

/// What is redrawn in place, at the foot of what was printed. There is one at a time.
#[derive(Debug)]
enum Live {
    /// A line that says what is going on.
    Spinner(ProgressBar),
    /// A bar that fills.
    Bar(ProgressBar),
    /// A picture of an operation.
    Picture(ProgressBar),
}

impl Live {
    fn bar(&self) -> &ProgressBar {
        match self {
            Self::Spinner(bar) | Self::Bar(bar) | Self::Picture(bar) => bar,
        }
    }
}

/// How often a picture is drawn again without anything having happened: its timers run.
const REDRAW: Duration = Duration::from_millis(250);

/// A file has no width, and a line in it should not be cut.
const NO_TERMINAL_COLUMNS: usize = 10_000;

/// Columns that stay free: for the `^C` that a terminal shows at the cursor.
const FREE_COLUMNS: usize = 2;

/// What a piece of text means; colour only repeats what the words say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Bad,
    Dim,
    Hint,
}

impl Tone {
    /// Text in the colour of the tone.
    pub(crate) fn paint(self, text: &str) -> String {
        let code = match self {
            Self::Good => "32",
            Self::Bad => "1;31",
            Self::Dim => "2",
            Self::Hint => "1;33",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

impl Printer {
    pub(crate) fn new(settings: &Settings) -> Self {
        let terminal = is_terminal();
        Self {
            format: settings.format,
            quiet: settings.quiet,
            verbose: settings.verbose,
            colour: colours(settings.color, terminal),
            colour_out: colours(settings.color, std::io::stdout().is_terminal()),
            terminal,
            unicode: speaks_unicode(),
            bar: Mutex::new(None),
        }
    }

    /// A printer for the time before the settings are known.
    pub(crate) fn plain(color: Color) -> Self {
        let terminal = is_terminal();
        Self {
            format: Format::Text,
            quiet: false,
            verbose: false,
            colour: colours(color, terminal),
            colour_out: false,
            terminal,
            unicode: speaks_unicode(),
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

    /// An event on standard output: one line of JSON with a version, a time, and a code that the event brings along.
    pub(crate) fn event<T: Serialize>(&self, value: &T) -> Result<(), Failure> {
        let mut document = serde_json::Map::from_iter([("version".to_owned(), JSON_VERSION.into())]);
        let cannot = |error: serde_json::Error| Failure::internal("cannot write JSON").because(error.to_string());
        match serde_json::to_value(value).map_err(cannot)? {
            serde_json::Value::Object(members) => document.extend(members),
            other => drop(document.insert("event".to_owned(), other)),
        }
        // What happened at a time of its own, such as a resource's step, keeps that.
        document.entry("timestamp").or_insert_with(|| jiff::Timestamp::now().to_string().into());
        let text = serde_json::to_string(&document).map_err(cannot)?;
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
                "also": failure.also,
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
        for line in &failure.also {
            self.err(&format!("   also: {line}"));
        }
        for hint in failure.hint.iter().flat_map(|hint| hint.lines()) {
            self.err(&format!("{} {hint}", self.paint(Tone::Hint, "hint:")));
        }
    }

    /// Text in the colour of its tone, if colours are on.
    pub(crate) fn paint(&self, tone: Tone, text: &str) -> String {
        if self.colour { tone.paint(text) } else { text.to_owned() }
    }

    /// The same for standard output.
    pub(crate) fn paint_out(&self, tone: Tone, text: &str) -> String {
        if self.colour_out { tone.paint(text) } else { text.to_owned() }
    }

    /// Whether somebody looks at a picture that is redrawn.
    pub(crate) fn is_live(&self) -> bool {
        matches!(&*self.lock(), Some(Live::Picture(_)))
    }

    /// Whether standard error is a terminal.
    pub(crate) fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// How text is drawn on standard error now.
    pub(crate) fn look(&self) -> Look {
        look(self.terminal, self.colour, self.unicode)
    }

    /// Draws a picture in place until [`Self::clear`]: on a terminal, nothing elsewhere. It is asked for anew for each time.
    pub(crate) fn live(&self, picture: impl Fn(Look) -> Vec<String> + Clone + Send + Sync + 'static) {
        self.clear();
        if self.quiet || !self.terminal {
            return;
        }
        let (colour, unicode) = (self.colour, self.unicode);
        let draw = move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
            // There is nobody to tell that a picture could not be drawn.
            let _ = out.write_str(&picture(look(true, colour, unicode)).join("\n"));
        };
        let Ok(style) = ProgressStyle::with_template("{picture}") else { return };
        let bar = ProgressBar::with_draw_target(None, screen::target()).with_style(style.with_key("picture", draw));
        bar.enable_steady_tick(REDRAW);
        *self.lock() = Some(Live::Picture(bar));
    }

    /// What is going on right now: a spinner on a terminal, nothing elsewhere.
    pub(crate) fn busy(&self, text: &str) {
        if self.quiet || !self.terminal {
            return;
        }
        let mut live = self.lock();
        if let Some(Live::Bar(bar)) = &*live {
            bar.finish_and_clear();
            *live = None;
        }
        let live = live.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}");
            let bar = ProgressBar::with_draw_target(None, screen::target());
            if let Ok(style) = style {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            Live::Spinner(bar)
        });
        // A picture says more than the line would.
        if let Live::Spinner(bar) = live {
            bar.set_message(text.to_owned());
        }
    }

    /// How far work is whose size is known: a bar on a terminal, nothing elsewhere. One bar goes on until [`Self::clear`].
    pub(crate) fn progress(&self, what: &str, done: u64, total: u64, current: &str) {
        if self.quiet || !self.terminal {
            return;
        }
        let mut live = self.lock();
        if let Some(Live::Spinner(bar)) = &*live {
            bar.finish_and_clear();
            *live = None;
        }
        let live = live.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(Some(total), screen::target());
            if let Ok(style) =
                ProgressStyle::with_template("{spinner} {prefix} [{bar:24}] {pos}/{len} {elapsed} {wide_msg}")
            {
                bar.set_style(style.progress_chars("=> "));
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            Live::Bar(bar)
        });
        if let Live::Bar(bar) = live {
            bar.set_prefix(what.to_owned());
            bar.set_length(total);
            bar.set_position(done);
            bar.set_message(current.to_owned());
        }
    }

    /// Whether the words of other programs may be in colour.
    pub(crate) fn colours_words(&self) -> bool {
        self.colour && !self.is_json()
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

    /// Takes away what is redrawn in place.
    pub(crate) fn clear(&self) {
        if let Some(live) = self.lock().take() {
            live.bar().finish_and_clear();
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
            Some(live) => live.bar().suspend(print),
            None => print(),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Live>> {
        self.bar.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// A terminal that can move its cursor.
fn is_terminal() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

fn look(terminal: bool, colour: bool, unicode: bool) -> Look {
    let (columns, lines) = screen::size();
    let width = if terminal { usize::from(columns).saturating_sub(FREE_COLUMNS) } else { NO_TERMINAL_COLUMNS };
    // The last line is the cursor's.
    Look { width, height: usize::from(lines) - 1, colour, unicode }
}

/// Whether the locale says UTF-8; the first variable that is set counts, as for every program.
fn speaks_unicode() -> bool {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set).is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
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
