//! ELF files of a test's own, whole and broken.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::craft::{AARCH64, RISCV, X86_64, binary};
use super::*;

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn this_very_test_names_its_machine_and_a_glibc() {
    let needs = read(&std::fs::read(std::env::current_exe().unwrap()).unwrap()).unwrap();
    assert_eq!(Some(needs.machine), Machine::host());
    let newest = needs.glibc.unwrap();
    assert!(newest.glibc >= Glibc(2, 2) && newest.symbol.is_some(), "{newest:?}");
}

#[test]
fn the_newest_glibc_is_named_with_its_symbol_and_library() {
    let needs = [
        ("libc.so.6", "GLIBC_2.2.5", "memcpy"),
        ("libm.so.6", "GLIBC_2.38", "fmod"),
        ("libgcc_s.so.1", "GCC_4.2.0", "_Unwind_Resume"),
        ("libc.so.6", "GLIBC_2.34", "pthread_create"),
    ];
    let read = read(&binary(X86_64, &needs)).unwrap();
    assert_eq!(read.machine, Machine::X86_64);
    let newest = read.glibc.unwrap();
    assert_eq!((newest.glibc, newest.to_string().as_str()), (Glibc(2, 38), "fmod@GLIBC_2.38 of libm.so.6"));
}

#[test]
fn a_static_binary_needs_no_glibc_and_another_machine_is_named() {
    assert_eq!(read(&binary(AARCH64, &[])).unwrap(), Needs { machine: Machine::Arm64, glibc: None });
    assert_eq!(read(&binary(RISCV, &[])), Err(Unfit::Foreign("RISC-V".to_owned())));
    let mut big = binary(X86_64, &[]);
    (big[4], big[5], big[18], big[19]) = (1, 2, 0, 8);
    assert_eq!(read(&big), Err(Unfit::Foreign("MIPS (32-bit) (big-endian)".to_owned())));
    assert_eq!(read(&binary(999, &[])), Err(Unfit::Foreign("ELF machine 999".to_owned())));
}

#[test]
fn what_is_no_elf_file_is_called_by_its_name() {
    for (bytes, word) in [
        (&b"#!/bin/sh\n"[..], "script"),
        (b"", "empty"),
        (b"MZ\x90\0", "Windows"),
        (b"\xcf\xfa\xed\xfe", "macOS"),
        (b"PK\x03\x04", "no binary"),
    ] {
        assert!(matches!(read(bytes), Err(Unfit::NotElf(what)) if what.contains(word)), "{bytes:?}");
    }
}

#[test]
fn a_dynamic_binary_without_section_headers_is_not_taken_for_a_static_one() {
    let mut file = binary(X86_64, &[("libc.so.6", "GLIBC_2.38", "fmod")]);
    file[60..62].fill(0);
    assert!(matches!(read(&file), Err(Unfit::Damaged(why)) if why.contains("stripped")));
}

#[test]
fn a_cut_off_binary_is_refused() {
    let whole = binary(X86_64, &[("libc.so.6", "GLIBC_2.34", "pthread_create")]);
    for length in 4..whole.len() {
        assert!(read(&whole[..length]).is_err(), "{length} bytes were taken for a binary");
    }
}

#[test]
fn versions_compare_as_numbers_and_marks_of_the_loader_have_theirs() {
    assert!(glibc_version("GLIBC_2.4").unwrap() < glibc_version("GLIBC_2.34").unwrap());
    assert_eq!(glibc_version("GLIBC_2.2.5"), Some(Glibc(2, 2)));
    assert_eq!(glibc_version("GLIBC_ABI_DT_RELR"), Some(Glibc(2, 36)));
    assert_eq!(glibc_version("GLIBC_PRIVATE"), None);
    assert_eq!(glibc_version("GCC_3.0"), None);
}

#[test]
fn tables_that_never_end_are_left_soon() {
    let mut file = binary(X86_64, &[("libc.so.6", "GLIBC_2.34", "a"), ("libc.so.6", "GLIBC_2.35", "b")]);
    let section = usize::try_from(u64::from_le_bytes(file[40..48].try_into().unwrap())).unwrap() + 4 * 64;
    let at = usize::try_from(u64::from_le_bytes(file[section + 24..section + 32].try_into().unwrap())).unwrap();
    file[section + 44..section + 48].fill(0xff);
    file[at + 2..at + 4].fill(0xff);
    // The auxiliary entry follows itself, and so does the whole.
    file[at + 28..at + 32].copy_from_slice(&1_u32.to_le_bytes());
    let begun = Instant::now();
    assert!(read(&file).is_err());
    assert!(begun.elapsed() < Duration::from_secs(2));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_and_shortened_binaries_never_panic_nor_take_long(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..24),
        length in any::<prop::sample::Index>(),
        cut in any::<bool>(),
    ) {
        let needs = [("libc.so.6", "GLIBC_2.2.5", "memcpy"), ("libm.so.6", "GLIBC_2.38", "fmod")];
        let mut file = binary(X86_64, &needs);
        for (at, value) in changes {
            let at = at.index(file.len());
            file[at] = value;
        }
        if cut {
            file.truncate(length.index(file.len()));
        }
        let begun = Instant::now();
        let _ = read(&file);
        prop_assert!(begun.elapsed() < Duration::from_secs(2));
    }

    #[test]
    fn any_bytes_behind_an_elf_header_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..2048)) {
        let mut file = binary(X86_64, &[]);
        file.truncate(20);
        file.extend(bytes);
        let _ = read(&file);
    }
}
