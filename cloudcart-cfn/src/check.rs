//! What can be known to be wrong before CloudFormation sees the template.
//!
//! The checks read the rendered template, so that raw resources are checked as well. [`run`] checks any template that
//! is JSON; [`Template::check`] gives it what only the program knows, such as the line that declared a resource.

mod attributes;
mod conditional;
mod counted;
mod declared;
mod graph;
mod input;
mod lint;
mod lints;
mod lookup;
mod nearest;
mod problem;
mod references;
mod rules;
pub mod schema;
mod statements;
mod view;

use std::collections::HashMap;
use std::fmt;
use std::panic::Location;

pub use input::{Declaration, Input, Override};
pub use lint::{Allowance, Lint};
pub use problem::{Problem, Severity};
pub use rules::{RuleInfo, rules};

use crate::template::{Declared, ResourceBody, Template};
use view::View;

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub problem: Problem,
    /// The logical id of what it is about; none when it is the whole template.
    pub logical_id: Option<String>,
    /// Where in the template, for example `Resources/Orders/Properties/TableName`. Empty for the whole template.
    pub path: String,
    /// The line of Rust that declared it.
    pub source: Option<&'static Location<'static>>,
    /// The lint by whose name it can be allowed.
    pub lint: Option<Lint>,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(formatter, "{}: ", self.path)?;
        }
        write!(formatter, "{}", self.problem)?;
        match self.source {
            Some(source) => write!(formatter, " ({}:{})", source.file(), source.line()),
            None => Ok(()),
        }
    }
}

/// A finding that the author allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// What was found.
    pub finding: Finding,
    /// Why it is meant.
    pub reason: String,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// What is open.
    pub findings: Vec<Finding>,
    /// What the author allows, and why.
    pub allowed: Vec<Allowed>,
}

impl Report {
    /// What CloudFormation would refuse, and the lints that nobody allows.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error)
    }

    /// What CloudFormation takes, and is worth a thought.
    pub fn notes(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Note)
    }

    /// Whether there is an error.
    pub fn has_errors(&self) -> bool {
        self.errors().next().is_some()
    }
}

/// Checks a rendered template.
pub fn run(input: &Input<'_>) -> Report {
    let references = references::collect(input.rendered);
    let view = View::of(input);
    let mut findings = Findings::of(input);
    declared::names(input, &mut findings);
    for (path, problem) in &input.problems {
        findings.add(path.clone(), problem.clone());
    }
    declared::sections(input, &mut findings);
    declared::resources(input, &mut findings);
    declared::references(input, &references, &mut findings);
    conditional::check(input, &references, &mut findings);
    declared::cycles(&references, &mut findings);
    counted::check(input.rendered, &mut findings);
    for entry in view.all() {
        if let Some(schema) = (input.schema_of)(entry.kind)
            .filter(|_| entry.body.get("Properties").is_none_or(serde_json::Value::is_object))
        {
            let mut report = |path, problem| findings.add(path, problem);
            schema::check_properties(schema, entry.properties, &entry.at(""), &mut report);
        }
    }
    rules::check(&view, &mut findings);
    lints::check(input, &view, &mut findings);
    findings.into_report(&input.allowances)
}

impl Template {
    /// Everything that is wrong or doubtful and can be known without AWS. Empty when there is nothing.
    pub fn check(&self) -> Vec<Finding> {
        self.report().findings
    }

    /// As [`Template::check`], and beside it what the stack allows by [`Attributes::allow`](crate::Attributes::allow) and
    /// [`Stack::allow`](crate::Stack::allow).
    pub fn report(&self) -> Report {
        let rendered = self.to_value();
        let overrides = |paths: fn(&ResourceBody) -> &Vec<String>| -> Vec<Override> {
            let each = |one: &Declared<ResourceBody>| {
                let of = |path: &String| Override { logical_id: one.id.clone(), property: path.clone() };
                paths(&one.body).iter().map(of).collect::<Vec<_>>()
            };
            self.resources.iter().flat_map(each).collect()
        };
        run(&Input {
            declarations: self.declarations(),
            untyped: self.resources.iter().filter(|one| one.body.raw).map(|one| one.id.clone()).collect(),
            overrides: overrides(|body| &body.overridden),
            misplaced: overrides(|body| &body.misplaced),
            sections: self.others.iter().map(|(name, _)| name.clone()).collect(),
            problems: self.problems.clone(),
            allowances: self.allowances.clone(),
            ..Input::of(&rendered)
        })
    }

    /// Every declaration: section, id, source.
    fn declarations(&self) -> Vec<Declaration<'_>> {
        fn of<'a, T>(section: &'a str, declared: &'a [Declared<T>]) -> impl Iterator<Item = Declaration<'a>> {
            declared.iter().map(move |one| Declaration { section, id: &one.id, source: one.source })
        }
        of("Parameters", &self.parameters)
            .chain(of("Mappings", &self.mappings))
            .chain(of("Conditions", &self.conditions))
            .chain(of("Resources", &self.resources))
            .chain(of("Resources", &self.generated))
            .chain(of("Outputs", &self.outputs))
            .chain(of("Metadata", &self.metadata))
            .collect()
    }
}

/// The findings so far, and where each id was declared.
struct Findings<'a> {
    sources: HashMap<(&'a str, &'a str), &'static Location<'static>>,
    list: Vec<Finding>,
}

impl<'a> Findings<'a> {
    fn of(input: &Input<'a>) -> Self {
        let mut sources = HashMap::new();
        for declaration in &input.declarations {
            if let Some(source) = declaration.source {
                sources.entry((declaration.section, declaration.id)).or_insert(source);
            }
        }
        Self { sources, list: Vec::new() }
    }

    /// A finding at a path, from which its logical id and source are read.
    fn add(&mut self, path: String, problem: Problem) {
        let mut parts = path.split('/');
        let key = parts.next().zip(parts.next());
        let source = key.and_then(|(section, id)| self.sources.get(&(section, id)).copied());
        self.add_from(source, path, problem);
    }

    /// A finding whose source is known: one of several declarations of an id.
    fn add_from(&mut self, source: Option<&'static Location<'static>>, path: String, problem: Problem) {
        let logical_id = path.split('/').nth(1).map(str::to_owned);
        let (severity, lint) = (problem.severity(), problem.lint());
        self.list.push(Finding { severity, problem, logical_id, path, source, lint });
    }

    /// Parts what is allowed from what is open, and finds the allowances that are none.
    fn into_report(mut self, allowances: &[Allowance]) -> Report {
        let mut used = vec![false; allowances.len()];
        let mut report = Report::default();
        for finding in std::mem::take(&mut self.list) {
            let covers = |allowance: &Allowance| {
                finding.lint.is_some_and(|lint| allowance.covers(lint, finding.logical_id.as_deref()))
            };
            let mut reason = None;
            for (allowance, used) in allowances.iter().zip(&mut used).filter(|(one, _)| covers(one)) {
                *used = true;
                if !allowance.reason.trim().is_empty() {
                    reason.get_or_insert_with(|| allowance.reason.clone());
                }
            }
            match reason {
                Some(reason) => report.allowed.push(Allowed { finding, reason }),
                None => report.findings.push(finding),
            }
        }
        for (allowance, used) in allowances.iter().zip(used) {
            let path = allowance.logical_id.as_ref().map(|id| format!("Resources/{id}")).unwrap_or_default();
            if allowance.reason.trim().is_empty() {
                self.add(path, Problem::AllowedWithoutReason(allowance.lint));
            } else if !used {
                self.add(path, Problem::IdleAllowance(allowance.lint));
            }
        }
        report.findings.append(&mut self.list);
        report
    }
}
