//! The public keys of issuers, kept for two hours.
//!
//! A token with an unknown `kid` makes the keys be fetched again, though not more often than every few seconds, so that
//! made-up tokens are no load on the issuer.

use super::issuer;
use crate::clock::Clock;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{self, RsaParameters, RsaPublicKeyComponents};
use serde_json::Value;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// How long keys are kept.
const KEPT: Duration = Duration::from_hours(2);

/// How often an unknown `kid` may ask anew.
const AGAIN: Duration = Duration::from_secs(5);

/// The keys of all issuers.
#[derive(Default)]
pub(super) struct Keys {
    issuers: Mutex<HashMap<String, Published>>,
}

#[derive(Clone)]
struct Published {
    at: Duration,
    keys: Arc<HashMap<String, Arc<Key>>>,
}

impl Keys {
    /// The key `kid` of `issuer`.
    pub(super) async fn find(&self, clock: &dyn Clock, issuer: &str, kid: &str) -> Result<Arc<Key>, String> {
        let known = self.issuers.lock().unwrap_or_else(PoisonError::into_inner).get(issuer).cloned();
        if let Some(known) = known {
            let age = clock.now().saturating_sub(known.at);
            let found = known.keys.get(kid).cloned();
            if age < KEPT && (found.is_some() || age < AGAIN) {
                return found.ok_or_else(|| unknown(kid));
            }
        }
        let keys = Arc::new(published(issuer).await?);
        let found = keys.get(kid).cloned().ok_or_else(|| unknown(kid));
        let published = Published { at: clock.now(), keys };
        self.issuers.lock().unwrap_or_else(PoisonError::into_inner).insert(issuer.to_owned(), published);
        found
    }
}

fn unknown(kid: &str) -> String {
    format!("the issuer has no key {kid}")
}

/// Fetches the keys. What the log gets tells more than the client.
async fn published(issuer: &str) -> Result<HashMap<String, Arc<Key>>, String> {
    let failed = |reason: String, told: &str| {
        tracing::warn!(issuer, reason, "the issuer of a JWT authorizer cannot be asked");
        told.to_owned()
    };
    let url = issuer::keys_url(issuer)
        .await
        .map_err(|reason| failed(reason, "OIDC discovery endpoint communication error"))?;
    let document = issuer::fetch(&url).await.map_err(|reason| failed(reason, "JWKS communication error"))?;
    let keys = document.get("keys").and_then(Value::as_array);
    let keys = keys.ok_or_else(|| failed(format!("{url} has no keys"), "JWKS communication error"))?;
    Ok(keys.iter().filter_map(Key::read).map(|(kid, key)| (kid, Arc::new(key))).collect())
}

/// An RSA key.
pub(super) struct Key {
    n: Vec<u8>,
    e: Vec<u8>,
}

impl Key {
    /// A key of a JWKS and its `kid`; those of other kinds than RSA, or for encryption, are passed over.
    fn read(jwk: &Value) -> Option<(String, Self)> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let number = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?.trim_end_matches('=')).ok();
        let signs = text("kty") == Some("RSA") && text("use").is_none_or(|kind| kind == "sig");
        signs.then_some(())?;
        // A leading zero says nothing, and ring takes none.
        let trimmed = |bytes: Vec<u8>| bytes.into_iter().skip_while(|byte| *byte == 0).collect();
        Some((text("kid")?.to_owned(), Self { n: trimmed(number("n")?), e: trimmed(number("e")?) }))
    }

    /// Whether `signature` is this key's on `message`.
    pub(super) fn verify(&self, algorithm: &str, message: &[u8], signature: &[u8]) -> Result<(), String> {
        let parameters: &RsaParameters = match algorithm {
            "RS256" => &signature::RSA_PKCS1_2048_8192_SHA256,
            "RS384" => &signature::RSA_PKCS1_2048_8192_SHA384,
            "RS512" => &signature::RSA_PKCS1_2048_8192_SHA512,
            other => return Err(format!("the algorithm {other} is not supported: only RS256, RS384 and RS512 are")),
        };
        RsaPublicKeyComponents { n: &self.n, e: &self.e }
            .verify(parameters, message, signature)
            .map_err(|_| "the token's signature does not match".to_owned())
    }
}
