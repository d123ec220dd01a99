//! Packs what is deployed as `cloudcart build` does, without the library of deploying, which brings the SDKs.

use std::io::{Cursor, Write as _};

use anyhow::Result;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// An archive with one executable file, as small as deflate makes it.
pub fn pack(content: &[u8]) -> Result<Vec<u8>> {
    at_level(content, 9)
}

/// The same in little time, for what is unpacked at once and whose size nobody reads.
pub fn quickly(content: &[u8]) -> Result<Vec<u8>> {
    at_level(content, 1)
}

fn at_level(content: &[u8], level: i64) -> Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(level))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o755);
    let mut writer = ZipWriter::new(Cursor::new(Vec::with_capacity(content.len() / 2)));
    writer.start_file("bootstrap", options)?;
    writer.write_all(content)?;
    Ok(writer.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use cloudcart_deploy::archive::{self, Effort};

    use super::*;

    #[test]
    fn archives_are_those_of_cloudcart_build() {
        let content: Vec<u8> = (0..300_000_u32).flat_map(|n| (n.wrapping_mul(n) >> 7).to_le_bytes()).collect();
        assert!(pack(&content).unwrap() == archive::pack(&content, Effort::Small).unwrap());
    }
}
