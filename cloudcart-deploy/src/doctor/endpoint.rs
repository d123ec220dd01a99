//! The way to the endpoint: its name, a connection, its certificate, the proxy; one unsigned request shows all of them, and
//! brings back the endpoint's time.

use std::path::Path;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_cloudformation::config::endpoint::{DefaultResolver, Params, ResolveEndpoint as _};
use tokio::time::timeout;

use super::clock::{Clock, Stamp};
use super::{Area, Check};
use crate::http::{Http, is_here};

pub(super) const NAME: &str = "endpoint";

/// How the endpoint was looked for, in words for hints.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) url: String,
    /// Whether it is AWS itself.
    pub(super) aws: bool,
}

/// AWS's own address of CloudFormation in the region.
pub(super) async fn of_aws(config: &SdkConfig) -> Option<String> {
    let region = config.region()?.to_string();
    let params = Params::builder()
        .region(region)
        .use_fips(config.use_fips().unwrap_or(false))
        .use_dual_stack(config.use_dual_stack().unwrap_or(false))
        .build()
        .ok()?;
    let endpoint = DefaultResolver::new().resolve_endpoint(&params).await.ok()?;
    Some(endpoint.url().to_owned())
}

/// Looks at the endpoint. The stamp is there when something answered.
pub(super) async fn probe(
    place: &Place,
    bundle: Option<&Path>,
    deadline: Duration,
    clock: &dyn Clock,
) -> (Check, Option<Stamp>) {
    let url = &place.url;
    let proxy = proxy(url);
    let fail = |found: String, hint: String| (Check::fail(Area::Endpoint, NAME, found, hint), None);
    if proxy.is_none()
        && let Some(reason) = unknown_name(url, deadline).await
    {
        let hint = if place.aws {
            "check the network; a region that does not exist has no endpoint either: correct --region".to_owned()
        } else {
            "correct the host of the endpoint (--endpoint-url), or check the network's name service".to_owned()
        };
        return fail(format!("{url}: the name does not resolve: {reason}"), hint);
    }
    let http = match Http::new(bundle, deadline) {
        Ok(http) => http,
        Err(error) => return fail(error.chain(), "correct or unset AWS_CA_BUNDLE".to_owned()),
    };
    let through = proxy.map(|(variable, proxy)| format!(" through the proxy {proxy} ({variable})")).unwrap_or_default();
    let (sent, started) = (clock.wall(), clock.monotonic());
    let answer = timeout(deadline, http.send("GET", url, &[], None)).await;
    let took = clock.monotonic().saturating_duration_since(started);
    let answer = match answer {
        Err(_) => {
            let hint = unreachable_hint(url, &through);
            return fail(format!("{url}{through}: no answer within {} s", deadline.as_secs()), hint);
        }
        Ok(Err(error)) => {
            let reason = error.to_string();
            let reason = reason.strip_prefix(&format!("GET {url}: ")).unwrap_or(&reason);
            let hint = if reason.to_ascii_lowercase().contains("certificate") {
                certificate_hint(reason)
            } else {
                unreachable_hint(url, &through)
            };
            return fail(format!("{url}{through}: {reason}"), hint);
        }
        Ok(Ok(answer)) => answer,
    };
    let stamp =
        Stamp { date: answer.header("date").map(str::to_owned), cached: answer.header("age").is_some(), sent, took };
    let trusts = match bundle {
        Some(path) if url.starts_with("https://") => format!(", with AWS_CA_BUNDLE {}", path.display()),
        _ => String::new(),
    };
    let found = format!("{url}{through} answers in {} ms{trusts}", took.as_millis());
    if url.starts_with("http://") && !is_here(url) {
        let found = format!("{found}, not encrypted");
        let check =
            Check::warn(Area::Endpoint, NAME, found, "use an https:// endpoint: others on the way can read along");
        return (check, Some(stamp));
    }
    (Check::ok(Area::Endpoint, NAME, found), Some(stamp))
}

fn certificate_hint(reason: &str) -> String {
    let lower = reason.to_ascii_lowercase();
    if lower.contains("expired") || lower.contains("notvalidyet") || lower.contains("not valid yet") {
        "the certificate is out of date, or the clock of this machine is wrong".to_owned()
    } else if lower.contains("notvalidforname") || lower.contains("not valid for") {
        "the certificate is for another name: correct the host of the endpoint (--endpoint-url)".to_owned()
    } else {
        "if an authority of your own signed it, name its certificates: AWS_CA_BUNDLE=/path/to/ca.pem".to_owned()
    }
}

fn unreachable_hint(url: &str, through: &str) -> String {
    if !through.is_empty() {
        "check the proxy, or leave the endpoint out of it with NO_PROXY".to_owned()
    } else if is_here(url) {
        "start what should listen there, or correct --endpoint-url".to_owned()
    } else {
        "check the network, --endpoint-url and --region; behind a firewall set HTTPS_PROXY".to_owned()
    }
}

/// Why the host's name has no address; none when it has one, or needs none.
async fn unknown_name(url: &str, deadline: Duration) -> Option<String> {
    if is_here(url) {
        return None;
    }
    let host = host(url)?;
    // An address needs no name service, and is resolved to itself.
    match timeout(deadline, tokio::net::lookup_host((host, 0))).await {
        Ok(Ok(mut found)) => found.next().is_none().then(|| "it has no address".to_owned()),
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some(format!("no answer within {} s", deadline.as_secs())),
    }
}

/// The host of an address, without its port.
fn host(url: &str) -> Option<&str> {
    let authority = url.split_once("://")?.1.split(['/', '?', '#']).next()?;
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next(),
        None => authority.split(':').next(),
    }
}

/// The variable that names a proxy for this address, and the proxy without its password.
fn proxy(url: &str) -> Option<(&'static str, String)> {
    proxy_among(url, |name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

fn proxy_among(url: &str, variable: impl Fn(&str) -> Option<String>) -> Option<(&'static str, String)> {
    if is_here(url) {
        return None;
    }
    let exempt = variable("NO_PROXY").or_else(|| variable("no_proxy")).unwrap_or_default();
    let host = host(url)?.to_ascii_lowercase();
    let is_exempt = |rule: &str| {
        let rule = rule.trim().trim_start_matches('.').to_ascii_lowercase();
        rule == "*" || (!rule.is_empty() && (host == rule || host.ends_with(&format!(".{rule}"))))
    };
    if exempt.split(',').any(is_exempt) {
        return None;
    }
    let own: [&'static str; 2] =
        if url.starts_with("https://") { ["HTTPS_PROXY", "https_proxy"] } else { ["HTTP_PROXY", "http_proxy"] };
    own.into_iter().chain(["ALL_PROXY", "all_proxy"]).find_map(|name| Some((name, without_password(&variable(name)?))))
}

fn without_password(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    if scheme.is_empty() { rest.to_owned() } else { format!("{scheme}://{rest}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proxy_is_the_one_of_the_scheme_and_shows_no_password() {
        let with = |url: &str, set: &[(&str, &str)]| {
            proxy_among(url, |name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
        };
        let set = [("HTTPS_PROXY", "http://me:secret@proxy:3128"), ("no_proxy", "localhost,.corp.test")];
        let far = "https://sts.amazonaws.com/";
        assert_eq!(with(far, &set), Some(("HTTPS_PROXY", "http://proxy:3128".to_owned())));
        assert_eq!(with("http://sts.amazonaws.com/", &set), None);
        assert_eq!(with("https://aws.corp.test:8443", &set), None);
        assert_eq!(with("https://127.0.0.1:1", &set), None);
        assert_eq!(with(far, &[("all_proxy", "proxy:1")]), Some(("all_proxy", "proxy:1".to_owned())));
        assert_eq!(with(far, &[("HTTPS_PROXY", "p"), ("NO_PROXY", "*")]), None);
    }

    #[test]
    fn a_host_is_read_out_of_an_address() {
        assert_eq!(host("https://a.test:8443/x?y"), Some("a.test"));
        assert_eq!(host("http://u:p@[2001:db8::1]:80/"), Some("2001:db8::1"));
        assert_eq!(host("a.test"), None);
    }

    #[tokio::test]
    async fn the_address_in_each_part_of_aws_is_its_own() {
        for (region, url) in [
            ("eu-west-1", "https://cloudformation.eu-west-1.amazonaws.com"),
            ("cn-north-1", "https://cloudformation.cn-north-1.amazonaws.com.cn"),
        ] {
            let config = SdkConfig::builder().region(aws_config::Region::new(region)).build();
            assert_eq!(of_aws(&config).await.as_deref(), Some(url));
        }
    }
}
