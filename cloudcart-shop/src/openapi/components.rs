//! What the operations share: schemas by name, parameters, headers, and the ways to say who one is.

use serde_json::{Map, Value, json};

use super::examples;
use crate::cart::{self, TOKEN_COOKIE};
use crate::cursor::MAX_LIMIT;
use crate::ids::{OrderId, ProductId};
use crate::money::{Currency, Money};
use crate::{checkout, order, pricing, problem, product};

/// The groups of the operations.
pub(super) fn tags() -> Value {
    json!([
        { "name": "catalogue", "description": "What there is to buy." },
        { "name": "cart", "description": "What somebody means to buy." },
        { "name": "orders", "description": "What somebody has bought." },
        { "name": "description", "description": "This document." },
    ])
}

pub(super) fn all() -> Value {
    json!({
        "schemas": schemas(),
        "parameters": parameters(),
        "headers": headers(),
        "responses": responses(),
        "securitySchemes": security_schemes(),
    })
}

fn responses() -> Map<String, Value> {
    let shared = examples::shared();
    let mut responses: Map<_, _> = shared
        .iter()
        .map(|problem| (problem.code.as_str().to_owned(), super::refusal(|| std::iter::once(problem))))
        .collect();
    let about = "The gateway takes no more for now. It says so itself: no problem, no request id of the shop.";
    let schema = json!({
        "type": "object",
        "required": ["message"],
        "properties": { "message": { "type": "string" } },
    });
    let content = json!({ "application/json": { "schema": schema, "example": { "message": "Too Many Requests" } } });
    responses.insert("TooManyRequests".to_owned(), json!({ "description": about, "content": content }));
    responses
}

fn schemas() -> Value {
    json!({
        "ProductId": ProductId::schema(),
        "OrderId": OrderId::schema(),
        "Amount": Money::major_schema(),
        "MinorAmount": Money::minor_schema(),
        "Currency": Currency::schema(),
        "Product": product::schema(false),
        "ProductAlone": product::schema(true),
        "Cart": cart::schema(),
        "CartLine": cart::line_schema(),
        "CartToken": cart::token_schema(),
        "WantedLine": cart::wanted_schema(),
        "CheckoutRequest": checkout::request_schema(),
        "CheckoutAccepted": checkout::accepted_schema(),
        "PricedLine": pricing::line_schema(),
        "TotalAdjusted": pricing::adjusted_schema(),
        "Order": order::schema(),
        "OrderStatus": order::state_schema(),
        "OrderStep": order::step_schema(),
        "OrderPage": order::page_schema(),
        "OrderToken": order::token_schema(),
        "Problem": problem::schema(),
        "FieldError": problem::field_error_schema(),
    })
}

fn parameters() -> Map<String, Value> {
    let of = |name: &str, place: &str, about: &str, schema: Value| {
        let mut parameter = json!({ "name": name, "in": place, "description": about });
        if place == "path" {
            parameter["required"] = true.into();
        }
        parameter["schema"] = schema;
        parameter
    };
    let schema = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let limit = json!({ "type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": MAX_LIMIT });
    let category = json!({ "type": "string", "minLength": 1, "maxLength": 100 });
    let key = json!({ "type": "string", "pattern": "^[!-+.-~-]{1,255}$" });
    let user = json!({ "type": "string", "maxLength": 512 });
    [
        ("productId", of("id", "path", "Which product.", schema("ProductId"))),
        ("orderId", of("id", "path", "Which order.", schema("OrderId"))),
        (
            "categoryName",
            of("name", "path", "Which category. One that nobody uses is an empty list.", category.clone()),
        ),
        ("category", of("category", "query", "Only the products of this category.", category)),
        ("limit", of("limit", "query", "The most that a page may have. It may have fewer.", limit)),
        (
            "cursor",
            of(
                "cursor",
                "query",
                "Where the page starts: an earlier page's cursor, of the same list.",
                json!({ "type": "string" }),
            ),
        ),
        ("status", of("status", "query", "Only the orders that stand there.", schema("OrderStatus"))),
        (
            "userId",
            of(
                "userId",
                "query",
                "Who asks. A demo believes it, and asks for it in a list; any other shop ignores it.",
                user,
            ),
        ),
        (
            "idempotencyKey",
            of(
                "Idempotency-Key",
                "header",
                "Makes a repeated request one order, for 24 hours and for one caller.",
                key,
            ),
        ),
        (
            "ifMatch",
            of("If-Match", "header", "Changes the cart only if it still has this tag.", json!({ "type": "string" })),
        ),
        (
            "ifNoneMatch",
            of(
                "If-None-Match",
                "header",
                "The tag of what the caller has: answered with 304 if it still fits.",
                json!({ "type": "string" }),
            ),
        ),
    ]
    .into_iter()
    .map(|(name, parameter)| (name.to_owned(), parameter))
    .collect()
}

/// By their names in lower case, as HTTP/2 writes them. Those that are required come with every answer that lists them.
fn headers() -> Map<String, Value> {
    let text = || json!({ "type": "string" });
    [
        ("x-request-id", true, "Finds the request in the shop's log.", text()),
        ("cache-control", true, "How long the answer may be kept: not at all, unless it says so.", text()),
        ("etag", true, "The tag of what was answered.", text()),
        ("link", false, "The next page, if there is one, as a relative link of the relation `next`.", text()),
        ("x-next-cursor", false, "The next page's cursor, if there is one.", text()),
        ("location", true, "Where the order can be read.", text()),
        (
            "idempotent-replayed",
            false,
            "The order was placed by an earlier request with the same key.",
            json!({ "const": "true" }),
        ),
        ("retry-after", true, "In how many seconds to try again.", json!({ "type": "string", "pattern": "^[0-9]+$" })),
        (
            cart::TOKEN_HEADER,
            false,
            "The cart's token: the one that was sent, or one that was just issued.",
            json!({ "$ref": "#/components/schemas/CartToken" }),
        ),
        (
            "set-cookie",
            false,
            "The cart's token once more, for browsers.",
            json!({ "type": "string", "pattern": format!("^{TOKEN_COOKIE}=") }),
        ),
    ]
    .into_iter()
    .map(|(name, required, about, schema)| {
        (name.to_owned(), json!({ "description": about, "required": required, "schema": schema }))
    })
    .collect()
}

/// The ways to say who one is, by the names that operations use.
pub(super) const CART_TOKEN: &str = "cartToken";
pub(super) const CART_COOKIE: &str = "cartCookie";
pub(super) const ORDER_TOKEN: &str = "orderToken";
pub(super) const SIGNED_IN: &str = "signedIn";

fn security_schemes() -> Value {
    json!({
        CART_TOKEN: {
            "type": "apiKey",
            "in": "header",
            "name": cart::TOKEN_HEADER,
            "description": format!("A cart's token, for example `{}`.", examples::CART_TOKEN),
        },
        CART_COOKIE: {
            "type": "apiKey",
            "in": "cookie",
            "name": TOKEN_COOKIE,
            "description": "The same token as a cookie. The header counts if there are both.",
        },
        ORDER_TOKEN: {
            "type": "apiKey",
            "in": "header",
            "name": order::TOKEN_HEADER,
            "description": "The token that a guest got at checkout.",
        },
        SIGNED_IN: {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "A sign-in that the gateway's authorizer verifies, where a shop has one. Its subject is the user.",
        },
    })
}
