//! Tags, which most resources take in the same shape.

use crate::value::{IntoValue, List, Value};

object! {
    /// One tag of a resource: a key of 1 to 128 characters that does not start with `aws:`, a value of up to 256.
    Tag<'stack> {
        required {
            /// `Key`.
            key "Key": String,
            /// `Value`.
            value "Value": String,
        }
        optional {}
    }
}

/// Tags from pairs: `tags([("project", "cloudcart")])`.
pub fn tags<'stack, K, V>(pairs: impl IntoIterator<Item = (K, V)>) -> List<'stack, Tag<'stack>>
where
    K: IntoValue<'stack, String>,
    V: IntoValue<'stack, String>,
{
    let tags = pairs.into_iter().map(|(key, value)| Tag::new(key, value));
    Value::Literal(tags.map(Value::Literal).collect())
}
