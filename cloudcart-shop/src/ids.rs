//! Identifiers, each a type of its own and valid by construction.

use serde_json::{Value, json};

/// A product's id: 1 to 64 of `A-Z a-z 0-9 . _ ~ -`, the characters that mean the same in every part of a URL.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProductId(String);

impl ProductId {
    /// Longest id, in bytes.
    pub const MAX: usize = 64;

    /// The id, if it is one.
    pub fn parse(text: &str) -> Option<Self> {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"._~-".contains(&byte);
        // `.` and `..` are legal characters but vanish when a client normalises the path they stand in.
        let vanishes = text == "." || text == "..";
        let good = (1..=Self::MAX).contains(&text.len()) && text.bytes().all(legal) && !vanishes;
        good.then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its schema.
    pub(crate) fn schema() -> Value {
        json!({
            "type": "string",
            "description": "Of the characters that mean the same in every part of a URL.",
            "pattern": format!("^[A-Za-z0-9._~-]{{1,{}}}$", Self::MAX),
            "not": { "enum": [".", ".."] },
        })
    }
}

impl std::fmt::Display for ProductId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl serde::Serialize for ProductId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// An order's id: a UUID in lower case with hyphens. The server makes them (version 7), so they sort by time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrderId(String);

impl OrderId {
    /// The id, if it is one.
    pub fn parse(text: &str) -> Option<Self> {
        let good = text.len() == 36
            && text.bytes().enumerate().all(|(at, byte)| match at {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
            });
        good.then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its schema.
    pub(crate) fn schema() -> Value {
        json!({
            "type": "string",
            "description": "A UUID of version 7, made by the shop: ids sort by time.",
            "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        })
    }

    /// The shards of the index of pending orders.
    pub fn pending_shards() -> impl Iterator<Item = String> {
        (0..16).map(|shard: u32| shard.to_string())
    }

    /// Which of the 16 shards of the index of pending orders it belongs to, `"0"` to `"15"`. The last digit of a UUIDv7 is
    /// random, so the shards fill evenly.
    pub fn pending_shard(&self) -> String {
        let digit = self.0.chars().last().and_then(|last| last.to_digit(16)).unwrap_or(0);
        digit.to_string()
    }
}

impl std::fmt::Display for OrderId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl serde::Serialize for OrderId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::*;

    #[test]
    fn product_ids_survive_any_url() {
        for good in ["1", "a.b_c~d-E9", &"x".repeat(64)] {
            assert!(ProductId::parse(good).is_some(), "{good}");
        }
        for bad in ["", ".", "..", "a/b", "a b", "é", "a%2F", "?", "#", &"x".repeat(65), "a\n"] {
            assert!(ProductId::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn order_ids_are_hyphenated_lower_case_uuids() {
        let id = OrderId::parse("0199a3b4-0000-7000-8000-00000000000f").unwrap();
        assert_eq!(id.pending_shard(), "15");
        for bad in ["", "1", "0199A3B4-0000-7000-8000-00000000000f", "0199a3b40000-7000-8000-00000000000f0"] {
            assert!(OrderId::parse(bad).is_none(), "{bad}");
        }
    }
}
