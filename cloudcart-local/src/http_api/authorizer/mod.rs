//! Who may call a route: JWT authorizers, Lambda authorizers and `AWS_IAM`.
//!
//! Source: API Gateway developer guide, "Control and manage access to HTTP APIs", and the page on each kind of authorizer.

mod callers;
mod claims;
mod function;
mod issuer;
mod jwt;
mod keys;
mod provider;

pub(super) use provider::{Authorizers, ask_issuer, read as read_authorizer};

use super::{Shared, event::Context, model::Api, response};
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header, request::Parts};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// What a route asks of its callers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) enum Authorization {
    /// Nothing.
    #[default]
    None,
    /// A signature of this cloud's account, and the right `execute-api:Invoke`.
    Iam,
    /// A token.
    Jwt {
        /// Id of the authorizer.
        authorizer: String,
        /// The token must have one of these, unless there are none.
        scopes: Vec<String>,
    },
    /// The consent of a function.
    Custom {
        /// Id of the authorizer.
        authorizer: String,
    },
}

/// An authorizer of an API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Authorizer {
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// What an authorizer asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Kind {
    Jwt(jwt::Settings),
    Request(function::Settings),
}

/// What the checks keep between requests.
#[derive(Default)]
pub(super) struct Caches {
    keys: keys::Keys,
    answers: function::Answers,
}

impl Caches {
    /// Forgets what is known by an authorizer that was changed or removed.
    pub(super) fn forget(&self, api: &str, authorizer: &str) {
        self.answers.forget(api, authorizer);
    }
}

/// A request that may pass.
#[derive(Debug, Default)]
pub(super) struct Passed {
    /// `requestContext.authorizer`.
    pub(super) context: Option<Value>,
    /// The caller as a Lambda authorizer names it.
    pub(super) principal: Option<String>,
}

/// A request that may not.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    /// `www-authenticate`.
    challenge: Option<String>,
    /// Why, for `$context.authorizer.error`.
    pub(super) reason: String,
}

impl Refused {
    fn unauthorized(reason: impl Into<String>) -> Self {
        Self { status: StatusCode::UNAUTHORIZED, challenge: None, reason: reason.into() }
    }

    fn forbidden(reason: impl Into<String>) -> Self {
        Self { status: StatusCode::FORBIDDEN, challenge: None, reason: reason.into() }
    }

    fn failed(reason: impl Into<String>) -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, challenge: None, reason: reason.into() }
    }

    /// The answer that the client gets.
    pub(super) fn response(&self) -> Response<Bytes> {
        let message = self.status.canonical_reason().unwrap_or_default();
        let mut response = response::own(self.status, message);
        if let Some(value) = self.challenge.as_ref().and_then(|challenge| HeaderValue::from_str(challenge).ok()) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
        }
        response
    }
}

/// A request at its route.
pub(super) struct Asked<'a> {
    pub(super) api: &'a Api,
    pub(super) parts: &'a Parts,
    pub(super) body: &'a Bytes,
    pub(super) context: &'a Context<'a>,
    /// The path that the request has below its stage, encoded as it came.
    pub(super) path: &'a str,
    /// The route's path, `/products/{id}`.
    pub(super) resource: &'a str,
}

impl Asked<'_> {
    /// The ARN that policies are asked for: the request's own method and path, not the route's.
    fn arn(&self, shared: &Shared) -> String {
        let (api, stage) = (&self.api.id, self.context.stage);
        let path = super::percent::decode(self.path);
        shared.core.arn("execute-api", &format!("{api}/{stage}/{}{path}", self.parts.method))
    }
}

/// Whether `asked` may pass `authorization`.
pub(super) async fn check(
    shared: &Shared,
    authorization: &Authorization,
    asked: &Asked<'_>,
) -> Result<Passed, Refused> {
    let absent = |id: &str| Refused::failed(format!("the route names the authorizer {id}, which is gone"));
    let known = |id: &str| asked.api.authorizers.get(id).map(|authorizer| &authorizer.kind).ok_or_else(|| absent(id));
    match authorization {
        Authorization::None => Ok(Passed::default()),
        Authorization::Iam => callers::check(shared, asked),
        Authorization::Jwt { authorizer, scopes } => match known(authorizer)? {
            Kind::Jwt(settings) => jwt::check(shared, settings, scopes, asked).await,
            Kind::Request(_) => Err(absent(authorizer)),
        },
        Authorization::Custom { authorizer } => match known(authorizer)? {
            Kind::Request(settings) => function::check(shared, authorizer, settings, asked).await,
            Kind::Jwt(_) => Err(absent(authorizer)),
        },
    }
}

impl Authorizer {
    /// The shape of the management API.
    pub(super) fn to_json(&self, id: &str) -> Value {
        let mut shown = Map::new();
        shown.insert("authorizerId".into(), json!(id));
        shown.insert("name".into(), json!(self.name));
        match &self.kind {
            Kind::Jwt(settings) => {
                shown.insert("authorizerType".into(), json!("JWT"));
                shown.insert("identitySource".into(), json!([settings.source.to_string()]));
                shown.insert(
                    "jwtConfiguration".into(),
                    json!({"audience": settings.audience, "issuer": settings.issuer}),
                );
            }
            Kind::Request(settings) => {
                let sources: Vec<String> = settings.sources.iter().map(ToString::to_string).collect();
                shown.insert("authorizerType".into(), json!("REQUEST"));
                shown.insert("authorizerUri".into(), json!(settings.uri));
                shown.insert("authorizerPayloadFormatVersion".into(), json!(settings.format.text()));
                shown.insert("authorizerResultTtlInSeconds".into(), json!(settings.ttl));
                shown.insert("enableSimpleResponses".into(), json!(settings.simple));
                if !sources.is_empty() {
                    shown.insert("identitySource".into(), json!(sources));
                }
                if let Some(role) = &settings.credentials {
                    shown.insert("authorizerCredentialsArn".into(), json!(role));
                }
            }
        }
        Value::Object(shown)
    }
}

impl Authorization {
    /// `AuthorizationType`, `AuthorizerId` and `AuthorizationScopes` in the management API's shape.
    pub(super) fn show(&self, route: &mut Map<String, Value>) {
        let (kind, authorizer) = match self {
            Self::None => ("NONE", None),
            Self::Iam => ("AWS_IAM", None),
            Self::Jwt { authorizer, scopes } => {
                if !scopes.is_empty() {
                    route.insert("authorizationScopes".into(), json!(scopes));
                }
                ("JWT", Some(authorizer))
            }
            Self::Custom { authorizer } => ("CUSTOM", Some(authorizer)),
        };
        route.insert("authorizationType".into(), json!(kind));
        if let Some(authorizer) = authorizer {
            route.insert("authorizerId".into(), json!(authorizer));
        }
    }
}
