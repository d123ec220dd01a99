//! The platform's own log lines (START, END, REPORT …) as text or JSON, and the level filters.
//! Source: "Lambda log formats" and "Log-level filtering" in the Lambda developer guide.

use super::record::{LogFormat, Logging};
use serde_json::{Value, json};
use std::time::Duration;

/// How an invocation (or an init) ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// A response, or an error that the function itself reported.
    Success,
    /// The process ended or could not start; the error type.
    Error(&'static str),
    /// Killed at its time limit.
    Timeout,
}

/// The figures of one REPORT.
#[derive(Debug, Clone, Copy)]
pub(super) struct Report {
    pub(super) duration: Duration,
    /// Only for the first invocation of an environment.
    pub(super) init: Option<Duration>,
    pub(super) memory_mb: u32,
    /// `None` where the system does not tell.
    pub(super) peak_mb: Option<u32>,
    pub(super) status: Status,
}

fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 100_000.0).round() / 100.0
}

fn json_line(now_ms: i64, kind: &str, record: &Value) -> String {
    json!({"time": timestamp(now_ms), "type": kind, "record": record}).to_string()
}

/// Whether a system line of `level` is wanted.
fn system_wants(logging: &Logging, level: Level) -> bool {
    level >= logging.system_level.as_deref().map_or(Level::Info, |text| Level::parse(text).unwrap_or(Level::Info))
}

/// `2026-11-24T02:21:23.000Z`.
pub(super) fn timestamp(now_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(now_ms).unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// The line of a starting environment.
pub(super) fn init_start(logging: &Logging, now_ms: i64, runtime: &str) -> Option<String> {
    match logging.format {
        LogFormat::Text => Some(format!("INIT_START Runtime Version: {}.local", runtime.replace('.', ":"))),
        LogFormat::Json => system_wants(logging, Level::Info).then(|| {
            let record = json!({"initializationType": "on-demand", "phase": "init", "runtimeVersion": format!("{runtime}.local")});
            json_line(now_ms, "platform.initStart", &record)
        }),
    }
}

/// The line of an init that did not succeed.
pub(super) fn init_report(
    logging: &Logging,
    now_ms: i64,
    took: Duration,
    phase: &str,
    status: Status,
) -> Option<String> {
    let (word, kind) = words(status);
    match logging.format {
        LogFormat::Text => {
            let kind = kind.map(|kind| format!("\tError Type: {kind}")).unwrap_or_default();
            Some(format!("INIT_REPORT Init Duration: {:.2} ms\tPhase: {phase}\tStatus: {word}{kind}", millis(took)))
        }
        LogFormat::Json => system_wants(logging, Level::Info).then(|| {
            let mut record = json!({
                "initializationType": "on-demand", "phase": phase, "status": word, "metrics": {"durationMs": millis(took)},
            });
            if let Some(kind) = kind {
                record["errorType"] = json!(kind);
            }
            json_line(now_ms, "platform.initReport", &record)
        }),
    }
}

/// The line before an invocation.
pub(super) fn start(logging: &Logging, now_ms: i64, request_id: &str) -> Option<String> {
    match logging.format {
        LogFormat::Text => Some(format!("START RequestId: {request_id} Version: $LATEST")),
        LogFormat::Json => system_wants(logging, Level::Info)
            .then(|| json_line(now_ms, "platform.start", &json!({"requestId": request_id, "version": "$LATEST"}))),
    }
}

/// The lines after an invocation.
pub(super) fn end(logging: &Logging, now_ms: i64, request_id: &str, report: Report) -> Vec<String> {
    // Init has been billed for every function since August 2025.
    let total = report.duration + report.init.unwrap_or_default();
    let billed = total.as_micros().div_ceil(1000);
    let (word, kind) = words(report.status);
    match logging.format {
        LogFormat::Text => {
            let mut parts = vec![
                format!("REPORT RequestId: {request_id}"),
                format!("Duration: {:.2} ms", millis(report.duration)),
                format!("Billed Duration: {billed} ms"),
                format!("Memory Size: {} MB", report.memory_mb),
            ];
            parts.extend(report.peak_mb.map(|peak| format!("Max Memory Used: {peak} MB")));
            parts.extend(report.init.map(|init| format!("Init Duration: {:.2} ms", millis(init))));
            if report.status != Status::Success {
                parts.push(format!("Status: {word}"));
            }
            parts.extend(kind.map(|kind| format!("Error Type: {kind}")));
            vec![format!("END RequestId: {request_id}"), parts.join("\t")]
        }
        LogFormat::Json => {
            let mut lines = Vec::new();
            if system_wants(logging, Level::Debug) {
                let record = json!({
                    "requestId": request_id, "status": word, "metrics": {"durationMs": millis(report.duration)},
                });
                lines.push(json_line(now_ms, "platform.runtimeDone", &record));
            }
            if system_wants(logging, if report.status == Status::Success { Level::Info } else { Level::Warn }) {
                let mut metrics = json!({
                    "durationMs": millis(report.duration),
                    "billedDurationMs": u64::try_from(billed).unwrap_or(u64::MAX),
                    "memorySizeMB": report.memory_mb,
                });
                if let Some(peak) = report.peak_mb {
                    metrics["maxMemoryUsedMB"] = json!(peak);
                }
                if let Some(init) = report.init {
                    metrics["initDurationMs"] = json!(millis(init));
                }
                let mut record = json!({"requestId": request_id, "metrics": metrics, "status": word});
                if let Some(kind) = kind {
                    record["errorType"] = json!(kind);
                }
                lines.push(json_line(now_ms, "platform.report", &record));
            }
            lines
        }
    }
}

fn words(status: Status) -> (&'static str, Option<&'static str>) {
    match status {
        Status::Success => ("success", None),
        Status::Error(kind) => ("error", Some(kind)),
        Status::Timeout => ("timeout", None),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Fatal,
}

impl Level {
    fn parse(text: &str) -> Option<Self> {
        Some(match text.to_ascii_uppercase().as_str() {
            "TRACE" => Self::Trace,
            "DEBUG" => Self::Debug,
            "INFO" => Self::Info,
            "WARN" | "WARNING" => Self::Warn,
            "ERROR" => Self::Error,
            "FATAL" | "CRITICAL" => Self::Fatal,
            _ => return None,
        })
    }
}

/// Whether a line of the function itself passes its application log level. Only JSON objects with a `level` are
/// filtered, and only in the JSON log format; everything else passes.
pub(super) fn passes_level(line: &str, logging: &Logging) -> bool {
    if logging.format != LogFormat::Json {
        return true;
    }
    let wanted = logging.application_level.as_deref().and_then(Level::parse).unwrap_or(Level::Info);
    let level = serde_json::from_str::<Value>(line)
        .ok()
        .and_then(|value| value.get("level").and_then(Value::as_str).and_then(Level::parse));
    level.is_none_or(|level| level >= wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(status: Status) -> Report {
        Report {
            duration: Duration::from_micros(1230),
            init: Some(Duration::from_micros(4500)),
            memory_mb: 128,
            peak_mb: Some(12),
            status,
        }
    }

    #[test]
    fn a_text_report_reads_as_lambda_writes_it() {
        let lines = end(&Logging::default(), 0, "id-1", report(Status::Success));
        assert_eq!(lines[0], "END RequestId: id-1");
        assert_eq!(
            lines[1],
            "REPORT RequestId: id-1\tDuration: 1.23 ms\tBilled Duration: 6 ms\tMemory Size: 128 MB\t\
             Max Memory Used: 12 MB\tInit Duration: 4.50 ms"
        );
        let lines = end(&Logging::default(), 0, "id-1", report(Status::Error("Runtime.ExitError")));
        assert!(lines[1].ends_with("\tStatus: error\tError Type: Runtime.ExitError"));
    }

    #[test]
    fn json_lines_carry_type_time_and_metrics_and_obey_the_system_level() {
        let mut logging = Logging { format: LogFormat::Json, ..Logging::default() };
        let lines = end(&logging, 1_000, "id-1", report(Status::Success));
        assert_eq!(lines.len(), 1, "runtimeDone is a debug line");
        let value: Value = serde_json::from_str(&lines[0]).unwrap_or_default();
        assert_eq!(value["time"], "1970-01-01T00:00:01.000Z");
        assert_eq!(value["type"], "platform.report");
        assert_eq!(value["record"]["metrics"]["billedDurationMs"], 6);
        logging.system_level = Some("WARN".to_owned());
        assert_eq!(end(&logging, 0, "id-1", report(Status::Success)), Vec::<String>::new());
        assert_eq!(end(&logging, 0, "id-1", report(Status::Timeout)).len(), 1);
    }

    #[test]
    fn only_json_lines_below_the_application_level_are_dropped() {
        let mut logging = Logging { application_level: Some("WARN".to_owned()), ..Logging::default() };
        assert!(passes_level(r#"{"level":"DEBUG"}"#, &logging), "the text format filters nothing");
        logging.format = LogFormat::Json;
        assert!(!passes_level(r#"{"level":"info"}"#, &logging));
        assert!(passes_level(r#"{"level":"ERROR"}"#, &logging));
        assert!(passes_level("plain text", &logging));
    }
}
