//! Placing orders in DynamoDB: the order and its idempotency record, together or not at all.

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use cloudcart_shop::attribute::{Attribute, Row, RowError, integer, text};
use cloudcart_shop::ids::OrderId;
use cloudcart_shop::order::Order;

use super::dynamo::{broken, failed, is_throttling, item, row, unreadable};
use super::{Checkouts, Dynamo, Placed, Record, StoreError};
use crate::crypto::jitter;

/// The table's kind, for messages.
pub(super) const TABLE: &str = "Idempotency";

/// The row of a record.
pub(super) fn to_row(record: &Record) -> Row {
    Row::from([
        ("key".to_owned(), Attribute::text(&record.key)),
        ("requestHash".to_owned(), Attribute::text(&record.request_hash)),
        ("orderId".to_owned(), Attribute::text(record.order_id.as_str())),
        ("body".to_owned(), Attribute::text(&record.body)),
        ("expiresAt".to_owned(), Attribute::integer(record.expires_at)),
    ])
}

/// Reads a record's row.
pub(super) fn from_row(row: &Row) -> Result<Record, RowError> {
    Ok(Record {
        key: text(row, "key")?.to_owned(),
        request_hash: text(row, "requestHash")?.to_owned(),
        order_id: OrderId::parse(text(row, "orderId")?).ok_or(RowError::Attribute("orderId"))?,
        body: text(row, "body")?.to_owned(),
        expires_at: integer(row, "expiresAt")?,
    })
}

#[async_trait]
impl Checkouts for Dynamo {
    async fn record(&self, key: &str, now: i64) -> Result<Option<Record>, StoreError> {
        let item = self.get("GetItem on Idempotency", &self.tables.idempotency, ("key", key), true).await?;
        let record = item.map(|item| from_row(&row(item))).transpose().map_err(unreadable(TABLE))?;
        Ok(record.filter(|record| record.expires_at > now))
    }

    async fn place(&self, order: &Order, record: Option<&Record>, now: i64) -> Result<Placed, StoreError> {
        let operation = "TransactWriteItems of an order";
        let new_order = Put::builder()
            .table_name(&self.tables.orders)
            .set_item(Some(item(order.to_row())))
            .condition_expression("attribute_not_exists(#orderId)")
            .expression_attribute_names("#orderId", "orderId")
            .build()
            .map_err(|error| broken(operation, error))?;
        let new_order = TransactWriteItem::builder().put(new_order).build();
        let mut writes = Vec::with_capacity(2);
        if let Some(record) = record {
            let new_record = Put::builder()
                .table_name(&self.tables.idempotency)
                .set_item(Some(item(to_row(record))))
                // The table's TTL deletes late, so a record that has ended may still be there.
                .condition_expression("attribute_not_exists(#key) OR #expiresAt <= :now")
                .expression_attribute_names("#key", "key")
                .expression_attribute_names("#expiresAt", "expiresAt")
                .expression_attribute_values(":now", AttributeValue::N(now.to_string()))
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
                .build()
                .map_err(|error| broken(operation, error))?;
            writes.push(TransactWriteItem::builder().put(new_record).build());
        }
        writes.push(new_order);
        for attempt in 0..4 {
            if attempt > 0 {
                tokio::time::sleep(jitter(25 << attempt)).await;
            }
            let sent = self.client.transact_write_items().set_transact_items(Some(writes.clone())).send().await;
            let Err(error) = sent else { return Ok(Placed::Yes) };
            let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error()
            else {
                return Err(failed(operation, error));
            };
            let reasons = cancelled.cancellation_reasons();
            let first =
                reasons.first().filter(|reason| record.is_some() && reason.code() == Some("ConditionalCheckFailed"));
            if let Some(old) = first.and_then(|reason| reason.item()) {
                return from_row(&row(old.clone())).map(Placed::KeyTaken).map_err(unreadable(TABLE));
            }
            // Two checkouts with one key at the same moment conflict before either sees the other's record.
            if !reasons.iter().any(|reason| is_throttling(reason.code().unwrap_or_default())) {
                return Err(failed(operation, error));
            }
        }
        Err(StoreError::Busy { operation, source: None })
    }
}
