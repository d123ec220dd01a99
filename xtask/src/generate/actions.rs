//! The enumerations of IAM actions.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::ensure;

use super::names;

/// A module per prefix.
pub(crate) fn file(actions: &BTreeMap<String, BTreeSet<String>>) -> anyhow::Result<String> {
    let mut text =
        "// Made by `cargo xtask generate` from `schemas/actions.json`. Edit `schemas/resources.toml`, not this.\n"
            .to_owned();
    for (prefix, names) in actions {
        let _ = writeln!(
            text,
            "\nservice! {{\n    /// Actions of `{prefix}`.\n    {} {prefix:?} {{",
            prefix.replace('-', "_")
        );
        for name in names {
            ensure!(
                name.starts_with(|first: char| first.is_ascii_alphabetic())
                    && name.chars().all(|character| character.is_ascii_alphanumeric()),
                "`{prefix}:{name}` cannot be the name of a variant"
            );
            let variant = names::type_name(name);
            let _ = if variant == *name {
                writeln!(text, "        {variant},")
            } else {
                writeln!(text, "        {variant} {name:?},")
            };
        }
        text.push_str("    }\n}\n");
    }
    Ok(text)
}
