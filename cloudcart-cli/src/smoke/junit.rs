//! The report as JUnit XML, which every CI system reads.

use std::fmt::Write as _;

use super::Report;

/// One test suite with a case per check.
pub(crate) fn junit(report: &Report) -> String {
    let failures = report.checks.iter().filter(|check| !check.ok).count();
    let total: u64 = report.checks.iter().map(|check| check.millis).sum();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a String cannot fail.
    let _ = writeln!(
        xml,
        "<testsuites>\n  <testsuite name=\"cloudcart smoke-test\" tests=\"{}\" failures=\"{failures}\" time=\"{}\">",
        report.checks.len(),
        seconds(total)
    );
    for check in &report.checks {
        let _ = write!(
            xml,
            "    <testcase classname=\"smoke\" name=\"{}\" time=\"{}\"",
            escape(&check.name),
            seconds(check.millis)
        );
        if check.ok {
            xml.push_str("/>\n");
        } else {
            let detail = escape(&check.detail);
            let _ = writeln!(xml, ">\n      <failure message=\"{detail}\">{detail}</failure>\n    </testcase>");
        }
    }
    xml.push_str("  </testsuite>\n</testsuites>\n");
    xml
}

fn seconds(millis: u64) -> String {
    format!("{}.{:03}", millis / 1000, millis % 1000)
}

/// XML has no way to write most control characters, so they become spaces.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::Check;
    use super::*;

    #[test]
    fn failures_are_counted_and_text_is_escaped() {
        let check = |ok, detail: &str| Check {
            name: "GET /cart".to_owned(),
            ok,
            status: Some(200),
            detail: detail.to_owned(),
            millis: 1_005,
        };
        let report = Report {
            ok: false,
            url: String::new(),
            order_id: None,
            checks: vec![check(true, ""), check(false, "<b> & \"q\"\u{1}")],
            hint: None,
        };
        let xml = junit(&report);
        assert!(xml.contains("tests=\"2\" failures=\"1\" time=\"2.010\""), "{xml}");
        assert!(xml.contains("message=\"&lt;b&gt; &amp; &quot;q&quot; \""), "{xml}");
        assert_eq!(xml.matches("<failure").count(), 1);
    }
}
