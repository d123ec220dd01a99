//! The request to place an order, and the answer to it.

use serde::Serialize;
use serde_json::{Value, json};

use crate::body::{Errors, Node, Object};
use crate::cart::{Line, MAX_QTY};
use crate::ids::OrderId;
use crate::money::{Currency, Decimal, Major};
use crate::order::{Order, State};
use crate::pricing::{Adjusted, PricedLine};
use crate::problem::{Code, FieldError, Problem};

/// A parsed `POST /checkout`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutRequest {
    /// The lines as sent. `None`: the cart is the order.
    pub items: Option<Vec<Line>>,
    /// The total that the customer was shown.
    pub total: Option<Decimal>,
    /// Where to write to.
    pub email: Option<String>,
    /// The client's own name for the order.
    pub client_reference: Option<String>,
    /// The original's `id`: a client reference that also serves as idempotency key.
    pub legacy_id: Option<String>,
    /// Who orders, believed in demo mode only.
    pub user_id: Option<String>,
}

impl CheckoutRequest {
    /// Reads the body. Every error is named at once.
    pub fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        let body = Object::parse(bytes)?;
        let mut errors = Errors::default();
        let items = body.get("items").map(|node| items(&node, &mut errors));
        let total = body.get("total").and_then(|node| errors.take(node.decimal()));
        let email = body.get("email").and_then(|node| errors.take(email(&node)));
        let reference = body.get("clientReference").and_then(|node| errors.take(node.line(255)));
        let legacy_id = body.get("id").and_then(|node| errors.take(legacy_id(&node)));
        let user_id = body.get("userId").and_then(|node| errors.take(node.line(128)));
        errors.into_result()?;
        let client_reference = reference.or_else(|| legacy_id.clone());
        Ok(Self { items, total, email, client_reference, legacy_id, user_id })
    }

    /// A text that is the same for two requests that ask for the same thing, however they are written.
    pub fn canonical(&self) -> String {
        let items = self.items.as_ref().map(|lines| {
            let mut sums = std::collections::BTreeMap::<&str, u64>::new();
            for line in lines {
                *sums.entry(line.id.as_str()).or_default() += u64::from(line.qty);
            }
            sums
        });
        let total = self.total.map(|total| total.to_string());
        serde_json::json!([1, items, total, self.email, self.client_reference, self.user_id]).to_string()
    }
}

fn items(node: &Node<'_>, errors: &mut Errors) -> Vec<Line> {
    let elements = errors.take(node.array()).unwrap_or_default();
    let mut lines = Vec::with_capacity(elements.len());
    for element in elements {
        let Some(object) = errors.take(element.object()) else { continue };
        let id = errors.take(object.require("id").and_then(|node| node.product_id()));
        let qty = errors.take(object.require("qty").and_then(|node| node.integer(1..=MAX_QTY)));
        lines.extend(id.zip(qty).map(|(id, qty)| Line { id, qty }));
    }
    lines
}

fn email(node: &Node<'_>) -> Result<String, FieldError> {
    let text = node.line(254)?;
    match text.split_once('@') {
        Some((local, domain)) if !local.is_empty() && !domain.is_empty() && !text.contains(' ') => Ok(text),
        _ => Err(node.error("format", "must be an e-mail address")),
    }
}

fn legacy_id(node: &Node<'_>) -> Result<String, FieldError> {
    let text = node.string()?;
    if is_key(&text) { Ok(text) } else { Err(node.error("format", "1 to 255 visible ASCII characters")) }
}

fn is_key(text: &str) -> bool {
    (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Reads an `Idempotency-Key` header: 1 to 255 visible ASCII characters without a comma. The quotes of a structured string are no
/// part of it.
pub fn idempotency_key(header: &str) -> Result<&str, Problem> {
    // The gateway joins headers of one name with commas. Which of two keys was meant, nobody can tell.
    if header.contains(',') {
        return Err(Problem::new(Code::InvalidRequest, "Idempotency-Key must stand once, and have no comma"));
    }
    let bare = header.trim();
    let bare = bare.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(bare);
    if is_key(bare) {
        return Ok(bare);
    }
    Err(Problem::new(Code::InvalidRequest, "Idempotency-Key must be 1 to 255 visible ASCII characters"))
}

/// The 202 answer, without the guest's token.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Accepted<'a> {
    queued: bool,
    id: &'a OrderId,
    status: State,
    total: Major,
    total_minor: i64,
    currency: Currency,
    items: &'a [PricedLine],
    warnings: Vec<&'a Adjusted>,
}

impl<'a> Accepted<'a> {
    /// The answer to an order that has just been placed.
    pub fn new(order: &'a Order, adjusted: Option<&'a Adjusted>) -> Self {
        Self {
            queued: true,
            id: &order.id,
            status: order.state,
            total: order.total.number(),
            total_minor: order.total.minor,
            currency: order.total.currency,
            items: &order.lines,
            warnings: adjusted.into_iter().collect(),
        }
    }
}

/// The schema of the request.
pub(crate) fn request_schema() -> Value {
    json!({
        "type": "object",
        "description": "What to order. Without items the caller's cart is ordered.",
        "properties": {
            "items": {
                "type": "array",
                "minItems": 1,
                "description": "Lines of one product are merged before the limits count.",
                "items": { "$ref": "#/components/schemas/WantedLine" },
            },
            "total": {
                "type": "number",
                "minimum": 0,
                "description": "The most that may be charged: what the customer was shown. Never a price.",
            },
            "email": { "type": "string", "minLength": 3, "maxLength": 254, "pattern": "^[^@ ]+@[^ ]+$" },
            "clientReference": {
                "type": "string",
                "minLength": 1,
                "maxLength": 255,
                "description": "The client's own name for the order.",
            },
            "id": {
                "type": "string",
                "deprecated": true,
                "pattern": "^[!-~]{1,255}$",
                "description": "As the original shop had it: a client reference that is also the idempotency key.",
            },
            "userId": {
                "type": "string",
                "minLength": 1,
                "maxLength": 128,
                "description": "Who orders. Believed by a demo shop, ignored by any other.",
            },
        },
    })
}

/// The schema of the answer.
pub(crate) fn accepted_schema() -> Value {
    json!({
        "type": "object",
        "description": "An order that is written and on its way through the queue.",
        "required": ["queued", "id", "status", "total", "totalMinor", "currency", "items", "warnings"],
        "properties": {
            "queued": { "type": "boolean", "const": true },
            "id": { "$ref": "#/components/schemas/OrderId" },
            "status": { "type": "string", "const": State::Pending.as_str() },
            "total": { "$ref": "#/components/schemas/Amount" },
            "totalMinor": { "$ref": "#/components/schemas/MinorAmount" },
            "currency": { "$ref": "#/components/schemas/Currency" },
            "items": { "type": "array", "minItems": 1, "items": { "$ref": "#/components/schemas/PricedLine" } },
            "warnings": { "type": "array", "items": { "$ref": "#/components/schemas/TotalAdjusted" } },
            "orderToken": { "$ref": "#/components/schemas/OrderToken" },
        },
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::*;

    #[test]
    fn the_seeds_body_is_read() {
        let request = CheckoutRequest::parse(br#"{"items":[{"id":"1","qty":2}],"total":199.99}"#).unwrap();
        assert_eq!(request.items.unwrap().len(), 1);
        assert_eq!(request.total.unwrap().to_string(), "199.99");
    }

    #[test]
    fn bad_totals_are_400() {
        for total in ["\"199.99\"", "-1", "1e400", "null", "[]", "true"] {
            let body = format!("{{\"items\":[{{\"id\":\"1\",\"qty\":1}}],\"total\":{total}}}");
            let problem = CheckoutRequest::parse(body.as_bytes()).unwrap_err();
            assert_eq!((problem.status(), problem.errors[0].pointer.as_str()), (400, "#/total"), "{total}");
        }
    }

    #[test]
    fn every_error_is_named_at_once() {
        let body = br#"{"items":[{"id":1,"qty":0},7,{"id":"a b"}],"total":-1,"email":"nobody","id":"","userId":""}"#;
        let problem = CheckoutRequest::parse(body).unwrap_err();
        let pointers: Vec<_> = problem.errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(
            pointers,
            [
                "#/items/0/id",
                "#/items/0/qty",
                "#/items/1",
                "#/items/2/id",
                "#/items/2/qty",
                "#/total",
                "#/email",
                "#/id",
                "#/userId"
            ]
        );
    }

    #[test]
    fn requests_that_ask_the_same_are_the_same() {
        let canonical = |body: &str| CheckoutRequest::parse(body.as_bytes()).unwrap().canonical();
        let first = canonical(r#"{"items":[{"id":"1","qty":2},{"id":"2","qty":1}],"total":199.99}"#);
        for same in [
            r#"{ "total" : 199.990, "items":[{"qty":2,"id":"1"},{"id":"2","qty":1}] }"#,
            r#"{"items":[{"id":"2","qty":1},{"id":"1","qty":1},{"id":"1","qty":1}],"total":19999e-2}"#,
        ] {
            assert_eq!(canonical(same), first, "{same}");
        }
        for other in [
            r#"{"items":[{"id":"1","qty":2},{"id":"2","qty":1}]}"#,
            r#"{"items":[{"id":"1","qty":2},{"id":"2","qty":1}],"total":200}"#,
            r#"{"items":[{"id":"1","qty":3}],"total":199.99}"#,
            r#"{"total":199.99}"#,
        ] {
            assert_ne!(canonical(other), first, "{other}");
        }
    }

    #[test]
    fn idempotency_keys_are_visible_ascii() {
        assert_eq!(idempotency_key("abc").unwrap(), "abc");
        assert_eq!(idempotency_key("\"abc\"").unwrap(), "abc");
        for bad in ["", "\"\"", "a b", "é", "a,b", "\"a\",\"b\"", &"x".repeat(256)] {
            assert_eq!(idempotency_key(bad).unwrap_err().status(), 400, "{bad}");
        }
    }
}
