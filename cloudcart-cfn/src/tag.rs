//! Tags, which most resources take in the same shape.

use serde::Serialize;

use crate::value::{List, Value, list};

/// One tag of a resource.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    /// `Key`: 1 to 128 characters, not starting with `aws:`.
    pub key: Value<String>,
    /// `Value`: up to 256 characters.
    pub value: Value<String>,
}

/// Tags from pairs: `tags([("project", "cloudcart")])`.
pub fn tags<K, V>(pairs: impl IntoIterator<Item = (K, V)>) -> List<Tag>
where
    K: Into<Value<String>>,
    V: Into<Value<String>>,
{
    list(pairs.into_iter().map(|(key, value)| Tag { key: key.into(), value: value.into() }))
}
