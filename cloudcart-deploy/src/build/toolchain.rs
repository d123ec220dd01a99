//! What this machine has to build with, for one target: facts, gathered by asking the programs themselves. What follows from
//! them is decided elsewhere.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use cargo_metadata::cargo_platform::Cfg;
use serde::Serialize;

use super::environment::Environment;
use super::flags::{Configuration, Flag, Place, codegen};
use crate::elf::Glibc;

/// A program that answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tool {
    /// Where it is.
    pub path: PathBuf,
    /// The version it says.
    pub version: String,
}

/// The compiler.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rustc {
    /// Where it is.
    pub path: PathBuf,
    /// Its version, such as `1.95.0`.
    pub version: String,
    /// The target it runs on, such as `x86_64-unknown-linux-gnu`.
    pub host: String,
    /// The commit it was made from, if it says so.
    pub commit: Option<String>,
    /// Its folder.
    pub sysroot: PathBuf,
}

/// The linker that cargo would use for the target, without zig.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Linker {
    /// What is called.
    pub program: String,
    /// Where that is; none when it is not there.
    pub path: Option<PathBuf>,
    /// Where it is configured; none when it is what rustc takes by itself.
    pub place: Option<Place>,
}

/// Zig.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Zig {
    /// The program: zig itself, or the Python that has it as a package.
    pub path: PathBuf,
    /// Whether it is the Python package `ziglang`.
    pub python: bool,
    /// The version it says.
    pub version: String,
}

/// What this machine has to build with, for one target. A program that is not there, or does not answer, has the reason in
/// its place.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Toolchain {
    /// The target, such as `aarch64-unknown-linux-gnu`.
    pub target: String,
    /// Cargo.
    pub cargo: Result<Tool, String>,
    /// The compiler.
    pub rustc: Result<Rustc, String>,
    /// Whether rustup is there, and so `rustup target add`.
    pub rustup: bool,
    /// The folder of the target's standard library; none when that is not installed.
    pub std: Option<PathBuf>,
    /// The linker that cargo would use.
    pub linker: Linker,
    /// `cargo zigbuild`.
    pub zigbuild: Result<Tool, String>,
    /// The zig that it would use.
    pub zig: Result<Zig, String>,
    /// This machine's own glibc; none where there is none.
    pub glibc: Option<Glibc>,
    /// The flags that cargo gives to rustc for the target, in its order.
    pub flags: Vec<Flag>,
    /// Where code for this very processor is asked for.
    pub native: Option<Native>,
    /// Where cargo keeps what it downloads.
    pub cargo_home: Option<PathBuf>,
}

/// A setting that makes code for this very processor, which another may not understand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Native {
    /// The flag, such as `target-cpu=native`.
    pub flag: String,
    /// Where it is set.
    pub place: Place,
}

impl Toolchain {
    /// Asks everything, for builds in the folder `root`.
    pub async fn gather(root: &Path, target: &str, environment: &Environment) -> Self {
        let root = &std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
        let configuration = Configuration::read(root, environment);
        let cargo = environment.cargo();
        let rustc = environment.text("RUSTC").map(str::to_owned);
        let rustc = rustc.or_else(|| configuration.program(&["build", "rustc"]).map(|found| found.value));
        let rustc = rustc.unwrap_or_else(|| "rustc".to_owned());
        let (cargo, (rustc, printed), zigbuild, zig, glibc) = futures_util::join!(
            tool(environment, root, &cargo, "--version"),
            compiler(environment, root, &rustc, target),
            tool(environment, root, "cargo-zigbuild", "--version"),
            zig(environment, root),
            glibc(environment, root),
        );
        let flags = configuration.rustflags(target, &printed.cfg);
        let linker = linker(environment, root, &configuration, target, &printed.cfg, &flags);
        let native = native(&flags, target, environment);
        Self {
            target: target.to_owned(),
            cargo,
            rustc,
            rustup: environment.find("rustup", root).is_some(),
            std: printed.libdir.filter(|folder| has_std(folder)),
            linker,
            zigbuild,
            zig,
            glibc,
            flags,
            native,
            cargo_home: environment.cargo_home(root),
        }
    }

    /// Whether this machine is of the target's kind, so that its own linker will do.
    pub fn is_host(&self) -> bool {
        self.rustc.as_ref().is_ok_and(|rustc| rustc.host == self.target)
    }
}

/// What the compiler prints about a target.
#[derive(Debug, Default)]
struct Printed {
    libdir: Option<PathBuf>,
    cfg: Vec<Cfg>,
}

async fn tool(environment: &Environment, root: &Path, name: &str, argument: &str) -> Result<Tool, String> {
    let path = environment.find(name, root).ok_or_else(|| format!("`{name}` is not there"))?;
    let said = environment.ask(&path, &[argument], root).await?;
    // `cargo 1.95.0 (f2d3ce0bd 2026-03-21)`
    let version = said.split_whitespace().nth(1).unwrap_or_default().to_owned();
    Ok(Tool { path, version })
}

async fn compiler(
    environment: &Environment,
    root: &Path,
    name: &str,
    target: &str,
) -> (Result<Rustc, String>, Printed) {
    let Some(path) = environment.find(name, root) else {
        return (Err(format!("`{name}` is not there")), Printed::default());
    };
    let about = ["--print", "target-libdir", "--print", "cfg", "--target", target];
    let (version, sysroot, about) = futures_util::join!(
        environment.ask(&path, &["-vV"], root),
        environment.ask(&path, &["--print", "sysroot"], root),
        environment.ask(&path, &about, root),
    );
    // An unknown target is told as a missing standard library.
    let about = about.unwrap_or_default();
    let mut lines = about.lines();
    let libdir = lines.next().map(PathBuf::from);
    let printed = Printed { libdir, cfg: lines.filter_map(|line| Cfg::from_str(line).ok()).collect() };
    let rustc = version.and_then(|text| {
        let word =
            |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).map(|value| value.trim().to_owned());
        let sysroot = PathBuf::from(sysroot?.trim());
        let (Some(version), Some(host)) = (word("release:"), word("host:")) else {
            return Err(format!("{} does not say its version", path.display()));
        };
        Ok(Rustc { path, version, host, commit: word("commit-hash:").filter(|hash| hash != "unknown"), sysroot })
    });
    (rustc, printed)
}

/// The same search as cargo-zigbuild's: the Python package first.
async fn zig(environment: &Environment, root: &Path) -> Result<Zig, String> {
    let python = environment.text("CARGO_ZIGBUILD_PYTHON_PATH").unwrap_or("python3");
    if let Some(path) = environment.find(python, root)
        && let Ok(said) = environment.ask(&path, &["-m", "ziglang", "version"], root).await
    {
        return Ok(Zig { path, python: true, version: said.trim().to_owned() });
    }
    let name = environment.text("CARGO_ZIGBUILD_ZIG_PATH").unwrap_or("zig");
    let path = environment.find(name, root);
    let path = path.ok_or_else(|| format!("neither the program `{name}` nor the Python package `ziglang` is there"))?;
    let said = environment.ask(&path, &["version"], root).await?;
    Ok(Zig { path, python: false, version: said.trim().to_owned() })
}

async fn glibc(environment: &Environment, root: &Path) -> Option<Glibc> {
    let getconf = environment.find("getconf", root)?;
    let said = environment.ask(&getconf, &["GNU_LIBC_VERSION"], root).await.ok()?;
    // `glibc 2.36`
    Glibc::parse(said.split_whitespace().nth(1)?)
}

fn linker(
    environment: &Environment,
    root: &Path,
    configuration: &Configuration<'_>,
    target: &str,
    cfg: &[Cfg],
    flags: &[Flag],
) -> Linker {
    // Flags come after what cargo says by itself, and the last one counts.
    let flag = codegen(flags, "linker").map(|(program, place)| (program.to_owned(), Some(place.clone())));
    let configured = || configuration.linker(target, cfg).map(|found| (found.value, Some(found.place)));
    let (program, place) = flag.or_else(configured).unwrap_or_else(|| ("cc".to_owned(), None));
    Linker { path: environment.find(&program, root), program, place }
}

/// The standard library of a target is there when its `core` is.
fn has_std(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libcore-"))
}

/// Flags of rustc, and those of the C compiler that build scripts hand on.
fn native(flags: &[Flag], target: &str, environment: &Environment) -> Option<Native> {
    if let Some((_, place)) = codegen(flags, "target-cpu").filter(|(cpu, _)| *cpu == "native") {
        return Some(Native { flag: "target-cpu=native".to_owned(), place: place.clone() });
    }
    let underscored = target.replace('-', "_");
    let names = ["CFLAGS", "CXXFLAGS"].into_iter().flat_map(|name| {
        [format!("{name}_{target}"), format!("{name}_{underscored}"), format!("TARGET_{name}"), name.to_owned()]
    });
    names.into_iter().find_map(|name| {
        let text = environment.text(&name)?;
        let flag = text.split_whitespace().find(|flag| matches!(*flag, "-march=native" | "-mcpu=native"))?;
        Some(Native { flag: flag.to_owned(), place: Place::Variable { name: name.clone() } })
    })
}

#[cfg(test)]
impl Toolchain {
    /// A machine that has everything, with an older glibc than Lambda.
    pub(crate) fn complete(host: &str, target: &str) -> Self {
        let tool = Tool { path: PathBuf::from("/bin/x"), version: "0.20.0".to_owned() };
        Self {
            target: target.to_owned(),
            cargo: Ok(tool.clone()),
            rustc: Ok(Rustc {
                path: PathBuf::from("/bin/rustc"),
                version: "1.95.0".to_owned(),
                host: host.to_owned(),
                commit: None,
                sysroot: PathBuf::from("/rust"),
            }),
            rustup: true,
            std: Some(PathBuf::from("/rust/lib")),
            linker: Linker { program: "cc".to_owned(), path: Some(PathBuf::from("/bin/cc")), place: None },
            zigbuild: Ok(tool),
            zig: Ok(Zig { path: PathBuf::from("/bin/zig"), python: false, version: "0.15.2".to_owned() }),
            glibc: Some(Glibc(2, 31)),
            flags: Vec::new(),
            native: None,
            cargo_home: None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    const X86: &str = "x86_64-unknown-linux-gnu";

    #[cfg(unix)]
    fn program(folder: &Path, name: &str, script: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt as _;
        let path = folder.join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[tokio::test]
    async fn the_tools_that_build_this_very_test_are_found_and_say_their_versions() {
        let folder = tempfile::tempdir().unwrap();
        let environment = Environment::of_process().without("RUSTFLAGS").without("CARGO_ENCODED_RUSTFLAGS");
        let host = Toolchain::gather(folder.path(), X86, &environment).await.rustc.unwrap().host;
        let facts = Toolchain::gather(folder.path(), &host, &environment).await;
        assert!(facts.is_host());
        assert!(facts.cargo.unwrap().version.starts_with("1."));
        assert!(facts.std.is_some(), "the host's own standard library is missing");
        let foreign = Toolchain::gather(folder.path(), "m68k-unknown-linux-gnu", &environment).await;
        assert!(!foreign.is_host() && foreign.std.is_none());
        let unknown = Toolchain::gather(folder.path(), "no-such-target", &environment).await;
        assert!(unknown.rustc.is_ok() && unknown.std.is_none());
    }

    #[tokio::test]
    async fn on_an_empty_path_everything_says_what_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let facts = Toolchain::gather(folder.path(), X86, &Environment::default()).await;
        assert_eq!(facts.cargo, Err("`cargo` is not there".to_owned()));
        assert_eq!(facts.rustc, Err("`rustc` is not there".to_owned()));
        assert_eq!(facts.zigbuild, Err("`cargo-zigbuild` is not there".to_owned()));
        assert!(facts.zig.unwrap_err().contains("ziglang"));
        assert_eq!(facts.linker, Linker { program: "cc".to_owned(), path: None, place: None });
        assert!(!facts.rustup && facts.std.is_none() && facts.glibc.is_none());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn zig_is_looked_for_as_a_python_package_first_and_a_broken_tool_has_its_own_words() {
        let folder = tempfile::tempdir().unwrap();
        let bin = folder.path();
        let environment = Environment::default().with("PATH", bin.as_os_str());
        let zig = program(bin, "zig", "echo 0.15.2");
        let found = super::zig(&environment, bin).await.unwrap();
        assert_eq!(found, Zig { path: zig, python: false, version: "0.15.2".to_owned() });
        let python = program(bin, "python3", "[ \"$1 $2 $3\" = '-m ziglang version' ] && echo 0.16.0");
        let found = super::zig(&environment, bin).await.unwrap();
        assert_eq!(found, Zig { path: python, python: true, version: "0.16.0".to_owned() });
        program(bin, "python3", "exit 1");
        program(bin, "other", "echo broken >&2; exit 1");
        let environment = environment.with("CARGO_ZIGBUILD_ZIG_PATH", "other");
        assert_eq!(super::zig(&environment, bin).await, Err("broken".to_owned()));
        program(bin, "getconf", "echo glibc 2.31");
        assert_eq!(super::glibc(&environment, bin).await, Some(Glibc(2, 31)));
    }

    #[cfg(unix)]
    #[test]
    fn a_linker_is_what_a_flag_says_else_what_cargo_is_told_else_cc() {
        let folder = tempfile::tempdir().unwrap();
        let cc = program(folder.path(), "cc", "");
        let base = Environment::default().with("PATH", folder.path().as_os_str()).with("CARGO_HOME", "none");
        let of = |environment: &Environment| {
            let configuration = Configuration::read(folder.path(), environment);
            let flags = configuration.rustflags(X86, &[]);
            linker(environment, folder.path(), &configuration, X86, &[], &flags)
        };
        assert_eq!(of(&base), Linker { program: "cc".to_owned(), path: Some(cc), place: None });
        let named = base.with("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER", "mine");
        assert_eq!((of(&named).program.as_str(), of(&named).path), ("mine", None));
        let flagged = named.with("RUSTFLAGS", "-Clinker=flagged");
        assert_eq!(of(&flagged).program, "flagged");
        assert_eq!(of(&flagged).place, Some(Place::Variable { name: "RUSTFLAGS".to_owned() }));
    }

    #[test]
    fn code_for_this_processor_is_found_in_flags_for_rust_and_for_c() {
        let flags = |text: &str| {
            let place = Place::Variable { name: "RUSTFLAGS".to_owned() };
            text.split(' ').map(|text| Flag { text: text.to_owned(), place: place.clone() }).collect::<Vec<_>>()
        };
        let none = Environment::default();
        assert_eq!(native(&flags("-C target-cpu=x86-64-v3"), X86, &none), None);
        assert_eq!(native(&flags("-C target-cpu=native"), X86, &none).unwrap().flag, "target-cpu=native");
        let c = none.with("CFLAGS_x86_64_unknown_linux_gnu", "-O2 -march=native");
        let found = native(&[], X86, &c).unwrap();
        assert_eq!(found.place, Place::Variable { name: "CFLAGS_x86_64_unknown_linux_gnu".to_owned() });
        assert_eq!(native(&[], "aarch64-unknown-linux-gnu", &c), None);
    }
}
