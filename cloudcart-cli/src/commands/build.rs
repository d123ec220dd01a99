//! `build`: handler binaries to reproducible archives.

use cloudcart_deploy::build::{Built, Package};

use crate::args::Build;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::pipeline;
use crate::progress::Progress;
use crate::session::Session;
use crate::table::{render, size};

pub(crate) async fn run(session: &Session<'_>, args: &Build) -> Result<Exit, Failure> {
    let known: Vec<&str> = session.app.functions.iter().map(|function| function.name).collect();
    if let Some(name) = args.functions.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(
            Failure::usage(format!("there is no function `{name}`")).hint(format!("there are {}", known.join(", ")))
        );
    }
    let wanted = if args.functions.is_empty() {
        known.iter().map(|name| (*name).to_owned()).collect()
    } else {
        args.functions.clone()
    };
    let built = pipeline::build(session, wanted, &Progress::notes(&session.printer)).await?;
    if session.printer.is_json() {
        session.printer.json(&document(&built))?;
    } else {
        session.printer.out(&table(&built.packages))?;
        if let Some(folder) = built.packages.first().and_then(|package| package.zip.parent()) {
            session.printer.note(&format!("archives in {}", folder.display()));
        }
    }
    Ok(Exit::Done)
}

/// What scripts rely on; times are whole milliseconds.
fn document(built: &Built) -> serde_json::Value {
    let functions: Vec<serde_json::Value> = built
        .packages
        .iter()
        .zip(&built.pack_millis)
        .map(|(package, millis)| {
            let mut function = serde_json::json!(package);
            function["packMillis"] = (*millis).into();
            function
        })
        .collect();
    serde_json::json!({
        "functions": functions,
        "builder": built.builder.as_str(),
        "target": built.target,
        "profile": built.profile,
        "compiled": built.compiled,
        "compileMillis": built.compile_millis,
    })
}

fn table(packages: &[Package]) -> String {
    let rows: Vec<Vec<String>> = packages
        .iter()
        .map(|package| {
            vec![
                package.name.clone(),
                package.arch.clone(),
                size(package.binary_bytes),
                size(package.zip_bytes),
                package.sha256.chars().take(12).collect(),
                package.glibc.clone().unwrap_or_else(|| "static".to_owned()),
                if package.rebuilt { "yes" } else { "no" }.to_owned(),
            ]
        })
        .collect();
    render(&["FUNCTION", "ARCH", "BINARY", "ZIP", "SHA-256", "GLIBC", "REBUILT"], &rows, &[2, 3])
}
