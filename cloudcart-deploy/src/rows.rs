//! Writes rows to a table in batches, sending again what the service left; and says how far it came when it cannot go on.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, PutRequest, WriteRequest};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use crate::error::{Error, Result};
use crate::target::Target;

/// `BatchWriteItem` takes at most this many rows.
pub const BATCH: usize = 25;
/// `BatchGetItem` takes at most this many keys.
const KEYS: usize = 100;

/// A new on-demand table takes 4,000 rows a second; this many batches on their way do not outrun it by far, and what they do
/// outrun it by is sent again.
const BATCHES_AT_ONCE: usize = 8;
/// Sends in a row by which nothing of a batch was written, before it is given up.
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
/// how many rows were written, as often as some were.
///
/// When a batch cannot be written, no further one is begun, those on their way are waited for, and the error
/// ([`Error::RowsPartly`]) says how many rows are there.
pub async fn write(target: &Target, table: &str, rows: &[Row], written: &(dyn Fn(usize) + Sync)) -> Result<()> {
    let done = AtomicUsize::new(0);
    let unsure = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let count = |rows: usize| {
        done.fetch_add(rows, Ordering::Relaxed);
        written(rows);
    };
    let work = rows.chunks(BATCH).map(|batch| {
        let (stop, unsure, count) = (&stop, &unsure, &count);
        async move {
            if stop.load(Ordering::Relaxed) {
                return None;
            }
            let failed = write_batch(target, table, batch, count).await.err()?;
            stop.store(true, Ordering::Relaxed);
            unsure.fetch_add(failed.unsure, Ordering::Relaxed);
            Some(failed.error)
        }
    });
    let failures = stream::iter(work).buffer_unordered(BATCHES_AT_ONCE).filter_map(|failure| async { failure });
    let failures: Vec<Error> = failures.collect().await;
    match failures.into_iter().next() {
        None => Ok(()),
        Some(cause) => Err(Error::RowsPartly {
            table: table.to_owned(),
            total: rows.len(),
            written: done.into_inner(),
            unsure: unsure.into_inner(),
            cause: Box::new(cause),
        }),
    }
}

/// Why a batch was given up.
struct Failed {
    error: Error,
    /// Rows of which nobody knows whether they were written: the call broke off.
    unsure: usize,
}

async fn write_batch(
    target: &Target,
    table: &str,
    batch: &[Row],
    count: &(dyn Fn(usize) + Sync),
) -> std::result::Result<(), Failed> {
    let mut left: Vec<WriteRequest> = batch.iter().map(put_request).collect();
    let mut attempt = 0;
    // An answer says what was written; after a call without one, anything may have been.
    let mut broke_off = false;
    loop {
        attempt += 1;
        let sent = left.len();
        let answer = target.dynamodb().batch_write_item().request_items(table, left.clone()).send().await;
        match answer.map_err(Error::aws("BatchWriteItem")) {
            Ok(answer) => {
                left = answer.unprocessed_items.unwrap_or_default().remove(table).unwrap_or_default();
                if left.len() < sent {
                    count(sent - left.len());
                    attempt = 0;
                }
                if left.is_empty() {
                    return Ok(());
                }
                if attempt == ATTEMPTS {
                    let error = Error::RowsLeft { table: table.to_owned(), left: left.len(), attempts: ATTEMPTS };
                    return Err(Failed { error, unsure: if broke_off { left.len() } else { 0 } });
                }
            }
            Err(error) => {
                let aws = error.as_aws();
                broke_off |= aws.is_none_or(|aws| aws.status.is_none_or(|status| status >= 500));
                if !aws.is_some_and(crate::Aws::is_passing) || attempt == ATTEMPTS {
                    return Err(Failed { error, unsure: if broke_off { sent } else { 0 } });
                }
            }
        }
        tokio::time::sleep(backoff(attempt.max(1))).await;
    }
}

/// Up to 50 ms, doubling, up to 5 s; at least half of that, the rest by chance, so that batches do not come back all at once.
fn backoff(attempt: u32) -> Duration {
    let most = Duration::from_millis(50 << attempt.saturating_sub(1).min(10)).min(Duration::from_secs(5));
    let half = most / 2;
    let millis = u64::try_from(half.as_millis()).unwrap_or(u64::MAX).max(1);
    // The hasher's keys are random; nothing here needs more of chance.
    half + Duration::from_millis(RandomState::new().hash_one(attempt) % (millis + 1))
}

fn value(cell: &Cell) -> AttributeValue {
    match cell {
        Cell::Text(text) => AttributeValue::S(text.clone()),
        Cell::Number(text) => AttributeValue::N(text.clone()),
    }
}

fn put_request(row: &Row) -> WriteRequest {
    let item = row.iter().map(|(name, cell)| (name.clone(), value(cell)));
    let put = PutRequest::builder().set_item(Some(item.collect())).build();
    // `build` fails only without an item.
    let put = put.expect("the item is set");
    WriteRequest::builder().put_request(put).build()
}

/// Of the rows with these keys, those that are there: text and number attributes, by key.
pub async fn existing(target: &Target, table: &str, key: &str, keys: &[String]) -> Result<BTreeMap<String, Row>> {
    let batches = keys.chunks(KEYS).map(|keys| existing_batch(target, table, key, keys));
    let found: Vec<Vec<Row>> = stream::iter(batches).buffer_unordered(BATCHES_AT_ONCE).try_collect().await?;
    let named = found.into_iter().flatten().filter_map(|row| match row.get(key) {
        Some(Cell::Text(id)) => Some((id.clone(), row)),
        _ => None,
    });
    Ok(named.collect())
}

async fn existing_batch(target: &Target, table: &str, key: &str, keys: &[String]) -> Result<Vec<Row>> {
    let wanted = keys.iter().map(|id| [(key.to_owned(), AttributeValue::S(id.clone()))].into());
    let wanted = KeysAndAttributes::builder().set_keys(Some(wanted.collect())).consistent_read(true).build();
    // `build` fails only without keys.
    let mut left = wanted.expect("the keys are set");
    let mut rows = Vec::new();
    for attempt in 1..=ATTEMPTS {
        let answer = target.dynamodb().batch_get_item().request_items(table, left.clone()).send().await;
        match answer.map_err(Error::aws("BatchGetItem")) {
            Ok(answer) => {
                let items = answer.responses.unwrap_or_default().remove(table).unwrap_or_default();
                rows.extend(items.into_iter().map(row));
                match answer.unprocessed_keys.unwrap_or_default().remove(table) {
                    None => return Ok(rows),
                    Some(unread) => left = unread,
                }
            }
            Err(error) if error.as_aws().is_some_and(crate::Aws::is_passing) && attempt < ATTEMPTS => {}
            Err(error) => return Err(error),
        }
        tokio::time::sleep(backoff(attempt)).await;
    }
    Err(Error::RowsLeft { table: table.to_owned(), left: left.keys().len(), attempts: ATTEMPTS })
}

fn row(item: std::collections::HashMap<String, AttributeValue>) -> Row {
    let cell = |value| match value {
        AttributeValue::S(text) => Some(Cell::Text(text)),
        AttributeValue::N(text) => Some(Cell::Number(text)),
        _ => None,
    };
    item.into_iter().filter_map(|(name, value)| Some((name, cell(value)?))).collect()
}

/// Removes the row with this key, if it is there and each of these conditions on its attributes holds: a path such as
/// `history[2].reason`, and the text that stands there. Returns whether it was removed.
pub async fn remove_if(target: &Target, table: &str, key: (&str, &str), conditions: &[(&str, &str)]) -> Result<bool> {
    let mut call = target.dynamodb().delete_item().table_name(table);
    call = call.key(key.0, AttributeValue::S(key.1.to_owned()));
    let mut wanted = vec!["attribute_exists(#key)".to_owned()];
    call = call.expression_attribute_names("#key", key.0);
    for (number, (path, text)) in conditions.iter().enumerate() {
        let mut steps = Vec::new();
        for (depth, step) in path.split('.').enumerate() {
            // Each name by a placeholder, since DynamoDB reserves words such as `status`; an index stays as it is.
            let (name, index) = step.split_at(step.find('[').unwrap_or(step.len()));
            let placeholder = format!("#n{number}x{depth}");
            call = call.expression_attribute_names(&placeholder, name);
            steps.push(format!("{placeholder}{index}"));
        }
        wanted.push(format!("{} = :v{number}", steps.join(".")));
        call = call.expression_attribute_values(format!(":v{number}"), AttributeValue::S((*text).to_owned()));
    }
    let sent = call.condition_expression(wanted.join(" AND ")).send().await.map_err(Error::aws("DeleteItem"));
    match sent {
        Ok(_) => Ok(true),
        Err(error)
            if error.as_aws().is_some_and(|aws| aws.code.as_deref() == Some("ConditionalCheckFailedException")) =>
        {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// Whether a table has no rows.
pub async fn is_empty(target: &Target, table: &str) -> Result<bool> {
    let page = target.dynamodb().scan().table_name(table).limit(1).send().await.map_err(Error::aws("Scan"))?;
    Ok(page.items().is_empty())
}

#[cfg(test)]
mod tests;
