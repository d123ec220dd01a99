//! Why Lambda could not run a binary, and the way out.

use std::path::Path;

use crate::elf::{self, Glibc, Machine, Needs, Newest, Unfit};
use crate::error::{Error, Result};

/// The largest function that Lambda takes, unzipped: 250 MiB (Lambda quotas, "Deployment package size").
pub const MAX_UNZIPPED: u64 = 262_144_000;

/// Why Lambda could not run a binary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It is no ELF file.
    #[error("{0}; Lambda runs ELF binaries for Linux")]
    NotElf(&'static str),
    /// It is for another machine than the function is declared for.
    #[error("it is for {found}; the function is declared for {}", wanted.as_str())]
    Foreign {
        /// The binary's machine.
        found: String,
        /// The function's.
        wanted: Machine,
    },
    /// It is damaged.
    #[error("{0}")]
    Damaged(&'static str),
    /// It needs a newer glibc than Lambda has.
    #[error("it needs glibc {}, and provided.al2023 has {}", .0.glibc, Glibc::LAMBDA)]
    Glibc(Newest),
    /// It is too large.
    #[error("it has {bytes} bytes; Lambda takes at most {MAX_UNZIPPED} unzipped (250 MiB)")]
    TooLarge {
        /// Its size.
        bytes: u64,
    },
}

impl Refusal {
    /// The next step, where it does not depend on what this machine has.
    pub fn hint(&self) -> String {
        match self {
            Self::NotElf(_) => "leave the target to this command: it builds for Linux by itself".to_owned(),
            Self::Foreign { found, .. } if matches!(found.as_str(), "x86_64" | "arm64") => {
                format!(
                    "declare the function for it (`architecture = \"{found}\"` below [build] in cloudcart.toml), or correct what names the other target"
                )
            }
            Self::Foreign { .. } => "Lambda has x86_64 and arm64; look for what names the other target".to_owned(),
            Self::Damaged(_) => "build it again; if a tool shortens it afterwards, leave that tool out".to_owned(),
            Self::Glibc(_) => {
                "a library that is not compiled here needs it: link another one, or link it statically".to_owned()
            }
            Self::TooLarge { .. } => {
                "build with a cargo profile that strips (`strip = true`), or split the function".to_owned()
            }
        }
    }
}

/// Looks at a binary as Lambda would.
pub fn inspect(path: &Path, wanted: Machine) -> Result<Result<Needs, Refusal>> {
    let cannot = |source| Error::File { verb: "read", path: path.to_owned(), source };
    // Before it is read: a file that is too large for Lambda may be too large for this machine's memory.
    let bytes = std::fs::metadata(path).map_err(cannot)?.len();
    if bytes > MAX_UNZIPPED {
        return Ok(Err(Refusal::TooLarge { bytes }));
    }
    Ok(check(&std::fs::read(path).map_err(cannot)?, wanted))
}

fn check(content: &[u8], wanted: Machine) -> Result<Needs, Refusal> {
    let needs = elf::read(content).map_err(|unfit| match unfit {
        Unfit::NotElf(what) => Refusal::NotElf(what),
        Unfit::Foreign(found) => Refusal::Foreign { found, wanted },
        Unfit::Damaged(why) => Refusal::Damaged(why),
    })?;
    if needs.machine != wanted {
        return Err(Refusal::Foreign { found: needs.machine.as_str().to_owned(), wanted });
    }
    match needs.glibc {
        Some(newest) if newest.glibc > Glibc::LAMBDA => Err(Refusal::Glibc(newest)),
        glibc => Ok(Needs { glibc, ..needs }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::elf::craft::{AARCH64, RISCV, X86_64, binary};

    fn look(bytes: &[u8], wanted: Machine) -> Result<Needs, Refusal> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        inspect(file.path(), wanted).unwrap()
    }

    #[test]
    fn what_lambda_runs_passes() {
        let good = [("libc.so.6", "GLIBC_2.34", "pthread_create")];
        assert_eq!(look(&binary(X86_64, &good), Machine::X86_64).unwrap().glibc.unwrap().glibc, Glibc(2, 34));
        assert_eq!(look(&binary(AARCH64, &[]), Machine::Arm64).unwrap().glibc, None);
    }

    #[test]
    fn each_refusal_says_what_and_where_and_knows_a_way_out() {
        let old = [("libc.so.6", "GLIBC_2.34", "a"), ("libm.so.6", "GLIBC_2.35", "hypot")];
        for (bytes, wanted, words) in [
            (binary(AARCH64, &[]), Machine::X86_64, "it is for arm64; the function is declared for x86_64"),
            (binary(X86_64, &[]), Machine::Arm64, "it is for x86_64; the function is declared for arm64"),
            (binary(RISCV, &[]), Machine::Arm64, "it is for RISC-V; the function is declared for arm64"),
            (binary(X86_64, &old), Machine::X86_64, "it needs glibc 2.35, and provided.al2023 has 2.34"),
            (b"#!/bin/sh\n".to_vec(), Machine::X86_64, "it is a script; Lambda runs ELF binaries for Linux"),
        ] {
            let refusal = look(&bytes, wanted).unwrap_err();
            assert_eq!(refusal.to_string(), words);
            assert!(!refusal.hint().is_empty());
        }
        let Refusal::Glibc(newest) = look(&binary(X86_64, &old), Machine::X86_64).unwrap_err() else { panic!() };
        assert_eq!(newest.to_string(), "hypot@GLIBC_2.35 of libm.so.6");
    }

    #[test]
    fn a_file_of_the_largest_size_passes_and_one_byte_more_is_refused_unread() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(MAX_UNZIPPED + 1).unwrap();
        let refusal = inspect(file.path(), Machine::X86_64).unwrap().unwrap_err();
        assert_eq!(refusal, Refusal::TooLarge { bytes: 262_144_001 });
        file.as_file().set_len(1 << 40).unwrap();
        assert!(inspect(file.path(), Machine::X86_64).unwrap().is_err(), "a terabyte was read");
        std::fs::write(file.path(), binary(X86_64, &[])).unwrap();
        file.as_file().set_len(MAX_UNZIPPED).unwrap();
        assert!(inspect(file.path(), Machine::X86_64).unwrap().is_ok());
    }
}
