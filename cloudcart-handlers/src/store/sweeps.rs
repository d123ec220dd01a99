//! Orders that stay pending in DynamoDB, through their sparse index.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use cloudcart_shop::cursor::StartKey;
use cloudcart_shop::env::GSI_PENDING;
use cloudcart_shop::ids::OrderId;
use cloudcart_shop::order::State;
use cloudcart_shop::sweep::{SWEEPS, SWEPT_AT, Waiting};

use super::dynamo::{failed, row, start_item, start_key, unreadable, written};
use super::{Dynamo, Page, StoreError, Sweeps, Written};

/// Entries of one page. Small, so that orders of all shards get their turn by age.
const PAGE: i32 = 100;

#[async_trait]
impl Sweeps for Dynamo {
    async fn waiting(
        &self,
        shard: &str,
        placed_before: &str,
        start: Option<&StartKey>,
    ) -> Result<Page<Result<Waiting, StoreError>>, StoreError> {
        let operation = "Query on gsi_pending";
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let got = self
            .client
            .query()
            .table_name(&self.tables.orders)
            .index_name(GSI_PENDING)
            .key_condition_expression("#pendingShard = :shard AND #placedAt < :before")
            .projection_expression("#orderId, #placedAt, #sweeps, #sweptAt")
            .expression_attribute_names("#pendingShard", "pendingShard")
            .expression_attribute_names("#placedAt", "placedAt")
            .expression_attribute_names("#orderId", "orderId")
            .expression_attribute_names("#sweeps", SWEEPS)
            .expression_attribute_names("#sweptAt", SWEPT_AT)
            .expression_attribute_values(":shard", text(shard))
            .expression_attribute_values(":before", text(placed_before))
            .limit(PAGE)
            .set_exclusive_start_key(start_item(start))
            .send()
            .await
            .map_err(|error| failed(operation, error))?;
        let read = |item| Waiting::from_row(&row(item)).map_err(unreadable("Orders"));
        let items = got.items.unwrap_or_default().into_iter().map(read).collect();
        Ok(Page { items, last: start_key(operation, got.last_evaluated_key)? })
    }

    async fn swept(&self, id: &OrderId, at: i64) -> Result<Written, StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.tables.orders)
            .key("orderId", AttributeValue::S(id.as_str().to_owned()))
            .update_expression("SET #sweptAt = :at ADD #sweeps :one")
            .condition_expression("#status = :pending")
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#sweeps", SWEEPS)
            .expression_attribute_names("#sweptAt", SWEPT_AT)
            .expression_attribute_values(":pending", AttributeValue::S(State::Pending.as_str().to_owned()))
            .expression_attribute_values(":at", AttributeValue::N(at.to_string()))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .send()
            .await;
        written("UpdateItem on Orders", update)
    }
}
