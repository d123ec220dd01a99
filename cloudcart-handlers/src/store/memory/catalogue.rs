//! Products and Inventory in memory.

use std::collections::HashMap;
use std::ops::Bound;

use async_trait::async_trait;
use cloudcart_shop::attribute::{Row, optional_text};
use cloudcart_shop::cursor::StartKey;
use cloudcart_shop::ids::ProductId;
use cloudcart_shop::product::{Product, Stock};

use super::Memory;
use crate::store::catalogue::{INVENTORY, PRODUCTS, readable};
use crate::store::dynamo::{broken, unreadable};
use crate::store::{Catalogue, Page, StoreError};

#[async_trait]
impl Catalogue for Memory {
    async fn product(&self, id: &ProductId) -> Result<(Option<Product>, Stock), StoreError> {
        self.begin("product").await?;
        let tables = self.tables();
        let product = tables.products.get(id.as_str()).map(Product::from_row).transpose();
        let stock = Stock::from_row(tables.inventory.get(id.as_str())).map_err(unreadable(INVENTORY))?;
        Ok((product.map_err(unreadable(PRODUCTS))?, stock))
    }

    async fn products(&self, ids: &[ProductId]) -> Result<HashMap<ProductId, Product>, StoreError> {
        self.begin("products").await?;
        let tables = self.tables();
        let rows = ids.iter().filter_map(|id| tables.products.get(id.as_str()).cloned());
        Ok(readable(rows).map(|product| (product.id.clone(), product)).collect())
    }

    async fn stock(&self, ids: &[ProductId]) -> Result<HashMap<ProductId, Stock>, StoreError> {
        self.begin("stock").await?;
        let tables = self.tables();
        let tracked = ids.iter().filter_map(|id| Some((id, tables.inventory.get(id.as_str())?)));
        let stock = tracked.map(|(id, row)| Ok((id.clone(), Stock::from_row(Some(row))?)));
        stock.collect::<Result<_, _>>().map_err(unreadable(INVENTORY))
    }

    async fn page(
        &self,
        category: Option<&str>,
        limit: u32,
        start: Option<&StartKey>,
    ) -> Result<Page<Product>, StoreError> {
        self.begin("page").await?;
        let key_of = |id: &str| {
            let mut key = StartKey::from([("id".to_owned(), id.to_owned())]);
            key.extend(category.map(|category| ("category".to_owned(), category.to_owned())));
            key
        };
        let first = match start {
            None => Bound::Unbounded,
            Some(key) => {
                let id = key.get("id").filter(|id| key_of(id) == *key);
                Bound::Excluded(id.ok_or_else(|| broken("page", "the start key is of another list"))?.as_str())
            }
        };
        let tables = self.tables();
        let listed = |row: &Row| category.is_none_or(|category| optional_text(row, "category") == Some(category));
        let rows = tables.products.range::<str, _>((first, Bound::Unbounded)).filter(|(_, row)| listed(row));
        let rows: Vec<_> = rows.take(limit as usize).collect();
        let last = rows.last().filter(|_| rows.len() == limit as usize).map(|(id, _)| key_of(id));
        let items = readable(rows.into_iter().map(|(_, row)| row.clone())).collect();
        Ok(Page { items, last })
    }
}
