//! `synth`: the template, on standard output or as files; and whether the files are what would be written.

use std::path::{Path, PathBuf};

use crate::args::{Format, Synth};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::pipeline;
use crate::session::Session;

pub(crate) fn run(session: &Session<'_>, args: &Synth) -> Result<Exit, Failure> {
    let rendered = pipeline::render(session, None)?;
    let printer = &session.printer;
    for (what, count, limit) in &rendered.counts {
        printer.note(&format!("{what}: {count} of {limit}"));
    }
    for finding in &rendered.notes {
        printer.note(&format!("note: {finding}"));
    }
    if let Some((what, count, limit)) = rendered.counts.iter().find(|(_, count, limit)| count > limit) {
        return Err(Failure::new(
            Exit::Template,
            format!("the template has {count} {what}; CloudFormation takes {limit}"),
        ));
    }
    if args.check || args.out.is_some() {
        let folder = args.out.clone().unwrap_or_else(|| session.settings.root.join("templates"));
        let files = (session.app.templates)().map_err(|error| {
            Failure::new(Exit::Template, "the templates cannot be rendered").because(format!("{error:#}"))
        })?;
        return if args.check { check(session, &folder, &files) } else { write(session, &folder, &files) };
    }
    match printer.format() {
        Format::Json => printer.line(rendered.json_pretty.trim_end())?,
        Format::Text | Format::Yaml => printer.line(rendered.yaml.trim_end())?,
    }
    Ok(Exit::Done)
}

fn check(session: &Session<'_>, folder: &Path, files: &[(String, String)]) -> Result<Exit, Failure> {
    let stale = stale(folder, files);
    if stale.is_empty() {
        session.printer.note(&format!("{} is up to date", folder.display()));
        return Ok(Exit::Done);
    }
    let names: Vec<String> = stale.iter().map(|path| path.display().to_string()).collect();
    Err(Failure::new(Exit::Template, "the templates are stale")
        .because(names.join(", "))
        .hint(format!("write them with `cloudcart synth --out {}`", folder.display())))
}

/// The files that are absent or differ.
fn stale(folder: &Path, files: &[(String, String)]) -> Vec<PathBuf> {
    files
        .iter()
        .filter(|(name, text)| std::fs::read_to_string(folder.join(name)).ok().as_ref() != Some(text))
        .map(|(name, _)| folder.join(name))
        .collect()
}

fn write(session: &Session<'_>, folder: &Path, files: &[(String, String)]) -> Result<Exit, Failure> {
    let fail = |path: &Path, error: &std::io::Error| {
        Failure::internal(format!("cannot write {}", path.display())).because(error.to_string())
    };
    std::fs::create_dir_all(folder).map_err(|error| fail(folder, &error))?;
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|error| fail(&path, &error))?;
        session.printer.note(&format!("wrote {}", path.display()));
    }
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn absent_and_changed_files_are_stale() {
        let folder = tempfile::tempdir().unwrap();
        let files = vec![("a.json".to_owned(), "{}\n".to_owned()), ("b.json".to_owned(), "[]\n".to_owned())];
        std::fs::write(folder.path().join("a.json"), "{}\n").unwrap();
        assert_eq!(stale(folder.path(), &files), [folder.path().join("b.json")]);
        std::fs::write(folder.path().join("b.json"), "[]").unwrap();
        assert_eq!(stale(folder.path(), &files).len(), 1);
        std::fs::write(folder.path().join("b.json"), "[]\n").unwrap();
        assert!(stale(folder.path(), &files).is_empty());
    }
}
