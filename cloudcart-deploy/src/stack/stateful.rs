//! Which types of resources hold what somebody stored.

/// Types that hold what somebody stored, or a name that others keep: losing the resource loses it.
const STATEFUL: [&str; 20] = [
    "AWS::Backup::BackupVault",
    "AWS::Cognito::UserPool",
    "AWS::DocDB::DBCluster",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::ECR::Repository",
    "AWS::EFS::FileSystem",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::Kinesis::Stream",
    "AWS::KMS::Key",
    "AWS::Neptune::DBCluster",
    "AWS::OpenSearchService::Domain",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
    "AWS::Route53::HostedZone",
    "AWS::S3::Bucket",
    "AWS::S3Express::DirectoryBucket",
    "AWS::SecretsManager::Secret",
    "AWS::SQS::Queue",
];

/// Whether a resource of that type holds what somebody stored.
pub fn holds_data(resource_type: &str) -> bool {
    STATEFUL.contains(&resource_type)
}
