//! The smoke test: what a customer does, and the order's way through queue and worker.

mod junit;
mod steps;
mod tidy;

use std::time::Duration;

use cloudcart_deploy::Target;
use cloudcart_deploy::stack::StackView;
use serde::Serialize;

pub(crate) use junit::junit;

use crate::commands::outputs_value as value;
use crate::failure::Failure;
use crate::session::Session;
use crate::table::render;

/// One check.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Check {
    pub(crate) name: String,
    pub(crate) ok: bool,
    /// The HTTP status, if it was a call and there was an answer.
    pub(crate) status: Option<u16>,
    /// What was found; for a failed check, what was wrong.
    pub(crate) detail: String,
    pub(crate) millis: u64,
}

/// All checks, and the verdict.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    pub(crate) ok: bool,
    pub(crate) url: String,
    pub(crate) order_id: Option<String>,
    pub(crate) checks: Vec<Check>,
    pub(crate) hint: Option<String>,
}

/// Runs all checks against the deployed stack.
pub(crate) async fn run(
    session: &Session<'_>,
    target: &Target,
    view: &StackView,
    deadline: Duration,
) -> Result<Report, Failure> {
    let base = base_url(target, value(view, "HttpApiUrl")?);
    steps::run(session, target, view, &base, deadline).await
}

/// Where the API answers. An emulator may hand out AWS's own host name, which is not its own: then its path form is used.
fn base_url(target: &Target, url: &str) -> String {
    let url = url.trim_end_matches('/');
    let (Some(endpoint), Some(host)) = (target.endpoint(), url.strip_prefix("https://")) else { return url.to_owned() };
    match host.split_once(".execute-api.") {
        Some((id, rest)) if rest.contains("amazonaws.com") => format!("{endpoint}/_aws/execute-api/{id}/$default"),
        _ => url.to_owned(),
    }
}

/// A table of checks.
pub(crate) fn table(report: &Report) -> String {
    let rows: Vec<Vec<String>> = report
        .checks
        .iter()
        .map(|check| {
            vec![
                if check.ok { "ok" } else { "FAILED" }.to_owned(),
                check.name.clone(),
                check.status.map(|status| status.to_string()).unwrap_or_default(),
                format!("{} ms", check.millis),
                check.detail.clone(),
            ]
        })
        .collect();
    render(&["RESULT", "CHECK", "STATUS", "TIME", "DETAIL"], &rows, &[3])
}
