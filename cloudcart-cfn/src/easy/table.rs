//! A table with indexes.

use std::collections::BTreeMap;

use super::{Customize, customized};
use crate::dynamodb;
use crate::dynamodb::table::{
    AttributeDefinition, AttributeType, BillingMode, GlobalSecondaryIndex, KeySchema, KeyType,
    PointInTimeRecoverySpecification, Projection, ProjectionType, TimeToLiveSpecification,
};
use crate::kind;
use crate::list;
use crate::resource::{Attributes, DeletionPolicy, Handle};
use crate::stack::Stack;
use crate::value::Value;

/// A DynamoDB table. Adds one resource, `AWS::DynamoDB::Table`, under the id.
///
/// Decided, and why:
/// - `PAY_PER_REQUEST`: no capacity to guess, nothing to pay when idle.
/// - Point-in-time recovery is on: a bad deployment can be undone to the second, for 35 days.
/// - Retained when it leaves the stack or is replaced: rows are what cannot be made again. [`Table::removal`] changes it.
/// - Encrypted with a key of DynamoDB's own, which costs nothing and needs no property.
/// - Indexes project every attribute, so that a query needs no second read.
/// - No physical name: a table with one cannot be replaced.
///
/// ```
/// use cloudcart_cfn::easy;
/// use cloudcart_cfn::prelude::*;
///
/// let template = Template::build("Example.", |stack| {
///     let orders = easy::Table::new("orderId")
///         .sorted_index("byUser", "userId", easy::Key::number("placedAt"))
///         .time_to_live("expiresAt")
///         .add_to(stack, "Orders");
///     assert_eq!(orders.indexes(), ["byUser"]);
/// });
/// assert!(!template.report().has_errors());
/// ```
#[must_use = "`add_to` adds it"]
pub struct Table<'stack, 'change> {
    key: Vec<Key>,
    indexes: Vec<(String, Vec<Key>)>,
    time_to_live: Option<String>,
    removal: DeletionPolicy,
    customize: Option<Customize<'change, dynamodb::Table<'stack>>>,
}

/// A key attribute: its name and what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(String, AttributeType);

impl Key {
    /// A text.
    pub fn text(name: impl Into<String>) -> Self {
        Self(name.into(), AttributeType::S)
    }

    /// A number.
    pub fn number(name: impl Into<String>) -> Self {
        Self(name.into(), AttributeType::N)
    }

    /// Bytes.
    pub fn binary(name: impl Into<String>) -> Self {
        Self(name.into(), AttributeType::B)
    }
}

impl From<&str> for Key {
    /// A text, which most keys are.
    fn from(name: &str) -> Self {
        Self::text(name)
    }
}

impl<'stack, 'change> Table<'stack, 'change> {
    /// A table with a partition key.
    pub fn new(partition: impl Into<Key>) -> Self {
        Self {
            key: vec![partition.into()],
            indexes: Vec::new(),
            time_to_live: None,
            removal: DeletionPolicy::Retain,
            customize: None,
        }
    }

    /// The same, with a sort key.
    pub fn sort(mut self, sort: impl Into<Key>) -> Self {
        self.key.truncate(1);
        self.key.push(sort.into());
        self
    }

    /// The same, with a global secondary index by a partition key.
    pub fn index(mut self, name: impl Into<String>, partition: impl Into<Key>) -> Self {
        self.indexes.push((name.into(), vec![partition.into()]));
        self
    }

    /// The same, with a global secondary index by a partition and a sort key.
    pub fn sorted_index(mut self, name: impl Into<String>, partition: impl Into<Key>, sort: impl Into<Key>) -> Self {
        self.indexes.push((name.into(), vec![partition.into(), sort.into()]));
        self
    }

    /// The attribute after whose time, in seconds since 1970, an item may vanish.
    pub fn time_to_live(mut self, attribute: impl Into<String>) -> Self {
        self.time_to_live = Some(attribute.into());
        self
    }

    /// What happens to the table when it leaves the stack or is replaced.
    pub fn removal(mut self, policy: DeletionPolicy) -> Self {
        self.removal = policy;
        self
    }

    /// Changes the properties before the table is added.
    pub fn customize(
        mut self,
        change: impl FnOnce(dynamodb::Table<'stack>) -> dynamodb::Table<'stack> + 'change,
    ) -> Self {
        self.customize = Some(Box::new(change));
        self
    }

    /// Adds it.
    #[track_caller]
    pub fn add_to(self, stack: &mut Stack<'stack>, id: &str) -> Handle<'stack, kind::dynamodb::Table> {
        // Sorted and without doubles: DynamoDB refuses an attribute that is defined twice or is no key.
        let keys = self.key.iter().chain(self.indexes.iter().flat_map(|(_, keys)| keys));
        let definitions: BTreeMap<&str, AttributeType> = keys.map(|Key(name, kind)| (name.as_str(), *kind)).collect();
        let definitions = definitions.into_iter().map(|(name, kind)| AttributeDefinition::new(name, kind));
        let indexes = self.indexes.iter().map(|(name, keys)| {
            let projection = Projection::new().projection_type(ProjectionType::All);
            GlobalSecondaryIndex::new(name, key_schema(keys), projection)
        });
        let mut table = dynamodb::Table::new(key_schema(&self.key))
            .attribute_definitions(list(definitions))
            .billing_mode(BillingMode::PayPerRequest)
            .point_in_time_recovery_specification(
                PointInTimeRecoverySpecification::new().point_in_time_recovery_enabled(true),
            );
        if !self.indexes.is_empty() {
            table = table.global_secondary_indexes(list(indexes));
        }
        if let Some(attribute) = self.time_to_live {
            table = table.time_to_live_specification(TimeToLiveSpecification::new(true).attribute_name(attribute));
        }
        let outer = stack.begin_part(id);
        let attributes = Attributes::new().on_removal(self.removal);
        let table = stack.add_with(id, customized(table, self.customize), attributes);
        stack.end_part(outer);
        table
    }
}

fn key_schema<'stack>(keys: &[Key]) -> Vec<Value<'stack, KeySchema<'stack>>> {
    let kinds = [KeyType::Hash, KeyType::Range];
    keys.iter().zip(kinds).map(|(Key(name, _), kind)| Value::Literal(KeySchema::new(name, kind))).collect()
}
