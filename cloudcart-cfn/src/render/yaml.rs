//! YAML that every parser reads back to the same value, be it one of version 1.1 or 1.2.

use serde_json::Value;

/// The YAML view could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the template cannot be written as YAML")]
pub struct YamlError(#[from] serde_yaml::ser::Error);

/// Writes a value as YAML without tags. A text or key that YAML 1.1 or 1.2 would read as a date, a number, a boolean or
/// null is quoted, and no text is folded.
///
/// ```
/// use serde_json::json;
///
/// let yaml = cloudcart_cfn::render_yaml(&json!({ "on": "2010-09-09", "Port": 80 }))?;
/// assert_eq!(yaml, "\"on\": \"2010-09-09\"\nPort: 80\n");
/// # Ok::<(), cloudcart_cfn::YamlError>(())
/// ```
pub fn render_yaml(value: &Value) -> Result<String, YamlError> {
    let options = serde_yaml::ser_options! { prefer_block_scalars: false };
    Ok(serde_yaml::to_string_with_options(value, options)?)
}
