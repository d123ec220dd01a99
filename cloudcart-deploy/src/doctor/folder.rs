//! Whether a folder can be written, and how much room there is: looked at, not tried.

use std::path::{Path, PathBuf};

/// What is known of a folder that may not exist yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderFacts {
    /// The folder that is asked for.
    pub path: PathBuf,
    /// The nearest that exists: itself, or the one in which it would be made.
    pub nearest: PathBuf,
    /// Why nothing can be written there; none when it can.
    pub refused: Option<String>,
    /// Free bytes for this user on its file system; none when that cannot be told.
    pub free: Option<u64>,
}

/// Looks at a folder.
pub fn folder(path: &Path) -> FolderFacts {
    let nearest = path.ancestors().find(|one| one.symlink_metadata().is_ok()).unwrap_or(Path::new("/")).to_owned();
    let refused = match std::fs::metadata(&nearest) {
        Ok(facts) if facts.is_dir() => refusal(&nearest),
        Ok(_) => Some("it is no folder".to_owned()),
        Err(error) => Some(error.to_string()),
    };
    FolderFacts { path: path.to_owned(), free: free(&nearest), nearest, refused }
}

#[cfg(unix)]
fn refusal(folder: &Path) -> Option<String> {
    use nix::unistd::{AccessFlags, access};
    access(folder, AccessFlags::W_OK | AccessFlags::X_OK).err().map(|error| error.desc().to_lowercase())
}

#[cfg(not(unix))]
fn refusal(folder: &Path) -> Option<String> {
    let facts = std::fs::metadata(folder);
    facts.is_ok_and(|facts| facts.permissions().readonly()).then(|| "it is read-only".to_owned())
}

#[cfg(unix)]
fn free(folder: &Path) -> Option<u64> {
    let facts = nix::sys::statvfs::statvfs(folder).ok()?;
    // The width of these numbers differs between systems.
    #[allow(clippy::useless_conversion, reason = "it is one on some systems")]
    u64::from(facts.blocks_available()).checked_mul(u64::from(facts.fragment_size()))
}

#[cfg(not(unix))]
fn free(_folder: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_yet_is_judged_by_the_one_around_it() {
        let around = tempfile::tempdir().unwrap();
        let facts = folder(&around.path().join("a/b"));
        assert_eq!((facts.nearest.as_path(), facts.refused), (around.path(), None));
        assert!(!around.path().join("a").exists(), "looking made it");
        assert!(cfg!(not(unix)) || facts.free.is_some_and(|bytes| bytes > 0));
    }

    #[test]
    fn a_file_in_its_place_is_named() {
        let around = tempfile::tempdir().unwrap();
        std::fs::write(around.path().join("file"), "").unwrap();
        assert_eq!(folder(&around.path().join("file/b")).refused.as_deref(), Some("it is no folder"));
    }
}
