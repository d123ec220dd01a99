//! Taking orders a step on in DynamoDB, the stock that goes back in the same transaction.

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use cloudcart_shop::order::{Order, State};
use cloudcart_shop::pricing::PricedLine;
use cloudcart_shop::product::Stock;
use futures_util::future::try_join_all;

use super::dynamo::{broken, failed, is_throttling};
use super::fulfilment::{CHECK_FAILED, STEP, names, values};
use super::{Advanced, Dynamo, Steps, StoreError};
use crate::crypto::jitter;

const ADVANCE: &str = "TransactWriteItems of a step";

impl Dynamo {
    /// The step, if the order is still the one that was read: in the state it leaves, and a version younger.
    fn step(&self, order: &Order, from: State) -> Result<TransactWriteItem, StoreError> {
        let seen = order.version.saturating_sub(1);
        let update = Update::builder()
            .table_name(&self.tables.orders)
            .key("orderId", AttributeValue::S(order.id.as_str().to_owned()))
            .update_expression(STEP)
            .condition_expression("#status = :from AND #version = :seen")
            .set_expression_attribute_names(Some(names()))
            .set_expression_attribute_values(Some(values(order, from)))
            .expression_attribute_values(":seen", AttributeValue::N(seen.to_string()))
            .build()
            .map_err(|error| broken(ADVANCE, error))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    fn increment(&self, line: &PricedLine) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&self.tables.inventory)
            .key("id", AttributeValue::S(line.id.as_str().to_owned()))
            .update_expression("SET #available = #available + :qty")
            // Without it a product that nobody counts any more would be counted again.
            .condition_expression("attribute_exists(#available)")
            .expression_attribute_names("#available", "available")
            .expression_attribute_values(":qty", AttributeValue::N(line.qty.to_string()))
            .build()
            .map_err(|error| broken(ADVANCE, error))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

#[async_trait]
impl Steps for Dynamo {
    async fn advance(&self, order: &Order, from: State) -> Result<Advanced, StoreError> {
        let returns = order.returns(from);
        for attempt in 0..4 {
            if attempt > 0 {
                tokio::time::sleep(jitter(50 << attempt)).await;
            }
            let stock = try_join_all(returns.iter().map(|line| self.exact_stock(line))).await?;
            let counted = returns.iter().zip(&stock).filter(|(_, stock)| **stock != Stock::Untracked);
            let counted: Vec<&PricedLine> = counted.map(|(line, _)| *line).collect();
            let mut writes = vec![self.step(order, from)?];
            for line in &counted {
                writes.push(self.increment(line)?);
            }
            let sent = self.client.transact_write_items().set_transact_items(Some(writes)).send().await;
            let Err(error) = sent else {
                return Ok(Advanced::Yes(counted.into_iter().map(|line| line.id.clone()).collect()));
            };
            let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error()
            else {
                return Err(failed(ADVANCE, error));
            };
            let reasons = cancelled.cancellation_reasons();
            if reasons.first().is_some_and(|reason| reason.code() == Some(CHECK_FAILED)) {
                return Ok(Advanced::Conflict);
            }
            // A row of the stock that has just gone is seen by the next attempt.
            let again = |code: &str| is_throttling(code) || code == CHECK_FAILED;
            if !reasons.iter().any(|reason| again(reason.code().unwrap_or_default())) {
                return Err(failed(ADVANCE, error));
            }
        }
        Err(StoreError::Busy { operation: ADVANCE, source: None })
    }
}
