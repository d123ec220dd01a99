//! Carts in DynamoDB, or in the function's memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use cloudcart_shop::cart::Cart;

use super::dynamo::{item, row, unreadable, written};
use super::{Carts, Dynamo, StoreError, Written};
use crate::clock::Clock;

#[async_trait]
impl Carts for Dynamo {
    async fn load(&self, id: &str) -> Result<Option<Cart>, StoreError> {
        let item = self.get("GetItem on Carts", &self.tables.carts, ("cartId", id), true).await?;
        item.map(|item| Cart::from_row(&row(item))).transpose().map_err(unreadable("Carts"))
    }

    async fn save(&self, id: &str, cart: &Cart, seen: u64) -> Result<Written, StoreError> {
        let mut attributes = item(cart.to_row());
        let mut take = |name: &str| attributes.remove(name).unwrap_or(AttributeValue::Null(true));
        let mut update = self
            .client
            .update_item()
            .table_name(&self.tables.carts)
            .key("cartId", AttributeValue::S(id.to_owned()))
            .update_expression("SET #lines = :lines, #version = :version, #expiresAt = :expiresAt")
            .expression_attribute_names("#lines", "lines")
            .expression_attribute_names("#version", "version")
            .expression_attribute_names("#expiresAt", "expiresAt")
            .expression_attribute_values(":lines", take("lines"))
            .expression_attribute_values(":version", take("version"))
            .expression_attribute_values(":expiresAt", take("expiresAt"));
        update = if seen == 0 {
            update.condition_expression("attribute_not_exists(#version)")
        } else {
            update
                .condition_expression("#version = :seen")
                .expression_attribute_values(":seen", AttributeValue::N(seen.to_string()))
        };
        written("UpdateItem on Carts", update.send().await)
    }
}

/// Carts of this execution environment alone, as in the original demo: another instance has others, and they end with it.
pub struct MemoryCarts {
    carts: Mutex<HashMap<String, Cart>>,
    clock: Arc<dyn Clock>,
}

/// Most carts held in memory. Beyond it the one that ends first makes room.
const MOST_IN_MEMORY: usize = 10_000;

impl MemoryCarts {
    /// No carts yet. The clock tells which have ended.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { carts: Mutex::default(), clock }
    }
}

#[async_trait]
impl Carts for MemoryCarts {
    async fn load(&self, id: &str) -> Result<Option<Cart>, StoreError> {
        Ok(self.carts.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned())
    }

    async fn save(&self, id: &str, cart: &Cart, seen: u64) -> Result<Written, StoreError> {
        let mut carts = self.carts.lock().unwrap_or_else(PoisonError::into_inner);
        if carts.get(id).map_or(0, |stored| stored.version) != seen {
            return Ok(Written::Conflict);
        }
        if carts.len() >= MOST_IN_MEMORY && !carts.contains_key(id) {
            let now = self.clock.now().as_second();
            carts.retain(|_, cart| cart.expires_at > now);
            let first = carts.iter().min_by_key(|(_, cart)| cart.expires_at).map(|(id, _)| id.clone());
            if let Some(first) = first.filter(|_| carts.len() >= MOST_IN_MEMORY) {
                carts.remove(&first);
            }
        }
        carts.insert(id.to_owned(), cart.clone());
        Ok(Written::Yes)
    }
}
