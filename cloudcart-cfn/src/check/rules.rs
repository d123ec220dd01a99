//! What services refuse, or do unexpectedly, although the template is well formed: one file per service, one function
//! per rule.
//!
//! A rule speaks of what it knows. A value that a function makes is unknown, and a rule that would need it is silent.

mod alarm;
mod bucket;
mod function;
mod http_api;
mod iam;
mod kept;
mod links;
mod mapping;
mod package;
mod parameter;
mod queue;
mod resource_policy;
mod rights;
mod table;
mod topic;

use super::Findings;
use super::problem::{Problem, Severity};
use super::view::View;

/// A rule, as the documentation lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleInfo {
    /// The name that [`Problem::Rule`] carries.
    pub name: &'static str,
    /// How bad it is to break it.
    pub severity: Severity,
    /// AWS's page about it.
    pub docs: &'static str,
}

/// A rule and the function that checks it.
struct Rule {
    info: RuleInfo,
    check: fn(&View<'_>, &mut Broken<'_, '_>),
}

/// A rule that services enforce, or without which things cannot work.
const fn error(name: &'static str, docs: &'static str, check: fn(&View<'_>, &mut Broken<'_, '_>)) -> Rule {
    Rule { info: RuleInfo { name, severity: Severity::Error, docs }, check }
}

/// A rule that is advice.
const fn note(name: &'static str, docs: &'static str, check: fn(&View<'_>, &mut Broken<'_, '_>)) -> Rule {
    Rule { info: RuleInfo { name, severity: Severity::Note, docs }, check }
}

/// Where a rule says that it is broken.
struct Broken<'f, 'a> {
    info: RuleInfo,
    findings: &'f mut Findings<'a>,
}

impl Broken<'_, '_> {
    /// At a path: what is wrong, and the way out.
    fn at(&mut self, path: String, message: impl Into<String>, hint: impl Into<String>) {
        let RuleInfo { name: rule, severity, docs } = self.info;
        let (message, hint) = (message.into(), hint.into());
        self.findings.add(path, Problem::Rule { rule, severity, message, hint, docs });
    }
}

/// Every service's rules.
const ALL: &[&[Rule]] = &[
    mapping::RULES,
    rights::RULES,
    queue::RULES,
    topic::RULES,
    resource_policy::RULES,
    function::RULES,
    package::RULES,
    http_api::RULES,
    table::RULES,
    bucket::RULES,
    alarm::RULES,
    iam::RULES,
    kept::RULES,
    parameter::RULES,
];

/// Every rule, in the order in which they are checked.
pub fn rules() -> impl Iterator<Item = RuleInfo> {
    ALL.iter().copied().flatten().map(|rule| rule.info)
}

pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    for rule in ALL.iter().copied().flatten() {
        (rule.check)(view, &mut Broken { info: rule.info, findings });
    }
}
