//! Text: JSON is what is deployed and hashed, YAML is a view for people.

use crate::template::Template;

/// The YAML view could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the template cannot be written as YAML")]
pub struct YamlError(#[from] serde_yaml::ser::Error);

impl Template {
    /// Pretty JSON, two spaces, a newline at the end: what is kept in a repository.
    pub fn to_json(&self) -> String {
        // The alternate form of Display is serde_json's pretty one.
        let mut text = format!("{:#}", self.to_value());
        text.push('\n');
        text
    }

    /// JSON without white space: what is sent, hashed and measured against the size limits.
    pub fn to_json_compact(&self) -> String {
        self.to_value().to_string()
    }

    /// YAML with intrinsic functions in their long form. Texts that YAML 1.1 would read as a date, a number or a boolean
    /// are quoted, and no text is folded, so that any parser reads back what [`Template::to_json`] says.
    pub fn to_yaml(&self) -> Result<String, YamlError> {
        let options = serde_yaml::ser_options! { prefer_block_scalars: false };
        Ok(serde_yaml::to_string_with_options(&self.to_value(), options)?)
    }
}
