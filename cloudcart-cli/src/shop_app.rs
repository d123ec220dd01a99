//! The shop as an [`App`]: its own stack, its functions, its templates.

use anyhow::bail;

use crate::app::{App, Context, FunctionSpec, RenderedStack};

/// The command with the shop's stack.
pub fn app() -> App {
    App {
        name: "cloudcart",
        version: env!("CARGO_PKG_VERSION"),
        handlers_package: "cloudcart-handlers",
        functions: functions(),
        stack: render,
        templates,
    }
}

/// The shop's functions. The parameter that takes a function's code is named after its logical id.
fn functions() -> Vec<FunctionSpec> {
    use cloudcart_shop::functions::Function;
    Function::ALL
        .into_iter()
        .map(|function| FunctionSpec {
            name: function.name(),
            logical_id: function.logical_id(),
            code_parameter: match function {
                Function::Products => "ProductsCodeKey",
                Function::Cart => "CartCodeKey",
                Function::Checkout => "CheckoutCodeKey",
                Function::Orders => "OrdersCodeKey",
                Function::Worker => "WorkerCodeKey",
            },
        })
        .collect()
}

fn render(_context: &Context) -> anyhow::Result<RenderedStack> {
    bail!("no stack")
}

fn templates() -> anyhow::Result<Vec<(String, String)>> {
    bail!("no templates")
}
