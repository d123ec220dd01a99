//! The checksums that S3 clients send and verify, as base64 of the big-endian value.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html>

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::digest;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// An algorithm, by the last word of its header `x-amz-checksum-…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
}

impl Algorithm {
    pub(super) const ALL: [Self; 5] = [Self::Crc32, Self::Crc32c, Self::Crc64Nvme, Self::Sha1, Self::Sha256];

    /// The header that carries it.
    pub(super) fn header(self) -> &'static str {
        match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
        }
    }

    /// The member of XML documents that carries it.
    pub(super) fn element(self) -> &'static str {
        match self {
            Self::Crc32 => "ChecksumCRC32",
            Self::Crc32c => "ChecksumCRC32C",
            Self::Crc64Nvme => "ChecksumCRC64NVME",
            Self::Sha1 => "ChecksumSHA1",
            Self::Sha256 => "ChecksumSHA256",
        }
    }

    /// Its name in requests and listings: `CRC32`.
    pub(super) fn name(self) -> &'static str {
        self.element().trim_start_matches("Checksum")
    }

    /// The algorithm of a name, in whatever letters.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    /// The checksum of the checksums of parts (each as [`Algorithm::of`] gives it), with their number.
    pub(super) fn composite<'a>(self, parts: impl ExactSizeIterator<Item = &'a String>) -> String {
        let count = parts.len();
        // They are our own, so they are base64.
        let joined: Vec<u8> = parts.flat_map(|part| STANDARD.decode(part).unwrap_or_default()).collect();
        format!("{}-{count}", self.of(&joined))
    }

    /// The algorithm of a header.
    pub(super) fn of_header(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.header() == name)
    }

    /// The checksum of `data`.
    pub(super) fn of(self, data: &[u8]) -> String {
        match self {
            Self::Crc32 => STANDARD.encode(crc32fast::hash(data).to_be_bytes()),
            Self::Crc32c => STANDARD.encode(crc32c(data).to_be_bytes()),
            Self::Crc64Nvme => STANDARD.encode(crc64_nvme(data).to_be_bytes()),
            Self::Sha1 => STANDARD.encode(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, data)),
            Self::Sha256 => STANDARD.encode(digest::digest(&digest::SHA256, data)),
        }
    }
}

/// CRC-32C (Castagnoli), reflected polynomial 0x82F63B78.
fn crc32c(data: &[u8]) -> u32 {
    static TABLE: LazyLock<[u32; 256]> = LazyLock::new(|| {
        std::array::from_fn(|index| {
            // An index below 256 fits.
            (0..8).fold(u32::try_from(index).unwrap_or_default(), |crc, _| {
                if crc & 1 == 1 { (crc >> 1) ^ 0x82F6_3B78 } else { crc >> 1 }
            })
        })
    });
    !data.iter().fold(u32::MAX, |crc, byte| (crc >> 8) ^ TABLE[usize::from(crc.to_le_bytes()[0] ^ byte)])
}

/// CRC-64/NVME, reflected polynomial 0x9A6C9329AC4BC9B5.
fn crc64_nvme(data: &[u8]) -> u64 {
    static TABLE: LazyLock<[u64; 256]> = LazyLock::new(|| {
        std::array::from_fn(|index| {
            (0..8).fold(u64::try_from(index).unwrap_or_default(), |crc, _| {
                if crc & 1 == 1 { (crc >> 1) ^ 0x9A6C_9329_AC4B_C9B5 } else { crc >> 1 }
            })
        })
    });
    !data.iter().fold(u64::MAX, |crc, byte| (crc >> 8) ^ TABLE[usize::from(crc.to_le_bytes()[0] ^ byte)])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check values of the catalogue of CRC algorithms, for the digits 1 to 9.
    #[test]
    fn check_values() {
        assert_eq!(crc32fast::hash(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32c(b"123456789"), 0xE306_9283);
        assert_eq!(crc64_nvme(b"123456789"), 0xAE8B_1486_0A79_9888);
        assert_eq!(Algorithm::Crc32.of(b"123456789"), "y/Q5Jg==");
    }

    /// What S3 said of three parts with these checksums: <https://github.com/floci-io/floci/issues/3083>.
    #[test]
    fn a_composite_checksum_is_that_of_the_parts_checksums() {
        let parts = [
            "lcKa6Boe7a167tUCN5C4OaFygGSYD8MBnBARTrdL+1w=".to_owned(),
            "gHjhbUT4oo2tSCtSZJdlKi+jeNXJT+VImqdPXsXvkOc=".to_owned(),
            "4l9PQ3zOPZ0oGFvknFX+J4zZwE4WMzO+l3r8XrbWOeM=".to_owned(),
        ];
        assert_eq!(Algorithm::Sha256.composite(parts.iter()), "rVWtNbadtsaKXJAcgWPWjifHzJaXde/iV4jaJAOdivc=-3");
    }
}
