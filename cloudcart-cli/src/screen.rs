//! The terminal behind standard error, as the progress library draws on it. The library fills every line with spaces and lets
//! it wrap, so that the cursor waits in the column behind the last one: the `^C` that a terminal echoes there begins a new
//! line, of which the next drawing knows nothing. Here lines end where they end, and a drawing is one write.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressDrawTarget, TermLike};

/// Times a second that it is drawn at most.
const RATE: u8 = 20;

/// What was drawn since the last flush.
#[derive(Debug, Default)]
struct Screen {
    drawing: Mutex<Drawing>,
}

#[derive(Debug, Default)]
struct Drawing {
    text: String,
    /// A line is complete; whether another follows is not known yet.
    line_ended: bool,
}

/// A target for what is redrawn in place.
pub(crate) fn target() -> ProgressDrawTarget {
    ProgressDrawTarget::term_like_with_hz(Box::<Screen>::default(), RATE)
}

impl Screen {
    fn draw<T>(&self, change: impl FnOnce(&mut Drawing) -> T) -> T {
        change(&mut self.drawing.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A movement to somewhere else, where no line is open.
    fn go(&self, steps: usize, letter: char) {
        self.draw(|drawing| {
            drawing.line_ended = false;
            if steps > 0 {
                // Writing to a String cannot fail.
                let _ = write!(drawing.text, "\u{1b}[{steps}{letter}");
            }
        });
    }
}

impl TermLike for Screen {
    fn width(&self) -> u16 {
        size().0
    }

    fn height(&self) -> u16 {
        size().1
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.go(n, 'A');
        Ok(())
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.go(n, 'B');
        Ok(())
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.go(n, 'C');
        Ok(())
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.go(n, 'D');
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.write_str(text)?;
        self.draw(|drawing| drawing.line_ended = true);
        Ok(())
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.draw(|drawing| {
            // Spaces alone are what fills a line up; none are, when it is full.
            if text.chars().all(|c| c == ' ') {
                drawing.line_ended = true;
                return;
            }
            if std::mem::take(&mut drawing.line_ended) {
                drawing.text.push_str("\r\n");
            }
            drawing.text.push_str(text);
        });
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        self.draw(|drawing| {
            drawing.line_ended = false;
            drawing.text.push_str("\r\u{1b}[2K");
        });
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        let text = self.draw(|drawing| {
            drawing.line_ended = false;
            std::mem::take(&mut drawing.text)
        });
        let mut out = io::stderr().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }
}

/// The size of a terminal that does not tell its own.
const COLUMNS: u16 = 80;
const LINES: u16 = 24;

/// Columns and lines of the terminal.
pub(crate) fn size() -> (u16, u16) {
    match terminal_size::terminal_size_of(io::stderr()) {
        Some((width, height)) if width.0 > 0 && height.0 > 1 => (width.0, height.0),
        _ => (COLUMNS, LINES),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn lines_are_broken_between_each_other_and_not_after_the_last() {
        let screen = Screen::default();
        for line in ["one", "two"] {
            screen.write_str(line).unwrap();
            screen.write_str("       ").unwrap();
        }
        // A line as wide as the terminal is filled up with nothing.
        screen.write_str("three").unwrap();
        screen.write_str("").unwrap();
        assert_eq!(screen.drawing.lock().unwrap().text, "one\r\ntwo\r\nthree");
        screen.move_cursor_up(2).unwrap();
        screen.clear_line().unwrap();
        screen.move_cursor_up(0).unwrap();
        screen.write_str("four").unwrap();
        assert_eq!(screen.drawing.lock().unwrap().text, "one\r\ntwo\r\nthree\u{1b}[2A\r\u{1b}[2Kfour");
    }
}
