//! Makes small ELF files, byte by byte, for tests.

#![allow(dead_code, unreachable_pub, reason = "several tests share this file, and not every one needs all of it")]

/// `EM_X86_64`
pub const X86_64: u16 = 62;
/// `EM_AARCH64`
pub const AARCH64: u16 = 183;
/// `EM_RISCV`
pub const RISCV: u16 = 243;

/// A binary for a machine that needs these symbols: library, version, symbol.
pub fn binary(machine: u16, needs: &[(&str, &str, &str)]) -> Vec<u8> {
    let mut strings = vec![0];
    let mut string = |text: &str| {
        let at = u32::try_from(strings.len()).unwrap_or_default();
        strings.extend(text.bytes());
        strings.push(0);
        at
    };
    // One entry for each library and version, in that order; numbers 0 and 1 are taken.
    let (mut symbols, mut numbers, mut required) = (vec![0; 24], vec![0, 0], Vec::new());
    for (place, (library, version, symbol)) in needs.iter().enumerate() {
        let number = u16::try_from(place + 2).unwrap_or_default();
        symbols.extend(string(symbol).to_le_bytes());
        symbols.extend([0; 20]);
        numbers.extend(number.to_le_bytes());
        let next = if place + 1 < needs.len() { 32_u32 } else { 0 };
        required.extend([1, 0, 1, 0]);
        required.extend(string(library).to_le_bytes());
        required.extend(16_u32.to_le_bytes());
        required.extend(next.to_le_bytes());
        required.extend([0; 6]);
        required.extend(number.to_le_bytes());
        required.extend(string(version).to_le_bytes());
        required.extend(0_u32.to_le_bytes());
    }
    let loader = b"/lib64/ld-linux-x86-64.so.2\0".to_vec();
    let count = u32::try_from(needs.len()).unwrap_or_default();
    // Kind, contents, link, info. Section 0 is always empty.
    let sections: Vec<(u32, Vec<u8>, u32, u32)> = if needs.is_empty() {
        vec![(0, Vec::new(), 0, 0)]
    } else {
        vec![
            (0, Vec::new(), 0, 0),
            (3, strings, 0, 0),
            (11, symbols, 1, 1),
            (0x6fff_ffff, numbers, 2, 0),
            (0x6fff_fffe, required, 1, count),
            (1, loader, 0, 0),
        ]
    };
    let programs = u16::from(!needs.is_empty());
    let mut contents: Vec<u8> = Vec::new();
    let mut headers: Vec<u8> = Vec::new();
    let start = 64 + 56 * u64::from(programs);
    let mut at_loader = 0;
    for (kind, bytes, link, info) in &sections {
        at_loader = start + contents.len() as u64;
        headers.extend(0_u32.to_le_bytes());
        headers.extend(kind.to_le_bytes());
        headers.extend([0; 16]);
        headers.extend(at_loader.to_le_bytes());
        headers.extend((bytes.len() as u64).to_le_bytes());
        headers.extend(link.to_le_bytes());
        headers.extend(info.to_le_bytes());
        headers.extend([0; 16]);
        contents.extend(bytes);
    }
    let mut file = b"\x7fELF\x02\x01\x01".to_vec();
    file.resize(16, 0);
    file.extend([3, 0]);
    file.extend(machine.to_le_bytes());
    file.extend(1_u32.to_le_bytes());
    file.extend(0_u64.to_le_bytes());
    file.extend(64_u64.to_le_bytes());
    file.extend((start + contents.len() as u64).to_le_bytes());
    file.extend(0_u32.to_le_bytes());
    for number in [64, 56, programs, 64, u16::try_from(sections.len()).unwrap_or_default(), 0] {
        file.extend(number.to_le_bytes());
    }
    if programs == 1 {
        file.extend(3_u32.to_le_bytes());
        file.extend([0; 4]);
        file.extend(at_loader.to_le_bytes());
        file.resize(64 + 56, 0);
    }
    file.extend(contents);
    file.extend(headers);
    file
}
