//! The function under test: speaks the Runtime API over a plain TCP connection and does what its event says.

use crate::{clients::keys, config};
use aws_sdk_dynamodb::{error::ProvideErrorMetadata, types::AttributeValue};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::Command,
    thread,
    time::Duration,
};

/// The variable that says what this program is to be.
pub(crate) const ROLE: &str = "LAMBDA_TEST_ROLE";
/// What the init phase does: `exit`, `error` or `hang`; `slow` takes 150 ms; otherwise it succeeds at once.
pub(crate) const INIT: &str = "LAMBDA_TEST_INIT";

struct Api {
    stream: BufReader<TcpStream>,
}

struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Api {
    fn connect() -> Self {
        let address = std::env::var("AWS_LAMBDA_RUNTIME_API").unwrap();
        Self { stream: BufReader::new(TcpStream::connect(address).unwrap()) }
    }

    fn call(&mut self, method: &str, path: &str, headers: &str, body: &[u8]) -> Answer {
        let head = format!(
            "{method} /2018-06-01/runtime/{path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n{headers}\r\n",
            body.len()
        );
        // In one write: two would wait for each other's acknowledgement.
        self.stream.get_mut().write_all(&[head.as_bytes(), body].concat()).unwrap();
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        let status = line.split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = Vec::new();
        loop {
            line.clear();
            self.stream.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let length = headers.iter().find(|(name, _)| name == "content-length").unwrap().1.parse().unwrap();
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).unwrap();
        Answer { status, headers, body }
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout();
    out.write_all(format!("{line}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// The function's main loop. Never returns.
pub(crate) fn run() {
    let mut api = Api::connect();
    match std::env::var(INIT).as_deref() {
        Ok("exit") => std::process::exit(5),
        Ok("slow") => thread::sleep(Duration::from_millis(150)),
        Ok("hang") => loop {
            thread::sleep(Duration::from_secs(1));
        },
        Ok("error") => {
            let body = json!({"errorType": "Config.Missing", "errorMessage": "no table"}).to_string();
            api.call("POST", "init/error", "lambda-runtime-function-error-type: Config.Missing\r\n", body.as_bytes());
            std::process::exit(1);
        }
        _ => {}
    }
    loop {
        let next = api.call("GET", "invocation/next", "", b"");
        let header = |name: &str| {
            next.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let id = header("lambda-runtime-aws-request-id");
        let event: Value = serde_json::from_slice(&next.body).unwrap();
        if event.get("Records").is_some() {
            on_records(&mut api, &id, &event);
            continue;
        }
        if event.get("routeKey").is_some() {
            let body = on_route(&event).to_string();
            api.call("POST", &format!("invocation/{id}/response"), "", body.as_bytes());
            continue;
        }
        let linger = event["linger_ms"].as_u64().unwrap_or_default();
        match act(&mut api, &id, &event) {
            Ok(mut body) => {
                if body.is_null() {
                    body = json!({
                        "pid": std::process::id(),
                        "mark": std::fs::read_to_string("mark").unwrap_or_default(),
                        "event": event,
                        "arn": header("lambda-runtime-invoked-function-arn"),
                        "trace": header("lambda-runtime-trace-id"),
                        "context": header("lambda-runtime-client-context"),
                        "deadline": header("lambda-runtime-deadline-ms"),
                    });
                }
                api.call("POST", &format!("invocation/{id}/response"), "", body.to_string().as_bytes());
            }
            Err(body) => {
                api.call("POST", &format!("invocation/{id}/error"), "", body.to_string().as_bytes());
            }
        }
        thread::sleep(Duration::from_millis(linger));
    }
}

/// A figure of this process, as Linux tells it.
fn status_kb(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap();
    line.trim().trim_end_matches("kB").trim().parse().unwrap()
}

/// Does what the event says. Null stands for the usual answer.
fn act(api: &mut Api, id: &str, event: &Value) -> Result<Value, Value> {
    let number = |name: &str| event[name].as_u64().unwrap();
    match event["do"].as_str().unwrap_or("echo") {
        "sleep" => thread::sleep(Duration::from_millis(number("ms"))),
        "exit" => std::process::exit(i32::try_from(number("code")).unwrap()),
        "crash" => std::process::abort(),
        "error" => return Err(json!({"errorType": "Cart.Empty", "errorMessage": "nothing to buy"})),
        "log" => {
            for line in event["lines"].as_array().unwrap() {
                say(line.as_str().unwrap());
            }
        }
        "allocate" => {
            let size = usize::try_from(number("mb")).unwrap() * 1024 * 1024;
            let block = std::hint::black_box(vec![1_u8; size]);
            return Ok(json!({"last": block[size - 1]}));
        }
        "peak" => return Ok(json!({"peak_kb": status_kb("VmHWM")})),
        "reserve" => {
            // The allocator reserves an arena of 64 MiB for each thread, and uses next to nothing of it.
            let all = std::sync::Arc::new(std::sync::Barrier::new(13));
            let threads: Vec<_> = (0..12)
                .map(|_| {
                    let all = std::sync::Arc::clone(&all);
                    thread::spawn(move || {
                        let block = std::hint::black_box(vec![1_u8; 1024]);
                        all.wait();
                        all.wait();
                        drop(block);
                    })
                })
                .collect();
            all.wait();
            let size = status_kb("VmSize");
            all.wait();
            for thread in threads {
                thread.join().unwrap();
            }
            return Ok(json!({"reserved_kb": size}));
        }
        "big" => return Ok(json!("x".repeat(usize::try_from(number("bytes")).unwrap()))),
        "tick" => {
            let path = event["path"].as_str().unwrap().to_owned();
            thread::spawn(move || {
                for tick in 0_u64.. {
                    std::fs::write(&path, tick.to_string()).unwrap();
                    thread::sleep(Duration::from_millis(2));
                }
            });
        }
        "child" => {
            // A process of its own that would outlive this one.
            let exe = std::fs::read_to_string("bootstrap").unwrap().trim_start_matches("#!").trim().to_owned();
            let child = Command::new(exe).env(ROLE, "sleeper").spawn().unwrap();
            std::fs::write(event["path"].as_str().unwrap(), child.id().to_string()).unwrap();
            if event["then"] == "hang" {
                thread::sleep(Duration::from_mins(1));
            }
        }
        "wait" => {
            std::fs::write(event["started"].as_str().unwrap(), "").unwrap();
            while !Path::new(event["until"].as_str().unwrap()).exists() {
                thread::sleep(Duration::from_millis(2));
            }
        }
        "environment" => return Ok(std::env::vars().map(|(name, value)| (name, json!(value))).collect()),
        "wrong-id" => {
            let answer = api.call("POST", "invocation/another-id/response", "", b"1");
            let body: Value = serde_json::from_slice(&answer.body).unwrap();
            return Ok(json!({"status": answer.status, "type": body["errorType"], "id": id}));
        }
        "too-big" => {
            let body = vec![b'7'; 6 * 1024 * 1024 + 200];
            let answer = api.call("POST", &format!("invocation/{id}/response"), "", &body);
            say(&format!("status {}", answer.status));
        }
        _ => {}
    }
    Ok(Value::Null)
}

/// As the target of an event source mapping: each message's body says what to do with it.
fn on_records(api: &mut Api, id: &str, event: &Value) {
    let mut failures = Vec::new();
    for record in event["Records"].as_array().unwrap() {
        let body = record["body"].as_str().unwrap();
        say(&format!("got {body} of {}", event["Records"].as_array().unwrap().len()));
        match body.split_once(':').unwrap_or((body, "")) {
            ("fail", _) => failures.push(json!({"itemIdentifier": record["messageId"]})),
            ("put", item) => {
                if let Err(refusal) = put(item) {
                    say(&format!("refused: {refusal}"));
                    failures.push(json!({"itemIdentifier": record["messageId"]}));
                }
            }
            ("unknown", _) => failures.push(json!({"itemIdentifier": "no-such-message"})),
            ("sleep", ms) => thread::sleep(Duration::from_millis(ms.parse().unwrap())),
            ("exit", _) => std::process::exit(3),
            ("error", _) => {
                let body = json!({"errorType": "Order.Bad", "errorMessage": "no"}).to_string();
                api.call("POST", &format!("invocation/{id}/error"), "", body.as_bytes());
                return;
            }
            _ => {}
        }
    }
    let body = json!({"batchItemFailures": failures}).to_string();
    api.call("POST", &format!("invocation/{id}/response"), "", body.as_bytes());
}

/// As the target of an HTTP API: asks the queue `QUEUE` to have the path's `id` put into the table.
fn on_route(event: &Value) -> Value {
    let message = format!("put:{}", event["pathParameters"]["id"].as_str().unwrap());
    let config = config!(aws_sdk_sqs, Surroundings::read(), Surroundings::role()).build();
    let client = aws_sdk_sqs::Client::from_conf(config);
    let request = client.send_message().queue_url(Surroundings::of("QUEUE")).message_body(message);
    match wait(request.send()) {
        Ok(_) => json!({"statusCode": 202}),
        Err(error) => json!({"statusCode": 500, "body": error.message()}),
    }
}

/// Puts an item into the table `TABLE`. An error is the service's message.
fn put(id: &str) -> Result<(), String> {
    let config = config!(aws_sdk_dynamodb, Surroundings::read(), Surroundings::role()).build();
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    let request = client.put_item().table_name(Surroundings::of("TABLE")).item("id", AttributeValue::S(id.to_owned()));
    let told = |error: aws_sdk_dynamodb::error::SdkError<_, _>| {
        ProvideErrorMetadata::message(&error).unwrap_or_default().to_owned()
    };
    wait(request.send()).map(drop).map_err(told)
}

fn wait<T>(call: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(call)
}

/// What Lambda put into the function's environment.
struct Surroundings {
    endpoint: String,
    region: String,
}

impl Surroundings {
    fn read() -> Self {
        Self { endpoint: Self::of("AWS_ENDPOINT_URL"), region: Self::of("AWS_REGION") }
    }

    fn of(name: &str) -> String {
        std::env::var(name).unwrap()
    }

    fn endpoint(&self) -> &str {
        &self.endpoint
    }

    fn region(&self) -> &str {
        &self.region
    }

    fn role() -> aws_credential_types::Credentials {
        keys(Self::of("AWS_ACCESS_KEY_ID"), Self::of("AWS_SECRET_ACCESS_KEY"), Some(Self::of("AWS_SESSION_TOKEN")))
    }
}
