//! The credentials: who gives them, and how long they hold.

use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::credential_feature::AwsCredentialFeature as Feature;
use aws_credential_types::provider::ProvideCredentials as _;
use tokio::time::timeout;

use super::clock::span;
use super::{Area, Check};
use crate::error::{Error, chain};
use crate::profile::Profiles;

pub(super) const NAME: &str = "credentials";

/// Credentials that end sooner may not see a deployment's end.
const SOON: Duration = Duration::from_mins(15);

const GET: &str = "pass --profile, sign in with `aws sso login`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";

/// Asks the configured providers, once. Nobody else is asked whether they are right.
pub(super) async fn find(
    config: &SdkConfig,
    profiles: Option<&Profiles>,
    from: Option<&str>,
    deadline: Duration,
    now: SystemTime,
) -> (Check, Option<Credentials>) {
    let Some(source) = config.credentials_provider() else {
        return (Check::fail(Area::Credentials, NAME, "there are none", GET), None);
    };
    let found = match timeout(deadline, source.provide_credentials()).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => {
            let reason = chain(&error);
            let error = profiles.map_or(Error::NoCredentials(reason.clone()), |profiles| profiles.refused(reason));
            return (refused(&error), None);
        }
        Err(_) => {
            let found = format!("no provider gave any within {} s", deadline.as_secs());
            return (Check::fail(Area::Credentials, NAME, found, GET), None);
        }
    };
    let profile = profiles.map(Profiles::name);
    let from = from.map_or_else(|| provider(&found, profile), str::to_owned);
    let check = judge(&found, &from, profile, until(&found), now);
    (check, Some(found))
}

/// What to say of credentials that are not there.
pub(super) fn refused(error: &Error) -> Check {
    let (found, hint) = match error {
        Error::Profile { profile, reason, remedy } => (format!("profile `{profile}`: {reason}"), remedy.clone()),
        Error::NoCredentials(reason) => (none(reason), GET.to_owned()),
        other => (other.chain(), GET.to_owned()),
    };
    Check::fail(Area::Credentials, NAME, found, hint)
}

/// Where the SDK looked in vain. Its own words name each provider with what it says of itself, which is long and no news.
fn none(reason: &str) -> String {
    let looked = [
        ("Environment:", "the environment"),
        ("Profile:", "the profile"),
        ("WebIdentityToken:", "a web identity"),
        ("EcsContainer:", "the container's service"),
        ("Ec2InstanceMetadata:", "the instance's metadata service"),
    ];
    let looked: Vec<&str> =
        looked.into_iter().filter(|(name, _)| reason.contains(name)).map(|(_, place)| place).collect();
    if reason.contains("no credentials found in chain") && !looked.is_empty() {
        format!("none are found in {}", looked.join(", "))
    } else {
        format!("none are found: {reason}")
    }
}

/// When they end. Those that were exported to the environment say so beside themselves.
fn until(found: &Credentials) -> Option<SystemTime> {
    let beside = || {
        let exported = features(found).contains(&Feature::CredentialsEnvVars);
        let text = std::env::var("AWS_CREDENTIAL_EXPIRATION").ok().filter(|_| exported)?;
        let at: jiff::Timestamp = text.trim().parse().ok()?;
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(u64::try_from(at.as_millisecond()).ok()?))
    };
    found.expiry().or_else(beside)
}

fn judge(found: &Credentials, from: &str, profile: Option<&str>, until: Option<SystemTime>, now: SystemTime) -> Check {
    let from = format!("{} from {from}", found.access_key_id());
    let again = match profile {
        Some(profile) if profile != "default" => format!("sign in again: aws sso login --profile {profile}"),
        _ => "sign in again, or export new ones".to_owned(),
    };
    let Some(until) = until else { return Check::ok(Area::Credentials, NAME, from) };
    let at = jiff::Timestamp::try_from(until).map(|at| format!("{at:.0}")).unwrap_or_default();
    match until.duration_since(now) {
        Err(over) => {
            let found = format!("{from}; they ended {} ago, at {at}", span(over.duration()));
            Check::fail(Area::Credentials, NAME, found, again)
        }
        Ok(left) if left < SOON => {
            let found = format!("{from}; they end in {}, at {at}", span(left));
            Check::warn(Area::Credentials, NAME, found, format!("a deployment may take longer; {again}"))
        }
        Ok(left) => Check::ok(Area::Credentials, NAME, format!("{from}, for {} more", span(left))),
    }
}

fn features(found: &Credentials) -> Vec<Feature> {
    found.get_property::<Vec<Feature>>().cloned().unwrap_or_default()
}

/// Who gave them, most telling first: credentials that came a long way bear the marks of all who had them.
fn provider(found: &Credentials, profile: Option<&str>) -> String {
    let marks = features(found);
    let has = |mark: Feature| marks.contains(&mark);
    let what = if has(Feature::CredentialsSso) || has(Feature::CredentialsProfileSso) {
        "a sign-in (SSO)"
    } else if has(Feature::CredentialsLogin) || has(Feature::CredentialsProfileLogin) {
        "a sign-in (aws login)"
    } else if has(Feature::CredentialsStsAssumeRoleWebId)
        || has(Feature::CredentialsProfileStsWebIdToken)
        || has(Feature::CredentialsEnvVarsStsWebIdToken)
    {
        "a role by web identity"
    } else if has(Feature::CredentialsStsAssumeRole) {
        "a role"
    } else if has(Feature::CredentialsProcess) || has(Feature::CredentialsProfileProcess) {
        "a credential_process"
    } else if has(Feature::CredentialsHttp) {
        return "the container's credential service".to_owned();
    } else if has(Feature::CredentialsImds) {
        return "the instance's metadata service".to_owned();
    } else if has(Feature::CredentialsEnvVars) {
        return "the environment (AWS_ACCESS_KEY_ID)".to_owned();
    } else if has(Feature::CredentialsProfile) {
        "keys"
    } else {
        return "the configuration".to_owned();
    };
    match profile {
        Some(profile) => format!("{what} of profile `{profile}`"),
        None => what.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;

    fn some(marks: Vec<Feature>) -> Credentials {
        let mut found = Credentials::new("AKIA1", "s", None, None, "test");
        found.get_property_mut_or_default::<Vec<Feature>>().extend(marks);
        found
    }

    #[test]
    fn the_most_telling_provider_is_named() {
        let of = |marks| provider(&some(marks), Some("dev"));
        assert_eq!(of(vec![Feature::CredentialsEnvVars]), "the environment (AWS_ACCESS_KEY_ID)");
        assert_eq!(of(vec![Feature::CredentialsSso, Feature::CredentialsProfile]), "a sign-in (SSO) of profile `dev`");
        assert_eq!(of(vec![Feature::CredentialsProfile]), "keys of profile `dev`");
        assert_eq!(of(vec![Feature::CredentialsProfile, Feature::CredentialsStsAssumeRole]), "a role of profile `dev`");
        assert_eq!(of(Vec::new()), "the configuration");
    }

    #[test]
    fn where_the_sdk_looked_in_vain_is_told_in_short_and_other_words_as_they_are() {
        let long = "not enabled: no credentials found in chain. Attempted: Environment: not set\nProfile: not enabled";
        assert_eq!(none(long), "none are found in the environment, the profile");
        assert_eq!(none("the vault is locked"), "none are found: the vault is locked");
    }

    #[test]
    fn what_ends_soon_or_has_ended_is_told() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let at = |seconds: i64| Duration::from_secs(1_000_000).as_secs().checked_add_signed(seconds);
        let check = |seconds: i64| {
            let until = at(seconds).map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
            judge(&some(Vec::new()), "x", Some("dev"), until, now)
        };
        assert_eq!(check(3 * 3600).state, State::Ok);
        assert!(check(3 * 3600).found.contains("for 3 h 0 min more"));
        assert_eq!(check(600).state, State::Warn);
        let over = check(-90);
        assert_eq!(over.state, State::Fail);
        assert!(over.found.contains("1 min 30 s ago"), "{}", over.found);
        assert!(over.hint.is_some_and(|hint| hint.contains("aws sso login --profile dev")));
        assert_eq!(judge(&some(Vec::new()), "x", None, None, now).state, State::Ok);
    }
}
