//! Which builder a build for the stage would take on this machine, and why; or the lines that install what is missing.

use super::toolchain::Needs;
use super::{Area, Check};
use crate::build::choose::{self, Builder, Missing};
use crate::build::toolchain::Toolchain;
use crate::elf::Glibc;

const AREA: Area = Area::Build;
const NAME: &str = "builder";

fn chosen(facts: &Toolchain, needs: &Needs<'_>) -> Result<Builder, Vec<Missing>> {
    if needs.lambda {
        choose::choose(facts, needs.builder, needs.too_new)
    } else {
        let missing = choose::missing_for(facts, Builder::Cargo);
        if missing.is_empty() { Ok(Builder::Cargo) } else { Err(missing) }
    }
}

/// What follows from a toolchain's facts, and from what somebody insists on.
pub(super) fn builder(facts: &Toolchain, needs: &Needs<'_>) -> Check {
    if facts.cargo.is_err() || facts.rustc.is_err() {
        return Check::skipped(AREA, NAME, "cargo and rustc");
    }
    let builder = match chosen(facts, needs) {
        Ok(builder) => builder,
        Err(missing) => {
            let list =
                |part: fn(&Missing) -> &str, between: &str| missing.iter().map(part).collect::<Vec<_>>().join(between);
            let found = format!("this machine lacks {}", list(|missing| &missing.what, ", "));
            return Check::fail(AREA, NAME, found, list(|missing| &missing.remedy, "; "));
        }
    };
    let tools = || {
        let zigbuild = facts.zigbuild.as_ref().map(|tool| tool.version.as_str()).unwrap_or_default();
        let zig = facts.zig.as_ref().map(|zig| zig.version.as_str()).unwrap_or_default();
        format!("cargo-zigbuild {zigbuild} with zig {zig}")
    };
    let insisted = needs.lambda && needs.builder.is_some();
    match builder {
        Builder::Zigbuild if insisted => Check::ok(AREA, NAME, format!("{}, as was asked for", tools())),
        Builder::Zigbuild if needs.too_new => {
            let why = "since what cargo built here needed a newer glibc than Lambda's";
            Check::ok(AREA, NAME, format!("{}, {why} {}", tools(), Glibc::LAMBDA))
        }
        Builder::Zigbuild if facts.is_host() => {
            Check::ok(AREA, NAME, format!("{}, since cargo has no linker", tools()))
        }
        Builder::Zigbuild => {
            Check::ok(AREA, NAME, format!("{}, since {} is not this machine's", tools(), facts.target))
        }
        Builder::Cargo if !needs.lambda => Check::ok(AREA, NAME, "cargo, for this machine"),
        Builder::Cargo => cargo_for_lambda(facts, needs, insisted),
    }
}

/// Plain cargo links with this machine's glibc, which may be newer than Lambda's. Whether a binary then needs it shows once it
/// is built.
fn cargo_for_lambda(facts: &Toolchain, needs: &Needs<'_>, insisted: bool) -> Check {
    let why = if insisted {
        "as was asked for"
    } else if facts.is_host() {
        "since this machine is of the target's kind"
    } else {
        "since a linker is named for the target"
    };
    let found = format!("cargo, {why}");
    let lacking = choose::missing_for(facts, Builder::Zigbuild);
    let remedies: Vec<&str> = lacking.iter().map(|missing| missing.remedy.as_str()).collect();
    if needs.too_new {
        let found = format!("{found}; what it built here needs a newer glibc than Lambda's {}", Glibc::LAMBDA);
        let hint = match &remedies[..] {
            [] => "take --builder cargo away: cargo zigbuild links for Lambda's glibc".to_owned(),
            lines => format!("have cargo zigbuild link for Lambda's glibc: {}", lines.join("; ")),
        };
        return Check::fail(AREA, NAME, found, hint);
    }
    let Some(own) = facts.glibc.filter(|own| *own > Glibc::LAMBDA && facts.is_host()) else {
        return Check::ok(AREA, NAME, found);
    };
    let found = format!("{found}; its glibc {own} is newer than Lambda's {}", Glibc::LAMBDA);
    if insisted {
        return Check::warn(
            AREA,
            NAME,
            found,
            "a binary that needs it is refused; without --builder zigbuild takes over",
        );
    }
    if lacking.is_empty() {
        return Check::ok(AREA, NAME, format!("{found}, and cargo zigbuild takes over if a binary needs that"));
    }
    let hint = format!("a binary that needs it is refused; to have another way: {}", remedies.join("; "));
    Check::warn(AREA, NAME, found, hint)
}

#[cfg(test)]
mod tests {
    use super::super::toolchain::tests::{ARM, LAMBDA, X86, machine, told};
    use super::*;
    use crate::doctor::State;

    #[test]
    fn a_newer_glibc_is_a_warning_only_where_nothing_else_could_link() {
        let mut facts = machine(X86);
        facts.glibc = Some(Glibc(2, 39));
        assert_eq!(told(&facts, &LAMBDA, "builder").0, State::Ok);
        facts.zig = Err("`zig` is not there".to_owned());
        let (state, words) = told(&facts, &LAMBDA, "builder");
        assert_eq!(state, State::Warn);
        assert!(words.contains("2.39") && words.contains("pip install ziglang"), "{words}");
        assert_eq!(told(&facts, &Needs { lambda: false, ..LAMBDA }, "builder").0, State::Ok);
        // Seen to be needed, it is more than a warning.
        let seen = Needs { too_new: true, ..LAMBDA };
        assert_eq!(told(&facts, &seen, "builder").0, State::Fail);
        let (state, words) = told(&machine(X86), &seen, "builder");
        assert!(state == State::Ok && words.starts_with("cargo-zigbuild") && words.contains("newer glibc"), "{words}");
    }

    #[test]
    fn the_builder_comes_with_its_reason_and_a_lack_with_its_lines() {
        let words = |facts: &Toolchain, needs: &Needs<'_>| told(facts, needs, NAME).1;
        assert!(words(&machine(X86), &LAMBDA).starts_with("cargo, since this machine is of the target's kind"));
        assert!(words(&machine(ARM), &LAMBDA).starts_with("cargo-zigbuild 0.20.0 with zig 0.15.2, since"));
        let insisted = Needs { builder: Some(Builder::Zigbuild), ..LAMBDA };
        assert!(words(&machine(X86), &insisted).contains("as was asked for"));
        let mut facts = machine(ARM);
        facts.zigbuild = Err("`cargo-zigbuild` is not there".to_owned());
        let (state, words) = told(&facts, &LAMBDA, NAME);
        assert_eq!(state, State::Fail);
        assert!(words.contains("| cargo install --locked cargo-zigbuild"), "{words}");
    }
}
