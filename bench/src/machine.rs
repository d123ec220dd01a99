//! What a run was made on and with. Times differ from machine to machine, so they are worth nothing without.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

/// A machine and its programs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Cores that this process may use.
    pub cores: usize,
    /// What the CPU calls itself.
    pub cpu: String,
    /// Memory in MiB.
    pub memory: u64,
    /// The operating system.
    pub system: String,
    /// Its kernel.
    pub kernel: String,
    /// Versions by name. What could not be asked is not there.
    pub versions: BTreeMap<String, String>,
}

impl Machine {
    /// This one, for the workspace at `root`.
    pub fn this(root: &Path) -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let mut versions = BTreeMap::new();
        for (name, word) in [("rustc", 1), ("node", 0)] {
            versions.extend(asked(name).and_then(|text| Some((name.to_owned(), word_of(&text, word)?))));
        }
        // The peers have all that ours has of these, in the same versions, and the runtime crate besides.
        let manifest = fs::read_to_string(root.join("bench/peers/stock/Cargo.toml")).unwrap_or_default();
        versions.extend(exact(&manifest));
        let package = fs::read_to_string(root.join("bench/peers/node/package.json")).unwrap_or_default();
        versions.extend(pinned(&package));
        Self {
            cores: std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
            cpu: value_of(&read("/proc/cpuinfo"), "model name", ':')
                .unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            memory: value_of(&read("/proc/meminfo"), "MemTotal", ':').map_or(0, |text| kib(&text) / 1024),
            system: value_of(&read("/etc/os-release"), "PRETTY_NAME", '=')
                .unwrap_or_else(|| std::env::consts::OS.to_owned()),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            versions,
        }
    }
}

fn asked(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn word_of(text: &str, at: usize) -> Option<String> {
    text.split_whitespace().nth(at).map(|word| word.trim_start_matches('v').to_owned())
}

/// Of the first line that starts with `name`, what stands behind the separator.
fn value_of(text: &str, name: &str, separator: char) -> Option<String> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    let (_, value) = line.split_once(separator)?;
    Some(value.trim().trim_matches('"').to_owned())
}

fn kib(text: &str) -> u64 {
    text.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// The dependencies of a cargo manifest that have an exact version.
fn exact(manifest: &str) -> BTreeMap<String, String> {
    let manifest: toml::Table = manifest.parse().unwrap_or_default();
    let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table).into_iter().flatten();
    let version = |value: &toml::Value| value.get("version")?.as_str()?.strip_prefix('=').map(str::to_owned);
    dependencies.filter_map(|(name, value)| Some((name.clone(), version(value)?))).collect()
}

fn pinned(package: &str) -> BTreeMap<String, String> {
    let package: serde_json::Value = serde_json::from_str(package).unwrap_or_default();
    let of = |kind: &str| package[kind].as_object().cloned().unwrap_or_default();
    let all = of("dependencies").into_iter().chain(of("devDependencies"));
    all.filter_map(|(name, version)| Some((name, version.as_str()?.to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn the_system_s_own_files_are_read() {
        let cpu = "processor\t: 0\nmodel name\t: Some CPU: 9\n";
        assert_eq!(value_of(cpu, "model name", ':').as_deref(), Some("Some CPU: 9"));
        assert_eq!(value_of("PRETTY_NAME=\"Some 12\"\n", "PRETTY_NAME", '=').as_deref(), Some("Some 12"));
        assert_eq!(value_of("", "x", '='), None);
        assert_eq!(kib("2048 kB"), 2048);
        assert_eq!(word_of("rustc 1.95.0 (x 2026)\n", 1).as_deref(), Some("1.95.0"));
        assert_eq!(word_of("v20.1.0\n", 0).as_deref(), Some("20.1.0"));
    }

    #[test]
    fn the_node_peer_pins_exact_versions() {
        let package =
            fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/node/package.json")).unwrap();
        let versions = pinned(&package);
        assert!(versions.contains_key("esbuild") && versions.contains_key("@aws-sdk/client-dynamodb"), "{versions:?}");
        for (name, version) in versions {
            assert!(version.split('.').all(|part| part.parse::<u32>().is_ok()), "{name} is {version}");
        }
    }

    fn locked(lock: &str, name: &str) -> Option<String> {
        let lock: toml::Table = lock.parse().ok()?;
        let packages = lock.get("package")?.as_array()?;
        let package =
            packages.iter().find(|package| package.get("name").and_then(toml::Value::as_str) == Some(name))?;
        package.get("version")?.as_str().map(str::to_owned)
    }

    /// Otherwise the crates beside each other in a table would not be the same.
    #[test]
    fn the_peers_crates_are_those_of_the_workspace() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let ours = fs::read_to_string(folder.join("../Cargo.lock")).unwrap();
        let theirs = exact(&fs::read_to_string(folder.join("peers/stock/Cargo.toml")).unwrap());
        for name in ["aws-config", "aws-sdk-dynamodb", "aws-smithy-http-client", "tokio"] {
            assert!(theirs.contains_key(name), "{name} has no exact version");
            assert_eq!(locked(&ours, name).as_ref(), theirs.get(name), "{name}");
        }
        // Ours goes without.
        assert!(theirs.contains_key("lambda_http"));
    }
}
