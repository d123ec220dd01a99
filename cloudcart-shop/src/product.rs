//! Products and how many of them there are.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Value, json};

use crate::attribute::{Attribute, Row, RowError, integer, number, optional_text, text};
use crate::ids::ProductId;
use crate::money::{Currency, Decimal, MAX_PRICE_MINOR, Money};

/// A product of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// What it is called.
    pub name: String,
    /// What one costs.
    pub price: Money,
    /// Where it is listed. A product without one is only in the whole list.
    pub category: Option<String>,
    /// A picture of it.
    pub image_url: Option<String>,
}

impl Product {
    /// Reads a row of the Products table. A row with nothing but `id`, `name`, `price` and `category`, as the original Node
    /// seeder wrote them, reads well: its price is in dollars.
    pub fn from_row(row: &Row) -> Result<Self, RowError> {
        let id = text(row, "id")?;
        let id = ProductId::parse(id).ok_or_else(|| RowError::Value { name: "id", problem: format!("{id:?}") })?;
        let currency = match optional_text(row, "currency") {
            None => Currency::USD,
            Some(code) => Currency::parse(code)
                .ok_or_else(|| RowError::Value { name: "currency", problem: format!("{code:?} is no currency") })?,
        };
        let minor = if number(row, "priceMinor").is_some() {
            integer(row, "priceMinor")?
        } else {
            let price = number(row, "price").ok_or(RowError::Attribute("price"))?;
            Decimal::parse(price)
                .and_then(|price| price.to_minor(currency))
                .map_err(|error| RowError::Value { name: "price", problem: format!("{price}: {error}") })?
        };
        // Whoever wrote the row: beyond this a total could no longer be added up, or be read exactly by a client.
        if !(0..=MAX_PRICE_MINOR).contains(&minor) {
            let problem = format!("{minor} is not 0..={MAX_PRICE_MINOR}");
            return Err(RowError::Value { name: "priceMinor", problem });
        }
        Ok(Self {
            id,
            name: text(row, "name")?.to_owned(),
            price: Money::new(minor, currency),
            category: optional_text(row, "category").map(str::to_owned),
            image_url: optional_text(row, "imageUrl").map(str::to_owned),
        })
    }

    /// The row of the Products table. `price`, in major units, is there for people and for readers of the original's rows.
    pub fn to_row(&self) -> Row {
        let mut row = Row::from([
            ("id".to_owned(), Attribute::text(self.id.as_str())),
            ("name".to_owned(), Attribute::text(&self.name)),
            ("price".to_owned(), Attribute::N(self.price.major())),
            ("priceMinor".to_owned(), Attribute::integer(self.price.minor)),
            ("currency".to_owned(), Attribute::text(self.price.currency.as_str())),
        ]);
        for (name, value) in [("category", &self.category), ("imageUrl", &self.image_url)] {
            row.extend(value.as_ref().map(|value| (name.to_owned(), Attribute::text(value))));
        }
        row
    }

    /// The product with its availability, as `GET /products/{id}` answers.
    pub fn with_availability(&self, stock: Stock) -> impl Serialize {
        Shown { product: self, stock: Some(stock) }
    }
}

impl Serialize for Product {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Shown { product: self, stock: None }.serialize(serializer)
    }
}

/// The schema of a product in a list or, with its availability, alone.
pub(crate) fn schema(alone: bool) -> Value {
    let mut schema = json!({
        "type": "object",
        "description": if alone { "A product and whether it can be had." } else { "A product of the catalogue." },
        "required": ["id", "name", "price", "priceMinor", "currency"],
        "properties": {
            "id": { "$ref": "#/components/schemas/ProductId" },
            "name": { "type": "string" },
            "price": { "$ref": "#/components/schemas/Amount" },
            "priceMinor": { "$ref": "#/components/schemas/MinorAmount" },
            "currency": { "$ref": "#/components/schemas/Currency" },
            "category": { "type": "string", "description": "Where it is listed, if anywhere." },
            "imageUrl": { "type": "string", "description": "A picture of it, if there is one." },
        },
    });
    if alone {
        let words = Stock::SAMPLES.map(Stock::availability);
        schema["properties"]["availability"] = json!({ "type": "string", "enum": words, "description": "Of a product that is untracked nobody counts the stock." });
        if let Some(required) = schema["required"].as_array_mut() {
            required.push("availability".into());
        }
    }
    schema
}

struct Shown<'a> {
    product: &'a Product,
    stock: Option<Stock>,
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Product { id, name, price, category, image_url } = self.product;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", id)?;
        map.serialize_entry("name", name)?;
        map.serialize_entry("price", &price.number())?;
        map.serialize_entry("priceMinor", &price.minor)?;
        map.serialize_entry("currency", &price.currency)?;
        if let Some(category) = category {
            map.serialize_entry("category", category)?;
        }
        if let Some(image_url) = image_url {
            map.serialize_entry("imageUrl", image_url)?;
        }
        if let Some(stock) = self.stock {
            map.serialize_entry("availability", stock.availability())?;
        }
        map.end()
    }
}

/// How much of a product there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stock {
    /// No row in the Inventory table: nobody counts.
    Untracked,
    /// This many.
    Tracked(u64),
}

impl Stock {
    /// One of each availability.
    const SAMPLES: [Self; 3] = [Self::Tracked(1), Self::Tracked(0), Self::Untracked];

    /// Reads a row of the Inventory table, or its absence.
    pub fn from_row(row: Option<&Row>) -> Result<Self, RowError> {
        row.map_or(Ok(Self::Untracked), |row| integer(row, "available").map(Self::Tracked))
    }

    /// The row of the Inventory table for a tracked product.
    pub fn row(id: &ProductId, available: u64) -> Row {
        Row::from([
            ("id".to_owned(), Attribute::text(id.as_str())),
            ("available".to_owned(), Attribute::integer(available)),
        ])
    }

    /// The word of the contract.
    pub const fn availability(self) -> &'static str {
        match self {
            Self::Untracked => "untracked",
            Self::Tracked(0) => "out_of_stock",
            Self::Tracked(_) => "in_stock",
        }
    }

    /// Whether `qty` can be had.
    pub fn covers(self, qty: u32) -> bool {
        match self {
            Self::Untracked => true,
            Self::Tracked(available) => available >= u64::from(qty),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::*;

    fn node_row(price: &str) -> Row {
        Row::from([
            ("id".to_owned(), Attribute::text("1")),
            ("name".to_owned(), Attribute::text("Wireless Headphones")),
            ("price".to_owned(), Attribute::N(price.to_owned())),
            ("category".to_owned(), Attribute::text("electronics")),
        ])
    }

    #[test]
    fn a_row_of_the_node_seeder_reads_well() {
        let product = Product::from_row(&node_row("99.99")).unwrap();
        assert_eq!(
            serde_json::to_string(&product).unwrap(),
            r#"{"id":"1","name":"Wireless Headphones","price":99.99,"priceMinor":9999,"currency":"USD","category":"electronics"}"#
        );
        assert_eq!(Product::from_row(&node_row("100")).unwrap().price.minor, 10_000);
    }

    #[test]
    fn our_row_reads_back_and_shows_availability() {
        let product =
            Product { image_url: Some("https://x/1.png".to_owned()), ..Product::from_row(&node_row("9.5")).unwrap() };
        assert_eq!(Product::from_row(&product.to_row()).unwrap(), product);
        let shown = serde_json::to_string(&product.with_availability(Stock::Tracked(0))).unwrap();
        assert!(shown.ends_with(r#""price":9.50,"priceMinor":950,"currency":"USD","category":"electronics","imageUrl":"https://x/1.png","availability":"out_of_stock"}"#), "{shown}");
    }

    #[test]
    fn a_price_that_is_no_amount_is_an_error_and_not_rounded() {
        for price in ["1.005", "-1", "1e400", "10000000000.01", "92233720368547758.07"] {
            assert!(Product::from_row(&node_row(price)).is_err(), "{price}");
        }
        let mut row = node_row("1");
        row.remove("name");
        assert_eq!(Product::from_row(&row), Err(RowError::Attribute("name")));
    }

    #[test]
    fn untracked_stock_covers_anything() {
        assert!(Stock::Untracked.covers(99));
        assert!(Stock::Tracked(2).covers(2));
        assert!(!Stock::Tracked(1).covers(2));
        assert_eq!(Stock::from_row(None), Ok(Stock::Untracked));
        let id = ProductId::parse("1").unwrap();
        assert_eq!(Stock::from_row(Some(&Stock::row(&id, 7))), Ok(Stock::Tracked(7)));
    }
}
