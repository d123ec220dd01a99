//! Errors as AWS services say them: a code, a message, a status, in the protocol's own shape.

use bytes::Bytes;
use http::{Response, StatusCode, header};
use serde_json::{Map, Value, json};

/// The wire protocol of a service, which decides how an error looks.
/// See the Smithy protocol pages: `awsJson1_0`, `awsJson1_1`, `restJson1`, `awsQuery`, `restXml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// DynamoDB, SQS, CloudWatch. `namespace` is the prefix of `__type`, for example `com.amazonaws.sqs`.
    Json10 {
        /// Prefix of `__type`.
        namespace: &'static str,
    },
    /// CloudWatch Logs.
    Json11,
    /// Lambda, API Gateway.
    RestJson,
    /// CloudFormation, STS, IAM.
    Query {
        /// The XML namespace of the answer.
        xmlns: &'static str,
    },
    /// S3.
    RestXml,
    /// CloudWatch.
    RpcV2Cbor,
}

/// An error a caller of the AWS API gets.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{code}: {message}")]
pub struct AwsError {
    /// The error's code, for example `ResourceNotFoundException`.
    pub code: String,
    /// What a person reads.
    pub message: String,
    /// HTTP status.
    pub status: u16,
    /// Further members of a JSON error. Boxed, because every result carries the size of its error.
    pub fields: Box<Map<String, Value>>,
    /// `x-amzn-query-error`: the code that clients of the older Query protocol know (SQS).
    pub query_code: Option<String>,
}

impl AwsError {
    /// An error with a status.
    pub fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), status, fields: Box::default(), query_code: None }
    }

    /// A 400.
    pub fn bad_request(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(400, code, message)
    }

    /// The operation is one that this endpoint does not offer (501), said by name.
    pub fn not_offered(what: &str) -> Self {
        Self::new(501, "NotImplemented", format!("the local cloud does not offer {what}"))
    }

    /// Something broke inside the local cloud. The cause goes into the message: there is nobody to hide it from here.
    pub fn internal(error: &dyn std::error::Error) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            message.push_str(": ");
            message.push_str(&cause.to_string());
            source = cause.source();
        }
        Self::new(500, "InternalFailure", message)
    }

    /// The error in the shape of `protocol`.
    pub fn into_response(self, protocol: Protocol, request_id: &str) -> Response<Bytes> {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let builder = Response::builder().status(status).header("x-amzn-requestid", request_id);
        let (builder, body) = match protocol {
            Protocol::RpcV2Cbor => {
                let body = crate::cbor::write(&json!({"__type": self.code, "message": self.message}));
                let builder = builder.header("smithy-protocol", "rpc-v2-cbor");
                (builder.header(header::CONTENT_TYPE, "application/cbor"), body)
            }
            Protocol::Json10 { .. } | Protocol::Json11 | Protocol::RestJson => {
                let mut body = *self.fields;
                let kind = match protocol {
                    Protocol::Json10 { namespace } => format!("{namespace}#{}", self.code),
                    _ => self.code.clone(),
                };
                let mut builder = builder.header(
                    header::CONTENT_TYPE,
                    match protocol {
                        Protocol::Json10 { .. } => "application/x-amz-json-1.0",
                        Protocol::Json11 => "application/x-amz-json-1.1",
                        _ => "application/json",
                    },
                );
                if protocol == Protocol::RestJson {
                    builder = builder.header("x-amzn-errortype", self.code.as_str());
                    body.insert("Message".into(), json!(self.message));
                } else {
                    body.insert("__type".into(), json!(kind));
                }
                if let Some(code) = &self.query_code {
                    let side = if self.status < 500 { "Sender" } else { "Receiver" };
                    builder = builder.header("x-amzn-query-error", format!("{code};{side}"));
                }
                body.insert("message".into(), json!(self.message));
                (builder, Value::Object(body).to_string().into_bytes())
            }
            Protocol::Query { xmlns } => {
                let side = if self.status < 500 { "Sender" } else { "Receiver" };
                let body = format!(
                    "<ErrorResponse xmlns=\"{xmlns}\"><Error><Type>{side}</Type><Code>{}</Code><Message>{}</Message></Error>\
                     <RequestId>{request_id}</RequestId></ErrorResponse>",
                    escape(&self.code),
                    escape(&self.message),
                );
                (builder.header(header::CONTENT_TYPE, "text/xml"), body.into_bytes())
            }
            Protocol::RestXml => {
                let body = format!(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{}</Code><Message>{}</Message>\
                     <RequestId>{request_id}</RequestId></Error>",
                    escape(&self.code),
                    escape(&self.message),
                );
                (builder.header(header::CONTENT_TYPE, "application/xml"), body.into_bytes())
            }
        };
        let body = Bytes::from(body);
        // The code comes from our own constants, so the headers are valid; were one not, an empty 500 is still an answer.
        builder.body(body).unwrap_or_else(|_| {
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        })
    }
}

impl From<crate::store::StoreError> for AwsError {
    fn from(error: crate::store::StoreError) -> Self {
        Self::internal(&error)
    }
}

/// Text as XML character data.
pub fn escape(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}
