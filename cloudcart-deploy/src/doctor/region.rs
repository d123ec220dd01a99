//! The region: whether there is one, where it is from, and whether it looks like one.

use super::{Area, Check};

pub(super) const NAME: &str = "region";

const SET: &str = "pass --region, or set AWS_REGION, or `region` in cloudcart.toml";

/// What to say of a region and of where it is from. Other endpoints than AWS take any word for one.
pub fn judge(region: Option<&str>, from: &str, aws: bool) -> Check {
    let Some(region) = region.filter(|region| !region.is_empty()) else {
        return Check::fail(Area::Endpoint, NAME, "none is set", SET);
    };
    let found = format!("{region} ({from})");
    if is_region(region) {
        return Check::ok(Area::Endpoint, NAME, found);
    }
    let zone = region.trim_end_matches(|letter: char| letter.is_ascii_lowercase());
    let hint = if is_region(zone) {
        format!("`{region}` is an availability zone; its region is `{zone}`: {SET}")
    } else {
        format!("a region looks like `eu-west-1`: {SET}")
    };
    let found = format!("{found} is not shaped like a region");
    if aws { Check::fail(Area::Endpoint, NAME, found, hint) } else { Check::warn(Area::Endpoint, NAME, found, hint) }
}

/// Two or more words, then a number: `us-east-1`, `us-gov-west-1`, `eusc-de-east-1`.
pub(super) fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let Some((number, words)) = parts.split_last() else { return false };
    let is_word = |word: &&str| word.len() >= 2 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    words.len() >= 2
        && words.iter().all(is_word)
        && (1..=2).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;

    #[test]
    fn regions_are_told_from_what_people_write_in_their_place() {
        for good in ["us-east-1", "eu-central-2", "us-gov-west-1", "cn-north-1", "us-isob-east-1", "eusc-de-east-1"] {
            assert!(is_region(good), "{good}");
        }
        for bad in ["", "eu-west", "eu-west-1a", "Ireland", "EU-WEST-1", "eu_west_1", "eu-west-", "1-1-1", "eu-1"] {
            assert!(!is_region(bad), "{bad}");
        }
    }

    #[test]
    fn a_zone_is_told_its_region() {
        let check = judge(Some("eu-west-1a"), "AWS_REGION", true);
        assert_eq!(check.state, State::Fail);
        assert!(check.hint.is_some_and(|hint| hint.contains("`eu-west-1`")));
        assert_eq!(judge(Some("home"), "AWS_REGION", false).state, State::Warn, "an emulator takes any word");
        assert_eq!(judge(None, "", true).state, State::Fail);
        assert_eq!(judge(Some("eu-west-1"), "--region", true).found, "eu-west-1 (--region)");
    }
}
