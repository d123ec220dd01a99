//! The life of execution environments: warm and cold, limits, ends, freezing, logs and code changes.

use crate::{
    bootstrap,
    support::{Cloud, alive, base64, eventually, invoke, package, zip},
};
use cloudcart_local::{clock::ManualClock, ports::InvokeError};
use serde_json::{Value, json};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

pub(crate) async fn a_warm_environment_is_reused() {
    let cloud = Cloud::new();
    cloud.function(json!({})).await;
    let first = cloud.answer(json!({"hello": 1})).await;
    assert_eq!(first["event"], json!({"hello": 1}));
    assert_eq!(first["arn"], "arn:aws:lambda:us-east-1:123456789012:function:f");
    assert!(first["trace"].as_str().unwrap().starts_with("Root=1-"));
    eventually("REPORT of the cold start", || cloud.logs.has("Init Duration: ")).await;
    let second = cloud.answer(json!({})).await;
    assert_eq!(first["pid"], second["pid"]);
    eventually("a second REPORT", || cloud.logs.count("REPORT RequestId: ") == 2).await;
    assert_eq!(cloud.logs.count("Init Duration: "), 1, "once per environment");
    cloud.lambda.shutdown().await;
}

pub(crate) async fn a_caller_that_calls_again_at_once_meets_a_warm_environment() {
    let cloud = Cloud::new();
    cloud.function(json!({})).await;
    let pid = cloud.answer(json!({})).await["pid"].clone();
    for _ in 0..100 {
        assert_eq!(cloud.answer(json!({})).await["pid"], pid);
    }
    cloud.lambda.shutdown().await;
}

pub(crate) async fn parallel_invocations_scale_out_and_run_side_by_side() {
    // As the cloud is by itself, so that its own limit is held as well.
    let cloud = Cloud::new();
    cloud.function(json!({})).await;
    let began = Instant::now();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let lambda = Arc::clone(&cloud.lambda);
        calls.spawn(async move { invoke(&lambda, "f", json!({"do": "sleep", "ms": 300})).await.unwrap() });
    }
    let outcomes = calls.join_all().await;
    let took = began.elapsed();
    let pids: std::collections::HashSet<u64> = outcomes
        .iter()
        .map(|outcome| serde_json::from_slice::<Value>(&outcome.payload).unwrap()["pid"].as_u64().unwrap())
        .collect();
    assert_eq!(pids.len(), 20);
    // One after the other they would take six seconds; the bound leaves room for a busy machine.
    assert!(took < Duration::from_secs(3), "{took:?}");
    cloud.lambda.shutdown().await;
}

pub(crate) async fn beyond_the_limit_invocations_are_throttled() {
    let cloud = Cloud::with(|options| options.max_environments = 1);
    cloud.function(json!({})).await;
    cloud.function_named("g", json!({})).await;
    let started = cloud.path("started");
    let until = cloud.path("until");
    let busy = tokio::spawn({
        let lambda = Arc::clone(&cloud.lambda);
        let event = json!({"do": "wait", "started": started, "until": until});
        async move { invoke(&lambda, "f", event).await }
    });
    eventually("the first runs", || std::fs::exists(&started).unwrap()).await;
    assert!(matches!(cloud.invoke(json!({})).await, Err(InvokeError::Throttled)));
    assert!(matches!(invoke(&cloud.lambda, "g", json!({})).await, Err(InvokeError::Throttled)));
    let error = cloud.call("POST", "/2015-03-31/functions/f/invocations", json!({})).await.unwrap_err();
    assert_eq!((error.status, error.code.as_str()), (429, "TooManyRequestsException"));
    assert_eq!(error.fields["Reason"], "ConcurrentInvocationLimitExceeded");
    std::fs::write(&until, "").unwrap();
    assert_eq!(busy.await.unwrap().unwrap().function_error, None);
    // The idle environment of f makes room for g.
    assert_eq!(invoke(&cloud.lambda, "g", json!({})).await.unwrap().function_error, None);
    cloud.lambda.shutdown().await;
}

pub(crate) async fn reserved_concurrency_of_zero_throttles_everything() {
    let cloud = Cloud::new();
    cloud.function(json!({})).await;
    let path = "/2017-10-31/functions/f/concurrency";
    cloud.call("PUT", path, json!({"ReservedConcurrentExecutions": 0})).await.unwrap();
    let error = cloud.call("POST", "/2015-03-31/functions/f/invocations", json!({})).await.unwrap_err();
    assert_eq!(error.fields["Reason"], "ReservedFunctionConcurrentInvocationLimitExceeded");
    cloud.call("DELETE", path, Value::Null).await.unwrap();
    cloud.answer(json!({})).await;
    cloud.lambda.shutdown().await;
}

pub(crate) async fn reserved_concurrency_limits_its_function_and_no_other() {
    let cloud = Cloud::new();
    cloud.function(json!({})).await;
    cloud.function_named("g", json!({})).await;
    let path = "/2017-10-31/functions/f/concurrency";
    cloud.call("PUT", path, json!({"ReservedConcurrentExecutions": 2})).await.unwrap();
    let until = cloud.path("until");
    let mut busy = tokio::task::JoinSet::new();
    for number in 0..2 {
        let (lambda, started) = (Arc::clone(&cloud.lambda), cloud.path(&format!("started-{number}")));
        let event = json!({"do": "wait", "started": started, "until": until});
        busy.spawn(async move { invoke(&lambda, "f", event).await.unwrap() });
        eventually("it runs", || std::fs::exists(&started).unwrap()).await;
    }
    let error = cloud.call("POST", "/2015-03-31/functions/f/invocations", json!({})).await.unwrap_err();
    assert_eq!((error.status, error.code.as_str()), (429, "TooManyRequestsException"));
    assert_eq!(error.fields["Reason"], "ReservedFunctionConcurrentInvocationLimitExceeded");
    assert_eq!(invoke(&cloud.lambda, "g", json!({})).await.unwrap().function_error, None);
    std::fs::write(&until, "").unwrap();
    assert!(busy.join_all().await.iter().all(|outcome| outcome.function_error.is_none()));
    cloud.answer(json!({})).await;
    cloud.lambda.shutdown().await;
}

pub(crate) async fn a_timeout_kills_the_whole_group_and_the_next_call_is_cold() {
    let cloud = Cloud::new();
    cloud.function(json!({"Timeout": 1})).await;
    let pid = cloud.answer(json!({})).await["pid"].clone();
    let child = cloud.path("child");
    let began = Instant::now();
    let outcome = cloud.invoke(json!({"do": "child", "path": child, "then": "hang"})).await.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(1));
    assert!(outcome.timed_out);
    assert_eq!(outcome.function_error.as_deref(), Some("Unhandled"));
    let error: Value = serde_json::from_slice(&outcome.payload).unwrap();
    let id = &outcome.request_id;
    assert_eq!(error["errorType"], "Sandbox.Timedout");
    assert_eq!(error["errorMessage"], format!("RequestId: {id} Error: Task timed out after 1.00 seconds"));
    assert!(cloud.logs.has(&format!(" {id} Task timed out after 1.00 seconds")));
    assert!(cloud.logs.has("\tStatus: timeout"));
    assert!(!alive(pid.as_u64().unwrap()));
    let child: u64 = std::fs::read_to_string(child).unwrap().parse().unwrap();
    eventually("the process that it started is gone too", || !alive(child)).await;
    assert_ne!(cloud.answer(json!({})).await["pid"], pid);
    cloud.lambda.shutdown().await;
}

pub(crate) async fn an_exit_is_told_as_lambda_tells_it_and_the_next_call_is_cold() {
    let cloud = Cloud::new();
    cloud.function(json!({})).await;
    let outcome = cloud.invoke(json!({"do": "exit", "code": 3})).await.unwrap();
    let error: Value = serde_json::from_slice(&outcome.payload).unwrap();
    let message = format!("RequestId: {} Error: Runtime exited with error: exit status 3", outcome.request_id);
    assert_eq!(error, json!({"errorType": "Runtime.ExitError", "errorMessage": message}));
    assert!(!outcome.timed_out);
    assert!(cloud.logs.has("Error Type: Runtime.ExitError"));
    let error = cloud.failure(json!({"do": "exit", "code": 0})).await;
    assert!(error["errorMessage"].as_str().unwrap().ends_with("Error: Runtime exited without providing a reason"));
    cloud.answer(json!({})).await;
    cloud.lambda.shutdown().await;
}

pub(crate) async fn a_crash_names_its_signal() {
    let cloud = Cloud::new();
    cloud.function(json!({})).await;
    let error = cloud.failure(json!({"do": "crash"})).await;
    assert!(error["errorMessage"].as_str().unwrap().ends_with("Runtime exited with error: signal: aborted"), "{error}");
    cloud.lambda.shutdown().await;
}

pub(crate) async fn memory_beyond_the_limit_ends_the_process() {
    if cfg!(not(target_os = "linux")) {
        return; // RLIMIT_DATA does not count mappings elsewhere.
    }
    let cloud = Cloud::new();
    cloud.function(json!({"MemorySize": 128})).await;
    assert_eq!(cloud.answer(json!({"do": "allocate", "mb": 90})).await["last"], 1);
    eventually("a REPORT", || cloud.logs.has("Max Memory Used: ")).await;
    let report = cloud.logs.messages().into_iter().find(|line| line.contains("Max Memory Used: ")).unwrap();
    let used: u32 = report.split("Max Memory Used: ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!((90..128).contains(&used), "{report}");
    let error = cloud.failure(json!({"do": "allocate", "mb": 150})).await;
    assert_eq!(error["errorType"], "Runtime.ExitError");
    cloud.lambda.shutdown().await;
}

pub(crate) async fn address_space_that_is_only_reserved_is_no_memory() {
    if cfg!(not(all(target_os = "linux", target_env = "gnu"))) {
        return; // Other allocators do not reserve so much.
    }
    let cloud = Cloud::new();
    cloud.function(json!({"MemorySize": 128})).await;
    let reserved = cloud.answer(json!({"do": "reserve"})).await["reserved_kb"].as_u64().unwrap();
    assert!(reserved > 4 * 128 * 1024, "{reserved} kB, under a limit of 128 MB");
    cloud.lambda.shutdown().await;
}

pub(crate) async fn an_error_that_the_function_reports_is_unhandled_and_keeps_the_environment() {
    let cloud = Cloud::new();
    cloud.function(json!({})).await;
    let pid = cloud.answer(json!({})).await["pid"].clone();
    let error = cloud.failure(json!({"do": "error"})).await;
    assert_eq!(error, json!({"errorType": "Cart.Empty", "errorMessage": "nothing to buy"}));
    assert_eq!(cloud.answer(json!({})).await["pid"], pid);
    cloud.lambda.shutdown().await;
}

fn init(how: &str) -> Value {
    json!({"Environment": {"Variables": {bootstrap::ROLE: "function", bootstrap::INIT: how}}})
}

pub(crate) async fn an_init_that_exits_is_tried_twice_and_then_told() {
    let cloud = Cloud::new();
    cloud.function(init("exit")).await;
    let outcome = cloud.invoke(json!({})).await.unwrap();
    let error: Value = serde_json::from_slice(&outcome.payload).unwrap();
    let message = format!("RequestId: {} Error: Runtime exited with error: exit status 5", outcome.request_id);
    assert_eq!(error, json!({"errorType": "Runtime.ExitError", "errorMessage": message}));
    assert_eq!(cloud.logs.count("Phase: init\tStatus: error\tError Type: Runtime.ExitError"), 1);
    assert_eq!(cloud.logs.count("Phase: invoke\tStatus: error\tError Type: Runtime.ExitError"), 1);
    cloud.lambda.shutdown().await;
}

pub(crate) async fn an_init_error_is_told_in_the_runtimes_words() {
    let cloud = Cloud::new();
    cloud.function(init("error")).await;
    let error = cloud.failure(json!({})).await;
    assert_eq!(error, json!({"errorType": "Config.Missing", "errorMessage": "no table"}));
    cloud.lambda.shutdown().await;
}

pub(crate) async fn an_init_that_hangs_is_killed_after_ten_seconds_and_then_at_the_timeout() {
    let clock = ManualClock::new(Duration::from_hours(1));
    let cloud = Cloud::on(Arc::new(clock.clone()), |_| {});
    cloud.function(init("hang")).await;
    let lambda = Arc::clone(&cloud.lambda);
    let call = tokio::spawn(async move { invoke(&lambda, "f", json!({})).await });
    clock.wait_for_sleepers(1).await;
    clock.advance(Duration::from_millis(9_999));
    assert!(!cloud.logs.has("INIT_REPORT"));
    clock.advance(Duration::from_millis(1));
    eventually("the init is given up", || {
        cloud.logs.has("INIT_REPORT Init Duration: 10000.00 ms\tPhase: init\tStatus: timeout")
    })
    .await;
    eventually("the second init runs", || clock.sleepers() == 1).await;
    clock.advance(Duration::from_secs(5));
    let outcome = call.await.unwrap().unwrap();
    assert!(outcome.timed_out);
    assert!(String::from_utf8_lossy(&outcome.payload).contains("Task timed out after 5.00 seconds"));
    cloud.lambda.shutdown().await;
}

async fn ticks_while_idle(freeze: bool) -> bool {
    let cloud = Cloud::with(|options| options.freeze = freeze);
    cloud.function(json!({})).await;
    let path = cloud.path("ticks");
    let read = || std::fs::read_to_string(&path).unwrap_or_default();
    cloud.answer(json!({"do": "tick", "path": path})).await;
    // The invocation after it makes sure that the first is over.
    eventually("END", || cloud.logs.has("END RequestId")).await;
    let mut moved = false;
    for _ in 0..20 {
        let before = read();
        tokio::time::sleep(Duration::from_millis(20)).await;
        moved = read() != before;
        if moved != freeze {
            break;
        }
    }
    if freeze {
        let before = read();
        cloud.answer(json!({"do": "sleep", "ms": 50})).await;
        assert_ne!(read(), before, "thawed for the invocation");
    }
    cloud.lambda.shutdown().await;
    moved
}

pub(crate) async fn background_work_stands_still_between_invocations() {
    assert!(!ticks_while_idle(true).await);
}

pub(crate) async fn without_freezing_background_work_goes_on() {
    assert!(ticks_while_idle(false).await);
}

pub(crate) async fn an_environment_is_free_only_when_it_asks_for_the_next_event() {
    let cloud = Cloud::new();
    cloud.function(json!({})).await;
    let began = Instant::now();
    let first = cloud.answer(json!({"linger_ms": 1500})).await["pid"].clone();
    let second = cloud.answer(json!({})).await["pid"].clone();
    assert!(began.elapsed() < Duration::from_millis(1500), "the answer does not wait for the next event");
    assert_ne!(first, second);
    cloud.lambda.shutdown().await;
}

pub(crate) async fn a_response_over_six_megabytes_is_an_error_and_the_environment_lives() {
    let cloud = Cloud::new();
    cloud.function(json!({})).await;
    let pid = cloud.answer(json!({})).await["pid"].clone();
    let fits = cloud.answer(json!({"do": "big", "bytes": 6 * 1024 * 1024})).await;
    assert_eq!(fits.as_str().unwrap().len(), 6 * 1024 * 1024);
    let error = cloud.failure(json!({"do": "too-big"})).await;
    assert_eq!(error["errorType"], "Function.ResponseSizeTooLarge");
    eventually("the runtime got its 413", || cloud.logs.has("status 413")).await;
    assert_eq!(cloud.answer(json!({})).await["pid"], pid);
    cloud.lambda.shutdown().await;
}

pub(crate) async fn a_wrong_request_id_is_refused_and_the_right_one_still_counts() {
    let cloud = Cloud::new();
    cloud.function(json!({})).await;
    let answer = cloud.answer(json!({"do": "wrong-id"})).await;
    assert_eq!((&answer["status"], &answer["type"]), (&json!(400), &json!("InvalidRequestID")));
    cloud.lambda.shutdown().await;
}

pub(crate) async fn the_environment_starts_from_empty() {
    let cloud = Cloud::with(|options| {
        options.endpoints.insert("DYNAMODB".to_owned(), "http://127.0.0.1:8000".to_owned());
    });
    assert!(std::env::vars().count() > 3, "there is something that could leak");
    cloud.function(json!({"Environment": {"Variables": {bootstrap::ROLE: "function", "PRODUCTS_TABLE": "p"}}})).await;
    let found = cloud.answer(json!({"do": "environment"})).await;
    let found = found.as_object().unwrap();
    let expected = [
        ("AWS_ACCESS_KEY_ID", "ASIAf"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566"),
        ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:8000"),
        ("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:4566"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_FUNCTION_NAME", "f"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/f"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_SESSION_TOKEN", "token"),
        ("PRODUCTS_TABLE", "p"),
        ("TZ", ":UTC"),
        ("_HANDLER", "bootstrap"),
    ];
    for (name, value) in expected {
        assert_eq!(found.get(name), Some(&json!(value)), "{name}");
    }
    let computed = ["AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "AWS_LAMBDA_LOG_STREAM_NAME"];
    assert!(computed.iter().all(|name| found[*name].as_str().is_some_and(|value| !value.is_empty())));
    let fixed = ["LANG", "LAMBDA_RUNTIME_DIR", "LD_LIBRARY_PATH", "PATH", bootstrap::ROLE];
    for name in found.keys() {
        let known = expected.iter().any(|(expected, _)| expected == name)
            || computed.contains(&name.as_str())
            || fixed.contains(&name.as_str())
            || name.starts_with("AWS_ENDPOINT_URL_");
        assert!(known, "{name} has leaked in");
    }
    cloud.lambda.shutdown().await;
}

pub(crate) async fn lines_between_start_and_report_are_those_of_the_invocation() {
    let cloud = Cloud::new();
    cloud.function(json!({})).await;
    let event = json!({"do": "log", "lines": ["one", "two"]}).to_string();
    let path = "/2015-03-31/functions/f/invocations";
    let response = cloud.request("POST", path, &[("x-amz-log-type", "Tail")], event.into()).await.unwrap();
    let tail = {
        use base64::Engine as _;
        let text = response.headers()["x-amz-log-result"].to_str().unwrap();
        String::from_utf8(base64::engine::general_purpose::STANDARD.decode(text).unwrap()).unwrap()
    };
    let id = response.headers()["x-amzn-requestid"].to_str().unwrap();
    let lines: Vec<&str> = tail.lines().collect();
    assert_eq!(
        lines[..4],
        [
            format!("START RequestId: {id} Version: $LATEST").as_str(),
            "one",
            "two",
            format!("END RequestId: {id}").as_str()
        ]
    );
    assert!(lines[4].starts_with(&format!("REPORT RequestId: {id}\tDuration: ")), "{tail}");
    assert_eq!(lines.len(), 5);
    let kept = cloud.logs.lines.lock().unwrap().clone();
    assert_eq!(kept[0].message, "INIT_START Runtime Version: provided:al2023.local");
    assert_eq!(kept[1..].iter().map(|line| line.message.as_str()).collect::<Vec<_>>(), lines);
    assert!(kept.iter().all(|line| line.group == "/aws/lambda/f" && line.stream == kept[0].stream));
    let (date, rest) = kept[0].stream.rsplit_once('/').unwrap();
    assert_eq!(date.len(), "2026/11/24".len());
    assert_eq!(rest.strip_prefix("[$LATEST]").unwrap().len(), 32);
    cloud.lambda.shutdown().await;
}

pub(crate) async fn json_logs_carry_platform_events_and_filter_by_level() {
    let cloud = Cloud::new();
    let logging = json!({"LogFormat": "JSON", "LogGroup": "/shop/all", "ApplicationLogLevel": "WARN"});
    cloud.function(json!({"LoggingConfig": logging})).await;
    let lines = [r#"{"level":"INFO","message":"quiet"}"#, r#"{"level":"ERROR","message":"loud"}"#];
    cloud.answer(json!({"do": "log", "lines": lines})).await;
    eventually("the report", || cloud.logs.has("platform.report")).await;
    let kept = cloud.logs.lines.lock().unwrap().clone();
    let kinds: Vec<String> = kept
        .iter()
        .map(|line| serde_json::from_str::<Value>(&line.message).unwrap())
        .map(|value| value["type"].as_str().or(value["message"].as_str()).unwrap().to_owned())
        .collect();
    assert_eq!(kinds, ["platform.initStart", "platform.start", "loud", "platform.report"]);
    assert!(kept.iter().all(|line| line.group == "/shop/all"));
    cloud.lambda.shutdown().await;
}

pub(crate) async fn new_code_serves_new_calls_while_running_ones_finish_on_the_old() {
    let cloud = Cloud::new();
    cloud.function(json!({})).await;
    let idle = cloud.answer(json!({})).await["pid"].as_u64().unwrap();
    let (started, until) = (cloud.path("started"), cloud.path("until"));
    let running = tokio::spawn({
        let lambda = Arc::clone(&cloud.lambda);
        let event = json!({"do": "wait", "started": started, "until": until});
        async move { invoke(&lambda, "f", event).await.unwrap() }
    });
    eventually("the call runs", || std::fs::exists(&started).unwrap()).await;
    let updated =
        cloud.call("PUT", "/2015-03-31/functions/f/code", json!({"ZipFile": base64(&package("v2"))})).await.unwrap();
    assert_eq!(updated["LastUpdateStatus"], "Successful");
    assert_eq!(cloud.answer(json!({})).await["mark"], "v2");
    std::fs::write(&until, "").unwrap();
    let old: Value = serde_json::from_slice(&running.await.unwrap().payload).unwrap();
    assert_eq!(old["mark"], "v1");
    assert_eq!(old["pid"].as_u64(), Some(idle));
    eventually("the old environment ends", || !alive(idle)).await;
    // Configuration renews environments as well.
    cloud
        .call(
            "PUT",
            "/2015-03-31/functions/f/configuration",
            json!({"Environment": {"Variables": {bootstrap::ROLE: "function", "NEW": "1"}}}),
        )
        .await
        .unwrap();
    assert_eq!(cloud.answer(json!({"do": "environment"})).await["NEW"], "1");
    cloud.lambda.shutdown().await;
}

pub(crate) async fn an_idle_environment_is_ended() {
    let cloud = Cloud::with(|options| options.idle = Duration::from_millis(50));
    cloud.function(json!({})).await;
    let pid = cloud.answer(json!({})).await["pid"].as_u64().unwrap();
    eventually("the idle process is gone", || !alive(pid)).await;
    cloud.answer(json!({})).await;
    cloud.lambda.shutdown().await;
}

pub(crate) async fn an_environment_killed_while_idle_is_replaced() {
    let cloud = Cloud::new();
    cloud.function(json!({})).await;
    let pid = cloud.answer(json!({})).await["pid"].as_u64().unwrap();
    eventually("the call is over", || cloud.logs.has("REPORT")).await;
    let raw = nix::unistd::Pid::from_raw(i32::try_from(pid).unwrap());
    nix::sys::signal::kill(raw, nix::sys::signal::Signal::SIGKILL).unwrap();
    eventually("it is reaped", || nix::sys::signal::kill(raw, None).is_err()).await;
    assert_ne!(cloud.answer(json!({})).await["pid"].as_u64(), Some(pid));
    cloud.lambda.shutdown().await;
}

pub(crate) async fn a_program_file_runs_as_a_script_does() {
    let cloud = Cloud::new();
    let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    let zip = zip(&[("bootstrap", 0o755, &program)]);
    cloud.objects.objects.lock().unwrap().insert("assets/f.zip".to_owned(), zip);
    cloud.function(json!({"Code": {"S3Bucket": "assets", "S3Key": "f.zip"}, "MemorySize": 512})).await;
    assert_eq!(cloud.answer(json!({"n": 1})).await["event"], json!({"n": 1}));
    cloud.lambda.shutdown().await;
}
