//! Resource policies, of which a resource has one.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Broken, Rule, error};
use crate::check::view::{Entry, View};

const DOCS: &str =
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queuepolicy.html";

pub(super) const RULES: &[Rule] = &[error("resource-policy-single", DOCS, single)];

/// Policies by type, and where they name what they are on.
const KINDS: [(&str, &str); 4] = [
    ("AWS::S3::BucketPolicy", "Bucket"),
    ("AWS::SQS::QueuePolicy", "Queues"),
    ("AWS::SNS::TopicPolicy", "Topics"),
    ("AWS::SecretsManager::ResourcePolicy", "SecretId"),
];

/// The policy is one attribute of the resource: S3 and Secrets Manager refuse a second, of SQS's and SNS's one overwrites
/// the other.
fn single(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for (kind, place) in KINDS {
        let mut first = BTreeMap::<&str, Vec<Entry<'_>>>::new();
        for policy in view.of_kind(kind) {
            let named = policy.look(place).json();
            let all = named
                .and_then(Json::as_array)
                .map_or_else(|| named.into_iter().collect(), |all| all.iter().collect::<Vec<_>>());
            for target in all.into_iter().filter_map(|one| view.target(one)).map(|(target, _)| target) {
                let before = first.entry(target.id).or_default();
                if let Some(other) = before.iter().find(|other| other.id != policy.id && may_meet(other, &policy)) {
                    let message = format!("`{}` already has the policy `{}`, and can have one", target.id, other.id);
                    broken.at(policy.at(place), message, "put the statements of both into one policy");
                }
                before.push(policy);
            }
        }
    }
}

/// Whether both can be in one stack. Two different conditions may exclude each other.
fn may_meet(one: &Entry<'_>, other: &Entry<'_>) -> bool {
    match (one.body.get("Condition"), other.body.get("Condition")) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}
