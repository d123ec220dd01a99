//! Whether the role of a function may read what its mapping polls.

use serde_json::Value as Json;

use super::links::{QUEUE, function_behind};
use super::{Broken, Rule, error};
use crate::check::statements::{Document, allows, list, may_mean_action, may_mean_resource, principals};
use crate::check::view::{Entry, View, function};

const DOCS: &str = "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html";

pub(super) const RULES: &[Rule] = &[error("mapping-rights", DOCS, mapping_rights)];

/// AWS's own policies that are known not to matter here, or to give a pattern of actions.
const MANAGED: [(&str, &str); 12] = [
    ("AWSLambdaBasicExecutionRole", ""),
    ("AWSLambdaVPCAccessExecutionRole", ""),
    ("AWSXRayDaemonWriteAccess", ""),
    ("CloudWatchLambdaInsightsExecutionRolePolicy", ""),
    ("AWSLambdaSQSQueueExecutionRole", "sqs:*"),
    ("AmazonSQSFullAccess", "sqs:*"),
    ("AWSLambdaDynamoDBExecutionRole", "dynamodb:*"),
    ("AmazonDynamoDBFullAccess", "dynamodb:*"),
    ("AWSLambdaKinesisExecutionRole", "kinesis:*"),
    ("AmazonKinesisFullAccess", "kinesis:*"),
    ("PowerUserAccess", "*"),
    ("AdministratorAccess", "*"),
];

/// What a role may do, as far as the template tells.
#[derive(Default)]
struct Rights<'a> {
    statements: Vec<&'a Json>,
    /// Patterns of actions that AWS's own policies allow on everything.
    everywhere: Vec<&'static str>,
}

impl<'a> Rights<'a> {
    /// None when something may add to them that the template does not tell.
    fn of(view: &View<'a>, role: &Entry<'a>) -> Option<Self> {
        let mut rights = Self::default();
        if let Some(json) = role.look("Policies").json() {
            for policy in json.as_array()? {
                rights.document(policy.get("PolicyDocument")?)?;
            }
        }
        if let Some(json) = role.look("ManagedPolicyArns").json() {
            for arn in json.as_array()? {
                rights.managed(view, arn)?;
            }
        }
        for policy in view.of_kind("AWS::IAM::Policy").chain(view.of_kind("AWS::IAM::ManagedPolicy")) {
            if let Some(roles) = policy.look("Roles").json() {
                for name in roles.as_array()? {
                    if view.target(name)?.0.id == role.id {
                        rights.document(policy.look("PolicyDocument").json()?)?;
                    }
                }
            }
        }
        for policy in view.of_kind("AWS::IAM::RolePolicy") {
            if view.target_at(&policy, "RoleName")?.id == role.id {
                rights.document(policy.look("PolicyDocument").json()?)?;
            }
        }
        Some(rights)
    }

    fn document(&mut self, json: &'a Json) -> Option<()> {
        if function(json).is_some() || list(json.get("Statement")).iter().any(|one| function(one).is_some()) {
            return None;
        }
        let document = Document { path: String::new(), json };
        self.statements.extend(document.statements().into_iter().map(|(_, statement)| statement));
        Some(())
    }

    fn managed(&mut self, view: &View<'a>, arn: &'a Json) -> Option<()> {
        if let Some((policy, _)) = view.target(arn) {
            return self.document(policy.look("PolicyDocument").json()?);
        }
        let text = match function(arn) {
            Some(("Fn::Sub", text)) => text.as_str()?,
            _ => arn.as_str()?,
        };
        let name = text.rsplit('/').next()?;
        let (_, actions) = MANAGED.iter().find(|(known, _)| *known == name)?;
        self.everywhere.push(actions);
        Some(())
    }

    /// Whether they can hold the right; a condition is taken to be met.
    fn may_allow(&self, view: &View<'_>, action: &str, id: &str) -> bool {
        self.everywhere.iter().any(|pattern| crate::check::statements::pattern_means(pattern, action))
            || self.statements.iter().any(|statement| {
                allows(statement) && may_mean_action(statement, action) && may_mean_resource(view, statement, id)
            })
    }
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>
fn mapping_rights(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for mapping in view.of_kind("AWS::Lambda::EventSourceMapping") {
        let function = mapping.look("FunctionName").json().and_then(|value| function_behind(view, value));
        let (Some(function), Some(source)) = (function, view.target_at(&mapping, "EventSourceArn")) else { continue };
        let needed: &[&str] = match source.kind {
            QUEUE => &["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            "AWS::DynamoDB::Table" => &["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
            "AWS::Kinesis::Stream" => &["kinesis:GetRecords", "kinesis:GetShardIterator"],
            _ => continue,
        };
        let role = view.target_at(&function, "Role").filter(|role| role.kind == "AWS::IAM::Role");
        let Some(role) = role.filter(|_| !lets_roles_in(view, &source)) else { continue };
        let Some(rights) = Rights::of(view, &role) else { continue };
        let missing: Vec<&str> =
            needed.iter().copied().filter(|action| !rights.may_allow(view, action, source.id)).collect();
        if !missing.is_empty() {
            let missing = missing.join("`, `");
            let message = format!("the role `{}` of `{}` may not `{missing}` on `{}`", role.id, function.id, source.id);
            broken.at(mapping.at("EventSourceArn"), message, format!("allow `{missing}` in a policy of `{}`", role.id));
        }
    }
}

/// A queue's own policy can let a role in as well.
fn lets_roles_in(view: &View<'_>, queue: &Entry<'_>) -> bool {
    view.of_kind("AWS::SQS::QueuePolicy").any(|policy| {
        let about =
            policy.items("Queues").iter().any(|one| view.target(one).is_none_or(|(target, _)| target.id == queue.id));
        let json = policy.look("PolicyDocument").json().unwrap_or(&Json::Null);
        let document = Document { path: String::new(), json };
        about
            && document
                .statements()
                .iter()
                .any(|(_, statement)| allows(statement) && !principals(statement, "AWS").is_empty())
    })
}
