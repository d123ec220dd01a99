//! What checkout sends to the worker, version 1.

use serde::{Deserialize, Serialize};

use crate::ids::OrderId;
use crate::order::Order;

/// `order.placed`, version 1. The row in Orders is the truth; the lines make the dead-letter queue readable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderPlaced {
    v: u32,
    r#type: String,
    order_id: String,
    placed_at: String,
    request_id: String,
    items: Vec<Item>,
    total_minor: i64,
    currency: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    id: String,
    qty: u32,
    price_minor: i64,
}

/// Why a message cannot be worked on.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// Not JSON, or not the members that its version has.
    #[error("the message cannot be read")]
    Malformed(#[from] serde_json::Error),
    /// Made by another version of the shop.
    #[error("unknown message version {0}")]
    Version(serde_json::Value),
    /// Of another kind.
    #[error("unknown message type {0}")]
    Type(serde_json::Value),
    /// The order's id is none.
    #[error("{0:?} is no order id")]
    OrderId(String),
}

/// The version written here.
const VERSION: u32 = 1;
/// Longest id of a request. API Gateway's have 16 characters.
const MAX_REQUEST_ID: usize = 128;
/// The type written here.
const TYPE: &str = "order.placed";

/// What a message, and a log, keeps of a request's id.
pub fn printable(request_id: &str) -> String {
    request_id.chars().filter(char::is_ascii_graphic).take(MAX_REQUEST_ID).collect()
}

impl OrderPlaced {
    /// The message about an order. `request_id` is that of the request that sends it, of which visible ASCII is kept: SQS refuses a
    /// message for some characters, and an id that is odd must not be what loses an order.
    pub fn new(order: &Order, request_id: &str) -> Self {
        let item = |line: &crate::pricing::PricedLine| Item {
            id: line.id.to_string(),
            qty: line.qty,
            price_minor: line.price.minor,
        };
        Self {
            v: VERSION,
            r#type: TYPE.to_owned(),
            order_id: order.id.to_string(),
            placed_at: order.placed_at.clone(),
            request_id: printable(request_id),
            items: order.lines.iter().map(item).collect(),
            total_minor: order.total.minor,
            currency: order.total.currency.as_str().to_owned(),
        }
    }

    /// The message's body.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// Reads a message's body and gives the order it is about. What this version does not know is an error, so that the message
    /// is kept for one that does.
    pub fn order_id(body: &str) -> Result<OrderId, MessageError> {
        let value: serde_json::Value = serde_json::from_str(body)?;
        if value["v"] != VERSION {
            return Err(MessageError::Version(value["v"].clone()));
        }
        if value["type"] != TYPE {
            return Err(MessageError::Type(value["type"].clone()));
        }
        let message: Self = serde_json::from_value(value)?;
        OrderId::parse(&message.order_id).ok_or(MessageError::OrderId(message.order_id))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::*;
    use crate::order::tests::order;

    #[test]
    fn the_message_is_the_contracts() {
        let body = OrderPlaced::new(&order(), "req-1").to_json().unwrap();
        assert_eq!(
            body,
            r#"{"v":1,"type":"order.placed","orderId":"0199a3b4-0000-7000-8000-00000000000f","placedAt":"2026-11-24T00:00:00.000Z","requestId":"req-1","items":[{"id":"1","qty":2,"priceMinor":9999}],"totalMinor":19998,"currency":"USD"}"#
        );
        assert_eq!(OrderPlaced::order_id(&body).unwrap(), order().id);
    }

    #[test]
    fn what_is_unknown_is_an_error_and_never_dropped() {
        let good = OrderPlaced::new(&order(), "r").to_json().unwrap();
        assert!(matches!(OrderPlaced::order_id("not json"), Err(MessageError::Malformed(_))));
        assert!(matches!(OrderPlaced::order_id("[]"), Err(MessageError::Version(_))));
        assert!(matches!(OrderPlaced::order_id(&good.replace("\"v\":1", "\"v\":2")), Err(MessageError::Version(_))));
        assert!(matches!(OrderPlaced::order_id(&good.replace("placed\"", "paid\"")), Err(MessageError::Type(_))));
        assert!(matches!(OrderPlaced::order_id(&good.replace("0199", "zzzz")), Err(MessageError::OrderId(_))));
    }

    #[test]
    fn largest_legal_order_message_is_below_32_kib() {
        let mut order = order();
        let mut line = order.lines[0].clone();
        line.id = crate::ids::ProductId::parse(&"x".repeat(64)).unwrap();
        line.price.minor = crate::money::MAX_PRICE_MINOR;
        order.lines = vec![line; crate::cart::MAX_LINES];
        let message = OrderPlaced::new(&order, &"\"".repeat(10_000)).to_json().unwrap();
        assert!(message.len() < 32 * 1024, "{}", message.len());
    }
}
