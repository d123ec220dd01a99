//! The Rust files, printed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::docs::separated;
use super::facts::{Arn, Catalogue};
use super::files::Output;
use super::model::{Enumeration, Field, Module, Structure, Type, Words};
use super::names;
use super::vendor;

const MADE: &str =
    "// Made by `cargo xtask generate` from the schemas in `schemas/`. Edit `schemas/resources.toml`, not this.\n";

/// Everything but the IAM actions.
pub(crate) fn files(modules: &[Module], catalogue: &Catalogue, output: &mut Output) {
    let mut services: BTreeMap<&str, Vec<&Module>> = BTreeMap::new();
    for module in modules {
        services.entry(&module.service).or_default().push(module);
    }
    output.put("src/resources.rs", resources(&services));
    for (service, modules) in &services {
        output.put(format!("src/resources/{service}.rs"), service_file(modules));
        for module in modules {
            output.put(format!("src/resources/{service}/{}.rs", module.file), resource_file(module));
        }
    }
    output.put("src/kind/generated.rs", kinds(catalogue));
    output.put("src/schema/generated.rs", schemas(modules));
    output.put("tests/generated/types.rs", test_table(modules));
}

fn resources(services: &BTreeMap<&str, Vec<&Module>>) -> String {
    let mut text = format!("//! The resource types, a module and a feature per service.\n{MADE}\n");
    for service in services.keys() {
        let _ = writeln!(text, "#[cfg(feature = \"{service}\")]\npub mod {service};");
    }
    text
}

fn service_file(modules: &[&Module]) -> String {
    let service = modules.first().and_then(|module| names::parts(&module.type_name)).map_or("", |(service, _)| service);
    let mut text = format!("//! `AWS::{service}`.\n{MADE}\n");
    let mut sorted: Vec<&&Module> = modules.iter().collect();
    sorted.sort_by(|a, b| a.file.cmp(&b.file));
    for module in &sorted {
        let _ = writeln!(text, "pub mod {};", module.file);
    }
    text.push('\n');
    for module in &sorted {
        let _ = writeln!(text, "pub use {}::{};", module.file, module.name);
    }
    text
}

fn resource_file(module: &Module) -> String {
    let mut text = format!("//! `{}`.\n", module.type_name);
    let _ = writeln!(
        text,
        "// Made by `cargo xtask generate` from `schemas/{}`. Edit `schemas/resources.toml`, not this.",
        vendor::file_name(&module.type_name)
    );
    text.push_str("\nuse crate::prelude_of_generated::*;\n");
    let empty: BTreeSet<&str> =
        module.structures.iter().filter(|one| one.fields.is_empty()).map(|one| one.name.as_str()).collect();
    resource(module, &empty, &mut text);
    for structure in &module.structures {
        object(structure, &module.name, &empty, &mut text);
    }
    for enumeration in &module.enumerations {
        self::enumeration(enumeration, &module.name, &mut text);
    }
    let mut defaults: Vec<&str> = module
        .structures
        .iter()
        .chain([&module.resource])
        .filter(|one| !one.fields.is_empty() && one.fields.iter().all(|field| !field.required))
        .map(|one| one.name.as_str())
        .collect();
    defaults.sort_unstable();
    if !defaults.is_empty() {
        text.push_str("\ndefault_object! {\n");
        for name in defaults {
            let _ = writeln!(text, "    {name},");
        }
        text.push_str("}\n");
    }
    text
}

fn resource(module: &Module, empty: &BTreeSet<&str>, text: &mut String) {
    let (service, name) = names::parts(&module.type_name).unwrap_or_default();
    let kind = format!("kind::{}::{}", module.service, module.name);
    let is_empty = module.resource.fields.is_empty();
    text.push_str(if is_empty { "\nempty_resource! {\n" } else { "\nresource! {\n" });
    let gives = module.reference.as_ref().map_or_else(String::new, |given| format!(" `Ref` gives `{given}`."));
    let _ = writeln!(text, "    /// `{}`.{gives}\n    ///", module.type_name);
    let _ = writeln!(
        text,
        "    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-{}-{}.html>",
        service.to_ascii_lowercase(),
        name.to_ascii_lowercase()
    );
    if is_empty {
        let _ = writeln!(text, "    {}: {kind} {{", module.name);
    } else {
        let _ = writeln!(text, "    {}<'stack>: {kind} {{", module.name);
        fields(&module.resource, empty, text);
    }
    text.push_str("        attributes {");
    if module.attributes.is_empty() {
        text.push_str("}\n");
    } else {
        text.push('\n');
        for attribute in &module.attributes {
            let _ = writeln!(text, "            /// {}", attribute.doc);
            let _ = writeln!(text, "            {} {:?}: {},", attribute.identifier, attribute.key, attribute.of);
        }
        text.push_str("        }\n");
    }
    text.push_str("    }\n}\n");
}

fn object(structure: &Structure, owner: &str, empty: &BTreeSet<&str>, text: &mut String) {
    let doc = format!("    /// `{}` of [`{owner}`].\n", structure.original);
    if structure.fields.is_empty() {
        let _ = writeln!(text, "\nempty_object! {{\n{doc}    {}\n}}", structure.name);
        return;
    }
    let _ = writeln!(text, "\nobject! {{\n{doc}    {}<'stack> {{", structure.name);
    fields(structure, empty, text);
    text.push_str("    }\n}\n");
}

fn fields(structure: &Structure, empty: &BTreeSet<&str>, text: &mut String) {
    for (word, required) in [("required", true), ("optional", false)] {
        let fields: Vec<&Field> = structure.fields.iter().filter(|field| field.required == required).collect();
        if fields.is_empty() {
            let _ = writeln!(text, "        {word} {{}}");
            continue;
        }
        let _ = writeln!(text, "        {word} {{");
        for field in fields {
            let _ = writeln!(text, "            /// {}", field.doc);
            let _ = writeln!(text, "            {} {:?}: {},", field.identifier, field.key, written(&field.of, empty));
        }
        text.push_str("        }\n");
    }
}

fn written(of: &Type, empty: &BTreeSet<&str>) -> String {
    match of {
        Type::Plain(name) => name.clone(),
        Type::Structure(name) if empty.contains(name.as_str()) => name.clone(),
        Type::Structure(name) => format!("{name}<'stack>"),
        Type::List(of) => format!("Vec<Value<'stack, {}>>", written(of, empty)),
        Type::Map(of) => format!("BTreeMap<String, Value<'stack, {}>>", written(of, empty)),
        // Named before anything is printed.
        Type::Words(_) => String::new(),
    }
}

fn enumeration(enumeration: &Enumeration, owner: &str, text: &mut String) {
    let Enumeration { name, original, words } = enumeration;
    match words {
        Words::Texts(variants) => {
            let _ = writeln!(text, "\nenumeration! {{\n    /// `{original}` of [`{owner}`].\n    {name} {{");
            for (variant, word) in variants {
                let _ = writeln!(text, "        {variant} {word:?},");
            }
        }
        Words::Numbers(numbers) => {
            let _ = writeln!(text, "\nnumber_enumeration! {{\n    /// `{original}` of [`{owner}`].\n    {name} {{");
            for number in numbers {
                let sign = if *number < 0 { "-" } else { "" };
                let digits = separated(&number.unsigned_abs().to_string(), '_');
                let _ = writeln!(text, "        {sign}{digits},");
            }
        }
    }
    text.push_str("    }\n}\n");
}

fn kinds(catalogue: &Catalogue) -> String {
    let mut text = format!("{MADE}\nkinds! {{\n");
    let mut service = "";
    for (type_name, facts) in catalogue.types() {
        if facts.service != service {
            if !service.is_empty() {
                text.push_str("    }\n");
            }
            service = &facts.service;
            let _ = writeln!(text, "    /// Kinds of `AWS::{service}`.\n    {} {{", facts.service_module);
        }
        let arn = match &facts.arn {
            None => String::new(),
            Some(Arn::Reference) => ", arn None".to_owned(),
            Some(Arn::Attribute(name)) => format!(", arn Some({name:?})"),
        };
        let _ = writeln!(text, "        /// `{type_name}`.\n        {} {type_name:?}{arn};", facts.name);
    }
    text.push_str("    }\n}\n");
    text
}

fn schemas(modules: &[Module]) -> String {
    let mut text = format!("{MADE}\nschemas! {{\n");
    for module in modules {
        let _ = writeln!(
            text,
            "    {:?} {:?} {:?},",
            module.service,
            module.type_name,
            format!("../../schemas/{}", vendor::file_name(&module.type_name))
        );
    }
    text.push_str("}\n");
    text
}

fn test_table(modules: &[Module]) -> String {
    let mut text = format!("//! Every type by its name, for the tests.\n{MADE}\nround_trips! {{\n");
    for module in modules {
        let lifetime = if module.resource.fields.is_empty() { "" } else { "<'_>" };
        let _ =
            writeln!(text, "    {:?} cloudcart_cfn::{}::{}{lifetime},", module.type_name, module.service, module.name);
    }
    text.push_str("}\n");
    text
}
