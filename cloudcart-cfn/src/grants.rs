//! What is written by hand above the plain resource types: grants, and references that need more than one property.
//!
//! A grant is a [`Statement`]: exact actions, exact ARNs, no wildcard over resources. It is data, to be put into a role.

use crate::policy::{Statement, dynamodb, lambda as lambda_actions, logs as logs_actions, sqs as sqs_actions};
use crate::resource::Handle;
use crate::resources::{apigatewayv2, dynamodb as tables, lambda, logs, sqs};
use crate::value::{Value, join, sub};

impl Handle<tables::Table> {
    /// Allows actions on the table itself, not on its indexes.
    pub fn allow(&self, actions: impl IntoIterator<Item = dynamodb::Action>) -> Statement {
        Statement::allow(actions, [self.arn().into()])
    }

    /// Allows actions on one index and nothing else.
    pub fn allow_on_index(&self, index: &str, actions: impl IntoIterator<Item = dynamodb::Action>) -> Statement {
        Statement::allow(actions, [self.index_arn(index)])
    }

    /// Everything that reads: the table and each of its indexes, by name.
    pub fn read(&self) -> Statement {
        use dynamodb::Action::{BatchGetItem, ConditionCheckItem, GetItem, Query, Scan};
        let mut statement = self.allow([BatchGetItem, ConditionCheckItem, GetItem, Query, Scan]);
        statement.resources.extend(self.facts().indexes.iter().map(|index| self.index_arn(index)));
        statement
    }

    /// Everything that writes items. Indexes follow their table by themselves.
    pub fn write(&self) -> Statement {
        use dynamodb::Action::{BatchWriteItem, DeleteItem, PutItem, UpdateItem};
        self.allow([BatchWriteItem, DeleteItem, PutItem, UpdateItem])
    }

    /// The ARN of an index of the table.
    pub fn index_arn(&self, index: &str) -> Value<String> {
        sub(format!("${{{}.Arn}}/index/{index}", self.id()))
    }
}

impl Handle<sqs::Queue> {
    /// Allows actions on the queue.
    pub fn allow(&self, actions: impl IntoIterator<Item = sqs_actions::Action>) -> Statement {
        Statement::allow(actions, [self.arn().into()])
    }

    /// To send messages to the queue, whose URL is known.
    pub fn send(&self) -> Statement {
        self.allow([sqs_actions::Action::SendMessage])
    }

    /// What Lambda's event source mapping needs to consume the queue, and checks for when it is created.
    pub fn consume(&self) -> Statement {
        use sqs_actions::Action::{DeleteMessage, GetQueueAttributes, ReceiveMessage};
        self.allow([DeleteMessage, GetQueueAttributes, ReceiveMessage])
    }
}

impl Handle<logs::LogGroup> {
    /// To write logs to this group. Not to create it: a function that may, revives the group that a deleted stack left.
    pub fn write(&self) -> Statement {
        use logs_actions::Action::{CreateLogStream, PutLogEvents};
        // The attribute ends in `:*`, which is the form that covers the group's streams.
        Statement::allow([CreateLogStream, PutLogEvents], [self.arn().into()])
    }
}

impl Handle<lambda::Function> {
    /// To invoke the function.
    pub fn invoke(&self) -> Statement {
        Statement::allow([lambda_actions::Action::InvokeFunction], [self.arn().into()])
    }
}

impl Handle<apigatewayv2::Api> {
    /// `ApiEndpoint`: the URL of the `$default` stage, without a slash at the end.
    pub fn endpoint(&self) -> Value<String> {
        self.attribute("ApiEndpoint")
    }

    /// The ARN under which every stage and route of this API, and of no other, invokes.
    pub fn execution_arn(&self) -> Value<String> {
        sub(format!("arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{}}}/*", self.id()))
    }
}

impl Handle<apigatewayv2::Integration> {
    /// The `Target` of a route that leads here.
    pub fn target(&self) -> Value<String> {
        join("/", [Value::<String>::from("integrations"), self.reference().into()])
    }
}
