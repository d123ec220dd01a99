//! `AWS_IAM`: the request is signed by somebody of this account who may invoke the route.
//!
//! Source: API Gateway developer guide, "Control access to HTTP APIs with IAM authorization". Whatever is wrong, the client
//! is told `Forbidden` only; the log tells more.

use super::{Asked, Passed, Refused};
use crate::{
    api::Need,
    gateway::{Parts, Signed},
    http_api::Shared,
    iam::{IamMode, policy::Verdict},
};
use serde_json::json;

/// Lets a request pass that is signed and allowed.
pub(super) fn check(shared: &Shared, asked: &Asked<'_>) -> Result<Passed, Refused> {
    let refused = |reason: String| {
        tracing::info!(api = asked.api.id, reason, "a request to a route with AWS_IAM was refused");
        Refused::forbidden(reason)
    };
    let parts = Parts {
        method: &asked.parts.method,
        path: asked.parts.uri.path(),
        query: asked.parts.uri.query().unwrap_or_default(),
        headers: &asked.parts.headers,
        body: asked.body,
    };
    let signed = Signed::read(parts.headers, parts.query).map_err(|error| refused(error.to_string()))?;
    let signed = signed.ok_or_else(|| refused("the request is not signed".to_owned()))?;
    let scope = (signed.region.as_str(), signed.service.as_str());
    if scope != (shared.core.region.as_str(), "execute-api") {
        return Err(refused(format!(
            "the credential is for {} in {}, not for execute-api in {}",
            scope.1, scope.0, shared.core.region
        )));
    }
    let key = shared
        .iam
        .key(&signed.access_key_id)
        .filter(|key| key.token.is_none() || key.token == signed.token)
        .ok_or_else(|| refused(format!("the access key {} or its token is not valid", signed.access_key_id)))?;
    // Clients date their signatures by the real time, wherever the cloud's clock was moved.
    let now = shared.core.clock.real_now_ms();
    signed.verify(&parts, &key.secret, now).map_err(|error| refused(error.to_string()))?;
    let caller = key.caller();
    let need = Need::new("execute-api:Invoke", asked.arn(shared));
    if shared.mode != IamMode::Off {
        let verdict = shared.iam.decide(&caller, &need);
        if verdict != Verdict::Allowed {
            let user = shared.iam.caller_arn(&caller);
            let statement = json!({"Effect": "Allow", "Action": need.action, "Resource": need.resource});
            tracing::warn!(
                caller = user,
                enforced = shared.mode == IamMode::Enforce,
                "{user} may not invoke {}: {}",
                need.resource,
                match verdict {
                    Verdict::ExplicitDeny => "a statement of its role denies it".to_owned(),
                    Verdict::NoBoundaryAllow => "its permissions boundary does not allow it".to_owned(),
                    _ => format!("its role lacks a statement; grant it in the stack: {statement}"),
                }
            );
            if shared.mode == IamMode::Enforce {
                return Err(Refused::forbidden(format!("{user} is not authorized to perform execute-api:Invoke")));
            }
        }
    }
    let id = shared.iam.caller_id(&caller);
    let context = json!({"iam": {
        "accessKey": signed.access_key_id,
        "accountId": shared.core.account,
        "callerId": id,
        "cognitoIdentity": null,
        "principalOrgId": null,
        "userArn": shared.iam.caller_arn(&caller),
        "userId": id,
    }});
    Ok(Passed { context: Some(context), principal: None })
}
