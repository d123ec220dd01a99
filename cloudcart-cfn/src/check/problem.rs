//! What can be wrong with a template, how bad it is, and the way out.

use super::lint::Lint;
use crate::limits;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It works, and the text says what to know about it.
    Note,
    /// It is refused, cannot work, or is a lint that nobody allowed.
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
    #[error("refers to `{name}`, which the template does not declare")]
    UnknownName {
        /// The id.
        name: String,
        /// A declared id that is spelt nearly so.
        nearest: Option<String>,
    },
    /// A parameter has no attributes, and a condition is not a resource.
    #[error("refers to `{0}`, which is not a resource")]
    NotAResource(String),
    /// The resource type has no such attribute.
    #[error("`{type_name}` has no attribute `{attribute}`")]
    UnknownAttribute {
        /// The resource type.
        type_name: String,
        /// The attribute of `Fn::GetAtt`.
        attribute: String,
        /// An attribute that is spelt nearly so, or all when there are few.
        nearest: Option<String>,
    },
    /// The condition is used and not declared.
    #[error("uses the condition `{0}`, which the template does not declare")]
    UnknownCondition(String),
    /// The mapping is used and not declared.
    #[error("looks into the mapping `{0}`, which the template does not declare")]
    UnknownMapping(String),
    /// The mapping is declared, and has no such key.
    #[error("the mapping `{mapping}` has no `{key}`")]
    UnknownMappingKey {
        /// The mapping.
        mapping: String,
        /// The key of the first or the second level.
        key: String,
        /// A key that is spelt nearly so.
        nearest: Option<String>,
    },
    /// Refers to a resource that is not always there, and is itself always there.
    #[error("refers to `{name}`, which is there only when `{condition}` holds")]
    ConditionalTarget {
        /// The resource.
        name: String,
        /// Its condition.
        condition: String,
    },
    /// `Fn::Sub` has a `${` that is not closed, or is empty.
    #[error("the placeholder at `{0}` is not a `${{Name}}` or `${{Name.Attribute}}`")]
    BadPlaceholder(String),
    /// An intrinsic function has arguments of the wrong shape.
    #[error("the arguments of `{0}` have the wrong shape")]
    BadFunction(String),
    /// Resources wait for each other. Each step is a resource and the property by which it needs the next.
    #[error("waits for itself: {}", .0.join(" → "))]
    Cycle(Vec<String>),
    /// A property was set past the struct at a place that is not there.
    #[error("`{0}` was to be set, and what stands there cannot hold it")]
    MisplacedOverride(String),
    /// The properties cannot be written as a JSON object.
    #[error("cannot be rendered: {0}")]
    Unrenderable(String),
    /// A section that was set as it is, and does not come to be.
    #[error("the section `{name}` {why}")]
    Section {
        /// Its name.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
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
    /// The schema knows no such property.
    #[error("there is no property `{name}` here")]
    UnknownProperty {
        /// The property.
        name: String,
        /// A property that is spelt nearly so.
        nearest: Option<String>,
    },
    /// The schema requires the property.
    #[error("the property `{0}` is missing")]
    MissingProperty(String),
    /// Only AWS sets the property.
    #[error("the property `{0}` is read-only: AWS sets it")]
    ReadOnlyProperty(String),
    /// The property is on its way out.
    #[error("the property `{0}` is deprecated")]
    DeprecatedProperty(String),
    /// A value of another type.
    #[error("is {found}, and must be {expected}")]
    WrongType {
        /// The types that the schema takes.
        expected: String,
        /// The type that it has.
        found: &'static str,
    },
    /// A value that the schema does not take.
    #[error("`{value}` {why}")]
    BadValue {
        /// The value, shortened when it is long.
        value: String,
        /// Why not: `is none of …`, `is over …`.
        why: String,
        /// The value that was probably meant.
        nearest: Option<String>,
    },
    /// Properties that do not go together, or are needed together.
    #[error("{0}")]
    Combination(String),
    /// A rule of one service is broken.
    #[error("{message}")]
    Rule {
        /// The rule's name, for example `mapping-visibility`.
        rule: &'static str,
        /// How bad it is.
        severity: Severity,
        /// What is wrong.
        message: String,
        /// The way out.
        hint: String,
        /// AWS's page about it.
        docs: &'static str,
    },
    /// Something that has to be allowed by name.
    #[error("{message} ({lint})")]
    Lint {
        /// The lint.
        lint: Lint,
        /// What it found.
        message: String,
    },
    /// An allowance without a reason.
    #[error("`{0}` is allowed without a reason")]
    AllowedWithoutReason(Lint),
    /// An allowance that silences nothing.
    #[error("`{0}` is allowed, and nothing of the kind is there")]
    IdleAllowance(Lint),
}

impl Problem {
    /// How bad it is.
    pub const fn severity(&self) -> Severity {
        match self {
            Self::NotInline(_) | Self::DeprecatedProperty(_) | Self::IdleAllowance(_) => Severity::Note,
            Self::Rule { severity, .. } => *severity,
            Self::Lint { lint, .. } => lint.severity(),
            _ => Severity::Error,
        }
    }

    /// The lint by whose name it can be allowed.
    pub const fn lint(&self) -> Option<Lint> {
        match self {
            Self::Lint { lint, .. } => Some(*lint),
            _ => None,
        }
    }

    /// AWS's page about it, where one rule of a service is broken.
    pub const fn docs(&self) -> Option<&'static str> {
        match self {
            Self::Rule { docs, .. } => Some(docs),
            _ => None,
        }
    }

    /// What to do about it, where there is one way out.
    pub fn hint(&self) -> Option<String> {
        let meant = |name: &String| format!("did you mean `{name}`?");
        match self {
            Self::UnknownName { nearest, .. }
            | Self::UnknownProperty { nearest, .. }
            | Self::UnknownMappingKey { nearest, .. }
            | Self::UnknownAttribute { nearest, .. }
            | Self::BadValue { nearest, .. } => nearest.as_ref().map(meant),
            Self::Rule { hint, .. } => Some(hint.clone()),
            Self::Lint { lint, .. } => Some(lint_hint(*lint)),
            Self::Cycle(_) => Some(
                "take one of these references away: split the resource, or make the text by `Fn::Sub` of names that \
                 need no resource"
                    .to_owned(),
            ),
            Self::ConditionalTarget { condition, .. } => Some(format!(
                "put the reference into `Fn::If` of `{condition}`, or what refers under the same condition"
            )),
            Self::UpdateReplacePolicy => Some("use `Retain` there".to_owned()),
            Self::ReadOnlyProperty(name) => Some(format!("leave it out; read it with `Fn::GetAtt` of `{name}`")),
            Self::Limit { what, .. } if matches!(*what, "resources" | "bytes" | "outputs" | "mappings") => {
                Some("split the template into several stacks".to_owned())
            }
            Self::BadPlaceholder(_) => Some("write `${!Name}` for a literal `${Name}`".to_owned()),
            Self::AllowedWithoutReason(_) => Some("say in the allowance why it is meant".to_owned()),
            Self::IdleAllowance(_) => Some("take the allowance away".to_owned()),
            _ => None,
        }
    }
}

fn lint_hint(lint: Lint) -> String {
    let instead = match lint {
        Lint::WildcardAction => "name the actions",
        Lint::UnknownAction => "write the action as its service's type in `policy` does",
        Lint::WildcardResource => "name the resources",
        Lint::WildcardPrincipal => "name the principal, or add a condition such as `aws:SourceArn`",
        Lint::SecretInEnvironment => "give the secret's ARN or name, and read the secret in the function",
        Lint::PublicBucket => "block public access and serve through a distribution",
        Lint::OpenSecurityGroup => "name the addresses or the security group that may connect",
        Lint::RawResource => "use the typed struct where there is one",
        Lint::PropertyOverride => "use the struct's field where there is one",
    };
    format!("{instead}; or allow `{lint}` with a reason")
}
