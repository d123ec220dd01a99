//! One product of a catalogue file, from texts to rows of the Products and Inventory tables.

use std::collections::BTreeMap;

use cloudcart_deploy::rows::{Cell, Row};

/// The sample catalogue: id, name, price in US dollars, category.
pub(crate) const SAMPLE: [(&str, &str, &str, &str); 3] = [
    ("1", "Wireless Headphones", "99.99", "electronics"),
    ("2", "Coffee Beans", "14.99", "grocery"),
    ("3", "Gaming Mouse", "49.99", "electronics"),
];

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

/// Checks the fields of a row and makes its rows; every problem is named.
pub(crate) fn convert(fields: &BTreeMap<String, String>) -> Result<Item, Vec<String>> {
    const KNOWN: [&str; 7] = ["id", "name", "price", "currency", "category", "imageUrl", "available"];
    let mut problems = Vec::new();
    for name in fields.keys().filter(|name| !KNOWN.contains(&name.as_str())) {
        problems.push(format!("unknown field `{name}`"));
    }
    let get = |name: &str| fields.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
    let mut need = |name: &str| {
        let text = get(name).unwrap_or_default().to_owned();
        if text.is_empty() {
            problems.push(format!("{name} is missing"));
        }
        text
    };
    let (id, name, price, category) = (need("id"), need("name"), need("price"), need("category"));
    if !id.is_empty() && !is_id(&id) {
        problems.push("id must match [A-Za-z0-9._~-]{1,64}".to_owned());
    }
    for (field, text, most) in [("name", name.as_str(), 200), ("category", category.as_str(), 100)] {
        if text.chars().count() > most || text.chars().any(char::is_control) {
            problems.push(format!("{field} must have at most {most} characters, none of them a control character"));
        }
    }
    let currency = get("currency").unwrap_or("USD").to_owned();
    let decimals = decimals(&currency);
    if decimals.is_none() {
        problems.push("currency must be three capital letters".to_owned());
    }
    let minor = decimals.filter(|_| !price.is_empty()).and_then(|decimals| {
        minor_units(&price, decimals).map_err(|reason| problems.push(format!("price {reason}"))).ok()
    });
    let available = get("available").map(str::parse::<u32>);
    if matches!(available, Some(Err(_))) {
        problems.push("available must be a whole number, 0 or more".to_owned());
    }
    let (Some(decimals), Some(minor), true) = (decimals, minor, problems.is_empty()) else { return Err(problems) };

    let text = |value: &str| Cell::Text(value.to_owned());
    let mut product = Row::from([
        ("id".to_owned(), text(&id)),
        ("name".to_owned(), text(&name)),
        ("price".to_owned(), Cell::Number(major_units(minor, decimals))),
        ("priceMinor".to_owned(), Cell::Number(minor.to_string())),
        ("currency".to_owned(), text(&currency)),
        ("category".to_owned(), text(&category)),
    ]);
    if let Some(url) = get("imageUrl") {
        product.insert("imageUrl".to_owned(), text(url));
    }
    let stock = available.and_then(Result::ok).map(|count| {
        Row::from([("id".to_owned(), text(&id)), ("available".to_owned(), Cell::Number(count.to_string()))])
    });
    Ok(Item { id, name, product, stock })
}

fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._~-".contains(&byte))
}

/// How many decimals a currency has (ISO 4217); `None` for what is no currency code.
fn decimals(currency: &str) -> Option<u32> {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => Some(0),
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => Some(3),
        code if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()) => Some(2),
        _ => None,
    }
}

/// Reads decimal text exactly; no float comes near money.
fn minor_units(text: &str, decimals: u32) -> Result<u64, &'static str> {
    const LARGEST: u64 = 100_000_000_000;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || (text.contains('.') && fraction.is_empty()) {
        return Err("must be a decimal number like 99.99");
    }
    let fraction = fraction.trim_end_matches('0');
    let places = decimals as usize;
    if fraction.len() > places {
        return Err("has more decimals than its currency");
    }
    let padded = format!("{whole}{fraction}{}", "0".repeat(places - fraction.len()));
    padded.parse().ok().filter(|minor| *minor <= LARGEST).ok_or("is too large")
}

fn major_units(minor: u64, decimals: u32) -> String {
    if decimals == 0 {
        return minor.to_string();
    }
    let scale = 10_u64.pow(decimals);
    format!("{}.{:0width$}", minor / scale, minor % scale, width = decimals as usize)
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
        assert_eq!(minor_units("1000", 0), Ok(1000));
        assert_eq!(minor_units("1.234", 3), Ok(1234));
        assert_eq!(major_units(5, 2), "0.05");
    }

    #[test]
    fn prices_that_are_none_are_refused() {
        for bad in ["", ".", "1.", ".5", "-1", "1e2", "1,00", "99.999", "١", "99999999999999999999", "0x10", "+1"] {
            assert!(minor_units(bad, 2).is_err(), "{bad}");
        }
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
        for words in ["unknown field `colour`", "name is missing", "category is missing", "id must", "price must"] {
            assert!(problems.contains(words), "{problems}");
        }
    }
}
