//! The desk: shows orders to the shop's own people and takes them a step on. No route leads to it; who may invoke the function may
//! use it.

use std::sync::Arc;

use async_trait::async_trait;
use cloudcart_shop::desk::{Answer, Asked, Returned};
use cloudcart_shop::env;
use cloudcart_shop::ids::ProductId;
use cloudcart_shop::order::{Order, State};
use cloudcart_shop::problem::{Code, Problem};
use serde_json::{Value, json};

use crate::clients::Aws;
use crate::clock::{self, Clock, SystemClock};
use crate::config::{ConfigError, Env};
use crate::lambda::{EventHandler, Invocation};
use crate::log::Level;
use crate::span;
use crate::store::{Advanced, Dynamo, Steps, StoreError, Tables};

/// How often a step is tried when the order moves under it: the worker moves it once, and somebody else perhaps.
const ATTEMPTS: usize = 4;

/// The desk function.
pub struct Desk {
    /// Where orders and stock are.
    pub orders: Arc<dyn Steps>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Desk {
    /// As the environment says.
    pub fn from_env(env: &Env<'_>) -> Result<Self, ConfigError> {
        let tables = Tables {
            orders: env.require(env::ORDERS_TABLE)?,
            inventory: env.require(env::INVENTORY_TABLE)?,
            ..Tables::default()
        };
        let dynamo = Dynamo::new(Aws::from_env(env)?.dynamodb(), tables);
        Ok(Self { orders: Arc::new(dynamo), clock: Arc::new(SystemClock) })
    }

    async fn answer(&self, asked: &Asked, request_id: &str) -> Result<Answer, StoreError> {
        for _ in 0..ATTEMPTS {
            let Some(mut order) = self.orders.order(&asked.id).await? else {
                let problem = Problem::new(Code::OrderNotFound, "there is no such order");
                return Ok(refused(Answer::problem(&problem, request_id)));
            };
            let Some((event, reason)) = &asked.step else {
                span::current().end(Level::Info, "order shown", json!({ "outcome": "ok", "status": order.state }));
                return Ok(Answer::Order { order: Box::new(order), returned: Vec::new() });
            };
            let from = order.state;
            if let Err(illegal) = order.apply(*event, &clock::words(self.clock.now()), reason) {
                return Ok(refused(Answer::illegal(illegal, request_id)));
            }
            if let Advanced::Yes(ids) = self.orders.advance(&order, from).await? {
                return Ok(advanced(order, from, &ids));
            }
        }
        Err(StoreError::Busy { operation: "taking an order a step on", source: None })
    }
}

fn advanced(order: Order, from: State, ids: &[ProductId]) -> Answer {
    let back = order.lines.iter().filter(|line| ids.contains(&line.id));
    let returned: Vec<_> = back.map(|line| Returned { id: line.id.clone(), qty: line.qty }).collect();
    let fields = json!({ "outcome": "ok", "from": from, "to": order.state, "returned": returned });
    span::current().end(Level::Info, "order taken on", fields);
    Answer::Order { order: Box::new(order), returned }
}

fn refused(answer: Answer) -> Answer {
    if let Answer::Problem { problem } = &answer {
        let fields = json!({ "outcome": problem["code"], "error": problem["detail"] });
        span::current().end(Level::Warn, "request refused", fields);
    }
    answer
}

#[async_trait]
impl EventHandler for Desk {
    type Answer = Answer;
    type Error = StoreError;

    async fn handle(&self, event: Value, invocation: &Invocation) -> Result<Answer, StoreError> {
        match Asked::parse(event.to_string().as_bytes()) {
            Ok(asked) => {
                span::current().note("orderId", asked.id.as_str());
                self.answer(&asked, &invocation.id).await
            }
            Err(problem) => Ok(refused(Answer::problem(&problem, &invocation.id))),
        }
    }
}
