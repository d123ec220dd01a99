//! Carts: lines, their limits, and how a cart is shown.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::attribute::{Attribute, Row, RowError, integer, maps, text};
use crate::ids::ProductId;
use crate::money::{Currency, Major, Money};
use crate::pricing;
use crate::problem::{Code, FieldError, Problem};
use crate::product::{Product, Stock};

/// Most lines in a cart or an order.
pub const MAX_LINES: usize = 50;
/// Most of one product in a line.
pub const MAX_QTY: u32 = 99;

/// The header that carries a cart's token.
pub const TOKEN_HEADER: &str = "x-cart-token";
/// The cookie that does the same for browsers. The prefix binds it to its host and to HTTPS.
pub const TOKEN_COOKIE: &str = "__Host-cart";

/// So many of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The product.
    pub id: ProductId,
    /// 1 to [`MAX_QTY`].
    pub qty: u32,
}

/// A cart as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cart {
    /// In the order in which they were first added.
    pub lines: Vec<Line>,
    /// Counts changes. 0: never stored.
    pub version: u64,
    /// When it ends, in seconds since 1970. The table deletes rows late, so readers check.
    pub expires_at: i64,
}

impl Cart {
    /// Adds to a line, or makes it.
    pub fn add(&mut self, id: &ProductId, qty: u32) -> Result<(), Problem> {
        let held = self.lines.iter().find(|line| line.id == *id).map_or(0, |line| line.qty);
        match held.checked_add(qty) {
            Some(sum) if sum <= MAX_QTY => self.set(id, sum),
            _ => Err(Problem::new(
                Code::QtyLimit,
                format!("the cart holds {held} of {id}; with {qty} more it would be over {MAX_QTY}"),
            )
            .with_error(FieldError::new(
                "#/qty",
                "range",
                format!("at most {}", MAX_QTY - held.min(MAX_QTY)),
            ))),
        }
    }

    /// Sets a line. 0 removes it.
    pub fn set(&mut self, id: &ProductId, qty: u32) -> Result<(), Problem> {
        if qty == 0 {
            self.remove(id);
            return Ok(());
        }
        if qty > MAX_QTY {
            return Err(Problem::new(Code::QtyLimit, format!("at most {MAX_QTY} of one product")));
        }
        if let Some(line) = self.lines.iter_mut().find(|line| line.id == *id) {
            line.qty = qty;
            return Ok(());
        }
        if self.lines.len() >= MAX_LINES {
            return Err(Problem::new(Code::LineLimit, format!("a cart holds at most {MAX_LINES} products")));
        }
        self.lines.push(Line { id: id.clone(), qty });
        Ok(())
    }

    /// Removes a line. Says whether there was one.
    pub fn remove(&mut self, id: &ProductId) -> bool {
        let before = self.lines.len();
        self.lines.retain(|line| line.id != *id);
        self.lines.len() != before
    }

    /// The products in it.
    pub fn ids(&self) -> Vec<ProductId> {
        self.lines.iter().map(|line| line.id.clone()).collect()
    }

    /// The attributes of the row, its key aside.
    pub fn to_row(&self) -> Row {
        let line = |line: &Line| {
            Attribute::M(Row::from([
                ("id".to_owned(), Attribute::text(line.id.as_str())),
                ("qty".to_owned(), Attribute::integer(line.qty)),
            ]))
        };
        Row::from([
            ("lines".to_owned(), Attribute::L(self.lines.iter().map(line).collect())),
            ("version".to_owned(), Attribute::integer(self.version)),
            ("expiresAt".to_owned(), Attribute::integer(self.expires_at)),
        ])
    }

    /// Reads a row of the Carts table.
    pub fn from_row(row: &Row) -> Result<Self, RowError> {
        let line = |row: &Row| {
            let id = text(row, "id")?;
            let id = ProductId::parse(id).ok_or(RowError::Attribute("lines"))?;
            Ok(Line { id, qty: integer(row, "qty")? })
        };
        Ok(Self {
            lines: maps(row, "lines")?.into_iter().map(line).collect::<Result<_, RowError>>()?,
            version: integer(row, "version")?,
            expires_at: integer(row, "expiresAt")?,
        })
    }
}

/// A cart as clients see it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct View {
    items: Vec<ViewLine>,
    subtotal: Major,
    subtotal_minor: i64,
    currency: Currency,
    version: u64,
    expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cart_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ViewLine {
    id: ProductId,
    qty: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<Major>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line_total: Option<Major>,
    available: bool,
}

impl View {
    /// Shows a cart at today's prices. A product that has left the catalogue stays as a line that is not available and costs
    /// nothing. `expires_at` is a timestamp in words; `cart_token` is given when it was just issued.
    pub fn new(
        cart: &Cart,
        products: &HashMap<ProductId, Product>,
        stock: &HashMap<ProductId, Stock>,
        expires_at: Option<String>,
        cart_token: Option<String>,
    ) -> Result<Self, Problem> {
        let currency = cart
            .lines
            .iter()
            .find_map(|line| products.get(&line.id))
            .map_or(Currency::USD, |product| product.price.currency);
        let mut subtotal = Money::new(0, currency);
        let mut items = Vec::with_capacity(cart.lines.len());
        for Line { id, qty } in &cart.lines {
            let product = products.get(id);
            let total = product.and_then(|product| product.price.times(*qty));
            if let Some(total) = total {
                subtotal = subtotal.plus(total).ok_or_else(pricing::mixed_currency)?;
            }
            let covered = stock.get(id).copied().unwrap_or(Stock::Untracked).covers(*qty);
            items.push(ViewLine {
                id: id.clone(),
                qty: *qty,
                name: product.map(|product| product.name.clone()),
                price: product.map(|product| product.price.number()),
                line_total: total.map(Money::number),
                available: product.is_some() && covered,
            });
        }
        Ok(Self {
            items,
            subtotal: subtotal.number(),
            subtotal_minor: subtotal.minor,
            currency,
            version: cart.version,
            expires_at,
            cart_token,
        })
    }
}

/// The schema of a cart as clients see it.
pub(crate) fn schema() -> Value {
    json!({
        "type": "object",
        "description": "A cart at today's prices.",
        "required": ["items", "subtotal", "subtotalMinor", "currency", "version", "expiresAt"],
        "properties": {
            "items": { "type": "array", "maxItems": MAX_LINES, "items": { "$ref": "#/components/schemas/CartLine" } },
            "subtotal": { "$ref": "#/components/schemas/Amount" },
            "subtotalMinor": { "$ref": "#/components/schemas/MinorAmount" },
            "currency": { "$ref": "#/components/schemas/Currency" },
            "version": { "type": "integer", "minimum": 0, "description": "Counts the cart's changes." },
            "expiresAt": {
                "type": ["string", "null"],
                "format": "date-time",
                "description": "When the cart ends unless it is changed before; null of a cart that was never filled.",
            },
            "cartToken": { "$ref": "#/components/schemas/CartToken" },
        },
    })
}

/// The schema of a token, which an answer's body holds only when it has just been issued.
pub(crate) fn token_schema() -> Value {
    json!({ "type": "string", "description": "Names a cart. Whoever has it has the cart.", "pattern": "^[A-Za-z0-9_-]{43}$" })
}

/// The schema of a line of a cart.
pub(crate) fn line_schema() -> Value {
    json!({
        "type": "object",
        "description": "A line of a cart. A product that has left the catalogue has no name and no price.",
        "required": ["id", "qty", "available"],
        "properties": {
            "id": { "$ref": "#/components/schemas/ProductId" },
            "qty": qty_schema(1),
            "name": { "type": "string" },
            "price": { "$ref": "#/components/schemas/Amount" },
            "lineTotal": { "$ref": "#/components/schemas/Amount" },
            "available": { "type": "boolean", "description": "Whether so many can be had now. Nothing is reserved." },
        },
    })
}

/// The schema of a quantity, from `least` on.
pub(crate) fn qty_schema(least: u32) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": MAX_QTY })
}

/// The schema of a line as a request names it.
pub(crate) fn wanted_schema() -> Value {
    json!({
        "type": "object",
        "description": "So many of a product.",
        "required": ["id", "qty"],
        "properties": { "id": { "$ref": "#/components/schemas/ProductId" }, "qty": qty_schema(1) },
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::*;

    fn id(text: &str) -> ProductId {
        ProductId::parse(text).unwrap()
    }

    #[test]
    fn adding_60_twice_is_refused_and_60_are_kept() {
        let mut cart = Cart::default();
        cart.add(&id("1"), 60).unwrap();
        assert_eq!(cart.add(&id("1"), 60).unwrap_err().code, Code::QtyLimit);
        assert_eq!(cart.lines, [Line { id: id("1"), qty: 60 }]);
        cart.add(&id("1"), 39).unwrap();
        assert_eq!(cart.lines[0].qty, 99);
    }

    #[test]
    fn the_51st_line_is_refused_but_an_old_line_still_grows() {
        let mut cart = Cart::default();
        for at in 0..MAX_LINES {
            cart.add(&id(&format!("p{at}")), 1).unwrap();
        }
        assert_eq!(cart.add(&id("one-more"), 1).unwrap_err().code, Code::LineLimit);
        cart.add(&id("p0"), 1).unwrap();
        assert_eq!(cart.lines.len(), MAX_LINES);
    }

    #[test]
    fn setting_is_repeatable_and_zero_removes() {
        let mut cart = Cart::default();
        cart.set(&id("1"), 3).unwrap();
        cart.set(&id("1"), 3).unwrap();
        assert_eq!(cart.lines[0].qty, 3);
        cart.set(&id("1"), 0).unwrap();
        assert!(cart.lines.is_empty());
        assert!(!cart.remove(&id("1")));
    }

    #[test]
    fn a_cart_reads_back_from_its_row() {
        let mut cart = Cart { version: 7, expires_at: 1_800_000_000, ..Cart::default() };
        cart.add(&id("1"), 2).unwrap();
        cart.add(&id("2"), 1).unwrap();
        assert_eq!(Cart::from_row(&cart.to_row()).unwrap(), cart);
    }

    #[test]
    fn a_product_that_is_gone_stays_as_an_unavailable_line() {
        let mut cart = Cart { version: 2, ..Cart::default() };
        cart.add(&id("1"), 2).unwrap();
        cart.add(&id("gone"), 1).unwrap();
        let product = crate::catalogue::sample().remove(0).product;
        let products = HashMap::from([(product.id.clone(), product)]);
        let view = View::new(&cart, &products, &HashMap::new(), None, None).unwrap();
        assert_eq!(
            serde_json::to_string(&view).unwrap(),
            r#"{"items":[{"id":"1","qty":2,"name":"Wireless Headphones","price":99.99,"lineTotal":199.98,"available":true},{"id":"gone","qty":1,"available":false}],"subtotal":199.98,"subtotalMinor":19998,"currency":"USD","version":2,"expiresAt":null}"#
        );
    }
}
