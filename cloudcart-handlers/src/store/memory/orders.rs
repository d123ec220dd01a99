//! Orders and their idempotency records in memory: read, placed, fulfilled, swept and taken a step on.

use async_trait::async_trait;
use cloudcart_shop::attribute::{Attribute, Row, integer, optional_text};
use cloudcart_shop::cursor::StartKey;
use cloudcart_shop::ids::OrderId;
use cloudcart_shop::order::{Order, State, Step, reserved_attribute};
use cloudcart_shop::product::Stock;
use cloudcart_shop::sweep::{SWEEPS, SWEPT_AT, Waiting};

use super::{Memory, Rows};
use crate::store::catalogue::INVENTORY;
use crate::store::checkouts::{TABLE as IDEMPOTENCY, from_row, to_row};
use crate::store::dynamo::{broken, unreadable};
use crate::store::{
    Advanced, Checkouts, Fulfilment, Orders, Page, Placed, Record, Reserved, Steps, StoreError, Sweeps, Written,
};

const ORDERS: &str = "Orders";

/// The row of an order, if the order is pending.
fn pending<'a>(orders: &'a mut Rows, id: &OrderId) -> Option<&'a mut Row> {
    orders.get_mut(id.as_str()).filter(|row| optional_text(row, "status") == Some(State::Pending.as_str()))
}

/// Moves a row on to what an order has become, as an update does: attributes that it does not name stay as they are.
fn step(row: &mut Row, order: &Order) {
    row.insert("status".to_owned(), Attribute::text(order.state.as_str()));
    row.insert("version".to_owned(), Attribute::integer(order.version));
    row.insert("updatedAt".to_owned(), Attribute::text(&order.updated_at));
    if let Some(Attribute::L(steps)) = row.get_mut("history") {
        steps.extend(order.history.last().map(Step::attribute));
    }
    row.remove("pendingShard");
}

#[async_trait]
impl Orders for Memory {
    async fn order(&self, id: &OrderId) -> Result<Option<Order>, StoreError> {
        self.begin("order").await?;
        self.tables().orders.get(id.as_str()).map(Order::from_row).transpose().map_err(unreadable(ORDERS))
    }

    async fn orders_of(
        &self,
        user: &str,
        state: Option<State>,
        limit: u32,
        start: Option<&StartKey>,
    ) -> Result<Page<Order>, StoreError> {
        self.begin("orders_of").await?;
        let key_of =
            |id: &str| StartKey::from([("userId".to_owned(), user.to_owned()), ("orderId".to_owned(), id.to_owned())]);
        let before = match start {
            None => None,
            Some(key) => {
                let id = key.get("orderId").filter(|id| key_of(id) == *key);
                Some(id.ok_or_else(|| broken("orders_of", "the start key is of another list"))?)
            }
        };
        let tables = self.tables();
        let rows =
            tables.orders.iter().rev().filter(|(id, row)| {
                optional_text(row, "userId") == Some(user) && before.is_none_or(|before| *id < before)
            });
        let rows: Vec<_> = rows.take(limit as usize).collect();
        let last = rows.last().filter(|_| rows.len() == limit as usize).map(|(id, _)| key_of(id));
        // What is not wanted counts towards the limit all the same, so a page may be empty and not be the last.
        let wanted = |row: &Row| state.is_none_or(|state| optional_text(row, "status") == Some(state.as_str()));
        let items = rows.into_iter().filter(|(_, row)| wanted(row)).map(|(_, row)| Order::from_row(row));
        Ok(Page { items: items.collect::<Result<_, _>>().map_err(unreadable(ORDERS))?, last })
    }
}

#[async_trait]
impl Checkouts for Memory {
    async fn record(&self, key: &str, now: i64) -> Result<Option<Record>, StoreError> {
        self.begin("record").await?;
        let record = self.tables().idempotency.get(key).map(from_row).transpose().map_err(unreadable(IDEMPOTENCY))?;
        Ok(record.filter(|record| record.expires_at > now))
    }

    async fn place(&self, order: &Order, record: Option<&Record>, now: i64) -> Result<Placed, StoreError> {
        self.begin("place").await?;
        let mut tables = self.tables();
        if let Some(record) = record {
            let old = tables.idempotency.get(&record.key).map(from_row).transpose().map_err(unreadable(IDEMPOTENCY))?;
            if let Some(old) = old.filter(|old| old.expires_at > now) {
                return Ok(Placed::KeyTaken(old));
            }
        }
        if tables.orders.contains_key(order.id.as_str()) {
            return Err(broken("place", format!("there is an order {} already", order.id)));
        }
        tables.orders.insert(order.id.to_string(), order.to_row());
        tables.idempotency.extend(record.map(|record| (record.key.clone(), to_row(record))));
        Ok(Placed::Yes)
    }
}

#[async_trait]
impl Fulfilment for Memory {
    async fn confirm(&self, order: &Order) -> Result<Reserved, StoreError> {
        self.begin("confirm").await?;
        let mut tables = self.tables();
        let tables = &mut *tables;
        let Some(row) = pending(&mut tables.orders, &order.id) else { return Ok(Reserved::NotPending) };
        let mut left = Vec::with_capacity(order.lines.len());
        for (at, line) in order.lines.iter().enumerate() {
            let stock = Stock::from_row(tables.inventory.get(line.id.as_str())).map_err(unreadable(INVENTORY))?;
            let Stock::Tracked(available) = stock else { continue };
            match available.checked_sub(u64::from(line.qty)) {
                Some(rest) => left.push((&line.id, rest)),
                None => return Ok(Reserved::OutOfStock(at)),
            }
        }
        row.insert("reserved".to_owned(), reserved_attribute(left.iter().map(|(id, _)| *id)));
        for (id, rest) in left {
            let row = tables.inventory.entry(id.to_string()).or_default();
            row.insert("available".to_owned(), Attribute::integer(rest));
        }
        step(row, order);
        Ok(Reserved::Yes)
    }

    async fn reject(&self, order: &Order) -> Result<Written, StoreError> {
        self.begin("reject").await?;
        let mut tables = self.tables();
        let Some(row) = pending(&mut tables.orders, &order.id) else { return Ok(Written::Conflict) };
        step(row, order);
        Ok(Written::Yes)
    }
}

#[async_trait]
impl Steps for Memory {
    async fn advance(&self, order: &Order, from: State) -> Result<Advanced, StoreError> {
        self.begin("advance").await?;
        let mut tables = self.tables();
        let tables = &mut *tables;
        let Some(row) = tables.orders.get_mut(order.id.as_str()) else { return Ok(Advanced::Conflict) };
        let stored = Order::from_row(row).map_err(unreadable(ORDERS))?;
        if (stored.state, stored.version) != (from, order.version.saturating_sub(1)) {
            return Ok(Advanced::Conflict);
        }
        let mut more = Vec::new();
        for line in order.returns(from) {
            let stock = Stock::from_row(tables.inventory.get(line.id.as_str())).map_err(unreadable(INVENTORY))?;
            let Stock::Tracked(available) = stock else { continue };
            more.push((&line.id, available.saturating_add(u64::from(line.qty))));
        }
        let returned = more.iter().map(|(id, _)| (*id).clone()).collect();
        for (id, available) in more {
            let row = tables.inventory.entry(id.to_string()).or_default();
            row.insert("available".to_owned(), Attribute::integer(available));
        }
        step(row, order);
        Ok(Advanced::Yes(returned))
    }
}

/// Entries of one page of waiting orders.
const PAGE: usize = 100;

#[async_trait]
impl Sweeps for Memory {
    async fn waiting(
        &self,
        shard: &str,
        placed_before: &str,
        start: Option<&StartKey>,
    ) -> Result<Page<Result<Waiting, StoreError>>, StoreError> {
        self.begin("waiting").await?;
        let place = |row: &Row| {
            let text = |name| optional_text(row, name).unwrap_or_default().to_owned();
            (text("placedAt"), text("orderId"))
        };
        let after = start.map(|key| {
            let text = |name: &str| key.get(name).cloned().unwrap_or_default();
            (text("placedAt"), text("orderId"))
        });
        let tables = self.tables();
        let mut rows: Vec<_> = tables
            .orders
            .values()
            .filter(|row| optional_text(row, "pendingShard") == Some(shard))
            .map(|row| (place(row), row))
            .filter(|(place, _)| place.0.as_str() < placed_before && after.as_ref().is_none_or(|after| place > after))
            .collect();
        rows.sort_by(|(left, _), (right, _)| left.cmp(right));
        rows.truncate(PAGE);
        let last = rows.last().filter(|_| rows.len() == PAGE).map(|((placed_at, id), _)| {
            [("pendingShard", shard), ("placedAt", placed_at), ("orderId", id)]
                .map(|(name, text)| (name.to_owned(), text.to_owned()))
                .into()
        });
        let items = rows.into_iter().map(|(_, row)| Waiting::from_row(row).map_err(unreadable(ORDERS))).collect();
        Ok(Page { items, last })
    }

    async fn swept(&self, id: &OrderId, at: i64) -> Result<Written, StoreError> {
        self.begin("swept").await?;
        let mut tables = self.tables();
        let Some(row) = pending(&mut tables.orders, id) else { return Ok(Written::Conflict) };
        let sweeps = row.get(SWEEPS).map_or(Ok(0), |_| integer(row, SWEEPS)).unwrap_or(0_i64);
        row.insert(SWEEPS.to_owned(), Attribute::integer(sweeps + 1));
        row.insert(SWEPT_AT.to_owned(), Attribute::integer(at));
        Ok(Written::Yes)
    }
}
