//! A program of one's own with all of the command's verbs: the shop, and beside it a queue of notices whose key another stack
//! exports. Until there is an export of that name a deployment fails and is rolled back, which `.ci/peer` makes use of.
//!
//! `cargo run -p cloudcart-cli --example own_stack -- deploy`

use cloudcart_cfn::import_value;
use cloudcart_cfn::{Output, Template, sqs};
use cloudcart_cli::{App, Context, RenderedStack, shop_app};

fn main() -> std::process::ExitCode {
    cloudcart_cli::run(&App { stack, ..shop_app::app() })
}

fn stack(context: &Context) -> anyhow::Result<RenderedStack> {
    let shop = (shop_app::app().stack)(context)?;
    let template = Template::read(&shop.json)?.extend(|stack| {
        let notices = stack.add("Notices", sqs::Queue::new().kms_master_key_id(import_value("company-notices-key")));
        stack.output("NoticesQueueUrl", Output::new(notices.reference()).described("URL of the queue of notices."));
    });
    let rendered = RenderedStack::of(&template)?;
    // What was read has no places; those of the shop's own resources are known from there.
    Ok(RenderedStack { sources: shop.sources.into_iter().chain(rendered.sources).collect(), ..rendered })
}
