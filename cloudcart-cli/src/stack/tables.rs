//! The tables.

use std::collections::BTreeMap;

use cloudcart_cfn::dynamodb;
use cloudcart_cfn::dynamodb::table::{
    AttributeDefinition, AttributeType, BillingMode, GlobalSecondaryIndex, KeySchema, KeyType,
    PointInTimeRecoverySpecification, Projection, ProjectionType, TimeToLiveSpecification,
};
use cloudcart_cfn::prelude::*;
use cloudcart_shop::env::{self, CartStore};

use super::{ShopOptions, project_tags};

/// A table of the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// The catalogue.
    Products,
    /// Stock of the products that are tracked.
    Inventory,
    /// One item per cart.
    Carts,
    /// One item per order.
    Orders,
    /// One item per idempotency key, and the shop's signing key.
    Idempotency,
}

impl Table {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Products, Self::Inventory, Self::Carts, Self::Orders, Self::Idempotency];

    /// The word of its own in ids: `Products`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Products => "Products",
            Self::Inventory => "Inventory",
            Self::Carts => "Carts",
            Self::Orders => "Orders",
            Self::Idempotency => "Idempotency",
        }
    }

    /// The environment variable that holds its name.
    pub const fn variable(self) -> &'static str {
        match self {
            Self::Products => env::PRODUCTS_TABLE,
            Self::Inventory => env::INVENTORY_TABLE,
            Self::Carts => env::CARTS_TABLE,
            Self::Orders => env::ORDERS_TABLE,
            Self::Idempotency => env::IDEMPOTENCY_TABLE,
        }
    }

    /// Whether a shop with these options has it.
    pub fn exists(self, options: &ShopOptions) -> bool {
        self != Self::Carts || options.cart == CartStore::DynamoDb
    }

    /// The partition key, a text.
    const fn key(self) -> &'static str {
        match self {
            Self::Products | Self::Inventory => "id",
            Self::Carts => "cartId",
            Self::Orders => "orderId",
            Self::Idempotency => "key",
        }
    }

    /// Indexes: name, partition key, sort key. The keys are texts; an item without them is not in the index.
    const fn indexes(self) -> &'static [(&'static str, &'static str, &'static str)] {
        match self {
            Self::Products => &[(env::GSI_CATEGORY, "category", "id")],
            Self::Orders => &[(env::GSI_USER, "userId", "orderId"), (env::GSI_PENDING, "pendingShard", "placedAt")],
            Self::Inventory | Self::Carts | Self::Idempotency => &[],
        }
    }

    /// The attribute after whose time (seconds since 1970) an item may vanish.
    const fn time_to_live(self) -> Option<&'static str> {
        match self {
            Self::Carts | Self::Idempotency => Some("expiresAt"),
            Self::Products | Self::Inventory | Self::Orders => None,
        }
    }

    /// Whether losing it would hurt: carts and idempotency keys vanish by themselves.
    const fn is_data(self) -> bool {
        self.time_to_live().is_none()
    }
}

/// The tables of a shop, by name.
pub(super) type Tables<'stack> = BTreeMap<Table, Handle<'stack, kind::dynamodb::Table>>;

pub(super) fn add<'stack>(stack: &mut Stack<'stack>, options: &ShopOptions) -> Tables<'stack> {
    let existing = Table::ALL.into_iter().filter(|table| table.exists(options));
    existing.map(|table| (table, add_one(stack, table, options))).collect()
}

fn add_one<'stack>(
    stack: &mut Stack<'stack>,
    table: Table,
    options: &ShopOptions,
) -> Handle<'stack, kind::dynamodb::Table> {
    // Sorted and without doubles: DynamoDB refuses an attribute that is defined twice or is no key.
    let indexed = table.indexes().iter().flat_map(|(_, hash, range)| [*hash, *range]);
    let keys: std::collections::BTreeSet<&str> = std::iter::once(table.key()).chain(indexed).collect();
    let definitions = keys.into_iter().map(|name| AttributeDefinition::new(name, AttributeType::S));
    let indexes = table.indexes().iter().map(|(name, hash, range)| {
        let keys = [KeySchema::new(*hash, KeyType::Hash), KeySchema::new(*range, KeyType::Range)];
        GlobalSecondaryIndex::new(*name, keys, Projection::new().projection_type(ProjectionType::All))
    });
    // Encrypted all the same: without a specification DynamoDB uses a key of its own, at no charge per request.
    let mut properties = dynamodb::Table::new([KeySchema::new(table.key(), KeyType::Hash)])
        .attribute_definitions(list(definitions))
        .billing_mode(BillingMode::PayPerRequest)
        .tags(project_tags());
    if !table.indexes().is_empty() {
        properties = properties.global_secondary_indexes(list(indexes));
    }
    if table == Table::Orders {
        let recovery = PointInTimeRecoverySpecification::new().point_in_time_recovery_enabled(true);
        properties = properties.point_in_time_recovery_specification(recovery);
    }
    if let Some(attribute) = table.time_to_live() {
        let time_to_live = TimeToLiveSpecification::new(true).attribute_name(attribute);
        properties = properties.time_to_live_specification(time_to_live);
    }
    let policy = if options.retain_data && table.is_data() { DeletionPolicy::Retain } else { DeletionPolicy::Delete };
    stack.add_with(format!("{}Table", table.word()), properties, Attributes::new().on_removal(policy))
}
