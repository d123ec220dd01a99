//! One product of a catalogue file, from texts to rows of the Products and Inventory tables. What a product may be, the shop
//! says; here its rows become those of the deploy library.

use std::collections::BTreeMap;

use cloudcart_deploy::rows::{Cell, Row};
use cloudcart_shop::attribute::{self, Attribute};
use cloudcart_shop::catalogue::{ProductInput, SAMPLE};

/// A product, ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Its row of the Products table.
    pub(crate) product: Row,
    /// Its row of the Inventory table, if its stock is tracked.
    pub(crate) stock: Option<Row>,
}

/// The sample catalogue, as fields.
pub(crate) fn sample() -> impl Iterator<Item = BTreeMap<String, String>> {
    SAMPLE.iter().map(|sample| {
        [("id", sample.id), ("name", sample.name), ("price", sample.price), ("category", sample.category)]
            .into_iter()
            .map(|(field, text)| (field.to_owned(), text.to_owned()))
            .collect()
    })
}

/// Checks the fields of a row and makes its rows; every problem is named.
pub(crate) fn convert(fields: &BTreeMap<String, String>) -> Result<Item, Vec<String>> {
    const KNOWN: [&str; 7] = ["id", "name", "price", "currency", "category", "imageUrl", "available"];
    let mut problems: Vec<String> = fields
        .keys()
        .filter(|name| !KNOWN.contains(&name.as_str()))
        .map(|name| format!("unknown field `{name}`"))
        .collect();
    let input = ProductInput::from_fields(|name| fields.get(name).cloned()).map_err(|errors| {
        errors.iter().map(|error| format!("{} {}", error.pointer.trim_start_matches("#/"), error.detail)).collect()
    });
    match input {
        Ok(input) if problems.is_empty() => Ok(Item {
            id: input.product.id.as_str().to_owned(),
            name: input.product.name.clone(),
            product: row(input.product_row())?,
            stock: input.inventory_row().map(row).transpose()?,
        }),
        Ok(_) => Err(problems),
        Err(more) => {
            let more: Vec<String> = more;
            problems.extend(more);
            Err(problems)
        }
    }
}

fn row(row: attribute::Row) -> Result<Row, Vec<String>> {
    row.into_iter().map(|(name, value)| Ok((name.clone(), cell(&name, value)?))).collect()
}

/// A catalogue's rows hold texts and numbers. One that held more must not end in a panic, nor be written in part.
fn cell(name: &str, value: Attribute) -> Result<Cell, Vec<String>> {
    match value {
        Attribute::N(number) => Ok(Cell::Number(number)),
        Attribute::S(text) => Ok(Cell::Text(text)),
        Attribute::Bool(_) | Attribute::L(_) | Attribute::M(_) => {
            Err(vec![format!("{name} is of a type that the seeder cannot write")])
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_price_is_exact_in_both_units() {
        let item = convert(&fields(&[("id", "1"), ("name", "N"), ("price", "99.9"), ("category", "c")])).unwrap();
        assert_eq!(item.product["price"], Cell::Number("99.90".to_owned()));
        assert_eq!(item.product["priceMinor"], Cell::Number("9990".to_owned()));
        assert_eq!(item.product["currency"], Cell::Text("USD".to_owned()));
        assert_eq!(item.stock, None);
    }

    #[test]
    fn the_whole_sample_becomes_rows() {
        assert_eq!(sample().map(|fields| convert(&fields).unwrap().id).collect::<Vec<_>>(), ["1", "2", "3"]);
    }

    #[test]
    fn stock_becomes_a_row_of_its_own() {
        let item =
            convert(&fields(&[("id", "1"), ("name", "N"), ("price", "1"), ("category", "c"), ("available", "7")]));
        let stock = item.unwrap().stock.unwrap();
        assert_eq!(stock["available"], Cell::Number("7".to_owned()));
        assert_eq!(stock["id"], Cell::Text("1".to_owned()));
    }

    #[test]
    fn every_problem_of_a_row_is_named() {
        let problems = convert(&fields(&[("id", "a b"), ("price", "x"), ("colour", "red")])).unwrap_err().join("; ");
        for words in ["unknown field `colour`", "name is required", "category is required", "id must", "price"] {
            assert!(problems.contains(words), "{problems}");
        }
    }
}
