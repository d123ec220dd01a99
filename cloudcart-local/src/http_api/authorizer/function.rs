//! Lambda authorizers: a function says whether a request may pass, and its word is kept for a while.
//!
//! Source: API Gateway developer guide, "Control access to HTTP APIs with AWS Lambda authorizers".

use super::{Asked, Passed, Refused};
use crate::{
    http_api::{
        Shared,
        event::{self, Event},
        variables::{self, Facts},
    },
    iam::policy::{Evaluate as _, Evaluator, Policies, Policy, Question, Verdict},
    ports::{Identities as _, Invocation},
};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::{
    borrow::Cow,
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// How long the function may take.
const LIMIT: Duration = Duration::from_secs(10);

/// How many answers are kept before those that have expired are looked for.
const MANY: usize = 10_000;

const PRINCIPAL: &str = "apigateway.amazonaws.com";

/// A Lambda authorizer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::http_api) struct Settings {
    /// As given: API Gateway's invocation ARN of the function.
    pub(super) uri: String,
    /// ARN of the function.
    pub(super) function: String,
    /// A role that is assumed for the call, in place of a permission of the function.
    pub(super) credentials: Option<String>,
    pub(super) format: Format,
    /// The function answers `isAuthorized`, no policy.
    pub(super) simple: bool,
    pub(super) sources: Vec<Source>,
    /// Seconds an answer is kept; 0 keeps none.
    pub(super) ttl: u32,
}

/// `AuthorizerPayloadFormatVersion`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Format {
    V1,
    V2,
}

impl Format {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::V1 => "1.0",
            Self::V2 => "2.0",
        }
    }
}

/// Where a caller's identity stands in a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Source {
    /// `$request.header.<name>`, in lower case.
    Header(String),
    /// `$request.querystring.<name>`.
    Query(String),
    /// `$stageVariables.<name>`.
    StageVariable(String),
    /// `$context.<name>`.
    Context(String),
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(formatter, "$request.header.{name}"),
            Self::Query(name) => write!(formatter, "$request.querystring.{name}"),
            Self::StageVariable(name) => write!(formatter, "$stageVariables.{name}"),
            Self::Context(name) => write!(formatter, "$context.{name}"),
        }
    }
}

impl Source {
    /// Reads an expression.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let source = [
            ("$request.header.", Self::Header as fn(String) -> Self),
            ("$request.querystring.", Self::Query),
            ("$stageVariables.", Self::StageVariable),
            ("$context.", Self::Context),
        ]
        .into_iter()
        .find_map(|(prefix, make)| {
            text.strip_prefix(prefix).filter(|name| !name.is_empty()).map(|name| make(name.into()))
        });
        match source {
            Some(Self::Header(name)) => Ok(Self::Header(name.to_ascii_lowercase())),
            Some(Self::Context(name)) if !variables::of_requests(&name) => Err(format!(
                "IdentitySource {text} is not offered: the local cloud has no such variable before a request is authorized"
            )),
            Some(source) => Ok(source),
            None => Err(format!(
                "IdentitySource {text:?} must be $request.header.<name>, $request.querystring.<name>, $stageVariables.<name> \
                 or $context.<name>"
            )),
        }
    }

    /// What stands there, unless it is empty or absent.
    pub(super) fn value(&self, asked: &Asked<'_>) -> Option<String> {
        let value = match self {
            Self::Header(name) => event::joined(&asked.parts.headers, name).map(Cow::into_owned),
            Self::Query(name) => super::super::percent::query(asked.parts.uri.query().unwrap_or_default()).remove(name),
            Self::StageVariable(name) => asked.context.stage_variables.get(name).cloned(),
            Self::Context(name) => Facts::of(asked.parts, asked.context).variable(name),
        };
        value.filter(|value| !value.is_empty())
    }
}

/// What a function said, as it is kept.
#[derive(Debug, Clone)]
enum Answer {
    Simple { authorized: bool, context: Option<Value> },
    Policy { principal: String, policy: Arc<Policies>, context: Option<Value> },
}

/// Answers that are kept, by API, authorizer, stage and identity.
#[derive(Default)]
pub(super) struct Answers {
    kept: Mutex<HashMap<Key, (Duration, Answer)>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    api: String,
    authorizer: String,
    stage: String,
    identity: Vec<String>,
}

impl Answers {
    fn get(&self, key: &Key, now: Duration) -> Option<Answer> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(key).filter(|(until, _)| now < *until).map(|(_, answer)| answer.clone())
    }

    fn put(&self, key: Key, now: Duration, until: Duration, answer: Answer) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MANY {
            kept.retain(|_, (until, _)| now < *until);
        }
        if kept.len() < MANY {
            kept.insert(key, (until, answer));
        }
    }

    pub(super) fn forget(&self, api: &str, authorizer: &str) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|key, _| key.api != api || key.authorizer != authorizer);
    }
}

/// Lets a request pass when the function says so.
pub(super) async fn check(
    shared: &Shared,
    authorizer: &str,
    settings: &Settings,
    asked: &Asked<'_>,
) -> Result<Passed, Refused> {
    let identity: Option<Vec<String>> = settings.sources.iter().map(|source| source.value(asked)).collect();
    let Some(identity) = identity else {
        return Err(Refused::unauthorized("an identity source is missing or empty"));
    };
    let arn = asked.arn(shared);
    let key = Key {
        api: asked.api.id.clone(),
        authorizer: authorizer.to_owned(),
        stage: asked.context.stage.to_owned(),
        identity,
    };
    let kept = if settings.ttl > 0 { shared.caches.answers.get(&key, shared.core.clock.now()) } else { None };
    if let Some(answer) = kept {
        return decide(shared, asked, answer, &arn);
    }
    let answer = ask(shared, authorizer, settings, asked, &arn, &key.identity).await.map_err(|reason| {
        tracing::warn!(api = asked.api.id, authorizer, reason, "the authorizer failed");
        Refused::failed(reason)
    })?;
    if settings.ttl > 0 {
        let now = shared.core.clock.now();
        let until = now + Duration::from_secs(settings.ttl.into());
        shared.caches.answers.put(key, now, until, answer.clone());
    }
    decide(shared, asked, answer, &arn)
}

/// What an answer means for one request: a kept policy is evaluated for each route anew.
fn decide(shared: &Shared, asked: &Asked<'_>, answer: Answer, arn: &str) -> Result<Passed, Refused> {
    let shown = |context: Option<Value>| Some(json!({"lambda": context}));
    match answer {
        Answer::Simple { authorized: true, context } => Ok(Passed { context: shown(context), principal: None }),
        Answer::Simple { .. } => Err(Refused::forbidden("the function does not authorize the request")),
        Answer::Policy { principal, policy, context } => {
            let source_ip = vec![asked.context.source_ip.to_string()];
            let verdict = Evaluator.decide(
                &policy,
                None,
                &Question {
                    principal_arn: &principal,
                    account: &shared.core.account,
                    action: "execute-api:Invoke",
                    resource: arn,
                    context: &[("aws:SourceIp".to_owned(), source_ip)],
                },
            );
            match verdict {
                Verdict::Allowed => Ok(Passed { context: shown(context), principal: Some(principal) }),
                Verdict::ExplicitDeny => Err(Refused::forbidden(format!("the function's policy denies {arn}"))),
                _ => Err(Refused::forbidden(format!("the function's policy does not allow {arn}"))),
            }
        }
    }
}

/// Calls the function; the text says why there is no answer.
async fn ask(
    shared: &Shared,
    authorizer: &str,
    settings: &Settings,
    asked: &Asked<'_>,
    arn: &str,
    identity: &[String],
) -> Result<Answer, String> {
    permitted(shared, authorizer, settings, asked)?;
    let event = match settings.format {
        Format::V1 => event_v1(asked, arn, identity),
        Format::V2 => event_v2(asked, arn, identity),
    };
    let event = event.map_err(|error| format!("the event could not be written: {error}"))?;
    let invocation = Invocation {
        function: settings.function.clone(),
        payload: Bytes::from(event.to_string()),
        trace_id: Some(asked.context.trace_id.to_owned()),
        client_context: None,
    };
    let functions = shared.functions.clone();
    // A task of its own: the call goes on when the client leaves.
    let call = tokio::spawn(async move { functions.invoke(invocation).await });
    let outcome = tokio::select! {
        outcome = call => outcome.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?,
        () = shared.core.clock.real_sleep(LIMIT) => {
            return Err(format!("the function took longer than {} s", LIMIT.as_secs()));
        }
    };
    if outcome.timed_out || outcome.function_error.is_some() {
        return Err(format!("the function failed: {}", String::from_utf8_lossy(&outcome.payload)));
    }
    let answer: Value = serde_json::from_slice(&outcome.payload)
        .map_err(|error| format!("the function's answer is not JSON: {error}"))?;
    read(settings, &answer)
}

/// Whether API Gateway may call the function: by a permission, or by the role that the authorizer names.
fn permitted(shared: &Shared, authorizer: &str, settings: &Settings, asked: &Asked<'_>) -> Result<(), String> {
    let function = &settings.function;
    if let Some(role) = &settings.credentials {
        shared.iam.assume(role, "apigateway", PRINCIPAL).map_err(|error| error.message)?;
        return if shared.iam.role_allows(role, "lambda:InvokeFunction", function) {
            Ok(())
        } else {
            Err(format!("the role {role} does not allow lambda:InvokeFunction on {function}"))
        };
    }
    let source = shared.core.arn("execute-api", &format!("{}/authorizers/{authorizer}", asked.api.id));
    if shared.functions.permits(function, PRINCIPAL, &source) {
        return Ok(());
    }
    Err(format!(
        "the function {function} does not permit {PRINCIPAL} to invoke it for {source}: an AWS::Lambda::Permission is missing"
    ))
}

/// Reads a function's answer in the form that the authorizer asks for.
fn read(settings: &Settings, answer: &Value) -> Result<Answer, String> {
    let context = answer.get("context").filter(|context| !context.is_null()).cloned();
    if context.as_ref().is_some_and(|context| !context.is_object()) {
        return Err("the function's answer has a context that is not an object".to_owned());
    }
    if settings.simple {
        let authorized = answer.get("isAuthorized").and_then(Value::as_bool);
        let authorized = authorized.ok_or("the function's answer has no isAuthorized of true or false")?;
        return Ok(Answer::Simple { authorized, context });
    }
    let principal = answer.get("principalId").and_then(Value::as_str);
    let principal = principal.ok_or("the function's answer has no principalId")?.to_owned();
    let document = answer.get("policyDocument").ok_or("the function's answer has no policyDocument")?;
    let policy = Policy::identity("of the authorizer", document).map_err(|error| error.to_string())?;
    Ok(Answer::Policy { principal, policy: Arc::new(policy.into()), context })
}

/// The event of format 2.0: that of the integration without a body.
fn event_v2(asked: &Asked<'_>, arn: &str, identity: &[String]) -> serde_json::Result<Value> {
    let mut event = Event::of(asked.parts, &Bytes::new(), asked.context).to_value()?;
    if let Value::Object(members) = &mut event {
        members.remove("isBase64Encoded");
        members.insert("type".into(), json!("REQUEST"));
        members.insert("routeArn".into(), json!(arn));
        members.insert("identitySource".into(), if identity.is_empty() { Value::Null } else { json!(identity) });
    }
    Ok(event)
}

/// The event of format 1.0.
fn event_v1(asked: &Asked<'_>, arn: &str, identity: &[String]) -> serde_json::Result<Value> {
    let base = Event::of(asked.parts, &Bytes::new(), asked.context).to_value()?;
    let method = asked.parts.method.as_str();
    let path = &base["rawPath"];
    let or_empty = |name: &str| base.get(name).cloned().unwrap_or_else(|| json!({}));
    let mut headers = or_empty("headers");
    if let (Some(cookies), Value::Object(headers)) = (base["cookies"].as_array(), &mut headers) {
        // This format leaves cookies among the headers.
        let cookies: Vec<&str> = cookies.iter().filter_map(Value::as_str).collect();
        headers.insert("cookie".into(), json!(cookies.join("; ")));
    }
    let resource = if asked.context.route_key == "$default" { "$default" } else { asked.resource };
    let mut event = Map::new();
    event.insert("version".into(), json!("1.0"));
    event.insert("type".into(), json!("REQUEST"));
    event.insert("methodArn".into(), json!(arn));
    if !identity.is_empty() {
        event.insert("identitySource".into(), json!(identity.join(",")));
        event.insert("authorizationToken".into(), json!(identity.join(",")));
    }
    event.insert("resource".into(), json!(resource));
    event.insert("path".into(), path.clone());
    event.insert("httpMethod".into(), json!(method));
    event.insert("headers".into(), headers);
    event.insert("queryStringParameters".into(), or_empty("queryStringParameters"));
    event.insert("pathParameters".into(), or_empty("pathParameters"));
    event.insert("stageVariables".into(), or_empty("stageVariables"));
    let context = &base["requestContext"];
    event.insert(
        "requestContext".into(),
        json!({
            "accountId": context["accountId"],
            "apiId": context["apiId"],
            "domainName": context["domainName"],
            "domainPrefix": context["domainPrefix"],
            "extendedRequestId": context["requestId"],
            "httpMethod": method,
            "identity": {
                "sourceIp": context["http"]["sourceIp"],
                "userAgent": context["http"]["userAgent"],
            },
            "path": path,
            "protocol": context["http"]["protocol"],
            "requestId": context["requestId"],
            "requestTime": context["time"],
            "requestTimeEpoch": context["timeEpoch"],
            "resourceId": Value::Null,
            "resourcePath": resource,
            "stage": context["stage"],
        }),
    );
    Ok(Value::Object(event))
}
