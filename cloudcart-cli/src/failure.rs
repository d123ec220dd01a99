//! A failure as people read it: what failed, its first cause, where, and the next step.

use std::collections::BTreeMap;
use std::fmt;

use cloudcart_deploy::build::refusal::Refusal;
use cloudcart_deploy::elf::Machine;
use cloudcart_deploy::permissions;
use cloudcart_deploy::{AwsKind, Error};

use crate::exit::Exit;

/// Why the command ends otherwise than well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// What failed.
    pub what: String,
    /// The first cause.
    pub cause: Option<String>,
    /// Where: the resource, and the file and line that declared it.
    pub place: Option<String>,
    /// What else went wrong, in the order in which it did.
    pub also: Box<[String]>,
    /// The next step; a line each if there are several.
    pub hint: Option<String>,
    /// Nobody reads our output any more: end without a word.
    pub silent: bool,
}

impl Failure {
    /// A failure with an exit code.
    pub fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self { exit, what: what.into(), cause: None, place: None, also: Box::default(), hint: None, silent: false }
    }

    /// Wrong usage or configuration.
    pub fn usage(what: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what)
    }

    /// Something that fits nowhere else.
    pub fn internal(what: impl Into<String>) -> Self {
        Self::new(Exit::Internal, what)
    }

    /// Refused for safety.
    pub fn refused(what: impl Into<String>) -> Self {
        Self::new(Exit::Refused, what)
    }

    /// The reader of our output went away.
    pub(crate) fn closed_pipe() -> Self {
        Self { silent: true, ..Self::new(Exit::Done, "") }
    }

    /// Adds the cause.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Adds the place.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Adds something else that went wrong.
    #[must_use]
    pub fn also(mut self, line: impl Into<String>) -> Self {
        let mut lines = std::mem::take(&mut self.also).into_vec();
        lines.push(line.into());
        self.also = lines.into();
        self
    }

    /// Adds the next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if let Some(cause) = &self.cause {
            write!(f, ": {cause}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Self::closed_pipe();
        }
        Self::internal("cannot write the output").because(error.to_string())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        crate::diagnosis::explained(&error, &BTreeMap::new())
    }
}

impl Failure {
    /// A failure that needs no more than its own words.
    pub(crate) fn from_plain(error: &Error) -> Self {
        match error {
            Error::Aws { operation, aws } => aws_failure(operation, aws),
            Error::NoRegion => {
                Self::usage("no region is set").hint("pass --region, or set AWS_REGION, or `region` in cloudcart.toml")
            }
            Error::NoCredentials(cause) => Self::new(Exit::Access, "no usable AWS credentials")
                .because(cause.clone())
                .hint("pass --profile, sign in with `aws sso login`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
            Error::Profile { profile, reason, remedy } => {
                Self::new(Exit::Access, format!("profile `{profile}` gives no usable credentials"))
                    .because(reason.clone())
                    .hint(remedy.clone())
            }
            Error::CaBundle { .. } => Self::usage(error.chain()).hint("correct or unset AWS_CA_BUNDLE"),
            Error::CargoMissing { program, .. } => {
                Self::new(Exit::Build, error.chain()).hint(format!("install Rust, or set CARGO; tried `{program}`"))
            }
            Error::Workspace { root, reason } => {
                Self::new(Exit::Build, format!("cannot read the cargo workspace at {}", root.display()))
                    .because(reason.clone())
                    .hint("run this in the project's folder, or pass --config with the path of its cloudcart.toml")
            }
            Error::NoSuchBinary { .. } => Self::usage(error.to_string()),
            Error::Compile { output } => {
                Self::new(Exit::Build, "the handlers do not compile").because(format!("\n{}", output.trim_end()))
            }
            Error::Binary { function, binary, refusal, hint } => {
                let failure = Self::new(Exit::Build, format!("`{function}` cannot run on Lambda: {refusal}"))
                    .at(binary.display().to_string())
                    .hint(hint.clone());
                match &**refusal {
                    Refusal::Glibc(newest) => failure.because(format!("{newest}")),
                    _ => failure,
                }
            }
            Error::CannotBuild { target, missing } => {
                let what: Vec<&str> = missing.iter().map(|one| one.what.as_str()).collect();
                let lines: Vec<&str> = missing.iter().map(|one| one.remedy.as_str()).collect();
                Self::new(Exit::Build, format!("this machine cannot build for {target} yet"))
                    .because(format!("it lacks {}", what.join("; ")))
                    .hint(lines.join("\n"))
            }
            Error::NativeCpu { native, machine } => {
                let (cpu, every) = match machine {
                    Machine::X86_64 => ("x86-64-v3", "x86_64"),
                    Machine::Arm64 => ("neoverse-n1", "arm64"),
                };
                Self::new(Exit::Build, error.to_string())
                    .at(native.place.to_string())
                    .hint(format!("remove it, or name what every {every} processor of Lambda has: {cpu}"))
            }
            Error::Pack { .. } => Self::new(Exit::Build, error.chain()),
            Error::TemplateTooLarge { .. } => Self::new(Exit::Template, error.chain()),
            Error::StackNeedsPerson { stack, status, remedy } => {
                Self::new(Exit::NeedsPerson, format!("stack `{stack}` is {status}; a deployment cannot go on from there"))
                    .hint(remedy.clone())
            }
            Error::NoStack(stack) => Self::usage(format!("there is no stack `{stack}`")).hint("run `cloudcart deploy` first"),
            Error::Protected(stack) => {
                Self::refused(format!("stack `{stack}` is protected from deletion"))
                    .hint("`cloudcart protect off` switches its termination protection off")
            }
            Error::BucketNotOurs { .. } => Self::refused(error.to_string())
                .because("it belongs to another account, or these credentials have no s3:ListBucket on it")
                .hint("ask for that right; if the bucket is somebody else's, its name is taken and AWS support must free it"),
            Error::Function { function, reason } => Self::internal(format!("function `{function}` failed"))
                .because(reason.clone())
                .hint("its log says more: `cloudcart logs all`"),
            Error::LostContact { .. } => {
                Self::internal(error.to_string()).hint("the operation may go on without us; run the command again to see")
            }
            Error::Unwatched { stack, operation, aws } => {
                let refused = aws_failure(operation, aws);
                let hint = match aws.kind {
                    AwsKind::Credentials => {
                        "the change goes on without us; sign in again, then run the command again to wait for its end"
                            .to_owned()
                    }
                    _ => format!(
                        "the change goes on without us; {}, then run the command again to wait for its end",
                        refused.hint.unwrap_or_default()
                    ),
                };
                Self::new(Exit::Access, format!("stack `{stack}` can no longer be watched: {}", refused.what))
                    .because(aws.to_string())
                    .hint(hint)
            }
            _ => Self::internal(error.chain()),
        }
    }
}

fn aws_failure(operation: &str, aws: &cloudcart_deploy::Aws) -> Failure {
    match aws.kind {
        AwsKind::Credentials => Failure::new(Exit::Access, format!("{operation}: the credentials are not accepted"))
            .because(aws.to_string())
            .hint("sign in again, or check AWS_PROFILE and the clock of this machine"),
        AwsKind::Clock => Failure::new(Exit::Access, format!("{operation}: the clock of this machine is wrong"))
            .because(aws.to_string())
            .hint("set the clock of this machine"),
        AwsKind::Untrusted => {
            Failure::new(Exit::Access, format!("{operation}: the endpoint's certificate is not trusted"))
                .because(aws.to_string())
                .hint("if an authority of your own signed it, name its certificates: AWS_CA_BUNDLE=/path/to/ca.pem")
        }
        AwsKind::Unreadable => Failure::internal(format!("{operation}: what answers is not the AWS API"))
            .because(aws.to_string())
            .hint("something on the way answers in its place, such as a proxy or a sign-in page; check the network, HTTPS_PROXY and --endpoint-url"),
        AwsKind::Throttled => Failure::internal(format!("{operation}: AWS takes no more calls for now"))
            .because(aws.to_string())
            .hint("run the command again in a minute"),
        AwsKind::Denied => {
            let needs = match permissions::actions_of(operation) {
                [] => String::new(),
                actions => format!(" (it needs {})", actions.join(", ")),
            };
            Failure::new(Exit::Access, format!("{operation} is not allowed{needs}"))
                .because(aws.to_string())
                .hint("ask for that permission, or use another --profile; `cloudcart deployer-policy` prints all that are needed")
        }
        AwsKind::NotOffered => {
            Failure::internal(format!("{operation}: this endpoint does not offer that")).because(aws.message.clone())
        }
        AwsKind::Unreachable => Failure::internal(format!("{operation}: the endpoint cannot be reached"))
            .because(aws.to_string())
            .hint("check the network, --endpoint-url and --region"),
        _ => Failure::internal(format!("{operation} failed")).because(aws.to_string()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use cloudcart_deploy::Aws;
    use cloudcart_deploy::stack::{Cause, Ending, StackFailure};

    use super::*;

    fn stack(ending: Ending) -> Error {
        Error::Stack(Box::new(StackFailure {
            stack: "cloudcart-dev".to_owned(),
            status: "X".to_owned(),
            ending,
            cause: Some(Cause {
                logical_id: "Q".to_owned(),
                resource_type: "AWS::SQS::Queue".to_owned(),
                status: "CREATE_FAILED".to_owned(),
                reason: "taken".to_owned(),
                ..Cause::default()
            }),
            others: Vec::new(),
        }))
    }

    #[test]
    fn failures_map_to_their_exit_codes() {
        let aws =
            |kind| Error::Aws { operation: "X", aws: Aws { kind, code: None, message: "m".to_owned(), status: None } };
        let exit = |error: Error| Failure::from(error).exit;
        assert_eq!(exit(aws(AwsKind::Credentials)), Exit::Access);
        assert_eq!(exit(aws(AwsKind::Denied)), Exit::Access);
        assert_eq!(exit(aws(AwsKind::Service)), Exit::Internal);
        assert_eq!(exit(Error::NoRegion), Exit::Usage);
        assert_eq!(exit(Error::NoCredentials("x".to_owned())), Exit::Access);
        assert_eq!(exit(Error::Compile { output: String::new() }), Exit::Build);
        assert_eq!(exit(Error::ChangeSetRefused("x".to_owned())), Exit::Template);
        assert_eq!(exit(stack(Ending::RolledBack)), Exit::RolledBack);
        assert_eq!(exit(stack(Ending::Stuck)), Exit::NeedsPerson);
        assert_eq!(exit(Error::Protected("x".to_owned())), Exit::Refused);
    }

    #[test]
    fn what_lies_on_the_way_is_told_from_what_the_service_refuses() {
        let told = |kind| {
            let aws = Aws { kind, code: None, message: "m".to_owned(), status: None };
            Failure::from(Error::Aws { operation: "DescribeStacks", aws })
        };
        for (kind, exit, words) in [
            (AwsKind::Clock, Exit::Access, "set the clock"),
            (AwsKind::Untrusted, Exit::Access, "AWS_CA_BUNDLE"),
            (AwsKind::Unreadable, Exit::Internal, "HTTPS_PROXY"),
            (AwsKind::Throttled, Exit::Internal, "again in a minute"),
        ] {
            let failure = told(kind);
            assert_eq!(failure.exit, exit, "{kind:?}");
            assert!(failure.hint.clone().is_some_and(|hint| hint.contains(words)), "{failure:?}");
        }
    }

    #[test]
    fn a_change_that_can_no_longer_be_watched_goes_on_and_says_how_to_return_to_it() {
        for kind in [AwsKind::Credentials, AwsKind::Denied, AwsKind::Clock] {
            let aws = Aws { kind, code: None, message: "expired".to_owned(), status: Some(403) };
            let stack = "cloudcart-dev".to_owned();
            let failure = Failure::from(Error::Unwatched { stack, operation: "DescribeStacks", aws });
            assert_eq!(failure.exit, Exit::Access);
            let hint = failure.hint.unwrap();
            assert!(hint.contains("goes on without us") && hint.contains("run the command again"), "{hint}");
            assert!(
                failure.what.contains("cloudcart-dev") && failure.what.contains("DescribeStacks"),
                "{}",
                failure.what
            );
        }
    }

    #[test]
    fn a_failed_stack_names_resource_and_reason() {
        let failure = Failure::from(stack(Ending::RolledBack));
        assert_eq!(failure.cause.as_deref(), Some("taken"));
        assert_eq!(failure.place.as_deref(), Some("Q (AWS::SQS::Queue)"));
        assert!(failure.hint.is_some());
    }

    #[test]
    fn a_closed_pipe_is_silent() {
        let failure = Failure::from(std::io::Error::from(std::io::ErrorKind::BrokenPipe));
        assert!(failure.silent);
        assert_eq!(failure.exit, Exit::Done);
    }
}
