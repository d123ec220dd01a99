//! A grant on what one stack made, for a function of another.

use cloudcart_cfn::easy;
use cloudcart_cfn::prelude::*;
use cloudcart_cfn::sqs;

fn main() {
    Template::build("Billing.", |billing| {
        let invoices = billing.add("Invoices", sqs::Queue::new());
        let send = invoices.send();
        Template::build("Shop.", |shop| {
            easy::Function::from_s3("artifacts", "shop.zip").grant(send).add_to(shop, "Api");
        });
    });
}
