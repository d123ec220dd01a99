//! The names of IAM actions, one type per service, so that a misspelt one does not compile and a queue's grant cannot
//! name a table's action. Source: the Service Authorization Reference,
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/>.

use std::borrow::Cow;

/// An action as IAM writes it, for example `dynamodb:GetItem`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Action(Cow<'static, str>);

impl Action {
    /// An action of a service that has no type here. The name is not checked.
    pub fn raw(name: impl Into<String>) -> Self {
        Self(Cow::Owned(name.into()))
    }

    /// Service and name, for example `sqs:SendMessage`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! service {
    ($(#[$doc:meta])* $module:ident, $prefix:literal, [$($(#[$action_doc:meta])* $action:ident),* $(,)?]) => {
        $(#[$doc])*
        pub mod $module {
            /// An action of the service.
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub enum Action {
                $($(#[$action_doc])* $action,)*
            }

            impl Action {
                /// Service and name, as IAM writes it.
                pub const fn as_str(self) -> &'static str {
                    match self {
                        $(Self::$action => concat!($prefix, ":", stringify!($action)),)*
                    }
                }
            }

            impl From<Action> for super::Action {
                fn from(action: Action) -> Self {
                    Self(std::borrow::Cow::Borrowed(action.as_str()))
                }
            }
        }
    };
}

service!(
    /// Actions of DynamoDB on tables and indexes.
    dynamodb, "dynamodb", [
    /// Reads up to 100 items by key.
    BatchGetItem,
    /// Puts or deletes up to 25 items.
    BatchWriteItem,
    /// A condition check inside a transaction.
    ConditionCheckItem,
    /// Deletes an item by key, also inside a transaction.
    DeleteItem,
    /// Describes a table.
    DescribeTable,
    /// Reads an item by key, also inside a transaction.
    GetItem,
    /// Writes a whole item, also inside a transaction.
    PutItem,
    /// Reads items of one partition.
    Query,
    /// Reads a whole table or index.
    Scan,
    /// Changes an item, also inside a transaction.
    UpdateItem,
]);

service!(
    /// Actions of Lambda.
    lambda, "lambda", [
    /// Invokes a function.
    InvokeFunction,
]);

service!(
    /// Actions of CloudWatch Logs.
    logs, "logs", [
    /// Creates a stream in a group.
    CreateLogStream,
    /// Writes to a stream.
    PutLogEvents,
]);

service!(
    /// Actions of SQS.
    sqs, "sqs", [
    /// Changes how long a received message stays hidden.
    ChangeMessageVisibility,
    /// Deletes a received message.
    DeleteMessage,
    /// Reads a queue's attributes.
    GetQueueAttributes,
    /// Finds a queue's URL by its name.
    GetQueueUrl,
    /// Deletes every message.
    PurgeQueue,
    /// Receives messages.
    ReceiveMessage,
    /// Sends messages, one or a batch.
    SendMessage,
]);

service!(
    /// Actions of STS.
    sts, "sts", [
    /// Assumes a role.
    AssumeRole,
]);
