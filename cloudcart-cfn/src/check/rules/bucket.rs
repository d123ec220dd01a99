//! S3 buckets.

use std::net::Ipv4Addr;

use serde_json::Value as Json;

use super::{Broken, Rule, error};
use crate::check::view::{View, function};

const NAMES: &str = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html";

pub(super) const RULES: &[Rule] = &[error("bucket-name", NAMES, name)];

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
fn name(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for bucket in view.of_kind("AWS::S3::Bucket") {
        let place = bucket.look("BucketName");
        let wrong = match place.json().and_then(function) {
            // Of a text with placeholders only the letters between them are known.
            Some(("Fn::Sub", Json::String(text))) => {
                let written = text.split("${").enumerate().map(|(index, part)| {
                    if index == 0 { part } else { part.split_once('}').map_or("", |(_, rest)| rest) }
                });
                written.collect::<String>().chars().any(|letter| !legal(letter)).then_some(LETTERS)
            }
            _ => place.text().and_then(wrong),
        };
        if let Some(wrong) = wrong {
            let hint = "leave the name out: CloudFormation makes one, and the bucket can be replaced";
            broken.at(bucket.at("BucketName"), format!("a bucket's name {wrong}"), hint);
        }
    }
}

const LETTERS: &str = "has lower-case letters, digits, dots and hyphens only";

const fn legal(letter: char) -> bool {
    letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '.' | '-')
}

/// What is wrong with a name.
fn wrong(name: &str) -> Option<&'static str> {
    let prefixes = ["xn--", "sthree-", "amzn-s3-demo-"];
    let suffixes = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];
    if !(3..=63).contains(&name.len()) {
        Some("has 3 to 63 characters")
    } else if !name.chars().all(legal) {
        Some(LETTERS)
    } else if name.starts_with(['.', '-']) || name.ends_with(['.', '-']) {
        Some("begins and ends with a letter or digit")
    } else if name.contains("..") {
        Some("has no two dots side by side")
    } else if name.parse::<Ipv4Addr>().is_ok() {
        Some("is no IP address")
    } else if prefixes.iter().any(|prefix| name.starts_with(prefix)) || suffixes.iter().any(|end| name.ends_with(end)) {
        Some("does not begin or end as those that AWS keeps for itself")
    } else {
        None
    }
}
