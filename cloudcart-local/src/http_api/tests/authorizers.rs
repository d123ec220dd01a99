//! Authorizers, asked with raw requests.

use super::{
    FUNCTION, Fixture, GUARD, Made, get,
    issuer::{Issuer, ONE, TWO, sign},
    outcome, request, send,
};
use crate::{
    api::Caller,
    iam::Iam,
    ports::{Identities as _, InvokeOutcome},
    provider::{ProvisionError, Provisioned},
};
use ring::{digest, hmac};
use serde_json::{Value, json};
use std::time::Duration;

/// The fixture's time, in seconds.
const NOW: u64 = 1_584_039_838;

const UNAUTHORIZED: &str = r#"{"message":"Unauthorized"}"#;
const FORBIDDEN: &str = r#"{"message":"Forbidden"}"#;
const FAILED: &str = r#"{"message":"Internal Server Error"}"#;

impl Fixture {
    async fn authorizer(&self, api: &Made, properties: Value) -> Result<Provisioned, ProvisionError> {
        let mut all = json!({"ApiId": api.id, "Name": "guard"});
        all.as_object_mut().unwrap().extend(properties.as_object().unwrap().clone());
        self.make("Authorizer", all).await
    }

    async fn jwt(&self, api: &Made, issuer: &str) -> Result<Provisioned, ProvisionError> {
        let properties = json!({
            "AuthorizerType": "JWT", "IdentitySource": ["$request.header.Authorization"],
            "JwtConfiguration": {"Issuer": issuer, "Audience": ["shop", "other"]},
        });
        self.authorizer(api, properties).await
    }

    /// A Lambda authorizer that looks at the header `x-key`, with these properties besides.
    async fn guard(&self, api: &Made, more: Value) -> Result<Provisioned, ProvisionError> {
        let uri = format!("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{GUARD}/invocations");
        let mut properties = json!({
            "AuthorizerType": "REQUEST", "AuthorizerUri": uri, "AuthorizerPayloadFormatVersion": "2.0",
            "EnableSimpleResponses": true, "IdentitySource": ["$request.header.X-Key"],
        });
        properties.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.authorizer(api, properties).await
    }

    async fn guarded(&self, api: &Made, key: &str, more: Value) -> Provisioned {
        let mut properties =
            json!({"ApiId": api.id, "RouteKey": key, "Target": format!("integrations/{}", api.integration)});
        properties.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.make("Route", properties).await.unwrap()
    }

    fn calls_of(&self, function: &str) -> Vec<Value> {
        let calls = self.functions.events.lock().unwrap();
        calls.iter().filter(|(call, _)| call.function == function).map(|(_, event)| event.clone()).collect()
    }

    /// The guard's next answer, and after it the integration's.
    fn guard_will_say(&self, answer: &Value) {
        self.functions.answers.lock().unwrap().push(Ok(outcome(answer.to_string().as_bytes())));
    }
}

async fn bearer(port: u16, path: &str, token: &str) -> super::Answer {
    send(port, "GET", path, &format!("authorization: Bearer {token}\r\n"), "").await
}

#[tokio::test]
async fn a_token_opens_a_route_and_its_claims_reach_the_function() {
    let (fixture, issuer) = (Fixture::new(), Issuer::start().await);
    let api = fixture.api(&["GET /open"]).await;
    let id = fixture.jwt(&api, &issuer.url).await.unwrap().physical_id;
    let by_token = json!({"AuthorizationType": "JWT", "AuthorizerId": id});
    fixture.guarded(&api, "GET /mine", by_token.clone()).await;
    let mut scoped = by_token;
    scoped["AuthorizationScopes"] = json!(["cart:read", "cart:write"]);
    fixture.guarded(&api, "GET /scoped", scoped).await;

    let token = issuer.token(NOW, &json!({"groups": ["a", "b"], "admin": true, "scope": "x cart:write"}));
    assert_eq!(bearer(api.port, "/mine", &token).await.status, 200);
    let claims = json!({
        "iss": issuer.url, "aud": "shop", "sub": "u1", "iat": NOW.to_string(), "exp": (NOW + 3600).to_string(),
        "groups": "[a b]", "admin": "true", "scope": "x cart:write",
    });
    let authorizer = &fixture.last_event()["requestContext"]["authorizer"];
    assert_eq!(*authorizer, json!({"jwt": {"claims": claims, "scopes": null}}));
    assert_eq!(bearer(api.port, "/scoped", &token).await.status, 200);
    assert_eq!(fixture.last_event()["requestContext"]["authorizer"]["jwt"]["scopes"], json!(["x", "cart:write"]));
    // The word Bearer may be absent.
    assert_eq!(send(api.port, "GET", "/mine", &format!("Authorization: {token}\r\n"), "").await.status, 200);
    assert_eq!(get(api.port, "/open").await.status, 200);
    assert!(fixture.last_event()["requestContext"].get("authorizer").is_none());

    let calls = fixture.events().len();
    for more in [json!({}), json!({"scope": "x"}), json!({"scp": ["cart", "write"]})] {
        let refused = bearer(api.port, "/scoped", &issuer.token(NOW, &more)).await;
        assert_eq!((refused.status, refused.text()), (403, FORBIDDEN), "{more}");
        let challenge = refused.header("www-authenticate").unwrap();
        assert!(
            challenge.starts_with(r#"Bearer scope="cart:read cart:write" error="insufficient_scope""#),
            "{challenge}"
        );
    }
    assert_eq!(bearer(api.port, "/scoped", &issuer.token(NOW, &json!({"scp": ["cart:read"]}))).await.status, 200);
    assert_eq!(fixture.events().len(), calls + 1);
}

#[tokio::test]
async fn a_token_that_does_not_hold_is_401_and_the_function_is_not_called() {
    let (fixture, issuer) = (Fixture::new(), Issuer::start().await);
    let api = fixture.api(&[]).await;
    let id = fixture.jwt(&api, &issuer.url).await.unwrap().physical_id;
    fixture.guarded(&api, "GET /", json!({"AuthorizationType": "JWT", "AuthorizerId": id})).await;
    let claims = json!({"iss": issuer.url, "aud": "shop", "exp": NOW + 9});
    let header = |algorithm: &str, kid: &str| json!({"alg": algorithm, "kid": kid});
    let good = sign(&header("RS256", "one"), &claims, ONE);
    for algorithm in ["RS384", "RS512"] {
        assert_eq!(bearer(api.port, "/", &sign(&header(algorithm, "one"), &claims, ONE)).await.status, 200);
    }
    let calls = fixture.events().len();
    let unsigned = format!("{}.", &good[..good.rfind('.').unwrap()]);
    let segments = "token contains an invalid number of segments";
    for (token, reason) in [
        ("not-a-token".to_owned(), segments),
        (format!("{good}.x"), segments),
        ("a.b.c".to_owned(), "header cannot be read"),
        (unsigned, "signature does not match"),
        (sign(&header("RS256", "one"), &claims, TWO), "signature does not match"),
        (sign(&header("none", "one"), &claims, ONE), "not supported"),
        (sign(&header("HS256", "one"), &claims, ONE), "not supported"),
        (sign(&header("RS256", "two"), &claims, TWO), "no key two"),
        (sign(&json!({"alg": "RS256"}), &claims, ONE), "no kid"),
        (issuer.token(NOW, &json!({"iss": "http://localhost/other"})), "issuer does not match"),
        (issuer.token(NOW, &json!({"iss": null})), "issuer does not match"),
        (issuer.token(NOW, &json!({"aud": "x"})), "the token does not have a valid audience"),
        (issuer.token(NOW, &json!({"aud": null})), "the token does not have a valid audience"),
        (issuer.token(NOW, &json!({"exp": NOW})), "the token has expired"),
        (issuer.token(NOW, &json!({"nbf": NOW + 60})), "not valid yet"),
        (issuer.token(NOW, &json!({"iat": NOW + 60})), "in the future"),
    ] {
        let refused = bearer(api.port, "/", &token).await;
        assert_eq!((refused.status, refused.text()), (401, UNAUTHORIZED), "{reason}");
        let challenge = refused.header("www-authenticate").unwrap();
        assert!(
            challenge.starts_with(r#"Bearer scope="" error="invalid_token" error_description=""#)
                && challenge.contains(reason),
            "{reason}: {challenge}"
        );
    }
    for headers in ["", "authorization:\r\n"] {
        let missing = send(api.port, "GET", "/", headers, "").await;
        assert_eq!(
            (missing.status, missing.text(), missing.header("www-authenticate")),
            (401, UNAUTHORIZED, Some("Bearer"))
        );
    }
    assert_eq!(fixture.events().len(), calls);
    assert_eq!(
        bearer(api.port, "/", &issuer.token(NOW, &json!({"aud": null, "client_id": "other"}))).await.status,
        200
    );
    fixture.clock.advance(Duration::from_secs(9));
    assert_eq!(bearer(api.port, "/", &good).await.status, 401, "expired by the cloud's clock");
}

#[tokio::test]
async fn keys_are_kept_for_two_hours_and_a_new_one_is_found() {
    let (fixture, issuer) = (Fixture::new(), Issuer::start().await);
    let api = fixture.api(&[]).await;
    let id = fixture.jwt(&api, &issuer.url).await.unwrap().physical_id;
    fixture.guarded(&api, "GET /", json!({"AuthorizationType": "JWT", "AuthorizerId": id})).await;
    assert_eq!(*issuer.asked.lock().unwrap(), ["/pool/.well-known/openid-configuration"], "asked when it was made");
    let lasting = issuer.token(NOW, &json!({"exp": NOW + 1_000_000}));
    for _ in 0..3 {
        assert_eq!(bearer(api.port, "/", &lasting).await.status, 200);
    }
    assert_eq!(issuer.times_asked(), 3);
    // A key that is taken away holds until the kept ones are old; a new one is found as soon as it is named.
    *issuer.keys.lock().unwrap() = vec![("two".to_owned(), TWO)];
    assert_eq!(bearer(api.port, "/", &lasting).await.status, 200);
    let second = |exp: u64| {
        sign(&json!({"alg": "RS256", "kid": "two"}), &json!({"iss": issuer.url, "aud": "shop", "exp": exp}), TWO)
    };
    assert_eq!(bearer(api.port, "/", &second(NOW + 9)).await.status, 401, "asked again too soon");
    assert_eq!(issuer.times_asked(), 3);
    fixture.clock.advance(Duration::from_secs(5));
    assert_eq!(bearer(api.port, "/", &second(NOW + 9)).await.status, 200);
    assert_eq!(issuer.times_asked(), 5);
    fixture.clock.advance(Duration::from_hours(2));
    assert_eq!(bearer(api.port, "/", &second(NOW + 1_000_000)).await.status, 200);
    assert_eq!(issuer.times_asked(), 7);
    // An issuer that is gone: kept keys do, until they are old.
    let (token, url) = (second(NOW + 1_000_000), issuer.url.clone());
    drop(issuer);
    while listens(&url).await {
        tokio::task::yield_now().await;
    }
    assert_eq!(bearer(api.port, "/", &token).await.status, 200);
    fixture.clock.advance(Duration::from_hours(2));
    let refused = bearer(api.port, "/", &token).await;
    assert_eq!(refused.status, 401);
    assert!(refused.header("www-authenticate").unwrap().contains("OIDC discovery endpoint communication error"));
}

/// Whether somebody listens at `url`.
async fn listens(url: &str) -> bool {
    let port: u16 = url.rsplit(':').next().unwrap().split('/').next().unwrap().parse().unwrap();
    tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok()
}

#[tokio::test]
async fn an_issuer_that_cannot_be_asked_is_refused_when_the_authorizer_is_made() {
    let (fixture, issuer) = (Fixture::new(), Issuer::start().await);
    let api = fixture.api(&[]).await;
    for (url, told) in [
        ("https://cognito-idp.us-east-1.amazonaws.com/us-east-1_x", "not on its loopback"),
        ("https://localhost:1", "plain http"),
        (&issuer.url.replace("/pool", "/other"), "404"),
        ("nonsense", "not a URL"),
    ] {
        let error = fixture.jwt(&api, url).await.unwrap_err();
        assert!(error.message.contains(told) && error.message.contains(url), "{error}");
    }
    let jwt = |more: Value| {
        let mut properties = json!({
            "AuthorizerType": "JWT", "IdentitySource": ["$request.header.Authorization"],
            "JwtConfiguration": {"Issuer": issuer.url, "Audience": ["shop"]},
        });
        properties.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        properties
    };
    for more in [
        json!({"IdentitySource": []}),
        json!({"IdentitySource": ["$request.body.x"]}),
        json!({"IdentitySource": ["$request.header.a", "$request.header.b"]}),
        json!({"JwtConfiguration": {"Issuer": issuer.url}}),
        json!({"JwtConfiguration": null}),
        json!({"AuthorizerUri": "x"}),
        json!({"AuthorizerType": "OTHER"}),
        json!({"Name": null}),
    ] {
        assert!(fixture.authorizer(&api, jwt(more.clone())).await.is_err(), "{more}");
    }
    for more in [
        json!({"AuthorizerUri": "https://example.com"}),
        json!({"AuthorizerPayloadFormatVersion": null}),
        json!({"AuthorizerPayloadFormatVersion": "1.0"}),
        json!({"AuthorizerResultTtlInSeconds": 3601}),
        json!({"AuthorizerResultTtlInSeconds": 1, "IdentitySource": []}),
        json!({"IdentitySource": ["$context.status"]}),
        json!({"JwtConfiguration": {"Issuer": issuer.url, "Audience": ["a"]}}),
    ] {
        assert!(fixture.guard(&api, more.clone()).await.is_err(), "{more}");
    }
}

#[tokio::test]
async fn a_function_authorizes_with_a_simple_answer_and_is_kept_by_identity() {
    let fixture = Fixture::new();
    let api = fixture.api_with(json!({}), json!({"StageVariables": {"v": "1"}}), &[]).await;
    let guard = fixture.guard(&api, json!({})).await.unwrap().physical_id;
    let custom = json!({"AuthorizationType": "CUSTOM", "AuthorizerId": guard});
    fixture.guarded(&api, "POST /carts/{id}", custom.clone()).await;
    fixture.guarded(&api, "GET /b", custom).await;

    // Missing or empty: no call at all.
    for headers in ["", "x-key:\r\n"] {
        let missing = send(api.port, "GET", "/b", headers, "").await;
        assert_eq!((missing.status, missing.text(), missing.header("www-authenticate")), (401, UNAUTHORIZED, None));
    }
    assert!(fixture.events().is_empty());

    fixture.will_answer(Ok(outcome(br#"{"statusCode":201}"#)));
    fixture.guard_will_say(&json!({"isAuthorized": true, "context": {"user": "u1", "level": 3, "list": ["a"]}}));
    let headers = "x-key: k1\r\ncookie: a=1\r\ncontent-type: text/plain\r\n";
    assert_eq!(send(api.port, "POST", "/carts/a%20b?q=1", headers, "body").await.status, 201);
    let event = fixture.calls_of(GUARD).pop().unwrap();
    let arn = format!("arn:aws:execute-api:us-east-1:000000000000:{}/$default/POST/carts/a b", api.id);
    for (pointer, value) in [
        ("/version", json!("2.0")),
        ("/type", json!("REQUEST")),
        ("/routeArn", json!(arn)),
        ("/identitySource", json!(["k1"])),
        ("/routeKey", json!("POST /carts/{id}")),
        ("/rawPath", json!("/carts/a b")),
        ("/rawQueryString", json!("q=1")),
        ("/cookies", json!(["a=1"])),
        ("/headers/x-key", json!("k1")),
        ("/queryStringParameters", json!({"q": "1"})),
        ("/pathParameters", json!({"id": "a b"})),
        ("/stageVariables", json!({"v": "1"})),
        ("/requestContext/http/method", json!("POST")),
    ] {
        assert_eq!(event.pointer(pointer), Some(&value), "{pointer}");
    }
    assert!(event.get("body").is_none() && event.get("isBase64Encoded").is_none(), "{event}");
    let seen = fixture.calls_of(FUNCTION).pop().unwrap();
    let context = json!({"lambda": {"user": "u1", "level": 3, "list": ["a"]}});
    assert_eq!((&seen["requestContext"]["authorizer"], &seen["body"]), (&context, &json!("body")));
    let asked = fixture.functions.asked.lock().unwrap().clone();
    assert_eq!(asked[0], format!("arn:aws:execute-api:us-east-1:000000000000:{}/authorizers/{guard}", api.id));

    // The answer is kept for five minutes unless told otherwise, for other routes too.
    assert_eq!(send(api.port, "GET", "/b", "X-Key: k1\r\n", "").await.status, 200);
    assert_eq!(fixture.last_event()["requestContext"]["authorizer"], context);
    fixture.clock.advance(Duration::from_secs(299));
    assert_eq!(send(api.port, "GET", "/b", "x-key: k1\r\n", "").await.status, 200);
    assert_eq!(fixture.calls_of(GUARD).len(), 1);
    fixture.guard_will_say(&json!({"isAuthorized": false}));
    let other = send(api.port, "GET", "/b", "x-key: k2\r\n", "").await;
    assert_eq!((other.status, other.text()), (403, FORBIDDEN));
    assert_eq!(send(api.port, "GET", "/b", "x-key: k2\r\n", "").await.status, 403, "a refusal is kept too");
    assert_eq!(fixture.calls_of(GUARD).len(), 2);
    fixture.clock.advance(Duration::from_secs(1));
    fixture.guard_will_say(&json!({"isAuthorized": false}));
    assert_eq!(send(api.port, "GET", "/b", "x-key: k1\r\n", "").await.status, 403);
    assert_eq!(fixture.calls_of(GUARD).len(), 3);
}

#[tokio::test]
async fn without_a_ttl_the_function_is_asked_each_time_and_a_changed_authorizer_forgets() {
    let fixture = Fixture::new();
    let api = fixture.api(&[]).await;
    let made = fixture.guard(&api, json!({"AuthorizerResultTtlInSeconds": 0})).await.unwrap();
    let guard = &made.physical_id;
    fixture.guarded(&api, "GET /", json!({"AuthorizationType": "CUSTOM", "AuthorizerId": guard})).await;
    let ask = async |authorized: bool| {
        fixture.guard_will_say(&json!({"isAuthorized": authorized}));
        send(api.port, "GET", "/", "x-key: k\r\n", "").await.status
    };
    assert_eq!([ask(false).await, ask(false).await, ask(false).await], [403; 3]);
    assert_eq!(fixture.calls_of(GUARD).len(), 3);
    let change = async |ttl: u32| {
        let uri = format!("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{GUARD}/invocations");
        let wanted = request(json!({
            "ApiId": api.id, "Name": "guard", "AuthorizerType": "REQUEST", "AuthorizerUri": uri,
            "AuthorizerPayloadFormatVersion": "2.0", "EnableSimpleResponses": true,
            "IdentitySource": ["$request.header.x-key"], "AuthorizerResultTtlInSeconds": ttl,
        }));
        fixture.provider("Authorizer").update(guard, &serde_json::Map::new(), &wanted).await.unwrap()
    };
    assert_eq!(change(60).await, made);
    assert_eq!(ask(false).await, 403);
    fixture.functions.answers.lock().unwrap().clear();
    assert_eq!(send(api.port, "GET", "/", "x-key: k\r\n", "").await.status, 403);
    assert_eq!(fixture.calls_of(GUARD).len(), 4);
    change(61).await;
    assert_eq!(ask(false).await, 403);
    assert_eq!(fixture.calls_of(GUARD).len(), 5);
}

#[tokio::test]
async fn a_policy_of_the_function_is_evaluated_for_each_route() {
    let fixture = Fixture::new();
    let api = fixture.api(&[]).await;
    let format = json!({"AuthorizerPayloadFormatVersion": "1.0", "EnableSimpleResponses": false,
        "IdentitySource": ["$request.header.x-key", "$request.querystring.q", "$context.identity.sourceIp"]});
    let guard = fixture.guard(&api, format).await.unwrap().physical_id;
    for key in ["GET /a/{id}", "GET /b", "POST /b"] {
        fixture.guarded(&api, key, json!({"AuthorizationType": "CUSTOM", "AuthorizerId": guard})).await;
    }
    let arn = |rest: &str| format!("arn:aws:execute-api:us-east-1:000000000000:{}/$default/{rest}", api.id);
    let policy = json!({
        "principalId": "u1",
        "policyDocument": {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": [arn("GET/*")]},
            {"Effect": "Deny", "Action": "execute-api:Invoke", "Resource": arn("GET/a/2")},
        ]},
        "context": {"tenant": "t"},
    });
    assert_eq!(send(api.port, "GET", "/a/1", "x-key: k\r\n", "").await.status, 401, "one of the sources is missing");
    fixture.will_answer(Ok(outcome(b"{}")));
    fixture.guard_will_say(&policy);
    assert_eq!(send(api.port, "GET", "/a/1?q=7", "x-key: k\r\ncookie: a=1\r\n", "").await.status, 200);
    let event = fixture.calls_of(GUARD).pop().unwrap();
    for (pointer, value) in [
        ("/version", json!("1.0")),
        ("/type", json!("REQUEST")),
        ("/methodArn", json!(arn("GET/a/1"))),
        ("/identitySource", json!("k,7,127.0.0.1")),
        ("/authorizationToken", json!("k,7,127.0.0.1")),
        ("/resource", json!("/a/{id}")),
        ("/path", json!("/a/1")),
        ("/httpMethod", json!("GET")),
        ("/headers/cookie", json!("a=1")),
        ("/queryStringParameters", json!({"q": "7"})),
        ("/pathParameters", json!({"id": "1"})),
        ("/stageVariables", json!({})),
        ("/requestContext/resourcePath", json!("/a/{id}")),
        ("/requestContext/identity/sourceIp", json!("127.0.0.1")),
        ("/requestContext/stage", json!("$default")),
    ] {
        assert_eq!(event.pointer(pointer), Some(&value), "{pointer}");
    }
    assert_eq!(fixture.last_event()["requestContext"]["authorizer"], json!({"lambda": {"tenant": "t"}}));
    for (method, path, status) in
        [("GET", "/b?q=7", 200), ("GET", "/a/2?q=7", 403), ("POST", "/b?q=7", 403), ("GET", "/a/3?q=7", 200)]
    {
        assert_eq!(send(api.port, method, path, "x-key: k\r\n", "").await.status, status, "{method} {path}");
    }
    assert_eq!(fixture.calls_of(GUARD).len(), 1, "one answer served them all");
}

#[tokio::test]
async fn an_authorizer_that_fails_is_500_and_is_asked_again() {
    let fixture = Fixture::new();
    let api = fixture.api(&[]).await;
    let simple = fixture.guard(&api, json!({})).await.unwrap().physical_id;
    let policies = fixture.guard(&api, json!({"EnableSimpleResponses": false})).await.unwrap().physical_id;
    fixture.guarded(&api, "GET /s", json!({"AuthorizationType": "CUSTOM", "AuthorizerId": simple})).await;
    fixture.guarded(&api, "GET /p", json!({"AuthorizationType": "CUSTOM", "AuthorizerId": policies})).await;
    // What a function that failed says does not count, whatever it is.
    let said = outcome(br#"{"isAuthorized":true}"#);
    let failed = InvokeOutcome { function_error: Some("Unhandled".into()), ..said };
    let late = InvokeOutcome { timed_out: true, ..failed.clone() };
    let mut calls = 0;
    for (path, answer) in [
        ("/s", Ok(failed)),
        ("/s", Ok(late)),
        ("/s", Err(crate::ports::InvokeError::Throttled)),
        ("/s", Ok(outcome(b"not json"))),
        ("/s", Ok(outcome(b"{}"))),
        ("/s", Ok(outcome(br#"{"isAuthorized":"true"}"#))),
        ("/s", Ok(outcome(br#"{"isAuthorized":true,"context":"x"}"#))),
        ("/p", Ok(outcome(br#"{"isAuthorized":true}"#))),
        ("/p", Ok(outcome(br#"{"principalId":"u"}"#))),
        ("/p", Ok(outcome(br#"{"policyDocument":{"Version":"2012-10-17","Statement":[]}}"#))),
        ("/p", Ok(outcome(br#"{"principalId":"u","policyDocument":{"Statement":[{"Effect":"Maybe"}]}}"#))),
    ] {
        fixture.will_answer(answer);
        let got = send(api.port, "GET", path, "x-key: k\r\n", "").await;
        assert_eq!((got.status, got.text()), (500, FAILED), "{path}");
        calls += 1;
        assert_eq!(fixture.calls_of(GUARD).len(), calls, "no failure is kept");
    }
    // Without a permission it is not called.
    *fixture.functions.permitted.lock().unwrap() = Some("arn:other".into());
    let refused = send(api.port, "GET", "/s", "x-key: k\r\n", "").await;
    assert_eq!((refused.status, refused.text(), fixture.calls_of(GUARD).len()), (500, FAILED, calls));
    *fixture.functions.permitted.lock().unwrap() = None;
    // Nor is it waited for longer than ten seconds.
    let gate = std::sync::Arc::new(tokio::sync::Notify::new());
    *fixture.functions.gate.lock().unwrap() = Some(gate);
    let port = api.port;
    let slow = tokio::spawn(async move { send(port, "GET", "/s", "x-key: k\r\n", "").await });
    fixture.clock.wait_for_sleepers(1).await;
    fixture.clock.advance(Duration::from_secs(10));
    assert_eq!(slow.await.unwrap().status, 500);
    assert!(fixture.calls_of(FUNCTION).is_empty());
}

#[tokio::test]
async fn a_moved_clock_hurries_no_authorizer() {
    let fixture = Fixture::new();
    let api = fixture.api(&[]).await;
    let guard = fixture.guard(&api, json!({})).await.unwrap().physical_id;
    fixture.guarded(&api, "GET /s", json!({"AuthorizationType": "CUSTOM", "AuthorizerId": guard})).await;
    fixture.guard_will_say(&json!({"isAuthorized": false}));
    let gate = std::sync::Arc::new(tokio::sync::Notify::new());
    *fixture.functions.gate.lock().unwrap() = Some(gate.clone());
    let port = api.port;
    let slow = tokio::spawn(async move { send(port, "GET", "/s", "x-key: k\r\n", "").await });
    fixture.clock.wait_for_sleepers(1).await;
    fixture.move_clock(Duration::from_hours(1));
    // Whoever the move has woken goes first.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    gate.notify_one();
    assert_eq!(slow.await.unwrap().status, 403);
}

/// A role that API Gateway may assume, with these statements.
async fn role(fixture: &Fixture, name: &str, statements: Value) {
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"Service": ["lambda.amazonaws.com", "apigateway.amazonaws.com"]}}]});
    let policy = json!({"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}});
    let properties = json!({"RoleName": name, "AssumeRolePolicyDocument": trust, "Policies": [policy]});
    let providers = fixture.apis.shared.iam.providers();
    let provider = providers.iter().find(|provider| provider.type_name() == "AWS::IAM::Role").unwrap();
    provider.create(&request(properties)).await.unwrap();
}

#[tokio::test]
async fn a_role_of_the_authorizer_takes_the_place_of_a_permission() {
    let fixture = Fixture::new();
    let api = fixture.api(&[]).await;
    role(&fixture, "may", json!([{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": GUARD}])).await;
    role(&fixture, "maynot", json!([{"Effect": "Allow", "Action": "lambda:GetFunction", "Resource": GUARD}])).await;
    for (name, status) in [("may", 403), ("maynot", 500), ("absent", 500)] {
        let arn = format!("arn:aws:iam::000000000000:role/{name}");
        let guard = fixture.guard(&api, json!({"AuthorizerCredentialsArn": arn})).await.unwrap().physical_id;
        let key = format!("GET /{name}");
        fixture.guarded(&api, &key, json!({"AuthorizationType": "CUSTOM", "AuthorizerId": guard})).await;
        *fixture.functions.permitted.lock().unwrap() = Some("arn:other".into());
        fixture.functions.answers.lock().unwrap().clear();
        fixture.guard_will_say(&json!({"isAuthorized": false}));
        assert_eq!(send(api.port, "GET", &format!("/{name}"), "x-key: k\r\n", "").await.status, status, "{name}");
    }
}

/// Headers of a request signed for `service`, in the manner of the SDKs.
fn signed(iam: &Iam, caller: &Caller, service: &str, host: &str, method: &str, path: &str, body: &str) -> String {
    let (id, secret, token) = match caller {
        Caller::Root => {
            let root = iam.root_credentials();
            (root.access_key_id, root.secret_access_key, None)
        }
        Caller::Role { role, session } => {
            let arn = format!("arn:aws:iam::000000000000:role/{role}");
            let keys = iam.assume(&arn, session, "lambda.amazonaws.com").unwrap();
            (keys.access_key_id, keys.secret_access_key, Some(keys.session_token))
        }
    };
    let sha256 = |text: &str| hex::encode(digest::digest(&digest::SHA256, text.as_bytes()));
    // The fixture's time.
    let (date, time) = ("20200312", "20200312T190358Z");
    let scope = format!("{date}/us-east-1/{service}/aws4_request");
    let canonical = format!("{method}\n{path}\n\nhost:{host}\nx-amz-date:{time}\n\nhost;x-amz-date\n{}", sha256(body));
    let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", sha256(&canonical));
    let mut key = hmac::Key::new(hmac::HMAC_SHA256, format!("AWS4{secret}").as_bytes());
    for part in [date, "us-east-1", service, "aws4_request"] {
        key = hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&key, part.as_bytes()).as_ref());
    }
    let signature = hex::encode(hmac::sign(&key, to_sign.as_bytes()));
    let token = token.map(|token| format!("x-amz-security-token: {token}\r\n")).unwrap_or_default();
    format!(
        "x-amz-date: {time}\r\n{token}authorization: AWS4-HMAC-SHA256 Credential={id}/{scope}, \
         SignedHeaders=host;x-amz-date, Signature={signature}\r\n"
    )
}

#[tokio::test]
async fn a_signed_request_passes_aws_iam_when_its_role_may_invoke() {
    let fixture = Fixture::new();
    let api = fixture.api(&[]).await;
    for key in ["POST /orders/{id}", "GET /other"] {
        fixture.guarded(&api, key, json!({"AuthorizationType": "AWS_IAM"})).await;
    }
    let resource = format!("arn:aws:execute-api:us-east-1:000000000000:{}/$default/POST/orders/*", api.id);
    role(&fixture, "buyer", json!([{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resource}])).await;
    let iam = &fixture.apis.shared.iam;
    let buyer = Caller::Role { role: "buyer".into(), session: "s1".into() };
    let host = format!("127.0.0.1:{}", api.port);
    let by = |caller: &Caller, service: &str, method: &str, path: &str, body: &str| {
        signed(iam, caller, service, &host, method, path, body)
    };

    let headers = by(&buyer, "execute-api", "POST", "/orders/7", "hi");
    assert_eq!(send(api.port, "POST", "/orders/7", &headers, "hi").await.status, 200);
    let event = fixture.last_event();
    let caller = &event["requestContext"]["authorizer"]["iam"];
    assert_eq!(caller["userArn"], "arn:aws:sts::000000000000:assumed-role/buyer/s1");
    assert_eq!((&caller["accountId"], &caller["callerId"]), (&json!("000000000000"), &caller["userId"]));
    assert!(caller["callerId"].as_str().unwrap().ends_with(":s1"), "{caller}");
    assert!(headers.contains(caller["accessKey"].as_str().unwrap()));
    let root = by(&Caller::Root, "execute-api", "GET", "/other", "");
    assert_eq!(send(api.port, "GET", "/other", &root, "").await.status, 200);

    let calls = fixture.events().len();
    let (unsigned, foreign) = (String::new(), by(&buyer, "sqs", "POST", "/orders/7", "hi"));
    let without_token = headers.lines().filter(|line| !line.starts_with("x-amz-security-token"));
    let without_token = without_token.fold(String::new(), |all, line| format!("{all}{line}\r\n"));
    let not_granted = by(&buyer, "execute-api", "GET", "/other", "");
    for (method, path, headers, body, why) in [
        ("POST", "/orders/7", &unsigned, "hi", "unsigned"),
        ("POST", "/orders/7", &headers, "ho", "another body"),
        ("POST", "/orders/8", &headers, "hi", "another path"),
        ("POST", "/orders/7", &foreign, "hi", "signed for another service"),
        ("POST", "/orders/7", &without_token, "hi", "a session without its token"),
        ("GET", "/other", &not_granted, "", "no right"),
        ("POST", "/orders/7", &"authorization: Bearer x\r\n".to_owned(), "hi", "another scheme"),
    ] {
        let refused = send(api.port, method, path, headers, body).await;
        assert_eq!((refused.status, refused.text()), (403, FORBIDDEN), "{why}");
    }
    fixture.clock.advance(Duration::from_mins(16));
    assert_eq!(send(api.port, "POST", "/orders/7", &headers, "hi").await.status, 403, "an old signature");
    assert_eq!(fixture.events().len(), calls);
}

#[tokio::test]
async fn a_moved_clock_makes_no_signature_old() {
    let fixture = Fixture::new();
    let api = fixture.api(&[]).await;
    fixture.guarded(&api, "GET /", json!({"AuthorizationType": "AWS_IAM"})).await;
    fixture.move_clock(Duration::from_hours(48));
    let host = format!("127.0.0.1:{}", api.port);
    let headers = signed(&fixture.apis.shared.iam, &Caller::Root, "execute-api", &host, "GET", "/", "");
    assert_eq!(send(api.port, "GET", "/", &headers, "").await.status, 200);
}

#[tokio::test]
async fn a_preflight_is_answered_before_any_authorizer() {
    let fixture = Fixture::new();
    let cors = json!({"CorsConfiguration": {"AllowOrigins": ["https://x"], "AllowMethods": ["GET"]}});
    let api = fixture.api_with(cors, json!({}), &[]).await;
    let guard = fixture.guard(&api, json!({})).await.unwrap().physical_id;
    fixture.guarded(&api, "$default", json!({"AuthorizationType": "CUSTOM", "AuthorizerId": guard})).await;
    let preflight = "origin: https://x\r\naccess-control-request-method: GET\r\n";
    assert_eq!(send(api.port, "OPTIONS", "/a", preflight, "").await.status, 204);
    assert!(fixture.events().is_empty());
    let refused = send(api.port, "GET", "/a", "origin: https://x\r\n", "").await;
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (401, Some("https://x")));
}
