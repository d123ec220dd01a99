//! What can go wrong in this library: one enum, with its sources kept.

use std::fmt;
use std::path::PathBuf;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::build::choose::Missing;
use crate::build::refusal::Refusal;
use crate::build::toolchain::Native;
use crate::elf::Machine;
use crate::stack::{self, StackFailure};

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
    /// The profile that was asked for is not there, or gives no credentials.
    #[error("profile `{profile}` gives no usable credentials: {reason}")]
    Profile {
        /// The profile.
        profile: String,
        /// Why.
        reason: String,
        /// What mends it.
        remedy: String,
    },
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
        /// What cargo and the compiler said, as they drew it; without the steps on the way.
        output: String,
    },
    /// A binary is not what Lambda could run.
    #[error("`{function}` cannot run on Lambda: {refusal}")]
    Binary {
        /// The function.
        function: String,
        /// The binary.
        binary: PathBuf,
        /// What is wrong with it.
        refusal: Box<Refusal>,
        /// The next steps, a line each.
        hint: String,
    },
    /// This machine lacks what a build for that target needs.
    #[error("cannot build for {target}: {} missing", names(missing))]
    CannotBuild {
        /// The target.
        target: String,
        /// What is missing, and the line that mends it.
        missing: Vec<Missing>,
    },
    /// Code for this machine's own processor is asked for.
    #[error("`{}` makes code for the processor of this machine, which that of Lambda need not understand", native.flag)]
    NativeCpu {
        /// The flag, and where it is set.
        native: Box<Native>,
        /// The machine that is built for.
        machine: Machine,
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
    /// CloudFormation refused the template, its parameters or the change set.
    #[error("CloudFormation refuses the change: {0}")]
    ChangeSetRefused(String),
    /// A template is no JSON, or the stack's present one is not.
    #[error("the template cannot be read as JSON: {0}")]
    TemplateUnreadable(String),
    /// CloudFormation refused the change set, and says what it found in the template.
    #[error("CloudFormation refuses the change set: {}", .0.reason)]
    ChangeSetInvalid(Box<stack::Refusal>),
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
    /// A bucket with the name of the account's asset bucket is there, and is not the account's.
    #[error("the bucket `{bucket}` is there, but account {account} may not use it")]
    BucketNotOurs {
        /// The bucket.
        bucket: String,
        /// The account.
        account: String,
    },
    /// S3 refused to delete an object.
    #[error("`{key}` in bucket `{bucket}` cannot be deleted: {reason}")]
    ObjectsLeft {
        /// The bucket.
        bucket: String,
        /// The first key that was refused.
        key: String,
        /// Why.
        reason: String,
    },
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
    /// The endpoint no longer lets us watch a running operation, which goes on without us.
    #[error("can no longer watch stack `{stack}`: {operation} failed: {aws}")]
    Unwatched {
        /// The stack.
        stack: String,
        /// The API operation that was refused.
        operation: &'static str,
        /// Why.
        aws: Aws,
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
    /// A function's code could not be changed, or is not what was sent.
    #[error("the code of function `{function}` cannot be changed: {reason}")]
    Code {
        /// Its name.
        function: String,
        /// What is wrong.
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
            Self::Aws { aws, .. } | Self::Unwatched { aws, .. } => Some(aws),
            _ => None,
        }
    }

    /// The message with all of its causes, joined with colons.
    pub fn chain(&self) -> String {
        chain(self)
    }
}

/// `zig is` or `zig and cargo-zigbuild are`.
fn names(missing: &[Missing]) -> String {
    let names: Vec<&str> = missing.iter().map(|one| one.what.as_str()).collect();
    format!("{} {}", names.join(" and "), if names.len() == 1 { "is" } else { "are" })
}

/// What a failed API call means to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AwsKind {
    /// The credentials are missing, wrong or out of date.
    Credentials,
    /// The time of the request is too far from the service's: the clock of this machine is wrong.
    Clock,
    /// The credentials are good but may not do this.
    Denied,
    /// Too many calls; later is fine.
    Throttled,
    /// The endpoint does not offer the operation (HTTP 501).
    NotOffered,
    /// The endpoint could not be reached, or did not answer in time.
    Unreachable,
    /// Whoever answers at the address does not prove to be the endpoint: its certificate is not trusted.
    Untrusted,
    /// An answer came that is not the API's: cut short, or given by something on the way in the endpoint's place.
    Unreadable,
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
                let body = context.raw().body().bytes().unwrap_or_default();
                if let Some(message) = code.is_none().then(|| stray(status, body)).flatten() {
                    let kind = if status == Some(501) { AwsKind::NotOffered } else { AwsKind::Unreadable };
                    return Self { kind, code, message, status };
                }
                let wordless =
                    body.is_empty().then(|| format!("HTTP {}, without a reason", status.unwrap_or_default()));
                let words = meta.message().map(str::to_owned).or(wordless);
                let mut message = words.unwrap_or_else(|| chain(context.err()));
                let kind = kind_of(code.as_deref(), &message, status);
                if kind == AwsKind::Clock
                    && let Some(date) = context.raw().headers().get("date")
                {
                    message = format!("{message} The service's clock says {date}.");
                }
                Self { kind, code, message, status }
            }
            SdkError::TimeoutError(_) => {
                Self { kind: AwsKind::Unreachable, code: None, message: "no answer in time".to_owned(), status }
            }
            SdkError::DispatchFailure(failure) => {
                let message = failure.as_connector_error().map_or_else(|| chain(error), |cause| chain(cause));
                Self { kind: kind_of_dispatch(&message, AwsKind::Unreachable), code: None, message, status }
            }
            SdkError::ConstructionFailure(_) => {
                let message = chain(error);
                Self { kind: kind_of_dispatch(&message, AwsKind::Service), code: None, message, status }
            }
            _ => {
                let kind = if status == Some(501) { AwsKind::NotOffered } else { AwsKind::Unreadable };
                Self { kind, code: None, message: format!("the answer broke off: {}", chain(error)), status }
            }
        }
    }

    /// Whether a poll that failed like this should simply be repeated.
    pub fn is_passing(&self) -> bool {
        self.kind == AwsKind::Throttled || self.is_in_doubt()
    }

    /// Whether the call may have had its effect although it failed here. One that changes something must then not be
    /// repeated before it is known what became of it.
    pub fn is_in_doubt(&self) -> bool {
        matches!(self.kind, AwsKind::Unreachable | AwsKind::Unreadable | AwsKind::Untrusted)
            || (self.kind == AwsKind::Service && self.status.is_some_and(|status| matches!(status, 500 | 502..=504)))
    }
}

/// What to say of an answer that has no error code, when something else than the API gave it.
fn stray(status: Option<u16>, body: &[u8]) -> Option<String> {
    let status = status?;
    let text = String::from_utf8_lossy(&body[..body.len().min(4096)]);
    let start = text.trim_start().get(..14).unwrap_or(text.trim_start()).to_ascii_lowercase();
    if start.starts_with("<!doctype html") || start.starts_with("<html") {
        let title = text.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
        let title = title.map(|(title, _)| format!(" \"{}\"", title.trim())).unwrap_or_default();
        return Some(format!("a web page{title} came in place of the API's answer (HTTP {status})"));
    }
    let own = (200..300).contains(&status) || (status >= 500 && status != 501);
    (own && !body.is_empty()).then(|| format!("what came cannot be read as the API's answer (HTTP {status})"))
}

/// The SDK reports missing credentials, and certificates that are not trusted, as a failure to send.
fn kind_of_dispatch(message: &str, otherwise: AwsKind) -> AwsKind {
    let lower = message.to_ascii_lowercase();
    if lower.contains("certificate") {
        AwsKind::Untrusted
    } else if lower.contains("credential") || lower.contains("identity") {
        AwsKind::Credentials
    } else {
        otherwise
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

fn kind_of(code: Option<&str>, message: &str, status: Option<u16>) -> AwsKind {
    if status == Some(501) {
        return AwsKind::NotOffered;
    }
    match code.unwrap_or_default() {
        "InvalidAction" | "UnknownOperationException" | "NotImplemented" => AwsKind::NotOffered,
        "RequestTimeTooSkewed" | "RequestExpired" | "RequestInTheFuture" => AwsKind::Clock,
        "SignatureDoesNotMatch" | "InvalidSignatureException" if tells_time(message) => AwsKind::Clock,
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

/// `Signature expired: 20160730T143217Z is now earlier than …` and its counterpart: right keys, wrong clock.
fn tells_time(message: &str) -> bool {
    message.starts_with("Signature expired") || message.starts_with("Signature not yet current")
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
        assert_eq!(kind_of(Some("ExpiredToken"), "", Some(400)), AwsKind::Credentials);
        assert_eq!(kind_of(Some("AccessDenied"), "", Some(403)), AwsKind::Denied);
        assert_eq!(kind_of(None, "", Some(403)), AwsKind::Denied);
        assert_eq!(kind_of(Some("Throttling"), "", Some(400)), AwsKind::Throttled);
        assert_eq!(kind_of(Some("NotImplemented"), "", Some(501)), AwsKind::NotOffered);
        assert_eq!(kind_of(Some("InvalidAction"), "", Some(400)), AwsKind::NotOffered);
        assert_eq!(kind_of(Some("ValidationError"), "", Some(400)), AwsKind::Service);
        assert_eq!(kind_of(None, "", Some(404)), AwsKind::NotFound);
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

    #[test]
    fn a_wrong_clock_is_told_from_a_wrong_key() {
        let expired =
            "Signature expired: 20261128T094500Z is now earlier than 20261128T100212Z (20261128T101712Z - 15 min.)";
        assert_eq!(kind_of(Some("SignatureDoesNotMatch"), expired, Some(403)), AwsKind::Clock);
        assert_eq!(kind_of(Some("RequestTimeTooSkewed"), "", Some(403)), AwsKind::Clock);
        let wrong = "The request signature we calculated does not match the signature you provided.";
        assert_eq!(kind_of(Some("SignatureDoesNotMatch"), wrong, Some(403)), AwsKind::Credentials);
    }

    #[test]
    fn a_page_in_the_api_s_place_is_named_and_a_bare_refusal_is_not_one() {
        let page = b"<!DOCTYPE html>\n<html><head><title>Sign in to the network</title></head></html>";
        let told = stray(Some(200), page).unwrap_or_default();
        assert!(told.contains("\"Sign in to the network\""), "{told}");
        assert!(stray(Some(403), page).is_some());
        assert!(stray(Some(200), b"<DescribeStacksResponse><Desc").is_some());
        assert!(stray(Some(403), b"").is_none() && stray(Some(404), b"{}").is_none());
    }
}
