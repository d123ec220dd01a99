//! HTTP APIs over real sockets, made through the CloudFormation providers, in front of functions that record their events.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access_log;
mod authorizers;
mod import;
mod issuer;
mod wire;

use super::{HttpApis, Ports};
use crate::{
    api::{ApiRequest, Caller, Service},
    clock::{Clock, ManualClock, MovableClock},
    core::Core,
    error::AwsError,
    iam::{Iam, IamMode},
    ports::{FunctionInvoker, Invocation, InvokeError, InvokeOutcome, LogSink},
    provider::{ProvisionError, Provisioned, ResourceProvider, ResourceRequest},
    random::{Random as _, SystemRandomness},
    store::Store,
};
use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Method};
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Notify,
};

const FUNCTION: &str = "arn:aws:lambda:us-east-1:000000000000:function:shop";

/// The function of Lambda authorizers.
const GUARD: &str = "arn:aws:lambda:us-east-1:000000000000:function:guard";

type Outcome = Result<InvokeOutcome, InvokeError>;

/// Functions that answer as a test tells them and record what they got.
#[derive(Default)]
struct Functions {
    events: Mutex<Vec<(Invocation, Value)>>,
    /// Taken by the next call; without one the event itself is the answer.
    answers: Mutex<Vec<Outcome>>,
    asked: Mutex<Vec<String>>,
    permitted: Mutex<Option<String>>,
    /// When set, calls wait for `go`.
    gate: Mutex<Option<Arc<Notify>>>,
    finished: Notify,
    lines: Arc<Lines>,
}

/// A log with one group.
#[derive(Default)]
struct Lines(Mutex<Vec<String>>);

impl LogSink for Lines {
    fn append(&self, group: &str, stream: &str, events: &[(i64, String)]) {
        // Asserted where the lines are looked at: a panic here would only lose them.
        let strange = group != "/shop/api" || stream.len() != 32;
        let told = |line: &String| if strange { format!("{group} {stream}: {line}") } else { line.clone() };
        self.0.lock().unwrap().extend(events.iter().map(|(_, line)| told(line)));
    }

    fn has_group(&self, group: &str) -> bool {
        group == "/shop/api"
    }
}

#[async_trait]
impl FunctionInvoker for Functions {
    async fn invoke(&self, invocation: Invocation) -> Outcome {
        let event = serde_json::from_slice(&invocation.payload).unwrap();
        let echo = invocation.payload.clone();
        self.events.lock().unwrap().push((invocation, event));
        let gate = self.gate.lock().unwrap().clone();
        if let Some(gate) = gate {
            gate.notified().await;
        }
        self.finished.notify_one();
        self.answers.lock().unwrap().pop().unwrap_or_else(|| Ok(outcome(&echo)))
    }

    fn invoke_later(&self, invocation: Invocation) -> Result<String, InvokeError> {
        unreachable!("an API waits for its answers: {invocation:?}")
    }

    fn permits(&self, function: &str, service: &str, source_arn: &str) -> bool {
        assert!([FUNCTION, GUARD].contains(&function) && service == "apigateway.amazonaws.com");
        self.asked.lock().unwrap().push(source_arn.to_owned());
        self.permitted.lock().unwrap().as_ref().is_none_or(|permitted| permitted == source_arn)
    }
}

fn outcome(payload: &[u8]) -> InvokeOutcome {
    InvokeOutcome {
        payload: Bytes::copy_from_slice(payload),
        function_error: None,
        request_id: "r".into(),
        log_tail: String::new(),
        timed_out: false,
    }
}

struct Fixture {
    folder: TempDir,
    /// The machine's.
    clock: ManualClock,
    /// The cloud's.
    moved: MovableClock,
    functions: Arc<Functions>,
    apis: Arc<HttpApis>,
}

/// An API with an integration and a stage.
struct Made {
    id: String,
    integration: String,
    port: u16,
}

/// A response as it came.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

fn open(
    folder: &TempDir,
    clock: &MovableClock,
    functions: &Arc<Functions>,
    port: u16,
) -> Result<Arc<HttpApis>, AwsError> {
    let core = Core {
        region: "us-east-1".into(),
        account: "000000000000".into(),
        endpoint: "http://127.0.0.1:4566".into(),
        state_dir: folder.path().to_owned(),
        clock: Arc::new(clock.clone()),
        random: Arc::new(SystemRandomness::default()),
        store: Store::open(&folder.path().join("state.db")).unwrap(),
    };
    let core = Arc::new(core);
    let ports = Ports {
        functions: functions.clone(),
        iam: Iam::open(core.clone())?,
        mode: IamMode::Enforce,
        logs: functions.lines.clone(),
    };
    HttpApis::open(core, port, ports)
}

fn request(properties: Value) -> ResourceRequest {
    let Value::Object(properties) = properties else { panic!("properties are an object") };
    ResourceRequest {
        stack_name: "shop".into(),
        stack_id: "arn:aws:cloudformation:us-east-1:000000000000:stack/shop/1".into(),
        logical_id: "R".into(),
        properties,
        // New for each creation, as CloudFormation's are.
        generated_name: format!("shop-R-{}", SystemRandomness::default().upper(12)),
    }
}

impl Fixture {
    fn move_clock(&self, by: Duration) {
        assert!(self.moved.advance(by, |_| Ok::<(), ()>(())).is_ok());
    }

    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let clock = ManualClock::new(Duration::from_millis(1_584_039_838_123));
        let functions = Arc::new(Functions::default());
        let moved = MovableClock::new(Arc::new(clock.clone()), Duration::ZERO);
        let apis = open(&folder, &moved, &functions, 0).unwrap();
        Self { folder, clock, moved, functions, apis }
    }

    fn provider(&self, kind: &str) -> Arc<dyn ResourceProvider> {
        let name = format!("AWS::ApiGatewayV2::{kind}");
        self.apis.providers().into_iter().find(|provider| provider.type_name() == name).unwrap()
    }

    async fn make(&self, kind: &str, properties: Value) -> Result<Provisioned, ProvisionError> {
        self.provider(kind).create(&request(properties)).await
    }

    /// An API with these routes and a `$default` stage.
    async fn api(&self, routes: &[&str]) -> Made {
        self.api_with(json!({}), json!({}), routes).await
    }

    async fn api_with(&self, api: Value, stage: Value, routes: &[&str]) -> Made {
        let mut properties = json!({"Name": "shop", "ProtocolType": "HTTP"});
        properties.as_object_mut().unwrap().extend(api.as_object().unwrap().clone());
        let api = self.make("Api", properties).await.unwrap();
        let url = api.attributes["ApiEndpoint"].as_str().unwrap();
        let port = url.strip_prefix("http://127.0.0.1:").unwrap().parse().unwrap();
        let id = api.physical_id;
        let properties = json!({
            "ApiId": id, "IntegrationType": "AWS_PROXY", "IntegrationUri": FUNCTION, "PayloadFormatVersion": "2.0",
        });
        let integration = self.make("Integration", properties).await.unwrap().physical_id;
        for route in routes {
            self.route(&id, route, &integration).await.unwrap();
        }
        let mut properties = json!({"ApiId": id, "StageName": "$default", "AutoDeploy": true});
        properties.as_object_mut().unwrap().extend(stage.as_object().unwrap().clone());
        self.make("Stage", properties).await.unwrap();
        Made { id, integration, port }
    }

    async fn route(&self, api: &str, key: &str, integration: &str) -> Result<Provisioned, ProvisionError> {
        let target = format!("integrations/{integration}");
        self.make("Route", json!({"ApiId": api, "RouteKey": key, "Target": target})).await
    }

    fn will_answer(&self, answer: Outcome) {
        self.functions.answers.lock().unwrap().push(answer);
    }

    fn events(&self) -> Vec<Value> {
        self.functions.events.lock().unwrap().iter().map(|(_, event)| event.clone()).collect()
    }

    fn last_event(&self) -> Value {
        self.events().pop().expect("the function was called")
    }
}

/// Sends bytes and reads one response from a connection that is then closed.
async fn raw(port: u16, bytes: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    // A refused upload may be cut off while it is still being written.
    let _ = stream.write_all(bytes).await;
    read(&mut stream, bytes.starts_with(b"HEAD")).await
}

/// Reads one response; that of a HEAD request ends with its headers.
async fn read(stream: &mut TcpStream, head_only: bool) -> Answer {
    let reading = async {
        let mut got = Vec::new();
        let end = loop {
            if let Some(end) = got.windows(4).position(|window| window == b"\r\n\r\n") {
                break end;
            }
            assert_ne!(stream.read_buf(&mut got).await.unwrap(), 0, "the connection ended early");
        };
        let head = String::from_utf8(got[..end].to_vec()).unwrap();
        let mut body = got.split_off(end + 4);
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<(String, String)> = lines
            .map(|line| line.split_once(": ").map_or((line, ""), |pair| pair))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let length =
            headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, value)| value.parse().unwrap());
        while !head_only && body.len() < length {
            assert_ne!(stream.read_buf(&mut body).await.unwrap(), 0, "the body ended early");
        }
        Answer { status, headers, body }
    };
    tokio::time::timeout(Duration::from_secs(20), reading).await.expect("an answer in time")
}

async fn get(port: u16, path: &str) -> Answer {
    send(port, "GET", path, "", "").await
}

async fn send(port: u16, method: &str, path: &str, headers: &str, body: &str) -> Answer {
    let length = if body.is_empty() { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    raw(port, format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n{headers}{length}\r\n{body}").as_bytes())
        .await
}

#[tokio::test]
async fn the_event_is_the_one_of_format_2() {
    let fixture = Fixture::new();
    let api = fixture.api_with(json!({}), json!({"StageVariables": {"v": "1"}}), &["POST /products/{id}"]).await;
    let headers = "User-Agent: t/1\r\nX-Multi: a\r\nx-multi: b\r\nCookie: a=1; b=2\r\ncookie: c=3\r\n\
                   Content-Type: application/json\r\nX-Amzn-Trace-Id: Root=1-5-6\r\nX-Forwarded-For: 203.0.113.9\r\n";
    let answer = send(api.port, "POST", "/products/a%20b?x=1&x=%32&e=", headers, "{\"q\":1}").await;
    assert_eq!(answer.status, 200);
    let event = fixture.last_event();
    let request_id = event["requestContext"]["requestId"].as_str().unwrap();
    assert_eq!(request_id.len(), 16);
    assert_eq!(answer.header("apigw-requestid"), Some(request_id));
    let host = format!("127.0.0.1:{}", api.port);
    assert_eq!(
        event,
        json!({
            "version": "2.0",
            "routeKey": "POST /products/{id}",
            "rawPath": "/products/a b",
            "rawQueryString": "x=1&x=%32&e=",
            "cookies": ["a=1", "b=2", "c=3"],
            "headers": {
                "content-length": "7",
                "content-type": "application/json",
                "host": host,
                "user-agent": "t/1",
                "x-amzn-trace-id": "Root=1-5-6",
                "x-forwarded-for": "203.0.113.9, 127.0.0.1",
                "x-forwarded-port": api.port.to_string(),
                "x-forwarded-proto": "http",
                "x-multi": "a,b",
            },
            "queryStringParameters": {"x": "1,2", "e": ""},
            "requestContext": {
                "accountId": "000000000000",
                "apiId": api.id,
                "domainName": host,
                "domainPrefix": api.id,
                "http": {
                    "method": "POST",
                    "path": "/products/a b",
                    "protocol": "HTTP/1.1",
                    "sourceIp": "127.0.0.1",
                    "userAgent": "t/1",
                },
                "requestId": request_id,
                "routeKey": "POST /products/{id}",
                "stage": "$default",
                "time": "12/Mar/2020:19:03:58 +0000",
                "timeEpoch": 1_584_039_838_123_i64,
            },
            "pathParameters": {"id": "a b"},
            "stageVariables": {"v": "1"},
            "body": "{\"q\":1}",
            "isBase64Encoded": false,
        })
    );
    let calls = fixture.functions.events.lock().unwrap();
    assert_eq!((calls[0].0.function.as_str(), calls[0].0.trace_id.as_deref()), (FUNCTION, Some("Root=1-5-6")));
}

#[tokio::test]
async fn a_trace_id_is_made_when_the_client_sends_none() {
    let fixture = Fixture::new();
    let api = fixture.api(&["$default"]).await;
    get(api.port, "/any/where").await;
    let event = fixture.last_event();
    let trace = event["headers"]["x-amzn-trace-id"].as_str().unwrap();
    assert!(trace.starts_with("Root=1-5e6a879e-") && trace.len() == 40, "{trace}");
    assert_eq!(event["routeKey"], "$default");
    assert!(event.get("pathParameters").is_none());
}

#[tokio::test]
async fn unknown_routes_and_methods_are_404_and_any_and_head_work() {
    let fixture = Fixture::new();
    let api = fixture.api(&["GET /a", "ANY /any"]).await;
    for (method, path) in [("GET", "/"), ("GET", "/b"), ("POST", "/a"), ("HEAD", "/a"), ("GET", "/a/")] {
        let answer = send(api.port, method, path, "", "").await;
        assert_eq!(answer.status, 404, "{method} {path}");
        if method != "HEAD" {
            assert_eq!(answer.text(), r#"{"message":"Not Found"}"#);
        }
        assert!(answer.header("apigw-requestid").is_some());
    }
    assert!(fixture.events().is_empty());
    for method in ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"] {
        assert_eq!(send(api.port, method, "/any", "", "").await.status, 200, "{method}");
        assert_eq!(fixture.last_event()["requestContext"]["http"]["method"], method);
        assert_eq!(fixture.last_event()["routeKey"], "ANY /any");
    }
}

#[tokio::test]
async fn failures_of_the_function_are_the_documented_answers() {
    let fixture = Fixture::new();
    let api = fixture.api(&["GET /"]).await;
    let failed = InvokeOutcome { function_error: Some("Unhandled".into()), ..outcome(b"{\"errorMessage\":\"x\"}") };
    let late = InvokeOutcome { timed_out: true, ..failed.clone() };
    let internal = r#"{"message":"Internal Server Error"}"#;
    let unavailable = r#"{"message":"Service Unavailable"}"#;
    for (answer, status, body) in [
        (Ok(failed), 500, internal),
        (Ok(late), 503, unavailable),
        (Err(InvokeError::Throttled), 503, unavailable),
        (Err(InvokeError::NotFound("shop".into())), 500, internal),
        (Err(InvokeError::TooLarge { size: 7, limit: 6 }), 413, r#"{"message":"Request Entity Too Large"}"#),
        (Ok(outcome(b"not json")), 500, internal),
        (Ok(outcome(b"{\"statusCode\":\"x\"}")), 500, internal),
    ] {
        fixture.will_answer(answer);
        let got = get(api.port, "/").await;
        assert_eq!((got.status, got.text(), got.header("content-type")), (status, body, Some("application/json")));
    }
    fixture
        .will_answer(Ok(outcome(br#"{"statusCode":201,"headers":{"x-a":"1"},"cookies":["a=1","b=2"],"body":"hi"}"#)));
    let got = get(api.port, "/").await;
    assert_eq!((got.status, got.text(), got.header("x-a")), (201, "hi", Some("1")));
    let cookies: Vec<_> = got.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value).collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
}

#[tokio::test]
async fn a_function_must_permit_the_route() {
    let fixture = Fixture::new();
    let api = fixture.api(&["GET /products/{id}", "ANY /x/{proxy+}", "$default"]).await;
    let arn = |rest: &str| format!("arn:aws:execute-api:us-east-1:000000000000:{}/$default/{rest}", api.id);
    for (method, path, rest) in [
        ("GET", "/products/7", "GET/products/{id}"),
        ("PUT", "/x/y/z", "PUT/x/{proxy+}"),
        ("GET", "/other", "$default"),
    ] {
        *fixture.functions.permitted.lock().unwrap() = Some(arn(rest));
        assert_eq!(send(api.port, method, path, "", "").await.status, 200, "{rest}");
        *fixture.functions.permitted.lock().unwrap() = Some("arn:other".into());
        let refused = send(api.port, method, path, "", "").await;
        assert_eq!((refused.status, refused.text()), (500, r#"{"message":"Internal Server Error"}"#));
        assert_eq!(fixture.functions.asked.lock().unwrap().last(), Some(&arn(rest)));
    }
    assert_eq!(fixture.events().len(), 3);
}

#[tokio::test]
async fn sizes_are_limited() {
    let fixture = Fixture::new();
    let api = fixture.api(&["POST /"]).await;
    let too_large = r#"{"message":"Request Entity Too Large"}"#;
    let announced = format!("content-length: {}\r\n", 10 * 1024 * 1024 + 1);
    let answer = send(api.port, "POST", "/", &announced, "").await;
    assert_eq!((answer.status, answer.text()), (413, too_large));
    let chunk = "x".repeat(1024 * 1024);
    let mut chunked = format!("POST / HTTP/1.1\r\nhost: 127.0.0.1:{}\r\ntransfer-encoding: chunked\r\n\r\n", api.port);
    for _ in 0..10 {
        chunked.push_str("100000\r\n");
        chunked.push_str(&chunk);
        chunked.push_str("\r\n");
    }
    let whole = raw(api.port, format!("{chunked}0\r\n\r\n").as_bytes()).await;
    assert_eq!(whole.status, 200);
    let over = raw(api.port, format!("{chunked}1\r\nx\r\n0\r\n\r\n").as_bytes()).await;
    assert_eq!((over.status, over.text()), (413, too_large));
    assert_eq!(fixture.events().len(), 1);
    let long = format!("x-long: {}\r\n", "x".repeat(10_240));
    assert_eq!(send(api.port, "POST", "/", &long, "").await.status, 431);
    let fits = format!("x-long: {}\r\n", "x".repeat(10_000));
    assert_eq!(send(api.port, "POST", "/", &fits, "").await.status, 200);
}

#[tokio::test]
async fn cors_is_answered_by_the_api_and_integration_headers_are_dropped() {
    let fixture = Fixture::new();
    let cors = json!({"CorsConfiguration": {
        "AllowOrigins": ["https://shop.example", "http://*"], "AllowMethods": ["GET", "POST"],
        "AllowHeaders": ["Content-Type", "x-cart-token"], "ExposeHeaders": ["etag"], "MaxAge": "300",
        "AllowCredentials": true,
    }});
    let api = fixture.api_with(cors, json!({}), &["GET /a"]).await;
    let preflight = "origin: https://shop.example\r\naccess-control-request-method: POST\r\n\
                     access-control-request-headers: content-type, X-Cart-Token\r\n";
    let answer = send(api.port, "OPTIONS", "/no/such/route", preflight, "").await;
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    for (name, value) in [
        ("access-control-allow-origin", "https://shop.example"),
        ("access-control-allow-methods", "GET,POST"),
        ("access-control-allow-headers", "Content-Type,x-cart-token"),
        ("access-control-expose-headers", "etag"),
        ("access-control-allow-credentials", "true"),
        ("access-control-max-age", "300"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    for (from, to) in [("shop.example", "evil.example"), ("POST", "PUT"), ("X-Cart-Token", "x-other")] {
        let answer = send(api.port, "OPTIONS", "/a", &preflight.replace(from, to), "").await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, None), "{to}");
    }
    assert_eq!(send(api.port, "OPTIONS", "/a", "", "").await.status, 204);
    assert!(fixture.events().is_empty());

    let own =
        br#"{"statusCode":200,"headers":{"Access-Control-Allow-Origin":"*","access-control-max-age":"9"},"body":""}"#;
    fixture.will_answer(Ok(outcome(own)));
    let answer = send(api.port, "GET", "/a", "origin: http://localhost:5173\r\n", "").await;
    assert_eq!(answer.header("access-control-allow-origin"), Some("http://localhost:5173"));
    assert_eq!(answer.header("access-control-max-age"), None);
    fixture.will_answer(Ok(outcome(own)));
    assert_eq!(get(api.port, "/a").await.header("access-control-allow-origin"), None);
    // The API's own errors carry the headers too, or a browser could not read them.
    let missing = send(api.port, "GET", "/b", "origin: https://shop.example\r\n", "").await;
    assert_eq!((missing.status, missing.header("access-control-allow-origin")), (404, Some("https://shop.example")));
}

#[tokio::test]
async fn without_a_cors_configuration_the_integration_decides() {
    let fixture = Fixture::new();
    let api = fixture.api(&["GET /a"]).await;
    fixture.will_answer(Ok(outcome(br#"{"statusCode":200,"headers":{"access-control-allow-origin":"*"}}"#)));
    let answer = send(api.port, "GET", "/a", "origin: https://x\r\n", "").await;
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let preflight = "origin: https://x\r\naccess-control-request-method: GET\r\n";
    assert_eq!(send(api.port, "OPTIONS", "/a", preflight, "").await.status, 404);
}

#[tokio::test]
async fn a_wildcard_origin_is_answered_with_a_star() {
    let fixture = Fixture::new();
    let cors = json!({"CorsConfiguration": {"AllowOrigins": ["*"], "AllowMethods": ["*"], "AllowHeaders": ["*"]}});
    let api = fixture.api_with(cors, json!({}), &["GET /a"]).await;
    let preflight =
        "origin: https://x\r\naccess-control-request-method: PUT\r\naccess-control-request-headers: x-a\r\n";
    let answer = send(api.port, "OPTIONS", "/a", preflight, "").await;
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-methods"), Some("DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT"));
    assert_eq!(answer.header("access-control-allow-headers"), Some("x-a"));
}

#[tokio::test]
async fn a_named_stage_is_a_prefix_and_one_without_deployment_serves_nothing() {
    let fixture = Fixture::new();
    let api = fixture.api(&["GET /a", "GET /"]).await;
    for (name, auto_deploy) in [("dev", true), ("idle", false)] {
        let properties = json!({"ApiId": api.id, "StageName": name, "AutoDeploy": auto_deploy});
        assert_eq!(fixture.make("Stage", properties).await.unwrap().physical_id, name);
    }
    assert_eq!(get(api.port, "/dev/a").await.status, 200);
    let event = fixture.last_event();
    assert_eq!((&event["rawPath"], &event["requestContext"]["stage"]), (&json!("/dev/a"), &json!("dev")));
    assert!(fixture.functions.asked.lock().unwrap().last().unwrap().ends_with("/dev/GET/a"));
    assert_eq!(get(api.port, "/dev").await.status, 200);
    assert_eq!(get(api.port, "/a").await.status, 200);
    assert_eq!(fixture.last_event()["requestContext"]["stage"], "$default");
    assert_eq!(get(api.port, "/idle/a").await.status, 404);
    fixture.provider("Stage").delete("$default", &request(json!({"ApiId": api.id}))).await.unwrap();
    assert_eq!(get(api.port, "/a").await.status, 404);
}

#[tokio::test]
async fn a_stage_throttles_its_routes() {
    let fixture = Fixture::new();
    let settings = json!({
        "DefaultRouteSettings": {"ThrottlingRateLimit": 1, "ThrottlingBurstLimit": 2, "DetailedMetricsEnabled": true},
        "RouteSettings": {"GET /free": {"ThrottlingRateLimit": 1000, "ThrottlingBurstLimit": 1000}},
    });
    let api = fixture.api_with(json!({}), settings, &["GET /a", "GET /free"]).await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(get(api.port, "/a").await.status);
    }
    assert_eq!(statuses, [200, 200, 429]);
    assert_eq!(get(api.port, "/a").await.text(), r#"{"message":"Too Many Requests"}"#);
    assert_eq!(get(api.port, "/free").await.status, 200);
    fixture.clock.advance(Duration::from_secs(1));
    assert_eq!(get(api.port, "/a").await.status, 200);
}

#[tokio::test]
async fn an_integration_timeout_is_503_and_a_client_that_leaves_cancels_nothing() {
    let fixture = Fixture::new();
    let api = fixture.api(&["GET /"]).await;
    let gate = Arc::new(Notify::new());
    *fixture.functions.gate.lock().unwrap() = Some(gate.clone());
    let port = api.port;
    let slow = tokio::spawn(async move { get(port, "/").await });
    fixture.clock.wait_for_sleepers(1).await;
    fixture.clock.advance(Duration::from_secs(30));
    let slow = slow.await.unwrap();
    assert_eq!((slow.status, slow.text()), (503, r#"{"message":"Service Unavailable"}"#));
    gate.notify_one();
    tokio::time::timeout(Duration::from_secs(10), fixture.functions.finished.notified())
        .await
        .expect("the invocation goes on after the timeout");

    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    fixture.clock.wait_for_sleepers(1).await;
    drop(stream);
    let gone = async {
        while fixture.clock.sleepers() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), gone).await.expect("the front notices that the client left");
    gate.notify_one();
    tokio::time::timeout(Duration::from_secs(10), fixture.functions.finished.notified())
        .await
        .expect("the invocation goes on without its client");
}

#[tokio::test]
async fn a_connection_serves_many_requests_and_foreign_hosts_none() {
    let fixture = Fixture::new();
    let api = fixture.api(&["GET /"]).await;
    let mut stream = TcpStream::connect(("127.0.0.1", api.port)).await.unwrap();
    for host in ["localhost:1", "127.0.0.1", "[::1]:3000", "shop.localhost"] {
        stream.write_all(format!("GET / HTTP/1.1\r\nhost: {host}\r\n\r\n").as_bytes()).await.unwrap();
        assert_eq!(read(&mut stream, false).await.status, 200, "{host}");
    }
    for host in ["evil.example", "127.0.0.1.evil.example", "10.0.0.1"] {
        stream.write_all(format!("GET / HTTP/1.1\r\nhost: {host}\r\n\r\n").as_bytes()).await.unwrap();
        assert_eq!(read(&mut stream, false).await.status, 403, "{host}");
    }
}

/// A free port below those that the system hands out by itself, so that nobody takes it while the cloud is down.
fn free_port() -> u16 {
    let start = 20_000 + u16::try_from(std::process::id() % 10_000).unwrap();
    (start..32_000).find(|port| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok()).unwrap()
}

#[tokio::test]
async fn apis_keep_their_ports_over_a_restart_and_take_the_next_free_one() {
    let Fixture { folder, clock, moved, functions, apis } = Fixture::new();
    drop(apis);
    let first = free_port();
    let apis = open(&folder, &moved, &functions, first).unwrap();
    let fixture = Fixture { folder, clock, moved, functions, apis };
    let one = fixture.api_with(json!({"Name": "one"}), json!({}), &["GET /"]).await;
    assert_eq!(one.port, first);
    let two = fixture.api_with(json!({"Name": "two"}), json!({}), &["GET /"]).await;
    assert!(two.port > first);
    let urls = fixture.apis.apis();
    assert_eq!(urls["one"], format!("http://127.0.0.1:{first}"));

    fixture.apis.shutdown().await;
    assert!(TcpStream::connect(("127.0.0.1", first)).await.is_err());
    let Fixture { folder, clock, moved, functions, apis } = fixture;
    drop(apis);
    // Someone else's listener is named, not worked around: the URL must stay the same.
    let squatter = std::net::TcpListener::bind(("127.0.0.1", first)).unwrap();
    let error = open(&folder, &moved, &functions, first).err().unwrap();
    assert!(error.message.contains(&format!("port {first}")), "{error}");
    drop(squatter);
    let apis = open(&folder, &moved, &functions, first).unwrap();
    let fixture = Fixture { folder, clock, moved, functions, apis };
    assert_eq!(fixture.apis.apis(), urls);
    assert_eq!(get(one.port, "/").await.status, 200);

    fixture.provider("Api").delete(&one.id, &request(json!({}))).await.unwrap();
    fixture.provider("Api").delete(&one.id, &request(json!({}))).await.unwrap();
    assert!(TcpStream::connect(("127.0.0.1", first)).await.is_err());
    let again = fixture.api_with(json!({"Name": "again"}), json!({}), &["GET /"]).await;
    assert_eq!(again.port, first);
}

#[tokio::test]
async fn a_new_api_on_a_port_in_use_is_refused_by_its_number() {
    let folder = TempDir::new().unwrap();
    let squatter = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = squatter.local_addr().unwrap().port();
    let clock = ManualClock::new(Duration::ZERO);
    let moved = MovableClock::new(Arc::new(clock.clone()), Duration::ZERO);
    let functions = Arc::new(Functions::default());
    let apis = open(&folder, &moved, &functions, port).unwrap();
    let fixture = Fixture { folder, clock, moved, functions, apis };
    let error = fixture.make("Api", json!({"Name": "x", "ProtocolType": "HTTP"})).await.unwrap_err();
    assert!(error.message.contains(&format!("port {port}")), "{error}");
    assert!(fixture.apis.apis().is_empty());
}

#[tokio::test]
async fn what_is_not_offered_is_refused_when_it_is_made() {
    let fixture = Fixture::new();
    let api = fixture.api(&["GET /"]).await;
    let target = format!("integrations/{}", api.integration);
    let route = |extra: Value| {
        let mut properties = json!({"ApiId": api.id, "RouteKey": "GET /x", "Target": target});
        properties.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        properties
    };
    for extra in [
        json!({"AuthorizationType": "JWT"}),
        json!({"AuthorizationType": "CUSTOM"}),
        json!({"AuthorizationType": "OTHER"}),
        json!({"AuthorizationType": "AWS_IAM", "AuthorizerId": "abc"}),
        json!({"AuthorizerId": "abc"}),
        json!({"AuthorizationType": "JWT", "AuthorizerId": "absent"}),
        json!({"AuthorizationScopes": ["a"]}),
    ] {
        let error = fixture.make("Route", route(extra.clone())).await.unwrap_err();
        assert!(error.message.contains("Autho"), "{extra}: {error}");
    }
    for (extra, code) in [
        (json!({"RouteKey": "GET x"}), "InvalidRequest"),
        (json!({"RouteKey": "GET /"}), "AlreadyExists"),
        (json!({"Target": "integrations/absent"}), "NotFound"),
        (json!({"Target": "absent"}), "InvalidRequest"),
        (json!({"ApiId": "absent"}), "NotFound"),
    ] {
        assert_eq!(fixture.make("Route", route(extra.clone())).await.unwrap_err().code, code, "{extra}");
    }
    let integration = |extra: Value| {
        let mut properties = json!({"ApiId": api.id, "IntegrationType": "AWS_PROXY", "IntegrationUri": FUNCTION,
                                    "PayloadFormatVersion": "2.0"});
        properties.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        properties
    };
    for extra in [
        json!({"PayloadFormatVersion": "1.0"}),
        json!({"PayloadFormatVersion": null}),
        json!({"IntegrationType": "HTTP_PROXY"}),
        json!({"IntegrationUri": "https://example.com"}),
        json!({"TimeoutInMillis": 30_001}),
        json!({"ConnectionType": "VPC_LINK"}),
    ] {
        assert!(fixture.make("Integration", integration(extra.clone())).await.is_err(), "{extra}");
    }
    for extra in [
        json!({"ProtocolType": "WEBSOCKET"}),
        json!({"DisableExecuteApiEndpoint": true}),
        json!({"CorsConfiguration": {"AllowOrigins": ["*"], "AllowCredentials": true}}),
        json!({"CorsConfiguration": {"AllowOrigin": ["*"]}}),
    ] {
        let mut properties = json!({"Name": "x", "ProtocolType": "HTTP"});
        properties.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        assert!(fixture.make("Api", properties).await.is_err(), "{extra}");
    }
    assert_eq!(fixture.apis.apis().len(), 1);
}

#[tokio::test]
async fn updates_take_effect_at_once() {
    let fixture = Fixture::new();
    let api = fixture.api(&[]).await;
    let made = fixture.route(&api.id, "GET /a", &api.integration).await.unwrap();
    let previous = serde_json::Map::new();
    let target = format!("integrations/{}", api.integration);
    let moved = request(json!({"ApiId": api.id, "RouteKey": "GET /b", "Target": target}));
    let updated = fixture.provider("Route").update(&made.physical_id, &previous, &moved).await.unwrap();
    assert_eq!(updated, made);
    assert_eq!((get(api.port, "/a").await.status, get(api.port, "/b").await.status), (404, 200));
    let renamed = request(json!({"Name": "renamed", "ProtocolType": "HTTP"}));
    fixture.provider("Api").update(&api.id, &previous, &renamed).await.unwrap();
    assert_eq!(fixture.apis.apis()["renamed"], format!("http://127.0.0.1:{}", api.port));
    assert_eq!(get(api.port, "/b").await.status, 200);
    fixture.provider("Route").delete(&made.physical_id, &moved).await.unwrap();
    assert_eq!(get(api.port, "/b").await.status, 404);
}

#[tokio::test]
async fn the_read_api_shows_what_was_made_and_refuses_the_rest_by_name() {
    let fixture = Fixture::new();
    let api = fixture.api(&["GET /a"]).await;
    let call = |method: Method, path: String| {
        let request = ApiRequest {
            method,
            path,
            query: String::new(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            caller: Caller::Root,
            request_id: "r".into(),
            operation: String::new(),
        };
        let needs = fixture.apis.needs(&request).unwrap();
        assert!(needs[0].resource.starts_with("arn:aws:apigateway:us-east-1::/apis"), "{needs:?}");
        let apis = fixture.apis.clone();
        async move {
            let response = apis.call(request).await?;
            Ok::<Value, AwsError>(serde_json::from_slice(response.body()).unwrap())
        }
    };
    let get = |path: String| call(Method::GET, path);
    let listed = get("/v2/apis".into()).await.unwrap();
    assert_eq!(listed["items"][0]["apiEndpoint"], format!("http://127.0.0.1:{}", api.port));
    assert_eq!(get(format!("/v2/apis/{}", api.id)).await.unwrap()["createdDate"], "2020-03-12T19:03:58Z");
    let routes = get(format!("/v2/apis/{}/routes", api.id)).await.unwrap();
    assert_eq!(routes["items"][0]["routeKey"], "GET /a");
    assert_eq!(routes["items"][0]["target"], format!("integrations/{}", api.integration));
    let integrations = get(format!("/v2/apis/{}/integrations", api.id)).await.unwrap();
    assert_eq!(integrations["items"][0]["payloadFormatVersion"], "2.0");
    let stages = get(format!("/v2/apis/{}/stages", api.id)).await.unwrap();
    assert_eq!(
        (&stages["items"][0]["stageName"], &stages["items"][0]["autoDeploy"]),
        (&json!("$default"), &json!(true))
    );
    let absent = get("/v2/apis/absent".into()).await.unwrap_err();
    assert_eq!((absent.status, absent.code.as_str()), (404, "NotFoundException"));
    let created = call(Method::POST, format!("/v2/apis/{}/routes", api.id)).await.unwrap_err();
    assert_eq!(created.status, 501);
    assert!(created.message.contains("CreateRoute"), "{created}");
}

#[tokio::test]
async fn what_the_template_made_is_listed_in_pages() {
    let fixture = Fixture::new();
    let api = fixture.api(&["GET /a", "GET /b", "GET /c"]).await;
    let list = |query: String| {
        let request = ApiRequest {
            method: Method::GET,
            path: format!("/v2/apis/{}/routes", api.id),
            query,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            caller: Caller::Root,
            request_id: "r".into(),
            operation: String::new(),
        };
        let apis = fixture.apis.clone();
        async move {
            let response = apis.call(request).await?;
            Ok::<Value, AwsError>(serde_json::from_slice(response.body()).unwrap())
        }
    };
    let all = list(String::new()).await.unwrap();
    assert_eq!((all["items"].as_array().unwrap().len(), all.get("nextToken")), (3, None));
    let first = list("maxResults=2".into()).await.unwrap();
    let token = first["nextToken"].as_str().unwrap();
    let last = list(format!("maxResults=2&nextToken={token}")).await.unwrap();
    let paged: Vec<&Value> = [&first, &last].iter().flat_map(|page| page["items"].as_array().unwrap()).collect();
    assert_eq!(paged, all["items"].as_array().unwrap().iter().collect::<Vec<_>>());
    assert_eq!((last["items"].as_array().unwrap().len(), last.get("nextToken")), (1, None));
    for wrong in ["maxResults=0", "maxResults=x", "nextToken=x"] {
        assert_eq!(list(wrong.into()).await.unwrap_err().code, "BadRequestException", "{wrong}");
    }
}

#[tokio::test]
async fn requests_finish_when_the_cloud_stops() {
    let fixture = Fixture::new();
    let api = fixture.api(&["GET /"]).await;
    let gate = Arc::new(Notify::new());
    *fixture.functions.gate.lock().unwrap() = Some(gate.clone());
    let port = api.port;
    let slow = tokio::spawn(async move { get(port, "/").await });
    fixture.clock.wait_for_sleepers(1).await;
    let apis = fixture.apis.clone();
    let stopping = tokio::spawn(async move { apis.shutdown().await });
    let closed = async {
        while TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), closed).await.expect("no new connections are taken");
    gate.notify_one();
    assert_eq!(slow.await.unwrap().status, 200);
    stopping.await.unwrap();
    assert_eq!(fixture.clock.now(), Duration::from_millis(1_584_039_838_123));
}
