//! The shop's stack keeps its contract: routes, rights, environments, queue rules, and the files in `templates/`.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cloudcart_cfn::Template;
use cloudcart_cli::stack::{
    CODE_BUCKET, ShopOptions, StackError, VARIANTS, code_key_parameter, render_all, shop_stack,
};
use cloudcart_shop::env::{self, CartStore, Identity};
use cloudcart_shop::functions::Function;
use cloudcart_shop::openapi;
use cloudcart_shop::routes::ROUTES;
use cloudcart_shop::sweep;
use serde_json::{Value as Json, json};

fn demo() -> Json {
    shop_stack(&ShopOptions::default()).unwrap().to_value()
}

fn memory() -> Json {
    shop_stack(&ShopOptions { cart: CartStore::Memory, ..ShopOptions::default() }).unwrap().to_value()
}

fn properties<'a>(template: &'a Json, id: &str) -> &'a Json {
    let properties = &template["Resources"][id]["Properties"];
    assert!(properties.is_object(), "{id} is missing");
    properties
}

fn of_type<'a>(template: &'a Json, type_name: &str) -> Vec<&'a str> {
    let resources = template["Resources"].as_object().unwrap();
    resources.iter().filter(|(_, body)| body["Type"] == type_name).map(|(id, _)| id.as_str()).collect()
}

/// A function's rights as `Resource action,action [condition]`, sorted; read from the role that the function has.
fn rights(template: &Json, function: Function) -> Vec<String> {
    let role = properties(template, function.logical_id())["Role"]["Fn::GetAtt"][0].as_str().unwrap();
    let policies = properties(template, role)["Policies"].as_array().unwrap();
    let mut rights = Vec::new();
    for statement in policies.iter().flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().unwrap()) {
        assert_eq!(statement["Effect"], "Allow");
        let actions: Vec<&str> =
            statement["Action"].as_array().unwrap().iter().map(|action| action.as_str().unwrap()).collect();
        for resource in statement["Resource"].as_array().unwrap() {
            let resource = match (&resource["Fn::GetAtt"], &resource["Fn::Sub"]) {
                (Json::Array(parts), _) if parts[1] == "Arn" => parts[0].as_str().unwrap().to_owned(),
                (_, Json::String(text)) => text.clone(),
                _ => panic!("{resource} is not the ARN of a resource of this stack"),
            };
            let condition = statement.get("Condition").map(|condition| format!(" if {condition}")).unwrap_or_default();
            rights.push(format!("{resource} {}{condition}", actions.join(",")));
        }
    }
    rights.sort();
    rights
}

const SIGNING_KEY: &str = "IdempotencyTable dynamodb:GetItem,dynamodb:PutItem if \
    {\"ForAllValues:StringEquals\":{\"dynamodb:LeadingKeys\":[\"signing-key#1\"]}}";

#[test]
fn every_function_has_exactly_its_rights() {
    let template = demo();
    let expected: [(Function, &[&str]); 7] = [
        (
            Function::Products,
            &[
                "${ProductsTable.Arn}/index/gsi_category dynamodb:Query",
                SIGNING_KEY,
                "InventoryTable dynamodb:BatchGetItem",
                "ProductsLogs logs:CreateLogStream,logs:PutLogEvents",
                "ProductsTable dynamodb:BatchGetItem,dynamodb:Scan",
            ],
        ),
        (
            Function::Cart,
            &[
                "CartLogs logs:CreateLogStream,logs:PutLogEvents",
                "CartsTable dynamodb:GetItem,dynamodb:UpdateItem",
                SIGNING_KEY,
                "InventoryTable dynamodb:BatchGetItem",
                "ProductsTable dynamodb:BatchGetItem",
            ],
        ),
        (
            Function::Checkout,
            &[
                "CartsTable dynamodb:GetItem,dynamodb:UpdateItem",
                "CheckoutLogs logs:CreateLogStream,logs:PutLogEvents",
                "CheckoutQueue sqs:SendMessage",
                "IdempotencyTable dynamodb:GetItem,dynamodb:PutItem",
                "InventoryTable dynamodb:BatchGetItem",
                "OrdersTable dynamodb:GetItem,dynamodb:PutItem",
                "ProductsTable dynamodb:BatchGetItem",
            ],
        ),
        (
            Function::Orders,
            &[
                "${OrdersTable.Arn}/index/gsi_user dynamodb:Query",
                SIGNING_KEY,
                "OrdersLogs logs:CreateLogStream,logs:PutLogEvents",
                "OrdersTable dynamodb:GetItem",
            ],
        ),
        (
            Function::Worker,
            &[
                "CheckoutQueue sqs:DeleteMessage,sqs:GetQueueAttributes,sqs:ReceiveMessage",
                "InventoryTable dynamodb:GetItem,dynamodb:UpdateItem",
                "OrdersTable dynamodb:GetItem,dynamodb:UpdateItem",
                "WorkerLogs logs:CreateLogStream,logs:PutLogEvents",
            ],
        ),
        (
            Function::Sweeper,
            &[
                "${OrdersTable.Arn}/index/gsi_pending dynamodb:Query",
                "CheckoutQueue sqs:SendMessage",
                "OrdersTable dynamodb:GetItem,dynamodb:UpdateItem",
                "SweeperLogs logs:CreateLogStream,logs:PutLogEvents",
            ],
        ),
        (
            Function::Desk,
            &[
                "DeskLogs logs:CreateLogStream,logs:PutLogEvents",
                "InventoryTable dynamodb:GetItem,dynamodb:UpdateItem",
                "OrdersTable dynamodb:GetItem,dynamodb:UpdateItem",
            ],
        ),
    ];
    for (function, expected) in expected {
        assert_eq!(rights(&template, function), expected, "{function:?}");
    }
    assert_eq!(env::SIGNING_KEY_ROW, "signing-key#1");
}

#[test]
fn roles_are_one_per_function_and_only_lambda_assumes_them() {
    let template = demo();
    let roles = of_type(&template, "AWS::IAM::Role");
    let used: BTreeSet<&str> = Function::ALL
        .iter()
        .map(|function| properties(&template, function.logical_id())["Role"]["Fn::GetAtt"][0].as_str().unwrap())
        .collect();
    assert_eq!(used, roles.iter().copied().collect());
    assert_eq!(roles.len(), Function::ALL.len());
    for role in roles {
        let properties = properties(&template, role);
        assert_eq!(properties.get("ManagedPolicyArns"), None);
        assert_eq!(
            properties["AssumeRolePolicyDocument"]["Statement"],
            json!([{
                "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": ["sts:AssumeRole"]
            }])
        );
    }
}

#[test]
fn every_function_is_told_only_what_it_uses() {
    let names = |template: &Json, function: Function| -> Vec<String> {
        let variables = &properties(template, function.logical_id())["Environment"]["Variables"];
        variables.as_object().unwrap().keys().cloned().collect()
    };
    let template = demo();
    for (function, expected) in [
        (Function::Products, vec!["IDEMPOTENCY_TABLE", "INVENTORY_TABLE", "PRODUCTS_TABLE"]),
        (
            Function::Cart,
            vec!["CARTS_TABLE", "IDEMPOTENCY_TABLE", "INVENTORY_TABLE", "PRODUCTS_TABLE", "SHOP_CART", "SHOP_IDENTITY"],
        ),
        (
            Function::Checkout,
            vec![
                "CARTS_TABLE",
                "CHECKOUT_QUEUE_URL",
                "IDEMPOTENCY_TABLE",
                "INVENTORY_TABLE",
                "ORDERS_TABLE",
                "PRODUCTS_TABLE",
                "SHOP_CART",
                "SHOP_IDENTITY",
            ],
        ),
        (Function::Orders, vec!["IDEMPOTENCY_TABLE", "ORDERS_TABLE", "SHOP_IDENTITY"]),
        (Function::Worker, vec!["INVENTORY_TABLE", "ORDERS_TABLE"]),
        (Function::Sweeper, vec!["CHECKOUT_QUEUE_URL", "ORDERS_TABLE"]),
        (Function::Desk, vec!["INVENTORY_TABLE", "ORDERS_TABLE"]),
    ] {
        assert_eq!(names(&template, function), expected, "{function:?}");
    }
    let cart = properties(&template, "CartFunction");
    assert_eq!(cart["Environment"]["Variables"]["CARTS_TABLE"], json!({"Ref": "CartsTable"}));
    assert_eq!(cart["Environment"]["Variables"]["SHOP_CART"], "dynamodb");
    assert_eq!(cart["Environment"]["Variables"]["SHOP_IDENTITY"], "demo");
}

#[test]
fn carts_in_memory_leave_no_trace_of_the_table() {
    let template = memory();
    assert_eq!(template["Resources"].get("CartsTable"), None);
    assert!(!template.to_string().contains("CartsTable"));
    assert!(!template.to_string().contains(env::CARTS_TABLE));
    assert_eq!(properties(&template, "CartFunction")["Environment"]["Variables"]["SHOP_CART"], "memory");
    assert_eq!(of_type(&template, "AWS::DynamoDB::Table").len(), 4);
}

#[test]
fn every_route_leads_to_its_function_and_may_invoke_it() {
    let template = demo();
    assert_eq!(of_type(&template, "AWS::ApiGatewayV2::Route").len(), ROUTES.len());
    for route in ROUTES {
        let id = format!("{}Route", route.word);
        let properties_of_route = properties(&template, &id);
        assert_eq!(properties_of_route["RouteKey"], route.key());
        assert_eq!(properties_of_route["ApiId"], json!({"Ref": "HttpApi"}));
        let target = &properties_of_route["Target"]["Fn::Join"];
        assert_eq!((&target[0], &target[1][0]), (&json!("/"), &json!("integrations")));
        let integration = properties(&template, target[1][1]["Ref"].as_str().unwrap());
        assert_eq!(integration["IntegrationType"], "AWS_PROXY");
        assert_eq!(integration["PayloadFormatVersion"], "2.0");
        assert_eq!(integration["IntegrationUri"], json!({"Fn::GetAtt": [route.function.logical_id(), "Arn"]}));
    }
    let invoked: BTreeMap<&str, usize> =
        of_type(&template, "AWS::Lambda::Permission").into_iter().fold(BTreeMap::new(), |mut counts, id| {
            let permission = properties(&template, id);
            if permission["Principal"] == "events.amazonaws.com" {
                return counts;
            }
            assert_eq!(permission["Principal"], "apigateway.amazonaws.com");
            assert!(permission["SourceArn"]["Fn::Sub"].as_str().unwrap().ends_with(":${HttpApi}/*"));
            *counts.entry(permission["FunctionName"]["Ref"].as_str().unwrap()).or_default() += 1;
            counts
        });
    let serving: BTreeMap<&str, usize> = ROUTES.iter().map(|route| (route.function.logical_id(), 1)).collect();
    assert_eq!(invoked, serving, "one permission per function that serves, and none for others");
    let stage = properties(&template, "DefaultStage");
    assert_eq!((&stage["StageName"], &stage["AutoDeploy"]), (&json!("$default"), &json!(true)));
}

#[test]
fn a_browsers_script_may_send_and_read_every_header_of_the_contract() {
    let document = openapi::document();
    let components = |kind: &str| document["components"][kind].as_object().unwrap().clone();
    let cors = properties(&demo(), "HttpApi")["CorsConfiguration"].clone();
    let allowed = |list: &str| -> BTreeSet<String> { serde_json::from_value(cors[list].clone()).unwrap() };

    let sent = components("parameters").into_iter().chain(components("securitySchemes")).map(|(_, one)| one);
    let sent = sent.filter(|one| one["in"] == "header").map(|one| one["name"].as_str().unwrap().to_lowercase());
    // Bodies need it; the document names it as their media type.
    let sent: BTreeSet<String> = sent.chain(["content-type".to_owned()]).collect();
    assert_eq!(sent, allowed("AllowHeaders"));

    // A script may read `Cache-Control` anyway, and never a cookie.
    let read = components("headers").into_iter().map(|(name, _)| name);
    let read: BTreeSet<String> = read.filter(|name| name != "cache-control" && name != "set-cookie").collect();
    assert_eq!(read, allowed("ExposeHeaders"));
}

#[test]
fn the_queue_keeps_the_rules() {
    let template = demo();
    let (queue, dlq) = (properties(&template, "CheckoutQueue"), properties(&template, "CheckoutDlq"));
    let worker = properties(&template, "WorkerFunction");
    assert!(queue["VisibilityTimeout"].as_u64().unwrap() >= 6 * worker["Timeout"].as_u64().unwrap());
    assert_eq!(
        queue["RedrivePolicy"],
        json!({"deadLetterTargetArn": {"Fn::GetAtt": ["CheckoutDlq", "Arn"]}, "maxReceiveCount": 5})
    );
    assert_eq!(dlq["MessageRetentionPeriod"], 14 * 24 * 60 * 60);
    for queue in [queue, dlq] {
        assert_eq!(queue["SqsManagedSseEnabled"], true);
        assert!(queue["MaximumMessageSize"].is_u64());
        assert_eq!(queue.get("FifoQueue"), None);
        assert_eq!(queue.get("QueueName"), None);
    }
    let mapping = properties(&template, "CheckoutQueueMapping");
    assert_eq!(mapping["BatchSize"], 10);
    assert_eq!(mapping["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]));
    assert_eq!(mapping["EventSourceArn"], json!({"Fn::GetAtt": ["CheckoutQueue", "Arn"]}));
    assert!(mapping["ScalingConfig"]["MaximumConcurrency"].as_u64().unwrap() >= 2);
    for id in ["CheckoutQueue", "CheckoutDlq"] {
        let policy = properties(&template, &format!("{id}Policy"));
        assert_eq!(policy["Queues"], json!([{ "Ref": id }]));
        assert_eq!(
            policy["PolicyDocument"]["Statement"],
            json!([{
                "Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": ["sqs:*"],
                "Resource": [{"Fn::GetAtt": [id, "Arn"]}],
                "Condition": {"Bool": {"aws:SecureTransport": ["false"]}}
            }])
        );
    }
}

#[test]
fn the_desk_answers_nobody_but_those_who_may_invoke_it() {
    let template = demo();
    let names = |value: &Json| value.to_string().contains("DeskFunction");
    let resources = template["Resources"].as_object().unwrap();
    let naming: Vec<&String> = resources.iter().filter(|(_, body)| names(body)).map(|(id, _)| id).collect();
    assert_eq!(naming, Vec::<&String>::new(), "no route, permission, schedule or mapping leads to the desk");
    assert!(!names(&template["Outputs"]));
}

#[test]
fn the_sweeper_wakes_every_minute_and_only_by_its_rule() {
    let template = demo();
    let rules = of_type(&template, "AWS::Events::Rule");
    assert_eq!(rules, ["SweeperSchedule"]);
    let rule = properties(&template, "SweeperSchedule");
    assert_eq!((&rule["ScheduleExpression"], &rule["State"]), (&json!("rate(1 minute)"), &json!("ENABLED")));
    assert_eq!(rule["Targets"], json!([{"Arn": {"Fn::GetAtt": ["SweeperFunction", "Arn"]}, "Id": "sweeper"}]));
    assert_eq!(
        *properties(&template, "SweeperInvokePermission"),
        json!({
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Ref": "SweeperFunction"},
            "Principal": "events.amazonaws.com",
            "SourceArn": {"Fn::GetAtt": ["SweeperSchedule", "Arn"]}
        })
    );
    // One sweep ends before the next begins.
    assert!(properties(&template, "SweeperFunction")["Timeout"].as_i64().unwrap() < 60);
}

#[test]
fn the_sweeper_gives_a_message_the_time_that_the_queue_gives_it() {
    let template = demo();
    let queue = properties(&template, "CheckoutQueue");
    let life =
        queue["VisibilityTimeout"].as_i64().unwrap() * queue["RedrivePolicy"]["maxReceiveCount"].as_i64().unwrap();
    assert!(sweep::AGAIN_AFTER_SECONDS >= life, "a message that fails is hidden for {life} s until it is dead");
    // All that it sends is sent before the queue forgets the first.
    let all = i64::from(sweep::MAX_SWEEPS) * sweep::AGAIN_AFTER_SECONDS;
    assert!(all < queue["MessageRetentionPeriod"].as_i64().unwrap());
}

#[test]
fn every_function_is_a_binary_from_the_code_bucket_with_a_log_group_of_its_own() {
    let template = demo();
    let mut groups = BTreeSet::new();
    for function in Function::ALL {
        let properties_of_function = properties(&template, function.logical_id());
        assert_eq!(properties_of_function["Runtime"], "provided.al2023");
        assert_eq!(properties_of_function["Handler"], "bootstrap");
        assert_eq!(properties_of_function["MemorySize"], 256);
        let timeout = match function {
            Function::Worker => 30,
            Function::Sweeper => 50,
            _ => 10,
        };
        assert_eq!(properties_of_function["Timeout"], timeout);
        let key = code_key_parameter(function);
        assert_eq!(properties_of_function["Code"], json!({"S3Bucket": {"Ref": CODE_BUCKET}, "S3Key": {"Ref": key}}));
        assert_eq!(template["Parameters"][&key]["Type"], "String");
        let group = properties_of_function["LoggingConfig"]["LogGroup"]["Ref"].as_str().unwrap();
        assert_eq!(properties(&template, group)["RetentionInDays"], 7);
        assert!(groups.insert(group.to_owned()));
    }
    assert_eq!(code_key_parameter(Function::Products), "ProductsCodeKey");
    assert_eq!(template["Parameters"].as_object().unwrap().len(), 8);
}

#[test]
fn tables_have_the_keys_that_the_handlers_use() {
    let template = demo();
    let key = |name: &str| json!([{"AttributeName": name, "KeyType": "HASH"}]);
    let pair = |hash: &str, range: &str| json!([{"AttributeName": hash, "KeyType": "HASH"}, {"AttributeName": range, "KeyType": "RANGE"}]);
    for (id, hash, indexes, ttl) in [
        ("ProductsTable", "id", vec![(env::GSI_CATEGORY, pair("category", "id"))], None),
        ("InventoryTable", "id", vec![], None),
        ("CartsTable", "cartId", vec![], Some("expiresAt")),
        (
            "OrdersTable",
            "orderId",
            vec![(env::GSI_USER, pair("userId", "orderId")), (env::GSI_PENDING, pair("pendingShard", "placedAt"))],
            None,
        ),
        ("IdempotencyTable", "key", vec![], Some("expiresAt")),
    ] {
        let table = properties(&template, id);
        assert_eq!(table["KeySchema"], key(hash), "{id}");
        assert_eq!(table["BillingMode"], "PAY_PER_REQUEST");
        assert_eq!(table.get("TableName"), None, "a table with a name cannot be replaced");
        let found: Vec<(&str, Json)> = table["GlobalSecondaryIndexes"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|index| (index["IndexName"].as_str().unwrap(), index["KeySchema"].clone()))
            .collect();
        assert_eq!(found, indexes, "{id}");
        assert_eq!(table["TimeToLiveSpecification"]["AttributeName"].as_str(), ttl, "{id}");
    }
    let recovery = &properties(&template, "OrdersTable")["PointInTimeRecoverySpecification"];
    assert_eq!(recovery["PointInTimeRecoveryEnabled"], true);
}

#[test]
fn retained_data_outlives_the_stack_and_nothing_else_does() {
    let retained = |options: &ShopOptions, policy: &str| -> Vec<String> {
        let template = shop_stack(options).unwrap().to_value();
        let resources = template["Resources"].as_object().unwrap().clone();
        resources.into_iter().filter(|(_, body)| body[policy] == "Retain").map(|(id, _)| id).collect()
    };
    for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
        assert_eq!(retained(&ShopOptions::default(), policy), Vec::<String>::new());
        assert_eq!(
            retained(&ShopOptions { retain_data: true, ..ShopOptions::default() }, policy),
            ["InventoryTable", "OrdersTable", "ProductsTable"]
        );
    }
}

#[test]
fn the_stack_tells_what_the_seed_asks_for() {
    let template = demo();
    let outputs = template["Outputs"].as_object().unwrap();
    let value = |name: &str| outputs[name]["Value"].clone();
    assert_eq!(value("HttpApiUrl"), json!({"Fn::GetAtt": ["HttpApi", "ApiEndpoint"]}));
    assert_eq!(value("ProductsTable"), json!({"Ref": "ProductsTable"}));
    assert_eq!(value("ProductsTableName"), json!({"Ref": "ProductsTable"}));
    assert_eq!(value("OrdersTableName"), json!({"Ref": "OrdersTable"}));
    assert_eq!(value("InventoryTableName"), json!({"Ref": "InventoryTable"}));
    assert_eq!(value("CheckoutQueueUrl"), json!({"Ref": "CheckoutQueue"}));
    assert_eq!(value("CheckoutDlqUrl"), json!({"Ref": "CheckoutDlq"}));
}

#[test]
fn options_reach_the_template() {
    for variant in VARIANTS {
        let template = shop_stack(&variant.options).unwrap().to_value();
        for function in Function::ALL {
            let properties = properties(&template, function.logical_id());
            assert_eq!(properties["Architectures"], json!([variant.options.architecture.as_str()]));
        }
    }
    let standard = ShopOptions { identity: Identity::Standard, log_retention_days: 365, ..ShopOptions::default() };
    let template = shop_stack(&standard).unwrap().to_value();
    let checkout = properties(&template, "CheckoutFunction");
    assert_eq!(checkout["Environment"]["Variables"][env::SHOP_IDENTITY], "standard");
    assert_eq!(properties(&template, "CheckoutLogs")["RetentionInDays"], 365);
}

#[test]
fn a_retention_that_cloudwatch_does_not_offer_is_an_error() {
    for days in [0, 2, 8, 70_000] {
        let error = shop_stack(&ShopOptions { log_retention_days: days, ..ShopOptions::default() }).unwrap_err();
        assert!(matches!(error, StackError::LogRetention(found) if found == days));
        assert!(error.to_string().contains("choose one of [1, 3, 5, 7,"), "{error}");
    }
}

#[test]
fn every_variant_is_sound_small_and_tells_its_sources() {
    for variant in VARIANTS {
        let template: Template = shop_stack(&variant.options).unwrap();
        assert_eq!(template.check(), vec![], "{}", variant.name);
        assert!(template.counts().fits_inline(), "{:?}", template.counts());
        for (id, _) in template.resource_types() {
            let source = template.source_of(id).unwrap();
            assert!(source.file().contains("stack"), "{id} is declared in {source}");
        }
        let read: Json = serde_yaml::from_str(&template.to_yaml().unwrap()).unwrap();
        assert_eq!(read, template.to_value());
    }
    assert_eq!(render_all().unwrap(), render_all().unwrap());
}

#[test]
fn templates_in_the_repository_are_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../templates");
    let how = "render them again with `cloudcart synth --out templates`";
    let rendered = render_all().unwrap();
    for (name, contents) in &rendered {
        let found = std::fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}; {how}"));
        assert!(found == *contents, "templates/{name} is stale; {how}");
    }
    let expected: BTreeSet<String> = rendered.into_iter().map(|(name, _)| name).collect();
    let found: BTreeSet<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json" || extension == "yaml"))
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(found, expected, "templates/ holds a file that nothing renders, or lacks one; {how}");
}
