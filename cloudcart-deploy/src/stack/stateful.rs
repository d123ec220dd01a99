//! Which types of resources hold what somebody stored.

/// Types whose removal loses data.
const STATEFUL: [&str; 9] = [
    "AWS::Cognito::UserPool",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::EFS::FileSystem",
    "AWS::KMS::Key",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
];

/// Whether a resource of that type holds what somebody stored.
pub fn holds_data(resource_type: &str) -> bool {
    STATEFUL.contains(&resource_type)
}
