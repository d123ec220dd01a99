//! Takes the `aws-chunked` framing off a body: `<hex size>[;chunk-signature=…]`, data, …, `0`, trailing headers.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html>

use super::sigv4::{ChunkSignatures, SignatureError};
use bytes::{Bytes, BytesMut};

/// Why the framing cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ChunkError {
    /// The framing is broken.
    #[error("the aws-chunked body is malformed: {0}")]
    Malformed(&'static str),
    /// A chunk's or the trailer's signature does not hold.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

/// The data and the trailing headers (lower-case name, value).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Decoded {
    pub(crate) data: Bytes,
    pub(crate) trailers: Vec<(String, String)>,
}

/// Decodes `body`; `signatures` is there when each chunk carries one.
pub(crate) fn decode(body: &[u8], mut signatures: Option<ChunkSignatures>) -> Result<Decoded, ChunkError> {
    let mut rest = body;
    let mut data = BytesMut::with_capacity(body.len());
    loop {
        let line = take_line(&mut rest).ok_or(ChunkError::Malformed("a chunk's size line has no end"))?;
        let (size, extension) = line.split_once(';').unwrap_or((line, ""));
        let size = usize::from_str_radix(size.trim(), 16)
            .map_err(|_| ChunkError::Malformed("a chunk's size is not a number"))?;
        if size > rest.len() {
            return Err(ChunkError::Malformed("a chunk is shorter than its size says"));
        }
        let (chunk, after) = rest.split_at(size);
        if let Some(signatures) = &mut signatures {
            let signature = extension
                .trim()
                .strip_prefix("chunk-signature=")
                .ok_or(ChunkError::Malformed("a chunk carries no signature"))?;
            signatures.chunk(chunk, signature)?;
        }
        rest = after;
        if size == 0 {
            break;
        }
        data.extend_from_slice(chunk);
        rest = rest.strip_prefix(b"\r\n").ok_or(ChunkError::Malformed("a chunk is longer than its size says"))?;
    }
    let trailers = trailers(rest, signatures)?;
    Ok(Decoded { data: data.freeze(), trailers })
}

fn trailers(mut rest: &[u8], signatures: Option<ChunkSignatures>) -> Result<Vec<(String, String)>, ChunkError> {
    let mut trailers = Vec::new();
    let mut signed_lines = String::new();
    let mut signature = None;
    while let Some(line) = take_line(&mut rest) {
        if line.is_empty() {
            continue;
        }
        let (name, value) = line.split_once(':').ok_or(ChunkError::Malformed("a trailing header has no colon"))?;
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim().to_owned());
        if name == "x-amz-trailer-signature" {
            signature = Some(value);
        } else {
            signed_lines.push_str(&name);
            signed_lines.push(':');
            signed_lines.push_str(&value);
            signed_lines.push('\n');
            trailers.push((name, value));
        }
    }
    if let (Some(mut signatures), false) = (signatures, trailers.is_empty()) {
        let signature = signature.ok_or(ChunkError::Malformed("the trailing headers carry no signature"))?;
        signatures.trailer(&signed_lines, &signature)?;
    }
    Ok(trailers)
}

/// The next line without its end; what is left without a line end is a line too, unless it is nothing.
fn take_line<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    if rest.is_empty() {
        return None;
    }
    let end = rest.windows(2).position(|pair| pair == b"\r\n");
    let (line, after) = match end {
        Some(end) => (&rest[..end], &rest[end + 2..]),
        None => (*rest, &rest[rest.len()..]),
    };
    *rest = after;
    std::str::from_utf8(line).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn data_and_trailers_come_out_exactly() {
        let body = b"5\r\nhel\r\n\r\n3\r\n\0lo\r\n0\r\nx-amz-checksum-crc32: abc=\r\n\r\n";
        let decoded = decode(body, None).unwrap();
        assert_eq!(&decoded.data[..], b"hel\r\n\0lo");
        assert_eq!(decoded.trailers, [("x-amz-checksum-crc32".to_owned(), "abc=".to_owned())]);
    }

    #[test]
    fn an_empty_body_is_empty() {
        assert_eq!(&decode(b"0\r\n\r\n", None).unwrap().data[..], b"");
    }

    #[test]
    fn a_broken_frame_is_refused() {
        for body in [&b"5\r\nhell"[..], b"5\r\nhelloX\r\n0\r\n\r\n", b"zz\r\n", b"", b"5\r\nhello\r\n"] {
            assert!(matches!(decode(body, None), Err(ChunkError::Malformed(_))), "{body:?}");
        }
    }
}
