//! Reads a template that somebody wrote, in JSON or YAML, as the long-form JSON it stands for.
//!
//! Short forms become long ones (`!Sub x` is `{"Fn::Sub": "x"}`); what is long already stays as it is. Nothing is checked
//! beyond the text itself: whether the template is a good one is for [`crate::Template::check`] and for AWS to say.
//!
//! ```
//! use cloudcart_cfn::read;
//!
//! let template = read::parse("Outputs:\n  Url:\n    Value: !GetAtt Queue.QueueUrl\n")?;
//! assert_eq!(template["Outputs"]["Url"]["Value"]["Fn::GetAtt"][1], "QueueUrl");
//!
//! let error = read::parse("A: 1\nB: 2\nA: 3\n").unwrap_err();
//! assert_eq!(error.to_string(), "line 3, column 1: the key A stands on line 1 already");
//! # Ok::<(), read::ReadError>(())
//! ```
//!
//! # What a plain YAML scalar means
//!
//! CloudFormation reads YAML 1.1, and so does this module, save where a number would lose the digits that its author
//! wrote. A scalar in quotes or in a block is always text, and so is one directly under a short form (`!Ref 7`).
//!
//! | plain scalar | read as | |
//! |---|---|---|
//! | `true` `yes` `on`, `false` `no` `off`, also `Yes` and `YES` | boolean | as CloudFormation; measured by several of its users |
//! | `y`, `n` | text | as CloudFormation and PyYAML, against the letter of YAML 1.1 |
//! | nothing, `~`, `null`, `Null`, `NULL` | null | |
//! | `2010-09-09`, any time stamp | text | CloudFormation has no time stamps |
//! | `30`, `-3`, `+1`, `1_000`, `0x1F`, `0b101` | integer | |
//! | `012345678901`, `017`, `01.5` | text | CloudFormation reads digits up to 7 to base 8, which no account id survives |
//! | `12:34`, `12:34:56` | text | YAML 1.1 reads them to base 60, which no port or time survives |
//! | `1.5`, `.5`, `1.5e3`, `1.0e+3` | float | `1.10` is 1.1, as in CloudFormation: versions need quotes |
//! | `1e3`, `0o17`, `=`, anything else | text | |
//! | `.inf`, `.nan`, what 64 bits cannot hold | refused | JSON cannot keep it; quotes make it text |
//!
//! A key is always text: a boolean is `true` or `false`, as it is when `Fn::FindInMap` looks it up, and anything else keeps
//! the characters it was written with.

mod alias;
mod error;
mod json;
mod keys;
mod scalar;
mod short_form;
mod yaml;

use serde_json::Value;

pub use error::{Format, ReadError, ReadProblem};
use yaml::Aliases;

/// How deep lists and mappings may nest, those of short forms and aliases included. serde_json reads back 127 levels.
pub const DEPTH: usize = 100;

/// The template in `text` as long-form JSON. Aliases (`*name`) are replaced by what they name, as the AWS CLI's `package`
/// command and SAM do before they send a template.
pub fn parse(text: &str) -> Result<Value, ReadError> {
    read(text, Aliases::Expanded)
}

/// Like [`parse`], but takes only what CloudFormation itself takes: an alias is refused.
pub fn parse_deployable(text: &str) -> Result<Value, ReadError> {
    read(text, Aliases::Refused)
}

fn read(text: &str, aliases: Aliases) -> Result<Value, ReadError> {
    // A byte order mark is no part of the text that follows it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !text.trim_start().starts_with(['{', '[']) {
        return yaml::parse(text, aliases);
    }
    let error = match json::parse(text) {
        Err(error) if matches!(error.problem, ReadProblem::Syntax { .. }) => error,
        outcome => return outcome,
    };
    // It may be YAML's flow style, which looks like JSON. Where it is neither, a first key in double quotes decides who is to
    // explain it; failing that, the reader that came further.
    let is_json = text.trim_start().strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with('"'));
    yaml::parse(text, aliases).map_err(|other| match other.problem {
        ReadProblem::Syntax { .. } if is_json || (other.line, other.column) <= (error.line, error.column) => error,
        _ => other,
    })
}
