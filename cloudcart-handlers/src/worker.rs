//! The worker: takes orders from the queue, reserves their goods, confirms them, and logs each one.
//!
//! A message may come twice, late, or after the order has moved on. What guards against all of it is the order's own state: the
//! write is conditional on `pending`.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use cloudcart_shop::env;
use cloudcart_shop::ids::OrderId;
use cloudcart_shop::message::{MessageError, OrderPlaced, printable};
use cloudcart_shop::order::{Event, Illegal, Order, State};
use futures_util::FutureExt;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clients::Aws;
use crate::clock::{self, Clock, SystemClock};
use crate::config::{ConfigError, Env};
use crate::http::panic_text;
use crate::log::{self, Level};
use crate::metrics::Metric;
use crate::span::Span;
use crate::store::{Dynamo, Fulfilment, Reserved, StoreError, Tables, Written};

/// How long before its deadline a batch stops, in milliseconds: what is left is reported, not cut off.
const RESERVE: i64 = 2_000;

/// An order id that no order has: all versions of UUID forbid it.
const NO_ORDER: &str = "00000000-0000-0000-0000-000000000000";

/// The worker function.
pub struct Worker {
    /// Where orders and stock are.
    pub orders: Arc<dyn Fulfilment>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Why a whole batch failed. Lambda then keeps all of its messages.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// Not what SQS sends.
    #[error("the event is no batch of SQS messages")]
    Event(#[from] serde_json::Error),
    /// From something that is no queue.
    #[error("the event comes from {0:?}, not from SQS")]
    Source(String),
    /// A failed record that cannot be named in the answer, so that only failing the batch keeps it.
    #[error("a record without messageId failed")]
    Nameless,
}

/// Why one record failed.
#[derive(Debug, thiserror::Error)]
enum RecordError {
    #[error(transparent)]
    Message(#[from] MessageError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Illegal(#[from] Illegal),
    #[error("there is no order {0}")]
    NoOrder(OrderId),
    #[error("no time left before the function's deadline")]
    OutOfTime,
    #[error("panicked: {0}")]
    Panic(String),
}

impl RecordError {
    /// The same as a word that one can count by.
    fn outcome(&self) -> &'static str {
        match self {
            Self::Message(MessageError::Malformed(_) | MessageError::OrderId(_)) => "malformed_message",
            Self::Message(MessageError::Version(_)) => "unknown_version",
            Self::Message(MessageError::Type(_)) => "unknown_type",
            Self::Store(StoreError::Busy { .. }) => "busy",
            Self::Store(_) => "store_failed",
            Self::Illegal(_) => "illegal_step",
            Self::NoOrder(_) => "order_not_found",
            Self::OutOfTime => "out_of_time",
            Self::Panic(_) => "panic",
        }
    }
}

/// What became of a record.
enum Done {
    Confirmed(Order),
    /// There is too little of this line (its index).
    Rejected(Order, usize),
    /// It was no longer pending, but in this state if it is known.
    Before(Option<State>),
}

#[derive(Deserialize)]
struct Batch {
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    message_id: Option<String>,
    #[serde(default)]
    body: String,
    event_source: Option<String>,
    #[serde(default)]
    attributes: std::collections::HashMap<String, String>,
}

/// The answer to a batch: exactly the records that SQS should keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub struct BatchAnswer {
    /// They.
    pub batch_item_failures: Vec<ItemFailure>,
}

/// A record that SQS should keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemFailure {
    /// Its `messageId`.
    pub item_identifier: String,
}

impl Worker {
    /// As the environment says.
    pub fn from_env(env: &Env<'_>) -> Result<Self, ConfigError> {
        let tables = Tables {
            orders: env.require(env::ORDERS_TABLE)?,
            inventory: env.require(env::INVENTORY_TABLE)?,
            ..Tables::default()
        };
        let dynamo = Dynamo::new(Aws::from_env(env)?.dynamodb(), tables);
        Ok(Self { orders: Arc::new(dynamo), clock: Arc::new(SystemClock) })
    }

    /// Opens the connection by reading an order that does not exist.
    pub async fn prime(&self) -> Result<(), StoreError> {
        match OrderId::parse(NO_ORDER) {
            Some(id) => self.orders.order(&id).await.map(drop),
            None => Ok(()),
        }
    }

    async fn process(&self, record: &Record) -> Result<Done, RecordError> {
        let id = OrderPlaced::order_id(&record.body)?;
        // The row is the truth, not the message.
        let order = self.orders.order(&id).await?.ok_or_else(|| RecordError::NoOrder(id.clone()))?;
        if order.state != State::Pending {
            return Ok(Done::Before(Some(order.state)));
        }
        let at = clock::words(self.clock.now());
        let mut confirmed = order.clone();
        confirmed.apply(Event::Confirm, &at, "reserved")?;
        match self.orders.confirm(&confirmed).await? {
            Reserved::Yes => Ok(Done::Confirmed(confirmed)),
            Reserved::NotPending => Ok(Done::Before(None)),
            Reserved::OutOfStock(line) => {
                let mut rejected = order;
                rejected.apply(Event::Reject, &at, "out_of_stock")?;
                match self.orders.reject(&rejected).await? {
                    Written::Yes => Ok(Done::Rejected(rejected, line)),
                    // Somebody else has moved the order on, which is just as well.
                    Written::Conflict => Ok(Done::Before(None)),
                }
            }
        }
    }

    /// Works on one record within its time, and takes its panic for its own failure.
    async fn guarded(&self, record: &Record, deadline: i64) -> Result<Done, RecordError> {
        let left = deadline.saturating_sub(RESERVE).saturating_sub(self.clock.now().as_millisecond());
        let left = u64::try_from(left).ok().filter(|left| *left > 0).ok_or(RecordError::OutOfTime)?;
        let work = AssertUnwindSafe(self.process(record)).catch_unwind();
        match tokio::time::timeout(Duration::from_millis(left), work).await {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => Err(RecordError::Panic(panic_text(panic.as_ref()))),
            Err(_) => Err(RecordError::OutOfTime),
        }
    }
}

/// The span of a record: which message it is, about which order, sent by which request.
fn span_of(record: &Record) -> Arc<Span> {
    let span = Span::begin();
    // A message that cannot be worked on may still say whose it is.
    let body: Value = serde_json::from_str(&record.body).unwrap_or_default();
    let request_id = body["requestId"].as_str().filter(|id| !id.is_empty() && *id == printable(id));
    span.note("requestId", request_id);
    let trace = record.attributes.get("AWSTraceHeader").and_then(|header| log::trace_root(header));
    span.note("trace", trace);
    span.note("messageId", record.message_id.as_deref());
    let count = record.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse::<u64>().ok());
    span.note("receiveCount", count);
    let order_id = body["orderId"].as_str().and_then(OrderId::parse);
    span.note("orderId", order_id.as_ref().map(OrderId::as_str));
    span
}

/// Writes the one line of a record, with its outcome and its metrics.
fn tell(span: &Span, result: &Result<Done, RecordError>) {
    let done = match result {
        Ok(done) => done,
        Err(error) => {
            span.count(Metric::OrderProcessingErrors);
            let fields = json!({ "outcome": error.outcome(), "error": log::chain(error) });
            return span.end(Level::Error, "record failed", fields);
        }
    };
    let (level, message, fields) = match done {
        Done::Confirmed(order) => (Level::Info, "order confirmed", summary(order, "confirmed")),
        Done::Rejected(order, line) => {
            let mut fields = summary(order, "rejected");
            fields["reason"] = "out_of_stock".into();
            fields["product"] = order.lines.get(*line).map(|line| line.id.as_str()).into();
            (Level::Warn, "order rejected", fields)
        }
        // A message that came twice, or about an order that has moved on: nothing to do, and nothing wrong.
        Done::Before(state) => {
            let fields = json!({ "outcome": "already_handled", "status": state.map(State::as_str) });
            return span.end(Level::Info, "order already handled", fields);
        }
    };
    span.count(Metric::OrdersProcessed);
    span.time(Metric::OrderProcessingTime, span.milliseconds());
    span.end(level, message, fields);
}

fn summary(order: &Order, outcome: &str) -> Value {
    let items: Vec<_> = order.lines.iter().map(|line| json!({ "id": line.id.as_str(), "qty": line.qty })).collect();
    json!({
        "outcome": outcome,
        "items": items,
        "totalMinor": order.total.minor,
        "currency": order.total.currency.as_str(),
    })
}

/// Works on a batch. `deadline` is when the function will be stopped, in milliseconds since 1970.
///
/// Records go one after the other: those of a batch often want the same product, and transactions on one item only get in each
/// other's way.
pub async fn handle(worker: &Arc<Worker>, event: Value, deadline: i64) -> Result<BatchAnswer, BatchError> {
    let batch: Batch = serde_json::from_value(event)?;
    let foreign =
        batch.records.iter().find_map(|record| record.event_source.as_ref().filter(|source| *source != "aws:sqs"));
    if let Some(source) = foreign {
        return Err(BatchError::Source(source.clone()));
    }
    let mut answer = BatchAnswer::default();
    for record in &batch.records {
        let span = span_of(record);
        let result = span.scope(worker.guarded(record, deadline)).await;
        tell(&span, &result);
        if result.is_ok() {
            continue;
        }
        let id = record.message_id.clone().filter(|id| !id.is_empty()).ok_or(BatchError::Nameless)?;
        answer.batch_item_failures.push(ItemFailure { item_identifier: id });
    }
    Ok(answer)
}
