//! What cargo says of a workspace: its binaries, its folders, and the sources that make a package.

use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

use super::environment::Environment;
use super::remap::Folders;
use crate::error::{Error, Result, chain};

/// A workspace, as cargo reads it.
#[derive(Debug)]
pub(super) struct Workspace {
    root: PathBuf,
    metadata: Metadata,
}

impl Workspace {
    pub(super) fn read(root: &Path, environment: &Environment) -> Result<Self> {
        let no_workspace = |reason: String| Error::Workspace { root: root.to_owned(), reason };
        let mut command = MetadataCommand::new();
        let mut command = command.cargo_path(environment.cargo()).current_dir(root).no_deps().cargo_command();
        let output = command.env_clear().envs(environment.iter()).output();
        let output = output.map_err(|source| Error::CargoMissing { program: environment.cargo(), source })?;
        if !output.status.success() {
            return Err(no_workspace(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        let metadata = MetadataCommand::parse(String::from_utf8_lossy(&output.stdout));
        let metadata = metadata.map_err(|error| no_workspace(chain(&error)))?;
        Ok(Self { root: root.to_owned(), metadata })
    }

    /// All that cargo said.
    pub(super) fn into_metadata(self) -> Metadata {
        self.metadata
    }

    /// The names of a package's binaries.
    pub(super) fn binaries(&self, package: &str) -> Result<Vec<String>> {
        let found = self.metadata.packages.iter().find(|candidate| candidate.name.as_str() == package);
        let Some(found) = found else {
            return Err(Error::Workspace { root: self.root.clone(), reason: format!("it has no package `{package}`") });
        };
        Ok(found.targets.iter().filter(|target| target.is_bin()).map(|target| target.name.clone()).collect())
    }

    /// Its own folder and cargo's for what is built.
    pub(super) fn folders(&self) -> Folders {
        Folders {
            workspace: self.metadata.workspace_root.as_std_path().to_owned(),
            target: self.metadata.target_directory.as_std_path().to_owned(),
        }
    }

    /// The folders of a package and of the path dependencies it has, directly or not.
    pub(super) fn source_folders(&self, package: &str) -> Vec<PathBuf> {
        let mut folders = Vec::new();
        let mut open = vec![package.to_owned()];
        let mut seen = Vec::new();
        while let Some(name) = open.pop() {
            if seen.contains(&name) {
                continue;
            }
            if let Some(found) = self.metadata.packages.iter().find(|candidate| candidate.name.as_str() == name) {
                if let Some(folder) = found.manifest_path.parent() {
                    folders.push(folder.as_std_path().to_owned());
                }
                let local = found
                    .dependencies
                    .iter()
                    .filter(|dependency| dependency.path.is_some() && dependency.kind != DependencyKind::Development);
                open.extend(local.map(|dependency| dependency.name.clone()));
            }
            seen.push(name);
        }
        folders
    }
}
