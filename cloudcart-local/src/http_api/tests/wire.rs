//! What a client and a function see of each other, byte by byte.

use super::{Fixture, get, outcome, raw, send};
use serde_json::{Value, json};

#[tokio::test]
async fn of_routes_that_fit_the_most_exact_one_is_taken() {
    let fixture = Fixture::new();
    let keys = [
        "$default",
        "ANY /{proxy+}",
        "GET /a/{proxy+}",
        "GET /a/{id}",
        "ANY /a/b",
        "GET /a/b",
        "GET /a/{id}/c",
        "OPTIONS /a/b",
    ];
    let api = fixture.api(&keys).await;
    for (method, path, taken, variables) in [
        ("GET", "/a/b", "GET /a/b", Value::Null),
        ("PUT", "/a/b", "ANY /a/b", Value::Null),
        ("OPTIONS", "/a/b", "OPTIONS /a/b", Value::Null),
        ("GET", "/a/x", "GET /a/{id}", json!({"id": "x"})),
        ("GET", "/a/%62", "GET /a/b", Value::Null),
        ("GET", "/a/x/c", "GET /a/{id}/c", json!({"id": "x"})),
        ("GET", "/a/x/y", "GET /a/{proxy+}", json!({"proxy": "x/y"})),
        ("POST", "/a/x", "ANY /{proxy+}", json!({"proxy": "a/x"})),
        ("GET", "/", "$default", Value::Null),
        ("DELETE", "/z", "ANY /{proxy+}", json!({"proxy": "z"})),
    ] {
        assert_eq!(send(api.port, method, path, "", "").await.status, 200, "{method} {path}");
        let event = fixture.last_event();
        assert_eq!(event["routeKey"], taken, "{method} {path}");
        assert_eq!(event["pathParameters"], variables, "{method} {path}");
    }
}

#[tokio::test]
async fn a_body_is_text_or_base64_by_its_type_and_length_is_always_told() {
    let fixture = Fixture::new();
    let api = fixture.api(&["POST /"]).await;
    for (content_type, body, encoded) in [
        ("application/json", "{\"a\":1}", None),
        ("text/html; charset=utf-8", "<p>é</p>", None),
        ("application/xml", "<a/>", None),
        ("application/javascript", "1", None),
        ("application/x-www-form-urlencoded", "a=1&b=2", Some("YT0xJmI9Mg==")),
        ("application/octet-stream", "hi", Some("aGk=")),
        ("application/vnd.api+json", "{}", Some("e30=")),
        ("multipart/form-data; boundary=x", "--x--", Some("LS14LS0=")),
    ] {
        assert_eq!(send(api.port, "POST", "/", &format!("content-type: {content_type}\r\n"), body).await.status, 200);
        let event = fixture.last_event();
        assert_eq!(event["isBase64Encoded"], encoded.is_some(), "{content_type}");
        assert_eq!(event["body"], encoded.unwrap_or(body), "{content_type}");
        assert_eq!(event["headers"]["content-length"], body.len().to_string(), "{content_type}");
    }
    // Chunks are one body to the function, which never sees how it came.
    let chunked = format!(
        "POST / HTTP/1.1\r\nhost: 127.0.0.1:{}\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n\
         2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
        api.port
    );
    assert_eq!(raw(api.port, chunked.as_bytes()).await.status, 200);
    let event = fixture.last_event();
    assert_eq!((&event["body"], &event["headers"]["content-length"]), (&json!("abc"), &json!("3")));
    assert!(event["headers"].get("transfer-encoding").is_none());
    assert_eq!(send(api.port, "POST", "/", "content-type: text/plain\r\n", "").await.status, 200);
    let empty = fixture.last_event();
    assert!(empty.get("body").is_none() && empty["isBase64Encoded"] == false, "{empty}");
}

#[tokio::test]
async fn an_answer_in_base64_is_sent_as_bytes_and_an_answer_without_a_status_as_json() {
    let fixture = Fixture::new();
    let api = fixture.api(&["GET /"]).await;
    let answer =
        json!({"statusCode": 200, "isBase64Encoded": true, "body": "AP8B", "headers": {"Content-Type": "image/x"}});
    fixture.will_answer(Ok(outcome(answer.to_string().as_bytes())));
    let got = get(api.port, "/").await;
    assert_eq!((got.body.as_slice(), got.header("content-type")), ([0, 255, 1].as_slice(), Some("image/x")));
    assert_eq!(got.header("content-length"), Some("3"));
    fixture.will_answer(Ok(outcome(b"{\"hello\":\"there\"}")));
    let got = get(api.port, "/").await;
    assert_eq!((got.text(), got.header("content-type")), ("{\"hello\":\"there\"}", Some("application/json")));
    // What the gateway says by itself is JSON, with an id to find it by.
    let missing = get(api.port, "/nowhere").await;
    assert_eq!(
        (missing.text(), missing.header("content-type")),
        (r#"{"message":"Not Found"}"#, Some("application/json"))
    );
    assert!(missing.header("apigw-requestid").is_some_and(|id| id.len() == 16));
}

#[tokio::test]
async fn a_head_request_gets_the_headers_of_its_route_and_no_body() {
    let fixture = Fixture::new();
    let api = fixture.api(&["HEAD /", "GET /"]).await;
    let answer = json!({"statusCode": 200, "headers": {"x-a": "1"}, "body": "not sent"});
    fixture.will_answer(Ok(outcome(answer.to_string().as_bytes())));
    let got = send(api.port, "HEAD", "/", "", "").await;
    assert_eq!((got.status, got.header("x-a"), got.body.len()), (200, Some("1"), 0));
    assert_eq!(fixture.last_event()["routeKey"], "HEAD /");
}
