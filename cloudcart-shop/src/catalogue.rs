//! What a seeder reads and writes: the sample catalogue, and one product of a catalogue file with every error named.

use crate::attribute::Row;
use crate::body::Node;
use crate::category;
use crate::ids::ProductId;
use crate::money::{Currency, Decimal, MAX_PRICE_MINOR, Money};
use crate::problem::FieldError;
use crate::product::{Product, Stock};

/// One product of [`SAMPLE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Its id.
    pub id: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// What one costs, in US dollars, as text.
    pub price: &'static str,
    /// Where it is listed.
    pub category: &'static str,
}

/// The sample catalogue. Nobody counts its stock.
pub const SAMPLE: [Sample; 3] = [
    Sample { id: "1", name: "Wireless Headphones", price: "99.99", category: "electronics" },
    Sample { id: "2", name: "Coffee Beans", price: "14.99", category: "grocery" },
    Sample { id: "3", name: "Gaming Mouse", price: "49.99", category: "electronics" },
];

/// The sample catalogue as a seeder takes it.
pub fn sample() -> Vec<ProductInput> {
    let input = |sample: &Sample| {
        ProductInput::from_fields(|name| match name {
            "id" => Some(sample.id.to_owned()),
            "name" => Some(sample.name.to_owned()),
            "price" => Some(sample.price.to_owned()),
            "category" => Some(sample.category.to_owned()),
            _ => None,
        })
    };
    SAMPLE.iter().filter_map(|sample| input(sample).ok()).collect()
}

/// One valid row of a catalogue file: a product, and perhaps its stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductInput {
    /// The product.
    pub product: Product,
    /// How many there are. `None` leaves the product untracked.
    pub available: Option<u64>,
}

impl ProductInput {
    /// Reads `{"id", "name", "price", "category", "imageUrl"?, "currency"?, "available"?}`. A price is a number or a decimal
    /// string; members of other names are left alone.
    pub fn from_json(node: &Node<'_>) -> Result<Self, Vec<FieldError>> {
        let object = node.object().map_err(|error| vec![error])?;
        let mut errors = Vec::new();
        let mut texts = Vec::new();
        for (name, numeric) in FIELDS {
            let Some(member) = object.get(name).filter(|member| member.text() != "null") else { continue };
            let first = member.text().as_bytes().first().copied().unwrap_or_default();
            if numeric && (first == b'-' || first.is_ascii_digit()) {
                texts.push((name, member.text().to_owned()));
                continue;
            }
            match member.string() {
                Ok(text) => texts.push((name, text)),
                Err(error) => errors.push(error),
            }
        }
        let lookup = |wanted: &str| texts.iter().find(|(name, _)| *name == wanted).map(|(_, text)| text.clone());
        match Self::from_fields(lookup) {
            Ok(input) if errors.is_empty() => Ok(input),
            Ok(_) => Err(errors),
            Err(more) => {
                // A member of the wrong type has been named; that it is also missing is no news.
                let news = more
                    .into_iter()
                    .filter(|error| errors.iter().all(|known| !known.pointer.ends_with(&error.pointer[1..])));
                let news: Vec<_> = news.collect();
                errors.extend(news);
                Err(errors)
            }
        }
    }

    /// Reads the same fields from texts, as a line of CSV has them. An empty text counts as absent.
    pub fn from_fields(field: impl Fn(&str) -> Option<String>) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut take = |name: &str, required: bool| {
            let text = field(name).filter(|text| !text.trim().is_empty());
            if text.is_none() && required {
                errors.push(FieldError::new(format!("#/{name}"), "required", "is required"));
            }
            text
        };
        let id = take("id", true);
        let name = take("name", true);
        let price = take("price", true);
        let category = take("category", true);
        let image_url = take("imageUrl", false);
        let currency = take("currency", false);
        let available = take("available", false);

        let id = id.and_then(|id| {
            let parsed = ProductId::parse(&id);
            if parsed.is_none() {
                errors.push(FieldError::new("#/id", "format", "must match [A-Za-z0-9._~-]{1,64}"));
            }
            parsed
        });
        let out_of_range = |field: &str, max: usize| {
            let detail = format!("1 to {max} characters, none of them a control character");
            FieldError::new(format!("#/{field}"), "range", detail)
        };
        for (field, text, max) in [("name", &name, 200), ("imageUrl", &image_url, 2_048)] {
            let Some(text) = text else { continue };
            if text.chars().count() > max || text.chars().any(char::is_control) {
                errors.push(out_of_range(field, max));
            }
        }
        let category = category.and_then(|text| {
            let parsed = category::parse(&text);
            if parsed.is_none() {
                errors.push(out_of_range("category", category::MAX));
            }
            parsed
        });
        let currency = match currency.as_deref() {
            None => Some(Currency::USD),
            Some(code) => Currency::parse(code),
        };
        if currency.is_none() {
            errors.push(FieldError::new("#/currency", "format", "must be three capital letters"));
        }
        let price = price.zip(currency).and_then(|(price, currency)| {
            let minor = Decimal::parse(price.trim()).and_then(|price| price.to_minor(currency));
            match minor {
                Ok(minor) if minor <= MAX_PRICE_MINOR => Some(Money::new(minor, currency)),
                Ok(_) => {
                    errors.push(FieldError::new("#/price", "range", "too large"));
                    None
                }
                Err(error) => {
                    errors.push(FieldError::new("#/price", "range", error.to_string()));
                    None
                }
            }
        });
        let available = available.and_then(|text| {
            let parsed = text.trim().parse::<u32>().ok().map(u64::from);
            if parsed.is_none() {
                errors.push(FieldError::new("#/available", "range", "must be a whole number, 0 or more"));
            }
            parsed
        });
        match (id, name, price, category) {
            (Some(id), Some(name), Some(price), category) if errors.is_empty() => {
                Ok(Self { product: Product { id, name, price, category, image_url }, available })
            }
            _ => Err(errors),
        }
    }

    /// The row of the Products table.
    pub fn product_row(&self) -> Row {
        self.product.to_row()
    }

    /// The row of the Inventory table, if the product is tracked.
    pub fn inventory_row(&self) -> Option<Row> {
        self.available.map(|available| Stock::row(&self.product.id, available))
    }
}

/// The fields of a product, and whether JSON may write them as numbers.
const FIELDS: [(&str, bool); 7] = [
    ("id", false),
    ("name", false),
    ("price", true),
    ("category", false),
    ("imageUrl", false),
    ("currency", false),
    ("available", true),
];

/// Reads a catalogue: a JSON array of products. Errors point into the array: `#/3/price`.
pub fn parse_json(text: &str) -> Result<Vec<ProductInput>, Vec<FieldError>> {
    let root = Node::parse(text).map_err(|error| vec![error])?;
    let rows = root.array().map_err(|error| vec![error])?;
    let mut inputs: Vec<ProductInput> = Vec::with_capacity(rows.len());
    let mut seen = std::collections::HashSet::new();
    let mut errors = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        match ProductInput::from_json(row) {
            Ok(input) if !seen.insert(input.product.id.clone()) => {
                errors.push(FieldError::new(format!("#/{at}/id"), "duplicate", "stands twice"));
            }
            Ok(input) => inputs.push(input),
            Err(found) => errors.extend(found.into_iter().map(|error| {
                let inside = error.pointer.strip_prefix(&format!("#/{at}")).unwrap_or(&error.pointer[1..]).to_owned();
                FieldError { pointer: format!("#/{at}{inside}"), ..error }
            })),
        }
    }
    if errors.is_empty() { Ok(inputs) } else { Err(errors) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::*;

    #[test]
    fn the_sample_is_valid_and_whole() {
        let sample = sample();
        let shown: Vec<_> = sample
            .iter()
            .map(|input| {
                let Product { id, name, price, category, .. } = &input.product;
                format!("{id} {name} {} {}", price.major(), category.as_deref().unwrap())
            })
            .collect();
        assert_eq!(
            shown,
            [
                "1 Wireless Headphones 99.99 electronics",
                "2 Coffee Beans 14.99 grocery",
                "3 Gaming Mouse 49.99 electronics"
            ]
        );
        assert!(sample.iter().all(|input| input.inventory_row().is_none()));
    }

    #[test]
    fn what_the_seeder_writes_the_handlers_read() {
        let inputs = parse_json(
            r#"[{"id":"a","name":"A","price":0.1,"category":"c","currency":"KWD","available":5,"colour":"red"},
                {"id":"b","name":"B","price":"12","category":"c","imageUrl":null}]"#,
        )
        .unwrap();
        assert_eq!(inputs.len(), 2);
        assert_eq!(Product::from_row(&inputs[0].product_row()).unwrap(), inputs[0].product);
        assert_eq!(inputs[0].product.price.minor, 100);
        assert_eq!(Stock::from_row(inputs[0].inventory_row().as_ref()).unwrap(), Stock::Tracked(5));
        assert_eq!(inputs[1].product.price.minor, 1_200);
    }

    #[test]
    fn every_error_is_named_with_its_place() {
        let errors = parse_json(
            r#"[{"id":"ok","name":"x","price":1,"category":"c"},
                {"id":"a b","name":7,"price":1.005,"currency":"usd","available":-1},
                {"id":"ok","name":"x","price":1,"category":"c"},
                5]"#,
        )
        .unwrap_err();
        let places: Vec<_> = errors.iter().map(|error| (error.pointer.as_str(), error.code)).collect();
        assert_eq!(
            places,
            [
                ("#/1/name", "type"),
                ("#/1/category", "required"),
                ("#/1/id", "format"),
                ("#/1/currency", "format"),
                ("#/1/available", "range"),
                ("#/2/id", "duplicate"),
                ("#/3", "type"),
            ]
        );
        assert_eq!(parse_json("[").unwrap_err()[0].pointer, "#");
        assert_eq!(parse_json("{}").unwrap_err()[0].code, "type");
    }
}
