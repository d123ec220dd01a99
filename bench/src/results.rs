//! The results of a run, kept as JSON beside the document, so that the document can be written again without measuring.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::build::Built;
use crate::figures::Figures;
use crate::machine::Machine;
use crate::variants::Variant;

/// What this program writes and reads.
const VERSION: u32 = 1;

/// One run: everything in it was measured turn by turn, so that its figures can be compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Results {
    version: u32,
    /// The day, as ISO 8601 writes it.
    pub date: String,
    /// What it was made on.
    pub machine: Machine,
    /// Cold starts of each kind and variant.
    pub cold: usize,
    /// Warm calls of each variant.
    pub warm: usize,
    /// One for each variant.
    pub rows: Vec<Row>,
}

/// A variant, what its build took, and what it was measured at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The variant.
    pub variant: Variant,
    /// Its build.
    pub built: Built,
    /// Its figures.
    pub figures: Figures,
}

impl Results {
    /// Of a run that is over.
    pub fn new(date: String, machine: Machine, cold: usize, warm: usize, rows: Vec<Row>) -> Self {
        Self { version: VERSION, date, machine, cold, warm, rows }
    }

    /// The row of that name.
    pub fn row(&self, name: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.variant.name == name)
    }

    /// Reads a file that [`Self::write`] wrote.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let results: Self =
            serde_json::from_slice(&text).with_context(|| format!("{} is no file of results", path.display()))?;
        let version = results.version;
        ensure!(version == VERSION, "{} is of version {version}; this program reads {VERSION}", path.display());
        Ok(results)
    }

    /// Writes a file.
    pub fn write(&self, path: &Path) -> Result<()> {
        let text = format!("{}\n", serde_json::to_string_pretty(self)?);
        std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn results_read_back_as_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.json");
        let results = crate::tables::tests::results();
        results.write(&path).unwrap();
        assert_eq!(Results::read(&path).unwrap(), results);
        let newer = std::fs::read_to_string(&path).unwrap().replacen("\"version\": 1", "\"version\": 2", 1);
        std::fs::write(&path, newer).unwrap();
        let error = Results::read(&path).unwrap_err().to_string();
        assert!(error.contains("is of version 2; this program reads 1"), "{error}");
    }
}
