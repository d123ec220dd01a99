//! Products and Inventory in DynamoDB.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use cloudcart_shop::attribute::Row;
use cloudcart_shop::cursor::StartKey;
use cloudcart_shop::env::GSI_CATEGORY;
use cloudcart_shop::ids::ProductId;
use cloudcart_shop::product::{Product, Stock};
use serde_json::json;

use super::dynamo::{failed, row, start_item, start_key, unreadable};
use super::{Catalogue, Dynamo, Page, StoreError};
use crate::log::{self, Level};

/// The tables' kinds, for messages.
pub(super) const PRODUCTS: &str = "Products";
pub(super) const INVENTORY: &str = "Inventory";

/// Reads the rows of a list. One that makes no sense is logged and left out: it must not take the whole catalogue away.
pub(super) fn readable(rows: impl IntoIterator<Item = Row>) -> impl Iterator<Item = Product> {
    rows.into_iter().filter_map(|row| {
        let product = Product::from_row(&row);
        if let Err(error) = &product {
            let fields = json!({ "table": PRODUCTS, "id": format!("{:?}", row.get("id")), "error": error.to_string() });
            log::write(Level::Warn, "row left out", fields);
        }
        product.ok()
    })
}

#[async_trait]
impl Catalogue for Dynamo {
    async fn product(&self, id: &ProductId) -> Result<(Option<Product>, Stock), StoreError> {
        let (products, inventory) = (self.tables.products.as_str(), self.tables.inventory.as_str());
        let wanted = [(products, vec![id.as_str()]), (inventory, vec![id.as_str()])];
        let mut items = self.get_from("BatchGetItem on Products and Inventory", "id", wanted).await?;
        let mut only = |table: &str| items.remove(table).and_then(|mut items| items.pop()).map(row);
        let product = only(products).as_ref().map(Product::from_row).transpose().map_err(unreadable(PRODUCTS))?;
        let stock = Stock::from_row(only(inventory).as_ref()).map_err(unreadable(INVENTORY))?;
        Ok((product, stock))
    }

    async fn products(&self, ids: &[ProductId]) -> Result<HashMap<ProductId, Product>, StoreError> {
        let keys = ids.iter().map(ProductId::as_str);
        let items = self.get_all("BatchGetItem on Products", &self.tables.products, "id", keys).await?;
        Ok(readable(items.into_iter().map(row)).map(|product| (product.id.clone(), product)).collect())
    }

    async fn stock(&self, ids: &[ProductId]) -> Result<HashMap<ProductId, Stock>, StoreError> {
        let keys = ids.iter().map(ProductId::as_str);
        let items = self.get_all("BatchGetItem on Inventory", &self.tables.inventory, "id", keys).await?;
        let mut stock = HashMap::with_capacity(items.len());
        for item in items {
            let row = row(item);
            let id = cloudcart_shop::attribute::text(&row, "id").map_err(unreadable(INVENTORY))?;
            if let Some(id) = ProductId::parse(id) {
                stock.insert(id, Stock::from_row(Some(&row)).map_err(unreadable(INVENTORY))?);
            }
        }
        Ok(stock)
    }

    async fn page(
        &self,
        category: Option<&str>,
        limit: u32,
        start: Option<&StartKey>,
    ) -> Result<Page<Product>, StoreError> {
        let limit = i32::try_from(limit).unwrap_or(i32::MAX);
        let (items, last, operation) = if let Some(category) = category {
            let operation = "Query on gsi_category";
            let got = self
                .client
                .query()
                .table_name(&self.tables.products)
                .index_name(GSI_CATEGORY)
                .key_condition_expression("#category = :category")
                .expression_attribute_names("#category", "category")
                .expression_attribute_values(":category", AttributeValue::S(category.to_owned()))
                .limit(limit)
                .set_exclusive_start_key(start_item(start))
                .send()
                .await
                .map_err(|error| failed(operation, error))?;
            (got.items, got.last_evaluated_key, operation)
        } else {
            let operation = "Scan on Products";
            let got = self
                .client
                .scan()
                .table_name(&self.tables.products)
                .limit(limit)
                .set_exclusive_start_key(start_item(start))
                .send()
                .await
                .map_err(|error| failed(operation, error))?;
            (got.items, got.last_evaluated_key, operation)
        };
        Ok(Page {
            items: readable(items.unwrap_or_default().into_iter().map(row)).collect(),
            last: start_key(operation, last)?,
        })
    }
}
