//! From variants to results: builds what is not built yet, then measures all of them in one run.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use jiff::Timestamp;

use crate::build::{Built, Workshop};
use crate::harness::{self, Extent, Scene};
use crate::machine::Machine;
use crate::results::{Results, Row};
use crate::sample::Subject;
use crate::variants::{Breadth, Variant, matrix};

/// The variants of a run. `only` and `skip` take names; a name that there is not is an error.
pub fn select(breadth: Breadth, only: &[String], skip: &[String]) -> Result<Vec<Variant>> {
    // Who names a variant means it, in whichever matrix it stands.
    let mut variants = matrix(if only.is_empty() { breadth } else { Breadth::Full });
    for name in only.iter().chain(skip) {
        let known: Vec<&str> = variants.iter().map(|variant| variant.name.as_str()).collect();
        ensure!(known.contains(&name.as_str()), "there is no variant `{name}`; there are: {}", known.join(", "));
    }
    variants.retain(|variant| (only.is_empty() || only.contains(&variant.name)) && !skip.contains(&variant.name));
    ensure!(!variants.is_empty(), "nothing is left to measure");
    Ok(variants)
}

/// Builds what a run before has not built, or all of it again.
pub fn build(
    workshop: &Workshop,
    variants: &[Variant],
    again: bool,
    progress: &mut dyn FnMut(&str),
) -> Result<Vec<(Built, Subject)>> {
    workshop.copy_tree()?;
    let mut all = Vec::with_capacity(variants.len());
    for (at, variant) in variants.iter().enumerate() {
        let finished = if again { None } else { workshop.finished(variant)? };
        let built = if let Some(built) = finished {
            built
        } else {
            progress(&format!("building {} ({} of {})", variant.name, at + 1, variants.len()));
            let name = &variant.name;
            let built = workshop.build(variant);
            let built = built.with_context(|| format!("{name} is not built; `--skip {name}` leaves it out"))?;
            let (clean, edit) = (built.clean, built.incremental);
            progress(&format!("built {}: {:.0} s of CPU, {:.0} s after an edit", variant.name, clean.cpu, edit.cpu));
            built
        };
        all.push((built, workshop.subject(variant)?));
    }
    Ok(all)
}

/// Measures what was built.
pub fn measure(
    root: &Path,
    variants: Vec<Variant>,
    built: Vec<(Built, Subject)>,
    scene: &Scene,
    extent: Extent,
    progress: &mut dyn FnMut(&str),
) -> Result<Results> {
    let (built, subjects): (Vec<Built>, Vec<Subject>) = built.into_iter().unzip();
    let figures = harness::measure(&subjects, scene, extent, progress)?;
    let rows = variants.into_iter().zip(built).zip(figures);
    let rows = rows.map(|((variant, built), figures)| Row { variant, built, figures }).collect();
    let date = Timestamp::now().to_string().chars().take_while(|char| *char != 'T').collect();
    Ok(Results::new(date, Machine::this(root), extent.cold, extent.warm, rows))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn names(breadth: Breadth, only: &[&str], skip: &[&str]) -> Result<Vec<String>> {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        select(breadth, &owned(only), &owned(skip)).map(|all| all.into_iter().map(|variant| variant.name).collect())
    }

    #[test]
    fn variants_are_chosen_and_left_out_by_name() {
        assert_eq!(
            names(Breadth::Quick, &["node", "ours-z-off-16-abort"], &[]).unwrap(),
            ["ours-z-off-16-abort", "node"]
        );
        let left = names(Breadth::Quick, &[], &["node-primed"]).unwrap();
        assert_eq!(left, ["ours", "floor", "ring", "stock", "node"]);
        let error = names(Breadth::Quick, &["odd"], &[]).unwrap_err().to_string();
        assert!(error.contains("`odd`") && error.contains("node-primed"), "{error}");
        assert!(names(Breadth::Quick, &["node"], &["node"]).is_err());
    }
}
