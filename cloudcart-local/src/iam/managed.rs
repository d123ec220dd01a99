//! The AWS-managed policies that a role may name, as their pages in the AWS Managed Policy Reference list them.
//!
//! <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html>

use serde_json::{Value, json};

const LOGS: [&str; 3] = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"];

/// The document of an AWS-managed policy, by ARN; `None` for one that is not known here.
pub fn document(arn: &str) -> Option<Value> {
    let name = arn.strip_prefix("arn:aws:iam::aws:policy/")?;
    let mut actions: Vec<&str> = match name {
        "service-role/AWSLambdaBasicExecutionRole" => Vec::new(),
        "service-role/AWSLambdaSQSQueueExecutionRole" => {
            vec!["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
        }
        "service-role/AWSLambdaDynamoDBExecutionRole" => {
            vec!["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"]
        }
        "AWSXRayDaemonWriteAccess" => {
            return Some(allow(&[
                "xray:PutTraceSegments",
                "xray:PutTelemetryRecords",
                "xray:GetSamplingRules",
                "xray:GetSamplingTargets",
                "xray:GetSamplingStatisticSummaries",
            ]));
        }
        _ => return None,
    };
    actions.extend(LOGS);
    Some(allow(&actions))
}

fn allow(actions: &[&str]) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]})
}
