//! Which object a `TemplateURL` means: S3's own hosts, and this endpoint's.

use super::form::invalid;
use crate::error::AwsError;

/// Bucket and key of a template's URL, in path style or virtual-hosted style. `endpoint` is this cloud's root URL.
pub(super) fn object(url: &str, endpoint: &str) -> Result<(String, String), AwsError> {
    let refuse = || invalid(format!("S3 error: Domain name specified in {url} is not a valid S3 domain"));
    let (host, path) = split(url).ok_or_else(refuse)?;
    let own = split(endpoint).map(|(host, _)| host).unwrap_or_default();
    let bucket_of_host = bucket_of_host(&host, &own).ok_or_else(refuse)?;
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let path = percent_encoding::percent_decode_str(path)
        .decode_utf8()
        .map_err(|_| invalid(format!("S3 error: {url} is not UTF-8")))?
        .into_owned();
    let (bucket, key) = match bucket_of_host {
        Some(bucket) => (bucket, path),
        None => match path.split_once('/') {
            Some((bucket, key)) => (bucket.to_owned(), key.to_owned()),
            None => return Err(invalid(format!("S3 error: {url} names no object"))),
        },
    };
    if bucket.is_empty() || key.is_empty() {
        return Err(invalid(format!("S3 error: {url} names no object")));
    }
    Ok((bucket, key))
}

/// Host without port, and what follows its slash.
fn split(url: &str) -> Option<(String, String)> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    Some((host.to_ascii_lowercase(), path.to_owned()))
}

/// The bucket in a host's name: `Some(None)` for path style, `None` for a host that is no S3 endpoint.
#[allow(clippy::option_option, reason = "two different questions: is it S3, and does it name a bucket")]
fn bucket_of_host(host: &str, own: &str) -> Option<Option<String>> {
    let bucket = |prefix: &str| (!prefix.is_empty()).then(|| prefix.to_owned());
    if let Some(rest) = host.strip_suffix(".amazonaws.com") {
        // `s3`, `s3.<region>`, `s3-<region>` and `s3.dualstack.<region>`, each with an optional bucket before it.
        let labels: Vec<&str> = rest.split('.').collect();
        let at = labels.iter().rposition(|label| *label == "s3" || label.starts_with("s3-"))?;
        return Some(bucket(&labels[..at].join(".")));
    }
    for base in [own, "localhost", "127.0.0.1"] {
        if host == base || host.strip_prefix("s3.") == Some(base) {
            return Some(None);
        }
        if let Some(prefix) = host.strip_suffix(base).and_then(|prefix| prefix.strip_suffix('.')) {
            return Some(bucket(prefix.strip_suffix(".s3").unwrap_or(prefix)));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    #[test]
    fn every_usual_form_names_its_object() {
        for url in [
            "http://127.0.0.1:4566/assets/a/t.json",
            "http://localhost:4566/assets/a/t.json",
            "http://assets.localhost:4566/a/t.json",
            "http://assets.s3.localhost:4566/a/t.json?X-Amz-Signature=1",
            "http://assets.127.0.0.1:4566/a/t.json",
            "https://s3.amazonaws.com/assets/a/t.json",
            "https://s3.eu-west-1.amazonaws.com/assets/a%2Ft.json",
            "https://s3-eu-west-1.amazonaws.com/assets/a/t.json",
            "https://assets.s3.amazonaws.com/a/t.json",
            "https://assets.s3.eu-west-1.amazonaws.com/a/t.json",
        ] {
            let (bucket, key) = object(url, "http://127.0.0.1:4566").unwrap();
            assert_eq!((bucket.as_str(), key.as_str()), ("assets", "a/t.json"), "{url}");
        }
    }

    #[test]
    fn a_bucket_may_have_dots() {
        let (bucket, key) = object("https://my.assets.s3.eu-west-1.amazonaws.com/k", "http://127.0.0.1:1").unwrap();
        assert_eq!((bucket.as_str(), key.as_str()), ("my.assets", "k"));
    }

    #[test]
    fn other_hosts_and_no_object_are_refused() {
        for url in [
            "https://example.org/b/k",
            "file:///etc/passwd",
            "s3://b/k",
            "http://127.0.0.1:4566/bucket",
            "http://127.0.0.1:4566//k",
        ] {
            assert_eq!(object(url, "http://127.0.0.1:4566").unwrap_err().code, "ValidationError", "{url}");
        }
    }
}
