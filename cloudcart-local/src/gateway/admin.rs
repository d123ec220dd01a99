//! What the cloud answers about itself, beside the services: its status and its clock.

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

/// Where the status document is.
pub const STATUS_PATH: &str = "/_cloudcart/status";
/// Where the clock is read and moved.
pub const CLOCK_PATH: &str = "/_cloudcart/clock";

/// The cloud, as its front needs it.
pub trait Admin: Send + Sync + 'static {
    /// The status document for anybody on this machine.
    fn status(&self) -> Value;

    /// The clock's document.
    fn clock(&self) -> Value;

    /// Moves the clock forward and gives its document, or says why not.
    fn advance(&self, by: Duration) -> Result<Value, Refused>;

    /// Whether this is the secret that only the owner of the state folder can read.
    fn is_owner(&self, secret: &str) -> bool;
}

/// Why the clock was not moved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It cannot be moved that far.
    #[error("the clock can be moved at most {} days ahead of this machine's", .0.as_secs() / 86_400)]
    TooFar(Duration),
    /// The move could not be written down.
    #[error("the clock's move could not be kept: {0}")]
    NotKept(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Move {
    forward_ms: u64,
}

/// Whether a path is one of these.
pub(super) fn is_admin(path: &str) -> bool {
    matches!(path, STATUS_PATH | CLOCK_PATH)
}

/// The answer to a request for one of these paths.
pub(super) fn answer(
    admin: &dyn Admin,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
    body: &Bytes,
) -> (StatusCode, Value) {
    let message = |status, text: &str| (status, json!({"message": text}));
    match (method, path) {
        (&Method::GET, STATUS_PATH) => (StatusCode::OK, admin.status()),
        (&Method::GET, CLOCK_PATH) => (StatusCode::OK, admin.clock()),
        (&Method::POST, CLOCK_PATH) => {
            // Without it any page in a browser could move the clock: a plain POST needs nobody's leave.
            let secret =
                headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
            if !secret.is_some_and(|secret| admin.is_owner(secret)) {
                return message(
                    StatusCode::FORBIDDEN,
                    "moving the clock takes `authorization: Bearer` with the secret access key of the account",
                );
            }
            let by = match serde_json::from_slice::<Move>(body) {
                Ok(Move { forward_ms: 0 }) | Err(_) => {
                    return message(
                        StatusCode::BAD_REQUEST,
                        "the clock only moves forward: send {\"forwardMs\": N}, N being 1 or more",
                    );
                }
                Ok(wanted) => Duration::from_millis(wanted.forward_ms),
            };
            match admin.advance(by) {
                Ok(document) => (StatusCode::OK, document),
                Err(refused @ Refused::TooFar(_)) => message(StatusCode::BAD_REQUEST, &refused.to_string()),
                Err(refused) => message(StatusCode::INTERNAL_SERVER_ERROR, &refused.to_string()),
            }
        }
        _ => message(StatusCode::METHOD_NOT_ALLOWED, "this path does not take this method"),
    }
}
