//! The variables that a build's programs see, and how those programs are found and asked. Held as a value, so that a test
//! has its own.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

/// How long a program may take to say its version.
const PATIENCE: Duration = Duration::from_secs(20);

/// The variables of a process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// Those of this process, without what `cargo run` sets about the package it runs: left in place they would look like
    /// settings of the nested build, and build scripts that watch them would run again each time.
    pub fn of_process() -> Self {
        Self(std::env::vars_os().filter(|(name, _)| !name.to_str().is_some_and(is_foreign)).collect())
    }

    /// A variable; one that is empty counts as set.
    pub fn var(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// A variable that is set, readable and not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.var(name).and_then(OsStr::to_str).filter(|value| !value.is_empty())
    }

    /// The same with one more variable.
    #[must_use]
    pub fn with(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// The same without a variable.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0.remove(OsStr::new(name));
        self
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    /// Cargo, as cargo itself names it to what it runs, else from the path.
    pub fn cargo(&self) -> String {
        self.text("CARGO").unwrap_or("cargo").to_owned()
    }

    /// Where cargo keeps what it downloads and installs.
    pub fn cargo_home(&self, root: &Path) -> Option<PathBuf> {
        match self.text("CARGO_HOME") {
            Some(folder) => Some(root.join(folder)),
            None => self.text("HOME").or(self.text("USERPROFILE")).map(|home| Path::new(home).join(".cargo")),
        }
    }

    /// Where a program is: the path itself if it names a folder, else the first of that name on the path, else among what
    /// cargo installed.
    pub fn find(&self, program: &str, root: &Path) -> Option<PathBuf> {
        if program.contains(std::path::MAIN_SEPARATOR) {
            return Some(root.join(program)).filter(|path| is_program(path));
        }
        let path = self.var("PATH").unwrap_or_default();
        let installed = self.cargo_home(root).map(|home| home.join("bin"));
        let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
        std::env::split_paths(path)
            .filter(|folder| !folder.as_os_str().is_empty())
            .chain(installed)
            .map(|folder| root.join(folder).join(&name))
            .find(|path| is_program(path))
    }

    /// A program that will see these variables and no others.
    pub(super) fn command(&self, program: impl AsRef<OsStr>, root: &Path) -> tokio::process::Command {
        let mut command = tokio::process::Command::new(program);
        command.current_dir(root).env_clear().envs(&self.0).stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    /// What a program prints when it is asked; the error is its own words, or why it could not be run.
    pub(super) async fn ask(&self, program: &Path, arguments: &[&str], root: &Path) -> Result<String, String> {
        let output = self.command(program, root).args(arguments).output();
        match tokio::time::timeout(PATIENCE, output).await {
            Err(_) => Err(format!("{} gave no answer in {} seconds", program.display(), PATIENCE.as_secs())),
            Ok(Err(error)) => Err(format!("cannot run {}: {error}", program.display())),
            Ok(Ok(output)) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
            Ok(Ok(output)) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        }
    }
}

impl<N: Into<OsString>, V: Into<OsString>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

fn is_foreign(name: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_FEATURE_", "CARGO_CFG_"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
        || name == "CARGO_PRIMARY_PACKAGE"
        || name == "OUT_DIR"
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}
