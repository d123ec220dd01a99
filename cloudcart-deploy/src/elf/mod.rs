//! Reads from an ELF file what Lambda cares about: the machine it is for, and the newest glibc it needs, with a symbol that
//! needs it and the library that has to have it.
//!
//! The layout is that of the System V ABI (header, program and section headers, dynamic symbols) and of the Linux Standard
//! Base's symbol versioning (`.gnu.version`, `.gnu.version_r`). Any bytes are survived: every offset is checked, and what
//! can be followed is counted.

mod bytes;

use std::fmt;

use bytes::{half, index, long, text, word};

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

/// A version of glibc; serialises as its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Glibc(pub u32, pub u32);

impl serde::Serialize for Glibc {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Glibc {
    /// The glibc of Amazon Linux 2023, on which `provided.al2023` runs.
    pub const LAMBDA: Self = Self(2, 34);

    /// Reads `2.34`, or `2.2.5` as 2.2.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        Some(Self(parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    }
}

impl fmt::Display for Glibc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

/// What a binary needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needs {
    /// The machine.
    pub machine: Machine,
    /// The newest glibc it asks for; none when it is linked statically.
    pub glibc: Option<Newest>,
}

/// The newest glibc that a binary asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newest {
    /// The glibc.
    pub glibc: Glibc,
    /// The version as the binary has it, such as `GLIBC_2.38`.
    pub version: String,
    /// The library that must have it, such as `libm.so.6`.
    pub library: String,
    /// A symbol that needs it, if the binary says which.
    pub symbol: Option<String>,
}

impl fmt::Display for Newest {
    /// `fmod@GLIBC_2.38 of libm.so.6`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(symbol) = &self.symbol {
            write!(f, "{symbol}@")?;
        }
        write!(f, "{} of {}", self.version, self.library)
    }
}

/// Why a file cannot be read as a binary of a Lambda function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// It is no ELF file; what it is instead.
    NotElf(&'static str),
    /// It is for a machine that Lambda does not have.
    Foreign(String),
    /// Its tables are not where it says.
    Damaged(&'static str),
}

const SHT_DYNSYM: u32 = 11;
const SHT_GNU_VERNEED: u32 = 0x6fff_fffe;
const SHT_GNU_VERSYM: u32 = 0x6fff_ffff;
const PT_INTERP: u32 = 3;
const SECTION_HEADER: usize = 64;
const SYMBOL: usize = 24;

/// How many versions a binary may need before it is taken for damaged: real ones need some dozens.
const MAX_VERSIONS: usize = 10_000;

/// Reads a whole binary.
pub fn read(file: &[u8]) -> Result<Needs, Unfit> {
    if file.get(..4) != Some(b"\x7fELF") {
        return Err(Unfit::NotElf(kind(file)));
    }
    let header = Unfit::Damaged("its header is cut short");
    let (Some(class), Some(order)) = (file.get(4), file.get(5)) else { return Err(header) };
    let little = *order != 2;
    let number = match file.get(18..20) {
        Some(&[low, high]) if little => u16::from_le_bytes([low, high]),
        Some(&[high, low]) => u16::from_le_bytes([low, high]),
        _ => return Err(header),
    };
    let machine = match (number, class, little) {
        (62, 2, true) => Machine::X86_64,
        (183, 2, true) => Machine::Arm64,
        _ => return Err(Unfit::Foreign(machine_name(number, *class, little))),
    };
    let glibc = newest(file)?;
    Ok(Needs { machine, glibc })
}

/// What a file that is no ELF file is, as far as its first bytes tell.
fn kind(file: &[u8]) -> &'static str {
    match file {
        [] => "it is empty",
        [0xcf | 0xce, 0xfa, 0xed, 0xfe, ..] | [0xca, 0xfe, 0xba, 0xbe, ..] => "it is a macOS binary",
        [b'M', b'Z', ..] => "it is a Windows binary",
        [b'#', b'!', ..] => "it is a script",
        [0, b'a', b's', b'm', ..] => "it is WebAssembly",
        _ => "it is no binary that is known here",
    }
}

fn machine_name(number: u16, class: u8, little: bool) -> String {
    let name = match number {
        3 => "x86",
        8 => "MIPS",
        20 | 21 => "PowerPC",
        22 => "S/390",
        40 => "ARM",
        62 => "x86_64",
        183 => "arm64",
        243 => "RISC-V",
        258 => "LoongArch",
        _ => return format!("ELF machine {number}"),
    };
    let bits = if class == 1 { " (32-bit)" } else { "" };
    let order = if little { "" } else { " (big-endian)" };
    format!("{name}{bits}{order}")
}

/// A table of the section headers.
#[derive(Debug, Clone, Copy)]
struct Section {
    kind: u32,
    offset: usize,
    size: usize,
    link: usize,
    info: usize,
}

fn newest(file: &[u8]) -> Result<Option<Newest>, Unfit> {
    let sections = sections(file).ok_or(Unfit::Damaged("its section headers are damaged"))?;
    // A binary that names a loader needs libraries; without sections it cannot be told which.
    let dynamic = is_dynamic(file).ok_or(Unfit::Damaged("its program headers are damaged"))?;
    if dynamic && !sections.iter().any(|section| section.kind == SHT_DYNSYM) {
        return Err(Unfit::Damaged("its section headers are stripped, so that what it needs cannot be read"));
    }
    let mut newest: Option<(Newest, u16)> = None;
    for section in sections.iter().filter(|section| section.kind == SHT_GNU_VERNEED) {
        let versions = versions(file, *section, &sections);
        let versions = versions.ok_or(Unfit::Damaged("its table of needed versions is damaged"))?;
        for (found, index) in versions {
            if newest.as_ref().is_none_or(|(known, _)| known.glibc < found.glibc) {
                newest = Some((found, index));
            }
        }
    }
    let Some((mut newest, index)) = newest else { return Ok(None) };
    newest.symbol = symbol(file, &sections, index);
    Ok(Some(newest))
}

/// Whether there is a program header that names a loader. `None` when an offset points outside the file.
fn is_dynamic(file: &[u8]) -> Option<bool> {
    let (table, entry, count) = (long(file, 32)?, usize::from(half(file, 54)?), usize::from(half(file, 56)?));
    for position in 0..count {
        if word(file, table.checked_add(position.checked_mul(entry)?)?)? == PT_INTERP {
            return Some(true);
        }
    }
    Some(false)
}

/// All section headers. `None` when one lies outside the file.
fn sections(file: &[u8]) -> Option<Vec<Section>> {
    let (table, entry, count) = (long(file, 40)?, usize::from(half(file, 58)?), usize::from(half(file, 60)?));
    if count > 0 && entry < SECTION_HEADER {
        return None;
    }
    let at = |position: usize| {
        let at = table.checked_add(position.checked_mul(entry)?)?;
        file.get(at..at.checked_add(SECTION_HEADER)?)?;
        Some(Section {
            kind: word(file, at.checked_add(4)?)?,
            offset: long(file, at.checked_add(24)?)?,
            size: long(file, at.checked_add(32)?)?,
            link: index(file, at.checked_add(40)?)?,
            info: index(file, at.checked_add(44)?)?,
        })
    };
    (0..count).map(at).collect()
}

/// Every version of glibc that a table of needed versions names, with the number that symbols refer to it by. `None` when an
/// offset points outside the file, or there is no end to it.
fn versions(file: &[u8], section: Section, sections: &[Section]) -> Option<Vec<(Newest, u16)>> {
    let strings = sections.get(section.link)?.offset;
    let string = |at: usize| text(file, strings.checked_add(index(file, at)?)?);
    let mut found = Vec::new();
    let mut steps = 0;
    let mut need = section.offset;
    for _ in 0..section.info {
        let library = string(need.checked_add(4)?)?;
        let mut auxiliary = need.checked_add(index(file, need.checked_add(8)?)?)?;
        for _ in 0..half(file, need.checked_add(2)?)? {
            steps += 1;
            if steps > MAX_VERSIONS {
                return None;
            }
            let version = string(auxiliary.checked_add(8)?)?;
            if let Some(glibc) = glibc_version(version) {
                let number = half(file, auxiliary.checked_add(6)?)?;
                let (version, library) = (version.to_owned(), library.to_owned());
                found.push((Newest { glibc, version, library, symbol: None }, number));
            }
            match index(file, auxiliary.checked_add(12)?)? {
                0 => break,
                next => auxiliary = auxiliary.checked_add(next)?,
            }
        }
        steps += 1;
        match index(file, need.checked_add(12)?)? {
            0 => break,
            next => need = need.checked_add(next)?,
        }
        if steps > MAX_VERSIONS {
            return None;
        }
    }
    Some(found)
}

/// The first dynamic symbol that refers to a version by that number.
fn symbol(file: &[u8], sections: &[Section], number: u16) -> Option<String> {
    // The highest bit only hides the symbol from others.
    const NUMBER: u16 = 0x7fff;
    let versions = sections.iter().find(|section| section.kind == SHT_GNU_VERSYM)?;
    let symbols = sections.get(versions.link).filter(|section| section.kind == SHT_DYNSYM)?;
    let strings = sections.get(symbols.link)?.offset;
    let end = versions.offset.checked_add(versions.size)?;
    let table = file.get(versions.offset..end)?;
    let position = table.chunks_exact(2).position(|pair| u16::from_le_bytes([pair[0], pair[1]]) & NUMBER == number)?;
    let at = symbols.offset.checked_add(position.checked_mul(SYMBOL)?)?;
    let name = text(file, strings.checked_add(index(file, at)?)?)?;
    Some(name.to_owned()).filter(|name| !name.is_empty())
}

/// The glibc that has a symbol version.
fn glibc_version(version: &str) -> Option<Glibc> {
    match version.strip_prefix("GLIBC_")? {
        // Marks of what the loader must know. Packed relative relocations came with 2.36, the others after that.
        "ABI_DT_RELR" => Some(Glibc(2, 36)),
        mark if mark.starts_with("ABI_") => Some(Glibc(2, 42)),
        numbers => Glibc::parse(numbers),
    }
}

#[cfg(test)]
pub(crate) mod craft;
#[cfg(test)]
mod tests;
