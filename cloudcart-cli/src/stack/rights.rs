//! Who may touch what: the one table from which roles and environments are made.
//!
//! A function is told a table's name because it has a right on it, and for no other reason.

use cloudcart_cfn::Grant;
use cloudcart_cfn::policy::dynamodb::Action::{
    self as OnTable, BatchGetItem, GetItem, PutItem, Query, Scan, UpdateItem,
};
use cloudcart_cfn::policy::sqs::Action::{
    self as OnQueue, DeleteMessage, GetQueueAttributes, ReceiveMessage, SendMessage,
};
use cloudcart_shop::env;
use cloudcart_shop::functions::Function;

use super::ShopOptions;
use super::queue::Queues;
pub use super::tables::Table;
use super::tables::Tables;

/// One right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// On the items of a table.
    Table(Table, &'static [OnTable]),
    /// On an index of a table, and not on the table.
    Index(Table, &'static str, &'static [OnTable]),
    /// To read and, once, to write the row of the Idempotency table that holds the shop's signing key; no other row.
    SigningKey,
    /// On the checkout queue.
    Queue(&'static [OnQueue]),
}

/// Every right of every function, beside writing its own logs.
///
/// A transaction needs the rights of the writes that it is made of.
pub const RIGHTS: &[(Function, &[Right])] = &[
    (
        Function::Products,
        &[
            Right::Table(Table::Products, &[BatchGetItem, Scan]),
            Right::Index(Table::Products, env::GSI_CATEGORY, &[Query]),
            Right::Table(Table::Inventory, &[BatchGetItem]),
            Right::SigningKey,
        ],
    ),
    (
        Function::Cart,
        &[
            Right::Table(Table::Products, &[BatchGetItem]),
            Right::Table(Table::Inventory, &[BatchGetItem]),
            Right::Table(Table::Carts, &[GetItem, UpdateItem]),
            Right::SigningKey,
        ],
    ),
    (
        Function::Checkout,
        &[
            Right::Table(Table::Products, &[BatchGetItem]),
            Right::Table(Table::Inventory, &[BatchGetItem]),
            Right::Table(Table::Carts, &[GetItem, UpdateItem]),
            Right::Table(Table::Orders, &[GetItem, PutItem]),
            Right::Table(Table::Idempotency, &[GetItem, PutItem]),
            Right::Queue(&[SendMessage]),
        ],
    ),
    (
        Function::Orders,
        &[
            Right::Table(Table::Orders, &[GetItem]),
            Right::Index(Table::Orders, env::GSI_USER, &[Query]),
            Right::SigningKey,
        ],
    ),
    (
        Function::Worker,
        &[
            Right::Table(Table::Orders, &[GetItem, UpdateItem]),
            Right::Table(Table::Inventory, &[GetItem, UpdateItem]),
            // What the event source mapping needs; the function itself never calls SQS.
            Right::Queue(&[DeleteMessage, GetQueueAttributes, ReceiveMessage]),
        ],
    ),
    (
        Function::Sweeper,
        &[
            Right::Index(Table::Orders, env::GSI_PENDING, &[Query]),
            Right::Table(Table::Orders, &[GetItem, UpdateItem]),
            Right::Queue(&[SendMessage]),
        ],
    ),
    (
        Function::Desk,
        &[Right::Table(Table::Orders, &[GetItem, UpdateItem]), Right::Table(Table::Inventory, &[GetItem, UpdateItem])],
    ),
];

/// The rights of a function in a shop with these options.
pub fn rights_of(function: Function, options: &ShopOptions) -> Vec<Right> {
    let rights = RIGHTS.iter().filter(|(owner, _)| *owner == function).flat_map(|(_, rights)| rights.iter().copied());
    rights.filter(|right| right.table().is_none_or(|table| table.exists(options))).collect()
}

impl Right {
    /// The table that it is about.
    pub const fn table(self) -> Option<Table> {
        match self {
            Self::Table(table, _) | Self::Index(table, _, _) => Some(table),
            Self::SigningKey => Some(Table::Idempotency),
            Self::Queue(_) => None,
        }
    }

    /// The grant. None when the shop has no such table.
    pub(super) fn grant<'stack>(self, tables: &Tables<'stack>, queues: &Queues<'stack>) -> Option<Grant<'stack>> {
        Some(match self {
            Self::Table(table, actions) => {
                tables.get(&table)?.allow(actions.iter().copied()).named(&format!("{}Table", table.word()))
            }
            Self::Index(table, index, actions) => tables
                .get(&table)?
                .allow_on_index(index, actions.iter().copied())
                .named(&format!("{}Index", table.word())),
            Self::SigningKey => tables
                .get(&Table::Idempotency)?
                .allow([GetItem, PutItem])
                .when("ForAllValues:StringEquals", "dynamodb:LeadingKeys", [env::SIGNING_KEY_ROW])
                .named("SigningKey"),
            Self::Queue(actions) => queues.checkout.allow(actions.iter().copied()).named("CheckoutQueue"),
        })
    }
}

/// Whether a function asks who the caller is.
pub(super) const fn knows_callers(function: Function) -> bool {
    matches!(function, Function::Cart | Function::Checkout | Function::Orders)
}

/// Whether a function reads carts, wherever they live.
pub(super) const fn knows_carts(function: Function) -> bool {
    matches!(function, Function::Cart | Function::Checkout)
}
