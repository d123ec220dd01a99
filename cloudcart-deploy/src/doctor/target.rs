//! The target of a stage, from its region to its services. What does not depend on each other is looked at side by side.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_credential_types::provider::SharedCredentialsProvider;
use tokio::time::timeout;

use super::clock::{self, Clock};
use super::endpoint::{self, Place};
use super::{Area, Check, State, credentials, region, services};
use crate::error::{AwsKind, Error};
use crate::http;
use crate::profile::Profiles;
use crate::target::{Identity, Target, TargetOptions, load, own_endpoint};

/// What is asked about a target.
#[derive(Debug, Clone)]
pub struct Question {
    /// How the commands find it.
    pub options: TargetOptions,
    /// Where the options' region is from, in words; none when they have no region.
    pub region_from: Option<String>,
    /// Where the options' fixed credentials are from, in words; none when they have none.
    pub credentials_from: Option<String>,
    /// The stack.
    pub stack: String,
    /// How long each look at the network may take.
    pub deadline: Duration,
}

const IDENTITY: &str = "identity";

/// The checks of a target, in their order.
pub const NAMES: [&str; 11] = {
    let [a, b, c, d, e, f] = services::NAMES;
    [region::NAME, endpoint::NAME, clock::NAME, credentials::NAME, IDENTITY, a, b, c, d, e, f]
};

/// Looks at a target.
pub async fn examine(question: &Question, clock: &dyn Clock) -> Vec<Check> {
    let mut options = question.options.clone();
    // A bundle that cannot be read is the endpoint's check; the rest is found without it.
    let bundle = http::sdk_client(options.ca_bundle.as_deref()).err();
    if bundle.is_some() {
        options.ca_bundle = None;
    }
    let profiles = match options.credentials {
        Some(_) => Ok(None),
        None => Profiles::read(options.profile.as_deref()).await.map(Some),
    };
    let (profiles, no_profile) = match profiles {
        Ok(profiles) => (profiles, None),
        Err(error) => {
            options.profile = None;
            (None, Some(error))
        }
    };
    // Where nothing names a region, the instance's metadata service is asked, which may not be there.
    let config = match timeout(question.deadline, load(&options, profiles.as_ref())).await {
        Ok(Ok(config)) => config,
        Ok(Err(error)) => {
            let hint =
                "check the certificates of this system, or name a bundle of your own: AWS_CA_BUNDLE=/path/to/ca.pem";
            return given_up(&Check::fail(Area::Endpoint, endpoint::NAME, error.chain(), hint), "certificates");
        }
        Err(_) => return given_up(&region::judge(None, "", true), "a region"),
    };
    let config = config.into_builder().retry_config(RetryConfig::standard().with_max_attempts(2)).build();
    let named = options.endpoint_url.clone().or_else(|| own_endpoint(&config, "cloudformation"));
    let named = named.or_else(|| config.endpoint_url().map(str::to_owned));
    let place = match &named {
        Some(url) => Some(Place { url: url.trim_end_matches('/').to_owned(), aws: false }),
        None => endpoint::of_aws(&config).await.map(|url| Place { url, aws: true }),
    };
    let region = config.region().map(ToString::to_string);
    let from = region_from(question, region.as_deref(), profiles.as_ref());
    let region = region::judge(region.as_deref(), &from, named.is_none());
    let has_region = region.state != State::Fail;
    let (way, who) = tokio::join!(
        way(place.filter(|_| has_region), bundle, &options, question.deadline, clock),
        who(&config, profiles.as_ref(), no_profile, question, has_region, clock),
    );
    let mut checks = vec![region];
    let answers = way[0].state != State::Fail && way[0].state != State::Skipped;
    checks.extend(way);
    checks.extend(who.into_iter().map(|check| if answers { check } else { explained(check) }));
    checks
}

/// Nothing but this one could be looked at.
fn given_up(why: &Check, want: &str) -> Vec<Check> {
    NAMES
        .into_iter()
        .map(|name| if name == why.name { why.clone() } else { Check::skipped(Area::Endpoint, name, want) })
        .collect()
}

/// Failures that only repeat that the endpoint does not answer are no news.
fn explained(check: Check) -> Check {
    // Nobody could say whose account it is, for the same reason.
    let follows = check.state == State::Skipped && check.found.ends_with(services::ACCOUNT);
    let repeats = (check.state == State::Fail && check.area == Area::Endpoint) || follows;
    if repeats { Check::skipped(check.area, check.name, "an endpoint that answers") } else { check }
}

/// The endpoint and its clock.
async fn way(
    place: Option<Place>,
    bundle: Option<Error>,
    options: &TargetOptions,
    deadline: Duration,
    clock: &dyn Clock,
) -> Vec<Check> {
    if let Some(error) = bundle {
        let check = Check::fail(Area::Endpoint, endpoint::NAME, error.chain(), "correct or unset AWS_CA_BUNDLE");
        return vec![check, Check::skipped(Area::Credentials, clock::NAME, "an endpoint that answers")];
    }
    let Some(place) = place else {
        let skipped = |area, name| Check::skipped(area, name, "a region");
        return vec![skipped(Area::Endpoint, endpoint::NAME), skipped(Area::Credentials, clock::NAME)];
    };
    let (check, stamp) = endpoint::probe(&place, options.ca_bundle.as_deref(), deadline, clock).await;
    let clock = match stamp {
        Some(stamp) => clock::judge(&stamp),
        None => Check::skipped(Area::Credentials, clock::NAME, "an endpoint that answers"),
    };
    vec![check, clock]
}

/// The credentials, who they belong to, and what they reach.
async fn who(
    config: &SdkConfig,
    profiles: Option<&Profiles>,
    no_profile: Option<Error>,
    question: &Question,
    has_region: bool,
    clock: &dyn Clock,
) -> Vec<Check> {
    let from = question.credentials_from.as_deref();
    let (found, credentials) = match no_profile {
        Some(error) => (credentials::refused(&error), None),
        None => credentials::find(config, profiles, from, question.deadline, clock.wall()).await,
    };
    let mut checks = vec![found];
    let want = match (&credentials, has_region) {
        (None, _) => Some("credentials"),
        (_, false) => Some("a region"),
        _ => None,
    };
    if let Some(want) = want {
        checks.push(Check::skipped(Area::Credentials, IDENTITY, want));
        checks.extend(services::NAMES.map(|name| Check::skipped(Area::Endpoint, name, want)));
        return checks;
    }
    // Asked for once: a process or a portal need not be asked again by every client.
    let config = match credentials {
        Some(credentials) => {
            let provider = SharedCredentialsProvider::new(credentials);
            config.clone().into_builder().credentials_provider(provider).build()
        }
        None => config.clone(),
    };
    let (identity, known) = identity(&config, question.deadline).await;
    let refused = identity.state == State::Fail && identity.area == Area::Credentials;
    checks.push(identity);
    match Target::from_config(config, known.unwrap_or(Identity { account: String::new(), arn: String::new() })) {
        Ok(target) if !refused => checks.extend(services::ask(&target, &question.stack, question.deadline).await),
        _ => checks
            .extend(services::NAMES.map(|name| Check::skipped(Area::Endpoint, name, "credentials that are accepted"))),
    }
    checks
}

/// Who the credentials belong to.
async fn identity(config: &SdkConfig, deadline: Duration) -> (Check, Option<Identity>) {
    let fail = |area, found: String, hint: &str| (Check::fail(area, IDENTITY, found, hint), None);
    let asked = timeout(deadline, aws_sdk_sts::Client::new(config).get_caller_identity().send()).await;
    let answer = match asked {
        Err(_) => {
            let found = format!("GetCallerIdentity: no answer within {} s", deadline.as_secs());
            return fail(Area::Endpoint, found, "check the network, --endpoint-url and --region");
        }
        Ok(answer) => answer.map_err(Error::aws("GetCallerIdentity")),
    };
    let error = match answer {
        Ok(caller) => {
            let identity = Identity {
                account: caller.account().unwrap_or_default().to_owned(),
                arn: caller.arn().unwrap_or_default().to_owned(),
            };
            let found = format!("{} in account {}", identity.arn, identity.account);
            return (Check::ok(Area::Credentials, IDENTITY, found), Some(identity));
        }
        Err(error) => error,
    };
    let found = error.chain();
    match error.as_aws().map(|aws| aws.kind) {
        Some(AwsKind::Clock) => fail(Area::Credentials, found, "set the clock of this machine; see `clock`"),
        Some(AwsKind::Credentials) => {
            let over = found.contains("xpired");
            let hint = if over {
                "the session is over: sign in again (`aws sso login`), or export new credentials"
            } else {
                "correct the keys, or choose others with --profile; a wrong clock is refused like this as well"
            };
            fail(Area::Credentials, found, hint)
        }
        Some(AwsKind::Denied) => fail(Area::Credentials, found, "ask for sts:GetCallerIdentity: a policy forbids it"),
        Some(AwsKind::NotOffered) => fail(
            Area::Endpoint,
            "GetCallerIdentity: this endpoint does not offer that".to_owned(),
            "every command asks who it is first: use another --endpoint-url, or name one for STS: AWS_ENDPOINT_URL_STS",
        ),
        Some(AwsKind::Untrusted) => fail(
            Area::Endpoint,
            found,
            "if an authority of your own signed it, name its certificates: AWS_CA_BUNDLE=/path/to/ca.pem",
        ),
        Some(AwsKind::Unreadable) => fail(
            Area::Endpoint,
            found,
            "something else than the AWS API answers, such as a proxy or a sign-in page: check --endpoint-url and HTTPS_PROXY",
        ),
        Some(AwsKind::Throttled) => {
            (Check::warn(Area::Endpoint, IDENTITY, found, "run the command again in a minute"), None)
        }
        _ => fail(Area::Endpoint, found, "check the network, --endpoint-url and --region"),
    }
}

/// Where the region in force is from.
fn region_from(question: &Question, region: Option<&str>, profiles: Option<&Profiles>) -> String {
    if let Some(from) = &question.region_from {
        return from.clone();
    }
    let names = ["AWS_REGION", "AWS_DEFAULT_REGION"];
    let set = names.into_iter().find(|name| std::env::var(name).is_ok_and(|value| Some(value.as_str()) == region));
    match (set, profiles) {
        (Some(name), _) => name.to_owned(),
        (None, Some(profiles)) if region.is_some() && profiles.region() == region => {
            format!("profile `{}`", profiles.name())
        }
        _ => "the instance's metadata service".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_unreachable_endpoint_explains_is_not_told_again() {
        let far = explained(Check::fail(Area::Endpoint, "lambda", "no answer", "wait"));
        assert_eq!((far.state, far.hint), (State::Skipped, None));
        let follows = explained(Check::skipped(Area::Endpoint, "s3", services::ACCOUNT));
        assert_eq!(follows.found, "for want of an endpoint that answers");
        let ours = explained(Check::fail(Area::Credentials, "credentials", "none", "sign in"));
        assert_eq!(ours.state, State::Fail, "that is a failure of its own");
    }
}
