//! Placing an order: priced here, written together with its idempotency record, then sent to the queue.
//!
//! What is written is accepted: if the queue does not take it, the sweeper sends it later.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use cloudcart_shop::cart::Cart;
use cloudcart_shop::checkout::{Accepted, CheckoutRequest, idempotency_key};
use cloudcart_shop::env::{self, CartStore, Identity};
use cloudcart_shop::functions::Function;
use cloudcart_shop::message::OrderPlaced;
use cloudcart_shop::order::{Order, State, Step};
use cloudcart_shop::pricing::{Quote, merge};
use cloudcart_shop::problem::{Code, Problem};
use serde_json::json;

use crate::clients::Aws;
use crate::clock::{self, Clock, SystemClock};
use crate::config::{ConfigError, Env};
use crate::crypto::{self, SigningKey};
use crate::http::{Failure, HttpHandler, Request, Response};
use crate::identity;
use crate::log::{self, Level};
use crate::metrics::{self, Metric};
use crate::queue::{Queue, SqsQueue};
use crate::span;
use crate::store::{Carts, Catalogue, Checkouts, Dynamo, Keys, Placed, Record, StoreError, Tables};

/// How long an idempotency key counts, in seconds.
const KEY_LIFE: i64 = 24 * 60 * 60;

/// How long a caller whose order is written waits for what still follows. Beyond it the function's own timeout would come near, and
/// with it an error for an order that was placed.
const PATIENCE: Duration = Duration::from_secs(2);

/// The checkout function.
pub struct Checkout {
    /// Where orders are written.
    pub orders: Arc<dyn Checkouts>,
    /// What they are priced from.
    pub catalogue: Arc<dyn Catalogue>,
    /// Where carts are, if checkout can see them: carts in another function's memory it cannot.
    pub carts: Option<Arc<dyn Carts>>,
    /// Where orders are sent to.
    pub queue: Arc<dyn Queue>,
    /// The signing key, which makes guests' tokens and hides addresses.
    pub keys: Keys,
    /// Who is believed to be who.
    pub identity: Identity,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Who asks, and under which key.
struct Caller {
    user: Option<String>,
    /// Digest of principal, route and key, if there is a key.
    key: Option<String>,
    request_hash: String,
}

impl Checkout {
    /// As the environment says.
    pub fn from_env(env: &Env<'_>) -> Result<Self, ConfigError> {
        let store = env.cart_store()?;
        let tables = Tables {
            products: env.require(env::PRODUCTS_TABLE)?,
            inventory: env.require(env::INVENTORY_TABLE)?,
            carts: match store {
                CartStore::DynamoDb => env.require(env::CARTS_TABLE)?,
                CartStore::Memory => String::new(),
            },
            orders: env.require(env::ORDERS_TABLE)?,
            idempotency: env.require(env::IDEMPOTENCY_TABLE)?,
        };
        let url = env.require(env::CHECKOUT_QUEUE_URL)?;
        let identity = env.identity()?;
        let aws = Aws::from_env(env)?;
        let dynamo = Dynamo::new(aws.dynamodb(), tables);
        let carts: Option<Arc<dyn Carts>> = match store {
            CartStore::DynamoDb => Some(Arc::new(dynamo.clone())),
            CartStore::Memory => None,
        };
        Ok(Self {
            orders: Arc::new(dynamo.clone()),
            catalogue: Arc::new(dynamo.clone()),
            carts,
            queue: Arc::new(SqsQueue::new(aws.sqs(), url)),
            keys: Keys::new(dynamo),
            identity,
            clock: Arc::new(SystemClock),
        })
    }

    async fn checkout(&self, request: &Request) -> Result<Response, Failure> {
        let wanted = CheckoutRequest::parse(request.json()?)?;
        [&wanted.email, &wanted.legacy_id].into_iter().flatten().for_each(|text| span::current().conceal(text));
        let key = self.keys.get().await?;
        let caller = self.caller(request, &wanted, key)?;
        // Looked up before anything is priced: a replay must not fail because a price has changed since.
        if let Some(name) = &caller.key
            && let Some(record) = self.orders.record(name, self.clock.now().as_second()).await?
        {
            return self.replay(request, &caller, &record, key).await;
        }

        let cart = match wanted.items {
            Some(_) => None,
            None => Some(self.cart(request, key).await?),
        };
        let lines = match (&wanted.items, &cart) {
            (Some(lines), _) => lines.clone(),
            (None, Some((_, cart))) => cart.lines.clone(),
            (None, None) => Vec::new(),
        };
        let lines = merge(lines)?;
        let ids: Vec<_> = lines.iter().map(|line| line.id.clone()).collect();
        let (products, stock) = tokio::try_join!(self.catalogue.products(&ids), self.catalogue.stock(&ids))?;
        let quote = Quote::new(&lines, &products)?;
        let adjusted = quote.settle(wanted.total)?;
        quote.check_stock(&stock)?;

        let order = self.order(&caller, wanted, quote, key)?;
        let span = span::current();
        span.note("orderId", order.id.as_str());
        let accepted = Response::json(202, &Accepted::new(&order, adjusted.as_ref()))?.into_body();
        let now = self.clock.now().as_second();
        let record = caller.key.clone().map(|key| Record {
            key,
            request_hash: caller.request_hash.clone(),
            order_id: order.id.clone(),
            body: accepted.clone(),
            expires_at: now + KEY_LIFE,
        });
        if let Placed::KeyTaken(record) = self.orders.place(&order, record.as_ref(), now).await? {
            return self.replay(request, &caller, &record, key).await;
        }
        span.count(Metric::OrderPlaced);
        span.order_total(order.total);
        tokio::join!(self.enqueue(request, &order), self.empty(cart));
        Ok(answer(&order, &accepted, key, false))
    }

    fn caller(&self, request: &Request, wanted: &CheckoutRequest, key: &SigningKey) -> Result<Caller, Failure> {
        let user = identity::user(self.identity, request, wanted.user_id.as_deref());
        let header = request.strict_header("idempotency-key")?.map(idempotency_key).transpose()?;
        let name = header.or(wanted.legacy_id.as_deref()).map(|name| {
            let principal = identity::principal(key, request, user.as_deref());
            // Newlines are in no part of it, so that no two triples make the same text.
            let scoped = format!("{principal}\nPOST /checkout\n{name}");
            format!("checkout#{}", crypto::sha256(scoped.as_bytes()))
        });
        Ok(Caller { user, key: name, request_hash: crypto::sha256(wanted.canonical().as_bytes()) })
    }

    /// The caller's cart and its key.
    async fn cart(&self, request: &Request, key: &SigningKey) -> Result<(String, Cart), Failure> {
        let Some(carts) = &self.carts else {
            return Err(Problem::new(Code::EmptyOrder, "this shop's carts live in memory; send the items").into());
        };
        let empty = || Problem::new(Code::EmptyOrder, "there are no items, and the cart is empty");
        let id = identity::cart_id(self.identity, key, request).ok_or_else(empty)?;
        let cart = carts.load(&id).await?;
        let live = cart.filter(|cart| cart.expires_at > self.clock.now().as_second() && !cart.lines.is_empty());
        Ok((id, live.ok_or_else(empty)?))
    }

    fn order(
        &self,
        caller: &Caller,
        wanted: CheckoutRequest,
        quote: Quote,
        key: &SigningKey,
    ) -> Result<Order, Failure> {
        let now = self.clock.now();
        let at = clock::words(now);
        let id = crypto::order_id(now)?;
        let guest = caller.user.is_none();
        let token_hash = crypto::sha256(key.order_token(&id).as_bytes());
        Ok(Order {
            state: State::Pending,
            version: 1,
            user_id: caller.user.clone(),
            lines: quote.lines,
            reserved: None,
            total: quote.total,
            placed_at: at.clone(),
            updated_at: at.clone(),
            history: vec![Step { at, from: None, to: State::Pending, reason: Some("placed".to_owned()) }],
            token_hash: guest.then_some(token_hash),
            email: wanted.email,
            client_reference: wanted.client_reference,
            id,
        })
    }

    /// Answers a key that is known: the same request gets the same answer, another one is refused.
    async fn replay(
        &self,
        request: &Request,
        caller: &Caller,
        record: &Record,
        key: &SigningKey,
    ) -> Result<Response, Failure> {
        span::current().note("orderId", record.order_id.as_str());
        if record.request_hash != caller.request_hash {
            let detail = "the key was used for another request within the last 24 hours";
            return Err(Problem::new(Code::IdempotencyKeyReused, detail).into());
        }
        let order = self.orders.order(&record.order_id).await?.ok_or_else(|| StoreError::Failed {
            operation: "replaying a checkout",
            source: format!("order {} of the record is not there", record.order_id).into(),
        })?;
        if order.state == State::Pending {
            // The first try may have died between writing and sending. The worker takes a second message for what it is.
            self.enqueue(request, &order).await;
        }
        Ok(answer(&order, &record.body, key, true))
    }

    /// Sends an order to the queue. The order is written and the sweeper sends what was not sent, so that a queue that is down is
    /// neither an error to the caller nor worth waiting for.
    async fn enqueue(&self, request: &Request, order: &Order) {
        let Err(error) = patiently(self.send(request, order)).await else { return };
        metrics::count(Metric::EnqueueFailed);
        log::write(Level::Error, "order not queued; the sweeper will send it", json!({ "error": error }));
    }

    async fn send(&self, request: &Request, order: &Order) -> Result<(), StoreError> {
        let body = OrderPlaced::new(order, &request.id).to_json();
        let body = body.map_err(|error| StoreError::Failed { operation: "writing a message", source: error.into() })?;
        self.queue.send(body).await
    }

    /// Empties the cart that became an order, unless it has changed since. Nobody waits long for it, or for it to succeed.
    async fn empty(&self, cart: Option<(String, Cart)>) {
        let (Some(carts), Some((id, cart))) = (&self.carts, cart) else { return };
        let seen = cart.version;
        let emptied = Cart { lines: Vec::new(), version: seen + 1, expires_at: cart.expires_at };
        let Err(error) = patiently(carts.save(&id, &emptied, seen)).await else { return };
        log::write(Level::Warn, "cart not emptied", json!({ "error": error }));
    }
}

/// Does what follows an order that is written, for as long as anybody waits for it. The error is for the log.
async fn patiently<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, String> {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(done) => done.map_err(|error| log::chain(&error)),
        Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
    }
}

/// The 202: the stored body, and a guest's token, which is not stored but made anew.
fn answer(order: &Order, body: &str, key: &SigningKey, replayed: bool) -> Response {
    let body = match (&order.token_hash, body.strip_suffix('}')) {
        // The token is base64url, which JSON takes as it is.
        (Some(_), Some(open)) => format!("{open},\"orderToken\":\"{}\"}}", key.order_token(&order.id)),
        _ => body.to_owned(),
    };
    let response = Response::text(202, body).header("location", format!("/orders/{}", order.id));
    if replayed { response.header("idempotent-replayed", "true") } else { response }
}

#[async_trait]
impl HttpHandler for Checkout {
    const FUNCTION: Function = Function::Checkout;

    async fn prime(&self) -> Result<(), StoreError> {
        self.keys.get().await.map(drop)
    }

    async fn answer(&self, request: &Request) -> Result<Response, Failure> {
        self.checkout(request).await
    }
}
