//! Builds the handler binaries with cargo, once for all functions, and packs each into a reproducible archive.

pub mod environment;
pub mod flags;
pub mod toolchain;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use cargo_metadata::{Message, MetadataCommand};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};

use crate::archive::{self, Effort};
use crate::elf::{self, Glibc, Machine};
use crate::error::{Error, Result, chain};
use crate::report::{Event, Reporter};

/// What to build.
#[derive(Debug, Clone)]
pub struct BuildRequest {
    /// The folder of the workspace.
    pub root: PathBuf,
    /// The package whose binaries are the functions.
    pub package: String,
    /// Names of the functions, which are names of binaries.
    pub functions: Vec<String>,
    /// Where the archives go.
    pub out: PathBuf,
    /// For whom.
    pub purpose: Purpose,
    /// The cargo profile; without one, [`Purpose::profile`].
    pub profile: Option<String>,
    /// The machine to build for; without one, this one.
    pub machine: Option<Machine>,
}

/// For whom a build is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// This machine: quick to build, and any glibc will do.
    Local,
    /// Lambda: small and quick to start.
    Lambda,
}

impl BuildRequest {
    fn profile(&self) -> &str {
        self.profile.as_deref().unwrap_or(self.purpose.profile())
    }
}

impl Purpose {
    /// The cargo profile.
    pub const fn profile(self) -> &'static str {
        match self {
            Self::Local => "dev",
            Self::Lambda => "lambda",
        }
    }

    const fn effort(self) -> Effort {
        match self {
            Self::Local => Effort::Fast,
            Self::Lambda => Effort::Small,
        }
    }
}

/// A function, packed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Package {
    /// The function's name.
    pub name: String,
    /// `x86_64` or `arm64`.
    pub arch: String,
    /// The archive.
    pub zip: PathBuf,
    /// Its size.
    pub zip_bytes: u64,
    /// The size of the binary in it.
    pub binary_bytes: u64,
    /// SHA-256 of the archive, lower-case hexadecimal.
    pub sha256: String,
    /// The newest glibc that the binary asks for; none when it is linked statically.
    pub glibc: Option<String>,
    /// Whether the archive differs from what was there before.
    pub rebuilt: bool,
}

/// What stands beside each archive, so that an unchanged binary is not packed again.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    binary_sha256: String,
    zip_sha256: String,
    profile: String,
}

/// Builds and packs.
pub async fn build(request: &BuildRequest, reporter: &dyn Reporter) -> Result<Vec<Package>> {
    // Cargo without a name would build all there are.
    if request.functions.is_empty() {
        return Ok(Vec::new());
    }
    let known = binaries(&request.root, &request.package)?;
    for name in &request.functions {
        if !known.contains(name) {
            let (package, name) = (request.package.clone(), name.clone());
            return Err(Error::NoSuchBinary { package, name, known });
        }
    }
    let profile = request.profile().to_owned();
    reporter.event(&Event::BuildStarted { functions: request.functions.clone(), profile });
    let built = compile(request, reporter).await?;
    tokio::fs::create_dir_all(&request.out).await.map_err(file("make", &request.out))?;
    let mut packages = Vec::new();
    for name in &request.functions {
        let Some(binary) = built.get(name) else {
            let reason = "cargo built it but named no executable".to_owned();
            return Err(Error::Pack { function: name.clone(), reason });
        };
        let (name, binary) = (name.clone(), binary.clone());
        let request = request.clone();
        let packed = tokio::task::spawn_blocking(move || pack(&name, &binary, &request)).await;
        let package = packed.map_err(|error| Error::Pack { function: "?".to_owned(), reason: chain(&error) })??;
        reporter.event(&Event::Packed(package.clone()));
        packages.push(package);
    }
    Ok(packages)
}

/// The names of the binaries of a package of the workspace at `root`.
pub fn binaries(root: &Path, package: &str) -> Result<Vec<String>> {
    let metadata = metadata(root)?;
    let Some(package) = metadata.packages.iter().find(|candidate| candidate.name.as_str() == package) else {
        return Err(Error::Workspace { root: root.to_owned(), reason: format!("it has no package `{package}`") });
    };
    Ok(package.targets.iter().filter(|target| target.is_bin()).map(|target| target.name.clone()).collect())
}

/// The folders whose contents make the binaries of a package: its own, and those of the path dependencies it has, directly
/// or not. What to watch in order to rebuild.
pub fn source_folders(root: &Path, package: &str) -> Result<Vec<PathBuf>> {
    let metadata = metadata(root)?;
    let mut folders = Vec::new();
    let mut open = vec![package.to_owned()];
    let mut seen = Vec::new();
    while let Some(name) = open.pop() {
        if seen.contains(&name) {
            continue;
        }
        if let Some(found) = metadata.packages.iter().find(|candidate| candidate.name.as_str() == name) {
            if let Some(folder) = found.manifest_path.parent() {
                folders.push(folder.as_std_path().to_owned());
            }
            let local = found.dependencies.iter().filter(|dependency| {
                dependency.path.is_some() && dependency.kind != cargo_metadata::DependencyKind::Development
            });
            open.extend(local.map(|dependency| dependency.name.clone()));
        }
        seen.push(name);
    }
    Ok(folders)
}

pub(crate) fn metadata(root: &Path) -> Result<cargo_metadata::Metadata> {
    let mut command = MetadataCommand::new();
    command.cargo_path(cargo()).current_dir(root).no_deps();
    for name in foreign_cargo_variables() {
        command.env_remove(name);
    }
    command.exec().map_err(|error| match error {
        cargo_metadata::Error::Io(source) => Error::CargoMissing { program: cargo(), source },
        cargo_metadata::Error::CargoMetadata { stderr } => {
            Error::Workspace { root: root.to_owned(), reason: stderr.trim().to_owned() }
        }
        other => Error::Workspace { root: root.to_owned(), reason: chain(&other) },
    })
}

/// Cargo, as cargo itself names it to what it runs, else from the path.
fn cargo() -> String {
    std::env::var("CARGO").ok().filter(|path| !path.is_empty()).unwrap_or_else(|| "cargo".to_owned())
}

/// Variables that `cargo run` sets about the package it runs. Left in place they would look like settings of the nested
/// build, and build scripts that watch them would run again each time.
fn foreign_cargo_variables() -> Vec<String> {
    std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| {
            ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_FEATURE_", "CARGO_CFG_"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
                || name == "CARGO_PRIMARY_PACKAGE"
                || name == "OUT_DIR"
        })
        .collect()
}

async fn compile(request: &BuildRequest, reporter: &dyn Reporter) -> Result<BTreeMap<String, PathBuf>> {
    let program = cargo();
    let mut command = tokio::process::Command::new(&program);
    command
        .current_dir(&request.root)
        .args(["build", "--package", &request.package, "--profile", request.profile()])
        .args(["--message-format", "json-render-diagnostics"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    for name in &request.functions {
        command.args(["--bin", name]);
    }
    // Naming the target only when it differs keeps the host's build where `cargo build` of the same workspace has it.
    if let Some(machine) = request.machine.filter(|machine| Some(*machine) != Machine::host()) {
        command.args(["--target", machine.rust_target()]);
    }
    for name in foreign_cargo_variables() {
        command.env_remove(name);
    }
    let mut child = command.spawn().map_err(|source| Error::CargoMissing { program: program.clone(), source })?;
    let io = |source| Error::CargoMissing { program: program.clone(), source };
    let mut stdout = child.stdout.take().ok_or_else(|| io(std::io::Error::other("no standard output")))?;
    let stderr = child.stderr.take().ok_or_else(|| io(std::io::Error::other("no standard error")))?;
    let messages = async {
        let mut text = Vec::new();
        stdout.read_to_end(&mut text).await.map(|_| text)
    };
    let diagnostics = async {
        let mut lines = BufReader::new(stderr).split(b'\n');
        let mut output = String::new();
        while let Some(line) = lines.next_segment().await? {
            let line = String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned();
            output.push_str(&line);
            output.push('\n');
            reporter.event(&Event::CargoLine { line });
        }
        Ok::<_, std::io::Error>(output)
    };
    let (messages, diagnostics) = futures_util::future::try_join(messages, diagnostics).await.map_err(io)?;
    let status = child.wait().await.map_err(io)?;
    if !status.success() {
        return Err(Error::Compile { output: diagnostics });
    }
    Ok(executables(&messages))
}

fn executables(messages: &[u8]) -> BTreeMap<String, PathBuf> {
    Message::parse_stream(messages)
        .filter_map(|message| match message {
            Ok(Message::CompilerArtifact(artifact)) if artifact.target.is_bin() => {
                artifact.executable.map(|path| (artifact.target.name, path.into_std_path_buf()))
            }
            _ => None,
        })
        .collect()
}

fn pack(name: &str, binary: &Path, request: &BuildRequest) -> Result<Package> {
    let (out, purpose) = (&request.out, request.purpose);
    let content = std::fs::read(binary).map_err(file("read", binary))?;
    let refuse = |reason: String| Error::Binary { function: name.to_owned(), reason };
    let needs = elf::read(&content).map_err(|unfit| refuse(format!("{unfit:?}")))?;
    let newest = needs.glibc.as_ref().map(|newest| newest.glibc);
    if let Some(machine) = request.machine.filter(|machine| *machine != needs.machine) {
        return Err(refuse(format!("it is for {}, not {}", needs.machine.as_str(), machine.as_str())));
    }
    if purpose == Purpose::Lambda && newest > Some(Glibc::LAMBDA) {
        let newest = newest.map(|glibc| glibc.to_string()).unwrap_or_default();
        return Err(refuse(format!("it needs glibc {newest}; provided.al2023 has {}", Glibc::LAMBDA)));
    }
    let zip = out.join(format!("{name}.zip"));
    let note = out.join(format!("{name}.json"));
    let binary_sha256 = archive::sha256_hex(&content);
    let before: Option<Manifest> = std::fs::read(&note).ok().and_then(|text| serde_json::from_slice(&text).ok());
    let old = std::fs::read(&zip).ok();
    let unchanged = before.as_ref().zip(old.as_ref()).filter(|(before, old)| {
        before.binary_sha256 == binary_sha256
            && before.profile == request.profile()
            && before.zip_sha256 == archive::sha256_hex(old)
    });
    let (sha256, zip_bytes, rebuilt) = if let Some((before, old)) = unchanged {
        (before.zip_sha256.clone(), old.len(), false)
    } else {
        let fail = |error| Error::Pack { function: name.to_owned(), reason: chain(&error) };
        let bytes = archive::pack(&content, purpose.effort()).map_err(fail)?;
        let zip_sha256 = archive::sha256_hex(&bytes);
        let rebuilt = old.as_deref() != Some(&bytes);
        replace(&zip, &bytes)?;
        let profile = request.profile().to_owned();
        let manifest = Manifest { binary_sha256, zip_sha256: zip_sha256.clone(), profile };
        let text = serde_json::to_vec(&manifest)
            .map_err(|error| Error::Pack { function: name.to_owned(), reason: chain(&error) })?;
        replace(&note, &text)?;
        (zip_sha256, bytes.len(), rebuilt)
    };
    Ok(Package {
        name: name.to_owned(),
        arch: needs.machine.as_str().to_owned(),
        zip,
        zip_bytes: zip_bytes as u64,
        binary_bytes: content.len() as u64,
        sha256,
        glibc: newest.map(|glibc| glibc.to_string()),
        rebuilt,
    })
}

/// Writes beside and renames, so that an interrupted build never leaves half an archive.
fn replace(path: &Path, content: &[u8]) -> Result<()> {
    let beside = path.with_extension(format!("tmp{}", std::process::id()));
    std::fs::write(&beside, content).map_err(file("write", &beside))?;
    std::fs::rename(&beside, path).map_err(file("write", path))
}

fn file(verb: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::File { verb, path, source }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct Lines(Mutex<Vec<String>>);

    impl Reporter for Lines {
        fn event(&self, event: &Event) {
            if let Event::CargoLine { line } = event {
                self.0.lock().unwrap().push(line.clone());
            }
        }
    }

    fn project(main: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let manifest = "[package]\nname = \"hands\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n\
                        [profile.lambda]\ninherits = \"release\"\n[[bin]]\nname = \"one\"\npath = \"one.rs\"\n";
        std::fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
        std::fs::write(folder.path().join("one.rs"), main).unwrap();
        folder
    }

    fn request(folder: &Path, functions: &[&str]) -> BuildRequest {
        BuildRequest {
            root: folder.to_owned(),
            package: "hands".to_owned(),
            functions: functions.iter().map(|name| (*name).to_owned()).collect(),
            out: folder.join("out"),
            purpose: Purpose::Local,
            profile: None,
            machine: None,
        }
    }

    #[tokio::test]
    async fn a_second_build_of_the_same_source_is_not_rebuilt() {
        let folder = project("fn main() {}");
        let first = build(&request(folder.path(), &["one"]), &crate::Silent).await.unwrap();
        assert!(first[0].rebuilt);
        let second = build(&request(folder.path(), &["one"]), &crate::Silent).await.unwrap();
        assert!(!second[0].rebuilt);
        assert_eq!(first[0].sha256, second[0].sha256);
        assert_eq!(first[0].sha256, archive::sha256_hex(&std::fs::read(&second[0].zip).unwrap()));
        std::fs::write(&second[0].zip, b"damaged").unwrap();
        let third = build(&request(folder.path(), &["one"]), &crate::Silent).await.unwrap();
        assert!(third[0].rebuilt, "a damaged archive was kept");
        assert_eq!(first[0].sha256, third[0].sha256);
    }

    #[tokio::test]
    async fn a_compile_error_is_shown_whole() {
        let folder = project("fn main() { let x: u8 = \"no\"; }");
        let lines = Lines::default();
        let error = build(&request(folder.path(), &["one"]), &lines).await.unwrap_err();
        let Error::Compile { output } = error else { panic!("{error}") };
        assert!(output.contains("E0308") && output.contains("one.rs:1"), "{output}");
        assert!(lines.0.lock().unwrap().iter().any(|line| line.contains("E0308")));
    }

    #[tokio::test]
    async fn an_unknown_function_names_those_there_are() {
        let folder = project("fn main() {}");
        let error = build(&request(folder.path(), &["two"]), &crate::Silent).await.unwrap_err();
        assert_eq!(error.to_string(), "package `hands` has no binary `two`; it has: one");
    }

    #[test]
    fn a_folder_that_is_no_workspace_says_so_in_cargos_words() {
        let folder = tempfile::tempdir().unwrap();
        let error = binaries(folder.path(), "hands").unwrap_err();
        assert!(error.to_string().contains("Cargo.toml"), "{error}");
    }
}
