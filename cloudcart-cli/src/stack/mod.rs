//! The shop's stack: the template that `deploy` sends and `synth` prints.
//!
//! Routes, functions and the names of environment variables come from `cloudcart-shop`, so that the stack and the handlers
//! cannot disagree. Who may touch what stands once, in [`rights`].

mod alarms;
mod functions;
mod http_api;
mod queue;
pub mod rights;
mod schedule;
mod tables;
mod variants;

use cloudcart_cfn::logs::log_group::RetentionInDays;
use cloudcart_cfn::{
    Attributes, DeletionPolicy, Finding, IntoValue, List, Output, Stack, Tag, Template, YamlError, tags,
};
use cloudcart_shop::env::{CartStore, Identity};

pub use cloudcart_cfn::lambda::function::Architecture;
use tables::Table;

pub use functions::{
    CODE_BUCKET, HTTP_TIMEOUT_SECONDS, SWEEPER_TIMEOUT_SECONDS, WORKER_TIMEOUT_SECONDS, code_key_parameter,
};
pub use variants::{VARIANTS, Variant, render_all};

/// What may differ between two shops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShopOptions {
    /// Who is believed to be who.
    pub identity: Identity,
    /// Where carts live. With [`CartStore::Memory`] there is no Carts table.
    pub cart: CartStore,
    /// What the functions are built for.
    pub architecture: Architecture,
    /// How long the functions' logs are kept; one of [`RetentionInDays::ALLOWED`].
    pub log_retention_days: u32,
    /// Whether products, stock and orders outlive the stack. Without it `destroy` leaves nothing behind.
    pub retain_data: bool,
}

impl Default for ShopOptions {
    /// For trying out: demo identity, carts in a table, x86-64, a week of logs, nothing retained.
    fn default() -> Self {
        Self {
            identity: Identity::Demo,
            cart: CartStore::DynamoDb,
            architecture: Architecture::X86_64,
            log_retention_days: 7,
            retain_data: false,
        }
    }
}

/// Why there is no template.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StackError {
    /// CloudWatch Logs offers a fixed list of periods.
    #[error("logs cannot be kept for {0} days; choose one of {allowed:?}", allowed = RetentionInDays::ALLOWED)]
    LogRetention(u32),
    /// The template would be refused.
    #[error("the template is invalid: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<Finding>),
    /// The YAML view failed.
    #[error(transparent)]
    Yaml(#[from] YamlError),
}

/// The shop's template, checked.
pub fn shop_stack(options: &ShopOptions) -> Result<Template, StackError> {
    let retention = RetentionInDays::new(options.log_retention_days.into());
    let retention = retention.ok_or(StackError::LogRetention(options.log_retention_days))?;

    let description = format!(
        "CloudCart: HTTP API, functions, tables and the checkout queue of a shop (identity: {}, carts: {}).",
        options.identity.as_str(),
        options.cart.as_str(),
    );
    let template = Template::build(description, |stack| declare(stack, options, retention));
    let report = template.report();
    if report.has_errors() {
        return Err(StackError::Invalid(report.errors().cloned().collect()));
    }
    Ok(template)
}

fn declare(stack: &mut Stack<'_>, options: &ShopOptions, retention: RetentionInDays) {
    let tables = tables::add(stack, options);
    let queues = queue::add(stack);
    let functions = functions::add(stack, options, retention, &tables, &queues);
    let api = http_api::add(stack, &functions);
    schedule::add(stack, &functions);
    alarms::add(stack, &functions, &queues, &api);

    output(stack, "HttpApiUrl", api.api_endpoint(), "Root URL of the shop.");
    let table = |table| tables[&table].reference();
    output(stack, "ProductsTable", table(Table::Products), "Name of the table of products.");
    output(stack, "ProductsTableName", table(Table::Products), "The same as ProductsTable.");
    output(stack, "InventoryTableName", table(Table::Inventory), "Name of the table of stock.");
    output(stack, "OrdersTableName", table(Table::Orders), "Name of the table of orders.");
    output(stack, "CheckoutQueueUrl", queues.checkout.reference(), "URL of the queue of placed orders.");
    output(stack, "CheckoutDlqUrl", queues.dead_letters.reference(), "URL of the queue of orders that failed.");
}

fn output<'stack>(stack: &mut Stack<'stack>, name: &str, value: impl IntoValue<'stack, String>, about: &str) {
    stack.output(name, Output::new(value).described(about));
}

/// What every resource that takes tags is tagged with. The stage is a tag of the stack, which CloudFormation hands down.
const PROJECT: (&str, &str) = ("project", "cloudcart");

fn project_tags<'stack>() -> List<'stack, Tag<'stack>> {
    tags([PROJECT])
}

/// For what goes with the stack, said aloud because CloudFormation's silence means the same.
fn goes_with_the_stack<'stack>() -> Attributes<'stack> {
    Attributes::default().on_removal(DeletionPolicy::Delete)
}
