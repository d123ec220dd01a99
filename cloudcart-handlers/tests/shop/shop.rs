//! The shop's functions over any store, with a queue, a log and a clock that the test owns.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cloudcart_handlers::cart::CartFunction;
use cloudcart_handlers::checkout::Checkout;
use cloudcart_handlers::clock::Clock;
use cloudcart_handlers::desk::Desk;
use cloudcart_handlers::http::{self, GatewayResponse, HttpHandler};
use cloudcart_handlers::lambda::{EventHandler, Invocation};
use cloudcart_handlers::orders::Orders;
use cloudcart_handlers::products::Products;
use cloudcart_handlers::queue::Queue;
use cloudcart_handlers::span::{Output, Sink, Span};
use cloudcart_handlers::store::{
    Carts, Catalogue, Checkouts, Fulfilment, Keys, MemoryCarts, Secrets, Steps, StoreError, Sweeps,
};
use cloudcart_handlers::sweeper::{Summary, Sweeper};
use cloudcart_handlers::worker::{self, BatchAnswer, BatchError, Worker};
use cloudcart_shop::env::Identity;
use cloudcart_shop::functions::Function;
use cloudcart_shop::routes;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::contract;
use crate::events::{Call, batch};

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

/// Where the lines of a shop's functions go.
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

pub(crate) struct Shop {
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
}

impl Shop {
    /// Over one store, with carts there or in the cart function's memory. It is 2026-11-24, midnight.
    pub(crate) fn new<S>(store: &S, identity: Identity, memory_carts: bool) -> Self
    where
        S: Catalogue + Carts + Checkouts + Fulfilment + Secrets + Steps + Sweeps + Clone + 'static,
    {
        let clock = Arc::new(ManualClock(AtomicI64::new(1_795_478_400)));
        let time: Arc<dyn Clock> = Arc::<ManualClock>::clone(&clock);
        let queue = Arc::new(TestQueue::default());
        let lines = Arc::new(Lines::default());
        let sink: Arc<dyn Sink> = Arc::<Lines>::clone(&lines);
        let span = Span::root(Output { sink, clock: Arc::clone(&time), function_name: "shop-test".to_owned() });
        let keys = || Keys::new(store.clone());
        let carts: Arc<dyn Carts> =
            if memory_carts { Arc::new(MemoryCarts::new(Arc::clone(&time))) } else { Arc::new(store.clone()) };
        Self {
            products: Arc::new(Products::new(Arc::new(store.clone()), keys())),
            cart: Arc::new(CartFunction {
                carts: Arc::clone(&carts),
                catalogue: Arc::new(store.clone()),
                keys: keys(),
                identity,
                clock: Arc::clone(&time),
            }),
            checkout: Arc::new(Checkout {
                orders: Arc::new(store.clone()),
                catalogue: Arc::new(store.clone()),
                carts: (!memory_carts).then_some(carts),
                queue: Arc::<TestQueue>::clone(&queue),
                keys: keys(),
                identity,
                clock: Arc::clone(&time),
            }),
            orders: Arc::new(Orders { orders: Arc::new(store.clone()), keys: keys(), identity }),
            worker: Arc::new(Worker { orders: Arc::new(store.clone()), clock: Arc::clone(&time) }),
            sweeper: Sweeper {
                orders: Arc::new(store.clone()),
                queue: Arc::<TestQueue>::clone(&queue),
                clock: Arc::clone(&time),
            },
            desk: Desk { orders: Arc::new(store.clone()), clock: time },
            clock,
            queue,
            lines,
            span,
        }
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
        let invocation = Invocation { id: "ask-1".to_owned(), deadline, trace: None };
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
        let invocation = Invocation { id: "sweep-1".to_owned(), deadline, trace: None };
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
