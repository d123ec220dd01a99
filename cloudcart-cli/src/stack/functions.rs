//! The functions, each with a role and a log group of its own, and what wakes the worker.

use std::collections::BTreeMap;

use cloudcart_cfn::prelude::*;
use cloudcart_cfn::resources::iam::{Policy, Role};
use cloudcart_cfn::resources::lambda::{
    self, Code, Environment, EventSourceMapping, FunctionResponseType, LoggingConfig, Runtime, ScalingConfig,
};
use cloudcart_cfn::resources::logs::{LogGroup, RetentionInDays};
use cloudcart_shop::env;
use cloudcart_shop::functions::Function;

use super::queue::Queues;
use super::rights::{self, Right, rights_of};
use super::tables::Tables;
use super::{ShopOptions, goes_with_the_stack, project_tags};

/// The parameter that holds the bucket of the functions' zips.
pub const CODE_BUCKET: &str = "CodeBucket";

/// The parameter that holds the key of a function's zip, for example `ProductsCodeKey`.
pub fn code_key_parameter(function: Function) -> String {
    format!("{}CodeKey", word(function))
}

/// Timeout of the functions behind the API, whose own is 30 s.
pub const HTTP_TIMEOUT_SECONDS: u32 = 10;
/// Timeout of the worker. The queue hides a message six times as long.
pub const WORKER_TIMEOUT_SECONDS: u32 = 30;
/// Memory of every function. CPU follows it, and below this a cold start is felt.
const MEMORY_MB: u32 = 256;
/// Records per invocation of the worker; above 10 the mapping would have to wait for a window.
const BATCH_SIZE: u32 = 10;
/// Workers at once: protects the stock rows, which are what checkouts contend for.
const WORKER_CONCURRENCY: u32 = 10;

/// The functions of a shop, by name.
pub(super) type Functions = BTreeMap<Function, Handle<lambda::Function>>;

/// The word of a function in logical ids: `Products`.
pub(super) fn word(function: Function) -> &'static str {
    let id = function.logical_id();
    id.strip_suffix("Function").unwrap_or(id)
}

pub(super) fn add(
    template: &mut Template,
    options: &ShopOptions,
    retention: RetentionInDays,
    tables: &Tables,
    queues: &Queues,
) -> Functions {
    let bucket = template.parameter(CODE_BUCKET, Parameter::text("Bucket that holds the zips of the functions."));
    let mut functions = Functions::new();
    for function in Function::ALL {
        let about = format!("Key of the zip of the {} function.", function.name());
        let key = template.parameter(code_key_parameter(function), Parameter::text(about));
        let logs = template.add_with(
            format!("{}Logs", word(function)),
            LogGroup { retention_in_days: Some(retention.into()), tags: Some(project_tags()), ..LogGroup::default() },
            goes_with_the_stack(),
        );
        let role = template.add(format!("{}Role", word(function)), role(function, options, &logs, tables, queues));
        let code = Code { s3_bucket: Some(bucket.clone()), s3_key: Some(key), ..Code::default() };
        let timeout = if function == Function::Worker { WORKER_TIMEOUT_SECONDS } else { HTTP_TIMEOUT_SECONDS };
        let properties = lambda::Function {
            architectures: Some(list([options.architecture])),
            description: Some(description(function).into()),
            environment: Some(
                Environment { variables: Some(environment(function, options, tables, queues).into()) }.into(),
            ),
            handler: Some("bootstrap".into()),
            logging_config: Some(
                LoggingConfig { log_group: Some(logs.reference()), ..LoggingConfig::default() }.into(),
            ),
            memory_size: Some(MEMORY_MB.into()),
            runtime: Some(Runtime::ProvidedAl2023.into()),
            tags: Some(project_tags()),
            timeout: Some(timeout.into()),
            ..lambda::Function::new(code, role.arn())
        };
        functions.insert(function, template.add(function.logical_id(), properties));
    }
    if let Some(worker) = functions.get(&Function::Worker) {
        template.add(
            "CheckoutQueueMapping",
            EventSourceMapping {
                batch_size: Some(BATCH_SIZE.into()),
                event_source_arn: Some(queues.checkout.arn().into()),
                function_response_types: Some(list([FunctionResponseType::ReportBatchItemFailures])),
                scaling_config: Some(ScalingConfig { maximum_concurrency: Some(WORKER_CONCURRENCY.into()) }.into()),
                ..EventSourceMapping::new(worker.reference())
            },
        );
    }
    functions
}

const fn description(function: Function) -> &'static str {
    match function {
        Function::Products => "The shop's catalogue",
        Function::Cart => "The shop's carts",
        Function::Checkout => "Prices an order, writes it and queues it",
        Function::Orders => "Reads orders",
        Function::Worker => "Confirms queued orders and reserves their stock",
    }
}

/// A role for one function: its rights, and to write to its own log group, which it may not create.
fn role(function: Function, options: &ShopOptions, logs: &Handle<LogGroup>, tables: &Tables, queues: &Queues) -> Role {
    let rights = rights_of(function, options).into_iter().filter_map(|right| right.statement(tables, queues));
    let statements = std::iter::once(logs.write().named("OwnLogs")).chain(rights);
    let policy =
        Policy { policy_document: PolicyDocument::new(statements).into(), policy_name: function.name().into() };
    Role {
        description: Some(format!("What the {} function may do", function.name()).into()),
        policies: Some(list([policy])),
        tags: Some(project_tags()),
        ..Role::new(PolicyDocument::trusting("lambda.amazonaws.com"))
    }
}

/// Only what the function uses: names of the tables it has rights on, and the modes it asks for.
fn environment(
    function: Function,
    options: &ShopOptions,
    tables: &Tables,
    queues: &Queues,
) -> BTreeMap<String, Value<String>> {
    let mut variables = BTreeMap::<String, Value<String>>::new();
    for right in rights_of(function, options) {
        if let Some(table) = right.table()
            && let Some(handle) = tables.get(&table)
        {
            variables.insert(table.variable().to_owned(), handle.reference().into());
        }
        if matches!(right, Right::Queue(_)) && function != Function::Worker {
            variables.insert(env::CHECKOUT_QUEUE_URL.to_owned(), queues.checkout.reference().into());
        }
    }
    if rights::knows_callers(function) {
        variables.insert(env::SHOP_IDENTITY.to_owned(), options.identity.as_str().into());
    }
    if rights::knows_carts(function) {
        variables.insert(env::SHOP_CART.to_owned(), options.cart.as_str().into());
    }
    variables
}
