//! Examples: what the shop's own code makes of the sample catalogue, so that none can go out of date.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::body::Object;
use crate::cart::{self, Cart, Line};
use crate::catalogue;
use crate::checkout::{Accepted, CheckoutRequest};
use crate::cursor::{self, Signer};
use crate::ids::{OrderId, ProductId};
use crate::order::{Event, Order, State, Step};
use crate::pricing::{Quote, merge};
use crate::problem::{Code, FieldError, Problem};
use crate::product::{Product, Stock};

/// A token as a cart has one. Nobody's.
pub(super) const CART_TOKEN: &str = "ZXhhbXBsZS1leGFtcGxlLWV4YW1wbGUtZXhhbXBsZS0";
const ORDER_TOKEN: &str = "ot_ZXhhbXBsZS1leGFtcGxlLWV4YW1wbGUtZXhhbXBsZS0";
const REQUEST_ID: &str = "JKJaXmPLvHcESHA=";
const PLACED_AT: &str = "2026-11-24T00:00:00.000Z";
const CONFIRMED_AT: &str = "2026-11-24T00:00:01.000Z";

fn value(shown: &impl Serialize) -> Value {
    serde_json::to_value(shown).unwrap_or_default()
}

/// A problem's body.
pub(super) fn problem(problem: &Problem) -> Value {
    serde_json::from_str(&problem.to_json(REQUEST_ID)).unwrap_or_default()
}

fn products() -> Vec<Product> {
    catalogue::sample().into_iter().map(|input| input.product).collect()
}

fn by_id() -> HashMap<ProductId, Product> {
    products().into_iter().map(|product| (product.id.clone(), product)).collect()
}

/// A page of the catalogue.
pub(super) fn product_list() -> Value {
    value(&products())
}

/// A page of one category.
pub(super) fn category_list() -> Value {
    value(
        &products()
            .into_iter()
            .filter(|product| product.category.as_deref() == Some("electronics"))
            .collect::<Vec<_>>(),
    )
}

/// One product.
pub(super) fn product() -> Value {
    products().first().map_or(Value::Null, |product| value(&product.with_availability(Stock::Tracked(7))))
}

fn lines() -> Vec<Line> {
    products().into_iter().take(1).map(|product| Line { id: product.id, qty: 2 }).collect()
}

/// A cart; with its token if that was just issued.
pub(super) fn cart(issued: bool) -> Value {
    let cart = Cart { lines: lines(), version: 1, expires_at: 0 };
    let token = issued.then(|| CART_TOKEN.to_owned());
    let view = cart::View::new(&cart, &by_id(), &HashMap::new(), Some("2026-12-01T00:00:00.000Z".to_owned()), token);
    view.map_or(Value::Null, |view| value(&view))
}

/// A cart with nothing in it.
pub(super) fn empty_cart() -> Value {
    let cart = Cart { version: 2, ..Cart::default() };
    let view = cart::View::new(&cart, &by_id(), &HashMap::new(), Some("2026-12-01T00:00:00.000Z".to_owned()), None);
    view.map_or(Value::Null, |view| value(&view))
}

/// An order to be placed.
pub(super) const CHECKOUT: &str = r#"{"items":[{"id":"1","qty":2}],"total":199.99}"#;

/// The same as a value.
pub(super) fn checkout() -> Value {
    serde_json::from_str(CHECKOUT).unwrap_or_default()
}

fn quote(body: &str) -> Result<(Quote, CheckoutRequest), Problem> {
    let request = CheckoutRequest::parse(body.as_bytes())?;
    let lines = merge(request.items.clone().unwrap_or_default())?;
    Ok((Quote::new(&lines, &by_id())?, request))
}

fn placed() -> Option<(Order, Quote, CheckoutRequest)> {
    let (quote, request) = quote(CHECKOUT).ok()?;
    let placed = Step { at: PLACED_AT.to_owned(), from: None, to: State::Pending, reason: Some("placed".to_owned()) };
    let order = Order {
        id: OrderId::parse("0199a3b4-0000-7000-8000-00000000000f")?,
        state: State::Pending,
        version: 1,
        user_id: None,
        lines: quote.lines.clone(),
        reserved: None,
        total: quote.total,
        placed_at: PLACED_AT.to_owned(),
        updated_at: PLACED_AT.to_owned(),
        history: vec![placed],
        token_hash: None,
        email: None,
        client_reference: None,
    };
    Some((order, quote, request))
}

/// The answer to [`CHECKOUT`].
pub(super) fn accepted() -> Value {
    let Some((order, quote, request)) = placed() else { return Value::Null };
    let adjusted = quote.settle(request.total).ok().flatten();
    let mut accepted = value(&Accepted::new(&order, adjusted.as_ref()));
    accepted["orderToken"] = ORDER_TOKEN.into();
    accepted
}

/// The order, once the worker has confirmed it.
pub(super) fn order() -> Value {
    let Some((mut order, ..)) = placed() else { return Value::Null };
    // From pending this is always legal.
    let confirmed = order.apply(Event::Confirm, CONFIRMED_AT, "reserved");
    confirmed.map_or(Value::Null, |()| value(&order))
}

/// A page of orders.
pub(super) fn order_page() -> Value {
    let mut order = order();
    if let Some(members) = order.as_object_mut() {
        members.shift_insert(2, "userId".to_owned(), "u1".into());
    }
    json!({ "orders": [order], "count": 1, "next": null })
}

fn refused<T>(result: Result<T, Problem>) -> Problem {
    result.err().unwrap_or_else(Problem::internal)
}

/// What many operations refuse with in the same words.
pub(super) fn shared() -> [Problem; 5] {
    [precondition_failed(), body_too_large(), unsupported_media_type(), Problem::internal(), busy()]
}

/// A dependency that throttles.
pub(super) fn busy() -> Problem {
    Problem::new(Code::Busy, "a dependency is busy; try again")
}

fn body_too_large() -> Problem {
    Problem::new(Code::BodyTooLarge, format!("the body is over {} bytes", crate::body::MAX_BYTES))
}

fn unsupported_media_type() -> Problem {
    Problem::new(Code::UnsupportedMediaType, "content-type must be application/json")
}

/// What can go wrong with any body.
pub(super) fn body_problems() -> Vec<Problem> {
    vec![refused(Object::parse(b"{")), body_too_large(), unsupported_media_type()]
}

/// What can go wrong with any list.
pub(super) fn list_problems() -> Vec<Problem> {
    struct Nobody;
    impl Signer for Nobody {
        fn sign(&self, _: &[u8]) -> Vec<u8> {
            Vec::new()
        }
        fn verify(&self, _: &[u8], _: &[u8]) -> bool {
            false
        }
    }
    vec![
        Problem::new(Code::InvalidLimit, format!("limit must be a whole number, 1..={}", cursor::MAX_LIMIT)),
        refused(cursor::decode(&Nobody, "GET /products", "e30.AA")),
    ]
}

/// A parameter or member that is wrong.
pub(super) fn invalid(pointer: &str, code: &'static str, detail: &str) -> Problem {
    Problem::invalid(vec![FieldError::new(pointer, code, detail)])
}

/// Another version of the cart was changed.
pub(super) fn precondition_failed() -> Problem {
    Problem::new(Code::PreconditionFailed, "the cart is at version 2")
}

/// A product that does not exist.
pub(super) fn unknown_product() -> Problem {
    refused(quote(r#"{"items":[{"id":"9","qty":1}]}"#))
}

/// Two kinds of money in one cart or order.
pub(super) fn mixed_currency() -> Problem {
    crate::pricing::mixed_currency()
}

/// A line that would hold too many.
pub(super) fn cart_qty_limit() -> Problem {
    let mut cart = Cart { lines: lines(), ..Cart::default() };
    let added = lines().first().map_or(Ok(()), |line| cart.add(&line.id, cart::MAX_QTY));
    refused(added)
}

/// A cart that would have too many lines.
pub(super) fn cart_line_limit() -> Problem {
    let mut cart = Cart::default();
    let ids = (0..=cart::MAX_LINES).filter_map(|at| ProductId::parse(&format!("p{at}")));
    refused(ids.map(|id| cart.set(&id, 1)).collect::<Result<Vec<_>, _>>())
}

/// What can go wrong with a checkout alone.
pub(super) fn checkout_problems() -> Vec<Problem> {
    let ceiling = quote(r#"{"items":[{"id":"1","qty":2}],"total":0.01}"#);
    let stock = lines().into_iter().map(|line| (line.id, Stock::Tracked(1))).collect();
    let too_many: Vec<_> = (0..=cart::MAX_LINES)
        .filter_map(|at| ProductId::parse(&format!("p{at}")))
        .map(|id| Line { id, qty: 1 })
        .collect();
    vec![
        refused(CheckoutRequest::parse(br#"{"items":[{"id":"1","qty":0}],"total":199.99}"#)),
        refused(ceiling.and_then(|(quote, request)| quote.settle(request.total))),
        refused(quote(CHECKOUT).and_then(|(quote, _)| quote.check_stock(&stock))),
        refused(merge([])),
        unknown_product(),
        refused(quote(r#"{"items":[{"id":"1","qty":60},{"id":"1","qty":60}]}"#)),
        refused(merge(too_many)),
        mixed_currency(),
        Problem::new(Code::IdempotencyKeyReused, "the key was used for another request within the last 24 hours"),
    ]
}
