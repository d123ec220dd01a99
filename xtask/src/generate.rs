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
mod vendor;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail, ensure};
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
    check_features(crate_directory, &modules)?;
    emit::files(&modules, &catalogue, &mut output);
    output.put("src/policy/action/generated.rs", actions::file(&vendored.actions)?);
    output.changes()
}

/// Each service has a feature, which `all` turns on.
fn check_features(crate_directory: &Path, modules: &[model::Module]) -> anyhow::Result<()> {
    let path = crate_directory.join("Cargo.toml");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let package: toml::Table = text.parse().with_context(|| format!("cannot read {}", path.display()))?;
    let Some(features) = package.get("features").and_then(toml::Value::as_table) else {
        bail!("{} has no features", path.display());
    };
    let all = features.get("all").and_then(toml::Value::as_array);
    for module in modules {
        let service = module.service.as_str();
        ensure!(
            features.contains_key(service)
                && all.is_some_and(|all| all.iter().any(|one| one.as_str() == Some(service))),
            "{}: the service `{service}` needs a feature `{service} = []`, which `all` names",
            path.display()
        );
    }
    Ok(())
}
