//! What can go wrong in this library: one enum, with its sources kept.

use std::fmt;
use std::path::PathBuf;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::stack::StackFailure;

/// This library's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong in this library.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A call to the AWS API failed.
    #[error("{operation} failed: {aws}")]
    Aws {
        /// The API operation, for example `CreateChangeSet`.
        operation: &'static str,
        /// What the endpoint, or the way to it, said.
        aws: Aws,
    },
    /// Neither the options, the environment nor the profile name a region.
    #[error("no region is set")]
    NoRegion,
    /// No credentials were found, or they could not be read.
    #[error("no usable credentials: {0}")]
    NoCredentials(String),
    /// A certificate bundle could not be read.
    #[error("cannot read the certificate bundle {path}")]
    CaBundle {
        /// The file that `AWS_CA_BUNDLE` names.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file could not be read or written.
    #[error("cannot {verb} {path}")]
    File {
        /// `read`, `write` or the like.
        verb: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Cargo could not be run at all.
    #[error("cannot run `{program}`")]
    CargoMissing {
        /// What was run.
        program: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Cargo did not understand the workspace.
    #[error("cargo cannot read the workspace at {root}: {reason}")]
    Workspace {
        /// The folder that was asked about.
        root: PathBuf,
        /// Cargo's own words.
        reason: String,
    },
    /// The package has no binary of that name.
    #[error("package `{package}` has no binary `{name}`; it has: {}", known.join(", "))]
    NoSuchBinary {
        /// The package of the handlers.
        package: String,
        /// What was asked for.
        name: String,
        /// The binaries there are.
        known: Vec<String>,
    },
    /// The handlers did not compile.
    #[error("the handlers do not compile")]
    Compile {
        /// All of cargo's standard error, as it came.
        output: String,
    },
    /// A binary is not what Lambda could run.
    #[error("`{function}` cannot run on Lambda: {reason}")]
    Binary {
        /// The function.
        function: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The archive could not be written.
    #[error("cannot pack `{function}`: {reason}")]
    Pack {
        /// The function.
        function: String,
        /// Why.
        reason: String,
    },
    /// The template is larger than CloudFormation takes.
    #[error("the template has {bytes} bytes; CloudFormation takes at most {limit}")]
    TemplateTooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// CloudFormation refused the change set.
    #[error("CloudFormation refuses the change set: {0}")]
    ChangeSetRefused(String),
    /// The stack is in a state that only a person can mend.
    #[error("stack `{stack}` is {status}")]
    StackNeedsPerson {
        /// The stack.
        stack: String,
        /// Its status.
        status: String,
        /// What mends it.
        remedy: String,
    },
    /// The operation ended in failure.
    #[error(transparent)]
    Stack(Box<StackFailure>),
    /// There is no such stack.
    #[error("there is no stack `{0}`")]
    NoStack(String),
    /// The stack is protected from deletion.
    #[error("stack `{0}` has termination protection")]
    Protected(String),
    /// The endpoint could not be reached for so long that waiting makes no sense.
    #[error("lost contact with the endpoint while waiting for stack `{stack}`: {reason}")]
    LostContact {
        /// The stack.
        stack: String,
        /// The last failure.
        reason: String,
    },
    /// The endpoint left some rows unwritten however often they were sent.
    #[error("table `{table}` left {left} rows unwritten after {attempts} attempts")]
    RowsLeft {
        /// The table.
        table: String,
        /// How many rows.
        left: usize,
        /// How often they were sent.
        attempts: u32,
    },
    /// Some rows are written, and the rest could not be.
    #[error("table `{table}`: {written} of {total} rows are written")]
    RowsPartly {
        /// The table.
        table: String,
        /// How many rows there were to write.
        total: usize,
        /// How many are written for certain.
        written: usize,
        /// How many more may be: the call that sent them broke off.
        unsure: usize,
        /// Why it did not go on.
        #[source]
        cause: Box<Error>,
    },
    /// A function was invoked and failed.
    #[error("function `{function}` failed: {reason}")]
    Function {
        /// Its name.
        function: String,
        /// Its own words.
        reason: String,
    },
    /// A plain HTTP call failed before there was an answer.
    #[error("{method} {url}: {reason}")]
    Http {
        /// The method.
        method: String,
        /// The address.
        url: String,
        /// What happened.
        reason: String,
    },
}

impl Error {
    /// Turns an SDK error into ours. Meant for `map_err(Error::aws("CreateChangeSet"))`.
    pub fn aws<E>(operation: &'static str) -> impl Fn(SdkError<E, HttpResponse>) -> Self
    where
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        move |error| Self::Aws { operation, aws: Aws::from_sdk(&error) }
    }

    /// The API failure in it, if it is one.
    pub fn as_aws(&self) -> Option<&Aws> {
        match self {
            Self::Aws { aws, .. } => Some(aws),
            _ => None,
        }
    }

    /// The message with all of its causes, joined with colons.
    pub fn chain(&self) -> String {
        chain(self)
    }
}

/// What a failed API call means to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AwsKind {
    /// The credentials are missing, wrong or out of date.
    Credentials,
    /// The credentials are good but may not do this.
    Denied,
    /// Too many calls; later is fine.
    Throttled,
    /// The endpoint does not offer the operation (HTTP 501).
    NotOffered,
    /// The endpoint could not be reached, or did not answer in time.
    Unreachable,
    /// The thing named does not exist.
    NotFound,
    /// Anything else that the service refused, or its own failure.
    Service,
}

/// A failed API call, reduced to what people and programs need to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aws {
    /// What it means.
    pub kind: AwsKind,
    /// The service's error code, if it gave one.
    pub code: Option<String>,
    /// The service's words, or those of the way to it.
    pub message: String,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
}

impl Aws {
    /// Reads an SDK error.
    pub fn from_sdk<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        let status = error.raw_response().map(|response| response.status().as_u16());
        match error {
            SdkError::ServiceError(context) => {
                let meta = context.err().meta();
                let code = meta.code().map(str::to_owned);
                let message = meta.message().map_or_else(|| chain(context.err()), str::to_owned);
                Self { kind: kind_of(code.as_deref(), status), code, message, status }
            }
            SdkError::TimeoutError(_) => {
                Self { kind: AwsKind::Unreachable, code: None, message: "no answer in time".to_owned(), status }
            }
            SdkError::DispatchFailure(failure) => {
                let message = failure.as_connector_error().map_or_else(|| chain(error), |cause| chain(cause));
                let lower = message.to_ascii_lowercase();
                // The SDK reports missing credentials as a failure to dispatch.
                let kind = if lower.contains("credential") || lower.contains("identity") {
                    AwsKind::Credentials
                } else {
                    AwsKind::Unreachable
                };
                Self { kind, code: None, message, status }
            }
            SdkError::ConstructionFailure(_) => {
                let message = chain(error);
                let lower = message.to_ascii_lowercase();
                let kind = if lower.contains("credential") || lower.contains("identity") {
                    AwsKind::Credentials
                } else {
                    AwsKind::Service
                };
                Self { kind, code: None, message, status }
            }
            _ => {
                let kind = if status == Some(501) { AwsKind::NotOffered } else { AwsKind::Service };
                Self { kind, code: None, message: chain(error), status }
            }
        }
    }

    /// Whether a poll that failed like this should simply be repeated.
    pub fn is_passing(&self) -> bool {
        matches!(self.kind, AwsKind::Throttled | AwsKind::Unreachable)
            || self.status.is_some_and(|status| matches!(status, 500 | 502..=504))
    }
}

impl fmt::Display for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind == AwsKind::NotOffered {
            write!(f, "this endpoint does not offer that ({})", self.message)
        } else if let Some(code) = &self.code {
            write!(f, "{} ({code})", self.message)
        } else {
            f.write_str(&self.message)
        }
    }
}

fn kind_of(code: Option<&str>, status: Option<u16>) -> AwsKind {
    if status == Some(501) {
        return AwsKind::NotOffered;
    }
    match code.unwrap_or_default() {
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "IncompleteSignature"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "RequestExpired"
        | "AuthFailure" => AwsKind::Credentials,
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "NotAuthorized" => AwsKind::Denied,
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException"
        | "RequestThrottled"
        | "SlowDown"
        | "LimitExceededException"
        | "ProvisionedThroughputExceededException" => AwsKind::Throttled,
        "ResourceNotFoundException" | "NoSuchBucket" | "NoSuchKey" | "NotFound" | "ChangeSetNotFound" => {
            AwsKind::NotFound
        }
        _ if status == Some(404) => AwsKind::NotFound,
        _ if status == Some(429) => AwsKind::Throttled,
        _ if status == Some(403) => AwsKind::Denied,
        _ => AwsKind::Service,
    }
}

/// An error with all of its sources, joined with colons, each told once.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_codes_are_told_apart() {
        assert_eq!(kind_of(Some("ExpiredToken"), Some(400)), AwsKind::Credentials);
        assert_eq!(kind_of(Some("AccessDenied"), Some(403)), AwsKind::Denied);
        assert_eq!(kind_of(None, Some(403)), AwsKind::Denied);
        assert_eq!(kind_of(Some("Throttling"), Some(400)), AwsKind::Throttled);
        assert_eq!(kind_of(Some("NotImplemented"), Some(501)), AwsKind::NotOffered);
        assert_eq!(kind_of(Some("ValidationError"), Some(400)), AwsKind::Service);
        assert_eq!(kind_of(None, Some(404)), AwsKind::NotFound);
    }

    #[test]
    fn an_endpoint_without_the_operation_says_so() {
        let aws = Aws { kind: AwsKind::NotOffered, code: None, message: "GetX".to_owned(), status: Some(501) };
        assert!(aws.to_string().starts_with("this endpoint does not offer that"));
    }

    #[test]
    fn dropped_and_throttled_polls_pass() {
        let aws = |kind, status| Aws { kind, code: None, message: String::new(), status };
        assert!(aws(AwsKind::Throttled, Some(400)).is_passing());
        assert!(aws(AwsKind::Unreachable, None).is_passing());
        assert!(aws(AwsKind::Service, Some(503)).is_passing());
        assert!(!aws(AwsKind::Service, Some(400)).is_passing());
        assert!(!aws(AwsKind::Denied, Some(403)).is_passing());
    }
}
