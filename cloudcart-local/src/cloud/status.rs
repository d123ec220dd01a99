//! What a running cloud says of itself: `cloud.json` in its state folder, and `/_cloudcart/status`.

use super::StartError;
use crate::iam::{Credentials, IamMode};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    io::Write as _,
    path::{Path, PathBuf},
};

/// A running cloud. The JSON shape is that of `cloudcart local status --format json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// Root URL of the AWS endpoint.
    pub endpoint: String,
    /// Region.
    pub region: String,
    /// Twelve digits.
    pub account: String,
    /// The account's own keys.
    pub credentials: Credentials,
    /// HTTP APIs: name and URL.
    pub apis: BTreeMap<String, String>,
    /// Process id of the cloud.
    pub pid: u32,
    /// The state folder.
    pub state_dir: PathBuf,
    /// Whether denials are refusals.
    pub iam: IamMode,
    /// Whether functions stand still between invocations.
    #[serde(default = "freezes")]
    pub freeze: bool,
    /// How far the cloud's clock is ahead of the machine's, in milliseconds.
    #[serde(default)]
    pub ahead_ms: u64,
    /// What the deployed templates ask for and the local cloud does not do, one line each.
    pub fidelity: Vec<String>,
}

/// What a document of an earlier build means.
fn freezes() -> bool {
    true
}

impl Status {
    /// The document for anybody on this machine: without the secret key, which only the folder's owner may read.
    pub(super) fn public(&self) -> serde_json::Value {
        let mut document = serde_json::json!(self);
        if let Some(credentials) = document["credentials"].as_object_mut() {
            credentials.remove("secretAccessKey");
        }
        document
    }
}

/// The document in the state folder, for other processes of the same user. Removed when dropped.
#[derive(Debug)]
pub(super) struct StatusFile {
    path: PathBuf,
}

impl StatusFile {
    /// Writes it, readable for its owner only, so that no reader sees half of it.
    pub(super) fn write(folder: &Path, status: &Status) -> Result<Self, StartError> {
        let path = folder.join(super::STATUS_FILE);
        let failed = |source| StartError::Folder { path: path.clone(), source };
        let temporary = folder.join(format!("{}.{}", super::STATUS_FILE, std::process::id()));
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&temporary).map_err(failed)?;
        let text = serde_json::to_string_pretty(status).map_err(|error| failed(error.into()))?;
        file.write_all(text.as_bytes()).map_err(failed)?;
        std::fs::rename(&temporary, &path).map_err(failed)?;
        Ok(Self { path })
    }
}

impl Drop for StatusFile {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::debug!(%error, "cannot remove the status file");
        }
    }
}
