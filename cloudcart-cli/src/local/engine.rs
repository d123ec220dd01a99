//! The local cloud itself, in this process: the one place that knows its crate.

use std::path::Path;

use cloudcart_deploy::error::chain;
use cloudcart_local::LocalCloud;
use cloudcart_local::cloud::{IamMode, StartError};

use crate::args::{Iam, Strictness};
use crate::failure::Failure;

/// A cloud that runs in this process.
pub(crate) struct Cloud(LocalCloud);

impl Cloud {
    /// Lets running invocations finish, ends every function, and puts the state away.
    pub(crate) async fn shutdown(self) {
        self.0.shutdown().await;
    }
}

/// Starts it; when this returns it answers, and its status document is written.
pub(crate) async fn start(
    state_dir: &Path,
    (port, api_port): (u16, u16),
    region: &str,
    strictness: Strictness,
) -> Result<Cloud, Failure> {
    let iam = match strictness.iam {
        Iam::Enforce => IamMode::Enforce,
        Iam::Warn => IamMode::Warn,
        Iam::Off => IamMode::Off,
    };
    let builder = LocalCloud::builder().state_dir(state_dir).port(port).api_port(api_port).region(region);
    let builder = builder.freeze(!strictness.no_freeze).iam(iam);
    builder.start().await.map(Cloud).map_err(|error| failure(&error))
}

const PORTS_HINT: &str = "pass --port and --api-port, or set them under [local] in cloudcart.toml; 0 takes a free one";

fn failure(error: &StartError) -> Failure {
    let causes = chain(error);
    // The port of an HTTP API is its engine's to bind.
    let api_port_in_use = matches!(error, StartError::Engine { .. }) && causes.contains("in use");
    let failure = Failure::internal("the local cloud cannot start").because(causes);
    match error {
        _ if api_port_in_use => failure.hint(PORTS_HINT),
        StartError::PortInUse { .. } => failure.hint(PORTS_HINT),
        StartError::Locked { .. } => failure.hint("stop it with `cloudcart local stop`"),
        StartError::State { .. } | StartError::StateVersion { .. } | StartError::Region { .. } => {
            failure.hint("forget its state with `cloudcart local reset`")
        }
        _ => failure,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[tokio::test]
    async fn a_port_in_use_is_named_with_the_flags_that_choose_another() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let Err(failure) = start(folder.path(), (port, 0), "us-east-1", Strictness::default()).await else {
            panic!("it started")
        };
        assert!(failure.cause.unwrap().contains(&format!("port {port} on 127.0.0.1 is in use")));
        assert!(failure.hint.unwrap().contains("--port"));
    }

    #[tokio::test]
    async fn a_started_cloud_is_found_through_its_document_and_gone_after_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let Ok(cloud) = start(folder.path(), (0, 0), "eu-west-1", Strictness::default()).await else {
            panic!("it did not start")
        };
        let document = super::super::alive(folder.path()).await.unwrap();
        assert_eq!((document.pid, document.region.as_str()), (std::process::id(), "eu-west-1"));
        assert!(!document.credentials.secret_access_key.is_empty());
        cloud.shutdown().await;
        assert!(super::super::alive(folder.path()).await.is_none());
    }
}
