//! From the manifest and the resource schemas to every generated file of `cloudcart-cfn`.

mod actions;
mod docs;
mod emit;
mod facts;
mod files;
mod manifest;
mod model;
mod names;
mod schema;
#[cfg(test)]
mod tests;
mod vendor;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context;
use serde_json::Value as Json;

pub(crate) use files::Change;
use files::Output;
use manifest::Manifest;

/// What to write and remove so that the crate's generated files are what manifest and schemas say.
pub(crate) fn changes(crate_directory: &Path, schemas: Option<&Path>) -> anyhow::Result<Vec<Change>> {
    let manifest = Manifest::read(&crate_directory.join("schemas/resources.toml"))?;
    let mut output = Output::new(crate_directory);
    output.keep("schemas/resources.toml");

    let vendored = match schemas {
        Some(origin) => vendor::from_cfn_lint(&manifest, crate_directory, origin)?,
        None => vendor::from_repository(&manifest, crate_directory)?,
    };
    let mut catalogue = facts::Catalogue::default();
    let mut types: BTreeMap<&str, &Json> = BTreeMap::new();
    for (type_name, schema) in &vendored.schemas {
        output.put(format!("schemas/{}", vendor::file_name(type_name)), vendor::print(schema));
        catalogue.add(type_name, schema)?;
        types.insert(type_name, schema);
    }
    output.put("schemas/actions.json", vendor::print_actions(&vendored.actions));
    output.put("schemas/README.md", vendored.readme);

    let mut modules = Vec::new();
    for (type_name, schema) in types {
        let settings = manifest.settings(type_name);
        let module = model::Module::of(type_name, schema, settings, &catalogue);
        modules.push(module.with_context(|| format!("in {type_name}"))?);
    }
    output.put("Cargo.toml", with_features(crate_directory, &modules)?);
    emit::files(&modules, &catalogue, &mut output);
    output.put("src/policy/action/generated.rs", actions::file(&vendored.actions)?);
    output.changes()
}

/// The line of `Cargo.toml` beneath which the features are generated, to the end of the section.
const FEATURES: &str = "# A feature per service; `cargo xtask generate` writes them.\n";

/// `Cargo.toml` with a feature per service, and `all` of them.
fn with_features(crate_directory: &Path, modules: &[model::Module]) -> anyhow::Result<String> {
    let path = crate_directory.join("Cargo.toml");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let (before, rest) = text
        .split_once(FEATURES)
        .with_context(|| format!("{} has no line `{}` in `[features]`", path.display(), FEATURES.trim()))?;
    let after = rest.find("\n[").map_or("", |at| &rest[at..]);
    let services: BTreeSet<&str> = modules.iter().map(|module| module.service.as_str()).collect();
    let mut features = String::from("all = [\n");
    for service in &services {
        let _ = writeln!(features, "    \"{service}\",");
    }
    features.push_str("]\n");
    for service in &services {
        let _ = writeln!(features, "{service} = []");
    }
    Ok(format!("{before}{FEATURES}{features}{after}"))
}
