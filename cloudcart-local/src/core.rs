//! What every engine of the local cloud shares: identity, time, randomness and the state store.

use crate::{clock::Clock, random::Random, store::Store};
use std::{path::PathBuf, sync::Arc};

/// The identity and the tools of one local cloud. Made once at start, after the endpoint's listener is bound.
pub struct Core {
    /// Region of every ARN, for example `us-east-1`.
    pub region: String,
    /// Twelve digits.
    pub account: String,
    /// Root URL of the AWS endpoint without a trailing slash, for example `http://127.0.0.1:4566`.
    pub endpoint: String,
    /// The folder all state lives in.
    pub state_dir: PathBuf,
    /// The time every engine reads.
    pub clock: Arc<dyn Clock>,
    /// The randomness every engine reads.
    pub random: Arc<dyn Random>,
    /// Small durable state: one JSON document per (namespace, key).
    pub store: Store,
}

impl Core {
    /// `arn:aws:<service>:<region>:<account>:<resource>`.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{resource}", self.region, self.account)
    }

    /// An ARN of a service without a region, such as IAM.
    pub fn global_arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}::{}:{resource}", self.account)
    }
}
