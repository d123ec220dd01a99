//! One line of JSON for a request: through `tracing`, as the runtime crate sets it up, or written by hand where that is left out.

/// What a line tells.
pub struct Line<'a> {
    pub request_id: &'a str,
    pub route: &'a str,
    pub status: u16,
    pub outcome: &'a str,
    pub cause: Option<&'a str>,
    pub milliseconds: u128,
}

/// Makes the log ready. `AWS_LAMBDA_LOG_FORMAT=JSON` makes the lines JSON, as it does on Lambda.
#[cfg(feature = "stock")]
pub fn start() {
    lambda_http::tracing::init_default_subscriber();
}

#[cfg(not(feature = "stock"))]
pub fn start() {}

/// Writes the line of a request.
#[cfg(feature = "stock")]
pub fn answered(line: &Line<'_>) {
    use lambda_http::tracing;
    let Line { request_id, route, status, outcome, cause, milliseconds } = line;
    let cause = cause.unwrap_or_default();
    tracing::info!(
        requestId = request_id,
        route,
        status,
        outcome,
        cause,
        durationMs = milliseconds,
        "request answered"
    );
}

#[cfg(not(feature = "stock"))]
pub fn answered(line: &Line<'_>) {
    let Line { request_id, route, status, outcome, cause, milliseconds } = line;
    let line = serde_json::json!({
        "level": if *status < 500 { "INFO" } else { "ERROR" }, "message": "request answered", "requestId": request_id,
        "route": route, "status": status, "outcome": outcome, "error": cause,
        "durationMs": u64::try_from(*milliseconds).unwrap_or(u64::MAX),
    });
    println!("{line}");
}
