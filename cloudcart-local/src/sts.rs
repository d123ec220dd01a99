//! STS: who a key belongs to, and temporary credentials of a role. Query protocol.

use crate::{
    api::{ApiRequest, Caller, Need, Service},
    core::Core,
    error::{AwsError, Protocol, escape},
    iam::Iam,
    provider::ResourceProvider,
};
use async_trait::async_trait;
use bytes::Bytes;
use http::{Response, header};
use std::{collections::BTreeMap, sync::Arc};

const XMLNS: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// The service.
pub struct Sts {
    core: Arc<Core>,
    iam: Arc<Iam>,
}

impl Sts {
    /// Over the account's identities.
    pub fn open(core: Arc<Core>, iam: Arc<Iam>) -> Arc<Self> {
        Arc::new(Self { core, iam })
    }

    /// STS has no resource types.
    pub fn providers(self: &Arc<Self>) -> Vec<Arc<dyn ResourceProvider>> {
        Vec::new()
    }

    fn get_caller_identity(&self, caller: &Caller) -> String {
        format!(
            "<Arn>{}</Arn><UserId>{}</UserId><Account>{}</Account>",
            escape(&self.iam.caller_arn(caller)),
            escape(&self.iam.caller_id(caller)),
            self.core.account
        )
    }

    fn assume_role(&self, request: &ApiRequest) -> Result<String, AwsError> {
        let form = form(request);
        let role_arn = required(&form, "RoleArn")?;
        let session = required(&form, "RoleSessionName")?;
        let valid = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
        if !(2..=64).contains(&session.len()) || !session.bytes().all(valid) {
            return Err(AwsError::bad_request(
                "ValidationError",
                format!(
                    "1 validation error detected: Value '{session}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]{{2,64}}"
                ),
            ));
        }
        let denied = || {
            AwsError::new(
                403,
                "AccessDenied",
                format!(
                    "User: {} is not authorized to perform: sts:AssumeRole on resource: {role_arn}",
                    self.iam.caller_arn(&request.caller)
                ),
            )
        };
        let name = role_arn.rsplit('/').next().unwrap_or_default();
        // A role that does not exist is denied too: STS does not tell which.
        let role = self.iam.find_role(name).filter(|role| self.iam.role_arn(role) == *role_arn).ok_or_else(denied)?;
        if !self.iam.trusts(&role.name, &request.caller) {
            return Err(denied());
        }
        let seconds = match form.get("DurationSeconds") {
            None => 3600,
            Some(text) => text
                .parse::<i64>()
                .ok()
                .filter(|seconds| (900..=role.max_session_seconds).contains(seconds))
                .ok_or_else(|| {
                    AwsError::bad_request(
                        "ValidationError",
                        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
                    )
                })?,
        };
        let expires_ms = self.core.clock.now_ms() + seconds * 1000;
        let credentials = self.iam.session(&role.name, session, Some(expires_ms))?;
        let expiration = jiff::Timestamp::from_millisecond(expires_ms)
            .map_err(|error| AwsError::internal(&error))?
            .strftime("%Y-%m-%dT%H:%M:%SZ")
            .to_string();
        Ok(format!(
            "<AssumedRoleUser><AssumedRoleId>{}:{session}</AssumedRoleId><Arn>{}</Arn></AssumedRoleUser>\
             <Credentials><AccessKeyId>{}</AccessKeyId><SecretAccessKey>{}</SecretAccessKey>\
             <SessionToken>{}</SessionToken><Expiration>{expiration}</Expiration></Credentials>",
            role.id,
            escape(&self.iam.caller_arn(&Caller::Role { role: role.name.clone(), session: session.clone() })),
            credentials.access_key_id,
            escape(&credentials.secret_access_key),
            escape(&credentials.session_token),
        ))
    }
}

#[async_trait]
impl Service for Sts {
    fn name(&self) -> &'static str {
        "sts"
    }

    fn protocol(&self) -> Protocol {
        Protocol::Query { xmlns: XMLNS }
    }

    fn needs(&self, request: &ApiRequest) -> Result<Vec<Need>, AwsError> {
        if request.operation == "AssumeRole" {
            let form = form(request);
            return Ok(vec![Need::new("sts:AssumeRole", required(&form, "RoleArn")?.clone())]);
        }
        // GetCallerIdentity needs no right, on AWS too.
        Ok(Vec::new())
    }

    async fn call(&self, request: ApiRequest) -> Result<Response<Bytes>, AwsError> {
        let result = match request.operation.as_str() {
            "GetCallerIdentity" => self.get_caller_identity(&request.caller),
            "AssumeRole" => self.assume_role(&request)?,
            other => return Err(AwsError::not_offered(&format!("sts:{other}"))),
        };
        let operation = &request.operation;
        let body = format!(
            "<{operation}Response xmlns=\"{XMLNS}\"><{operation}Result>{result}</{operation}Result>\
             <ResponseMetadata><RequestId>{}</RequestId></ResponseMetadata></{operation}Response>",
            request.request_id
        );
        let mut response = Response::new(Bytes::from(body));
        response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/xml"));
        Ok(response)
    }
}

/// The parameters of a Query request, from its body and its query.
fn form(request: &ApiRequest) -> BTreeMap<String, String> {
    let body = String::from_utf8_lossy(&request.body);
    crate::gateway::form_pairs(&body).chain(crate::gateway::form_pairs(&request.query)).collect()
}

fn required<'a>(form: &'a BTreeMap<String, String>, name: &str) -> Result<&'a String, AwsError> {
    form.get(name).ok_or_else(|| AwsError::bad_request("ValidationError", format!("the parameter {name} is missing")))
}
