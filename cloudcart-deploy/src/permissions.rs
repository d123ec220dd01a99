//! What this library asks of AWS: each API operation with the rights that it needs and what they act on. From this the
//! deployer's policy is made, and a refused call names what is missing.

/// What a right acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum On {
    /// The stack.
    Stack,
    /// Every stack of the account in the region.
    EveryStack,
    /// The bucket for code and templates.
    Bucket,
    /// What is in that bucket.
    Objects,
    /// The stack's functions.
    Functions,
    /// The stack's tables.
    Tables,
    /// The stack's queues.
    Queues,
    /// The log groups of the stack's functions.
    LogGroups,
    /// Every alarm of the account in the region, to be read: a narrower right does not find composite alarms.
    EveryAlarm,
    /// The HTTP APIs of the account: an API's id says nothing about its stack.
    HttpApis,
    /// Everything: IAM cannot restrict the action.
    Anything,
}

/// An operation that this library calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// Its name, as errors have it.
    pub operation: &'static str,
    /// The actions that IAM checks.
    pub actions: &'static [&'static str],
    /// What they act on.
    pub on: On,
    /// The commands that make the call.
    pub commands: &'static [&'static str],
}

const fn call(
    operation: &'static str,
    actions: &'static [&'static str],
    on: On,
    commands: &'static [&'static str],
) -> Call {
    Call { operation, actions, on, commands }
}

/// Asked for when a stack gets tags.
const TAG: &str = "cloudformation:TagResource";

/// Every command that works on a deployed stack.
const ALL: &[&str] = &[
    "deploy",
    "destroy",
    "diff",
    "dlq",
    "doctor",
    "logs",
    "orders",
    "outputs",
    "protect",
    "rollback",
    "routes",
    "seed",
    "smoke-test",
];

/// Every operation, by service.
pub const CALLS: &[Call] = &[
    // IAM lets every caller ask who it is.
    call("GetCallerIdentity", &[], On::Anything, ALL),
    call("DecodeAuthorizationMessage", &["sts:DecodeAuthorizationMessage"], On::Anything, &["deploy"]),
    call("CancelUpdateStack", &["cloudformation:CancelUpdateStack"], On::Stack, &["deploy"]),
    call("ContinueUpdateRollback", &["cloudformation:ContinueUpdateRollback"], On::Stack, &["rollback"]),
    // Tags of a stack are a right of their own.
    call("CreateChangeSet", &["cloudformation:CreateChangeSet", TAG], On::Stack, &["deploy", "diff"]),
    call("CreateStack", &["cloudformation:CreateStack", TAG], On::Stack, &["deploy"]),
    call("DeleteChangeSet", &["cloudformation:DeleteChangeSet"], On::Stack, &["deploy", "diff"]),
    call("DeleteStack", &["cloudformation:DeleteStack"], On::Stack, &["destroy", "deploy"]),
    call("DescribeChangeSet", &["cloudformation:DescribeChangeSet"], On::Stack, &["deploy", "diff"]),
    call("DescribeEvents", &["cloudformation:DescribeEvents"], On::Stack, &["deploy"]),
    call(
        "DescribeStackDriftDetectionStatus",
        &["cloudformation:DescribeStackDriftDetectionStatus"],
        On::Anything,
        &["diff"],
    ),
    call("DescribeStackEvents", &["cloudformation:DescribeStackEvents"], On::Stack, &["destroy", "deploy"]),
    call("DescribeStackResource", &["cloudformation:DescribeStackResource"], On::Stack, &["logs", "orders"]),
    call("DescribeStackResourceDrifts", &["cloudformation:DescribeStackResourceDrifts"], On::Stack, &["diff"]),
    call("DescribeStacks", &["cloudformation:DescribeStacks"], On::Stack, ALL),
    // Without a stack's name there is no stack that IAM could look at.
    call("DescribeStacks", &["cloudformation:DescribeStacks"], On::Anything, &["gc"]),
    // CloudFormation looks at each resource in the caller's name.
    call(
        "DetectStackDrift",
        &["cloudformation:DetectStackDrift", "cloudformation:DetectStackResourceDrift"],
        On::Stack,
        &["diff"],
    ),
    call("ExecuteChangeSet", &["cloudformation:ExecuteChangeSet"], On::Stack, &["deploy"]),
    call("GetHookResult", &["cloudformation:GetHookResult"], On::Anything, &["deploy"]),
    call("GetTemplate", &["cloudformation:GetTemplate"], On::Stack, &["deploy", "diff"]),
    call("GetTemplate", &["cloudformation:GetTemplate"], On::EveryStack, &["gc"]),
    call("ListChangeSets", &["cloudformation:ListChangeSets"], On::EveryStack, &["gc"]),
    call("ListStackResources", &["cloudformation:ListStackResources"], On::Stack, &["routes", "deploy", "destroy"]),
    call("RollbackStack", &["cloudformation:RollbackStack"], On::Stack, &["rollback"]),
    call("UpdateStack", &["cloudformation:UpdateStack", TAG], On::Stack, &["deploy"]),
    call(
        "UpdateTerminationProtection",
        &["cloudformation:UpdateTerminationProtection"],
        On::Stack,
        &["deploy", "protect"],
    ),
    call("ValidateTemplate", &["cloudformation:ValidateTemplate"], On::Anything, &["diff"]),
    call("CreateBucket", &["s3:CreateBucket"], On::Bucket, &["deploy"]),
    call("DeleteObjects", &["s3:DeleteObject", "s3:DeleteObjectVersion"], On::Objects, &["gc"]),
    call("GetBucketEncryption", &["s3:GetEncryptionConfiguration"], On::Bucket, &["deploy"]),
    call("GetBucketLifecycleConfiguration", &["s3:GetLifecycleConfiguration"], On::Bucket, &["deploy"]),
    call("GetBucketPolicy", &["s3:GetBucketPolicy"], On::Bucket, &["deploy"]),
    call("GetBucketTagging", &["s3:GetBucketTagging"], On::Bucket, &["deploy"]),
    call("HeadBucket", &["s3:ListBucket"], On::Bucket, &["deploy", "doctor"]),
    call("HeadObject", &["s3:GetObject"], On::Objects, &["deploy"]),
    call("ListObjectVersions", &["s3:ListBucketVersions"], On::Bucket, &["gc"]),
    call("ListObjectsV2", &["s3:ListBucket"], On::Bucket, &["destroy"]),
    call("PutBucketEncryption", &["s3:PutEncryptionConfiguration"], On::Bucket, &["deploy"]),
    call("PutBucketLifecycleConfiguration", &["s3:PutLifecycleConfiguration"], On::Bucket, &["deploy"]),
    call("PutBucketPolicy", &["s3:PutBucketPolicy"], On::Bucket, &["deploy"]),
    call("PutBucketTagging", &["s3:PutBucketTagging"], On::Bucket, &["deploy"]),
    call("PutObject", &["s3:PutObject"], On::Objects, &["deploy"]),
    call("PutPublicAccessBlock", &["s3:PutBucketPublicAccessBlock"], On::Bucket, &["deploy"]),
    call(
        "GetFunctionConfiguration",
        &["lambda:GetFunctionConfiguration"],
        On::Functions,
        &["logs", "deploy", "doctor"],
    ),
    call("Invoke", &["lambda:InvokeFunction"], On::Functions, &["orders"]),
    call("UpdateFunctionCode", &["lambda:UpdateFunctionCode"], On::Functions, &["deploy"]),
    call("DeleteLogGroup", &["logs:DeleteLogGroup"], On::LogGroups, &["destroy"]),
    call("DescribeLogGroups", &["logs:DescribeLogGroups"], On::Anything, &["destroy", "doctor"]),
    call("FilterLogEvents", &["logs:FilterLogEvents"], On::LogGroups, &["logs"]),
    call("StartLiveTail", &["logs:StartLiveTail"], On::LogGroups, &["logs"]),
    call("DescribeAlarms", &["cloudwatch:DescribeAlarms"], On::EveryAlarm, &["status"]),
    call("GetRoutes", &["apigateway:GET"], On::HttpApis, &["routes"]),
    call("BatchGetItem", &["dynamodb:BatchGetItem"], On::Tables, &["seed", "smoke-test"]),
    call("BatchWriteItem", &["dynamodb:BatchWriteItem"], On::Tables, &["seed"]),
    call("DeleteItem", &["dynamodb:DeleteItem"], On::Tables, &["smoke-test"]),
    call("DescribeTable", &["dynamodb:DescribeTable"], On::Tables, &["doctor"]),
    call("Scan", &["dynamodb:Scan"], On::Tables, &["dev"]),
    call("ChangeMessageVisibilityBatch", &["sqs:ChangeMessageVisibility"], On::Queues, &["dlq"]),
    call("GetQueueAttributes", &["sqs:GetQueueAttributes"], On::Queues, &["dlq"]),
    call("GetQueueUrl", &["sqs:GetQueueUrl"], On::Queues, &["doctor"]),
    call("ListDeadLetterSourceQueues", &["sqs:ListDeadLetterSourceQueues"], On::Queues, &["dlq"]),
    call("ListMessageMoveTasks", &["sqs:ListMessageMoveTasks"], On::Queues, &["dlq"]),
    call("PurgeQueue", &["sqs:PurgeQueue"], On::Queues, &["dlq"]),
    call("ReceiveMessage", &["sqs:ReceiveMessage"], On::Queues, &["dlq"]),
    // SQS moves messages in the name of its caller.
    call(
        "StartMessageMoveTask",
        &[
            "sqs:StartMessageMoveTask",
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:SendMessage",
        ],
        On::Queues,
        &["dlq"],
    ),
];

/// The actions that an operation needs; none when it is not one of ours.
pub fn actions_of(operation: &str) -> &'static [&'static str] {
    CALLS.iter().find(|call| call.operation == operation).map_or(&[], |call| call.actions)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// The operations in a folder's sources: each call of the SDK names its own, for its error.
    fn operations(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                operations(&path, found);
            } else if path.file_name().is_some_and(|name| name != "permissions.rs") {
                let text = std::fs::read_to_string(path).unwrap();
                let named = text.split("Error::aws(\"").skip(1).filter_map(|rest| rest.split('"').next());
                found.extend(named.map(str::to_owned));
            }
        }
    }

    /// Calls whose failure is nobody's concern, and which therefore name no operation.
    const UNNAMED: [&str; 4] = ["DecodeAuthorizationMessage", "DescribeEvents", "GetHookResult", "ListObjectsV2"];

    #[test]
    fn every_call_that_is_made_is_in_the_table_and_no_other() {
        let mut made: BTreeSet<String> = UNNAMED.map(str::to_owned).into();
        operations(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut made);
        let listed: BTreeSet<String> = CALLS.iter().map(|call| call.operation.to_owned()).collect();
        let missing: Vec<_> = made.difference(&listed).collect();
        let unused: Vec<_> = listed.difference(&made).collect();
        assert!(missing.is_empty() && unused.is_empty(), "missing: {missing:?}; never called: {unused:?}");
        let rows: BTreeSet<_> = CALLS.iter().map(|call| (call.operation, call.on)).collect();
        assert_eq!(CALLS.len(), rows.len(), "an operation stands twice");
    }

    #[test]
    fn a_refused_call_knows_its_action() {
        assert_eq!(actions_of("HeadBucket"), ["s3:ListBucket"]);
        assert!(actions_of("NoSuchCall").is_empty());
    }
}
