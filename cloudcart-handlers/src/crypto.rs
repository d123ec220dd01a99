//! Digests, signatures, tokens and ids. All of it is `ring`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloudcart_shop::cursor::Signer;
use cloudcart_shop::ids::OrderId;
use jiff::Timestamp;
use ring::rand::{SecureRandom, SystemRandom};
use ring::{digest, hmac};

/// The system has no randomness to give.
#[derive(Debug, thiserror::Error)]
#[error("the system's random generator failed")]
pub struct NoRandomness;

/// Random bytes.
pub fn random<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// A token of 256 random bits, in 43 characters of base64url.
pub fn token() -> Result<String, NoRandomness> {
    Ok(URL_SAFE_NO_PAD.encode(random::<32>()?))
}

/// A new order's id: a UUID of version 7, whose first 48 bits are the time.
pub fn order_id(now: Timestamp) -> Result<OrderId, NoRandomness> {
    let millis = u64::try_from(now.as_millisecond()).unwrap_or_default();
    let uuid = uuid::Builder::from_unix_timestamp_millis(millis, &random()?).into_uuid();
    OrderId::parse(&uuid.hyphenated().to_string()).ok_or(NoRandomness)
}

/// Hexadecimal SHA-256.
pub fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

/// Up to `most` milliseconds, by chance: what keeps those who collided from colliding again.
pub fn jitter(most: u64) -> std::time::Duration {
    let chance = random().map_or(0, u64::from_le_bytes);
    std::time::Duration::from_millis(chance % most.max(1))
}

/// The shop's own key. Each use has its own context, so that a tag made for one is worth nothing for another.
#[derive(Debug, Clone)]
pub struct SigningKey(hmac::Key);

impl SigningKey {
    /// A key of these bytes.
    pub fn new(bytes: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    fn tag(&self, context: &str, message: &str) -> hmac::Tag {
        hmac::sign(&self.0, &[context.as_bytes(), b"\0", message.as_bytes()].concat())
    }

    /// A name for a caller's address that tells nothing about it.
    pub fn address(&self, ip: &str) -> String {
        hex(self.tag("address", ip).as_ref())
    }

    /// The token with which a guest reads an order. It is made from the order's id, so that a replayed checkout can answer with
    /// it again although only its digest is stored.
    pub fn order_token(&self, id: &OrderId) -> String {
        format!("ot_{}", URL_SAFE_NO_PAD.encode(self.tag("order-token", id.as_str())))
    }
}

impl Signer for SigningKey {
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        hmac::sign(&self.0, message).as_ref().to_vec()
    }

    fn verify(&self, message: &[u8], tag: &[u8]) -> bool {
        hmac::verify(&self.0, message, tag).is_ok()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::*;

    #[test]
    fn order_ids_sort_by_time() {
        let early = order_id(Timestamp::from_millisecond(1_000).unwrap()).unwrap();
        let late = order_id(Timestamp::from_millisecond(2_000).unwrap()).unwrap();
        assert!(early < late);
        assert_eq!(&late.as_str()[14..15], "7");
    }

    #[test]
    fn pending_shard_is_uniform() {
        let mut counts = std::collections::BTreeMap::<String, u32>::new();
        for _ in 0..10_000 {
            // All of one millisecond: what an id has beside its time has to spread them.
            let id = order_id(Timestamp::UNIX_EPOCH).unwrap();
            *counts.entry(id.pending_shard()).or_default() += 1;
        }
        let shards: std::collections::BTreeSet<String> = OrderId::pending_shards().collect();
        assert_eq!(counts.keys().cloned().collect::<std::collections::BTreeSet<_>>(), shards);
        let expected = 10_000.0 / 16.0;
        let chi_square: f64 = counts.values().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
        // With 15 degrees of freedom chance exceeds 80 once in 10^10 runs.
        assert!(chi_square < 80.0, "{chi_square}: {counts:?}");
    }

    #[test]
    fn tokens_are_43_characters_and_never_the_same() {
        let (first, second) = (token().unwrap(), token().unwrap());
        assert_eq!(first.len(), 43);
        assert_ne!(first, second);
    }

    #[test]
    fn a_digest_is_the_known_one() {
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn each_use_of_the_key_stands_apart() {
        let key = SigningKey::new(&[7; 32]);
        let id = order_id(Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(key.order_token(&id), key.order_token(&id));
        assert_ne!(key.order_token(&id), SigningKey::new(&[8; 32]).order_token(&id));
        assert!(!key.verify(b"order-token\0x", key.tag("address", "x").as_ref()));
        assert!(key.verify(b"m", &key.sign(b"m")));
    }
}
