//! `build`: handler binaries to reproducible archives.

use cloudcart_deploy::build::Package;

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
    let packages = pipeline::build(session, wanted, &Progress::notes(&session.printer)).await?;
    if session.printer.is_json() {
        session.printer.json(&serde_json::json!({ "functions": packages }))?;
    } else {
        session.printer.out(&table(&packages))?;
    }
    Ok(Exit::Done)
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
                package.zip.display().to_string(),
            ]
        })
        .collect();
    render(&["FUNCTION", "ARCH", "BINARY", "ZIP", "SHA-256", "GLIBC", "REBUILT", "FILE"], &rows, &[2, 3])
}
