//! Writes rows to a table in batches, sending again what the service left.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use crate::error::{Error, Result};
use crate::target::Target;

/// `BatchWriteItem` takes at most this many rows.
pub const BATCH: usize = 25;

const BATCHES_AT_ONCE: usize = 4;
const ATTEMPTS: u32 = 10;

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Type `S`.
    Text(String),
    /// Type `N`: exact decimal text.
    Number(String),
}

/// A row: attribute names and values.
pub type Row = BTreeMap<String, Cell>;

/// Writes all rows; those with the key of an existing row replace it. No two rows may have the same key. `written` is told
/// how many rows each finished batch had.
pub async fn write(target: &Target, table: &str, rows: &[Row], written: &(dyn Fn(usize) + Sync)) -> Result<()> {
    stream::iter(rows.chunks(BATCH).map(|batch| write_batch(target, table, batch, written)))
        .buffer_unordered(BATCHES_AT_ONCE)
        .try_collect()
        .await
}

async fn write_batch(target: &Target, table: &str, batch: &[Row], written: &(dyn Fn(usize) + Sync)) -> Result<()> {
    let mut left: Vec<WriteRequest> = batch.iter().map(put_request).collect();
    for attempt in 1..=ATTEMPTS {
        let answer = target.dynamodb().batch_write_item().request_items(table, left.clone()).send().await;
        let answer = answer.map_err(Error::aws("BatchWriteItem"))?;
        left = answer.unprocessed_items.unwrap_or_default().remove(table).unwrap_or_default();
        if left.is_empty() {
            written(batch.len());
            return Ok(());
        }
        tokio::time::sleep(backoff(attempt)).await;
    }
    Err(Error::RowsLeft { table: table.to_owned(), left: left.len(), attempts: ATTEMPTS })
}

/// 50 ms, doubling, at most 5 s.
fn backoff(attempt: u32) -> Duration {
    Duration::from_millis(50 << attempt.saturating_sub(1).min(10)).min(Duration::from_secs(5))
}

fn put_request(row: &Row) -> WriteRequest {
    let item = row.iter().map(|(name, cell)| {
        let value = match cell {
            Cell::Text(text) => AttributeValue::S(text.clone()),
            Cell::Number(text) => AttributeValue::N(text.clone()),
        };
        (name.clone(), value)
    });
    let put = PutRequest::builder().set_item(Some(item.collect())).build();
    // `build` fails only without an item.
    let put = put.expect("the item is set");
    WriteRequest::builder().put_request(put).build()
}

/// Whether a table has no rows.
pub async fn is_empty(target: &Target, table: &str) -> Result<bool> {
    let page = target.dynamodb().scan().table_name(table).limit(1).send().await.map_err(Error::aws("Scan"))?;
    Ok(page.items().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_grows_and_is_bounded() {
        assert_eq!(backoff(1), Duration::from_millis(50));
        assert_eq!(backoff(2), Duration::from_millis(100));
        assert_eq!(backoff(40), Duration::from_secs(5));
    }

    #[test]
    fn numbers_stay_exact_text() {
        let row = Row::from([
            ("id".to_owned(), Cell::Text("1".to_owned())),
            ("price".to_owned(), Cell::Number("99.99".to_owned())),
        ]);
        let request = put_request(&row);
        let item = request.put_request().map(|put| put.item().clone()).unwrap_or_default();
        assert_eq!(item["price"], AttributeValue::N("99.99".to_owned()));
        assert_eq!(item["id"], AttributeValue::S("1".to_owned()));
    }
}
