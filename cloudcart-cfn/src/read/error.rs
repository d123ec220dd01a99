//! Why a template could not be read, where, and what to do about it.

use std::fmt;

/// What the text was read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON, as in RFC 8259.
    Json,
    /// YAML, in the slice of version 1.1 that CloudFormation takes.
    Yaml,
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Json => "JSON",
            Self::Yaml => "YAML",
        })
    }
}

/// A template that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {problem}")]
#[non_exhaustive]
pub struct ReadError {
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// What the text was read as.
    pub format: Format,
    /// What is wrong there.
    pub problem: ReadProblem,
}

impl ReadError {
    /// What to do about it, if there is more to say than the message does.
    pub fn hint(&self) -> Option<&'static str> {
        self.problem.hint()
    }
}

/// What is wrong with a template's text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadProblem {
    /// It is no JSON or no YAML.
    #[error("{message}")]
    Syntax {
        /// What the parser found.
        message: String,
        /// What usually mends it.
        hint: Option<&'static str>,
    },
    /// There is nothing but white space and comments.
    #[error("there is no template in the text")]
    Empty,
    /// A second YAML document begins.
    #[error("a second document begins")]
    SeveralDocuments,
    /// A mapping has a key twice.
    #[error("the key {key} stands on line {first_line} already")]
    DuplicateKey {
        /// The key.
        key: String,
        /// Where it stood first.
        first_line: usize,
    },
    /// A list, a mapping, null or a short form is used as a key.
    #[error("a key must be text")]
    KeyIsNoText,
    /// The merge key `<<`.
    #[error("the merge key << is no part of CloudFormation's YAML")]
    MergeKey,
    /// An alias, where only what CloudFormation takes is read.
    #[error("YAML aliases are not allowed in CloudFormation templates")]
    Alias,
    /// An alias stands inside what it names.
    #[error("the alias stands inside what it names")]
    AliasInsideItself,
    /// Aliases blow the template up beyond what CloudFormation would take.
    #[error("the aliases expand to more than CloudFormation takes as a template")]
    AliasesTooLarge,
    /// Lists and mappings nest deeper than [`DEPTH`](super::DEPTH).
    #[error("more than {} levels of nesting", super::DEPTH)]
    TooDeep,
    /// A tag that is neither a short form nor one of the types of JSON.
    #[error("unknown tag {tag}")]
    UnknownTag {
        /// The tag as it was written.
        tag: String,
    },
    /// `!!int` and the like on something else.
    #[error("{tag} does not fit what it stands on")]
    TagDoesNotFit {
        /// The tag as it was written.
        tag: String,
    },
    /// `!GetAtt` without a dot.
    #[error("!GetAtt {text} names no attribute")]
    NoAttribute {
        /// What was written.
        text: String,
    },
    /// A number that neither 64-bit integers nor floats hold.
    #[error("{text} is a number that JSON cannot keep")]
    NumberOutOfRange {
        /// The number as it was written.
        text: String,
    },
}

impl ReadProblem {
    fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Syntax { hint, .. } => *hint,
            Self::Empty | Self::TooDeep | Self::DuplicateKey { .. } => None,
            Self::SeveralDocuments => Some("put each template into a file of its own"),
            Self::KeyIsNoText => Some("quote the key"),
            Self::MergeKey => Some("write the keys out, or quote the key if it is meant as text"),
            Self::Alias => Some("write the value out, or let `aws cloudformation package` do so"),
            Self::AliasInsideItself => Some("write the value out"),
            Self::AliasesTooLarge => Some("write out what is needed, or split the template"),
            Self::UnknownTag { tag } if tag.starts_with("!Fn::") => Some("the short form goes without Fn::"),
            Self::UnknownTag { tag } if tag.starts_with("!ForEach") => {
                Some("a loop has only a long form, Fn::ForEach::Name")
            }
            Self::UnknownTag { tag } if tag.starts_with("!!") => {
                Some("CloudFormation has no such type; quote the text")
            }
            Self::UnknownTag { .. } => Some("quote the text if it is meant to begin with an exclamation mark"),
            Self::TagDoesNotFit { .. } => Some("leave the tag out"),
            Self::NoAttribute { .. } => Some("write !GetAtt Resource.Attribute"),
            Self::NumberOutOfRange { .. } => Some("quote it to keep it as text"),
        }
    }
}

/// Where in the text something stands; both count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Position {
    pub(super) fn fail(self, format: Format, problem: ReadProblem) -> ReadError {
        ReadError { line: self.line, column: self.column, format, problem }
    }
}
