//! A whole shop for one test: its tables in memory, its functions, a queue and a clock that the test owns.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cloudcart_handlers::cart::CartFunction;
use cloudcart_handlers::checkout::Checkout;
use cloudcart_handlers::clients::Aws;
use cloudcart_handlers::clock::Clock;
use cloudcart_handlers::config::Env;
use cloudcart_handlers::desk::Desk;
use cloudcart_handlers::http::{self, GatewayResponse, HttpHandler};
use cloudcart_handlers::lambda::{EventHandler, Invocation};
use cloudcart_handlers::orders::Orders;
use cloudcart_handlers::products::Products;
use cloudcart_handlers::queue::Queue;
use cloudcart_handlers::span::{Output, Sink, Span};
use cloudcart_handlers::store::{Carts, Dynamo, Keys, MemoryCarts, StoreError, Tables};
use cloudcart_handlers::sweeper::{Summary, Sweeper};
use cloudcart_handlers::worker::{self, BatchAnswer, BatchError, Worker};
use cloudcart_shop::attribute::{Attribute, Row};
use cloudcart_shop::catalogue;
use cloudcart_shop::env::Identity;
use cloudcart_shop::functions::Function;
use cloudcart_shop::ids::ProductId;
use cloudcart_shop::product::Stock;
use cloudcart_shop::routes;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::contract;
use crate::events::{Call, batch};
use crate::faults::Faults;

/// A clock that stands still until it is moved.
pub(crate) struct ManualClock(AtomicI64);

impl ManualClock {
    pub(crate) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// A queue that keeps what it is sent, or refuses it.
#[derive(Default)]
pub(crate) struct TestQueue {
    sent: Mutex<Vec<String>>,
    pub(crate) down: AtomicBool,
}

impl TestQueue {
    /// What was sent so far. Forgets it.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.sent.lock().unwrap())
    }
}

#[async_trait]
impl Queue for TestQueue {
    async fn send(&self, body: String) -> Result<(), StoreError> {
        if self.down.load(Ordering::SeqCst) {
            return Err(StoreError::Busy { operation: "SendMessage", source: None });
        }
        self.sent.lock().unwrap().push(body);
        Ok(())
    }
}

/// Where the lines of a world's functions go.
#[derive(Default)]
pub(crate) struct Lines {
    written: Mutex<String>,
    pub(crate) broken: AtomicBool,
}

impl Lines {
    /// What was written so far, each line read as a JSON object. Forgets it.
    pub(crate) fn take(&self) -> Vec<Value> {
        let text = self.text();
        assert!(text.is_empty() || text.ends_with('\n'), "{text}");
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(lines.iter().all(Value::is_object), "{text}");
        lines
    }

    /// The same as it stands.
    pub(crate) fn text(&self) -> String {
        std::mem::take(&mut self.written.lock().unwrap())
    }
}

impl Sink for Lines {
    fn write(&self, line: &str) -> std::io::Result<()> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(std::io::ErrorKind::BrokenPipe.into());
        }
        self.written.lock().unwrap().push_str(line);
        Ok(())
    }
}

/// What the functions sign their calls with.
pub(crate) const SECRET_ACCESS_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

pub(crate) struct World {
    db: dynoxide::Database,
    pub(crate) faults: Faults,
    pub(crate) dynamo: Dynamo,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) queue: Arc<TestQueue>,
    pub(crate) lines: Arc<Lines>,
    pub(crate) span: Arc<Span>,
    pub(crate) products: Arc<Products>,
    pub(crate) cart: Arc<CartFunction>,
    pub(crate) checkout: Arc<Checkout>,
    pub(crate) orders: Arc<Orders>,
    pub(crate) worker: Arc<Worker>,
    pub(crate) sweeper: Sweeper,
    pub(crate) desk: Desk,
    _stop: tokio::sync::oneshot::Sender<()>,
}

fn table(name: &str, key: &str, indexes: &[(&str, [&str; 2])]) -> Value {
    let attribute = |name: &str| json!({ "AttributeName": name, "AttributeType": "S" });
    let mut attributes = vec![key];
    let mut table = json!({
        "TableName": name,
        "KeySchema": [{ "AttributeName": key, "KeyType": "HASH" }],
        "BillingMode": "PAY_PER_REQUEST",
    });
    for (index, [hash, range]) in indexes {
        attributes.extend([*hash, *range].into_iter().filter(|name| *name != key));
        let index = json!({
            "IndexName": index,
            "KeySchema": [{ "AttributeName": hash, "KeyType": "HASH" }, { "AttributeName": range, "KeyType": "RANGE" }],
            "Projection": { "ProjectionType": "ALL" },
        });
        match &mut table["GlobalSecondaryIndexes"] {
            Value::Array(indexes) => indexes.push(index),
            none => *none = json!([index]),
        }
    }
    table["AttributeDefinitions"] = attributes.into_iter().map(attribute).collect();
    table
}

fn aws_json(attribute: &Attribute) -> Value {
    match attribute {
        Attribute::S(text) => json!({ "S": text }),
        Attribute::N(text) => json!({ "N": text }),
        Attribute::Bool(value) => json!({ "BOOL": value }),
        Attribute::L(values) => json!({ "L": values.iter().map(aws_json).collect::<Vec<_>>() }),
        Attribute::M(row) => json!({ "M": row_json(row) }),
    }
}

fn row_json(row: &Row) -> Value {
    row.iter().map(|(name, value)| (name.clone(), aws_json(value))).collect()
}

/// A demo shop with carts in the table, and the sample catalogue in it.
pub(crate) fn demo() -> World {
    World::new(Identity::Demo, false)
}

/// A shop for people who sign in.
pub(crate) fn standard() -> World {
    World::new(Identity::Standard, false)
}

impl World {
    pub(crate) fn new(identity: Identity, memory_carts: bool) -> Self {
        let db = dynoxide::Database::memory().unwrap();
        for table in [
            table("Products", "id", &[("gsi_category", ["category", "id"])]),
            table("Inventory", "id", &[]),
            table("Carts", "cartId", &[]),
            table(
                "Orders",
                "orderId",
                &[("gsi_user", ["userId", "orderId"]), ("gsi_pending", ["pendingShard", "placedAt"])],
            ),
            table("Idempotency", "key", &[]),
        ] {
            db.create_table(serde_json::from_value(table).unwrap()).unwrap();
        }
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let served = db.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                let stopped = async { drop(stopped.await) };
                dynoxide::server::serve_with_shutdown(listener, served, stopped).await
            })
        });

        let faults = Faults::new();
        let env = Env::new(|name| match name {
            "AWS_REGION" => Some("eu-west-1".to_owned()),
            "AWS_ACCESS_KEY_ID" => Some("test".to_owned()),
            "AWS_SECRET_ACCESS_KEY" => Some(SECRET_ACCESS_KEY.to_owned()),
            "AWS_ENDPOINT_URL_DYNAMODB" => Some(endpoint.clone()),
            _ => None,
        });
        let client =
            Aws::from_env(&env).unwrap().with_http(aws_sdk_dynamodb::config::SharedHttpClient::new(faults.clone()));
        let tables = Tables {
            products: "Products".to_owned(),
            inventory: "Inventory".to_owned(),
            carts: "Carts".to_owned(),
            orders: "Orders".to_owned(),
            idempotency: "Idempotency".to_owned(),
        };
        let dynamo = Dynamo::new(client.dynamodb(), tables);
        let clock = Arc::new(ManualClock(AtomicI64::new(1_795_478_400)));
        let time: Arc<dyn Clock> = Arc::<ManualClock>::clone(&clock);
        let queue = Arc::new(TestQueue::default());
        let lines = Arc::new(Lines::default());
        let sink: Arc<dyn Sink> = Arc::<Lines>::clone(&lines);
        let span = Span::root(Output { sink, clock: Arc::clone(&time), function_name: "shop-test".to_owned() });
        let keys = || Keys::new(dynamo.clone());
        let carts: Arc<dyn Carts> =
            if memory_carts { Arc::new(MemoryCarts::new(Arc::clone(&time))) } else { Arc::new(dynamo.clone()) };
        let world = Self {
            products: Arc::new(Products::new(Arc::new(dynamo.clone()), keys())),
            cart: Arc::new(CartFunction {
                carts,
                catalogue: Arc::new(dynamo.clone()),
                keys: keys(),
                identity,
                clock: Arc::clone(&time),
            }),
            checkout: Arc::new(Checkout {
                orders: Arc::new(dynamo.clone()),
                catalogue: Arc::new(dynamo.clone()),
                carts: (!memory_carts).then(|| Arc::new(dynamo.clone()) as Arc<dyn Carts>),
                queue: Arc::<TestQueue>::clone(&queue),
                keys: keys(),
                identity,
                clock: Arc::clone(&time),
            }),
            orders: Arc::new(Orders { orders: Arc::new(dynamo.clone()), keys: keys(), identity }),
            worker: Arc::new(Worker { orders: Arc::new(dynamo.clone()), clock: Arc::clone(&time) }),
            sweeper: Sweeper {
                orders: Arc::new(dynamo.clone()),
                queue: Arc::<TestQueue>::clone(&queue),
                clock: Arc::clone(&time),
            },
            desk: Desk { orders: Arc::new(dynamo.clone()), clock: time },
            db,
            faults,
            dynamo,
            clock,
            queue,
            lines,
            span,
            _stop: stop,
        };
        for input in catalogue::sample() {
            world.put("Products", &input.product_row());
        }
        world
    }

    pub(crate) fn put(&self, table: &str, row: &Row) {
        let request = json!({ "TableName": table, "Item": row_json(row) });
        self.db.put_item(serde_json::from_value(request).unwrap()).unwrap();
    }

    pub(crate) fn delete(&self, table: &str, key: Value) {
        let request = json!({ "TableName": table, "Key": key });
        self.db.delete_item(serde_json::from_value(request).unwrap()).unwrap();
    }

    /// All rows of a table, as DynamoDB writes them.
    pub(crate) fn rows(&self, table: &str) -> Vec<Value> {
        let request = serde_json::from_value(json!({ "TableName": table })).unwrap();
        let response = serde_json::to_value(self.db.scan(request).unwrap()).unwrap();
        response["Items"].as_array().cloned().unwrap_or_default()
    }

    pub(crate) fn set_stock(&self, id: &str, available: u64) {
        self.put("Inventory", &Stock::row(&ProductId::parse(id).unwrap(), available));
    }

    pub(crate) fn stock(&self) -> HashMap<String, String> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        self.rows("Inventory").iter().map(|row| (text(&row["id"]["S"]), text(&row["available"]["N"]))).collect()
    }

    /// Sends a request to the function that its route belongs to, and checks what every answer must have.
    pub(crate) async fn send(&self, call: Call) -> GatewayResponse {
        self.span.scope(self.to_function(call, true)).await
    }

    /// The same for a request that says more than the contract names.
    pub(crate) async fn send_unchecked(&self, call: Call) -> GatewayResponse {
        self.span.scope(self.to_function(call, false)).await
    }

    async fn to_function(&self, call: Call, check: bool) -> GatewayResponse {
        let event = call.event();
        let key = event.request_context.route_key.clone().unwrap();
        let route = routes::ROUTES.iter().find(|route| route.key() == key).unwrap();
        let response = match route.function {
            Function::Products => http::handle(&self.products, event, INVOCATION).await,
            Function::Cart => http::handle(&self.cart, event, INVOCATION).await,
            Function::Checkout => http::handle(&self.checkout, event, INVOCATION).await,
            Function::Orders => http::handle(&self.orders, event, INVOCATION).await,
            Function::Worker | Function::Sweeper | Function::Desk => {
                unreachable!("{} has no route", route.function.name())
            }
        };
        if check {
            checked(route.function, &call, &response);
        }
        response
    }

    /// Lets the worker take these messages.
    pub(crate) async fn work(&self, bodies: &[String]) -> Result<BatchAnswer, BatchError> {
        let deadline = self.clock.now().as_millisecond() + 30_000;
        self.span.scope(worker::handle(&self.worker, batch(bodies), deadline)).await
    }

    /// Asks the desk, and gives its answer as it is sent.
    pub(crate) async fn ask(&self, event: Value) -> Value {
        let deadline = self.clock.now().as_millisecond() + 10_000;
        let invocation = Invocation { id: "ask-1".to_owned(), deadline };
        let work = async { Span::begin().scope(self.desk.handle(event, &invocation)).await };
        serde_json::to_value(self.span.scope(work).await.unwrap()).unwrap()
    }

    /// Lets the sweeper run once, as EventBridge wakes it.
    pub(crate) async fn sweep(&self) -> Summary {
        self.wake(json!({ "detail-type": "Scheduled Event", "source": "aws.events", "detail": {} })).await
    }

    /// Lets the sweeper run once on an event.
    pub(crate) async fn wake(&self, event: Value) -> Summary {
        let deadline = self.clock.now().as_millisecond() + 50_000;
        let invocation = Invocation { id: "sweep-1".to_owned(), deadline };
        let work = async { Span::begin().scope(self.sweeper.handle(event, &invocation)).await };
        self.span.scope(work).await.unwrap()
    }
}

/// Lambda's own id of an invocation.
pub(crate) const INVOCATION: &str = "invocation";

fn checked(function: Function, call: &Call, response: &GatewayResponse) {
    contract::check(function, &call.event(), response);
    assert_eq!(response.headers["x-request-id"], "JKJaXmPLvHcESHA=");
    assert!(response.headers.contains_key("cache-control"), "{response:?}");
}

/// Sends a request to any function, and checks what every answer must have.
pub(crate) async fn answer<H: HttpHandler>(handler: &Arc<H>, call: Call) -> GatewayResponse {
    let response = http::handle(handler, call.event(), INVOCATION).await;
    checked(H::FUNCTION, &call, &response);
    response
}
