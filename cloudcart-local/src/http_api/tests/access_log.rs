//! Access logs: a line for each request, whatever became of it.

use super::{Fixture, get, outcome, send};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

const GROUP: &str = "arn:aws:logs:us-east-1:000000000000:log-group:/shop/api";

fn settings(format: &str) -> Value {
    json!({"AccessLogSettings": {"DestinationArn": GROUP, "Format": format}})
}

impl Fixture {
    async fn lines(&self) -> Vec<String> {
        self.apis.shared.access_log.flush().await;
        self.functions.lines.0.lock().unwrap().clone()
    }
}

#[tokio::test]
async fn every_request_has_its_line_also_those_that_were_refused() {
    let fixture = Fixture::new();
    let format = "$context.httpMethod $context.path $context.routeKey $context.status $context.integrationStatus \
                  $context.integration.status $context.error.message [$context.authorizer.error] $context.nonsense.";
    let mut stage = settings(format);
    stage["RouteSettings"] = json!({"GET /none": {"ThrottlingRateLimit": 1, "ThrottlingBurstLimit": 0}});
    let api = fixture.api_with(json!({}), stage, &["GET /a/{id}", "GET /none"]).await;
    let target = format!("integrations/{}", api.integration);
    let iam = json!({"ApiId": api.id, "RouteKey": "GET /iam", "AuthorizationType": "AWS_IAM", "Target": target});
    fixture.make("Route", iam).await.unwrap();
    fixture.will_answer(Ok(outcome(br#"{"statusCode":201,"body":"made"}"#)));
    for (path, status) in [("/a/1?q=1", 201), ("/missing", 404), ("/none", 429), ("/iam", 403)] {
        assert_eq!(get(api.port, path).await.status, status, "{path}");
    }
    fixture.will_answer(Ok(outcome(b"not json")));
    assert_eq!(get(api.port, "/a/2").await.status, 500);
    *fixture.functions.permitted.lock().unwrap() = Some("arn:other".into());
    assert_eq!(get(api.port, "/a/3").await.status, 500);
    let large = format!("content-length: {}\r\n", 11 * 1024 * 1024);
    assert_eq!(send(api.port, "POST", "/a/4", &large, "").await.status, 413);
    assert_eq!(
        fixture.lines().await,
        [
            "GET /a/1 GET /a/{id} 201 200 201 - [-] -.",
            "GET /missing - 404 - - Not Found [-] -.",
            "GET /none GET /none 429 - - Too Many Requests [-] -.",
            "GET /iam GET /iam 403 - - Forbidden [the request is not signed] -.",
            "GET /a/2 GET /a/{id} 500 200 - Internal Server Error [-] -.",
            "GET /a/3 GET /a/{id} 500 403 - Internal Server Error [-] -.",
            "POST /a/4 - 413 - - Request Entity Too Large [-] -.",
        ]
    );
}

#[tokio::test]
async fn a_line_is_the_format_with_what_is_known_of_the_request() {
    let fixture = Fixture::new();
    let format = r#"{"id":"$context.requestId","ip":"$context.identity.sourceIp","agent":"$context.identity.userAgent","time":"$context.requestTime","epoch":$context.requestTimeEpoch,"stage":"$context.stage","api":"$context.apiId","protocol":"$context.protocol","length":$context.responseLength,"latency":$context.responseLatency,"called":$context.integrationLatency,"message":$context.error.messageString,"awsRequest":"$context.integration.requestId","error":"$context.integrationErrorMessage"}"#;
    let api = fixture.api_with(json!({}), settings(format), &["GET /"]).await;
    fixture.will_answer(Ok(outcome(br#"{"statusCode":200,"body":"hello"}"#)));
    let answer = send(api.port, "GET", "/", "user-agent: t/1\r\n", "").await;
    let lines = fixture.lines().await;
    let line: Value = serde_json::from_str(&lines[0].replace("\"message\":-", "\"message\":null")).unwrap();
    assert_eq!(
        line,
        json!({
            "id": answer.header("apigw-requestid"), "ip": "127.0.0.1", "agent": "t/1",
            "time": "12/Mar/2020:19:03:58 +0000", "epoch": 1_584_039_838_123_i64, "stage": "$default", "api": api.id,
            "protocol": "HTTP/1.1", "length": 5, "latency": 0, "called": 0, "message": null, "awsRequest": "r", "error": "-",
        })
    );
    assert_eq!(get(api.port, "/missing").await.status, 404);
    assert!(fixture.lines().await[1].contains(r#""message":"Not Found""#));
}

#[tokio::test]
async fn a_move_of_the_clock_during_a_request_is_none_of_its_latency() {
    let fixture = Fixture::new();
    let format = "$context.responseLatency $context.integrationLatency";
    let api = fixture.api_with(json!({}), settings(format), &["GET /"]).await;
    let gate = Arc::new(tokio::sync::Notify::new());
    *fixture.functions.gate.lock().unwrap() = Some(gate.clone());
    let port = api.port;
    let slow = tokio::spawn(async move { get(port, "/").await });
    fixture.clock.wait_for_sleepers(1).await;
    fixture.move_clock(Duration::from_hours(1));
    fixture.clock.advance(Duration::from_millis(7));
    gate.notify_one();
    assert_eq!(slow.await.unwrap().status, 200);
    assert_eq!(fixture.lines().await, ["7 7"]);
}

#[tokio::test]
async fn only_a_stage_with_settings_writes_and_only_to_a_group_that_exists() {
    let fixture = Fixture::new();
    let api = fixture.api(&["GET /"]).await;
    let elsewhere = json!({"DestinationArn": format!("{GROUP}-gone"), "Format": "$context.requestId"});
    for (name, settings) in [("dev", settings("$context.stage")["AccessLogSettings"].clone()), ("lost", elsewhere)] {
        let stage = json!({"ApiId": api.id, "StageName": name, "AutoDeploy": true, "AccessLogSettings": settings});
        fixture.make("Stage", stage).await.unwrap();
    }
    for path in ["/", "/dev", "/lost", "/dev/"] {
        assert_eq!(get(api.port, path).await.status, 200, "{path}");
    }
    assert_eq!(fixture.lines().await, ["dev", "dev"]);
    let firehose = json!({"ApiId": api.id, "StageName": "x", "AccessLogSettings":
        {"DestinationArn": "arn:aws:firehose:us-east-1:000000000000:deliverystream/amazon-apigateway-x", "Format": "x"}});
    assert!(fixture.make("Stage", firehose).await.unwrap_err().message.contains("log group"));
}
