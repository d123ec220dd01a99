//! What the gateway hands to a service, and what a service is to the gateway.

use crate::{
    error::{AwsError, Protocol},
    iam::policy::Policy,
};
use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use http::{HeaderMap, Method, Response};
use serde_json::{Map, Value};

/// Who signed a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// The account's own administrator, whose keys `cloudcart local status` hands out: allowed everything.
    Root,
    /// A function (or anything else) under an assumed role.
    Role {
        /// Name of the role, as IAM knows it.
        role: String,
        /// Session name; for a function, the function's name.
        session: String,
    },
}

/// A verified request to one service.
#[derive(Debug, Clone)]
pub struct ApiRequest {
    /// HTTP method.
    pub method: Method,
    /// Path as sent, still percent-encoded.
    pub path: String,
    /// Query as sent, without the question mark.
    pub query: String,
    /// Headers as sent.
    pub headers: HeaderMap,
    /// Whole body.
    pub body: Bytes,
    /// Who signed it.
    pub caller: Caller,
    /// The id this answer carries.
    pub request_id: String,
    /// The operation where the protocol names it: from `X-Amz-Target` after the dot, or the Query protocol's `Action`.
    /// Empty for REST protocols.
    pub operation: String,
}

impl ApiRequest {
    /// The body as a JSON object; an empty body is an empty object.
    pub fn json(&self) -> Result<Map<String, Value>, AwsError> {
        if self.body.is_empty() {
            return Ok(Map::new());
        }
        serde_json::from_slice(&self.body).map_err(|error| {
            AwsError::bad_request("SerializationException", format!("the body is not a JSON object: {error}"))
        })
    }
}

/// One right that a request needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// For example `dynamodb:GetItem`.
    pub action: String,
    /// The ARN it acts on, or `*`.
    pub resource: String,
    /// Condition keys and their values, for example `dynamodb:LeadingKeys`.
    pub context: Vec<(String, Vec<String>)>,
}

impl Need {
    /// A need without condition keys.
    pub fn new(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self { action: action.into(), resource: resource.into(), context: Vec::new() }
    }
}

/// The body of an answer.
pub enum Reply {
    /// All of it.
    Whole(Bytes),
    /// Parts as they come, until there are no more, the client goes away or the cloud stops.
    Stream(BoxStream<'static, Bytes>),
}

impl From<Bytes> for Reply {
    fn from(body: Bytes) -> Self {
        Self::Whole(body)
    }
}

/// One AWS service behind the gateway.
#[async_trait]
pub trait Service: Send + Sync + 'static {
    /// The name in a SigV4 scope and in an action, for example `sqs`.
    fn name(&self) -> &'static str;

    /// How its errors look.
    fn protocol(&self) -> Protocol;

    /// How the errors of a request with these headers look: for a service that speaks more than one protocol.
    fn protocol_of(&self, headers: &HeaderMap) -> Protocol {
        let _ = headers;
        self.protocol()
    }

    /// The rights that `request` needs; the gateway evaluates them before [`Service::call`].
    /// An operation that the service does not know needs nothing: `call` answers it with [`AwsError::not_offered`].
    fn needs(&self, request: &ApiRequest) -> Result<Vec<Need>, AwsError>;

    /// The policy that is attached to a resource, by its ARN: it counts besides those of the caller.
    fn resource_policy(&self, arn: &str) -> Option<Policy> {
        let _ = arn;
        None
    }

    /// The answer, whole.
    async fn call(&self, request: ApiRequest) -> Result<Response<Bytes>, AwsError>;

    /// The answer as the gateway wants it: for a service that also answers with streams.
    async fn answer(&self, request: ApiRequest) -> Result<Response<Reply>, AwsError> {
        Ok(self.call(request).await?.map(Reply::Whole))
    }
}
