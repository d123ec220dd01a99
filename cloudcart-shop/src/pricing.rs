//! What an order costs: lines merged, priced from the catalogue, and held against the total that the customer was shown.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::cart::{Line, MAX_LINES, MAX_QTY, qty_schema};
use crate::ids::ProductId;
use crate::money::{Decimal, Major, Money};
use crate::problem::{Code, FieldError, Problem};
use crate::product::{Product, Stock};

/// A line with its price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricedLine {
    /// The product.
    pub id: ProductId,
    /// What it was called when it was priced.
    pub name: String,
    /// How many.
    pub qty: u32,
    /// What one costs.
    pub price: Money,
    /// What they cost.
    pub total: Money,
}

impl Serialize for PricedLine {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Shown<'a> {
            id: &'a ProductId,
            name: &'a str,
            qty: u32,
            price: Major,
            line_total: Major,
        }
        let Self { id, name, qty, price, total } = self;
        Shown { id, name, qty: *qty, price: price.number(), line_total: total.number() }.serialize(serializer)
    }
}

/// What the server makes of the lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The lines.
    pub lines: Vec<PricedLine>,
    /// What they cost together.
    pub total: Money,
}

/// Something the client should tell its customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjusted {
    /// The total that the client sent.
    pub client_total: Decimal,
    /// The lower total that is charged.
    pub charged: Money,
}

impl Serialize for Adjusted {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Shown {
            code: &'static str,
            client_total: Decimal,
            charged_total: Major,
        }
        Shown { code: "total_adjusted", client_total: self.client_total, charged_total: self.charged.number() }
            .serialize(serializer)
    }
}

pub(crate) fn mixed_currency() -> Problem {
    Problem::new(Code::MixedCurrency, "the products are priced in more than one currency; order them apart")
}

/// Merges lines of the same product, in the order of their first appearance, and holds them to the limits.
pub fn merge(lines: impl IntoIterator<Item = Line>) -> Result<Vec<Line>, Problem> {
    let mut merged: Vec<Line> = Vec::new();
    let mut places: HashMap<ProductId, usize> = HashMap::new();
    for line in lines {
        if let Some(at) = places.get(&line.id) {
            let known = &mut merged[*at];
            known.qty = known.qty.saturating_add(line.qty);
        } else {
            places.insert(line.id.clone(), merged.len());
            merged.push(line);
        }
    }
    if merged.is_empty() {
        return Err(Problem::new(Code::EmptyOrder, "there is nothing to order"));
    }
    if merged.len() > MAX_LINES {
        return Err(Problem::new(Code::LineLimit, format!("an order holds at most {MAX_LINES} products")));
    }
    if let Some(line) = merged.iter().find(|line| line.qty > MAX_QTY) {
        return Err(Problem::new(
            Code::QtyLimit,
            format!("{} of {}: at most {MAX_QTY} of one product", line.qty, line.id),
        ));
    }
    Ok(merged)
}

impl Quote {
    /// Prices merged lines from the catalogue.
    pub fn new(lines: &[Line], products: &HashMap<ProductId, Product>) -> Result<Self, Problem> {
        let mut priced = Vec::with_capacity(lines.len());
        let mut unknown = Vec::new();
        for Line { id, qty } in lines {
            let Some(product) = products.get(id) else {
                unknown.push(id);
                continue;
            };
            let total = product.price.times(*qty).ok_or_else(Problem::internal)?;
            priced.push(PricedLine {
                id: id.clone(),
                name: product.name.clone(),
                qty: *qty,
                price: product.price,
                total,
            });
        }
        if let Some(id) = unknown.first() {
            let problem = Problem::new(Code::UnknownProduct, format!("there is no product {id}"));
            // Lines have been merged, so their places are no longer the request's.
            let error = |id: &&ProductId| FieldError::new("#/items", "unknown", format!("there is no product {id}"));
            return Err(unknown.iter().map(error).fold(problem, Problem::with_error));
        }
        let currency = priced.first().map(|line| line.price.currency);
        let currency = currency.ok_or_else(|| Problem::new(Code::EmptyOrder, "there is nothing to order"))?;
        let total = priced.iter().try_fold(Money::new(0, currency), |sum, line| sum.plus(line.total));
        Ok(Self { total: total.ok_or_else(mixed_currency)?, lines: priced })
    }

    /// Holds the quote against the total that the client showed. That total is a ceiling, never a price: a lower one is charged
    /// with a warning, a higher one never. It is an error (400) if it cannot be an amount of the quote's currency.
    pub fn settle(&self, client_total: Option<Decimal>) -> Result<Option<Adjusted>, Problem> {
        let Some(client_total) = client_total else { return Ok(None) };
        let ceiling = client_total
            .to_minor(self.total.currency)
            .map_err(|error| Problem::invalid(vec![FieldError::new("#/total", "range", error.to_string())]))?;
        if self.total.minor > ceiling {
            let detail = format!(
                "the total is now {} {}, above the {} that was expected",
                self.total.major(),
                self.total.currency.as_str(),
                Money::new(ceiling, self.total.currency).major()
            );
            return Err(Problem::new(Code::TotalExceedsExpected, detail)
                .with("currentTotal", &self.total.number())
                .with("currentTotalMinor", &self.total.minor)
                .with("currency", &self.total.currency)
                .with("items", &self.lines));
        }
        Ok((self.total.minor < ceiling).then_some(Adjusted { client_total, charged: self.total }))
    }

    /// An early look at the stock. Only the worker reserves.
    pub fn check_stock(&self, stock: &HashMap<ProductId, Stock>) -> Result<(), Problem> {
        let short: Vec<_> = self
            .lines
            .iter()
            .filter(|line| !stock.get(&line.id).copied().unwrap_or(Stock::Untracked).covers(line.qty))
            .map(|line| line.id.as_str())
            .collect();
        if short.is_empty() {
            return Ok(());
        }
        Err(Problem::new(Code::OutOfStock, format!("not enough in stock: {}", short.join(", ")))
            .with("products", &short))
    }
}

/// The schema of a line with its price.
pub(crate) fn line_schema() -> Value {
    json!({
        "type": "object",
        "description": "A line at the price of the moment when the order was priced.",
        "required": ["id", "name", "qty", "price", "lineTotal"],
        "properties": {
            "id": { "$ref": "#/components/schemas/ProductId" },
            "name": { "type": "string" },
            "qty": qty_schema(1),
            "price": { "$ref": "#/components/schemas/Amount" },
            "lineTotal": { "$ref": "#/components/schemas/Amount" },
        },
    })
}

/// The schema of a warning.
pub(crate) fn adjusted_schema() -> Value {
    json!({
        "type": "object",
        "description": "Less is charged than the client expected.",
        "required": ["code", "clientTotal", "chargedTotal"],
        "properties": {
            "code": { "type": "string", "const": "total_adjusted" },
            "clientTotal": { "$ref": "#/components/schemas/Amount" },
            "chargedTotal": { "$ref": "#/components/schemas/Amount" },
        },
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::*;
    use crate::money::Currency;

    fn line(id: &str, qty: u32) -> Line {
        Line { id: ProductId::parse(id).unwrap(), qty }
    }

    fn catalogue() -> HashMap<ProductId, Product> {
        crate::catalogue::sample().into_iter().map(|input| (input.product.id.clone(), input.product)).collect()
    }

    fn quote(lines: &[Line]) -> Result<Quote, Problem> {
        Quote::new(&merge(lines.to_vec())?, &catalogue())
    }

    #[test]
    fn the_seeds_own_order_is_charged_at_199_98() {
        let quote = quote(&[line("1", 2)]).unwrap();
        assert_eq!(quote.total.minor, 19_998);
        let adjusted = quote.settle(Some(Decimal::parse("199.99").unwrap())).unwrap().unwrap();
        assert_eq!(
            serde_json::to_string(&adjusted).unwrap(),
            r#"{"code":"total_adjusted","clientTotal":199.99,"chargedTotal":199.98}"#
        );
        assert_eq!(quote.settle(Some(Decimal::parse("199.98").unwrap())).unwrap(), None);
        assert_eq!(quote.settle(None).unwrap(), None);
    }

    #[test]
    fn a_total_below_the_price_is_refused_with_the_current_one() {
        let problem = quote(&[line("1", 2)]).unwrap().settle(Some(Decimal::parse("0.01").unwrap())).unwrap_err();
        assert_eq!(problem.code, Code::TotalExceedsExpected);
        let body = problem.to_json("r");
        assert!(body.contains(r#""currentTotal":199.98,"currentTotalMinor":19998,"currency":"USD""#), "{body}");
    }

    #[test]
    fn a_total_with_more_decimals_than_the_currency_is_a_400() {
        let problem = quote(&[line("1", 2)]).unwrap().settle(Some(Decimal::parse("199.999").unwrap())).unwrap_err();
        assert_eq!(problem.status(), 400);
        assert_eq!(problem.errors[0].pointer, "#/total");
    }

    #[test]
    fn lines_are_merged_before_the_limits_count() {
        assert_eq!(merge([line("1", 2), line("2", 1), line("1", 3)]).unwrap(), [line("1", 5), line("2", 1)]);
        assert_eq!(merge([line("1", 60), line("1", 40)]).unwrap_err().code, Code::QtyLimit);
        assert_eq!(merge((0..60).map(|_| line("1", 1))).unwrap(), [line("1", 60)]);
        assert_eq!(merge((0..51).map(|at| line(&format!("p{at}"), 1))).unwrap_err().code, Code::LineLimit);
        assert_eq!(merge([]).unwrap_err().code, Code::EmptyOrder);
    }

    #[test]
    fn unknown_products_are_all_named() {
        let problem = quote(&[line("x", 1), line("1", 1), line("y", 1)]).unwrap_err();
        assert_eq!(problem.code, Code::UnknownProduct);
        let details: Vec<_> = problem.errors.iter().map(|error| error.detail.as_str()).collect();
        assert_eq!(details, ["there is no product x", "there is no product y"]);
    }

    #[test]
    fn two_currencies_are_no_order() {
        let mut products = catalogue();
        let id = ProductId::parse("2").unwrap();
        products.get_mut(&id).unwrap().price.currency = Currency::parse("EUR").unwrap();
        let problem = Quote::new(&[line("1", 1), line("2", 1)], &products).unwrap_err();
        assert_eq!(problem.code, Code::MixedCurrency);
    }

    #[test]
    fn short_stock_is_told_early() {
        let quote = quote(&[line("1", 2), line("2", 1)]).unwrap();
        let id = |text| ProductId::parse(text).unwrap();
        assert!(quote.check_stock(&HashMap::from([(id("1"), Stock::Tracked(2))])).is_ok());
        let problem = quote.check_stock(&HashMap::from([(id("1"), Stock::Tracked(1))])).unwrap_err();
        assert_eq!(problem.code, Code::OutOfStock);
    }
}
