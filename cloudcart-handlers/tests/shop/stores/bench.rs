//! A shop over one of the stores, and the same few ways to look into each.

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use cloudcart_handlers::clients::Aws;
use cloudcart_handlers::config::Env;
use cloudcart_handlers::store::memory::{Fault, Memory, Table};
use cloudcart_handlers::store::{Carts, Catalogue, Checkouts, Dynamo, Fulfilment, Keys, Tables};
use cloudcart_local::LocalCloud;
use cloudcart_local::provider::ResourceRequest;
use cloudcart_shop::attribute::{Attribute, Row};
use cloudcart_shop::catalogue;
use cloudcart_shop::env::Identity;
use cloudcart_shop::ids::{OrderId, ProductId};
use cloudcart_shop::order::Order;
use cloudcart_shop::product::Stock;
use serde_json::{Value, json};

use crate::events::{Answer, call};
use crate::faults::Faults;
use crate::shop::Shop;

/// The stack whose tables are made.
const TEMPLATE: &str = include_str!("../../../../templates/shop-demo.json");
const CANCELLED: &str = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";

/// Which store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Memory,
    DynamoDb,
}

/// A store of everything, by what it is used for.
#[derive(Clone)]
pub(crate) struct Stores {
    pub(crate) catalogue: Arc<dyn Catalogue>,
    pub(crate) carts: Arc<dyn Carts>,
    pub(crate) checkouts: Arc<dyn Checkouts>,
    pub(crate) fulfilment: Arc<dyn Fulfilment>,
}

enum Inside {
    Memory(Memory),
    DynamoDb(Box<Cloud>),
}

struct Cloud {
    client: aws_sdk_dynamodb::Client,
    tables: Tables,
    faults: Faults,
    _running: LocalCloud,
}

/// A shop with the sample catalogue over a store.
pub(crate) struct Bench {
    shop: Shop,
    pub(crate) stores: Stores,
    inside: Inside,
}

impl std::ops::Deref for Bench {
    type Target = Shop;

    fn deref(&self) -> &Shop {
        &self.shop
    }
}

fn stores<S: Catalogue + Carts + Checkouts + Fulfilment + Clone + 'static>(store: &S) -> Stores {
    Stores {
        catalogue: Arc::new(store.clone()),
        carts: Arc::new(store.clone()),
        checkouts: Arc::new(store.clone()),
        fulfilment: Arc::new(store.clone()),
    }
}

fn to_sdk(attribute: &Attribute) -> AttributeValue {
    match attribute {
        Attribute::S(text) => AttributeValue::S(text.clone()),
        Attribute::N(text) => AttributeValue::N(text.clone()),
        Attribute::Bool(value) => AttributeValue::Bool(*value),
        Attribute::L(values) => AttributeValue::L(values.iter().map(to_sdk).collect()),
        Attribute::M(row) => AttributeValue::M(row.iter().map(|(name, value)| (name.clone(), to_sdk(value))).collect()),
    }
}

fn from_sdk(value: &AttributeValue) -> Attribute {
    match value {
        AttributeValue::S(text) => Attribute::S(text.clone()),
        AttributeValue::N(text) => Attribute::N(text.clone()),
        AttributeValue::Bool(value) => Attribute::Bool(*value),
        AttributeValue::L(values) => Attribute::L(values.iter().map(from_sdk).collect()),
        AttributeValue::M(map) => {
            Attribute::M(map.iter().map(|(name, value)| (name.clone(), from_sdk(value))).collect())
        }
        other => panic!("the shop writes no {other:?}"),
    }
}

impl Cloud {
    async fn start() -> Self {
        let cloud = LocalCloud::builder().ephemeral().start().await.unwrap();
        let provider = cloud.providers().into_iter().find(|one| one.type_name() == "AWS::DynamoDB::Table").unwrap();
        let template: Value = serde_json::from_str(TEMPLATE).unwrap();
        let mut tables = Tables::default();
        for (logical_id, name) in [
            ("ProductsTable", &mut tables.products),
            ("InventoryTable", &mut tables.inventory),
            ("CartsTable", &mut tables.carts),
            ("OrdersTable", &mut tables.orders),
            ("IdempotencyTable", &mut tables.idempotency),
        ] {
            let mut properties = template["Resources"][logical_id]["Properties"].as_object().unwrap().clone();
            // The cloud would delete by the machine's clock what is over by it; the tests have a clock of their own.
            properties.remove("TimeToLiveSpecification");
            let request = ResourceRequest {
                stack_name: "shop".to_owned(),
                stack_id: "arn:aws:cloudformation:us-east-1:000000000000:stack/shop/1".to_owned(),
                logical_id: logical_id.to_owned(),
                properties,
                generated_name: format!("shop-{logical_id}-ABCDEFGHIJKL"),
            };
            *name = provider.create(&request).await.unwrap().physical_id;
        }
        let faults = Faults::new();
        let (root, region, endpoint) = (cloud.credentials(), cloud.region().to_owned(), cloud.endpoint().to_owned());
        let env = Env::new(|name| match name {
            "AWS_REGION" => Some(region.clone()),
            "AWS_ACCESS_KEY_ID" => Some(root.access_key_id.clone()),
            "AWS_SECRET_ACCESS_KEY" => Some(root.secret_access_key.clone()),
            "AWS_ENDPOINT_URL" => Some(endpoint.clone()),
            _ => None,
        });
        let http = aws_sdk_dynamodb::config::SharedHttpClient::new(faults.clone());
        let client = Aws::from_env(&env).unwrap().with_http(http).dynamodb();
        Self { client, tables, faults, _running: cloud }
    }

    fn name(&self, table: Table) -> &str {
        match table {
            Table::Products => &self.tables.products,
            Table::Inventory => &self.tables.inventory,
            Table::Carts => &self.tables.carts,
            Table::Orders => &self.tables.orders,
            Table::Idempotency => &self.tables.idempotency,
        }
    }
}

impl Bench {
    pub(crate) async fn start(kind: Kind, identity: Identity) -> Self {
        let bench = match kind {
            Kind::Memory => {
                let memory = Memory::new();
                let shop = Shop::new(&memory, identity, false);
                Self { shop, stores: stores(&memory), inside: Inside::Memory(memory) }
            }
            Kind::DynamoDb => {
                let cloud = Cloud::start().await;
                let dynamo = Dynamo::new(cloud.client.clone(), cloud.tables.clone());
                let shop = Shop::new(&dynamo, identity, false);
                Self { shop, stores: stores(&dynamo), inside: Inside::DynamoDb(Box::new(cloud)) }
            }
        };
        for input in catalogue::sample() {
            bench.put(Table::Products, input.product.id.as_str(), &input.product_row()).await;
        }
        bench
    }

    /// Writes a row. `key` is in the row too.
    pub(crate) async fn put(&self, table: Table, key: &str, row: &Row) {
        match &self.inside {
            Inside::Memory(memory) => memory.put(table, key, row.clone()),
            Inside::DynamoDb(cloud) => {
                let item = row.iter().map(|(name, value)| (name.clone(), to_sdk(value))).collect();
                cloud.client.put_item().table_name(cloud.name(table)).set_item(Some(item)).send().await.unwrap();
            }
        }
    }

    /// Deletes a row of a table whose key is `id`.
    pub(crate) async fn delete(&self, table: Table, id: &str) {
        match &self.inside {
            Inside::Memory(memory) => memory.delete(table, id),
            Inside::DynamoDb(cloud) => {
                let key = AttributeValue::S(id.to_owned());
                cloud.client.delete_item().table_name(cloud.name(table)).key("id", key).send().await.unwrap();
            }
        }
    }

    /// All rows of a table; of Idempotency without the signing key.
    pub(crate) async fn rows(&self, table: Table) -> Vec<Row> {
        let cloud = match &self.inside {
            Inside::Memory(memory) => return memory.rows(table).into_values().collect(),
            Inside::DynamoDb(cloud) => cloud,
        };
        let mut pages = cloud.client.scan().table_name(cloud.name(table)).into_paginator().items().send();
        let mut rows = Vec::new();
        while let Some(item) = pages.next().await {
            let item = item.unwrap();
            if !item.values().any(AttributeValue::is_b) {
                rows.push(item.iter().map(|(name, value)| (name.clone(), from_sdk(value))).collect());
            }
        }
        rows
    }

    pub(crate) async fn set_stock(&self, id: &str, available: u64) {
        self.put(Table::Inventory, id, &Stock::row(&ProductId::parse(id).unwrap(), available)).await;
    }

    /// Sets the price of a product of the sample catalogue.
    pub(crate) async fn set_price(&self, id: &str, minor: i64) {
        let mut product =
            catalogue::sample().into_iter().find(|input| input.product.id.as_str() == id).unwrap().product;
        product.price.minor = minor;
        self.put(Table::Products, id, &product.to_row()).await;
    }

    /// How many there are of a product, as the table says.
    pub(crate) async fn available(&self, id: &str) -> Stock {
        self.stores.catalogue.product(&ProductId::parse(id).unwrap()).await.unwrap().1
    }

    pub(crate) async fn order(&self, id: &str) -> Order {
        let order = self.stores.checkouts.order(&OrderId::parse(id).unwrap()).await.unwrap().unwrap();
        let row = order.to_row();
        // The index of pending orders is made of this attribute.
        let stored =
            self.rows(Table::Orders).await.into_iter().find(|row| row["orderId"] == Attribute::text(id)).unwrap();
        assert_eq!(stored.get("pendingShard"), row.get("pendingShard"));
        order
    }

    /// The signing key, read anew.
    pub(crate) fn keys(&self) -> Keys {
        match &self.inside {
            Inside::Memory(memory) => Keys::new(memory.clone()),
            Inside::DynamoDb(cloud) => Keys::new(Dynamo::new(cloud.client.clone(), cloud.tables.clone())),
        }
    }

    /// Makes the next `times` transactions end in a conflict with another one.
    pub(crate) fn conflicts(&self, operation: &'static str, times: usize) {
        match &self.inside {
            Inside::Memory(memory) => memory.fail(operation, times, Fault::Busy),
            Inside::DynamoDb(cloud) => {
                let reasons = json!([{ "Code": "None" }, { "Code": "TransactionConflict" }]);
                let body = json!({ "__type": CANCELLED, "Message": "x", "CancellationReasons": reasons });
                cloud.faults.plan("TransactWriteItems", times, &body.to_string());
            }
        }
    }

    /// Throttles a kind of call until it has been refused `times`: the store's operation or, behind it, DynamoDB's.
    pub(crate) fn throttle(&self, operation: &'static str, behind: &str, times: usize) {
        match &self.inside {
            Inside::Memory(memory) => memory.fail(operation, times, Fault::Busy),
            Inside::DynamoDb(cloud) => {
                let kind = "com.amazonaws.dynamodb.v20120810#ThrottlingException";
                // Behind each refused call are the client's three attempts.
                cloud.faults.plan(behind, times * 3, &json!({ "__type": kind }).to_string());
            }
        }
    }

    /// Places an order, and gives its id and the message about it.
    pub(crate) async fn place(&self, items: Value) -> (String, String) {
        let response = self.send(call("POST /checkout").json(json!({ "items": items }))).await;
        assert_eq!(response.status_code, 202, "{response:?}");
        let message = self.queue.take().pop().unwrap();
        (response.value()["id"].as_str().unwrap().to_owned(), message)
    }
}
