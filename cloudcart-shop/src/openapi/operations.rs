//! What each operation takes and answers. An operation that is not described here does not compile.

use serde_json::{Value, json};

use super::components::{CART_COOKIE, CART_TOKEN, ORDER_TOKEN, SIGNED_IN};
use super::examples;
use crate::cart::{self, MAX_QTY};
use crate::problem::{Code, Problem};
use crate::routes::Operation;

/// A schema and an example of it.
type Body = (Value, Value);

/// One operation, in words and types.
pub(super) struct Description {
    pub(super) tag: &'static str,
    pub(super) summary: &'static str,
    pub(super) about: &'static str,
    /// Names of the shared parameters.
    pub(super) parameters: Vec<&'static str>,
    pub(super) body: Option<Body>,
    /// Ways to say who one is, each enough; the empty one is none at all.
    pub(super) security: &'static [&'static str],
    pub(super) answers: Vec<Answer>,
    /// One of each code that it may refuse a request with.
    pub(super) problems: Vec<Problem>,
}

/// An answer to a request that was not refused.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) about: &'static str,
    pub(super) headers: &'static [&'static str],
    pub(super) body: Option<Body>,
}

const PUBLIC: &[&str] = &[""];
const CART: &[&str] = &[CART_TOKEN, CART_COOKIE, ""];
const PAGE_HEADERS: &[&str] = &["link", "x-next-cursor"];
const TAGGED_PAGE_HEADERS: &[&str] = &["etag", "link", "x-next-cursor"];
const CART_HEADERS: &[&str] = &["etag", cart::TOKEN_HEADER, "set-cookie"];

fn schema(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn ok(about: &'static str, headers: &'static [&'static str], schema: Value, example: Value) -> Answer {
    Answer { status: 200, about, headers, body: Some((schema, example)) }
}

fn not_modified(headers: &'static [&'static str]) -> Answer {
    Answer { status: 304, about: "What the caller has is still right.", headers, body: None }
}

/// These problems, and those that any operation on a table may have.
fn refusals(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.push(Problem::internal());
    problems.push(examples::busy());
    problems
}

fn products(about: &'static str, example: Value) -> Vec<Answer> {
    let list = json!({ "type": "array", "items": schema("Product") });
    vec![ok(about, TAGGED_PAGE_HEADERS, list, example), not_modified(TAGGED_PAGE_HEADERS)]
}

fn list_refusals(invalid: Problem) -> Vec<Problem> {
    let mut problems = vec![invalid];
    problems.extend(examples::list_problems());
    problems
}

fn cart_answer(about: &'static str, example: Value) -> Vec<Answer> {
    vec![ok(about, CART_HEADERS, schema("Cart"), example)]
}

fn body_refusals(more: Vec<Problem>) -> Vec<Problem> {
    let mut problems = examples::body_problems();
    problems.extend(more);
    refusals(problems)
}

pub(super) fn describe(operation: Operation) -> Description {
    let no_category =
        || examples::invalid("category", "range", "1 to 100 characters, none of them a control character");
    let no_id = || examples::invalid("id", "format", "must match [A-Za-z0-9._~-]{1,64}");
    let no_qty = || examples::invalid("#/qty", "range", &format!("1..={MAX_QTY}"));
    match operation {
        Operation::ListProducts => Description {
            tag: "catalogue",
            summary: "A page of the catalogue",
            about: "All products, or those of a category, in no particular order but the same for every page.",
            parameters: vec!["limit", "cursor", "category", "ifNoneMatch"],
            body: None,
            security: PUBLIC,
            answers: products("Products.", examples::product_list()),
            problems: refusals(list_refusals(no_category())),
        },
        Operation::GetProduct => Description {
            tag: "catalogue",
            summary: "One product",
            about: "A product and whether it can be had now.",
            parameters: vec!["productId", "ifNoneMatch"],
            body: None,
            security: PUBLIC,
            answers: vec![
                ok("The product.", &["etag"], schema("ProductAlone"), examples::product()),
                not_modified(&["etag"]),
            ],
            problems: refusals(vec![Problem::new(Code::ProductNotFound, "there is no such product")]),
        },
        Operation::ListCategory => Description {
            tag: "catalogue",
            summary: "A page of one category",
            about: "The products of a category, by id.",
            parameters: vec!["categoryName", "limit", "cursor", "ifNoneMatch"],
            body: None,
            security: PUBLIC,
            answers: products("Products of the category.", examples::category_list()),
            problems: refusals(list_refusals(no_category())),
        },
        Operation::GetCart => Description {
            tag: "cart",
            summary: "The caller's cart",
            about: "Without a token it is empty, or in a demo the cart of the caller's address.",
            parameters: vec![],
            body: None,
            security: CART,
            answers: cart_answer("The cart.", examples::cart(false)),
            problems: refusals(vec![examples::mixed_currency()]),
        },
        Operation::AddCartItem => Description {
            tag: "cart",
            summary: "Adds to a line of the cart",
            about: "Adds so many of a product to what the cart holds of it. A caller without a cart gets one, and its token.",
            parameters: vec!["ifMatch"],
            body: Some((schema("WantedLine"), json!({ "id": "1", "qty": 2 }))),
            security: CART,
            answers: cart_answer("The cart after the change.", examples::cart(true)),
            problems: body_refusals(vec![
                no_qty(),
                examples::precondition_failed(),
                examples::unknown_product(),
                examples::cart_qty_limit(),
                examples::cart_line_limit(),
                examples::mixed_currency(),
            ]),
        },
        Operation::SetCartItem => Description {
            tag: "cart",
            summary: "Sets a line of the cart",
            about: "Sets how many of a product the cart holds; 0 removes it. It may be repeated.",
            parameters: vec!["productId", "ifMatch"],
            body: Some((
                json!({ "type": "object", "required": ["qty"], "properties": { "qty": cart::qty_schema(0) } }),
                json!({ "qty": 2 }),
            )),
            security: CART,
            answers: cart_answer("The cart after the change.", examples::cart(false)),
            problems: body_refusals(vec![
                no_qty(),
                examples::precondition_failed(),
                examples::unknown_product(),
                examples::cart_line_limit(),
                examples::mixed_currency(),
            ]),
        },
        Operation::RemoveCartItem => Description {
            tag: "cart",
            summary: "Removes a line named in the body",
            about: "A line that is not there is no error. Where something on the way drops the body of a DELETE, use the path.",
            parameters: vec!["ifMatch"],
            body: Some((
                json!({ "type": "object", "required": ["id"], "properties": { "id": schema("ProductId") } }),
                json!({ "id": "1" }),
            )),
            security: CART,
            answers: cart_answer("The cart after the change.", examples::empty_cart()),
            problems: body_refusals(vec![
                examples::invalid("#/id", "required", "id required"),
                examples::precondition_failed(),
                examples::mixed_currency(),
            ]),
        },
        Operation::RemoveCartItemById => Description {
            tag: "cart",
            summary: "Removes a line named in the path",
            about: "A line that is not there is no error.",
            parameters: vec!["productId", "ifMatch"],
            body: None,
            security: CART,
            answers: cart_answer("The cart after the change.", examples::empty_cart()),
            problems: refusals(vec![no_id(), examples::precondition_failed(), examples::mixed_currency()]),
        },
        Operation::Checkout => Description {
            tag: "orders",
            summary: "Places an order",
            about: "The shop prices every line itself. It charges no more than the total that is sent, and less if the goods cost \
                    less. The order is written and queued when this answers; a worker then reserves the stock and confirms or \
                    rejects it.",
            parameters: vec!["idempotencyKey"],
            body: Some((schema("CheckoutRequest"), examples::checkout())),
            security: &[CART_TOKEN, CART_COOKIE, SIGNED_IN, ""],
            answers: vec![Answer {
                status: 202,
                about: "The order is placed.",
                headers: &["location", "idempotent-replayed"],
                body: Some((schema("CheckoutAccepted"), examples::accepted())),
            }],
            problems: body_refusals(examples::checkout_problems()),
        },
        Operation::ListOrders => Description {
            tag: "orders",
            summary: "The caller's orders",
            about: "Newest first. In a demo `userId` says whose.",
            parameters: vec!["limit", "cursor", "status", "userId"],
            body: None,
            security: &[SIGNED_IN, ""],
            answers: vec![ok("Orders.", PAGE_HEADERS, schema("OrderPage"), examples::order_page())],
            problems: refusals({
                let mut problems = list_refusals(examples::invalid("userId", "required", "userId is required"));
                problems.push(Problem::new(Code::Unauthenticated, "sign in to see your orders"));
                problems
            }),
        },
        Operation::GetOrder => Description {
            tag: "orders",
            summary: "One order",
            about: "For whoever placed it: signed in, or a guest with the order's token. For others it does not exist.",
            parameters: vec!["orderId", "userId"],
            body: None,
            security: &[ORDER_TOKEN, SIGNED_IN, ""],
            answers: vec![ok("The order.", &[], schema("Order"), examples::order())],
            problems: refusals(vec![Problem::new(Code::OrderNotFound, "there is no such order")]),
        },
        Operation::GetOpenApi => Description {
            tag: "description",
            summary: "This document",
            about: "The whole contract, in OpenAPI 3.1.",
            parameters: vec!["ifNoneMatch"],
            body: None,
            security: PUBLIC,
            answers: vec![
                ok(
                    "The document.",
                    &["etag"],
                    json!({ "type": "object", "required": ["openapi", "info", "paths"] }),
                    json!({
                        "openapi": "3.1.0",
                        "info": { "title": "CloudCart shop", "version": super::CONTRACT_VERSION },
                        "paths": {},
                    }),
                ),
                not_modified(&["etag"]),
            ],
            problems: vec![Problem::internal()],
        },
    }
}
