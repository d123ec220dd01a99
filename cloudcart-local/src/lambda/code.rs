//! Keeps functions' code: zips unpacked once into folders named after their digest.

use super::{input::invalid_parameter, record::CodeRef};
use crate::error::AwsError;
use bytes::Bytes;
use std::{
    collections::HashSet,
    fs,
    io::{self, Cursor, Read, Seek, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};
use zip::ZipArchive;

/// Bytes that Lambda lets a package have when unpacked.
const UNZIPPED_LIMIT: u64 = 262_144_000;

/// Where code is unpacked.
#[derive(Debug, Clone)]
pub(super) struct CodeStore {
    root: Arc<Path>,
}

impl CodeStore {
    /// Opens (or makes) `root`.
    pub(super) fn open(root: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&root)?;
        Ok(Self { root: root.into() })
    }

    /// The folder of unpacked code: a function's task root.
    pub(super) fn folder(&self, code: &CodeRef) -> PathBuf {
        self.root.join(&code.sha256)
    }

    /// Unpacks `zip` unless that was done before. Refuses what could not run: no `bootstrap`, one that is not executable,
    /// one built for another machine.
    pub(super) async fn add(&self, zip: Bytes) -> Result<CodeRef, AwsError> {
        let store = self.clone();
        tokio::task::spawn_blocking(move || store.add_blocking(&zip))
            .await
            .map_err(|error| AwsError::internal(&error))?
    }

    fn add_blocking(&self, zip: &[u8]) -> Result<CodeRef, AwsError> {
        let digest = ring::digest::digest(&ring::digest::SHA256, zip);
        let sha256: String = digest
            .as_ref()
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .filter_map(|digit| char::from_digit(digit.into(), 16))
            .collect();
        let code = CodeRef { sha256, size: zip.len() as u64 };
        let folder = self.folder(&code);
        if folder.is_dir() {
            return Ok(code);
        }
        // Unpacked beside and renamed, so that a folder with the digest's name is always whole.
        let staging = tempfile_beside(&folder);
        let unpacked = unpack(zip, &staging).and_then(|()| check_bootstrap(&staging.join("bootstrap")));
        let kept = unpacked.and_then(|()| match fs::rename(&staging, &folder) {
            // Another call unpacked the same zip meanwhile.
            Err(_) if folder.is_dir() => fs::remove_dir_all(&staging).map_err(|error| AwsError::internal(&error)),
            result => result.map_err(|error| AwsError::internal(&error)),
        });
        if let Err(error) = kept {
            let _ = fs::remove_dir_all(&staging);
            return Err(error);
        }
        Ok(code)
    }

    /// Removes folders that no function uses. Only while nothing runs.
    pub(super) fn sweep(&self, used: &HashSet<String>) {
        let Ok(entries) = fs::read_dir(&self.root) else { return };
        for entry in entries.flatten() {
            if !entry.file_name().to_str().is_some_and(|name| used.contains(name))
                && let Err(error) = fs::remove_dir_all(entry.path())
            {
                tracing::warn!(folder = %entry.path().display(), %error, "could not remove unused function code");
            }
        }
    }
}

fn tempfile_beside(folder: &Path) -> PathBuf {
    folder.with_extension(format!("part-{}", uuid::Uuid::new_v4().simple()))
}

fn bad_zip(error: &dyn std::fmt::Display) -> AwsError {
    invalid_parameter(format!(
        "Could not unzip uploaded file. Please check your file, then try to upload again. ({error})"
    ))
}

fn unpack(zip: &[u8], into: &Path) -> Result<(), AwsError> {
    let mut archive = ZipArchive::new(Cursor::new(zip)).map_err(|error| bad_zip(&error))?;
    fs::create_dir_all(into).map_err(|error| AwsError::internal(&error))?;
    let mut left = UNZIPPED_LIMIT;
    for index in 0..archive.len() {
        left -= unpack_entry(&mut archive, index, into, left)?;
    }
    Ok(())
}

/// Unpacks one entry; gives its bytes.
fn unpack_entry<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    index: usize,
    into: &Path,
    left: u64,
) -> Result<u64, AwsError> {
    let mut entry = archive.by_index(index).map_err(|error| bad_zip(&error))?;
    let name = entry.enclosed_name().ok_or_else(|| {
        invalid_parameter(format!("the zip's entry {:?} points outside of the package", entry.name()))
    })?;
    let path = into.join(name);
    let internal = |error: io::Error| AwsError::internal(&error);
    if entry.is_dir() {
        fs::create_dir_all(&path).map_err(internal)?;
        return Ok(0);
    }
    if entry.is_symlink() {
        return Err(invalid_parameter(format!(
            "the zip's entry {:?} is a symbolic link, which the local cloud does not unpack",
            entry.name()
        )));
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(internal)?;
    }
    let mode = entry.unix_mode();
    let mut file = fs::File::create(&path).map_err(internal)?;
    // What an entry says of its size is not to be trusted: the copy itself is limited.
    let copied = io::copy(&mut (&mut entry).take(left + 1), &mut file).map_err(|error| bad_zip(&error))?;
    if copied > left {
        return Err(invalid_parameter(format!("Unzipped size must be smaller than {UNZIPPED_LIMIT} bytes")));
    }
    file.flush().map_err(internal)?;
    let executable = mode.is_some_and(|mode| mode & 0o111 != 0);
    let mode = if executable { 0o755 } else { 0o644 };
    file.set_permissions(fs::Permissions::from_mode(mode)).map_err(internal)?;
    Ok(copied)
}

fn check_bootstrap(path: &Path) -> Result<(), AwsError> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => metadata,
        _ => {
            return Err(invalid_parameter(
                "Couldn't find valid bootstrap(s): [/var/task/bootstrap]. The package must hold an executable named \
                 bootstrap at its root",
            ));
        }
    };
    if metadata.permissions().mode() & 0o111 == 0 {
        return Err(invalid_parameter(
            "/var/task/bootstrap: permission denied. The package's bootstrap is not marked as executable; set its Unix mode \
             to 0755 in the zip",
        ));
    }
    let mut head = Vec::with_capacity(20);
    fs::File::open(path)
        .and_then(|file| file.take(20).read_to_end(&mut head))
        .map_err(|error| AwsError::internal(&error))?;
    match foreign(&head) {
        None => Ok(()),
        Some(what) => Err(invalid_parameter(format!(
            "/var/task/bootstrap: exec format error. The package's bootstrap is {what}; this machine needs {}",
            native()
        ))),
    }
}

fn native() -> &'static str {
    match (cfg!(target_os = "macos"), cfg!(target_arch = "aarch64")) {
        (true, _) => "a macOS program (or a script)",
        (false, true) => "a Linux program for arm64 (or a script)",
        (false, false) => "a Linux program for x86_64 (or a script)",
    }
}

/// What a program's first bytes say, where this machine cannot run it.
fn foreign(head: &[u8]) -> Option<String> {
    const X86_64: u16 = 62;
    const AARCH64: u16 = 183;
    let macos = cfg!(target_os = "macos");
    match head {
        [b'#', b'!', ..] => None,
        [0x7f, b'E', b'L', b'F', class, order, rest @ ..] => {
            let machine = match rest {
                [_, _, _, _, _, _, _, _, _, _, _, _, low, high, ..] => u16::from_le_bytes([*low, *high]),
                _ => 0,
            };
            let wanted = if cfg!(target_arch = "aarch64") { AARCH64 } else { X86_64 };
            let name = match machine {
                X86_64 => "x86_64".to_owned(),
                AARCH64 => "arm64".to_owned(),
                other => format!("ELF machine {other}"),
            };
            (macos || *class != 2 || *order != 1 || machine != wanted).then(|| format!("a Linux program for {name}"))
        }
        [0xcf, 0xfa, 0xed, 0xfe, ..] | [0xca, 0xfe, 0xba, 0xbe, ..] if macos => None,
        [0xcf, 0xfa, 0xed, 0xfe, ..] | [0xca, 0xfe, 0xba, 0xbe, ..] => Some("a macOS program".to_owned()),
        [b'M', b'Z', ..] => Some("a Windows program".to_owned()),
        _ => Some("neither a program nor a script that starts with #!".to_owned()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use zip::{ZipWriter, write::SimpleFileOptions};

    fn zip(entries: &[(&str, u32, &[u8])]) -> Bytes {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, mode, content) in entries {
            writer.start_file(*name, SimpleFileOptions::default().unix_permissions(*mode)).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner().into()
    }

    fn store() -> (tempfile::TempDir, CodeStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = CodeStore::open(folder.path().join("code")).unwrap();
        (folder, store)
    }

    fn refusal(entries: &[(&str, u32, &[u8])]) -> String {
        let (_folder, store) = store();
        let message = store.add_blocking(&zip(entries)).unwrap_err().message;
        assert_eq!(fs::read_dir(&store.root).unwrap().count(), 0, "nothing half-unpacked stays");
        message
    }

    #[test]
    fn code_is_unpacked_once_with_its_executable_bits() {
        let (_folder, store) = store();
        let bytes = zip(&[("bootstrap", 0o755, b"#!/bin/x\n"), ("data/prices.json", 0o644, b"{}")]);
        let code = store.add_blocking(&bytes).unwrap();
        assert_eq!(store.add_blocking(&bytes).unwrap(), code);
        let mode = |name: &str| fs::metadata(store.folder(&code).join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("bootstrap"), mode("data/prices.json")), (0o755, 0o644));
        store.sweep(&HashSet::from([code.sha256.clone()]));
        assert!(store.folder(&code).is_dir());
        store.sweep(&HashSet::new());
        assert!(!store.folder(&code).exists());
    }

    #[test]
    fn what_could_not_run_is_refused_with_the_reason() {
        assert!(refusal(&[("main", 0o755, b"#!x")]).contains("find valid bootstrap"));
        assert!(refusal(&[("bootstrap", 0o644, b"#!x")]).contains("not marked as executable"));
        assert!(refusal(&[("bootstrap", 0o755, b"plain text")]).contains("neither a program nor a script"));
        let mut elf = [0; 20];
        elf[..6].copy_from_slice(&[0x7f, b'E', b'L', b'F', 2, 1]);
        elf[18] = if cfg!(target_arch = "aarch64") { 62 } else { 183 };
        let other = if cfg!(target_arch = "aarch64") { "x86_64" } else { "arm64" };
        assert!(refusal(&[("bootstrap", 0o755, &elf)]).contains(&format!("a Linux program for {other}")));
        let (_folder, store) = store();
        assert!(store.add_blocking(b"not a zip").unwrap_err().message.starts_with("Could not unzip uploaded file"));
    }

    #[test]
    fn an_entry_that_climbs_out_of_the_package_is_refused() {
        assert!(refusal(&[("bootstrap", 0o755, b"#!x"), ("../evil", 0o644, b"x")]).contains("outside"));
    }

    #[test]
    fn this_very_program_may_run_here() {
        let mut head = [0; 20];
        fs::File::open(std::env::current_exe().unwrap()).unwrap().read_exact(&mut head).unwrap();
        assert_eq!(foreign(&head), None);
    }
}
