//! The local cloud of a project: one per folder, found through the status document it keeps while it runs.

mod background;
mod document;
pub(crate) mod engine;

use std::path::PathBuf;

use cloudcart_deploy::Target;
use cloudcart_deploy::target::{StaticCredentials, TargetOptions};

pub(crate) use background::{ensure_running, log_file, reset, start, stop};
pub(crate) use document::{Document, alive, read};

use crate::config::Settings;
use crate::failure::Failure;
use crate::session::Session;

/// The port of the AWS endpoint, unless another is asked for.
pub(crate) const PORT: u16 = 4566;
/// The port of the first HTTP API, unless another is asked for.
pub(crate) const API_PORT: u16 = 3000;

/// Where the local cloud of this project keeps everything.
pub(crate) fn state_dir(settings: &Settings) -> PathBuf {
    settings.dot_folder().join("local")
}

/// How a running local cloud is reached.
pub(crate) fn options(document: &Document) -> TargetOptions {
    TargetOptions {
        region: Some(document.region.clone()),
        endpoint_url: Some(document.endpoint.clone()),
        credentials: Some(StaticCredentials {
            access_key_id: document.credentials.access_key_id.clone(),
            secret_access_key: document.credentials.secret_access_key.clone(),
        }),
        ..TargetOptions::default()
    }
}

/// Connects to a running local cloud and names it, as the first line on standard error.
pub(crate) async fn connect(session: &Session<'_>, document: &Document) -> Result<Target, Failure> {
    session.printer.clear();
    session.printer.note(&format!("target: local cloud at {}", document.endpoint));
    Ok(Target::connect(&options(document)).await?)
}

/// The ports to use: flags beat the file, which beats the defaults.
pub(crate) fn ports(settings: &Settings, flags: crate::args::Ports) -> (u16, u16) {
    (flags.port.or(settings.local_port).unwrap_or(PORT), flags.api_port.or(settings.local_api_port).unwrap_or(API_PORT))
}
