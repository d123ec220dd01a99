//! The keys of one mapping, none of which may stand twice.

use std::collections::HashMap;

use super::error::ReadProblem;

/// The keys so far, with the line of each.
#[derive(Default)]
pub(super) struct Keys(HashMap<String, usize>);

impl Keys {
    /// Takes a key for the mapping. CloudFormation leaves open which of two equal keys counts, so neither does.
    pub(super) fn claim(&mut self, key: &str, line: usize) -> Result<(), ReadProblem> {
        match self.0.insert(key.to_owned(), line) {
            Some(first_line) => Err(ReadProblem::DuplicateKey { key: key.to_owned(), first_line }),
            None => Ok(()),
        }
    }
}
