//! A whole shop for one test: its tables in a DynamoDB engine in this process, and its functions.

use std::collections::HashMap;

use cloudcart_handlers::clients::Aws;
use cloudcart_handlers::config::Env;
use cloudcart_handlers::store::{Dynamo, Tables};
use cloudcart_shop::attribute::{Attribute, Row};
use cloudcart_shop::catalogue;
use cloudcart_shop::env::Identity;
use cloudcart_shop::ids::ProductId;
use cloudcart_shop::product::Stock;
use serde_json::{Value, json};

use crate::faults::Faults;
use crate::shop::Shop;

/// What the functions sign their calls with.
pub(crate) const SECRET_ACCESS_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

pub(crate) struct World {
    db: dynoxide::Database,
    pub(crate) faults: Faults,
    pub(crate) dynamo: Dynamo,
    shop: Shop,
    _stop: tokio::sync::oneshot::Sender<()>,
}

impl std::ops::Deref for World {
    type Target = Shop;

    fn deref(&self) -> &Shop {
        &self.shop
    }
}

fn table(name: &str, key: &str, indexes: &[(&str, [&str; 2])]) -> Value {
    let attribute = |name: &str| json!({ "AttributeName": name, "AttributeType": "S" });
    let mut attributes = vec![key];
    let mut table = json!({
        "TableName": name,
        "KeySchema": [{ "AttributeName": key, "KeyType": "HASH" }],
        "BillingMode": "PAY_PER_REQUEST",
    });
    for (index, [hash, range]) in indexes {
        attributes.extend([*hash, *range].into_iter().filter(|name| *name != key));
        let index = json!({
            "IndexName": index,
            "KeySchema": [{ "AttributeName": hash, "KeyType": "HASH" }, { "AttributeName": range, "KeyType": "RANGE" }],
            "Projection": { "ProjectionType": "ALL" },
        });
        match &mut table["GlobalSecondaryIndexes"] {
            Value::Array(indexes) => indexes.push(index),
            none => *none = json!([index]),
        }
    }
    table["AttributeDefinitions"] = attributes.into_iter().map(attribute).collect();
    table
}

fn aws_json(attribute: &Attribute) -> Value {
    match attribute {
        Attribute::S(text) => json!({ "S": text }),
        Attribute::N(text) => json!({ "N": text }),
        Attribute::Bool(value) => json!({ "BOOL": value }),
        Attribute::L(values) => json!({ "L": values.iter().map(aws_json).collect::<Vec<_>>() }),
        Attribute::M(row) => json!({ "M": row_json(row) }),
    }
}

fn row_json(row: &Row) -> Value {
    row.iter().map(|(name, value)| (name.clone(), aws_json(value))).collect()
}

/// A demo shop with carts in the table, and the sample catalogue in it.
pub(crate) fn demo() -> World {
    World::new(Identity::Demo, false)
}

/// A shop for people who sign in.
pub(crate) fn standard() -> World {
    World::new(Identity::Standard, false)
}

impl World {
    pub(crate) fn new(identity: Identity, memory_carts: bool) -> Self {
        let db = dynoxide::Database::memory().unwrap();
        for table in [
            table("Products", "id", &[("gsi_category", ["category", "id"])]),
            table("Inventory", "id", &[]),
            table("Carts", "cartId", &[]),
            table(
                "Orders",
                "orderId",
                &[("gsi_user", ["userId", "orderId"]), ("gsi_pending", ["pendingShard", "placedAt"])],
            ),
            table("Idempotency", "key", &[]),
        ] {
            db.create_table(serde_json::from_value(table).unwrap()).unwrap();
        }
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let served = db.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                let stopped = async { drop(stopped.await) };
                dynoxide::server::serve_with_shutdown(listener, served, stopped).await
            })
        });

        let faults = Faults::new();
        let env = Env::new(|name| match name {
            "AWS_REGION" => Some("eu-west-1".to_owned()),
            "AWS_ACCESS_KEY_ID" => Some("test".to_owned()),
            "AWS_SECRET_ACCESS_KEY" => Some(SECRET_ACCESS_KEY.to_owned()),
            "AWS_ENDPOINT_URL_DYNAMODB" => Some(endpoint.clone()),
            _ => None,
        });
        let client =
            Aws::from_env(&env).unwrap().with_http(aws_sdk_dynamodb::config::SharedHttpClient::new(faults.clone()));
        let tables = Tables {
            products: "Products".to_owned(),
            inventory: "Inventory".to_owned(),
            carts: "Carts".to_owned(),
            orders: "Orders".to_owned(),
            idempotency: "Idempotency".to_owned(),
        };
        let dynamo = Dynamo::new(client.dynamodb(), tables);
        let shop = Shop::new(&dynamo, identity, memory_carts);
        let world = Self { db, faults, dynamo, shop, _stop: stop };
        for input in catalogue::sample() {
            world.put("Products", &input.product_row());
        }
        world
    }

    pub(crate) fn put(&self, table: &str, row: &Row) {
        let request = json!({ "TableName": table, "Item": row_json(row) });
        self.db.put_item(serde_json::from_value(request).unwrap()).unwrap();
    }

    pub(crate) fn delete(&self, table: &str, key: Value) {
        let request = json!({ "TableName": table, "Key": key });
        self.db.delete_item(serde_json::from_value(request).unwrap()).unwrap();
    }

    /// All rows of a table, as DynamoDB writes them.
    pub(crate) fn rows(&self, table: &str) -> Vec<Value> {
        let request = serde_json::from_value(json!({ "TableName": table })).unwrap();
        let response = serde_json::to_value(self.db.scan(request).unwrap()).unwrap();
        response["Items"].as_array().cloned().unwrap_or_default()
    }

    pub(crate) fn set_stock(&self, id: &str, available: u64) {
        self.put("Inventory", &Stock::row(&ProductId::parse(id).unwrap(), available));
    }

    pub(crate) fn stock(&self) -> HashMap<String, String> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        self.rows("Inventory").iter().map(|row| (text(&row["id"]["S"]), text(&row["available"]["N"]))).collect()
    }
}
