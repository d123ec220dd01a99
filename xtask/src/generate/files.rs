//! The files that should be there, compared with the ones that are.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// Where every file is generated: whatever else lies there is superfluous.
const OWNED: &[&str] = &["schemas", "src/resources", "src/policy/action", "tests/generated"];

/// The files that should be there.
pub(crate) struct Output {
    directory: PathBuf,
    files: BTreeMap<String, String>,
    kept: BTreeSet<String>,
}

/// A file that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    path: PathBuf,
    name: String,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Missing(String),
    Stale(String),
    Superfluous,
}

impl Output {
    pub(crate) fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), files: BTreeMap::new(), kept: BTreeSet::new() }
    }

    /// A file that is written by hand.
    pub(crate) fn keep(&mut self, name: impl Into<String>) {
        self.kept.insert(name.into());
    }

    pub(crate) fn put(&mut self, name: impl Into<String>, content: String) {
        self.files.insert(name.into(), content);
    }

    /// What has to change, by name.
    pub(crate) fn changes(self) -> anyhow::Result<Vec<Change>> {
        let mut present = BTreeSet::new();
        for owned in OWNED {
            list(&self.directory, owned, &mut present)?;
        }
        let mut changes = Vec::new();
        for name in present {
            if !self.files.contains_key(&name) && !self.kept.contains(&name) {
                changes.push(Change { path: self.directory.join(&name), name, kind: Kind::Superfluous });
            }
        }
        for (name, content) in self.files {
            let path = self.directory.join(&name);
            let kind = match std::fs::read_to_string(&path) {
                Ok(found) if found == content => continue,
                Ok(_) => Kind::Stale(content),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Kind::Missing(content),
                Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
            };
            changes.push(Change { path, name, kind });
        }
        Ok(changes)
    }
}

fn list(directory: &Path, under: &str, found: &mut BTreeSet<String>) -> anyhow::Result<()> {
    let path = directory.join(under);
    let entries = match std::fs::read_dir(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries.with_context(|| format!("cannot read {}", path.display()))?,
    };
    for entry in entries {
        let entry = entry?;
        let name = format!("{under}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list(directory, &name, found)?;
        } else {
            found.insert(name);
        }
    }
    Ok(())
}

impl Change {
    /// Writes the file, or removes it.
    pub(crate) fn apply(&self) -> anyhow::Result<()> {
        let context = || format!("cannot write {}", self.path.display());
        match &self.kind {
            Kind::Missing(content) | Kind::Stale(content) => {
                if let Some(parent) = self.path.parent() {
                    std::fs::create_dir_all(parent).with_context(context)?;
                }
                std::fs::write(&self.path, content).with_context(context)
            }
            Kind::Superfluous => {
                std::fs::remove_file(&self.path).with_context(context)?;
                // The last of its directory takes the directory with it; any other leaves it, by an error that is none.
                if let Some(parent) = self.path.parent() {
                    let _ = std::fs::remove_dir(parent);
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.kind {
            Kind::Missing(_) => "missing",
            Kind::Stale(_) => "stale",
            Kind::Superfluous => "superfluous",
        };
        write!(formatter, "{word}: {}", self.name)
    }
}
