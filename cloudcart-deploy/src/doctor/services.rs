//! The services that the commands call: whether each answers, and whether these credentials may ask it. What is asked for need
//! not be there: that the service says so is an answer.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;

use super::{Area, Check};
use crate::assets::bucket_name;
use crate::error::{AwsKind, Error, Result};
use crate::permissions::actions_of;
use crate::target::Target;

/// A service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Service {
    CloudFormation,
    S3,
    Lambda,
    DynamoDb,
    Sqs,
    Logs,
}

const ALL: [Service; 6] =
    [Service::CloudFormation, Service::S3, Service::Lambda, Service::DynamoDb, Service::Sqs, Service::Logs];

/// The checks' names.
pub(super) const NAMES: [&str; 6] = [
    Service::CloudFormation.name(),
    Service::S3.name(),
    Service::Lambda.name(),
    Service::DynamoDb.name(),
    Service::Sqs.name(),
    Service::Logs.name(),
];

/// What S3's check needs to be told first.
pub(super) const ACCOUNT: &str = "an account, which the bucket's name has in it";

impl Service {
    const fn name(self) -> &'static str {
        match self {
            Self::CloudFormation => "cloudformation",
            Self::S3 => "s3",
            Self::Lambda => "lambda",
            Self::DynamoDb => "dynamodb",
            Self::Sqs => "sqs",
            Self::Logs => "logs",
        }
    }

    /// What needs it.
    const fn serves(self) -> &'static str {
        match self {
            Self::CloudFormation => "every command that works on a stack needs it",
            Self::S3 | Self::Lambda => "`cloudcart deploy` needs it",
            Self::DynamoDb => "`cloudcart seed` and `smoke-test` need it",
            Self::Sqs => "`cloudcart dlq` needs it",
            Self::Logs => "`cloudcart logs` needs it",
        }
    }

    /// Whether nothing can be deployed without it.
    const fn is_essential(self) -> bool {
        matches!(self, Self::CloudFormation | Self::S3 | Self::Lambda)
    }

    /// The question, and its operation.
    async fn ask(self, target: &Target, stack: &str) -> (&'static str, Result<()>) {
        // The stack's own functions, tables and queues begin like this, so the same rights cover it. Lambda takes 64 characters.
        let none = format!("{}-doctor", stack.chars().take(50).collect::<String>());
        match self {
            Self::CloudFormation => {
                let asked = target.cloudformation().describe_stacks().stack_name(stack).send().await;
                ("DescribeStacks", asked.map(drop).map_err(Error::aws("DescribeStacks")))
            }
            Self::S3 => {
                let account = &target.identity().account;
                let bucket = bucket_name(account, target.region());
                let asked = target.s3().head_bucket().bucket(bucket).expected_bucket_owner(account).send().await;
                ("HeadBucket", asked.map(drop).map_err(Error::aws("HeadBucket")))
            }
            Self::Lambda => {
                let asked = target.lambda().get_function_configuration().function_name(none).send().await;
                ("GetFunctionConfiguration", asked.map(drop).map_err(Error::aws("GetFunctionConfiguration")))
            }
            Self::DynamoDb => {
                let asked = target.dynamodb().describe_table().table_name(none).send().await;
                ("DescribeTable", asked.map(drop).map_err(Error::aws("DescribeTable")))
            }
            Self::Sqs => {
                let asked = target.sqs().get_queue_url().queue_name(none).send().await;
                ("GetQueueUrl", asked.map(drop).map_err(Error::aws("GetQueueUrl")))
            }
            Self::Logs => {
                let asked = target.logs().describe_log_groups().log_group_name_prefix(none).limit(1).send().await;
                ("DescribeLogGroups", asked.map(drop).map_err(Error::aws("DescribeLogGroups")))
            }
        }
    }
}

/// Asks all of them, side by side.
pub(super) async fn ask(target: &Target, stack: &str, deadline: Duration) -> Vec<Check> {
    let questions = ALL.map(|service| async move {
        if service == Service::S3 && target.identity().account.is_empty() {
            return Check::skipped(Area::Endpoint, service.name(), ACCOUNT);
        }
        if let Ok((operation, answer)) = timeout(deadline, service.ask(target, stack)).await {
            return judge(service, operation, answer.err().as_ref());
        }
        let found = format!("no answer within {} s", deadline.as_secs());
        Check::fail(Area::Endpoint, service.name(), found, unreachable())
    });
    join_all(questions).await
}

fn unreachable() -> String {
    "check the network, HTTPS_PROXY, and the endpoint of this service".to_owned()
}

fn judge(service: Service, operation: &str, error: Option<&Error>) -> Check {
    let (area, name) = (Area::Endpoint, service.name());
    let well = || Check::ok(area, name, format!("answers {operation}"));
    let Some(error) = error else { return well() };
    let Some(aws) = error.as_aws() else { return Check::warn(area, name, error.chain(), unreachable()) };
    let said = format!("{operation}: {aws}");
    let code = aws.code.as_deref().unwrap_or_default();
    let is_absent = aws.kind == AwsKind::NotFound
        || code.contains("NonExistentQueue")
        || code.contains("QueueDoesNotExist")
        || (service == Service::CloudFormation && aws.message.contains("does not exist"));
    match aws.kind {
        _ if is_absent => well(),
        AwsKind::NotOffered => {
            let found = format!("{operation}: this endpoint does not offer that");
            let hint = format!("{}: use an endpoint that does, with --endpoint-url", service.serves());
            if service.is_essential() {
                Check::fail(area, name, found, hint)
            } else {
                Check::warn(area, name, found, hint)
            }
        }
        AwsKind::Denied => {
            let actions = actions_of(operation).join(", ");
            let hint = format!("ask for {actions}; `cloudcart deployer-policy` prints all rights that are needed");
            Check::warn(area, name, format!("{operation} is not allowed (it needs {actions}): {aws}"), hint)
        }
        AwsKind::Throttled => Check::warn(area, name, said, "run the command again in a minute"),
        AwsKind::Credentials | AwsKind::Clock => Check::fail(
            Area::Credentials,
            name,
            said,
            "see `credentials` and `clock`: this service does not accept them",
        ),
        AwsKind::Untrusted => {
            let hint = "if an authority of your own signed it, name its certificates: AWS_CA_BUNDLE=/path/to/ca.pem";
            Check::fail(area, name, said, hint)
        }
        AwsKind::Unreachable => Check::fail(area, name, said, unreachable()),
        AwsKind::Unreadable => {
            let hint =
                "something on the way answers in its place, such as a proxy or a sign-in page; check the network";
            Check::fail(area, name, said, hint)
        }
        _ => Check::warn(
            area,
            name,
            said,
            format!("run the command again; if it stays so, ask whoever runs the endpoint: {}", service.serves()),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;
    use crate::error::Aws;

    fn told(service: Service, operation: &'static str, kind: AwsKind, code: &str, message: &str) -> Check {
        let aws = Aws { kind, code: Some(code.to_owned()), message: message.to_owned(), status: Some(400) };
        judge(service, operation, Some(&Error::Aws { operation, aws }))
    }

    #[test]
    fn that_nothing_is_there_is_an_answer() {
        let state = |service, operation, kind, code, message| told(service, operation, kind, code, message).state;
        assert_eq!(judge(Service::S3, "HeadBucket", None).state, State::Ok);
        assert_eq!(state(Service::Lambda, "GetFunctionConfiguration", AwsKind::NotFound, "X", "m"), State::Ok);
        let gone = "AWS.SimpleQueueService.NonExistentQueue";
        assert_eq!(state(Service::Sqs, "GetQueueUrl", AwsKind::Service, gone, "m"), State::Ok);
        let none = "Stack with id x does not exist";
        assert_eq!(
            state(Service::CloudFormation, "DescribeStacks", AwsKind::Service, "ValidationError", none),
            State::Ok
        );
        assert_eq!(state(Service::Logs, "DescribeLogGroups", AwsKind::Service, "Oops", "does not exist"), State::Warn);
    }

    #[test]
    fn a_refusal_names_the_action_and_the_policy_and_stops_nothing() {
        let check = told(Service::DynamoDb, "DescribeTable", AwsKind::Denied, "AccessDeniedException", "no");
        assert_eq!(check.state, State::Warn);
        let hint = check.hint.unwrap_or_default();
        assert!(hint.contains("dynamodb:DescribeTable") && hint.contains("deployer-policy"), "{hint}");
    }

    #[test]
    fn what_is_not_offered_matters_as_much_as_what_needs_it() {
        let state = |service, operation| told(service, operation, AwsKind::NotOffered, "", "").state;
        assert_eq!(state(Service::CloudFormation, "DescribeStacks"), State::Fail);
        assert_eq!(state(Service::Logs, "DescribeLogGroups"), State::Warn);
        let found = told(Service::Logs, "DescribeLogGroups", AwsKind::NotOffered, "", "").found;
        assert!(found.contains("this endpoint does not offer that"), "{found}");
    }
}
