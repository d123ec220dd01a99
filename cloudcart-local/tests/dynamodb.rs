//! DynamoDB through the unmodified SDK, and the table resource.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use aws_sdk_dynamodb::{
    error::ProvideErrorMetadata as _,
    types::{AttributeValue, ConditionCheck, Put, PutRequest, ReturnConsumedCapacity, TransactWriteItem, WriteRequest},
};
use cloudcart_local::provider::{OnChange, Support};
use dynoxide::{
    storage::{QueryParams, ScanParams},
    storage_backend::sql_builders::{SqlParam, query_gsi_items, scan_items},
};
use rusqlite::{Connection, StatementStatus, params_from_iter};
use serde_json::json;
use support::{assume, cloud, dynamodb, provider, resource, role, root};

const TABLE: &str = "AWS::DynamoDB::Table";

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn orders() -> serde_json::Value {
    json!({
        "TableName": "Orders", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"},
            {"AttributeName": "user", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "GlobalSecondaryIndexes": [{"IndexName": "by_user", "KeySchema": [{"AttributeName": "user", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"}}],
        "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
        "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": true},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true},
        "Tags": [{"Key": "stage", "Value": "local"}],
    })
}

#[tokio::test]
async fn a_table_of_a_template_works_and_its_arns_are_this_clouds() {
    let cloud = cloud().await;
    let tables = provider(&cloud, TABLE);
    let made = tables.create(&resource("Orders", orders())).await.unwrap();
    assert_eq!(made.physical_id, "Orders");
    let arn = "arn:aws:dynamodb:us-east-1:000000000000:table/Orders";
    assert_eq!(made.attributes["Arn"], arn);
    assert!(made.attributes["StreamArn"].as_str().unwrap().starts_with(&format!("{arn}/stream/")));

    let client = dynamodb(&cloud, root(&cloud));
    let table = client.describe_table().table_name("Orders").send().await.unwrap().table.unwrap();
    assert_eq!(table.table_arn(), Some(arn));
    assert_eq!(table.global_secondary_indexes()[0].index_arn(), Some(&*format!("{arn}/index/by_user")));
    let ttl = client.describe_time_to_live().table_name("Orders").send().await.unwrap();
    assert_eq!(ttl.time_to_live_description.unwrap().attribute_name(), Some("expires"));
    let tags = client.list_tags_of_resource().resource_arn(arn).send().await.unwrap();
    assert_eq!(tags.tags()[0].key(), "stage");

    // An ARN where a table's name is asked for, and an item that holds one.
    client
        .put_item()
        .table_name(arn)
        .item("pk", text("o1"))
        .item("sk", text("head"))
        .item("user", text("u1"))
        .item("TableArn", text("arn:aws:dynamodb:dynoxide:000000000000:table/x"))
        .send()
        .await
        .unwrap();
    let found = client
        .query()
        .table_name("Orders")
        .index_name("by_user")
        .key_condition_expression("#u = :u")
        .expression_attribute_names("#u", "user")
        .expression_attribute_values(":u", text("u1"))
        .send()
        .await
        .unwrap();
    assert_eq!(found.count(), 1);
    assert_eq!(found.items()[0]["TableArn"], text("arn:aws:dynamodb:dynoxide:000000000000:table/x"));

    tables.delete("Orders", &resource("Orders", orders())).await.unwrap();
    tables.delete("Orders", &resource("Orders", orders())).await.unwrap();
    let error = client.describe_table().table_name("Orders").send().await.unwrap_err();
    assert_eq!(error.code(), Some("ResourceNotFoundException"));
    cloud.shutdown().await;
}

#[tokio::test]
async fn an_index_is_added_in_place_and_one_at_a_time() {
    let cloud = cloud().await;
    let tables = provider(&cloud, TABLE);
    let mut before = orders();
    before.as_object_mut().unwrap().remove("TableName");
    let made = tables.create(&resource("Orders", before.clone())).await.unwrap();
    assert_eq!(made.physical_id, "test-Orders-ABCDEFGHIJKL");
    let mut after = before.clone();
    let index = |name: &str| {
        json!({"IndexName": name, "KeySchema": [{"AttributeName": "sk", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"}})
    };
    after["GlobalSecondaryIndexes"].as_array_mut().unwrap().push(index("by_sk"));
    after["Tags"] = json!([{"Key": "owner", "Value": "me"}]);
    let previous = before.as_object().unwrap().clone();
    let updated = tables.update(&made.physical_id, &previous, &resource("Orders", after.clone())).await.unwrap();
    assert_eq!(updated.physical_id, made.physical_id);
    let client = dynamodb(&cloud, root(&cloud));
    let table = client.describe_table().table_name(&made.physical_id).send().await.unwrap().table.unwrap();
    assert_eq!(table.global_secondary_indexes().len(), 2);

    let previous = after.as_object().unwrap().clone();
    let mut both = after.clone();
    both["GlobalSecondaryIndexes"].as_array_mut().unwrap().extend([index("third"), index("fourth")]);
    let error = tables.update(&made.physical_id, &previous, &resource("Orders", both)).await.unwrap_err();
    assert!(error.message.contains("more than one GSI"), "{error}");

    let property = |name: &str| *tables.properties().iter().find(|property| property.name == name).unwrap();
    assert_eq!(property("KeySchema").on_change, OnChange::Replace);
    assert!(matches!(property("PointInTimeRecoverySpecification").support, Support::Ignored(_)));
    cloud.shutdown().await;
}

#[tokio::test]
async fn a_second_table_of_the_same_name_is_refused() {
    let cloud = cloud().await;
    let tables = provider(&cloud, TABLE);
    tables.create(&resource("Orders", orders())).await.unwrap();
    assert_eq!(tables.create(&resource("Orders", orders())).await.unwrap_err().code, "AlreadyExists");
    cloud.shutdown().await;
}

#[tokio::test]
async fn leading_keys_bind_a_role_to_its_items() {
    let cloud = cloud().await;
    provider(&cloud, TABLE).create(&resource("Orders", orders())).await.unwrap();
    let arn = role(
        &cloud,
        "Role",
        json!([{"Effect": "Allow", "Action": ["dynamodb:*Item", "dynamodb:Query"],
            "Resource": "arn:aws:dynamodb:us-east-1:000000000000:table/Orders",
            "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["mine"]}}}]),
    )
    .await;
    let client = dynamodb(&cloud, assume(&cloud, &arn, "f"));
    let put = |pk: &str| {
        client.put_item().table_name("Orders").item("pk", text(pk)).item("sk", text("1")).item("user", text("u"))
    };
    put("mine").send().await.unwrap();
    assert_eq!(put("other").send().await.unwrap_err().code(), Some("AccessDeniedException"));

    let get = |pk: &str| client.get_item().table_name("Orders").key("pk", text(pk)).key("sk", text("1"));
    assert!(get("mine").send().await.unwrap().item().is_some());
    assert_eq!(get("other").send().await.unwrap_err().code(), Some("AccessDeniedException"));

    let query = |pk: &str| {
        client
            .query()
            .table_name("Orders")
            .key_condition_expression("#p=:p AND begins_with(sk, :s)")
            .expression_attribute_names("#p", "pk")
            .expression_attribute_values(":p", text(pk))
            .expression_attribute_values(":s", text(""))
    };
    // The engine refuses an empty prefix or not; the right is what is asked here.
    if let Err(error) = query("mine").send().await {
        assert_ne!(error.code(), Some("AccessDeniedException"));
    }
    assert_eq!(query("other").send().await.unwrap_err().code(), Some("AccessDeniedException"));

    // The index is another resource.
    let by_user = client
        .query()
        .table_name("Orders")
        .index_name("by_user")
        .key_condition_expression("user = :u")
        .expression_attribute_values(":u", text("mine"));
    assert_eq!(by_user.send().await.unwrap_err().code(), Some("AccessDeniedException"));
    cloud.shutdown().await;
}

#[tokio::test]
async fn each_element_of_a_transaction_needs_its_own_right() {
    let cloud = cloud().await;
    provider(&cloud, TABLE).create(&resource("Orders", orders())).await.unwrap();
    let table = "arn:aws:dynamodb:us-east-1:000000000000:table/Orders";
    let put_only =
        role(&cloud, "Role", json!([{"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": table}])).await;
    let client = dynamodb(&cloud, assume(&cloud, &put_only, "f"));
    let put = Put::builder()
        .table_name("Orders")
        .item("pk", text("a"))
        .item("sk", text("1"))
        .item("user", text("u"))
        .build()
        .unwrap();
    let check = ConditionCheck::builder()
        .table_name("Orders")
        .key("pk", text("b"))
        .key("sk", text("1"))
        .condition_expression("attribute_not_exists(pk)")
        .build()
        .unwrap();
    let put = TransactWriteItem::builder().put(put).build();
    let check = TransactWriteItem::builder().condition_check(check).build();
    let error =
        client.transact_write_items().transact_items(put.clone()).transact_items(check).send().await.unwrap_err();
    assert_eq!(error.code(), Some("AccessDeniedException"));
    assert!(error.message().unwrap().contains("dynamodb:ConditionCheckItem"));
    client.transact_write_items().transact_items(put).send().await.unwrap();
    cloud.shutdown().await;
}

#[tokio::test]
async fn items_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let start = || cloudcart_local::LocalCloud::builder().ephemeral().state_dir(folder.path()).start();
    let cloud = start().await.unwrap();
    provider(&cloud, TABLE).create(&resource("Orders", orders())).await.unwrap();
    let item = |cloud: &cloudcart_local::LocalCloud| dynamodb(cloud, root(cloud));
    item(&cloud).put_item().table_name("Orders").item("pk", text("a")).item("sk", text("1")).send().await.unwrap();
    cloud.shutdown().await;
    let cloud = start().await.unwrap();
    let got =
        item(&cloud).get_item().table_name("Orders").key("pk", text("a")).key("sk", text("1")).send().await.unwrap();
    assert!(got.item().is_some());
    cloud.shutdown().await;
}

#[tokio::test]
async fn what_tools_ask_beside_the_engine_is_answered() {
    let cloud = cloud().await;
    let client = dynamodb(&cloud, root(&cloud));
    assert!(client.describe_limits().send().await.unwrap().account_max_read_capacity_units().is_some());
    assert_eq!(client.describe_endpoints().send().await.unwrap().endpoints().len(), 1);
    let error = client.describe_continuous_backups().table_name("None").send().await.unwrap_err();
    assert_eq!(error.code(), Some("ResourceNotFoundException"));
    cloud.shutdown().await;
}

/// How many rows a statement gives, and how many steps SQLite's machine does for them: the same on every machine.
fn steps(file: &Connection, (sql, params): (String, Vec<SqlParam<'_>>)) -> (usize, i32) {
    let params: Vec<String> = params
        .into_iter()
        .map(|param| if let SqlParam::Text(text) = param { text.into_owned() } else { panic!("a key is text") })
        .collect();
    let mut statement = file.prepare(&sql).unwrap();
    let mut rows = statement.query(params_from_iter(params)).unwrap();
    let mut count = 0;
    while rows.next().unwrap().is_some() {
        count += 1;
    }
    drop(rows);
    (count, statement.get_status(StatementStatus::VmStep))
}

#[tokio::test]
async fn a_page_at_the_end_costs_what_one_at_the_start_does() {
    const ITEMS: usize = 2_000;
    let cloud = cloud().await;
    let products = json!({
        "TableName": "Products", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "category", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "GlobalSecondaryIndexes": [{"IndexName": "by_category", "KeySchema": [{"AttributeName": "category", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"}}],
    });
    provider(&cloud, TABLE).create(&resource("Products", products)).await.unwrap();
    let client = dynamodb(&cloud, root(&cloud));
    let ids: Vec<String> = (0..ITEMS).map(|number| format!("p-{number:07}")).collect();
    for batch in ids.chunks(25) {
        let puts = batch.iter().map(|id| {
            let put = PutRequest::builder().item("id", text(id)).item("category", text("tea")).build().unwrap();
            WriteRequest::builder().put_request(put).build()
        });
        client.batch_write_item().request_items("Products", puts.collect()).send().await.unwrap();
    }

    // What AWS would charge: the items of the page, wherever it is.
    let mut charged = Vec::new();
    for start in [&ids[99], &ids[ITEMS - 101]] {
        let scan = client.scan().table_name("Products").limit(100).exclusive_start_key("id", text(start));
        let page = scan.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await.unwrap();
        charged.push((page.count(), page.scanned_count(), page.consumed_capacity.unwrap().capacity_units));
        let query = client.query().table_name("Products").index_name("by_category").limit(100);
        let query = query.key_condition_expression("category = :c").expression_attribute_values(":c", text("tea"));
        let query = query.exclusive_start_key("id", text(start)).exclusive_start_key("category", text("tea"));
        let page = query.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await.unwrap();
        charged.push((page.count(), page.scanned_count(), page.consumed_capacity.unwrap().capacity_units));
    }
    assert_eq!(charged[0], charged[2]);
    assert_eq!(charged[1], charged[3]);
    assert_eq!((charged[0].0, charged[0].1), (100, 100));

    // What the engine does for it: the statements that it builds, counted beside it on its own file.
    let file = Connection::open(cloud.state_dir().join("dynamodb.db")).unwrap();
    let key = |sql: &str, at: usize| -> String { file.query_row(sql, [at], |row| row.get(0)).unwrap() };
    let mut walked = Vec::new();
    for at in [99, ITEMS - 101] {
        let start = key("SELECT pk FROM Products ORDER BY pk LIMIT 1 OFFSET ?1", at);
        let scan = ScanParams {
            limit: Some(100),
            exclusive_start_pk: Some(&start),
            exclusive_start_sk: Some(""),
            ..ScanParams::default()
        };
        walked.push(steps(&file, scan_items("Products", &scan)));
        let category = key("SELECT gsi_pk FROM \"Products::gsi::by_category\" LIMIT 1 OFFSET ?1", at);
        let query = QueryParams {
            forward: true,
            limit: Some(100),
            exclusive_start_sk: Some(""),
            exclusive_start_base_pk: Some(&start),
            exclusive_start_base_sk: Some(""),
            ..QueryParams::default()
        };
        walked.push(steps(&file, query_gsi_items("Products", "by_category", &category, &query)));
    }
    assert_eq!(walked[0], walked[2], "a scan");
    assert_eq!(walked[1], walked[3], "a query of the index");
    assert_eq!((walked[0].0, walked[1].0), (100, 100));
    // The measure sees rows that are passed over.
    let skipping = format!("SELECT pk, sk, item_json FROM Products ORDER BY pk LIMIT 100 OFFSET {}", ITEMS - 100);
    assert!(steps(&file, (skipping, Vec::new())).1 > 2 * walked[2].1);
    cloud.shutdown().await;
}
