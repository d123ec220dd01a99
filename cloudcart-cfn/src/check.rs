//! What can be known to be wrong before CloudFormation sees the template.
//!
//! The checks read the rendered template, so that raw resources are checked as well.

mod graph;
mod references;

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};
use std::fmt;
use std::panic::Location;

use crate::limits;
use crate::resource::DeletionPolicy;
use crate::template::Template;
use references::{Reference, Target};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// CloudFormation takes it, under a condition that the text names.
    Note,
    /// CloudFormation refuses it.
    Error,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Logical ids are letters and digits.
    #[error("`{0}` is not a logical id: letters and digits only, 1 to {max} of them", max = limits::NAME_CHARS)]
    InvalidName(String),
    /// Two declarations share an id. Resources and parameters share one name space.
    #[error("`{0}` is declared twice, first at {1}")]
    DuplicateName(String, String),
    /// The id is referred to and not declared.
    #[error("refers to `{0}`, which the template does not declare")]
    UnknownName(String),
    /// A parameter has no attributes, and a condition is not a resource.
    #[error("refers to `{0}`, which is not a resource")]
    NotAResource(String),
    /// The condition is used and not declared.
    #[error("uses the condition `{0}`, which the template does not declare")]
    UnknownCondition(String),
    /// `Fn::Sub` has a `${` that is not closed, or is empty.
    #[error("the placeholder at `{0}` is not a `${{Name}}` or `${{Name.Attribute}}`")]
    BadPlaceholder(String),
    /// An intrinsic function has arguments of the wrong shape.
    #[error("the arguments of `{0}` have the wrong shape")]
    BadFunction(String),
    /// Resources wait for each other. Each step is a resource and the property by which it needs the next.
    #[error("waits for itself: {}", .0.join(" → "))]
    Cycle(Vec<String>),
    /// The properties cannot be written as a JSON object.
    #[error("cannot be rendered: {0}")]
    Unrenderable(String),
    /// `UpdateReplacePolicy` knows fewer words than `DeletionPolicy`.
    #[error("`UpdateReplacePolicy` cannot be `RetainExceptOnCreate`")]
    UpdateReplacePolicy,
    /// A stack needs a resource.
    #[error("the template has no resource")]
    NoResources,
    /// More of something than CloudFormation takes.
    #[error("{used} {what}, and CloudFormation takes {limit}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// How much there is.
        used: usize,
        /// How much there may be.
        limit: usize,
    },
    /// The template must be read from S3.
    #[error(
        "{0} bytes, and only {max} can be sent with a request: it must be uploaded to S3",
        max = limits::INLINE_BYTES
    )]
    NotInline(usize),
}

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

pub(crate) fn check(template: &Template) -> Vec<Finding> {
    let rendered = template.to_value();
    let references = references::collect(&rendered);
    let mut checker = Checker { template, findings: Vec::new() };
    checker.names();
    checker.resources();
    checker.references(&references);
    checker.cycles(&references);
    checker.limits(rendered.to_string().len());
    checker.findings
}

struct Checker<'a> {
    template: &'a Template,
    findings: Vec<Finding>,
}

impl Checker<'_> {
    fn report(&mut self, problem: Problem, path: String, source: Option<&'static Location<'static>>) {
        let logical_id = path.split('/').nth(1).map(str::to_owned);
        self.findings.push(Finding { severity: Severity::Error, problem, logical_id, path, source });
    }

    /// Every declaration: section, id, source.
    fn declarations(&self) -> Vec<(&'static str, String, &'static Location<'static>)> {
        let template = self.template;
        let parameters = template.parameters.iter().map(|one| ("Parameters", one.id.clone(), one.source));
        let conditions = template.conditions.iter().map(|one| ("Conditions", one.id.clone(), one.source));
        let resources = template.resources.iter().map(|one| ("Resources", one.id.clone(), one.source));
        let outputs = template.outputs.iter().map(|one| ("Outputs", one.id.clone(), one.source));
        let metadata = template.metadata.iter().map(|one| ("Metadata", one.id.clone(), one.source));
        parameters.chain(conditions).chain(resources).chain(outputs).chain(metadata).collect()
    }

    fn names(&mut self) {
        // Resources and parameters are one name space, because `Ref` speaks of both.
        let space = |section| if section == "Parameters" { "Resources" } else { section };
        let mut seen: BTreeMap<(&str, String), &Location<'_>> = BTreeMap::new();
        for (section, id, source) in self.declarations() {
            let path = format!("{section}/{id}");
            let alphanumeric = id.chars().all(|letter| letter.is_ascii_alphanumeric());
            if section != "Metadata" && (id.is_empty() || id.len() > limits::NAME_CHARS || !alphanumeric) {
                self.report(Problem::InvalidName(id.clone()), path.clone(), Some(source));
            }
            match seen.entry((space(section), id)) {
                Entry::Occupied(first) => {
                    let place = format!("{}:{}", first.get().file(), first.get().line());
                    let id = first.key().1.clone();
                    self.report(Problem::DuplicateName(id, place), path, Some(source));
                }
                Entry::Vacant(new) => {
                    new.insert(source);
                }
            }
        }
    }

    fn resources(&mut self) {
        for resource in &self.template.resources {
            let path = format!("Resources/{}", resource.id);
            let problem = match &resource.body.properties {
                Err(error) => Some(error.clone()),
                Ok(properties) if !properties.is_object() => Some("the properties are not an object".to_owned()),
                Ok(_) => None,
            };
            if let Some(problem) = problem {
                self.report(Problem::Unrenderable(problem), format!("{path}/Properties"), Some(resource.source));
            }
            if resource.body.attributes.update_replace_policy == Some(DeletionPolicy::RetainExceptOnCreate) {
                self.report(Problem::UpdateReplacePolicy, format!("{path}/UpdateReplacePolicy"), Some(resource.source));
            }
        }
    }

    fn references(&mut self, references: &[Reference]) {
        let ids = |names: &mut dyn Iterator<Item = &String>| names.cloned().collect::<BTreeSet<String>>();
        let resources = ids(&mut self.template.resources.iter().map(|one| &one.id));
        let parameters = ids(&mut self.template.parameters.iter().map(|one| &one.id));
        let conditions = ids(&mut self.template.conditions.iter().map(|one| &one.id));
        for reference in references {
            let problem = match &reference.target {
                Target::Name(name) => {
                    let known = resources.contains(name)
                        || parameters.contains(name)
                        || crate::value::pseudo::NAMES.contains(&name.as_str());
                    (!known).then(|| Problem::UnknownName(name.clone()))
                }
                Target::Resource(name) if resources.contains(name) => None,
                Target::Resource(name) if parameters.contains(name) => Some(Problem::NotAResource(name.clone())),
                Target::Resource(name) => Some(Problem::UnknownName(name.clone())),
                Target::Condition(name) => {
                    (!conditions.contains(name)).then(|| Problem::UnknownCondition(name.clone()))
                }
                Target::BadPlaceholder(at) => Some(Problem::BadPlaceholder(at.clone())),
                Target::BadFunction(name) => Some(Problem::BadFunction(name.clone())),
            };
            if let Some(problem) = problem {
                let source = reference.path.split('/').nth(1).and_then(|id| self.template.source_of(id));
                self.report(problem, reference.path.clone(), source);
            }
        }
    }

    fn cycles(&mut self, references: &[Reference]) {
        for cycle in graph::cycles(references) {
            let path = format!("Resources/{}", cycle.first);
            let source = self.template.source_of(&cycle.first);
            self.report(Problem::Cycle(cycle.steps), path, source);
        }
    }

    fn limits(&mut self, bytes: usize) {
        let template = self.template;
        if template.resources.is_empty() {
            self.report(Problem::NoResources, String::new(), None);
        }
        let description = template.description.as_ref().map_or(0, String::len);
        for (what, used, limit) in [
            ("resources", template.resources.len(), limits::RESOURCES),
            ("parameters", template.parameters.len(), limits::PARAMETERS),
            ("outputs", template.outputs.len(), limits::OUTPUTS),
            ("bytes of description", description, limits::DESCRIPTION_BYTES),
            ("bytes", bytes, limits::S3_BYTES),
        ] {
            if used > limit {
                self.report(Problem::Limit { what, used, limit }, String::new(), None);
            }
        }
        if bytes > limits::INLINE_BYTES && bytes <= limits::S3_BYTES {
            self.findings.push(Finding {
                severity: Severity::Note,
                problem: Problem::NotInline(bytes),
                logical_id: None,
                path: String::new(),
                source: None,
            });
        }
    }
}
