//! Grants: what one resource lets another do, as data.
//!
//! A grant names exact actions and exact ARNs, indexes and streams included, and can carry the environment variable by which
//! the code finds the resource. It changes nothing by itself: it goes into a policy document, or into
//! [`easy::Function::grant`](crate::easy::Function::grant).

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::kind;
use crate::policy::{self, Action, PolicyDocument, Statement};
use crate::property::Property;
use crate::resource::Handle;
use crate::value::{IntoValue, Intrinsic, Value};

/// Rights on a resource, and how the code is told of it.
///
/// ```
/// use cloudcart_cfn::prelude::*;
/// use cloudcart_cfn::sqs;
///
/// let template = Template::build("Example.", |stack| {
///     let jobs = stack.add("Jobs", sqs::Queue::new());
///     let grant = jobs.send().env("JOBS_URL").when("Bool", "aws:SecureTransport", ["true"]);
///     assert_eq!(grant.statements[0].actions[0].as_str(), "sqs:SendMessage");
///     assert!(grant.variables.contains_key("JOBS_URL"));
/// });
/// assert!(!template.report().has_errors());
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Grant<'stack> {
    /// The statements; each allows.
    pub statements: Vec<Statement<'stack>>,
    /// Environment variables: name and value.
    pub variables: BTreeMap<String, Value<'stack, String>>,
    /// What a program needs to address the resource: a table's name, a queue's URL, a bucket's name, a topic's ARN.
    pub address: Option<Value<'stack, String>>,
}

impl<'stack> Grant<'stack> {
    /// A grant of actions on ARNs.
    pub fn new<A: Into<Action>>(
        actions: impl IntoIterator<Item = A>,
        resources: impl IntoIterator<Item = Value<'stack, String>>,
    ) -> Self {
        Self::from(Statement::allow(actions, resources))
    }

    fn addressed(mut self, address: impl IntoValue<'stack, String>) -> Self {
        self.address = Some(address.into_value());
        self
    }

    /// The same, and the resource's address in an environment variable: `orders.read().env("ORDERS_TABLE")`. A grant that was
    /// put together by [`Grant::new`] has no address, and no variable comes of it.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>) -> Self {
        if let Some(address) = &self.address {
            self.variables.insert(name.into(), address.clone());
        }
        self
    }

    /// The same, with a `Sid`. Of several statements, the later ones get a number behind it.
    #[must_use]
    pub fn named(mut self, sid: &str) -> Self {
        for (index, statement) in self.statements.iter_mut().enumerate() {
            statement.sid = Some(if index == 0 { sid.to_owned() } else { format!("{sid}{}", index + 1) });
        }
        self
    }

    /// The same, only when a condition holds: `when("StringEquals", "aws:SourceAccount", [pseudo::account_id()])`.
    #[must_use]
    pub fn when<V: IntoValue<'stack, String>>(
        mut self,
        operator: &str,
        key: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let values: Vec<_> = values.into_iter().map(IntoValue::into_value).collect();
        self.statements = self.statements.into_iter().map(|one| one.when(operator, key, values.clone())).collect();
        self
    }

    /// Both.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.statements.extend(other.statements);
        self.variables.extend(other.variables);
        self
    }
}

impl<'stack> From<Statement<'stack>> for Grant<'stack> {
    fn from(statement: Statement<'stack>) -> Self {
        Self { statements: vec![statement], variables: BTreeMap::new(), address: None }
    }
}

impl<'stack> PolicyDocument<'stack> {
    /// A document of what is granted.
    pub fn granting(grants: impl IntoIterator<Item = Grant<'stack>>) -> Self {
        Self::new(grants.into_iter().flat_map(|grant| grant.statements))
    }
}

impl<'stack, K: crate::HasArn> Handle<'stack, K> {
    /// The ARN with something behind it.
    pub(crate) fn arn_with(&self, behind: &str) -> Value<'stack, String> {
        let arn = K::ARN.map_or_else(|| self.id().to_owned(), |attribute| format!("{}.{attribute}", self.id()));
        let behind = behind.replace("${", "${!");
        Value::intrinsic(Intrinsic::Sub { text: format!("${{{arn}}}{behind}"), variables: BTreeMap::new() })
    }

    fn own_arn(&self) -> [Value<'stack, String>; 1] {
        [self.arn().into_value()]
    }
}

/// The names in each entry of a list, and in both branches of each `Fn::If`: a right on an index that a condition leaves out
/// is a right on nothing.
fn names_in(list: &Json, name: &str, names: &mut Vec<Json>) {
    match list {
        Json::Array(entries) => entries.iter().for_each(|entry| names_in(entry, name, names)),
        Json::Object(entry) => match (entry.get("Fn::If"), entry.get(name)) {
            (Some(Json::Array(parts)), _) => parts.iter().skip(1).for_each(|part| names_in(part, name, names)),
            (_, Some(found)) if !names.contains(found) => names.push(found.clone()),
            _ => {}
        },
        _ => {}
    }
}

impl<'stack> Handle<'stack, kind::dynamodb::Table> {
    /// Allows actions on the table itself, not on its indexes.
    pub fn allow(&self, actions: impl IntoIterator<Item = policy::dynamodb::Action>) -> Grant<'stack> {
        Grant::new(actions, self.own_arn()).addressed(self.reference())
    }

    /// Allows actions on one index and nothing else.
    pub fn allow_on_index(
        &self,
        index: &str,
        actions: impl IntoIterator<Item = policy::dynamodb::Action>,
    ) -> Grant<'stack> {
        Grant::new(actions, [self.index_arn(index)]).addressed(self.reference())
    }

    /// Everything that reads: the table and each of its indexes, by name.
    pub fn read(&self) -> Grant<'stack> {
        use policy::dynamodb::Action::{BatchGetItem, ConditionCheckItem, GetItem, Query, Scan};
        let mut grant = self.allow([BatchGetItem, ConditionCheckItem, GetItem, Query, Scan]);
        let indexes = self.index_names();
        if !indexes.is_empty() {
            // An index can be queried and scanned, and nothing else.
            let arns: Vec<_> = indexes.iter().filter_map(|index| self.arn_of_index(index)).collect();
            grant.statements.push(Statement::allow([Query, Scan], arns));
        }
        grant
    }

    /// Everything that writes items. Indexes follow their table by themselves.
    pub fn write(&self) -> Grant<'stack> {
        use policy::dynamodb::Action::{BatchWriteItem, DeleteItem, PutItem, UpdateItem};
        self.allow([BatchWriteItem, DeleteItem, PutItem, UpdateItem])
    }

    /// To read and to write.
    pub fn read_write(&self) -> Grant<'stack> {
        self.read().and(self.write())
    }

    /// What Lambda's event source mapping needs to read the table's stream. None when the table has none.
    pub fn read_stream(&self) -> Option<Grant<'stack>> {
        use policy::dynamodb::Action::{DescribeStream, GetRecords, GetShardIterator, ListStreams};
        self.properties().get("StreamSpecification")?;
        let stream = || Value::attribute(self.id(), "StreamArn");
        let mut grant = Grant::new([DescribeStream, GetRecords, GetShardIterator], [stream()]).addressed(stream());
        // Streams are listed by their table; there is no narrower ARN than the pattern of its streams.
        grant.statements.push(Statement::allow([ListStreams], [self.arn_with("/stream/*")]));
        Some(grant)
    }

    /// Names of the table's indexes, as far as they are literals.
    pub fn indexes(&self) -> Vec<String> {
        self.index_names().iter().filter_map(|name| Some(name.as_str()?.to_owned())).collect()
    }

    fn index_names(&self) -> Vec<Json> {
        let mut names = Vec::new();
        for list in ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"] {
            self.properties().get(list).into_iter().for_each(|list| names_in(list, "IndexName", &mut names));
        }
        names
    }

    /// The ARN of an index whose name may be an intrinsic function.
    fn arn_of_index(&self, name: &Json) -> Option<Value<'stack, String>> {
        if let Some(name) = name.as_str() {
            return Some(self.index_arn(name));
        }
        let name = Value::from_json(name).ok()?;
        let (table, index) = (self.arn().into_value(), "Index".to_owned());
        let variables = BTreeMap::from([("Table".to_owned(), table), (index, name)]);
        Some(Value::intrinsic(Intrinsic::Sub { text: "${Table}/index/${Index}".to_owned(), variables }))
    }

    /// The ARN of an index of the table.
    pub fn index_arn(&self, index: &str) -> Value<'stack, String> {
        self.arn_with(&format!("/index/{index}"))
    }
}

impl<'stack> Handle<'stack, kind::sqs::Queue> {
    /// Allows actions on the queue.
    pub fn allow(&self, actions: impl IntoIterator<Item = policy::sqs::Action>) -> Grant<'stack> {
        Grant::new(actions, self.own_arn()).addressed(self.reference())
    }

    /// To send messages to the queue, whose URL is known.
    pub fn send(&self) -> Grant<'stack> {
        self.allow([policy::sqs::Action::SendMessage])
    }

    /// What Lambda's event source mapping needs to consume the queue, and checks for when it is created.
    pub fn consume(&self) -> Grant<'stack> {
        use policy::sqs::Action::{DeleteMessage, GetQueueAttributes, ReceiveMessage};
        self.allow([DeleteMessage, GetQueueAttributes, ReceiveMessage])
    }
}

impl<'stack> Handle<'stack, kind::logs::LogGroup> {
    /// To write logs to this group. Not to create it: a function that may, revives the group that a deleted stack left.
    pub fn write(&self) -> Grant<'stack> {
        use policy::logs::Action::{CreateLogStream, PutLogEvents};
        // The attribute ends in `:*`, which is the form that covers the group's streams.
        Grant::new([CreateLogStream, PutLogEvents], self.own_arn()).addressed(self.reference())
    }
}

impl<'stack> Handle<'stack, kind::lambda::Function> {
    /// To invoke the function, and none of its versions and aliases.
    pub fn invoke(&self) -> Grant<'stack> {
        Grant::new([policy::lambda::Action::InvokeFunction], self.own_arn()).addressed(self.reference())
    }
}

impl<'stack> Handle<'stack, kind::s3::Bucket> {
    /// Allows actions on the objects under a pattern of keys, for example `products/*`.
    pub fn allow_on_objects(&self, keys: &str, actions: impl IntoIterator<Item = policy::s3::Action>) -> Grant<'stack> {
        Grant::new(actions, [self.arn_with(&format!("/{keys}"))]).addressed(self.reference())
    }

    /// To read objects: `bucket.get("products/*")`. A key that does not exist answers 403 to who may not list.
    pub fn get(&self, keys: &str) -> Grant<'stack> {
        self.allow_on_objects(keys, [policy::s3::Action::GetObject])
    }

    /// To write objects, in parts as well, and to take back an upload that failed.
    pub fn put(&self, keys: &str) -> Grant<'stack> {
        use policy::s3::Action::{AbortMultipartUpload, PutObject};
        self.allow_on_objects(keys, [AbortMultipartUpload, PutObject])
    }

    /// To delete objects.
    pub fn delete(&self, keys: &str) -> Grant<'stack> {
        self.allow_on_objects(keys, [policy::s3::Action::DeleteObject])
    }

    /// To list the keys under a prefix, for example `products/`; all of them when it is empty.
    pub fn list(&self, prefix: &str) -> Grant<'stack> {
        let grant = Grant::new([policy::s3::Action::ListBucket], self.own_arn()).addressed(self.reference());
        if prefix.is_empty() { grant } else { grant.when("StringLike", "s3:prefix", [format!("{prefix}*")]) }
    }
}

impl<'stack> Handle<'stack, kind::sns::Topic> {
    /// To publish to the topic.
    pub fn publish(&self) -> Grant<'stack> {
        Grant::new([policy::sns::Action::Publish], self.own_arn()).addressed(self.arn())
    }
}

impl<'stack> Handle<'stack, kind::events::EventBus> {
    /// To put events on the bus.
    pub fn put_events(&self) -> Grant<'stack> {
        Grant::new([policy::events::Action::PutEvents], self.own_arn()).addressed(self.reference())
    }
}

impl<'stack> Handle<'stack, kind::secretsmanager::Secret> {
    /// To read the secret at run time. Its ARN is what goes into the environment, never its value.
    pub fn read(&self) -> Grant<'stack> {
        use policy::secretsmanager::Action::{DescribeSecret, GetSecretValue};
        Grant::new([DescribeSecret, GetSecretValue], self.own_arn()).addressed(self.arn())
    }
}

impl<'stack> Handle<'stack, kind::ssm::Parameter> {
    /// To read the parameter at run time.
    pub fn read(&self) -> Grant<'stack> {
        use policy::ssm::Action::{GetParameter, GetParameters};
        let arn = |between: &str| {
            let text = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter";
            let text = format!("{text}{between}${{{}}}", self.id());
            Value::intrinsic(Intrinsic::Sub { text, variables: BTreeMap::new() })
        };
        // A name that is a path begins with the slash that stands between. Without a name, CloudFormation makes one that is
        // no path; where nobody knows, the one ARN or the other is the parameter's, and neither is another's.
        let arns = match self.properties().get("Name").map(begins_with_slash) {
            Some(Some(true)) => vec![arn("")],
            None | Some(Some(false)) => vec![arn("/")],
            Some(None) => vec![arn("/"), arn("")],
        };
        Grant::new([GetParameter, GetParameters], arns).addressed(self.reference())
    }
}

/// Whether a text begins with a slash, as far as it is known before CloudFormation puts it together.
fn begins_with_slash(text: &Json) -> Option<bool> {
    let known = match text.get("Fn::Sub") {
        Some(sub) => sub.as_str().or_else(|| sub.get(0)?.as_str())?,
        None => text.as_str().or_else(|| text.get("Fn::Join")?.get(1)?.get(0)?.as_str())?,
    };
    if known.is_empty() || known.starts_with("${") { None } else { Some(known.starts_with('/')) }
}

impl<'stack> Handle<'stack, kind::kms::Key> {
    /// To decrypt with the key.
    pub fn decrypt(&self) -> Grant<'stack> {
        Grant::new([policy::kms::Action::Decrypt], self.own_arn()).addressed(self.arn())
    }

    /// To encrypt with the key and to make data keys, as clients that encrypt do. Who sends to a queue or uploads in parts to a
    /// bucket with the key needs [`decrypt`](Self::decrypt) as well.
    pub fn encrypt(&self) -> Grant<'stack> {
        use policy::kms::Action::{Encrypt, GenerateDataKey};
        Grant::new([Encrypt, GenerateDataKey], self.own_arn()).addressed(self.arn())
    }
}

impl<'stack> Handle<'stack, kind::apigatewayv2::Api> {
    /// The ARN under which every stage and route of this API, and of no other, invokes.
    pub fn execution_arn(&self) -> Value<'stack, String> {
        let text =
            format!("arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{}}}/*", self.id());
        Value::intrinsic(Intrinsic::Sub { text, variables: BTreeMap::new() })
    }
}

impl<'stack> Handle<'stack, kind::cloudfront::Distribution> {
    /// The ARN, which no attribute gives: what the policy of a bucket behind the distribution names as `AWS:SourceArn`.
    pub fn distribution_arn(&self) -> Value<'stack, String> {
        let text = format!("arn:${{AWS::Partition}}:cloudfront::${{AWS::AccountId}}:distribution/${{{}}}", self.id());
        Value::intrinsic(Intrinsic::Sub { text, variables: BTreeMap::new() })
    }
}

impl<'stack> Handle<'stack, kind::apigatewayv2::Integration> {
    /// The `Target` of a route that leads here.
    pub fn target(&self) -> Value<'stack, String> {
        crate::join("/", [Value::Literal("integrations".to_owned()), self.reference().into_value()])
    }
}
