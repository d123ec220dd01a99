//! Who compiles for Lambda: a pure function of what this machine has.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::toolchain::Toolchain;
use crate::elf::Glibc;

/// Who compiles and links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Builder {
    /// `cargo build`, with this machine's linker and its glibc.
    Cargo,
    /// `cargo zigbuild`, which links for any machine and for the glibc of Lambda.
    Zigbuild,
}

impl Builder {
    /// `cargo` or `zigbuild`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cargo => "cargo",
            Self::Zigbuild => "zigbuild",
        }
    }
}

impl fmt::Display for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cargo => "cargo",
            Self::Zigbuild => "cargo zigbuild",
        })
    }
}

/// Something that a build needs and this machine lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// What.
    pub what: String,
    /// The line that mends it.
    pub remedy: String,
}

/// Chooses the builder. `forced` is what the user says; `too_new` is whether plain cargo's binary was seen to need a newer
/// glibc than Lambda's, with this very toolchain.
pub fn choose(facts: &Toolchain, forced: Option<Builder>, too_new: bool) -> Result<Builder, Vec<Missing>> {
    let cargo = missing_for(facts, Builder::Cargo);
    let zigbuild = missing_for(facts, Builder::Zigbuild);
    let chosen = match forced {
        Some(builder) => builder,
        None if cargo.is_empty() && !(too_new && zigbuild.is_empty()) => Builder::Cargo,
        // On its own kind of machine a missing linker is the lesser thing to install.
        None if !zigbuild.is_empty() && facts.is_host() => Builder::Cargo,
        None => Builder::Zigbuild,
    };
    let missing = if chosen == Builder::Cargo { cargo } else { zigbuild };
    if missing.is_empty() { Ok(chosen) } else { Err(missing) }
}

/// What this machine lacks for a builder.
pub fn missing_for(facts: &Toolchain, builder: Builder) -> Vec<Missing> {
    let mut missing = Vec::new();
    if facts.cargo.is_err() || facts.rustc.is_err() {
        let reason = [facts.cargo.as_ref().err(), facts.rustc.as_ref().err()].into_iter().flatten().cloned();
        let what = format!("Rust ({})", reason.collect::<Vec<_>>().join(", "));
        missing.push(Missing { what, remedy: "install Rust: https://rustup.rs".to_owned() });
    } else if facts.std.is_none() {
        let line = format!("rustup target add {}", facts.target);
        let remedy = if facts.rustup {
            line
        } else {
            format!("install it from where this Rust came from, or install Rust with rustup and run `{line}`")
        };
        missing.push(Missing { what: format!("the standard library for {}", facts.target), remedy });
    }
    match builder {
        Builder::Cargo => missing.extend(missing_linker(facts)),
        Builder::Zigbuild => {
            if let Err(reason) = &facts.zigbuild {
                let remedy = "cargo install --locked cargo-zigbuild".to_owned();
                missing.push(Missing { what: format!("cargo-zigbuild ({reason})"), remedy });
            }
            if let Err(reason) = &facts.zig {
                missing.push(Missing { what: format!("zig ({reason})"), remedy: "pip install ziglang".to_owned() });
            }
        }
    }
    missing
}

fn missing_linker(facts: &Toolchain) -> Option<Missing> {
    let linker = &facts.linker;
    match (&linker.place, &linker.path) {
        // A machine's own linker makes binaries for its own kind alone.
        (None, _) if !facts.is_host() => Some(Missing {
            what: format!("a linker for {}", facts.target),
            remedy: format!("name one in .cargo/config.toml: [target.{}] linker = \"…\"", facts.target),
        }),
        (_, Some(_)) => None,
        (Some(place), None) => Some(Missing {
            what: format!("the linker `{}`, which {place} names", linker.program),
            remedy: format!("install `{}`, or correct {place}", linker.program),
        }),
        (None, None) => Some(Missing {
            what: format!("the linker `{}`", linker.program),
            remedy: "install a C compiler: `apt-get install gcc`, `dnf install gcc`, `xcode-select --install`"
                .to_owned(),
        }),
    }
}

/// The target as a builder wants it named: zigbuild takes the glibc with it.
pub(super) fn target_argument(target: &str, builder: Builder) -> String {
    match builder {
        Builder::Cargo => target.to_owned(),
        Builder::Zigbuild => format!("{target}.{}", Glibc::LAMBDA),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::build::flags::Place;

    const X86: &str = "x86_64-unknown-linux-gnu";
    const ARM: &str = "aarch64-unknown-linux-gnu";

    /// A machine that has everything, and a newer glibc than Lambda: host, target.
    fn machine(host: &str, target: &str) -> Toolchain {
        Toolchain { glibc: Some(Glibc(2, 36)), ..Toolchain::complete(host, target) }
    }

    fn absent(name: &str) -> String {
        format!("`{name}` is not there")
    }

    fn remedies(chosen: Result<Builder, Vec<Missing>>) -> Vec<String> {
        chosen.unwrap_err().into_iter().map(|missing| missing.remedy).collect()
    }

    #[test]
    fn the_builder_follows_from_what_the_machine_has() {
        let with = |change: fn(&mut Toolchain), host, target| {
            let mut facts = machine(host, target);
            change(&mut facts);
            facts
        };
        let all: fn(&mut Toolchain) = |_| {};
        let no_zig: fn(&mut Toolchain) = |facts| facts.zig = Err(absent("zig"));
        let no_cc: fn(&mut Toolchain) = |facts| facts.linker.path = None;
        let own_linker: fn(&mut Toolchain) =
            |facts| facts.linker.place = Some(Place::Variable { name: "X".to_owned() });
        for (facts, forced, too_new, expected) in [
            (with(all, X86, X86), None, false, Builder::Cargo),
            (with(all, X86, X86), None, true, Builder::Zigbuild),
            (with(no_zig, X86, X86), None, true, Builder::Cargo),
            (with(no_cc, X86, X86), None, false, Builder::Zigbuild),
            (with(all, X86, X86), Some(Builder::Zigbuild), false, Builder::Zigbuild),
            (with(all, X86, X86), Some(Builder::Cargo), true, Builder::Cargo),
            (with(all, X86, ARM), None, false, Builder::Zigbuild),
            (with(own_linker, X86, ARM), None, false, Builder::Cargo),
            (with(own_linker, X86, ARM), None, true, Builder::Zigbuild),
            (with(all, ARM, ARM), None, false, Builder::Cargo),
            (with(all, "aarch64-apple-darwin", ARM), None, false, Builder::Zigbuild),
            (with(all, "x86_64-unknown-linux-musl", X86), None, false, Builder::Zigbuild),
        ] {
            assert_eq!(choose(&facts, forced, too_new), Ok(expected), "{forced:?} {too_new} {facts:?}");
        }
    }

    #[test]
    fn what_is_missing_comes_with_the_lines_that_mend_it() {
        let mut facts = machine(X86, ARM);
        facts.std = None;
        facts.zigbuild = Err(absent("cargo-zigbuild"));
        facts.zig = Err(absent("zig"));
        assert_eq!(
            remedies(choose(&facts, None, false)),
            [
                "rustup target add aarch64-unknown-linux-gnu",
                "cargo install --locked cargo-zigbuild",
                "pip install ziglang"
            ]
        );
        let forced = remedies(choose(&facts, Some(Builder::Cargo), false));
        assert!(forced[1].contains("[target.aarch64-unknown-linux-gnu] linker"), "{forced:?}");
        facts.rustup = false;
        assert!(remedies(choose(&facts, None, false))[0].contains("where this Rust came from"));
        facts.rustc = Err(absent("rustc"));
        assert!(remedies(choose(&facts, None, false))[0].contains("https://rustup.rs"));
    }

    #[test]
    fn on_its_own_kind_of_machine_a_c_compiler_is_all_that_is_asked_for() {
        let mut facts = machine(X86, X86);
        facts.linker.path = None;
        facts.zigbuild = Err(absent("cargo-zigbuild"));
        let lines = remedies(choose(&facts, None, false));
        assert!(lines.len() == 1 && lines[0].contains("gcc"), "{lines:?}");
        facts.linker.place = Some(Place::Variable { name: "CARGO_TARGET_X_LINKER".to_owned() });
        facts.linker.program = "mine".to_owned();
        let lines = remedies(choose(&facts, None, false));
        assert_eq!(lines, ["install `mine`, or correct the variable CARGO_TARGET_X_LINKER"]);
    }

    #[test]
    fn zigbuild_is_told_the_glibc_of_lambda() {
        assert_eq!(target_argument(ARM, Builder::Zigbuild), "aarch64-unknown-linux-gnu.2.34");
        assert_eq!(target_argument(ARM, Builder::Cargo), ARM);
    }
}
