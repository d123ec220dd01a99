//! Schemas of schemas: all, any, one, none, and if.

use serde_json::Value as Json;

use super::{Checker, Verdict, quoted, texts};
use crate::check::problem::Problem;

impl<'s> Checker<'s> {
    pub(super) fn combined(
        &self,
        schema: &'s Json,
        value: &Json,
        at: &mut String,
        references: usize,
        verdict: &mut Verdict,
    ) {
        let list = |name: &str| schema.get(name).and_then(Json::as_array).map(Vec::as_slice);
        for part in list("allOf").unwrap_or_default() {
            self.node(part, value, at, references, verdict);
        }
        if let Some(forms) = list("anyOf") {
            self.one_of(forms, false, value, at, references, verdict);
        }
        if let Some(forms) = list("oneOf") {
            self.one_of(forms, true, value, at, references, verdict);
        }
        if let Some(refused) = schema.get("not") {
            let inner = self.alone(refused, value, at, references);
            verdict.unsure |= inner.unsure;
            if inner.fits() && !inner.unsure {
                let names = quoted(texts(refused.get("required")));
                let text = if names.is_empty() {
                    format!("`{}` is not taken here", super::scalar::shown(value))
                } else {
                    format!("{names} may not be given here")
                };
                verdict.add(at, Problem::Combination(text));
            }
        }
        if let Some(condition) = schema.get("if") {
            let inner = self.alone(condition, value, at, references);
            let then = match (inner.fits(), inner.unsure) {
                (true, false) => schema.get("then"),
                (false, _) => schema.get("else"),
                // Nobody knows which of them holds.
                (true, true) => {
                    verdict.unsure = true;
                    None
                }
            };
            if let Some(then) = then {
                self.node(then, value, at, references, verdict);
            }
        }
    }

    fn alone(&self, schema: &'s Json, value: &Json, at: &mut String, references: usize) -> Verdict {
        let mut verdict = Verdict::default();
        self.node(schema, value, at, references, &mut verdict);
        verdict
    }

    fn one_of(
        &self,
        forms: &'s [Json],
        one_only: bool,
        value: &Json,
        at: &mut String,
        references: usize,
        verdict: &mut Verdict,
    ) {
        let each: Vec<Verdict> = forms.iter().map(|form| self.alone(form, value, at, references)).collect();
        verdict.unsure |= each.iter().any(|one| one.unsure);
        let fitting = each.iter().filter(|one| one.fits()).count();
        let surely = each.iter().filter(|one| one.fits() && !one.unsure).count();
        let only_required =
            || forms.iter().all(|form| form.get("required").is_some() && form.get("properties").is_none());
        let choices = || {
            let names = forms.iter().map(|form| texts(form.get("required")).collect::<Vec<_>>().join("` with `"));
            names.map(|names| format!("`{names}`")).collect::<Vec<_>>().join(", ")
        };
        if fitting == 0 && only_required() {
            verdict.add(at, Problem::Combination(format!("one of {} is needed", choices())));
        } else if fitting == 0 {
            // What is wrong is told of the form that it is nearest to.
            if let Some(nearest) = each.into_iter().min_by_key(|one| one.problems.len()) {
                verdict.merge(nearest);
            }
        } else if one_only && surely > 1 && value.is_object() {
            // A scalar fits several forms merely because texts and numbers stand for each other.
            let text = if only_required() {
                format!("only one of {} may be given", choices())
            } else {
                "fits several forms that exclude each other".to_owned()
            };
            verdict.add(at, Problem::Combination(text));
        }
    }
}
