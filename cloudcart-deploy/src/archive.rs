//! Reproducible archives: the same binary always gives the same bytes, and so the same hash and the same key.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// The name that Lambda's `provided` runtimes start.
pub const ENTRY: &str = "bootstrap";

/// How hard to compress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// For this machine, where reading a larger file costs nothing.
    Fast,
    /// For Lambda, where every cold start may fetch it.
    Small,
}

impl Effort {
    const fn level(self) -> i64 {
        match self {
            Self::Fast => 1,
            Self::Small => 9,
        }
    }
}

/// Packs a binary as [`ENTRY`], executable by all, dated at the archive format's first day.
pub fn pack(binary: &[u8], effort: Effort) -> Result<Vec<u8>, zip::result::ZipError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(effort.level()))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o755);
    let mut writer = ZipWriter::new(Cursor::new(Vec::with_capacity(binary.len() / 2)));
    writer.start_file(ENTRY, options)?;
    writer.write_all(binary)?;
    Ok(writer.finish()?.into_inner())
}

/// SHA-256 in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(ring::digest::digest(&ring::digest::SHA256, bytes))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn the_same_binary_gives_the_same_bytes() {
        let binary: Vec<u8> = (0..200_000_u32).flat_map(|n| (n / 7).to_le_bytes()).collect();
        for effort in [Effort::Fast, Effort::Small] {
            let one = pack(&binary, effort).unwrap();
            let two = pack(&binary, effort).unwrap();
            assert_eq!(one, two);
            assert!(one.len() < binary.len());
        }
    }

    #[test]
    fn the_archive_holds_one_executable_bootstrap_with_a_fixed_date() {
        let bytes = pack(b"\x7fELF", Effort::Small).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(archive.len(), 1);
        let entry = archive.by_index(0).unwrap();
        assert_eq!(entry.name().unwrap(), "bootstrap");
        assert_eq!(entry.unix_mode().map(|mode| mode & 0o777), Some(0o755));
        assert_eq!(entry.last_modified().map(|date| (date.year(), date.month(), date.day())), Some((1980, 1, 1)));
    }

    #[test]
    fn digests_are_those_everybody_knows() {
        assert_eq!(sha256_hex(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
