//! `schemas/resources.toml`: which types there are, and what their schemas do not say.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use serde::Deserialize;
use serde_json::Value as Json;

/// The allow-list.
#[derive(Debug, Default)]
pub(crate) struct Manifest {
    /// Prefixes of IAM actions that have a type.
    pub(crate) actions: Vec<String>,
    types: BTreeMap<String, Settings>,
}

/// What is said of one type.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// A schema that is merged into the official one.
    pub(crate) add: Option<Json>,
    /// What is taken out of the official schema before `add` is merged: JSON pointers.
    pub(crate) remove: Vec<String>,
    /// The Rust type of a property, by `Property` or `Definition.Property`.
    pub(crate) types: BTreeMap<String, String>,
    /// Names of generated types and variants, by `Definition`, `Type.Property` or `Enumeration.word`.
    pub(crate) names: BTreeMap<String, String>,
    /// Properties that `Fn::GetAtt` gives although they are not read-only.
    pub(crate) attributes: Vec<String>,
    /// The attribute that is the resource's ARN, or `Ref`, or empty for none.
    pub(crate) arn: Option<String>,
    /// The property that `Ref` gives, where it is not the primary identifier; empty for something else.
    #[serde(rename = "ref")]
    pub(crate) reference: Option<String>,
}

impl Manifest {
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("in {}", path.display()))
    }

    pub(crate) fn parse(text: &str) -> anyhow::Result<Self> {
        let mut table: toml::Table = text.parse()?;
        let actions = match table.remove("actions") {
            Some(actions) => actions.try_into().context("`actions`")?,
            None => Vec::new(),
        };
        let mut types = BTreeMap::new();
        for (type_name, settings) in table {
            let settings = settings.try_into().with_context(|| format!("`{type_name}`"))?;
            types.insert(type_name, settings);
        }
        Ok(Self { actions, types })
    }

    pub(crate) fn types(&self) -> impl Iterator<Item = (&str, &Settings)> {
        self.types.iter().map(|(name, settings)| (name.as_str(), settings))
    }

    pub(crate) fn settings(&self, type_name: &str) -> &Settings {
        static NONE: std::sync::LazyLock<Settings> = std::sync::LazyLock::new(Settings::default);
        self.types.get(type_name).unwrap_or(&NONE)
    }
}
