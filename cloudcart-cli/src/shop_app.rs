//! The shop as an [`App`]: its own stack, its functions, its templates.

use anyhow::anyhow;
use cloudcart_shop::env::{CartStore, Identity};
use cloudcart_shop::functions::Function;

use crate::app::{App, Context, FunctionSpec, OrderFunctions, RenderedStack};
use crate::stack::{self, Architecture, ShopOptions};

/// The command with the shop's stack.
pub fn app() -> App {
    App {
        name: "cloudcart",
        version: env!("CARGO_PKG_VERSION"),
        handlers_package: "cloudcart-handlers",
        functions: functions(),
        orders: Some(OrderFunctions { desk: Function::Desk.name(), sweeper: Function::Sweeper.name() }),
        dead_letter_output: "CheckoutDlqUrl",
        stack: render,
        templates,
    }
}

/// The shop's functions, and the parameter of the template that takes each one's code.
fn functions() -> Vec<FunctionSpec> {
    Function::ALL
        .into_iter()
        .map(|function| FunctionSpec {
            name: function.name(),
            logical_id: function.logical_id(),
            code_parameter: stack::code_key_parameter(function),
        })
        .collect()
}

fn render(context: &Context) -> anyhow::Result<RenderedStack> {
    let unknown = |key: &str, value: &str, allowed: &str| anyhow!("{key} = \"{value}\" is not one of {allowed}");
    let options = ShopOptions {
        identity: Identity::parse(&context.identity)
            .ok_or_else(|| unknown("identity", &context.identity, "demo, standard"))?,
        cart: CartStore::parse(&context.cart).ok_or_else(|| unknown("cart", &context.cart, "dynamodb, memory"))?,
        architecture: match context.architecture.as_str() {
            "arm64" => Architecture::Arm64,
            "x86_64" => Architecture::X86_64,
            other => return Err(unknown("architecture", other, "x86_64, arm64")),
        },
        log_retention_days: context.log_retention_days,
        retain_data: context.retain_data,
    };
    let template = stack::shop_stack(&options)?;
    RenderedStack::of(&template)
}

fn templates() -> anyhow::Result<Vec<(String, String)>> {
    Ok(stack::render_all()?)
}
