//! What the functions keep and where: small traits, and DynamoDB behind them. In tests, memory.

mod carts;
mod catalogue;
mod checkouts;
mod dynamo;
mod fulfilment;
mod keys;
pub mod memory;
mod orders;
mod steps;
mod sweeps;

use std::collections::HashMap;

use async_trait::async_trait;
use cloudcart_shop::attribute::RowError;
use cloudcart_shop::cart::Cart;
use cloudcart_shop::cursor::StartKey;
use cloudcart_shop::ids::{OrderId, ProductId};
use cloudcart_shop::order::{Order, State};
use cloudcart_shop::product::{Product, Stock};
use cloudcart_shop::sweep::Waiting;

use crate::crypto::SigningKey;

pub use carts::MemoryCarts;
pub use dynamo::{Dynamo, Tables, failed};
pub use keys::{Keys, SIGNING_KEY_ATTRIBUTE};

/// Why a table or the queue did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Throttled, timed out or unreachable: it may well work in a moment.
    #[error("{operation}: busy")]
    Busy {
        /// What was tried.
        operation: &'static str,
        /// What the service or the network said.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// Refused.
    #[error("{operation} failed")]
    Failed {
        /// What was tried.
        operation: &'static str,
        /// What the service said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A row that makes no sense.
    #[error("a row of {table} cannot be read")]
    Row {
        /// The kind of table.
        table: &'static str,
        /// What is wrong with it.
        #[source]
        source: RowError,
    },
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// Its items. There may be none and still be a next page.
    pub items: Vec<T>,
    /// Where the next page starts, if there is one.
    pub last: Option<StartKey>,
}

/// Products and their stock.
#[async_trait]
pub trait Catalogue: Send + Sync {
    /// One product, and how many there are of it.
    async fn product(&self, id: &ProductId) -> Result<(Option<Product>, Stock), StoreError>;
    /// Those of the products that exist.
    async fn products(&self, ids: &[ProductId]) -> Result<HashMap<ProductId, Product>, StoreError>;
    /// How many there are of each. Untracked ones are left out.
    async fn stock(&self, ids: &[ProductId]) -> Result<HashMap<ProductId, Stock>, StoreError>;
    /// A page of all products, or of a category.
    async fn page(
        &self,
        category: Option<&str>,
        limit: u32,
        start: Option<&StartKey>,
    ) -> Result<Page<Product>, StoreError>;
}

/// Whether a conditional write happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// It did.
    Yes,
    /// Somebody else was faster. Nothing was written.
    Conflict,
}

/// Carts, each changed by one atomic write.
#[async_trait]
pub trait Carts: Send + Sync {
    /// A cart, even one that has expired.
    async fn load(&self, id: &str) -> Result<Option<Cart>, StoreError>;
    /// Stores a cart if the stored version is still `seen` (0: none is stored).
    async fn save(&self, id: &str, cart: &Cart, seen: u64) -> Result<Written, StoreError>;
}

/// Orders, to read.
#[async_trait]
pub trait Orders: Send + Sync {
    /// One order, as of now.
    async fn order(&self, id: &OrderId) -> Result<Option<Order>, StoreError>;
    /// A page of a user's orders, newest first, perhaps only those in one state.
    async fn orders_of(
        &self,
        user: &str,
        state: Option<State>,
        limit: u32,
        start: Option<&StartKey>,
    ) -> Result<Page<Order>, StoreError>;
}

/// What an idempotency key stands for: a request and the answer it got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Digest of principal, route and the client's key.
    pub key: String,
    /// Digest of the canonical request.
    pub request_hash: String,
    /// The order that it placed.
    pub order_id: OrderId,
    /// The answer's body, the guest's token aside.
    pub body: String,
    /// Until when it counts, in seconds since 1970. The table deletes late.
    pub expires_at: i64,
}

/// What became of placing an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placed {
    /// It is written, and with it the record.
    Yes,
    /// The key has a live record; nothing was written.
    KeyTaken(Record),
}

/// Orders, to place.
#[async_trait]
pub trait Checkouts: Orders {
    /// The live record of an idempotency key.
    async fn record(&self, key: &str, now: i64) -> Result<Option<Record>, StoreError>;
    /// Writes a pending order and the record, or neither.
    async fn place(&self, order: &Order, record: Option<&Record>, now: i64) -> Result<Placed, StoreError>;
}

/// What became of reserving an order's goods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reserved {
    /// Reserved, and the order confirmed.
    Yes,
    /// The order was no longer pending. Nothing changed.
    NotPending,
    /// There is too little of this line (its index). Nothing changed.
    OutOfStock(usize),
}

/// Orders, to fulfil.
#[async_trait]
pub trait Fulfilment: Orders {
    /// Confirms a pending order and takes its goods from the stock, in one transaction. `order` is the order as it will be.
    async fn confirm(&self, order: &Order) -> Result<Reserved, StoreError>;
    /// Rejects a pending order. `order` is the order as it will be.
    async fn reject(&self, order: &Order) -> Result<Written, StoreError>;
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advanced {
    /// It is taken, and these products of the order (their ids) got their stock back.
    Yes(Vec<ProductId>),
    /// The order was no longer as it had been read. Nothing changed.
    Conflict,
}

/// Orders, to take a step on.
#[async_trait]
pub trait Steps: Orders {
    /// Writes an order that has just left a state, if the stored one is still the one before it, and in the same transaction gives
    /// back the stock of what a cancelled order had reserved. `order` is the order as it will be.
    async fn advance(&self, order: &Order, from: State) -> Result<Advanced, StoreError>;
}

/// Orders, to sweep.
#[async_trait]
pub trait Sweeps: Orders {
    /// A page of a shard of the index of pending orders, those that were placed before a time (RFC 3339), oldest first. The index
    /// lags behind: an order may have moved on. An entry that cannot be read does not take the others along.
    async fn waiting(
        &self,
        shard: &str,
        placed_before: &str,
        start: Option<&StartKey>,
    ) -> Result<Page<Result<Waiting, StoreError>>, StoreError>;
    /// Notes that a message was sent about an order if it is still pending. `at` is in seconds since 1970.
    async fn swept(&self, id: &OrderId, at: i64) -> Result<Written, StoreError>;
}

/// The shop's own secret, where all functions find it.
#[async_trait]
pub trait Secrets: Send + Sync {
    /// The signing key, if it has been made.
    async fn signing_key(&self) -> Result<Option<SigningKey>, StoreError>;
    /// Keeps the bytes of a new signing key unless there is one.
    async fn keep_signing_key(&self, bytes: [u8; 32]) -> Result<Written, StoreError>;
}
