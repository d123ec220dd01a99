//! DynamoDB underneath the stores: rows to attribute values and back, and what its errors mean.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use cloudcart_shop::attribute::{Attribute, Row, RowError};
use cloudcart_shop::cursor::StartKey;

use super::{StoreError, Written};
use crate::crypto::jitter;

/// Names of the tables. A function knows those that its role may touch; the others are empty.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    /// Products.
    pub products: String,
    /// Inventory.
    pub inventory: String,
    /// Carts.
    pub carts: String,
    /// Orders.
    pub orders: String,
    /// Idempotency.
    pub idempotency: String,
}

/// The shop's tables in DynamoDB.
#[derive(Debug, Clone)]
pub struct Dynamo {
    pub(super) client: Client,
    pub(super) tables: Tables,
}

/// An item as the SDK has it.
pub(super) type Item = HashMap<String, AttributeValue>;

impl Dynamo {
    /// These tables, through this client.
    pub fn new(client: Client, tables: Tables) -> Self {
        Self { client, tables }
    }

    /// One item, or `None`.
    pub(super) async fn get(
        &self,
        operation: &'static str,
        table: &str,
        key: (&str, &str),
        consistent: bool,
    ) -> Result<Option<Item>, StoreError> {
        let got = self
            .client
            .get_item()
            .table_name(table)
            .key(key.0, AttributeValue::S(key.1.to_owned()))
            .consistent_read(consistent)
            .send()
            .await;
        got.map(|got| got.item).map_err(|error| failed(operation, error))
    }

    /// Those of up to 100 items of a table that exist.
    pub(super) async fn get_all(
        &self,
        operation: &'static str,
        table: &str,
        attribute: &str,
        keys: impl Iterator<Item = &str>,
    ) -> Result<Vec<Item>, StoreError> {
        let mut items = self.get_from(operation, attribute, [(table, keys.collect())]).await?;
        Ok(items.remove(table).unwrap_or_default())
    }

    /// Those of up to 100 items, of several tables with keys of one name, that exist. One call, and one connection for it.
    pub(super) async fn get_from<const N: usize>(
        &self,
        operation: &'static str,
        attribute: &str,
        wanted: [(&str, Vec<&str>); N],
    ) -> Result<HashMap<String, Vec<Item>>, StoreError> {
        let mut open = HashMap::with_capacity(N);
        for (table, keys) in wanted {
            if keys.is_empty() {
                continue;
            }
            let keys = keys.into_iter();
            let keys = keys.map(|key| HashMap::from([(attribute.to_owned(), AttributeValue::S(key.to_owned()))]));
            let keys = KeysAndAttributes::builder().set_keys(Some(keys.collect())).build();
            open.insert(table.to_owned(), keys.map_err(|error| broken(operation, error))?);
        }
        let mut items: HashMap<String, Vec<Item>> = HashMap::with_capacity(N);
        if open.is_empty() {
            return Ok(items);
        }
        for attempt in 0..5 {
            if attempt > 0 {
                tokio::time::sleep(jitter(50 << attempt)).await;
            }
            let got = self.client.batch_get_item().set_request_items(Some(open)).send().await;
            let got = got.map_err(|error| failed(operation, error))?;
            for (table, found) in got.responses.unwrap_or_default() {
                items.entry(table).or_default().extend(found);
            }
            // A throttled table answers with part of what was asked for.
            open = got.unprocessed_keys.unwrap_or_default();
            if open.is_empty() {
                return Ok(items);
            }
        }
        Err(StoreError::Busy { operation, source: None })
    }
}

/// What a failed call means: to be tried again, or not.
pub fn failed<E>(operation: &'static str, error: SdkError<E, HttpResponse>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let busy = match &error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) => true,
        SdkError::ServiceError(context) => {
            is_throttling(context.err().code().unwrap_or_default()) || context.raw().status().is_server_error()
        }
        SdkError::ResponseError(context) => context.raw().status().is_server_error(),
        _ => false,
    };
    if busy { StoreError::Busy { operation, source: Some(Box::new(error)) } } else { broken(operation, error) }
}

/// What became of a conditional write.
pub(super) fn written<T, E>(
    operation: &'static str,
    sent: Result<T, SdkError<E, HttpResponse>>,
) -> Result<Written, StoreError>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let Err(error) = sent else { return Ok(Written::Yes) };
    match error.as_service_error().and_then(ProvideErrorMetadata::code) {
        Some("ConditionalCheckFailedException") => Ok(Written::Conflict),
        _ => Err(failed(operation, error)),
    }
}

/// Whether an error code, or the code of a cancellation reason, says "slower".
pub(super) fn is_throttling(code: &str) -> bool {
    matches!(
        code,
        "ThrottlingException"
            | "ThrottlingError"
            | "ThrottledException"
            | "RequestThrottled"
            | "ProvisionedThroughputExceededException"
            | "ProvisionedThroughputExceeded"
            | "RequestLimitExceeded"
            | "TransactionConflict"
            | "TransactionConflictException"
            | "TransactionInProgressException"
            | "InternalServerError"
            | "ServiceUnavailable"
    )
}

/// A failure that trying again will not mend.
pub(super) fn broken(
    operation: &'static str,
    error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> StoreError {
    StoreError::Failed { operation, source: error.into() }
}

/// What makes a reader's row error a store's.
pub(super) fn unreadable(table: &'static str) -> impl Fn(RowError) -> StoreError {
    move |source| StoreError::Row { table, source }
}

/// An item as the shop reads it. Attributes of types that the shop does not use are left out.
pub(super) fn row(item: Item) -> Row {
    item.into_iter().filter_map(|(name, value)| Some((name, attribute(value)?))).collect()
}

fn attribute(value: AttributeValue) -> Option<Attribute> {
    Some(match value {
        AttributeValue::S(text) => Attribute::S(text),
        AttributeValue::N(text) => Attribute::N(text),
        AttributeValue::Bool(value) => Attribute::Bool(value),
        AttributeValue::L(values) => Attribute::L(values.into_iter().filter_map(attribute).collect()),
        AttributeValue::M(map) => Attribute::M(row(map)),
        _ => return None,
    })
}

/// A row as the SDK writes it.
pub(super) fn item(row: Row) -> Item {
    row.into_iter().map(|(name, attribute)| (name, value(attribute))).collect()
}

/// An attribute as the SDK writes it.
pub(super) fn value(attribute: Attribute) -> AttributeValue {
    match attribute {
        Attribute::S(text) => AttributeValue::S(text),
        Attribute::N(text) => AttributeValue::N(text),
        Attribute::Bool(value) => AttributeValue::Bool(value),
        Attribute::L(attributes) => AttributeValue::L(attributes.into_iter().map(value).collect()),
        Attribute::M(row) => AttributeValue::M(item(row)),
    }
}

/// Where a page starts, as the SDK takes it.
pub(super) fn start_item(start: Option<&StartKey>) -> Option<Item> {
    start.map(|key| key.iter().map(|(name, text)| (name.clone(), AttributeValue::S(text.clone()))).collect())
}

/// Where the next page starts, from what the SDK says. All keys of the shop's tables and indexes are strings.
pub(super) fn start_key(operation: &'static str, last: Option<Item>) -> Result<Option<StartKey>, StoreError> {
    let Some(last) = last.filter(|last| !last.is_empty()) else { return Ok(None) };
    let text = |(name, value): (String, AttributeValue)| match value {
        AttributeValue::S(text) => Ok((name, text)),
        _ => Err(broken(operation, format!("key attribute {name} is not a string"))),
    };
    last.into_iter().map(text).collect::<Result<_, _>>().map(Some)
}
