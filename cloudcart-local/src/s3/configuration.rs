//! Bucket configuration: documents that are kept and given back as they came.
//!
//! The local cloud acts on versioning alone: objects are not expired or encrypted, and the bucket policy is not evaluated (the
//! account's own keys and the roles' policies decide).

use super::{S3, wire};
use crate::{api::ApiRequest, error::AwsError};
use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode, header};

/// A kind of configuration, by its query parameter.
pub(super) struct Kind {
    pub(super) parameter: &'static str,
    /// The action's name without its verb, for example `BucketPolicy` of `s3:GetBucketPolicy`.
    pub(super) action: &'static str,
    absent: Absent,
}

/// What reading gives while nothing was written.
enum Absent {
    /// A 404 with this code and message.
    Error(&'static str, &'static str),
    /// The document S3 starts with.
    Default(&'static str),
}

pub(super) const KINDS: &[Kind] = &[
    Kind {
        parameter: "policy",
        action: "BucketPolicy",
        absent: Absent::Error("NoSuchBucketPolicy", "The bucket policy does not exist"),
    },
    Kind {
        parameter: "lifecycle",
        action: "LifecycleConfiguration",
        absent: Absent::Error("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"),
    },
    Kind {
        parameter: "encryption",
        action: "EncryptionConfiguration",
        absent: Absent::Default(
            "<ServerSideEncryptionConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule>\
             <ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault>\
             <BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>",
        ),
    },
    Kind {
        parameter: "versioning",
        action: "BucketVersioning",
        absent: Absent::Default("<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>"),
    },
    Kind {
        parameter: "publicAccessBlock",
        action: "BucketPublicAccessBlock",
        absent: Absent::Error(
            "NoSuchPublicAccessBlockConfiguration",
            "The public access block configuration was not found",
        ),
    },
    Kind {
        parameter: "ownershipControls",
        action: "BucketOwnershipControls",
        absent: Absent::Error("OwnershipControlsNotFoundError", "The bucket ownership controls were not found"),
    },
    Kind {
        parameter: "tagging",
        action: "BucketTagging",
        absent: Absent::Error("NoSuchTagSet", "The TagSet does not exist"),
    },
    Kind {
        parameter: "cors",
        action: "BucketCORS",
        absent: Absent::Error("NoSuchCORSConfiguration", "The CORS configuration does not exist"),
    },
    Kind {
        parameter: "logging",
        action: "BucketLogging",
        absent: Absent::Default("<BucketLoggingStatus xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>"),
    },
];

/// The kind that a query's parameter names.
pub(super) fn kind(parameter: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.parameter == parameter)
}

impl S3 {
    pub(super) fn configuration(
        &self,
        bucket: &str,
        kind: &Kind,
        request: &ApiRequest,
    ) -> Result<Response<Bytes>, AwsError> {
        self.existing_bucket(bucket)?;
        match request.method {
            Method::PUT => {
                let document = std::str::from_utf8(&request.body)
                    .map_err(|_| AwsError::bad_request("MalformedXML", "The document is not UTF-8"))?;
                if kind.parameter == "policy" {
                    check_policy(document)?;
                } else {
                    wire::leaves(document.as_bytes())?;
                }
                self.objects.configure(bucket, kind.parameter, Some(document))?;
                // PutBucketPolicy alone answers without content.
                Ok(wire::empty(if kind.parameter == "policy" { StatusCode::NO_CONTENT } else { StatusCode::OK }))
            }
            Method::DELETE => {
                self.objects.configure(bucket, kind.parameter, None)?;
                Ok(wire::empty(StatusCode::NO_CONTENT))
            }
            Method::GET => {
                let document = match (self.objects.configuration(bucket, kind.parameter)?, &kind.absent) {
                    (Some(document), _) => document,
                    (None, Absent::Default(document)) => (*document).to_owned(),
                    (None, Absent::Error(code, message)) => return Err(AwsError::new(404, *code, *message)),
                };
                let mut response = wire::document(document);
                if kind.parameter == "policy" {
                    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
                }
                Ok(response)
            }
            _ => Err(AwsError::not_offered(&format!("s3: {} ?{}", request.method, kind.parameter))),
        }
    }
}

fn check_policy(document: &str) -> Result<(), AwsError> {
    let malformed = |message: &str| AwsError::bad_request("MalformedPolicy", message);
    let policy: serde_json::Value = serde_json::from_str(document)
        .map_err(|_| malformed("Policies must be valid JSON and the first byte must be '{'"))?;
    let statements = match policy.get("Statement") {
        Some(serde_json::Value::Array(statements)) => statements.iter().collect(),
        Some(statement @ serde_json::Value::Object(_)) => vec![statement],
        _ => return Err(malformed("Missing required field Statement")),
    };
    for statement in statements {
        for field in ["Effect", "Principal", "Action", "Resource"] {
            if statement.get(field).is_none() && statement.get(format!("Not{field}")).is_none() {
                return Err(malformed(&format!("Missing required field {field}")));
            }
        }
    }
    Ok(())
}
