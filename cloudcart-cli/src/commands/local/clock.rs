//! `local clock`: what time it is in the local cloud, and moving it.

use std::time::Duration;

use cloudcart_deploy::http::Http;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::session::Session;

const FORM: &str = "write it with a plus and units: +90s, +15m, +1h30m or +4d";

pub(super) async fn run(session: &Session<'_>, by: Option<&str>) -> Result<(), Failure> {
    let by = by.map(span).transpose()?;
    let document = super::running(session).await?;
    let url = format!("{}/_cloudcart/clock", document.endpoint.trim_end_matches('/'));
    let http = Http::new(None, Duration::from_secs(10))?;
    let answer = match by {
        None => http.send("GET", &url, &[], None).await?,
        Some(by) => {
            let owner = format!("Bearer {}", document.credentials.secret_access_key);
            let body = json!({"forwardMs": u64::try_from(by.as_millis()).unwrap_or(u64::MAX)}).to_string();
            let headers = [("authorization", owner.as_str()), ("content-type", "application/json")];
            http.send("POST", &url, &headers, Some(body.into_bytes())).await?
        }
    };
    let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let (Some(time), Some(ahead_ms), 200) = (said["time"].as_str(), said["aheadMs"].as_i64(), answer.status) else {
        let why = said["message"].as_str().map_or_else(|| format!("it answered {}", answer.status), str::to_owned);
        let hint = if answer.status == 400 {
            "`cloudcart local reset` forgets everything and starts at this machine's time"
        } else {
            "the cloud may be of another version: `cloudcart local stop`, then `cloudcart local start`"
        };
        return Err(Failure::internal("the local cloud did not do that with its clock").because(why).hint(hint));
    };
    if session.printer.is_json() {
        return session.printer.json(&said);
    }
    session.printer.line(time)?;
    session.printer.note(&if ahead_ms == 0 {
        "the local cloud has this machine's time".to_owned()
    } else {
        format!("the local cloud is {} ahead of this machine", span_text(ahead_ms))
    });
    Ok(())
}

/// A span of milliseconds as people write it: `1h 30m`.
pub(super) fn span_text(ms: i64) -> String {
    format!("{:#}", SignedDuration::from_millis(ms))
}

/// A way forward such as `+15m`; a day has 24 hours.
fn span(text: &str) -> Result<Duration, Failure> {
    if text.starts_with('-') || text == "reset" {
        return Err(Failure::usage("the clock of the local cloud never goes back").hint(
            "what the cloud holds has later times in it; `cloudcart local reset` forgets everything, the clock with it",
        ));
    }
    let wrong = || Failure::usage(format!("`{text}` is no way forward")).hint(FORM);
    let span: jiff::Span = text.strip_prefix('+').ok_or_else(wrong)?.trim().parse().map_err(|_| wrong())?;
    let duration = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    Duration::try_from(duration).ok().filter(|by| by.as_millis() > 0).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn a_way_forward_has_a_plus_and_units() {
        for (text, seconds) in [("+90s", 90), ("+15m", 900), ("+2h", 7_200), ("+4d", 345_600), ("+1h30m", 5_400)] {
            assert_eq!(span(text).unwrap(), Duration::from_secs(seconds), "{text}");
        }
        for wrong in ["", "15m", "+", "+0s", "+15", "+soon", "+-5m", "+1mo"] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
        for back in ["-15m", "reset"] {
            let failure = format!("{:?}", span(back).unwrap_err());
            assert!(failure.contains("never goes back"), "{failure}");
        }
    }
}
