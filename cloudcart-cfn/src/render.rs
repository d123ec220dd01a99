//! Text: JSON is what is deployed and hashed, YAML is a view for people.

mod yaml;

use crate::template::Template;

pub use yaml::{YamlError, render_yaml};

impl Template {
    /// Pretty JSON, two spaces, a newline at the end: what is kept in a repository.
    pub fn to_json(&self) -> String {
        // Written straight, without a copy of the whole as a value; as there, nothing can fail to be JSON.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// JSON without white space: what is sent, hashed and measured against the size limits.
    pub fn to_json_compact(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// YAML with intrinsic functions in their long form, as [`render_yaml`] writes it.
    pub fn to_yaml(&self) -> Result<String, YamlError> {
        render_yaml(&self.to_value())
    }
}
