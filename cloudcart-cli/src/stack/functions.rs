//! The functions, each with a role and a log group of its own, and what wakes the worker.

use std::collections::BTreeMap;

use cloudcart_cfn::iam::Role;
use cloudcart_cfn::iam::role::Policy;
use cloudcart_cfn::lambda::event_source_mapping::{FunctionResponseType, ScalingConfig};
use cloudcart_cfn::lambda::function::{Code, Environment, LoggingConfig, Runtime};
use cloudcart_cfn::lambda::{self, EventSourceMapping};
use cloudcart_cfn::logs::LogGroup;
use cloudcart_cfn::logs::log_group::RetentionInDays;
use cloudcart_cfn::prelude::*;
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
pub const HTTP_TIMEOUT_SECONDS: i64 = 10;
/// Timeout of the worker. The queue hides a message six times as long.
pub const WORKER_TIMEOUT_SECONDS: i64 = 30;
/// Timeout of the sweeper, below the minute after which the next one starts.
pub const SWEEPER_TIMEOUT_SECONDS: i64 = 50;
/// Memory of every function. CPU follows it, and below this a cold start is felt.
const MEMORY_MB: i64 = 256;
/// Records per invocation of the worker; above 10 the mapping would have to wait for a window.
const BATCH_SIZE: i64 = 10;
/// Workers at once: protects the stock rows, which are what checkouts contend for.
const WORKER_CONCURRENCY: i64 = 10;

/// The functions of a shop, by name.
pub(super) type Functions<'stack> = BTreeMap<Function, Handle<'stack, kind::lambda::Function>>;

/// The word of a function in logical ids: `Products`.
pub(super) fn word(function: Function) -> &'static str {
    let id = function.logical_id();
    id.strip_suffix("Function").unwrap_or(id)
}

pub(super) fn add<'stack>(
    stack: &mut Stack<'stack>,
    options: &ShopOptions,
    retention: RetentionInDays,
    tables: &Tables<'stack>,
    queues: &Queues<'stack>,
) -> Functions<'stack> {
    let bucket = stack.parameter(CODE_BUCKET, Parameter::text("Bucket that holds the zips of the functions."));
    let mut functions = Functions::new();
    for function in Function::ALL {
        let about = format!("Key of the zip of the {} function.", function.name());
        let key = stack.parameter(code_key_parameter(function), Parameter::text(about));
        let logs = LogGroup::new().retention_in_days(retention).tags(project_tags());
        let logs = stack.add_with(format!("{}Logs", word(function)), logs, goes_with_the_stack());
        let role = role(function, options, &logs, tables, queues);
        let role = stack.add(format!("{}Role", word(function)), role);
        let variables = environment(function, options, tables, queues);
        let properties = lambda::Function::new(Code::new().s3_bucket(&bucket).s3_key(key), &role)
            .architectures([options.architecture])
            .description(description(function))
            .environment(Environment::new().variables(variables))
            .handler("bootstrap")
            .logging_config(LoggingConfig::new().log_group(logs.reference()))
            .memory_size(int!(MEMORY_MB))
            .runtime(Runtime::ProvidedAl2023)
            .tags(project_tags())
            .timeout(match function {
                Function::Worker => int!(WORKER_TIMEOUT_SECONDS),
                Function::Sweeper => int!(SWEEPER_TIMEOUT_SECONDS),
                _ => int!(HTTP_TIMEOUT_SECONDS),
            });
        functions.insert(function, stack.add(function.logical_id(), properties));
    }
    if let Some(worker) = functions.get(&Function::Worker) {
        stack.add(
            "CheckoutQueueMapping",
            EventSourceMapping::new(worker.reference())
                .batch_size(int!(BATCH_SIZE))
                .event_source_arn(queues.checkout.arn())
                .function_response_types([FunctionResponseType::ReportBatchItemFailures])
                .scaling_config(ScalingConfig::new().maximum_concurrency(int!(WORKER_CONCURRENCY))),
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
        Function::Sweeper => "Sends orders that stay pending to the queue again",
        Function::Desk => "Shows orders to the shop's own people and takes them a step on",
    }
}

/// A role for one function: its rights, and to write to its own log group, which it may not create.
fn role<'stack>(
    function: Function,
    options: &ShopOptions,
    logs: &Handle<'stack, kind::logs::LogGroup>,
    tables: &Tables<'stack>,
    queues: &Queues<'stack>,
) -> Role<'stack> {
    let rights = rights_of(function, options).into_iter().filter_map(|right| right.grant(tables, queues));
    let grants = std::iter::once(logs.write().named("OwnLogs")).chain(rights);
    Role::new(PolicyDocument::trusting("lambda.amazonaws.com"))
        .description(format!("What the {} function may do", function.name()))
        .policies([Policy::new(PolicyDocument::granting(grants), function.name())])
        .tags(project_tags())
}

/// Only what the function uses: names of the tables it has rights on, and the modes it asks for.
fn environment<'stack>(
    function: Function,
    options: &ShopOptions,
    tables: &Tables<'stack>,
    queues: &Queues<'stack>,
) -> BTreeMap<String, Value<'stack, String>> {
    let mut variables = BTreeMap::new();
    let mut set = |name: &str, value: Value<'stack, String>| variables.insert(name.to_owned(), value);
    for right in rights_of(function, options) {
        if let Some(table) = right.table()
            && let Some(handle) = tables.get(&table)
        {
            set(table.variable(), handle.reference().into_value());
        }
        if matches!(right, Right::Queue(_)) && function != Function::Worker {
            set(env::CHECKOUT_QUEUE_URL, queues.checkout.reference().into_value());
        }
    }
    if rights::knows_callers(function) {
        set(env::SHOP_IDENTITY, options.identity.as_str().into_value());
    }
    if rights::knows_carts(function) {
        set(env::SHOP_CART, options.cart.as_str().into_value());
    }
    variables
}
