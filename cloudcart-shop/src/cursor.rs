//! Cursors: where the next page starts, opaque and signed, good for one list only.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::problem::{Code, Problem};

/// Most items of a page, and how many there are when nobody asks.
pub const MAX_LIMIT: u32 = 100;

/// Signs and verifies. The key and the algorithm are the caller's.
pub trait Signer {
    /// A tag of the message.
    fn sign(&self, message: &[u8]) -> Vec<u8>;
    /// Whether the tag is the message's, told in constant time.
    fn verify(&self, message: &[u8], tag: &[u8]) -> bool;
}

/// The key of the last item of a page: names and string values of its key attributes.
pub type StartKey = BTreeMap<String, String>;

#[derive(Serialize, Deserialize)]
struct Payload {
    v: u8,
    /// Route and filters.
    s: String,
    k: StartKey,
}

/// What sets a cursor's signature apart from other uses of the same key.
const CONTEXT: &[u8] = b"cursor\0";

/// Makes a cursor. `scope` names the route and its filters.
pub fn encode(signer: &impl Signer, scope: &str, key: &StartKey) -> String {
    let payload = Payload { v: 1, s: scope.to_owned(), k: key.clone() };
    // Strings and maps of strings always serialise.
    let payload = serde_json::to_vec(&payload).unwrap_or_default();
    let tag = signer.sign(&[CONTEXT, &payload].concat());
    format!("{}.{}", URL_SAFE_NO_PAD.encode(payload), URL_SAFE_NO_PAD.encode(tag))
}

/// Reads a cursor. One that was forged, or made for another route or other filters, is a 400.
pub fn decode(signer: &impl Signer, scope: &str, text: &str) -> Result<StartKey, Problem> {
    let invalid = || Problem::new(Code::InvalidCursor, "the cursor is not one of this list");
    let (payload, tag) = text.split_once('.').ok_or_else(invalid)?;
    let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| invalid())?;
    let tag = URL_SAFE_NO_PAD.decode(tag).map_err(|_| invalid())?;
    if !signer.verify(&[CONTEXT, &payload].concat(), &tag) {
        return Err(invalid());
    }
    let payload: Payload = serde_json::from_slice(&payload).map_err(|_| invalid())?;
    if payload.v != 1 || payload.s != scope {
        return Err(invalid());
    }
    Ok(payload.k)
}
