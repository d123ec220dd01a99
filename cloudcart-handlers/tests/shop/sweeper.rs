//! The sweeper: what it sends, what it leaves alone, and what does not stop it.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cloudcart_handlers::clock::{self, Clock};
use cloudcart_handlers::queue::Queue;
use cloudcart_handlers::store::{Dynamo, Orders, Page, StoreError, Sweeps, Written};
use cloudcart_handlers::sweeper::{Summary, Sweeper};
use cloudcart_shop::attribute::Attribute;
use cloudcart_shop::cursor::StartKey;
use cloudcart_shop::ids::OrderId;
use cloudcart_shop::message::OrderPlaced;
use cloudcart_shop::order::{Event, Order, State};
use cloudcart_shop::sweep::{SWEEPS, Waiting};
use serde_json::{Value, json};

use crate::events::{Answer, call};
use crate::shop::ManualClock;
use crate::world::{World, demo};

/// Places an order while the queue is down.
async fn unsent(world: &World) -> Order {
    world.queue.down.store(true, Ordering::SeqCst);
    let response = world.send(call("POST /checkout").json(json!({ "items": [{ "id": "1", "qty": 2 }] }))).await;
    assert_eq!(response.status_code, 202, "{response:?}");
    world.queue.down.store(false, Ordering::SeqCst);
    let id = OrderId::parse(response.value()["id"].as_str().unwrap()).unwrap();
    world.dynamo.order(&id).await.unwrap().unwrap()
}

/// The id of a number, in a shard.
fn id(number: usize, shard: usize) -> OrderId {
    OrderId::parse(&format!("0199a3b4-0000-7000-8000-{number:011x}{shard:x}")).unwrap()
}

/// Writes copies of an order, by id and age in seconds.
fn place(world: &World, like: &Order, orders: impl IntoIterator<Item = (OrderId, i64)>) {
    for (id, age) in orders {
        let placed_at = clock::words_of_second(world.clock.now().as_second() - age).unwrap();
        world.put("Orders", &Order { id, placed_at, ..like.clone() }.to_row());
    }
}

fn ids(messages: &[String]) -> Vec<String> {
    messages.iter().map(|body| OrderPlaced::order_id(body).unwrap().to_string()).collect()
}

fn row(world: &World, id: &OrderId) -> Value {
    world.rows("Orders").into_iter().find(|row| row["orderId"]["S"] == id.as_str()).unwrap()
}

fn summary() -> Summary {
    Summary { complete: true, ..Summary::default() }
}

#[tokio::test]
async fn send_fails_after_commit() {
    let world = demo();
    world.set_stock("1", 5);
    let order = unsent(&world).await;
    assert_eq!(row(&world, &order.id)["status"]["S"], "pending");
    assert!(world.queue.take().is_empty());

    world.clock.advance(61);
    assert_eq!(world.sweep().await, Summary { found: 1, sent: 1, ..summary() });
    let sent = world.queue.take();
    assert_eq!(sent, [OrderPlaced::new(&order, "sweep-1").to_json().unwrap()]);
    world.work(&sent).await.unwrap();
    assert_eq!(row(&world, &order.id)["status"]["S"], "confirmed");
    assert_eq!(world.stock()["1"], "3");

    world.clock.advance(3_600);
    assert_eq!(world.sweep().await, summary());
    assert!(world.queue.take().is_empty());
}

#[tokio::test]
async fn young_orders_are_left_to_the_worker() {
    let world = demo();
    unsent(&world).await;
    world.clock.advance(60);
    assert_eq!(world.sweep().await, summary());
    assert!(world.queue.take().is_empty());
    world.clock.advance(1);
    assert_eq!(world.sweep().await.sent, 1);
}

#[tokio::test]
async fn what_has_moved_on_is_not_sent_even_if_the_index_lags_behind() {
    let world = demo();
    let mut order = unsent(&world).await;
    order.apply(Event::Confirm, "2026-11-24T00:00:01.000Z", "reserved").unwrap();
    let mut row = order.to_row();
    row.insert("pendingShard".to_owned(), Attribute::text(order.id.pending_shard()));
    world.put("Orders", &row);
    world.clock.advance(61);
    assert_eq!(world.sweep().await, Summary { found: 1, moved: 1, ..summary() });
    assert!(world.queue.take().is_empty());
}

#[tokio::test]
async fn every_shard_is_read_to_its_end_from_the_oldest_order_on() {
    let world = demo();
    let like = unsent(&world).await;
    world.delete("Orders", json!({ "orderId": { "S": like.id.as_str() } }));
    let each = (0..16).map(|shard| (id(shard, shard), 1_000));
    // More than two pages of one shard, the newest of them older than the orders of the others.
    let many: Vec<_> = (0..250).map(|number| (id(100 + number, 3), 5_000 - i64::try_from(number).unwrap())).collect();
    place(&world, &like, each.chain(many.iter().cloned()));
    world.faults.seen();
    assert_eq!(world.sweep().await, Summary { found: 266, sent: 266, ..summary() });

    let queries: Vec<Value> = world
        .faults
        .seen()
        .into_iter()
        .filter(|(operation, _)| operation == "Query")
        .map(|(_, body)| serde_json::from_str(&body).unwrap())
        .collect();
    let shards: BTreeSet<&str> =
        queries.iter().map(|query| query["ExpressionAttributeValues"][":shard"]["S"].as_str().unwrap()).collect();
    assert_eq!(shards.len(), 16);
    assert_eq!(queries.len(), 16 + 2);

    let sent = ids(&world.queue.take());
    let distinct: BTreeSet<&String> = sent.iter().collect();
    assert_eq!((sent.len(), distinct.len()), (266, 266));
    // Eight are on their way at once, so the order is kept to within eight.
    let place_of = |id: &OrderId| sent.iter().position(|sent| sent == id.as_str()).unwrap();
    for (rank, (id, _)) in many.iter().take(100).enumerate() {
        assert!(place_of(id).abs_diff(rank) <= 8, "{id} was the {rank}th oldest and sent as {}", place_of(id));
    }
    assert!(place_of(&id(5, 5)) >= 92);
}

#[tokio::test]
async fn an_order_is_not_sent_every_minute_and_not_for_ever() {
    let world = demo();
    let order = unsent(&world).await;
    let mut minutes = Vec::new();
    for minute in 1..=64 {
        world.clock.advance(60);
        let swept = world.sweep().await;
        if !world.queue.take().is_empty() {
            minutes.push(minute);
        } else if minute > 2 {
            let expected =
                if minute < 62 { Summary { waiting: 1, ..summary() } } else { Summary { stuck: 1, ..summary() } };
            assert_eq!(swept, Summary { found: 1, ..expected }, "minute {minute}");
        }
    }
    assert_eq!(minutes, [2, 17, 32, 47]);
    assert_eq!(
        (&row(&world, &order.id)["sweeps"]["N"], &row(&world, &order.id)["status"]["S"]),
        (&json!("4"), &json!("pending"))
    );

    // Somebody has mended what was wrong, and says so.
    assert_eq!(world.wake(json!({ "stuck": true })).await, Summary { found: 1, sent: 1, ..summary() });
    world.work(&world.queue.take()).await.unwrap();
    assert_eq!(row(&world, &order.id)["status"]["S"], "confirmed");
}

/// A queue that refuses or holds messages about some orders.
struct Picky {
    refused: BTreeSet<String>,
    held: BTreeSet<String>,
    sent: Mutex<Vec<String>>,
}

#[async_trait]
impl Queue for Picky {
    async fn send(&self, body: String) -> Result<(), StoreError> {
        let id = OrderPlaced::order_id(&body).unwrap().to_string();
        if self.refused.contains(&id) {
            return Err(StoreError::Busy { operation: "SendMessage", source: None });
        }
        if self.held.contains(&id) {
            return std::future::pending().await;
        }
        self.sent.lock().unwrap().push(id);
        Ok(())
    }
}

fn picky(world: &World, refused: &[OrderId], held: &[OrderId]) -> (Arc<Picky>, Sweeper) {
    let texts = |ids: &[OrderId]| ids.iter().map(ToString::to_string).collect();
    let queue = Arc::new(Picky { refused: texts(refused), held: texts(held), sent: Mutex::default() });
    let sweeper = Sweeper {
        orders: Arc::new(world.dynamo.clone()),
        queue: Arc::<Picky>::clone(&queue),
        clock: Arc::<ManualClock>::clone(&world.clock),
    };
    (queue, sweeper)
}

fn in_a_minute(world: &World) -> i64 {
    world.clock.now().as_millisecond() + 50_000
}

#[tokio::test]
async fn a_message_that_is_refused_stops_no_other_and_is_tried_again_a_minute_later() {
    let world = demo();
    let like = unsent(&world).await;
    world.delete("Orders", json!({ "orderId": { "S": like.id.as_str() } }));
    place(&world, &like, (0..20).map(|number| (id(number, number % 16), 100)));
    let refused = [id(3, 3), id(17, 1)];
    let (queue, sweeper) = picky(&world, &refused, &[]);
    let swept = sweeper.sweep(false, "r", in_a_minute(&world)).await.unwrap();
    assert_eq!(swept, Summary { found: 20, sent: 18, failed: 2, ..summary() });
    assert_eq!(queue.sent.lock().unwrap().len(), 18);

    world.clock.advance(60);
    assert_eq!(world.sweep().await, Summary { found: 20, sent: 2, waiting: 18, ..summary() });
    let sent: BTreeSet<String> = ids(&world.queue.take()).into_iter().collect();
    assert_eq!(sent, refused.iter().map(ToString::to_string).collect());
}

#[tokio::test]
async fn a_queue_that_is_down_fails_them_all_and_loses_none() {
    let world = demo();
    let like = unsent(&world).await;
    place(&world, &like, (0..9).map(|number| (id(number, number), 100)));
    world.clock.advance(61);
    world.queue.down.store(true, Ordering::SeqCst);
    assert_eq!(world.sweep().await, Summary { found: 10, failed: 10, ..summary() });
    world.queue.down.store(false, Ordering::SeqCst);
    assert_eq!(world.sweep().await, Summary { found: 10, sent: 10, ..summary() });
}

#[tokio::test]
async fn a_sweep_stops_before_its_deadline_and_says_what_it_left() {
    let world = demo();
    let like = unsent(&world).await;
    world.delete("Orders", json!({ "orderId": { "S": like.id.as_str() } }));
    place(&world, &like, (0..20).map(|number| (id(number, number % 16), 1_000 - i64::try_from(number).unwrap())));
    // The eight oldest are on their way when the queue falls silent.
    let held: Vec<_> = (0..8).map(|number| id(number, number)).collect();
    let (queue, sweeper) = picky(&world, &[], &held);
    let soon = world.clock.now().as_millisecond() + 2_000;
    let swept = sweeper.sweep(false, "r", soon + 1_500).await.unwrap();
    // The test's clock stands still, so that the others get a moment each.
    assert_eq!(swept, Summary { found: 20, sent: 12, left: 8, ..summary() });
    assert_eq!(queue.sent.lock().unwrap().len(), 12);

    let swept = sweeper.sweep(false, "r", soon).await.unwrap();
    assert_eq!(swept, Summary { complete: false, ..Summary::default() });
}

#[tokio::test]
async fn an_order_that_cannot_be_read_stops_no_other() {
    let world = demo();
    let like = unsent(&world).await;
    let with = |number: usize, change: fn(&mut cloudcart_shop::attribute::Row)| {
        let mut row = Order { id: id(number, 7), ..like.clone() }.to_row();
        change(&mut row);
        world.put("Orders", &row);
    };
    with(1, |row| drop(row.remove("currency")));
    with(2, |row| drop(row.insert(SWEEPS.to_owned(), Attribute::integer(-1))));
    with(3, |_| ());
    world.clock.advance(61);
    assert_eq!(world.sweep().await, Summary { found: 4, sent: 2, failed: 2, ..summary() });
    assert_eq!(ids(&world.queue.take()).len(), 2);
}

#[tokio::test]
async fn an_order_that_cannot_be_marked_is_sent_and_sent_again() {
    let world = demo();
    let order = unsent(&world).await;
    world.clock.advance(61);
    let conflict = r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionConflictException","message":"x"}"#;
    world.faults.plan("UpdateItem", 10, conflict);
    assert_eq!(world.sweep().await.sent, 1);
    assert_eq!(world.sweep().await.sent, 1);
    assert_eq!(row(&world, &order.id).get("sweeps"), None);
    assert_eq!(world.queue.take().len(), 2);
}

/// Orders of which some shards cannot be read, and one order panics.
struct Odd {
    dynamo: Dynamo,
    busy: &'static [&'static str],
    panics: OrderId,
}

#[async_trait]
impl Orders for Odd {
    async fn order(&self, id: &OrderId) -> Result<Option<Order>, StoreError> {
        assert_ne!(*id, self.panics, "a bug");
        self.dynamo.order(id).await
    }

    async fn orders_of(
        &self,
        _: &str,
        _: Option<State>,
        _: u32,
        _: Option<&StartKey>,
    ) -> Result<Page<Order>, StoreError> {
        unreachable!("the sweeper lists nobody's orders")
    }
}

#[async_trait]
impl Sweeps for Odd {
    async fn waiting(
        &self,
        shard: &str,
        placed_before: &str,
        start: Option<&StartKey>,
    ) -> Result<Page<Result<Waiting, StoreError>>, StoreError> {
        if self.busy.contains(&shard) {
            return Err(StoreError::Busy { operation: "Query on gsi_pending", source: None });
        }
        self.dynamo.waiting(shard, placed_before, start).await
    }

    async fn swept(&self, id: &OrderId, at: i64) -> Result<Written, StoreError> {
        self.dynamo.swept(id, at).await
    }
}

fn odd(world: &World, busy: &'static [&'static str], panics: OrderId) -> Sweeper {
    Sweeper {
        orders: Arc::new(Odd { dynamo: world.dynamo.clone(), busy, panics }),
        queue: Arc::<crate::shop::TestQueue>::clone(&world.queue),
        clock: Arc::<ManualClock>::clone(&world.clock),
    }
}

#[tokio::test]
async fn a_throttled_shard_and_a_panic_stop_no_other() {
    let world = demo();
    let like = unsent(&world).await;
    world.delete("Orders", json!({ "orderId": { "S": like.id.as_str() } }));
    place(&world, &like, (0..16).map(|number| (id(number, number), 100)));
    let sweeper = odd(&world, &["4", "11"], id(9, 9));
    let swept = sweeper.sweep(false, "r", in_a_minute(&world)).await.unwrap();
    assert_eq!(swept, Summary { found: 14, sent: 13, failed: 1, complete: false, ..Summary::default() });
    let sent: BTreeSet<String> = ids(&world.queue.take()).into_iter().collect();
    assert_eq!(sent.len(), 13);
    assert!([4, 9, 11].iter().all(|number| !sent.contains(id(*number, *number).as_str())));
}

#[tokio::test]
async fn a_sweep_that_can_read_nothing_fails() {
    let world = demo();
    let all = &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15"];
    let error = odd(&world, all, id(0, 0)).sweep(false, "r", in_a_minute(&world)).await.unwrap_err();
    assert_eq!(error.to_string(), "the index of pending orders cannot be read");
}

#[tokio::test]
async fn the_answer_is_numbers_by_name() {
    let world = demo();
    unsent(&world).await;
    world.clock.advance(61);
    assert_eq!(
        serde_json::to_string(&world.sweep().await).unwrap(),
        r#"{"found":1,"sent":1,"waiting":0,"moved":0,"stuck":0,"failed":0,"left":0,"complete":true}"#
    );
}
