//! The MD5 digests that SDKs check: of a message's body and of its attributes.
//!
//! The attribute digest is described in the SQS developer guide, "Calculating the MD5 message digest for message
//! attributes": sorted by name; each name, type and value with its length before it; one byte for the transport type.

use super::message::{AttributeValue, Attributes, Content};
use md5::{Digest, Md5};

/// Digest of a body, in lower-case hexadecimal.
pub(super) fn of_body(body: &str) -> String {
    hex::encode(Md5::digest(body.as_bytes()))
}

/// Digest of message attributes; `None` when there are none.
pub(super) fn of_attributes(attributes: &Attributes) -> Option<String> {
    of_pairs(attributes.iter().map(|(name, value)| (name.as_str(), value)))
}

/// Digest of name and value pairs that come sorted by name.
fn of_pairs<'a>(pairs: impl Iterator<Item = (&'a str, &'a AttributeValue)>) -> Option<String> {
    let mut digest = Md5::new();
    let mut any = false;
    for (name, value) in pairs {
        any = true;
        part(&mut digest, name.as_bytes());
        part(&mut digest, value.data_type.as_bytes());
        match &value.content {
            Content::Text(text) => {
                digest.update([1]);
                part(&mut digest, text.as_bytes());
            }
            Content::Binary(bytes) => {
                digest.update([2]);
                part(&mut digest, bytes);
            }
        }
    }
    any.then(|| hex::encode(digest.finalize()))
}

fn part(digest: &mut Md5, bytes: &[u8]) {
    // A message is at most 1 MiB, so the length fits.
    digest.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    digest.update(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(data_type: &str, value: &str) -> AttributeValue {
        AttributeValue { data_type: data_type.into(), content: Content::Text(value.into()) }
    }

    fn digest(pairs: &[(&str, AttributeValue)]) -> Option<String> {
        of_attributes(&pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
    }

    #[test]
    fn body_digest_is_plain_md5() {
        assert_eq!(of_body("hello world"), "5eb63bbbe01eeed093cb22bb8f5acdc3");
        assert_eq!(of_body(""), "d41d8cd98f00b204e9800998ecf8427e");
    }

    // The first three digests are published ones, computed by other implementations; the last by a separate program.
    #[test]
    fn attribute_digests_equal_those_of_other_implementations() {
        assert_eq!(digest(&[]), None);
        assert_eq!(
            digest(&[("SellerName", text("String", "Example Store"))]).as_deref(),
            Some("cd28f3b68aeee4b2eac9c66f2f694b58")
        );
        assert_eq!(
            digest(&[("timestamp", text("Number", "1493147359900"))]).as_deref(),
            Some("235c5c510d26fb653d073faed50ae77c")
        );
        assert_eq!(
            digest(&[("ordinal", text("Number", "1")), ("category", text("String", "test"))]).as_deref(),
            Some("d21ae90c49061e927f57df5f5d72be1f")
        );
        let blob = AttributeValue { data_type: "Binary.gif".into(), content: Content::Binary(vec![0, 1, 2, 255]) };
        assert_eq!(
            digest(&[("blob", blob), ("a", text("String", "ü"))]).as_deref(),
            Some("6584bd28edf6af65c7f1a2b3b95be7a5")
        );
    }
}
