//! The claims of a token: which must hold, and how a function sees them.

use serde_json::{Map, Value};

/// Audience and times. `now` is in seconds since the epoch.
pub(super) fn check(claims: &Map<String, Value>, audience: &[String], now: f64) -> Result<(), String> {
    // `client_id` counts only where there is no `aud` at all.
    let named: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        Some(_) => Vec::new(),
        None => claims.get("client_id").and_then(Value::as_str).into_iter().collect(),
    };
    if !named.iter().any(|name| audience.iter().any(|wanted| wanted == name)) {
        return Err("the token does not have a valid audience".to_owned());
    }
    let time = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => value.as_f64().map(Some).ok_or_else(|| format!("the token's {name} is not a number")),
    };
    let expires = time("exp")?.ok_or("the token has no exp")?;
    if expires <= now {
        return Err("the token has expired".to_owned());
    }
    if time("nbf")?.is_some_and(|start| start > now) {
        return Err("the token is not valid yet".to_owned());
    }
    if time("iat")?.is_some_and(|issued| issued > now) {
        return Err("the token was issued in the future".to_owned());
    }
    Ok(())
}

/// What `scope`, or else `scp`, grants: words in one text, or a list.
pub(super) fn scopes(claims: &Map<String, Value>) -> Vec<&str> {
    match claims.get("scope").or_else(|| claims.get("scp")) {
        Some(Value::String(words)) => words.split_ascii_whitespace().collect(),
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The claims as a function gets them: every one is a text, a list is `[a b]`.
pub(super) fn as_texts(claims: &Map<String, Value>) -> Map<String, Value> {
    claims.iter().map(|(name, value)| (name.clone(), Value::String(text(value)))).collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(items) => format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(" ")),
        Value::Object(members) => {
            let members: Vec<String> = members.iter().map(|(name, value)| format!("{name}:{}", text(value))).collect();
            format!("map[{}]", members.join(" "))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use serde_json::json;

    fn claims(value: Value) -> Map<String, Value> {
        let Value::Object(claims) = value else { panic!("claims are an object") };
        claims
    }

    #[test]
    fn audience_and_times_must_hold() {
        let audience = ["a".to_owned(), "b".to_owned()];
        for (given, wrong) in [
            (json!({"aud": "a", "exp": 11}), None),
            (json!({"aud": ["x", "b"], "exp": 10.5, "nbf": 10, "iat": 10}), None),
            (json!({"client_id": "b", "exp": 11}), None),
            (json!({"exp": 11}), Some("audience")),
            (json!({"aud": 7, "client_id": "a", "exp": 11}), Some("audience")),
            (json!({"aud": "x", "client_id": "a", "exp": 11}), Some("audience")),
            (json!({"aud": "a"}), Some("no exp")),
            (json!({"aud": "a", "exp": "11"}), Some("not a number")),
            (json!({"aud": "a", "exp": 10}), Some("expired")),
            (json!({"aud": "a", "exp": 11, "nbf": 10.5}), Some("not valid yet")),
            (json!({"aud": "a", "exp": 11, "iat": 11}), Some("future")),
        ] {
            match (check(&claims(given.clone()), &audience, 10.0), wrong) {
                (Ok(()), None) => {}
                (Err(reason), Some(wrong)) => assert!(reason.contains(wrong), "{given}: {reason}"),
                (verdict, _) => panic!("{given}: {verdict:?}"),
            }
        }
    }

    #[test]
    fn scopes_are_words_or_a_list_under_either_name() {
        for given in [json!({"scope": "a b"}), json!({"scp": "a  b"}), json!({"scp": ["a", "b"]})] {
            assert_eq!(scopes(&claims(given.clone())), ["a", "b"], "{given}");
        }
        assert!(scopes(&claims(json!({"scope": 7}))).is_empty());
    }

    #[test]
    fn every_claim_is_a_text() {
        let shown = as_texts(&claims(
            json!({"s": "x", "n": 1_700_000_000, "b": true, "l": ["a", "b"], "o": {"k": 1}, "z": null}),
        ));
        let expected = json!({"s": "x", "n": "1700000000", "b": "true", "l": "[a b]", "o": "map[k:1]", "z": "<nil>"});
        assert_eq!(Value::Object(shown), expected);
    }
}
