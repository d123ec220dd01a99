//! From a binary to an archive beside a note, so that what did not change is not packed again.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Package, Purpose};
use crate::archive::{self, Effort};
use crate::elf::{Machine, Needs};
use crate::error::{Error, Result, chain};

/// A binary that may be packed.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    pub(super) function: String,
    pub(super) binary: PathBuf,
    /// What it needs; none of a binary for this machine alone that is no ELF file.
    pub(super) needs: Option<Needs>,
}

/// Where archives go, and how they are made.
#[derive(Debug, Clone)]
pub(super) struct Shelf {
    pub(super) out: PathBuf,
    pub(super) purpose: Purpose,
    pub(super) profile: String,
    /// Folders of this machine that should not be in a binary.
    pub(super) folders: Vec<PathBuf>,
}

/// An archive, and what was noticed.
#[derive(Debug)]
pub(super) struct Packed {
    pub(super) package: Package,
    /// A folder of this machine that the binary names.
    pub(super) folder: Option<PathBuf>,
}

/// What stands beside each archive, so that an unchanged binary is not packed again.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    binary_sha256: String,
    zip_sha256: String,
    profile: String,
}

impl Purpose {
    const fn effort(self) -> Effort {
        match self {
            Self::Local => Effort::Fast,
            Self::Lambda => Effort::Small,
        }
    }
}

pub(super) fn pack(fit: &Fit, shelf: &Shelf) -> Result<Packed> {
    let fail = |reason: String| Error::Pack { function: fit.function.clone(), reason };
    let content = std::fs::read(&fit.binary).map_err(file("read", &fit.binary))?;
    let zip = shelf.out.join(format!("{}.zip", fit.function));
    let note = shelf.out.join(format!("{}.json", fit.function));
    let binary_sha256 = archive::sha256_hex(&content);
    let before: Option<Manifest> = std::fs::read(&note).ok().and_then(|text| serde_json::from_slice(&text).ok());
    let old = std::fs::read(&zip).ok();
    let unchanged = before.as_ref().zip(old.as_ref()).filter(|(before, old)| {
        before.binary_sha256 == binary_sha256
            && before.profile == shelf.profile
            && before.zip_sha256 == archive::sha256_hex(old)
    });
    let mut folder = None;
    let (sha256, zip_bytes, rebuilt) = if let Some((before, old)) = unchanged {
        (before.zip_sha256.clone(), old.len(), false)
    } else {
        if shelf.purpose == Purpose::Lambda {
            folder = shelf.folders.iter().find(|folder| names(&content, folder)).cloned();
        }
        let bytes = archive::pack(&content, shelf.purpose.effort()).map_err(|error| fail(chain(&error)))?;
        let zip_sha256 = archive::sha256_hex(&bytes);
        let rebuilt = old.as_deref() != Some(&bytes);
        replace(&zip, &bytes)?;
        let manifest = Manifest { binary_sha256, zip_sha256: zip_sha256.clone(), profile: shelf.profile.clone() };
        let text = serde_json::to_vec(&manifest).map_err(|error| fail(chain(&error)))?;
        replace(&note, &text)?;
        (zip_sha256, bytes.len(), rebuilt)
    };
    let machine = fit.needs.as_ref().map(|needs| needs.machine).or(Machine::host());
    let glibc = fit.needs.as_ref().and_then(|needs| needs.glibc.as_ref());
    let package = Package {
        name: fit.function.clone(),
        arch: machine.map_or("x86_64", Machine::as_str).to_owned(),
        zip,
        zip_bytes: zip_bytes as u64,
        binary_bytes: content.len() as u64,
        sha256,
        glibc: glibc.map(|newest| newest.glibc.to_string()),
        rebuilt,
    };
    Ok(Packed { package, folder })
}

/// Whether the folder's path is in the binary.
fn names(content: &[u8], folder: &Path) -> bool {
    let needle = folder.as_os_str().as_encoded_bytes();
    let Some((first, _)) = needle.split_first().filter(|_| needle.len() > 3) else { return false };
    let mut rest = content;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        if rest[at..].starts_with(needle) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

/// Writes beside and renames, so that an interrupted build never leaves half an archive.
fn replace(path: &Path, content: &[u8]) -> Result<()> {
    let beside = path.with_extension(format!("tmp{}", std::process::id()));
    std::fs::write(&beside, content).map_err(file("write", &beside))?;
    std::fs::rename(&beside, path).map_err(file("write", path))
}

pub(super) fn file(verb: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::File { verb, path, source }
}
