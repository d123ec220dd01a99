//! An event of an HTTP API, payload format 2.0, as far as the shop looks at it.
//!
//! Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>
//!
//! `aws_lambda_events` reads every member there is, each header in three shapes and into a map that checks names and values once more.
//! On a warm call that was a noticeable part of the handler's own work; `docs/performance.md` has the figures.

use std::collections::HashMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

/// A request of an HTTP API. What is absent or null is empty; a member of another kind is an error, and the event is no request.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpEvent {
    /// The query as the client wrote it, still encoded.
    pub raw_query_string: Option<String>,
    /// Cookies, `name=value`, a string for each.
    pub cookies: Option<Vec<String>>,
    /// Header fields.
    #[serde(default, deserialize_with = "or_default")]
    pub headers: Headers,
    /// Parameters of the path, decoded by the gateway.
    #[serde(default, deserialize_with = "or_default")]
    pub path_parameters: HashMap<String, String>,
    /// What the gateway knows of the request.
    pub request_context: RequestContext,
    /// The body: text, or base64 of whatever it is.
    pub body: Option<String>,
    /// Whether the body is base64.
    #[serde(default)]
    pub is_base64_encoded: bool,
}

/// What the gateway knows of a request.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestContext {
    /// API Gateway's id of the request.
    pub request_id: Option<String>,
    /// The route that took it, for example `GET /products/{id}`.
    pub route_key: Option<String>,
    /// Who calls.
    pub http: Http,
    /// What the route's authorizer says of the caller.
    pub authorizer: Option<Authorizer>,
}

/// Who calls.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Http {
    /// The address that the request came from.
    pub source_ip: Option<String>,
}

/// What an authorizer says of the caller. Those that are no JWT authorizer say nothing here.
#[derive(Debug, Clone, Deserialize)]
pub struct Authorizer {
    /// A JWT authorizer's word.
    pub jwt: Option<Jwt>,
}

/// A token that the gateway verified.
#[derive(Debug, Clone, Deserialize)]
pub struct Jwt {
    /// What the token claims.
    #[serde(default, deserialize_with = "or_default")]
    pub claims: Claims,
}

/// What a token claims.
#[derive(Clone, Default, Deserialize)]
pub struct Claims {
    /// Whom it was issued to (RFC 7519, section 4.1.2).
    pub sub: Option<String>,
}

/// The header fields of a request. Names are compared without regard to case; the gateway writes them in lower case, and joins the
/// values of fields with one name by a comma.
#[derive(Clone, Default)]
pub struct Headers(Vec<(String, String)>);

/// Most of an event is nobody's business: a body, tokens, addresses. So little of it is told.
impl fmt::Debug for HttpEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpEvent").field("request_context", &self.request_context).finish_non_exhaustive()
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").finish_non_exhaustive()
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims").finish_non_exhaustive()
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

impl Headers {
    /// The value of a field, whatever it has in it.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The values of all fields with a name: a gateway sends one, a JSON text may have more.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str())
    }

    /// The names, as they came.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Headers;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of header fields")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Headers, A::Error> {
                // A browser behind a gateway sends some twenty.
                let mut fields = Vec::with_capacity(24);
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Headers(fields))
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

/// Null is as good as absent.
fn or_default<'de, T: Deserialize<'de> + Default, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::*;
    use serde_json::{Value, json};

    fn read(event: Value) -> Result<HttpEvent, serde_json::Error> {
        serde_json::from_value(event)
    }

    #[test]
    fn what_is_absent_or_null_is_empty() {
        let context = json!({ "http": {} });
        for event in [
            json!({ "requestContext": context }),
            json!({ "requestContext": { "http": { "sourceIp": null }, "requestId": null, "routeKey": null, "authorizer": null },
                    "rawQueryString": null, "cookies": null, "headers": null, "pathParameters": null, "body": null }),
            json!({ "requestContext": { "http": {}, "authorizer": { "jwt": null } } }),
            json!({ "requestContext": { "http": {}, "authorizer": { "lambda": { "jwt": "x" }, "jwt": { "claims": null } } } }),
        ] {
            let event = read(event).unwrap();
            assert!(event.headers.names().next().is_none() && event.path_parameters.is_empty());
            assert_eq!((event.body, event.cookies, event.raw_query_string), (None, None, None));
            let context = event.request_context;
            assert_eq!((context.request_id, context.route_key, context.http.source_ip), (None, None, None));
            assert_eq!(context.authorizer.and_then(|authorizer| authorizer.jwt?.claims.sub), None);
        }
    }

    #[test]
    fn what_is_of_another_kind_is_no_request() {
        let good = json!({ "headers": { "a": "b" }, "requestContext": { "http": { "sourceIp": "192.0.2.1" } } });
        read(good.clone()).unwrap();
        for (pointer, value) in [
            ("/requestContext", Value::Null),
            ("/requestContext/http", Value::Null),
            ("/requestContext/http/sourceIp", json!(1)),
            ("/headers", json!([])),
            ("/headers/a", json!(["b"])),
        ] {
            let mut bad = good.clone();
            *bad.pointer_mut(pointer).unwrap() = value;
            read(bad).unwrap_err();
        }
        read(json!({ "headers": {} })).unwrap_err();
    }

    #[test]
    fn headers_are_found_whatever_their_case_and_all_of_one_name() {
        let text = r#"{"requestContext":{"http":{}},"headers":{"If-Match":"1","x-a":"é\u0000","if-match":"2"}}"#;
        let event: HttpEvent = serde_json::from_str(text).unwrap();
        assert_eq!((event.headers.get("if-match"), event.headers.get("X-A")), (Some("1"), Some("é\0")));
        assert_eq!(event.headers.get("if-matc"), None);
        assert_eq!(event.headers.all("IF-MATCH").collect::<Vec<_>>(), ["1", "2"]);
    }

    #[test]
    fn debug_tells_nothing_of_the_caller() {
        let event = json!({
            "rawQueryString": "secret", "cookies": ["secret"], "headers": { "authorization": "secret" }, "body": "secret",
            "pathParameters": { "id": "secret" },
            "requestContext": {
                "routeKey": "GET /cart", "http": { "sourceIp": "secret" },
                "authorizer": { "jwt": { "claims": { "sub": "secret" } } }
            }
        });
        let text = format!("{:?}", read(event).unwrap());
        assert!(text.contains("GET /cart") && !text.contains("secret"), "{text}");
    }
}
