//! What builds the functions for the stage: the toolchain's own facts, with what each means for a deployment.

use super::builder::builder;
use super::{Area, Check};
use crate::build::Builder;
use crate::build::toolchain::Toolchain;

const AREA: Area = Area::Build;

/// What a toolchain is to be judged for.
#[derive(Debug, Clone, Copy)]
pub struct Needs<'a> {
    /// The oldest Rust that the package takes, if it says.
    pub rust_version: Option<&'a str>,
    /// Whether the functions go to Lambda; otherwise they run on this machine, which plain cargo builds for.
    pub lambda: bool,
    /// The builder that somebody insists on.
    pub builder: Option<Builder>,
    /// Whether plain cargo's binary was seen to need a newer glibc than Lambda's.
    pub too_new: bool,
}

/// What follows from a toolchain's facts.
pub fn toolchain(facts: &Toolchain, needs: &Needs<'_>) -> Vec<Check> {
    vec![
        cargo(facts),
        rustc(facts, needs.rust_version),
        target(facts),
        linker(facts, needs),
        builder(facts, needs),
        processor(facts, needs),
    ]
}

fn cargo(facts: &Toolchain) -> Check {
    match &facts.cargo {
        Ok(cargo) => Check::ok(AREA, "cargo", format!("{} at {}", cargo.version, cargo.path.display())),
        Err(reason) => {
            let hint = "install Rust (https://rustup.rs), put cargo on the PATH, or name it with CARGO";
            Check::fail(AREA, "cargo", reason.clone(), hint)
        }
    }
}

fn rustc(facts: &Toolchain, needed: Option<&str>) -> Check {
    let rustc = match &facts.rustc {
        Ok(rustc) => rustc,
        Err(reason) => {
            let hint = "install Rust (https://rustup.rs), put rustc on the PATH, or name it with RUSTC";
            return Check::fail(AREA, "rustc", reason.clone(), hint);
        }
    };
    let found = format!("{} at {}", rustc.version, rustc.path.display());
    match needed {
        Some(needed) if numbers(&rustc.version) < numbers(needed) => {
            let hint = if facts.rustup {
                "update it: `rustup update`".to_owned()
            } else {
                format!("install Rust {needed} or newer, for example with rustup (https://rustup.rs)")
            };
            Check::fail(AREA, "rustc", format!("{found}; the functions need {needed}"), hint)
        }
        Some(needed) => Check::ok(AREA, "rustc", format!("{found}; the functions need {needed}")),
        None => Check::ok(AREA, "rustc", found),
    }
}

/// The numbers of a version, whatever else it says: cargo takes `1.97.0-nightly` for 1.97.0 as well.
fn numbers(version: &str) -> [u64; 3] {
    let mut parts = version.split(['.', '-', '+']).map(|part| part.parse().unwrap_or_default());
    [(); 3].map(|()| parts.next().unwrap_or_default())
}

fn target(facts: &Toolchain) -> Check {
    let name = &facts.target;
    if facts.rustc.is_err() {
        return Check::skipped(AREA, "target", "rustc");
    }
    if facts.std.is_some() {
        return Check::ok(AREA, "target", format!("{name}, with its standard library"));
    }
    let line = format!("rustup target add {name}");
    let hint = if facts.rustup {
        format!("add it: `{line}`")
    } else {
        format!("install it from where this Rust came from, or install Rust with rustup and run `{line}`")
    };
    Check::fail(AREA, "target", format!("the standard library of {name} is not installed"), hint)
}

/// The linker is what plain cargo would use. Where that will not do, zig links, if it is there.
fn linker(facts: &Toolchain, needs: &Needs<'_>) -> Check {
    let linker = &facts.linker;
    let place = linker.place.as_ref().map(|place| format!(", by {place}")).unwrap_or_default();
    if facts.rustc.is_err() {
        return Check::skipped(AREA, "linker", "rustc");
    }
    let foreign = linker.place.is_none() && !facts.is_host();
    if (foreign || linker.path.is_none()) && needs.lambda && facts.zigbuild.is_ok() && facts.zig.is_ok() {
        return Check::ok(AREA, "linker", "zig links in its place");
    }
    match &linker.path {
        Some(_) if foreign => {
            let found = format!("`{}` links for this machine, and none is named for {}", linker.program, facts.target);
            Check::warn(AREA, "linker", found, "see `builder`: zig links for every target")
        }
        Some(path) => Check::ok(AREA, "linker", format!("{}{place}", path.display())),
        None => {
            let hint = match &linker.place {
                Some(place) => format!("install `{}`, or correct {place}", linker.program),
                None => "install a C compiler: `apt-get install gcc`, `dnf install gcc`, `xcode-select --install`"
                    .to_owned(),
            };
            Check::fail(AREA, "linker", format!("`{}`{place} is not there", linker.program), hint)
        }
    }
}

/// Code for this very processor may be none for Lambda's.
fn processor(facts: &Toolchain, needs: &Needs<'_>) -> Check {
    const NAME: &str = "target-cpu";
    match &facts.native {
        None => Check::ok(AREA, NAME, "no code for this processor alone"),
        Some(native) if !needs.lambda => Check::ok(
            AREA,
            NAME,
            format!("`{}` by {}, which is fine here and refused for Lambda", native.flag, native.place),
        ),
        Some(native) => {
            let found =
                format!("`{}` by {}: Lambda's processors may not have its instructions", native.flag, native.place);
            Check::fail(AREA, NAME, found, format!("take it out of {}", native.place))
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::build::flags::Place;
    use crate::build::toolchain::Native;
    use crate::doctor::State;

    pub(in crate::doctor) const X86: &str = "x86_64-unknown-linux-gnu";
    pub(in crate::doctor) const ARM: &str = "aarch64-unknown-linux-gnu";
    pub(in crate::doctor) const LAMBDA: Needs<'static> =
        Needs { rust_version: None, lambda: true, builder: None, too_new: false };

    /// An x86_64 machine that has everything.
    pub(in crate::doctor) fn machine(target: &str) -> Toolchain {
        Toolchain::complete(X86, target)
    }

    pub(in crate::doctor) fn told(facts: &Toolchain, needs: &Needs<'_>, name: &str) -> (State, String) {
        let check = toolchain(facts, needs).into_iter().find(|check| check.name == name).unwrap();
        (check.state, format!("{} | {}", check.found, check.hint.unwrap_or_default()))
    }

    #[test]
    fn a_machine_that_has_everything_is_well_for_both_of_lambdas_kinds() {
        for target in [X86, ARM] {
            for check in toolchain(&machine(target), &LAMBDA) {
                assert_eq!(check.state, State::Ok, "{}: {}", check.name, check.found);
            }
        }
        assert!(told(&machine(ARM), &LAMBDA, "linker").1.starts_with("zig links in its place"));
        assert!(told(&machine(X86), &LAMBDA, "linker").1.starts_with("/bin/cc"));
    }

    #[test]
    fn a_compiler_is_too_old_by_numbers_and_not_by_letters() {
        let state = |version: &str, needed| {
            let mut facts = machine(X86);
            facts.rustc.as_mut().unwrap().version = version.to_owned();
            told(&facts, &Needs { rust_version: Some(needed), ..LAMBDA }, "rustc").0
        };
        assert_eq!(state("1.95.0", "1.95"), State::Ok);
        assert_eq!(state("1.100.0", "1.95"), State::Ok);
        assert_eq!(state("1.95.0-nightly", "1.95"), State::Ok);
        assert_eq!(state("1.94.1", "1.95"), State::Fail);
        assert_eq!(state("1.9.0", "1.10"), State::Fail);
    }

    #[test]
    fn what_is_missing_for_another_kind_of_machine_comes_with_its_lines() {
        let mut facts = machine(ARM);
        facts.std = None;
        facts.zigbuild = Err("`cargo-zigbuild` is not there".to_owned());
        assert!(told(&facts, &LAMBDA, "target").1.contains("rustup target add aarch64-unknown-linux-gnu"));
        assert_eq!(told(&facts, &LAMBDA, "linker").0, State::Warn);
        facts.linker.place = Some(Place::Variable { name: "LINKER".to_owned() });
        facts.linker.path = None;
        let (state, words) = told(&facts, &LAMBDA, "linker");
        assert_eq!(state, State::Fail);
        assert!(words.contains("correct the variable LINKER"), "{words}");
    }

    #[test]
    fn code_for_this_processor_is_refused_for_lambda_alone() {
        let mut facts = machine(X86);
        let place = Place::Variable { name: "RUSTFLAGS".to_owned() };
        facts.native = Some(Native { flag: "target-cpu=native".to_owned(), place });
        let (state, words) = told(&facts, &LAMBDA, "target-cpu");
        assert_eq!(state, State::Fail);
        assert!(words.contains("the variable RUSTFLAGS"), "{words}");
        assert_eq!(told(&facts, &Needs { lambda: false, ..LAMBDA }, "target-cpu").0, State::Ok);
    }

    #[test]
    fn without_a_compiler_what_asks_it_is_skipped() {
        let mut facts = machine(X86);
        facts.rustc = Err("`rustc` is not there".to_owned());
        assert_eq!(told(&facts, &LAMBDA, "rustc").0, State::Fail);
        assert_eq!(told(&facts, &LAMBDA, "target").0, State::Skipped);
        assert_eq!(told(&facts, &LAMBDA, "linker").0, State::Skipped);
    }
}
