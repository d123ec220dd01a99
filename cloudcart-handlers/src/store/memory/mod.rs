//! The shop's tables in memory, for tests of the functions without a database.
//!
//! It promises what the tables promise: a conditional write happens or does not, a transaction is all or nothing, and a page ends
//! with the key of the last row that was looked at, whether or not another follows. Unlike DynamoDB it is never behind, and it lists
//! products by their ids, which nobody should rely on. It deletes nothing by itself: a row whose time is over stays, as it may there.

mod catalogue;
mod orders;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use cloudcart_shop::attribute::Row;
use cloudcart_shop::cart::Cart;

use super::dynamo::unreadable;
use super::{Carts, Secrets, StoreError, Written};
use crate::crypto::SigningKey;

/// One of the shop's tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Products, by `id`.
    Products,
    /// Inventory, by `id`.
    Inventory,
    /// Carts, by `cartId`, which is no part of the row.
    Carts,
    /// Orders, by `orderId`.
    Orders,
    /// Idempotency records, by `key`.
    Idempotency,
}

/// What an operation can be made to fail with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// [`StoreError::Busy`].
    Busy,
    /// [`StoreError::Failed`].
    Failed,
}

/// The rows of a table by their key.
type Rows = BTreeMap<String, Row>;

/// All tables.
#[derive(Default)]
struct Tables {
    products: Rows,
    inventory: Rows,
    carts: Rows,
    orders: Rows,
    idempotency: Rows,
    signing_key: Option<SigningKey>,
}

impl Tables {
    fn of(&mut self, table: Table) -> &mut Rows {
        match table {
            Table::Products => &mut self.products,
            Table::Inventory => &mut self.inventory,
            Table::Carts => &mut self.carts,
            Table::Orders => &mut self.orders,
            Table::Idempotency => &mut self.idempotency,
        }
    }
}

/// The tables. Clones share them.
#[derive(Clone, Default)]
pub struct Memory {
    tables: Arc<Mutex<Tables>>,
    faults: Arc<Mutex<Vec<(&'static str, Fault)>>>,
}

impl Memory {
    /// Empty tables.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes a row, whatever was there.
    pub fn put(&self, table: Table, key: &str, row: Row) {
        self.tables().of(table).insert(key.to_owned(), row);
    }

    /// Deletes a row, if it is there.
    pub fn delete(&self, table: Table, key: &str) {
        self.tables().of(table).remove(key);
    }

    /// All rows of a table, by their keys.
    pub fn rows(&self, table: Table) -> BTreeMap<String, Row> {
        self.tables().of(table).clone()
    }

    /// Makes the next `times` calls of an operation fail and do nothing. Operations go by the names of the store traits' methods,
    /// such as `confirm`.
    pub fn fail(&self, operation: &'static str, times: usize, fault: Fault) {
        self.faults().extend(std::iter::repeat_n((operation, fault), times));
    }

    /// No operation leaves the tables half written, so those of a caller that panicked are as good as any.
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn faults(&self) -> MutexGuard<'_, Vec<(&'static str, Fault)>> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets others have their turn, as a call over the network would, and fails if that was asked for.
    async fn begin(&self, operation: &'static str) -> Result<(), StoreError> {
        tokio::task::yield_now().await;
        let mut faults = self.faults();
        let Some(at) = faults.iter().position(|(name, _)| *name == operation) else { return Ok(()) };
        Err(match faults.remove(at).1 {
            Fault::Busy => StoreError::Busy { operation, source: None },
            Fault::Failed => StoreError::Failed { operation, source: "it was asked to".into() },
        })
    }
}

#[async_trait]
impl Carts for Memory {
    async fn load(&self, id: &str) -> Result<Option<Cart>, StoreError> {
        self.begin("load").await?;
        self.tables().carts.get(id).map(Cart::from_row).transpose().map_err(unreadable("Carts"))
    }

    async fn save(&self, id: &str, cart: &Cart, seen: u64) -> Result<Written, StoreError> {
        self.begin("save").await?;
        let mut tables = self.tables();
        let stored = tables.carts.get(id).map(Cart::from_row).transpose().map_err(unreadable("Carts"))?;
        if stored.map_or(0, |cart| cart.version) != seen {
            return Ok(Written::Conflict);
        }
        tables.carts.insert(id.to_owned(), cart.to_row());
        Ok(Written::Yes)
    }
}

#[async_trait]
impl Secrets for Memory {
    async fn signing_key(&self) -> Result<Option<SigningKey>, StoreError> {
        self.begin("signing_key").await?;
        Ok(self.tables().signing_key.clone())
    }

    async fn keep_signing_key(&self, bytes: [u8; 32]) -> Result<Written, StoreError> {
        self.begin("keep_signing_key").await?;
        let mut tables = self.tables();
        if tables.signing_key.is_some() {
            return Ok(Written::Conflict);
        }
        tables.signing_key = Some(SigningKey::new(&bytes));
        Ok(Written::Yes)
    }
}
