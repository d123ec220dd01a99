//! Confirming and rejecting orders in DynamoDB, the stock in the same transaction.

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use cloudcart_shop::order::{Order, State, Step, reserved_attribute};
use cloudcart_shop::pricing::PricedLine;
use cloudcart_shop::product::Stock;
use futures_util::future::try_join_all;

use super::dynamo::{Item, broken, failed, is_throttling, row, unreadable, value, written};
use super::{Dynamo, Fulfilment, Reserved, StoreError, Written};
use crate::crypto::jitter;

const CONFIRM: &str = "TransactWriteItems of a confirmation";
const REJECT: &str = "UpdateItem on Orders";
pub(super) const CHECK_FAILED: &str = "ConditionalCheckFailed";

/// How an order takes a step. The index of pending orders is sparse over `pendingShard`, so removing it takes the order out.
pub(super) const STEP: &str = "SET #status = :status, #version = :version, #updatedAt = :updatedAt, \
     #history = list_append(#history, :step) REMOVE #pendingShard";

/// The same, noting what is taken from the stock: what a cancellation later gives back.
const CONFIRMATION: &str = "SET #status = :status, #version = :version, #updatedAt = :updatedAt, \
     #history = list_append(#history, :step), #reserved = :reserved REMOVE #pendingShard";

const NAMES: [&str; 5] = ["status", "version", "updatedAt", "history", "pendingShard"];

pub(super) fn names() -> std::collections::HashMap<String, String> {
    NAMES.iter().map(|name| (format!("#{name}"), (*name).to_owned())).collect()
}

/// The values of a step from a state.
pub(super) fn values(order: &Order, from: State) -> Item {
    let steps = order.history.last().map(Step::attribute).map(value).into_iter().collect();
    let text = |text: &str| AttributeValue::S(text.to_owned());
    Item::from([
        (":status".to_owned(), text(order.state.as_str())),
        (":from".to_owned(), text(from.as_str())),
        (":updatedAt".to_owned(), text(&order.updated_at)),
        (":version".to_owned(), AttributeValue::N(order.version.to_string())),
        (":step".to_owned(), AttributeValue::L(steps)),
    ])
}

impl Dynamo {
    pub(super) async fn exact_stock(&self, line: &PricedLine) -> Result<Stock, StoreError> {
        let key = ("id", line.id.as_str());
        let item = self.get("GetItem on Inventory", &self.tables.inventory, key, true).await?;
        Stock::from_row(item.map(row).as_ref()).map_err(unreadable("Inventory"))
    }

    fn confirmation(&self, order: &Order, tracked: &[usize]) -> Result<TransactWriteItem, StoreError> {
        let reserved = reserved_attribute(tracked.iter().map(|at| &order.lines[*at].id));
        let update = Update::builder()
            .table_name(&self.tables.orders)
            .key("orderId", AttributeValue::S(order.id.as_str().to_owned()))
            .update_expression(CONFIRMATION)
            .condition_expression("#status = :from")
            .set_expression_attribute_names(Some(names()))
            .set_expression_attribute_values(Some(values(order, State::Pending)))
            .expression_attribute_names("#reserved", "reserved")
            .expression_attribute_values(":reserved", value(reserved))
            .build()
            .map_err(|error| broken(CONFIRM, error))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    fn decrement(&self, line: &PricedLine) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&self.tables.inventory)
            .key("id", AttributeValue::S(line.id.as_str().to_owned()))
            .update_expression("SET #available = #available - :qty")
            .condition_expression("#available >= :qty")
            .expression_attribute_names("#available", "available")
            .expression_attribute_values(":qty", AttributeValue::N(line.qty.to_string()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(|error| broken(CONFIRM, error))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

/// What a cancelled confirmation means. `None`: try again. `tracked` are the lines behind the reasons after the first.
fn verdict(reasons: &[CancellationReason], tracked: &[usize]) -> Option<Reserved> {
    let check_failed = |reason: &CancellationReason| reason.code() == Some(CHECK_FAILED);
    if reasons.first().is_some_and(check_failed) {
        return Some(Reserved::NotPending);
    }
    let short = reasons.iter().skip(1).zip(tracked).find(|(reason, _)| {
        // A row that is gone is no longer tracked, which the next attempt will see.
        check_failed(reason) && reason.item().is_some_and(|item| !item.is_empty())
    });
    short.map(|(_, line)| Reserved::OutOfStock(*line))
}

#[async_trait]
impl Fulfilment for Dynamo {
    async fn confirm(&self, order: &Order) -> Result<Reserved, StoreError> {
        for attempt in 0..4 {
            if attempt > 0 {
                tokio::time::sleep(jitter(50 << attempt)).await;
            }
            let stock = try_join_all(order.lines.iter().map(|line| self.exact_stock(line))).await?;
            let tracked: Vec<usize> = (0..stock.len()).filter(|at| stock[*at] != Stock::Untracked).collect();
            let mut writes = vec![self.confirmation(order, &tracked)?];
            for at in &tracked {
                writes.push(self.decrement(&order.lines[*at])?);
            }
            let sent = self.client.transact_write_items().set_transact_items(Some(writes)).send().await;
            let Err(error) = sent else { return Ok(Reserved::Yes) };
            let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error()
            else {
                return Err(failed(CONFIRM, error));
            };
            let reasons = cancelled.cancellation_reasons();
            if let Some(reserved) = verdict(reasons, &tracked) {
                return Ok(reserved);
            }
            // A conflict is no verdict on the stock: it is tried again, never taken for a rejection.
            let again = |code: &str| is_throttling(code) || code == CHECK_FAILED;
            if !reasons.iter().any(|reason| again(reason.code().unwrap_or_default())) {
                return Err(failed(CONFIRM, error));
            }
        }
        Err(StoreError::Busy { operation: CONFIRM, source: None })
    }

    async fn reject(&self, order: &Order) -> Result<Written, StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.tables.orders)
            .key("orderId", AttributeValue::S(order.id.as_str().to_owned()))
            .update_expression(STEP)
            .condition_expression("#status = :from")
            .set_expression_attribute_names(Some(names()))
            .set_expression_attribute_values(Some(values(order, State::Pending)))
            .send()
            .await;
        written(REJECT, update)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(code: &str, item: Option<Item>) -> CancellationReason {
        CancellationReason::builder().code(code).set_item(item).build()
    }

    fn row() -> Item {
        Item::from([("available".to_owned(), AttributeValue::N("1".to_owned()))])
    }

    #[test]
    fn a_conflict_is_tried_again_and_never_a_rejection() {
        assert_eq!(verdict(&[reason("None", None), reason("TransactionConflict", None)], &[0]), None);
        assert_eq!(verdict(&[reason("TransactionConflict", None), reason("None", None)], &[0]), None);
        assert_eq!(verdict(&[reason("None", None), reason("ThrottlingError", None)], &[0]), None);
    }

    #[test]
    fn the_order_decides_before_the_stock() {
        let both = [reason(CHECK_FAILED, None), reason(CHECK_FAILED, Some(row()))];
        assert_eq!(verdict(&both, &[0]), Some(Reserved::NotPending));
    }

    #[test]
    fn the_short_line_is_named_by_its_place_in_the_order() {
        let reasons = [reason("None", None), reason("None", None), reason(CHECK_FAILED, Some(row()))];
        assert_eq!(verdict(&reasons, &[0, 3]), Some(Reserved::OutOfStock(3)));
    }

    #[test]
    fn a_row_that_is_gone_is_looked_at_again() {
        assert_eq!(verdict(&[reason("None", None), reason(CHECK_FAILED, None)], &[0]), None);
    }
}
