//! Which `Host` names the endpoint answers to, and the bucket a virtual-hosted S3 request names in it.
//!
//! A page on the internet can point its own name at 127.0.0.1 (DNS rebinding) and let a browser send requests here. The
//! browser then sends that name as `Host`, so anything but a loopback name is refused.

use std::net::IpAddr;

/// What an SDK asks for in place of the endpoint's own name, for CloudWatch Logs' Live Tail.
const STREAM_PREFIXES: [&str; 2] = ["stream-", "streaming-"];

/// The host without its port, lower-case, when it is a name of this machine's loopback.
pub(crate) fn loopback_name(host: &str) -> Option<String> {
    let name = without_port(host)?.to_ascii_lowercase();
    // SDKs put a prefix before the host for operations that stream. No name of the internet can begin so and end in ours.
    let name = STREAM_PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(&name).to_owned();
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    let loopback = match bare.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => name == "localhost" || name.ends_with(".localhost"),
    };
    loopback.then_some(name)
}

/// The bucket of `bucket.localhost`, `bucket.s3.localhost` or `bucket.s3.<region>.localhost`.
pub(crate) fn virtual_bucket(loopback_name: &str) -> Option<String> {
    let rest = loopback_name.strip_suffix(".localhost")?;
    if rest == "s3" || rest.starts_with("s3.") {
        return None;
    }
    let bucket = match rest.rfind(".s3.") {
        Some(at) => &rest[..at],
        None => rest.strip_suffix(".s3").unwrap_or(rest),
    };
    (!bucket.is_empty()).then(|| bucket.to_owned())
}

fn without_port(host: &str) -> Option<&str> {
    if host.starts_with('[') {
        let end = host.find(']')?;
        return valid_port(&host[end + 1..]).then(|| &host[..=end]);
    }
    match host.split_once(':') {
        Some((name, port)) => port.parse::<u16>().ok().map(|_| name),
        None => Some(host),
    }
}

fn valid_port(rest: &str) -> bool {
    rest.is_empty() || rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn only_loopback_names_are_answered() {
        for host in [
            "localhost",
            "LOCALHOST:4566",
            "127.0.0.1:80",
            "127.9.9.9",
            "[::1]:4566",
            "[::1]",
            "b.s3.localhost:1",
            "stream-127.0.0.1:4566",
            "streaming-localhost",
        ] {
            assert!(loopback_name(host).is_some(), "{host}");
        }
        for host in [
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "10.0.0.1",
            "[::2]:80",
            "",
            "localhost:x",
            "stream-evil.example",
            "streaming-127.0.0.1.evil.example",
        ] {
            assert!(loopback_name(host).is_none(), "{host}");
        }
    }

    #[test]
    fn a_bucket_is_read_from_a_virtual_host() {
        assert_eq!(virtual_bucket("my-bucket.localhost").unwrap(), "my-bucket");
        assert_eq!(virtual_bucket("my.dotted.bucket.s3.localhost").unwrap(), "my.dotted.bucket");
        assert_eq!(virtual_bucket("b.s3.eu-central-1.localhost").unwrap(), "b");
        assert_eq!(virtual_bucket("s3.localhost"), None);
        assert_eq!(virtual_bucket("s3.eu-central-1.localhost"), None);
        assert_eq!(virtual_bucket("localhost"), None);
        assert_eq!(virtual_bucket("127.0.0.1"), None);
    }
}
