//! The named profile: whether it is there, the credentials that it alone gives, and what to do when it gives none.

use std::borrow::Cow;

use aws_config::Region;
use aws_config::profile::{Profile, ProfileFileCredentialsProvider, ProfileSet};
use aws_config::provider_config::ProviderConfig;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::os_shim_internal::{Env, Fs};

use crate::error::{Error, Result};

/// The profiles of this person, and the one that is asked for.
#[derive(Debug)]
pub(crate) struct Profiles {
    set: ProfileSet,
    name: String,
}

impl Profiles {
    /// Reads the usual files. A profile that is asked for and not there is an error.
    pub(crate) async fn read(asked: Option<&str>) -> Result<Self> {
        let asked = asked.map(|name| Cow::Owned(name.to_owned()));
        let files = aws_runtime::env_config::file::EnvConfigFiles::default();
        let set = aws_config::profile::load(&Fs::real(), &Env::real(), &files, asked).await;
        let set = set.map_err(|error| Error::Profile {
            profile: "default".to_owned(),
            reason: crate::error::chain(&error),
            remedy: "correct the file, or name another with AWS_CONFIG_FILE".to_owned(),
        })?;
        let name = set.selected_profile().to_owned();
        let profiles = Self { set, name };
        if profiles.name != "default" && profiles.set.get_profile(&profiles.name).is_none() {
            return Err(profiles.missing());
        }
        Ok(profiles)
    }

    /// The name of the one that is asked for.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Its region.
    pub(crate) fn region(&self) -> Option<&str> {
        self.set.get_profile(&self.name)?.get("region")
    }

    fn missing(&self) -> Error {
        let mut known: Vec<&str> = self.set.profiles().collect();
        known.sort_unstable();
        let remedy = if known.is_empty() {
            "there are no profiles: make one with `aws configure`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
                .to_owned()
        } else {
            format!("pass --profile, or correct AWS_PROFILE; there are: {}", known.join(", "))
        };
        let reason = "there is no profile of that name in ~/.aws/config or ~/.aws/credentials".to_owned();
        Error::Profile { profile: self.name.clone(), reason, remedy }
    }

    /// What it means that the profile gave no credentials, for this reason.
    pub(crate) fn refused(&self, reason: String) -> Error {
        match self.set.get_profile(&self.name).and_then(|profile| remedy(&self.name, profile)) {
            Some(remedy) => Error::Profile { profile: self.name.clone(), reason, remedy },
            None => Error::NoCredentials(reason),
        }
    }

    /// The credentials of this profile and no others.
    pub(crate) fn credentials(
        &self,
        region: Option<Region>,
        client: SharedHttpClient,
    ) -> ProfileFileCredentialsProvider {
        let region =
            region.or_else(|| self.set.get_profile(&self.name)?.get("region").map(|name| Region::new(name.to_owned())));
        let config = ProviderConfig::without_region().with_region(region).with_http_client(client);
        ProfileFileCredentialsProvider::builder().configure(&config).profile_name(self.name.clone()).build()
    }
}

/// The way out for a profile of that kind.
fn remedy(name: &str, profile: &Profile) -> Option<String> {
    let has = |key| profile.get(key).is_some_and(|value| !value.is_empty());
    if has("sso_session") || has("sso_start_url") {
        Some(format!("sign in: aws sso login --profile {name}"))
    } else if has("mfa_serial") {
        Some(format!(
            "this profile has an mfa_serial, and no code is asked for here: get a session first, with \
             `eval \"$(aws configure export-credentials --profile {name} --format env)\"`, and run the command without \
             --profile"
        ))
    } else if has("role_arn") {
        Some(
            "check role_arn and source_profile: may those credentials take on this role, and does it trust them?"
                .to_owned(),
        )
    } else if has("credential_process") {
        Some("run the command of credential_process by hand: it must print the keys as JSON".to_owned())
    } else if has("aws_access_key_id") {
        None
    } else {
        Some(format!(
            "the profile has no keys: sign in with `aws configure --profile {name}` or `aws configure sso --profile {name}`"
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use aws_config::profile::Property;

    use super::*;

    #[test]
    fn each_kind_of_profile_has_its_way_out() {
        let with = |key: &str| {
            let properties = HashMap::from([(key.to_owned(), Property::new(key.to_owned(), "x".to_owned()))]);
            remedy("dev", &Profile::new("dev", properties)).unwrap_or_default()
        };
        assert_eq!(with("sso_session"), "sign in: aws sso login --profile dev");
        assert_eq!(with("sso_start_url"), "sign in: aws sso login --profile dev");
        assert!(with("mfa_serial").contains("export-credentials --profile dev"));
        assert!(with("role_arn").contains("source_profile"));
        assert!(with("credential_process").contains("by hand"));
        assert!(with("region").contains("aws configure --profile dev"));
        assert!(with("aws_access_key_id").is_empty());
    }
}
