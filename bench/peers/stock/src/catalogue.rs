//! Products and their stock, read from DynamoDB with one call.

use std::collections::HashMap;
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use lambda_http::Error;
use serde_json::{Map, Value, json};

use crate::Problem;

type Item = HashMap<String, AttributeValue>;

/// The two tables.
pub struct Catalogue {
    client: Client,
    products: String,
    inventory: String,
}

impl Catalogue {
    /// The client as the environment says. The variant without defaults needs to be told its TLS.
    pub async fn connect() -> Result<Self, Error> {
        let config = aws_config::defaults(BehaviorVersion::latest());
        #[cfg(feature = "ring")]
        let config = {
            use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
            let builder = aws_smithy_http_client::Builder::new();
            config.http_client(builder.tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https())
        };
        let client = Client::new(&config.load().await);
        Ok(Self { client, products: std::env::var("PRODUCTS_TABLE")?, inventory: std::env::var("INVENTORY_TABLE")? })
    }

    /// The product as it is answered with, or `None`.
    pub async fn product(&self, id: &str) -> Result<Option<Value>, Problem> {
        let key = Item::from([("id".to_owned(), AttributeValue::S(id.to_owned()))]);
        let one = || KeysAndAttributes::builder().keys(key.clone()).build();
        let tables = [&self.products, &self.inventory];
        let wanted = tables.into_iter().map(|table| one().map(|keys| (table.clone(), keys)));
        let mut wanted: HashMap<_, _> = wanted.collect::<Result<_, _>>().map_err(internal)?;
        let mut found = HashMap::new();
        for attempt in 0..5 {
            if attempt > 0 {
                tokio::time::sleep(Duration::from_millis(25 << attempt)).await;
            }
            let got = self.client.batch_get_item().set_request_items(Some(wanted)).send().await.map_err(internal)?;
            for (table, items) in got.responses.unwrap_or_default() {
                found.extend(items.into_iter().next().map(|item| (table, item)));
            }
            // A throttled table answers with part of what was asked for.
            wanted = got.unprocessed_keys.unwrap_or_default();
            if wanted.is_empty() {
                let stock = found.remove(&self.inventory);
                return found.remove(&self.products).map(|row| shown(&row, stock.as_ref())).transpose();
            }
        }
        Err(Problem::busy("BatchGetItem left keys unprocessed five times"))
    }
}

fn internal(error: impl std::error::Error) -> Problem {
    Problem::internal(DisplayErrorContext(error).to_string())
}

fn text<'a>(row: &'a Item, name: &str) -> Option<&'a str> {
    row.get(name)?.as_s().ok().map(String::as_str)
}

fn number<T: std::str::FromStr>(row: &Item, name: &str) -> Option<T> {
    row.get(name)?.as_n().ok()?.parse().ok()
}

fn decimals(currency: &str) -> i32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        "CLF" | "UYW" => 4,
        _ => 2,
    }
}

fn shown(row: &Item, stock: Option<&Item>) -> Result<Value, Problem> {
    let unreadable = |name: &str| Problem::internal(format!("attribute `{name}` of a product cannot be read"));
    let currency = text(row, "currency").unwrap_or("USD");
    let factor = 10_f64.powi(decimals(currency));
    let minor = match number::<i64>(row, "priceMinor") {
        Some(minor) => minor,
        #[allow(clippy::cast_possible_truncation, reason = "prices are far below what a float holds exactly")]
        None => (number::<f64>(row, "price").ok_or_else(|| unreadable("price"))? * factor).round() as i64,
    };
    #[allow(clippy::cast_precision_loss, reason = "prices are far below what a float holds exactly")]
    let price = minor as f64 / factor;
    let mut map = Map::new();
    map.insert("id".to_owned(), text(row, "id").ok_or_else(|| unreadable("id"))?.into());
    map.insert("name".to_owned(), text(row, "name").ok_or_else(|| unreadable("name"))?.into());
    map.insert("price".to_owned(), json!(price));
    map.insert("priceMinor".to_owned(), minor.into());
    map.insert("currency".to_owned(), currency.into());
    for name in ["category", "imageUrl"] {
        map.extend(text(row, name).map(|value| (name.to_owned(), value.into())));
    }
    let availability = match stock {
        None => "untracked",
        Some(row) if number::<u64>(row, "available").ok_or_else(|| unreadable("available"))? == 0 => "out_of_stock",
        Some(_) => "in_stock",
    };
    map.insert("availability".to_owned(), availability.into());
    Ok(Value::Object(map))
}
