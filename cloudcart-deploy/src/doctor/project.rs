//! The project that the functions are built from: its workspace, the package with their binaries, the cargo profile.

use std::path::{Path, PathBuf};

use super::{Area, Check};
use crate::build;
use crate::error::Error;

/// The checks' names.
pub(super) const NAMES: [&str; 2] = ["workspace", "profile"];

/// Profiles that cargo has by itself.
const BUILT_IN: [&str; 5] = ["dev", "release", "test", "bench", "doc"];

/// What a stage needs of the project.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// The folder of the workspace.
    pub root: &'a Path,
    /// The package whose binaries are the functions.
    pub package: &'a str,
    /// The binaries that the stack needs.
    pub functions: Vec<&'a str>,
    /// The cargo profile.
    pub profile: &'a str,
}

/// What is known of the project beside its checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// The oldest Rust that the package takes, if it says.
    pub rust_version: Option<String>,
    /// Where cargo builds.
    pub target_folder: PathBuf,
}

/// Looks at the project. This waits for cargo.
pub fn project(wanted: &Wanted<'_>) -> (Vec<Check>, Option<Project>) {
    const AREA: Area = Area::Build;
    let [workspace, profile] = NAMES;
    let without = |check: Check, want: &str| (vec![check, Check::skipped(AREA, profile, want)], None);
    let metadata = match build::metadata(wanted.root) {
        Ok(metadata) => metadata,
        Err(Error::CargoMissing { .. }) => {
            return without(Check::skipped(AREA, workspace, "cargo"), "cargo");
        }
        Err(error) => {
            let hint = "run this in the project's folder, or correct its Cargo.toml";
            return without(Check::fail(AREA, workspace, error.chain(), hint), "a workspace");
        }
    };
    let package = metadata.packages.iter().find(|package| package.name.as_str() == wanted.package);
    let Some(package) = package else {
        let found = format!("{} has no package `{}`", metadata.workspace_root, wanted.package);
        let hint = "run this in the folder of the project that has it";
        return without(Check::fail(AREA, workspace, found, hint), "a workspace");
    };
    let binaries: Vec<&str> =
        package.targets.iter().filter(|target| target.is_bin()).map(|target| target.name.as_str()).collect();
    let missing: Vec<&str> = wanted.functions.iter().filter(|name| !binaries.contains(name)).copied().collect();
    let has_all = if missing.is_empty() {
        let found = format!("{} at {}, with {} binaries", wanted.package, metadata.workspace_root, binaries.len());
        Check::ok(AREA, workspace, found)
    } else {
        let found = format!("package `{}` has no binary {}", wanted.package, missing.join(", "));
        let folder = package.manifest_path.parent().map(ToString::to_string).unwrap_or_default();
        Check::fail(
            AREA,
            workspace,
            found,
            format!("add {folder}/src/bin/{}.rs, or take it out of the stack", missing[0]),
        )
    };
    let facts = Project {
        rust_version: package.rust_version.as_ref().map(ToString::to_string),
        target_folder: metadata.target_directory.clone().into_std_path_buf(),
    };
    let root = metadata.workspace_root.as_std_path();
    (vec![has_all, judge_profile(profile, root, wanted.profile)], Some(facts))
}

/// Whether cargo knows the profile: by itself, by the workspace's manifest, by a configuration file, or by a variable.
fn judge_profile(check: &'static str, root: &Path, name: &str) -> Check {
    const AREA: Area = Area::Build;
    if BUILT_IN.contains(&name) {
        return Check::ok(AREA, check, format!("`{name}`, which cargo has by itself"));
    }
    let manifest = root.join("Cargo.toml");
    let configured =
        root.ancestors().flat_map(|folder| ["config.toml", "config"].map(|file| folder.join(".cargo").join(file)));
    let declared = std::iter::once(manifest.clone()).chain(configured).find(|path| declares(path, name));
    if let Some(path) = declared {
        return Check::ok(AREA, check, format!("`{name}` of {}", path.display()));
    }
    let variable = format!("CARGO_PROFILE_{}_INHERITS", name.to_uppercase().replace('-', "_"));
    if std::env::var_os(&variable).is_some() {
        return Check::ok(AREA, check, format!("`{name}` by {variable}"));
    }
    let hint = format!("add to {}: [profile.{name}] with inherits = \"release\"", manifest.display());
    Check::fail(AREA, check, format!("there is no profile `{name}`"), hint)
}

fn declares(path: &Path, profile: &str) -> bool {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let table: toml::Table = text.parse().unwrap_or_default();
    table.get("profile").and_then(|profiles| profiles.get(profile)).is_some()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::doctor::State;

    fn folder(manifest: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
        std::fs::write(folder.path().join("one.rs"), "fn main() {}").unwrap();
        folder
    }

    const MANIFEST: &str = "[package]\nname = \"hands\"\nversion = \"0.0.0\"\nedition = \"2021\"\nrust-version = \"1.70\"\n\
                            [workspace]\n[[bin]]\nname = \"one\"\npath = \"one.rs\"\n";

    fn look(root: &Path, package: &str, functions: &[&'static str]) -> (Vec<Check>, Option<Project>) {
        project(&Wanted { root, package, functions: functions.to_vec(), profile: "lambda" })
    }

    #[test]
    fn what_a_workspace_lacks_is_named() {
        let folder = folder(MANIFEST);
        let (checks, facts) = look(folder.path(), "hands", &["one"]);
        assert_eq!((checks[0].state, checks[1].state), (State::Ok, State::Fail));
        assert!(checks[1].hint.as_ref().unwrap().contains("[profile.lambda]"));
        assert_eq!(facts.unwrap().rust_version.as_deref(), Some("1.70.0"));
        let (checks, _) = look(folder.path(), "hands", &["one", "two"]);
        assert!(checks[0].found.contains("no binary two"), "{}", checks[0].found);
        let (checks, facts) = look(folder.path(), "feet", &["one"]);
        assert_eq!((checks[0].state, checks[1].state, facts), (State::Fail, State::Skipped, None));
        let (checks, _) = look(tempfile::tempdir().unwrap().path(), "hands", &["one"]);
        assert!(checks[0].found.contains("Cargo.toml"), "{}", checks[0].found);
    }

    #[test]
    fn a_profile_may_stand_in_the_manifest_or_in_a_configuration_file() {
        let with = folder(&format!("{MANIFEST}[profile.lambda]\ninherits = \"release\"\n"));
        assert_eq!(look(with.path(), "hands", &[]).0[1].state, State::Ok);
        let without = folder(MANIFEST);
        std::fs::create_dir(without.path().join(".cargo")).unwrap();
        std::fs::write(without.path().join(".cargo/config.toml"), "[profile.lambda]\ninherits = \"release\"\n")
            .unwrap();
        let check = &look(without.path(), "hands", &[]).0[1];
        assert!(check.state == State::Ok && check.found.contains("config.toml"), "{}", check.found);
        assert_eq!(judge_profile("profile", without.path(), "dev").state, State::Ok);
    }
}
