//! Notices that source files changed, by asking for their dates: a few hundred files twice a second cost nothing, and it
//! works the same on every file system.
#![cfg_attr(not(feature = "local"), allow(dead_code, reason = "only `dev` watches"))]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

const INTERVAL: Duration = Duration::from_millis(400);

/// The dates and sizes of the files that make the binaries.
pub(crate) type Snapshot = BTreeMap<PathBuf, (SystemTime, u64)>;

/// Watches folders.
#[derive(Debug)]
pub(crate) struct Watch {
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
    last: Snapshot,
}

impl Watch {
    /// Watches the sources in `folders`, and `files`, from now on.
    pub(crate) fn new(folders: Vec<PathBuf>, files: Vec<PathBuf>) -> Self {
        let last = snapshot(&folders, &files);
        Self { folders, files, last }
    }

    /// Waits until something changed and has been still for a moment. Returns what changed.
    pub(crate) async fn changed(&mut self) -> Vec<PathBuf> {
        loop {
            tokio::time::sleep(INTERVAL).await;
            let mut now = self.look().await;
            if now == self.last {
                continue;
            }
            // Editors write several files, and each in steps.
            loop {
                tokio::time::sleep(INTERVAL / 2).await;
                let later = self.look().await;
                if later == now {
                    break;
                }
                now = later;
            }
            let changed = difference(&self.last, &now);
            self.last = now;
            if !changed.is_empty() {
                return changed;
            }
        }
    }

    async fn look(&self) -> Snapshot {
        let (folders, files) = (self.folders.clone(), self.files.clone());
        let before = self.last.clone();
        tokio::task::spawn_blocking(move || snapshot(&folders, &files)).await.unwrap_or(before)
    }
}

fn difference(before: &Snapshot, after: &Snapshot) -> Vec<PathBuf> {
    let mut changed: Vec<PathBuf> =
        after.iter().filter(|(path, state)| before.get(*path) != Some(state)).map(|(path, _)| path.clone()).collect();
    changed.extend(before.keys().filter(|path| !after.contains_key(*path)).cloned());
    changed
}

fn snapshot(folders: &[PathBuf], files: &[PathBuf]) -> Snapshot {
    let mut snapshot = Snapshot::new();
    let mut open: Vec<PathBuf> = folders.to_vec();
    while let Some(folder) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                // What the build and the local cloud write must not start the next build.
                if !name.starts_with('.') && name != "target" && name != "node_modules" {
                    open.push(entry.path());
                }
            } else if kind.is_file() && is_source(&name) {
                note(&mut snapshot, &entry.path());
            }
        }
    }
    for file in files {
        note(&mut snapshot, file);
    }
    snapshot
}

fn is_source(name: &str) -> bool {
    !name.starts_with('.')
        && Path::new(name).extension().is_some_and(|ending| {
            ["rs", "toml", "json", "yaml", "yml", "sql"].iter().any(|known| ending.eq_ignore_ascii_case(known))
        })
}

fn note(snapshot: &mut Snapshot, path: &Path) {
    if let Ok(data) = std::fs::metadata(path) {
        snapshot.insert(path.to_owned(), (data.modified().unwrap_or(SystemTime::UNIX_EPOCH), data.len()));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[tokio::test]
    async fn a_changed_source_is_noticed_and_the_build_s_own_files_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("src/lib.rs");
        std::fs::create_dir_all(folder.path().join("src")).unwrap();
        std::fs::create_dir_all(folder.path().join("target")).unwrap();
        std::fs::write(&source, "a").unwrap();
        let mut watch = Watch::new(vec![folder.path().to_owned()], vec![]);
        std::fs::write(folder.path().join("target/x.rs"), "b").unwrap();
        std::fs::write(folder.path().join("src/notes.txt"), "b").unwrap();
        std::fs::write(&source, "changed").unwrap();
        let changed = tokio::time::timeout(Duration::from_secs(20), watch.changed()).await.unwrap();
        assert_eq!(changed, std::slice::from_ref(&source));
        std::fs::remove_file(&source).unwrap();
        let changed = tokio::time::timeout(Duration::from_secs(20), watch.changed()).await.unwrap();
        assert_eq!(changed, [source]);
    }
}
