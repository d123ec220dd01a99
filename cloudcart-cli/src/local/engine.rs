//! The local cloud itself, in this process: the one place that knows its crate.

use std::path::Path;

use crate::failure::Failure;

/// A cloud that runs in this process.
pub(crate) struct Cloud(());

impl Cloud {
    /// Lets running invocations finish, ends every function, and puts the state away.
    #[allow(clippy::unused_async, reason = "the engine's is")]
    pub(crate) async fn shutdown(self) {
        let () = self.0;
    }
}

/// Starts it; when this returns it answers, and its status document is written.
#[allow(clippy::unused_async, reason = "the engine's is")]
pub(crate) async fn start(state_dir: &Path, port: u16, api_port: u16, region: &str) -> Result<Cloud, Failure> {
    let _ = (state_dir, port, api_port, region);
    Err(Failure::internal("this build has no local cloud"))
}
