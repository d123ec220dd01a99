//! What becomes of data when its resource leaves the stack.

use serde_json::Value as Json;

use super::{Broken, Rule, error, note};
use crate::check::view::View;

const DELETION: &str =
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html";

pub(super) const RULES: &[Rule] =
    &[note("stateful-policy", DELETION, stateful), error("snapshot-policy", DELETION, snapshot)];

/// Types that hold what nobody can make again. Queues and log groups are left out: what they hold passes.
const STATEFUL: [&str; 27] = [
    "AWS::Backup::BackupVault",
    "AWS::Cognito::UserPool",
    "AWS::DocDB::DBCluster",
    "AWS::DocDB::DBInstance",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::EC2::Volume",
    "AWS::ECR::Repository",
    "AWS::EFS::FileSystem",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::ElastiCache::ServerlessCache",
    "AWS::Elasticsearch::Domain",
    "AWS::FSx::FileSystem",
    "AWS::KMS::Key",
    "AWS::Kinesis::Stream",
    "AWS::Neptune::DBCluster",
    "AWS::Neptune::DBInstance",
    "AWS::OpenSearchService::Domain",
    "AWS::Organizations::Account",
    "AWS::QLDB::Ledger",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
    "AWS::Route53::HostedZone",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
    "AWS::Timestream::Table",
];

/// Types of which CloudFormation takes a snapshot.
const SNAPSHOT: [&str; 9] = [
    "AWS::DocDB::DBCluster",
    "AWS::EC2::Volume",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::ElastiCache::ServerlessCache",
    "AWS::Neptune::DBCluster",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
];

const POLICIES: [&str; 2] = ["DeletionPolicy", "UpdateReplacePolicy"];

/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html>
fn stateful(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for entry in view.all().filter(|entry| STATEFUL.contains(&entry.kind)) {
        let missing: Vec<&str> = POLICIES.into_iter().filter(|policy| entry.body.get(policy).is_none()).collect();
        if !missing.is_empty() {
            let message = format!("holds data, and does not say what becomes of it: no `{}`", missing.join("`, no `"));
            let hint = "say `Retain`, or `Delete` where the data may go";
            broken.at(format!("Resources/{}", entry.id), message, hint);
        }
    }
}

/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html>
fn snapshot(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for entry in view.all().filter(|entry| !SNAPSHOT.contains(&entry.kind)) {
        for policy in POLICIES {
            if entry.body.get(policy).and_then(Json::as_str) == Some("Snapshot") {
                let message = format!("CloudFormation takes no snapshot of `{}`", entry.kind);
                broken.at(format!("Resources/{}/{policy}", entry.id), message, "say `Retain` or `Delete`");
            }
        }
    }
}
