//! Reads from an ELF file what Lambda cares about: the machine it is for, and the newest glibc it needs.
//!
//! The layout is that of the System V ABI (header, section headers) and of the Linux Standard Base's symbol versioning
//! (`.gnu.version_r`).

use std::fmt;

/// The machine a binary is for, under Lambda's name of the architecture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Machine {
    /// `EM_X86_64`.
    X86_64,
    /// `EM_AARCH64`.
    Arm64,
}

impl Machine {
    /// The machine this program runs on, if it is one that Lambda has.
    pub const fn host() -> Option<Self> {
        if cfg!(target_arch = "x86_64") {
            Some(Self::X86_64)
        } else if cfg!(target_arch = "aarch64") {
            Some(Self::Arm64)
        } else {
            None
        }
    }

    /// Lambda's name: `x86_64` or `arm64`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }

    /// The machine of that name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::X86_64, Self::Arm64].into_iter().find(|machine| machine.as_str() == text)
    }

    /// The Rust target that builds for it.
    pub const fn rust_target(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64-unknown-linux-gnu",
            Self::Arm64 => "aarch64-unknown-linux-gnu",
        }
    }
}

/// A version of glibc.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Glibc(pub u32, pub u32);

impl Glibc {
    /// The glibc of Amazon Linux 2023, on which `provided.al2023` runs.
    pub const LAMBDA: Self = Self(2, 34);
}

impl fmt::Display for Glibc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

/// What a binary needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// The machine.
    pub machine: Machine,
    /// The newest glibc it asks for; none when it is linked statically.
    pub glibc: Option<Glibc>,
}

const SHT_GNU_VERNEED: u32 = 0x6fff_fffe;

/// Reads a whole binary. The error says in words why it cannot run on Lambda.
pub fn read(file: &[u8]) -> Result<Needs, String> {
    if file.get(..4) != Some(b"\x7fELF") {
        return Err("it is not an ELF binary; Lambda runs Linux".to_owned());
    }
    if file.get(4..6) != Some(&[2, 1]) {
        return Err("it is not a 64-bit little-endian binary".to_owned());
    }
    let short = || "its ELF header is cut short".to_owned();
    let machine = match half(file, 18).ok_or_else(short)? {
        62 => Machine::X86_64,
        183 => Machine::Arm64,
        other => return Err(format!("it is for ELF machine {other}, which Lambda does not have")),
    };
    let glibc = newest_glibc(file)?;
    Ok(Needs { machine, glibc })
}

fn newest_glibc(file: &[u8]) -> Result<Option<Glibc>, String> {
    let names = needed_versions(file).ok_or_else(|| "its section headers are damaged".to_owned())?;
    Ok(names.into_iter().filter_map(glibc_version).max())
}

/// The names of all symbol versions that the binary needs. `None` when an offset points outside the file.
fn needed_versions(file: &[u8]) -> Option<Vec<&str>> {
    let table = long(file, 40)?;
    let entry = usize::from(half(file, 58)?);
    let count = usize::from(half(file, 60)?);
    let mut names = Vec::new();
    for index in 0..count {
        let at = table.checked_add(index.checked_mul(entry)?)?;
        if word(file, at.checked_add(4)?)? != SHT_GNU_VERNEED {
            continue;
        }
        let needs = long(file, at.checked_add(24)?)?;
        let strings_index = usize::try_from(word(file, at.checked_add(40)?)?).ok()?;
        let files = usize::try_from(word(file, at.checked_add(44)?)?).ok()?;
        let strings_header = table.checked_add(strings_index.checked_mul(entry)?)?;
        let strings = long(file, strings_header.checked_add(24)?)?;
        let mut need = needs;
        for _ in 0..files {
            let versions = half(file, need.checked_add(2)?)?;
            let mut aux = need.checked_add(usize::try_from(word(file, need.checked_add(8)?)?).ok()?)?;
            for _ in 0..versions {
                let name = strings.checked_add(usize::try_from(word(file, aux.checked_add(8)?)?).ok()?)?;
                names.push(text(file, name)?);
                aux = aux.checked_add(usize::try_from(word(file, aux.checked_add(12)?)?).ok()?)?;
            }
            need = need.checked_add(usize::try_from(word(file, need.checked_add(12)?)?).ok()?)?;
        }
    }
    Some(names)
}

fn glibc_version(symbol: &str) -> Option<Glibc> {
    let mut parts = symbol.strip_prefix("GLIBC_")?.split('.');
    Some(Glibc(parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn bytes<const N: usize>(file: &[u8], at: usize) -> Option<[u8; N]> {
    file.get(at..at.checked_add(N)?)?.try_into().ok()
}

fn half(file: &[u8], at: usize) -> Option<u16> {
    bytes(file, at).map(u16::from_le_bytes)
}

fn word(file: &[u8], at: usize) -> Option<u32> {
    bytes(file, at).map(u32::from_le_bytes)
}

fn long(file: &[u8], at: usize) -> Option<usize> {
    bytes(file, at).map(u64::from_le_bytes).and_then(|value| usize::try_from(value).ok())
}

fn text(file: &[u8], at: usize) -> Option<&str> {
    let rest = file.get(at..)?;
    let end = rest.iter().position(|byte| *byte == 0)?;
    std::str::from_utf8(&rest[..end]).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[test]
    fn this_very_test_names_its_machine_and_a_glibc() {
        let needs = read(&std::fs::read(std::env::current_exe().unwrap()).unwrap()).unwrap();
        assert_eq!(Some(needs.machine), Machine::host());
        assert!(needs.glibc.unwrap() >= Glibc(2, 2), "{needs:?}");
    }

    #[test]
    fn a_script_is_refused_in_words() {
        assert!(read(b"#!/bin/sh\n").unwrap_err().contains("not an ELF"));
        assert!(read(b"").is_err());
    }

    #[test]
    fn a_cut_off_binary_is_refused_and_never_panics() {
        let whole = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        for length in [4, 6, 19, 20, 41, 63, 64, 100, whole.len() / 2] {
            assert!(read(&whole[..length]).is_err(), "{length} bytes were taken for a binary");
        }
    }

    #[test]
    fn versions_compare_as_numbers() {
        assert!(glibc_version("GLIBC_2.4").unwrap() < glibc_version("GLIBC_2.34").unwrap());
        assert_eq!(glibc_version("GLIBC_2.2.5"), Some(Glibc(2, 2)));
        assert_eq!(glibc_version("GLIBC_PRIVATE"), None);
        assert_eq!(glibc_version("GCC_3.0"), None);
    }
}
