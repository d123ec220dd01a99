//! Builds variants, each clean in a folder of its own and then once more after an edit, and notes what that cost. It works on a copy
//! of the tree, so that the edit is never the user's.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use ring::digest;
use serde::{Deserialize, Serialize};

use crate::pack;
use crate::sample::Subject;
use crate::variants::{Client, Profile, Source, Variant};

/// What a build took, in seconds. On a busy machine the CPU time is what counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// By the clock on the wall.
    pub wall: f64,
    /// CPU time of all its processes.
    pub cpu: f64,
}

/// What came out of a build.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Built {
    /// Digest of what it was built from, and of how.
    pub source: String,
    /// From nothing, dependencies downloaded.
    pub clean: Cost,
    /// After an edit of the handler.
    pub incremental: Cost,
    /// Size of what is deployed, in bytes.
    pub bytes: u64,
    /// The same, packed as `cloudcart build` does.
    pub zip_bytes: u64,
    /// All functions of the shop, the measured one among them, by name. Of the chosen variant only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<Packed>,
}

/// A function of the shop, as large as it is deployed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Packed {
    /// The binary's name.
    pub name: String,
    /// Size of the binary, in bytes.
    pub bytes: u64,
    /// The same, packed as `cloudcart build` does.
    pub zip_bytes: u64,
}

/// Size of a binary, and of it packed, in bytes.
fn sizes(content: &[u8]) -> Result<(u64, u64)> {
    let bytes = u64::try_from(content.len()).context("a binary of that size")?;
    let zip_bytes = u64::try_from(pack::pack(content)?.len()).context("an archive of that size")?;
    Ok((bytes, zip_bytes))
}

/// An edit that changes what a handler answers: a file within the tree, a text that stands in it once, and another.
struct Edit {
    file: &'static str,
    from: &'static str,
    to: &'static str,
}

/// What is known of a variant's sources.
struct Recipe {
    /// All that its build reads, files and folders within the tree. Of folders, tests do not count.
    reads: &'static [&'static str],
    edit: Edit,
}

const MISSING: &str = "\"there is no such product\"";
const GONE: &str = "\"there is no such product any more\"";

const OURS: Recipe = Recipe {
    reads: &["Cargo.toml", "Cargo.lock", "cloudcart-handlers", "cloudcart-shop"],
    edit: Edit { file: "cloudcart-handlers/src/products.rs", from: MISSING, to: GONE },
};
const PEER: Recipe = Recipe {
    reads: &["bench/peers/stock/Cargo.toml", "Cargo.lock", "bench/peers/stock/src"],
    edit: Edit { file: "bench/peers/stock/src/main.rs", from: MISSING, to: GONE },
};
const NODE: Recipe = Recipe {
    reads: &["bench/peers/node/package.json", "bench/peers/node/bootstrap.mjs", "bench/peers/node/src"],
    edit: Edit { file: "bench/peers/node/src/handler.mjs", from: MISSING, to: GONE },
};

const fn recipe(source: Source) -> &'static Recipe {
    match source {
        Source::Ours { .. } => &OURS,
        Source::Peer { .. } => &PEER,
        Source::Node { .. } => &NODE,
    }
}

/// Where variants are built and kept.
#[derive(Debug)]
pub struct Workshop {
    root: PathBuf,
    folder: PathBuf,
    /// Held as long as this lives: two runs would build each other's edits.
    _lock: File,
}

impl Workshop {
    /// For the workspace at `root`; everything stands in `target/bench` there.
    pub fn open(root: &Path) -> Result<Self> {
        let root = root.canonicalize().with_context(|| format!("{} is not there", root.display()))?;
        let folder = root.join("target/bench");
        fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        let lock = File::create(folder.join("lock")).context("no file can be written there")?;
        lock.try_lock().with_context(|| format!("another run is at work in {}", folder.display()))?;
        Ok(Self { root, folder, _lock: lock })
    }

    fn tree(&self) -> PathBuf {
        self.folder.join("tree")
    }

    fn kept(&self, variant: &Variant) -> PathBuf {
        self.folder.join("built").join(&variant.name)
    }

    fn log(&self, variant: &Variant) -> PathBuf {
        self.folder.join("logs").join(format!("{}.log", variant.name))
    }

    /// What a run before has built of this, if its sources are still the same.
    pub fn finished(&self, variant: &Variant) -> Result<Option<Built>> {
        let Ok(text) = fs::read(self.kept(variant).join("built.json")) else { return Ok(None) };
        let Ok(built) = serde_json::from_slice::<Built>(&text) else { return Ok(None) };
        Ok((built.source == self.digest(variant)?).then_some(built))
    }

    /// Copies the tree as it is now, with what is not committed, and removes what is gone. What has not changed is left alone, or
    /// cargo would build it again.
    pub fn copy_tree(&self) -> Result<()> {
        let listed = Command::new("git")
            .current_dir(&self.root)
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .stderr(Stdio::inherit())
            .output()
            .context("git cannot be started; the sources are copied by its list")?;
        ensure!(listed.status.success(), "git cannot list the sources in {}", self.root.display());
        let listed = String::from_utf8(listed.stdout).context("a file's name is not text")?;
        let mut copied = BTreeSet::new();
        for name in listed.split('\0').filter(|name| !name.is_empty()) {
            let (from, to) = (self.root.join(name), self.tree().join(name));
            // Listed, and deleted since.
            if !from.is_file() {
                continue;
            }
            copied.insert(to.clone());
            let content = fs::read(&from).with_context(|| format!("{} cannot be read", from.display()))?;
            if fs::read(&to).is_ok_and(|copied| copied == content) {
                continue;
            }
            if let Some(parent) = to.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(&to, content).with_context(|| format!("{} cannot be written", to.display()))?;
        }
        sweep(&self.tree(), &copied)
    }

    /// Builds a variant and keeps what came out.
    pub fn build(&self, variant: &Variant) -> Result<Built> {
        let name = &variant.name;
        let output = self.folder.join("work").join(name);
        let log = self.log(variant);
        fs::create_dir_all(log.parent().context("a log has a folder")?)?;
        fs::write(&log, "")?;
        self.prepare(variant, &log).with_context(|| format!("`{name}` cannot be prepared"))?;
        let source = self.digest(variant)?;
        remove(&output)?;
        let clean = self.make(variant, &output).with_context(|| format!("`{name}` cannot be built"))?;
        let product = product(variant.source, &output);
        let content = fs::read(&product).with_context(|| format!("{} was not built", product.display()))?;
        let functions = if variant.is_chosen() { self.functions(variant, &output)? } else { Vec::new() };
        let edited = self.tree().join(recipe(variant.source).edit.file);
        let original = fs::read_to_string(&edited).with_context(|| format!("{} cannot be read", edited.display()))?;
        let changed = edit(&original, &recipe(variant.source).edit).with_context(|| edited.display().to_string())?;
        fs::write(&edited, changed)?;
        let incremental = self.make(variant, &output);
        // Whatever became of it, the next variant is built from what it should be.
        fs::write(&edited, original)?;
        let incremental = incremental.with_context(|| format!("`{name}` cannot be built again"))?;
        ensure!(fs::read(&product)? != content, "the edit of {} changed nothing of `{name}`", edited.display());

        let kept = self.kept(variant);
        remove(&kept)?;
        fs::create_dir_all(&kept)?;
        let (bytes, zip_bytes) = sizes(&content)?;
        // Copied, for it keeps the executable bit; then written over, for it was built from the edit by now.
        let file = kept.join(product.file_name().context("a product has a name")?);
        fs::copy(&product, &file)?;
        fs::write(&file, content)?;
        if let Source::Node { .. } = variant.source {
            fs::copy(self.tree().join("bench/peers/node/bootstrap.mjs"), kept.join("bootstrap.mjs"))?;
        }
        let built = Built { source, clean, incremental, bytes, zip_bytes, functions };
        // Last: it says that the rest is whole.
        fs::write(kept.join("built.json"), serde_json::to_vec_pretty(&built)?)?;
        // Half a gigabyte each.
        remove(&output)?;
        Ok(built)
    }

    /// What to measure of a variant that was built.
    pub fn subject(&self, variant: &Variant) -> Result<Subject> {
        let kept = self.kept(variant);
        let file = kept.join(file_name(variant.source));
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let command = match variant.source {
            Source::Node { .. } => vec![text(&program("node")?), text(&kept.join("bootstrap.mjs")), text(&file)],
            _ => vec![text(&file)],
        };
        // Of Node only the bundle is evicted: the interpreter and what loads the handler belong to the platform.
        Ok(Subject { name: variant.name.clone(), command, files: vec![file] })
    }

    /// Downloads what the build needs, which is not timed.
    fn prepare(&self, variant: &Variant, log: &Path) -> Result<()> {
        match variant.source {
            Source::Node { .. } => {
                let mut npm = Command::new("npm");
                npm.current_dir(self.tree().join("bench/peers/node"));
                npm.args(["install", "--no-audit", "--no-fund", "--no-package-lock"]);
                run(&mut npm, log).map(drop)
            }
            Source::Peer { .. } => {
                // The peers have no lock file of their own: with the workspace's they take the versions that ours has.
                fs::copy(self.tree().join("Cargo.lock"), self.manifest(variant).with_file_name("Cargo.lock"))?;
                self.fetch(variant, log)
            }
            Source::Ours { .. } => self.fetch(variant, log),
        }
    }

    fn fetch(&self, variant: &Variant, log: &Path) -> Result<()> {
        run(cargo().arg("fetch").arg("--manifest-path").arg(self.manifest(variant)), log).map(drop)
    }

    fn manifest(&self, variant: &Variant) -> PathBuf {
        match variant.source {
            Source::Peer { .. } => self.tree().join("bench/peers/stock/Cargo.toml"),
            _ => self.tree().join("Cargo.toml"),
        }
    }

    /// Builds the rest of the functions where one is built already, and packs all.
    fn functions(&self, variant: &Variant, output: &Path) -> Result<Vec<Packed>> {
        let name = &variant.name;
        self.cargo(variant, output, &["--package", "cloudcart-handlers", "--bins"])
            .with_context(|| format!("the other functions of `{name}` cannot be built"))?;
        let sources = self.tree().join("cloudcart-handlers/src/bin");
        let listed = fs::read_dir(&sources).with_context(|| format!("{} cannot be read", sources.display()))?;
        let mut names = Vec::new();
        for entry in listed {
            let path = entry?.path();
            names.extend(path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned));
        }
        names.sort_unstable();
        let packed = names.into_iter().map(|name| {
            let path = output.join("lambda").join(&name);
            let content = fs::read(&path).with_context(|| format!("{} was not built", path.display()))?;
            let (bytes, zip_bytes) = sizes(&content)?;
            Ok(Packed { name, bytes, zip_bytes })
        });
        packed.collect()
    }

    fn make(&self, variant: &Variant, output: &Path) -> Result<Cost> {
        match variant.source {
            Source::Node { primed } => {
                let mut npm = Command::new("npm");
                npm.current_dir(self.tree().join("bench/peers/node"));
                npm.args(["run", "--silent", if primed { "build:primed" } else { "build:plain" }, "--"]);
                npm.arg(format!("--outfile={}", product(variant.source, output).display()));
                run(&mut npm, &self.log(variant))
            }
            Source::Peer { client, .. } => self.cargo(variant, output, &["--features", client.feature()]),
            Source::Ours { .. } => {
                self.cargo(variant, output, &["--package", "cloudcart-handlers", "--bin", "products"])
            }
        }
    }

    /// Builds with cargo, under the variant's profile.
    fn cargo(&self, variant: &Variant, output: &Path, what: &[&str]) -> Result<Cost> {
        let mut command = cargo();
        command.args(["build", "--offline", "--profile", "lambda"]);
        command.arg("--manifest-path").arg(self.manifest(variant)).arg("--target-dir").arg(output).args(what);
        for line in variant.profile().into_iter().flat_map(Profile::config) {
            command.args(["--config", &line]);
        }
        if matches!(variant.source, Source::Peer { client: Client::NoJitter, .. }) {
            command.env("AWS_LC_SYS_NO_JITTER_ENTROPY", "1");
        }
        run(&mut command, &self.log(variant))
    }

    /// Of all that a build reads, and of how it is built.
    fn digest(&self, variant: &Variant) -> Result<String> {
        let mut all = serde_json::to_vec(variant)?;
        for name in recipe(variant.source).reads {
            append(&mut all, &self.root.join(name))?;
        }
        Ok(hex::encode(digest::digest(&digest::SHA256, &all)))
    }
}

/// What a build leaves in its folder.
fn product(source: Source, output: &Path) -> PathBuf {
    match source {
        Source::Node { .. } => output.join(file_name(source)),
        _ => output.join("lambda").join(file_name(source)),
    }
}

const fn file_name(source: Source) -> &'static str {
    match source {
        Source::Ours { .. } => "products",
        Source::Peer { .. } => "cloudcart-bench-stock",
        Source::Node { primed: false } => "index.js",
        Source::Node { primed: true } => "index.mjs",
    }
}

/// Cargo as the tables say it was: with no flags or helpers of the user's own.
fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for name in
        ["CARGO_ENCODED_RUSTFLAGS", "CARGO_INCREMENTAL", "RUSTC_WORKSPACE_WRAPPER", "RUSTC_WRAPPER", "RUSTFLAGS"]
    {
        command.env_remove(name);
    }
    command
}

/// Runs a program to its end, its words in the log, and tells what it took.
fn run(command: &mut Command, log: &Path) -> Result<Cost> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output =
        fs::OpenOptions::new().append(true).open(log).with_context(|| format!("{} is not there", log.display()))?;
    command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
    let (before, started) = (children()?, Instant::now());
    let status = command.status().with_context(|| format!("{program} cannot be started"))?;
    let cost = Cost { wall: started.elapsed().as_secs_f64(), cpu: children()?.saturating_sub(before).as_secs_f64() };
    if !status.success() {
        let text = fs::read_to_string(log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let last = lines[lines.len().saturating_sub(20)..].join("\n");
        bail!("{program}: {status}; all of it is in {}\n{last}", log.display());
    }
    Ok(cost)
}

/// CPU time of all processes that this one has started and that have ended, and of theirs.
fn children() -> Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).context("the kernel tells no CPU times")?;
    let time = |value: TimeVal| {
        let (seconds, micros) = (u64::try_from(value.tv_sec()), u64::try_from(value.tv_usec()));
        Duration::from_secs(seconds.unwrap_or_default()) + Duration::from_micros(micros.unwrap_or_default())
    };
    Ok(time(usage.user_time()) + time(usage.system_time()))
}

fn edit(text: &str, edit: &Edit) -> Result<String> {
    let found = text.matches(edit.from).count();
    ensure!(found == 1, "`{}` stands there {found} times, not once", edit.from);
    Ok(text.replace(edit.from, edit.to))
}

/// Removes the files that are not among `copied`. What npm installed is none of the sources'.
fn sweep(folder: &Path, copied: &BTreeSet<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        if path.ends_with("node_modules") {
            continue;
        }
        if path.is_dir() {
            sweep(&path, copied)?;
        } else if !copied.contains(&path) {
            fs::remove_file(&path).with_context(|| format!("{} cannot be removed", path.display()))?;
        }
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} cannot be removed", folder.display()))
        }
        _ => Ok(()),
    }
}

/// Names and contents of a file, or of all files in a folder, in order.
fn append(all: &mut Vec<u8>, path: &Path) -> Result<()> {
    if path.is_dir() {
        let mut entries =
            fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
        entries.retain(|entry| !entry.ends_with("tests"));
        entries.sort();
        return entries.iter().try_for_each(|entry| append(all, entry));
    }
    let content = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    all.extend(path.file_name().unwrap_or_default().as_encoded_bytes());
    all.extend(content.len().to_le_bytes());
    all.extend(content);
    Ok(())
}

/// Where a program stands that is started with an environment of its own.
fn program(name: &str) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.is_file());
    found.with_context(|| format!("{name} is not on the PATH"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::variants::{Breadth, matrix};

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    #[test]
    fn every_edit_has_its_one_place() {
        for recipe in [&OURS, &PEER, &NODE] {
            let text = fs::read_to_string(root().join(recipe.edit.file)).unwrap();
            let edited = edit(&text, &recipe.edit).unwrap();
            assert_eq!(edited.len(), text.len() + GONE.len() - MISSING.len());
            assert!(recipe.reads.iter().any(|read| recipe.edit.file.starts_with(read)), "{}", recipe.edit.file);
        }
        assert!(edit("twice twice", &Edit { file: "", from: "twice", to: "" }).is_err());
    }

    #[test]
    fn a_variant_counts_as_built_until_its_sources_change() {
        let folder = tempfile::tempdir().unwrap();
        for name in NODE.reads {
            let path = folder.path().join(name);
            if root().join(name).is_dir() {
                fs::create_dir_all(&path).unwrap();
                fs::write(path.join("handler.mjs"), "1").unwrap();
            } else {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, "1").unwrap();
            }
        }
        let workshop = Workshop::open(folder.path()).unwrap();
        let variants = matrix(Breadth::Quick);
        let node = variants.iter().find(|variant| variant.name == "node").unwrap();
        let primed = variants.iter().find(|variant| variant.name == "node-primed").unwrap();
        assert_eq!(workshop.finished(node).unwrap(), None);
        assert!(Workshop::open(folder.path()).unwrap_err().to_string().contains("another run is at work"));
        let source = workshop.digest(node).unwrap();
        assert_ne!(source, workshop.digest(primed).unwrap());
        let cost = Cost { wall: 1.5, cpu: 1.0 };
        let built = Built { source, clean: cost, incremental: cost, bytes: 3, zip_bytes: 2, functions: Vec::new() };
        fs::create_dir_all(workshop.kept(node)).unwrap();
        fs::write(workshop.kept(node).join("built.json"), serde_json::to_vec(&built).unwrap()).unwrap();
        assert_eq!(workshop.finished(node).unwrap(), Some(built));
        fs::write(folder.path().join("bench/peers/node/src/handler.mjs"), "2").unwrap();
        assert_eq!(workshop.finished(node).unwrap(), None);
    }

    #[test]
    fn the_copy_follows_the_tree_and_leaves_alone_what_is_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        assert!(Command::new("git").args(["init", "--quiet"]).current_dir(folder.path()).status().unwrap().success());
        write(".gitignore", "/target/\n/secret\n");
        write("src/same.rs", "same");
        write("src/edited.rs", "before");
        write("src/gone.rs", "gone");
        write("secret", "secret");
        let workshop = Workshop::open(folder.path()).unwrap();
        workshop.copy_tree().unwrap();
        let copy = |name: &str| workshop.tree().join(name);
        assert!(copy("src/gone.rs").exists() && !copy("secret").exists());
        let written = |name: &str| fs::metadata(copy(name)).unwrap().modified().unwrap();
        let long_ago = std::time::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        for name in ["src/same.rs", "src/edited.rs"] {
            File::options().append(true).open(copy(name)).unwrap().set_modified(long_ago).unwrap();
        }
        write("target/bench/tree/node_modules/x.js", "installed");
        write("src/edited.rs", "after");
        fs::remove_file(folder.path().join("src/gone.rs")).unwrap();
        workshop.copy_tree().unwrap();
        assert_eq!(written("src/same.rs"), long_ago);
        assert_eq!(fs::read_to_string(copy("src/edited.rs")).unwrap(), "after");
        assert_ne!(written("src/edited.rs"), long_ago);
        assert!(!copy("src/gone.rs").exists() && copy("node_modules/x.js").exists());
    }

    #[test]
    fn a_program_that_fails_is_told_with_its_last_words() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        fs::write(&log, "").unwrap();
        let error = run(Command::new("sh").args(["-c", "echo so it goes; exit 3"]), &log).unwrap_err().to_string();
        assert!(error.contains("so it goes") && error.contains('3'), "{error}");
        let cost =
            run(Command::new("sh").args(["-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"]), &log).unwrap();
        assert!(cost.cpu > 0.0 && cost.wall > 0.0, "{cost:?}");
    }
}
