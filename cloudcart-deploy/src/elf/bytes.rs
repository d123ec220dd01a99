//! Little-endian numbers and texts at an offset of a file; nothing beyond its end.

fn bytes<const N: usize>(file: &[u8], at: usize) -> Option<[u8; N]> {
    file.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// Two bytes.
pub(super) fn half(file: &[u8], at: usize) -> Option<u16> {
    bytes(file, at).map(u16::from_le_bytes)
}

/// Four bytes.
pub(super) fn word(file: &[u8], at: usize) -> Option<u32> {
    bytes(file, at).map(u32::from_le_bytes)
}

/// Four bytes that count or point.
pub(super) fn index(file: &[u8], at: usize) -> Option<usize> {
    word(file, at).and_then(|value| usize::try_from(value).ok())
}

/// Eight bytes that count or point.
pub(super) fn long(file: &[u8], at: usize) -> Option<usize> {
    bytes(file, at).map(u64::from_le_bytes).and_then(|value| usize::try_from(value).ok())
}

/// How long a name may be. Real ones of Rust symbols have some hundred bytes.
const MAX_TEXT: usize = 64 * 1024;

/// A text up to its zero byte.
pub(super) fn text(file: &[u8], at: usize) -> Option<&str> {
    let rest = file.get(at..)?;
    let rest = &rest[..rest.len().min(MAX_TEXT)];
    let end = rest.iter().position(|byte| *byte == 0)?;
    std::str::from_utf8(&rest[..end]).ok()
}
