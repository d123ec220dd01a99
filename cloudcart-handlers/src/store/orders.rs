//! Orders in DynamoDB, to read.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use cloudcart_shop::cursor::StartKey;
use cloudcart_shop::env::GSI_USER;
use cloudcart_shop::ids::OrderId;
use cloudcart_shop::order::{Order, State};

use super::dynamo::{failed, row, start_item, start_key, unreadable};
use super::{Dynamo, Orders, Page, StoreError};

#[async_trait]
impl Orders for Dynamo {
    async fn order(&self, id: &OrderId) -> Result<Option<Order>, StoreError> {
        // Consistent: who has just been told 202 must not be told 404.
        let item = self.get("GetItem on Orders", &self.tables.orders, ("orderId", id.as_str()), true).await?;
        item.map(|item| Order::from_row(&row(item))).transpose().map_err(unreadable("Orders"))
    }

    async fn orders_of(
        &self,
        user: &str,
        state: Option<State>,
        limit: u32,
        start: Option<&StartKey>,
    ) -> Result<Page<Order>, StoreError> {
        let operation = "Query on gsi_user";
        let mut query = self
            .client
            .query()
            .table_name(&self.tables.orders)
            .index_name(GSI_USER)
            .key_condition_expression("#userId = :userId")
            .expression_attribute_names("#userId", "userId")
            .expression_attribute_values(":userId", AttributeValue::S(user.to_owned()))
            // Order ids begin with their time.
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start_item(start));
        if let Some(state) = state {
            query = query
                .filter_expression("#status = :status")
                .expression_attribute_names("#status", "status")
                .expression_attribute_values(":status", AttributeValue::S(state.as_str().to_owned()));
        }
        let got = query.send().await.map_err(|error| failed(operation, error))?;
        let read = |item| Order::from_row(&row(item)).map_err(unreadable("Orders"));
        let items = got.items.unwrap_or_default().into_iter().map(read).collect::<Result<_, _>>()?;
        Ok(Page { items, last: start_key(operation, got.last_evaluated_key)? })
    }
}
