//! What is not wrong for CloudFormation and still has to be allowed by name, with a reason.

use std::fmt;

use super::Severity;

/// Something that a template should not do without saying why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Lint {
    /// See [`Lint::about`], as for the others.
    WildcardAction,
    /// A misspelt action, or one that is newer than this library.
    UnknownAction,
    /// A grant on every resource.
    WildcardResource,
    /// A grant to everybody.
    WildcardPrincipal,
    /// A secret that everybody sees who may look at the configuration.
    SecretInEnvironment,
    /// A bucket that the world may read or write.
    PublicBucket,
    /// A port that is open to the world.
    OpenSecurityGroup,
    /// A resource without a struct.
    RawResource,
    /// A property set past the struct.
    PropertyOverride,
}

impl Lint {
    /// Every lint.
    pub const ALL: [Self; 9] = [
        Self::WildcardAction,
        Self::UnknownAction,
        Self::WildcardResource,
        Self::WildcardPrincipal,
        Self::SecretInEnvironment,
        Self::PublicBucket,
        Self::OpenSecurityGroup,
        Self::RawResource,
        Self::PropertyOverride,
    ];

    /// The name by which it is allowed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::WildcardAction => "wildcard-action",
            Self::UnknownAction => "unknown-action",
            Self::WildcardResource => "wildcard-resource",
            Self::WildcardPrincipal => "wildcard-principal",
            Self::SecretInEnvironment => "secret-in-environment",
            Self::PublicBucket => "public-bucket",
            Self::OpenSecurityGroup => "open-security-group",
            Self::RawResource => "raw-resource",
            Self::PropertyOverride => "property-override",
        }
    }

    /// The lint of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lint| lint.name() == name)
    }

    /// What it is about, in one sentence.
    pub const fn about(self) -> &'static str {
        match self {
            Self::WildcardAction => "A statement allows actions by a pattern, which also allows what AWS adds later.",
            Self::UnknownAction => {
                "A statement names an action that its service does not have, which IAM takes and which allows nothing."
            }
            Self::WildcardResource => "A statement allows its actions on every resource of the account.",
            Self::WildcardPrincipal => "A resource policy lets everybody in, with no condition.",
            Self::SecretInEnvironment => {
                "An environment variable holds a secret, which everybody reads who may read the configuration."
            }
            Self::PublicBucket => "A bucket is open to the world.",
            Self::OpenSecurityGroup => "A port other than 80 and 443 is open to every address.",
            Self::RawResource => "A resource is written as plain JSON, past the typed structs.",
            Self::PropertyOverride => "A property is set past its typed struct.",
        }
    }

    /// How bad it is as long as it is not allowed.
    pub const fn severity(self) -> Severity {
        match self {
            Self::RawResource | Self::PropertyOverride => Severity::Note,
            _ => Severity::Error,
        }
    }
}

impl fmt::Display for Lint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The author's word that a lint is meant, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// The resource; every resource when there is none.
    pub logical_id: Option<String>,
    /// What is allowed.
    pub lint: Lint,
    /// Why. It must not be empty.
    pub reason: String,
}

impl Allowance {
    /// Allows a lint on one resource.
    pub fn on(logical_id: impl Into<String>, lint: Lint, reason: impl Into<String>) -> Self {
        Self { logical_id: Some(logical_id.into()), lint, reason: reason.into() }
    }

    /// Allows a lint in the whole template.
    pub fn everywhere(lint: Lint, reason: impl Into<String>) -> Self {
        Self { logical_id: None, lint, reason: reason.into() }
    }

    pub(super) fn covers(&self, lint: Lint, logical_id: Option<&str>) -> bool {
        self.lint == lint && (self.logical_id.is_none() || self.logical_id.as_deref() == logical_id)
    }
}
