//! Reads what cargo writes to standard error: its bar, its notes of what it does, and the compiler's words.

use crate::report::Event;

/// A piece of cargo's standard error, up to a line feed or carriage return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// The bar: `Building [==> ] 45/120: serde, tokio`.
    Bar { done: u64, total: u64, current: String },
    /// What cargo does: `Compiling serde v1.0.0`.
    Step(String),
    /// Everything else: warnings, errors, and their pictures of the source.
    Words(String),
}

impl Piece {
    /// Reads a piece.
    pub(super) fn read(raw: &str) -> Self {
        // What is left of a bar that was wiped.
        let raw = raw.strip_prefix("\u{1b}[K").unwrap_or(raw);
        let plain = without_colours(raw);
        if let Some(bar) = bar(&plain) {
            return bar;
        }
        if is_step(&plain) { Self::Step(plain.trim_end().to_owned()) } else { Self::Words(raw.to_owned()) }
    }

    /// The event that tells it.
    pub(super) fn event(&self) -> Event {
        match self {
            Self::Bar { done, total, current } => {
                Event::CargoProgress { done: *done, total: *total, current: current.clone() }
            }
            Self::Step(line) | Self::Words(line) => Event::CargoLine { line: line.clone() },
        }
    }
}

/// What the words of cargo's steps start with; right-aligned to twelve columns.
const STEPS: [&str; 21] = [
    "Adding",
    "Blocking",
    "Building",
    "Checking",
    "Compiling",
    "Credential",
    "Dirty",
    "Downgrading",
    "Downloaded",
    "Downloading",
    "Finished",
    "Fresh",
    "Ignored",
    "Locking",
    "Patched",
    "Removing",
    "Running",
    "Unchanged",
    "Unpacking",
    "Updating",
    "Upgrading",
];

fn is_step(plain: &str) -> bool {
    let word = plain.trim_start();
    let end = plain.len() - word.len() + word.find(' ').unwrap_or(word.len());
    end == 12 && STEPS.contains(&word.split(' ').next().unwrap_or_default())
}

fn bar(plain: &str) -> Option<Piece> {
    let rest = plain.trim().strip_prefix("Building [")?;
    let (_, rest) = rest.split_once("] ")?;
    let (count, current) = rest.split_once(':').unwrap_or((rest, ""));
    let (done, total) = count.trim().split_once('/')?;
    let (done, total) = (done.parse().ok()?, total.parse().ok()?);
    Some(Piece::Bar { done, total, current: current.trim().to_owned() })
}

/// Text without the sequences that colour it or wipe a line.
fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' && characters.peek() == Some(&'[') {
            characters.next();
            // Parameters, up to the letter that ends the sequence.
            for one in characters.by_ref() {
                if ('@'..='~').contains(&one) {
                    break;
                }
            }
        } else {
            plain.push(character);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Piece {
        Piece::Words(text.to_owned())
    }

    #[test]
    fn the_bar_is_read_with_and_without_colours_and_before_a_wipe() {
        let bar = |current: &str| Piece::Bar { done: 45, total: 120, current: current.to_owned() };
        for text in [
            "    Building [======>            ] 45/120: serde, tokio(build.rs)          ",
            "\u{1b}[1m\u{1b}[96m    Building\u{1b}[0m [===>   ] 45/120: serde, tokio(build.rs)  ",
            "\u{1b}[K\u{1b}[1m\u{1b}[96m    Building\u{1b}[0m [===>   ] 45/120: serde, tokio(build.rs)  ",
        ] {
            assert_eq!(Piece::read(text), bar("serde, tokio(build.rs)"), "{text:?}");
        }
        assert_eq!(Piece::read("    Building [=>   ] 45/120"), bar(""));
    }

    #[test]
    fn steps_of_cargo_are_told_from_the_compilers_words() {
        let step = |text: &str| Piece::read(text) == Piece::Step(text.to_owned());
        assert!(step("   Compiling serde v1.0.0") && step("    Blocking waiting for file lock on package cache"));
        assert!(step("    Finished `dev` profile [unoptimized] target(s) in 0.1s"));
        for text in ["error[E0308]: mismatched types", "  --> one.rs:1:1", "", "1 | Compiling", "Building [x"] {
            assert_eq!(Piece::read(text), words(text), "{text:?}");
        }
        let red = "\u{1b}[1m\u{1b}[31merror\u{1b}[0m: no";
        assert_eq!(Piece::read(&format!("\u{1b}[K{red}")), words(red), "a colour was lost");
    }
}
