//! JWT authorizers: whether a request carries a token of the issuer for this audience.
//!
//! Source: API Gateway developer guide, "Control access to HTTP APIs with JWT authorizers". A refusal's description says
//! which check failed; those that the guide and captures of the real service show are in their words.

use super::{Asked, Passed, Refused, claims, function::Source};
use crate::http_api::Shared;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A JWT authorizer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::http_api) struct Settings {
    /// As given, with or without a trailing slash.
    pub(super) issuer: String,
    pub(super) audience: Vec<String>,
    pub(super) source: Source,
}

/// Lets a request pass with a good token.
pub(super) async fn check(
    shared: &Shared,
    settings: &Settings,
    scopes: &[String],
    asked: &Asked<'_>,
) -> Result<Passed, Refused> {
    let Some(given) = settings.source.value(asked) else {
        return Err(Refused {
            challenge: Some("Bearer".to_owned()),
            ..Refused::unauthorized("missing: token not provided")
        });
    };
    let token = strip_bearer(&given);
    let refused = |reason: &str| Refused {
        challenge: Some(challenge(scopes, "invalid_token", reason)),
        ..Refused::unauthorized(format!("invalid_token: {reason}"))
    };
    let claims = verified(shared, settings, token).await.map_err(|reason| {
        tracing::info!(api = asked.api.id, reason, "a token was refused");
        refused(&reason)
    })?;
    let held = claims::scopes(&claims);
    if !scopes.is_empty() && !scopes.iter().any(|scope| held.contains(&scope.as_str())) {
        let reason = "the token does not have a required scope";
        return Err(Refused {
            status: StatusCode::FORBIDDEN,
            challenge: Some(challenge(scopes, "insufficient_scope", reason)),
            reason: format!("insufficient_scope: {reason}"),
        });
    }
    let shown = if scopes.is_empty() { Value::Null } else { json!(held) };
    let context = json!({"jwt": {"claims": claims::as_texts(&claims), "scopes": shown}});
    Ok(Passed { context: Some(context), principal: None })
}

fn challenge(scopes: &[String], error: &str, description: &str) -> String {
    let quoted = |text: &str| text.replace(['"', '\\', '\r', '\n'], "'");
    format!(
        r#"Bearer scope="{}" error="{error}" error_description="{}""#,
        quoted(&scopes.join(" ")),
        quoted(description)
    )
}

/// The token itself; the word `Bearer` before it may be absent.
fn strip_bearer(given: &str) -> &str {
    let given = given.trim();
    match given.split_at_checked(7) {
        Some((word, rest)) if word.eq_ignore_ascii_case("bearer ") => rest.trim_start(),
        _ => given,
    }
}

/// The claims of a token whose signature and whose claims hold; the text says which check failed.
async fn verified(shared: &Shared, settings: &Settings, token: &str) -> Result<Map<String, Value>, String> {
    let segments: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = segments.as_slice() else {
        return Err("token contains an invalid number of segments".to_owned());
    };
    let header = object(header).ok_or("the token's header cannot be read")?;
    let claims = object(payload).ok_or("the token's claims cannot be read")?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| "the token's signature cannot be read")?;
    let algorithm = header.get("alg").and_then(Value::as_str).unwrap_or_default();
    let kid = header.get("kid").and_then(Value::as_str).ok_or("the token has no kid")?;
    // The issuer first: keys of another one would not fit anyway.
    if claims.get("iss").and_then(Value::as_str) != Some(settings.issuer.as_str()) {
        return Err("issuer does not match".to_owned());
    }
    let key = shared.caches.keys.find(&*shared.core.clock, &settings.issuer, kid).await?;
    let signed = &token[..token.rfind('.').unwrap_or_default()];
    key.verify(algorithm, signed.as_bytes(), &signature)?;
    claims::check(&claims, &settings.audience, shared.core.clock.now().as_secs_f64())?;
    Ok(claims)
}

/// The JSON object in a segment.
fn object(segment: &str) -> Option<Map<String, Value>> {
    let bytes = URL_SAFE_NO_PAD.decode(segment).ok()?;
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_bearer_may_be_absent_and_in_any_case() {
        for given in ["Bearer a.b.c", "bearer  a.b.c", "a.b.c", " a.b.c "] {
            assert_eq!(strip_bearer(given), "a.b.c", "{given}");
        }
        assert_eq!(strip_bearer("Basic x"), "Basic x");
    }

    #[test]
    fn a_challenge_cannot_be_broken_out_of() {
        assert_eq!(
            challenge(&["a".into(), "b\"\r\nx: y".into()], "e", "d"),
            "Bearer scope=\"a b'''x: y\" error=\"e\" error_description=\"d\""
        );
    }
}
