//! The figures of a REPORT: what they say is what happened.

use crate::{
    bootstrap,
    support::{Cloud, eventually, tail},
};
use serde_json::{Value, json};
use std::time::Instant;

/// One REPORT, and how long its call took as its caller saw it, in milliseconds.
struct Report {
    line: String,
    elapsed: f64,
}

impl Report {
    async fn of(cloud: &Cloud, event: Value) -> Self {
        let began = Instant::now();
        let (_, log) = tail(cloud, "f", event).await;
        let elapsed = began.elapsed().as_secs_f64() * 1000.0;
        let line = log.lines().find(|line| line.starts_with("REPORT RequestId: ")).expect("a REPORT").to_owned();
        Self { line, elapsed }
    }

    /// The figure after these words.
    fn figure(&self, name: &str) -> Option<f64> {
        // Tabs stand between the parts, so `Duration` is not the end of `Billed Duration`.
        let part = self.line.split('\t').find_map(|part| part.strip_prefix(name)?.strip_prefix(": "))?;
        Some(part.split(' ').next().unwrap().parse().unwrap())
    }

    /// Durations are told with two decimals, so their sum is known to a hundredth.
    fn is_billed_in_whole_milliseconds(&self) {
        let run = self.figure("Duration").unwrap() + self.figure("Init Duration").unwrap_or_default();
        let billed = self.figure("Billed Duration").unwrap();
        assert!(billed.fract() == 0.0 && billed + 0.02 >= run && billed - 1.0 <= run + 0.02, "{}", self.line);
    }
}

pub(crate) async fn durations_are_those_of_init_and_invocation_and_init_is_told_once() {
    let cloud = Cloud::new();
    let variables = json!({bootstrap::ROLE: "function", bootstrap::INIT: "slow"});
    cloud.function(json!({"Environment": {"Variables": variables}})).await;
    let cold = Report::of(&cloud, json!({"do": "sleep", "ms": 200})).await;
    let (init, duration) = (cold.figure("Init Duration").unwrap(), cold.figure("Duration").unwrap());
    assert!(init >= 150.0 && duration >= 200.0, "{}", cold.line);
    assert!(init + duration <= cold.elapsed, "{} ms: {}", cold.elapsed, cold.line);
    cold.is_billed_in_whole_milliseconds();
    let warm = Report::of(&cloud, json!({"do": "sleep", "ms": 100})).await;
    let duration = warm.figure("Duration").unwrap();
    assert!((100.0..=warm.elapsed).contains(&duration), "{} ms: {}", warm.elapsed, warm.line);
    assert_eq!(warm.figure("Init Duration"), None, "{}", warm.line);
    warm.is_billed_in_whole_milliseconds();
    // Until the runtime asks for the next event: what it does after its answer is the function's time.
    let lingering = Report::of(&cloud, json!({"linger_ms": 120})).await;
    assert!(lingering.figure("Duration").unwrap() >= 120.0, "{}", lingering.line);
    cloud.lambda.shutdown().await;
}

pub(crate) async fn a_timed_out_invocation_lasted_as_long_as_its_timeout() {
    let cloud = Cloud::new();
    cloud.function(json!({"Timeout": 1})).await;
    cloud.answer(json!({})).await;
    let report = Report::of(&cloud, json!({"do": "sleep", "ms": 60_000})).await;
    assert_eq!((report.figure("Duration"), report.figure("Billed Duration")), (Some(1000.0), Some(1000.0)));
    assert!(report.line.ends_with("\tStatus: timeout"), "{}", report.line);
    cloud.lambda.shutdown().await;
}

pub(crate) async fn the_memory_told_is_the_peak_of_the_process() {
    if cfg!(not(target_os = "linux")) {
        return; // Elsewhere the system does not tell, and the REPORT has no such figure.
    }
    let cloud = Cloud::new();
    cloud.function(json!({"MemorySize": 512})).await;
    let small = Report::of(&cloud, json!({})).await.figure("Max Memory Used").unwrap();
    // The block is freed before the answer: the peak is told, not what is left.
    let report = Report::of(&cloud, json!({"do": "allocate", "mb": 200})).await;
    let used = report.figure("Max Memory Used").unwrap();
    assert_eq!(report.figure("Memory Size"), Some(512.0));
    assert!(used - small >= 195.0 && used - small <= 215.0, "from {small} MB: {}", report.line);
    let (answer, log) = tail(&cloud, "f", json!({"do": "peak"})).await;
    let own = f64::from(u32::try_from(answer["peak_kb"].as_u64().unwrap()).unwrap()) / 1024.0;
    let told = log.split("Max Memory Used: ").nth(1).unwrap().split(' ').next().unwrap().parse::<f64>().unwrap();
    assert!((own.floor()..=own + 2.0).contains(&told), "the process itself sees {own} MB: {log}");
    cloud.lambda.shutdown().await;
}

pub(crate) async fn json_reports_have_the_same_figures() {
    let cloud = Cloud::new();
    let variables = json!({bootstrap::ROLE: "function", bootstrap::INIT: "slow"});
    let logging = json!({"LogFormat": "JSON", "SystemLogLevel": "DEBUG"});
    cloud.function(json!({"Environment": {"Variables": variables}, "LoggingConfig": logging, "MemorySize": 256})).await;
    for _ in 0..2 {
        cloud.answer(json!({"do": "sleep", "ms": 100})).await;
    }
    eventually("both reports", || cloud.logs.count("platform.report") == 2).await;
    let events: Vec<Value> =
        cloud.logs.messages().iter().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect();
    let metrics = |kind: &str| -> Vec<Value> {
        let of_kind = events.iter().filter(|event| event["type"] == kind);
        of_kind.map(|event| event["record"]["metrics"].clone()).collect()
    };
    let (reports, done) = (metrics("platform.report"), metrics("platform.runtimeDone"));
    for (number, report) in reports.iter().enumerate() {
        let figure = |name: &str| report[name].as_f64();
        let (duration, init) = (figure("durationMs").unwrap(), figure("initDurationMs"));
        assert!((100.0..1000.0).contains(&duration), "{report}");
        assert_eq!(init.is_some(), number == 0, "init is told once: {report}");
        assert!(init.is_none_or(|init| init >= 150.0), "{report}");
        let run = duration + init.unwrap_or_default();
        let billed = figure("billedDurationMs").unwrap();
        assert!(billed + 0.02 >= run && billed - 1.0 <= run + 0.02, "{report}");
        assert_eq!(report["memorySizeMB"], 256);
        assert!(cfg!(not(target_os = "linux")) || (1.0..256.0).contains(&figure("maxMemoryUsedMB").unwrap()));
        assert_eq!(done[number]["durationMs"], report["durationMs"]);
    }
    cloud.lambda.shutdown().await;
}
