//! The cart: shown, added to, set, removed from; each change one atomic write.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use cloudcart_shop::body::{Errors, Object};
use cloudcart_shop::cart::{Cart, Line, MAX_QTY, TOKEN_COOKIE, TOKEN_HEADER, View};
use cloudcart_shop::env::{self, CartStore, Identity};
use cloudcart_shop::functions::Function;
use cloudcart_shop::ids::ProductId;
use cloudcart_shop::problem::{Code, FieldError, Problem};
use cloudcart_shop::product::{Product, Stock};
use cloudcart_shop::routes::Operation;

use crate::clients::Aws;
use crate::clock::{self, Clock, SystemClock};
use crate::config::{ConfigError, Env};
use crate::crypto;
use crate::http::{Failure, HttpHandler, Request, Response};
use crate::identity;
use crate::metrics::{self, Metric};
use crate::store::{Carts, Catalogue, Dynamo, Keys, MemoryCarts, StoreError, Tables, Written};

/// How long a cart without a token lives after its last change, in seconds: an address is shared and soon another's.
const ADDRESS_LIFE: i64 = 60 * 60;
/// How long a cart with a token does.
const TOKEN_LIFE: i64 = 7 * 24 * 60 * 60;
/// How often a change is tried again when another one was faster.
const ATTEMPTS: u64 = 20;

/// The cart function.
pub struct CartFunction {
    /// Where carts are.
    pub carts: Arc<dyn Carts>,
    /// What they are priced from.
    pub catalogue: Arc<dyn Catalogue>,
    /// The signing key, which hides addresses.
    pub keys: Keys,
    /// Whose cart it is.
    pub identity: Identity,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// A change of a cart.
enum Change {
    Add(ProductId, u32),
    Set(ProductId, u32),
    Remove(ProductId),
}

/// The caller's cart: its key, and the token behind it.
struct Place {
    id: String,
    token: Option<String>,
    issued: bool,
}

/// The products and the stock that a cart is shown with.
type Goods = (HashMap<ProductId, Product>, HashMap<ProductId, Stock>);

impl CartFunction {
    /// As the environment says.
    pub fn from_env(env: &Env<'_>) -> Result<Self, ConfigError> {
        let store = env.cart_store()?;
        let tables = Tables {
            products: env.require(env::PRODUCTS_TABLE)?,
            inventory: env.require(env::INVENTORY_TABLE)?,
            idempotency: env.require(env::IDEMPOTENCY_TABLE)?,
            carts: match store {
                CartStore::DynamoDb => env.require(env::CARTS_TABLE)?,
                CartStore::Memory => String::new(),
            },
            ..Tables::default()
        };
        let identity = env.identity()?;
        let dynamo = Dynamo::new(Aws::from_env(env)?.dynamodb(), tables);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let carts: Arc<dyn Carts> = match store {
            CartStore::DynamoDb => Arc::new(dynamo.clone()),
            CartStore::Memory => Arc::new(MemoryCarts::new(Arc::clone(&clock))),
        };
        Ok(Self { carts, catalogue: Arc::new(dynamo.clone()), keys: Keys::new(dynamo), identity, clock })
    }

    async fn place(&self, request: &Request) -> Result<Option<Place>, Failure> {
        if let Some(token) = identity::cart_token(request) {
            return Ok(Some(Place { id: identity::token_cart(&token), token: Some(token), issued: false }));
        }
        match self.identity {
            Identity::Demo => {
                let id = identity::address_cart(self.keys.get().await?, request);
                Ok(Some(Place { id, token: None, issued: false }))
            }
            Identity::Standard => Ok(None),
        }
    }

    fn live(&self, cart: &Cart) -> bool {
        cart.expires_at > self.clock.now().as_second()
    }

    /// The cart and the version that is stored, which goes on counting after a cart has expired.
    async fn load(&self, id: &str) -> Result<(Cart, u64), Failure> {
        let stored = self.carts.load(id).await?;
        let seen = stored.as_ref().map_or(0, |cart| cart.version);
        let live = stored.filter(|cart| self.live(cart));
        Ok((live.unwrap_or(Cart { version: seen, ..Cart::default() }), seen))
    }

    async fn goods(&self, ids: &[ProductId]) -> Result<Goods, Failure> {
        Ok(tokio::try_join!(self.catalogue.products(ids), self.catalogue.stock(ids))?)
    }

    async fn show(&self, request: &Request) -> Result<Response, Failure> {
        let Some(place) = self.place(request).await? else {
            return self.view(&Cart::default(), &Goods::default(), None);
        };
        let (cart, _) = self.load(&place.id).await?;
        let goods = self.goods(&cart.ids()).await?;
        self.view(&cart, &goods, Some(&place))
    }

    async fn change(&self, request: &Request, change: Change) -> Result<Response, Failure> {
        let mut place = self.place(request).await?;
        if self.identity == Identity::Standard && !matches!(change, Change::Remove(_)) {
            // A token whose cart has ended, or that never was one of ours, is not taken up again: the caller gets a new one.
            let known = match &place {
                Some(place) => self.carts.load(&place.id).await?.is_some_and(|cart| self.live(&cart)),
                None => false,
            };
            if !known {
                let token = crypto::token()?;
                place = Some(Place { id: identity::token_cart(&token), token: Some(token), issued: true });
            }
        }
        let Some(place) = place else { return self.view(&Cart::default(), &Goods::default(), None) };
        // Looked up once: the less lies between reading the cart and writing it, the fewer others come between.
        let mut known: Option<(Vec<ProductId>, Goods)> = None;
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                tokio::time::sleep(crypto::jitter(10 * attempt)).await;
            }
            let (mut cart, seen) = self.load(&place.id).await?;
            if !request.may_change(&etag(&cart)) {
                let detail = format!("the cart is at version {}", cart.version);
                return Err(Problem::new(Code::PreconditionFailed, detail).into());
            }
            let wanted = match &change {
                Change::Add(id, _) => Some(id),
                Change::Set(id, qty) if *qty > 0 => Some(id),
                Change::Set(..) | Change::Remove(_) => None,
            };
            let mut ids = cart.ids();
            ids.extend(wanted.filter(|id| !cart.lines.iter().any(|line| line.id == **id)).cloned());
            let (_, goods) = match &mut known {
                Some(known) if ids.iter().all(|id| known.0.contains(id)) => known,
                _ => {
                    let goods = self.goods(&ids).await?;
                    known.insert((ids, goods))
                }
            };
            if let Some(id) = wanted {
                sellable(id, &cart, &goods.0)?;
            }
            let before = cart.lines.clone();
            match &change {
                Change::Add(id, qty) => cart.add(id, *qty)?,
                Change::Set(id, qty) => cart.set(id, *qty)?,
                Change::Remove(id) => drop(cart.remove(id)),
            }
            if cart.lines == before {
                return self.view(&cart, goods, Some(&place));
            }
            cart.version = seen + 1;
            let life = if place.token.is_some() { TOKEN_LIFE } else { ADDRESS_LIFE };
            cart.expires_at = self.clock.now().as_second() + life;
            if self.carts.save(&place.id, &cart, seen).await? == Written::Yes {
                measure(&before, &cart.lines);
                return self.view(&cart, goods, Some(&place));
            }
        }
        Err(StoreError::Busy { operation: "changing a cart that many change at once", source: None }.into())
    }

    fn view(&self, cart: &Cart, goods: &Goods, place: Option<&Place>) -> Result<Response, Failure> {
        let expires_at = (cart.expires_at > 0).then(|| clock::words_of_second(cart.expires_at)).flatten();
        let token = place.and_then(|place| place.token.as_ref());
        let issued = place.filter(|place| place.issued).and_then(|place| place.token.clone());
        let view = View::new(cart, &goods.0, &goods.1, expires_at, issued)?;
        let response = Response::json(200, &view)?.header("etag", etag(cart));
        let Some(token) = token else { return Ok(response) };
        let left = (cart.expires_at - self.clock.now().as_second()).max(0);
        // The token names the cart, so whoever holds a cookie holds it as long as the cart lives.
        let cookie = format!("{TOKEN_COOKIE}={token}; Max-Age={left}; HttpOnly; Secure; SameSite=Lax; Path=/");
        Ok(response.header(TOKEN_HEADER, token.clone()).cookie(cookie))
    }
}

/// Tells what a change did to a cart. Less of a line is neither added nor removed.
fn measure(before: &[Line], after: &[Line]) {
    let more = |line: &Line| before.iter().find(|old| old.id == line.id).is_none_or(|old| old.qty < line.qty);
    if after.iter().any(more) {
        metrics::count(Metric::CartItemAdded);
    }
    if before.iter().any(|old| after.iter().all(|line| line.id != old.id)) {
        metrics::count(Metric::CartItemRemoved);
    }
}

fn etag(cart: &Cart) -> String {
    format!("\"{}\"", cart.version)
}

/// Whether a product exists, and costs the same kind of money as the rest of the cart.
fn sellable(id: &ProductId, cart: &Cart, products: &HashMap<ProductId, Product>) -> Result<(), Problem> {
    let Some(product) = products.get(id) else {
        let error = FieldError::new("#/id", "unknown", format!("there is no product {id}"));
        return Err(Problem::new(Code::UnknownProduct, format!("there is no product {id}")).with_error(error));
    };
    let currency = product.price.currency;
    let others = cart.lines.iter().filter(|line| line.id != *id).filter_map(|line| products.get(&line.id));
    if let Some(other) = others.map(|other| other.price.currency).find(|other| *other != currency) {
        let detail = format!("the cart is in {}, {id} in {}", other.as_str(), currency.as_str());
        return Err(Problem::new(Code::MixedCurrency, detail));
    }
    Ok(())
}

fn path_id(request: &Request) -> Result<ProductId, Problem> {
    let wrong = || FieldError::new("id", "format", "must match [A-Za-z0-9._~-]{1,64}");
    ProductId::parse(request.path("id")).ok_or_else(|| Problem::invalid(vec![wrong()]))
}

fn added(request: &Request) -> Result<Change, Problem> {
    let body = Object::parse(request.json()?)?;
    let mut errors = Errors::default();
    let id = errors.take(body.require("id").and_then(|node| node.product_id()));
    let qty = errors.take(body.require("qty").and_then(|node| node.integer(1..=MAX_QTY)));
    errors.into_result()?;
    id.zip(qty).map(|(id, qty)| Change::Add(id, qty)).ok_or_else(Problem::internal)
}

fn set(request: &Request) -> Result<Change, Problem> {
    let id = path_id(request)?;
    let body = Object::parse(request.json()?)?;
    let qty = body.require("qty").and_then(|node| node.integer(0..=MAX_QTY));
    qty.map(|qty| Change::Set(id, qty)).map_err(|error| Problem::invalid(vec![error]))
}

fn removed(request: &Request) -> Result<Change, Problem> {
    // The original's words.
    let required = || FieldError::new("#/id", "required", "id required");
    let missing = || Problem::new(Code::InvalidRequest, "id required").with_error(required());
    if !request.has_body() {
        return Err(missing());
    }
    let body = Object::parse(request.json()?)?;
    let id = body.get("id").ok_or_else(missing)?.product_id();
    id.map(Change::Remove).map_err(|error| Problem::invalid(vec![error]))
}

#[async_trait]
impl HttpHandler for CartFunction {
    const FUNCTION: Function = Function::Cart;

    async fn prime(&self) -> Result<(), StoreError> {
        self.keys.get().await.map(drop)
    }

    async fn answer(&self, request: &Request) -> Result<Response, Failure> {
        let change = match request.operation {
            Operation::AddCartItem => added(request)?,
            Operation::SetCartItem => set(request)?,
            Operation::RemoveCartItem => removed(request)?,
            Operation::RemoveCartItemById => Change::Remove(path_id(request)?),
            _ => return self.show(request).await,
        };
        self.change(request, change).await
    }
}
