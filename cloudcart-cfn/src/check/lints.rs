//! Finds what has to be allowed by name.

mod environment;
mod exposure;
mod policies;

use super::Findings;
use super::input::Input;
use super::lint::Lint;
use super::problem::Problem;
use super::view::View;

pub(super) fn check(input: &Input<'_>, view: &View<'_>, findings: &mut Findings<'_>) {
    let mut found = |path: String, lint, message: String| findings.add(path, Problem::Lint { lint, message });
    policies::check(view, &mut found);
    environment::check(view, &mut found);
    exposure::check(view, &mut found);
    for id in &input.untyped {
        let kind = view.get(id).map_or("unknown", |entry| entry.kind);
        found(format!("Resources/{id}"), Lint::RawResource, format!("`{kind}` is written as plain JSON"));
    }
    for one in &input.overrides {
        let path = format!("Resources/{}/Properties/{}", one.logical_id, one.property);
        found(path, Lint::PropertyOverride, format!("`{}` is set past the typed struct", one.property));
    }
}
