//! What the shop's own people ask for about an order: to see it, or to take it a step on. No route leads here.

use serde::Serialize;
use serde_json::{Value, json};

use crate::body::{Errors, Node, Object};
use crate::ids::{OrderId, ProductId};
use crate::order::{Event, Illegal, Order};
use crate::problem::{FieldError, Problem};

/// Longest reason, in characters.
const MAX_REASON: usize = 128;

/// A request: `{"orderId":"…"}` to see an order, with `"event":"fulfil"` (`ship`, `deliver`, `cancel`) to take it a step on, and
/// perhaps a `"reason"` for its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The order.
    pub id: OrderId,
    /// What is to happen to it, and why.
    pub step: Option<(Event, String)>,
}

/// The events that are for people, each with its word and the reason that stands for itself. An order's goods are reserved by the
/// worker alone, so confirming and rejecting are not among them.
pub const EVENTS: [(&str, Event, &str); 4] = [
    ("fulfil", Event::Fulfil, "packed"),
    ("ship", Event::Ship, "sent"),
    ("deliver", Event::Deliver, "arrived"),
    ("cancel", Event::Cancel, "called_off"),
];

impl Asked {
    /// Reads a request. Every error is named at once.
    pub fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        let body = Object::parse(bytes)?;
        let mut errors = Errors::default();
        let id = errors.take(body.require("orderId").and_then(|node| order_id(&node)));
        let event = body.get("event").map(|node| errors.take(event(&node)));
        let reason = body.get("reason").and_then(|node| errors.take(node.line(MAX_REASON)));
        if reason.is_some() && event.is_none() {
            errors.take::<()>(Err(FieldError::new("#/event", "required", "is required where there is a reason")));
        }
        errors.into_result()?;
        let step = event.flatten().map(|(event, standard)| (event, reason.unwrap_or_else(|| standard.to_owned())));
        // Without an id there was an error.
        id.map(|id| Self { id, step }).ok_or_else(Problem::internal)
    }
}

fn order_id(node: &Node<'_>) -> Result<OrderId, FieldError> {
    let text = node.string()?;
    OrderId::parse(&text).ok_or_else(|| node.error("format", "must be an order's id"))
}

fn event(node: &Node<'_>) -> Result<(Event, &'static str), FieldError> {
    let text = node.string()?;
    let known = EVENTS.into_iter().find(|(word, _, _)| *word == text);
    known.map(|(_, event, reason)| (event, reason)).ok_or_else(|| {
        let words: Vec<&str> = EVENTS.iter().map(|(word, _, _)| *word).collect();
        node.error("unknown", format!("must be one of {}", words.join(", ")))
    })
}

/// Goods that went back into the stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Returned {
    /// The product.
    pub id: ProductId,
    /// How many of it.
    pub qty: u32,
}

/// An answer.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// The order as it is now.
    Order {
        /// It.
        order: Box<Order>,
        /// What this step has given back to the stock.
        returned: Vec<Returned>,
    },
    /// Why nothing was done, with the members of a problem of the shop's API.
    Problem {
        /// It.
        problem: Value,
    },
}

impl Answer {
    /// A problem as an answer.
    pub fn problem(problem: &Problem, request_id: &str) -> Self {
        // A problem's own JSON can be read.
        Self::Problem { problem: serde_json::from_str(&problem.to_json(request_id)).unwrap_or_default() }
    }

    /// A step that makes no sense where the order stands. It is no code of the API, which takes no orders on.
    pub fn illegal(illegal: Illegal, request_id: &str) -> Self {
        let word = EVENTS.iter().find(|(_, event, _)| *event == illegal.event).map_or("", |(word, _, _)| *word);
        let detail = format!("the order is {}, and cannot take the step `{word}` from there", illegal.from);
        Self::Problem {
            problem: json!({
                "type": "urn:cloudcart:problem:illegal_step",
                "title": "The order cannot take that step",
                "status": 409,
                "detail": detail,
                "code": "illegal_step",
                "requestId": request_id,
                "error": detail,
                "orderStatus": illegal.from,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::*;

    const ID: &str = "0199a3b4-0000-7000-8000-00000000000f";

    fn parse(value: &Value) -> Result<Asked, Problem> {
        Asked::parse(value.to_string().as_bytes())
    }

    #[test]
    fn a_step_has_the_reason_that_was_given_or_one_of_its_own() {
        let asked = parse(&json!({ "orderId": ID, "event": "cancel", "reason": "out of paper" })).unwrap();
        assert_eq!(asked.step, Some((Event::Cancel, "out of paper".to_owned())));
        for (word, event, reason) in EVENTS {
            let asked = parse(&json!({ "orderId": ID, "event": word })).unwrap();
            assert_eq!(asked.step, Some((event, reason.to_owned())));
        }
        assert_eq!(parse(&json!({ "orderId": ID })).unwrap().step, None);
    }

    #[test]
    fn every_error_is_named_at_once_and_nobody_confirms_by_hand() {
        for (body, pointers) in [
            (json!({}), vec!["#/orderId"]),
            (json!({ "orderId": 1, "event": "confirm", "reason": "" }), vec!["#/orderId", "#/event", "#/reason"]),
            (json!({ "orderId": ID, "event": null }), vec!["#/event"]),
            (json!({ "orderId": ID, "event": "reject" }), vec!["#/event"]),
            (json!({ "orderId": ID, "event": "cancel", "reason": "a\nb" }), vec!["#/reason"]),
            (json!({ "orderId": ID, "event": "cancel", "reason": "x".repeat(129) }), vec!["#/reason"]),
            (json!({ "orderId": ID, "reason": "x" }), vec!["#/event"]),
        ] {
            let problem = parse(&body).unwrap_err();
            let found: Vec<&str> = problem.errors.iter().map(|error| error.pointer.as_str()).collect();
            assert_eq!((problem.status(), found), (400, pointers), "{body}");
        }
        assert_eq!(parse(&json!([])).unwrap_err().status(), 400);
    }
}
