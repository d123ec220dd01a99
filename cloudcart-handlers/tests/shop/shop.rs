//! The shop's functions over any store, with a queue and a clock that the test owns.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cloudcart_handlers::cart::CartFunction;
use cloudcart_handlers::checkout::Checkout;
use cloudcart_handlers::clock::Clock;
use cloudcart_handlers::http::{self, GatewayResponse, HttpHandler};
use cloudcart_handlers::orders::Orders;
use cloudcart_handlers::products::Products;
use cloudcart_handlers::queue::Queue;
use cloudcart_handlers::store::{Carts, Catalogue, Checkouts, Fulfilment, Keys, MemoryCarts, Secrets, StoreError};
use cloudcart_handlers::worker::{self, BatchAnswer, BatchError, Worker};
use cloudcart_shop::env::Identity;
use cloudcart_shop::functions::Function;
use cloudcart_shop::routes;
use jiff::Timestamp;

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

pub(crate) struct Shop {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) queue: Arc<TestQueue>,
    pub(crate) products: Arc<Products>,
    pub(crate) cart: Arc<CartFunction>,
    pub(crate) checkout: Arc<Checkout>,
    pub(crate) orders: Arc<Orders>,
    pub(crate) worker: Arc<Worker>,
}

impl Shop {
    /// Over one store, with carts there or in the cart function's memory. It is 2026-11-24, midnight.
    pub(crate) fn new<S>(store: &S, identity: Identity, memory_carts: bool) -> Self
    where
        S: Catalogue + Carts + Checkouts + Fulfilment + Secrets + Clone + 'static,
    {
        let clock = Arc::new(ManualClock(AtomicI64::new(1_795_478_400)));
        let time: Arc<dyn Clock> = Arc::<ManualClock>::clone(&clock);
        let queue = Arc::new(TestQueue::default());
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
            worker: Arc::new(Worker { orders: Arc::new(store.clone()), clock: time }),
            clock,
            queue,
        }
    }

    /// Sends a request to the function that its route belongs to.
    pub(crate) async fn send(&self, call: Call) -> GatewayResponse {
        let event = call.event();
        let key = event.request_context.route_key.clone().unwrap();
        let route = routes::ROUTES.iter().find(|route| route.key() == key).unwrap();
        match route.function {
            Function::Products => answer(&self.products, call).await,
            Function::Cart => answer(&self.cart, call).await,
            Function::Checkout => answer(&self.checkout, call).await,
            Function::Orders => answer(&self.orders, call).await,
            Function::Worker => unreachable!("the worker has no route"),
        }
    }

    /// Lets the worker take these messages.
    pub(crate) async fn work(&self, bodies: &[String]) -> Result<BatchAnswer, BatchError> {
        let deadline = self.clock.now().as_millisecond() + 30_000;
        worker::handle(&self.worker, batch(bodies), deadline).await
    }
}

/// Sends a request to any function, and checks what every answer must have.
pub(crate) async fn answer<H: HttpHandler>(handler: &Arc<H>, call: Call) -> GatewayResponse {
    let response = http::handle(handler, call.event(), "invocation").await;
    contract::check(H::FUNCTION, &call.event(), &response);
    assert_eq!(response.headers["x-request-id"], "JKJaXmPLvHcESHA=");
    assert!(response.headers.contains_key("cache-control"), "{response:?}");
    response
}
