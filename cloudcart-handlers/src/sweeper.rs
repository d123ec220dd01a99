//! The sweeper: sends orders that stay pending to the queue again, once a minute.
//!
//! It makes a failed send harmless: what checkout has written reaches the worker in any case. A message too many is harmless as
//! well, since the worker confirms an order once. When an order is due stands in [`cloudcart_shop::sweep`].

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use cloudcart_shop::cursor::StartKey;
use cloudcart_shop::env;
use cloudcart_shop::ids::OrderId;
use cloudcart_shop::message::OrderPlaced;
use cloudcart_shop::order::State;
use cloudcart_shop::sweep::{AFTER_SECONDS, Due, Waiting};
use futures_util::future::join_all;
use futures_util::{FutureExt, StreamExt, stream};
use serde::Serialize;
use serde_json::{Value, json};

use crate::clients::Aws;
use crate::clock::{self, Clock, SystemClock};
use crate::config::{ConfigError, Env};
use crate::http::panic_text;
use crate::lambda::{EventHandler, Invocation};
use crate::log::{self, Level};
use crate::metrics::{self, Metric};
use crate::queue::{Queue, SqsQueue};
use crate::span;
use crate::store::{Dynamo, StoreError, Sweeps, Tables};

/// How long before its deadline a sweep stops, in milliseconds.
const RESERVE: i64 = 2_000;
/// Orders that are worked on at once.
const CONCURRENCY: usize = 8;
/// Ids of stuck orders that one line of the log names.
const NAMED: usize = 10;

/// The sweeper function.
pub struct Sweeper {
    /// Where orders are.
    pub orders: Arc<dyn Sweeps>,
    /// Where they are sent to.
    pub queue: Arc<dyn Queue>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// What a sweep came to. `found` is the sum of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Summary {
    /// Entries of the index that were old enough.
    pub found: usize,
    /// Orders that were sent.
    pub sent: usize,
    /// Orders that were sent a while ago and are given time.
    pub waiting: usize,
    /// Orders that had moved on, which the index did not know yet.
    pub moved: usize,
    /// Orders that were sent as often as the sweeper sends, and are pending all the same.
    pub stuck: usize,
    /// Orders that could not be read or sent. The log says why.
    pub failed: usize,
    /// Orders that there was no time for.
    pub left: usize,
    /// Whether every shard was read to its end. If not, there may be more than was found.
    pub complete: bool,
}

/// Why a sweep came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// Not one shard of the index could be read.
    #[error("the index of pending orders cannot be read")]
    Index(#[source] StoreError),
}

/// Why one order was not sent.
#[derive(Debug, thiserror::Error)]
enum OrderError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("writing a message")]
    Message(#[from] serde_json::Error),
    #[error("panicked: {0}")]
    Panic(String),
}

/// What became of one order.
enum Done {
    Sent,
    Moved,
    Failed,
    Left,
}

/// A shard of the index, and where its next page starts.
struct Shard {
    name: String,
    start: Option<StartKey>,
}

impl Sweeper {
    /// As the environment says.
    pub fn from_env(env: &Env<'_>) -> Result<Self, ConfigError> {
        let tables = Tables { orders: env.require(env::ORDERS_TABLE)?, ..Tables::default() };
        let url = env.require(env::CHECKOUT_QUEUE_URL)?;
        let aws = Aws::from_env(env)?;
        Ok(Self {
            orders: Arc::new(Dynamo::new(aws.dynamodb(), tables)),
            queue: Arc::new(SqsQueue::new(aws.sqs(), url)),
            clock: Arc::new(SystemClock),
        })
    }

    /// Sweeps once. `stuck` sends stuck orders as well. `request_id` is what the messages name as the request that sent them, and
    /// `deadline` when the function will be stopped, in milliseconds since 1970.
    ///
    /// It reads a page of every shard, works on those orders from the oldest to the newest, and goes on with the next pages, so that
    /// many orders in one shard do not keep the others waiting.
    pub async fn sweep(&self, stuck: bool, request_id: &str, deadline: i64) -> Result<Summary, SweepError> {
        let end = deadline.saturating_sub(RESERVE);
        let now = self.clock.now().as_second();
        let before = clock::words_of_second(now.saturating_sub(AFTER_SECONDS)).unwrap_or_default();
        let mut summary = Summary { complete: true, ..Summary::default() };
        let mut all_stuck = Vec::new();
        let mut read_any = false;
        let mut shards: Vec<_> = OrderId::pending_shards().map(|name| Shard { name, start: None }).collect();
        while !shards.is_empty() {
            let pages = join_all(shards.iter().map(|shard| self.page(shard, &before, end))).await;
            let mut due = Vec::new();
            let mut next = Vec::new();
            let mut error = None;
            for (shard, page) in shards.into_iter().zip(pages) {
                let page = match page {
                    Some(Ok(page)) => page,
                    Some(Err(failed)) => {
                        summary.complete = false;
                        error.get_or_insert(failed);
                        continue;
                    }
                    None => {
                        summary.complete = false;
                        continue;
                    }
                };
                read_any = true;
                summary.found += page.items.len();
                for entry in page.items {
                    match entry.map(|waiting| (waiting.due(now), waiting)) {
                        Ok((Due::Now, waiting)) => due.push(waiting),
                        Ok((Due::Later, _)) => summary.waiting += 1,
                        Ok((Due::Stuck, waiting)) if stuck => due.push(waiting),
                        Ok((Due::Stuck, waiting)) => all_stuck.push(waiting),
                        Err(error) => {
                            summary.failed += 1;
                            log::write(Level::Error, "entry not read", json!({ "error": log::chain(&error) }));
                        }
                    }
                }
                next.extend(page.last.map(|start| Shard { name: shard.name, start: Some(start) }));
            }
            if let Some(error) = error.filter(|_| !read_any) {
                return Err(SweepError::Index(error));
            }
            due.sort_by(|one, other| one.placed_at.cmp(&other.placed_at));
            let work = stream::iter(due).map(|waiting| self.guarded(waiting, now, request_id, end));
            let mut work = work.buffer_unordered(CONCURRENCY);
            while let Some(done) = work.next().await {
                match done {
                    Done::Sent => summary.sent += 1,
                    Done::Moved => summary.moved += 1,
                    Done::Failed => summary.failed += 1,
                    Done::Left => summary.left += 1,
                }
            }
            shards = next;
        }
        summary.stuck = all_stuck.len();
        tell(summary, all_stuck);
        Ok(summary)
    }

    /// A page of a shard. `None`: there is no time left.
    async fn page(&self, shard: &Shard, before: &str, end: i64) -> Option<Result<Listed, StoreError>> {
        let query = self.orders.waiting(&shard.name, before, shard.start.as_ref());
        let page = tokio::time::timeout(self.left(end)?, query).await.ok()?;
        if let Err(error) = &page {
            let fields = json!({ "shard": shard.name, "error": log::chain(error) });
            log::write(Level::Error, "shard not read", fields);
        }
        Some(page)
    }

    /// Sends one order within the time that is left, and takes its panic for its own failure.
    async fn guarded(&self, waiting: Waiting, now: i64, request_id: &str, end: i64) -> Done {
        let Some(left) = self.left(end) else { return Done::Left };
        let work = AssertUnwindSafe(self.send(&waiting.id, now, request_id)).catch_unwind();
        let error = match tokio::time::timeout(left, work).await {
            Ok(Ok(Ok(done))) => return done,
            Ok(Ok(Err(error))) => error,
            Ok(Err(panic)) => OrderError::Panic(panic_text(panic.as_ref())),
            Err(_) => return Done::Left,
        };
        let fields = json!({ "orderId": waiting.id.as_str(), "error": log::chain(&error) });
        log::write(Level::Error, "order not sent", fields);
        Done::Failed
    }

    async fn send(&self, id: &OrderId, now: i64, request_id: &str) -> Result<Done, OrderError> {
        // The index lags behind the row, so the row has the last word.
        let order = self.orders.order(id).await?.filter(|order| order.state == State::Pending);
        let Some(order) = order else { return Ok(Done::Moved) };
        let message = OrderPlaced::new(&order, request_id).to_json()?;
        self.queue.send(message).await.inspect_err(|_| metrics::count(Metric::EnqueueFailed))?;
        // Noted after the fact: what was noted but not sent would wait for nothing. An order that is not noted is sent once more.
        if let Err(error) = self.orders.swept(id, now).await {
            let fields = json!({ "orderId": id.as_str(), "error": log::chain(&error) });
            log::write(Level::Warn, "order sent but not marked", fields);
        }
        Ok(Done::Sent)
    }

    fn left(&self, end: i64) -> Option<Duration> {
        let left = end.saturating_sub(self.clock.now().as_millisecond());
        u64::try_from(left).ok().filter(|left| *left > 0).map(Duration::from_millis)
    }
}

type Listed = crate::store::Page<Result<Waiting, StoreError>>;

fn tell(summary: Summary, mut stuck: Vec<Waiting>) {
    if !stuck.is_empty() {
        stuck.sort_by(|one, other| one.placed_at.cmp(&other.placed_at));
        let ids: Vec<_> = stuck.iter().take(NAMED).map(|waiting| waiting.id.as_str()).collect();
        let fields = json!({ "stuck": stuck.len(), "oldest": ids });
        log::write(Level::Error, "orders are stuck; see the dead-letter queue", fields);
    }
    let span = span::current();
    span.set(Metric::OrdersStuck, summary.stuck);
    span.end(Level::Info, "swept", json!(summary));
}

#[async_trait]
impl EventHandler for Sweeper {
    type Answer = Summary;
    type Error = SweepError;

    /// Any event will do. `{"stuck": true}` asks for stuck orders as well.
    async fn handle(&self, event: Value, invocation: &Invocation) -> Result<Summary, SweepError> {
        self.sweep(event["stuck"] == true, &invocation.id, invocation.deadline).await
    }
}
