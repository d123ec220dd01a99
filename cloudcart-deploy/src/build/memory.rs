//! Remembers, beside what cargo built, that plain cargo's binary needed too new a glibc: the next build does not try again.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::toolchain::Toolchain;
use crate::elf::Newest;

/// What was seen, and with what.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Seen {
    rustc: String,
    glibc: String,
    linker: String,
    /// For whoever reads the file.
    needs: String,
}

/// The memory of a target folder.
#[derive(Debug)]
pub(super) struct Memory {
    file: PathBuf,
    now: Seen,
    too_new: bool,
}

impl Memory {
    /// What is remembered of a target; nothing of another compiler, glibc or linker.
    pub(super) fn of(folder: &Path, facts: &Toolchain) -> Self {
        let file = folder.join(&facts.target).join("cloudcart-builder.json");
        let now = Seen {
            rustc: facts.rustc.as_ref().map(|rustc| rustc.version.clone()).unwrap_or_default(),
            glibc: facts.glibc.map(|glibc| glibc.to_string()).unwrap_or_default(),
            linker: facts.linker.program.clone(),
            needs: String::new(),
        };
        let seen: Option<Seen> = std::fs::read(&file).ok().and_then(|text| serde_json::from_slice(&text).ok());
        let too_new = seen.is_some_and(|seen| Seen { needs: String::new(), ..seen } == now);
        Self { file, now, too_new }
    }

    /// Whether plain cargo's binary needed too new a glibc.
    pub(super) fn is_too_new(&self) -> bool {
        self.too_new
    }

    /// It did.
    pub(super) fn keep(self, newest: &Newest) {
        let seen = Seen { needs: newest.to_string(), ..self.now };
        // Where it cannot be written, the next build finds out again.
        if let Ok(text) = serde_json::to_vec(&seen) {
            let _ = std::fs::write(&self.file, text);
        }
    }
}
