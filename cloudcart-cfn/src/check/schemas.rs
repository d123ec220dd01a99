//! The vendored resource provider schemas: parsed when first asked for, and kept.

use std::sync::OnceLock;

use serde_json::Value as Json;

/// A schema as text, parsed at its first use.
pub struct Vendored {
    type_name: &'static str,
    text: &'static str,
    parsed: OnceLock<Option<Json>>,
}

impl Vendored {
    /// The schema of a resource type, as the text of its file: `include_str!`.
    pub const fn new(type_name: &'static str, text: &'static str) -> Self {
        Self { type_name, text, parsed: OnceLock::new() }
    }

    /// The resource type, for example `AWS::SQS::Queue`.
    pub const fn type_name(&self) -> &'static str {
        self.type_name
    }

    /// The schema; none when the text is no JSON.
    pub fn schema(&self) -> Option<&Json> {
        self.parsed.get_or_init(|| serde_json::from_str(self.text).ok()).as_ref()
    }
}

/// The schemas in this crate, sorted by type name.
pub static VENDORED: &[Vendored] = &[];

/// The vendored schema of a resource type.
pub fn schema_of(type_name: &str) -> Option<&'static Json> {
    let index = VENDORED.binary_search_by(|one| one.type_name.cmp(type_name)).ok()?;
    VENDORED[index].schema()
}
