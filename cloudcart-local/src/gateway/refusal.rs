//! Refusals in the words of each service: an unknown key, a wrong signature, a missing right.

use super::sigv4::SignatureError;
use crate::{
    api::Need,
    error::{AwsError, Protocol},
    iam::policy::Verdict,
};

/// Where the right keys are. Added to each message about a key, because AWS's own words do not help here.
const WHERE: &str = "This is the local cloud: `cloudcart local status` shows the keys it takes.";

/// How a service words its refusals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Words {
    /// DynamoDB, CloudWatch Logs.
    Json,
    /// SQS, and the Query protocol.
    Query,
    /// Lambda, API Gateway.
    Rest,
    /// S3.
    S3,
}

fn words(service: &str, protocol: Protocol) -> Words {
    match protocol {
        Protocol::Json10 { .. } if service == "sqs" => Words::Query,
        Protocol::Json10 { .. } | Protocol::Json11 => Words::Json,
        Protocol::Query { .. } => Words::Query,
        Protocol::RestJson | Protocol::RpcV2Cbor => Words::Rest,
        Protocol::RestXml => Words::S3,
    }
}

/// The request is not signed.
pub(crate) fn unsigned(service: &str, protocol: Protocol) -> AwsError {
    let message = format!("Request is missing Authentication Token. {WHERE}");
    match words(service, protocol) {
        Words::Json => AwsError::new(400, "MissingAuthenticationTokenException", message),
        Words::Query => AwsError::new(403, "MissingAuthenticationToken", message),
        Words::Rest => AwsError::new(403, "MissingAuthenticationTokenException", message),
        Words::S3 => AwsError::new(403, "AccessDenied", format!("Access Denied: the request is not signed. {WHERE}")),
    }
}

/// The access key id is not one of ours, or the session token is not its own.
pub(crate) fn unknown_key(service: &str, protocol: Protocol) -> AwsError {
    let message = format!("The security token included in the request is invalid. {WHERE}");
    match words(service, protocol) {
        Words::Json => AwsError::new(400, "UnrecognizedClientException", message),
        Words::Query => AwsError::new(403, "InvalidClientTokenId", message),
        Words::Rest => AwsError::new(403, "UnrecognizedClientException", message),
        Words::S3 => AwsError::new(
            403,
            "InvalidAccessKeyId",
            format!("The AWS Access Key Id you provided does not exist in our records. {WHERE}"),
        ),
    }
}

/// The signature does not hold.
pub(crate) fn signature(error: &SignatureError, service: &str, protocol: Protocol) -> AwsError {
    let message = match error {
        SignatureError::Mismatch => format!("{error} {WHERE}"),
        _ => error.to_string(),
    };
    let words = words(service, protocol);
    let status = if words == Words::Json { 400 } else { 403 };
    match (error, words) {
        (SignatureError::Malformed(_), Words::S3) => AwsError::bad_request("AuthorizationHeaderMalformed", message),
        (SignatureError::Malformed(_), Words::Json | Words::Rest) => {
            AwsError::new(status, "IncompleteSignatureException", message)
        }
        (SignatureError::Malformed(_), Words::Query) => AwsError::bad_request("IncompleteSignature", message),
        (SignatureError::Time(text), Words::S3) if text.starts_with("Request has expired") => {
            AwsError::new(403, "AccessDenied", message)
        }
        (SignatureError::Time(_), Words::S3) => AwsError::new(403, "RequestTimeTooSkewed", message),
        (SignatureError::Content, Words::S3) => AwsError::bad_request("XAmzContentSHA256Mismatch", message),
        (_, Words::Json | Words::Rest) => AwsError::new(status, "InvalidSignatureException", message),
        (_, Words::Query | Words::S3) => AwsError::new(403, "SignatureDoesNotMatch", message),
    }
}

/// The signature is scoped to another service or region.
pub(crate) fn scope(what: &str, wanted: &str, service: &str, protocol: Protocol) -> AwsError {
    let message = format!("Credential should be scoped to a valid {what}: the local cloud's is '{wanted}'.");
    match words(service, protocol) {
        Words::Json => AwsError::bad_request("InvalidSignatureException", message),
        Words::Rest => AwsError::new(403, "InvalidSignatureException", message),
        Words::Query => AwsError::new(403, "SignatureDoesNotMatch", message),
        Words::S3 => AwsError::bad_request("AuthorizationHeaderMalformed", message),
    }
}

/// The caller lacks a right.
pub(crate) fn denied(caller_arn: &str, need: &Need, verdict: Verdict, service: &str, protocol: Protocol) -> AwsError {
    // SQS alone writes its actions in small letters.
    let action = if service == "sqs" { need.action.to_ascii_lowercase() } else { need.action.clone() };
    let why = match verdict {
        Verdict::ExplicitDeny => "with an explicit deny in an identity-based policy".to_owned(),
        Verdict::ResourceDeny => "with an explicit deny in a resource-based policy".to_owned(),
        Verdict::NoBoundaryAllow => {
            format!("because no permissions boundary allows the {action} action")
        }
        Verdict::Allowed | Verdict::NoIdentityAllow => {
            format!("because no identity-based policy allows the {action} action")
        }
    };
    let on = if need.resource == "*" { String::new() } else { format!(" on resource: {}", need.resource) };
    let message = format!("User: {caller_arn} is not authorized to perform: {action}{on} {why}");
    match words(service, protocol) {
        Words::Json => AwsError::bad_request("AccessDeniedException", message),
        Words::Rest => AwsError::new(403, "AccessDeniedException", message),
        Words::Query | Words::S3 => AwsError::new(403, "AccessDenied", message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As <https://github.com/aws/serverless-application-model/issues/3633> shows it.
    #[test]
    fn sqs_alone_writes_its_actions_in_small_letters() {
        let told = |action: &str, service: &str, protocol| {
            denied("arn:x", &Need::new(action, "arn:y"), Verdict::NoIdentityAllow, service, protocol).message
        };
        assert_eq!(
            told("sqs:SendMessage", "sqs", Protocol::Json10 { namespace: "com.amazonaws.sqs" }),
            "User: arn:x is not authorized to perform: sqs:sendmessage on resource: arn:y because no identity-based policy \
             allows the sqs:sendmessage action"
        );
        assert!(
            told("lambda:InvokeFunction", "lambda", Protocol::RestJson).contains("the lambda:InvokeFunction action")
        );
    }
}
