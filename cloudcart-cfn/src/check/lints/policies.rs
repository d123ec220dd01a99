//! Statements that allow too much.

use serde_json::Value as Json;

use crate::check::lint::Lint;
use crate::check::nearest::nearest;
use crate::check::statements::{allows, documents, list, pattern_means, principals};
use crate::check::view::{View, is_dynamic};

/// Actions for which no resource can be named, so that `*` is all that can be written.
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
const WITHOUT_RESOURCE: [&str; 51] = [
    "apigateway:GetAccount",
    "cloudformation:ListStacks",
    "cloudformation:ValidateTemplate",
    "cloudwatch:GetMetricData",
    "cloudwatch:GetMetricStatistics",
    "cloudwatch:ListMetrics",
    "cloudwatch:PutMetricData",
    "dynamodb:DescribeLimits",
    "dynamodb:ListStreams",
    "dynamodb:ListTables",
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeInstances",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeRegions",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "ec2:UnassignPrivateIpAddresses",
    "ecr:GetAuthorizationToken",
    "iam:ListAccountAliases",
    "iam:ListRoles",
    "kms:CreateKey",
    "kms:GenerateRandom",
    "kms:ListAliases",
    "kms:ListKeys",
    "lambda:GetAccountSettings",
    "lambda:ListEventSourceMappings",
    "lambda:ListFunctions",
    "logs:DescribeQueryDefinitions",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "s3:ListAllMyBuckets",
    "secretsmanager:GetRandomPassword",
    "secretsmanager:ListSecrets",
    "ses:GetSendQuota",
    "sns:ListTopics",
    "sqs:ListQueues",
    "ssm:DescribeParameters",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
    "sts:GetCallerIdentity",
    "sts:GetSessionToken",
    "tag:GetResources",
    "xray:GetSamplingRules",
    "xray:GetSamplingStatisticSummaries",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
];

/// A Lambda function in a network makes its interfaces by these, of which only some take resources.
const NETWORK: [&str; 3] = ["ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"];

/// So many patterns of one statement are named.
const NAMED: usize = 5;

pub(super) fn check(view: &View<'_>, found: &mut impl FnMut(String, Lint, String)) {
    for document in view.all().flat_map(|entry| documents(&entry)) {
        for (path, statement) in document.statements() {
            unknown(&path, statement, found);
            if !allows(statement) {
                continue;
            }
            if statement.get("Principal").is_some() || statement.get("NotPrincipal").is_some() {
                principal(&path, statement, found);
            } else {
                action(&path, statement, found);
                resource(&path, statement, found);
            }
        }
    }
}

/// Names of services that have a type, and do not name one of its actions; patterns that mean none of them.
fn unknown(path: &str, statement: &Json, found: &mut impl FnMut(String, Lint, String)) {
    for key in ["Action", "NotAction"] {
        for action in list(statement.get(key)).iter().filter_map(Json::as_str) {
            let Some((service, name)) = action.split_once(':') else { continue };
            let Some(names) = crate::policy::action_names(&service.to_ascii_lowercase()) else { continue };
            if !is_dynamic(action) && !names.iter().any(|one| pattern_means(name, one)) {
                let meant = nearest(name, names.iter().copied());
                let meant = meant.map(|name| format!(": `{service}:{name}`?")).unwrap_or_default();
                found(format!("{path}/{key}"), Lint::UnknownAction, format!("`{action}` is no action{meant}"));
            }
        }
    }
}

fn principal(path: &str, statement: &Json, found: &mut impl FnMut(String, Lint, String)) {
    let has_condition = statement.get("Condition").and_then(Json::as_object).is_some_and(|all| !all.is_empty());
    if has_condition {
        return;
    }
    if statement.get("NotPrincipal").is_some() {
        let message = "allows everybody but some".to_owned();
        found(format!("{path}/NotPrincipal"), Lint::WildcardPrincipal, message);
    } else if principals(statement, "AWS").iter().any(|one| one == "*") {
        found(format!("{path}/Principal"), Lint::WildcardPrincipal, "allows everybody".to_owned());
    }
}

fn action(path: &str, statement: &Json, found: &mut impl FnMut(String, Lint, String)) {
    if statement.get("NotAction").is_some() {
        let message = "allows every action but some".to_owned();
        found(format!("{path}/NotAction"), Lint::WildcardAction, message);
    }
    let actions = list(statement.get("Action")).iter().filter_map(Json::as_str);
    let wide: Vec<&str> = actions.filter(|action| action.contains(['*', '?']) && !is_dynamic(action)).collect();
    if !wide.is_empty() {
        let more = if wide.len() > NAMED { format!(" and {} more", wide.len() - NAMED) } else { String::new() };
        let named: Vec<String> = wide.iter().take(NAMED).map(|action| format!("`{action}`")).collect();
        found(format!("{path}/Action"), Lint::WildcardAction, format!("allows {}{more}", named.join(", ")));
    }
}

fn resource(path: &str, statement: &Json, found: &mut impl FnMut(String, Lint, String)) {
    if statement.get("NotResource").is_some() {
        let message = "allows every resource but some".to_owned();
        found(format!("{path}/NotResource"), Lint::WildcardResource, message);
    }
    let actions = list(statement.get("Action"));
    let only_without =
        !actions.is_empty() && actions.iter().all(|action| action.as_str().is_some_and(takes_no_resource));
    for resource in list(statement.get("Resource")).iter().filter_map(Json::as_str) {
        if means_everything(resource) && !only_without {
            let message = format!("allows its actions on `{resource}`");
            found(format!("{path}/Resource"), Lint::WildcardResource, message);
        }
    }
}

fn takes_no_resource(action: &str) -> bool {
    WITHOUT_RESOURCE.iter().chain(&NETWORK).any(|one| one.eq_ignore_ascii_case(action))
        // A pattern that means nothing else is told as such by the other lint.
        || action.contains('*') && action.starts_with("ec2:Describe") && pattern_means(action, "ec2:DescribeVpcs")
}

/// `*`, or an ARN whose part for the resource is `*`.
fn means_everything(resource: &str) -> bool {
    resource.split(':').nth(5).map_or(resource, |_| resource.splitn(6, ':').last().unwrap_or_default()) == "*"
        && (resource == "*" || resource.starts_with("arn:"))
}
