//! Reading orders: a user's own, or one.

use std::sync::Arc;

use async_trait::async_trait;
use cloudcart_shop::env::{self, Identity};
use cloudcart_shop::functions::Function;
use cloudcart_shop::ids::OrderId;
use cloudcart_shop::order::{Order, State, TOKEN_HEADER};
use cloudcart_shop::problem::{Code, FieldError, Problem};
use cloudcart_shop::routes::Operation;
use serde::Serialize;

use crate::clients::Aws;
use crate::config::{ConfigError, Env};
use crate::crypto;
use crate::http::{Failure, HttpHandler, Request, Response};
use crate::store::{self, Dynamo, Keys, StoreError, Tables};
use crate::{identity, paging, span};

/// The orders function.
pub struct Orders {
    /// Where orders are.
    pub orders: Arc<dyn store::Orders>,
    /// The signing key, which signs cursors.
    pub keys: Keys,
    /// Who is believed to be who.
    pub identity: Identity,
}

#[derive(Serialize)]
struct List<'a> {
    orders: &'a [Order],
    count: usize,
    next: Option<&'a str>,
}

impl Orders {
    /// As the environment says.
    pub fn from_env(env: &Env<'_>) -> Result<Self, ConfigError> {
        let tables = Tables {
            orders: env.require(env::ORDERS_TABLE)?,
            idempotency: env.require(env::IDEMPOTENCY_TABLE)?,
            ..Tables::default()
        };
        let identity = env.identity()?;
        let dynamo = Dynamo::new(Aws::from_env(env)?.dynamodb(), tables);
        Ok(Self { orders: Arc::new(dynamo.clone()), keys: Keys::new(dynamo), identity })
    }

    async fn list(&self, request: &Request) -> Result<Response, Failure> {
        let claimed = request.query("userId").filter(|user| !user.is_empty());
        let user = identity::user(self.identity, request, claimed).ok_or_else(|| match self.identity {
            Identity::Demo => Problem::invalid(vec![FieldError::new("userId", "required", "userId is required")]),
            Identity::Standard => Problem::new(Code::Unauthenticated, "sign in to see your orders"),
        })?;
        if user.len() > 512 {
            return Err(FieldError::new("userId", "range", "at most 512 bytes").into());
        }
        let state = match request.query("status") {
            None => None,
            Some(word) => Some(State::parse(word).ok_or_else(|| {
                let states: Vec<_> = State::ALL.iter().map(|state| state.as_str()).collect();
                FieldError::new("status", "format", format!("must be one of {}", states.join(", ")))
            })?),
        };
        let limit = paging::limit(request)?;
        let status = state.map_or("", State::as_str);
        let scope = format!("GET /orders status={status} user={user}");
        let key = self.keys.get().await?;
        let start = paging::start(request, key, &scope)?;
        let page = self.orders.orders_of(&user, state, limit, start.as_ref()).await?;
        let next = paging::next(key, &scope, page.last.as_ref());
        let list = List { orders: &page.items, count: page.items.len(), next: next.as_deref() };
        let mut filters = Vec::new();
        filters.extend(claimed.filter(|_| self.identity == Identity::Demo).map(|user| ("userId", user)));
        filters.extend(state.map(|state| ("status", state.as_str())));
        Ok(paging::link(Response::json(200, &list)?, "/orders", &filters, limit, next.as_deref()))
    }

    async fn order(&self, request: &Request) -> Result<Response, Failure> {
        // The same answer whether it is not there or not the caller's.
        let missing = || Problem::new(Code::OrderNotFound, "there is no such order");
        let id = OrderId::parse(request.path("id")).ok_or_else(missing)?;
        span::current().note("orderId", id.as_str());
        let order = self.orders.order(&id).await?.filter(|order| self.may_read(request, order)).ok_or_else(missing)?;
        Response::json(200, &order)
    }

    fn may_read(&self, request: &Request, order: &Order) -> bool {
        let owner = order.user_id.as_deref();
        if self.identity == Identity::Demo {
            // As in the original, whoever says who they are sees only their own.
            return request.query("userId").is_none_or(|user| owner == Some(user));
        }
        if owner.is_some() && owner == request.subject.as_deref() {
            return true;
        }
        // What is compared are digests, so the time it takes tells nothing about the token.
        let given = request.header(TOKEN_HEADER).map(|token| crypto::sha256(token.as_bytes()));
        order.token_hash.is_some() && order.token_hash == given
    }
}

#[async_trait]
impl HttpHandler for Orders {
    const FUNCTION: Function = Function::Orders;

    async fn prime(&self) -> Result<(), StoreError> {
        self.keys.get().await.map(drop)
    }

    async fn answer(&self, request: &Request) -> Result<Response, Failure> {
        match request.operation {
            Operation::ListOrders => self.list(request).await,
            _ => self.order(request).await,
        }
    }
}
