//! Builds the handler binaries with cargo, once for all functions, and packs each into a reproducible archive.

pub mod choose;
mod compile;
pub mod environment;
pub mod flags;
mod memory;
mod pack;
mod progress;
pub mod refusal;
mod remap;
pub mod toolchain;
mod workspace;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use futures_util::{StreamExt as _, TryStreamExt as _};
use serde::Serialize;

pub use choose::Builder;
use choose::{choose, missing_for, target_argument};
use compile::{Call, Compiled};
pub use environment::Environment;
use memory::Memory;
use pack::{Fit, Packed, Shelf, file, pack};
use refusal::{Refusal, inspect};
use remap::Folders;
use toolchain::Toolchain;
use workspace::Workspace;

use crate::elf::{self, Machine, Newest};
use crate::error::{Error, Result, chain};
use crate::report::{Event, Reporter};

/// The day that archives are dated with, for programs that put a date into what they make: 1980-01-01.
const EPOCH: &str = "315532800";

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
    /// Who compiles for Lambda; without one, whoever can.
    pub builder: Option<Builder>,
    /// Whether the compiler's words are in colour.
    pub colour: bool,
    /// The variables that the build sees.
    pub environment: Environment,
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

/// What a build came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// Each function, packed, in the order in which they were asked for.
    pub packages: Vec<Package>,
    /// How long each took to be packed, in milliseconds; in the same order.
    pub pack_millis: Vec<u64>,
    /// Who compiled.
    pub builder: Builder,
    /// The target as it was named to the builder; none for this machine.
    pub target: Option<String>,
    /// The cargo profile.
    pub profile: String,
    /// Whether anything had to be compiled.
    pub compiled: bool,
    /// How long the builder ran, in milliseconds.
    pub compile_millis: u64,
}

/// Builds and packs.
pub async fn build(request: &BuildRequest, reporter: &dyn Reporter) -> Result<Built> {
    let mut built = Built {
        packages: Vec::new(),
        pack_millis: Vec::new(),
        builder: Builder::Cargo,
        target: None,
        profile: request.profile().to_owned(),
        compiled: false,
        compile_millis: 0,
    };
    // Cargo without a name would build all there are.
    if request.functions.is_empty() {
        return Ok(built);
    }
    let workspace = Workspace::read(&request.root, &request.environment)?;
    let known = workspace.binaries(&request.package)?;
    for name in &request.functions {
        if !known.contains(name) {
            let (package, name) = (request.package.clone(), name.clone());
            return Err(Error::NoSuchBinary { package, name, known });
        }
    }
    let folders = workspace.folders();
    let begun = Instant::now();
    let (fits, call, compiled) = match request.purpose {
        Purpose::Local => local(request, reporter).await?,
        Purpose::Lambda => lambda(request, &folders, reporter).await?,
    };
    built.compile_millis = millis(begun);
    built.builder = call.builder;
    built.target = call.target.as_ref().map(|target| target_argument(target, call.builder));
    built.compiled = compiled.anything;
    reporter.event(&Event::Compiled {
        compiled: built.compiled,
        millis: built.compile_millis,
        warnings: compiled.warnings,
    });
    tokio::fs::create_dir_all(&request.out).await.map_err(file("make", &request.out))?;
    let home = request.environment.cargo_home(&request.root);
    let shelf = Shelf {
        out: request.out.clone(),
        purpose: request.purpose,
        profile: request.profile().to_owned(),
        folders: [Some(folders.workspace), Some(folders.target), home].into_iter().flatten().collect(),
    };
    let at_once = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let jobs = fits.into_iter().map(|fit| packing(fit, shelf.clone()));
    let mut packed = futures_util::stream::iter(jobs).buffered(at_once);
    while let Some((Packed { package, folder }, took)) = packed.try_next().await? {
        if let Some(folder) = folder {
            reporter.event(&Event::FolderInBinary { function: package.name.clone(), folder });
        }
        reporter.event(&Event::Packed(package.clone()));
        built.packages.push(package);
        built.pack_millis.push(took);
    }
    Ok(built)
}

async fn packing(fit: Fit, shelf: Shelf) -> Result<(Packed, u64)> {
    let function = fit.function.clone();
    let begun = Instant::now();
    let packed = tokio::task::spawn_blocking(move || pack(&fit, &shelf)).await;
    let packed = packed.map_err(|error| Error::Pack { function, reason: chain(&error) })??;
    Ok((packed, millis(begun)))
}

fn millis(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// For this machine: as `cargo build` of the workspace does, and in its folder.
async fn local(request: &BuildRequest, reporter: &dyn Reporter) -> Result<(Vec<Fit>, Call, Compiled)> {
    let call = Call { builder: Builder::Cargo, target: None, environment: request.environment.clone() };
    started(request, &call, reporter);
    let compiled = call.run(request, reporter).await?;
    let mut fits = Vec::new();
    for (function, binary) in binaries_of(request, &compiled.executables)? {
        let content = std::fs::read(&binary).map_err(file("read", &binary))?;
        // Where this machine is no Linux, its binaries are no ELF files, and run all the same.
        fits.push(Fit { function, binary, needs: elf::read(&content).ok() });
    }
    Ok((fits, call, compiled))
}

/// For Lambda: by whoever can, and only what Lambda can run.
async fn lambda(
    request: &BuildRequest,
    folders: &Folders,
    reporter: &dyn Reporter,
) -> Result<(Vec<Fit>, Call, Compiled)> {
    let machine = request.machine.or(Machine::host()).unwrap_or(Machine::X86_64);
    let target = machine.rust_target();
    let facts = Toolchain::gather(&request.root, target, &request.environment).await;
    if let Some(native) = &facts.native {
        return Err(Error::NativeCpu { native: Box::new(native.clone()), machine });
    }
    let memory = Memory::of(&folders.target, &facts);
    let cannot = |missing| Error::CannotBuild { target: target.to_owned(), missing };
    let builder = choose(&facts, request.builder, memory.is_too_new()).map_err(cannot)?;
    let flags = remap::flags(&facts, folders);
    let call = call(request, target, builder, &flags);
    started(request, &call, reporter);
    let compiled = call.run(request, reporter).await?;
    let newest = match inspected(request, &compiled, machine)? {
        Ok(fits) => return Ok((fits, call, compiled)),
        Err((function, binary, Refusal::Glibc(newest))) if builder == Builder::Cargo => {
            let lacks = missing_for(&facts, Builder::Zigbuild);
            if request.builder.is_some() || !lacks.is_empty() {
                let hint = way_to_older_glibc(request, &lacks);
                let refusal = Box::new(Refusal::Glibc(newest));
                return Err(Error::Binary { function, binary, refusal, hint });
            }
            newest
        }
        Err(refused) => return Err(unfit(refused)),
    };
    memory.keep(&newest);
    let call = self::call(request, target, Builder::Zigbuild, &flags);
    reporter.event(&Event::BuilderChanged { builder: Builder::Zigbuild, reason: reason(&newest) });
    let compiled = call.run(request, reporter).await?;
    match inspected(request, &compiled, machine)? {
        Ok(fits) => Ok((fits, call, compiled)),
        Err(refused) => Err(unfit(refused)),
    }
}

fn unfit((function, binary, refusal): Refused) -> Error {
    let hint = refusal.hint();
    Error::Binary { function, binary, refusal: Box::new(refusal), hint }
}

fn reason(newest: &Newest) -> String {
    format!("plain cargo's binary needs glibc {} ({newest})", newest.glibc)
}

fn call(request: &BuildRequest, target: &str, builder: Builder, flags: &str) -> Call {
    let mut environment = request.environment.clone().with("CARGO_ENCODED_RUSTFLAGS", flags);
    if environment.var("SOURCE_DATE_EPOCH").is_none() {
        environment = environment.with("SOURCE_DATE_EPOCH", EPOCH);
    }
    if builder == Builder::Zigbuild {
        // It would be taken in place of zig, and the glibc would be whatever it links with.
        environment = environment.without(&flags::variable(&["target", target, "linker"]));
    }
    Call { builder, target: Some(target.to_owned()), environment }
}

fn way_to_older_glibc(request: &BuildRequest, lacks: &[choose::Missing]) -> String {
    let mut lines: Vec<String> = Vec::new();
    if request.builder == Some(Builder::Cargo) {
        lines.push(
            "leave the builder to this command (`--builder auto`): cargo zigbuild links for glibc 2.34".to_owned(),
        );
    } else {
        lines.push("with cargo-zigbuild and zig this command links for glibc 2.34 by itself".to_owned());
    }
    lines.extend(lacks.iter().map(|missing| missing.remedy.clone()));
    lines.join("\n")
}

fn started(request: &BuildRequest, call: &Call, reporter: &dyn Reporter) {
    reporter.event(&Event::BuildStarted {
        functions: request.functions.clone(),
        profile: request.profile().to_owned(),
        builder: call.builder,
        target: call.target.as_ref().map(|target| target_argument(target, call.builder)),
    });
}

type Refused = (String, PathBuf, Refusal);

/// The first binary that Lambda could not run, if there is one.
fn inspected(request: &BuildRequest, compiled: &Compiled, machine: Machine) -> Result<Result<Vec<Fit>, Refused>> {
    let mut fits = Vec::new();
    for (function, binary) in binaries_of(request, &compiled.executables)? {
        match inspect(&binary, machine)? {
            Ok(needs) => fits.push(Fit { function, binary, needs: Some(needs) }),
            Err(refusal) => return Ok(Err((function, binary, refusal))),
        }
    }
    Ok(Ok(fits))
}

fn binaries_of(request: &BuildRequest, made: &BTreeMap<String, PathBuf>) -> Result<Vec<(String, PathBuf)>> {
    let find = |name: &String| {
        let reason = "cargo built it but named no executable".to_owned();
        let binary = made.get(name).ok_or_else(|| Error::Pack { function: name.clone(), reason })?;
        Ok((name.clone(), binary.clone()))
    };
    request.functions.iter().map(find).collect()
}

/// The names of the binaries of a package of the workspace at `root`.
pub fn binaries(root: &Path, package: &str) -> Result<Vec<String>> {
    Workspace::read(root, &Environment::of_process())?.binaries(package)
}

/// The folders whose contents make the binaries of a package: its own, and those of the path dependencies it has, directly
/// or not. What to watch in order to rebuild.
pub fn source_folders(root: &Path, package: &str) -> Result<Vec<PathBuf>> {
    Ok(Workspace::read(root, &Environment::of_process())?.source_folders(package))
}

/// What cargo says of the workspace at `root`.
pub(crate) fn metadata(root: &Path) -> Result<cargo_metadata::Metadata> {
    Ok(Workspace::read(root, &Environment::of_process())?.into_metadata())
}

/// Whether plain cargo's binary was seen to need a newer glibc than Lambda's, with this very toolchain. `folder` is where cargo
/// builds.
pub fn is_too_new(folder: &Path, facts: &Toolchain) -> bool {
    Memory::of(folder, facts).is_too_new()
}

#[cfg(test)]
mod tests;
