//! What this library asks of AWS: each API operation with the rights that it needs and what they act on. From this the
//! deployer's policy is made, and a refused call names what is missing.

/// What a right acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum On {
    /// The stack.
    Stack,
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

/// Every command of a shop that is deployed.
const ALL: &[&str] =
    &["deploy", "destroy", "dlq", "logs", "orders", "outputs", "routes", "seed", "smoke-test", "status"];

/// Every operation, by service.
pub const CALLS: &[Call] = &[
    // IAM lets every caller ask who it is.
    call("GetCallerIdentity", &[], On::Anything, ALL),
    call("DescribeStacks", &["cloudformation:DescribeStacks"], On::Stack, ALL),
    // The second is asked for because of the stack's tags.
    call("CreateChangeSet", &["cloudformation:CreateChangeSet", "cloudformation:TagResource"], On::Stack, &["deploy"]),
    call("DescribeChangeSet", &["cloudformation:DescribeChangeSet"], On::Stack, &["deploy"]),
    call("ExecuteChangeSet", &["cloudformation:ExecuteChangeSet"], On::Stack, &["deploy"]),
    call("DeleteChangeSet", &["cloudformation:DeleteChangeSet"], On::Stack, &["deploy"]),
    call("DescribeStackEvents", &["cloudformation:DescribeStackEvents"], On::Stack, &["deploy", "destroy"]),
    call("DescribeStackResource", &["cloudformation:DescribeStackResource"], On::Stack, &["logs", "orders"]),
    call("ListStackResources", &["cloudformation:ListStackResources"], On::Stack, &["routes"]),
    call("DeleteStack", &["cloudformation:DeleteStack"], On::Stack, &["deploy", "destroy"]),
    call("HeadBucket", &["s3:ListBucket"], On::Bucket, &["deploy"]),
    call("CreateBucket", &["s3:CreateBucket"], On::Bucket, &["deploy"]),
    call("PutPublicAccessBlock", &["s3:PutBucketPublicAccessBlock"], On::Bucket, &["deploy"]),
    call("PutBucketPolicy", &["s3:PutBucketPolicy"], On::Bucket, &["deploy"]),
    call("PutBucketLifecycleConfiguration", &["s3:PutLifecycleConfiguration"], On::Bucket, &["deploy"]),
    call("HeadObject", &["s3:GetObject"], On::Objects, &["deploy"]),
    call("PutObject", &["s3:PutObject"], On::Objects, &["deploy"]),
    call("GetFunctionConfiguration", &["lambda:GetFunctionConfiguration"], On::Functions, &["logs"]),
    call("Invoke", &["lambda:InvokeFunction"], On::Functions, &["orders"]),
    call("FilterLogEvents", &["logs:FilterLogEvents"], On::LogGroups, &["logs"]),
    call("GetRoutes", &["apigateway:GET"], On::HttpApis, &["routes"]),
    call("BatchWriteItem", &["dynamodb:BatchWriteItem"], On::Tables, &["seed"]),
    call("Scan", &["dynamodb:Scan"], On::Tables, &["dev"]),
    call("GetQueueAttributes", &["sqs:GetQueueAttributes"], On::Queues, &["dlq"]),
    call("ReceiveMessage", &["sqs:ReceiveMessage"], On::Queues, &["dlq"]),
    call("ChangeMessageVisibilityBatch", &["sqs:ChangeMessageVisibility"], On::Queues, &["dlq"]),
    call("ListDeadLetterSourceQueues", &["sqs:ListDeadLetterSourceQueues"], On::Queues, &["dlq"]),
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
    call("ListMessageMoveTasks", &["sqs:ListMessageMoveTasks"], On::Queues, &["dlq"]),
    call("PurgeQueue", &["sqs:PurgeQueue"], On::Queues, &["dlq"]),
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

    #[test]
    fn every_call_that_is_made_is_in_the_table_and_no_other() {
        let mut made = BTreeSet::new();
        operations(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut made);
        let listed: BTreeSet<String> = CALLS.iter().map(|call| call.operation.to_owned()).collect();
        assert_eq!(made, listed);
        assert_eq!(CALLS.len(), listed.len(), "an operation stands twice");
    }

    #[test]
    fn a_refused_call_knows_its_action() {
        assert_eq!(actions_of("HeadBucket"), ["s3:ListBucket"]);
        assert!(actions_of("NoSuchCall").is_empty());
    }
}
