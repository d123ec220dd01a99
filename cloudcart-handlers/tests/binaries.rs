//! The binaries themselves: against a Lambda runtime API on a loopback port, and in a wrong environment.
#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use serde_json::{Value, json};

const BINARIES: [(&str, &str); 7] = [
    ("products", env!("CARGO_BIN_EXE_products")),
    ("cart", env!("CARGO_BIN_EXE_cart")),
    ("checkout", env!("CARGO_BIN_EXE_checkout")),
    ("orders", env!("CARGO_BIN_EXE_orders")),
    ("worker", env!("CARGO_BIN_EXE_worker")),
    ("sweeper", env!("CARGO_BIN_EXE_sweeper")),
    ("desk", env!("CARGO_BIN_EXE_desk")),
];

/// A whole environment, in which no test's own variables remain.
fn environment(api: &str, dynamodb: &str) -> HashMap<&'static str, String> {
    HashMap::from([
        ("AWS_LAMBDA_RUNTIME_API", api.to_owned()),
        ("AWS_LAMBDA_FUNCTION_NAME", "f".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256".to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_REGION", "eu-west-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "x".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "x".to_owned()),
        ("AWS_ENDPOINT_URL", dynamodb.to_owned()),
        ("PRODUCTS_TABLE", "Products".to_owned()),
        ("INVENTORY_TABLE", "Inventory".to_owned()),
        ("CARTS_TABLE", "Carts".to_owned()),
        ("ORDERS_TABLE", "Orders".to_owned()),
        ("IDEMPOTENCY_TABLE", "Idempotency".to_owned()),
        ("CHECKOUT_QUEUE_URL", "http://127.0.0.1:1/q".to_owned()),
        ("SHOP_IDENTITY", "demo".to_owned()),
        ("SHOP_CART", "dynamodb".to_owned()),
    ])
}

fn start(path: &str, environment: &HashMap<&str, String>) -> Child {
    let mut command = Command::new(path);
    command.env_clear().envs(environment).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn run(path: &str, environment: &HashMap<&str, String>) -> Output {
    start(path, environment).wait_with_output().unwrap()
}

/// Reads one HTTP/1.1 message: its first line and its body.
fn message(reader: &mut BufReader<TcpStream>) -> Option<(String, String)> {
    let mut first = String::new();
    if reader.read_line(&mut first).ok()? == 0 {
        return None;
    }
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((first.trim_end().to_owned(), String::from_utf8(body).unwrap()))
}

fn talk(stream: TcpStream, event: &Value, said: &Sender<(String, String)>) {
    let mut writer = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    while let Some((first, body)) = message(&mut reader) {
        let next = first.contains("/runtime/invocation/next");
        let answer = if next { event.to_string() } else { "{}".to_owned() };
        let head = if next { "200 OK" } else { "202 Accepted" };
        // A test that has heard what it wants to is gone.
        if !next && said.send((first, body)).is_err() {
            return;
        }
        let answered = write!(
            writer,
            "HTTP/1.1 {head}\r\nLambda-Runtime-Aws-Request-Id: r-1\r\nLambda-Runtime-Deadline-Ms: 9999999999999\r\n\
             Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-west-1:123456789012:function:f\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{answer}",
            answer.len()
        );
        if answered.is_err() {
            return;
        }
    }
}

/// A runtime API that gives the same event each time it is asked, and tells what is posted to it.
fn runtime_api(event: Value) -> (String, Receiver<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (said, heard) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (stream, event, said) = (stream.unwrap(), event.clone(), said.clone());
            std::thread::spawn(move || talk(stream, &event, &said));
        }
    });
    (address, heard)
}

/// The address of a port on which nobody listens.
fn nobody() -> String {
    format!("http://{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap())
}

fn heard(child: &mut Child, from: &Receiver<(String, String)>) -> (String, String) {
    let heard = from.recv_timeout(Duration::from_secs(30));
    child.kill().unwrap();
    child.wait().unwrap();
    heard.unwrap()
}

/// What a process has written to its stdout once it has answered: lines that are whole, each a JSON object.
fn heard_with_log(mut child: Child, from: &Receiver<(String, String)>) -> ((String, String), Vec<Value>) {
    let mut stdout = child.stdout.take().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let heard = heard(&mut child, from);
    let (mut log, mut other) = (String::new(), String::new());
    stdout.read_to_string(&mut log).unwrap();
    stderr.read_to_string(&mut other).unwrap();
    assert_eq!(other, "");
    // Killed while it wrote, it may have left a part of a line.
    let whole = log.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let lines: Vec<Value> = whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().all(Value::is_object), "{log}");
    (heard, lines)
}

fn checkout_event() -> Value {
    json!({
        "version": "2.0",
        "routeKey": "POST /checkout",
        "rawPath": "/checkout",
        "rawQueryString": "",
        "cookies": ["__Host-cart=ccccccccccccccccccccccccccccccccccccccccccc"],
        "headers": {
            "authorization": "Bearer bearer-2f8a",
            "content-type": "application/json",
            "host": "x",
            "idempotency-key": "idem-77b1",
            "x-amzn-trace-id": "Root=1-6924e1b2-0123456789abcdef01234567",
            "x-api-key": "ak-5510",
            "x-cart-token": "ttttttttttttttttttttttttttttttttttttttttttt",
            "x-forwarded-for": "203.0.113.77",
            "x-order-token": "ot_9c2e"
        },
        "requestContext": {
            "http": { "method": "POST", "path": "/checkout", "protocol": "HTTP/1.1", "sourceIp": "203.0.113.77", "userAgent": "x" },
            "requestId": "req-1",
            "routeKey": "POST /checkout",
            "stage": "$default",
            "timeEpoch": 0
        },
        "body": "{\"items\":[{\"id\":\"1\",\"qty\":1}],\"email\":\"ada@example.com\"}",
        "isBase64Encoded": false
    })
}

#[test]
fn a_process_logs_each_request_as_one_line_of_json_without_secrets() {
    let (api, said) = runtime_api(checkout_event());
    let mut environment = environment(&api, &nobody());
    environment.insert("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG".to_owned());
    environment.insert("AWS_SESSION_TOKEN", "FwoGZXIvYXdzEBYa".to_owned());
    let ((first, _), lines) = heard_with_log(start(BINARIES[2].1, &environment), &said);
    assert!(first.contains("/invocation/r-1/response"), "{first}");
    let line = lines.iter().find(|line| line["requestId"] == "req-1").unwrap();
    for (name, value) in [
        ("level", json!("ERROR")),
        ("message", json!("request failed")),
        ("invocationId", json!("r-1")),
        ("trace", json!("1-6924e1b2-0123456789abcdef01234567")),
        ("route", json!("POST /checkout")),
        ("status", json!(503)),
        ("outcome", json!("busy")),
        ("FunctionName", json!("f")),
        ("CheckoutError", json!(1)),
    ] {
        assert_eq!(line[name], value, "{name} of {line}");
    }
    assert!(line["durationMs"].is_u64());
    let text = json!(lines).to_string();
    for secret in [
        "bearer-2f8a",
        "idem-77b1",
        "ak-5510",
        "ot_9c2e",
        "ada@example.com",
        "203.0.113.77",
        "ccccccccccccccccccccccccccccccccccccccccccc",
        "ttttttttttttttttttttttttttttttttttttttttttt",
        "wJalrXUtnFEMI/K7MDENG",
        "FwoGZXIvYXdzEBYa",
    ] {
        assert!(!text.contains(secret), "{secret} stands in {text}");
    }
}

#[test]
fn a_process_that_cannot_write_its_log_still_answers() {
    let (api, said) = runtime_api(checkout_event());
    let mut child = start(BINARIES[2].1, &environment(&api, &nobody()));
    drop(child.stdout.take());
    let (first, body) = heard(&mut child, &said);
    assert!(first.contains("/invocation/r-1/response"), "{first} {body}");
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["statusCode"], 503);
}

#[test]
fn every_binary_names_each_variable_that_it_misses() {
    let needed: [(&str, &[&str]); 7] = [
        ("products", &["PRODUCTS_TABLE", "INVENTORY_TABLE", "IDEMPOTENCY_TABLE"]),
        ("cart", &["PRODUCTS_TABLE", "INVENTORY_TABLE", "IDEMPOTENCY_TABLE", "CARTS_TABLE", "SHOP_IDENTITY"]),
        (
            "checkout",
            &[
                "PRODUCTS_TABLE",
                "INVENTORY_TABLE",
                "IDEMPOTENCY_TABLE",
                "CARTS_TABLE",
                "ORDERS_TABLE",
                "CHECKOUT_QUEUE_URL",
                "SHOP_IDENTITY",
            ],
        ),
        ("orders", &["ORDERS_TABLE", "IDEMPOTENCY_TABLE", "SHOP_IDENTITY"]),
        ("worker", &["ORDERS_TABLE", "INVENTORY_TABLE"]),
        ("sweeper", &["ORDERS_TABLE", "CHECKOUT_QUEUE_URL"]),
        ("desk", &["ORDERS_TABLE", "INVENTORY_TABLE"]),
    ];
    let common = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_LAMBDA_FUNCTION_NAME"];
    for ((name, path), (_, needed)) in BINARIES.into_iter().zip(needed) {
        for variable in needed.iter().chain(&common) {
            let (api, said) = runtime_api(json!({}));
            let mut environment = environment(&api, &nobody());
            environment.remove(variable);
            let output = run(path, &environment);
            let log = String::from_utf8(output.stdout).unwrap();
            let text = format!("environment variable {variable} is not set");
            assert_eq!(output.status.code(), Some(1), "{name} without {variable}: {log}");
            assert!(log.contains(&text), "{name} without {variable}: {log}");
            assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{name} without {variable}");
            let (first, body) = said.recv_timeout(Duration::from_secs(30)).unwrap();
            assert!(first.starts_with("POST /2018-06-01/runtime/init/error"), "{first}");
            assert!(body.contains(&text), "{body}");
        }
    }
}

#[test]
fn a_wrong_value_is_named_and_outside_of_lambda_nothing_panics() {
    let cart = BINARIES[1].1;
    for (variable, value) in [("SHOP_IDENTITY", "root"), ("SHOP_CART", "disk"), ("AWS_ENDPOINT_URL", "localhost")] {
        let (api, _said) = runtime_api(json!({}));
        let mut environment = environment(&api, &nobody());
        environment.insert(variable, value.to_owned());
        let output = run(cart, &environment);
        let log = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1), "{log}");
        assert!(log.contains(variable) && log.contains(value), "{log}");
    }
    let output = run(cart, &HashMap::new());
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stdout).unwrap().contains("AWS_LAMBDA_RUNTIME_API"));
}

#[test]
fn an_http_function_answers_through_the_runtime_api_even_when_its_table_cannot_be_reached() {
    let event = json!({
        "version": "2.0",
        "routeKey": "GET /products/{id}",
        "rawPath": "/products/1",
        "rawQueryString": "",
        "headers": { "host": "x" },
        "pathParameters": { "id": "1" },
        "requestContext": {
            "http": { "method": "GET", "path": "/products/1", "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7", "userAgent": "x" },
            "requestId": "req-1",
            "routeKey": "GET /products/{id}",
            "stage": "$default",
            "timeEpoch": 0
        },
        "isBase64Encoded": false
    });
    let (api, said) = runtime_api(event);
    // Priming fails too, which must not end the init phase.
    let mut child = start(BINARIES[0].1, &environment(&api, &nobody()));
    let (first, body) = heard(&mut child, &said);
    assert!(first.starts_with("POST /2018-06-01/runtime/invocation/r-1/response"), "{first} {body}");
    let answer: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(answer["statusCode"], 503);
    assert_eq!(answer["headers"]["x-request-id"], "req-1");
    let problem: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    assert_eq!(problem["code"], "busy");
}

#[test]
fn an_event_that_is_no_request_is_answered_and_not_quoted() {
    for event in
        [json!([]), json!({ "headers": { "cookie": "secret\n" } }), json!({ "requestContext": { "timeEpoch": "x" } })]
    {
        let (api, said) = runtime_api(event);
        let child = start(BINARIES[0].1, &environment(&api, &nobody()));
        let ((first, body), log) = heard_with_log(child, &said);
        assert!(first.starts_with("POST /2018-06-01/runtime/invocation/r-1/response"), "{first} {body}");
        let answer: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(
            (answer["statusCode"].clone(), answer["headers"]["x-request-id"].clone()),
            (json!(400), json!("r-1"))
        );
        let problem: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        assert_eq!((problem["code"].as_str(), problem["requestId"].as_str()), (Some("invalid_request"), Some("r-1")));
        let log = Value::from(log).to_string();
        assert!(log.contains("the event is no request") && !log.contains("secret"), "{log}");
    }
}

#[test]
fn the_worker_reports_records_through_the_runtime_api_and_refuses_other_events() {
    let record = json!({ "messageId": "m0", "body": "not json", "eventSource": "aws:sqs" });
    let (api, said) = runtime_api(json!({ "Records": [record] }));
    let ((first, body), lines) = heard_with_log(start(BINARIES[4].1, &environment(&api, &nobody())), &said);
    assert!(first.contains("/invocation/r-1/response"), "{first} {body}");
    assert_eq!(body, r#"{"batchItemFailures":[{"itemIdentifier":"m0"}]}"#);
    let line = lines.iter().find(|line| line["messageId"] == "m0").unwrap();
    assert_eq!((line["invocationId"].as_str(), line["outcome"].as_str()), (Some("r-1"), Some("malformed_message")));
    assert_eq!(line["OrderProcessingErrors"], 1);

    let (api, said) = runtime_api(json!({ "version": "2.0" }));
    let mut child = start(BINARIES[4].1, &environment(&api, &nobody()));
    let (first, body) = heard(&mut child, &said);
    assert!(first.contains("/invocation/r-1/error"), "{first} {body}");
    assert!(body.contains("no batch of SQS messages"), "{body}");
}
